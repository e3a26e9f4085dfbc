/* Bytes of a charset → UTF-8: by a page of our own, by iconv, or by rewriting first. */
#include "proto/mime/mime_charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdatomic.h>

#include "base/utf8.h"
#include "proto/mime/mime.h"

static void page_convert(const struct charset_page *page, struct str bytes, struct buf *out)
{
	buf_reserve(out, bytes.len + bytes.len / 4);
	size_t start = 0;
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.data[i];
		if (c < 0x80)
			continue;
		buf_add_bytes(out, bytes.data + start, i - start);
		start = i + 1;
		utf8_add(out, page->high[c - 0x80] != 0 ? page->high[c - 0x80] : UTF8_BAD);
	}
	buf_add_bytes(out, bytes.data + start, bytes.len - start);
}

/* How many bytes one unit of the charset has, for stepping over what does not convert. */
static size_t charset_unit(const char *name)
{
	if (strncmp(name, "UTF-16", 6) == 0)
		return 2;
	return strncmp(name, "UTF-32", 6) == 0 ? 4 : 1;
}

static void iconv_convert(iconv_t cd, size_t unit, struct str bytes, struct buf *out)
{
	char *in = (char *)(uintptr_t)bytes.data; /* iconv does not write there */
	size_t left = bytes.len;
	while (left > 0) {
		buf_reserve(out, left + left / 2 + 64);
		char *to = out->data + out->len;
		size_t room = out->cap - out->len - 1;
		size_t result = iconv(cd, &in, &left, &to, &room);
		out->len = (size_t)(to - out->data);
		if (result != (size_t)-1 || errno == E2BIG)
			continue;
		utf8_add(out, UTF8_BAD);
		size_t step = unit < left ? unit : left;
		in += errno == EINVAL ? left : step; /* EINVAL: cut inside its last character */
		left -= errno == EINVAL ? left : step;
	}
	buf_reserve(out, 64);
	char *to = out->data + out->len;
	size_t room = out->cap - out->len - 1;
	iconv(cd, NULL, NULL, &to, &room); /* what a stateful one still holds */
	out->len = (size_t)(to - out->data);
	out->data[out->len] = '\0';
}

/* RFC 2781 4.3 says big-endian without a mark; Windows says little. The zeros of ASCII tell. */
static const char *utf16_order(struct str *bytes, const char *little, const char *big)
{
	bool marked_little = str_starts(*bytes, STR("\xff\xfe"));
	if (marked_little || str_starts(*bytes, STR("\xfe\xff"))) {
		*bytes = str_skip(*bytes, 2);
		return marked_little ? little : big;
	}
	size_t zeros[2] = {0, 0};
	for (size_t i = 0; i < bytes->len && i < 1024; i++)
		zeros[i % 2] += bytes->data[i] == '\0';
	return zeros[0] > zeros[1] ? big : little;
}

static const char *order_choose(const char *name, struct str *bytes)
{
	if (strncmp(name, "UTF-16", 6) == 0) {
		bool is_big = strcmp(name, "UTF-16BE") == 0,
		     is_little = strcmp(name, "UTF-16LE") == 0;
		const char *found = utf16_order(bytes, "UTF-16LE", "UTF-16BE");
		return is_big || is_little ? name : found;
	}
	if (strcmp(name, "UTF-32") != 0)
		return name;
	if (str_starts(*bytes, STR("\xff\xfe\0\0")))
		return "UTF-32LE";
	return bytes->len > 0 && bytes->data[0] != '\0' ? "UTF-32LE" : "UTF-32BE";
}

/* glibc unloads a charset's tables soon after the last descriptor on them closes, and loading them
 * costs 0.3 ms: with four charsets in turn in a list, for each row. So one descriptor of these
 * stays open till the program ends. The one exception to "no globals": written once, never
 * converted with. */
static const char *const pinned_names[] = {
	"BIG5-HKSCS", "CP932", "EUC-JP-MS", "GB18030", "ISO-2022-KR", "UHC"};
enum { PINNED_COUNT = sizeof pinned_names / sizeof pinned_names[0] };

static void charset_pin(const char *name)
{
	static _Atomic(iconv_t) pins[PINNED_COUNT];
	size_t i = 0;
	while (i < PINNED_COUNT && strcmp(pinned_names[i], name) != 0)
		i++;
	if (i == PINNED_COUNT || atomic_load(&pins[i]) != NULL)
		return;
	iconv_t none = NULL, pin = iconv_open("UTF-8", name);
	if (pin != (iconv_t)-1 && !atomic_compare_exchange_strong(&pins[i], &none, pin))
		iconv_close(pin);
}

