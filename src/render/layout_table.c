/* Tables: aligned columns when they fit, the last one filled when only that is too wide; else each
 * row as a paragraph. */
#include "base/array.h"
#include "render/layout_line.h"

enum { TABLE_COLUMNS_MAX = 64, GAP = 2 };

struct table_columns {
	int cells[TABLE_COLUMNS_MAX]; /* widest cell; 0: an empty column, left out */
	bool is_number[TABLE_COLUMNS_MAX];
	size_t count;
};

static size_t find_end(struct str text, size_t from, char c, size_t limit)
{
	size_t at = str_find_char(str_make(text.data + from, limit - from), c);
	return at == STR_NONE ? limit : from + at;
}

/* "12", "1,234.50", "-3 %", "$5.00", "12 €", "3x": read from the right. */
static bool is_number(struct str cell)
{
	int digits = 0, others = 0;
	for (size_t i = 0; i < cell.len; i++) {
		if (ascii_is_digit(cell.data[i]))
			digits++;
		else if (strchr(".,:+-% '/()", cell.data[i]) == NULL)
			others++;
	}
	return digits > 0 && others <= 3;
}

static void measure_cell(struct layout_flat *f, struct table_columns *t, struct str cell,
	size_t column, bool is_head)
{
	layout_flat_clear(f);
	layout_flat_add(f, cell, 0, -1);
	if (f->cells > t->cells[column])
		t->cells[column] = f->cells;
	if (!is_head && f->cells > 0 && !is_number(cell))
		t->is_number[column] = false;
}

static void measure(struct layout_maker *m, const struct doc_block *b, struct table_columns *t)
{
	struct str text = buf_str(&b->text);
	t->count = b->level < TABLE_COLUMNS_MAX ? (size_t)b->level : TABLE_COLUMNS_MAX;
	bool has_head = str_find_char(text, '\n') != STR_NONE;
	for (size_t i = 0; i < t->count; i++)
		t->is_number[i] = i > 0;
	for (bool is_head = has_head; text.len > 0; is_head = false) {
		struct str row = str_cut(&text, '\n');
		for (size_t i = 0; i < t->count && row.len > 0; i++)
			measure_cell(&m->flat, t, str_cut(&row, '\t'), i, is_head);
	}
}

static size_t last_column(const struct table_columns *t)
{
	size_t last = 0;
	for (size_t i = 0; i < t->count; i++)
		last = t->cells[i] > 0 ? i : last;
	return last;
}

static int total_cells(const struct table_columns *t)
{
	int total = 0;
	for (size_t i = 0; i < t->count; i++)
		total += t->cells[i] > 0 ? t->cells[i] + GAP : 0;
	return total - GAP;
}

static void pad(struct layout_flat *f, int to)
{
	while (f->cells < to)
		layout_flat_add(f, STR(" "), 0, -1);
}

/* The cell's cells, to know where a number begins. */
static int cell_cells(struct str cell)
{
	struct buf safe = {0};
	int cells = safe_text_add(&safe, cell);
	buf_done(&safe);
	return cells;
}

static void lay_row(struct layout_maker *m, const struct doc_block *b, size_t from, size_t to,
	const struct table_columns *t, size_t *span)
{
	int column = 0;
	struct layout_flat *f = &m->flat;
	layout_flat_clear(f);
	for (size_t i = 0; i < t->count && from <= to; i++) {
		size_t end = find_end(buf_str(&b->text), from, '\t', to);
		if (t->cells[i] > 0) {
			struct str cell = str_make(b->text.data + from, end - from);
			int lead = t->is_number[i] ? t->cells[i] - cell_cells(cell) : 0;
			pad(f, column + lead);
			layout_flat_segment(f, b, from, end, span);
			column += t->cells[i] + GAP;
		}
		from = end + 1;
	}
	layout_maker_wrap(m, f, DOC_WRAP);
}

/* The row's cells in one paragraph, parted by two blanks. */
static void fill_row(
	struct layout_maker *m, const struct doc_block *b, size_t from, size_t to, size_t *span)
{
	struct layout_flat *f = &m->flat;
	layout_flat_clear(f);
	while (from <= to) {
		size_t end = find_end(buf_str(&b->text), from, '\t', to);
		if (end > from && f->cells > 0)
			layout_flat_add(f, STR("  "), 0, -1);
		layout_flat_segment(f, b, from, end, span);
		from = end + 1;
	}
	layout_maker_wrap(m, f, DOC_WRAP);
}

void layout_table(struct layout_maker *m, const struct doc_block *b)
{
	struct table_columns t = {0};
	measure(m, b, &t);
	size_t last = last_column(&t);
	int total = total_cells(&t);
	int before = total - t.cells[last];
	bool does_fit = b->level <= TABLE_COLUMNS_MAX && total <= m->cells;
	if (!does_fit && b->level <= TABLE_COLUMNS_MAX && before * 2 <= m->cells) {
		does_fit = true;
		t.is_number[last] = false;
		m->hang = before;
	} else if (!does_fit) {
		m->hang = GAP;
	}
	size_t span = 0;
	for (size_t from = 0; from < b->text.len;) {
		size_t to = find_end(buf_str(&b->text), from, '\n', b->text.len);
		if (does_fit)
			lay_row(m, b, from, to, &t, &span);
		else
			fill_row(m, b, from, to, &span);
		from = to + 1;
	}
}
