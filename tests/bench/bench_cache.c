/*
 * What the store costs: prints one line a figure, with the bound it is held to; ends with 1 when a
 * figure is over its bound. Times are the process's own (CPU), so that a busy machine does not blur
 * them; on a real disk its waits come on top.
 *	bench_cache [ROWS [FOLDER]]
 */
#include "cache/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

struct bench {
	char folder[200], local[256], cache[256], body[256];
	struct cache_options options;
	struct cache *store;
	int64_t account_id, folder_id;
	uint32_t rows;
	struct error err;
	bool is_over;
};

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void check(struct bench *b, bool ok)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", b->err.detail);
	exit(2);
}

static void figure(struct bench *b, const char *what, double value, const char *unit, double bound,
	bool is_least)
{
	bool is_over = is_least ? value < bound : value > bound;
	printf("%-44s %10.2f %-7s %s %10.2f%s\n", what, value, unit, is_least ? ">=" : "<=", bound,
		is_over ? "  OVER" : "");
	b->is_over = b->is_over || is_over;
}

enum { BATCH = 500 };

struct row_text {
	char from[40], addr[40], subject[80], id[60], refs[130];
};

static void row_make(struct row_text *t, uint32_t uid, struct cache_header *h)
{
	uint32_t mixed = uid * 2654435761u;
	snprintf(t->from, sizeof(t->from), "Friend Number %u", mixed % 4999);
	snprintf(t->addr, sizeof(t->addr), "friend%u@mail.example.org", mixed % 4999);
	snprintf(t->subject, sizeof(t->subject), "Re: a subject of some length, part %u",
		mixed % 20011);
	snprintf(t->id, sizeof(t->id), "%08x.%u.abcdef@mail.example.org", mixed, uid);
	snprintf(t->refs, sizeof(t->refs), "%08x.%u.abcdef@mail.example.org",
		(uid / 2) * 2654435761u, uid / 2);
	*h = (struct cache_header){.uid = uid,
		.flags = uid % 10 ? FLAG_SEEN : 0,
		.modseq = uid,
		.size = mixed % 60000,
		.arrived = 1500000000 + (int64_t)uid * 60,
		.date = 1500000000 + (int64_t)uid * 60 - mixed % 5000,
		.fields = CACHE_FIELDS_LIST,
		.from_name = str_from(t->from),
		.from_addr = str_from(t->addr),
		.to_name = STR("Reader"),
		.subject = str_from(t->subject),
		.message_id = str_from(t->id),
		.references = str_from(uid % 3 ? t->refs : "")};
	memcpy(h->ident.bytes, &mixed, sizeof(mixed));
	memcpy(h->ident.bytes + 4, &uid, sizeof(uid));
}

/* Saves the rows newest first; returns microseconds a row, also of the last fifth. */
static double fill(struct bench *b, double *last_fifth)
{
	static struct row_text texts[BATCH];
	static struct cache_header rows[BATCH];
	double spent = 0, late = 0;
	uint32_t high = b->rows, late_rows = 0;
	while (high > 0) {
		uint32_t count = high < BATCH ? high : BATCH;
		for (uint32_t i = 0; i < count; i++)
			row_make(&texts[i], high - count + 1 + i, &rows[i]);
		struct cache_cursor cursor = {.uidvalidity = 7,
			.uidnext = b->rows + 1,
			.synced_low = high - count + 1,
			.server_total = b->rows};
		double start = now_ms();
		check(b, cache_headers_save(b->store, b->folder_id, rows, count, &cursor, &b->err));
		double took = now_ms() - start;
		spent += took;
		high -= count;
		if (high < b->rows / 5) {
			late += took;
			late_rows += count;
		}
	}
	*last_fifth = late * 1000 / late_rows;
	return spent * 1000 / b->rows;
}

