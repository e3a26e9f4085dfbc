/* What the files of the POP3 client share; nobody else includes it. */
#ifndef PROTO_POP3_POP3_CLIENT_H
#define PROTO_POP3_POP3_CLIENT_H

#include "proto/pop3/pop3.h"

/* ---- Lines and messages out of bytes: pop3_read.c ---- */

struct pop3_reader {
	struct buf in;
	size_t pos;       /* what stands before is read */
	size_t scanned;   /* no line end from pos up to here */
	bool is_bare;     /* the last line ended in LF alone */
	bool line_starts; /* of a message: the next byte stands at the start of a line */
	char last;        /* of a message: the byte before */
};

void pop3_reader_done(struct pop3_reader *reader);

/* One line without its end; MORE when there is none yet, BAD when it is too long. */
enum codec pop3_reader_line(struct pop3_reader *reader, struct str *line);

/* The lines of a message begin, ended as the last line was. */
void pop3_reader_begin(struct pop3_reader *reader);
/* A piece of it; *is_end (and no piece) behind the dot. */
enum codec pop3_reader_piece(struct pop3_reader *reader, struct str *piece, bool *is_end);

/* The code at the start of an answer's text, which is cut off. */
enum pop3_code pop3_code_read(struct str *text);

/* ---- What the server can do: pop3_capability.c ---- */

struct pop3_capabilities {
	bool is_known;
	unsigned bits;    /* 1 << enum pop3_capability */
	struct buf words; /* "TOP SASL=PLAIN EXPIRE=NEVER ", each followed by a blank */
	unsigned lines;
};

void pop3_capabilities_clear(struct pop3_capabilities *capabilities);
void pop3_capabilities_add(struct pop3_capabilities *capabilities, struct str line);

/* ---- The client: pop3_client.c and pop3_command.c ---- */

struct pop3_command {
	unsigned id;
	enum pop3_verb verb;
	uint32_t number, lines;
	char *argument;   /* owned; NULL; wiped when secret */
	char *initial;    /* owned: AUTH's first response, base64, that goes when it is asked for */
	uint64_t out_end; /* bytes sent in all when the command is out */
};

struct pop3 {
	struct pop3_reader reader;
	struct pop3_capabilities capabilities;
	struct buf timestamp; /* of the greeting, with <> */
	struct buf out;
	size_t out_pos;
	size_t secret_from, secret_to; /* in out; equal: nothing secret */
	uint64_t sent;                 /* bytes that went out in all */
	struct pop3_command *commands; /* owned: oldest first, from head on */
	size_t head, next, count, cap; /* [head, next) are released, [next, count) wait */
	unsigned last_id, window;
	bool before_greeting;
	bool is_listing;  /* the answer at the head has begun, its lines follow */
	bool is_answered; /* and POP3_ANSWERED is due */
	bool is_ok;       /* that answer's */
	enum pop3_code code;
	struct buf status; /* its text */
	struct buf challenge;
	bool is_challenged; /* POP3_CHALLENGE was told */
	bool wants_tls;     /* POP3_WANT_TLS was told */
	bool is_bad, only_quit;
	bool user_is_refused;
	bool junk_is_told;
	unsigned junk, listed;
};

/* Puts into the output what may go now. */
void pop3_release(struct pop3 *pop3);
/* Nothing may follow it before its answer. */
bool pop3_verb_holds(enum pop3_verb verb);
void pop3_respond_encoded(struct pop3 *pop3, struct str text); /* base64, or "*" */
size_t pop3_waiting(const struct pop3 *pop3);                  /* bytes in the output */
void pop3_command_drop(struct pop3 *pop3);                     /* the oldest: it was answered */

#endif
