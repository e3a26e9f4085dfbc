/* Cutting, putting back, and filling paragraphs. */
#include "ui/kit/editor.h"

/* ---- Cut and put back. ---- */

static void cut_range(struct editor *e, size_t from, size_t to)
{
	struct editor_cut *cut = e->cut;
	bool is_open = cut->is_open;
	if (!is_open)
		buf_clear(&cut->text);
	buf_add(&cut->text, editor_text_str(&e->text, from, to));
	editor_rest(e);
	editor_change(e, from, to - from, STR(""));
	e->mark = STR_NONE;
	cut->is_open = true;
}

/* One after the other goes on from where the cursor is: the rest may have moved up a row. */
bool editor_cut(struct editor *e)
{
	size_t from, to;
	if (e->mark != STR_NONE) {
		from = e->mark < e->cursor ? e->mark : e->cursor;
		to = e->mark < e->cursor ? e->cursor : e->mark;
		e->cut->is_open = false;
	} else {
		struct editor_row row = editor_row_at(e, e->cursor);
		from = e->cut->is_open ? e->cursor : row.start;
		to = row.next;
	}
	if (from == to) {
		e->mark = STR_NONE;
		return false;
	}
	cut_range(e, from, to);
	return true;
}

bool editor_uncut(struct editor *e)
{
	if (e->is_justified)
		return editor_undo(e);
	if (e->cut->text.len == 0)
		return false;
	e->mark = STR_NONE;
	editor_rest(e);
	editor_insert(e, buf_str(&e->cut->text));
	e->is_typing = false;
	return true;
}

/* ---- Paragraphs. ---- */

struct fill_line {
	size_t start, end;
	size_t text; /* behind the quote mark and blanks */
	int level;
	bool is_blank, begins; /* a list item, or set in: the first of its paragraph */
};

static bool text_is_item(struct str text)
{
	size_t digits = 0;
	while (digits < text.len && ascii_is_digit(text.data[digits]))
		digits++;
	if (digits > 0 && digits < 4 && digits + 1 < text.len)
		return (text.data[digits] == '.' || text.data[digits] == ')') &&
		       text.data[digits + 1] == ' ';
	return text.len > 1 && text.data[1] == ' ' &&
	       (text.data[0] == '-' || text.data[0] == '*' || text.data[0] == '+');
}

static struct fill_line fill_line_at(struct editor *e, size_t at)
{
	struct fill_line line = {.start = editor_text_line(&e->text, at)};
	line.end = editor_text_line_end(&e->text, at);
	struct str text = editor_text_str(&e->text, line.start, line.end);
	size_t quote = editor_quote(text, &line.level);
	struct str rest = str_skip(text, quote);
	size_t blanks = 0;
	while (blanks < rest.len && (rest.data[blanks] == ' ' || rest.data[blanks] == '\t'))
		blanks++;
	rest = str_skip(rest, blanks);
	line.text = line.start + quote + blanks;
	line.is_blank = rest.len == 0 || str_equal(text, STR("-- "));
	line.begins = blanks > 0 || text_is_item(rest);
	return line;
}

/* The lines that make one paragraph with the one at `at`; false for a blank one. */
static bool fill_find(struct editor *e, size_t at, size_t *from, size_t *to)
{
	struct fill_line first = fill_line_at(e, at), next = first;
	if (first.is_blank)
		return false;
	*to = first.end;
	while (!first.begins && first.start > 0) {
		struct fill_line above = fill_line_at(e, first.start - 1);
		if (above.is_blank || above.level != first.level)
			break;
		first = above;
	}
	while (next.end < e->text.len) {
		next = fill_line_at(e, next.end + 1);
		if (next.is_blank || next.begins || next.level != first.level)
			break;
		*to = next.end;
	}
	*from = first.start;
	return true;
}

/* Between two wide characters of one script no blank belongs. */
static bool fill_needs_blank(const struct buf *joined, struct str more)
{
	return joined->len > 0 && more.len > 0 &&
	       ((unsigned char)joined->data[joined->len - 1] < 0x80 ||
		       (unsigned char)more.data[0] < 0xe3 || (unsigned char)more.data[0] > 0xed);
}

/* All of it in one line behind the mark of the first. */
static void fill_join(struct editor *e, size_t from, size_t to, struct buf *head, struct buf *out)
{
	for (size_t at = from; at <= to;) {
		struct fill_line line = fill_line_at(e, at);
		if (at == from)
			buf_add(head, editor_text_str(&e->text, line.start, line.text));
		struct str text = str_trim(editor_text_str(&e->text, line.text, line.end));
		if (fill_needs_blank(out, text))
			buf_add_char(out, ' ');
		buf_add(out, text);
		at = line.end + 1;
	}
}

/* Following lines are set in as the first, but for a list item's. */
static void fill_break(struct str head, struct str text, int fill, struct buf *out)
{
	int column = width_cells(head);
	bool is_first = true;
	if (fill - column < 8)
		fill = column + 8;
	while (text.len > 0) {
		size_t next;
		size_t len = editor_break(text, column, fill, &next);
		if (!is_first)
			buf_add_char(out, '\n');
		buf_add(out, head);
		buf_add(out, str_trim(str_first(text, len)));
		text = str_skip(text, next);
		is_first = false;
	}
}

static bool fill_range(struct editor *e, size_t *at, int fill)
{
	struct buf head = {0}, joined = {0}, filled = {0};
	size_t from, to;
	if (!fill_find(e, *at, &from, &to))
		return false;
	fill_join(e, from, to, &head, &joined);
	if (fill > 0) {
		fill_break(buf_str(&head), buf_str(&joined), fill, &filled);
	} else {
		buf_add(&filled, buf_str(&head));
		buf_add(&filled, buf_str(&joined));
	}
	bool is_other = !str_equal(buf_str(&filled), editor_text_str(&e->text, from, to));
	if (is_other)
		editor_change(e, from, to - from, buf_str(&filled));
	*at = from + filled.len;
	buf_done(&head);
	buf_done(&joined);
	buf_done(&filled);
	return is_other;
}

/* Behind the paragraph, so that the next justify takes the next one. */
static void fill_leave(struct editor *e, size_t at)
{
	while (at < e->text.len && editor_text_at(&e->text, at) == '\n')
		at++;
	e->cursor = at;
	e->goal = -1;
}

bool editor_justify(struct editor *e, int fill)
{
	size_t at = e->cursor, to = e->cursor;
	bool is_other = false;
	if (e->mark != STR_NONE) {
		at = e->mark < e->cursor ? e->mark : e->cursor;
		to = e->mark < e->cursor ? e->cursor : e->mark;
	}
	size_t behind = e->text.len - to;
	editor_begin(e);
	do {
		is_other |= fill_range(e, &at, fill);
		at = editor_text_line_end(&e->text, at) + 1;
	} while (e->mark != STR_NONE && at + behind < e->text.len);
	editor_end(e);
	e->mark = STR_NONE;
	fill_leave(e, at - 1);
	e->is_justified = is_other;
	return is_other;
}
