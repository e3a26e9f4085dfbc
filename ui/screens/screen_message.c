/*
 * The message text. It asks for the message once and paints what has come; the same document is
 * laid out again when the terminal is resized. Opening one counts as seeing it, at once, after some
 * seconds or never, as the settings say.
 */
#include "ui/screens/message_state.h"

#include "base/memory.h"
#include "ui/app_compose.h"
#include "ui/app_export.h"
#include "ui/app_save.h"
#include "ui/kit/text.h"
#include "words/gettext.h"

void message_ask(struct screen_message *m)
{
	struct request *request = request_new(REQUEST_OPEN);
	request->place_id = m->row.place_id;
	request->tag = m->tag = app_next_tag(m->base.app);
	request->show.full_headers = m->full_headers;
	request->show.prefer_html = m->base.app->options->prefer_html;
	strncpy(request->show.part, m->part, sizeof(request->show.part) - 1);
	if (m->base.app->options->authserv != NULL)
		strncpy(request->show.authserv, m->base.app->options->authserv,
			sizeof(request->show.authserv) - 1);
	memcpy(request->show.charset, m->charset, sizeof(request->show.charset));
	app_send(m->base.app, request);
}

static void message_leave(struct screen_message *m)
{
	if (m->part[0] == '\0') { /* a part's message is still open beneath it */
		struct request *request = request_new(REQUEST_OPEN_END);
		request->place_id = m->row.place_id;
		request->tag = m->tag;
		app_send(m->base.app, request);
	}
	shown_free(m->shown);
	m->shown = NULL;
	doc_free(m->stand_in);
	m->stand_in = NULL;
	text_done(&m->text);
	message_done(&m->row);
}

const struct doc *message_doc(const struct screen_message *m)
{
	return m->shown != NULL ? m->shown->doc : m->stand_in;
}

void message_relayout(struct screen_message *m)
{
	struct layout_options options;
	message_layout_options(m, &options);
	if (m->columns > 0 && message_doc(m) != NULL)
		text_set(&m->text, layout_make(message_doc(m), &options));
}

static void message_stand_in(struct screen_message *m)
{
	doc_free(m->stand_in);
	m->stand_in = m->shown == NULL ? message_absent_doc(m) : NULL;
	message_relayout(m);
}

static void message_start(struct screen_message *m, const struct message *row)
{
	message_copy_to(&m->row, row);
	m->was_new = (row->flags & FLAG_SEEN) == 0;
	m->is_complete = m->is_unreachable = m->has_failed = m->is_counted = false;
	m->error = (struct error){0};
	m->seen_due = 0;
	m->done = m->total = 0;
	m->charset[0] = '\0';
	message_stand_in(m);
	message_ask(m);
}

void screen_message_show(struct screen *message, const struct message *row)
{
	struct screen_message *m = (struct screen_message *)message;
	struct app *app = message->app;
	struct message next;
	app_pop_to(app, message);
	message_copy_to(&next, row);
	message_leave(m);
	int height = app_body_height(app);
	text_set_height(&m->text, height);
	message_start(m, &next);
	message_done(&next);
}

static void message_close(struct screen *s)
{
	struct screen_message *m = (struct screen_message *)s;
	message_leave(m);
	mem_free(m->part);
	mem_free(m->find);
	mem_free(m);
}

static void message_layout(struct screen *s, int rows, int columns)
{
	struct screen_message *m = (struct screen_message *)s;
	bool is_other = columns != m->columns;
	m->columns = columns;
	text_set_height(&m->text, rows);
	if (is_other)
		message_relayout(m);
}

/* ---- Seen. ---- */

static void message_mark_seen(struct screen_message *m)
{
	struct request *request;
	m->is_counted = true;
	m->seen_due = 0;
	if ((m->row.flags & FLAG_SEEN) != 0)
		return;
	request = request_new(REQUEST_FLAGS);
	request->add = FLAG_SEEN;
	request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
	request->place_ids[0] = m->row.place_id;
	request->place_count = 1;
	m->row.flags |= FLAG_SEEN;
	app_send(m->base.app, request);
}

static bool message_is_read_only(const struct screen_message *m)
{
	return m->messages != NULL && m->messages->ops->refusal(m->messages, COMMAND_FLAG) != NULL;
}

