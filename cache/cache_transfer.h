/* Moves and copies in the journal: what cache_actions.c needs of them. */
#ifndef CACHE_CACHE_TRANSFER_H
#define CACHE_CACHE_TRANSFER_H

#include "cache/store.h"

/* A move or copy will not happen: its temporary places go, and with them the wishes upon them. */
bool cache_action_strand(struct cache *cache, const struct action *action, struct error *err);

#endif
