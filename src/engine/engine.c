/* The engine: opened, stepped, asked, ended. */
#include "engine/world.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/book.h"
#include "engine/drafts.h"
#include "engine/jobs.h"
#include "engine/slices.h"
#include "engine/files.h"
#include "engine/live.h"
#include "engine/local.h"
#include "engine/select.h"
#include "engine/profile.h"
#include "engine/reading.h"
#include "engine/session.h"
#include "engine/submit.h"
#include "engine/sync_header.h"

#include <errno.h>
#include <stdlib.h>

enum {
	ENGINE_UPKEEP_MS = 60 * 1000,
	ENGINE_JOIN_ROWS = 100, /* about 3 ms */
	ENGINE_CALM_MS = 300,   /* without a request: nobody is about to press the next key */
	ENGINE_STEP_MS = 50,    /* a step that takes longer makes a key wait */
	ENGINE_GUEST_LOOK_MS = 100,
	ENGINE_FOLDERS_PAUSE_MS = 100,
	ENGINE_WAIT_MAX_MS = 60 * 1000,
	ENGINE_SLEPT_MS =
		ENGINE_WAIT_MAX_MS + 10 * 1000, /* nobody waits so long: the machine slept */
};

/* ---- Telling. ---- */

void engine_post(struct engine *engine, struct event *event)
{
	queue_post(engine->events, event);
}

void engine_post_latest(struct engine *engine, uint64_t key, struct event *event)
{
	queue_post_latest(engine->events, key, event);
}

struct event *engine_notice(struct engine *engine, enum notice_kind kind, int64_t account_id)
{
	struct event *event = event_new(EVENT_NOTICE);
	(void)engine;
	event->notice = kind;
	event->account_id = account_id;
	return event;
}

void engine_storage_failed(struct engine *engine, const struct error *err)
{
	log_line(engine->options.log, "storage: %s", err->detail);
	if (engine->storage_is_told)
		return;
	engine->storage_is_told = true;
	struct event *notice = engine_notice(engine, NOTICE_STORAGE, 0);
	notice->error = *err;
	engine_post(engine, notice);
}

static void engine_tell_folders(struct engine *engine, int64_t *deadline)
{
	struct error err;
	if (!engine->wants_folders || !engine->folders_dirty)
		return;
	int64_t due = engine->folders_told + ENGINE_FOLDERS_PAUSE_MS;
	if (due > engine->now) {
		if (due < *deadline)
			*deadline = due;
		return;
	}
	engine->folders_dirty = false;
	engine->folders_told = engine->now;
	struct event *event = event_new(EVENT_FOLDERS);
	if (!cache_folders_list(engine->cache, 0, &event->folders, &event->folder_count, &err)) {
		engine_storage_failed(engine, &err);
		event_free(event);
		return;
	}
	engine_post_latest(engine, (uint64_t)EVENT_FOLDERS << 32, event);
}

static void engine_tell_accounts(struct engine *engine)
{
	if (!engine->wants_accounts || !engine->accounts_dirty)
		return;
	engine->accounts_dirty = false;
	struct event *event = event_new(EVENT_ACCOUNTS);
	event->accounts = mem_new_array(engine->run_count, sizeof(*event->accounts));
	event->account_count = engine->run_count;
	for (size_t i = 0; i < engine->run_count; i++) {
		struct account_run *run = engine->runs[i];
		struct account_status *status = &event->accounts[i];
		status->account_id = run->account->account_id;
		status->name = mem_text(run->account->name);
		status->kind = run->account->kind;
		status->state = run->state;
		status->error = run->error;
		status->quota_used = run->quota_used;
		status->quota_limit = run->quota_limit;
		if (run->retry_at > engine->now && run->retry_at != INT64_MAX)
			status->retry_at =
				engine->wall + (run->retry_at - engine->now + 999) / 1000;
		cache_actions_count(
			engine->cache, status->account_id, &status->waiting, &status->failed, NULL);
		cache_actions_marks(engine->cache, status->account_id, &status->marks, NULL);
		cache_keyword_names(engine->cache, status->account_id, status->keywords, NULL);
	}
	engine_post_latest(engine, (uint64_t)EVENT_ACCOUNTS << 32, event);
}

