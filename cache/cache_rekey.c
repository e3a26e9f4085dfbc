/* Wishes that were made under another UIDVALIDITY. */
#include "cache/cache_rekey.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/clock.h"
#include "cache/cache_folders.h"
#include "cache/cache_transfer.h"

enum { REKEY_SLICE = 1000 };             /* rows looked at together */
enum { ITEM_PLAIN, ITEM_AMBIGUOUS = 2 }; /* op_item.state */

static bool rekey_is_needed(struct cache *cache, int64_t folder_id, uint32_t uidvalidity,
	bool *is_needed, struct error *err)
{
	static const char sql[] = "SELECT 1 FROM op INDEXED BY op_open WHERE folder_id=?1"
				  " AND done_at IS NULL AND uidvalidity<>?2 LIMIT 1";
	int64_t hit = 0;
	*is_needed = false;
	if (uidvalidity == 0)
		return true;
	if (!store_number(cache, STORE_LOCAL, sql, STORE_INTS(folder_id, uidvalidity), &hit, err))
		return false;
	*is_needed = hit != 0;
	return true;
}

/* An item that waits for its message to come by again. */
struct rekey_item {
	struct ident ident;
	int64_t op_id, uid;
};

struct rekey_items {
	struct rekey_item *items; /* owned; by ident */
	size_t count, cap;
};

static int rekey_order(const void *a, const void *b)
{
	const struct rekey_item *x = a, *y = b;
	return memcmp(&x->ident, &y->ident, sizeof(x->ident));
}

static bool rekey_load(struct cache *cache, int64_t folder_id, uint32_t uidvalidity,
	struct rekey_items *list, struct error *err)
{
	static const char sql[] = "SELECT i.op_id,i.uid,i.ident FROM op AS o INDEXED BY op_open "
				  "CROSS JOIN op_item AS i"
				  " ON i.op_id=o.op_id WHERE o.folder_id=?1 AND o.done_at IS NULL"
				  " AND o.uidvalidity<>?2 AND i.state<>1 AND i.uid<4294967296";
	sqlite3_stmt *stmt =
		store_query(cache, STORE_LOCAL, sql, STORE_INTS(folder_id, uidvalidity), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		list->items =
			array_room(list->items, list->count, &list->cap, sizeof(*list->items));
		struct rekey_item *item = &list->items[list->count++];
		*item = (struct rekey_item){.op_id = sqlite3_column_int64(stmt, 0),
			.uid = sqlite3_column_int64(stmt, 1)};
		struct str ident = str_first(store_blob(stmt, 2), IDENT_SIZE);
		memcpy(item->ident.bytes, ident.data, ident.len);
	}
	if (list->count > 1)
		qsort(list->items, list->count, sizeof(*list->items), rekey_order);
	return row == STORE_END;
}

/* Seen a second time under another UID, an ident does not tell who is meant. */
static bool rekey_note(
	struct cache *cache, const struct rekey_item *item, uint32_t uid, struct error *err)
{
	static const char sql[] =
		"UPDATE op_item SET state=CASE WHEN state=2 OR new_uid<>?3 THEN 2 ELSE state END,"
		"new_uid=coalesce(new_uid,?3) WHERE op_id=?1 AND uid=?2";
	_Static_assert(ITEM_AMBIGUOUS == 2, "the text above names it");
	return store_run(cache, STORE_LOCAL, sql, STORE_INTS(item->op_id, item->uid, uid), err);
}

static bool rekey_match_row(struct cache *cache, const struct rekey_items *list,
	const struct cache_header *row, struct error *err)
{
	struct rekey_item key = {.ident = row->ident};
	const struct rekey_item *end = list->items + list->count;
	const struct rekey_item *hit =
		bsearch(&key, list->items, list->count, sizeof(key), rekey_order);
	if (hit == NULL)
		return true;
	while (hit > list->items && rekey_order(hit - 1, &key) == 0)
		hit--;
	for (; hit < end && rekey_order(hit, &key) == 0; hit++)
		if (!rekey_note(cache, hit, row->uid, err))
			return false;
	return true;
}

