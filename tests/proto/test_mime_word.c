/* Header text: encoded words, raw 8-bit, folding. */
#include <criterion/criterion.h>

#include "proto/mime/mime.h"

struct row {
	const char *raw, *want;
};

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct buf got = {0};
		mime_word_decode(str_from(rows[i].raw), &got);
		cr_expect_str_eq(buf_text(&got), rows[i].want, "%s: got \"%s\", want \"%s\"",
			rows[i].raw, buf_text(&got), rows[i].want);
		buf_done(&got);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

/* The examples of RFC 2047 8 and their like. */
Test(mime_word, decodes_what_the_rules_allow)
{
	static const struct row rows[] = {
		{"plain text", "plain text"},
		{"=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"},
		{"=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"},
		{"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n "
		 "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
			"If you can read this you understand the example."},
		{"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
		{"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
		{"(=?ISO-8859-1?Q?a?=  \r\n =?ISO-8859-1?Q?b?=)", "(ab)"},
		{"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
		{"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
		{"=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"},
		{"=?UTF-8?b?8J+YgA==?= ok", "😀 ok"},
		{"folded\r\n\ttwice\r\n here", "folded\ttwice here"},
		{"=?iso-2022-jp?B?GyRCMnE1RCRON28bKEI=?=", "会議の件"},
		{"=?gb2312?B?u+HS6c2o1qo=?=", "会议通知"},
		{"=?koi8-r?B?8NLJ18XU?=", "Привет"},
		{"=?unicode-1-1-utf-7?Q?Gr+APwA3w-e?=", "Grüße"},
	};
	CHECK(rows);
}

Test(mime_word, decodes_what_real_mailers_send)
{
	static const struct row rows[] = {
		{"=?utf-8?B?w6TDtg?= =?utf-8?B?w7zDnw==?=", "äöüß"}, /* padding forgotten */
		{"=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "ä"},            /* cut in a character */
		{"=?utf-8?B?w?= =?utf-8?B?6Q=?=", "ä"},              /* cut in a base64 group */
		{"=?utf-8?Q?=C3?= =?UTF-8?B?pA==?=", "ä"},           /* two encodings */
		{"\"=?utf-8?Q?=C3=A4?=\" x", "\"ä\" x"},             /* in quotes */
		{"a=?utf-8?Q?b?=c", "abc"},                          /* no blanks around */
		{"=?utf-8?Q?a b?= c", "a b c"},                      /* blank inside */
		{"=?utf-8?Q?what?\?=", "what?"},                     /* '?' not encoded */
		{"=?utf-8?Q?what?=20now?=", "what? now"},            /* '?' before an escape */
		{"=?utf-8?Q?cut", "cut"},                            /* no end */
		{"=?utf-8?B?Y3V0?", "cut"},                          /* half an end */
		{"=?utf-8?Q?one =?utf-8?Q?two?=", "onetwo"},         /* one without end */
		{"=?utf-8?Q?a=0D=0Ab=00c?=", "a  b c"},              /* hidden line ends */
		{"=?x-nobody?Q?=E4?=", "ä"},                         /* unknown charset */
		{"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},              /* no such encoding */
		{"=?utf-8?Q?\?= empty", " empty"},                   /* empty word */
		{"1 =? 2 ?= 3", "1 =? 2 ?= 3"},                      /* no word at all */
		{"Gr\xfc\xdf"
		 "e aus K\xf6ln",
			"Grüße aus Köln"},                  /* raw Latin-1 */
		{"Grüße =?utf-8?Q?=C3=A4?=", "Grüße ä"},    /* raw UTF-8 beside */
		{"=?us-ascii?Q?=C3=A4?=", "ä"},             /* not ASCII */
		{"=?utf-8?Q?=E4=F6 und =FC?=", "äö und ü"}, /* not UTF-8 */
		{"\033$B2q5D\033(B", "会議"},               /* raw ISO-2022-JP */
	};
	CHECK(rows);
}

Test(mime_word, takes_time_in_proportion_to_the_length)
{
	static const char *const pieces[] = {
		"=?utf-8?Q?", "=?a?b?x ", "?=", "=?", "\xe4", "=?x?q?=e4?= "};
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		struct buf raw = {0}, got = {0};
		while (raw.len < 200 * 1024)
			buf_add_text(&raw, pieces[i]);
		mime_word_decode(buf_str(&raw), &got);
		cr_expect_leq(got.len, raw.len * 3);
		buf_done(&raw);
		buf_done(&got);
	}
}
