/* What is being written: requests, and what waits for messages to come. */
#include "engine/drafts.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/profile.h"
#include "engine/reading.h"
#include "engine/submit.h"

/* A request that waits for the bytes of messages. */
struct drafting {
	struct drafting *next;   /* owned */
	struct request *request; /* owned */
};

struct cache_options drafts_store(const struct engine *engine)
{
	return (struct cache_options){
		.local_path = engine->options.local_path,
		.cache_path = engine->options.cache_path,
		.body_path = engine->options.body_path,
		.mode = CACHE_GUEST,
		.vfs = engine->world->vfs,
	};
}

static void drafts_changed(struct engine *engine)
{
	engine->drafts_dirty = true;
	if (engine->is_guest)
		profile_call(engine->profile, "wake");
}

static void drafts_expect(struct engine *engine, int64_t account_id)
{
	struct account_run *run = engine_run_of_account(engine, account_id);
	if (run != NULL)
		submit_expect(run);
}

bool drafts_give(
	struct engine *engine, int64_t draft_id, uint64_t tag, const char *words, struct error *err)
{
	struct draft *draft = draft_new();
	bool is_found = false;
	bool ok = cache_draft_load(engine->cache, draft_id, draft, &is_found, err);
	if (ok && !is_found)
		ok = error_set(err, ERROR_INPUT, "there is no such draft any more");
	ok = ok && cache_draft_mark(engine->cache, draft_id, CACHE_DRAFT_OPEN, draft->updated, err);
	if (!ok) {
		draft_free(draft);
		return false;
	}
	drafts_expect(engine, draft->account_id);
	drafts_changed(engine);
	struct event *event = event_new(EVENT_DRAFT);
	event->tag = tag;
	event->account_id = draft->account_id;
	event->draft_id = draft_id;
	event->draft = draft;
	event->text = mem_text(words);
	engine_post(engine, event);
	return true;
}

/* ---- What waits for messages. ---- */

static bool drafting_wants_whole(const struct request *request)
{
	if (request->kind != REQUEST_COMPOSE)
		return true;
	return request->draft_verb != DRAFT_REPLY && request->draft_verb != DRAFT_REPLY_ALL &&
	       request->draft_verb != DRAFT_REPLY_LIST;
}

/* One place is as good as a list of one. */
static void drafting_take_place(struct request *request)
{
	if (request->place_count > 0 || request->place_id == 0)
		return;
	request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
	request->place_ids[0] = request->place_id;
	request->place_count = 1;
}

static bool drafting_add(struct engine *engine, struct request *request)
{
	struct error err;
	drafting_take_place(request);
	for (size_t i = 0; i < request->place_count; i++)
		if (!reading_bring(
			    engine, request->place_ids[i], drafting_wants_whole(request), &err)) {
			engine_fail(engine, request->tag, &err);
			return false;
		}
	struct drafting **at = &engine->draftings;
	while (*at != NULL)
		at = &(*at)->next;
	*at = mem_new(sizeof(**at));
	(*at)->request = request;
	engine->progress_is_due = true;
	return true;
}

/* True when it is over: started, or told why it cannot be. */
static bool drafting_start(struct engine *engine, struct drafting *d)
{
	struct request *request = d->request;
	struct error err;
	int64_t *ids = mem_new_array(request->place_count + 1, sizeof(*ids));
	enum reading_answer answer = READING_HERE;
	for (size_t i = 0; i < request->place_count && answer == READING_HERE; i++)
		answer = reading_have(engine, request->place_ids[i], &ids[i], &err);
	if (answer == READING_HERE) {
		drafts_job_start(engine, request, ids, request->place_count);
		d->request = NULL;
		return true;
	}
	mem_free(ids);
	if (answer == READING_COMING)
		return false;
	engine_fail(engine, request->tag, &err);
	return true;
}

static void drafting_free(struct drafting *d)
{
	request_free(d->request);
	mem_free(d);
}

void drafts_step(struct engine *engine, int64_t *deadline)
{
	struct drafting **at = &engine->draftings;
	while (*at != NULL) {
		struct drafting *d = *at;
		if (!drafting_start(engine, d)) {
			at = &d->next;
			continue;
		}
		*at = d->next;
		drafting_free(d);
		*deadline = engine->now;
	}
	if (!engine->is_guest && engine->outbox_has_news) {
		engine->outbox_has_news = false;
		drafts_settle(engine);
	}
	drafts_server_step(engine, deadline);
}

