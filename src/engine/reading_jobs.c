/* Bytes in the store → what is shown, and → a file: on a worker. */
#include "engine/reading_state.h"

#include "base/file.h"
#include "base/memory.h"
#include "engine/jobs.h"
#include "engine/stored.h"
#include "proto/mime/mime.h"
#include "render/render.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* ---- Rendering. ---- */

struct render_job {
	struct job job;
	int64_t place_id, message_id;
	struct show_options show;
	struct shown *shown; /* owned, until it is posted */
};

/* One part as if it were a message of its own: its type, its encoding, its body. */
static struct shown *render_part(
	struct stored *stored, const char *path, const struct render_options *options)
{
	struct buf message = {0};
	struct shown *shown = NULL;
	if (stored_part_message(stored, str_from(path), &message))
		shown = render_message(buf_str(&message), options);
	buf_done(&message);
	return shown;
}

static void render_run(struct job *job, struct cache *reader)
{
	struct render_job *self = (struct render_job *)job;
	struct render_options options = {
		.full_headers = self->show.full_headers,
		.prefer_html = self->show.prefer_html,
		.want_digests = self->show.want_digests,
		.charset = self->show.charset[0] != '\0' ? self->show.charset : NULL,
		.authserv = self->show.authserv[0] != '\0' ? self->show.authserv : NULL,
	};
	struct stored *stored =
		reader != NULL ? stored_open(reader, self->message_id, self->show.want_digests)
			       : NULL;
	if (stored != NULL && self->show.part[0] != '\0') {
		self->shown = render_part(stored, self->show.part, &options);
	} else if (stored != NULL) {
		struct render_source source = stored_source(stored);
		self->shown = render_source(&source, &options);
	}
	stored_close(stored);
}

static void render_done(struct engine *engine, struct job *job)
{
	struct render_job *self = (struct render_job *)job;
	struct reading *r = reading_find(engine, self->place_id);
	if (r == NULL)
		return;
	r->render_is_out = false;
	if (!r->is_shown)
		return;
	if (self->shown == NULL)
		self->shown = render_message(STR(""), &(struct render_options){0});
	struct event *event = event_new(EVENT_SHOWN);
	event->tag = r->tag;
	event->place_id = r->place_id;
	event->shown = self->shown;
	self->shown = NULL;
	event->row = mem_new(sizeof(*event->row));
	message_copy_to(event->row, &r->row);
	event->is_complete = r->is_settled && !r->is_dirty;
	event->is_unreachable = r->is_settled && r->is_unreachable;
	event->error = r->error;
	engine_post_latest(engine, (uint64_t)EVENT_SHOWN << 56 ^ (uint64_t)r->place_id, event);
}

static void render_free(struct job *job)
{
	struct render_job *self = (struct render_job *)job;
	shown_free(self->shown);
	mem_free(self);
}

void reading_render(struct engine *engine, struct reading *r)
{
	struct render_job *self = mem_new(sizeof(*self));
	self->job = (struct job){render_run, render_done, render_free, false};
	self->place_id = r->place_id;
	self->message_id = r->message_id;
	self->show = r->show;
	r->render_is_out = true;
	r->rendered_at = engine->now;
	jobs_add(engine->jobs, &self->job);
}

/* ---- Saving. ---- */

struct save_job {
	struct job job;
	int64_t place_id, message_id;
	uint64_t tag;
	char *part, *path; /* owned */
	bool may_overwrite;
	bool is_ok, exists;
	struct error error;
};

static bool save_write(struct save_job *self, struct cache *reader, int fd, const char *path)
{
	struct stored *stored = stored_open(reader, self->message_id, true);
	bool ok = stored_write_part(stored, str_from(self->part), fd, path, &self->error);
	stored_close(stored);
	if (ok && fsync(fd) != 0)
		ok = error_errno(&self->error, ERROR_STORAGE, "%s", path);
	return ok;
}

/* A new file, or next to the old one and then in its place: never half of one. */
static void save_run(struct job *job, struct cache *reader)
{
	struct save_job *self = (struct save_job *)job;
	struct buf draft = {0};
	buf_addf(&draft, "%s.new", self->path);
	const char *path = self->may_overwrite ? buf_text(&draft) : self->path;
	if (self->may_overwrite)
		unlink(path);
	int fd = file_create_new(path, &self->error);
	if (fd < 0) {
		self->exists = errno == EEXIST;
	} else {
		self->is_ok = reader != NULL && save_write(self, reader, fd, path);
		if (close(fd) != 0 && self->is_ok)
			self->is_ok = error_errno(&self->error, ERROR_STORAGE, "%s", path);
		if (self->is_ok && self->may_overwrite && rename(path, self->path) != 0)
			self->is_ok = error_errno(&self->error, ERROR_STORAGE, "%s", self->path);
		if (!self->is_ok)
			unlink(path);
	}
	buf_done(&draft);
}

static void save_forget(struct engine *engine, const struct save_job *self)
{
	struct reading *r = reading_find(engine, self->place_id);
	for (struct reading_save **at = r != NULL ? &r->saves : NULL; at != NULL && *at != NULL;
		at = &(*at)->next) {
		struct reading_save *save = *at;
		if (save->tag != self->tag || strcmp(save->path, self->path) != 0)
			continue;
		*at = save->next;
		mem_free(save->part);
		mem_free(save->path);
		mem_free(save);
		return;
	}
}

static void save_done(struct engine *engine, struct job *job)
{
	struct save_job *self = (struct save_job *)job;
	struct event *event = event_new(EVENT_SAVED);
	event->tag = self->tag;
	event->place_id = self->place_id;
	event->path = mem_text(self->path);
	event->is_ok = self->is_ok;
	event->exists = self->exists;
	event->error = self->error;
	engine_post(engine, event);
	save_forget(engine, self);
}

static void save_free(struct job *job)
{
	struct save_job *self = (struct save_job *)job;
	mem_free(self->part);
	mem_free(self->path);
	mem_free(self);
}

void reading_save(struct engine *engine, struct reading *r, struct reading_save *save)
{
	struct save_job *self = mem_new(sizeof(*self));
	self->job = (struct job){save_run, save_done, save_free, true};
	self->place_id = r->place_id;
	self->message_id = r->message_id;
	self->tag = save->tag;
	self->part = mem_text(save->part);
	self->path = mem_text(save->path);
	self->may_overwrite = save->may_overwrite;
	jobs_add(engine->jobs, &self->job);
}
