/* The server's side of a folder's rows: headers, flags, what is gone. */
#include "cache/cache.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "cache/cache_folders.h"
#include "cache/cache_masks.h"
#include "cache/cache_rank.h"
#include "cache/cache_rekey.h"
#include "cache/cache_sort.h"
#include "cache/cache_temps.h"

enum { MESSAGE_TEXT_MAX = 1000, MESSAGE_REFS_MAX = 8000 };

/* What one writing transaction on a folder needs. */
struct messages_write {
	struct cache *cache;
	struct cache_folder_state folder;
	struct cache_tally tally;
	struct cache_sorts sorts;
	struct cache_masks masks; /* wishes on rows that are not here yet */
};

static bool messages_load(
	struct messages_write *w, struct cache *cache, int64_t folder_id, struct error *err)
{
	*w = (struct messages_write){.cache = cache};
	if (!cache_folder_load(cache, folder_id, &w->folder, err) ||
		!cache_sorts_load(cache, folder_id, &w->sorts, err))
		return false;
	w->tally.folder_id = folder_id;
	w->tally.shown = w->folder.shown;
	return true;
}

static bool messages_begin(
	struct messages_write *w, struct cache *cache, int64_t folder_id, struct error *err)
{
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_CACHE, err))
		return false;
	if (messages_load(w, cache, folder_id, err))
		return true;
	return store_end(cache, STORE_CACHE, false, err);
}

static bool messages_end(
	struct messages_write *w, bool ok, const struct cache_cursor *cursor, struct error *err)
{
	ok = ok && cache_tally_write(w->cache, &w->tally, err) &&
	     cache_cursor_move(w->cache, &w->folder, cursor, err);
	cache_tally_done(&w->tally);
	cache_masks_done(&w->masks);
	return store_end(w->cache, STORE_CACHE, ok, err);
}

/* One place as it stands: enough to count it. */
struct messages_row {
	flags_t server, added, removed;
	uint64_t modseq;
	bool is_here, is_hidden;
};

static flags_t messages_shown(const struct messages_row *row)
{
	return (row->server | row->added) & ~row->removed;
}

static bool messages_row_get(
	struct messages_write *w, int64_t place_id, struct messages_row *row, struct error *err)
{
	static const char sql[] =
		"SELECT server,added,removed,hidden,modseq FROM place WHERE place_id=?1";
	*row = (struct messages_row){0};
	sqlite3_stmt *stmt = store_query(w->cache, STORE_CACHE, sql, STORE_INTS(place_id), err);
	if (stmt == NULL)
		return false;
	enum store_row got = store_next(w->cache, stmt, err);
	if (got != STORE_ROW)
		return got == STORE_END;
	row->is_here = true;
	row->server = (flags_t)sqlite3_column_int64(stmt, 0);
	row->added = (flags_t)sqlite3_column_int64(stmt, 1);
	row->removed = (flags_t)sqlite3_column_int64(stmt, 2);
	row->is_hidden = sqlite3_column_int64(stmt, 3) != 0;
	row->modseq = (uint64_t)sqlite3_column_int64(stmt, 4);
	sqlite3_reset(stmt);
	return true;
}

/* Texts end at a NUL and at max bytes, never inside a character. */
static struct str message_cut(struct str text, size_t max)
{
	text = str_make(text.data, text.len);
	const char *nul = memchr(text.data, '\0', text.len);
	if (nul != NULL)
		text.len = (size_t)(nul - text.data);
	return text.len <= max ? text : utf8_first(text, max);
}

static void message_bind(sqlite3_stmt *stmt, int index, struct str text, size_t max)
{
	store_bind_text(stmt, index, message_cut(text, max));
}

static void header_bind(sqlite3_stmt *stmt, int64_t place_id, const struct cache_header *row)
{
	sqlite3_bind_int64(stmt, 1, place_id);
	sqlite3_bind_int64(stmt, 2, (int64_t)row->flags);
	sqlite3_bind_int64(stmt, 3, (int64_t)row->modseq);
	sqlite3_bind_int64(stmt, 4, row->hints & ~(unsigned)(HINT_FRESH | HINT_BODY));
	sqlite3_bind_int64(stmt, 5, row->fields);
	sqlite3_bind_int64(stmt, 6, row->date);
	sqlite3_bind_int64(stmt, 7, row->date_zone);
	sqlite3_bind_int64(stmt, 8, row->arrived);
	sqlite3_bind_int64(stmt, 9, row->size);
	sqlite3_bind_blob(stmt, 10, row->ident.bytes, IDENT_SIZE, SQLITE_STATIC);
	message_bind(stmt, 11, row->from_name, MESSAGE_TEXT_MAX);
	message_bind(stmt, 12, row->from_addr, MESSAGE_TEXT_MAX);
	message_bind(stmt, 13, row->to_name, MESSAGE_TEXT_MAX);
	message_bind(stmt, 14, row->subject, MESSAGE_TEXT_MAX);
	message_bind(stmt, 15, row->message_id, MESSAGE_TEXT_MAX);
	message_bind(stmt, 16, row->references, MESSAGE_REFS_MAX);
}

