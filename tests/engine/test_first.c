/* First contact, warm start, and how many flights each thing takes. */
#include "tests/engine/engine_help.h"

Test(first, contact_brings_all_headers_from_every_server)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 5);
		cr_assert_eq(sim->server->failed_logins, 0);
		cr_assert_eq(sim->connections, 1);
		sim_free(sim);
	}
}

Test(first, contact_with_an_empty_folder_ends)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 0);
		sim_free(sim);
	}
}

Test(first, contact_brings_thousands_in_windows_newest_first)
{
	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
	for (unsigned n = 1; n <= 3000; n++)
		sim_mail_deliver(sim->server, "INBOX", n);
	sim_start(sim);
	SETTLES(sim);
	cr_assert_geq(sim_server_count(sim->server, "UID FETCH"), 3);
	sim_free(sim);
}

Test(first, contact_knows_every_folder_and_its_counts)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_new(&sim_profiles[i]);
		sim_server_folder(sim->server, "Sent")->use = "\\Sent";
		sim_server_folder(sim->server, "Names")->no_select = true;
		for (unsigned n = 1; n <= 3; n++)
			sim_mail_deliver(sim->server, "Lists", n);
		sim_start(sim);
		sim_ask(sim, request_new(REQUEST_FOLDERS));
		SETTLES(sim);
		sim_run(sim, 1000);
		const struct event *told = sim->heard.folders;
		cr_assert_not_null(told);
		cr_assert_eq(told->folder_count, 4, "%s", sim->server->profile->name);
		for (size_t k = 0; k < told->folder_count; k++) {
			const struct folder *f = &told->folders[k];
			if (strcmp(f->wire, "Lists") == 0)
				cr_assert_eq(f->server_total, 3, "%s: %u",
					sim->server->profile->name, f->server_total);
			if (strcmp(f->wire, "Sent") == 0)
				cr_assert_eq(f->role, ROLE_SENT);
			if (strcmp(f->wire, "Names") == 0)
				cr_assert(f->attributes & FOLDER_NO_SELECT);
		}
		sim_free(sim);
	}
}

/* ---- Flights: turns of the newest connection, the greeting not counted. ---- */

Test(first, a_warm_start_with_nothing_changed_takes_two_flights_at_most)
{
	for (int i = 0; i <= SIM_GMAIL; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 5);
		/* A server is first learned to bear what is sent ahead. */
		for (int round = 0; round < 5; round++) {
			sim->latency = 50;
			sim_restart(sim);
			sim_until(sim, sim_is_idling, 10000);
			/* The last one is IDLE itself. */
			uint64_t turns = sim_counts(sim).turns - 1;
			cr_assert_leq(turns, round < 2 ? 3 : 2, "%s: %llu\n%s",
				sim->server->profile->name, (unsigned long long)turns,
				sim_said(sim));
			SETTLES(sim);
			buf_clear(&sim->server->spoken);
		}
		sim_free(sim);
	}
}

static bool inbox_is_paged(struct sim *sim)
{
	return sim->heard.page != NULL && sim->heard.page->count > 0;
}

static bool lists_are_here(struct sim *sim)
{
	int64_t folder_id = sim_folder_id(sim, "Lists");
	return inbox_is_paged(sim) && sim->heard.page->view.folder_id == folder_id &&
	       sim->heard.page->total == 5;
}

/* One way is 50 ms: what takes one flight takes 100. */
Test(first, opening_a_folder_takes_one_flight)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_new(&sim_profiles[i]);
		for (unsigned n = 1; n <= 5; n++)
			sim_mail_deliver(sim->server, "Lists", n);
		sim_start(sim);
		SETTLES(sim);
		sim_run(sim, 1000);
		sim->latency = 50;
		sim_view(sim, "Lists");
		cr_assert(sim_until(sim, lists_are_here, 150), "%s\n%s", sim->server->profile->name,
			sim_said(sim));
		SETTLES(sim);
		sim_free(sim);
	}
}

Test(first, opening_a_message_takes_one_flight_out_of_idle_too)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 5);
		sim_run(sim, 1000);
		sim->latency = 50;
		sim_open(sim, "INBOX", 3);
		cr_assert(sim_until(sim, sim_is_shown, 150), "%s\n%s", sim->server->profile->name,
			sim_said(sim));
		sim_free(sim);
	}
}

static bool nothing_waits(struct sim *sim)
{
	return sim_waiting(sim) == 0;
}

Test(first, marking_seen_takes_one_flight)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_settled(&sim_profiles[i], 5);
		sim_run(sim, 1000);
		sim->latency = 50;
		sim_wish(sim, "INBOX", 3, FLAG_SEEN, 0);
		sim_rest(sim);
		cr_assert_eq(sim_shown_flags(sim, "INBOX", 3) & FLAG_SEEN, FLAG_SEEN);
		cr_assert(sim_until(sim, nothing_waits, 100), "%s\n%s", sim->server->profile->name,
			sim_said(sim));
		cr_assert_eq(sim_server_sets(sim->server, 3, SIM_SEEN), 1);
		SETTLES(sim);
		sim_free(sim);
	}
}
