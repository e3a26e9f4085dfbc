/* The application: what keys and events do, wherever one is. */
#include "ui/app_parts.h"

#include "ui/app_save.h"
#include "base/array.h"
#include "base/clock.h"
#include "ui/kit/bar.h"
#include "ui/say.h"
#include "ui/screens/screen.h"
#include "words/gettext.h"
#include "words/words.h"

#include <stdio.h>
#include <stdlib.h>

enum { STATUS_STANDS = 1500, QUESTION_AFTER = 3000, WHEEL_LINES = 3, BLANK_LINE_FROM = 12 };

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION ""
#endif

/* ---- The stack. ---- */

struct screen *app_top(const struct app *app)
{
	return app->stack[app->depth - 1];
}

struct screen *app_find(const struct app *app, enum context context)
{
	for (size_t i = app->depth; i-- > 0;)
		if (app->stack[i]->ops->context == context)
			return app->stack[i];
	return NULL;
}

static void app_layout_top(struct app *app)
{
	struct screen *top = app_top(app);
	app->menu_page = 0;
	top->ops->layout(top, app_body_height(app), app->columns);
}

static void app_close_top(struct app *app)
{
	struct screen *top = app_top(app);
	if (app->prompt.state != PROMPT_NONE && app->prompt.context == top)
		prompt_drop(&app->prompt);
	app->depth--;
	top->ops->close(top);
}

void app_push(struct app *app, struct screen *screen)
{
	if (app->depth == APP_DEPTH) {
		screen->ops->close(screen);
		return;
	}
	app->stack[app->depth++] = screen;
	app_layout_top(app);
}

void app_pop(struct app *app)
{
	if (app->depth <= 1)
		return;
	app_close_top(app);
	app_layout_top(app);
}

void app_pop_to(struct app *app, const struct screen *screen)
{
	while (app->depth > 1 && app_top(app) != screen)
		app_close_top(app);
	app_layout_top(app);
}

/* ---- Measures. ---- */

int app_body_top(const struct app *app)
{
	return app->rows >= BLANK_LINE_FROM ? 2 : 1;
}

int app_body_height(const struct app *app)
{
	int height = app->rows - menu_rows(app->rows) - 1 - app_body_top(app);
	return height > 0 ? height : 1;
}

void app_resize(struct app *app, int rows, int columns)
{
	app->rows = rows;
	app->columns = columns;
	app_layout_top(app);
}

/* ---- The status line. ---- */

