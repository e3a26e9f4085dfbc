/*
 * Journeys through the whole program by key presses: a real Dovecot with the sample mail, each
 * journey on a mailbox of its own.
 */
#include "tests/pty/demo.h"

#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const users[] = {"begin", "seen", "folders", "find", "sort", "help", "save",
	"size", "suspend", "signal", "news", "flags", "first", "second", "stopped", "killed",
	"quit", NULL};

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
	(void)tests;
	demo_begin(users);
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats)
{
	(void)stats;
	demo_end();
}

TestSuite(journey, .timeout = 120);

/* A second program with a profile of its own sees what the server has. */
#define ELSEWHERE "export ROWAN_HOME=$PWD/elsewhere; mkdir -p -m 700 $ROWAN_HOME; "
#define ELSEWHERE_ACCOUNT                                                                          \
	ELSEWHERE "$ROWAN account add $USER_NAME --imap imaps://$USER_NAME@localhost:$PORT "       \
		  "--password-command \"cat $PWD/password\" --ca-file $CA_FILE"
#define ELSEWHERE_SYNC ELSEWHERE "$ROWAN sync; "
#define LIST_OF(subject) "$ROWAN list $USER_NAME/INBOX --json | grep '\"subject\":\"" subject "'"

static void be_elsewhere_too(const struct demo *demo)
{
	mem_free(demo_run(demo, ELSEWHERE_ACCOUNT));
}

/* ---- From nothing to the INBOX. ---- */

Test(journey, begins_with_an_account_added_by_keys)
{
	struct demo demo;
	char host[40];
	demo_init(&demo, "begin", false);
	snprintf(host, sizeof(host), "localhost:%d\r", demo.port);
	struct pty *pty = demo_open(&demo, NULL, 80, 24);
	demo_expect(pty, "No account yet");
	demo_press(pty, "m", "MAIN MENU");
	demo_press(pty, "s", "A adds one");
	demo_press(pty, "a", "Account: new");
	demo_press(pty, "cadabegin\r", "Name of the account  : adabegin");
	demo_press(pty, "n\rAda <begin@example.org>\r", "begin@example.org");
	demo_press(pty, "n\r", "IMAP server :");
	demo_press(pty, host, "localhost:");
	demo_press(pty, "nnc", "user name there :");
	demo_keys(pty, "\025begin\r"); /* ^U takes away what is proposed */
	demo_press(pty, "s", "Account adabegin saved");
	demo_expect(pty, "adabegin  held");
	demo_press(pty, "!", "password of begin at localhost");
	demo_keys(pty, "pencil");
	cr_expect(pty_settle(pty, DEMO_PATIENCE));
	cr_expect_null(strstr(pty_screen(pty), "pencil"), "a password is shown");
	demo_keys(pty, "\r");
	cr_expect(pty_settle(pty, DEMO_PATIENCE));
	if (strstr(pty_screen(pty), "keyring") != NULL)
		demo_keys(pty, "n");
	/* Nobody vouches for this server: what is wrong, the fingerprint, three answers. */
	demo_expect(pty, "Trust always");
	demo_press(pty, "a", "ACCOUNTS");
	demo_press(pty, "l", "Welcome to Rowan: start here");
	cr_expect_eq(str_find(pty_output(pty), STR("pencil")), STR_NONE);
	demo_quit(pty);
	demo_done(&demo);
}

Test(journey, opens_a_message_and_the_server_knows_it_is_seen)
{
	struct demo demo;
	demo_init(&demo, "seen", false);
	demo_add_account(&demo, demo.user, demo.port);
	be_elsewhere_too(&demo);
	struct pty *pty = demo_open_inbox(&demo);
	demo_expect(pty, "Message 25 of 25");
	demo_press(pty, "\r", "What there is to see:");
	demo_press(pty, "<", "MESSAGE INDEX");
	demo_expect_gone(pty, "* N  25");
	cr_expect(demo_run_until(
		&demo, ELSEWHERE_SYNC LIST_OF("Welcome to Rowan"), "\"unseen\":false"));
	demo_quit(pty);
	demo_done(&demo);
}

