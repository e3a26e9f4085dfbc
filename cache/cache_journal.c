/* From the journal to the masks: applying new wishes, folding all anew. */
#include "cache/cache_journal.h"

#include "base/array.h"
#include "cache/cache_actions.h"
#include "cache/cache_folders.h"
#include "cache/cache_masks.h"
#include "cache/cache_temps.h"

enum { JOURNAL_SLICE = 1000 }; /* rows refolded in one transaction */

static bool journal_newest(struct cache *cache, int64_t *op_id, struct error *err)
{
	static const char sql[] = "SELECT max(op_id) FROM op";
	*op_id = 0;
	return store_number(cache, STORE_LOCAL, sql, STORE_NONE, op_id, err);
}

/* Sets new masks of loaded changes from the fold of the open wishes. */
static bool journal_fold_changes(struct cache *cache, struct cache_masks_query *query,
	struct cache_change *changes, size_t count, struct error *err)
{
	struct cache_masks masks = {0};
	query->first = changes[0].uid;
	query->last = changes[count - 1].uid;
	bool ok = cache_masks_load(cache, query, &masks, err);
	for (size_t i = 0; ok && i < count; i++) {
		const struct cache_mask *mask = cache_masks_find(&masks, changes[i].uid);
		changes[i].new_added = mask != NULL ? mask->added : 0;
		changes[i].new_removed = mask != NULL ? mask->removed : 0;
		changes[i].new_hidden = mask != NULL && mask->is_hidden;
	}
	cache_masks_done(&masks);
	return ok;
}

bool cache_journal_refold(struct cache *cache, const struct action *action, int64_t except,
	bool is_done, struct error *err)
{
	struct cache_folder_state folder;
	struct cache_masks_query query = {.folder_id = action->folder_id, .except = except};
	size_t count = action->item_count;
	if (count == 0)
		return true;
	struct cache_change *changes = mem_new_array(count, sizeof(*changes));
	for (size_t i = 0; i < count; i++)
		changes[i].uid = action->items[i].uid;
	bool ok = store_begin(cache, STORE_CACHE, err);
	if (ok) {
		ok = cache_folder_peek(cache, action->folder_id, &folder, err) &&
		     cache_masks_applied(cache, &query.newest, err) &&
		     cache_changes_load(cache, action->folder_id, changes, count, err);
		query.uidvalidity = folder.uidvalidity;
		ok = ok && journal_fold_changes(cache, &query, changes, count, err);
		for (size_t i = 0; ok && is_done && i < count; i++)
			changes[i].new_server = (changes[i].server | action->add) & ~action->remove;
		ok = ok && cache_changes_write(cache, action->folder_id, changes, count, err);
		ok = store_end(cache, STORE_CACHE, ok, err);
	}
	mem_free(changes);
	return ok;
}

static void journal_mask(struct cache_change *c, const struct action *action)
{
	struct cache_mask mask = {.added = c->added, .removed = c->removed};
	cache_mask_fold(&mask, action->add, action->remove);
	c->new_added = mask.added;
	c->new_removed = mask.removed;
	c->new_hidden = c->is_hidden || action->kind == ACTION_MOVE ||
			action->kind == ACTION_EXPUNGE || action->kind == ACTION_REPLACE;
}

/* The masks of one wish more, on top of what stands. */
static bool journal_apply_one(struct cache *cache, const struct action *action, struct error *err)
{
	struct cache_folder_state folder;
	if (action->kind == ACTION_APPEND)
		return cache_temps_make(cache, action, err);
	if (!cache_folder_peek(cache, action->folder_id, &folder, err))
		return false;
	if (folder.folder_id == 0 || folder.uidvalidity != action->uidvalidity ||
		action->item_count == 0)
		return true;
	struct cache_change *changes = mem_new_array(action->item_count, sizeof(*changes));
	for (size_t i = 0; i < action->item_count; i++)
		changes[i].uid = action->items[i].uid;
	bool ok = cache_temps_make(cache, action, err) &&
		  cache_changes_load(cache, action->folder_id, changes, action->item_count, err);
	for (size_t i = 0; ok && action->kind != ACTION_COPY && i < action->item_count; i++)
		journal_mask(&changes[i], action);
	ok = ok && cache_changes_write(cache, action->folder_id, changes, action->item_count, err);
	mem_free(changes);
	return ok;
}

