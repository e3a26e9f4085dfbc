/* Sets of places as ranges. */
#include "engine/selection.h"

#include "base/array.h"
#include "base/memory.h"

#include <string.h>

void selection_done(struct selection *s)
{
	mem_free(s->ranges);
	*s = (struct selection){0};
}

void selection_copy(struct selection *to, const struct selection *from)
{
	*to = (struct selection){
		.count = from->count, .cap = from->count, .messages = from->messages};
	to->ranges = mem_new_array(from->count, sizeof(*to->ranges));
	if (from->count > 0)
		memcpy(to->ranges, from->ranges, from->count * sizeof(*to->ranges));
}

size_t selection_at(const struct selection *s, int64_t place)
{
	size_t low = 0, high = s->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->ranges[middle].last < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool selection_has(const struct selection *s, int64_t place)
{
	size_t at = selection_at(s, place);
	return at < s->count && s->ranges[at].first <= place;
}

static void selection_insert(struct selection *s, size_t at, struct selection_range range)
{
	s->ranges = array_room(s->ranges, s->count, &s->cap, sizeof(*s->ranges));
	memmove(s->ranges + at + 1, s->ranges + at, (s->count - at) * sizeof(*s->ranges));
	s->ranges[at] = range;
	s->count++;
}

static void selection_cut(struct selection *s, size_t at, size_t count)
{
	memmove(s->ranges + at, s->ranges + at + count,
		(s->count - at - count) * sizeof(*s->ranges));
	s->count -= count;
}

void selection_add(struct selection *s, int64_t first, int64_t last)
{
	size_t at = selection_at(s, first - 1), end = at;
	while (end < s->count && s->ranges[end].first <= last + 1)
		end++;
	if (end == at) {
		selection_insert(s, at, (struct selection_range){first, last});
		return;
	}
	struct selection_range *range = &s->ranges[at];
	range->first = first < range->first ? first : range->first;
	range->last = last > s->ranges[end - 1].last ? last : s->ranges[end - 1].last;
	selection_cut(s, at + 1, end - at - 1);
}

void selection_remove(struct selection *s, int64_t place)
{
	size_t at = selection_at(s, place);
	if (at == s->count || s->ranges[at].first > place)
		return;
	struct selection_range range = s->ranges[at];
	if (range.first == range.last) {
		selection_cut(s, at, 1);
	} else if (range.first == place) {
		s->ranges[at].first++;
	} else if (range.last == place) {
		s->ranges[at].last--;
	} else {
		s->ranges[at].last = place - 1;
		selection_insert(s, at + 1, (struct selection_range){place + 1, range.last});
	}
}
