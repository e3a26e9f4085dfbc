/* Selecting messages, and doing one thing to all that are: the engine holds what is selected. */
#include "ui/screens/messages_state.h"

#include "base/array.h"
#include "base/memory.h"
#include "ui/app_compose.h"
#include "ui/app_export.h"
#include "ui/app_wish.h"
#include "words/gettext.h"

#include <time.h>

uint32_t messages_selected_count(const struct screen_messages *m)
{
	return m->page != NULL ? m->page->selected : 0;
}

struct request *messages_wish_selected(struct screen_messages *m, enum request_kind kind)
{
	struct request *request = request_new(kind);
	request->list_id = m->list_id;
	request->by_selection = true;
	return request;
}

/* ---- Asking the engine. ---- */

static struct request *select_request(struct screen_messages *m, enum select_rule rule)
{
	struct request *request = request_new(REQUEST_SELECT);
	request->list_id = m->list_id;
	request->tag = m->select_tag = app_next_tag(m->base.app);
	m->select.rule = rule;
	request->select = m->select;
	return request;
}

static void select_send(struct screen_messages *m, enum select_rule rule, const char *text)
{
	struct request *request = select_request(m, rule);
	request->text = text != NULL ? mem_text(text) : NULL;
	if (rule != SELECT_ALL)
		app_say(m->base.app, "%s", _("Selecting …"));
	app_send(m->base.app, request);
}

static void select_send_flags(struct screen_messages *m, flags_t flags, bool is_not)
{
	m->select.is_not = m->select.is_not != is_not;
	struct request *request = select_request(m, SELECT_FLAGS);
	request->add = flags;
	app_send(m->base.app, request);
}

static void zoom_send(struct screen_messages *m, bool is_on)
{
	struct request *request = request_new(REQUEST_ZOOM);
	request->list_id = m->list_id;
	request->is_on = is_on;
	app_send(m->base.app, request);
}

void messages_selected(struct screen_messages *m, const struct event *event)
{
	unsigned count = (unsigned)event->done;
	bool wants_zoom = m->wants_zoom && count > 0;
	m->select_tag = 0;
	m->wants_zoom = false;
	if (m->select.rule == SELECT_PLACE)
		return;
	if (wants_zoom)
		zoom_send(m, true);
	if (m->select.rule == SELECT_NONE)
		app_say(m->base.app, "%s", _("All messages unselected"));
	else if (event->is_unreachable)
		app_say(m->base.app,
			P_("%u message selected, by the texts that are here: the server was not "
			   "asked",
				"%u messages selected, by the texts that are here: the server was "
				"not asked",
				count),
			count);
	else
		app_say(m->base.app, P_("%u message selected", "%u messages selected", count),
			count);
}

/* ---- What is asked. ---- */

static void select_text(void *context, const char *text)
{
	struct screen_messages *m = context;
	if (text != NULL && text[0] != '\0')
		select_send(m, m->select.rule, text);
}

/* "2026-11-23", midnight of the reader. */
static bool select_read_date(const char *text, int64_t *value)
{
	struct tm tm = {.tm_isdst = -1};
	const char *end = strptime(text, "%Y-%m-%d", &tm);
	if (end == NULL || *end != '\0')
		return false;
	*value = (int64_t)mktime(&tm);
	return true;
}

/* "20000", "20K", "3M". */
static bool select_read_size(struct str text, int64_t *value)
{
	uint32_t number, unit = 1;
	char last = text.len > 0 ? ascii_lower(text.data[text.len - 1]) : '\0';
	if (last == 'k' || last == 'm') {
		unit = last == 'k' ? 1000 : 1000000;
		text = str_first(text, text.len - 1);
	}
	if (!str_to_u32(str_trim(text), &number))
		return false;
	*value = (int64_t)number * unit;
	return true;
}

