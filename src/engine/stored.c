/* A message as the store has it. */
#include "engine/stored.h"

#include "base/array.h"
#include "base/file.h"
#include "base/memory.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_inside.h"

#include <stdio.h>

enum {
	STORED_PIECE = 256 * 1024,
	STORED_SHOWN_MAX = 16 * 1024 * 1024, /* bytes of one part that are ever shown */
};

struct stored {
	struct cache *cache; /* not owned */
	int64_t message_id;
	bool all_parts;
	bool is_whole;     /* read from section "" */
	uint64_t have;     /* bytes of it */
	struct part *root; /* owned */
	struct buf header;
	struct buf *bodies; /* owned: what was lent out */
	size_t body_count, body_cap;
};

static void stored_parse(struct stored *stored)
{
	struct mime_parser *parser = mime_parser_new();
	struct mime_event event;
	struct buf piece = {0};
	for (uint64_t at = 0; at < stored->have; at += piece.len) {
		buf_clear(&piece);
		if (!cache_body_read(stored->cache, stored->message_id, STR(""), at, STORED_PIECE,
			    &piece, NULL) ||
			piece.len == 0)
			break;
		if (at == 0)
			buf_add(&stored->header,
				str_first(buf_str(&piece), mime_header_length(buf_str(&piece))));
		mime_feed(parser, buf_str(&piece));
		while (mime_next(parser, &event) == CODEC_EVENT)
			continue;
	}
	mime_finish(parser);
	while (mime_next(parser, &event) == CODEC_EVENT)
		continue;
	stored->root = mime_take_root(parser);
	mime_parser_free(parser);
	buf_done(&piece);
}

static void stored_section_of(const struct part *part, char *section, size_t size)
{
	snprintf(section, size, "%s", part->path[0] != '\0' ? part->path : "1");
}

/* Which bodies are here, of a message that came in parts. */
static void stored_mark(struct stored *stored)
{
	for (struct part *p = stored->root; p != NULL; p = part_next(p)) {
		char section[64];
		uint64_t have = 0;
		bool is_whole = false;
		stored_section_of(p, section, sizeof(section));
		cache_body_state(stored->cache, stored->message_id, str_from(section), &have,
			&is_whole, NULL);
		p->have_bytes = is_whole;
	}
}

struct stored *stored_open(struct cache *reader, int64_t message_id, bool all_parts)
{
	struct stored *stored = mem_new(sizeof(*stored));
	stored->cache = reader;
	stored->message_id = message_id;
	stored->all_parts = all_parts;
	cache_body_state(reader, message_id, STR(""), &stored->have, &stored->is_whole, NULL);
	stored->is_whole = stored->have > 0;
	if (!stored->is_whole && cache_structure_load(reader, message_id, &stored->root, NULL) &&
		stored->root != NULL) {
		cache_body_read(reader, message_id, STR("HEADER"), 0, MIME_HEADER_MAX,
			&stored->header, NULL);
		stored_mark(stored);
		return stored;
	}
	stored_parse(stored);
	return stored;
}

void stored_close(struct stored *stored)
{
	if (stored == NULL)
		return;
	for (size_t i = 0; i < stored->body_count; i++)
		buf_done(&stored->bodies[i]);
	mem_free(stored->bodies);
	buf_done(&stored->header);
	part_free(stored->root);
	mem_free(stored);
}

static struct buf *stored_lend(struct stored *stored)
{
	stored->bodies = array_room(
		stored->bodies, stored->body_count, &stored->body_cap, sizeof(*stored->bodies));
	struct buf *body = &stored->bodies[stored->body_count++];
	*body = (struct buf){0};
	return body;
}

static struct str stored_read(
	struct stored *stored, struct str section, uint64_t offset, uint64_t length)
{
	struct buf *body = stored_lend(stored);
	size_t max = stored->all_parts || length < STORED_SHOWN_MAX ? (size_t)length
								    : (size_t)STORED_SHOWN_MAX;
	cache_body_read(stored->cache, stored->message_id, section, offset, max, body, NULL);
	return buf_str(body);
}

static bool stored_is_wanted(const struct stored *stored, const struct part *part)
{
	return stored->all_parts || part_is(part, "text", NULL) || part_is(part, "message", NULL);
}

static struct str stored_body(void *context, const struct part *part)
{
	struct stored *stored = context;
	char section[64];
	if (!stored_is_wanted(stored, part))
		return STR("");
	if (stored->is_whole)
		return stored_read(stored, STR(""), part->offset, part->length);
	stored_section_of(part, section, sizeof(section));
	return stored_read(stored, str_from(section), 0, UINT32_MAX);
}

static struct str stored_part_header(void *context, const struct part *part)
{
	struct stored *stored = context;
	char section[80];
	if (stored->is_whole) {
		struct str body = stored_read(stored, STR(""), part->offset,
			part->length < MIME_HEADER_MAX ? part->length : MIME_HEADER_MAX);
		return str_first(body, mime_header_length(body));
	}
	snprintf(section, sizeof(section), "%s.HEADER", part->path);
	return stored_read(stored, str_from(section), 0, MIME_HEADER_MAX);
}

struct render_source stored_source(struct stored *stored)
{
	return (struct render_source){
		.header = buf_str(&stored->header),
		.root = stored->root,
		.body = stored_body,
		.part_header = stored_part_header,
		.context = stored,
	};
}

/* ---- Writing a part. ---- */

struct stored_range {
	char section[64];
	uint64_t offset, length;
	enum transfer transfer;
};

