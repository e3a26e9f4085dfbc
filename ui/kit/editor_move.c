/* Moving the cursor. */
#include "ui/kit/editor.h"

static bool char_is_word(char c)
{
	return (unsigned char)c >= 0x80 || ascii_is_alpha(c) || ascii_is_digit(c) || c == '_' ||
	       c == '\'';
}

/* The last bound of a character of the row that is not behind `at`. */
static size_t row_bound(struct editor *e, const struct editor_row *row, size_t at)
{
	struct str text = editor_text_str(&e->text, row->start, row->end);
	size_t place = row->start;
	for (size_t len; text.len > 0; text = str_skip(text, len), place += len) {
		int cells;
		len = width_outside_cluster(text, &cells);
		if (place + len > at)
			return place;
	}
	return place;
}

void editor_go(struct editor *e, size_t at)
{
	struct editor_row row = editor_row_at(e, at < e->text.len ? at : e->text.len);
	e->cursor = row_bound(e, &row, at);
	e->goal = -1;
}

static void move_left(struct editor *e)
{
	struct editor_row row = editor_row_at(e, e->cursor - 1);
	e->cursor = row_bound(e, &row, e->cursor - 1);
}

static void move_right(struct editor *e)
{
	struct editor_row row = editor_row_at(e, e->cursor);
	int cells;
	struct str rest = editor_text_str(&e->text, e->cursor, row.end);
	e->cursor += rest.len > 0 ? width_outside_cluster(rest, &cells) : 1;
}

static void move_word_left(struct editor *e)
{
	while (e->cursor > 0 && !char_is_word(editor_text_at(&e->text, e->cursor - 1)))
		e->cursor--;
	while (e->cursor > 0 && char_is_word(editor_text_at(&e->text, e->cursor - 1)))
		e->cursor--;
}

static void move_word_right(struct editor *e)
{
	size_t end = e->text.len;
	while (e->cursor < end && char_is_word(editor_text_at(&e->text, e->cursor)))
		e->cursor++;
	while (e->cursor < end && !char_is_word(editor_text_at(&e->text, e->cursor)))
		e->cursor++;
}

static void move_row_start(struct editor *e)
{
	e->cursor = editor_row_at(e, e->cursor).start;
}

static void move_row_end(struct editor *e)
{
	struct editor_row row = editor_row_at(e, e->cursor);
	e->cursor = row.is_last ? row.end : row_bound(e, &row, row.next - 1);
}

static void move_start(struct editor *e)
{
	e->cursor = 0;
}

static void move_end(struct editor *e)
{
	e->cursor = e->text.len;
}

static bool move_rows(struct editor *e, int rows)
{
	struct editor_row row = editor_row_at(e, e->cursor);
	int goal = e->goal >= 0 ? e->goal : editor_column(e);
	bool has_moved = false;
	for (; rows < 0 && editor_row_before(e, &row, &row); rows++)
		has_moved = true;
	for (; rows > 0 && editor_row_after(e, &row, &row); rows--)
		has_moved = true;
	e->cursor = row.start;
	editor_go_column(e, goal);
	e->goal = goal;
	return has_moved;
}

/* The window goes along, so that the cursor keeps its place in it, but not beyond the end. */
static bool move_page(struct editor *e, int rows, int height)
{
	struct editor_row top = editor_row_at(e, e->top), last;
	bool has_moved = move_rows(e, rows);
	for (; rows < 0 && editor_row_before(e, &top, &top); rows++)
		;
	for (; rows > 0 && editor_row_after(e, &top, &top); rows--)
		;
	last = top;
	for (rows = 1; rows < height && editor_row_after(e, &last, &last);)
		rows++;
	for (; rows < height && editor_row_before(e, &top, &top); rows++)
		;
	e->top = top.start;
	return has_moved;
}

bool editor_move(struct editor *e, enum editor_motion motion, int height)
{
	static void (*const moves[])(struct editor *) = {
		[EDITOR_LEFT] = move_left,
		[EDITOR_RIGHT] = move_right,
		[EDITOR_WORD_LEFT] = move_word_left,
		[EDITOR_WORD_RIGHT] = move_word_right,
		[EDITOR_ROW_START] = move_row_start,
		[EDITOR_ROW_END] = move_row_end,
		[EDITOR_START] = move_start,
		[EDITOR_END] = move_end,
	};
	size_t before = e->cursor;
	bool is_back = motion == EDITOR_LEFT || motion == EDITOR_WORD_LEFT;
	bool is_ahead = motion == EDITOR_RIGHT || motion == EDITOR_WORD_RIGHT;
	int page = height > 2 ? height - 1 : 1;
	editor_rest(e);
	if (motion == EDITOR_UP || motion == EDITOR_DOWN)
		return move_rows(e, motion == EDITOR_UP ? -1 : 1);
	if (motion == EDITOR_PAGE_UP || motion == EDITOR_PAGE_DOWN)
		return move_page(e, motion == EDITOR_PAGE_UP ? -page : page, height);
	e->goal = -1;
	if ((is_back && before == 0) || (is_ahead && before == e->text.len))
		return false;
	moves[motion](e);
	return e->cursor != before;
}

bool editor_go_line(struct editor *e, size_t line)
{
	size_t at = 0;
	editor_rest(e);
	for (; line > 1; line--) {
		at = editor_text_line_end(&e->text, at);
		if (at == e->text.len)
			return false;
		at++;
	}
	e->cursor = at;
	e->goal = -1;
	return true;
}

size_t editor_line_number(struct editor *e)
{
	struct str text = editor_text_str(&e->text, 0, e->cursor);
	size_t line = 1;
	for (size_t end; (end = str_find_char(text, '\n')) != STR_NONE; line++)
		text = str_skip(text, end + 1);
	return line;
}
