/*
 * The same session cut at every byte, in both directions: afterwards the engine connects again and
 * both sides are equal, and each wish took effect exactly once. Wishes and bodies are cut
 * at every byte; long sessions, which begin with the same log-in, at every thirty-first or
 * eleventh. SIM_CUTS=1 cuts all of them at every byte (about 21,000 cuts, some two minutes).
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/engine/engine_help.h"

enum { CUT_MAIL = 4, CUT_LIMIT_MS = 30 * 60 * 1000 };

struct scenario {
	const char *name;
	int profile;
	void (*away)(struct sim *sim); /* changes before the engine starts; NULL */
	void (*act)(struct sim *sim);  /* once it watches; NULL: the start is all */
	sim_condition *is_done;        /* beside equality; NULL */
	bool is_first;                 /* from an empty store */
};

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

static const struct scenario scenarios[] = {
	{"first contact, dovecot", SIM_DOVECOT, NULL, NULL, NULL, true},
	{"first contact, exchange", SIM_EXCHANGE, NULL, NULL, NULL, true},
	{"changes while away, dovecot", SIM_DOVECOT, change_much, NULL, NULL, false},
	{"changes while away, gmail", SIM_GMAIL, change_much, NULL, NULL, false},
	{"changes while away, courier", SIM_COURIER, change_much, NULL, NULL, false},
	{"changes while away, bare", SIM_BARE, change_much, NULL, NULL, false},
	{"changes while watched, dovecot", SIM_DOVECOT, NULL, change_much, NULL, false},
	{"changes while watched, exchange", SIM_EXCHANGE, NULL, change_much, NULL, false},
	{"renumbered, dovecot", SIM_DOVECOT, renumber, NULL, NULL, false},
	{"seen, dovecot", SIM_DOVECOT, NULL, wish_seen, seen_once, false},
	{"seen, gmail", SIM_GMAIL, NULL, wish_seen, seen_once, false},
	{"seen, courier", SIM_COURIER, NULL, wish_seen, seen_once, false},
	{"seen, bare", SIM_BARE, NULL, wish_seen, seen_once, false},
	{"a body, dovecot", SIM_DOVECOT, NULL, open_body, body_is_here, false},
	{"a body, bare", SIM_BARE, NULL, open_body, body_is_here, false},
};

/* ---- One run. ---- */

static void fill(struct sim *sim)
{
	for (unsigned n = 1; n <= CUT_MAIL; n++)
		sim_mail_deliver(sim->server, "INBOX", n);
}

struct range {
	uint64_t from, to; /* bytes of one direction that belong to the scenario */
};

static const struct scenario *now_done;

static bool all_is_done(struct sim *sim)
{
	return (now_done->is_done == NULL || now_done->is_done(sim)) && sim_is_equal(sim);
}

/* Without a fault tells which bytes there are; with one, whether all came right. */
static void run(const struct scenario *s, const char *profile, const struct sim_fault *fault,
	struct range ranges[2])
{
	struct sim *sim = sim_new(&sim_profiles[s->profile]);
	fill(sim);
	if (!s->is_first)
		sim_load_profile(sim, profile);
	if (s->away != NULL)
		s->away(sim);
	if (fault != NULL)
		sim->fault = *fault;
	now_done = s;
	sim_start(sim);
	if (s->act != NULL) {
		cr_assert(sim_until(sim, sim_is_watching, CUT_LIMIT_MS), "%s", s->name);
		for (int i = 0; ranges != NULL && i < 2; i++)
			ranges[i].from = sim_bytes(sim, 1, (enum sim_direction)i);
		s->act(sim);
	}
	cr_assert(sim_until(sim, all_is_done, CUT_LIMIT_MS) && !sim->spins,
		"%s, cut %s behind byte %llu: %s\n%s", s->name,
		fault == NULL                ? "never"
		: fault->direction == SIM_UP ? "up"
					     : "down",
		fault == NULL ? 0 : (unsigned long long)fault->after, buf_text(&sim->difference),
		sim_said(sim));
	sim_until(sim, sim_is_idling, 1000);
	for (int i = 0; ranges != NULL && i < 2; i++)
		ranges[i].to = sim_bytes(sim, 1, (enum sim_direction)i);
	sim_free(sim);
}

/* The store of somebody who has been there before. */
static void prepare(const struct scenario *s, char *profile)
{
	snprintf(profile, 64, "/tmp/rowan-cuts-XXXXXX");
	cr_assert_not_null(mkdtemp(profile));
	struct sim *sim = sim_new(&sim_profiles[s->profile]);
	fill(sim);
	sim_start(sim);
	SETTLES(sim);
	for (int i = 0; i < 3; i++) { /* the server is known to bear what is sent ahead */
		sim_restart(sim);
		SETTLES(sim);
	}
	sim_stop(sim);
	sim_save_profile(sim, profile);
	sim_free(sim);
}

static void forget(const char *profile)
{
	static const char *const names[] = {"local.db", "cache.db", "body.db"};
	char path[100];
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", profile, names[i]);
		unlink(path);
	}
	rmdir(profile);
}

static unsigned cut_everywhere(const struct scenario *s, unsigned stride)
{
	char profile[64];
	struct range ranges[2] = {{0, 0}, {0, 0}};
	unsigned cuts = 0;
	prepare(s, profile);
	run(s, profile, NULL, ranges);
	for (int direction = 0; direction < 2; direction++)
		for (uint64_t at = ranges[direction].from; at <= ranges[direction].to;
			at += stride, cuts++) {
			struct sim_fault fault = {
				.is_armed = true,
				.connection = 1,
				.direction = (enum sim_direction)direction,
				.after = at,
			};
			run(s, profile, &fault, NULL);
		}
	forget(profile);
	return cuts;
}

static void cut_from_to(size_t from, size_t to)
{
	for (size_t i = from; i < to && i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		const struct scenario *s = &scenarios[i];
		unsigned stride = s->act != NULL && s->away == NULL ? 1 : 31;
		if (s->act == change_much)
			stride = 11;
		if (getenv("SIM_CUTS") != NULL)
			stride = (unsigned)atoi(getenv("SIM_CUTS"));
		unsigned cuts = cut_everywhere(s, stride);
		printf("cuts: %s: %u, converged after each\n", s->name, cuts);
	}
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