static void iconv_named(const char *name, struct str bytes, struct buf *out)
{
	name = order_choose(name, &bytes);
	size_t start = out->len;
	charset_pin(name);
	iconv_t cd = iconv_open("UTF-8", name);
	if (cd == (iconv_t)-1) { /* a system that lacks this one */
		utf8_add_mended(out, bytes);
		return;
	}
	iconv_convert(cd, charset_unit(name), bytes, out);
	iconv_close(cd);
	if (str_starts(str_skip(buf_str(out), start), STR("\xef\xbb\xbf"))) {
		memmove(out->data + start, out->data + start + 3, out->len - start - 3);
		buf_truncate(out, out->len - 3);
	}
}

/* ---- ISO-2022-JP (RFC 1468, 1554, and what Windows and phones add) as EUC-JP-MS. ---- */

enum jis_set { JIS_ASCII, JIS_KATAKANA, JIS_0208, JIS_0212 };

static const struct jis_escape {
	const char *escape;
	enum jis_set set;
} jis_escapes[] = {
	{"\033(B", JIS_ASCII},
	{"\033(J", JIS_ASCII},
	{"\033(H", JIS_ASCII},
	{"\033(I", JIS_KATAKANA},
	{"\033$B", JIS_0208},
	{"\033$@", JIS_0208},
	{"\033$(B", JIS_0208},
	{"\033$(D", JIS_0212},
};

static const struct jis_escape *jis_escape_at(struct str s)
{
	for (size_t i = 0; s.data[0] == 27 && i < sizeof jis_escapes / sizeof jis_escapes[0]; i++)
		if (str_starts(s, str_from(jis_escapes[i].escape)))
			return &jis_escapes[i];
	return NULL;
}

/* One character of a set, its bytes 7-bit; returns how many it took. */
static size_t jis_add(enum jis_set set, struct str s, struct buf *out)
{
	unsigned char c = (unsigned char)s.data[0];
	bool is_printable = c > 32 && c < 127;
	if (set == JIS_KATAKANA && is_printable) {
		buf_add_char(out, (char)0x8e);
		buf_add_char(out, (char)(c | 0x80));
		return 1;
	}
	if (set < JIS_0208 || !is_printable || s.len < 2) {
		buf_add_char(out, (char)c);
		return 1;
	}
	if (set == JIS_0212)
		buf_add_char(out, (char)0x8f);
	buf_add_char(out, (char)(c | 0x80));
	buf_add_char(out, (char)((unsigned char)s.data[1] | 0x80));
	return 2;
}

void charset_iso2022jp_to_eucjp(struct str bytes, struct buf *out)
{
	enum jis_set set = JIS_ASCII;
	while (bytes.len > 0) {
		const struct jis_escape *escape = jis_escape_at(bytes);
		if (escape != NULL) {
			set = escape->set;
			bytes = str_skip(bytes, strlen(escape->escape));
			continue;
		}
		if (bytes.data[0] == '\n')
			set = JIS_ASCII;
		bytes = str_skip(bytes, jis_add(set, bytes, out));
	}
}

/* HZ (RFC 1843): ~{ and ~} around 7-bit GB 2312, ~~ is a tilde, ~ at a line end joins lines. */
void charset_hz_to_gb(struct str bytes, struct buf *out)
{
	bool is_chinese = false;
	for (size_t i = 0; i < bytes.len; i++) {
		char c = bytes.data[i], next = i + 1 < bytes.len ? bytes.data[i + 1] : '\0';
		if (c == '~' && (next == '{' || next == '}')) {
			is_chinese = next == '{';
			i++;
		} else if (c == '~' && !is_chinese && (next == '~' || next == '\n')) {
			if (next == '~')
				buf_add_char(out, '~');
			i++;
		} else if (is_chinese && c > ' ' && next > ' ') {
			buf_add_char(out, (char)((unsigned char)c | 0x80));
			buf_add_char(out, (char)((unsigned char)next | 0x80));
			i++;
		} else {
			is_chinese = is_chinese && c != '\n';
			buf_add_char(out, c);
		}
	}
}

/* ---- */

