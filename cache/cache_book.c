/*
 * The address book, and who was written to before. Those are ranked by one number that needs no
 * clock to compare: the time of the last letter in half-lives, plus the logarithm of what the ones
 * before it count for by then.
 */
#include "cache/cache.h"

#include "base/array.h"
#include "base/memory.h"
#include "cache/store.h"

enum { WRITTEN_HALF_S = 60 * 24 * 3600, BOOK_TEXTS = 5 };

static bool book_begin(struct cache *cache, struct error *err)
{
	if (cache->mode == CACHE_READER)
		return store_is_owner(cache, err);
	return store_begin(cache, STORE_LOCAL, err);
}

/* ---- The book. ---- */

bool cache_book_list(
	struct cache *cache, struct book_entry **entries, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT book_id,is_list,nickname,name,addresses,fcc,notes FROM "
				  "book ORDER BY nickname='',nickname,name,book_id";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, err);
	enum store_row row = STORE_BAD;
	size_t cap = 0;
	*entries = NULL;
	*count = 0;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		*entries = array_room(*entries, *count, &cap, sizeof(**entries));
		(*entries)[(*count)++] = (struct book_entry){
			.book_id = sqlite3_column_int64(stmt, 0),
			.is_list = sqlite3_column_int(stmt, 1) != 0,
			.nickname = store_text_copy(stmt, 2),
			.name = store_text_copy(stmt, 3),
			.addresses = store_text_copy(stmt, 4),
			.fcc = store_text_copy(stmt, 5),
			.notes = store_text_copy(stmt, 6),
		};
	}
	return row == STORE_END;
}

/* 0: nobody has that nickname. */
static bool book_find(
	struct cache *cache, const char *nickname, int64_t *book_id, struct error *err)
{
	static const char sql[] = "SELECT book_id FROM book WHERE nickname=?1 AND nickname<>''";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, err);
	if (stmt == NULL)
		return false;
	store_bind_text(stmt, 1, str_from(nickname));
	enum store_row row = store_next(cache, stmt, err);
	*book_id = row == STORE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

static bool book_write(struct cache *cache, struct book_entry *entry, struct error *err)
{
	static const char sql[] =
		"INSERT INTO book(book_id,is_list,nickname,name,addresses,fcc,notes)"
		" VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT(book_id) DO UPDATE SET is_list=?2,"
		"nickname=?3,name=?4,addresses=?5,fcc=?6,notes=?7";
	static const char last[] = "SELECT last_insert_rowid()";
	const char *const texts[BOOK_TEXTS] = {
		entry->nickname, entry->name, entry->addresses, entry->fcc, entry->notes};
	sqlite3_stmt *stmt = store_query(
		cache, STORE_LOCAL, sql, STORE_INTS(entry->book_id, entry->is_list), err);
	if (stmt == NULL)
		return false;
	if (entry->book_id == 0)
		sqlite3_bind_null(stmt, 1);
	for (int i = 0; i < BOOK_TEXTS; i++)
		store_bind_text(stmt, 3 + i, str_from(texts[i]));
	return store_finish(cache, stmt, err) &&
	       (entry->book_id != 0 ||
		       store_number(cache, STORE_LOCAL, last, STORE_NONE, &entry->book_id, err));
}

bool cache_book_save(struct cache *cache, struct book_entry *entry, struct error *err)
{
	int64_t other = 0, before = entry->book_id;
	if (!book_begin(cache, err))
		return false;
	bool ok = book_find(cache, entry->nickname, &other, err);
	if (ok && other != 0 && other != entry->book_id)
		ok = error_set(err, ERROR_INPUT, "the nickname %s is taken", entry->nickname);
	ok = store_end(cache, STORE_LOCAL, ok && book_write(cache, entry, err), err);
	if (!ok)
		entry->book_id = before;
	return ok;
}

bool cache_book_remove(struct cache *cache, int64_t book_id, struct error *err)
{
	static const char sql[] = "DELETE FROM book WHERE book_id=?1";
	if (!book_begin(cache, err))
		return false;
	return store_end(cache, STORE_LOCAL,
		store_run(cache, STORE_LOCAL, sql, STORE_INTS(book_id), err), err);
}

bool cache_book_import(struct cache *cache, struct book_entry *entries, size_t count, size_t *added,
	struct error *err)
{
	bool ok = true;
	*added = 0;
	if (!book_begin(cache, err))
		return false;
	for (size_t i = 0; ok && i < count; i++) {
		int64_t known = 0;
		ok = book_find(cache, entries[i].nickname, &known, err);
		entries[i].book_id = known;
		ok = ok && book_write(cache, &entries[i], err);
		*added += known == 0;
	}
	ok = store_end(cache, STORE_LOCAL, ok, err);
	if (!ok)
		*added = 0;
	return ok;
}

/* ---- Who was written to. ---- */

/* 2 to the power of -x, straight between whole numbers: near enough to rank by. */
static double half_to(double x)
{
	double value = 1;
	while (x >= 1 && value > 1e-9) {
		value /= 2;
		x -= 1;
	}
	return x < 1 ? value * (1 - x / 2) : 0;
}

/* log2(2^rank + 2^other), so that each letter adds to what the ones before count for. */
static double rank_add(double rank, double other)
{
	double high = rank > other ? rank : other, low = rank > other ? other : rank;
	return high + half_to(high - low);
}

bool cache_written_add(
	struct cache *cache, struct str address, struct str name, int64_t now, struct error *err)
{
	static const char find[] = "SELECT rank FROM written WHERE address=?1";
	static const char sql[] = "INSERT INTO written(last,rank,address,name) VALUES(?1,?2,?3,?4)"
				  " ON CONFLICT(address) DO UPDATE SET last=?1,rank=?2,"
				  "name=CASE ?4 WHEN '' THEN name ELSE ?4 END";
	double rank = (double)now / WRITTEN_HALF_S;
	if (str_is_empty(address))
		return true;
	if (!book_begin(cache, err))
		return false;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, find, STORE_NONE, err);
	enum store_row row = STORE_BAD;
	if (stmt != NULL) {
		store_bind_text(stmt, 1, address);
		row = store_next(cache, stmt, err);
		if (row == STORE_ROW)
			rank = rank_add(rank, sqlite3_column_double(stmt, 0));
		sqlite3_reset(stmt);
	}
	if (row != STORE_BAD)
		stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(now), err);
	bool ok = row != STORE_BAD && stmt != NULL;
	if (ok) {
		sqlite3_bind_double(stmt, 2, rank);
		store_bind_text(stmt, 3, address);
		store_bind_text(stmt, 4, name);
		ok = store_finish(cache, stmt, err);
	}
	return store_end(cache, STORE_LOCAL, ok, err);
}

bool cache_written_list(struct cache *cache, size_t max, struct book_completion **items,
	size_t *count, struct error *err)
{
	static const char sql[] = "SELECT address,name FROM written ORDER BY rank DESC LIMIT ?1";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS((int64_t)max), err);
	enum store_row row = STORE_BAD;
	size_t cap = 0;
	*items = NULL;
	*count = 0;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		*items = array_room(*items, *count, &cap, sizeof(**items));
		(*items)[(*count)++] = (struct book_completion){
			.address = store_text_copy(stmt, 0),
			.name = store_text_copy(stmt, 1),
			.source = BOOK_WRITTEN,
		};
	}
	return row == STORE_END;
}
