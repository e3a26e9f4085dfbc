/* From the draft to the outbox, and what follows when its message is out. */
#include "engine/drafts.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/profile.h"
#include "engine/submit.h"
#include "model/address.h"
#include "proto/mime/mime.h"

#include <time.h>

enum { SEND_KNOWN_MAX = 20000 };

/* ---- Who writes. ---- */

struct identity *drafts_identities(struct engine *engine, int64_t account_id, size_t *count)
{
	const char **accounts = NULL;
	struct identity *all = settings_identities(engine->settings, NULL, &accounts, count);
	struct identity *sorted = mem_new_array(*count + 1, sizeof(*sorted));
	size_t at = 0;
	for (size_t i = 0; i < *count; i++)
		for (size_t r = 0; r < engine->run_count; r++)
			if (strcmp(engine->runs[r]->account->name, accounts[i]) == 0)
				all[i].account_id = engine->runs[r]->account->account_id;
	for (int is_other = 0; is_other < 2; is_other++)
		for (size_t i = 0; i < *count; i++)
			if ((all[i].account_id != account_id) == is_other)
				sorted[at++] = all[i];
	mem_free(all);
	mem_free(accounts);
	return sorted;
}

/* ---- Built. ---- */

struct compose_options drafts_options(struct engine *engine)
{
	const struct engine_world *world = engine->world;
	time_t now = (time_t)engine->wall;
	struct tm local;
	struct compose_options options = {
		.now = engine->wall,
		.hides_zone = settings_get_bool(engine->settings, "hide-zone"),
	};
	if (localtime_r(&now, &local) != NULL)
		options.zone = (int)(local.tm_gmtoff / 60);
	for (int i = 0; i < 2; i++) {
		options.entropy[i] = world->random(world->context);
		options.entropy[i] = options.entropy[i] << 32 ^ world->random(world->context);
	}
	return options;
}

struct send_job {
	struct job job;
	struct request *request; /* owned: with the draft */
	struct cache_options store;
	struct compose_options options;
	struct cache *reader; /* not owned: of the worker */
	struct draft_writer writer;
	struct outgoing out;
	int64_t blob_id;
	bool is_ok;
	struct error error;
};

static bool send_read(void *context, const struct draft_file *file, uint64_t offset, size_t size,
	struct buf *piece, struct error *err)
{
	struct send_job *self = context;
	return cache_draft_read_file(self->reader, file->file_id, offset, size, piece, err);
}

static bool send_write(void *context, struct str bytes, struct error *err)
{
	struct send_job *self = context;
	return draft_writer_add(&self->writer, bytes, err);
}

static void send_run(struct job *job, struct cache *reader)
{
	struct send_job *self = (struct send_job *)job;
	self->reader = reader;
	if (reader == NULL)
		error_set(&self->error, ERROR_STORAGE, "the store cannot be read");
	self->is_ok = reader != NULL &&
		      draft_writer_open(&self->writer, &self->store, &self->error) &&
		      compose_build(self->request->draft, &self->options, send_read, send_write,
			      self, &self->out, &self->error) &&
		      draft_writer_finish(&self->writer, &self->blob_id, &self->error);
	draft_writer_close(&self->writer);
}

static void send_done(struct engine *engine, struct job *job)
{
	struct send_job *self = (struct send_job *)job;
	struct request *request = self->request;
	engine->progress_is_due = engine->drafts_dirty = true;
	if (!self->is_ok) {
		engine_fail(engine, request->tag, &self->error);
		return;
	}
	int64_t at = request->not_before != 0 ? request->not_before : request->draft->send_at;
	drafts_post(engine, &self->out, request->draft, self->blob_id, at, request->tag);
}

static void send_free(struct job *job)
{
	struct send_job *self = (struct send_job *)job;
	request_free(self->request);
	outgoing_done(&self->out);
	mem_free(self);
}

static bool send_may(struct engine *engine, int64_t account_id, struct error *err)
{
	const struct account_run *run = engine_run_of_account(engine, account_id);
	if (run == NULL)
		return error_set(err, ERROR_INPUT, "there is no such account");
	return run->account->outgoing.host != NULL || run->account->sendmail != NULL ||
	       error_set(err, ERROR_INPUT,
		       "the account %s has no server for outgoing mail; give one with smtp = …",
		       run->account->name);
}

void drafts_send(struct engine *engine, struct request *request)
{
	struct error err;
	struct draft *draft = request->draft;
	if (!cache_draft_save(engine->cache, draft, engine->wall, &err) ||
		!send_may(engine, draft->account_id, &err)) {
		engine_fail(engine, request->tag, &err);
		request_free(request);
		return;
	}
	struct send_job *self = mem_new(sizeof(*self));
	self->job = (struct job){send_run, send_done, send_free, draft->file_count > 0};
	self->request = request;
	self->store = drafts_store(engine);
	self->options = drafts_options(engine);
	jobs_add(engine->jobs, &self->job);
}

/* ---- Into the outbox. ---- */

