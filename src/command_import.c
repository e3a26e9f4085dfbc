/* rowan import and rowan export. */
#include "command_act.h"

#include "base/json.h"
#include "base/memory.h"
#include "words/gettext.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMPORT_USAGE "import [--into ACCOUNT/Folder] [--format FORMAT] [--again] [--json] PATH…"
#define EXPORT_USAGE "export ACCOUNT/Folder…|ID… --format mbox|maildir|eml [--add] [--json] PATH"

struct files_given {
	const char *into, *format;
	bool is_again, may_add, wants_json;
	const char **words; /* owned; the rest of the line */
	size_t count;
};

static bool files_read(int argc, char **argv, struct files_given *given)
{
	given->words = mem_new_array((size_t)argc, sizeof(*given->words));
	for (int i = 1; i < argc; i++) {
		const char *value = NULL;
		if (option_take(argc, argv, &i, "--into", &value))
			given->into = value;
		else if (option_take(argc, argv, &i, "--format", &value))
			given->format = value;
		else if (strcmp(argv[i], "--again") == 0)
			given->is_again = true;
		else if (strcmp(argv[i], "--add") == 0)
			given->may_add = true;
		else if (strcmp(argv[i], "--json") == 0)
			given->wants_json = true;
		else if (argv[i][0] == '-' && argv[i][1] != '\0')
			return false;
		else
			given->words[given->count++] = argv[i];
	}
	return given->count > 0;
}

/* ---- What is told. ---- */

static const char *reason_name(enum mbox_reason reason)
{
	static const char *const names[] = {
		[MBOX_TOLD] = "told",
		[MBOX_NO_QUOTES] = "nothing-quoted",
		[MBOX_DOUBTFUL] = "doubtful",
		[MBOX_TWICE] = "quoted-twice",
		[MBOX_LENGTHS] = "lengths",
		[MBOX_LENGTHS_RAW] = "lengths-unquoted",
	};
	return names[reason];
}

static const char *reason_words(enum mbox_reason reason)
{
	static const char *const words[] = {
		[MBOX_TOLD] = N_("as you said"),
		[MBOX_NO_QUOTES] = N_("no line is quoted, so all kinds of mbox read alike"),
		[MBOX_DOUBTFUL] = N_("lines \">From \" may be quoted or not, so they stay as they "
				     "are; --format mboxrd takes the quotes away"),
		[MBOX_TWICE] = N_("lines \">>From \" are quoted twice, as only mboxrd does"),
		[MBOX_LENGTHS] = N_("Content-Length fits every message"),
		[MBOX_LENGTHS_RAW] =
			N_("Content-Length fits every message, and lines within are not quoted"),
	};
	return _(words[reason]);
}

static bool is_mbox(const struct event *event)
{
	return event->mailbox_format >= MAILBOX_MBOXO && event->mailbox_format <= MAILBOX_MBOXCL2;
}

static void files_print_json(const char *action, const char *path, const struct event *event)
{
	struct buf line = {0};
	struct json j;
	json_init(&j, &line);
	json_begin_object(&j);
	json_put_text(&j, "action", action);
	json_put_text(&j, "path", path);
	json_put_int(&j, "count", (int64_t)event->done);
	json_put_int(&j, "skipped", (int64_t)event->skipped);
	json_put_text(&j, "format",
		event->mailbox_format != MAILBOX_GUESS ? mailbox_format_name(event->mailbox_format)
						       : NULL);
	json_put_text(&j, "reason",
		is_mbox(event) && strcmp(action, "import") == 0 ? reason_name(event->mbox_reason)
								: NULL);
	json_put_text(&j, "words", event->is_ok ? NULL : event->error.detail);
	json_end_object(&j);
	print_json(&line);
	buf_done(&line);
}

static void files_progress(const struct event *event, bool has_said)
{
	if (!isatty(STDERR_FILENO) || (event->done == 0 && !event->is_last && !has_said))
		return;
	fprintf(stderr, "\r%llu", (unsigned long long)(event->done + event->skipped));
	if (event->is_last)
		fputc('\n', stderr);
}

/* What an mbox is taken for is said once, before it is read. */
static void import_say_format(const struct event *event, bool wants_json, bool *has_said)
{
	if (*has_said || wants_json || !is_mbox(event) || event->path == NULL)
		return;
	*has_said = true;
	struct buf line = {0};
	buf_addf(&line, _("%s is read as %s: %s."), event->path,
		mailbox_format_name(event->mailbox_format), reason_words(event->mbox_reason));
	print_safe(buf_str(&line));
	buf_done(&line);
}

