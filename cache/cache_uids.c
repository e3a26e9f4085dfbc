/* Which UIDs of a folder are here. */
#include "cache/cache.h"

#include "base/array.h"
#include "base/memory.h"
#include "cache/cache_rank.h"

bool cache_uid_flags(struct cache *cache, int64_t folder_id, uint32_t first, uint32_t last,
	struct cache_flags *rows, size_t max, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT place_id,server,modseq FROM place WHERE place_id>=?1"
				  " AND place_id<=?2 ORDER BY place_id LIMIT ?3";
	*count = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql,
		STORE_INTS(place_make(folder_id, first), place_make(folder_id, last),
			max < INT32_MAX ? (int64_t)max : INT32_MAX),
		err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		rows[(*count)++] = (struct cache_flags){
			.uid = place_uid(sqlite3_column_int64(stmt, 0)),
			.flags = (flags_t)sqlite3_column_int64(stmt, 1),
			.modseq = (uint64_t)sqlite3_column_int64(stmt, 2),
		};
	return row == STORE_END;
}

bool cache_uids(struct cache *cache, int64_t folder_id, uint32_t first, uint32_t last,
	uint32_t *uids, size_t max, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT place_id FROM place WHERE place_id>=?1 AND place_id<=?2"
				  " ORDER BY place_id LIMIT ?3";
	*count = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql,
		STORE_INTS(place_make(folder_id, first), place_make(folder_id, last),
			max < INT32_MAX ? (int64_t)max : INT32_MAX),
		err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		uids[(*count)++] = place_uid(sqlite3_column_int64(stmt, 0));
	return row == STORE_END;
}

static const char uids_sql_hidden[] =
	"SELECT count(*) FROM place INDEXED BY place_hidden WHERE hidden<>0 AND place_id>=?1"
	" AND place_id<=?2";

bool cache_uid_count(struct cache *cache, int64_t folder_id, uint32_t first, uint32_t last,
	uint32_t *count, struct error *err)
{
	int64_t before = 0, through = 0;
	*count = 0;
	if (first > last)
		return true;
	if (!store_read_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = cache_rank_before(cache, place_make(folder_id, first), &before, err) &&
		  cache_rank_before(cache, place_make(folder_id, last) + 1, &through, err);
	int64_t hidden = 0;
	ok = ok && store_number(cache, STORE_CACHE, uids_sql_hidden,
			   STORE_INTS(place_make(folder_id, first), place_make(folder_id, last)),
			   &hidden, err);
	store_read_end(cache, STORE_CACHE);
	*count = (uint32_t)(through - before + hidden);
	return ok;
}

bool cache_deleted(
	struct cache *cache, int64_t folder_id, int64_t **places, size_t *count, struct error *err)
{
	static const char sql[] =
		"SELECT place_id FROM place WHERE ((server|added)&~removed)&8<>0 AND hidden=0"
		" AND place_id>=?1 AND place_id<?2 ORDER BY place_id";
	_Static_assert(FLAG_DELETED == 8, "the text above names it");
	size_t cap = 0;
	*places = NULL;
	*count = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql,
		STORE_INTS(cache_folder_low(folder_id), cache_folder_high(folder_id)), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		*places = array_room(*places, *count, &cap, sizeof(**places));
		(*places)[(*count)++] = sqlite3_column_int64(stmt, 0);
	}
	return row == STORE_END;
}

bool cache_deleted_count(struct cache *cache, int64_t folder_id, uint32_t *count, struct error *err)
{
	static const char all[] =
		"SELECT count(*) FROM place INDEXED BY place_deleted"
		" WHERE ((server|added)&~removed)&8<>0 AND place_id>=?1 AND place_id<?2";
	static const char gone[] =
		"SELECT count(*) FROM place INDEXED BY place_hidden"
		" WHERE hidden<>0 AND ((server|added)&~removed)&8<>0 AND place_id>=?1"
		" AND place_id<?2";
	_Static_assert(FLAG_DELETED == 8, "the texts above name it");
	int64_t low = cache_folder_low(folder_id), high = cache_folder_high(folder_id);
	int64_t deleted = 0, hidden = 0;
	if (!store_number(cache, STORE_CACHE, all, STORE_INTS(low, high), &deleted, err) ||
		!store_number(cache, STORE_CACHE, gone, STORE_INTS(low, high), &hidden, err))
		return false;
	*count = (uint32_t)(deleted - hidden);
	return true;
}

/* The hidden rows of a folder, ascending. Owned by the caller. */
static bool uids_hidden(
	struct cache *cache, int64_t folder_id, int64_t **places, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT place_id FROM place INDEXED BY place_hidden"
				  " WHERE hidden<>0 AND place_id>=?1 AND place_id<=?2"
				  " ORDER BY place_id";
	size_t cap = 0;
	*places = NULL;
	*count = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql,
		STORE_INTS(place_make(folder_id, 0), place_make(folder_id, UINT32_MAX)), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		*places = array_room(*places, *count, &cap, sizeof(**places));
		(*places)[(*count)++] = sqlite3_column_int64(stmt, 0);
	}
	return row == STORE_END;
}

/* Hidden rows interrupt the count of the shown: the i-th of them stands at (shown before it) + i,
 * which only grows, so it is looked for by halves. */
static bool uids_at(struct cache *cache, int64_t folder_id, int64_t row, const int64_t *hidden,
	size_t count, int64_t *place_id, struct error *err)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int64_t before = 0;
		if (!cache_rank_before(cache, hidden[middle], &before, err))
			return false;
		int64_t at = before + (int64_t)middle;
		if (at == row) {
			*place_id = hidden[middle];
			return true;
		}
		if (at < row)
			low = middle + 1;
		else
			high = middle;
	}
	return cache_rank_place(cache, folder_id, row - (int64_t)low, place_id, err);
}

bool cache_uid_at(
	struct cache *cache, int64_t folder_id, uint32_t row, uint32_t *uid, struct error *err)
{
	int64_t *hidden = NULL, place_id = 0;
	size_t count = 0;
	*uid = 0;
	if (!store_read_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = uids_hidden(cache, folder_id, &hidden, &count, err) &&
		  uids_at(cache, folder_id, row, hidden, count, &place_id, err);
	store_read_end(cache, STORE_CACHE);
	mem_free(hidden);
	if (ok && place_id != 0 && !place_is_temporary(place_id))
		*uid = place_uid(place_id);
	return ok;
}