/* ---- Accounts. ---- */

struct account_run *engine_run_of_account(struct engine *engine, int64_t account_id)
{
	for (size_t i = 0; i < engine->run_count; i++)
		if (engine->runs[i]->account->account_id == account_id)
			return engine->runs[i];
	return NULL;
}

struct account_run *engine_run_of_serial(struct engine *engine, unsigned serial)
{
	for (size_t i = 0; i < engine->run_count; i++)
		if (engine->runs[i]->serial == serial)
			return engine->runs[i];
	for (size_t i = 0; i < engine->test_count; i++)
		if (engine->tests[i]->serial == serial)
			return engine->tests[i];
	return NULL;
}

struct account_run *engine_run_of_folder(struct engine *engine, int64_t folder_id)
{
	struct folder folder = {0};
	if (!cache_folder_get(engine->cache, folder_id, &folder, NULL))
		return NULL;
	int64_t account_id = folder.account_id;
	folder_done(&folder);
	return engine_run_of_account(engine, account_id);
}

static bool engine_add_run(struct engine *engine, const struct account *account, struct error *err)
{
	struct account *known = account_copy(account);
	bool ok = cache_account_register(engine->cache, known->name, &known->account_id, err);
	if (ok) {
		engine->runs = array_room(
			engine->runs, engine->run_count, &engine->run_cap, sizeof(*engine->runs));
		engine->runs[engine->run_count++] = account_run_new(engine, known);
	}
	account_free(known);
	engine->accounts_dirty = true;
	return ok;
}

static void engine_drop_run(struct engine *engine, size_t index)
{
	account_run_free(engine->runs[index]);
	engine->run_count--;
	memmove(engine->runs + index, engine->runs + index + 1,
		(engine->run_count - index) * sizeof(*engine->runs));
	engine->accounts_dirty = engine->folders_dirty = true;
}

static bool engine_add_runs(struct engine *engine, struct error *err)
{
	size_t count = 0;
	const struct account *const *accounts = settings_accounts(engine->settings, &count);
	for (size_t i = 0; i < count; i++)
		if (!engine_add_run(engine, accounts[i], err))
			return false;
	return true;
}

/* ---- Requests. ---- */

void engine_fail(struct engine *engine, uint64_t tag, const struct error *err)
{
	struct event *event = event_new(EVENT_FAILED);
	event->tag = tag;
	event->error = *err;
	engine_post(engine, event);
}

static void engine_account_save(struct engine *engine, const struct request *request)
{
	struct error err;
	const struct account *account = request->account;
	bool is_known = settings_account(engine->settings, account->name) != NULL;
	bool ok = is_known ? settings_account_update(engine->settings, account->name, account, &err)
			   : settings_account_add(engine->settings, account, &err);
	if (!ok || !settings_save(engine->settings, &err)) {
		engine_fail(engine, request->tag, &err);
		return;
	}
	for (size_t i = 0; i < engine->run_count; i++)
		if (strcmp(engine->runs[i]->account->name, account->name) == 0)
			engine_drop_run(engine, i--);
	if (!engine_add_run(engine, account, &err))
		engine_fail(engine, request->tag, &err);
}

static void engine_account_remove(struct engine *engine, const struct request *request)
{
	struct error err;
	for (size_t i = 0; i < engine->run_count; i++) {
		struct account_run *run = engine->runs[i];
		if (run->account->account_id != request->account_id)
			continue;
		if (!settings_account_remove(engine->settings, run->account->name, &err) ||
			!settings_save(engine->settings, &err) ||
			!cache_account_forget(engine->cache, request->account_id, &err)) {
			engine_fail(engine, request->tag, &err);
			return;
		}
		engine_drop_run(engine, i--);
	}
}

/* The log-in is tried on a run of its own that nobody else sees. */
static void engine_account_test(struct engine *engine, const struct request *request)
{
	struct account_run *run = account_run_new(engine, request->account);
	run->test = mem_new(sizeof(*run->test));
	run->test->tag = request->tag;
	run->is_offline = false;
	if (request->text != NULL)
		run->secret = mem_text(request->text);
	engine->tests = array_room(
		engine->tests, engine->test_count, &engine->test_cap, sizeof(*engine->tests));
	engine->tests[engine->test_count++] = run;
}

