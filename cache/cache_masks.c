/* The masks of a folder's rows: the fold of its open wishes. */
#include "cache/cache_masks.h"

#include <stdlib.h>

#include "base/array.h"
#include "cache/cache_folders.h"
#include "cache/cache_rank.h"
#include "cache/cache_sort.h"

void cache_masks_done(struct cache_masks *masks)
{
	mem_free(masks->items);
	*masks = (struct cache_masks){0};
}

/* One item of one wish; order tells which came later. */
struct mask_wish {
	int64_t uid;
	size_t order;
	flags_t add, remove;
	bool hides;
};

static int mask_wish_order(const void *a, const void *b)
{
	const struct mask_wish *x = a, *y = b;
	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void masks_fold(struct cache_masks *masks, struct mask_wish *wishes, size_t count)
{
	if (count > 1)
		qsort(wishes, count, sizeof(*wishes), mask_wish_order);
	for (size_t i = 0; i < count; i++) {
		if (masks->count == 0 || masks->items[masks->count - 1].uid != wishes[i].uid) {
			masks->items = array_room(
				masks->items, masks->count, &masks->cap, sizeof(*masks->items));
			masks->items[masks->count++] = (struct cache_mask){.uid = wishes[i].uid};
		}
		struct cache_mask *mask = &masks->items[masks->count - 1];
		cache_mask_fold(mask, wishes[i].add, wishes[i].remove);
		mask->is_hidden = mask->is_hidden || wishes[i].hides;
	}
}

bool cache_masks_load(struct cache *cache, const struct cache_masks_query *query,
	struct cache_masks *masks, struct error *err)
{
	static const char sql[] =
		"SELECT i.uid,o.add_f,o.del_f,o.kind<>1 FROM op AS o INDEXED BY op_open CROSS JOIN "
		"op_item "
		"AS i"
		" ON i.op_id=o.op_id WHERE o.folder_id=?1 AND o.done_at IS NULL"
		" AND o.kind IN (1,2,4,6) AND (o.uidvalidity=?2 OR i.uid>=4294967296) AND "
		"o.op_id<=?3 AND o.op_id<>?4 AND i.uid>=?5 AND i.uid<=?6 "
		"AND i.state<>1"
		" ORDER BY o.op_id";
	_Static_assert(
		ACTION_FLAGS == 1 && ACTION_MOVE == 2 && ACTION_EXPUNGE == 4 && ACTION_REPLACE == 6,
		"the text above names them");
	struct mask_wish *wishes = NULL;
	size_t count = 0, cap = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql,
		STORE_INTS(query->folder_id, query->uidvalidity, query->newest, query->except,
			query->first, query->last),
		err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		wishes = array_room(wishes, count, &cap, sizeof(*wishes));
		wishes[count] = (struct mask_wish){.uid = sqlite3_column_int64(stmt, 0),
			.order = count,
			.add = (flags_t)sqlite3_column_int64(stmt, 1),
			.remove = (flags_t)sqlite3_column_int64(stmt, 2),
			.hides = sqlite3_column_int(stmt, 3) != 0};
		count++;
	}
	masks_fold(masks, wishes, count);
	mem_free(wishes);
	return row == STORE_END;
}

static int mask_order(const void *a, const void *b)
{
	const struct cache_mask *x = a, *y = b;
	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

const struct cache_mask *cache_masks_find(const struct cache_masks *masks, int64_t uid)
{
	struct cache_mask key = {.uid = uid};
	if (masks->count == 0)
		return NULL;
	return bsearch(&key, masks->items, masks->count, sizeof(key), mask_order);
}

static bool change_load(
	struct cache *cache, int64_t folder_id, struct cache_change *change, struct error *err)
{
	static const char sql[] =
		"SELECT server,added,removed,hidden,ident FROM place WHERE place_id=?1";
	int64_t place_id = cache_folder_low(folder_id) + change->uid;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(place_id), err);
	if (stmt == NULL)
		return false;
	*change = (struct cache_change){.uid = change->uid};
	enum store_row row = store_next(cache, stmt, err);
	if (row != STORE_ROW)
		return row == STORE_END;
	change->is_here = true;
	change->server = change->new_server = (flags_t)sqlite3_column_int64(stmt, 0);
	change->added = change->new_added = (flags_t)sqlite3_column_int64(stmt, 1);
	change->removed = change->new_removed = (flags_t)sqlite3_column_int64(stmt, 2);
	change->is_hidden = change->new_hidden = sqlite3_column_int64(stmt, 3) != 0;
	struct str ident = str_first(store_blob(stmt, 4), IDENT_SIZE);
	memcpy(change->ident.bytes, ident.data, ident.len);
	sqlite3_reset(stmt);
	return true;
}

