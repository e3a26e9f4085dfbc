/*
 * BODYSTRUCTURE into the one part tree (model/part.h). Text is as the server sent it: encoded words
 * stay encoded, and RFC 2231 values are rewritten as encoded words, so that one decoder
 * (mime_word_decode, which is not this folder's to call) finishes both.
 *
 * Fields may be missing, NIL or of the wrong shape (Exchange, Gmail, QQ): a part is then as
 * application/octet-stream or as far as it is known. Depth and number of parts are limited.
 */
#include "base/array.h"
#include "proto/imap/imap_client.h"

enum { PARAM_MAX = 200, TEXT_MAX = 4096 };

struct structure {
	struct imap_scan *s;
	size_t count;
};

/* The next item of the FETCH where a field should be: a ")" is missing. */
static bool at_next_item(const struct imap_scan *s)
{
	static const char *const items[] = {
		"UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "MODSEQ", "ENVELOPE"};
	struct imap_scan ahead = *s;
	struct str word = imap_scan_atom(&ahead);
	if (str_starts_nocase(word, STR("BODY[")))
		return true;
	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++)
		if (str_equal_nocase(word, str_from(items[i])))
			return true;
	return false;
}

static bool at_field(struct imap_scan *s)
{
	imap_scan_blanks(s);
	return !imap_scan_at_end(s) && !imap_scan_is(s, ')') && !at_next_item(s);
}

/* The next field as text; empty when it is missing, NIL or a list. */
static bool field_text(struct imap_scan *s, struct str *text)
{
	bool is_nil;
	*text = STR("");
	if (!at_field(s))
		return true;
	if (imap_scan_is(s, '('))
		return imap_scan_skip(s);
	return imap_scan_string(s, text, &is_nil);
}

static bool field_number(struct imap_scan *s, uint64_t *value)
{
	struct str text;
	bool is_exact;
	*value = 0;
	if (!at_field(s))
		return true;
	if (ascii_is_digit(*s->p) || *s->p == '-')
		return imap_scan_odd_number(s, value, &is_exact);
	if (!field_text(s, &text))
		return false;
	if (!str_to_u64(text, value))
		*value = 0;
	return true;
}

static bool skip_rest(struct imap_scan *s)
{
	while (at_field(s))
		if (!imap_scan_skip(s))
			return false;
	imap_scan_take(s, ')');
	return true;
}

static char *lower_text(struct str text)
{
	char *copy = mem_str(str_first(text, TEXT_MAX));
	for (char *c = copy; *c != '\0'; c++)
		*c = ascii_lower(*c);
	return copy;
}

static void set_text(char **field, char *value)
{
	mem_free(*field);
	*field = value;
}

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* charset'language'%XX… as =?charset?Q?=XX…?= */
static char *param_extended(struct str value)
{
	struct str rest = value, charset = str_cut(&rest, '\'');
	size_t quote = str_find_char(rest, '\'');
	if (charset.len == value.len || quote == STR_NONE)
		return mem_str(value);
	rest = str_skip(rest, quote + 1);
	struct buf out = {0};
	buf_add_text(&out, "=?");
	buf_add(&out, charset.len > 0 ? charset : STR("us-ascii"));
	buf_add_text(&out, "?Q?");
	for (size_t i = 0; i < rest.len; i++) {
		char c = rest.data[i];
		bool is_escaped = c == '%' && i + 2 < rest.len &&
				  hex_value(rest.data[i + 1]) >= 0 &&
				  hex_value(rest.data[i + 2]) >= 0;
		if (is_escaped) {
			buf_addf(&out, "=%c%c", rest.data[i + 1], rest.data[i + 2]);
			i += 2;
		} else if (ascii_is_alpha(c) || ascii_is_digit(c)) {
			buf_add_char(&out, c);
		} else {
			buf_addf(&out, "=%02X", (unsigned char)c);
		}
	}
	buf_add_text(&out, "?=");
	return buf_take(&out);
}

struct param_list {
	struct part_param *items;
	size_t count, cap;
};