static void engine_set_online(struct engine *engine, int64_t account_id, bool is_on)
{
	engine->is_offline = !is_on;
	for (size_t i = 0; i < engine->run_count; i++) {
		struct account_run *run = engine->runs[i];
		if (account_id != 0 && run->account->account_id != account_id)
			continue;
		run->is_offline = !is_on;
		if (is_on)
			account_run_retry(run);
		else
			account_run_disconnect(run);
	}
	engine->accounts_dirty = true;
}

static void engine_check(struct engine *engine)
{
	for (size_t i = 0; i < engine->run_count; i++) {
		engine->runs[i]->folders_next = 0;
		account_run_check(engine->runs[i]);
		if (engine->runs[i]->state == ACCOUNT_WAITING)
			account_run_retry(engine->runs[i]);
	}
}

/* A guest has no connection: the holder is asked, and says when it is done. */
static void engine_sync_by_holder(struct engine *engine, bool bodies)
{
	struct buf call = {0};
	uint64_t chance = engine->world->random(engine->world->context);
	buf_addf(&engine->sync_token, "%016llx", (unsigned long long)chance);
	buf_addf(&call, "%s %s", bodies ? "sync-bodies" : "sync", buf_text(&engine->sync_token));
	if (!profile_call(engine->profile, buf_text(&call)))
		buf_clear(&engine->sync_token);
	buf_done(&call);
}

static void engine_sync(struct engine *engine, const struct request *request)
{
	engine->sync_is_asked = true;
	engine->sync_tag = request->tag;
	if (engine->is_guest) {
		engine_sync_by_holder(engine, request->is_on);
		return;
	}
	for (size_t i = 0; i < engine->run_count; i++) {
		struct account_run *run = engine->runs[i];
		if (request->account_id != 0 && run->account->account_id != request->account_id)
			continue;
		run->sync_is_asked = true;
		run->sync_is_planned = false;
		account_run_check(run);
		run->sync_bodies = request->is_on;
		run->folders_next = 0;
		run->folders_are_known = false;
	}
}

static void engine_answer(struct engine *engine, const struct request *request)
{
	for (size_t i = 0; i < engine->run_count; i++)
		account_run_answer(engine->runs[i], request);
	for (size_t i = 0; i < engine->test_count; i++)
		account_run_answer(engine->tests[i], request);
}