/* ---- Finding one's way. ---- */

Test(journey, goes_to_folders_by_name)
{
	struct demo demo;
	demo_init(&demo, "folders", true);
	demo_add_account(&demo, demo.user, demo.port);
	struct pty *pty = demo_open_inbox(&demo);
	demo_press(pty, "l", "Österreich");
	demo_press(pty, "gProjects/R\t", "Projects/Rowan");
	demo_press(pty, "/D\t\r", "Folder: Projects/Rowan/Design");
	demo_press(pty, "gRei\t\t", "Reisen/Österreich");
	demo_press(pty, "\r", "Ötscher");
	demo_press(pty, "g日\t\r", "Folder: 日本語");
	demo_press(pty, "gempty\r", "No Messages");
	demo_press(pty, "gNowhere\r", "There is no folder");
	demo_press(pty, "gLists/Long\r", "Message 2,000 of 2,000");
	demo_press(pty, "\033OF", "Message 2,000 of 2,000");
	demo_press(pty, "\033OH", "Message 1 of 2,000");
	demo_press(pty, "j1234\r", "Message 1,234 of 2,000");
	demo_expect(pty, " 1234 ");
	demo_press(pty, "<", "FOLDER LIST");
	demo_press(pty, "i", "Message 1,234 of 2,000");
	demo_quit(pty);
	demo_done(&demo);
}

Test(journey, finds_messages_in_a_folder)
{
	struct demo demo;
	demo_init(&demo, "find", false);
	demo_add_account(&demo, demo.user, demo.port);
	struct pty *pty = demo_open_inbox(&demo);
	demo_press(pty, "wNursery\r", "Message 7 of 25");
	demo_press(pty, "wgarden digest\r", "Message 24 of 25");
	demo_press(pty, "wzebra\r", "\"zebra\" not found");
	demo_press(pty, "j1\r", "Message 1 of 25");
	demo_press(pty, "\t", "Message 4 of 25");
	demo_press(pty, "\t", "Message 6 of 25");
	demo_press(pty, "99\r", "There is no message 99");
	demo_press(pty, "*n", "Message 6 of 25");
	demo_quit(pty);
	demo_done(&demo);
}

/* The number of the line that holds a text; -1: none does. */
static int line_of(struct pty *pty, const char *text)
{
	const char *screen = pty_screen(pty), *at = strstr(screen, text);
	int line = 0;
	for (const char *c = screen; at != NULL && c < at; c++)
		line += *c == '\n';
	return at != NULL ? line : -1;
}

Test(journey, sorts_by_size_and_back)
{
	struct demo demo;
	demo_init(&demo, "sort", false);
	demo_add_account(&demo, demo.user, demo.port);
	struct pty *pty = demo_open_inbox(&demo);
	demo_press(pty, "$z", "Message 15 of 25");
	demo_keys(pty, "\033OF");
	demo_expect(pty, "(3,172)");
	/* The message stays the selected one when the order changes. */
	demo_press(pty, "wnursery\r", "Your order");
	demo_press(pty, "$a", "Message 7 of 25");
	demo_press(pty, "\033OH", "Message 1 of 25");
	int first = line_of(pty, "   1 Oct 12"), second = line_of(pty, "   2 Oct 12");
	cr_expect(first == 2 && second == 3, "%s", pty_screen(pty));
	demo_press(pty, "$r", "Message 25 of 25");
	demo_quit(pty);
	demo_done(&demo);
}

Test(journey, reads_help_and_headers)
{
	struct demo demo;
	demo_init(&demo, "help", false);
	demo_add_account(&demo, demo.user, demo.port);
	struct pty *pty = demo_open_inbox(&demo);
	demo_press(pty, "?", "Keys of this screen");
	demo_press(pty, "<", "MESSAGE INDEX");
	demo_press(pty, "\r", "Hello Ada,");
	demo_press(pty, "h", "Message-ID:");
	demo_keys(pty, "h");
	demo_expect_gone(pty, "Message-ID:");
	demo_press(pty, "?", "Show all header lines");
	demo_press(pty, "<p", "garden digest");
	demo_press(pty, "i", "Message 24 of 25");
	demo_press(pty, "m", "MAIN MENU");
	demo_press(pty, "<", "Q leaves Rowan");
	demo_quit(pty);
	demo_done(&demo);
}

