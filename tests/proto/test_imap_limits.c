/* What a hostile or an enormous server cannot do. */
#include "base/memory.h"
#include "proto/imap/imap.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const struct imap_limits small = {
	.line = 1000, .literal = 2000, .body = 50000, .depth = 10, .in_flight = 8};

static struct imap *greeted(const struct imap_limits *limits)
{
	struct imap *imap = imap_new(limits);
	struct imap_event event;
	imap_feed(imap, STR("* OK hi\r\n"));
	while (imap_next(imap, &event) == CODEC_EVENT)
		;
	return imap;
}

/* Feeds `count` times `text` and drains; the number of events of that kind. */
static size_t feed_many(struct imap *imap, const char *text, size_t count,
	enum imap_event_kind kind, enum codec *end)
{
	struct imap_event event;
	size_t found = 0;
	*end = CODEC_MORE;
	for (size_t i = 0; i < count && *end != CODEC_BAD; i++) {
		imap_feed(imap, str_from(text));
		while ((*end = imap_next(imap, &event)) == CODEC_EVENT)
			found += event.kind == kind;
	}
	return found;
}

Test(imap_limits, a_line_without_end_breaks_the_connection)
{
	enum codec end;
	struct imap *imap = greeted(&small);
	feed_many(imap, "* OK ", 1, IMAP_DONE, &end);
	cr_assert_eq(end, CODEC_MORE);
	feed_many(imap, "xxxxxxxxxx", 200, IMAP_DONE, &end);
	cr_assert_eq(end, CODEC_BAD);
	feed_many(imap, "\r\n", 1, IMAP_DONE, &end);
	cr_assert_eq(end, CODEC_BAD);
	imap_free(imap);
}

Test(imap_limits, of_literals_hold_for_each_and_for_all_of_a_response)
{
	static const struct {
		const char *text;
		enum codec end;
	} rows[] = {
		{"* 1 FETCH (BODY[HEADER] {2000}\r\n", CODEC_MORE},
		{"* 1 FETCH (BODY[HEADER] {2001}\r\n", CODEC_MORE},
		{"* 1 FETCH (X-UNKNOWN {2001}\r\n", CODEC_BAD},
		{"* 1 FETCH (X-UNKNOWN (1 {2001}\r\n", CODEC_BAD},
		{"* 1 FETCH (BODY[HEADER] {50001}\r\n", CODEC_BAD},
		{"* 1 FETCH (BODY[HEADER] {1}\r\nx BODY[HEADER] {2000}\r\n", CODEC_BAD},
		{"* 1 FETCH (BODY[HEADER] {1}\r\nx BODY[] {0}\r\n BODY[HEADER] {2000}\r\n",
			CODEC_BAD},
		{"* 1 FETCH (BODY[] {50000}\r\n", CODEC_MORE},
		{"* 1 FETCH (BODY[] {50001}\r\n", CODEC_BAD},
		{"* 1 FETCH (BODY[] {18446744073709551615}\r\n", CODEC_BAD},
		{"* 1 FETCH (BODY[] {18446744073709551616}\r\n", CODEC_BAD},
		{"* 1 FETCH (BODY[] {4294967296}\r\n", CODEC_BAD},
		{"* 1 FETCH (BODY[] {-1}\r\n", CODEC_MORE},
		{"* LIST () \"/\" {2001}\r\n", CODEC_BAD},
		{"* LIST () \"/\" ~{2001+}\r\n", CODEC_BAD},
		{"* OK not a literal {2001}\r\n", CODEC_MORE},
		{"hello {2001}\r\n", CODEC_MORE},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct imap *imap = greeted(&small);
		enum codec end;
		feed_many(imap, rows[i].text, 1, IMAP_DONE, &end);
		cr_assert_eq(end, rows[i].end, "%s", rows[i].text);
		imap_free(imap);
	}
}

