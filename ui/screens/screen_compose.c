/*
 * A message being written: header lines and text on one page, both changed in place. It is in the
 * store before it is on the screen, and again some seconds after each change; whatever closes the
 * screen, the message is not lost.
 *
 * The page is one: when the text is long the header goes out of sight, and comes back when the
 * cursor does.
 */
#include "ui/screens/compose_state.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "words/gettext.h"

struct editor *compose_editor(const struct screen_compose *w)
{
	return &w->fields[w->field];
}

void compose_go(struct screen_compose *w, enum compose_field field)
{
	editor_rest(compose_editor(w));
	w->field = field;
	w->file = w->draft->file_count;
	w->base.ops = field == FIELD_BODY ? &compose_text_ops : &compose_header_ops;
	w->base.app->menu_page = 0;
	compose_choices_done(&w->choices);
}

/* ---- The window. ---- */

static void compose_show_header(struct screen_compose *w)
{
	int row = compose_field_top(w, w->field);
	struct editor *e = compose_editor(w);
	if (w->field == FIELD_ATTACH) {
		size_t rows = (size_t)compose_field_rows(w, FIELD_ATTACH);
		if (w->file < w->file_top)
			w->file_top = w->file;
		if (w->file >= w->file_top + rows)
			w->file_top = w->file - rows + 1;
		row += (int)(w->file - w->file_top);
	} else {
		editor_show_cursor(e, compose_field_rows(w, w->field));
		size_t cursor = e->cursor;
		for (struct editor_row at = editor_row_at(e, e->top);
			!at.is_last && at.next <= cursor && editor_row_after(e, &at, &at);)
			row++;
	}
	w->fields[FIELD_BODY].top = 0;
	if (row < w->header_off)
		w->header_off = row;
	if (row >= w->header_off + w->rows)
		w->header_off = row - w->rows + 1;
}

static void compose_show_text(struct screen_compose *w)
{
	struct editor *e = &w->fields[FIELD_BODY];
	int header = compose_header_rows(w);
	if (e->top == 0) {
		int row = header + editor_rows_above(e, w->rows + 1);
		if (row >= w->header_off + w->rows)
			w->header_off = row - w->rows + 1;
	}
	w->header_off = w->header_off < header ? w->header_off : header;
	editor_show_cursor(e, w->rows - (header - w->header_off));
	if (e->top > 0)
		w->header_off = header;
}

void compose_show(struct screen_compose *w)
{
	if (w->rows == 0)
		return;
	if (w->field == FIELD_BODY)
		compose_show_text(w);
	else
		compose_show_header(w);
}

/* ---- Typing. ---- */

/* Within a quote a new line parts it, so that what stands behind stays quoted. */
static void compose_new_line(struct screen_compose *w)
{
	struct editor *e = &w->fields[FIELD_BODY];
	size_t line = editor_text_line(&e->text, e->cursor);
	size_t end = editor_text_line_end(&e->text, e->cursor);
	struct buf quote = {0};
	int level;
	size_t len = editor_quote(editor_text_str(&e->text, line, end), &level);
	if (level == 0 || e->cursor <= line + len || e->cursor >= end) {
		editor_insert(e, STR("\n"));
		return;
	}
	size_t at = e->cursor + 1;
	buf_add_text(&quote, "\n\n");
	buf_add(&quote, editor_text_str(&e->text, line, line + len));
	editor_insert(e, buf_str(&quote));
	editor_go(e, at);
	buf_done(&quote);
}

static void compose_next_field(struct screen_compose *w)
{
	enum compose_field next = compose_beside(w, w->field, false);
	compose_go(w, next);
	editor_move(compose_editor(w), next == FIELD_BODY ? EDITOR_START : EDITOR_END, 1);
}

static void compose_return(struct screen_compose *w)
{
	if (w->field == FIELD_BODY)
		compose_new_line(w);
	else if (w->field == FIELD_ATTACH && w->fields[FIELD_ATTACH].text.len > 0)
		compose_attach_typed(w);
	else
		compose_next_field(w);
}

