/* Drafts and given messages → the bytes and the envelope that go out. Pure functions. */
#ifndef COMPOSE_COMPOSE_H
#define COMPOSE_COMPOSE_H

#include "base/buf.h"
#include "base/error.h"
#include "model/outgoing.h"

/* A message as a program hands it to sendmail, and what stands on the command line. */
struct compose_given {
	bool takes_recipients;         /* also those of To, Cc and Bcc (Resent-… if there are) */
	const char *const *recipients; /* each may be a list */
	size_t recipient_count;
	const char *sender;       /* the envelope's; NULL: found out */
	const char *full_name;    /* for a From that is missing; NULL */
	const char *account_from; /* 'Name <addr>' of the account; NULL */
	int64_t now;              /* seconds since 1970 UTC */
	int zone;                 /* minutes east */
	uint64_t entropy[2];      /* for the Message-ID */
};

/* Fills *out (from, message_id, recipients) and the message: CR LF line ends, without Bcc, with
 * From, Date and Message-ID, all header fields in ASCII, no line of more than 998 bytes. False with
 * a sentence (ERROR_INPUT) when there is nobody to send it to, or an address is none. */
bool compose_given(struct str raw, const struct compose_given *given, struct outgoing *out,
	struct buf *message, struct error *err);

/* The address in the first From field; "" when there is none. */
void compose_from_of(struct str raw, struct buf *addr);
/* The address of 'Name <addr>'. */
void compose_address_of(const char *text, struct buf *addr);

#endif