static struct part *stored_part(struct stored *stored, struct str path)
{
	struct part *part = part_find(stored->root, path);
	if (part == NULL && str_equal(path, STR("1")) && stored->root->child_count == 0)
		part = stored->root;
	return part;
}

/* A part inside a leaf, of which IMAP knows nothing. inside is the caller's when it is found. */
static const struct part *stored_find_inside(
	struct stored *stored, struct str path, struct mime_inside *inside)
{
	const struct part *leaf = mime_inside_leaf(stored->root, path);
	char section[64] = "";
	if (leaf == NULL)
		return NULL;
	if (!stored->is_whole)
		stored_section_of(leaf, section, sizeof(section));
	struct str body = stored->is_whole
				  ? stored_read(stored, STR(""), leaf->offset, leaf->length)
				  : stored_read(stored, str_from(section), 0, UINT32_MAX);
	return mime_inside_find(leaf, body, path, inside);
}

static struct str stored_inside_body(const struct mime_inside *inside, const struct part *part)
{
	struct str rest = str_skip(buf_str(&inside->bytes), (size_t)part->offset);
	return str_first(rest, (size_t)part->length);
}

static bool stored_find(struct stored *stored, struct str path, struct stored_range *range)
{
	*range = (struct stored_range){.length = UINT64_MAX};
	if (str_is_empty(path))
		return stored->is_whole;
	const struct part *part = stored_part(stored, path);
	if (part == NULL)
		return false;
	range->transfer = part->child_count == 0 ? part->transfer : TRANSFER_IDENTITY;
	if (stored->is_whole) {
		range->offset = part->offset;
		range->length = part->length;
	} else {
		stored_section_of(part, range->section, sizeof(range->section));
	}
	return true;
}

static void stored_part_header_text(const struct part *part, struct buf *out)
{
	static const char *const transfers[] = {
		[TRANSFER_IDENTITY] = "8bit",
		[TRANSFER_BASE64] = "base64",
		[TRANSFER_QP] = "quoted-printable",
		[TRANSFER_UUENCODE] = "x-uuencode",
		[TRANSFER_UNKNOWN] = "8bit",
	};
	buf_addf(out, "Content-Type: %s/%s", part->type, part->subtype);
	if (part->charset != NULL)
		buf_addf(out, "; charset=\"%s\"", part->charset);
	buf_addf(out, "\r\nContent-Transfer-Encoding: %s\r\n\r\n", transfers[part->transfer]);
}

bool stored_part_message(struct stored *stored, struct str path, struct buf *out)
{
	struct mime_inside inside = {0};
	const struct part *part = stored_part(stored, path);
	bool is_inside = part == NULL;
	if (is_inside)
		part = stored_find_inside(stored, path, &inside);
	if (part == NULL)
		return false;
	if (!part_is(part, "message", "rfc822"))
		stored_part_header_text(part, out);
	buf_add(out, is_inside ? stored_inside_body(&inside, part) : stored_body(stored, part));
	mime_inside_done(&inside);
	return true;
}

static bool stored_copy_inside(
	struct stored *stored, struct str path, stored_sink *sink, void *context, struct error *err)
{
	struct mime_inside inside = {0};
	struct buf bytes = {0};
	const struct part *part = stored_find_inside(stored, path, &inside);
	bool ok = part != NULL || error_set(err, ERROR_INPUT, "the message has no part %.*s",
					  (int)path.len, path.data);
	if (ok)
		mime_body_decode(part->child_count == 0 ? part->transfer : TRANSFER_IDENTITY,
			stored_inside_body(&inside, part), 0, &bytes);
	for (struct str rest = buf_str(&bytes); ok && rest.len > 0;
		rest = str_skip(rest, STORED_PIECE))
		ok = sink(context, str_first(rest, STORED_PIECE), err);
	buf_done(&bytes);
	mime_inside_done(&inside);
	return ok;
}

bool stored_copy_part(
	struct stored *stored, struct str path, stored_sink *sink, void *context, struct error *err)
{
	struct stored_range range;
	struct mime_decoder decoder;
	struct buf piece = {0}, bytes = {0};
	bool ok = true;
	if (!stored_find(stored, path, &range))
		return stored_copy_inside(stored, path, sink, context, err);
	mime_decoder_init(&decoder, range.transfer);
	for (uint64_t done = 0; ok && done < range.length; done += piece.len) {
		uint64_t left = range.length - done;
		buf_clear(&piece);
		buf_clear(&bytes);
		ok = cache_body_read(stored->cache, stored->message_id, str_from(range.section),
			range.offset + done, left < STORED_PIECE ? (size_t)left : STORED_PIECE,
			&piece, err);
		if (!ok || piece.len == 0)
			break;
		mime_decoder_feed(&decoder, buf_str(&piece), &bytes);
		ok = bytes.len == 0 || sink(context, buf_str(&bytes), err);
	}
	buf_clear(&bytes);
	mime_decoder_finish(&decoder, &bytes);
	ok = ok && (bytes.len == 0 || sink(context, buf_str(&bytes), err));
	buf_done(&piece);
	buf_done(&bytes);
	return ok;
}

struct stored_file {
	int fd;
	const char *name;
};

static bool stored_write(void *context, struct str bytes, struct error *err)
{
	const struct stored_file *file = context;
	return file_write_all(file->fd, bytes, file->name, err);
}

bool stored_write_part(
	struct stored *stored, struct str path, int fd, const char *name, struct error *err)
{
	struct stored_file file = {fd, name};
	return stored_copy_part(stored, path, stored_write, &file, err);
}
