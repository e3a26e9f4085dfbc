/* A folder's row and cursor, as the other files of this folder need them. */
#ifndef CACHE_CACHE_FOLDERS_H
#define CACHE_CACHE_FOLDERS_H

#include "cache/store.h"

struct cache_folder_state {
	int64_t folder_id, account_id;
	int64_t shown; /* mail is fresh from this UID on; 0: none is */
	uint32_t uidvalidity, uidnext, synced_low;
	uint64_t modseq;
	uint32_t total;
};

/* The row, which is made from local.db's name when cache.db has lost it. In a transaction. */
bool cache_folder_load(struct cache *cache, int64_t folder_id, struct cache_folder_state *state,
	struct error *err);

/* Moves the cursor; it never goes back within one UIDVALIDITY. In a transaction. */
bool cache_cursor_move(struct cache *cache, struct cache_folder_state *state,
	const struct cache_cursor *cursor, struct error *err);

/* Reads the row without making it; state is zero when there is none. */
bool cache_folder_peek(struct cache *cache, int64_t folder_id, struct cache_folder_state *state,
	struct error *err);

#endif
