/* Forgetting an account: its rows and bodies, in slices. */
#include "base/memory.h"
#include "cache/cache_names.h"
#include "cache/cache_rank.h"

enum { FORGET_SLICE = 500 };

static bool forget_body(struct cache *cache, int64_t message_id, struct error *err)
{
	static const char chunks[] = "DELETE FROM chunk WHERE chunk_id>=?1 AND chunk_id<?2";
	static const char section[] = "DELETE FROM section WHERE section_id=?1";
	static const char structure[] = "DELETE FROM structure WHERE message_id=?1";
	static const char find[] = "SELECT section_id FROM section WHERE message_id=?1 LIMIT 1";
	int64_t id = 0;
	do {
		id = 0;
		if (!store_number(cache, STORE_BODY, find, STORE_INTS(message_id), &id, err))
			return false;
		if (id != 0 && (!store_run(cache, STORE_BODY, chunks,
					STORE_INTS(id << 36, (id + 1) << 36), err) ||
				       !store_run(cache, STORE_BODY, section, STORE_INTS(id), err)))
			return false;
	} while (id != 0);
	return store_run(cache, STORE_BODY, structure, STORE_INTS(message_id), err);
}

/* Bodies of the next places of a folder; *after moves on, *count tells how many. */
static bool forget_bodies_slice(
	struct cache *cache, int64_t folder_id, int64_t *after, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT place_id,message_id FROM place WHERE place_id>?1"
				  " AND place_id<?2 AND message_id<>0 ORDER BY place_id LIMIT ?3";
	*count = 0;
	if (!store_begin(cache, STORE_BODY, err))
		return false;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql,
		STORE_INTS(*after, cache_folder_high(folder_id), FORGET_SLICE), err);
	bool ok = stmt != NULL;
	enum store_row row = STORE_END;
	while (ok && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		*after = sqlite3_column_int64(stmt, 0);
		++*count;
		ok = forget_body(cache, sqlite3_column_int64(stmt, 1), err);
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	return store_end(cache, STORE_BODY, ok && row == STORE_END, err);
}

static bool forget_folder_rows(struct cache *cache, int64_t folder_id, struct error *err)
{
	static const char *const texts[] = {
		"DELETE FROM sort_key WHERE sort_id IN (SELECT sort_id FROM sort_view WHERE "
		"folder_id=?1)",
		"DELETE FROM sort_block WHERE sort_id IN"
		" (SELECT sort_id FROM sort_view WHERE folder_id=?1)",
		"DELETE FROM sort_view WHERE folder_id=?1",
		"DELETE FROM folder WHERE folder_id=?1",
	};
	if (!store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < sizeof(texts) / sizeof(texts[0]); i++)
		ok = store_run(cache, STORE_CACHE, texts[i], STORE_INTS(folder_id), err);
	return store_end(cache, STORE_CACHE, ok, err);
}

static bool forget_folder(struct cache *cache, int64_t folder_id, struct error *err)
{
	int64_t after = cache_folder_low(folder_id);
	size_t count;
	do {
		if (!forget_bodies_slice(cache, folder_id, &after, &count, err))
			return false;
	} while (count == FORGET_SLICE);
	bool is_done;
	do {
		if (!cache_folder_reset(cache, folder_id, 0, FORGET_SLICE, &is_done, err))
			return false;
	} while (!is_done);
	return forget_folder_rows(cache, folder_id, err);
}

static bool forget_account_rows(struct cache *cache, int64_t account_id, struct error *err)
{
	static const char *const texts[] = {
		"DELETE FROM reference WHERE account_id=?1",
		"DELETE FROM unjoined WHERE account_id=?1",
		"DELETE FROM server WHERE account_id=?1",
	};
	if (!store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < sizeof(texts) / sizeof(texts[0]); i++)
		ok = store_run(cache, STORE_CACHE, texts[i], STORE_INTS(account_id), err);
	return store_end(cache, STORE_CACHE, ok, err);
}

bool cache_forget_account(struct cache *cache, int64_t account_id, struct error *err)
{
	static const char sql[] = "SELECT folder_id FROM folder WHERE account_id=?1 LIMIT 1";
	int64_t folder_id;
	do {
		folder_id = 0;
		if (!store_number(cache, STORE_CACHE, sql, STORE_INTS(account_id), &folder_id, err))
			return false;
		if (folder_id != 0 && !forget_folder(cache, folder_id, err))
			return false;
	} while (folder_id != 0);
	return forget_account_rows(cache, account_id, err);
}
