/* Everything the SMTP client reads: bytes in two feeds, a mail wherever one may be sent. */
#include "proto/smtp/smtp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct smtp *smtp;
	uint8_t which;
};

static void act(struct run *run, const struct smtp_event *event)
{
	static const struct str to[] = {{"b@c", 3}, {"d@e", 3}};
	struct smtp_mail mail = {{"a@b", 3}, to, (run->which & 4) ? 2 : 1,
		{"A: b\r\n\r\n.x\r\n", 12}, (run->which & 8) != 0};
	struct error err;
	if (event->kind == SMTP_WANT_TLS)
		smtp_layer_started(run->smtp);
	else if (event->kind == SMTP_CHALLENGE)
		smtp_respond(run->smtp, event->text);
	else if (event->kind == SMTP_WANT_COMMIT && (run->which & 16) == 0)
		smtp_commit(run->smtp);
	if (event->kind == SMTP_ACCEPTED && (run->which & 16) != 0)
		abort(); /* never without the commit */
	if (event->kind != SMTP_READY && event->kind != SMTP_LOGGED_IN)
		return;
	if (!smtp_is_idle(run->smtp) && !smtp_must_close(run->smtp))
		abort(); /* both promise it */
	if (!smtp_is_idle(run->smtp))
		return;
	if ((run->which & 1) && smtp_has(run->smtp, SMTP_EXT_STARTTLS))
		smtp_starttls(run->smtp);
	else if ((run->which & 2) && event->kind == SMTP_READY)
		smtp_auth(run->smtp, STR("PLAIN"), true, STR("x"));
	else
		smtp_send(run->smtp, &mail, &err);
}

static void drain(struct run *run)
{
	struct smtp_event event;
	while (smtp_next(run->smtp, &event) == CODEC_EVENT) {
		volatile uint64_t sum = event.reply.code;
		(void)sum;
		for (size_t i = 0; i < event.reply.text.len; i++)
			sum += (unsigned char)event.reply.text.data[i];
		for (size_t i = 0; i < event.text.len; i++)
			sum += (unsigned char)event.text.data[i];
		act(run, &event);
		smtp_sent(run->smtp, smtp_output(run->smtp).len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct run run = {.smtp = smtp_new(STR("x")), .which = data[0]};
	struct str bytes = str_make((const char *)data + 2, size - 2);
	size_t cut = data[1];
	smtp_feed(run.smtp, str_first(bytes, cut));
	drain(&run);
	smtp_feed(run.smtp, str_skip(bytes, cut));
	drain(&run);
	smtp_free(run.smtp);
	return 0;
}
