/* Addresses and message ids as headers have them. */
#include <criterion/criterion.h>

#include "proto/mime/mime.h"

static void add_address(struct buf *out, const struct address *a)
{
	buf_addf(out, "%s<%s>", a->name, a->addr);
	if (a->group != NULL)
		buf_addf(out, "@%s", a->group);
	buf_add_char(out, ';');
}

/* Each address as name<addr>, with @group behind when it stands in one. */
Test(mime_address, reads_lists)
{
	static const struct {
		const char *raw, *want;
	} rows[] = {
		{"", ""},
		{"a@example.org", "<a@example.org>;"},
		{"<a@example.org>", "<a@example.org>;"},
		{"Ann <a@example.org>, Bob <b@example.org>",
			"Ann<a@example.org>;Bob<b@example.org>;"},
		{"\"Doe, John\" <j@example.org>", "Doe, John<j@example.org>;"},
		{"\"A \\\"B\\\" C\" <j@example.org>", "A \"B\" C<j@example.org>;"},
		{"j@example.org (John Doe)", "John Doe<j@example.org>;"},
		{"j@example.org (John (Jack) Doe)", "John (Jack) Doe<j@example.org>;"},
		{"John (comment) Doe <j@example.org>", "John Doe<j@example.org>;"},
		{"=?utf-8?Q?J=C3=B6rg?= <j@example.org>", "Jörg<j@example.org>;"},
		{"\"=?utf-8?Q?J=C3=B6rg?=\" <j@example.org>", "Jörg<j@example.org>;"},
		{"=?utf-8?Q?Doe,_J?= <j@example.org>", "Doe, J<j@example.org>;"},
		{"Friends: a@example.org, Bob <b@example.org>;",
			"<a@example.org>@Friends;Bob<b@example.org>@Friends;"},
		{"undisclosed-recipients:;", "undisclosed-recipients<>@undisclosed-recipients;"},
		{"undisclosed-recipients:", "undisclosed-recipients<>@undisclosed-recipients;"},
		{"A: a@x;, c@z, B: ;", "<a@x>@A;<c@z>;B<>@B;"},
		{"\"john doe\"@example.org", "<\"john doe\"@example.org>;"},
		{"<@relay.example,@b:u@example.org>", "<u@example.org>;"},
		{"john @ example . org", "<john@example.org>;"},
		{"a@x; b@y; c@z", "<a@x>;<b@y>;<c@z>;"}, /* Outlook's separators */
		{"a@x,, ,b@y,", "<a@x>;<b@y>;"},
		{"John Doe j@example.org", "John Doe<j@example.org>;"}, /* no <> */
		{"John <j@example.org", "John<j@example.org>;"},        /* no > */
		{"\"John <j@example.org>", "John<j@example.org>;"},     /* no closing quote */
		{"John Doe", "John Doe<>;"},
		{"a@b.org <c@d.org>", "a@b.org<c@d.org>;"},
		{"<>", "<>;"},
		{"J\xf6rg <j@example.org>", "Jörg<j@example.org>;"},
		{"Jörg <jörg@exämple.org>", "Jörg<jörg@exämple.org>;"},
		{"A\r\n B <a@\r\n example.org>", "A B<a@example.org>;"},
		{"'Ann' <a@example.org>", "'Ann'<a@example.org>;"},
		{"a@[192.0.2.1]", "<a@[192.0.2.1]>;"},
		{"(only a comment)", ""},
		{"Dr. J. Doe <j@example.org>", "Dr. J. Doe<j@example.org>;"},
		{"Ann <a@x.org> Bob B <b@y.org>, c@z.org", /* the comma is missing */
			"Ann<a@x.org>;Bob B<b@y.org>;<c@z.org>;"},
		{"<a@x.org><b@y.org>", "<a@x.org>;<b@y.org>;"},
		{"<<a@x.org>>", "<a@x.org>;"},
		{"Ann <a@x.org> (at work)", "Ann<a@x.org>;"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct address_list list = {0};
		struct buf got = {0};
		mime_address_parse(str_from(rows[i].raw), &list);
		for (size_t k = 0; k < list.count; k++)
			add_address(&got, &list.items[k]);
		cr_expect_str_eq(buf_text(&got), rows[i].want, "%s: got %s, want %s", rows[i].raw,
			buf_text(&got), rows[i].want);
		address_list_done(&list);
		buf_done(&got);
	}
}

Test(mime_address, finds_the_first_without_a_list)
{
	struct buf name = {0}, addr = {0};
	mime_address_first(STR("Ann B <a@x>, Bob <b@y>"), &name, &addr);
	cr_expect_str_eq(buf_text(&name), "Ann B");
	cr_expect_str_eq(buf_text(&addr), "a@x");
	buf_clear(&name);
	buf_clear(&addr);
	mime_address_first(STR("b@y"), &name, &addr);
	cr_expect_str_eq(buf_text(&name), "");
	cr_expect_str_eq(buf_text(&addr), "b@y");
	buf_done(&name);
	buf_done(&addr);
}

Test(mime_address, stops_at_the_limit_and_passes_bombs_in_linear_time)
{
	static const char *const pieces[] = {
		"a@b,", ";", "\"", "\"<a>\\", "(", "=?a?q?", "a:", "<", "@,:"};
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		struct buf raw = {0};
		struct address_list list = {0};
		while (raw.len < 500 * 1000)
			buf_add_text(&raw, pieces[i]);
		mime_address_parse(buf_str(&raw), &list);
		cr_expect_leq(list.count, ADDRESS_COUNT_MAX);
		cr_expect(i > 0 || list.count == ADDRESS_COUNT_MAX);
		address_list_done(&list);
		buf_done(&raw);
	}
}

Test(mime_address, reads_message_ids_in_order)
{
	static const struct {
		const char *raw, *want;
	} rows[] = {
		{"<a@b>", "a@b\n"},
		{"<a@b>\r\n <c@d><e@f>", "a@b\nc@d\ne@f\n"},
		{"Your message of Monday <a@b> \"Subject\"", "a@b\n"},
		{"a@b c@d", "a@b\nc@d\n"},
		{"<a @\r\n b>", "a@b\n"},
		{"<a@b <c@d>", "a@b\nc@d\n"},
		{"nothing here", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf got = {0};
		mime_ids_parse(str_from(rows[i].raw), &got);
		cr_expect_str_eq(
			buf_text(&got), rows[i].want, "%s: %s", rows[i].raw, buf_text(&got));
		buf_done(&got);
	}
}