static double page_at(struct bench *b, enum cache_anchor anchor, uint32_t row, enum view_sort sort)
{
	struct cache_page page;
	struct cache_page_query query = {
		.view = {.kind = VIEW_FOLDER, .folder_id = b->folder_id, .sort = sort},
		.anchor = anchor,
		.row = row,
		.before = 20,
		.after = 40};
	double start = now_ms();
	check(b, cache_page(b->store, &query, &page, &b->err));
	double took = now_ms() - start;
	if (page.count != 60)
		printf("a page of %zu rows\n", page.count);
	cache_page_done(&page);
	return took;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static void pages(struct bench *b, const char *what, enum view_sort sort, double bound)
{
	enum { TRIES = 201 };
	double took[TRIES];
	char label[64];
	for (uint32_t i = 0; i < TRIES; i++)
		took[i] = page_at(b, CACHE_AT_ROW,
			20 + (uint32_t)((uint64_t)i * 7919 * 7919 % (b->rows - 100)), sort);
	qsort(took, TRIES, sizeof(took[0]), by_value);
	snprintf(label, sizeof(label), "page of 60 at any row, %s, p50", what);
	figure(b, label, took[TRIES / 2], "ms", bound, false);
	snprintf(label, sizeof(label), "page of 60 at any row, %s, p99", what);
	figure(b, label, took[TRIES - 3], "ms", bound * 3, false);
}

static double wish(struct bench *b, uint32_t first, uint32_t count, uint32_t step)
{
	struct action a = {.account_id = b->account_id,
		.folder_id = b->folder_id,
		.kind = ACTION_FLAGS,
		.uidvalidity = 7,
		.add = FLAG_FLAGGED,
		.items = mem_new_array(count, sizeof(struct action_item)),
		.item_count = count};
	for (uint32_t i = 0; i < count; i++)
		a.items[i].uid = first + i * step;
	double start = now_ms();
	check(b, cache_action_add(b->store, &a, &b->err));
	double took = now_ms() - start;
	start = now_ms();
	check(b, cache_action_settle(b->store, &a, &b->err));
	if (count > 1)
		figure(b, "settling them", now_ms() - start, "ms", 120, false);
	action_done(&a);
	return took;
}

static void wishes(struct bench *b)
{
	enum { TRIES = 201 };
	double took[TRIES];
	for (uint32_t i = 0; i < TRIES; i++)
		took[i] = wish(b, 1 + (uint32_t)((uint64_t)i * 104729 % b->rows), 1, 1);
	qsort(took, TRIES, sizeof(took[0]), by_value);
	figure(b, "one flag wish with masks, p50", took[TRIES / 2], "ms", 0.3, false);
	uint32_t many = b->rows < 20000 ? b->rows / 2 : 10000;
	figure(b, "marking 10,000", wish(b, b->rows - many, many, 1), "ms", 60, false);
}

static void opening(struct bench *b)
{
	enum { TRIES = 15 };
	double took[TRIES];
	struct cache_counts counts;
	for (size_t i = 0; i < TRIES; i++) {
		cache_close(b->store);
		double start = now_ms();
		b->store = cache_open(&b->options, &b->err);
		check(b, b->store != NULL);
		page_at(b, CACHE_AT_END, 0, SORT_ARRIVAL);
		took[i] = now_ms() - start;
		cache_counts(b->store, &counts);
	}
	qsort(took, TRIES, sizeof(took[0]), by_value);
	figure(b, "open and first page, median", took[TRIES / 2], "ms", 3, false);
	printf("%-44s %10llu rows %llu pages\n", "  which read", (unsigned long long)counts.rows,
		(unsigned long long)counts.pages);
}

static void sorting(struct bench *b)
{
	struct view view = {.kind = VIEW_FOLDER, .folder_id = b->folder_id, .sort = SORT_SUBJECT};
	bool is_done = false;
	double start = now_ms(), longest = 0;
	while (!is_done) {
		double slice = now_ms();
		check(b, cache_view_prepare(b->store, &view, 500, &is_done, &b->err));
		if (now_ms() - slice > longest)
			longest = now_ms() - slice;
	}
	figure(b, "making the order by subject, a row", (now_ms() - start) * 1000 / b->rows, "us",
		25, false);
	figure(b, "  its longest slice of 500", longest, "ms", 40, false);
	pages(b, "by subject", SORT_SUBJECT, 0.6);
}

static void joining(struct bench *b)
{
	bool is_done = false;
	double start = now_ms(), longest = 0;
	while (!is_done) {
		double slice = now_ms();
		check(b, cache_threads_join(b->store, b->account_id, 200, NULL, &is_done, &b->err));
		if (now_ms() - slice > longest)
			longest = now_ms() - slice;
	}
	figure(b, "joining threads, a row", (now_ms() - start) * 1000 / b->rows, "us", 60, false);
	figure(b, "  its longest slice of 200", longest, "ms", 40, false);
}

static void log_size(struct bench *b)
{
	char path[300];
	struct stat st = {0};
	snprintf(path, sizeof(path), "%s-wal", b->cache);
	if (stat(path, &st) == 0)
		figure(b, "write-ahead log after filling", (double)st.st_size / 1e6, "MB", 16,
			false);
}

static void memory(struct bench *b)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	figure(b, "peak memory", (double)usage.ru_maxrss / 1024, "MB", 25, false);
}

static void begin(struct bench *b, const char *parent)
{
	snprintf(b->folder, sizeof(b->folder), "%s/rowan-bench-XXXXXX", parent);
	if (mkdtemp(b->folder) == NULL) {
		perror(parent);
		exit(2);
	}
	snprintf(b->local, sizeof(b->local), "%s/local.db", b->folder);
	snprintf(b->cache, sizeof(b->cache), "%s/cache.db", b->folder);
	snprintf(b->body, sizeof(b->body), "%s/body.db", b->folder);
	b->options = (struct cache_options){.local_path = b->local,
		.cache_path = b->cache,
		.body_path = b->body,
		.mode = CACHE_OWNER};
	b->store = cache_open(&b->options, &b->err);
	check(b, b->store != NULL);
	check(b, cache_account_register(b->store, "bench", &b->account_id, &b->err));
	check(b, cache_folder_register(b->store, b->account_id, "INBOX", &b->folder_id, &b->err));
}

int main(int argc, char **argv)
{
	struct bench b = {.rows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000};
	double last;
	begin(&b, argc > 2 ? argv[2] : "/dev/shm");
	printf("%u rows\n", b.rows);
	figure(&b, "saving headers in 500s, a row", fill(&b, &last), "us", 11, false);
	figure(&b, "  of the last fifth", last, "us", 16.6, false);
	log_size(&b);
	opening(&b);
	pages(&b, "by arrival", SORT_ARRIVAL, 0.3);
	wishes(&b);
	memory(&b);
	sorting(&b);
	joining(&b);
	memory(&b);
	double start = now_ms();
	cache_close(b.store);
	printf("%-44s %10.2f ms\n", "closing", now_ms() - start);
	char command[480];
	snprintf(command, sizeof(command), "ls -l %s; rm -rf %s", b.folder, b.folder);
	return system(command) != 0 || b.is_over;
}
