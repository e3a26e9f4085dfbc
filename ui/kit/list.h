/*
 * Where one is in a list: how many rows it has, which is at the top of the window, which is
 * selected. Knows nothing of what the rows are, so a list of ten and one of a million are the same
 * to it.
 */
#ifndef UI_LIST_H
#define UI_LIST_H

#include "ui/keys.h"

struct list {
	uint32_t total;
	uint32_t top, selected; /* 0-based; selected < total unless total is 0 */
	int height;             /* rows of the window, at least 1 */
};

void list_set_total(struct list *list, uint32_t total);
void list_set_height(struct list *list, int height);
bool list_select(struct list *list, uint32_t row); /* moves the window if it must */
/* False when it was at that end already. */
bool list_move(struct list *list, int rows);
bool list_page(struct list *list, int pages);
/* Up, down, by pages, to the ends. False: the command is another one. */
bool list_command(struct list *list, enum command command, bool *has_moved);
/* The window keeps its rows when `rows` came in front of it (or went, negative). */
void list_shift(struct list *list, int64_t rows);

#endif