static void select_value(void *context, const char *text)
{
	struct screen_messages *m = context;
	bool is_date = m->select.rule == SELECT_SINCE || m->select.rule == SELECT_BEFORE;
	if (text == NULL || text[0] == '\0')
		return;
	bool is_good = is_date ? select_read_date(text, &m->select.value)
			       : select_read_size(str_trim(str_from(text)), &m->select.value);
	if (is_good)
		select_send(m, m->select.rule, NULL);
	else
		app_say(m->base.app, "%s",
			is_date ? _("A date is written 2026-11-23")
				: _("A size is written 20000, 20K or 3M"));
}

static void select_value_of(void *context, int value)
{
	struct screen_messages *m = context;
	const char *label = value == SELECT_SINCE    ? _("Messages since (YYYY-MM-DD) : ")
			    : value == SELECT_BEFORE ? _("Messages before (YYYY-MM-DD) : ")
			    : value == SELECT_LARGER ? _("Messages larger than : ")
						     : _("Messages smaller than : ");
	if (value < 0)
		return;
	m->select.rule = (enum select_rule)value;
	app_ask_line(m->base.app, str_from(label), STR(""), false, select_value, m);
}

#define COUNT(choices) (sizeof(choices) / sizeof((choices)[0]))

/* Beside what the engine can look for: turning the question round. */
enum { CHOICE_NOT = 100 };

static const struct choice text_choices[] = {
	{'f', N_("From"), SELECT_FROM},
	{'s', N_("Subject"), SELECT_SUBJECT},
	{'t', N_("To"), SELECT_TO},
	{'h', N_("Any of these"), SELECT_HEADER},
	{'a', N_("All text"), SELECT_BODY},
	{'!', N_("Not"), CHOICE_NOT},
};

static void select_text_in(void *context, int value);

static void select_ask_text(struct screen_messages *m)
{
	app_ask_choice(m->base.app,
		str_from(m->select.is_not ? _("Select messages that do NOT have the text in : ")
					  : _("Select messages that have the text in : ")),
		text_choices, COUNT(text_choices), SELECT_HEADER, select_text_in, m);
}

static void select_text_in(void *context, int value)
{
	struct screen_messages *m = context;
	if (value == CHOICE_NOT) {
		m->select.is_not = !m->select.is_not;
		select_ask_text(m);
		return;
	}
	if (value < 0)
		return;
	m->select.rule = (enum select_rule)value;
	app_ask_line(
		m->base.app, str_from(_("Text to select by : ")), STR(""), false, select_text, m);
}

enum { STATUS_NEW, STATUS_IMPORTANT, STATUS_DELETED, STATUS_ANSWERED, STATUS_FORWARDED };

static const struct choice status_choices[] = {
	{'n', N_("New"), STATUS_NEW},
	{'*', N_("Important"), STATUS_IMPORTANT},
	{'d', N_("Deleted"), STATUS_DELETED},
	{'a', N_("Answered"), STATUS_ANSWERED},
	{'f', N_("Forwarded"), STATUS_FORWARDED},
	{'!', N_("Not"), CHOICE_NOT},
};

static void select_status(void *context, int value);

static void select_ask_status(struct screen_messages *m)
{
	app_ask_choice(m->base.app,
		str_from(m->select.is_not ? _("Select messages that are NOT : ")
					  : _("Select messages that are : ")),
		status_choices, COUNT(status_choices), STATUS_NEW, select_status, m);
}

static void select_status(void *context, int value)
{
	static const flags_t flags[] = {
		FLAG_SEEN, FLAG_FLAGGED, FLAG_DELETED, FLAG_ANSWERED, FLAG_FORWARDED};
	struct screen_messages *m = context;
	if (value == CHOICE_NOT) {
		m->select.is_not = !m->select.is_not;
		select_ask_status(m);
	} else if (value >= 0) {
		select_send_flags(m, flags[value], value == STATUS_NEW);
	}
}

static const struct choice date_choices[] = {
	{'s', N_("Since"), SELECT_SINCE},
	{'b', N_("Before"), SELECT_BEFORE},
};
static const struct choice size_choices[] = {
	{'l', N_("Larger"), SELECT_LARGER},
	{'s', N_("Smaller"), SELECT_SMALLER},
};

