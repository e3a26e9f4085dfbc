/* First contact and warm start against every kind of server. */
#include <criterion/criterion.h>

#include "tests/sim/sim.h"

#define EQUAL(sim)                                                                                 \
	cr_assert(sim_until(sim, sim_is_watching, 60000), "%s: %s\n%s",                            \
		sim->server->profile->name, buf_text(&sim->difference),                            \
		buf_text(&sim->server->spoken))

Test(first, contact_brings_all_headers_from_every_server)
{
	for (int i = 0; i < SIM_PROFILES; i++) {
		struct sim *sim = sim_new(&sim_profiles[i]);
		for (unsigned n = 1; n <= 5; n++)
			sim_mail_deliver(sim->server, "INBOX", n);
		sim_flag(sim->server, "INBOX", 2, SIM_SEEN, 0);
		sim_start(sim);
		EQUAL(sim);
		cr_assert_not(sim->spins);
		sim_free(sim);
	}
}
