/*
 * The message index. What it knows is a page: about three windows of rows around the selection, of
 * a list of any length. Moving within the page asks nobody; near its edge the next one is asked
 * for, and rows that are not here yet are blank until they come. The selection is a place_id, so it
 * stays on its message when others come or go.
 */
#include "ui/screens/screen.h"

#include "base/clock.h"
#include "base/memory.h"
#include "ui/app_save.h"
#include "ui/kit/list.h"
#include "ui/say.h"
#include "words/gettext.h"

#include <stdio.h>

struct screen_messages {
	struct screen base;
	unsigned list_id;
	struct view view;
	struct list list;
	struct page *page; /* owned; NULL until the first has come */
	int64_t place_id;  /* of the selection; 0: its row is not here yet */
	int64_t wanted;    /* to be selected when its page comes; 0 */
	bool wants_open;   /* open the selection as soon as it is here */
	/* The last question for a page: what it will bring, and what it was asked for. */
	uint32_t asked_first, asked_end, asked_top, asked_total;
	bool has_asked;
	uint64_t find_tag;
	bool is_finding_new;
	bool has_wrapped; /* the search goes on from the beginning of the folder */
	char *find;       /* owned: what was looked for last */
	bool flag_not;
	int64_t flag_place; /* whom the flag prompt is about */
};

/* ---- The page. ---- */

static void page_free(struct page *page)
{
	if (page == NULL)
		return;
	for (size_t i = 0; i < page->count; i++)
		message_done(&page->rows[i]);
	mem_free(page->rows);
	mem_free(page);
}

static const struct message *messages_row(const struct screen_messages *m, uint32_t row)
{
	const struct page *page = m->page;
	if (page == NULL || row < page->first || row - page->first >= page->count)
		return NULL;
	return &page->rows[row - page->first];
}

static uint32_t page_find(const struct page *page, int64_t place_id)
{
	for (size_t i = 0; i < page->count; i++)
		if (page->rows[i].place_id == place_id)
			return page->first + (uint32_t)i;
	return UINT32_MAX;
}

/* From the selection's place where it is known, so that the answer is right also when rows came
 * in front of it meanwhile. */
static void messages_ask(struct screen_messages *m, enum request_kind kind)
{
	uint32_t height = (uint32_t)m->list.height, top = m->list.top;
	struct request *request = request_new(kind);
	struct page_request *page = &request->page;
	request->list_id = m->list_id;
	page->view = m->view;
	page->before = height;
	page->after = 2 * height;
	if (m->wanted != 0) {
		page->anchor = PAGE_AT_PLACE;
		page->place_id = m->wanted;
	} else if (m->place_id != 0 && m->page != NULL) {
		page->anchor = PAGE_AT_PLACE;
		page->place_id = m->place_id;
		page->before += m->list.selected - top;
		page->after -= m->list.selected - top;
	} else if (m->page == NULL) {
		page->anchor = m->view.is_reverse ? PAGE_AT_START : PAGE_AT_END;
		page->before = 2 * height;
	} else {
		page->anchor = PAGE_AT_ROW;
		page->row = top;
	}
	m->asked_first = top > height ? top - height : 0;
	m->asked_end = top + 2 * height;
	m->asked_top = top;
	m->asked_total = m->list.total;
	m->has_asked = true;
	app_send(m->base.app, request);
}

/* Half a window on either side has to be here; else the next page is asked for, once. */
static void messages_want(struct screen_messages *m)
{
	uint32_t margin = (uint32_t)m->list.height / 2, top = m->list.top;
	uint32_t first = top > margin ? top - margin : 0;
	uint32_t end = top + (uint32_t)m->list.height + margin;
	if (m->page == NULL)
		return;
	end = end < m->list.total ? end : m->list.total;
	if (first >= m->page->first && end <= m->page->first + m->page->count)
		return;
	bool is_asked = m->has_asked && m->asked_total == m->list.total &&
			(m->asked_top == top || (first >= m->asked_first && end <= m->asked_end));
	if (!is_asked)
		messages_ask(m, REQUEST_PAGE);
}

/* After the selection moved. */
static void messages_moved(struct screen_messages *m)
{
	const struct message *row = messages_row(m, m->list.selected);
	m->place_id = row != NULL ? row->place_id : 0;
	m->wanted = 0;
	m->wants_open = false;
	messages_want(m);
	if (m->place_id != 0)
		app_memory(m->base.app, m->view.folder_id)->place_id = m->place_id;
}

