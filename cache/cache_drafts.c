/*
 * Drafts: what is being written, and what was postponed or dropped. The texts stand in the row, the
 * attached files in blobs. A draft that went into the outbox stays as CACHE_DRAFT_LEFT until the
 * message is out, so that it can come back as it was.
 */
#include "cache/cache.h"

#include <stddef.h>

#include "base/array.h"
#include "base/memory.h"
#include "cache/cache_blobs.h"
#include "cache/cache_drafts.h"
#include "cache/store.h"

enum { DRAFT_KEEP_S = 7 * 24 * 3600 };

/* The text columns, in the order of the statements below. */
static const size_t draft_texts[] = {
	offsetof(struct draft, identity),
	offsetof(struct draft, from),
	offsetof(struct draft, reply_to),
	offsetof(struct draft, to),
	offsetof(struct draft, cc),
	offsetof(struct draft, bcc),
	offsetof(struct draft, subject),
	offsetof(struct draft, fcc),
	offsetof(struct draft, extra),
	offsetof(struct draft, in_reply_to),
	offsetof(struct draft, references),
	offsetof(struct draft, body),
	offsetof(struct draft, came_to),
};

enum { DRAFT_TEXTS = sizeof(draft_texts) / sizeof(draft_texts[0]) };

static char **draft_text(struct draft *draft, int index)
{
	return (char **)((char *)draft + draft_texts[index]);
}

static bool draft_begin(struct cache *cache, struct error *err)
{
	if (cache->mode == CACHE_READER)
		return store_is_owner(cache, err);
	return store_begin(cache, STORE_LOCAL, err);
}

/* ---- In. ---- */

static bool draft_write(
	struct cache *cache, struct draft *draft, uint64_t revision, int64_t now, struct error *err)
{
	static const char sql[] =
		"INSERT INTO draft(draft_id,account_id,state,rev,verb,is_flowed,was_blind,send_at,"
		"updated,identity,sender,reply_to,recipients,cc,bcc,subject,fcc,extra,in_reply_to,"
		"refs,body,came_to) VALUES(?1,?2,0,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,"
		"?16,?17,?18,?19,?20,?21)"
		" ON CONFLICT(draft_id) DO UPDATE SET account_id=?2,state=0,rev=?3,verb=?4,"
		"is_flowed=?5,was_blind=?6,send_at=?7,updated=?8,identity=?9,sender=?10,"
		"reply_to=?11,recipients=?12,cc=?13,bcc=?14,subject=?15,fcc=?16,extra=?17,"
		"in_reply_to=?18,refs=?19,body=?20,came_to=?21";
	static const char last[] = "SELECT last_insert_rowid()";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql,
		STORE_INTS(draft->draft_id, draft->account_id, (int64_t)revision, draft->verb,
			draft->is_flowed, draft->was_blind, draft->send_at, now),
		err);
	if (stmt == NULL)
		return false;
	if (draft->draft_id == 0)
		sqlite3_bind_null(stmt, 1);
	for (int i = 0; i < DRAFT_TEXTS; i++)
		store_bind_text(stmt, 9 + i, str_from(*draft_text(draft, i)));
	if (!store_finish(cache, stmt, err))
		return false;
	return draft->draft_id != 0 ||
	       store_number(cache, STORE_LOCAL, last, STORE_NONE, &draft->draft_id, err);
}

