/* UTF-8: stepping, writing, mending. Nothing here knows widths; see base/width.h. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"

#define UTF8_BAD 0xfffdu

/* The code point at the start of s and its length in *len (at least 1 when s is not empty). Bytes
 * that are not UTF-8 (overlong, surrogate, cut, above U+10FFFF) give UTF8_BAD with length 1. */
uint32_t utf8_next(struct str s, size_t *len);

bool utf8_is_valid(struct str s);
bool utf8_is_clean(struct str s); /* valid, and without control characters: C0, DEL, C1 */
void utf8_add(struct buf *out, uint32_t code); /* an invalid code is written as UTF8_BAD */

/* Appends s with every bad byte replaced by U+FFFD. */
void utf8_add_mended(struct buf *out, struct str s);

/* The longest prefix of at most max bytes that does not cut a character. */
struct str utf8_first(struct str s, size_t max);

#endif
