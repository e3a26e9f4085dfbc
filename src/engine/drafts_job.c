/* The workers' part of writing: a draft is made from the messages it is about, files are copied
 * into the store. */
#include "engine/drafts.h"

#include "base/array.h"
#include "base/file.h"
#include "base/memory.h"
#include "engine/stored.h"
#include "model/file_type.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	JOB_PIECE = 256 * 1024,
	JOB_SIGNATURE_MAX = 64 * 1024,
	JOB_MESSAGE_MAX = 256 * 1024 * 1024, /* of one that is read whole: resumed, redirected */
};

/* ---- Bytes that are kept. ---- */

bool draft_writer_open(struct draft_writer *w, const struct cache_options *store, struct error *err)
{
	*w = (struct draft_writer){0};
	w->cache = cache_open(store, err);
	return w->cache != NULL;
}

bool draft_writer_add(void *writer, struct str bytes, struct error *err)
{
	struct draft_writer *w = writer;
	if (w->blob == NULL)
		w->blob = cache_blob_begin(w->cache);
	w->size += bytes.len;
	return cache_blob_append(w->blob, bytes, err);
}

bool draft_writer_finish(struct draft_writer *w, int64_t *blob_id, struct error *err)
{
	if (w->blob == NULL)
		w->blob = cache_blob_begin(w->cache);
	struct cache_blob *blob = w->blob;
	w->blob = NULL;
	w->size = 0;
	return cache_blob_finish(blob, blob_id, err);
}

void draft_writer_close(struct draft_writer *w)
{
	if (w->blob != NULL)
		cache_blob_cancel(w->blob);
	cache_close(w->cache);
	*w = (struct draft_writer){0};
}

/* ---- The job. ---- */

struct draft_job {
	struct job job;
	struct request *request; /* owned */
	struct cache_options store;
	int64_t *message_ids; /* owned */
	size_t count;
	struct identity *identities; /* owned */
	size_t identity_count;
	struct compose_style style;
	char *attribution; /* owned */
	struct compose_options options;
	struct draft_writer writer;
	struct draft *draft; /* owned: what was made, or the files to attach */
	int64_t *blobs;      /* owned: of its files */
	size_t blob_cap;
	struct outgoing out; /* of a redirect */
	int64_t out_blob;
	bool is_ok;
	struct error error;
};

/* The blob that the writer holds becomes a file of the draft. */
static bool job_add_file(struct draft_job *self, struct draft_file *file)
{
	int64_t blob_id = 0;
	file->size = self->writer.size;
	if (!draft_writer_finish(&self->writer, &blob_id, &self->error))
		return false;
	size_t at = self->draft->file_count;
	if (draft_add_file(self->draft, file) == NULL)
		return error_set(&self->error, ERROR_INPUT, "there are too many attached files");
	self->blobs = array_room(self->blobs, at, &self->blob_cap, sizeof(*self->blobs));
	self->blobs[at] = blob_id;
	return true;
}

static bool buf_sink(void *context, struct str bytes, struct error *err)
{
	struct buf *out = context;
	if (out->len + bytes.len > JOB_MESSAGE_MAX)
		return error_set(err, ERROR_INPUT, "the message is too large for this");
	buf_add(out, bytes);
	return true;
}

/* ---- Files from messages. ---- */

static bool job_take_part(struct draft_job *self, struct stored *stored, const struct part *part)
{
	struct buf type = {0};
	char none[] = "";
	bool is_message = part_is(part, "message", "rfc822");
	buf_addf(&type, "%s/%s", part->type, part->subtype);
	struct draft_file file = {
		.name = part->name != NULL ? part->name : none,
		.type = type.data,
		.description = part->description != NULL ? part->description : none,
		.is_message = is_message,
	};
	bool ok = stored_copy_part(stored, str_from(part->path), draft_writer_add, &self->writer,
			  &self->error) &&
		  job_add_file(self, &file);
	buf_done(&type);
	return ok;
}

static bool job_take_message(struct draft_job *self, struct stored *stored)
{
	char none[] = "", type[] = "message/rfc822";
	struct draft_file file = {
		.name = none, .type = type, .description = none, .is_message = true};
	return stored_copy_part(stored, STR(""), draft_writer_add, &self->writer, &self->error) &&
	       job_add_file(self, &file);
}

static bool job_take_attachments(struct draft_job *self, struct stored *stored)
{
	struct part *root = part_copy(stored_source(stored).root);
	struct part_lists lists;
	bool ok = true;
	part_lists_make(root, &lists);
	for (size_t i = 0; ok && i < lists.attachment_count; i++)
		ok = job_take_part(self, stored, lists.attachments[i]);
	part_lists_done(&lists);
	part_free(root);
	return ok;
}

/* ---- A draft from messages. ---- */

