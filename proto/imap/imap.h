/*
 * IMAP client without I/O (RFC 3501, 9051; RFC 2177, 2342, 2971, 3691, 4315, 4731, 4959, 4978,
 * 5161, 5258, 5819, 6154, 6851, 7162, 7888, 8438, 8474): bytes in, events out, and the other way
 * round. The caller moves the bytes (proto/net/net_pump.h) and decides what to ask.
 *
 *	imap_feed(imap, bytes);
 *	while (imap_next(imap, &event) == CODEC_EVENT) …
 *	bytes to send: imap_output(imap); when n of them went out: imap_sent(imap, n);
 *
 * Commands are a queue and may be in flight together: each imap_… command function returns its
 * number at once and puts its bytes behind those already waiting. The client itself holds back
 * what may not be sent yet: everything behind STARTTLS, COMPRESS, AUTHENTICATE and a
 * synchronising literal waits for their answer; behind IDLE it sends DONE first, and DONE waits
 * for the "+" (Cyrus hangs on a blind one); a FETCH by message number waits until nothing in
 * flight can renumber, so it goes at once only right behind its SELECT or another such FETCH. It
 * never reorders. What depends on an answer (EXPUNGE behind COPY) is the caller's to hold back.
 * After a refused STARTTLS nothing is sent any more.
 *
 * Lenient reader: any line that cannot be understood becomes one IMAP_UNREADABLE event, and
 * reading goes on at the next line end. CODEC_BAD only when a limit is broken, so that the
 * stream can no longer be trusted. A SEARCH may come as several events (long lines, split
 * lines): the results are all of them together, until the tagged answer. IMAP_CAPABILITIES comes
 * before the greeting or answer that told them. All str fields of an event are borrowed until
 * the next imap_next or imap_feed.
 *
 * One thread at a time. No clock, no globals.
 */
#ifndef PROTO_IMAP_IMAP_H
#define PROTO_IMAP_IMAP_H

#include "model/flags.h"
#include "model/part.h"
#include "proto/codec.h"
#include "proto/imap/imap_set.h"

struct imap;

struct imap_limits {
	size_t line;      /* bytes of one response without its streamed literals; default 4 MB */
	size_t literal;   /* bytes of a literal that is held (headers, names); default 4 MB */
	uint64_t body;    /* bytes of one streamed literal; default 2 GB */
	unsigned depth;   /* parentheses; default 200 */
	size_t in_flight; /* commands sent and not answered; default 32 */
};

struct imap *imap_new(const struct imap_limits *limits); /* NULL: the defaults */
void imap_free(struct imap *imap);

/* ---- What the server can do. ---- */

enum imap_capability {
	IMAP_CAP_IMAP4REV1,
	IMAP_CAP_IMAP4REV2,
	IMAP_CAP_STARTTLS,
	IMAP_CAP_LOGINDISABLED,
	IMAP_CAP_SASL_IR,
	IMAP_CAP_LITERAL_PLUS,
	IMAP_CAP_LITERAL_MINUS,
	IMAP_CAP_ID,
	IMAP_CAP_ENABLE,
	IMAP_CAP_IDLE,
	IMAP_CAP_NAMESPACE,
	IMAP_CAP_UNSELECT,
	IMAP_CAP_UIDPLUS,
	IMAP_CAP_MOVE,
	IMAP_CAP_CONDSTORE,
	IMAP_CAP_QRESYNC,
	IMAP_CAP_ESEARCH,
	IMAP_CAP_SEARCHRES,
	IMAP_CAP_LIST_EXTENDED,
	IMAP_CAP_LIST_STATUS,
	IMAP_CAP_SPECIAL_USE,
	IMAP_CAP_XLIST,
	IMAP_CAP_CHILDREN,
	IMAP_CAP_COMPRESS_DEFLATE,
	IMAP_CAP_NOTIFY,
	IMAP_CAP_OBJECTID,
	IMAP_CAP_GMAIL, /* X-GM-EXT-1 */
	IMAP_CAP_MULTIAPPEND,
	IMAP_CAP_BINARY,
	IMAP_CAP_REPLACE,
	IMAP_CAP_PARTIAL,
	IMAP_CAP_UTF8_ACCEPT,
	IMAP_CAP_UIDONLY,
	IMAP_CAP_PREVIEW,
	IMAP_CAP_STATUS_SIZE,
	IMAP_CAP_SAVEDATE,
	IMAP_CAP_QUOTA,
	IMAP_CAP_ACL,
	IMAP_CAP_COUNT,
};

