/* Bodies and parts written: transfer encodings, flowed text, boundaries. */
#include "base/base64.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_write.h"
#include "proto/mime/mime_write_part.h"

#include <assert.h>
#include <stdio.h>

enum { LINE_MAX_BYTES = 998, BASE64_LINE = 57, QP_LINE = 75, FLOWED_CELLS = 72 };

/* ---- Bodies. ---- */

static bool qp_is_plain(unsigned char c)
{
	return c == '\t' || (c >= 0x20 && c < 0x7f && c != '=');
}

/* One line without its end. A dot, or "From ", at its start is encoded, because mailers on the way
 * change them; so is a blank at its end. */
static void qp_line(struct str line, struct buf *out)
{
	size_t column = 0;
	bool is_from = str_starts(line, STR("From "));
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.data[i];
		bool is_end = i + 1 == line.len;
		bool is_odd =
			(i == 0 && (c == '.' || is_from)) || (is_end && (c == ' ' || c == '\t'));
		bool is_plain = qp_is_plain(c) && !is_odd;
		if (column + (is_plain ? 1 : 3) > QP_LINE) {
			buf_add_text(out, "=\r\n");
			column = 0;
		}
		if (is_plain)
			buf_add_char(out, (char)c);
		else
			buf_addf(out, "=%02X", c);
		column += is_plain ? 1 : 3;
	}
}

