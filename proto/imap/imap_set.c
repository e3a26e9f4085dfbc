/* Sets of numbers as ascending, merged ranges. */
#include "proto/imap/imap_set.h"

#include "base/array.h"

#include <stdlib.h>

void imap_set_done(struct imap_set *s)
{
	mem_free(s->ranges);
	*s = (struct imap_set){0};
}

/* The first range that ends at or behind number - 1, so that it could be joined with it. */
static size_t set_place(const struct imap_set *s, uint32_t number)
{
	size_t low = 0, high = s->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->ranges[middle].last < number - 1)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* True when b starts no later than just behind a. */
static bool range_meets(const struct imap_range *a, uint32_t first)
{
	return first <= a->last || first - a->last == 1;
}

static void set_insert(struct imap_set *s, size_t at, struct imap_range range)
{
	s->ranges = array_room(s->ranges, s->count, &s->cap, sizeof(*s->ranges));
	memmove(s->ranges + at + 1, s->ranges + at, (s->count - at) * sizeof(*s->ranges));
	s->ranges[at] = range;
	s->count++;
}

void imap_set_add(struct imap_set *s, uint32_t first, uint32_t last)
{
	if (first > last) {
		uint32_t swap = first;
		first = last;
		last = swap;
	}
	if (last == 0)
		return;
	if (first == 0)
		first = 1;
	size_t at = set_place(s, first), end = at;
	while (end < s->count &&
		range_meets(&(struct imap_range){first, last}, s->ranges[end].first))
		end++;
	if (at == end) {
		set_insert(s, at, (struct imap_range){first, last});
		return;
	}
	struct imap_range *joined = &s->ranges[at];
	joined->first = joined->first < first ? joined->first : first;
	joined->last = s->ranges[end - 1].last > last ? s->ranges[end - 1].last : last;
	memmove(s->ranges + at + 1, s->ranges + end, (s->count - end) * sizeof(*s->ranges));
	s->count -= end - at - 1;
}

bool imap_set_has(const struct imap_set *s, uint32_t number)
{
	size_t low = 0, high = s->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->ranges[middle].last < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->count && s->ranges[low].first <= number;
}

uint64_t imap_set_size(const struct imap_set *s)
{
	uint64_t size = 0;
	for (size_t i = 0; i < s->count; i++)
		size += (uint64_t)s->ranges[i].last - s->ranges[i].first + 1;
	return size;
}

void imap_set_format(const struct imap_set *s, size_t *from, size_t max, struct buf *out)
{
	size_t start = out->len;
	for (; *from < s->count; ++*from) {
		const struct imap_range *r = &s->ranges[*from];
		size_t before = out->len;
		buf_addf(out, r->first == r->last ? "%s%u" : "%s%u:%u", before > start ? "," : "",
			r->first, r->last);
		if (out->len - start > max && before > start) {
			buf_truncate(out, before);
			return;
		}
	}
}

static int range_compare(const void *a, const void *b)
{
	const struct imap_range *left = a, *right = b;
	return left->first < right->first ? -1 : left->first > right->first;
}

/* Sorts what was appended in any order and joins what meets. */
static void set_mend(struct imap_set *s)
{
	qsort(s->ranges, s->count, sizeof(*s->ranges), range_compare);
	size_t kept = 0;
	for (size_t i = 1; i < s->count; i++) {
		struct imap_range *last = &s->ranges[kept];
		if (!range_meets(last, s->ranges[i].first))
			s->ranges[++kept] = s->ranges[i];
		else if (s->ranges[i].last > last->last)
			last->last = s->ranges[i].last;
	}
	s->count = kept + 1;
}

bool imap_set_append(struct imap_set *s, uint32_t first, uint32_t last, bool *is_mixed)
{
	struct imap_range range = {first < last ? first : last, first < last ? last : first};
	struct imap_range *end = s->count > 0 ? &s->ranges[s->count - 1] : NULL;
	if (range.first == 0)
		return false;
	if (end != NULL && range.first >= end->first && range_meets(end, range.first)) {
		end->last = range.last > end->last ? range.last : end->last;
		return true;
	}
	if (s->count >= IMAP_SET_RANGES_MAX)
		return false;
	*is_mixed |= end != NULL && range.first < end->first;
	s->ranges = array_room(s->ranges, s->count, &s->cap, sizeof(*s->ranges));
	s->ranges[s->count++] = range;
	return true;
}

void imap_set_appended(struct imap_set *s, bool is_mixed)
{
	if (is_mixed)
		set_mend(s);
}

static bool set_parse_range(struct str text, struct imap_range *range)
{
	struct str first = str_cut(&text, ':');
	if (!str_to_u32(first, &range->first))
		return false;
	range->last = range->first;
	return text.len == 0 || str_to_u32(text, &range->last);
}

bool imap_set_parse(struct str text, struct imap_set *s)
{
	struct imap_set parsed = {0};
	bool is_mixed = false, is_good = text.len > 0 && text.data[text.len - 1] != ',';
	while (is_good && text.len > 0) {
		struct str one = str_cut(&text, ',');
		struct imap_range range = {0};
		is_good = one.len > 0 && one.data[one.len - 1] != ':' &&
			  set_parse_range(one, &range) &&
			  imap_set_append(&parsed, range.first, range.last, &is_mixed);
	}
	if (!is_good) {
		imap_set_done(&parsed);
		return false;
	}
	imap_set_appended(&parsed, is_mixed);
	imap_set_done(s);
	*s = parsed;
	return true;
}
