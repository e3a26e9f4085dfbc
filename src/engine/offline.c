/*
 * Bodies that nobody has opened yet: what the setting `offline` wants of each folder, and
 * `rowan sync --bodies`. The newest come first, a window at a time, so that what somebody waits for
 * never stands behind much.
 */
#include "engine/reading.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "model/offline.h"

enum {
	BULK_BYTES = 256 * 1024, /* of RFC822.SIZE in one command */
	BULK_COUNT = 50,
	BULK_ROWS = 200,
	DAY_S = 24 * 3600,
};

/* The folders that are still to be looked at. */
struct offline {
	struct folder *folders; /* owned */
	size_t count, at;
	int64_t below; /* place_id: looked through from the end down to it; 0: not begun */
};

static void offline_free(struct offline *offline)
{
	if (offline == NULL)
		return;
	for (size_t i = 0; i < offline->count; i++)
		folder_done(&offline->folders[i]);
	mem_free(offline->folders);
	mem_free(offline);
}

void offline_done(struct account_run *run)
{
	offline_free(run->offline);
	run->offline = NULL;
}

/* Is the body of this row still to be fetched? The same content may have come by another folder. */
static bool offline_wants(struct engine *engine, const struct message *row, int64_t since)
{
	int64_t message_id = 0;
	uint64_t have = 0;
	bool is_whole = false;
	if ((row->hints & HINT_BODY) != 0 || place_is_temporary(row->place_id) || row->date < since)
		return false;
	if (!cache_message_register(engine->cache, row->place_id, &message_id, NULL) ||
		!cache_body_state(engine->cache, message_id, STR(""), &have, &is_whole, NULL))
		return false;
	if (have > 0 && !is_whole)
		cache_body_drop(engine->cache, message_id, STR(""), NULL);
	return !is_whole;
}

/* The rows in front of `below` (0: the last ones); the page is done with by the caller. */
static bool offline_rows(
	struct engine *engine, int64_t folder_id, int64_t below, struct cache_page *page)
{
	struct cache_page_query query = {
		.view = {.kind = VIEW_FOLDER, .folder_id = folder_id},
		.anchor = below != 0 ? CACHE_AT_PLACE : CACHE_AT_END,
		.place_id = below,
		.before = BULK_ROWS,
	};
	return cache_page(engine->cache, &query, page, NULL);
}

/* Walks down from `*below`: the rows that are wanted, while take says so. False: none is left. */
typedef bool offline_take(void *context, const struct message *row);

static bool offline_walk(struct engine *engine, int64_t folder_id, int64_t since, int64_t *below,
	offline_take *take, void *context)
{
	struct cache_page page = {0};
	bool goes_on = true, has_rows = false;
	if (!offline_rows(engine, folder_id, *below, &page))
		return false;
	for (size_t i = page.count; i > 0 && goes_on; i--) {
		const struct message *row = &page.rows[i - 1];
		if (*below != 0 && row->place_id >= *below)
			continue; /* at the start the store gives what stands behind it */
		has_rows |= row->date >= since; /* a page of old ones ends it */
		*below = row->place_id;
		if (offline_wants(engine, row, since))
			goes_on = take(context, row);
	}
	cache_page_done(&page);
	return has_rows;
}

static bool offline_found(void *context, const struct message *row)
{
	bool *is_found = context;
	(void)row;
	*is_found = true;
	return false;
}

bool offline_is_missing(struct engine *engine, int64_t folder_id)
{
	int64_t below = 0;
	bool is_found = false;
	while (!is_found && offline_walk(engine, folder_id, 0, &below, offline_found, &is_found))
		continue;
	return is_found;
}

/* ---- Asking for them. ---- */

struct offline_window {
	struct imap_set set;
	uint64_t bytes;
};

static bool offline_gather(void *context, const struct message *row)
{
	struct offline_window *window = context;
	uint32_t uid = place_uid(row->place_id);
	imap_set_add(&window->set, uid, uid);
	window->bytes += row->size;
	return window->bytes < BULK_BYTES && window->set.count < BULK_COUNT;
}

