/*
 * POP3 client without I/O (RFC 1939; 2449 CAPA, PIPELINING and response codes, 2595 STLS, 3206,
 * 5034 AUTH, 6856 UTF8 and LANG; servers of RFC 1725, without CAPA and APOP, too): bytes in, events
 * out, and the other way round.
 *
 *	pop3_feed(pop3, bytes);
 *	while (pop3_next(pop3, &event) == CODEC_EVENT) …
 *	bytes to send: pop3_output(pop3); when n of them went out: pop3_sent(pop3, n);
 *
 * Commands may be given at any time; they wait here until they may go. At first that is one after
 * the answer to the other, the first after the greeting; pop3_pipeline lets more of them go
 * together, as far as RFC 2449 6.6 allows: nothing follows STLS, AUTH and QUIT before their
 * answer. Each command returns a number that its events carry; the last of them is POP3_ANSWERED.
 *
 * Messages come in pieces as they are, without the dots that were put in for the transfer. Where
 * the server ends its lines with CR LF, only a dot between two of them ends a message, so that no
 * sender can put one in; where it says +OK with a bare LF, that does.
 *
 * Status, list and capability lines have limits; what breaks them is CODEC_BAD. Lines that are no
 * answer where one is due (a server that did not stuff its dots) are passed over, up to a limit,
 * and told by POP3_JUNK: what came before them may be cut. All str fields of an event are borrowed
 * until the next call of pop3_next or pop3_feed. One thread. No clock, no globals.
 */
#ifndef PROTO_POP3_POP3_H
#define PROTO_POP3_POP3_H

#include "base/buf.h"
#include "base/error.h"
#include "proto/codec.h"

struct pop3;

enum {
	POP3_LINE_MAX =
		16 * 1024, /* bytes of a line that is not a message's; RFC 2449 4 says 512 */
	POP3_CAPABILITIES_MAX = 200,
	POP3_MESSAGES_MAX = 4 * 1000 * 1000, /* lines of LIST and UIDL */
	POP3_JUNK_MAX = 10 * 1000,           /* lines */
	POP3_UIDL_MAX = 512,                 /* bytes; RFC 1939 7 says 70; a longer one is cut */
};

struct pop3 *pop3_new(void);
void pop3_free(struct pop3 *pop3); /* takes NULL */

/* ---- What the server can do. ---- */

enum pop3_capability {
	POP3_CAP_TOP,
	POP3_CAP_USER,
	POP3_CAP_SASL,
	POP3_CAP_RESP_CODES,
	POP3_CAP_AUTH_RESP_CODE,
	POP3_CAP_LOGIN_DELAY,
	POP3_CAP_PIPELINING,
	POP3_CAP_EXPIRE,
	POP3_CAP_UIDL,
	POP3_CAP_STLS,
	POP3_CAP_UTF8,
	POP3_CAP_LANG,
	POP3_CAP_COUNT,
};

bool pop3_has(const struct pop3 *pop3, enum pop3_capability capability);
bool pop3_has_auth(const struct pop3 *pop3, struct str mechanism);
/* CAPA was answered with a list, in this session or in the one that is remembered. */
bool pop3_knows_capabilities(const struct pop3 *pop3);
/* Seconds from one log-in to the next that the server asks for; 0: not said. */
unsigned pop3_login_delay(const struct pop3 *pop3);
/* The greeting has a timestamp that APOP can use. */
bool pop3_has_apop(const struct pop3 *pop3);

/* The capabilities as words, for another session with the same server; and back. */
void pop3_capability_words(const struct pop3 *pop3, struct buf *out);
void pop3_remember(struct pop3 *pop3, struct str words);

/* ---- Events. ---- */

enum pop3_event_kind {
	POP3_GREETING,      /* text */
	POP3_TURNED_AWAY,   /* code, text: no service (greeting, or -ERR out of turn): close */
	POP3_WANT_TLS,      /* start TLS now; then call pop3_layer_started */
	POP3_CHALLENGE,     /* text: the decoded challenge; answer by pop3_respond */
	POP3_LOGGED_IN,     /* text; also POP3_ANSWERED follows */
	POP3_LOGIN_REFUSED, /* code, text; the same */
	POP3_LISTED,        /* number, size: a line of LIST */
	POP3_UIDL,          /* number, text: a line of UIDL; text is empty where it has none */
	POP3_BYTES,         /* number, text: a piece of a message */
	POP3_JUNK,          /* text: the first of some lines that are no answer */
	POP3_ANSWERED,      /* is_ok, code, text; STAT: count, size */
};

