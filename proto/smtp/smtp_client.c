/* The conversation around the mails: greeting, EHLO, STARTTLS, AUTH, and the output. */
#include "proto/smtp/smtp_client.h"

#include "base/array.h"
#include "base/base64.h"
#include "base/memory.h"

#include <assert.h>

struct smtp *smtp_new(struct str client_name)
{
	struct smtp *smtp = mem_new(sizeof(*smtp));
	buf_add(&smtp->name, client_name);
	smtp->secret_from = SIZE_MAX;
	smtp_expect(smtp, SMTP_EXPECT_GREETING);
	return smtp;
}

void smtp_free(struct smtp *smtp)
{
	if (smtp == NULL)
		return;
	smtp_reader_done(&smtp->reader);
	buf_done(&smtp->extensions.mechanisms);
	smtp_mail_done(&smtp->mail);
	buf_done(&smtp->name);
	buf_wipe(&smtp->out);
	buf_wipe(&smtp->challenge);
	mem_free(smtp->expected);
	mem_free(smtp);
}

void smtp_expect(struct smtp *smtp, enum smtp_expected expected)
{
	smtp->expected = array_room(
		smtp->expected, smtp->expected_count, &smtp->expected_cap, sizeof(*smtp->expected));
	smtp->expected[smtp->expected_count++] = expected;
}

static enum smtp_expected expected_take(struct smtp *smtp)
{
	enum smtp_expected first = smtp->expected[0];
	smtp->expected_count--;
	memmove(smtp->expected, smtp->expected + 1, smtp->expected_count * sizeof(*smtp->expected));
	return first;
}

/* ---- What the server can do. ---- */

bool smtp_has(const struct smtp *smtp, enum smtp_extension extension)
{
	return (smtp->extensions.bits >> extension & 1u) != 0;
}

bool smtp_has_auth(const struct smtp *smtp, struct str mechanism)
{
	struct str words = buf_str(&smtp->extensions.mechanisms);
	while (words.len > 0)
		if (str_equal_nocase(str_cut(&words, ' '), mechanism))
			return true;
	return false;
}

uint64_t smtp_size_max(const struct smtp *smtp)
{
	return smtp->extensions.size_max;
}

/* ---- The output. ---- */

size_t smtp_waiting(const struct smtp *smtp)
{
	return smtp->out.len - smtp->out_pos;
}

struct str smtp_output(const struct smtp *smtp)
{
	return str_skip(buf_str(&smtp->out), smtp->out_pos);
}

void smtp_output_masked(const struct smtp *smtp, struct buf *out)
{
	struct str all = buf_str(&smtp->out);
	if (smtp->secret_from == SIZE_MAX) {
		buf_add(out, smtp_output(smtp));
		return;
	}
	/* What is secret is the end of the output: nothing follows AUTH or a response. */
	buf_add(out, str_skip(str_first(all, smtp->secret_from), smtp->out_pos));
	buf_add_text(out, "*****\r\n");
}

void smtp_sent(struct smtp *smtp, size_t n)
{
	assert(n <= smtp_waiting(smtp));
	smtp->out_pos += n;
	if (smtp->out_pos == smtp->out.len) {
		if (smtp->secret_from != SIZE_MAX)
			buf_wipe(&smtp->out);
		buf_clear(&smtp->out);
		smtp->out_pos = 0;
		smtp->secret_from = SIZE_MAX;
	} else if (smtp->out_pos >= SMTP_OUTPUT_MAX && smtp->secret_from == SIZE_MAX) {
		buf_consume(&smtp->out, smtp->out_pos);
		smtp->out_pos = 0;
	}
	smtp_mail_fill(smtp);
}

/* A secret lies in no memory that growing has left behind. */
static void out_secret(struct smtp *smtp, struct str head, struct str text)
{
	buf_reserve(&smtp->out, head.len + text.len + 3);
	buf_add(&smtp->out, head);
	smtp->secret_from = smtp->out.len;
	buf_add(&smtp->out, text);
	buf_add_text(&smtp->out, "\r\n");
}

static void command(struct smtp *smtp, const char *line, enum smtp_expected expected)
{
	buf_addf(&smtp->out, "%s\r\n", line);
	smtp_expect(smtp, expected);
}

