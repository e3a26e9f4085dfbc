/*
 * One message, or all that are selected in a list, one after the other: each to a file of its own
 * in a folder, or to a command's standard input. What the commands print is shown at the end.
 * Nothing is overwritten, nothing waits for a key, and ^C or Esc is not needed: leaving Rowan ends
 * it.
 */
#ifndef UI_APP_EXPORT_H
#define UI_APP_EXPORT_H

#include "ui/app.h"

/* Asks for the folder, or the command; `count` is for the question. */
void app_export(struct app *app, unsigned list_id, unsigned count);
void app_pipe(struct app *app, unsigned list_id, unsigned count);
void app_pipe_one(struct app *app, int64_t place_id);

/* EVENT_FOUND, SAVED, FAILED: true when they were about this. */
bool app_export_event(struct app *app, const struct event *event);
int64_t app_export_tick(struct app *app);
void app_export_done(struct app *app);

#endif
