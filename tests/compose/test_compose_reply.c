/* Answers and forwards: to whom, under which subject, in which thread, with which words. */
#include "base/memory.h"
#include "compose/compose.h"

#include <criterion/criterion.h>

static char me[] = "Me Myself <me@x.org>", aliases[] = "alias@x.org, @mine.example", none[] = "",
	    signature[] = "Me\n", work[] = "work", at_work[] = "M. Self <me@work.org>";

static const struct identity identities[] = {
	{1, none, me, aliases, none, none, none, none, signature, none},
	{2, work, at_work, none, none, none, none, none, none, none}};

struct sample {
	const char *name;
	enum draft_verb verb;
	const char *header;
	const char *to, *cc, *from;
};

#define FROM "From: Ann <ann@y.org>\r\n"

static const struct sample samples[] = {
	{"a reply goes to From", DRAFT_REPLY, FROM "To: me@x.org, b@y.org\r\n", "Ann <ann@y.org>",
		"", me},
	{"Reply-To before From", DRAFT_REPLY, FROM "Reply-To: r@y.org\r\nTo: me@x.org\r\n",
		"r@y.org", "", me},
	{"Mail-Reply-To before Reply-To", DRAFT_REPLY,
		FROM "Reply-To: r@y.org\r\nMail-Reply-To: m@y.org\r\nTo: me@x.org\r\n", "m@y.org",
		"", me},
	{"all, without oneself, each once", DRAFT_REPLY_ALL,
		FROM "To: ME@x.org, b@y.org\r\nCc: Alias <alias@x.org>, c@y.org, B@y.org, "
		     "ann@y.org\r\n",
		"Ann <ann@y.org>", "b@y.org, c@y.org", me},
	{"all of a list with Mail-Followup-To", DRAFT_REPLY_ALL,
		FROM "To: list@y.org\r\nMail-Followup-To: list@y.org, me@x.org\r\n", "list@y.org",
		"", me},
	{"the list alone", DRAFT_REPLY_LIST,
		FROM "To: list@y.org, b@y.org\r\nList-Post: <https://y.org/post>, "
		     "<mailto:list@y.org?subject=x>\r\n",
		"list@y.org", "", me},
	{"the list that wants Mail-Followup-To", DRAFT_REPLY_LIST,
		FROM "To: list@y.org\r\nList-Post: <mailto:list@y.org>\r\nMail-Followup-To: "
		     "list@y.org, ann@y.org\r\n",
		"list@y.org, ann@y.org", "", me},
	{"a list nobody may post to", DRAFT_REPLY_LIST,
		FROM "To: me@x.org, b@y.org\r\nList-Post: NO\r\n", "Ann <ann@y.org>", "b@y.org",
		me},
	{"no list: all", DRAFT_REPLY_LIST, FROM "To: me@x.org\r\nCc: c@y.org\r\n",
		"Ann <ann@y.org>", "c@y.org", me},
	{"one's own mail goes to those it went to", DRAFT_REPLY,
		"From: me@x.org\r\nTo: b@y.org\r\nCc: c@y.org\r\n", "b@y.org", "", me},
	{"mail from another account of one's own", DRAFT_REPLY,
		"From: me@work.org\r\nTo: me@x.org\r\n", "me@work.org", "", me},
	{"all of it", DRAFT_REPLY_ALL, "From: me@work.org\r\nTo: me@x.org, b@y.org\r\n",
		"me@work.org", "b@y.org", me},
	{"one's own mail to another account", DRAFT_REPLY, "From: me@x.org\r\nTo: me@work.org\r\n",
		"me@work.org", "", me},
	{"all of one's own mail", DRAFT_REPLY_ALL,
		"From: me@x.org\r\nTo: b@y.org\r\nCc: c@y.org\r\n", "b@y.org", "c@y.org", me},
	{"a note to oneself", DRAFT_REPLY_ALL, "From: me@x.org\r\nTo: me@x.org\r\n", "me@x.org", "",
		me},
	{"from the address it came to", DRAFT_REPLY, FROM "To: alias@x.org\r\n", "Ann <ann@y.org>",
		"", "Me Myself <alias@x.org>"},
	{"from the tagged address", DRAFT_REPLY, FROM "To: me+shop@x.org\r\n", "Ann <ann@y.org>",
		"", "Me Myself <me+shop@x.org>"},
	{"from any address of one's own host", DRAFT_REPLY, FROM "To: any@mine.example\r\n",
		"Ann <ann@y.org>", "", "Me Myself <any@mine.example>"},
	{"by the other identity", DRAFT_REPLY, FROM "To: b@y.org, me@work.org\r\n",
		"Ann <ann@y.org>", "", at_work},
	{"of two named the one it was delivered to", DRAFT_REPLY,
		FROM "Delivered-To: me@work.org\r\nTo: me@x.org\r\nCc: me@work.org\r\n",
		"Ann <ann@y.org>", "", at_work},
	{"an alias that was written to, not the mailbox behind it", DRAFT_REPLY,
		FROM "Delivered-To: me@work.org\r\nTo: alias@x.org\r\n", "Ann <ann@y.org>", "",
		"Me Myself <alias@x.org>"},
	{"a blind copy by the envelope", DRAFT_REPLY,
		FROM "X-Original-To: me@work.org\r\nTo: all@y.org\r\n", "Ann <ann@y.org>", "",
		at_work},
	{"nobody's: the first identity", DRAFT_REPLY, FROM "To: all@y.org\r\n", "Ann <ann@y.org>",
		"", me},
	{"no From but a Sender", DRAFT_REPLY, "Sender: s@y.org\r\nTo: me@x.org\r\n", "s@y.org", "",
		me},
	{"a group without members", DRAFT_REPLY_ALL, FROM "To: undisclosed-recipients:;\r\n",
		"Ann <ann@y.org>", "", me},
	{"names with commas and other letters", DRAFT_REPLY,
		"From: =?utf-8?q?Gro=C3=9F=2C_Anna?= <a@y.org>\r\nTo: me@x.org\r\n",
		"\"Gro\xc3\x9f, Anna\" <a@y.org>", "", me},
};