/* As the row stores it, so that keys made later from the row are the same. */
static struct cache_sort_source header_source(const struct cache_header *row)
{
	return (struct cache_sort_source){
		.from_name = message_cut(row->from_name, MESSAGE_TEXT_MAX),
		.from_addr = message_cut(row->from_addr, MESSAGE_TEXT_MAX),
		.to_name = message_cut(row->to_name, MESSAGE_TEXT_MAX),
		.subject = message_cut(row->subject, MESSAGE_TEXT_MAX),
		.date = row->date,
		.size = row->size,
	};
}

bool cache_place_insert(struct cache *cache, int64_t place_id, const struct cache_header *row,
	const struct cache_change *c, struct error *err)
{
	static const char sql[] =
		"INSERT INTO "
		"place(place_id,server,modseq,hints,fields,date,zone,arrived,size,ident,"
		"from_name,from_addr,to_name,subject,header_id,refs,message_id,added,removed,"
		"hidden)"
		" VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,0,?17,?18,?19)"
		" ON CONFLICT DO NOTHING";
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_NONE, err);
	if (stmt == NULL)
		return false;
	header_bind(stmt, place_id, row);
	sqlite3_bind_int64(stmt, 17, (int64_t)c->new_added);
	sqlite3_bind_int64(stmt, 18, (int64_t)c->new_removed);
	sqlite3_bind_int64(stmt, 19, c->new_hidden);
	return store_finish(cache, stmt, err);
}

static bool header_insert(struct messages_write *w, int64_t place_id,
	const struct cache_header *row, bool *is_new, bool *is_hidden, struct error *err)
{
	const struct cache_mask *mask = cache_masks_find(&w->masks, row->uid);
	flags_t added = mask != NULL ? mask->added : 0;
	flags_t removed = mask != NULL ? mask->removed : 0;
	*is_hidden = mask != NULL && mask->is_hidden;
	const struct cache_change c = {
		.new_added = added, .new_removed = removed, .new_hidden = *is_hidden};
	if (!cache_place_insert(w->cache, place_id, row, &c, err))
		return false;
	*is_new = sqlite3_changes(w->cache->files[STORE_CACHE].db) > 0;
	if (*is_new && !*is_hidden)
		cache_tally_place(&w->tally, place_id, (row->flags | added) & ~removed, 1);
	return true;
}

static bool header_update(struct messages_write *w, int64_t place_id,
	const struct cache_header *row, bool *is_hidden, struct error *err)
{
	static const char sql[] =
		"UPDATE place SET server=?2,modseq=?3,"
		"hints=?4|(CASE ident WHEN ?10 THEN hints&32 ELSE 0 END),"
		"fields=?5,date=?6,zone=?7,arrived=?8,size=?9,"
		"message_id=CASE ident WHEN ?10 THEN message_id ELSE 0 END,ident=?10,"
		"from_name=?11,from_addr=?12,to_name=?13,subject=?14,header_id=?15,refs=?16"
		" WHERE place_id=?1";
	_Static_assert(HINT_BODY == 32, "the text above names the bit");
	struct messages_row old;
	if (!messages_row_get(w, place_id, &old, err))
		return false;
	sqlite3_stmt *stmt = store_query(w->cache, STORE_CACHE, sql, STORE_NONE, err);
	if (stmt == NULL)
		return false;
	header_bind(stmt, place_id, row);
	if (!store_finish(w->cache, stmt, err))
		return false;
	*is_hidden = old.is_hidden;
	if (!old.is_hidden) {
		cache_tally_place(&w->tally, place_id, messages_shown(&old), -1);
		old.server = row->flags;
		cache_tally_place(&w->tally, place_id, messages_shown(&old), 1);
	}
	return true;
}

static bool header_save(
	struct messages_write *w, const struct cache_header *row, bool *is_new, struct error *err)
{
	int64_t place_id = place_make(w->folder.folder_id, row->uid);
	bool is_hidden;
	if (!header_insert(w, place_id, row, is_new, &is_hidden, err))
		return false;
	if (!*is_new && w->sorts.count > 0 &&
		!cache_sorts_remove_stored(w->cache, &w->sorts, place_id, err))
		return false;
	if (!*is_new && !header_update(w, place_id, row, &is_hidden, err))
		return false;
	if (w->sorts.count == 0 || is_hidden)
		return true;
	struct cache_sort_source source = header_source(row);
	return cache_sorts_add(w->cache, &w->sorts, place_id, &source, err);
}

