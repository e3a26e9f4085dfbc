/* What a folder needs, as a table. */
#include <criterion/criterion.h>

#include "engine/sync_plan.h"

static const struct plan_case {
	const char *what;
	struct sync_side here, server;
	bool changes_told;
	struct sync_plan plan;
} cases[] = {
	/* {uidvalidity, uidnext, modseq, total, low} */
	{"never seen", {0, 0, 0, 0, 0}, {7, 11, 5, 10, 0}, false, {.fill = true, .fill_below = 11}},
	{"never seen and empty", {0, 0, 0, 0, 0}, {7, 1, 5, 0, 0}, false, {.fill_below = 1}},
	{"nothing changed", {7, 11, 5, 10, 1}, {7, 11, 5, 10, 0}, true,
		{.new_from = 11, .fill_below = 1, .check = CHECK_COUNT}},
	{"nothing told", {7, 11, 0, 10, 1}, {7, 11, 0, 10, 0}, false,
		{.new_from = 11, .fill_below = 1, .check = CHECK_FLAGS}},
	{"new mail", {7, 11, 5, 10, 1}, {7, 13, 8, 12, 0}, true,
		{.fetch_new = true, .new_from = 11, .fill_below = 1, .check = CHECK_COUNT}},
	{"half filled", {7, 11, 5, 4, 6}, {7, 11, 5, 10, 0}, true,
		{.new_from = 11, .fill = true, .fill_below = 6, .check = CHECK_COUNT}},
	{"renumbered", {7, 11, 5, 10, 1}, {8, 5, 2, 4, 0}, true,
		{.is_reset = true, .fill = true, .fill_below = 5}},
	{"renumbered and empty", {7, 11, 5, 10, 1}, {8, 1, 2, 0, 0}, true,
		{.is_reset = true, .fill_below = 1}},
	{"UIDNEXT went back", {7, 11, 5, 10, 1}, {7, 6, 5, 5, 0}, true,
		{.is_reset = true, .fill = true, .fill_below = 6}},
	{"no UIDNEXT", {7, 11, 5, 10, 1}, {7, 0, 0, 10, 0}, false,
		{.fetch_new = true, .new_from = 11, .fill_below = 1, .check = CHECK_FLAGS}},
};

Test(sync_plan, tells_what_a_folder_needs)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct plan_case *c = &cases[i];
		struct sync_plan plan = sync_plan_make(&c->here, &c->server, c->changes_told);
		cr_expect_eq(plan.is_reset, c->plan.is_reset, "%s: reset", c->what);
		cr_expect_eq(plan.fetch_new, c->plan.fetch_new, "%s: new", c->what);
		cr_expect_eq(plan.new_from, c->plan.new_from, "%s: from", c->what);
		cr_expect_eq(plan.fill, c->plan.fill, "%s: fill", c->what);
		cr_expect_eq(plan.fill_below, c->plan.fill_below, "%s: below", c->what);
		cr_expect_eq(plan.check, c->plan.check, "%s: check", c->what);
	}
}

Test(sync_plan, knows_which_folders_need_a_visit)
{
	static const struct {
		const char *what;
		struct sync_side here, server;
		bool is_stale;
	} rows[] = {
		{"same", {7, 11, 5, 10, 1}, {7, 11, 5, 10, 0}, false},
		{"same, no modseq told", {7, 11, 5, 10, 1}, {7, 11, 0, 10, 0}, false},
		{"new mail", {7, 11, 5, 10, 1}, {7, 12, 6, 11, 0}, true},
		{"flags", {7, 11, 5, 10, 1}, {7, 11, 6, 10, 0}, true},
		{"expunged", {7, 11, 5, 10, 1}, {7, 11, 5, 9, 0}, true},
		{"renumbered", {7, 11, 5, 10, 1}, {8, 11, 5, 10, 0}, true},
		{"half filled", {7, 11, 5, 10, 4}, {7, 11, 5, 10, 0}, true},
		{"empty", {7, 1, 5, 0, 1}, {7, 1, 5, 0, 0}, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		cr_expect_eq(sync_plan_is_stale(&rows[i].here, &rows[i].server), rows[i].is_stale,
			"%s", rows[i].what);
}

Test(sync_plan, windows_go_down_to_the_first_and_never_stand_still)
{
	for (uint32_t remaining = 1; remaining < 5000; remaining += 37)
		for (uint32_t high = 2; high < 4000000000u; high = high * 3 + 1) {
			uint32_t low = sync_plan_window(high, remaining, 200);
			cr_assert(
				low >= 1 && low < high, "%u of %u below %u", low, remaining, high);
		}
	cr_assert_eq(sync_plan_window(1000, 100, 200), 1);
	cr_assert_eq(sync_plan_window(1001, 1000, 200), 801);
	cr_assert_eq(sync_plan_window(10001, 1000, 200), 8001);
}
