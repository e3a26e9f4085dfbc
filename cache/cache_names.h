/* Names of accounts, folders and keywords, as the other files of this folder need them. */
#ifndef CACHE_CACHE_NAMES_H
#define CACHE_CACHE_NAMES_H

#include "cache/store.h"

/* Fills folder_id of each by its wire name, in one transaction for those that are new. */
bool cache_names_folders(struct cache *cache, int64_t account_id, struct folder *folders,
	size_t count, struct error *err);

/* Account and wire name (owned) of a folder; ERROR_INPUT when there is none. */
bool cache_names_folder_account(struct cache *cache, int64_t folder_id, int64_t *account_id,
	char **wire, struct error *err);

/* Everything that cache.db and body.db hold of an account (cache_forget.c). */
bool cache_forget_account(struct cache *cache, int64_t account_id, struct error *err);

#endif
