/* Inside render: one message on its way to a document. */
#ifndef RENDER_RENDER_PARTS_H
#define RENDER_RENDER_PARTS_H

#include "proto/mime/mime_inside.h"
#include "render/render.h"

/* A leaf that was opened. */
struct render_inside {
	const struct part *leaf;
	struct mime_inside in;
};

struct render {
	const struct render_source *source;
	const struct render_options *options;
	struct shown *shown;
	struct doc *doc;          /* shown's */
	const struct part **rows; /* owned; the part of each row of doc.parts and shown.parts */
	size_t row_count, row_cap;
	size_t text_left;              /* bytes of text the document may still take */
	bool *is_silent;               /* owned; a row that the list at the end leaves out */
	struct render_inside *insides; /* owned */
	size_t inside_count, inside_cap;
	size_t inside_left; /* bytes that may still be decoded for them */
	bool has_text;      /* a part was shown before, in this message or the embedded one */
};

/* ---- render_header.c ---- */

/* The fields that anything here asks for, as they came; a header of a million others is walked
 * once.
 */
void render_header_pick(struct str header, struct buf *out);
/* subject, from, … of shown. */
void render_fields(struct shown *shown, struct str header);
/* The DOC_HEADER blocks: the short ones, or all as written. */
void render_header_blocks(struct doc *doc, struct str header, bool is_full);

/* ---- render_parts.c ---- */

/* Rows of doc.parts and shown.parts: all leaves in tree order, and embedded messages. */
void render_rows_add(struct render *r);
void render_rows_done(struct render *r);
/* The encoded body of a part of the message or of one inside a leaf; empty when it is not here. */
struct str render_body(const struct render *r, const struct part *part);
/* The header of the message that the part holds. */
struct str render_part_header(const struct render *r, const struct part *part);
/* What stands inside a leaf; NULL when nothing does. */
const struct mime_inside *render_inside_of(const struct render *r, const struct part *leaf);
int render_row_of(const struct render *r, const struct part *part); /* -1 when it has none */
/* shown.plain and shown.html. */
void render_bodies_add(struct render *r);
void render_divider(struct render *r, const struct part *part, const char *label);
void render_note(struct render *r, const char *label, struct str text);

/* ---- render_sender.c ---- */

/* Notes, with an empty line below, when there is reason to look twice at who sent the message. */
void render_sender_notes(struct render *r, struct str header);
/* What that server found out about the sender; nothing when server is NULL. render_auth.c */
void render_auth_note(
	struct render *r, struct str header, const char *server, struct str from_host);
/* How the list it came through is left by mail. */
void render_list_note(struct render *r, struct str header);

/* ---- render_report.c ---- */

/* Delivery reports (RFC 3464) and read receipts (RFC 8098), a sentence for each person. */
void render_report(struct render *r, struct str status, bool is_receipt);

#endif
