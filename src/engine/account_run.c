/* An account at work. */
#include "engine/account_run.h"

#include "base/array.h"
#include "base/json.h"
#include "base/memory.h"
#include "engine/facts.h"
#include "engine/local.h"
#include "engine/reading.h"
#include "engine/secret.h"
#include "engine/session.h"
#include "engine/submit.h"
#include "engine/sync_plan.h"

enum {
	RUN_BACKOFF_MAX_S = 300,
	RUN_PAUSES_MAX = 12,        /* while a command waits */
	RUN_VISITS_MAX = 5,         /* of one folder that never gets complete */
	RUN_HEALTHY_MS = 60 * 1000, /* only a session that held for so long ends the back-off */
};

static const struct backend *const backends[] = {&backend_imap, &backend_pop3};

static const struct backend *backend_of(enum account_kind kind)
{
	for (size_t i = 0; i < sizeof(backends) / sizeof(*backends); i++)
		if (backends[i]->kind == kind)
			return backends[i];
	return NULL;
}

static bool account_run_link(const struct account_run *run, struct backend_link *link)
{
	*link = (struct backend_link){.name = run->account->name};
	return run->backend != NULL && run->backend->link(run, link);
}

bool account_run_is_connected(const struct account_run *run)
{
	struct backend_link link;
	return account_run_link(run, &link);
}

struct account_run *account_run_new(struct engine *engine, const struct account *account)
{
	struct account_run *run = mem_new(sizeof(*run));
	struct buf facts = {0};
	run->engine = engine;
	run->serial = ++engine->next_serial;
	run->account = account_copy(account);
	run->backend = backend_of(account->kind);
	run->is_offline = engine->is_offline;
	run->state = run->is_offline || engine->is_guest ? ACCOUNT_OFFLINE : ACCOUNT_CONNECTING;
	if (account->kind == ACCOUNT_LOCAL)
		run->state = ACCOUNT_ONLINE;
	run->journal_is_dirty = true;
	cache_server_load(engine->cache, account->account_id, &facts, NULL);
	facts_read(&run->facts, buf_str(&facts));
	run->facts_saved = facts;
	return run;
}

void account_run_free(struct account_run *run)
{
	if (run == NULL)
		return;
	submit_free(run);
	if (account_run_is_connected(run))
		run->backend->stop(run);
	offline_done(run);
	secret_forget(run);
	facts_done(&run->facts);
	buf_done(&run->facts_saved);
	mem_free(run->trust_once);
	mem_free(run->tasks);
	mem_free(run->test);
	account_free(run->account);
	mem_free(run);
}

void account_run_state(struct account_run *run, enum account_state state)
{
	if (run->account->kind == ACCOUNT_LOCAL)
		state = ACCOUNT_ONLINE; /* it needs no line */
	if (run->state == state)
		return;
	run->state = state;
	run->engine->accounts_dirty = true;
}

void account_run_count(
	struct account_run *run, const char *protocol, const struct net_counts *counts)
{
	struct json j;
	if (!run->engine->options.wants_stats)
		return;
	json_init(&j, &run->engine->stats);
	json_begin_object(&j);
	json_put_text(&j, "account", run->account->name);
	json_put_text(&j, "protocol", protocol);
	json_put_int(&j, "round_trips", (int64_t)counts->turns);
	json_put_int(&j, "handshake_round_trips", (int64_t)counts->handshake_turns);
	json_put_int(&j, "bytes_up", (int64_t)counts->bytes_up);
	json_put_int(&j, "bytes_down", (int64_t)counts->bytes_down);
	json_put_int(&j, "socket_up", (int64_t)counts->socket_up);
	json_put_int(&j, "socket_down", (int64_t)counts->socket_down);
	json_end_object(&j);
	buf_add_char(&run->engine->stats, '\n');
}

void account_run_facts_save(struct account_run *run)
{
	struct buf text = {0};
	if (run->test != NULL || run->engine->is_guest)
		return;
	facts_write(&run->facts, &text);
	if (!str_equal(buf_str(&text), buf_str(&run->facts_saved)) &&
		cache_server_save(
			run->engine->cache, run->account->account_id, buf_str(&text), NULL)) {
		buf_clear(&run->facts_saved);
		buf_add(&run->facts_saved, buf_str(&text));
	}
	buf_done(&text);
}

void account_run_online(struct account_run *run, struct str caps)
{
	run->ready_since = run->engine->now;
	run->secret_failed = false;
	run->error = (struct error){0};
	if (caps.len > 0 && !str_equal(caps, str_from(run->facts.caps))) {
		mem_free(run->facts.caps);
		run->facts.caps = mem_str(caps);
	}
	facts_clean(&run->facts, run->engine->wall);
	account_run_facts_save(run);
	if (run->was_online && run->failures > 0)
		engine_post(run->engine,
			engine_notice(run->engine, NOTICE_ONLINE, run->account->account_id));
	account_run_state(run, ACCOUNT_ONLINE);
}

