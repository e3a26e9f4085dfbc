/* The invariants of the store, and upkeep. */
#include "cache/cache.h"

#include "cache/cache_folders.h"
#include "cache/cache_masks.h"
#include "cache/cache_rank.h"
#include "cache/cache_temps.h"

/* Each gives no row when all is well; its sentence names the invariant of sync.md 4.10. */
static const struct check_rule {
	enum store_file file;
	const char *sql, *sentence;
} check_rules[] = {
	{STORE_CACHE,
		"SELECT f.folder_id FROM folder AS f LEFT JOIN (SELECT place_id>>33 AS folder_id,"
		" count(*) AS total, sum(((server|added)&~removed)&1=0) AS unseen FROM place"
		" WHERE hidden=0 GROUP BY 1) AS c USING(folder_id) WHERE "
		"f.total<>coalesce(c.total,0)"
		" OR f.unseen<>coalesce(c.unseen,0)",
		"I1: the counts of folder %lld are not those of its rows"},
	{STORE_CACHE,
		"SELECT f.folder_id FROM folder AS f WHERE f.fresh<>(SELECT count(*) FROM place AS "
		"p"
		" WHERE p.place_id>=(f.folder_id<<33)+f.shown AND "
		"p.place_id<(f.folder_id<<33)+4294967296"
		" AND p.hidden=0 AND f.shown>0)",
		"the count of fresh mail of folder %lld is not that of its rows"},
	{STORE_CACHE,
		"SELECT place_id>>33 FROM place WHERE (place_id>>33) NOT IN (SELECT folder_id FROM "
		"folder)",
		"rows of folder %lld have no folder"},
	{STORE_CACHE,
		"SELECT p.place_id FROM place AS p JOIN folder AS f ON f.folder_id=p.place_id>>33"
		" WHERE p.place_id&0x1ffffffff=0 OR (p.place_id&0x100000000=0 AND f.uidnext>0"
		" AND p.place_id&0xffffffff>=max(f.uidnext,f.server_uidnext))",
		"I2: place %lld has a UID at or above what comes next"},
	{STORE_CACHE, "SELECT place_id FROM place WHERE added&removed<>0",
		"I4: place %lld is both to have and to lose a flag"},
	{STORE_CACHE,
		"SELECT block FROM rank AS r WHERE r.total<=0 OR r.unread<0 OR r.unread>r.total",
		"the rank table has an impossible block %lld"},
	{STORE_CACHE,
		"SELECT block FROM (SELECT 0 AS level, place_id>>8 AS block, count(*) AS total,"
		" sum(((server|added)&~removed)&9=0) AS unread FROM place WHERE hidden=0 GROUP BY 2"
		" UNION ALL SELECT level+1, block>>6, sum(total), sum(unread) FROM rank WHERE "
		"level<3"
		" GROUP BY 1,2) AS w LEFT JOIN rank AS r USING(level,block)"
		" WHERE r.total IS NOT w.total OR r.unread IS NOT w.unread",
		"the rank table's block %lld does not count its rows"},
	{STORE_CACHE,
		"SELECT v.sort_id FROM sort_view AS v WHERE (SELECT count(*) FROM sort_key AS k"
		" WHERE k.sort_id=v.sort_id)<>(SELECT count(*) FROM place AS p"
		" WHERE p.place_id>=v.folder_id<<33 AND p.place_id<(v.folder_id+1)<<33 AND "
		"p.hidden=0"
		" AND p.place_id<=v.filled)",
		"order %lld does not have the rows of its folder"},
	{STORE_CACHE,
		"SELECT v.sort_id FROM sort_view AS v WHERE (SELECT count(*) FROM sort_key AS k"
		" WHERE k.sort_id=v.sort_id)<>(SELECT coalesce(sum(b.total),0) FROM sort_block AS b"
		" WHERE b.sort_id=v.sort_id)",
		"the runs of order %lld do not count its keys"},
	{STORE_CACHE,
		"SELECT b.sort_id FROM (SELECT sort_id,key,place_id,total, lead(key) OVER w AS "
		"next_key,"
		" lead(place_id) OVER w AS next_place FROM sort_block"
		" WINDOW w AS (PARTITION BY sort_id ORDER BY key,place_id)) AS b WHERE b.total<>("
		"SELECT count(*) FROM sort_key AS k WHERE k.sort_id=b.sort_id"
		" AND (k.key,k.place_id)>=(b.key,b.place_id)"
		" AND (b.next_key IS NULL OR (k.key,k.place_id)<(b.next_key,b.next_place)))",
		"a run of order %lld does not count its keys"},
	{STORE_CACHE,
		"SELECT m.place_id FROM message AS m LEFT JOIN place AS p USING(place_id)"
		" WHERE p.message_id IS NOT m.message_id",
		"the message of place %lld is not the one it has"},
	{STORE_CACHE,
		"SELECT p.place_id FROM place AS p WHERE p.message_id<>0 AND NOT EXISTS(SELECT 1"
		" FROM message AS m WHERE m.message_id=p.message_id AND m.place_id=p.place_id)",
		"place %lld is missing among the places of its message"},
	{STORE_LOCAL, "SELECT op_id FROM op WHERE (done_at IS NULL)<>(state IN (0,1,2,3,5))",
		"wish %lld is both open and ended"},
	{STORE_LOCAL,
		"SELECT op_id FROM op AS o WHERE done_at IS NULL AND kind=1 AND NOT EXISTS(SELECT 1"
		" FROM op_item AS i WHERE i.op_id=o.op_id AND i.state<>1)",
		"wish %lld is open and concerns nothing"},
	{STORE_LOCAL,
		"SELECT op_id FROM op WHERE kind IN (3,5,6,8) AND state IN (1,5) AND pre IS NULL",
		"I6: wish %lld went out without a note of what stood before"},
	{STORE_LOCAL, "SELECT op_id FROM op_item WHERE length(ident)<>16",
		"I6: an item of wish %lld does not say who it is"},
	{STORE_LOCAL,
		"SELECT seq FROM sqlite_sequence WHERE name='op' AND seq<(SELECT max(op_id) FROM "
		"op)",
		"I10: wishes were lost before %lld"},
	{STORE_BODY,
		"SELECT section_id FROM section AS s WHERE have<>(SELECT coalesce(sum(size),0) "
		"FROM chunk"
		" WHERE chunk_id>=s.section_id<<36 AND chunk_id<(s.section_id+1)<<36)",
		"I9: section %lld does not have the bytes it counts"},
	{STORE_BODY,
		"SELECT chunk_id>>36 FROM chunk WHERE (chunk_id>>36) NOT IN (SELECT section_id "
		"FROM section)",
		"I9: bytes of section %lld have no section"},
};

