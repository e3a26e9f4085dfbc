/* The MIME parser: samples with expectations written by hand, cuts, limits. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "proto/mime/mime.h"

enum { SHOWN_MAX = 300 };

static void add_escaped(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len && i < SHOWN_MAX; i++) {
		unsigned char c = (unsigned char)s.data[i];
		if (c == '\n')
			buf_add_text(out, "\\n");
		else if (c < ' ' || c == 127)
			buf_addf(out, "\\x%02x", c);
		else
			buf_add_char(out, (char)c);
	}
}

static void describe_field(struct str header, const char *name, struct buf *out)
{
	struct str raw;
	struct buf text = {0};
	if (!mime_field_find(header, name, &raw))
		return;
	mime_word_decode(raw, &text);
	buf_addf(out, "%s: %s\n", name, buf_text(&text));
	buf_done(&text);
}

static void describe_part(const struct part *p, struct str message, struct buf *out)
{
	struct buf text = {0};
	struct str body = str_make(message.data + p->offset, (size_t)p->length);
	buf_addf(out, "%s %s/%s", *p->path != '\0' ? p->path : "-", p->type, p->subtype);
	if (p->charset != NULL)
		buf_addf(out, " charset=%s", p->charset);
	if (p->name != NULL)
		buf_addf(out, " name=%s", p->name);
	if (p->disposition != NULL)
		buf_addf(out, " %s", p->disposition);
	if (p->content_id != NULL)
		buf_addf(out, " id=%s", p->content_id);
	if (p->is_truncated)
		buf_add_text(out, " truncated");
	if (p->child_count == 0) {
		buf_add_text(out, " | ");
		if (part_is(p, "text", NULL))
			mime_text_decode(p, body, NULL, 10000, &text);
		else
			mime_body_decode(p->transfer, body, 0, &text);
		add_escaped(out, buf_str(&text));
	}
	buf_add_char(out, '\n');
	buf_done(&text);
}

static void describe(struct str message, struct buf *out)
{
	struct part *root = mime_parse(message);
	describe_field(message, "Subject", out);
	describe_field(message, "From", out);
	for (const struct part *p = root; p != NULL; p = part_next(p))
		describe_part(p, message, out);
	part_free(root);
}

/* ---- The same events at every cut. ---- */

static void events_add(struct mime_parser *p, struct buf *out)
{
	struct mime_event e;
	while (mime_next(p, &e) == CODEC_EVENT) {
		bool goes_on =
			e.kind == MIME_BODY && out->len > 0 && out->data[out->len - 1] == '\1';
		if (e.kind == MIME_BODY) {
			buf_truncate(out, goes_on ? out->len - 1 : out->len);
			if (!goes_on)
				buf_add_text(out, "body ");
			buf_add(out, e.bytes);
			buf_add_char(out, '\1');
			continue;
		}
		buf_addf(out, "\n%d %s %s ", (int)e.kind, e.part->path, e.part->subtype);
		if (e.kind == MIME_HEADER) {
			buf_add(out, e.name);
			buf_add_char(out, '=');
			buf_add(out, e.value);
		}
		if (e.kind == MIME_PART_END)
			buf_addf(out, "%lu %lu", (unsigned long)e.part->offset,
				(unsigned long)e.part->length);
	}
}

static void events_of(struct str message, size_t first, size_t piece, struct buf *out)
{
	struct mime_parser *p = mime_parser_new();
	mime_feed(p, str_first(message, first));
	events_add(p, out);
	for (message = str_skip(message, first); message.len > 0;
		message = str_skip(message, piece)) {
		mime_feed(p, str_first(message, piece));
		events_add(p, out);
	}
	mime_finish(p);
	events_add(p, out);
	mime_parser_free(p);
}

static void check_cuts(struct str message, const char *name)
{
	struct buf whole = {0}, cut = {0};
	events_of(message, message.len, 1, &whole);
	for (size_t at = 0; at < message.len; at++) {
		buf_clear(&cut);
		events_of(message, at, message.len, &cut);
		cr_assert(str_equal(buf_str(&whole), buf_str(&cut)), "%s cut at %zu", name, at);
	}
	for (size_t piece = 1; piece < 4; piece++) {
		buf_clear(&cut);
		events_of(message, 0, piece, &cut);
		cr_assert(str_equal(buf_str(&whole), buf_str(&cut)), "%s in pieces of %zu", name,
			piece);
	}
	buf_done(&whole);
	buf_done(&cut);
}

/* ---- Samples. ---- */

static char *sample_pattern(const char *folder)
{
	const char *top = getenv("TEST_SRCDIR");
	struct buf pattern = {0};
	buf_addf(&pattern, "%s/tests/data/%s/*.eml", top != NULL ? top : ".", folder);
	return buf_take(&pattern);
}

static void check_sample(const char *path)
{
	struct buf message = {0}, want = {0}, got = {0}, want_path = {0};
	struct error err;
	buf_add(&want_path, str_first(str_from(path), strlen(path) - strlen(".eml")));
	buf_add_text(&want_path, ".want");
	cr_assert(file_read(path, 1 << 20, &message, &err), "%s", err.detail);
	cr_assert(file_read(buf_text(&want_path), 1 << 20, &want, &err), "%s", err.detail);
	describe(buf_str(&message), &got);
	cr_expect_str_eq(buf_text(&got), buf_text(&want), "%s\ngot:\n%s\nwant:\n%s", path,
		buf_text(&got), buf_text(&want));
	check_cuts(buf_str(&message), path);
	buf_done(&message);
	buf_done(&want);
	buf_done(&got);
	buf_done(&want_path);
}

