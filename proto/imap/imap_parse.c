/* The tokens of IMAP (RFC 3501 section 9), taken as servers send them. */
#include "proto/imap/imap_parse.h"

bool imap_scan_at_end(const struct imap_scan *s)
{
	return s->p == s->end;
}

bool imap_scan_is(const struct imap_scan *s, char c)
{
	return s->p < s->end && *s->p == c;
}

bool imap_scan_take(struct imap_scan *s, char c)
{
	bool is = imap_scan_is(s, c);
	s->p += is;
	return is;
}

void imap_scan_blanks(struct imap_scan *s)
{
	while (s->p < s->end && ascii_is_space(*s->p))
		s->p++;
}

static struct str scan_from(const struct imap_scan *s, const char *start)
{
	return str_make(start, (size_t)(s->p - start));
}

struct str imap_scan_atom(struct imap_scan *s)
{
	const char *start = s->p;
	while (s->p < s->end && !ascii_is_space(*s->p) && *s->p != '(' && *s->p != ')' &&
		*s->p != '"')
		s->p++;
	return scan_from(s, start);
}

struct str imap_scan_flag(struct imap_scan *s)
{
	const char *start = s->p;
	while (s->p < s->end && !ascii_is_space(*s->p) && *s->p != ')')
		s->p++;
	return scan_from(s, start);
}

struct str imap_scan_rest(struct imap_scan *s)
{
	struct str rest = str_make(s->p, (size_t)(s->end - s->p));
	s->p = s->end;
	return str_trim(rest);
}

bool imap_scan_u64(struct imap_scan *s, uint64_t *value)
{
	const char *start = s->p;
	while (s->p < s->end && ascii_is_digit(*s->p))
		s->p++;
	if (str_to_u64(scan_from(s, start), value))
		return true;
	s->p = start;
	return false;
}

bool imap_scan_u32(struct imap_scan *s, uint32_t *value)
{
	const char *start = s->p;
	uint64_t wide;
	if (imap_scan_u64(s, &wide) && wide <= UINT32_MAX) {
		*value = (uint32_t)wide;
		return true;
	}
	s->p = start;
	return false;
}

/* Behind the digits of a float: ".3736e+06". Cuts what does not fit. */
static uint64_t scan_float(struct imap_scan *s, uint64_t value)
{
	const char *fraction = s->p + 1;
	if (imap_scan_take(s, '.'))
		while (s->p < s->end && ascii_is_digit(*s->p))
			s->p++;
	else
		fraction = s->p;
	const char *fraction_end = s->p;
	uint32_t exponent = 0;
	if (imap_scan_take(s, 'e') || imap_scan_take(s, 'E')) {
		bool is_small = imap_scan_take(s, '-');
		imap_scan_take(s, '+');
		if (!imap_scan_u32(s, &exponent) || is_small)
			exponent = 0;
	}
	for (; exponent > 0 && value <= UINT64_MAX / 10 - 1; exponent--) {
		uint64_t digit = fraction < fraction_end ? (uint64_t)(*fraction++ - '0') : 0;
		value = value * 10 + digit;
		if (value == 0 && fraction == fraction_end)
			break;
	}
	return value;
}

bool imap_scan_odd_number(struct imap_scan *s, uint64_t *value, bool *is_exact)
{
	const char *start = s->p;
	bool is_negative = imap_scan_take(s, '-');
	if (!imap_scan_u64(s, value)) {
		s->p = start;
		return false;
	}
	bool is_float = imap_scan_is(s, '.') || imap_scan_is(s, 'e') || imap_scan_is(s, 'E');
	if (is_float)
		*value = scan_float(s, *value);
	*is_exact = !is_negative && !is_float;
	if (is_negative)
		*value = 0;
	return true;
}

bool imap_scan_literal_head(struct imap_scan *s, uint64_t *length)
{
	const char *start = s->p;
	imap_scan_take(s, '~');
	bool is_good = imap_scan_take(s, '{') && imap_scan_u64(s, length);
	if (is_good) {
		imap_scan_take(s, '+');
		is_good = imap_scan_take(s, '}');
	}
	while (is_good && (imap_scan_is(s, ' ') || imap_scan_is(s, '\t') || imap_scan_is(s, '\r')))
		s->p++;
	if (is_good && imap_scan_take(s, '\n'))
		return true;
	s->p = start;
	return false;
}