enum { BY_ALL, BY_CURRENT, BY_NUMBER, BY_TEXT, BY_STATUS, BY_DATE, BY_SIZE, BY_KEYWORD };

static const struct choice by_choices[] = {
	{'a', N_("select All"), BY_ALL},
	{'c', N_("select Cur"), BY_CURRENT},
	{'n', N_("Number"), BY_NUMBER},
	{'t', N_("Text"), BY_TEXT},
	{'s', N_("Status"), BY_STATUS},
	{'d', N_("Date"), BY_DATE},
	{'z', N_("siZe"), BY_SIZE},
	{'k', N_("Keyword"), BY_KEYWORD},
};

static void select_by(void *context, int value)
{
	struct screen_messages *m = context;
	struct app *app = m->base.app;
	struct str which = str_from(_("Select by which? "));
	switch (value) {
	case BY_ALL:
		select_send(m, SELECT_ALL, NULL);
		break;
	case BY_CURRENT:
		messages_select_current(m);
		break;
	case BY_NUMBER:
		m->select.rule = SELECT_NUMBERS;
		app_ask_line(app, str_from(_("Numbers to select (3,5-9) : ")), STR(""), false,
			select_text, m);
		break;
	case BY_KEYWORD:
		m->select.rule = SELECT_FLAGS;
		app_ask_line(app, str_from(_("Keyword to select by : ")), STR(""), false,
			select_text, m);
		break;
	case BY_TEXT:
		select_ask_text(m);
		break;
	case BY_STATUS:
		select_ask_status(m);
		break;
	case BY_DATE:
		app_ask_choice(app, which, date_choices, COUNT(date_choices), SELECT_SINCE,
			select_value_of, m);
		break;
	case BY_SIZE:
		app_ask_choice(app, which, size_choices, COUNT(size_choices), SELECT_LARGER,
			select_value_of, m);
		break;
	}
}

static void select_ask(struct screen_messages *m, enum select_mode mode)
{
	m->select = (struct select){.mode = mode};
	app_ask_choice(m->base.app, str_from(_("Select messages by : ")), by_choices,
		COUNT(by_choices), BY_CURRENT, select_by, m);
}

enum { AGAIN_NONE, AGAIN_BROADEN, AGAIN_NARROW, AGAIN_REPLACE };

static const struct choice again_choices[] = {
	{'a', N_("unselect All"), AGAIN_NONE},
	{'b', N_("Broaden"), AGAIN_BROADEN},
	{'n', N_("Narrow"), AGAIN_NARROW},
	{'r', N_("Replace"), AGAIN_REPLACE},
};

static void select_again(void *context, int value)
{
	static const enum select_mode modes[] = {[AGAIN_BROADEN] = SELECT_BROADENS,
		[AGAIN_NARROW] = SELECT_NARROWS,
		[AGAIN_REPLACE] = SELECT_REPLACES};
	struct screen_messages *m = context;
	if (value < 0)
		return;
	if (value == AGAIN_NONE)
		select_send(m, SELECT_NONE, NULL);
	else
		select_ask(m, modes[value]);
}

void messages_select(struct screen_messages *m)
{
	if (m->select_tag != 0)
		app_say(m->base.app, "%s", _("Still selecting"));
	else if (messages_selected_count(m) > 0)
		app_ask_choice(m->base.app, str_from(_("Change the selection : ")), again_choices,
			COUNT(again_choices), AGAIN_BROADEN, select_again, m);
	else
		select_ask(m, SELECT_REPLACES);
}

void messages_select_current(struct screen_messages *m)
{
	if (m->place_id == 0) {
		app_say(m->base.app, "%s", _("No message to select"));
		return;
	}
	struct request *request = select_request(m, SELECT_PLACE);
	request->place_id = m->place_id;
	app_send(m->base.app, request);
}

void messages_zoom(struct screen_messages *m)
{
	if (m->page != NULL && m->page->is_zoomed)
		zoom_send(m, false);
	else if (messages_selected_count(m) > 0)
		zoom_send(m, true);
	else
		app_say(m->base.app, "%s",
			_("No messages are selected, so there is nothing to zoom to"));
}

