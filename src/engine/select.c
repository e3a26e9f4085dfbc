/* Rules, and the rows they fit. */
#include "engine/select.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/live.h"
#include "engine/sync.h"

enum {
	SELECT_ROWS = 3000,        /* looked at in a step */
	SELECT_BODIES = 8,         /* read in a step */
	SELECT_BODY_MAX = 1000000, /* bytes of one */
	SELECT_RANGES = 200,       /* rows named by number, in a step of any other order */
	SELECT_PATIENCE = 15000,   /* ms for the server's answer */
};

enum select_stage {
	SELECT_ASKS,  /* the server is to be asked */
	SELECT_WAITS, /* for its answer */
	SELECT_WALKS, /* through the rows */
	SELECT_ZOOMS, /* the same, for the view of what is selected */
};

struct selecting {
	struct request *request; /* owned */
	enum select_stage stage;
	struct view view;
	struct cache_rule rule;
	int64_t next;                 /* the place the walk has come to */
	struct selection found;       /* what it becomes */
	bool was_found;               /* the row before is in it: ranges go on over gaps */
	const struct live_list *list; /* only within a step */
	struct imap_set uids;         /* of a SEARCH */
	bool has_uids, is_local;
	int64_t patience;        /* ms: until then the server is waited for */
	struct session *session; /* whom; not owned, compared only */
	unsigned command;
	int64_t *zoom; /* owned */
	size_t zoom_count, zoom_cap;
	int64_t *bodies; /* owned: places whose text is to be read */
	size_t body_count, body_cap, body_next;
};

void select_free(struct engine *engine)
{
	struct selecting *s = engine->selecting;
	if (s == NULL)
		return;
	request_free(s->request);
	selection_done(&s->found);
	imap_set_done(&s->uids);
	mem_free(s->zoom);
	mem_free(s->bodies);
	mem_free(s);
	engine->selecting = NULL;
}

static void select_tell(
	struct engine *engine, const struct request *request, struct live_list *list, bool is_local)
{
	struct event *event = event_new(EVENT_SELECTED);
	event->list_id = request->list_id;
	event->tag = request->tag;
	event->done = list->selection.messages;
	event->is_unreachable = is_local;
	engine_post(engine, event);
	list->is_dirty = true;
	list->told_at = 0;
}

static void live_unzoom(struct live_list *list)
{
	mem_free(list->zoom);
	list->zoom = NULL;
	list->zoom_count = 0;
}

/* ---- What needs no walk. ---- */

static void select_all(struct engine *engine, struct live_list *list, bool is_on)
{
	int64_t folder_id = list->page.view.folder_id;
	int64_t first = place_make(folder_id, 0), last = place_make(folder_id + 1, 0) - 1;
	struct error err;
	selection_done(&list->selection);
	if (!is_on) {
		live_unzoom(list);
		return;
	}
	/* What comes later is not selected. */
	struct cache_page page = {0};
	struct cache_page_query query = {
		.view = {.folder_id = folder_id}, .anchor = CACHE_AT_END, .before = 1};
	if (!cache_page(engine->cache, &query, &page, &err))
		engine_storage_failed(engine, &err);
	if (page.count > 0) {
		last = page.rows[page.count - 1].place_id;
		selection_add(&list->selection, first, last);
		list->selection.messages = page.total;
	}
	cache_page_done(&page);
}

static void select_place(struct live_list *list, int64_t place_id)
{
	if (place_folder(place_id) != list->page.view.folder_id)
		return;
	if (selection_has(&list->selection, place_id)) {
		selection_remove(&list->selection, place_id);
		list->selection.messages--;
	} else {
		selection_add(&list->selection, place_id, place_id);
		list->selection.messages++;
	}
}

/* ---- Numbers. ---- */

