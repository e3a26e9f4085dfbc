/* Drafts, for the outbox. Within a transaction of local.db. */
#ifndef CACHE_CACHE_DRAFTS_H
#define CACHE_CACHE_DRAFTS_H

#include "cache/store.h"

/* With its files; one that is not there is none. */
bool cache_draft_drop(struct cache *cache, int64_t draft_id, struct error *err);

#endif
