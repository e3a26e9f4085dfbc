/*
 * The masks of a folder's rows: the fold of its open wishes in the order they were made. Shown
 * flags are (server | added) & ~removed.
 */
#ifndef CACHE_CACHE_MASKS_H
#define CACHE_CACHE_MASKS_H

#include "cache/store.h"

struct cache_mask {
	int64_t uid;
	flags_t added, removed;
	bool is_hidden; /* it is to leave the folder */
};

/* One wish more upon a mask: the later wins bit by bit. */
static inline void cache_mask_fold(struct cache_mask *mask, flags_t add, flags_t remove)
{
	mask->added = (mask->added & ~remove) | add;
	mask->removed = (mask->removed & ~add) | remove;
}

/* Masks of a folder's UIDs in [first, last], ascending. */
struct cache_masks {
	struct cache_mask *items; /* owned */
	size_t count, cap;
};
void cache_masks_done(struct cache_masks *masks);

/* Which wishes are folded. */
struct cache_masks_query {
	int64_t folder_id;
	uint32_t uidvalidity;
	int64_t first, last; /* UIDs, both included */
	int64_t newest;      /* wishes up to this id */
	int64_t except;      /* but not this one; 0 */
};
bool cache_masks_load(struct cache *cache, const struct cache_masks_query *query,
	struct cache_masks *masks, struct error *err);

/* NULL when nothing is wished of that UID. */
const struct cache_mask *cache_masks_find(const struct cache_masks *masks, int64_t uid);

/* A row of a folder as it stands, and what its flags are to become. */
struct cache_change {
	int64_t uid;
	bool is_here, is_hidden, new_hidden;
	struct ident ident;
	flags_t server, added, removed;
	flags_t new_server, new_added, new_removed;
};

/* Fills changes[i] from the row of changes[i].uid (ascending); new_… is as it stands. */
bool cache_changes_load(struct cache *cache, int64_t folder_id, struct cache_change *changes,
	size_t count, struct error *err);
/* Writes what differs, with all counts. In a transaction. */
bool cache_changes_write(struct cache *cache, int64_t folder_id, const struct cache_change *changes,
	size_t count, struct error *err);

/* Id of the newest wish whose masks stand in cache.db. */
bool cache_masks_applied(struct cache *cache, int64_t *op_id, struct error *err);
bool cache_masks_applied_set(struct cache *cache, int64_t op_id, struct error *err);

#endif
