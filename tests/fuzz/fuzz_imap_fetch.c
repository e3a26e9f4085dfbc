/* The items of a FETCH: the same events whole and byte by byte, whatever they are. */
#include "proto/imap/imap.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void note_body(struct buf *out, const struct imap_body *b)
{
	if (b->offset == 0)
		buf_addf(out, "body %u %llu ", b->number, (unsigned long long)b->total);
	buf_add(out, b->bytes);
}

static void note(struct buf *out, const struct imap_event *e)
{
	if (e->kind == IMAP_FETCH_BODY) {
		note_body(out, &e->body);
		return;
	}
	buf_addf(out, "event %d uid %u size %llu parts", (int)e->kind, e->fetch.uid,
		(unsigned long long)e->fetch.size);
	buf_add(out, e->fetch.header);
	for (size_t i = 0; i < e->fetch.keyword_count; i++)
		buf_add(out, e->fetch.keywords[i]);
	for (const struct part *p = e->fetch.structure; p != NULL; p = part_next(p))
		buf_add_text(out, p->path);
}

static void read_all(struct str bytes, size_t step, struct buf *out)
{
	struct imap_limits limits = {
		.line = 4096, .literal = 4096, .body = 65536, .depth = 20, .in_flight = 8};
	struct imap *imap = imap_new(&limits);
	struct imap_event event;
	enum codec codec = CODEC_MORE;
	imap_feed(imap, STR("* OK\r\n"));
	while (codec != CODEC_BAD && bytes.len > 0) {
		imap_feed(imap, str_first(bytes, step));
		bytes = str_skip(bytes, step);
		while ((codec = imap_next(imap, &event)) == CODEC_EVENT)
			note(out, &event);
	}
	if (codec == CODEC_BAD)
		buf_add_text(out, "bad");
	imap_free(imap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf bytes = {0}, whole = {0}, cut = {0};
	buf_add_text(&bytes, "* 1 FETCH (");
	buf_add_bytes(&bytes, data, size);
	buf_add_text(&bytes, ")\r\n* 2 FETCH (UID 5)\r\n");
	read_all(buf_str(&bytes), bytes.len, &whole);
	read_all(buf_str(&bytes), 1, &cut);
	if (!str_equal(buf_str(&whole), buf_str(&cut)))
		abort();
	buf_done(&bytes);
	buf_done(&whole);
	buf_done(&cut);
	return 0;
}