static int header_order(const void *a, const void *b)
{
	const struct cache_header *const *x = a, *const *y = b;
	return (*x)->uid < (*y)->uid ? -1 : (*x)->uid > (*y)->uid;
}

/* Ascending UIDs fill the tree's pages from one end. Owned by the caller. */
static const struct cache_header **headers_sorted(const struct cache_header *rows, size_t count)
{
	const struct cache_header **sorted = mem_new_array(count, sizeof(const void *));
	bool is_sorted = true;
	for (size_t i = 0; i < count; i++) {
		sorted[i] = &rows[i];
		is_sorted = is_sorted && (i == 0 || rows[i].uid > rows[i - 1].uid);
	}
	if (!is_sorted)
		qsort(sorted, count, sizeof(const void *), header_order);
	return sorted;
}

/* The join behind the list looks for new rows in these ranges. */
static bool headers_note_unjoined(
	struct messages_write *w, uint32_t first, uint32_t last, struct error *err)
{
	static const char sql[] = "INSERT INTO unjoined(account_id,low,high) VALUES(?1,?2,?3)";
	int64_t folder_id = w->folder.folder_id;
	return store_run(w->cache, STORE_CACHE, sql,
		STORE_INTS(w->folder.account_id, place_make(folder_id, first),
			place_make(folder_id, last)),
		err);
}

