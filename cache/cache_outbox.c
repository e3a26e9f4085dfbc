/* The outbox: what is to be sent, and how far it has come. local.db is synchronous FULL, so every
 * transition is on the disk when the call returns. */
#include "cache/cache.h"

#include "base/array.h"
#include "cache/cache_blobs.h"
#include "cache/cache_drafts.h"
#include "cache/store.h"

enum { OUTBOX_KEEP_S = 7 * 24 * 3600 };

/* ---- In. ---- */

static bool outbox_find_id(
	struct cache *cache, const char *message_id, int64_t *id, int64_t *state, struct error *err)
{
	static const char sql[] = "SELECT outbox_id, state FROM outbox WHERE message_id=?1";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, err);
	if (stmt == NULL)
		return false;
	store_bind_text(stmt, 1, str_from(message_id));
	enum store_row row = store_next(cache, stmt, err);
	*id = row == STORE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	*state = row == STORE_ROW ? sqlite3_column_int64(stmt, 1) : 0;
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

static bool outbox_delete(struct cache *cache, int64_t id, struct error *err)
{
	static const char row[] = "DELETE FROM outbox WHERE outbox_id=?1";
	static const char sql[] = "SELECT blob_id FROM outbox WHERE outbox_id=?1";
	int64_t blob_id = 0;
	return store_number(cache, STORE_LOCAL, sql, STORE_INTS(id), &blob_id, err) &&
	       store_run(cache, STORE_LOCAL, row, STORE_INTS(id), err) &&
	       cache_blob_drop(cache, blob_id, err);
}

/* A message is never in the outbox twice. One that failed makes room for its successor. */
static bool outbox_make_room(struct cache *cache, const struct outgoing *o, struct error *err)
{
	int64_t id, state;
	if (!outbox_find_id(cache, o->message_id, &id, &state, err))
		return false;
	if (id == 0)
		return true;
	if (state == OUTGOING_FAILED)
		return outbox_delete(cache, id, err);
	return error_set(err, ERROR_INPUT,
		"a message with this Message-ID is in the outbox already, as number %lld (%s)",
		(long long)id, outgoing_state_name((enum outgoing_state)state));
}

static bool outbox_add_row(
	struct cache *cache, struct outgoing *o, int64_t blob_id, struct error *err)
{
	static const char sql[] =
		"INSERT INTO outbox(account_id,blob_id,state,not_before,updated,draft_id,options,"
		"copy_id,message_id,env_from) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)";
	static const char last[] = "SELECT last_insert_rowid()";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql,
		STORE_INTS(o->account_id, blob_id, o->state, o->not_before, o->updated, o->draft_id,
			o->options, o->copy_folder_id),
		err);
	if (stmt == NULL)
		return false;
	store_bind_text(stmt, 9, str_from(o->message_id));
	store_bind_text(stmt, 10, str_from(o->from));
	return store_finish(cache, stmt, err) &&
	       store_number(cache, STORE_LOCAL, last, STORE_NONE, &o->outgoing_id, err);
}

static void bind_text_or_null(sqlite3_stmt *stmt, int index, const char *text)
{
	if (text != NULL)
		store_bind_text(stmt, index, str_from(text));
	else
		sqlite3_bind_null(stmt, index);
}

static bool outbox_write_recipients(
	struct cache *cache, const struct outgoing *o, struct error *err)
{
	static const char sql[] =
		"INSERT OR REPLACE INTO rcpt(outbox_id,code,address,enhanced,words)"
		" VALUES(?1,?2,?3,?4,?5)";
	for (size_t i = 0; i < o->recipient_count; i++) {
		const struct outgoing_recipient *r = &o->recipients[i];
		sqlite3_stmt *stmt = store_query(
			cache, STORE_LOCAL, sql, STORE_INTS(o->outgoing_id, r->code), err);
		if (stmt == NULL)
			return false;
		store_bind_text(stmt, 3, str_from(r->address));
		bind_text_or_null(stmt, 4, r->enhanced);
		bind_text_or_null(stmt, 5, r->words);
		if (!store_finish(cache, stmt, err))
			return false;
	}
	return true;
}

/* Already in a transaction. */
static bool outbox_insert(
	struct cache *cache, struct outgoing *outgoing, int64_t blob_id, struct error *err)
{
	static const char left[] = "UPDATE draft SET state=3,updated=?2 WHERE draft_id=?1";
	bool ok = outbox_make_room(cache, outgoing, err) &&
		  outbox_add_row(cache, outgoing, blob_id, err) &&
		  outbox_write_recipients(cache, outgoing, err) &&
		  cache_blob_used(cache, blob_id, err) &&
		  (outgoing->draft_id == 0 ||
			  store_run(cache, STORE_LOCAL, left,
				  STORE_INTS(outgoing->draft_id, outgoing->updated), err));
	outgoing->blob_id = ok ? blob_id : 0;
	return ok;
}

