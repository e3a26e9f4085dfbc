/* One IMAP connection's life. */
#include "engine/session.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/facts.h"
#include "engine/reading.h"
#include "engine/sync.h"

#include <stdio.h>

enum {
	SESSION_READ_MAX = 64 * 1024,
	SESSION_READS = 8,  /* pieces a step; one when a request waits */
	SESSION_WRITES = 8, /* the same for what is sent */
	SESSION_ANSWER_MS =
		60 * 1000, /* no byte for so long with a command out: the link is dead */
	SESSION_LOGIN_MS = 30 * 1000,
	SESSION_REFUSED_MS = 60 * 1000,
};

struct session *session_of(const struct account_run *run)
{
	return run->session;
}

bool session_fail(struct session *s, const struct error *err)
{
	/* Garbage behind COMPRESS: without it from now on. */
	if (s->is_compressed && !s->is_compress_sound && err->kind == ERROR_PROTOCOL)
		s->run->facts.no_compress = true;
	if (s->state != SESSION_OVER)
		s->error = *err;
	s->state = SESSION_OVER;
	return false;
}

struct pending *session_expect(struct session *s, unsigned command, session_answer *answer)
{
	s->pending = array_room(s->pending, s->pending_count, &s->pending_cap, sizeof(*s->pending));
	struct pending *p = &s->pending[s->pending_count++];
	*p = (struct pending){.command = command, .answer = answer};
	return p;
}

const struct pending *session_current(const struct session *s)
{
	return s->pending_count > 0 ? &s->pending[0] : NULL;
}

const struct pending *session_of_command(const struct session *s, unsigned command)
{
	for (size_t i = 0; command != 0 && i < s->pending_count; i++)
		if (s->pending[i].command == command)
			return &s->pending[i];
	return command == 0 ? session_current(s) : NULL;
}

struct folder_sync *session_folder(const struct session *s)
{
	const struct pending *current = session_current(s);
	bool is_selecting =
		current != NULL && current->sync != NULL && sync_is_selecting(s, current->sync);
	return is_selecting ? current->sync : s->folder;
}

bool session_has(const struct session *s, enum imap_capability capability)
{
	if (s->knows_login_caps || s->run->facts.caps == NULL)
		return imap_has(s->imap, capability);
	return imap_words_have(str_from(s->run->facts.caps), capability);
}

bool session_is_refused(const struct session *s, int64_t folder_id)
{
	return s->refused_folder == folder_id &&
	       s->run->engine->now < s->refused_at + SESSION_REFUSED_MS;
}

static const struct engine_world *session_world(const struct session *s)
{
	return s->run->engine->world;
}

struct session *session_connect(struct account_run *run, bool is_bulk)
{
	static const enum net_security securities[] = {
		[TRANSPORT_TLS] = NET_TLS,
		[TRANSPORT_STARTTLS] = NET_STARTTLS,
		[TRANSPORT_PLAIN] = NET_PLAIN,
	};
	struct session *s = mem_new(sizeof(*s));
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
	s->run = run;
	s->is_bulk = is_bulk;
	s->imap = imap_new(NULL);
	snprintf(s->name, sizeof(s->name), is_bulk ? "%s/imap2" : "%s/imap", account->name);
	s->began = s->last_read = s->last_write = run->engine->now;
	s->conn = session_world(s)->connect(session_world(s)->context, &target);
	log_line(run->engine->options.log, "%s connects to %s port %u", s->name, target.host,
		(unsigned)target.port);
	return s;
}

static void session_count(struct session *s)
{
	struct net_counts counts = {0};
	if (session_world(s)->goodbye != NULL)
		session_world(s)->goodbye(s->conn);
	session_world(s)->counts(s->conn, &counts);
	account_run_count(s->run, "imap", &counts);
}

