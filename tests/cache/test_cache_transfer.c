/* Moves, copies and expunges in the store: what shows, what is counted, where a message lands. */
#include "tests/cache/store_help.h"

enum { ROWS = 60, OTHER_NEXT = 1000 };

struct pair {
	struct profile p;
	int64_t from, to;
};

static void pair_open(struct pair *x)
{
	struct cache_cursor cursor = {.uidvalidity = 9,
		.uidnext = OTHER_NEXT,
		.synced_low = 1,
		.server_total = UINT32_MAX};
	profile_open(&x->p);
	x->from = profile_folder(&x->p, "INBOX");
	x->to = profile_folder(&x->p, "Receipts");
	profile_fill(&x->p, x->from, 1, ROWS);
	OK(&x->p, cache_cursor_save(x->p.store, x->to, &cursor, &x->p.err));
}

static struct action wish(
	struct pair *x, enum action_kind kind, int64_t folder, int64_t first, size_t count)
{
	struct action a = {.account_id = 1,
		.folder_id = folder,
		.kind = kind,
		.group = first,
		.target_folder_id = kind == ACTION_EXPUNGE || kind == ACTION_FLAGS ? 0
				    : folder == x->from                            ? x->to
										   : x->from,
		.add = kind == ACTION_FLAGS ? FLAG_FLAGGED : 0,
		.items = mem_new_array(count, sizeof(struct action_item)),
		.item_count = count};
	for (size_t i = 0; i < count; i++)
		a.items[i].uid = first + (int64_t)i;
	OK(&x->p, cache_action_add(x->p.store, &a, &x->p.err));
	SOUND(&x->p);
	return a;
}

static void counts(struct pair *x, uint32_t from, uint32_t to)
{
	struct folder f;
	SOUND(&x->p);
	OK(&x->p, cache_folder_get(x->p.store, x->from, &f, &x->p.err));
	cr_assert_eq(f.total, from, "%u", f.total);
	folder_done(&f);
	OK(&x->p, cache_folder_get(x->p.store, x->to, &f, &x->p.err));
	cr_assert_eq(f.total, to, "%u", f.total);
	folder_done(&f);
}

static uint32_t uid_count(struct pair *x, int64_t folder)
{
	uint32_t count;
	OK(&x->p, cache_uid_count(x->p.store, folder, 1, UINT32_MAX, &count, &x->p.err));
	return count;
}

static void landed(struct pair *x, struct action *a, uint32_t uid, bool is_moved)
{
	for (size_t i = 0; i < a->item_count; i++)
		a->items[i].landed = uid + (uint32_t)i;
	OK(&x->p, cache_action_sent(x->p.store, a, 9, OTHER_NEXT, &x->p.err));
	OK(&x->p, cache_action_landed(x->p.store, a, 9, is_moved, &x->p.err));
	OK(&x->p, cache_action_settle(x->p.store, a, &x->p.err));
	SOUND(&x->p);
}

/* What the server lists in the target, the content of a row of the first folder. */
static void arrives(struct pair *x, uint32_t content, uint32_t uid)
{
	struct sample s;
	struct cache_header h;
	struct cache_cursor cursor = {.uidnext = uid + 1, .server_total = UINT32_MAX};
	sample_header(&s, content, &h);
	h.uid = uid;
	OK(&x->p, cache_headers_save(x->p.store, x->to, &h, 1, &cursor, &x->p.err));
	SOUND(&x->p);
}

Test(cache_transfer, a_move_shows_at_once_and_the_server_counts_as_before)
{
	struct pair x;
	uint32_t uid;
	pair_open(&x);
	struct action a = wish(&x, ACTION_MOVE, x.from, 10, 5);
	counts(&x, ROWS - 5, 5);
	cr_assert_eq(uid_count(&x, x.from), ROWS);
	cr_assert_eq(uid_count(&x, x.to), 0u);
	for (uint32_t row = 0; row < ROWS; row++) {
		OK(&x.p, cache_uid_at(x.p.store, x.from, row, &uid, &x.p.err));
		cr_assert_eq(uid, row + 1);
	}
	profile_reopen(&x.p);
	counts(&x, ROWS - 5, 5);
	landed(&x, &a, OTHER_NEXT, true);
	counts(&x, ROWS - 5, 5);
	cr_assert_eq(uid_count(&x, x.from), ROWS - 5u);
	cr_assert_eq(uid_count(&x, x.to), 5u);
	action_done(&a);
	profile_close(&x.p);
}

