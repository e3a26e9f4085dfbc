/* Making a wish: what of it is still to be done, the journal, then the masks. */
#include "cache/cache.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/clock.h"
#include "cache/cache_actions.h"
#include "cache/cache_blobs.h"
#include "cache/cache_folders.h"
#include "cache/cache_masks.h"
#include "cache/cache_rekey.h"

/* What stands in the way of leaving an item out. */
struct wish_item {
	struct action_item item;
	bool is_needed;
	bool is_covered; /* another open wish, which stays, changes the same bits */
	bool may_be_out; /* an absorbed wish may have reached the server already */
	bool is_absorbing;
};

struct wish {
	struct cache *cache;
	struct action *action;
	struct wish_item *items;      /* owned; ascending by uid, each once */
	struct cache_change *changes; /* owned; beside items */
	size_t count, needed;
	int64_t *absorbed_ops;  /* owned; pairs with absorbed_uids */
	int64_t *absorbed_uids; /* owned */
	size_t absorbed, ops_cap, uids_cap;
	bool is_current; /* the folder has the wish's UIDVALIDITY */
};

static int wish_item_order(const void *a, const void *b)
{
	const struct wish_item *x = a, *y = b;
	return x->item.uid < y->item.uid ? -1 : x->item.uid > y->item.uid;
}

static void wish_init(struct wish *w, struct cache *cache, struct action *action)
{
	*w = (struct wish){.cache = cache, .action = action};
	w->items = mem_new_array(action->item_count, sizeof(*w->items));
	for (size_t i = 0; i < action->item_count; i++)
		w->items[i] = (struct wish_item){.item = action->items[i], .is_needed = true};
	if (action->item_count > 1)
		qsort(w->items, action->item_count, sizeof(*w->items), wish_item_order);
	for (size_t i = 0; i < action->item_count; i++)
		if (w->count == 0 || w->items[w->count - 1].item.uid != w->items[i].item.uid)
			w->items[w->count++] = w->items[i];
	w->changes = mem_new_array(w->count, sizeof(*w->changes));
	for (size_t i = 0; i < w->count; i++)
		w->changes[i].uid = w->items[i].item.uid;
}

static void wish_done(struct wish *w)
{
	mem_free(w->items);
	mem_free(w->changes);
	mem_free(w->absorbed_ops);
	mem_free(w->absorbed_uids);
}

static bool ident_is_empty(const struct ident *ident)
{
	static const struct ident empty;
	return memcmp(ident, &empty, sizeof(empty)) == 0;
}

/* Bytes that were never in a list: their header tells who they are. */
static bool wish_identify(struct wish *w, struct action_item *item, struct error *err)
{
	struct cache_header row;
	if (!ident_is_empty(&item->ident))
		return true;
	bool ok = cache_blob_header(w->cache, w->action->account_id, item->blob_id, &row, err);
	if (ok)
		item->ident = row.ident;
	return ok;
}

/* Rows as they stand; who the messages are, where the caller did not say. */
static bool wish_load(struct wish *w, struct error *err)
{
	struct action *a = w->action;
	struct cache_folder_state folder;
	if (!cache_folder_peek(w->cache, a->folder_id, &folder, err) ||
		!cache_changes_load(w->cache, a->folder_id, w->changes, w->count, err))
		return false;
	if (a->uidvalidity == 0)
		a->uidvalidity = folder.uidvalidity;
	if (a->account_id == 0)
		a->account_id = folder.account_id;
	for (size_t i = 0; a->kind == ACTION_APPEND && i < w->count; i++)
		if (!wish_identify(w, &w->items[i].item, err))
			return false;
	w->is_current = folder.folder_id != 0 && folder.uidvalidity == a->uidvalidity;
	for (size_t i = 0; i < w->count; i++)
		if (w->is_current) {
			const struct cache_change *c = &w->changes[i];
			if (ident_is_empty(&w->items[i].item.ident))
				w->items[i].item.ident = c->ident;
			w->items[i].item.before =
				((c->server | c->added) & ~c->removed) & (a->add | a->remove);
		}
	return true;
}

static size_t wish_find(const struct wish *w, int64_t uid)
{
	struct wish_item key = {.item = {.uid = uid}};
	struct wish_item *hit = bsearch(&key, w->items, w->count, sizeof(key), wish_item_order);
	return hit != NULL ? (size_t)(hit - w->items) : w->count;
}

