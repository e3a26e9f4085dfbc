/* A folder, or some messages, into files: bytes as they are. */
#include "engine/files.h"

#include "base/array.h"
#include "base/file.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/local.h"
#include "engine/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	EXPORT_ROWS = 200,
	EXPORT_BYTES = 1024 * 1024, /* a step */
	EXPORT_PIECE = 256 * 1024,
	EXPORT_AHEAD = 16, /* bodies asked for before they are written */
	EXPORT_TELL = 500,
	EXPORT_PAUSE_MS = 20,
};

struct export
{
	struct export *next; /* owned */
	uint64_t tag;
	int64_t folder_id;
	int64_t *places; /* owned */
	size_t count, cap, at;
	char *path, *draft; /* owned; draft: an mbox until it is whole */
	enum mailbox_format format;
	bool may_add;
	bool is_begun;
	int fd; /* of the mbox; -1 */
	uint64_t done, told;
	struct error error;
};

static void export_free(struct export *ex)
{
	if (ex->fd >= 0)
		close(ex->fd);
	if (ex->draft != NULL)
		unlink(ex->draft);
	mem_free(ex->draft);
	mem_free(ex->path);
	mem_free(ex->places);
	mem_free(ex);
}

void export_free_all(struct engine *engine)
{
	while (engine->exports != NULL) {
		struct export *next = engine->exports->next;
		export_free(engine->exports);
		engine->exports = next;
	}
}

static void export_add(struct export *ex, int64_t place_id)
{
	ex->places = array_room(ex->places, ex->count, &ex->cap, sizeof(*ex->places));
	ex->places[ex->count++] = place_id;
}

static bool export_list(struct engine *engine, struct export *ex)
{
	struct cache_page_query query = {
		.view = {.kind = VIEW_FOLDER, .folder_id = ex->folder_id},
		.anchor = CACHE_AT_ROW,
		.after = EXPORT_ROWS,
	};
	bool has_more = true;
	while (has_more) {
		struct cache_page page = {0};
		if (!cache_page(engine->cache, &query, &page, &ex->error))
			return false;
		/* Near its end the view gives rows from before it too. */
		for (size_t i = 0; i < page.count; i++)
			if (page.first + i >= query.row)
				export_add(ex, page.rows[i].place_id);
		has_more = page.count > 0 && page.first + page.count < page.total;
		query.row = page.first + (uint32_t)page.count;
		cache_page_done(&page);
	}
	return true;
}

void export_begin(struct engine *engine, const struct request *request)
{
	struct export *ex = mem_new(sizeof(*ex));
	struct export **end = &engine->exports;
	ex->tag = request->tag;
	ex->folder_id = request->folder_id;
	ex->path = mem_text(request->path);
	ex->format = request->mailbox_format;
	ex->may_add = request->may_overwrite;
	ex->fd = -1;
	for (size_t i = 0; i < request->place_count; i++)
		export_add(ex, request->place_ids[i]);
	while (*end != NULL)
		end = &(*end)->next;
	*end = ex;
}

static void export_tell(struct engine *engine, struct export *ex, bool is_last)
{
	struct event *event = event_new(EVENT_MAILBOX);
	event->tag = ex->tag;
	event->folder_id = ex->folder_id;
	event->done = ex->done;
	event->total = ex->count;
	event->path = mem_text(ex->path);
	event->mailbox_format = ex->format;
	event->is_last = is_last;
	event->is_ok = ex->error.kind == ERROR_NONE;
	event->error = ex->error;
	engine_post(engine, event);
	ex->told = ex->done;
}

/* ---- The place. ---- */

static bool export_exists(struct export *ex)
{
	struct stat st;
	return lstat(ex->path, &st) == 0;
}

static bool export_make(const char *path, const char *name, struct error *err)
{
	char *below = file_join(path, name);
	bool ok = mkdir(below, 0700) == 0 || errno == EEXIST ||
		  error_errno(err, ERROR_STORAGE, "%s", below);
	mem_free(below);
	return ok;
}

