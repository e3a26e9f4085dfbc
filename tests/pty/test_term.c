/*
 * The screens on a terminal: what is written for a key, and that the terminal is left as it was
 * found, however the program ends. Drives tests/pty/ui_program.
 */
#include "tests/pty/pty.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 10000 };

static struct pty *start(
	const char *const env[], int columns, int rows, const char *total, const char *word)
{
	static char path[1000];
	const char *folder = getenv("TEST_BUILDDIR");
	snprintf(path, sizeof(path), "%s/tests/pty/ui_program", folder != NULL ? folder : ".");
	const char *const argv[] = {path, total, word, NULL};
	struct pty *pty = pty_start(argv, env, columns, rows);
	cr_assert_not_null(pty);
	cr_assert(pty_settle(pty, PATIENCE), "%s", pty_screen(pty));
	return pty;
}

static struct pty *start_index(const char *total)
{
	struct pty *pty = start(NULL, 80, 24, total, NULL);
	cr_assert(pty_wait(pty, "MESSAGE INDEX", PATIENCE));
	return pty;
}

static uint64_t bytes_of(struct pty *pty, const char *key)
{
	cr_assert(pty_settle(pty, PATIENCE));
	uint64_t before = pty_bytes(pty);
	pty_key(pty, key);
	cr_assert(pty_settle(pty, PATIENCE));
	return pty_bytes(pty) - before;
}

Test(term, a_cursor_move_writes_less_than_400_bytes)
{
	struct pty *pty = start_index("100000");
	static const char *const keys[] = {
		PTY_UP, PTY_UP, PTY_UP, PTY_UP, PTY_DOWN, PTY_DOWN, "p", "n", "p"};
	uint64_t most = 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		uint64_t bytes = bytes_of(pty, keys[i]);
		most = bytes > most ? bytes : most;
	}
	fprintf(stderr, "bytes for a cursor move: %u at most\n", (unsigned)most);
	cr_expect(most < 400, "%u bytes", (unsigned)most);
	pty_free(pty);
}

Test(term, a_key_that_does_nothing_new_writes_little)
{
	struct pty *pty = start_index("12");
	bytes_of(pty, PTY_DOWN); /* already at the end: the status line says so */
	cr_expect(bytes_of(pty, PTY_DOWN) < 20);
	pty_free(pty);
}

Test(term, a_page_is_written_once_without_clearing_the_screen)
{
	struct pty *pty = start_index("100000");
	uint64_t before = pty_bytes(pty);
	uint64_t bytes = bytes_of(pty, "-");
	fprintf(stderr, "bytes for a page: %u\n", (unsigned)bytes);
	cr_expect(bytes < 2500, "%u bytes", (unsigned)bytes);
	struct str written = str_skip(pty_output(pty), (size_t)before);
	cr_expect_eq(str_find(written, STR("\033[2J")), STR_NONE);
	cr_expect_eq(str_find(written, STR("\033[H\033[J")), STR_NONE);
	pty_free(pty);
}

static void expect_restored(struct pty *pty)
{
	cr_expect(pty_is_restored(pty), "line settings");
	cr_expect(!pty_is_alternate(pty), "alternate screen");
	cr_expect(pty_shows_cursor(pty), "cursor");
	struct str all = pty_output(pty);
	cr_expect_neq(str_find(all, STR("\033[?2004l")), STR_NONE, "bracketed paste");
	cr_expect_neq(str_find(all, STR("\033[?1000l")), STR_NONE, "mouse");
}

Test(term, is_as_it_was_after_quitting)
{
	struct pty *pty = start_index("12");
	cr_expect(pty_is_alternate(pty));
	cr_expect(!pty_is_restored(pty));
	pty_key(pty, "q");
	int status = pty_end(pty, PATIENCE);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	expect_restored(pty);
	pty_free(pty);
}

Test(term, is_as_it_was_after_a_signal)
{
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT};
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct pty *pty = start_index("12");
		kill(pty_pid(pty), signals[i]);
		int status = pty_end(pty, PATIENCE);
		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "an orderly end");
		expect_restored(pty);
		pty_free(pty);
	}
}

Test(term, is_as_it_was_after_a_crash_and_it_is_told_in_a_line)
{
	static const struct {
		int number;
		const char *name;
	} crashes[] = {
		{SIGSEGV, "SIGSEGV"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"}, {SIGFPE, "SIGFPE"}};
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
		struct pty *pty = start_index("12");
		kill(pty_pid(pty), crashes[i].number);
		int status = pty_end(pty, PATIENCE);
		cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == crashes[i].number);
		expect_restored(pty);
		char words[80];
		snprintf(words, sizeof(words), "Rowan crashed (%s); the log is /tmp/rowan.log",
			crashes[i].name);
		cr_expect_not_null(strstr(pty_screen(pty), words), "%s", pty_screen(pty));
		pty_free(pty);
	}
}

