/* Dates of the rules, of old mailers and of no mailer that should exist. */
#include <criterion/criterion.h>

#include "proto/mime/mime.h"

Test(mime_date, reads_every_usual_form_as_the_same_moment)
{
	static const struct {
		const char *raw;
		int zone;
	} rows[] = {
		{"Mon, 2 Jan 2006 15:04:05 -0700", -420},
		{"Mon, 02 Jan 2006 15:04:05 -0700 (MST)", -420},
		{"2 Jan 2006 15:04:05 -0700", -420},
		{"Mon,2 Jan 2006 15:04:05-0700", -420},
		{"Mon, 2 Jan 06 15:04:05 MST", -420},
		{"Mon, 2 Jan 106 15:04:05 MST", -420},
		{"Monday, 02-Jan-06 22:04:05 GMT", 0},
		{"Mon Jan  2 22:04:05 2006", 0},
		{"Mon Jan  2 15:04:05 MST 2006", -420},
		{"Mon Jan 2 2006 22:04:05 GMT+0000", 0},
		{"Mon Jan 2 2006 15:04:05 GMT-0700", -420},
		{"2006-01-02T22:04:05Z", 0},
		{"2006-01-02 15:04:05.123 -07:00", -420},
		{"2006-01-02T15:04:05-0700", -420},
		{"Mon, 2 January 2006 22:04:05 UT", 0},
		{"Jan 2, 2006 10:04:05 PM", 0},
		{"Mon, 2 Jan 2006 22.04.05 +0000", 0},
		{"Tue, 3 Jan 2006 07:04:05 +0900 (JST)", 540},
		{"Mon (day), 2 (two) Jan\r\n 2006 22:04:05 +0000", 0},
		{"Mon, 2 Jan 2006 22:04:05 +9999", 0},
		{"Mon, 2 Jan 2006 22:04:05 X", 0},
		{"Mon, 2 Jan 2006 22:04:05", 0},
		{"Mon, 2 Jan 2006 22:04:05 \"GMT\"", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t seconds = 0;
		int zone = 1;
		cr_expect(
			mime_date_parse(str_from(rows[i].raw), &seconds, &zone), "%s", rows[i].raw);
		cr_expect_eq(seconds, 1136239445, "%s: %ld", rows[i].raw, (long)seconds);
		cr_expect_eq(zone, rows[i].zone, "%s: %d", rows[i].raw, zone);
	}
}

Test(mime_date, knows_the_calendar)
{
	static const struct {
		const char *raw;
		int64_t seconds;
	} rows[] = {
		{"Thu, 1 Jan 1970 00:00:00 +0000", 0},
		{"29 Feb 2000 00:00 +0000", 951782400},
		{"31 Dec 1999 23:59:60 +0000", 946684800},
		{"1 Mar 2100 00:00:00 +0000", 4107542400},
		{"31 Dec 1969 23:59:59 +0000", -1},
		{"Sat, 1 Jan 19100 00:00:00 +0000", 946684800},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t seconds = 0;
		int zone;
		cr_expect(
			mime_date_parse(str_from(rows[i].raw), &seconds, &zone), "%s", rows[i].raw);
		cr_expect_eq(seconds, rows[i].seconds, "%s: %ld", rows[i].raw, (long)seconds);
	}
}

Test(mime_date, says_no_to_what_is_none)
{
	static const char *const rows[] = {"", "yesterday", "32 Jan 2006", "29 Feb 2001",
		"Jan 2006", "2 Jan", "2006-13-01", "2 Jan 2006 25:00:00", "0 Jan 2006",
		"99999999999999999999", "2 Jan 99999", "(((((((("};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t seconds;
		int zone;
		cr_expect_not(mime_date_parse(str_from(rows[i]), &seconds, &zone), "%s", rows[i]);
	}
}
