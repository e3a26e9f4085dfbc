/* What submit.c, submit_item.c, submit_login.c and submit_serve.c share. */
#ifndef ENGINE_SUBMIT_STATE_H
#define ENGINE_SUBMIT_STATE_H

#include "engine/submit.h"
#include "proto/sasl/sasl.h"
#include "proto/smtp/smtp.h"

/* Messages that may have gone out: are they in Sent, where the server itself put them? */
enum submit_doubt {
	DOUBT_UNSEEN,
	DOUBT_SYNCING, /* Sent is being synced, to be looked through */
	DOUBT_OVER,    /* looked at, in this session */
};

struct submit {
	struct account_run *run; /* not owned */
	void *conn;              /* owned, of the world; NULL: not connected */
	struct smtp *smtp;       /* owned, with conn */
	struct sasl *sasl;       /* owned, while logging in */
	struct buf input;
	bool is_opening;   /* TCP or TLS handshake */
	bool is_upgrading; /* STARTTLS was agreed on */
	bool is_tls, is_ready;
	bool is_over; /* error tells why */
	bool is_held; /* not tried again until asked */
	struct error error;
	int64_t retry_at; /* ms */
	int64_t last_io;  /* ms */
	unsigned failures;
	bool has_item;
	struct outgoing item;
	struct buf message; /* recoded, when it goes out so; else it goes piece by piece */
	struct buf piece;
	uint64_t body_at;       /* of the message: given to the client */
	struct str *recipients; /* owned; into item */
	bool is_dirty;          /* there may be something to send */
	bool has_due;           /* what the last look found */
	bool has_copies;        /* messages whose copy in Sent is not made */
	int64_t next_look;      /* wall seconds */
	int64_t copy_out;       /* outgoing_id: its APPEND is out in this session */
	int64_t copy_looked;    /* outgoing_id: Sent is being synced to look for it */
	enum submit_doubt doubt;
	int64_t doubt_from;   /* wall seconds: not looked at before, servers take a while */
	bool program_is_out;  /* the sendmail of the account has the message */
	uint64_t size_max;    /* of a message, as EHLO last said; 0: not known */
	int64_t wanted_until; /* ms: somebody writes, and may send any moment */
	char name[80];        /* for the log and the counts */
};

/* The connection cannot go on; the first reason counts. Returns false. */
bool submit_fail(struct submit *s, enum error_kind kind, const char *what, struct str words);
bool submit_fail_with(struct submit *s, const struct error *err);

/* ---- submit.c ---- */
struct submit *submit_of(struct account_run *run);

/* ---- submit_item.c: the message ---- */
void submit_item_drop(struct submit *s);
/* Durable, or false: then nothing that builds on it may be done. */
bool submit_item_move(struct submit *s, enum outgoing_state to);
/* Tried in vain: again after so many seconds. */
void submit_item_later(struct submit *s, int64_t pause, struct str words);
void submit_item_cut(struct submit *s); /* the connection is gone under it */
void submit_item_start(struct submit *s);
bool submit_item_body(struct submit *s); /* gives the client what it wants of it */
void submit_item_recipient(struct submit *s, const struct smtp_event *event);
void submit_item_refused(struct submit *s, const struct smtp_event *event);
void submit_item_accepted(struct submit *s, const struct smtp_event *event);
int64_t submit_pause_s(struct submit *s, unsigned tries);

/* ---- submit_program.c ---- */
void submit_program_start(struct submit *s);

/* ---- submit_login.c ---- */
bool submit_needs_login(const struct submit *s);
void submit_login_start(struct submit *s);
void submit_login_event(struct submit *s, const struct smtp_event *event);

#endif