/* Rows first to last (0-based) of the view; in order of arrival they are one range. */
static void select_rows(struct engine *engine, const struct view *view, uint32_t first,
	uint32_t last, struct selection *into)
{
	int64_t from = 0, to = 0;
	if (view->sort == SORT_ARRIVAL) {
		if (!cache_place_at(engine->cache, view, first, &from, NULL) ||
			!cache_place_at(engine->cache, view, last, &to, NULL) || from == 0 ||
			to == 0)
			return;
		selection_add(into, from < to ? from : to, from < to ? to : from);
		return;
	}
	while (first <= last) {
		struct cache_page page = {0};
		struct cache_page_query query = {.view = *view,
			.anchor = CACHE_AT_ROW,
			.row = first,
			.after = last - first + 1 < SELECT_RANGES ? last - first + 1
								  : SELECT_RANGES};
		if (!cache_page(engine->cache, &query, &page, NULL) || page.count == 0)
			return;
		for (size_t i = 0; i < page.count; i++)
			selection_add(into, page.rows[i].place_id, page.rows[i].place_id);
		first = page.first + (uint32_t)page.count;
		cache_page_done(&page);
	}
}

/* "3,5-9,20-": what is not a number is passed over. */
static void select_numbers(struct engine *engine, struct live_list *list,
	const struct request *request, struct selection *into)
{
	struct str rest = str_from(request->text);
	struct cache_page page = {0};
	struct cache_page_query query = {.view = list->page.view, .anchor = CACHE_AT_END};
	if (!cache_page(engine->cache, &query, &page, NULL))
		return;
	uint32_t total = page.total;
	cache_page_done(&page);
	while (rest.len > 0) {
		struct str last = str_trim(str_cut(&rest, ','));
		bool is_range = str_find_char(last, '-') != STR_NONE;
		struct str first = str_trim(str_cut(&last, '-'));
		uint32_t low, high;
		if (!str_to_u32(first, &low) || low == 0)
			continue;
		high = low;
		if (is_range && !str_to_u32(str_trim(last), &high))
			high = total;
		high = high < total ? high : total;
		if (low <= high)
			select_rows(engine, &list->page.view, low - 1, high - 1, into);
	}
}

/* ---- The server. ---- */

static void select_quote(struct str text, struct buf *out)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\')
			buf_add_char(out, '\\');
		if (text.data[i] != '\r' && text.data[i] != '\n' && text.data[i] != '\0')
			buf_add_char(out, text.data[i]);
	}
	buf_add_char(out, '"');
}

static struct session *select_session(struct engine *engine, int64_t folder_id)
{
	struct account_run *run = engine_run_of_folder(engine, folder_id);
	return run != NULL ? run->session : NULL;
}

static void select_locally(struct selecting *s)
{
	s->stage = SELECT_WALKS;
	s->is_local = true;
	s->has_uids = false;
}

static void select_answer(
	struct session *session, struct pending *p, const struct imap_event *event)
{
	struct selecting *s = session->run->engine->selecting;
	if (s == NULL || s->session != session || s->command != p->command)
		return;
	s->session = NULL;
	s->stage = SELECT_WALKS;
	s->has_uids = event->status == IMAP_OK;
	if (!s->has_uids)
		select_locally(s);
}

bool select_found(struct engine *engine, const struct pending *p, const struct imap_set *set)
{
	struct selecting *s = engine->selecting;
	if (p == NULL || p->answer != select_answer)
		return false;
	for (size_t i = 0; s != NULL && s->command == p->command && set != NULL && i < set->count;
		i++)
		imap_set_add(&s->uids, set->ranges[i].first, set->ranges[i].last);
	return true;
}

/* True when it was asked. */
static bool select_ask_server(struct engine *engine, struct selecting *s)
{
	struct session *session = select_session(engine, s->view.folder_id);
	if (session == NULL || session->state != SESSION_READY || session->folder == NULL ||
		session->selecting != NULL || session->folder->folder_id != s->view.folder_id)
		return false;
	struct buf criteria = {0};
	buf_add_text(&criteria, "TEXT ");
	select_quote(str_from(s->request->text), &criteria);
	s->command = imap_search(
		session->imap, session_has(session, IMAP_CAP_ESEARCH), buf_str(&criteria));
	buf_done(&criteria);
	s->session = session;
	session_expect(session, s->command, select_answer);
	s->stage = SELECT_WAITS;
	return true;
}

static bool select_is_online(struct engine *engine, int64_t folder_id)
{
	const struct account_run *run = engine_run_of_folder(engine, folder_id);
	return run != NULL && !engine->is_guest &&
	       (run->state == ACCOUNT_ONLINE || run->state == ACCOUNT_SYNCING);
}

