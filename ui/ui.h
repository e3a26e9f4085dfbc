/*
 * The screen: runs until the user quits, a signal ends it, or the engine stops. The loop waits for
 * the keyboard and the engine's queue and for nothing else; every key is answered at once from what
 * the screens have.
 *
 * All pointers are borrowed for the whole run. `send` takes the request over. Called by the main
 * thread; setlocale(LC_ALL, "") has been called before.
 */
#ifndef UI_UI_H
#define UI_UI_H

#include "engine/engine.h"
#include "ui/keys.h"

struct ui_binding {
	const char *context, *key, *command; /* as written in the settings: keys_bind */
};

struct ui_colour {
	const char *role, *value; /* as written in the settings: theme_set */
};

enum ui_start { START_INDEX, START_FOLDERS, START_MENU };

/* Where a folder opens that was left at its end, or never opened. */
enum ui_open_at { OPEN_AT_UNSEEN, OPEN_AT_LAST };

/* A question before an answer is written. */
enum ui_ask { ASK_EACH_TIME, ASK_ALWAYS, ASK_NEVER };

struct ui_options {
	enum preset preset;
	const struct ui_binding *bindings;
	size_t binding_count;
	const struct ui_colour *colours;
	size_t colour_count;
	bool no_colour;     /* NO_COLOR is looked at besides */
	bool always_colour; /* whatever NO_COLOR says */
	bool no_mouse;
	bool bell;     /* on new mail */
	bool notify;   /* OSC 9 on new mail: the terminal's own notification */
	bool no_title; /* leave the terminal's title alone */
	bool confirm_quit;
	bool full_headers, prefer_html;
	const char *authserv; /* whose Authentication-Results are believed; NULL */
	enum seen_mode seen;  /* when an opened message counts as seen */
	int seen_after;       /* seconds, for SEEN_AFTER */
	enum view_sort sort;  /* of folders that were not sorted otherwise */
	bool sort_reverse;
	enum ui_start start;
	enum ui_ask reply_quote; /* include the original in a reply */
	enum ui_ask reply_all;   /* reply to all recipients */
	const char *editor;      /* in place of $VISUAL and $EDITOR; NULL */
	const char *speller;     /* a command line; NULL: what there is */
	const char *compose_url; /* begin with a message to this mailto: URL; NULL */
	enum ui_open_at open_at;
	const char *start_folder; /* "Account/Folder"; NULL: the first INBOX */
	/* Words, run for each new message with its sender and subject as two more; NULL. */
	const char *new_mail_command;
	const char *open_folder; /* for files that other programs open; NULL: none are */
	const char *log_path;    /* told after a crash; NULL */
	bool is_offline;         /* started so: what the on/offline key changes */
	const char *crashed;     /* one line about the run before, shown at start; NULL */

	void (*send)(void *context, struct request *request);
	/* The account of that name as the settings have it, to edit; owned by the caller; NULL. */
	struct account *(*load_account)(void *context, const char *name);
	/* When messages of that account count as seen, where it says otherwise; NULL. */
	void (*account_seen)(void *context, const char *name, enum seen_mode *seen, int *seconds);
	struct queue *events;
	void *context;
};

/* Before any other thread is started, so that SIGTERM, SIGWINCH and their like reach the thread of
 * ui_run alone. */
void ui_hold_signals(void);

/* False when there is no usable terminal (ERROR_INPUT) or the engine stopped (its error); a bad
 * line in bindings or colours is told on the status line and otherwise left out. */
bool ui_run(const struct ui_options *options, struct error *err);

#endif