static void compose_tab(struct screen_compose *w)
{
	if (w->field == FIELD_BODY)
		editor_insert(compose_editor(w), STR("\t"));
	else if (compose_is_address(w->field))
		compose_complete(w);
	else if (w->field == FIELD_ATTACH && w->fields[FIELD_ATTACH].text.len > 0)
		compose_complete(w);
	else
		compose_next_field(w);
}

static bool compose_is_on_file(const struct screen_compose *w)
{
	return w->field == FIELD_ATTACH && w->file < w->draft->file_count;
}

static void compose_backspace(struct screen_compose *w)
{
	if (compose_is_on_file(w))
		compose_detach(w);
	else if (!editor_backspace(compose_editor(w)) && w->field == FIELD_ATTACH && w->file > 0)
		w->file--;
}

/* Lines of a list of addresses are addresses. */
static void compose_type(struct screen_compose *w, uint32_t code)
{
	struct buf text = {0};
	if (code == INPUT_RETURN && compose_is_address(w->field))
		buf_add_text(&text, ", ");
	else
		utf8_add(&text, code == INPUT_RETURN ? '\n' : code);
	if (compose_is_on_file(w))
		w->file = w->draft->file_count;
	editor_insert(compose_editor(w), buf_str(&text));
	buf_done(&text);
}

/* What is pasted is one step of the undo. */
static void compose_paste(struct screen_compose *w, const struct input *input)
{
	if (!w->is_pasting)
		editor_begin(compose_editor(w));
	w->is_pasting = true;
	if (input->code < INPUT_FIRST)
		compose_type(w, input->code);
}

static bool compose_text(struct screen *s, const struct input *input)
{
	struct screen_compose *w = (struct screen_compose *)s;
	uint32_t code = input->code;
	bool is_printable = code >= 0x20 && code < INPUT_FIRST && code != INPUT_BACKSPACE;
	bool is_edge = code == INPUT_BACKSPACE || code == INPUT_CTRL('H');
	if (w->check_tag != 0 && code != INPUT_CTRL('C')) {
		compose_send_early(w, input);
		return true;
	}
	if (w->send_tag != 0 || w->is_postponing)
		return true; /* it is on its way: nothing changes any more */
	if (w->is_pasting && !input->is_pasted) {
		w->is_pasting = false;
		editor_end(compose_editor(w));
	}
	if (w->choices.count > 0 && compose_choices_key(w, input))
		return true;
	if (input->is_pasted)
		compose_paste(w, input);
	else if (is_printable)
		compose_type(w, code);
	else if (code == INPUT_RETURN)
		compose_return(w);
	else if (code == INPUT_TAB)
		compose_tab(w);
	else if (is_edge)
		compose_backspace(w);
	else
		return false;
	compose_show(w);
	return true;
}

/* ---- Moving. ---- */

static const struct {
	enum command command;
	enum editor_motion motion;
} motions[] = {
	{COMMAND_LEFT, EDITOR_LEFT},
	{COMMAND_RIGHT, EDITOR_RIGHT},
	{COMMAND_UP, EDITOR_UP},
	{COMMAND_DOWN, EDITOR_DOWN},
	{COMMAND_WORD_LEFT, EDITOR_WORD_LEFT},
	{COMMAND_WORD_RIGHT, EDITOR_WORD_RIGHT},
	{COMMAND_LINE_START, EDITOR_ROW_START},
	{COMMAND_LINE_END, EDITOR_ROW_END},
	{COMMAND_PAGE_UP, EDITOR_PAGE_UP},
	{COMMAND_PAGE_DOWN, EDITOR_PAGE_DOWN},
};

/* Out of the field, as if the page were one text. */
static bool compose_cross(struct screen_compose *w, enum editor_motion motion)
{
	bool is_back = motion == EDITOR_UP || motion == EDITOR_LEFT || motion == EDITOR_WORD_LEFT ||
		       motion == EDITOR_PAGE_UP;
	bool is_ahead = motion == EDITOR_DOWN || motion == EDITOR_RIGHT ||
			motion == EDITOR_WORD_RIGHT || motion == EDITOR_PAGE_DOWN;
	enum compose_field to = compose_beside(w, w->field, is_back);
	int column = editor_column(compose_editor(w));
	bool is_vertical = motion == EDITOR_UP || motion == EDITOR_DOWN;
	if ((!is_back && !is_ahead) || to == w->field)
		return false;
	compose_go(w, to);
	editor_move(compose_editor(w), is_back ? EDITOR_END : EDITOR_START, 1);
	if (is_vertical)
		editor_go_column(compose_editor(w), column);
	return true;
}