/* Never over what is there: an mbox is a new file, the others go into a folder of their own. */
static bool export_open(struct export *ex)
{
	struct buf draft = {0};
	bool is_mbox = ex->format == MAILBOX_MBOXRD;
	if (export_exists(ex) && (is_mbox || !ex->may_add))
		return error_set(&ex->error, ERROR_INPUT,
			is_mbox ? "%s is there already; give another name"
				: "%s is there already; --add writes into it",
			ex->path);
	if (is_mbox) {
		buf_addf(&draft, "%s.part", ex->path);
		ex->fd = file_create_new(buf_text(&draft), &ex->error);
		if (ex->fd >= 0)
			ex->draft = buf_take(&draft);
		buf_done(&draft);
		return ex->fd >= 0;
	}
	if (!file_make_folder(ex->path, &ex->error))
		return false;
	return ex->format != MAILBOX_MAILDIR || (export_make(ex->path, "tmp", &ex->error) &&
							export_make(ex->path, "new", &ex->error) &&
							export_make(ex->path, "cur", &ex->error));
}

static bool export_begin_files(struct engine *engine, struct export *ex)
{
	ex->is_begun = true;
	return (ex->folder_id == 0 || ex->count > 0 || export_list(engine, ex)) && export_open(ex);
}

/* ---- One message. ---- */

struct export_one {
	struct cache_message m;
	int64_t message_id;
	uint64_t size;
	bool drops_cr; /* it came over a wire */
};

/* *is_here false: its bytes were asked for. A message that has gone meanwhile is left out. */
static bool export_find(struct engine *engine, struct export *ex, struct export_one *one,
	bool *is_found, bool *is_here)
{
	int64_t place_id = ex->places[ex->at];
	*is_here = false;
	if (!cache_message_get(engine->cache, place_id, &one->m, is_found, &ex->error))
		return false;
	if (!*is_found)
		return true;
	one->message_id = one->m.row.message_id;
	if (one->message_id == 0 && !engine->is_guest &&
		!cache_message_register(engine->cache, place_id, &one->message_id, &ex->error))
		return false;
	struct account_run *run = engine_run_of_folder(engine, place_folder(place_id));
	one->drops_cr = run != NULL && run->account->kind != ACCOUNT_LOCAL;
	return cache_body_state(
		engine->cache, one->message_id, STR(""), &one->size, is_here, &ex->error);
}

/* The next few are asked for together. */
static bool export_ask(struct engine *engine, struct export *ex)
{
	for (size_t i = ex->at; i < ex->count && i < ex->at + EXPORT_AHEAD; i++)
		reading_want_body(engine, ex->places[i]);
	for (size_t i = 0; i < engine->carry_count; i++)
		if (engine->carry_failures[i].place_id == ex->places[ex->at]) {
			ex->error = engine->carry_failures[i].error;
			engine->carry_failures[i] = engine->carry_failures[--engine->carry_count];
			return false;
		}
	struct account_run *run = engine_run_of_folder(engine, place_folder(ex->places[ex->at]));
	if (run != NULL && account_run_is_stuck(run) && !engine->is_guest)
		return error_set(&ex->error, ERROR_NETWORK,
			"a message is not here and the account is offline");
	return true;
}

static bool export_copy(struct engine *engine, struct export *ex, const struct export_one *one,
	int fd, const char *path, struct mbox_writer *w)
{
	struct buf piece = {0}, out = {0};
	bool ok = true;
	for (uint64_t at = 0; ok && at < one->size; at += piece.len) {
		buf_clear(&piece);
		buf_clear(&out);
		ok = cache_body_read(engine->cache, one->message_id, STR(""), at, EXPORT_PIECE,
			&piece, &ex->error);
		if (ok && piece.len == 0)
			ok = error_set(&ex->error, ERROR_STORAGE, "the message's bytes have gone");
		if (ok && w != NULL)
			mbox_write(w, buf_str(&piece), &out);
		ok = ok && file_write_all(fd, w != NULL ? buf_str(&out) : buf_str(&piece), path,
				   &ex->error);
	}
	buf_done(&piece);
	buf_done(&out);
	return ok;
}

static bool export_mbox(struct engine *engine, struct export *ex, const struct export_one *one)
{
	struct mbox_writer w = {0};
	struct buf text = {0};
	mbox_write_begin(
		&w, str_from(one->m.row.from_addr), one->m.row.arrived, one->drops_cr, &text);
	bool ok = file_write_all(ex->fd, buf_str(&text), ex->path, &ex->error) &&
		  export_copy(engine, ex, one, ex->fd, ex->path, &w);
	buf_clear(&text);
	mbox_write_end(&w, &text);
	ok = ok && file_write_all(ex->fd, buf_str(&text), ex->path, &ex->error);
	buf_done(&text);
	return ok;
}

/* The file says when its message arrived. */
static void export_stamp(int fd, int64_t arrived)
{
	struct timespec times[2] = {{.tv_sec = (time_t)arrived}, {.tv_sec = (time_t)arrived}};
	futimens(fd, times);
}