static void select_server_step(struct engine *engine, struct selecting *s, int64_t *deadline)
{
	bool is_lost =
		s->stage == SELECT_WAITS && select_session(engine, s->view.folder_id) != s->session;
	if (is_lost || engine->now >= s->patience || !select_is_online(engine, s->view.folder_id)) {
		s->session = NULL;
		select_locally(s);
		*deadline = engine->now;
		return;
	}
	if (s->stage == SELECT_ASKS && select_ask_server(engine, s))
		*deadline = engine->now; /* for it to go out */
	if (s->patience < *deadline)
		*deadline = s->patience;
}

/* ---- The walk. ---- */

/* A row is in or not; what lies between two that are needs no cut. */
static void select_keep(struct selecting *s, int64_t place_id, bool is_in)
{
	struct selection *found = &s->found;
	if (is_in && s->was_found && found->count > 0)
		found->ranges[found->count - 1].last = place_id;
	else if (is_in)
		selection_add(found, place_id, place_id);
	found->messages += is_in;
	s->was_found = is_in;
}

static bool select_combine(const struct selecting *s, int64_t place_id, bool fits)
{
	bool was = selection_has(&s->list->selection, place_id);
	switch (s->request->select.mode) {
	case SELECT_REPLACES:
		return fits;
	case SELECT_BROADENS:
		return fits || was;
	case SELECT_NARROWS:
		return fits && was;
	}
	return false;
}

static void select_take(void *context, int64_t place_id, unsigned hints, bool fits)
{
	struct selecting *s = context;
	if (s->request->select.rule == SELECT_BODY && s->has_uids) {
		fits = !place_is_temporary(place_id) && imap_set_has(&s->uids, place_uid(place_id));
		fits = fits != s->request->select.is_not;
	} else if (s->request->select.rule == SELECT_BODY) {
		if ((hints & HINT_BODY) != 0 && !fits) {
			s->bodies = array_room(
				s->bodies, s->body_count, &s->body_cap, sizeof(*s->bodies));
			s->bodies[s->body_count++] = place_id;
		}
	}
	select_keep(s, place_id, select_combine(s, place_id, fits));
}

static void select_take_zoom(void *context, int64_t place_id, unsigned hints, bool fits)
{
	struct selecting *s = context;
	(void)hints;
	(void)fits;
	if (!selection_has(&s->list->selection, place_id))
		return;
	s->zoom = array_room(s->zoom, s->zoom_count, &s->zoom_cap, sizeof(*s->zoom));
	s->zoom[s->zoom_count++] = place_id;
}

/* ---- Bodies that are here. ---- */

static bool select_body_has(struct engine *engine, int64_t place_id, struct str text)
{
	struct cache_message m = {0};
	struct buf body = {0};
	bool is_found = false, fits = false;
	if (cache_message_get(engine->cache, place_id, &m, &is_found, NULL) && is_found &&
		m.row.message_id != 0 &&
		cache_body_read(engine->cache, m.row.message_id, STR(""), 0, SELECT_BODY_MAX, &body,
			NULL) &&
		body.len > 0) {
		struct show_options options = {.full_headers = true};
		struct shown *shown = engine_show_bytes(buf_str(&body), &options);
		for (size_t i = 0; !fits && shown->doc != NULL && i < shown->doc->block_count; i++)
			fits = cache_text_has(buf_str(&shown->doc->blocks[i].text), text);
		shown_free(shown);
	}
	if (is_found)
		cache_message_done(&m);
	buf_done(&body);
	return fits;
}

/* What their texts change: with `is_not` they leave again. */
static void select_bodies_step(struct engine *engine, struct selecting *s)
{
	for (int i = 0; i < SELECT_BODIES && s->body_next < s->body_count; i++) {
		int64_t place_id = s->bodies[s->body_next++];
		bool fits = select_body_has(engine, place_id, str_from(s->request->text)) !=
			    s->request->select.is_not;
		bool is_in = select_combine(s, place_id, fits);
		if (is_in == selection_has(&s->found, place_id))
			continue;
		s->found.messages += is_in ? 1 : -1;
		if (is_in)
			selection_add(&s->found, place_id, place_id);
		else
			selection_remove(&s->found, place_id);
	}
}

/* ---- Steps. ---- */