static bool check_rule_run(struct cache *cache, const struct check_rule *rule, struct error *err)
{
	int64_t hit = INT64_MIN;
	if (!store_number(cache, rule->file, rule->sql, STORE_NONE, &hit, err))
		return false;
	if (hit == INT64_MIN)
		return true;
	struct buf sentence = {0};
	const char *mark = strstr(rule->sentence, "%lld");
	buf_add(&sentence, str_make(rule->sentence, (size_t)(mark - rule->sentence)));
	buf_addf(&sentence, "%lld%s", (long long)hit, mark + 4);
	error_set(err, ERROR_STORAGE, "%s", buf_text(&sentence));
	buf_done(&sentence);
	return false;
}

/* I4: the masks of one folder are the fold of its open wishes. */
static bool check_masks(struct cache *cache, int64_t folder_id, struct error *err)
{
	static const char sql[] =
		"SELECT place_id&0x1ffffffff,added,removed,hidden FROM place WHERE place_id>=?1"
		" AND place_id<?2";
	struct cache_folder_state folder;
	struct cache_masks masks = {0};
	struct cache_masks_query query = {.folder_id = folder_id, .last = PLACE_TEMPORARY * 2 - 1};
	bool ok = cache_folder_peek(cache, folder_id, &folder, err) &&
		  cache_masks_applied(cache, &query.newest, err);
	query.uidvalidity = folder.uidvalidity;
	ok = ok && cache_masks_load(cache, &query, &masks, err);
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql,
		STORE_INTS(cache_folder_low(folder_id), cache_folder_high(folder_id)), err);
	enum store_row row = STORE_END;
	while (ok && stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		int64_t uid = sqlite3_column_int64(stmt, 0);
		const struct cache_mask *mask = cache_masks_find(&masks, uid);
		flags_t added = mask != NULL ? mask->added : 0;
		flags_t removed = mask != NULL ? mask->removed : 0;
		if (added == (flags_t)sqlite3_column_int64(stmt, 1) &&
			removed == (flags_t)sqlite3_column_int64(stmt, 2) &&
			(mask != NULL && mask->is_hidden) == (sqlite3_column_int(stmt, 3) != 0))
			continue;
		ok = error_set(err, ERROR_STORAGE,
			"I4: the masks of UID %lld in folder %lld are not what is wished",
			(long long)uid, (long long)folder_id);
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	cache_masks_done(&masks);
	return ok && row == STORE_END;
}

static bool check_all_masks(struct cache *cache, struct error *err)
{
	static const char sql[] = "SELECT folder_id FROM folder";
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_NONE, err);
	enum store_row row = STORE_BAD;
	bool ok = stmt != NULL;
	while (ok && (row = store_next(cache, stmt, err)) == STORE_ROW)
		ok = check_masks(cache, sqlite3_column_int64(stmt, 0), err);
	if (stmt != NULL)
		sqlite3_reset(stmt);
	return ok && row == STORE_END;
}

bool cache_check(struct cache *cache, struct error *err)
{
	for (size_t i = 0; i < sizeof(check_rules) / sizeof(check_rules[0]); i++)
		if (!check_rule_run(cache, &check_rules[i], err))
			return false;
	/* Masks that are known to be stale are not yet promised. */
	return cache->is_unfolded || (check_all_masks(cache, err) && cache_temps_check(cache, err));
}

bool cache_idle(struct cache *cache, int64_t now, struct error *err)
{
	static const enum store_file files[] = {STORE_CACHE, STORE_BODY, STORE_LOCAL};
	if (!cache_journal_sweep(cache, now, err) || !cache_blobs_sweep(cache, now, err))
		return false;
	for (size_t i = 0; i < STORE_FILES; i++) {
		sqlite3 *db = cache->files[files[i]].db;
		int code =
			sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
		if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
			return store_fail(cache, db, err);
	}
	return true;
}
