/* Wishes, and what is said of them. */
#include "ui/app_wish.h"

#include "base/memory.h"
#include "ui/app_parts.h"
#include "ui/say.h"
#include "ui/screens/screen.h"
#include "ui/say.h"
#include "words/gettext.h"

void app_wish(struct app *app, struct request *request)
{
	request->tag = app->wish_tag = app_next_tag(app);
	app_send(app, request);
}

void app_wish_about(struct app *app, enum request_kind kind, int64_t *place_ids, size_t place_count)
{
	struct request *request = request_new(kind);
	request->place_ids = place_ids;
	request->place_count = place_count;
	app_wish(app, request);
}

void app_undo(struct app *app)
{
	app_wish(app, request_new(REQUEST_UNDO));
}

/* ---- What came of it. ---- */

static void flag_sentence(const struct event *event, struct buf *out)
{
	unsigned count = (unsigned)event->done;
	if ((event->add & FLAG_DELETED) != 0)
		buf_addf(out,
			P_("%u message marked for deletion", "%u messages marked for deletion",
				count),
			count);
	else if ((event->remove & FLAG_DELETED) != 0)
		buf_addf(out, P_("%u message undeleted", "%u messages undeleted", count), count);
	else
		buf_addf(out, P_("%u message flagged", "%u messages flagged", count), count);
}

static const char *folder_sentence(enum folder_verb verb)
{
	switch (verb) {
	case FOLDER_CREATE:
		return _("Folder created");
	case FOLDER_RENAME:
		return _("Folder renamed");
	case FOLDER_DELETE:
		return _("Folder deleted");
	case FOLDER_SUBSCRIBE:
		return _("Subscribed");
	case FOLDER_UNSUBSCRIBE:
		return _("Unsubscribed");
	case FOLDER_NOTHING:
		break;
	}
	return "";
}

static void acted_sentence(const struct app *app, const struct event *event, struct buf *out)
{
	struct buf name = {0};
	unsigned count = (unsigned)event->done;
	app_folder_name(app, event->folder_id, &name);
	switch (event->action_kind) {
	case ACTION_MOVE:
		buf_addf(out, _("Moved %u to %s"), count, buf_text(&name));
		break;
	case ACTION_COPY:
		buf_addf(out, _("Copied %u to %s"), count, buf_text(&name));
		break;
	case ACTION_EXPUNGE:
		buf_addf(
			out, P_("%u message expunged", "%u messages expunged", event->done), count);
		break;
	case ACTION_FOLDER:
		buf_add_text(out, folder_sentence(event->verb));
		break;
	case ACTION_FLAGS:
		flag_sentence(event, out);
		break;
	case ACTION_APPEND:
	case ACTION_REPLACE:
	case ACTION_SEND:
		break;
	}
	buf_done(&name);
}

/* Expunged mail is gone for good, and folders are not brought back. */
static bool acted_can_undo(const struct event *event)
{
	return event->action_kind == ACTION_MOVE || event->action_kind == ACTION_COPY ||
	       event->action_kind == ACTION_FLAGS;
}

static void app_say_acted(struct app *app, const struct event *event)
{
	struct buf line = {0}, key = {0};
	if (event->done == 0) {
		app_say(app, "%s", _("Nothing to change"));
		return;
	}
	acted_sentence(app, event, &line);
	key_print(app->options->preset, keys_show(&app->keys, CONTEXT_ANY, COMMAND_UNDO), &key);
	if (acted_can_undo(event))
		app_say(app, _("%s. %s takes it back"), buf_text(&line), buf_text(&key));
	else
		app_say(app, "%s", buf_text(&line));
	buf_done(&line);
	buf_done(&key);
}

static void app_say_undone(struct app *app, const struct event *event)
{
	struct buf line = {0};
	if (event->done == 0) {
		app_say(app, "%s", _("Nothing to take back"));
		return;
	}
	acted_sentence(app, event, &line);
	app_say(app, _("Taken back: %s"), buf_text(&line));
	buf_done(&line);
}

static void transfer_send(struct app *app, int64_t folder_id)
{
	struct transfer *t = &app->transfer;
	struct request *request = request_new(t->is_copy ? REQUEST_COPY : REQUEST_MOVE);
	request->folder_id = t->last_folder = folder_id;
	request->place_ids = t->place_ids;
	request->place_count = t->place_ids != NULL ? t->count : 0;
	request->list_id = t->list_id;
	request->by_selection = t->list_id != 0;
	t->place_ids = NULL;
	t->count = 0;
	app_wish(app, request);
}

