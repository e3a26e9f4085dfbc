/* The key menu. */
#include "ui/kit/menu.h"

#include "ui/theme.h"

enum { MENU_COLUMNS = 6, MENU_CELLS = 12, MENU_ONE_ROW_BELOW = 12, MENU_ROWS_MAX = 12 };

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

static void menu_label(const struct menu_item *item, struct buf *out)
{
	buf_addf(out, item->is_default ? "[%s]" : "%s", item->label);
}

static int menu_item_cells(const struct menu_item *item)
{
	struct buf label = {0};
	if (item->label == NULL)
		return 0;
	menu_label(item, &label);
	int cells = width_cells(str_from(item->key)) + 1 + width_cells(buf_str(&label));
	buf_done(&label);
	return cells;
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
	menu_label(item, &label);
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

struct menu_page {
	const struct menu_item *slots[MENU_ROWS_MAX * MENU_COLUMNS]; /* NULL: empty */
	int left[MENU_COLUMNS + 1]; /* where columns begin; the last: the end */
};

/* Columns of equal width, unless a label does not fit and others leave it room. */
static void menu_measure(struct menu_page *page, int columns, int rows, int cells)
{
	int needs[MENU_COLUMNS] = {0}, sum = 0;
	bool fits = true;
	for (int slot = 0; slot < columns * rows; slot++) {
		int need = page->slots[slot] != NULL ? menu_item_cells(page->slots[slot]) + 1 : 0;
		int *most = &needs[slot / rows];
		*most = need > *most ? need : *most;
	}
	for (int i = 0; i < columns; i++) {
		sum += needs[i];
		fits &= needs[i] <= cells / columns;
	}
	page->left[0] = 0;
	for (int i = 0; i < columns; i++) {
		int spare = (i + 1) * (cells - sum) / columns - i * (cells - sum) / columns;
		page->left[i + 1] = fits || sum > cells ? (i + 1) * cells / columns
							: page->left[i] + needs[i] + spare;
	}
}

static void menu_paint_page(
	struct canvas *c, int row, const struct menu_page *p, struct menu_shape shape)
{
	for (int slot = 0; slot < shape.columns * shape.rows; slot++) {
		int at = slot / shape.rows;
		if (p->slots[slot] != NULL)
			menu_paint_item(c, row + slot % shape.rows, p->left[at],
				p->left[at + 1] - p->left[at], p->slots[slot]);
	}
}

void menu_paint(struct canvas *c, int row, int rows, const struct menu_item *items, size_t count,
	int page, bool is_paged)
{
	struct menu_shape shape = {menu_columns(c), rows};
	int slots = shape.columns * rows;
	bool has_other = menu_pages(c, rows, count) > 1;
	struct menu_page p = {0};
	for (int slot = 0; slot < slots; slot++) {
		size_t i = menu_item_at(slot, slots, page, is_paged);
		if (i < count && (!is_paged || !items[i].is_other || has_other))
			p.slots[slot] = &items[i];
	}
	menu_measure(&p, shape.columns, rows, c->columns);
	menu_paint_page(c, row, &p, shape);
}

static void menu_fill(struct menu_page *p, struct menu_shape shape, const struct menu_item *items,
	size_t count, int cells)
{
	*p = (struct menu_page){0};
	for (size_t i = 0; i < count && i < (size_t)(shape.columns * shape.rows); i++)
		p->slots[i] = &items[i];
	menu_measure(p, shape.columns, shape.rows, cells);
}

static bool menu_fits(const struct menu_page *p, struct menu_shape shape)
{
	for (int slot = 0; slot < shape.columns * shape.rows; slot++) {
		int at = slot / shape.rows;
		if (p->slots[slot] != NULL &&
			menu_item_cells(p->slots[slot]) >= p->left[at + 1] - p->left[at])
			return false;
	}
	return true;
}

/* As many columns as leave every label whole; where not even that helps, all items at least. */
struct menu_shape menu_shape(
	const struct canvas *c, const struct menu_item *items, size_t count, int least, int most)
{
	struct menu_shape shape = {menu_columns(c), least}, widest = shape;
	bool is_first = true;
	most = most < MENU_ROWS_MAX ? most : MENU_ROWS_MAX;
	for (; shape.columns > 0; shape.columns--) {
		struct menu_page p;
		int rows = ((int)count + shape.columns - 1) / shape.columns;
		shape.rows = rows > least ? rows : least;
		if (shape.rows > most)
			break;
		menu_fill(&p, shape, items, count, c->columns);
		if (menu_fits(&p, shape))
			return shape;
		widest = is_first ? shape : widest;
		is_first = false;
	}
	return widest;
}

void menu_paint_all(struct canvas *c, int row, struct menu_shape shape,
	const struct menu_item *items, size_t count)
{
	struct menu_page p;
	menu_fill(&p, shape, items, count, c->columns);
	menu_paint_page(c, row, &p, shape);
}
