/* What show, save and flag share: which message a word names, and its bytes, from the store or from
 * the server. */
#ifndef COMMAND_READ_H
#define COMMAND_READ_H

#include "commands.h"

/* A message as the command line names it. */
struct place {
	const char *word; /* borrowed */
	int64_t place_id;
	const struct folder *folder; /* borrowed from the program */
};

/* A word is an id when it looks like one and there is no file of that name. */
bool read_is_place(const char *word);

/* Opens the engine without a connection, unless it is open. */
bool read_engine(struct program *program, struct error *err);

/* Finds the folder of an id; opens the engine. False with *err when it is gone. */
bool read_place(struct program *program, const char *word, struct place *place, struct error *err);

/* Says what is wrong with the message a word names; gives the exit code. */
int read_fail(const struct error *err, const char *word);

/* The row of a list that a place has now; false with *err when it is not there. The row is the
 * caller's: message_done. */
bool read_row(
	struct program *program, const struct place *place, struct message *row, struct error *err);

/* The wire may be used from now on, unless the user said --offline; false: it cannot. */
bool read_go_online(struct program *program);
/* The same for the account of one message. */
bool read_place_online(struct program *program, const struct place *place);

/* The message, as complete as it can be had: from the store, and only when something is missing
 * there from the server. The event is owned by the caller; NULL with *err. */
struct event *read_open(struct program *program, const struct place *place,
	const struct show_options *show, struct error *err);

/* Says that and why the rest of a message cannot be had; gives the exit code. */
int read_say_missing(struct program *program, const struct place *place, const struct event *event);

/* Why an account has no connection, put in the place of a lesser reason. */
void read_explain(struct program *program, const struct place *place, struct error *err);

/* A message from a file, or from standard input for "-". */
bool read_message_file(const char *path, struct buf *bytes, struct error *err);

#endif
