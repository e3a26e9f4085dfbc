/*
 * The store against a model: random saves, flags, expunges, wishes and settles, and after each the
 * same counts, rows, positions and pages as a plain array gives, and all invariants.
 */
#include "tests/cache/store_help.h"

#include "base/array.h"
#include "cache/cache_sort.h"

enum { UIDS = 700, STEPS = 220, WISHES = 40 };

struct model_row {
	bool is_here;
	flags_t server;
	unsigned version; /* of the header texts */
};

struct model {
	struct profile p;
	int64_t folder;
	struct model_row rows[UIDS + 1];
	struct action wishes[WISHES]; /* open, oldest first */
	size_t wish_count;
	uint32_t random;
	enum view_sort sort; /* an order that is made on the way */
	bool is_sorted;
};

static uint32_t model_random(struct model *m, uint32_t below)
{
	m->random = m->random * 1664525u + 1013904223u;
	return (m->random >> 8) % below;
}

static void model_header(
	const struct model *m, uint32_t uid, struct sample *s, struct cache_header *h)
{
	sample_header(s, uid + m->rows[uid].version * 7919, h);
	h->uid = uid;
	h->flags = m->rows[uid].server;
	memset(h->ident.bytes, 0, sizeof(h->ident));
	memcpy(h->ident.bytes, &uid, sizeof(uid));
}

static flags_t model_shown(const struct model *m, uint32_t uid)
{
	flags_t flags = m->rows[uid].server;
	for (size_t i = 0; i < m->wish_count; i++)
		for (size_t j = 0; j < m->wishes[i].item_count; j++)
			if (m->wishes[i].items[j].uid == uid)
				flags = (flags | m->wishes[i].add) & ~m->wishes[i].remove;
	return flags;
}

static void model_save(struct model *m)
{
	struct cache_header rows[60];
	struct sample samples[60];
	uint32_t count = 1 + model_random(m, 60), first = 1 + model_random(m, UIDS - 60);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t uid = first + (count - 1 - i);
		struct model_row *row = &m->rows[uid];
		row->is_here = true;
		row->version = model_random(m, 3);
		row->server = model_random(m, 4);
		model_header(m, uid, &samples[i], &rows[i]);
	}
	struct cache_cursor cursor = {
		.uidvalidity = 7, .uidnext = UIDS + 1, .synced_low = 1, .server_total = UINT32_MAX};
	OK(&m->p, cache_headers_save(m->p.store, m->folder, rows, count, &cursor, &m->p.err));
}

static void model_flags(struct model *m)
{
	struct cache_flags rows[20];
	for (size_t i = 0; i < 20; i++) {
		uint32_t uid = 1 + model_random(m, UIDS);
		rows[i] = (struct cache_flags){.uid = uid, .flags = model_random(m, 16)};
		if (m->rows[uid].is_here)
			m->rows[uid].server = rows[i].flags;
	}
	OK(&m->p, cache_flags_save(m->p.store, m->folder, rows, 20, NULL, NULL, &m->p.err));
}

static void model_expunge(struct model *m)
{
	struct uid_range ranges[3];
	size_t removed, expected = 0;
	for (size_t i = 0; i < 3; i++) {
		uint32_t first = 1 + model_random(m, UIDS - 10);
		ranges[i] = (struct uid_range){first, first + model_random(m, 10)};
		for (uint32_t uid = first; uid <= ranges[i].last; uid++) {
			expected += m->rows[uid].is_here;
			m->rows[uid].is_here = false;
		}
	}
	OK(&m->p, cache_expunge(m->p.store, m->folder, ranges, 3, NULL, &removed, &m->p.err));
	cr_assert_eq(removed, expected);
}

static const flags_t model_bits[] = {
	FLAG_SEEN, FLAG_FLAGGED, FLAG_DELETED, FLAG_SEEN | FLAG_FLAGGED};

/* The journal of the model is read back from the store: merging is its own business, what shows is
 * not. */
static void model_read_wishes(struct model *m)
{
	struct action *list;
	size_t count;
	for (size_t i = 0; i < m->wish_count; i++)
		action_done(&m->wishes[i]);
	m->wish_count = 0;
	OK(&m->p, cache_actions_list(m->p.store, &list, &count, &m->p.err));
	for (size_t i = 0; i < count; i++)
		if (list[i].state == ACTION_QUEUED)
			m->wishes[m->wish_count++] = list[i];
		else
			action_done(&list[i]);
	mem_free(list);
}

