/*
 * A message as readable text, independent of any width: a list of blocks. render/ makes it (pure),
 * render/layout turns it into lines for a width, ui and the headless printer show those. Text is
 * UTF-8 as the message gave it, mended but NOT yet safe: layout makes it so.
 */
#ifndef MODEL_DOC_H
#define MODEL_DOC_H

#include "base/buf.h"

enum doc_block_kind {
	DOC_HEADER,  /* one header field: name in `label`, value in text */
	DOC_TEXT,    /* a paragraph or line of the body */
	DOC_HEADING, /* level 1..6 in `level` */
	DOC_RULE,    /* a horizontal line */
	DOC_PART,    /* divider "[ Part 2: … ]" : label says what, text is empty */
	DOC_NOTE,    /* a remark of Rowan's own about the message (untranslated id in label) */
	DOC_BLANK,   /* one empty line */
};

enum doc_wrap {
	DOC_WRAP,      /* fill to the width */
	DOC_WRAP_LONG, /* keep the line, break only what is longer than the width */
	DOC_KEEP,      /* preformatted: as WRAP_LONG, never at blanks if a hard break does */
};

enum doc_style {
	DOC_STYLE_BOLD = 1 << 0,
	DOC_STYLE_ITALIC = 1 << 1,
	DOC_STYLE_UNDERLINE = 1 << 2,
	DOC_STYLE_LINK = 1 << 3, /* link number in span.link */
	DOC_STYLE_CODE = 1 << 4,
	DOC_STYLE_STRIKE = 1 << 5,
	DOC_STYLE_SIGNATURE = 1 << 6, /* below "-- " */
	DOC_STYLE_WARNING = 1 << 7,   /* a link whose text names another host, and the like */
};

struct doc_span {
	size_t start, len; /* bytes in the block's text */
	unsigned style;    /* doc_style bits */
	int link;          /* index in doc.links, or -1 */
};

struct doc_block {
	enum doc_block_kind kind;
	enum doc_wrap wrap;
	int level;       /* heading level */
	int quote;       /* quote depth: 0 is the writer's own words */
	int indent;      /* cells, for lists and blockquotes that are no quotes */
	char *label;     /* owned; header name, bullet ("* ", "12. "), part description; or NULL */
	struct buf text; /* owned */
	struct doc_span *spans; /* owned, ascending, not overlapping */
	size_t span_count, span_cap;
	int part; /* index in doc.parts for DOC_PART, or -1 */
};

struct doc_link {
	char *target;      /* owned: URL or mailto: as written */
	char *text;        /* owned: what the reader saw */
	bool is_deceptive; /* the text names another host than the target */
};

/* What the reader can view, save or open: the attachments and the parts shown. */
struct doc_part {
	char *path;        /* owned, "1.2" */
	char *type;        /* owned, "image/png" */
	char *name;        /* owned or NULL, not safe */
	char *disposition; /* owned or NULL */
	char *charset;     /* owned or NULL */
	char *content_id;  /* owned or NULL */
	uint64_t size;     /* decoded bytes; a close guess while they are not here */
	bool is_attachment;
	bool is_shown;   /* stands in the text */
	bool have_bytes; /* readable offline */
};

struct doc {
	struct doc_block *blocks;
	size_t block_count, block_cap;
	struct doc_link *links;
	size_t link_count, link_cap;
	struct doc_part *parts;
	size_t part_count, part_cap;
	int remote_images;       /* counted, never loaded */
	int remote_pixels;       /* of those, the ones too small to see */
	struct buf remote_hosts; /* where they are from, the first few: "a.example, b.example" */
	struct buf pixel_hosts;
	char *leave_url;    /* owned: the mailto: that leaves the mailing list; NULL */
	bool is_incomplete; /* bytes are still missing: rendered again when they come */
};

struct doc *doc_new(void);
void doc_free(struct doc *d);

/* Returns the new block, borrowed until the next add. */
struct doc_block *doc_add_block(struct doc *d, enum doc_block_kind kind);

/* Appends text. Text with a style or a link (link -1: none) gets a span, which grows when the same
 * goes on. */
void doc_block_add(struct doc_block *b, struct str text, unsigned style, int link);

int doc_add_link(struct doc *d, struct str target, struct str text); /* its index */
struct doc_part *doc_add_part(struct doc *d); /* zeroed; borrowed until the next add */

#endif
