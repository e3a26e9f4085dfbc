/* A message by the grammar, independent of proto/mime. */
#include "tests/compose/rfc_check.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	LINE_LIMIT = 998,
	LINE_WISHED = 78,
	WORD_LIMIT = 75,
	WORD_LINE_LIMIT = 76,
	DEPTH_LIMIT = 20
};

struct span {
	const char *at;
	size_t len;
};

static bool wrong(struct rfc_check *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool wrong(struct rfc_check *c, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(c->why, sizeof(c->why), format, args);
	va_end(args);
	return false;
}

/* ---- Lines. ---- */

static bool check_lines(struct rfc_check *c, struct span s)
{
	size_t column = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char byte = (unsigned char)s.at[i];
		bool has_lf = i + 1 < s.len && s.at[i + 1] == '\n';
		if (byte == '\r' && !has_lf)
			return wrong(c, "a CR without LF at %zu", i);
		if (byte == '\n' && (i == 0 || s.at[i - 1] != '\r'))
			return wrong(c, "an LF without CR at %zu", i);
		if (byte == 0)
			return wrong(c, "a NUL at %zu", i);
		if (byte >= 0x80 && !c->may_8bit)
			return wrong(c, "a byte beyond ASCII at %zu", i);
		column = byte == '\r' || byte == '\n' ? 0 : column + 1;
		if (column > LINE_LIMIT)
			return wrong(c, "a line over 998 at %zu", i);
	}
	return s.len >= 2 && s.at[s.len - 1] == '\n' ? true : wrong(c, "no line end at the end");
}

static struct span line_cut(struct span *rest)
{
	const char *lf = memchr(rest->at, '\n', rest->len);
	size_t len = lf != NULL ? (size_t)(lf - rest->at) + 1 : rest->len;
	struct span line = {rest->at, len};
	rest->at += len;
	rest->len -= len;
	while (line.len > 0 && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
		line.len--;
	return line;
}

/* ---- Encoded words (RFC 2047). ---- */

static int hex(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

static int base64_value(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

static bool utf8_is_whole(const unsigned char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t more = s[i] < 0x80 ? 0 : s[i] >= 0xf0 ? 3 : s[i] >= 0xe0 ? 2 : 1;
		if (s[i] >= 0x80 && s[i] < 0xc2)
			return false;
		for (size_t n = 1; n <= more; n++)
			if (i + n >= len || (s[i + n] & 0xc0) != 0x80)
				return false;
		i += more + 1;
	}
	return true;
}

static bool word_decode(struct span text, char kind, unsigned char *out, size_t *out_len)
{
	unsigned bits = 0, count = 0;
	*out_len = 0;
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.at[i];
		if (kind == 'Q' && byte == '=') {
			if (i + 2 >= text.len || hex(text.at[i + 1]) < 0 || hex(text.at[i + 2]) < 0)
				return false;
			out[(*out_len)++] =
				(unsigned char)(hex(text.at[i + 1]) * 16 + hex(text.at[i + 2]));
			i += 2;
		} else if (kind == 'Q') {
			/* What may stand in a phrase (5 (3)). */
			if (!isalnum((unsigned char)byte) && strchr("!*+-/_", byte) == NULL)
				return false;
			out[(*out_len)++] = byte == '_' ? ' ' : (unsigned char)byte;
		} else if (byte == '=') {
			continue;
		} else if (base64_value(byte) < 0) {
			return false;
		} else {
			bits = bits << 6 | (unsigned)base64_value(byte);
			count += 6;
			if (count >= 8) {
				count -= 8;
				out[(*out_len)++] = (unsigned char)(bits >> count & 0xff);
			}
		}
	}
	return kind == 'Q' || text.len % 4 == 0;
}

/* at "=?" : a whole word, and its length. */
static bool check_word(struct rfc_check *c, struct span s, size_t *length)
{
	unsigned char bytes[WORD_LIMIT];
	size_t count;
	if (s.len < 12 || strncasecmp(s.at, "=?UTF-8?", 8) != 0 || s.at[9] != '?' ||
		(s.at[8] != 'Q' && s.at[8] != 'B'))
		return wrong(c, "an encoded word begins badly: %.30s", s.at);
	size_t end = 10;
	while (end + 1 < s.len && !(s.at[end] == '?' && s.at[end + 1] == '=')) {
		if (s.at[end] == ' ' || s.at[end] == '?')
			return wrong(c, "an encoded word has a blank or mark: %.40s", s.at);
		end++;
	}
	*length = end + 2;
	if (*length > WORD_LIMIT || *length > s.len)
		return wrong(c, "an encoded word is over 75 or open: %.40s", s.at);
	if (!word_decode((struct span){s.at + 10, end - 10}, s.at[8], bytes, &count) ||
		!utf8_is_whole(bytes, count))
		return wrong(c, "an encoded word holds no whole characters: %.60s", s.at);
	for (size_t i = 0; i < count; i++)
		if (bytes[i] < 0x20 || bytes[i] == 0x7f)
			return wrong(c, "an encoded word holds a control character");
	return true;
}

static bool check_words(struct rfc_check *c, struct span line)
{
	for (size_t i = 0; i + 1 < line.len; i++) {
		size_t length;
		if (line.at[i] != '=' || line.at[i + 1] != '?')
			continue;
		if (!check_word(c, (struct span){line.at + i, line.len - i}, &length))
			return false;
		char before = i > 0 ? line.at[i - 1] : ' ';
		char after = i + length < line.len ? line.at[i + length] : ' ';
		if (strchr(" \t(\"", before) == NULL || strchr(" \t):;,\"", after) == NULL)
			return wrong(c, "an encoded word touches text: %.40s", line.at);
		if (line.len > WORD_LINE_LIMIT + 2)
			return wrong(c, "a line with an encoded word is %zu long", line.len);
		i += length - 1;
	}
	return true;
}

/* ---- Fields. ---- */

struct field {
	struct span name, value; /* value with its folds */
};

static bool is_blank(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != ' ' && s.at[i] != '\t')
			return false;
	return true;
}