static void engine_serve(struct engine *engine, struct request *request)
{
	switch (request->kind) {
	case REQUEST_FOLDERS:
		engine->wants_folders = engine->folders_dirty = true;
		engine->folders_told = 0;
		break;
	case REQUEST_ACCOUNTS:
		engine->wants_accounts = engine->accounts_dirty = true;
		break;
	case REQUEST_VIEW_OPEN:
		live_open(engine, request);
		break;
	case REQUEST_PAGE:
		live_page(engine, request);
		break;
	case REQUEST_VIEW_CLOSE:
		live_remember(engine, request);
		live_close(engine, request->list_id);
		break;
	case REQUEST_OPEN:
		reading_open(engine, request);
		break;
	case REQUEST_OPEN_END:
		reading_end(engine, request->place_id);
		break;
	case REQUEST_FIND:
	case REQUEST_NEXT_NEW:
		live_find(engine, request);
		return; /* kept until it is found */
	case REQUEST_SELECT:
		select_ask(engine, request);
		return;
	case REQUEST_SELECTED:
		select_next(engine, request);
		break;
	case REQUEST_ZOOM:
		select_zoom(engine, request);
		break;
	case REQUEST_APPEND:
		wishes_append(engine, request);
		break;
	case REQUEST_FLAGS:
	case REQUEST_MOVE:
	case REQUEST_COPY:
	case REQUEST_DELETE:
	case REQUEST_UNDELETE:
	case REQUEST_EXPUNGE:
		if (slices_take(engine, request))
			return; /* kept until all is done */
		wishes_serve(engine, request, NULL);
		break;
	case REQUEST_FOLDER:
		wishes_folder(engine, request);
		break;
	case REQUEST_UNDO:
		slices_undo(engine, request);
		return;
	case REQUEST_ACTION_RETRY:
	case REQUEST_ACTION_DROP:
		wishes_again(engine, request);
		break;
	case REQUEST_SAVE_PART:
		reading_save_part(engine, request);
		break;
	case REQUEST_ANSWER:
		engine_answer(engine, request);
		break;
	case REQUEST_CHECK:
		engine_check(engine);
		break;
	case REQUEST_ONLINE:
		engine_set_online(engine, request->account_id, request->is_on);
		break;
	case REQUEST_SYNC:
		engine_sync(engine, request);
		break;
	case REQUEST_ACCOUNT_SAVE:
		engine_account_save(engine, request);
		break;
	case REQUEST_ACCOUNT_REMOVE:
		engine_account_remove(engine, request);
		break;
	case REQUEST_ACCOUNT_TEST:
		engine_account_test(engine, request);
		break;
	case REQUEST_IDLE:
		engine->idle_is_asked = true;
		engine->idle_tag = request->tag;
		break;
	case REQUEST_IMPORT:
		import_begin(engine, request);
		break;
	case REQUEST_EXPORT:
		export_begin(engine, request);
		break;
	case REQUEST_ACTIONS:
		engine->wants_actions = engine->actions_dirty = true;
		break;
	case REQUEST_SEND:
	case REQUEST_OUTBOX:
	case REQUEST_OUTGOING:
		submit_serve(engine, request);
		break;
	case REQUEST_COMPOSE:
	case REQUEST_DRAFT_SAVE:
	case REQUEST_DRAFT_ATTACH:
	case REQUEST_DRAFT_DETACH:
	case REQUEST_DRAFT_POSTPONE:
	case REQUEST_DRAFT_DROP:
	case REQUEST_DRAFTS:
	case REQUEST_DRAFT_CHECK:
	case REQUEST_DRAFT_SEND:
	case REQUEST_REDIRECT:
		if (drafts_serve(engine, request))
			return; /* kept until it is done */
		break;
	case REQUEST_COMPLETE:
	case REQUEST_BOOK:
	case REQUEST_BOOK_SAVE:
	case REQUEST_BOOK_REMOVE:
	case REQUEST_BOOK_IMPORT:
	case REQUEST_BOOK_EXPORT:
		book_serve(engine, request);
		break;
	case REQUEST_FOLDER_INFO:
		details_serve(engine, request);
		break;
	case REQUEST_QUIT:
		engine->should_stop = true;
		break;
	}
	request_free(request);
}

static void engine_serve_all(struct engine *engine)
{
	for (struct request *request = queue_take(engine->requests); request != NULL;
		request = queue_take(engine->requests)) {
		engine->last_request = engine->now;
		engine_serve(engine, request);
	}
}

/* ---- Guests. ---- */

static void engine_hear_sync(struct engine *engine, struct str token, bool bodies)
{
	struct request request = {.kind = REQUEST_SYNC, .is_on = bodies};
	if (engine->sync_token.len > 4096)
		buf_clear(&engine->sync_token);
	buf_add(&engine->sync_token, token);
	buf_add_char(&engine->sync_token, '\n');
	engine_sync(engine, &request);
}

static void engine_hear(struct engine *engine, struct str call)
{
	int64_t place_id;
	uint32_t uidvalidity;
	struct folder folder = {0};
	if (str_starts(call, STR("sync "))) {
		engine_hear_sync(engine, str_skip(call, 5), false);
		return;
	}
	if (str_starts(call, STR("sync-bodies "))) {
		engine_hear_sync(engine, str_skip(call, 12), true);
		return;
	}
	if (!str_starts(call, STR("body ")) ||
		!place_read(str_skip(call, 5), &place_id, &uidvalidity))
		return;
	if (cache_folder_get(engine->cache, place_folder(place_id), &folder, NULL) &&
		folder.uidvalidity == uidvalidity)
		reading_want_body(engine, place_id);
	folder_done(&folder);
}

