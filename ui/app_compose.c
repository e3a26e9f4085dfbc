/* Beginning messages, and what becomes of them. */
#include "ui/app_compose.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/memory.h"
#include "ui/app_parts.h"
#include "ui/screens/screen.h"
#include "words/gettext.h"
#include "words/words.h"

/* ---- Beginning. ---- */

static void compose_ask(struct app *app, struct request *request)
{
	request->tag = app->writing.tag = app_next_tag(app);
	app_say(app, "%s", _("Preparing the message …"));
	app_send(app, request);
}

bool app_compose_holds(struct app *app, const struct input *input)
{
	enum { EARLY_MAX = 10000 };
	struct writing *w = &app->writing;
	if (w->tag == 0)
		return false;
	if (input->code == INPUT_CTRL('C') && !input->is_pasted) {
		w->tag = 0;
		w->early_count = 0;
		app_say(app, "%s", _("Message cancelled"));
		return true;
	}
	w->early = array_room(w->early, w->early_count, &w->early_cap, sizeof(*w->early));
	if (w->early_count < EARLY_MAX)
		w->early[w->early_count++] = *input;
	return true;
}

/* The message is here: what was typed meanwhile is for it. */
static void compose_replay(struct app *app)
{
	struct writing *w = &app->writing;
	struct input *early = w->early;
	size_t count = w->early_count;
	w->early = NULL;
	w->early_count = w->early_cap = 0;
	for (size_t i = 0; i < count; i++)
		app_key(app, &early[i], app->now);
	mem_free(early);
}

void app_compose_new(struct app *app)
{
	struct request *request = request_new(REQUEST_COMPOSE);
	request->draft_verb = DRAFT_NEW;
	request->account_id = app_current_account(app);
	compose_ask(app, request);
}

void app_compose_url(struct app *app, const char *mailto)
{
	struct request *request = request_new(REQUEST_COMPOSE);
	request->draft_verb = DRAFT_NEW;
	request->account_id = app_current_account(app);
	request->text = mem_text(mailto);
	compose_ask(app, request);
}

void app_send_url(struct app *app, const char *mailto)
{
	struct request *request = request_new(REQUEST_COMPOSE);
	request->draft_verb = DRAFT_NEW;
	request->account_id = app_current_account(app);
	request->text = mem_text(mailto);
	request->tag = app->writing.url_tag = app_next_tag(app);
	app_send(app, request);
}

void app_compose_to(struct app *app, const char *recipients)
{
	struct buf url = {0};
	buf_add_text(&url, "mailto:?to=");
	for (const char *at = recipients; *at != '\0'; at++)
		if (ascii_is_alpha(*at) || ascii_is_digit(*at) || strchr("@.-_", *at) != NULL)
			buf_add_char(&url, *at);
		else
			buf_addf(&url, "%%%02X", (unsigned)(unsigned char)*at);
	app_compose_url(app, buf_text(&url));
	buf_done(&url);
}

void app_compose_again(struct app *app, const struct draft_row *row)
{
	struct request *request = request_new(REQUEST_COMPOSE);
	request->draft_id = row->draft_id;
	app->writing.left_id = app->writing.left_id == row->draft_id ? 0 : app->writing.left_id;
	request->place_id = row->draft_id == 0 ? row->place_id : 0;
	request->account_id = row->account_id;
	compose_ask(app, request);
}

void app_compose_at_start(struct app *app)
{
	bool is_ready = app->has_folders && app->has_accounts && app->account_count > 0;
	if (app->options->compose_url == NULL || app->writing.has_url || !is_ready)
		return;
	app->writing.has_url = true;
	app_compose_url(app, app->options->compose_url);
}

