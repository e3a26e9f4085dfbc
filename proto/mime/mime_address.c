/* Addresses (RFC 5322 3.4, 4.4; RFC 6854) and message ids, read forgivingly in one pass. */
#include "base/utf8.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_header.h"

/* Where the reader is in a field, and the address it builds. */
struct reader {
	struct str rest;
	struct buf phrase;  /* words before '<', quotes undone */
	struct buf bare;    /* the same with quotes kept: perhaps an address without <> */
	struct buf comment; /* the last one */
	struct buf addr;    /* what stood in <> */
	struct buf next;  /* words behind it: the next name, when another <> follows without ',' */
	size_t name_len;  /* of phrase, when <> came */
	struct buf group; /* decoded name */
	bool has_at;      /* in bare, outside quotes */
	bool has_addr;
	bool in_group, group_is_empty, group_ends;
	bool quotes_are_text; /* one never closed, so none opens any more */
	struct mime_guess guess;
};

static void reader_done(struct reader *r)
{
	buf_done(&r->phrase);
	buf_done(&r->bare);
	buf_done(&r->comment);
	buf_done(&r->addr);
	buf_done(&r->next);
	buf_done(&r->group);
}

static void reader_restart(struct reader *r)
{
	buf_clear(&r->phrase);
	buf_clear(&r->bare);
	buf_clear(&r->comment);
	buf_clear(&r->addr);
	r->has_at = r->has_addr = false;
}

static void add_blank(struct buf *b)
{
	if (b->len > 0 && b->data[b->len - 1] != ' ')
		buf_add_char(b, ' ');
}

static void read_blanks(struct reader *r)
{
	while (r->rest.len > 0 && (ascii_is_space(r->rest.data[0]) || r->rest.data[0] == '\0'))
		r->rest = str_skip(r->rest, 1);
	add_blank(&r->phrase);
	add_blank(&r->bare);
}

static size_t quoted_end(struct str s)
{
	size_t i = 1;
	while (i < s.len && s.data[i] != '"')
		i += s.data[i] == '\\' ? 2 : 1;
	return i < s.len ? i : STR_NONE;
}

/* A quote that never closes is dropped, so that the address behind it is not lost. */
static void read_quoted(struct reader *r)
{
	struct str s = r->rest;
	size_t end = r->quotes_are_text ? STR_NONE : quoted_end(s);
	if (end == STR_NONE) {
		r->quotes_are_text = true;
		r->rest = str_skip(s, 1);
		return;
	}
	for (size_t i = 1; i < end; i++) {
		if (s.data[i] == '\\' && i + 1 < end)
			i++;
		if (s.data[i] != '\r' && s.data[i] != '\n')
			buf_add_char(&r->phrase, s.data[i]);
	}
	buf_add(&r->bare, str_first(s, end + 1));
	r->rest = str_skip(s, end + 1);
}

static void read_comment(struct reader *r)
{
	size_t depth = 0, i = 0;
	buf_clear(&r->comment);
	do {
		char c = r->rest.data[i];
		bool is_outer = (c == '(' && depth++ == 0) || (c == ')' && --depth == 0);
		if (c == '\\' && i + 1 < r->rest.len)
			c = r->rest.data[++i];
		if (!is_outer)
			buf_add_char(&r->comment, c);
		i++;
	} while (depth > 0 && i < r->rest.len);
	r->rest = str_skip(r->rest, i);
}

/* "<@a,@b:user@host>" without the route; blanks go. Without '>' up to a separator. */
static void read_angle(struct reader *r)
{
	size_t i = 1;
	bool is_quoted = false;
	while (r->rest.len > 1 && r->rest.data[1] == '<')
		r->rest = str_skip(r->rest, 1);
	buf_clear(&r->addr);
	for (; i < r->rest.len; i++) {
		char c = r->rest.data[i];
		is_quoted ^= c == '"';
		if (!is_quoted && c == '>')
			break;
		if (!is_quoted && c == ':' && r->addr.len > 0 && r->addr.data[0] == '@') {
			buf_clear(&r->addr);
			continue;
		}
		bool is_route = r->addr.len > 0 && r->addr.data[0] == '@';
		if (!is_quoted && !is_route && (c == ',' || c == ';' || c == '<'))
			break;
		if (is_quoted ? c != '\r' && c != '\n' : !ascii_is_space(c))
			buf_add_char(&r->addr, c);
	}
	bool is_closed = i < r->rest.len && (r->rest.data[i] == '>' || r->rest.data[i] == '<');
	r->rest = str_skip(r->rest, is_closed ? i + 1 : i);
	r->has_addr = true;
	r->name_len = r->phrase.len;
}