static bool export_file(
	struct engine *engine, struct export *ex, const struct export_one *one, const char *path)
{
	int fd = file_create_new(path, &ex->error);
	if (fd < 0)
		return false;
	bool ok = export_copy(engine, ex, one, fd, path, NULL);
	export_stamp(fd, one->m.row.arrived);
	if (close(fd) != 0 && ok)
		ok = error_errno(&ex->error, ERROR_STORAGE, "%s", path);
	if (!ok)
		unlink(path);
	return ok;
}

/* Whole in tmp/, then at once in cur/. */
static bool export_maildir(struct engine *engine, struct export *ex, const struct export_one *one)
{
	struct buf tmp = {0}, cur = {0}, name = {0};
	buf_addf(&name, "%lld.%llu_%zu.rowan", (long long)one->m.row.arrived,
		(unsigned long long)ex->places[ex->at], ex->at);
	buf_addf(&tmp, "%s/tmp/%s", ex->path, buf_text(&name));
	buf_addf(&cur, "%s/cur/%s", ex->path, buf_text(&name));
	maildir_flags_print(one->m.row.flags, &cur);
	unlink(buf_text(&tmp)); /* of a run that was cut */
	bool ok = export_file(engine, ex, one, buf_text(&tmp));
	if (ok && link(buf_text(&tmp), buf_text(&cur)) != 0)
		ok = error_errno(&ex->error, ERROR_STORAGE, "%s", buf_text(&cur));
	unlink(buf_text(&tmp));
	buf_done(&tmp);
	buf_done(&cur);
	buf_done(&name);
	return ok;
}

static bool export_eml(struct engine *engine, struct export *ex, const struct export_one *one)
{
	struct buf path = {0};
	buf_addf(&path, "%s/%06zu.eml", ex->path, ex->at + 1);
	bool ok = export_file(engine, ex, one, buf_text(&path));
	buf_done(&path);
	return ok;
}

static bool export_write(struct engine *engine, struct export *ex, const struct export_one *one)
{
	if (ex->format == MAILBOX_MBOXRD)
		return export_mbox(engine, ex, one);
	return ex->format == MAILBOX_MAILDIR ? export_maildir(engine, ex, one)
					     : export_eml(engine, ex, one);
}

/* ---- Slices. ---- */

/* True while there is more to be done at once. */
static bool export_slice(struct engine *engine, struct export *ex, bool *waits)
{
	uint64_t bytes = 0;
	bool ok = true, is_here = true;
	while (ok && is_here && ex->at < ex->count && bytes < EXPORT_BYTES) {
		struct export_one one = {0};
		bool is_found = false;
		ok = export_find(engine, ex, &one, &is_found, &is_here);
		if (ok && is_found && !is_here) {
			*waits = ok = export_ask(engine, ex);
		} else if (ok) {
			is_here = true;
			ok = !is_found || export_write(engine, ex, &one);
			ex->done += ok && is_found;
			ex->at++;
			bytes += one.size + 1000;
		}
		cache_message_done(&one.m);
	}
	return ok && ex->at < ex->count;
}

static void export_finish(struct export *ex)
{
	if (ex->fd < 0 || ex->error.kind != ERROR_NONE)
		return;
	if (fsync(ex->fd) != 0 || link(ex->draft, ex->path) != 0)
		error_errno(&ex->error, ERROR_STORAGE, "%s", ex->path);
}

void export_step(struct engine *engine, int64_t *deadline)
{
	struct export *ex = engine->exports;
	bool waits = false;
	if (ex == NULL)
		return;
	bool more = (ex->is_begun || export_begin_files(engine, ex)) &&
		    export_slice(engine, ex, &waits);
	int64_t next = engine->now + (waits ? EXPORT_PAUSE_MS : 0);
	*deadline = next < *deadline ? next : *deadline;
	if (!more)
		export_finish(ex);
	if (!more || ex->done >= ex->told + EXPORT_TELL)
		export_tell(engine, ex, !more);
	if (more)
		return;
	engine->exports = ex->next;
	export_free(ex);
}

/* ---- Both. ---- */

void files_step(struct engine *engine, int64_t *deadline)
{
	import_step(engine, deadline);
	export_step(engine, deadline);
}

bool files_are_busy(const struct engine *engine)
{
	return engine->imports != NULL || engine->exports != NULL;
}

void files_free(struct engine *engine)
{
	import_free_all(engine);
	export_free_all(engine);
}
