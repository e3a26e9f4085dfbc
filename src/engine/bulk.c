/*
 * The second connection of an account: what nobody waits for. It visits folders that are not looked
 * at, fetches bodies ahead and watches INBOX while another folder is looked at; it says nothing
 * while somebody waits for a message, and goes when it has had nothing to do for a while. A server
 * that does not want it is left alone for some time: then the first connection does everything.
 */
#include "engine/session.h"

#include "engine/account_run.h"
#include "engine/reading.h"
#include "engine/sync.h"

enum {
	BULK_IDLE_MS = 30 * 1000,
	BULK_VISITS = 8,  /* known ahead */
	BULK_OUT_MAX = 2, /* so that what somebody waits for shares the line with little */
	BULK_PAUSE_MIN_MS = 30 * 1000,
	BULK_PAUSE_MAX_MS = 10 * 60 * 1000,
};

/* Only for a screen: a command has nobody who looks at a folder meanwhile. */
static bool bulk_may(const struct account_run *run)
{
	return run->engine->options.may_ask && run->test == NULL && run->session != NULL &&
	       run->session->state == SESSION_READY && run->ready_since != 0 &&
	       run->wanted_folder != 0 && run->engine->now >= run->bulk_next;
}

bool bulk_takes_visits(const struct account_run *run)
{
	return run->bulk != NULL || (run->session != NULL && bulk_may(run));
}

bool bulk_is_taken(const struct account_run *run, int64_t folder_id)
{
	const struct session *front = run->session;
	if (front == NULL)
		return false;
	if (run->wanted_folder == folder_id || front->wish_folder == folder_id ||
		(front->folder != NULL && front->folder->folder_id == folder_id))
		return true;
	for (const struct folder_sync *one = front->selecting; one != NULL; one = one->earlier)
		if (one->folder_id == folder_id)
			return true;
	return false;
}

/* INBOX is watched here while the first connection watches another folder. */
static int64_t bulk_watched(const struct account_run *run)
{
	struct session *front = run->session;
	if (front == NULL || front->state != SESSION_READY || front->is_notified ||
		!session_has(front, IMAP_CAP_IDLE) || front->folder == NULL)
		return 0;
	int64_t inbox = tasks_inbox(front);
	return inbox != 0 && !bulk_is_taken(run, inbox) ? inbox : 0;
}

static bool bulk_has_work(const struct account_run *run)
{
	return run->task_count > 0 || bulk_watched(run) != 0;
}

static void bulk_forget_visits(struct account_run *run)
{
	for (size_t i = 0; i < run->task_count; i++)
		run->tasks[i].is_out = false;
}

void bulk_stop(struct account_run *run)
{
	if (run->bulk == NULL)
		return;
	session_end(run->bulk);
	run->bulk = NULL;
	run->bulk_idle = 0;
	bulk_forget_visits(run);
}

/* Refused, or cut off: asked for again later, each time twice as late. */
static void bulk_lost(struct account_run *run)
{
	struct session *s = run->bulk;
	bool was_ready = s->state == SESSION_OVER && s->folder != NULL;
	log_line(run->engine->options.log, "%s: %s", s->name, s->error.detail);
	run->bulk_pause =
		was_ready || run->bulk_pause == 0 ? BULK_PAUSE_MIN_MS : run->bulk_pause * 2;
	if (run->bulk_pause > BULK_PAUSE_MAX_MS || s->error.kind == ERROR_LOGIN)
		run->bulk_pause = BULK_PAUSE_MAX_MS;
	run->bulk_next = run->engine->now + run->bulk_pause;
	bulk_stop(run);
}

void bulk_step(struct account_run *run, int64_t *deadline)
{
	if (run->task_count < BULK_VISITS && offline_plan(run))
		*deadline = run->engine->now;
	if (run->bulk == NULL) {
		if (run->engine->now < run->bulk_next && run->bulk_next < *deadline)
			*deadline = run->bulk_next;
		if (!bulk_may(run) || !bulk_has_work(run))
			return;
		run->bulk = session_connect(run, true);
	}
	if (!session_run(run->bulk, deadline)) {
		bulk_lost(run);
		*deadline = run->engine->now;
	} else if (run->bulk_idle != 0 && run->engine->now >= run->bulk_idle + BULK_IDLE_MS) {
		bulk_stop(run);
	}
}

size_t bulk_poll(const struct account_run *run, struct pollfd *fds, int64_t *deadline)
{
	return run->bulk != NULL ? session_wait(run->bulk, fds, deadline) : 0;
}

void bulk_let_go(struct account_run *run, int64_t folder_id)
{
	struct session *s = run->bulk;
	if (s == NULL)
		return;
	bool is_here = s->folder != NULL && s->folder->folder_id == folder_id;
	for (const struct folder_sync *one = s->selecting; one != NULL; one = one->earlier)
		is_here |= one->folder_id == folder_id;
	if (!is_here)
		return;
	if (s->selecting != NULL || s->pending_count > 0 || !session_has(s, IMAP_CAP_UNSELECT)) {
		bulk_stop(run);
		return;
	}
	sync_let_go(s);
	bulk_forget_visits(run);
	session_expect(s, imap_unselect(s->imap), NULL);
}

/* Nothing to visit: INBOX is watched, or the connection waits for its end. */
static void bulk_rest(struct session *s, int64_t *deadline)
{
	struct account_run *run = s->run;
	int64_t inbox = bulk_watched(run);
	run->bulk_idle = 0;
	if (inbox == 0) {
		run->bulk_idle = run->engine->now;
		if (run->bulk_idle + BULK_IDLE_MS < *deadline)
			*deadline = run->bulk_idle + BULK_IDLE_MS;
	} else if (s->folder == NULL || s->folder->folder_id != inbox) {
		if (!session_is_refused(s, inbox))
			sync_select(s, inbox);
	} else {
		tasks_watch(s, deadline);
	}
}

void bulk_next(struct session *s, int64_t *deadline)
{
	struct account_run *run = s->run;
	if (reading_wants(run) != 0)
		return; /* the line is left to what somebody waits for */
	for (int i = 0; i < BULK_OUT_MAX && s->pending_count < BULK_OUT_MAX; i++)
		if (!sync_next(s) && !tasks_bodies(s))
			break;
	while (s->state == SESSION_READY && tasks_ahead(s))
		run->bulk_idle = 0;
	if (s->state != SESSION_READY)
		return;
	tasks_compress(s);
	if (s->pending_count > 0) {
		tasks_idle_behind(s);
		return;
	}
	if (s->folder != NULL && !sync_is_complete(s->folder) && s->selecting == NULL) {
		*deadline = run->engine->now;
		return;
	}
	size_t left = run->task_count;
	tasks_finish_folder(s);
	if (run->task_count < left)
		*deadline = run->engine->now;
	else if (run->bulk_idle == 0 || bulk_watched(run) != 0)
		bulk_rest(s, deadline);
	else if (run->bulk_idle + BULK_IDLE_MS < *deadline)
		*deadline = run->bulk_idle + BULK_IDLE_MS;
}
