/* Conversations: what is asked in steps, what goes out, and what the server's answers tell; the
 * same wherever the server's bytes are cut. */
#include "proto/pop3/pop3.h"

#include "base/memory.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

struct step {
	const char *ask; /* commands, joined by "; "; NULL ends */
	const char *client, *server, *events;
};

struct talk {
	const char *name;
	struct step steps[12];
};

#define GREETED                                                                                    \
	{                                                                                          \
		"", "", "+OK POP3 server ready\r\n", "greeting"                                    \
	}

static const struct talk talks[] = {
	{"the lecture: user, pass, stat, retr, quit",
		{GREETED, {"login bob hungry", "USER bob\r\n", "+OK\r\n", "USER+ > PASS hungry|"},
			{"", "", "+OK user successfully logged on\r\n", "logged-in PASS+"},
			{"stat", "STAT\r\n", "+OK 26 49857\r\n", "STAT+26/49857"},
			{"retr 1", "RETR 1\r\n",
				"+OK 120 octets\r\nFrom: a\r\n\r\nhello\r\n..\r\n...x\r\n.\r\n",
				"1:From: a||hello|.|..x| RETR+"},
			{"quit", "QUIT\r\n", "+OK POP3 server signing off\r\n", "QUIT+"}}},
	{"one after the other without pipelining",
		{GREETED,
			{"login u p; stat; uidl; list", "USER u\r\n", "+OK\r\n", "USER+ > PASS p|"},
			{"", "", "+OK\r\n", "logged-in PASS+ > STAT|"},
			{"", "", "+OK 2 30\r\n", "STAT+2/30 > UIDL|"},
			{"", "", "+OK\r\n1 abc\r\n2 d e\r\n.\r\n", "1=abc 2=d e UIDL+ > LIST|"},
			{"", "", "+OK 2 messages\r\n1 10\r\n2 20 more\r\n.\r\n",
				"1#10 2#20 LIST+"}}},
	{"a known server: all in one flight behind the greeting",
		{{"remember PIPELINING UIDL TOP USER; window 20; login u p; stat; uidl", "", "",
			 ""},
			{"", "", "+OK hi\r\n", "greeting > USER u|PASS p|STAT|UIDL|"},
			{"", "", "+OK\r\n+OK in\r\n+OK 1 10\r\n+OK\r\n1 abc\r\n.\r\n",
				"USER+ logged-in PASS+ STAT+1/10 1=abc UIDL+"}}},
	{"and in front of it", {{"window 20 early; login u p; stat", "USER u\r\nPASS p\r\nSTAT\r\n",
				       "+OK hi\r\n+OK\r\n+OK in\r\n+OK 0 0\r\n",
				       "greeting USER+ logged-in PASS+ STAT+0/0"}}},
	{"the window", {GREETED,
			       {"window 2; dele 1; dele 2; dele 3; quit", "DELE 1\r\nDELE 2\r\n",
				       "+OK\r\n", "DELE1+ > DELE 3|"},
			       {"", "", "+OK\r\n-ERR gone\r\n", "DELE2+ > QUIT| DELE3-/0/gone"},
			       {"noop", "", "+OK bye\r\n", "QUIT+ > NOOP|"}}},
	{"the password refused, with the code",
		{GREETED, {"login u p", "USER u\r\n", "+OK\r\n", "USER+ > PASS p|"},
			{"", "", "-ERR [AUTH] no\r\n", "login-refused=5/no PASS-/5/no"}}},
	{"the maildrop is in use, and too soon",
		{GREETED,
			{"window 9; login u p", "USER u\r\nPASS p\r\n",
				"+OK\r\n-ERR [IN-USE] Do you have another POP session running?\r\n",
				"USER+ login-refused=1/Do you have another POP session running? "
				"PASS-/1/Do you have another POP session running?"},
			{"noop", "NOOP\r\n", "-err [login-delay] wait\r\n", "NOOP-/2/wait"}}},
	{"the name refused: the password stays here",
		{GREETED, {"login u p; quit", "USER u\r\n", "-ERR who\r\n",
				  "login-refused=0/who USER-/0/who > QUIT|"}}},
	{"the name refused with the password on its way",
		{GREETED, {"window 9; login u p; quit", "USER u\r\nPASS p\r\nQUIT\r\n",
				  "-ERR who\r\n-ERR what\r\n+OK bye\r\n",
				  "login-refused=0/who USER-/0/who PASS-/0/what QUIT+"}}},
	{"CAPA", {GREETED, {"capa", "CAPA\r\n",
				   "+OK list\r\nTOP\r\nSASL PLAIN  SCRAM-SHA-256\r\nEXPIRE "
				   "60\r\nX-ODD 1\r\nLOGIN-DELAY 900 "
				   "USER\r\nPIPELINING\r\nIMPLEMENTATION x y\r\n.\r\n",
				   "CAPA+ {TOP SASL=PLAIN SASL=SCRAM-SHA-256 EXPIRE=60 "
				   "LOGIN-DELAY=900 LOGIN-DELAY=USER PIPELINING}"}}},
	{"a server of RFC 1725 does not know CAPA",
		{GREETED, {"capa", "CAPA\r\n", "-ERR what?\r\n", "CAPA-/0/what? {}"}}},
	{"STLS: what was said behind it in clear is nothing",
		{GREETED,
			{"capa; stls; capa", "CAPA\r\n", "+OK\r\nSTLS\r\nUSER\r\n.\r\n",
				"CAPA+ {STLS USER} > STLS|"},
			{"", "", "+OK go\r\n+OK\r\nUSER\r\n.\r\n", "tls STLS+"},
			{"tls", "CAPA\r\n", "+OK\r\nSASL PLAIN\r\n.\r\n", "CAPA+ {SASL=PLAIN}"}}},
	{"STLS refused: nothing but QUIT goes on in clear",
		{GREETED, {"stls; login u p", "STLS\r\n", "-ERR no\r\n", "STLS-/0/no"},
			{"login u p", "", "", ""}}},
	{"nothing of one flight goes in front of the encryption",
		{GREETED,
			{"window 20; stls; login u p; stat", "STLS\r\n", "+OK go\r\n", "tls STLS+"},
			{"tls", "USER u\r\nPASS p\r\nSTAT\r\n", "", ""}}},
	{"APOP as RFC 1939 shows it",
		{{"", "", "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n",
			 "greeting"},
			{"apop mrose tanstaaf", "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n",
				"+OK maildrop has 1 message (369 octets)\r\n", "logged-in APOP+"}}},
	{"AUTH with an initial response", {GREETED, {"auth PLAIN short", "AUTH PLAIN c2hvcnQ=\r\n",
							    "+OK\r\n", "logged-in AUTH+"}}},
	{"XOAUTH2 goes in two lines, and the reason of a refusal is asked for",
		{GREETED, {"auth XOAUTH2 tok", "AUTH XOAUTH2\r\n", "+\r\n", "> dG9r|"},
			{"", "", "+ eyJzdGF0dXMi\r\n", "challenge={\"status\" > dXNlcg==|"},
			{"", "", "-ERR [SYS/TEMP] later\r\n",
				"login-refused=3/later AUTH-/3/later"}}},
	{"a challenge that is none is cancelled",
		{GREETED, {"auth SCRAM", "AUTH SCRAM\r\n", "+ ?!\r\n", "> *|"},
			{"", "", "-ERR cancelled\r\n",
				"login-refused=0/cancelled AUTH-/0/cancelled"}}},
	{"turned away",
		{{"login u p", "", "-ERR [SYS/PERM] go away\r\n", "turned-away=4/go away"}}},
	{"closed for idling", {GREETED, {"", "", "-ERR too long\r\n", "turned-away=0/too long"}}},
	{"UTF8 and LANG", {GREETED, {"window 9; utf8; lang de", "UTF8\r\nLANG de\r\n",
					    "+OK\r\n+OK de Deutsch\r\n", "UTF8+ LANG+"}}},
	{"TOP of a message, and one that is gone",
		{GREETED, {"window 9; top 7 0; top 8 0", "TOP 7 0\r\nTOP 8 0\r\n",
				  "+OK\r\nA: b\r\n\r\n.\r\n-ERR no such message\r\n",
				  "7:A: b|| TOP+ TOP-/0/no such message"}}},
	{"lines that end in LF alone, from the first to the dot",
		{{"", "", "+OK hi\n", "greeting"},
			{"retr 1; stat", "RETR 1\r\n", "+OK\nA: b\n\n..\n.\n",
				"1:A: b$$.$ RETR+ > STAT|"},
			{"", "", "+OK 1 2\n", "STAT+1/2"}}},
	{"a dot between bare line feeds does not end a message of a server that knows CR LF",
		{GREETED, {"window 9; retr 1; dele 1", "RETR 1\r\nDELE 1\r\n",
				  "+OK\r\nA: b\r\n\r\nx\n.\n+OK\r\n.\r\n+OK\r\n",
				  "1:A: b||x$.$+OK| RETR+ DELE1+"}}},
	{"dots wherever they may stand",
		{GREETED, {"retr 1", "RETR 1\r\n",
				  "+OK\r\n..\r\n...\r\n..a\r\n.b\r\n.\rc\r\n\r\n.\r\n",
				  "1:.|..|.a|b|\rc|| RETR+"}}},
	{"an empty message", {GREETED, {"retr 1", "RETR 1\r\n", "+OK\r\n.\r\n", "RETR+"}}},
	{"a server that did not stuff its dots: found again, and told",
		{GREETED, {"window 9; retr 1; noop", "RETR 1\r\nNOOP\r\n",
				  "+OK\r\nA: b\r\n\r\n.\r\nmore of it\r\n.\r\n+OK done\r\n",
				  "1:A: b|| RETR+ junk=more of it NOOP+"}}},
	{"words in front of the greeting",
		{{"", "", "Welcome!\r\n+OK hi\r\n", "junk=Welcome! greeting"}}},
	{"lists with lines that are none",
		{GREETED, {"window 9; list; uidl", "LIST\r\nUIDL\r\n",
				  "+OK\r\nx\r\n1\r\n0 5\r\n2 x\r\n 3  7\r\n.\r\n+OK\r\n1\r\n-1 "
				  "a\r\n2 \r\n3  "
				  "z\r\n.\r\n",
				  "1#0 2#0 3#7 LIST+ 1= 2= 3=z UIDL+"}}},
	{"STAT without numbers is no answer",
		{GREETED, {"stat", "STAT\r\n", "+OK many\r\n", "STAT-/0/many"}}},
};

