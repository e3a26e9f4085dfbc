/* Going through the rows of a view from a place on, either way: what pages and finding stand on. */
#ifndef CACHE_CACHE_WALK_H
#define CACHE_CACHE_WALK_H

#include "cache/store.h"

/* A gap between two rows of a view: in front of place_id, or behind everything. */
struct cache_spot {
	int64_t sort_id; /* 0: arrival */
	struct buf key;  /* owned */
	int64_t place_id;
	bool is_found; /* the place is in the view */
};
void cache_spot_done(struct cache_spot *spot);

bool cache_spot_at_place(struct cache *cache, const struct view *view, int64_t place_id,
	struct cache_spot *spot, struct error *err);
/* In the base order (not reversed); row at or behind the end: behind everything. */
bool cache_spot_at_row(struct cache *cache, const struct view *view, int64_t row,
	struct cache_spot *spot, struct error *err);
bool cache_spot_at_start(
	struct cache *cache, const struct view *view, struct cache_spot *spot, struct error *err);
bool cache_spot_at_end(
	struct cache *cache, const struct view *view, struct cache_spot *spot, struct error *err);

/* The gap behind the spot's own row. */
void cache_spot_pass(struct cache_spot *spot);

/* Rows of the base order in front of the spot. */
bool cache_spot_rank(
	struct cache *cache, const struct cache_spot *spot, int64_t *before, struct error *err);

/* Rows behind the spot (down), or in front of it, last first (up). Columns are CACHE_WALK_…;
 * store_next gives each. The spot must live as long. */
sqlite3_stmt *cache_walk(struct cache *cache, const struct view *view,
	const struct cache_spot *spot, bool down, struct error *err);

enum {
	CACHE_WALK_PLACE,
	CACHE_WALK_MESSAGE,
	CACHE_WALK_SERVER,
	CACHE_WALK_ADDED,
	CACHE_WALK_REMOVED,
	CACHE_WALK_HINTS,
	CACHE_WALK_DATE,
	CACHE_WALK_ZONE,
	CACHE_WALK_ARRIVED,
	CACHE_WALK_SIZE,
	CACHE_WALK_FROM_NAME,
	CACHE_WALK_FROM_ADDR,
	CACHE_WALK_TO_NAME,
	CACHE_WALK_SUBJECT,
};

/* The text of these columns for a statement of one's own. */
#define CACHE_WALK_COLUMNS                                                                         \
	"p.place_id,p.message_id,p.server,p.added,p.removed,p.hints,p.date,p.zone,p.arrived,p."    \
	"size,"                                                                                    \
	"p.from_name,p.from_addr,p.to_name,p.subject"

/* Owned texts; shown is the folder's UID from which mail is fresh. */
void cache_walk_read(sqlite3_stmt *stmt, int64_t shown, struct message *row);

/* False with a sentence for views that have no table yet. */
bool cache_view_check(const struct view *view, struct error *err);

#endif
