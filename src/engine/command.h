/*
 * Runs a line of the user's own settings with /bin/sh and gives what it prints. It gets no
 * terminal: standard input is empty, standard error is gathered for the error sentence. For worker
 * threads.
 */
#ifndef ENGINE_COMMAND_H
#define ENGINE_COMMAND_H

#include "base/buf.h"
#include "base/error.h"

enum { COMMAND_WORDS_MAX = 15 };

/* At most max bytes within time_ms; what runs on is killed, with its children. */
bool command_output(
	const char *line, size_t max, int64_t time_ms, struct buf *out, struct error *err);

/* The same without a shell: words end in NULL, the program is looked for in PATH. input (at most
 * 4 kB) is its standard input. */
bool command_run(const char *const words[], struct str input, size_t max, int64_t time_ms,
	struct buf *out, struct error *err);

/* The same with a descriptor as standard input, which is closed in any case; *code is the exit
 * code, 127 when it could not be started, -1 when it was killed. */
bool command_run_on(const char *const words[], int input, size_t max, int64_t time_ms,
	struct buf *out, int *code, struct error *err);

bool command_exists(const char *name);

#endif