void app_wish_event(struct app *app, const struct event *event)
{
	if (event->tag != app->wish_tag || event->tag == 0)
		return;
	if (event->kind == EVENT_UNDONE)
		app_say_undone(app, event);
	if (event->kind != EVENT_ACTED)
		return;
	if (app->transfer.is_creating && event->verb == FOLDER_CREATE) {
		app->transfer.is_creating = false;
		transfer_send(app, event->folder_id);
		return;
	}
	app_say_acted(app, event);
}

/* ---- Saving to a folder. ---- */

static void transfer_ask(struct app *app, const char *text);

void app_transfer_done(struct app *app)
{
	mem_free(app->transfer.place_ids);
	app->transfer.place_ids = NULL;
	app->transfer.count = 0;
	app->transfer.is_creating = false;
}

static int64_t transfer_account(const struct app *app)
{
	const struct transfer *t = &app->transfer;
	const struct folder *folder = app_folder(
		app, t->place_ids != NULL ? place_folder(t->place_ids[0]) : app->folder_id);
	return folder != NULL ? folder->account_id : 0;
}

/* The folder saved to last, else the account's archive. */
static const struct folder *transfer_default(const struct app *app)
{
	const struct folder *last = app_folder(app, app->transfer.last_folder);
	int64_t account = transfer_account(app);
	if (last != NULL && last->account_id == account)
		return last;
	for (size_t i = 0; i < app->folder_count; i++)
		if (app->folders[i].account_id == account && app->folders[i].role == ROLE_ARCHIVE)
			return &app->folders[i];
	return NULL;
}

