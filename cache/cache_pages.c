/* Pages of a view, positions, one message. */
#include "cache/cache.h"

#include "base/array.h"
#include "cache/cache_folders.h"
#include "cache/cache_rank.h"
#include "cache/cache_walk.h"

void cache_page_done(struct cache_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		message_done(&page->rows[i]);
	mem_free(page->rows);
	*page = (struct cache_page){0};
}

/* What one page is made with. */
struct page_work {
	struct cache *cache;
	const struct cache_page_query *query;
	struct cache_folder_state folder;
	struct cache_spot spot; /* the gap in front of the anchor, in the view's order */
	struct message *front;  /* owned; rows in front of the anchor, nearest first */
	size_t front_count, front_cap;
	struct message *behind; /* owned */
	size_t behind_count, behind_cap;
};

/* In a reversed view the rows behind a spot are those in front of it in the base order. */
static bool page_walk(struct page_work *w, bool down, size_t want, size_t skip,
	struct message **rows, size_t *count, size_t *cap, struct error *err)
{
	bool base_down = down != w->query->view.is_reverse;
	if (want == 0)
		return true;
	sqlite3_stmt *stmt = cache_walk(w->cache, &w->query->view, &w->spot, base_down, err);
	enum store_row got = STORE_END;
	if (stmt == NULL)
		return false;
	while (want > 0 && (got = store_next(w->cache, stmt, err)) == STORE_ROW) {
		if (skip > 0) {
			skip--;
			continue;
		}
		*rows = array_room(*rows, *count, cap, sizeof(**rows));
		cache_walk_read(stmt, w->folder.shown, &(*rows)[(*count)++]);
		want--;
	}
	sqlite3_reset(stmt);
	return got != STORE_BAD;
}

static bool page_front(struct page_work *w, size_t want, struct error *err)
{
	size_t have = w->front_count;
	if (want <= have)
		return true;
	return page_walk(
		w, false, want - have, have, &w->front, &w->front_count, &w->front_cap, err);
}

static bool page_behind(struct page_work *w, size_t want, struct error *err)
{
	size_t have = w->behind_count;
	if (want <= have)
		return true;
	return page_walk(
		w, true, want - have, have, &w->behind, &w->behind_count, &w->behind_cap, err);
}

/* Both sides; what one lacks the other gives. */
static bool page_fill(struct page_work *w, struct error *err)
{
	size_t before = w->query->before, after = w->query->after;
	if (w->query->anchor == CACHE_AT_END) {
		before += after;
		after = 0;
	} else if (w->query->anchor == CACHE_AT_START) {
		after += before;
		before = 0;
	}
	if (!page_behind(w, after, err))
		return false;
	before += after - w->behind_count;
	if (!page_front(w, before, err))
		return false;
	return w->front_count == before || page_behind(w, after + before - w->front_count, err);
}

static bool page_spot_at_row(struct page_work *w, struct error *err)
{
	const struct view *view = &w->query->view;
	int64_t row = w->query->row;
	if (view->is_reverse)
		row = (int64_t)w->folder.total - 1 - row;
	if (row < 0)
		return cache_spot_at_start(w->cache, view, &w->spot, err);
	if (!cache_spot_at_row(w->cache, view, row, &w->spot, err))
		return false;
	if (view->is_reverse)
		cache_spot_pass(&w->spot);
	return true;
}

static bool page_spot_at_place(struct page_work *w, struct error *err)
{
	const struct view *view = &w->query->view;
	if (!cache_spot_at_place(w->cache, view, w->query->place_id, &w->spot, err))
		return false;
	/* A place that is gone has no key any more: the row where it was is the best there is. */
	if (!w->spot.is_found && w->spot.sort_id != 0) {
		cache_spot_done(&w->spot);
		return page_spot_at_row(w, err);
	}
	if (view->is_reverse)
		cache_spot_pass(&w->spot);
	return true;
}

