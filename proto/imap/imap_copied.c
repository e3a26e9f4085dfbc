/* Which copy each message got: COPYUID's two lists side by side. */
#include "proto/imap/imap_set.h"

struct imap_copied imap_copied_begin(struct str code)
{
	struct imap_copied walk = {.source.rest = STR(""), .copy.rest = STR("")};
	str_cut(&code, ' ');
	str_cut(&code, ' ');
	walk.source.rest = str_cut(&code, ' ');
	walk.copy.rest = str_trim(code);
	return walk;
}

/* The next number of a list. Ranges count upwards however they are written. */
static bool walk_next(struct imap_list_walk *walk, uint32_t *number)
{
	if (!walk->has_next) {
		struct str range = str_cut(&walk->rest, ',');
		struct str first = str_cut(&range, ':');
		if (!str_to_u32(first, &walk->next))
			return false;
		walk->last = walk->next;
		if (range.len > 0 && !str_to_u32(range, &walk->last))
			return false;
		if (walk->last < walk->next) {
			uint32_t swap = walk->next;
			walk->next = walk->last;
			walk->last = swap;
		}
	}
	*number = walk->next;
	walk->has_next = walk->next < walk->last;
	walk->next += walk->has_next;
	return true;
}

bool imap_copied_next(struct imap_copied *walk, uint32_t *source, uint32_t *copy)
{
	bool has_source = walk_next(&walk->source, source);
	bool has_copy = walk_next(&walk->copy, copy);
	walk->is_whole =
		!has_source && !has_copy && walk->source.rest.len == 0 && walk->copy.rest.len == 0;
	return has_source && has_copy;
}

bool imap_copied_is_whole(const struct imap_copied *walk)
{
	return walk->is_whole;
}
