/* Texts of messages: quoting, flowed lines, signatures; not for others. */
#ifndef COMPOSE_COMPOSE_TEXT_H
#define COMPOSE_COMPOSE_TEXT_H

#include "base/buf.h"

/* Valid UTF-8 with '\n' line ends; control characters but tab become blanks. */
void compose_text_mend(struct str text, struct buf *out);

/* The number of ">" that line begins with, and what stands behind them and a blank. */
size_t compose_quote_depth(struct str line, struct str *rest);
void compose_quoted_add(struct buf *out, size_t depth, struct str rest); /* with '\n' */

/* One level deeper. Without a signature unless keeps_signature. */
void compose_quote_text(struct str text, bool keeps_signature, struct buf *out);

/* format=flowed (RFC 3676) back into paragraphs. */
void compose_unflow(struct str text, bool is_delsp, struct buf *out);

bool compose_is_signature_line(struct str line); /* "-- " */

#endif