static const struct choice postponed_choices[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static const struct draft_row *compose_postponed(const struct app *app, unsigned *count)
{
	const struct draft_row *found = NULL;
	*count = 0;
	for (size_t i = 0; i < app->writing.draft_count; i++) {
		const struct draft_row *row = &app->writing.drafts[i];
		if (row->is_open || row->is_dropped)
			continue;
		found = *count == 0 ? row : found;
		++*count;
	}
	return found;
}

static void compose_postponed_done(void *context, int value)
{
	struct app *app = context;
	unsigned count;
	const struct draft_row *row = compose_postponed(app, &count);
	if (value == 0)
		app_compose_new(app);
	else if (value == 1 && count == 1)
		app_compose_again(app, row);
	else if (value == 1)
		app_push(app, screen_drafts_new(app));
}

void app_compose(struct app *app)
{
	unsigned count;
	if (compose_postponed(app, &count) == NULL)
		app_compose_new(app);
	else
		app_ask_choice(app,
			str_from(_("Continue postponed composition (answering \"No\" won't "
				   "erase it)? ")),
			postponed_choices, 2, 1, compose_postponed_done, app);
}

/* ---- Answering. ---- */

static void writing_forget(struct writing *w)
{
	mem_free(w->place_ids);
	w->place_ids = NULL;
	w->count = 0;
}

static void answer_send(struct app *app)
{
	struct writing *w = &app->writing;
	struct request *request = request_new(REQUEST_COMPOSE);
	request->draft_verb = w->verb;
	request->place_ids = w->place_ids;
	request->place_count = w->count;
	request->omits_text = w->omits_text;
	w->place_ids = NULL;
	w->count = 0;
	compose_ask(app, request);
}

static const struct choice all_choices[] = {
	{'y', N_("Yes"), DRAFT_REPLY_ALL},
	{'n', N_("No"), DRAFT_REPLY},
	{'l', N_("List"), DRAFT_REPLY_LIST},
};

static void answer_all_done(void *context, int value)
{
	struct app *app = context;
	if (value < 0) {
		writing_forget(&app->writing);
		return;
	}
	app->writing.verb = (enum draft_verb)value;
	answer_send(app);
}

static void answer_ask_all(struct app *app)
{
	struct writing *w = &app->writing;
	enum ui_ask all = app->options->reply_all;
	bool is_asked = w->verb == DRAFT_REPLY && all == ASK_EACH_TIME;
	if (w->verb == DRAFT_REPLY && all == ASK_ALWAYS)
		w->verb = DRAFT_REPLY_ALL;
	if (is_asked)
		app_ask_choice(app, str_from(_("Reply to all recipients? ")), all_choices,
			w->is_list ? 3 : 2, DRAFT_REPLY, answer_all_done, app);
	else
		answer_send(app);
}

static void answer_text_done(void *context, int value)
{
	struct app *app = context;
	if (value < 0) {
		writing_forget(&app->writing);
		return;
	}
	app->writing.omits_text = value == 0;
	answer_ask_all(app);
}

static void answer_ask_text(struct app *app)
{
	enum ui_ask quote = app->options->reply_quote;
	app->writing.omits_text = quote == ASK_NEVER;
	if (quote != ASK_EACH_TIME) {
		answer_ask_all(app);
		return;
	}
	app_ask_choice(app,
		str_from(app->writing.count > 1 ? _("Include original messages in Reply? ")
						: _("Include original message in Reply? ")),
		postponed_choices, 2, 1, answer_text_done, app);
}

static const struct choice forward_choices[] = {
	{'i', N_("In the text"), DRAFT_FORWARD},
	{'a', N_("Attached"), DRAFT_FORWARD_ATTACHED},
	{'n', N_("Edit as new"), DRAFT_AGAIN},
};

static void answer_forward_done(void *context, int value)
{
	answer_all_done(context, value);
}

static void answer_bounce_done(void *context, const char *text)
{
	struct app *app = context;
	struct writing *w = &app->writing;
	if (text == NULL || str_trim(str_from(text)).len == 0) {
		writing_forget(w);
		app_say(app, "%s", _("Not bounced"));
		return;
	}
	struct request *request = request_new(REQUEST_REDIRECT);
	request->place_ids = w->place_ids;
	request->place_count = w->count;
	request->text = mem_text(text);
	request->tag = w->bounce_tag = app_next_tag(app);
	w->place_ids = NULL;
	w->count = 0;
	app_send(app, request);
}

static void answer_ask_bounce(struct app *app)
{
	struct buf label = {0};
	buf_addf(&label,
		P_("BOUNCE (redirect) message to : ", "BOUNCE (redirect) %u messages to : ",
			app->writing.count),
		(unsigned)app->writing.count);
	app_ask_line(app, buf_str(&label), STR(""), false, answer_bounce_done, app);
	buf_done(&label);
}

static const struct {
	enum command command;
	enum draft_verb verb;
	void (*ask)(struct app *app);
} answers[] = {
	{COMMAND_REPLY, DRAFT_REPLY, answer_ask_text},
	{COMMAND_REPLY_ALL, DRAFT_REPLY_ALL, answer_ask_text},
	{COMMAND_REPLY_LIST, DRAFT_REPLY_LIST, answer_ask_text},
	{COMMAND_BOUNCE, DRAFT_REDIRECT, answer_ask_bounce},
	{COMMAND_AGAIN, DRAFT_AGAIN, answer_send},
};

void app_answer_messages(
	struct app *app, enum command command, int64_t *place_ids, size_t count, bool is_list)
{
	struct writing *w = &app->writing;
	writing_forget(w);
	w->place_ids = place_ids;
	w->count = count;
	w->is_list = is_list;
	w->omits_text = false;
	if (count == 0) {
		writing_forget(w);
		app_say(app, "%s", _("No message is selected"));
		return;
	}
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i].command == command) {
			w->verb = answers[i].verb;
			answers[i].ask(app);
			return;
		}
	app_ask_choice(app, str_from(_("Forward: ")), forward_choices, count > 1 ? 2 : 3,
		DRAFT_FORWARD, answer_forward_done, app);
}

