/* The outbox, asked for and told; what a person decides about a message in it. */
#include "engine/submit_state.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/event.h"
#include "engine/profile.h"

static void submit_post_outbox(struct engine *engine, uint64_t tag, int64_t outgoing_id)
{
	struct error err;
	struct event *event = event_new(EVENT_OUTBOX);
	event->tag = tag;
	event->outgoing_id = outgoing_id;
	event->is_complete = !engine->outbox_was_busy;
	if (!cache_outbox_list(engine->cache, &event->outbox, &event->outbox_count, &err))
		engine_storage_failed(engine, &err);
	if (tag != 0)
		engine_post(engine, event);
	else
		engine_post_latest(engine, (uint64_t)EVENT_OUTBOX << 32, event);
}

static bool submit_is_busy_anywhere(struct engine *engine)
{
	for (size_t i = 0; i < engine->run_count; i++)
		if (submit_is_busy(engine->runs[i]))
			return true;
	return false;
}

void submit_tell(struct engine *engine)
{
	if (!engine->wants_outbox)
		return;
	bool is_busy = submit_is_busy_anywhere(engine);
	if (is_busy == engine->outbox_was_busy && !engine->outbox_dirty)
		return;
	engine->outbox_was_busy = is_busy;
	engine->outbox_dirty = false;
	submit_post_outbox(engine, 0, 0);
}

static void serve_send(struct engine *engine, struct request *request)
{
	struct error err;
	request->outgoing->updated = engine->wall;
	for (size_t i = 0; i < request->message.len; i++)
		if ((unsigned char)request->message.data[i] >= 0x80)
			request->outgoing->options |= OUTGOING_8BIT;
	if (!cache_outbox_add(engine->cache, request->outgoing, buf_str(&request->message), &err)) {
		engine_fail(engine, request->tag, &err);
		return;
	}
	submit_wake(engine);
	engine->outbox_was_busy = submit_is_busy_anywhere(engine);
	submit_post_outbox(engine, request->tag, request->outgoing->outgoing_id);
	if (engine->is_guest)
		profile_call(engine->profile, "wake");
}

/* What a person may decide about a message, by the state it is in. */
static bool act_state(const char *word, enum outgoing_state from, enum outgoing_state *to)
{
	bool is_open = from == OUTGOING_HELD || from == OUTGOING_QUEUED ||
		       from == OUTGOING_UNKNOWN || from == OUTGOING_FAILED;
	if (strcmp(word, "retry") == 0 && is_open)
		*to = OUTGOING_QUEUED;
	else if (strcmp(word, "sent") == 0 && from == OUTGOING_UNKNOWN)
		*to = OUTGOING_SENTCOPY; /* the server may have made the copy itself */
	else
		return false;
	return true;
}

static bool act_move(struct engine *engine, const char *word, int64_t id, struct error *err)
{
	struct outgoing item;
	enum outgoing_state to = OUTGOING_QUEUED;
	bool is_found, is_moved = false;
	if (!cache_outbox_get(engine->cache, id, &item, &is_found, err))
		return false;
	if (!is_found)
		return error_set(err, ERROR_INPUT, "there is no such message in the outbox");
	enum outgoing_state from = item.state;
	bool may = act_state(word, from, &to);
	item.state = to;
	item.not_before = 0;
	if (to == OUTGOING_QUEUED) {
		mem_free(item.words); /* of the tries before */
		item.words = NULL;
	}
	bool ok =
		!may || cache_outbox_move(engine->cache, &item, from, engine->wall, &is_moved, err);
	outgoing_done(&item);
	if (ok && !is_moved)
		return error_set(
			err, ERROR_INPUT, "not while the message is %s", outgoing_state_name(from));
	return ok;
}

static bool act_cancel(struct engine *engine, int64_t id, struct error *err)
{
	bool is_gone;
	if (!cache_outbox_forget(engine->cache, id, &is_gone, err))
		return false;
	return is_gone || error_set(err, ERROR_INPUT,
				  "there is no such message in the outbox, or it is on its way");
}

static void serve_act(struct engine *engine, struct request *request)
{
	struct error err;
	submit_wake(engine);
	for (size_t i = 0; i < engine->run_count; i++) {
		struct submit *s = engine->runs[i]->submit;
		if (s != NULL && strcmp(request->text, "retry") == 0) {
			s->is_held = false;
			s->retry_at = 0;
		}
	}
	bool ok = strcmp(request->text, "cancel") == 0
			  ? act_cancel(engine, request->outgoing_id, &err)
			  : act_move(engine, request->text, request->outgoing_id, &err);
	if (!ok) {
		engine_fail(engine, request->tag, &err);
		return;
	}
	engine->outbox_was_busy = submit_is_busy_anywhere(engine);
	submit_post_outbox(engine, request->tag, request->outgoing_id);
	if (engine->is_guest)
		profile_call(engine->profile, "wake");
}

void submit_serve(struct engine *engine, struct request *request)
{
	if (request->kind == REQUEST_SEND) {
		serve_send(engine, request);
	} else if (request->kind == REQUEST_OUTGOING) {
		serve_act(engine, request);
	} else {
		engine->wants_outbox = true;
		engine->outbox_was_busy = submit_is_busy_anywhere(engine);
		submit_post_outbox(engine, request->tag, 0);
	}
}