static bool rekey_match_rows(struct cache *cache, const struct rekey_items *list,
	const struct cache_header *rows, size_t count, struct error *err)
{
	bool ok = true;
	if (list->count == 0)
		return true;
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	for (size_t i = 0; ok && i < count; i++)
		ok = rekey_match_row(cache, list, &rows[i], err);
	return store_end(cache, STORE_LOCAL, ok, err);
}

bool cache_rekey_match(struct cache *cache, int64_t folder_id, const struct cache_header *rows,
	size_t count, struct error *err)
{
	struct cache_folder_state folder;
	struct rekey_items list = {0};
	bool is_needed;
	if (!cache_folder_peek(cache, folder_id, &folder, err) ||
		!rekey_is_needed(cache, folder_id, folder.uidvalidity, &is_needed, err))
		return false;
	if (!is_needed)
		return true;
	bool ok = rekey_load(cache, folder_id, folder.uidvalidity, &list, err) &&
		  rekey_match_rows(cache, &list, rows, count, err);
	mem_free(list.items);
	return ok;
}

/* The next rows of a folder, as far as they tell who they are. */
static bool rekey_rows(struct cache *cache, int64_t folder_id, int64_t after,
	struct cache_header *rows, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT place_id,ident FROM place WHERE place_id>?1"
				  " AND place_id<=?2 ORDER BY place_id LIMIT ?3";
	*count = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql,
		STORE_INTS(after, place_make(folder_id, UINT32_MAX), REKEY_SLICE), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		struct cache_header *next = &rows[(*count)++];
		struct str ident = str_first(store_blob(stmt, 1), IDENT_SIZE);
		*next = (struct cache_header){.uid = place_uid(sqlite3_column_int64(stmt, 0))};
		memcpy(next->ident.bytes, ident.data, ident.len);
	}
	return row == STORE_END;
}

/* Also wishes that were made, or rows that were written, when nobody looked for them. */
static bool rekey_match_all(
	struct cache *cache, int64_t folder_id, uint32_t uidvalidity, struct error *err)
{
	struct cache_header *rows = mem_new_array(REKEY_SLICE, sizeof(*rows));
	struct rekey_items list = {0};
	int64_t after = place_make(folder_id, 0);
	size_t count = 0;
	bool ok = rekey_load(cache, folder_id, uidvalidity, &list, err);
	while (ok && (ok = rekey_rows(cache, folder_id, after, rows, &count, err)) && count > 0) {
		ok = rekey_match_rows(cache, &list, rows, count, err);
		after = place_make(folder_id, rows[count - 1].uid);
	}
	mem_free(list.items);
	mem_free(rows);
	return ok;
}

/* Who is nobody any more will not arrive either. */
static bool rekey_strand(struct cache *cache, int64_t op_id, struct error *err)
{
	static const char next[] =
		"SELECT min(temp) FROM op_item WHERE op_id=?1 AND uid<4294967296 AND temp>?2"
		" AND landed IS NULL AND (state=2 OR (state=0 AND new_uid IS NULL))";
	_Static_assert(ITEM_AMBIGUOUS == 2, "the text above names it");
	int64_t last, temporary = 0;
	do {
		last = temporary;
		if (!store_number(
			    cache, STORE_LOCAL, next, STORE_INTS(op_id, last), &temporary, err) ||
			(temporary > last &&
				!cache_transfer_strand(cache, (uint32_t)temporary, err)))
			return false;
	} while (temporary > last);
	return true;
}

/* Items that were found get their new UID, by way of negative ones, so that no two collide; who was
 * not found, or more than once, is nobody. Those that have no UID yet stay. */
