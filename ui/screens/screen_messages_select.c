/*
 * Selecting messages, and doing one thing to all that are. What is looked for goes through the
 * whole folder, a page after the other, in the background; what fits is kept as places.
 */
#include "ui/screens/messages_state.h"

#include "base/memory.h"
#include "ui/app_compose.h"
#include "ui/app_wish.h"
#include "words/gettext.h"

#include <time.h>

enum { SCAN_ROWS = 500 };

/* ---- What fits. ---- */

static bool scan_has_text(const struct scan *scan, const struct message *row)
{
	struct str text = str_from(scan->text);
	bool in_from = str_find_nocase(str_from(row->from_name), text) != STR_NONE ||
		       str_find_nocase(str_from(row->from_addr), text) != STR_NONE;
	bool in_subject = str_find_nocase(str_from(row->subject), text) != STR_NONE;
	bool in_to = str_find_nocase(str_from(row->to_name), text) != STR_NONE;
	switch (scan->kind) {
	case SCAN_FROM:
		return in_from;
	case SCAN_SUBJECT:
		return in_subject;
	case SCAN_TO:
		return in_to;
	default:
		return in_from || in_subject || in_to;
	}
}

static bool scan_has_number(const struct scan *scan, uint32_t number)
{
	struct str rest = str_from(scan->text);
	while (rest.len > 0) {
		struct str range = str_trim(str_cut(&rest, ','));
		struct str last = range;
		struct str first = str_trim(str_cut(&last, '-'));
		uint32_t low, high;
		bool is_range = str_find_char(range, '-') != STR_NONE;
		if (!str_to_u32(first, &low))
			continue;
		if (!is_range)
			high = low;
		else if (!str_to_u32(str_trim(last), &high))
			high = UINT32_MAX;
		if (number >= low && number <= high)
			return true;
	}
	return false;
}

static bool scan_fits(const struct scan *scan, const struct message *row, uint32_t number)
{
	int64_t date = row->date != 0 ? row->date : row->arrived;
	switch (scan->kind) {
	case SCAN_ALL:
		return true;
	case SCAN_NUMBER:
		return scan_has_number(scan, number);
	case SCAN_FROM:
	case SCAN_SUBJECT:
	case SCAN_TO:
	case SCAN_TEXT:
		return scan_has_text(scan, row);
	case SCAN_FLAG:
		return (row->flags & scan->flag) != 0;
	case SCAN_NO_FLAG:
		return (row->flags & scan->flag) == 0;
	case SCAN_SINCE:
		return date >= scan->value;
	case SCAN_BEFORE:
		return date < scan->value;
	case SCAN_LARGER:
		return (int64_t)row->size > scan->value;
	case SCAN_SMALLER:
		return (int64_t)row->size < scan->value;
	}
	return false;
}

/* ---- Through the folder. ---- */

static void scan_ask(struct screen_messages *m)
{
	struct request *request = request_new(REQUEST_PAGE);
	request->list_id = m->list_id;
	request->page.view = m->view;
	request->page.anchor = PAGE_AT_ROW;
	request->page.row = m->scan.next;
	request->page.after = SCAN_ROWS;
	app_send(m->base.app, request);
}

static void scan_end(struct screen_messages *m)
{
	m->scan.is_running = false;
	m->has_asked = false;
	app_say(m->base.app, P_("%u message selected", "%u messages selected", m->selected.count),
		(unsigned)m->selected.count);
	messages_ask(m, REQUEST_PAGE);
}

bool messages_scan_page(struct screen_messages *m, const struct page *page)
{
	struct scan *scan = &m->scan;
	if (!scan->is_running || page->first > scan->next)
		return false;
	for (size_t i = 0; i < page->count; i++) {
		const struct message *row = &page->rows[i];
		uint32_t number = page->first + (uint32_t)i;
		if (number < scan->next)
			continue;
		bool fits = scan_fits(scan, row, number + 1);
		if (fits && scan->mode == SCAN_ADDS)
			places_add(&m->selected, row->place_id);
		else if (!fits && scan->mode == SCAN_NARROWS)
			places_remove(&m->selected, row->place_id);
	}
	uint32_t end = page->first + (uint32_t)page->count;
	bool goes_on = end > scan->next && end < page->total;
	scan->next = end;
	if (goes_on)
		scan_ask(m);
	else
		scan_end(m);
	return true;
}

