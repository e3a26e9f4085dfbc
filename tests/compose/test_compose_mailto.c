/* mailto: URLs, the harmless and the others. */
#include "compose/compose.h"
#include "base/memory.h"

#include <criterion/criterion.h>

struct sample {
	const char *url, *to, *cc, *subject, *body;
};

static const struct sample samples[] = {
	/* Of RFC 6068. */
	{"mailto:chris@example.com", "chris@example.com", "", "", ""},
	{"MAILTO:infobot@example.com?subject=current-issue", "infobot@example.com", "",
		"current-issue", ""},
	{"mailto:infobot@example.com?body=send%20current-issue%0D%0Asend%20index",
		"infobot@example.com", "", "", "send current-issue\nsend index\n"},
	{"mailto:joe@example.com?cc=bob@example.com&body=hello", "joe@example.com",
		"bob@example.com", "", "hello\n"},
	{"mailto:?to=joe@example.com&amp;cc=bob@example.com", "joe@example.com", "bob@example.com",
		"", ""},
	{"mailto:addr1@an.example,addr2@an.example?to=addr3@an.example",
		"addr1@an.example, addr2@an.example, addr3@an.example", "", "", ""},
	{"mailto:gorby%25kremvax@example.com", "gorby%kremvax@example.com", "", "", ""},
	{"mailto:unlikely%3Faddress@example.com?blat=foop", "unlikely?address@example.com", "", "",
		""},
	{"mailto:Mike%26family@example.org", "Mike&family@example.org", "", "", ""},
	{"mailto:%22not%40me%22@example.org", "\"not@me\"@example.org", "", "", ""},
	{"mailto:user@example.org?subject=caf%C3%A9&body=caf%C3%A9", "user@example.org", "",
		"caf\xc3\xa9", "caf\xc3\xa9\n"},
	{"mailto:user@example.org?subject=%3D%3Futf-8%3FQ%3Fcaf%3DC3%3DA9%3F%3D",
		"user@example.org", "", "=?utf-8?Q?caf=C3=A9?=", ""},
	/* Plus is plus. */
	{"mailto:a+b@x.org?subject=a+b", "a+b@x.org", "", "a+b", ""},
	{"mailto:", "", "", "", ""},
	{"mailto:a@x.org?subject", "a@x.org", "", "", ""},
	{"mailto:a@x.org?subject=100%&body=%zz%4", "a@x.org", "", "100%", "%zz%4\n"},
	{"mailto:a@x.org#part", "a@x.org", "", "", ""},
	/* What does harm, and does not here. */
	{"mailto:a@x.org?attach=/etc/passwd&attachment=/etc/passwd&Attach=~/.ssh/id", "a@x.org", "",
		"", ""},
	{"mailto:a@x.org?bcc=evil@e.org&from=boss@x.org&Reply-To=evil@e.org&X-Rowan-Draft=new",
		"a@x.org", "", "", ""},
	{"mailto:a@x.org?subject=x%0D%0ABcc:%20evil@e.org", "a@x.org", "", "x  Bcc: evil@e.org",
		""},
	{"mailto:a@x.org%0D%0ABcc:%20evil@e.org?cc=b%0aBcc:c@e.org%00", "a@x.org", NULL, "", ""},
	{"mailto:a@x.org?subject=a%00b&body=a%00b%1bc%7f", "a@x.org", "", "ab", "ab c \n"},
	{"mailto:a@x.org?subject=%ff%fe", "a@x.org", "", "\xef\xbf\xbd\xef\xbf\xbd", ""},
};

Test(compose_mailto, takes_what_is_safe)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		const struct sample *s = &samples[i];
		struct draft draft;
		struct error err = {0};
		draft_init(&draft);
		cr_expect(compose_mailto(str_from(s->url), &draft, &err), "%s", s->url);
		bool is_odd = s->cc == NULL;
		cr_expect(is_odd || strcmp(draft.to, s->to) == 0, "%s: To %s", s->url, draft.to);
		cr_expect(is_odd || strcmp(draft.cc, s->cc) == 0, "%s: Cc %s", s->url, draft.cc);
		cr_expect_str_eq(draft.subject, s->subject, "%s: %s", s->url, draft.subject);
		cr_expect_str_eq(draft.body, s->body, "%s: %s", s->url, draft.body);
		cr_expect_str_eq(draft.bcc, "", "%s", s->url);
		cr_expect_str_eq(draft.from, "", "%s", s->url);
		cr_expect_eq(draft.file_count, 0);
		const char *const lines[] = {draft.to, draft.cc, draft.subject, draft.in_reply_to};
		for (size_t n = 0; n < sizeof(lines) / sizeof(*lines); n++)
			cr_expect_eq(strpbrk(lines[n], "\r\n"), NULL, "%s", s->url);
		draft_done(&draft);
	}
}

Test(compose_mailto, keeps_the_signature_below_and_the_thread)
{
	struct draft draft;
	draft_init(&draft);
	draft_set(&draft.body, STR("\n-- \nMe\n"));
	cr_expect(compose_mailto(
		STR("mailto:l@x.org?In-Reply-To=%3C3469@x.org%3E&body=Hi"), &draft, NULL));
	cr_expect_str_eq(draft.body, "Hi\n\n-- \nMe\n");
	cr_expect_str_eq(draft.in_reply_to, "<3469@x.org>");
	draft_done(&draft);
}

Test(compose_mailto, refuses_what_is_none_or_too_long)
{
	struct draft draft;
	struct error err = {0};
	struct buf url = {0};
	draft_init(&draft);
	cr_expect_not(compose_mailto(STR("http://x.org/"), &draft, &err));
	cr_expect_not(compose_mailto(STR(""), &draft, &err));
	buf_add_text(&url, "mailto:a@x.org?body=");
	while (url.len <= COMPOSE_MAILTO_MAX)
		buf_add_char(&url, 'a');
	cr_expect_not(compose_mailto(buf_str(&url), &draft, &err));
	cr_expect_str_eq(draft.to, "");
	buf_done(&url);
	draft_done(&draft);
}