/* In the list of files Up and Down go from one to the next. */
static bool compose_move_file(struct screen_compose *w, enum editor_motion motion)
{
	if (w->field != FIELD_ATTACH)
		return false;
	if (motion == EDITOR_UP && w->file > 0) {
		w->file--;
		return true;
	}
	if (motion == EDITOR_DOWN && w->file < w->draft->file_count) {
		w->file++;
		return true;
	}
	return false;
}

/* In the header pages lead to its top and to the text. */
static bool compose_move_page(struct screen_compose *w, enum editor_motion motion)
{
	if (w->field == FIELD_BODY || (motion != EDITOR_PAGE_UP && motion != EDITOR_PAGE_DOWN))
		return false;
	if (motion == EDITOR_PAGE_DOWN) {
		compose_go(w, FIELD_BODY);
		return true;
	}
	enum compose_field first = compose_is_shown(w, FIELD_FROM) ? FIELD_FROM
				   : w->is_rich                    ? FIELD_REPLY_TO
								   : FIELD_TO;
	compose_go(w, first);
	return true;
}

static void compose_move(struct screen_compose *w, enum editor_motion motion)
{
	if (compose_move_file(w, motion) || compose_move_page(w, motion))
		return;
	int height = w->rows - (compose_header_rows(w) - w->header_off);
	if (editor_move(compose_editor(w), motion, height > 1 ? height : 1))
		return;
	if (motion == EDITOR_PAGE_DOWN && editor_move(compose_editor(w), EDITOR_END, 1))
		return; /* from within the last row */
	if (compose_cross(w, motion))
		return;
	if (motion != EDITOR_ROW_START && motion != EDITOR_ROW_END)
		app_say(w->base.app, "%s",
			w->field == FIELD_BODY ? _("This is the end of the text")
					       : _("This is the top of the message"));
}

static bool compose_moves(struct screen_compose *w, enum command command)
{
	for (size_t i = 0; i < sizeof(motions) / sizeof(motions[0]); i++)
		if (motions[i].command == command) {
			compose_move(w, motions[i].motion);
			return true;
		}
	return false;
}

/* ---- Commands. ---- */

static void compose_rich(struct screen_compose *w)
{
	w->is_rich = !w->is_rich;
	if (!compose_is_shown(w, w->field))
		compose_go(w, FIELD_TO);
	if (!w->is_rich)
		w->header_off = 0;
}

static void compose_pick(struct screen_compose *w)
{
	if (w->field == FIELD_ATTACH)
		compose_browse(w);
	else if (compose_is_address(w->field))
		app_push(w->base.app, screen_book_pick(w->base.app));
	else
		app_say(w->base.app, "%s", _("Nothing to choose from in this line"));
}

static void compose_cut(struct screen_compose *w)
{
	if (compose_is_on_file(w))
		compose_detach(w);
	else
		editor_cut(compose_editor(w));
}

static void compose_uncut(struct screen_compose *w)
{
	if (!editor_uncut(compose_editor(w)))
		app_say(w->base.app, "%s", _("Nothing has been cut"));
}

static void compose_mark(struct screen_compose *w)
{
	struct editor *e = compose_editor(w);
	editor_set_mark(e, e->mark == STR_NONE);
	app_say(w->base.app, "%s", e->mark != STR_NONE ? _("Mark set") : _("Mark unset"));
}

static void compose_undo_text(struct screen_compose *w)
{
	if (!editor_undo(compose_editor(w)))
		app_say(w->base.app, "%s", _("Nothing more to take back here"));
}

static void compose_redo_text(struct screen_compose *w)
{
	if (!editor_redo(compose_editor(w)))
		app_say(w->base.app, "%s", _("Nothing to do again here"));
}

static void compose_delete_char(struct screen_compose *w)
{
	if (compose_is_on_file(w))
		compose_detach(w);
	else
		editor_delete(compose_editor(w));
}

