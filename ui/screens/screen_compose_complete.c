/* Addresses that complete what is typed: one at once, several as a list to choose from. */
#include "ui/screens/compose_state.h"

#include "base/memory.h"
#include "words/gettext.h"

enum { CHOICE_ROWS_MAX = 8 };

/* The recipient at the cursor: from behind the comma before it. */
static size_t recipient_start(struct editor *e)
{
	struct str text = editor_text_str(&e->text, 0, e->cursor);
	size_t start = 0;
	bool is_quoted = false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"' && (i == 0 || text.data[i - 1] != '\\'))
			is_quoted = !is_quoted;
		if (!is_quoted && (text.data[i] == ',' || text.data[i] == ';'))
			start = i + 1;
	}
	while (start < text.len && text.data[start] == ' ')
		start++;
	return start;
}

void compose_choices_done(struct compose_choices *choices)
{
	for (size_t i = 0; i < choices->count; i++)
		book_completion_done(&choices->items[i]);
	mem_free(choices->items);
	*choices = (struct compose_choices){0};
}

void compose_complete(struct screen_compose *w)
{
	struct editor *e = compose_editor(w);
	struct app *app = w->base.app;
	if (w->field == FIELD_ATTACH) {
		struct buf typed = {0}, completed = {0};
		editor_text(e, &typed);
		if (compose_complete_path(w, buf_str(&typed), &completed)) {
			editor_replace_text(e, buf_str(&completed));
			editor_move(e, EDITOR_END, 1);
		}
		buf_done(&typed);
		buf_done(&completed);
		return;
	}
	size_t start = recipient_start(e);
	if (start == e->cursor) {
		compose_go(w, compose_beside(w, w->field, false));
		return;
	}
	struct request *request = request_new(REQUEST_COMPLETE);
	request->text = mem_str(editor_text_str(&e->text, start, e->cursor));
	request->account_id = w->draft->account_id;
	request->tag = w->choices.tag = app_next_tag(app);
	app_send(app, request);
}

/* In place of what was typed; a comma follows when others do. */
static void choice_take(struct screen_compose *w, const struct book_completion *choice)
{
	struct editor *e = compose_editor(w);
	size_t start = recipient_start(e);
	editor_begin(e);
	editor_change(e, start, e->cursor - start, STR(""));
	editor_insert(e, str_from(choice->text));
	editor_end(e);
	if (choice->fcc[0] != '\0' && w->fields[FIELD_FCC].text.len == 0)
		editor_insert(&w->fields[FIELD_FCC], str_from(choice->fcc));
}

void compose_add_recipient(struct screen_compose *w, const char *text)
{
	struct editor *e = compose_editor(w);
	struct buf line = {0};
	editor_text(e, &line);
	struct str before = str_trim(buf_str(&line));
	bool needs_comma = before.len > 0 && before.data[before.len - 1] != ',';
	editor_begin(e);
	editor_move(e, EDITOR_END, 1);
	editor_insert(e, needs_comma ? STR(", ") : STR(""));
	editor_insert(e, str_from(text));
	editor_end(e);
	buf_done(&line);
}

void compose_choices_event(struct screen_compose *w, struct event *event)
{
	struct compose_choices *choices = &w->choices;
	uint64_t tag = choices->tag;
	if (tag == 0 || event->tag != tag || !compose_is_address(w->field))
		return;
	if (event->completion_count == 0 && event->is_complete && choices->count == 0)
		app_say(w->base.app, "%s", _("No address begins like that"));
	if (event->completion_count == 0)
		return;
	if (event->completion_count == 1 && event->is_complete && choices->count == 0) {
		choice_take(w, &event->completions[0]);
		compose_choices_done(choices);
		compose_show(w);
		return;
	}
	size_t selected = choices->selected;
	compose_choices_done(choices);
	*choices = (struct compose_choices){event->completions, event->completion_count, 0, tag};
	choices->selected = selected < choices->count ? selected : 0;
	event->completions = NULL;
	event->completion_count = 0;
}

/* True when the key was for the list; any other closes it and is what it is. */
bool compose_choices_key(struct screen_compose *w, const struct input *input)
{
	struct compose_choices *choices = &w->choices;
	size_t last = choices->count - 1;
	switch (input->is_pasted ? INPUT_NONE : input->code) {
	case INPUT_TAB:
	case INPUT_DOWN:
	case INPUT_CTRL('N'):
		choices->selected = choices->selected < last ? choices->selected + 1 : 0;
		return true;
	case INPUT_UP:
	case INPUT_CTRL('P'):
		choices->selected = choices->selected > 0 ? choices->selected - 1 : last;
		return true;
	case INPUT_RETURN:
		choice_take(w, &choices->items[choices->selected]);
		compose_choices_done(choices);
		compose_show(w);
		return true;
	case INPUT_ESCAPE:
	case INPUT_CTRL('C'):
		compose_choices_done(choices);
		return true;
	}
	compose_choices_done(choices);
	return false;
}

static void paint_choice(
	const struct compose_choices *choices, struct canvas *c, int row, int left, size_t index)
{
	const struct book_completion *choice = &choices->items[index];
	unsigned style = index == choices->selected ? STYLE_SELECTED : STYLE_PROMPT;
	struct buf line = {0};
	buf_addf(&line, " %s", choice->text);
	if (choice->nickname[0] != '\0')
		buf_addf(&line, "  (%s)", choice->nickname);
	canvas_fill(c, row, left, c->columns - left, style);
	canvas_text(c, row, left, c->columns - left, buf_str(&line), style);
	buf_done(&line);
}

/* Under the line, or as far up as it must. */
void compose_paint_choices(const struct screen_compose *w, struct canvas *c, int row, int end)
{
	const struct compose_choices *choices = &w->choices;
	int rows = choices->count < CHOICE_ROWS_MAX ? (int)choices->count : CHOICE_ROWS_MAX;
	rows = rows < end - row ? rows : end - row;
	if (rows <= 0) {
		rows = 1;
		row = end - 1;
	}
	size_t first = choices->selected >= (size_t)rows ? choices->selected - (size_t)rows + 1 : 0;
	for (int i = 0; i < rows; i++)
		paint_choice(choices, c, row + i, compose_label_cells(w) - 1, first + (size_t)i);
}
