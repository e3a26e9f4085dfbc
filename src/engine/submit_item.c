/* A message on its way: what is asked of the server for it, and what its answers make of it. */
#include "engine/submit_state.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "proto/mime/mime_write.h"

enum {
	SUBMIT_DOUBT_S = 20,
	SUBMIT_PAUSE_S = 30, /* the first; then twice as long each time */
	SUBMIT_PAUSE_MAX_S = 30 * 60,
	SUBMIT_RECODE_MAX = 64 * 1024 * 1024, /* bytes; it is done in memory */
};

int64_t submit_pause_s(struct submit *s, unsigned tries)
{
	int64_t pause = SUBMIT_PAUSE_S;
	for (unsigned i = 1; i < tries && pause < SUBMIT_PAUSE_MAX_S; i++)
		pause *= 2;
	if (pause > SUBMIT_PAUSE_MAX_S)
		pause = SUBMIT_PAUSE_MAX_S;
	const struct engine_world *world = s->run->engine->world;
	uint64_t jitter = world->random(world->context);
	return pause / 2 + (int64_t)(jitter % (uint64_t)(pause / 2 + 1));
}

void submit_item_drop(struct submit *s)
{
	outgoing_done(&s->item);
	buf_done(&s->message);
	buf_done(&s->piece);
	mem_free(s->recipients);
	s->recipients = NULL;
	s->has_item = false;
	s->is_dirty = true;
}

/* Durable, or false: then nothing that builds on it may be done. */
bool submit_item_move(struct submit *s, enum outgoing_state to)
{
	struct engine *engine = s->run->engine;
	enum outgoing_state from = s->item.state;
	struct error err;
	bool is_moved;
	s->item.state = to;
	engine->outbox_dirty = true;
	if (!cache_outbox_move(engine->cache, &s->item, from, engine->wall, &is_moved, &err)) {
		s->item.state = from;
		engine_storage_failed(engine, &err);
		return submit_fail_with(s, &err);
	}
	if (!is_moved)
		return submit_fail(
			s, ERROR_STORAGE, "the message is not in the outbox any more", STR(""));
	log_line(engine->options.log, "%s: outbox %lld is %s", s->name,
		(long long)s->item.outgoing_id, outgoing_state_name(to));
	return true;
}

/* Tried in vain: again after so many seconds. */
void submit_item_later(struct submit *s, int64_t pause, struct str words)
{
	s->item.tries++;
	s->item.not_before = s->run->engine->wall + pause;
	outgoing_set_words(&s->item, words);
	submit_item_move(s, OUTGOING_QUEUED);
	submit_item_drop(s);
}

static void submit_item_end(struct submit *s, enum outgoing_state state, struct str words)
{
	outgoing_set_words(&s->item, words);
	submit_item_move(s, state);
	submit_item_drop(s);
}

/* Refused for good: its writer hears of it, and finds it in the outbox. */
static void item_failed(struct submit *s, struct str words)
{
	struct engine *engine = s->run->engine;
	struct event *notice = engine_notice(engine, NOTICE_NOT_SENT, s->run->account->account_id);
	struct buf refused = {0};
	notice->outgoing_id = s->item.outgoing_id;
	notice->draft_id = s->item.draft_id;
	submit_recipient_words(&s->item, &refused);
	if (refused.len == 0)
		buf_add(&refused, words);
	notice->text = buf_take(&refused);
	engine_post(engine, notice);
	submit_item_end(s, OUTGOING_FAILED, words);
}

/* The connection is gone under the message. */
void submit_item_cut(struct submit *s)
{
	struct str words = str_from(s->error.detail);
	switch (s->item.state) {
	case OUTGOING_QUEUED:
	case OUTGOING_TRYING:
		submit_item_later(s, 0, words); /* the connection has its own pause */
		return;
	case OUTGOING_COMMITTING:
		submit_item_end(s, OUTGOING_UNKNOWN, words);
		s->doubt = DOUBT_UNSEEN;
		s->doubt_from = s->run->engine->wall + SUBMIT_DOUBT_S;
		return;
	case OUTGOING_HELD:
	case OUTGOING_ACCEPTED:
	case OUTGOING_SENTCOPY:
	case OUTGOING_DONE:
	case OUTGOING_UNKNOWN:
	case OUTGOING_FAILED:
		submit_item_drop(s);
		return;
	}
}

/* For a server that takes only ASCII the same message is recoded, the same each time. That needs
 * all of it; what was written here is ASCII already. */
