/*
 * Owned, growing bytes. `struct buf b = { 0 };` is an empty one. Once something was added the
 * bytes are always followed by a NUL that is not counted in len. Growing cannot fail (see
 * base/memory.h): whoever adds bytes from outside checks a limit first.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

#include <stdarg.h>

struct buf {
	char *data; /* owned; NULL while empty */
	size_t len;
	size_t cap;
};

void buf_done(struct buf *b);  /* frees; b is empty again */
void buf_wipe(struct buf *b);  /* overwrites, then frees: for secrets */
void buf_clear(struct buf *b); /* length 0, keeps the memory */
void buf_reserve(struct buf *b, size_t more);

void buf_add(struct buf *b, struct str s);
void buf_add_bytes(struct buf *b, const void *data, size_t len);
void buf_add_text(struct buf *b, const char *text);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

void buf_truncate(struct buf *b, size_t len); /* only shortens */
void buf_consume(struct buf *b, size_t n);    /* drops the first n bytes */

/* Borrowed until the next change of b. */
struct str buf_str(const struct buf *b);
const char *buf_text(const struct buf *b); /* NUL-terminated; "" when empty */

/* Hands over the bytes (free with mem_free) and leaves b empty; never NULL. */
char *buf_take(struct buf *b);

#endif
