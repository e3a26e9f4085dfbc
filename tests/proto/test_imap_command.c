/* What leaves: the bytes of each command, and what is held back until which answer. */
#include "base/memory.h"
#include "proto/imap/imap.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct str text(const char *s)
{
	return str_from(s);
}

static void ignore_events(struct imap *imap)
{
	struct imap_event event;
	while (imap_next(imap, &event) == CODEC_EVENT)
		;
}

static void server(struct imap *imap, const char *line)
{
	imap_feed(imap, text(line));
	ignore_events(imap);
}

/* Sends all there is and compares it. */
#define cr_assert_sends(imap, expected)                                                            \
	do {                                                                                       \
		struct buf sent_ = {0};                                                            \
		take_output(imap, &sent_);                                                         \
		cr_assert_str_eq(buf_text(&sent_), expected);                                      \
		buf_done(&sent_);                                                                  \
	} while (0)

static void take_output(struct imap *imap, struct buf *out)
{
	for (struct str bytes; (bytes = imap_output(imap)).len > 0;) {
		buf_add(out, bytes);
		imap_sent(imap, bytes.len);
	}
}

static struct imap *greeted(const char *capabilities)
{
	struct imap *imap = imap_new(NULL);
	struct buf line = {0};
	buf_addf(&line, "* OK [CAPABILITY IMAP4rev1 %s] hi\r\n", capabilities);
	server(imap, buf_text(&line));
	buf_done(&line);
	return imap;
}

static void each_command(struct imap *imap)
{
	imap_capability(imap);
	imap_noop(imap);
	imap_id(imap, text("Rowan"), text("0.1"));
	imap_id(imap, text(""), text(""));
	imap_login(imap, text("joe"), text("pa\"ss\\"));
	imap_login(imap, text("j\xc3\xb6"), text("a\nb"));
	imap_enable(imap, text("QRESYNC"));
	imap_namespace(imap);
	imap_list(imap, text(""), text("*"), 0, text(""));
	imap_list(imap, text(""), text("%"), 15, text("MESSAGES UIDNEXT"));
	imap_list(imap, text("a"), text("*"), IMAP_LIST_SUBSCRIBED, text(""));
	imap_lsub(imap, text(""), text("*"));
	imap_status(imap, text("Entw&APw-rfe"), text("MESSAGES"));
	imap_status(imap, text("a b"), text("MESSAGES"));
	imap_select(imap, &(struct imap_select){.folder = text("INBOX")});
	imap_select(imap, &(struct imap_select){
				  .folder = text("x\"y"), .read_only = true, .condstore = true});
	imap_select(
		imap, &(struct imap_select){.folder = text("NIL"), .uidvalidity = 7, .modseq = 9});
	imap_close(imap);
	imap_unselect(imap);
	imap_fetch(imap, true, text("7:4294967295"), text("(UID FLAGS)"), 0, false);
	imap_fetch(imap, true, text("1:6"), text("(FLAGS)"), 12, true);
	imap_fetch(imap, true, text("1:6"), text("(FLAGS)"), 12, false);
	imap_store(imap, text("1,3"), '+', text("\\Seen"), 0);
	imap_store(imap, text("1"), '-', text("\\Seen x"), 5);
	imap_search(imap, true, text("UNSEEN"));
	imap_search(imap, false, text("FROM \"a\\\"b\" SUBJECT \"\xc3\xa4\" SEEN"));
	imap_copy(imap, text("1:3"), text("Trash"));
	imap_move(imap, text("1:3"), text("[Gmail]/Trash"));
	imap_expunge(imap, text("4"));
	imap_create(imap, text(""));
	imap_delete(imap, text("a"));
	imap_rename(imap, text("a"), text("b c"));
	imap_subscribe(imap, text("a"), true);
	imap_subscribe(imap, text("a"), false);
	imap_append(imap, text("Sent"), text("\\Seen"), 837596665, text("A: b\r\n\r\n"));
	imap_append(imap, text("Sent"), text(""), -1, text(""));
	imap_logout(imap);
}

