/*
 * A FETCH of header fields → a row for the store; and rows gathered into a batch. The fields asked
 * for are settled: never ENVELOPE, so that no server's idea of a header stands between us and the
 * mail.
 */
#ifndef ENGINE_SYNC_HEADER_H
#define ENGINE_SYNC_HEADER_H

#include "engine/state.h"

/* Items of a FETCH that fills a list row. */
#define SYNC_HEADER_ITEMS                                                                          \
	"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM TO CC SUBJECT "    \
	"MESSAGE-ID REFERENCES IN-REPLY-TO CONTENT-TYPE LIST-ID REPLY-TO)])"
#define SYNC_HEADER_ITEMS_CONDSTORE                                                                \
	"(UID FLAGS MODSEQ INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM TO CC "     \
	"SUBJECT MESSAGE-ID REFERENCES IN-REPLY-TO CONTENT-TYPE LIST-ID REPLY-TO)])"

struct sync_batch {
	struct cache_header *rows; /* owned; strings in the arena */
	size_t row_count, row_cap;
	struct cache_flags *flags; /* owned */
	size_t flag_count, flag_cap;
	struct arena arena;
	struct buf scratch[4];
};
void sync_batch_done(struct sync_batch *batch);
void sync_batch_clear(struct sync_batch *batch);

/* flags: the server's, keywords already mapped. */
void sync_batch_add_header(struct sync_batch *batch, const struct account *account,
	const struct imap_fetch *fetch, flags_t flags);
void sync_batch_add_flags(struct sync_batch *batch, const struct imap_fetch *fetch, flags_t flags);

/* What the store knows of a header's fields by: engine->raw keeps the strings. context: engine. */
cache_read_header sync_header_read;

/* The identity of a message: by the server's own id when it has one, else of its header fields. */
void sync_ident(struct str server_id, struct str message_id, struct str date, struct str from,
	struct str subject, struct ident *ident);

#endif