/* ---- The outbox. ---- */

static const struct outgoing *outbox_find(const struct app *app, int64_t outgoing_id)
{
	for (size_t i = 0; i < app->writing.outbox_count; i++)
		if (app->writing.outbox[i].outgoing_id == outgoing_id)
			return &app->writing.outbox[i];
	return NULL;
}

unsigned app_outbox_count(const struct app *app)
{
	unsigned count = 0;
	for (size_t i = 0; i < app->writing.outbox_count; i++) {
		enum outgoing_state state = app->writing.outbox[i].state;
		count += state != OUTGOING_DONE && state != OUTGOING_FAILED &&
			 state != OUTGOING_UNKNOWN;
	}
	return count;
}

static void outbox_order(struct app *app, int64_t outgoing_id, const char *what, uint64_t tag)
{
	struct request *request = request_new(REQUEST_OUTGOING);
	request->outgoing_id = outgoing_id;
	request->text = mem_text(what);
	request->tag = tag;
	app_send(app, request);
}

void app_outbox_send_now(struct app *app)
{
	for (size_t i = 0; i < app->writing.outbox_count; i++) {
		const struct outgoing *o = &app->writing.outbox[i];
		if (o->state == OUTGOING_HELD || o->state == OUTGOING_QUEUED)
			outbox_order(app, o->outgoing_id, "retry", 0);
	}
}

void app_outbox_cancel(struct app *app, int64_t outgoing_id)
{
	struct writing *w = &app->writing;
	w->back_id = outgoing_id;
	w->back_tag = app_next_tag(app);
	outbox_order(app, outgoing_id, "cancel", w->back_tag);
}

bool app_take_back(struct app *app)
{
	struct writing *w = &app->writing;
	const struct outgoing *held = w->held_id != 0 ? outbox_find(app, w->held_id) : NULL;
	if (held == NULL || held->state != OUTGOING_HELD)
		return false;
	app_outbox_cancel(app, w->held_id);
	w->held_id = 0;
	return true;
}

