/* An engine made of tables. */
#include "tests/ui/fake.h"

#include "base/file.h"
#include "base/memory.h"

#include <stdio.h>

#define HOSTILE                                                                                    \
	"\033[2J\033]0;pwned\007\xc2\x9b"                                                          \
	"31m\xe2\x80\xaegnp.exe\xe2\x80\x8b\xe2\x80\x8d\xff\xfe\tx\r\nBcc: "                       \
	"a\xcc\x81\xcc\x82\xcc\x83"                                                                \
	"\xcc\x84\xcc\x85\xcc\x86\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f" \
	"\x91\xa7"                                                                                 \
	"\xef\xb8\x8f\xe1\x85\x9f\xe3\x85\xa4"
#define WIDE                                                                                       \
	"日本語の件名 cafe\xcc\x81 👍🏽 שלום العالم ｶﾅ 한국어 "         \
	"ไทย "                                                                               \
	"é"

static const struct fake_folder {
	int64_t folder_id, account_id;
	const char *name;
	enum folder_role role;
	unsigned attributes;
	uint32_t total, unseen;
} fake_folders[] = {
	{FAKE_INBOX, 1, "INBOX", ROLE_INBOX, 0, 0, 3},
	{FAKE_BIG, 1, "Archive", ROLE_ARCHIVE, 0, 1000000, 1234},
	{FAKE_EMPTY, 1, "Drafts", ROLE_DRAFTS, 0, 0, 0},
	{4, 1, "Projects", ROLE_NONE, FOLDER_NO_SELECT, 0, 0},
	{5, 1, "Projects/Rowan", ROLE_NONE, 0, 42, 0},
	{6, 1, "Projects/Räksmörgås", ROLE_NONE, 0, 7, 7},
	{7, 2, "INBOX", ROLE_INBOX, 0, 5, 0},
	{FAKE_ABSENT, 2, "Lists", ROLE_NONE, 0, 0, 0},
	{8, 2, "Sent", ROLE_SENT, 0, 12, 0},
};

static const char *const fake_from[] = {"Jane Doe", "Ann O'Nym", "Build Server",
	"A Very Long Name That Does Not Fit Into Any Column At All", "Bo"};
static const char *const fake_subjects[] = {"Lunch on Thursday?", "Re: the quarterly figures",
	"[rowan] build 4711 passed", "Minutes of the meeting, with a long subject that goes on",
	"hi"};

void fake_init(struct fake *fake)
{
	*fake = (struct fake){.inbox_total = 12, .state = ACCOUNT_ONLINE};
	fake->events = queue_new((queue_free_item *)event_free);
	fake->late = queue_new((queue_free_item *)event_free);
}

void fake_done(struct fake *fake)
{
	queue_free(fake->events);
	queue_free(fake->late);
	draft_free(fake->draft);
	mem_free(fake->selected);
	buf_done(&fake->asked);
}

static struct event *fake_event(enum event_kind kind, const struct request *request)
{
	struct event *event = mem_new(sizeof(*event));
	event->kind = kind;
	if (request != NULL) {
		event->tag = request->tag;
		event->list_id = request->list_id;
		event->place_id = request->place_id;
	}
	return event;
}

static void fake_post(struct fake *fake, struct event *event)
{
	queue_post(fake->is_held ? fake->late : fake->events, event);
}

void fake_let_go(struct fake *fake)
{
	struct event *event;
	while ((event = queue_take(fake->late)) != NULL)
		queue_post(fake->events, event);
	fake->is_held = false;
}

static const char *fake_text(const struct fake *fake, const char *plain)
{
	return fake->is_hostile ? HOSTILE : fake->is_wide ? WIDE : plain;
}

static void fake_send_folders(struct fake *fake)
{
	size_t count = sizeof(fake_folders) / sizeof(fake_folders[0]);
	struct event *event = fake_event(EVENT_FOLDERS, NULL);
	event->folders = mem_new_array(count, sizeof(*event->folders));
	event->folder_count = count;
	for (size_t i = 0; i < count; i++) {
		const struct fake_folder *from = &fake_folders[i];
		bool is_named = from->role == ROLE_INBOX || fake->is_hostile || fake->is_wide;
		event->folders[i] = (struct folder){.folder_id = from->folder_id,
			.account_id = from->account_id,
			.wire = mem_text(from->name),
			.name = mem_text(is_named && from->role != ROLE_INBOX
						 ? fake_text(fake, from->name)
						 : from->name),
			.delimiter = '/',
			.attributes = from->attributes,
			.role = from->role,
			.total = i == 0 ? fake->inbox_total : from->total,
			.unseen = from->unseen,
			.synced_low = 1};
	}
	fake_post(fake, event);
}

static void fake_send_accounts(struct fake *fake)
{
	static const char *const names[] = {"Work", "Home"};
	struct event *event = fake_event(EVENT_ACCOUNTS, NULL);
	event->accounts = mem_new_array(2, sizeof(*event->accounts));
	event->account_count = 2;
	for (int i = 0; i < 2; i++) {
		struct account_status *account = &event->accounts[i];
		account->account_id = i + 1;
		account->name = mem_text(fake_text(fake, names[i]));
		account->state = i == 0 ? fake->state : ACCOUNT_ONLINE;
		account->waiting = i == 0 ? fake->waiting : 0;
		account->marks = i == 0 ? fake->marks : 0;
		if (account->state == ACCOUNT_WAITING)
			error_set(&account->error, ERROR_NETWORK, "mail.example.org: refused");
	}
	fake_post(fake, event);
}

