/* Encoded words (RFC 2047, language suffix of RFC 2231 5) and raw 8-bit in header text. */
#include "base/utf8.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_header.h"

enum {
	WORD_CHARSET_MAX = 64, /* longer is no charset */
	WORD_LENGTH_MAX = 998, /* for mime_word_length; 75 is the rule, a line the most seen */
};

struct word {
	struct str charset; /* without language */
	bool is_base64;
	struct str text;
	size_t len; /* of the whole word */
};

static bool word_is_charset_char(char c)
{
	return c > ' ' && c < 127 && strchr("()<>@,;:\"/[]?=", c) == NULL;
}

/* "=?charset*lang?Q?": its length, 0 when s does not start so. */
static size_t word_start(struct str s, struct word *w)
{
	if (s.len < 5 || s.data[0] != '=' || s.data[1] != '?')
		return 0;
	size_t at = 2, charset_len = 0;
	while (at < s.len && at < 2 + WORD_CHARSET_MAX && word_is_charset_char(s.data[at])) {
		if (s.data[at] == '*' && charset_len == 0)
			charset_len = at - 2;
		at++;
	}
	if (at + 3 > s.len || s.data[at] != '?' || s.data[at + 2] != '?')
		return 0;
	char encoding = ascii_lower(s.data[at + 1]);
	if (encoding != 'b' && encoding != 'q')
		return 0;
	w->charset = str_make(s.data + 2, charset_len > 0 ? charset_len : at - 2);
	w->is_base64 = encoding == 'b';
	return at + 3;
}

static bool is_hex(char c)
{
	char lower = ascii_lower(c);
	return ascii_is_digit(c) || (lower >= 'a' && lower <= 'f');
}

/* Where "?=" stands that ends a word's text: a '?' that a mailer forgot to encode may be followed
 * by "=20". STR_NONE: nowhere before the next word. */
static size_t word_end(struct str text, bool is_base64)
{
	struct word next;
	for (size_t at = 0; at + 1 < text.len; at++) {
		const char *c = text.data + at;
		if (c[0] == '=' && c[1] == '?' && word_start(str_skip(text, at), &next) > 0)
			return STR_NONE;
		if (c[0] != '?' || c[1] != '=')
			continue;
		bool is_escape = !is_base64 && at + 3 < text.len && is_hex(c[2]) && is_hex(c[3]);
		if (!is_escape ||
			str_find_char(str_first(str_skip(text, at + 2), 75), '?') == STR_NONE)
			return at;
	}
	return STR_NONE;
}

/* A word whose end is missing goes to the next blank (base64), the next word or the end. */
static size_t word_broken_end(const struct word *w, struct str text)
{
	struct word next;
	size_t at = 0;
	for (; at < text.len; at++) {
		if (w->is_base64 && ascii_is_space(text.data[at]))
			break;
		if (text.data[at] == '=' && word_start(str_skip(text, at), &next) > 0)
			break;
	}
	return at;
}

static bool word_read(struct str s, struct word *w)
{
	size_t start = word_start(s, w);
	if (start == 0)
		return false;
	struct str rest = str_skip(s, start);
	size_t end = word_end(rest, w->is_base64);
	if (end != STR_NONE) {
		w->text = str_first(rest, end);
		w->len = start + end + 2;
		return true;
	}
	end = word_broken_end(w, rest);
	w->len = start + end;
	w->text = str_first(rest, end);
	while (w->text.len > 0 && strchr(" \t\r\n?", w->text.data[w->text.len - 1]) != NULL)
		w->text.len--;
	return true;
}

size_t mime_word_length(struct str s)
{
	struct word w;
	s = str_first(s, WORD_LENGTH_MAX);
	size_t start = word_start(s, &w);
	if (start == 0)
		return 0;
	for (size_t at = start; at + 1 < s.len && !ascii_is_space(s.data[at]); at++)
		if (s.data[at] == '?' && s.data[at + 1] == '=')
			return at + 2;
	return 0;
}

/* ---- Words that follow each other are joined as bytes while their charset is the same, because
 * mailers cut inside characters. ---- */

struct joiner {
	struct buf *out;
	struct str charset; /* of bytes */
	struct buf bytes;
	struct mime_decoder base64; /* carries bits over a cut inside a group of four */
	struct mime_guess *guess;
};

static void add_one_line(struct buf *out, struct str text)
{
	size_t start = out->len;
	buf_add(out, text);
	for (size_t i = start; i < out->len; i++)
		if (out->data[i] == '\r' || out->data[i] == '\n' || out->data[i] == '\0')
			out->data[i] = ' ';
}