struct original {
	struct stored *stored; /* owned */
	struct buf text;
};

static bool job_open_original(struct draft_job *self, struct cache *reader, size_t index,
	struct original *original, struct compose_original *out)
{
	enum draft_verb verb = self->request->draft_verb;
	size_t first = self->draft->file_count;
	original->stored = stored_open(reader, self->message_ids[index], false);
	struct render_source source = stored_source(original->stored);
	struct render_options options = {0};
	struct shown *shown = render_source(&source, &options);
	compose_text_of(shown->doc, 0, &original->text);
	shown_free(shown);
	out->place_id = self->request->place_ids[index];
	out->header = source.header;
	out->text = buf_str(&original->text);
	bool ok = true;
	if (verb == DRAFT_FORWARD_ATTACHED)
		ok = job_take_message(self, original->stored);
	else if (verb == DRAFT_FORWARD || verb == DRAFT_AGAIN)
		ok = job_take_attachments(self, original->stored);
	out->file_count = self->draft->file_count - first;
	return ok;
}

/* The files were gathered in self->draft, which gets everything else now. */
static bool job_answer(
	struct draft_job *self, struct compose_original *originals, struct draft *made)
{
	const struct identity *who = self->identities;
	size_t count = self->identity_count;
	struct draft_file *file = self->draft->files;
	for (size_t i = 0; i < self->count; i++) {
		originals[i].files = file;
		if (originals[i].file_count > 0)
			file += originals[i].file_count;
	}
	switch (self->request->draft_verb) {
	case DRAFT_REPLY:
	case DRAFT_REPLY_ALL:
	case DRAFT_REPLY_LIST:
		return compose_reply(self->request->draft_verb, originals, self->count, who, count,
			&self->style, made, &self->error);
	case DRAFT_FORWARD:
	case DRAFT_FORWARD_ATTACHED:
		return compose_forward(self->request->draft_verb, originals, self->count, who,
			count, &self->style, made, &self->error);
	case DRAFT_AGAIN:
		return compose_again(originals, who, count, &self->style, made, &self->error);
	case DRAFT_NEW:
	case DRAFT_REDIRECT:
	case DRAFT_VERB_COUNT:
		break;
	}
	return error_set(&self->error, ERROR_INPUT, "this is no way to write");
}

static bool job_from_messages(struct draft_job *self, struct cache *reader)
{
	struct original *read = mem_new_array(self->count, sizeof(*read));
	struct compose_original *originals = mem_new_array(self->count, sizeof(*originals));
	struct draft *made = draft_new();
	bool ok = true;
	for (size_t i = 0; ok && i < self->count; i++)
		ok = job_open_original(self, reader, i, &read[i], &originals[i]);
	ok = ok && job_answer(self, originals, made);
	for (size_t i = 0; i < self->count; i++) {
		stored_close(read[i].stored);
		buf_done(&read[i].text);
	}
	mem_free(read);
	mem_free(originals);
	draft_free(self->draft);
	self->draft = made;
	return ok;
}

/* A message of a Drafts folder is gone on with. */
static bool job_resume(struct draft_job *self, struct cache *reader)
{
	struct buf message = {0};
	struct compose_found *found = NULL;
	struct stored *stored = stored_open(reader, self->message_ids[0], false);
	struct render_source source = stored_source(stored);
	struct render_options options = {0};
	struct shown *shown = render_source(&source, &options);
	struct draft *read = draft_new();
	bool ok = stored_copy_part(stored, STR(""), buf_sink, &message, &self->error) &&
		  compose_read(buf_str(&message), shown->doc, read, &found, NULL, &self->error);
	for (size_t i = 0; ok && i < read->file_count; i++)
		ok = compose_file_copy(buf_str(&message), &found[i], draft_writer_add,
			     &self->writer, &self->error) &&
		     job_add_file(self, &read->files[i]);
	/* The sizes are those that were counted. */
	for (size_t i = 0; ok && i < read->file_count; i++)
		read->files[i].size = self->draft->files[i].size;
	draft_free(self->draft);
	self->draft = read;
	mem_free(found);
	shown_free(shown);
	stored_close(stored);
	buf_done(&message);
	return ok;
}

static bool job_new(struct draft_job *self)
{
	const struct request *request = self->request;
	const struct identity *who = self->identities;
	for (size_t i = 0; i < self->identity_count; i++)
		if (request->new_text != NULL &&
			strcmp(self->identities[i].name, request->new_text) == 0)
			who = &self->identities[i];
	compose_new(who, &self->style, self->draft);
	return request->text == NULL ||
	       compose_mailto(str_from(request->text), self->draft, &self->error);
}

