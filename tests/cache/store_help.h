/* What the tests of the store share: a profile in a scratch folder, rows made from a number. */
#ifndef TESTS_CACHE_STORE_HELP_H
#define TESTS_CACHE_STORE_HELP_H

#include "cache/cache.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

struct profile {
	char folder[64];
	char local[96], cache[96], body[96];
	struct cache_options options;
	struct cache *store;
	struct error err;
};

static inline void profile_paths(struct profile *p)
{
	snprintf(p->local, sizeof(p->local), "%s/local.db", p->folder);
	snprintf(p->cache, sizeof(p->cache), "%s/cache.db", p->folder);
	snprintf(p->body, sizeof(p->body), "%s/body.db", p->folder);
	p->options = (struct cache_options){.local_path = p->local,
		.cache_path = p->cache,
		.body_path = p->body,
		.mode = CACHE_OWNER};
}

#define OK(p, call) cr_assert((call), "%s", (p)->err.detail)
#define SOUND(p) OK(p, cache_check((p)->store, &(p)->err))

static inline void profile_open(struct profile *p)
{
	memset(p, 0, sizeof(*p));
	snprintf(p->folder, sizeof(p->folder), "/tmp/rowan-cache-XXXXXX");
	cr_assert_not_null(mkdtemp(p->folder));
	profile_paths(p);
	p->store = cache_open(&p->options, &p->err);
	cr_assert_not_null(p->store, "%s", p->err.detail);
}

static inline void profile_reopen(struct profile *p)
{
	cache_close(p->store);
	p->store = cache_open(&p->options, &p->err);
	cr_assert_not_null(p->store, "%s", p->err.detail);
}

static inline void profile_close(struct profile *p)
{
	char command[128];
	cache_close(p->store);
	snprintf(command, sizeof(command), "rm -rf %s", p->folder);
	cr_assert_eq(system(command), 0);
}

/* An account and a folder of it. */
static inline int64_t profile_folder(struct profile *p, const char *wire)
{
	int64_t account = 0, folder = 0;
	OK(p, cache_account_register(p->store, "work", &account, &p->err));
	OK(p, cache_folder_register(p->store, account, wire, &folder, &p->err));
	return folder;
}

/* Header texts of one row, made from its UID. */
struct sample {
	char from[40], addr[40], to[40], subject[60], id[40];
};

static inline void sample_header(struct sample *s, uint32_t uid, struct cache_header *h)
{
	uint32_t mixed = uid * 2654435761u;
	snprintf(s->from, sizeof(s->from), "Person %u", mixed % 97);
	snprintf(s->addr, sizeof(s->addr), "p%u@example.org", mixed % 97);
	snprintf(s->to, sizeof(s->to), "Reader %u", mixed % 11);
	snprintf(s->subject, sizeof(s->subject), "%sTalk %u", mixed % 3 ? "Re: " : "", mixed % 31);
	snprintf(s->id, sizeof(s->id), "m%u@example.org", uid);
	*h = (struct cache_header){.uid = uid,
		.modseq = uid,
		.size = mixed % 50000,
		.arrived = 1600000000 + uid,
		.date = 1600000000 + (int64_t)(mixed % 100000),
		.fields = CACHE_FIELDS_LIST,
		.from_name = str_from(s->from),
		.from_addr = str_from(s->addr),
		.to_name = str_from(s->to),
		.subject = str_from(s->subject),
		.message_id = str_from(s->id)};
	memcpy(h->ident.bytes, &mixed, sizeof(mixed));
	memcpy(h->ident.bytes + 4, &uid, sizeof(uid));
}

/* Saves UIDs [first, last] unseen, with a cursor behind them. */
static inline void profile_fill(struct profile *p, int64_t folder, uint32_t first, uint32_t last)
{
	size_t count = last - first + 1;
	struct cache_header *rows = mem_new_array(count, sizeof(*rows));
	struct sample *samples = mem_new_array(count, sizeof(*samples));
	for (size_t i = 0; i < count; i++)
		sample_header(&samples[i], first + (uint32_t)i, &rows[i]);
	struct cache_cursor cursor = {
		.uidvalidity = 7, .uidnext = last + 1, .synced_low = 1, .server_total = UINT32_MAX};
	OK(p, cache_headers_save(p->store, folder, rows, count, &cursor, &p->err));
	mem_free(rows);
	mem_free(samples);
}

#endif