void account_run_test_at(struct account_run *run, enum test_step step)
{
	if (run->test != NULL)
		run->test->step = step;
}

void account_run_test_step(struct account_run *run, enum test_step step)
{
	if (run->test == NULL || run->test->is_over)
		return;
	struct event *event = event_new(EVENT_TEST);
	event->tag = run->test->tag;
	event->step = step;
	event->is_ok = true;
	event->is_last = step == TEST_DONE;
	run->test->step = step < TEST_DONE ? step + 1 : step;
	run->test->is_over = step == TEST_DONE;
	engine_post(run->engine, event);
}

/* The certificate that was not accepted, for a person to compare; NULL when there is none. */
static char *account_run_certificate(const struct account_run *run)
{
	struct backend_link link;
	const struct net_cert *cert =
		account_run_link(run, &link) ? run->engine->world->certificate(link.conn) : NULL;
	struct buf text = {0};
	if (cert == NULL || cert->faults == 0 || cert->fingerprint == NULL)
		return NULL;
	buf_addf(&text, "certificate for: %s\nissued by: %s\nvalid: %s to %s\n",
		cert->subject != NULL ? cert->subject : "?",
		cert->issuer != NULL ? cert->issuer : "?",
		cert->not_before != NULL ? cert->not_before : "?",
		cert->not_after != NULL ? cert->not_after : "?");
	buf_addf(&text, "fingerprint: %s\ntrust = %s\n", cert->fingerprint,
		cert->pin != NULL ? cert->pin : "");
	return buf_take(&text);
}

static void account_run_test_failed(struct account_run *run, const struct error *err)
{
	if (run->test == NULL || run->test->is_over)
		return;
	struct event *event = event_new(EVENT_TEST);
	event->tag = run->test->tag;
	event->step = run->test->step;
	event->error = *err;
	event->is_last = true;
	event->text = account_run_certificate(run);
	run->test->is_over = true;
	engine_post(run->engine, event);
}

/* Held: nothing is tried again by itself, because another try would lock the user out or ask the
 * same question again. */
static void account_run_hold(struct account_run *run, const struct error *err)
{
	run->error = *err;
	run->retry_at = INT64_MAX;
	run->sync_failed = true;
	account_run_state(run, ACCOUNT_HELD);
	run->engine->accounts_dirty = true;
	account_run_test_failed(run, err);
	reading_account_stuck(run);
	engine_sync_progress(run->engine);
}

void account_run_login_failed(struct account_run *run, const struct error *err)
{
	bool may_ask = run->engine->options.may_ask && run->test == NULL;
	run->secret_failed = true;
	secret_forget(run);
	account_run_hold(run, err);
	if (may_ask)
		secret_ensure(run);
}

static void account_run_ask_certificate(struct account_run *run, const struct net_cert *cert)
{
	struct engine *engine = run->engine;
	struct event *event = event_new(EVENT_QUESTION);
	struct question *question = mem_new(sizeof(*question));
	event->account_id = run->account->account_id;
	event->question = question;
	question->question_id = run->question_id = ++engine->next_question;
	question->kind = QUESTION_CERTIFICATE;
	question->account_id = run->account->account_id;
	question->account = mem_text(run->account->name);
	question->host = mem_text(run->account->incoming.host);
	question->cert_faults = cert->faults;
	question->subject = mem_text(cert->subject);
	question->issuer = mem_text(cert->issuer);
	question->fingerprint = mem_text(cert->fingerprint);
	question->not_before = mem_text(cert->not_before);
	question->not_after = mem_text(cert->not_after);
	mem_free(run->trust_once); /* until answered this holds the key in question, not trusted */
	run->trust_once = mem_text(cert->pin);
	run->question_is_open = true;
	engine_post(engine, event);
}

/* Full jitter: a random time up to 1, 2, 4 … 300 seconds; the first retry is at once. */
static int64_t account_run_backoff(struct account_run *run)
{
	if (run->failures <= 1)
		return 0;
	int64_t limit = 1;
	for (unsigned i = 2; i < run->failures && limit < RUN_BACKOFF_MAX_S; i++)
		limit *= 2;
	if (limit > RUN_BACKOFF_MAX_S)
		limit = RUN_BACKOFF_MAX_S;
	uint64_t jitter = run->engine->world->random(run->engine->world->context);
	return limit * 500 + (int64_t)(jitter % (uint64_t)(limit * 500 + 1));
}

