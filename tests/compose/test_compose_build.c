/* Drafts become messages: by the grammar, in pieces, and read back equal. */
#include "base/memory.h"
#include "compose/compose.h"
#include "proto/mime/mime.h"
#include "tests/compose/made.h"
#include "tests/compose/rfc_check.h"

#include <criterion/criterion.h>

enum { DRAFTS = 200 };

static const struct compose_options plain = {
	.now = 1700000000, .zone = 60, .entropy = {1, 2}, .agent = "Rowan/1"};

static bool build(const struct draft *draft, bool is_draft, struct made_message *m,
	struct outgoing *out, struct error *err)
{
	struct compose_options options = plain;
	options.is_draft = is_draft;
	options.account = "work";
	return compose_build(draft, &options, made_read, made_take, m, out, err);
}

static void texts_are_equal(const char *what, const char *got, const char *want, uint64_t seed)
{
	cr_expect_str_eq(got, want, "%s of draft %llu:\n[%s]\nwanted\n[%s]", what,
		(unsigned long long)seed, got, want);
}

static bool gather(void *context, struct str bytes, struct error *err)
{
	(void)err;
	buf_add(context, bytes);
	return bytes.len <= COMPOSE_PIECE;
}

static void files_are_equal(const struct draft *got, const struct draft *want, struct str message,
	const struct compose_found *found, uint64_t seed)
{
	cr_expect_eq(got->file_count, want->file_count, "draft %llu: %zu files, not %zu",
		(unsigned long long)seed, got->file_count, want->file_count);
	for (size_t i = 0; i < got->file_count && i < want->file_count; i++) {
		struct buf bytes = {0}, made = {0};
		const struct draft_file *g = &got->files[i], *w = &want->files[i];
		texts_are_equal("file name", g->name, w->name, seed);
		texts_are_equal("file type", g->type, w->type, seed);
		texts_are_equal("file description", g->description, w->description, seed);
		cr_expect_eq(g->is_message, w->is_message);
		cr_expect_eq(g->size, w->size, "size %zu", (size_t)g->size);
		made_bytes(w, &made);
		cr_expect(compose_file_copy(message, &found[i], gather, &bytes, NULL));
		cr_expect(str_equal(buf_str(&bytes), buf_str(&made)), "bytes of file %zu of %llu",
			i, (unsigned long long)seed);
		buf_done(&bytes);
		buf_done(&made);
	}
}

static void drafts_are_equal(struct str message, const struct draft *want, uint64_t seed)
{
	struct draft got;
	struct compose_found *found;
	struct buf account = {0};
	struct error err = {0};
	draft_init(&got);
	cr_assert(compose_read(message, NULL, &got, &found, &account, &err), "%s", err.detail);
	const struct {
		const char *what, *got, *want;
	} texts[] = {{"From", got.from, want->from}, {"To", got.to, want->to},
		{"Cc", got.cc, want->cc}, {"Bcc", got.bcc, want->bcc},
		{"Reply-To", got.reply_to, want->reply_to}, {"Subject", got.subject, want->subject},
		{"In-Reply-To", got.in_reply_to, want->in_reply_to},
		{"References", got.references, want->references}, {"extra", got.extra, want->extra},
		{"identity", got.identity, want->identity}, {"body", got.body, want->body},
		{"account", buf_text(&account), "work"}, {"fcc", got.fcc, want->fcc},
		{"came-to", got.came_to, want->came_to}};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		texts_are_equal(texts[i].what, texts[i].got, texts[i].want, seed);
	cr_expect_eq(got.verb, want->verb);
	cr_expect_eq(got.revision, want->revision);
	cr_expect_eq(got.was_blind, want->was_blind);
	cr_expect_eq(got.is_flowed, want->is_flowed);
	files_are_equal(&got, want, message, found, seed);
	draft_done(&got);
	mem_free(found);
	buf_done(&account);
}

Test(compose_build, a_draft_is_read_back_as_it_was, .timeout = 120)
{
	uint64_t seed = 7;
	for (size_t i = 0; i < DRAFTS; i++) {
		struct draft draft;
		struct made_message m = {0};
		struct outgoing out = {0};
		struct error err = {0};
		struct rfc_check check = {.may_8bit = true};
		uint64_t from = seed;
		made_draft(&seed, &draft);
		cr_assert(build(&draft, true, &m, &out, &err), "%s", err.detail);
		drafts_are_equal(buf_str(&m.bytes), &draft, from);
		cr_expect(rfc_check_message(&check, buf_text(&m.bytes), m.bytes.len),
			"draft %llu: %s", (unsigned long long)from, check.why);
		draft_done(&draft);
		outgoing_done(&out);
		buf_done(&m.bytes);
	}
}

