/*
 * What the user wishes done: deleting, moving, undoing, changing folders. A wish is sent and told
 * on the status line when it is in the journal, with the key that takes it back.
 */
#ifndef UI_APP_WISH_H
#define UI_APP_WISH_H

#include "ui/app.h"

/* Sends it so that its outcome is told; takes it. */
void app_wish(struct app *app, struct request *request);
/* About these messages; takes the ids. */
void app_wish_about(
	struct app *app, enum request_kind kind, int64_t *place_ids, size_t place_count);
void app_wish_event(struct app *app, const struct event *event); /* ACTED, UNDONE, FAILED */
void app_undo(struct app *app);

/* Asks where to and moves them there, or copies; takes the ids. With a list_id all that is selected
 * in that list, `count` of them. */
void app_transfer(
	struct app *app, int64_t *place_ids, size_t count, unsigned list_id, bool must_copy);
void app_transfer_done(struct app *app);

void app_folder_add(struct app *app, int64_t account_id);
void app_folder_rename(struct app *app, const struct folder *folder);
void app_folder_remove(struct app *app, const struct folder *folder);
void app_folder_subscribe(struct app *app, const struct folder *folder);

#endif
