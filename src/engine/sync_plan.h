/*
 * What a folder needs, from what the store has and what the server says. Pure: tables in, steps
 * out.
 */
#ifndef ENGINE_SYNC_PLAN_H
#define ENGINE_SYNC_PLAN_H

#include "base/str.h"

/* How expunges and flag changes that happened while nobody looked are found. */
enum sync_check {
	CHECK_NONE,  /* nothing to compare */
	CHECK_COUNT, /* compare the number of messages; list only if it differs */
	CHECK_FLAGS, /* the number, and the flags by SEARCH sets (no CONDSTORE) */
};

struct sync_side {
	uint32_t uidvalidity;
	uint32_t uidnext;
	uint64_t modseq; /* 0: not told */
	uint32_t total;  /* messages: rows here, or EXISTS */
	uint32_t low;    /* the store: synced_low */
};

struct sync_plan {
	bool is_reset;  /* another UIDVALIDITY: everything here is void */
	bool fetch_new; /* UIDs from new_from on */
	uint32_t new_from;
	bool fill;           /* older headers are missing */
	uint32_t fill_below; /* UIDs below this */
	enum sync_check check;
};

/* `changes_told`: the server already sent what changed (QRESYNC), or will (CHANGEDSINCE): flags
 * need no comparison. */
struct sync_plan sync_plan_make(
	const struct sync_side *here, const struct sync_side *server, bool changes_told);

/* Does a folder that is not selected need a visit, by what STATUS said? */
bool sync_plan_is_stale(const struct sync_side *here, const struct sync_side *server);

/* UIDs [low, high) of the next window going down from high that should hold about `want` messages:
 * remaining messages are spread over [1, high). */
uint32_t sync_plan_window(uint32_t high, uint32_t remaining, uint32_t want);

#endif
