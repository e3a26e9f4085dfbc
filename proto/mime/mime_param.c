/* Structured values with parameters (RFC 2045 5.1), their continuations and charsets (RFC 2231). */
#include <stdlib.h>

#include "base/array.h"
#include "proto/mime/mime.h"

enum { PARAM_COUNT_MAX = 1000, SECTION_NONE = -1 };

/* One parameter as it stands: name*section*=value. */
struct piece {
	struct str name; /* without section and star; borrowed */
	int section;
	bool is_extended; /* %XX, and charset'language' in the first */
	size_t order;
	size_t start, len; /* in pieces.text */
};

struct pieces {
	struct piece *items;
	size_t count, cap;
	struct buf text; /* the values, unquoted */
};

static bool is_blank(char c)
{
	return ascii_is_space(c) || c == '\0';
}

/* Blanks and comments; nested ones are counted, not followed. */
static void skip_blanks(struct str *s)
{
	int depth = 0;
	while (s->len > 0) {
		char c = s->data[0];
		if (depth == 0 && c != '(' && !is_blank(c))
			return;
		depth += c == '(';
		depth -= c == ')' && depth > 0;
		*s = str_skip(*s, c == '\\' && depth > 0 ? 2 : 1);
	}
}

/* A quoted string; only \" and \\ are escapes, since Windows sends "C:\new". Without an end it goes
 * to the end. Line ends of folding are dropped. */
static void take_quoted(struct str *s, struct buf *out)
{
	size_t i = 1;
	for (; i < s->len && s->data[i] != '"'; i++) {
		char c = s->data[i], next = i + 1 < s->len ? s->data[i + 1] : '\0';
		if (c == '\\' && (next == '"' || next == '\\'))
			c = s->data[++i];
		if (c != '\r' && c != '\n')
			buf_add_char(out, c == '\0' ? ' ' : c);
	}
	*s = str_skip(*s, i + 1);
}

/* A bare value. File names with blanks come unquoted; elsewhere a blank ends it. */
static void take_bare(struct str *s, bool is_file_name, struct buf *out)
{
	size_t len = 0;
	while (len < s->len && s->data[len] != ';') {
		bool is_end = ascii_is_space(s->data[len]) || s->data[len] == '"';
		if (is_end && !is_file_name)
			break;
		len++;
	}
	struct buf line = {0};
	mime_unfold(str_first(*s, len), &line);
	buf_add(out, str_trim(buf_str(&line)));
	buf_done(&line);
	*s = str_skip(*s, len);
}

/* "filename*0*" → name, section, is_extended. */
static void piece_name(struct piece *p, struct str name)
{
	p->section = SECTION_NONE;
	p->is_extended = name.len > 1 && name.data[name.len - 1] == '*';
	if (p->is_extended)
		name.len--;
	p->name = name;
	size_t star = str_find_char(name, '*');
	uint32_t section;
	if (star == STR_NONE || star == 0 || !str_to_u32(str_skip(name, star + 1), &section))
		return;
	p->name = str_first(name, star);
	p->section = section < 100000 ? (int)section : 100000;
}

static bool is_name_end(char c)
{
	return c == '=' || c == ';' || is_blank(c);
}

/* One "name = value" off *s; false when nothing useful stood there. */
static bool piece_take(struct str *s, struct pieces *pieces, struct piece *p)
{
	size_t len = 0;
	while (len < s->len && !is_name_end(s->data[len]))
		len++;
	struct str name = str_first(*s, len);
	*s = str_skip(*s, len);
	skip_blanks(s);
	if (s->len == 0 || s->data[0] != '=' || name.len == 0) {
		if (len == 0)
			*s = str_skip(*s, 1);
		return false;
	}
	*s = str_skip(*s, 1);
	skip_blanks(s);
	piece_name(p, name);
	bool is_file_name = str_ends_nocase(p->name, STR("name"));
	p->start = pieces->text.len;
	if (s->len > 0 && s->data[0] == '"')
		take_quoted(s, &pieces->text);
	else
		take_bare(s, is_file_name, &pieces->text);
	p->len = pieces->text.len - p->start;
	return true;
}

static void pieces_read(struct pieces *pieces, struct str rest)
{
	while (pieces->count < PARAM_COUNT_MAX) {
		while (rest.len > 0 && (rest.data[0] == ';' || is_blank(rest.data[0])))
			rest = str_skip(rest, 1);
		skip_blanks(&rest);
		if (rest.len == 0)
			return;
		struct piece p = {.order = pieces->count};
		if (!piece_take(&rest, pieces, &p))
			continue;
		pieces->items = array_room(
			pieces->items, pieces->count, &pieces->cap, sizeof *pieces->items);
		pieces->items[pieces->count++] = p;
	}
}

static int name_compare(struct str a, struct str b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		int order = (unsigned char)ascii_lower(a.data[i]) -
			    (unsigned char)ascii_lower(b.data[i]);
		if (order != 0)
			return order;
	}
	return a.len < b.len ? -1 : a.len > b.len;
}

/* What belongs together stands together: the extended whole value first, then the sections in
 * order, then the plain value for readers that know no better. */