/* ---- Files. ---- */

Test(journey, saves_attachments_and_overwrites_nothing_unasked)
{
	struct demo demo;
	demo_init(&demo, "save", false);
	demo_add_account(&demo, demo.user, demo.port);
	mem_free(demo_run(&demo, "echo mine >taken"));
	struct pty *pty = demo_open_inbox(&demo);
	demo_press(pty, "j5\r", "Message 5 of 25");
	demo_press(pty, "v", "north garden.pdf");
	demo_press(pty, "v", "ATTACHMENT INDEX");
	demo_press(pty, "ns", "Save to file : ");
	demo_press(pty, "\025taken\r", "exists. Overwrite it?");
	demo_press(pty, "n", "Nothing saved");
	char *kept = demo_run(&demo, "cat taken");
	cr_expect_str_eq(kept, "mine\n");
	mem_free(kept);
	demo_press(pty, "s\025fresh\r", "Saved to \"");
	mem_free(demo_run(&demo, "test -s fresh"));
	demo_press(pty, "s\025taken\r", "exists. Overwrite it?");
	demo_press(pty, "y", "Saved to \"");
	mem_free(demo_run(&demo, "cmp taken fresh"));
	demo_press(pty, "ie", "EXPORT message to file");
	demo_press(pty, "\025all.eml\r", "Saved to \"");
	mem_free(demo_run(&demo, "grep -q '^Subject:' all.eml"));
	demo_quit(pty);
	demo_done(&demo);
}

/* ---- The terminal. ---- */

Test(journey, bears_every_size)
{
	struct demo demo;
	demo_init(&demo, "size", false);
	demo_add_account(&demo, demo.user, demo.port);
	struct pty *pty = demo_open_inbox(&demo);
	static const int sizes[][2] = {{40, 10}, {200, 60}, {120, 40}, {80, 24}};
	static const char *const screens[] = {"i", "\r", "v", "l", "m"};
	for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
		demo_keys(pty, screens[i]);
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			unsigned before = pty_generation(pty);
			pty_resize(pty, sizes[j][0], sizes[j][1]);
			cr_assert(pty_wait_paint(pty, before, DEMO_PATIENCE));
			demo_expect(pty, "? Help");
			int menu = sizes[j][1] - (sizes[j][1] < 12 ? 1 : 2);
			/* That paint may be one from before it knew of its new size. */
			while (line_of(pty, "? Help") != menu)
				if (!pty_wait_paint(pty, pty_generation(pty), 3000))
					break;
			cr_expect_eq(line_of(pty, "? Help"), menu, "%s", pty_screen(pty));
			cr_expect(sizes[j][0] < 80 || line_of(pty, "ROWAN") == 0, "%s",
				pty_screen(pty));
		}
	}
	demo_quit(pty);
	demo_done(&demo);
}

Test(journey, suspends_and_goes_on)
{
	struct demo demo;
	demo_init(&demo, "suspend", false);
	demo_add_account(&demo, demo.user, demo.port);
	char home[300], rowan[600];
	snprintf(home, sizeof(home), "ROWAN_HOME=%s", demo.profile);
	snprintf(rowan, sizeof(rowan), "set -m; %s; echo suspended; read x; fg", getenv("ROWAN"));
	const char *const argv[] = {"/bin/sh", "-c", rowan, NULL}, *const env[] = {home, NULL};
	struct pty *pty = pty_start(argv, env, 80, 24);
	demo_expect(pty, "Welcome to Rowan");
	pty_raw(pty, "\032", 0);
	demo_expect(pty, "suspended");
	cr_expect(!pty_is_alternate(pty));
	demo_deliver(&demo, "", "Night Owl <owl@example.org>", "While you slept");
	pty_raw(pty, "x\n", 0);
	demo_expect(pty, "While you slept");
	pty_raw(pty, "q", 0);
	demo_expect(pty, "Really quit Rowan?");
	pty_raw(pty, "y", 0);
	int status = pty_end(pty, DEMO_PATIENCE);
	cr_expect(WIFEXITED(status));
	cr_expect(pty_is_restored(pty));
	pty_free(pty);
	demo_done(&demo);
}

