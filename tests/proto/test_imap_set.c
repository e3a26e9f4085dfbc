/* Sets of UIDs and the names of folders. */
#include "proto/imap/imap.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void check_format(const struct imap_set *s, const char *expected)
{
	struct buf out = {0};
	size_t from = 0;
	imap_set_format(s, &from, 10000, &out);
	cr_assert_str_eq(buf_text(&out), expected);
	cr_assert_eq(from, s->count);
	buf_done(&out);
}

Test(imap_set, reads_any_order_and_keeps_ascending_ranges)
{
	static const struct {
		const char *text, *expected; /* NULL: refused */
	} rows[] = {
		{"1", "1"},
		{"1:5,9", "1:5,9"},
		{"9,1:5", "1:5,9"},
		{"5:1", "1:5"},
		{"12,11,10", "10:12"},
		{"1:3,2:9,4", "1:9"},
		{"1,3,2", "1:3"},
		{"4294967295,1:4294967294", "1:4294967295"},
		{"4294967295", "4294967295"},
		{"", NULL},
		{"0", NULL},
		{"1,", NULL},
		{",1", NULL},
		{"1:", NULL},
		{":1", NULL},
		{"1:2:3", NULL},
		{"*", NULL},
		{"1:*", NULL},
		{"-1", NULL},
		{"1 2", NULL},
		{"4294967296", NULL},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct imap_set s = {0};
		size_t len = strlen(rows[i].text);
		char *copy = malloc(len > 0 ? len : 1);
		memcpy(copy, rows[i].text, len);
		bool is_good = imap_set_parse(str_make(copy, len), &s);
		free(copy);
		cr_assert_eq(is_good, rows[i].expected != NULL, "%s", rows[i].text);
		if (is_good)
			check_format(&s, rows[i].expected);
		imap_set_done(&s);
	}
}

Test(imap_set, adds_joins_and_finds)
{
	struct imap_set s = {0};
	imap_set_add(&s, 5, 7);
	imap_set_add(&s, 1, 1);
	imap_set_add(&s, 9, 10);
	check_format(&s, "1,5:7,9:10");
	imap_set_add(&s, 8, 8);
	check_format(&s, "1,5:10");
	imap_set_add(&s, 4, 2);
	check_format(&s, "1:10");
	imap_set_add(&s, UINT32_MAX, UINT32_MAX);
	imap_set_add(&s, 0, 0);
	cr_assert_eq(imap_set_size(&s), 11u);
	cr_assert(imap_set_has(&s, 10));
	cr_assert(imap_set_has(&s, UINT32_MAX));
	cr_assert_not(imap_set_has(&s, 11));
	cr_assert_not(imap_set_has(&s, 0));
	imap_set_add(&s, 1, UINT32_MAX);
	cr_assert_eq(imap_set_size(&s), (uint64_t)UINT32_MAX);
	cr_assert_eq(s.count, 1u);
	imap_set_done(&s);
}

Test(imap_set, agrees_with_a_plain_table_of_booleans)
{
	enum { SIZE = 200 };
	srand(7);
	for (int round = 0; round < 50; round++) {
		bool has[SIZE + 2] = {false};
		struct imap_set s = {0};
		for (int i = 0; i < 40; i++) {
			uint32_t first = 1 + (uint32_t)rand() % SIZE;
			uint32_t last = first + (uint32_t)rand() % 6;
			last = last > SIZE ? SIZE : last;
			imap_set_add(&s, first, last);
			for (uint32_t n = first; n <= last; n++)
				has[n] = true;
		}
		for (uint32_t n = 1; n <= SIZE; n++)
			cr_assert_eq(imap_set_has(&s, n), has[n]);
		for (size_t i = 1; i < s.count; i++)
			cr_assert_gt(s.ranges[i].first, s.ranges[i - 1].last + 1);
		imap_set_done(&s);
	}
}

Test(imap_set, is_written_in_lines_that_fit)
{
	struct imap_set s = {0};
	struct buf out = {0};
	size_t from = 0;
	for (uint32_t n = 10; n < 40; n += 2)
		imap_set_add(&s, n, n);
	imap_set_format(&s, &from, 8, &out);
	cr_assert_str_eq(buf_text(&out), "10,12,14");
	cr_assert_eq(from, 3u);
	buf_clear(&out);
	imap_set_format(&s, &from, 1, &out);
	cr_assert_str_eq(buf_text(&out), "16");
	buf_done(&out);
	imap_set_done(&s);
}