static int piece_compare(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;
	int order = name_compare(a->name, b->name);
	if (order != 0)
		return order;
	int rank_a = a->section != SECTION_NONE ? 1 : a->is_extended ? 0 : 2;
	int rank_b = b->section != SECTION_NONE ? 1 : b->is_extended ? 0 : 2;
	if (rank_a != rank_b)
		return rank_a - rank_b;
	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	char lower = ascii_lower(c);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static void percent_decode(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];
		if (c == '%' && i + 2 < s.len && hex_value(s.data[i + 1]) >= 0 &&
			hex_value(s.data[i + 2]) >= 0) {
			c = (char)(hex_value(s.data[i + 1]) << 4 | hex_value(s.data[i + 2]));
			i += 2;
		}
		buf_add_char(out, c);
	}
}

/* "utf-8'en'" off the front; false when there is none. */
static bool charset_take(struct str *s, struct str *charset)
{
	size_t first = str_find_char(*s, '\'');
	if (first == STR_NONE || first > 64)
		return false;
	struct str rest = str_skip(*s, first + 1);
	size_t second = str_find_char(rest, '\'');
	if (second == STR_NONE || second > 64)
		return false;
	*charset = str_first(*s, first);
	*s = str_skip(rest, second + 1);
	return true;
}

static char *text_take(struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] == '\0' || text->data[i] == '\r' || text->data[i] == '\n')
			text->data[i] = ' ';
	return buf_take(text);
}

/* The value of pieces[0..count), which are one parameter in order. */
static char *value_join(const struct pieces *all, const struct piece *pieces, size_t count)
{
	struct buf bytes = {0}, text = {0};
	struct str charset = {"", 0};
	bool is_extended = false;
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && pieces[i].section == pieces[i - 1].section)
			continue;
		struct str value = str_make(buf_text(&all->text) + pieces[i].start, pieces[i].len);
		if (!pieces[i].is_extended) {
			buf_add(&bytes, value);
			continue;
		}
		if (i == 0)
			charset_take(&value, &charset);
		is_extended = true;
		percent_decode(value, &bytes);
	}
	if (is_extended) {
		char label[65] = "";
		memcpy(label, charset.data, charset.len);
		mime_charset_decode(charset.len > 0 ? label : NULL, buf_str(&bytes), &text);
	} else {
		mime_word_decode(buf_str(&bytes), &text);
	}
	buf_done(&bytes);
	return text_take(&text);
}

static char *lower_copy(struct str s)
{
	char *copy = mem_str(s);
	for (char *c = copy; *c != '\0'; c++)
		*c = ascii_lower(*c);
	return copy;
}

/* Which of the pieces of one name make its value: the first rank that is there. */
static size_t group_length(const struct piece *pieces, size_t count)
{
	size_t len = 1;
	while (pieces[0].section != SECTION_NONE && len < count &&
		pieces[len].section != SECTION_NONE)
		len++;
	return len;
}

struct ordered {
	struct part_param param;
	size_t order;
};

static int ordered_compare(const void *left, const void *right)
{
	const struct ordered *a = left, *b = right;
	return a->order < b->order ? -1 : a->order > b->order;
}

static void params_fill(struct mime_params *params, const struct pieces *all)
{
	struct ordered *found = mem_new_array(all->count + 1, sizeof *found);
	size_t count = 0;
	for (size_t i = 0; i < all->count;) {
		const struct piece *first = &all->items[i];
		size_t same = 1, order = first->order;
		while (i + same < all->count && name_compare(first->name, first[same].name) == 0) {
			order = first[same].order < order ? first[same].order : order;
			same++;
		}
		found[count++] =
			(struct ordered){{lower_copy(first->name),
						 value_join(all, first, group_length(first, same))},
				order};
		i += same;
	}
	qsort(found, count, sizeof *found, ordered_compare);
	params->items = mem_new_array(count + 1, sizeof *params->items);
	params->count = count;
	params->cap = count + 1;
	for (size_t i = 0; i < count; i++)
		params->items[i] = found[i].param;
	mem_free(found);
}

/* "text / plain": up to ';' or to a blank that no '/' stands beside. */
static void value_take(struct str *s, struct buf *out)
{
	skip_blanks(s);
	while (s->len > 0 && s->data[0] != ';') {
		char c = s->data[0];
		if (is_blank(c) || c == '(') {
			skip_blanks(s);
			bool before = out->len > 0 && out->data[out->len - 1] == '/';
			if (!before && (s->len == 0 || s->data[0] != '/'))
				return;
			continue;
		}
		if (c != '"')
			buf_add_char(out, ascii_lower(c));
		*s = str_skip(*s, 1);
	}
}

void mime_params_parse(struct str raw_value, struct mime_params *params)
{
	struct buf value = {0};
	struct pieces pieces = {0};
	*params = (struct mime_params){0};
	value_take(&raw_value, &value);
	params->value = text_take(&value);
	pieces_read(&pieces, raw_value);
	if (pieces.count > 0) {
		qsort(pieces.items, pieces.count, sizeof *pieces.items, piece_compare);
		params_fill(params, &pieces);
	}
	mem_free(pieces.items);
	buf_done(&pieces.text);
}

void mime_params_done(struct mime_params *params)
{
	for (size_t i = 0; i < params->count; i++) {
		mem_free(params->items[i].name);
		mem_free(params->items[i].value);
	}
	mem_free(params->items);
	mem_free(params->value);
	*params = (struct mime_params){0};
}
