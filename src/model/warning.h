/* What was found when a draft was looked over before it is sent: see compose_check. */
#ifndef MODEL_WARNING_H
#define MODEL_WARNING_H

#include "base/str.h"

enum compose_warning_kind {
	/* It cannot go out like this. */
	COMPOSE_NO_RECIPIENT,
	COMPOSE_BAD_ADDRESS, /* words: the address: without a host, quotes not closed, … */
	COMPOSE_TOO_LARGE,   /* words: "bytes limit", both as numbers */
	/* A question. */
	COMPOSE_NO_SUBJECT,
	COMPOSE_NO_ATTACHMENT,   /* words: the word that speaks of one */
	COMPOSE_MANY_RECIPIENTS, /* words: how many */
	COMPOSE_BLIND_REPLY_ALL, /* one was in Bcc, and the others will know */
	COMPOSE_OTHER_FROM,      /* words: the address it came to */
	COMPOSE_FIRST_TIME,      /* words: the address */
	COMPOSE_LOOK_ALIKE,      /* words: "address known-address" */
	COMPOSE_WARNING_COUNT,
};

struct compose_warning {
	enum compose_warning_kind kind;
	char *words; /* owned; "" */
};

struct compose_warnings {
	struct compose_warning *items; /* owned */
	size_t count, cap;
};

#endif
