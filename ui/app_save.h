/* Saving a message or one of its parts to a file: asks for the name, never overwrites unasked. */
#ifndef UI_APP_SAVE_H
#define UI_APP_SAVE_H

#include "ui/app.h"

void app_save_message(struct app *app, const struct message *row);
void app_save_part(struct app *app, int64_t place_id, const char *part, const char *name);
void app_save_event(struct app *app, const struct event *event);
void app_save_done(struct app *app);

/* "~/x" is in the home folder; owned by the caller. */
char *save_expand(const char *path);

/* A name from outside as a file's name: one level, no control or shell-odd character, no leading
 * dot or dash, at most 100 bytes, never empty. */
void save_name(struct str outside, const char *fallback, struct buf *out);

#endif