bool imap_has(const struct imap *imap, enum imap_capability capability);
/* The same of a line that was kept from an earlier connection. */
bool imap_words_have(struct str words, enum imap_capability capability);
bool imap_has_auth(const struct imap *imap, struct str mechanism); /* "AUTH=…" listed */
bool imap_knows_capabilities(
	const struct imap *imap); /* some were told since the last layer switch */
struct str imap_capability_line(const struct imap *imap); /* the words as they came */

/* ---- Events. ---- */

enum imap_event_kind {
	IMAP_GREETING,     /* status, code, text */
	IMAP_DONE,         /* the tagged answer to `command`: status, code, text */
	IMAP_STATUS_TEXT,  /* untagged OK, NO, BAD, BYE: status, code, text */
	IMAP_CAPABILITIES, /* imap_has has new answers (untagged, in a greeting or in an OK) */
	IMAP_CHALLENGE,    /* AUTHENTICATE: text is the decoded challenge; answer by imap_respond */
	IMAP_ENABLED,      /* text: the words */
	IMAP_ID,           /* text: "name" "value" … as they came, one per line "name=value" */
	IMAP_NAMESPACE,    /* name: the first personal prefix, wire form; delimiter */
	IMAP_LIST,         /* also LSUB and XLIST: list.… */
	IMAP_STATUS,       /* mailbox.… */
	IMAP_FLAGS,        /* the folder's flags: keywords */
	IMAP_EXISTS,       /* number */
	IMAP_RECENT,       /* number */
	IMAP_EXPUNGE,      /* number: message sequence number */
	IMAP_VANISHED,     /* set; is_earlier */
	IMAP_QUOTAROOT,    /* name: a folder; text: its roots, one a line */
	IMAP_QUOTA,        /* name: a root; quotas */
	IMAP_MYRIGHTS,     /* name: a folder; text: letters (RFC 4314) */
	IMAP_ACL,          /* name: a folder; text: "letters who", one a line */
	IMAP_SEARCH,       /* search.… : SEARCH and ESEARCH alike */
	IMAP_FETCH_BODY, /* a piece of a streamed literal of the FETCH that is being read: body.… */
	IMAP_FETCH,      /* one message, complete: fetch.… */
	IMAP_IDLING,     /* "+" to IDLE came */
	IMAP_UNREADABLE,   /* text: the line, cut to 200 bytes; skipped */
	IMAP_WANT_TLS,     /* start TLS now; then call imap_layer_started */
	IMAP_WANT_DEFLATE, /* inflate from the next byte on (imap_take_unread), deflate what
			      follows; then call imap_layer_started */
};

enum imap_status { IMAP_OK, IMAP_NO, IMAP_BAD, IMAP_BYE, IMAP_PREAUTH };