/* An answered message is known by its place and by what it is, should the place get another. */
static bool draft_write_answers(struct cache *cache, const struct draft *draft, struct error *err)
{
	static const char known[] = "SELECT 1 FROM draft_answer WHERE draft_id=?1 AND place_id=?2";
	static const char sql[] =
		"INSERT INTO draft_answer(draft_id,place_id,ident) VALUES(?1,?2,?3)";
	for (size_t i = 0; i < draft->answer_count; i++) {
		struct cache_message m = {0};
		int64_t is_known = 0;
		bool is_found = false;
		if (!store_number(cache, STORE_LOCAL, known,
			    STORE_INTS(draft->draft_id, draft->answers[i]), &is_known, err))
			return false;
		if (is_known != 0)
			continue;
		if (!cache_message_get(cache, draft->answers[i], &m, &is_found, err))
			return false;
		sqlite3_stmt *stmt = NULL;
		if (is_found)
			stmt = store_query(cache, STORE_LOCAL, sql,
				STORE_INTS(draft->draft_id, draft->answers[i]), err);
		if (stmt != NULL)
			store_bind_blob(stmt, 3,
				str_make((const char *)m.ident.bytes, sizeof(m.ident.bytes)));
		bool ok = !is_found || (stmt != NULL && store_finish(cache, stmt, err));
		cache_message_done(&m);
		if (!ok)
			return false;
	}
	return true;
}

bool cache_draft_save(struct cache *cache, struct draft *draft, int64_t now, struct error *err)
{
	static const char sql[] = "SELECT state FROM draft WHERE draft_id=?1";
	static const char revision[] = "SELECT rev FROM draft WHERE draft_id=?1";
	int64_t state = CACHE_DRAFT_OPEN, rev = 0, draft_id = draft->draft_id;
	if (!draft_begin(cache, err))
		return false;
	bool ok = store_number(cache, STORE_LOCAL, sql, STORE_INTS(draft_id), &state, err) &&
		  store_number(cache, STORE_LOCAL, revision, STORE_INTS(draft_id), &rev, err);
	if (ok && state == CACHE_DRAFT_LEFT)
		ok = error_set(err, ERROR_INPUT, "this message was sent already");
	ok = ok && draft_write(cache, draft, (uint64_t)rev + 1, now, err) &&
	     draft_write_answers(cache, draft, err);
	ok = store_end(cache, STORE_LOCAL, ok, err);
	if (!ok) {
		draft->draft_id = draft_id;
		return false;
	}
	draft->revision = (uint64_t)rev + 1;
	draft->updated = now;
	return true;
}

/* ---- Files. ---- */

bool cache_draft_add_file(struct cache *cache, int64_t draft_id, struct draft_file *file,
	int64_t blob_id, struct error *err)
{
	static const char sql[] =
		"INSERT INTO draft_file(draft_id,blob_id,size,is_message,name,type,description)"
		" VALUES(?1,?2,?3,?4,?5,?6,?7)";
	static const char last[] = "SELECT last_insert_rowid()";
	if (!draft_begin(cache, err))
		return false;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql,
		STORE_INTS(draft_id, blob_id, (int64_t)file->size, file->is_message), err);
	if (stmt != NULL) {
		store_bind_text(stmt, 5, str_from(file->name));
		store_bind_text(stmt, 6, str_from(file->type));
		store_bind_text(stmt, 7, str_from(file->description));
	}
	bool ok = stmt != NULL && store_finish(cache, stmt, err) &&
		  store_number(cache, STORE_LOCAL, last, STORE_NONE, &file->file_id, err) &&
		  cache_blob_used(cache, blob_id, err);
	return store_end(cache, STORE_LOCAL, ok, err);
}

static bool draft_drop_file(struct cache *cache, int64_t file_id, struct error *err)
{
	static const char find[] = "SELECT blob_id FROM draft_file WHERE file_id=?1";
	static const char sql[] = "DELETE FROM draft_file WHERE file_id=?1";
	int64_t blob_id = 0;
	return store_number(cache, STORE_LOCAL, find, STORE_INTS(file_id), &blob_id, err) &&
	       store_run(cache, STORE_LOCAL, sql, STORE_INTS(file_id), err) &&
	       (blob_id == 0 || cache_blob_drop(cache, blob_id, err));
}

