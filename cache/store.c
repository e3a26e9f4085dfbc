/* What the files of this folder share: statements and transactions. */
#include "cache/store.h"

#include "base/memory.h"

static const struct store_trouble {
	int code;
	const char *sentence;
} store_troubles[] = {
	{SQLITE_FULL, "there is no space left on the disk; free some and try again"},
	{SQLITE_READONLY, "the file or its folder may not be written; check who owns it"},
	{SQLITE_CANTOPEN, "the file cannot be opened; check that its folder exists and is yours"},
	{SQLITE_PERM, "the file cannot be opened; check who owns it"},
	{SQLITE_BUSY, "another program is using it; try again"},
	{SQLITE_LOCKED, "another program is using it; try again"},
	{SQLITE_IOERR, "the disk could not be read or written"},
	{SQLITE_CORRUPT, "the file is damaged"},
	{SQLITE_NOTADB, "the file is damaged or not one of Rowan's"},
};

static struct store_db *store_db_of(struct cache *cache, const sqlite3 *db)
{
	for (size_t i = 0; i < STORE_FILES; i++)
		if (cache->files[i].db == db)
			return &cache->files[i];
	return &cache->files[STORE_LOCAL];
}

bool store_fail(struct cache *cache, sqlite3 *db, struct error *err)
{
	int code = sqlite3_errcode(db) & 0xff;
	struct store_db *file = store_db_of(cache, db);
	const char *path = file->path;
	file->is_damaged = file->is_damaged || code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
	for (size_t i = 0; i < sizeof(store_troubles) / sizeof(store_troubles[0]); i++)
		if (store_troubles[i].code == code)
			return error_set(err, ERROR_STORAGE, "%s: %s (%s)", path,
				store_troubles[i].sentence, sqlite3_errmsg(db));
	return error_set(err, ERROR_STORAGE, "%s: %s", path, sqlite3_errmsg(db));
}

bool store_is_owner(const struct cache *cache, struct error *err)
{
	if (cache->mode == CACHE_OWNER)
		return true;
	return error_set(
		err, ERROR_STORAGE, "%s is open for reading only", cache->files[STORE_CACHE].path);
}

static struct store_statement *store_slot(struct store_db *file, const char *sql)
{
	size_t at = ((uintptr_t)sql >> 3) * 2654435761u;
	for (size_t i = 0; i < STORE_STATEMENTS; i++) {
		struct store_statement *slot = &file->statements[(at + i) % STORE_STATEMENTS];
		if (slot->sql == sql || slot->sql == NULL)
			return slot;
	}
	return NULL;
}

sqlite3_stmt *store_query(struct cache *cache, enum store_file file, const char *sql,
	const int64_t *args, size_t count, struct error *err)
{
	struct store_db *f = &cache->files[file];
	struct store_statement *slot = store_slot(f, sql);
	if (slot == NULL) {
		error_set(err, ERROR_STORAGE, "%s: too many statements", f->path);
		return NULL;
	}
	if (slot->sql == NULL) {
		if (sqlite3_prepare_v3(f->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->stmt,
			    NULL) != SQLITE_OK) {
			store_fail(cache, f->db, err);
			return NULL;
		}
		slot->sql = sql;
	}
	sqlite3_reset(slot->stmt);
	for (size_t i = 0; i < count; i++)
		sqlite3_bind_int64(slot->stmt, (int)i + 1, args[i]);
	return slot->stmt;
}

void store_bind_text(sqlite3_stmt *stmt, int index, struct str text)
{
	sqlite3_bind_text(stmt, index, text.data, (int)text.len, SQLITE_STATIC);
}

void store_bind_blob(sqlite3_stmt *stmt, int index, struct str bytes)
{
	sqlite3_bind_blob(stmt, index, bytes.data, (int)bytes.len, SQLITE_STATIC);
}

enum store_row store_next(struct cache *cache, sqlite3_stmt *stmt, struct error *err)
{
	switch (sqlite3_step(stmt)) {
	case SQLITE_ROW:
		cache->rows++;
		return STORE_ROW;
	case SQLITE_DONE:
		sqlite3_reset(stmt);
		return STORE_END;
	default:
		store_fail(cache, sqlite3_db_handle(stmt), err);
		sqlite3_reset(stmt);
		return STORE_BAD;
	}
}

