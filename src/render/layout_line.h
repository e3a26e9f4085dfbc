/* Inside the layout: what layout.c and layout_table.c share. */
#ifndef RENDER_LAYOUT_LINE_H
#define RENDER_LAYOUT_LINE_H

#include "render/layout.h"

/* Safe text before it is cut into lines. */
struct layout_flat {
	struct buf text;
	int cells;
	struct layout_run *runs; /* owned */
	size_t run_count, run_cap;
	char *breaks; /* owned; one byte for each of text */
	size_t break_cap;
};

void layout_flat_clear(struct layout_flat *f);
void layout_flat_done(struct layout_flat *f);
void layout_flat_add(struct layout_flat *f, struct str text, unsigned style, int link);
void layout_flat_segment(
	struct layout_flat *f, const struct doc_block *b, size_t from, size_t to, size_t *span);

struct layout_maker {
	struct layout *layout;
	const struct doc *doc;
	const struct layout_options *options;
	int total; /* cells of a line */
	/* Of the block at hand. */
	enum layout_role role;
	int block, part, quote;
	int cells;              /* for text beside the prefix */
	int hang;               /* more blanks before all lines but the first of a wrapped text */
	bool is_first;          /* no line of the block is out yet */
	struct buf first, rest; /* prefix of the first line and of the others */
	size_t label_len;       /* bytes of the label at the end of `first` */
	/* Scratch. */
	struct layout_flat flat;
	struct buf text;
	struct layout_run *runs; /* owned */
	size_t run_count, run_cap;
};

void layout_maker_run(struct layout_maker *m, size_t start, size_t len, unsigned style, int link);
/* One line of bytes from..to; *run is where to look for styles and moves on. */
void layout_maker_emit(
	struct layout_maker *m, const struct layout_flat *f, size_t from, size_t to, size_t *run);
void layout_maker_wrap(struct layout_maker *m, struct layout_flat *f, enum doc_wrap wrap);

/* A block that is a table (see layout.h). */
void layout_table(struct layout_maker *m, const struct doc_block *b);

#endif