Test(cache_transfer, what_is_refused_or_taken_back_comes_back)
{
	struct pair x;
	bool is_cancelled;
	pair_open(&x);
	struct action a = wish(&x, ACTION_MOVE, x.from, 1, 3);
	struct action b = wish(&x, ACTION_COPY, x.from, 10, 2);
	struct action c = wish(&x, ACTION_EXPUNGE, x.from, 20, 4);
	counts(&x, ROWS - 7, 5);
	OK(&x.p, cache_action_fail(x.p.store, &a, ACTION_FAILED, "NO", &x.p.err));
	counts(&x, ROWS - 4, 2);
	OK(&x.p, cache_action_delay(x.p.store, &a, 0, &x.p.err));
	counts(&x, ROWS - 7, 5);
	OK(&x.p, cache_action_cancel(x.p.store, &b, &is_cancelled, &x.p.err));
	cr_assert(is_cancelled);
	OK(&x.p, cache_action_cancel(x.p.store, &c, &is_cancelled, &x.p.err));
	counts(&x, ROWS - 3, 3);
	action_done(&a);
	action_done(&b);
	action_done(&c);
	profile_close(&x.p);
}

Test(cache_transfer, wishes_on_a_message_on_its_way_follow_it_to_its_uid)
{
	struct pair x;
	struct action *list;
	size_t count;
	pair_open(&x);
	struct action a = wish(&x, ACTION_MOVE, x.from, 7, 1);
	struct action flag =
		wish(&x, ACTION_FLAGS, x.to, PLACE_TEMPORARY + a.items[0].temporary, 1);
	OK(&x.p, cache_actions_waiting(x.p.store, 1, 10, &list, 10, &count, &x.p.err));
	cr_assert_eq(count, 1u);
	action_done(&list[0]);
	mem_free(list);
	landed(&x, &a, 1003, true);
	OK(&x.p, cache_actions_waiting(x.p.store, 1, 10, &list, 10, &count, &x.p.err));
	cr_assert_eq(count, 1u);
	cr_assert_eq(list[0].action_id, flag.action_id);
	cr_assert_eq(list[0].items[0].uid, 1003);
	action_done(&list[0]);
	mem_free(list);
	action_done(&a);
	action_done(&flag);
	profile_close(&x.p);
}

Test(cache_transfer, a_copy_of_which_nobody_told_is_found_by_who_it_is)
{
	struct pair x;
	pair_open(&x);
	struct action a = wish(&x, ACTION_MOVE, x.from, 7, 2);
	OK(&x.p, cache_action_sent(x.p.store, &a, 9, OTHER_NEXT, &x.p.err));
	OK(&x.p, cache_action_settle(x.p.store, &a, &x.p.err));
	struct uid_range gone = {7, 8};
	OK(&x.p, cache_expunge(x.p.store, x.from, &gone, 1, NULL, NULL, &x.p.err));
	counts(&x, ROWS - 2, 2);
	arrives(&x, 7, 1001); /* complete then: the other one has left again */
	counts(&x, ROWS - 2, 1);
	action_done(&a);
	profile_close(&x.p);
}

Test(cache_transfer, after_a_cut_copies_are_looked_for_from_where_the_target_stood)
{
	struct pair x;
	size_t found;
	pair_open(&x);
	arrives(&x, 7, 1000); /* an older copy */
	struct action a = wish(&x, ACTION_COPY, x.from, 7, 1);
	OK(&x.p, cache_action_sent(x.p.store, &a, 9, 1001, &x.p.err));
	a.pre_uidvalidity = 9;
	a.pre_uidnext = 1001;
	OK(&x.p, cache_action_find(x.p.store, &a, &found, &x.p.err));
	cr_assert_eq(found, 0u);
	arrives(&x, 7, 1002);
	OK(&x.p, cache_action_find(x.p.store, &a, &found, &x.p.err));
	cr_assert_eq(found, 1u);
	cr_assert_eq(a.items[0].landed, 1002u);
	action_done(&a);
	profile_close(&x.p);
}

