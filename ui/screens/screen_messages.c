/*
 * The message index. What it knows is a page: about three windows of rows around the selection, of
 * a list of any length. Moving within the page asks nobody; near its edge the next one is asked
 * for, and rows that are not here yet are blank until they come. The selection is a place_id, so it
 * stays on its message when others come or go.
 */
#include "ui/screens/messages_state.h"

#include "base/memory.h"
#include "ui/app_export.h"
#include "words/gettext.h"

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

const struct message *messages_row(const struct screen_messages *m, uint32_t row)
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

/* Who is at the end while a folder comes in stays there: its newest headers need not be the first
 * to come, and by the time a row's number is answered the end is elsewhere. */
static bool messages_follows_end(const struct screen_messages *m)
{
	return m->page != NULL && m->page->is_syncing && !m->view.is_reverse && m->wanted == 0 &&
	       m->list.selected + 1 >= m->list.total;
}

/* From the selection's place where it is known, so that the answer is right also when rows came
 * in front of it meanwhile. */
void messages_ask(struct screen_messages *m, enum request_kind kind)
{
	uint32_t height = (uint32_t)m->list.height, top = m->list.top;
	struct request *request = request_new(kind);
	struct page_request *page = &request->page;
	request->list_id = m->list_id;
	page->view = m->view;
	page->before = height;
	page->after = 2 * height;
	page->remembered = m->page == NULL && m->wanted == 0 && kind == REQUEST_VIEW_OPEN;
	page->at_unseen = page->remembered && m->base.app->options->open_at == OPEN_AT_UNSEEN;
	page->read_only = m->is_examined;
	if (m->wanted != 0) {
		page->anchor = PAGE_AT_PLACE;
		page->place_id = m->wanted;
	} else if (messages_follows_end(m)) {
		page->anchor = PAGE_AT_END;
		page->before = 2 * height;
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

struct screen *messages_reader(const struct screen_messages *m)
{
	return app_find(m->base.app, CONTEXT_MESSAGE);
}

void messages_open(struct screen_messages *m)
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
	bool is_at_end = !is_first && messages_follows_end(m);
	page_free(m->page);
	m->page = page;
	if (m->wanted != 0)
		row = page_find(page, m->wanted);
	if (m->wanted != 0 && row != UINT32_MAX)
		m->wanted = 0;
	else if (m->place_id != 0)
		row = page_find(page, m->place_id);
	m->list.total = page->total;
	if (is_at_end) {
		list_select(&m->list, UINT32_MAX);
	} else if (row != UINT32_MAX) {
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
	messages_jump_late(m);
	if (m->wants_open && m->wanted == 0 && selected != NULL)
		messages_open(m);
}

/* Sends what looks for the text in `find`, or for new mail. */
void messages_send_find(struct screen_messages *m, enum request_kind kind, int64_t place_id)
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

/* The first page may come in the order the folder was left in, the last time Rowan ran. */
static bool messages_is_its(const struct screen_messages *m, const struct view *view)
{
	return view_equal(view, &m->view) || (m->page == NULL && view->kind == m->view.kind &&
						     view->folder_id == m->view.folder_id);
}

static void messages_adopt(struct screen_messages *m, const struct page *page)
{
	struct folder_memory *memory = app_memory(m->base.app, page->view.folder_id);
	m->view = page->view;
	memory->sort = m->view.sort;
	memory->is_reverse = m->view.is_reverse;
	if (m->wanted == 0)
		m->wanted = page->place_id;
}

static void messages_event(struct screen *s, struct event *event)
{
	struct screen_messages *m = (struct screen_messages *)s;
	if (event->list_id != m->list_id)
		return;
	if (event->kind == EVENT_PAGE && event->page != NULL &&
		messages_is_its(m, &event->page->view) &&
		(m->page == NULL || event->page->revision >= m->page->revision)) {
		struct page *page = event->page;
		event->page = NULL;
		if (m->page == NULL)
			messages_adopt(m, page);
		messages_take_page(m, page);
	} else if (event->kind == EVENT_FOUND && event->tag == m->find_tag) {
		messages_take_found(m, event);
	} else if (event->kind == EVENT_FOUND && event->tag == m->answer_tag &&
		   m->answer_tag != 0) {
		messages_answer_found(m, event->place_id);
	} else if (event->kind == EVENT_SELECTED && event->tag == m->select_tag) {
		messages_selected(m, event);
	}
}

/* ---- Commands. ---- */

void messages_go(struct screen_messages *m, uint32_t row)
{
	list_select(&m->list, row);
	messages_moved(m);
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
	case COMMAND_DELETE:
	case COMMAND_UNDELETE:
		if (screen_messages_wish(s, command, m->place_id) && command == COMMAND_DELETE &&
			list_move(&m->list, 1))
			messages_moved(m);
		return true;
	case COMMAND_SAVE:
		screen_messages_wish(s, command, m->place_id);
		return true;
	case COMMAND_EXPUNGE:
		messages_expunge(m);
		return true;
	case COMMAND_SELECT:
		messages_select(m);
		return true;
	case COMMAND_SELECT_CURRENT:
		messages_select_current(m);
		return true;
	case COMMAND_APPLY:
		messages_apply(m);
		return true;
	case COMMAND_ZOOM:
		messages_zoom(m);
		return true;
	case COMMAND_LIMIT:
		messages_limit(m);
		return true;
	case COMMAND_EXPORT:
		messages_export(m);
		return true;
	case COMMAND_REPLY:
	case COMMAND_REPLY_ALL:
	case COMMAND_REPLY_LIST:
	case COMMAND_PASS_ON:
	case COMMAND_BOUNCE:
	case COMMAND_AGAIN:
	case COMMAND_TAKE:
		messages_answer(m, command);
		return true;
	case COMMAND_PIPE:
		app_pipe_one(s->app, m->place_id);
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
	bool is_change = command == COMMAND_FLAG || command == COMMAND_DELETE ||
			 command == COMMAND_UNDELETE || command == COMMAND_EXPUNGE;
	if (is_change && m->is_examined)
		return _("This folder was opened to be read only");
	if (is_change && m->page != NULL && m->page->is_read_only)
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
	bool is_end = m->list.selected + 1 >= m->list.total;
	request->list_id = m->list_id;
	request->page.view = m->view;
	request->page.place_id = is_end && !m->view.is_reverse ? 0 : m->place_id;
	request->page.remembered = m->page != NULL;
	app_send(s->app, request);
	page_free(m->page);
	mem_free(m->find);
	mem_free(m->answers);
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

struct screen *screen_messages_new(struct app *app, int64_t folder_id, bool is_examined)
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
	m->is_examined = is_examined;
	return &m->base;
}
