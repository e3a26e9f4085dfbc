/* The main menu. */
#include "ui/screens/screen.h"

#include "base/memory.h"
#include "ui/kit/list.h"
#include "words/gettext.h"

struct screen_main {
	struct screen base;
	struct list list;
};

static const struct main_row {
	enum command command;
	const char *name, *does, *label;
} main_rows[] = {
	{COMMAND_HELP, N_("HELP"), N_("Get help using Rowan"), N_("Help")},
	{COMMAND_COMPOSE, N_("COMPOSE MESSAGE"), N_("Compose and send a message"), N_("Compose")},
	{COMMAND_INDEX, N_("MESSAGE INDEX"), N_("View messages in current folder"), N_("Index")},
	{COMMAND_FOLDERS, N_("FOLDER LIST"), N_("Select a folder to view"), N_("ListFldrs")},
	{COMMAND_BOOK, N_("ADDRESS BOOK"), N_("Update address book"), N_("AddrBook")},
	{COMMAND_OUTBOX, N_("OUTBOX"), N_("See what is on its way out"), N_("Outbox")},
	{COMMAND_JOURNAL, N_("JOURNAL"), N_("See what waits for the servers"), N_("Journal")},
	{COMMAND_ACCOUNTS, N_("ACCOUNTS"), N_("Add, change and test accounts"), N_("Accounts")},
	{COMMAND_QUIT, N_("QUIT"), N_("Leave the Rowan program"), N_("Quit")},
};

enum { MAIN_ROWS = sizeof(main_rows) / sizeof(main_rows[0]), MAIN_FIRST = 2 };

static void main_close(struct screen *s)
{
	mem_free(s);
}

static void main_layout(struct screen *s, int rows, int columns)
{
	struct screen_main *m = (struct screen_main *)s;
	(void)columns;
	list_set_height(&m->list, rows);
}

static bool main_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_main *m = (struct screen_main *)s;
	(void)input;
	if (app_list_command(s->app, &m->list, command))
		return true;
	if (command == COMMAND_FORWARD)
		return app_runs(s->app, main_rows[m->list.selected].command);
	return false;
}

/* Rows are two lines apart where there is room. */
static int main_step(const struct screen_main *m)
{
	return m->list.height >= MAIN_FIRST + 2 * MAIN_ROWS ? 2 : 1;
}

static int main_top(const struct screen_main *m)
{
	return main_step(m) == 2 ? MAIN_FIRST : 0;
}

static void main_click(struct screen *s, int row)
{
	struct screen_main *m = (struct screen_main *)s;
	int at = row - main_top(m);
	if (at < 0 || at % main_step(m) != 0 || at / main_step(m) >= MAIN_ROWS)
		return;
	list_select(&m->list, (uint32_t)(at / main_step(m)));
	app_runs(s->app, main_rows[m->list.selected].command);
}

static const char *main_forward_label(const struct screen *s)
{
	return _(main_rows[((const struct screen_main *)s)->list.selected].label);
}

static void main_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct app *app = s->app;
	if (app->columns >= 60 && app_folder(app, app->folder_id) != NULL) {
		buf_add_text(about, _("Folder: "));
		app_folder_name(app, app->folder_id, about);
	}
	(void)position;
}

static void main_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_main *m = (const struct screen_main *)s;
	int left = c->columns >= 60 ? 8 : 1;
	for (int i = 0; i < MAIN_ROWS && main_top(m) + i * main_step(m) < height; i++) {
		int row = top + main_top(m) + i * main_step(m);
		bool is_selected = (uint32_t)i == m->list.selected;
		unsigned style = is_selected ? STYLE_SELECTED : STYLE_NORMAL;
		struct buf key = {0};
		key_print(s->app->options->preset,
			keys_show(&s->app->keys, CONTEXT_MAIN, main_rows[i].command), &key);
		canvas_fill(c, row, left, c->columns - 2 * left, style);
		canvas_text(c, row, left + 2, 4, buf_str(&key), style);
		canvas_text(c, row, left + 7, 18, str_from(_(main_rows[i].name)), style);
		if (c->columns >= 60)
			canvas_text(c, row, left + 26, 2, STR("-"), style);
		if (c->columns >= 60)
			canvas_text(c, row, left + 29, c->columns - 2 * left - 30,
				str_from(_(main_rows[i].does)), style);
		buf_done(&key);
	}
}

static const struct screen_ops main_ops = {
	.context = CONTEXT_MAIN,
	.name = N_("MAIN MENU"),
	.close = main_close,
	.layout = main_layout,
	.command = main_command,
	.click = main_click,
	.title = main_title,
	.forward_label = main_forward_label,
	.paint = main_paint,
};

struct screen *screen_main_new(struct app *app)
{
	struct screen_main *m = mem_new(sizeof(*m));
	m->base = (struct screen){&main_ops, app};
	list_set_total(&m->list, MAIN_ROWS);
	list_select(&m->list, 3);
	return &m->base;
}
