/* The screen, with what the settings say. */
#include "screen.h"

#include "base/array.h"
#include "base/file.h"
#include "base/memory.h"
#include "settings/options.h"
#include "ui/ui.h"
#include "words/words.h"

static void screen_send(void *context, struct request *request)
{
	struct program *program = context;
	engine_request(program->engine, request);
}

/* The engine writes accounts to the file, so it is read anew. */
static struct account *screen_load_account(void *context, const char *name)
{
	const struct program *program = context;
	struct error err;
	struct settings *settings = settings_load(program->paths.config_file, &err);
	struct account *account =
		settings != NULL ? account_copy(settings_account(settings, name)) : NULL;
	settings_free(settings);
	return account;
}

/* An account that says nothing has what holds for all. One that came since the start counts only
 * after the next. */
static void screen_account_seen(void *context, const char *name, enum seen_mode *seen, int *seconds)
{
	const struct program *program = context;
	const struct account *account = settings_account(program->settings, name);
	if (account == NULL)
		return;
	*seen = account->seen;
	*seconds = account->seen_after;
}

/* Bad lines of the settings come as news, as if the engine had found them. */
static void screen_warn(const struct program *program)
{
	size_t count = 0;
	const struct settings_warning *warnings = settings_warnings(program->settings, &count);
	for (size_t i = 0; i < count; i++) {
		struct event *event = mem_new(sizeof(*event));
		struct buf line = {0};
		buf_addf(&line, "%s:%u: ", settings_path(program->settings), warnings[i].line);
		words_sentence(&warnings[i].sentence, &line);
		event->kind = EVENT_NOTICE;
		event->notice = NOTICE_SETTINGS;
		event->text = buf_take(&line);
		queue_post(engine_events(program->engine), event);
	}
}

/* ---- Settings to options. ---- */

struct screen_lists {
	struct ui_binding *bindings; /* owned; their texts belong to the settings */
	struct ui_colour *colours;   /* owned */
};

static void screen_add_keys(
	const struct settings *settings, struct ui_options *options, struct screen_lists *lists)
{
	const struct settings_pair *pairs =
		settings_pairs(settings, "keys", &options->binding_count);
	lists->bindings = mem_new_array(options->binding_count, sizeof(*lists->bindings));
	for (size_t i = 0; i < options->binding_count; i++)
		lists->bindings[i] =
			(struct ui_binding){pairs[i].part[0] != '\0' ? pairs[i].part : "any",
				pairs[i].value, pairs[i].name};
	options->bindings = lists->bindings;
}

static void screen_add_theme(
	const struct settings *settings, struct ui_options *options, struct screen_lists *lists)
{
	const struct settings_pair *pairs =
		settings_pairs(settings, "theme", &options->colour_count);
	lists->colours = mem_new_array(options->colour_count, sizeof(*lists->colours));
	for (size_t i = 0; i < options->colour_count; i++)
		lists->colours[i] = (struct ui_colour){pairs[i].name, pairs[i].value};
	options->colours = lists->colours;
}

/* The row of the value among the choices of the table, in their order. */
static int screen_choice(const struct settings *settings, const char *key)
{
	const char *value = settings_get_text(settings, key);
	struct str rest = str_from(option_find("rowan", key)->allowed);
	for (int i = 0; rest.len > 0; i++)
		if (str_equal_nocase(str_cut(&rest, '|'), str_from(value != NULL ? value : "")))
			return i;
	return 0;
}

static void screen_add_settings(const struct settings *settings, struct ui_options *options)
{
	int seen = SEEN_AT_ONCE;
	const char *seen_text = settings_get_text(settings, "seen");
	if (seen_text != NULL && option_read_seen(seen_text, &seen, &options->seen_after))
		options->seen = (enum seen_mode)seen;
	options->preset = screen_choice(settings, "keys") == 1 ? PRESET_MUTT : PRESET_PINE;
	options->no_colour = screen_choice(settings, "colour") == 2;
	options->always_colour = screen_choice(settings, "colour") == 1;
	options->sort = (enum view_sort)screen_choice(settings, "sort");
	options->start = (enum ui_start)screen_choice(settings, "start");
	options->open_at = (enum ui_open_at)screen_choice(settings, "open-at");
	options->sort_reverse = settings_get_bool(settings, "sort-reverse");
	options->start_folder = settings_get_text(settings, "start-folder");
	options->reply_all = (enum ui_ask)screen_choice(settings, "reply-all");
	options->reply_quote = !settings_get_bool(settings, "quote")      ? ASK_NEVER
			       : settings_get_bool(settings, "ask-quote") ? ASK_EACH_TIME
									  : ASK_ALWAYS;
	options->editor = settings_get_text(settings, "editor");
	options->speller = settings_get_text(settings, "speller");
	options->new_mail_command = settings_get_text(settings, "new-mail-command");
	options->bell = settings_get_bool(settings, "bell");
	options->notify = settings_get_bool(settings, "notify");
	options->no_mouse = !settings_get_bool(settings, "mouse");
	options->full_headers = settings_get_bool(settings, "full-headers");
	options->prefer_html = settings_get_bool(settings, "prefer-html");
	options->authserv = settings_get_text(settings, "authserv-id");
	options->confirm_quit = settings_get_bool(settings, "confirm-quit");
	options->no_title = !settings_get_bool(settings, "title");
}

static bool screen_show(struct program *program, struct error *err)
{
	struct screen_lists lists = {0};
	struct ui_options options = {
		.send = screen_send,
		.load_account = screen_load_account,
		.account_seen = screen_account_seen,
		.events = engine_events(program->engine),
		.context = program,
		.log_path = program->log_path,
		.compose_url = program->compose_url,
		.is_offline = program->is_offline,
	};
	screen_add_settings(program->settings, &options);
	screen_add_keys(program->settings, &options, &lists);
	screen_add_theme(program->settings, &options, &lists);
	char *folder = file_join(program->paths.state_folder, "open");
	options.open_folder = folder;
	bool ok = ui_run(&options, err);
	mem_free(folder);
	mem_free(lists.bindings);
	mem_free(lists.colours);
	return ok;
}

int screen_run(struct program *program)
{
	struct error err;
	if (!program_open(program, &err))
		return program_fail(&err, NULL);
	ui_hold_signals();
	if (!program_engine(program, true, &err))
		return program_fail(&err, NULL);
	screen_warn(program);
	return screen_show(program, &err) ? EXIT_DONE : program_fail(&err, NULL);
}
