/*
 * Drafts and given messages → the bytes and the envelope that go out, and back. Pure functions: no
 * file, no clock, no chance of their own. What comes from a message that is answered is never
 * trusted: texts become one line each, and no value can begin a header field.
 */
#ifndef COMPOSE_COMPOSE_H
#define COMPOSE_COMPOSE_H

#include "base/buf.h"
#include "base/error.h"
#include "model/doc.h"
#include "model/draft.h"
#include "model/identity.h"
#include "model/outgoing.h"
#include "model/part.h"
#include "model/warning.h"

/* ---- A message as a program hands it over: compose_given.c ---- */

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

/* ---- Answering: compose_reply.c, compose_forward.c ---- */

/* The message that is answered, forwarded or sent again; all borrowed. */
struct compose_original {
	int64_t place_id;  /* 0: none; becomes one of the draft's answers */
	struct str header; /* raw; a whole message does too */
	struct str text;   /* readable UTF-8 as draft.body has it: see compose_text_of */
	const struct draft_file *files; /* what an inline forward or a new edit takes along: its
					   attachments; for FORWARD_ATTACHED the message itself */
	size_t file_count;
};

/* The readable text of a message, paragraphs as lines, ">" for each level of quotes. Notes,
 * dividers and what stands in the header are left out. At most limit bytes (0: a megabyte). */
void compose_text_of(const struct doc *doc, size_t limit, struct buf *out);

enum compose_quote { COMPOSE_QUOTE_ALL, COMPOSE_QUOTE_NONE };

struct compose_style {
	enum compose_quote quote;
	/* Above a quote: %n name (or address), %a address, %s subject, %d day ("2026-11-23"), %t
	 * time ("16:06"), %D the whole date as mail writes it, %% a per cent sign; all as the
	 * writer of the original had them. NULL: "On %d at %t, %n wrote:". */
	const char *attribution;
	bool keeps_signature;     /* the original's is quoted too */
	bool signature_above;     /* one's own stands above the quote, not below */
	bool has_no_dashes;       /* no "-- " line before one's own signature */
	bool ignores_reply_to;    /* the answer goes to From */
	const char *reply_prefix; /* "Re: " when NULL */
	bool forwards_as_fwd;     /* "Fwd: subject", not Alpine's "subject (fwd)" */
};

/* A new message of this identity: From, Reply-To, Cc, Bcc, Fcc, signature. out was draft_init'ed,
 * also below, and everything in it that is not named stays. */
void compose_new(
	const struct identity *identity, const struct compose_style *style, struct draft *out);

/* The identity whose address the message came to: the one that stands in To or Cc; of several, or
 * when there is none, the one of X-Original-To, Envelope-To, Delivered-To; else that of From (one's
 * own mail answered) or Bcc. NULL when none did. addr (may be NULL) gets that address. Identities
 * stand in order of preference; "me+tag@host" counts as "me@host".
 * The identities of the account the message lies in stand first: mail of theirs is one's own, mail
 * from other accounts is somebody's. */
const struct identity *compose_identity_of(
	struct str header, const struct identity *identities, size_t count, struct buf *addr);

/* verb: DRAFT_REPLY, DRAFT_REPLY_ALL or DRAFT_REPLY_LIST. Several messages are answered at once
 * with a quote of each. From is by compose_identity_of, else identities[0]. A list reply of what is
 * no list mail is a reply to all. False (ERROR_INPUT) when there is nothing to answer, or more
 * than 10,000 to answer to. */
bool compose_reply(enum draft_verb verb, const struct compose_original *originals, size_t count,
	const struct identity *identities, size_t identity_count, const struct compose_style *style,
	struct draft *out, struct error *err);

/* verb: DRAFT_FORWARD (Alpine's block of header fields and the text, each in its turn) or
 * DRAFT_FORWARD_ATTACHED. */
bool compose_forward(enum draft_verb verb, const struct compose_original *originals, size_t count,
	const struct identity *identities, size_t identity_count, const struct compose_style *style,
	struct draft *out, struct error *err);

/* Edit as new: recipients, subject and text again, under a new Message-ID. For a Drafts folder's
 * message there is compose_read. */
bool compose_again(const struct compose_original *original, const struct identity *identities,
	size_t identity_count, const struct compose_style *style, struct draft *out,
	struct error *err);

/* A mailto: URL (RFC 6068) into a new draft: To, Cc, Subject, body, In-Reply-To and no other field
 * is taken; nothing is attached. Adds to what compose_new left. False when it is no such URL. */
