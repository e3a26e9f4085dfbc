/* A set of places. */
#include "ui/kit/places.h"

#include "base/array.h"

void places_done(struct places *places)
{
	mem_free(places->ids);
	*places = (struct places){0};
}

/* Where it is, or would be. */
static size_t places_at(const struct places *places, int64_t place_id)
{
	size_t low = 0, high = places->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (places->ids[middle] < place_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool places_has(const struct places *places, int64_t place_id)
{
	size_t at = places_at(places, place_id);
	return at < places->count && places->ids[at] == place_id;
}

void places_add(struct places *places, int64_t place_id)
{
	size_t at = places_at(places, place_id);
	if (at < places->count && places->ids[at] == place_id)
		return;
	places->ids = array_room(places->ids, places->count, &places->cap, sizeof(*places->ids));
	memmove(places->ids + at + 1, places->ids + at,
		(places->count - at) * sizeof(*places->ids));
	places->ids[at] = place_id;
	places->count++;
}

void places_remove(struct places *places, int64_t place_id)
{
	size_t at = places_at(places, place_id);
	if (at >= places->count || places->ids[at] != place_id)
		return;
	places->count--;
	memmove(places->ids + at, places->ids + at + 1,
		(places->count - at) * sizeof(*places->ids));
}

int64_t *places_copy(const struct places *places)
{
	int64_t *ids = mem_new_array(places->count + 1, sizeof(*ids));
	if (places->count > 0)
		memcpy(ids, places->ids, places->count * sizeof(*ids));
	return ids;
}
