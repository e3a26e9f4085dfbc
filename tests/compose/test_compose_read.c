/* What other programs keep in their Drafts folders, and such messages cut at every byte. */
#include "base/memory.h"
#include "compose/compose.h"
#include "proto/mime/mime.h"

#include <criterion/criterion.h>

struct sample {
	const char *name, *raw;
	const char *from, *to, *cc, *bcc, *subject, *in_reply_to, *references, *extra, *body;
	enum draft_verb verb;
	const char *files; /* "name|type|bytes\n" each */
};

static const struct sample samples[] = {
	{"Alpine, in postponed-msgs",
		"Date: Mon, 23 Nov 2026 16:06:12 +0100 (CET)\r\n"
		"From: Ann Example <ann@example.org>\r\n"
		"To: Bob <bob@example.com>\r\n"
		"cc: carl@example.com\r\n"
		"Subject: Re: The boat\r\n"
		"Fcc: sent-mail\r\n"
		"X-X-Sender: ann@home\r\n"
		"In-Reply-To: <1@example.com>\r\n"
		"Message-ID: <alpine.DEB.2.26.1@example.org>\r\n"
		"References: <0@example.com> <1@example.com>\r\n"
		"X-Reply-UID: (1 > )(1 1790000000 12)/home/ann/mail/inbox\r\n"
		"X-Cursor-Pos: 12\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: TEXT/PLAIN; format=flowed; charset=US-ASCII\r\n"
		"\r\n"
		"On Sunday Bob wrote:\r\n"
		"\r\n"
		"> Is it yours? I have seen it \r\n"
		"> in the harbour.\r\n"
		"\r\n"
		"Yes, it has been mine for as long as I have been living here, and it \r\n"
		"floats.\r\n",
		"Ann Example <ann@example.org>", "Bob <bob@example.com>", "carl@example.com", "",
		"Re: The boat", "<1@example.com>", "<0@example.com> <1@example.com>", "",
		"On Sunday Bob wrote:\n\n> Is it yours? I have seen it in the harbour.\n\n"
		"Yes, it has been mine for as long as I have been living here, and it floats.\n",
		DRAFT_REPLY, ""},
	{"mutt, in postponed",
		"Date: Mon, 23 Nov 2026 16:06:12 +0100\n"
		"From: Ann Example <ann@example.org>\n"
		"To: =?utf-8?B?SsO8cmdlbg==?= <j@example.com>,\n"
		"\tbob@example.com\n"
		"Bcc: quiet@example.com\n"
		"Subject: =?utf-8?Q?gr=C3=BC=C3=9Fe?= and more\n"
		"Message-ID: <aa@example.org>\n"
		"Organization: Boats\n"
		"MIME-Version: 1.0\n"
		"Content-Type: multipart/mixed; boundary=\"ab\"\n"
		"Content-Disposition: inline\n"
		"X-Mutt-Fcc: =sent\n"
		"Status: RO\n"
		"\n"
		"\n"
		"--ab\n"
		"Content-Type: text/plain; charset=utf-8\n"
		"Content-Disposition: inline\n"
		"Content-Transfer-Encoding: 8bit\n"
		"\n"
		"Gr\xc3\xbc\xc3\x9f"
		"e\n"
		"  indented \n"
		"\n"
		"--ab\n"
		"Content-Type: application/pdf\n"
		"Content-Description: the plan\n"
		"Content-Disposition: attachment; filename=\"plan.pdf\"\n"
		"Content-Transfer-Encoding: base64\n"
		"\n"
		"JVBERi0=\n"
		"\n"
		"--ab--\n",
		"Ann Example <ann@example.org>", "J\xc3\xbcrgen <j@example.com>, bob@example.com",
		"", "quiet@example.com",
		"gr\xc3\xbc\xc3\x9f"
		"e and more",
		"", "", "Organization: Boats\n",
		"Gr\xc3\xbc\xc3\x9f"
		"e\n  indented \n",
		DRAFT_NEW, "plan.pdf|application/pdf|%PDF-\n"},
	{"Thunderbird, in Drafts",
		"X-Mozilla-Status: 0001\r\n"
		"X-Mozilla-Status2: 00800000\r\n"
		"X-Mozilla-Keys:                                                   \r\n"
		"FCC: imap://ann@imap.example.org/Sent\r\n"
		"X-Identity-Key: id1\r\n"
		"X-Account-Key: account1\r\n"
		"X-Mozilla-Draft-Info: internal/draft; vcard=0; receipt=0; DSN=0; uuencode=0;\r\n"
		" attachmentreminder=0; deliveryformat=4\r\n"
		"Content-Type: multipart/mixed; boundary=\"------------pq\"\r\n"
		"Message-ID: <7c@example.org>\r\n"
		"Date: Mon, 23 Nov 2026 16:06:12 +0100\r\n"
		"MIME-Version: 1.0\r\n"
		"User-Agent: Mozilla Thunderbird\r\n"
		"Content-Language: en-GB\r\n"
		"To: bob@example.com, \"Doe, Jane\" <jane@example.com>\r\n"
		"From: Ann Example <ann@example.org>\r\n"
		"Subject: Pictures\r\n"
		"X-Priority: 1 (Highest)\r\n"
		"\r\n"
		"This is a multi-part message in MIME format.\r\n"
		"--------------pq\r\n"
		"Content-Type: multipart/alternative;\r\n"
		" boundary=\"------------rs\"\r\n"
		"\r\n"
		"--------------rs\r\n"
		"Content-Type: text/plain; charset=UTF-8; format=flowed\r\n"
		"Content-Transfer-Encoding: 8bit\r\n"
		"\r\n"
		"Here they are, all of those that we \r\n"
		"took.\r\n"
		"\r\n"
		"-- \r\n"
		"Ann\r\n"
		"--------------rs\r\n"
		"Content-Type: text/html; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: 8bit\r\n"
		"\r\n"
		"<p>Here they are, all of those that we took.</p>\r\n"
		"--------------rs--\r\n"
		"--------------pq\r\n"
		"Content-Type: text/x-log; charset=UTF-8; name=\"a b.log\"\r\n"
		"Content-Disposition: attachment; filename*0*=UTF-8''a%20b.; filename*1*=log\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n"
		"\r\n"
		"x=3D1=\r\n"
		"\r\n"
		"--------------pq--\r\n",
		"Ann Example <ann@example.org>",
		"bob@example.com, \"Doe, Jane\" <jane@example.com>", "", "", "Pictures", "", "",
		"X-Priority: 1 (Highest)\n",
		"Here they are, all of those that we took.\n\n-- \nAnn\n", DRAFT_NEW,
		"a b.log|text/x-log; charset=UTF-8|x=1\n"},
};
enum { SAMPLES = sizeof(samples) / sizeof(*samples) };

