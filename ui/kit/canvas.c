/* Cells in memory. */
#include "ui/kit/canvas.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <limits.h>
#include <wchar.h>

static void cell_blank(struct cell *cell, unsigned style)
{
	*cell = (struct cell){.codes = {' '}, .style = (uint16_t)style, .width = 1};
}

static struct cell *canvas_at(const struct canvas *c, int row, int column)
{
	return &c->cells[(size_t)row * (size_t)c->columns + (size_t)column];
}

void canvas_init(struct canvas *c, int rows, int columns)
{
	*c = (struct canvas){.rows = rows > 0 ? rows : 1, .columns = columns > 0 ? columns : 1};
	c->cells = mem_new_array((size_t)c->rows * (size_t)c->columns, sizeof(*c->cells));
	canvas_clear(c);
}

void canvas_done(struct canvas *c)
{
	mem_free(c->cells);
	*c = (struct canvas){0};
}

void canvas_clear(struct canvas *c)
{
	for (int i = 0; i < c->rows * c->columns; i++)
		cell_blank(&c->cells[i], 0);
	c->cursor_row = -1;
	c->cursor_column = 0;
}

const struct cell *canvas_cell(const struct canvas *c, int row, int column)
{
	return canvas_at(c, row, column);
}

/* Half of a wide character alone would shift the row: the other half becomes a blank. */
static void canvas_free_cell(struct canvas *c, int row, int column)
{
	struct cell *cell = canvas_at(c, row, column);
	if (cell->width == 0 && column > 0)
		cell_blank(cell - 1, cell[-1].style);
	if (cell->width == 2 && column + 1 < c->columns)
		cell_blank(cell + 1, cell[1].style);
	cell_blank(cell, cell->style);
}

static bool canvas_clip(const struct canvas *c, int row, int column, int *cells)
{
	if (row < 0 || row >= c->rows || column < 0 || column >= c->columns)
		return false;
	if (*cells > c->columns - column)
		*cells = c->columns - column;
	return *cells > 0;
}

void canvas_fill(struct canvas *c, int row, int column, int cells, unsigned style)
{
	if (!canvas_clip(c, row, column, &cells))
		return;
	for (int i = column; i < column + cells; i++) {
		canvas_free_cell(c, row, i);
		cell_blank(canvas_at(c, row, i), style);
	}
}

void canvas_restyle(struct canvas *c, int row, int column, int cells, unsigned style)
{
	if (!canvas_clip(c, row, column, &cells))
		return;
	for (int i = column; i < column + cells; i++)
		canvas_at(c, row, i)->style = (uint16_t)style;
}

void canvas_cursor(struct canvas *c, int row, int column)
{
	c->cursor_row = row >= 0 && row < c->rows ? row : -1;
	c->cursor_column = column < c->columns ? column : c->columns - 1;
}

static int code_cells(uint32_t code, struct str bytes)
{
	int cells = 1;
	if (code < 0x20 || code >= 0x7f)
		width_cluster(bytes, &cells);
	return cells;
}

static void cell_add_mark(struct cell *cell, uint32_t mark)
{
	for (int i = 1; i < CELL_CODES; i++)
		if (cell->codes[i] == 0) {
			cell->codes[i] = mark;
			return;
		}
}

/* Where a mark belongs: to the character that ends before this column. */
static void canvas_mark(struct canvas *c, int row, int from, int column, uint32_t mark)
{
	if (column <= from)
		return;
	struct cell *cell = canvas_at(c, row, column - 1);
	if (cell->width == 0 && column - 2 >= from)
		cell--;
	cell_add_mark(cell, mark);
}