Test(cache_transfer, a_renumbered_folder_keeps_what_is_certain)
{
	struct pair x;
	struct action *list;
	size_t count;
	bool is_done = false;
	struct sample samples[4];
	struct cache_header rows[4];
	static const uint32_t contents[] = {1, 2, 2, 3}; /* 2 is there twice */
	pair_open(&x);
	struct action sure = wish(&x, ACTION_MOVE, x.from, 1, 1);
	struct action unsure = wish(&x, ACTION_EXPUNGE, x.from, 2, 1);
	while (!is_done)
		OK(&x.p, cache_folder_reset(x.p.store, x.from, 8, 20, &is_done, &x.p.err));
	for (uint32_t i = 0; i < 4; i++) {
		sample_header(&samples[i], contents[i], &rows[i]);
		rows[i].uid = 50 + i;
	}
	struct cache_cursor cursor = {
		.uidvalidity = 8, .uidnext = 54, .synced_low = 1, .server_total = UINT32_MAX};
	OK(&x.p, cache_headers_save(x.p.store, x.from, rows, 4, &cursor, &x.p.err));
	counts(&x, 3, 1);
	OK(&x.p, cache_actions_list(x.p.store, &list, &count, &x.p.err));
	cr_assert_eq(count, 2u);
	cr_assert_eq(list[0].state, ACTION_QUEUED);
	cr_assert_eq(list[0].items[0].uid, 50);
	cr_assert_eq(list[1].state, ACTION_CONFLICT);
	for (size_t i = 0; i < count; i++)
		action_done(&list[i]);
	mem_free(list);
	action_done(&sure);
	action_done(&unsure);
	profile_close(&x.p);
}

/* Random gestures and answers; both folders together hold what they should after each. */
struct roam {
	struct pair x;
	uint32_t random, next_uid;
	uint32_t from, to; /* how many show */
};

static uint32_t roam_random(struct roam *r, uint32_t below)
{
	r->random = r->random * 1664525u + 1013904223u;
	return (r->random >> 8) % below;
}

static void roam_wish(struct roam *r)
{
	static const enum action_kind kinds[] = {
		ACTION_MOVE, ACTION_MOVE, ACTION_COPY, ACTION_EXPUNGE};
	enum action_kind kind = kinds[roam_random(r, 4)];
	struct action a =
		wish(&r->x, kind, r->x.from, 1 + roam_random(r, ROWS - 5), 1 + roam_random(r, 5));
	r->from -= kind == ACTION_COPY ? 0 : (uint32_t)a.item_count;
	r->to += kind == ACTION_EXPUNGE ? 0 : (uint32_t)a.item_count;
	action_done(&a);
}

static void roam_answer(struct roam *r)
{
	struct action *list;
	size_t count;
	OK(&r->x.p, cache_actions_waiting(r->x.p.store, 1, 10, &list, 1, &count, &r->x.p.err));
	if (count == 1 && roam_random(r, 3) == 0) {
		bool goes = list[0].kind != ACTION_COPY, comes = list[0].kind != ACTION_EXPUNGE;
		r->from += goes ? (uint32_t)list[0].item_count : 0;
		r->to -= comes ? (uint32_t)list[0].item_count : 0;
		OK(&r->x.p, cache_action_fail(
				    r->x.p.store, &list[0], ACTION_FAILED, "NO", &r->x.p.err));
	} else if (count == 1 && list[0].kind == ACTION_EXPUNGE) {
		for (size_t i = 0; i < list[0].item_count; i++) {
			uint32_t uid = (uint32_t)list[0].items[i].uid;
			struct uid_range gone = {uid, uid};
			OK(&r->x.p, cache_expunge(r->x.p.store, r->x.from, &gone, 1, NULL, NULL,
					    &r->x.p.err));
		}
		OK(&r->x.p, cache_action_settle(r->x.p.store, &list[0], &r->x.p.err));
	} else if (count == 1) {
		landed(&r->x, &list[0], r->next_uid, list[0].kind == ACTION_MOVE);
		r->next_uid += (uint32_t)list[0].item_count;
	}
	for (size_t i = 0; i < count; i++)
		action_done(&list[i]);
	mem_free(list);
}

static void roam_sort(struct roam *r)
{
	struct view view = {.kind = VIEW_FOLDER, .folder_id = r->x.from, .sort = SORT_SUBJECT};
	bool is_done;
	OK(&r->x.p, cache_view_prepare(r->x.p.store, &view, 17, &is_done, &r->x.p.err));
}

static void roam_reopen(struct roam *r)
{
	profile_reopen(&r->x.p);
}

Test(cache_transfer, nothing_is_lost_or_doubled_whatever_happens, .timeout = 60)
{
	static void (*const steps[])(struct roam *) = {
		roam_wish, roam_wish, roam_answer, roam_answer, roam_sort, roam_reopen};
	for (uint32_t seed = 1; seed <= 8; seed++) {
		struct roam r = {.random = seed, .next_uid = OTHER_NEXT, .from = ROWS};
		pair_open(&r.x);
		for (int i = 0; i < 50; i++) {
			steps[roam_random(&r, sizeof(steps) / sizeof(*steps))](&r);
			counts(&r.x, r.from, r.to);
		}
		profile_close(&r.x.p);
	}
}
