/* Any bytes as a message, fed in pieces of a size that the first byte names: the same tree as when
 * they come whole, every offset within the message, every text leaf decodable. */
#include "base/memory.h"
#include "proto/mime/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct part *parse_in_pieces(struct str message, size_t piece)
{
	struct mime_parser *p = mime_parser_new();
	struct mime_event event;
	for (; message.len > 0; message = str_skip(message, piece)) {
		mime_feed(p, str_first(message, piece));
		while (mime_next(p, &event) == CODEC_EVENT)
			continue;
	}
	mime_finish(p);
	while (mime_next(p, &event) == CODEC_EVENT)
		continue;
	struct part *root = mime_take_root(p);
	mime_parser_free(p);
	return root;
}

static void check(bool is_right)
{
	if (!is_right)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str message = str_make((const char *)data, size);
	size_t piece = size > 0 ? 1 + data[0] % 37 : 1;
	message = str_skip(message, 1);
	struct part *whole = mime_parse(message);
	struct part *cut = parse_in_pieces(message, piece);
	const struct part *b = cut;
	for (const struct part *a = whole; a != NULL; a = part_next(a), b = part_next(b)) {
		check(b != NULL && a->offset == b->offset && a->length == b->length);
		check(strcmp(a->path, b->path) == 0 && strcmp(a->type, b->type) == 0);
		check(a->offset + a->length <= message.len);
		struct buf text = {0};
		struct str body = str_make(message.data + a->offset, (size_t)a->length);
		mime_text_decode(a, body, NULL, 100000, &text);
		buf_done(&text);
	}
	check(b == NULL);
	part_free(whole);
	part_free(cut);
	return 0;
}
