/* Names of accounts, folders and keywords: ids that never change, kept in local.db. */
#include "cache/cache_names.h"

#include "base/memory.h"

/* The id in one table of a name that is there. */
static bool names_find(struct cache *cache, const char *sql, int64_t account_id, struct str name,
	int64_t *id, struct error *err)
{
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 1, name);
	sqlite3_bind_int64(stmt, 2, account_id);
	enum store_row row = store_next(cache, stmt, err);
	*id = row == STORE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

static bool names_write_begin(struct cache *cache, struct error *err)
{
	if (cache->mode == CACHE_READER)
		return store_is_owner(cache, err);
	return store_begin(cache, STORE_LOCAL, err);
}

bool cache_account_register(
	struct cache *cache, const char *name, int64_t *account_id, struct error *err)
{
	static const char find[] = "SELECT account_id FROM account WHERE name=CAST(?1 AS TEXT)";
	static const char add[] =
		"INSERT INTO account(name) VALUES(CAST(?1 AS TEXT)) RETURNING account_id";
	struct str text = str_from(name);
	if (!names_find(cache, find, 0, text, account_id, err))
		return false;
	if (*account_id != 0)
		return true;
	if (!names_write_begin(cache, err))
		return false;
	bool ok = names_find(cache, find, 0, text, account_id, err) &&
		  (*account_id != 0 || names_find(cache, add, 0, text, account_id, err));
	return store_end(cache, STORE_LOCAL, ok, err);
}

static const char names_folder_find[] =
	"SELECT folder_id FROM folder WHERE wire=?1 AND account_id=?2";
static const char names_folder_add[] =
	"INSERT INTO folder(wire,account_id) VALUES(?1,?2) RETURNING folder_id";

bool cache_names_folders(struct cache *cache, int64_t account_id, struct folder *folders,
	size_t count, struct error *err)
{
	bool is_open = false, ok = true;
	for (size_t i = 0; ok && i < count; i++) {
		struct str wire = str_from(folders[i].wire);
		int64_t *id = &folders[i].folder_id;
		ok = names_find(cache, names_folder_find, account_id, wire, id, err);
		if (!ok || *id != 0)
			continue;
		if (!is_open)
			ok = is_open = names_write_begin(cache, err);
		/* Looked for again: another process may have been faster. */
		ok = ok && names_find(cache, names_folder_find, account_id, wire, id, err) &&
		     (*id != 0 || names_find(cache, names_folder_add, account_id, wire, id, err));
	}
	return is_open ? store_end(cache, STORE_LOCAL, ok, err) : ok;
}

bool cache_folder_register(struct cache *cache, int64_t account_id, const char *wire,
	int64_t *folder_id, struct error *err)
{
	struct folder one = {.wire = mem_text(wire)};
	bool ok = cache_names_folders(cache, account_id, &one, 1, err);
	*folder_id = one.folder_id;
	mem_free(one.wire);
	return ok;
}

bool cache_names_folder_account(
	struct cache *cache, int64_t folder_id, int64_t *account_id, char **wire, struct error *err)
{
	static const char sql[] = "SELECT account_id, wire FROM folder WHERE folder_id=?1";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(folder_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW) {
		*account_id = sqlite3_column_int64(stmt, 0);
		*wire = mem_str(store_blob(stmt, 1));
		sqlite3_reset(stmt);
		return true;
	}
	if (row == STORE_END)
		error_set(err, ERROR_INPUT, "there is no folder %lld", (long long)folder_id);
	return false;
}

/* The lowest bit that no keyword of the account has; 0 when all are taken. */
static bool names_free_bit(struct cache *cache, int64_t account_id, int *bit, struct error *err)
{
	static const char sql[] = "SELECT bit FROM keyword WHERE account_id=?1 ORDER BY bit";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(account_id), err);
	enum store_row row = STORE_BAD;
	int next = FLAG_KEYWORD_FIRST;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		next += sqlite3_column_int(stmt, 0) == next;
	*bit = next < FLAG_KEYWORD_FIRST + FLAG_KEYWORD_MAX ? next : 0;
	return row == STORE_END;
}

