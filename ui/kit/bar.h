/*
 * The bars: the title in the first line, and the status line above the key menu with a message in
 * [brackets].
 */
#ifndef UI_BAR_H
#define UI_BAR_H

#include "ui/kit/canvas.h"

struct title {
	const char *program; /* "ROWAN 0.1": the first to go where the line is narrow */
	const char *name;    /* "MESSAGE INDEX" */
	struct str about;    /* "Folder: INBOX", as it came */
	struct str position; /* "Message 3 of 12": never cut before the rest */
};

void bar_title(struct canvas *c, const struct title *title);
void bar_status(struct canvas *c, int row, struct str message, bool is_trouble);

#endif