enum { COMPOSE_MAILTO_MAX = 65536 };
bool compose_mailto(struct str url, struct draft *out, struct error *err);

/* ---- Built: compose_build.c ---- */

/* Appends up to size bytes of the file from offset on to piece; nothing at its end. False leaves
 * the message unsent: the file is gone or unreadable. */
typedef bool compose_file_read(void *context, const struct draft_file *file, uint64_t offset,
	size_t size, struct buf *piece, struct error *err);
/* Takes the next bytes, at most COMPOSE_PIECE of them. */
typedef bool compose_sink(void *context, struct str bytes, struct error *err);
enum { COMPOSE_PIECE = 65536 };

struct compose_options {
	int64_t now;         /* seconds since 1970 UTC */
	int zone;            /* minutes east */
	bool hides_zone;     /* Date in UTC */
	uint64_t entropy[2]; /* for the Message-ID and boundaries */
	const char *domain;  /* of the Message-ID; NULL: that of From */
	const char *agent;   /* User-Agent; NULL: not said */
	/* For a Drafts folder: Bcc stays, nothing need be right, X-Rowan-… keep what else is in
	 * the draft. compose_read reads it back the same. */
	bool is_draft;
	const char *account; /* with is_draft: the name of the account that sends; NULL */
};

/* The message through the sink: CR LF, ASCII, no line over 998 bytes, in pieces: an attached file
 * is never in memory. A message/rfc822 that has bytes beyond ASCII or long lines is recoded in
 * transit when it is small (16 MB) and else goes as a file of application/octet-stream. *out gets
 * from, message_id, recipients and size. False with a sentence when there is nobody to send it to,
 * an address is none, or read or sink failed; with is_draft only the last two. */
bool compose_build(const struct draft *draft, const struct compose_options *options,
	compose_file_read *read, compose_sink *sink, void *context, struct outgoing *out,
	struct error *err);

/* About how many bytes compose_build will make, rather more than fewer. */
uint64_t compose_size(const struct draft *draft);

/* The message with Resent-From, -To, -Date and -Message-ID in front, and else byte for byte as it
 * was, but for line ends. to is an address list as typed. out as for compose_build. */
bool compose_redirect(struct str raw, const struct identity *identity, const char *to,
	const struct compose_options *options, compose_sink *sink, void *context,
	struct outgoing *out, struct error *err);

/* ---- Read back: compose_read.c ---- */

/* Where the bytes of draft.files[i] stand in the message. */
struct compose_found {
	uint64_t offset, length;
	enum transfer transfer;
};

/* What lies in a Drafts folder, from here or from another program, as a draft. doc (may be NULL) is
 * the message as it is shown: its text is taken where there is only HTML. out was draft_init'ed;
 * found (owned, mem_free) has an item for each of its files. account (may be NULL) gets the name of
 * the account that Rowan noted. out->draft_id, account_id, answers stay. Rowan's own come back as
 * they were, but for blanks at line ends. */
bool compose_read(struct str message, const struct doc *doc, struct draft *out,
	struct compose_found **found, struct buf *account, struct error *err);

/* The decoded bytes of such a file, in pieces of at most COMPOSE_PIECE. */
bool compose_file_copy(struct str message, const struct compose_found *found, compose_sink *sink,
	void *context, struct error *err);

/* ---- Looked over before it is sent: compose_check.c ---- */

struct compose_context {
	const char *from;         /* of the account, for a draft without From; NULL */
	uint64_t limit;           /* bytes the server takes; 0: not known */
	size_t many;              /* so many recipients are many; 0: never */
	bool knows;               /* `known` is all who were written to or stand in the book */
	const char *const *known; /* addresses, any case */
	size_t known_count;
	unsigned silent; /* 1 << kind for each that is not wanted */
};

/* At most 50 of a kind. warnings starts as zero. */
void compose_check(const struct draft *draft, const struct compose_context *context,
	struct compose_warnings *warnings);
void compose_warnings_done(struct compose_warnings *warnings);
bool compose_warning_stops(enum compose_warning_kind kind);       /* not a question */
const char *compose_warning_name(enum compose_warning_kind kind); /* "no-subject": for JSON */

/* The known address that addr looks like but is not: one letter off, letters of other scripts, rn
 * for m, digits for letters; NULL. */
const char *compose_look_alike(struct str addr, const char *const *known, size_t known_count);

#endif
