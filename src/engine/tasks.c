/*
 * What an account does next, most wanted first: what the user waits for, the journal, the folder he
 * looks at, the list of folders, what else was asked for; then it watches.
 */
#include "engine/session.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/live.h"
#include "engine/reading.h"
#include "engine/submit.h"
#include "engine/sync.h"

enum {
	TASKS_AHEAD_MAX = 24,          /* commands out before another folder's SELECT waits */
	TASKS_OUT_MAX = 4,             /* commands out before less wanted ones wait */
	TASKS_IDLE_MS = 9 * 60 * 1000, /* behind NAT */
	TASKS_FAR_MS =
		15, /* from TCP to the end of TLS: a server nearer than that has bytes to spare */
	TASKS_QUIET_MS = 5 * 1000,     /* between two messages that are read one after the other */
	TASKS_POLL_MS = 2 * 60 * 1000, /* NOOP where there is no IDLE */
};

int64_t tasks_inbox(struct session *s)
{
	int64_t folder_id = 0;
	struct folder inbox = {0};
	struct cache *cache = s->run->engine->cache;
	int64_t account_id = s->run->account->account_id;
	struct error err;
	if (!cache_folder_register(cache, account_id, "INBOX", &folder_id, &err))
		goto out;
	if (cache_folder_get(cache, folder_id, &inbox, NULL) && inbox.role == ROLE_INBOX)
		goto out;
	/* The first contact: INBOX always exists, so it need not wait for the list. */
	char name[] = "INBOX";
	struct folder first = {
		.folder_id = folder_id,
		.account_id = account_id,
		.wire = name,
		.name = name,
		.role = ROLE_INBOX,
		.delimiter = s->run->facts.delimiter,
	};
	if (!cache_folders_save(cache, account_id, &first, 1, &err))
		folder_id = 0;
out:
	folder_done(&inbox);
	if (folder_id == 0)
		engine_storage_failed(s->run->engine, &err);
	return folder_id;
}

/* The folder to be selected: the one that is looked at, else the oldest task's, else INBOX. */
static int64_t tasks_folder(struct session *s)
{
	struct account_run *run = s->run;
	if (run->wanted_folder != 0 && bulk_takes_visits(run))
		return run->wanted_folder;
	bool is_seen = s->folder != NULL && s->folder->folder_id == run->wanted_folder &&
		       sync_is_complete(s->folder);
	if (run->wanted_folder != 0 && !is_seen && !run->wanted_is_done)
		return run->wanted_folder;
	run->wanted_is_done = run->task_count > 0;
	if (run->task_count > 0 && (s->folder != NULL || s->selecting != NULL))
		return 0; /* tasks_ahead knows which */
	if (run->wanted_folder != 0)
		return run->wanted_folder;
	return s->folder != NULL ? s->folder->folder_id : tasks_inbox(s);
}

static void tasks_identify(struct session *s)
{
	struct server_facts *facts = &s->run->facts;
	if (!facts->id_is_sent && session_has(s, IMAP_CAP_ID)) {
		session_expect(s, imap_id(s->imap, STR("Rowan"), STR(PACKAGE_VERSION)), NULL);
		facts->id_is_sent = true;
	}
	if (facts->prefix == NULL && session_has(s, IMAP_CAP_NAMESPACE))
		session_expect(s, imap_namespace(s->imap), NULL);
}

/* A server that does not say so did not do it (iCloud), whatever it told that it can. */
static void tasks_enable_answer(
	struct session *s, struct pending *p, const struct imap_event *event)
{
	(void)p;
	if (s->is_told_qresync)
		return;
	log_line(s->run->engine->options.log, "%s does not enable QRESYNC: %.*s", s->name,
		(int)event->text.len, event->text.data);
	s->run->facts.no_qresync = true;
	s->is_enabled_qresync = s->is_enabled_condstore = false;
}

static void tasks_enable(struct session *s)
{
	if (!session_has(s, IMAP_CAP_ENABLE) || s->run->facts.no_qresync)
		return;
	if (session_has(s, IMAP_CAP_QRESYNC)) {
		session_expect(s, imap_enable(s->imap, STR("QRESYNC")), tasks_enable_answer);
		s->is_enabled_qresync = s->is_enabled_condstore = true;
	} else if (session_has(s, IMAP_CAP_CONDSTORE)) {
		session_expect(s, imap_enable(s->imap, STR("CONDSTORE")), NULL);
		s->is_enabled_condstore = true;
	}
}

static void tasks_compress_answer(
	struct session *s, struct pending *p, const struct imap_event *event)
{
	(void)p;
	if (event->status != IMAP_OK)
		s->run->facts.no_compress = true;
}

/* COMPRESS is the last of the flight, so that it costs no round trip; nothing leaves behind it
 * before its answer. On a short way deflating would cost more time than the bytes. */