static struct screen *messages_reader(const struct screen_messages *m)
{
	return app_find(m->base.app, CONTEXT_MESSAGE);
}

static void messages_open(struct screen_messages *m)
{
	const struct message *row = messages_row(m, m->list.selected);
	struct screen *reader = messages_reader(m);
	if (m->list.total == 0 && m->page != NULL) {
		app_say(m->base.app, "%s", _("No messages in this folder"));
		return;
	}
	m->wants_open = row == NULL;
	if (row == NULL)
		return;
	if (reader != NULL)
		screen_message_show(reader, row);
	else
		app_push(m->base.app, screen_message_new(m->base.app, &m->base, row, ""));
}

static void messages_select_place(struct screen_messages *m, int64_t place_id)
{
	uint32_t row = m->page != NULL ? page_find(m->page, place_id) : UINT32_MAX;
	if (row != UINT32_MAX) {
		bool wants_open = m->wants_open;
		list_select(&m->list, row);
		messages_moved(m);
		if (wants_open)
			messages_open(m);
		return;
	}
	m->wanted = place_id;
	messages_ask(m, REQUEST_PAGE);
}

static void messages_take_page(struct screen_messages *m, struct page *page)
{
	bool is_first = m->page == NULL || (m->page->total == 0 && m->place_id == 0);
	uint32_t row = UINT32_MAX, old = m->list.selected;
	page_free(m->page);
	m->page = page;
	if (m->wanted != 0)
		row = page_find(page, m->wanted);
	if (m->wanted != 0 && row != UINT32_MAX)
		m->wanted = 0;
	else if (m->place_id != 0)
		row = page_find(page, m->place_id);
	m->list.total = page->total;
	if (row != UINT32_MAX) {
		list_shift(&m->list, is_first ? 0 : (int64_t)row - (int64_t)old);
		list_select(&m->list, row);
	} else if (is_first && !m->view.is_reverse) {
		m->wanted = 0;
		list_select(&m->list, UINT32_MAX);
	} else {
		list_select(&m->list, old);
	}
	const struct message *selected = messages_row(m, m->list.selected);
	m->place_id = selected != NULL ? selected->place_id : 0;
	if (m->place_id != 0)
		app_memory(m->base.app, m->view.folder_id)->place_id = m->place_id;
	messages_want(m);
	if (m->wants_open && m->wanted == 0 && selected != NULL)
		messages_open(m);
}

/* Sends what looks for the text in `find`, or for new mail. */
static void messages_send_find(struct screen_messages *m, enum request_kind kind, int64_t place_id)
{
	struct request *request = request_new(kind);
	request->list_id = m->list_id;
	request->place_id = place_id;
	request->page.view = m->view;
	request->tag = m->find_tag = app_next_tag(m->base.app);
	request->text = kind == REQUEST_FIND ? mem_text(m->find) : NULL;
	m->is_finding_new = kind == REQUEST_NEXT_NEW;
	m->has_wrapped = place_id == 0;
	app_send(m->base.app, request);
}

static void messages_take_found(struct screen_messages *m, const struct event *event)
{
	struct app *app = m->base.app;
	if (event->place_id == 0 && !m->has_wrapped) {
		messages_send_find(m, m->is_finding_new ? REQUEST_NEXT_NEW : REQUEST_FIND, 0);
		return;
	}
	m->find_tag = 0;
	if (event->place_id != 0) {
		if (m->has_wrapped && !m->is_finding_new)
			app_say(app, "%s", _("Search wrapped to beginning"));
		messages_select_place(m, event->place_id);
		return;
	}
	m->wants_open = false;
	if (m->is_finding_new)
		app_say(app, "%s", _("No more new messages"));
	else
		app_say(app, _("Word \"%s\" not found"), m->find);
}

static void messages_event(struct screen *s, struct event *event)
{
	struct screen_messages *m = (struct screen_messages *)s;
	if (event->list_id != m->list_id)
		return;
	if (event->kind == EVENT_PAGE && event->page != NULL &&
		view_equal(&event->page->view, &m->view) &&
		(m->page == NULL || event->page->revision >= m->page->revision)) {
		struct page *page = event->page;
		event->page = NULL;
		messages_take_page(m, page);
	} else if (event->kind == EVENT_FOUND && event->tag == m->find_tag) {
		messages_take_found(m, event);
	}
}

