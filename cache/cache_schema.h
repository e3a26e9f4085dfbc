/* Versions of the three files, oldest first; each step is one text of SQL. */
#ifndef CACHE_CACHE_SCHEMA_H
#define CACHE_CACHE_SCHEMA_H

#include "cache/store.h"

/* Brings a file to the present version in one transaction. A version from the future is refused
 * with a sentence. */
bool cache_schema_update(struct cache *cache, enum store_file file, struct error *err);

/* The version a file has; 0 for a new one. */
bool cache_schema_version(
	struct cache *cache, enum store_file file, int64_t *version, struct error *err);

#endif