static int canvas_draw(
	struct canvas *c, int row, int from, int cells, struct str text, unsigned style)
{
	int column = from;
	while (text.len > 0) {
		size_t len;
		uint32_t code = utf8_next(text, &len);
		int width = code_cells(code, str_first(text, len));
		text = str_skip(text, len);
		if (width <= 0) {
			canvas_mark(c, row, from, column, code);
			continue;
		}
		width = width > 2 ? 2 : width;
		if (column + width > from + cells)
			break;
		for (int i = 0; i < width; i++) {
			canvas_free_cell(c, row, column + i);
			*canvas_at(c, row, column + i) = (struct cell){.style = (uint16_t)style};
		}
		canvas_at(c, row, column)->codes[0] = code;
		canvas_at(c, row, column)->width = (uint8_t)width;
		column += width;
	}
	return column - from;
}

int canvas_put(struct canvas *c, int row, int column, int cells, const struct safe_text *text,
	unsigned style)
{
	if (!canvas_clip(c, row, column, &cells))
		return 0;
	struct str all = str_make(text->text, text->len);
	if (text->cells <= cells)
		return canvas_draw(c, row, column, cells, all, style);
	int used;
	struct str cut = width_first(all, cells - 1, &used);
	used = canvas_draw(c, row, column, cells - 1, cut, style);
	return used + canvas_draw(c, row, column + used, 1, STR("…"), style);
}

int canvas_text(
	struct canvas *c, int row, int column, int cells, struct str outside, unsigned style)
{
	struct safe_text safe = safe_text_make(outside);
	int used = canvas_put(c, row, column, cells, &safe, style);
	safe_text_done(&safe);
	return used;
}

/* What of the text goes into one line: up to the last blank that fits, or a hard cut. */
static struct str canvas_wrap_line(struct str rest, int cells)
{
	int used;
	struct str line = width_first(rest, cells, &used);
	size_t cut = line.len;
	if (line.len == rest.len || rest.data[line.len] == ' ')
		return line;
	while (cut > 0 && line.data[cut - 1] != ' ')
		cut--;
	return cut > 0 ? str_first(line, cut) : line;
}

int canvas_wrap(struct canvas *c, int row, int column, int cells, int rows, struct str outside,
	unsigned style)
{
	struct safe_text safe = safe_text_make(outside);
	struct str rest = str_trim(str_make(safe.text, safe.len));
	int used = 0;
	while (used < rows && rest.len > 0 && cells > 1) {
		struct str line = used + 1 < rows ? canvas_wrap_line(rest, cells) : rest;
		canvas_text(c, row + used++, column, cells, line, style);
		rest = str_trim(str_skip(rest, line.len > 0 ? line.len : rest.len));
	}
	safe_text_done(&safe);
	return used;
}

uint32_t canvas_in_locale(uint32_t code)
{
	char bytes[MB_LEN_MAX];
	mbstate_t state = {0};
	if (code < 0x7f || wcrtomb(bytes, (wchar_t)code, &state) != (size_t)-1)
		return code;
	return code == 0x2026 ? '.' : '?';
}

static void cell_dump(const struct cell *cell, bool in_locale, struct buf *out)
{
	if (!in_locale) {
		for (int i = 0; i < CELL_CODES && cell->codes[i] != 0; i++)
			utf8_add(out, cell->codes[i]);
		return;
	}
	uint32_t code = canvas_in_locale(cell->codes[0]);
	utf8_add(out, code);
	if (cell->width == 2 && code != cell->codes[0])
		utf8_add(out, code);
}

static void canvas_dump_row(const struct canvas *c, int row, bool in_locale, struct buf *out)
{
	size_t end = out->len;
	for (int column = 0; column < c->columns; column++) {
		const struct cell *cell = canvas_cell(c, row, column);
		if (cell->width == 0)
			continue;
		cell_dump(cell, in_locale, out);
		if (cell->codes[0] != ' ')
			end = out->len;
	}
	buf_truncate(out, end);
	buf_add_char(out, '\n');
}

void canvas_dump(const struct canvas *c, struct buf *out)
{
	for (int row = 0; row < c->rows; row++)
		canvas_dump_row(c, row, false, out);
}

void canvas_dump_in_locale(const struct canvas *c, struct buf *out)
{
	for (int row = 0; row < c->rows; row++)
		canvas_dump_row(c, row, true, out);
}