bool cache_outbox_add_blob(
	struct cache *cache, struct outgoing *outgoing, int64_t blob_id, struct error *err)
{
	if (cache->mode == CACHE_READER)
		return store_is_owner(cache, err);
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok = store_end(cache, STORE_LOCAL, outbox_insert(cache, outgoing, blob_id, err), err);
	if (!ok)
		outgoing->outgoing_id = 0;
	return ok;
}

bool cache_outbox_add(
	struct cache *cache, struct outgoing *outgoing, struct str message, struct error *err)
{
	int64_t blob_id = 0;
	if (cache->mode == CACHE_READER)
		return store_is_owner(cache, err);
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok = cache_blob_add(cache, message, &blob_id, err) &&
		  outbox_insert(cache, outgoing, blob_id, err);
	ok = store_end(cache, STORE_LOCAL, ok, err);
	if (!ok)
		outgoing->outgoing_id = 0;
	return ok;
}

/* ---- Out. ---- */

#define OUTBOX_COLUMNS                                                                             \
	"SELECT outbox_id,account_id,state,not_before,tries,updated,message_id,env_from,"          \
	"final_reply,(SELECT len FROM blob WHERE blob.blob_id=outbox.blob_id),blob_id,draft_id,"   \
	"options,copy_id FROM outbox "

static void outbox_read(sqlite3_stmt *stmt, struct outgoing *o)
{
	*o = (struct outgoing){
		.outgoing_id = sqlite3_column_int64(stmt, 0),
		.account_id = sqlite3_column_int64(stmt, 1),
		.state = (enum outgoing_state)sqlite3_column_int(stmt, 2),
		.not_before = sqlite3_column_int64(stmt, 3),
		.tries = (unsigned)sqlite3_column_int(stmt, 4),
		.updated = sqlite3_column_int64(stmt, 5),
		.message_id = store_text_copy(stmt, 6),
		.from = store_text_copy(stmt, 7),
		.words = sqlite3_column_type(stmt, 8) == SQLITE_NULL ? NULL
								     : store_text_copy(stmt, 8),
		.size = (uint64_t)sqlite3_column_int64(stmt, 9),
		.blob_id = sqlite3_column_int64(stmt, 10),
		.draft_id = sqlite3_column_int64(stmt, 11),
		.options = (unsigned)sqlite3_column_int64(stmt, 12),
		.copy_folder_id = sqlite3_column_int64(stmt, 13),
	};
}

static bool outbox_read_recipients(struct cache *cache, struct outgoing *o, struct error *err)
{
	static const char sql[] =
		"SELECT address,code,enhanced,words FROM rcpt WHERE outbox_id=?1 ORDER BY address";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(o->outgoing_id), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		o->recipients = array_room(o->recipients, o->recipient_count, &o->recipient_cap,
			sizeof(*o->recipients));
		struct outgoing_recipient *r = &o->recipients[o->recipient_count++];
		*r = (struct outgoing_recipient){
			.address = store_text_copy(stmt, 0),
			.code = (unsigned)sqlite3_column_int(stmt, 1),
		};
		if (sqlite3_column_type(stmt, 2) != SQLITE_NULL)
			r->enhanced = store_text_copy(stmt, 2);
		if (sqlite3_column_type(stmt, 3) != SQLITE_NULL)
			r->words = store_text_copy(stmt, 3);
	}
	return row == STORE_END;
}

static void outbox_free(struct outgoing *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		outgoing_done(&items[i]);
	mem_free(items);
}

bool cache_outbox_list(
	struct cache *cache, struct outgoing **items, size_t *count, struct error *err)
{
	static const char sql[] = OUTBOX_COLUMNS "ORDER BY outbox_id";
	size_t cap = 0;
	enum store_row row = STORE_BAD;
	*items = NULL;
	*count = 0;
	if (!store_read_begin(cache, STORE_LOCAL, err))
		return false;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, err);
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		*items = array_room(*items, *count, &cap, sizeof(**items));
		outbox_read(stmt, &(*items)[(*count)++]);
	}
	bool ok = row == STORE_END;
	for (size_t i = 0; ok && i < *count; i++)
		ok = outbox_read_recipients(cache, &(*items)[i], err);
	store_read_end(cache, STORE_LOCAL);
	if (ok)
		return true;
	outbox_free(*items, *count);
	*items = NULL;
	*count = 0;
	return false;
}