static void engine_hear_guests(struct engine *engine)
{
	struct buf calls = {0};
	profile_calls(engine->profile, &calls);
	struct str rest = buf_str(&calls);
	if (rest.len > 0) {
		actions_apply(engine);
		submit_wake(engine);
	}
	while (rest.len > 0)
		engine_hear(engine, str_cut(&rest, '\n'));
	buf_done(&calls);
}

/* A guest sees what the holder writes by looking now and then. */
static void engine_look(struct engine *engine, int64_t *deadline)
{
	int64_t version = cache_version(engine->cache);
	if (version != engine->cache_version) {
		engine->cache_version = version;
		live_touch_all(engine);
		for (struct live_list *list = engine->lists; list != NULL; list = list->next)
			list->told_at = 0;
	}
	if (engine->now + ENGINE_GUEST_LOOK_MS < *deadline)
		*deadline = engine->now + ENGINE_GUEST_LOOK_MS;
}

/* ---- The end of what was asked. ---- */

/* Once the list of folders is there: a visit for each that is not up to date. */
static void engine_plan_sync(struct account_run *run)
{
	struct folder *folders = NULL;
	size_t count = 0;
	if (!run->sync_is_asked || run->sync_is_planned || !run->folders_are_known)
		return;
	run->sync_is_planned = true;
	run->engine->progress_is_due = true;
	if (local_is_kept_here(run->account))
		return;
	if (!cache_folders_list(
		    run->engine->cache, run->account->account_id, &folders, &count, NULL))
		return;
	for (size_t i = 0; i < count; i++) {
		bool is_selectable = (folders[i].attributes & FOLDER_NO_SELECT) == 0;
		if (is_selectable && (account_run_folder_is_stale(run, &folders[i]) ||
					     (run->sync_bodies && offline_is_missing(run->engine,
									  folders[i].folder_id))))
			account_run_add_task(run, folders[i].folder_id, run->sync_bodies);
		folder_done(&folders[i]);
	}
	mem_free(folders);
}

static bool engine_sync_is_over(struct account_run *run)
{
	if (!run->sync_is_asked)
		return true;
	if (submit_is_busy(run))
		return false;
	if (account_run_is_stuck(run))
		return true;
	return run->sync_is_planned && !account_run_is_busy(run) && !actions_are_due(run);
}

void engine_sync_progress(struct engine *engine)
{
	engine->progress_is_due = true;
}

/* A guest's part of it: the holder has said so, or there is none to say it. */
static void engine_end_guest_sync(struct engine *engine)
{
	bool was_heard = engine->sync_token.len > 0 && profile_is_held(engine->profile);
	if (!engine->sync_is_asked ||
		(was_heard && !profile_is_answered(engine->profile, buf_text(&engine->sync_token))))
		return;
	struct event *event = event_new(EVENT_SYNCED);
	event->tag = engine->sync_tag;
	event->is_ok = was_heard;
	if (!was_heard)
		error_set(&event->error, ERROR_NETWORK,
			"the Rowan that held the profile has ended; try again");
	engine->sync_is_asked = false;
	engine_post(engine, event);
}

static void engine_tell_guests(struct engine *engine)
{
	struct error err;
	if (engine->sync_token.len > 0 &&
		!profile_answer(engine->profile, buf_str(&engine->sync_token), &err))
		engine_storage_failed(engine, &err);
	buf_clear(&engine->sync_token);
}

static void engine_end_sync(struct engine *engine)
{
	bool all_over = true;
	if (engine->is_guest) {
		engine_end_guest_sync(engine);
		return;
	}
	for (size_t i = 0; i < engine->run_count; i++) {
		engine_plan_sync(engine->runs[i]);
		all_over &= engine_sync_is_over(engine->runs[i]);
	}
	if (!engine->sync_is_asked || !all_over || reading_is_busy(engine))
		return;
	struct event *event = event_new(EVENT_SYNCED);
	event->tag = engine->sync_tag;
	event->is_ok = true;
	for (size_t i = 0; i < engine->run_count; i++) {
		struct account_run *run = engine->runs[i];
		if (!run->sync_is_asked)
			continue;
		run->sync_is_asked = false;
		if (!account_run_is_stuck(run))
			continue;
		event->is_ok = false;
		event->account_id = run->account->account_id;
		event->error = run->error;
		if (run->error.kind == ERROR_NONE)
			error_set(&event->error, ERROR_NETWORK, "Rowan is offline");
	}
	engine->sync_is_asked = false;
	engine_tell_guests(engine);
	engine_post(engine, event);
}

