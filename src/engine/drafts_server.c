/*
 * The copies of drafts in the Drafts folders, through the journal: the new one is appended, and
 * then the one that it replaces goes, by its UID. What another machine wrote there has another UID
 * and stays.
 */
#include "engine/drafts.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"

enum {
	SERVER_PAUSE_MS = 2 * 60 * 1000,
	SERVER_BATCH = 20,
	SERVER_ROWS = 100, /* of a Drafts folder that are listed */
};

/* ---- Where the copy is. ---- */

/* What is known by now of the wish that brought it; *place is 0 when there is none (yet, or any
 * more). With may_cancel a wish that was not sent is taken back, and what it would have replaced is
 * the copy. */
static bool server_resolve(struct engine *engine, int64_t draft_id, bool may_cancel,
	struct cache_draft_copy *copy, int64_t *place, struct error *err)
{
	struct action action = {0};
	bool is_cancelled = false;
	*place = 0;
	if (!cache_draft_server(engine->cache, draft_id, copy, err))
		return false;
	if (copy->folder_id == 0)
		return true;
	if (copy->uid != 0)
		*place = place_make(copy->folder_id, copy->uid);
	if (copy->action_id == 0 ||
		!cache_action_get(engine->cache, copy->action_id, &action, NULL) ||
		action.item_count == 0)
		return true;
	bool is_open = action.state == ACTION_QUEUED;
	bool ok = !may_cancel || !is_open ||
		  cache_action_cancel(engine->cache, &action, &is_cancelled, err);
	if (ok && action.items[0].landed != 0) {
		copy->uid = action.items[0].landed;
		copy->action_id = 0;
		*place = place_make(copy->folder_id, copy->uid);
		ok = cache_draft_set_server(engine->cache, draft_id, copy, err);
	} else if (ok && !is_cancelled && action.items[0].temporary != 0) {
		*place = place_numbered(
			copy->folder_id, PLACE_TEMPORARY + action.items[0].temporary);
	}
	action_done(&action);
	return ok;
}