/* The first row of a statement, whole. */
static bool outbox_one(struct cache *cache, sqlite3_stmt *stmt, struct outgoing *item,
	bool *is_found, struct error *err)
{
	*is_found = false;
	*item = (struct outgoing){0};
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW) {
		outbox_read(stmt, item);
		sqlite3_reset(stmt);
		*is_found = outbox_read_recipients(cache, item, err);
		if (!*is_found)
			outgoing_done(item);
		return *is_found;
	}
	return row == STORE_END;
}

bool cache_outbox_get(struct cache *cache, int64_t outgoing_id, struct outgoing *item,
	bool *is_found, struct error *err)
{
	static const char sql[] = OUTBOX_COLUMNS "WHERE outbox_id=?1";
	return outbox_one(cache, store_query(cache, STORE_LOCAL, sql, STORE_INTS(outgoing_id), err),
		item, is_found, err);
}

bool cache_outbox_due(struct cache *cache, int64_t account_id, enum outgoing_state state,
	int64_t now, struct outgoing *item, bool *is_found, int64_t *next, struct error *err)
{
	static const char sql[] = OUTBOX_COLUMNS
		"WHERE account_id=?1 AND state=?2 AND not_before<=?3 ORDER BY outbox_id LIMIT 1";
	static const char later[] =
		"SELECT min(not_before) FROM outbox WHERE account_id=?1 AND state=?2";
	int64_t first = INT64_MAX;
	if (!outbox_one(cache,
		    store_query(cache, STORE_LOCAL, sql, STORE_INTS(account_id, state, now), err),
		    item, is_found, err))
		return false;
	if (*is_found)
		return true;
	if (!store_number(cache, STORE_LOCAL, later, STORE_INTS(account_id, state), &first, err))
		return false;
	if (first < *next)
		*next = first;
	return true;
}

bool cache_outbox_read(struct cache *cache, const struct outgoing *outgoing, uint64_t offset,
	size_t max, struct buf *message, struct error *err)
{
	size_t before = message->len;
	if (!cache_blob_read(cache, outgoing->blob_id, offset, max, message, err))
		return false;
	return message->len > before || offset >= outgoing->size ||
	       error_set(err, ERROR_STORAGE, "the message is not in the outbox any more");
}

/* ---- On. ---- */

static bool outbox_update(struct cache *cache, const struct outgoing *item,
	enum outgoing_state from, int64_t now, bool *is_moved, struct error *err)
{
	static const char sql[] =
		"UPDATE outbox SET state=?3, not_before=?4, tries=?5, updated=?6, options=?7,"
		" final_reply=?8 WHERE outbox_id=?1 AND state=?2";
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql,
		STORE_INTS(item->outgoing_id, from, item->state, item->not_before, item->tries, now,
			item->options),
		err);
	if (stmt == NULL)
		return false;
	bind_text_or_null(stmt, 8, item->words);
	if (!store_finish(cache, stmt, err))
		return false;
	*is_moved = sqlite3_changes(cache->files[STORE_LOCAL].db) > 0;
	return true;
}

bool cache_outbox_move(struct cache *cache, const struct outgoing *item, enum outgoing_state from,
	int64_t now, bool *is_moved, struct error *err)
{
	*is_moved = false;
	if (cache->mode == CACHE_READER)
		return store_is_owner(cache, err);
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok = outbox_update(cache, item, from, now, is_moved, err) &&
		  (!*is_moved || outbox_write_recipients(cache, item, err));
	ok = store_end(cache, STORE_LOCAL, ok, err);
	*is_moved = ok && *is_moved;
	return ok;
}

bool cache_outbox_recover(struct cache *cache, int64_t now, struct error *err)
{
	static const char any[] = "SELECT count(*) FROM outbox WHERE state IN (2,3)";
	static const char sql[] =
		"UPDATE outbox SET updated=?1, state=CASE state WHEN 2 THEN 1 ELSE 7 END,"
		" final_reply=CASE state WHEN 2 THEN final_reply ELSE"
		" 'the program ended before the server had answered' END WHERE state IN (2,3)";
	int64_t count = 0;
	_Static_assert(OUTGOING_QUEUED == 1 && OUTGOING_TRYING == 2 && OUTGOING_COMMITTING == 3 &&
			       OUTGOING_UNKNOWN == 7,
		"states are stored");
	if (!store_is_owner(cache, err) ||
		!store_number(cache, STORE_LOCAL, any, STORE_NONE, &count, err))
		return false;
	if (count == 0)
		return true;
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	return store_end(
		cache, STORE_LOCAL, store_run(cache, STORE_LOCAL, sql, STORE_INTS(now), err), err);
}

