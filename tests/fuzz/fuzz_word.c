/* Any bytes as the value of a header field, through every reader of such values. */
#include "base/utf8.h"
#include "proto/mime/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct buf *text)
{
	struct str s = buf_str(text);
	if (!utf8_is_valid(s) || str_find_char(s, '\n') != STR_NONE)
		__builtin_trap();
	buf_clear(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str value = str_make((const char *)data, size);
	struct buf text = {0}, addr = {0};
	mime_word_decode(value, &text);
	check_text(&text);
	mime_address_first(value, &text, &addr);
	check_text(&text);
	check_text(&addr);
	mime_ids_parse(value, &text);
	struct address_list list = {0};
	mime_address_parse(value, &list);
	address_list_done(&list);
	struct mime_params params;
	mime_params_parse(value, &params);
	mime_params_done(&params);
	int64_t seconds;
	int zone;
	mime_date_parse(value, &seconds, &zone);
	buf_clear(&text);
	for (int transfer = TRANSFER_BASE64; transfer <= TRANSFER_UUENCODE; transfer++)
		mime_body_decode((enum transfer)transfer, value, 0, &text);
	buf_done(&text);
	buf_done(&addr);
	return 0;
}
