/*
 * SMTP submission client without I/O (RFC 5321, 6409; 1870 SIZE, 2034 enhanced codes, 2920
 * PIPELINING, 3030 CHUNKING, 3207 STARTTLS, 4954 AUTH, 6152 8BITMIME, 6531 SMTPUTF8): bytes in,
 * events out, and the other way round.
 *
 *	smtp_feed(smtp, bytes);
 *	while (smtp_next(smtp, &event) == CODEC_EVENT) …
 *	bytes to send: smtp_output(smtp); when n of them went out: smtp_sent(smtp, n);
 *
 * The client waits for the greeting and says EHLO (HELO to old servers) by itself; SMTP_READY means
 * that smtp_has answers. Then, each after the answer to the one before: smtp_starttls, smtp_auth,
 * smtp_send. Nothing is ever sent before the greeting, and nothing behind EHLO, STARTTLS or AUTH.
 *
 * A mail is sent up to, but without, its last bytes: before them the server cannot have taken it.
 * SMTP_WANT_COMMIT asks for smtp_commit; whoever must know afterwards whether the mail may have
 * gone out writes that down first. After smtp_commit only SMTP_ACCEPTED or SMTP_REFUSED tells, and
 * a connection lost in between leaves it open.
 *
 * Flights of one mail behind the log-in: with PIPELINING and CHUNKING one for a single recipient,
 * two for several, because all recipients are looked at before any byte of the mail; two without
 * CHUNKING; one more for each command without PIPELINING.
 *
 * Replies have limits; what breaks them, or is no reply, is CODEC_BAD. All str fields of an event
 * are borrowed until the next call of smtp_next or smtp_feed. One thread. No clock, no globals.
 */
#ifndef PROTO_SMTP_SMTP_H
#define PROTO_SMTP_SMTP_H

#include "base/buf.h"
#include "base/error.h"
#include "proto/codec.h"

struct smtp;

enum {
	SMTP_REPLY_LINE_MAX = 4096, /* bytes; RFC 5321 4.5.3.1.5 says 512 */
	SMTP_REPLY_LINES_MAX = 200,
	SMTP_ADDRESS_MAX = 512,
	SMTP_RECIPIENTS_MAX = 10000,
};

/* client_name: what EHLO says, a host name or "[127.0.0.1]"; copied. */
struct smtp *smtp_new(struct str client_name);
void smtp_free(struct smtp *smtp); /* takes NULL */

/* ---- What the server can do. ---- */

enum smtp_extension {
	SMTP_EXT_STARTTLS,
	SMTP_EXT_AUTH,
	SMTP_EXT_PIPELINING,
	SMTP_EXT_CHUNKING,
	SMTP_EXT_SIZE,
	SMTP_EXT_8BITMIME,
	SMTP_EXT_SMTPUTF8,
	SMTP_EXT_ENHANCED,
	SMTP_EXT_DSN,
	SMTP_EXT_COUNT,
};

bool smtp_has(const struct smtp *smtp, enum smtp_extension extension);
bool smtp_has_auth(const struct smtp *smtp, struct str mechanism);
uint64_t smtp_size_max(const struct smtp *smtp); /* bytes; 0: not said */

/* ---- Events. ---- */

struct smtp_reply {
	unsigned code;       /* 100 … 599 */
	struct str enhanced; /* "5.1.1", or empty */
	struct str text;     /* without codes; lines joined by '\n' */
};

enum smtp_event_kind {
	SMTP_GREETING,      /* reply; EHLO follows by itself */
	SMTP_TURNED_AWAY,   /* reply: no service (greeting, EHLO, or 421 at any time): close */
	SMTP_READY,         /* EHLO or HELO was answered */
	SMTP_WANT_TLS,      /* start TLS now; then call smtp_layer_started */
	SMTP_TLS_REFUSED,   /* reply: STARTTLS was */
	SMTP_CHALLENGE,     /* text: the decoded challenge; answer by smtp_respond */
	SMTP_LOGGED_IN,     /* reply */
	SMTP_LOGIN_REFUSED, /* reply */
	SMTP_RECIPIENT,     /* index, reply: what the server says to one RCPT */
	SMTP_WANT_COMMIT,   /* all but the last bytes of the mail are in the output */
	SMTP_ACCEPTED,      /* reply: the server has the mail */
	SMTP_REFUSED,       /* stage, reply: it certainly has not */
	SMTP_ANSWERED,      /* reply: to NOOP or QUIT */
};