/* LOGOUT without waiting for the answer: only when nothing else stands in the way. */
static void session_logout(struct session *s)
{
	struct error err;
	size_t written = 0;
	if (s->state != SESSION_READY || s->said_logout)
		return;
	s->said_logout = true;
	imap_logout(s->imap);
	struct str out = imap_output(s->imap);
	if (session_world(s)->write(s->conn, out, &written, &err) == NET_IO_BYTES)
		imap_sent(s->imap, written);
}

void session_end(struct session *s)
{
	if (s == NULL)
		return;
	session_logout(s);
	session_count(s);
	session_world(s)->close(s->conn);
	reading_session_ended(s->run->engine, s);
	details_session_ended(s);
	acting_free(s->acting);
	mem_free(s->pending);
	folder_sync_free(s->selecting);
	folder_sync_free(s->folder);
	listing_free(s->listing);
	sasl_free(s->sasl);
	imap_free(s->imap);
	buf_done(&s->input);
	mem_free(s);
}

static void session_answered(struct session *s, const struct imap_event *event)
{
	size_t at = 0;
	if (event->command == s->idle_command) {
		s->idle_command = 0;
		s->idle_is_refused |= event->status != IMAP_OK;
	}
	while (at < s->pending_count && s->pending[at].command != event->command)
		at++;
	if (at == s->pending_count)
		return;
	struct pending p = s->pending[at];
	s->pending_count--;
	memmove(s->pending + at, s->pending + at + 1,
		(s->pending_count - at) * sizeof(*s->pending));
	if (p.answer != NULL)
		p.answer(s, &p, event);
}

static void session_bye(struct session *s, const struct imap_event *event)
{
	struct error err;
	if (s->said_logout)
		return;
	error_set(&err, ERROR_NETWORK, "the server ended the connection: %.*s",
		(int)event->text.len, event->text.data);
	session_fail(s, &err);
}

static void session_status_text(struct session *s, const struct imap_event *event)
{
	if (event->code == IMAP_CODE_ALERT && s->state == SESSION_READY) {
		struct event *notice = engine_notice(
			s->run->engine, NOTICE_SERVER_SAYS, s->run->account->account_id);
		notice->text = mem_str(event->text);
		engine_post(s->run->engine, notice);
	}
	if (event->code == IMAP_CODE_COPYUID)
		act_copied(s, event);
	if (event->code == IMAP_CODE_APPENDUID && session_current(s) != NULL)
		act_uploaded(s, session_current(s), event); /* of a REPLACE */
	if (event->status == IMAP_BYE)
		session_bye(s, event);
	else
		sync_event(s, event);
}

/* The server compresses from the next byte on, and so do we. */
static void session_deflate(struct session *s)
{
	struct buf first = {0};
	struct error err;
	imap_take_unread(s->imap, &first);
	s->is_compressed = true;
	if (session_world(s)->start_deflate(s->conn, buf_str(&first), &err))
		imap_layer_started(s->imap);
	else
		session_fail(s, &err);
	buf_done(&first);
}

/* Before the log-in nothing that is said about folders or messages is kept (STARTTLS injection). */
static void session_event(struct session *s, const struct imap_event *event)
{
	switch (event->kind) {
	case IMAP_GREETING:
	case IMAP_CHALLENGE:
	case IMAP_WANT_TLS:
		login_event(s, event);
		return;
	case IMAP_CAPABILITIES:
		if (s->state == SESSION_READY)
			s->knows_login_caps = true;
		return;
	case IMAP_DONE:
		session_answered(s, event);
		return;
	case IMAP_STATUS_TEXT:
		session_status_text(s, event);
		return;
	case IMAP_STATUS:
		if (s->state == SESSION_READY) {
			act_status(s, event);
			folders_event(s, event);
			details_event(s, event);
		}
		return;
	case IMAP_QUOTAROOT:
	case IMAP_QUOTA:
	case IMAP_MYRIGHTS:
	case IMAP_ACL:
		if (s->state == SESSION_READY)
			details_event(s, event);
		return;
	case IMAP_LIST:
	case IMAP_NAMESPACE:
		if (s->state == SESSION_READY)
			folders_event(s, event);
		return;
	case IMAP_UNREADABLE:
		log_line(s->run->engine->options.log, "%s cannot read: %.*s", s->name,
			(int)event->text.len, event->text.data);
		return;
	case IMAP_FETCH_BODY:
		if (s->state == SESSION_READY)
			reading_body_event(s, event);
		return;
	case IMAP_ID:
		facts_name(&s->run->facts, event->text, s->run->engine->wall);
		return;
	case IMAP_ENABLED:
		s->is_told_qresync |= str_find_nocase(event->text, STR("QRESYNC")) != STR_NONE;
		return;
	case IMAP_WANT_DEFLATE:
		session_deflate(s);
		return;
	case IMAP_IDLING:
		s->idle_began |= event->command == s->idle_command;
		return;
	case IMAP_FLAGS:
	case IMAP_EXISTS:
	case IMAP_RECENT:
	case IMAP_EXPUNGE:
	case IMAP_VANISHED:
	case IMAP_SEARCH:
		if (s->state == SESSION_READY)
			sync_event(s, event);
		return;
	case IMAP_FETCH:
		if (s->state != SESSION_READY)
			return;
		reading_fetch_event(s, event);
		sync_event(s, event);
		return;
	}
}

