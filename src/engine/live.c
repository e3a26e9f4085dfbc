/* What screens look at, and when they get fresh pages. */
#include "engine/live.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/sync.h"

enum { LIVE_PAUSE = 30, LIVE_PREPARE_ROWS = 500, LIVE_FIND_ROWS = 5000 };

static struct live_list *live_get(struct engine *engine, unsigned list_id)
{
	for (struct live_list *list = engine->lists; list != NULL; list = list->next)
		if (list->list_id == list_id)
			return list;
	return NULL;
}

bool live_is_watched(const struct engine *engine, int64_t folder_id)
{
	for (const struct live_list *list = engine->lists; list != NULL; list = list->next)
		if (list->page.view.folder_id == folder_id)
			return true;
	return false;
}

bool live_is_examined(const struct engine *engine, int64_t folder_id)
{
	bool is_examined = false;
	for (const struct live_list *list = engine->lists; list != NULL; list = list->next)
		if (list->page.view.folder_id == folder_id)
			is_examined = list->is_examined;
	return is_examined;
}

static void live_left(struct engine *engine, int64_t folder_id)
{
	struct error err;
	if (folder_id == 0 || engine->is_guest || !engine->options.may_ask)
		return; /* to a program's eyes mail stays as fresh as it was */
	if (!cache_folder_shown(engine->cache, folder_id, &err))
		engine_storage_failed(engine, &err);
}

/* The first unseen message, as Alpine's incoming-startup-rule has it; of a folder whose headers are
 * still coming it is not known. */
static int64_t live_first_unseen(struct engine *engine, const struct view *view)
{
	struct folder folder = {0};
	struct error err;
	int64_t place_id = 0;
	if (view->sort != SORT_ARRIVAL || view->is_reverse ||
		!cache_folder_get(engine->cache, view->folder_id, &folder, NULL))
		return 0;
	if (folder.unseen > 0 && folder.synced_low == 1 &&
		!cache_next_unseen(engine->cache, view, 0, &place_id, &err))
		engine_storage_failed(engine, &err);
	folder_done(&folder);
	return place_id;
}

static void live_recall(struct engine *engine, struct page_request *page)
{
	struct error err;
	int64_t place_id = 0;
	bool is_found = false;
	if (!cache_view_load(engine->cache, &page->view, &place_id, &is_found, &err))
		engine_storage_failed(engine, &err);
	if (place_id == 0 && page->at_unseen)
		place_id = live_first_unseen(engine, &page->view);
	if (!is_found && place_id == 0)
		return;
	page->anchor = place_id != 0           ? PAGE_AT_PLACE
		       : page->view.is_reverse ? PAGE_AT_START
					       : PAGE_AT_END;
	page->place_id = place_id;
}

void live_remember(struct engine *engine, const struct request *request)
{
	const struct page_request *page = &request->page;
	struct error err;
	if (page->remembered && engine->options.may_ask &&
		!cache_view_save(engine->cache, &page->view, page->place_id, &err))
		engine_storage_failed(engine, &err);
}

void live_open(struct engine *engine, const struct request *request)
{
	struct live_list *list = live_get(engine, request->list_id);
	if (list == NULL) {
		list = mem_new(sizeof(*list));
		list->list_id = request->list_id;
		list->next = engine->lists;
		engine->lists = list;
	} else if (list->page.view.folder_id != request->page.view.folder_id) {
		live_left(engine, list->page.view.folder_id);
	}
	list->page = request->page;
	if (list->page.remembered)
		live_recall(engine, &list->page);
	list->tag = request->tag;
	list->is_asked = true;
	list->is_examined = request->page.read_only;
	list->is_prepared = list->page.view.sort == SORT_ARRIVAL;
	struct account_run *run = engine_run_of_folder(engine, request->page.view.folder_id);
	if (run != NULL)
		account_run_want_folder(run, request->page.view.folder_id);
}

void live_page(struct engine *engine, const struct request *request)
{
	struct live_list *list = live_get(engine, request->list_id);
	if (list == NULL)
		return;
	if (!view_equal(&list->page.view, &request->page.view))
		list->is_prepared = request->page.view.sort == SORT_ARRIVAL;
	list->page = request->page;
	list->tag = request->tag;
	list->is_asked = true;
}

void live_close(struct engine *engine, unsigned list_id)
{
	struct live_list **at = &engine->lists;
	while (*at != NULL && (*at)->list_id != list_id)
		at = &(*at)->next;
	struct live_list *gone = *at;
	if (gone == NULL)
		return;
	*at = gone->next;
	live_left(engine, gone->page.view.folder_id);
	mem_free(gone);
}

void live_free(struct engine *engine)
{
	while (engine->lists != NULL)
		live_close(engine, engine->lists->list_id);
}

void live_touch(struct engine *engine, int64_t folder_id)
{
	for (struct live_list *list = engine->lists; list != NULL; list = list->next)
		if (list->page.view.folder_id == folder_id)
			list->is_dirty = true;
	engine->folders_dirty = true;
}

void live_touch_all(struct engine *engine)
{
	for (struct live_list *list = engine->lists; list != NULL; list = list->next)
		list->is_dirty = true;
	engine->folders_dirty = true;
}

