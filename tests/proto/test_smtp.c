/* Conversations: what the server says in steps, what the client sends and tells at each; the same
 * wherever the server's bytes are cut. */
#include "base/memory.h"
#include "proto/smtp/smtp.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct step {
	const char *server; /* NULL ends */
	const char *events, *client;
};

struct talk {
	const char *name;
	const char *recipients; /* joined by blanks */
	const char *message;
	bool starttls, send_to_rest, refuses_to_commit;
	const char *auth; /* NULL: none */
	struct step steps[12];
};

#define HELLO "EHLO [127.0.0.1]\r\n"
#define GREETING                                                                                   \
	{                                                                                          \
		"220 hi\r\n", "greeting", HELLO                                                    \
	}

static const struct talk talks[] = {
	{"pipelining and chunking, one recipient: one flight", "b@c", "A: b\r\n\r\n.x\r\n",
		.steps = {GREETING,
			{"250-me\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SIZE 100\r\n",
				"ready commit",
				"MAIL FROM:<a@b> SIZE=12\r\nRCPT TO:<b@c>\r\nBDAT 12 LAST\r\n"
				"A: b\r\n\r\n.x\r\n"},
			{"250 2.1.0 ok\r\n250 ok\r\n250 2.0.0 queued as 7\r\n",
				"to0=250 accepted=250/2.0.0/queued as 7", "QUIT\r\n"},
			{"221 bye\r\n", "answered=221", ""}}},
	{"chunking, two recipients: looked at before a byte of the mail", "b@c d@e", "A: b\r\n\r\n",
		.steps = {GREETING,
			{"250-me\r\n250-PIPELINING\r\n250 CHUNKING\r\n", "ready",
				"MAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nRCPT TO:<d@e>\r\n"},
			{"250 ok\r\n250 ok\r\n", "to0=250", ""},
			{"250 ok\r\n", "to1=250 commit", "BDAT 8 LAST\r\nA: b\r\n\r\n"},
			{"250 ok\r\n", "accepted=250//ok", "QUIT\r\n"}}},
	{"one of two refused: nothing of the mail is sent", "b@c d@e", "A: b\r\n\r\n",
		.steps = {GREETING,
			{"250-me\r\n250-PIPELINING\r\n250 CHUNKING\r\n", "ready",
				"MAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nRCPT TO:<d@e>\r\n"},
			{"250 ok\r\n550-5.1.1 who\r\n550 5.1.1 is that\r\n250 ok\r\n",
				"to0=550/5.1.1 to1=250 refused=1:550/5.1.1/who|is that",
				"RSET\r\n"},
			{"250 ok\r\n", "", ""}}},
	{"one of two refused and the user wants the rest to have it", "b@c d@e", "A: b\r\n\r\n",
		.send_to_rest = true,
		.steps = {GREETING,
			{"250-me\r\n250-PIPELINING\r\n250 CHUNKING\r\n", "ready",
				"MAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nRCPT TO:<d@e>\r\n"},
			{"250 ok\r\n550 no\r\n250 ok\r\n", "to0=550 to1=250 commit",
				"BDAT 8 LAST\r\nA: b\r\n\r\n"},
			{"250 ok\r\n", "accepted=250//ok", "QUIT\r\n"}}},
	{"the lecture: HELO, MAIL, several RCPT, DATA, a line with a dot, QUIT", "b@c d@e",
		"A: b\r\n\r\nhi\r\n.\r\n..x\r\nend\r\n",
		.steps = {GREETING, {"502 what\r\n", "", "HELO [127.0.0.1]\r\n"},
			{"250 me\r\n", "ready", "MAIL FROM:<a@b>\r\n"},
			{"250 ok\r\n", "", "RCPT TO:<b@c>\r\n"},
			{"250 ok\r\n", "to0=250", "RCPT TO:<d@e>\r\n"},
			{"251 elsewhere\r\n", "to1=251", "DATA\r\n"},
			{"354 go\r\n", "commit", "A: b\r\n\r\nhi\r\n..\r\n...x\r\nend\r\n.\r\n"},
			{"250 ok\r\n", "accepted=250//ok", "QUIT\r\n"},
			{"221 bye\r\n", "answered=221", ""}}},
	{"pipelining without chunking: two flights", "b@c", "A: b\r\n\r\nx\r\n",
		.steps = {GREETING,
			{"250-me\r\n250 PIPELINING\r\n", "ready",
				"MAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nDATA\r\n"},
			{"250 ok\r\n250 ok\r\n354 go\r\n", "to0=250 commit",
				"A: b\r\n\r\nx\r\n.\r\n"},
			{"452 4.2.2 full\r\n", "refused=3:452/4.2.2/full", ""}}},
	{"refused but DATA taken: not a byte of it, and the connection ends", "b@c",
		"A: b\r\n\r\nx\r\n",
		.steps = {GREETING,
			{"250-me\r\n250 PIPELINING\r\n", "ready",
				"MAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nDATA\r\n"},
			{"250 ok\r\n550 no\r\n354 go\r\n", "to0=550 refused=1:550//no must-close",
				""}}},
	{"without pipelining all recipients are asked, then it ends", "b@c d@e",
		"A: b\r\n\r\nx\r\n",
		.steps = {GREETING, {"250 me\r\n", "ready", "MAIL FROM:<a@b>\r\n"},
			{"250 ok\r\n", "", "RCPT TO:<b@c>\r\n"},
			{"550 no\r\n", "to0=550", "RCPT TO:<d@e>\r\n"},
			{"450 not now\r\n", "to1=450 refused=1:550//no", "RSET\r\n"}}},
	{"the sender refused", "b@c d@e", "A: b\r\n\r\nx\r\n",
		.steps = {GREETING,
			{"250-me\r\n250 PIPELINING\r\n", "ready",
				"MAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nRCPT TO:<d@e>\r\nDATA\r\n"},
			{"553 5.7.1 not yours\r\n503 x\r\n503 y\r\n", "", ""},
			{"503 z\r\n", "refused=0:553/5.7.1/not yours", ""}}},
	{"a recipient refused after the commit of one flight", "b@c", "A: b\r\n\r\n",
		.steps = {GREETING,
			{"250-me\r\n250-PIPELINING\r\n250 CHUNKING\r\n", "ready commit",
				"MAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nBDAT 8 LAST\r\nA: b\r\n\r\n"},
			{"250 ok\r\n550 no\r\n", "to0=550", ""},
			{"503 nobody\r\n", "refused=1:550//no", "RSET\r\n"}}},
	{"no commit: the last byte stays here", "b@c", "A: b\r\n\r\n", .refuses_to_commit = true,
		.steps = {GREETING,
			{"250-me\r\n250-PIPELINING\r\n250 CHUNKING\r\n", "ready commit",
				"MAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nBDAT 8 LAST\r\nA: b\r\n\r"},
			{"250 ok\r\n250 ok\r\n", "to0=250", ""}, {"250 got it\r\n", "bad", ""}}},
	{"thanks before the mail are not believed", "b@c", "A: b\r\n\r\nx\r\n",
		.refuses_to_commit = true,
		.steps = {GREETING,
			{"250-me\r\n250 PIPELINING\r\n", "ready",
				"MAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nDATA\r\n"},
			{"250 ok\r\n250 ok\r\n354 go\r\n", "to0=250 commit", "A: b\r\n\r\nx\r\n"},
			{"250 ok\r\n", "bad", ""}}},
	{"STARTTLS: EHLO again, what was said before is forgotten", "b@c", "A: b\r\n\r\n",
		.starttls = true, .auth = "PLAIN",
		.steps = {GREETING,
			{"250-me\r\n250-AUTH PLAIN\r\n250-PIPELINING\r\n250 STARTTLS\r\n", "ready",
				"STARTTLS\r\n"},
			{"220 go\r\n250 injected\r\n235 injected\r\n", "tls", HELLO},
			{"250-me\r\n250 AUTH LOGIN PLAIN\r\n", "ready", "AUTH PLAIN dXNlcg==\r\n"},
			{"235 2.7.0 in\r\n", "logged-in", "MAIL FROM:<a@b>\r\n"}}},
	{"STARTTLS refused", "b@c", "A: b\r\n\r\n", .starttls = true,
		.steps = {GREETING, {"250-me\r\n250 STARTTLS\r\n", "ready", "STARTTLS\r\n"},
			{"454 no\r\n", "tls-refused", ""}}},
	{"a mechanism where the server speaks first", "b@c", "A: b\r\n\r\n", .auth = "LOGIN",
		.steps = {GREETING, {"250-me\r\n250 AUTH=LOGIN\r\n", "ready", "AUTH LOGIN\r\n"},
			{"334 VXNlcm5hbWU6\r\n", "challenge=Username:", "dXNlcg==\r\n"},
			{"334 !\r\n", "", "*\r\n"}, {"501 no\r\n", "login-refused", ""}}},
	{"turned away", "b@c", "A: b\r\n\r\n",
		.steps = {{"554 go away\r\n", "turned-away=554 must-close", ""}}},
	{"421 while idle", "b@c", "A: b\r\n\r\n", .auth = "NONE",
		.steps = {GREETING, {"250 me\r\n", "ready", ""},
			{"421 4.4.2 timeout\r\n", "turned-away=421 must-close", ""}}},
	{"not SMTP at all", "b@c", "A: b\r\n\r\n", .steps = {{"* OK IMAP\r\n", "bad", ""}}},
	{"line ends without CR, lines without text", "b@c", "A: b\r\n\r\n",
		.steps = {{"220\n", "greeting", HELLO},
			{"250-me\n250\n", "ready", "MAIL FROM:<a@b>\r\n"}}},
};