/* Response codes (RFC 3501 7.1, 5530 …) that somebody acts on. */
enum imap_code {
	IMAP_CODE_NONE,
	IMAP_CODE_OTHER, /* code_text has the whole, without brackets */
	IMAP_CODE_ALERT,
	IMAP_CODE_READ_ONLY,
	IMAP_CODE_READ_WRITE,
	IMAP_CODE_TRYCREATE,
	IMAP_CODE_UIDVALIDITY,   /* code_number */
	IMAP_CODE_UIDNEXT,       /* code_number */
	IMAP_CODE_UNSEEN,        /* code_number */
	IMAP_CODE_HIGHESTMODSEQ, /* code_number */
	IMAP_CODE_NOMODSEQ,
	IMAP_CODE_PERMANENTFLAGS, /* keywords, flags; may_create_keywords */
	IMAP_CODE_CLOSED,
	IMAP_CODE_COPYUID,   /* code_number: UIDVALIDITY; source_set, set */
	IMAP_CODE_APPENDUID, /* code_number: UIDVALIDITY; set */
	IMAP_CODE_MODIFIED,  /* set */
	IMAP_CODE_AUTHENTICATIONFAILED,
	IMAP_CODE_AUTHORIZATIONFAILED,
	IMAP_CODE_EXPIRED,
	IMAP_CODE_PRIVACYREQUIRED,
	IMAP_CODE_UNAVAILABLE,
	IMAP_CODE_CONTACTADMIN,
	IMAP_CODE_NOPERM,
	IMAP_CODE_INUSE,
	IMAP_CODE_EXPUNGEISSUED,
	IMAP_CODE_CORRUPTION,
	IMAP_CODE_SERVERBUG,
	IMAP_CODE_CLIENTBUG,
	IMAP_CODE_CANNOT,
	IMAP_CODE_LIMIT,
	IMAP_CODE_OVERQUOTA,
	IMAP_CODE_ALREADYEXISTS,
	IMAP_CODE_NONEXISTENT,
	IMAP_CODE_BADCHARSET,
	IMAP_CODE_UNKNOWN_CTE,
	IMAP_CODE_MAILBOXID, /* text in code_text */
};

struct imap_list {
	bool is_lsub;
	char delimiter;  /* 0: NIL */
	struct str name; /* wire form, INBOX spelt "INBOX" whatever the case */
	bool no_select, no_inferiors, has_children, has_no_children, subscribed, non_existent;
	bool marked;
	struct str role; /* "\Sent" … as sent (any case); empty when none. Also XLIST's */
	bool is_inbox;   /* XLIST \Inbox, or the name is INBOX */
};

/* STATUS and what LIST-STATUS adds. has_… tells which items came. */
struct imap_mailbox {
	struct str name; /* wire form */
	bool has_messages, has_recent, has_uidnext, has_uidvalidity, has_unseen, has_modseq,
		has_size, has_deleted;
	uint32_t messages, recent, uidnext, uidvalidity, unseen, deleted;
	uint64_t modseq, size;
	struct str mailboxid;
};

struct imap_search {
	unsigned command; /* ESEARCH's TAG; 0 when it did not say */
	bool is_uid;
	const struct imap_set *set; /* borrowed */
	bool has_count, has_min, has_max;
	uint32_t count, min, max;
	uint64_t modseq; /* 0: none */
};

/* Data items of one message. Streamed BODY[…] literals came as IMAP_FETCH_BODY before. */
struct imap_fetch {
	uint32_t number; /* message sequence number; 0 when the server said 0 (Courier) or UIDFETCH
			  */
	uint32_t uid;    /* 0: not in this response */
	bool has_flags, has_size, has_modseq, has_date;
	flags_t flags;              /* those with fixed bits */
	const struct str *keywords; /* the others, borrowed */
	size_t keyword_count;
	uint64_t size; /* RFC822.SIZE */
	uint64_t modseq;
	int64_t date;      /* INTERNALDATE, seconds since 1970 UTC */
	struct str header; /* BODY[HEADER.FIELDS (…)] or BODY[HEADER], held whole (256 kB of one
			    * beyond limits.literal); empty when absent */
	bool has_header;
	/* BODYSTRUCTURE; borrowed; take it with imap_take_structure. Its texts (name, description,
	 * values of parameters) are not decoded: each wants mime_word_decode, which also does for
	 * RFC 2231 values, rewritten here as encoded words. NULL also when it was unreadable. */
	struct part *structure;
	struct str emailid, threadid; /* OBJECTID; Gmail: X-GM-MSGID, X-GM-THRID in decimal */
	struct str preview;
};

/* A piece of a body section. The uid may not be known yet (it can stand behind the literal): gather
 * until IMAP_FETCH for the same number. */