static void select_zoom_start(struct engine *engine, struct live_list *list)
{
	struct request *request = request_new(REQUEST_ZOOM);
	request->list_id = list->list_id;
	request->is_on = true;
	select_free(engine);
	struct selecting *s = engine->selecting = mem_new(sizeof(*s));
	s->request = request;
	s->stage = SELECT_ZOOMS;
	s->view = list->page.view;
	s->rule = (struct cache_rule){.kind = CACHE_RULE_ALL, .text = STR("")};
	if (!list->is_prepared)
		s->view.sort = SORT_ARRIVAL;
}

static void select_end(struct engine *engine, struct selecting *s, struct live_list *list)
{
	bool is_zoomed = list->zoom != NULL;
	if (s->stage == SELECT_ZOOMS) {
		live_unzoom(list);
		list->zoom = s->zoom != NULL ? s->zoom : mem_new(sizeof(*s->zoom));
		list->zoom_count = s->zoom_count;
		s->zoom = NULL;
		list->is_dirty = true;
		list->told_at = 0;
		select_free(engine);
		return;
	}
	selection_done(&list->selection);
	list->selection = s->found;
	s->found = (struct selection){0};
	select_tell(engine, s->request, list, s->is_local);
	select_free(engine);
	if (is_zoomed && list->selection.messages > 0)
		select_zoom_start(engine, list);
	else
		live_unzoom(list);
}

static void select_walk_step(struct engine *engine, struct selecting *s, struct live_list *list)
{
	struct error err;
	bool is_zoom = s->stage == SELECT_ZOOMS;
	s->list = list;
	if (s->next != INT64_MAX &&
		!cache_select(engine->cache, &s->view, s->next, SELECT_ROWS, &s->rule,
			is_zoom ? select_take_zoom : select_take, s, &s->next, &err)) {
		engine_storage_failed(engine, &err);
		s->next = 0;
	}
	if (s->next == 0)
		s->next = INT64_MAX; /* all rows were looked at */
	else if (s->next != INT64_MAX)
		return;
	select_bodies_step(engine, s);
	if (s->body_next >= s->body_count)
		select_end(engine, s, list);
}

bool select_step(struct engine *engine, int64_t *deadline)
{
	struct selecting *s = engine->selecting;
	if (s == NULL)
		return false;
	struct live_list *list = live_get(engine, s->request->list_id);
	if (list == NULL || list->page.view.folder_id != s->view.folder_id) {
		select_free(engine);
		return false;
	}
	if (s->stage == SELECT_ASKS || s->stage == SELECT_WAITS) {
		select_server_step(engine, s, deadline);
		return false;
	}
	select_walk_step(engine, s, list);
	return true;
}

static bool select_rule(struct engine *engine, const struct request *request, int64_t folder_id,
	struct cache_rule *rule)
{
	static const enum cache_rule_kind kinds[] = {
		[SELECT_FROM] = CACHE_RULE_FROM,
		[SELECT_SUBJECT] = CACHE_RULE_SUBJECT,
		[SELECT_TO] = CACHE_RULE_TO,
		[SELECT_HEADER] = CACHE_RULE_HEADER,
		[SELECT_BODY] = CACHE_RULE_HEADER,
		[SELECT_FLAGS] = CACHE_RULE_FLAGS,
		[SELECT_SINCE] = CACHE_RULE_SINCE,
		[SELECT_BEFORE] = CACHE_RULE_BEFORE,
		[SELECT_LARGER] = CACHE_RULE_LARGER,
		[SELECT_SMALLER] = CACHE_RULE_SMALLER,
	};
	const struct select *select = &request->select;
	struct error err;
	*rule = (struct cache_rule){.kind = kinds[select->rule],
		.is_not = select->is_not,
		.text = str_from(request->text != NULL ? request->text : ""),
		.flags = request->add,
		.value = select->value};
	if (select->rule == SELECT_FLAGS && rule->text.len > 0) {
		const struct account_run *run = engine_run_of_folder(engine, folder_id);
		flags_t bit = 0;
		if (run != NULL && !cache_keyword_bit(engine->cache, run->account->account_id,
					   rule->text, &bit, &err))
			engine_storage_failed(engine, &err);
		rule->flags |= bit;
	}
	return true;
}

