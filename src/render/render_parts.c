/* The parts of a message as rows, and the whole text that programs ask for. */
#include "render/render_parts.h"

#include "base/array.h"
#include "base/digest.h"
#include "base/utf8.h"
#include "proto/mime/mime.h"
#include "render/render_words.h"

enum {
	PIECE = 64 * 1024,
	PASSED_BYTES = 4 * 1024 * 1024,
	BODY_TEXT_MAX = 32 * 1024 * 1024,
	BODY_TEXT_BRIEF = 64 * 1024, /* where only the document is wanted */
	INSIDE_MAX = 32 * 1024 * 1024
};

/* ---- Bytes. ---- */

const struct mime_inside *render_inside_of(const struct render *r, const struct part *leaf)
{
	for (size_t i = 0; i < r->inside_count; i++) {
		if (r->insides[i].leaf == leaf)
			return &r->insides[i].in;
	}
	return NULL;
}

/* The bytes that the offsets of a part inside a leaf point to; false for a part of the message. */
static bool inside_bytes(const struct render *r, const struct part *part, struct str *bytes)
{
	if (r->inside_count == 0)
		return false;
	while (part->parent != NULL)
		part = part->parent;
	for (size_t i = 0; i < r->inside_count; i++) {
		if (r->insides[i].in.root != part)
			continue;
		*bytes = buf_str(&r->insides[i].in.bytes);
		return true;
	}
	return false;
}

static struct str bytes_between(struct str bytes, uint64_t from, uint64_t end)
{
	if (from > bytes.len || end < from)
		return STR("");
	return str_first(str_skip(bytes, (size_t)from), (size_t)(end - from));
}

struct str render_body(const struct render *r, const struct part *part)
{
	struct str bytes;
	if (inside_bytes(r, part, &bytes))
		return bytes_between(bytes, part->offset, part->offset + part->length);
	return r->source->body(r->source->context, part);
}

struct str render_part_header(const struct render *r, const struct part *part)
{
	const struct mime_inside *inside = render_inside_of(r, part);
	struct str bytes;
	if (inside != NULL)
		return bytes_between(buf_str(&inside->bytes), 0, inside->root->offset);
	if (!inside_bytes(r, part, &bytes))
		return r->source->part_header(r->source->context, part);
	if (part->child_count == 0)
		return STR("");
	return bytes_between(bytes, part->offset, part->children[0]->offset);
}

/* ---- Rows. ---- */

/* Decoded size and digest, piece by piece, so that a large attachment is never held twice. */
static void measure(struct render *r, const struct part *p, struct shown_part *row)
{
	struct str body = render_body(r, p);
	struct digest *digest = r->options->want_digests ? digest_new() : NULL;
	struct mime_decoder decoder;
	struct buf piece = {0};
	struct str done = str_first(body, 0);
	mime_decoder_init(&decoder, p->transfer);
	row->size = body.len > 0 ? 0 : row->size;
	for (bool is_end = false; !is_end;) {
		is_end = body.len == 0;
		buf_clear(&piece);
		if (is_end)
			mime_decoder_finish(&decoder, &piece);
		else
			mime_decoder_feed(&decoder, str_first(body, PIECE), &piece);
		done.len += str_first(body, PIECE).len;
		body = str_skip(body, PIECE);
		if (r->options->passed != NULL && (done.len >= PASSED_BYTES || is_end)) {
			r->options->passed(r->options->passed_context, done);
			done = str_first(body, 0);
		}
		row->size += piece.len;
		if (digest != NULL)
			digest_add(digest, buf_str(&piece));
	}
	if (digest != NULL)
		digest_finish(digest, row->sha256);
	digest_free(digest);
	buf_done(&piece);
}

/* What a part comes to that is not here, or that nobody asked for: base64 has lines of 76 letters
 * for 57 bytes. */
static uint64_t decoded_size(const struct part *p)
{
	return p->transfer == TRANSFER_BASE64 ? p->size / 78 * 57 + p->size % 78 * 3 / 4 : p->size;
}

static char *type_text(const struct part *p)
{
	struct buf type = {0};
	buf_addf(&type, "%s/%s", p->type, p->subtype);
	return buf_take(&type);
}

static void row_add(struct render *r, const struct part *p, bool is_attachment)
{
	struct shown *s = r->shown;
	s->parts = array_room(s->parts, s->part_count, &s->part_cap, sizeof(*s->parts));
	struct shown_part *row = &s->parts[s->part_count++];
	*row = (struct shown_part){
		.path = mem_text(p->path != NULL ? p->path : ""),
		.type = type_text(p),
		.name = mem_text(p->name),
		.disposition = mem_text(p->disposition),
		.content_id = mem_text(p->content_id),
		.charset = mem_text(p->charset),
		.size = decoded_size(p),
		.is_attachment = is_attachment,
		.have_bytes = p->have_bytes,
	};
	if (p->have_bytes)
		measure(r, p, row);
	struct doc_part *d = doc_add_part(r->doc);
	d->path = mem_text(row->path);
	d->type = mem_text(row->type);
	d->name = mem_text(row->name);
	d->disposition = mem_text(row->disposition);
	d->charset = mem_text(row->charset);
	d->content_id = mem_text(row->content_id);
	d->size = row->size;
	d->is_attachment = is_attachment;
	d->have_bytes = p->have_bytes;
	r->rows = array_room(r->rows, r->row_count, &r->row_cap, sizeof(*r->rows));
	r->rows[r->row_count++] = p;
}