bool cache_draft_remove_file(
	struct cache *cache, int64_t draft_id, int64_t file_id, struct error *err)
{
	static const char sql[] = "SELECT 1 FROM draft_file WHERE file_id=?1 AND draft_id=?2";
	int64_t may = 0;
	if (!draft_begin(cache, err))
		return false;
	bool ok = store_number(cache, STORE_LOCAL, sql, STORE_INTS(file_id, draft_id), &may, err) &&
		  (may == 0 || draft_drop_file(cache, file_id, err));
	return store_end(cache, STORE_LOCAL, ok, err);
}

bool cache_draft_read_file(struct cache *cache, int64_t file_id, uint64_t offset, size_t max,
	struct buf *out, struct error *err)
{
	static const char sql[] = "SELECT blob_id FROM draft_file WHERE file_id=?1";
	int64_t blob_id = 0;
	if (!store_number(cache, STORE_LOCAL, sql, STORE_INTS(file_id), &blob_id, err))
		return false;
	if (blob_id == 0)
		return error_set(err, ERROR_STORAGE, "an attached file is not there any more");
	return cache_blob_read(cache, blob_id, offset, max, out, err);
}

/* ---- Out. ---- */

static bool draft_read_row(struct cache *cache, int64_t draft_id, struct draft *draft,
	bool *is_found, struct error *err)
{
	static const char sql[] =
		"SELECT account_id,rev,verb,is_flowed,was_blind,send_at,updated,identity,sender,"
		"reply_to,recipients,cc,bcc,subject,fcc,extra,in_reply_to,refs,body,came_to"
		" FROM draft WHERE draft_id=?1";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(draft_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	*is_found = row == STORE_ROW;
	if (row != STORE_ROW)
		return row == STORE_END;
	draft->draft_id = draft_id;
	draft->account_id = sqlite3_column_int64(stmt, 0);
	draft->revision = (uint64_t)sqlite3_column_int64(stmt, 1);
	int verb = sqlite3_column_int(stmt, 2);
	draft->verb = verb >= 0 && verb < DRAFT_VERB_COUNT ? (enum draft_verb)verb : DRAFT_NEW;
	draft->is_flowed = sqlite3_column_int(stmt, 3) != 0;
	draft->was_blind = sqlite3_column_int(stmt, 4) != 0;
	draft->send_at = sqlite3_column_int64(stmt, 5);
	draft->updated = sqlite3_column_int64(stmt, 6);
	for (int i = 0; i < DRAFT_TEXTS; i++)
		draft_set(draft_text(draft, i), store_text(stmt, 7 + i));
	sqlite3_reset(stmt);
	return true;
}

static bool draft_read_files(struct cache *cache, struct draft *draft, struct error *err)
{
	static const char sql[] = "SELECT file_id,size,is_message,name,type,description"
				  " FROM draft_file WHERE draft_id=?1 ORDER BY file_id";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(draft->draft_id), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		struct draft_file file = {
			.file_id = sqlite3_column_int64(stmt, 0),
			.size = (uint64_t)sqlite3_column_int64(stmt, 1),
			.is_message = sqlite3_column_int(stmt, 2) != 0,
			.name = store_text_copy(stmt, 3),
			.type = store_text_copy(stmt, 4),
			.description = store_text_copy(stmt, 5),
		};
		draft_add_file(draft, &file);
		mem_free(file.name);
		mem_free(file.type);
		mem_free(file.description);
	}
	return row == STORE_END;
}

static bool draft_read_answers(struct cache *cache, struct draft *draft, struct error *err)
{
	static const char sql[] = "SELECT place_id FROM draft_answer WHERE draft_id=?1";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(draft->draft_id), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		draft_add_answer(draft, sqlite3_column_int64(stmt, 0));
	return row == STORE_END;
}

bool cache_draft_load(struct cache *cache, int64_t draft_id, struct draft *draft, bool *is_found,
	struct error *err)
{
	return draft_read_row(cache, draft_id, draft, is_found, err) &&
	       (!*is_found || (draft_read_files(cache, draft, err) &&
				      draft_read_answers(cache, draft, err)));
}