Test(journey, a_signal_leaves_the_terminal_as_it_was)
{
	struct demo demo;
	demo_init(&demo, "signal", false);
	demo_add_account(&demo, demo.user, demo.port);
	static const int signals[] = {SIGTERM, SIGHUP};
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct pty *pty = demo_open(&demo, NULL, 80, 24);
		demo_expect(pty, "of 25");
		kill(pty_pid(pty), signals[i]);
		int status = pty_end(pty, DEMO_PATIENCE);
		cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%d", status);
		cr_expect(pty_is_restored(pty));
		cr_expect(!pty_is_alternate(pty));
		cr_expect(pty_shows_cursor(pty));
		pty_free(pty);
	}
	demo_done(&demo);
}

/* ---- What happens elsewhere. ---- */

Test(journey, new_mail_comes_and_is_told)
{
	struct demo demo;
	demo_init(&demo, "news", false);
	demo_add_account(&demo, demo.user, demo.port);
	struct pty *pty = demo_open_inbox(&demo);
	demo_deliver(&demo, "", "Lin Wei <lin@example.org>", "Plums");
	demo_expect(pty, "New mail from Lin Wei about Plums");
	demo_expect(pty, "of 26");
	cr_expect_not_null(strstr(pty_title(pty), "(1)"), "%s", pty_title(pty));
	cr_expect_neq(str_find(pty_output(pty), STR("\033]9;New mail from Lin Wei")), STR_NONE);
	/* The selection stays on its message. */
	demo_expect(pty, "Message 25 of 26");
	demo_press(pty, "\033OF", "Message 26 of 26");
	demo_press(pty, "\r", "Subject: Plums");
	demo_deliver(&demo, "", "Lin Wei <lin@example.org>", "Pears");
	demo_expect(pty, "New mail from Lin Wei about Pears");
	demo_quit(pty);
	demo_done(&demo);
}

Test(journey, a_flag_set_elsewhere_appears)
{
	struct demo demo;
	demo_init(&demo, "flags", false);
	demo_add_account(&demo, demo.user, demo.port);
	be_elsewhere_too(&demo);
	struct pty *pty = demo_open_inbox(&demo);
	demo_expect(pty, "  N  24");
	mem_free(demo_run(&demo,
		ELSEWHERE_SYNC "id=$($ROWAN list $USER_NAME/INBOX --json | grep 'garden digest' | "
			       "sed 's/.*\"id\":\"\\([0-9.]*\\)\".*/\\1/') && "
			       "$ROWAN flag $id '+\\Flagged' && $ROWAN sync"));
	demo_expect(pty, "* N  24");
	demo_quit(pty);
	demo_done(&demo);
}

Test(journey, two_accounts_are_one_list_of_folders)
{
	struct demo demo, other;
	demo_init(&other, "second", false);
	demo_init(&demo, "first", false);
	demo_add_account(&demo, demo.user, demo.port);
	demo_add_account(&demo, other.user, demo.port);
	struct pty *pty = demo_open_inbox(&demo);
	demo_expect(pty, "Folder: first/INBOX");
	demo_press(pty, "l", "    Languages");
	demo_expect(pty, "34 folders"); /* the second account has told its own */
	demo_press(pty, "\033OF\033OF", "日本語");
	demo_press(pty, "gsecond/Lang\t\r", "Folder: second/Languages");
	demo_press(pty, "gsecond/INBOX\r", "Folder: second/INBOX");
	/* Mail of the account whose folders are not shown is told too. */
	demo_deliver(&demo, "", "Lin Wei <lin@example.org>", "To the first");
	demo_expect(pty, "New mail from Lin Wei about To the first");
	demo_press(pty, "l", "second");
	demo_press(pty, "m", "MAIN MENU");
	demo_press(pty, "s", "2 accounts");
	demo_quit(pty);
	demo_done(&demo);
	demo_done(&other);
}

