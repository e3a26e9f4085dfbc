/* Headless commands: the table, and what they share. */
#include "commands.h"

#include "base/memory.h"
#include "base/width.h"
#include "words/gettext.h"
#include "words/words.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { USAGE_CELLS = 44 };

static const struct command {
	const char *name;
	command_run *run;
	bool opens_itself; /* may do without a profile */
	const char *usage, *text;
} commands[] = {
	{"account", command_account, false, "account add|list|test|remove …",
		N_("add, list, test and remove accounts")},
	{"sync", command_sync, false, "sync [--bodies] [ACCOUNT]",
		N_("bring every folder up to date and carry out what waits")},
	{"folders", command_folders, false, "folders [ACCOUNT]", N_("list the folders")},
	{"list", command_list, false, "list ACCOUNT/Folder [--limit N]",
		N_("list the messages of a folder, newest last")},
	{"show", command_show, true, "show ID|FILE|-… [--headers] [--html]", N_("show messages")},
	{"save", command_save, true, "save ID|FILE PART [--to PATH] [--overwrite]",
		N_("save an attachment, or the whole message with PART 0")},
	{"flag", command_flag, false, "flag ID… +FLAG|-FLAG…", N_("set and clear flags")},
	{"move", command_act, false, "move ID… ACCOUNT/Folder", N_("move messages to a folder")},
	{"copy", command_act, false, "copy ID… ACCOUNT/Folder", N_("copy messages to a folder")},
	{"delete", command_act, false, "delete ID…",
		N_("mark messages deleted, or move them to the trash")},
	{"undelete", command_act, false, "undelete ID…", N_("take the mark away again")},
	{"expunge", command_act, false, "expunge ACCOUNT/Folder",
		N_("remove the messages marked deleted")},
	{"folder", command_folder, false, "folder create|rename|delete|subscribe|…",
		N_("create, rename, delete folders, subscribe to them")},
	{"import", command_import, false, "import [--into ACCOUNT/Folder] PATH…",
		N_("bring mail in from mbox files, Maildirs and messages")},
	{"export", command_export, false, "export ACCOUNT/Folder… --format FORMAT PATH",
		N_("write folders as mbox, Maildir or messages")},
	{"actions", command_actions, false, "actions [list|retry N|drop N]",
		N_("what waits for the server, and what it refused")},
	{"compose", command_compose, true, "compose [mailto:URL | RECIPIENT…]",
		N_("open the screen on a new message")},
	{"send", command_send, false, "send [-t] [-f ADDRESS] [--] [RECIPIENT…]",
		N_("send the message on standard input, as sendmail does")},
	{"outbox", command_outbox, false, "outbox [list] | retry|cancel|sent|rest ID",
		N_("list what is to be sent, and decide about it")},
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

void commands_list(struct buf *out)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		buf_add_text(out, "  ");
		width_add_fitted(out, str_from(commands[i].usage), USAGE_CELLS);
		buf_addf(out, "  %s\n", _(commands[i].text));
	}
}

/* A bad line in the settings is told and never keeps Rowan from starting. */
static void program_warn(const struct program *program)
{
	size_t count = 0;
	const struct settings_warning *warnings = settings_warnings(program->settings, &count);
	for (size_t i = 0; i < count; i++) {
		struct buf line = {0};
		words_sentence(&warnings[i].sentence, &line);
		program_input("%s:%u: %s", settings_path(program->settings), warnings[i].line,
			buf_text(&line));
		buf_done(&line);
	}
}

static int command_start(
	const struct command *command, struct program *program, int argc, char **argv)
{
	struct error err;
	if (command->opens_itself)
		return command->run(program, argc, argv);
	if (!program_open(program, &err))
		return program_fail(&err, NULL);
	program_warn(program);
	return command->run(program, argc, argv);
}

int commands_run(struct program *program, int argc, char **argv)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, argv[0]) == 0)
			return command_start(&commands[i], program, argc, argv);
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

bool program_open(struct program *program, struct error *err)
{
	if (program->settings != NULL)
		return true;
	if (!profile_paths_find(&program->paths, err))
		return false;
	program->settings = settings_load(program->paths.config_file, err);
	if (program->settings == NULL)
		return false;
	if (program->log_path == NULL)
		return true;
	program->log = log_open(program->log_path, err);
	return program->log != NULL;
}

bool program_engine(struct program *program, bool may_ask, struct error *err)
{
	if (!program_open(program, err) || !profile_paths_make(&program->paths, err))
		return false;
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
	program->engine = engine_open(&options, err);
	return program->engine != NULL && engine_start(program->engine, err);
}

static void program_free_accounts(struct program *program)
{
	for (size_t i = 0; i < program->account_count; i++) {
		mem_free(program->accounts[i].name);
		for (int bit = 0; bit < FLAG_KEYWORD_MAX; bit++)
			mem_free(program->accounts[i].keywords[bit]);
	}
	mem_free(program->accounts);
	program->accounts = NULL;
	program->account_count = 0;
}