static void select_start(struct engine *engine, struct live_list *list, struct request *request)
{
	select_free(engine);
	struct selecting *s = engine->selecting = mem_new(sizeof(*s));
	s->request = request;
	s->view = (struct view){.kind = VIEW_FOLDER, .folder_id = list->page.view.folder_id};
	select_rule(engine, request, s->view.folder_id, &s->rule);
	s->patience = engine->now + SELECT_PATIENCE;
	s->stage = SELECT_WALKS;
	if (request->select.rule != SELECT_BODY)
		return;
	s->stage = SELECT_ASKS;
	if (!select_is_online(engine, s->view.folder_id))
		select_locally(s);
}

/* Numbers are found at once; they are combined with what was by a walk like any rule. */
static void select_by_numbers(
	struct engine *engine, struct live_list *list, const struct request *request)
{
	struct selection found = {0};
	select_numbers(engine, list, request, &found);
	if (request->select.mode == SELECT_BROADENS)
		for (size_t i = 0; i < list->selection.count; i++)
			selection_add(&found, list->selection.ranges[i].first,
				list->selection.ranges[i].last);
	if (request->select.mode == SELECT_NARROWS) {
		struct selection both = {0};
		for (size_t i = 0; i < found.count; i++)
			for (size_t j = selection_at(&list->selection, found.ranges[i].first);
				j < list->selection.count &&
				list->selection.ranges[j].first <= found.ranges[i].last;
				j++) {
				struct selection_range a = found.ranges[i],
						       b = list->selection.ranges[j];
				selection_add(&both, a.first > b.first ? a.first : b.first,
					a.last < b.last ? a.last : b.last);
			}
		selection_done(&found);
		found = both;
	}
	for (size_t i = 0; i < found.count; i++) {
		uint32_t count = 0;
		cache_place_count(
			engine->cache, found.ranges[i].first, found.ranges[i].last, &count, NULL);
		found.messages += count;
	}
	selection_done(&list->selection);
	list->selection = found;
}

void select_ask(struct engine *engine, struct request *request)
{
	struct live_list *list = live_get(engine, request->list_id);
	if (list == NULL) {
		request_free(request);
		return;
	}
	switch (request->select.rule) {
	case SELECT_ALL:
	case SELECT_NONE:
		select_all(engine, list, request->select.rule == SELECT_ALL);
		break;
	case SELECT_PLACE:
		select_place(list, request->place_id);
		break;
	case SELECT_NUMBERS:
		select_by_numbers(engine, list, request);
		break;
	default:
		select_start(engine, list, request);
		return;
	}
	select_tell(engine, request, list, false);
	if (list->zoom != NULL && request->select.rule != SELECT_PLACE)
		select_zoom_start(engine, list);
	request_free(request);
}

struct select_one {
	const struct selection *selection;
	int64_t found;
};

static void select_take_one(void *context, int64_t place_id, unsigned hints, bool fits)
{
	struct select_one *one = context;
	(void)hints;
	(void)fits;
	if (one->found == 0 && selection_has(one->selection, place_id))
		one->found = place_id;
}

int64_t select_behind(struct engine *engine, const struct selection *selection, int64_t folder_id,
	int64_t place_id)
{
	struct view view = {.kind = VIEW_FOLDER, .folder_id = folder_id};
	struct cache_rule rule = {.kind = CACHE_RULE_ALL, .text = STR("")};
	struct select_one one = {.selection = selection};
	for (size_t at = selection_at(selection, place_id + 1); at < selection->count; at++) {
		int64_t next, first = selection->ranges[at].first - 1;
		if (!cache_select(engine->cache, &view, place_id > first ? place_id : first, 1,
			    &rule, select_take_one, &one, &next, NULL) ||
			one.found != 0)
			break;
	}
	return one.found;
}

void select_next(struct engine *engine, const struct request *request)
{
	struct live_list *list = live_get(engine, request->list_id);
	struct event *event = event_new(EVENT_FOUND);
	event->list_id = request->list_id;
	event->tag = request->tag;
	if (list != NULL)
		event->place_id = select_behind(
			engine, &list->selection, list->page.view.folder_id, request->place_id);
	engine_post(engine, event);
}

void select_zoom(struct engine *engine, const struct request *request)
{
	struct live_list *list = live_get(engine, request->list_id);
	if (list == NULL)
		return;
	if (request->is_on) {
		select_zoom_start(engine, list);
		return;
	}
	live_unzoom(list);
	list->is_dirty = true;
	list->told_at = 0;
}