static void engine_end_idle(struct engine *engine)
{
	if (!engine->idle_is_asked || files_are_busy(engine) || reading_is_busy(engine) ||
		drafts_are_busy(engine) || jobs_pending(engine->jobs) > 0)
		return;
	for (size_t i = 0; !engine->is_guest && i < engine->run_count; i++) {
		struct account_run *run = engine->runs[i];
		if (!account_run_is_stuck(run) &&
			(account_run_is_busy(run) || actions_are_due(run)))
			return;
	}
	engine->idle_is_asked = false;
	struct event *event = event_new(EVENT_IDLE);
	event->tag = engine->idle_tag;
	engine_post(engine, event);
}

/* ---- Stepping. ---- */

static void engine_step_tests(struct engine *engine, int64_t *deadline)
{
	for (size_t i = 0; i < engine->test_count; i++) {
		struct account_run *run = engine->tests[i];
		account_run_step(run, deadline);
		if (!run->test->is_over)
			continue;
		account_run_free(run);
		engine->test_count--;
		memmove(engine->tests + i, engine->tests + i + 1,
			(engine->test_count - i) * sizeof(*engine->tests));
		i--;
	}
}

static void engine_upkeep(struct engine *engine, int64_t *deadline)
{
	if (engine->is_guest)
		return;
	if (engine->now >= engine->next_upkeep) {
		engine->next_upkeep = engine->now + ENGINE_UPKEEP_MS;
		engine->storage_is_told = false;
		cache_idle(engine->cache, engine->wall, NULL);
	}
	if (engine->next_upkeep < *deadline)
		*deadline = engine->next_upkeep;
}

/* Threads are joined behind the list, a few messages at a time, while nothing else is to be done
 * and nothing was asked for just now. Only for a screen: a command ends before anybody could look
 * at one. */
static void engine_join_threads(struct engine *engine, int64_t *deadline)
{
	struct error err;
	if (engine->is_guest || !engine->options.may_ask || *deadline <= engine->now)
		return;
	int64_t calm = engine->last_request + ENGINE_CALM_MS;
	for (size_t i = 0; i < engine->run_count; i++) {
		struct account_run *run = engine->runs[i];
		bool is_done = true;
		size_t joined = 0;
		if (run->threads_are_joined ||
			(account_run_is_connected(run) && run->backend->is_busy(run)))
			continue;
		if (engine->now < calm) {
			*deadline = calm < *deadline ? calm : *deadline;
			return;
		}
		if (!cache_threads_join(engine->cache, run->account->account_id, ENGINE_JOIN_ROWS,
			    &joined, &is_done, &err))
			engine_storage_failed(engine, &err);
		run->threads_are_joined = is_done;
		*deadline = engine->now;
		return;
	}
}

