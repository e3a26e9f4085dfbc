/* Text made safe for the terminal, and the cells it takes. */
#include "base/width.h"

#include "base/utf8.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <time.h>
#include <unigbrk.h>

/* Rows as terminals were asked about them; the projection is what all of them agree on. */
static const struct {
	const char *what, *outside, *safe;
	int cells;
} rows[] = {
	{"ascii", "Hello, world", "Hello, world", 12},
	{"nothing", "", "", 0},
	{"cjk", "漢字", "漢字", 4},
	{"half-width kana", "ｱｲ", "ｱｲ", 2},
	{"decomposed accent", "e\u0301", "é", 1},
	{"decomposed Hangul", "\u1112\u1161\u11ab", "한", 2},
	{"emoji", "😀", "😀", 2},
	{"flag", "🇩🇪", "🇩🇪", 2},
	{"ambiguous", "§", "§", 1},
	{"private use", "\ue0b0", "\ue0b0", 1},
	{"Thai", "ที่", "ที่", 1},
	{"Devanagari", "नि", "नि", 2},
	{"family", "a👨\u200d👩\u200d👧b", "a👨b", 4},
	{"family with tones", "👩🏽\u200d🤝\u200d👩🏿", "👩", 2},
	{"two families", "👨\u200d👩👨\u200d👩", "👨👨", 4},
	{"skin tone", "👍🏽", "👍", 2},
	{"emoji style", "❤\ufe0f©\ufe0f", "❤©", 2},
	{"keycap", "1\ufe0f\u20e3", "1", 1},
	{"rainbow flag", "🏳\ufe0f\u200d🌈", "🏳", 1},
	{"tag flag", "🏴\U000e0067\U000e0062\U000e007f", "🏴", 2},
	{"soft hyphen", "a\u00adb", "ab", 2},
	{"zero width", "a\u200bb\u200cc\u2060d\ufeff", "abcd", 4},
	{"joiner between letters", "a\u200db", "ab", 2},
	{"Indic joiner", "क\u094d\u200dष", "क\u094dष", 2},
	{"bidi marks", "a\u200eb\u200fc\u061cd", "abcd", 4},
	{"bidi embeddings", "\u202aa\u202bb\u202cc\u202dd\u202ee", "abcde", 5},
	{"bidi isolates", "\u2066a\u2067b\u2068c\u2069", "abc", 3},
	{"invisible fillers", "a\u3164b\uffa0c\u115f\u1160d", "abcd", 4},
	{"hidden joiner", "a\u034f\u0301", "á", 1},
	{"escape", "\033[31mred\033[0m", "?[31mred?[0m", 12},
	{"title", "\033]0;x\007", "?]0;x?", 6},
	{"C1",
		"\xc2\x9b"
		"31m\xc2\x85\xc2\x80",
		"?31m??", 6},
	{"raw C1",
		"\x9b"
		"31m",
		"\ufffd31m", 4},
	{"delete", "a\x7f", "a?", 2},
	{"tab", "a\tb", "a b", 3},
	{"line ends", "a\nb\r\nc\rd\u2028e\u2029f", "a b c d e f", 11},
	{"unassigned", "\u0378", "\ufffd", 1},
	{"noncharacter", "\uffff", "\ufffd", 1},
	{"not utf-8", "\xc3(\xff", "\ufffd(\ufffd", 3},
	{"surrogate", "\xed\xa0\x80", "\ufffd\ufffd\ufffd", 3},
	{"mark without base", "\u0301a\u0302", "â", 1},
	{"many marks", "x\u0316\u0317\u0318\u0319\u031c\u031d", "x\u0316\u0317\u0318\u0319", 1},
	{"lone Jamo vowel", "\u1161", "\ufffd", 1},
	{"right to left", "שלום", "שלום", 4},
};

