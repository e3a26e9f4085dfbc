/* Whole messages → what is shown. Each sample is a message as it comes over the wire (here with
 * plain line ends) and the lines a reader should see at 60 cells. */
#include <criterion/criterion.h>

#include "base/memory.h"
#include "render/layout.h"
#include "render/render.h"

static struct shown *render(const char *message, const struct render_options *options)
{
	static const struct render_options usual = {.want_digests = true};
	return render_message(str_from(message), options != NULL ? options : &usual);
}

static char *lines_of(const struct shown *shown, int cells)
{
	struct buf out = {0};
	struct layout *l = layout_make(shown->doc, &(struct layout_options){.cells = cells});
	for (size_t i = 0; i < l->count; i++)
		cr_expect_leq(l->lines[i].cells, cells);
	layout_text(l, &out);
	layout_free(l);
	return buf_take(&out);
}

static void expect_with(const char *message, const struct render_options *options, const char *want)
{
	struct shown *shown = render(message, options);
	char *have = lines_of(shown, 60);
	cr_expect_str_eq(have, want, "%s\ngives:\n%s\nwanted:\n%s", message, have, want);
	mem_free(have);
	shown_free(shown);
}

static void expect(const char *message, const char *want)
{
	expect_with(message, NULL, want);
}

Test(render, shows_the_short_header_and_the_text)
{
	expect("Received: from x\n"
	       "From: =?utf-8?q?J=C3=BCrgen?= <j@a.example>\n"
	       "To: \"Doe, Jane\" <jane@b.example>,\n"
	       "\tbob@c.example\n"
	       "Reply-To: list@d.example\n"
	       "Subject: =?utf-8?b?R3LDvMOfZQ==?=\n"
	       "Date: Tue, 6 Oct 2026 10:12:00 +0200\n"
	       "\n"
	       "Hello\n",
		"Date: Tue, 6 Oct 2026 10:12:00 +0200\n"
		"From: Jürgen <j@a.example>\n"
		"Reply-To: list@d.example\n"
		"To: \"Doe, Jane\" <jane@b.example>, bob@c.example\n"
		"Subject: Grüße\n"
		"\n"
		"An answer goes to another place than the sender's:\n"
		"list@d.example\n"
		"\n"
		"Hello");
}

Test(render, shows_reply_to_only_when_it_leads_elsewhere)
{
	expect("From: A <a@x.example>\nReply-To: a@X.example\n\nhi\n",
		"From: A <a@x.example>\n\nhi");
}

Test(render, shows_both_of_two_from_lines_and_quotes_names_that_look_like_addresses)
{
	expect("From: \"boss@bank.test\" <a@x.example>\nFrom: b@x.example\n\nhi\n",
		"From: \"boss@bank.test\" <a@x.example>\nFrom: b@x.example\n\n"
		"This message has more than one From line; at least one of\n"
		"them is false.\n"
		"The sender's name looks like an address; the real one is:\n"
		"a@x.example\n\n"
		"hi");
}

Test(render, shows_all_fields_when_asked)
{
	static const struct render_options full = {.full_headers = true};
	expect_with("X-One: a\n b\nSubject: =?utf-8?q?x?=\n\nhi\n", &full,
		"X-One: a b\nSubject: =?utf-8?q?x?=\n\nhi");
}

#define ALTERNATIVE(plain, html)                                                                   \
	"Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n"                          \
	"--b\nContent-Type: text/plain; charset=utf-8\n\n" plain                                   \
	"\n--b\nContent-Type: text/html; charset=utf-8\n\n" html "\n--b--\n"

Test(render, takes_plain_text_of_two_alternatives_unless_it_says_nothing)
{
	static const struct render_options html = {.prefer_html = true};
	expect(ALTERNATIVE("plain words", "<p>html words</p>"), "Subject: s\n\nplain words");
	expect(ALTERNATIVE("", "<p>html words</p>"), "Subject: s\n\nhtml words");
	expect(ALTERNATIVE("Your client does not support HTML.", "<p>html words</p>"),
		"Subject: s\n\nhtml words");
	expect(ALTERNATIVE("View this email in your browser: https://a.example", "<p>html</p>"),
		"Subject: s\n\nhtml");
	expect_with(
		ALTERNATIVE("plain words", "<p>html words</p>"), &html, "Subject: s\n\nhtml words");
}

