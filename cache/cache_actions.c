/* The journal: reading wishes, settling them, giving them up. */
#include "cache/cache_actions.h"

#include "base/array.h"
#include "base/clock.h"
#include "cache/cache_blobs.h"
#include "cache/cache_folders.h"
#include "cache/cache_journal.h"
#include "cache/cache_masks.h"
#include "cache/cache_rekey.h"
#include "cache/cache_temps.h"
#include "cache/cache_transfer.h"

enum {
	CACHE_RUN_ITEMS = 3000,   /* messages of the wishes that run together */
	CACHE_LIST_ACTIONS = 200, /* wishes of a list, */
	CACHE_LIST_ITEMS = 1000,  /* and messages that come with them */
};

static uint32_t action_pre_word(const char *bytes)
{
	uint32_t word = 0;
	for (size_t i = 0; i < 4; i++)
		word = word << 8 | (unsigned char)bytes[i];
	return word;
}

void cache_action_read(sqlite3_stmt *stmt, struct action *action)
{
	*action = (struct action){
		.action_id = sqlite3_column_int64(stmt, 0),
		.account_id = sqlite3_column_int64(stmt, 1),
		.folder_id = sqlite3_column_int64(stmt, 2),
		.group = sqlite3_column_int64(stmt, 3),
		.kind = (enum action_kind)sqlite3_column_int(stmt, 4),
		.state = (enum action_state)sqlite3_column_int(stmt, 5),
		.uidvalidity = (uint32_t)sqlite3_column_int64(stmt, 6),
		.target_folder_id = sqlite3_column_int64(stmt, 7),
		.add = (flags_t)sqlite3_column_int64(stmt, 8),
		.remove = (flags_t)sqlite3_column_int64(stmt, 9),
		.not_before = sqlite3_column_int64(stmt, 10),
		.created = sqlite3_column_int64(stmt, 11),
		.tries = (unsigned)sqlite3_column_int(stmt, 12),
	};
	if (sqlite3_column_type(stmt, 13) != SQLITE_NULL)
		action->words = store_text_copy(stmt, 13);
	struct str pre = store_blob(stmt, 14);
	if (pre.len == 8) {
		action->pre_uidvalidity = action_pre_word(pre.data);
		action->pre_uidnext = action_pre_word(pre.data + 4);
	}
	action->verb = (enum folder_verb)sqlite3_column_int(stmt, 15);
	if (sqlite3_column_type(stmt, 16) != SQLITE_NULL)
		action->name = mem_str(store_blob(stmt, 16));
	if (sqlite3_column_type(stmt, 17) != SQLITE_NULL)
		action->new_name = mem_str(store_blob(stmt, 17));
	action->inverse_of = sqlite3_column_int64(stmt, 18);
}

bool cache_action_items(struct cache *cache, struct action *action, struct error *err)
{
	static const char sql[] = "SELECT uid,ident,temp,landed,before,blob_id,flags,arrived FROM "
				  "op_item WHERE op_id=?1 AND state<>1"
				  " ORDER BY uid";
	size_t cap = 0;
	sqlite3_stmt *stmt =
		store_query(cache, STORE_LOCAL, sql, STORE_INTS(action->action_id), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		action->items =
			array_room(action->items, action->item_count, &cap, sizeof(*action->items));
		struct action_item *item = &action->items[action->item_count++];
		*item = (struct action_item){.uid = sqlite3_column_int64(stmt, 0),
			.temporary = (uint32_t)sqlite3_column_int64(stmt, 2),
			.landed = (uint32_t)sqlite3_column_int64(stmt, 3),
			.before = (flags_t)sqlite3_column_int64(stmt, 4),
			.blob_id = sqlite3_column_int64(stmt, 5),
			.flags = (flags_t)sqlite3_column_int64(stmt, 6),
			.arrived = sqlite3_column_int64(stmt, 7)};
		struct str ident = str_first(store_blob(stmt, 1), IDENT_SIZE);
		memcpy(item->ident.bytes, ident.data, ident.len);
	}
	return row == STORE_END;
}

static size_t action_handed_at(const struct cache *cache, int64_t action_id)
{
	size_t i = 0;
	while (i < cache->handed_count && cache->handed[i] != action_id)
		i++;
	return i;
}

bool cache_action_was_handed(const struct cache *cache, int64_t action_id)
{
	return action_handed_at(cache, action_id) < cache->handed_count;
}

