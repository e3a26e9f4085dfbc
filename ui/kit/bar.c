/* Title and status lines. */
#include "ui/kit/bar.h"

#include "ui/theme.h"

/* Columns from which the name of the program, of the screen, has room. */
enum { BAR_PROGRAM_FROM = 64, BAR_NAME_FROM = 50 };

void bar_title(struct canvas *c, const struct title *title)
{
	canvas_fill(c, 0, 0, c->columns, STYLE_TITLE);
	struct safe_text position = safe_text_make(title->position);
	int right = c->columns - 1 - position.cells;
	if (right < c->columns / 3)
		right = c->columns / 3;
	int column = 1;
	/* Where one is says more than which program it is. */
	int need = width_cells(str_from(title->program)) + width_cells(str_from(title->name)) +
		   width_cells(title->about) + 4;
	bool has_room = need <= right - column - 1;
	if (c->columns >= BAR_PROGRAM_FROM && has_room)
		column += canvas_text(c, 0, column, 12, str_from(title->program), STYLE_TITLE) + 2;
	if (c->columns >= BAR_NAME_FROM || title->about.len == 0)
		column += canvas_text(c, 0, column, right - column - 1, str_from(title->name),
				  STYLE_TITLE) +
			  2;
	if (right - column - 1 > 0)
		canvas_text(c, 0, column, right - column - 1, title->about, STYLE_TITLE);
	canvas_put(c, 0, right, c->columns - right, &position, STYLE_TITLE);
	safe_text_done(&position);
}

void bar_status(struct canvas *c, int row, struct str message, bool is_trouble)
{
	if (message.len == 0)
		return;
	struct buf line = {0};
	buf_add_char(&line, '[');
	buf_add(&line, message);
	buf_add_char(&line, ']');
	struct safe_text safe = safe_text_make(buf_str(&line));
	int room = c->columns - 2;
	int column = safe.cells < room ? (c->columns - safe.cells) / 2 : 1;
	canvas_put(c, row, column, room, &safe, is_trouble ? STYLE_WARNING : STYLE_STATUS);
	safe_text_done(&safe);
	buf_done(&line);
}
