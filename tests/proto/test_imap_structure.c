/* BODYSTRUCTURE, as the RFC has it and as servers send it. */
#include "proto/imap/imap.h"

#include <criterion/criterion.h>

static void add_field(struct buf *out, const char *name, const char *value)
{
	if (value != NULL)
		buf_addf(out, " %s=%s", name, value);
}

static void add_tree(struct buf *out, const struct part *root)
{
	static const char *const transfers[] = {"", " base64", " qp", " uuencode", " unknown"};
	for (const struct part *p = root; p != NULL; p = part_next(p)) {
		buf_addf(out, "%s%s %s/%s%s", p == root ? "" : "|", p->path[0] ? p->path : "-",
			p->type, p->subtype, transfers[p->transfer]);
		if (p->size > 0)
			buf_addf(out, " %llu", (unsigned long long)p->size);
		if (p->lines > 0)
			buf_addf(out, " lines=%u", p->lines);
		add_field(out, "charset", p->charset);
		add_field(out, "name", p->name);
		add_field(out, "disposition", p->disposition);
		add_field(out, "id", p->content_id);
		add_field(out, "description", p->description);
	}
}

static void read_structure(const char *text, struct buf *out)
{
	struct imap *imap = imap_new(NULL);
	struct imap_event event;
	struct buf line = {0};
	buf_addf(&line, "* OK\r\n* 1 FETCH (BODYSTRUCTURE %s UID 7)\r\n", text);
	imap_feed(imap, buf_str(&line));
	while (imap_next(imap, &event) == CODEC_EVENT) {
		cr_expect(event.kind != IMAP_FETCH || event.fetch.uid == 7);
		if (event.kind == IMAP_FETCH && event.fetch.structure != NULL)
			add_tree(out, event.fetch.structure);
		else if (event.kind == IMAP_FETCH)
			buf_add_text(out, "none");
		else if (event.kind == IMAP_UNREADABLE)
			buf_add_text(out, "unreadable");
	}
	buf_done(&line);
	imap_free(imap);
}

