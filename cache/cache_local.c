/*
 * Folders and mail of accounts whose mail is nowhere else: what a server would keep. All in
 * local.db; each change of a folder counts its modseq up, so that what is derived from it in
 * cache.db can tell how much it has missed.
 */
#include "cache/cache_blobs.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/memory.h"
#include "cache/cache_names.h"
#include "cache/cache_temps.h"

bool cache_local_begin(struct cache *cache, struct error *err)
{
	if (cache->mode == CACHE_READER)
		return store_is_owner(cache, err);
	return store_begin(cache, STORE_LOCAL, err);
}

bool cache_local_end(struct cache *cache, bool ok, struct error *err)
{
	return store_end(cache, STORE_LOCAL, ok, err);
}

void cache_local_folder_done(struct cache_local_folder *folder)
{
	mem_free(folder->wire);
	*folder = (struct cache_local_folder){0};
}

/* ---- Folders. ---- */

#define LOCAL_FOLDER_COLUMNS                                                                       \
	"SELECT l.folder_id,l.uidvalidity,l.uidnext,l.total,l.modseq,f.wire"                       \
	" FROM local_folder AS l JOIN folder AS f USING(folder_id) "

static void local_folder_read(sqlite3_stmt *stmt, struct cache_local_folder *folder)
{
	*folder = (struct cache_local_folder){
		.folder_id = sqlite3_column_int64(stmt, 0),
		.uidvalidity = (uint32_t)sqlite3_column_int64(stmt, 1),
		.uidnext = (uint32_t)sqlite3_column_int64(stmt, 2),
		.total = (uint32_t)sqlite3_column_int64(stmt, 3),
		.modseq = (uint64_t)sqlite3_column_int64(stmt, 4),
	};
}

bool cache_local_folder_create(struct cache *cache, int64_t account_id, const char *wire,
	int64_t *folder_id, struct error *err)
{
	static const char sql[] = "INSERT OR IGNORE INTO local_folder(folder_id,uidvalidity)"
				  " VALUES(?1,max(?2,(SELECT coalesce(max(uidvalidity),0)+1"
				  " FROM local_folder)))";
	bool is_ours;
	if (!cache_folder_register(cache, account_id, wire, folder_id, err) ||
		!cache_blob_write_begin(cache, &is_ours, err))
		return false;
	bool ok = store_run(cache, STORE_LOCAL, sql,
		STORE_INTS(*folder_id, clock_wall_seconds() & UINT32_MAX), err);
	return cache_blob_write_end(cache, is_ours, ok, err);
}

bool cache_local_folders(struct cache *cache, int64_t account_id,
	struct cache_local_folder **folders, size_t *count, struct error *err)
{
	static const char sql[] = LOCAL_FOLDER_COLUMNS "WHERE f.account_id=?1 ORDER BY f.wire";
	size_t cap = 0;
	*folders = NULL;
	*count = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(account_id), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		*folders = array_room(*folders, *count, &cap, sizeof(**folders));
		local_folder_read(stmt, &(*folders)[*count]);
		(*folders)[(*count)++].wire = mem_str(store_blob(stmt, 5));
	}
	if (row == STORE_END)
		return true;
	while (*count > 0)
		cache_local_folder_done(&(*folders)[--*count]);
	mem_free(*folders);
	*folders = NULL;
	return false;
}

