/* The store: opening, closing, what is told of it. */
#include "cache/cache.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/memory.h"
#include "cache/cache_schema.h"
#include "cache/store.h"

/* One page-cache budget for the process: 12 MB with an owner and two readers. */
static const struct cache_file {
	const char *pragmas, *reader_pragmas;
	const char *damage_mark; /* name in local.db's meta: begin anew at the next start */
} cache_files[STORE_FILES] = {
	[STORE_LOCAL] = {"PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			 "PRAGMA cache_size=-1000; PRAGMA wal_autocheckpoint=500",
		"PRAGMA cache_size=-200", NULL},
	[STORE_CACHE] =
		{"PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
		 "PRAGMA cache_size=-6000; PRAGMA wal_autocheckpoint=1500;"
		 "PRAGMA secure_delete=FAST",
			"PRAGMA cache_size=-1000", "damaged_cache"},
	[STORE_BODY] =
		{"PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
		 "PRAGMA cache_size=-2000; PRAGMA wal_autocheckpoint=400;"
		 "PRAGMA secure_delete=FAST",
			"PRAGMA cache_size=-500", "damaged_body"},
};

static const char cache_pragmas[] =
	"PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;"
	"PRAGMA journal_size_limit=8000000";

static void cache_file_close(struct store_db *f)
{
	for (size_t i = 0; i < STORE_STATEMENTS; i++)
		sqlite3_finalize(f->statements[i].stmt);
	memset(f->statements, 0, sizeof(f->statements));
	sqlite3_close_v2(f->db);
	f->db = NULL;
}

/* Guests write names and wishes only, readers nothing. */
static bool cache_may_write(const struct cache *cache, enum store_file file)
{
	return cache->mode == CACHE_OWNER || (cache->mode == CACHE_GUEST && file == STORE_LOCAL);
}

static bool cache_file_setup(struct cache *cache, enum store_file file, struct error *err)
{
	bool may_write = cache_may_write(cache, file);
	return store_script(cache, file, cache_pragmas, err) &&
	       store_script(cache, file,
		       may_write ? cache_files[file].pragmas : cache_files[file].reader_pragmas,
		       err);
}

/* Who only reads and finds nothing yet reads an empty store. */
static bool cache_file_open_empty(struct cache *cache, enum store_file file, struct error *err)
{
	struct store_db *f = &cache->files[file];
	cache_file_close(f);
	if (sqlite3_open_v2(":memory:", &f->db,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		    NULL) != SQLITE_OK)
		return store_fail(cache, f->db, err);
	return cache_schema_update(cache, file, err);
}

static bool cache_file_open(struct cache *cache, enum store_file file, struct error *err)
{
	struct store_db *f = &cache->files[file];
	bool may_write = cache_may_write(cache, file);
	int flags =
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (may_write ? SQLITE_OPEN_CREATE : 0);
	int64_t version = 0;
	if (!may_write && access(f->path, F_OK) != 0)
		return cache_file_open_empty(cache, file, err);
	if (sqlite3_open_v2(f->path, &f->db, flags, cache->vfs) != SQLITE_OK)
		return store_fail(cache, f->db, err);
	sqlite3_extended_result_codes(f->db, 1);
	sqlite3_busy_timeout(f->db, 5000);
	if (!cache_file_setup(cache, file, err) ||
		!cache_schema_version(cache, file, &version, err))
		return false;
	if (!may_write && version == 0)
		return cache_file_open_empty(cache, file, err);
	if (!cache_schema_update(cache, file, err))
		return false;
	return may_write || store_script(cache, file, "PRAGMA query_only=ON", err);
}

