/*
 * Blobs: bytes in local.db, in pieces of 256 kB. The first piece stands in the blob's own row, so
 * that a common message is one row; the others in blob_piece, under the blob's id and their number.
 * len is -1 until the blob is whole.
 */
#include "cache/cache_blobs.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"

enum {
	BLOB_PIECE = 256 * 1024,
	BLOB_PIECE_BITS = 20, /* of a piece's number in its id: blobs of up to 256 GB */
	BLOB_KEEP_S = 24 * 3600,
	IMPORT_HASH = 32,            /* hexadecimal digits that are kept of a hash */
	BLOB_HEADER_MAX = 64 * 1024, /* where a list's fields are looked for */
};

_Static_assert(DIGEST_HEX_SIZE == sizeof(((struct cache_blob_info *)0)->sha256), "one hash");

struct cache_blob {
	struct cache *cache; /* not owned */
	struct digest *digest;
	struct buf piece;
	int64_t blob_id; /* 0: nothing is written yet */
	int64_t pieces;
	int64_t len;
	int64_t bare; /* line ends without a CR */
	bool is_after_cr, has_nul;
};

static int64_t blob_piece_id(int64_t blob_id, int64_t number)
{
	return (int64_t)((uint64_t)blob_id << BLOB_PIECE_BITS) + number;
}

/* ---- In. ---- */

bool cache_blob_write_begin(struct cache *cache, bool *is_ours, struct error *err)
{
	*is_ours = !cache->is_writing[STORE_LOCAL];
	if (cache->mode == CACHE_READER)
		return store_is_owner(cache, err);
	return !*is_ours || store_begin(cache, STORE_LOCAL, err);
}

bool cache_blob_write_end(struct cache *cache, bool is_ours, bool ok, struct error *err)
{
	return is_ours ? store_end(cache, STORE_LOCAL, ok, err) : ok;
}

struct cache_blob *cache_blob_begin(struct cache *cache)
{
	struct cache_blob *blob = mem_new(sizeof(*blob));
	blob->cache = cache;
	blob->digest = digest_new();
	return blob;
}

static void blob_free(struct cache_blob *blob)
{
	digest_free(blob->digest);
	buf_done(&blob->piece);
	mem_free(blob);
}

static bool blob_write_row(struct cache_blob *blob, struct error *err)
{
	static const char sql[] =
		"INSERT INTO blob(len,made,sha256,data) VALUES(-1,?1,x'',?2) RETURNING blob_id";
	sqlite3_stmt *stmt =
		store_query(blob->cache, STORE_LOCAL, sql, STORE_INTS(clock_wall_seconds()), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 2, buf_str(&blob->piece));
	if (store_next(blob->cache, stmt, err) != STORE_ROW)
		return false;
	blob->blob_id = sqlite3_column_int64(stmt, 0);
	return store_next(blob->cache, stmt, err) == STORE_END;
}

static bool blob_write_piece(struct cache_blob *blob, struct error *err)
{
	static const char sql[] = "INSERT INTO blob_piece(piece_id,data) VALUES(?1,?2)";
	if (blob->pieces == 0)
		return blob_write_row(blob, err);
	sqlite3_stmt *stmt = store_query(blob->cache, STORE_LOCAL, sql,
		STORE_INTS(blob_piece_id(blob->blob_id, blob->pieces)), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 2, buf_str(&blob->piece));
	return store_finish(blob->cache, stmt, err);
}

static bool blob_flush(struct cache_blob *blob, struct error *err)
{
	bool is_ours;
	if (!cache_blob_write_begin(blob->cache, &is_ours, err))
		return false;
	bool ok = blob_write_piece(blob, err);
	if (!cache_blob_write_end(blob->cache, is_ours, ok, err))
		return false;
	blob->pieces++;
	buf_clear(&blob->piece);
	return true;
}

