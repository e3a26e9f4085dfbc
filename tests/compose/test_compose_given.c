/* What a program hands to sendmail, and what goes out. */
#include "base/memory.h"
#include "compose/compose.h"

#include <criterion/criterion.h>

struct sample {
	const char *name, *raw;
	const char *recipients; /* on the command line; joined by blanks */
	bool takes_recipients;
	const char *sender, *account_from;
	const char *message; /* NULL: refused */
	const char *to;      /* joined by blanks */
	const char *from;
};

#define DATE "Date: Tue, 14 Nov 2023 23:13:20 +0100\r\n"
#define ID "Message-ID: <00000000000000010000000000000002@x.org>\r\n"

static const struct sample samples[] = {
	{"all that is missing is added", "Subject: hi\n\nText\n", "b@y.org", false, NULL,
		"Ann <a@x.org>", "From: Ann <a@x.org>\r\n" DATE ID "Subject: hi\r\n\r\nText\r\n",
		"b@y.org", "a@x.org"},
	{"what is there stays, Bcc goes",
		"From: \"A B\" <a@x.org>\nTo: b@y.org,\n c@y.org\nBcc: d@y.org\nDate: now\n"
		"Message-ID: <1@x>\n\nText",
		"", true, NULL, NULL,
		"From: \"A B\" <a@x.org>\r\nTo: b@y.org,\r\n c@y.org\r\nDate: now\r\n"
		"Message-ID: <1@x>\r\n\r\nText\r\n",
		"b@y.org c@y.org d@y.org", "a@x.org"},
	{"no header at all", "just text\n", "b@y.org", false, "s@x.org", NULL,
		"From: s@x.org\r\n" DATE ID "\r\njust text\r\n", "b@y.org", "s@x.org"},
	{"line ends of every kind", "A: b\r\n\r\none\rtwo\nthree\r\n", "b@y.org", false, "s@x.org",
		NULL, "From: s@x.org\r\n" DATE ID "A: b\r\n\r\none\r\ntwo\r\nthree\r\n", "b@y.org",
		"s@x.org"},
	{"raw UTF-8 in header and text", "Subject: gr\xc3\xbc\xc3\x9f\xc3\xbc\n\n\xc3\xbc\n",
		"b@y.org", false, "s@x.org", NULL,
		"From: s@x.org\r\n" DATE ID "Subject: =?UTF-8?B?Z3LDvMOfw7w=?=\r\n"
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: 8bit\r\n\r\n\xc3\xbc\r\n",
		"b@y.org", "s@x.org"},
	{"resent goes to those it is resent to", "To: old@y.org\nResent-To: new@y.org\n\nx\n", "",
		true, "s@x.org", NULL,
		"From: s@x.org\r\n" DATE ID "To: old@y.org\r\nResent-To: new@y.org\r\n\r\nx\r\n",
		"new@y.org", "s@x.org"},
	{"the null sender", "A: b\n\nx\n", "b@y.org", false, "<>", "a@x.org",
		"From: a@x.org\r\n" DATE
		"Message-ID: <00000000000000010000000000000002@rowan.invalid>\r\n"
		"A: b\r\n\r\nx\r\n",
		"b@y.org", ""},
	{"nobody to send it to", "Subject: x\n\nx\n", "", true, "s@x.org", NULL, NULL, NULL, NULL},
	{"an address without a host", "Subject: x\n\nx\n", "root", false, "s@x.org", NULL, NULL,
		NULL, NULL},
	{"nobody to send it from", "Subject: x\n\nx\n", "b@y.org", false, NULL, NULL, NULL, NULL,
		NULL},
};

static void run(const struct sample *s)
{
	const char *words[4];
	struct outgoing out = {0};
	struct buf message = {0}, to = {0}, list = {0};
	struct error err = {0};
	size_t count = s->recipients[0] != '\0';
	words[0] = s->recipients;
	struct compose_given given = {.takes_recipients = s->takes_recipients,
		.recipients = words,
		.recipient_count = count,
		.sender = s->sender,
		.account_from = s->account_from,
		.now = 1700000000,
		.zone = 60,
		.entropy = {1, 2}};
	bool ok = compose_given(str_from(s->raw), &given, &out, &message, &err);
	cr_expect_eq(ok, s->message != NULL, "%s: %s", s->name, err.detail);
	if (ok && s->message != NULL) {
		cr_expect_str_eq(
			buf_text(&message), s->message, "%s: got %s", s->name, buf_text(&message));
		for (size_t i = 0; i < out.recipient_count; i++)
			buf_addf(&to, "%s%s", i > 0 ? " " : "", out.recipients[i].address);
		cr_expect_str_eq(buf_text(&to), s->to, "%s: %s", s->name, buf_text(&to));
		cr_expect_str_eq(out.from, s->from, "%s: %s", s->name, out.from);
	} else {
		cr_expect_neq(err.detail[0], '\0', "%s", s->name);
	}
	outgoing_done(&out);
	buf_done(&message);
	buf_done(&to);
	buf_done(&list);
}

Test(compose_given, becomes_what_goes_out)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		run(&samples[i]);
}

Test(compose_given, a_nul_is_refused)
{
	struct outgoing out = {0};
	struct buf message = {0};
	struct error err = {0};
	struct compose_given given = {.sender = "a@b"};
	cr_expect_not(compose_given(STR("A: b\n\nx\0y\n"), &given, &out, &message, &err));
	outgoing_done(&out);
	buf_done(&message);
}
