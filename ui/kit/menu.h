/*
 * The key menu at the foot of the screen: up to six columns of at least twelve cells in two rows
 * (one where there are fewer than twelve lines), filled column by column. When not all fits, the
 * second slot is "O OTHER CMDS", which turns the page.
 */
#ifndef UI_MENU_H
#define UI_MENU_H

#include "ui/kit/canvas.h"

struct menu_item {
	char key[24]; /* "", or NUL-terminated UTF-8 */
	const char *label;
	bool is_default; /* what Return does: its label stands in brackets */
	bool is_grey;
	bool is_other;
};

enum { MENU_ITEMS_MAX = 48 };

int menu_rows(int screen_rows);

/* How many pages the items make; items of all pages but Help and Other are counted once. */
int menu_pages(const struct canvas *c, int rows, size_t count);

/* items[0] and items[1] (Help and Other) stand on every page when `is_paged`; else all items are
 * shown in their order, as far as they fit. */
void menu_paint(struct canvas *c, int row, int rows, const struct menu_item *items, size_t count,
	int page, bool is_paged);

/* In how many columns and rows (at least and at most so many) all items have room, unpaged. */
struct menu_shape {
	int columns, rows;
};
struct menu_shape menu_shape(
	const struct canvas *c, const struct menu_item *items, size_t count, int least, int most);
void menu_paint_all(struct canvas *c, int row, struct menu_shape shape,
	const struct menu_item *items, size_t count);

#endif
