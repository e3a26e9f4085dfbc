/* Which rows of a view fit a rule, and rows by their places. */
#include "cache/cache.h"

#include "base/array.h"
#include "base/memory.h"
#include "cache/cache_fold.h"
#include "cache/cache_folders.h"
#include "cache/cache_rank.h"
#include "cache/cache_walk.h"

enum { SELECT_TEXT_MAX = 4000, SELECT_BODY_MAX = 1000000 };

struct select_walk {
	const struct cache_rule *rule;
	struct buf needle, work;
};

static bool select_has(struct select_walk *w, sqlite3_stmt *stmt, int column)
{
	buf_clear(&w->work);
	cache_fold(store_text(stmt, column), SELECT_TEXT_MAX, &w->work);
	return str_find(buf_str(&w->work), buf_str(&w->needle)) != STR_NONE;
}

static bool select_has_from(struct select_walk *w, sqlite3_stmt *stmt)
{
	return select_has(w, stmt, CACHE_WALK_FROM_NAME) ||
	       select_has(w, stmt, CACHE_WALK_FROM_ADDR);
}

static flags_t select_flags(sqlite3_stmt *stmt)
{
	flags_t server = (flags_t)sqlite3_column_int64(stmt, CACHE_WALK_SERVER);
	flags_t added = (flags_t)sqlite3_column_int64(stmt, CACHE_WALK_ADDED);
	return (server | added) & ~(flags_t)sqlite3_column_int64(stmt, CACHE_WALK_REMOVED);
}

static int64_t select_date(sqlite3_stmt *stmt)
{
	int64_t date = sqlite3_column_int64(stmt, CACHE_WALK_DATE);
	return date != 0 ? date : sqlite3_column_int64(stmt, CACHE_WALK_ARRIVED);
}

static bool select_fits(struct select_walk *w, sqlite3_stmt *stmt)
{
	const struct cache_rule *rule = w->rule;
	switch (rule->kind) {
	case CACHE_RULE_ALL:
		return true;
	case CACHE_RULE_FROM:
		return select_has_from(w, stmt);
	case CACHE_RULE_SUBJECT:
		return select_has(w, stmt, CACHE_WALK_SUBJECT);
	case CACHE_RULE_TO:
		return select_has(w, stmt, CACHE_WALK_TO_NAME);
	case CACHE_RULE_HEADER:
		return select_has(w, stmt, CACHE_WALK_SUBJECT) || select_has_from(w, stmt) ||
		       select_has(w, stmt, CACHE_WALK_TO_NAME);
	case CACHE_RULE_FLAGS:
		return (select_flags(stmt) & rule->flags) != 0;
	case CACHE_RULE_SINCE:
		return select_date(stmt) >= rule->value;
	case CACHE_RULE_BEFORE:
		return select_date(stmt) < rule->value;
	case CACHE_RULE_LARGER:
		return sqlite3_column_int64(stmt, CACHE_WALK_SIZE) > rule->value;
	case CACHE_RULE_SMALLER:
		return sqlite3_column_int64(stmt, CACHE_WALK_SIZE) < rule->value;
	}
	return false;
}

static bool select_spot(struct cache *cache, const struct view *view, int64_t place_id,
	struct cache_spot *spot, struct error *err)
{
	bool down = !view->is_reverse;
	if (place_id == 0)
		return (down ? cache_spot_at_start : cache_spot_at_end)(cache, view, spot, err);
	if (!cache_spot_at_place(cache, view, place_id, spot, err))
		return false;
	if (down)
		cache_spot_pass(spot);
	return true;
}

bool cache_select(struct cache *cache, const struct view *view, int64_t place_id, size_t max,
	const struct cache_rule *rule, cache_select_take *take, void *context, int64_t *next,
	struct error *err)
{
	struct select_walk w = {.rule = rule};
	struct cache_spot spot = {0};
	*next = 0;
	cache_fold(rule->text, SELECT_TEXT_MAX, &w.needle);
	if (!store_read_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = select_spot(cache, view, place_id, &spot, err);
	sqlite3_stmt *stmt = ok ? cache_walk(cache, view, &spot, !view->is_reverse, err) : NULL;
	enum store_row row = STORE_BAD;
	while (stmt != NULL && max-- > 0 && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		*next = sqlite3_column_int64(stmt, CACHE_WALK_PLACE);
		take(context, *next, (unsigned)sqlite3_column_int(stmt, CACHE_WALK_HINTS),
			select_fits(&w, stmt) != rule->is_not);
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	store_read_end(cache, STORE_CACHE);
	if (row == STORE_END)
		*next = 0;
	cache_spot_done(&spot);
	buf_done(&w.needle);
	buf_done(&w.work);
	return row != STORE_BAD;
}

bool cache_text_has(struct str text, struct str needle)
{
	struct buf folded = {0}, wanted = {0};
	cache_fold(text, SELECT_BODY_MAX, &folded);
	cache_fold(needle, SELECT_TEXT_MAX, &wanted);
	bool has = str_find(buf_str(&folded), buf_str(&wanted)) != STR_NONE;
	buf_done(&folded);
	buf_done(&wanted);
	return has;
}

bool cache_place_count(
	struct cache *cache, int64_t first, int64_t last, uint32_t *count, struct error *err)
{
	int64_t before = 0, with = 0;
	if (!cache_rank_before(cache, first, &before, err) ||
		!cache_rank_before(cache, last + 1, &with, err))
		return false;
	*count = (uint32_t)(with - before);
	return true;
}

bool cache_place_at(struct cache *cache, const struct view *view, uint32_t row, int64_t *place_id,
	struct error *err)
{
	struct cache_page_query query = {
		.view = *view, .anchor = CACHE_AT_ROW, .row = row, .after = 1};
	struct cache_page page = {0};
	if (!cache_page(cache, &query, &page, err))
		return false;
	*place_id = row >= page.first && row - page.first < page.count
			    ? page.rows[row - page.first].place_id
			    : 0;
	cache_page_done(&page);
	return true;
}

static bool page_add_place(struct cache *cache, int64_t place_id, int64_t shown,
	struct cache_page *page, size_t *cap, struct error *err)
{
	static const char sql[] =
		"SELECT " CACHE_WALK_COLUMNS " FROM place AS p WHERE p.place_id=?1 AND p.hidden=0";
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(place_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row != STORE_ROW)
		return row == STORE_END;
	page->rows = array_room(page->rows, page->count, cap, sizeof(*page->rows));
	cache_walk_read(stmt, shown, &page->rows[page->count++]);
	sqlite3_reset(stmt);
	return true;
}

bool cache_page_places(struct cache *cache, const int64_t *places, size_t count,
	struct cache_page *page, struct error *err)
{
	struct cache_folder_state folder = {0};
	size_t cap = 0;
	*page = (struct cache_page){0};
	if (count > 0 && !cache_folder_peek(cache, place_folder(places[0]), &folder, err))
		return false;
	if (!store_read_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < count; i++)
		ok = page_add_place(cache, places[i], folder.shown, page, &cap, err);
	store_read_end(cache, STORE_CACHE);
	if (!ok)
		cache_page_done(page);
	return ok;
}