Test(imap_copied, pairs_messages_with_their_copies_in_the_servers_order)
{
	static const struct {
		const char *code, *pairs;
		bool is_whole;
	} rows[] = {
		{"COPYUID 38505 304,319:320 3956:3958", "304>3956 319>3957 320>3958 ", true},
		{"COPYUID 3 5:7 12,11,10", "5>12 6>11 7>10 ", true},
		{"COPYUID 3 7,5 10:11", "7>10 5>11 ", true},
		{"COPYUID 3 7:6 1:2", "6>1 7>2 ", true},
		{"COPYUID 3 4294967294:4294967295 1:2", "4294967294>1 4294967295>2 ", true},
		{"COPYUID 3 1:3 7:8", "1>7 2>8 ", false},
		{"COPYUID 3 1 7:8", "1>7 ", false},
		{"COPYUID 3 1,x 7,8", "1>7 ", false},
		{"COPYUID 3  ", "", true},
		{"COPYUID", "", true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct imap_copied walk = imap_copied_begin(str_from(rows[i].code));
		struct buf out = {0};
		uint32_t source, copy;
		while (imap_copied_next(&walk, &source, &copy))
			buf_addf(&out, "%u>%u ", source, copy);
		cr_assert_str_eq(buf_text(&out), rows[i].pairs, "%s", rows[i].code);
		cr_assert_eq(imap_copied_is_whole(&walk), rows[i].is_whole, "%s", rows[i].code);
		buf_done(&out);
	}
}

Test(imap_utf7, names_read_and_write)
{
	static const struct {
		const char *wire, *utf8;
		bool is_round; /* and back */
	} rows[] = {
		{"INBOX", "INBOX", true},
		{"Entw&APw-rfe", "Entw\xc3\xbcrfe", true},
		{"A&-B", "A&B", true},
		{"&Jjo-", "\xe2\x98\xba", true},
		{"~peter/mail/&U,BTFw-/&ZeVnLIqe-",
			"~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/"
			"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
			true},
		{"&2D3eAA-", "\xf0\x9f\x98\x80", true},
		{"&AOQ-&AOQ-", "\xc3\xa4\xc3\xa4", false},
		{"", "", true},
		/* No modified UTF-7: as UTF-8, else bytes as %XX. */
		{"Entw\xc3\xbcrfe", "Entw\xc3\xbcrfe", false},
		{"a\xff"
		 "b",
			"a%FFb", false},
		{"&", "&", false},
		{"Fish & Chips", "Fish & Chips", false},
		{"&AP", "&AP", false},
		{"&2D0-", "&2D0-", false},
		{"&3gA-", "&3gA-", false},
		{"&AA!-", "&AA!-", false},
		{"&AAA-", "&AAA-", false},
		{"a&AC8-b", "a&AC8-b", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf out = {0};
		imap_utf7_decode(str_from(rows[i].wire), &out);
		cr_assert_str_eq(
			buf_text(&out), rows[i].utf8, "%s: %s", rows[i].wire, buf_text(&out));
		buf_clear(&out);
		if (rows[i].is_round) {
			imap_utf7_encode(str_from(rows[i].utf8), &out);
			cr_assert_str_eq(buf_text(&out), rows[i].wire);
		}
		buf_done(&out);
	}
}

Test(imap_utf7, what_is_written_reads_back)
{
	srand(3);
	static const char *const pieces[] = {"a", "&", "-", ",", "\xc3\xa4", "\xe2\x98\xba",
		"\xf0\x9f\x98\x80", "/", " ", "~", "\x01", "\x7f"};
	for (int round = 0; round < 500; round++) {
		struct buf name = {0}, wire = {0}, back = {0};
		for (int i = rand() % 8; i > 0; i--)
			buf_add_text(&name, pieces[(size_t)rand() % 12]);
		imap_utf7_encode(buf_str(&name), &wire);
		imap_utf7_decode(buf_str(&wire), &back);
		cr_assert_str_eq(buf_text(&back), buf_text(&name), "%s", buf_text(&wire));
		buf_done(&name);
		buf_done(&wire);
		buf_done(&back);
	}
}
