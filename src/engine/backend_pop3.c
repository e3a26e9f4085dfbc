/* Accounts whose mail comes by POP3: one connection a look, and the time between two. */
#include "engine/pop3_session.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/facts.h"

#include <stdio.h>

enum {
	POP3_READ_MAX = 64 * 1024,
	POP3_READS = 4,              /* pieces a step, so that requests are answered between */
	POP3_ANSWER_MS = 120 * 1000, /* a large maildrop is opened slowly */
	POP3_MANY = 200,             /* news that a server may have given only a part of */
};

static const struct engine_world *world_of(const struct pop3_session *s)
{
	return s->run->engine->world;
}

bool pop3_fail_with(struct pop3_session *s, const struct error *err)
{
	if (!s->is_failed)
		s->error = *err;
	s->is_failed = true;
	return false;
}

bool pop3_fail(struct pop3_session *s, enum error_kind kind, const char *what, struct str words)
{
	struct error err;
	if (str_is_empty(words))
		error_set(&err, kind, "%s", what);
	else
		error_set(&err, kind, "%s: %.*s", what, (int)words.len, words.data);
	return pop3_fail_with(s, &err);
}

/* ---- Beginning and ending. ---- */

static void session_start(struct account_run *run)
{
	static const enum net_security securities[] = {
		[TRANSPORT_TLS] = NET_TLS,
		[TRANSPORT_STARTTLS] = NET_STARTTLS,
		[TRANSPORT_PLAIN] = NET_PLAIN,
	};
	const struct account *account = run->account;
	struct net_target target = {
		.host = account->incoming.host,
		.port = account->incoming.port,
		.security = securities[account->incoming.transport],
		.allow_plain = account->incoming.allow_plain,
		.ca_file = account->ca_file,
		.pin = account->trust,
		.trust_once = run->trust_once,
	};
	struct pop3_session *s = mem_new(sizeof(*s));
	s->run = run;
	s->pop3 = pop3_new();
	s->window = 1;
	s->last_io = run->engine->now;
	snprintf(s->name, sizeof(s->name), "%s/pop3", account->name);
	run->pop3 = s;
	s->conn = world_of(s)->connect(world_of(s)->context, &target);
	log_line(run->engine->options.log, "%s connects to %s port %u", s->name, target.host,
		(unsigned)target.port);
}

static void session_count(struct pop3_session *s)
{
	struct net_counts counts = {0};
	if (world_of(s)->goodbye != NULL)
		world_of(s)->goodbye(s->conn);
	world_of(s)->counts(s->conn, &counts);
	account_run_count(s->run, "pop3", &counts);
}

static void session_stop(struct account_run *run)
{
	struct pop3_session *s = run->pop3;
	if (s == NULL)
		return;
	if (s->is_logged_in)
		account_run_facts_save(run);
	session_count(s);
	world_of(s)->close(s->conn);
	pop3_fetch_free(s);
	mem_free(s->listed);
	sasl_free(s->sasl);
	pop3_free(s->pop3);
	buf_wipe(&s->input);
	mem_free(s);
	run->pop3 = NULL;
}

/* The look is over and was good: when is the next? */
static void session_finish(struct account_run *run)
{
	const struct account *account = run->account;
	struct engine *engine = run->engine;
	int minutes = account->check_every != 0 ? account->check_every : ACCOUNT_CHECK_MINUTES;
	bool has_more = run->pop3->fetched >= POP3_MANY;
	session_stop(run);
	run->failures = run->pauses = 0;
	run->is_checked = !has_more;
	run->check_at = minutes < 0 ? INT64_MAX : engine->now + (int64_t)minutes * 60 * 1000;
	if (has_more)
		run->check_at = engine->now;
	run->folders_are_known = true;
	run->was_online = true;
	account_run_state(run, ACCOUNT_ONLINE);
	engine_sync_progress(engine);
}

/* ---- Bytes. ---- */

static void session_event(struct pop3_session *s, const struct pop3_event *event)
{
	switch (event->kind) {
	case POP3_TURNED_AWAY:
		s->run->pause_s = event->code == POP3_CODE_IN_USE ? 5 : 0;
		pop3_fail(s, ERROR_NETWORK, "the server turned the connection away", event->text);
		return;
	case POP3_JUNK:
		s->is_doubtful |= s->is_logged_in;
		return;
	case POP3_GREETING:
	case POP3_WANT_TLS:
	case POP3_CHALLENGE:
	case POP3_LOGGED_IN:
	case POP3_LOGIN_REFUSED:
		pop3_login_event(s, event);
		return;
	case POP3_LISTED:
	case POP3_UIDL:
		pop3_look_event(s, event);
		return;
	case POP3_BYTES:
		pop3_fetch_event(s, event);
		return;
	case POP3_ANSWERED:
		break;
	}
	if (event->verb <= POP3_VERB_LANG)
		pop3_login_event(s, event);
	else if (event->verb <= POP3_VERB_UIDL)
		pop3_look_event(s, event);
	else
		pop3_fetch_event(s, event);
}

static bool session_drain(struct pop3_session *s)
{
	struct pop3_event event;
	for (;;) {
		enum codec codec = pop3_next(s->pop3, &event);
		if (codec == CODEC_MORE)
			return true;
		if (codec == CODEC_BAD)
			return pop3_fail(s, ERROR_PROTOCOL,
				"the server's answer breaks a limit and cannot be read on",
				STR(""));
		session_event(s, &event);
		if (s->is_failed)
			return false;
		if (s->phase == POP3_OVER)
			return true;
	}
}