static void joiner_flush(struct joiner *j)
{
	if (j->base64.bit_count > 0)
		mime_decoder_finish(&j->base64, &j->bytes);
	if (j->bytes.len == 0)
		return;
	char label[WORD_CHARSET_MAX + 1];
	memcpy(label, j->charset.data, j->charset.len);
	label[j->charset.len] = '\0';
	struct buf text = {0};
	mime_charset_decode(label, buf_str(&j->bytes), &text);
	add_one_line(j->out, buf_str(&text));
	buf_done(&text);
	buf_clear(&j->bytes);
}

static void q_decode(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '=' && i + 2 < text.len && is_hex(text.data[i + 1]) &&
			is_hex(text.data[i + 2])) {
			const char digits[3] = {text.data[i + 1], text.data[i + 2], '\0'};
			int value = 0;
			for (const char *d = digits; *d != '\0'; d++)
				value = value * 16 + (ascii_is_digit(*d)
								     ? *d - '0'
								     : ascii_lower(*d) - 'a' + 10);
			c = (char)value;
			i += 2;
		} else if (c == '_') {
			c = ' ';
		} else if (c == '\r' || c == '\n') {
			continue;
		}
		buf_add_char(out, c);
	}
}

static void joiner_add_word(struct joiner *j, const struct word *w)
{
	if (!str_equal_nocase(j->charset, w->charset))
		joiner_flush(j);
	j->charset = w->charset;
	bool is_cut_group = j->base64.bit_count > 0 && j->base64.bits != 0 && w->is_base64;
	if (!is_cut_group && j->base64.bit_count > 0)
		mime_decoder_finish(&j->base64, &j->bytes);
	if (!w->is_base64) {
		q_decode(w->text, &j->bytes);
		return;
	}
	if (!is_cut_group)
		mime_decoder_init(&j->base64, TRANSFER_BASE64);
	mime_decoder_feed(&j->base64, w->text, &j->bytes);
	unsigned spare = j->base64.bit_count % 8; /* bits that a whole word leaves are zero */
	if (spare == 0 || (j->base64.bits & ((1u << spare) - 1)) == 0)
		mime_decoder_finish(&j->base64, &j->bytes);
}

static bool is_ascii(struct str s)
{
	unsigned char all = 0;
	for (size_t i = 0; i < s.len; i++)
		all |= (unsigned char)s.data[i];
	return all < 0x80;
}

const char *mime_guess_charset(struct mime_guess *guess)
{
	if (guess->charset == NULL)
		guess->charset = mime_charset_guess(guess->field);
	return guess->charset;
}

static void joiner_add_raw(struct joiner *j, struct str raw)
{
	if (raw.len == 0)
		return;
	struct buf line = {0};
	mime_unfold(raw, &line);
	if (is_ascii(raw) && str_find_char(raw, 27) == STR_NONE) {
		buf_add(j->out, buf_str(&line));
	} else {
		struct buf text = {0};
		mime_charset_decode(mime_guess_charset(j->guess), buf_str(&line), &text);
		add_one_line(j->out, buf_str(&text));
		buf_done(&text);
	}
	buf_done(&line);
}

static bool is_blank(struct str s)
{
	return str_trim(s).len == 0;
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];
		if (c >= 0x80 || (c < ' ' && c != '\t') ||
			(c == '=' && i + 1 < s.len && s.data[i + 1] == '?'))
			return false;
	}
	return true;
}

void mime_word_decode_in(struct str raw_value, struct mime_guess *guess, struct buf *out)
{
	if (is_plain(raw_value)) {
		buf_add(out, raw_value);
		return;
	}
	struct joiner j = {.out = out, .charset = {"", 0}, .guess = guess};
	size_t plain = 0; /* where the text since the last word starts */
	bool after_word = false;
	for (size_t at = 0; at < raw_value.len;) {
		struct word w;
		if (raw_value.data[at] != '=' || !word_read(str_skip(raw_value, at), &w)) {
			at++;
			continue;
		}
		struct str between = str_make(raw_value.data + plain, at - plain);
		if (!after_word || !is_blank(between)) {
			joiner_flush(&j);
			joiner_add_raw(&j, between);
		}
		joiner_add_word(&j, &w);
		at += w.len;
		plain = at;
		after_word = true;
	}
	joiner_flush(&j);
	joiner_add_raw(&j, str_skip(raw_value, plain));
	buf_done(&j.bytes);
}

void mime_word_decode(struct str raw_value, struct buf *out)
{
	struct mime_guess guess = {.field = raw_value};
	mime_word_decode_in(raw_value, &guess, out);
}