/* A line over 78 could not have been folded: behind its first word there is no blank outside of a
 * quoted string. */
static bool line_is_short(struct span line, bool is_first)
{
	size_t at = 0, words = 0;
	if (line.len <= LINE_WISHED)
		return true;
	while (at < line.len) {
		while (at < line.len && (line.at[at] == ' ' || line.at[at] == '\t'))
			at++;
		bool is_quoted = false;
		size_t start = at;
		for (; at < line.len && (is_quoted || line.at[at] != ' '); at++)
			if (line.at[at] == '"' && line.at[at - 1] != '\\')
				is_quoted = !is_quoted;
		words += at > start;
	}
	return words <= (is_first ? 2u : 1u);
}

static bool field_cut(struct rfc_check *c, struct span *rest, struct field *field)
{
	struct span line = line_cut(rest);
	const char *colon = memchr(line.at, ':', line.len);
	if (colon == NULL || colon == line.at)
		return wrong(c, "no field: %.*s", (int)line.len, line.at);
	field->name = (struct span){line.at, (size_t)(colon - line.at)};
	for (size_t i = 0; i < field->name.len; i++)
		if (line.at[i] <= 32 || line.at[i] >= 127)
			return wrong(c, "a bad field name: %.*s", (int)line.len, line.at);
	bool is_first = true;
	for (;;) {
		for (size_t i = 0; i < line.len; i++)
			if ((unsigned char)line.at[i] < 32 && line.at[i] != '\t')
				return wrong(c, "a control character in a field");
		if (!line_is_short(line, is_first))
			return wrong(c, "could be folded: %.*s", (int)line.len, line.at);
		if (!check_words(c, line))
			return false;
		field->value = (struct span){colon + 1, (size_t)(line.at + line.len - colon - 1)};
		if (rest->len == 0 || (rest->at[0] != ' ' && rest->at[0] != '\t'))
			return true;
		line = line_cut(rest);
		is_first = false;
		if (is_blank(line))
			return wrong(c, "a folded line of blanks in %.*s", (int)field->name.len,
				field->name.at);
	}
}

static bool name_is(const struct field *field, const char *name)
{
	return field->name.len == strlen(name) &&
	       strncasecmp(field->name.at, name, field->name.len) == 0;
}

/* ---- Addresses (RFC 5322 3.4). ---- */

static const char atext[] = "!#$%&'*+-/=?^_`{|}~";