static void compose_justify(struct screen_compose *w)
{
	enum { FIXED_CELLS = 72 };
	struct buf key = {0};
	key_print(w->base.app->options->preset,
		keys_show(&w->base.app->keys, CONTEXT_COMPOSE, COMMAND_UNCUT), &key);
	if (editor_justify(compose_editor(w), w->draft->is_flowed ? 0 : FIXED_CELLS))
		app_say(w->base.app, _("Justified; %s takes it back"), buf_text(&key));
	buf_done(&key);
}

static void compose_edit(struct screen_compose *w)
{
	compose_outside(w, false);
}

static void compose_spell(struct screen_compose *w)
{
	compose_outside(w, true);
}

static const struct {
	enum command command;
	void (*run)(struct screen_compose *w);
} commands[] = {
	{COMMAND_SEND, compose_send},
	{COMMAND_POSTPONE, compose_postpone},
	{COMMAND_CANCEL, compose_cancel},
	{COMMAND_RICH_HEADERS, compose_rich},
	{COMMAND_ATTACH, compose_attach_ask},
	{COMMAND_PICK, compose_pick},
	{COMMAND_CUT, compose_cut},
	{COMMAND_UNCUT, compose_uncut},
	{COMMAND_MARK, compose_mark},
	{COMMAND_UNDO_TEXT, compose_undo_text},
	{COMMAND_REDO_TEXT, compose_redo_text},
	{COMMAND_DELETE_CHAR, compose_delete_char},
	{COMMAND_JUSTIFY, compose_justify},
	{COMMAND_READ_FILE, compose_read_ask},
	{COMMAND_WHEREIS, compose_find},
	{COMMAND_REPLACE, compose_replace},
	{COMMAND_EDITOR, compose_edit},
	{COMMAND_SPELL, compose_spell},
};

static bool compose_runs(struct screen_compose *w, enum command command)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].command == command) {
			commands[i].run(w);
			return true;
		}
	return false;
}

static bool compose_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_compose *w = (struct screen_compose *)s;
	(void)input;
	if (w->send_tag != 0 || w->is_postponing)
		return command != COMMAND_REDRAW && command != COMMAND_HELP;
	if (w->check_tag != 0) {
		w->check_tag = 0; /* ^C while it is looked over: not sent */
		app_say(s->app, "%s", _("Not sent"));
		return true;
	}
	compose_choices_done(&w->choices);
	struct app *app = s->app;
	if (!compose_moves(w, command) && !compose_runs(w, command))
		return false;
	if (app_top(app) == s)
		compose_show(w);
	return true;
}

/* ---- The mouse. ---- */

static void compose_click(struct screen *s, int row)
{
	struct screen_compose *w = (struct screen_compose *)s;
	int column = s->app->click_column, at = row + w->header_off;
	int header = compose_header_rows(w);
	if (at >= header) {
		compose_go(w, FIELD_BODY);
		editor_click(compose_editor(w), at - header, column);
		compose_show(w);
		return;
	}
	for (int i = 0; i < FIELD_BODY; i++) {
		enum compose_field field = (enum compose_field)i;
		int top = compose_field_top(w, field);
		if (!compose_is_shown(w, field) || at < top ||
			at >= top + compose_field_rows(w, field))
			continue;
		compose_go(w, field);
		if (field == FIELD_ATTACH)
			w->file = w->file_top + (size_t)(at - top);
		else
			editor_click(compose_editor(w), at - top, column - compose_label_cells(w));
		if (w->file > w->draft->file_count)
			w->file = w->draft->file_count;
	}
	compose_show(w);
}

/* ---- Events. ---- */

static void compose_event(struct screen *s, struct event *event)
{
	struct screen_compose *w = (struct screen_compose *)s;
	bool is_ours = event->tag != 0;
	if (event->kind == EVENT_COMPLETIONS)
		compose_choices_event(w, event);
	if (is_ours && event->tag == w->save_tag &&
		(event->kind == EVENT_DRAFT_SAVED || event->kind == EVENT_FAILED)) {
		bool closes = w->is_postponing && event->kind == EVENT_DRAFT_SAVED;
		w->save_tag = 0;
		w->is_postponing = false;
		if (event->kind == EVENT_FAILED)
			w->dirty_since = s->app->now;
		if (closes)
			compose_leave(w);
		return;
	}
	if (compose_attach_event(w, event))
		return;
	compose_send_event(w, event);
}