void charset_convert(const char *name, struct str bytes, struct buf *out)
{
	static const struct rewrite {
		const char *from, *to;
		void (*rewrite)(struct str bytes, struct buf *out);
	} rewrites[] = {
		{"ISO-2022-JP", "EUC-JP-MS", charset_iso2022jp_to_eucjp},
		{"HZ", "GB18030", charset_hz_to_gb},
	};
	for (size_t i = 0; i < CHARSET_PAGE_COUNT; i++)
		if (strcmp(charset_pages[i].name, name) == 0) {
			page_convert(&charset_pages[i], bytes, out);
			return;
		}
	for (size_t i = 0; i < sizeof rewrites / sizeof rewrites[0]; i++)
		if (strcmp(rewrites[i].from, name) == 0) {
			struct buf other = {0};
			rewrites[i].rewrite(bytes, &other);
			iconv_named(rewrites[i].to, buf_str(&other), out);
			buf_done(&other);
			return;
		}
	iconv_named(name, bytes, out);
}

/* What is 7-bit, has no escapes and no zeros means the same in all but a few charsets. */
static bool is_plain_ascii(struct str s)
{
	unsigned char all = 0;
	bool has_control = false;
	for (size_t i = 0; i < s.len; i++) {
		all |= (unsigned char)s.data[i];
		has_control |= s.data[i] == 27 || s.data[i] == 14 || s.data[i] == '\0';
	}
	return all < 0x80 && !has_control;
}

struct utf8_counts {
	size_t good, bad; /* characters beyond ASCII; bytes that are none */
};

static struct utf8_counts utf8_count(struct str s)
{
	struct utf8_counts n = {0, 0};
	while (s.len > 0) {
		size_t len = 1;
		if ((unsigned char)s.data[0] >= 0x80) {
			bool is_bad = utf8_next(s, &len) == UTF8_BAD && len == 1;
			n.good += !is_bad;
			n.bad += is_bad;
		}
		s = str_skip(s, len);
	}
	return n;
}

/* UTF-8 that says it is something else, or something else that says it is UTF-8. */
static const char *charset_correct(const char *name, struct str bytes)
{
	bool says_utf8 = strcmp(name, "UTF-8") == 0;
	if (!says_utf8 && strcmp(name, "windows-1252") != 0)
		return name;
	struct utf8_counts n = utf8_count(bytes);
	if (says_utf8)
		return n.bad > n.good ? NULL : name;
	return n.bad == 0 && n.good > 1 ? "UTF-8" : name;
}

void mime_charset_decode(const char *label, struct str bytes, struct buf *out)
{
	const char *name = label != NULL ? mime_charset_name(str_from(label)) : NULL;
	bool is_ascii = is_plain_ascii(bytes);
	if (name == NULL || strcmp(name, "US-ASCII") == 0)
		name = is_ascii ? "UTF-8" : mime_charset_guess(bytes);
	else
		name = charset_correct(name, bytes);
	if (name == NULL)
		name = mime_charset_guess(bytes);
	if (strcmp(name, "UTF-8") != 0) {
		charset_convert(name, bytes, out);
		return;
	}
	if (str_starts(bytes, STR("\xef\xbb\xbf")))
		bytes = str_skip(bytes, 3);
	if (is_ascii || utf8_is_valid(bytes))
		buf_add(out, bytes);
	else
		utf8_add_mended(out, bytes);
}

/* ---- Leaves of text. ---- */

/* Appends text with '\n' line ends, at most limit bytes; false: it was longer. */
static bool add_lines(struct str text, size_t limit, struct buf *out)
{
	bool is_whole = text.len <= limit;
	text = utf8_first(text, limit);
	buf_reserve(out, text.len);
	while (text.len > 0) {
		size_t at = str_find_char(text, '\r');
		if (at == STR_NONE)
			break;
		buf_add(out, str_first(text, at));
		text = str_skip(text, at + 1);
		if (text.len == 0 || text.data[0] != '\n')
			buf_add_char(out, '\n');
	}
	buf_add(out, text);
	return is_whole;
}

bool mime_text_decode(const struct part *part, struct str body, const char *charset, size_t limit,
	struct buf *out)
{
	struct buf bytes = {0}, text = {0};
	const char *label = charset != NULL ? charset : part->charset;
	const char *name = label != NULL ? mime_charset_name(str_from(label)) : NULL;
	bool shrinks = name != NULL && str_starts(str_from(name), STR("UTF-16"));
	size_t room = shrinks ? 2 * limit : limit;
	size_t bytes_limit = limit < SIZE_MAX / 4 ? room + 64 : SIZE_MAX;
	mime_body_decode(part->transfer, body, bytes_limit, &bytes);
	mime_charset_decode(label, buf_str(&bytes), &text);
	bool is_whole = bytes.len < bytes_limit && text.len <= limit;
	buf_done(&bytes); /* each of the three may be as large as the limit */
	is_whole = add_lines(buf_str(&text), limit, out) && is_whole;
	buf_done(&text);
	return is_whole;
}
