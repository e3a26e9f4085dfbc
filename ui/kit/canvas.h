/*
 * What is to stand on the terminal, in memory: rows of cells. Widgets and screens paint here; only
 * ui/term.c turns cells into bytes. Text enters as struct safe_text alone, and canvas_text makes
 * one itself, so nothing unsafe can reach a cell. A cell holds one character and the marks on it;
 * a wide one takes two cells, the second with width 0.
 *
 * Everything is clipped: what lies outside the canvas is not painted and never an error.
 */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include "base/width.h"

enum { CELL_CODES = 5 }; /* a base and four marks, as a cell of ncursesw */

struct cell {
	uint32_t codes[CELL_CODES]; /* 0-terminated unless full */
	uint16_t style;             /* ui/theme.h: a role and attribute bits */
	uint8_t width;              /* 1, 2; 0: the right half of the cell before */
};

struct canvas {
	int rows, columns;
	struct cell *cells;            /* owned */
	int cursor_row, cursor_column; /* row -1: hidden */
};

void canvas_init(struct canvas *c, int rows, int columns);
void canvas_done(struct canvas *c);
void canvas_clear(struct canvas *c); /* blanks in style 0, no cursor */

/* Paints text into at most `cells` cells; a longer one is cut and ends in "…". The rest of the
 * field stays as it is. Returns the cells used. */
int canvas_put(struct canvas *c, int row, int column, int cells, const struct safe_text *text,
	unsigned style);

/* The same for text from anywhere, which is made safe first. */
int canvas_text(
	struct canvas *c, int row, int column, int cells, struct str outside, unsigned style);

/* Text broken at blanks into lines of at most `cells`, in at most `rows` rows; returns the rows it
 * took. The last one is cut where the text is longer. */
int canvas_wrap(struct canvas *c, int row, int column, int cells, int rows, struct str outside,
	unsigned style);

void canvas_fill(struct canvas *c, int row, int column, int cells, unsigned style); /* blanks */
void canvas_restyle(struct canvas *c, int row, int column, int cells, unsigned style);
void canvas_cursor(struct canvas *c, int row, int column);

const struct cell *canvas_cell(const struct canvas *c, int row, int column);

/* The character itself where the locale can show it, else a '?', for an ellipsis a dot: of the same
 * width, when a wide one stands twice. */
uint32_t canvas_in_locale(uint32_t code);

/* The text, one line a row, blanks at the end of a row cut: for tests. */
void canvas_dump(const struct canvas *c, struct buf *out);
/* The same as a terminal of this locale shows it. */
void canvas_dump_in_locale(const struct canvas *c, struct buf *out);

#endif