static void blob_look(struct cache_blob *blob, struct str bytes)
{
	const char *end = bytes.data + bytes.len;
	if (bytes.len == 0)
		return;
	for (const char *at = bytes.data; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
		blob->bare += at > bytes.data ? at[-1] != '\r' : !blob->is_after_cr;
	blob->is_after_cr = end[-1] == '\r';
	blob->has_nul = blob->has_nul || memchr(bytes.data, '\0', bytes.len) != NULL;
}

bool cache_blob_append(struct cache_blob *blob, struct str bytes, struct error *err)
{
	blob_look(blob, bytes);
	digest_add(blob->digest, bytes);
	blob->len += (int64_t)bytes.len;
	while (bytes.len > 0) {
		struct str part = str_first(bytes, BLOB_PIECE - blob->piece.len);
		buf_add(&blob->piece, part);
		bytes = str_skip(bytes, part.len);
		if (blob->piece.len == BLOB_PIECE && !blob_flush(blob, err))
			return false;
	}
	return true;
}

static bool blob_write_whole(struct cache_blob *blob, struct error *err)
{
	static const char sql[] =
		"UPDATE blob SET len=?2,wire_len=?3,has_nul=?4,sha256=?5 WHERE blob_id=?1";
	char hex[DIGEST_HEX_SIZE];
	if ((blob->piece.len > 0 || blob->pieces == 0) && !blob_write_piece(blob, err))
		return false;
	digest_finish(blob->digest, hex);
	sqlite3_stmt *stmt = store_query(blob->cache, STORE_LOCAL, sql,
		STORE_INTS(blob->blob_id, blob->len, blob->len + blob->bare, blob->has_nul), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 5, str_from(hex));
	return store_finish(blob->cache, stmt, err);
}

bool cache_blob_finish(struct cache_blob *blob, int64_t *blob_id, struct error *err)
{
	bool is_ours;
	bool ok = cache_blob_write_begin(blob->cache, &is_ours, err);
	if (ok) {
		ok = blob_write_whole(blob, err);
		ok = cache_blob_write_end(blob->cache, is_ours, ok, err);
	}
	if (ok) {
		*blob_id = blob->blob_id;
		blob_free(blob);
		return true;
	}
	if (blob->pieces == 0)
		blob->blob_id = 0; /* it was not written */
	cache_blob_cancel(blob);
	return false;
}

void cache_blob_cancel(struct cache_blob *blob)
{
	if (blob == NULL)
		return;
	if (blob->pieces > 0) /* else there is nothing; what stays is swept */
		cache_blob_forget(blob->cache, blob->blob_id, NULL);
	blob_free(blob);
}

bool cache_blob_add(struct cache *cache, struct str bytes, int64_t *blob_id, struct error *err)
{
	struct cache_blob *blob = cache_blob_begin(cache);
	if (cache_blob_append(blob, bytes, err))
		return cache_blob_finish(blob, blob_id, err);
	cache_blob_cancel(blob);
	return false;
}

/* ---- Out. ---- */

bool cache_blob_get(
	struct cache *cache, int64_t blob_id, struct cache_blob_info *info, struct error *err)
{
	static const char sql[] =
		"SELECT len,sha256,wire_len,has_nul FROM blob WHERE blob_id=?1 AND len>=0";
	*info = (struct cache_blob_info){0};
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_INTS(blob_id), err);
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_END)
		return error_set(err, ERROR_STORAGE, "the message's bytes are not there any more");
	if (row == STORE_BAD)
		return false;
	info->len = (uint64_t)sqlite3_column_int64(stmt, 0);
	int64_t wire = sqlite3_column_int64(stmt, 2);
	info->wire_len = wire >= 0 ? (uint64_t)wire : info->len;
	info->has_nul = sqlite3_column_int(stmt, 3) != 0;
	struct str hex = str_first(store_blob(stmt, 1), sizeof(info->sha256) - 1);
	memcpy(info->sha256, hex.data, hex.len);
	sqlite3_reset(stmt);
	return true;
}

