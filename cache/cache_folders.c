/* Folders: the list as the server gave it, counts, cursors. */
#include "cache/cache_folders.h"

#include "base/array.h"
#include "cache/cache_names.h"
#include "cache/cache_rank.h"
#include "cache/cache_rekey.h"
#include "cache/cache_temps.h"

bool cache_folder_peek(
	struct cache *cache, int64_t folder_id, struct cache_folder_state *state, struct error *err)
{
	static const char sql[] = "SELECT account_id,shown,uidvalidity,uidnext,synced_low,modseq,"
				  "total FROM folder WHERE folder_id=?1";
	*state = (struct cache_folder_state){0};
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(folder_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row != STORE_ROW)
		return row == STORE_END;
	state->folder_id = folder_id;
	state->account_id = sqlite3_column_int64(stmt, 0);
	state->shown = sqlite3_column_int64(stmt, 1);
	state->uidvalidity = (uint32_t)sqlite3_column_int64(stmt, 2);
	state->uidnext = (uint32_t)sqlite3_column_int64(stmt, 3);
	state->synced_low = (uint32_t)sqlite3_column_int64(stmt, 4);
	state->modseq = (uint64_t)sqlite3_column_int64(stmt, 5);
	state->total = (uint32_t)sqlite3_column_int64(stmt, 6);
	sqlite3_reset(stmt);
	return true;
}

static bool folder_make(struct cache *cache, int64_t folder_id, struct error *err)
{
	static const char sql[] = "INSERT INTO folder(folder_id,account_id,wire,name)"
				  " VALUES(?1,?2,?3,CAST(?3 AS TEXT))";
	int64_t account_id;
	char *wire;
	if (!cache_names_folder_account(cache, folder_id, &account_id, &wire, err))
		return false;
	sqlite3_stmt *stmt =
		store_query(cache, STORE_CACHE, sql, STORE_INTS(folder_id, account_id), err);
	bool ok = stmt != NULL;
	if (ok) {
		store_bind_blob(stmt, 3, str_from(wire));
		ok = store_finish(cache, stmt, err);
	}
	mem_free(wire);
	return ok;
}

bool cache_folder_load(
	struct cache *cache, int64_t folder_id, struct cache_folder_state *state, struct error *err)
{
	if (!cache_folder_peek(cache, folder_id, state, err))
		return false;
	if (state->folder_id != 0)
		return true;
	return folder_make(cache, folder_id, err) &&
	       cache_folder_peek(cache, folder_id, state, err);
}

/* The UID behind the last row: fresh mail is counted from there, also when rows came before the
 * cursor did. */
static bool folder_top(struct cache *cache, int64_t folder_id, int64_t *top, struct error *err)
{
	static const char sql[] =
		"SELECT max(place_id)+1 FROM place WHERE place_id>=?1 AND place_id<?2";
	int64_t low = cache_folder_low(folder_id);
	int64_t high = place_make(folder_id, UINT32_MAX);
	*top = low;
	if (!store_number(cache, STORE_CACHE, sql, STORE_INTS(low, high), top, err))
		return false;
	*top -= low;
	return true;
}

bool cache_cursor_move(struct cache *cache, struct cache_folder_state *state,
	const struct cache_cursor *cursor, struct error *err)
{
	static const char sql[] =
		"UPDATE folder SET uidvalidity=?2, uidnext=?3, modseq=?4, synced_low=?5, shown=?6,"
		" server_total=coalesce(?7,server_total) WHERE folder_id=?1";
	if (cursor == NULL)
		return true;
	if (cursor->uidvalidity != 0)
		state->uidvalidity = cursor->uidvalidity;
	if (cursor->uidnext > state->uidnext)
		state->uidnext = cursor->uidnext;
	if (cursor->modseq > state->modseq)
		state->modseq = cursor->modseq;
	if (cursor->synced_low != 0)
		state->synced_low = cursor->synced_low;
	/* What is here when a folder is first seen is backlog, not news. */
	if (state->shown == 0 && state->uidnext != 0) {
		if (!folder_top(cache, state->folder_id, &state->shown, err))
			return false;
		if (state->shown < state->uidnext)
			state->shown = state->uidnext;
	}
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql,
		STORE_INTS(state->folder_id, state->uidvalidity, state->uidnext,
			(int64_t)state->modseq, state->synced_low, state->shown,
			cursor->server_total),
		err);
	if (stmt == NULL)
		return false;
	if (cursor->server_total == UINT32_MAX)
		sqlite3_bind_null(stmt, 7);
	return store_finish(cache, stmt, err);
}

