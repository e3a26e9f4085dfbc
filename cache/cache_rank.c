/* How many rows of a folder stand where. */
#include "cache/cache_rank.h"

#include "base/array.h"

static int rank_shift(int level)
{
	return RANK_SHIFT + RANK_STEP * level;
}

void cache_tally_place(struct cache_tally *tally, int64_t place_id, flags_t shown, int sign)
{
	bool is_unseen = (shown & FLAG_SEEN) == 0;
	int64_t uid = place_id - cache_folder_low(tally->folder_id);
	int64_t block = place_id >> RANK_SHIFT;
	tally->total += sign;
	tally->unseen += is_unseen ? sign : 0;
	tally->fresh += tally->shown != 0 && uid >= tally->shown && uid <= UINT32_MAX ? sign : 0;
	if (tally->count == 0 || tally->blocks[tally->count - 1].block != block) {
		tally->blocks = array_room(
			tally->blocks, tally->count, &tally->cap, sizeof(*tally->blocks));
		tally->blocks[tally->count++] = (struct cache_tally_block){.block = block};
	}
	struct cache_tally_block *last = &tally->blocks[tally->count - 1];
	last->total += sign;
	last->unread += is_unseen && (shown & FLAG_DELETED) == 0 ? sign : 0;
}

static bool tally_block_write(
	struct cache *cache, int level, const struct cache_tally_block *block, struct error *err)
{
	static const char add[] = "INSERT INTO rank(level,block,total,unread) VALUES(?1,?2,?3,?4)"
				  " ON CONFLICT DO UPDATE SET total=total+excluded.total, "
				  "unread=unread+excluded.unread";
	static const char drop[] = "DELETE FROM rank WHERE level=?1 AND block=?2 AND total=0";
	if (block->total == 0 && block->unread == 0)
		return true;
	if (!store_run(cache, STORE_CACHE, add,
		    STORE_INTS(level, block->block, block->total, block->unread), err))
		return false;
	return block->total >= 0 ||
	       store_run(cache, STORE_CACHE, drop, STORE_INTS(level, block->block), err);
}

/* Writes one level and makes the blocks those of the next. */
static bool tally_level_write(
	struct cache *cache, struct cache_tally *tally, int level, struct error *err)
{
	size_t next = 0;
	for (size_t i = 0; i < tally->count; i++) {
		struct cache_tally_block block = tally->blocks[i];
		if (!tally_block_write(cache, level, &block, err))
			return false;
		block.block >>= RANK_STEP;
		if (next > 0 && tally->blocks[next - 1].block == block.block) {
			tally->blocks[next - 1].total += block.total;
			tally->blocks[next - 1].unread += block.unread;
		} else {
			tally->blocks[next++] = block;
		}
	}
	tally->count = next;
	return true;
}

bool cache_tally_write(struct cache *cache, struct cache_tally *tally, struct error *err)
{
	static const char sql[] = "UPDATE folder SET total=total+?2, unseen=unseen+?3,"
				  " fresh=fresh+?4 WHERE folder_id=?1";
	for (int level = 0; level < RANK_LEVELS; level++)
		if (!tally_level_write(cache, tally, level, err))
			return false;
	tally->count = 0;
	if (tally->total == 0 && tally->unseen == 0 && tally->fresh == 0)
		return true;
	bool ok = store_run(cache, STORE_CACHE, sql,
		STORE_INTS(tally->folder_id, tally->total, tally->unseen, tally->fresh), err);
	tally->total = tally->unseen = tally->fresh = 0;
	return ok;
}

void cache_tally_done(struct cache_tally *tally)
{
	mem_free(tally->blocks);
	*tally = (struct cache_tally){0};
}

