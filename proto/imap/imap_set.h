/* Sets of UIDs or message numbers (RFC 3501 sequence-set): ascending ranges, merged. */
#ifndef PROTO_IMAP_IMAP_SET_H
#define PROTO_IMAP_IMAP_SET_H

#include "base/buf.h"

struct imap_range {
	uint32_t first, last; /* both included, first <= last, never 0 */
};

struct imap_set {
	struct imap_range *ranges; /* owned, ascending, with gaps between */
	size_t count, cap;
};

enum { IMAP_SET_RANGES_MAX = 1000000 };

void imap_set_done(struct imap_set *s);
void imap_set_add(struct imap_set *s, uint32_t first, uint32_t last);
bool imap_set_has(const struct imap_set *s, uint32_t number);
uint64_t imap_set_size(const struct imap_set *s);

/* For readers that get numbers in any order: append them all, then call imap_set_appended with what
 * the appends noted in *is_mixed. False: 0, or more than IMAP_SET_RANGES_MAX ranges. */
bool imap_set_append(struct imap_set *s, uint32_t first, uint32_t last, bool *is_mixed);
void imap_set_appended(struct imap_set *s, bool is_mixed);

/* "1:5,9": ranges from index *from on, as many as fit in max bytes; *from moves to the first one
 * left out (count when none is). */
void imap_set_format(const struct imap_set *s, size_t *from, size_t max, struct buf *out);

/* A set as a server sends it: any order, reversed ranges, no '*'. False on anything else. */
bool imap_set_parse(struct str text, struct imap_set *s);

/*
 * COPYUID in the server's own order (RFC 4315 section 3): the first message of the source list
 * became the first of the other, and so on, whatever the order is (Gmail lists the copies
 * descending). Begins with the code's words, "COPYUID 38505 304,319:320 3956:3958".
 *	struct imap_copied walk = imap_copied_begin(event.code_text);
 *	while (imap_copied_next(&walk, &source, &copy)) …
 * Ends with the shorter list; imap_copied_is_whole tells afterwards whether both ended together,
 * without which the pairs are worth nothing.
 */
struct imap_list_walk {
	struct str rest; /* borrowed */
	uint32_t next, last;
	bool has_next;
};

struct imap_copied {
	struct imap_list_walk source, copy;
	bool is_whole;
};

struct imap_copied imap_copied_begin(struct str code);
bool imap_copied_next(struct imap_copied *walk, uint32_t *source, uint32_t *copy);
bool imap_copied_is_whole(const struct imap_copied *walk);

#endif