void cache_action_hand(struct cache *cache, int64_t action_id)
{
	if (cache_action_was_handed(cache, action_id))
		return;
	cache->handed = array_room(
		cache->handed, cache->handed_count, &cache->handed_cap, sizeof(*cache->handed));
	cache->handed[cache->handed_count++] = action_id;
}

void cache_action_unhand(struct cache *cache, int64_t action_id)
{
	size_t at = action_handed_at(cache, action_id);
	if (at < cache->handed_count)
		cache->handed[at] = cache->handed[--cache->handed_count];
}

/* Wishes that must wait, and so must the later ones on the same messages and folders. */
struct actions_held {
	struct action_held {
		int64_t action_id, folder_id, target_id;
		bool is_folder; /* about the folder itself */
	} * items;              /* owned */
	size_t count, cap;
	int64_t stale_folder; /* all of it is here, but not its wishes' new UIDs; 0 */
};

static void actions_hold(struct actions_held *held, const struct action *action)
{
	held->items = array_room(held->items, held->count, &held->cap, sizeof(*held->items));
	held->items[held->count++] = (struct action_held){.action_id = action->action_id,
		.folder_id = action->folder_id,
		.target_id = action->target_folder_id,
		.is_folder = action->kind == ACTION_FOLDER};
}

static bool action_touches(const struct action_held *held, const struct action *action)
{
	return held->folder_id == action->folder_id ||
	       held->folder_id == action->target_folder_id ||
	       (held->target_id != 0 && held->target_id == action->folder_id);
}

static bool action_is_behind(struct cache *cache, const struct actions_held *held,
	const struct action *action, bool *is_behind, struct error *err)
{
	static const char sql[] = "SELECT 1 FROM op_item AS a CROSS JOIN op_item AS b"
				  " ON b.op_id=?2 AND b.uid=a.uid AND b.state<>1 WHERE a.op_id=?1 "
				  "AND a.state<>1 LIMIT 1";
	int64_t hit = 0;
	for (size_t i = 0; hit == 0 && i < held->count; i++) {
		const struct action_held *h = &held->items[i];
		if ((h->is_folder || action->kind == ACTION_FOLDER) && action_touches(h, action))
			hit = 1;
		else if (h->folder_id == action->folder_id &&
			 !store_number(cache, STORE_LOCAL, sql,
				 STORE_INTS(action->action_id, h->action_id), &hit, err))
			return false;
	}
	*is_behind = hit != 0;
	return true;
}

/* A message on its way has no UID yet by which the server could be asked for it. */
static bool action_is_early(
	struct cache *cache, const struct action *action, bool *is_early, struct error *err)
{
	static const char sql[] = "SELECT 1 FROM op_item WHERE op_id=?1 AND uid>=4294967296"
				  " AND state<>1 LIMIT 1";
	int64_t hit = 0;
	bool ok = store_number(cache, STORE_LOCAL, sql, STORE_INTS(action->action_id), &hit, err);
	*is_early = hit != 0;
	return ok;
}

/* May not run now: too early, made under another UIDVALIDITY, or behind one that waits. */
static bool action_must_wait(struct cache *cache, struct actions_held *held,
	const struct action *action, int64_t now, bool *must_wait, struct error *err)
{
	struct cache_folder_state folder;
	*must_wait = action->not_before > now;
	if (*must_wait)
		return true;
	if (!cache_folder_peek(cache, action->folder_id, &folder, err))
		return false;
	*must_wait = action->kind != ACTION_FOLDER && folder.uidvalidity != 0 &&
		     folder.uidvalidity != action->uidvalidity;
	/* Not back to an older one, which a store that lost its last writes may have. */
	if (*must_wait && folder.synced_low == 1 && folder.uidvalidity > action->uidvalidity)
		held->stale_folder = action->folder_id;
	if (!*must_wait && !action_is_early(cache, action, must_wait, err))
		return false;
	return *must_wait || action_is_behind(cache, held, action, must_wait, err);
}

static bool actions_step(struct cache *cache, struct actions_held *held, sqlite3_stmt *stmt,
	int64_t now, struct action *action, bool *is_taken, struct error *err)
{
	bool must_wait;
	cache_action_read(stmt, action);
	if (!action_must_wait(cache, held, action, now, &must_wait, err))
		return false;
	*is_taken = !must_wait;
	if (must_wait)
		actions_hold(held, action);
	return must_wait || cache_action_items(cache, action, err);
}

static void actions_free(struct action **actions, size_t *count)
{
	while (*count > 0)
		action_done(&(*actions)[--*count]);
	mem_free(*actions);
	*actions = NULL;
}