static bool journal_apply_since(
	struct cache *cache, int64_t applied, int64_t newest, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT " CACHE_ACTION_COLUMNS
				  " FROM op WHERE op_id>?1 AND op_id<=?2 AND done_at IS NULL"
				  " ORDER BY op_id";
	if (!store_begin(cache, STORE_CACHE, err))
		return false;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(applied, newest), err);
	bool ok = stmt != NULL;
	enum store_row row = STORE_END;
	while (ok && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		struct action action;
		cache_action_read(stmt, &action);
		ok = cache_action_items(cache, &action, err) &&
		     journal_apply_one(cache, &action, err);
		action_done(&action);
		(*count)++;
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	ok = ok && row == STORE_END && cache_masks_applied_set(cache, newest, err);
	return store_end(cache, STORE_CACHE, ok, err);
}

/* The next UIDs of a folder that any wish ever touched. */
static bool journal_touched(struct cache *cache, int64_t folder_id, int64_t after,
	struct cache_change *changes, size_t *count, struct error *err)
{
	static const char sql[] =
		"SELECT DISTINCT i.uid FROM op AS o CROSS JOIN op_item AS i ON i.op_id=o.op_id"
		" WHERE o.folder_id=?1 AND i.uid>?2 ORDER BY i.uid LIMIT ?3";
	*count = 0;
	sqlite3_stmt *stmt = store_query(
		cache, STORE_LOCAL, sql, STORE_INTS(folder_id, after, JOURNAL_SLICE), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		changes[(*count)++].uid = sqlite3_column_int64(stmt, 0);
	return row == STORE_END;
}

static bool journal_refold_slice(struct cache *cache, struct cache_masks_query *query,
	struct cache_change *changes, size_t count, struct error *err)
{
	if (!store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = cache_changes_load(cache, query->folder_id, changes, count, err) &&
		  journal_fold_changes(cache, query, changes, count, err) &&
		  cache_changes_write(cache, query->folder_id, changes, count, err);
	return store_end(cache, STORE_CACHE, ok, err);
}

static bool journal_refold_folder(
	struct cache *cache, int64_t folder_id, int64_t newest, struct error *err)
{
	struct cache_folder_state folder;
	struct cache_change *changes = mem_new_array(JOURNAL_SLICE, sizeof(*changes));
	int64_t after = 0;
	size_t count = 0;
	bool ok = cache_folder_peek(cache, folder_id, &folder, err);
	struct cache_masks_query query = {
		.folder_id = folder_id, .uidvalidity = folder.uidvalidity, .newest = newest};
	while (ok && (ok = journal_touched(cache, folder_id, after, changes, &count, err)) &&
		count > 0) {
		after = changes[count - 1].uid;
		ok = journal_refold_slice(cache, &query, changes, count, err);
	}
	mem_free(changes);
	return ok;
}

/* Everything anew: after an end without cache_close, or when masks could not be written. */
static bool journal_refold_all(
	struct cache *cache, int64_t newest, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT DISTINCT folder_id FROM op";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, err);
	bool ok = stmt != NULL;
	enum store_row row = STORE_END;
	while (ok && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		ok = journal_refold_folder(cache, sqlite3_column_int64(stmt, 0), newest, err);
		(*count)++;
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	if (!ok || row != STORE_END || !store_begin(cache, STORE_CACHE, err))
		return false;
	ok = cache_masks_applied_set(cache, newest, err);
	return store_end(cache, STORE_CACHE, ok, err) && cache_temps_refresh(cache, err);
}

bool cache_journal_apply(struct cache *cache, size_t *applied, struct error *err)
{
	int64_t newest = 0, standing = 0;
	size_t count = 0;
	bool ok = true;
	if (!store_is_owner(cache, err) || !journal_newest(cache, &newest, err) ||
		!cache_masks_applied(cache, &standing, err))
		return false;
	if (cache->is_unfolded) {
		ok = journal_refold_all(cache, newest, &count, err);
		if (ok)
			cache->is_unfolded = false;
	} else if (newest > standing) {
		ok = journal_apply_since(cache, standing, newest, &count, err);
	}
	if (ok && applied != NULL)
		*applied = count;
	return ok;
}