void app_compose_left(struct app *app, const struct draft *draft, bool is_dropped)
{
	struct writing *w = &app->writing;
	struct draft_row *row = NULL;
	for (size_t i = 0; i < w->draft_count; i++)
		if (w->drafts[i].draft_id == draft->draft_id)
			row = &w->drafts[i];
	if (row == NULL) {
		w->drafts = mem_resize(w->drafts, (w->draft_count + 1) * sizeof(*w->drafts));
		row = &w->drafts[w->draft_count++];
		*row = (struct draft_row){.draft_id = draft->draft_id,
			.account_id = draft->account_id,
			.to = mem_text(draft->to),
			.subject = mem_text(draft->subject),
			.updated = clock_wall_seconds()};
	}
	row->is_open = false;
	row->is_dropped = w->is_left_dropped = is_dropped;
	w->left_id = draft->draft_id;
}

/* A list from before it was left may still come. */
static void compose_mend_drafts(struct writing *w)
{
	for (size_t i = 0; i < w->draft_count && w->left_id != 0; i++) {
		struct draft_row *row = &w->drafts[i];
		if (row->draft_id != w->left_id)
			continue;
		if (!row->is_open)
			w->left_id = 0;
		else
			row->is_dropped = w->is_left_dropped;
		row->is_open = false;
	}
}

void app_compose_sent(struct app *app, int64_t outgoing_id)
{
	const struct outgoing *o = outbox_find(app, outgoing_id);
	struct buf key = {0};
	if (app->writing.back_id == outgoing_id)
		app->writing.back_id = 0; /* the number of what was taken back is free again */
	app->writing.held_id = outgoing_id;
	if (o == NULL || o->state != OUTGOING_HELD) {
		app_say(app, "%s", _("Message is in the outbox"));
		return;
	}
	int64_t left = o->not_before - clock_wall_seconds();
	key_print(app->options->preset, keys_show(&app->keys, CONTEXT_ANY, COMMAND_UNDO), &key);
	app_say(app, _("Message goes out in %d s; %s takes it back"), (int)(left > 0 ? left : 0),
		buf_text(&key));
	buf_done(&key);
}

/* ---- Events. ---- */

static void drafts_free(struct writing *w)
{
	for (size_t i = 0; i < w->draft_count; i++)
		draft_row_done(&w->drafts[i]);
	mem_free(w->drafts);
	w->drafts = NULL;
	w->draft_count = 0;
}

static void outbox_free(struct writing *w)
{
	for (size_t i = 0; i < w->outbox_count; i++)
		outgoing_done(&w->outbox[i]);
	mem_free(w->outbox);
	w->outbox = NULL;
	w->outbox_count = 0;
}

static bool outgoing_is_sent(enum outgoing_state state)
{
	return state == OUTGOING_ACCEPTED || state == OUTGOING_SENTCOPY || state == OUTGOING_DONE;
}

/* What is new in it: sent, refused, not known. */
static void outbox_tell(struct app *app, const struct outgoing *now)
{
	const struct outgoing *before = outbox_find(app, now->outgoing_id);
	const char *who = now->recipient_count > 0 ? now->recipients[0].address : "";
	bool was_sent = before != NULL && outgoing_is_sent(before->state);
	if (before != NULL && before->state == now->state)
		return;
	if (now->state == OUTGOING_FAILED)
		app_warn(app, _("Not sent to %s: %s"), who, now->words != NULL ? now->words : "");
	else if (now->state == OUTGOING_UNKNOWN)
		app_warn(app,
			_("It is not known whether the message to %s was sent: see the outbox"),
			who);
	else if (!was_sent && outgoing_is_sent(now->state))
		app_say(app, "%s", _("Message sent"));
}