bool cache_cursor_save(struct cache *cache, int64_t folder_id, const struct cache_cursor *cursor,
	struct error *err)
{
	struct cache_folder_state state;
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = cache_folder_load(cache, folder_id, &state, err) &&
		  cache_cursor_move(cache, &state, cursor, err);
	return store_end(cache, STORE_CACHE, ok, err) &&
	       cache_rekey_finish(cache, folder_id, err) &&
	       cache_temps_follow(cache, folder_id, cursor != NULL && cursor->uidnext != 0, err);
}

static bool folder_save_one(struct cache *cache, const struct folder *f, int64_t account_id,
	int64_t folder_id, struct error *err)
{
	static const char sql[] =
		"INSERT INTO folder(folder_id,account_id,delimiter,attributes,role,is_read_only,"
		"wire,name) VALUES(?1,?2,?3,?4,?5,?6,?7,CAST(?8 AS TEXT))"
		" ON CONFLICT DO UPDATE SET delimiter=excluded.delimiter, wire=excluded.wire,"
		" attributes=excluded.attributes, role=excluded.role,"
		" is_read_only=excluded.is_read_only, name=excluded.name";
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql,
		STORE_INTS(folder_id, account_id, f->delimiter,
			(int64_t)(f->attributes & ~(unsigned)FOLDER_VANISHED), (int64_t)f->role,
			f->is_read_only),
		err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 7, str_from(f->wire));
	store_bind_blob(stmt, 8, str_from(f->name != NULL ? f->name : f->wire));
	return store_finish(cache, stmt, err);
}

bool cache_folders_save(struct cache *cache, int64_t account_id, const struct folder *folders,
	size_t count, struct error *err)
{
	static const char vanish[] =
		"UPDATE folder SET attributes=attributes|?2 WHERE account_id=?1";
	if (!store_is_owner(cache, err))
		return false;
	struct folder *named = mem_new_array(count, sizeof(*named));
	for (size_t i = 0; i < count; i++)
		named[i].wire = folders[i].wire;
	bool ok = cache_names_folders(cache, account_id, named, count, err) &&
		  store_begin(cache, STORE_CACHE, err);
	if (ok) {
		ok = store_run(
			cache, STORE_CACHE, vanish, STORE_INTS(account_id, FOLDER_VANISHED), err);
		for (size_t i = 0; ok && i < count; i++)
			ok = folder_save_one(
				cache, &folders[i], account_id, named[i].folder_id, err);
		ok = store_end(cache, STORE_CACHE, ok, err);
	}
	mem_free(named);
	return ok;
}

#define FOLDER_COLUMNS                                                                             \
	"folder_id,account_id,wire,name,delimiter,attributes,role,total,unseen,fresh,uidvalidity," \
	"uidnext,modseq,server_total,server_unseen,synced_low,is_read_only"

static void folder_read(sqlite3_stmt *stmt, struct folder *f)
{
	*f = (struct folder){
		.folder_id = sqlite3_column_int64(stmt, 0),
		.account_id = sqlite3_column_int64(stmt, 1),
		.wire = mem_str(store_blob(stmt, 2)),
		.name = store_text_copy(stmt, 3),
		.delimiter = (char)sqlite3_column_int(stmt, 4),
		.attributes = (unsigned)sqlite3_column_int(stmt, 5),
		.role = (enum folder_role)sqlite3_column_int(stmt, 6),
		.total = (uint32_t)sqlite3_column_int64(stmt, 7),
		.unseen = (uint32_t)sqlite3_column_int64(stmt, 8),
		.fresh = (uint32_t)sqlite3_column_int64(stmt, 9),
		.uidvalidity = (uint32_t)sqlite3_column_int64(stmt, 10),
		.uidnext = (uint32_t)sqlite3_column_int64(stmt, 11),
		.modseq = (uint64_t)sqlite3_column_int64(stmt, 12),
		.server_total = (uint32_t)sqlite3_column_int64(stmt, 13),
		.server_unseen = (uint32_t)sqlite3_column_int64(stmt, 14),
		.synced_low = (uint32_t)sqlite3_column_int64(stmt, 15),
		.is_read_only = sqlite3_column_int(stmt, 16) != 0,
	};
}