bool cache_changes_load(struct cache *cache, int64_t folder_id, struct cache_change *changes,
	size_t count, struct error *err)
{
	if (!store_read_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < count; i++)
		ok = change_load(cache, folder_id, &changes[i], err);
	store_read_end(cache, STORE_CACHE);
	return ok;
}

/* A hidden row stands in no order. */
static bool change_sort(struct cache *cache, const struct cache_sorts *sorts, int64_t place_id,
	const struct cache_change *c, struct error *err)
{
	if (c->is_hidden == c->new_hidden || sorts->count == 0)
		return true;
	return c->new_hidden ? cache_sorts_remove_stored(cache, sorts, place_id, err)
			     : cache_sorts_add_stored(cache, sorts, place_id, err);
}

static bool change_write(struct cache *cache, struct cache_tally *tally,
	const struct cache_sorts *sorts, const struct cache_change *c, struct error *err)
{
	static const char sql[] =
		"UPDATE place SET server=?2,added=?3,removed=?4,hidden=?5 WHERE place_id=?1";
	int64_t place_id = cache_folder_low(tally->folder_id) + c->uid;
	if (!c->is_here || (c->server == c->new_server && c->added == c->new_added &&
				   c->removed == c->new_removed && c->is_hidden == c->new_hidden))
		return true;
	flags_t before = (c->server | c->added) & ~c->removed;
	flags_t after = (c->new_server | c->new_added) & ~c->new_removed;
	if (!c->is_hidden)
		cache_tally_place(tally, place_id, before, -1);
	if (!c->new_hidden)
		cache_tally_place(tally, place_id, after, 1);
	return store_run(cache, STORE_CACHE, sql,
		       STORE_INTS(place_id, (int64_t)c->new_server, (int64_t)c->new_added,
			       (int64_t)c->new_removed, c->new_hidden),
		       err) &&
	       change_sort(cache, sorts, place_id, c, err);
}

bool cache_changes_write(struct cache *cache, int64_t folder_id, const struct cache_change *changes,
	size_t count, struct error *err)
{
	struct cache_folder_state folder;
	struct cache_sorts sorts;
	if (!cache_folder_peek(cache, folder_id, &folder, err) ||
		!cache_sorts_load(cache, folder_id, &sorts, err))
		return false;
	struct cache_tally tally = {.folder_id = folder_id, .shown = folder.shown};
	bool ok = true;
	for (size_t i = 0; ok && i < count; i++)
		ok = change_write(cache, &tally, &sorts, &changes[i], err);
	ok = ok && cache_tally_write(cache, &tally, err);
	cache_tally_done(&tally);
	return ok;
}

bool cache_masks_applied(struct cache *cache, int64_t *op_id, struct error *err)
{
	static const char sql[] = "SELECT value FROM meta WHERE name='applied'";
	*op_id = 0;
	return store_number(cache, STORE_CACHE, sql, STORE_NONE, op_id, err);
}

bool cache_masks_applied_set(struct cache *cache, int64_t op_id, struct error *err)
{
	static const char sql[] = "INSERT OR REPLACE INTO meta(name,value) VALUES('applied',?1)";
	return store_run(cache, STORE_CACHE, sql, STORE_INTS(op_id), err);
}