/* Rows in the blocks [first, last) of a level. */
static bool rank_sum(struct cache *cache, int level, int64_t first, int64_t last, int64_t *sum,
	struct error *err)
{
	static const char sql[] =
		"SELECT total FROM rank WHERE level=?1 AND block>=?2 AND block<?3";
	if (first >= last)
		return true;
	sqlite3_stmt *stmt =
		store_query(cache, STORE_CACHE, sql, STORE_INTS(level, first, last), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		*sum += sqlite3_column_int64(stmt, 0);
	return row == STORE_END;
}

/* Shown places in [first, last). */
static bool rank_places(
	struct cache *cache, int64_t first, int64_t last, int64_t *sum, struct error *err)
{
	static const char sql[] = "SELECT hidden FROM place WHERE place_id>=?1 AND place_id<?2";
	if (first >= last)
		return true;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(first, last), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		*sum += sqlite3_column_int64(stmt, 0) == 0;
	return row == STORE_END;
}

bool cache_rank_before(struct cache *cache, int64_t place_id, int64_t *before, struct error *err)
{
	int64_t sum = 0;
	int64_t at = cache_folder_low(place_folder(place_id));
	for (int level = RANK_LEVELS - 1; level >= 0; level--) {
		int shift = rank_shift(level);
		int64_t block = place_id >> shift;
		if (!rank_sum(cache, level, at >> shift, block, &sum, err))
			return false;
		at = (int64_t)((uint64_t)block << shift);
	}
	if (!rank_places(cache, at, place_id, &sum, err))
		return false;
	*before = sum;
	return true;
}

/* Walks the blocks of a level from *at to the one in which the row stands; *row is then counted
 * from that block's start. */
static bool rank_descend(struct cache *cache, int level, int64_t *at, int64_t end, int64_t *row,
	bool *is_found, struct error *err)
{
	static const char sql[] = "SELECT block, total FROM rank WHERE level=?1 AND block>=?2"
				  " AND block<?3 ORDER BY block";
	int shift = rank_shift(level);
	sqlite3_stmt *stmt = store_query(
		cache, STORE_CACHE, sql, STORE_INTS(level, *at >> shift, end >> shift), err);
	enum store_row got = STORE_BAD;
	*is_found = false;
	while (stmt != NULL && (got = store_next(cache, stmt, err)) == STORE_ROW) {
		int64_t total = sqlite3_column_int64(stmt, 1);
		if (*row < total) {
			*at = (int64_t)((uint64_t)sqlite3_column_int64(stmt, 0) << shift);
			*is_found = true;
			sqlite3_reset(stmt);
			return true;
		}
		*row -= total;
	}
	return got == STORE_END;
}

static bool rank_place_in_block(
	struct cache *cache, int64_t first, int64_t row, int64_t *place_id, struct error *err)
{
	static const char sql[] = "SELECT place_id FROM place WHERE place_id>=?1 AND place_id<?2"
				  " AND hidden=0 LIMIT 1 OFFSET ?3";
	return store_number(cache, STORE_CACHE, sql,
		STORE_INTS(first, first + ((int64_t)1 << RANK_SHIFT), row), place_id, err);
}

bool cache_rank_place(
	struct cache *cache, int64_t folder_id, int64_t row, int64_t *place_id, struct error *err)
{
	int64_t at = cache_folder_low(folder_id);
	int64_t end = cache_folder_high(folder_id);
	*place_id = 0;
	for (int level = RANK_LEVELS - 1; level >= 0; level--) {
		bool is_found;
		if (!rank_descend(cache, level, &at, end, &row, &is_found, err))
			return false;
		if (!is_found)
			return true;
		end = at + ((int64_t)1 << rank_shift(level));
	}
	return rank_place_in_block(cache, at, row, place_id, err);
}

static bool rank_unread_place(struct cache *cache, int64_t first, int64_t last, bool backwards,
	int64_t *found, struct error *err)
{
	static const char up[] = "SELECT place_id FROM place WHERE place_id>=?1 AND place_id<?2"
				 " AND ((server|added)&~removed)&9=0 AND hidden=0"
				 " ORDER BY place_id LIMIT 1";
	static const char down[] = "SELECT place_id FROM place WHERE place_id>=?1 AND place_id<?2"
				   " AND ((server|added)&~removed)&9=0 AND hidden=0"
				   " ORDER BY place_id DESC LIMIT 1";
	_Static_assert((FLAG_SEEN | FLAG_DELETED) == 9, "the texts above name the bits");
	return store_number(
		cache, STORE_CACHE, backwards ? down : up, STORE_INTS(first, last), found, err);
}

static bool rank_unread_block(struct cache *cache, int level, int64_t first, int64_t last,
	bool backwards, int64_t *block, struct error *err)
{
	static const char up[] = "SELECT block FROM rank WHERE level=?1 AND block>=?2 AND block<?3"
				 " AND unread>0 ORDER BY block LIMIT 1";
	static const char down[] = "SELECT block FROM rank WHERE level=?1 AND block>=?2"
				   " AND block<?3 AND unread>0 ORDER BY block DESC LIMIT 1";
	return store_number(cache, STORE_CACHE, backwards ? down : up,
		STORE_INTS(level, first, last), block, err);
}

/* From a block that has an unread row down to that row. */
static bool rank_unread_within(struct cache *cache, int level, int64_t block, bool backwards,
	int64_t *found, struct error *err)
{
	for (; level > 0; level--)
		if (!rank_unread_block(cache, level - 1, block << RANK_STEP,
			    (block + 1) << RANK_STEP, backwards, &block, err))
			return false;
	return rank_unread_place(
		cache, block << RANK_SHIFT, (block + 1) << RANK_SHIFT, backwards, found, err);
}

bool cache_rank_unread(
	struct cache *cache, int64_t place_id, bool backwards, int64_t *found, struct error *err)
{
	int64_t folder_id = place_folder(place_id);
	int64_t low = cache_folder_low(folder_id), high = cache_folder_high(folder_id);
	*found = 0;
	/* The rest of its own block, then of the block above, and so on outwards. */
	int64_t block = place_id >> RANK_SHIFT;
	int64_t first = backwards ? block << RANK_SHIFT : place_id;
	int64_t last = backwards ? place_id : (block + 1) << RANK_SHIFT;
	if (!rank_unread_place(cache, first, last, backwards, found, err) || *found != 0)
		return *found != 0;
	for (int level = 0; level < RANK_LEVELS; level++) {
		int64_t parent = block >> RANK_STEP;
		bool is_top = level == RANK_LEVELS - 1;
		int64_t start = is_top ? low >> rank_shift(level) : parent << RANK_STEP;
		int64_t end = is_top ? high >> rank_shift(level) : (parent + 1) << RANK_STEP;
		int64_t hit = -1;
		if (!rank_unread_block(cache, level, backwards ? start : block + 1,
			    backwards ? block : end, backwards, &hit, err))
			return false;
		if (hit >= 0)
			return rank_unread_within(cache, level, hit, backwards, found, err);
		block = parent;
	}
	return true;
}