static void limit_named(void *context, const char *text)
{
	struct screen_messages *m = context;
	if (text == NULL || text[0] == '\0')
		return;
	m->select = (struct select){.mode = SELECT_REPLACES};
	bool is_all = strcmp(text, "all") == 0;
	m->wants_zoom = !is_all;
	select_send(m, is_all ? SELECT_NONE : SELECT_HEADER, text);
}

void messages_limit(struct screen_messages *m)
{
	if (m->select_tag != 0)
		app_say(m->base.app, "%s", _("Still selecting"));
	else
		app_ask_line(m->base.app,
			str_from(_("Limit to messages with the text (\"all\" shows all) : ")),
			STR(""), false, limit_named, m);
}

/* ---- What is done to them. ---- */

static int64_t *apply_one(int64_t place_id, size_t *count)
{
	int64_t *ids = mem_new_array(1, sizeof(*ids));
	ids[0] = place_id;
	*count = 1;
	return ids;
}

bool screen_messages_wish(struct screen *messages, enum command command, int64_t place_id)
{
	struct screen_messages *m = (struct screen_messages *)messages;
	struct app *app = m->base.app;
	size_t count = 0;
	if (place_id == 0) {
		app_say(app, "%s", _("No message is selected"));
		return false;
	}
	int64_t *ids = apply_one(place_id, &count);
	if (command == COMMAND_SAVE)
		app_transfer(app, ids, count, 0, m->page != NULL && m->page->is_read_only);
	else
		app_wish_about(app, command == COMMAND_DELETE ? REQUEST_DELETE : REQUEST_UNDELETE,
			ids, count);
	return true;
}

static void apply_to(struct screen_messages *m, enum request_kind kind)
{
	app_wish(m->base.app, messages_wish_selected(m, kind));
}

static const struct choice apply_choices[] = {
	{'d', N_("Del"), COMMAND_DELETE},
	{'u', N_("Undel"), COMMAND_UNDELETE},
	{'*', N_("Flag"), COMMAND_FLAG},
	{'s', N_("Save"), COMMAND_SAVE},
	{'r', N_("Reply"), COMMAND_REPLY},
	{'f', N_("Forward"), COMMAND_PASS_ON},
	{'b', N_("Bounce"), COMMAND_BOUNCE},
	{'e', N_("Export"), COMMAND_EXPORT},
	{'|', N_("Pipe"), COMMAND_PIPE},
};

void messages_answer(struct screen_messages *m, enum command command)
{
	const struct message *row = messages_row(m, m->list.selected);
	size_t count = 0;
	if (row == NULL) {
		app_say(m->base.app, "%s", _("No message is selected"));
	} else if (command == COMMAND_TAKE) {
		struct address_list list = {0};
		address_list_add(
			&list, str_from(row->from_name), str_from(row->from_addr), STR(""));
		app_push(m->base.app, screen_take_new(m->base.app, &list));
		address_list_done(&list);
	} else {
		int64_t *ids = apply_one(row->place_id, &count);
		app_answer_messages(
			m->base.app, command, ids, count, (row->hints & HINT_LIST) != 0);
	}
}

enum { ANSWER_MAX = 200 };

static void answer_gather(struct screen_messages *m)
{
	struct request *request = request_new(REQUEST_SELECTED);
	request->list_id = m->list_id;
	request->place_id = m->answer_count > 0 ? m->answers[m->answer_count - 1] : 0;
	request->tag = m->answer_tag = app_next_tag(m->base.app);
	app_send(m->base.app, request);
}

/* The selected ones come one after the other; then it is written about all. */
void messages_answer_found(struct screen_messages *m, int64_t place_id)
{
	if (place_id != 0 && m->answer_count < ANSWER_MAX) {
		m->answers = array_room(
			m->answers, m->answer_count, &m->answer_cap, sizeof(*m->answers));
		m->answers[m->answer_count++] = place_id;
		answer_gather(m);
		return;
	}
	int64_t *ids = m->answers;
	size_t count = m->answer_count;
	m->answers = NULL;
	m->answer_count = m->answer_cap = 0;
	m->answer_tag = 0;
	if (count > 0)
		app_answer_messages(m->base.app, m->answer, ids, count, false);
}