/* Without the line end: '\n' or CR LF. */
static struct str line_cut(struct str *rest, bool *has_end)
{
	*has_end = str_find_char(*rest, '\n') != STR_NONE;
	struct str line = str_cut(rest, '\n');
	if (*has_end && line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

void mime_write_qp(struct str body, struct buf *out)
{
	while (body.len > 0) {
		bool has_end;
		qp_line(line_cut(&body, &has_end), out);
		if (has_end)
			buf_add_text(out, "\r\n");
	}
}

void mime_write_base64(struct str body, struct buf *out)
{
	while (body.len > 0) {
		base64_encode(str_first(body, BASE64_LINE), out);
		buf_add_text(out, "\r\n");
		body = str_skip(body, BASE64_LINE);
	}
}

static void identity_add(struct str body, struct buf *out)
{
	while (body.len > 0) {
		bool has_end;
		buf_add(out, line_cut(&body, &has_end));
		if (has_end)
			buf_add_text(out, "\r\n");
	}
}

/* What a body is like, to choose its encoding. */
struct body_facts {
	size_t high;    /* bytes beyond ASCII */
	bool is_binary; /* NUL, or CR that is no line end */
	bool is_long;   /* a line that no server need take */
	bool has_from;  /* a line that mailers on the way change */
};

static void body_look(struct str body, struct body_facts *facts)
{
	*facts = (struct body_facts){0};
	while (body.len > 0) {
		bool has_end;
		struct str line = line_cut(&body, &has_end);
		facts->is_long |= line.len > LINE_MAX_BYTES;
		facts->has_from |= str_starts(line, STR("From "));
		for (size_t i = 0; i < line.len; i++) {
			facts->high += (unsigned char)line.data[i] >= 0x80;
			facts->is_binary |= line.data[i] == '\0' || line.data[i] == '\r';
		}
	}
}

enum body_coding { BODY_7BIT, BODY_8BIT, BODY_QP, BODY_BASE64 };

static const char *const coding_names[] = {"7bit", "8bit", "quoted-printable", "base64"};

enum { TYPE_TEXT, TYPE_MESSAGE, TYPE_OTHER };

static int type_class(const char *type)
{
	if (str_starts_nocase(str_from(type), STR("text/")))
		return TYPE_TEXT;
	return str_starts_nocase(str_from(type), STR("message/")) ? TYPE_MESSAGE : TYPE_OTHER;
}

/* message/… may not be encoded (RFC 2046 5.2.1). */
static enum body_coding body_choose(const struct mime_source *source, bool may_8bit)
{
	struct body_facts facts;
	body_look(source->body, &facts);
	int class = type_class(source->type);
	if (class == TYPE_MESSAGE)
		return facts.high > 0 ? BODY_8BIT : BODY_7BIT;
	if (class == TYPE_OTHER || facts.is_binary)
		return BODY_BASE64;
	if (facts.high == 0 && !facts.is_long && !facts.has_from)
		return BODY_7BIT;
	if (may_8bit && !facts.is_long && !facts.has_from)
		return BODY_8BIT;
	return facts.high > source->body.len / 6 ? BODY_BASE64 : BODY_QP;
}

/* ---- Flowed text. ---- */

/* Where the line may end at most so many cells in, behind a blank; all of it when nowhere. */
static size_t flow_break(struct str line, int cells)
{
	size_t at = 0, best = 0;
	int column = 0;
	while (at < line.len) {
		size_t len;
		uint32_t code = utf8_next(str_skip(line, at), &len);
		column += code < 0x80 ? 1 : 2; /* wide characters may be: shorter does no harm */
		at += len;
		if (column > cells && best > 0)
			break;
		if (code == ' ' && at < line.len)
			best = at;
	}
	return at == line.len && column <= cells ? line.len : best > 0 ? best : line.len;
}

/* Space-stuffing: what would be read as a quote, or be changed on the way (RFC 3676 4.4). */
static bool flow_needs_stuffing(struct str line, bool is_quoted)
{
	return !is_quoted && (str_starts(line, STR(" ")) || str_starts(line, STR("From ")) ||
				     str_starts(line, STR(">")));
}

static void flow_piece(struct str quote, struct str piece, struct buf *out)
{
	buf_add(out, quote);
	if (quote.len > 0 && piece.len > 0)
		buf_add_char(out, ' ');
	else if (flow_needs_stuffing(piece, quote.len > 0))
		buf_add_char(out, ' ');
	buf_add(out, piece);
}

static void flow_line(struct str line, struct buf *out)
{
	struct buf quote = {0};
	if (str_equal(line, STR("-- "))) {
		buf_add(out, line);
		return;
	}
	while (line.len > 0 && line.data[0] == '>') {
		buf_add_char(&quote, '>');
		line = str_skip(line, 1);
		if (line.len > 1 && line.data[0] == ' ' && line.data[1] == '>')
			line = str_skip(line, 1);
	}
	if (quote.len > 0 && line.len > 0 && line.data[0] == ' ')
		line = str_skip(line, 1);
	while (line.len > 0 && line.data[line.len - 1] == ' ')
		line.len--;
	int cells = FLOWED_CELLS - (int)str_first(buf_str(&quote), 40).len;
	for (;;) {
		size_t end = flow_break(line, cells);
		/* A piece that would be read as the line above a signature. */
		if (end == 3 && end < line.len && str_starts(line, STR("-- ")))
			end += flow_break(str_skip(line, end), cells);
		flow_piece(buf_str(&quote), str_first(line, end), out);
		line = str_skip(line, end);
		if (line.len == 0)
			break;
		buf_add_char(out, '\n');
	}
	buf_done(&quote);
}

void mime_write_flowed(struct str text, struct buf *out)
{
	while (text.len > 0) {
		bool has_end;
		flow_line(line_cut(&text, &has_end), out);
		if (has_end)
			buf_add_char(out, '\n');
	}
}

/* ---- Parts. ---- */

static bool occurs_in(const struct mime_source *source, struct str boundary)
{
	if (str_find(source->body, boundary) != STR_NONE)
		return true;
	for (size_t i = 0; i < source->child_count; i++)
		if (occurs_in(source->children[i], boundary))
			return true;
	return false;
}

/* "=_" stands in no quoted-printable and no base64 body; bodies that go as they are are looked
 * through. Depth makes those of nested multiparts differ. */
static void boundary_choose(
	const struct mime_source *source, uint64_t seed, unsigned depth, struct buf *out)
{
	for (unsigned n = 0; n == 0 || occurs_in(source, buf_str(out)); n++) {
		buf_clear(out);
		buf_addf(out, "=_%u_%u_%016llx", depth, n, (unsigned long long)seed);
	}
}

static bool has_8bit(const struct mime_source *source, bool may_8bit)
{
	if (source->child_count == 0)
		return body_choose(source, may_8bit) == BODY_8BIT;
	for (size_t i = 0; i < source->child_count; i++)
		if (has_8bit(source->children[i], may_8bit))
			return true;
	return false;
}

static void write_type(
	const struct mime_source *source, const char *extra, char *value, struct buf *out)
{
	size_t count = 0;
	struct part_param *params = mem_new_array(source->param_count + 1, sizeof(*params));
	char name[16];
	if (extra != NULL) {
		snprintf(name, sizeof(name), "%s", extra);
		params[count++] = (struct part_param){name, value};
	}
	for (size_t i = 0; i < source->param_count; i++)
		params[count++] = source->params[i];
	mime_write_value(out, "Content-Type", source->type, params, count);
	mem_free(params);
}

static void write_rest(const struct mime_source *source, enum body_coding coding, struct buf *out)
{
	char filename[] = "filename";
	char *name = mem_text(source->name);
	struct part_param param = {filename, name};
	if (coding != BODY_7BIT)
		buf_addf(out, "Content-Transfer-Encoding: %s\r\n", coding_names[coding]);
	if (source->disposition != NULL || name != NULL)
		mime_write_value(out, "Content-Disposition",
			source->disposition != NULL ? source->disposition : "attachment", &param,
			name != NULL);
	if (source->content_id != NULL)
		mime_write_ids(out, "Content-ID", str_from(source->content_id));
	if (source->description != NULL)
		mime_write_text(out, "Content-Description", str_from(source->description));
	buf_add_text(out, "\r\n");
	mem_free(name);
}

static void write_leaf(struct buf *out, const struct mime_source *source, bool may_8bit)
{
	static void (*const adders[])(struct str, struct buf *) = {
		identity_add, identity_add, mime_write_qp, mime_write_base64};
	char utf8[] = "UTF-8", ascii[] = "US-ASCII";
	struct body_facts facts;
	enum body_coding coding = body_choose(source, may_8bit);
	bool is_text = type_class(source->type) == TYPE_TEXT;
	body_look(source->body, &facts);
	write_type(source, is_text ? "charset" : NULL, facts.high > 0 ? utf8 : ascii, out);
	write_rest(source, coding, out);
	adders[coding](source->body, out);
}

static void write_source(struct buf *out, const struct mime_source *source, bool may_8bit,
	uint64_t seed, unsigned depth)
{
	struct buf boundary = {0};
	assert(depth < PART_DEPTH_MAX);
	if (source->child_count == 0) {
		write_leaf(out, source, may_8bit);
		return;
	}
	boundary_choose(source, seed, depth, &boundary);
	write_type(source, "boundary", boundary.data, out);
	write_rest(source, has_8bit(source, may_8bit) ? BODY_8BIT : BODY_7BIT, out);
	for (size_t i = 0; i < source->child_count; i++) {
		buf_addf(out, "--%s\r\n", buf_text(&boundary));
		write_source(out, source->children[i], may_8bit, seed + i, depth + 1);
		buf_add_text(out, "\r\n");
	}
	buf_addf(out, "--%s--\r\n", buf_text(&boundary));
	buf_done(&boundary);
}

void mime_write_part(
	struct buf *out, const struct mime_source *source, bool may_8bit, uint64_t seed)
{
	write_source(out, source, may_8bit, seed, 0);
	/* A message ends with a line end. */
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		buf_add_text(out, "\r\n");
}