void fake_push_accounts(struct fake *fake)
{
	fake_send_accounts(fake);
}

static uint32_t fake_total(const struct fake *fake, int64_t folder_id)
{
	if (folder_id == FAKE_INBOX)
		return (uint32_t)(fake->inbox_total - fake->gone);
	for (size_t i = 0; i < sizeof(fake_folders) / sizeof(fake_folders[0]); i++)
		if (fake_folders[i].folder_id == folder_id)
			return fake_folders[i].total;
	return 0;
}

/* A row of the whole list; its UID is its number, so a row keeps it when others go. */
static struct message fake_row(const struct fake *fake, int64_t folder_id, uint32_t row)
{
	uint32_t uid = (uint32_t)(row + 1 + fake->gone);
	struct message m = {.place_id = place_make(folder_id, uid),
		.date = 1795400000 - (int64_t)(fake_total(fake, folder_id) - row) * 7200,
		.size = uid * 977 % 250000,
		.flags = uid % 4 == 1 ? 0 : FLAG_SEEN,
		.hints = (uid % 3 == 0 ? HINT_TO_ME : 0) | (uid % 8 == 5 ? HINT_FRESH : 0)};
	m.flags |= uid % 7 == 0 ? FLAG_FLAGGED : 0;
	m.flags |= uid % 5 == 0 ? FLAG_ANSWERED : 0;
	if (folder_id == FAKE_INBOX && uid <= fake->selected_size && fake->selected != NULL &&
		fake->selected[uid])
		m.hints |= HINT_SELECTED;
	if (m.place_id == fake->flagged) {
		m.flags = (m.flags | fake->added) & ~fake->removed;
		m.pending = fake->added | fake->removed;
	}
	m.from_name = mem_text(fake_text(fake, fake_from[uid % 5]));
	m.from_addr = mem_text("someone@example.org");
	m.to_name = mem_text(fake_text(fake, "You"));
	m.subject = mem_text(fake_text(fake, fake_subjects[uid % 5]));
	return m;
}

/* ---- Selections: of the INBOX, a byte a row. ---- */

static bool fake_in_numbers(const char *text, uint32_t number)
{
	struct str rest = str_from(text);
	while (rest.len > 0) {
		struct str last = str_cut(&rest, ',');
		bool is_range = str_find_char(last, '-') != STR_NONE;
		uint32_t low = 0, high;
		str_to_u32(str_cut(&last, '-'), &low);
		high = low;
		if (is_range && !str_to_u32(last, &high))
			high = UINT32_MAX;
		if (number >= low && number <= high)
			return true;
	}
	return false;
}

static bool fake_fits(const struct request *r, const struct message *m, uint32_t uid)
{
	struct str text = str_from(r->text != NULL ? r->text : "");
	bool in_from = str_find_nocase(str_from(m->from_name), text) != STR_NONE;
	bool in_subject = str_find_nocase(str_from(m->subject), text) != STR_NONE;
	switch (r->select.rule) {
	case SELECT_ALL:
		return true;
	case SELECT_NONE:
		return false;
	case SELECT_PLACE:
		return place_uid(r->place_id) == uid;
	case SELECT_NUMBERS:
		return fake_in_numbers(r->text, uid);
	case SELECT_FROM:
		return in_from;
	case SELECT_SUBJECT:
		return in_subject;
	case SELECT_TO:
	case SELECT_HEADER:
	case SELECT_BODY:
		return in_from || in_subject;
	case SELECT_FLAGS:
		return (m->flags & r->add) != 0;
	case SELECT_SINCE:
		return m->date >= r->select.value;
	case SELECT_BEFORE:
		return m->date < r->select.value;
	case SELECT_LARGER:
		return m->size > r->select.value;
	case SELECT_SMALLER:
		return m->size < r->select.value;
	}
	return false;
}

static void fake_select(struct fake *fake, const struct request *r)
{
	uint32_t total = fake_total(fake, FAKE_INBOX);
	if (fake->selected_size < total) {
		mem_free(fake->selected);
		fake->selected = mem_new_array(total + 1, 1);
		fake->selected_size = total;
	}
	fake->selected_count = 0;
	for (uint32_t uid = 1; uid <= total; uid++) {
		struct message m = fake_row(fake, FAKE_INBOX, uid - 1);
		bool fits = fake_fits(r, &m, uid) != r->select.is_not, was = fake->selected[uid];
		message_done(&m);
		bool is_in = r->select.mode == SELECT_BROADENS  ? fits || was
			     : r->select.mode == SELECT_NARROWS ? fits && was
								: fits;
		is_in = r->select.rule == SELECT_PLACE ? fits != was : is_in;
		fake->selected[uid] = is_in;
		fake->selected_count += is_in;
	}
	struct event *event = fake_event(EVENT_SELECTED, r);
	event->done = fake->selected_count;
	event->is_unreachable = r->select.rule == SELECT_BODY && fake->state != ACCOUNT_ONLINE;
	fake_post(fake, event);
	fake_push_page(fake);
}