struct imap_body {
	uint32_t number;
	uint32_t uid;       /* 0: not known yet */
	struct str section; /* "", "1.2", "HEADER", "1.MIME", "TEXT" */
	uint64_t origin;    /* <n>: offset of the first byte of the section's literal */
	uint64_t offset;    /* of this piece in the literal */
	uint64_t total;     /* bytes of the literal */
	struct str bytes;
	bool is_last;
	bool is_nil; /* the server says there is no such section */
};

struct imap_quota {
	struct str resource; /* "STORAGE" in units of 1024 bytes, "MESSAGE" … */
	uint64_t used, limit;
};

struct imap_event {
	enum imap_event_kind kind;
	unsigned command;
	enum imap_status status;
	enum imap_code code;
	struct str code_text;
	uint64_t code_number;
	struct str text;
	struct str name;
	char delimiter;
	uint64_t number;
	flags_t flags;
	const struct str *keywords;
	size_t keyword_count;
	bool may_create_keywords;
	const struct imap_set *set;        /* borrowed */
	const struct imap_set *source_set; /* borrowed */
	bool is_earlier;
	struct imap_list list;
	struct imap_mailbox mailbox;
	struct imap_search search;
	struct imap_fetch fetch;
	struct imap_body body;
	const struct imap_quota *quotas; /* borrowed */
	size_t quota_count;
};

void imap_feed(struct imap *imap, struct str bytes); /* copied */
enum codec imap_next(struct imap *imap, struct imap_event *event);
struct str imap_output(const struct imap *imap);
void imap_sent(struct imap *imap, size_t n);

/* What imap_output holds, with secrets replaced by "*****", for the log. */
void imap_output_masked(const struct imap *imap, struct buf *out);

/* Ends the wait of IMAP_WANT_TLS or IMAP_WANT_DEFLATE. For TLS everything read before is thrown
 * away and all capabilities are forgotten (RFC 3501 6.2.1). */
void imap_layer_started(struct imap *imap);
void imap_take_unread(struct imap *imap, struct buf *out); /* bytes fed and not yet read */

struct part *imap_take_structure(struct imap *imap); /* of the IMAP_FETCH just given; owned */

/* ---- Commands. Each returns its number (never 0), which IMAP_DONE names. Names of folders are in
 * wire form. A str that cannot be an atom or quoted string is sent as a literal; NUL is refused by
 * assert (callers check what users typed). ---- */

unsigned imap_capability(struct imap *imap);
unsigned imap_noop(struct imap *imap);
unsigned imap_id(struct imap *imap, struct str name, struct str version); /* empty name: ID NIL */
unsigned imap_starttls(struct imap *imap);
unsigned imap_login(struct imap *imap, struct str user, struct str password);

/* has_initial sends the response in the command (SASL-IR, "=" when empty) if the server can, else
 * at the first challenge. */
unsigned imap_authenticate(
	struct imap *imap, struct str mechanism, bool has_initial, struct str initial);
void imap_respond(struct imap *imap, struct str response); /* to IMAP_CHALLENGE; encoded here */
void imap_respond_cancel(struct imap *imap);

unsigned imap_enable(struct imap *imap, struct str words);
unsigned imap_compress(struct imap *imap);
unsigned imap_namespace(struct imap *imap);

enum imap_list_return {
	IMAP_LIST_SPECIAL_USE = 1 << 0,
	IMAP_LIST_SUBSCRIBED = 1 << 1,
	IMAP_LIST_CHILDREN = 1 << 2,
	IMAP_LIST_STATUS_ITEMS = 1 << 3, /* STATUS (status_items) */
};
/* Plain LIST when `returns` is 0. status_items: "MESSAGES UIDNEXT …". */
unsigned imap_list(struct imap *imap, struct str reference, struct str pattern, unsigned returns,
	struct str status_items);
unsigned imap_lsub(struct imap *imap, struct str reference, struct str pattern);
unsigned imap_status(struct imap *imap, struct str folder, struct str items);