bool cache_actions_waiting(struct cache *cache, int64_t account_id, int64_t now,
	struct action **actions, size_t max, size_t *count, struct error *err)
{
	static const char sql[] =
		"SELECT " CACHE_ACTION_COLUMNS " FROM op INDEXED BY op_shown WHERE account_id=?1"
		" AND state NOT IN (4, 8) AND done_at IS NULL AND kind IN (1,2,3,4,5,6,7)"
		" ORDER BY op_id";
	_Static_assert(ACTION_EXPUNGE == 4 && ACTION_REPLACE == 6 && ACTION_FOLDER == 7,
		"the text above names them");
	struct actions_held held = {0};
	size_t cap = 0, items = 0;
	*actions = NULL;
	*count = 0;
	if (cache->mode == CACHE_OWNER && !cache_journal_apply(cache, NULL, err))
		return false;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(account_id), err);
	bool ok = stmt != NULL;
	enum store_row row = STORE_END;
	while (ok && *count < max && items < CACHE_RUN_ITEMS &&
		(row = store_next(cache, stmt, err)) == STORE_ROW) {
		*actions = array_room(*actions, *count, &cap, sizeof(**actions));
		struct action *action = &(*actions)[*count];
		bool is_taken = true;
		ok = actions_step(cache, &held, stmt, now, action, &is_taken, err);
		if (ok && is_taken) {
			(*count)++;
			items += action->item_count;
			cache_action_hand(cache, action->action_id);
		} else {
			action_done(action);
		}
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	mem_free(held.items);
	/* The process ended between the headers and their wishes: these run the next time. */
	if (ok && held.stale_folder != 0 && cache->mode == CACHE_OWNER)
		ok = cache_rekey_finish(cache, held.stale_folder, err);
	if (ok && row != STORE_BAD)
		return true;
	actions_free(actions, count);
	return false;
}

static bool action_item_count(struct cache *cache, struct action *action, struct error *err)
{
	static const char sql[] = "SELECT count(*) FROM op_item WHERE op_id=?1 AND state<>1";
	int64_t count = 0;
	bool ok = store_number(cache, STORE_LOCAL, sql, STORE_INTS(action->action_id), &count, err);
	action->item_count = (size_t)count;
	return ok;
}