static void fake_next_selected(struct fake *fake, const struct request *r)
{
	struct event *event = fake_event(EVENT_FOUND, r);
	event->place_id = 0;
	for (uint32_t uid = place_uid(r->place_id) + 1; uid <= fake->selected_size; uid++)
		if (fake->selected[uid]) {
			event->place_id = place_make(FAKE_INBOX, uid);
			break;
		}
	fake_post(fake, event);
}

static uint32_t fake_anchor(const struct fake *fake, const struct page_request *page)
{
	uint32_t total = fake_total(fake, page->view.folder_id);
	int64_t row = 0;
	switch (page->anchor) {
	case PAGE_AT_PLACE:
		row = (int64_t)place_uid(page->place_id) - 1 - fake->gone;
		break;
	case PAGE_AT_ROW:
		row = page->row;
		break;
	case PAGE_AT_START:
		break;
	case PAGE_AT_END:
		row = total;
		break;
	}
	return row < 0 ? 0 : row > total ? total : (uint32_t)row;
}

void fake_push_page(struct fake *fake)
{
	const struct page_request *ask = &fake->page;
	uint32_t total = fake_total(fake, ask->view.folder_id), anchor = fake_anchor(fake, ask);
	uint32_t first = anchor > ask->before ? anchor - ask->before : 0;
	uint32_t end = anchor + ask->after < total ? anchor + ask->after : total;
	struct event *event = fake_event(EVENT_PAGE, NULL);
	struct page *page = mem_new(sizeof(*page));
	event->list_id = page->list_id = fake->list_id;
	event->page = page;
	page->view = ask->view;
	page->total = total;
	page->first = first;
	page->count = end - first;
	page->rows = mem_new_array(page->count + 1, sizeof(*page->rows));
	page->revision = ++fake->revision;
	page->deleted = fake->deleted;
	page->selected = fake->selected_count;
	page->is_zoomed = fake->is_zoomed;
	page->is_syncing = fake->grows;
	page->is_read_only = fake->is_read_only || fake->is_examined;
	page->server_total = ask->view.folder_id == FAKE_ABSENT ? 2000 : total;
	for (uint32_t i = 0; i < page->count; i++)
		page->rows[i] = fake_row(fake, ask->view.folder_id, first + i);
	fake->rows_read += page->count;
	fake_post(fake, event);
}

static void fake_add_block(
	struct doc *doc, enum doc_block_kind kind, const char *label, const char *text, int quote)
{
	struct doc_block *block = doc_add_block(doc, kind);
	block->label = mem_text(label);
	block->quote = quote;
	if (text != NULL)
		doc_block_add(block, str_from(text), 0, -1);
}

static void fake_add_part(struct doc *doc, const char *path, const char *type, const char *name,
	uint64_t size, bool is_shown)
{
	struct doc_part *part = doc_add_part(doc);
	part->path = mem_text(path);
	part->type = mem_text(type);
	part->name = mem_text(name);
	part->size = size;
	part->is_shown = is_shown;
	part->is_attachment = !is_shown;
	part->have_bytes = true;
}

static void fake_add_links(struct doc *doc)
{
	struct doc_block *block = doc_add_block(doc, DOC_TEXT);
	int rowan = doc_add_link(doc, STR("https://rowan.example.org/"), STR("the page"));
	int bank = doc_add_link(doc, STR("http://evil.example.com/x"), STR("www.bank.example"));
	doc->links[bank].is_deceptive = true;
	doc_block_add(block, STR("See "), 0, -1);
	doc_block_add(block, STR("the page"), DOC_STYLE_LINK, rowan);
	doc_block_add(block, STR(" or "), 0, -1);
	doc_block_add(block, STR("www.bank.example"), DOC_STYLE_LINK | DOC_STYLE_WARNING, bank);
	doc_block_add(block, STR("."), 0, -1);
}

static void fake_write(const struct fake *fake, struct doc *doc, const struct request *request)
{
	char line[80];
	fake_add_block(doc, DOC_HEADER, "Date", "Mon, 23 Nov 2026 10:00:00 +0000", 0);
	fake_add_block(doc, DOC_HEADER, "From", fake_text(fake, "Jane Doe <jane@example.org>"), 0);
	fake_add_block(doc, DOC_HEADER, "To", fake_text(fake, "You <you@example.org>"), 0);
	if (request->show.full_headers)
		fake_add_block(doc, DOC_HEADER, "X-Mailer", "Something 1.0", 0);
	fake_add_block(doc, DOC_HEADER, "Subject", fake_text(fake, "Lunch on Thursday?"), 0);
	fake_add_block(doc, DOC_BLANK, NULL, NULL, 0);
	fake_add_block(doc, DOC_TEXT, NULL, "Shall we?", 1);
	if (fake->has_links)
		fake_add_links(doc);
	if (fake->has_links)
		doc->leave_url = mem_text("mailto:list-leave@example.org?subject=leave");
	for (int i = 0; fake->has_quotes && i < 5; i++)
		fake_add_block(doc, DOC_TEXT, NULL, "What somebody said before", i < 3 ? 1 : 2);
	for (int i = 1; i <= 40; i++) {
		snprintf(line, sizeof(line), "Line %d of message %u.", i,
			(unsigned)place_uid(request->place_id));
		fake_add_block(doc, DOC_TEXT, NULL, fake_text(fake, line), 0);
	}
	fake_add_part(doc, "1", "text/plain", NULL, 812, true);
	fake_add_part(
		doc, "2", "image/png", fake_text(fake, "menu of the place.png"), 45678, false);
	fake_add_part(doc, "3", "text/csv", fake_text(fake, "../../.bashrc"), 1234567, false);
}

