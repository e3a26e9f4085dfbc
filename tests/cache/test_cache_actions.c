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

/* The same messages under other UIDs: shift is added to each. */
static void fill_again(struct profile *p, int64_t folder, uint32_t shift, uint32_t twin)
{
	struct sample s[11];
	struct cache_header rows[11];
	size_t count = 0;
	for (uint32_t uid = 1; uid <= 10; uid++) {
		if (uid == 9)
			continue; /* gone in the meantime */
		sample_header(&s[count], uid, &rows[count]);
		rows[count++].uid = uid + shift;
	}
	sample_header(&s[count], twin, &rows[count]);
	rows[count++].uid = 90;
	struct cache_cursor cursor = {
		.uidvalidity = 8, .uidnext = 100, .synced_low = 1, .server_total = UINT32_MAX};
	OK(p, cache_headers_save(p->store, folder, rows, count, &cursor, &p->err));
}

Test(cache_actions, wishes_follow_their_messages_to_another_uidvalidity)
{
	struct profile p;
	bool is_done = false;
	size_t count;
	struct action *list;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 10);
	cr_assert_gt(make(&p, folder, FLAG_SEEN, 0, 2), 0);
	cr_assert_gt(make(&p, folder, FLAG_FLAGGED, 0, 3), 0);  /* will have a twin */
	cr_assert_gt(make(&p, folder, FLAG_ANSWERED, 0, 9), 0); /* will be gone */
	for (int slices = 1; !is_done; slices++) {
		OK(&p, cache_folder_reset(p.store, folder, 8, 4, &is_done, &p.err));
		SOUND(&p);
		cr_assert_leq(slices, 4);
	}
	OK(&p, cache_actions_waiting(p.store, 1, 0, &list, 10, &count, &p.err));
	cr_assert_eq(count, 0u, "nothing may go out under the old UIDs");
	mem_free(list);
	fill_again(&p, folder, 50, 3);
	SOUND(&p);
	cr_assert_eq(row(&p, folder, 52).flags, FLAG_SEEN);
	cr_assert_eq(row(&p, folder, 53).flags, 0u);
	cr_assert_eq(row(&p, folder, 90).flags, 0u);
	OK(&p, cache_actions_waiting(p.store, 1, 0, &list, 10, &count, &p.err));
	cr_assert_eq(count, 1u);
	cr_assert_eq(list[0].items[0].uid, 52u);
	cr_assert_eq(list[0].uidvalidity, 8u);
	action_done(&list[0]);
	mem_free(list);
	profile_close(&p);
}

Test(cache_actions, a_later_wish_waits_behind_a_delayed_one_on_the_same_message)
{
	struct profile p;
	size_t count;
	struct action *list;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 10);
	struct action first = wish(folder, FLAG_SEEN, 0, 2, 3);
	OK(&p, cache_action_add(p.store, &first, &p.err));
	OK(&p, cache_action_delay(p.store, &first, 1000, &p.err));
	int64_t same = make(&p, folder, 0, FLAG_FLAGGED | FLAG_SEEN, 3);
	int64_t other = make(&p, folder, FLAG_FLAGGED, 0, 4);
	int64_t apart = make(&p, folder, FLAG_FLAGGED, 0, 8);
	OK(&p, cache_actions_waiting(p.store, 1, 999, &list, 10, &count, &p.err));
	cr_assert_eq(count, 2u);
	/* What was delayed on UID 3 is absorbed, so only the one on UID 4 waits. */
	cr_assert_eq(list[0].action_id, same);
	cr_assert_eq(list[1].action_id, apart);
	for (size_t i = 0; i < count; i++)
		action_done(&list[i]);
	mem_free(list);
	OK(&p, cache_actions_waiting(p.store, 1, 1000, &list, 10, &count, &p.err));
	cr_assert_eq(count, 4u);
	cr_assert_eq(list[0].item_count, 2u);
	cr_assert_eq(list[0].tries, 1u);
	cr_assert_eq(list[2].action_id, other);
	for (size_t i = 0; i < count; i++)
		action_done(&list[i]);
	mem_free(list);
	action_done(&first);
	profile_close(&p);
}

Test(cache_actions, a_failed_wish_shows_the_servers_words_and_can_be_tried_again)
{
	struct profile p;
	size_t count;
	struct action *list;
	uint32_t waiting, failed;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 10);
	struct action a = wish(folder, FLAG_SEEN, 0, 2, 2);
	OK(&p, cache_action_add(p.store, &a, &p.err));
	OK(&p, cache_action_fail(p.store, &a, ACTION_FAILED, "[NOPERM] it's yours, no", &p.err));
	SOUND(&p);
	cr_assert_eq(unseen(&p, folder), 10u);
	OK(&p, cache_actions_list(p.store, &list, &count, &p.err));
	cr_assert_eq(count, 1u);
	cr_assert_str_eq(list[0].words, "[NOPERM] it's yours, no");
	OK(&p, cache_actions_count(p.store, 1, &waiting, &failed, &p.err));
	cr_assert(waiting == 0 && failed == 1);
	OK(&p, cache_action_delay(p.store, &list[0], 0, &p.err));
	SOUND(&p);
	cr_assert_eq(unseen(&p, folder), 8u);
	OK(&p, cache_action_settle(p.store, &list[0], &p.err));
	SOUND(&p);
	OK(&p, cache_action_settle(p.store, &list[0], &p.err));
	cr_assert_eq(unseen(&p, folder), 8u);
	action_done(&list[0]);
	mem_free(list);
	OK(&p, cache_journal_sweep(p.store, INT64_MAX / 2, &p.err));
	SOUND(&p);
	action_done(&a);
	profile_close(&p);
}

Test(cache_actions, wishes_outlive_the_loss_of_the_cache_file)
{
	struct profile p;
	flags_t bit, again;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 10);
	OK(&p, cache_keyword_bit(p.store, 1, STR("Work'; --"), &bit, &p.err));
	cr_assert_neq(bit, 0u);
	cr_assert_gt(make(&p, folder, bit | FLAG_SEEN, 0, 5), 0);
	cache_close(p.store);
	unlink(p.cache);
	p.store = cache_open(&p.options, &p.err);
	cr_assert_not_null(p.store, "%s", p.err.detail);
	OK(&p, cache_journal_apply(p.store, NULL, &p.err));
	profile_fill(&p, folder, 1, 10);
	SOUND(&p);
	cr_assert_eq(row(&p, folder, 5).flags, bit | FLAG_SEEN);
	OK(&p, cache_keyword_bit(p.store, 1, STR("WORK'; --"), &again, &p.err));
	cr_assert_eq(bit, again);
	profile_close(&p);
}
