/*
 * Makes text safe for the terminal and counts its cells. Three steps: filter (every code point is
 * kept, dropped or replaced), compose (NFC), settle (marks need a base and are few). Text below
 * U+0300 needs no composing, printable ASCII needs nothing at all; both are the usual case.
 */
#include "base/width.h"

#include "base/utf8.h"

#include <locale.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <wchar.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

enum {
	WIDTH_TEXT_MAX = 4 << 20, /* bytes that safe_text_add looks at */
	WIDTH_MARKS_MAX = 4,      /* on one base: what a cell of ncursesw holds */
	WIDTH_CLUSTER_CELLS = 4,  /* a longer cluster is cut: a line must always take one */
	WIDTH_CLUSTER_BYTES = 96, /* so no cluster of safe text is longer */
};

#define CODE_DROP UINT32_MAX
#define CODE_ZWJ 0x200du
#define CODE_KEYCAP 0x20e3u

/*
 * The oracle is wcwidth in a UTF-8 locale, also when the process runs in another one, where wcwidth
 * knows ASCII only. The locale object is made once and kept until the program ends.
 */
static locale_t width_locale(void)
{
	static const char *const names[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8", ""};
	static _Atomic(locale_t) kept;
	locale_t found = atomic_load(&kept);
	locale_t none = (locale_t)0;
	for (size_t i = 0; found == none && i < sizeof(names) / sizeof(names[0]); i++)
		found = newlocale(LC_CTYPE_MASK, names[i], none);
	if (found == none || atomic_load(&kept) == found)
		return found;
	if (atomic_compare_exchange_strong(&kept, &none, found))
		return found;
	freelocale(found); /* another thread was faster */
	return none;
}

/* Both are called around a whole text, since they cost more than wcwidth itself. */
static locale_t width_begin(void)
{
	locale_t utf8 = width_locale();
	return utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;
}

static void width_end(locale_t before)
{
	if (before != (locale_t)0)
		uselocale(before);
}

static bool width_is_plain(char c)
{
	return c >= 0x20 && c < 0x7f;
}

static size_t width_plain_run(struct str s)
{
	size_t n = 0;
	while (n < s.len && width_is_plain(s.data[n]))
		n++;
	return n;
}

static bool code_is_skin_tone(uint32_t code)
{
	return code >= 0x1f3fb && code <= 0x1f3ff;
}

static bool code_is_ignorable(uint32_t code)
{
	return code == CODE_KEYCAP || code_is_skin_tone(code) ||
	       uc_is_general_category_withtable(code, UC_CATEGORY_MASK_Cf) ||
	       uc_is_property_default_ignorable_code_point(code);
}

/* What stands for code on the screen: itself, another, or CODE_DROP. */
static uint32_t code_filter(uint32_t code)
{
	if (code == '\t' || code == '\n' || code == '\r' || code == 0x2028 || code == 0x2029)
		return ' ';
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return '?';
	if (code < 0xad)
		return code;
	if (code_is_ignorable(code))
		return CODE_DROP;
	return wcwidth((wchar_t)code) < 0 ? UTF8_BAD : code;
}

/* Where an emoji sequence goes on after a joiner: bytes up to the end of its cluster. breaks has a
 * 1 at every byte where a cluster starts. */
static size_t width_joined_tail(const char *breaks, size_t at, size_t len)
{
	size_t end = at;
	while (end < len && breaks[end] == 0)
		end++;
	return end - at;
}

/* The filter: appends to out what is left of s; *most is the largest code point kept. breaks is
 * NULL when s holds no joiner. */
static void width_filter(struct buf *out, struct str s, const char *breaks, uint32_t *most)
{
	uint32_t before = 0;
	size_t at = 0;
	while (at < s.len) {
		size_t run = width_plain_run(str_skip(s, at));
		buf_add_bytes(out, s.data + at, run);
		at += run;
		if (at >= s.len)
			break;
		size_t len;
		uint32_t code = utf8_next(str_skip(s, at), &len);
		at += len;
		if (code == '\r' && at < s.len && s.data[at] == '\n')
			at++;
		if (code == CODE_ZWJ && breaks != NULL &&
			uc_is_property_extended_pictographic(before))
			at += width_joined_tail(breaks, at, s.len);
		uint32_t shown = code_filter(code);
		if (shown == CODE_DROP)
			continue;
		before = shown;
		*most = shown > *most ? shown : *most;
		utf8_add(out, shown);
	}
}

/* Marks without a base are dropped, and those that a cell cannot hold; other code points without
 * width (lone Jamo vowels) become visible. Returns cells. */
static int width_settle(struct buf *out, struct str s)
{
	int cells = 0;
	int marks = WIDTH_MARKS_MAX;
	while (s.len > 0) {
		size_t len;
		uint32_t code = utf8_next(s, &len);
		int wide = wcwidth((wchar_t)code);
		if (wide < 0 || (wide == 0 && !uc_is_general_category_withtable(
						      code, UC_CATEGORY_MASK_M))) {
			code = UTF8_BAD;
			wide = 1;
		}
		marks = wide > 0 ? 0 : marks + 1;
		cells += wide;
		if (marks <= WIDTH_MARKS_MAX)
			utf8_add(out, code);
		s = str_skip(s, len);
	}
	return cells;
}

static bool width_has_joiner(struct str s)
{
	return str_find(s, STR("\xe2\x80\x8d")) != STR_NONE;
}

static void width_filter_clusters(struct buf *out, struct str s, uint32_t *most)
{
	struct buf mended = {0};
	struct buf breaks = {0};
	utf8_add_mended(&mended, s);
	buf_reserve(&breaks, mended.len);
	u8_grapheme_breaks((const uint8_t *)mended.data, mended.len, breaks.data);
	width_filter(out, buf_str(&mended), breaks.data, most);
	buf_done(&breaks);
	buf_done(&mended);
}

static int width_add_outside(struct buf *out, struct str s)
{
	struct buf kept = {0};
	uint32_t most = 0;
	if (width_has_joiner(s))
		width_filter_clusters(&kept, s, &most);
	else
		width_filter(&kept, s, NULL, &most);
	size_t len = kept.len;
	uint8_t *composed = NULL;
	if (most >= 0x300)
		composed = u8_normalize(
			UNINORM_NFC, (const uint8_t *)buf_text(&kept), kept.len, NULL, &len);
	int cells = width_settle(
		out, composed != NULL ? str_make((const char *)composed, len) : buf_str(&kept));
	free(composed);
	buf_done(&kept);
	return cells;
}

int safe_text_add(struct buf *out, struct str outside)
{
	size_t plain = width_plain_run(outside);
	if (plain == outside.len && plain <= WIDTH_TEXT_MAX) {
		buf_add(out, outside);
		return (int)plain;
	}
	locale_t before = width_begin();
	int cells = width_add_outside(out, utf8_first(outside, WIDTH_TEXT_MAX));
	width_end(before);
	return cells;
}

struct safe_text safe_text_make(struct str outside)
{
	struct buf text = {0};
	struct safe_text safe = {0};
	safe.cells = safe_text_add(&text, outside);
	safe.len = text.len;
	safe.text = buf_take(&text);
	return safe;
}

void safe_text_done(struct safe_text *safe)
{
	free(safe->text);
	*safe = (struct safe_text){0};
}

/* Within width_begin. */
static int width_sum(struct str safe)
{
	int cells = 0;
	while (safe.len > 0) {
		size_t len;
		int wide = wcwidth((wchar_t)utf8_next(safe, &len));
		cells += wide > 0 ? wide : 0;
		safe = str_skip(safe, len);
	}
	return cells;
}

int width_cells(struct str safe)
{
	size_t plain = width_plain_run(safe);
	if (plain == safe.len)
		return (int)plain;
	locale_t before = width_begin();
	int cells = (int)plain + width_sum(str_skip(safe, plain));
	width_end(before);
	return cells;
}

/* Code points that never join with each other: the whole of most texts, decided without asking. */
static bool code_is_simple(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x370, 0x482},                     /* Greek, Cyrillic */
		{0x48a, 0x58a},                     /* Cyrillic, Armenian */
		{0x5d0, 0x5ea},                     /* Hebrew */
		{0x620, 0x64a},                     /* Arabic */
		{0x1e00, 0x200a},                   /* Latin and Greek with accents, blanks */
		{0x2010, 0x2027},                   /* punctuation */
		{0x20a0, 0x20cf},                   /* currency */
		{0x3000, 0x3029},                   /* CJK punctuation */
		{0x3041, 0x3096},                   /* kana */
		{0x30a1, 0x30fa}, {0x3400, 0x9fff}, /* CJK */
		{0xac00, 0xd7a3},                   /* Hangul */
		{0xff01, 0xff9d},                   /* full and half width */
	};
	if (code < 0x300)
		return true;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]) && code >= ranges[i].first; i++)
		if (code <= ranges[i].last)
			return true;
	return false;
}

