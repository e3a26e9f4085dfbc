/* What the other files of this folder ask of bodies. */
#ifndef CACHE_CACHE_BODIES_H
#define CACHE_CACHE_BODIES_H

#include "cache/store.h"

/* Is enough here to read the message offline? */
bool cache_body_is_readable(
	struct cache *cache, int64_t message_id, bool *is_readable, struct error *err);

#endif
