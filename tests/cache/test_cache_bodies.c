/* Bodies in chunks, their hints, and the part tree. */
#include "tests/cache/store_help.h"

static int64_t message_of(struct profile *p, int64_t folder, uint32_t uid)
{
	int64_t id = 0;
	OK(p, cache_message_register(p->store, place_make(folder, uid), &id, &p->err));
	cr_assert_gt(id, 0);
	return id;
}

/* Bytes that compress a little. */
static void body_make(struct buf *out, size_t size)
{
	uint32_t x = 1;
	while (out->len < size) {
		x = x * 1664525u + 1013904223u;
		buf_addf(out, "line %u of a body\r\n", x >> 16);
	}
	buf_truncate(out, size);
}

static bool has_body(struct profile *p, int64_t folder, uint32_t uid)
{
	struct cache_message m;
	bool is_found;
	OK(p, cache_message_get(p->store, place_make(folder, uid), &m, &is_found, &p->err));
	bool has = (m.row.hints & HINT_BODY) != 0;
	cache_message_done(&m);
	return has;
}

Test(cache_bodies, a_body_is_the_same_however_it_came_and_however_it_is_read)
{
	static const size_t sizes[] = {0, 1, 3000, 262143, 262144, 262145, 1000000};
	static const size_t steps[] = {1000000, 262144, 16384, 100001};
	struct profile p;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 100);
	uint32_t uid = 0;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t j = 0; j < sizeof(steps) / sizeof(steps[0]); j++) {
			struct buf body = {0}, back = {0};
			int64_t id = message_of(&p, folder, ++uid);
			body_make(&body, sizes[i]);
			size_t at = 0;
			do {
				struct str piece =
					str_first(str_skip(buf_str(&body), at), steps[j]);
				bool is_last = at + piece.len == body.len;
				OK(&p, cache_body_append(
					       p.store, id, STR(""), at, piece, is_last, &p.err));
				at += piece.len;
			} while (at < body.len);
			SOUND(&p);
			uint64_t have;
			bool is_whole;
			OK(&p, cache_body_state(p.store, id, STR(""), &have, &is_whole, &p.err));
			cr_assert_eq(have, body.len);
			cr_assert(is_whole);
			OK(&p, cache_body_read(
				       p.store, id, STR(""), 0, SIZE_MAX / 2, &back, &p.err));
			cr_assert_eq(back.len, body.len);
			cr_assert(str_equal(buf_str(&back), buf_str(&body)));
			for (size_t from = 0; from < body.len; from += 77777) {
				buf_clear(&back);
				OK(&p, cache_body_read(
					       p.store, id, STR(""), from, 300000, &back, &p.err));
				cr_assert(str_equal(buf_str(&back),
					str_first(str_skip(buf_str(&body), from), 300000)));
			}
			cr_assert(has_body(&p, folder, uid));
			buf_done(&body);
			buf_done(&back);
		}
	profile_close(&p);
}

Test(cache_bodies, pieces_may_be_read_while_more_is_coming)
{
	struct profile p;
	struct buf back = {0};
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 2);
	int64_t id = message_of(&p, folder, 1);
	OK(&p, cache_body_append(p.store, id, STR("1.2"), 0, STR("hello "), false, &p.err));
	OK(&p, cache_body_append(p.store, id, STR("1.2"), 6, STR("world"), false, &p.err));
	OK(&p, cache_body_read(p.store, id, STR("1.2"), 0, 100, &back, &p.err));
	cr_assert_str_eq(buf_text(&back), "hello world");
	cr_assert_not(cache_body_append(p.store, id, STR("1.2"), 5, STR("x"), false, &p.err));
	cr_assert_not(has_body(&p, folder, 1));
	SOUND(&p);
	OK(&p, cache_body_append(p.store, id, STR("1.2"), 11, STR(""), true, &p.err));
	SOUND(&p);
	OK(&p, cache_body_drop(p.store, id, STR("1.2"), &p.err));
	uint64_t have;
	bool is_whole;
	OK(&p, cache_body_state(p.store, id, STR("1.2"), &have, &is_whole, &p.err));
	cr_assert_eq(have, 0u);
	SOUND(&p);
	buf_done(&back);
	profile_close(&p);
}

Test(cache_bodies, a_body_is_found_again_when_the_message_stands_elsewhere)
{
	struct profile p;
	profile_open(&p);
	int64_t inbox = profile_folder(&p, "INBOX"),
		other = profile_folder(&p, "x'; DROP TABLE op;--");
	profile_fill(&p, inbox, 1, 3);
	int64_t id = message_of(&p, inbox, 2);
	OK(&p, cache_body_append(p.store, id, STR(""), 0, STR("text"), true, &p.err));
	profile_fill(&p, other, 1, 3);
	cr_assert_not(has_body(&p, other, 2));
	cr_assert_eq(message_of(&p, other, 2), id);
	cr_assert(has_body(&p, other, 2));
	/* Also after cache.db is gone. */
	cache_close(p.store);
	unlink(p.cache);
	p.store = cache_open(&p.options, &p.err);
	cr_assert_not_null(p.store);
	profile_fill(&p, inbox, 1, 3);
	cr_assert_eq(message_of(&p, inbox, 2), id);
	cr_assert(has_body(&p, inbox, 2));
	SOUND(&p);
	OK(&p, cache_account_forget(p.store, 1, &p.err));
	uint64_t have;
	bool is_whole;
	OK(&p, cache_body_state(p.store, id, STR(""), &have, &is_whole, &p.err));
	cr_assert_eq(have, 0u);
	SOUND(&p);
	profile_close(&p);
}

Test(cache_bodies, a_part_tree_comes_back_as_it_was)
{
	struct profile p;
	profile_open(&p);
	struct part *root = part_new(NULL);
	mem_free(root->type);
	root->type = mem_text("multipart");
	struct part *inner = part_new(root);
	inner->name = mem_text("a\tname.pdf");
	inner->size = 1ull << 40;
	inner->params = mem_new_array(1, sizeof(*inner->params));
	inner->params[0] = (struct part_param){mem_text("name"), mem_text("")};
	inner->param_count = 1;
	part_new(part_new(root));
	part_new(root);
	OK(&p, cache_structure_save(p.store, 5, root, &p.err));
	struct part *back, *none;
	OK(&p, cache_structure_load(p.store, 5, &back, &p.err));
	OK(&p, cache_structure_load(p.store, 6, &none, &p.err));
	cr_assert_null(none);
	cr_assert_not_null(back);
	struct part *a = root, *b = back;
	for (; a != NULL && b != NULL; a = part_next(a), b = part_next(b)) {
		cr_assert_str_eq(a->type, b->type);
		cr_assert_eq(a->child_count, b->child_count);
		cr_assert_eq(a->param_count, b->param_count);
		cr_assert_eq(a->size, b->size);
	}
	cr_assert_null(a);
	cr_assert_null(b);
	cr_assert_str_eq(back->children[0]->name, "a\tname.pdf");
	cr_assert_null(back->children[0]->charset);
	part_free(root);
	part_free(back);
	profile_close(&p);
}