struct run {
	struct pop3 *pop3;
	struct buf events, client;
	uint32_t reading; /* bytes of a message were the last event */
};

static void add_word(struct run *run, const char *word, struct str text)
{
	buf_addf(&run->events, "%s%s", run->events.len > 0 ? " " : "", word);
	run->reading = 0;
	for (size_t i = 0; i < text.len; i++)
		buf_add_char(&run->events, text.data[i]);
}

/* "|" for CR LF, "$" for a bare LF. */
static void add_bytes(struct run *run, const struct pop3_event *event)
{
	char head[40];
	snprintf(head, sizeof(head), "%u:", (unsigned)event->number);
	if (run->reading != event->number)
		add_word(run, head, STR(""));
	run->reading = event->number;
	for (size_t i = 0; i < event->text.len; i++) {
		char c = event->text.data[i];
		bool is_end = run->events.len > 0 &&
			      run->events.data[run->events.len - 1] == '\r' && c == '\n';
		if (is_end)
			buf_truncate(&run->events, run->events.len - 1);
		buf_add_char(&run->events, c != '\n' ? c : is_end ? '|' : '$');
	}
}

static void add_answered(struct run *run, const struct pop3_event *event)
{
	static const char *const words[] = {"GREETING", "CAPA", "STLS", "USER", "PASS", "APOP",
		"AUTH", "UTF8", "LANG", "STAT", "LIST", "UIDL", "RETR", "TOP", "DELE", "RSET",
		"NOOP", "QUIT"};
	char text[100];
	if (!event->is_ok)
		snprintf(text, sizeof(text), "%s%.0u-/%d/", words[event->verb],
			event->verb == POP3_VERB_DELE ? (unsigned)event->number : 0u,
			(int)event->code);
	else if (event->verb == POP3_VERB_STAT)
		snprintf(text, sizeof(text), "STAT+%u/%llu", (unsigned)event->count,
			(unsigned long long)event->size);
	else
		snprintf(text, sizeof(text), "%s%.0u+", words[event->verb],
			event->verb == POP3_VERB_DELE ? (unsigned)event->number : 0u);
	add_word(run, text, event->is_ok ? STR("") : event->text);
	if (event->verb == POP3_VERB_CAPA) {
		struct buf caps = {0};
		pop3_capability_words(run->pop3, &caps);
		add_word(run, "{", buf_str(&caps));
		buf_add_char(&run->events, '}');
		buf_done(&caps);
	}
}

