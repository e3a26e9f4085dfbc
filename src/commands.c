/* Headless commands: the table, and what they share. */
#include "commands.h"

#include "base/memory.h"
#include "base/width.h"
#include "words/gettext.h"
#include "words/words.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static const struct command {
	const char *name;
	command_run *run;
	const char *usage, *text;
} commands[] = {
	{"account", command_account, "account add|list|test|remove …",
		N_("add, list, test and remove accounts")},
	{"sync", command_sync, "sync [--bodies] [ACCOUNT]",
		N_("bring every folder up to date and carry out what waits")},
	{"folders", command_folders, "folders [ACCOUNT]", N_("list the folders")},
	{"list", command_list, "list ACCOUNT/Folder [--limit N]",
		N_("list the messages of a folder, newest last")},
	{"show", command_show, "show ID|FILE|- [--headers] [--html]", N_("show a message")},
	{"save", command_save, "save ID PART [--to PATH] [--overwrite]",
		N_("save an attachment, or the whole message with PART 0")},
	{"flag", command_flag, "flag ID… +FLAG|-FLAG…", N_("set and clear flags")},
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

void commands_list(struct buf *out)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		buf_addf(out, "  %-42s %s\n", commands[i].usage, _(commands[i].text));
}

int commands_run(struct program *program, int argc, char **argv)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, argv[0]) == 0)
			return commands[i].run(program, argc, argv);
	program_input(_("there is no command \"%s\""), argv[0]);
	fputs(_("rowan --help lists them.\n"), stderr);
	return EXIT_WRONG_USAGE;
}

/* ---- Saying. ---- */

static void say_line(FILE *stream, struct str text)
{
	struct buf safe = {0};
	while (text.len > 0) {
		safe_text_add(&safe, str_cut(&text, '\n'));
		buf_add_char(&safe, '\n');
	}
	fwrite(safe.data != NULL ? safe.data : "", 1, safe.len, stream);
	buf_done(&safe);
}

void print_safe(struct str text)
{
	say_line(stdout, text);
}

void print_json(struct buf *line)
{
	buf_add_char(line, '\n');
	fwrite(line->data, 1, line->len, stdout);
	buf_clear(line);
}

int program_fail(const struct error *err, const char *about)
{
	struct buf line = {0};
	buf_add_text(&line, "rowan: ");
	words_error_line(err, about, &line);
	say_line(stderr, buf_str(&line));
	buf_done(&line);
	return err->kind == ERROR_NETWORK ? EXIT_TRY_LATER : EXIT_FAILED;
}

int program_usage(const char *usage)
{
	fprintf(stderr, "%s rowan %s\n", _("usage:"), usage);
	return EXIT_WRONG_USAGE;
}

int program_input(const char *format, ...)
{
	struct buf line = {0};
	va_list args;
	buf_add_text(&line, "rowan: ");
	va_start(args, format);
	buf_vaddf(&line, format, args);
	va_end(args);
	say_line(stderr, buf_str(&line));
	buf_done(&line);
	return EXIT_WRONG_USAGE;
}

bool option_take(int argc, char **argv, int *at, const char *name, const char **value)
{
	size_t len = strlen(name);
	const char *word = argv[*at];
	if (strncmp(word, name, len) != 0 || (word[len] != '\0' && word[len] != '='))
		return false;
	if (word[len] == '=') {
		*value = word + len + 1;
		return true;
	}
	*value = *at + 1 < argc ? argv[++*at] : NULL;
	return true;
}

/* ---- The engine. ---- */

bool program_engine(struct program *program, bool may_ask, struct error *err)
{
	struct engine_options options = {
		.config_path = program->paths.config_file,
		.local_path = program->paths.local_db,
		.cache_path = program->paths.cache_db,
		.body_path = program->paths.body_db,
		.state_path = program->paths.state_folder,
		.is_offline = program->is_offline,
		.may_ask = may_ask,
		.log = program->log,
		.wants_stats = program->wants_stats,
	};
	if (!profile_paths_make(&program->paths, err))
		return false;
	program->engine = engine_open(&options, err);
	return program->engine != NULL && engine_start(program->engine, err);
}

struct event *program_event(struct program *program)
{
	struct queue *events = engine_events(program->engine);
	for (;;) {
		struct event *event = queue_take(events);
		if (event != NULL)
			return event;
		struct pollfd fd = {queue_fd(events), POLLIN, 0};
		poll(&fd, 1, -1);
	}
}

void program_folders_free(struct folder *folders, size_t count)
{
	for (size_t i = 0; i < count; i++)
		folder_done(&folders[i]);
	mem_free(folders);
}

bool program_folders(
	struct program *program, struct folder **folders, size_t *count, struct error *err)
{
	engine_request(program->engine, request_new(REQUEST_FOLDERS));
	for (;;) {
		struct event *event = program_event(program);
		bool is_it = event->kind == EVENT_FOLDERS;
		bool is_failed = event->kind == EVENT_NOTICE && event->notice == NOTICE_STORAGE;
		if (is_it) {
			*folders = event->folders;
			*count = event->folder_count;
			event->folders = NULL;
			event->folder_count = 0;
		} else if (is_failed) {
			*err = event->error;
		}
		event_free(event);
		if (is_it || is_failed)
			return is_it;
	}
}

const char *program_account_name(struct program *program, int64_t account_id)
{
	for (size_t i = 0; i < program->account_count; i++)
		if (program->accounts[i].account_id == account_id)
			return program->accounts[i].name;
	return "";
}

void program_folder_print(struct program *program, const struct folder *folder, struct buf *out)
{
	buf_addf(out, "%s/%s", program_account_name(program, folder->account_id), folder->name);
}

const struct folder *program_folder_find(
	struct program *program, const struct folder *folders, size_t count, const char *name)
{
	const struct folder *found = NULL;
	struct buf spelt = {0};
	for (size_t i = 0; i < count && found == NULL; i++) {
		buf_clear(&spelt);
		program_folder_print(program, &folders[i], &spelt);
		if (strcmp(buf_text(&spelt), name) == 0)
			found = &folders[i];
	}
	buf_done(&spelt);
	return found;
}

/* Which account has which id is told by the engine. */
bool program_learn_accounts(struct program *program)
{
	engine_request(program->engine, request_new(REQUEST_ACCOUNTS));
	for (;;) {
		struct event *event = program_event(program);
		bool is_it = event->kind == EVENT_ACCOUNTS;
		for (size_t i = 0; is_it && i < event->account_count; i++) {
			program->accounts = mem_resize(program->accounts,
				(program->account_count + 1) * sizeof(*program->accounts));
			program->accounts[program->account_count++] = (struct program_account){
				event->accounts[i].account_id, mem_text(event->accounts[i].name)};
		}
		event_free(event);
		if (is_it)
			return true;
	}
}

void program_done(struct program *program)
{
	struct buf stats = {0};
	if (program->engine != NULL)
		engine_halt(program->engine);
	if (program->wants_stats && program->engine != NULL) {
		engine_stats(program->engine, &stats);
		fwrite(stats.data != NULL ? stats.data : "", 1, stats.len, stdout);
	}
	buf_done(&stats);
	engine_stop(program->engine);
	for (size_t i = 0; i < program->account_count; i++)
		mem_free(program->accounts[i].name);
	mem_free(program->accounts);
	settings_free(program->settings);
	log_close(program->log);
	profile_paths_done(&program->paths);
}
