/* Rows into cells. */
#include "ui/kit/editor.h"

/* What stands in the region is told from the rest. */
static unsigned paint_style(
	const struct editor *e, const struct editor_styles *styles, size_t at, unsigned plain)
{
	size_t from = e->mark < e->cursor ? e->mark : e->cursor;
	size_t to = e->mark < e->cursor ? e->cursor : e->mark;
	return e->mark != STR_NONE && at >= from && at < to ? styles->selected : plain;
}

static unsigned paint_line_style(
	struct editor *e, const struct editor_row *row, const struct editor_styles *styles)
{
	int level;
	size_t to = row->line + 64 < e->text.len ? row->line + 64 : e->text.len;
	editor_quote(editor_text_str(&e->text, row->line, to), &level);
	return level > 0 ? styles->quotes[(level - 1) % 3] : styles->text;
}

/* Set in by the quote mark of the paragraph. */
static void paint_indent(struct editor *e, struct canvas *c, int row, int column,
	const struct editor_row *at, unsigned style)
{
	if (at->indent > 0)
		canvas_text(c, row, column, at->indent,
			editor_text_str(&e->text, at->line, at->line + (size_t)at->indent), style);
}

/* Plain runs at once, everything else by itself. */
static size_t paint_run(struct editor *e, const struct editor_styles *styles, struct str text,
	size_t at, unsigned plain, int *cells)
{
	size_t len = width_outside_cluster(text, cells);
	unsigned style = paint_style(e, styles, at, plain);
	if (len != 1 || text.data[0] == '\t')
		return len;
	while (len < text.len && text.data[len] >= 0x20 && text.data[len] < 0x7f &&
		(len + 1 == text.len || (unsigned char)text.data[len + 1] < 0x80) &&
		paint_style(e, styles, at + len, plain) == style) {
		len++;
		++*cells;
	}
	return len;
}

void editor_paint_row(struct editor *e, struct canvas *c, int row, int column,
	const struct editor_row *at, const struct editor_styles *styles, bool has_cursor)
{
	unsigned plain = paint_line_style(e, at, styles);
	int x = at->indent;
	bool is_here = has_cursor && e->cursor >= at->start &&
		       (at->is_last ? e->cursor <= at->end : e->cursor < at->next);
	paint_indent(e, c, row, column, at, plain);
	struct str text = editor_text_str(&e->text, at->start, at->end);
	size_t place = at->start;
	for (size_t len; text.len > 0; text = str_skip(text, len), place += len) {
		int cells;
		if (is_here && place == e->cursor)
			canvas_cursor(c, row, column + x);
		len = paint_run(e, styles, text, place, plain, &cells);
		if (is_here && e->cursor > place && e->cursor < place + len) {
			len = e->cursor - place; /* a plain run: a byte is a cell */
			cells = (int)len;
		}
		unsigned style = paint_style(e, styles, place, plain);
		if (text.data[0] == '\t')
			canvas_fill(c, row, column + x,
				cells = editor_cluster_cells(text, cells, x), style);
		else
			canvas_text(c, row, column + x, cells, str_first(text, len), style);
		x += cells;
	}
	if (is_here && place == e->cursor)
		canvas_cursor(c, row, column + x);
	else if (is_here && e->cursor > place)
		canvas_cursor(c, row, column + x);
}

void editor_paint(struct editor *e, struct canvas *c, int row, int column, int height,
	const struct editor_styles *styles, bool has_cursor)
{
	struct editor_row at = editor_row_at(e, e->top);
	for (int i = 0; i < height; i++) {
		editor_paint_row(e, c, row + i, column, &at, styles, has_cursor);
		if (!editor_row_after(e, &at, &at))
			return;
	}
}