/* As the account wants it, else as the settings say for all. */
static void message_seen_mode(const struct screen_message *m, enum seen_mode *seen, int *seconds)
{
	const struct app *app = m->base.app;
	const struct folder *folder = app_folder(app, place_folder(m->row.place_id));
	const struct account_status *account =
		folder != NULL ? app_account(app, folder->account_id) : NULL;
	*seen = app->options->seen;
	*seconds = app->options->seen_after;
	if (account != NULL && app->options->account_seen != NULL)
		app->options->account_seen(app->options->context, account->name, seen, seconds);
}

static void message_count_seen(struct screen_message *m)
{
	enum seen_mode seen;
	int seconds;
	if (m->is_counted || m->part[0] != '\0')
		return;
	m->is_counted = true;
	if (message_is_read_only(m))
		return;
	message_seen_mode(m, &seen, &seconds);
	switch (seen) {
	case SEEN_AT_ONCE:
		message_mark_seen(m);
		return;
	case SEEN_AFTER:
		m->seen_due = m->base.app->now + (int64_t)seconds * 1000;
		return;
	case SEEN_NEVER:
		return;
	}
}

static int64_t message_tick(struct screen *s)
{
	struct screen_message *m = (struct screen_message *)s;
	if (m->seen_due == 0)
		return -1;
	if (s->app->now < m->seen_due)
		return m->seen_due;
	message_mark_seen(m);
	return -1;
}

/* ---- Events. ---- */

static bool message_is_partial(const struct screen_message *m)
{
	return m->shown != NULL && m->shown->doc != NULL && m->shown->doc->is_incomplete;
}

/* Nothing of it has come, not even its header: the list knows more. */
static bool message_is_bare(const struct screen_message *m, const struct event *event)
{
	const struct doc *doc = event->shown->doc;
	bool is_waiting = !event->is_complete || event->is_unreachable;
	if (!is_waiting || doc == NULL)
		return doc == NULL;
	if (m->part[0] != '\0')
		return doc->is_incomplete || event->shown->plain.len == 0;
	return doc->block_count == 0 || doc->blocks[0].kind != DOC_HEADER;
}

static void message_take(struct screen_message *m, struct event *event)
{
	m->is_complete = event->is_complete;
	m->is_unreachable = event->is_unreachable;
	if (event->row != NULL) {
		flags_t seen = m->row.flags & FLAG_SEEN;
		message_done(&m->row);
		message_copy_to(&m->row, event->row);
		m->row.flags |= seen;
	}
	m->error = event->error;
	if (event->error.kind != ERROR_NONE && !event->is_unreachable)
		app_say_error(m->base.app, &event->error);
	if (event->shown == NULL || message_is_bare(m, event)) {
		message_stand_in(m);
		return;
	}
	shown_free(m->shown);
	m->shown = event->shown;
	event->shown = NULL;
	message_stand_in(m);
	if (!m->is_unreachable && (m->is_complete || !message_is_partial(m)))
		message_count_seen(m);
}

static void message_event(struct screen *s, struct event *event)
{
	struct screen_message *m = (struct screen_message *)s;
	if (event->kind == EVENT_PROGRESS && event->place_id == m->row.place_id &&
		event->place_id != 0) {
		m->done = event->done;
		m->total = event->total;
	}
	if (event->tag != m->tag || event->tag == 0)
		return;
	if (event->kind == EVENT_SHOWN)
		message_take(m, event);
	if (event->kind == EVENT_FAILED) {
		m->has_failed = true;
		m->error = event->error;
		message_stand_in(m);
	}
}

/* ---- Commands. ---- */

static void message_find_done(void *context, const char *text)
{
	struct screen_message *m = context;
	bool is_wrapped;
	if (text == NULL || (text[0] == '\0' && m->find == NULL))
		return;
	if (text[0] != '\0') {
		mem_free(m->find);
		m->find = mem_text(text);
	}
	message_unfold(m);
	if (!text_find(&m->text, str_from(m->find), &is_wrapped))
		app_say(m->base.app, _("Word \"%s\" not found"), m->find);
	else if (is_wrapped)
		app_say(m->base.app, "%s", _("Search wrapped to beginning"));
}

