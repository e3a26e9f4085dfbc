/* The outbox, asked for and told; what a person decides about a message in it. */
#include "engine/submit_state.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/drafts.h"
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

void submit_posted(struct engine *engine, int64_t outgoing_id, uint64_t tag)
{
	submit_wake(engine);
	engine->outbox_was_busy = submit_is_busy_anywhere(engine);
	submit_post_outbox(engine, tag, outgoing_id);
	if (engine->is_guest)
		profile_call(engine->profile, "wake");
}

void submit_recipient_words(const struct outgoing *item, struct buf *out)
{
	for (size_t i = 0; i < item->recipient_count; i++) {
		const struct outgoing_recipient *r = &item->recipients[i];
		if (r->code < 400)
			continue;
		buf_addf(out, "%s: %u %s%s%s\n", r->address, r->code,
			r->enhanced != NULL ? r->enhanced : "", r->enhanced != NULL ? " " : "",
			r->words != NULL ? r->words : "");
	}
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
	submit_posted(engine, request->outgoing->outgoing_id, request->tag);
}

/* What a person may decide about a message, by the state it is in. */
static bool act_state(const char *word, enum outgoing_state from, enum outgoing_state *to)
{
	bool is_open = from == OUTGOING_HELD || from == OUTGOING_QUEUED ||
		       from == OUTGOING_UNKNOWN || from == OUTGOING_FAILED;
	if (strcmp(word, "retry") == 0 && is_open)
		*to = OUTGOING_QUEUED;
	else if (strcmp(word, "rest") == 0 && from == OUTGOING_FAILED)
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
	if (strcmp(word, "rest") == 0)
		item.options |= OUTGOING_TO_REST;
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

/* What was written here comes back as it was, with what the server said of it. */
static bool act_cancel(struct engine *engine, const struct request *request, struct error *err)
{
	struct outgoing item = {0};
	struct buf words = {0};
	bool is_found = false, is_gone = false;
	bool ok = cache_outbox_get(engine->cache, request->outgoing_id, &item, &is_found, err) &&
		  cache_outbox_forget(engine->cache, request->outgoing_id, &is_gone, err);
	if (ok && !is_gone)
		ok = error_set(err, ERROR_INPUT,
			"there is no such message in the outbox, or it is on its way");
	if (ok && item.draft_id != 0 && item.state != OUTGOING_DONE) {
		submit_recipient_words(&item, &words);
		if (words.len == 0 && item.words != NULL)
			buf_add_text(&words, item.words);
		ok = drafts_give(engine, item.draft_id, request->tag,
			words.len > 0 ? buf_text(&words) : NULL, err);
	}
	buf_done(&words);
	outgoing_done(&item);
	return ok;
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
			  ? act_cancel(engine, request, &err)
			  : act_move(engine, request->text, request->outgoing_id, &err);
	if (!ok) {
		engine_fail(engine, request->tag, &err);
		return;
	}
	engine->outbox_has_news = true;
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
