/*
 * Orders other than arrival: for each folder and order a table of keys (sort_key), filled in slices
 * on first use and then kept by every save, and beside it the first key and the number of keys of
 * each run of about 512 (sort_block), so that positions and rows cost the number of runs.
 */
#ifndef CACHE_CACHE_SORT_H
#define CACHE_CACHE_SORT_H

#include "cache/store.h"

enum { SORT_ORDERS = 6 };

/* The orders a folder has. */
struct cache_sorts {
	struct cache_sort {
		int64_t sort_id;
		enum view_sort sort;
		int64_t filled; /* keys of places up to this one are kept; INT64_MAX: of all */
	} items[SORT_ORDERS];
	size_t count;
};

/* What keys are made of. */
struct cache_sort_source {
	struct str from_name, from_addr, to_name, subject;
	int64_t date;
	uint32_t size;
};

bool cache_sorts_load(
	struct cache *cache, int64_t folder_id, struct cache_sorts *sorts, struct error *err);
bool cache_sorts_add(struct cache *cache, const struct cache_sorts *sorts, int64_t place_id,
	const struct cache_sort_source *source, struct error *err);
bool cache_sorts_remove(struct cache *cache, const struct cache_sorts *sorts, int64_t place_id,
	const struct cache_sort_source *source, struct error *err);
/* The same, with the source read from the stored row. */
bool cache_sorts_remove_stored(
	struct cache *cache, const struct cache_sorts *sorts, int64_t place_id, struct error *err);
bool cache_sorts_add_stored(
	struct cache *cache, const struct cache_sorts *sorts, int64_t place_id, struct error *err);

/* The key of a source in an order, into out (which is cleared). */
void cache_sort_key(enum view_sort sort, const struct cache_sort_source *source, struct buf *out);

/* The order's id; ERROR_INPUT when cache_view_prepare has not finished it. */
bool cache_sort_id(
	struct cache *cache, const struct view *view, int64_t *sort_id, struct error *err);

/* A place's own key in an order, from its stored row. */
bool cache_sort_key_of(struct cache *cache, enum view_sort sort, int64_t place_id, struct buf *key,
	bool *is_found, struct error *err);

/* Keys in front of (key, place_id), and the key at a position. */
bool cache_sort_before(struct cache *cache, int64_t sort_id, struct str key, int64_t place_id,
	int64_t *before, struct error *err);
bool cache_sort_at(struct cache *cache, int64_t sort_id, int64_t row, struct buf *key,
	int64_t *place_id, struct error *err);

#endif