bool cache_draft_answers(struct cache *cache, int64_t draft_id, struct action_item **items,
	int64_t **folders, size_t *count, struct error *err)
{
	static const char sql[] =
		"SELECT place_id,ident FROM draft_answer WHERE draft_id=?1 ORDER BY place_id";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(draft_id), err);
	enum store_row row = STORE_BAD;
	size_t cap = 0, folder_cap = 0;
	*items = NULL;
	*folders = NULL;
	*count = 0;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		int64_t place_id = sqlite3_column_int64(stmt, 0);
		struct str ident = store_blob(stmt, 1);
		*items = array_room(*items, *count, &cap, sizeof(**items));
		*folders = array_room(*folders, *count, &folder_cap, sizeof(**folders));
		struct action_item *item = &(*items)[*count];
		*item = (struct action_item){.uid = place_number(place_id)};
		if (ident.len == sizeof(item->ident.bytes))
			memcpy(item->ident.bytes, ident.data, ident.len);
		(*folders)[(*count)++] = place_folder(place_id);
	}
	return row == STORE_END;
}

bool cache_drafts_list(
	struct cache *cache, struct draft_row **rows, size_t *count, struct error *err)
{
	static const char sql[] =
		"SELECT draft_id,account_id,state,updated,server_folder,server_uid,recipients,"
		"subject FROM draft WHERE state<>3 ORDER BY updated DESC, draft_id DESC";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, err);
	enum store_row row = STORE_BAD;
	size_t cap = 0;
	_Static_assert(CACHE_DRAFT_LEFT == 3, "states are stored");
	*rows = NULL;
	*count = 0;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		int64_t folder_id = sqlite3_column_int64(stmt, 4);
		*rows = array_room(*rows, *count, &cap, sizeof(**rows));
		(*rows)[(*count)++] = (struct draft_row){
			.draft_id = sqlite3_column_int64(stmt, 0),
			.account_id = sqlite3_column_int64(stmt, 1),
			.is_open = sqlite3_column_int(stmt, 2) == CACHE_DRAFT_OPEN,
			.is_dropped = sqlite3_column_int(stmt, 2) == CACHE_DRAFT_DROPPED,
			.updated = sqlite3_column_int64(stmt, 3),
			.place_id = folder_id == 0
					    ? 0
					    : place_make(folder_id,
						      (uint32_t)sqlite3_column_int64(stmt, 5)),
			.to = store_text_copy(stmt, 6),
			.subject = store_text_copy(stmt, 7),
		};
	}
	if (row == STORE_END)
		return true;
	for (size_t i = 0; i < *count; i++)
		draft_row_done(&(*rows)[i]);
	mem_free(*rows);
	*rows = NULL;
	*count = 0;
	return false;
}

bool cache_drafts_unsaved(
	struct cache *cache, int64_t *draft_ids, size_t max, size_t *count, struct error *err)
{
	static const char sql[] = "SELECT draft_id FROM draft WHERE state IN (0,1) AND"
				  " rev>server_rev ORDER BY updated LIMIT ?1";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS((int64_t)max), err);
	enum store_row row = STORE_BAD;
	*count = 0;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW && *count < max)
		draft_ids[(*count)++] = sqlite3_column_int64(stmt, 0);
	return row == STORE_END;
}

/* ---- On. ---- */

bool cache_draft_mark(struct cache *cache, int64_t draft_id, enum cache_draft_state state,
	int64_t now, struct error *err)
{
	static const char sql[] = "UPDATE draft SET state=?2,updated=?3 WHERE draft_id=?1";
	if (!draft_begin(cache, err))
		return false;
	return store_end(cache, STORE_LOCAL,
		store_run(cache, STORE_LOCAL, sql, STORE_INTS(draft_id, state, now), err), err);
}

