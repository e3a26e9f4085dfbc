/* UTF-8: stepping, writing, mending. */
#include "base/utf8.h"

#include <criterion/criterion.h>

Test(utf8, reads_what_is_valid_and_steps_over_what_is_not)
{
	static const struct {
		struct str bytes;
		uint32_t code;
		size_t len;
	} rows[] = {
		{{"", 0}, UTF8_BAD, 0},
		{{"\0", 1}, 0, 1},
		{{"a", 1}, 'a', 1},
		{{"\x7f", 1}, 0x7f, 1},
		{{"\xc2\x80", 2}, 0x80, 2},
		{{"\xdf\xbf", 2}, 0x7ff, 2},
		{{"\xe0\xa0\x80", 3}, 0x800, 3},
		{{"\xed\x9f\xbf", 3}, 0xd7ff, 3},
		{{"\xee\x80\x80", 3}, 0xe000, 3},
		{{"\xef\xbf\xbd", 3}, 0xfffd, 3},
		{{"\xef\xbf\xbf", 3}, 0xffff, 3},
		{{"\xf0\x90\x80\x80", 4}, 0x10000, 4},
		{{"\xf4\x8f\xbf\xbf", 4}, 0x10ffff, 4},
		/* overlong: "/" in two, three and four bytes, NUL in two */
		{{"\xc0\xaf", 2}, UTF8_BAD, 1},
		{{"\xc1\xbf", 2}, UTF8_BAD, 1},
		{{"\xe0\x80\xaf", 3}, UTF8_BAD, 1},
		{{"\xe0\x9f\xbf", 3}, UTF8_BAD, 1},
		{{"\xf0\x80\x80\xaf", 4}, UTF8_BAD, 1},
		{{"\xf0\x8f\xbf\xbf", 4}, UTF8_BAD, 1},
		{{"\xc0\x80", 2}, UTF8_BAD, 1},
		/* surrogates */
		{{"\xed\xa0\x80", 3}, UTF8_BAD, 1},
		{{"\xed\xbf\xbf", 3}, UTF8_BAD, 1},
		/* above U+10FFFF, and leads that do not exist */
		{{"\xf4\x90\x80\x80", 4}, UTF8_BAD, 1},
		{{"\xf7\xbf\xbf\xbf", 4}, UTF8_BAD, 1},
		{{"\xf8\x88\x80\x80\x80", 5}, UTF8_BAD, 1},
		{{"\xfe", 1}, UTF8_BAD, 1},
		{{"\xff", 1}, UTF8_BAD, 1},
		/* a tail without a lead, a lead without its tail */
		{{"\x80", 1}, UTF8_BAD, 1},
		{{"\xbf", 1}, UTF8_BAD, 1},
		{{"\xc3", 1}, UTF8_BAD, 1},
		{{"\xe2\x82", 2}, UTF8_BAD, 1},
		{{"\xf0\x9f\x98", 3}, UTF8_BAD, 1},
		{{"\xc3\x28", 2}, UTF8_BAD, 1},
		{{"\xe2\x28\xa1", 3}, UTF8_BAD, 1},
		{{"\xf0\x9f\x98\x28", 4}, UTF8_BAD, 1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = 99;
		uint32_t code = utf8_next(rows[i].bytes, &len);
		cr_expect_eq(code, rows[i].code, "row %zu: %x", i, code);
		cr_expect_eq(len, rows[i].len, "row %zu: %zu", i, len);
		bool is_valid = rows[i].code != UTF8_BAD || rows[i].len != 1;
		cr_expect_eq(utf8_is_valid(rows[i].bytes), is_valid, "row %zu", i);
	}
}

Test(utf8, writes_every_code_point_as_it_reads_it)
{
	struct buf b = {0};
	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		size_t len;
		bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
		buf_clear(&b);
		utf8_add(&b, code);
		uint32_t back = utf8_next(buf_str(&b), &len);
		if (back != (is_surrogate ? UTF8_BAD : code) || len != b.len)
			cr_assert(false, "U+%04X became U+%04X", code, back);
	}
	buf_clear(&b);
	utf8_add(&b, 0x110000);
	cr_assert_str_eq(buf_text(&b), "\xef\xbf\xbd");
	buf_done(&b);
}

Test(utf8, mends_each_bad_byte)
{
	struct buf b = {0};
	utf8_add_mended(&b, STR("a\xff\xc3\xa4\xe2\x82"));
	cr_assert_str_eq(buf_text(&b), "a\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd");
	cr_assert(utf8_is_valid(buf_str(&b)));
	buf_done(&b);
}

Test(utf8, cuts_between_characters)
{
	struct str text = STR("a\xe2\x82\xac"
			      "b");
	static const size_t expected[] = {0, 1, 1, 1, 4, 5, 5};
	for (size_t max = 0; max < 7; max++)
		cr_expect_eq(utf8_first(text, max).len, expected[max], "%zu", max);
	cr_expect_eq(utf8_first(STR("\x80\x80\x80"), 2).len, 0);
}

Test(utf8, is_clean_without_control_characters)
{
	cr_expect(utf8_is_clean(STR("")));
	cr_expect(utf8_is_clean(STR("a \xc3\xa4\xef\xbf\xbd\xc2\xa0")));
	static const char *const rows[] = {
		"\n", "a\x1f", "\x7f", "\xc2\x80", "\xc2\x9f", "\xff", "\t"};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_not(utf8_is_clean(str_from(rows[i])), "row %zu", i);
	cr_expect_not(utf8_is_clean(STR("a\0")));
}
