/*
 * Taking back: a wish of which no byte went out is cancelled, any other gets its inverse as a wish
 * of its own. Undone are the gestures of this run, newest first.
 */
#include "engine/actions.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/slices.h"
#include "engine/account_run.h"
#include "engine/live.h"
#include "engine/local.h"

/* Flags go back to what each message had: one wish for each pattern. */
static bool undo_flags(
	struct engine *engine, const struct action *a, size_t *count, struct error *err)
{
	bool *is_done = mem_new_array(a->item_count, sizeof(*is_done));
	bool ok = true;
	for (size_t i = 0; ok && i < a->item_count; i++) {
		if (is_done[i])
			continue;
		flags_t before = a->items[i].before;
		struct action back = {.kind = ACTION_FLAGS,
			.account_id = a->account_id,
			.folder_id = a->folder_id,
			.uidvalidity = a->uidvalidity,
			.inverse_of = a->action_id,
			.add = a->remove & before,
			.remove = a->add & ~before};
		size_t cap = 0;
		for (size_t j = i; j < a->item_count; j++) {
			if (a->items[j].before != before)
				continue;
			is_done[j] = true;
			back.items =
				array_room(back.items, back.item_count, &cap, sizeof(*back.items));
			back.items[back.item_count++] = (struct action_item){
				.uid = a->items[j].uid, .ident = a->items[j].ident};
		}
		if ((back.add | back.remove) != 0)
			ok = wish_add(engine, &back, count, err);
		action_done(&back);
	}
	mem_free(is_done);
	return ok;
}

/* A UID may mean another message since the folder was renumbered: that one is left alone. What came
 * from another account may have another identity here. */
static bool undo_is_it(struct engine *engine, const struct action *a, const struct folder *target,
	const struct action_item *item)
{
	struct cache_message m = {0};
	bool is_found = false;
	int64_t place_id = place_make(target->folder_id, item->landed);
	const struct account_run *run = engine_run_of_account(engine, target->account_id);
	bool is_kept_here = run != NULL && local_is_kept_here(run->account);
	if (item->landed == 0 || is_kept_here ||
		(a->pre_uidvalidity != 0 && a->pre_uidvalidity == target->uidvalidity))
		return true;
	if (!cache_message_get(engine->cache, place_id, &m, &is_found, NULL) || !is_found)
		return false;
	bool is_it = memcmp(m.ident.bytes, item->ident.bytes, IDENT_SIZE) == 0;
	cache_message_done(&m);
	return is_it;
}

/* What arrived in the target, by the UID it has there or its temporary number. */
static void undo_arrived(struct engine *engine, const struct action *a, const struct folder *target,
	struct action *back)
{
	back->items = mem_new_array(a->item_count, sizeof(*back->items));
	for (size_t i = 0; i < a->item_count; i++) {
		const struct action_item *item = &a->items[i];
		if ((item->landed == 0 && item->temporary == 0) ||
			!undo_is_it(engine, a, target, item))
			continue;
		back->items[back->item_count++] = (struct action_item){
			.uid = item->landed != 0 ? (int64_t)item->landed
						 : PLACE_TEMPORARY + item->temporary,
			.ident = item->ident};
	}
}

static bool undo_transfer(
	struct engine *engine, const struct action *a, size_t *count, struct error *err)
{
	struct folder target = {0};
	if (!cache_folder_get(engine->cache, a->target_folder_id, &target, err))
		return false;
	struct action back = {.kind = ACTION_MOVE,
		.account_id = target.account_id,
		.uidvalidity = target.uidvalidity,
		.folder_id = a->target_folder_id,
		.target_folder_id = a->folder_id,
		.inverse_of = a->action_id};
	undo_arrived(engine, a, &target, &back);
	size_t messages = 0;
	bool ok = true;
	if (a->kind == ACTION_MOVE)
		ok = carry_prepare(engine, &back, err);
	if (a->kind == ACTION_COPY) {
		back.target_folder_id = 0;
		back.kind = ACTION_FLAGS;
		back.add = FLAG_DELETED;
		ok = back.item_count == 0 || wish_add(engine, &back, &messages, err);
		mem_free(back.items);
		back.item_count = 0;
		undo_arrived(engine, a, &target, &back);

		back.kind = ACTION_EXPUNGE;
		back.add = 0;
	}
	ok = ok && (back.item_count == 0 || wish_add(engine, &back, count, err));
	action_done(&back);
	folder_done(&target);
	return ok;
}