/* ---- Commands. ---- */

static void messages_go(struct screen_messages *m, uint32_t row)
{
	list_select(&m->list, row);
	messages_moved(m);
}

void screen_messages_next_new(struct screen *messages)
{
	struct screen_messages *m = (struct screen_messages *)messages;
	m->wants_open = messages_reader(m) != NULL;
	messages_send_find(m, REQUEST_NEXT_NEW, m->place_id);
}

static void messages_find_done(void *context, const char *text)
{
	struct screen_messages *m = context;
	if (text == NULL || (text[0] == '\0' && m->find == NULL))
		return;
	if (text[0] != '\0') {
		mem_free(m->find);
		m->find = mem_text(text);
	}
	m->wants_open = false;
	messages_send_find(m, REQUEST_FIND, m->place_id);
}

static void messages_find(struct screen_messages *m)
{
	struct buf label = {0};
	if (m->find != NULL)
		buf_addf(&label, _("Word to search for [%s] : "), m->find);
	else
		buf_add_text(&label, _("Word to search for : "));
	app_ask_line(m->base.app, buf_str(&label), STR(""), false, messages_find_done, m);
	buf_done(&label);
}

static void messages_jump_done(void *context, const char *text)
{
	struct screen_messages *m = context;
	uint32_t number;
	if (text == NULL || text[0] == '\0')
		return;
	if (!str_to_u32(str_trim(str_from(text)), &number) || number == 0 ||
		number > m->list.total) {
		app_say(m->base.app, _("There is no message %s: 1 to %u"), text,
			(unsigned)m->list.total);
		return;
	}
	messages_go(m, number - 1);
	if (messages_reader(m) != NULL)
		messages_open(m);
}

void screen_messages_jump(struct screen *messages, uint32_t digit)
{
	struct screen_messages *m = (struct screen_messages *)messages;
	char first[2] = {(char)digit, '\0'};
	bool is_digit = digit >= '0' && digit <= '9';
	app_ask_line(m->base.app, str_from(_("Message number to jump to : ")),
		str_from(is_digit ? first : ""), false, messages_jump_done, m);
}

enum { SORT_TURN = 100 };

static const struct choice sort_choices[] = {
	{'a', N_("Arrival"), SORT_ARRIVAL},
	{'d', N_("Date"), SORT_DATE},
	{'f', N_("From"), SORT_FROM},
	{'s', N_("Subject"), SORT_SUBJECT},
	{'t', N_("To"), SORT_TO},
	{'z', N_("siZe"), SORT_SIZE},
	{'r', N_("Reverse"), SORT_TURN},
};

static void messages_sort_done(void *context, int value)
{
	struct screen_messages *m = context;
	struct folder_memory *memory = app_memory(m->base.app, m->view.folder_id);
	if (value < 0)
		return;
	if (value == SORT_TURN)
		m->view.is_reverse = !m->view.is_reverse;
	else
		m->view.sort = (enum view_sort)value;
	memory->sort = m->view.sort;
	memory->is_reverse = m->view.is_reverse;
	m->wanted = m->place_id;
	messages_ask(m, REQUEST_VIEW_OPEN);
}

static void messages_sort(struct screen_messages *m)
{
	app_ask_choice(m->base.app, str_from(_("Choose type of sort, or R to turn it round : ")),
		sort_choices, sizeof(sort_choices) / sizeof(sort_choices[0]), (int)m->view.sort,
		messages_sort_done, m);
}

enum {
	FLAG_CHOICE_NEW,
	FLAG_CHOICE_IMPORTANT,
	FLAG_CHOICE_ANSWERED,
	FLAG_CHOICE_FORWARDED,
	FLAG_CHOICE_NOT
};

static const struct choice flag_choices[] = {
	{'n', N_("New"), FLAG_CHOICE_NEW},
	{'*', N_("Important"), FLAG_CHOICE_IMPORTANT},
	{'a', N_("Answered"), FLAG_CHOICE_ANSWERED},
	{'f', N_("Forwarded"), FLAG_CHOICE_FORWARDED},
	{'!', N_("Not"), FLAG_CHOICE_NOT},
};

