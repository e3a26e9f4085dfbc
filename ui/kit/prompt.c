/* Questions on the status line. */
#include "ui/kit/prompt.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "ui/theme.h"
#include "words/gettext.h"

#include <stdio.h>

void prompt_drop(struct prompt *p)
{
	mem_free(p->label);
	edit_done(&p->edit);
	*p = (struct prompt){0};
}

void prompt_ask_line(struct prompt *p, struct str label, struct str text, bool is_hidden,
	prompt_line_done *done, void *context)
{
	prompt_drop(p);
	p->state = PROMPT_LINE;
	p->label = mem_str(label);
	p->line_done = done;
	p->context = context;
	edit_init(&p->edit, text, is_hidden);
}

void prompt_ask_choice(struct prompt *p, struct str label, const struct choice *choices,
	size_t count, int fallback, prompt_choice_done *done, void *context)
{
	prompt_drop(p);
	p->state = PROMPT_CHOICE;
	p->label = mem_str(label);
	p->choices = choices;
	p->choice_count = count;
	p->fallback = fallback;
	p->choice_done = done;
	p->context = context;
}

/* The prompt is over before its answer is told, so that the answer may ask again. */
static void prompt_answer(struct prompt *p, bool is_ok, int value)
{
	struct prompt over = *p;
	*p = (struct prompt){0};
	if (over.state == PROMPT_LINE)
		over.line_done(over.context, is_ok ? buf_text(&over.edit.text) : NULL);
	else
		over.choice_done(over.context, is_ok ? value : -1);
	prompt_drop(&over);
}

/* ^J is what some send for Return. */
static bool prompt_is_return(uint32_t code)
{
	return code == INPUT_RETURN || code == INPUT_CTRL('J');
}

static bool prompt_input_choice(struct prompt *p, uint32_t code)
{
	if (prompt_is_return(code)) {
		prompt_answer(p, true, p->fallback);
		return true;
	}
	if (code >= 'A' && code <= 'Z')
		code += 'a' - 'A';
	for (size_t i = 0; i < p->choice_count; i++)
		if (p->choices[i].key == code) {
			prompt_answer(p, true, p->choices[i].value);
			return true;
		}
	return false;
}

static bool prompt_input_key(struct prompt *p, uint32_t code)
{
	for (size_t i = 0; i < p->key_count; i++) {
		struct prompt over = *p;
		if (p->keys[i].key != code)
			continue;
		*p = (struct prompt){0};
		over.key_done(over.context, over.keys[i].value, buf_text(&over.edit.text));
		prompt_drop(&over);
		return true;
	}
	return false;
}

static void prompt_run_complete(struct prompt *p)
{
	struct buf completed = {0};
	if (p->complete(p->context, buf_str(&p->edit.text), &completed))
		edit_set(&p->edit, buf_str(&completed));
	buf_done(&completed);
}

bool prompt_input(struct prompt *p, const struct input *input)
{
	bool is_cancel = input->code == INPUT_CTRL('C') || input->code == INPUT_ESCAPE;
	if (!input->is_pasted && is_cancel) {
		prompt_answer(p, false, -1);
		return true;
	}
	if (p->state == PROMPT_CHOICE)
		return input->is_pasted || prompt_input_choice(p, input->code);
	if (!input->is_pasted && prompt_is_return(input->code)) {
		prompt_answer(p, true, 0);
		return true;
	}
	if (!input->is_pasted && input->code == INPUT_TAB && p->complete != NULL) {
		prompt_run_complete(p);
		return true;
	}
	if (!input->is_pasted && prompt_input_key(p, input->code))
		return true;
	return edit_input(&p->edit, input);
}

/* What a line to type leaves of its row for the label in front of it. */
static int prompt_label_room(const struct prompt *p, int columns)
{
	return p->state == PROMPT_LINE ? columns * 2 / 3 : columns - 1;
}

int prompt_rows(const struct prompt *p, int columns)
{
	struct safe_text label = safe_text_make(str_trim(str_from(p->label)));
	bool fits = label.cells <= prompt_label_room(p, columns);
	int lines = columns > 2 ? (label.cells + columns - 2) / (columns - 1) : 1;
	safe_text_done(&label);
	if (fits)
		return 1;
	lines += p->state == PROMPT_LINE || lines < 2;
	return lines < PROMPT_ROWS_MAX ? lines : PROMPT_ROWS_MAX;
}

void prompt_paint(const struct prompt *p, struct canvas *c, int row)
{
	int rows = prompt_rows(p, c->columns), used = 0, last = row + rows - 1;
	for (int i = 0; i < rows; i++)
		canvas_fill(c, row + i, 0, c->columns, STYLE_PROMPT);
	if (rows == 1) {
		used = canvas_text(c, row, 0, prompt_label_room(p, c->columns), str_from(p->label),
			STYLE_PROMPT);
	} else {
		int lines = p->state == PROMPT_LINE ? rows - 1 : rows;
		canvas_wrap(c, row, 0, c->columns - 1, lines, str_from(p->label), STYLE_PROMPT);
	}
	if (p->state == PROMPT_LINE)
		edit_paint(&p->edit, c, last, used, c->columns - used, STYLE_PROMPT);
	else
		canvas_cursor(c, last, rows == 1 ? used : c->columns - 1);
}

static void prompt_item(struct menu_item *item, uint32_t key, const char *label, bool is_default)
{
	*item = (struct menu_item){.label = label, .is_default = is_default};
	struct buf name = {0};
	key_print(PRESET_PINE, key, &name);
	snprintf(item->key, sizeof(item->key), "%s", buf_text(&name));
	buf_done(&name);
}

size_t prompt_menu(const struct prompt *p, struct menu_item *items)
{
	size_t count = 0;
	prompt_item(&items[count++], INPUT_CTRL('C'), _("Cancel"), false);
	if (p->state == PROMPT_LINE) {
		prompt_item(&items[count++], INPUT_RETURN, _("Accept"), true);
		if (p->complete != NULL)
			prompt_item(&items[count++], INPUT_TAB, _("Complete"), false);
		for (size_t i = 0; i < p->key_count && count < MENU_ITEMS_MAX; i++)
			prompt_item(&items[count++], p->keys[i].key, _(p->keys[i].label), false);
		return count;
	}
	for (size_t i = 0; i < p->choice_count && count < MENU_ITEMS_MAX; i++)
		prompt_item(&items[count++], p->choices[i].key, _(p->choices[i].label),
			p->choices[i].value == p->fallback);
	return count;
}
