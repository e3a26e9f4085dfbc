/*
 * A wish of the user in the journal: what is to happen on the server, to which messages of one
 * folder. Its states are those of the journal; screens fold them to waiting, running, failed,
 * unsure.
 */
#ifndef MODEL_ACTION_H
#define MODEL_ACTION_H

#include "model/flags.h"

enum action_kind {
	ACTION_FLAGS = 1,
	ACTION_MOVE,
	ACTION_COPY,
	ACTION_EXPUNGE,
	ACTION_APPEND,  /* of blobs; folder_id is 0, an item's uid its temporary number */
	ACTION_REPLACE, /* appends a blob; then the message that it replaces goes */
	ACTION_FOLDER,
	ACTION_SEND,
};

/* Messages get into the target folder by it, each with a temporary place until its UID is known. */
static inline bool action_brings(enum action_kind kind)
{
	return kind == ACTION_MOVE || kind == ACTION_COPY || kind == ACTION_APPEND ||
	       kind == ACTION_REPLACE;
}

enum action_state {
	ACTION_QUEUED,
	ACTION_SENT, /* for what is not safe to repeat: the bytes may have gone out */
	ACTION_COPIED,
	ACTION_MARKED,
	ACTION_DONE,
	ACTION_UNKNOWN,
	ACTION_CONFLICT,
	ACTION_FAILED,
	ACTION_CANCELLED,
};

/* What an ACTION_FOLDER does. */
enum folder_verb {
	FOLDER_NOTHING,
	FOLDER_CREATE,
	FOLDER_RENAME,
	FOLDER_DELETE,
	FOLDER_SUBSCRIBE,
	FOLDER_UNSUBSCRIBE,
};

enum { IDENT_SIZE = 16 };

/* Who a message is, whatever its UID: EMAILID, X-GM-MSGID, else a hash of header fields. */
struct ident {
	unsigned char bytes[IDENT_SIZE];
};

struct action_item {
	int64_t uid; /* the number of its place: PLACE_TEMPORARY and more while the server has none
		      */
	struct ident ident;
	uint32_t
		temporary; /* MOVE, COPY: its place in the target is this much above PLACE_TEMPORARY
			    */
	uint32_t landed;   /* MOVE, COPY: its UID in the target, once known; 0 */
	flags_t before;    /* FLAGS: which of the bits it had, for the undo */
	int64_t blob_id;   /* the bytes it brings along: APPEND, REPLACE, and MOVE and COPY between
			      accounts once they are here; 0 */
	flags_t flags;     /* those it gets in the target, when it has a blob */
	int64_t arrived;   /* and when it arrived */
};

struct action {
	int64_t action_id;
	int64_t account_id;
	int64_t folder_id;
	int64_t group; /* one key press of the user: one unit of undo */
	enum action_kind kind;
	enum action_state state;
	uint32_t uidvalidity;     /* of the folder when the wish was made */
	int64_t target_folder_id; /* MOVE, COPY, APPEND, REPLACE */
	flags_t add, remove;      /* FLAGS: never both for one bit */
	int64_t not_before;       /* wall seconds */
	int64_t created;
	unsigned tries;
	uint32_t pre_uidvalidity;  /* MOVE, COPY: of the target before the bytes went out; 0 */
	uint32_t pre_uidnext;      /* MOVE, COPY: the copies got this UID or a higher one; 0 */
	enum folder_verb verb;     /* FOLDER */
	char *name, *new_name;     /* owned; FOLDER: wire names; NULL */
	int64_t inverse_of;        /* the action_id this undoes; 0 */
	char *words;               /* owned; the server's own words when it failed; NULL */
	struct action_item *items; /* owned, ascending by uid */
	size_t item_count;
};

void action_done(struct action *a);

#endif