/* The server is well and says that it is not the time: no failure. */
static void account_run_pause(struct account_run *run, const struct error *err)
{
	run->error = *err;
	run->retry_at = run->engine->now + (int64_t)run->pause_s * 1000;
	run->sync_failed = ++run->pauses > RUN_PAUSES_MAX;
	run->pause_s = 0;
	account_run_state(run, ACCOUNT_WAITING);
	run->engine->accounts_dirty = true;
	account_run_test_failed(run, err);
	engine_sync_progress(run->engine);
}

static void account_run_wait(struct account_run *run, const struct error *err)
{
	struct engine *engine = run->engine;
	if (run->ready_since != 0 && engine->now - run->ready_since > RUN_HEALTHY_MS)
		run->failures = 0;
	if (run->failures == 0 && engine->options.may_ask) {
		struct event *notice =
			engine_notice(engine, NOTICE_OFFLINE, run->account->account_id);
		notice->error = *err;
		engine_post(engine, notice);
	}
	run->failures++;
	run->ready_since = 0;
	run->error = *err;
	run->retry_at = engine->now + account_run_backoff(run);
	account_run_state(run, ACCOUNT_WAITING);
	engine->accounts_dirty = true;
	account_run_test_failed(run, err);
	if (run->failures > 1) {
		run->sync_failed = true;
		reading_account_stuck(run);
		engine_sync_progress(engine);
	}
}

/* The connection is over: who is to blame decides what happens next. */
static void account_run_lost(struct account_run *run, const struct error *err)
{
	const struct net_cert *cert = NULL;
	struct backend_link link;
	account_run_link(run, &link);
	log_line(run->engine->options.log, "%s: %s", link.name, err->detail);
	if (link.is_piped && run->ready_since == 0 && err->kind != ERROR_LOGIN) {
		facts_surprised(&run->facts, run->engine->wall);
		account_run_facts_save(run);
	}
	if (err->kind == ERROR_TLS)
		cert = run->engine->world->certificate(link.conn);
	if (cert != NULL && cert->faults != 0 && run->engine->options.may_ask && run->test == NULL)
		account_run_ask_certificate(run, cert);
	bool is_held =
		err->kind == ERROR_TLS || err->kind == ERROR_LOGIN || err->kind == ERROR_INPUT;
	account_run_test_failed(run, err);
	run->backend->stop(run);
	run->folders_are_known = false;
	run->folders_are_asked = false;
	for (size_t i = 0; i < run->task_count; i++)
		run->tasks[i].is_out = false;
	if (err->kind == ERROR_LOGIN && run->state == ACCOUNT_HELD)
		return; /* account_run_login_failed has said it all */
	if (is_held)
		account_run_hold(run, err);
	else if (run->pause_s > 0)
		account_run_pause(run, err);
	else
		account_run_wait(run, err);
}

static bool account_run_may_connect(struct account_run *run, int64_t *deadline)
{
	if (run->is_offline || run->backend == NULL || run->question_is_open ||
		(run->test != NULL && run->test->is_over))
		return false;
	int64_t from =
		run->is_checked && run->check_at > run->retry_at ? run->check_at : run->retry_at;
	if (from > run->engine->now) {
		if (from < *deadline)
			*deadline = from;
		return false;
	}
	run->is_checked = false;
	return secret_ensure(run);
}

void account_run_step(struct account_run *run, int64_t *deadline)
{
	struct backend_link link;
	struct error err;
	if (!account_run_is_connected(run)) {
		if (!account_run_may_connect(run, deadline))
			return;
		account_run_state(run, ACCOUNT_CONNECTING);
		run->backend->start(run);
	}
	if (!run->backend->step(run, deadline, &err)) {
		account_run_lost(run, &err);
		*deadline = run->engine->now;
		return;
	}
	if (account_run_link(run, &link) && link.is_ready && run->ready_since != 0) {
		run->was_online = true;
		account_run_state(
			run, run->backend->is_busy(run) ? ACCOUNT_SYNCING : ACCOUNT_ONLINE);
	}
}

size_t account_run_poll(struct account_run *run, struct pollfd *fds, int64_t *deadline)
{
	return account_run_is_connected(run) ? run->backend->poll(run, fds, deadline) : 0;
}

void account_run_want_folder(struct account_run *run, int64_t folder_id)
{
	run->wanted_folder = folder_id;
	run->wanted_is_done = false;
}

