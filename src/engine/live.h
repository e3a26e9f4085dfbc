/*
 * What screens look at: open views. Whoever changes a folder in the store says live_touch, and at
 * the end of a step each list concerned gets a fresh page, at most one in 30 ms while mail pours
 * in.
 */
#ifndef ENGINE_LIVE_H
#define ENGINE_LIVE_H

#include "engine/selection.h"
#include "engine/state.h"

struct live_list {
	struct live_list *next; /* owned */
	unsigned list_id;
	struct page_request page;
	uint64_t tag; /* of the latest request: comes back in its pages */
	int64_t account_id;
	bool is_dirty;    /* something shown may have changed */
	bool is_asked;    /* the screen asked: answer now */
	bool is_prepared; /* the order of the view can be paged */
	bool is_examined; /* opened to be read only */
	int64_t told_at;  /* ms */
	struct selection selection;
	int64_t *zoom; /* owned: the places shown, in the view's order; NULL: all are */
	size_t zoom_count;
};

struct live_list *live_get(struct engine *engine, unsigned list_id); /* NULL */
void live_open(struct engine *engine, const struct request *request);
void live_page(struct engine *engine, const struct request *request);
/* VIEW_CLOSE: how it was looked at. */
void live_remember(struct engine *engine, const struct request *request);
void live_close(struct engine *engine, unsigned list_id);
void live_free(struct engine *engine);

void live_touch(struct engine *engine, int64_t folder_id);
void live_touch_all(struct engine *engine);

/* Posts what is due; lowers *deadline to when more is. */
void live_flush(struct engine *engine, int64_t *deadline);

/* A slice of building an order that somebody waits for; false when there is nothing to build. */
bool live_prepare(struct engine *engine);

bool live_is_watched(const struct engine *engine, int64_t folder_id);
/* The user looks at it and wants nothing changed in it. */
bool live_is_examined(const struct engine *engine, int64_t folder_id);

/* REQUEST_FIND, _NEXT_NEW: takes the request over; live_search does one slice of it, false when
 * there is nothing to look for. */
void live_find(struct engine *engine, struct request *request);
bool live_search(struct engine *engine);
void live_search_free(struct engine *engine);

#endif
