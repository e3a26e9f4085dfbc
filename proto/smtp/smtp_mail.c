/* One mail: MAIL, RCPT and DATA or BDAT, pipelined as far as it is allowed, up to the last bytes,
 * which wait for smtp_commit. */
#include "base/memory.h"
#include "proto/smtp/smtp_client.h"

#include <assert.h>

enum {
	CHUNK_MAX = 1024 * 1024,
	HELD = 1, /* bytes of the last chunk that wait for the commit */
};

void smtp_mail_done(struct smtp_transaction *mail)
{
	buf_done(&mail->body);
	buf_done(&mail->from);
	buf_done(&mail->addresses);
	buf_done(&mail->enhanced);
	buf_done(&mail->text);
	*mail = (struct smtp_transaction){0};
}

/* ---- Checks. ---- */

bool smtp_is_ascii(struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if ((unsigned char)bytes.data[i] >= 0x80)
			return false;
	return true;
}

bool smtp_address_is_safe(struct str address)
{
	bool is_quoted = false;
	if (address.len == 0 || address.len > SMTP_ADDRESS_MAX)
		return false;
	for (size_t i = 0; i < address.len; i++) {
		unsigned char c = (unsigned char)address.data[i];
		if (c < 0x20 || c == 0x7f)
			return false;
		if (c == '"')
			is_quoted = !is_quoted;
		else if (is_quoted && c == '\\' && ++i >= address.len)
			return false;
		else if (!is_quoted && (c == ' ' || c == '<' || c == '>' || c == '\\'))
			return false;
		/* What a backslash quotes is looked at too. */
		c = (unsigned char)address.data[i];
		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return !is_quoted;
}

/* One piece after another: *is_open says that a CR stands at the end. */
static bool is_clean_piece(struct str piece, bool *is_open)
{
	for (size_t i = 0; i < piece.len; i++) {
		char c = piece.data[i];
		if (c == '\0' || (c == '\n') != *is_open)
			return false;
		*is_open = c == '\r';
	}
	return true;
}

bool smtp_message_is_clean(struct str message)
{
	bool is_open = false;
	return is_clean_piece(message, &is_open) && !is_open && message.len >= 2 &&
	       message.data[message.len - 1] == '\n';
}

static bool check_address(const struct smtp *smtp, struct str address, struct error *err)
{
	if (!smtp_address_is_safe(address))
		return error_set(err, ERROR_INPUT, "this is no address mail can be sent to: %.*s",
			(int)address.len, address.data);
	if (!smtp_is_ascii(address) && !smtp_has(smtp, SMTP_EXT_SMTPUTF8))
		return error_set(err, ERROR_REFUSED,
			"the server does not take addresses beyond ASCII (SMTPUTF8): %.*s",
			(int)address.len, address.data);
	return true;
}

static uint64_t mail_size(const struct smtp_mail *mail)
{
	return mail->message.len > 0 ? mail->message.len : mail->size;
}

static bool mail_is_8bit(const struct smtp_mail *mail)
{
	return mail->message.len > 0 ? !smtp_is_ascii(mail->message) : mail->is_8bit;
}

static bool fail_unclean(struct error *err)
{
	return error_set(err, ERROR_INPUT,
		"the message has line ends that are not CR LF, or a NUL; servers could take them "
		"for the end of the mail");
}

static bool check_mail(const struct smtp *smtp, const struct smtp_mail *mail, struct error *err)
{
	if (mail->recipient_count == 0 || mail->recipient_count > SMTP_RECIPIENTS_MAX)
		return error_set(err, ERROR_INPUT, "a mail needs between 1 and %d recipients",
			(int)SMTP_RECIPIENTS_MAX);
	if (mail->from.len > 0 && !check_address(smtp, mail->from, err))
		return false;
	for (size_t i = 0; i < mail->recipient_count; i++)
		if (!check_address(smtp, mail->recipients[i], err))
			return false;
	uint64_t size = mail_size(mail);
	if (mail->message.len > 0 ? !smtp_message_is_clean(mail->message) : size < 2)
		return fail_unclean(err);
	if (mail_is_8bit(mail) && !smtp_has(smtp, SMTP_EXT_8BITMIME))
		return error_set(
			err, ERROR_REFUSED, "the server takes only 7-bit mail (no 8BITMIME)");
	uint64_t max = smtp_size_max(smtp);
	if (max > 0 && size > max)
		return error_set(err, ERROR_REFUSED,
			"the message has %llu bytes and the server takes at most %llu",
			(unsigned long long)size, (unsigned long long)max);
	return true;
}

/* ---- Out. ---- */

static void ask_mail(struct smtp *smtp)
{
	struct smtp_transaction *mail = &smtp->mail;
	buf_addf(&smtp->out, "MAIL FROM:<%s>", buf_text(&mail->from));
	if (smtp_has(smtp, SMTP_EXT_SIZE))
		buf_addf(&smtp->out, " SIZE=%llu", (unsigned long long)mail->size);
	if (mail->is_8bit)
		buf_add_text(&smtp->out, " BODY=8BITMIME");
	if (mail->is_utf8)
		buf_add_text(&smtp->out, " SMTPUTF8");
	if (mail->wants_receipts)
		buf_add_text(&smtp->out, " RET=HDRS");
	buf_add_text(&smtp->out, "\r\n");
	mail->mail_is_asked = true;
	smtp_expect(smtp, SMTP_EXPECT_MAIL);
}

static void ask_recipient(struct smtp *smtp)
{
	struct smtp_transaction *mail = &smtp->mail;
	struct str address = str_from(mail->addresses.data + mail->address_next);
	buf_addf(&smtp->out, "RCPT TO:<%.*s>%s\r\n", (int)address.len, address.data,
		mail->wants_receipts ? " NOTIFY=SUCCESS,FAILURE,DELAY" : "");
	mail->address_next += address.len + 1;
	mail->asked++;
	smtp_expect(smtp, SMTP_EXPECT_RCPT);
}

/* Every recipient was answered, and well enough to go on. */
static bool recipients_are_settled(const struct smtp_transaction *mail)
{
	return mail->mail_is_taken && mail->answered == mail->count && !mail->is_refused;
}

static void ask_data(struct smtp *smtp)
{
	struct smtp_transaction *mail = &smtp->mail;
	bool is_piped = smtp_has(smtp, SMTP_EXT_PIPELINING);
	bool is_settled = recipients_are_settled(mail);
	if (mail->data_is_asked || mail->asked < mail->count)
		return;
	if (mail->is_chunked) {
		mail->data_is_asked = mail->has_begun =
			is_settled || (is_piped && mail->count == 1);
	} else if (is_settled || (is_piped && !mail->is_refused)) {
		mail->data_is_asked = true;
		buf_add_text(&smtp->out, "DATA\r\n");
		smtp_expect(smtp, SMTP_EXPECT_DATA);
	}
}

static void ask(struct smtp *smtp)
{
	struct smtp_transaction *mail = &smtp->mail;
	bool is_piped = smtp_has(smtp, SMTP_EXT_PIPELINING);
	while ((is_piped || smtp->expected_count == 0) && mail->asked < mail->count &&
		smtp_waiting(smtp) < SMTP_OUTPUT_MAX) {
		if (!mail->mail_is_asked)
			ask_mail(smtp);
		else
			ask_recipient(smtp);
	}
	if (is_piped || smtp->expected_count == 0)
		ask_data(smtp);
}

/* What is here of the message and did not go yet. */
static struct str mail_rest(const struct smtp_transaction *mail)
{
	if (!mail->is_streamed)
		return str_skip(mail->message, (size_t)mail->moved);
	return str_skip(buf_str(&mail->body), (size_t)(mail->moved - mail->body_at));
}

/* A dot at the start of a line is doubled (RFC 5321 4.5.2). */
static void move_lines(struct smtp *smtp)
{
	struct smtp_transaction *mail = &smtp->mail;
	struct str rest = mail_rest(mail);
	while (rest.len > 0 && smtp_waiting(smtp) < SMTP_OUTPUT_MAX) {
		size_t room = SMTP_OUTPUT_MAX - smtp_waiting(smtp);
		size_t end = str_find_char(str_first(rest, room), '\n');
		struct str piece = str_first(rest, end == STR_NONE ? room : end + 1);
		if (mail->line_starts && piece.data[0] == '.')
			buf_add_char(&smtp->out, '.');
		buf_add(&smtp->out, piece);
		mail->line_starts = end != STR_NONE;
		mail->moved += piece.len;
		rest = str_skip(rest, piece.len);
	}
}

static void begin_chunk(struct smtp *smtp)
{
	struct smtp_transaction *mail = &smtp->mail;
	uint64_t rest = mail->size - mail->moved;
	bool is_last = rest <= CHUNK_MAX;
	uint64_t length = is_last ? rest : CHUNK_MAX;
	buf_addf(&smtp->out, "BDAT %llu%s\r\n", (unsigned long long)length, is_last ? " LAST" : "");
	mail->chunk_end = mail->moved + length;
	smtp_expect(smtp, is_last ? SMTP_EXPECT_END : SMTP_EXPECT_CHUNK);
}

static void move_chunks(struct smtp *smtp)
{
	struct smtp_transaction *mail = &smtp->mail;
	uint64_t last = mail->size - HELD;
	bool is_piped = smtp_has(smtp, SMTP_EXT_PIPELINING);
	struct str rest = mail_rest(mail);
	while (mail->moved < last && rest.len > 0 && smtp_waiting(smtp) < SMTP_OUTPUT_MAX) {
		if (mail->moved == mail->chunk_end) {
			if (!is_piped && smtp->expected_count > 0)
				return;
			begin_chunk(smtp);
		}
		uint64_t end = mail->chunk_end < last ? mail->chunk_end : last;
		uint64_t room = end - mail->moved;
		struct str piece = str_first(
			rest, room < SMTP_OUTPUT_MAX ? (size_t)room : (size_t)SMTP_OUTPUT_MAX);
		buf_add(&smtp->out, piece);
		mail->moved += piece.len;
		rest = str_skip(rest, piece.len);
	}
}

void smtp_mail_fill(struct smtp *smtp)
{
	struct smtp_transaction *mail = &smtp->mail;
	if (!mail->is_active || mail->is_held)
		return;
	/* Those that are left are asked all the same, so that all who are refused are known. */
	if (!mail->is_refused || mail->stage == SMTP_AT_RECIPIENTS)
		ask(smtp);
	if (!mail->has_begun || mail->is_refused)
		return;
	if (mail->is_chunked)
		move_chunks(smtp);
	else
		move_lines(smtp);
	uint64_t held = mail->is_chunked ? HELD : 0;
	bool is_here = !mail->is_streamed || mail->given == mail->size;
	if (is_here && mail->moved + held == mail->size)
		mail->is_held = smtp->tells_held = true;
}

size_t smtp_wants(const struct smtp *smtp)
{
	const struct smtp_transaction *mail = &smtp->mail;
	if (!mail->is_active || !mail->is_streamed || !mail->has_begun || mail->is_refused ||
		mail_rest(mail).len > HELD || smtp_waiting(smtp) >= SMTP_OUTPUT_MAX)
		return 0;
	uint64_t rest = mail->size - mail->given;
	return rest < SMTP_OUTPUT_MAX ? (size_t)rest : (size_t)SMTP_OUTPUT_MAX;
}

bool smtp_body(struct smtp *smtp, struct str bytes, struct error *err)
{
	struct smtp_transaction *mail = &smtp->mail;
	assert(bytes.len > 0 && bytes.len <= smtp_wants(smtp));
	bool is_last = mail->given + bytes.len == mail->size;
	smtp->must_close = true; /* unless it is good */
	if (!is_clean_piece(bytes, &mail->is_after_cr) ||
		(is_last && bytes.data[bytes.len - 1] != '\n'))
		return fail_unclean(err);
	if (!mail->is_8bit && !smtp_is_ascii(bytes))
		return error_set(err, ERROR_INPUT, "the message has bytes that were not announced");
	smtp->must_close = false;
	buf_consume(&mail->body, (size_t)(mail->moved - mail->body_at));
	mail->body_at = mail->moved;
	buf_add(&mail->body, bytes);
	mail->given += bytes.len;
	smtp_mail_fill(smtp);
	return true;
}

bool smtp_send(struct smtp *smtp, const struct smtp_mail *source, struct error *err)
{
	assert(smtp_is_idle(smtp));
	if (!check_mail(smtp, source, err))
		return false;
	struct smtp_transaction *mail = &smtp->mail;
	smtp_mail_done(mail);
	buf_add(&mail->from, source->from);
	mail->is_utf8 = !smtp_is_ascii(source->from);
	for (size_t i = 0; i < source->recipient_count; i++) {
		mail->is_utf8 |= !smtp_is_ascii(source->recipients[i]);
		buf_add(&mail->addresses, source->recipients[i]);
		buf_add_char(&mail->addresses, '\0');
	}
	mail->count = source->recipient_count;
	mail->message = source->message;
	mail->is_streamed = source->message.len == 0;
	mail->size = mail_size(source);
	mail->send_to_rest = source->send_to_rest;
	mail->wants_receipts = source->wants_receipts && smtp_has(smtp, SMTP_EXT_DSN);
	mail->is_8bit = mail_is_8bit(source);
	mail->is_chunked = smtp_has(smtp, SMTP_EXT_CHUNKING);
	mail->line_starts = mail->is_active = true;
	smtp->tells_held = smtp->tells_refused = false;
	smtp_mail_fill(smtp);
	return true;
}

void smtp_commit(struct smtp *smtp)
{
	struct smtp_transaction *mail = &smtp->mail;
	if (!mail->is_active || !mail->is_held || mail->is_committed)
		return;
	mail->is_committed = true;
	smtp->tells_held = false;
	if (mail->is_chunked)
		buf_add(&smtp->out, mail_rest(mail));
	else
		buf_add_text(&smtp->out, ".\r\n");
}

/* ---- In. ---- */

static void refuse(
	struct smtp_transaction *mail, enum smtp_stage stage, const struct smtp_reply *reply)
{
	if (mail->is_refused)
		return;
	mail->is_refused = true;
	mail->stage = stage;
	mail->code = reply->code;
	buf_clear(&mail->enhanced);
	buf_clear(&mail->text);
	buf_add(&mail->enhanced, reply->enhanced);
	buf_add(&mail->text, reply->text);
}

/* A refusal is told when nothing more can come of it: all is answered, or bytes of the mail went
 * out already and none will follow. After the commit only the last answer counts. */
static void settle(struct smtp *smtp)
{
	struct smtp_transaction *mail = &smtp->mail;
	if (!mail->is_active || !mail->is_refused || mail->is_committed)
		return;
	bool more_to_ask = mail->stage == SMTP_AT_RECIPIENTS && mail->asked < mail->count;
	if (!mail->has_begun && (smtp->expected_count > 0 || more_to_ask))
		return;
	smtp->tells_refused = true;
	smtp->tells_held = false;
	if (mail->has_begun)
		smtp->must_close = true;
}

static enum codec reply_recipient(
	struct smtp *smtp, const struct smtp_reply *reply, struct smtp_event *event)
{
	struct smtp_transaction *mail = &smtp->mail;
	bool is_taken = reply->code < 300;
	event->index = mail->answered++;
	mail->taken += is_taken;
	if (!mail->mail_is_taken)
		return CODEC_MORE; /* said already by the answer to MAIL */
	bool is_lost = mail->answered == mail->count && mail->taken == 0;
	if (!is_taken && (!mail->send_to_rest || is_lost))
		refuse(mail, SMTP_AT_RECIPIENTS, reply);
	event->kind = SMTP_RECIPIENT;
	return CODEC_EVENT;
}

static enum codec reply_data(
	struct smtp_transaction *mail, const struct smtp_reply *reply, struct smtp *smtp)
{
	if (reply->code == 354) {
		mail->has_begun = true;
		if (!mail->is_refused)
			smtp_expect(smtp, SMTP_EXPECT_END);
		return CODEC_MORE;
	}
	if (reply->code < 400)
		return CODEC_BAD;
	refuse(mail, SMTP_AT_DATA, reply);
	return CODEC_MORE;
}

static enum codec reply_end(
	struct smtp *smtp, const struct smtp_reply *reply, struct smtp_event *event)
{
	struct smtp_transaction *mail = &smtp->mail;
	bool is_accepted = reply->code < 300;
	/* Thanks for what was not sent yet cannot be believed, and not be disbelieved. */
	if (is_accepted && (!mail->is_committed || smtp_waiting(smtp) > 0))
		return CODEC_BAD;
	if (!is_accepted)
		refuse(mail, SMTP_AT_END, reply);
	if (mail->is_refused) {
		if (!mail->is_committed)
			smtp->must_close = true;
		smtp->tells_refused = true;
		smtp->tells_held = false;
		return CODEC_MORE;
	}
	mail->is_active = false;
	event->kind = SMTP_ACCEPTED;
	return CODEC_EVENT;
}

static enum codec reply_take(struct smtp *smtp, enum smtp_expected expected,
	const struct smtp_reply *reply, struct smtp_event *event)
{
	struct smtp_transaction *mail = &smtp->mail;
	bool is_taken = reply->code >= 200 && reply->code < 300;
	if (expected == SMTP_EXPECT_DATA)
		return reply_data(mail, reply, smtp);
	if (reply->code < 400 && !is_taken)
		return CODEC_BAD;
	if (expected == SMTP_EXPECT_RCPT)
		return reply_recipient(smtp, reply, event);
	if (expected == SMTP_EXPECT_END)
		return reply_end(smtp, reply, event);
	if (expected == SMTP_EXPECT_MAIL)
		mail->mail_is_taken = is_taken;
	if (!is_taken)
		refuse(mail, expected == SMTP_EXPECT_MAIL ? SMTP_AT_MAIL : SMTP_AT_DATA, reply);
	return CODEC_MORE;
}

enum codec smtp_mail_reply(struct smtp *smtp, enum smtp_expected expected,
	const struct smtp_reply *reply, struct smtp_event *event)
{
	if (!smtp->mail.is_active || smtp->tells_refused)
		return CODEC_MORE; /* of a mail that is over */
	enum codec codec = reply_take(smtp, expected, reply, event);
	if (codec == CODEC_BAD)
		return codec;
	settle(smtp);
	if (!smtp->tells_refused)
		smtp_mail_fill(smtp);
	return codec;
}

bool smtp_mail_due(struct smtp *smtp, struct smtp_event *event)
{
	struct smtp_transaction *mail = &smtp->mail;
	if (smtp->tells_held) {
		smtp->tells_held = false;
		event->kind = SMTP_WANT_COMMIT;
		return true;
	}
	if (!smtp->tells_refused)
		return false;
	smtp->tells_refused = mail->is_active = false;
	event->kind = SMTP_REFUSED;
	event->stage = mail->stage;
	event->reply =
		(struct smtp_reply){mail->code, buf_str(&mail->enhanced), buf_str(&mail->text)};
	/* Clears what the server may hold of it, so that another mail can follow. */
	if (mail->mail_is_taken && !smtp_must_close(smtp) && mail->stage != SMTP_AT_END) {
		buf_add_text(&smtp->out, "RSET\r\n");
		smtp_expect(smtp, SMTP_EXPECT_RSET);
	}
	return true;
}
