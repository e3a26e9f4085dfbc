/* Moves and copies on their way: what the journal must know before and after each command. */
#include "cache/cache_transfer.h"

#include "base/array.h"
#include "base/clock.h"
#include "cache/cache_actions.h"
#include "cache/cache_blobs.h"
#include "cache/cache_folders.h"
#include "cache/cache_journal.h"
#include "cache/cache_temps.h"

static void transfer_pre_bytes(uint32_t uidvalidity, uint32_t uidnext, char bytes[8])
{
	uint64_t both = (uint64_t)uidvalidity << 32 | uidnext;
	for (int i = 7; i >= 0; i--, both >>= 8)
		bytes[i] = (char)(both & 0xff);
}

bool cache_action_sent(struct cache *cache, const struct action *action, uint32_t uidvalidity,
	uint32_t uidnext, struct error *err)
{
	static const char sql[] = "UPDATE op SET state=1,sent_at=?2,pre=?3 WHERE op_id=?1";
	_Static_assert(ACTION_SENT == 1, "the text above names it");
	char pre[8];
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_LOCAL, err))
		return false;
	transfer_pre_bytes(uidvalidity, uidnext, pre);
	sqlite3_stmt *stmt = store_query(
		cache, STORE_LOCAL, sql, STORE_INTS(action->action_id, clock_wall_seconds()), err);
	if (stmt != NULL)
		store_bind_blob(stmt, 3, str_make(pre, sizeof(pre)));
	bool ok = stmt != NULL && store_finish(cache, stmt, err);
	return store_end(cache, STORE_LOCAL, ok, err);
}

bool cache_action_mark(struct cache *cache, const struct action *action, enum action_state state,
	const char *words, struct error *err)
{
	return store_is_owner(cache, err) &&
	       cache_action_state_write(cache, action->action_id, state, words, err);
}

void cache_action_release(struct cache *cache, const struct action *action)
{
	cache_action_unhand(cache, action->action_id);
}

/* The target's UIDs are worth something only under the UIDVALIDITY they were told with. */
static bool landed_is_usable(struct cache *cache, const struct action *action, uint32_t uidvalidity,
	bool *is_usable, struct error *err)
{
	struct cache_folder_state target;
	bool ok = cache_folder_load(cache, action->target_folder_id, &target, err);
	*is_usable = uidvalidity != 0 && target.uidvalidity == uidvalidity;
	return ok;
}