static bool names_keyword_find(
	struct cache *cache, int64_t account_id, struct str name, int64_t *bit, struct error *err)
{
	static const char sql[] =
		"SELECT bit FROM keyword WHERE name=CAST(?1 AS TEXT) AND account_id=?2";
	return names_find(cache, sql, account_id, name, bit, err);
}

static bool names_keyword_add(struct cache *cache, int64_t account_id, struct str name,
	int64_t *number, struct error *err)
{
	static const char sql[] =
		"INSERT INTO keyword(account_id,bit,name) VALUES(?1,?2,CAST(?3 AS TEXT))";
	int bit;
	if (!names_keyword_find(cache, account_id, name, number, err))
		return false;
	if (*number != 0)
		return true;
	if (!names_free_bit(cache, account_id, &bit, err))
		return false;
	*number = bit;
	if (bit == 0)
		return true;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(account_id, bit), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 3, name);
	return store_finish(cache, stmt, err);
}

bool cache_keyword_bit(
	struct cache *cache, int64_t account_id, struct str name, flags_t *bit, struct error *err)
{
	int64_t number = 0;
	*bit = 0;
	if (!names_keyword_find(cache, account_id, name, &number, err))
		return false;
	if (number == 0) {
		if (!names_write_begin(cache, err))
			return false;
		bool ok = names_keyword_add(cache, account_id, name, &number, err);
		if (!store_end(cache, STORE_LOCAL, ok, err))
			return false;
	}
	*bit = number != 0 ? (flags_t)1 << number : 0;
	return true;
}

bool cache_keyword_names(
	struct cache *cache, int64_t account_id, char *names[FLAG_KEYWORD_MAX], struct error *err)
{
	static const char sql[] = "SELECT bit, name FROM keyword WHERE account_id=?1";
	memset(names, 0, FLAG_KEYWORD_MAX * sizeof(names[0]));
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(account_id), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		int at = sqlite3_column_int(stmt, 0) - FLAG_KEYWORD_FIRST;
		if (at >= 0 && at < FLAG_KEYWORD_MAX && names[at] == NULL)
			names[at] = store_text_copy(stmt, 1);
	}
	return row == STORE_END;
}

static bool names_forget_local(struct cache *cache, int64_t account_id, struct error *err)
{
	static const char *const texts[] = {
		"UPDATE blob SET made=1 WHERE made=0 AND blob_id IN (SELECT i.blob_id FROM op"
		" JOIN op_item AS i USING(op_id) WHERE op.account_id=?1)",
		"DELETE FROM op WHERE account_id=?1",
		"UPDATE blob SET made=1 WHERE blob_id IN (SELECT blob_id FROM outbox"
		" WHERE account_id=?1)",
		"DELETE FROM outbox WHERE account_id=?1",
		"DELETE FROM draft WHERE account_id=?1",
		"DELETE FROM uidl WHERE account_id=?1",
		"UPDATE blob SET made=1 WHERE blob_id IN (SELECT blob_id FROM local_mail WHERE "
		"mail_id>>32 IN (SELECT folder_id FROM folder WHERE account_id=?1))",
		"DELETE FROM local_mail WHERE mail_id>>32 IN"
		" (SELECT folder_id FROM folder WHERE account_id=?1)",
		"DELETE FROM account WHERE account_id=?1",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!store_run(cache, STORE_LOCAL, texts[i], STORE_INTS(account_id), err))
			return false;
	return true;
}

bool cache_account_forget(struct cache *cache, int64_t account_id, struct error *err)
{
	if (!store_is_owner(cache, err) || !cache_forget_account(cache, account_id, err))
		return false;
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok = names_forget_local(cache, account_id, err);
	return store_end(cache, STORE_LOCAL, ok, err);
}