struct run {
	const struct talk *talk;
	struct smtp *smtp;
	struct buf events, client;
	bool is_streamed;
	struct str rest; /* of the message, to be streamed */
};

static void add_word(struct run *run, const char *word)
{
	buf_addf(&run->events, "%s%s", run->events.len > 0 ? " " : "", word);
}

static void add_reply(struct run *run, const struct smtp_reply *reply)
{
	buf_addf(&run->events, "%u/%.*s/", reply->code, (int)reply->enhanced.len,
		reply->enhanced.data);
	for (size_t i = 0; i < reply->text.len; i++)
		buf_add_char(&run->events, reply->text.data[i] == '\n' ? '|' : reply->text.data[i]);
}

static void send_mail(struct run *run)
{
	struct str to[4], rest = str_from(run->talk->recipients);
	struct error err;
	size_t count = 0;
	while (rest.len > 0)
		to[count++] = str_cut(&rest, ' ');
	struct smtp_mail mail = {.from = STR("a@b"),
		.recipients = to,
		.recipient_count = count,
		.message = str_from(run->talk->message),
		.send_to_rest = run->talk->send_to_rest};
	if (run->is_streamed) {
		mail.size = mail.message.len;
		mail.is_8bit = !smtp_is_ascii(mail.message);
		run->rest = mail.message;
		mail.message = STR("");
	}
	cr_assert(smtp_send(run->smtp, &mail, &err), "%s", err.detail);
}