static bool is_atext(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr(atext, c) != NULL);
}

static void skip_blanks(struct span *s)
{
	while (s->len > 0 && isspace((unsigned char)s->at[0])) {
		s->at++;
		s->len--;
	}
}

static bool take(struct span *s, char c)
{
	if (s->len == 0 || s->at[0] != c)
		return false;
	s->at++;
	s->len--;
	return true;
}

/* An atom with dots, or a quoted string. */
static bool take_word(struct span *s, bool may_dot)
{
	size_t n = 0;
	if (take(s, '"')) {
		while (s->len > 0 && s->at[0] != '"') {
			size_t skip = s->at[0] == '\\' ? 2 : 1;
			if (s->len < skip)
				return false;
			s->at += skip;
			s->len -= skip;
		}
		return take(s, '"');
	}
	while (n < s->len && (is_atext(s->at[n]) || (may_dot && s->at[n] == '.')))
		n++;
	s->at += n;
	s->len -= n;
	return n > 0;
}

static bool take_addr_spec(struct span *s)
{
	if (!take_word(s, true) || !take(s, '@'))
		return false;
	if (take(s, '[')) {
		while (s->len > 0 && s->at[0] != ']')
			take(s, s->at[0]);
		return take(s, ']');
	}
	return take_word(s, true);
}

static bool take_mailbox(struct span *s)
{
	struct span whole = *s;
	skip_blanks(s);
	if (take_addr_spec(s)) {
		skip_blanks(s);
		return true;
	}
	*s = whole;
	skip_blanks(s);
	while (s->len > 0 && s->at[0] != '<') {
		if (!take_word(s, false))
			return false;
		skip_blanks(s);
	}
	bool ok = take(s, '<') && take_addr_spec(s) && take(s, '>');
	skip_blanks(s);
	return ok;
}

static bool take_group_name(struct span *s)
{
	struct span was = *s;
	skip_blanks(s);
	while (take_word(s, false))
		skip_blanks(s);
	if (take(s, ':') && s->at > was.at + 1)
		return true;
	*s = was;
	return false;
}

static bool check_addresses(struct rfc_check *c, const struct field *field)
{
	struct span s = field->value;
	bool is_group = false;
	do {
		is_group = is_group || take_group_name(&s);
		skip_blanks(&s);
		bool is_empty_group = is_group && s.len > 0 && s.at[0] == ';';
		if (!is_empty_group && !take_mailbox(&s))
			return wrong(
				c, "no address in %.*s", (int)field->value.len, field->value.at);
		if (is_group && take(&s, ';'))
			is_group = false;
		skip_blanks(&s);
	} while (take(&s, ','));
	return (s.len == 0 && !is_group) ||
	       wrong(c, "bad addresses: %.*s", (int)field->value.len, field->value.at);
}

/* ---- Dates and ids. ---- */

static bool check_date(struct rfc_check *c, const struct field *field)
{
	static const char shape[] = "Aaa, 9 Aaa 9999 99:99:99 ~9999";
	struct span s = field->value;
	skip_blanks(&s);
	for (const char *p = shape; *p != '\0'; p++) {
		bool ok = s.len > 0 && (*p == 'A'          ? isupper((unsigned char)s.at[0])
					       : *p == 'a' ? islower((unsigned char)s.at[0])
					       : *p == '9' ? isdigit((unsigned char)s.at[0])
					       : *p == '~' ? s.at[0] == '+' || s.at[0] == '-'
							   : s.at[0] == *p);
		if (!ok)
			return wrong(c, "no date: %.*s", (int)field->value.len, field->value.at);
		take(&s, s.at[0]);
		bool is_day = p == shape + 5;
		if (is_day && s.len > 0 && isdigit((unsigned char)s.at[0]))
			take(&s, s.at[0]);
	}
	return s.len == 0 || wrong(c, "text behind a date");
}

