/* rowan move, copy, delete, undelete, expunge. */
#include "command_act.h"

#include "base/json.h"
#include "base/memory.h"
#include "words/gettext.h"

#include <stdio.h>

const char *act_kind_name(const struct action *action)
{
	static const char *const verbs[] = {
		[FOLDER_NOTHING] = "folder",
		[FOLDER_CREATE] = "folder create",
		[FOLDER_RENAME] = "folder rename",
		[FOLDER_DELETE] = "folder delete",
		[FOLDER_SUBSCRIBE] = "folder subscribe",
		[FOLDER_UNSUBSCRIBE] = "folder unsubscribe",
	};
	switch (action->kind) {
	case ACTION_FLAGS:
		return "flag";
	case ACTION_MOVE:
		return "move";
	case ACTION_COPY:
		return "copy";
	case ACTION_EXPUNGE:
		return "expunge";
	case ACTION_FOLDER:
		return verbs[action->verb];
	case ACTION_APPEND:
		return "append";
	case ACTION_REPLACE:
		return "replace";
	case ACTION_SEND:
		return "send";
	}
	return "";
}

const char *act_state_name(enum action_state state)
{
	switch (state) {
	case ACTION_QUEUED:
		return "waiting";
	case ACTION_SENT:
	case ACTION_COPIED:
	case ACTION_MARKED:
		return "running";
	case ACTION_UNKNOWN:
		return "unsure";
	case ACTION_CONFLICT:
	case ACTION_FAILED:
		return "failed";
	case ACTION_DONE:
	case ACTION_CANCELLED:
		break;
	}
	return "done";
}

int act_take_place(struct program *program, struct request *request, const char *word)
{
	struct error err;
	struct place place;
	struct message row;
	if (!read_place(program, word, &place, &err) || !read_row(program, &place, &row, &err))
		return read_fail(&err, word);
	message_done(&row);
	request->place_ids = mem_resize(
		request->place_ids, (request->place_count + 1) * sizeof(*request->place_ids));
	request->place_ids[request->place_count++] = place.place_id;
	return EXIT_DONE;
}

static const struct folder *act_folder_of(const struct program *program, int64_t folder_id)
{
	for (size_t i = 0; i < program->folder_count; i++)
		if (program->folders[i].folder_id == folder_id)
			return &program->folders[i];
	return NULL;
}

/* Until nothing more can be done for it now. */
static bool act_wait(struct program *program, struct error *err)
{
	if (!read_go_online(program) || engine_is_guest(program->engine))
		return true;
	struct event *event = program_wait(
		program, EVENT_IDLE, program_send(program, request_new(REQUEST_IDLE)), err);
	bool ok = event != NULL;
	event_free(event);
	return ok;
}

/* The journal says what became of it: what is done stands there no more. */
static bool act_look(struct program *program, struct act_outcome *outcome, struct error *err)
{
	program_send(program, request_new(REQUEST_ACTIONS));
	struct event *event = program_wait(program, EVENT_ACTIONS, 0, err);
	if (event == NULL)
		return false;
	for (size_t i = 0; i < event->action_count; i++) {
		const struct action *a = &event->actions[i];
		bool has_failed = a->state == ACTION_FAILED || a->state == ACTION_CONFLICT;
		if (a->group != outcome->group || strcmp(outcome->state, "failed") == 0)
			continue;
		outcome->state = has_failed ? "failed" : "waiting";
		mem_free(outcome->words);
		outcome->words = a->words != NULL ? mem_text(a->words) : NULL;
	}
	event_free(event);
	return true;
}

static void act_print_json(const struct program *program, const struct act_outcome *outcome)
{
	struct buf line = {0}, name = {0};
	struct json j;
	json_init(&j, &line);
	json_begin_object(&j);
	json_put_text(&j, "action", outcome->action);
	if (outcome->folder != NULL) {
		program_folder_print(program, outcome->folder, &name);
		json_put_str(&j, "folder", buf_str(&name));
	} else {
		json_put_text(&j, "folder", NULL);
	}
	json_put_int(&j, "count", (int64_t)outcome->messages);
	json_put_text(&j, "state", outcome->state);
	json_put_text(&j, "words", outcome->words);
	json_end_object(&j);
	print_json(&line);
	buf_done(&line);
	buf_done(&name);
}

