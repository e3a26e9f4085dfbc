/*
 * Rowan in a terminal on the sample mail, from a Dovecot of its own.
 *
 * demo_begin is called once, before any test, in the process that starts them: the server serves
 * every test of the program. Each test has a mailbox that nobody else has seen, and a profile.
 * What goes wrong in here fails the test.
 */
#ifndef TESTS_PTY_DEMO_H
#define TESTS_PTY_DEMO_H

#include "tests/pty/pty.h"

enum { DEMO_PATIENCE = 15000 };

/* Starts the server with these users, up to NULL; ends the program with 77, which is "skipped",
 * where there is none. */
void demo_begin(const char *const users[]);
/* Stops it and removes all files. */
void demo_end(void);

struct demo {
	char user[40];
	char folder[200];  /* whatever the test wants to write goes here */
	char profile[240]; /* ROWAN_HOME */
	char mail[240];    /* the Maildir++ on the server */
	int port;          /* IMAP with TLS */
};

/* A mailbox for one of the users as ada of the sample mail has it, without Lists/Long unless
 * `with_long`; no account yet. The password is "pencil". */
void demo_init(struct demo *demo, const char *user, bool with_long);
/* An account in the profile, by the command line; NAME may be somebody else's mailbox. */
void demo_add_account(const struct demo *demo, const char *name, int port);
void demo_done(struct demo *demo);

/* A shell command with ROWAN, ROWAN_HOME, USER_NAME, MAIL, PORT and CA_FILE set, in demo->folder;
 * what it prints, owned by the caller. It must succeed. */
char *demo_run(const struct demo *demo, const char *command);
/* Until the command prints the text. False when the time is over. */
bool demo_run_until(const struct demo *demo, const char *command, const char *text);

/* A message into a folder ("." in front, "" for the INBOX) of the mailbox, as a delivery does. */
void demo_deliver(
	const struct demo *demo, const char *folder, const char *from, const char *subject);

/* The program; `option` may be NULL. It speaks $LANGUAGE, from the catalogues of $TEST_LOCALEDIR.
 */
struct pty *demo_open(const struct demo *demo, const char *option, int columns, int rows);
/* demo_open, and waits until the INBOX is there. */
struct pty *demo_open_inbox(const struct demo *demo);

/* Keys, then waits for a text; fails the test with the screen when it does not come. */
#define demo_press(pty, keys, text)                                                                \
	do {                                                                                       \
		demo_keys(pty, keys);                                                              \
		demo_expect(pty, text);                                                            \
	} while (0)
#define demo_expect(pty, text)                                                                     \
	cr_assert(pty_wait(pty, text, DEMO_PATIENCE), "\"%s\" is not on the screen:\n%s", text,    \
		pty_screen(pty))
#define demo_expect_gone(pty, text)                                                                \
	cr_assert(pty_wait_gone(pty, text, DEMO_PATIENCE), "\"%s\" is on the screen:\n%s", text,   \
		pty_screen(pty))
/* Every character is a key; "\033OB" and its like are one. */
void demo_keys(struct pty *pty, const char *keys);

/* Q, yes; the program ends well. */
void demo_quit(struct pty *pty);

#endif