static void fake_send_shown(struct fake *fake, const struct request *request)
{
	struct event *event = fake_event(EVENT_SHOWN, request);
	event->is_complete = !fake->is_missing;
	event->is_unreachable = fake->is_missing;
	if (!fake->is_missing) {
		event->shown = shown_new();
		if (event->shown->doc == NULL)
			event->shown->doc = doc_new();
		fake_write(fake, event->shown->doc, request);
	}
	fake_post(fake, event);
}

static void fake_send_found(struct fake *fake, const struct request *request)
{
	struct event *event = fake_event(EVENT_FOUND, request);
	uint32_t total = fake_total(fake, fake->page.view.folder_id);
	uint32_t from = place_uid(request->place_id);
	event->place_id = 0;
	for (uint32_t i = from; i < total && event->place_id == 0; i++) {
		struct message row = fake_row(fake, fake->page.view.folder_id, i);
		bool fits = request->kind == REQUEST_NEXT_NEW
				    ? (row.flags & FLAG_SEEN) == 0
				    : str_find_nocase(str_from(row.subject),
					      str_from(request->text)) != STR_NONE;
		if (fits)
			event->place_id = row.place_id;
		message_done(&row);
	}
	fake_post(fake, event);
}

static void fake_send_saved(struct fake *fake, const struct request *request)
{
	struct event *event = fake_event(EVENT_SAVED, request);
	event->path = mem_text(request->path);
	event->exists = fake->exists && !request->may_overwrite;
	event->is_ok = !event->exists;
	if (fake->writes)
		file_write_atomic(request->path, STR("bytes\n"), 0600, NULL);
	fake_post(fake, event);
}

static void fake_send_test(struct fake *fake, const struct request *request)
{
	for (int i = 0; i <= TEST_LOGIN; i++) {
		struct event *event = fake_event(EVENT_TEST, request);
		event->step = (enum test_step)i;
		event->is_ok = i < TEST_LOGIN;
		event->is_last = i == TEST_LOGIN;
		if (event->is_last)
			error_set(
				&event->error, ERROR_LOGIN, "[AUTHENTICATIONFAILED] no such user");
		fake_post(fake, event);
	}
}

/* Marks show for one message at most; the rest is only told. */
static void fake_acted(struct fake *fake, const struct request *request)
{
	static const enum action_kind kinds[] = {[REQUEST_FLAGS] = ACTION_FLAGS,
		[REQUEST_MOVE] = ACTION_MOVE,
		[REQUEST_COPY] = ACTION_COPY,
		[REQUEST_DELETE] = ACTION_FLAGS,
		[REQUEST_UNDELETE] = ACTION_FLAGS,
		[REQUEST_EXPUNGE] = ACTION_EXPUNGE,
		[REQUEST_FOLDER] = ACTION_FOLDER,
		[REQUEST_UNDO] = ACTION_MOVE};
	struct event *event =
		fake_event(request->kind == REQUEST_UNDO ? EVENT_UNDONE : EVENT_ACTED, request);
	bool is_delete = request->kind == REQUEST_DELETE,
	     is_back = request->kind == REQUEST_UNDELETE;
	event->action_kind = kinds[request->kind];
	event->done = request->by_selection      ? fake->selected_count
		      : request->place_count > 0 ? request->place_count
						 : 1;
	event->folder_id = request->folder_id != 0 ? request->folder_id : FAKE_INBOX;
	event->verb = request->verb;
	event->add = request->add | (is_delete ? FLAG_DELETED : 0);
	event->remove = request->remove | (is_back ? FLAG_DELETED : 0);
	if (is_delete)
		fake->deleted += (uint32_t)request->place_count;
	if (request->kind == REQUEST_EXPUNGE)
		fake->deleted = 0;
	if (event->action_kind == ACTION_FLAGS && request->place_count > 0) {
		fake->added = event->add;
		fake->removed = event->remove;
		fake->flagged = request->place_ids[0];
	}
	fake_post(fake, event);
	if (request->kind != REQUEST_FOLDER)
		fake_push_page(fake);
}

static void fake_send_actions(struct fake *fake)
{
	static const enum action_state states[] = {ACTION_QUEUED, ACTION_SENT, ACTION_FAILED};
	struct event *event = fake_event(EVENT_ACTIONS, NULL);
	event->actions = mem_new_array(3, sizeof(*event->actions));
	event->action_count = 3;
	for (int i = 0; i < 3; i++)
		event->actions[i] = (struct action){.action_id = 100 + i,
			.account_id = 1,
			.folder_id = FAKE_INBOX,
			.target_folder_id = i == 0 ? 0 : FAKE_BIG,
			.kind = i == 0   ? ACTION_FLAGS
				: i == 1 ? ACTION_MOVE
					 : ACTION_COPY,
			.state = states[i],
			.words = i == 2 ? mem_text(fake_text(
						  fake, "[OVERQUOTA] the mailbox is full"))
					: NULL,
			.item_count = 0};
	fake_post(fake, event);
}

/* ---- Writing. ---- */