bool account_run_folder_has_news(
	struct account_run *run, const struct folder *folder, bool *tells_flags)
{
	struct cache_status status;
	struct sync_side here = {
		.uidvalidity = folder->uidvalidity,
		.uidnext = folder->uidnext,
		.modseq = folder->modseq,
		.low = folder->synced_low,
	};
	if ((folder->attributes & FOLDER_NO_SELECT) != 0 ||
		!cache_folder_server(run->engine->cache, folder->folder_id, &status, NULL) ||
		!cache_uid_count(
			run->engine->cache, folder->folder_id, 1, UINT32_MAX, &here.total, NULL))
		return false;
	struct sync_side server = {
		.uidvalidity = folder->uidvalidity,
		.uidnext = status.server_uidnext,
		.modseq = status.server_modseq == UINT64_MAX ? 0 : status.server_modseq,
		.total = status.server_total,
	};
	*tells_flags = server.modseq != 0;
	return here.uidvalidity == 0 || sync_plan_is_stale(&here, &server);
}

bool account_run_folder_is_stale(struct account_run *run, const struct folder *folder)
{
	/* Without CONDSTORE flags can have changed and no number tells. */
	bool tells_flags = true;
	return account_run_folder_has_news(run, folder, &tells_flags) || !tells_flags;
}

struct folder_task *account_run_task_of(struct account_run *run, int64_t folder_id)
{
	for (size_t i = 0; i < run->task_count; i++)
		if (run->tasks[i].folder_id == folder_id)
			return &run->tasks[i];
	return NULL;
}

void account_run_add_task(struct account_run *run, int64_t folder_id, bool bodies)
{
	struct folder_task *task = account_run_task_of(run, folder_id);
	if (task != NULL) {
		task->bodies |= bodies;
		return;
	}
	run->tasks = array_room(run->tasks, run->task_count, &run->task_cap, sizeof(*run->tasks));
	run->tasks[run->task_count++] =
		(struct folder_task){.folder_id = folder_id, .bodies = bodies};
}

void account_run_visited(struct account_run *run, int64_t folder_id, bool is_complete)
{
	struct folder_task *task = account_run_task_of(run, folder_id);
	if (task == NULL)
		return;
	task->is_out = false;
	if (!is_complete && task->visits++ < RUN_VISITS_MAX)
		return;
	run->task_count--;
	memmove(task, task + 1, (size_t)(run->tasks + run->task_count - task) * sizeof(*task));
	engine_sync_progress(run->engine);
}

void account_run_folder_failed(struct account_run *run, int64_t folder_id)
{
	if (run->wanted_folder == folder_id)
		run->wanted_folder = 0;
	account_run_visited(run, folder_id, true);
	run->folders_next = 0; /* the list is out of date */
}

void account_run_check(struct account_run *run)
{
	run->check_at = 0;
	run->is_checked = false;
}

void account_run_retry(struct account_run *run)
{
	account_run_check(run);
	run->retry_at = 0;
	run->sync_failed = false;
}

void account_run_disconnect(struct account_run *run)
{
	submit_close(run);
	if (account_run_is_connected(run))
		run->backend->stop(run);
	run->ready_since = 0;
	run->folders_are_known = run->folders_are_asked = false;
	account_run_state(run, ACCOUNT_OFFLINE);
	reading_account_stuck(run);
}

static void account_run_keep_trust(struct account_run *run)
{
	struct error err;
	mem_free(run->account->trust);
	run->account->trust = mem_text(run->trust_once);
	if (!settings_account_update(
		    run->engine->settings, run->account->name, run->account, &err) ||
		!settings_save(run->engine->settings, &err))
		engine_storage_failed(run->engine, &err);
}

static void account_run_answer_certificate(struct account_run *run, enum answer answer)
{
	run->question_is_open = false;
	if (answer == ANSWER_ALWAYS)
		account_run_keep_trust(run);
	if (answer == ANSWER_ONCE || answer == ANSWER_ALWAYS) {
		account_run_retry(run);
		return;
	}
	mem_free(run->trust_once);
	run->trust_once = NULL;
}

void account_run_answer(struct account_run *run, const struct request *request)
{
	if (request->question_id != run->question_id)
		return;
	if (run->question_is_open) {
		account_run_answer_certificate(run, request->answer);
		return;
	}
	run->secret_is_asked = false;
	if (request->answer == ANSWER_CANCEL || request->text == NULL)
		return;
	secret_set(run, str_from(request->text));
	if (request->may_keep)
		secret_keep(run);
	account_run_retry(run);
}

bool account_run_is_stuck(const struct account_run *run)
{
	if (run->account->kind == ACCOUNT_LOCAL)
		return false;
	return run->is_offline || run->backend == NULL || run->state == ACCOUNT_HELD ||
	       run->sync_failed;
}

bool account_run_is_busy(const struct account_run *run)
{
	if (local_is_kept_here(run->account) && !local_is_done(run))
		return true;
	if (run->account->kind == ACCOUNT_LOCAL)
		return false;
	if (account_run_is_stuck(run))
		return false;
	return account_run_is_connected(run) ? run->backend->is_busy(run) : !run->is_checked;
}
