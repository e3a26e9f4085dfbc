/* Parts through a sink: texts from memory, files piece by piece, boundaries between. */
#include "compose/compose_part.h"

#include "base/base64.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_write.h"

enum {
	NODE_DEPTH_MAX = 9, /* one digit in the boundary */
	BASE64_LINE = 57,
	BASE64_PIECE = BASE64_LINE * 800,
	LINE_LIMIT = 998,
	RECODE_MAX = 16 << 20,
	BOUNDARY_ROOM = 64,
};

bool compose_put(struct compose_output *o, struct str bytes, struct error *err)
{
	while (bytes.len > 0) {
		struct str piece = str_first(bytes, COMPOSE_PIECE);
		if (!o->sink(o->context, piece, err))
			return false;
		o->size += piece.len;
		bytes = str_skip(bytes, piece.len);
	}
	return true;
}

bool compose_put_lines(
	struct compose_output *o, struct str bytes, bool *last_was_cr, struct error *err)
{
	struct buf out = {0};
	buf_reserve(&out, bytes.len + bytes.len / 16 + 2);
	for (size_t i = 0; i < bytes.len; i++) {
		char c = bytes.data[i];
		bool is_second = c == '\n' && *last_was_cr;
		*last_was_cr = c == '\r';
		if (is_second)
			continue;
		if (c == '\n' || c == '\r')
			buf_add_text(&out, "\r\n");
		else
			buf_add_char(&out, c);
	}
	bool ok = compose_put(o, buf_str(&out), err);
	buf_done(&out);
	return ok;
}

/* ---- Files. ---- */

typedef bool file_taker(void *taker, struct str piece, struct error *err);

/* Hands the file over piece by piece; it must be as long as it was when it was attached. */
static bool file_walk(struct compose_output *o, const struct draft_file *file, file_taker *take,
	void *taker, struct error *err)
{
	struct buf piece = {0};
	uint64_t offset = 0;
	bool ok = true;
	do {
		buf_clear(&piece);
		ok = o->read(o->context, file, offset, BASE64_PIECE, &piece, err) &&
		     take(taker, buf_str(&piece), err);
		offset += piece.len;
	} while (ok && piece.len > 0 && offset <= file->size);
	buf_done(&piece);
	if (ok && offset != file->size)
		ok = error_set(err, ERROR_INPUT,
			"the attached file is not what it was when it was attached: %s",
			file->name);
	return ok;
}

struct base64_taker {
	struct compose_output *o;
	struct buf kept, lines;
};

static bool base64_put(struct base64_taker *b, size_t len, struct error *err)
{
	struct str rest = str_first(buf_str(&b->kept), len);
	buf_clear(&b->lines);
	while (rest.len > 0) {
		base64_encode(str_first(rest, BASE64_LINE), &b->lines);
		buf_add_text(&b->lines, "\r\n");
		rest = str_skip(rest, BASE64_LINE);
	}
	buf_consume(&b->kept, len);
	return compose_put(b->o, buf_str(&b->lines), err);
}

static bool base64_take(void *taker, struct str piece, struct error *err)
{
	struct base64_taker *b = taker;
	buf_add(&b->kept, piece);
	return base64_put(b, b->kept.len - b->kept.len % BASE64_LINE, err);
}

static bool put_base64(struct compose_output *o, const struct draft_file *file, struct error *err)
{
	struct base64_taker b = {.o = o};
	bool ok = file_walk(o, file, base64_take, &b, err) && base64_put(&b, b.kept.len, err);
	buf_done(&b.kept);
	buf_done(&b.lines);
	return ok;
}

struct lines_taker {
	struct compose_output *o;
	bool last_was_cr;
};

static bool lines_take(void *taker, struct str piece, struct error *err)
{
	struct lines_taker *l = taker;
	return compose_put_lines(l->o, piece, &l->last_was_cr, err);
}

static bool put_as_it_is(struct compose_output *o, const struct draft_file *file, struct error *err)
{
	struct lines_taker l = {.o = o};
	return file_walk(o, file, lines_take, &l, err);
}

static bool memory_take(void *taker, struct str piece, struct error *err)
{
	(void)err;
	buf_add(taker, piece);
	return true;
}

/* ---- What a file is like. ---- */

struct file_facts {
	const char *boundary;
	bool has_high, has_nul, has_long, has_boundary, is_bad_utf8;
	size_t column;
	struct buf tail; /* so that nothing is missed between two pieces */
};

static void facts_look(struct file_facts *f, struct str piece)
{
	for (size_t i = 0; i < piece.len; i++) {
		unsigned char c = (unsigned char)piece.data[i];
		f->has_high |= c >= 0x80;
		f->has_nul |= c == 0;
		f->column = c == '\n' || c == '\r' ? 0 : f->column + 1;
		f->has_long |= f->column > LINE_LIMIT;
	}
}