void tasks_compress(struct session *s)
{
	if (!s->wants_compress)
		return;
	s->wants_compress = false;
	if (!session_has(s, IMAP_CAP_COMPRESS_DEFLATE) || s->run->facts.no_compress ||
		s->opened - s->began < TASKS_FAR_MS)
		return;
	session_expect(s, imap_compress(s->imap), tasks_compress_answer);
}

/* A test of the log-in ends with the list of folders. */
static void tasks_test_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	(void)p;
	(void)event;
	account_run_test_step(s->run, TEST_FOLDERS);
	account_run_test_step(s->run, TEST_DONE);
}

void tasks_ready(struct session *s)
{
	if (s->run->test != NULL) {
		session_expect(
			s, imap_list(s->imap, STR(""), STR("*"), 0, STR("")), tasks_test_answer);
		return;
	}
	/* A command that asks one thing has no use for it. */
	s->wants_compress = s->run->engine->options.may_ask || s->run->sync_is_asked;
	if (s->is_bulk) {
		tasks_enable(s);
		return;
	}
	tasks_identify(s);
	tasks_enable(s);
	int64_t folder_id = tasks_folder(s);
	if (folder_id != 0 && reading_wants(s->run) == 0)
		sync_select(s, folder_id);
	folders_ask(s);
	details_ask_quota(s);
}

static struct folder_task *tasks_here(struct session *s)
{
	return s->folder != NULL && s->selecting == NULL
		       ? account_run_task_of(s->run, s->folder->folder_id)
		       : NULL;
}

/* Bodies of the folder that is up to date: a few commands ahead, so that the pipe never drains. */
bool tasks_bodies(struct session *s)
{
	struct folder_task *task = tasks_here(s);
	if (task == NULL || !task->bodies || task->bodies_asked || !sync_is_complete(s->folder))
		return false;
	task->bodies_asked = !offline_fetch(s, task);
	return !task->bodies_asked;
}

/* A folder to visit is done with when nothing is missing in it. */
void tasks_finish_folder(struct session *s)
{
	struct folder_task *task = tasks_here(s);
	if (task != NULL && sync_is_complete(s->folder) && (!task->bodies || task->bodies_asked))
		account_run_visited(s->run, s->folder->folder_id, true);
}

static struct folder_sync *tasks_newest(struct session *s)
{
	return s->selecting != NULL ? s->selecting : s->folder;
}

/* The second connection keeps away from the folder that is looked at: its headers come by the first
 * one. Its bodies may be fetched beside that, once the headers are here. */
static bool tasks_may_visit(const struct session *s, const struct folder_task *task)
{
	if (task->is_out)
		return false;
	if (!s->is_bulk || !bulk_is_taken(s->run, task->folder_id))
		return true;
	const struct folder_sync *front = s->run->session->folder;
	return task->bodies && front != NULL && front->folder_id == task->folder_id &&
	       sync_is_complete(front);
}

/* The next folder to visit, before all is answered about the one before: as many as the server
 * bears travel in one flight. */
bool tasks_ahead(struct session *s)
{
	struct account_run *run = s->run;
	struct folder_sync *newest = tasks_newest(s);
	struct folder_task *before =
		newest != NULL ? account_run_task_of(run, newest->folder_id) : NULL;
	size_t next = 0;
	if (s->pending_count > TASKS_AHEAD_MAX || actions_hold(s) ||
		(newest != NULL && !sync_may_leave(newest)) ||
		(before != NULL && before->bodies && !before->bodies_asked))
		return false;
	while (next < run->task_count && !tasks_may_visit(s, &run->tasks[next]))
		next++;
	if (next == run->task_count)
		return false;
	run->tasks[next].is_out = true;
	if (newest == NULL || newest->folder_id != run->tasks[next].folder_id)
		sync_select(s, run->tasks[next].folder_id);
	else if (newest == s->folder && newest->folder_id == run->journal_folder)
		session_expect(s, imap_noop(s->imap), NULL); /* it tells what came since */
	return true;
}

static bool tasks_select(struct session *s)
{
	int64_t folder_id = tasks_folder(s);
	struct folder_sync *newest = tasks_newest(s);
	if (folder_id == 0 || session_is_refused(s, folder_id) || actions_hold(s) ||
		(newest != NULL && newest->folder_id == folder_id &&
			newest->is_examined == live_is_examined(s->run->engine, folder_id)))
		return false;
	if (s->wish_folder != 0 && newest != NULL && newest->folder_id == s->wish_folder)
		return false;
	if (s->found_folder != 0 && newest != NULL && newest->folder_id == s->found_folder)
		return false; /* a wish looks for its copies there */
	if (s->folder != NULL && s->selecting == NULL && s->folder->windows + s->folder->checks > 0)
		return false; /* what is out is answered first: it is short */
	sync_select(s, folder_id);
	return true;
}