static void message_find_end(void *context, int value, const char *text)
{
	struct screen_message *m = context;
	(void)text;
	app_text_command(m->base.app, &m->text, (enum command)value);
}

static void message_find(struct screen_message *m)
{
	struct buf label = {0};
	if (m->find != NULL)
		buf_addf(&label, _("Word to search for [%s] : "), m->find);
	else
		buf_add_text(&label, _("Word to search for : "));
	app_ask_line(m->base.app, buf_str(&label), STR(""), false, message_find_done, m);
	app_ask_ends(m->base.app, message_find_end);
	buf_done(&label);
}

static void message_headers(struct screen_message *m)
{
	m->full_headers = !m->full_headers;
	app_say(m->base.app, "%s",
		m->full_headers ? _("Full header mode: all header lines are shown")
				: _("Full header mode is off"));
	message_ask(m);
}

static void message_attachments(struct screen_message *m)
{
	if (m->shown == NULL || m->shown->doc == NULL)
		app_say(m->base.app, "%s", _("The message is not here yet"));
	else if (m->shown->doc->part_count == 0)
		app_say(m->base.app, "%s", _("This message has no attachments"));
	else
		app_push(m->base.app, screen_attachments_new(m->base.app, &m->base));
}

/* The title tells at once; deleting goes on to the next. */
static void message_wish(struct screen_message *m, enum command command)
{
	screen_messages_wish(m->messages, command, m->row.place_id);
	if (command == COMMAND_UNDELETE)
		m->row.flags &= ~FLAG_DELETED;
	if (command != COMMAND_DELETE)
		return;
	m->row.flags |= FLAG_DELETED;
	screen_messages_step(m->messages, 1);
}

static void message_answer(struct screen_message *m, enum command command)
{
	int64_t *ids = mem_new_array(1, sizeof(*ids));
	ids[0] = m->row.place_id;
	app_answer_messages(m->base.app, command, ids, 1, (m->row.hints & HINT_LIST) != 0);
}

/* What only a message of a list can do. */
static bool message_list_command(
	struct screen_message *m, enum command command, const struct input *input)
{
	if (m->messages == NULL)
		return false;
	switch ((int)command) {
	case COMMAND_PREVIOUS:
		screen_messages_step(m->messages, -1);
		return true;
	case COMMAND_NEXT:
		screen_messages_step(m->messages, 1);
		return true;
	case COMMAND_NEXT_NEW:
		screen_messages_next_new(m->messages);
		return true;
	case COMMAND_JUMP:
		screen_messages_jump(m->messages, input->code);
		return true;
	case COMMAND_FLAG:
		screen_messages_flag(m->messages, m->row.place_id);
		return true;
	case COMMAND_DELETE:
	case COMMAND_UNDELETE:
	case COMMAND_SAVE:
		message_wish(m, command);
		return true;
	case COMMAND_HEADERS:
		message_headers(m);
		return true;
	case COMMAND_ATTACHMENTS:
		message_attachments(m);
		return true;
	case COMMAND_EXPORT:
		app_save_message(m->base.app, &m->row);
		return true;
	case COMMAND_LEAVE:
		message_leave_list(m);
		return true;
	case COMMAND_TAKE:
		message_take_addresses(m);
		return true;
	case COMMAND_REPLY:
	case COMMAND_REPLY_ALL:
	case COMMAND_REPLY_LIST:
	case COMMAND_PASS_ON:
	case COMMAND_BOUNCE:
	case COMMAND_AGAIN:
		message_answer(m, command);
		return true;
	case COMMAND_PIPE:
		app_pipe_one(m->base.app, m->row.place_id);
		return true;
	}
	return false;
}

static bool message_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_message *m = (struct screen_message *)s;
	if (input->code == INPUT_RETURN && (message_link_open(m) || message_unfold(m)))
		return true;
	if (app_text_command(s->app, &m->text, command))
		return true;
	switch ((int)command) {
	case COMMAND_WHEREIS:
		message_find(m);
		return true;
	case COMMAND_CHARSET:
		message_charset(m);
		return true;
	case COMMAND_QUOTES:
		message_fold(m);
		return true;
	case COMMAND_LINK_NEXT:
	case COMMAND_LINK_PREVIOUS:
		message_link_walk(m, command == COMMAND_LINK_PREVIOUS);
		return true;
	}
	return message_list_command(m, command, input);
}