static bool cache_file_is_damaged(const struct store_db *f)
{
	int code = sqlite3_errcode(f->db) & 0xff;
	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

static bool cache_rename(const char *from, const char *to, struct error *err)
{
	if (rename(from, to) == 0 || errno == ENOENT)
		return true;
	return error_errno(err, ERROR_STORAGE, "%s is damaged and cannot be moved aside", from);
}

/* The log first: a new file must never meet the log of the old one. */
static bool cache_move_aside(const char *path, struct error *err)
{
	struct buf to = {0}, from = {0};
	unsigned n = 1;
	do {
		buf_clear(&to);
		buf_addf(&to, "%s.damaged-%u", path, n++);
	} while (access(buf_text(&to), F_OK) == 0);
	size_t to_len = to.len;
	buf_addf(&from, "%s-wal", path);
	buf_add_text(&to, "-wal");
	bool ok = cache_rename(buf_text(&from), buf_text(&to), err);
	buf_truncate(&from, strlen(path));
	buf_add_text(&from, "-shm");
	unlink(buf_text(&from));
	buf_truncate(&to, to_len);
	ok = ok && cache_rename(path, buf_text(&to), err);
	buf_done(&to);
	buf_done(&from);
	return ok;
}

/* Tells apart what another profile's local.db wrote: folder ids would mean something else. */
static bool cache_file_pair(
	struct cache *cache, enum store_file file, bool *is_ours, struct error *err)
{
	static const char sql[] = "SELECT value FROM meta WHERE name='salt'";
	static const char set[] = "INSERT INTO meta(name,value) VALUES('salt',?1)";
	int64_t salt = cache->salt;
	if (!store_number(cache, file, sql, STORE_NONE, &salt, err))
		return false;
	*is_ours = salt == cache->salt;
	int64_t count = 0;
	static const char any[] = "SELECT 1 FROM meta WHERE name='salt'";
	if (!store_number(cache, file, any, STORE_NONE, &count, err))
		return false;
	return count > 0 || store_run(cache, file, set, STORE_INTS(cache->salt), err);
}

/* Anew when it is damaged, was marked so, or belongs to another local.db. */
static bool cache_file_renew(struct cache *cache, enum store_file file, struct error *err)
{
	cache_file_close(&cache->files[file]);
	cache->is_unfolded = true;
	bool is_ours;
	return cache_move_aside(cache->files[file].path, err) &&
	       cache_file_open(cache, file, err) && cache_file_pair(cache, file, &is_ours, err);
}

static bool cache_damage_get(
	struct cache *cache, enum store_file file, int64_t *mark, struct error *err)
{
	static const char sql[] = "SELECT value FROM meta WHERE name=?1";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, err);
	if (stmt == NULL)
		return false;
	store_bind_text(stmt, 1, str_from(cache_files[file].damage_mark));
	enum store_row row = store_next(cache, stmt, err);
	*mark = row == STORE_ROW;
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

static bool cache_damage_clear(struct cache *cache, enum store_file file, struct error *err)
{
	static const char sql[] = "DELETE FROM meta WHERE name=?1";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, err);
	if (stmt == NULL)
		return false;
	store_bind_text(stmt, 1, str_from(cache_files[file].damage_mark));
	return store_finish(cache, stmt, err);
}

static bool cache_file_open_or_renew(struct cache *cache, enum store_file file, struct error *err)
{
	struct store_db *f = &cache->files[file];
	if (cache->mode != CACHE_OWNER)
		return cache_file_open(cache, file, err);
	int64_t mark = 0;
	bool is_ours = true;
	if (!cache_damage_get(cache, file, &mark, err))
		return false;
	if (mark != 0)
		return cache_file_renew(cache, file, err) && cache_damage_clear(cache, file, err);
	if (!cache_file_open(cache, file, err) || !cache_file_pair(cache, file, &is_ours, err)) {
		if (!cache_file_is_damaged(f))
			return false;
		return cache_file_renew(cache, file, err);
	}
	return is_ours || cache_file_renew(cache, file, err);
}

static bool cache_local_open(struct cache *cache, struct error *err)
{
	static const char salt[] = "SELECT value FROM meta WHERE name='salt'";
	static const char writing[] = "SELECT value FROM meta WHERE name='writing'";
	static const char newest[] = "SELECT max(op_id) FROM op";
	struct store_db *f = &cache->files[STORE_LOCAL];
	int64_t mark = 0;
	bool ok = cache_file_open(cache, STORE_LOCAL, err) &&
		  store_number(cache, STORE_LOCAL, salt, STORE_NONE, &cache->salt, err) &&
		  store_number(cache, STORE_LOCAL, writing, STORE_NONE, &mark, err) &&
		  store_number(cache, STORE_LOCAL, newest, STORE_NONE, &cache->newest_at_open, err);
	if (!ok && cache_file_is_damaged(f))
		return error_set(err, ERROR_STORAGE,
			"%s is damaged. It holds your waiting changes and unsent mail: copy it to "
			"a safe "
			"place, then move it away and start Rowan again",
			f->path);
	if (!ok)
		return false;
	if (cache->mode == CACHE_OWNER)
		cache->was_unclean = cache->is_marked = cache->is_unfolded = mark != 0;
	return true;
}

