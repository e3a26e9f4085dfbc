/* A set of messages by their places: what the user selected. Ascending, each once. */
#ifndef UI_PLACES_H
#define UI_PLACES_H

#include "model/message.h"

struct places {
	int64_t *ids; /* owned */
	size_t count, cap;
};

void places_done(struct places *places);
bool places_has(const struct places *places, int64_t place_id);
void places_add(struct places *places, int64_t place_id);
void places_remove(struct places *places, int64_t place_id);
int64_t *places_copy(const struct places *places); /* owned by the caller */

#endif