static bool undo_folder(
	struct engine *engine, const struct action *a, size_t *count, struct error *err)
{
	static const enum folder_verb inverse[] = {
		[FOLDER_RENAME] = FOLDER_RENAME,
		[FOLDER_SUBSCRIBE] = FOLDER_UNSUBSCRIBE,
		[FOLDER_UNSUBSCRIBE] = FOLDER_SUBSCRIBE,
	};
	struct action back = {.kind = ACTION_FOLDER,
		.account_id = a->account_id,
		.folder_id = a->folder_id,
		.inverse_of = a->action_id,
		.verb = inverse[a->verb],
		.name = mem_text(a->new_name != NULL ? a->new_name : a->name),
		.new_name = a->new_name != NULL ? mem_text(a->name) : NULL};
	size_t none = 0;
	bool ok = back.verb == FOLDER_NOTHING || wish_add(engine, &back, &none, err);
	*count += ok && back.verb != FOLDER_NOTHING;
	action_done(&back);
	return ok;
}

/* The newest gesture that can be taken back; without one the slices is over and says so. */
static bool undo_begin(struct engine *engine, struct slices *slices, struct error *err)
{
	slices->action_count = slices->action_next = 0;
	while (engine->group_count > 0 && slices->action_count == 0) {
		mem_free(slices->actions);
		slices->event->group = engine->groups[--engine->group_count];
		if (!cache_actions_group(engine->cache, slices->event->group, &slices->actions,
			    &slices->action_count, err))
			return false;
	}
	if (slices->action_count == 0)
		slices->event->action_kind = 0;
	return true;
}

static bool undo_action(
	struct engine *engine, const struct action *a, size_t *count, struct error *err)
{
	bool is_cancelled = false;
	if (a->state == ACTION_CANCELLED || a->state == ACTION_FAILED ||
		a->state == ACTION_CONFLICT)
		return true;
	if (!engine->is_guest && !cache_action_cancel(engine->cache, a, &is_cancelled, err))
		return false;
	if (is_cancelled) {
		*count += a->kind == ACTION_FOLDER ? 1 : a->item_count;
		live_touch_all(engine);
		if (a->kind == ACTION_FOLDER &&
			(a->verb == FOLDER_CREATE || a->verb == FOLDER_DELETE))
			return cache_folder_show(engine->cache, a->folder_id, NULL, '\0',
				a->verb == FOLDER_DELETE, err);
		return true;
	}
	switch (a->kind) {
	case ACTION_FLAGS:
		return undo_flags(engine, a, count, err);
	case ACTION_MOVE:
	case ACTION_COPY:
		return undo_transfer(engine, a, count, err);
	case ACTION_FOLDER:
		return undo_folder(engine, a, count, err);
	case ACTION_EXPUNGE:
	case ACTION_APPEND:
	case ACTION_REPLACE:
	case ACTION_SEND:
		break; /* gone is gone */
	}
	return true;
}

static bool undo_one(struct engine *engine, struct slices *slices, struct error *err)
{
	struct action action = {0};
	struct event *event = slices->event;
	size_t undone = 0;
	bool ok = cache_action_get(
		engine->cache, slices->actions[slices->action_next++], &action, err);
	ok = ok && undo_action(engine, &action, &undone, err);
	slices->done += undone;
	if (ok) {
		event->action_kind = action.kind;
		event->verb = action.verb;
		event->account_id = action.account_id;
		event->folder_id = action.folder_id;
		event->add = action.add;
		event->remove = action.remove;
	}
	action_done(&action);
	wishes_made(engine);
	return ok;
}

/* Of a gesture its newest wish first, one a step; where nothing came of it, the gesture before. */
void wishes_undo_next(struct engine *engine, struct slices *slices)
{
	struct error err;
	bool ok = slices->action_next < slices->action_count || undo_begin(engine, slices, &err);
	if (ok && slices->action_count > 0)
		ok = undo_one(engine, slices, &err);
	slices->is_known = slices->done > 0 || slices->action_count == 0;
	if (ok)
		return;
	struct event *failed = event_new(EVENT_FAILED);
	failed->tag = slices->event->tag;
	failed->error = err;
	slices->has_failed = true;
	engine_post(engine, failed);
}