static void fake_send_drafts(struct fake *fake)
{
	static const char *const subjects[] = {"Re: the quarterly figures", "Holiday plans"};
	struct event *event = fake_event(EVENT_DRAFTS, NULL);
	size_t count = fake->postponed + fake->cancelled;
	event->drafts = mem_new_array(count + 1, sizeof(*event->drafts));
	event->draft_count = count;
	for (size_t i = 0; i < count; i++)
		event->drafts[i] = (struct draft_row){.draft_id = (int64_t)i + 50,
			.account_id = 1,
			.to = mem_text(fake_text(fake, "Ann O'Nym <ann@example.org>")),
			.subject = mem_text(fake_text(fake, subjects[i % 2])),
			.updated = 1795420000,
			.is_dropped = i >= fake->postponed};
	fake_post(fake, event);
}

static void fake_quote(const struct fake *fake, struct draft *draft)
{
	struct buf body = {0};
	buf_add_text(&body, "\n\nOn Mon, 23 Nov 2026, Jane Doe wrote:\n\n");
	buf_addf(&body, "> %s\n",
		fake_text(fake, "Shall we have lunch on Thursday? There is a "
				"new place at the corner of the market, and "
				"they say that the soup is good."));
	buf_add_text(&body, ">> An older line.\n");
	draft_set(&draft->body, buf_str(&body));
	buf_done(&body);
}

static void fake_compose(struct fake *fake, const struct request *request)
{
	struct event *event = fake_event(EVENT_DRAFT, request);
	struct draft *draft = draft_new();
	bool is_reply = request->draft_verb == DRAFT_REPLY ||
			request->draft_verb == DRAFT_REPLY_ALL ||
			request->draft_verb == DRAFT_REPLY_LIST;
	draft->draft_id =
		request->draft_id != 0 ? request->draft_id : 100 + (int64_t)fake->drafts++;
	draft->account_id = 1;
	draft->verb = request->draft_verb;
	draft_set(&draft->from, STR("Me <me@example.org>"));
	if (is_reply) {
		draft_set(&draft->to, str_from(fake_text(fake, "Jane Doe <jane@example.org>")));
		draft_set(&draft->subject, str_from(fake_text(fake, "Re: Lunch on Thursday?")));
		if (!request->omits_text)
			fake_quote(fake, draft);
	}
	if (request->draft_verb == DRAFT_REPLY_ALL)
		draft_set(&draft->cc, STR("Bo <bo@example.org>, team@example.org"));
	if (request->draft_id != 0) {
		draft_set(&draft->to, STR("Ann O'Nym <ann@example.org>"));
		draft_set(&draft->subject, STR("Holiday plans"));
		draft_set(&draft->body, STR("Dear Ann,\n\nwhat about"));
	}
	if (request->text != NULL)
		draft_set(&draft->to, STR("url@example.org"));
	event->draft = draft;
	fake_post(fake, event);
}

static void fake_save(struct fake *fake, struct request *request)
{
	struct event *event = fake_event(EVENT_DRAFT_SAVED, request);
	event->draft_id = request->draft->draft_id;
	event->revision = request->draft->revision;
	draft_free(fake->draft);
	fake->draft = request->draft;
	request->draft = NULL;
	fake_post(fake, event);
}

static void fake_attach(struct fake *fake, const struct request *request)
{
	const char *slash = strrchr(request->path, '/');
	struct event *event;
	if (!file_exists(request->path)) {
		event = fake_event(EVENT_FAILED, request);
		error_set(&event->error, ERROR_INPUT, "%s: No such file", request->path);
	} else {
		event = fake_event(EVENT_DRAFT_FILE, request);
		event->draft_id = request->draft_id;
		event->file = mem_new(sizeof(*event->file));
		*event->file = (struct draft_file){.file_id = ++fake->files,
			.name = mem_text(slash != NULL ? slash + 1 : request->path),
			.type = mem_text("text/plain"),
			.description = mem_text(""),
			.size = file_size(request->path)};
	}
	fake_post(fake, event);
}

static void fake_check(struct fake *fake, const struct request *request)
{
	static const char *const words[COMPOSE_WARNING_COUNT] = {[COMPOSE_BAD_ADDRESS] = "jane",
		[COMPOSE_TOO_LARGE] = "20000000 10000000",
		[COMPOSE_NO_ATTACHMENT] = "attached",
		[COMPOSE_MANY_RECIPIENTS] = "34",
		[COMPOSE_OTHER_FROM] = "work@example.org",
		[COMPOSE_FIRST_TIME] = "jane@example.org",
		[COMPOSE_LOOK_ALIKE] = "jane@examp1e.org jane@example.org"};
	struct event *event = fake_event(EVENT_CHECKED, request);
	struct compose_warnings *found = &event->warnings;
	found->items = mem_new_array(COMPOSE_WARNING_COUNT, sizeof(*found->items));
	for (unsigned i = 0; i < COMPOSE_WARNING_COUNT; i++)
		if ((fake->warns & 1u << i) != 0)
			found->items[found->count++] =
				(struct compose_warning){(enum compose_warning_kind)i,
					mem_text(words[i] != NULL ? words[i] : "")};
	fake_post(fake, event);
}