static void check_row(size_t i)
{
	struct safe_text safe = safe_text_make(str_from(rows[i].outside));
	cr_expect_str_eq(safe.text, rows[i].safe, "%s: \"%s\"", rows[i].what, safe.text);
	cr_expect_eq(safe.cells, rows[i].cells, "%s: %d cells", rows[i].what, safe.cells);
	cr_expect_eq(safe.len, strlen(safe.text), "%s", rows[i].what);
	cr_expect_eq(width_cells(str_make(safe.text, safe.len)), safe.cells, "%s", rows[i].what);
	struct safe_text again = safe_text_make(str_make(safe.text, safe.len));
	cr_expect_str_eq(again.text, safe.text, "%s: not safe at once", rows[i].what);
	safe_text_done(&again);
	safe_text_done(&safe);
	cr_expect_null(safe.text);
}

Test(width, projects_what_terminals_disagree_on)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(i);
}

Test(width, is_the_same_in_every_locale)
{
	setlocale(LC_ALL, "C");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(i);
	cr_assert_str_eq(setlocale(LC_CTYPE, NULL), "C");
}

/* What may never reach a terminal. */
static bool is_forbidden(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0, 0x1f},
		{0x7f, 0x9f},
		{0xad, 0xad},
		{0x34f, 0x34f},
		{0x61c, 0x61c},
		{0x115f, 0x1160},
		{0x180b, 0x180f},
		{0x200b, 0x200f},
		{0x2028, 0x202e},
		{0x2060, 0x206f},
		{0x3164, 0x3164},
		{0xfe00, 0xfe0f},
		{0xfeff, 0xfeff},
		{0xffa0, 0xffa0},
		{0xfff9, 0xfffb},
		{0xe0000, 0xe0fff},
		{0x1f3fb, 0x1f3ff},
	};
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

static void check_all_safe(struct str text, uint32_t from)
{
	while (text.len > 0) {
		size_t len;
		uint32_t code = utf8_next(text, &len);
		if (is_forbidden(code) || (code == UTF8_BAD && len != 3))
			cr_assert(false, "U+%04X let U+%04X through", from, code);
		text = str_skip(text, len);
	}
}

Test(width, lets_no_code_point_through_that_acts_on_a_terminal)
{
	struct buf outside = {0};
	struct buf safe = {0};
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		buf_clear(&outside);
		buf_clear(&safe);
		buf_add_char(&outside, 'a');
		utf8_add(&outside, code);
		buf_add_char(&outside, 'b');
		int cells = safe_text_add(&safe, buf_str(&outside));
		check_all_safe(buf_str(&safe), code);
		if (cells < 2 || cells > 5 || cells != width_cells(buf_str(&safe)))
			cr_assert(false, "U+%04X: %d cells", code, cells);
	}
	buf_done(&outside);
	buf_done(&safe);
}

Test(width, is_linear_also_in_one_repeated_character)
{
	static const char *const repeated[] = {"a", "\033", "\xff", "\u0301", "e\u0301", "漢",
		"\u1161", "\u1100", "\u0316", "👨\u200d", "\u200d", "🇩", "\u202e", "🏽", "क\u094d",
		"\u0903", "\u0b47\u0b3e"};
	for (size_t i = 0; i < sizeof(repeated) / sizeof(repeated[0]); i++) {
		struct buf text = {0};
		struct timespec start, end;
		while (text.len < 1 << 20)
			buf_add_text(&text, repeated[i]);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
		struct safe_text safe = safe_text_make(buf_str(&text));
		int used;
		width_first(str_make(safe.text, safe.len), 1 << 20, &used);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
		cr_expect_leq(end.tv_sec - start.tv_sec, 4, "row %zu", i);
		safe_text_done(&safe);
		buf_done(&text);
	}
}

Test(width, cuts_text_above_its_limit_between_characters)
{
	struct buf text = {0};
	while (text.len < 5 << 20)
		buf_add_text(&text, "漢");
	struct safe_text safe = safe_text_make(buf_str(&text));
	cr_assert_eq(safe.len, (4 << 20) / 3 * 3);
	cr_assert(utf8_is_valid(str_make(safe.text, safe.len)));
	safe_text_done(&safe);
	buf_done(&text);
}