/* Under a shell with job control, since the system stops no process group without a parent. */
Test(term, suspends_and_goes_on)
{
	char command[1300];
	const char *folder = getenv("TEST_BUILDDIR");
	snprintf(command, sizeof(command),
		"set -m; %s/tests/pty/ui_program 12; stty -a | grep -c -- -icanon; "
		"echo suspended; read x; fg",
		folder != NULL ? folder : ".");
	const char *const argv[] = {"/bin/sh", "-c", command, NULL};
	struct pty *pty = pty_start(argv, NULL, 80, 24);
	cr_assert(pty_wait(pty, "MESSAGE INDEX", PATIENCE), "%s", pty_screen(pty));
	pty_raw(pty, "\032", 0);
	cr_assert(pty_wait(pty, "0\nsuspended", PATIENCE), "%s", pty_screen(pty));
	cr_expect(!pty_is_alternate(pty));
	pty_raw(pty, "x\n", 0);
	cr_assert(pty_wait(pty, "MESSAGE INDEX", PATIENCE), "%s", pty_screen(pty));
	cr_expect(pty_is_alternate(pty));
	pty_raw(pty, "l", 0);
	cr_expect(pty_wait(pty, "FOLDER LIST", PATIENCE), "%s", pty_screen(pty));
	pty_free(pty);
}

Test(term, follows_the_size_of_the_terminal)
{
	struct pty *pty = start_index("100000");
	static const int sizes[][2] = {{120, 40}, {40, 10}, {200, 60}, {80, 24}};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned before = pty_generation(pty);
		pty_resize(pty, sizes[i][0], sizes[i][1]);
		cr_assert(pty_wait_paint(pty, before, PATIENCE));
		cr_expect(pty_wait(pty, "100,000 of 100,000", PATIENCE), "%s", pty_screen(pty));
		cr_expect_not_null(strstr(pty_screen(pty), "? Help"));
	}
	pty_free(pty);
}

static int coloured_cells(struct pty *pty)
{
	int count = 0;
	for (int row = 0; row < 24; row++)
		for (int column = 0; column < 80; column++)
			count += pty_is_coloured(pty, row, column);
	return count;
}

Test(term, has_no_colour_where_none_is_wanted)
{
	static const char *const envs[][2] = {{"NO_COLOR=1", NULL}, {"TERM=vt100", NULL}};
	for (size_t i = 0; i < 2; i++) {
		struct pty *pty = start(envs[i], 80, 24, "12", NULL);
		cr_expect(pty_wait(pty, "MESSAGE INDEX", PATIENCE));
		cr_expect_eq(coloured_cells(pty), 0, "%s", envs[i][0]);
		cr_expect(pty_is_reverse(pty, 0, 1));
		pty_free(pty);
	}
}

Test(term, has_colour_where_there_is_some)
{
	struct pty *pty = start_index("12");
	cr_expect(pty_is_coloured(pty, 8, 10), "an important message"); /* number 7 */
	cr_expect(!pty_is_coloured(pty, 9, 10));
	pty_free(pty);
}

Test(term, shows_a_question_mark_for_what_the_locale_cannot)
{
	static const char *const env[] = {"LC_ALL=C", NULL};
	struct pty *utf8 = start(NULL, 80, 24, "12", "wide"), *c = start(env, 80, 24, "12", "wide");
	cr_assert(pty_wait(utf8, "MESSAGE INDEX", PATIENCE));
	cr_assert(pty_wait(c, "???", PATIENCE));
	struct str bytes = pty_output(c);
	for (size_t i = 0; i < bytes.len; i++)
		cr_assert((unsigned char)bytes.data[i] < 0x80, "byte %02x",
			(unsigned char)bytes.data[i]);
	/* The same columns: sizes stand where they stand in UTF-8. */
	cr_expect_not_null(strstr(pty_screen(c), "(11,724) ?"), "%s", pty_screen(c));
	cr_expect_not_null(strstr(pty_screen(utf8), "(11,724) 日本語"), "%s", pty_screen(utf8));
	pty_free(utf8);
	pty_free(c);
}

Test(term, a_cheating_text_leaves_every_cell_in_place)
{
	struct pty *pty = start(NULL, 80, 24, "12", "hostile");
	cr_assert(pty_wait(pty, "MESSAGE INDEX", PATIENCE));
	static const char *const keys[] = {"\r", "h", "v", "<", "<", "l", "?"};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		cr_expect_null(strstr(pty_title(pty), "\033"));
		cr_expect_not_null(strstr(pty_screen(pty), "\n? Help"), "%s", pty_screen(pty));
		pty_key(pty, keys[i]);
		cr_assert(pty_settle(pty, PATIENCE));
	}
	cr_expect_eq(str_find(pty_output(pty), STR("\033]0;pwned")), STR_NONE);
	cr_expect_eq(str_find(pty_output(pty), STR("\xc2\x9b")), STR_NONE);
	pty_free(pty);
}

