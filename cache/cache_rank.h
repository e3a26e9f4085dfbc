/*
 * How many rows of a folder stand where. The table rank holds, for blocks of place ids at four
 * sizes, how many shown rows each has and how many of them are unread; it is kept in the very
 * transaction that changes rows. A position costs at most 64 rows of each size and 256 places.
 */
#ifndef CACHE_CACHE_RANK_H
#define CACHE_CACHE_RANK_H

#include "cache/store.h"

enum { RANK_LEVELS = 4, RANK_SHIFT = 8, RANK_STEP = 6 }; /* blocks of 2^8, 2^14, 2^20, 2^26 ids */

/* Changes of one folder's counts within a transaction, written by cache_tally_end. */
struct cache_tally_block {
	int64_t block;
	int64_t total, unread;
};
struct cache_tally {
	int64_t folder_id;
	int64_t shown; /* fresh is from this UID on; 0: nothing is */
	int64_t total, unseen, fresh;
	struct cache_tally_block *blocks; /* owned */
	size_t count, cap;
};

/* Counts one row in (sign 1) or out (-1). */
void cache_tally_place(struct cache_tally *tally, int64_t place_id, flags_t shown, int sign);
bool cache_tally_write(struct cache *cache, struct cache_tally *tally, struct error *err);
void cache_tally_done(struct cache_tally *tally);

/* Shown rows of the folder in front of place_id, in arrival order. */
bool cache_rank_before(struct cache *cache, int64_t place_id, int64_t *before, struct error *err);

/* The place of the row-th shown row (0-based) of a folder in arrival order; 0 when there is none.
 */
bool cache_rank_place(
	struct cache *cache, int64_t folder_id, int64_t row, int64_t *place_id, struct error *err);

/* The first (last, when backwards) unread place from place_id on (before it); 0 when none. */
bool cache_rank_unread(
	struct cache *cache, int64_t place_id, bool backwards, int64_t *found, struct error *err);

/* First place id of a folder, and the one behind its last possible. */
static inline int64_t cache_folder_low(int64_t folder_id)
{
	return place_make(folder_id, 0);
}
static inline int64_t cache_folder_high(int64_t folder_id)
{
	return place_make(folder_id + 1, 0);
}

#endif
