/*
 * Comparing a folder with the server where it does not tell what changed: UID SEARCH answers as
 * sets, a thirtieth of the bytes of FETCH (FLAGS), and the differences are found here, a slice a
 * step.
 */
#include "engine/sync.h"

#include "base/memory.h"

enum { CHECK_SLICE = 2000 };

static const struct sync_question {
	const char *criteria;
	flags_t bit;   /* 0: which messages exist */
	bool is_unset; /* the answer lists those without the flag */
} sync_questions[] = {
	{"ALL", 0, false},
	{"UNSEEN", FLAG_SEEN, true},
	{"FLAGGED", FLAG_FLAGGED, false},
	{"ANSWERED", FLAG_ANSWERED, false},
	{"DELETED", FLAG_DELETED, false},
	{"DRAFT", FLAG_DRAFT, false},
};

struct sync_compare {
	struct sync_compare *next; /* owned */
	const struct sync_question *question;
	struct imap_set set; /* what the server listed */
	size_t at_range;     /* the first range that may still matter */
	uint32_t from;       /* UIDs below are compared */
	bool is_answered;
};

static void compare_free(struct sync_compare *compare)
{
	imap_set_done(&compare->set);
	mem_free(compare);
}

void sync_check_free(struct folder_sync *sync)
{
	while (sync->compares != NULL) {
		struct sync_compare *next = sync->compares->next;
		compare_free(sync->compares);
		sync->compares = next;
	}
}

static struct sync_compare *compare_of(struct folder_sync *sync, const struct pending *p)
{
	for (struct sync_compare *c = sync->compares; c != NULL; c = c->next)
		if (c->question == &sync_questions[p->number])
			return c;
	return NULL;
}

void sync_check_result(
	struct folder_sync *sync, const struct pending *p, const struct imap_set *set)
{
	struct sync_compare *compare = compare_of(sync, p);
	for (size_t i = 0; compare != NULL && set != NULL && i < set->count; i++)
		imap_set_add(&compare->set, set->ranges[i].first, set->ranges[i].last);
}

static void sync_check_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	if (sync_is_late(s, p))
		return;
	struct sync_compare *compare = compare_of(p->sync, p);
	p->sync->checks--;
	if (compare == NULL)
		return;
	compare->is_answered = true;
	if (event->status != IMAP_OK)
		compare->from = UINT32_MAX; /* no answer, no conclusions */
}

static void sync_check_ask_one(struct session *s, struct folder_sync *sync, size_t index)
{
	struct sync_compare **last = &sync->compares;
	while (*last != NULL)
		last = &(*last)->next;
	*last = mem_new(sizeof(**last));
	(*last)->question = &sync_questions[index];
	(*last)->from = sync->have_low;
	unsigned command = imap_search(s->imap, session_has(s, IMAP_CAP_ESEARCH),
		str_from(sync_questions[index].criteria));
	struct pending *p = session_expect(s, command, sync_check_answer);
	p->sync = sync;
	p->epoch = sync->epoch;
	p->number = index;
	sync->checks++;
}

void sync_check_ask(struct session *s, struct folder_sync *sync)
{
	size_t count =
		sync->check == CHECK_FLAGS ? sizeof(sync_questions) / sizeof(*sync_questions) : 1;
	sync->check = CHECK_COUNT;
	for (size_t i = 0; i < count; i++)
		sync_check_ask_one(s, sync, i);
}

/* Is uid in the set? UIDs are asked in ascending order, so ranges below are passed for good. */
static bool compare_has(struct sync_compare *compare, uint32_t uid)
{
	while (compare->at_range < compare->set.count &&
		compare->set.ranges[compare->at_range].last < uid)
		compare->at_range++;
	return compare->at_range < compare->set.count &&
	       compare->set.ranges[compare->at_range].first <= uid;
}

/* UIDs of the set in [first, last] that are not among the rows here. */
static void compare_missing(struct folder_sync *sync, struct sync_compare *compare, uint32_t first,
	uint32_t last, const struct cache_flags *rows, size_t count)
{
	size_t row = 0;
	for (size_t i = 0; i < compare->set.count; i++) {
		struct imap_range range = compare->set.ranges[i];
		if (range.last < first)
			continue;
		if (range.first > last)
			return;
		uint32_t from = range.first > first ? range.first : first;
		uint32_t to = range.last < last ? range.last : last;
		for (uint64_t uid = from; uid <= to; uid++) {
			while (row < count && rows[row].uid < uid)
				row++;
			if (row == count || rows[row].uid != uid)
				imap_set_add(&sync->missing, (uint32_t)uid, (uint32_t)uid);
		}
	}
}

static void compare_rows(struct folder_sync *sync, struct sync_compare *compare,
	const struct cache_flags *rows, size_t count)
{
	flags_t bit = compare->question->bit;
	for (size_t i = 0; i < count; i++) {
		bool is_listed = compare_has(compare, rows[i].uid);
		if (bit == 0) {
			if (!is_listed)
				imap_set_add(&sync->gone, rows[i].uid, rows[i].uid);
			continue;
		}
		bool should = is_listed != compare->question->is_unset;
		if (((rows[i].flags & bit) != 0) == should)
			continue;
		struct imap_fetch fetch = {.uid = rows[i].uid, .modseq = rows[i].modseq};
		sync_batch_add_flags(
			&sync->batch, &fetch, should ? rows[i].flags | bit : rows[i].flags & ~bit);
	}
}

static bool compare_slice(struct session *s, struct folder_sync *sync, struct sync_compare *compare)
{
	struct cache_flags *rows = mem_new_array(CHECK_SLICE, sizeof(*rows));
	size_t count = 0;
	struct error err;
	uint32_t top = sync->have_next - 1;
	bool ok = cache_uid_flags(s->run->engine->cache, sync->folder_id, compare->from, top, rows,
		CHECK_SLICE, &count, &err);
	uint32_t last = ok && count == CHECK_SLICE ? rows[count - 1].uid : top;
	if (ok) {
		compare_rows(sync, compare, rows, count);
		if (compare->question->bit == 0)
			compare_missing(sync, compare, compare->from, last, rows, count);
		compare->from = last == top ? UINT32_MAX : last + 1;
		ok = sync_write(s, sync, NULL);
	} else {
		engine_storage_failed(s->run->engine, &err);
		compare->from = UINT32_MAX;
	}
	mem_free(rows);
	return ok;
}

bool sync_check_slice(struct session *s, struct folder_sync *sync)
{
	struct sync_compare *compare = sync->compares;
	if (compare == NULL || !compare->is_answered)
		return false;
	if (compare->from < sync->have_next && compare->from != UINT32_MAX &&
		!compare_slice(s, sync, compare))
		return false;
	if (compare->from == UINT32_MAX || compare->from >= sync->have_next) {
		sync->compares = compare->next;
		compare_free(compare);
	}
	return true;
}