/* "Ann <a@x> Bob <b@y>": the comma is missing, and what follows the first <> is the second name. */
static bool read_second_angle(struct reader *r)
{
	if (!r->has_addr || str_find_char(buf_str(&r->addr), '@') == STR_NONE)
		return false;
	buf_add(&r->next, str_skip(buf_str(&r->phrase), r->name_len));
	buf_truncate(&r->phrase, r->name_len);
	return true;
}

static bool is_atom(char c)
{
	switch (c) {
	case '"':
	case '(':
	case '<':
	case '>':
	case ',':
	case ';':
	case ':':
	case '\0':
		return false;
	default:
		return !ascii_is_space(c);
	}
}

static void read_atom(struct reader *r)
{
	size_t len = mime_word_length(r->rest);
	if (len == 0) {
		while (len < r->rest.len && is_atom(r->rest.data[len]) &&
			(len == 0 || r->rest.data[len] != '='))
			len++;
		r->has_at |= str_find_char(str_first(r->rest, len), '@') != STR_NONE;
	}
	buf_add(&r->phrase, str_first(r->rest, len));
	buf_add(&r->bare, str_first(r->rest, len));
	r->rest = str_skip(r->rest, len);
}

/* "Friends:" opens a group unless it can only be part of an address ("a@b:c"). */
static void read_colon(struct reader *r)
{
	r->rest = str_skip(r->rest, 1);
	if (r->has_at || r->has_addr || r->in_group) {
		buf_add_char(&r->phrase, ':');
		buf_add_char(&r->bare, ':');
		return;
	}
	buf_clear(&r->group);
	mime_word_decode_in(str_trim(buf_str(&r->phrase)), &r->guess, &r->group);
	reader_restart(r);
	r->in_group = r->group_is_empty = true;
}

static bool reader_has_some(const struct reader *r)
{
	return r->has_addr || str_trim(buf_str(&r->bare)).len > 0;
}

/* ',' or ';': true when an address, or a group without any, stands complete. */
static bool read_separator(struct reader *r)
{
	bool ends_group = r->rest.data[0] == ';' && r->in_group;
	bool is_complete = reader_has_some(r) || (ends_group && r->group_is_empty);
	r->rest = str_skip(r->rest, 1);
	r->group_ends = ends_group;
	return is_complete;
}

static void reader_begin(struct reader *r)
{
	reader_restart(r);
	buf_add(&r->phrase, str_trim(buf_str(&r->next)));
	buf_clear(&r->next);
	if (r->group_ends)
		r->in_group = r->group_is_empty = false;
	r->group_ends = false;
}

/* One token; true when it ended an address. */
static bool read_token(struct reader *r)
{
	switch (r->rest.data[0]) {
	case ' ':
	case '\t':
	case '\r':
	case '\n':
	case '\0':
		read_blanks(r);
		return false;
	case '"':
		read_quoted(r);
		return false;
	case '(':
		read_comment(r);
		return false;
	case '<':
		if (read_second_angle(r))
			return true;
		read_angle(r);
		return false;
	case '>':
		r->rest = str_skip(r->rest, 1);
		return false;
	case ':':
		read_colon(r);
		return false;
	case ',':
	case ';':
		return read_separator(r);
	default:
		read_atom(r);
		return false;
	}
}

/* Reads to the end of the next address; false at the end of the field. */
static bool reader_next(struct reader *r)
{
	reader_begin(r);
	while (r->rest.len > 0) {
		bool was_separator = r->rest.data[0] == ',' || r->rest.data[0] == ';';
		if (read_token(r))
			return true;
		if (was_separator)
			reader_begin(r);
	}
	if (!reader_has_some(r) && !(r->in_group && r->group_is_empty))
		return false;
	r->group_ends = true;
	return true;
}