Test(imap_structure, reads_what_servers_send)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") \"<a@b>\" \"desc\" \"7BIT\" 3028 "
		 "92)",
			"1 text/plain 3028 lines=92 charset=US-ASCII id=a@b description=desc"},
		{"(\"IMAGE\" \"PNG\" (\"NAME\" \"a b.png\") NIL NIL \"BASE64\" 500 NIL "
		 "(\"ATTACHMENT\" (\"FILENAME\" \"c.png\" \"SIZE\" \"1\")) NIL NIL)",
			"1 image/png base64 500 name=c.png disposition=attachment"},
		{"((\"text\" \"plain\" NIL NIL NIL \"quoted-printable\" 5 1)"
		 "(\"text\" \"html\" NIL NIL NIL \"8bit\" 6 2) \"alternative\")",
			"- multipart/alternative|1 text/plain qp 5 lines=1|2 text/html 6 lines=2"},
		/* A message with parts inside a message with parts. */
		{"((\"text\" \"plain\" NIL NIL NIL \"7bit\" 5 1)(\"message\" \"rfc822\" NIL NIL "
		 "NIL "
		 "\"7bit\" 900 (\"d\" \"s\" NIL NIL NIL NIL NIL NIL NIL NIL) "
		 "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)(\"a\" \"b\" NIL NIL NIL \"7bit\" "
		 "2) "
		 "\"mixed\") 12 NIL (\"inline\" NIL)) \"mixed\" (\"boundary\" \"x\") NIL NIL NIL)",
			"- multipart/mixed|1 text/plain 5 lines=1|2 message/rfc822 900 lines=12 "
			"disposition=inline|2.TEXT multipart/mixed|2.1 text/plain 1 lines=1|2.2 "
			"a/b 2"},
		{"(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 900 (NIL) "
		 "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1) 12)",
			"1 message/rfc822 900 lines=12|1.1 text/plain 1 lines=1"},
		/* Encoded names are left to the one who knows charsets. */
		{"(\"a\" \"b\" (\"name\" \"=?utf-8?q?=C3=A4?=\") NIL NIL NIL 1 NIL (\"attachment\" "
		 "(\"filename*\" \"utf-8'de'%C3%A4.b\")))",
			"1 a/b 1 name==?utf-8?Q?=C3=A4=2Eb?= disposition=attachment"},
		{"(\"a\" \"b\" (\"name*0*\" \"utf-8''%C3\" \"name*1*\" \"%A4\" \"name*2\" \"x\") "
		 "NIL "
		 "NIL NIL 1)",
			"1 a/b 1 name==?utf-8?Q?=C3=A4x?="},
		{"(\"a\" \"b\" (\"name\" \"old\" \"name*0\" \"ne\" \"name*1\" \"w\") NIL NIL NIL "
		 "1)",
			"1 a/b 1 name=new"},
		{"(\"a\" \"b\" (\"name\" {5}\r\na\"b)( \"charset\" NIL) NIL NIL \"x-uuencode\" 1)",
			"1 a/b uuencode 1 name=a\"b)("},
		/* Exchange: NIL where a type must be, octets -1, a bare disposition, no children.
		 */
		{"(NIL NIL NIL NIL NIL NIL -1 NIL NIL NIL NIL)", "1 application/octet-stream"},
		{"(\"text\" NIL NIL NIL NIL NIL NIL)", "1 text/plain"},
		{"(\"TEXT\" \"PLAIN\" NIL NIL NIL base64 -1 -1 NIL \"INLINE\" NIL)",
			"1 text/plain base64 disposition=inline"},
		{"(\"ALTERNATIVE\" (\"BOUNDARY\" \"x\") NIL NIL)", "- multipart/alternative"},
		{"(NIL \"mixed\" (\"boundary\" \"x\") NIL NIL NIL NIL)", "- multipart/mixed"},
		{"(\"multipart\" \"related\" NIL NIL NIL \"7bit\" 0)", "- multipart/related"},
		{"((NIL NIL NIL NIL NIL NIL NIL) \"mixed\")",
			"- multipart/mixed|1 application/octet-stream"},
		{"()", "1 application/octet-stream"},
		{"(())", "1 application/octet-stream"},
		/* Gmail: an attached message as if it were any file. */
		{"(\"MESSAGE\" \"RFC822\" (\"NAME\" \"a.eml\") NIL NIL \"BASE64\" 500 NIL "
		 "(\"ATTACHMENT\" (\"FILENAME\" \"b.eml\")) NIL)",
			"1 message/rfc822 base64 500 name=b.eml disposition=attachment"},
		/* Doubled and missing parentheses; missing and surplus fields. */
		{"(((\"text\" \"html\" NIL NIL NIL \"base64\" 5 1)))",
			"1 text/html base64 5 lines=1"},
		{"((\"text\" \"plain\" NIL NIL NIL \"7bit\" 5 1) \"mixed\" NIL",
			"- multipart/mixed|1 text/plain 5 lines=1"},
		{"(\"text\" \"plain\")", "1 text/plain"},
		{"(\"text\")", "1 text/plain"},
		{"(\"text\" \"plain\" NIL NIL NIL \"7bit\" 5 1 NIL NIL NIL NIL \"x\" (1 (2)) NIL)",
			"1 text/plain 5 lines=1"},
		{"(text plain (charset utf-8) <i@d> nil 7bit \"12\" 9e0)",
			"1 text/plain 12 lines=9 charset=utf-8 id=i@d"},
		{"(\"a\" \"b\" ((\"x\" \"y\")) NIL NIL \"7bit\" 1)", "1 a/b 1"},
		{"NIL", "none"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf out = {0};
		read_structure(rows[i].text, &out);
		cr_expect_str_eq(
			buf_text(&out), rows[i].expected, "%s\n  %s", rows[i].text, buf_text(&out));
		buf_done(&out);
	}
}

Test(imap_structure, depth_and_number_of_parts_are_limited)
{
	struct buf deep = {0}, wide = {0}, out = {0};
	for (int i = 0; i < 150; i++)
		buf_add_char(&deep, '(');
	buf_add_text(&deep, "\"a\" \"b\" NIL NIL NIL NIL 1)");
	for (int i = 0; i < 149; i++)
		buf_add_text(&deep, " \"mixed\")");
	read_structure(buf_text(&deep), &out);
	cr_assert(str_starts(buf_str(&out), STR("- multipart/mixed|1 multipart/mixed|1.1 ")));
	buf_clear(&out);
	buf_add_char(&wide, '(');
	for (int i = 0; i < PART_COUNT_MAX + 10; i++)
		buf_add_text(&wide, "(\"a\" \"b\")");
	buf_add_text(&wide, " \"mixed\")");
	read_structure(buf_text(&wide), &out);
	size_t parts = 1;
	for (size_t i = 0; i < out.len; i++)
		parts += out.data[i] == '|';
	cr_assert_eq(parts, (size_t)PART_COUNT_MAX);
	buf_done(&deep);
	buf_done(&wide);
	buf_done(&out);
}

Test(imap_structure, can_be_taken_and_outlives_the_client)
{
	struct imap *imap = imap_new(NULL);
	struct imap_event event;
	imap_feed(imap, STR("* OK\r\n* 1 FETCH (BODYSTRUCTURE (\"a\" \"b\"))\r\n"));
	while (imap_next(imap, &event) == CODEC_EVENT)
		;
	struct part *root = imap_take_structure(imap);
	cr_assert_null(imap_take_structure(imap));
	imap_free(imap);
	cr_assert(part_is(root, "a", "b"));
	part_free(root);
}