/* ---- Commands. ---- */

bool smtp_is_idle(const struct smtp *smtp)
{
	return smtp->is_ready && smtp->expected_count == 0 && !smtp->mail.is_active &&
	       !smtp->must_close && !smtp->is_bad && smtp_waiting(smtp) == 0;
}

bool smtp_must_close(const struct smtp *smtp)
{
	return smtp->must_close || smtp->is_bad;
}

static void say_hello(struct smtp *smtp, const char *verb, enum smtp_expected expected)
{
	buf_addf(&smtp->out, "%s %s\r\n", verb, buf_text(&smtp->name));
	smtp_expect(smtp, expected);
}

void smtp_starttls(struct smtp *smtp)
{
	assert(smtp_is_idle(smtp));
	command(smtp, "STARTTLS", SMTP_EXPECT_STARTTLS);
}

void smtp_layer_started(struct smtp *smtp)
{
	assert(smtp->wants_tls);
	smtp->wants_tls = smtp->is_ready = false;
	smtp_reader_forget(&smtp->reader);
	smtp_extensions_read(&smtp->extensions, STR(""));
	say_hello(smtp, "EHLO", SMTP_EXPECT_EHLO);
}

void smtp_auth(struct smtp *smtp, struct str mechanism, bool has_initial, struct str initial)
{
	struct buf head = {0}, text = {0};
	assert(smtp_is_idle(smtp));
	buf_addf(&head, "AUTH %.*s%s", (int)mechanism.len, mechanism.data, has_initial ? " " : "");
	buf_reserve(&text, initial.len * 2 + 8);
	if (has_initial && initial.len == 0)
		buf_add_char(&text, '=');
	else if (has_initial)
		base64_encode(initial, &text);
	out_secret(smtp, buf_str(&head), buf_str(&text));
	smtp_expect(smtp, SMTP_EXPECT_AUTH);
	buf_done(&head);
	buf_wipe(&text);
}

static void respond(struct smtp *smtp, struct str text)
{
	if (!smtp->is_challenged)
		return;
	smtp->is_challenged = false;
	out_secret(smtp, STR(""), text);
	smtp_expect(smtp, SMTP_EXPECT_AUTH);
}

void smtp_respond(struct smtp *smtp, struct str response)
{
	struct buf text = {0};
	buf_reserve(&text, response.len * 2 + 8);
	base64_encode(response, &text);
	respond(smtp, buf_str(&text));
	buf_wipe(&text);
}

void smtp_respond_cancel(struct smtp *smtp)
{
	respond(smtp, STR("*"));
}

void smtp_noop(struct smtp *smtp)
{
	assert(smtp_is_idle(smtp));
	command(smtp, "NOOP", SMTP_EXPECT_OTHER);
}

void smtp_quit(struct smtp *smtp)
{
	assert(smtp_is_idle(smtp));
	command(smtp, "QUIT", SMTP_EXPECT_OTHER);
}

/* ---- Replies. ---- */

static enum codec bad(struct smtp *smtp)
{
	smtp->is_bad = true;
	return CODEC_BAD;
}

static enum codec tell(struct smtp_event *event, enum smtp_event_kind kind)
{
	event->kind = kind;
	return CODEC_EVENT;
}

static enum codec reply_greeting(struct smtp *smtp, struct smtp_event *event)
{
	if (event->reply.code >= 300 || event->reply.code < 200) {
		smtp->must_close = true;
		return tell(event, SMTP_TURNED_AWAY);
	}
	say_hello(smtp, "EHLO", SMTP_EXPECT_EHLO);
	return tell(event, SMTP_GREETING);
}

static enum codec reply_hello(
	struct smtp *smtp, enum smtp_expected expected, struct smtp_event *event)
{
	unsigned code = event->reply.code;
	if (code >= 200 && code < 300) {
		smtp_extensions_read(&smtp->extensions,
			expected == SMTP_EXPECT_EHLO ? event->reply.text : STR(""));
		smtp->is_ready = true;
		return tell(event, SMTP_READY);
	}
	if (expected == SMTP_EXPECT_EHLO && code >= 500) {
		say_hello(smtp, "HELO", SMTP_EXPECT_HELO);
		return CODEC_MORE;
	}
	smtp->must_close = true;
	return tell(event, SMTP_TURNED_AWAY);
}