int64_t engine_step(struct engine *engine, int64_t now)
{
	int64_t deadline = INT64_MAX;
	engine->has_slept = engine->now != 0 && now - engine->now > ENGINE_SLEPT_MS;
	engine->now = now;
	engine->wall = engine->world->wall(engine->world->context);
	engine_serve_all(engine);
	jobs_finish(engine->jobs, engine);
	if (engine->is_guest)
		engine_look(engine, &deadline);
	else
		engine_hear_guests(engine);
	if (slices_step(engine) && engine->slices != NULL)
		deadline = now;
	/* Pages that were asked for go out before any slower work. */
	live_flush(engine, &deadline);
	for (size_t i = 0; !engine->is_guest && i < engine->run_count; i++) {
		submit_step(engine->runs[i], &deadline);
		local_step(engine->runs[i], &deadline);
		account_run_step(engine->runs[i], &deadline);
	}
	engine_step_tests(engine, &deadline);
	files_step(engine, &deadline);
	if (live_prepare(engine) || live_search(engine))
		deadline = now;
	if (select_step(engine, &deadline))
		deadline = now;
	reading_flush(engine, &deadline);
	drafts_step(engine, &deadline);
	live_flush(engine, &deadline);
	engine_tell_folders(engine, &deadline);
	engine_tell_accounts(engine);
	if (engine->wants_actions && engine->actions_dirty) {
		engine->actions_dirty = false;
		actions_tell(engine);
	}
	submit_tell(engine);
	drafts_tell(engine);
	engine_end_sync(engine);
	engine_end_idle(engine);
	engine_upkeep(engine, &deadline);
	engine_join_threads(engine, &deadline);
	if (engine->progress_is_due) {
		engine->progress_is_due = false;
		deadline = now;
	}
	return deadline;
}

size_t engine_poll(struct engine *engine, struct pollfd *fds, size_t max, int64_t *deadline)
{
	size_t count = 0;
	fds[count++] = (struct pollfd){queue_fd(engine->requests), POLLIN, 0};
	fds[count++] = (struct pollfd){jobs_fd(engine->jobs), POLLIN, 0};
	if (profile_fd(engine->profile) >= 0)
		fds[count++] = (struct pollfd){profile_fd(engine->profile), POLLIN, 0};
	for (size_t i = 0; i < engine->run_count && count + (size_t)2 * NET_POLL_MAX <= max; i++)
		count += account_run_poll(engine->runs[i], fds + count, deadline);
	for (size_t i = 0; i < engine->run_count && count + NET_POLL_MAX <= max; i++)
		count += submit_poll(engine->runs[i], fds + count, deadline);
	for (size_t i = 0; i < engine->test_count && count + (size_t)2 * NET_POLL_MAX <= max; i++)
		count += account_run_poll(engine->tests[i], fds + count, deadline);
	return count;
}

/* A debug build (-DROWAN_STRICT_STEPS) ends there; any other says so in its log. */
static void engine_watch_step(const struct engine *engine, int64_t took)
{
	if (took <= ENGINE_STEP_MS)
		return;
	log_line(engine->options.log, "a step of the engine took %lld ms", (long long)took);
#ifdef ROWAN_STRICT_STEPS
	abort();
#endif
}

static void engine_loop(void *argument)
{
	struct engine *engine = argument;
	for (;;) {
		struct pollfd fds[ENGINE_POLL_MAX];
		int64_t began = clock_monotonic_ms();
		int64_t deadline = engine_step(engine, began);
		engine_watch_step(engine, clock_monotonic_ms() - began);
		if (engine->should_stop)
			return;
		size_t count = engine_poll(engine, fds, ENGINE_POLL_MAX, &deadline);
		int64_t wait = deadline - clock_monotonic_ms();
		if (wait < 0)
			wait = 0;
		if (wait > ENGINE_WAIT_MAX_MS)
			wait = ENGINE_WAIT_MAX_MS;
		poll(fds, count, (int)wait);
	}
}

/* ---- Opening and ending. ---- */

static void request_free_item(void *item)
{
	request_free(item);
}

static void engine_copy_options(struct engine *engine, const struct engine_options *options)
{
	engine->options = *options;
	engine->options.config_path = mem_text(options->config_path);
	engine->options.local_path = mem_text(options->local_path);
	engine->options.cache_path = mem_text(options->cache_path);
	engine->options.body_path = mem_text(options->body_path);
	engine->options.state_path = mem_text(options->state_path);
}

static void engine_free_options(struct engine_options *options)
{
	union {
		const char *borrowed;
		void *owned;
	} texts[] = {{options->config_path}, {options->local_path}, {options->cache_path},
		{options->body_path}, {options->state_path}};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		mem_free(texts[i].owned);
}