static void on_event(struct run *run, const struct pop3_event *event)
{
	char text[60];
	switch (event->kind) {
	case POP3_GREETING:
		add_word(run, "greeting", STR(""));
		return;
	case POP3_TURNED_AWAY:
		snprintf(text, sizeof(text), "turned-away=%d/", (int)event->code);
		add_word(run, text, event->text);
		return;
	case POP3_WANT_TLS:
		add_word(run, "tls", STR(""));
		return;
	case POP3_CHALLENGE:
		add_word(run, "challenge=", event->text);
		pop3_respond(run->pop3, STR("user"));
		return;
	case POP3_LOGGED_IN:
		add_word(run, "logged-in", STR(""));
		return;
	case POP3_LOGIN_REFUSED:
		snprintf(text, sizeof(text), "login-refused=%d/", (int)event->code);
		add_word(run, text, event->text);
		return;
	case POP3_LISTED:
		snprintf(text, sizeof(text), "%u#%llu", (unsigned)event->number,
			(unsigned long long)event->size);
		add_word(run, text, STR(""));
		return;
	case POP3_UIDL:
		snprintf(text, sizeof(text), "%u=", (unsigned)event->number);
		add_word(run, text, event->text);
		return;
	case POP3_BYTES:
		add_bytes(run, event);
		return;
	case POP3_JUNK:
		add_word(run, "junk=", event->text);
		return;
	case POP3_ANSWERED:
		add_answered(run, event);
		return;
	}
}