static enum codec reply_starttls(struct smtp *smtp, struct smtp_event *event)
{
	if (event->reply.code != 220)
		return tell(event, SMTP_TLS_REFUSED);
	smtp->wants_tls = true;
	return tell(event, SMTP_WANT_TLS);
}

static enum codec reply_auth(struct smtp *smtp, struct smtp_event *event)
{
	if (event->reply.code == 235)
		return tell(event, SMTP_LOGGED_IN);
	if (event->reply.code != 334)
		return event->reply.code >= 400 ? tell(event, SMTP_LOGIN_REFUSED) : bad(smtp);
	buf_wipe(&smtp->challenge);
	smtp->is_challenged = true;
	if (!base64_decode(str_trim(event->reply.text), &smtp->challenge)) {
		smtp_respond_cancel(smtp);
		return CODEC_MORE;
	}
	event->text = buf_str(&smtp->challenge);
	return tell(event, SMTP_CHALLENGE);
}

/* Nothing follows these before their answer, so an answer while they wait to be sent is none. */
static bool is_early(const struct smtp *smtp, enum smtp_expected expected)
{
	bool may_follow = expected == SMTP_EXPECT_MAIL || expected == SMTP_EXPECT_RCPT ||
			  expected == SMTP_EXPECT_DATA || expected == SMTP_EXPECT_CHUNK ||
			  expected == SMTP_EXPECT_END;
	return !may_follow && smtp_waiting(smtp) > 0;
}

static enum codec reply_dispatch(struct smtp *smtp, struct smtp_event *event)
{
	/* 421 may come at any time and answers nothing (RFC 5321 3.8). */
	if (smtp->expected_count == 0) {
		if (event->reply.code != 421)
			return bad(smtp);
		smtp->must_close = true;
		return tell(event, SMTP_TURNED_AWAY);
	}
	enum smtp_expected expected = expected_take(smtp);
	if (is_early(smtp, expected))
		return bad(smtp);
	if (event->reply.code == 421)
		smtp->must_close = true;
	switch (expected) {
	case SMTP_EXPECT_GREETING:
		return reply_greeting(smtp, event);
	case SMTP_EXPECT_EHLO:
	case SMTP_EXPECT_HELO:
		return reply_hello(smtp, expected, event);
	case SMTP_EXPECT_STARTTLS:
		return reply_starttls(smtp, event);
	case SMTP_EXPECT_AUTH:
		return reply_auth(smtp, event);
	case SMTP_EXPECT_MAIL:
	case SMTP_EXPECT_RCPT:
	case SMTP_EXPECT_DATA:
	case SMTP_EXPECT_CHUNK:
	case SMTP_EXPECT_END: {
		struct smtp_reply reply = event->reply;
		enum codec codec = smtp_mail_reply(smtp, expected, &reply, event);
		return codec == CODEC_BAD ? bad(smtp) : codec;
	}
	case SMTP_EXPECT_RSET:
		if (event->reply.code >= 300)
			smtp->must_close = true;
		return CODEC_MORE;
	case SMTP_EXPECT_OTHER:
		break;
	}
	return tell(event, SMTP_ANSWERED);
}

void smtp_feed(struct smtp *smtp, struct str bytes)
{
	if (!smtp->wants_tls) /* in clear behind the 220: never part of the conversation */
		buf_add(&smtp->reader.in, bytes);
}

enum codec smtp_next(struct smtp *smtp, struct smtp_event *event)
{
	*event = (struct smtp_event){.text = STR("")};
	if (smtp->is_bad)
		return CODEC_BAD;
	if (smtp_mail_due(smtp, event))
		return CODEC_EVENT;
	while (!smtp->wants_tls) {
		enum codec codec = smtp_reader_next(&smtp->reader, &event->reply);
		if (codec == CODEC_BAD)
			return bad(smtp);
		if (codec == CODEC_MORE)
			return CODEC_MORE;
		codec = reply_dispatch(smtp, event);
		if (codec != CODEC_MORE)
			return codec;
		if (smtp_mail_due(smtp, event))
			return CODEC_EVENT;
	}
	return CODEC_MORE;
}
