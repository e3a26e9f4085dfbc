/*
 * Who one writes as: a role of an account, from the settings. Plain data, owned, UTF-8, never NULL
 * once identity_init ran.
 */
#ifndef MODEL_IDENTITY_H
#define MODEL_IDENTITY_H

#include "base/str.h"

struct identity {
	int64_t account_id;
	char *name;      /* of the role; "": the account's own */
	char *from;      /* 'Name <addr>' */
	char *addresses; /* more that are one's own, with commas; "@example.org" is a whole host */
	char *reply_to, *cc, *bcc; /* what a new message has; "" */
	char *fcc;                 /* "ACCOUNT/Folder"; "": the account's Sent */
	char *signature;           /* text, lines end in '\n'; "" */
	char *extra;               /* header lines, each ended by '\n' */
};

void identity_init(struct identity *i); /* all texts are "" */
void identity_done(struct identity *i); /* frees what it owns and leaves it zero */
void identity_copy_to(struct identity *to, const struct identity *from); /* overwrites to */

#endif
