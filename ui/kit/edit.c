/* One line of text, with the control keys of Pine's prompts. */
#include "ui/kit/edit.h"

#include "base/utf8.h"

enum { EDIT_CELL_BYTES = 8 };

void edit_init(struct edit *edit, struct str text, bool is_hidden)
{
	*edit = (struct edit){.is_hidden = is_hidden};
	edit_set(edit, text);
}

void edit_done(struct edit *edit)
{
	buf_wipe(&edit->text);
	*edit = (struct edit){0};
}

void edit_set(struct edit *edit, struct str text)
{
	buf_clear(&edit->text);
	buf_add(&edit->text, utf8_first(text, EDIT_BYTES_MAX));
	edit->cursor = edit->text.len;
}

/* A character with the marks on it, as the arrow keys step. */
static size_t edit_step(struct str rest)
{
	int cells = 0;
	size_t len, at = 0;
	while (at < rest.len) {
		utf8_next(str_skip(rest, at), &len);
		if (at > 0) {
			struct safe_text one = safe_text_make(str_first(str_skip(rest, at), len));
			cells = one.cells;
			safe_text_done(&one);
		}
		if (at > 0 && cells != 0)
			break;
		at += len;
		if (at < rest.len && (unsigned char)rest.data[at] < 0x80)
			break;
	}
	return at;
}

static size_t edit_before(const struct edit *edit)
{
	size_t at = 0, before = 0;
	while (at < edit->cursor) {
		before = at;
		at += edit_step(str_skip(buf_str(&edit->text), at));
	}
	return before;
}

static void edit_cut(struct edit *edit, size_t from, size_t to)
{
	memmove(edit->text.data + from, edit->text.data + to, edit->text.len - to);
	buf_truncate(&edit->text, edit->text.len - (to - from));
	edit->cursor = from;
}

static void edit_insert(struct edit *edit, uint32_t code)
{
	struct buf one = {0};
	utf8_add(&one, code);
	if (edit->text.len + one.len <= EDIT_BYTES_MAX) {
		size_t tail = edit->text.len - edit->cursor;
		buf_add(&edit->text, buf_str(&one));
		memmove(edit->text.data + edit->cursor + one.len, edit->text.data + edit->cursor,
			tail);
		memcpy(edit->text.data + edit->cursor, one.data, one.len);
		edit->cursor += one.len;
	}
	buf_wipe(&one);
}

static void edit_left(struct edit *edit)
{
	edit->cursor = edit_before(edit);
}

static void edit_right(struct edit *edit)
{
	if (edit->cursor < edit->text.len)
		edit->cursor += edit_step(str_skip(buf_str(&edit->text), edit->cursor));
}

static void edit_home(struct edit *edit)
{
	edit->cursor = 0;
}

static void edit_end(struct edit *edit)
{
	edit->cursor = edit->text.len;
}

static void edit_backspace(struct edit *edit)
{
	if (edit->cursor > 0)
		edit_cut(edit, edit_before(edit), edit->cursor);
}

static void edit_delete(struct edit *edit)
{
	size_t cursor = edit->cursor;
	edit_right(edit);
	if (edit->cursor > cursor)
		edit_cut(edit, cursor, edit->cursor);
}

static void edit_cut_end(struct edit *edit)
{
	if (edit->cursor < edit->text.len)
		edit_cut(edit, edit->cursor, edit->text.len);
}

static void edit_cut_all(struct edit *edit)
{
	if (edit->text.len > 0)
		edit_cut(edit, 0, edit->text.len);
}

static void edit_cut_word(struct edit *edit)
{
	size_t from = edit->cursor;
	while (from > 0 && edit->text.data[from - 1] == ' ')
		from--;
	while (from > 0 && edit->text.data[from - 1] != ' ' && edit->text.data[from - 1] != '/')
		from--;
	if (from == edit->cursor && from > 0)
		from--;
	if (from < edit->cursor)
		edit_cut(edit, from, edit->cursor);
}

static const struct {
	uint32_t key;
	void (*run)(struct edit *);
} edit_keys[] = {
	{INPUT_LEFT, edit_left},
	{INPUT_CTRL('B'), edit_left},
	{INPUT_RIGHT, edit_right},
	{INPUT_CTRL('F'), edit_right},
	{INPUT_HOME, edit_home},
	{INPUT_CTRL('A'), edit_home},
	{INPUT_END, edit_end},
	{INPUT_CTRL('E'), edit_end},
	{INPUT_BACKSPACE, edit_backspace},
	{INPUT_CTRL('H'), edit_backspace},
	{INPUT_DELETE, edit_delete},
	{INPUT_CTRL('D'), edit_delete},
	{INPUT_CTRL('K'), edit_cut_end},
	{INPUT_CTRL('U'), edit_cut_all},
	{INPUT_CTRL('W'), edit_cut_word},
};

bool edit_input(struct edit *edit, const struct input *input)
{
	uint32_t code = input->code;
	bool is_text = code >= 0x20 && code < INPUT_FIRST && (code < 0x7f || code > 0x9f);
	if (is_text) {
		edit_insert(edit, code);
		return true;
	}
	if (input->is_pasted)
		return true; /* a pasted line end or control is no key */
	for (size_t i = 0; i < sizeof(edit_keys) / sizeof(edit_keys[0]); i++)
		if (edit_keys[i].key == code) {
			edit_keys[i].run(edit);
			return true;
		}
	return false;
}

static struct safe_text edit_shown(const struct edit *edit, size_t from, size_t to)
{
	struct str piece = str_first(str_skip(buf_str(&edit->text), from), to - from);
	if (!edit->is_hidden)
		return safe_text_make(piece);
	struct buf stars = {0};
	for (size_t len; piece.len > 0; piece = str_skip(piece, len)) {
		utf8_next(piece, &len);
		buf_add_char(&stars, '*');
	}
	struct safe_text shown = safe_text_make(buf_str(&stars));
	buf_done(&stars);
	return shown;
}

void edit_paint(
	const struct edit *edit, struct canvas *c, int row, int column, int cells, unsigned style)
{
	size_t from = 0, most = (size_t)cells * EDIT_CELL_BYTES;
	while (edit->cursor - from > most) /* what is far from the cursor is not measured */
		from += edit_step(str_skip(buf_str(&edit->text), from));
	struct safe_text before = edit_shown(edit, from, edit->cursor);
	while (before.cells >= cells && from < edit->cursor) {
		from += edit_step(str_skip(buf_str(&edit->text), from));
		safe_text_done(&before);
		before = edit_shown(edit, from, edit->cursor);
	}
	struct safe_text after = edit_shown(edit, edit->cursor, edit->text.len);
	canvas_fill(c, row, column, cells, style);
	int used = canvas_put(c, row, column, cells, &before, style);
	canvas_put(c, row, column + used, cells - used, &after, style);
	canvas_cursor(c, row, column + used);
	safe_text_done(&before);
	safe_text_done(&after);
}