static void program_take_accounts(struct program *program, const struct event *event)
{
	program_free_accounts(program);
	program->accounts = mem_new_array(event->account_count, sizeof(*program->accounts));
	program->account_count = event->account_count;
	for (size_t i = 0; i < event->account_count; i++) {
		const struct account_status *status = &event->accounts[i];
		struct program_account *account = &program->accounts[i];
		account->account_id = status->account_id;
		account->name = mem_text(status->name);
		account->error = status->error;
		account->waiting = status->waiting;
		for (int bit = 0; bit < FLAG_KEYWORD_MAX; bit++)
			account->keywords[bit] = mem_text(status->keywords[bit]);
	}
}

/* What concerns every command, whichever event it waits for. */
static void program_note(struct program *program, const struct event *event)
{
	if (event->kind == EVENT_ACCOUNTS)
		program_take_accounts(program, event);
	else if (event->kind == EVENT_NOTICE && event->notice == NOTICE_STORAGE)
		program->storage = event->error;
	else if (event->kind == EVENT_NOTICE && event->notice == NOTICE_SERVER_SAYS)
		program_input(_("%s: the server says: %s"),
			program_account_name(program, event->account_id),
			event->text != NULL ? event->text : "");
}

struct event *program_event(struct program *program)
{
	struct queue *events = engine_events(program->engine);
	for (;;) {
		struct event *event = queue_take(events);
		if (event != NULL) {
			program_note(program, event);
			return event;
		}
		struct pollfd fd = {queue_fd(events), POLLIN, 0};
		poll(&fd, 1, -1);
	}
}

uint64_t program_send(struct program *program, struct request *request)
{
	uint64_t tag = request->tag = ++program->last_tag;
	engine_request(program->engine, request);
	return tag;
}

struct event *program_wait(
	struct program *program, enum event_kind kind, uint64_t tag, struct error *err)
{
	while (program->storage.kind == ERROR_NONE) {
		struct event *event = program_event(program);
		if (event->kind == kind && (tag == 0 || event->tag == tag))
			return event;
		bool is_over = event->kind == EVENT_STOPPED ||
			       (event->kind == EVENT_FAILED && (tag == 0 || event->tag == tag));
		*err = event->error;
		event_free(event);
		if (is_over)
			return NULL;
	}
	*err = program->storage;
	return NULL;
}

static void program_free_folders(struct program *program)
{
	for (size_t i = 0; i < program->folder_count; i++)
		folder_done(&program->folders[i]);
	mem_free(program->folders);
}

bool program_learn_folders(struct program *program, struct error *err)
{
	program_send(program, request_new(REQUEST_FOLDERS));
	struct event *event = program_wait(program, EVENT_FOLDERS, 0, err);
	if (event == NULL)
		return false;
	program_free_folders(program);
	program->folders = event->folders;
	program->folder_count = event->folder_count;
	event->folders = NULL;
	event->folder_count = 0;
	event_free(event);
	return true;
}

const struct program_account *program_account_find(
	const struct program *program, int64_t account_id)
{
	for (size_t i = 0; i < program->account_count; i++)
		if (program->accounts[i].account_id == account_id)
			return &program->accounts[i];
	return NULL;
}

const char *program_account_name(const struct program *program, int64_t account_id)
{
	const struct program_account *account = program_account_find(program, account_id);
	return account != NULL ? account->name : "";
}

const char *program_flag_name(const struct program *program, int64_t account_id, int bit)
{
	const struct program_account *account = program_account_find(program, account_id);
	bool is_keyword = bit >= FLAG_KEYWORD_FIRST && bit < FLAG_KEYWORD_FIRST + FLAG_KEYWORD_MAX;
	if (!is_keyword)
		return flag_to_wire((flags_t)1 << bit);
	return account != NULL ? account->keywords[bit - FLAG_KEYWORD_FIRST] : NULL;
}

void program_folder_print(
	const struct program *program, const struct folder *folder, struct buf *out)
{
	buf_addf(out, "%s/%s", program_account_name(program, folder->account_id), folder->name);
}

const struct folder *program_folder_find(const struct program *program, const char *name)
{
	const struct folder *found = NULL;
	struct buf spelt = {0};
	for (size_t i = 0; i < program->folder_count && found == NULL; i++) {
		buf_clear(&spelt);
		program_folder_print(program, &program->folders[i], &spelt);
		if (strcmp(buf_text(&spelt), name) == 0)
			found = &program->folders[i];
	}
	buf_done(&spelt);
	return found;
}

const struct folder *program_folder_of(
	const struct program *program, int64_t place_id, uint32_t uidvalidity, struct error *err)
{
	for (size_t i = 0; i < program->folder_count; i++) {
		const struct folder *folder = &program->folders[i];
		if (folder->folder_id != place_folder(place_id))
			continue;
		if (folder->uidvalidity == uidvalidity)
			return folder;
		error_set(err, ERROR_REFUSED,
			"the server has renumbered its folder since; list it again");
		return NULL;
	}
	error_set(err, ERROR_REFUSED, "its folder is not there any more");
	return NULL;
}

/* Which account has which id is told by the engine. */
bool program_learn_accounts(struct program *program, struct error *err)
{
	program_send(program, request_new(REQUEST_ACCOUNTS));
	struct event *event = program_wait(program, EVENT_ACCOUNTS, 0, err);
	bool ok = event != NULL;
	event_free(event);
	return ok;
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
	program_free_accounts(program);
	program_free_folders(program);
	settings_free(program->settings);
	log_close(program->log);
	profile_paths_done(&program->paths);
}
