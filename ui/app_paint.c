/* Title, status line and key menu around the screen on top. */
#include "ui/app_parts.h"

#include "ui/kit/bar.h"
#include "ui/screens/screen.h"
#include "words/gettext.h"
#include "words/words.h"

#include <stdio.h>

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION ""
#endif

static void app_paint_title(const struct app *app, struct canvas *c)
{
	const struct screen *top = app_top(app);
	struct buf about = {0}, position = {0};
	if (top->ops->title != NULL)
		top->ops->title(top, &about, &position);
	bar_title(c, &(struct title){.program = "ROWAN " PACKAGE_VERSION,
			     .name = _(top->ops->name),
			     .about = buf_str(&about),
			     .position = buf_str(&position)});
	buf_done(&about);
	buf_done(&position);
}

/* What stands on the status line when nothing happened: which accounts are not well. */
static void app_add_state(const struct app *app, struct buf *out)
{
	for (size_t i = 0; i < app->account_count; i++) {
		const struct account_status *account = &app->accounts[i];
		bool is_well = account->state == ACCOUNT_ONLINE ||
			       account->state == ACCOUNT_SYNCING ||
			       (account->state == ACCOUNT_OFFLINE && app->is_offline);
		if (!is_well)
			buf_addf(out, "%s%s: %s", out->len > 0 ? "; " : "", account->name,
				words_state((enum words_state)account->state));
	}
	if (app->is_offline)
		buf_addf(out, "%s%s", out->len > 0 ? "; " : "", _("Offline"));
	if (app->question_count > 0)
		buf_addf(out, "%s%s", out->len > 0 ? "; " : "", _("! answers a question"));
}

static void app_paint_status(const struct app *app, struct canvas *c, int row)
{
	struct buf state = {0};
	if (app->status.len == 0)
		app_add_state(app, &state);
	bar_status(c, row, buf_str(app->status.len > 0 ? &app->status : &state),
		app->status.len > 0 && app->status_is_trouble);
	buf_done(&state);
}

static void app_menu_item(
	const struct app *app, const struct menu_slot *slot, struct menu_item *item)
{
	const struct screen *top = app_top(app);
	uint32_t key = keys_show(&app->keys, slot->context, slot->command);
	struct buf name = {0};
	if (key != 0)
		key_print(app->options->preset, key, &name);
	*item = (struct menu_item){.label = key != 0 ? _(slot->label) : NULL,
		.is_default = keys_find(&app->keys, slot->context, INPUT_RETURN) == slot->command,
		.is_grey =
			top->ops->refusal != NULL && top->ops->refusal(top, slot->command) != NULL,
		.is_other = slot->command == COMMAND_OTHER};
	if (slot->command == COMMAND_FORWARD && top->ops->forward_label != NULL)
		item->label = top->ops->forward_label(top);
	snprintf(item->key, sizeof(item->key), "%s", buf_text(&name));
	buf_done(&name);
}

static void app_paint_menu(const struct app *app, struct canvas *c, int row, int rows)
{
	struct menu_item items[MENU_ITEMS_MAX + 1];
	size_t count = 0;
	const struct menu_slot *slots = keys_menu(app_top(app)->ops->context, &count);
	for (size_t i = 0; i < count; i++)
		app_menu_item(app, &slots[i], &items[i]);
	int pages = menu_pages(c, rows, count);
	bool is_paged = count < 2 || slots[1].command == COMMAND_OTHER;
	menu_paint(c, row, rows, items, count, is_paged ? app->menu_page % pages : 0, is_paged);
}

/* A question takes as many rows as its words and all its keys need: on a small screen some of the
 * body's. */
static void app_paint_prompt(const struct app *app, struct canvas *c)
{
	struct menu_item items[MENU_ITEMS_MAX];
	size_t count = prompt_menu(&app->prompt, items);
	int label = prompt_rows(&app->prompt, c->columns), least = menu_rows(app->rows);
	int most = app->rows - label - 1 > least ? app->rows - label - 1 : least;
	struct menu_shape shape = menu_shape(c, items, count, least, most);
	int row = app->rows - shape.rows - label;
	for (int i = row; i < app->rows; i++)
		canvas_fill(c, i, 0, c->columns, STYLE_NORMAL);
	prompt_paint(&app->prompt, c, row);
	menu_paint_all(c, row + label, shape, items, count);
}

void app_paint(const struct app *app, struct canvas *c)
{
	const struct screen *top = app_top(app);
	int rows = menu_rows(app->rows);
	canvas_clear(c);
	top->ops->paint(top, c, app_body_top(app), app_body_height(app));
	for (int row = app->rows - rows - 1; row < app->rows; row++)
		canvas_fill(c, row, 0, c->columns, STYLE_NORMAL);
	app_paint_title(app, c);
	if (app->prompt.state != PROMPT_NONE) {
		app_paint_prompt(app, c);
		return;
	}
	app_paint_status(app, c, app->rows - rows - 1);
	app_paint_menu(app, c, app->rows - rows, rows);
}

void app_title(const struct app *app, struct buf *out)
{
	buf_add_text(out, "Rowan");
	if (app->new_count > 0)
		buf_addf(out, " (%u)", app->new_count);
	if (app->folder_id != 0 && app_folder(app, app->folder_id) != NULL) {
		buf_add_text(out, ": ");
		app_folder_name(app, app->folder_id, out);
	}
}
