/* What the files of this folder share about lines and fields; not for others. */
#ifndef PROTO_MIME_MIME_HEADER_H
#define PROTO_MIME_MIME_HEADER_H

#include "base/buf.h"

/* Splits "Name: value", possibly folded; false when the line is no field. The value is trimmed. */
bool mime_field_split(struct str line, struct str *name, struct str *raw_value);

/* An encoded word (RFC 2047) that stands whole and without blanks at the start of s: its length,
 * else 0. */
size_t mime_word_length(struct str s);

#endif
