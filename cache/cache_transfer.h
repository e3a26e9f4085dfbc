/* Moves and copies in the journal: what cache_actions.c needs of them. */
#ifndef CACHE_CACHE_TRANSFER_H
#define CACHE_CACHE_TRANSFER_H

#include "cache/store.h"

/* A move or copy will not happen: its temporary places go, and with them the wishes upon them. */
bool cache_action_strand(struct cache *cache, const struct action *action, struct error *err);

/* Ends the wishes upon a place that no message will come to. In a transaction of local.db; the
 * masks and places must be made anew after it. */
bool cache_transfer_strand(struct cache *cache, uint32_t temporary, struct error *err);

#endif
