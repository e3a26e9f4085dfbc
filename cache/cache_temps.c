/* Places of messages that are on their way. */
#include "cache/cache_temps.h"

#include "base/array.h"
#include "cache/cache_actions.h"
#include "cache/cache_blobs.h"
#include "cache/cache_folders.h"
#include "cache/cache_masks.h"
#include "cache/cache_rank.h"
#include "cache/cache_sort.h"
#include "cache/cache_transfer.h"

static int64_t temp_place(int64_t folder_id, uint32_t temporary)
{
	return place_numbered(folder_id, PLACE_TEMPORARY + temporary);
}

static bool temps_hit(struct cache *cache, const char *sql, int64_t first, int64_t last, bool *hit,
	struct error *err)
{
	int64_t found = 0;
	bool ok = store_number(cache, STORE_CACHE, sql, STORE_INTS(first, last), &found, err);
	*hit = found != 0;
	return ok;
}

static bool temps_place_is_here(
	struct cache *cache, int64_t place_id, bool *is_here, struct error *err)
{
	static const char sql[] = "SELECT 1 FROM place WHERE place_id>=?1 AND place_id<=?2 LIMIT 1";
	return temps_hit(cache, sql, place_id, place_id, is_here, err);
}

/* Counts and orders of a row that has just been written. */
static bool temp_count(
	struct cache *cache, int64_t place_id, const struct cache_change *c, struct error *err)
{
	struct cache_folder_state folder;
	struct cache_sorts sorts;
	int64_t folder_id = place_folder(place_id);
	if (c->new_hidden)
		return true;
	if (!cache_folder_peek(cache, folder_id, &folder, err) ||
		!cache_sorts_load(cache, folder_id, &sorts, err))
		return false;
	struct cache_tally tally = {.folder_id = folder_id, .shown = folder.shown};
	cache_tally_place(&tally, place_id, (c->new_server | c->new_added) & ~c->new_removed, 1);
	bool ok = cache_tally_write(cache, &tally, err);
	cache_tally_done(&tally);
	return ok && (sorts.count == 0 || cache_sorts_add_stored(cache, &sorts, place_id, err));
}

/* A row like another one, which stays; what it shows is in the change. */
static bool temp_copy(struct cache *cache, int64_t to, int64_t from, const struct cache_change *c,
	struct error *err)
{
	static const char row[] =
		"INSERT INTO "
		"place(place_id,message_id,server,added,removed,hidden,modseq,hints,fields,"
		"date,zone,arrived,size,ident,from_name,from_addr,to_name,subject,header_id,refs)"
		" SELECT ?1,CASE WHEN ?7 THEN message_id ELSE 0 "
		"END,?3,?4,?5,?6,0,hints,fields,date,zone,arrived,size,ident,"
		"from_name,from_addr,to_name,subject,header_id,refs FROM place WHERE place_id=?2";
	static const char content[] =
		"INSERT OR IGNORE INTO message(message_id,place_id,thread_id)"
		" SELECT m.message_id,?1,m.thread_id FROM place AS p JOIN message AS m"
		" ON m.message_id=p.message_id AND m.place_id=p.place_id WHERE p.place_id=?2";
	static const char unjoined[] = "INSERT INTO unjoined(account_id,low,high) SELECT "
				       "f.account_id,?1,?1 FROM place AS p"
				       " JOIN folder AS f ON f.folder_id=p.place_id>>33 WHERE "
				       "p.place_id=?1 AND p.message_id=0";
	struct cache_folder_state there, here;
	if (!cache_folder_peek(cache, place_folder(to), &there, err) ||
		!cache_folder_peek(cache, place_folder(from), &here, err))
		return false;
	/* What a message is, is known by account. */
	bool is_same = there.account_id == here.account_id;
	return store_run(cache, STORE_CACHE, row,
		       STORE_INTS(to, from, (int64_t)c->new_server, (int64_t)c->new_added,
			       (int64_t)c->new_removed, c->new_hidden, is_same),
		       err) &&
	       (!is_same || store_run(cache, STORE_CACHE, content, STORE_INTS(to, from), err)) &&
	       store_run(cache, STORE_CACHE, unjoined, STORE_INTS(to), err) &&
	       temp_count(cache, to, c, err);
}

