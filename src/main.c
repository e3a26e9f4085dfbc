/* Options, then the screen or one command. */
#include "commands.h"
#include "screen.h"

#include "base/memory.h"
#include "base/width.h"
#include "words/gettext.h"
#include "words/words.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

static int print_help(void)
{
	struct buf text = {0};
	buf_add_text(&text,
		_("usage: rowan [OPTION…]            opens the screen\n"
		  "       rowan [OPTION…] COMMAND …  does one thing and ends\n\n"
		  "  --offline    never open a connection\n"
		  "  --log=FILE   write what goes over the wire, without secrets\n"
		  "  --stats      end with round trips and bytes of each connection, as JSON\n"
		  "  --version    print the version\n"
		  "  --help       print this\n\n"
		  "commands, each with --json:\n"));
	commands_list(&text);
	fputs(buf_text(&text), stdout);
	buf_done(&text);
	return EXIT_DONE;
}

/* One option in front of the command: 0 when it is known, 1 when it is none, else the exit code. */
enum { OPTION_KNOWN, OPTION_NONE, OPTION_WRONG };

static int main_option(struct program *program, int argc, char **argv, int *at)
{
	if (strcmp(argv[*at], "--offline") == 0)
		program->is_offline = true;
	else if (strcmp(argv[*at], "--stats") == 0)
		program->wants_stats = true;
	else if (option_take(argc, argv, at, "--log", &program->log_path))
		return program->log_path != NULL ? OPTION_KNOWN : OPTION_WRONG;
	else
		return argv[*at][0] == '-' && argv[*at][1] != '\0' ? OPTION_WRONG : OPTION_NONE;
	return OPTION_KNOWN;
}

/* Nothing secret may end in a core file; a peer that goes away is no reason to die. */
static void main_harden(void)
{
	struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
	umask(077); /* what is written, also by libraries, is the user's alone */
	signal(SIGPIPE, SIG_IGN);
}

static int main_run(struct program *program, int argc, char **argv)
{
	return argc == 0 ? screen_run(program) : commands_run(program, argc, argv);
}

int main(int argc, char **argv)
{
	struct program program = {0};
	int at = 1;
	main_harden();
	setlocale(LC_ALL, "");
	/* A translator tries a catalogue, and a test looks for sentences without one. */
	const char *translations = getenv("ROWAN_LOCALEDIR");
	words_init(translations != NULL ? translations : LOCALEDIR);
	for (; at < argc; at++) {
		if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)
			return print_help();
		if (strcmp(argv[at], "--version") == 0)
			return printf("Rowan %s\n", PACKAGE_VERSION) < 0;
		int kind = main_option(&program, argc, argv, &at);
		if (kind == OPTION_WRONG)
			return program_input(_("the option \"%s\" is unknown or lacks its value; "
					       "rowan --help lists them"),
				argv[at < argc ? at : argc - 1]);
		if (kind == OPTION_NONE)
			break;
	}
	int code = main_run(&program, argc - at, argv + at);
	program_done(&program);
	if (fflush(stdout) != 0)
		code = code == EXIT_DONE ? EXIT_FAILED : code;
	return code;
}
