/*
 * One row of a list: a message as it appears in one folder. place_id names the appearance and is
 * made of the folder and the UID (place_make), so it sorts as the server's own order; message_id
 * names the content and is 0 until something needed it. Printed ids (place_print) hold folder_id,
 * UIDVALIDITY and UID and therefore survive the loss of cache.db.
 */
#ifndef MODEL_MESSAGE_H
#define MODEL_MESSAGE_H

#include "base/buf.h"
#include "model/flags.h"

/* A place not yet on the server has a temporary number instead of a UID and sorts behind all. */
#define PLACE_UID_BITS 33
#define PLACE_TEMPORARY ((int64_t)1 << 32)

static inline int64_t place_make(int64_t folder_id, uint32_t uid)
{
	return (int64_t)((uint64_t)folder_id << PLACE_UID_BITS) | (int64_t)uid;
}

static inline int64_t place_folder(int64_t place_id)
{
	return place_id >> PLACE_UID_BITS;
}

static inline uint32_t place_uid(int64_t place_id)
{
	return (uint32_t)place_id;
}

/* The UID of a place, or its temporary number, which is PLACE_TEMPORARY and more. */
static inline int64_t place_number(int64_t place_id)
{
	return place_id & (PLACE_TEMPORARY * 2 - 1);
}

static inline int64_t place_numbered(int64_t folder_id, int64_t number)
{
	return place_make(folder_id, 0) + number;
}

static inline bool place_is_temporary(int64_t place_id)
{
	return (place_id & PLACE_TEMPORARY) != 0;
}

enum message_hint {
	HINT_ATTACHMENT = 1 << 0, /* Content-Type is multipart/mixed or the like */
	HINT_TO_ME = 1 << 1,      /* an address of the account stands in To */
	HINT_CC_ME = 1 << 2,
	HINT_FROM_ME = 1 << 3,
	HINT_FRESH = 1 << 4,     /* came since the folder was last shown */
	HINT_BODY = 1 << 5,      /* the body is here and readable offline */
	HINT_LIST = 1 << 6,      /* List-Id present */
	HINT_SELECTED = 1 << 30, /* of a row in a page: the user selected it */
};

struct message {
	int64_t place_id;
	int64_t message_id; /* 0: not registered yet */
	flags_t flags;      /* the server's with the journal applied */
	flags_t pending;    /* bits a wish in the journal is changing */
	unsigned hints;
	int64_t date;    /* seconds since 1970, UTC: Date, else INTERNALDATE */
	int date_zone;   /* minutes east of UTC, as written in Date */
	int64_t arrived; /* INTERNALDATE */
	uint32_t size;   /* RFC822.SIZE: a hint only */
	/* Decoded UTF-8, mended, not yet safe for the terminal; owned; never NULL. */
	char *from_name; /* display name, or the address when there is none */
	char *from_addr;
	char *to_name; /* first To, for mail of one's own */
	char *subject;
};

void message_done(struct message *m); /* frees the texts and leaves it zero */

/* to is overwritten, not freed. Texts that are NULL become "". */
void message_copy_to(struct message *to, const struct message *from);

/* "F.V.U": folder_id, UIDVALIDITY, UID, in decimal; a temporary number is 2^32 and more.
 * place_read takes nothing else. */
void place_print(int64_t place_id, uint32_t uidvalidity, struct buf *out);
bool place_read(struct str text, int64_t *place_id, uint32_t *uidvalidity);

#endif