bool cache_outbox_find_copy(struct cache *cache, int64_t folder_id, const char *message_id,
	bool *is_found, struct error *err)
{
	static const char sql[] =
		"SELECT 1 FROM (SELECT header_id FROM place WHERE place_id BETWEEN ?1 AND ?2"
		" ORDER BY place_id DESC LIMIT 1000) WHERE header_id=?3";
	int64_t first = place_make(folder_id, 0), last = place_make(folder_id, UINT32_MAX);
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(first, last), err);
	if (stmt == NULL)
		return false;
	store_bind_text(stmt, 3, str_from(message_id));
	enum store_row row = store_next(cache, stmt, err);
	*is_found = row == STORE_ROW;
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

/* The draft comes back, but for one that is out. */
static bool outbox_give_back(struct cache *cache, int64_t outgoing_id, struct error *err)
{
	static const char sql[] = "SELECT draft_id FROM outbox WHERE outbox_id=?1";
	static const char done[] = "SELECT 1 FROM outbox WHERE outbox_id=?1 AND state=6";
	static const char back[] = "UPDATE draft SET state=1 WHERE draft_id=?1 AND state=3";
	int64_t draft_id = 0, is_done = 0;
	if (!store_number(cache, STORE_LOCAL, sql, STORE_INTS(outgoing_id), &draft_id, err) ||
		!store_number(cache, STORE_LOCAL, done, STORE_INTS(outgoing_id), &is_done, err))
		return false;
	if (draft_id == 0)
		return true;
	return is_done != 0 ? cache_draft_drop(cache, draft_id, err)
			    : store_run(cache, STORE_LOCAL, back, STORE_INTS(draft_id), err);
}

bool cache_outbox_forget(struct cache *cache, int64_t outgoing_id, bool *is_gone, struct error *err)
{
	static const char sql[] =
		"SELECT 1 FROM outbox WHERE outbox_id=?1 AND state IN (0,1,6,7,8)";
	int64_t may = 0;
	*is_gone = false;
	if (cache->mode == CACHE_READER)
		return store_is_owner(cache, err);
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok = store_number(cache, STORE_LOCAL, sql, STORE_INTS(outgoing_id), &may, err) &&
		  (may == 0 || (outbox_give_back(cache, outgoing_id, err) &&
				       outbox_delete(cache, outgoing_id, err)));
	ok = store_end(cache, STORE_LOCAL, ok, err);
	*is_gone = ok && may != 0;
	return ok;
}

bool cache_outbox_settle_draft(
	struct cache *cache, int64_t outgoing_id, const char *refused, struct error *err)
{
	static const char find[] = "SELECT draft_id FROM outbox WHERE outbox_id=?1";
	static const char loose[] = "UPDATE outbox SET draft_id=0 WHERE outbox_id=?1";
	static const char keep[] = "UPDATE draft SET state=1,recipients=?2,cc='',bcc='',rev=rev+1"
				   " WHERE draft_id=?1";
	int64_t draft_id = 0;
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_LOCAL, err))
		return false;
	bool ok = store_number(cache, STORE_LOCAL, find, STORE_INTS(outgoing_id), &draft_id, err) &&
		  store_run(cache, STORE_LOCAL, loose, STORE_INTS(outgoing_id), err);
	if (ok && draft_id != 0 && refused[0] != '\0') {
		sqlite3_stmt *stmt =
			store_query(cache, STORE_LOCAL, keep, STORE_INTS(draft_id), err);
		if (stmt != NULL)
			store_bind_text(stmt, 2, str_from(refused));
		ok = stmt != NULL && store_finish(cache, stmt, err);
	} else if (ok && draft_id != 0) {
		ok = cache_draft_drop(cache, draft_id, err);
	}
	return store_end(cache, STORE_LOCAL, ok, err);
}

bool cache_outbox_sweep(struct cache *cache, int64_t now, struct error *err)
{
	static const char sql[] =
		"SELECT outbox_id FROM outbox WHERE state=6 AND updated<?1 LIMIT 1";
	for (;;) {
		int64_t id = 0;
		bool is_gone;
		if (!store_number(
			    cache, STORE_LOCAL, sql, STORE_INTS(now - OUTBOX_KEEP_S), &id, err))
			return false;
		if (id == 0)
			return true;
		if (!cache_outbox_forget(cache, id, &is_gone, err))
			return false;
	}
}
