/* mbox files: any bytes, each dialect, read to the end; each byte belongs to at most one message.
 */
#include "mailbox/mailbox.h"

#include <stdint.h>
#include <stdlib.h>

static bool fuzz_read(
	void *context, uint64_t offset, size_t max, struct buf *out, struct error *err)
{
	const struct str *text = context;
	(void)err;
	if (offset < text->len)
		buf_add(out, str_first(str_skip(*text, (size_t)offset), max));
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct str text = str_make((const char *)data + 1, size - 1);
	struct mbox_source source = {.context = &text, .size = text.len, .read = fuzz_read};
	enum mailbox_format format = (enum mailbox_format)(data[0] % 5);
	enum mbox_reason reason;
	struct mbox *mbox = mbox_new(&source);
	struct mbox_message m = {0};
	struct buf out = {0};
	struct error err;
	bool is_found = true;
	uint64_t behind = 0;
	if (format == MAILBOX_GUESS && !mbox_guess(mbox, &format, &reason, &err))
		is_found = false;
	mbox_set_format(mbox, format);
	while (is_found && mbox_next(mbox, &m, &is_found, &err) && is_found) {
		if (m.line < behind || m.from < m.line || m.to < m.from || m.to > source.size)
			abort();
		behind = m.to;
		buf_clear(&out);
		for (uint64_t at = m.from; at < m.to;) {
			uint64_t before = at;
			if (!mbox_read(mbox, &m, &at, &out, &err) || at <= before)
				abort();
		}
		if (out.len > m.to - m.from)
			abort();
	}
	mbox_message_done(&m);
	mbox_free(mbox);
	buf_done(&out);
	return 0;
}
