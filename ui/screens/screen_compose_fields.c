/* The header of a message being written: which lines there are and where they stand. */
#include "ui/screens/compose_state.h"

#include "words/gettext.h"

enum { FIELD_ROWS_MAX = 5, LABEL_CELLS_MAX = 16 };

static const struct {
	const char *label;
	bool is_rich, is_address;
} fields[FIELD_COUNT] = {
	[FIELD_FROM] = {N_("From"), true, true},
	[FIELD_REPLY_TO] = {N_("Reply-To"), true, true},
	[FIELD_TO] = {N_("To"), false, true},
	[FIELD_CC] = {N_("Cc"), false, true},
	[FIELD_BCC] = {N_("Bcc"), true, true},
	[FIELD_FCC] = {N_("Fcc"), true, false},
	[FIELD_ATTACH] = {N_("Attchmnt"), false, false},
	[FIELD_SUBJECT] = {N_("Subject"), false, false},
	[FIELD_BODY] = {N_("Message Text"), false, false},
};

const char *compose_label(enum compose_field field)
{
	return _(fields[field].label);
}

bool compose_is_address(enum compose_field field)
{
	return fields[field].is_address;
}

/* A blind copy is never out of sight, and with several accounts nor is who writes. */
bool compose_is_shown(const struct screen_compose *w, enum compose_field field)
{
	if (!fields[field].is_rich || w->is_rich)
		return true;
	if (field == FIELD_FROM)
		return w->base.app->account_count > 1 && w->rows > 8;
	return field == FIELD_BCC && w->fields[FIELD_BCC].text.len > 0;
}

int compose_label_cells(const struct screen_compose *w)
{
	int most = 0;
	for (int i = 0; i < FIELD_BODY; i++) {
		int cells = width_cells(str_from(compose_label((enum compose_field)i)));
		most = cells > most ? cells : most;
	}
	most = most > LABEL_CELLS_MAX ? LABEL_CELLS_MAX : most;
	return (most > w->columns / 3 ? w->columns / 3 : most) + 2;
}

int compose_field_rows(const struct screen_compose *w, enum compose_field field)
{
	int most = w->rows >= 16 ? FIELD_ROWS_MAX : 2;
	if (field != FIELD_ATTACH)
		return editor_rows(&w->fields[field], most);
	int files = (int)w->draft->file_count;
	bool has_line =
		files == 0 || w->field == FIELD_ATTACH || w->fields[FIELD_ATTACH].text.len > 0;
	int rows = files + (has_line ? 1 : 0);
	return rows < most ? rows : most;
}

int compose_field_top(const struct screen_compose *w, enum compose_field field)
{
	int row = 0;
	for (int i = 0; i < (int)field; i++)
		if (compose_is_shown(w, (enum compose_field)i))
			row += compose_field_rows(w, (enum compose_field)i);
	return row + (field == FIELD_BODY ? 1 : 0);
}

int compose_header_rows(const struct screen_compose *w)
{
	return compose_field_top(w, FIELD_BODY);
}

enum compose_field compose_beside(
	const struct screen_compose *w, enum compose_field field, bool is_back)
{
	int at = (int)field;
	do {
		at += is_back ? -1 : 1;
		if (at < 0 || at >= FIELD_COUNT)
			return field;
	} while (!compose_is_shown(w, (enum compose_field)at));
	return (enum compose_field)at;
}

/* Text is broken for reading, not for the width of a large screen. */
void compose_measure(struct screen_compose *w)
{
	enum { TEXT_CELLS_MAX = 79 };
	int label = compose_label_cells(w), text = w->columns - 1;
	for (int i = 0; i < FIELD_BODY; i++)
		editor_set_width(&w->fields[i], w->columns - label - 1);
	editor_set_width(&w->fields[FIELD_BODY], text < TEXT_CELLS_MAX ? text : TEXT_CELLS_MAX);
}