static void scan_start(struct screen_messages *m, enum scan_kind kind)
{
	m->scan.kind = kind;
	m->scan.next = 0;
	m->scan.is_running = true;
	app_say(m->base.app, "%s", _("Selecting …"));
	scan_ask(m);
}

/* ---- What is asked. ---- */

static void select_text(void *context, const char *text)
{
	struct screen_messages *m = context;
	if (text == NULL || text[0] == '\0')
		return;
	mem_free(m->scan.text);
	m->scan.text = mem_text(text);
	scan_start(m, m->scan.kind);
}

static void select_text_in(void *context, int value)
{
	struct screen_messages *m = context;
	if (value < 0)
		return;
	m->scan.kind = (enum scan_kind)value;
	app_ask_line(
		m->base.app, str_from(_("Text to select by : ")), STR(""), false, select_text, m);
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
	bool is_date = m->scan.kind == SCAN_SINCE || m->scan.kind == SCAN_BEFORE;
	if (text == NULL || text[0] == '\0')
		return;
	bool is_good = is_date ? select_read_date(text, &m->scan.value)
			       : select_read_size(str_trim(str_from(text)), &m->scan.value);
	if (is_good)
		scan_start(m, m->scan.kind);
	else
		app_say(m->base.app, "%s",
			is_date ? _("A date is written 2026-11-23")
				: _("A size is written 20000, 20K or 3M"));
}

static void select_value_of(void *context, int value)
{
	struct screen_messages *m = context;
	const char *label = value == SCAN_SINCE    ? _("Messages since (YYYY-MM-DD) : ")
			    : value == SCAN_BEFORE ? _("Messages before (YYYY-MM-DD) : ")
			    : value == SCAN_LARGER ? _("Messages larger than : ")
						   : _("Messages smaller than : ");
	if (value < 0)
		return;
	m->scan.kind = (enum scan_kind)value;
	app_ask_line(m->base.app, str_from(label), STR(""), false, select_value, m);
}

enum { STATUS_NEW, STATUS_IMPORTANT, STATUS_DELETED, STATUS_ANSWERED };

static void select_status(void *context, int value)
{
	static const flags_t flags[] = {FLAG_SEEN, FLAG_FLAGGED, FLAG_DELETED, FLAG_ANSWERED};
	struct screen_messages *m = context;
	if (value < 0)
		return;
	m->scan.flag = flags[value];
	scan_start(m, value == STATUS_NEW ? SCAN_NO_FLAG : SCAN_FLAG);
}

static const struct choice text_choices[] = {
	{'f', N_("From"), SCAN_FROM},
	{'s', N_("Subject"), SCAN_SUBJECT},
	{'t', N_("To"), SCAN_TO},
	{'a', N_("All of these"), SCAN_TEXT},
};
static const struct choice date_choices[] = {
	{'s', N_("Since"), SCAN_SINCE},
	{'b', N_("Before"), SCAN_BEFORE},
};
static const struct choice size_choices[] = {
	{'l', N_("Larger"), SCAN_LARGER},
	{'s', N_("Smaller"), SCAN_SMALLER},
};
static const struct choice status_choices[] = {
	{'n', N_("New"), STATUS_NEW},
	{'*', N_("Important"), STATUS_IMPORTANT},
	{'d', N_("Deleted"), STATUS_DELETED},
	{'a', N_("Answered"), STATUS_ANSWERED},
};

enum { BY_ALL, BY_CURRENT, BY_NUMBER, BY_TEXT, BY_STATUS, BY_DATE, BY_SIZE };

static const struct choice by_choices[] = {
	{'a', N_("select All"), BY_ALL},
	{'c', N_("select Cur"), BY_CURRENT},
	{'n', N_("Number"), BY_NUMBER},
	{'t', N_("Text"), BY_TEXT},
	{'s', N_("Status"), BY_STATUS},
	{'d', N_("Date"), BY_DATE},
	{'z', N_("siZe"), BY_SIZE},
};

#define COUNT(choices) (sizeof(choices) / sizeof((choices)[0]))