struct imap_select {
	struct str folder;
	bool read_only;       /* EXAMINE */
	bool condstore;       /* (CONDSTORE) */
	uint32_t uidvalidity; /* with modseq not 0: (QRESYNC (uidvalidity modseq)) */
	uint64_t modseq;
};
unsigned imap_select(struct imap *imap, const struct imap_select *select);
unsigned imap_close(struct imap *imap);
unsigned imap_unselect(struct imap *imap);

/* items as sent, "(UID FLAGS …)". set as sent, "1:5,9" or "7:4294967295". changed_since 0: none. */
unsigned imap_fetch(struct imap *imap, bool by_uid, struct str set, struct str items,
	uint64_t changed_since, bool with_vanished);

/* mode '+' or '-': never absolute. flags: wire names joined by blanks. unchanged_since 0: none. */
unsigned imap_store(struct imap *imap, struct str uid_set, char mode, struct str flags,
	uint64_t unchanged_since);
/* UID SEARCH. criteria as sent; quoted strings in it that are not ASCII go as literals. */
unsigned imap_search(struct imap *imap, bool want_esearch, struct str criteria);
unsigned imap_copy(struct imap *imap, struct str uid_set, struct str folder);
unsigned imap_move(struct imap *imap, struct str uid_set, struct str folder);
unsigned imap_expunge(struct imap *imap, struct str uid_set); /* UID EXPUNGE only */
/* Plain EXPUNGE, for servers without UIDPLUS: the caller has just made sure that nothing carries
 * \Deleted but what is to go. */
unsigned imap_expunge_all(struct imap *imap);
unsigned imap_create(struct imap *imap, struct str folder);
unsigned imap_delete(struct imap *imap, struct str folder);
unsigned imap_rename(struct imap *imap, struct str from, struct str to);
unsigned imap_getquotaroot(struct imap *imap, struct str folder);
unsigned imap_myrights(struct imap *imap, struct str folder);
unsigned imap_getacl(struct imap *imap, struct str folder);
unsigned imap_subscribe(struct imap *imap, struct str folder, bool subscribe);

/* date: INTERNALDATE in seconds UTC, or -1. flags: wire names joined by blanks. A message with NUL
 * goes as literal8 where the server has BINARY. */
unsigned imap_append(
	struct imap *imap, struct str folder, struct str flags, int64_t date, struct str message);

/* The same for messages whose bytes come in pieces when there is room for them; more than one only
 * where the server has MULTIAPPEND. A long one waits for the server's leave even where it need not,
 * for it may be refused. */
struct imap_upload {
	struct str flags;
	int64_t date;
	uint64_t length; /* bytes; at least 1 */
	bool has_nul;
};
/* replaces: a UID of the selected folder that goes with it (RFC 8508), where the server has
 * REPLACE; 0: none. */
unsigned imap_upload(struct imap *imap, struct str folder, uint32_t replaces,
	const struct imap_upload *messages, size_t count);
/* How many bytes of which message of which upload are wanted now; 0: none. Asked again after
 * imap_sent, imap_next and imap_upload_bytes, which gives at most so many of them. */
size_t imap_upload_room(const struct imap *imap, unsigned *command, size_t *message);
void imap_upload_bytes(struct imap *imap, struct str bytes);

unsigned imap_idle(struct imap *imap); /* ended by the next command, or imap_idle_end */
void imap_idle_end(struct imap *imap);
unsigned imap_logout(struct imap *imap);

bool imap_is_idling(const struct imap *imap);
size_t imap_waiting(const struct imap *imap); /* commands not answered yet, IDLE not counted */

/* ---- Names of folders: modified UTF-7 (RFC 3501 5.1.3) and back. ---- */

/* Appends UTF-8. Names that are no valid modified UTF-7 are taken as UTF-8 if they are that
 * (servers of RFC 6855 and careless ones), else every bad byte as %XX. */
void imap_utf7_decode(struct str wire, struct buf *out);
void imap_utf7_encode(struct str utf8, struct buf *out);

#endif
