/*
 * The journal upon local.db. What a wish does there is one transaction, or may be repeated; the row
 * of the journal ends behind it, so a kill anywhere is made good by running the wish again.
 */
#include "engine/local_state.h"

#include "base/memory.h"
#include "engine/actions.h"
#include "engine/live.h"

enum { LOCAL_WISHES = 8 /* a step */ };

static bool local_settle(struct account_run *run, const struct action *action, struct error *err)
{
	struct engine *engine = run->engine;
	live_touch(engine, action->folder_id);
	if (action->target_folder_id != 0)
		live_touch(engine, action->target_folder_id);
	engine->actions_dirty = engine->accounts_dirty = engine->folders_dirty = true;
	return cache_action_settle(engine->cache, action, err);
}

static bool local_end(
	struct account_run *run, const struct action *action, const char *words, struct error *err)
{
	struct event *notice = engine_notice(run->engine, NOTICE_ACTION_FAILED, action->account_id);
	notice->folder_id = action->folder_id;
	notice->action_kind = action->kind;
	notice->group = action->group;
	error_set(&notice->error, ERROR_REFUSED, "%s", words);
	engine_post(run->engine, notice);
	run->engine->actions_dirty = run->engine->accounts_dirty = true;
	return cache_action_fail(run->engine->cache, action, ACTION_FAILED, words, err);
}