bool cache_folders_list(struct cache *cache, int64_t account_id, struct folder **folders,
	size_t *count, struct error *err)
{
	static const char sql[] =
		"SELECT " FOLDER_COLUMNS " FROM folder WHERE (?1=0 OR account_id=?1)"
		" AND attributes&16=0 ORDER BY account_id,"
		" CASE WHEN role=1 OR upper(CAST(wire AS TEXT))='INBOX' THEN 0"
		" WHEN role=0 THEN 100 ELSE role END, name COLLATE NOCASE, folder_id";
	_Static_assert(FOLDER_VANISHED == 16 && ROLE_INBOX == 1, "the text above names them");
	size_t cap = 0;
	*folders = NULL;
	*count = 0;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(account_id), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		*folders = array_room(*folders, *count, &cap, sizeof(**folders));
		folder_read(stmt, &(*folders)[(*count)++]);
	}
	if (row == STORE_END)
		return true;
	while (*count > 0)
		folder_done(&(*folders)[--*count]);
	mem_free(*folders);
	*folders = NULL;
	return false;
}

/* Of a folder that was registered but not yet listed, only the name is known. */
static bool folder_get_named(
	struct cache *cache, int64_t folder_id, struct folder *folder, struct error *err)
{
	char *wire;
	if (!cache_names_folder_account(cache, folder_id, &folder->account_id, &wire, err))
		return false;
	folder->folder_id = folder_id;
	folder->wire = wire;
	folder->name = mem_text(wire);
	return true;
}

bool cache_folder_get(
	struct cache *cache, int64_t folder_id, struct folder *folder, struct error *err)
{
	static const char sql[] = "SELECT " FOLDER_COLUMNS " FROM folder WHERE folder_id=?1";
	*folder = (struct folder){0};
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(folder_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW)
		folder_read(stmt, folder);
	sqlite3_reset(stmt);
	if (row == STORE_END)
		return folder_get_named(cache, folder_id, folder, err);
	return row == STORE_ROW;
}

bool cache_folder_status(struct cache *cache, int64_t folder_id, const struct cache_status *status,
	struct error *err)
{
	static const char sql[] =
		"UPDATE folder SET server_total=CASE ?2 WHEN 4294967295 THEN server_total ELSE ?2 "
		"END,"
		" server_unseen=CASE ?3 WHEN 4294967295 THEN server_unseen ELSE ?3 END,"
		/* Renumbered: what is here is out of date, whatever the numbers are. */
		" server_uidnext=CASE WHEN uidvalidity<>0 AND ?6 NOT IN (uidvalidity,4294967295)"
		" THEN 4294967295 WHEN ?4=4294967295 THEN server_uidnext ELSE ?4 END,"
		" server_modseq=CASE ?5 WHEN -1 THEN server_modseq ELSE ?5 END,"
		" uidvalidity=CASE WHEN uidvalidity=0 AND ?6<>4294967295 THEN ?6 ELSE uidvalidity "
		"END"
		" WHERE folder_id=?1";
	struct cache_folder_state state;
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = cache_folder_load(cache, folder_id, &state, err) &&
		  store_run(cache, STORE_CACHE, sql,
			  STORE_INTS(folder_id, status->server_total, status->server_unseen,
				  status->server_uidnext, (int64_t)status->server_modseq,
				  status->uidvalidity),
			  err);
	return store_end(cache, STORE_CACHE, ok, err);
}

bool cache_folder_server(
	struct cache *cache, int64_t folder_id, struct cache_status *status, struct error *err)
{
	static const char sql[] = "SELECT server_total,server_unseen,server_uidnext,server_modseq,"
				  "uidvalidity FROM folder WHERE folder_id=?1";
	*status = (struct cache_status){0};
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(folder_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row != STORE_ROW)
		return row == STORE_END;
	status->server_total = (uint32_t)sqlite3_column_int64(stmt, 0);
	status->server_unseen = (uint32_t)sqlite3_column_int64(stmt, 1);
	status->server_uidnext = (uint32_t)sqlite3_column_int64(stmt, 2);
	status->server_modseq = (uint64_t)sqlite3_column_int64(stmt, 3);
	status->uidvalidity = (uint32_t)sqlite3_column_int64(stmt, 4);
	sqlite3_reset(stmt);
	return true;
}

