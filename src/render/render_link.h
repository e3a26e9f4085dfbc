/* Links: where they stand in plain text, and whether their text tells the truth. */
#ifndef RENDER_RENDER_LINK_H
#define RENDER_RENDER_LINK_H

#include "base/str.h"
#include "model/doc.h"

enum { RENDER_LINK_MAX = 5000 }; /* links in a document; what comes later is plain text */

/* The host of a URL or of a mailto: address, without port and user; empty when there is none. */
struct str render_link_host(struct str url);

/* The text names a host or an address, and the target goes elsewhere. Hosts under the same
 * registered name (guessed: the last two labels, three below "co.uk" and the like) are one. */
bool render_link_is_deceptive(struct str target, struct str text);

/* Both are hosts under the same registered name. */
bool render_link_is_same_host(struct str a, struct str b);

/* The text is the target itself, so a reader needs no number. */
bool render_link_says_itself(struct str target, struct str text);

/* Appends text to the block, with URLs in it made links. */
void render_link_add_text(
	struct doc *doc, struct doc_block *block, struct str text, unsigned style);

#endif
