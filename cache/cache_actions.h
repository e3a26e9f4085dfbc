/* Reading wishes, for the files of the journal. */
#ifndef CACHE_CACHE_ACTIONS_H
#define CACHE_CACHE_ACTIONS_H

#include "cache/store.h"

#define CACHE_ACTION_COLUMNS                                                                       \
	"op_id,account_id,folder_id,grp,kind,state,uidvalidity,target_id,add_f,del_f,not_before,"  \
	"created,tries,words,pre,verb,name,new_name,inverse_of"

void cache_action_read(sqlite3_stmt *stmt, struct action *action); /* without items */
bool cache_action_items(struct cache *cache, struct action *action, struct error *err);

/* What the journal holds of a wish, with its items as they are now. */
bool cache_action_load(
	struct cache *cache, int64_t action_id, struct action *action, struct error *err);
/* The new state of a wish in local.db. words may be NULL. */
bool cache_action_state_write(struct cache *cache, int64_t action_id, enum action_state state,
	const char *words, struct error *err);

/* Blobs of items that need them no more. In a transaction of local.db. */
bool cache_action_release_blobs(struct cache *cache, int64_t action_id, struct error *err);

bool cache_action_was_handed(const struct cache *cache, int64_t action_id);
void cache_action_hand(struct cache *cache, int64_t action_id);
void cache_action_unhand(struct cache *cache, int64_t action_id);

#endif