/* What is done goes out of the list; so does what was taken back. */
static void outbox_tell_gone(struct app *app, const struct event *event)
{
	const struct writing *w = &app->writing;
	for (size_t i = 0; i < w->outbox_count; i++) {
		const struct outgoing *o = &w->outbox[i];
		bool is_there = o->outgoing_id == w->back_id || outgoing_is_sent(o->state);
		for (size_t k = 0; k < event->outbox_count && !is_there; k++)
			is_there = event->outbox[k].outgoing_id == o->outgoing_id;
		if (!is_there)
			app_say(app, "%s", _("Message sent"));
	}
}

static void compose_take_outbox(struct app *app, struct event *event)
{
	struct writing *w = &app->writing;
	for (size_t i = 0; i < event->outbox_count && w->has_outbox; i++)
		outbox_tell(app, &event->outbox[i]);
	outbox_tell_gone(app, event);
	outbox_free(w);
	w->outbox = event->outbox;
	w->outbox_count = event->outbox_count;
	w->has_outbox = true;
	event->outbox = NULL;
	event->outbox_count = 0;
	app->is_over |= app_has_finished(app);
	if (event->tag != 0 && event->tag == w->bounce_tag)
		app_compose_sent(app, event->outgoing_id);
}

static void compose_send_at_once(struct app *app, struct event *event)
{
	struct request *request = request_new(REQUEST_DRAFT_SEND);
	request->draft = event->draft;
	event->draft = NULL;
	request->tag = app->writing.bounce_tag = app_next_tag(app);
	app->writing.url_tag = 0;
	app_send(app, request);
}

/* One that was asked for opens; one that came back by itself only where nothing stands in the
 * way, and else waits among the postponed ones. */
static void compose_take_draft(struct app *app, struct event *event)
{
	struct writing *w = &app->writing;
	bool is_asked = event->tag != 0 && (event->tag == w->tag || event->tag == w->back_tag);
	bool is_free = app->prompt.state == PROMPT_NONE && app_top(app)->ops->text == NULL;
	if (event->tag != 0 && event->tag == w->url_tag) {
		compose_send_at_once(app, event);
		return;
	}
	if (event->tag != 0 && !is_asked) { /* it was given up meanwhile */
		struct request *request = request_new(REQUEST_DRAFT_DROP);
		request->draft_id = event->draft->draft_id;
		app_send(app, request);
		return;
	}
	if (!is_asked && !is_free) {
		app_warn(app, "%s", _("A message came back and is among the postponed ones"));
		return;
	}
	bool is_begun = event->tag == w->tag;
	w->tag = is_begun ? 0 : w->tag;
	buf_clear(&app->status);
	app_push(app, screen_compose_new(app, event->draft));
	event->draft = NULL;
	if (event->text != NULL && event->text[0] != '\0')
		app_warn(app, "%s", event->text);
	else if (event->tag != 0 && event->tag == w->back_tag)
		app_say(app, "%s", _("Taken back: the message was not sent"));
	if (is_begun)
		compose_replay(app);
}

void app_compose_event(struct app *app, struct event *event)
{
	struct writing *w = &app->writing;
	switch ((int)event->kind) {
	case EVENT_DRAFTS:
		drafts_free(w);
		w->drafts = event->drafts;
		w->draft_count = event->draft_count;
		event->drafts = NULL;
		event->draft_count = 0;
		compose_mend_drafts(w);
		break;
	case EVENT_OUTBOX:
		compose_take_outbox(app, event);
		break;
	case EVENT_DRAFT:
		compose_take_draft(app, event);
		break;
	case EVENT_FAILED:
		if (w->tag != 0 && event->tag == w->tag)
			w->tag = w->early_count = 0;
		break;
	}
}

void app_compose_done(struct app *app)
{
	writing_forget(&app->writing);
	mem_free(app->writing.early);
	drafts_free(&app->writing);
	outbox_free(&app->writing);
}