static void on_ready(struct run *run)
{
	const char *auth = run->talk->auth;
	add_word(run, "ready");
	if (run->talk->starttls && smtp_has(run->smtp, SMTP_EXT_STARTTLS))
		smtp_starttls(run->smtp);
	else if (auth == NULL)
		send_mail(run);
	else if (strcmp(auth, "NONE") != 0)
		smtp_auth(run->smtp, str_from(auth), strcmp(auth, "PLAIN") == 0, STR("user"));
}

static void on_event(struct run *run, const struct smtp_event *e)
{
	char text[80];
	switch (e->kind) {
	case SMTP_GREETING:
		add_word(run, "greeting");
		break;
	case SMTP_TURNED_AWAY:
		snprintf(text, sizeof(text), "turned-away=%u", e->reply.code);
		add_word(run, text);
		break;
	case SMTP_READY:
		on_ready(run);
		break;
	case SMTP_WANT_TLS:
		add_word(run, "tls");
		break;
	case SMTP_TLS_REFUSED:
		add_word(run, "tls-refused");
		break;
	case SMTP_CHALLENGE:
		snprintf(text, sizeof(text), "challenge=%.*s", (int)e->text.len, e->text.data);
		add_word(run, text);
		smtp_respond(run->smtp, STR("user"));
		break;
	case SMTP_LOGGED_IN:
		add_word(run, "logged-in");
		send_mail(run);
		break;
	case SMTP_LOGIN_REFUSED:
		add_word(run, "login-refused");
		break;
	case SMTP_RECIPIENT:
		snprintf(text, sizeof(text), "to%zu=%u%s%.*s", e->index, e->reply.code,
			e->reply.enhanced.len > 0 ? "/" : "", (int)e->reply.enhanced.len,
			e->reply.enhanced.data);
		add_word(run, text);
		break;
	case SMTP_WANT_COMMIT:
		add_word(run, "commit");
		if (!run->talk->refuses_to_commit)
			smtp_commit(run->smtp);
		break;
	case SMTP_ACCEPTED:
		add_word(run, "accepted=");
		add_reply(run, &e->reply);
		smtp_quit(run->smtp);
		break;
	case SMTP_REFUSED:
		snprintf(text, sizeof(text), "refused=%d:", (int)e->stage);
		add_word(run, text);
		add_reply(run, &e->reply);
		break;
	case SMTP_ANSWERED:
		snprintf(text, sizeof(text), "answered=%u", e->reply.code);
		add_word(run, text);
		break;
	}
}