static bool check_ids(struct rfc_check *c, const struct field *field)
{
	struct span s = field->value;
	size_t count = 0;
	skip_blanks(&s);
	for (; s.len > 0; count++) {
		bool has_at = false;
		if (!take(&s, '<'))
			return wrong(c, "no id: %.*s", (int)field->value.len, field->value.at);
		while (s.len > 0 && s.at[0] != '>') {
			has_at |= s.at[0] == '@';
			if (s.at[0] <= 32 || s.at[0] == '<')
				return wrong(c, "a bad id");
			take(&s, s.at[0]);
		}
		if (!take(&s, '>') || !has_at)
			return wrong(c, "an id without @ or end");
		skip_blanks(&s);
	}
	return count > 0 || wrong(c, "no ids in %.*s", (int)field->name.len, field->name.at);
}

/* ---- The header of a message. ---- */

typedef bool check_field(struct rfc_check *c, const struct field *field);

static const struct {
	const char *name;
	check_field *check;
	bool is_needed;
} rules[] = {{"From", check_addresses, true}, {"Sender", check_addresses, false},
	{"Reply-To", check_addresses, false}, {"To", check_addresses, false},
	{"Cc", check_addresses, false}, {"Bcc", check_addresses, false}, {"Date", check_date, true},
	{"Message-ID", check_ids, true}, {"In-Reply-To", check_ids, false},
	{"References", check_ids, false}, {"Subject", NULL, false}, {"MIME-Version", NULL, false},
	{"Content-Type", NULL, false}, {"Content-Transfer-Encoding", NULL, false},
	{"Content-Disposition", NULL, false}};
enum { RULE_COUNT = sizeof(rules) / sizeof(*rules) };

struct entity {
	struct span type, transfer; /* values; empty: absent */
	bool has_mime;
};

static bool apply_field(
	struct rfc_check *c, const struct field *field, unsigned *seen, struct entity *entity)
{
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if (!name_is(field, rules[i].name))
			continue;
		if ((*seen & 1u << i) != 0)
			return wrong(c, "%s twice", rules[i].name);
		*seen |= 1u << i;
		if (rules[i].check != NULL && !rules[i].check(c, field))
			return false;
	}
	if (name_is(field, "Content-Type"))
		entity->type = field->value;
	if (name_is(field, "Content-Transfer-Encoding"))
		entity->transfer = field->value;
	entity->has_mime |= name_is(field, "MIME-Version");
	skip_blanks(&entity->type);
	skip_blanks(&entity->transfer);
	return true;
}

static bool check_header(
	struct rfc_check *c, struct span *rest, bool is_message, struct entity *entity)
{
	unsigned seen = 0;
	*entity = (struct entity){{"", 0}, {"", 0}, false};
	while (!(rest->len >= 2 && rest->at[0] == '\r')) {
		struct field field;
		if (rest->len == 0)
			return wrong(c, "a header without its end");
		if (!field_cut(c, rest, &field) || !apply_field(c, &field, &seen, entity))
			return false;
	}
	line_cut(rest);
	for (size_t i = 0; is_message && i < RULE_COUNT; i++)
		if (rules[i].is_needed && (seen & 1u << i) == 0)
			return wrong(c, "%s is missing", rules[i].name);
	return true;
}

/* ---- Bodies. ---- */

static bool check_base64(struct rfc_check *c, struct span body)
{
	size_t total = 0, padding = 0;
	while (body.len > 0) {
		struct span line = line_cut(&body);
		if (line.len > 76)
			return wrong(c, "a base64 line over 76");
		for (size_t i = 0; i < line.len; i++) {
			padding += line.at[i] == '=';
			if (line.at[i] != '=' && (base64_value(line.at[i]) < 0 || padding > 0))
				return wrong(c, "no base64: %.20s", line.at);
		}
		total += line.len;
	}
	return (total % 4 == 0 && padding <= 2) || wrong(c, "base64 cut short");
}

static bool check_qp(struct rfc_check *c, struct span body)
{
	while (body.len > 0) {
		struct span line = line_cut(&body);
		if (line.len > 76)
			return wrong(c, "a quoted-printable line over 76");
		if (line.len > 0 && isspace((unsigned char)line.at[line.len - 1]))
			return wrong(c, "a blank at the end of a quoted-printable line");
		for (size_t i = 0; i < line.len; i++) {
			if (line.at[i] != '=' || i + 1 == line.len)
				continue;
			if (i + 2 >= line.len || hex(line.at[i + 1]) < 0 || hex(line.at[i + 2]) < 0)
				return wrong(c, "no quoted-printable: %.20s", line.at + i);
		}
	}
	return true;
}

