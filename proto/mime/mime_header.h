/* What the files of this folder share about lines and fields; not for others. */
#ifndef PROTO_MIME_MIME_HEADER_H
#define PROTO_MIME_MIME_HEADER_H

#include "base/buf.h"

/* Splits "Name: value", possibly folded; false when the line is no field. The value is trimmed. */
bool mime_field_split(struct str line, struct str *name, struct str *raw_value);

/* A line in a header that is no field, nor folded onto one: a fold that lost its blank, or the
 * body, which then begins without its blank line. `behind` is what follows the line; is_all:
 * nothing more will come. style is '\n', or '\r' where lines end in CR alone. */
enum mime_stray { MIME_STRAY_WAIT, MIME_STRAY_FOLDED, MIME_STRAY_BODY };
enum mime_stray mime_stray_judge(struct str line, struct str behind, char style, bool is_all);

/* The line that parts messages in an mbox file, left in by mistake. */
bool mime_is_mbox_line(struct str line);

/* An encoded word (RFC 2047) that stands whole and without blanks at the start of s: its length,
 * else 0. */
size_t mime_word_length(struct str s);

/* The charset of a field's raw 8-bit bytes, guessed from all of it and only once. */
struct mime_guess {
	struct str field;
	const char *charset; /* NULL: not asked yet */
};
const char *mime_guess_charset(struct mime_guess *guess);

/* mime_word_decode for a piece of guess->field. */
void mime_word_decode_in(struct str raw_value, struct mime_guess *guess, struct buf *out);

#endif