static bool apply_answers(struct screen_messages *m, enum command command)
{
	if (command != COMMAND_REPLY && command != COMMAND_PASS_ON && command != COMMAND_BOUNCE)
		return false;
	if (messages_selected_count(m) > ANSWER_MAX) {
		app_say(m->base.app, _("That is possible for %u messages at a time"), ANSWER_MAX);
		return true;
	}
	m->answer = command;
	m->answer_count = 0;
	answer_gather(m);
	return true;
}

static void apply_done(void *context, int value)
{
	struct screen_messages *m = context;
	bool is_read_only = m->page != NULL && m->page->is_read_only;
	if (value < 0 || apply_answers(m, (enum command)value))
		return;
	bool changes =
		value == COMMAND_DELETE || value == COMMAND_UNDELETE || value == COMMAND_FLAG;
	if (is_read_only && changes)
		app_say(m->base.app, "%s", _("This folder can only be read"));
	else if (value == COMMAND_DELETE)
		apply_to(m, REQUEST_DELETE);
	else if (value == COMMAND_UNDELETE)
		apply_to(m, REQUEST_UNDELETE);
	else if (value == COMMAND_FLAG)
		messages_flag_selected(m);
	else if (value == COMMAND_EXPORT)
		app_export(m->base.app, m->list_id, messages_selected_count(m));
	else if (value == COMMAND_PIPE)
		app_pipe(m->base.app, m->list_id, messages_selected_count(m));
	else
		app_transfer(
			m->base.app, NULL, messages_selected_count(m), m->list_id, is_read_only);
}

void messages_apply(struct screen_messages *m)
{
	struct buf label = {0};
	unsigned count = messages_selected_count(m);
	if (count == 0) {
		app_say(m->base.app, "%s", _("No messages are selected: ; selects some"));
		return;
	}
	buf_addf(&label,
		P_("Apply to %u selected message : ", "Apply to %u selected messages : ", count),
		count);
	app_ask_choice(m->base.app, buf_str(&label), apply_choices, COUNT(apply_choices),
		COMMAND_SAVE, apply_done, m);
	buf_done(&label);
}

static const struct choice expunge_choices[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static void expunge_done(void *context, int value)
{
	struct screen_messages *m = context;
	if (value != 1) {
		app_say(m->base.app, "%s", _("Nothing expunged"));
		return;
	}
	struct request *request = request_new(REQUEST_EXPUNGE);
	request->folder_id = m->view.folder_id;
	app_wish(m->base.app, request);
}

static void messages_expunge_label(const struct screen_messages *m, struct buf *label)
{
	struct buf name = {0};
	app_folder_name(m->base.app, m->view.folder_id, &name);
	buf_addf(label,
		P_("Expunge the %u deleted message from \"%s\"? ",
			"Expunge the %u deleted messages from \"%s\"? ", m->page->deleted),
		(unsigned)m->page->deleted, buf_text(&name));
	buf_done(&name);
}

void messages_expunge(struct screen_messages *m)
{
	struct buf label = {0};
	if (m->page == NULL || m->page->deleted == 0) {
		app_say(m->base.app, "%s", _("No messages are marked for deletion"));
		return;
	}
	messages_expunge_label(m, &label);
	app_ask_choice(m->base.app, buf_str(&label), expunge_choices, 2, 1, expunge_done, m);
	buf_done(&label);
}

uint32_t screen_messages_deleted(const struct screen *messages, struct buf *label)
{
	const struct screen_messages *m = (const struct screen_messages *)messages;
	if (m->page == NULL || m->page->deleted == 0 || m->page->is_read_only)
		return 0;
	messages_expunge_label(m, label);
	return m->page->deleted;
}
