/* Everything the client reads: bytes in two feeds, with commands of every kind in flight. */
#include "proto/imap/imap.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t touch(struct str s)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < s.len; i++)
		sum += (unsigned char)s.data[i];
	return sum;
}

static uint64_t touch_event(const struct imap_event *e)
{
	uint64_t sum = touch(e->text) + touch(e->code_text) + touch(e->name);
	sum += touch(e->list.name) + touch(e->list.role) + touch(e->mailbox.name);
	sum += touch(e->mailbox.mailboxid) + touch(e->fetch.header) + touch(e->fetch.emailid);
	sum += touch(e->fetch.threadid) + touch(e->fetch.preview) + touch(e->body.section);
	sum += touch(e->body.bytes);
	for (size_t i = 0; i < e->keyword_count; i++)
		sum += touch(e->keywords[i]);
	for (size_t i = 0; i < e->fetch.keyword_count; i++)
		sum += touch(e->fetch.keywords[i]);
	for (const struct part *p = e->fetch.structure; p != NULL; p = part_next(p))
		sum += touch(str_from(p->path)) + touch(str_from(p->name));
	return sum;
}

static void drain(struct imap *imap)
{
	struct imap_event event;
	while (imap_next(imap, &event) == CODEC_EVENT) {
		volatile uint64_t sum = touch_event(&event);
		(void)sum;
		if (event.kind == IMAP_CHALLENGE)
			imap_respond(imap, event.text);
		if (event.kind == IMAP_WANT_TLS || event.kind == IMAP_WANT_DEFLATE)
			imap_layer_started(imap);
		imap_sent(imap, imap_output(imap).len);
	}
}

static void queue_commands(struct imap *imap, uint8_t which)
{
	imap_noop(imap);
	if (which & 1)
		imap_append(imap, STR("a"), STR(""), -1, STR("body"));
	if (which & 2)
		imap_authenticate(imap, STR("PLAIN"), (which & 4) != 0, STR("x"));
	if (which & 8)
		imap_starttls(imap);
	imap_idle(imap);
	imap_search(imap, true, STR("ALL"));
	if (which & 16)
		imap_compress(imap);
	imap_logout(imap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imap_limits limits = {
		.line = 4096, .literal = 4096, .body = 65536, .depth = 20, .in_flight = 8};
	if (size < 2)
		return 0;
	size_t cut = data[0] % size;
	struct str bytes = str_make((const char *)data + 1, size - 1);
	struct imap *imap = imap_new(&limits);
	queue_commands(imap, data[1]);
	imap_sent(imap, imap_output(imap).len);
	imap_feed(imap, str_first(bytes, cut));
	drain(imap);
	imap_feed(imap, str_skip(bytes, cut));
	drain(imap);
	imap_free(imap);
	return 0;
}
