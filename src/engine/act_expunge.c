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

static bool act_is_ours(const struct acting *acting, uint32_t uid)
{
	for (size_t i = 0; i < acting->count; i++)
		for (size_t j = 0; j < acting->actions[i].item_count; j++)
			if (acting->actions[i].items[j].uid == uid)
				return true;
	return false;
}

static bool act_all_ours(const struct acting *acting)
{
	const struct imap_set *set = &acting->found;
	for (size_t i = 0; i < set->count; i++) {
		/* More than we have are certainly not all ours. */
		if (imap_set_size(set) > 100000)
			return false;
		for (uint32_t uid = set->ranges[i].first; uid <= set->ranges[i].last; uid++) {
			if (!act_is_ours(acting, uid))
				return false;
			if (uid == UINT32_MAX)
				break;
		}
	}
	return true;
}

/* Nothing may come between the answer and the EXPUNGE. */
static void act_search_finish(struct session *s, struct acting *acting)
{
	bool is_here = s->selecting == NULL && s->folder != NULL &&
		       s->folder->folder_id == acting->actions[0].folder_id;
	acting->finish = act_expunge_finish;
	acting->holds_folder = false;
	if (acting->refused.count == 0 && is_here && act_all_ours(acting)) {
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
