/* A message being written, on the screen. */
#include "ui/screens/compose_state.h"

#include "ui/say.h"
#include "words/gettext.h"

static const struct editor_styles header_styles = {
	.text = STYLE_HEADER_VALUE, .selected = STYLE_SELECTED};
static const struct editor_styles text_styles = {.text = STYLE_NORMAL,
	.selected = STYLE_SELECTED,
	.quotes = {STYLE_QUOTE_1, STYLE_QUOTE_2, STYLE_QUOTE_3}};

struct paint {
	const struct screen_compose *w;
	struct canvas *c;
	int top, end; /* rows of the canvas */
	int label;    /* cells */
};

static bool paint_has(const struct paint *p, int row)
{
	return row >= p->top && row < p->end;
}

static void paint_label(const struct paint *p, int row, enum compose_field field)
{
	struct buf label = {0};
	if (!paint_has(p, row))
		return;
	width_add_fitted(&label, str_from(compose_label(field)), p->label - 2);
	buf_add_text(&label, ": ");
	canvas_text(p->c, row, 0, p->label, buf_str(&label), STYLE_HEADER_NAME);
	buf_done(&label);
}

static void paint_field(const struct paint *p, int row, enum compose_field field)
{
	struct editor *e = &p->w->fields[field];
	bool has_cursor = p->w->field == field;
	struct editor_row at = editor_row_at(e, e->top);
	int rows = compose_field_rows(p->w, field);
	for (int i = 0; i < rows; i++) {
		if (paint_has(p, row + i))
			editor_paint_row(
				e, p->c, row + i, p->label, &at, &header_styles, has_cursor);
		if (!editor_row_after(e, &at, &at))
			return;
	}
}

/* "1. menu.png  (44.6 KB, image/png)" */
static void paint_file(const struct paint *p, int row, size_t index)
{
	const struct draft_file *file = &p->w->draft->files[index];
	bool is_selected = p->w->field == FIELD_ATTACH && p->w->file == index;
	struct buf line = {0};
	buf_addf(&line, "%u. %s  (", (unsigned)index + 1,
		file->name[0] != '\0' ? file->name
		: file->is_message    ? _("a message")
				      : _("a file"));
	say_size(file->size, &line);
	if (p->c->columns >= 60)
		buf_addf(&line, ", %s", file->type);
	buf_add_char(&line, ')');
	canvas_text(p->c, row, p->label, p->c->columns - p->label, buf_str(&line),
		is_selected ? STYLE_SELECTED : STYLE_HEADER_VALUE);
	if (is_selected)
		canvas_cursor(p->c, row, p->label);
	buf_done(&line);
}

static void paint_attachments(const struct paint *p, int row)
{
	const struct screen_compose *w = p->w;
	struct editor *e = &w->fields[FIELD_ATTACH];
	int rows = compose_field_rows(w, FIELD_ATTACH);
	for (int i = 0; i < rows; i++) {
		size_t index = w->file_top + (size_t)i;
		if (!paint_has(p, row + i))
			continue;
		if (index < w->draft->file_count) {
			paint_file(p, row + i, index);
			continue;
		}
		struct editor_row at = editor_row_at(e, e->cursor);
		editor_paint_row(e, p->c, row + i, p->label, &at, &header_styles,
			w->field == FIELD_ATTACH && w->file >= w->draft->file_count);
	}
}

static void paint_delimiter(const struct paint *p, int row)
{
	struct buf line = {0};
	buf_addf(&line, "----- %s -----", compose_label(FIELD_BODY));
	if (paint_has(p, row))
		canvas_text(p->c, row, 0, p->c->columns, buf_str(&line), STYLE_GREY);
	buf_done(&line);
}

static int paint_header(const struct paint *p)
{
	int row = p->top - p->w->header_off;
	for (int i = 0; i < FIELD_BODY; i++) {
		enum compose_field field = (enum compose_field)i;
		if (!compose_is_shown(p->w, field))
			continue;
		paint_label(p, row, field);
		if (field == FIELD_ATTACH)
			paint_attachments(p, row);
		else
			paint_field(p, row, field);
		row += compose_field_rows(p->w, field);
	}
	paint_delimiter(p, row);
	return row + 1;
}

void compose_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_compose *w = (const struct screen_compose *)s;
	struct paint p = {w, c, top, top + height, compose_label_cells(w)};
	int row = paint_header(&p);
	if (row < p.end)
		editor_paint(&w->fields[FIELD_BODY], c, row, 0, p.end - row, &text_styles,
			w->field == FIELD_BODY);
	if (w->choices.count > 0)
		compose_paint_choices(w, c, c->cursor_row + 1, p.end);
}