static bool page_spot(struct page_work *w, struct error *err)
{
	const struct view *view = &w->query->view;
	switch (w->query->anchor) {
	case CACHE_AT_PLACE:
		return page_spot_at_place(w, err);
	case CACHE_AT_ROW:
		return page_spot_at_row(w, err);
	case CACHE_AT_START:
		return (view->is_reverse ? cache_spot_at_end : cache_spot_at_start)(
			w->cache, view, &w->spot, err);
	case CACHE_AT_END:
		return (view->is_reverse ? cache_spot_at_start : cache_spot_at_end)(
			w->cache, view, &w->spot, err);
	}
	return false;
}

/* The ends need no counting. */
static bool page_first(struct page_work *w, int64_t *first, struct error *err)
{
	int64_t before = 0, total = w->folder.total;
	switch (w->query->anchor) {
	case CACHE_AT_START:
		*first = 0;
		return true;
	case CACHE_AT_END:
		*first = total - (int64_t)w->front_count;
		return true;
	case CACHE_AT_ROW:
		if (w->spot.is_found) {
			*first = (int64_t)w->query->row - (int64_t)w->front_count;
			return true;
		}
		break;
	case CACHE_AT_PLACE:
		break;
	}
	if (!cache_spot_rank(w->cache, &w->spot, &before, err))
		return false;
	if (w->query->view.is_reverse)
		before = total - before;
	*first = before - (int64_t)w->front_count;
	return true;
}

/* Takes over the rows of both sides. */
static void page_join(struct page_work *w, struct cache_page *page)
{
	page->count = w->front_count + w->behind_count;
	page->rows = mem_new_array(page->count, sizeof(*page->rows));
	for (size_t i = 0; i < w->front_count; i++)
		page->rows[w->front_count - 1 - i] = w->front[i];
	for (size_t i = 0; i < w->behind_count; i++)
		page->rows[w->front_count + i] = w->behind[i];
	w->front_count = w->behind_count = 0;
}

static void page_work_done(struct page_work *w)
{
	for (size_t i = 0; i < w->front_count; i++)
		message_done(&w->front[i]);
	for (size_t i = 0; i < w->behind_count; i++)
		message_done(&w->behind[i]);
	mem_free(w->front);
	mem_free(w->behind);
	cache_spot_done(&w->spot);
}

