/* What the commands that change mail share: a wish is made, carried out where that can be, and
 * told. */
#ifndef COMMAND_ACT_H
#define COMMAND_ACT_H

#include "command_read.h"

/* What became of a wish. */
struct act_outcome {
	const char *action;          /* "move", as on the command line */
	const char *state;           /* "done", "waiting", "failed" */
	const struct folder *folder; /* borrowed; NULL */
	uint64_t messages;
	int64_t group;
	char *words; /* owned: the server's, or NULL */
};

/* Adds the message a word names to the request; says what is wrong and gives the exit code. */
int act_take_place(struct program *program, struct request *request, const char *word);

/* Sends the request (which is the engine's from then on), waits for what comes of it and prints it.
 * Gives the exit code. */
int act_run(struct program *program, struct request *request, const char *action, bool wants_json);

/* The words of an action's kind and state in JSON. */
const char *act_kind_name(const struct action *action);
const char *act_state_name(enum action_state state);

#endif