static bool facts_take(void *taker, struct str piece, struct error *err)
{
	struct file_facts *f = taker;
	(void)err;
	facts_look(f, piece);
	buf_add(&f->tail, piece);
	f->has_boundary |= str_find(buf_str(&f->tail), str_from(f->boundary)) != STR_NONE;
	if (f->tail.len > BOUNDARY_ROOM)
		buf_consume(&f->tail, f->tail.len - BOUNDARY_ROOM);
	return true;
}

/* The charset of a text file by its beginning; NULL: none that could be said. */
static bool file_charset(struct compose_output *o, const struct draft_file *file,
	const char **charset, struct error *err)
{
	struct buf start = {0};
	struct file_facts facts = {0};
	if (!o->read(o->context, file, 0, COMPOSE_PIECE, &start, err)) {
		buf_done(&start);
		return false;
	}
	facts_look(&facts, buf_str(&start));
	/* The last character may be cut. */
	size_t cut = file->size > start.len ? 3 : 0;
	bool is_utf8 = false;
	for (size_t n = 0; n <= cut && n <= start.len; n++)
		is_utf8 |= utf8_is_valid(str_first(buf_str(&start), start.len - n));
	*charset = !facts.has_high ? "US-ASCII" : is_utf8 ? "UTF-8" : NULL;
	buf_done(&start);
	return true;
}

/* ---- The header of a file. ---- */

static bool params_have(const struct mime_params *params, const char *name)
{
	for (size_t i = 0; i < params->count; i++)
		if (strcmp(params->items[i].name, name) == 0)
			return true;
	return false;
}

/* A type that is none, or one that only we make, becomes bytes. */
static bool type_is_leaf(const char *type)
{
	struct str rest = str_from(type), top = str_cut(&rest, '/');
	static const char *const odd[] = {"multipart", "message"};
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		if (str_equal_nocase(top, str_from(odd[i])))
			return false;
	struct str both[] = {top, rest};
	for (size_t n = 0; n < 2; n++)
		for (size_t i = 0; i < both[n].len; i++)
			if (!ascii_is_alpha(both[n].data[i]) && !ascii_is_digit(both[n].data[i]) &&
				strchr("-+._", both[n].data[i]) == NULL)
				return false;
	return top.len > 0 && rest.len > 0 && top.len + rest.len < 200;
}

static void add_type(const char *type, const struct mime_params *given, const char *charset,
	char *file_name, struct buf *header)
{
	char charset_word[] = "charset", name_word[] = "name";
	size_t count = 0;
	char *value = mem_text(charset);
	struct part_param *params = mem_new_array(given->count + 2, sizeof(*params));
	if (charset != NULL)
		params[count++] = (struct part_param){charset_word, value};
	for (size_t i = 0; i < given->count; i++)
		if (strcmp(given->items[i].name, "name") != 0 &&
			strcmp(given->items[i].name, "boundary") != 0)
			params[count++] = given->items[i];
	if (file_name[0] != '\0')
		params[count++] = (struct part_param){name_word, file_name};
	mime_write_value(header, "Content-Type", type, params, count);
	mem_free(params);
	mem_free(value);
}

static void add_disposition(const struct draft_file *file, const char *coding, struct buf *header)
{
	char name_word[] = "filename";
	struct part_param param = {name_word, file->name};
	if (coding != NULL)
		buf_addf(header, "Content-Transfer-Encoding: %s\r\n", coding);
	mime_write_value(
		header, "Content-Disposition", "attachment", &param, file->name[0] != '\0');
	if (file->description[0] != '\0')
		mime_write_text(header, "Content-Description", str_from(file->description));
	buf_add_text(header, "\r\n");
}

static bool put_bytes(struct compose_output *o, const struct draft_file *file, struct error *err)
{
	struct buf header = {0};
	struct mime_params given = {0};
	const char *charset = NULL;
	mime_params_parse(str_from(file->type), &given);
	bool is_leaf = !file->is_message && given.value != NULL && type_is_leaf(given.value);
	const char *type = is_leaf ? given.value : "application/octet-stream";
	bool is_text = str_starts(str_from(type), STR("text/"));
	bool ok =
		!is_text || params_have(&given, "charset") || file_charset(o, file, &charset, err);
	if (!is_leaf)
		mime_params_done(&given);
	if (ok) {
		add_type(type, &given, charset, file->name, &header);
		add_disposition(file, "base64", &header);
		ok = compose_put(o, buf_str(&header), err) && put_base64(o, file, err);
	}
	mime_params_done(&given);
	buf_done(&header);
	return ok;
}

/* ---- An attached message: never encoded as a whole (RFC 2046 5.2.1). ---- */

static bool put_message_header(struct compose_output *o, const struct draft_file *file,
	const char *coding, struct error *err)
{
	struct buf header = {0};
	struct mime_params none = {0};
	add_type("message/rfc822", &none, NULL, file->name, &header);
	add_disposition(file, coding, &header);
	bool ok = compose_put(o, buf_str(&header), err);
	buf_done(&header);
	return ok;
}

