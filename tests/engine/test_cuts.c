/*
 * The same session cut at every byte, in both directions: afterwards the engine connects again and
 * both sides are equal, and each wish took effect exactly once. Wishes and bodies are cut
 * at every byte; long sessions, which begin with the same log-in, at every thirty-first or
 * eleventh. SIM_CUTS=1 cuts all of them at every byte (about 21,000 cuts, some two minutes).
 */
#include <stdio.h>

#include "tests/engine/engine_help.h"
#include "tests/sim/sim_cut.h"

/* ---- Scenarios. ---- */

static void change_much(struct sim *sim)
{
	sim_mail_deliver(sim->server, "INBOX", 21);
	sim_mail_deliver(sim->server, "INBOX", 22);
	sim_expunge(sim->server, "INBOX", 2);
	sim_flag(sim->server, "INBOX", 3, SIM_SEEN, 0);
}

static void renumber(struct sim *sim)
{
	sim_renumber(sim->server, "INBOX");
}

static void wish_seen(struct sim *sim)
{
	sim_wish(sim, "INBOX", 2, FLAG_SEEN, 0);
	sim_wish(sim, "INBOX", 3, FLAG_SEEN | FLAG_FLAGGED, 0);
}

static bool seen_once(struct sim *sim)
{
	return sim_server_sets(sim->server, 2, SIM_SEEN) == 1 &&
	       sim_server_sets(sim->server, 3, SIM_SEEN) == 1 &&
	       sim_server_sets(sim->server, 3, SIM_FLAGGED) == 1 && sim_waiting(sim) == 0;
}

static void open_body(struct sim *sim)
{
	sim_open(sim, "INBOX", 3);
}

static bool body_is_here(struct sim *sim)
{
	return sim_has_body(sim, "INBOX", 3);
}

static const struct sim_scenario scenarios[] = {
	{"first contact, dovecot", SIM_DOVECOT, .is_first = true},
	{"first contact, exchange", SIM_EXCHANGE, .is_first = true},
	{"changes while away, dovecot", SIM_DOVECOT, .away = change_much},
	{"changes while away, gmail", SIM_GMAIL, .away = change_much},
	{"changes while away, courier", SIM_COURIER, .away = change_much},
	{"changes while away, bare", SIM_BARE, .away = change_much},
	{"changes while watched, dovecot", SIM_DOVECOT, .act = change_much},
	{"changes while watched, exchange", SIM_EXCHANGE, .act = change_much},
	{"renumbered, dovecot", SIM_DOVECOT, .away = renumber},
	{"seen, dovecot", SIM_DOVECOT, .act = wish_seen, .is_done = seen_once},
	{"seen, gmail", SIM_GMAIL, .act = wish_seen, .is_done = seen_once},
	{"seen, courier", SIM_COURIER, .act = wish_seen, .is_done = seen_once},
	{"seen, bare", SIM_BARE, .act = wish_seen, .is_done = seen_once},
	{"a body, dovecot", SIM_DOVECOT, .act = open_body, .is_done = body_is_here},
	{"a body, bare", SIM_BARE, .act = open_body, .is_done = body_is_here},
};

static void cut_from_to(size_t from, size_t to)
{
	struct buf why = {0};
	for (size_t i = from; i < to && i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		const struct sim_scenario *s = &scenarios[i];
		struct sim_cut_counts counts = {0, 0};
		unsigned stride = s->act != NULL && s->away == NULL ? 1 : 31;
		if (s->act == change_much)
			stride = 11;
		bool ok = sim_cut_everywhere(s, stride, false, &counts, &why);
		cr_assert(ok, "%s", buf_text(&why));
		printf("cuts: %s: %u, converged after each\n", s->name, counts.cuts);
	}
	buf_done(&why);
}

Test(cuts, first_contact_comes_right_wherever_it_is_cut)
{
	cut_from_to(0, 2);
}

Test(cuts, changes_while_away_come_right_wherever_they_are_cut)
{
	cut_from_to(2, 6);
}

Test(cuts, changes_while_watched_come_right_wherever_they_are_cut)
{
	cut_from_to(6, 9);
}

Test(cuts, a_wish_takes_effect_exactly_once_wherever_it_is_cut)
{
	cut_from_to(9, 13);
}

Test(cuts, a_body_comes_right_wherever_it_is_cut)
{
	cut_from_to(13, 15);
}