static void fake_send_outbox(struct fake *fake, uint64_t tag)
{
	struct event *event = fake_event(EVENT_OUTBOX, NULL);
	event->tag = tag;
	event->outgoing_id = fake->sent;
	event->outbox = mem_new_array(fake->sent + 1, sizeof(*event->outbox));
	event->outbox_count = fake->sent;
	for (unsigned i = 0; i < fake->sent; i++) {
		struct outgoing *o = &event->outbox[i];
		*o = (struct outgoing){.outgoing_id = i + 1,
			.account_id = 1,
			.message_id = mem_text("1@example.org"),
			.from = mem_text("me@example.org"),
			.state = fake->outgoing,
			.not_before = 1795428010,
			.size = 4711};
		outgoing_add_recipient(o, str_from(fake_text(fake, "jane@example.org")));
		if (i > 0)
			outgoing_add_recipient(o, STR("bo@example.org"));
		if (fake->outgoing == OUTGOING_FAILED)
			outgoing_set_words(o, str_from(fake_text(fake, "550 no such user")));
	}
	fake_post(fake, event);
}

static void fake_send_draft(struct fake *fake, struct request *request)
{
	draft_free(fake->draft);
	fake->draft = request->draft;
	request->draft = NULL;
	fake->sent++;
	fake_send_outbox(fake, request->tag);
}

/* A "cancel" gives it back. */
static void fake_outgoing(struct fake *fake, const struct request *request)
{
	if (strcmp(request->text, "cancel") == 0 && fake->sent > 0) {
		struct event *event = fake_event(EVENT_DRAFT, request);
		event->draft = fake->draft != NULL ? draft_copy(fake->draft) : draft_new();
		fake->sent--;
		fake_post(fake, event);
	}
	fake_send_outbox(fake, request->tag);
}

static void fake_complete(struct fake *fake, const struct request *request)
{
	static const char *const texts[] = {"Jane Doe <jane@example.org>",
		"Janet Poe <janet@example.com>", "Jan-Erik Ek <jan@example.net>"};
	struct event *event = fake_event(EVENT_COMPLETIONS, request);
	event->completions = mem_new_array(4, sizeof(*event->completions));
	event->completion_count = fake->completions;
	event->is_complete = true;
	for (unsigned i = 0; i < fake->completions; i++)
		event->completions[i] =
			(struct book_completion){.text = mem_text(fake_text(fake, texts[i % 3])),
				.address = mem_text("x@example.org"),
				.name = mem_text(""),
				.nickname = mem_text(i == 0 ? "jane" : ""),
				.fcc = mem_text("")};
	fake_post(fake, event);
}

static void fake_send_book(struct fake *fake, uint64_t tag)
{
	static const struct {
		const char *nickname, *name, *addresses;
	} rows[] = {
		{"ann", "Ann O'Nym", "ann@example.org"},
		{"jane", "Doe, Jane", "jane@example.org"},
		{"team", "The team", "ann@example.org, jane@example.org, Bo <bo@example.org>"},
	};
	struct event *event = fake_event(EVENT_BOOK, NULL);
	event->tag = tag;
	event->done = 2;
	event->book_count = 3;
	event->book = mem_new_array(3, sizeof(*event->book));
	for (int i = 0; i < 3; i++)
		event->book[i] = (struct book_entry){.book_id = i + 1,
			.nickname = mem_text(rows[i].nickname),
			.name = mem_text(fake_text(fake, rows[i].name)),
			.addresses = mem_text(rows[i].addresses),
			.fcc = mem_text(""),
			.notes = mem_text(""),
			.is_list = i == 2};
	fake_post(fake, event);
}

static bool fake_writes(struct fake *fake, struct request *request)
{
	switch ((int)request->kind) {
	case REQUEST_DRAFTS:
		fake_send_drafts(fake);
		return true;
	case REQUEST_COMPOSE:
		fake_compose(fake, request);
		return true;
	case REQUEST_DRAFT_SAVE:
		fake_save(fake, request);
		return true;
	case REQUEST_DRAFT_ATTACH:
		fake_attach(fake, request);
		return true;
	case REQUEST_DRAFT_CHECK:
		fake_check(fake, request);
		return true;
	case REQUEST_DRAFT_SEND:
		fake_send_draft(fake, request);
		return true;
	case REQUEST_OUTBOX:
		fake_send_outbox(fake, 0);
		return true;
	case REQUEST_OUTGOING:
		fake_outgoing(fake, request);
		return true;
	case REQUEST_REDIRECT:
		fake->sent++;
		fake_send_outbox(fake, request->tag);
		return true;
	case REQUEST_COMPLETE:
		fake_complete(fake, request);
		return true;
	case REQUEST_BOOK:
	case REQUEST_BOOK_SAVE:
	case REQUEST_BOOK_REMOVE:
	case REQUEST_BOOK_IMPORT:
		fake_send_book(fake, request->tag);
		return true;
	}
	return false;
}

static void fake_page(struct fake *fake, const struct request *request)
{
	fake->page = request->page;
	fake->list_id = request->list_id;
	fake->gone -= fake->grows ? 256 : 0;
	fake_push_page(fake);
}

