/*
 * A message on its way out, as the outbox holds it. Until COMMITTING the server certainly does not
 * have it; from ACCEPTED on it certainly does. UNKNOWN: the connection or the program ended between
 * the two, and only a person, or the message itself seen in Sent, can tell. Nothing that is UNKNOWN
 * is ever sent again by itself.
 *
 *	HELD → QUEUED → TRYING → COMMITTING → ACCEPTED → SENTCOPY → DONE
 *	         ↑─────────┘ 4xx, no network    └→ UNKNOWN    FAILED: refused for good
 */
#ifndef MODEL_OUTGOING_H
#define MODEL_OUTGOING_H

#include "base/str.h"

enum outgoing_state {
	OUTGOING_HELD, /* the user may still take it back, or said "later" */
	OUTGOING_QUEUED,
	OUTGOING_TRYING,     /* bytes are on their way, but not the last */
	OUTGOING_COMMITTING, /* the last byte may have gone out */
	OUTGOING_ACCEPTED,   /* the copy in Sent is still to be made */
	OUTGOING_SENTCOPY,   /* it is being made: it may be there already */
	OUTGOING_DONE,
	OUTGOING_UNKNOWN,
	OUTGOING_FAILED,
};

enum outgoing_option {
	OUTGOING_TO_REST = 1 << 0,  /* to those who are taken, when others are refused */
	OUTGOING_NO_COPY = 1 << 1,  /* nothing in Sent */
	OUTGOING_RECEIPTS = 1 << 2, /* the servers report on delivery (DSN) */
	OUTGOING_8BIT = 1 << 3,     /* there are bytes beyond ASCII in it */
};

/* What the server said to one recipient. */
struct outgoing_recipient {
	char *address;  /* owned */
	unsigned code;  /* 0: nothing yet */
	char *enhanced; /* owned; "5.1.1" or NULL */
	char *words;    /* owned; NULL */
};

struct outgoing {
	int64_t outgoing_id;
	int64_t account_id;
	char *message_id; /* owned; without <> */
	char *from;       /* owned; envelope sender, "" is the null one */
	enum outgoing_state state;
	int64_t not_before; /* wall seconds */
	unsigned tries;
	char *words; /* owned; what was said last: the server's words, or why not; NULL */
	int64_t updated;
	uint64_t size;                         /* bytes of the message */
	int64_t blob_id;                       /* its bytes, in the store */
	int64_t draft_id;                      /* what it was before, and may become again; 0 */
	unsigned options;                      /* enum outgoing_option */
	int64_t copy_folder_id;                /* where a copy is filed; 0: the account's Sent */
	struct outgoing_recipient *recipients; /* owned */
	size_t recipient_count, recipient_cap;
};

const char *outgoing_state_name(enum outgoing_state state); /* "queued" … for JSON and logs */
void outgoing_add_recipient(struct outgoing *o, struct str address);
void outgoing_set_words(struct outgoing *o, struct str words);
void outgoing_done(struct outgoing *o); /* frees what it owns and leaves it zero */

#endif
