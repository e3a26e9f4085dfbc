/* Inside render: one message on its way to a document. */
#ifndef RENDER_RENDER_PARTS_H
#define RENDER_RENDER_PARTS_H

#include "render/render.h"

struct render {
	const struct render_source *source;
	const struct render_options *options;
	struct shown *shown;
	struct doc *doc;          /* shown's */
	const struct part **rows; /* owned; the part of each row of doc.parts and shown.parts */
	size_t row_count, row_cap;
	size_t text_left; /* bytes of text the document may still take */
	bool *is_silent;  /* owned; a row that the list at the end leaves out */
	bool has_text;    /* a part was shown before, in this message or the embedded one */
};

/* ---- render_header.c ---- */

/* subject, from, … of shown. */
void render_fields(struct shown *shown, struct str header);
/* The DOC_HEADER blocks: the short ones, or all as written. */
void render_header_blocks(struct doc *doc, struct str header, bool is_full);

/* ---- render_parts.c ---- */

/* Rows of doc.parts and shown.parts: all leaves in tree order, and embedded messages. */
void render_rows_add(struct render *r);
int render_row_of(const struct render *r, const struct part *part); /* -1 when it has none */
/* shown.plain and shown.html. */
void render_bodies_add(struct render *r);
void render_divider(struct render *r, const struct part *part, const char *label);
void render_note(struct render *r, const char *label, struct str text);

/* ---- render_report.c ---- */

/* Delivery reports (RFC 3464) and read receipts (RFC 8098), a sentence for each person. */
void render_report(struct render *r, struct str status, bool is_receipt);

#endif
