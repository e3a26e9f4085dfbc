/*
 * Bodies. The bytes of a section are kept in chunks of 256 kB, compressed when a chunk is full or
 * the section is whole; what comes before that stands in pieces as it came, none across a chunk's
 * end. A chunk's id is its section and the offset of its first byte.
 */
#include "cache/cache_bodies.h"

#include <zstd.h>

#include "base/memory.h"
#include "model/message.h"

enum { BODY_CHUNK = 256 * 1024, BODY_LEVEL = 3, BODY_OFFSET_BITS = 36 };
enum { CODING_RAW, CODING_ZSTD };

struct body_section {
	int64_t section_id, have, packed;
	bool is_whole;
};

static int64_t body_chunk_id(const struct body_section *s, int64_t offset)
{
	return (int64_t)((uint64_t)s->section_id << BODY_OFFSET_BITS) + offset;
}

static bool body_section_get(struct cache *cache, int64_t message_id, struct str name,
	struct body_section *s, struct error *err)
{
	static const char sql[] = "SELECT section_id,have,packed,is_whole FROM section"
				  " WHERE message_id=?1 AND name=?2";
	*s = (struct body_section){0};
	sqlite3_stmt *stmt = store_query(cache, STORE_BODY, sql, STORE_INTS(message_id), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 2, name);
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW) {
		s->section_id = sqlite3_column_int64(stmt, 0);
		s->have = sqlite3_column_int64(stmt, 1);
		s->packed = sqlite3_column_int64(stmt, 2);
		s->is_whole = sqlite3_column_int(stmt, 3) != 0;
	}
	sqlite3_reset(stmt);
	return row != STORE_BAD;
}

static bool body_section_make(struct cache *cache, int64_t message_id, struct str name,
	struct body_section *s, struct error *err)
{
	static const char sql[] = "INSERT INTO section(message_id,name) VALUES(?1,?2)";
	if (s->section_id != 0)
		return true;
	sqlite3_stmt *stmt = store_query(cache, STORE_BODY, sql, STORE_INTS(message_id), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 2, name);
	if (!store_finish(cache, stmt, err))
		return false;
	s->section_id = sqlite3_last_insert_rowid(cache->files[STORE_BODY].db);
	return true;
}

static bool body_section_set(struct cache *cache, const struct body_section *s, struct error *err)
{
	static const char sql[] =
		"UPDATE section SET have=?2,packed=?3,is_whole=?4 WHERE section_id=?1";
	return store_run(cache, STORE_BODY, sql,
		STORE_INTS(s->section_id, s->have, s->packed, s->is_whole), err);
}

static bool body_chunk_write(struct cache *cache, const struct body_section *s, int64_t offset,
	size_t size, int coding, struct str data, struct error *err)
{
	static const char sql[] =
		"INSERT INTO chunk(chunk_id,size,coding,data) VALUES(?1,?2,?3,?4)";
	sqlite3_stmt *stmt = store_query(cache, STORE_BODY, sql,
		STORE_INTS(body_chunk_id(s, offset), (int64_t)size, coding), err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 4, data);
	return store_finish(cache, stmt, err);
}

/* What does not become smaller stays as it is. */
static bool body_chunk_pack(struct cache *cache, const struct body_section *s, int64_t offset,
	struct str bytes, struct error *err)
{
	size_t room = ZSTD_compressBound(bytes.len);
	char *packed = mem_new_array(room, 1);
	size_t len = ZSTD_compress(packed, room, bytes.data, bytes.len, BODY_LEVEL);
	bool is_smaller = !ZSTD_isError(len) && len < bytes.len;
	bool ok = is_smaller
			  ? body_chunk_write(cache, s, offset, bytes.len, CODING_ZSTD,
				    str_make(packed, len), err)
			  : body_chunk_write(cache, s, offset, bytes.len, CODING_RAW, bytes, err);
	mem_free(packed);
	return ok;
}