static const char *message_refusal(const struct screen *s, enum command command)
{
	const struct screen_message *m = (const struct screen_message *)s;
	bool is_change =
		command == COMMAND_FLAG || command == COMMAND_DELETE || command == COMMAND_UNDELETE;
	if (is_change && message_is_read_only(m))
		return _("This folder can only be read");
	if (command == COMMAND_ATTACHMENTS && m->shown != NULL && m->shown->doc != NULL &&
		m->shown->doc->part_count == 0)
		return _("This message has no attachments");
	if (m->messages == NULL &&
		(command == COMMAND_PREVIOUS || command == COMMAND_NEXT ||
			command == COMMAND_NEXT_NEW || command == COMMAND_JUMP ||
			command == COMMAND_FLAG || command == COMMAND_ATTACHMENTS ||
			command == COMMAND_HEADERS || command == COMMAND_EXPORT ||
			command == COMMAND_DELETE || command == COMMAND_UNDELETE ||
			command == COMMAND_SAVE || command == COMMAND_PIPE))
		return _("This is one part of a message");
	return NULL;
}

/* ---- Painting. ---- */

static void message_title_state(const struct screen_message *m, struct buf *position)
{
	if (m->has_failed)
		return;
	if (m->is_unreachable)
		buf_addf(position, " (%s)", m->shown != NULL ? _("not all here") : _("not here"));
	else if (!m->is_complete && m->total > 0)
		buf_addf(position, " (%s %u%%)", _("fetching"),
			(unsigned)(m->done * 100 / m->total));
	else if (!m->is_complete)
		buf_addf(position, " (%s)", _("fetching"));
}

/* As the list has it now; what was new when it was opened stays so in the title. */
static flags_t message_flags(const struct screen_message *m)
{
	const struct message *row =
		m->messages != NULL ? screen_messages_selected(m->messages) : NULL;
	bool is_it = row != NULL && row->place_id == m->row.place_id;
	flags_t flags = is_it ? row->flags : m->row.flags;
	return m->was_new ? flags & ~(flags_t)FLAG_SEEN : flags;
}

static void message_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_message *m = (const struct screen_message *)s;
	if (m->messages != NULL) {
		buf_add_text(about, _("Folder: "));
		app_folder_name(s->app, screen_messages_folder(m->messages), about);
		if (message_is_read_only(m))
			buf_addf(about, " %s", _("(READONLY)"));
		screen_messages_position(m->messages, position);
	} else {
		buf_addf(about, _("Part: %s"), m->part);
	}
	if (m->shown != NULL)
		buf_addf(position, " %d%%", text_percent(&m->text));
	message_title_state(m, position);
	if (m->part[0] == '\0')
		screen_messages_add_state(message_flags(m), position);
}

static void message_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	(void)height;
	text_paint(&((const struct screen_message *)s)->text, c, top);
}

const struct doc *screen_message_doc(const struct screen *message)
{
	const struct screen_message *m = (const struct screen_message *)message;
	return m->shown != NULL ? m->shown->doc : NULL;
}

const struct message *screen_message_row(const struct screen *message)
{
	return &((const struct screen_message *)message)->row;
}

static const struct screen_ops message_ops = {
	.context = CONTEXT_MESSAGE,
	.name = N_("MESSAGE TEXT"),
	.close = message_close,
	.layout = message_layout,
	.command = message_command,
	.event = message_event,
	.tick = message_tick,
	.title = message_title,
	.refusal = message_refusal,
	.paint = message_paint,
};

struct screen *screen_message_new(
	struct app *app, struct screen *messages, const struct message *row, const char *part)
{
	struct screen_message *m = mem_new(sizeof(*m));
	m->base = (struct screen){&message_ops, app};
	m->messages = part[0] == '\0' ? messages : NULL;
	m->part = mem_text(part);
	m->full_headers = app->options->full_headers;
	text_init(&m->text);
	message_start(m, row);
	return &m->base;
}