Test(imap_command, writes_each_command_as_the_rfc_says)
{
	struct imap_limits limits = {
		.line = 1000, .literal = 1000, .body = 1000, .depth = 10, .in_flight = 100};
	struct imap *imap = imap_new(&limits);
	server(imap, "* OK [CAPABILITY IMAP4rev1 LITERAL+] hi\r\n");
	each_command(imap);
	cr_assert_sends(imap,
		"A1 CAPABILITY\r\n"
		"A2 NOOP\r\n"
		"A3 ID (\"name\" \"Rowan\" \"version\" \"0.1\")\r\n"
		"A4 ID NIL\r\n"
		"A5 LOGIN \"joe\" \"pa\\\"ss\\\\\"\r\n"
		"A6 LOGIN {3+}\r\nj\xc3\xb6 {3+}\r\na\nb\r\n"
		"A7 ENABLE QRESYNC\r\n"
		"A8 NAMESPACE\r\n"
		"A9 LIST \"\" \"*\"\r\n"
		"A10 LIST \"\" \"%\" RETURN (SPECIAL-USE SUBSCRIBED CHILDREN STATUS (MESSAGES "
		"UIDNEXT))\r\n"
		"A11 LIST \"a\" \"*\" RETURN (SUBSCRIBED)\r\n"
		"A12 LSUB \"\" \"*\"\r\n"
		"A13 STATUS Entw&APw-rfe (MESSAGES)\r\n"
		"A14 STATUS \"a b\" (MESSAGES)\r\n"
		"A15 SELECT INBOX\r\n"
		"A16 EXAMINE \"x\\\"y\" (CONDSTORE)\r\n"
		"A17 SELECT \"NIL\" (QRESYNC (7 9))\r\n"
		"A18 CLOSE\r\n"
		"A19 UNSELECT\r\n"
		"A20 UID FETCH 7:4294967295 (UID FLAGS)\r\n"
		"A21 UID FETCH 1:6 (FLAGS) (CHANGEDSINCE 12 VANISHED)\r\n"
		"A22 UID FETCH 1:6 (FLAGS) (CHANGEDSINCE 12)\r\n"
		"A23 UID STORE 1,3 +FLAGS.SILENT (\\Seen)\r\n"
		"A24 UID STORE 1 (UNCHANGEDSINCE 5) -FLAGS.SILENT (\\Seen x)\r\n"
		"A25 UID SEARCH RETURN (ALL) UNSEEN\r\n"
		"A26 UID SEARCH FROM \"a\\\"b\" SUBJECT {2+}\r\n\xc3\xa4 SEEN\r\n"
		"A27 UID COPY 1:3 Trash\r\n"
		"A28 UID MOVE 1:3 \"[Gmail]/Trash\"\r\n"
		"A29 UID EXPUNGE 4\r\n"
		"A30 CREATE \"\"\r\n"
		"A31 DELETE a\r\n"
		"A32 RENAME a \"b c\"\r\n"
		"A33 SUBSCRIBE a\r\n"
		"A34 UNSUBSCRIBE a\r\n"
		"A35 APPEND Sent (\\Seen) \"17-Jul-1996 09:44:25 +0000\" {8+}\r\nA: b\r\n\r\n\r\n"
		"A36 APPEND Sent {0+}\r\n\r\n"
		"A37 LOGOUT\r\n");
	cr_assert_eq(imap_waiting(imap), 37);
	imap_free(imap);
}

Test(imap_command, waits_at_a_literal_without_literal_plus)
{
	struct imap *imap = greeted("");
	imap_login(imap, text("j\xc3\xb6"), text("a\nb"));
	imap_noop(imap);
	cr_assert_sends(imap, "A1 LOGIN {3}\r\n");
	server(imap, "* 5 EXISTS\r\n");
	cr_assert_sends(imap, "");
	server(imap, "+\r\n");
	cr_assert_sends(imap, "j\xc3\xb6 {3}\r\n");
	server(imap, "+ go\r\n");
	cr_assert_sends(imap, "a\nb\r\nA2 NOOP\r\n");
	imap_free(imap);
}

Test(imap_command, drops_the_rest_of_a_command_whose_literal_is_refused)
{
	struct imap *imap = greeted("");
	imap_append(imap, text("a"), text(""), -1, text("message"));
	imap_noop(imap);
	cr_assert_sends(imap, "A1 APPEND a {7}\r\n");
	server(imap, "A1 NO too large\r\n");
	cr_assert_sends(imap, "A2 NOOP\r\n");
	cr_assert_eq(imap_waiting(imap), 1);
	imap_free(imap);
}

