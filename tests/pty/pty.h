/*
 * A program in a pseudo-terminal, seen through libvterm: start it, press keys, wait until what is
 * expected stands on the screen, look at the screen.
 *
 * Nothing here sleeps. The program is given ROWAN_TEST_FD, the number of a descriptor to which
 * Rowan (ui/ui.c) writes "GENERATION KEYS\n" each time it has nothing left to do: how often it has
 * painted, and how many keys it has taken. The harness knows how many keys it has sent; a screen is
 * settled when all are taken and all bytes written by then have been read.
 *
 * The environment is fixed: LC_ALL=C.UTF-8, TERM=xterm-256color, TZ=UTC, HOME=/nonexistent, PATH as
 * it is, and whatever is given besides (later settings win). Times are milliseconds.
 */
#ifndef TESTS_PTY_PTY_H
#define TESTS_PTY_PTY_H

#include "base/buf.h"

#include <sys/types.h>

struct pty;

/* argv ends in NULL and names a program with its path; env too ("NAME=VALUE"), or NULL. NULL when
 * it cannot be started. */
struct pty *pty_start(const char *const argv[], const char *const env[], int columns, int rows);
/* Kills it if it still runs. */
void pty_free(struct pty *pty);

/* One key, as the terminal sends it: "x", "\r", "\033[B" (PTY_DOWN) … */
void pty_key(struct pty *pty, const char *bytes);
void pty_type(struct pty *pty, const char *text);                /* every character is a key */
void pty_raw(struct pty *pty, const char *bytes, unsigned keys); /* so many keys in all */

#define PTY_UP "\033OA"
#define PTY_DOWN "\033OB"
#define PTY_HOME "\033OH"
#define PTY_END "\033OF"
#define PTY_PAGE_DOWN "\033[6~"
#define PTY_PAGE_UP "\033[5~"
#define PTY_RETURN "\r"

/* Until all keys are taken and nothing is left to do. False when the time is over or the program
 * is. */
bool pty_settle(struct pty *pty, int milliseconds);
/* Until it is settled and the text stands somewhere on the screen (or stands there no more). */
bool pty_wait(struct pty *pty, const char *text, int milliseconds);
bool pty_wait_gone(struct pty *pty, const char *text, int milliseconds);

/* Until it has painted more often than that: for what comes without a key. */
bool pty_wait_paint(struct pty *pty, unsigned generation, int milliseconds);

/* The screen as text, blanks at the end of a line cut; owned by pty, until the next call. */
const char *pty_screen(struct pty *pty);
bool pty_is_reverse(struct pty *pty, int row, int column);
/* Foreground is not the default. */
bool pty_is_coloured(struct pty *pty, int row, int column);
bool pty_is_alternate(const struct pty *pty); /* the alternate screen is on */
bool pty_shows_cursor(const struct pty *pty);
const char *pty_title(struct pty *pty); /* the last one set */

uint64_t pty_bytes(const struct pty *pty);    /* written by the program so far */
struct str pty_output(const struct pty *pty); /* all of them */
unsigned pty_generation(const struct pty *pty);

void pty_resize(struct pty *pty, int columns, int rows);
pid_t pty_pid(const struct pty *pty);
/* Waits for its end: the status of waitpid, or -1 when it still runs. */
int pty_end(struct pty *pty, int milliseconds);
/* The terminal's line settings are those it began with. */
bool pty_is_restored(const struct pty *pty);

#endif
