/*
 * A message being written. All texts are owned, UTF-8 as typed, and never NULL once draft_init ran.
 * The address fields and the subject are one line each; what stands in them need not be right yet.
 *
 * In body a line ends in '\n' and is a paragraph: with is_flowed long ones are broken softly when
 * the message is built (RFC 3676) and joined again when it is read. Quoted lines begin with ">"
 * once per level and then a blank: ">> like this". The signature stands behind a line "-- ".
 */
#ifndef MODEL_DRAFT_H
#define MODEL_DRAFT_H

#include "base/str.h"

enum { DRAFT_FILES_MAX = 1000 };

enum draft_verb {
	DRAFT_NEW,
	DRAFT_REPLY,
	DRAFT_REPLY_ALL,
	DRAFT_REPLY_LIST,
	DRAFT_FORWARD,          /* its text in the body, its attachments attached */
	DRAFT_FORWARD_ATTACHED, /* each message a file */
	DRAFT_REDIRECT,
	DRAFT_AGAIN, /* edit as new */
	DRAFT_VERB_COUNT,
};

struct draft_file {
	int64_t file_id;   /* the copy in local.db; 0: none yet */
	char *name;        /* owned; "" for a message without one */
	char *type;        /* owned; "image/png"; "" counts as application/octet-stream */
	char *description; /* owned; "" */
	uint64_t size;     /* bytes, not encoded */
	bool is_message;   /* goes as message/rfc822 */
};

struct draft {
	int64_t draft_id;   /* 0: not in the store yet */
	uint64_t revision;  /* grows with each save */
	int64_t account_id; /* who sends; 0: not said */
	enum draft_verb verb;
	char *identity; /* name of the role; "": the account's own */
	char *from, *reply_to, *to, *cc, *bcc, *subject;
	char *fcc;                      /* "ACCOUNT/Folder"; "": as the account has it */
	char *extra;                    /* further header lines, each ended by '\n' */
	char *in_reply_to, *references; /* ids with <>, separated by blanks */
	char *body;
	bool is_flowed;
	struct draft_file *files; /* owned */
	size_t file_count, file_cap;
	int64_t *answers; /* owned; places that become \Answered or $Forwarded once it is sent */
	size_t answer_count;
	char *came_to;   /* own address that the original was sent to; "": none, or not known */
	bool was_blind;  /* the original came, but no own address stands in its To and Cc */
	int64_t send_at; /* wall seconds; 0: at once */
	int64_t updated; /* wall seconds */
};

struct draft *draft_new(void);
struct draft *draft_copy(const struct draft *d); /* NULL stays NULL */
void draft_free(struct draft *d);                /* takes NULL */
void draft_init(struct draft *d);                /* texts "", is_flowed */
void draft_done(struct draft *d);                /* frees what it owns and leaves it zero */

/* One of the texts: draft_set(&d->subject, text). */
void draft_set(char **field, struct str text);

/* Appends a copy and returns it, valid until the next; NULL beyond DRAFT_FILES_MAX. */
struct draft_file *draft_add_file(struct draft *d, const struct draft_file *file);
void draft_remove_file(struct draft *d, size_t index);
void draft_add_answer(struct draft *d, int64_t place_id); /* once each */

/* Nothing typed: no recipient, subject, body or file. */
bool draft_is_blank(const struct draft *d);

const char *draft_verb_name(enum draft_verb verb); /* "reply-all": for the store and JSON */
bool draft_verb_find(struct str name, enum draft_verb *verb);

#endif