/* A part of the one value that a statement gives; *size is how long the value is. */
static bool blob_read_value(struct cache *cache, sqlite3_stmt *stmt, uint64_t offset, size_t max,
	uint64_t *size, struct buf *out, struct error *err)
{
	*size = 0;
	if (stmt == NULL)
		return false;
	enum store_row row = store_next(cache, stmt, err);
	if (row != STORE_ROW)
		return row == STORE_END;
	struct str value = store_blob(stmt, 0);
	*size = value.len;
	if (offset < value.len)
		buf_add(out, str_first(str_skip(value, (size_t)offset), max));
	sqlite3_reset(stmt);
	return true;
}

bool cache_blob_read(struct cache *cache, int64_t blob_id, uint64_t offset, size_t max,
	struct buf *out, struct error *err)
{
	static const char first[] = "SELECT data FROM blob WHERE blob_id=?1 AND len>=0";
	static const char other[] = "SELECT data FROM blob_piece WHERE piece_id=?1";
	size_t end = out->len + max;
	uint64_t size = 0;
	/* A row from before there were pieces holds all, and there offset is never behind it. */
	if (!blob_read_value(cache,
		    store_query(cache, STORE_LOCAL, first, STORE_INTS(blob_id), err), offset, max,
		    &size, out, err))
		return false;
	uint64_t at = offset < size ? size : offset;
	if (size != BLOB_PIECE)
		return true;
	while (out->len < end) {
		uint64_t number = at / BLOB_PIECE, inside = at % BLOB_PIECE;
		sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, other,
			STORE_INTS(blob_piece_id(blob_id, (int64_t)number)), err);
		if (!blob_read_value(cache, stmt, inside, end - out->len, &size, out, err))
			return false;
		if (inside >= size)
			return true;
		at += size - inside;
	}
	return true;
}

/* ---- Away. ---- */

#define BLOB_IS_UNUSED                                                                             \
	" AND NOT EXISTS(SELECT 1 FROM local_mail AS u WHERE u.blob_id=blob.blob_id)"              \
	" AND NOT EXISTS(SELECT 1 FROM op AS u WHERE u.blob_id=blob.blob_id)"                      \
	" AND NOT EXISTS(SELECT 1 FROM op_item AS u WHERE u.blob_id=blob.blob_id)"                 \
	" AND NOT EXISTS(SELECT 1 FROM outbox AS u WHERE u.blob_id=blob.blob_id)"                  \
	" AND NOT EXISTS(SELECT 1 FROM draft_file AS u WHERE u.blob_id=blob.blob_id)"

bool cache_blob_drop(struct cache *cache, int64_t blob_id, struct error *err)
{
	static const char unused[] = "SELECT 1 FROM blob WHERE blob_id=?1" BLOB_IS_UNUSED;
	static const char pieces[] = "DELETE FROM blob_piece WHERE piece_id>=?1 AND piece_id<?2";
	static const char row[] = "DELETE FROM blob WHERE blob_id=?1";
	int64_t may = 0;
	if (!store_number(cache, STORE_LOCAL, unused, STORE_INTS(blob_id), &may, err))
		return false;
	return may == 0 ||
	       (store_run(cache, STORE_LOCAL, pieces,
			STORE_INTS(blob_piece_id(blob_id, 0), blob_piece_id(blob_id + 1, 0)),
			err) &&
		       store_run(cache, STORE_LOCAL, row, STORE_INTS(blob_id), err));
}

bool cache_blob_forget(struct cache *cache, int64_t blob_id, struct error *err)
{
	bool is_ours;
	if (!cache_blob_write_begin(cache, &is_ours, err))
		return false;
	return cache_blob_write_end(cache, is_ours, cache_blob_drop(cache, blob_id, err), err);
}

