/* Orders other than arrival: keys, runs of keys, positions. */
#include "cache/cache_sort.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "cache/cache_fold.h"
#include "cache/cache_rank.h"

enum { SORT_RUN_MAX = 1024, SORT_KEY_MAX = 120 };

/* Big-endian, so that bytes sort as numbers. */
static void key_number(struct buf *out, int64_t number)
{
	uint64_t bits = (uint64_t)number ^ ((uint64_t)1 << 63);
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_add_char(out, (char)(unsigned char)(bits >> shift));
}

void cache_sort_key(enum view_sort sort, const struct cache_sort_source *source, struct buf *out)
{
	buf_clear(out);
	switch (sort) {
	case SORT_ARRIVAL:
		break;
	case SORT_DATE:
		key_number(out, source->date);
		break;
	case SORT_SIZE:
		key_number(out, source->size);
		break;
	case SORT_FROM:
		cache_fold(source->from_name.len > 0 ? source->from_name : source->from_addr,
			SORT_KEY_MAX, out);
		break;
	case SORT_TO:
		cache_fold(source->to_name, SORT_KEY_MAX, out);
		break;
	case SORT_SUBJECT:
		cache_fold(cache_subject_base(source->subject), SORT_KEY_MAX, out);
		break;
	}
}

bool cache_sorts_load(
	struct cache *cache, int64_t folder_id, struct cache_sorts *sorts, struct error *err)
{
	static const char sql[] = "SELECT sort_id,sort,filled FROM sort_view WHERE folder_id=?1";
	sorts->count = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(folder_id), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		if (sorts->count < SORT_ORDERS)
			sorts->items[sorts->count++] = (struct cache_sort){
				.sort_id = sqlite3_column_int64(stmt, 0),
				.sort = (enum view_sort)sqlite3_column_int(stmt, 1),
				.filled = sqlite3_column_int64(stmt, 2),
			};
	return row == STORE_END;
}

/* A statement with (sort_id, key, place_id) as its first three parameters. */
static sqlite3_stmt *sort_query(struct cache *cache, const char *sql, int64_t sort_id,
	struct str key, int64_t place_id, struct error *err)
{
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(sort_id), err);
	if (stmt == NULL)
		return NULL;
	store_bind_blob(stmt, 2, key);
	sqlite3_bind_int64(stmt, 3, place_id);
	return stmt;
}

/* A run of keys, from its first one on. */
struct sort_run {
	struct buf key;
	int64_t place_id, total;
	bool is_found;
};