Test(width, steps_by_clusters)
{
	static const struct {
		const char *text, *first;
		int cells;
	} steps[] = {
		{"", "", 0},
		{"ab", "a", 1},
		{"a", "a", 1},
		{"漢字", "漢", 2},
		{"x\u0316\u0317y", "x\u0316\u0317", 1},
		{"नि", "नि", 2},
		{"🇩🇪🇫🇷", "🇩🇪", 2},
		{"한국", "한", 2},
		{"\u0301", "\u0301", 0},
	};
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int cells = 99;
		size_t len = width_cluster(str_from(steps[i].text), &cells);
		cr_expect_eq(len, strlen(steps[i].first), "row %zu: %zu", i, len);
		cr_expect_eq(cells, steps[i].cells, "row %zu: %d", i, cells);
	}
}

/* The short way for common scripts says what the whole of the text says. */
Test(width, steps_as_the_breaks_of_the_whole_text_do)
{
	static const uint32_t all[] = {'a', 0xe9, 0x301, 0x3b1, 0x430, 0x5d0, 0x5b0, 0x628, 0x64b,
		0x915, 0x93f, 0x94d, 0xe17, 0xe35, 0x1eb0, 0x2014, 0x20ac, 0x20d0, 0x3001, 0x302a,
		0x3042, 0x3099, 0x30a2, 0x6f22, 0xac00, 0xd55c, 0xff01, 0xff9e, 0x1f1e9, 0x1f600};
	enum { COUNT = sizeof(all) / sizeof(all[0]) };
	for (size_t i = 0; i < COUNT * COUNT * COUNT; i++) {
		struct buf text = {0};
		char breaks[16];
		int cells;
		utf8_add(&text, all[i % COUNT]);
		utf8_add(&text, all[i / COUNT % COUNT]);
		utf8_add(&text, all[i / COUNT / COUNT]);
		u8_grapheme_breaks((const uint8_t *)text.data, text.len, breaks);
		size_t end = 1;
		while (end < text.len && breaks[end] == 0)
			end++;
		cr_assert_eq(width_cluster(buf_str(&text), &cells), end, "%s", buf_text(&text));
		buf_done(&text);
	}
}

Test(width, never_answers_with_a_cluster_too_wide_for_a_line)
{
	struct buf text = {0};
	buf_add_text(&text, "क");
	for (int i = 0; i < 1000; i++)
		buf_add_text(&text, "\u0903");
	struct str rest = buf_str(&text);
	int sum = 0;
	while (rest.len > 0) {
		int cells;
		size_t len = width_cluster(rest, &cells);
		cr_assert_gt(len, 0);
		cr_assert_leq(cells, 4);
		sum += cells;
		rest = str_skip(rest, len);
	}
	cr_assert_eq(sum, 1001);
	buf_done(&text);
}

Test(width, fits_to_exactly_the_cells_asked_for)
{
	static const struct {
		const char *text;
		int cells;
		const char *fitted;
	} fits[] = {
		{"abc", 5, "abc  "},
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"abcd", 1, "…"},
		{"abcd", 0, ""},
		{"abcd", -1, ""},
		{"", 2, "  "},
		{"漢字", 4, "漢字"},
		{"漢字", 3, "漢…"},
		{"漢字", 2, "… "},
		{"漢字", 1, "…"},
		{"a漢字", 3, "a… "},
		{"é\u0316x", 1, "…"},
		{"é\u0316", 1, "é\u0316"},
	};
	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		struct buf out = {0};
		width_add_fitted(&out, str_from(fits[i].text), fits[i].cells);
		cr_expect_str_eq(
			buf_text(&out), fits[i].fitted, "row %zu: \"%s\"", i, buf_text(&out));
		cr_expect_eq(width_cells(buf_str(&out)), fits[i].cells > 0 ? fits[i].cells : 0);
		buf_done(&out);
	}
}

Test(width, first_never_takes_more_than_asked)
{
	struct str text = str_from("aé漢x\u0316🇩🇪नि한b");
	for (int cells = 0; cells < 20; cells++) {
		int used;
		struct str head = width_first(text, cells, &used);
		cr_expect_leq(used, cells);
		cr_expect_eq(width_cells(head), used);
		cr_expect(cells < 13 || head.len == text.len, "%d", cells);
	}
}