static void fields_are_sent(struct str message, const struct draft *draft, uint64_t seed)
{
	struct draft got;
	struct compose_found *found;
	draft_init(&got);
	compose_read(message, NULL, &got, &found, NULL, NULL);
	texts_are_equal("To", got.to, draft->to, seed);
	texts_are_equal("Cc", got.cc, draft->cc, seed);
	texts_are_equal("Bcc", got.bcc, "", seed);
	texts_are_equal("Subject", got.subject, draft->subject, seed);
	texts_are_equal("body", got.body, draft->body, seed);
	cr_expect_eq(got.file_count, draft->file_count);
	draft_done(&got);
	mem_free(found);
}

Test(compose_build, what_is_sent_is_by_the_grammar_and_keeps_what_is_private, .timeout = 120)
{
	uint64_t seed = 99;
	for (size_t i = 0; i < DRAFTS; i++) {
		struct draft draft;
		struct made_message m = {0};
		struct outgoing out = {0};
		struct error err = {0};
		struct rfc_check check = {0};
		uint64_t from = seed;
		made_draft(&seed, &draft);
		cr_assert(build(&draft, false, &m, &out, &err), "%s", err.detail);
		struct str message = buf_str(&m.bytes);
		cr_expect(rfc_check_message(&check, message.data, message.len),
			"draft %llu: %s\n%s", (unsigned long long)from, check.why,
			message.len < 4000 ? message.data : "");
		cr_expect_eq(check.parts, draft.file_count + 1);
		cr_expect_eq(str_find_nocase(message, STR("\nX-Rowan-")), STR_NONE);
		cr_expect_eq(str_find_nocase(message, STR("\nBcc:")), STR_NONE);
		cr_expect_eq(out.size, m.bytes.len);
		cr_expect_leq(m.largest, (size_t)COMPOSE_PIECE);
		cr_expect_geq(compose_size(&draft), out.size, "%llu < %llu",
			(unsigned long long)compose_size(&draft), (unsigned long long)out.size);
		fields_are_sent(message, &draft, from);
		draft_done(&draft);
		outgoing_done(&out);
		buf_done(&m.bytes);
	}
}

/* ---- What is refused, and what cannot be smuggled in. ---- */

static void draft_fill(struct draft *d, const char *from, const char *to, const char *subject)
{
	draft_init(d);
	draft_set(&d->from, str_from(from));
	draft_set(&d->to, str_from(to));
	draft_set(&d->subject, str_from(subject));
}

Test(compose_build, what_cannot_go_out_is_said_in_a_sentence)
{
	static const struct {
		const char *from, *to, *says;
	} samples[] = {{"a@x.org", "", "no recipients"}, {"a@x.org", "Friends:;", "no recipients"},
		{"a@x.org", "root", "root"}, {"a@x.org", "b@y.org, Anna", "Anna"},
		{"a@x.org", "\"Anna <b@y.org>", "\"Anna <b@y.org>"},
		{"a@x.org", "Anna <b@y.org", "Anna <b@y.org"}, {"", "b@y.org", "send from"},
		{"Ann", "b@y.org", "Ann"}, {"a@x.org", "b@", "b@"}};
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		struct draft draft;
		struct made_message m = {0};
		struct outgoing out = {0};
		struct error err = {0};
		draft_fill(&draft, samples[i].from, samples[i].to, "x");
		cr_expect_not(build(&draft, false, &m, &out, &err), "%s", samples[i].to);
		cr_expect_neq(str_find(str_from(err.detail), str_from(samples[i].says)), STR_NONE,
			"%s: %s", samples[i].to, err.detail);
		cr_expect_eq(m.bytes.len, 0);
		/* In Drafts it may lie, and comes back as it was typed. */
		cr_expect(build(&draft, true, &m, &out, &err));
		struct draft got;
		struct compose_found *found;
		draft_init(&got);
		cr_expect(compose_read(buf_str(&m.bytes), NULL, &got, &found, NULL, &err));
		cr_expect_str_eq(got.to, samples[i].to);
		cr_expect_str_eq(got.from, samples[i].from);
		draft_done(&got);
		mem_free(found);
		draft_done(&draft);
		outgoing_done(&out);
		buf_done(&m.bytes);
	}
}