/* ---- Without a server. ---- */

/* The proxy is the server that can be stopped: PROXY is the port it has, 0: any. */
static int proxy_start(const struct demo *demo, int port, FILE **pipe, pid_t *pid)
{
	char command[600];
	int told = 0, id = 0;
	snprintf(command, sizeof(command), "echo $$; exec '%s/tests/server/proxy' %d %d",
		getenv("TEST_BUILDDIR"), port, demo->port);
	*pipe = popen(command, "r");
	cr_assert_not_null(*pipe);
	cr_assert_eq(fscanf(*pipe, "%d %d", &id, &told), 2);
	*pid = (pid_t)id;
	return told;
}

static void proxy_stop(FILE *pipe, pid_t pid)
{
	kill(pid, SIGTERM);
	pclose(pipe);
}

Test(journey, goes_on_without_the_server_and_heals)
{
	struct demo demo;
	FILE *pipe;
	pid_t proxy;
	demo_init(&demo, "stopped", false);
	int port = proxy_start(&demo, 0, &pipe, &proxy);
	demo_add_account(&demo, demo.user, port);
	struct pty *pty = demo_open_inbox(&demo);
	demo_press(pty, "\r", "Hello Ada,");
	demo_press(pty, "<", "MESSAGE INDEX");
	proxy_stop(pipe, proxy);
	demo_expect(pty, "stopped: ");
	demo_expect(pty, "Message 25 of 25");
	demo_press(pty, "\r", "Hello Ada,");
	demo_press(pty, "*n", "MESSAGE TEXT");
	demo_press(pty, "<j1\r", "Message 1 of 25");
	cr_expect_eq(proxy_start(&demo, port, &pipe, &proxy), port);
	demo_press(pty, "\014", "MESSAGE INDEX");
	demo_expect_gone(pty, "stopped: ");
	be_elsewhere_too(&demo);
	cr_expect(demo_run_until(
		&demo, ELSEWHERE_SYNC LIST_OF("Welcome to Rowan"), "\"unseen\":true"));
	demo_quit(pty);
	proxy_stop(pipe, proxy);
	demo_done(&demo);
}

Test(journey, killed_and_offline_it_shows_what_it_had)
{
	struct demo demo;
	demo_init(&demo, "killed", false);
	demo_add_account(&demo, demo.user, demo.port);
	struct pty *pty = demo_open_inbox(&demo);
	demo_press(pty, "\r", "Hello Ada,");
	kill(pty_pid(pty), SIGKILL);
	pty_end(pty, DEMO_PATIENCE);
	pty_free(pty);
	mem_free(demo_run(&demo, "sed -i.old /open-at/d $ROWAN_HOME/rowan.conf"));
	pty = demo_open(&demo, "--offline", 80, 24);
	demo_expect(pty, "of 25 NEW"); /* the first unseen one */
	demo_expect(pty, "Offline");
	demo_press(pty, PTY_END, "Message 25 of 25");
	demo_press(pty, "\r", "Hello Ada,");
	demo_press(pty, "p", "MESSAGE TEXT");
	demo_press(pty, "<", "Message 24 of 25");
	demo_quit(pty);
	demo_done(&demo);
}

Test(journey, quitting_leaves_nothing_running)
{
	struct demo demo;
	demo_init(&demo, "quit", false);
	demo_add_account(&demo, demo.user, demo.port);
	struct pty *pty = demo_open_inbox(&demo);
	demo_press(pty, "q", "Really quit Rowan?");
	demo_keys(pty, "n");
	demo_expect_gone(pty, "Really quit");
	demo_quit(pty);
	mem_free(demo_run(&demo, "! fuser -s \"$ROWAN_HOME/lock\" 2>/dev/null"));
	demo_done(&demo);
}