static bool landed_cache(struct cache *cache, const struct action *action, uint32_t uidvalidity,
	bool is_moved, bool *is_usable, struct error *err)
{
	struct cache_folder_state source;
	if (!store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = landed_is_usable(cache, action, uidvalidity, is_usable, err) &&
		  cache_folder_peek(cache, action->folder_id, &source, err);
	for (size_t i = 0; ok && i < action->item_count; i++) {
		const struct action_item *item = &action->items[i];
		if (item->landed == 0)
			continue;
		if (*is_usable)
			ok = cache_temp_land(cache, action->target_folder_id, item->temporary,
				item->landed, err);
		if (ok && is_moved && action->folder_id != 0 &&
			source.uidvalidity == action->uidvalidity)
			ok = cache_place_remove(
				cache, place_numbered(action->folder_id, item->uid), err);
	}
	return store_end(cache, STORE_CACHE, ok, err);
}

bool cache_action_landed(struct cache *cache, const struct action *action, uint32_t uidvalidity,
	bool is_moved, struct error *err)
{
	bool is_usable = false;
	if (!store_is_owner(cache, err) || !cache_journal_apply(cache, NULL, err) ||
		!landed_cache(cache, action, uidvalidity, is_moved, &is_usable, err))
		return false;
	if (!is_usable)
		return true;
	bool ok = store_begin(cache, STORE_LOCAL, err);
	if (ok) {
		for (size_t i = 0; ok && i < action->item_count; i++) {
			const struct action_item *item = &action->items[i];
			if (item->landed != 0)
				ok = cache_temp_wishes(cache, action->action_id, item->uid,
					action->target_folder_id, item->temporary, item->landed,
					err);
		}
		ok = store_end(cache, STORE_LOCAL, ok, err);
	}
	if (!ok)
		cache->is_unfolded = true;
	return ok;
}

bool cache_action_find(struct cache *cache, struct action *action, size_t *found, struct error *err)
{
	struct cache_folder_state target;
	*found = 0;
	if (!cache_folder_peek(cache, action->target_folder_id, &target, err))
		return false;
	uint32_t from = target.uidvalidity == action->pre_uidvalidity ? action->pre_uidnext : 1;
	for (size_t i = 0; i < action->item_count; i++) {
		struct action_item *item = &action->items[i];
		uint32_t uid = 0;
		if (item->landed == 0 &&
			!cache_temp_find(cache, action->target_folder_id, from, item, &uid, err))
			return false;
		if (item->landed == 0)
			item->landed = uid;
		/* Two items of one content must not find the same copy. */
		for (size_t j = 0; j < i; j++)
			if (action->items[j].landed == item->landed)
				item->landed = 0;
		*found += item->landed != 0;
	}
	return true;
}

bool cache_action_bring(
	struct cache *cache, int64_t action_id, int64_t uid, int64_t blob_id, struct error *err)
{
	static const char sql[] =
		"UPDATE op_item SET blob_id=nullif(?3,0) WHERE op_id=?1 AND uid=?2";
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok = store_run(cache, STORE_LOCAL, sql, STORE_INTS(action_id, uid, blob_id), err) &&
		  cache_blob_used(cache, blob_id, err);
	return store_end(cache, STORE_LOCAL, ok, err);
}

bool cache_action_hand_over(struct cache *cache, const struct action *action, int64_t account_id,
	enum action_state state, struct error *err)
{
	static const char sql[] = "UPDATE op SET account_id=?2,state=?3 WHERE op_id=?1";
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok = store_run(
		cache, STORE_LOCAL, sql, STORE_INTS(action->action_id, account_id, state), err);
	ok = store_end(cache, STORE_LOCAL, ok, err);
	if (ok)
		cache_action_unhand(cache, action->action_id);
	return ok;
}

static bool split_write(struct cache *cache, const struct action *action, const bool *goes,
	int64_t *op_id, struct error *err)
{
	static const char row[] =
		"INSERT INTO "
		"op(account_id,folder_id,grp,kind,state,uidvalidity,target_id,add_f,del_f,"
		"not_before,tries,created,inverse_of,pre) SELECT account_id,folder_id,grp,kind,0,"
		"uidvalidity,target_id,add_f,del_f,not_before,tries,created,inverse_of,pre FROM op"
		" WHERE op_id=?1";
	static const char item[] = "UPDATE op_item SET op_id=?2 WHERE op_id=?1 AND uid=?3";
	if (!store_run(cache, STORE_LOCAL, row, STORE_INTS(action->action_id), err))
		return false;
	*op_id = sqlite3_last_insert_rowid(cache->files[STORE_LOCAL].db);
	bool ok = true;
	for (size_t i = 0; ok && i < action->item_count; i++)
		if (goes[i])
			ok = store_run(cache, STORE_LOCAL, item,
				STORE_INTS(action->action_id, *op_id, action->items[i].uid), err);
	return ok;
}

bool cache_action_split(struct cache *cache, const struct action *action, const bool *goes,
	struct action *other, struct error *err)
{
	int64_t op_id = 0;
	*other = (struct action){0};
	if (!store_is_owner(cache, err) || !cache_journal_apply(cache, NULL, err) ||
		!store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok = split_write(cache, action, goes, &op_id, err);
	/* The masks are what they were; only whose they are is new. */
	return store_end(cache, STORE_LOCAL, ok, err) && cache_journal_apply(cache, NULL, err) &&
	       cache_action_load(cache, op_id, other, err);
}

/* With those that would have brought it further, and so on. */
bool cache_transfer_strand(struct cache *cache, uint32_t temporary, struct error *err)
{
	static const char sql[] =
		"WITH RECURSIVE lost(number) AS (SELECT ?1 UNION SELECT 4294967296+n.temp FROM lost"
		" JOIN op_item AS i ON i.uid=lost.number AND i.uid>=4294967296"
		" JOIN op AS o ON o.op_id=i.op_id AND o.done_at IS NULL"
		" JOIN op_item AS n ON n.op_id=o.op_id AND n.temp IS NOT NULL AND n.landed IS NULL)"
		" UPDATE op SET state=6,done_at=?2,words='the message did not get there'"
		" WHERE done_at IS NULL AND op_id IN (SELECT i.op_id FROM lost JOIN op_item AS i"
		" ON i.uid=lost.number AND i.uid>=4294967296)";
	_Static_assert(ACTION_CONFLICT == 6, "the text above names it");
	return store_run(cache, STORE_LOCAL, sql,
		STORE_INTS(PLACE_TEMPORARY + temporary, clock_wall_seconds()), err);
}

static bool strand_wishes(
	struct cache *cache, const struct action *action, bool *has_wishes, struct error *err)
{
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < action->item_count; i++) {
		const struct action_item *item = &action->items[i];
		if (item->temporary == 0 || item->landed != 0)
			continue;
		ok = cache_transfer_strand(cache, item->temporary, err);
		*has_wishes = *has_wishes || sqlite3_changes(cache->files[STORE_LOCAL].db) > 0;
	}
	return store_end(cache, STORE_LOCAL, ok, err);
}

bool cache_action_strand(struct cache *cache, const struct action *action, struct error *err)
{
	bool has_wishes = false;
	if (!action_brings(action->kind))
		return true;
	if (!strand_wishes(cache, action, &has_wishes, err) ||
		!store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = cache_temps_drop(cache, action, err);
	ok = store_end(cache, STORE_CACHE, ok, err);
	if (has_wishes)
		cache->is_unfolded = true;
	return ok;
}

bool cache_actions_group(
	struct cache *cache, int64_t group, int64_t **action_ids, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT op_id FROM op WHERE grp=?1 ORDER BY op_id DESC";
	size_t cap = 0;
	*action_ids = NULL;
	*count = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(group), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		*action_ids = array_room(*action_ids, *count, &cap, sizeof(**action_ids));
		(*action_ids)[(*count)++] = sqlite3_column_int64(stmt, 0);
	}
	return row == STORE_END;
}

bool cache_action_get(
	struct cache *cache, int64_t action_id, struct action *action, struct error *err)
{
	return cache_action_load(cache, action_id, action, err);
}

bool cache_action_cancel(
	struct cache *cache, const struct action *action, bool *is_cancelled, struct error *err)
{
	*is_cancelled = false;
	if (action->state != ACTION_QUEUED || cache_action_was_handed(cache, action->action_id))
		return true;
	*is_cancelled = cache_action_fail(cache, action, ACTION_CANCELLED, NULL, err);
	return *is_cancelled;
}

bool cache_action_drop(struct cache *cache, const struct action *action, struct error *err)
{
	return cache_action_fail(cache, action, ACTION_CANCELLED, NULL, err);
}

bool cache_place_follow(struct cache *cache, int64_t *place_id, struct error *err)
{
	static const char sql[] =
		"SELECT i.landed FROM op AS o INDEXED BY op_target JOIN op_item AS i USING(op_id)"
		" WHERE o.target_id=?1 AND o.target_id<>0 AND i.temp=?2 LIMIT 1";
	int64_t number = place_number(*place_id), folder_id = place_folder(*place_id), uid = 0;
	if (number < PLACE_TEMPORARY)
		return true;
	if (!store_number(cache, STORE_LOCAL, sql, STORE_INTS(folder_id, number - PLACE_TEMPORARY),
		    &uid, err))
		return false;
	if (uid != 0)
		*place_id = place_make(folder_id, (uint32_t)uid);
	return true;
}

bool cache_action_waits_for(
	struct cache *cache, int64_t account_id, int64_t *folder_id, struct error *err)
{
	static const char sql[] =
		"SELECT o.folder_id FROM op_item AS i JOIN op AS o USING(op_id)"
		" WHERE i.uid>=4294967296 AND i.state<>1 AND o.done_at IS NULL AND o.account_id=?1"
		" AND EXISTS(SELECT 1 FROM op_item AS s JOIN op AS m USING(op_id)"
		" WHERE s.temp=i.uid-4294967296 AND m.state=4) LIMIT 1";
	*folder_id = 0;
	return store_number(cache, STORE_LOCAL, sql, STORE_INTS(account_id), folder_id, err);
}