static void flush(struct run *run)
{
	struct str out = smtp_output(run->smtp);
	buf_add(&run->client, out);
	smtp_sent(run->smtp, out.len);
}

/* In pieces of three bytes. */
static bool stream(struct run *run)
{
	struct error err;
	size_t wanted = smtp_wants(run->smtp);
	if (wanted == 0)
		return false;
	struct str piece = str_first(run->rest, wanted < 3 ? wanted : 3);
	cr_assert(smtp_body(run->smtp, piece, &err), "%s", err.detail);
	run->rest = str_skip(run->rest, piece.len);
	return true;
}

static enum codec drain(struct run *run)
{
	struct smtp_event event;
	enum codec codec;
	do {
		while ((codec = smtp_next(run->smtp, &event)) == CODEC_EVENT) {
			on_event(run, &event);
			flush(run);
		}
		flush(run);
	} while (codec == CODEC_MORE && stream(run));
	return codec;
}

static void run_step(struct run *run, const struct step *step, size_t cut)
{
	struct str bytes = str_from(step->server);
	enum codec codec = CODEC_MORE;
	while (bytes.len > 0 && codec != CODEC_BAD) {
		struct str piece = str_first(bytes, cut);
		char *copy = mem_new(piece.len);
		memcpy(copy, piece.data, piece.len);
		smtp_feed(run->smtp, str_make(copy, piece.len));
		mem_free(copy);
		codec = drain(run);
		bytes = str_skip(bytes, piece.len);
	}
	if (codec == CODEC_BAD)
		add_word(run, "bad");
	else if (smtp_must_close(run->smtp))
		add_word(run, "must-close");
	/* The handshake runs: what comes in clear meanwhile is nothing. */
	if (str_equal(buf_str(&run->events), STR("tls"))) {
		smtp_layer_started(run->smtp);
		drain(run);
	}
}

