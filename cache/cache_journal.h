/* From the journal to the masks: what cache_actions.c and cache_action_add.c share. */
#ifndef CACHE_CACHE_JOURNAL_H
#define CACHE_CACHE_JOURNAL_H

#include "cache/store.h"

/* Folds the masks of the action's items anew, without the wish `except` (0: with all). With
 * is_done the action's bits are first noted as the server's. One transaction in cache.db. */
bool cache_journal_refold(struct cache *cache, const struct action *action, int64_t except,
	bool is_done, struct error *err);

#endif