/* New is the one mark that is set by taking a flag away. */
static const struct {
	flags_t flag;
	bool is_reverse;
} flag_bits[] = {
	[FLAG_CHOICE_NEW] = {FLAG_SEEN, true},
	[FLAG_CHOICE_IMPORTANT] = {FLAG_FLAGGED, false},
	[FLAG_CHOICE_ANSWERED] = {FLAG_ANSWERED, false},
	[FLAG_CHOICE_FORWARDED] = {FLAG_FORWARDED, false},
};

static void messages_flag_ask(struct screen_messages *m);

static void messages_flag_done(void *context, int value)
{
	struct screen_messages *m = context;
	if (value == FLAG_CHOICE_NOT) {
		m->flag_not = !m->flag_not;
		messages_flag_ask(m);
		return;
	}
	if (value < 0)
		return;
	struct request *request = request_new(REQUEST_FLAGS);
	bool is_add = flag_bits[value].is_reverse == m->flag_not;
	*(is_add ? &request->add : &request->remove) = flag_bits[value].flag;
	request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
	request->place_ids[0] = m->flag_place;
	request->place_count = 1;
	app_send(m->base.app, request);
}

static void messages_flag_ask(struct screen_messages *m)
{
	const char *label = m->flag_not ? _("Flag message as NOT (which?) : ")
					: _("Flag message as (which?) : ");
	app_ask_choice(m->base.app, str_from(label), flag_choices,
		sizeof(flag_choices) / sizeof(flag_choices[0]), FLAG_CHOICE_IMPORTANT,
		messages_flag_done, m);
}

void screen_messages_flag(struct screen *messages, int64_t place_id)
{
	struct screen_messages *m = (struct screen_messages *)messages;
	m->flag_not = false;
	m->flag_place = place_id;
	if (place_id != 0)
		messages_flag_ask(m);
	else
		app_say(m->base.app, "%s", _("No message to flag"));
}

static void messages_export(struct screen_messages *m)
{
	const struct message *row = messages_row(m, m->list.selected);
	if (row != NULL)
		app_save_message(m->base.app, row);
	else
		app_say(m->base.app, "%s", _("No message to export"));
}

static bool messages_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_messages *m = (struct screen_messages *)s;
	if (app_list_command(s->app, &m->list, command)) {
		messages_moved(m);
		return true;
	}
	switch ((int)command) {
	case COMMAND_FORWARD:
		messages_open(m);
		return true;
	case COMMAND_WHEREIS:
		messages_find(m);
		return true;
	case COMMAND_NEXT_NEW:
		screen_messages_next_new(s);
		return true;
	case COMMAND_JUMP:
		screen_messages_jump(s, input->code);
		return true;
	case COMMAND_SORT:
		messages_sort(m);
		return true;
	case COMMAND_FLAG:
		screen_messages_flag(s, m->place_id);
		return true;
	case COMMAND_EXPORT:
		messages_export(m);
		return true;
	case COMMAND_INDEX:
		app_say(s->app, "%s", _("This is the message index"));
		return true;
	}
	return false;
}

static void messages_click(struct screen *s, int row)
{
	struct screen_messages *m = (struct screen_messages *)s;
	uint32_t line = m->list.top + (uint32_t)row;
	if (line >= m->list.total)
		return;
	if (line == m->list.selected)
		messages_open(m);
	else
		messages_go(m, line);
}

static const char *messages_refusal(const struct screen *s, enum command command)
{
	const struct screen_messages *m = (const struct screen_messages *)s;
	if (command == COMMAND_FLAG && m->page != NULL && m->page->is_read_only)
		return _("This folder can only be read");
	return NULL;
}

/* ---- For the message screen. ---- */

bool screen_messages_step(struct screen *messages, int rows)
{
	struct screen_messages *m = (struct screen_messages *)messages;
	if (!list_move(&m->list, rows)) {
		app_say(m->base.app, "%s",
			rows < 0 ? _("Already on first message") : _("Already on last message"));
		return false;
	}
	messages_moved(m);
	messages_open(m);
	return true;
}

const struct message *screen_messages_selected(const struct screen *messages)
{
	const struct screen_messages *m = (const struct screen_messages *)messages;
	return messages_row(m, m->list.selected);
}

int64_t screen_messages_folder(const struct screen *messages)
{
	return ((const struct screen_messages *)messages)->view.folder_id;
}