/* What was refused. */
enum smtp_stage {
	SMTP_AT_MAIL,
	SMTP_AT_RECIPIENTS, /* SMTP_RECIPIENT told which; reply is that of the first refused */
	SMTP_AT_DATA,
	SMTP_AT_END, /* after the last byte */
};

struct smtp_event {
	enum smtp_event_kind kind;
	struct smtp_reply reply;
	enum smtp_stage stage;
	size_t index; /* of the recipient */
	struct str text;
};

void smtp_feed(struct smtp *smtp, struct str bytes); /* copied */
enum codec smtp_next(struct smtp *smtp, struct smtp_event *event);
struct str smtp_output(const struct smtp *smtp);
void smtp_sent(struct smtp *smtp, size_t n);

/* What smtp_output holds, with secrets replaced by "*****", for the log. */
void smtp_output_masked(const struct smtp *smtp, struct buf *out);

/* ---- Commands. Only while smtp_is_idle, but for those that say otherwise. ---- */

/* Ready and nothing unanswered. */
bool smtp_is_idle(const struct smtp *smtp);

void smtp_starttls(struct smtp *smtp);

/* TLS is up: everything read before is thrown away, all extensions are forgotten, EHLO is said
 * again (RFC 3207 4.2). */
void smtp_layer_started(struct smtp *smtp);

void smtp_auth(struct smtp *smtp, struct str mechanism, bool has_initial, struct str initial);
void smtp_respond(struct smtp *smtp, struct str response); /* to SMTP_CHALLENGE; encoded here */
void smtp_respond_cancel(struct smtp *smtp);

struct smtp_mail {
	struct str from;              /* without <>; empty: the null sender */
	const struct str *recipients; /* without <> */
	size_t recipient_count;
	struct str message;  /* CR LF line ends; borrowed until the mail is accepted or refused */
	bool send_to_rest;   /* go on although some recipients were refused */
	uint64_t size;       /* without a message: so many bytes will be given by smtp_body */
	bool is_8bit;        /* and they are not all ASCII */
	bool wants_receipts; /* reports on delivery (RFC 3461), where the server knows them */
};

/* False with a sentence, and nothing is sent: an address that could smuggle a command, a line end
 * that is not CR LF, a message larger than the server takes, or in need of an extension it has not.
 */
bool smtp_send(struct smtp *smtp, const struct smtp_mail *mail, struct error *err);

/* How many bytes of the message smtp_body takes now; 0: none, for the moment or any more. To be
 * asked after each smtp_next and smtp_sent. */
size_t smtp_wants(const struct smtp *smtp);

/* The next bytes, at most smtp_wants of them; copied. False when they are not what smtp_send was
 * told, or not clean: the connection must be closed then, and nothing was sent. */
bool smtp_body(struct smtp *smtp, struct str bytes, struct error *err);

/* Lets the last bytes go; only after SMTP_WANT_COMMIT. */
void smtp_commit(struct smtp *smtp);

void smtp_noop(struct smtp *smtp);
void smtp_quit(struct smtp *smtp);

/* After a refusal in the middle of a mail the server would take the rest for commands: close. */
bool smtp_must_close(const struct smtp *smtp);

/* ---- Checks, for callers that want to know before. ---- */

/* Neither control characters, nor angle brackets or blanks outside quotes. Empty is none. */
bool smtp_address_is_safe(struct str address);

/* Only CR LF line ends, no NUL. */
bool smtp_message_is_clean(struct str message);

bool smtp_is_ascii(struct str bytes);

#endif