/* Until the last event; its exit code. */
static int files_wait(struct program *program, struct request *request, const char *action,
	const char *path, bool wants_json)
{
	struct error err;
	bool has_said = false;
	bool is_import = strcmp(action, "import") == 0;
	uint64_t tag = program_send(program, request);
	for (;;) {
		struct event *event = program_wait(program, EVENT_MAILBOX, tag, &err);
		if (event == NULL)
			return program_fail(&err, path);
		if (is_import)
			import_say_format(event, wants_json, &has_said);
		files_progress(event, has_said);
		if (!event->is_last) {
			event_free(event);
			continue;
		}
		int code = event->is_ok ? EXIT_DONE : EXIT_FAILED;
		if (wants_json)
			files_print_json(action, path, event);
		else if (is_import)
			printf(_("%s: %llu imported, %llu were there\n"), path,
				(unsigned long long)event->done,
				(unsigned long long)event->skipped);
		else
			printf(_("%s: %llu written\n"), path, (unsigned long long)event->done);
		if (!event->is_ok)
			program_fail(&event->error, path);
		event_free(event);
		return code;
	}
}

/* ---- In. ---- */

/* "ACCOUNT" or "ACCOUNT/Folder"; without it the first account of folders on this machine. */
static const struct program_account *import_target(
	struct program *program, const char *into, const char **folder)
{
	*folder = "";
	for (size_t i = 0; i < program->account_count; i++) {
		const struct program_account *a = &program->accounts[i];
		const struct account *known = settings_account(program->settings, a->name);
		size_t len = strlen(a->name);
		bool is_local = known != NULL && known->kind == ACCOUNT_LOCAL;
		if (into == NULL && !is_local)
			continue;
		if (into != NULL && (strncmp(into, a->name, len) != 0 ||
					    (into[len] != '/' && into[len] != '\0')))
			continue;
		if (into != NULL && into[len] == '/')
			*folder = into + len + 1;
		return a;
	}
	if (into != NULL)
		program_input(_("\"%s\" does not begin with the name of an account"), into);
	else
		program_input(
			_("say where to with --into ACCOUNT/Folder, or add an account for it: "
			  "rowan account add NAME --local"));
	return NULL;
}

/* A single mbox or Maildir is called after its file, when no folder was named. */
static char *import_folder(const char *folder, const char *path)
{
	const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	struct str s = str_from(name);
	if (folder[0] != '\0' || s.len == 0 || s.data[0] == '.')
		return mem_text(folder);
	if (str_ends_nocase(s, STR(".mbox")) || str_ends_nocase(s, STR(".mbx")))
		s = str_first(s, str_ends_nocase(s, STR(".mbox")) ? s.len - 5 : s.len - 4);
	return mem_str(s);
}

static int import_one(struct program *program, const struct files_given *given,
	const struct program_account *target, const char *folder, const char *path)
{
	char absolute[4096];
	struct request *request = request_new(REQUEST_IMPORT);
	request->account_id = target->account_id;
	request->text = import_folder(folder, path);
	request->is_on = given->is_again;
	request->mailbox_format =
		given->format != NULL ? mailbox_format_of(str_from(given->format)) : MAILBOX_GUESS;
	bool is_relative = path[0] != '/' && getcwd(absolute, sizeof(absolute)) != NULL;
	struct buf whole = {0};
	buf_addf(&whole, "%s%s%s", is_relative ? absolute : "", is_relative ? "/" : "", path);
	request->path = buf_take(&whole);
	return files_wait(program, request, "import", path, given->wants_json);
}

/* What goes to a server is to be there when the command ends, if it can be. */
static int import_settle(struct program *program, const struct program_account *target)
{
	struct error err;
	uint32_t waiting = 0;
	const struct account *known = settings_account(program->settings, target->name);
	if (known != NULL && known->kind == ACCOUNT_IMAP && program->is_online &&
		!engine_is_guest(program->engine)) {
		struct event *event = program_wait(program, EVENT_IDLE,
			program_send(program, request_new(REQUEST_IDLE)), &err);
		if (event == NULL)
			return program_fail(&err, NULL);
		event_free(event);
	}
	if (program_learn_accounts(program, &err))
		for (size_t i = 0; i < program->account_count; i++)
			if (program->accounts[i].account_id == target->account_id)
				waiting = program->accounts[i].waiting;
	if (waiting > 0)
		fprintf(stderr, _("Not all of it is on the server yet: it waits.\n"));
	return EXIT_DONE;
}

static int import_all(struct program *program, const struct files_given *given)
{
	struct error err;
	const char *folder;
	int code = EXIT_DONE;
	if (!read_engine(program, &err))
		return program_fail(&err, NULL);
	const struct program_account *target = import_target(program, given->into, &folder);
	if (target == NULL)
		return EXIT_FAILED;
	char *name = mem_text(target->name);
	int64_t account_id = target->account_id;
	const struct account *known = settings_account(program->settings, name);
	if (known == NULL || known->kind != ACCOUNT_LOCAL)
		read_go_online(program);
	for (size_t i = 0; i < given->count; i++) {
		struct program_account as = {.account_id = account_id, .name = name};
		int one = import_one(program, given, &as, folder, given->words[i]);
		code = one != EXIT_DONE ? one : code;
	}
	struct program_account as = {.account_id = account_id, .name = name};
	int last = import_settle(program, &as);
	mem_free(name);
	return code != EXIT_DONE ? code : last;
}