static void select_by(void *context, int value)
{
	struct screen_messages *m = context;
	struct app *app = m->base.app;
	struct str which = str_from(_("Select by which? "));
	switch (value) {
	case BY_ALL:
		scan_start(m, SCAN_ALL);
		break;
	case BY_CURRENT:
		messages_select_current(m);
		break;
	case BY_NUMBER:
		m->scan.kind = SCAN_NUMBER;
		app_ask_line(app, str_from(_("Numbers to select (3,5-9) : ")), STR(""), false,
			select_text, m);
		break;
	case BY_TEXT:
		app_ask_choice(app, which, text_choices, COUNT(text_choices), SCAN_TEXT,
			select_text_in, m);
		break;
	case BY_STATUS:
		app_ask_choice(app, which, status_choices, COUNT(status_choices), STATUS_NEW,
			select_status, m);
		break;
	case BY_DATE:
		app_ask_choice(app, which, date_choices, COUNT(date_choices), SCAN_SINCE,
			select_value_of, m);
		break;
	case BY_SIZE:
		app_ask_choice(app, which, size_choices, COUNT(size_choices), SCAN_LARGER,
			select_value_of, m);
		break;
	}
}

static void select_ask(struct screen_messages *m, enum scan_mode mode)
{
	m->scan.mode = mode;
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
	struct screen_messages *m = context;
	if (value < 0)
		return;
	if (value == AGAIN_NONE || value == AGAIN_REPLACE)
		places_done(&m->selected);
	if (value == AGAIN_NONE)
		app_say(m->base.app, "%s", _("All messages unselected"));
	else
		select_ask(m, value == AGAIN_NARROW ? SCAN_NARROWS : SCAN_ADDS);
}

void messages_select(struct screen_messages *m)
{
	if (m->scan.is_running)
		app_say(m->base.app, "%s", _("Still selecting"));
	else if (m->selected.count > 0)
		app_ask_choice(m->base.app, str_from(_("Change the selection : ")), again_choices,
			COUNT(again_choices), AGAIN_BROADEN, select_again, m);
	else
		select_ask(m, SCAN_ADDS);
}

void messages_select_current(struct screen_messages *m)
{
	if (m->place_id == 0)
		app_say(m->base.app, "%s", _("No message to select"));
	else if (places_has(&m->selected, m->place_id))
		places_remove(&m->selected, m->place_id);
	else
		places_add(&m->selected, m->place_id);
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
		app_transfer(app, ids, count, m->page != NULL && m->page->is_read_only);
	else
		app_wish_about(app, command == COMMAND_DELETE ? REQUEST_DELETE : REQUEST_UNDELETE,
			ids, count);
	return true;
}

static void apply_to(struct screen_messages *m, enum request_kind kind)
{
	app_wish_about(m->base.app, kind, places_copy(&m->selected), m->selected.count);
}

static const struct choice apply_choices[] = {
	{'d', N_("Del"), COMMAND_DELETE},
	{'u', N_("Undel"), COMMAND_UNDELETE},
	{'*', N_("Flag"), COMMAND_FLAG},
	{'s', N_("Save"), COMMAND_SAVE},
	{'r', N_("Reply"), COMMAND_REPLY},
	{'f', N_("Forward"), COMMAND_PASS_ON},
	{'b', N_("Bounce"), COMMAND_BOUNCE},
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

static bool apply_answers(struct screen_messages *m, enum command command)
{
	if (command != COMMAND_REPLY && command != COMMAND_PASS_ON && command != COMMAND_BOUNCE)
		return false;
	app_answer_messages(
		m->base.app, command, places_copy(&m->selected), m->selected.count, false);
	return true;
}

static void apply_done(void *context, int value)
{
	struct screen_messages *m = context;
	bool is_read_only = m->page != NULL && m->page->is_read_only;
	if (value < 0 || apply_answers(m, (enum command)value))
		return;
	if (is_read_only && value != COMMAND_SAVE)
		app_say(m->base.app, "%s", _("This folder can only be read"));
	else if (value == COMMAND_DELETE)
		apply_to(m, REQUEST_DELETE);
	else if (value == COMMAND_UNDELETE)
		apply_to(m, REQUEST_UNDELETE);
	else if (value == COMMAND_FLAG)
		messages_flag_selected(m);
	else
		app_transfer(
			m->base.app, places_copy(&m->selected), m->selected.count, is_read_only);
}

void messages_apply(struct screen_messages *m)
{
	struct buf label = {0};
	if (m->selected.count == 0) {
		app_say(m->base.app, "%s", _("No messages are selected: ; selects some"));
		return;
	}
	buf_addf(&label,
		P_("Apply to %u selected message : ", "Apply to %u selected messages : ",
			m->selected.count),
		(unsigned)m->selected.count);
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
