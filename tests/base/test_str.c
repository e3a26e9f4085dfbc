/* Borrowed bytes, owned bytes, and the text an error carries. */
#include "base/array.h"
#include "base/buf.h"
#include "base/error.h"

#include <criterion/criterion.h>
#include <errno.h>

Test(str, is_never_null)
{
	cr_assert_not_null(str_make(NULL, 7).data);
	cr_assert_eq(str_make(NULL, 7).len, 0);
	cr_assert_not_null(str_from(NULL).data);
	cr_assert_not_null(str_skip(STR("abc"), 3).data);
	cr_assert_not_null(buf_str(&(struct buf){0}).data);
	cr_assert_str_eq(buf_text(&(struct buf){0}), "");
}

Test(str, compares_ascii_case_only)
{
	cr_assert(str_equal_nocase(STR("InBoX"), STR("INBOX")));
	cr_assert_not(str_equal_nocase(STR("\xc3\xa4"), STR("\xc3\x84")));
	cr_assert_not(str_equal(STR("a"), STR("A")));
	cr_assert_not(str_equal_nocase(STR("INBOX."), STR("INBOX")));
	cr_assert(str_starts_nocase(STR("Re: x"), STR("RE:")));
	cr_assert_not(str_starts(STR("R"), STR("Re")));
	cr_assert(str_ends_nocase(STR("a.HTML"), STR(".html")));
	cr_assert_not(str_ends_nocase(STR("l"), STR(".html")));
}

Test(str, orders_as_bytes_the_shorter_first)
{
	cr_assert_lt(str_compare(STR("a"), STR("b")), 0);
	cr_assert_lt(str_compare(STR("a"), STR("aa")), 0);
	cr_assert_gt(str_compare(STR("\xff"), STR("a")), 0);
	cr_assert_eq(str_compare(STR("a"), STR("a")), 0);
}

Test(str, finds)
{
	cr_assert_eq(str_find(STR("abcabd"), STR("abd")), 3);
	cr_assert_eq(str_find(STR("ab"), STR("abc")), STR_NONE);
	cr_assert_eq(str_find(STR("ab"), STR("")), 0);
	cr_assert_eq(str_find_nocase(STR("xCHARSet"), STR("charset")), 1);
	cr_assert_eq(str_find_char(STR("a\0b"), 'b'), 2);
	cr_assert_eq(str_find_char(STR(""), 'b'), STR_NONE);
}

Test(str, cuts_at_a_character)
{
	struct str rest = STR("a,,b");
	cr_assert(str_equal(str_cut(&rest, ','), STR("a")));
	cr_assert(str_equal(str_cut(&rest, ','), STR("")));
	cr_assert(str_equal(str_cut(&rest, ','), STR("b")));
	cr_assert(str_is_empty(rest));
	cr_assert(str_equal(str_trim(STR(" \t x y\r\n")), STR("x y")));
	cr_assert(str_equal(str_trim(STR(" \t ")), STR("")));
}

Test(str, reads_decimal_numbers_and_nothing_else)
{
	static const struct {
		const char *text;
		bool is_u32, is_u64;
		uint64_t value;
	} rows[] = {
		{"0", true, true, 0},
		{"007", true, true, 7},
		{"4294967295", true, true, 4294967295u},
		{"4294967296", false, true, 4294967296u},
		{"18446744073709551615", false, true, UINT64_MAX},
		{"18446744073709551616", false, false, 0},
		{"99999999999999999999999", false, false, 0},
		{"", false, false, 0},
		{"-1", false, false, 0},
		{"+1", false, false, 0},
		{" 1", false, false, 0},
		{"1 ", false, false, 0},
		{"0x10", false, false, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t wide = 99;
		uint32_t narrow = 99;
		struct str text = str_from(rows[i].text);
		cr_expect_eq(str_to_u64(text, &wide), rows[i].is_u64, "%s", rows[i].text);
		cr_expect_eq(str_to_u32(text, &narrow), rows[i].is_u32, "%s", rows[i].text);
		cr_expect_eq(wide, rows[i].is_u64 ? rows[i].value : 99, "%s", rows[i].text);
		cr_expect_eq(narrow, rows[i].is_u32 ? rows[i].value : 99, "%s", rows[i].text);
	}
}

Test(buf, ends_in_a_nul_that_is_not_counted)
{
	struct buf b = {0};
	for (int i = 0; i < 1000; i++) {
		buf_addf(&b, "%d,", i);
		cr_assert_eq(b.data[b.len], '\0');
		cr_assert_lt(b.len, b.cap);
	}
	buf_truncate(&b, 4);
	cr_assert_str_eq(buf_text(&b), "0,1,");
	buf_truncate(&b, 9);
	cr_assert_eq(b.len, 4);
	buf_consume(&b, 2);
	cr_assert_str_eq(buf_text(&b), "1,");
	buf_consume(&b, 2);
	cr_assert_eq(b.len, 0);
	char *empty = buf_take(&b);
	cr_assert_str_eq(empty, "");
	mem_free(empty);
	cr_assert_null(b.data);
	buf_add_bytes(&b, "x\0y", 3);
	cr_assert(str_equal(buf_str(&b), STR("x\0y")));
	buf_wipe(&b);
	cr_assert_null(b.data);
}

Test(buf, grows_for_long_formats)
{
	struct buf b = {0};
	buf_addf(&b, "%05000d", 1);
	cr_assert_eq(b.len, 5000);
	buf_clear(&b);
	cr_assert_str_eq(buf_text(&b), "");
	buf_done(&b);
}

Test(array, keeps_what_it_holds_while_it_grows)
{
	int *items = NULL;
	size_t cap = 0;
	for (size_t i = 0; i < 1000; i++) {
		items = array_room(items, i, &cap, sizeof(*items));
		items[i] = (int)i;
	}
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(items[i], i);
	mem_free(items);
}

Test(error, is_cut_when_longer_than_its_room)
{
	struct error err = {0};
	cr_assert_not(error_set(&err, ERROR_REFUSED, "%02000d", 1));
	cr_assert_eq(err.kind, ERROR_REFUSED);
	cr_assert_eq(strlen(err.detail), ERROR_DETAIL_SIZE - 1);
	cr_assert_not(error_set(NULL, ERROR_INPUT, "nobody listens"));
}

Test(error, ends_in_the_words_of_the_system)
{
	struct error err = {0};
	errno = ENOENT;
	cr_assert_not(error_errno(&err, ERROR_STORAGE, "/a/%s", "b"));
	cr_assert_str_eq(err.detail, "/a/b: No such file or directory");
	errno = ENOENT;
	cr_assert_not(error_errno(&err, ERROR_STORAGE, "%02000d", 1));
	cr_assert_eq(strlen(err.detail), ERROR_DETAIL_SIZE - 1);
}