static void run(const struct sample *s)
{
	struct draft draft;
	struct error err = {0};
	struct compose_style style = {0};
	struct compose_original original = {.place_id = 5, .header = str_from(s->header)};
	draft_init(&draft);
	cr_assert(compose_reply(s->verb, &original, 1, identities, 2, &style, &draft, &err));
	cr_expect_str_eq(draft.to, s->to, "%s: To %s", s->name, draft.to);
	cr_expect_str_eq(draft.cc, s->cc, "%s: Cc %s", s->name, draft.cc);
	cr_expect_str_eq(draft.from, s->from, "%s: From %s", s->name, draft.from);
	cr_expect_eq(draft.answer_count, 1);
	draft_done(&draft);
}

Test(compose_reply, goes_to_those_who_should_have_it)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		run(&samples[i]);
}

Test(compose_reply, the_subject_has_one_prefix)
{
	static const char *const subjects[][3] = {
		/* original, reply, forward */
		{"hi", "Re: hi", "hi (fwd)"},
		{"Re: hi", "Re: hi", "Re: hi (fwd)"},
		{"RE:  re: Aw: SV: hi", "Re: hi", "RE:  re: Aw: SV: hi (fwd)"},
		{"Re[2]: hi", "Re: hi", "Re[2]: hi (fwd)"},
		{"Re^3: Re(4) : hi", "Re: hi", "Re^3: Re(4) : hi (fwd)"},
		{"[list] Re: hi", "Re: [list] hi", "[list] Re: hi (fwd)"},
		{"Re: [list] Re: hi", "Re: [list] hi", "Re: [list] Re: hi (fwd)"},
		{"[list] hi", "Re: [list] hi", "[list] hi (fwd)"},
		{"Fwd: hi", "Re: Fwd: hi", "Fwd: hi"},
		{"WG: hi", "Re: WG: hi", "WG: hi"},
		{"", "Re:", "(fwd)"},
		{"=?utf-8?q?=E7=AD=94=E5=A4=8D=EF=BC=9Ahi?=", "Re: hi",
			"\xe7\xad\x94\xe5\xa4\x8d\xef\xbc\x9ahi (fwd)"},
		{"=?utf-8?q?=CE=91=CF=80=3A_hi?=", "Re: hi", "\xce\x91\xcf\x80: hi (fwd)"},
		{"Result: 5", "Re: Result: 5", "Result: 5 (fwd)"},
		{"Re", "Re: Re", "Re (fwd)"},
		{"=?utf-8?q?a=0D=0ABcc=3A_evil=40e=2Eorg?=", "Re: a  Bcc: evil@e.org",
			"a  Bcc: evil@e.org (fwd)"},
	};
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		struct draft reply, forward;
		struct buf header = {0};
		struct compose_style style = {0};
		draft_init(&reply);
		draft_init(&forward);
		buf_addf(&header, "From: a@y.org\r\nSubject: %s\r\n", subjects[i][0]);
		struct compose_original original = {.header = buf_str(&header)};
		compose_reply(DRAFT_REPLY, &original, 1, identities, 2, &style, &reply, NULL);
		compose_forward(DRAFT_FORWARD, &original, 1, identities, 2, &style, &forward, NULL);
		cr_expect_str_eq(
			reply.subject, subjects[i][1], "%s: %s", subjects[i][0], reply.subject);
		cr_expect_str_eq(
			forward.subject, subjects[i][2], "%s: %s", subjects[i][0], forward.subject);
		draft_done(&reply);
		draft_done(&forward);
		buf_done(&header);
	}
}

