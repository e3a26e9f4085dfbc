/* A draft as a line of a list: of those in the store and of those in the server's Drafts. */
#ifndef MODEL_DRAFT_ROW_H
#define MODEL_DRAFT_ROW_H

#include "base/str.h"

struct draft_row {
	int64_t draft_id; /* 0: only on the server */
	int64_t place_id; /* in a Drafts folder; 0: not there */
	int64_t account_id;
	char *to, *subject; /* owned, UTF-8 */
	int64_t updated;    /* wall seconds */
	bool is_open;       /* a composer has it */
	bool is_dropped;    /* kept for some days, to be brought back */
};

void draft_row_done(struct draft_row *row); /* frees what it owns and leaves it zero */

#endif