static bool body_pieces_read(struct cache *cache, const struct body_section *s, int64_t first,
	int64_t last, struct buf *out, struct error *err)
{
	static const char sql[] = "SELECT data FROM chunk WHERE chunk_id>=?1 AND chunk_id<?2"
				  " ORDER BY chunk_id";
	sqlite3_stmt *stmt = store_query(cache, STORE_BODY, sql,
		STORE_INTS(body_chunk_id(s, first), body_chunk_id(s, last)), err);
	enum store_row row = STORE_BAD;
	while (stmt != NULL && (row = store_next(cache, stmt, err)) == STORE_ROW)
		buf_add(out, store_blob(stmt, 0));
	return row == STORE_END;
}

/* Makes one chunk of the pieces from s->packed up to `last`. */
static bool body_pieces_pack(
	struct cache *cache, struct body_section *s, int64_t last, struct error *err)
{
	static const char drop[] = "DELETE FROM chunk WHERE chunk_id>=?1 AND chunk_id<?2";
	struct buf bytes = {0};
	bool ok = body_pieces_read(cache, s, s->packed, last, &bytes, err) &&
		  store_run(cache, STORE_BODY, drop,
			  STORE_INTS(body_chunk_id(s, s->packed), body_chunk_id(s, last)), err) &&
		  body_chunk_pack(cache, s, s->packed, buf_str(&bytes), err);
	buf_done(&bytes);
	s->packed = last;
	return ok;
}

/* One piece, which does not reach over the end of a chunk. */
static bool body_piece_add(struct cache *cache, struct body_section *s, struct str piece,
	bool is_last, struct error *err)
{
	int64_t start = s->have;
	int64_t end = start + (int64_t)piece.len;
	bool is_full = end % BODY_CHUNK == 0 || is_last;
	s->have = end;
	if (is_full && start == s->packed) {
		s->packed = end;
		return body_chunk_pack(cache, s, start, piece, err);
	}
	if (!body_chunk_write(cache, s, start, piece.len, CODING_RAW, piece, err))
		return false;
	return !is_full || body_pieces_pack(cache, s, end, err);
}

static bool body_pieces_add(struct cache *cache, struct body_section *s, struct str bytes,
	bool is_last, struct error *err)
{
	while (bytes.len > 0) {
		size_t room = (size_t)(BODY_CHUNK - s->have % BODY_CHUNK);
		struct str piece = str_first(bytes, room);
		bytes = str_skip(bytes, room);
		if (!body_piece_add(cache, s, piece, is_last && bytes.len == 0, err))
			return false;
	}
	if (is_last && s->packed < s->have && !body_pieces_pack(cache, s, s->have, err))
		return false;
	s->is_whole = is_last;
	return body_section_set(cache, s, err);
}

/* The same content may stand in several folders. */
static bool body_hint(struct cache *cache, int64_t message_id, bool is_here, struct error *err)
{
	static const char set[] = "UPDATE place SET hints=hints|32 WHERE place_id IN"
				  " (SELECT place_id FROM message WHERE message_id=?1)";
	static const char clear[] = "UPDATE place SET hints=hints&~32 WHERE place_id IN"
				    " (SELECT place_id FROM message WHERE message_id=?1)";
	_Static_assert(HINT_BODY == 32, "the texts above name the bit");
	if (!store_begin(cache, STORE_CACHE, err))
		return false;
	bool ok = store_run(cache, STORE_CACHE, is_here ? set : clear, STORE_INTS(message_id), err);
	return store_end(cache, STORE_CACHE, ok, err);
}

bool cache_body_is_readable(
	struct cache *cache, int64_t message_id, bool *is_readable, struct error *err)
{
	/* The whole; or the tree of a large one and some part of it. */
	static const char sql[] =
		"SELECT 1 FROM section AS s WHERE s.message_id=?1 AND s.is_whole=1"
		" AND (s.name=x'' OR (s.name<>CAST('HEADER' AS BLOB)"
		" AND CAST(s.name AS TEXT) NOT LIKE '%.MIME' AND EXISTS(SELECT 1 FROM structure AS "
		"t"
		" WHERE t.message_id=s.message_id))) LIMIT 1";
	int64_t hit = 0;
	if (!store_number(cache, STORE_BODY, sql, STORE_INTS(message_id), &hit, err))
		return false;
	*is_readable = hit != 0;
	return true;
}