static size_t count_of(struct str text, struct str what)
{
	size_t count = 0;
	for (size_t at; (at = str_find_nocase(text, what)) != STR_NONE; count++)
		text = str_skip(text, at + 1);
	return count;
}

Test(compose_build, no_field_begins_another)
{
	static const char evil[] = "x\r\nBcc: evil@e.org\r\n\r\nbody";
	struct draft draft;
	struct made_message m = {0};
	struct outgoing out = {0};
	struct error err = {0};
	struct rfc_check check = {0};
	draft_fill(&draft, "\"A\r\nBcc: evil@e.org\" <a@x.org>", "\"B\nBcc: evil@e.org\" <b@y.org>",
		evil);
	draft_set(&draft.in_reply_to, STR("<a@b\r\nBcc: evil@e.org>"));
	draft_set(&draft.references, STR("<a@b> <c@d>\r\nBcc: evil@e.org"));
	draft_set(&draft.identity, str_from(evil));
	draft_set(&draft.extra,
		STR("X-Good: yes\rBcc: evil@e.org\nBcc: evil@e.org\nContent-Type: text/html\n"
		    "X-Rowan-Draft: new\n: none\nNo Name: x\nX-Long: \xc3\xbc\n Bcc: x@y.org\n"));
	char name[] = "a\r\nBcc: evil@e.org\r\n.txt", type[] = "text/html\r\nBcc: evil@e.org",
	     description[] = "d\nBcc: evil@e.org";
	struct draft_file file = {1, name, type, description, 10, false};
	draft_add_file(&draft, &file);
	for (int is_draft = 0; is_draft < 2; is_draft++) {
		buf_clear(&m.bytes);
		outgoing_done(&out);
		cr_assert(build(&draft, is_draft, &m, &out, &err), "%s", err.detail);
		cr_expect(rfc_check_message(&check, buf_text(&m.bytes), m.bytes.len), "%s\n%s",
			check.why, buf_text(&m.bytes));
		cr_expect_eq(
			count_of(buf_str(&m.bytes), STR("\nBcc:")), 0, "%s", buf_text(&m.bytes));
		cr_expect_eq(count_of(buf_str(&m.bytes), STR("\nSubject:")), 1);
		cr_expect_eq(count_of(buf_str(&m.bytes), STR("\nX-Good:")), !is_draft);
	}
	cr_expect_eq(out.recipient_count, 1);
	draft_done(&draft);
	outgoing_done(&out);
	buf_done(&m.bytes);
}

Test(compose_build, date_and_id_tell_nothing_where_that_is_asked)
{
	struct draft draft;
	struct made_message m = {0};
	struct outgoing out = {0};
	struct error err = {0};
	struct compose_options options = plain;
	options.hides_zone = true;
	options.agent = NULL;
	options.domain = "mail.example";
	draft_fill(&draft, "Ann <a@x.org>", "b@y.org", "hi");
	draft_set(&draft.body, STR("Hello\n"));
	cr_assert(compose_build(&draft, &options, made_read, made_take, &m, &out, &err));
	cr_expect_str_eq(buf_text(&m.bytes),
		"From: Ann <a@x.org>\r\nTo: b@y.org\r\nSubject: hi\r\n"
		"Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
		"Message-ID: <00000000000000010000000000000002@mail.example>\r\n"
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=US-ASCII; format=flowed\r\n"
		"\r\nHello\r\n",
		"%s", buf_text(&m.bytes));
	cr_expect_str_eq(out.from, "a@x.org");
	draft_done(&draft);
	outgoing_done(&out);
	buf_done(&m.bytes);
}

/* ---- Large files, and such as change. ---- */

enum { LARGE = 200 << 20 };

static bool read_large(void *context, const struct draft_file *file, uint64_t offset, size_t size,
	struct buf *piece, struct error *err)
{
	static const char zeros[COMPOSE_PIECE];
	uint64_t rest = file->size > offset ? file->size - offset : 0;
	(void)context;
	(void)err;
	cr_assert_leq(size, sizeof(zeros));
	buf_add(piece, str_make(zeros, rest < size ? (size_t)rest : size));
	return true;
}

static bool take_size(void *context, struct str bytes, struct error *err)
{
	struct made_message *m = context;
	(void)err;
	m->largest = bytes.len > m->largest ? bytes.len : m->largest;
	return true;
}