static void fake_note(struct fake *fake, const struct request *r)
{
	static const char *const names[] = {
		[REQUEST_FOLDERS] = "folders",
		[REQUEST_ACCOUNTS] = "accounts",
		[REQUEST_VIEW_OPEN] = "view-open",
		[REQUEST_PAGE] = "page",
		[REQUEST_VIEW_CLOSE] = "view-close",
		[REQUEST_OPEN] = "open",
		[REQUEST_OPEN_END] = "open-end",
		[REQUEST_FIND] = "find",
		[REQUEST_SELECT] = "select",
		[REQUEST_SELECTED] = "selected",
		[REQUEST_ZOOM] = "zoom",
		[REQUEST_NEXT_NEW] = "next-new",
		[REQUEST_FLAGS] = "flags",
		[REQUEST_SAVE_PART] = "save-part",
		[REQUEST_ANSWER] = "answer",
		[REQUEST_CHECK] = "check",
		[REQUEST_ONLINE] = "online",
		[REQUEST_SYNC] = "sync",
		[REQUEST_FOLDER_INFO] = "folder-info",
		[REQUEST_ACCOUNT_SAVE] = "account-save",
		[REQUEST_ACCOUNT_REMOVE] = "account-remove",
		[REQUEST_ACCOUNT_TEST] = "account-test",
		[REQUEST_IDLE] = "idle",
		[REQUEST_MOVE] = "move",
		[REQUEST_COPY] = "copy",
		[REQUEST_DELETE] = "delete",
		[REQUEST_UNDELETE] = "undelete",
		[REQUEST_EXPUNGE] = "expunge",
		[REQUEST_FOLDER] = "folder",
		[REQUEST_UNDO] = "undo",
		[REQUEST_ACTION_RETRY] = "retry",
		[REQUEST_ACTION_DROP] = "drop",
		[REQUEST_ACTIONS] = "actions",
		[REQUEST_OUTBOX] = "outbox",
		[REQUEST_OUTGOING] = "outgoing",
		[REQUEST_COMPOSE] = "compose",
		[REQUEST_DRAFT_SAVE] = "draft-save",
		[REQUEST_DRAFT_ATTACH] = "draft-attach",
		[REQUEST_DRAFT_DETACH] = "draft-detach",
		[REQUEST_DRAFT_POSTPONE] = "draft-postpone",
		[REQUEST_DRAFT_DROP] = "draft-drop",
		[REQUEST_DRAFTS] = "drafts",
		[REQUEST_DRAFT_CHECK] = "draft-check",
		[REQUEST_DRAFT_SEND] = "draft-send",
		[REQUEST_REDIRECT] = "redirect",
		[REQUEST_COMPLETE] = "complete",
		[REQUEST_BOOK] = "book",
		[REQUEST_BOOK_SAVE] = "book-save",
		[REQUEST_BOOK_REMOVE] = "book-remove",
		[REQUEST_BOOK_IMPORT] = "book-import",
		[REQUEST_BOOK_EXPORT] = "book-export",
		[REQUEST_QUIT] = "quit",
	};
	buf_add_text(&fake->asked, names[r->kind]);
	if (r->place_id != 0)
		buf_addf(&fake->asked, " place=%u", (unsigned)place_uid(r->place_id));
	for (size_t i = 0; i < r->place_count && i < 9; i++)
		buf_addf(&fake->asked, " place=%u", (unsigned)place_uid(r->place_ids[i]));
	if (r->by_selection)
		buf_add_text(&fake->asked, " selected");
	if (r->kind == REQUEST_SELECT)
		buf_addf(&fake->asked, " rule=%d mode=%d%s", (int)r->select.rule,
			(int)r->select.mode, r->select.is_not ? " not" : "");
	if (r->kind == REQUEST_ZOOM)
		buf_addf(&fake->asked, " on=%d", (int)r->is_on);
	if (r->kind == REQUEST_FLAGS)
		buf_addf(&fake->asked, " add=%x remove=%x", (unsigned)r->add, (unsigned)r->remove);
	if (r->folder_id != 0)
		buf_addf(&fake->asked, " folder=%d", (int)r->folder_id);
	if (r->kind == REQUEST_FOLDER)
		buf_addf(&fake->asked, " verb=%d account=%d new=%s", (int)r->verb,
			(int)r->account_id, r->new_text != NULL ? r->new_text : "");
	if (r->action_id != 0)
		buf_addf(&fake->asked, " action=%d", (int)r->action_id);
	if (r->kind == REQUEST_ANSWER)
		buf_addf(&fake->asked, " answer=%d keep=%d", (int)r->answer, (int)r->may_keep);
	if (r->kind == REQUEST_ONLINE)
		buf_addf(&fake->asked, " on=%d", (int)r->is_on);
	if (r->kind == REQUEST_VIEW_OPEN)
		buf_addf(&fake->asked, " folder=%d sort=%d reverse=%d%s",
			(int)r->page.view.folder_id, (int)r->page.view.sort,
			(int)r->page.view.is_reverse, r->page.read_only ? " examine" : "");
	if (r->text != NULL)
		buf_addf(&fake->asked, " text=%s", r->text);
	if (r->path != NULL)
		buf_addf(&fake->asked, " path=%s overwrite=%d", r->path, (int)r->may_overwrite);
	if (r->show.part[0] != '\0')
		buf_addf(&fake->asked, " part=%s", r->show.part);
	if (r->show.charset[0] != '\0')
		buf_addf(&fake->asked, " charset=%s", r->show.charset);
	if (r->account != NULL)
		buf_addf(&fake->asked, " account=%s host=%s port=%d user=%s", r->account->name,
			r->account->incoming.host, (int)r->account->incoming.port,
			r->account->incoming.user);
	if (r->kind == REQUEST_COMPOSE)
		buf_addf(&fake->asked, " %s%s", draft_verb_name(r->draft_verb),
			r->omits_text ? " bare" : "");
	if (r->draft_id != 0)
		buf_addf(&fake->asked, " draft=%d", (int)r->draft_id);
	if (r->draft != NULL)
		buf_addf(&fake->asked, " draft=%d to=%s subject=%s body=%s",
			(int)r->draft->draft_id, r->draft->to, r->draft->subject, r->draft->body);
	if (r->entry != NULL)
		buf_addf(&fake->asked, " nick=%s name=%s addresses=%s", r->entry->nickname,
			r->entry->name, r->entry->addresses);
	buf_add_char(&fake->asked, '\n');
}

