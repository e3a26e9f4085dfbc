/* What the files of the IMAP client share; nobody else includes it. */
#ifndef PROTO_IMAP_IMAP_CLIENT_H
#define PROTO_IMAP_IMAP_CLIENT_H

#include "proto/imap/imap.h"
#include "proto/imap/imap_parse.h"

/* ---- Framing: imap_frame.c ---- */

struct imap_frame {
	struct buf in;
	size_t pos; /* in `in`: the response that is being gathered starts here */
	/* All below are offsets from pos. */
	size_t scanned;                /* no line end up to here */
	size_t line;                   /* the line behind the last literal starts here */
	size_t held;                   /* bytes of literals in this response */
	size_t line_bytes, held_bytes; /* the same of pieces of it that are consumed already */
	/* Bytes of a literal that are handed on or thrown away as they come. */
	bool is_streaming;
	uint64_t stream_total, stream_left;
	bool in_search; /* the line of a long SEARCH is handed on in pieces */
};

enum imap_frame_step {
	IMAP_FRAME_MORE,
	IMAP_FRAME_LINE,   /* *text: a whole response with its literals, consumed */
	IMAP_FRAME_STREAM, /* *text: up to a literal that should be streamed; not consumed */
	IMAP_FRAME_BAD,
};

enum imap_frame_step imap_frame_next(struct imap *imap, struct str *text, uint64_t *literal);
void imap_frame_consume(struct imap_frame *frame, size_t n);
/* The literal behind `end` is kept in place (false: too large), or handed on as it comes, with all
 * before it consumed. */
bool imap_frame_hold(struct imap *imap, size_t end, uint64_t length);
void imap_frame_stream(struct imap_frame *frame, size_t end, uint64_t length);
void imap_frame_feed(struct imap_frame *frame, struct str bytes);

/* ---- The FETCH that is being read: imap_fetch.c ---- */

struct imap_chunk {
	struct buf text, arena;
	struct buf header; /* the start of a header that is too long to hold */
};

struct imap_section {
	struct str name;
	uint64_t origin;
	bool is_header;
};

struct imap_fetching {
	bool is_active;  /* earlier pieces of this response were consumed */
	bool has_failed; /* cannot be understood; only framed on */
	bool holds_all;  /* no more streaming in this response */
	bool is_open;
	bool is_cutting;  /* the literal that comes is such a header */
	bool is_awaiting; /* a section was named; its value comes next */
	struct imap_section section;
	struct imap_fetch fetch;
};

/* ---- Commands: imap_command.c writes them, imap_queue.c lets them out. ---- */

enum imap_command_kind {
	IMAP_COMMAND_PLAIN,
	IMAP_COMMAND_LOGIN,
	IMAP_COMMAND_AUTHENTICATE,
	IMAP_COMMAND_STARTTLS,
	IMAP_COMMAND_COMPRESS,
	IMAP_COMMAND_IDLE,
	IMAP_COMMAND_SELECT,
	IMAP_COMMAND_FETCH_NUMBERS, /* by message number */
	IMAP_COMMAND_SEARCH,
};

struct imap_mark {
	size_t at, len; /* in the command's bytes */
	bool is_secret; /* else a literal whose head is written when it is sent */
	bool is_binary; /* literal8 */
	bool is_announced;
	bool is_upload;  /* its bytes are not here: imap_upload_bytes brings them */
	uint64_t length; /* of an upload */
	uint64_t fed;
};

struct imap_command {
	struct imap_command *next;
	unsigned number;
	enum imap_command_kind kind;
	struct buf bytes; /* owned, wiped */
	struct imap_mark *marks;
	size_t mark_count, mark_cap;
	size_t moved; /* bytes that went to the output */
	bool is_begun, is_answered;
	bool is_found; /* SEARCH: its numbers came */
	bool has_initial;
	struct buf initial; /* base64; owned, wiped */
};

enum imap_gate {
	IMAP_GATE_OPEN,
	IMAP_GATE_LITERAL, /* "+" */
	IMAP_GATE_AUTH,    /* the tagged answer */
	IMAP_GATE_ANSWER,  /* the tagged answer: STARTTLS, COMPRESS */
	IMAP_GATE_LAYER,   /* imap_layer_started */
	IMAP_GATE_IDLE,    /* "+", then DONE opens it */
	IMAP_GATE_SEALED,  /* STARTTLS was refused: nothing leaves in clear any more */
};

struct imap_secret {
	uint64_t start, end; /* in the stream of all bytes sent */
};

struct imap_queue {
	struct imap_command *first, *last; /* not answered, or not yet sent whole; owned */
	struct imap_command *sending;      /* the first not yet moved whole */
	unsigned last_number;
	size_t in_flight;
	enum imap_gate gate;
	bool is_idling;      /* "+" to IDLE came, DONE did not go out */
	bool wants_idle_end; /* imap_idle_end */
	bool is_challenged;  /* imap_respond is expected */
	struct buf out;
	size_t out_pos;
	uint64_t out_base; /* stream offset of out's first byte */
	struct imap_secret *secrets;
	size_t secret_count, secret_cap;
};

