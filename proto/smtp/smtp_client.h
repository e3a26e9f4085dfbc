/* What the files of the SMTP client share; nobody else includes it. */
#ifndef PROTO_SMTP_SMTP_CLIENT_H
#define PROTO_SMTP_SMTP_CLIENT_H

#include "proto/smtp/smtp.h"

/* ---- Replies: smtp_reply.c ---- */

struct smtp_reader {
	struct buf in;
	size_t pos;     /* what stands before is read */
	size_t scanned; /* no line end from pos up to here */
	unsigned lines; /* of the reply that is being gathered */
	unsigned code;
	struct buf enhanced, text;
};

void smtp_reader_done(struct smtp_reader *reader);
void smtp_reader_forget(struct smtp_reader *reader); /* everything read */
enum codec smtp_reader_next(struct smtp_reader *reader, struct smtp_reply *reply);

struct smtp_extensions {
	unsigned bits; /* 1 << enum smtp_extension */
	uint64_t size_max;
	struct buf mechanisms; /* words, each followed by a blank */
};

void smtp_extensions_read(struct smtp_extensions *extensions, struct str ehlo_text);

/* ---- The client: smtp_client.c ---- */

enum { SMTP_OUTPUT_MAX = 64 * 1024 }; /* bytes that wait unsent, or little more */

/* What the next replies are for, oldest first. */
enum smtp_expected {
	SMTP_EXPECT_GREETING,
	SMTP_EXPECT_EHLO,
	SMTP_EXPECT_HELO,
	SMTP_EXPECT_STARTTLS,
	SMTP_EXPECT_AUTH,
	SMTP_EXPECT_MAIL,
	SMTP_EXPECT_RCPT,
	SMTP_EXPECT_DATA,
	SMTP_EXPECT_CHUNK,
	SMTP_EXPECT_END,
	SMTP_EXPECT_RSET,
	SMTP_EXPECT_OTHER,
};

/* The mail that is being sent. */
struct smtp_transaction {
	bool is_active;
	struct buf from;
	struct buf addresses; /* of the recipients, each ended by NUL */
	size_t address_next;  /* in addresses: the next RCPT */
	size_t count, asked, answered, taken;
	struct str message; /* borrowed; or is_streamed: */
	struct buf body;    /* what is here of it */
	uint64_t body_at;   /* where in the message body begins */
	uint64_t given;     /* by smtp_body */
	uint64_t size;
	bool is_streamed, is_after_cr;
	bool send_to_rest, is_8bit, is_utf8, wants_receipts;
	bool mail_is_asked, mail_is_taken, data_is_asked;
	bool has_begun; /* bytes of the mail may go */
	bool is_chunked;
	uint64_t moved;     /* of the message: went to the output */
	uint64_t chunk_end; /* of the message: end of the chunk that is moving */
	bool line_starts;   /* DATA: the next byte stands at the start of a line */
	bool is_held, is_committed;
	bool is_refused; /* the first reason counts */
	enum smtp_stage stage;
	struct buf enhanced, text;
	unsigned code;
};

struct smtp {
	struct smtp_reader reader;
	struct smtp_extensions extensions;
	struct smtp_transaction mail;
	struct buf name;
	struct buf out;
	size_t out_pos;
	size_t secret_from; /* offset in out; SIZE_MAX: nothing secret */
	struct buf challenge;
	enum smtp_expected *expected;
	size_t expected_count, expected_cap;
	size_t rcpt_index; /* of the next RCPT reply */
	bool is_ready, is_bad, must_close;
	bool wants_tls;                 /* SMTP_WANT_TLS was told */
	bool is_challenged;             /* SMTP_CHALLENGE was told */
	bool tells_held, tells_refused; /* an event that is due without a reply */
};

void smtp_expect(struct smtp *smtp, enum smtp_expected expected);
size_t smtp_waiting(const struct smtp *smtp); /* bytes in the output */

/* ---- A mail: smtp_mail.c ---- */

/* Puts what may go now into the output. */
void smtp_mail_fill(struct smtp *smtp);

/* A reply to MAIL, RCPT, DATA, a chunk or the end. False: no event came of it. */
enum codec smtp_mail_reply(struct smtp *smtp, enum smtp_expected expected,
	const struct smtp_reply *reply, struct smtp_event *event);

/* An event that is due. */
bool smtp_mail_due(struct smtp *smtp, struct smtp_event *event);

void smtp_mail_done(struct smtp_transaction *mail);

#endif
