/* Going through the rows of a view from a place on, either way. */
#include "cache/cache_walk.h"

#include "cache/cache_rank.h"
#include "cache/cache_sort.h"

void cache_spot_done(struct cache_spot *spot)
{
	buf_done(&spot->key);
	*spot = (struct cache_spot){0};
}

bool cache_view_check(const struct view *view, struct error *err)
{
	if (view->kind == VIEW_FOLDER)
		return true;
	return error_set(err, ERROR_INPUT, "this kind of list is not there yet");
}

static bool spot_begin(
	struct cache *cache, const struct view *view, struct cache_spot *spot, struct error *err)
{
	*spot = (struct cache_spot){0};
	if (!cache_view_check(view, err))
		return false;
	return view->sort == SORT_ARRIVAL || cache_sort_id(cache, view, &spot->sort_id, err);
}

static bool spot_is_shown(
	struct cache *cache, const struct view *view, struct cache_spot *spot, struct error *err)
{
	static const char sql[] = "SELECT 1 FROM place WHERE place_id=?1 AND hidden=0";
	int64_t hit = 0;
	if (place_folder(spot->place_id) != view->folder_id)
		return true;
	if (!store_number(cache, STORE_CACHE, sql, STORE_INTS(spot->place_id), &hit, err))
		return false;
	spot->is_found = hit != 0;
	return true;
}

bool cache_spot_at_place(struct cache *cache, const struct view *view, int64_t place_id,
	struct cache_spot *spot, struct error *err)
{
	if (!spot_begin(cache, view, spot, err))
		return false;
	spot->place_id = place_id;
	if (!spot_is_shown(cache, view, spot, err))
		return false;
	bool is_here;
	return spot->sort_id == 0 ||
	       cache_sort_key_of(cache, view->sort, place_id, &spot->key, &is_here, err);
}

bool cache_spot_at_end(
	struct cache *cache, const struct view *view, struct cache_spot *spot, struct error *err)
{
	if (!spot_begin(cache, view, spot, err))
		return false;
	spot->place_id = INT64_MAX;
	if (spot->sort_id == 0)
		spot->place_id = cache_folder_high(view->folder_id) - 1;
	else
		for (size_t i = 0; i < 256; i++)
			buf_add_char(&spot->key, '\xff');
	return true;
}

bool cache_spot_at_start(
	struct cache *cache, const struct view *view, struct cache_spot *spot, struct error *err)
{
	if (!spot_begin(cache, view, spot, err))
		return false;
	spot->place_id = spot->sort_id == 0 ? cache_folder_low(view->folder_id) : INT64_MIN;
	return true;
}

bool cache_spot_at_row(struct cache *cache, const struct view *view, int64_t row,
	struct cache_spot *spot, struct error *err)
{
	int64_t place_id = 0;
	if (!spot_begin(cache, view, spot, err))
		return false;
	bool ok = spot->sort_id == 0
			  ? cache_rank_place(cache, view->folder_id, row, &place_id, err)
			  : cache_sort_at(cache, spot->sort_id, row, &spot->key, &place_id, err);
	if (!ok)
		return false;
	if (place_id == 0) {
		cache_spot_done(spot);
		return cache_spot_at_end(cache, view, spot, err);
	}
	spot->place_id = place_id;
	spot->is_found = true;
	return true;
}

void cache_spot_pass(struct cache_spot *spot)
{
	if (spot->place_id < INT64_MAX)
		spot->place_id++;
}

bool cache_spot_rank(
	struct cache *cache, const struct cache_spot *spot, int64_t *before, struct error *err)
{
	if (spot->sort_id == 0)
		return cache_rank_before(cache, spot->place_id, before, err);
	return cache_sort_before(
		cache, spot->sort_id, buf_str(&spot->key), spot->place_id, before, err);
}

static const char walk_down[] = "SELECT " CACHE_WALK_COLUMNS " FROM place AS p"
				" WHERE p.place_id>=?1 AND p.place_id<?2 AND p.hidden=0"
				" ORDER BY p.place_id";
static const char walk_up[] = "SELECT " CACHE_WALK_COLUMNS " FROM place AS p"
			      " WHERE p.place_id<?1 AND p.place_id>=?2 AND p.hidden=0"
			      " ORDER BY p.place_id DESC";
static const char walk_sort_down[] =
	"SELECT " CACHE_WALK_COLUMNS " FROM sort_key AS s CROSS JOIN place AS p"
	" ON p.place_id=s.place_id WHERE s.sort_id=?1 AND (s.key,s.place_id)>=(?3,?2)"
	" ORDER BY s.key,s.place_id";
static const char walk_sort_up[] =
	"SELECT " CACHE_WALK_COLUMNS " FROM sort_key AS s CROSS JOIN place AS p"
	" ON p.place_id=s.place_id WHERE s.sort_id=?1 AND (s.key,s.place_id)<(?3,?2)"
	" ORDER BY s.key DESC,s.place_id DESC";

sqlite3_stmt *cache_walk(struct cache *cache, const struct view *view,
	const struct cache_spot *spot, bool down, struct error *err)
{
	if (spot->sort_id == 0) {
		int64_t limit = down ? cache_folder_high(view->folder_id)
				     : cache_folder_low(view->folder_id);
		return store_query(cache, STORE_CACHE, down ? walk_down : walk_up,
			STORE_INTS(spot->place_id, limit), err);
	}
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, down ? walk_sort_down : walk_sort_up,
		STORE_INTS(spot->sort_id, spot->place_id), err);
	if (stmt != NULL)
		store_bind_blob(stmt, 3, buf_str(&spot->key));
	return stmt;
}

void cache_walk_read(sqlite3_stmt *stmt, int64_t shown, struct message *row)
{
	flags_t added = (flags_t)sqlite3_column_int64(stmt, CACHE_WALK_ADDED);
	flags_t removed = (flags_t)sqlite3_column_int64(stmt, CACHE_WALK_REMOVED);
	flags_t server = (flags_t)sqlite3_column_int64(stmt, CACHE_WALK_SERVER);
	*row = (struct message){
		.place_id = sqlite3_column_int64(stmt, CACHE_WALK_PLACE),
		.message_id = sqlite3_column_int64(stmt, CACHE_WALK_MESSAGE),
		.flags = (server | added) & ~removed,
		.pending = added | removed,
		.hints = (unsigned)sqlite3_column_int(stmt, CACHE_WALK_HINTS),
		.date = sqlite3_column_int64(stmt, CACHE_WALK_DATE),
		.date_zone = sqlite3_column_int(stmt, CACHE_WALK_ZONE),
		.arrived = sqlite3_column_int64(stmt, CACHE_WALK_ARRIVED),
		.size = (uint32_t)sqlite3_column_int64(stmt, CACHE_WALK_SIZE),
		.from_name = store_text_copy(stmt, CACHE_WALK_FROM_NAME),
		.from_addr = store_text_copy(stmt, CACHE_WALK_FROM_ADDR),
		.to_name = store_text_copy(stmt, CACHE_WALK_TO_NAME),
		.subject = store_text_copy(stmt, CACHE_WALK_SUBJECT),
	};
	int64_t uid = row->place_id - cache_folder_low(place_folder(row->place_id));
	if (shown != 0 && uid >= shown && uid <= UINT32_MAX)
		row->hints |= HINT_FRESH;
}