static bool starts(struct span s, const char *text)
{
	return s.len >= strlen(text) && strncasecmp(s.at, text, strlen(text)) == 0;
}

/* A value of a parameter written plainly or in quotes. */
static bool find_param(struct span value, const char *name, char *out, size_t room)
{
	char needle[40];
	snprintf(needle, sizeof(needle), "%s=", name);
	for (size_t i = 0; i < value.len; i++) {
		struct span s = {value.at + i, value.len - i};
		if (i == 0 || !isspace((unsigned char)value.at[i - 1]) || !starts(s, needle))
			continue;
		s.at += strlen(needle);
		s.len -= strlen(needle);
		bool is_quoted = take(&s, '"');
		size_t n = 0;
		while (n < s.len && n + 1 < room &&
			(is_quoted ? s.at[n] != '"'
				   : !isspace((unsigned char)s.at[n]) && s.at[n] != ';'))
			n++;
		memcpy(out, s.at, n);
		out[n] = '\0';
		return n > 0;
	}
	return false;
}

static bool check_entity(struct rfc_check *c, struct span s, bool is_message, unsigned depth);

/* Splits at lines "--boundary"; a line that only begins like one is wrong too. */
static bool check_multipart(
	struct rfc_check *c, struct span body, const char *boundary, unsigned depth)
{
	char delimiter[128], close[128];
	const char *start = NULL;
	bool is_closed = false;
	if (strlen(boundary) > 70)
		return wrong(c, "a boundary over 70");
	snprintf(delimiter, sizeof(delimiter), "--%s", boundary);
	snprintf(close, sizeof(close), "--%s--", boundary);
	while (body.len > 0) {
		struct span line = line_cut(&body);
		if (!starts(line, delimiter))
			continue;
		if (is_closed)
			return wrong(c, "a boundary behind the last");
		is_closed = line.len == strlen(close) && starts(line, close);
		if (!is_closed && line.len != strlen(delimiter))
			return wrong(
				c, "a line begins like a boundary: %.*s", (int)line.len, line.at);
		/* The line end before a boundary is its own. */
		if (start != NULL && line.at < start + 2)
			return wrong(c, "a part without a line");
		if (start != NULL &&
			!check_entity(c, (struct span){start, (size_t)(line.at - start) - 2}, false,
				depth + 1))
			return false;
		start = line.at + line.len + 2;
	}
	return is_closed || wrong(c, "a multipart without its end");
}

static bool check_leaf(struct rfc_check *c, struct span body, struct span transfer)
{
	c->parts++;
	if (transfer.len == 0 || starts(transfer, "7bit"))
		return true;
	if (starts(transfer, "8bit"))
		return c->may_8bit || wrong(c, "8bit");
	if (starts(transfer, "base64"))
		return check_base64(c, body);
	if (starts(transfer, "quoted-printable"))
		return check_qp(c, body);
	return wrong(c, "an unknown transfer encoding");
}

static bool check_entity(struct rfc_check *c, struct span s, bool is_message, unsigned depth)
{
	struct entity entity;
	char boundary[120];
	if (depth > DEPTH_LIMIT)
		return wrong(c, "too deep");
	if (!check_header(c, &s, is_message, &entity))
		return false;
	if (is_message && entity.type.len > 0 && !entity.has_mime)
		return wrong(c, "no MIME-Version");
	if (starts(entity.type, "multipart/")) {
		if (entity.transfer.len > 0 && !starts(entity.transfer, "7bit") &&
			!starts(entity.transfer, "8bit"))
			return wrong(c, "an encoded multipart");
		return find_param(entity.type, "boundary", boundary, sizeof(boundary))
			       ? check_multipart(c, s, boundary, depth)
			       : wrong(c, "a multipart without boundary");
	}
	if (starts(entity.type, "message/rfc822")) {
		if (starts(entity.transfer, "base64") || starts(entity.transfer, "quoted"))
			return wrong(c, "an encoded message");
		c->parts++;
		return true;
	}
	return check_leaf(c, s, entity.transfer);
}

bool rfc_check_message(struct rfc_check *check, const char *bytes, size_t len)
{
	struct span s = {bytes, len};
	return check_lines(check, s) && check_entity(check, s, true, 0);
}