static void thread_is(const char *header, const char *parent, const char *references)
{
	struct draft draft;
	struct compose_style style = {0};
	struct compose_original original = {.header = str_from(header)};
	draft_init(&draft);
	compose_reply(DRAFT_REPLY, &original, 1, identities, 2, &style, &draft, NULL);
	cr_expect_str_eq(draft.in_reply_to, parent, "%s: %s", header, draft.in_reply_to);
	cr_expect_str_eq(draft.references, references, "%s: %s", header, draft.references);
	draft_done(&draft);
}

Test(compose_reply, stands_in_the_thread)
{
	thread_is("From: a@b\r\nMessage-ID: <3@x>\r\nReferences: <1@x>\r\n <2@x>\r\n", "<3@x>",
		"<1@x> <2@x> <3@x>");
	thread_is(
		"From: a@b\r\nMessage-ID: <3@x>\r\nIn-Reply-To: <2@x>\r\n", "<3@x>", "<2@x> <3@x>");
	thread_is(
		"From: a@b\r\nMessage-ID: <3@x>\r\nIn-Reply-To: <1@x> <2@x>\r\n", "<3@x>", "<3@x>");
	thread_is("From: a@b\r\nReferences: <1@x> <1@x> <2@x>\r\n", "", "<1@x> <2@x>");
	thread_is("From: a@b\r\n", "", "");
}

Test(compose_reply, a_long_thread_keeps_its_root_and_its_end)
{
	struct buf header = {0};
	struct draft draft;
	struct compose_style style = {0};
	buf_add_text(&header, "From: a@b\r\nMessage-ID: <last@x>\r\nReferences:");
	for (size_t i = 0; i < 5000; i++)
		buf_addf(&header, " <%zu@x>\r\n", i);
	struct compose_original original = {.header = buf_str(&header)};
	draft_init(&draft);
	compose_reply(DRAFT_REPLY, &original, 1, identities, 2, &style, &draft, NULL);
	cr_expect(str_starts(str_from(draft.references), STR("<0@x> <1@x> <2@x> <49")), "%s",
		draft.references);
	cr_expect(str_ends_nocase(str_from(draft.references), STR(" <4999@x> <last@x>")));
	cr_expect_lt(strlen(draft.references), 1000u);
	draft_done(&draft);
	buf_done(&header);
}

/* ---- The words. ---- */

static const char header[] = "From: Ann <ann@y.org>\r\nTo: me@x.org\r\nSubject: hi\r\n"
			     "Date: Mon, 23 Nov 2026 16:06:39 +0100\r\n";