static bool has_row(const struct part *p)
{
	return part_is(p, "message", "rfc822") || part_is(p, "message", "global") ||
	       p->child_count == 0;
}

/* What is inside an embedded message that is itself attached is not attached to this one. */
static bool is_listed(const struct part_lists *lists, size_t *next, const struct part *p)
{
	if (*next < lists->attachment_count && lists->attachments[*next] == p) {
		(*next)++;
		return true;
	}
	return false;
}

/* part_lists_make changes nothing; it asks for more than const because it hands out pointers. */
static void lists_make(const struct render *r, struct part_lists *lists)
{
	union {
		const struct part *in;
		struct part *out;
	} root = {.in = r->source->root};
	part_lists_make(root.out, lists);
}

/* Opens a leaf; returns its root, or NULL. */
static struct part *inside_open(struct render *r, const struct part *leaf)
{
	struct mime_inside in;
	if (!leaf->have_bytes || !mime_inside_open(leaf, render_body(r, leaf), r->inside_left, &in))
		return NULL;
	r->inside_left -= in.bytes.len;
	r->insides = array_room(r->insides, r->inside_count, &r->inside_cap, sizeof(*r->insides));
	r->insides[r->inside_count++] = (struct render_inside){leaf, in};
	return in.root;
}

/* The rows of what stands inside a leaf. A file in a text is attached; what is inside a message is
 * not attached to this one. */
static void inside_rows_add(struct render *r, const struct part *leaf, int depth)
{
	struct part *root = depth < MIME_INSIDE_DEPTH_MAX ? inside_open(r, leaf) : NULL;
	for (const struct part *p = root; p != NULL; p = part_next(p)) {
		if (!has_row(p) || p->path[0] == '\0')
			continue;
		row_add(r, p, part_is(leaf, "text", NULL));
		inside_rows_add(r, p, depth + 1);
	}
}

void render_rows_add(struct render *r)
{
	struct part_lists lists = {0};
	size_t next = 0;
	lists_make(r, &lists);
	r->inside_left = INSIDE_MAX;
	for (const struct part *p = r->source->root; p != NULL; p = part_next(p)) {
		if (!has_row(p))
			continue;
		row_add(r, p, is_listed(&lists, &next, p));
		inside_rows_add(r, p, 0);
	}
	part_lists_done(&lists);
	r->is_silent = mem_new_array(r->row_count > 0 ? r->row_count : 1, sizeof(bool));
}

void render_rows_done(struct render *r)
{
	for (size_t i = 0; i < r->inside_count; i++)
		mime_inside_done(&r->insides[i].in);
	mem_free(r->insides);
	mem_free(r->rows);
	mem_free(r->is_silent);
}

int render_row_of(const struct render *r, const struct part *part)
{
	for (size_t i = 0; i < r->row_count; i++) {
		if (r->rows[i] == part)
			return (int)i;
	}
	return -1;
}

/* ---- shown.plain and shown.html. ---- */

static void add_bodies(
	struct render *r, struct part **parts, size_t count, const char *subtype, struct buf *out)
{
	bool is_first = true;
	size_t most = r->options->want_digests ? BODY_TEXT_MAX : BODY_TEXT_BRIEF;
	for (size_t i = 0; i < count && out->len < most; i++) {
		const struct part *p = parts[i];
		if (!part_is(p, "text", subtype))
			continue;
		if (!is_first)
			buf_add_char(out, '\n');
		is_first = false;
		struct str body = render_body(r, p);
		mime_text_decode(p, body, r->options->charset, most, out);
	}
}

void render_bodies_add(struct render *r)
{
	struct part_lists lists = {0};
	lists_make(r, &lists);
	add_bodies(r, lists.text, lists.text_count, "plain", &r->shown->plain);
	add_bodies(r, lists.html, lists.html_count, "html", &r->shown->html);
	part_lists_done(&lists);
}

/* ---- Lines of Rowan's own. ---- */

void render_divider(struct render *r, const struct part *part, const char *label)
{
	if (r->doc->block_count > 0 && r->doc->blocks[r->doc->block_count - 1].kind != DOC_BLANK &&
		r->doc->blocks[r->doc->block_count - 1].kind != DOC_PART)
		doc_add_block(r->doc, DOC_BLANK);
	struct doc_block *b = doc_add_block(r->doc, DOC_PART);
	b->label = mem_text(label);
	b->part = render_row_of(r, part);
}

void render_note(struct render *r, const char *label, struct str text)
{
	struct doc_block *b = doc_add_block(r->doc, DOC_NOTE);
	b->label = mem_text(label);
	doc_block_add(b, text, 0, -1);
}
