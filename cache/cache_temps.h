/*
 * Temporary places: a moved or copied message shows in its target at once, under a number of its
 * own (op_item.temp), until the UID it got there is known. They are derived from the journal as the
 * masks are.
 */
#ifndef CACHE_CACHE_TEMPS_H
#define CACHE_CACHE_TEMPS_H

#include "cache/cache_masks.h"
#include "cache/store.h"

/* Makes the places of a wish's items that are not there, where the message is still in its old
 * place. In a transaction of cache.db. */
bool cache_temps_make(struct cache *cache, const struct action *action, struct error *err);

/* Takes them away again, where they have not become a message of the server's. In a transaction of
 * cache.db. */
bool cache_temps_drop(struct cache *cache, const struct action *action, struct error *err);

/* The message has this UID in the target: its temporary place becomes that row. In a transaction of
 * cache.db. */
bool cache_temp_land(struct cache *cache, int64_t target_id, uint32_t temporary, uint32_t uid,
	struct error *err);

/* From now on wishes on a temporary place are wishes on that UID. In a transaction of local.db. */
bool cache_temp_wishes(struct cache *cache, int64_t op_id, int64_t item, int64_t target_id,
	uint32_t temporary, uint32_t uid, struct error *err);

/* A UID of the target, at or above from, that has this item's ident and is no other wish's copy; 0.
 * One that brings its bytes along is known by Message-ID, or date, sender and subject, too: what
 * another server calls it by cannot be known before. */
bool cache_temp_find(struct cache *cache, int64_t target_id, uint32_t from,
	const struct action_item *item, uint32_t *uid, struct error *err);

/* Rows came into a folder: wished copies are found among them, and rows that are to leave get their
 * place elsewhere. is_complete: all that the server has is here, so what is not found is gone. */
bool cache_temps_follow(
	struct cache *cache, int64_t folder_id, bool is_complete, struct error *err);

/* All of them anew, after the masks. */
bool cache_temps_refresh(struct cache *cache, struct error *err);

/* The invariant: a temporary place is there only for a wish that wants it. */
bool cache_temps_check(struct cache *cache, struct error *err);

/* Writes one row as it is, without counts and orders (cache_messages.c). In a transaction of
 * cache.db. */
bool cache_place_insert(struct cache *cache, int64_t place_id, const struct cache_header *row,
	const struct cache_change *c, struct error *err);

/* Removes one row with all counts (cache_messages.c). In a transaction of cache.db. */
bool cache_place_remove(struct cache *cache, int64_t place_id, struct error *err);

#endif