static bool engine_begin(struct engine *engine, struct error *err)
{
	bool is_holder = false;
	engine->requests = queue_new(request_free_item);
	engine->events = queue_new(event_free_item);
	if (engine->requests == NULL || engine->events == NULL)
		return error_errno(err, ERROR_STORAGE, "the queues cannot be made");
	engine->settings = settings_load(engine->options.config_path, err);
	if (engine->settings == NULL)
		return false;
	engine->profile = profile_open(engine->options.state_path, &is_holder, err);
	if (engine->profile == NULL)
		return false;
	engine->is_guest = !is_holder;
	engine->raw = mem_new(sizeof(*engine->raw));
	struct cache_options cache = {
		.read_header = sync_header_read,
		.read_context = engine,
		.local_path = engine->options.local_path,
		.cache_path = engine->options.cache_path,
		.body_path = engine->options.body_path,
		.mode = is_holder ? CACHE_OWNER : CACHE_GUEST,
		.vfs = engine->world->vfs,
	};
	engine->cache = cache_open(&cache, err);
	if (engine->cache == NULL)
		return false;
	if (is_holder && !cache_journal_apply(engine->cache, &(size_t){0}, err))
		return false;
	cache.read_header = NULL; /* workers read only */
	engine->jobs = jobs_new(&cache, engine->world->runs_jobs_inline, err);
	engine->wall = engine->world->wall(engine->world->context);
	drafts_recover(engine);
	return engine->jobs != NULL && engine_add_runs(engine, err);
}

struct engine *engine_open_in(
	const struct engine_options *options, const struct engine_world *world, struct error *err)
{
	struct engine *engine = mem_new(sizeof(*engine));
	engine->world = world;
	engine->is_offline = options->is_offline;
	engine_copy_options(engine, options);
	if (engine_begin(engine, err))
		return engine;
	engine_close(engine);
	return NULL;
}

struct engine *engine_open(const struct engine_options *options, struct error *err)
{
	struct engine_world *world = world_net_new(err);
	if (world == NULL)
		return NULL;
	struct engine *engine = engine_open_in(options, world, err);
	if (engine == NULL)
		world_net_free(world);
	else
		engine->own_world = world;
	return engine;
}

bool engine_is_guest(const struct engine *engine)
{
	return engine->is_guest;
}

struct queue *engine_events(struct engine *engine)
{
	return engine->events;
}

void engine_request(struct engine *engine, struct request *request)
{
	queue_post(engine->requests, request);
}

bool engine_start(struct engine *engine, struct error *err)
{
	engine->thread = jobs_thread_start(engine_loop, engine, err);
	return engine->thread != NULL;
}

void engine_halt(struct engine *engine)
{
	if (engine->thread != NULL) {
		engine_request(engine, request_new(REQUEST_QUIT));
		jobs_thread_join(engine->thread);
		engine->thread = NULL;
	}
	while (engine->run_count > 0)
		engine_drop_run(engine, engine->run_count - 1);
}

void engine_stats(struct engine *engine, struct buf *out)
{
	buf_add(out, buf_str(&engine->stats));
}

void engine_stop(struct engine *engine)
{
	if (engine == NULL)
		return;
	engine_halt(engine);
	engine_close(engine);
}

void engine_close(struct engine *engine)
{
	for (size_t i = 0; i < engine->test_count; i++)
		account_run_free(engine->tests[i]);
	mem_free(engine->tests);
	if (engine->cache != NULL)
		live_free(engine);
	while (engine->run_count > 0)
		engine_drop_run(engine, engine->run_count - 1);
	mem_free(engine->runs);
	live_search_free(engine);
	select_free(engine);
	slices_free_all(engine);
	jobs_free(engine->jobs);
	reading_free_all(engine);
	drafts_free(engine);
	book_free(engine);
	cache_close(engine->cache);
	profile_close(engine->profile);
	settings_free(engine->settings);
	queue_free(engine->requests);
	queue_free(engine->events);
	buf_done(&engine->stats);
	buf_done(&engine->sync_token);
	mem_free(engine->groups);
	mem_free(engine->carry_failures);
	files_free(engine);
	if (engine->raw != NULL)
		sync_batch_done(engine->raw);
	mem_free(engine->raw);
	engine_free_options(&engine->options);
	world_net_free(engine->own_world);
	mem_free(engine);
}