static bool rekey_items(struct cache *cache, int64_t op_id, int64_t *left, struct error *err)
{
	static const char drop[] = "DELETE FROM op_item WHERE op_id=?1 AND uid<4294967296"
				   " AND (state<>0 OR new_uid IS NULL)";
	static const char turn[] = "UPDATE OR REPLACE op_item SET uid=-new_uid,new_uid=NULL"
				   " WHERE op_id=?1 AND uid<4294967296";
	static const char back[] = "UPDATE op_item SET uid=-uid WHERE op_id=?1 AND uid<0";
	static const char count[] = "SELECT count(*) FROM op_item WHERE op_id=?1 AND state=0";
	*left = 0;
	return rekey_strand(cache, op_id, err) &&
	       store_run(cache, STORE_LOCAL, drop, STORE_INTS(op_id), err) &&
	       store_run(cache, STORE_LOCAL, turn, STORE_INTS(op_id), err) &&
	       store_run(cache, STORE_LOCAL, back, STORE_INTS(op_id), err) &&
	       store_number(cache, STORE_LOCAL, count, STORE_INTS(op_id), left, err);
}

/* Without anybody left, a flag wish is done; what would have destroyed is told to the user. */
static bool rekey_op(struct cache *cache, int64_t op_id, enum action_kind kind,
	uint32_t uidvalidity, struct error *err)
{
	static const char go_on[] = "UPDATE op SET uidvalidity=?2 WHERE op_id=?1";
	static const char end[] = "UPDATE op SET uidvalidity=?2,state=?3,done_at=?4,words=CASE ?3"
				  " WHEN 6 THEN 'the folder was renumbered and the messages could"
				  " not be told apart' ELSE words END WHERE op_id=?1";
	_Static_assert(ACTION_CONFLICT == 6, "the text above names it");
	int64_t left;
	if (!rekey_items(cache, op_id, &left, err))
		return false;
	if (left > 0 || kind == ACTION_FOLDER)
		return store_run(cache, STORE_LOCAL, go_on, STORE_INTS(op_id, uidvalidity), err);
	int64_t state = kind == ACTION_FLAGS ? ACTION_DONE : ACTION_CONFLICT;
	return store_run(cache, STORE_LOCAL, end,
		STORE_INTS(op_id, uidvalidity, state, clock_wall_seconds()), err);
}

static bool rekey_next(struct cache *cache, int64_t folder_id, uint32_t uidvalidity, int64_t *op_id,
	int64_t *kind, struct error *err)
{
	static const char sql[] = "SELECT op_id,kind FROM op INDEXED BY op_open WHERE folder_id=?1"
				  " AND done_at IS NULL AND uidvalidity<>?2 ORDER BY op_id LIMIT 1";
	*op_id = 0;
	sqlite3_stmt *stmt =
		store_query(cache, STORE_LOCAL, sql, STORE_INTS(folder_id, uidvalidity), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW) {
		*op_id = sqlite3_column_int64(stmt, 0);
		*kind = sqlite3_column_int64(stmt, 1);
	}
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

static bool rekey_all(
	struct cache *cache, int64_t folder_id, uint32_t uidvalidity, struct error *err)
{
	int64_t op_id = 0, kind = 0;
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok;
	do {
		ok = rekey_next(cache, folder_id, uidvalidity, &op_id, &kind, err) &&
		     (op_id == 0 ||
			     rekey_op(cache, op_id, (enum action_kind)kind, uidvalidity, err));
	} while (ok && op_id != 0);
	return store_end(cache, STORE_LOCAL, ok, err);
}

bool cache_rekey_finish(struct cache *cache, int64_t folder_id, struct error *err)
{
	struct cache_folder_state folder;
	bool is_needed;
	if (!cache_folder_peek(cache, folder_id, &folder, err))
		return false;
	if (folder.synced_low != 1)
		return true;
	if (!rekey_is_needed(cache, folder_id, folder.uidvalidity, &is_needed, err))
		return false;
	if (!is_needed)
		return true;
	if (!rekey_match_all(cache, folder_id, folder.uidvalidity, err) ||
		!rekey_all(cache, folder_id, folder.uidvalidity, err))
		return false;
	cache->is_unfolded = true;
	return cache_journal_apply(cache, NULL, err);
}