bool store_finish(struct cache *cache, sqlite3_stmt *stmt, struct error *err)
{
	cache->writes++;
	if (sqlite3_step(stmt) == SQLITE_DONE && sqlite3_reset(stmt) == SQLITE_OK)
		return true;
	store_fail(cache, sqlite3_db_handle(stmt), err);
	sqlite3_reset(stmt);
	return false;
}

bool store_run(struct cache *cache, enum store_file file, const char *sql, const int64_t *args,
	size_t count, struct error *err)
{
	sqlite3_stmt *stmt = store_query(cache, file, sql, args, count, err);
	return stmt != NULL && store_finish(cache, stmt, err);
}

bool store_number(struct cache *cache, enum store_file file, const char *sql, const int64_t *args,
	size_t count, int64_t *value, struct error *err)
{
	sqlite3_stmt *stmt = store_query(cache, file, sql, args, count, err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
		*value = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

struct str store_blob(sqlite3_stmt *stmt, int column)
{
	const char *data = sqlite3_column_blob(stmt, column);
	return str_make(data, (size_t)sqlite3_column_bytes(stmt, column));
}

struct str store_text(sqlite3_stmt *stmt, int column)
{
	const char *data = (const char *)sqlite3_column_text(stmt, column);
	return str_make(data, (size_t)sqlite3_column_bytes(stmt, column));
}

char *store_text_copy(sqlite3_stmt *stmt, int column)
{
	return mem_str(store_text(stmt, column));
}

bool store_script(struct cache *cache, enum store_file file, const char *sql, struct error *err)
{
	sqlite3 *db = cache->files[file].db;
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return store_fail(cache, db, err);
}

static const char store_sql_begin[] = "BEGIN IMMEDIATE";
static const char store_sql_read[] = "BEGIN";
static const char store_sql_commit[] = "COMMIT";
static const char store_sql_rollback[] = "ROLLBACK";

/* Before an owner's first write local.db says so, durably: an end without cache_close shows. */
static bool store_mark(struct cache *cache, struct error *err)
{
	if (cache->is_marked || cache->mode != CACHE_OWNER)
		return true;
	static const char sql[] = "INSERT OR REPLACE INTO meta(name,value) VALUES('writing',1)";
	cache->is_marked = store_run(cache, STORE_LOCAL, sql, STORE_NONE, err);
	return cache->is_marked;
}

bool store_begin(struct cache *cache, enum store_file file, struct error *err)
{
	if (cache->is_writing[file]) {
		cache->nested[file]++;
		return true;
	}
	if (!store_mark(cache, err))
		return false;
	cache->is_writing[file] = store_run(cache, file, store_sql_begin, STORE_NONE, err);
	return cache->is_writing[file];
}

bool store_end(struct cache *cache, enum store_file file, bool ok, struct error *err)
{
	if (cache->nested[file] > 0) {
		cache->nested[file]--;
		cache->nested_failed[file] |= !ok;
		return ok;
	}
	if (cache->nested_failed[file]) {
		ok = false;
		cache->is_unfolded = true; /* what was shown of it was not written */
		error_set(err, ERROR_STORAGE, "%s: a part of it could not be written",
			cache->files[file].path);
	}
	cache->nested_failed[file] = false;
	cache->is_writing[file] = false;
	if (ok && store_run(cache, file, store_sql_commit, STORE_NONE, err))
		return true;
	/* A full disk may have rolled back by itself. */
	if (!sqlite3_get_autocommit(cache->files[file].db))
		store_run(cache, file, store_sql_rollback, STORE_NONE, NULL);
	return false;
}

bool store_read_begin(struct cache *cache, enum store_file file, struct error *err)
{
	if (cache->is_writing[file])
		return true;
	return store_run(cache, file, store_sql_read, STORE_NONE, err);
}

void store_read_end(struct cache *cache, enum store_file file)
{
	if (cache->is_writing[file])
		return;
	if (!store_run(cache, file, store_sql_commit, STORE_NONE, NULL) &&
		!sqlite3_get_autocommit(cache->files[file].db))
		store_run(cache, file, store_sql_rollback, STORE_NONE, NULL);
}
