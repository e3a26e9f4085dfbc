/* The submission connection of an account, and the message that is on it. */
#include "engine/submit_state.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/event.h"
#include "engine/profile.h"
#include "engine/secret.h"
#include "proto/mime/mime_write.h"

#include <stdio.h>

enum {
	SUBMIT_READ_MAX = 16 * 1024,
	SUBMIT_LOGIN_MS = 60 * 1000,
	SUBMIT_ANSWER_MS = 5 * 60 * 1000,  /* RFC 5321 4.5.3.2 */
	SUBMIT_COMMIT_MS = 10 * 60 * 1000, /* 4.5.3.2.6 */
	SUBMIT_KEEP_MS = 60 * 1000,        /* for the next message */
	SUBMIT_DOUBT_S = 20,
	SUBMIT_PAUSE_S = 30, /* the first; then twice as long each time */
	SUBMIT_PAUSE_MAX_S = 30 * 60,
};

static struct submit *submit_of(struct account_run *run)
{
	if (run->submit == NULL) {
		run->submit = mem_new(sizeof(*run->submit));
		run->submit->run = run;
		run->submit->is_dirty = true;
		snprintf(run->submit->name, sizeof(run->submit->name), "%s/smtp",
			run->account->name);
	}
	return run->submit;
}

static const struct engine_world *submit_world(const struct submit *s)
{
	return s->run->engine->world;
}

static bool submit_exists(const struct account_run *run)
{
	return run->account->outgoing.host != NULL && run->test == NULL;
}

bool submit_fail_with(struct submit *s, const struct error *err)
{
	if (!s->is_over)
		s->error = *err;
	s->is_over = true;
	return false;
}

bool submit_fail(struct submit *s, enum error_kind kind, const char *what, struct str words)
{
	struct error err;
	if (str_is_empty(words))
		error_set(&err, kind, "%s", what);
	else
		error_set(&err, kind, "%s: %.*s", what, (int)words.len, words.data);
	return submit_fail_with(s, &err);
}

/* ---- The message. ---- */

static int64_t pause_s(struct submit *s, unsigned tries)
{
	int64_t pause = SUBMIT_PAUSE_S;
	for (unsigned i = 1; i < tries && pause < SUBMIT_PAUSE_MAX_S; i++)
		pause *= 2;
	if (pause > SUBMIT_PAUSE_MAX_S)
		pause = SUBMIT_PAUSE_MAX_S;
	uint64_t jitter = submit_world(s)->random(submit_world(s)->context);
	return pause / 2 + (int64_t)(jitter % (uint64_t)(pause / 2 + 1));
}

static void item_drop(struct submit *s)
{
	outgoing_done(&s->item);
	buf_done(&s->message);
	mem_free(s->recipients);
	s->recipients = NULL;
	s->has_item = false;
	s->is_dirty = true;
}

/* Durable, or false: then nothing that builds on it may be done. */
static bool item_move(struct submit *s, enum outgoing_state to)
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
static void item_later(struct submit *s, int64_t pause, struct str words)
{
	s->item.tries++;
	s->item.not_before = s->run->engine->wall + pause;
	outgoing_set_words(&s->item, words);
	item_move(s, OUTGOING_QUEUED);
	item_drop(s);
}

static void item_end(struct submit *s, enum outgoing_state state, struct str words)
{
	outgoing_set_words(&s->item, words);
	item_move(s, state);
	item_drop(s);
}

/* The connection is gone under the message. */
static void item_cut(struct submit *s)
{
	struct str words = str_from(s->error.detail);
	switch (s->item.state) {
	case OUTGOING_QUEUED:
	case OUTGOING_TRYING:
		item_later(s, 0, words); /* the connection has its own pause */
		return;
	case OUTGOING_COMMITTING:
		item_end(s, OUTGOING_UNKNOWN, words);
		s->doubt = DOUBT_UNSEEN;
		s->doubt_from = s->run->engine->wall + SUBMIT_DOUBT_S;
		return;
	case OUTGOING_HELD:
	case OUTGOING_ACCEPTED:
	case OUTGOING_SENTCOPY:
	case OUTGOING_DONE:
	case OUTGOING_UNKNOWN:
	case OUTGOING_FAILED:
		item_drop(s);
		return;
	}
}