static bool headers_write(struct messages_write *w, const struct cache_header **rows, size_t count,
	const struct cache_cursor *cursor, struct error *err)
{
	uint32_t validity = w->folder.uidvalidity;
	int64_t newest = 0;
	size_t new_count = 0;
	if (cursor != NULL && cursor->uidvalidity != 0)
		validity = cursor->uidvalidity;
	if (!cache_masks_applied(w->cache, &newest, err))
		return false;
	struct cache_masks_query query = {.folder_id = w->folder.folder_id,
		.uidvalidity = validity,
		.first = rows[0]->uid,
		.last = rows[count - 1]->uid,
		.newest = newest};
	if (!cache_masks_load(w->cache, &query, &w->masks, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		bool is_new;
		if (!header_save(w, rows[i], &is_new, err))
			return false;
		new_count += is_new;
	}
	return new_count == 0 || headers_note_unjoined(w, rows[0]->uid, rows[count - 1]->uid, err);
}

/* What waits for rows like these: copies whose UID is not known, wishes on rows not seen before. */
static bool messages_follow(struct cache *cache, int64_t folder_id,
	const struct cache_cursor *cursor, struct error *err)
{
	return cache_rekey_finish(cache, folder_id, err) &&
	       cache_temps_follow(cache, folder_id, cursor != NULL && cursor->uidnext != 0, err);
}

bool cache_headers_save(struct cache *cache, int64_t folder_id, const struct cache_header *rows,
	size_t count, const struct cache_cursor *cursor, struct error *err)
{
	struct messages_write w;
	if (!store_is_owner(cache, err) || !cache_rekey_match(cache, folder_id, rows, count, err))
		return false;
	if (!messages_begin(&w, cache, folder_id, err))
		return false;
	const struct cache_header **sorted = headers_sorted(rows, count);
	bool ok = count == 0 || headers_write(&w, sorted, count, cursor, err);
	mem_free(sorted);
	return messages_end(&w, ok, cursor, err) && messages_follow(cache, folder_id, cursor, err);
}

static bool flags_save_one(struct messages_write *w, const struct cache_flags *flags,
	size_t *changed, struct error *err)
{
	static const char sql[] = "UPDATE place SET server=?2,modseq=?3 WHERE place_id=?1";
	int64_t place_id = place_make(w->folder.folder_id, flags->uid);
	struct messages_row row;
	if (!messages_row_get(w, place_id, &row, err))
		return false;
	uint64_t modseq = flags->modseq > row.modseq ? flags->modseq : row.modseq;
	if (!row.is_here || (row.server == flags->flags && row.modseq == modseq))
		return true;
	flags_t before = messages_shown(&row);
	row.server = flags->flags;
	flags_t after = messages_shown(&row);
	if (before != after && !row.is_hidden) {
		(*changed)++;
		cache_tally_place(&w->tally, place_id, before, -1);
		cache_tally_place(&w->tally, place_id, after, 1);
	}
	return store_run(w->cache, STORE_CACHE, sql,
		STORE_INTS(place_id, (int64_t)flags->flags, (int64_t)modseq), err);
}

bool cache_flags_save(struct cache *cache, int64_t folder_id, const struct cache_flags *rows,
	size_t count, const struct cache_cursor *cursor, size_t *changed, struct error *err)
{
	struct messages_write w;
	size_t sum = 0;
	if (!messages_begin(&w, cache, folder_id, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < count; i++)
		ok = flags_save_one(&w, &rows[i], &sum, err);
	if (!messages_end(&w, ok, cursor, err))
		return false;
	if (changed != NULL)
		*changed = sum;
	return true;
}

/* What hangs on a place beside its row. */
static bool place_unhook(
	struct messages_write *w, int64_t place_id, int64_t message_id, struct error *err)
{
	static const char sql[] = "DELETE FROM message WHERE message_id=?1 AND place_id=?2";
	if (message_id != 0 &&
		!store_run(w->cache, STORE_CACHE, sql, STORE_INTS(message_id, place_id), err))
		return false;
	return w->sorts.count == 0 || cache_sorts_remove_stored(w->cache, &w->sorts, place_id, err);
}

/* Removes at most max rows of [first, last]. */
static bool places_remove(struct messages_write *w, int64_t first, int64_t last, size_t max,
	size_t *removed, struct error *err)
{
	static const char sql[] =
		"SELECT place_id,((server|added)&~removed),hidden,message_id FROM place"
		" WHERE place_id>=?1 AND place_id<=?2 ORDER BY place_id LIMIT ?3";
	static const char drop[] = "DELETE FROM place WHERE place_id>=?1 AND place_id<=?2";
	int64_t end = first - 1;
	size_t count = 0;
	sqlite3_stmt *stmt = store_query(w->cache, STORE_CACHE, sql,
		STORE_INTS(first, last, max < INT32_MAX ? (int64_t)max : INT32_MAX), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(w->cache, stmt, err)) == STORE_ROW) {
		end = sqlite3_column_int64(stmt, 0);
		count++;
		if (sqlite3_column_int64(stmt, 2) == 0)
			cache_tally_place(
				&w->tally, end, (flags_t)sqlite3_column_int64(stmt, 1), -1);
		if (!place_unhook(w, end, sqlite3_column_int64(stmt, 3), err)) {
			sqlite3_reset(stmt);
			return false;
		}
	}
	*removed += count;
	if (row != STORE_END)
		return false;
	return count == 0 || store_run(w->cache, STORE_CACHE, drop, STORE_INTS(first, end), err);
}

bool cache_place_remove(struct cache *cache, int64_t place_id, struct error *err)
{
	struct messages_write w;
	size_t removed = 0;
	bool ok = messages_load(&w, cache, place_folder(place_id), err) &&
		  places_remove(&w, place_id, place_id, 1, &removed, err) &&
		  cache_tally_write(cache, &w.tally, err);
	cache_tally_done(&w.tally);
	return ok;
}

bool cache_expunge(struct cache *cache, int64_t folder_id, const struct uid_range *ranges,
	size_t count, const struct cache_cursor *cursor, size_t *removed, struct error *err)
{
	struct messages_write w;
	size_t sum = 0;
	if (!messages_begin(&w, cache, folder_id, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < count; i++)
		ok = places_remove(&w, place_make(folder_id, ranges[i].first),
			place_make(folder_id, ranges[i].last), SIZE_MAX, &sum, err);
	if (!messages_end(&w, ok, cursor, err))
		return false;
	if (removed != NULL)
		*removed = sum;
	return true;
}

static bool folder_restart(struct messages_write *w, uint32_t uidvalidity, struct error *err)
{
	static const char sql[] =
		"UPDATE folder SET uidvalidity=?2,uidnext=0,modseq=0,synced_low=0,shown=0,fresh=0"
		" WHERE folder_id=?1";
	return store_run(
		w->cache, STORE_CACHE, sql, STORE_INTS(w->folder.folder_id, uidvalidity), err);
}

bool cache_folder_reset(struct cache *cache, int64_t folder_id, uint32_t uidvalidity, size_t max,
	bool *is_done, struct error *err)
{
	struct messages_write w;
	size_t removed = 0;
	if (!messages_begin(&w, cache, folder_id, err))
		return false;
	bool ok = places_remove(&w, place_make(folder_id, 0), place_make(folder_id, UINT32_MAX),
		max, &removed, err);
	ok = ok && cache_tally_write(cache, &w.tally, err);
	bool is_last = removed < max;
	if (ok && is_last)
		ok = folder_restart(&w, uidvalidity, err);
	if (!messages_end(&w, ok, NULL, err))
		return false;
	*is_done = is_last;
	return true;
}