bool cache_draft_state(struct cache *cache, int64_t draft_id, enum cache_draft_state *state,
	bool *is_found, struct error *err)
{
	static const char sql[] = "SELECT state FROM draft WHERE draft_id=?1";
	int64_t value = -1;
	if (!store_number(cache, STORE_LOCAL, sql, STORE_INTS(draft_id), &value, err))
		return false;
	*is_found = value >= 0;
	*state = *is_found ? (enum cache_draft_state)value : CACHE_DRAFT_CLOSED;
	return true;
}

bool cache_draft_server(
	struct cache *cache, int64_t draft_id, struct cache_draft_copy *copy, struct error *err)
{
	static const char sql[] = "SELECT server_folder,server_uidvalidity,server_uid,server_rev,"
				  "server_op FROM draft WHERE draft_id=?1";
	*copy = (struct cache_draft_copy){0};
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(draft_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW) {
		copy->folder_id = sqlite3_column_int64(stmt, 0);
		copy->uidvalidity = (uint32_t)sqlite3_column_int64(stmt, 1);
		copy->uid = (uint32_t)sqlite3_column_int64(stmt, 2);
		copy->revision = (uint64_t)sqlite3_column_int64(stmt, 3);
		copy->action_id = sqlite3_column_int64(stmt, 4);
	}
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

bool cache_draft_set_server(struct cache *cache, int64_t draft_id,
	const struct cache_draft_copy *copy, struct error *err)
{
	static const char sql[] = "UPDATE draft SET server_folder=?2,server_uidvalidity=?3,"
				  "server_uid=?4,server_rev=?5,server_op=?6 WHERE draft_id=?1";
	if (!draft_begin(cache, err))
		return false;
	return store_end(cache, STORE_LOCAL,
		store_run(cache, STORE_LOCAL, sql,
			STORE_INTS(draft_id, copy->folder_id, copy->uidvalidity, copy->uid,
				(int64_t)copy->revision, copy->action_id),
			err),
		err);
}

bool cache_draft_drop(struct cache *cache, int64_t draft_id, struct error *err)
{
	static const char files[] = "SELECT file_id FROM draft_file WHERE draft_id=?1 LIMIT 1";
	static const char sql[] = "DELETE FROM draft WHERE draft_id=?1";
	for (;;) {
		int64_t file_id = 0;
		if (!store_number(cache, STORE_LOCAL, files, STORE_INTS(draft_id), &file_id, err))
			return false;
		if (file_id == 0)
			return store_run(cache, STORE_LOCAL, sql, STORE_INTS(draft_id), err);
		if (!draft_drop_file(cache, file_id, err))
			return false;
	}
}

bool cache_draft_forget(struct cache *cache, int64_t draft_id, struct error *err)
{
	if (!draft_begin(cache, err))
		return false;
	return store_end(cache, STORE_LOCAL, cache_draft_drop(cache, draft_id, err), err);
}

bool cache_drafts_recover(struct cache *cache, int64_t now, struct error *err)
{
	static const char open[] = "SELECT count(*) FROM draft WHERE state=0";
	static const char close[] = "UPDATE draft SET state=1 WHERE state=0";
	static const char old[] = "SELECT draft_id FROM draft WHERE state=2 AND updated<?1 LIMIT 1";
	int64_t count = 0;
	_Static_assert(CACHE_DRAFT_OPEN == 0 && CACHE_DRAFT_CLOSED == 1 && CACHE_DRAFT_DROPPED == 2,
		"states are stored");
	if (!store_number(cache, STORE_LOCAL, open, STORE_NONE, &count, err))
		return false;
	if (count > 0 &&
		!(draft_begin(cache, err) &&
			store_end(cache, STORE_LOCAL,
				store_run(cache, STORE_LOCAL, close, STORE_NONE, err), err)))
		return false;
	for (;;) {
		int64_t draft_id = 0;
		if (!store_number(cache, STORE_LOCAL, old, STORE_INTS(now - DRAFT_KEEP_S),
			    &draft_id, err))
			return false;
		if (draft_id == 0)
			return true;
		if (!cache_draft_forget(cache, draft_id, err))
			return false;
	}
}
