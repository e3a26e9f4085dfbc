/* What was asked and takes its time: bringing up to date, for this process and for guests; and when
 * nothing is left to do. */
#include "engine/engine_parts.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/drafts.h"
#include "engine/jobs.h"
#include "engine/files.h"
#include "engine/live.h"
#include "engine/local.h"
#include "engine/profile.h"
#include "engine/reading.h"
#include "engine/submit.h"

enum { ENGINE_GUEST_LOOK_MS = 100 };

/* ---- Asking. ---- */

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

void engine_sync(struct engine *engine, const struct request *request)
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
		/* No server lists the folders of this machine again. */
		run->folders_are_known = local_is_kept_here(run->account) && run->local_is_listed;
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

void engine_hear_guests(struct engine *engine)
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
void engine_look(struct engine *engine, int64_t *deadline)
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

void engine_end_sync(struct engine *engine)
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

void engine_end_idle(struct engine *engine)
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
