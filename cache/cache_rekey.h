/*
 * Wishes that were made under another UIDVALIDITY. As the headers of the folder come in anew, each
 * waiting item is matched by its ident; once all are here, items with one match get its UID and
 * the wish goes on, the others are dropped (sync.md 4.7).
 */
#ifndef CACHE_CACHE_REKEY_H
#define CACHE_CACHE_REKEY_H

#include "cache/store.h"

/* Notes in local.db which of the rows, about to be saved, are waited for. */
bool cache_rekey_match(struct cache *cache, int64_t folder_id, const struct cache_header *rows,
	size_t count, struct error *err);

/* Ends the matching when the folder's headers are all here. */
bool cache_rekey_finish(struct cache *cache, int64_t folder_id, struct error *err);

#endif