static void param_list_done(struct param_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		mem_free(list->items[i].name);
		mem_free(list->items[i].value);
	}
	mem_free(list->items);
}

static void param_put(struct param_list *list, struct str name, char *value)
{
	if (list->count >= PARAM_MAX) {
		mem_free(value);
		return;
	}
	list->items = array_room(list->items, list->count, &list->cap, sizeof(*list->items));
	list->items[list->count++] = (struct part_param){lower_text(name), value};
}

static struct part_param *param_find(struct param_list *list, struct str name)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_equal_nocase(str_from(list->items[i].name), name))
			return &list->items[i];
	return NULL;
}

/* name*=…, name*0*=…, name*1=…: put together as they come; servers send them in order. The pieces
 * stay as sent until the list is whole. */
static void param_add(struct param_list *list, struct str name, struct str value)
{
	size_t star = str_find_char(name, '*');
	struct str base = str_first(name, star);
	if (star == STR_NONE || base.len == 0) {
		param_put(list, name, mem_str(str_first(value, TEXT_MAX)));
		return;
	}
	struct str with_star = str_first(name, star + 1);
	struct part_param *known = param_find(list, with_star);
	if (known == NULL) {
		param_put(list, with_star, mem_str(str_first(value, TEXT_MAX)));
		return;
	}
	struct buf joined = {0};
	buf_add_text(&joined, known->value);
	buf_add(&joined, str_first(value, TEXT_MAX));
	if (joined.len <= TEXT_MAX)
		set_text(&known->value, buf_take(&joined));
	buf_done(&joined);
}

/* "filename*" becomes "filename", in place of a plain one. */
static void param_list_finish(struct param_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct part_param *p = &list->items[i];
		size_t length = strlen(p->name);
		if (length == 0 || p->name[length - 1] != '*')
			continue;
		p->name[length - 1] = '\0';
		set_text(&p->value, param_extended(str_from(p->value)));
		struct part_param *plain = param_find(list, str_from(p->name));
		if (plain == p)
			continue;
		char *value = plain->value;
		plain->value = p->value;
		p->value = value;
		p->name[0] = '\0';
	}
}

/* ("name" "value" …), NIL, or nothing. */
static bool param_list_read(struct imap_scan *s, struct param_list *list)
{
	struct str name, value;
	if (!at_field(s))
		return true;
	if (!imap_scan_take(s, '('))
		return field_text(s, &name);
	while (at_field(s)) {
		if (!field_text(s, &name) || !field_text(s, &value))
			return false;
		if (name.len > 0)
			param_add(list, name, value);
	}
	param_list_finish(list);
	imap_scan_take(s, ')');
	return true;
}

static char *param_copy(struct param_list *list, const char *name)
{
	struct part_param *p = param_find(list, str_from(name));
	return p != NULL && p->value[0] != '\0' ? mem_text(p->value) : NULL;
}

static bool read_params(struct imap_scan *s, struct part *p)
{
	struct param_list list = {0};
	if (!param_list_read(s, &list)) {
		param_list_done(&list);
		return false;
	}
	set_text(&p->charset, param_copy(&list, "charset"));
	set_text(&p->name, param_copy(&list, "name"));
	p->params = list.items;
	p->param_count = list.count;
	return true;
}

/* ("attachment" ("filename" "x")), also "attachment" alone. */
static bool read_disposition(struct imap_scan *s, struct part *p)
{
	struct str name;
	struct param_list list = {0};
	if (!at_field(s))
		return true;
	bool is_list = imap_scan_take(s, '(');
	bool is_good = field_text(s, &name) && (!is_list || param_list_read(s, &list));
	if (is_good && name.len > 0)
		set_text(&p->disposition, lower_text(name));
	char *file = param_copy(&list, "filename");
	if (file != NULL)
		set_text(&p->name, file);
	param_list_done(&list);
	return is_good && (!is_list || skip_rest(s));
}