static int act_print(
	const struct program *program, const struct act_outcome *outcome, bool wants_json)
{
	bool has_failed = strcmp(outcome->state, "failed") == 0;
	if (wants_json)
		act_print_json(program, outcome);
	if (has_failed) {
		struct error err;
		error_set(&err, ERROR_REFUSED, "%s", outcome->words != NULL ? outcome->words : "");
		program_fail(&err, NULL);
		return EXIT_FAILED;
	}
	if (strcmp(outcome->state, "waiting") == 0 && !wants_json)
		fputs(engine_is_guest(program->engine)
				? _("The Rowan that is running carries it out.\n")
			: program->is_online
				? _("The server cannot be reached now: the change waits.\n")
				: _("Rowan is offline: the change waits.\n"),
			stderr);
	return EXIT_DONE;
}

int act_run(struct program *program, struct request *request, const char *action, bool wants_json)
{
	struct error err;
	struct act_outcome outcome = {.action = action, .state = "done"};
	struct event *event =
		program_wait(program, EVENT_ACTED, program_send(program, request), &err);
	if (event == NULL)
		return err.kind == ERROR_INPUT ? program_input("%s", err.detail),
		       EXIT_FAILED             : program_fail(&err, NULL);
	outcome.group = event->group;
	outcome.messages = event->done;
	int64_t folder_id = event->folder_id;
	event_free(event);
	bool ok = act_wait(program, &err) && act_look(program, &outcome, &err) &&
		  program_learn_folders(program, &err);
	outcome.folder = act_folder_of(program, folder_id);
	int code = ok ? act_print(program, &outcome, wants_json) : program_fail(&err, NULL);
	mem_free(outcome.words);
	return code;
}

/* ---- The commands. ---- */

static const struct act_command {
	const char *name;
	enum request_kind kind;
	bool takes_ids, takes_folder;
	const char *usage;
} act_commands[] = {
	{"move", REQUEST_MOVE, true, true, "move ID… ACCOUNT/Folder [--json]"},
	{"copy", REQUEST_COPY, true, true, "copy ID… ACCOUNT/Folder [--json]"},
	{"delete", REQUEST_DELETE, true, false, "delete ID… [--json]"},
	{"undelete", REQUEST_UNDELETE, true, false, "undelete ID… [--json]"},
	{"expunge", REQUEST_EXPUNGE, false, true, "expunge ACCOUNT/Folder [--json]"},
};

static const struct act_command *act_command_find(const char *name)
{
	const struct act_command *command = act_commands;
	while (strcmp(command->name, name) != 0)
		command++;
	return command;
}

static int act_take_folder(struct program *program, struct request *request, const char *word)
{
	struct error err;
	if (!read_engine(program, &err))
		return program_fail(&err, NULL);
	const struct folder *folder = program_folder_find(program, word);
	if (folder == NULL) {
		program_input(_("there is no folder \"%s\""), word);
		return EXIT_FAILED;
	}
	request->folder_id = folder->folder_id;
	request->account_id = folder->account_id;
	return EXIT_DONE;
}

/* The words but options: ids, and last the folder. */
static int act_read(struct program *program, const struct act_command *command,
	struct request *request, int argc, char **argv, bool *wants_json)
{
	int words = 0, last = 0, code = EXIT_DONE;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0) {
			*wants_json = true;
		} else if (argv[i][0] == '-') {
			return program_usage(command->usage);
		} else {
			words++;
			last = i;
		}
	}
	int ids = words - command->takes_folder;
	if (ids < command->takes_ids || (!command->takes_ids && ids > 0))
		return program_usage(command->usage);
	for (int i = 1; i < argc && code == EXIT_DONE; i++) {
		if (strcmp(argv[i], "--json") == 0)
			continue;
		code = command->takes_folder && i == last
			       ? act_take_folder(program, request, argv[i])
			       : act_take_place(program, request, argv[i]);
	}
	return code;
}

int command_act(struct program *program, int argc, char **argv)
{
	const struct act_command *command = act_command_find(argv[0]);
	struct request *request = request_new(command->kind);
	bool wants_json = false;
	int code = act_read(program, command, request, argc, argv, &wants_json);
	if (code != EXIT_DONE) {
		request_free(request);
		return code;
	}
	return act_run(program, request, command->name, wants_json);
}
