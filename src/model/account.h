/*
 * An account as the settings file describes it: plain data, owned, UTF-8. Host names are as the
 * user gave them (proto/net turns them into A-labels).
 */
#ifndef MODEL_ACCOUNT_H
#define MODEL_ACCOUNT_H

#include "base/str.h"

enum account_kind { ACCOUNT_IMAP, ACCOUNT_POP3, ACCOUNT_LOCAL };

enum transport {
	TRANSPORT_TLS,      /* implicit TLS: imaps, pop3s, smtps */
	TRANSPORT_STARTTLS, /* never goes on in clear */
	TRANSPORT_PLAIN,    /* loopback addresses, or where allow_plain says so */
};

struct server {
	char *host;    /* owned; NULL: there is none */
	uint16_t port; /* never 0 */
	enum transport transport;
	char *user; /* owned */
	bool allow_plain;
};

/* When an opened message counts as seen. */
enum seen_mode { SEEN_AT_ONCE, SEEN_AFTER, SEEN_NEVER };

/* What deleting does: \Deleted until expunged, or a move to the account's trash folder. */
enum delete_mode { DELETE_MARK, DELETE_TRASH };

/* How long mail stays on a POP3 server once it is here. */
enum leave_mode { LEAVE_FOREVER, LEAVE_DAYS, LEAVE_UNTIL_DELETED, LEAVE_NEVER };

enum { ACCOUNT_CHECK_MINUTES = 10 }; /* what check-minutes is when nobody has set it */

struct account {
	int64_t account_id; /* given by local.db (cache_account_register); 0 before */
	char *name;         /* owned; unique, what the command line and the screen show */
	enum account_kind kind;
	struct server incoming;
	struct server outgoing;
	char *from;             /* owned; 'Name <addr>' as given; may be NULL */
	char *password_command; /* owned; may be NULL */
	char *ca_file;          /* owned; PEM, in place of the system's roots; may be NULL */
	char *auth;             /* owned; "auto" or a SASL mechanism name; NULL is auto */
	char *trust;            /* owned; pinned key "sha256:…" of host+port, may be NULL */
	bool only_subscribed;
	enum seen_mode seen;
	int seen_after; /* seconds, for SEEN_AFTER */
	enum delete_mode delete_mode;
	char *offline;  /* owned; model/offline.h; NULL: what was opened */
	char *sendmail; /* owned; a program that sends, in place of outgoing; NULL */
	bool no_copy;   /* of what is sent */
	enum leave_mode leave;
	int leave_days;  /* for LEAVE_DAYS */
	int check_every; /* POP3: minutes from one look to the next; 0: ACCOUNT_CHECK_MINUTES, -1:
			    only when asked */
};

void server_done(struct server *s); /* frees what it owns and leaves it zero */

/* A deep copy. NULL stays NULL. */
struct account *account_copy(const struct account *a);
void account_free(struct account *a); /* what account_copy made; takes NULL */
void account_done(struct account *a); /* frees what it owns and leaves it zero */

#endif
