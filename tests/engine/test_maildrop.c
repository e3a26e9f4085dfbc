/*
 * A maildrop that is looked into, cut after any byte in both directions and killed at any write:
 * every message comes once, as the server had it, and none leaves the server that is not in
 * local.db.
 */
#include "tests/sim/sim_pop3.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "tests/cache/crash_vfs.h"

enum { MAILS = 6, MINUTE = 60 * 1000 };

static const struct sim_pop3_profile piped = {"pipelining", .pipelines = true};
static const struct sim_pop3_profile profiles[] = {
	{"pipelining", .pipelines = true},
	{"one by one", .in_use = 0},
	{"RFC 1725", .no_capa = true, .no_uidl = true, .no_top = true},
	{"no UIDL", .no_uidl = true},
	{"one UIDL for all", .same_uidl = true, .pipelines = true},
};
enum { PROFILES = sizeof(profiles) / sizeof(*profiles) };

static struct sim_pop3 *filled(const struct sim_pop3_profile *profile, const char *leave)
{
	struct sim_pop3 *sim = sim_pop3_new(profile, leave);
	for (unsigned i = 1; i <= MAILS; i++)
		sim_pop3_deliver(sim, i);
	return sim;
}

static void start(struct sim_pop3 *sim)
{
	struct error err;
	cr_assert(sim_pop3_start(sim, &err), "%s", err.detail);
}

static void expect(struct sim_pop3 *sim, const char *here, const char *there, const char *when)
{
	struct buf h = {0}, t = {0};
	sim_pop3_here(sim, &h);
	sim_pop3_there(sim, &t);
	cr_assert_str_eq(
		buf_text(&h), here, "%s, %s: here %s", sim->profile->name, when, buf_text(&h));
	cr_assert_str_eq(
		buf_text(&t), there, "%s, %s: there %s", sim->profile->name, when, buf_text(&t));
	buf_done(&h);
	buf_done(&t);
}

Test(maildrop, comes_once_whatever_the_server_can_do)
{
	for (size_t i = 0; i < PROFILES; i++) {
		struct sim_pop3 *sim = filled(&profiles[i], "forever");
		start(sim);
		sim_pop3_run(sim, 1000);
		expect(sim, "1 2 3 4 5 6", "1 2 3 4 5 6", "at first");
		sim_pop3_run(sim, 3 * MINUTE);
		sim_pop3_deliver(sim, 7);
		sim_pop3_run(sim, 2 * MINUTE);
		expect(sim, "1 2 3 4 5 6 7", "1 2 3 4 5 6 7", "with one more");
		sim_pop3_rename(sim);
		sim_pop3_run(sim, 2 * MINUTE);
		expect(sim, "1 2 3 4 5 6 7", "1 2 3 4 5 6 7", "under other names");
		sim_pop3_free(sim);
	}
}

Test(maildrop, other_names_cost_headers_and_no_message)
{
	struct sim_pop3 *sim = filled(&piped, "forever");
	start(sim);
	sim_pop3_run(sim, 1000);
	sim_pop3_rename(sim);
	sim_pop3_run(sim, 2 * MINUTE);
	expect(sim, "1 2 3 4 5 6", "1 2 3 4 5 6", "under other names");
	cr_expect_eq(sim->retrieved, MAILS);
	sim_pop3_free(sim);
}

/* A server that numbers its messages anew in each session and calls that their UIDL. */
Test(maildrop, a_name_that_another_message_gets_is_not_believed)
{
	struct sim_pop3 *sim = sim_pop3_new(&piped, "forever");
	sim_pop3_deliver(sim, 1);
	sim_pop3_deliver(sim, 2);
	start(sim);
	sim_pop3_run(sim, 1000);
	sim->mails[0] = sim->mails[1];
	sim->count = 1;
	snprintf(sim->mails[0].uidl, sizeof(sim->mails[0].uidl), "uidl-1");
	sim_pop3_deliver(sim, 3);
	snprintf(sim->mails[1].uidl, sizeof(sim->mails[1].uidl), "uidl-2");
	sim_pop3_run(sim, 2 * MINUTE);
	expect(sim, "1 2 3", "2 3", "renumbered");
	sim_pop3_free(sim);
}

Test(maildrop, a_busy_one_is_waited_for)
{
	static const struct sim_pop3_profile busy = {"busy", .pipelines = true, .in_use = 3};
	struct sim_pop3 *sim = filled(&busy, "never");
	start(sim);
	sim_pop3_run(sim, 12 * 1000);
	expect(sim, "", "1 2 3 4 5 6", "busy");
	sim_pop3_run(sim, 10 * 1000);
	expect(sim, "1 2 3 4 5 6", "", "free again");
	cr_expect_eq(sim->connections, 4, "%u connections", sim->connections);
	sim_pop3_free(sim);
}

/* Cut once after so many bytes, then left alone. */
static bool cut(const struct sim_pop3_profile *profile, const char *leave, long up, long down)
{
	struct sim_pop3 *sim = filled(profile, leave);
	bool is_never = strcmp(leave, "never") == 0;
	char when[60];
	snprintf(when, sizeof(when), "cut up %ld down %ld", up, down);
	sim->cut_up = up;
	sim->cut_down = down;
	start(sim);
	sim_pop3_run(sim, 3 * MINUTE);
	expect(sim, "1 2 3 4 5 6", is_never ? "" : "1 2 3 4 5 6", when);
	bool was_cut = sim->cut_up == SIM_POP3_NEVER && sim->cut_down == SIM_POP3_NEVER;
	sim_pop3_free(sim);
	return was_cut;
}

/* MAILDROP_CUTS=1 cuts at every byte; without it at some of them. */
static long stride(long otherwise)
{
	return getenv("MAILDROP_CUTS") != NULL ? 1 : otherwise;
}

Test(maildrop, cut_at_every_byte_it_comes_once_and_leaves_when_it_is_here)
{
	for (size_t i = 0; i < PROFILES; i++) {
		long at = 0;
		while (cut(&profiles[i], "never", at, SIM_POP3_NEVER) && at < 400)
			at += stride(29);
		at = 0;
		while (cut(&profiles[i], "never", SIM_POP3_NEVER, at) && at < 2000)
			at += stride(157);
	}
}

/* The n-th write to any file is the last that happens; what was not synced is lost. */
Test(maildrop, killed_at_every_write_it_comes_once_and_leaves_when_it_is_here)
{
	bool has_died = true;
	crash_vfs_register();
	for (unsigned n = 1; has_died; n += (unsigned)stride(5)) {
		struct sim_pop3 *sim = filled(&piped, "never");
		struct error err;
		char when[40];
		snprintf(when, sizeof(when), "killed at write %u", n);
		sim->world.vfs = CRASH_VFS;
		crash_vfs_arm(CRASH_DIE_LOSE, n);
		if (sim_pop3_start(sim, &err))
			for (int i = 0; i < 300 && !crash_vfs_is_dead(); i++)
				sim_pop3_run(sim, 1);
		has_died = crash_vfs_is_dead();
		sim->is_cut = true; /* the dead say nothing */
		sim_pop3_stop(sim);
		crash_vfs_arm(CRASH_NEVER, 0);
		start(sim);
		sim_pop3_run(sim, 2 * MINUTE);
		expect(sim, "1 2 3 4 5 6", "", when);
		sim_pop3_free(sim);
	}
}