static void model_wish(struct model *m)
{
	flags_t expected[UIDS + 1];
	struct action a = {.account_id = 1,
		.folder_id = m->folder,
		.kind = ACTION_FLAGS,
		.uidvalidity = 7,
		.items = mem_new_array(12, sizeof(struct action_item)),
		.item_count = 1 + model_random(m, 12)};
	flags_t bits = model_bits[model_random(m, 4)];
	if (m->wish_count + 1 >= WISHES)
		return;
	if (model_random(m, 2) == 0)
		a.add = bits;
	else
		a.remove = bits;
	for (uint32_t uid = 1; uid <= UIDS; uid++)
		expected[uid] = model_shown(m, uid);
	for (size_t i = 0; i < a.item_count; i++) {
		a.items[i].uid = 1 + model_random(m, UIDS);
		expected[a.items[i].uid] = (expected[a.items[i].uid] | a.add) & ~a.remove;
	}
	OK(&m->p, cache_action_add(m->p.store, &a, &m->p.err));
	action_done(&a);
	model_read_wishes(m);
	for (uint32_t uid = 1; uid <= UIDS; uid++)
		if (m->rows[uid].is_here)
			cr_assert_eq(model_shown(m, uid), expected[uid], "UID %u", uid);
}

static void model_hand(struct model *m)
{
	struct action *list;
	size_t count;
	OK(&m->p, cache_actions_waiting(m->p.store, 1, 10, &list, 3, &count, &m->p.err));
	for (size_t i = 0; i < count; i++)
		action_done(&list[i]);
	mem_free(list);
}

static void model_settle(struct model *m)
{
	if (m->wish_count == 0)
		return;
	const struct action *a = &m->wishes[0];
	for (size_t i = 0; i < a->item_count; i++) {
		struct model_row *row = &m->rows[a->items[i].uid];
		row->server = (row->server | a->add) & ~a->remove;
	}
	OK(&m->p, cache_action_settle(m->p.store, a, &m->p.err));
	model_read_wishes(m);
}

static void model_fail(struct model *m)
{
	if (m->wish_count == 0)
		return;
	const struct action *a = &m->wishes[model_random(m, (uint32_t)m->wish_count)];
	OK(&m->p, cache_action_fail(m->p.store, a, ACTION_FAILED, "NO 'never'", &m->p.err));
	model_read_wishes(m);
}

static void model_prepare(struct model *m)
{
	struct view view = {.kind = VIEW_FOLDER, .folder_id = m->folder, .sort = m->sort};
	OK(&m->p, cache_view_prepare(m->p.store, &view, 97, &m->is_sorted, &m->p.err));
}

static void model_reopen(struct model *m)
{
	profile_reopen(&m->p);
}

/* A place with its key in an order. */
struct model_key {
	struct buf key;
	int64_t place_id;
};

static int model_key_order(const void *a, const void *b)
{
	const struct model_key *x = a, *y = b;
	int order = str_compare(buf_str(&x->key), buf_str(&y->key));
	if (order != 0)
		return order;
	return x->place_id < y->place_id ? -1 : x->place_id > y->place_id;
}

static size_t model_order(
	const struct model *m, enum view_sort sort, bool is_reverse, struct model_key *keys)
{
	size_t count = 0;
	for (uint32_t uid = 1; uid <= UIDS; uid++) {
		struct sample s;
		struct cache_header h;
		if (!m->rows[uid].is_here)
			continue;
		model_header(m, uid, &s, &h);
		struct cache_sort_source source = {
			h.from_name, h.from_addr, h.to_name, h.subject, h.date, h.size};
		keys[count].place_id = place_make(m->folder, uid);
		cache_sort_key(sort, &source, &keys[count++].key);
	}
	qsort(keys, count, sizeof(*keys), model_key_order);
	for (size_t i = 0; is_reverse && i < count / 2; i++) {
		struct model_key swap = keys[i];
		keys[i] = keys[count - 1 - i];
		keys[count - 1 - i] = swap;
	}
	return count;
}

static void model_check_page(struct model *m, const struct view *view, const struct model_key *keys,
	size_t total, enum cache_anchor anchor)
{
	struct cache_page page;
	uint32_t row = total > 0 ? model_random(m, (uint32_t)total) : 0;
	struct cache_page_query query = {.view = *view,
		.anchor = anchor,
		.row = row,
		.place_id = total > 0 ? keys[row].place_id : 1,
		.before = model_random(m, 30),
		.after = 1 + model_random(m, 30)};
	size_t want = query.before + query.after;
	OK(&m->p, cache_page(m->p.store, &query, &page, &m->p.err));
	cr_assert_eq(page.total, total);
	cr_assert_eq(page.count, want < total ? want : total, "%zu rows of %zu", page.count, total);
	for (size_t i = 0; i < page.count; i++) {
		const struct message *r = &page.rows[i];
		cr_assert_eq(r->place_id, keys[page.first + i].place_id);
		cr_assert_eq(r->flags, model_shown(m, place_uid(r->place_id)));
	}
	if (anchor == CACHE_AT_START)
		cr_assert_eq(page.first, 0u);
	if (anchor == CACHE_AT_END)
		cr_assert_eq(page.first + page.count, total);
	if (anchor == CACHE_AT_ROW || anchor == CACHE_AT_PLACE)
		cr_assert(total == 0 || (page.first <= row && row < page.first + page.count));
	cache_page_done(&page);
}

