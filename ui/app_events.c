/* What the engine tells, as far as it concerns more than one screen. */
#include "ui/app_parts.h"

#include "base/memory.h"
#include "ui/app_compose.h"
#include "ui/app_export.h"
#include "ui/app_open.h"
#include "ui/app_save.h"
#include "ui/app_wish.h"
#include "ui/say.h"
#include "ui/screens/screen.h"
#include "words/gettext.h"

static void folders_free(struct folder *folders, size_t count)
{
	for (size_t i = 0; i < count; i++)
		folder_done(&folders[i]);
	mem_free(folders);
}

static void accounts_free(struct account_status *accounts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		mem_free(accounts[i].name);
		for (int bit = 0; bit < FLAG_KEYWORD_MAX; bit++)
			mem_free(accounts[i].keywords[bit]);
	}
	mem_free(accounts);
}

/* Where the user wants to be at the start, once the folders are known. */
void app_start(struct app *app)
{
	const struct folder *folder = NULL;
	if (app->has_started || !app->has_folders)
		return;
	for (size_t i = 0; i < app->depth; i++)
		if (app->stack[i]->ops->context == CONTEXT_TROUBLE)
			return;
	if (app->options->start_folder != NULL)
		folder = app_folder_named(app, str_from(app->options->start_folder));
	for (size_t i = 0; i < app->folder_count && folder == NULL; i++)
		if (app->folders[i].role == ROLE_INBOX)
			folder = &app->folders[i];
	if (folder == NULL)
		return;
	app->has_started = true;
	if (app->options->start == START_INDEX && app_top(app)->ops->context == CONTEXT_FOLDERS)
		app_open_folder(app, folder->folder_id);
	else if (app->folder_id == 0)
		app->folder_id = folder->folder_id;
}

static void app_take_folders(struct app *app, struct event *event)
{
	folders_free(app->folders, app->folder_count);
	app->folders = event->folders;
	app->folder_count = event->folder_count;
	app->has_folders = true;
	event->folders = NULL;
	event->folder_count = 0;
	app_start(app);
	app_compose_at_start(app);
	if (app->has_started)
		app_goto_late(app);
}

static void app_take_accounts(struct app *app, struct event *event)
{
	accounts_free(app->accounts, app->account_count);
	app->accounts = event->accounts;
	app->account_count = event->account_count;
	app->has_accounts = true;
	event->accounts = NULL;
	event->account_count = 0;
	app->is_over |= app_has_finished(app);
	app_compose_at_start(app);
	if (app->account_count == 0 && app->depth == 1)
		app_say(app, "%s", _("No account yet: S in the main menu adds one"));
}

static void app_take_question(struct app *app, struct event *event)
{
	app_question_add(app, event->question);
	event->question = NULL;
}

static const char *account_name(const struct app *app, int64_t account_id)
{
	const struct account_status *account = app_account(app, account_id);
	return account != NULL ? account->name : NULL;
}

/* What heals by itself is a word in the status line while it lasts, no message. */
static void app_take_notice(struct app *app, struct event *event)
{
	if (event->notice == NOTICE_OFFLINE || event->notice == NOTICE_ONLINE)
		return;
	if (event->notice == NOTICE_SETTINGS) {
		screen_settings_add(app, event->text);
		return;
	}
	struct buf sentence = {0};
	say_notice(event, account_name(app, event->account_id), &sentence);
	app_warn(app, "%s", buf_text(&sentence));
	buf_done(&sentence);
}

static void app_take_new_mail(struct app *app, struct event *event)
{
	const struct message *row = event->row;
	if (row == NULL)
		return;
	app->new_count++;
	if (app->new_count == 1)
		app_say(app, _("New mail from %s about %s"), row->from_name, row->subject);
	else
		app_say(app, _("%u new messages! The latest from %s about %s"), app->new_count,
			row->from_name, row->subject);
	app->wants_bell |= app->options->bell;
	buf_clear(&app->notification);
	buf_addf(&app->notification, _("New mail from %s: %s"), row->from_name, row->subject);
	if (app->options->new_mail_command != NULL)
		app_run_beside(app, app->options->new_mail_command, row->from_name, row->subject);
}

static void app_take_found(struct app *app, struct event *event)
{
	app_export_event(app, event);
}

static void app_take_failed(struct app *app, struct event *event)
{
	if (app_export_event(app, event))
		return;
	app_open_event(app, event);
	app_compose_event(app, event);
	app_say_error(app, &event->error);
}

static void app_take_saved(struct app *app, struct event *event)
{
	if (!app_export_event(app, event) && !app_open_event(app, event))
		app_save_event(app, event);
}

static void app_take_wish(struct app *app, struct event *event)
{
	app_wish_event(app, event);
}

static void app_take_stopped(struct app *app, struct event *event)
{
	app->stopped = event->error;
	app->is_over = true;
}

static const struct {
	enum event_kind kind;
	void (*take)(struct app *app, struct event *event);
} app_events[] = {
	{EVENT_FOLDERS, app_take_folders},
	{EVENT_ACCOUNTS, app_take_accounts},
	{EVENT_QUESTION, app_take_question},
	{EVENT_NOTICE, app_take_notice},
	{EVENT_NEW_MAIL, app_take_new_mail},
	{EVENT_FOUND, app_take_found},
	{EVENT_SAVED, app_take_saved},
	{EVENT_ACTED, app_take_wish},
	{EVENT_UNDONE, app_take_wish},
	{EVENT_FAILED, app_take_failed},
	{EVENT_DRAFTS, app_compose_event},
	{EVENT_OUTBOX, app_compose_event},
	{EVENT_DRAFT, app_compose_event},
	{EVENT_STOPPED, app_take_stopped},
};

void app_event(struct app *app, struct event *event, int64_t now)
{
	app->now = now;
	app->has_page |= event->kind == EVENT_PAGE;
	for (size_t i = 0; i < sizeof(app_events) / sizeof(app_events[0]); i++)
		if (app_events[i].kind == event->kind)
			app_events[i].take(app, event);
	for (size_t i = 0; i < app->depth; i++)
		if (app->stack[i]->ops->event != NULL)
			app->stack[i]->ops->event(app->stack[i], event);
	event_free(event);
}

void app_known_done(struct app *app)
{
	folders_free(app->folders, app->folder_count);
	accounts_free(app->accounts, app->account_count);
}