static bool session_drain(struct session *s)
{
	struct imap_event event;
	struct error err;
	for (;;) {
		enum codec codec = imap_next(s->imap, &event);
		if (codec == CODEC_MORE)
			return true;
		if (codec == CODEC_BAD) {
			error_set(&err, ERROR_PROTOCOL,
				"the server's answer breaks a limit and cannot be read on");
			return session_fail(s, &err);
		}
		session_event(s, &event);
		if (s->state == SESSION_OVER)
			return false;
	}
}

/* Reads what is there, a few pieces at most. False when the connection is over. *more: the socket
 * may hold more. */
static bool session_read(struct session *s, bool *more)
{
	struct error err;
	*more = false;
	for (int i = 0; i < SESSION_READS; i++) {
		if (i > 0 && queue_has_items(s->run->engine->requests))
			break;
		buf_clear(&s->input);
		enum net_io io = session_world(s)->read(s->conn, SESSION_READ_MAX, &s->input, &err);
		if (io == NET_IO_WAIT)
			return true;
		if (io == NET_IO_CLOSED)
			error_set(&err, ERROR_NETWORK, "the server closed the connection");
		if (io != NET_IO_BYTES)
			return session_fail(s, &err);
		s->last_read = s->run->engine->now;
		s->is_compress_sound = s->is_compressed;
		log_wire(s->run->engine->options.log, s->name, '<', buf_str(&s->input));
		imap_feed(s->imap, buf_str(&s->input));
		if (!session_drain(s))
			return false;
		if (s->is_waiting_for_open)
			return true;
	}
	*more = true;
	return true;
}

static bool session_write(struct session *s, bool *more)
{
	struct error err;
	for (int i = 0; i < SESSION_WRITES; i++) {
		while (act_upload_more(s))
			continue;
		struct str out = imap_output(s->imap);
		size_t written = 0;
		if (s->state == SESSION_OVER)
			return false;
		if (out.len == 0)
			return true;
		enum net_io io = session_world(s)->write(s->conn, out, &written, &err);
		if (io == NET_IO_WAIT || (io == NET_IO_BYTES && written == 0))
			return true;
		if (io != NET_IO_BYTES)
			return session_fail(s, &err);
		if (s->run->engine->options.log != NULL) {
			struct buf masked = {0};
			imap_output_masked(s->imap, &masked);
			log_wire(s->run->engine->options.log, s->name, '>', buf_str(&masked));
			buf_done(&masked);
		}
		imap_sent(s->imap, written);
		s->last_write = s->run->engine->now;
	}
	*more = true;
	return true;
}

