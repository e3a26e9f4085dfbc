/*
 * Scenarios: a server, a store that knows it, something that happens, and how it must end, wherever
 * the connection is cut and whenever the process ends.
 */
#ifndef TESTS_SIM_SIM_CUT_H
#define TESTS_SIM_SIM_CUT_H

#include "tests/sim/sim.h"

struct sim_scenario {
	const char *name;
	int profile;
	void (*away)(struct sim *sim); /* changes before the engine starts; NULL */
	void (*act)(struct sim *sim);  /* once it watches; NULL: the start is all */
	sim_condition *is_done;        /* beside equality; NULL */
	bool is_first;                 /* from an empty store */
	bool has_folders;              /* Lists and Trash, both synced, beside INBOX */
	const char *places;            /* sim_places in the end; NULL: not looked at */
	const char *or_places;         /* this is as good; NULL */
	const char *between;           /* the server may have this for a while; NULL */
	unsigned failed;               /* wishes that end with a reason instead */
	unsigned may_fail;             /* … and that many more may */
	sim_hook *hook;                /* its context is the sim; NULL */
	const char *settings;          /* more lines of the account; NULL */
};

/* The bytes of each direction of the first connection that belong to the scenario. */
struct sim_cut_range {
	uint64_t from[2], to[2];
};

/* Runs it with a fault (NULL: none), and fills the range (NULL). False with a word in *why. */
bool sim_cut_run(const struct sim_scenario *s, const char *profile, const struct sim_fault *fault,
	struct sim_cut_range *range, struct buf *why);
/* The process ends at the n-th write of the store, then runs again. *is_reached: there was one. */
bool sim_cut_kill(const struct sim_scenario *s, const char *profile, unsigned n, bool has_power,
	bool *is_reached, struct buf *why);

/* The store of somebody who has been there before, into a new folder (sim_cut_forget). */
bool sim_cut_prepare(const struct sim_scenario *s, char profile[64], struct buf *why);
void sim_cut_forget(const char *profile);

struct sim_cut_counts {
	unsigned cuts, kills;
};
/* Cuts at every stride-th byte (0: as often as a quick run can bear; SIM_CUTS in the environment
 * wins) and ends the process at as many writes. False with *why at the first that did not come
 * right. */
bool sim_cut_everywhere(const struct sim_scenario *s, unsigned stride, bool kills,
	struct sim_cut_counts *counts, struct buf *why);

#endif
