/*
 * text/html → blocks of a document, by libxml2's parser and our own walk. Nothing is fetched, no
 * file is read, no entity is loaded; scripts, styles and forms are not there. What is hidden from
 * readers by style is left out, remote images are counted.
 */
#ifndef RENDER_RENDER_HTML_H
#define RENDER_RENDER_HTML_H

#include <libxml/tree.h>

#include "model/doc.h"

enum {
	RENDER_HTML_MAX = 1024 * 1024, /* bytes given to the parser */
	RENDER_HTML_DEPTH = 250,       /* elements in each other; libxml2 itself keeps 256 */
};

/* html is UTF-8. What the limits cut off is told by a note. */
void render_html_add(struct doc *doc, struct str html);

/* ---- render_html_clean.c ---- */

/* Before the parser: comments, downlevel-revealed conditionals ("<![if !mso]>"), scripts, styles,
 * NUL bytes and huge attribute values (pictures in data: URLs) go, tags with hundreds of
 * attributes are cut, for libxml2 compares each with each. Returns false when more than `max`
 * bytes would come out; out then holds the first. css gets what stood in <style>. */
bool render_html_clean(struct str html, size_t max, struct buf *out, struct buf *css);

/* ---- render_html_style.c ---- */

/* What a style attribute and its like say to a reader of text. */
struct html_look {
	bool is_hidden;   /* the element and all below it */
	bool has_display; /* its own style says how, against any sheet */
	int visibility;   /* 1 visible, -1 hidden, 0 not said; inherited, may be set again below */
	int font;         /* 1 readable, -1 too small to see, 0 not said; inherited likewise */
	bool is_pre;      /* white-space keeps lines */
	bool is_bold, is_italic, is_strike;
	bool has_no_margin;   /* a paragraph without blank lines around it */
	bool is_plain_indent; /* a blockquote without border: Gmail's indent button */
	bool is_cite;         /* a blue bar at the left: Outlook's mark of a quote */
	bool is_older;        /* Outlook's line above the message answered to */
	bool has_space;       /* padding, or a column: empty lines around it */
	bool is_spacer;       /* tall: an empty line when there is nothing in it */
	bool is_bullet;       /* Word's own bullet or number: its blanks are no text */
	int remote_images;
};
void render_html_look(xmlNode *element, struct html_look *look);

/* The value of an attribute, borrowed; NULL when absent. Names in lower case. */
const char *render_html_attribute(const xmlNode *element, const char *name);
/* A whole number below a million; otherwise when it is none. */
int render_html_number(const xmlNode *element, const char *name, int otherwise);
bool render_html_is(const xmlNode *node, const char *name);
bool render_html_has_class(const xmlNode *element, const char *part);

/* The declarations of a style attribute or a rule hide what they are for. */
bool render_html_style_hides(struct str declarations);

/* ---- render_html_css.c ---- */

struct html_css;
struct html_css *render_html_css_new(struct str text);
void render_html_css_free(struct html_css *css);
/* A rule hides the element; css may be NULL. What its own style attribute says is not asked. */
bool render_html_css_hides(const struct html_css *css, const xmlNode *element);

/* ---- render_html.c ---- */

struct html_state {
	int quote, indent;
	unsigned style;
	int link;
	bool is_pre, is_tiny, is_invisible, is_in_cell, is_bullet;
	int level; /* of a heading, or 0 */
};

struct html {
	struct doc *doc;
	const struct html_css *css;
	size_t first;     /* the part's first block */
	bool is_open;     /* the last block takes text */
	bool has_margin;  /* a blank line is due before the next block */
	bool has_blank;   /* a blank is due before the next word */
	bool has_padding; /* zero-width filling came since the last letter */
	bool is_cut;      /* a depth or count limit left something out */
	int older;        /* Outlook's answered messages so far: quote levels */
	int lists;        /* open ul and ol */
	size_t letters;   /* written so far, to see whether an element shows anything */
	char *label;      /* owned: a bullet that waits for its text */
	int label_cells;
	struct html_state now;
	struct buf piece; /* scratch */
};

void render_html_node(struct html *h, xmlNode *node, int depth);
void render_html_children(struct html *h, xmlNode *node, int depth);

/* How an element is shown: a row of the table in render_html.c. */
struct html_tag {
	const char *name;
	void (*walk)(struct html *, xmlNode *, const struct html_tag *, int depth);
	int flag; /* blank lines around it, heading level, cells of indent, numbered list */
	unsigned style;
};

/* ---- render_html_text.c ---- */

/* The block that takes text now; a new one if need be. Borrowed until the next block. */
struct doc_block *render_html_open(struct html *h);
void render_html_close(struct html *h);
/* Where a block element begins or ends; with an empty line when it has a margin. */
void render_html_edge(struct html *h, bool has_margin);
/* One empty line, unless there is one or nothing stands above it. */
void render_html_blank(struct html *h, int quote);
int render_html_depth(const struct html *h);        /* of quotes, here */
struct doc_block *render_html_last(struct html *h); /* NULL before the first */
void render_html_drop_last(struct html *h);
void render_html_trim(struct doc_block *b); /* blanks at the end */

void render_html_text(struct html *h, struct str text);
/* Text of our own choosing, not folded, at once. */
void render_html_word(struct html *h, struct str text, unsigned style, int link);
/* White space folded, zero-width characters dropped: what would hide a name from us. */
void render_html_fold(struct buf *text);

/* ---- render_html_link.c ---- */

void render_html_link(struct html *h, xmlNode *node, const struct html_tag *tag, int depth);
void render_html_image(struct html *h, xmlNode *node, const struct html_tag *tag, int depth);
/* A pixel that counts readers is as remote below an element that is not shown. */
void render_html_count_images(struct html *h, const xmlNode *node, int depth);

/* ---- render_html_table.c ---- */

/* Rows whose cells are short and plain become a table block, aligned by the layout; all others
 * were made for placing things and are shown cell after cell. */
void render_html_table(struct html *h, xmlNode *table, int depth);

#endif
