/*
 * Growing arrays without macros: a struct holds `struct thing *things; size_t count, cap;` and asks
 * for room with
 *	things = array_room(things, count, &cap, sizeof(*things));
 * before it writes things[count++]. The room is not zeroed. Freed with mem_free.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include "base/memory.h"

/* Room for one item more than count; grows by half. Returns where the items are now. */
static inline void *array_room(void *items, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return items;
	*cap = *cap < 8 ? 8 : *cap + *cap / 2;
	return mem_resize(items, *cap * size);
}

#endif