/* A row made of the message's own bytes. */
static bool temp_write(struct cache *cache, int64_t to, const struct action *action,
	const struct action_item *item, const struct cache_change *c, struct error *err)
{
	static const char unjoined[] = "INSERT INTO unjoined(account_id,low,high) VALUES(?1,?2,?2)";
	struct cache_folder_state target;
	struct cache_header row;
	if (!cache_folder_peek(cache, action->target_folder_id, &target, err) ||
		!cache_blob_header(cache, target.account_id, item->blob_id, &row, err))
		return false;
	row.flags = c->new_server;
	row.arrived = item->arrived;
	return cache_place_insert(cache, to, &row, c, err) &&
	       store_run(cache, STORE_CACHE, unjoined, STORE_INTS(target.account_id, to), err) &&
	       temp_count(cache, to, c, err);
}

/* What a message looks like in its new place; another account may call its keywords otherwise. */
static bool temp_flags(struct cache *cache, const struct action *action,
	const struct action_item *item, struct cache_change *c, struct error *err)
{
	struct cache_folder_state here, there;
	if (!cache_folder_peek(cache, action->folder_id, &here, err) ||
		!cache_folder_peek(cache, action->target_folder_id, &there, err))
		return false;
	bool is_told = item->blob_id != 0 || here.account_id != there.account_id;
	c->new_server = is_told ? item->flags : (c->server | c->added) & ~c->removed;
	return true;
}

static bool temp_make(struct cache *cache, const struct action *action,
	const struct action_item *item, struct error *err)
{
	bool has_bytes = action->kind == ACTION_APPEND || action->kind == ACTION_REPLACE;
	struct cache_change from = {.uid = item->uid};
	struct cache_masks masks = {0};
	int64_t uid = PLACE_TEMPORARY + item->temporary;
	struct cache_masks_query query = {
		.folder_id = action->target_folder_id, .first = uid, .last = uid};
	bool is_here;
	int64_t to = temp_place(action->target_folder_id, item->temporary);
	if (!temps_place_is_here(cache, to, &is_here, err) ||
		!cache_changes_load(cache, action->folder_id, &from, 1, err))
		return false;
	if (is_here || (!from.is_here && !has_bytes) || (has_bytes && item->blob_id == 0))
		return true;
	bool ok = cache_masks_applied(cache, &query.newest, err) &&
		  cache_masks_load(cache, &query, &masks, err) &&
		  temp_flags(cache, action, item, &from, err);
	const struct cache_mask *mask = cache_masks_find(&masks, uid);
	from.new_added = mask != NULL ? mask->added : 0;
	from.new_removed = mask != NULL ? mask->removed : 0;
	from.new_hidden = mask != NULL && mask->is_hidden;
	if (ok && has_bytes)
		ok = temp_write(cache, to, action, item, &from, err);
	else if (ok)
		ok = temp_copy(cache, to, place_numbered(action->folder_id, item->uid), &from, err);
	cache_masks_done(&masks);
	return ok;
}

/* A UID says who is meant only under the UIDVALIDITY of the wish. */
static bool temps_source_is_current(
	struct cache *cache, const struct action *action, bool *is_current, struct error *err)
{
	struct cache_folder_state folder;
	bool ok = cache_folder_peek(cache, action->folder_id, &folder, err);
	*is_current = folder.folder_id != 0 && folder.uidvalidity == action->uidvalidity;
	return ok;
}