/* ---- Painting. ---- */

void screen_messages_position(const struct screen *messages, struct buf *position)
{
	const struct screen_messages *m = (const struct screen_messages *)messages;
	const struct page *page = m->page;
	if (page == NULL)
		return;
	if (m->list.total == 0) {
		buf_add_text(position, page->is_syncing         ? _("Fetching …")
				       : page->server_total > 0 ? _("Not fetched yet")
								: _("No Messages"));
		return;
	}
	struct buf at = {0}, of = {0};
	say_count(m->list.selected + 1, &at);
	say_count(m->list.total, &of);
	buf_addf(position, _("Message %s of %s"), buf_text(&at), buf_text(&of));
	if (page->is_syncing && page->server_total > page->total)
		buf_addf(position, " (%u%%)",
			(unsigned)((uint64_t)page->total * 100 / page->server_total));
	if (page->is_preparing)
		buf_addf(position, " (%s)", _("sorting"));
	buf_done(&at);
	buf_done(&of);
}

static void messages_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_messages *m = (const struct screen_messages *)s;
	buf_add_text(about, _("Folder: "));
	app_folder_name(s->app, m->view.folder_id, about);
	if (m->page != NULL && m->page->is_read_only)
		buf_addf(about, " %s", _("(READONLY)"));
	screen_messages_position(s, position);
}

static char message_letter(const struct message *row)
{
	static const struct {
		flags_t flag;
		char letter;
	} letters[] = {
		{FLAG_DELETED, 'D'},
		{FLAG_ANSWERED, 'A'},
		{FLAG_FORWARDED, 'F'},
	};
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if ((row->flags & letters[i].flag) != 0)
			return letters[i].letter;
	return (row->flags & FLAG_SEEN) == 0 ? 'N' : ' ';
}

/* Four cells: important or to me; blank; the letter; a wish that waits, or new since last time. */
static void message_marks(const struct message *row, char marks[5])
{
	bool is_new = (row->flags & FLAG_SEEN) == 0;
	marks[0] = (row->flags & FLAG_FLAGGED) != 0 ? '*'
		   : (row->hints & HINT_TO_ME) != 0 ? '+'
		   : (row->hints & HINT_CC_ME) != 0 ? '-'
						    : ' ';
	marks[1] = ' ';
	marks[2] = message_letter(row);
	marks[3] = row->pending != 0 ? '~' : is_new && (row->hints & HINT_FRESH) != 0 ? '!' : ' ';
	marks[4] = '\0';
}

static unsigned message_style(const struct message *row)
{
	if ((row->flags & FLAG_DELETED) != 0)
		return STYLE_DELETED;
	if ((row->flags & FLAG_FLAGGED) != 0)
		return STYLE_IMPORTANT | ((row->flags & FLAG_SEEN) == 0 ? STYLE_BOLD : 0);
	return (row->flags & FLAG_SEEN) == 0 ? STYLE_UNSEEN : STYLE_NORMAL;
}

static int digits_of(uint32_t number)
{
	int digits = 1;
	for (; number >= 10; number /= 10)
		digits++;
	return digits;
}

enum { MARKS_CELLS = 4, DATE_CELLS = 9, SIZE_CELLS = 9, SIZE_FROM = 60, NUMBER_CELLS = 3 };

static void message_paint_who(
	const struct message *row, struct canvas *c, int at, int column, int cells, unsigned style)
{
	struct buf who = {0};
	bool is_mine = (row->hints & HINT_FROM_ME) != 0 && row->to_name[0] != '\0';
	if (is_mine)
		buf_addf(&who, _("To: %s"), row->to_name);
	canvas_text(
		c, at, column, cells, is_mine ? buf_str(&who) : str_from(row->from_name), style);
	buf_done(&who);
}

static void message_paint_size(
	const struct message *row, struct canvas *c, int at, int column, unsigned style)
{
	struct buf count = {0}, size = {0};
	if (row->size < 100000)
		say_count(row->size, &count);
	else
		buf_addf(&count, "%u%s",
			(unsigned)(row->size < 10000000 ? row->size / 1000 : row->size / 1000000),
			row->size < 10000000 ? "K" : "M");
	buf_addf(&size, "(%s)", buf_text(&count));
	canvas_text(
		c, at, column + SIZE_CELLS - 1 - (int)size.len, SIZE_CELLS, buf_str(&size), style);
	buf_done(&count);
	buf_done(&size);
}

