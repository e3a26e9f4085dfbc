/*
 * A document for a width: lines of safe text with styles, for the message screen and for headless
 * output. Pure; the same doc is laid out again when the terminal is resized. Linear in the size of
 * the doc.
 *
 * What the blocks mean here: '\n' in a block's text is a line end that stays; TAB goes to the next
 * multiple of 8 cells; a DOC_TEXT block with level > 0 is a table, '\n' after each row and TAB
 * between its cells: columns are aligned when they fit the width, else each row is filled as a
 * paragraph. Quote marks, bullets and indentation stand before every line. Long lines break by
 * UAX 14, words longer than a line break anywhere.
 */
#ifndef RENDER_LAYOUT_H
#define RENDER_LAYOUT_H

#include "base/width.h"
#include "model/doc.h"

/* What a line is, for the theme to colour. Quote depth and doc_style bits travel beside. */
enum layout_role {
	LAYOUT_BODY,
	LAYOUT_HEADER_NAME,  /* first line of a field; a bold run covers "Name:" */
	LAYOUT_HEADER_VALUE, /* what follows of a long one */
	LAYOUT_PART,
	LAYOUT_NOTE,
	LAYOUT_RULE,
	LAYOUT_HEADING,
	LAYOUT_FOLD /* in place of quoted lines */
};

/* Ascending, not overlapping. What stands in no run is plain. */
struct layout_run {
	size_t start, len; /* bytes in the line's text */
	unsigned style;    /* doc_style bits */
	int link;          /* index in doc.links or -1 */
};

struct layout_line {
	char *text; /* owned, safe (base/width.h): may be drawn as it is */
	size_t len;
	int cells;
	enum layout_role role;
	int quote;
	int block; /* index in doc.blocks */
	int part;  /* index in doc.parts when this line is a part's divider, else -1 */
	struct layout_run *runs; /* owned; NULL when there are none */
	size_t run_count;
};

struct layout {
	struct layout_line *lines;
	size_t count, cap;
};

/* Words of Rowan's own in a document ("Part", "Attachment") come from the caller, so that this
 * stays free of gettext: text for a label id, or NULL to use the id itself, which is English. */
typedef const char *layout_word(void *context, const char *id);

/* Every id that render and layout ask for, NULL at the end; also the labels of DOC_NOTE. */
extern const char *const layout_words[];

/* What stands in place of so many lines of quotes: "[12 quoted lines]". */
typedef void layout_folded(void *context, unsigned lines, struct buf *out);

struct layout_options {
	int cells; /* width, at least 20 */
	layout_word *word;
	void *word_context;
	bool folds_quotes;     /* each run of lines quoted deeper than quotes_kept becomes one */
	int quotes_kept;       /* 0: the writer's own words alone */
	layout_folded *folded; /* NULL: in English; with word_context */
};

struct layout *layout_make(const struct doc *doc, const struct layout_options *options);
void layout_free(struct layout *l);

/* The lines joined by '\n', trailing blanks cut: the `text` of `rowan show`. */
void layout_text(const struct layout *l, struct buf *out);

#endif
