/* Commands that every screen has. */
#include "ui/app_parts.h"

#include "ui/screens/screen.h"
#include "words/gettext.h"

static void app_quit_answer(void *context, int value)
{
	struct app *app = context;
	app->is_over = value == 1;
}

static const struct choice yes_no[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static void app_quit(struct app *app)
{
	if (!app->options->confirm_quit) {
		app->is_over = true;
		return;
	}
	app_ask_choice(app, str_from(_("Really quit Rowan? ")), yes_no, 2, 1, app_quit_answer, app);
}

static void app_help(struct app *app)
{
	struct screen *top = app_top(app);
	if (top->ops->context != CONTEXT_TEXT)
		app_push(app, screen_help_new(app, top->ops->context));
	else
		app_say(app, "%s", _("This is the help; < leaves it"));
}

static void app_other(struct app *app)
{
	app->menu_page++;
}

static void app_main(struct app *app)
{
	if (app->depth == 1)
		app_say(app, "%s", _("This is the main menu"));
	app_pop_to(app, app->stack[0]);
}

static void app_folders(struct app *app)
{
	struct screen *folders = app_find(app, CONTEXT_FOLDERS);
	if (folders == app_top(app))
		app_say(app, "%s", _("This is the folder list"));
	app_pop_to(app, folders != NULL ? folders : app->stack[0]);
	if (folders == NULL)
		app_push(app, screen_folders_new(app));
}

static void app_index(struct app *app)
{
	struct screen *messages = app_find(app, CONTEXT_MESSAGES);
	if (messages != NULL)
		app_pop_to(app, messages);
	else if (app->folder_id != 0)
		app_open_folder(app, app->folder_id);
	else
		app_say(app, "%s", _("No folder is open: choose one in the folder list"));
}

static void app_accounts(struct app *app)
{
	app_push(app, screen_accounts_new(app));
}

static void app_back(struct app *app)
{
	if (app->depth > 1)
		app_pop(app);
	else
		app_say(app, "%s", _("This is the main menu: Q leaves Rowan"));
}

static void app_redraw(struct app *app)
{
	app->wants_redraw = true;
	app_send(app, request_new(REQUEST_CHECK));
}

static void app_suspend(struct app *app)
{
	app->wants_suspend = true;
}

static void app_online(struct app *app)
{
	struct request *request = request_new(REQUEST_ONLINE);
	app->is_offline = !app->is_offline;
	request->is_on = !app->is_offline;
	app_send(app, request);
	app_say(app, "%s",
		app->is_offline ? _("Working offline: nothing is sent or fetched")
				: _("Going online"));
}

static void app_answer(struct app *app)
{
	if (app->question_count == 0)
		app_say(app, "%s", _("No account is waiting for an answer"));
	else
		app_question_next(app);
}

static const struct {
	enum command command;
	void (*run)(struct app *app);
} app_commands[] = {
	{COMMAND_HELP, app_help},
	{COMMAND_OTHER, app_other},
	{COMMAND_MAIN, app_main},
	{COMMAND_FOLDERS, app_folders},
	{COMMAND_INDEX, app_index},
	{COMMAND_GOTO, app_ask_folder},
	{COMMAND_ACCOUNTS, app_accounts},
	{COMMAND_QUIT, app_quit},
	{COMMAND_BACK, app_back},
	{COMMAND_REDRAW, app_redraw},
	{COMMAND_SUSPEND, app_suspend},
	{COMMAND_ONLINE, app_online},
	{COMMAND_ANSWER, app_answer},
};

bool app_runs(struct app *app, enum command command)
{
	for (size_t i = 0; i < sizeof(app_commands) / sizeof(app_commands[0]); i++)
		if (app_commands[i].command == command) {
			app_commands[i].run(app);
			return true;
		}
	return false;
}