static void wish_absorb(struct wish *w, size_t at, int64_t op_id, bool may_be_out)
{
	w->absorbed_ops =
		array_room(w->absorbed_ops, w->absorbed, &w->ops_cap, sizeof(*w->absorbed_ops));
	w->absorbed_uids =
		array_room(w->absorbed_uids, w->absorbed, &w->uids_cap, sizeof(*w->absorbed_uids));
	w->absorbed_ops[w->absorbed] = op_id;
	w->absorbed_uids[w->absorbed++] = w->items[at].item.uid;
	w->items[at].is_absorbing = true;
	w->items[at].may_be_out = w->items[at].may_be_out || may_be_out;
}

/*
 * An earlier wish whose bits are all among ours has no say any more: its items are absorbed, but
 * stay written down, for after a crash they tell whose masks to fold anew. Not so one that is on
 * the wire now; and where it may have been on the wire (tried before, or older than this run) ours
 * must be said even when the server, as we know it, is as wished.
 */
static void wish_meet(struct wish *w, sqlite3_stmt *stmt)
{
	struct cache *cache = w->cache;
	int64_t op_id = sqlite3_column_int64(stmt, 0);
	size_t at = wish_find(w, sqlite3_column_int64(stmt, 1));
	flags_t bits = (flags_t)sqlite3_column_int64(stmt, 2);
	flags_t ours = w->action->add | w->action->remove;
	bool is_queued = sqlite3_column_int(stmt, 3) == ACTION_QUEUED;
	bool was_tried = sqlite3_column_int(stmt, 4) > 0 || op_id <= cache->newest_at_open;
	if (at == w->count || (bits & ours) == 0)
		return;
	if (is_queued && (bits & ~ours) == 0 && !cache_action_was_handed(cache, op_id))
		wish_absorb(w, at, op_id, was_tried);
	else
		w->items[at].is_covered = true;
}

static bool wish_meet_open(struct wish *w, struct error *err)
{
	static const char sql[] = "SELECT o.op_id,i.uid,o.add_f|o.del_f,o.state,o.tries FROM op AS "
				  "o INDEXED BY op_open"
				  " CROSS JOIN op_item AS i ON i.op_id=o.op_id WHERE o.folder_id=?1"
				  " AND o.done_at IS NULL AND o.kind=1"
				  " AND (o.uidvalidity=?2 OR i.uid>=4294967296)"
				  " AND i.uid>=?3 AND i.uid<=?4 AND i.state<>1 ORDER BY o.op_id";
	sqlite3_stmt *stmt = store_query(w->cache, STORE_LOCAL, sql,
		STORE_INTS(w->action->folder_id, w->action->uidvalidity, w->items[0].item.uid,
			w->items[w->count - 1].item.uid),
		err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(w->cache, stmt, err)) == STORE_ROW)
		wish_meet(w, stmt);
	return row == STORE_END;
}

/* Leaves out what is already as wished. */
static void wish_trim(struct wish *w)
{
	flags_t add = w->action->add, remove = w->action->remove;
	w->needed = 0;
	for (size_t i = 0; i < w->count; i++) {
		const struct cache_change *c = &w->changes[i];
		struct wish_item *item = &w->items[i];
		bool is_as_wished =
			c->is_here && (c->server & add) == add && (c->server & remove) == 0;
		item->is_needed = !is_as_wished || item->is_covered || item->may_be_out;
		w->needed += item->is_needed;
	}
}

/* Who is not here, or is leaving already, cannot be moved, copied or expunged. */
static void wish_trim_gone(struct wish *w)
{
	w->needed = 0;
	for (size_t i = 0; i < w->count; i++) {
		const struct cache_change *c = &w->changes[i];
		w->items[i].is_needed = c->is_here && !c->is_hidden;
		w->needed += w->items[i].is_needed;
	}
}

/* Only the owner knows what is on the wire, so a guest's wish stands as it is. */
static bool wish_plan(struct wish *w, struct error *err)
{
	flags_t bits = w->action->add | w->action->remove;
	bool has_pending = false;
	w->needed = w->count;
	if (w->action->kind == ACTION_FOLDER || w->action->kind == ACTION_APPEND ||
		w->action->kind == ACTION_REPLACE)
		return true;
	if (w->action->kind != ACTION_FLAGS) {
		if (w->is_current)
			wish_trim_gone(w);
		return true;
	}
	if (w->cache->mode != CACHE_OWNER || !w->is_current || w->count == 0)
		return true;
	for (size_t i = 0; i < w->count; i++)
		has_pending =
			has_pending || ((w->changes[i].added | w->changes[i].removed) & bits) != 0;
	if (has_pending && !wish_meet_open(w, err))
		return false;
	wish_trim(w);
	return true;
}