/* "ACCOUNT/Folder" → its id. */
static bool send_find_folder(
	struct engine *engine, const char *name, int64_t *folder_id, struct error *err)
{
	struct folder *folders = NULL;
	size_t count = 0;
	if (!cache_folders_list(engine->cache, 0, &folders, &count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct account_run *run = engine_run_of_account(engine, folders[i].account_id);
		struct buf full = {0};
		if (run != NULL)
			buf_addf(&full, "%s/%s", run->account->name, folders[i].name);
		if (full.len > 0 && str_equal(buf_str(&full), str_from(name)))
			*folder_id = folders[i].folder_id;
		buf_done(&full);
		folder_done(&folders[i]);
	}
	mem_free(folders);
	return *folder_id != 0 ||
	       error_set(err, ERROR_INPUT, "there is no folder %s for the copy (Fcc)", name);
}

static const char *send_fcc(struct engine *engine, const struct draft *draft, struct buf *fcc)
{
	size_t count = 0;
	if (draft->fcc[0] != '\0')
		return draft->fcc;
	struct identity *all = drafts_identities(engine, draft->account_id, &count);
	for (size_t i = 0; i < count; i++) {
		if (all[i].account_id == draft->account_id &&
			strcmp(all[i].name, draft->identity) == 0)
			buf_add_text(fcc, all[i].fcc);
		identity_done(&all[i]);
	}
	mem_free(all);
	return buf_text(fcc);
}

static bool send_choose_copy(
	struct engine *engine, const struct draft *draft, struct outgoing *out, struct error *err)
{
	const struct account_run *run = engine_run_of_account(engine, out->account_id);
	struct buf own = {0};
	bool ok = true;
	if (run != NULL && run->account->no_copy)
		out->options |= OUTGOING_NO_COPY;
	if (draft != NULL) {
		const char *fcc = send_fcc(engine, draft, &own);
		if (strcmp(fcc, "-") == 0)
			out->options |= OUTGOING_NO_COPY;
		else if (fcc[0] != '\0')
			ok = send_find_folder(engine, fcc, &out->copy_folder_id, err);
	}
	buf_done(&own);
	return ok;
}

static void send_choose_time(struct engine *engine, struct outgoing *out, int64_t not_before)
{
	int64_t pause = settings_get_number(engine->settings, "undo-send");
	out->not_before = engine->wall + pause;
	if (not_before > out->not_before)
		out->not_before = not_before;
	out->state = out->not_before > engine->wall ? OUTGOING_HELD : OUTGOING_QUEUED;
	if (out->state == OUTGOING_QUEUED)
		out->not_before = 0;
	out->updated = engine->wall;
}

static void send_remember(struct engine *engine, const char *list)
{
	struct address_list parsed = {0};
	mime_address_parse(str_from(list), &parsed);
	for (size_t i = 0; i < parsed.count; i++)
		cache_written_add(engine->cache, str_from(parsed.items[i].addr),
			str_from(parsed.items[i].name), engine->wall, NULL);
	address_list_done(&parsed);
}

void drafts_post(struct engine *engine, struct outgoing *out, const struct draft *draft,
	int64_t blob_id, int64_t not_before, uint64_t tag)
{
	struct error err;
	if (settings_get_bool(engine->settings, "send-to-rest"))
		out->options |= OUTGOING_TO_REST;
	out->draft_id = draft != NULL ? draft->draft_id : 0;
	send_choose_time(engine, out, not_before);
	if (!send_choose_copy(engine, draft, out, &err) ||
		!send_may(engine, out->account_id, &err) ||
		!cache_outbox_add_blob(engine->cache, out, blob_id, &err)) {
		cache_blob_forget(engine->cache, blob_id, NULL);
		engine_fail(engine, tag, &err);
		return;
	}
	if (draft != NULL) {
		send_remember(engine, draft->to);
		send_remember(engine, draft->cc);
		send_remember(engine, draft->bcc);
	}
	engine->book_is_stale = true;
	submit_posted(engine, out->outgoing_id, tag);
}

/* ---- When it is out. ---- */

/* One wish for a folder: \Answered, or $Forwarded. Messages that are not there any more, or are
 * others by now, are left out. */
static bool settle_folder(struct engine *engine, int64_t folder_id, const struct action_item *items,
	size_t count, flags_t add, struct error *err)
{
	struct folder folder = {0};
	struct action wish = {.kind = ACTION_FLAGS, .folder_id = folder_id, .add = add};
	size_t made = 0;
	if (!cache_folder_get(engine->cache, folder_id, &folder, err))
		return false;
	wish.account_id = folder.account_id;
	wish.uidvalidity = folder.uidvalidity;
	folder_done(&folder);
	wish.items = mem_new_array(count, sizeof(*wish.items));
	for (size_t i = 0; i < count; i++) {
		struct cache_message m = {0};
		bool is_found = false;
		int64_t place_id = place_numbered(folder_id, items[i].uid);
		cache_message_get(engine->cache, place_id, &m, &is_found, NULL);
		if (is_found && memcmp(&m.ident, &items[i].ident, sizeof(m.ident)) == 0)
			wish.items[wish.item_count++] = items[i];
		cache_message_done(&m);
	}
	bool ok = wish.item_count == 0 || wish_add(engine, &wish, &made, err);
	mem_free(wish.items);
	return ok;
}

static bool settle_answers(struct engine *engine, const struct draft *draft, struct error *err)
{
	struct action_item *items = NULL;
	int64_t *folders = NULL;
	size_t count = 0;
	bool is_forward = draft->verb == DRAFT_FORWARD || draft->verb == DRAFT_FORWARD_ATTACHED;
	bool is_answer = draft->verb == DRAFT_REPLY || draft->verb == DRAFT_REPLY_ALL ||
			 draft->verb == DRAFT_REPLY_LIST;
	if (!is_forward && !is_answer)
		return true;
	bool ok =
		cache_draft_answers(engine->cache, draft->draft_id, &items, &folders, &count, err);
	for (size_t at = 0, n = 0; ok && at < count; at += n) {
		for (n = 1; at + n < count && folders[at + n] == folders[at]; n++)
			continue;
		ok = settle_folder(engine, folders[at], items + at, n,
			is_forward ? FLAG_FORWARDED : FLAG_ANSWERED, err);
	}
	mem_free(items);
	mem_free(folders);
	return ok;
}

/* Where it went to the rest only, the draft stays for those who were refused. */
static void settle_refused(const struct outgoing *item, struct buf *to)
{
	for (size_t i = 0; i < item->recipient_count; i++)
		if (item->recipients[i].code >= 400)
			buf_addf(to, "%s%s", to->len > 0 ? ", " : "", item->recipients[i].address);
}

static bool settle_one(struct engine *engine, const struct outgoing *item, struct error *err)
{
	struct draft draft;
	struct buf refused = {0};
	bool is_found = false;
	draft_init(&draft);
	bool ok = cache_draft_load(engine->cache, item->draft_id, &draft, &is_found, err);
	ok = ok && (!is_found || settle_answers(engine, &draft, err));
	ok = ok && (!is_found || drafts_server_remove(engine, item->draft_id, err));
	settle_refused(item, &refused);
	ok = ok &&
	     cache_outbox_settle_draft(engine->cache, item->outgoing_id, buf_text(&refused), err);
	if (ok && refused.len > 0) {
		struct buf words = {0};
		submit_recipient_words(item, &words);
		ok = drafts_give(engine, item->draft_id, 0, buf_text(&words), err);
		buf_done(&words);
	}
	buf_done(&refused);
	draft_done(&draft);
	return ok;
}

void drafts_settle(struct engine *engine)
{
	struct outgoing *items = NULL;
	size_t count = 0, settled = 0;
	struct error err;
	bool ok = cache_outbox_list(engine->cache, &items, &count, &err);
	for (size_t i = 0; i < count; i++) {
		bool is_out = items[i].state == OUTGOING_ACCEPTED ||
			      items[i].state == OUTGOING_SENTCOPY ||
			      items[i].state == OUTGOING_DONE;
		if (ok && is_out && items[i].draft_id != 0) {
			ok = settle_one(engine, &items[i], &err);
			settled++;
		}
		outgoing_done(&items[i]);
	}
	mem_free(items);
	if (!ok)
		engine_storage_failed(engine, &err);
	if (settled == 0)
		return;
	engine->drafts_dirty = true;
	wishes_made(engine);
}

/* ---- Looked over. ---- */

static void check_silence(const struct settings *s, struct compose_context *context)
{
	static const struct {
		const char *key;
		enum compose_warning_kind kind;
	} rows[] = {
		{"check-subject", COMPOSE_NO_SUBJECT},
		{"check-attachment", COMPOSE_NO_ATTACHMENT},
		{"check-blind", COMPOSE_BLIND_REPLY_ALL},
		{"check-from", COMPOSE_OTHER_FROM},
		{"check-first-time", COMPOSE_FIRST_TIME},
		{"check-look-alike", COMPOSE_LOOK_ALIKE},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!settings_get_bool(s, rows[i].key))
			context->silent |= 1u << rows[i].kind;
	context->many = (size_t)settings_get_number(s, "check-recipients");
}

void drafts_check(struct engine *engine, const struct request *request)
{
	struct book_completion *known = NULL;
	size_t count = 0;
	struct account_run *run = engine_run_of_account(engine, request->draft->account_id);
	struct compose_context context = {.from = run != NULL ? run->account->from : NULL};
	check_silence(engine->settings, &context);
	if (run != NULL)
		context.limit = submit_size_limit(run);
	context.knows = cache_written_list(engine->cache, SEND_KNOWN_MAX, &known, &count, NULL);
	const char **addresses = mem_new_array(count + 1, sizeof(*addresses));
	for (size_t i = 0; i < count; i++)
		addresses[i] = known[i].address;
	context.known = addresses;
	context.known_count = count;
	struct event *event = event_new(EVENT_CHECKED);
	event->tag = request->tag;
	event->draft_id = request->draft->draft_id;
	compose_check(request->draft, &context, &event->warnings);
	engine_post(engine, event);
	for (size_t i = 0; i < count; i++)
		book_completion_done(&known[i]);
	mem_free(known);
	mem_free(addresses);
}
