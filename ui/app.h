/*
 * The application without a terminal: a stack of screens, a prompt, a status line and what is known
 * of accounts and folders. Keys and events go in, a canvas comes out; tests drive it the same way
 * as ui.c does. Time is milliseconds of a clock that only grows, given with every call.
 */
#ifndef UI_APP_H
#define UI_APP_H

#include "base/argv.h"
#include "ui/kit/canvas.h"
#include "ui/kit/list.h"
#include "ui/kit/prompt.h"
#include "ui/kit/text.h"
#include "ui/theme.h"
#include "ui/ui.h"

#include <sys/types.h>

struct screen;

enum { APP_DEPTH = 16 };

/* Where one was in a folder, and how it is sorted. */
struct folder_memory {
	int64_t folder_id;
	int64_t place_id;
	enum view_sort sort;
	bool is_reverse;
};

/* What is being saved: until its file has a name that may be written. */
struct saving {
	int64_t place_id;
	char *part, *path; /* owned */
	uint64_t tag;
};

/* A program that runs beside Rowan, or has run and left its file to another. */
struct opened {
	pid_t pid;           /* 0: it is over */
	char *path, *output; /* owned; NULL */
	bool is_copious;
	int64_t started;
};

/* What is being opened: until its file is here and its program runs. */
struct opening {
	uint64_t tag;
	char *path; /* owned */
	struct argv argv;
	bool needs_terminal, is_copious, is_input;
	char *folder; /* owned: for files, once there was one */
	unsigned number;
	void (*done)(void *context, int status); /* of a program in the terminal; NULL */
	void *done_context;
	struct opened *running; /* owned */
	size_t running_count, running_cap;
};

/* Messages that are to go to a folder: until it is known which. */
struct transfer {
	int64_t *place_ids; /* owned; NULL: what is selected in list_id */
	size_t count;
	unsigned list_id;
	bool is_copy, must_copy;
	bool is_creating;    /* the folder is being made first */
	char *name;          /* owned: of that one */
	int64_t last_folder; /* saved to last; 0 */
};

/* Messages on their way to files or to a command: app_export.h. */
struct exporting {
	unsigned list_id; /* all that are selected there; 0: place_id alone */
	int64_t place_id; /* the one at work, or the last one */
	bool is_pipe, is_begun, wants_save;
	uint64_t tag;                 /* of what was asked of the engine */
	char *folder, *path, *output; /* owned */
	struct argv argv;
	pid_t pid; /* the command that runs; 0 */
	unsigned done, kept;
	struct buf printed;
};

struct folder_change {
	int64_t account_id, folder_id;
};

/* What is being written, or waits to be. */
struct writing {
	uint64_t tag;        /* of the request whose draft opens a composer; 0 */
	struct input *early; /* owned: typed since then, and meant for it */
	size_t early_count, early_cap;
	uint64_t back_tag, bounce_tag;
	uint64_t url_tag;     /* of a draft that is to go out as it comes; 0 */
	enum draft_verb verb; /* of the questions before it */
	int64_t *place_ids;   /* owned */
	size_t count;
	bool is_list, omits_text;
	struct draft_row *drafts; /* owned */
	size_t draft_count;
	int64_t left_id; /* a draft whose composer closed, until the engine's list says so; 0 */
	bool is_left_dropped;
	struct outgoing *outbox; /* owned */
	size_t outbox_count;
	bool has_outbox;
	bool is_last;    /* quitting: the outbox is emptied first */
	bool has_url;    /* options->compose_url was taken */
	int64_t held_id; /* sent last: may be taken back while it is held; 0 */
	int64_t back_id; /* taken back last */
};

struct app {
	const struct ui_options *options;
	struct keys keys;
	struct theme theme;
	int rows, columns;
	int click_column;
	int64_t now;

	struct screen *stack[APP_DEPTH]; /* owned */
	size_t depth;
	struct prompt prompt;
	int menu_page;

	struct buf status;
	bool status_is_trouble;
	int64_t status_since;
	int64_t last_key, answered; /* when: any key, a key that answered a question */

	struct folder *folders; /* owned, in the engine's order */
	size_t folder_count;
	bool has_folders;
	struct account_status *accounts; /* owned */
	size_t account_count;
	bool has_accounts;
	struct question **questions; /* owned: waiting for their turn */
	size_t question_count, question_cap;
	struct question *asking; /* owned: its prompt stands on the status line */
	char *password;          /* owned, wiped: until it is known whether to keep it */