bool cache_local_folder_get(struct cache *cache, int64_t folder_id,
	struct cache_local_folder *folder, bool *is_found, struct error *err)
{
	static const char sql[] = LOCAL_FOLDER_COLUMNS "WHERE l.folder_id=?1";
	*folder = (struct cache_local_folder){0};
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(folder_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	*is_found = row == STORE_ROW;
	if (*is_found)
		local_folder_read(stmt, folder);
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

static bool local_number_of(struct cache *cache, const char *sql, int64_t account_id,
	struct str wire, int64_t *number, struct error *err)
{
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(account_id), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 2, wire);
	enum store_row row = store_next(cache, stmt, err);
	*number = row == STORE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

/* Names that were given to folders which are no more must not stand in the way. */
static bool local_make_room(
	struct cache *cache, int64_t account_id, struct str wire, struct error *err)
{
	static const char taken[] = "SELECT 1 FROM local_folder JOIN folder USING(folder_id)"
				    " WHERE account_id=?1 AND wire=?2";
	static const char old[] =
		"DELETE FROM folder WHERE account_id=?1 AND wire=?2 RETURNING folder_id";
	int64_t number;
	if (!local_number_of(cache, taken, account_id, wire, &number, err))
		return false;
	if (number != 0)
		return error_set(err, ERROR_INPUT, "there is such a folder already");
	return local_number_of(cache, old, account_id, wire, &number, err);
}

static bool local_rename_one(struct cache *cache, int64_t folder_id, int64_t account_id,
	struct str to, struct error *err)
{
	static const char sql[] = "UPDATE folder SET wire=?2 WHERE folder_id=?1";
	if (!local_make_room(cache, account_id, to, err))
		return false;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(folder_id), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 2, to);
	return store_finish(cache, stmt, err);
}

/* What stands behind the old name: the empty text for the folder itself. */
static bool local_is_below(struct str wire, struct str old, char delimiter, struct str *rest)
{
	*rest = str_skip(wire, old.len);
	return str_starts(wire, old) && (rest->len == 0 || rest->data[0] == delimiter);
}

bool cache_local_folder_rename(struct cache *cache, int64_t account_id, const char *wire,
	const char *new_wire, char delimiter, struct error *err)
{
	struct cache_local_folder *folders = NULL;
	struct buf to = {0};
	size_t count = 0;
	bool is_ours, has_any = false, ok = true;
	if (!cache_local_folders(cache, account_id, &folders, &count, err))
		return false;
	ok = cache_blob_write_begin(cache, &is_ours, err);
	bool is_open = ok;
	for (size_t i = 0; i < count; i++) {
		struct str rest;
		if (ok && local_is_below(
				  str_from(folders[i].wire), str_from(wire), delimiter, &rest)) {
			has_any = true;
			buf_clear(&to);
			buf_addf(&to, "%s%.*s", new_wire, (int)rest.len, rest.data);
			ok = local_rename_one(
				cache, folders[i].folder_id, account_id, buf_str(&to), err);
		}
		cache_local_folder_done(&folders[i]);
	}
	if (ok && !has_any)
		ok = error_set(err, ERROR_INPUT, "there is no such folder");
	buf_done(&to);
	mem_free(folders);
	return is_open && cache_blob_write_end(cache, is_ours, ok, err);
}

static bool local_remove_row(
	struct cache *cache, int64_t folder_id, uint32_t uid, bool *was_here, struct error *err)
{
	static const char row[] = "DELETE FROM local_mail WHERE mail_id=?1 RETURNING blob_id";
	sqlite3_stmt *stmt = store_query(
		cache, STORE_LOCAL, row, STORE_INTS(cache_local_mail_id(folder_id, uid)), err);
	if (stmt == NULL)
		return false;
	enum store_row step = store_next(cache, stmt, err);
	*was_here = step == STORE_ROW;
	if (step != STORE_ROW)
		return step == STORE_END;
	int64_t blob_id = sqlite3_column_int64(stmt, 0);
	return store_next(cache, stmt, err) == STORE_END && cache_blob_drop(cache, blob_id, err);
}

static bool local_delete_mail(struct cache *cache, int64_t folder_id, struct error *err)
{
	static const char next[] =
		"SELECT min(mail_id) FROM local_mail WHERE mail_id>=?1 AND mail_id<?2";
	for (;;) {
		int64_t mail_id = 0;
		bool was_here;
		if (!store_number(cache, STORE_LOCAL, next,
			    STORE_INTS(cache_local_mail_id(folder_id, 0),
				    cache_local_mail_id(folder_id + 1, 0)),
			    &mail_id, err))
			return false;
		if (mail_id == 0)
			return true;
		if (!local_remove_row(cache, folder_id, (uint32_t)mail_id, &was_here, err))
			return false;
	}
}

bool cache_local_folder_delete(struct cache *cache, int64_t folder_id, struct error *err)
{
	static const char sql[] = "DELETE FROM local_folder WHERE folder_id=?1";
	bool is_ours;
	if (!cache_blob_write_begin(cache, &is_ours, err))
		return false;
	bool ok = local_delete_mail(cache, folder_id, err) &&
		  store_run(cache, STORE_LOCAL, sql, STORE_INTS(folder_id), err);
	return cache_blob_write_end(cache, is_ours, ok, err);
}

/* ---- Mail. ---- */

/* Counts the folder up; ERROR_INPUT when there is none. Gives the UID for a new mail. */
static bool local_change(struct cache *cache, int64_t folder_id, int added, uint32_t *uid,
	int64_t *modseq, struct error *err)
{
	static const char sql[] = "UPDATE local_folder SET modseq=modseq+1,total=total+?2,"
				  "uidnext=uidnext+max(?2,0) WHERE folder_id=?1"
				  " RETURNING uidnext,modseq";
	sqlite3_stmt *stmt =
		store_query(cache, STORE_LOCAL, sql, STORE_INTS(folder_id, added), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_END)
		return error_set(err, ERROR_INPUT, "there is no such folder");
	if (row == STORE_BAD)
		return false;
	int64_t next = sqlite3_column_int64(stmt, 0);
	*modseq = sqlite3_column_int64(stmt, 1);
	*uid = (uint32_t)(next - 1);
	if (store_next(cache, stmt, err) != STORE_END)
		return false;
	return next <= UINT32_MAX || error_set(err, ERROR_STORAGE, "the folder is full");
}

static bool local_add(struct cache *cache, int64_t folder_id, const struct cache_local_mail *mail,
	uint32_t *uid, struct error *err)
{
	static const char sql[] =
		"INSERT INTO local_mail(mail_id,blob_id,flags,arrived,modseq) VALUES(?1,?2,?3,?4,"
		"?5)";
	int64_t modseq;
	return local_change(cache, folder_id, 1, uid, &modseq, err) &&
	       store_run(cache, STORE_LOCAL, sql,
		       STORE_INTS(cache_local_mail_id(folder_id, *uid), mail->blob_id,
			       (int64_t)mail->flags, mail->arrived, modseq),
		       err) &&
	       cache_blob_used(cache, mail->blob_id, err);
}

bool cache_local_add(struct cache *cache, int64_t folder_id, const struct cache_local_mail *mail,
	uint32_t *uid, struct error *err)
{
	bool is_ours;
	if (!cache_blob_write_begin(cache, &is_ours, err))
		return false;
	return cache_blob_write_end(
		cache, is_ours, local_add(cache, folder_id, mail, uid, err), err);
}

static bool local_flags(struct cache *cache, int64_t folder_id, uint32_t uid, flags_t add,
	flags_t remove, struct error *err)
{
	static const char any[] =
		"SELECT 1 FROM local_mail WHERE mail_id=?1 AND (flags|?2)&~?3<>flags";
	static const char sql[] =
		"UPDATE local_mail SET flags=(flags|?2)&~?3,modseq=?4 WHERE mail_id=?1";
	int64_t modseq, changes = 0, mail_id = cache_local_mail_id(folder_id, uid);
	uint32_t next;
	if (!store_number(cache, STORE_LOCAL, any,
		    STORE_INTS(mail_id, (int64_t)add, (int64_t)remove), &changes, err))
		return false;
	return changes == 0 ||
	       (local_change(cache, folder_id, 0, &next, &modseq, err) &&
		       store_run(cache, STORE_LOCAL, sql,
			       STORE_INTS(mail_id, (int64_t)add, (int64_t)remove, modseq), err));
}

bool cache_local_flags(struct cache *cache, int64_t folder_id, uint32_t uid, flags_t add,
	flags_t remove, struct error *err)
{
	bool is_ours;
	if (!cache_blob_write_begin(cache, &is_ours, err))
		return false;
	bool ok = local_flags(cache, folder_id, uid, add, remove & ~add, err);
	return cache_blob_write_end(cache, is_ours, ok, err);
}

bool cache_local_remove(struct cache *cache, int64_t folder_id, uint32_t uid, struct error *err)
{
	bool is_ours, was_here = false;
	uint32_t next;
	int64_t modseq;
	if (!cache_blob_write_begin(cache, &is_ours, err))
		return false;
	bool ok = local_remove_row(cache, folder_id, uid, &was_here, err) &&
		  (!was_here || local_change(cache, folder_id, -1, &next, &modseq, err));
	return cache_blob_write_end(cache, is_ours, ok, err);
}

#define LOCAL_MAIL_COLUMNS                                                                         \
	"SELECT mail_id,blob_id,flags,arrived,modseq,len FROM local_mail JOIN blob "               \
	"USING(blob_id) "

static void local_mail_read(sqlite3_stmt *stmt, struct cache_local_mail *mail)
{
	*mail = (struct cache_local_mail){
		.uid = (uint32_t)sqlite3_column_int64(stmt, 0),
		.blob_id = sqlite3_column_int64(stmt, 1),
		.flags = (flags_t)sqlite3_column_int64(stmt, 2),
		.arrived = sqlite3_column_int64(stmt, 3),
		.modseq = (uint64_t)sqlite3_column_int64(stmt, 4),
		.size = (uint64_t)sqlite3_column_int64(stmt, 5),
	};
}

static bool local_list(struct cache *cache, sqlite3_stmt *stmt, struct cache_local_mail *mails,
	size_t *count, struct error *err)
{
	enum store_row row = STORE_BAD;
	*count = 0;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		local_mail_read(stmt, &mails[(*count)++]);
	return row == STORE_END;
}

bool cache_local_list(struct cache *cache, int64_t folder_id, uint32_t from,
	struct cache_local_mail *mails, size_t max, size_t *count, struct error *err)
{
	static const char sql[] =
		LOCAL_MAIL_COLUMNS "WHERE mail_id>=?1 AND mail_id<?2 ORDER BY mail_id LIMIT ?3";
	return local_list(cache,
		store_query(cache, STORE_LOCAL, sql,
			STORE_INTS(cache_local_mail_id(folder_id, from),
				cache_local_mail_id(folder_id + 1, 0), (int64_t)max),
			err),
		mails, count, err);
}

bool cache_local_changes(struct cache *cache, int64_t folder_id, uint64_t since,
	struct cache_local_mail *mails, size_t max, size_t *count, struct error *err)
{
	static const char sql[] =
		LOCAL_MAIL_COLUMNS "WHERE mail_id>>32=?1 AND modseq>?2 ORDER BY modseq LIMIT ?3";
	return local_list(cache,
		store_query(cache, STORE_LOCAL, sql,
			STORE_INTS(folder_id, (int64_t)since, (int64_t)max), err),
		mails, count, err);
}

bool cache_local_get(struct cache *cache, int64_t folder_id, uint32_t uid,
	struct cache_local_mail *mail, bool *is_found, struct error *err)
{
	static const char sql[] = LOCAL_MAIL_COLUMNS "WHERE mail_id=?1";
	*mail = (struct cache_local_mail){0};
	sqlite3_stmt *stmt = store_query(
		cache, STORE_LOCAL, sql, STORE_INTS(cache_local_mail_id(folder_id, uid)), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	*is_found = row == STORE_ROW;
	if (*is_found)
		local_mail_read(stmt, mail);
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

/* ---- Wishes. ---- */

static bool local_land_one(struct cache *cache, const struct action *action,
	struct action_item *item, bool is_moved, struct error *err)
{
	struct cache_local_mail mail = {
		.blob_id = item->blob_id, .flags = item->flags, .arrived = item->arrived};
	bool is_here = true;
	if (mail.blob_id == 0 && !cache_local_get(cache, action->folder_id, (uint32_t)item->uid,
					 &mail, &is_here, err))
		return false;
	if (!is_here)
		return true; /* it has gone before it could be taken along */
	return local_add(cache, action->target_folder_id, &mail, &item->landed, err) &&
	       cache_temp_wishes(cache, action->action_id, item->uid, action->target_folder_id,
		       item->temporary, item->landed, err) &&
	       (!is_moved ||
		       cache_local_remove(cache, action->folder_id, (uint32_t)item->uid, err));
}

bool cache_local_land(struct cache *cache, struct action *action, bool is_moved, struct error *err)
{
	if (!cache_local_begin(cache, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < action->item_count; i++)
		if (action->items[i].landed == 0)
			ok = local_land_one(cache, action, &action->items[i], is_moved, err);
	return cache_local_end(cache, ok, err);
}

bool cache_local_leave(struct cache *cache, const struct action *action, struct error *err)
{
	if (!cache_local_begin(cache, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < action->item_count; i++)
		ok = cache_local_remove(
			cache, action->folder_id, (uint32_t)action->items[i].uid, err);
	return cache_local_end(cache, ok, err);
}