static void fake_send_info(struct fake *fake, int64_t folder_id)
{
	struct event *event = mem_new(sizeof(*event));
	struct folder_info *info = mem_new(sizeof(*info));
	event->kind = EVENT_FOLDER_INFO;
	event->folder_id = info->folder_id = folder_id;
	event->info = info;
	info->total = fake_total(fake, folder_id);
	info->unseen = 3;
	info->server_total = info->total + 20;
	info->has_size = info->is_complete = true;
	info->size = 123456789;
	info->my_rights = mem_text("lrswite");
	folder_info_add_quota(info, STR("User quota"), STR("STORAGE"), 614400, 1048576);
	folder_info_add_quota(info, STR("User quota"), STR("MESSAGE"), 1200, 50000);
	folder_info_add_right(info, STR("ann"), STR("lrswipkxtea"));
	folder_info_add_right(info, STR("team \033[31mone"), STR("lr"));
	fake_post(fake, event);
}

void fake_send(void *context, struct request *request)
{
	struct fake *fake = context;
	fake_note(fake, request);
	if (fake_writes(fake, request)) {
		request_free(request);
		return;
	}
	switch ((int)request->kind) {
	case REQUEST_FOLDERS:
		fake_send_folders(fake);
		break;
	case REQUEST_FOLDER_INFO:
		fake_send_info(fake, request->folder_id);
		break;
	case REQUEST_ACCOUNTS:
		fake_send_accounts(fake);
		break;
	case REQUEST_VIEW_OPEN:
		fake->is_examined = request->page.read_only;
		fake_page(fake, request);
		break;
	case REQUEST_PAGE:
		fake_page(fake, request);
		break;
	case REQUEST_OPEN:
		fake_send_shown(fake, request);
		break;
	case REQUEST_SELECT:
		fake_select(fake, request);
		break;
	case REQUEST_SELECTED:
		fake_next_selected(fake, request);
		break;
	case REQUEST_ZOOM:
		fake->is_zoomed = request->is_on;
		fake_push_page(fake);
		break;
	case REQUEST_FIND:
	case REQUEST_NEXT_NEW:
		fake_send_found(fake, request);
		break;
	case REQUEST_FLAGS:
	case REQUEST_MOVE:
	case REQUEST_COPY:
	case REQUEST_DELETE:
	case REQUEST_UNDELETE:
	case REQUEST_EXPUNGE:
	case REQUEST_FOLDER:
	case REQUEST_UNDO:
		fake_acted(fake, request);
		break;
	case REQUEST_ACTIONS:
		fake_send_actions(fake);
		break;
	case REQUEST_SAVE_PART:
		fake_send_saved(fake, request);
		break;
	case REQUEST_ACCOUNT_TEST:
		fake_send_test(fake, request);
		break;
	}
	request_free(request);
}

struct account *fake_load(void *context, const char *name)
{
	(void)context;
	struct account *account = mem_new(sizeof(*account));
	account->name = mem_text(name);
	account->from = mem_text("Jane Doe <jane@example.org>");
	account->incoming = (struct server){
		.host = mem_text("mail.example.org"), .port = 993, .user = mem_text("jane")};
	account->outgoing = (struct server){
		.host = mem_text("mail.example.org"), .port = 2465, .user = mem_text("jane")};
	return account;
}

void fake_push_new_mail(struct fake *fake, const char *from, const char *subject)
{
	struct event *event = fake_event(EVENT_NEW_MAIL, NULL);
	event->row = mem_new(sizeof(*event->row));
	event->row->from_name = mem_text(from);
	event->row->from_addr = mem_text("x@example.org");
	event->row->to_name = mem_text("");
	event->row->subject = mem_text(subject);
	fake_post(fake, event);
}

void fake_push_question(struct fake *fake, enum question_kind kind)
{
	struct event *event = fake_event(EVENT_QUESTION, NULL);
	struct question *q = mem_new(sizeof(*q));
	event->question = q;
	q->question_id = 7;
	q->kind = kind;
	q->can_keep = kind == QUESTION_PASSWORD;
	q->account = mem_text(fake_text(fake, "Work"));
	q->host = mem_text(fake_text(fake, "mail.example.org"));
	q->user = mem_text(fake_text(fake, "jane"));
	if (kind == QUESTION_CERTIFICATE) {
		q->cert_faults = CERT_SELF_SIGNED | CERT_EXPIRED;
		q->subject = mem_text(fake_text(fake, "CN=mail.example.org"));
		q->issuer = mem_text(fake_text(fake, "CN=mail.example.org"));
		q->fingerprint = mem_text("SHA256 01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF");
		q->not_before = mem_text("2024-01-01");
		q->not_after = mem_text("2025-01-01");
	}
	fake_post(fake, event);
}
