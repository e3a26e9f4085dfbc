/*
 * The screens on a real terminal with the engine made of tables behind them: what the tests drive
 * through a pseudo-terminal, and what one starts to look at the screens by hand.
 *
 *	ui_program [rows-in-inbox] [word …]
 *
 * Words: hostile wide readonly missing waiting mutt confirm password certificate mail late
 * bell menu folders, crash (at the next search: SIGSEGV), open=FOLDER (for what others open)
 */
#include "tests/ui/fake.h"
#include "ui/ui.h"
#include "words/words.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static struct fake fake;

/* "crash": the program crashes at the next thing the user asks for. */
static bool crashes;

static void send_or_crash(void *context, struct request *request)
{
	if (crashes && request->kind == REQUEST_FIND)
		raise(SIGSEGV);
	fake_send(context, request);
}

static bool has_word(int argc, char **argv, const char *word)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return true;
	return false;
}

/* "open=FOLDER": attachments are written there, for other programs. */
static const char *open_folder(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], "open=", 5) == 0)
			return argv[i] + 5;
	return NULL;
}

int main(int argc, char **argv)
{
	struct error err = {0};
	const char *folder = getenv("TEST_LOCALEDIR");
	words_init(folder != NULL ? folder : ".");
	ui_hold_signals();
	fake_init(&fake);
	if (argc > 1 && atoi(argv[1]) > 0)
		fake.inbox_total = (uint32_t)atoi(argv[1]);
	fake.is_hostile = has_word(argc, argv, "hostile");
	fake.is_wide = has_word(argc, argv, "wide");
	fake.is_read_only = has_word(argc, argv, "readonly");
	fake.is_missing = has_word(argc, argv, "missing");
	fake.state = has_word(argc, argv, "waiting") ? ACCOUNT_WAITING : ACCOUNT_ONLINE;
	crashes = has_word(argc, argv, "crash");
	struct ui_options options = {.send = send_or_crash,
		.load_account = fake_load,
		.events = fake.events,
		.context = &fake,
		.preset = has_word(argc, argv, "mutt") ? PRESET_MUTT : PRESET_PINE,
		.confirm_quit = has_word(argc, argv, "confirm"),
		.bell = has_word(argc, argv, "bell"),
		.notify = has_word(argc, argv, "notify"),
		.start = has_word(argc, argv, "menu")      ? START_MENU
			 : has_word(argc, argv, "folders") ? START_FOLDERS
							   : START_INDEX,
		.open_folder = open_folder(argc, argv),
		.log_path = "/tmp/rowan.log"};
	fake.writes = options.open_folder != NULL;
	if (has_word(argc, argv, "password"))
		fake_push_question(&fake, QUESTION_PASSWORD);
	if (has_word(argc, argv, "certificate"))
		fake_push_question(&fake, QUESTION_CERTIFICATE);
	if (has_word(argc, argv, "mail"))
		fake_push_new_mail(&fake, "Jane Doe", "Lunch on Thursday?");
	bool is_ok = ui_run(&options, &err);
	fake_done(&fake);
	if (!is_ok)
		fprintf(stderr, "%s\n", err.detail);
	return is_ok ? 0 : 1;
}