Test(imap_command, literal_minus_spares_the_wait_up_to_4096_bytes)
{
	struct imap *imap = greeted("LITERAL-");
	char message[4097];
	memset(message, 'x', sizeof(message));
	imap_append(imap, text("a"), text(""), -1, str_make(message, 4096));
	imap_append(imap, text("a"), text(""), -1, str_make(message, 4097));
	struct buf sent = {0};
	take_output(imap, &sent);
	cr_assert(str_starts(buf_str(&sent), STR("A1 APPEND a {4096+}\r\nxx")));
	cr_assert(str_ends_nocase(buf_str(&sent), STR("xx\r\nA2 APPEND a {4097}\r\n")));
	buf_done(&sent);
	imap_free(imap);
}

Test(imap_command, a_large_message_leaves_in_portions_and_an_early_answer_does_not_cut_it)
{
	struct imap *imap = greeted("LITERAL+");
	size_t size = 1000000;
	char *message = mem_new(size);
	memset(message, 'm', size);
	imap_append(imap, text("a"), text(""), -1, str_make(message, size));
	imap_noop(imap);
	cr_assert_leq(imap_output(imap).len, 70000u);
	server(imap, "A1 NO too large\r\n");
	struct buf sent = {0};
	while (imap_output(imap).len > 0) {
		struct str some = str_first(imap_output(imap), 1000);
		buf_add(&sent, some);
		imap_sent(imap, some.len);
	}
	cr_assert_eq(
		sent.len, strlen("A1 APPEND a {1000000+}\r\n") + size + strlen("\r\nA2 NOOP\r\n"));
	cr_assert(str_ends_nocase(buf_str(&sent), STR("mm\r\nA2 NOOP\r\n")));
	cr_assert_eq(imap_waiting(imap), 1);
	buf_done(&sent);
	mem_free(message);
	imap_free(imap);
}

Test(imap_command, sends_at_most_so_many_commands_at_once)
{
	struct imap_limits limits = {
		.line = 1000, .literal = 1000, .body = 1000, .depth = 10, .in_flight = 2};
	struct imap *imap = imap_new(&limits);
	server(imap, "* OK hi\r\n");
	for (int i = 0; i < 4; i++)
		imap_noop(imap);
	cr_assert_sends(imap, "A1 NOOP\r\nA2 NOOP\r\n");
	server(imap, "A2 OK\r\n");
	cr_assert_sends(imap, "A3 NOOP\r\n");
	server(imap, "A1 OK\r\nA3 OK\r\n");
	cr_assert_sends(imap, "A4 NOOP\r\n");
	cr_assert_eq(imap_waiting(imap), 1);
	imap_free(imap);
}

Test(imap_command, idle_ends_with_the_next_command_in_one_output)
{
	struct imap *imap = greeted("IDLE");
	imap_idle(imap);
	cr_assert_sends(imap, "A1 IDLE\r\n");
	cr_assert_not(imap_is_idling(imap));
	server(imap, "+ idling\r\n");
	cr_assert(imap_is_idling(imap));
	cr_assert_eq(imap_waiting(imap), 0);
	imap_noop(imap);
	imap_idle(imap);
	cr_assert_sends(imap, "DONE\r\nA2 NOOP\r\nA3 IDLE\r\n");
	cr_assert_not(imap_is_idling(imap));
	server(imap, "A1 OK\r\nA2 OK\r\n+ idling\r\n");
	cr_assert(imap_is_idling(imap));
	imap_idle_end(imap);
	cr_assert_sends(imap, "DONE\r\n");
	server(imap, "A3 OK\r\n");
	imap_idle_end(imap);
	cr_assert_sends(imap, "");
	imap_free(imap);
}

Test(imap_command, done_waits_for_the_plus_of_idle)
{
	struct imap *imap = greeted("IDLE");
	imap_idle(imap);
	imap_noop(imap);
	cr_assert_sends(imap, "A1 IDLE\r\n");
	server(imap, "* OK Still here\r\n");
	cr_assert_sends(imap, "");
	server(imap, "+ idling\r\n");
	cr_assert_sends(imap, "DONE\r\nA2 NOOP\r\n");
	server(imap, "A1 OK\r\nA2 OK\r\n");
	imap_idle(imap);
	imap_idle_end(imap);
	cr_assert_sends(imap, "A3 IDLE\r\n");
	server(imap, "+\r\n");
	cr_assert_sends(imap, "DONE\r\n");
	imap_free(imap);
}

Test(imap_command, refused_idle_needs_no_done)
{
	struct imap *imap = greeted("IDLE");
	imap_idle(imap);
	imap_noop(imap);
	cr_assert_sends(imap, "A1 IDLE\r\n");
	server(imap, "A1 BAD what\r\n");
	cr_assert_sends(imap, "A2 NOOP\r\n");
	imap_free(imap);
}