static void app_vsay(struct app *app, bool is_trouble, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static void app_vsay(struct app *app, bool is_trouble, const char *format, va_list args)
{
	buf_clear(&app->status);
	buf_vaddf(&app->status, format, args);
	app->status_is_trouble = is_trouble;
	app->status_since = app->now;
}

void app_say(struct app *app, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	app_vsay(app, false, format, args);
	va_end(args);
}

void app_warn(struct app *app, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	app_vsay(app, true, format, args);
	va_end(args);
}

void app_say_error(struct app *app, const struct error *error)
{
	struct buf sentence = {0};
	words_error_line(error, NULL, &sentence);
	app_warn(app, "%s", buf_text(&sentence));
	buf_done(&sentence);
}

/* A key that moves nothing says why. */
static void app_say_edge(struct app *app, enum command command)
{
	bool is_back = command == COMMAND_UP || command == COMMAND_PREVIOUS ||
		       command == COMMAND_PAGE_UP || command == COMMAND_FIRST;
	app_say(app, "%s", is_back ? _("Already at the beginning") : _("Already at the end"));
}

bool app_list_command(struct app *app, struct list *list, enum command command)
{
	bool has_moved;
	if (!list_command(list, command, &has_moved))
		return false;
	if (!has_moved)
		app_say_edge(app, command);
	return true;
}

bool app_text_command(struct app *app, struct text *text, enum command command)
{
	bool has_moved;
	if (!text_command(text, command, &has_moved))
		return false;
	if (!has_moved)
		app_say_edge(app, command);
	return true;
}

static void app_status_age(struct app *app)
{
	if (app->now - app->status_since >= STATUS_STANDS)
		buf_clear(&app->status);
}

/* ---- What is known. ---- */

void app_send(struct app *app, struct request *request)
{
	app->options->send(app->options->context, request);
}

uint64_t app_next_tag(struct app *app)
{
	return ++app->last_tag;
}

unsigned app_next_list(struct app *app)
{
	return ++app->last_list;
}

const struct folder *app_folder(const struct app *app, int64_t folder_id)
{
	for (size_t i = 0; i < app->folder_count; i++)
		if (app->folders[i].folder_id == folder_id)
			return &app->folders[i];
	return NULL;
}

const struct account_status *app_account(const struct app *app, int64_t account_id)
{
	for (size_t i = 0; i < app->account_count; i++)
		if (app->accounts[i].account_id == account_id)
			return &app->accounts[i];
	return NULL;
}

void app_folder_name(const struct app *app, int64_t folder_id, struct buf *out)
{
	const struct folder *folder = app_folder(app, folder_id);
	if (folder == NULL)
		return;
	const struct account_status *account = app_account(app, folder->account_id);
	if (account != NULL && app->account_count > 1)
		buf_addf(out, "%s/", account->name);
	buf_add_text(out, folder->name);
}

struct folder_memory *app_memory(struct app *app, int64_t folder_id)
{
	for (size_t i = 0; i < app->memory_count; i++)
		if (app->memories[i].folder_id == folder_id)
			return &app->memories[i];
	app->memories = array_room(
		app->memories, app->memory_count, &app->memory_cap, sizeof(*app->memories));
	struct folder_memory *memory = &app->memories[app->memory_count++];
	*memory = (struct folder_memory){.folder_id = folder_id,
		.sort = app->options->sort,
		.is_reverse = app->options->sort_reverse};
	return memory;
}

void app_open_folder(struct app *app, int64_t folder_id)
{
	struct screen *folders = app_find(app, CONTEXT_FOLDERS);
	if (folders != NULL)
		app_pop_to(app, folders);
	else {
		app_pop_to(app, app->stack[0]);
		app_push(app, screen_folders_new(app));
	}
	if (folder_id != app->folder_id)
		app->folder_before = app->folder_id;
	app->folder_id = folder_id;
	app_push(app, screen_messages_new(app, folder_id));
}

/* ---- Commands that every screen has. ---- */

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

/* ---- Keys. ---- */

static void app_unknown(struct app *app, uint32_t code)
{
	struct buf name = {0};
	key_print(app->options->preset, code, &name);
	app_say(app, _("Command \"%s\" not defined for this screen. Use ? for help"),
		buf_text(&name));
	buf_done(&name);
}

static void app_run(struct app *app, enum command command, const struct input *input)
{
	struct screen *top = app_top(app);
	const char *refusal = top->ops->refusal != NULL ? top->ops->refusal(top, command) : NULL;
	if (refusal != NULL)
		app_say(app, "%s", refusal);
	else if (!top->ops->command(top, command, input) && !app_runs(app, command))
		app_unknown(app, input->code);
}

static void app_wheel(struct app *app, const struct input *input)
{
	enum command command = keys_find(&app->keys, app_top(app)->ops->context, input->code);
	struct screen *top = app_top(app);
	for (int i = 0; i < WHEEL_LINES; i++)
		top->ops->command(top, command, input);
	buf_clear(&app->status); /* not "this is the end" from the last of them */
}

static void app_click(struct app *app, const struct input *input)
{
	struct screen *top = app_top(app);
	int row = input->row - app_body_top(app);
	if (top->ops->click != NULL && row >= 0 && row < app_body_height(app))
		top->ops->click(top, row);
}

void app_key(struct app *app, const struct input *input, int64_t now)
{
	app->now = now;
	app->last_key = now;
	app->new_count = 0;
	if (app->prompt.state != PROMPT_NONE) {
		if (input->code != INPUT_CLICK && !prompt_input(&app->prompt, input) &&
			!input->is_pasted)
			app->wants_bell = true;
		return;
	}
	if (input->is_pasted)
		return;
	app_status_age(app);
	if (input->code == INPUT_CLICK) {
		app_click(app, input);
	} else if (input->code == INPUT_WHEEL_UP || input->code == INPUT_WHEEL_DOWN) {
		app_wheel(app, input);
	} else {
		enum command command =
			keys_find(&app->keys, app_top(app)->ops->context, input->code);
		app->menu_page = command == COMMAND_OTHER ? app->menu_page : 0;
		if (command == COMMAND_NONE)
			app_unknown(app, input->code);
		else
			app_run(app, command, input);
	}
}

/* ---- Prompts. ---- */

void app_ask_line(struct app *app, struct str label, struct str text, bool is_hidden,
	prompt_line_done *done, void *context)
{
	prompt_ask_line(&app->prompt, label, text, is_hidden, done, context);
	buf_clear(&app->status);
}

void app_ask_choice(struct app *app, struct str label, const struct choice *choices, size_t count,
	int fallback, prompt_choice_done *done, void *context)
{
	prompt_ask_choice(&app->prompt, label, choices, count, fallback, done, context);
	buf_clear(&app->status);
}

/* ---- Events. ---- */

static void folders_free(struct folder *folders, size_t count)
{
	for (size_t i = 0; i < count; i++)
		folder_done(&folders[i]);
	mem_free(folders);
}

static void accounts_free(struct account_status *accounts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mem_free(accounts[i].name);
	mem_free(accounts);
}

/* Where the user wants to be at the start, once the folders are known. */
static void app_start(struct app *app)
{
	const struct folder *folder = NULL;
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
	if (!app->has_started)
		app_start(app);
}

static void app_take_accounts(struct app *app, struct event *event)
{
	accounts_free(app->accounts, app->account_count);
	app->accounts = event->accounts;
	app->account_count = event->account_count;
	app->has_accounts = true;
	event->accounts = NULL;
	event->account_count = 0;
	if (app->account_count == 0 && app->depth == 1)
		app_say(app, "%s", _("No account yet: A in the main menu adds one"));
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
	if (app->options->new_mail != NULL)
		app->options->new_mail(app->options->context, row);
}

static void app_take_failed(struct app *app, struct event *event)
{
	app_say_error(app, &event->error);
}

static void app_take_saved(struct app *app, struct event *event)
{
	app_save_event(app, event);
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
	{EVENT_SAVED, app_take_saved},
	{EVENT_FAILED, app_take_failed},
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

static int64_t earlier(int64_t a, int64_t b)
{
	return a < 0 ? b : b < 0 || a < b ? a : b;
}

/* A question comes up when the user has not pressed a key for a moment, since a key meant for
 * something else must not answer it; at once when the last key was the answer to one. */
static int64_t app_tick_questions(struct app *app)
{
	if (app->question_count == 0 || app->prompt.state != PROMPT_NONE || app->asking != NULL)
		return -1;
	bool is_answering = app->answered == app->last_key;
	if (!is_answering && app->now - app->last_key < QUESTION_AFTER)
		return app->last_key + QUESTION_AFTER;
	app_question_next(app);
	return -1;
}

int app_tick(struct app *app, int64_t now)
{
	app->now = now;
	int64_t next = app_tick_questions(app);
	for (size_t i = 0; i < app->depth; i++)
		if (app->stack[i]->ops->tick != NULL)
			next = earlier(next, app->stack[i]->ops->tick(app->stack[i]));
	if (next < 0)
		return -1;
	return next > now ? (int)(next - now < 3600000 ? next - now : 3600000) : 0;
}

/* ---- Painting. ---- */

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
	if (app->prompt.state != PROMPT_NONE) {
		prompt_paint(&app->prompt, c, row);
		return;
	}
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
	if (app->prompt.state != PROMPT_NONE) {
		count = prompt_menu(&app->prompt, items);
		menu_paint(c, row, rows, items, count, 0, false);
		return;
	}
	const struct menu_slot *slots = keys_menu(app_top(app)->ops->context, &count);
	for (size_t i = 0; i < count; i++)
		app_menu_item(app, &slots[i], &items[i]);
	int pages = menu_pages(c, rows, count);
	menu_paint(c, row, rows, items, count, app->menu_page % pages, true);
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
	app_paint_status(app, c, app->rows - rows - 1);
	app_paint_menu(app, c, app->rows - rows, rows);
}

bool app_is_ready(const struct app *app)
{
	if (app->has_accounts && app->account_count == 0)
		return true;
	return app->options->start == START_INDEX ? app->has_page : app->has_folders;
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

/* ---- Beginning and end. ---- */

static void app_read_settings(struct app *app)
{
	const struct ui_options *options = app->options;
	struct error err = {0};
	for (size_t i = 0; i < options->binding_count; i++) {
		const struct ui_binding *b = &options->bindings[i];
		if (!keys_bind(&app->keys, str_from(b->context), str_from(b->key),
			    str_from(b->command), &err))
			app_warn(app, _("Settings: %s"), err.detail);
	}
	for (size_t i = 0; i < options->colour_count; i++)
		if (!theme_set(&app->theme, str_from(options->colours[i].role),
			    str_from(options->colours[i].value), &err))
			app_warn(app, _("Settings: %s"), err.detail);
}

struct app *app_new(const struct ui_options *options, int rows, int columns, int64_t now)
{
	struct app *app = mem_new(sizeof(*app));
	*app = (struct app){.options = options,
		.rows = rows,
		.columns = columns,
		.now = now,
		.last_key = now - QUESTION_AFTER,
		.is_offline = options->is_offline};
	keys_init(&app->keys, options->preset);
	theme_init(&app->theme);
	app_push(app, screen_main_new(app));
	if (options->start != START_MENU)
		app_push(app, screen_folders_new(app));
	app_read_settings(app);
	if (options->crashed != NULL)
		app_warn(app, "%s", options->crashed);
	app_send(app, request_new(REQUEST_ACCOUNTS));
	app_send(app, request_new(REQUEST_FOLDERS));
	return app;
}

void app_free(struct app *app)
{
	if (app == NULL)
		return;
	while (app->depth > 0)
		app_close_top(app);
	prompt_drop(&app->prompt);
	app_question_done(app);
	app_save_done(app);
	folders_free(app->folders, app->folder_count);
	accounts_free(app->accounts, app->account_count);
	mem_free(app->memories);
	buf_done(&app->status);
	buf_done(&app->notification);
	keys_done(&app->keys);
	mem_free(app);
}