bool cache_page(struct cache *cache, const struct cache_page_query *query, struct cache_page *page,
	struct error *err)
{
	struct page_work w = {.cache = cache, .query = query};
	int64_t first = 0;
	*page = (struct cache_page){0};
	if (!cache_view_check(&query->view, err) || !store_read_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = cache_folder_peek(cache, query->view.folder_id, &w.folder, err) &&
		  page_spot(&w, err) && page_fill(&w, err) && page_first(&w, &first, err);
	store_read_end(cache, STORE_CACHE);
	if (ok) {
		page->total = w.folder.total;
		page->first = first > 0 ? (uint32_t)first : 0;
		page_join(&w, page);
	}
	page_work_done(&w);
	return ok;
}

static bool rank_read(struct cache *cache, const struct view *view, int64_t place_id, uint32_t *row,
	bool *is_found, struct error *err)
{
	struct cache_folder_state folder;
	struct cache_spot spot = {0};
	int64_t before = 0;
	bool ok = cache_folder_peek(cache, view->folder_id, &folder, err) &&
		  cache_spot_at_place(cache, view, place_id, &spot, err);
	*is_found = ok && spot.is_found;
	if (*is_found)
		ok = cache_spot_rank(cache, &spot, &before, err);
	if (view->is_reverse)
		before = (int64_t)folder.total - 1 - before;
	cache_spot_done(&spot);
	*row = (uint32_t)before;
	return ok;
}

bool cache_rank(struct cache *cache, const struct view *view, int64_t place_id, uint32_t *row,
	bool *is_found, struct error *err)
{
	*row = 0;
	*is_found = false;
	if (!store_read_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = rank_read(cache, view, place_id, row, is_found, err);
	store_read_end(cache, STORE_CACHE);
	return ok;
}

/* In a sorted view there is no count of unread rows: one goes through it. */
static bool next_unseen_walk(struct cache *cache, const struct view *view, int64_t place_id,
	int64_t *found, struct error *err)
{
	struct cache_spot spot = {0};
	bool down = !view->is_reverse;
	bool ok = place_id != 0 ? cache_spot_at_place(cache, view, place_id, &spot, err)
		  : down        ? cache_spot_at_start(cache, view, &spot, err)
				: cache_spot_at_end(cache, view, &spot, err);
	if (ok && place_id != 0 && down)
		cache_spot_pass(&spot);
	sqlite3_stmt *stmt = ok ? cache_walk(cache, view, &spot, down, err) : NULL;
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		flags_t server = (flags_t)sqlite3_column_int64(stmt, CACHE_WALK_SERVER);
		flags_t added = (flags_t)sqlite3_column_int64(stmt, CACHE_WALK_ADDED);
		flags_t removed = (flags_t)sqlite3_column_int64(stmt, CACHE_WALK_REMOVED);
		if ((((server | added) & ~removed) & (FLAG_SEEN | FLAG_DELETED)) == 0) {
			*found = sqlite3_column_int64(stmt, CACHE_WALK_PLACE);
			sqlite3_reset(stmt);
			break;
		}
	}
	cache_spot_done(&spot);
	return row != STORE_BAD;
}

bool cache_next_unseen(struct cache *cache, const struct view *view, int64_t place_id,
	int64_t *found, struct error *err)
{
	*found = 0;
	if (!cache_view_check(view, err) || !store_read_begin(cache, STORE_CACHE, err))
		return false;
	int64_t folder_id = view->folder_id;
	int64_t from = place_id + 1;
	if (view->is_reverse)
		from = place_id != 0 ? place_id : cache_folder_high(folder_id) - 1;
	else if (place_id == 0)
		from = cache_folder_low(folder_id);
	bool ok = view->sort == SORT_ARRIVAL
			  ? cache_rank_unread(cache, from, view->is_reverse, found, err)
			  : next_unseen_walk(cache, view, place_id, found, err);
	store_read_end(cache, STORE_CACHE);
	return ok;
}

void cache_message_done(struct cache_message *m)
{
	message_done(&m->row);
	mem_free(m->message_id);
	mem_free(m->references);
	*m = (struct cache_message){0};
}

enum { MESSAGE_IDENT = CACHE_WALK_SUBJECT + 1, MESSAGE_HEADER_ID, MESSAGE_REFS, MESSAGE_MODSEQ };

bool cache_message_get(struct cache *cache, int64_t place_id, struct cache_message *m,
	bool *is_found, struct error *err)
{
	static const char sql[] =
		"SELECT " CACHE_WALK_COLUMNS ",p.ident,p.header_id,p.refs,p.modseq FROM place AS p"
		" WHERE p.place_id=?1";
	struct cache_folder_state folder;
	*m = (struct cache_message){0};
	*is_found = false;
	if (!cache_folder_peek(cache, place_folder(place_id), &folder, err))
		return false;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(place_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row != STORE_ROW)
		return row == STORE_END;
	cache_walk_read(stmt, folder.shown, &m->row);
	struct str ident = str_first(store_blob(stmt, MESSAGE_IDENT), IDENT_SIZE);
	memcpy(m->ident.bytes, ident.data, ident.len);
	m->message_id = store_text_copy(stmt, MESSAGE_HEADER_ID);
	m->references = store_text_copy(stmt, MESSAGE_REFS);
	m->modseq = (uint64_t)sqlite3_column_int64(stmt, MESSAGE_MODSEQ);
	m->server_flags = (flags_t)sqlite3_column_int64(stmt, CACHE_WALK_SERVER);
	sqlite3_reset(stmt);
	*is_found = true;
	return true;
}