static void body_is(const struct compose_style *style, const char *text, const char *body)
{
	struct draft draft;
	struct compose_original original = {.header = str_from(header), .text = str_from(text)};
	draft_init(&draft);
	compose_reply(DRAFT_REPLY, &original, 1, identities, 2, style, &draft, NULL);
	cr_expect_str_eq(draft.body, body, "%s", draft.body);
	draft_done(&draft);
}

#define WROTE "On 2026-11-23 at 16:06, Ann wrote:\n"

Test(compose_reply, quotes_level_upon_level_without_the_signature)
{
	struct compose_style style = {0};
	body_is(&style, "One\n\n> two\n>> three\n> > four\nfive\n-- \nAnn\nInc.\n",
		WROTE "> One\n>\n>> two\n>>> three\n>>> four\n> five\n\n\n-- \nMe\n");
	body_is(&style, "\n\nTop\n\n-- \nAnn\n> old\n", WROTE "> Top\n>\n>> old\n\n\n-- \nMe\n");
	body_is(&style, "", WROTE "\n\n-- \nMe\n");
}

Test(compose_reply, follows_the_settings)
{
	struct compose_style style = {.keeps_signature = true, .signature_above = true};
	body_is(&style, "One\n-- \nAnn\n", "\n-- \nMe\n\n" WROTE "> One\n> -- \n> Ann\n");
	style = (struct compose_style){
		.attribution = "%n (%a) about %s, %D: 100%%%x", .has_no_dashes = true};
	body_is(&style, "One\n",
		"Ann (ann@y.org) about hi, Mon, 23 Nov 2026 16:06:39 +0100: 100%%x\n> "
		"One\n\n\nMe\n");
	style = (struct compose_style){.quote = COMPOSE_QUOTE_NONE};
	body_is(&style, "One\n", "\n-- \nMe\n");
}

Test(compose_reply, answers_several_at_once)
{
	struct draft draft;
	struct compose_style style = {.attribution = "%n:"};
	struct compose_original originals[] = {
		{.place_id = 1,
			.header = STR("From: a@y.org\r\nMessage-ID: <1@y>\r\nSubject: one\r\n"),
			.text = STR("A\n")},
		{.place_id = 2,
			.header = STR("From: b@y.org\r\nMessage-ID: <2@y>\r\nSubject: two\r\n"),
			.text = STR("B\n")}};
	draft_init(&draft);
	cr_assert(compose_reply(DRAFT_REPLY, originals, 2, identities, 2, &style, &draft, NULL));
	cr_expect_str_eq(draft.to, "a@y.org, b@y.org");
	cr_expect_str_eq(draft.subject, "Re: one");
	cr_expect_str_eq(draft.in_reply_to, "<1@y> <2@y>");
	cr_expect_str_eq(
		draft.body, "a@y.org:\n> A\n\nb@y.org:\n> B\n\n\n-- \nMe\n", "%s", draft.body);
	cr_expect_eq(draft.answer_count, 2);
	draft_done(&draft);
	struct error err = {0};
	draft_init(&draft);
	cr_expect_not(
		compose_reply(DRAFT_REPLY, originals, 0, identities, 2, &style, &draft, &err));
	draft_done(&draft);
}