static bool session_read(struct pop3_session *s, bool *more)
{
	struct error err;
	*more = false;
	for (int i = 0; i < POP3_READS && s->phase != POP3_OVER; i++) {
		buf_clear(&s->input);
		enum net_io io = world_of(s)->read(s->conn, POP3_READ_MAX, &s->input, &err);
		if (io == NET_IO_WAIT)
			return true;
		if (io == NET_IO_CLOSED)
			error_set(&err, ERROR_NETWORK, "the server closed the connection");
		if (io != NET_IO_BYTES)
			return pop3_fail_with(s, &err);
		s->last_io = s->run->engine->now;
		log_wire(s->run->engine->options.log, s->name, '<', buf_str(&s->input));
		pop3_feed(s->pop3, buf_str(&s->input));
		if (!session_drain(s))
			return false;
		if (s->is_starting_tls)
			return true;
	}
	*more = true;
	return true;
}

static bool session_write(struct pop3_session *s)
{
	struct error err;
	for (;;) {
		struct str out = pop3_output(s->pop3);
		size_t written = 0;
		if (out.len == 0)
			return true;
		enum net_io io = world_of(s)->write(s->conn, out, &written, &err);
		if (io == NET_IO_WAIT || (io == NET_IO_BYTES && written == 0))
			return true;
		if (io != NET_IO_BYTES)
			return pop3_fail_with(s, &err);
		if (s->run->engine->options.log != NULL) {
			struct buf masked = {0};
			pop3_output_masked(s->pop3, &masked);
			log_wire(s->run->engine->options.log, s->name, '>', buf_str(&masked));
			buf_done(&masked);
		}
		pop3_sent(s->pop3, written);
		s->last_io = s->run->engine->now;
	}
}

static bool session_open(struct pop3_session *s)
{
	struct error err;
	enum net_state before = world_of(s)->state(s->conn);
	if (!world_of(s)->step(s->conn, s->run->engine->now, &err))
		return pop3_fail_with(s, &err);
	enum net_state state = world_of(s)->state(s->conn);
	if (state == NET_CONNECTING)
		account_run_test_at(s->run, TEST_CONNECT);
	if (state == NET_HANDSHAKE)
		account_run_test_at(s->run, TEST_TLS);
	if (state != NET_OPEN)
		return true;
	if (s->phase == POP3_OPENING || (s->is_starting_tls && before != NET_OPEN)) {
		s->is_tls = world_of(s)->is_tls(s->conn);
		s->last_io = s->run->engine->now;
		pop3_login_opened(s);
	}
	return !s->is_failed;
}

/* A dead peer is noticed when something was asked and nothing comes. */
static bool session_watch(struct pop3_session *s, int64_t *deadline)
{
	int64_t limit = s->last_io + POP3_ANSWER_MS;
	if (s->phase == POP3_OPENING || s->is_starting_tls || s->phase == POP3_MERGING)
		return true; /* net has its own limits */
	if (limit < *deadline)
		*deadline = limit;
	if (s->run->engine->now < limit)
		return true;
	return pop3_fail(s, ERROR_NETWORK, "the server did not answer for 120 seconds", STR(""));
}

static bool session_go(struct pop3_session *s, int64_t *deadline)
{
	bool more = false;
	if (!session_open(s))
		return false;
	if (world_of(s)->state(s->conn) != NET_OPEN)
		return true;
	if (!s->is_starting_tls && !session_read(s, &more))
		return false;
	if (s->phase == POP3_MERGING && !pop3_look_step(s))
		return false;
	if (s->phase >= POP3_HEADING && s->phase <= POP3_DELETING && !pop3_fetch_step(s))
		return false;
	if (!session_write(s))
		return false;
	if (more || s->phase == POP3_MERGING || world_of(s)->has_buffered(s->conn))
		*deadline = s->run->engine->now;
	/* Nothing was deleted: its answer changes nothing, so nobody waits for it. */
	if (s->phase == POP3_QUITTING && s->deleted == 0 && pop3_output(s->pop3).len == 0)
		s->phase = POP3_OVER;
	return s->phase == POP3_OVER || session_watch(s, deadline);
}

static bool session_step(struct account_run *run, int64_t *deadline, struct error *err)
{
	struct pop3_session *s = run->pop3;
	if (!session_go(s, deadline)) {
		*err = s->error;
		return false;
	}
	if (s->phase == POP3_OVER) {
		session_finish(run);
		*deadline = run->engine->now;
	}
	return true;
}

static size_t session_poll(struct account_run *run, struct pollfd *fds, int64_t *deadline)
{
	struct pop3_session *s = run->pop3;
	bool wants_write = pop3_output(s->pop3).len > 0 && !s->is_starting_tls;
	return world_of(s)->poll(s->conn, wants_write, fds, deadline);
}

static bool session_link(const struct account_run *run, struct backend_link *link)
{
	const struct pop3_session *s = run->pop3;
	if (s == NULL)
		return false;
	link->conn = s->conn;
	link->name = s->name;
	link->is_piped = s->is_piped;
	link->is_ready = s->is_logged_in;
	return true;
}

/* Between two looks there is nothing to do. */
static bool session_is_busy(const struct account_run *run)
{
	return run->pop3 != NULL || !run->is_checked;
}

const struct backend backend_pop3 = {
	.kind = ACCOUNT_POP3,
	.link = session_link,
	.start = session_start,
	.step = session_step,
	.poll = session_poll,
	.stop = session_stop,
	.is_busy = session_is_busy,
};