/* Line ends mended and all recoded to 7 bits; false when it cannot be. */
static bool message_recode(struct str raw, struct buf *out)
{
	struct buf lines = {0};
	bool last_was_cr = false;
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.data[i];
		if (c != '\n' || !last_was_cr) {
			if (c == '\n' || c == '\r')
				buf_add_text(&lines, "\r\n");
			else
				buf_add_char(&lines, c);
		}
		last_was_cr = c == '\r';
	}
	bool ok = mime_recode(buf_str(&lines), false, out, NULL);
	buf_done(&lines);
	return ok;
}

static bool put_recoded(struct compose_output *o, const struct draft_file *file,
	const char *boundary, bool *is_done, struct error *err)
{
	struct buf raw = {0}, clean = {0};
	*is_done = false;
	bool ok = file_walk(o, file, memory_take, &raw, err);
	if (ok && message_recode(buf_str(&raw), &clean) &&
		str_find(buf_str(&clean), str_from(boundary)) == STR_NONE) {
		*is_done = true;
		ok = put_message_header(o, file, NULL, err) && compose_put(o, buf_str(&clean), err);
	}
	buf_done(&raw);
	buf_done(&clean);
	return ok;
}

static bool put_message(struct compose_output *o, const struct draft_file *file,
	const char *boundary, struct error *err)
{
	struct file_facts facts = {.boundary = boundary};
	bool is_done = false;
	bool ok = file_walk(o, file, facts_take, &facts, err);
	bool is_hard = facts.has_nul || facts.has_boundary;
	buf_done(&facts.tail);
	if (!ok)
		return false;
	if (!is_hard && !facts.has_long && (!facts.has_high || o->may_8bit))
		return put_message_header(o, file, facts.has_high ? "8bit" : NULL, err) &&
		       put_as_it_is(o, file, err);
	if (!is_hard && file->size <= RECODE_MAX && !put_recoded(o, file, boundary, &is_done, err))
		return false;
	return is_done || put_bytes(o, file, err);
}

/* ---- The tree. ---- */

static bool put_text(struct compose_output *o, const struct compose_node *node, struct error *err)
{
	struct buf out = {0};
	struct mime_source source = {.type = node->type,
		.params = node->params,
		.param_count = node->param_count,
		.body = node->text};
	mime_write_part(&out, &source, false, 0);
	bool ok = compose_put(o, buf_str(&out), err);
	buf_done(&out);
	return ok;
}

static bool texts_hold(const struct compose_node *node, struct str boundary)
{
	bool holds = str_find(node->text, boundary) != STR_NONE;
	for (size_t i = 0; i < node->child_count && !holds; i++)
		holds = texts_hold(&node->children[i], boundary);
	return holds;
}

/* What all boundaries of the message begin with. "=_" stands in nothing that was encoded. */
static void boundary_choose(
	const struct compose_output *o, const struct compose_node *root, struct buf *out)
{
	for (uint64_t n = 0; n == 0 || texts_hold(root, buf_str(out)); n++) {
		buf_clear(out);
		buf_addf(out, "=_%016llx%016llx", (unsigned long long)(o->entropy[0] + n),
			(unsigned long long)o->entropy[1]);
	}
}

static void multipart_header(
	const struct compose_node *node, char *boundary, bool is_8bit, struct buf *out)
{
	char word[] = "boundary";
	struct part_param *params = mem_new_array(node->param_count + 1, sizeof(*params));
	params[0] = (struct part_param){word, boundary};
	for (size_t i = 0; i < node->param_count; i++)
		params[i + 1] = node->params[i];
	mime_write_value(out, "Content-Type", node->type, params, node->param_count + 1);
	if (is_8bit)
		buf_add_text(out, "Content-Transfer-Encoding: 8bit\r\n");
	buf_add_text(out, "\r\n");
	mem_free(params);
}

static bool put_node(struct compose_output *o, const struct compose_node *node, const char *root,
	unsigned depth, struct error *err)
{
	struct buf line = {0}, boundary = {0};
	if (depth > NODE_DEPTH_MAX)
		return error_set(err, ERROR_INPUT, "the message has too many parts in parts");
	if (node->file != NULL)
		return node->file->is_message ? put_message(o, node->file, root, err)
					      : put_bytes(o, node->file, err);
	if (node->child_count == 0)
		return put_text(o, node, err);
	buf_addf(&boundary, "%s_%u", root, depth);
	multipart_header(node, boundary.data, o->may_8bit, &line);
	bool ok = true;
	for (size_t i = 0; ok && i < node->child_count; i++) {
		buf_addf(&line, "%s--%s\r\n", i > 0 ? "\r\n" : "", buf_text(&boundary));
		ok = compose_put(o, buf_str(&line), err) &&
		     put_node(o, &node->children[i], root, depth + 1, err);
		buf_clear(&line);
	}
	buf_addf(&line, "\r\n--%s--\r\n", buf_text(&boundary));
	ok = ok && compose_put(o, buf_str(&line), err);
	buf_done(&line);
	buf_done(&boundary);
	return ok;
}

bool compose_put_node(struct compose_output *o, const struct compose_node *node, struct error *err)
{
	struct buf root = {0};
	boundary_choose(o, node, &root);
	bool ok = put_node(o, node, buf_text(&root), 0, err);
	buf_done(&root);
	return ok;
}
