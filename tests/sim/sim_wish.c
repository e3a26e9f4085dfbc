/* What a test asks of the engine. */
#include "base/memory.h"
#include "tests/sim/sim.h"

void sim_ask(struct sim *sim, struct request *request)
{
	engine_request(sim->engine, request);
}

void sim_view(struct sim *sim, const char *wire)
{
	struct request *request = request_new(REQUEST_VIEW_OPEN);
	request->list_id = 1;
	request->page.view.kind = VIEW_FOLDER;
	request->page.view.folder_id = sim_folder_id(sim, wire);
	request->page.anchor = PAGE_AT_END;
	request->page.before = 60;
	request->page.after = 60;
	sim_ask(sim, request);
}

void sim_open(struct sim *sim, const char *wire, uint32_t uid)
{
	struct request *request = request_new(REQUEST_OPEN);
	request->place_id = sim_place(sim, wire, uid);
	event_free(sim->heard.shown);
	sim->heard.shown = NULL;
	sim_ask(sim, request);
}

void sim_wish(struct sim *sim, const char *wire, uint32_t uid, flags_t add, flags_t remove)
{
	struct request *request = request_new(REQUEST_FLAGS);
	request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
	request->place_ids[0] = sim_place(sim, wire, uid);
	request->place_count = 1;
	request->add = add;
	request->remove = remove;
	sim_ask(sim, request);
}

int64_t sim_newest(struct sim *sim, const char *wire)
{
	sim_view(sim, wire);
	sim_rest(sim);
	const struct page *page = sim->heard.page;
	return page != NULL && page->count > 0 ? page->rows[page->count - 1].place_id : 0;
}

static struct request *sim_request(
	struct sim *sim, enum request_kind kind, const char *wire, uint32_t from, uint32_t to)
{
	struct request *request = request_new(kind);
	request->place_ids = mem_new_array(to - from + 1, sizeof(*request->place_ids));
	for (uint32_t uid = from; uid <= to; uid++)
		request->place_ids[request->place_count++] = sim_place(sim, wire, uid);
	return request;
}

void sim_wish_transfer(struct sim *sim, enum request_kind kind, const char *wire, uint32_t from,
	uint32_t to, const char *target)
{
	struct request *request = sim_request(sim, kind, wire, from, to);
	request->folder_id = sim_folder_id(sim, target);
	sim_ask(sim, request);
}

void sim_wish_messages(
	struct sim *sim, enum request_kind kind, const char *wire, uint32_t from, uint32_t to)
{
	sim_ask(sim, sim_request(sim, kind, wire, from, to));
}

void sim_wish_keyword(struct sim *sim, const char *wire, uint32_t uid, const char *words)
{
	struct request *request = sim_request(sim, REQUEST_FLAGS, wire, uid, uid);
	request->text = mem_text(words);
	sim_ask(sim, request);
}

/* All that show as deleted, whoever marked them. */
void sim_wish_expunge(struct sim *sim, const char *wire)
{
	struct sim_folder *folder = sim_server_folder(sim->server, wire);
	struct request *request = request_new(REQUEST_EXPUNGE);
	for (size_t i = 0; i < folder->count; i++)
		if ((sim_shown_flags(sim, wire, folder->messages[i].uid) & FLAG_DELETED) != 0)
			folder->messages[i].is_ours = true;
	request->folder_id = sim_folder_id(sim, wire);
	sim_ask(sim, request);
}

void sim_wish_folder(struct sim *sim, enum folder_verb verb, const char *name, const char *to)
{
	struct request *request = request_new(REQUEST_FOLDER);
	request->verb = verb;
	request->account_id = 1;
	request->text = mem_text(name);
	request->new_text = to != NULL ? mem_text(to) : NULL;
	sim_ask(sim, request);
}

void sim_wish_undo(struct sim *sim)
{
	sim_ask(sim, request_new(REQUEST_UNDO));
}

void sim_online(struct sim *sim, bool is_on)
{
	struct request *request = request_new(REQUEST_ONLINE);
	request->is_on = is_on;
	sim_ask(sim, request);
}
