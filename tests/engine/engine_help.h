/* What the tests of the engine share. */
#ifndef TESTS_ENGINE_HELP_H
#define TESTS_ENGINE_HELP_H

#include <criterion/criterion.h>

#include "base/memory.h"
#include "tests/sim/sim.h"

/* The end of what was said: longer messages make Criterion hang. */
static inline const char *sim_said(const struct sim *sim)
{
	size_t len = sim->server->spoken.len;
	return buf_text(&sim->server->spoken) + (len > 1500 ? len - 1500 : 0);
}

/* All is here and nothing is under way; fails with what is not so, and what was said. */
#define SETTLES(sim)                                                                               \
	cr_assert(sim_until(sim, sim_is_watching, 600000) && !(sim)->spins, "%s: %s\n%s",          \
		(sim)->server->profile->name, buf_text(&(sim)->difference), sim_said(sim))

#define BECOMES(sim, condition, ms)                                                                \
	cr_assert(sim_until(sim, condition, ms), "%s: never " #condition "\n%s",                   \
		(sim)->server->profile->name, sim_said(sim))

/* A server with `count` messages in INBOX, and all of it in the store. */
static inline struct sim *sim_settled(const struct sim_profile *profile, unsigned count)
{
	struct sim *sim = sim_new(profile);
	for (unsigned n = 1; n <= count; n++)
		sim_mail_deliver(sim->server, "INBOX", n);
	sim_start(sim);
	SETTLES(sim);
	return sim;
}

static inline void sim_restart(struct sim *sim)
{
	sim_stop(sim);
	sim_start(sim);
}

#endif