struct cache *cache_open(const struct cache_options *options, struct error *err)
{
	struct cache *cache = mem_new(sizeof(*cache));
	cache->mode = options->mode;
	cache->vfs = mem_text(options->vfs);
	cache->read_header = options->read_header;
	cache->read_context = options->read_context;
	cache->files[STORE_LOCAL].path = mem_text(options->local_path);
	cache->files[STORE_CACHE].path = mem_text(options->cache_path);
	cache->files[STORE_BODY].path = mem_text(options->body_path);
	if (cache_local_open(cache, err) && cache_file_open_or_renew(cache, STORE_CACHE, err) &&
		cache_file_open_or_renew(cache, STORE_BODY, err))
		return cache;
	cache->is_marked = false; /* what stands in local.db stays */
	cache_close(cache);
	return NULL;
}

/* A damage that shows while running is mended at the next start. True when there was none. */
static bool cache_damage_note(struct cache *cache, enum store_file file)
{
	static const char sql[] = "INSERT OR REPLACE INTO meta(name,value) VALUES(?1,1)";
	if (!cache->files[file].is_damaged)
		return true;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, NULL);
	if (stmt == NULL)
		return false;
	store_bind_text(stmt, 1, str_from(cache_files[file].damage_mark));
	store_finish(cache, stmt, NULL);
	return false;
}

/* The caches reach the disk before local.db says that all is well. */
static void cache_close_owner(struct cache *cache)
{
	static const char sql[] = "DELETE FROM meta WHERE name='writing'";
	static const enum store_file derived[] = {STORE_CACHE, STORE_BODY};
	bool ok = !cache->is_unfolded;
	for (size_t i = 0; i < 2; i++)
		if (!cache_damage_note(cache, derived[i]))
			ok = false;
	if (!cache->is_marked)
		return;
	for (size_t i = 0; i < 2; i++)
		if (sqlite3_wal_checkpoint_v2(cache->files[derived[i]].db, NULL,
			    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
			ok = false;
	if (ok)
		store_run(cache, STORE_LOCAL, sql, STORE_NONE, NULL);
}

void cache_close(struct cache *cache)
{
	if (cache == NULL)
		return;
	for (size_t i = 0; i < STORE_FILES; i++)
		if (cache->files[i].db != NULL && !sqlite3_get_autocommit(cache->files[i].db))
			store_end(cache, (enum store_file)i, false, NULL);
	if (cache->mode == CACHE_OWNER && cache->files[STORE_BODY].db != NULL)
		cache_close_owner(cache);
	for (size_t i = 0; i < STORE_FILES; i++) {
		cache_file_close(&cache->files[i]);
		mem_free(cache->files[i].path);
	}
	mem_free(cache->handed);
	buf_done(&cache->header);
	mem_free(cache->vfs);
	mem_free(cache);
}

bool cache_was_unclean(const struct cache *cache)
{
	return cache->was_unclean;
}

int64_t cache_version(struct cache *cache)
{
	static const char sql[] = "PRAGMA data_version";
	uint64_t sum = 0;
	for (size_t i = 0; i < STORE_FILES; i++) {
		int64_t one = 0;
		store_number(cache, (enum store_file)i, sql, STORE_NONE, &one, NULL);
		sum = sum * 1000003u + (uint64_t)one;
	}
	return (int64_t)sum;
}

void cache_counts(struct cache *cache, struct cache_counts *counts)
{
	counts->rows = cache->rows;
	counts->writes = cache->writes;
	counts->pages = 0;
	cache->rows = cache->writes = 0;
	for (size_t i = 0; i < STORE_FILES; i++) {
		int hits = 0, misses = 0, peak = 0;
		sqlite3 *db = cache->files[i].db;
		sqlite3_db_status(db, SQLITE_DBSTATUS_CACHE_HIT, &hits, &peak, 1);
		sqlite3_db_status(db, SQLITE_DBSTATUS_CACHE_MISS, &misses, &peak, 1);
		counts->pages += (uint64_t)hits + (uint64_t)misses;
	}
}
