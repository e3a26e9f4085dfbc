/* Rows: where paragraphs are broken for the width, and where characters stand in them. */
#include "ui/kit/editor.h"

#include "base/array.h"
#include "base/utf8.h"

enum {
	ROW_BYTES_PER_CELL = 16, /* a row of more than this is broken early: marks on marks */
	ROW_BYTES = 256,
	TAB_STOPS = 8
};

int editor_cluster_cells(struct str cluster, int cells, int column)
{
	return cluster.data[0] == '\t' ? TAB_STOPS - column % TAB_STOPS : cells;
}

size_t editor_quote(struct str line, int *level)
{
	size_t at = 0, end = 0;
	*level = 0;
	while (at < line.len && line.data[at] == '>') {
		++*level;
		at++;
		if (at < line.len && line.data[at] == ' ')
			at++;
		end = at;
	}
	return end;
}

static bool row_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Blanks at the end of a row hang over its edge; wide characters may part from their neighbours. */
size_t editor_break(struct str text, int column, int cells, size_t *next)
{
	size_t at = 0, end = 0, may_break = 0;
	while (at < text.len) {
		int wide;
		size_t len = width_outside_cluster(str_skip(text, at), &wide);
		bool is_blank = row_is_blank(text.data[at]);
		wide = editor_cluster_cells(str_skip(text, at), wide, column);
		if (!is_blank && column + wide > cells && at > 0)
			break;
		if (wide == 2 && !is_blank)
			may_break = at;
		column += wide;
		at += len;
		end = at;
		if (is_blank || (wide == 2 && at < text.len))
			may_break = at;
	}
	if (at >= text.len) {
		*next = text.len;
		return end;
	}
	*next = may_break > 0 ? may_break : at;
	return *next;
}

static int row_width(const struct editor *e)
{
	return e->width > 4 ? e->width : 4;
}

/* Fills in all but line and start. */
static void row_measure(struct editor *e, struct editor_row *row)
{
	int width = row_width(e), level;
	size_t most = (size_t)width * ROW_BYTES_PER_CELL + ROW_BYTES;
	size_t left = e->text.len - row->start;
	row->indent = 0;
	if (row->start > row->line) {
		size_t head =
			row->line + ROW_BYTES < row->start ? row->line + ROW_BYTES : row->start;
		struct str quote = editor_text_str(&e->text, row->line, head);
		int cells = (int)editor_quote(quote, &level);
		row->indent = cells * 2 <= width ? cells : 0;
	}
	struct str text = editor_text_str(
		&e->text, row->start, row->start + (left > most + 4 ? most + 4 : left));
	text = utf8_first(text, most);
	size_t end = str_find_char(text, '\n'), next;
	bool is_cut = end == STR_NONE && text.len < left;
	text = end != STR_NONE ? str_first(text, end) : text;
	end = editor_break(text, row->indent, width, &next);
	row->end = row->start + end;
	row->next = row->start + next;
	row->is_last = next == text.len && !is_cut;
	if (row->is_last)
		row->next = row->end < e->text.len ? row->end + 1 : row->end;
}

/* ---- What is known of the rows of one paragraph. ---- */

void editor_rows_changed(struct editor *e, size_t at)
{
	if (e->row_count == 0)
		return;
	if (at < e->rows_line) {
		e->row_count = 0;
		return;
	}
	while (e->row_count > 1 && e->rows[e->row_count - 1] > at)
		e->row_count--;
	if (e->row_count > 1)
		e->row_count--; /* a word may go up to the row before */
}

static void rows_add(struct editor *e, size_t start)
{
	e->rows = array_room(e->rows, e->row_count, &e->row_cap, sizeof(*e->rows));
	e->rows[e->row_count++] = start;
}

static struct editor_row row_make(struct editor *e, size_t line, size_t start)
{
	struct editor_row row = {.line = line, .start = start};
	row_measure(e, &row);
	return row;
}

