/* Messages behind an encoding, and uuencoded files in plain text. */
#include "proto/mime/mime_inside.h"

#include "base/memory.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_part.h"

enum { INSIDE_BYTES_MAX = 64 * 1024 * 1024 };

static void path_put_before(struct part *part, const char *above)
{
	struct buf path = {0};
	if (part->path[0] == '\0')
		return;
	buf_addf(&path, "%s.%s", above, part->path);
	mem_free(part->path);
	part->path = buf_take(&path);
}

/* ---- Uuencode: strict, so that a text which only speaks of it is left alone. ---- */

/* "begin 644 name" */
static bool line_begins_file(struct str line, struct str *name)
{
	size_t digits = 0;
	struct str rest = str_skip(line, 6);
	if (!str_starts(line, STR("begin ")))
		return false;
	while (digits < rest.len && rest.data[digits] >= '0' && rest.data[digits] <= '7')
		digits++;
	if (digits < 3 || digits > 5 || digits == rest.len || rest.data[digits] != ' ')
		return false;
	*name = str_trim(str_skip(rest, digits));
	return name->len > 0;
}

/* A line of data: its first letter counts the bytes. Blanks at its end, which stand for zero bytes,
 * get lost on the way; some encoders add a checksum. */
static bool line_is_data(struct str line)
{
	if (line.len == 0)
		return true;
	size_t bytes = ((unsigned char)line.data[0] - 32u) & 63u;
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] < ' ' || line.data[i] > '`')
			return false;
	return line.len <= 1 + (bytes + 2) / 3 * 4 + 2;
}

