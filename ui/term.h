/*
 * The terminal, and the only file that knows curses. A canvas goes in, keys come out. What the
 * terminal was before it is again after term_close, also when a signal or a crash ends the
 * program: then the bytes that restore it are written by the signal handler itself.
 *
 * Signals that arrive are noted and told by term_wait; they interrupt the wait and nothing else.
 * One terminal a process; ui thread.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include "base/error.h"
#include "ui/keys.h"
#include "ui/kit/canvas.h"
#include "ui/theme.h"

struct term;

struct term_options {
	bool no_colour, always_colour, no_mouse, no_title;
	const char *log_path; /* told after a crash; NULL */
};

/* Holds back the signals that term_wait tells, in this thread and those it starts from now on. */
void term_hold_signals(void);

struct term *term_open(
	const struct term_options *options, const struct theme *theme, struct error *err);
void term_close(struct term *term);

void term_size(const struct term *term, int *rows, int *columns);
void term_paint(struct term *term, const struct canvas *c); /* only what changed is written */
void term_redraw(struct term *term);                        /* the next paint writes everything */

/* The next thing pressed; false when nothing waits. Never blocks. */
bool term_input(struct term *term, struct input *input);

enum term_signal {
	TERM_RESIZED = 1 << 0,
	TERM_SUSPEND = 1 << 1,
	TERM_CONTINUED = 1 << 2,
	TERM_END = 1 << 3, /* SIGTERM, SIGHUP, SIGINT, or the terminal is gone */
};

/* Waits for the keyboard, for fd, for a signal, or for the milliseconds (-1: for ever). Returns
 * the term_signal bits that came since the last call. */
unsigned term_wait(struct term *term, int fd, int milliseconds);

void term_suspend(struct term *term); /* stops the process; returns when it goes on */
/* Another program gets the terminal: as it was found, ^C and ^Z not for us. And back again. */
void term_leave(struct term *term);
void term_return(struct term *term);

void term_bell(struct term *term);
void term_title(struct term *term, struct str title); /* OSC 2 */
/* OSC 52; how much a terminal takes is its own matter. */
void term_copy(struct term *term, struct str text);
void term_notify(struct term *term, struct str sentence); /* OSC 9 */

#endif