/* The bracketed code of an answer (RFC 2449 8, 3206, 6856). */
enum pop3_code {
	POP3_CODE_NONE,
	POP3_CODE_IN_USE,      /* another session has the maildrop */
	POP3_CODE_LOGIN_DELAY, /* too soon after the last one */
	POP3_CODE_SYS_TEMP,
	POP3_CODE_SYS_PERM,
	POP3_CODE_AUTH, /* the secret is wrong */
	POP3_CODE_UTF8,
	POP3_CODE_OTHER,
};

enum pop3_verb {
	POP3_VERB_GREETING,
	POP3_VERB_CAPA,
	POP3_VERB_STLS,
	POP3_VERB_USER,
	POP3_VERB_PASS,
	POP3_VERB_APOP,
	POP3_VERB_AUTH,
	POP3_VERB_UTF8,
	POP3_VERB_LANG,
	POP3_VERB_STAT,
	POP3_VERB_LIST,
	POP3_VERB_UIDL,
	POP3_VERB_RETR,
	POP3_VERB_TOP,
	POP3_VERB_DELE,
	POP3_VERB_RSET,
	POP3_VERB_NOOP,
	POP3_VERB_QUIT,
};

struct pop3_event {
	enum pop3_event_kind kind;
	enum pop3_verb verb; /* what is answered */
	unsigned command;    /* the number it was given; 0: the greeting, or nothing */
	bool is_ok;
	enum pop3_code code;
	struct str text; /* without +OK, -ERR and the code */
	uint32_t number; /* of the message, from 1 */
	uint32_t count;  /* messages */
	uint64_t size;   /* bytes */
};

void pop3_feed(struct pop3 *pop3, struct str bytes); /* copied */
enum codec pop3_next(struct pop3 *pop3, struct pop3_event *event);
struct str pop3_output(const struct pop3 *pop3);
void pop3_sent(struct pop3 *pop3, size_t n);

/* What pop3_output holds, with secrets replaced by "*****", for the log. */
void pop3_output_masked(const struct pop3 *pop3, struct buf *out);

/* ---- Commands. ---- */

/* Up to so many commands may be without an answer; 1 at first. before_greeting: the first may go
 * before the server has spoken. Only for a server that is known to bear it. */
void pop3_pipeline(struct pop3 *pop3, unsigned window, bool before_greeting);

/* Commands without an answer, those that still wait here too. */
size_t pop3_unanswered(const struct pop3 *pop3);

unsigned pop3_capa(struct pop3 *pop3);
unsigned pop3_stls(struct pop3 *pop3);

/* TLS is up: everything read before is thrown away and the capabilities are forgotten (RFC 2595
 * 4). After a refusal of STLS nothing but QUIT goes out any more. */
void pop3_layer_started(struct pop3 *pop3);

/* USER and PASS; the number is that of PASS. False in pop3_is_sendable: it would end the line. */
unsigned pop3_user_pass(struct pop3 *pop3, struct str user, struct str password);
unsigned pop3_apop(struct pop3 *pop3, struct str user, struct str password); /* pop3_has_apop */
/* An initial response that does not fit the line goes out when the server asks (RFC 5034 4). */
unsigned pop3_auth(struct pop3 *pop3, struct str mechanism, bool has_initial, struct str initial);
void pop3_respond(struct pop3 *pop3, struct str response); /* to POP3_CHALLENGE; encoded here */
void pop3_respond_cancel(struct pop3 *pop3);
bool pop3_is_sendable(struct str user_or_password);

unsigned pop3_utf8(struct pop3 *pop3);
unsigned pop3_lang(struct pop3 *pop3, struct str tag); /* letters, digits, "-" and "*" */
unsigned pop3_stat(struct pop3 *pop3);
unsigned pop3_list(struct pop3 *pop3);
unsigned pop3_uidl(struct pop3 *pop3);
unsigned pop3_retr(struct pop3 *pop3, uint32_t number);
unsigned pop3_top(struct pop3 *pop3, uint32_t number, uint32_t lines);
unsigned pop3_dele(struct pop3 *pop3, uint32_t number);
unsigned pop3_rset(struct pop3 *pop3);
unsigned pop3_noop(struct pop3 *pop3);
unsigned pop3_quit(struct pop3 *pop3);

#endif
