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

static bool nothing_waits(struct sim *sim)
{
	return sim_waiting(sim) == 0 && sim_is_idling(sim);
}

Test(connections, a_wish_out_of_idle_costs_one_round_trip_with_the_idle_behind_it)
{
	for (int i = SIM_DOVECOT; i <= SIM_CYRUS; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 3);
		sim->latency = 50;
		uint64_t before = sim_counts(sim).turns;
		sim_wish(sim, "INBOX", 2, FLAG_FLAGGED, 0);
		cr_assert(sim_until(sim, nothing_waits, 110), "%s", sim_said(sim));
		cr_assert_eq(sim_counts(sim).turns, before + 1);
		sim_mail_deliver(sim->server, "INBOX", 9);
		cr_assert(sim_until(sim, hears_new_mail, 160), "%s", sim_said(sim));
		sim_run(sim, 200);
		cr_assert_eq(sim_counts(sim).turns, before + 2, "pushed, fetched, idle again");
		sim_free(sim);
	}
}

/* ---- What is kept for reading offline. ---- */

static bool has_all_bodies(struct sim *sim)
{
	return sim_has_body(sim, "INBOX", 1) && sim_has_body(sim, "INBOX", 30) &&
	       sim_has_body(sim, "Lists", 1) && sim_has_body(sim, "Lists", 5);
}

static bool has_headers_of_lists(struct sim *sim)
{
	return sim_shown_flags(sim, "Lists", 5) != ~(flags_t)0;
}

static struct sim *sim_keeping(const struct sim_profile *profile, const char *setting)
{
	struct sim *sim = sim_new(profile);
	sim->settings = setting;
	for (unsigned n = 1; n <= 30; n++)
		sim_mail_deliver(sim->server, "INBOX", n);
	for (unsigned n = 31; n <= 35; n++)
		sim_mail_deliver(sim->server, "Lists", n);
	sim_start(sim);
	sim_view(sim, "INBOX");
	return sim;
}

Test(offline, all_is_kept_when_the_account_says_so_the_newest_first)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_keeping(&sim_profiles[i], "\toffline = all\n");
		BECOMES(sim, has_all_bodies, WHILE_MS);
		cr_assert(sim_until(sim, sim_is_equal, WHILE_MS), "%s: %s", sim_profiles[i].name,
			buf_text(&sim->difference));
		cr_assert_leq(sim->connections, 2, "%s", sim_profiles[i].name);
		unsigned asked = sim_server_count(sim->server, "UID FETCH");
		sim_run(sim, WHILE_MS);
		cr_assert_leq(sim_server_count(sim->server, "UID FETCH"), asked + 40,
			"%s: what is here is not asked for again", sim_profiles[i].name);
		sim_free(sim);
	}
}

Test(offline, headers_alone_bring_no_body)
{
	struct sim *sim = sim_keeping(&sim_profiles[SIM_DOVECOT], "\toffline = headers\n");
	BECOMES(sim, has_headers_of_lists, WHILE_MS);
	sim_run(sim, WHILE_MS);
	cr_assert_not(sim_has_body(sim, "INBOX", 30) || sim_has_body(sim, "Lists", 5));
	sim_free(sim);
}

static bool has_bodies_of_lists(struct sim *sim)
{
	return sim_has_body(sim, "Lists", 1) && sim_has_body(sim, "Lists", 5);
}

Test(offline, a_folder_has_a_rule_of_its_own)
{
	struct sim *sim =
		sim_keeping(&sim_profiles[SIM_CYRUS], "\toffline = headers, Lists: all\n");
	BECOMES(sim, has_bodies_of_lists, WHILE_MS);
	sim_run(sim, WHILE_MS);
	cr_assert_not(sim_has_body(sim, "INBOX", 30));
	sim_free(sim);
}

Test(offline, without_the_setting_only_what_is_opened_is_fetched)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 5);
	sim_view(sim, "INBOX");
	sim_run(sim, WHILE_MS);
	cr_assert_eq(sim->connections, 1);
	cr_assert_not(sim_has_body(sim, "INBOX", 5));
	sim_free(sim);
}

Test(offline, new_mail_is_kept_too)
{
	struct sim *sim = sim_keeping(&sim_profiles[SIM_DOVECOT], "\toffline = all\n");
	BECOMES(sim, has_all_bodies, WHILE_MS);
	uint32_t uid = sim_mail_deliver(sim->server, "INBOX", 99);
	sim_run(sim, WHILE_MS);
	cr_assert(sim_has_body(sim, "INBOX", uid));
	sim_free(sim);
}

/* ---- A folder looked at closer. ---- */

static bool info_is_complete(struct sim *sim)
{
	return sim->heard.info != NULL && sim->heard.info->info->is_complete;
}

static void look_closer(struct sim *sim, const char *wire)
{
	struct request *request = request_new(REQUEST_FOLDER_INFO);
	request->folder_id = sim_folder_id(sim, wire);
	sim_ask(sim, request);
}

Test(details, room_and_rights_come_in_one_flight)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_CYRUS], 3);
	sim->latency = 50;
	uint64_t before = sim_counts(sim).turns;
	look_closer(sim, "INBOX");
	cr_assert(sim_until(sim, info_is_complete, 110), "%s", sim_said(sim));
	const struct folder_info *info = sim->heard.info->info;
	cr_assert_eq(sim_counts(sim).turns, before + 1);
	cr_assert_eq(info->total, 3);
	cr_assert_eq(info->quota_count, 2);
	cr_assert_str_eq(info->quotas[0].resource, "STORAGE");
	cr_assert(info->quotas[0].used == 250 && info->quotas[0].limit == 1000);
	cr_assert_str_eq(info->my_rights, "lrswipkxtea");
	cr_assert_eq(info->right_count, 2);
	cr_assert_str_eq(info->rights[1].who, "team one");
	cr_assert_str_eq(info->rights[1].rights, "lrs");
	sim_free(sim);
}

Test(details, of_a_server_that_tells_nothing_and_without_a_network_are_what_is_here)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_BARE], 3);
	look_closer(sim, "INBOX");
	BECOMES(sim, info_is_complete, 1000);
	cr_assert_eq(sim->heard.info->info->total, 3);
	cr_assert_null(sim->heard.info->info->my_rights);
	sim_stop(sim);
	sim->is_offline = true;
	sim_start(sim);
	look_closer(sim, "INBOX");
	BECOMES(sim, info_is_complete, 1000);
	sim_free(sim);
}

Test(details, a_cut_while_they_come_ends_the_waiting)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_CYRUS], 3);
	sim->fault = (struct sim_fault){.is_armed = true,
		.connection = 1,
		.direction = SIM_DOWN,
		.after = sim_bytes(sim, 1, SIM_DOWN) + 40};
	look_closer(sim, "INBOX");
	BECOMES(sim, info_is_complete, 1000);
	SETTLES(sim);
	sim_free(sim);
}