static void messages_paint_row(
	const struct screen_messages *m, struct canvas *c, int at, uint32_t index)
{
	const struct message *row = messages_row(m, index);
	bool is_selected = index == m->list.selected;
	if (is_selected)
		canvas_fill(c, at, 0, c->columns, STYLE_SELECTED);
	if (row == NULL)
		return;
	unsigned style = is_selected ? STYLE_SELECTED : message_style(row);
	int digits = digits_of(m->list.total);
	int number = digits > NUMBER_CELLS ? digits : NUMBER_CELLS;
	int column = MARKS_CELLS, who = (c->columns - MARKS_CELLS - number - DATE_CELLS) / 3;
	char marks[5], text[24];
	message_marks(row, marks);
	snprintf(text, sizeof(text), "%*u", number % 16, (unsigned)index + 1);
	canvas_text(c, at, 0, MARKS_CELLS, str_from(marks), style);
	canvas_text(c, at, column, number, str_from(text), style);
	column += number + 1;
	struct buf date = {0};
	say_date(row->date != 0 ? row->date : row->arrived, clock_wall_seconds(), &date);
	canvas_text(c, at, column, DATE_CELLS - 1, buf_str(&date), style);
	buf_done(&date);
	column += DATE_CELLS;
	message_paint_who(row, c, at, column, who, style);
	column += who + 1;
	if (c->columns >= SIZE_FROM) {
		message_paint_size(row, c, at, column, style);
		column += SIZE_CELLS;
	}
	canvas_text(c, at, column, c->columns - column, str_from(row->subject), style);
}

/* An empty list of a folder that is not empty. */
static void messages_paint_absent(
	const struct screen_messages *m, struct canvas *c, int top, int height)
{
	const struct page *page = m->page;
	struct buf line = {0}, count = {0};
	if (page == NULL || page->total > 0 || page->server_total == 0)
		return;
	say_count(page->server_total, &count);
	buf_addf(&line,
		page->is_syncing ? _("%s messages on the server; the first are on their way.")
				 : _("%s messages on the server; they are listed here when its "
				     "account has a connection."),
		buf_text(&count));
	canvas_wrap(c, top, 2, c->columns - 4, height, buf_str(&line), STYLE_NOTE);
	buf_done(&line);
	buf_done(&count);
}

static void messages_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_messages *m = (const struct screen_messages *)s;
	messages_paint_absent(m, c, top, height);
	for (int i = 0; i < height && m->list.top + (uint32_t)i < m->list.total; i++)
		messages_paint_row(m, c, top + i, m->list.top + (uint32_t)i);
}

static void messages_layout(struct screen *s, int rows, int columns)
{
	struct screen_messages *m = (struct screen_messages *)s;
	(void)columns;
	bool is_new = m->list.height == 0;
	list_set_height(&m->list, rows);
	if (is_new)
		messages_ask(m, REQUEST_VIEW_OPEN);
	else
		messages_want(m);
}

static void messages_close(struct screen *s)
{
	struct screen_messages *m = (struct screen_messages *)s;
	struct request *request = request_new(REQUEST_VIEW_CLOSE);
	request->list_id = m->list_id;
	app_send(s->app, request);
	page_free(m->page);
	mem_free(m->find);
	mem_free(m);
}

static const struct screen_ops messages_ops = {
	.context = CONTEXT_MESSAGES,
	.name = N_("MESSAGE INDEX"),
	.close = messages_close,
	.layout = messages_layout,
	.command = messages_command,
	.click = messages_click,
	.event = messages_event,
	.title = messages_title,
	.refusal = messages_refusal,
	.paint = messages_paint,
};

struct screen *screen_messages_new(struct app *app, int64_t folder_id)
{
	struct screen_messages *m = mem_new(sizeof(*m));
	const struct folder_memory *memory = app_memory(app, folder_id);
	m->base = (struct screen){&messages_ops, app};
	m->list_id = app_next_list(app);
	m->view = (struct view){.kind = VIEW_FOLDER,
		.folder_id = folder_id,
		.sort = memory->sort,
		.is_reverse = memory->is_reverse};
	m->wanted = memory->place_id;
	return &m->base;
}
