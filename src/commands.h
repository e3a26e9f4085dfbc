/*
 * Headless commands: each is one table row and one function. They drive the same engine as the
 * screen and read the same queue.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "engine/engine.h"
#include "settings/profile_paths.h"
#include "settings/settings.h"

/* Exit codes of every command. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_WRONG_USAGE = 2, EXIT_TRY_LATER = 75 };

struct program_account {
	int64_t account_id;
	char *name;                       /* owned */
	struct error error;               /* why it has no connection, last heard */
	uint32_t waiting;                 /* wishes in the journal, last heard */
	char *keywords[FLAG_KEYWORD_MAX]; /* owned, or NULL */
};

/* What stands in front of the command, and what it opened. */
struct program {
	bool is_offline;
	bool wants_stats;
	const char *log_path;    /* NULL */
	const char *compose_url; /* the screen begins with a message to it; NULL */
	struct profile_paths paths;
	struct settings *settings;        /* owned */
	struct log *log;                  /* owned */
	struct engine *engine;            /* owned; NULL until program_engine */
	struct program_account *accounts; /* owned: program_learn_accounts */
	size_t account_count;
	struct folder *folders; /* owned: program_learn_folders */
	size_t folder_count;
	bool is_online;         /* began in the store and went to the server */
	int64_t online_account; /* the one account that did; 0 */
	struct error storage;   /* the disk failed: nothing more can be waited for */
	uint64_t last_tag;
};
void program_done(struct program *program); /* ends the engine, prints --stats, frees */

/* argv[0] is the command's own name. */
typedef int command_run(struct program *program, int argc, char **argv);

/* Runs the command of that name. */
int commands_run(struct program *program, int argc, char **argv);
void commands_list(struct buf *out); /* for --help */

/* ---- For the commands. ---- */

/* Says a sentence on standard error and gives the exit code that fits the error. */
int program_fail(const struct error *err, const char *about);
int program_usage(const char *usage);
int program_input(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reads the settings and opens the log; showing a file needs neither. Does nothing the second time.
 */
bool program_open(struct program *program, struct error *err);

/* Opens the engine and starts its thread. */
bool program_engine(struct program *program, bool may_ask, struct error *err);

/* Waits for the next event of the engine, owned by the caller; NULL when the engine stopped. */
struct event *program_event(struct program *program);

/* Hands the request over with a tag of its own, and gives that tag. */
uint64_t program_send(struct program *program, struct request *request);

/* Waits for the event of that kind (and tag, unless it is 0), owned by the caller. NULL with *err
 * when the request failed, the disk did or the engine stopped, so that every wait has an end. What
 * the server says meanwhile is told on standard error. */
struct event *program_wait(
	struct program *program, enum event_kind kind, uint64_t tag, struct error *err);

/* Asks the engine which accounts there are. */
bool program_learn_accounts(struct program *program, struct error *err);
/* And which folders. */
bool program_learn_folders(struct program *program, struct error *err);

/* The account of that id; NULL when unknown. */
const struct program_account *program_account_find(
	const struct program *program, int64_t account_id);
/* The name of an account by its id; "" when unknown. Borrowed. */
const char *program_account_name(const struct program *program, int64_t account_id);
/* The wire name of a flag by its bit; NULL when it has none. Borrowed. */
const char *program_flag_name(const struct program *program, int64_t account_id, int bit);
/* "ACCOUNT/Folder" as the command line spells it. */
void program_folder_print(
	const struct program *program, const struct folder *folder, struct buf *out);
/* The folder of such a name; NULL when there is none. */
const struct folder *program_folder_find(const struct program *program, const char *name);
/* The folder of a place as it was printed; NULL with *err when it is gone or was renumbered. */
const struct folder *program_folder_of(
	const struct program *program, int64_t place_id, uint32_t uidvalidity, struct error *err);

/* Prints safe text (headless printer's only way to the terminal) or a line of JSON. */
void print_safe(struct str text);
void print_json(struct buf *line);

/* Takes "--name VALUE" or "--name=VALUE" at argv[*at]; moves *at behind it. *value NULL: it was the
 * last word. */
bool option_take(int argc, char **argv, int *at, const char *name, const char **value);

command_run command_account, command_sync, command_folders, command_list, command_show,
	command_save, command_flag, command_act, command_folder, command_import, command_export,
	command_actions, command_send, command_compose, command_outbox;

#endif