Test(imap_limits, deep_parentheses_make_one_response_unreadable)
{
	enum codec end;
	struct imap *imap = greeted(&small);
	size_t found = feed_many(imap,
		"* 1 FETCH (X ((((((((((1)))))))))))\r\n"
		"* 1 FETCH (X (((((((((((1))))))))))))\r\n",
		1, IMAP_UNREADABLE, &end);
	cr_assert_eq(found, 1u);
	cr_assert_eq(feed_many(imap, "* 5 EXISTS\r\n", 1, IMAP_EXISTS, &end), 1u);
	imap_free(imap);
}

Test(imap_limits, bodies_are_handed_on_without_being_held)
{
	enum codec end;
	struct imap *imap = greeted(&small);
	feed_many(imap, "* 1 FETCH (BODY[] {50000}\r\n", 1, IMAP_FETCH, &end);
	cr_assert_eq(feed_many(imap, "0123456789", 5000, IMAP_FETCH_BODY, &end), 5000u);
	cr_assert_eq(feed_many(imap, " UID 7)\r\n", 1, IMAP_FETCH, &end), 1u);
	imap_free(imap);
}

Test(imap_limits, a_header_too_long_to_hold_is_cut_and_its_message_read)
{
	struct imap *imap = greeted(&small);
	struct imap_event event;
	imap_feed(imap, STR("* 1 FETCH (FLAGS (x) BODY[HEADER.FIELDS (A)] {30000}\r\n"));
	for (int i = 0; i < 3000; i++) {
		cr_assert_eq(imap_next(imap, &event), CODEC_MORE);
		imap_feed(imap, STR("A: 4567\r\n"
				    "x"));
	}
	imap_feed(imap, STR(" UID 9)\r\n"));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	cr_assert_eq(event.kind, IMAP_FETCH);
	cr_assert_eq(event.fetch.uid, 9u);
	cr_assert(event.fetch.has_header);
	cr_assert_eq(event.fetch.header.len, 30000u);
	cr_assert(str_equal(event.fetch.keywords[0], STR("x")));
	imap_free(imap);
}

Test(imap_limits, of_the_line_count_across_streamed_bodies)
{
	enum codec end;
	struct imap *imap = greeted(&small);
	feed_many(imap, "* 1 FETCH (UID 5", 1, IMAP_FETCH, &end);
	feed_many(imap, " BODY[1] {1}\r\nx", 200, IMAP_FETCH, &end);
	cr_assert_eq(end, CODEC_BAD);
	imap_free(imap);
}

Test(imap_limits, a_million_search_results_need_no_long_line)
{
	enum codec end;
	struct imap_event event;
	struct imap *imap = greeted(NULL);
	uint64_t found = 0;
	imap_feed(imap, STR("* SEARCH"));
	for (uint32_t uid = 1; uid <= 1000000; uid++) {
		char text[16];
		int length = snprintf(text, sizeof(text), " %u", uid * 2);
		imap_feed(imap, str_make(text, (size_t)length));
		while (imap_next(imap, &event) == CODEC_EVENT)
			found += imap_set_size(event.search.set);
	}
	imap_feed(imap, STR(" (MODSEQ 5)\r\n"));
	while ((end = imap_next(imap, &event)) == CODEC_EVENT)
		found += imap_set_size(event.search.set);
	cr_assert_eq(end, CODEC_MORE);
	cr_assert_eq(found, 1000000u);
	cr_assert_eq(event.search.modseq, 5u);
	imap_free(imap);
}

Test(imap_limits, what_an_event_points_to_stays_while_more_is_fed)
{
	struct imap *imap = greeted(NULL);
	struct imap_event event;
	char *more = mem_new(100000);
	memset(more, 'x', 100000);
	imap_feed(imap, STR("* OK [CAPABILITY IMAP4rev1] the text\r\n"));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	cr_assert_eq(event.kind, IMAP_CAPABILITIES);
	imap_feed(imap, str_make(more, 100000));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	cr_assert(str_equal(event.text, STR("the text")));
	cr_assert_eq(imap_next(imap, &event), CODEC_MORE);
	imap_feed(imap, STR("\r\n"));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	cr_assert_eq(event.kind, IMAP_UNREADABLE);
	cr_assert_eq(event.text.len, 200u);
	mem_free(more);
	imap_free(imap);
}