static void run_talk(const struct talk *talk, size_t cut, bool is_streamed)
{
	struct run run = {.talk = talk, .smtp = smtp_new(STR("[127.0.0.1]"))};
	run.is_streamed = is_streamed;
	for (const struct step *step = talk->steps; step->server != NULL; step++) {
		buf_clear(&run.events);
		buf_clear(&run.client);
		run_step(&run, step, cut);
		cr_expect_str_eq(buf_text(&run.events), step->events, "%s, cut %zu, after %s: %s",
			talk->name, cut, step->server, buf_text(&run.events));
		cr_expect_str_eq(buf_text(&run.client), step->client, "%s, cut %zu, after %s: %s",
			talk->name, cut, step->server, buf_text(&run.client));
	}
	smtp_free(run.smtp);
	buf_done(&run.events);
	buf_done(&run.client);
}

Test(smtp, says_the_same_wherever_the_bytes_are_cut)
{
	for (size_t i = 0; i < sizeof(talks) / sizeof(*talks); i++)
		for (size_t cut = 1; cut < 100; cut++) {
			run_talk(&talks[i], cut, false);
			run_talk(&talks[i], cut, true);
		}
}

/* ---- What is never sent. ---- */

static struct smtp *ready(const char *ehlo)
{
	struct smtp *smtp = smtp_new(STR("[127.0.0.1]"));
	struct smtp_event event;
	smtp_feed(smtp, STR("220 hi\r\n"));
	while (smtp_next(smtp, &event) == CODEC_EVENT)
		smtp_sent(smtp, smtp_output(smtp).len);
	smtp_feed(smtp, str_from(ehlo));
	while (smtp_next(smtp, &event) == CODEC_EVENT)
		continue;
	return smtp;
}

Test(smtp, refuses_what_could_smuggle_by_a_sentence)
{
	static const struct {
		const char *from, *to;
		struct str message;
	} cases[] = {
		{"a@b", "c@d\r\nRCPT TO:<x@y>", STR("A: b\r\n\r\n")},
		{"a@b> SIZE=1", "c@d", STR("A: b\r\n\r\n")},
		{"a@b", "c@d>\tx", STR("A: b\r\n\r\n")},
		{"a@b", "\"c d@e", STR("A: b\r\n\r\n")},
		{"a@b", "\"c\\", STR("A: b\r\n\r\n")},
		{"a@b", "\"c\\\n\"@d", STR("A: b\r\n\r\n")},
		{"a@b", "", STR("A: b\r\n\r\n")},
		{"a@b", "c@d", STR("A: b\r\n\r\n\n.\r\n")},
		{"a@b", "c@d", STR("A: b\r\n\r\nx\r.\r\n")},
		{"a@b", "c@d", STR("A: b\r\n\r\nx\n.\n")},
		{"a@b", "c@d", STR("A: b\r\n\r\nx\r\r\n.\r\n")},
		{"a@b", "c@d", STR("A: b\r\n\r\nx\0y\r\n")},
		{"a@b", "c@d", STR("A: b\r\n\r\nx")},
		{"a@b", "c@d", STR("A: b\r\n\r\nx\r")},
		{"a@b", "c@d", STR("")},
		{"a@b", "\xc3\xa4@d", STR("A: b\r\n\r\n")},
		{"a@b", "c@d", STR("A: b\r\n\r\n\xc3\xa4\r\n")},
		{"a@b", "c@d", STR("A: b\r\n\r\n1234567890123456789012345678901234567890\r\n")},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct smtp *smtp = ready("250-me\r\n250-PIPELINING\r\n250 SIZE 40\r\n");
		struct str to = str_from(cases[i].to);
		struct smtp_mail mail = {
			str_from(cases[i].from), &to, 1, cases[i].message, .is_8bit = false};
		struct error err = {0};
		cr_expect_not(smtp_send(smtp, &mail, &err), "case %zu", i);
		cr_expect_neq(err.detail[0], '\0');
		cr_expect_eq(smtp_output(smtp).len, 0, "case %zu", i);
		cr_expect(smtp_is_idle(smtp));
		smtp_free(smtp);
	}
}

