/*
 * What of a POP3 maildrop was fetched: uidl has a row for each message that was there at the last
 * look, under its key; uidl_gone those that are there no more, or not under that key, for a while:
 * a message that comes back under another name is known by its content. All in local.db, in the
 * transaction that stores the mail.
 */
#include "cache/cache_blobs.h"

static struct str uidl_hash(const unsigned char *hash)
{
	return str_make((const char *)hash, CACHE_UIDL_HASH);
}

static void uidl_copy(unsigned char *to, struct str from)
{
	memset(to, 0, CACHE_UIDL_HASH);
	memcpy(to, from.data, from.len < CACHE_UIDL_HASH ? from.len : CACHE_UIDL_HASH);
}

/* The ids of blobs are used again: the bytes must be those that were fetched. */
#define UIDL_IS_HERE                                                                               \
	"EXISTS(SELECT 1 FROM local_mail AS l JOIN blob AS b USING(blob_id)"                       \
	" WHERE l.blob_id=u.blob_id AND substr(b.sha256,1,16)=u.blob_hash)"

static void uidl_read(sqlite3_stmt *stmt, struct cache_uidl *row)
{
	*row = (struct cache_uidl){
		.size = (uint32_t)sqlite3_column_int64(stmt, 3),
		.first_seen = sqlite3_column_int64(stmt, 4),
		.blob_id = sqlite3_column_int64(stmt, 5),
		.is_head = sqlite3_column_int64(stmt, 6) != 0,
		.is_here = sqlite3_column_int64(stmt, 7) != 0,
	};
	uidl_copy(row->key, store_blob(stmt, 0));
	uidl_copy(row->head, store_blob(stmt, 1));
	uidl_copy(row->whole, store_blob(stmt, 2));
}

bool cache_uidl_list(struct cache *cache, int64_t account_id, const unsigned char *after,
	bool wants_here, struct cache_uidl *rows, size_t max, size_t *count, struct error *err)
{
	static const char sql[] =
		"SELECT key,head,whole,size,first_seen,blob_id,is_head,1 FROM uidl"
		" WHERE account_id=?1 AND key>?3 ORDER BY key LIMIT ?2";
	static const char here[] =
		"SELECT key,head,whole,size,first_seen,u.blob_id,is_head," UIDL_IS_HERE
		" FROM uidl AS u"
		" WHERE account_id=?1 AND key>?3 ORDER BY key LIMIT ?2";
	*count = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, wants_here ? here : sql,
		STORE_INTS(account_id, (int64_t)max), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 3, after != NULL ? uidl_hash(after) : STR(""));
	enum store_row row;
	while ((row = store_next(cache, stmt, err)) == STORE_ROW)
		uidl_read(stmt, &rows[(*count)++]);
	return row == STORE_END;
}

static bool uidl_save(
	struct cache *cache, int64_t account_id, const struct cache_uidl *row, struct error *err)
{
	static const char sql[] =
		"INSERT OR REPLACE INTO uidl(account_id,key,head,whole,size,first_seen,blob_id,"
		"is_head,blob_hash) VALUES(?1,?6,?7,?8,?2,?3,?4,?5,"
		"(SELECT substr(sha256,1,16) FROM blob WHERE blob_id=?4))";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql,
		STORE_INTS(account_id, row->size, row->first_seen, row->blob_id, row->is_head),
		err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 6, uidl_hash(row->key));
	store_bind_blob(stmt, 7, uidl_hash(row->head));
	store_bind_blob(stmt, 8, uidl_hash(row->whole));
	return store_finish(cache, stmt, err);
}

bool cache_uidl_save(
	struct cache *cache, int64_t account_id, const struct cache_uidl *row, struct error *err)
{
	bool is_ours;
	if (!cache_blob_write_begin(cache, &is_ours, err))
		return false;
	return cache_blob_write_end(cache, is_ours, uidl_save(cache, account_id, row, err), err);
}

/* Runs sql with the account, a number and a key. */
static bool uidl_run(struct cache *cache, const char *sql, int64_t account_id, int64_t number,
	const unsigned char *key, struct error *err)
{
	sqlite3_stmt *stmt =
		store_query(cache, STORE_LOCAL, sql, STORE_INTS(account_id, number), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 3, uidl_hash(key));
	return store_finish(cache, stmt, err);
}