static bool scan_literal(struct imap_scan *s, struct str *text)
{
	uint64_t length;
	if (!imap_scan_literal_head(s, &length))
		return false;
	s->is_short = length > (uint64_t)(s->end - s->p);
	if (s->is_short)
		return false;
	*text = str_make(s->p, (size_t)length);
	s->p += length;
	return true;
}

/* Whether the quote at p ends its string: what follows can only follow a string. Some servers
 * forget to escape quotes inside. */
static bool scan_quote_ends(const struct imap_scan *s, const char *p)
{
	return p + 1 == s->end || strchr(" ()[]\r\n", p[1]) != NULL;
}

/* Behind the opening quote. *raw is what stands between the quotes, *is_plain whether it can be
 * used as it is. */
static bool scan_quoted_raw(struct imap_scan *s, struct str *raw, bool *is_plain)
{
	const char *start = s->p;
	*is_plain = true;
	for (; s->p < s->end && *s->p != '\n'; s->p++) {
		if (*s->p == '\\' && s->p + 1 < s->end && s->p[1] != '\n') {
			*is_plain = false;
			s->p++;
		} else if (*s->p == '"' && scan_quote_ends(s, s->p)) {
			*raw = scan_from(s, start);
			s->p++;
			return true;
		}
	}
	return false;
}

static bool scan_quoted(struct imap_scan *s, struct str *text)
{
	const char *response_end = s->end;
	bool is_plain;
	s->p++;
	if (!scan_quoted_raw(s, text, &is_plain))
		return false;
	if (is_plain)
		return true;
	if (s->arena->len == 0)
		buf_reserve(s->arena, text->len + (size_t)(response_end - s->p));
	size_t start = s->arena->len;
	for (size_t i = 0; i < text->len; i++) {
		if (text->data[i] == '\\' && i + 1 < text->len)
			i++;
		buf_add_char(s->arena, text->data[i]);
	}
	*text = str_skip(buf_str(s->arena), start);
	return true;
}

bool imap_scan_string(struct imap_scan *s, struct str *text, bool *is_nil)
{
	const char *start = s->p;
	*is_nil = false;
	*text = STR("");
	if (imap_scan_at_end(s))
		return false;
	if (*s->p == '"')
		return scan_quoted(s, text);
	if (*s->p == '{' || *s->p == '~')
		if (scan_literal(s, text))
			return true;
	*text = imap_scan_atom(s);
	if (text->len == 0 || start[0] == '{')
		return false;
	*is_nil = str_equal_nocase(*text, STR("NIL"));
	if (*is_nil)
		*text = STR("");
	return true;
}

/* Anything but a parenthesis. */
static bool scan_skip_simple(struct imap_scan *s)
{
	struct str text;
	bool flag;
	if (imap_scan_is(s, '"')) {
		s->p++;
		return scan_quoted_raw(s, &text, &flag);
	}
	return imap_scan_string(s, &text, &flag);
}

static bool scan_skip_open(struct imap_scan *s, unsigned open)
{
	do {
		imap_scan_blanks(s);
		if (imap_scan_take(s, '('))
			open++;
		else if (open > 0 && imap_scan_take(s, ')'))
			open--;
		else if (!scan_skip_simple(s))
			return false;
		if (open > s->depth)
			return false;
	} while (open > 0);
	return true;
}

bool imap_scan_skip(struct imap_scan *s)
{
	return scan_skip_open(s, 0);
}

bool imap_scan_skip_list(struct imap_scan *s)
{
	return scan_skip_open(s, 1);
}

size_t imap_literal_announced(struct str line, uint64_t *length, bool *is_huge)
{
	*is_huge = false;
	size_t end = line.len;
	while (end > 0 && ascii_is_space(line.data[end - 1]))
		end--;
	if (end < 3 || line.data[end - 1] != '}')
		return 0;
	size_t digits_end = end - 1 - (line.data[end - 2] == '+');
	size_t start = digits_end;
	while (start > 0 && ascii_is_digit(line.data[start - 1]))
		start--;
	if (start == digits_end || start == 0 || line.data[start - 1] != '{')
		return 0;
	*is_huge = !str_to_u64(str_make(line.data + start, digits_end - start), length);
	start -= 1 + (start > 1 && line.data[start - 2] == '~');
	return line.len - start;
}
