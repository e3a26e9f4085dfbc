/* What screen_message*.c is made of, and no one else's business. */
#ifndef UI_MESSAGE_STATE_H
#define UI_MESSAGE_STATE_H

#include "ui/screens/screen.h"

struct screen_message {
	struct screen base;
	struct screen *messages; /* beneath; NULL for a part */
	struct message row;
	char *part; /* owned; "" is the message */
	uint64_t tag;
	struct shown *shown;  /* owned; NULL until something of the message comes */
	struct doc *stand_in; /* owned: what stands there until then */
	struct error error;   /* why nothing comes */
	struct text text;
	int columns;
	bool is_complete, is_unreachable;
	bool full_headers;
	char charset[40]; /* in place of what the message says; "": as written */
	bool folds_quotes;
	int quotes_kept; /* the depth that is still shown */
	bool has_failed;
	bool was_new;         /* when it was opened */
	bool is_counted;      /* as seen, or as not to be */
	int64_t seen_due;     /* when it counts; 0: not now */
	uint64_t done, total; /* bytes, while they come */
	char *find;           /* owned */
};

/* screen_message_absent.c: what can be said of a message that is not here: the header as the list
 * has it, and why there is no more. Owned by the caller. */
struct doc *message_absent_doc(const struct screen_message *m);

/* screen_take.c */
/* Of its sender and recipients, as far as they are known. */
void message_take_addresses(struct screen_message *m);

/* Asks for the message again, as it is to be shown now. */
void message_ask(struct screen_message *m);
/* Lays it out anew: its width, or what of it is shown, is another. */
void message_relayout(struct screen_message *m);
const struct doc *message_doc(const struct screen_message *m);

/* screen_message_ways.c: other ways to show it. */
void message_layout_options(const struct screen_message *m, struct layout_options *options);
void message_charset(struct screen_message *m);
void message_fold(struct screen_message *m);   /* the next depth, or all again */
bool message_unfold(struct screen_message *m); /* false: nothing is folded */

/* screen_message_links.c */
/* The next or the one before, from the window on; says where it leads. */
void message_link_walk(struct screen_message *m, bool is_backwards);
/* False when none is selected. */
bool message_link_open(struct screen_message *m);
/* Asks, and sends what leaves the mailing list. */
void message_leave_list(struct screen_message *m);

#endif