static struct str line_at(struct str text, size_t at, size_t *next)
{
	struct str rest = str_skip(text, at);
	struct str line = str_cut(&rest, '\n');
	*next = at + line.len + (at + line.len < text.len);
	while (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* The end of the file that begins with the line before at; 0 when it is none. */
static size_t file_end(struct str text, size_t at)
{
	enum { FULL = 61 }; /* "M" and 45 bytes in 60 letters */
	size_t data = 0, full = 0, next = at;
	for (; at < text.len; at = next) {
		struct str line = line_at(text, at, &next);
		if (str_equal(str_trim(line), STR("end")))
			return data > 0 ? next : 0;
		if (!line_is_data(line))
			return 0;
		data += line.len > 1;
		full += line.len >= FULL && line.data[0] == 'M';
	}
	return full > 1 ? at : 0; /* cut off */
}

static void set_type(struct part *file, struct str name)
{
	static const struct {
		const char *ending, *type, *subtype;
	} rows[] = {{".txt", "text", "plain"}, {".htm", "text", "html"}, {".html", "text", "html"},
		{".jpg", "image", "jpeg"}, {".jpeg", "image", "jpeg"}, {".gif", "image", "gif"},
		{".png", "image", "png"}, {".bmp", "image", "bmp"}, {".tif", "image", "tiff"},
		{".wav", "audio", "x-wav"}, {".mpg", "video", "mpeg"},
		{".pdf", "application", "pdf"}, {".zip", "application", "zip"},
		{".doc", "application", "msword"}, {".ps", "application", "postscript"}};
	mime_part_set_type(file, STR("application"), STR("octet-stream"));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_ends_nocase(name, str_from(rows[i].ending)))
			mime_part_set_type(file, str_from(rows[i].type), str_from(rows[i].subtype));
}

static struct part *add_piece(struct part *root, size_t from, size_t end)
{
	struct part *piece = part_new(root);
	piece->header_offset = piece->offset = from;
	piece->length = piece->size = end - from;
	piece->have_bytes = true;
	return piece;
}

static void add_text(struct part *root, const struct part *leaf, size_t from, size_t end)
{
	if (from == end)
		return;
	struct part *text = add_piece(root, from, end);
	mime_part_set_type(text, str_from(leaf->type), str_from(leaf->subtype));
	text->charset = mem_text(leaf->charset);
}

static void add_file(struct part *root, int number, struct str name, size_t from, size_t end)
{
	struct part *file = add_piece(root, from, end);
	struct buf path = {0}, text = {0};
	buf_addf(&path, "%d", number);
	mem_free(file->path);
	file->path = buf_take(&path);
	mime_charset_decode(NULL, name, &text);
	file->name = buf_take(&text);
	file->disposition = mem_text("attachment");
	file->transfer = TRANSFER_UUENCODE;
	set_type(file, name);
}

/* The pieces of text; NULL when there is no file among them. */
static struct part *split_text(const struct part *leaf, struct str text)
{
	struct part *root = part_new(NULL);
	size_t done = 0, next = 0;
	int files = 0;
	for (size_t at = 0; at < text.len && files < MIME_INSIDE_FILES_MAX; at = next) {
		struct str name;
		size_t end = 0;
		struct str line = line_at(text, at, &next);
		if (line_begins_file(line, &name))
			end = file_end(text, next);
		if (end == 0)
			continue;
		add_text(root, leaf, done, at);
		add_file(root, ++files, name, at, end);
		done = next = end;
	}
	add_text(root, leaf, done, text.len);
	mime_part_set_type(root, STR("multipart"), STR("mixed"));
	if (files == 0) {
		part_free(root);
		return NULL;
	}
	return root;
}

static bool may_hold_files(const struct part *leaf, struct str body)
{
	bool is_readable = leaf->transfer == TRANSFER_IDENTITY || leaf->transfer == TRANSFER_QP ||
			   leaf->transfer == TRANSFER_UNKNOWN;
	return is_readable && part_is(leaf, "text", "plain") &&
	       (str_starts(body, STR("begin ")) ||
		       memmem(body.data, body.len, "\nbegin ", 7) != NULL);
}

/* ---- ---- */

static bool is_encoded_message(const struct part *leaf)
{
	return leaf->child_count == 0 && !leaf->is_truncated &&
	       (part_is(leaf, "message", "rfc822") || part_is(leaf, "message", "global")) &&
	       (leaf->transfer == TRANSFER_BASE64 || leaf->transfer == TRANSFER_QP);
}

bool mime_inside_open(
	const struct part *leaf, struct str body, size_t limit, struct mime_inside *inside)
{
	bool is_message = is_encoded_message(leaf);
	*inside = (struct mime_inside){0};
	if (leaf->transfer == TRANSFER_IDENTITY && body.len > limit)
		return false;
	if (!is_message && (leaf->child_count > 0 || !may_hold_files(leaf, body)))
		return false;
	mime_body_decode(leaf->transfer, body, limit + 1, &inside->bytes);
	bool fits = inside->bytes.len <= limit && inside->bytes.len > 0;
	if (fits && is_message)
		inside->root = mime_parse(buf_str(&inside->bytes));
	else if (fits)
		inside->root = split_text(leaf, buf_str(&inside->bytes));
	for (struct part *p = inside->root; p != NULL; p = part_next(p))
		path_put_before(p, leaf->path);
	if (inside->root == NULL)
		mime_inside_done(inside);
	return inside->root != NULL;
}

void mime_inside_done(struct mime_inside *inside)
{
	buf_done(&inside->bytes);
	part_free(inside->root);
	*inside = (struct mime_inside){0};
}

static struct str body_in(struct str bytes, const struct part *part)
{
	if (part->offset > bytes.len)
		return STR("");
	struct str rest = str_skip(bytes, (size_t)part->offset);
	return part->length < rest.len ? str_first(rest, (size_t)part->length) : rest;
}

const struct part *mime_inside_leaf(const struct part *root, struct str path)
{
	for (const struct part *p = root; p != NULL; p = part_next(p)) {
		struct str above = str_from(p->path);
		if (p->child_count == 0 && above.len > 0 && path.len > above.len &&
			str_starts(path, above) && path.data[above.len] == '.')
			return p;
	}
	return NULL;
}

const struct part *mime_inside_find(
	const struct part *leaf, struct str body, struct str path, struct mime_inside *inside)
{
	struct mime_inside now = {0}, inner;
	for (int depth = 0; depth < MIME_INSIDE_DEPTH_MAX && leaf != NULL; depth++) {
		if (!mime_inside_open(leaf, body, INSIDE_BYTES_MAX, &inner))
			break;
		mime_inside_done(&now);
		now = inner;
		const struct part *part = part_find(now.root, path);
		if (part != NULL) {
			*inside = now;
			return part;
		}
		leaf = mime_inside_leaf(now.root, path);
		body = leaf != NULL ? body_in(buf_str(&now.bytes), leaf) : body;
	}
	mime_inside_done(&now);
	return NULL;
}

static void part_decode(struct str bytes, const struct part *part, struct buf *out)
{
	mime_body_decode(part->child_count == 0 ? part->transfer : TRANSFER_IDENTITY,
		body_in(bytes, part), 0, out);
}

bool mime_part_bytes(struct str message, struct str path, struct buf *out)
{
	struct mime_inside inside = {0};
	struct part *root = mime_parse(message);
	const struct part *part = part_find(root, path), *leaf = NULL;
	if (part != NULL)
		part_decode(message, part, out);
	else
		leaf = mime_inside_leaf(root, path);
	if (leaf != NULL) {
		part = mime_inside_find(leaf, body_in(message, leaf), path, &inside);
		if (part != NULL)
			part_decode(buf_str(&inside.bytes), part, out);
	}
	mime_inside_done(&inside);
	part_free(root);
	return part != NULL;
}