static bool session_open(struct session *s)
{
	struct error err;
	enum net_state before = session_world(s)->state(s->conn);
	if (!session_world(s)->step(s->conn, s->run->engine->now, &err))
		return session_fail(s, &err);
	enum net_state state = session_world(s)->state(s->conn);
	if (state == NET_CONNECTING)
		account_run_test_at(s->run, TEST_CONNECT);
	if (state == NET_HANDSHAKE)
		account_run_test_at(s->run, TEST_TLS);
	if (state != NET_OPEN)
		return true;
	if (s->state == SESSION_CONNECTING || (s->is_waiting_for_open && before != NET_OPEN)) {
		s->is_waiting_for_open = false;
		s->opened = s->run->engine->now;
		s->is_tls = session_world(s)->is_tls(s->conn);
		s->last_read = s->run->engine->now;
		login_opened(s);
	}
	return s->state != SESSION_OVER;
}

/* A dead peer is noticed when something was asked and nothing comes. */
static bool session_watch(struct session *s, int64_t *deadline)
{
	struct error err;
	int64_t now = s->run->engine->now;
	bool waits = s->pending_count > 0 || s->state != SESSION_READY ||
		     (s->idle_command != 0 && !imap_is_idling(s->imap));
	if (!waits || s->state == SESSION_CONNECTING || s->is_waiting_for_open)
		return true;
	int64_t since = s->last_read > s->last_write ? s->last_read : s->last_write;
	int64_t limit = s->state == SESSION_READY ? SESSION_ANSWER_MS : SESSION_LOGIN_MS;
	if (since + limit < *deadline)
		*deadline = since + limit;
	if (now < since + limit)
		return true;
	error_set(&err, ERROR_NETWORK, "the server did not answer for %d seconds",
		(int)(limit / 1000));
	if (s->is_compressed && !s->is_compress_sound)
		s->run->facts.no_compress = true;
	return session_fail(s, &err);
}

bool session_run(struct session *s, int64_t *deadline)
{
	bool more = false;
	if (!session_open(s))
		return false;
	if (session_world(s)->state(s->conn) != NET_OPEN)
		return true;
	if (!s->is_waiting_for_open && !session_read(s, &more))
		return false;
	if (!s->is_waiting_for_open && s->state == SESSION_READY) {
		sync_flush(s);
		if (s->is_bulk)
			bulk_next(s, deadline);
		else
			tasks_next(s, deadline);
	}
	if (s->state == SESSION_OVER || !session_write(s, &more))
		return false;
	if (more || session_world(s)->has_buffered(s->conn))
		*deadline = s->run->engine->now;
	return session_watch(s, deadline);
}

size_t session_wait(const struct session *s, struct pollfd *fds, int64_t *deadline)
{
	bool wants_write = imap_output(s->imap).len > 0 && !s->is_waiting_for_open;
	return session_world(s)->poll(s->conn, wants_write, fds, deadline);
}

/* ---- An account's connections. ---- */

static void session_start(struct account_run *run)
{
	run->session = session_connect(run, false);
}

static bool session_step(struct account_run *run, int64_t *deadline, struct error *err)
{
	if (!session_run(run->session, deadline)) {
		*err = run->session->error;
		return false;
	}
	bulk_step(run, deadline);
	return true;
}

static size_t session_poll(struct account_run *run, struct pollfd *fds, int64_t *deadline)
{
	size_t count = session_wait(run->session, fds, deadline);
	return count + bulk_poll(run, fds + count, deadline);
}

static void session_stop(struct account_run *run)
{
	bulk_stop(run);
	if (run->session != NULL && run->ready_since != 0)
		account_run_facts_save(run);
	session_end(run->session);
	run->session = NULL;
}

static bool session_link(const struct account_run *run, struct backend_link *link)
{
	const struct session *s = run->session;
	if (s == NULL)
		return false;
	link->conn = s->conn;
	link->name = s->name;
	link->is_piped = s->is_piped;
	link->is_ready = s->state == SESSION_READY;
	return true;
}

const struct backend backend_imap = {
	.kind = ACCOUNT_IMAP,
	.link = session_link,
	.start = session_start,
	.step = session_step,
	.poll = session_poll,
	.stop = session_stop,
	.is_busy = tasks_is_busy,
};