Test(imap_command, nothing_follows_starttls_in_clear_and_what_was_read_before_tls_is_forgotten)
{
	struct imap *imap = greeted("STARTTLS LITERAL+");
	struct imap_event event;
	imap_starttls(imap);
	imap_login(imap, text("u"), text("secret"));
	cr_assert_sends(imap, "A1 STARTTLS\r\n");
	imap_feed(imap, text("A1 OK begin\r\n* CAPABILITY IMAP4rev1 EVIL\r\n* 666 EXISTS\r\n"));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	cr_assert_eq(event.kind, IMAP_DONE);
	imap_feed(imap, text("* 667 EXISTS\r\n"));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	cr_assert_eq(event.kind, IMAP_WANT_TLS);
	imap_feed(imap, text("* 668 EXISTS\r\n"));
	cr_assert_eq(imap_next(imap, &event), CODEC_MORE);
	cr_assert_sends(imap, "");
	imap_layer_started(imap);
	cr_assert_not(imap_knows_capabilities(imap));
	cr_assert_not(imap_has(imap, IMAP_CAP_IMAP4REV1));
	cr_assert_eq(imap_next(imap, &event), CODEC_MORE);
	cr_assert_sends(imap, "A2 LOGIN \"u\" \"secret\"\r\n");
	imap_feed(imap, text("A2 OK in\r\n"));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	cr_assert_eq(event.command, 2u);
	imap_free(imap);
}

Test(imap_command, refused_starttls_lets_nothing_out)
{
	struct imap *imap = greeted("STARTTLS");
	imap_starttls(imap);
	imap_login(imap, text("u"), text("secret"));
	cr_assert_sends(imap, "A1 STARTTLS\r\n");
	server(imap, "A1 NO not today\r\n");
	imap_noop(imap);
	cr_assert_sends(imap, "");
	imap_free(imap);
}

Test(imap_command, compress_holds_what_follows_and_gives_back_what_is_already_deflated)
{
	struct imap *imap = greeted("COMPRESS=DEFLATE");
	struct imap_event event;
	struct buf unread = {0};
	imap_compress(imap);
	imap_noop(imap);
	cr_assert_sends(imap, "A1 COMPRESS DEFLATE\r\n");
	imap_feed(imap, text("A1 OK deflate\r\n\x01\x02"));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	imap_feed(imap, text("\x03"));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	cr_assert_eq(event.kind, IMAP_WANT_DEFLATE);
	imap_take_unread(imap, &unread);
	cr_assert_str_eq(buf_text(&unread), "\x01\x02\x03");
	cr_assert_sends(imap, "");
	imap_layer_started(imap);
	cr_assert(imap_has(imap, IMAP_CAP_COMPRESS_DEFLATE));
	cr_assert_sends(imap, "A2 NOOP\r\n");
	buf_done(&unread);
	imap_free(imap);
}

Test(imap_command, refused_compress_lets_the_rest_go)
{
	struct imap *imap = greeted("COMPRESS=DEFLATE");
	imap_compress(imap);
	imap_noop(imap);
	server(imap, "A1 NO [COMPRESSIONACTIVE] x\r\n");
	cr_assert_sends(imap, "A1 COMPRESS DEFLATE\r\nA2 NOOP\r\n");
	imap_free(imap);
}

Test(imap_command, authenticate_sends_the_first_response_with_the_command_if_it_may)
{
	struct imap *imap = greeted("SASL-IR AUTH=PLAIN");
	cr_assert(imap_has_auth(imap, text("plain")));
	cr_assert_not(imap_has_auth(imap, text("PLAI")));
	imap_authenticate(imap, text("PLAIN"), true, str_make("\0u\0p", 4));
	imap_noop(imap);
	cr_assert_sends(imap, "A1 AUTHENTICATE PLAIN AHUAcA==\r\n");
	server(imap, "A1 OK in\r\n");
	cr_assert_sends(imap, "A2 NOOP\r\n");
	imap_authenticate(imap, text("EXTERNAL"), true, text(""));
	cr_assert_sends(imap, "A3 AUTHENTICATE EXTERNAL =\r\n");
	imap_free(imap);
}

Test(imap_command, authenticate_without_sasl_ir_waits_for_the_empty_challenge)
{
	struct imap *imap = greeted("AUTH=PLAIN");
	imap_authenticate(imap, text("PLAIN"), true, str_make("\0u\0p", 4));
	cr_assert_sends(imap, "A1 AUTHENTICATE PLAIN\r\n");
	server(imap, "+\r\n");
	cr_assert_sends(imap, "AHUAcA==\r\n");
	imap_free(imap);
}

