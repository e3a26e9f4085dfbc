/* The key menu. */
#include "ui/kit/menu.h"

#include "ui/theme.h"

enum { MENU_COLUMNS = 6, MENU_CELLS = 12, MENU_ONE_ROW_BELOW = 12 };

int menu_rows(int screen_rows)
{
	return screen_rows < MENU_ONE_ROW_BELOW ? 1 : 2;
}

static int menu_columns(const struct canvas *c)
{
	int columns = c->columns / MENU_CELLS;
	return columns < 1 ? 1 : columns > MENU_COLUMNS ? MENU_COLUMNS : columns;
}

int menu_pages(const struct canvas *c, int rows, size_t count)
{
	int slots = menu_columns(c) * rows;
	int fixed = slots > 2 ? 2 : slots - 1;
	int rest = (int)count - 2;
	return rest <= 0 ? 1 : (rest + slots - fixed - 1) / (slots - fixed);
}

static void menu_paint_item(
	struct canvas *c, int row, int column, int cells, const struct menu_item *item)
{
	if (item->label == NULL)
		return;
	unsigned key_style = item->is_grey ? STYLE_KEY_GREY : STYLE_KEY;
	unsigned label_style = item->is_grey ? STYLE_KEY_GREY : STYLE_KEY_LABEL;
	int used = canvas_text(c, row, column, cells - 1, str_from(item->key), key_style);
	struct buf label = {0};
	buf_addf(&label, item->is_default ? "[%s]" : "%s", item->label);
	canvas_text(c, row, column + used + 1, cells - used - 2, buf_str(&label), label_style);
	buf_done(&label);
}

/* The item of a slot on a page: Help and Other keep theirs. */
static size_t menu_item_at(int slot, int slots, int page, bool is_paged)
{
	int fixed = slots > 2 ? 2 : slots - 1;
	if (!is_paged || slot < fixed)
		return (size_t)slot;
	return (size_t)(2 + page * (slots - fixed) + slot - fixed);
}

void menu_paint(struct canvas *c, int row, int rows, const struct menu_item *items, size_t count,
	int page, bool is_paged)
{
	int columns = menu_columns(c), slots = columns * rows;
	bool has_other = menu_pages(c, rows, count) > 1;
	for (int slot = 0; slot < slots; slot++) {
		size_t i = menu_item_at(slot, slots, page, is_paged);
		if (i >= count || (is_paged && items[i].is_other && !has_other))
			continue;
		int at = slot / rows, from = at * c->columns / columns;
		int cells = (at + 1) * c->columns / columns - from;
		menu_paint_item(c, row + slot % rows, from, cells, &items[i]);
	}
}