Test(term, a_paste_is_no_command)
{
	struct pty *pty = start_index("12");
	pty_raw(pty, "\033[200~ql*n\r\033[201~", 5);
	cr_assert(pty_settle(pty, PATIENCE));
	cr_expect_not_null(strstr(pty_screen(pty), "MESSAGE INDEX"));
	pty_key(pty, "g");
	pty_raw(pty, "\033[200~Archive\r\033[201~", 8);
	pty_key(pty, "\r");
	cr_expect(pty_wait(pty, "Folder: Work/Archive", PATIENCE), "%s", pty_screen(pty));
	pty_free(pty);
}

Test(term, the_mouse_selects_scrolls_and_opens)
{
	struct pty *pty = start_index("100000");
	pty_raw(pty, "\033[<0;10;5M\033[<0;10;5m", 1);
	cr_expect(pty_wait(pty, "Message 99,984 of", PATIENCE), "%s", pty_screen(pty));
	pty_raw(pty, "\033[<65;10;5M", 1);
	cr_expect(pty_wait(pty, "Message 99,987 of", PATIENCE), "%s", pty_screen(pty));
	pty_raw(pty, "\033[<64;10;5M", 1);
	cr_expect(pty_wait(pty, "Message 99,984 of", PATIENCE), "%s", pty_screen(pty));
	pty_raw(pty, "\033[<0;10;5M\033[<0;10;5m", 1);
	cr_expect(pty_wait(pty, "MESSAGE TEXT", PATIENCE), "%s", pty_screen(pty));
	pty_free(pty);
}

Test(term, the_title_and_the_notification_tell_of_new_mail)
{
	static const char *const env[] = {"LC_ALL=C.UTF-8", NULL};
	struct pty *pty = start(env, 80, 24, "mail", "notify");
	cr_expect(pty_wait(pty, "[New mail from Jane Doe", PATIENCE));
	cr_expect_eq(strncmp(pty_title(pty), "Rowan (1)", 9), 0, "%s", pty_title(pty));
	cr_expect_neq(str_find(pty_output(pty), STR("\033]9;New mail from Jane Doe")), STR_NONE);
	pty_free(pty);
}

Test(term, says_so_where_there_is_no_terminal)
{
	char command[1100];
	const char *folder = getenv("TEST_BUILDDIR");
	snprintf(command, sizeof(command),
		"%s/tests/pty/ui_program </dev/null; echo 1 1 >&9; read x",
		folder != NULL ? folder : ".");
	const char *const argv[] = {"/bin/sh", "-c", command, NULL};
	struct pty *pty = pty_start(argv, NULL, 80, 24);
	cr_expect(pty_wait(pty, "standard input and output are no terminal", PATIENCE), "%s",
		pty_screen(pty));
	pty_free(pty);
}

/* less takes ^C itself; Rowan, which waits for it, must not take it too. */
Test(term, another_program_gets_the_terminal_and_its_interrupts)
{
	char folder[] = "/tmp/rowan-term-XXXXXX", path[64], mailcaps[80], option[80];
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/mailcap", folder);
	snprintf(mailcaps, sizeof(mailcaps), "MAILCAPS=%s", path);
	snprintf(option, sizeof(option), "open=%s", folder);
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs("image/*; trap : INT\\; echo \"VIEWS $(basename %s)\"\\; read line; needsterminal\n",
		file);
	fclose(file);
	const char *const env[] = {mailcaps, NULL};
	struct pty *pty = start(env, 80, 24, "12", option);
	cr_assert(pty_wait(pty, "MESSAGE INDEX", PATIENCE));
	pty_key(pty, "\r");
	cr_assert(pty_wait(pty, "MESSAGE TEXT", PATIENCE));
	pty_key(pty, "v");
	cr_assert(pty_wait(pty, "ATTACHMENT INDEX", PATIENCE));
	pty_key(pty, "\r");
	for (int i = 0; i < PATIENCE / 50 && strstr(pty_screen(pty), "VIEWS 1-menu") == NULL; i++)
		pty_settle(pty, 50); /* which it is not, while another program has the terminal */
	cr_assert(strstr(pty_screen(pty), "VIEWS 1-menu_of_the_place.png") != NULL, "%s",
		pty_screen(pty));
	pty_raw(pty, "\003\r", 0); /* for the other one */
	cr_assert(pty_wait(pty, "ATTACHMENT INDEX", PATIENCE), "%s", pty_screen(pty));
	pty_key(pty, "<");
	cr_expect(pty_wait(pty, "MESSAGE TEXT", PATIENCE), "%s", pty_screen(pty));
	pty_key(pty, "q");
	cr_expect_eq(pty_end(pty, PATIENCE), 0);
	pty_free(pty);
	unlink(path);
	cr_expect_eq(rmdir(folder), 0, "nothing is left in the folder");
}
