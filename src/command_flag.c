/* rowan flag. */
#include "command_act.h"

#include "words/gettext.h"

#include <stdio.h>

#define FLAG_USAGE                                                                                  \
	"flag ID… +FLAG|-FLAG… [--json]   (seen flagged answered deleted draft forwarded junk " \
	"notjunk, or "                                                                              \
	"a keyword)"

enum { FLAG_NAME_MAX = 200 };

static const struct flag_word {
	const char *word;
	flags_t flag;
} flag_words[] = {
	{"seen", FLAG_SEEN},
	{"answered", FLAG_ANSWERED},
	{"flagged", FLAG_FLAGGED},
	{"deleted", FLAG_DELETED},
	{"draft", FLAG_DRAFT},
	{"forwarded", FLAG_FORWARDED},
	{"junk", FLAG_JUNK},
	{"notjunk", FLAG_NOT_JUNK},
};

/* Rowan's word for it, or the wire's; 0: no flag with a fixed bit. */
static flags_t flag_find(const char *name)
{
	for (size_t i = 0; i < sizeof(flag_words) / sizeof(*flag_words); i++)
		if (str_equal_nocase(str_from(flag_words[i].word), str_from(name)))
			return flag_words[i].flag;
	return flag_from_wire(str_from(name)) & ~FLAG_RECENT;
}

/* An atom of IMAP that is no system flag. */
static bool flag_is_keyword(const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] >= 0x7f || strchr("(){%*\"\\]", name[i]) != NULL)
			return false;
	return len > 0 && len <= FLAG_NAME_MAX;
}

static int flag_take(struct request *request, struct buf *keywords, const char *word)
{
	flags_t flag = flag_find(word + 1);
	if (flag == 0 && !flag_is_keyword(word + 1)) {
		program_input(
			_("there is no flag \"%s\", and no keyword can be called so"), word + 1);
		return EXIT_WRONG_USAGE;
	}
	if (flag == 0) {
		buf_addf(keywords, "%s%s", keywords->len > 0 ? " " : "", word);
	} else if (word[0] == '+') {
		request->add |= flag;
		request->remove &= ~flag;
	} else {
		request->remove |= flag;
		request->add &= ~flag;
	}
	return EXIT_DONE;
}

/* A word that begins with one sign is a flag, with "--" an option; the others are ids. */
static int flag_read(
	struct program *program, struct request *request, int argc, char **argv, bool *wants_json)
{
	int code = EXIT_DONE;
	int ids = 0, flags = 0;
	struct buf keywords = {0};
	for (int i = 1; i < argc && code == EXIT_DONE; i++) {
		if (strncmp(argv[i], "--", 2) == 0) {
			*wants_json = true;
			if (strcmp(argv[i], "--json") != 0)
				code = program_usage(FLAG_USAGE);
			continue;
		}
		bool is_flag = argv[i][0] == '+' || argv[i][0] == '-';
		flags += is_flag;
		ids += !is_flag;
		if (is_flag)
			code = flag_take(request, &keywords, argv[i]);
	}
	request->text = buf_take(&keywords);
	if (code == EXIT_DONE && (ids == 0 || flags == 0))
		return program_usage(FLAG_USAGE);
	for (int i = 1; i < argc && code == EXIT_DONE; i++)
		if (argv[i][0] != '+' && argv[i][0] != '-')
			code = act_take_place(program, request, argv[i]);
	return code;
}

/* Wishes that the server has not confirmed, in all accounts. */
static uint32_t flag_waiting(const struct program *program)
{
	uint32_t waiting = 0;
	for (size_t i = 0; i < program->account_count; i++)
		waiting += program->accounts[i].waiting;
	return waiting;
}

/* The journal has it; when there is a connection to be had, the server shall have it too. */
static int flag_finish(struct program *program)
{
	struct error err;
	int code = EXIT_DONE;
	bool is_online = read_go_online(program);
	if (engine_is_guest(program->engine))
		return EXIT_DONE; /* the Rowan that holds the profile carries it out */
	uint64_t tag = program_send(program, request_new(REQUEST_IDLE));
	for (bool is_over = false; !is_over;) {
		struct event *event = program_event(program);
		bool is_bad =
			event->kind == EVENT_FAILED || event->kind == EVENT_STOPPED ||
			(event->kind == EVENT_NOTICE && (event->notice == NOTICE_ACTION_FAILED ||
								event->notice == NOTICE_NOT_KEPT));
		if (is_bad || program->storage.kind != ERROR_NONE)
			code = program_fail(is_bad ? &event->error : &program->storage, NULL);
		is_over = (event->kind == EVENT_IDLE && event->tag == tag) ||
			  event->kind == EVENT_STOPPED || program->storage.kind != ERROR_NONE;
		event_free(event);
	}
	if (code == EXIT_DONE && !program_learn_accounts(program, &err))
		code = program_fail(&err, NULL);
	if (code == EXIT_DONE && flag_waiting(program) > 0)
		fputs(is_online ? _("The server cannot be reached now: the change waits.\n")
				: _("Rowan is offline: the change waits.\n"),
			stderr);
	return code;
}

int command_flag(struct program *program, int argc, char **argv)
{
	struct request *request = request_new(REQUEST_FLAGS);
	bool wants_json = false;
	int code = flag_read(program, request, argc, argv, &wants_json);
	if (code != EXIT_DONE) {
		request_free(request);
		return code;
	}
	if (wants_json)
		return act_run(program, request, "flag", true);
	program_send(program, request);
	return flag_finish(program);
}
