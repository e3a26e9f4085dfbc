/* Looking for text in the list: folded, through from and subject. */
#include "cache/cache.h"

#include "cache/cache_fold.h"
#include "cache/cache_rank.h"
#include "cache/cache_walk.h"

enum { FIND_TEXT_MAX = 4000 };

static bool find_in(struct str text, struct str needle, struct buf *work)
{
	buf_clear(work);
	cache_fold(text, FIND_TEXT_MAX, work);
	return str_find(buf_str(work), needle) != STR_NONE;
}

static bool find_row(sqlite3_stmt *stmt, struct str needle, struct buf *work)
{
	return find_in(store_text(stmt, CACHE_WALK_SUBJECT), needle, work) ||
	       find_in(store_text(stmt, CACHE_WALK_FROM_NAME), needle, work) ||
	       find_in(store_text(stmt, CACHE_WALK_FROM_ADDR), needle, work);
}

/* The gap from which a search goes on; down is in the base order. */
static bool find_spot(struct cache *cache, const struct view *view, int64_t place_id, bool down,
	struct cache_spot *spot, struct error *err)
{
	if (place_id == 0)
		return (down ? cache_spot_at_start : cache_spot_at_end)(cache, view, spot, err);
	if (!cache_spot_at_place(cache, view, place_id, spot, err))
		return false;
	if (down)
		cache_spot_pass(spot);
	return true;
}

bool cache_find(struct cache *cache, const struct view *view, int64_t place_id, bool backwards,
	struct str text, size_t max, int64_t *found, int64_t *next_place, struct error *err)
{
	struct cache_spot spot = {0};
	struct buf needle = {0}, work = {0};
	bool down = backwards == view->is_reverse;
	*found = *next_place = 0;
	cache_fold(text, FIND_TEXT_MAX, &needle);
	if (!store_read_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = find_spot(cache, view, place_id, down, &spot, err);
	sqlite3_stmt *stmt = ok ? cache_walk(cache, view, &spot, down, err) : NULL;
	enum store_row row = STORE_BAD;
	int64_t last = place_id;
	while (stmt != NULL && *found == 0 && max > 0 &&
		(row = store_next(cache, stmt, err)) == STORE_ROW) {
		last = sqlite3_column_int64(stmt, CACHE_WALK_PLACE);
		max--;
		if (find_row(stmt, buf_str(&needle), &work))
			*found = last;
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	store_read_end(cache, STORE_CACHE);
	if (row == STORE_ROW && *found == 0)
		*next_place = last;
	cache_spot_done(&spot);
	buf_done(&needle);
	buf_done(&work);
	return row != STORE_BAD;
}