static bool item_recode(struct submit *s, struct error *err)
{
	struct buf message = {0};
	if ((s->item.options & OUTGOING_8BIT) == 0 || smtp_has(s->smtp, SMTP_EXT_8BITMIME))
		return true;
	if (s->item.size > SUBMIT_RECODE_MAX)
		return error_set(err, ERROR_REFUSED,
			"the server takes only 7-bit mail (no 8BITMIME), and the message is too "
			"large to be recoded");
	bool ok = cache_outbox_read(
			  s->run->engine->cache, &s->item, 0, SUBMIT_RECODE_MAX, &message, err) &&
		  mime_recode(buf_str(&message), false, &s->message, err);
	buf_done(&message);
	return ok;
}

bool submit_item_body(struct submit *s)
{
	struct error err;
	for (size_t wanted = smtp_wants(s->smtp); wanted > 0; wanted = smtp_wants(s->smtp)) {
		buf_clear(&s->piece);
		if (!cache_outbox_read(
			    s->run->engine->cache, &s->item, s->body_at, wanted, &s->piece, &err))
			return submit_fail_with(s, &err);
		struct str bytes = buf_str(&s->piece);
		bool is_wrong = bytes.len == 0 || !smtp_body(s->smtp, bytes, &err);
		if (bytes.len == 0)
			error_set(&err, ERROR_STORAGE, "the message is shorter than it was");
		if (is_wrong) { /* no other attempt will do better */
			item_failed(s, str_from(err.detail));
			return submit_fail_with(s, &err);
		}
		s->body_at += bytes.len;
	}
	return true;
}

void submit_item_start(struct submit *s)
{
	struct error err;
	for (size_t i = 0; i < s->item.recipient_count; i++) {
		struct outgoing_recipient *r = &s->item.recipients[i];
		mem_free(r->enhanced);
		mem_free(r->words);
		r->code = 0;
		r->enhanced = r->words = NULL;
	}
	if (!submit_item_move(s, OUTGOING_TRYING))
		return;
	s->recipients = mem_new_array(s->item.recipient_count, sizeof(*s->recipients));
	for (size_t i = 0; i < s->item.recipient_count; i++)
		s->recipients[i] = str_from(s->item.recipients[i].address);
	bool ok = item_recode(s, &err);
	struct smtp_mail mail = {
		.from = str_from(s->item.from),
		.recipients = s->recipients,
		.recipient_count = s->item.recipient_count,
		.message = buf_str(&s->message),
		.size = s->item.size,
		.is_8bit = (s->item.options & OUTGOING_8BIT) != 0,
		.send_to_rest = (s->item.options & OUTGOING_TO_REST) != 0,
		.wants_receipts = (s->item.options & OUTGOING_RECEIPTS) != 0,
	};
	s->body_at = 0;
	if (ok && smtp_send(s->smtp, &mail, &err))
		return;
	if (err.kind == ERROR_STORAGE)
		submit_item_later(s, submit_pause_s(s, s->item.tries), str_from(err.detail));
	else
		item_failed(s, str_from(err.detail));
}

void submit_item_recipient(struct submit *s, const struct smtp_event *event)
{
	if (event->index >= s->item.recipient_count)
		return;
	struct outgoing_recipient *r = &s->item.recipients[event->index];
	r->code = event->reply.code;
	r->enhanced = event->reply.enhanced.len > 0 ? mem_str(event->reply.enhanced) : NULL;
	r->words = mem_str(event->reply.text);
}

static void reply_words(const struct smtp_reply *reply, struct buf *out)
{
	buf_addf(out, "%u %.*s%s%.*s", reply->code, (int)reply->enhanced.len, reply->enhanced.data,
		reply->enhanced.len > 0 ? " " : "", (int)reply->text.len, reply->text.data);
}

/* One who is refused for good makes it final for all: they are told, and decide. */
static bool item_is_refused_for_good(const struct submit *s, const struct smtp_event *event)
{
	if (event->stage != SMTP_AT_RECIPIENTS)
		return event->reply.code >= 500;
	for (size_t i = 0; i < s->item.recipient_count; i++)
		if (s->item.recipients[i].code >= 500)
			return true;
	return false;
}

void submit_item_refused(struct submit *s, const struct smtp_event *event)
{
	struct buf words = {0};
	reply_words(&event->reply, &words);
	if (item_is_refused_for_good(s, event))
		item_failed(s, buf_str(&words));
	else
		submit_item_later(s, submit_pause_s(s, s->item.tries + 1), buf_str(&words));
	buf_done(&words);
}

void submit_item_accepted(struct submit *s, const struct smtp_event *event)
{
	struct buf words = {0};
	bool has_copy =
		s->run->account->kind == ACCOUNT_IMAP && (s->item.options & OUTGOING_NO_COPY) == 0;
	reply_words(&event->reply, &words);
	s->item.not_before = 0;
	s->run->engine->outbox_has_news = true;
	submit_item_end(s, has_copy ? OUTGOING_ACCEPTED : OUTGOING_DONE, buf_str(&words));
	buf_done(&words);
	s->failures = 0;
}
