/* The submission connection of an account, and the message that is on it. */
#include "engine/submit_state.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/secret.h"

#include <stdio.h>

enum {
	SUBMIT_READ_MAX = 16 * 1024,
	SUBMIT_LOGIN_MS = 60 * 1000,
	SUBMIT_ANSWER_MS = 5 * 60 * 1000,  /* RFC 5321 4.5.3.2 */
	SUBMIT_COMMIT_MS = 10 * 60 * 1000, /* 4.5.3.2.6 */
	SUBMIT_KEEP_MS = 60 * 1000,        /* for the next message */
	SUBMIT_NOOP_MS = 50 * 1000,        /* while somebody writes */
	SUBMIT_WANTED_MS = 5 * 60 * 1000,  /* since the last word of it */
};

struct submit *submit_of(struct account_run *run)
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
	return (run->account->outgoing.host != NULL || run->account->sendmail != NULL) &&
	       run->test == NULL;
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
	/* A server that ends what nobody used has done nothing wrong; it is not tried again for a
	 * draft alone. */
	if (!s->has_item)
		s->wanted_until = 0;
	if (s->has_item || !s->is_ready)
		s->retry_at = s->run->engine->now + submit_pause_s(s, ++s->failures) * 1000;
	s->is_held = kind == ERROR_TLS || kind == ERROR_LOGIN || kind == ERROR_INPUT;
	if (s->has_item)
		submit_item_cut(s);
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
		submit_item_cut(s);
	}
	submit_disconnect(s);
}

void submit_free(struct account_run *run)
{
	if (run->submit == NULL)
		return;
	submit_close(run);
	submit_item_drop(run->submit);
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
		s->size_max = smtp_size_max(s->smtp);
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
		submit_item_recipient(s, event);
		return;
	case SMTP_WANT_COMMIT:
		if (submit_item_move(s, OUTGOING_COMMITTING))
			smtp_commit(s->smtp);
		return;
	case SMTP_ACCEPTED:
		submit_item_accepted(s, event);
		return;
	case SMTP_REFUSED:
		submit_item_refused(s, event);
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
	while (submit_drain(s) && submit_item_body(s) && !s->is_opening) {
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

/* While somebody writes an idle connection is kept with a word now and then, so that sending needs
 * no log-in first. */
static bool submit_keeps(struct submit *s, int64_t *deadline)
{
	int64_t now = s->run->engine->now, due = s->last_io + SUBMIT_NOOP_MS;
	if (!s->is_ready || s->has_item || !smtp_is_idle(s->smtp) || now >= s->wanted_until)
		return false;
	if (due <= now) {
		smtp_noop(s->smtp);
		s->last_io = now;
		due = now;
	}
	if (due < *deadline)
		*deadline = due;
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
	if (submit_keeps(s, deadline))
		return true;
	if (s->last_io + limit > s->run->engine->now) {
		if (s->last_io + limit < *deadline)
			*deadline = s->last_io + limit;
		return true;
	}
	if (s->is_ready && !s->has_item && smtp_is_idle(s->smtp)) {
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

/* Those whose time to be taken back is over. */
static void submit_release(struct submit *s)
{
	struct engine *engine = s->run->engine;
	struct outgoing item;
	struct error err;
	while (look_for(s, OUTGOING_HELD, &item)) {
		bool is_moved = false;
		item.state = OUTGOING_QUEUED;
		item.not_before = 0;
		if (!cache_outbox_move(
			    engine->cache, &item, OUTGOING_HELD, engine->wall, &is_moved, &err))
			engine_storage_failed(engine, &err);
		outgoing_done(&item);
		engine->outbox_dirty = true;
		if (!is_moved)
			return;
	}
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
	submit_release(s);
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
			submit_item_drop(s);
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
		submit_item_later(s, 0, str_from(run->error.detail));
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
		submit_item_start(s);
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

/* When the next one is due. */
static void submit_wait(const struct submit *s, int64_t *deadline)
{
	int64_t wait = s->next_look - s->run->engine->wall;
	if (s->has_item || wait > 24 * 3600)
		return;
	int64_t due = s->run->engine->now + (wait > 0 ? wait : 0) * 1000;
	if (due < *deadline)
		*deadline = due;
}

/* Somebody writes, and the log-in would ask nobody. */
static bool submit_is_wanted(const struct submit *s)
{
	return s->run->engine->now < s->wanted_until &&
	       (!submit_needs_login(s) || s->run->secret != NULL);
}

uint64_t submit_size_limit(const struct account_run *run)
{
	return run->submit != NULL ? run->submit->size_max : 0;
}

void submit_expect(struct account_run *run)
{
	if (run->engine->is_guest || !submit_exists(run))
		return;
	submit_of(run)->wanted_until = run->engine->now + SUBMIT_WANTED_MS;
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
	bool has_work = s->conn != NULL || submit_look(s) || submit_is_wanted(s);
	submit_wait(s, deadline);
	if (run->is_offline)
		return;
	if (run->account->sendmail != NULL) {
		if (s->has_item && !s->program_is_out && s->item.state == OUTGOING_QUEUED)
			submit_program_start(s);
		return;
	}
	if (s->conn == NULL) {
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
