/* text/plain → blocks of a document: quote levels, signature, links, format=flowed (RFC 3676).
 * Lines of one kind (quote depth, signature) are one block, parted by '\n'. */
#ifndef RENDER_RENDER_TEXT_H
#define RENDER_RENDER_TEXT_H

#include "model/doc.h"

struct render_text_format {
	bool is_flowed; /* RFC 3676 */
	bool is_delsp;  /* the blank before a soft line end goes too */
	bool is_code;   /* a patch, a table, a log: nothing is a quote, nothing is filled */
};

/* text is UTF-8 with '\n' as line end. */
void render_text_add(struct doc *doc, struct str text, const struct render_text_format *format);

/* Gathers lines for one block after another; shared with render_flowed.c. */
struct text_writer {
	struct doc *doc;
	enum doc_wrap wrap;
	bool is_open;
	int quote;
	unsigned style;
	int signature; /* the quote depth a signature stands in, or -1 */
};

/* One line, or one flowed paragraph, without quote marks. */
void text_writer_line(struct text_writer *w, struct str line, int quote);

/* RFC 3676: soft line ends joined, then text_writer_line for each paragraph. */
void render_flowed_add(struct text_writer *w, struct str text, bool is_delsp);

#endif
