/*
 * Opening by other programs: attachments by mailcap, links by $BROWSER. Nothing is opened but what
 * the user pointed at. An attachment is written to a folder of Rowan's own (0700, the file 0600),
 * removed when its program is done; what a crash left there is removed at the next start.
 */
#ifndef UI_APP_OPEN_H
#define UI_APP_OPEN_H

#include "ui/app.h"

void app_open_part(struct app *app, int64_t place_id, const struct doc_part *part);

/* A link's target: to the browser when it is of the web, else to the clipboard. */
void app_open_link(struct app *app, const char *target);

/* A command line of the settings, with two more words; nobody waits for it. */
void app_run_beside(struct app *app, const char *line, const char *first, const char *second);

/* A name for a file in Rowan's own folder, owned by the caller; NULL when there is none, which is
 * said. */
char *app_open_file(struct app *app, const char *name);
/* A command line with the file as one more word, in the terminal; `done` gets its status when it is
 * over. The line may name variables and quote: sh reads it, as it does for other programs. */
void app_open_program(struct app *app, const char *line, const char *path,
	void (*done)(void *context, int status), void *context);
/* A folder for files that live for a moment: removed at the end. NULL, said why, when there is
 * none.
 */
const char *app_open_folder_path(struct app *app);

/* EVENT_SAVED, EVENT_FAILED: true when they were about a file to open. */
bool app_open_event(struct app *app, const struct event *event);
int64_t app_open_tick(struct app *app);
/* ui.c ran app->wants_program in the terminal. */
void app_open_ran(struct app *app, int status);

void app_open_done(struct app *app); /* at the end: files that nobody uses */

#endif