void drafts_free(struct engine *engine)
{
	while (engine->draftings != NULL) {
		struct drafting *next = engine->draftings->next;
		drafting_free(engine->draftings);
		engine->draftings = next;
	}
}

bool drafts_are_busy(const struct engine *engine)
{
	return engine->draftings != NULL;
}

void drafts_recover(struct engine *engine)
{
	struct error err;
	if (!engine->is_guest && !cache_drafts_recover(engine->cache, engine->wall, &err))
		engine_storage_failed(engine, &err);
	engine->outbox_has_news = true;
}

/* ---- Requests. ---- */

static bool serve_compose(struct engine *engine, struct request *request)
{
	struct error err;
	if (request->draft_id == 0 && request->place_id != 0 && request->draft_verb == DRAFT_NEW)
		request->draft_id = drafts_server_find(engine, request->place_id);
	if (request->draft_id == 0)
		return drafting_add(engine, request);
	if (!drafts_give(engine, request->draft_id, request->tag, NULL, &err))
		engine_fail(engine, request->tag, &err);
	return false;
}

static void serve_save(struct engine *engine, struct request *request)
{
	struct error err;
	struct draft *draft = request->draft;
	if (!cache_draft_save(engine->cache, draft, engine->wall, &err)) {
		engine_fail(engine, request->tag, &err);
		return;
	}
	drafts_expect(engine, draft->account_id);
	drafts_changed(engine);
	struct event *event = event_new(EVENT_DRAFT_SAVED);
	event->tag = request->tag;
	event->draft_id = draft->draft_id;
	event->revision = draft->revision;
	engine_post(engine, event);
}

static bool serve_attach(struct engine *engine, struct request *request)
{
	if (request->path == NULL)
		return drafting_add(engine, request);
	drafts_job_start(engine, request, NULL, 0);
	return true;
}

static void serve_detach(struct engine *engine, const struct request *request)
{
	struct error err;
	if (!cache_draft_remove_file(engine->cache, request->draft_id, request->file_id, &err))
		engine_fail(engine, request->tag, &err);
	drafts_changed(engine);
}

static void serve_mark(
	struct engine *engine, const struct request *request, enum cache_draft_state to)
{
	struct error err;
	enum cache_draft_state from;
	bool is_found = false;
	bool ok = cache_draft_state(engine->cache, request->draft_id, &from, &is_found, &err);
	if (ok && is_found && from != CACHE_DRAFT_LEFT)
		ok = cache_draft_mark(engine->cache, request->draft_id, to, engine->wall, &err);
	if (ok && is_found && to == CACHE_DRAFT_DROPPED)
		ok = drafts_server_remove(engine, request->draft_id, &err);
	engine->drafts_are_due = to == CACHE_DRAFT_CLOSED;
	if (!ok)
		engine_fail(engine, request->tag, &err);
	drafts_changed(engine);
}

bool drafts_serve(struct engine *engine, struct request *request)
{
	switch (request->kind) {
	case REQUEST_COMPOSE:
		return serve_compose(engine, request);
	case REQUEST_DRAFT_SAVE:
		serve_save(engine, request);
		return false;
	case REQUEST_DRAFT_ATTACH:
		return serve_attach(engine, request);
	case REQUEST_DRAFT_DETACH:
		serve_detach(engine, request);
		return false;
	case REQUEST_DRAFT_POSTPONE:
		serve_mark(engine, request, CACHE_DRAFT_CLOSED);
		return false;
	case REQUEST_DRAFT_DROP:
		serve_mark(engine, request, CACHE_DRAFT_DROPPED);
		return false;
	case REQUEST_DRAFTS:
		engine->wants_drafts = engine->drafts_dirty = true;
		return false;
	case REQUEST_DRAFT_CHECK:
		drafts_check(engine, request);
		return false;
	case REQUEST_DRAFT_SEND:
		drafts_send(engine, request);
		return true;
	case REQUEST_REDIRECT:
		return drafting_add(engine, request);
	default: /* engine.c sends no others here */
		return false;
	}
}

void drafts_tell(struct engine *engine)
{
	struct error err;
	if (!engine->wants_drafts || !engine->drafts_dirty)
		return;
	engine->drafts_dirty = false;
	struct event *event = event_new(EVENT_DRAFTS);
	if (!cache_drafts_list(engine->cache, &event->drafts, &event->draft_count, &err)) {
		engine_storage_failed(engine, &err);
		event_free(event);
		return;
	}
	drafts_server_list(engine, event);
	engine_post_latest(engine, (uint64_t)EVENT_DRAFTS << 32, event);
}