static const struct choice create_choices[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static void transfer_create(void *context, int value)
{
	struct app *app = context;
	if (value != 1) {
		app_transfer_done(app);
		app_say(app, "%s", _("Nothing saved"));
		return;
	}
	struct request *request = request_new(REQUEST_FOLDER);
	request->verb = FOLDER_CREATE;
	request->account_id = transfer_account(app);
	request->text = mem_text(app->transfer.name);
	app->transfer.is_creating = true;
	app_wish(app, request);
}

static void transfer_offer(struct app *app, struct str name)
{
	struct buf label = {0};
	mem_free(app->transfer.name);
	app->transfer.name = mem_str(name);
	buf_addf(&label, _("There is no folder \"%s\". Create it? "), app->transfer.name);
	app_ask_choice(app, buf_str(&label), create_choices, 2, 1, transfer_create, app);
	buf_done(&label);
}

static void transfer_named(void *context, const char *text)
{
	struct app *app = context;
	struct str name = str_trim(str_from(text != NULL ? text : ""));
	const struct folder *folder =
		name.len > 0 ? app_folder_named(app, name) : transfer_default(app);
	if (text == NULL || (name.len == 0 && folder == NULL)) {
		app_transfer_done(app);
		app_say(app, "%s", _("Nothing saved"));
	} else if (folder == NULL) {
		transfer_offer(app, name);
	} else {
		transfer_send(app, folder->folder_id);
	}
}

static void transfer_picked(struct app *app, int64_t folder_id)
{
	if (app->transfer.count > 0)
		transfer_send(app, folder_id);
}

enum { TRANSFER_PICK, TRANSFER_TURN };

static const struct choice move_keys[] = {
	{INPUT_CTRL('T'), N_("To Fldrs"), TRANSFER_PICK},
	{INPUT_CTRL('R'), N_("No Delete"), TRANSFER_TURN},
};
static const struct choice copy_keys[] = {
	{INPUT_CTRL('T'), N_("To Fldrs"), TRANSFER_PICK},
	{INPUT_CTRL('R'), N_("Delete"), TRANSFER_TURN},
};

static void transfer_key(void *context, int value, const char *text)
{
	struct app *app = context;
	struct transfer *t = &app->transfer;
	if (value == TRANSFER_PICK) {
		app_push(app, screen_folders_pick(app, transfer_picked));
		return;
	}
	if (t->must_copy)
		app_say(app, "%s", _("This folder can only be read"));
	else
		t->is_copy = !t->is_copy;
	transfer_ask(app, text);
}

static void transfer_ask(struct app *app, const char *text)
{
	struct buf label = {0}, name = {0};
	const struct folder *folder = transfer_default(app);
	if (folder != NULL)
		app_folder_name(app, folder->folder_id, &name);
	buf_add_text(&label, app->transfer.is_copy ? _("COPY to folder") : _("SAVE to folder"));
	if (name.len > 0)
		buf_addf(&label, " [%s]", buf_text(&name));
	buf_add_text(&label, " : ");
	app_ask_line(app, buf_str(&label), str_from(text), false, transfer_named, app);
	app->prompt.complete = app_complete_folder;
	app_ask_keys(app, app->transfer.is_copy ? copy_keys : move_keys, 2, transfer_key);
	buf_done(&label);
	buf_done(&name);
}

void app_transfer(
	struct app *app, int64_t *place_ids, size_t count, unsigned list_id, bool must_copy)
{
	app_transfer_done(app);
	app->transfer.list_id = list_id;
	app->transfer.place_ids = place_ids;
	app->transfer.count = count;
	app->transfer.is_copy = app->transfer.must_copy = must_copy;
	transfer_ask(app, "");
}

/* ---- Folders. ---- */

static void folder_wish(struct app *app, enum folder_verb verb, const char *new_text)
{
	struct request *request = request_new(REQUEST_FOLDER);
	request->verb = verb;
	request->folder_id = app->change.folder_id;
	request->account_id = app->change.account_id;
	if (verb == FOLDER_CREATE)
		request->text = mem_text(new_text);
	else
		request->new_text = mem_text(new_text);
	app_wish(app, request);
}

static void folder_add_named(void *context, const char *text)
{
	if (text != NULL && text[0] != '\0')
		folder_wish(context, FOLDER_CREATE, text);
}

void app_folder_add(struct app *app, int64_t account_id)
{
	struct buf label = {0};
	const struct account_status *account = app_account(app, account_id);
	app->change = (struct folder_change){.account_id = account_id};
	buf_addf(&label, _("Name of the folder to add to %s : "),
		account != NULL ? account->name : "");
	app_ask_line(app, buf_str(&label), STR(""), false, folder_add_named, app);
	buf_done(&label);
}

static void folder_rename_named(void *context, const char *text)
{
	struct app *app = context;
	const struct folder *folder = app_folder(app, app->change.folder_id);
	if (text == NULL || text[0] == '\0' || folder == NULL || strcmp(text, folder->name) == 0)
		app_say(app, "%s", _("Not renamed"));
	else
		folder_wish(app, FOLDER_RENAME, text);
}

void app_folder_rename(struct app *app, const struct folder *folder)
{
	app->change = (struct folder_change){folder->account_id, folder->folder_id};
	if (folder->role == ROLE_INBOX) {
		app_say(app, "%s", _("INBOX is where mail arrives: it cannot be renamed"));
		return;
	}
	app_ask_line(app, str_from(_("RENAME folder to : ")), str_from(folder->name), false,
		folder_rename_named, app);
}

static void folder_remove_answer(void *context, int value)
{
	if (value == 1)
		folder_wish(context, FOLDER_DELETE, NULL);
	else
		app_say(context, "%s", _("Not deleted"));
}

void app_folder_remove(struct app *app, const struct folder *folder)
{
	struct buf label = {0}, count = {0};
	uint32_t total =
		folder->total > folder->server_total ? folder->total : folder->server_total;
	app->change = (struct folder_change){folder->account_id, folder->folder_id};
	if (folder->role == ROLE_INBOX) {
		app_say(app, "%s", _("INBOX is where mail arrives: it cannot be deleted"));
		return;
	}
	say_count(total, &count);
	buf_addf(&label,
		P_("DELETE \"%s\" and its %s message? ", "DELETE \"%s\" and its %s messages? ",
			total),
		folder->name, buf_text(&count));
	app_ask_choice(app, buf_str(&label), create_choices, 2, 0, folder_remove_answer, app);
	buf_done(&label);
	buf_done(&count);
}

void app_folder_subscribe(struct app *app, const struct folder *folder)
{
	bool is_on = (folder->attributes & FOLDER_SUBSCRIBED) != 0;
	app->change = (struct folder_change){folder->account_id, folder->folder_id};
	folder_wish(app, is_on ? FOLDER_UNSUBSCRIBE : FOLDER_SUBSCRIBE, NULL);
}
