/*
 * One look into a POP3 maildrop, from the connection to QUIT:
 *
 *	pop3_login.c	greeting, CAPA, STLS, the log-in
 *	pop3_look.c	what is there (STAT, UIDL, LIST) against what was fetched before
 *	pop3_fetch.c	TOP and RETR into the local Inbox, one transaction a batch; then DELE
 *
 * A message leaves the server only by the DELE of a session that either has just committed it to
 * local.db or finds there that an earlier one has; and only its QUIT makes that so. A connection
 * or a process that ends anywhere before is a look that did not happen.
 */
#ifndef ENGINE_POP3_SESSION_H
#define ENGINE_POP3_SESSION_H

#include "base/digest.h"
#include "engine/backend.h"
#include "proto/pop3/pop3.h"
#include "proto/sasl/sasl.h"

enum pop3_phase {
	POP3_OPENING, /* name, TCP, TLS */
	POP3_LOGIN,
	POP3_LOOKING,
	POP3_MERGING,
	POP3_SIZING, /* LIST is out */
	POP3_HEADING,
	POP3_FETCHING,
	POP3_DELETING,
	POP3_QUITTING,
	POP3_OVER, /* the look is over and was good */
};

/* What is known of a message of the maildrop. */
enum pop3_state {
	POP3_NEW,
	POP3_KNOWN,  /* here, under its key and with its size */
	POP3_ASKED,  /* TOP or RETR is out */
	POP3_STORED, /* by this session */
	POP3_FAILED, /* the server lists it and does not give it, this time */
	POP3_DELETED,
};

struct pop3_listed {
	unsigned char key[CACHE_UIDL_HASH];
	uint32_t number;
	uint32_t size;     /* LIST's; 0: not known */
	uint32_t row_size; /* of POP3_KNOWN: what LIST said when it was fetched */
	uint8_t state;     /* enum pop3_state */
	bool has_key;      /* of a UIDL that only this one has */
	bool may_go;       /* the account's settings want it off the server */
};

/* A message that is being fetched, or its header. */
struct pop3_item {
	size_t at; /* in listed */
	struct buf bytes;
	struct cache_blob *blob; /* owned: of a large one, its bytes so far */
	struct digest *head, *whole;
	char tail[3]; /* of the header: its end is looked for */
	bool head_ends;
	bool is_answered, is_good;
	uint64_t length;
};

struct pop3_session {
	struct account_run *run; /* not owned */
	void *conn;              /* owned, of the world */
	struct pop3 *pop3;       /* owned */
	struct sasl *sasl;       /* owned, while logging in */
	struct buf input;
	enum pop3_phase phase;
	bool is_tls, is_starting_tls, is_piped, is_logged_in;
	bool is_failed; /* error tells why */
	struct error error;
	const char *mechanism; /* of the log-in; NULL is USER and PASS */
	unsigned window;       /* commands that may be out */
	int64_t last_io;       /* ms */
	char name[80];         /* for the log and the counts */

	/* Looking. */
	unsigned stat, uidl, list; /* commands that are out; 0 */
	bool has_stat, is_first, uidl_is_refused, has_sizes;
	uint32_t count;             /* messages, by STAT */
	uint64_t octets;            /* by STAT */
	struct pop3_listed *listed; /* owned */
	size_t listed_count, listed_cap;
	unsigned char after[CACHE_UIDL_HASH]; /* merging: rows up to it are done */
	bool has_after;
	size_t merged;         /* of listed, by key */
	uint64_t known_octets; /* of POP3_KNOWN, by their rows */
	size_t news;           /* POP3_NEW, once they are known */
	int64_t gone;          /* messages that may come back under another key */

	/* Fetching. */
	int64_t inbox;
	bool top_is_refused;
	bool is_doubtful;        /* lines that were no answer: nothing is deleted in this session */
	size_t next;             /* of listed: where to go on */
	struct pop3_item *items; /* owned: oldest first */
	size_t item_count, item_cap, item_done; /* the first item_done are answered */
	uint64_t bytes_out, bytes_held;
	size_t fetched, deleted;
};

/* The connection cannot go on; the first reason counts. Returns false. */
bool pop3_fail(struct pop3_session *s, enum error_kind kind, const char *what, struct str words);
bool pop3_fail_with(struct pop3_session *s, const struct error *err);

/* ---- pop3_login.c ---- */
void pop3_login_opened(struct pop3_session *s); /* the connection is open, or TLS is up */
void pop3_login_event(struct pop3_session *s, const struct pop3_event *event);

/* ---- pop3_look.c ---- */
void pop3_look_start(struct pop3_session *s); /* STAT and UIDL go out */
void pop3_look_event(struct pop3_session *s, const struct pop3_event *event);
/* A slice of the comparing; false: the store failed. */
bool pop3_look_step(struct pop3_session *s);
void pop3_sort_by_number(struct pop3_session *s);
/* It is here already. */
void pop3_know(struct pop3_session *s, struct pop3_listed *entry, const struct cache_uidl *row);

/* ---- pop3_fetch.c ---- */
void pop3_fetch_start(struct pop3_session *s); /* HEADING, FETCHING, DELETING or QUITTING next */
void pop3_fetch_event(struct pop3_session *s, const struct pop3_event *event);
/* Commits what is due and asks for more. */
bool pop3_fetch_step(struct pop3_session *s);
void pop3_fetch_free(struct pop3_session *s);

#endif
