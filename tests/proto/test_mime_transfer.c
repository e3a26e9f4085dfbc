/* Transfer encodings: what the rules allow, what real mail has, the same at every cut. */
#include <criterion/criterion.h>

#include "proto/mime/mime.h"

static const struct {
	enum transfer transfer;
	const char *in, *want;
} rows[] = {
	{TRANSFER_IDENTITY, "a=41", "a=41"},
	{TRANSFER_UNKNOWN, "a=41", "a=41"},
	{TRANSFER_BASE64, "", ""},
	{TRANSFER_BASE64, "SGVsbG8sIHdvcmxkIQ==", "Hello, world!"},
	{TRANSFER_BASE64, "SGVs\r\nbG8s\r\nIHdv\r\ncmxk\r\nIQ==\r\n", "Hello, world!"},
	{TRANSFER_BASE64, "S G\tV*s-b_G8", "Hello"},
	{TRANSFER_BASE64, "SGk=SGk=", "HiHi"},
	{TRANSFER_BASE64, "====", ""},
	{TRANSFER_BASE64, "S", ""},
	{TRANSFER_QP, "", ""},
	{TRANSFER_QP, "a=3Db", "a=b"},
	{TRANSFER_QP, "soft=\r\nbreak=\nhere", "softbreakhere"},
	{TRANSFER_QP, "soft=  \t\r\nbreak", "softbreak"},
	{TRANSFER_QP, "blanks  \t\r\nat=20 \nends ", "blanks\r\nat \nends"},
	{TRANSFER_QP, "=e4=C4", "\xe4\xc4"},
	{TRANSFER_QP, "=X =4 == =\xff", "=X =4 == =\xff"},
	{TRANSFER_QP, "cut=", "cut"},
	{TRANSFER_QP, "cut=4", "cut=4"},
	{TRANSFER_QP, "a\rb", "a\rb"},
	{TRANSFER_QP, "a =\n b", "a  b"},
	{TRANSFER_UUENCODE, "text\nbegin 644 a.txt\n#0V%T\n`\nend\nmore", "Cat"},
	{TRANSFER_UUENCODE, "begin 644 a.txt\r\n#0V%T\r\n \r\nend\r\n", "Cat"},
	{TRANSFER_UUENCODE, "begin 644 a\n~", ""},
	{TRANSFER_UUENCODE, "no begin", ""},
};

Test(mime_transfer, decodes_the_same_wherever_it_is_cut)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct str in = str_from(rows[i].in);
		for (size_t cut = 0; cut <= in.len; cut++) {
			struct mime_decoder d;
			struct buf got = {0};
			mime_decoder_init(&d, rows[i].transfer);
			mime_decoder_feed(&d, str_first(in, cut), &got);
			mime_decoder_feed(&d, str_skip(in, cut), &got);
			mime_decoder_finish(&d, &got);
			cr_expect_str_eq(buf_text(&got), rows[i].want, "%s cut at %zu: %s",
				rows[i].in, cut, buf_text(&got));
			buf_done(&got);
		}
	}
}

/* The fast loops against the slow ones: byte by byte and whole. */
static void check_both_ways(enum transfer transfer, struct str in)
{
	struct buf whole = {0}, pieces = {0};
	struct mime_decoder d;
	mime_body_decode(transfer, in, 0, &whole);
	mime_decoder_init(&d, transfer);
	for (size_t i = 0; i < in.len; i++)
		mime_decoder_feed(&d, str_make(in.data + i, 1), &pieces);
	mime_decoder_finish(&d, &pieces);
	cr_expect(str_equal(buf_str(&whole), buf_str(&pieces)), "%zu and %zu bytes", whole.len,
		pieces.len);
	buf_done(&whole);
	buf_done(&pieces);
}

Test(mime_transfer, decodes_random_bytes_the_same_in_one_and_in_many_pieces)
{
	static const char alphabet[] = "AB0c1=\r\n \t=4D=\r\n==e+/";
	struct buf in = {0};
	uint32_t state = 1;
	for (int round = 0; round < 200; round++) {
		buf_clear(&in);
		for (int i = 0; i < 300; i++) {
			state = state * 1664525u + 1013904223u;
			buf_add_char(&in, alphabet[(state >> 16) % (sizeof alphabet - 1)]);
		}
		check_both_ways(TRANSFER_BASE64, buf_str(&in));
		check_both_ways(TRANSFER_QP, buf_str(&in));
		check_both_ways(TRANSFER_UUENCODE, buf_str(&in));
	}
	buf_clear(&in);
	for (int i = 0; i < 3000; i++)
		buf_add_text(&in, i % 2500 == 2499 ? "x\n" : " ");
	check_both_ways(TRANSFER_QP, buf_str(&in));
	buf_done(&in);
}

Test(mime_transfer, stops_at_the_limit)
{
	struct buf got = {0};
	mime_body_decode(TRANSFER_BASE64, STR("SGVsbG8sIHdvcmxkIQ=="), 5, &got);
	cr_expect_str_eq(buf_text(&got), "Hello");
	buf_done(&got);
}
