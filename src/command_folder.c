/* rowan folder create, rename, delete, subscribe, unsubscribe; and rowan actions. */
#include "command_act.h"

#include "base/json.h"
#include "base/memory.h"
#include "words/gettext.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER_USAGE                                                                               \
	"folder create|rename|delete|subscribe|unsubscribe ACCOUNT/Folder [NEW] [--yes] [--json]"
#define ACTIONS_USAGE "actions [list|retry N|drop N] [--json]"

static const struct folder_word {
	const char *word, *action;
	enum folder_verb verb;
	bool takes_new;
} folder_words[] = {
	{"create", "folder create", FOLDER_CREATE, false},
	{"rename", "folder rename", FOLDER_RENAME, true},
	{"delete", "folder delete", FOLDER_DELETE, false},
	{"subscribe", "folder subscribe", FOLDER_SUBSCRIBE, false},
	{"unsubscribe", "folder unsubscribe", FOLDER_UNSUBSCRIBE, false},
};

static const struct folder_word *folder_word_find(const char *word)
{
	for (size_t i = 0; i < sizeof(folder_words) / sizeof(*folder_words); i++)
		if (strcmp(folder_words[i].word, word) == 0)
			return &folder_words[i];
	return NULL;
}

/* What stands in front of the first "/"; the rest is the folder's name. */
static const char *folder_split(struct program *program, const char *word, int64_t *account_id)
{
	for (size_t i = 0; i < program->account_count; i++) {
		const char *name = program->accounts[i].name;
		size_t len = strlen(name);
		if (strncmp(word, name, len) != 0 || word[len] != '/' || word[len + 1] == '\0')
			continue;
		*account_id = program->accounts[i].account_id;
		return word + len + 1;
	}
	return NULL;
}

struct folder_words_given {
	const char *name, *new_name;
	bool is_sure, wants_json;
};

static bool folder_read(int argc, char **argv, struct folder_words_given *given)
{
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			given->wants_json = true;
		else if (strcmp(argv[i], "--yes") == 0)
			given->is_sure = true;
		else if (argv[i][0] == '-' || given->new_name != NULL)
			return false;
		else if (given->name == NULL)
			given->name = argv[i];
		else
			given->new_name = argv[i];
	}
	return given->name != NULL;
}

/* A folder goes with all that is in it: how much that is must have been heard once. */
static int folder_ask(struct program *program, const struct folder_words_given *given)
{
	const struct folder *folder = program_folder_find(program, given->name);
	if (folder == NULL || given->is_sure)
		return EXIT_DONE;
	unsigned count =
		folder->total > folder->server_total ? folder->total : folder->server_total;
	program_input(_("%s would be deleted with the messages in it (%u); say --yes"), given->name,
		count);
	return EXIT_FAILED;
}

static int folder_send(struct program *program, const struct folder_word *word,
	const struct folder_words_given *given)
{
	int64_t account_id = 0, new_account = 0;
	const char *name = folder_split(program, given->name, &account_id);
	if (name == NULL) {
		program_input(_("\"%s\" does not begin with the name of an account and a \"/\""),
			given->name);
		return EXIT_FAILED;
	}
	const struct folder *folder = program_folder_find(program, given->name);
	if (folder == NULL && word->verb != FOLDER_CREATE) {
		program_input(_("there is no folder \"%s\""), given->name);
		return EXIT_FAILED;
	}
	struct request *request = request_new(REQUEST_FOLDER);
	request->verb = word->verb;
	request->account_id = account_id;
	request->folder_id = folder != NULL && word->verb != FOLDER_CREATE ? folder->folder_id : 0;
	request->text = mem_text(name);
	if (given->new_name != NULL) {
		/* The new name may be spelt with the account's in front, as the old one is. */
		const char *rest = folder_split(program, given->new_name, &new_account);
		request->new_text = mem_text(new_account == account_id ? rest : given->new_name);
	}
	return act_run(program, request, word->action, given->wants_json);
}