static bool body_hint_now(struct cache *cache, int64_t message_id, struct error *err)
{
	bool is_readable;
	return cache_body_is_readable(cache, message_id, &is_readable, err) &&
	       body_hint(cache, message_id, is_readable, err);
}

bool cache_body_append(struct cache *cache, int64_t message_id, struct str section, uint64_t offset,
	struct str bytes, bool is_last, struct error *err)
{
	struct body_section s;
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_BODY, err))
		return false;
	bool ok = body_section_get(cache, message_id, section, &s, err);
	if (ok && (s.is_whole || (uint64_t)s.have != offset))
		ok = error_set(err, ERROR_INPUT,
			"bytes of a body do not follow those that are here (%llu, not %llu)",
			(unsigned long long)offset, (unsigned long long)s.have);
	if (ok && (uint64_t)s.have + bytes.len >= (uint64_t)1 << BODY_OFFSET_BITS)
		ok = error_set(err, ERROR_STORAGE, "a body is too large to be kept");
	ok = ok && body_section_make(cache, message_id, section, &s, err) &&
	     body_pieces_add(cache, &s, bytes, is_last, err);
	if (!store_end(cache, STORE_BODY, ok, err))
		return false;
	return !is_last || body_hint_now(cache, message_id, err);
}

static bool body_section_delete(
	struct cache *cache, const struct body_section *s, struct error *err)
{
	static const char chunks[] = "DELETE FROM chunk WHERE chunk_id>=?1 AND chunk_id<?2";
	static const char section[] = "DELETE FROM section WHERE section_id=?1";
	struct body_section next = {.section_id = s->section_id + 1};
	return store_run(cache, STORE_BODY, chunks,
		       STORE_INTS(body_chunk_id(s, 0), body_chunk_id(&next, 0)), err) &&
	       store_run(cache, STORE_BODY, section, STORE_INTS(s->section_id), err);
}

bool cache_body_drop(struct cache *cache, int64_t message_id, struct str section, struct error *err)
{
	struct body_section s;
	if (!store_is_owner(cache, err) || !store_begin(cache, STORE_BODY, err))
		return false;
	bool ok = body_section_get(cache, message_id, section, &s, err) &&
		  (s.section_id == 0 || body_section_delete(cache, &s, err));
	if (!store_end(cache, STORE_BODY, ok, err))
		return false;
	return s.section_id == 0 || body_hint_now(cache, message_id, err);
}

/* The bytes of a message that local.db holds, as a whole; 0. */
static bool body_blob(struct cache *cache, int64_t message_id, struct str section, int64_t *blob_id,
	struct error *err)
{
	static const char sql[] = "SELECT place_id FROM message WHERE message_id=?1";
	*blob_id = 0;
	if (section.len > 0)
		return true;
	sqlite3_stmt *stmt = store_query(cache, STORE_CACHE, sql, STORE_INTS(message_id), err);
	enum store_row row = STORE_BAD;
	bool ok = stmt != NULL;
	while (ok && *blob_id == 0 && (row = store_next(cache, stmt, err)) == STORE_ROW)
		ok = cache_place_blob(cache, sqlite3_column_int64(stmt, 0), blob_id, err);
	if (stmt != NULL)
		sqlite3_reset(stmt);
	return ok && row != STORE_BAD;
}

bool cache_body_state(struct cache *cache, int64_t message_id, struct str section, uint64_t *have,
	bool *is_whole, struct error *err)
{
	struct body_section s;
	struct cache_blob_info info;
	int64_t blob_id = 0;
	if (!body_section_get(cache, message_id, section, &s, err))
		return false;
	if (!s.is_whole && !body_blob(cache, message_id, section, &blob_id, err))
		return false;
	if (blob_id != 0 && cache_blob_get(cache, blob_id, &info, NULL)) {
		*have = info.len;
		*is_whole = true;
		return true;
	}
	*have = (uint64_t)s.have;
	*is_whole = s.is_whole;
	return true;
}