Test(imap_command, challenges_are_decoded_and_answers_encoded)
{
	struct imap *imap = greeted("AUTH=LOGIN");
	struct imap_event event;
	imap_authenticate(imap, text("LOGIN"), false, text(""));
	imap_noop(imap);
	cr_assert_sends(imap, "A1 AUTHENTICATE LOGIN\r\n");
	imap_feed(imap, text("+ VXNlcm5hbWU6\r\n"));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	cr_assert_eq(event.kind, IMAP_CHALLENGE);
	cr_assert(str_equal(event.text, text("Username:")));
	imap_respond(imap, text("joe"));
	imap_respond(imap, text("twice"));
	cr_assert_sends(imap, "am9l\r\n");
	imap_feed(imap, text("+ \r\n"));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	cr_assert_eq(event.text.len, 0u);
	imap_respond_cancel(imap);
	cr_assert_sends(imap, "*\r\n");
	imap_feed(imap, text("+ !!!\r\n"));
	cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
	cr_assert_eq(event.kind, IMAP_UNREADABLE);
	cr_assert_sends(imap, "*\r\n");
	server(imap, "A1 BAD cancelled\r\n");
	cr_assert_sends(imap, "A2 NOOP\r\n");
	imap_free(imap);
}

static void check_masked(struct imap *imap, const char *expected)
{
	struct buf out = {0};
	imap_output_masked(imap, &out);
	cr_assert_str_eq(buf_text(&out), expected);
	buf_done(&out);
}

Test(imap_command, the_log_never_sees_a_secret)
{
	struct imap *imap = greeted("LITERAL+ SASL-IR");
	imap_noop(imap);
	imap_login(imap, text("u"), text("secret"));
	imap_login(imap, text("u"), text("sec\nret"));
	imap_authenticate(imap, text("PLAIN"), true, text("abc"));
	check_masked(imap, "A1 NOOP\r\nA2 LOGIN \"u\" *****\r\nA3 LOGIN \"u\" {7+}\r\n*****\r\n"
			   "A4 AUTHENTICATE PLAIN *****\r\n");
	imap_sent(imap, strlen("A1 NOOP\r\nA2 LOGIN \"u\" \"se"));
	check_masked(
		imap, "*****\r\nA3 LOGIN \"u\" {7+}\r\n*****\r\nA4 AUTHENTICATE PLAIN *****\r\n");
	imap_sent(imap, imap_output(imap).len);
	imap_feed(imap, text("+ QQ==\r\n"));
	ignore_events(imap);
	imap_respond(imap, text("secret"));
	check_masked(imap, "*****\r\n");
	imap_free(imap);
}

Test(imap_command, message_numbers_are_used_only_while_they_hold)
{
	struct imap *imap = greeted("");
	imap_select(imap, &(struct imap_select){.folder = text("INBOX")});
	imap_fetch(imap, false, text("1:*"), text("(UID)"), 0, false);
	imap_fetch(imap, false, text("1"), text("(FLAGS)"), 0, false);
	imap_noop(imap);
	imap_fetch(imap, false, text("2"), text("(FLAGS)"), 0, false);
	cr_assert_sends(
		imap, "A1 SELECT INBOX\r\nA2 FETCH 1:* (UID)\r\nA3 FETCH 1 (FLAGS)\r\nA4 NOOP\r\n");
	server(imap, "A1 OK\r\nA2 OK\r\nA3 OK\r\n");
	cr_assert_sends(imap, "");
	server(imap, "A4 OK\r\n");
	cr_assert_sends(imap, "A5 FETCH 2 (FLAGS)\r\n");
	imap_free(imap);
}

Test(imap_command, imap4rev2_alone_includes_what_the_rfc_says)
{
	struct imap *imap = greeted("IMAP4rev2");
	cr_assert(imap_has(imap, IMAP_CAP_IMAP4REV1));
	cr_assert(imap_has(imap, IMAP_CAP_IMAP4REV2));
	cr_assert_not(imap_has(imap, IMAP_CAP_ESEARCH));
	server(imap, "* CAPABILITY IMAP4rev2 LITERAL +\r\n");
	cr_assert_not(imap_has(imap, IMAP_CAP_IMAP4REV1));
	cr_assert(imap_has(imap, IMAP_CAP_ESEARCH));
	cr_assert(imap_has(imap, IMAP_CAP_LITERAL_PLUS));
	cr_assert(str_equal(imap_capability_line(imap), text("IMAP4rev2 LITERAL+")));
	server(imap, "* CAPABILITY IMAP4 X\r\n");
	cr_assert_not(imap_has(imap, IMAP_CAP_IMAP4REV1));
	cr_assert_not(imap_has(imap, IMAP_CAP_IMAP4REV2));
	cr_assert(imap_knows_capabilities(imap));
	imap_free(imap);
}