int command_folder(struct program *program, int argc, char **argv)
{
	struct error err;
	struct folder_words_given given = {0};
	const struct folder_word *word = argc > 1 ? folder_word_find(argv[1]) : NULL;
	if (word == NULL || !folder_read(argc, argv, &given) ||
		(given.new_name != NULL) != word->takes_new)
		return program_usage(FOLDER_USAGE);
	if (!read_engine(program, &err))
		return program_fail(&err, NULL);
	int code = word->verb == FOLDER_DELETE ? folder_ask(program, &given) : EXIT_DONE;
	return code == EXIT_DONE ? folder_send(program, word, &given) : code;
}

/* ---- The journal. ---- */

static void actions_folder_name(const struct program *program, int64_t folder_id, struct buf *out)
{
	for (size_t i = 0; i < program->folder_count; i++)
		if (program->folders[i].folder_id == folder_id)
			program_folder_print(program, &program->folders[i], out);
}

static void actions_print(const struct program *program, const struct action *a, bool wants_json)
{
	struct buf line = {0}, from = {0}, to = {0};
	struct json j;
	actions_folder_name(program, a->folder_id, &from);
	actions_folder_name(program, a->target_folder_id, &to);
	if (wants_json) {
		json_init(&j, &line);
		json_begin_object(&j);
		json_put_int(&j, "id", a->action_id);
		json_put_text(&j, "action", act_kind_name(a));
		json_put_text(&j, "state", act_state_name(a->state));
		json_put_text(&j, "account", program_account_name(program, a->account_id));
		json_put_text(&j, "folder", from.len > 0 ? buf_text(&from) : NULL);
		json_put_text(&j, "target", to.len > 0 ? buf_text(&to) : NULL);
		json_put_int(&j, "count", (int64_t)a->item_count);
		json_put_int(&j, "created", a->created);
		json_put_int(&j, "tries", a->tries);
		json_put_text(&j, "words", a->words);
		json_end_object(&j);
		print_json(&line);
	} else {
		buf_addf(&line, "%6lld  %-8s %-8s %4zu  %s%s%s%s%s", (long long)a->action_id,
			act_state_name(a->state), act_kind_name(a), a->item_count, buf_text(&from),
			to.len > 0 ? " → " : "", buf_text(&to), a->words != NULL ? ": " : "",
			a->words != NULL ? a->words : "");
		print_safe(buf_str(&line));
	}
	buf_done(&line);
	buf_done(&from);
	buf_done(&to);
}

static int actions_list(struct program *program, bool wants_json)
{
	struct error err;
	program_send(program, request_new(REQUEST_ACTIONS));
	struct event *event = program_wait(program, EVENT_ACTIONS, 0, &err);
	if (event == NULL)
		return program_fail(&err, NULL);
	for (size_t i = 0; i < event->action_count; i++)
		actions_print(program, &event->actions[i], wants_json);
	event_free(event);
	return EXIT_DONE;
}

int command_actions(struct program *program, int argc, char **argv)
{
	struct error err;
	bool wants_json = false;
	const char *words[2] = {"list", NULL};
	int count = 0;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			wants_json = true;
		else if (argv[i][0] == '-' || count == 2)
			return program_usage(ACTIONS_USAGE);
		else
			words[count++] = argv[i];
	}
	bool is_list = strcmp(words[0], "list") == 0, is_retry = strcmp(words[0], "retry") == 0;
	if (is_list != (words[1] == NULL) ||
		(!is_list && !is_retry && strcmp(words[0], "drop") != 0))
		return program_usage(ACTIONS_USAGE);
	if (!read_engine(program, &err))
		return program_fail(&err, NULL);
	if (is_list)
		return actions_list(program, wants_json);
	char *end = NULL;
	errno = 0;
	long long action_id = strtoll(words[1], &end, 10);
	if (errno != 0 || *end != '\0' || action_id <= 0) {
		program_input(_("\"%s\" is not the number of an action"), words[1]);
		return EXIT_FAILED;
	}
	struct request *request =
		request_new(is_retry ? REQUEST_ACTION_RETRY : REQUEST_ACTION_DROP);
	request->action_id = action_id;
	return act_run(program, request, words[0], wants_json);
}
