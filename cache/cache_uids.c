/* Which UIDs of a folder are here. */
#include "cache/cache.h"

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
	store_read_end(cache, STORE_CACHE);
	*count = (uint32_t)(through - before);
	return ok;
}
