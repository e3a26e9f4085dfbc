/* One connection for what somebody waits for, another for the rest. */
#include "tests/engine/engine_help.h"

enum { WHILE_MS = 20 * 60 * 1000 };

static bool hears_new_mail(struct sim *sim)
{
	return sim->heard.counts[EVENT_NEW_MAIL] > 0;
}

/* INBOX has been synced, and another folder is looked at. */
static struct sim *sim_elsewhere(const struct sim_profile *profile)
{
	struct sim *sim = sim_new(profile);
	sim_mail_deliver(sim->server, "INBOX", 1);
	sim_mail_deliver(sim->server, "Lists", 2);
	sim_start(sim);
	SETTLES(sim);
	sim_view(sim, "Lists");
	SETTLES(sim);
	return sim;
}

Test(connections, inbox_is_watched_whichever_folder_is_looked_at)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_elsewhere(&sim_profiles[i]);
		sim_mail_deliver(sim->server, "INBOX", 3);
		BECOMES(sim, hears_new_mail, WHILE_MS);
		cr_assert(sim_until(sim, sim_is_equal, WHILE_MS), "%s: %s", sim_profiles[i].name,
			buf_text(&sim->difference));
		cr_assert_eq(sim->heard.counts[EVENT_NEW_MAIL], 1, "%s", sim_profiles[i].name);
		cr_assert_leq(sim->connections, 2, "%s", sim_profiles[i].name);
		/* The folder that is looked at is watched as before. */
		sim_mail_deliver(sim->server, "Lists", 4);
		cr_assert(sim_until(sim, sim_is_equal, WHILE_MS), "%s: %s", sim_profiles[i].name,
			buf_text(&sim->difference));
		sim_free(sim);
	}
}

Test(connections, where_the_server_idles_new_mail_in_inbox_is_there_at_once)
{
	struct sim *sim = sim_elsewhere(&sim_profiles[SIM_DOVECOT]);
	sim_run(sim, 2000);
	sim->latency = 50;
	sim_mail_deliver(sim->server, "INBOX", 3);
	cr_assert(sim_until(sim, hears_new_mail, 200), "pushed, and fetched in one flight");
	sim_free(sim);
}

Test(connections, a_server_that_takes_one_connection_alone_gives_all_on_that_one)
{
	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
	sim_mail_deliver(sim->server, "INBOX", 1);
	sim_mail_deliver(sim->server, "Lists", 2);
	sim_start(sim);
	SETTLES(sim);
	sim->refuses = true; /* from now on */
	sim_view(sim, "Lists");
	SETTLES(sim);
	sim_mail_deliver(sim->server, "INBOX", 3);
	BECOMES(sim, hears_new_mail, WHILE_MS);
	cr_assert(sim_until(sim, sim_is_equal, WHILE_MS), "%s", buf_text(&sim->difference));
	cr_assert_leq(sim->connections, 12, "it is not asked for again and again");
	cr_assert_eq(sim_account_state(sim), ACCOUNT_ONLINE, "nobody is told of it");
	sim_free(sim);
}

Test(connections, the_second_one_goes_when_it_has_nothing_to_do)
{
	struct sim *sim = sim_elsewhere(&sim_profiles[SIM_CYRUS]);
	sim_run(sim, 5000);
	cr_assert_eq(sim->connections, 2);
	cr_assert_eq(sim_server_count(sim->server, "LOGOUT"), 0);
	sim_view(sim, "INBOX");
	SETTLES(sim);
	sim_run(sim, 60000);
	cr_assert_eq(sim_server_count(sim->server, "LOGOUT"), 1);
	sim_mail_deliver(sim->server, "INBOX", 3);
	cr_assert(sim_until(sim, sim_is_equal, 1000), "%s", buf_text(&sim->difference));
	cr_assert_eq(sim->heard.counts[EVENT_NEW_MAIL], 1, "told once");
	sim_free(sim);
}

Test(connections, going_to_and_fro_tells_nothing_twice_and_loses_nothing)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_elsewhere(&sim_profiles[i]);
		for (unsigned n = 10; n < 22; n++) {
			sim_mail_deliver(sim->server, n % 3 == 0 ? "Lists" : "INBOX", n);
			sim_view(sim, n % 2 == 0 ? "INBOX" : "Lists");
			sim_run(sim, 7 * n);
		}
		cr_assert(sim_until(sim, sim_is_equal, WHILE_MS), "%s: %s\n%s",
			sim_profiles[i].name, buf_text(&sim->difference), sim_said(sim));
		cr_assert_eq(sim->heard.counts[EVENT_NEW_MAIL], 8, "%s: %u", sim_profiles[i].name,
			sim->heard.counts[EVENT_NEW_MAIL]);
		sim_free(sim);
	}
}

Test(connections, one_that_is_cut_anywhere_is_made_again)
{
	for (uint64_t after = 1; after < 1500; after += 61) {
		struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
		sim_mail_deliver(sim->server, "INBOX", 1);
		sim_mail_deliver(sim->server, "Lists", 2);
		sim_start(sim);
		SETTLES(sim);
		sim->fault = (struct sim_fault){
			.is_armed = true, .connection = 2, .direction = SIM_DOWN, .after = after};
		sim_view(sim, "Lists");
		sim_run(sim, 1000);
		sim_mail_deliver(sim->server, "INBOX", 3);
		BECOMES(sim, hears_new_mail, WHILE_MS);
		cr_assert(sim_until(sim, sim_is_equal, WHILE_MS), "cut after %u: %s",
			(unsigned)after, buf_text(&sim->difference));
		sim_free(sim);
	}
}
