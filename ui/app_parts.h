/* What app.c is made of, and no one else's business. */
#ifndef UI_APP_PARTS_H
#define UI_APP_PARTS_H

#include "ui/app.h"

/* app_goto.c: folders by name. */
void app_ask_folder(struct app *app);
/* The folders are known: the one that was asked for before is opened. */
void app_goto_late(struct app *app);
/* The folder a name means: "Account/Folder", or the folder alone where that is clear. */
const struct folder *app_folder_named(const struct app *app, struct str name);
int64_t app_current_account(const struct app *app); /* of the open folder, or the first; 0 */
bool app_complete_folder(void *app, struct str typed, struct buf *completed);

/* app_commands.c: changes that the servers have not made yet. */
unsigned app_waiting(const struct app *app);
/* Quitting waited for the servers, and they have done it all. */
bool app_has_finished(const struct app *app);
/* Quitting has waited for them long enough; when to come again, or -1. */
int64_t app_leave_tick(struct app *app);

/* app_question.c: what accounts ask. */
void app_question_add(struct app *app, struct question *question); /* takes it */
void app_question_next(struct app *app); /* asks the first that waits, if nothing else is asked */
void app_question_done(struct app *app);

/* app_events.c */
void app_known_done(struct app *app); /* frees folders and accounts */

/* Opens what the program begins with, once the folders are known and no question stands in front.
 */
void app_start(struct app *app);

#endif
