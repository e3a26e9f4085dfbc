/* Gestures in slices. */
#include "engine/slices.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/live.h"
#include "engine/select.h"

#include <string.h>

enum { SLICES_SLICE = 250, SLICES_LOOKS = 50 };

static void slices_free(struct slices *b)
{
	request_free(b->request);
	selection_done(&b->selection);
	mem_free(b->places);
	mem_free(b->actions);
	event_free(b->event);
	mem_free(b);
}

void slices_free_all(struct engine *engine)
{
	while (engine->slices != NULL) {
		struct slices *b = engine->slices;
		engine->slices = b->next;
		slices_free(b);
	}
}

static struct slices *slices_add(
	struct engine *engine, struct request *request, enum event_kind kind)
{
	struct slices **last = &engine->slices;
	while (*last != NULL)
		last = &(*last)->next;
	struct slices *b = *last = mem_new(sizeof(*b));
	b->request = request;
	b->group = wishes_group(engine);
	b->event = event_new(kind);
	b->event->tag = request->tag;
	return b;
}

static bool slices_expunge(struct engine *engine, struct request *request)
{
	int64_t *places = NULL;
	size_t count = 0;
	struct error err;
	if (!cache_deleted(engine->cache, request->folder_id, &places, &count, &err))
		engine_storage_failed(engine, &err);
	if (count <= SLICES_SLICE) {
		mem_free(places);
		return false;
	}
	struct slices *b = slices_add(engine, request, EVENT_ACTED);
	b->places = places;
	b->place_count = count;
	return true;
}

bool slices_take(struct engine *engine, struct request *request)
{
	struct live_list *list = request->by_selection ? live_get(engine, request->list_id) : NULL;
	if (request->kind == REQUEST_EXPUNGE)
		return slices_expunge(engine, request);
	if (list != NULL) {
		struct slices *b = slices_add(engine, request, EVENT_ACTED);
		selection_copy(&b->selection, &list->selection);
		b->folder_id = list->page.view.folder_id;
		return true;
	}
	if (request->place_count <= SLICES_SLICE)
		return false;
	struct slices *b = slices_add(engine, request, EVENT_ACTED);
	b->places = request->place_ids;
	b->place_count = request->place_count;
	request->place_ids = NULL;
	request->place_count = 0;
	return true;
}

void slices_undo(struct engine *engine, struct request *request)
{
	slices_add(engine, request, EVENT_UNDONE)->is_undo = true;
}

/* ---- Slices. ---- */

struct slices_slice {
	struct slices *slices;
	int64_t *places;
	size_t count;
};

static void slices_gather(void *context, int64_t place_id, unsigned hints, bool fits)
{
	struct slices_slice *slice = context;
	(void)hints;
	(void)fits;
	slice->slices->place_id = place_id;
	if (selection_has(&slice->slices->selection, place_id))
		slice->places[slice->count++] = place_id;
}

/* The next of the selection; none when all are done. Ranges are looked into one after the other, so
 * that what lies between them costs nothing. */
static void slices_selected(struct engine *engine, struct slices *b, struct slices_slice *slice)
{
	struct view view = {.kind = VIEW_FOLDER, .folder_id = b->folder_id};
	struct cache_rule rule = {.kind = CACHE_RULE_ALL, .text = STR("")};
	for (int look = 0; look < SLICES_LOOKS && slice->count < SLICES_SLICE; look++) {
		size_t at = selection_at(&b->selection, b->place_id + 1);
		if (at == b->selection.count)
			return;
		const struct selection_range *range = &b->selection.ranges[at];
		int64_t next,
			from = range->first - 1 > b->place_id ? range->first - 1 : b->place_id;
		size_t room = SLICES_SLICE - slice->count;
		size_t wide = (size_t)(range->last - from);
		struct error err;
		if (!cache_select(engine->cache, &view, from, wide < room ? wide : room, &rule,
			    slices_gather, slice, &next, &err)) {
			engine_storage_failed(engine, &err);
			b->place_id = INT64_MAX - 1;
			return;
		}
		if (next == 0) /* the end of the folder */
			b->place_id = INT64_MAX - 1;
		else if (b->place_id < range->last && wide <= room)
			b->place_id = range->last;
	}
}

static void slices_listed(struct slices *b, struct slices_slice *slice)
{
	size_t left = b->place_count - b->place_next;
	slice->count = left < SLICES_SLICE ? left : SLICES_SLICE;
	if (slice->count > 0)
		memcpy(slice->places, b->places + b->place_next,
			slice->count * sizeof(*slice->places));
	b->place_next += slice->count;
}

static bool slices_is_over(const struct slices *b)
{
	if (b->is_undo)
		return b->is_known && b->action_next == b->action_count;
	return b->places != NULL
		       ? b->place_next == b->place_count
		       : selection_at(&b->selection, b->place_id + 1) == b->selection.count;
}

static void slices_slice(struct engine *engine, struct slices *b)
{
	struct request *r = b->request;
	struct slices_slice slice = {.slices = b};
	slice.places = mem_new_array(SLICES_SLICE, sizeof(*slice.places));
	if (b->places != NULL)
		slices_listed(b, &slice);
	else
		slices_selected(engine, b, &slice);
	r->place_ids = slice.places;
	r->place_count = slice.count;
	if (slice.count > 0 || (slices_is_over(b) && !b->is_known))
		wishes_serve(engine, r, b);
	mem_free(r->place_ids);
	r->place_ids = NULL;
	r->place_count = 0;
}

static void slices_end(struct engine *engine)
{
	struct slices *b = engine->slices;
	engine->slices = b->next;
	if (!b->is_undo && b->done > 0)
		wishes_remember(engine, b->group);
	b->event->done = b->done;
	if (!b->has_failed || b->done > 0) {
		engine_post(engine, b->event);
		b->event = NULL;
	}
	slices_free(b);
}

bool slices_step(struct engine *engine)
{
	struct slices *b = engine->slices;
	if (b == NULL)
		return false;
	if (b->is_undo)
		wishes_undo_next(engine, b);
	else
		slices_slice(engine, b);
	if (b->has_failed || slices_is_over(b))
		slices_end(engine);
	return true;
}
