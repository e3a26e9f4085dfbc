/*
 * Programs that Rowan starts for its user: viewers, browsers, the command for new mail. Always an
 * argument vector, never a line for a shell. Descriptors beyond the first three are closed to them
 * (O_CLOEXEC everywhere), signals are as usual.
 */
#ifndef UI_VIEWER_H
#define UI_VIEWER_H

#include "base/argv.h"

#include <sys/types.h>

struct viewer_streams {
	const char *input;  /* a file; NULL: nothing */
	const char *output; /* a file to be made, 0600; NULL: nowhere */
	bool on_terminal;   /* Rowan's own, in place of both where they are NULL; it has left it */
};

/* 0: it could not be started, which errno tells. */
pid_t viewer_start(const struct argv *argv, const struct viewer_streams *streams);

/* Waits for it, for so long; then ends it. Milliseconds; -1: for ever. Its exit status, 128 and
 * more for a signal; -1: it took too long. */
int viewer_wait(pid_t pid, int milliseconds);

/* False: it runs still. */
bool viewer_is_over(pid_t pid, int *status);

#endif