bool cache_temps_make(struct cache *cache, const struct action *action, struct error *err)
{
	struct cache_folder_state target;
	bool is_current;
	if (!action_brings(action->kind))
		return true;
	if (!cache_folder_load(cache, action->target_folder_id, &target, err) ||
		!temps_source_is_current(cache, action, &is_current, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < action->item_count; i++) {
		const struct action_item *item = &action->items[i];
		if (item->temporary != 0 && item->landed == 0 &&
			(is_current || item->uid >= PLACE_TEMPORARY ||
				action->kind == ACTION_APPEND))
			ok = temp_make(cache, action, item, err);
	}
	return ok;
}

bool cache_temps_drop(struct cache *cache, const struct action *action, struct error *err)
{
	bool ok = true;
	for (size_t i = 0; ok && i < action->item_count; i++)
		if (action->items[i].temporary != 0)
			ok = cache_place_remove(cache,
				temp_place(action->target_folder_id, action->items[i].temporary),
				err);
	return ok;
}

bool cache_temp_land(
	struct cache *cache, int64_t target_id, uint32_t temporary, uint32_t uid, struct error *err)
{
	static const char next[] =
		"UPDATE folder SET server_uidnext=max(server_uidnext,?2) WHERE folder_id=?1";
	int64_t from = temp_place(target_id, temporary), to = place_make(target_id, uid);
	struct cache_change c = {.uid = PLACE_TEMPORARY + temporary};
	bool is_here;
	if (!temps_place_is_here(cache, to, &is_here, err) ||
		!cache_changes_load(cache, target_id, &c, 1, err))
		return false;
	if (!is_here && c.is_here && !temp_copy(cache, to, from, &c, err))
		return false;
	return cache_place_remove(cache, from, err) &&
	       store_run(cache, STORE_CACHE, next, STORE_INTS(target_id, (int64_t)uid + 1), err);
}

/* Made when the folder had no UIDVALIDITY yet, they get the one under which the UID was told. */
static bool temp_wishes_turn(
	struct cache *cache, int64_t target_id, uint32_t temporary, uint32_t uid, struct error *err)
{
	static const char turn[] =
		"UPDATE OR REPLACE op_item SET uid=?2 WHERE uid=?1 AND uid>=4294967296"
		" AND op_id IN (SELECT op_id FROM op WHERE folder_id=?3)";
	static const char validity[] = "UPDATE op SET uidvalidity=?2 WHERE folder_id=?1"
				       " AND done_at IS NULL AND uidvalidity=0";
	struct cache_folder_state folder;
	return cache_folder_peek(cache, target_id, &folder, err) &&
	       store_run(cache, STORE_LOCAL, turn,
		       STORE_INTS(PLACE_TEMPORARY + temporary, uid, target_id), err) &&
	       store_run(cache, STORE_LOCAL, validity, STORE_INTS(target_id, folder.uidvalidity),
		       err);
}

bool cache_temp_wishes(struct cache *cache, int64_t op_id, int64_t item, int64_t target_id,
	uint32_t temporary, uint32_t uid, struct error *err)
{
	static const char landed[] = "UPDATE op_item SET landed=?3 WHERE op_id=?1 AND uid=?2";
	return store_run(cache, STORE_LOCAL, landed, STORE_INTS(op_id, item, uid), err) &&
	       cache_action_release_blobs(cache, op_id, err) &&
	       (uid == 0 || temporary == 0 ||
		       temp_wishes_turn(cache, target_id, temporary, uid, err));
}

static bool temp_is_taken(
	struct cache *cache, int64_t target_id, uint32_t uid, bool *is_taken, struct error *err)
{
	static const char sql[] =
		"SELECT 1 FROM op AS o INDEXED BY op_target JOIN op_item AS i USING(op_id)"
		" WHERE o.target_id=?1 AND o.target_id<>0 AND i.landed=?2 LIMIT 1";
	int64_t hit = 0;
	bool ok = store_number(cache, STORE_LOCAL, sql, STORE_INTS(target_id, uid), &hit, err);
	*is_taken = hit != 0;
	return ok;
}

bool cache_temp_find(struct cache *cache, int64_t target_id, uint32_t from,
	const struct action_item *item, uint32_t *uid, struct error *err)
{
	static const char sql[] = "SELECT place_id FROM place WHERE place_id>=?1 AND place_id<=?2"
				  " AND ident=?3 ORDER BY place_id";
	static const char alike[] =
		"SELECT p.place_id FROM place AS t CROSS JOIN place AS p WHERE t.place_id=?4"
		" AND p.place_id>=?1 AND p.place_id<=?2 AND (p.ident=?3"
		" OR (p.header_id=t.header_id AND (p.header_id<>'' OR (p.date=t.date"
		" AND p.from_addr=t.from_addr AND p.subject=t.subject)))) ORDER BY p.place_id";
	*uid = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, item->blob_id != 0 ? alike : sql,
		STORE_INTS(place_make(target_id, from), place_make(target_id, UINT32_MAX)), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 3, str_make((const char *)item->ident.bytes, IDENT_SIZE));
	if (item->blob_id != 0)
		sqlite3_bind_int64(stmt, 4, temp_place(target_id, item->temporary));
	enum store_row row = STORE_BAD;
	bool ok = true;
	while (ok && *uid == 0 && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		bool is_taken;
		uint32_t found = place_uid(sqlite3_column_int64(stmt, 0));
		ok = temp_is_taken(cache, target_id, found, &is_taken, err);
		*uid = ok && !is_taken ? found : 0;
	}
	sqlite3_reset(stmt);
	return ok && row != STORE_BAD;
}

