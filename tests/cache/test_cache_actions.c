/* Wishes: journal, masks, settling. */
#include "tests/cache/store_help.h"

static struct action wish(int64_t folder, flags_t add, flags_t remove, uint32_t first, size_t count)
{
	struct action a = {.account_id = 1,
		.folder_id = folder,
		.kind = ACTION_FLAGS,
		.uidvalidity = 7,
		.add = add,
		.remove = remove,
		.items = mem_new_array(count, sizeof(struct action_item)),
		.item_count = count};
	for (size_t i = 0; i < count; i++)
		a.items[i].uid = first + (uint32_t)i;
	return a;
}

static int64_t make(struct profile *p, int64_t folder, flags_t add, flags_t remove, uint32_t uid)
{
	struct action a = wish(folder, add, remove, uid, 1);
	OK(p, cache_action_add(p->store, &a, &p->err));
	SOUND(p);
	int64_t id = a.action_id;
	action_done(&a);
	return id;
}

static struct message row(struct profile *p, int64_t folder, uint32_t uid)
{
	struct cache_message m;
	bool is_found;
	OK(p, cache_message_get(p->store, place_make(folder, uid), &m, &is_found, &p->err));
	cr_assert(is_found);
	struct message copy = {.flags = m.row.flags, .pending = m.row.pending};
	cache_message_done(&m);
	return copy;
}

static uint32_t unseen(struct profile *p, int64_t folder)
{
	struct folder f;
	OK(p, cache_folder_get(p->store, folder, &f, &p->err));
	uint32_t count = f.unseen;
	folder_done(&f);
	return count;
}

Test(cache_actions, a_wish_shows_at_once_and_stands_when_settled)
{
	struct profile p;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 10);
	SOUND(&p);
	cr_assert_eq(unseen(&p, folder), 10u);
	struct action a = wish(folder, FLAG_SEEN, 0, 3, 1);
	OK(&p, cache_action_add(p.store, &a, &p.err));
	SOUND(&p);
	cr_assert_gt(a.action_id, 0);
	cr_assert_eq(row(&p, folder, 3).flags, FLAG_SEEN);
	cr_assert_eq(row(&p, folder, 3).pending, FLAG_SEEN);
	cr_assert_eq(unseen(&p, folder), 9u);
	profile_reopen(&p);
	cr_assert_not(cache_was_unclean(p.store));
	cr_assert_eq(row(&p, folder, 3).pending, FLAG_SEEN);
	OK(&p, cache_action_settle(p.store, &a, &p.err));
	SOUND(&p);
	cr_assert_eq(row(&p, folder, 3).flags, FLAG_SEEN);
	cr_assert_eq(row(&p, folder, 3).pending, 0u);
	action_done(&a);
	profile_close(&p);
}

Test(cache_actions, a_wish_that_is_already_so_is_not_written)
{
	struct profile p;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 3);
	cr_assert_eq(make(&p, folder, 0, FLAG_SEEN, 2), 0);
	/* Wished and taken back before anything went out: nothing is left to do. */
	cr_assert_gt(make(&p, folder, FLAG_SEEN, 0, 2), 0);
	cr_assert_eq(make(&p, folder, 0, FLAG_SEEN, 2), 0);
	cr_assert_eq(row(&p, folder, 2).pending, 0u);
	uint32_t waiting, failed;
	OK(&p, cache_actions_count(p.store, 1, &waiting, &failed, &p.err));
	cr_assert_eq(waiting, 0u);
	profile_close(&p);
}

Test(cache_actions, taking_back_what_is_on_the_wire_is_a_wish_of_its_own)
{
	struct profile p;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 3);
	cr_assert_gt(make(&p, folder, FLAG_SEEN, 0, 2), 0);
	struct action *out;
	size_t count;
	OK(&p, cache_actions_waiting(p.store, 1, 0, &out, 10, &count, &p.err));
	cr_assert_eq(count, 1u);
	cr_assert_gt(make(&p, folder, 0, FLAG_SEEN, 2), 0);
	cr_assert_eq(row(&p, folder, 2).flags, 0u);
	OK(&p, cache_action_settle(p.store, &out[0], &p.err));
	SOUND(&p);
	cr_assert_eq(row(&p, folder, 2).flags, 0u, "the later wish still holds");
	action_done(&out[0]);
	mem_free(out);
	profile_close(&p);
}