static enum transfer transfer_of(struct str name)
{
	static const struct {
		const char *name;
		enum transfer transfer;
	} rows[] = {{"7BIT", TRANSFER_IDENTITY}, {"8BIT", TRANSFER_IDENTITY},
		{"BINARY", TRANSFER_IDENTITY}, {"", TRANSFER_IDENTITY}, {"BASE64", TRANSFER_BASE64},
		{"QUOTED-PRINTABLE", TRANSFER_QP}, {"X-UUENCODE", TRANSFER_UUENCODE},
		{"UUENCODE", TRANSFER_UUENCODE}, {"X-UUE", TRANSFER_UUENCODE}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (str_equal_nocase(str_trim(name), str_from(rows[i].name)))
			return rows[i].transfer;
	return TRANSFER_UNKNOWN;
}

static struct str without_angles(struct str id)
{
	id = str_trim(id);
	if (id.len > 1 && id.data[0] == '<' && id.data[id.len - 1] == '>')
		return str_make(id.data + 1, id.len - 2);
	return id;
}

static bool read_part(struct structure *r, struct part *p, unsigned depth);

/* Envelope, body and lines of a message/rfc822; some servers leave them out. */
static bool read_embedded(struct structure *r, struct part *p, unsigned depth)
{
	uint64_t lines;
	if (!imap_scan_skip(r->s))
		return false;
	if (at_field(r->s) && imap_scan_is(r->s, '(')) {
		if (depth + 1 >= PART_DEPTH_MAX || r->count >= PART_COUNT_MAX) {
			p->is_truncated = true;
			if (!imap_scan_skip(r->s))
				return false;
		} else if (!read_part(r, part_new(p), depth + 1)) {
			return false;
		}
	}
	if (!field_number(r->s, &lines))
		return false;
	p->lines = lines <= UINT32_MAX ? (uint32_t)lines : 0;
	return true;
}

/* What follows the size: lines, or an embedded message; then MD5 and disposition. */
static bool read_single_end(struct structure *r, struct part *p, unsigned depth)
{
	struct str md5;
	uint64_t lines;
	bool is_message = part_is(p, "message", "rfc822") || part_is(p, "message", "global");
	if (is_message && at_field(r->s) && imap_scan_is(r->s, '(')) {
		if (!read_embedded(r, p, depth))
			return false;
	} else if (at_field(r->s) && (ascii_is_digit(*r->s->p) || *r->s->p == '-')) {
		if (!field_number(r->s, &lines))
			return false;
		p->lines = lines <= UINT32_MAX ? (uint32_t)lines : 0;
	}
	return field_text(r->s, &md5) && read_disposition(r->s, p) && skip_rest(r->s);
}

static bool is_multipart_subtype(struct str subtype)
{
	static const char *const names[] = {"mixed", "alternative", "related", "signed",
		"encrypted", "report", "digest", "parallel", "form-data"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_equal_nocase(subtype, str_from(names[i])))
			return true;
	return false;
}

static void set_type(struct part *p, struct str type, struct str subtype)
{
	bool is_text = str_equal_nocase(type, STR("text"));
	if (type.len == 0)
		type = is_multipart_subtype(subtype) ? STR("multipart") : STR("application");
	if (subtype.len == 0)
		subtype = is_text ? STR("plain") : STR("octet-stream");
	if (subtype.len > 0 && str_equal_nocase(type, STR("multipart")) &&
		str_equal_nocase(subtype, STR("octet-stream")))
		subtype = STR("mixed");
	set_text(&p->type, lower_text(type));
	set_text(&p->subtype, lower_text(subtype));
}

/* Behind the subtype of a multipart. */
static bool read_multipart_end(struct imap_scan *s, struct part *p)
{
	return read_params(s, p) && read_disposition(s, p) && skip_rest(s);
}

static bool read_single(struct structure *r, struct part *p, unsigned depth)
{
	struct imap_scan *s = r->s;
	struct str type, subtype = STR(""), id, description, encoding;
	if (!field_text(s, &type))
		return false;
	/* ("ALTERNATIVE" ("BOUNDARY" "x") …): a multipart whose parts were left out. */
	if (at_field(s) && imap_scan_is(s, '(')) {
		set_type(p, STR("multipart"), type);
		return read_multipart_end(s, p);
	}
	if (!field_text(s, &subtype))
		return false;
	set_type(p, type, subtype);
	if (!read_params(s, p) || !field_text(s, &id) || !field_text(s, &description) ||
		!field_text(s, &encoding) || !field_number(s, &p->size))
		return false;
	id = without_angles(str_first(id, TEXT_MAX));
	if (id.len > 0)
		set_text(&p->content_id, mem_str(id));
	if (description.len > 0)
		set_text(&p->description, mem_str(str_first(description, TEXT_MAX)));
	p->transfer = transfer_of(encoding);
	return read_single_end(r, p, depth);
}

/* p becomes its only child: ((…)) where (…) was meant. */
static void adopt_child(struct part *p)
{
	struct part *child = p->children[0], *parent = p->parent, old = *p;
	size_t index = p->index;
	*p = *child;
	p->parent = parent;
	p->index = index;
	for (size_t i = 0; i < p->child_count; i++)
		p->children[i]->parent = p;
	*child = old;
	child->parent = NULL;
	child->child_count = 0;
	part_free(child);
}

static bool read_multipart(struct structure *r, struct part *p, unsigned depth)
{
	struct str subtype;
	set_type(p, STR("multipart"), STR("mixed"));
	while (at_field(r->s) && imap_scan_is(r->s, '(')) {
		if (depth + 1 >= PART_DEPTH_MAX || r->count >= PART_COUNT_MAX) {
			p->is_truncated = true;
			if (!imap_scan_skip(r->s))
				return false;
		} else if (!read_part(r, part_new(p), depth + 1)) {
			return false;
		}
	}
	if (!at_field(r->s) && p->child_count == 1) {
		imap_scan_take(r->s, ')');
		adopt_child(p);
		return true;
	}
	if (!field_text(r->s, &subtype))
		return false;
	if (subtype.len > 0)
		set_type(p, STR("multipart"), subtype);
	return read_multipart_end(r->s, p);
}

/* "(" … ")": what a missing ")" swallows ends with the response. */
static bool read_part(struct structure *r, struct part *p, unsigned depth)
{
	r->count++;
	imap_scan_blanks(r->s);
	if (!imap_scan_take(r->s, '('))
		return false;
	imap_scan_blanks(r->s);
	if (imap_scan_is(r->s, '('))
		return read_multipart(r, p, depth);
	return read_single(r, p, depth);
}

/* The path a part's children go on from. The multipart inside a message/rfc822 has no number of its
 * own (RFC 3501 6.4.5): its parts go on from the message's. */
static const char *path_for_children(const struct part *p)
{
	const struct part *parent = p->parent;
	bool is_embedded =
		parent != NULL && part_is(parent, "message", NULL) && part_is(p, "multipart", NULL);
	return is_embedded ? parent->path : p->path;
}

static void number_part(struct part *p)
{
	struct buf path = {0};
	if (p->parent == NULL) {
		buf_add_text(&path, part_is(p, "multipart", NULL) ? "" : "1");
	} else {
		const char *base = path_for_children(p->parent);
		bool is_embedded = part_is(p->parent, "message", NULL);
		buf_add_text(&path, base);
		if (path.len > 0)
			buf_add_char(&path, '.');
		if (is_embedded && part_is(p, "multipart", NULL))
			buf_add_text(&path, "TEXT");
		else
			buf_addf(&path, "%zu", p->index + 1);
	}
	set_text(&p->path, buf_take(&path));
}

struct part *imap_structure_read(struct imap_scan *s)
{
	struct structure reader = {.s = s};
	struct part *root = part_new(NULL);
	if (!read_part(&reader, root, 0)) {
		part_free(root);
		return NULL;
	}
	for (struct part *p = root; p != NULL; p = part_next(p))
		number_part(p);
	return root;
}
