/*
 * What is in the maildrop against what was fetched from it.
 *
 * A message is known by its UIDL and its size. One that is new, whose UIDL several have, or whose
 * size is another than when it was fetched, is looked at by its content before it is taken for a
 * new one; what was fetched and is not listed any more is kept for a while to be compared with.
 */
#include "engine/pop3_session.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/account_run.h"

#include <stdlib.h>

enum {
	LOOK_ROWS = 1000, /* a slice: about 2 ms */
	LOOK_KEEP_S = 30 * 24 * 3600,
	LOOK_DAY_S = 24 * 3600,
};

static struct cache *look_cache(const struct pop3_session *s)
{
	return s->run->engine->cache;
}

static int64_t look_account(const struct pop3_session *s)
{
	return s->run->account->account_id;
}

static bool look_failed(struct pop3_session *s, const struct error *err)
{
	engine_storage_failed(s->run->engine, err);
	return pop3_fail_with(s, err);
}

/* ---- Asking. ---- */

/* Of a maildrop nothing was fetched from all sizes are wanted: they travel with the rest. */
void pop3_look_start(struct pop3_session *s)
{
	struct cache_uidl row;
	size_t count = 1;
	s->phase = POP3_LOOKING;
	s->stat = pop3_stat(s->pop3);
	if (s->run->test != NULL)
		return;
	cache_uidl_list(look_cache(s), look_account(s), NULL, false, &row, 1, &count, NULL);
	s->is_first = count == 0;
	if (s->is_first)
		s->list = pop3_list(s->pop3);
	s->uidl = pop3_uidl(s->pop3);
}

static void look_size(struct pop3_session *s)
{
	s->phase = POP3_SIZING;
	pop3_sort_by_number(s);
	s->list = pop3_list(s->pop3);
}

static struct pop3_listed *look_add(struct pop3_session *s, uint32_t number)
{
	s->listed = array_room(s->listed, s->listed_count, &s->listed_cap, sizeof(*s->listed));
	struct pop3_listed *entry = &s->listed[s->listed_count++];
	*entry = (struct pop3_listed){.number = number};
	return entry;
}