void imap_queue_done(struct imap_queue *queue);
void imap_queue_fill(struct imap *imap);
struct imap_command *imap_command_new(struct imap *imap, enum imap_command_kind kind);
unsigned imap_command_end(struct imap *imap, struct imap_command *command); /* queues it */
void imap_command_text(struct imap_command *command, struct str text);
void imap_command_astring(struct imap_command *command, struct str text);
void imap_command_quoted(struct imap_command *command, struct str text);
void imap_command_literal(struct imap_command *command, struct str text);
void imap_command_secret(struct imap_command *command, struct str text);
void imap_command_mark(struct imap_command *command, struct imap_mark mark);

/* A "+" came: true when it gave an event. */
bool imap_queue_continue(struct imap *imap, struct str text, struct imap_event *event);
/* Whose numbers a SEARCH without a name is: several may be answered before the first is over, in
 * the order of the questions. 0: nobody asked. */
unsigned imap_queue_found(struct imap *imap);
/* The tagged answer to a number: false when no such command is in flight. */
bool imap_queue_answer(struct imap *imap, unsigned number, bool is_ok);

/* ---- The client: imap_client.c ---- */

struct imap {
	struct imap_limits limits;
	struct imap_frame frame;
	struct buf late; /* fed while events of one response were still to be taken */
	bool is_broken, is_greeted, was_search;
	unsigned search_command; /* whose numbers may go on in the next line */

	uint64_t capabilities;
	bool knows_capabilities;
	struct buf capability_line;

	struct buf arena, text; /* of the response at hand */
	struct str *keywords;
	size_t keyword_count, keyword_cap;
	struct imap_set set, source_set;
	struct imap_quota *quotas;
	size_t quota_count, quota_cap;
	struct part *structure;

	struct imap_fetching fetching;
	struct imap_chunk *chunks; /* consumed pieces of the FETCH at hand; items never move */
	size_t chunk_count, chunk_cap;
	struct imap_body *bodies; /* sections that came as strings: given before the FETCH */
	size_t body_count, body_cap, body_next;

	/* Events still to be given, in this order: capabilities, bodies, event, layer. */
	bool has_new_capabilities, has_event, has_layer;
	struct imap_event event;
	enum imap_event_kind layer;

	struct imap_queue queue;
};

void imap_capabilities_set(struct imap *imap, struct str words);
void imap_capabilities_forget(struct imap *imap);

/* One whole line or piece of it; what it says goes to imap->event. False: unreadable. */
bool imap_read_status(
	struct imap *imap, struct imap_scan *s, enum imap_status status, struct imap_event *event);
bool imap_read_flags(struct imap *imap, struct imap_scan *s, flags_t *flags, bool *may_create);
bool imap_status_word(struct str word, enum imap_status *status);

/* imap_list.c */
bool imap_read_list(struct imap *imap, struct imap_scan *s, struct imap_event *event);
bool imap_read_lsub(struct imap *imap, struct imap_scan *s, struct imap_event *event);
bool imap_read_mailbox(struct imap *imap, struct imap_scan *s, struct imap_event *event);
bool imap_read_namespace(struct imap *imap, struct imap_scan *s, struct imap_event *event);

/* imap_rights.c */
bool imap_read_quotaroot(struct imap *imap, struct imap_scan *s, struct imap_event *event);
bool imap_read_quota(struct imap *imap, struct imap_scan *s, struct imap_event *event);
bool imap_read_myrights(struct imap *imap, struct imap_scan *s, struct imap_event *event);
bool imap_read_acl(struct imap *imap, struct imap_scan *s, struct imap_event *event);

/* imap_search.c */
bool imap_read_search(struct imap *imap, struct imap_scan *s, struct imap_event *event);
bool imap_read_esearch(struct imap *imap, struct imap_scan *s, struct imap_event *event);
bool imap_read_vanished(struct imap *imap, struct imap_scan *s, struct imap_event *event);

/* imap_fetch.c. The start: "5 FETCH (" is already known to be one. */
enum imap_fetch_step { IMAP_FETCH_READ, IMAP_FETCH_SHORT, IMAP_FETCH_FAILED };
bool imap_fetch_is(struct str response, size_t *head, uint32_t *number, bool *by_uid);
enum imap_fetch_step imap_fetch_read(
	struct imap *imap, struct str text, struct buf *arena, bool is_piece);
/* `text` ends with the head of a literal that may be a section: false when it is too much. */
bool imap_fetch_stream(struct imap *imap, struct str text, uint64_t length);
bool imap_fetch_stream_next(struct imap *imap, struct imap_event *event);
void imap_fetch_done(struct imap *imap); /* forgets the response at hand */

/* imap_date.c */
bool imap_date_parse(struct str text, int64_t *seconds);
void imap_date_format(int64_t seconds, struct buf *out); /* since 1970, not before */

/* imap_structure.c: NULL when it cannot be understood. */
struct part *imap_structure_read(struct imap_scan *s);

#endif