bool cache_uidl_gone(struct cache *cache, int64_t account_id, const unsigned char *key, int64_t now,
	struct error *err)
{
	static const char keep[] =
		"INSERT INTO uidl_gone(account_id,head,whole,size,first_seen,blob_id,blob_hash,"
		"is_head,gone) SELECT account_id,head,whole,size,first_seen,blob_id,blob_hash,"
		"is_head,?2 FROM uidl WHERE account_id=?1 AND key=?3";
	static const char drop[] = "DELETE FROM uidl WHERE account_id=?1 AND ?2>=0 AND key=?3";
	bool is_ours;
	if (!cache_blob_write_begin(cache, &is_ours, err))
		return false;
	bool ok = uidl_run(cache, keep, account_id, now, key, err) &&
		  uidl_run(cache, drop, account_id, now, key, err);
	return cache_blob_write_end(cache, is_ours, ok, err);
}

bool cache_uidl_gone_count(
	struct cache *cache, int64_t account_id, int64_t *count, struct error *err)
{
	static const char sql[] = "SELECT count(*) FROM uidl_gone WHERE account_id=?1";
	*count = 0;
	return store_number(cache, STORE_LOCAL, sql, STORE_INTS(account_id), count, err);
}

static bool uidl_find_gone(struct cache *cache, int64_t account_id, const struct cache_uidl *like,
	bool by_head, int64_t *gone_id, struct error *err)
{
	static const char head[] = "SELECT gone_id FROM uidl_gone WHERE account_id=?1 AND head=?3"
				   " AND size=?2 ORDER BY gone_id LIMIT 1";
	static const char whole[] = "SELECT gone_id FROM uidl_gone WHERE account_id=?1 AND head=?3"
				    " AND whole=?4 AND ?2>=0 ORDER BY gone_id LIMIT 1";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, by_head ? head : whole,
		STORE_INTS(account_id, like->size), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 3, uidl_hash(like->head));
	if (!by_head)
		store_bind_blob(stmt, 4, uidl_hash(like->whole));
	enum store_row row = store_next(cache, stmt, err);
	*gone_id = row == STORE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

static bool uidl_back(struct cache *cache, int64_t account_id, const struct cache_uidl *like,
	int64_t gone_id, struct error *err)
{
	static const char back[] =
		"INSERT OR REPLACE INTO uidl(account_id,key,head,whole,size,first_seen,blob_id,"
		"blob_hash,is_head) SELECT ?1,?4,head,whole,?3,first_seen,blob_id,blob_hash,is_head"
		" FROM uidl_gone WHERE gone_id=?2";
	static const char drop[] = "DELETE FROM uidl_gone WHERE gone_id=?1";
	sqlite3_stmt *stmt = store_query(
		cache, STORE_LOCAL, back, STORE_INTS(account_id, gone_id, like->size), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 4, uidl_hash(like->key));
	return store_finish(cache, stmt, err) &&
	       store_run(cache, STORE_LOCAL, drop, STORE_INTS(gone_id), err);
}

static bool uidl_get(
	struct cache *cache, int64_t account_id, struct cache_uidl *row, struct error *err)
{
	static const char sql[] =
		"SELECT key,head,whole,size,first_seen,u.blob_id,is_head," UIDL_IS_HERE
		" FROM uidl AS u WHERE account_id=?1 AND key=?3 AND ?2=0";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(account_id, 0), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 3, uidl_hash(row->key));
	enum store_row step = store_next(cache, stmt, err);
	if (step == STORE_ROW)
		uidl_read(stmt, row);
	sqlite3_reset(stmt);
	return step != STORE_BAD;
}

bool cache_uidl_adopt(struct cache *cache, int64_t account_id, struct cache_uidl *like,
	bool by_head, bool *is_found, struct error *err)
{
	bool is_ours;
	int64_t gone_id = 0;
	*is_found = false;
	if (!cache_blob_write_begin(cache, &is_ours, err))
		return false;
	bool ok = uidl_find_gone(cache, account_id, like, by_head, &gone_id, err) &&
		  (gone_id == 0 || (uidl_back(cache, account_id, like, gone_id, err) &&
					   uidl_get(cache, account_id, like, err)));
	*is_found = ok && gone_id != 0;
	return cache_blob_write_end(cache, is_ours, ok, err);
}

bool cache_uidl_sweep(struct cache *cache, int64_t account_id, int64_t before, struct error *err)
{
	static const char sql[] = "DELETE FROM uidl_gone WHERE account_id=?1 AND gone<?2";
	return store_run(cache, STORE_LOCAL, sql, STORE_INTS(account_id, before), err);
}