Test(compose_build, two_hundred_megabytes_go_through_in_pieces, .timeout = 120)
{
	struct draft draft;
	struct made_message m = {0};
	struct outgoing out = {0};
	struct error err = {0};
	char name[] = "large.bin", type[] = "application/zip", none[] = "";
	struct draft_file file = {1, name, type, none, LARGE, false};
	draft_fill(&draft, "a@x.org", "b@y.org", "large");
	draft_add_file(&draft, &file);
	cr_assert(compose_build(&draft, &plain, read_large, take_size, &m, &out, &err));
	cr_expect_leq(m.largest, (size_t)COMPOSE_PIECE);
	cr_expect_gt(out.size, (uint64_t)LARGE / 3 * 4);
	cr_expect_geq(compose_size(&draft), out.size);
	draft_done(&draft);
	outgoing_done(&out);
}

static bool read_gone(void *context, const struct draft_file *file, uint64_t offset, size_t size,
	struct buf *piece, struct error *err)
{
	(void)context;
	(void)size;
	if (file->file_id == 1)
		return error_set(err, ERROR_STORAGE, "it is gone");
	/* Shorter than it was. */
	if (offset == 0)
		buf_add_text(piece, "abc");
	return true;
}

Test(compose_build, a_file_that_is_gone_or_another_stops_the_message)
{
	for (int64_t id = 1; id <= 2; id++) {
		struct draft draft;
		struct made_message m = {0};
		struct outgoing out = {0};
		struct error err = {0};
		char name[] = "notes.pdf", type[] = "application/pdf", none[] = "";
		struct draft_file file = {id, name, type, none, 10, false};
		draft_fill(&draft, "a@x.org", "b@y.org", "x");
		draft_add_file(&draft, &file);
		cr_expect_not(compose_build(&draft, &plain, read_gone, made_take, &m, &out, &err));
		cr_expect_neq(
			str_find(str_from(err.detail), id == 1 ? STR("gone") : STR("notes.pdf")),
			STR_NONE, "%s", err.detail);
		draft_done(&draft);
		outgoing_done(&out);
		buf_done(&m.bytes);
	}
}

/* ---- Attached messages. ---- */

static bool read_text(void *context, const struct draft_file *file, uint64_t offset, size_t size,
	struct buf *piece, struct error *err)
{
	(void)context;
	(void)err;
	/* The text stands in the description here. */
	buf_add(piece, str_first(str_skip(str_from(file->description), (size_t)offset), size));
	return true;
}

Test(compose_build, an_attached_message_is_never_encoded_as_a_whole)
{
	static const struct {
		const char *text, *type, *holds;
	} samples[] = {
		{"Subject: a\n\nb\n", "message/rfc822", "Subject: a\r\n\r\nb\r\n"},
		{"Subject: gr\xc3\xbc\xc3\x9f\n\n\xc3\xbc\n", "message/rfc822",
			"Subject: =?UTF-8?B?Z3LDvMOf?=\r\n"},
		{"Content-Type: multipart/signed; boundary=x\n\n--x\n\n\xc3\xbc\n--x--\n",
			"application/octet-stream", "base64"},
	};
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		struct draft draft;
		struct made_message m = {0};
		struct outgoing out = {0};
		struct error err = {0};
		struct rfc_check check = {0};
		struct buf type = {0};
		char name[] = "m.eml", none[] = "", *text = mem_text(samples[i].text);
		struct draft_file file = {1, name, none, text, strlen(text), true};
		draft_fill(&draft, "a@x.org", "b@y.org", "x");
		draft_add_file(&draft, &file);
		cr_assert(compose_build(&draft, &plain, read_text, made_take, &m, &out, &err));
		buf_addf(&type, "Content-Type: %s", samples[i].type);
		cr_expect_neq(str_find(buf_str(&m.bytes), buf_str(&type)), STR_NONE, "%s",
			buf_text(&m.bytes));
		cr_expect_neq(str_find(buf_str(&m.bytes), str_from(samples[i].holds)), STR_NONE,
			"%s", buf_text(&m.bytes));
		cr_expect(rfc_check_message(&check, buf_text(&m.bytes), m.bytes.len), "%s",
			check.why);
		mem_free(text);
		buf_done(&type);
		draft_done(&draft);
		outgoing_done(&out);
		buf_done(&m.bytes);
	}
}