static bool wish_write_absorbed(struct wish *w, struct error *err)
{
	static const char item[] = "UPDATE op_item SET state=1 WHERE op_id=?1 AND uid=?2";
	static const char empty[] =
		"UPDATE op SET state=8,done_at=?2 WHERE op_id=?1"
		" AND NOT EXISTS(SELECT 1 FROM op_item AS i WHERE i.op_id=op.op_id AND i.state<>1)";
	_Static_assert(ACTION_CANCELLED == 8, "the text above names it");
	for (size_t i = 0; i < w->absorbed; i++) {
		if (!store_run(w->cache, STORE_LOCAL, item,
			    STORE_INTS(w->absorbed_ops[i], w->absorbed_uids[i]), err))
			return false;
		bool is_last = i + 1 == w->absorbed || w->absorbed_ops[i + 1] != w->absorbed_ops[i];
		if (is_last && !store_run(w->cache, STORE_LOCAL, empty,
				       STORE_INTS(w->absorbed_ops[i], clock_wall_seconds()), err))
			return false;
	}
	return true;
}

static bool wish_write_op(struct wish *w, int64_t *op_id, struct error *err)
{
	static const char sql[] =
		"INSERT INTO op(account_id,folder_id,grp,kind,state,uidvalidity,target_id,add_f,"
		"del_f,not_before,created,verb,inverse_of,name,new_name)"
		" VALUES(?1,?2,?3,?4,0,?5,?6,?7,?8,?9,?10,?11,nullif(?12,0),?13,?14)";
	const struct action *a = w->action;
	sqlite3_stmt *stmt = store_query(w->cache, STORE_LOCAL, sql,
		STORE_INTS(a->account_id, a->folder_id, a->group, a->kind, a->uidvalidity,
			a->target_folder_id, (int64_t)a->add, (int64_t)a->remove, a->not_before,
			a->created, a->verb, a->inverse_of),
		err);
	if (stmt == NULL)
		return false;
	sqlite3_bind_null(stmt, 13);
	sqlite3_bind_null(stmt, 14);
	if (a->name != NULL)
		store_bind_blob(stmt, 13, str_from(a->name));
	if (a->new_name != NULL)
		store_bind_blob(stmt, 14, str_from(a->new_name));
	if (!store_finish(w->cache, stmt, err))
		return false;
	*op_id = sqlite3_last_insert_rowid(w->cache->files[STORE_LOCAL].db);
	return true;
}

static void wish_number(struct action_item *item, enum action_kind kind, uint32_t number)
{
	item->temporary = number;
	if (kind == ACTION_APPEND) /* there is no other that would be its own */
		item->uid = number;
}

/* Numbers for the places in the target, which nothing else ever gets. */
static bool wish_number_places(struct wish *w, struct error *err)
{
	static const char sql[] = "INSERT INTO meta(name,value) VALUES('temporary',?1)"
				  " ON CONFLICT DO UPDATE SET value=value+?1 RETURNING value";
	enum action_kind kind = w->action->kind;
	int64_t last = 0;
	if (!action_brings(kind))
		return true;
	sqlite3_stmt *stmt =
		store_query(w->cache, STORE_LOCAL, sql, STORE_INTS((int64_t)w->needed), err);
	if (stmt == NULL || store_next(w->cache, stmt, err) != STORE_ROW)
		return false;
	last = sqlite3_column_int64(stmt, 0);
	if (store_next(w->cache, stmt, err) != STORE_END)
		return false;
	int64_t next = last - (int64_t)w->needed + 1;
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].is_needed)
			wish_number(&w->items[i].item, kind, (uint32_t)next++);
	return true;
}

static bool wish_write_items(struct wish *w, int64_t op_id, struct error *err)
{
	static const char sql[] = "INSERT INTO op_item(op_id,uid,temp,before,blob_id,flags,"
				  "arrived,ident)"
				  " VALUES(?1,?2,nullif(?3,0),?4,nullif(?5,0),?6,?7,?8)";
	for (size_t i = 0; i < w->count; i++) {
		const struct action_item *item = &w->items[i].item;
		if (!w->items[i].is_needed)
			continue;
		sqlite3_stmt *stmt = store_query(w->cache, STORE_LOCAL, sql,
			STORE_INTS(op_id, item->uid, item->temporary, (int64_t)item->before,
				item->blob_id, (int64_t)item->flags, item->arrived),
			err);
		if (stmt == NULL)
			return false;
		store_bind_blob(stmt, 8, str_make((const char *)item->ident.bytes, IDENT_SIZE));
		if (!store_finish(w->cache, stmt, err) ||
			(item->blob_id != 0 && !cache_blob_used(w->cache, item->blob_id, err)))
			return false;
	}
	return true;
}