/* Where nothing else watches INBOX: asked now and then. */
static bool tasks_ask_inbox(struct session *s, int64_t *deadline)
{
	int64_t now = s->run->engine->now;
	if (s->is_bulk || s->run->bulk != NULL || s->is_notified || s->folder == NULL ||
		s->folder->folder_id == tasks_inbox(s))
		return false;
	if (s->inbox_asked == 0)
		s->inbox_asked = now;
	if (now >= s->inbox_asked + TASKS_POLL_MS) {
		s->inbox_asked = now;
		folders_status(s, STR("INBOX"));
		return true;
	}
	if (s->inbox_asked + TASKS_POLL_MS < *deadline)
		*deadline = s->inbox_asked + TASKS_POLL_MS;
	return false;
}

static bool tasks_can_idle(const struct session *s)
{
	return session_has(s, IMAP_CAP_IDLE) && !s->idle_is_refused;
}

static void tasks_idle(struct session *s)
{
	s->idle_command = imap_idle(s->imap);
	s->idle_began = false;
	s->idle_since = s->run->engine->now;
}

/* Not while somebody goes from message to message: the next one would wait for the "+". */
void tasks_idle_behind(struct session *s)
{
	/* One whose "+" came and that is over has been ended by what is out now. */
	bool is_out = s->idle_command != 0 && (!s->idle_began || imap_is_idling(s->imap));
	if (s->state != SESSION_READY || is_out || s->folder == NULL || s->selecting != NULL ||
		s->listing != NULL || s->run->task_count > 0 || !tasks_can_idle(s) ||
		!sync_may_idle(s->folder) || s->is_reading_on)
		return;
	tasks_idle(s);
}

void tasks_watch(struct session *s, int64_t *deadline)
{
	int64_t now = s->run->engine->now;
	bool can_idle = tasks_can_idle(s);
	int64_t every = can_idle ? TASKS_IDLE_MS : TASKS_POLL_MS;
	if (s->idle_command != 0 && !imap_is_idling(s->imap))
		return; /* the server has not said "+" yet */
	if (tasks_ask_inbox(s, deadline))
		return;
	if (s->idle_command == 0 && can_idle && s->folder != NULL) {
		tasks_idle(s);
	} else if (now - s->idle_since >= every || s->run->engine->has_slept) {
		/* Renewed in one segment: DONE, the next command, IDLE again. */
		session_expect(s, imap_noop(s->imap), NULL);
		s->idle_since = now;
		*deadline = now;
		return;
	}
	if (s->idle_since + every < *deadline)
		*deadline = s->idle_since + every;
	if (s->is_bulk)
		return; /* the list and the journal are the first connection's */
	if (s->run->folders_next < *deadline)
		*deadline = s->run->folders_next;
	actions_wake(s, deadline);
}

static bool tasks_read(struct session *s)
{
	int64_t now = s->run->engine->now;
	if (!reading_next(s))
		return false;
	s->is_reading_on = s->read_asked != 0 && now - s->read_asked < TASKS_QUIET_MS;
	s->read_asked = now;
	return true;
}

void tasks_next(struct session *s, int64_t *deadline)
{
	struct account_run *run = s->run;
	if (run->test != NULL)
		return;
	for (int i = 0; i < TASKS_OUT_MAX && s->state == SESSION_READY; i++) {
		bool asked =
			tasks_read(s) || actions_next(s) || sent_copy_next(s) || tasks_select(s);
		if (!asked && s->pending_count < TASKS_OUT_MAX)
			asked = sync_next(s) || (!bulk_takes_visits(run) && tasks_bodies(s));
		if (!asked)
			break;
	}
	while (s->state == SESSION_READY && reading_wants(run) == 0 && !bulk_takes_visits(run) &&
		tasks_ahead(s))
		continue;
	if (s->state != SESSION_READY)
		return;
	tasks_compress(s);
	if (s->pending_count > 0) {
		tasks_idle_behind(s);
		return;
	}
	if (s->folder != NULL && !sync_is_complete(s->folder) && s->selecting == NULL) {
		*deadline = run->engine->now; /* a slice was done, more are left */
		return;
	}
	tasks_finish_folder(s);
	if (run->engine->now >= run->folders_next && s->listing == NULL)
		folders_ask(s);
	else if (run->task_count > 0 && !bulk_takes_visits(run))
		*deadline = run->engine->now;
	else if (!run->sync_is_asked || run->wanted_folder != 0)
		tasks_watch(s, deadline);
}

bool tasks_is_busy(const struct account_run *run)
{
	const struct session *s = run->session;
	if (s == NULL || s->state != SESSION_READY)
		return true;
	if (s->pending_count > 0 || s->selecting != NULL || run->task_count > 0 ||
		!run->folders_are_known || s->listing != NULL)
		return true;
	return s->folder != NULL && live_is_watched(run->engine, s->folder->folder_id) &&
	       !sync_is_complete(s->folder);
}