	struct saving saving;
	struct opening opening;
	struct transfer transfer;
	struct exporting exporting;
	struct folder_change change;
	struct writing writing;
	uint64_t wish_tag;              /* of the last wish, whose outcome is told */
	bool is_finishing;              /* leaves as soon as nothing waits */
	int64_t finish_by;              /* but asks, or leaves, at this time; 0: whenever */
	struct folder_memory *memories; /* owned */
	size_t memory_count, memory_cap;
	int64_t folder_id; /* open now, or last; 0 */
	int64_t folder_before;
	char *goto_name; /* owned: asked for before the folders were known; NULL */
	bool has_started;
	bool has_page; /* of any list: there is something to look at */

	unsigned new_count;
	bool is_offline;
	uint64_t last_tag;
	unsigned last_list;

	/* For ui.c, which takes them and puts them back to false or empty. */
	bool is_over, wants_redraw, wants_suspend, wants_bell;
	bool wants_paint;     /* something changed that was no key and no event */
	bool wants_program;   /* opening.argv is to be run in the terminal: app_open_ran */
	struct buf clipboard; /* to be copied */
	struct buf notification;
	struct error stopped;
};

/* Sends the first requests. */
struct app *app_new(const struct ui_options *options, int rows, int columns, int64_t now);
void app_free(struct app *app);

void app_key(struct app *app, const struct input *input, int64_t now);
void app_event(struct app *app, struct event *event, int64_t now); /* takes it */
void app_resize(struct app *app, int rows, int columns);
/* What is due; returns the milliseconds until something is again, or -1. */
int app_tick(struct app *app, int64_t now);
void app_paint(const struct app *app, struct canvas *c);
/* The screen the user wants to begin with is here; until then ui.c holds the first paint back for
 * a moment, so that nothing flashes by. */
bool app_is_ready(const struct app *app);
void app_title(const struct app *app, struct buf *out); /* for the terminal's title */

/* ---- For screens. ---- */

void app_layout_top(struct app *app);                  /* its text has changed */
void app_push(struct app *app, struct screen *screen); /* takes it */
void app_pop(struct app *app);
void app_pop_to(struct app *app, const struct screen *screen); /* makes it the top one */
struct screen *app_top(const struct app *app);
/* The screen of that context nearest to the top, or NULL. */
struct screen *app_find(const struct app *app, enum context context);

void app_send(struct app *app, struct request *request); /* takes it */
uint64_t app_next_tag(struct app *app);
unsigned app_next_list(struct app *app);

/* On the status line until the next key, but for a second and a half at least. */
void app_say(struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3)));
void app_warn(struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3)));
void app_say_error(struct app *app, const struct error *error);

/* Moving in a list or a text; says so when that was the end already. False: another command. */
bool app_list_command(struct app *app, struct list *list, enum command command);
bool app_text_command(struct app *app, struct text *text, enum command command);

/* The prompt is dropped when the screen that asked goes: `context` is that screen or the app. */
void app_ask_line(struct app *app, struct str label, struct str text, bool is_hidden,
	prompt_line_done *done, void *context);
void app_ask_choice(struct app *app, struct str label, const struct choice *choices, size_t count,
	int fallback, prompt_choice_done *done, void *context);

/* Keys of its own for the line just asked. */
void app_ask_keys(struct app *app, const struct choice *keys, size_t count, prompt_key_done *done);
/* The line just asked is for a word to find: ^Y and ^V lead to the ends. `done` gets COMMAND_FIRST
 * or COMMAND_LAST. */
void app_ask_ends(struct app *app, prompt_key_done *done);

int app_body_height(const struct app *app);
int app_body_top(const struct app *app);

const struct folder *app_folder(const struct app *app, int64_t folder_id);
const struct account_status *app_account(const struct app *app, int64_t account_id);
/* "INBOX", or "Work/INBOX" with several accounts. */
void app_folder_name(const struct app *app, int64_t folder_id, struct buf *out);
struct folder_memory *app_memory(struct app *app, int64_t folder_id); /* never NULL */
void app_open_folder(struct app *app, int64_t folder_id);
void app_examine_folder(struct app *app, int64_t folder_id); /* to be read only */
bool app_runs(struct app *app, enum command command);        /* a command every screen has */

#endif