static bool sort_run_read(
	struct cache *cache, sqlite3_stmt *stmt, struct sort_run *run, struct error *err)
{
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	run->is_found = row == STORE_ROW;
	if (row == STORE_ROW) {
		buf_clear(&run->key);
		buf_add(&run->key, store_blob(stmt, 0));
		run->place_id = sqlite3_column_int64(stmt, 1);
		run->total = sqlite3_column_int64(stmt, 2);
	}
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

/* The run in which a key stands or belongs: the last that starts at or before it. */
static bool sort_run_find(struct cache *cache, int64_t sort_id, struct str key, int64_t place_id,
	struct sort_run *run, struct error *err)
{
	static const char sql[] =
		"SELECT key,place_id,total FROM sort_block WHERE sort_id=?1"
		" AND (key,place_id)<=(?2,?3) ORDER BY key DESC,place_id DESC LIMIT 1";
	return sort_run_read(cache, sort_query(cache, sql, sort_id, key, place_id, err), run, err);
}

static bool sort_run_set(struct cache *cache, int64_t sort_id, const struct sort_run *run,
	int64_t total, struct error *err)
{
	static const char set[] = "INSERT INTO sort_block(sort_id,key,place_id,total)"
				  " VALUES(?1,?2,?3,?4) ON CONFLICT DO UPDATE SET total=?4";
	static const char drop[] =
		"DELETE FROM sort_block WHERE sort_id=?1 AND key=?2 AND place_id=?3 AND ?4=0";
	sqlite3_stmt *stmt = sort_query(
		cache, total > 0 ? set : drop, sort_id, buf_str(&run->key), run->place_id, err);
	if (stmt == NULL)
		return false;
	sqlite3_bind_int64(stmt, 4, total);
	return store_finish(cache, stmt, err);
}

/* A run grown too long becomes two. */
static bool sort_run_split(
	struct cache *cache, int64_t sort_id, const struct sort_run *run, struct error *err)
{
	static const char sql[] =
		"SELECT key,place_id,0 FROM sort_key WHERE sort_id=?1 AND (key,place_id)>=(?2,?3)"
		" ORDER BY key,place_id LIMIT 1 OFFSET ?4";
	struct sort_run half = {0};
	int64_t keep = run->total / 2;
	sqlite3_stmt *stmt =
		sort_query(cache, sql, sort_id, buf_str(&run->key), run->place_id, err);
	if (stmt != NULL)
		sqlite3_bind_int64(stmt, 4, keep);
	bool ok = sort_run_read(cache, stmt, &half, err) && half.is_found &&
		  sort_run_set(cache, sort_id, run, keep, err) &&
		  sort_run_set(cache, sort_id, &half, run->total - keep, err);
	buf_done(&half.key);
	return ok;
}

/* The very first run starts at the empty key, so that every key has a run. */
static bool sort_run_count(
	struct cache *cache, int64_t sort_id, struct str key, int64_t place_id, struct error *err)
{
	struct sort_run run = {0};
	bool ok = sort_run_find(cache, sort_id, key, place_id, &run, err);
	if (ok && !run.is_found)
		run.place_id = INT64_MIN;
	run.total++;
	ok = ok && sort_run_set(cache, sort_id, &run, run.total, err);
	if (ok && run.total > SORT_RUN_MAX)
		ok = sort_run_split(cache, sort_id, &run, err);
	buf_done(&run.key);
	return ok;
}

static bool sort_run_uncount(
	struct cache *cache, int64_t sort_id, struct str key, int64_t place_id, struct error *err)
{
	struct sort_run run = {0};
	bool ok = sort_run_find(cache, sort_id, key, place_id, &run, err);
	if (ok && run.is_found)
		ok = sort_run_set(cache, sort_id, &run, run.total - 1, err);
	buf_done(&run.key);
	return ok;
}

static bool sort_key_write(struct cache *cache, const char *sql, int64_t sort_id, struct str key,
	int64_t place_id, bool *is_changed, struct error *err)
{
	sqlite3_stmt *stmt = sort_query(cache, sql, sort_id, key, place_id, err);
	if (stmt == NULL || !store_finish(cache, stmt, err))
		return false;
	*is_changed = sqlite3_changes(cache->files[STORE_CACHE].db) > 0;
	return true;
}

static bool sort_key_add(
	struct cache *cache, int64_t sort_id, struct str key, int64_t place_id, struct error *err)
{
	static const char sql[] = "INSERT INTO sort_key(sort_id,key,place_id) VALUES(?1,?2,?3)"
				  " ON CONFLICT DO NOTHING";
	bool is_new;
	if (!sort_key_write(cache, sql, sort_id, key, place_id, &is_new, err))
		return false;
	return !is_new || sort_run_count(cache, sort_id, key, place_id, err);
}

static bool sort_key_remove(
	struct cache *cache, int64_t sort_id, struct str key, int64_t place_id, struct error *err)
{
	static const char sql[] =
		"DELETE FROM sort_key WHERE sort_id=?1 AND key=?2 AND place_id=?3";
	bool was_here;
	if (!sort_key_write(cache, sql, sort_id, key, place_id, &was_here, err))
		return false;
	return !was_here || sort_run_uncount(cache, sort_id, key, place_id, err);
}

static bool sorts_each(struct cache *cache, const struct cache_sorts *sorts, int64_t place_id,
	const struct cache_sort_source *source, bool is_add, struct error *err)
{
	struct buf key = {0};
	bool ok = true;
	for (size_t i = 0; ok && i < sorts->count; i++) {
		const struct cache_sort *s = &sorts->items[i];
		if (place_id > s->filled)
			continue;
		cache_sort_key(s->sort, source, &key);
		ok = is_add ? sort_key_add(cache, s->sort_id, buf_str(&key), place_id, err)
			    : sort_key_remove(cache, s->sort_id, buf_str(&key), place_id, err);
	}
	buf_done(&key);
	return ok;
}

bool cache_sorts_add(struct cache *cache, const struct cache_sorts *sorts, int64_t place_id,
	const struct cache_sort_source *source, struct error *err)
{
	return sorts_each(cache, sorts, place_id, source, true, err);
}

bool cache_sorts_remove(struct cache *cache, const struct cache_sorts *sorts, int64_t place_id,
	const struct cache_sort_source *source, struct error *err)
{
	return sorts_each(cache, sorts, place_id, source, false, err);
}

#define SORT_SOURCE "from_name,from_addr,to_name,subject,date,size"

/* Borrowed from the statement. */
static struct cache_sort_source sort_source_read(sqlite3_stmt *stmt, int column)
{
	return (struct cache_sort_source){
		.from_name = store_text(stmt, column),
		.from_addr = store_text(stmt, column + 1),
		.to_name = store_text(stmt, column + 2),
		.subject = store_text(stmt, column + 3),
		.date = sqlite3_column_int64(stmt, column + 4),
		.size = (uint32_t)sqlite3_column_int64(stmt, column + 5),
	};
}

static const char sort_sql_source[] = "SELECT " SORT_SOURCE " FROM place WHERE place_id=?1";

static bool sorts_each_stored(struct cache *cache, const struct cache_sorts *sorts,
	int64_t place_id, bool is_add, struct error *err)
{
	sqlite3_stmt *stmt =
		store_query(cache, STORE_CACHE, sort_sql_source, STORE_INTS(place_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	bool ok = row != STORE_BAD;
	if (row == STORE_ROW) {
		struct cache_sort_source source = sort_source_read(stmt, 0);
		ok = sorts_each(cache, sorts, place_id, &source, is_add, err);
	}
	sqlite3_reset(stmt);
	return ok;
}

bool cache_sorts_remove_stored(
	struct cache *cache, const struct cache_sorts *sorts, int64_t place_id, struct error *err)
{
	return sorts_each_stored(cache, sorts, place_id, false, err);
}

bool cache_sorts_add_stored(
	struct cache *cache, const struct cache_sorts *sorts, int64_t place_id, struct error *err)
{
	return sorts_each_stored(cache, sorts, place_id, true, err);
}

bool cache_sort_key_of(struct cache *cache, enum view_sort sort, int64_t place_id, struct buf *key,
	bool *is_found, struct error *err)
{
	buf_clear(key);
	sqlite3_stmt *stmt =
		store_query(cache, STORE_CACHE, sort_sql_source, STORE_INTS(place_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	*is_found = row == STORE_ROW;
	if (row == STORE_ROW) {
		struct cache_sort_source source = sort_source_read(stmt, 0);
		cache_sort_key(sort, &source, key);
	}
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

static bool sort_view_get(
	struct cache *cache, const struct view *view, struct cache_sort *sort, struct error *err)
{
	static const char sql[] =
		"SELECT sort_id,filled FROM sort_view WHERE folder_id=?1 AND sort=?2";
	*sort = (struct cache_sort){.sort = view->sort};
	sqlite3_stmt *stmt =
		store_query(cache, STORE_CACHE, sql, STORE_INTS(view->folder_id, view->sort), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW) {
		sort->sort_id = sqlite3_column_int64(stmt, 0);
		sort->filled = sqlite3_column_int64(stmt, 1);
	}
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

bool cache_sort_id(
	struct cache *cache, const struct view *view, int64_t *sort_id, struct error *err)
{
	struct cache_sort sort;
	if (!sort_view_get(cache, view, &sort, err))
		return false;
	*sort_id = sort.sort_id;
	if (sort.sort_id != 0 && sort.filled == INT64_MAX)
		return true;
	return error_set(err, ERROR_INPUT, "the list is not in this order yet");
}

static bool sort_view_make(
	struct cache *cache, const struct view *view, struct cache_sort *sort, struct error *err)
{
	static const char sql[] = "INSERT INTO sort_view(folder_id,sort,filled) VALUES(?1,?2,0)"
				  " RETURNING sort_id";
	return store_number(cache, STORE_CACHE, sql, STORE_INTS(view->folder_id, view->sort),
		&sort->sort_id, err);
}

/* Adds the keys of at most max places behind sort->filled. */
static bool sort_fill(struct cache *cache, int64_t folder_id, struct cache_sort *sort, size_t max,
	bool *is_done, struct error *err)
{
	static const char sql[] =
		"SELECT place_id,hidden," SORT_SOURCE " FROM place WHERE place_id>?1"
		" AND place_id>=?2 AND place_id<?3 ORDER BY place_id LIMIT ?4";
	static const char save[] = "UPDATE sort_view SET filled=?2 WHERE sort_id=?1";
	struct buf key = {0};
	size_t count = 0;
	bool ok = true;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql,
		STORE_INTS(sort->filled, cache_folder_low(folder_id), cache_folder_high(folder_id),
			(int64_t)max),
		err);
	enum store_row row = STORE_BAD;
	while (ok && stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		struct cache_sort_source source = sort_source_read(stmt, 2);
		sort->filled = sqlite3_column_int64(stmt, 0);
		count++;
		if (sqlite3_column_int64(stmt, 1) != 0)
			continue;
		cache_sort_key(sort->sort, &source, &key);
		ok = sort_key_add(cache, sort->sort_id, buf_str(&key), sort->filled, err);
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	buf_done(&key);
	*is_done = count < max;
	if (*is_done)
		sort->filled = INT64_MAX;
	return ok && row == STORE_END &&
	       store_run(cache, STORE_CACHE, save, STORE_INTS(sort->sort_id, sort->filled), err);
}

bool cache_view_prepare(
	struct cache *cache, const struct view *view, size_t max, bool *is_done, struct error *err)
{
	struct cache_sort sort = {.filled = INT64_MAX};
	*is_done = view->sort == SORT_ARRIVAL;
	if (*is_done)
		return true;
	if (!sort_view_get(cache, view, &sort, err))
		return false;
	*is_done = sort.filled == INT64_MAX;
	if (*is_done)
		return true;
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_CACHE, err))
		return false;
	bool done = false;
	bool ok = (sort.sort_id != 0 || sort_view_make(cache, view, &sort, err)) &&
		  sort_fill(cache, view->folder_id, &sort, max, &done, err);
	if (!store_end(cache, STORE_CACHE, ok, err))
		return false;
	*is_done = done;
	return true;
}

/* Keys of a run in front of a key. */
static bool sort_before_in_run(struct cache *cache, int64_t sort_id, const struct sort_run *run,
	struct str key, int64_t place_id, int64_t *count, struct error *err)
{
	static const char sql[] =
		"SELECT 1 FROM sort_key WHERE sort_id=?1 AND (key,place_id)>=(?2,?3)"
		" AND (key,place_id)<(?4,?5)";
	sqlite3_stmt *stmt =
		sort_query(cache, sql, sort_id, buf_str(&run->key), run->place_id, err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 4, key);
	sqlite3_bind_int64(stmt, 5, place_id);
	enum store_row row;
	while ((row = store_next(cache, stmt, err)) == STORE_ROW)
		(*count)++;
	return row == STORE_END;
}

bool cache_sort_before(struct cache *cache, int64_t sort_id, struct str key, int64_t place_id,
	int64_t *before, struct error *err)
{
	static const char sql[] = "SELECT total FROM sort_block WHERE sort_id=?1"
				  " AND (key,place_id)<(?2,?3)";
	struct sort_run run = {0};
	*before = 0;
	bool ok = sort_run_find(cache, sort_id, key, place_id, &run, err);
	if (ok && run.is_found) {
		sqlite3_stmt *stmt =
			sort_query(cache, sql, sort_id, buf_str(&run.key), run.place_id, err);
		enum store_row row = STORE_BAD;
		while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
			*before += sqlite3_column_int64(stmt, 0);
		ok = row == STORE_END &&
		     sort_before_in_run(cache, sort_id, &run, key, place_id, before, err);
	}
	buf_done(&run.key);
	return ok;
}

/* The run that holds a position; *row is then counted from its start. */
static bool sort_run_at(
	struct cache *cache, int64_t sort_id, int64_t *row, struct sort_run *run, struct error *err)
{
	static const char sql[] = "SELECT key,place_id,total FROM sort_block WHERE sort_id=?1"
				  " ORDER BY key,place_id";
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(sort_id), err);
	enum store_row got = STORE_BAD;
	while (stmt != NULL && (got = store_next(cache, stmt, err)) == STORE_ROW) {
		int64_t total = sqlite3_column_int64(stmt, 2);
		if (*row < total) {
			buf_add(&run->key, store_blob(stmt, 0));
			run->place_id = sqlite3_column_int64(stmt, 1);
			run->is_found = true;
			sqlite3_reset(stmt);
			return true;
		}
		*row -= total;
	}
	return got == STORE_END;
}

bool cache_sort_at(struct cache *cache, int64_t sort_id, int64_t row, struct buf *key,
	int64_t *place_id, struct error *err)
{
	static const char sql[] =
		"SELECT key,place_id,0 FROM sort_key WHERE sort_id=?1 AND (key,place_id)>=(?2,?3)"
		" ORDER BY key,place_id LIMIT 1 OFFSET ?4";
	struct sort_run run = {0};
	*place_id = 0;
	bool ok = sort_run_at(cache, sort_id, &row, &run, err);
	if (ok && run.is_found) {
		sqlite3_stmt *stmt =
			sort_query(cache, sql, sort_id, buf_str(&run.key), run.place_id, err);
		if (stmt != NULL)
			sqlite3_bind_int64(stmt, 4, row);
		struct sort_run at = {0};
		ok = sort_run_read(cache, stmt, &at, err);
		if (ok && at.is_found) {
			buf_clear(key);
			buf_add(key, buf_str(&at.key));
			*place_id = at.place_id;
		}
		buf_done(&at.key);
	}
	buf_done(&run.key);
	return ok;
}
