/*
 * A message as it is shown: decoded header fields, the readable document, and what a program wants
 * to know of its parts. Made by render/ (pure), printed by `rowan show`, painted by the message
 * screen. Everything is owned and UTF-8 as the message gave it, not yet safe for a terminal.
 */
#ifndef MODEL_SHOWN_H
#define MODEL_SHOWN_H

#include "model/address.h"
#include "model/doc.h"

struct shown_part {
	char *path, *type, *name, *disposition, *content_id, *charset; /* owned; NULL: not said */
	uint64_t size;      /* decoded bytes; meaningless unless have_bytes */
	char sha256[65];    /* of the decoded bytes, hexadecimal; "" unless have_bytes */
	bool is_attachment; /* RFC 8621 4.1.4 */
	bool have_bytes;
};

struct shown {
	char *subject;
	struct address_list from, sender, reply_to, to, cc, bcc;
	bool has_date;
	int64_t date;
	int date_zone;          /* minutes east of UTC */
	char *date_raw;         /* owned; as written; NULL when absent */
	char *message_id;       /* without <>; NULL when absent */
	struct buf in_reply_to; /* ids, one per line */
	struct buf references;
	struct buf
		plain; /* the text/plain parts of textBody, joined by a newline (RFC 8621 4.1.4) */
	struct buf html; /* the text/html parts of htmlBody */
	struct shown_part *parts;
	size_t part_count, part_cap;
	struct doc *doc; /* owned */
};

struct shown *shown_new(void);
void shown_free(struct shown *s);

#endif