static void offline_tell(struct session *s, const struct folder_task *task)
{
	uint32_t total = 0;
	struct engine *engine = s->run->engine;
	if (!cache_uid_count(engine->cache, task->folder_id, 1, UINT32_MAX, &total, NULL))
		return;
	struct event *event = event_new(EVENT_PROGRESS);
	event->account_id = s->run->account->account_id;
	event->folder_id = task->folder_id;
	event->is_bodies = true;
	event->done = task->fetched;
	event->total = total;
	engine_post_latest(
		engine, (uint64_t)EVENT_PROGRESS << 32 | (uint32_t)task->folder_id, event);
}

/* What did not come is asked for when the folder is looked at again. */
static void offline_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	struct folder_task *task = account_run_task_of(s->run, p->folder_id);
	if (task == NULL || event->status != IMAP_OK)
		return;
	task->fetched += p->number;
	offline_tell(s, task);
}

bool offline_fetch(struct session *s, struct folder_task *task)
{
	struct offline_window window = {0};
	struct buf text = {0};
	bool has_more = offline_walk(s->run->engine, task->folder_id, task->since, &task->below,
		offline_gather, &window);
	if (window.set.count > 0) {
		size_t from = 0;
		imap_set_format(&window.set, &from, 4000, &text);
		unsigned command = imap_fetch(
			s->imap, true, buf_str(&text), STR("(UID BODY.PEEK[])"), 0, false);
		struct pending *p = session_expect(s, command, offline_answer);
		p->folder_id = task->folder_id;
		p->is_bulk = true;
		p->number = imap_set_size(&window.set);
	}
	buf_done(&text);
	imap_set_done(&window.set);
	return has_more;
}

/* ---- What the setting wants. ---- */

void offline_plan_again(struct account_run *run)
{
	offline_done(run);
	if (run->account->offline == NULL || !run->engine->options.may_ask || run->test != NULL)
		return;
	run->offline = mem_new(sizeof(*run->offline));
	if (!cache_folders_list(run->engine->cache, run->account->account_id,
		    &run->offline->folders, &run->offline->count, NULL))
		run->offline->count = 0;
}

static void offline_visit(struct account_run *run, int64_t folder_id, bool bodies, int64_t since)
{
	account_run_add_task(run, folder_id, bodies);
	struct folder_task *task = account_run_task_of(run, folder_id);
	task->since = since;
	task->below = 0;
}

/* One folder, or a slice of a large one; true when it is done with. */
static bool offline_look(struct account_run *run, const struct folder *folder)
{
	struct offline *offline = run->offline;
	struct offline_rule rule;
	bool tells_flags = false, is_found = false;
	if (!offline_read(str_from(run->account->offline), str_from(folder->name), &rule) ||
		rule.kind == OFFLINE_OPENED || (folder->attributes & FOLDER_NO_SELECT) != 0)
		return true;
	bool bodies = rule.kind != OFFLINE_HEADERS;
	int64_t since =
		rule.kind == OFFLINE_DAYS ? run->engine->wall - (int64_t)rule.days * DAY_S : 0;
	if (account_run_folder_has_news(run, folder, &tells_flags)) {
		offline_visit(run, folder->folder_id, bodies, since);
		return true;
	}
	bool has_more = bodies && offline_walk(run->engine, folder->folder_id, since,
					  &offline->below, offline_found, &is_found);
	if (is_found)
		offline_visit(run, folder->folder_id, true, since);
	return is_found || !has_more;
}

bool offline_plan(struct account_run *run)
{
	struct offline *offline = run->offline;
	if (offline == NULL)
		return false;
	if (offline->at < offline->count && offline_look(run, &offline->folders[offline->at])) {
		offline->at++;
		offline->below = 0;
	}
	if (offline->at < offline->count)
		return true;
	offline_done(run);
	return true;
}