static bool job_redirect(struct draft_job *self, struct cache *reader)
{
	struct buf message = {0};
	struct stored *stored = stored_open(reader, self->message_ids[0], false);
	bool ok = stored_copy_part(stored, STR(""), buf_sink, &message, &self->error) &&
		  compose_redirect(buf_str(&message), self->identities, self->request->text,
			  &self->options, draft_writer_add, &self->writer, &self->out,
			  &self->error) &&
		  draft_writer_finish(&self->writer, &self->out_blob, &self->error);
	for (size_t i = 0; i < message.len; i++)
		if ((unsigned char)message.data[i] >= 0x80)
			self->out.options |= OUTGOING_8BIT;
	stored_close(stored);
	buf_done(&message);
	return ok;
}

/* ---- Attaching. ---- */

static bool job_copy_file(struct draft_job *self, int fd, struct buf *first)
{
	struct buf piece = {0};
	bool ok = true;
	char *bytes = mem_new(JOB_PIECE);
	for (;;) {
		ssize_t n = read(fd, bytes, JOB_PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			ok = error_errno(&self->error, ERROR_INPUT, "%s", self->request->path);
		if (n <= 0)
			break;
		if (first->len == 0)
			buf_add(first, str_make(bytes, n < 1024 ? (size_t)n : 1024));
		ok = draft_writer_add(&self->writer, str_make(bytes, (size_t)n), &self->error);
		if (!ok)
			break;
	}
	mem_free(bytes);
	buf_done(&piece);
	return ok;
}

/* Never waits for who may write into a pipe, and takes nothing that is no file. */
static bool job_attach_path(struct draft_job *self)
{
	const char *path = self->request->path;
	const char *slash = strrchr(path, '/');
	struct stat st;
	struct buf first = {0};
	char none[] = "";
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return error_errno(&self->error, ERROR_INPUT, "%s", path);
	bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (!ok)
		error_set(&self->error, ERROR_INPUT, "%s is not a file", path);
	ok = ok && job_copy_file(self, fd, &first);
	close(fd);
	if (ok) {
		char *name = mem_text(slash != NULL ? slash + 1 : path);
		char *type = mem_text(file_type_of(str_from(name), buf_str(&first)));
		struct draft_file file = {.name = name, .type = type, .description = none};
		ok = job_add_file(self, &file);
		mem_free(name);
		mem_free(type);
	}
	buf_done(&first);
	return ok;
}

static bool job_attach_part(struct draft_job *self, struct cache *reader)
{
	struct stored *stored = stored_open(reader, self->message_ids[0], false);
	struct part *root = part_copy(stored_source(stored).root);
	const struct part *part = part_find(root, str_from(self->request->part));
	bool ok = part != NULL ? job_take_part(self, stored, part)
			       : error_set(&self->error, ERROR_INPUT, "the message has no part %s",
					 self->request->part);
	part_free(root);
	stored_close(stored);
	return ok;
}

static bool job_attach(struct draft_job *self, struct cache *reader)
{
	bool ok = true;
	if (self->request->path != NULL)
		return job_attach_path(self);
	if (self->request->part != NULL && self->request->part[0] != '\0')
		return job_attach_part(self, reader);
	for (size_t i = 0; ok && i < self->count; i++) {
		struct stored *stored = stored_open(reader, self->message_ids[i], false);
		ok = job_take_message(self, stored);
		stored_close(stored);
	}
	return ok;
}

/* ---- Running. ---- */

/* A signature is the text of its file; without the file there is none. */
static void job_read_signatures(struct draft_job *self)
{
	for (size_t i = 0; i < self->identity_count; i++) {
		struct identity *identity = &self->identities[i];
		struct buf text = {0};
		if (identity->signature[0] == '\0')
			continue;
		if (!file_read(identity->signature, JOB_SIGNATURE_MAX, &text, NULL))
			buf_clear(&text);
		if (text.len > 0 && text.data[text.len - 1] != '\n')
			buf_add_char(&text, '\n');
		mem_free(identity->signature);
		identity->signature = buf_take(&text);
	}
}

static bool job_make(struct draft_job *self, struct cache *reader)
{
	if (self->request->kind == REQUEST_DRAFT_ATTACH)
		return job_attach(self, reader);
	if (self->identity_count == 0)
		return error_set(&self->error, ERROR_INPUT, "there is no account to write from");
	job_read_signatures(self);
	if (self->request->kind == REQUEST_REDIRECT)
		return job_redirect(self, reader);
	if (self->count == 0)
		return job_new(self);
	if (self->request->draft_verb == DRAFT_NEW)
		return job_resume(self, reader);
	return job_from_messages(self, reader);
}

static void draft_job_run(struct job *job, struct cache *reader)
{
	struct draft_job *self = (struct draft_job *)job;
	if (reader == NULL)
		error_set(&self->error, ERROR_STORAGE, "the store cannot be read");
	self->is_ok = reader != NULL &&
		      draft_writer_open(&self->writer, &self->store, &self->error) &&
		      job_make(self, reader);
	draft_writer_close(&self->writer);
}

static bool job_store_files(struct engine *engine, struct draft_job *self, int64_t draft_id)
{
	for (size_t i = 0; i < self->draft->file_count; i++)
		if (!cache_draft_add_file(engine->cache, draft_id, &self->draft->files[i],
			    self->blobs[i], &self->error))
			return false;
	return true;
}

static bool job_store_draft(struct engine *engine, struct draft_job *self)
{
	struct draft *draft = self->draft;
	const struct request *request = self->request;
	draft->verb = request->draft_verb;
	if (draft->account_id == 0)
		draft->account_id = request->account_id != 0 ? request->account_id
							     : self->identities[0].account_id;
	draft->draft_id = 0;
	return cache_draft_save(engine->cache, draft, engine->wall, &self->error) &&
	       job_store_files(engine, self, draft->draft_id) &&
	       (draft->verb != DRAFT_NEW || request->place_count != 1 ||
		       drafts_server_taken(engine, draft->draft_id, draft->revision,
			       request->place_ids[0], &self->error)) &&
	       drafts_give(engine, draft->draft_id, request->tag, NULL, &self->error);
}

static void job_tell_files(struct engine *engine, struct draft_job *self)
{
	for (size_t i = 0; i < self->draft->file_count; i++) {
		struct draft_file *file = &self->draft->files[i];
		struct event *event = event_new(EVENT_DRAFT_FILE);
		event->tag = self->request->tag;
		event->draft_id = self->request->draft_id;
		event->file = mem_new(sizeof(*event->file));
		*event->file = *file;
		event->file->name = mem_text(file->name);
		event->file->type = mem_text(file->type);
		event->file->description = mem_text(file->description);
		event->is_last = i + 1 == self->draft->file_count;
		engine_post(engine, event);
	}
}

static void draft_job_done(struct engine *engine, struct job *job)
{
	struct draft_job *self = (struct draft_job *)job;
	const struct request *request = self->request;
	bool ok = self->is_ok;
	engine->progress_is_due = engine->drafts_dirty = true;
	if (ok && request->kind == REQUEST_REDIRECT) {
		drafts_post(engine, &self->out, NULL, self->out_blob, 0, request->tag);
		return;
	}
	if (ok && request->kind == REQUEST_DRAFT_ATTACH) {
		ok = job_store_files(engine, self, request->draft_id);
		if (ok)
			job_tell_files(engine, self);
	} else if (ok) {
		ok = job_store_draft(engine, self);
	}
	if (!ok)
		engine_fail(engine, request->tag, &self->error);
}

static void draft_job_free(struct job *job)
{
	struct draft_job *self = (struct draft_job *)job;
	for (size_t i = 0; i < self->identity_count; i++)
		identity_done(&self->identities[i]);
	mem_free(self->identities);
	request_free(self->request);
	mem_free(self->message_ids);
	mem_free(self->attribution);
	draft_free(self->draft);
	mem_free(self->blobs);
	outgoing_done(&self->out);
	mem_free(self);
}

static void job_style(struct engine *engine, struct draft_job *self)
{
	const struct settings *s = engine->settings;
	self->attribution = mem_text(settings_get_text(s, "attribution"));
	self->style = (struct compose_style){
		.quote = settings_get_bool(s, "quote") && !self->request->omits_text
				 ? COMPOSE_QUOTE_ALL
				 : COMPOSE_QUOTE_NONE,
		.attribution = self->attribution,
		.keeps_signature = settings_get_bool(s, "quote-signature"),
		.signature_above = settings_get_bool(s, "signature-above"),
		.has_no_dashes = !settings_get_bool(s, "signature-dashes"),
		.forwards_as_fwd = settings_get_bool(s, "forward-as-fwd"),
	};
}

static int64_t job_account(struct engine *engine, const struct request *request)
{
	if (request->account_id != 0 || request->place_count == 0)
		return request->account_id;
	struct account_run *run = engine_run_of_folder(engine, place_folder(request->place_ids[0]));
	return run != NULL ? run->account->account_id : 0;
}

void drafts_job_start(
	struct engine *engine, struct request *request, int64_t *message_ids, size_t count)
{
	struct draft_job *self = mem_new(sizeof(*self));
	self->job = (struct job){draft_job_run, draft_job_done, draft_job_free,
		request->kind == REQUEST_DRAFT_ATTACH};
	self->request = request;
	self->store = drafts_store(engine);
	self->message_ids = message_ids;
	self->count = count;
	self->identities =
		drafts_identities(engine, job_account(engine, request), &self->identity_count);
	self->options = drafts_options(engine);
	self->draft = draft_new();
	job_style(engine, self);
	jobs_add(engine->jobs, &self->job);
}
