/* Everything the POP3 client reads: bytes in two feeds, a session asked for at once. */
#include "proto/pop3/pop3.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct pop3 *pop3, uint8_t which)
{
	struct buf words = {0};
	if (which & 1)
		pop3_pipeline(pop3, 20, (which & 2) != 0);
	pop3_capa(pop3);
	if (which & 4)
		pop3_stls(pop3);
	if (which & 8)
		pop3_auth(pop3, STR("PLAIN"), (which & 16) != 0, STR("x"));
	else
		pop3_user_pass(pop3, STR("u"), STR("p"));
	pop3_stat(pop3);
	pop3_list(pop3);
	pop3_uidl(pop3);
	pop3_top(pop3, 1, 0);
	pop3_retr(pop3, 1);
	pop3_dele(pop3, 1);
	pop3_quit(pop3);
	pop3_capability_words(pop3, &words);
	buf_done(&words);
}

static void drain(struct pop3 *pop3)
{
	struct pop3_event event;
	size_t before = pop3_unanswered(pop3);
	pop3_sent(pop3, pop3_output(pop3).len);
	while (pop3_next(pop3, &event) == CODEC_EVENT) {
		volatile uint64_t sum = event.number + event.size;
		for (size_t i = 0; i < event.text.len; i++)
			sum += (unsigned char)event.text.data[i];
		if (event.kind == POP3_ANSWERED && pop3_unanswered(pop3) >= before)
			abort(); /* an answer ends a command */
		before = pop3_unanswered(pop3);
		if (event.kind == POP3_WANT_TLS)
			pop3_layer_started(pop3);
		if (event.kind == POP3_CHALLENGE)
			pop3_respond(pop3, event.text);
		if (event.kind == POP3_GREETING && pop3_has_apop(pop3))
			pop3_apop(pop3, STR("u"), STR("p"));
		before = pop3_unanswered(pop3);
		pop3_sent(pop3, pop3_output(pop3).len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct pop3 *pop3 = pop3_new();
	struct str bytes = str_make((const char *)data + 2, size - 2);
	ask(pop3, data[0]);
	pop3_feed(pop3, str_first(bytes, data[1]));
	drain(pop3);
	pop3_feed(pop3, str_skip(bytes, data[1]));
	drain(pop3);
	pop3_free(pop3);
	return 0;
}
