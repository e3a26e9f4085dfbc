/* How plain text marks what others wrote, and where the signature begins. */
#ifndef RENDER_RENDER_QUOTE_H
#define RENDER_RENDER_QUOTE_H

#include "base/str.h"

enum { RENDER_QUOTE_MAX = 60 };

/* Cuts the quote marks off a line and returns the depth. Flowed text (RFC 3676 4.5) has them
 * without blanks between; elsewhere "> > text", ">> text" and " > text" all occur. The blank after
 * the last mark goes with them, in flowed text only as stuffing (4.4). */
int render_quote_cut(struct str *line, bool is_flowed);

/* "-- " alone on a line, without its quote marks. */
bool render_quote_is_signature(struct str line);

#endif