/* What goes out is gone at once. */
static void send_out(struct run *run, bool as_event)
{
	struct str out = pop3_output(run->pop3);
	if (out.len == 0)
		return;
	if (as_event) {
		add_word(run, "> ", STR(""));
		for (size_t i = 0; i < out.len; i++)
			if (out.data[i] != '\r')
				buf_add_char(&run->events, out.data[i] == '\n' ? '|' : out.data[i]);
	} else {
		buf_add(&run->client, out);
	}
	pop3_sent(run->pop3, out.len);
	send_out(run, as_event);
}

static enum codec drain(struct run *run)
{
	struct pop3_event event;
	enum codec codec;
	while ((codec = pop3_next(run->pop3, &event)) == CODEC_EVENT) {
		on_event(run, &event);
		send_out(run, true);
	}
	send_out(run, true);
	return codec;
}

static uint32_t number(struct str *rest)
{
	uint32_t value = 0;
	(void)str_to_u32(str_cut(rest, ' '), &value);
	return value;
}

static void set_window(struct run *run, struct str line)
{
	uint32_t window = number(&line);
	pop3_pipeline(run->pop3, window, line.len > 0);
}

static void ask(struct run *run, struct str line)
{
	static const struct {
		const char *word;
		unsigned (*give)(struct pop3 *);
	} plain[] = {{"capa", pop3_capa}, {"stls", pop3_stls}, {"utf8", pop3_utf8},
		{"stat", pop3_stat}, {"list", pop3_list}, {"uidl", pop3_uidl}, {"rset", pop3_rset},
		{"noop", pop3_noop}, {"quit", pop3_quit}};
	struct str word = str_cut(&line, ' ');
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (str_equal(word, str_from(plain[i].word)))
			plain[i].give(run->pop3);
	struct str first = str_first(line, str_find_char(line, ' '));
	if (str_equal(word, STR("login")))
		pop3_user_pass(run->pop3, first, str_skip(line, first.len + 1));
	else if (str_equal(word, STR("apop")))
		pop3_apop(run->pop3, first, str_skip(line, first.len + 1));
	else if (str_equal(word, STR("auth")))
		pop3_auth(run->pop3, first, first.len < line.len, str_skip(line, first.len + 1));
	else if (str_equal(word, STR("lang")))
		pop3_lang(run->pop3, line);
	else if (str_equal(word, STR("remember")))
		pop3_remember(run->pop3, line);
	else if (str_equal(word, STR("window")))
		set_window(run, line);
	else if (str_equal(word, STR("retr")))
		pop3_retr(run->pop3, number(&line));
	else if (str_equal(word, STR("dele")))
		pop3_dele(run->pop3, number(&line));
	else if (str_equal(word, STR("top")))
		pop3_top(run->pop3, number(&line), 0);
	else if (str_equal(word, STR("tls")))
		pop3_layer_started(run->pop3);
}

static void ask_all(struct run *run, struct str lines)
{
	while (lines.len > 0) {
		ask(run, str_trim(str_cut(&lines, ';')));
		send_out(run, false);
	}
}