bool cache_blobs_sweep(struct cache *cache, int64_t now, struct error *err)
{
	static const char next[] = "SELECT blob_id FROM blob INDEXED BY blob_made"
				   " WHERE made>0 AND made<?1 ORDER BY made LIMIT 1";
	static const char used[] = "UPDATE blob SET made=0 WHERE blob_id=?1";
	for (;;) {
		int64_t blob_id = 0;
		bool is_ours;
		if (!store_number(
			    cache, STORE_LOCAL, next, STORE_INTS(now - BLOB_KEEP_S), &blob_id, err))
			return false;
		if (blob_id == 0)
			return true;
		if (!cache_blob_write_begin(cache, &is_ours, err))
			return false;
		bool ok = cache_blob_drop(cache, blob_id, err) &&
			  store_run(cache, STORE_LOCAL, used, STORE_INTS(blob_id), err);
		if (!cache_blob_write_end(cache, is_ours, ok, err))
			return false;
	}
}

bool cache_blob_used(struct cache *cache, int64_t blob_id, struct error *err)
{
	static const char sql[] = "UPDATE blob SET made=0 WHERE blob_id=?1 AND made>0";
	return store_run(cache, STORE_LOCAL, sql, STORE_INTS(blob_id), err);
}

/* ---- What it is. ---- */

bool cache_place_blob(struct cache *cache, int64_t place_id, int64_t *blob_id, struct error *err)
{
	static const char local[] = "SELECT blob_id FROM local_mail WHERE mail_id=?1";
	static const char coming[] =
		"SELECT i.blob_id FROM op_item AS i JOIN op AS o USING(op_id) WHERE i.temp=?1"
		" AND o.target_id=?2 AND i.blob_id IS NOT NULL";
	int64_t folder_id = place_folder(place_id);
	*blob_id = 0;
	if (place_is_temporary(place_id))
		return store_number(cache, STORE_LOCAL, coming,
			STORE_INTS(place_number(place_id) - PLACE_TEMPORARY, folder_id), blob_id,
			err);
	return store_number(cache, STORE_LOCAL, local,
		STORE_INTS(cache_local_mail_id(folder_id, place_uid(place_id))), blob_id, err);
}

bool cache_blob_header(struct cache *cache, int64_t account_id, int64_t blob_id,
	struct cache_header *row, struct error *err)
{
	struct cache_blob_info info;
	*row = (struct cache_header){.fields = CACHE_FIELDS_LIST};
	buf_clear(&cache->header);
	if (!cache_blob_get(cache, blob_id, &info, err) ||
		!cache_blob_read(cache, blob_id, 0, BLOB_HEADER_MAX, &cache->header, err))
		return false;
	row->from_name = row->from_addr = row->to_name = row->subject = STR("");
	row->message_id = row->references = STR("");
	if (cache->read_header != NULL)
		cache->read_header(cache->read_context, account_id, buf_str(&cache->header), row);
	row->size = info.len > UINT32_MAX ? UINT32_MAX : (uint32_t)info.len;
	return true;
}

/* ---- What was imported. ---- */

bool cache_import_meet(struct cache *cache, int64_t folder_id, const char *sha256, int64_t run,
	bool *is_new, struct error *err)
{
	static const char meet[] =
		"INSERT INTO import_mark(folder_id,run,hash,count,seen) VALUES(?1,?2,?3,0,1)"
		" ON CONFLICT DO UPDATE SET seen=CASE run WHEN ?2 THEN seen+1 ELSE 1 END,run=?2"
		" RETURNING seen>count";
	static const char take[] =
		"UPDATE import_mark SET count=seen WHERE folder_id=?1 AND hash=?2";
	struct str hash = str_first(str_from(sha256), IMPORT_HASH);
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, meet, STORE_INTS(folder_id, run), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 3, hash);
	if (store_next(cache, stmt, err) != STORE_ROW)
		return false;
	*is_new = sqlite3_column_int(stmt, 0) != 0;
	if (store_next(cache, stmt, err) != STORE_END)
		return false;
	if (!*is_new)
		return true;
	stmt = store_query(cache, STORE_LOCAL, take, STORE_INTS(folder_id), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 2, hash);
	return store_finish(cache, stmt, err);
}
