/*
 * Moves and copies. UID MOVE where the server has it; else
 *
 *	QUEUED → COPY (SENT) → answered: COPIED → STORE +\\Deleted, UID EXPUNGE → DONE
 *	                                        (without UIDPLUS: → MARKED → act_expunge.c)
 *
 * and never one behind the other before its answer. SENT is durable before the bytes go out, with
 * the target's UIDNEXT. A row that is found SENT later may have happened: the target is synced and
 * looked through for the message; only when it is not there is the command sent again. UNKNOWN: it
 * was answered OK, but the server named no copy; then it is not repeated.
 */
#include "engine/actions.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/live.h"
#include "engine/sync.h"

/* ---- The answer. ---- */

static void act_fill_landed(const struct acting *acting, struct action *action)
{
	for (size_t i = 0; i < action->item_count; i++)
		for (size_t j = 0; j < acting->pair_count && !acting->is_copied_unclear; j++)
			if (acting->pairs[j].source == action->items[i].uid)
				action->items[i].landed = acting->pairs[j].copy;
}

static void act_storage(struct session *s, bool ok, const struct error *err)
{
	if (!ok)
		engine_storage_failed(s->run->engine, err);
}

/* Now the other half, which is the business of the account that it leaves. */
static void act_leave(struct session *s, struct action *action)
{
	struct engine *engine = s->run->engine;
	struct account_run *source = engine_run_of_folder(engine, action->folder_id);
	struct error err;
	if (source == NULL || source == s->run) {
		act_mark(s, action, ACTION_COPIED);
		return;
	}
	act_storage(s,
		cache_action_hand_over(
			engine->cache, action, source->account->account_id, ACTION_COPIED, &err),
		&err);
	source->journal_is_dirty = true;
	engine->actions_dirty = true;
}

/* Copied, with or without its UID told. */
static void act_is_there(
	struct session *s, struct action *action, uint32_t uidvalidity, bool is_moved)
{
	struct error err;
	act_storage(s,
		cache_action_landed(s->run->engine->cache, action, uidvalidity, is_moved, &err),
		&err);
	live_touch(s->run->engine, action->target_folder_id);
	s->run->engine->folders_dirty = true;
	bool goes = action->kind == ACTION_MOVE || action->kind == ACTION_REPLACE;
	if (!goes || is_moved)
		act_done(s, action);
	else
		act_leave(s, action);
}

/* Those that the server did not name, where it names all: apart, and not for certain. */
static bool act_take_unclear(struct session *s, struct action *action)
{
	struct engine *engine = s->run->engine;
	struct action other = {0};
	struct error err;
	size_t unclear = 0;
	bool *goes = mem_new_array(action->item_count, sizeof(*goes));
	for (size_t i = 0; i < action->item_count; i++)
		unclear += goes[i] = action->items[i].landed == 0;
	bool is_rest = unclear < action->item_count;
	if (unclear > 0 && !is_rest) {
		act_mark(s, action, ACTION_UNKNOWN);
	} else if (unclear > 0 && cache_action_split(engine->cache, action, goes, &other, &err)) {
		act_mark(s, &other, ACTION_UNKNOWN);
		size_t kept = 0;
		for (size_t i = 0; i < action->item_count; i++)
			if (!goes[i])
				action->items[kept++] = action->items[i];
		action->item_count = kept;
	} else if (unclear > 0) {
		engine_storage_failed(engine, &err);
	}
	action_done(&other);
	mem_free(goes);
	return is_rest;
}

static void act_transfer_finish(struct session *s, struct acting *acting)
{
	bool names_all = session_has(s, IMAP_CAP_UIDPLUS) && !acting->is_copied_unclear;
	for (size_t i = 0; i < acting->count; i++) {
		struct action *action = &acting->actions[i];
		if (!act_take_refused(s, acting, action))
			continue;
		act_fill_landed(acting, action);
		if (!names_all || act_uploads(action) || act_take_unclear(s, action))
			act_is_there(s, action, acting->copied_uidvalidity, acting->is_move);
	}
}

/* ---- Before it: the target's UIDNEXT. ---- */

static void act_status_finish(struct session *s, struct acting *acting)
{
	if (acting->refused.count == 0)
		s->status_folder = acting->actions[0].target_folder_id;
	for (size_t i = 0; i < acting->count; i++)
		if (act_take_refused(s, acting, &acting->actions[i]))
			cache_action_release(s->run->engine->cache, &acting->actions[i]);
}