/* One copy that the server has made without saying under which UID. */
struct temp_lost {
	int64_t op_id;
	uint32_t from;
	struct action_item item;
};

static bool temps_lost(struct cache *cache, int64_t target_id, struct temp_lost **list,
	size_t *count, struct error *err)
{
	static const char sql[] =
		"SELECT " CACHE_ACTION_COLUMNS " FROM op INDEXED BY op_target WHERE target_id=?1"
		" AND target_id<>0 AND state=4 AND EXISTS(SELECT 1 FROM op_item AS i"
		" WHERE i.op_id=op.op_id AND i.temp IS NOT NULL AND i.landed IS NULL) ORDER BY "
		"op_id";
	_Static_assert(ACTION_DONE == 4, "the text above names it");
	size_t cap = 0;
	bool ok = true;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(target_id), err);
	enum store_row row = STORE_BAD;
	while (ok && stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		struct action action;
		cache_action_read(stmt, &action);
		ok = cache_action_items(cache, &action, err);
		for (size_t i = 0; ok && i < action.item_count; i++) {
			const struct action_item *item = &action.items[i];
			if (item->temporary == 0 || item->landed != 0)
				continue;
			*list = array_room(*list, *count, &cap, sizeof(**list));
			(*list)[(*count)++] =
				(struct temp_lost){action.action_id, action.pre_uidnext, *item};
		}
		action_done(&action);
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	return ok && row == STORE_END;
}

/* It is not to be found: it left again before it was seen. */
static bool temp_lose(
	struct cache *cache, int64_t target_id, const struct temp_lost *lost, struct error *err)
{
	struct action_item item = {.temporary = lost->item.temporary};
	struct action gone = {.kind = ACTION_COPY,
		.target_folder_id = target_id,
		.items = &item,
		.item_count = 1};
	return cache_action_strand(cache, &gone, err);
}