/* Gives an upload its bytes, "x" for each, as there is room; what went out into sent. */
static void feed_upload(struct imap *imap, struct buf *sent)
{
	unsigned command;
	size_t message, room;
	take_output(imap, sent);
	while ((room = imap_upload_room(imap, &command, &message)) > 0) {
		char byte = (char)('x' + message);
		cr_assert_leq(room, 64 * 1024, "never more than the output holds");
		imap_upload_bytes(imap, str_make(&byte, 1));
		take_output(imap, sent);
	}
}

Test(imap_command, an_upload_goes_out_as_its_bytes_come_and_what_follows_behind_it)
{
	struct imap *imap = greeted("LITERAL+ MULTIAPPEND");
	struct buf sent = {0};
	const struct imap_upload two[] = {
		{.flags = STR("\\Seen"), .date = -1, .length = 3},
		{.flags = STR(""), .date = 0, .length = 2, .has_nul = true},
	};
	imap_upload(imap, STR("Keep"), 0, two, 2);
	imap_noop(imap);
	feed_upload(imap, &sent);
	cr_assert_str_eq(buf_text(&sent),
		"A1 APPEND Keep (\\Seen) {3+}\r\nxxx \" 1-Jan-1970 00:00:00 +0000\" {2+}\r\nyy\r\n"
		"A2 NOOP\r\n");
	buf_done(&sent);
	imap_free(imap);
}

Test(imap_command, a_long_upload_asks_first_and_a_refused_one_sends_nothing)
{
	struct imap *imap = greeted("LITERAL+");
	struct buf sent = {0};
	const struct imap_upload one = {.flags = STR(""), .date = -1, .length = 300000};
	imap_upload(imap, STR("Keep"), 0, &one, 1);
	imap_noop(imap);
	feed_upload(imap, &sent);
	cr_assert_str_eq(buf_text(&sent), "A1 APPEND Keep {300000}\r\n");
	buf_clear(&sent);
	server(imap, "A1 NO [OVERQUOTA] full\r\n");
	feed_upload(imap, &sent);
	cr_assert_str_eq(buf_text(&sent), "A2 NOOP\r\n");
	buf_done(&sent);
	imap_free(imap);
}

Test(imap_command, an_upload_refused_on_its_way_keeps_its_length)
{
	struct imap *imap = greeted("LITERAL+ REPLACE");
	struct buf sent = {0};
	unsigned command;
	size_t message;
	const struct imap_upload one = {.flags = STR(""), .date = -1, .length = 5};
	imap_upload(imap, STR("Drafts"), 7, &one, 1);
	imap_noop(imap);
	cr_assert_eq(imap_upload_room(imap, &command, &message), 5);
	imap_upload_bytes(imap, STR("ab"));
	server(imap, "A1 NO no\r\n");
	feed_upload(imap, &sent);
	cr_assert_str_eq(buf_text(&sent), "A1 UID REPLACE 7 Drafts {5+}\r\nab   \r\nA2 NOOP\r\n");
	buf_done(&sent);
	imap_free(imap);
}

/* Dovecot answers the second question before it says that the first is over. */
Test(imap_command, searches_without_a_name_answer_in_the_order_they_were_asked)
{
	struct imap *imap = greeted("IMAP4rev1");
	struct imap_event event;
	struct buf out = {0};
	unsigned asked[2] = {
		imap_search(imap, false, STR("UNSEEN")), imap_search(imap, false, STR("DELETED"))};
	take_output(imap, &out);
	imap_feed(imap, STR("* SEARCH 4 7\r\n* SEARCH 9\r\n"));
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(imap_next(imap, &event), CODEC_EVENT);
		cr_assert_eq(event.kind, IMAP_SEARCH);
		cr_expect_eq(event.search.command, asked[i]);
		cr_expect(imap_set_has(event.search.set, i == 0 ? 7 : 9));
	}
	buf_done(&out);
	imap_free(imap);
}