/* The last known row that begins at or before `at`. */
static size_t rows_find(const struct editor *e, size_t at)
{
	size_t low = 0, high = e->row_count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (e->rows[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct editor_row editor_row_at(struct editor *e, size_t at)
{
	bool is_known = e->row_count > 0 && at >= e->rows_line && at <= e->rows[e->row_count - 1];
	if (!is_known) {
		size_t line = editor_text_line(&e->text, at);
		if (e->row_count == 0 || line != e->rows_line) {
			e->row_count = 0;
			e->rows_line = line;
			rows_add(e, line);
		}
	}
	size_t i = rows_find(e, at);
	struct editor_row row = row_make(e, e->rows_line, e->rows[i]);
	while (!row.is_last && row.next <= at) {
		if (++i == e->row_count)
			rows_add(e, row.next);
		row = row_make(e, e->rows_line, row.next);
	}
	return row;
}

bool editor_row_after(struct editor *e, const struct editor_row *row, struct editor_row *after)
{
	if (row->is_last && row->end == e->text.len)
		return false;
	*after = row_make(e, row->is_last ? row->next : row->line, row->next);
	return true;
}

bool editor_row_before(struct editor *e, const struct editor_row *row, struct editor_row *before)
{
	if (row->start == 0)
		return false;
	*before = editor_row_at(e, row->start - 1);
	return true;
}

static int rows_count(struct editor *e, size_t to, int most)
{
	struct editor_row row = row_make(e, 0, 0);
	int count = 0;
	while (count < most && (row.is_last ? row.end < to : row.next <= to)) {
		count++;
		if (!editor_row_after(e, &row, &row))
			break;
	}
	return count;
}

int editor_rows_above(struct editor *e, int most)
{
	return rows_count(e, e->cursor, most);
}

int editor_rows(struct editor *e, int most)
{
	int count = rows_count(e, e->text.len, most);
	return count < most ? count + 1 : count;
}

/* ---- Columns. ---- */

static int row_column(struct editor *e, const struct editor_row *row, size_t at)
{
	struct str text = editor_text_str(&e->text, row->start, at < row->end ? at : row->end);
	int column = row->indent;
	for (size_t len; text.len > 0; text = str_skip(text, len)) {
		int cells;
		len = width_outside_cluster(text, &cells);
		column += editor_cluster_cells(text, cells, column);
	}
	return column;
}

int editor_column(struct editor *e)
{
	struct editor_row row = editor_row_at(e, e->cursor);
	return row_column(e, &row, e->cursor);
}

/* The character that covers the column, or the last place of the row. */
static size_t row_place(struct editor *e, const struct editor_row *row, int wanted)
{
	struct str text = editor_text_str(&e->text, row->start, row->end);
	int column = row->indent;
	size_t at = row->start, last = row->start;
	for (size_t len; text.len > 0; text = str_skip(text, len)) {
		int cells;
		len = width_outside_cluster(text, &cells);
		column += editor_cluster_cells(text, cells, column);
		if (column > wanted)
			return at;
		last = at;
		at += len;
	}
	return row->is_last ? row->end : last;
}

void editor_go_column(struct editor *e, int column)
{
	struct editor_row row = editor_row_at(e, e->cursor);
	e->cursor = row_place(e, &row, column);
}

/* ---- The window. ---- */

void editor_set_width(struct editor *e, int cells)
{
	if (e->width == cells)
		return;
	e->width = cells;
	e->row_count = 0;
	e->top = editor_row_at(e, e->top).start;
}

void editor_show_cursor(struct editor *e, int height)
{
	struct editor_row top = editor_row_at(e, e->top), at = editor_row_at(e, e->cursor);
	int rows = 1;
	e->top = top.start;
	if (at.start < top.start) {
		e->top = at.start;
		return;
	}
	while (rows < height && top.start < at.start && editor_row_after(e, &top, &top))
		rows++;
	if (top.start >= at.start)
		return;
	for (rows = 1; rows < height && editor_row_before(e, &at, &at);)
		rows++;
	e->top = at.start;
}

void editor_click(struct editor *e, int row, int column)
{
	struct editor_row at = editor_row_at(e, e->top);
	while (row-- > 0 && editor_row_after(e, &at, &at))
		;
	e->cursor = row_place(e, &at, column);
	e->goal = -1;
}
