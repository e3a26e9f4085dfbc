/* What other clients do shows up by itself. */
#include "tests/engine/engine_help.h"

/* Longer than the interval at which a server without IDLE is asked. */
enum { LOOK_MS = 10 * 60 * 1000 };

static void settles_at_rest(struct sim *sim, const char *what)
{
	cr_assert(sim_until(sim, sim_is_equal, LOOK_MS), "%s, %s: %s\n%s",
		sim->server->profile->name, what, buf_text(&sim->difference), sim_said(sim));
}

Test(news, new_mail_flags_and_expunges_show_up_while_the_folder_is_watched)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 6);
		sim_mail_deliver(sim->server, "INBOX", 7);
		settles_at_rest(sim, "delivered");
		cr_assert_eq(sim->heard.counts[EVENT_NEW_MAIL], 1, "%s: %u",
			sim->server->profile->name, sim->heard.counts[EVENT_NEW_MAIL]);
		sim_flag(sim->server, "INBOX", 2, SIM_SEEN | SIM_FLAGGED, 0);
		settles_at_rest(sim, "flagged");
		sim_flag(sim->server, "INBOX", 2, SIM_ANSWERED, SIM_FLAGGED);
		settles_at_rest(sim, "unflagged");
		sim_expunge(sim->server, "INBOX", 3);
		settles_at_rest(sim, "expunged");
		sim_expunge(sim->server, "INBOX", 1);
		sim_expunge(sim->server, "INBOX", 7);
		sim_mail_deliver(sim->server, "INBOX", 8);
		sim_flag(sim->server, "INBOX", 5, SIM_SEEN, 0);
		settles_at_rest(sim, "all at once");
		cr_assert_eq(sim->connections, 1);
		sim_free(sim);
	}
}

Test(news, what_happened_while_nobody_looked_is_found)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 12);
		sim_stop(sim);
		sim_flag(sim->server, "INBOX", 2, SIM_SEEN, 0);
		sim_expunge(sim->server, "INBOX", 4);
		sim_expunge(sim->server, "INBOX", 12);
		sim_mail_deliver(sim->server, "INBOX", 13);
		sim_mail_deliver(sim->server, "INBOX", 14);
		sim_expunge(sim->server, "INBOX", 13);
		sim_flag(sim->server, "INBOX", 7, sim_server_flag(sim->server, STR("$Label1")), 0);
		sim_start(sim);
		settles_at_rest(sim, "away");
		sim_free(sim);
	}
}

Test(news, a_message_expunged_and_another_delivered_leave_the_count_as_it_was)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 4);
		sim_stop(sim);
		sim_expunge(sim->server, "INBOX", 1);
		sim_mail_deliver(sim->server, "INBOX", 5);
		sim_start(sim);
		settles_at_rest(sim, "same count");
		sim_free(sim);
	}
}

Test(news, a_folder_emptied_elsewhere_is_empty_here)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 5);
		for (uint32_t uid = 1; uid <= 5; uid++)
			sim_expunge(sim->server, "INBOX", uid);
		settles_at_rest(sim, "emptied while watched");
		sim_mail_deliver(sim->server, "INBOX", 9);
		settles_at_rest(sim, "filled again");
		sim_stop(sim);
		sim_expunge(sim->server, "INBOX", 6);
		sim_start(sim);
		settles_at_rest(sim, "emptied while away");
		sim_free(sim);
	}
}

Test(news, new_mail_takes_one_flight_after_the_push)
{
	struct sim *sim = sim_settled(&sim_profiles[SIM_DOVECOT], 5);
	sim_run(sim, 1000);
	sim->latency = 50;
	int64_t before = sim->now;
	sim_mail_deliver(sim->server, "INBOX", 6);
	SETTLES(sim);
	/* The push, and a flight: IDLE is taken up in another. */
	cr_assert_leq(sim->now - before, 50 + 100 + 100);
	sim_free(sim);
}

/* ---- Renumbered. ---- */

static void body_arrives(struct sim *sim, uint32_t uid)
{
	sim_open(sim, "INBOX", uid);
	BECOMES(sim, sim_is_shown, 10000);
	struct request *end = request_new(REQUEST_OPEN_END);
	end->place_id = sim_place(sim, "INBOX", uid);
	sim_ask(sim, end);
	sim_rest(sim);
	cr_assert(sim_has_body(sim, "INBOX", uid));
}

Test(news, another_uidvalidity_brings_all_anew_and_keeps_the_bodies)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 5);
		body_arrives(sim, 2);
		sim_stop(sim);
		sim_renumber(sim->server, "INBOX");
		sim_start(sim);
		settles_at_rest(sim, "renumbered");
		cr_assert_geq(sim->heard.notices[NOTICE_FOLDER_RESET], 1);
		unsigned fetched = sim_server_count(sim->server, "UID FETCH");
		sim_open(sim, "INBOX", 5); /* what was UID 2 */
		BECOMES(sim, sim_is_shown, 10000);
		cr_assert_eq(sim_server_count(sim->server, "UID FETCH"), fetched,
			"%s: the body was fetched again", sim->server->profile->name);
		sim_free(sim);
	}
}

Test(news, a_folder_that_vanished_is_told_and_the_rest_goes_on)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_new(&sim_profiles[i]);
		sim_mail_deliver(sim->server, "INBOX", 1);
		sim_mail_deliver(sim->server, "Lists", 2);
		sim_start(sim);
		SETTLES(sim);
		sim_run(sim, 1000);
		sim_folder_delete(sim->server, "Lists");
		sim_view(sim, "Lists");
		sim_run(sim, 5000);
		cr_assert_eq(sim->heard.notices[NOTICE_FOLDER_GONE], 1, "%s: %u",
			sim->server->profile->name, sim->heard.notices[NOTICE_FOLDER_GONE]);
		cr_assert_eq(sim_folder_id(sim, "Lists"), 0);
		cr_assert_eq(sim->connections, 1);
		sim_mail_deliver(sim->server, "INBOX", 3);
		settles_at_rest(sim, "after the folder went");
		sim_free(sim);
	}
}