bool cache_folder_show(struct cache *cache, int64_t folder_id, const char *name, char delimiter,
	bool is_shown, struct error *err)
{
	static const char sql[] = "UPDATE folder SET attributes=CASE ?2 WHEN 1 THEN"
				  " attributes&~?3 ELSE attributes|?3 END,"
				  " delimiter=CASE ?4 WHEN 0 THEN delimiter ELSE ?4 END,"
				  " name=coalesce(CAST(?5 AS TEXT),name) WHERE folder_id=?1";
	struct cache_folder_state state;
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_CACHE, err))
		return false;
	sqlite3_stmt *stmt = NULL;
	bool ok =
		cache_folder_load(cache, folder_id, &state, err) &&
		(stmt = store_query(cache, STORE_CACHE, sql,
			 STORE_INTS(folder_id, is_shown, FOLDER_VANISHED, delimiter), err)) != NULL;
	if (ok) {
		sqlite3_bind_null(stmt, 5);
		if (name != NULL)
			store_bind_blob(stmt, 5, str_from(name));
		ok = store_finish(cache, stmt, err);
	}
	return store_end(cache, STORE_CACHE, ok, err);
}

bool cache_folder_subscribed(struct cache *cache, int64_t folder_id, bool is_on, struct error *err)
{
	static const char sql[] = "UPDATE folder SET attributes=CASE ?2 WHEN 1 THEN attributes|?3"
				  " ELSE attributes&~?3 END WHERE folder_id=?1";
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = store_run(
		cache, STORE_CACHE, sql, STORE_INTS(folder_id, is_on, FOLDER_SUBSCRIBED), err);
	return store_end(cache, STORE_CACHE, ok, err);
}

/* One of the two files that know the name. */
static bool folder_rename_in(struct cache *cache, enum store_file file, const char *sql,
	int64_t account_id, const char *wire, const char *new_wire, struct str below,
	struct error *err)
{
	if (!store_begin(cache, file, err))
		return false;
	sqlite3_stmt *stmt = store_query(cache, file, sql, STORE_INTS(account_id), err);
	if (stmt != NULL) {
		store_bind_blob(stmt, 2, str_from(wire));
		store_bind_blob(stmt, 3, str_from(new_wire));
		store_bind_blob(stmt, 4, below);
	}
	bool ok = stmt != NULL && store_finish(cache, stmt, err);
	return store_end(cache, file, ok, err);
}

/* Names that are taken already stay: the list of the server tells which it is. */
#define FOLDER_RENAME                                                                              \
	"UPDATE OR IGNORE folder SET wire=CAST(?3 || substr(wire,length(?2)+1) AS BLOB)"           \
	" WHERE account_id=?1 AND (wire=?2 OR (length(?4)>0 AND substr(wire,1,length(?4))=?4))"

bool cache_folder_renamed(struct cache *cache, int64_t account_id, const char *wire,
	const char *new_wire, char delimiter, struct error *err)
{
	static const char local[] = FOLDER_RENAME;
	static const char shown[] = FOLDER_RENAME " ";
	struct buf below = {0};
	if (!store_is_owner(cache, err))
		return false;
	if (delimiter != '\0')
		buf_addf(&below, "%s%c", wire, delimiter);
	bool ok = folder_rename_in(cache, STORE_LOCAL, local, account_id, wire, new_wire,
			  buf_str(&below), err) &&
		  folder_rename_in(cache, STORE_CACHE, shown, account_id, wire, new_wire,
			  buf_str(&below), err);
	buf_done(&below);
	return ok;
}

bool cache_folder_shown(struct cache *cache, int64_t folder_id, struct error *err)
{
	static const char sql[] = "UPDATE folder SET shown=max(uidnext,?2), fresh=0"
				  " WHERE folder_id=?1 AND (shown<>max(uidnext,?2) OR fresh<>0)";
	int64_t top;
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = folder_top(cache, folder_id, &top, err) &&
		  store_run(cache, STORE_CACHE, sql, STORE_INTS(folder_id, top), err);
	return store_end(cache, STORE_CACHE, ok, err);
}

static bool server_text(struct cache *cache, int64_t account_id, const char *sql, struct str facts,
	struct error *err)
{
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(account_id), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 2, facts);
	return store_finish(cache, stmt, err);
}

bool cache_server_save(struct cache *cache, int64_t account_id, struct str facts, struct error *err)
{
	static const char sql[] = "INSERT INTO server(account_id,facts) VALUES(?1,CAST(?2 AS TEXT))"
				  " ON CONFLICT DO UPDATE SET facts=excluded.facts";
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = server_text(cache, account_id, sql, facts, err);
	return store_end(cache, STORE_CACHE, ok, err);
}

bool cache_server_load(
	struct cache *cache, int64_t account_id, struct buf *facts, struct error *err)
{
	static const char sql[] = "SELECT facts FROM server WHERE account_id=?1";
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(account_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW)
		buf_add(facts, store_text(stmt, 0));
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}
