/*
 * An editor of plain text, without a terminal: paragraphs that are one line each, shown in rows
 * broken at blanks for the width. It is what the message is written in, and each line of its
 * header too.
 *
 * Positions are bytes at the bounds of what a person sees as one character. The text is always
 * valid UTF-8 with LF line ends and no control characters but LF and TAB; whatever comes in is
 * made so. Rows of a quoted line ("> > ") that go on in the next row are set in by its mark. No
 * operation takes longer for a large text than for a small one, but for those that are about all
 * of it.
 *
 * Undo keeps the latest changes, up to EDITOR_UNDO_BYTES of text; one step is a run of typing or a
 * command.
 */
#ifndef UI_EDITOR_H
#define UI_EDITOR_H

#include "ui/kit/canvas.h"
#include "ui/kit/editor_text.h"

enum { EDITOR_BYTES_MAX = 16 << 20, EDITOR_UNDO_BYTES = 8 << 20, EDITOR_UNDO_STEPS = 5000 };

/* What was cut, and whether the next cut goes on with it. Several editors may share one. */
struct editor_cut {
	struct buf text; /* owned */
	bool is_open;
};

struct editor_change {
	size_t at, cursor; /* cursor: before it */
	struct buf removed, added;
	unsigned step; /* changes of one step are undone together */
};

/* A row as it is shown: text from start to end, the next one from `next` on. */
struct editor_row {
	size_t line; /* where its paragraph begins */
	size_t start, end, next;
	int indent;   /* cells in front of it: the quote mark of its paragraph once more */
	bool is_last; /* of its paragraph: a line end stands at `end`, or the text is over */
};

struct editor {
	struct editor_text text;
	struct editor_cut *cut; /* borrowed; set by the owner */
	bool is_line;           /* one paragraph: line ends become blanks */
	size_t cursor, mark;    /* mark: STR_NONE when there is none */
	int width;              /* cells of a row */
	int goal;               /* the column that Up and Down keep; -1 */
	size_t top;             /* the first row of the window begins here */
	uint64_t revision;      /* grows with every change */

	struct editor_change *changes;              /* owned */
	size_t change_count, change_cap, change_at; /* change_at: how many of them stand */
	size_t change_bytes;
	unsigned step;
	bool is_grouped, is_typing, is_justified;

	size_t *rows; /* owned: where the rows of the paragraph `rows_line` begin, as far as known
		       */
	size_t row_count, row_cap, rows_line;
};

void editor_init(struct editor *e, struct str text, bool is_line);
void editor_done(struct editor *e);
void editor_set(struct editor *e, struct str text); /* anew: nothing to undo, the cursor in front */
void editor_text(struct editor *e, struct buf *out);
void editor_set_width(struct editor *e, int cells);

/* ---- Changing. ---- */

void editor_insert(struct editor *e, struct str text); /* at the cursor */
bool editor_backspace(struct editor *e);
bool editor_delete(struct editor *e);
/* The region between mark and cursor, or else the row; one after the other they are gathered. */
bool editor_cut(struct editor *e);
bool editor_uncut(struct editor *e); /* right after editor_justify: takes that back */
/* Replaces all of the text as one step; what did not change at both ends stays. */
void editor_replace_text(struct editor *e, struct str text);
bool editor_undo(struct editor *e);
bool editor_redo(struct editor *e);
/* The paragraph at the cursor, or those of the region: its lines become one (fill 0), or lines of
 * at most `fill` cells. Lines of another quote level, list items and indented lines begin one of
 * their own. The cursor goes behind it. False: nothing to do. */
bool editor_justify(struct editor *e, int fill);
void editor_set_mark(struct editor *e, bool is_on);
/* Ends runs of typing, of cuts, and what is right after a justify: another command follows. */
void editor_rest(struct editor *e);

/* ---- Moving. ---- */

enum editor_motion {
	EDITOR_LEFT,
	EDITOR_RIGHT,
	EDITOR_UP,
	EDITOR_DOWN,
	EDITOR_WORD_LEFT,
	EDITOR_WORD_RIGHT,
	EDITOR_ROW_START,
	EDITOR_ROW_END,
	EDITOR_PAGE_UP,
	EDITOR_PAGE_DOWN,
	EDITOR_START,
	EDITOR_END
};

/* False: it is at that end already. `height` is for pages. */
bool editor_move(struct editor *e, enum editor_motion motion, int height);
void editor_go(struct editor *e, size_t at);        /* brought to a bound of a character */
bool editor_go_line(struct editor *e, size_t line); /* 1 is the first; false: there are fewer */
size_t editor_line_number(struct editor *e);
void editor_go_column(struct editor *e, int column); /* in the cursor's row */
int editor_column(struct editor *e);

/* ---- Finding. ---- */

/* From behind the cursor on, and from the beginning after the end; ASCII case does not count. The
 * cursor goes to it. False: it is nowhere. */
bool editor_find(struct editor *e, struct str words, bool *is_wrapped);
/* The words at the cursor are replaced, if they stand there. */
bool editor_replace_here(struct editor *e, struct str words, struct str with);
/* All from the cursor to the end of the text, as one step; returns how many. */
size_t editor_replace_all(struct editor *e, struct str words, struct str with);

/* ---- Rows. ---- */

struct editor_row editor_row_at(struct editor *e, size_t at);
/* False: there is none. */
bool editor_row_after(struct editor *e, const struct editor_row *row, struct editor_row *after);
bool editor_row_before(struct editor *e, const struct editor_row *row, struct editor_row *before);
/* How many rows there are, or in front of the cursor's; at most `most` are counted. */
int editor_rows(struct editor *e, int most);
int editor_rows_above(struct editor *e, int most);

/* Moves the window so that the cursor's row is among its `height` rows. */
void editor_show_cursor(struct editor *e, int height);
/* What is in front of the cursor in its row is where a click at row, column of the window is. */
void editor_click(struct editor *e, int row, int column);

struct editor_styles {
	unsigned text, selected, quotes[3], signature;
};

/* Rows from `top` on into `height` rows of the canvas; the cursor is put there if `has_cursor` and
 * it is among them. */
void editor_paint(struct editor *e, struct canvas *c, int row, int column, int height,
	const struct editor_styles *styles, bool has_cursor);
/* One row; for owners that lay out rows themselves. */
void editor_paint_row(struct editor *e, struct canvas *c, int row, int column,
	const struct editor_row *at, const struct editor_styles *styles, bool has_cursor);

/* ---- What editor*.c share. ---- */

/* The quote mark at the start of a line: "> > " as far as it goes. */
size_t editor_quote(struct str line, int *level);
/* How many bytes of text go into a row of `cells` from column `column` on, and where the next row
 * begins; text ends with its paragraph. */
size_t editor_break(struct str text, int column, int cells, size_t *next);
int editor_cluster_cells(struct str cluster, int cells, int column);
void editor_change(struct editor *e, size_t at, size_t removed, struct str added);
void editor_begin(struct editor *e); /* changes up to editor_end are one step */
void editor_end(struct editor *e);
void editor_rows_changed(struct editor *e, size_t at);

#endif