static bool server_folder(struct engine *engine, int64_t account_id, int64_t *folder_id)
{
	struct folder *folders = NULL;
	size_t count = 0;
	*folder_id = 0;
	if (!cache_folders_list(engine->cache, account_id, &folders, &count, NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (*folder_id == 0 && folders[i].role == ROLE_DRAFTS &&
			(folders[i].attributes & FOLDER_NO_SELECT) == 0)
			*folder_id = folders[i].folder_id;
		folder_done(&folders[i]);
	}
	mem_free(folders);
	return *folder_id != 0;
}

/* ---- Saved there. ---- */

struct server_job {
	struct job job;
	struct draft *draft; /* owned */
	struct cache_options store;
	struct compose_options options;
	char *account; /* owned */
	struct cache *reader;
	struct draft_writer writer;
	int64_t folder_id, blob_id;
	bool is_ok;
	struct error error;
};

static bool server_read(void *context, const struct draft_file *file, uint64_t offset, size_t size,
	struct buf *piece, struct error *err)
{
	struct server_job *self = context;
	return cache_draft_read_file(self->reader, file->file_id, offset, size, piece, err);
}

static bool server_write(void *context, struct str bytes, struct error *err)
{
	struct server_job *self = context;
	return draft_writer_add(&self->writer, bytes, err);
}

static void save_run(struct job *job, struct cache *reader)
{
	struct server_job *self = (struct server_job *)job;
	struct outgoing out = {0};
	self->reader = reader;
	self->is_ok = reader != NULL &&
		      draft_writer_open(&self->writer, &self->store, &self->error) &&
		      compose_build(self->draft, &self->options, server_read, server_write, self,
			      &out, &self->error) &&
		      draft_writer_finish(&self->writer, &self->blob_id, &self->error);
	draft_writer_close(&self->writer);
	outgoing_done(&out);
}

static bool server_bring(struct engine *engine, struct server_job *self, struct error *err)
{
	struct cache_draft_copy copy;
	int64_t place = 0;
	struct action_item item = {
		.blob_id = self->blob_id, .flags = FLAG_DRAFT | FLAG_SEEN, .arrived = engine->wall};
	if (!server_resolve(engine, self->draft->draft_id, true, &copy, &place, err))
		return false;
	if (place_folder(place) != self->folder_id)
		place = 0;
	copy.folder_id = self->folder_id;
	copy.revision = self->draft->revision;
	copy.uid = place_is_temporary(place) ? 0 : place_uid(place);
	return wish_bring(engine, self->folder_id, place, &item, 0, &copy.action_id, err) &&
	       cache_draft_set_server(engine->cache, self->draft->draft_id, &copy, err);
}

static void save_done(struct engine *engine, struct job *job)
{
	struct server_job *self = (struct server_job *)job;
	enum cache_draft_state state;
	bool is_found = false;
	engine->drafts_saving--;
	engine->progress_is_due = true;
	bool ok = self->is_ok && cache_draft_state(engine->cache, self->draft->draft_id, &state,
					 &is_found, &self->error);
	/* Sent or dropped meanwhile: there it has no place any more. */
	if (ok && (!is_found || state == CACHE_DRAFT_LEFT || state == CACHE_DRAFT_DROPPED))
		cache_blob_forget(engine->cache, self->blob_id, NULL);
	else if (ok)
		ok = server_bring(engine, self, &self->error);
	if (!ok)
		log_line(engine->options.log, "a draft was not saved on the server: %s",
			self->error.detail);
	wishes_made(engine);
}

static void save_free(struct job *job)
{
	struct server_job *self = (struct server_job *)job;
	draft_free(self->draft);
	mem_free(self->account);
	mem_free(self);
}

static void server_save(struct engine *engine, int64_t draft_id)
{
	struct draft *draft = draft_new();
	bool is_found = false;
	int64_t folder_id = 0;
	bool ok = cache_draft_load(engine->cache, draft_id, draft, &is_found, NULL) && is_found &&
		  !draft_is_blank(draft) && server_folder(engine, draft->account_id, &folder_id);
	struct account_run *run = engine_run_of_account(engine, draft->account_id);
	if (!ok || run == NULL) {
		draft_free(draft);
		return;
	}
	struct server_job *self = mem_new(sizeof(*self));
	self->job = (struct job){save_run, save_done, save_free, draft->file_count > 0};
	self->draft = draft;
	self->folder_id = folder_id;
	self->store = drafts_store(engine);
	self->account = mem_text(run->account->name);
	self->options = drafts_options(engine);
	self->options.is_draft = true;
	self->options.account = self->account;
	engine->drafts_saving++;
	jobs_add(engine->jobs, &self->job);
}

void drafts_server_step(struct engine *engine, int64_t *deadline)
{
	int64_t ids[SERVER_BATCH];
	size_t count = 0;
	if (engine->is_guest || engine->run_count == 0)
		return;
	if (engine->drafts_next > engine->now && !engine->drafts_are_due) {
		if (engine->drafts_next < *deadline)
			*deadline = engine->drafts_next;
		return;
	}
	if (engine->drafts_saving > 0)
		return;
	engine->drafts_next = engine->now + SERVER_PAUSE_MS;
	engine->drafts_are_due = false;
	if (!settings_get_bool(engine->settings, "server-drafts") ||
		!cache_drafts_unsaved(engine->cache, ids, SERVER_BATCH, &count, NULL))
		return;
	for (size_t i = 0; i < count; i++)
		server_save(engine, ids[i]);
}

/* ---- Gone from there. ---- */

static bool server_expunge(struct engine *engine, int64_t place, struct error *err)
{
	struct folder folder = {0};
	struct cache_message m = {0};
	bool is_found = false;
	size_t count = 0;
	if (!cache_message_get(engine->cache, place, &m, &is_found, err))
		return false;
	bool ok = !is_found || cache_folder_get(engine->cache, place_folder(place), &folder, err);
	struct action_item item = {.uid = place_number(place), .ident = m.ident};
	struct action_item same = item;
	struct action mark = {.kind = ACTION_FLAGS,
		.account_id = folder.account_id,
		.folder_id = place_folder(place),
		.uidvalidity = folder.uidvalidity,
		.add = FLAG_DELETED,
		.items = &item,
		.item_count = 1};
	struct action expunge = mark;
	expunge.kind = ACTION_EXPUNGE;
	expunge.add = 0;
	expunge.items = &same;
	if (ok && is_found)
		ok = wish_add(engine, &mark, &count, err) &&
		     wish_add(engine, &expunge, &count, err);
	cache_message_done(&m);
	folder_done(&folder);
	return ok;
}

bool drafts_server_remove(struct engine *engine, int64_t draft_id, struct error *err)
{
	struct cache_draft_copy copy;
	int64_t place = 0;
	if (!server_resolve(engine, draft_id, true, &copy, &place, err))
		return false;
	if (place != 0 && !server_expunge(engine, place, err))
		return false;
	copy = (struct cache_draft_copy){0};
	return cache_draft_set_server(engine->cache, draft_id, &copy, err);
}

/* ---- Found there. ---- */

bool drafts_server_taken(struct engine *engine, int64_t draft_id, uint64_t revision, int64_t place,
	struct error *err)
{
	struct folder folder = {0};
	if (!cache_folder_get(engine->cache, place_folder(place), &folder, err))
		return false;
	struct cache_draft_copy copy = {.folder_id = place_folder(place),
		.uidvalidity = folder.uidvalidity,
		.uid = place_uid(place),
		.revision = revision};
	bool is_drafts = folder.role == ROLE_DRAFTS;
	folder_done(&folder);
	return !is_drafts || cache_draft_set_server(engine->cache, draft_id, &copy, err);
}

int64_t drafts_server_find(struct engine *engine, int64_t place)
{
	struct draft_row *rows = NULL;
	size_t count = 0;
	int64_t draft_id = 0;
	if (!cache_drafts_list(engine->cache, &rows, &count, NULL))
		return 0;
	for (size_t i = 0; i < count; i++) {
		struct cache_draft_copy copy;
		int64_t at = 0;
		if (draft_id == 0 && !rows[i].is_dropped &&
			server_resolve(engine, rows[i].draft_id, false, &copy, &at, NULL) &&
			at == place)
			draft_id = rows[i].draft_id;
		draft_row_done(&rows[i]);
	}
	mem_free(rows);
	return draft_id;
}

static bool is_listed(const struct event *event, size_t local, int64_t place)
{
	for (size_t i = 0; i < local; i++)
		if (event->drafts[i].place_id == place)
			return true;
	return false;
}

static void list_folder(
	struct engine *engine, const struct folder *folder, struct event *event, size_t local)
{
	struct cache_page page = {0};
	struct cache_page_query query = {
		.view = {.kind = VIEW_FOLDER, .folder_id = folder->folder_id},
		.anchor = CACHE_AT_END,
		.before = SERVER_ROWS};
	if (!cache_page(engine->cache, &query, &page, NULL))
		return;
	event->drafts = mem_resize(
		event->drafts, (event->draft_count + page.count + 1) * sizeof(*event->drafts));
	for (size_t i = page.count; i-- > 0;) {
		const struct message *row = &page.rows[i];
		if ((row->flags & FLAG_DELETED) != 0 || is_listed(event, local, row->place_id))
			continue;
		event->drafts[event->draft_count++] = (struct draft_row){
			.place_id = row->place_id,
			.account_id = folder->account_id,
			.to = mem_text(row->to_name),
			.subject = mem_text(row->subject),
			.updated = row->date,
		};
	}
	cache_page_done(&page);
}

void drafts_server_list(struct engine *engine, struct event *event)
{
	struct folder *folders = NULL;
	size_t count = 0, local = event->draft_count;
	for (size_t i = 0; i < local; i++) {
		struct cache_draft_copy copy;
		server_resolve(engine, event->drafts[i].draft_id, false, &copy,
			&event->drafts[i].place_id, NULL);
	}
	if (!cache_folders_list(engine->cache, 0, &folders, &count, NULL))
		return;
	for (size_t i = 0; i < count; i++) {
		if (folders[i].role == ROLE_DRAFTS)
			list_folder(engine, &folders[i], event, local);
		folder_done(&folders[i]);
	}
	mem_free(folders);
}