static bool body_damaged(struct cache *cache, struct error *err)
{
	return error_set(err, ERROR_STORAGE, "%s: a body is damaged; it has to be fetched again",
		cache->files[STORE_BODY].path);
}

/* Appends the bytes of one chunk row from `skip` on, at most max. */
static bool body_chunk_read(struct cache *cache, sqlite3_stmt *stmt, size_t skip, size_t max,
	struct buf *out, struct error *err)
{
	size_t size = (size_t)sqlite3_column_int64(stmt, 1);
	struct str data = store_blob(stmt, 3);
	if (sqlite3_column_int(stmt, 2) == CODING_RAW) {
		if (size != data.len)
			return body_damaged(cache, err);
		buf_add(out, str_first(str_skip(data, skip), max));
		return true;
	}
	if (size > BODY_CHUNK)
		return body_damaged(cache, err);
	char *plain = mem_new_array(size, 1);
	size_t len = ZSTD_decompress(plain, size, data.data, data.len);
	bool ok = !ZSTD_isError(len) && len == size;
	if (ok)
		buf_add(out, str_first(str_skip(str_make(plain, len), skip), max));
	mem_free(plain);
	return ok || body_damaged(cache, err);
}

/* The chunk in which an offset stands starts at or before it. */
static bool body_chunk_start(struct cache *cache, const struct body_section *s, int64_t offset,
	int64_t *chunk_id, struct error *err)
{
	static const char sql[] = "SELECT chunk_id FROM chunk WHERE chunk_id>=?1 AND chunk_id<=?2"
				  " ORDER BY chunk_id DESC LIMIT 1";
	*chunk_id = body_chunk_id(s, offset);
	return store_number(cache, STORE_BODY, sql,
		STORE_INTS(body_chunk_id(s, 0), body_chunk_id(s, offset)), chunk_id, err);
}

static bool body_chunks_read(struct cache *cache, const struct body_section *s, int64_t offset,
	size_t max, struct buf *out, struct error *err)
{
	static const char sql[] = "SELECT chunk_id,size,coding,data FROM chunk WHERE chunk_id>=?1"
				  " AND chunk_id<?2 ORDER BY chunk_id";
	int64_t start;
	if (!body_chunk_start(cache, s, offset, &start, err))
		return false;
	sqlite3_stmt *stmt = store_query(
		cache, STORE_BODY, sql, STORE_INTS(start, body_chunk_id(s, s->have)), err);
	enum store_row row = STORE_END;
	bool ok = stmt != NULL;
	size_t end = out->len + max;
	while (ok && out->len < end && (row = store_next(cache, stmt, err)) == STORE_ROW) {
		int64_t at = sqlite3_column_int64(stmt, 0) - body_chunk_id(s, 0);
		size_t skip = offset > at ? (size_t)(offset - at) : 0;
		ok = body_chunk_read(cache, stmt, skip, end - out->len, out, err);
	}
	if (stmt != NULL)
		sqlite3_reset(stmt);
	return ok && row != STORE_BAD;
}

bool cache_body_read(struct cache *cache, int64_t message_id, struct str section, uint64_t offset,
	size_t max, struct buf *out, struct error *err)
{
	struct body_section s;
	int64_t blob_id = 0;
	if (!store_read_begin(cache, STORE_BODY, err))
		return false;
	bool ok = body_section_get(cache, message_id, section, &s, err) &&
		  (s.is_whole || body_blob(cache, message_id, section, &blob_id, err));
	if (ok && blob_id != 0)
		ok = cache_blob_read(cache, blob_id, offset, max, out, err);
	else if (ok && s.section_id != 0 && offset < (uint64_t)s.have)
		ok = body_chunks_read(cache, &s, (int64_t)offset, max, out, err);
	store_read_end(cache, STORE_BODY);
	return ok;
}