Test(compose_reply, knows_that_it_came_blind)
{
	static const struct {
		const char *header;
		bool is_blind;
		const char *came_to;
	} cases[] = {
		{"From: a@y.org\r\nTo: b@y.org\r\nDelivered-To: me@x.org\r\n", true, "me@x.org"},
		{"From: a@y.org\r\nTo: b@y.org, me@x.org\r\n", false, "me@x.org"},
		{"From: a@y.org\r\nTo: list@y.org\r\nList-Id: <l>\r\n", false, ""},
		{"From: me@x.org\r\nTo: b@y.org\r\n", false, "me@x.org"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct draft draft;
		struct compose_style style = {0};
		struct compose_original original = {.header = str_from(cases[i].header)};
		draft_init(&draft);
		compose_reply(DRAFT_REPLY_ALL, &original, 1, identities, 2, &style, &draft, NULL);
		cr_expect_eq(draft.was_blind, cases[i].is_blind, "%s", cases[i].header);
		cr_expect_str_eq(draft.came_to, cases[i].came_to, "%s", cases[i].header);
		draft_done(&draft);
	}
}

/* ---- Forwards. ---- */

Test(compose_forward, has_alpines_block_and_the_files)
{
	struct draft draft;
	struct compose_style style = {.forwards_as_fwd = true};
	char name[] = "a.pdf", type[] = "application/pdf";
	struct draft_file file = {7, name, type, none, 5, false};
	struct compose_original original = {.place_id = 3,
		.header = str_from(header),
		.text = STR("Text\n> quoted\n"),
		.files = &file,
		.file_count = 1};
	draft_init(&draft);
	cr_assert(
		compose_forward(DRAFT_FORWARD, &original, 1, identities, 2, &style, &draft, NULL));
	cr_expect_str_eq(draft.body,
		"\n-- \nMe\n\n---------- Forwarded message ----------\n"
		"Date: Mon, 23 Nov 2026 16:06:39 +0100\nFrom: Ann <ann@y.org>\nTo: me@x.org\n"
		"Subject: hi\n\nText\n> quoted\n",
		"%s", draft.body);
	cr_expect_str_eq(draft.subject, "Fwd: hi");
	cr_expect_str_eq(draft.to, "");
	cr_expect_str_eq(draft.in_reply_to, "");
	cr_expect_eq(draft.file_count, 1);
	cr_expect_str_eq(draft.files[0].name, "a.pdf");
	cr_expect_eq(draft.answers[0], 3);
	draft_done(&draft);
}

Test(compose_forward, attached_leaves_the_text_to_the_writer)
{
	struct draft draft;
	struct compose_style style = {0};
	char name[] = "hi.eml", type[] = "message/rfc822";
	struct draft_file file = {7, name, type, none, 5, true};
	struct compose_original original = {
		.header = str_from(header), .text = STR("Text\n"), .files = &file, .file_count = 1};
	struct compose_original both[] = {original, original};
	draft_init(&draft);
	cr_assert(compose_forward(
		DRAFT_FORWARD_ATTACHED, both, 2, identities, 2, &style, &draft, NULL));
	cr_expect_str_eq(draft.body, "\n-- \nMe\n");
	cr_expect_eq(draft.file_count, 2);
	cr_expect(draft.files[1].is_message);
	draft_done(&draft);
}

Test(compose_again, is_the_same_message_under_a_new_id)
{
	struct draft draft;
	struct compose_style style = {0};
	struct compose_original original = {
		.header =
			STR("From: M. Self <me@work.org>\r\nTo: Ann <ann@y.org>\r\nCc: c@y.org\r\n"
			    "Subject: Re: hi\r\nMessage-ID: <1@x>\r\nIn-Reply-To: <0@y>\r\n"
			    "References: <0@y>\r\n"),
		.text = STR("Text\n-- \nMe\n")};
	draft_init(&draft);
	cr_assert(compose_again(&original, identities, 2, &style, &draft, NULL));
	cr_expect_str_eq(draft.from, "\"M. Self\" <me@work.org>");
	cr_expect_str_eq(draft.identity, "work");
	cr_expect_eq(draft.account_id, 2);
	cr_expect_str_eq(draft.to, "Ann <ann@y.org>");
	cr_expect_str_eq(draft.cc, "c@y.org");
	cr_expect_str_eq(draft.subject, "Re: hi");
	cr_expect_str_eq(draft.in_reply_to, "<0@y>");
	cr_expect_str_eq(draft.body, "Text\n-- \nMe\n");
	draft_done(&draft);
}

/* ---- Redirected. ---- */

static bool gather(void *context, struct str bytes, struct error *err)
{
	(void)err;
	buf_add(context, bytes);
	return true;
}

Test(compose_redirect, adds_resent_fields_and_changes_nothing_else)
{
	static const char raw[] =
		"From ann Mon Nov 23\nReturn-Path: <ann@y.org>\nDKIM-Signature: v=1;\n\tb=x\n"
		"FROM:Ann <ann@y.org>\nBcc: secret@y.org,\n more@y.org\nSubject: =?utf-8?q?x?=  y\n"
		"\nText \r\n.\nbcc: in the body\n\xfc";
	struct buf got = {0};
	struct outgoing out = {0};
	struct error err = {0};
	struct compose_options options = {.now = 1700000000, .zone = 60, .entropy = {1, 2}};
	cr_assert(compose_redirect(str_from(raw), &identities[0], "B <b@y.org>, c@y.org", &options,
			  gather, &got, &out, &err),
		"%s", err.detail);
	cr_expect_str_eq(buf_text(&got),
		"Resent-Date: Tue, 14 Nov 2023 23:13:20 +0100\r\n"
		"Resent-From: Me Myself <me@x.org>\r\nResent-To: B <b@y.org>, c@y.org\r\n"
		"Resent-Message-ID: <00000000000000010000000000000002@x.org>\r\n"
		"DKIM-Signature: v=1;\r\n\tb=x\r\nFROM:Ann <ann@y.org>\r\n"
		"Subject: =?utf-8?q?x?=  y\r\n\r\nText \r\n.\r\nbcc: in the body\r\n\xfc\r\n",
		"%s", buf_text(&got));
	cr_expect_eq(out.recipient_count, 2);
	cr_expect_eq(out.size, got.len);
	cr_expect_str_eq(out.from, "me@x.org");
	outgoing_done(&out);
	buf_done(&got);
}

Test(compose_redirect, refuses_what_is_no_address)
{
	struct buf got = {0};
	struct outgoing out = {0};
	struct error err = {0};
	struct compose_options options = {.now = 1};
	cr_expect_not(compose_redirect(
		STR("A: b\n\nx"), &identities[0], "root", &options, gather, &got, &out, &err));
	cr_expect_neq(str_find(str_from(err.detail), STR("root")), STR_NONE);
	cr_expect_not(compose_redirect(
		STR("A: b\n\nx"), &identities[0], "", &options, gather, &got, &out, &err));
	cr_expect_eq(got.len, 0);
	outgoing_done(&out);
	buf_done(&got);
}

/* ---- More people than a message can go to. ---- */

static void many_addresses(size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		buf_addf(out, "%sp%zu@y.org", i > 0 ? ", " : "", i);
}

Test(compose_redirect, refuses_too_many_and_takes_ten_thousand, .timeout = 60)
{
	for (size_t more = 0; more < 2; more++) {
		struct buf got = {0}, to = {0};
		struct outgoing out = {0};
		struct error err = {0};
		struct compose_options options = {.now = 1};
		many_addresses(10000 + more, &to);
		/* One who stands there twice gets it once. */
		buf_add_text(&to, ", p0@y.org");
		bool ok = compose_redirect(STR("A: b\n\nx"), &identities[0], buf_text(&to),
			&options, gather, &got, &out, &err);
		cr_expect_eq(ok, more == 0, "%s", err.detail);
		cr_expect_eq(out.recipient_count, 10000);
		cr_expect_eq(got.len > 0, more == 0);
		outgoing_done(&out);
		buf_done(&got);
		buf_done(&to);
	}
}

Test(compose_reply, to_all_of_too_many_is_refused_in_a_sentence, .timeout = 60)
{
	for (size_t more = 0; more < 2; more++) {
		struct compose_style style = {0};
		struct compose_original original = {0};
		struct buf head = {0};
		struct draft draft;
		struct error err = {0};
		buf_add_text(&head, FROM "To: ");
		many_addresses(9999 + more, &head);
		buf_add_text(&head, "\r\n\r\n");
		original.header = buf_str(&head);
		draft_init(&draft);
		cr_expect_eq(compose_reply(DRAFT_REPLY_ALL, &original, 1, identities, 2, &style,
				     &draft, &err),
			more == 0);
		cr_expect_eq(str_find(str_from(err.detail), STR("10000 recipients")) != STR_NONE,
			more == 1, "%s", err.detail);
		draft_done(&draft);
		buf_done(&head);
	}
}