static void run_step(struct run *run, const struct step *step, size_t cut)
{
	struct str bytes = str_from(step->server);
	enum codec codec = CODEC_MORE;
	ask_all(run, str_from(step->ask));
	while (bytes.len > 0 && codec != CODEC_BAD) {
		struct str piece = str_first(bytes, cut);
		char *copy = mem_new(piece.len);
		memcpy(copy, piece.data, piece.len);
		pop3_feed(run->pop3, str_make(copy, piece.len));
		mem_free(copy);
		codec = drain(run);
		bytes = str_skip(bytes, piece.len);
	}
	if (codec == CODEC_BAD)
		add_word(run, "bad", STR(""));
}

static void run_talk(const struct talk *talk, size_t cut)
{
	struct run run = {.pop3 = pop3_new()};
	for (const struct step *step = talk->steps; step->ask != NULL; step++) {
		buf_clear(&run.events);
		buf_clear(&run.client);
		run.reading = 0;
		run_step(&run, step, cut);
		cr_expect_str_eq(buf_text(&run.client), step->client, "%s, cut %zu, asked %s: %s",
			talk->name, cut, step->ask, buf_text(&run.client));
		cr_expect_str_eq(buf_text(&run.events), step->events, "%s, cut %zu, after %s: %s",
			talk->name, cut, step->server, buf_text(&run.events));
	}
	pop3_free(run.pop3);
	buf_done(&run.events);
	buf_done(&run.client);
}

Test(pop3, says_the_same_wherever_the_bytes_are_cut)
{
	for (size_t i = 0; i < sizeof(talks) / sizeof(*talks); i++)
		for (size_t cut = 1; cut < 100; cut++)
			run_talk(&talks[i], cut);
}

Test(pop3, a_response_too_long_for_the_line_goes_when_it_is_asked_for)
{
	struct run run = {.pop3 = pop3_new()};
	char token[301] = "";
	memset(token, 'x', 300);
	pop3_feed(run.pop3, STR("+OK\r\n"));
	drain(&run);
	pop3_auth(run.pop3, STR("PLAIN"), true, str_from(token));
	send_out(&run, false);
	cr_expect_str_eq(buf_text(&run.client), "AUTH PLAIN\r\n");
	pop3_feed(run.pop3, STR("+ \r\n"));
	buf_clear(&run.events);
	drain(&run);
	cr_expect_eq(run.events.len, 2 + 400 + 1);
	cr_expect(str_starts(buf_str(&run.events), STR("> eHh4eHh4")));
	pop3_free(run.pop3);
	buf_done(&run.client);
	buf_done(&run.events);
}

/* ---- Limits, and what must not happen. ---- */

static enum codec drained(struct pop3 *pop3)
{
	struct pop3_event event;
	enum codec codec;
	while ((codec = pop3_next(pop3, &event)) == CODEC_EVENT)
		pop3_sent(pop3, pop3_output(pop3).len);
	return codec;
}

static void feed_times(struct pop3 *pop3, const char *bytes, int times)
{
	for (int i = 0; i < times; i++)
		pop3_feed(pop3, str_from(bytes));
}

