/* What a folder needs: local state + server state → steps. */
#include "engine/sync_plan.h"

struct sync_plan sync_plan_make(
	const struct sync_side *here, const struct sync_side *server, bool changes_told)
{
	struct sync_plan plan = {0};
	bool is_first = here->uidvalidity == 0 || here->low == 0;
	bool is_renumbered = here->uidvalidity != 0 && server->uidvalidity != here->uidvalidity;
	bool went_back = server->uidnext != 0 && server->uidnext < here->uidnext;
	plan.is_reset = is_renumbered || (went_back && !is_first);
	if (plan.is_reset || is_first) {
		plan.fill = server->total > 0;
		plan.fill_below = server->uidnext;
		return plan;
	}
	plan.fetch_new = server->uidnext == 0 || server->uidnext > here->uidnext;
	plan.new_from = here->uidnext;
	plan.fill = here->low > 1;
	plan.fill_below = here->low;
	plan.check = changes_told ? CHECK_COUNT : CHECK_FLAGS;
	return plan;
}

bool sync_plan_is_stale(const struct sync_side *here, const struct sync_side *server)
{
	if (here->uidvalidity != server->uidvalidity || here->uidnext != server->uidnext)
		return true;
	if (here->low != 1 && server->total > 0)
		return true;
	if (server->modseq != 0 && server->modseq != here->modseq)
		return true;
	return server->total != here->total;
}

uint32_t sync_plan_window(uint32_t high, uint32_t remaining, uint32_t want)
{
	if (remaining <= want || high <= want)
		return 1;
	uint64_t span = (uint64_t)(high - 1) * want / remaining;
	if (span < want)
		span = want;
	return span >= high ? 1 : (uint32_t)(high - span);
}
