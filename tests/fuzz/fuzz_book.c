/* Address books of other programs: nothing breaks the reader, and what is written reads back. */
#include "base/memory.h"
#include "model/book_file.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void done(struct book_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		book_entry_done(&entries[i]);
	mem_free(entries);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct book_entry *entries, *again;
	enum book_format guessed;
	size_t count, second;
	book_file_guess(text, &guessed);
	for (enum book_format f = BOOK_VCARD; f <= BOOK_ALPINE; f++) {
		struct buf out = {0};
		book_file_read(f, text, &entries, &count);
		book_file_write(BOOK_VCARD, entries, count, &out);
		book_file_read(BOOK_VCARD, buf_str(&out), &again, &second);
		assert(second <= BOOK_FILE_ENTRIES_MAX);
		done(again, second);
		done(entries, count);
		buf_done(&out);
	}
	return 0;
}