static const char mixed[] = "Subject: s\n"
			    "Content-Type: multipart/mixed; boundary=b\n\n"
			    "--b\n\nfirst\n"
			    "--b\nContent-Type: text/plain; name=\"notes.txt\"\n"
			    "Content-Disposition: inline; filename=notes.txt\n\nsecond\n"
			    "--b\nContent-Type: image/png\n"
			    "Content-Disposition: attachment; filename=\"a b.png\"\n"
			    "Content-Transfer-Encoding: base64\n\naGVsbG8=\n"
			    "--b\nContent-Type: text/plain\n"
			    "Content-Disposition: attachment; filename=log.txt\n\nlog\n"
			    "--b--\n";

Test(render, shows_parts_in_order_and_lists_the_attached)
{
	expect(mixed, "Subject: s\n"
		      "\n"
		      "first\n"
		      "\n"
		      "[ Part 2: \"notes.txt\" text/plain 6 B ]\n"
		      "second\n"
		      "\n"
		      "[ Attachment 3: \"a b.png\" image/png 5 B ]\n"
		      "[ Attachment 4: \"log.txt\" text/plain 3 B ]");
}

Test(render, tells_programs_of_the_parts)
{
	struct shown *s = render(mixed, NULL);
	cr_assert_eq(s->part_count, 4);
	cr_assert_eq(s->doc->part_count, 4);
	cr_expect_str_eq(s->parts[2].path, "3");
	cr_expect_str_eq(s->parts[2].type, "image/png");
	cr_expect_str_eq(s->parts[2].name, "a b.png");
	cr_expect_eq(s->parts[2].size, 5);
	cr_expect_str_eq(s->parts[2].sha256,
		"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	cr_expect(s->parts[2].is_attachment && !s->parts[0].is_attachment);
	cr_expect(s->doc->parts[0].is_shown && !s->doc->parts[2].is_shown);
	shown_free(s);
}

Test(render, gives_the_decoded_texts_of_text_and_html_bodies)
{
	struct shown *s = render(ALTERNATIVE("plain", "<p>html</p>"), NULL);
	cr_expect_str_eq(buf_text(&s->plain), "plain");
	cr_expect_str_eq(buf_text(&s->html), "<p>html</p>");
	shown_free(s);
}

Test(render, fills_the_fields)
{
	struct shown *s = render("Message-ID: <m@a.example>\nReferences: <r1@a> <r2@a>\n"
				 "In-Reply-To: <r2@a>\nDate: Tue, 6 Oct 2026 10:12:00 +0200\n"
				 "Cc: x@a.example, Y <y@a.example>\nSubject: a\n b\n\nhi\n",
		NULL);
	cr_expect_str_eq(s->message_id, "m@a.example");
	cr_expect_str_eq(s->subject, "a b");
	cr_expect(s->has_date);
	cr_expect_eq(s->date, 1791274320);
	cr_expect_eq(s->date_zone, 120);
	cr_expect_str_eq(s->date_raw, "Tue, 6 Oct 2026 10:12:00 +0200");
	cr_assert_eq(s->cc.count, 2);
	cr_expect_str_eq(s->cc.items[1].name, "Y");
	cr_expect(str_starts(buf_str(&s->references), STR("r1@a\nr2@a")));
	cr_expect(str_starts(buf_str(&s->in_reply_to), STR("r2@a")));
	shown_free(s);
}

Test(render, shows_an_embedded_message_with_its_own_header)
{
	expect("Subject: outer\nContent-Type: multipart/mixed; boundary=b\n\n"
	       "--b\n\nsee below\n"
	       "--b\nContent-Type: message/rfc822\n\n"
	       "From: c@d.example\nSubject: inner\n\ninner text\n"
	       "--b--\n",
		"Subject: outer\n"
		"\n"
		"see below\n"
		"\n"
		"[ Part 2: message/rfc822 44 B ]\n"
		"From: c@d.example\n"
		"Subject: inner\n"
		"\n"
		"inner text");
}

Test(render, shows_the_root_of_related_parts_and_lists_the_rest)
{
	expect("Content-Type: multipart/related; boundary=b\n\n"
	       "--b\nContent-Type: text/html\n\nA picture: <img src=\"cid:p@x\">\n"
	       "--b\nContent-Type: image/gif; name=p.gif\nContent-ID: <p@x>\n\nGIF\n--b--\n",
		"A picture: [p.gif]\n"
		"\n"
		"[ Attachment 2: \"p.gif\" image/gif 3 B ]");
}

Test(render, names_signed_and_encrypted_mail_without_praising_it)
{
	expect("Content-Type: multipart/signed; boundary=b\n\n"
	       "--b\n\ntext\n--b\nContent-Type: application/pgp-signature\n\nxx\n--b--\n",
		"This message carries a signature, which has not been\n"
		"checked.\n"
		"\n"
		"text\n"
		"\n"
		"[ Attachment 2: application/pgp-signature 2 B ]");
	expect("Content-Type: multipart/encrypted; boundary=b\n\n"
	       "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--\n",
		"This message is encrypted and cannot be read here.\n"
		"\n"
		"[ Attachment 1: application/pgp-encrypted 10 B ]");
}

Test(render, says_a_delivery_report_in_a_sentence)
{
	expect("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
	       "--b\n\nSorry.\n"
	       "--b\nContent-Type: message/delivery-status\n\n"
	       "Reporting-MTA: dns; mx.example\n\n"
	       "Final-Recipient: rfc822; bob@b.example\n"
	       "Action: failed\nStatus: 5.1.1\n"
	       "Diagnostic-Code: smtp; 550 5.1.1 no such user\n"
	       "--b--\n",
		"Could not be delivered to: bob@b.example – 550 5.1.1 no such\n"
		"user\n"
		"\n"
		"Sorry.");
}

Test(render, lists_link_targets_at_the_end)
{
	expect("Content-Type: text/html\n\n<p>Read <a href=\"https://a.example/x\">this</a>.</p>\n",
		"Read this[1].\n"
		"\n"
		"Links:\n"
		"[1] https://a.example/x");
}

Test(render, reads_flowed_text)
{
	expect("Content-Type: text/plain; format=flowed\n\nOne \ntwo\n> quoted \n> text\n",
		"One two\n> quoted text");
}

Test(render, says_so_when_there_is_no_text)
{
	expect("Subject: s\n\n", "Subject: s\n\nThis message has no text.");
	expect("", "This message has no text.");
}

Test(render, shows_a_multipart_whose_boundary_never_comes)
{
	expect("Content-Type: multipart/mixed; boundary=b\n\nall the same\n", "all the same");
}

Test(render, lists_what_is_nested_too_deep)
{
	struct buf message = {0};
	for (int i = 0; i < 300; i++)
		buf_addf(&message, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	buf_add_text(&message, "\ntext\n");
	struct shown *s = render(buf_text(&message), NULL);
	char *have = lines_of(s, 60);
	cr_expect(strstr(have, "nested deeper") != NULL, "%s", have);
	cr_expect_eq(s->part_count, 1);
	mem_free(have);
	shown_free(s);
	buf_done(&message);
}

/* ---- A source without bytes. ---- */

static struct str no_body(void *context, const struct part *part)
{
	(void)context, (void)part;
	return STR("");
}

Test(render, says_what_has_not_been_fetched)
{
	struct part *root = part_new(NULL);
	mem_free(root->path);
	mem_free(root->type);
	mem_free(root->subtype);
	root->path = mem_text("1");
	root->type = mem_text("text");
	root->subtype = mem_text("plain");
	root->size = 5000;
	struct render_source source = {
		.header = STR("Subject: s\n\n"),
		.root = root,
		.body = no_body,
		.part_header = no_body,
	};
	struct shown *s = render_source(&source, &(struct render_options){0});
	char *have = lines_of(s, 60);
	cr_expect(s->doc->is_incomplete);
	cr_expect_str_eq(have, "Subject: s\n\n[ Part 1: text/plain 4.9 KB ]\n"
			       "This part has not been fetched yet.");
	mem_free(have);
	shown_free(s);
	part_free(root);
}

Test(render, says_something_of_a_message_cut_at_any_byte)
{
	for (size_t len = 0; len < sizeof(mixed); len++) {
		struct render_options options = {.want_digests = true};
		struct shown *s = render_message(str_make(mixed, len), &options);
		mem_free(lines_of(s, 20));
		shown_free(s);
	}
}

static void count_passed(void *context, struct str bytes)
{
	*(size_t *)context += bytes.len;
}

Test(render, tells_of_the_bytes_of_a_huge_file_that_were_read)
{
	size_t passed = 0;
	struct buf message = {0};
	buf_add_text(&message, "Content-Type: application/zip\n\n");
	buf_reserve(&message, 20 << 20);
	memset(message.data + message.len, 'x', 20 << 20);
	message.len += 20 << 20;
	shown_free(render_message(buf_str(&message),
		&(struct render_options){.passed = count_passed, .passed_context = &passed}));
	cr_expect_geq(passed, (size_t)36 << 20, "%zu", passed); /* parsed once, measured once */
	buf_done(&message);
}

/* ---- Authentication-Results. ---- */

Test(render, believes_the_one_server_that_is_trusted_and_nobody_else)
{
	static const struct render_options trusting = {.authserv = "mx.a.example"};
	static const struct {
		const char *fields, *says;
	} rows[] = {
		{"Authentication-Results: mx.a.example; spf=pass smtp.mailfrom=b.example;\n"
		 " dkim=pass (2048 bit; x) header.d=b.example; dmarc=pass header.from=b.example\n",
			"The receiving server found the sender to be the real one:\n"
			"DMARC pass, DKIM pass, SPF pass\n\n"},
		{"Authentication-Results: mx.a.example 1; dmarc=fail; spf=pass\n",
			"The receiving server found the sender to be false: DMARC\nfail, SPF "
			"pass\n\n"},
		{"Authentication-Results: mx.a.example; dkim=pass header.d=evil.example\n",
			"The receiving server could not tell whether the sender is\nreal: DKIM "
			"pass\n\n"},
		{"Authentication-Results: mx.a.example; none\n",
			"The receiving server could not tell whether the sender is\nreal:\n\n"},
		/* What stands below, or in another's name, or in a comment or a string. */
		{"Authentication-Results: mx.a.example; dmarc=fail\n"
		 "Authentication-Results: mx.a.example; dmarc=pass\n",
			"The receiving server found the sender to be false: DMARC\nfail\n\n"},
		{"Authentication-Results: mx.evil.example; dmarc=pass\n", ""},
		{"Authentication-Results: (x) mx.a.example.evil.example; dmarc=pass\n", ""},
		{"Authentication-Results: mx.a.example; spf=fail (; dmarc=pass\n"
		 " ) smtp.helo=\"; dmarc=pass\"\n",
			"The receiving server found the sender to be false: SPF fail\n\n"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf message = {0}, want = {0};
		buf_addf(&message, "%sFrom: x@b.example\n\nHi\n", rows[i].fields);
		buf_addf(&want, "From: x@b.example\n\n%sHi", rows[i].says);
		expect_with(buf_text(&message), &trusting, buf_text(&want));
		buf_clear(&want);
		buf_add_text(&want, "From: x@b.example\n\nHi");
		expect(buf_text(&message), buf_text(&want));
		buf_done(&message);
		buf_done(&want);
	}
}

Test(render, a_page_that_leaves_a_list_is_shown_only_where_there_is_no_address)
{
	struct shown *shown =
		render("Subject: s\nList-Unsubscribe: <https://l.example/u>\n\nHi\n", NULL);
	cr_expect_null(shown->doc->leave_url);
	shown_free(shown);
	expect("Subject: s\nList-Unsubscribe: <https://l.example/u>\n\nHi\n",
		"Subject: s\n\nHi\n\nThis list can be left on a web page: https://l.example/u");
	shown = render("Subject: s\nList-Unsubscribe: <https://l.example/u>,\n"
		       " <mailto:leave@l.example?subject=go>\n\nHi\n",
		NULL);
	cr_assert_not_null(shown->doc->leave_url);
	cr_expect_str_eq(shown->doc->leave_url, "mailto:leave@l.example?subject=go");
	shown_free(shown);
}
