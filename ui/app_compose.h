/*
 * Writing, as far as it concerns more than one screen: beginning a message, its questions, what
 * waits in Drafts and in the outbox, and taking back what was just sent.
 */
#ifndef UI_APP_COMPOSE_H
#define UI_APP_COMPOSE_H

#include "ui/app.h"

void app_compose(struct app *app); /* asks whether to go on with a postponed one */
void app_compose_new(struct app *app);
void app_compose_to(struct app *app, const char *recipients);
void app_compose_url(struct app *app, const char *mailto);
/* Sends the message of a mailto: URL as it stands; to be asked before. */
void app_send_url(struct app *app, const char *mailto);
void app_compose_at_start(struct app *app); /* what the program was called for */
void app_compose_again(struct app *app, const struct draft_row *row);

/* Answers or forwards these messages, after Alpine's questions; takes the ids. `command` is one of
 * REPLY, REPLY_ALL, REPLY_LIST, PASS_ON, BOUNCE, AGAIN. */
void app_answer_messages(
	struct app *app, enum command command, int64_t *place_ids, size_t count, bool is_list);

/* What was sent last and may still be taken back comes back. False: there is no such thing. */
bool app_take_back(struct app *app);

/* Of the outbox: what is not done yet, and what will go out if Rowan stays. */
unsigned app_outbox_count(const struct app *app);
void app_outbox_send_now(struct app *app);
void app_outbox_cancel(struct app *app, int64_t outgoing_id); /* back into the composer */

/* While a message is being prepared what is typed waits for it; ^C gives it up. True when it took
 * the key. */
bool app_compose_holds(struct app *app, const struct input *input);

void app_compose_event(struct app *app, struct event *event);
void app_compose_done(struct app *app);

/* A composer left it behind, which shows before the engine tells: "C" right after finds it. */
void app_compose_left(struct app *app, const struct draft *draft, bool is_dropped);
/* A composer's message is in the outbox: says so. */
void app_compose_sent(struct app *app, int64_t outgoing_id);

#endif