Test(pop3, endless_lines_lists_and_chatter_end)
{
	static const struct {
		const char *ask, *begin, *again;
		int times;
	} cases[] = {
		{"", "+OK", "12345678", POP3_LINE_MAX / 8 + 1},
		{"", "", "chatter\r\n", POP3_JUNK_MAX + 1},
		{"capa", "+OK\r\n+OK\r\n", "TOP\r\n", POP3_CAPABILITIES_MAX + 1},
		{"uidl", "+OK\r\n+OK\r\n1 ", "12345678", POP3_LINE_MAX / 8 + 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct run run = {.pop3 = pop3_new()};
		struct str begin = str_from(cases[i].begin);
		if (begin.len > 5) {
			pop3_feed(run.pop3, str_first(begin, 5));
			drained(run.pop3);
			begin = str_skip(begin, 5);
		}
		ask_all(&run, str_from(cases[i].ask));
		pop3_feed(run.pop3, begin);
		feed_times(run.pop3, cases[i].again, cases[i].times);
		cr_expect_eq(drained(run.pop3), CODEC_BAD, "case %zu", i);
		pop3_free(run.pop3);
		buf_done(&run.client);
	}
}

Test(pop3, a_line_of_a_message_has_no_limit_and_is_not_gathered)
{
	struct run run = {.pop3 = pop3_new()};
	struct pop3_event event;
	uint64_t got = 0;
	pop3_feed(run.pop3, STR("+OK\r\n"));
	drained(run.pop3);
	ask_all(&run, STR("retr 1"));
	pop3_feed(run.pop3, STR("+OK\r\n"));
	for (int i = 0; i < 100000; i++) {
		pop3_feed(run.pop3, STR("0123456789"));
		while (pop3_next(run.pop3, &event) == CODEC_EVENT)
			got += event.text.len;
	}
	cr_expect_eq(got, 1000000);
	pop3_free(run.pop3);
	buf_done(&run.client);
}

Test(pop3, answers_before_the_question_end_it)
{
	struct pop3 *pop3 = pop3_new();
	struct pop3_event event;
	pop3_feed(pop3, STR("+OK hi\r\n"));
	cr_expect_eq(pop3_next(pop3, &event), CODEC_EVENT);
	pop3_stat(pop3);
	pop3_sent(pop3, 3);
	pop3_feed(pop3, STR("+OK 1 2\r\n"));
	cr_expect_eq(pop3_next(pop3, &event), CODEC_BAD);
	pop3_free(pop3);
}

Test(pop3, secrets_are_masked_wherever_the_sending_stops)
{
	for (size_t gone = 0; gone < 30; gone++) {
		struct pop3 *pop3 = pop3_new();
		struct pop3_event event;
		struct buf masked = {0};
		pop3_feed(pop3, STR("+OK hi\r\n"));
		pop3_next(pop3, &event);
		pop3_pipeline(pop3, 20, false);
		pop3_user_pass(pop3, STR("bob"), STR("hunter2"));
		pop3_stat(pop3);
		pop3_output_masked(pop3, &masked);
		cr_expect_str_eq(buf_text(&masked), "USER bob\r\nPASS *****\r\nSTAT\r\n");
		buf_clear(&masked);
		if (gone <= pop3_output(pop3).len)
			pop3_sent(pop3, gone);
		pop3_output_masked(pop3, &masked);
		if (gone < 22) /* within the word the rest is hidden whole */
			cr_expect_eq(str_find(buf_str(&masked), STR("2\r\n")), STR_NONE, "%zu: %s",
				gone, buf_text(&masked));
		if (gone < 25)
			cr_expect_neq(str_find(buf_str(&masked), STR("STAT")), STR_NONE);
		pop3_free(pop3);
		buf_done(&masked);
	}
}

Test(pop3, what_would_end_the_line_cannot_be_sent)
{
	cr_expect(pop3_is_sendable(STR("pass word \xc3\xa4")));
	cr_expect_not(pop3_is_sendable(STR("a\r\nDELE 1")));
	cr_expect_not(pop3_is_sendable(STR("a\nb")));
	cr_expect_not(pop3_is_sendable(STR("a\0b")));
	cr_expect_not(pop3_is_sendable(STR("")));
}

Test(pop3, a_timestamp_that_is_none_is_not_used)
{
	static const char *const bad[] = {
		"<>", "<@>", "<a>", "<a b@c>", "<a@b@c>", "<a@>", "<a@b", "a@b>", "<\xc3\xa4@b>"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct pop3 *pop3 = pop3_new();
		pop3_feed(pop3, STR("+OK hi "));
		pop3_feed(pop3, str_from(bad[i]));
		pop3_feed(pop3, STR("\r\n"));
		drained(pop3);
		cr_expect_not(pop3_has_apop(pop3), "%s", bad[i]);
		pop3_free(pop3);
	}
}

Test(pop3, many_commands_cost_what_they_are)
{
	struct run run = {.pop3 = pop3_new()};
	struct pop3_event event;
	uint32_t answered = 0;
	pop3_feed(run.pop3, STR("+OK\r\n"));
	drained(run.pop3);
	pop3_pipeline(run.pop3, 100, false);
	for (uint32_t i = 1; i <= 100000; i++)
		pop3_dele(run.pop3, i);
	while (answered < 100000) {
		cr_assert_leq(pop3_output(run.pop3).len, 100 * 20);
		pop3_sent(run.pop3, pop3_output(run.pop3).len);
		pop3_feed(run.pop3, STR("+OK\r\n"));
		while (pop3_next(run.pop3, &event) == CODEC_EVENT)
			cr_assert_eq(event.number, ++answered);
	}
	cr_expect_eq(pop3_unanswered(run.pop3), 0);
	pop3_free(run.pop3);
}