static enum cache_anchor live_anchor(enum page_anchor anchor)
{
	static const enum cache_anchor anchors[] = {
		[PAGE_AT_PLACE] = CACHE_AT_PLACE,
		[PAGE_AT_ROW] = CACHE_AT_ROW,
		[PAGE_AT_START] = CACHE_AT_START,
		[PAGE_AT_END] = CACHE_AT_END,
	};
	return anchors[anchor];
}

/* Costs their number, not the folder's. */
static uint32_t live_deleted(struct engine *engine, int64_t folder_id)
{
	int64_t *places = NULL;
	size_t count = 0;
	cache_deleted(engine->cache, folder_id, &places, &count, NULL);
	mem_free(places);
	return (uint32_t)count;
}

static void live_fill_folder(struct engine *engine, struct page *page)
{
	struct folder folder = {0};
	struct cache_status server;
	if (!cache_folder_get(engine->cache, page->view.folder_id, &folder, NULL))
		return;
	page->unseen = folder.unseen;
	page->deleted = live_deleted(engine, folder.folder_id);
	page->is_read_only = folder.is_read_only || sync_is_read_only(engine, folder.folder_id) ||
			     live_is_examined(engine, folder.folder_id);
	page->is_syncing = folder.synced_low != 1 && sync_is_busy(engine, folder.folder_id);
	if (cache_folder_server(engine->cache, folder.folder_id, &server, NULL) &&
		server.server_total != UINT32_MAX)
		page->server_total = server.server_total;
	folder_done(&folder);
}

static void live_post(struct engine *engine, struct live_list *list)
{
	struct cache_page_query query = {
		.view = list->page.view,
		.anchor = live_anchor(list->page.anchor),
		.place_id = list->page.place_id,
		.row = list->page.row,
		.before = list->page.before,
		.after = list->page.after,
	};
	struct cache_page rows = {0};
	struct error err;
	if (!list->is_prepared)
		query.view.sort = SORT_ARRIVAL;
	if (!cache_page(engine->cache, &query, &rows, &err)) {
		engine_storage_failed(engine, &err);
		return;
	}
	struct event *event = event_new(EVENT_PAGE);
	struct page *page = mem_new(sizeof(*page));
	event->list_id = list->list_id;
	event->tag = list->tag;
	event->page = page;
	page->list_id = list->list_id;
	page->view = list->page.view;
	page->total = rows.total;
	page->first = rows.first;
	page->rows = rows.rows; /* the event's from here on */
	page->count = rows.count;
	page->revision = ++engine->next_revision;
	page->place_id = list->page.anchor == PAGE_AT_PLACE ? list->page.place_id : 0;
	page->is_preparing = !list->is_prepared;
	live_fill_folder(engine, page);
	engine_post_latest(engine, (uint64_t)EVENT_PAGE << 32 | list->list_id, event);
	list->is_asked = false;
	list->is_dirty = false;
	list->told_at = engine->now;
}

void live_flush(struct engine *engine, int64_t *deadline)
{
	for (struct live_list *list = engine->lists; list != NULL; list = list->next) {
		if (!list->is_asked && !list->is_dirty)
			continue;
		int64_t due = list->is_asked ? engine->now : list->told_at + LIVE_PAUSE;
		if (due <= engine->now)
			live_post(engine, list);
		else if (due < *deadline)
			*deadline = due;
	}
}

bool live_prepare(struct engine *engine)
{
	struct error err;
	for (struct live_list *list = engine->lists; list != NULL; list = list->next) {
		if (list->is_prepared || engine->is_guest)
			continue;
		if (!cache_view_prepare(engine->cache, &list->page.view, LIVE_PREPARE_ROWS,
			    &list->is_prepared, &err)) {
			engine_storage_failed(engine, &err);
			list->is_prepared = true;
		}
		list->is_asked = list->is_prepared;
		return true;
	}
	return false;
}

static void live_tell_found(struct engine *engine, const struct request *request, int64_t place_id)
{
	struct event *event = event_new(EVENT_FOUND);
	event->list_id = request->list_id;
	event->tag = request->tag;
	event->place_id = place_id;
	engine_post(engine, event);
}

void live_search_free(struct engine *engine)
{
	request_free(engine->search);
	engine->search = NULL;
}

/* A new search takes the place of one that still runs. */
void live_find(struct engine *engine, struct request *request)
{
	live_search_free(engine);
	engine->search = request;
}

bool live_search(struct engine *engine)
{
	struct request *request = engine->search;
	int64_t found = 0, next = 0;
	struct error err;
	if (request == NULL)
		return false;
	if (!cache_find(engine->cache, &request->page.view, request->place_id,
		    request->is_backwards, str_from(request->text), LIVE_FIND_ROWS, &found, &next,
		    &err))
		engine_storage_failed(engine, &err);
	request->place_id = next;
	if (found == 0 && next != 0)
		return true;
	live_tell_found(engine, request, found);
	live_search_free(engine);
	return true;
}

void live_next_new(struct engine *engine, const struct request *request)
{
	int64_t found = 0;
	struct error err;
	if (!cache_next_unseen(engine->cache, &request->page.view, request->place_id, &found, &err))
		engine_storage_failed(engine, &err);
	live_tell_found(engine, request, found);
}
