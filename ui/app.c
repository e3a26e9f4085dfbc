/* The application: the stack of screens, the status line, keys, prompts and what is due. */
#include "ui/app_parts.h"

#include "ui/app_compose.h"
#include "ui/app_export.h"
#include "ui/app_open.h"
#include "ui/app_save.h"
#include "ui/app_wish.h"
#include "base/array.h"
#include "ui/screens/screen.h"
#include "words/gettext.h"
#include "words/words.h"

enum { STATUS_STANDS = 1500, QUESTION_AFTER = 3000, WHEEL_LINES = 3, BLANK_LINE_FROM = 12 };

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

void app_layout_top(struct app *app)
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

static void app_open(struct app *app, int64_t folder_id, bool is_examined)
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
	app_push(app, screen_messages_new(app, folder_id, is_examined));
}

void app_open_folder(struct app *app, int64_t folder_id)
{
	app_open(app, folder_id, false);
}

void app_examine_folder(struct app *app, int64_t folder_id)
{
	app_open(app, folder_id, true);
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
	app->click_column = input->column;
	if (top->ops->click != NULL && row >= 0 && row < app_body_height(app))
		top->ops->click(top, row);
}

static bool app_type(struct app *app, const struct input *input)
{
	struct screen *top = app_top(app);
	if (top->ops->text == NULL || !top->ops->text(top, input))
		return false;
	app_status_age(app);
	return true;
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
	if (app_compose_holds(app, input) || app_type(app, input) || input->is_pasted)
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

void app_ask_keys(struct app *app, const struct choice *keys, size_t count, prompt_key_done *done)
{
	app->prompt.keys = keys;
	app->prompt.key_count = count;
	app->prompt.key_done = done;
}

static const struct choice end_keys[] = {
	{INPUT_CTRL('Y'), N_("Top"), COMMAND_FIRST},
	{INPUT_CTRL('V'), N_("Bottom"), COMMAND_LAST},
};

void app_ask_ends(struct app *app, prompt_key_done *done)
{
	app_ask_keys(app, end_keys, sizeof(end_keys) / sizeof(end_keys[0]), done);
}

void app_ask_choice(struct app *app, struct str label, const struct choice *choices, size_t count,
	int fallback, prompt_choice_done *done, void *context)
{
	prompt_ask_choice(&app->prompt, label, choices, count, fallback, done, context);
	buf_clear(&app->status);
}

/* ---- What is due. ---- */

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
	app_start(app); /* it waited for a question to be answered */
	int64_t next = earlier(app_tick_questions(app), app_open_tick(app));
	next = earlier(next, app_leave_tick(app));
	next = earlier(next, app_export_tick(app));
	for (size_t i = 0; i < app->depth; i++)
		if (app->stack[i]->ops->tick != NULL)
			next = earlier(next, app->stack[i]->ops->tick(app->stack[i]));
	if (next < 0)
		return -1;
	return next > now ? (int)(next - now < 3600000 ? next - now : 3600000) : 0;
}

/* ---- Beginning and end. ---- */

bool app_is_ready(const struct app *app)
{
	if (app->has_accounts && app->account_count == 0)
		return true;
	return app->options->start == START_INDEX ? app->has_page : app->has_folders;
}

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
	app_send(app, request_new(REQUEST_DRAFTS));
	app_send(app, request_new(REQUEST_OUTBOX));
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
	app_export_done(app);
	app_open_done(app);
	app_transfer_done(app);
	mem_free(app->transfer.name);
	mem_free(app->goto_name);
	app_known_done(app);
	app_compose_done(app);
	mem_free(app->memories);
	buf_done(&app->status);
	buf_done(&app->notification);
	buf_done(&app->clipboard);
	keys_done(&app->keys);
	mem_free(app);
}