/* Where the server names copies, what it last said of the target will do. */
static bool act_target_is_known(struct session *s, int64_t target_id, struct cache_status *status)
{
	bool is_told = session_has(s, IMAP_CAP_UIDPLUS) || s->status_folder == target_id;
	return is_told && cache_folder_server(s->run->engine->cache, target_id, status, NULL) &&
	       status->uidvalidity != 0 && status->server_uidnext != 0 &&
	       status->server_uidnext != UINT32_MAX;
}

static void act_transfer_piece(
	struct session *s, struct acting *acting, struct str set, uint32_t low, uint32_t high)
{
	struct folder target = {0};
	if (cache_folder_get(
		    s->run->engine->cache, acting->actions[0].target_folder_id, &target, NULL)) {
		struct str wire = str_from(target.wire);
		act_expect(s, acting,
			acting->is_move ? imap_move(s->imap, set, wire)
					: imap_copy(s->imap, set, wire),
			low, high);
	}
	folder_done(&target);
}

static enum act_start act_upload(struct session *s, struct acting *acting)
{
	struct folder target = {0};
	struct action *a = &acting->actions[0];
	bool ok = cache_folder_get(s->run->engine->cache, a->target_folder_id, &target, NULL);
	acting->is_move = ok && a->kind == ACTION_REPLACE && session_has(s, IMAP_CAP_REPLACE) &&
			  s->folder != NULL && s->selecting == NULL &&
			  s->folder->folder_id == a->folder_id;
	ok = ok && act_upload_send(s, acting, str_from(target.wire));
	folder_done(&target);
	return ok ? ACT_OUT : ACT_ASKED;
}

static enum act_start act_transfer_send(struct session *s, struct acting *acting)
{
	struct engine *engine = s->run->engine;
	struct cache_status status = {0};
	struct folder target = {0};
	struct error err;
	int64_t target_id = acting->actions[0].target_folder_id;
	if (!act_target_is_known(s, target_id, &status) && s->status_folder != target_id) {
		if (cache_folder_get(engine->cache, target_id, &target, NULL))
			act_expect(s, acting,
				imap_status(
					s->imap, str_from(target.wire), STR("UIDNEXT UIDVALIDITY")),
				0, 0);
		acting->finish = act_status_finish;
		folder_done(&target);
		return ACT_OUT;
	}
	s->status_folder = 0;
	if (status.server_uidnext == 0 || status.server_uidnext == UINT32_MAX)
		status.server_uidnext = 1; /* not told: all of the target is looked through */
	for (size_t i = 0; i < acting->count; i++) {
		struct action *a = &acting->actions[i];
		if (!cache_action_sent(
			    engine->cache, a, status.uidvalidity, status.server_uidnext, &err)) {
			engine_storage_failed(engine, &err);
			return ACT_WAITS;
		}
	}
	engine->actions_dirty = true;
	acting->is_move = acting->actions[0].kind == ACTION_MOVE && session_has(s, IMAP_CAP_MOVE);
	acting->finish = act_transfer_finish;
	if (act_uploads(&acting->actions[0]))
		return act_upload(s, acting);
	act_pieces(s, acting, act_transfer_piece);
	return ACT_OUT;
}

/* ---- After a cut. ---- */

/* All rows of the target that came since are in the store. */
static bool act_has_all_from(const struct folder_sync *sync, uint32_t uid)
{
	if (!sync->is_open || sync->is_resetting || sync->new_is_out ||
		sync->exists > sync->new_exists)
		return false;
	return sync->have_low != 0 && (sync->have_low <= uid || sync->have_low == 1);
}

/* What is appended needs no folder to be selected, but for REPLACE. */
static bool act_is_at_source(struct session *s, struct acting *acting, enum act_start *start)
{
	const struct action *a = &acting->actions[0];
	bool is_free = act_uploads(a) && a->state != ACTION_COPIED && a->state != ACTION_MARKED &&
		       !(a->kind == ACTION_REPLACE && session_has(s, IMAP_CAP_REPLACE));
	bool writes = a->kind == ACTION_MOVE || a->kind == ACTION_REPLACE;
	return is_free || act_is_ready(s, acting, writes, start);
}

