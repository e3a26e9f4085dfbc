/* Commands that every screen has. */
#include "ui/app_parts.h"

#include "ui/app_compose.h"
#include "ui/app_wish.h"
#include "ui/screens/screen.h"
#include "words/gettext.h"

unsigned app_waiting(const struct app *app)
{
	unsigned waiting = 0;
	for (size_t i = 0; i < app->account_count; i++)
		waiting += app->accounts[i].waiting;
	return waiting;
}

/* ---- Leaving: sure? then the deleted ones; then what waits. ---- */

enum { LEAVE_STAYS, LEAVE_FINISHES, LEAVE_LEAVES };
enum { LEAVE_PATIENCE = 500 };

static const struct choice leave_choices[] = {
	{'l', N_("Leave them"), LEAVE_LEAVES},
	{'f', N_("Finish first"), LEAVE_FINISHES},
	{'s', N_("Stay"), LEAVE_STAYS},
};

static void app_leave_answer(void *context, int value)
{
	struct app *app = context;
	app->is_over = value == LEAVE_LEAVES;
	app->is_finishing = value == LEAVE_FINISHES;
	if (app->is_finishing)
		app_say(app, "%s", _("Rowan ends when the servers have done all that waits"));
}

bool app_has_finished(const struct app *app)
{
	return app->is_finishing && app_waiting(app) == 0 &&
	       (!app->writing.is_last || app_outbox_count(app) == 0);
}

/* Changes worth a question: that a message was seen is told at the next start as well. */
static unsigned app_waiting_asked(const struct app *app)
{
	unsigned marks = 0;
	for (size_t i = 0; i < app->account_count; i++)
		marks += app->accounts[i].marks;
	return app_waiting(app) - marks;
}

static void app_leave_ask(struct app *app)
{
	struct buf label = {0};
	unsigned waiting = app_waiting_asked(app);
	app->is_finishing = false;
	app->finish_by = 0;
	if (waiting == 0) {
		app->is_over = true;
		return;
	}
	buf_addf(&label,
		P_("%u change waits for its server. Leave it for the next start? ",
			"%u changes wait for their servers. Leave them for the next start? ",
			waiting),
		waiting);
	app_ask_choice(app, buf_str(&label), leave_choices, 3, LEAVE_LEAVES, app_leave_answer, app);
	buf_done(&label);
}

/* What is on its way to a server that answers is over in a moment: nothing is asked until then. */
static void app_leave_changes(struct app *app)
{
	bool is_running = false;
	for (size_t i = 0; i < app->account_count; i++)
		is_running |= app->accounts[i].waiting > 0 &&
			      (app->accounts[i].state == ACCOUNT_ONLINE ||
				      app->accounts[i].state == ACCOUNT_SYNCING);
	if (!is_running) {
		app_leave_ask(app);
		return;
	}
	app->is_finishing = true;
	app->finish_by = app->now + LEAVE_PATIENCE;
}

int64_t app_leave_tick(struct app *app)
{
	if (app->finish_by == 0)
		return -1;
	if (app->now < app->finish_by)
		return app->finish_by;
	app_leave_ask(app);
	return -1;
}

static const struct choice outbox_choices[] = {
	{'l', N_("Leave them"), LEAVE_LEAVES},
	{'n', N_("Send now"), LEAVE_FINISHES},
	{'s', N_("Stay"), LEAVE_STAYS},
};

static void app_leave_outbox_answer(void *context, int value)
{
	struct app *app = context;
	if (value == LEAVE_LEAVES)
		app_leave_changes(app);
	if (value != LEAVE_FINISHES)
		return;
	app_outbox_send_now(app);
	app->is_finishing = app->writing.is_last = true;
	app_say(app, "%s", _("Rowan ends when the outbox is empty"));
}

static void app_leave(struct app *app)
{
	unsigned count = app_outbox_count(app);
	struct buf label = {0};
	if (count == 0) {
		app_leave_changes(app);
		return;
	}
	buf_addf(&label,
		P_("%u message is in the outbox. Leave it for the next start? ",
			"%u messages are in the outbox. Leave them for the next start? ", count),
		count);
	app_ask_choice(app, buf_str(&label), outbox_choices, 3, LEAVE_FINISHES,
		app_leave_outbox_answer, app);
	buf_done(&label);
}

static const struct choice yes_no[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static void app_expunge_answer(void *context, int value)
{
	struct app *app = context;
	if (value < 0)
		return;
	if (value == 1) {
		struct request *request = request_new(REQUEST_EXPUNGE);
		request->folder_id = app->folder_id;
		app_wish(app, request);
	}
	app_leave(app);
}

static void app_quit_answer(void *context, int value)
{
	struct app *app = context;
	struct screen *messages = app_find(app, CONTEXT_MESSAGES);
	struct buf label = {0};
	if (value != 1)
		return;
	if (messages != NULL && screen_messages_deleted(messages, &label) > 0)
		app_ask_choice(app, buf_str(&label), yes_no, 2, 1, app_expunge_answer, app);
	else
		app_leave(app);
	buf_done(&label);
}

static void app_quit(struct app *app)
{
	if (app->options->confirm_quit)
		app_ask_choice(app, str_from(_("Really quit Rowan? ")), yes_no, 2, 1,
			app_quit_answer, app);
	else
		app_quit_answer(app, 1);
}

static void app_journal(struct app *app)
{
	app_push(app, screen_actions_new(app));
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

/* What was just sent comes back first: it is what cannot be taken back later. */
static void app_undo_last(struct app *app)
{
	if (!app_take_back(app))
		app_undo(app);
}

static void app_outbox(struct app *app)
{
	app_push(app, screen_outbox_new(app));
}

static void app_book(struct app *app)
{
	app_push(app, screen_book_new(app));
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
	{COMMAND_JOURNAL, app_journal},
	{COMMAND_UNDO, app_undo_last},
	{COMMAND_COMPOSE, app_compose},
	{COMMAND_OUTBOX, app_outbox},
	{COMMAND_BOOK, app_book},
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
