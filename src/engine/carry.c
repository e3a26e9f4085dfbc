/*
 * Moves and copies between accounts. One row of the journal, carried out by two accounts in turn:
 * the first gathers the bytes into blobs, the other appends them (act_append.c, or local_act.c for
 * mail that is kept here), and only when they are there a move takes them away from the first.
 */
#include "engine/actions.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/local.h"
#include "engine/reading.h"

enum {
	CARRY_FETCHES = 8, /* bodies asked for at once */
	CARRY_PIECE = 256 * 1024,
};

/* ---- Before it. ---- */

/* Keywords have other bits in another account. */
static bool carry_flags(struct engine *engine, int64_t from, int64_t to, flags_t shown,
	flags_t *flags, struct error *err)
{
	char *names[FLAG_KEYWORD_MAX] = {0};
	flags_t fixed = ((flags_t)1 << FLAG_KEYWORD_FIRST) - 1;
	bool ok = true;
	*flags = shown & fixed & ~(flags_t)FLAG_DELETED;
	if ((shown & ~fixed) == 0)
		return true;
	ok = cache_keyword_names(engine->cache, from, names, err);
	for (int i = 0; i < FLAG_KEYWORD_MAX; i++) {
		flags_t bit = 0;
		if (ok && names[i] != NULL && (shown >> (FLAG_KEYWORD_FIRST + i) & 1) != 0)
			ok = cache_keyword_bit(engine->cache, to, str_from(names[i]), &bit, err);
		*flags |= bit;
		mem_free(names[i]);
	}
	return ok;
}

static bool carry_item(struct engine *engine, const struct action *action, int64_t to,
	struct action_item *item, struct error *err)
{
	struct cache_message m = {0};
	bool is_found = false;
	int64_t place_id = place_numbered(action->folder_id, item->uid);
	bool ok = cache_message_get(engine->cache, place_id, &m, &is_found, err) &&
		  cache_place_blob(engine->cache, place_id, &item->blob_id, err);
	if (ok && is_found) {
		item->arrived = m.row.arrived;
		ok = carry_flags(engine, action->account_id, to, m.row.flags, &item->flags, err);
	}
	cache_message_done(&m);
	return ok;
}

bool carry_prepare(struct engine *engine, struct action *action, struct error *err)
{
	struct folder target = {0};
	bool is_transfer = action->kind == ACTION_MOVE || action->kind == ACTION_COPY;
	bool has_all = true;
	if (!is_transfer || action->target_folder_id == 0)
		return true;
	if (!cache_folder_get(engine->cache, action->target_folder_id, &target, err))
		return false;
	bool ok = true, is_other = target.account_id != action->account_id;
	for (size_t i = 0; ok && is_other && i < action->item_count; i++) {
		ok = carry_item(engine, action, target.account_id, &action->items[i], err);
		has_all = has_all && action->items[i].blob_id != 0;
	}
	if (is_other && has_all)
		action->account_id = target.account_id;
	folder_done(&target);
	return ok;
}

/* ---- The first half: the bytes come here. ---- */

bool carry_is_due(struct session *s, const struct action *action)
{
	struct folder target = {0};
	bool is_transfer = action->kind == ACTION_MOVE || action->kind == ACTION_COPY;
	if (!is_transfer || action->state != ACTION_QUEUED ||
		!cache_folder_get(s->run->engine->cache, action->target_folder_id, &target, NULL))
		return false;
	bool is_other = target.account_id != s->run->account->account_id;
	folder_done(&target);
	return is_other;
}

void carry_failed(struct engine *engine, int64_t place_id, const struct error *why)
{
	engine->carry_failures = array_room(engine->carry_failures, engine->carry_count,
		&engine->carry_cap, sizeof(*engine->carry_failures));
	engine->carry_failures[engine->carry_count++] = (struct carry_failure){place_id, *why};
}