/* For a server that takes only ASCII the same message is recoded, the same each time. */
static bool item_load(struct submit *s, struct error *err)
{
	struct buf recoded = {0};
	if (!cache_outbox_message(s->run->engine->cache, s->item.outgoing_id, &s->message, err))
		return false;
	if (smtp_has(s->smtp, SMTP_EXT_8BITMIME) || smtp_is_ascii(buf_str(&s->message)))
		return true;
	bool ok = mime_recode(buf_str(&s->message), false, &recoded, err);
	buf_done(&s->message);
	s->message = recoded;
	return ok;
}

static void item_start(struct submit *s)
{
	struct error err;
	for (size_t i = 0; i < s->item.recipient_count; i++) {
		struct outgoing_recipient *r = &s->item.recipients[i];
		mem_free(r->enhanced);
		mem_free(r->words);
		r->code = 0;
		r->enhanced = r->words = NULL;
	}
	if (!item_move(s, OUTGOING_TRYING))
		return;
	s->recipients = mem_new_array(s->item.recipient_count, sizeof(*s->recipients));
	for (size_t i = 0; i < s->item.recipient_count; i++)
		s->recipients[i] = str_from(s->item.recipients[i].address);
	bool ok = item_load(s, &err);
	struct smtp_mail mail = {
		.from = str_from(s->item.from),
		.recipients = s->recipients,
		.recipient_count = s->item.recipient_count,
		.message = buf_str(&s->message),
	};
	if (ok && smtp_send(s->smtp, &mail, &err))
		return;
	if (err.kind == ERROR_STORAGE)
		item_later(s, pause_s(s, s->item.tries), str_from(err.detail));
	else
		item_end(s, OUTGOING_FAILED, str_from(err.detail));
}

static void item_recipient(struct submit *s, const struct smtp_event *event)
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

static void item_refused(struct submit *s, const struct smtp_event *event)
{
	struct buf words = {0};
	reply_words(&event->reply, &words);
	if (item_is_refused_for_good(s, event))
		item_end(s, OUTGOING_FAILED, buf_str(&words));
	else
		item_later(s, pause_s(s, s->item.tries + 1), buf_str(&words));
	buf_done(&words);
}

static void item_accepted(struct submit *s, const struct smtp_event *event)
{
	struct buf words = {0};
	bool has_copy = s->run->account->kind == ACCOUNT_IMAP;
	reply_words(&event->reply, &words);
	s->item.not_before = 0;
	item_end(s, has_copy ? OUTGOING_ACCEPTED : OUTGOING_DONE, buf_str(&words));
	buf_done(&words);
	s->failures = 0;
}

/* ---- The connection. ---- */

static void submit_connect(struct submit *s)
{
	static const enum net_security securities[] = {
		[TRANSPORT_TLS] = NET_TLS,
		[TRANSPORT_STARTTLS] = NET_STARTTLS,
		[TRANSPORT_PLAIN] = NET_PLAIN,
	};
	const struct account *account = s->run->account;
	const char *incoming = account->incoming.host;
	/* The key that is trusted is that of the incoming server; both are often one machine. */
	bool is_same = incoming != NULL && strcmp(incoming, account->outgoing.host) == 0;
	struct net_target target = {
		.host = account->outgoing.host,
		.port = account->outgoing.port,
		.security = securities[account->outgoing.transport],
		.allow_plain = account->outgoing.allow_plain,
		.ca_file = account->ca_file,
		.pin = is_same ? account->trust : NULL,
		.trust_once = is_same ? s->run->trust_once : NULL,
	};
	s->smtp = smtp_new(STR("[127.0.0.1]"));
	s->is_over = s->is_ready = s->is_tls = s->is_upgrading = false;
	s->is_opening = true;
	s->last_io = s->run->engine->now;
	s->conn = submit_world(s)->connect(submit_world(s)->context, &target);
	log_line(s->run->engine->options.log, "%s connects to %s port %u", s->name, target.host,
		(unsigned)target.port);
}

/* QUIT without waiting for the answer. */
static void submit_say_quit(struct submit *s)
{
	struct error err;
	size_t written = 0;
	if (s->is_over || s->is_opening || !smtp_is_idle(s->smtp))
		return;
	smtp_quit(s->smtp);
	submit_world(s)->write(s->conn, smtp_output(s->smtp), &written, &err);
}

