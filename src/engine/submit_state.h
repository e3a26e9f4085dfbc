/* What submit.c and submit_login.c share. */
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
	struct buf message;     /* as it goes out */
	struct str *recipients; /* owned; into item */
	bool is_dirty;          /* there may be something to send */
	bool has_due;           /* what the last look found */
	bool has_copies;        /* messages whose copy in Sent is not made */
	int64_t next_look;      /* wall seconds */
	int64_t copy_out;       /* outgoing_id: its APPEND is out in this session */
	int64_t copy_looked;    /* outgoing_id: Sent is being synced to look for it */
	enum submit_doubt doubt;
	int64_t doubt_from; /* wall seconds: not looked at before, servers take a while */
	char name[80];      /* for the log and the counts */
};

/* The connection cannot go on; the first reason counts. Returns false. */
bool submit_fail(struct submit *s, enum error_kind kind, const char *what, struct str words);
bool submit_fail_with(struct submit *s, const struct error *err);

/* ---- submit_login.c ---- */
bool submit_needs_login(const struct submit *s);
void submit_login_start(struct submit *s);
void submit_login_event(struct submit *s, const struct smtp_event *event);

#endif