/* Bytes up to the first break. The window starts where a cluster starts, so what stands before it
 * does not matter, and safe text has no cluster longer than it. */
static size_t width_cluster_bytes(struct str safe)
{
	char breaks[WIDTH_CLUSTER_BYTES];
	size_t first, second;
	uint32_t code = utf8_next(safe, &first);
	if (first >= safe.len)
		return first;
	if (code_is_simple(code) && code_is_simple(utf8_next(str_skip(safe, first), &second)))
		return first;
	struct str window = utf8_first(safe, sizeof(breaks));
	u8_grapheme_breaks((const uint8_t *)window.data, window.len, breaks);
	size_t end = first;
	while (end < window.len && breaks[end] == 0)
		end++;
	return end;
}

/* Within width_begin. */
static size_t width_cluster_measured(struct str safe, int *cells)
{
	struct str cluster = str_first(safe, width_cluster_bytes(safe));
	size_t taken = 0;
	*cells = 0;
	while (taken < cluster.len) {
		size_t len;
		int wide = wcwidth((wchar_t)utf8_next(str_skip(cluster, taken), &len));
		wide = wide > 0 ? wide : 0;
		if (*cells + wide > WIDTH_CLUSTER_CELLS)
			break;
		*cells += wide;
		taken += len;
	}
	return taken;
}

