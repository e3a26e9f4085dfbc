/*
 * The one part tree of a message: filled from bytes by the MIME parser, or from BODYSTRUCTURE by
 * the engine for messages too large to fetch whole. All text is UTF-8, decoded, owned. A tree is
 * freed with part_free on its root.
 */
#ifndef MODEL_PART_H
#define MODEL_PART_H

#include "base/str.h"

enum transfer {
	TRANSFER_IDENTITY,
	TRANSFER_BASE64,
	TRANSFER_QP,
	TRANSFER_UUENCODE,
	TRANSFER_UNKNOWN
};

enum { PART_DEPTH_MAX = 100, PART_COUNT_MAX = 10000 };

struct part_param {
	char *name;  /* lower case */
	char *value; /* decoded by RFC 2231 and RFC 2047 */
};

struct part {
	char *path;    /* "1.2"; "" for the root of a message with parts, "1" for a single part */
	char *type;    /* "text", lower case; never NULL */
	char *subtype; /* "plain", lower case; never NULL */
	struct part_param *params; /* of Content-Type */
	size_t param_count;
	char *charset; /* as written; NULL: not said */
	char *name;    /* file name: disposition's, else type's; NULL: none. NOT safe as a path */
	char *disposition; /* "inline", "attachment", …, lower case; NULL: not said */
	char *content_id;  /* without <>; NULL */
	char *description; /* NULL */
	enum transfer transfer;
	uint64_t size;     /* encoded bytes of the body, as far as known */
	uint32_t lines;    /* from BODYSTRUCTURE; 0: unknown */
	bool have_bytes;   /* the body's bytes are here, whole */
	bool is_truncated; /* a limit cut what is below */
	/* Where the body stands in the whole message, when that is what was parsed. */
	uint64_t offset;        /* first byte of the body */
	uint64_t length;        /* bytes of the body, without the line end before a boundary */
	uint64_t header_offset; /* first byte of the part's own header */
	struct part *parent;    /* not owned */
	size_t index;           /* which of parent's children it is */
	struct part **children; /* owned */
	size_t child_count, child_cap;
};

struct part *part_new(struct part *parent); /* appended to parent's children; NULL makes a root */
void part_free(struct part *p);
struct part *part_copy(const struct part *p);

bool part_is(const struct part *p, const char *type, const char *subtype); /* subtype NULL: any */
const char *part_param(const struct part *p, const char *name);            /* NULL when absent */
struct part *part_find(struct part *root, struct str path);                /* NULL when absent */

/* Depth first, children after their parent; NULL at the end. */
struct part *part_next(const struct part *p);

/*
 * What to show and what is attached, by the algorithm of RFC 8621 4.1.4. An image between texts may
 * stand in text or html and in attachments too. The tree is walked once, a message within is a
 * leaf; the three lists get borrowed pointers in order and are freed by part_lists_done.
 */
struct part_lists {
	struct part **text, **html, **attachments;
	size_t text_count, html_count, attachment_count;
	size_t text_cap, html_cap, attachment_cap;
};
void part_lists_make(struct part *root, struct part_lists *lists);
void part_lists_done(struct part_lists *lists);

#endif