static void submit_disconnect(struct submit *s)
{
	struct net_counts counts = {0};
	if (s->conn == NULL)
		return;
	submit_say_quit(s);
	submit_world(s)->counts(s->conn, &counts);
	account_run_count(s->run, "smtp", &counts);
	submit_world(s)->close(s->conn);
	smtp_free(s->smtp);
	sasl_free(s->sasl);
	buf_done(&s->input);
	s->conn = NULL;
	s->smtp = NULL;
	s->sasl = NULL;
	s->is_ready = s->is_opening = false;
}

/* Over, by whoever's fault: the message first, because its state must be right whatever follows. */
static void submit_lost(struct submit *s)
{
	enum error_kind kind = s->error.kind;
	log_line(s->run->engine->options.log, "%s: %s", s->name, s->error.detail);
	/* A server that ends what nobody used has done nothing wrong. */
	if (s->has_item || !s->is_ready)
		s->retry_at = s->run->engine->now + pause_s(s, ++s->failures) * 1000;
	s->is_held = kind == ERROR_TLS || kind == ERROR_LOGIN || kind == ERROR_INPUT;
	if (s->has_item)
		item_cut(s);
	s->is_over = true; /* no QUIT */
	submit_disconnect(s);
	s->run->engine->outbox_dirty = true;
}

void submit_close(struct account_run *run)
{
	struct submit *s = run->submit;
	if (s == NULL || s->conn == NULL)
		return;
	if (s->has_item) {
		submit_fail(s, ERROR_NETWORK, "Rowan went offline", STR(""));
		item_cut(s);
	}
	submit_disconnect(s);
}

void submit_free(struct account_run *run)
{
	if (run->submit == NULL)
		return;
	submit_close(run);
	item_drop(run->submit);
	mem_free(run->submit);
	run->submit = NULL;
}

static void submit_event(struct submit *s, const struct smtp_event *event)
{
	switch (event->kind) {
	case SMTP_GREETING:
	case SMTP_ANSWERED:
		return;
	case SMTP_TURNED_AWAY:
		submit_fail(s, ERROR_NETWORK, "the server for outgoing mail ends the connection",
			event->reply.text);
		return;
	case SMTP_READY:
		submit_login_start(s);
		return;
	case SMTP_WANT_TLS:
	case SMTP_TLS_REFUSED:
	case SMTP_CHALLENGE:
	case SMTP_LOGGED_IN:
	case SMTP_LOGIN_REFUSED:
		submit_login_event(s, event);
		return;
	case SMTP_RECIPIENT:
		item_recipient(s, event);
		return;
	case SMTP_WANT_COMMIT:
		if (item_move(s, OUTGOING_COMMITTING))
			smtp_commit(s->smtp);
		return;
	case SMTP_ACCEPTED:
		item_accepted(s, event);
		return;
	case SMTP_REFUSED:
		item_refused(s, event);
		return;
	}
}

static bool submit_drain(struct submit *s)
{
	struct smtp_event event;
	while (!s->is_over) {
		enum codec codec = smtp_next(s->smtp, &event);
		if (codec == CODEC_MORE)
			return true;
		if (codec == CODEC_BAD)
			return submit_fail(s, ERROR_PROTOCOL,
				"what the server for outgoing mail answers is not SMTP", STR(""));
		submit_event(s, &event);
	}
	return false;
}

static bool submit_read(struct submit *s)
{
	struct error err;
	while (!s->is_opening) {
		buf_clear(&s->input);
		enum net_io io = submit_world(s)->read(s->conn, SUBMIT_READ_MAX, &s->input, &err);
		if (io == NET_IO_WAIT)
			return true;
		if (io == NET_IO_CLOSED)
			return submit_fail(s, ERROR_NETWORK,
				"the server for outgoing mail closed the connection", STR(""));
		if (io != NET_IO_BYTES)
			return submit_fail_with(s, &err);
		s->last_io = s->run->engine->now;
		log_wire(s->run->engine->options.log, s->name, '<', buf_str(&s->input));
		smtp_feed(s->smtp, buf_str(&s->input));
		if (!submit_drain(s))
			return false;
	}
	return true;
}

