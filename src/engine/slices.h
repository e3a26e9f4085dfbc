/*
 * Wishes about many messages, a slice a step, so that no key waits for them: what a person wished
 * with one key is one gesture, one step of the undo and one EVENT_ACTED, but several rows of the
 * journal, each durable before its part is shown. They run in the order in which they were wished.
 */
#ifndef ENGINE_SLICES_H
#define ENGINE_SLICES_H

#include "engine/actions.h"
#include "engine/selection.h"

/* One gesture at work: wishes.c adds to it what each slice came to. */
struct slices {
	struct slices *next;     /* owned */
	struct request *request; /* owned: what each slice is like */
	struct selection selection;
	int64_t folder_id; /* of the selection */
	int64_t *places;   /* owned: in place of it; NULL */
	size_t place_count, place_next;
	int64_t place_id; /* of the selection: up to here all is done */
	bool is_undo;
	int64_t *actions; /* owned: what is undone, newest first */
	size_t action_count, action_next;
	int64_t group;
	size_t done;
	bool has_failed;
	bool is_known;       /* event tells what it is; of an undo: something was taken back */
	struct event *event; /* owned: EVENT_ACTED or EVENT_UNDONE as it stands */
};

/* Takes it over when it is about many; false: it is to be done at once. */
bool slices_take(struct engine *engine, struct request *request);
void slices_undo(struct engine *engine, struct request *request); /* takes it over */
/* A slice; false when there is none. */
bool slices_step(struct engine *engine);
void slices_free_all(struct engine *engine);

#endif