static size_t check_folder(const char *folder)
{
	char *pattern = sample_pattern(folder);
	glob_t found = {0};
	cr_assert_eq(glob(pattern, 0, NULL, &found), 0, "no samples at %s", pattern);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_sample(found.gl_pathv[i]);
	size_t count = found.gl_pathc;
	globfree(&found);
	mem_free(pattern);
	return count;
}

Test(mime_parse, reads_ordinary_messages_the_same_wherever_they_are_cut)
{
	cr_expect_geq(check_folder("mime"), 5);
}

Test(mime_parse, reads_what_breaks_the_rules_the_same_wherever_it_is_cut)
{
	cr_expect_geq(check_folder("odd"), 30);
}

Test(mime_parse, reads_each_rule_the_same_wherever_it_is_cut)
{
	cr_expect_geq(check_folder("rules"), 200);
}

/* ---- Limits: each in bounded memory and far below a second. ---- */

static int64_t stream(struct str piece, size_t times, struct mime_parser *p, uint64_t *bytes)
{
	int64_t start = clock_monotonic_ms();
	struct mime_event e;
	*bytes = 0;
	for (size_t i = 0; i <= times; i++) {
		if (i < times)
			mime_feed(p, piece);
		else
			mime_finish(p);
		while (mime_next(p, &e) == CODEC_EVENT)
			*bytes += e.kind == MIME_BODY ? e.bytes.len : 0;
	}
	return clock_monotonic_ms() - start;
}

static void add_times(struct buf *out, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_add_text(out, text);
}

Test(mime_parse, leaves_parts_below_the_depth_limit_as_one_truncated_leaf)
{
	struct buf message = {0};
	for (int i = 0; i < 10000; i++)
		buf_addf(&message, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	struct part *root = mime_parse(buf_str(&message));
	size_t depth = 0;
	const struct part *p = root;
	for (; p->child_count > 0; p = p->children[0])
		depth++;
	cr_expect_eq(depth, PART_DEPTH_MAX);
	cr_expect(p->is_truncated);
	cr_expect_eq(p->offset + p->length, message.len);
	part_free(root);
	buf_done(&message);
}

Test(mime_parse, stops_counting_parts_at_the_limit)
{
	struct buf message = {0};
	buf_add_text(&message, "Content-Type: multipart/mixed; boundary=b\n\n");
	add_times(&message, "--b\n\nx\n", PART_COUNT_MAX + 500);
	struct part *root = mime_parse(buf_str(&message));
	cr_expect_eq(root->child_count, PART_COUNT_MAX - 1);
	cr_expect(root->is_truncated);
	part_free(root);
	buf_done(&message);
}

Test(mime_parse, nests_messages_to_the_limit)
{
	struct buf message = {0};
	add_times(&message, "Content-Type: message/rfc822\n\n", 10000);
	struct part *root = mime_parse(buf_str(&message));
	size_t count = 0;
	for (const struct part *p = root; p != NULL; p = part_next(p))
		count++;
	cr_expect_eq(count, PART_DEPTH_MAX + 1);
	part_free(root);
	buf_done(&message);
}

Test(mime_parse, streams_a_large_body_without_keeping_it)
{
	struct buf piece = {0};
	struct mime_parser *p = mime_parser_new();
	uint64_t bytes;
	mime_feed(p, STR("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n"));
	add_times(&piece,
		"0123456789012345678901234567890123456789012345678901234567890123456789\r\n", 900);
	stream(buf_str(&piece), 1000, p, &bytes);
	cr_expect_eq(bytes, 1000 * piece.len);
	mime_parser_free(p);
	buf_done(&piece);
}

static void check_header_of(const char *line, size_t times)
{
	struct buf message = {0};
	add_times(&message, line, times);
	buf_add_text(&message, message.data[message.len - 1] == '\n' ? "\nbody" : "\n\nbody");
	int64_t start = clock_monotonic_ms();
	struct part *root = mime_parse(buf_str(&message));
	cr_expect_lt(clock_monotonic_ms() - start, 3000);
	cr_expect_eq(root->length, 4, "%.20s: %lu", line, (unsigned long)root->length);
	part_free(root);
	buf_done(&message);
}

Test(mime_parse, passes_headers_of_ten_megabytes)
{
	check_header_of("X-Short: a\n", 1000000);
	check_header_of("X: one field without an end ", 400000);
	check_header_of("Content-Type: text/plain; a=b; a=b; a=b; a=b\n", 200000);
}

Test(mime_parse, passes_zero_bytes_everywhere)
{
	struct buf message = {0};
	buf_reserve(&message, 10 << 20);
	memset(message.data, 0, 10 << 20);
	message.len = 10 << 20;
	struct part *root = mime_parse(buf_str(&message));
	cr_expect_eq(root->offset + root->length, message.len);
	part_free(root);
	for (size_t at = 0; at < message.len; at += 7)
		message.data[at] = '\n';
	root = mime_parse(buf_str(&message));
	cr_expect_eq(root->offset + root->length, message.len);
	part_free(root);
	buf_done(&message);
}