static bool width_starts_plain(struct str safe)
{
	return safe.len > 0 && width_is_plain(safe.data[0]) &&
	       (safe.len == 1 || width_is_plain(safe.data[1]));
}

size_t width_cluster(struct str safe, int *cells)
{
	*cells = safe.len > 0;
	if (safe.len == 0 || width_starts_plain(safe))
		return safe.len > 0;
	locale_t before = width_begin();
	size_t taken = width_cluster_measured(safe, cells);
	width_end(before);
	return taken;
}

static size_t width_outside_step(struct str outside, int *cells)
{
	struct buf shown = {0};
	size_t len = width_cluster_bytes(outside);
	*cells = safe_text_add(&shown, str_first(outside, len));
	if (*cells > WIDTH_CLUSTER_CELLS) {
		len = width_cluster_measured(outside, cells);
		buf_clear(&shown);
		*cells = safe_text_add(&shown, str_first(outside, len));
	}
	buf_done(&shown);
	return len;
}

size_t width_outside_cluster(struct str outside, int *cells)
{
	*cells = outside.len > 0;
	if (outside.len == 0 || width_starts_plain(outside) || outside.data[0] == '\n' ||
		outside.data[0] == '\t')
		return outside.len > 0;
	locale_t before = width_begin();
	size_t taken = width_outside_step(outside, cells);
	while (taken < outside.len && (unsigned char)outside.data[taken] >= 0x80) {
		int more;
		size_t len = width_outside_step(str_skip(outside, taken), &more);
		if (more > 0)
			break;
		taken += len;
	}
	width_end(before);
	return taken;
}

struct str width_first(struct str safe, int cells, int *used)
{
	size_t taken = 0;
	*used = 0;
	locale_t before = width_begin();
	while (taken < safe.len) {
		struct str rest = str_skip(safe, taken);
		int wide = 1;
		size_t len = width_starts_plain(rest) ? 1 : width_cluster_measured(rest, &wide);
		if (*used + wide > cells)
			break;
		*used += wide;
		taken += len;
	}
	width_end(before);
	return str_first(safe, taken);
}

static void width_add_blanks(struct buf *out, int count)
{
	for (; count > 0; count--)
		buf_add_char(out, ' ');
}

void width_add_fitted(struct buf *out, struct str safe, int cells)
{
	int used;
	if (cells <= 0)
		return;
	struct str head = width_first(safe, cells, &used);
	if (head.len < safe.len) {
		head = width_first(safe, cells - 1, &used);
		buf_add(out, head);
		buf_add_text(out, "…");
		used++;
	} else {
		buf_add(out, head);
	}
	width_add_blanks(out, cells - used);
}