static int look_by_number(const void *a, const void *b)
{
	const struct pop3_listed *x = a, *y = b;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Those without a key come first, whatever their number. */
static int look_by_key(const void *a, const void *b)
{
	const struct pop3_listed *x = a, *y = b;
	if (x->has_key != y->has_key)
		return x->has_key ? 1 : -1;
	int order = memcmp(x->key, y->key, sizeof(x->key));
	return order != 0 ? order : look_by_number(a, b);
}

void pop3_sort_by_number(struct pop3_session *s)
{
	if (s->listed_count > 0)
		qsort(s->listed, s->listed_count, sizeof(*s->listed), look_by_number);
}

/* Lists come in order, so mostly it is the one at that place. */
static struct pop3_listed *look_find(struct pop3_session *s, uint32_t number)
{
	struct pop3_listed key = {.number = number};
	if (number <= s->listed_count && s->listed[number - 1].number == number)
		return &s->listed[number - 1];
	return s->listed_count > 0 ? bsearch(&key, s->listed, s->listed_count, sizeof(*s->listed),
					     look_by_number)
				   : NULL;
}

static void look_uidl(struct pop3_session *s, const struct pop3_event *event)
{
	unsigned char hash[DIGEST_BYTES];
	struct pop3_listed *entry = s->is_first ? look_find(s, event->number) : NULL;
	if (entry == NULL)
		entry = look_add(s, event->number);
	else if (entry->has_key)
		entry = look_add(s, event->number); /* twice: seen at the end */
	entry->has_key = !str_is_empty(event->text);
	if (!entry->has_key)
		return;
	digest_bytes(event->text, hash);
	memcpy(entry->key, hash, sizeof(entry->key));
}

/* ---- Comparing. ---- */

/* A UIDL that several messages have tells nothing. Sorted by key. */
static void look_distrust(struct pop3_session *s)
{
	for (size_t i = 0; i < s->listed_count;) {
		size_t end = i + 1;
		while (end < s->listed_count && s->listed[i].has_key &&
			memcmp(s->listed[i].key, s->listed[end].key, CACHE_UIDL_HASH) == 0)
			end++;
		for (size_t j = i; end - i > 1 && j < end; j++)
			s->listed[j].has_key = false;
		i = end;
	}
}

static void look_merge(struct pop3_session *s)
{
	s->phase = POP3_MERGING;
	if (s->listed_count > 0)
		qsort(s->listed, s->listed_count, sizeof(*s->listed), look_by_key);
	look_distrust(s);
	if (s->listed_count > 0)
		qsort(s->listed, s->listed_count, sizeof(*s->listed), look_by_key);
	while (s->merged < s->listed_count && !s->listed[s->merged].has_key)
		s->merged++;
}

static bool look_may_go(const struct pop3_session *s, const struct cache_uidl *row)
{
	const struct account *account = s->run->account;
	switch (account->leave) {
	case LEAVE_FOREVER:
		return false;
	case LEAVE_DAYS:
		return row->first_seen + (int64_t)account->leave_days * LOOK_DAY_S <=
		       s->run->engine->wall;
	case LEAVE_UNTIL_DELETED:
		return !row->is_here;
	case LEAVE_NEVER:
		return true;
	}
	return false;
}

void pop3_know(struct pop3_session *s, struct pop3_listed *entry, const struct cache_uidl *row)
{
	entry->state = POP3_KNOWN;
	entry->row_size = row->size;
	entry->may_go = look_may_go(s, row);
}

static bool look_row(struct pop3_session *s, const struct cache_uidl *row, struct error *err)
{
	int order = -1;
	while (s->merged < s->listed_count &&
		(order = memcmp(s->listed[s->merged].key, row->key, CACHE_UIDL_HASH)) < 0)
		s->merged++;
	if (s->merged == s->listed_count || order != 0)
		return cache_uidl_gone(
			look_cache(s), look_account(s), row->key, s->run->engine->wall, err);
	struct pop3_listed *entry = &s->listed[s->merged++];
	pop3_know(s, entry, row);
	s->known_octets += row->size;
	return true;
}

/* LIST was not asked for, or tells the same as when they were fetched. */
static bool look_sizes_fit(const struct pop3_session *s)
{
	return s->has_stat && s->known_octets == s->octets;
}

/* Another size: another message, under the key of one that was fetched. */
static bool look_doubt(struct pop3_session *s)
{
	struct error err;
	if (!cache_local_begin(look_cache(s), &err))
		return look_failed(s, &err);
	bool ok = true;
	for (size_t i = 0; ok && i < s->listed_count; i++) {
		struct pop3_listed *entry = &s->listed[i];
		if (entry->state != POP3_KNOWN || entry->size == entry->row_size)
			continue;
		entry->state = POP3_NEW;
		entry->may_go = false;
		ok = cache_uidl_gone(
			look_cache(s), look_account(s), entry->key, s->run->engine->wall, &err);
	}
	return cache_local_end(look_cache(s), ok, &err) || look_failed(s, &err);
}

static void look_count(struct pop3_session *s, size_t *may_go)
{
	s->news = *may_go = 0;
	for (size_t i = 0; i < s->listed_count; i++) {
		s->news += s->listed[i].state == POP3_NEW;
		*may_go += s->listed[i].may_go;
	}
}

/* All is known that can be known without the messages themselves. */
static bool look_is_over(struct pop3_session *s)
{
	struct error err;
	if (!cache_uidl_gone_count(look_cache(s), look_account(s), &s->gone, &err))
		return look_failed(s, &err);
	pop3_fetch_start(s);
	return !s->is_failed;
}

static bool look_merged(struct pop3_session *s)
{
	size_t may_go;
	struct error err;
	int64_t before = s->run->engine->wall - LOOK_KEEP_S;
	if (!cache_uidl_sweep(look_cache(s), look_account(s), before, &err))
		return look_failed(s, &err);
	look_count(s, &may_go);
	bool is_whole = !s->has_stat || s->listed_count == s->count;
	if (s->has_sizes)
		return look_doubt(s) && look_is_over(s);
	if (s->news == 0 && may_go == 0 && is_whole && look_sizes_fit(s))
		return look_is_over(s);
	look_size(s);
	return true;
}

bool pop3_look_step(struct pop3_session *s)
{
	struct cache_uidl *rows = mem_new_array(LOOK_ROWS, sizeof(*rows));
	struct error err;
	size_t count = 0;
	bool wants_here = s->run->account->leave == LEAVE_UNTIL_DELETED;
	bool ok = cache_uidl_list(look_cache(s), look_account(s), s->has_after ? s->after : NULL,
			  wants_here, rows, LOOK_ROWS, &count, &err) &&
		  cache_local_begin(look_cache(s), &err);
	if (ok) {
		for (size_t i = 0; ok && i < count; i++)
			ok = look_row(s, &rows[i], &err);
		ok = cache_local_end(look_cache(s), ok, &err);
	}
	if (count > 0)
		memcpy(s->after, rows[count - 1].key, sizeof(s->after));
	s->has_after = true;
	mem_free(rows);
	if (!ok)
		return look_failed(s, &err);
	return count == LOOK_ROWS || look_merged(s);
}

/* ---- Answers. ---- */

static void look_stat(struct pop3_session *s, const struct pop3_event *event)
{
	s->stat = 0;
	s->has_stat = event->is_ok;
	s->count = event->count;
	s->octets = event->size;
	if (s->run->test == NULL)
		return;
	if (!event->is_ok) {
		pop3_fail(s, ERROR_REFUSED, "the server does not open the maildrop", event->text);
		return;
	}
	account_run_test_step(s->run, TEST_FOLDERS);
	account_run_test_step(s->run, TEST_DONE);
	pop3_quit(s->pop3);
	s->phase = POP3_QUITTING;
}

static void look_uidl_end(struct pop3_session *s, const struct pop3_event *event)
{
	s->uidl = 0;
	s->uidl_is_refused = !event->is_ok;
	if (!event->is_ok && pop3_has(s->pop3, POP3_CAP_UIDL) && s->count > 0) {
		pop3_fail(s, ERROR_REFUSED, "the server does not list its messages", event->text);
		return;
	}
	pop3_sort_by_number(s);
	/* Numbers twice: what is listed is no list. */
	for (size_t i = 1; i < s->listed_count; i++)
		if (s->listed[i].number == s->listed[i - 1].number) {
			pop3_fail(s, ERROR_PROTOCOL, "the server lists a message twice", STR(""));
			return;
		}
	if (s->uidl_is_refused && !s->has_sizes)
		look_size(s); /* by content, and that wants sizes and numbers */
	else
		look_merge(s);
}

/* Messages that UIDL left out are known by content alone. */
static void look_listed(struct pop3_session *s, const struct pop3_event *event)
{
	struct pop3_listed *entry = look_find(s, event->number);
	uint32_t size = event->size < UINT32_MAX ? (uint32_t)event->size : UINT32_MAX;
	if (entry != NULL) {
		entry->size = size;
	} else if (s->listed_count == 0 || s->listed[s->listed_count - 1].number < event->number) {
		look_add(s, event->number)->size = size;
	}
}

static void look_list_end(struct pop3_session *s, const struct pop3_event *event)
{
	s->list = 0;
	s->has_sizes = event->is_ok;
	if (s->is_first && s->uidl != 0) {
		pop3_sort_by_number(s);
		return; /* what it means is seen when UIDL is there */
	}
	if (!event->is_ok) {
		pop3_fail(s, ERROR_REFUSED, "the server does not list its messages", event->text);
		return;
	}
	if (s->uidl_is_refused)
		look_merge(s); /* all that was fetched may come back by content */
	else if (look_doubt(s))
		look_is_over(s);
}

void pop3_look_event(struct pop3_session *s, const struct pop3_event *event)
{
	if (event->kind == POP3_UIDL && event->command == s->uidl)
		look_uidl(s, event);
	else if (event->kind == POP3_LISTED && event->command == s->list)
		look_listed(s, event);
	else if (event->kind != POP3_ANSWERED)
		return;
	else if (event->command == s->stat)
		look_stat(s, event);
	else if (event->command == s->uidl)
		look_uidl_end(s, event);
	else if (event->command == s->list)
		look_list_end(s, event);
}