int command_import(struct program *program, int argc, char **argv)
{
	struct files_given given = {0};
	bool ok = files_read(argc, argv, &given) && !given.may_add;
	if (ok && given.format != NULL && strcmp(given.format, "mbox") == 0)
		given.format = NULL;
	if (ok && given.format != NULL &&
		mailbox_format_of(str_from(given.format)) == MAILBOX_GUESS)
		ok = false;
	int code = ok ? import_all(program, &given) : program_usage(IMPORT_USAGE);
	mem_free(given.words);
	return code;
}

/* ---- Out. ---- */

static enum mailbox_format export_format(const char *word)
{
	if (word == NULL)
		return MAILBOX_GUESS;
	enum mailbox_format format =
		strcmp(word, "mbox") == 0 ? MAILBOX_MBOXRD : mailbox_format_of(str_from(word));
	bool can = format == MAILBOX_MBOXRD || format == MAILBOX_MAILDIR || format == MAILBOX_EML;
	return can ? format : MAILBOX_GUESS;
}

/* Several folders go into one: "Lists.Work.mbox". */
static char *export_path(
	const struct folder *folder, const char *path, bool is_one, enum mailbox_format format)
{
	struct buf out = {0};
	char absolute[4096];
	if (path[0] != '/' && getcwd(absolute, sizeof(absolute)) != NULL)
		buf_addf(&out, "%s/", absolute);
	buf_add_text(&out, path);
	if (!is_one) {
		buf_add_char(&out, '/');
		for (const char *c = folder->name; *c != '\0'; c++)
			buf_add_char(&out, *c == '/' ? '.' : *c);
		if (format == MAILBOX_MBOXRD)
			buf_add_text(&out, ".mbox");
	}
	return buf_take(&out);
}

static struct request *export_request(const struct files_given *given, enum mailbox_format format)
{
	struct request *request = request_new(REQUEST_EXPORT);
	request->mailbox_format = format;
	request->may_overwrite = given->may_add;
	return request;
}

static int export_folder(struct program *program, const struct files_given *given, const char *word,
	enum mailbox_format format)
{
	const char *path = given->words[given->count - 1];
	const struct folder *folder = program_folder_find(program, word);
	if (folder == NULL) {
		program_input(_("there is no folder \"%s\""), word);
		return EXIT_FAILED;
	}
	struct request *request = export_request(given, format);
	request->folder_id = folder->folder_id;
	request->path = export_path(folder, path, given->count == 2, format);
	char *told = mem_text(request->path);
	int code = files_wait(program, request, "export", told, given->wants_json);
	mem_free(told);
	return code;
}

static int export_places(
	struct program *program, const struct files_given *given, enum mailbox_format format)
{
	const char *path = given->words[given->count - 1];
	struct request *request = export_request(given, format);
	int code = EXIT_DONE;
	for (size_t i = 0; code == EXIT_DONE && i + 1 < given->count; i++)
		code = act_take_place(program, request, given->words[i]);
	if (code != EXIT_DONE) {
		request_free(request);
		return code;
	}
	request->path = export_path(NULL, path, true, format);
	return files_wait(program, request, "export", path, given->wants_json);
}

static int export_all(
	struct program *program, const struct files_given *given, enum mailbox_format format)
{
	struct error err;
	int code = EXIT_DONE;
	bool is_one = given->count == 2;
	if (!read_engine(program, &err))
		return program_fail(&err, NULL);
	read_go_online(program);
	if (!is_one && mkdir(given->words[given->count - 1], 0700) != 0 && errno != EEXIST)
		return program_input("%s: %s", given->words[given->count - 1], strerror(errno)),
		       EXIT_FAILED;
	if (read_is_place(given->words[0]))
		return export_places(program, given, format);
	for (size_t i = 0; i + 1 < given->count; i++) {
		int one = export_folder(program, given, given->words[i], format);
		code = one != EXIT_DONE ? one : code;
	}
	return code;
}

int command_export(struct program *program, int argc, char **argv)
{
	struct files_given given = {0};
	bool ok = files_read(argc, argv, &given) && given.count >= 2 && given.into == NULL &&
		  !given.is_again;
	enum mailbox_format format = export_format(given.format);
	int code = ok && format != MAILBOX_GUESS ? export_all(program, &given, format)
						 : program_usage(EXPORT_USAGE);
	mem_free(given.words);
	return code;
}