static void submit_log_output(struct submit *s)
{
	struct buf masked = {0};
	if (s->run->engine->options.log == NULL)
		return;
	smtp_output_masked(s->smtp, &masked);
	log_wire(s->run->engine->options.log, s->name, '>', buf_str(&masked));
	buf_done(&masked);
}

/* What goes out may make the next thing due, the commit above all. */
static bool submit_write(struct submit *s)
{
	struct error err;
	while (submit_drain(s) && !s->is_opening) {
		struct str out = smtp_output(s->smtp);
		size_t written = 0;
		if (out.len == 0)
			return true;
		enum net_io io = submit_world(s)->write(s->conn, out, &written, &err);
		if (io == NET_IO_WAIT || (io == NET_IO_BYTES && written == 0))
			return true;
		if (io != NET_IO_BYTES)
			return submit_fail_with(s, &err);
		submit_log_output(s);
		smtp_sent(s->smtp, written);
		s->last_io = s->run->engine->now;
	}
	return !s->is_over;
}

static bool submit_open(struct submit *s)
{
	struct error err;
	if (!submit_world(s)->step(s->conn, s->run->engine->now, &err))
		return submit_fail_with(s, &err);
	if (!s->is_opening || submit_world(s)->state(s->conn) != NET_OPEN)
		return true;
	s->is_opening = false;
	s->is_tls = submit_world(s)->is_tls(s->conn);
	s->last_io = s->run->engine->now;
	if (!s->is_upgrading)
		return true;
	s->is_upgrading = false;
	if (!s->is_tls)
		return submit_fail(s, ERROR_TLS, "the connection was not encrypted", STR(""));
	smtp_layer_started(s->smtp);
	return true;
}

static bool submit_watch(struct submit *s, int64_t *deadline)
{
	int64_t limit = SUBMIT_LOGIN_MS;
	if (s->is_opening)
		return true; /* net has its own limits */
	if (s->is_ready)
		limit = !s->has_item                           ? SUBMIT_KEEP_MS
			: s->item.state == OUTGOING_COMMITTING ? SUBMIT_COMMIT_MS
							       : SUBMIT_ANSWER_MS;
	if (s->last_io + limit > s->run->engine->now) {
		if (s->last_io + limit < *deadline)
			*deadline = s->last_io + limit;
		return true;
	}
	if (s->is_ready && !s->has_item) {
		submit_disconnect(s); /* nobody needs it any more */
		return true;
	}
	return submit_fail(
		s, ERROR_NETWORK, "the server for outgoing mail did not answer in time", STR(""));
}

/* ---- What is to be sent. ---- */

static bool look_for(struct submit *s, enum outgoing_state state, struct outgoing *item)
{
	struct engine *engine = s->run->engine;
	struct error err;
	bool is_found = false;
	if (!cache_outbox_due(engine->cache, s->run->account->account_id, state, engine->wall, item,
		    &is_found, &s->next_look, &err))
		engine_storage_failed(engine, &err);
	return is_found;
}

/* Loads the oldest that is due, unless the last look found nothing and nothing happened since. */
static bool submit_look(struct submit *s)
{
	struct outgoing copy;
	if (s->has_item)
		return true;
	if (!s->is_dirty && s->run->engine->wall < s->next_look)
		return false;
	s->is_dirty = false;
	s->next_look = INT64_MAX;
	s->has_item = s->has_due = look_for(s, OUTGOING_QUEUED, &s->item);
	s->has_copies = false;
	for (int state = OUTGOING_ACCEPTED; state <= OUTGOING_SENTCOPY; state++)
		if (look_for(s, (enum outgoing_state)state, &copy)) {
			s->has_copies = true;
			outgoing_done(&copy);
		}
	return s->has_item;
}

/* What was looked at and waits for its connection is looked at again. */
void submit_wake(struct engine *engine)
{
	for (size_t i = 0; i < engine->run_count; i++) {
		struct submit *s = engine->runs[i]->submit;
		if (s != NULL && s->has_item && s->item.state == OUTGOING_QUEUED)
			item_drop(s);
		if (s != NULL)
			s->is_dirty = true;
	}
	engine->outbox_dirty = true;
}

