/*
 * A line of text being edited: what the user types is kept as typed (a password must stay what it
 * is); only what is shown goes through safe_text. Positions are bytes at character bounds.
 */
#ifndef UI_EDIT_H
#define UI_EDIT_H

#include "base/buf.h"
#include "ui/keys.h"
#include "ui/kit/canvas.h"

enum { EDIT_BYTES_MAX = 4096 };

struct edit {
	struct buf text; /* owned */
	size_t cursor;
	bool is_hidden; /* shown as stars; wiped when done */
	bool is_fresh;  /* a proposal: typing replaces nothing, but ^U takes it away at once */
};

void edit_init(struct edit *edit, struct str text, bool is_hidden);
void edit_done(struct edit *edit);
void edit_set(struct edit *edit, struct str text);

/* False when the key means nothing to a line of text (Return, Tab, Up, …). */
bool edit_input(struct edit *edit, const struct input *input);

/* Paints the part around the cursor into the field and puts the cursor there. */
void edit_paint(
	const struct edit *edit, struct canvas *c, int row, int column, int cells, unsigned style);

#endif
