/* What is written from any bytes: a text is read back equal; a message handed over comes out with
 * clean lines, and in ASCII where the server wants that. */
#include "base/utf8.h"
#include "compose/compose.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_write.h"
#include "proto/smtp/smtp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text_is_read_back(struct str bytes)
{
	struct buf field = {0}, got = {0}, want = {0};
	struct str rest, name, value;
	utf8_add_mended(&want, bytes);
	for (size_t i = 0; i < want.len; i++)
		if ((unsigned char)want.data[i] < 0x20 || want.data[i] == 0x7f)
			want.data[i] = ' ';
	mime_write_text(&field, "Subject", bytes);
	rest = buf_str(&field);
	if (!smtp_message_is_clean(rest) || !smtp_is_ascii(rest) ||
		!mime_field_next(&rest, &name, &value) || rest.len > 0)
		abort();
	mime_word_decode(value, &got);
	/* A byte order mark in front of an encoded word is no text to who reads it. */
	bool has_mark = str_find(buf_str(&want), STR("\xef\xbb\xbf")) != STR_NONE;
	if (!has_mark && !str_equal(buf_str(&got), str_trim(buf_str(&want))))
		abort();
	buf_done(&field);
	buf_done(&got);
	buf_done(&want);
}

static void message_is_clean(struct str bytes)
{
	struct compose_given given = {.takes_recipients = true, .sender = "a@b.org"};
	struct outgoing out = {0};
	struct buf message = {0}, ascii = {0};
	struct error err;
	if (compose_given(bytes, &given, &out, &message, &err)) {
		if (!smtp_message_is_clean(buf_str(&message)))
			abort();
		for (size_t i = 0; i < out.recipient_count; i++)
			if (!smtp_address_is_safe(str_from(out.recipients[i].address)))
				abort();
		if (mime_recode(buf_str(&message), false, &ascii, &err) &&
			(!smtp_is_ascii(buf_str(&ascii)) ||
				!smtp_message_is_clean(buf_str(&ascii))))
			abort();
	}
	outgoing_done(&out);
	buf_done(&message);
	buf_done(&ascii);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make((const char *)data, size);
	text_is_read_back(str_first(bytes, 2000));
	message_is_clean(bytes);
	return 0;
}
