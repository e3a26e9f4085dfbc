/*
 * The address book's file formats: vCard 3 and 4 (RFC 2426, 6350; 2.1 as far as it is the same),
 * mutt's aliases, Alpine's .addressbook. Pure. What is read comes from other programs: lines
 * without sense are passed over, and there are limits.
 */
#ifndef MODEL_BOOK_FILE_H
#define MODEL_BOOK_FILE_H

#include "base/buf.h"
#include "model/book.h"

enum { BOOK_FILE_ENTRIES_MAX = 100000, BOOK_FILE_TEXT_MAX = 64 * 1024 };

/* Which of them it is, by how it looks; false: none. */
bool book_file_guess(struct str text, enum book_format *format);

/* *entries is the caller's (each book_entry_done, then mem_free). A vCard of several addresses
 * becomes an entry for each, of which the first has the nickname. */
void book_file_read(
	enum book_format format, struct str text, struct book_entry **entries, size_t *count);

/* What book_file_read reads back equal, but for what the format has no place for. */
void book_file_write(
	enum book_format format, const struct book_entry *entries, size_t count, struct buf *out);

#endif