static bool local_flags(struct account_run *run, struct action *action, struct error *err)
{
	struct cache *cache = run->engine->cache;
	if (!cache_local_begin(cache, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < action->item_count; i++)
		ok = cache_local_flags(cache, action->folder_id, (uint32_t)action->items[i].uid,
			action->add, action->remove, err);
	return cache_local_end(cache, ok, err) && local_settle(run, action, err);
}

/* Their rows go too: then local.db and the list agree without being compared. */
static bool local_unlist(struct account_run *run, const struct action *action, struct error *err)
{
	size_t removed = 0;
	bool ok = true;
	for (size_t i = 0; ok && i < action->item_count; i++) {
		uint32_t uid = (uint32_t)action->items[i].uid;
		struct uid_range one = {uid, uid};
		ok = cache_expunge(
			run->engine->cache, action->folder_id, &one, 1, NULL, &removed, err);
	}
	return ok;
}

/* Only what carries the mark. */
static bool local_expunge(struct account_run *run, struct action *action, struct error *err)
{
	struct cache *cache = run->engine->cache;
	size_t kept = 0;
	if (!cache_local_begin(cache, err))
		return false;
	bool ok = true;
	for (size_t i = 0; ok && i < action->item_count; i++) {
		struct cache_local_mail mail;
		bool is_here = false;
		uint32_t uid = (uint32_t)action->items[i].uid;
		ok = cache_local_get(cache, action->folder_id, uid, &mail, &is_here, err);
		bool goes = !is_here || (mail.flags & FLAG_DELETED) != 0;
		if (ok && is_here && goes)
			ok = cache_local_remove(cache, action->folder_id, uid, err);
		if (goes)
			action->items[kept++] = action->items[i];
	}
	action->item_count = kept;
	return cache_local_end(cache, ok, err) && local_unlist(run, action, err) &&
	       local_settle(run, action, err);
}

static bool local_is_folder(struct account_run *run, int64_t folder_id,
	struct cache_local_folder *folder, bool *is_one, struct error *err)
{
	*is_one = false;
	return folder_id == 0 ||
	       cache_local_folder_get(run->engine->cache, folder_id, folder, is_one, err);
}

/* Into a folder here, out of one here or with bytes that were brought. */
static bool local_bring(struct account_run *run, struct action *action,
	const struct cache_local_folder *target, struct error *err)
{
	struct engine *engine = run->engine;
	struct account_run *source = engine_run_of_folder(engine, action->folder_id);
	bool is_ours = source != NULL && local_is_kept_here(source->account);
	bool is_moved = is_ours && (action->kind == ACTION_MOVE || action->kind == ACTION_REPLACE);
	bool is_done = false, ok = true;
	while (ok && !is_done) /* the target's row knows its UIDVALIDITY */
		ok = local_follow(run, target->folder_id, &is_done, err);
	ok = ok && cache_local_land(engine->cache, action, is_moved, err) &&
	     cache_action_landed(engine->cache, action, target->uidvalidity, is_moved, err);
	run->local_is_behind = true;
	if (source != NULL && is_ours)
		source->local_is_behind = true;
	if (!ok || action->kind != ACTION_MOVE || is_moved || source == NULL)
		return ok && local_settle(run, action, err);
	source->journal_is_dirty = true;
	return cache_action_hand_over(
		engine->cache, action, source->account->account_id, ACTION_COPIED, err);
}

/* The message has arrived elsewhere. */
static bool local_leave(struct account_run *run, struct action *action, struct error *err)
{
	return cache_local_leave(run->engine->cache, action, err) &&
	       local_unlist(run, action, err) && local_settle(run, action, err);
}

static bool local_transfer(struct account_run *run, struct action *action, struct error *err)
{
	struct cache_local_folder target = {0};
	bool is_here;
	if (action->state == ACTION_COPIED || action->state == ACTION_MARKED)
		return local_leave(run, action, err);
	if (!local_is_folder(run, action->target_folder_id, &target, &is_here, err))
		return false;
	if (is_here)
		return local_bring(run, action, &target, err);
	return local_end(run, action, "the folder is not there any more", err);
}

/* The levels above a folder are folders too. */
static bool local_create(struct account_run *run, const char *wire, struct error *err)
{
	struct buf part = {0};
	int64_t folder_id;
	bool ok = true;
	for (const char *at = wire; ok && *at != '\0'; at++) {
		if (*at == LOCAL_DELIMITER && part.len > 0)
			ok = cache_local_folder_create(run->engine->cache, run->account->account_id,
				buf_text(&part), &folder_id, err);
		buf_add_char(&part, *at);
	}
	ok = ok && cache_local_folder_create(
			   run->engine->cache, run->account->account_id, wire, &folder_id, err);
	buf_done(&part);
	return ok;
}

static bool local_folder_act(struct account_run *run, struct action *action, struct error *err)
{
	struct cache *cache = run->engine->cache;
	bool ok = true;
	switch (action->verb) {
	case FOLDER_CREATE:
		ok = local_create(run, action->name, err);
		break;
	case FOLDER_RENAME:
		ok = cache_local_folder_rename(cache, action->account_id, action->name,
			     action->new_name, LOCAL_DELIMITER, err) &&
		     cache_folder_renamed(cache, action->account_id, action->name, action->new_name,
			     LOCAL_DELIMITER, err);
		break;
	case FOLDER_DELETE:
		ok = cache_local_folder_delete(cache, action->folder_id, err) &&
		     cache_folder_show(cache, action->folder_id, NULL, '\0', false, err);
		break;
	case FOLDER_SUBSCRIBE:
	case FOLDER_UNSUBSCRIBE:
	case FOLDER_NOTHING:
		break;
	}
	run->local_is_listed = false;
	if (!ok && err->kind == ERROR_INPUT)
		return local_end(run, action, err->detail, err);
	return ok && local_settle(run, action, err);
}

static bool local_act_one(struct account_run *run, struct action *action, struct error *err)
{
	switch (action->kind) {
	case ACTION_FLAGS:
		return local_flags(run, action, err);
	case ACTION_EXPUNGE:
		return local_expunge(run, action, err);
	case ACTION_MOVE:
	case ACTION_COPY:
	case ACTION_APPEND:
	case ACTION_REPLACE:
		return local_transfer(run, action, err);
	case ACTION_FOLDER:
		return local_folder_act(run, action, err);
	case ACTION_SEND:
		break;
	}
	return true;
}

bool local_act(struct account_run *run, int64_t *deadline, struct error *err)
{
	struct engine *engine = run->engine;
	struct action *actions = NULL;
	size_t count = 0;
	if (!run->journal_is_dirty)
		return true;
	bool ok = cache_actions_waiting(engine->cache, run->account->account_id, engine->wall,
		&actions, LOCAL_WISHES, &count, err);
	for (size_t i = 0; i < count; i++) {
		if (ok)
			ok = local_act_one(run, &actions[i], err);
		cache_action_release(engine->cache, &actions[i]);
		action_done(&actions[i]);
	}
	mem_free(actions);
	run->journal_is_dirty = count > 0;
	if (count > 0)
		*deadline = engine->now;
	engine_sync_progress(engine);
	return ok;
}
