/*
 * A folder: what the server said of it and what the store counts. folder_id is given by local.db
 * for the pair (account, wire name) and never changes, also when cache.db is deleted.
 */
#ifndef MODEL_FOLDER_H
#define MODEL_FOLDER_H

#include "base/str.h"

enum folder_attribute {
	FOLDER_NO_SELECT = 1 << 0, /* \Noselect or \NonExistent: holds folders only */
	FOLDER_NO_INFERIORS = 1 << 1,
	FOLDER_HAS_CHILDREN = 1 << 2,
	FOLDER_SUBSCRIBED = 1 << 3,
	FOLDER_VANISHED = 1 << 4, /* was listed once, is not any more */
};

/* SPECIAL-USE (RFC 6154), XLIST, or known by name. */
enum folder_role {
	ROLE_NONE,
	ROLE_INBOX,
	ROLE_DRAFTS,
	ROLE_SENT,
	ROLE_TRASH,
	ROLE_JUNK,
	ROLE_ARCHIVE,
	ROLE_ALL,
	ROLE_FLAGGED,
};

struct folder {
	int64_t folder_id;
	int64_t account_id;
	char *wire; /* owned; the name as the server spells it (modified UTF-7 or UTF-8) */
	char *name; /* owned; UTF-8, hierarchy as the server has it; "/" inside a level is %2F when
		       the delimiter is another character; levels are joined by "/" */
	char delimiter; /* the server's; 0: a flat name (NIL) */
	unsigned attributes;
	enum folder_role role;
	/* What the list and the title show: server state with the journal applied. */
	uint32_t total; /* known locally */
	uint32_t unseen;
	uint32_t fresh; /* arrived since the folder was last shown */
	/* The server's side (RFC 3501 2.3.1.1, RFC 7162); 0 where it has not said. */
	uint32_t uidvalidity;
	uint32_t uidnext;
	uint64_t modseq;       /* HIGHESTMODSEQ up to which the store is complete */
	uint32_t server_total; /* EXISTS or MESSAGES, last heard */
	uint32_t server_unseen;
	uint32_t synced_low; /* headers are here for every UID from this one up; 1: all; 0: none yet
			      */
	bool is_read_only;
};

/* to is overwritten, not freed. */
void folder_copy_to(struct folder *to, const struct folder *from);
void folder_done(struct folder *f); /* frees the names and leaves it zero */

#endif
