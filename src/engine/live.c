/* What screens look at, and when they get fresh pages. */
#include "engine/live.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/select.h"
#include "engine/sync.h"

enum { LIVE_PAUSE = 30, LIVE_PREPARE_ROWS = 500, LIVE_FIND_ROWS = 5000 };

struct live_list *live_get(struct engine *engine, unsigned list_id)
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
		selection_done(&list->selection);
	}
	bool is_zoomed = list->zoom != NULL && list->selection.messages > 0;
	mem_free(list->zoom);
	list->zoom = NULL;
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
	if (is_zoomed) /* in another order */
		select_zoom(engine, &(struct request){.list_id = list->list_id, .is_on = true});
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
	selection_done(&gone->selection);
	mem_free(gone->zoom);
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

static void live_fill_folder(struct engine *engine, struct page *page)
{
	struct folder folder = {0};
	struct cache_status server;
	if (!cache_folder_get(engine->cache, page->view.folder_id, &folder, NULL))
		return;
	page->unseen = folder.unseen;
	cache_deleted_count(engine->cache, folder.folder_id, &page->deleted, NULL);
	page->is_read_only = folder.is_read_only || sync_is_read_only(engine, folder.folder_id) ||
			     live_is_examined(engine, folder.folder_id);
	page->is_syncing = folder.synced_low != 1 && sync_is_busy(engine, folder.folder_id);
	/* Where all has come, its count may only be older than what was taken away from here. */
	if (cache_folder_server(engine->cache, folder.folder_id, &server, NULL) &&
		server.server_total != UINT32_MAX &&
		(folder.synced_low != 1 || server.server_uidnext > folder.uidnext))
		page->server_total = server.server_total;
	folder_done(&folder);
}

/* Where a page of the zoomed list begins: as cache_page does it, fewer in front make more behind.
 */
static size_t live_zoom_first(const struct live_list *list)
{
	const struct page_request *page = &list->page;
	size_t at = 0, count = list->zoom_count;
	switch (page->anchor) {
	case PAGE_AT_PLACE:
		while (at < count && list->zoom[at] != page->place_id)
			at++;
		if (at == count && page->view.sort == SORT_ARRIVAL)
			for (at = 0; at < count &&
				     (list->zoom[at] < page->place_id) != page->view.is_reverse;
				at++)
				continue;
		break;
	case PAGE_AT_ROW:
		at = page->row < count ? page->row : count;
		break;
	case PAGE_AT_START:
		break;
	case PAGE_AT_END:
		at = count;
		break;
	}
	return at > page->before ? at - page->before : 0;
}

/* Those that are gone leave the list of what is shown. */
static void live_zoom_drop(
	struct live_list *list, size_t first, size_t count, const struct cache_page *rows)
{
	size_t kept = first, row = 0;
	for (size_t i = first; i < list->zoom_count; i++) {
		bool is_asked = i < first + count;
		bool is_here =
			is_asked && row < rows->count && rows->rows[row].place_id == list->zoom[i];
		row += is_here;
		if (is_here || !is_asked)
			list->zoom[kept++] = list->zoom[i];
	}
	list->zoom_count = kept;
}

static bool live_zoom_page(
	struct engine *engine, struct live_list *list, struct cache_page *rows, struct error *err)
{
	for (;;) {
		size_t first = live_zoom_first(list);
		size_t want = list->page.before + list->page.after, left = list->zoom_count - first;
		if (left < want)
			first = list->zoom_count > want ? list->zoom_count - want : 0;
		left = list->zoom_count - first;
		want = left < want ? left : want;
		if (!cache_page_places(engine->cache, list->zoom + first, want, rows, err))
			return false;
		rows->first = (uint32_t)first;
		rows->total = (uint32_t)list->zoom_count;
		if (rows->count == want)
			return true;
		live_zoom_drop(list, first, want, rows);
		cache_page_done(rows);
	}
}

static void live_mark_selected(const struct live_list *list, struct page *page)
{
	page->selected = list->selection.messages;
	page->is_zoomed = list->zoom != NULL;
	for (size_t i = 0; list->selection.count > 0 && i < page->count; i++)
		if (selection_has(&list->selection, page->rows[i].place_id))
			page->rows[i].hints |= HINT_SELECTED;
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
	bool ok = list->zoom != NULL ? live_zoom_page(engine, list, &rows, &err)
				     : cache_page(engine->cache, &query, &rows, &err);
	if (!ok) {
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
	live_mark_selected(list, page);
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

/* In a zoomed list only what is selected stands. */
static bool live_shows(const struct live_list *list, int64_t place_id)
{
	return list == NULL || list->zoom == NULL || selection_has(&list->selection, place_id);
}

static bool live_search_find(struct engine *engine, struct request *request, int64_t *found,
	int64_t *next, struct error *err)
{
	if (request->kind == REQUEST_NEXT_NEW)
		return cache_next_unseen(
			engine->cache, &request->page.view, request->place_id, found, err);
	return cache_find(engine->cache, &request->page.view, request->place_id,
		request->is_backwards, str_from(request->text), LIVE_FIND_ROWS, found, next, err);
}

bool live_search(struct engine *engine)
{
	struct request *request = engine->search;
	int64_t found = 0, next = 0;
	struct error err;
	if (request == NULL)
		return false;
	if (!live_search_find(engine, request, &found, &next, &err))
		engine_storage_failed(engine, &err);
	request->place_id = next;
	const struct live_list *list = live_get(engine, request->list_id);
	if (found != 0 && !live_shows(list, found)) {
		request->place_id = found;
		return true;
	}
	if (found == 0 && next != 0)
		return true;
	live_tell_found(engine, request, found);
	live_search_free(engine);
	return true;
}