/* Told once. */
static bool carry_take_failure(struct engine *engine, int64_t place_id, struct error *why)
{
	for (size_t i = 0; i < engine->carry_count; i++) {
		if (engine->carry_failures[i].place_id != place_id)
			continue;
		*why = engine->carry_failures[i].error;
		engine->carry_failures[i] = engine->carry_failures[--engine->carry_count];
		return true;
	}
	return false;
}

/* From what was fetched to what is kept. */
static bool carry_keep(struct engine *engine, const struct action *action, int64_t uid,
	int64_t message_id, uint64_t len, struct error *err)
{
	struct cache_blob *blob = cache_blob_begin(engine->cache);
	struct buf piece = {0};
	int64_t blob_id = 0;
	bool ok = true;
	for (uint64_t at = 0; ok && at < len; at += piece.len) {
		buf_clear(&piece);
		ok = cache_body_read(
			engine->cache, message_id, STR(""), at, CARRY_PIECE, &piece, err);
		if (ok && piece.len == 0)
			ok = error_set(err, ERROR_STORAGE, "the message's bytes have gone");
		ok = ok && cache_blob_append(blob, buf_str(&piece), err);
	}
	buf_done(&piece);
	if (!ok) {
		cache_blob_cancel(blob);
		return false;
	}
	return cache_blob_finish(blob, &blob_id, err) &&
	       cache_action_bring(engine->cache, action->action_id, uid, blob_id, err);
}

/* *is_here: the item has its bytes now. */
static bool carry_item_fetch(struct session *s, const struct action *action,
	const struct action_item *item, size_t *asked, bool *is_here, struct error *err)
{
	struct engine *engine = s->run->engine;
	int64_t place_id = place_numbered(action->folder_id, item->uid), message_id = 0;
	uint64_t have = 0;
	bool is_whole = false;
	*is_here = item->blob_id != 0;
	if (*is_here)
		return true;
	if (carry_take_failure(engine, place_id, err) ||
		!cache_message_register(engine->cache, place_id, &message_id, err) ||
		!cache_body_state(engine->cache, message_id, STR(""), &have, &is_whole, err))
		return false;
	if (is_whole) {
		*is_here = true;
		return carry_keep(engine, action, item->uid, message_id, have, err);
	}
	if ((*asked)++ < CARRY_FETCHES)
		reading_want_body(engine, place_id);
	return true;
}

static bool carry_one(struct session *s, struct action *action, bool *is_ready, struct error *err)
{
	size_t asked = 0;
	*is_ready = true;
	for (size_t i = 0; i < action->item_count; i++) {
		bool is_here;
		if (!carry_item_fetch(s, action, &action->items[i], &asked, &is_here, err))
			return false;
		*is_ready = *is_ready && is_here;
	}
	return true;
}

static void carry_hand_over(struct session *s, const struct action *action)
{
	struct engine *engine = s->run->engine;
	struct account_run *target = engine_run_of_folder(engine, action->target_folder_id);
	struct error err;
	if (target == NULL) {
		act_end(s, action, ACTION_FAILED,
			STR("the account of the folder is not there any more"));
		return;
	}
	if (!cache_action_hand_over(
		    engine->cache, action, target->account->account_id, ACTION_QUEUED, &err))
		engine_storage_failed(engine, &err);
	target->journal_is_dirty = true;
	engine->actions_dirty = engine->accounts_dirty = true;
	engine_sync_progress(engine);
}

enum act_start act_carry(struct session *s, struct acting *acting)
{
	struct error err;
	enum act_start start = ACT_ASKED;
	for (size_t i = 0; i < acting->count; i++) {
		struct action *action = &acting->actions[i];
		bool is_ready = false;
		if (!carry_one(s, action, &is_ready, &err)) {
			act_end(s, action, ACTION_FAILED, str_from(err.detail));
			act_tell_failed(s, action, str_from(err.detail));
		} else if (is_ready) {
			carry_hand_over(s, action);
		} else {
			start = ACT_WAITS;
		}
	}
	return start;
}