/* Where the word with the last '@' of bare starts; "john @ host" is one word. */
static size_t bare_start(struct str bare)
{
	size_t at = bare.len;
	while (at > 0 && bare.data[at - 1] != '@')
		at--;
	bool in_quotes = false;
	at = at > 0 ? at - 1 : 0;
	while (at > 0 && bare.data[at - 1] == ' ')
		at--;
	for (; at > 0; at--) {
		in_quotes ^= bare.data[at - 1] == '"';
		if (!in_quotes && bare.data[at - 1] == ' ')
			break;
	}
	return at;
}

static void bare_result(struct str bare, struct buf *phrase, struct buf *addr)
{
	size_t start = bare_start(bare);
	bool in_quotes = false;
	for (size_t i = start; i < bare.len; i++) {
		in_quotes ^= bare.data[i] == '"';
		if (in_quotes || bare.data[i] != ' ')
			buf_add_char(addr, bare.data[i]);
	}
	buf_add(phrase, str_trim(str_first(bare, start)));
}

/* Addresses are UTF-8 (RFC 6532) or rubbish, without controls. */
static void addr_add(struct reader *r, struct buf *out)
{
	size_t start = out->len, to = out->len;
	struct str addr = buf_str(&r->addr);
	bool is_utf8 = utf8_is_valid(addr);
	mime_charset_decode(is_utf8 ? "UTF-8" : mime_guess_charset(&r->guess), addr, out);
	for (size_t i = start; i < out->len; i++)
		if ((unsigned char)out->data[i] >= ' ' && out->data[i] != 127)
			out->data[to++] = out->data[i];
	buf_truncate(out, to);
}

/* The address that was read: display name decoded, address as written. */
static void reader_result(struct reader *r, struct buf *name, struct buf *addr)
{
	if (!r->has_addr && r->has_at) {
		buf_clear(&r->phrase);
		bare_result(str_trim(buf_str(&r->bare)), &r->phrase, &r->addr);
	}
	addr_add(r, addr);
	struct str phrase = str_trim(buf_str(&r->phrase));
	if (phrase.len == 0)
		phrase = str_trim(buf_str(&r->comment));
	mime_word_decode_in(phrase, &r->guess, name);
	if (!reader_has_some(r))
		buf_add(name, buf_str(&r->group));
	r->group_is_empty = false;
}

void mime_address_parse(struct str raw_value, struct address_list *list)
{
	struct reader r = {.rest = raw_value, .guess = {.field = raw_value}};
	struct buf name = {0}, addr = {0};
	while (list->count < ADDRESS_COUNT_MAX && reader_next(&r)) {
		buf_clear(&name);
		buf_clear(&addr);
		reader_result(&r, &name, &addr);
		struct str group = r.in_group ? buf_str(&r.group) : (struct str){"", 0};
		address_list_add(list, buf_str(&name), buf_str(&addr), group);
	}
	buf_done(&name);
	buf_done(&addr);
	reader_done(&r);
}

void mime_address_first(struct str raw_value, struct buf *name, struct buf *addr)
{
	struct reader r = {.rest = raw_value, .guess = {.field = raw_value}};
	if (reader_next(&r))
		reader_result(&r, name, addr);
	reader_done(&r);
}

static void id_add(struct buf *out, struct str id)
{
	size_t start = out->len;
	for (size_t i = 0; i < id.len; i++)
		if ((unsigned char)id.data[i] > ' ' && id.data[i] != 127)
			buf_add_char(out, id.data[i]);
	if (out->len > start)
		buf_add_char(out, '\n');
}

/* Old programs write ids without <>, among words; then only words with '@' count. */
static void ids_parse_bare(struct str s, struct buf *out)
{
	while (s.len > 0) {
		size_t len = 0;
		while (len < s.len && !ascii_is_space(s.data[len]) && s.data[len] != ',')
			len++;
		struct str word = str_first(s, len);
		if (str_find_char(word, '@') != STR_NONE)
			id_add(out, word);
		s = str_skip(s, len + 1);
	}
}

void mime_ids_parse(struct str raw_value, struct buf *out)
{
	struct str s = raw_value;
	size_t found = 0;
	for (;;) {
		size_t open = str_find_char(s, '<');
		if (open == STR_NONE)
			break;
		s = str_skip(s, open + 1);
		size_t len = 0;
		while (len < s.len && s.data[len] != '>' && s.data[len] != '<')
			len++;
		id_add(out, str_first(s, len));
		s = str_skip(s, len);
		found++;
	}
	if (found == 0)
		ids_parse_bare(raw_value, out);
}
