/*
 * What is selected in a folder: ranges of places, so that "all of a million" is one of them and
 * every exception cuts one in two. Places between the ends of a range that do not exist (any more)
 * do no harm.
 */
#ifndef ENGINE_SELECTION_H
#define ENGINE_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct selection_range {
	int64_t first, last; /* places, both included */
};

struct selection {
	struct selection_range *ranges; /* owned; ascending, with gaps between */
	size_t count, cap;
	uint32_t messages; /* how many they are: kept by the caller */
};

void selection_done(struct selection *s);
void selection_copy(struct selection *to, const struct selection *from); /* to is overwritten */
bool selection_has(const struct selection *s, int64_t place);
void selection_add(struct selection *s, int64_t first, int64_t last);
void selection_remove(struct selection *s, int64_t place);
/* The first range that ends at the place or behind it; count when there is none. */
size_t selection_at(const struct selection *s, int64_t place);

#endif