static bool wish_write(struct wish *w, int64_t *op_id, struct error *err)
{
	*op_id = 0;
	if (!store_begin(w->cache, STORE_LOCAL, err))
		return false;
	bool ok = wish_write_absorbed(w, err);
	if (ok && (w->needed > 0 || w->action->kind == ACTION_FOLDER))
		ok = wish_number_places(w, err) && wish_write_op(w, op_id, err) &&
		     wish_write_items(w, *op_id, err);
	return store_end(w->cache, STORE_LOCAL, ok, err);
}

static void wish_mask(struct wish *w)
{
	const struct action *a = w->action;
	flags_t bits = a->add | a->remove;
	for (size_t i = 0; i < w->count; i++) {
		struct cache_change *c = &w->changes[i];
		struct cache_mask mask = {.added = c->added, .removed = c->removed};
		if (w->items[i].is_needed) {
			cache_mask_fold(&mask, a->add, a->remove);
		} else {
			mask.added &= ~bits;
			mask.removed &= ~bits;
		}
		c->new_added = mask.added;
		c->new_removed = mask.removed;
	}
}

/* The masks from what was read before the wish was written; the owner is the only writer. */
static bool wish_show(struct wish *w, int64_t op_id, struct error *err)
{
	if (!store_begin(w->cache, STORE_CACHE, err))
		return false;
	wish_mask(w);
	bool ok = cache_changes_write(w->cache, w->action->folder_id, w->changes, w->count, err);
	ok = ok && (op_id == 0 || cache_masks_applied_set(w->cache, op_id, err));
	return store_end(w->cache, STORE_CACHE, ok, err);
}

/* Nobody else made a wish between the last whose masks stand and this one. */
static bool wish_is_next(struct wish *w, int64_t op_id)
{
	static const char sql[] =
		"SELECT 1 FROM op WHERE op_id>?1 AND op_id<?2 AND done_at IS NULL LIMIT 1";
	int64_t applied = 0, hit = 0;
	if (op_id == 0)
		return true;
	return cache_masks_applied(w->cache, &applied, NULL) &&
	       store_number(w->cache, STORE_LOCAL, sql, STORE_INTS(applied, op_id), &hit, NULL) &&
	       hit == 0;
}

/* The caller's items become those that stand in the journal. */
static void wish_give_back(struct wish *w, int64_t op_id)
{
	struct action *a = w->action;
	a->item_count = 0;
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].is_needed)
			a->items[a->item_count++] = w->items[i].item;
	a->action_id = op_id;
	a->state = ACTION_QUEUED;
}

/* The wish is durable by now: masks that fail here come with the next cache_journal_apply. */
static void wish_apply(struct wish *w, int64_t op_id)
{
	struct cache *cache = w->cache;
	if (cache->mode != CACHE_OWNER || (!w->is_current && w->action->kind != ACTION_APPEND))
		return;
	bool is_plain = w->action->kind == ACTION_FLAGS;
	bool ok = !is_plain || cache->is_unfolded || !wish_is_next(w, op_id)
			  ? cache_journal_apply(cache, NULL, NULL)
			  : wish_show(w, op_id, NULL);
	if (!ok)
		cache->is_unfolded = true;
}

/* What is taken back may be older than the numbers that the folder has now. */
static void wish_rekey(struct wish *w, int64_t op_id)
{
	if (w->cache->mode == CACHE_OWNER && !w->is_current && op_id != 0)
		cache_rekey_finish(w->cache, w->action->folder_id, NULL);
}

bool cache_action_add(struct cache *cache, struct action *action, struct error *err)
{
	struct wish w;
	int64_t op_id = 0;
	if (cache->mode == CACHE_READER)
		return store_is_owner(cache, err);
	if ((action->add & action->remove) != 0)
		return error_set(err, ERROR_INPUT, "a flag cannot be both set and cleared");
	if (action->kind == ACTION_MOVE && action->target_folder_id == action->folder_id)
		return error_set(err, ERROR_INPUT, "the messages are in that folder already");
	if (cache->mode == CACHE_OWNER && !cache_journal_apply(cache, NULL, err))
		return false;
	if (action->created == 0)
		action->created = clock_wall_seconds();
	wish_init(&w, cache, action);
	bool ok = wish_load(&w, err) && wish_plan(&w, err);
	if (ok && w.needed == 0 && w.absorbed == 0 && action->kind != ACTION_FOLDER)
		wish_give_back(&w, 0);
	else if (ok && (ok = wish_write(&w, &op_id, err))) {
		wish_apply(&w, op_id);
		wish_rekey(&w, op_id);
		wish_give_back(&w, op_id);
	}
	wish_done(&w);
	return ok;
}