Test(smtp, says_what_an_address_and_a_text_need_only_when_they_need_it)
{
	struct smtp *smtp = ready("250-me\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n");
	struct str to = STR("\"a \\\" b\"@\xc3\xa4.example");
	struct smtp_mail mail = {
		STR(""), &to, 1, STR("A: b\r\n\r\n\xc3\xa4\r\n"), .is_8bit = false};
	struct error err;
	cr_assert(smtp_send(smtp, &mail, &err), "%s", err.detail);
	cr_expect(str_equal(smtp_output(smtp), STR("MAIL FROM:<> BODY=8BITMIME SMTPUTF8\r\n")));
	smtp_free(smtp);
}

Test(smtp, a_large_mail_goes_in_pieces_that_add_up)
{
	struct buf text = {0}, wire = {0};
	struct smtp_event event;
	struct error err;
	bool is_held = false;
	while (text.len < 3 * 1024 * 1024)
		buf_add_text(&text, ".dots at the start of every line of this mail\r\n");
	struct smtp *smtp = ready("250-me\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
	struct str to = STR("c@d");
	struct smtp_mail mail = {STR("a@b"), &to, 1, buf_str(&text), .is_8bit = false};
	cr_assert(smtp_send(smtp, &mail, &err));
	while (smtp_output(smtp).len > 0) {
		struct str out = str_first(smtp_output(smtp), 1000);
		cr_assert_leq(smtp_output(smtp).len, 2 * 64 * 1024 + 2000);
		buf_add(&wire, out);
		smtp_sent(smtp, out.len);
		while (smtp_next(smtp, &event) == CODEC_EVENT)
			if (event.kind == SMTP_WANT_COMMIT) {
				is_held = true;
				smtp_commit(smtp);
			}
	}
	cr_expect(is_held);
	size_t heads = str_find(buf_str(&wire), STR("BDAT"));
	struct str rest = str_skip(buf_str(&wire), heads);
	struct buf got = {0};
	while (rest.len > 0) {
		struct str head = str_cut(&rest, '\n');
		uint64_t length = 0;
		head = str_skip(head, 5);
		cr_assert(str_to_u64(str_first(head, strspn(head.data, "0123456789")), &length));
		buf_add(&got, str_first(rest, length));
		rest = str_skip(rest, length);
	}
	cr_expect(str_equal(buf_str(&got), buf_str(&text)));
	smtp_free(smtp);
	buf_done(&text);
	buf_done(&wire);
	buf_done(&got);
}

Test(smtp, answers_before_the_question_end_it)
{
	struct smtp *smtp = smtp_new(STR("x"));
	struct smtp_event event;
	smtp_feed(smtp, STR("220 hi\r\n250-me\r\n250 STARTTLS\r\n"));
	cr_expect_eq(smtp_next(smtp, &event), CODEC_EVENT);
	cr_expect_eq(smtp_next(smtp, &event), CODEC_BAD); /* EHLO was not sent yet */
	smtp_free(smtp);
}

Test(smtp, secrets_are_masked)
{
	struct smtp *smtp = ready("250-me\r\n250 AUTH PLAIN\r\n");
	struct buf masked = {0};
	smtp_auth(smtp, STR("PLAIN"), true, STR("hunter2"));
	smtp_output_masked(smtp, &masked);
	cr_expect_str_eq(buf_text(&masked), "AUTH PLAIN *****\r\n");
	smtp_free(smtp);
	buf_done(&masked);
}

Test(smtp, endless_replies_end)
{
	struct buf line = {0};
	struct smtp_event event;
	struct smtp *smtp = smtp_new(STR("x"));
	for (int i = 0; i < 5000; i++)
		buf_add_char(&line, '2');
	smtp_feed(smtp, buf_str(&line));
	cr_expect_eq(smtp_next(smtp, &event), CODEC_BAD);
	smtp_free(smtp);
	smtp = smtp_new(STR("x"));
	for (int i = 0; i <= SMTP_REPLY_LINES_MAX; i++)
		smtp_feed(smtp, STR("220-more\r\n"));
	cr_expect_eq(smtp_next(smtp, &event), CODEC_BAD);
	smtp_free(smtp);
	buf_done(&line);
}