static void submit_recover(struct engine *engine)
{
	struct error err;
	if (engine->outbox_is_recovered)
		return;
	engine->outbox_is_recovered = true;
	if (!cache_outbox_recover(engine->cache, engine->wall, &err) ||
		!cache_outbox_sweep(engine->cache, engine->wall, &err))
		engine_storage_failed(engine, &err);
	submit_wake(engine);
}

static bool submit_may_connect(struct submit *s, int64_t *deadline)
{
	struct account_run *run = s->run;
	if (s->is_held)
		return false;
	if (s->retry_at > run->engine->now) {
		if (s->retry_at < *deadline)
			*deadline = s->retry_at;
		return false;
	}
	if (!submit_needs_login(s))
		return true;
	/* Held by the incoming server's refusal: asking again is the user's affair. */
	if (run->secret == NULL && run->secret_failed) {
		s->error = run->error;
		s->is_held = true;
		run->engine->outbox_dirty = true;
		item_later(s, 0, str_from(run->error.detail));
		return false;
	}
	return secret_ensure(run);
}

static bool submit_go(struct submit *s, int64_t *deadline)
{
	if (!submit_open(s))
		return false;
	if (submit_world(s)->state(s->conn) != NET_OPEN)
		return true;
	if (!submit_read(s))
		return false;
	if (s->is_ready && smtp_is_idle(s->smtp) && submit_look(s) &&
		s->item.state == OUTGOING_QUEUED)
		item_start(s);
	if (s->is_over || !submit_write(s))
		return false;
	if (s->is_ready && !s->has_item && s->is_dirty)
		*deadline = s->run->engine->now; /* the next one */
	if (smtp_must_close(s->smtp) && !s->has_item) {
		s->is_over = true; /* no QUIT behind half a mail */
		submit_disconnect(s);
		*deadline = s->run->engine->now;
		return true;
	}
	if (submit_world(s)->has_buffered(s->conn))
		*deadline = s->run->engine->now;
	return submit_watch(s, deadline);
}

void submit_step(struct account_run *run, int64_t *deadline)
{
	if (run->engine->is_guest || !submit_exists(run))
		return;
	struct submit *s = submit_of(run);
	submit_recover(run->engine);
	if (run->session == NULL) { /* what was out is lost with its session */
		s->copy_out = s->copy_looked = 0;
		s->doubt = DOUBT_UNSEEN;
	}
	if (run->is_offline)
		return;
	if (s->conn == NULL) {
		bool has_work = submit_look(s);
		int64_t wait = s->next_look - run->engine->wall;
		if (!has_work && wait < 24 * 3600 && run->engine->now + wait * 1000 < *deadline)
			*deadline = run->engine->now + wait * 1000;
		if (!has_work || !submit_may_connect(s, deadline))
			return;
		submit_connect(s);
	}
	if (submit_go(s, deadline))
		return;
	submit_lost(s);
	*deadline = run->engine->now;
}

size_t submit_poll(struct account_run *run, struct pollfd *fds, int64_t *deadline)
{
	struct submit *s = run->submit;
	if (s == NULL || s->conn == NULL)
		return 0;
	bool wants_write = smtp_output(s->smtp).len > 0 && !s->is_opening;
	return submit_world(s)->poll(s->conn, wants_write, fds, deadline);
}

bool submit_is_busy(struct account_run *run)
{
	if (!submit_exists(run) || run->is_offline || run->engine->is_guest)
		return false;
	struct submit *s = submit_of(run);
	if (s->has_item && s->item.state != OUTGOING_QUEUED)
		return true;
	submit_look(s);
	if (s->has_item && !s->is_held && s->retry_at <= run->engine->now)
		return true;
	return (s->has_copies || s->doubt == DOUBT_SYNCING) && !account_run_is_stuck(run);
}

/* ---- Requests and events. ---- */

static void submit_post_failed(struct engine *engine, uint64_t tag, const struct error *err)
{
	struct event *event = event_new(EVENT_FAILED);
	event->tag = tag;
	event->error = *err;
	engine_post(engine, event);
}

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
	if (!cache_outbox_add(engine->cache, request->outgoing, buf_str(&request->message), &err)) {
		submit_post_failed(engine, request->tag, &err);
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
		submit_post_failed(engine, request->tag, &err);
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
