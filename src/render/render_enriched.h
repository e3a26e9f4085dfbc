/* text/enriched (RFC 1896) and its forerunner text/richtext (RFC 1341) as plain text. */
#ifndef RENDER_RENDER_ENRICHED_H
#define RENDER_RENDER_ENRICHED_H

#include "base/buf.h"

/* Commands go, what they quote gets "> ", line ends are those the rules give: in enriched one is a
 * blank and n are n - 1, in richtext all are blanks and <nl> is one. text is UTF-8 with '\n'. */
void render_enriched(struct str text, bool is_richtext, struct buf *out);

#endif