/* The server's side first, then the journal. */
static bool temp_settle(struct cache *cache, int64_t target_id, const struct temp_lost *lost,
	uint32_t uid, struct error *err)
{
	if (uid == 0 && !temp_lose(cache, target_id, lost, err))
		return false;
	if (!store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = uid == 0 || cache_temp_land(cache, target_id, lost->item.temporary, uid, err);
	if (!store_end(cache, STORE_CACHE, ok, err) || !store_begin(cache, STORE_LOCAL, err))
		return false;
	ok = cache_temp_wishes(
		cache, lost->op_id, lost->item.uid, target_id, lost->item.temporary, uid, err);
	ok = store_end(cache, STORE_LOCAL, ok, err);
	if (!ok)
		cache->is_unfolded = true;
	return ok;
}

static bool temps_find_lost(
	struct cache *cache, int64_t folder_id, bool is_complete, struct error *err)
{
	struct temp_lost *list = NULL;
	size_t count = 0;
	bool ok = temps_lost(cache, folder_id, &list, &count, err);
	for (size_t i = 0; ok && i < count; i++) {
		uint32_t uid = 0;
		ok = cache_temp_find(cache, folder_id, list[i].from, &list[i].item, &uid, err);
		if (ok && (uid != 0 || is_complete))
			ok = temp_settle(cache, folder_id, &list[i], uid, err);
	}
	mem_free(list);
	return ok;
}

/* Wishes of this kind in a text of SQL; each in a transaction of its own. */
static bool temps_make_all(
	struct cache *cache, const char *sql, int64_t folder_id, struct error *err)
{
	int64_t newest = 0;
	bool ok = cache_masks_applied(cache, &newest, err);
	sqlite3_stmt *stmt =
		ok ? store_query(cache, STORE_LOCAL, sql, STORE_INTS(folder_id, newest), err)
		   : NULL;
	enum store_row row = STORE_BAD;
	while (ok && stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		struct action action;
		cache_action_read(stmt, &action);
		ok = cache_action_items(cache, &action, err) &&
		     store_begin(cache, STORE_CACHE, err);
		if (ok) {
			ok = cache_temps_make(cache, &action, err);
			ok = store_end(cache, STORE_CACHE, ok, err);
		}
		action_done(&action);
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	return ok && row == STORE_END;
}

bool cache_temps_follow(struct cache *cache, int64_t folder_id, bool is_complete, struct error *err)
{
	static const char any[] = "SELECT 1 FROM place WHERE place_id>=?1 AND place_id<?2 LIMIT 1";
	static const char leaving[] =
		"SELECT " CACHE_ACTION_COLUMNS " FROM op INDEXED BY op_open WHERE folder_id=?1"
		" AND done_at IS NULL AND kind IN (2,3) AND op_id<=?2 ORDER BY op_id";
	bool has_temps;
	if (!temps_hit(cache, any, temp_place(folder_id, 0), cache_folder_high(folder_id),
		    &has_temps, err))
		return false;
	return ((!has_temps && !is_complete) ||
		       temps_find_lost(cache, folder_id, is_complete, err)) &&
	       temps_make_all(cache, leaving, folder_id, err);
}

static bool temp_is_wanted(
	struct cache *cache, int64_t place_id, bool *is_wanted, struct error *err)
{
	static const char sql[] =
		"SELECT 1 FROM op_item AS i JOIN op AS o USING(op_id) WHERE i.temp=?1"
		" AND o.target_id=?2 AND i.landed IS NULL AND i.state<>1"
		" AND (o.done_at IS NULL OR o.state=4) LIMIT 1";
	int64_t hit = 0;
	bool ok = store_number(cache, STORE_LOCAL, sql,
		STORE_INTS(place_number(place_id) - PLACE_TEMPORARY, place_folder(place_id)), &hit,
		err);
	*is_wanted = hit != 0;
	return ok;
}

/* The next temporary place from there on, in any folder; 0. */
static bool temps_next(struct cache *cache, int64_t from, int64_t *place_id, struct error *err)
{
	static const char sql[] = "SELECT min((SELECT min(p.place_id) FROM place AS p"
				  " WHERE p.place_id>=max(?1,(f.folder_id<<33)+4294967296)"
				  " AND p.place_id<(f.folder_id+1)<<33)) FROM folder AS f";
	*place_id = 0;
	return store_number(cache, STORE_CACHE, sql, STORE_INTS(from), place_id, err);
}

static bool temps_drop_unwanted(struct cache *cache, struct error *err)
{
	int64_t place_id = 0;
	while (temps_next(cache, place_id + 1, &place_id, err)) {
		bool is_wanted;
		if (place_id == 0)
			return true;
		if (!temp_is_wanted(cache, place_id, &is_wanted, err))
			return false;
		if (is_wanted)
			continue;
		if (!store_begin(cache, STORE_CACHE, err))
			return false;
		bool ok = cache_place_remove(cache, place_id, err);
		if (!store_end(cache, STORE_CACHE, ok, err))
			return false;
	}
	return false;
}

bool cache_temps_refresh(struct cache *cache, struct error *err)
{
	static const char all[] = "SELECT " CACHE_ACTION_COLUMNS
				  " FROM op WHERE ?1=0 AND target_id<>0 AND kind IN (2,3,5,6)"
				  " AND (done_at IS NULL OR state=4) AND op_id<=?2 AND "
				  "EXISTS(SELECT 1 FROM op_item AS i"
				  " WHERE i.op_id=op.op_id AND i.temp IS NOT NULL AND i.landed IS "
				  "NULL) ORDER BY op_id";
	return temps_drop_unwanted(cache, err) && temps_make_all(cache, all, 0, err);
}

bool cache_temps_check(struct cache *cache, struct error *err)
{
	int64_t place_id = 0;
	while (temps_next(cache, place_id + 1, &place_id, err)) {
		bool is_wanted;
		if (place_id == 0)
			return true;
		if (!temp_is_wanted(cache, place_id, &is_wanted, err))
			return false;
		if (!is_wanted)
			return error_set(err, ERROR_STORAGE,
				"I2: no wish brings the message of the temporary place %lld",
				(long long)place_id);
	}
	return false;
}
