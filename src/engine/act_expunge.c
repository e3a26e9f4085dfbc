/*
 * Expunging: UID EXPUNGE of just those. Without UIDPLUS there is only EXPUNGE, which takes all that
 * anybody marked: so first SEARCH DELETED, and unless all of it is ours, ours stay marked and
 * hidden and are tried again later.
 */
#include "engine/actions.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/sync.h"

enum { EXPUNGE_AGAIN_S = 5 * 60 };

static void act_expunge_finish(struct session *s, struct acting *acting)
{
	for (size_t i = 0; i < acting->count; i++)
		if (act_take_refused(s, acting, &acting->actions[i]))
			act_done(s, &acting->actions[i]);
}

/* To go from this folder by any open wish, not only by those that are being carried out: two moves
 * to different folders would wait for each other for ever. */
static bool act_is_going(const struct acting *acting, const struct action *a)
{
	const struct action *ours = &acting->actions[0];
	bool goes = (a->kind == ACTION_EXPUNGE && a->state == ACTION_QUEUED) ||
		    ((a->kind == ACTION_MOVE || a->kind == ACTION_REPLACE) &&
			    a->state == ACTION_MARKED);
	return goes && a->folder_id == ours->folder_id && a->uidvalidity == ours->uidvalidity;
}

static void act_gather(const struct action *a, struct imap_set *ours)
{
	for (size_t i = 0; a->items != NULL && i < a->item_count; i++)
		if (a->items[i].uid < PLACE_TEMPORARY)
			imap_set_add(ours, (uint32_t)a->items[i].uid, (uint32_t)a->items[i].uid);
}

/* Of very long wishes the journal's list has no items: then those count as a stranger's, but never
 * what is being carried out. */
static void act_gather_ours(struct session *s, const struct acting *acting, struct imap_set *ours)
{
	struct action *actions = NULL;
	size_t count = 0;
	for (size_t i = 0; i < acting->count; i++)
		act_gather(&acting->actions[i], ours);
	if (!cache_actions_list(s->run->engine->cache, &actions, &count, NULL))
		return;
	for (size_t i = 0; i < count; i++) {
		if (act_is_going(acting, &actions[i]))
			act_gather(&actions[i], ours);
		action_done(&actions[i]);
	}
	mem_free(actions);
}

static bool act_all_ours(struct session *s, const struct acting *acting)
{
	struct imap_set ours = {0};
	bool is_all = true;
	act_gather_ours(s, acting, &ours);
	for (size_t i = 0; is_all && i < acting->found.count; i++) {
		struct imap_range found = acting->found.ranges[i];
		is_all = false;
		for (size_t j = 0; j < ours.count; j++)
			is_all |= found.first >= ours.ranges[j].first &&
				  found.last <= ours.ranges[j].last;
	}
	imap_set_done(&ours);
	return is_all;
}

/* Nothing may come between the answer and the EXPUNGE. */
static void act_search_finish(struct session *s, struct acting *acting)
{
	bool is_here = s->selecting == NULL && s->folder != NULL &&
		       s->folder->folder_id == acting->actions[0].folder_id;
	acting->finish = act_expunge_finish;
	acting->holds_folder = false;
	if (acting->refused.count == 0 && is_here && act_all_ours(s, acting)) {
		act_expect(s, acting, imap_expunge_all(s->imap), 0, 0);
		return;
	}
	for (size_t i = 0; i < acting->count; i++)
		if (act_take_refused(s, acting, &acting->actions[i]))
			act_later(s, &acting->actions[i], is_here ? EXPUNGE_AGAIN_S : 0,
				is_here ? "others have marked messages in the folder that a plain "
					  "EXPUNGE would take too; these stay marked until then"
					: NULL);
}

static void act_expunge_piece(
	struct session *s, struct acting *acting, struct str set, uint32_t low, uint32_t high)
{
	act_expect(s, acting, imap_expunge(s->imap, set), low, high);
}

void act_expunge_send(struct session *s, struct acting *acting)
{
	if (session_has(s, IMAP_CAP_UIDPLUS)) {
		acting->finish = act_expunge_finish;
		act_pieces(s, acting, act_expunge_piece);
		return;
	}
	acting->finish = act_search_finish;
	acting->holds_folder = true;
	act_expect(s, acting, imap_search(s->imap, false, STR("DELETED")), 0, 0);
}

enum act_start act_expunge(struct session *s, struct acting *acting)
{
	enum act_start start;
	if (!act_is_ready(s, acting, true, &start))
		return start;
	act_expunge_send(s, acting);
	return ACT_OUT;
}