static bool gather(void *context, struct str bytes, struct error *err)
{
	(void)err;
	buf_add(context, bytes);
	return true;
}

struct original {
	struct str raw;
	const struct draft *draft;
	const struct compose_found *found;
	struct buf built;
};

static bool read_file(void *context, const struct draft_file *file, uint64_t offset, size_t size,
	struct buf *piece, struct error *err)
{
	const struct original *o = context;
	struct buf all = {0};
	bool ok = compose_file_copy(o->raw, &o->found[file - o->draft->files], gather, &all, err);
	buf_add(piece, str_first(str_skip(buf_str(&all), (size_t)offset), size));
	buf_done(&all);
	return ok;
}

static bool take(void *context, struct str bytes, struct error *err)
{
	struct original *o = context;
	return gather(&o->built, bytes, err);
}

static void print_files(const struct original *o, struct buf *out)
{
	for (size_t i = 0; i < o->draft->file_count; i++) {
		const struct draft_file *file = &o->draft->files[i];
		buf_addf(out, "%s|%s|", file->name, file->type);
		cr_expect(compose_file_copy(o->raw, &o->found[i], gather, out, NULL));
		buf_add_char(out, '\n');
	}
}

static void draft_is(const struct draft *got, const struct sample *s, bool with_text)
{
	const struct {
		const char *what, *got, *want;
	} texts[] = {{"From", got->from, s->from}, {"To", got->to, s->to}, {"Cc", got->cc, s->cc},
		{"Bcc", got->bcc, s->bcc}, {"Subject", got->subject, s->subject},
		{"In-Reply-To", got->in_reply_to, s->in_reply_to},
		{"References", got->references, s->references}, {"extra", got->extra, s->extra},
		{"body", got->body, s->body}};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts) - !with_text; i++)
		cr_expect_str_eq(texts[i].got, texts[i].want, "%s, %s:\n[%s]\nwanted\n[%s]",
			s->name, texts[i].what, texts[i].got, texts[i].want);
	cr_expect_eq(got->verb, s->verb, "%s", s->name);
}

Test(compose_read, takes_up_what_other_programs_left)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		struct draft got;
		struct compose_found *found;
		struct buf files = {0};
		struct error err = {0};
		draft_init(&got);
		cr_assert(compose_read(str_from(samples[i].raw), NULL, &got, &found, NULL, &err),
			"%s", err.detail);
		draft_is(&got, &samples[i], true);
		struct original original = {str_from(samples[i].raw), &got, found, {0}};
		print_files(&original, &files);
		cr_expect_str_eq(buf_text(&files), samples[i].files, "%s: %s", samples[i].name,
			buf_text(&files));
		buf_done(&files);
		mem_free(found);
		draft_done(&got);
	}
}

/* Reads the first bytes of it, and builds what was read. */
static void cut_reads(const struct sample *s, size_t length)
{
	/* A copy of just that length and a NUL: what reads beyond it is caught. */
	char *copy = mem_str(str_make(s->raw, length));
	struct compose_options options = {.entropy = {1, 2}, .is_draft = true};
	struct draft got;
	struct compose_found *found;
	struct outgoing out = {0};
	struct error err = {0};
	draft_init(&got);
	cr_assert(compose_read(str_make(copy, length), NULL, &got, &found, NULL, &err));
	if (length >= mime_header_length(str_from(s->raw)))
		draft_is(&got, s, length == strlen(s->raw));
	struct original original = {str_make(copy, length), &got, found, {0}};
	cr_expect(compose_build(&got, &options, read_file, take, &original, &out, &err),
		"%s cut at %zu: %s", s->name, length, err.detail);
	outgoing_done(&out);
	buf_done(&original.built);
	mem_free(found);
	draft_done(&got);
	mem_free(copy);
}

Test(compose_read, holds_wherever_the_message_is_cut, .timeout = 60)
{
	for (size_t i = 0; i < SAMPLES; i++)
		for (size_t n = 1, all = strlen(samples[i].raw); n <= all; n++)
			cut_reads(&samples[i], n);
}