static void model_check_unseen(
	struct model *m, const struct view *view, const struct model_key *keys, size_t total)
{
	size_t from = total > 0 ? model_random(m, (uint32_t)total) : 0;
	int64_t found, expected = 0;
	for (size_t i = from + 1; i < total && expected == 0; i++)
		if ((model_shown(m, place_uid(keys[i].place_id)) & (FLAG_SEEN | FLAG_DELETED)) == 0)
			expected = keys[i].place_id;
	if (total == 0)
		return;
	OK(&m->p, cache_next_unseen(m->p.store, view, keys[from].place_id, &found, &m->p.err));
	cr_assert_eq(found, expected);
}

static void model_check_view(struct model *m, enum view_sort sort, bool is_reverse)
{
	static struct model_key keys[UIDS];
	struct view view = {.kind = VIEW_FOLDER,
		.folder_id = m->folder,
		.sort = sort,
		.is_reverse = is_reverse};
	size_t total = model_order(m, sort, is_reverse, keys);
	for (int anchor = CACHE_AT_PLACE; anchor <= CACHE_AT_END; anchor++)
		model_check_page(m, &view, keys, total, (enum cache_anchor)anchor);
	model_check_unseen(m, &view, keys, total);
	for (size_t i = 0; i < total; i += 1 + total / 7) {
		uint32_t row;
		bool is_found;
		OK(&m->p, cache_rank(
				  m->p.store, &view, keys[i].place_id, &row, &is_found, &m->p.err));
		cr_assert(is_found);
		cr_assert_eq(row, i);
	}
	for (size_t i = 0; i < UIDS; i++)
		buf_done(&keys[i].key);
}

static void model_check(struct model *m)
{
	struct folder f;
	uint32_t total = 0, unseen = 0, in_range = 0, counted;
	for (uint32_t uid = 1; uid <= UIDS; uid++) {
		total += m->rows[uid].is_here;
		unseen += m->rows[uid].is_here && (model_shown(m, uid) & FLAG_SEEN) == 0;
		in_range += m->rows[uid].is_here && uid >= 100 && uid <= 533;
	}
	SOUND(&m->p);
	OK(&m->p, cache_folder_get(m->p.store, m->folder, &f, &m->p.err));
	cr_assert_eq(f.total, total);
	cr_assert_eq(f.unseen, unseen);
	folder_done(&f);
	OK(&m->p, cache_uid_count(m->p.store, m->folder, 100, 533, &counted, &m->p.err));
	cr_assert_eq(counted, in_range);
	model_check_view(m, SORT_ARRIVAL, model_random(m, 2) != 0);
	if (m->is_sorted)
		model_check_view(m, m->sort, model_random(m, 2) != 0);
}

static void (*const model_steps[])(struct model *) = {model_save, model_save, model_flags,
	model_expunge, model_wish, model_wish, model_wish, model_hand, model_settle, model_fail,
	model_prepare, model_reopen};

static void model_run(uint32_t seed, enum view_sort sort)
{
	struct model *m = mem_new(sizeof(*m));
	profile_open(&m->p);
	m->folder = profile_folder(&m->p, "Robert'); DROP TABLE place;--");
	m->random = seed;
	m->sort = sort;
	for (size_t i = 0; i < STEPS; i++) {
		model_steps[model_random(m, sizeof(model_steps) / sizeof(model_steps[0]))](m);
		model_check(m);
	}
	for (size_t i = 0; i < m->wish_count; i++)
		action_done(&m->wishes[i]);
	profile_close(&m->p);
	mem_free(m);
}

Test(cache_model, store_and_model_agree_by_date, .timeout = 120)
{
	model_run(1, SORT_DATE);
}

Test(cache_model, store_and_model_agree_by_from, .timeout = 120)
{
	model_run(2, SORT_FROM);
}

Test(cache_model, store_and_model_agree_by_subject, .timeout = 120)
{
	model_run(3, SORT_SUBJECT);
}

Test(cache_model, store_and_model_agree_by_to, .timeout = 120)
{
	model_run(4, SORT_TO);
}

Test(cache_model, store_and_model_agree_by_size, .timeout = 120)
{
	model_run(5, SORT_SIZE);
}