bool cache_actions_list(
	struct cache *cache, struct action **actions, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT " CACHE_ACTION_COLUMNS
				  " FROM op WHERE state NOT IN (4, 8) ORDER BY op_id LIMIT ?1";
	size_t cap = 0, items = 0;
	*actions = NULL;
	*count = 0;
	sqlite3_stmt *stmt =
		store_query(cache, STORE_LOCAL, sql, STORE_INTS(CACHE_LIST_ACTIONS), err);
	bool ok = stmt != NULL;
	enum store_row row = STORE_END;
	while (ok && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		*actions = array_room(*actions, *count, &cap, sizeof(**actions));
		struct action *action = &(*actions)[(*count)++];
		cache_action_read(stmt, action);
		ok = items < CACHE_LIST_ITEMS ? cache_action_items(cache, action, err)
					      : action_item_count(cache, action, err);
		items += action->item_count;
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	if (ok && row != STORE_BAD)
		return true;
	actions_free(actions, count);
	return false;
}

bool cache_actions_next_time(
	struct cache *cache, int64_t account_id, int64_t now, int64_t *next, struct error *err)
{
	static const char sql[] = "SELECT coalesce(min(not_before),0) FROM op INDEXED BY op_shown"
				  " WHERE account_id=?1 AND state NOT IN (4, 8)"
				  " AND done_at IS NULL AND not_before>?2";
	*next = 0;
	return store_number(cache, STORE_LOCAL, sql, STORE_INTS(account_id, now), next, err);
}

bool cache_actions_count(struct cache *cache, int64_t account_id, uint32_t *waiting,
	uint32_t *failed, struct error *err)
{
	static const char sql[] = "SELECT done_at IS NULL FROM op INDEXED BY op_shown"
				  " WHERE (?1=0 OR account_id=?1) AND state NOT IN (4, 8)";
	*waiting = *failed = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(account_id), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		++*(sqlite3_column_int(stmt, 0) != 0 ? waiting : failed);
	return row == STORE_END;
}

bool cache_actions_marks(
	struct cache *cache, int64_t account_id, uint32_t *marks, struct error *err)
{
	static const char sql[] = "SELECT count(*) FROM op INDEXED BY op_shown WHERE account_id=?1"
				  " AND state NOT IN (4, 8) AND done_at IS NULL AND kind=1"
				  " AND add_f=?2 AND del_f=0";
	int64_t count = 0;
	bool ok = store_number(
		cache, STORE_LOCAL, sql, STORE_INTS(account_id, FLAG_SEEN), &count, err);
	*marks = (uint32_t)count;
	return ok;
}

bool cache_action_release_blobs(struct cache *cache, int64_t action_id, struct error *err)
{
	static const char next[] =
		"SELECT i.blob_id FROM op AS o JOIN op_item AS i USING(op_id) WHERE o.op_id=?1"
		" AND i.blob_id IS NOT NULL AND (o.state=8 OR (o.state=4 AND i.landed IS NOT NULL))"
		" LIMIT 1";
	static const char let_go[] =
		"UPDATE op_item SET blob_id=NULL WHERE op_id=?1 AND blob_id=?2";
	_Static_assert(ACTION_DONE == 4 && ACTION_CANCELLED == 8, "the text above names them");
	for (;;) {
		int64_t blob_id = 0;
		if (!store_number(cache, STORE_LOCAL, next, STORE_INTS(action_id), &blob_id, err))
			return false;
		if (blob_id == 0)
			return true;
		if (!store_run(cache, STORE_LOCAL, let_go, STORE_INTS(action_id, blob_id), err) ||
			!cache_blob_drop(cache, blob_id, err))
			return false;
	}
}

/* The new state of a wish in local.db. words may be NULL. */
bool cache_action_state_write(struct cache *cache, int64_t action_id, enum action_state state,
	const char *words, struct error *err)
{
	static const char sql[] = "UPDATE op SET state=?2,done_at=?3,words=coalesce(?4,words)"
				  " WHERE op_id=?1";
	bool is_open = state <= ACTION_MARKED || state == ACTION_UNKNOWN;
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	sqlite3_stmt *stmt = store_query(
		cache, STORE_LOCAL, sql, STORE_INTS(action_id, state, clock_wall_seconds()), err);
	bool ok = stmt != NULL;
	if (ok) {
		sqlite3_clear_bindings(stmt);
		sqlite3_bind_int64(stmt, 1, action_id);
		sqlite3_bind_int64(stmt, 2, state);
		if (!is_open)
			sqlite3_bind_int64(stmt, 3, clock_wall_seconds());
		if (words != NULL)
			store_bind_text(stmt, 4, str_from(words));
		ok = store_finish(cache, stmt, err) &&
		     cache_action_release_blobs(cache, action_id, err);
	}
	return store_end(cache, STORE_LOCAL, ok, err);
}

/* What the journal holds of a wish: its folder, bits and items as they are now. */
bool cache_action_load(
	struct cache *cache, int64_t action_id, struct action *action, struct error *err)
{
	static const char sql[] = "SELECT " CACHE_ACTION_COLUMNS " FROM op WHERE op_id=?1";
	*action = (struct action){0};
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(action_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW)
		cache_action_read(stmt, action);
	sqlite3_reset(stmt);
	if (row == STORE_END)
		error_set(err, ERROR_INPUT, "there is no wish %lld", (long long)action_id);
	return row == STORE_ROW && cache_action_items(cache, action, err);
}

/* The server's side of a done wish, and the masks of what is still wished. */
static bool action_settle_cache(struct cache *cache, const struct action *action, struct error *err)
{
	struct cache_folder_state folder;
	if (!cache_folder_peek(cache, action->folder_id, &folder, err))
		return false;
	if (folder.folder_id == 0 || folder.uidvalidity != action->uidvalidity)
		return true;
	return cache_journal_refold(cache, action, action->action_id, true, err);
}

bool cache_action_settle(struct cache *cache, const struct action *action, struct error *err)
{
	struct action stored;
	if (!store_is_owner(cache, err) || !cache_journal_apply(cache, NULL, err) ||
		!cache_action_load(cache, action->action_id, &stored, err))
		return false;
	bool ok = stored.state == ACTION_DONE;
	if (!ok) {
		ok = action_settle_cache(cache, &stored, err);
		if (ok && !cache_action_state_write(
				  cache, stored.action_id, ACTION_DONE, NULL, err)) {
			cache->is_unfolded = true; /* it is still wished */
			ok = false;
		}
	}
	if (ok)
		cache_action_unhand(cache, stored.action_id);
	/* Its copies may have been listed while it was open. */
	if (ok && action_brings(stored.kind) &&
		!cache_temps_follow(cache, stored.target_folder_id, false, NULL))
		cache->is_unfolded = true;
	action_done(&stored);
	return ok;
}

bool cache_action_fail(struct cache *cache, const struct action *action, enum action_state state,
	const char *words, struct error *err)
{
	struct action stored;
	if (!store_is_owner(cache, err) || !cache_journal_apply(cache, NULL, err) ||
		!cache_action_load(cache, action->action_id, &stored, err))
		return false;
	bool ok = cache_action_state_write(cache, stored.action_id, state, words, err);
	if (ok) {
		cache_action_unhand(cache, stored.action_id);
		/* The journal has it; masks that cannot be written now are folded again later. */
		if (!cache_journal_refold(cache, &stored, 0, false, NULL) ||
			!cache_action_strand(cache, &stored, NULL))
			cache->is_unfolded = true;
		if (cache->is_unfolded)
			cache_journal_apply(cache, NULL, NULL);
	}
	action_done(&stored);
	return ok;
}

bool cache_action_delay(
	struct cache *cache, const struct action *action, int64_t not_before, struct error *err)
{
	static const char sql[] = "UPDATE op SET done_at=NULL,tries=tries+1,not_before=?2,"
				  "state=CASE WHEN state IN (2,3) THEN state WHEN kind IN (2,6)"
				  " AND EXISTS(SELECT 1 FROM op_item AS i WHERE i.op_id=op.op_id"
				  " AND i.landed>0) THEN 2 ELSE 0 END WHERE op_id=?1";
	_Static_assert(
		ACTION_COPIED == 2 && ACTION_MARKED == 3 && ACTION_MOVE == 2 && ACTION_REPLACE == 6,
		"the text above names them");
	struct action stored;
	if (!store_is_owner(cache, err) ||
		!cache_action_load(cache, action->action_id, &stored, err))
		return false;
	bool was_final = stored.state == ACTION_FAILED || stored.state == ACTION_CONFLICT ||
			 stored.state == ACTION_CANCELLED;
	bool ok = store_begin(cache, STORE_LOCAL, err);
	if (ok) {
		ok = store_run(
			cache, STORE_LOCAL, sql, STORE_INTS(stored.action_id, not_before), err);
		ok = store_end(cache, STORE_LOCAL, ok, err);
	}
	if (ok)
		cache_action_unhand(cache, stored.action_id);
	if (ok && was_final) {
		cache->is_unfolded = true;
		cache_journal_apply(cache, NULL, NULL);
	}
	action_done(&stored);
	return ok;
}

/* But not those whose copies are still looked for. */
#define CACHE_ACTION_SWEPT                                                                         \
	" AND NOT (state=4 AND kind IN (2,3,5,6) AND EXISTS(SELECT 1 FROM op_item AS i"            \
	" WHERE i.op_id=op.op_id AND i.temp IS NOT NULL AND i.landed IS NULL))"

bool cache_journal_sweep(struct cache *cache, int64_t now, struct error *err)
{
	static const char any[] =
		"SELECT 1 FROM op WHERE state IN (4, 8) AND done_at<?1" CACHE_ACTION_SWEPT
		" LIMIT 1";
	static const char blobs[] =
		"UPDATE blob SET made=1 WHERE blob_id IN (SELECT i.blob_id FROM op"
		" JOIN op_item AS i USING(op_id) WHERE i.blob_id IS NOT NULL"
		" AND op.state IN (4, 8) AND op.done_at<?1)";
	static const char sql[] =
		"DELETE FROM op WHERE state IN (4, 8) AND done_at<?1" CACHE_ACTION_SWEPT;
	int64_t week_ago = now - (int64_t)7 * 24 * 3600, hit = 0;
	if (!store_is_owner(cache, err) ||
		!store_number(cache, STORE_LOCAL, any, STORE_INTS(week_ago), &hit, err))
		return false;
	if (hit == 0)
		return true;
	/* Masks of rows that are about to be forgotten must be off the disk of cache.db first. */
	if (sqlite3_wal_checkpoint_v2(cache->files[STORE_CACHE].db, NULL, SQLITE_CHECKPOINT_FULL,
		    NULL, NULL) != SQLITE_OK)
		return store_fail(cache, cache->files[STORE_CACHE].db, err);
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok = store_run(cache, STORE_LOCAL, blobs, STORE_INTS(week_ago), err) &&
		  store_run(cache, STORE_LOCAL, sql, STORE_INTS(week_ago), err);
	return store_end(cache, STORE_LOCAL, ok, err);
}