/* ---- Beginning and end. ---- */

static void compose_layout(struct screen *s, int rows, int columns)
{
	struct screen_compose *w = (struct screen_compose *)s;
	w->rows = rows;
	w->columns = columns;
	compose_measure(w);
	compose_show(w);
}

/* Something else closes it: what was written is postponed, nothing is just gone. */
static void compose_abandon(struct screen_compose *w)
{
	struct draft *draft = compose_collect(w);
	struct request *request =
		request_new(draft_is_blank(draft) ? REQUEST_DRAFT_DROP : REQUEST_DRAFT_POSTPONE);
	request->draft_id = w->draft->draft_id;
	compose_save(w);
	app_send(w->base.app, request);
	draft_free(draft);
}

static void compose_close(struct screen *s)
{
	struct screen_compose *w = (struct screen_compose *)s;
	if (!w->is_over)
		compose_abandon(w);
	for (int i = 0; i < FIELD_COUNT; i++)
		editor_done(&w->fields[i]);
	compose_choices_done(&w->choices);
	compose_warnings_free(w);
	mem_free(w->fields);
	buf_done(&w->cut.text);
	draft_free(w->draft);
	mem_free(w->find);
	mem_free(w->replacement);
	mem_free(w->outside);
	mem_free(w);
}

static const char *compose_verb_title(const struct screen_compose *w)
{
	switch (w->draft->verb) {
	case DRAFT_REPLY:
	case DRAFT_REPLY_ALL:
	case DRAFT_REPLY_LIST:
		return _("Reply");
	case DRAFT_FORWARD:
	case DRAFT_FORWARD_ATTACHED:
		return _("Forward");
	case DRAFT_NEW:
	case DRAFT_REDIRECT:
	case DRAFT_AGAIN:
	case DRAFT_VERB_COUNT:
		break;
	}
	return "";
}

static void compose_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_compose *w = (const struct screen_compose *)s;
	buf_add_text(about, compose_verb_title(w));
	if (w->send_tag != 0)
		buf_add_text(position, _("sending"));
	else if (w->attaching > 0)
		buf_add_text(position, _("attaching"));
	else if (compose_revision(w) != w->saved)
		buf_add_text(position, _("changed"));
}

const struct screen_ops compose_header_ops = {
	.context = CONTEXT_HEADER,
	.name = N_("COMPOSE MESSAGE"),
	.close = compose_close,
	.layout = compose_layout,
	.command = compose_command,
	.text = compose_text,
	.click = compose_click,
	.event = compose_event,
	.tick = compose_tick,
	.title = compose_title,
	.paint = compose_paint,
};

const struct screen_ops compose_text_ops = {
	.context = CONTEXT_COMPOSE,
	.name = N_("COMPOSE MESSAGE"),
	.close = compose_close,
	.layout = compose_layout,
	.command = compose_command,
	.text = compose_text,
	.click = compose_click,
	.event = compose_event,
	.tick = compose_tick,
	.title = compose_title,
	.paint = compose_paint,
};

void screen_compose_add(struct screen *compose, const char *recipient)
{
	struct screen_compose *w = (struct screen_compose *)compose;
	if (compose_is_address(w->field))
		compose_add_recipient(w, recipient);
}

struct screen *screen_compose_new(struct app *app, struct draft *draft)
{
	struct screen_compose *w = mem_new(sizeof(*w));
	const char *texts[FIELD_COUNT] = {draft->from, draft->reply_to, draft->to, draft->cc,
		draft->bcc, draft->fcc, "", draft->subject, draft->body};
	w->base = (struct screen){&compose_header_ops, app};
	w->draft = draft;
	w->fields = mem_new_array(FIELD_COUNT, sizeof(*w->fields));
	for (int i = 0; i < FIELD_COUNT; i++) {
		editor_init(&w->fields[i], str_from(texts[i]), i != FIELD_BODY);
		w->fields[i].cut = &w->cut;
	}
	w->saved = compose_revision(w);
	compose_go(w, draft->to[0] == '\0'        ? FIELD_TO
		      : draft->subject[0] == '\0' ? FIELD_SUBJECT
						  : FIELD_BODY);
	return &w->base;
}
