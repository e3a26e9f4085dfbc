/* Blobs, for the files whose rows use them. All in a transaction of local.db. */
#ifndef CACHE_CACHE_BLOBS_H
#define CACHE_CACHE_BLOBS_H

#include "cache/store.h"
#include "model/message.h"

/* A transaction of one's own, unless one is open already. Guests may. */
bool cache_blob_write_begin(struct cache *cache, bool *is_ours, struct error *err);
bool cache_blob_write_end(struct cache *cache, bool is_ours, bool ok, struct error *err);

/* The id of a row of local_mail. */
static inline int64_t cache_local_mail_id(int64_t folder_id, uint32_t uid)
{
	return (int64_t)((uint64_t)folder_id << 32) | (int64_t)uid;
}

/* A row that uses it was written: the sweep need not look at it. */
bool cache_blob_used(struct cache *cache, int64_t blob_id, struct error *err);
/* Goes, unless a row still uses it. */
bool cache_blob_drop(struct cache *cache, int64_t blob_id, struct error *err);

#endif