static enum act_start act_not_there(struct session *s, struct acting *acting)
{
	struct action *a = &acting->actions[0];
	enum act_start start;
	if (a->state == ACTION_UNKNOWN) {
		act_end(s, a, ACTION_CONFLICT,
			STR("the server did as asked, but the message is in neither folder: "
			    "it was moved or deleted elsewhere"));
		return ACT_ASKED;
	}
	if (!act_is_at_source(s, acting, &start))
		return start;
	return act_transfer_send(s, acting);
}

static enum act_start act_found_there(struct session *s, struct acting *acting, size_t found)
{
	struct action *a = &acting->actions[0];
	struct folder target = {0};
	struct error err;
	struct action other = {0};
	bool ok = cache_folder_get(s->run->engine->cache, a->target_folder_id, &target, &err);
	if (ok && found < a->item_count) {
		bool *goes = mem_new_array(a->item_count, sizeof(*goes));
		size_t kept = 0;
		for (size_t i = 0; i < a->item_count; i++)
			goes[i] = a->items[i].landed == 0;
		ok = cache_action_split(s->run->engine->cache, a, goes, &other, &err);
		for (size_t i = 0; ok && i < a->item_count; i++)
			if (!goes[i])
				a->items[kept++] = a->items[i];
		a->item_count = ok ? kept : a->item_count;
		mem_free(goes);
	}
	if (ok)
		act_is_there(s, a, target.uidvalidity, false);
	else
		engine_storage_failed(s->run->engine, &err);
	action_done(&other);
	folder_done(&target);
	return ok ? ACT_ASKED : ACT_WAITS;
}

static enum act_start act_look_there(struct session *s, struct acting *acting)
{
	struct action *a = &acting->actions[0];
	struct error err;
	size_t found = 0;
	if (session_is_refused(s, a->target_folder_id))
		return act_not_there(s, acting);
	if (s->found_folder != -a->action_id) {
		if (s->folder == NULL || s->folder->folder_id != a->target_folder_id ||
			s->found_folder != a->target_folder_id) {
			/* Also when it is selected: what came meanwhile shows for certain then. */
			s->found_folder = a->target_folder_id;
			sync_select(s, a->target_folder_id);
			return s->selecting != NULL ? ACT_ASKED : ACT_WAITS;
		}
		if (!act_has_all_from(s->folder, a->pre_uidnext))
			return ACT_WAITS;
		sync_flush(s);
		s->found_folder = -a->action_id; /* looked; the way back may take another SELECT */
	}
	if (!cache_action_find(s->run->engine->cache, a, &found, &err)) {
		engine_storage_failed(s->run->engine, &err);
		return ACT_WAITS;
	}
	enum act_start start =
		found > 0 ? act_found_there(s, acting, found) : act_not_there(s, acting);
	if (start == ACT_OUT || found > 0 || a->state == ACTION_UNKNOWN)
		s->found_folder = 0;
	return start;
}

/* ---- The second half of a move by COPY. ---- */

static void act_marked_finish(struct session *s, struct acting *acting)
{
	bool is_over = session_has(s, IMAP_CAP_UIDPLUS);
	for (size_t i = 0; i < acting->count; i++) {
		if (!act_take_refused(s, acting, &acting->actions[i]))
			continue;
		if (is_over)
			act_done(s, &acting->actions[i]);
		else
			act_mark(s, &acting->actions[i], ACTION_MARKED);
	}
}

/* UID EXPUNGE takes only what carries the flag, so it may travel with the STORE. */
static void act_mark_piece(
	struct session *s, struct acting *acting, struct str set, uint32_t low, uint32_t high)
{
	act_expect(s, acting, imap_store(s->imap, set, '+', STR("\\Deleted"), 0), low, high);
	if (session_has(s, IMAP_CAP_UIDPLUS))
		act_expect(s, acting, imap_expunge(s->imap, set), low, high);
}

enum act_start act_transfer(struct session *s, struct acting *acting)
{
	struct action *a = &acting->actions[0];
	enum act_start start;
	if (carry_is_due(s, a))
		return act_carry(s, acting);
	if (a->state == ACTION_SENT || a->state == ACTION_UNKNOWN)
		return act_look_there(s, acting);
	if (!act_is_at_source(s, acting, &start))
		return start;
	if (a->state == ACTION_QUEUED)
		return act_transfer_send(s, acting);
	if (a->state == ACTION_MARKED) {
		act_expunge_send(s, acting);
		return ACT_OUT;
	}
	acting->finish = act_marked_finish;
	act_pieces(s, acting, act_mark_piece);
	return ACT_OUT;
}
