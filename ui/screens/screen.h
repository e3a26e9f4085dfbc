/*
 * A screen: what stands between the title and the status line. Screens answer keys with requests
 * and never wait; what they show is what has come so far. They are kept on the app's stack, the
 * one on top is painted and gets the keys, all get the events.
 */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include "model/address.h"
#include "ui/app.h"
#include "ui/kit/bar.h"

struct screen_ops {
	enum context context;
	const char *name; /* "MESSAGE INDEX", untranslated */
	/* Sends what it has to (VIEW_CLOSE, OPEN_END) and frees the screen. */
	void (*close)(struct screen *s);
	/* The body has other measures, or the screen is on top again. */
	void (*layout)(struct screen *s, int rows, int columns);
	/* False: the command has no meaning here. */
	bool (*command)(struct screen *s, enum command command, const struct input *input);
	/* Text is typed here: asked before the key table, with what is pasted too. True when it
	 * took it; NULL. */
	bool (*text)(struct screen *s, const struct input *input);
	/* A click in a row of the body, at app->click_column; NULL. */
	void (*click)(struct screen *s, int row);
	/* May take what the event owns, leaving NULL in its place; NULL. */
	void (*event)(struct screen *s, struct event *event);
	/* Something is due at app->now; returns when to come again, or -1; NULL. */
	int64_t (*tick)(struct screen *s);
	/* About and position of the title; NULL. */
	void (*title)(const struct screen *s, struct buf *about, struct buf *position);
	/* Why the command cannot be done here and now (its key is grey), or NULL; NULL. */
	const char *(*refusal)(const struct screen *s, enum command command);
	/* What Return does, for the key menu, in place of the table's label; NULL. */
	const char *(*forward_label)(const struct screen *s);
	void (*paint)(const struct screen *s, struct canvas *c, int top, int height);
};

struct screen {
	const struct screen_ops *ops;
	struct app *app;
};

/* Each returns a new screen for app_push. */
struct screen *screen_main_new(struct app *app);
struct screen *screen_folders_new(struct app *app);
struct screen *screen_messages_new(struct app *app, int64_t folder_id, bool is_examined);
/* One message; `part` "" is the message itself. The row is copied. */
struct screen *screen_message_new(
	struct app *app, struct screen *messages, const struct message *row, const char *part);
struct screen *screen_attachments_new(struct app *app, struct screen *message);
/* The same list, to choose one folder from; it closes itself first. */
struct screen *screen_folders_pick(
	struct app *app, void (*done)(struct app *app, int64_t folder_id));
struct screen *screen_actions_new(struct app *app);
struct screen *screen_accounts_new(struct app *app);
struct screen *screen_account_new(struct app *app, struct account *account); /* owned; NULL: new */
/* Takes the draft, which is in the store. */
struct screen *screen_compose_new(struct app *app, struct draft *draft);
struct screen *screen_drafts_new(struct app *app); /* postponed ones, to go on with */
struct screen *screen_outbox_new(struct app *app);
struct screen *screen_book_new(struct app *app);
/* The same, to choose from: what is chosen is added to the composer's field. */
struct screen *screen_book_pick(struct app *app);
/* One entry; copied; NULL: a new one. */
struct screen *screen_address_new(struct app *app, const struct book_entry *entry);
/* Addresses of a message, to take into the book; 'Name <addr>' each. The list is copied. */
struct screen *screen_take_new(struct app *app, const struct address_list *addresses);
/* To choose a file; closes itself first. `asker` is the screen beneath. */
struct screen *screen_files_new(
	struct app *app, struct screen *asker, void (*done)(void *asker, const char *path));
void screen_compose_add(struct screen *compose, const char *recipient);
struct screen *screen_help_new(struct app *app, enum context context);

/* A bad line of the settings: shown with the others on a screen of its own, which is opened if it
 * is not. */
void screen_settings_add(struct app *app, const char *text);
struct screen *screen_folder_info_new(struct app *app, const struct folder *folder);
/* What a program printed. */
struct screen *screen_output_new(struct app *app, struct str text);
/* Takes the question; its answer is sent when the screen closes. */
struct screen *screen_trouble_new(struct app *app, struct question *question);

/* For the message screen: the list beneath it. False when the row is not here yet; then the list
 * has asked for it and opens it in place of the message when it comes. */
bool screen_messages_step(struct screen *messages, int rows);
const struct message *screen_messages_selected(const struct screen *messages);
/* DELETE, UNDELETE, SAVE of one message; false when there is none. */
bool screen_messages_wish(struct screen *messages, enum command command, int64_t place_id);
/* How many are marked as deleted, and the question whether to expunge them. */
uint32_t screen_messages_deleted(const struct screen *messages, struct buf *label);
void screen_messages_flag(struct screen *messages, int64_t place_id);
int64_t screen_messages_folder(const struct screen *messages);
void screen_messages_position(const struct screen *messages, struct buf *position);
/* " NEW", " DEL", " ANS", as Pine writes it behind the number; nothing when there is nothing. */
void screen_messages_add_state(flags_t flags, struct buf *position);
void screen_messages_next_new(struct screen *messages);
void screen_messages_jump(struct screen *messages, uint32_t digit);
/* The message screen above it: shows this row instead. NULL when there is none. */
void screen_message_show(struct screen *message, const struct message *row);

const struct doc *screen_message_doc(const struct screen *message);
const struct message *screen_message_row(const struct screen *message);

#endif
