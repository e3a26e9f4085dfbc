/* Folders, names, cursors, fresh mail, finding, threads. */
#include "tests/cache/store_help.h"

static struct folder folder_named(const char *wire, enum folder_role role)
{
	return (struct folder){
		.wire = mem_text(wire), .name = mem_text(wire), .role = role, .delimiter = '/'};
}

Test(cache_folders, the_list_is_in_order_and_vanished_folders_come_back_with_their_rows)
{
	static const char *const expected[] = {"INBOX", "Drafts", "alpha", "Beta", "o'Hara\"; --"};
	struct profile p;
	struct folder *list;
	size_t count;
	int64_t account;
	profile_open(&p);
	OK(&p, cache_account_register(p.store, "a'b", &account, &p.err));
	struct folder given[] = {folder_named("Beta", ROLE_NONE), folder_named("INBOX", ROLE_INBOX),
		folder_named("o'Hara\"; --", ROLE_NONE), folder_named("alpha", ROLE_NONE),
		folder_named("Drafts", ROLE_DRAFTS)};
	OK(&p, cache_folders_save(p.store, account, given, 5, &p.err));
	OK(&p, cache_folders_list(p.store, account, &list, &count, &p.err));
	cr_assert_eq(count, 5u);
	for (size_t i = 0; i < count; i++)
		cr_assert_str_eq(list[i].name, expected[i]);
	int64_t beta = list[3].folder_id;
	for (size_t i = 0; i < count; i++)
		folder_done(&list[i]);
	mem_free(list);
	profile_fill(&p, beta, 1, 4);
	OK(&p, cache_folders_save(p.store, account, &given[1], 4, &p.err));
	OK(&p, cache_folders_list(p.store, account, &list, &count, &p.err));
	cr_assert_eq(count, 4u);
	for (size_t i = 0; i < count; i++)
		folder_done(&list[i]);
	mem_free(list);
	OK(&p, cache_folders_save(p.store, account, given, 5, &p.err));
	struct folder back;
	OK(&p, cache_folder_get(p.store, beta, &back, &p.err));
	cr_assert_eq(back.total, 4u);
	cr_assert_eq(back.uidnext, 5u);
	folder_done(&back);
	for (size_t i = 0; i < 5; i++)
		folder_done(&given[i]);
	SOUND(&p);
	profile_close(&p);
}

Test(cache_folders, mail_is_fresh_until_the_folder_was_shown_and_backlog_never_is)
{
	struct profile p;
	struct folder f;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 20);
	OK(&p, cache_folder_get(p.store, folder, &f, &p.err));
	cr_assert_eq(f.fresh, 0u);
	folder_done(&f);
	profile_fill(&p, folder, 21, 23);
	SOUND(&p);
	OK(&p, cache_folder_get(p.store, folder, &f, &p.err));
	cr_assert_eq(f.fresh, 3u);
	folder_done(&f);
	OK(&p, cache_folder_shown(p.store, folder, &p.err));
	SOUND(&p);
	OK(&p, cache_folder_get(p.store, folder, &f, &p.err));
	cr_assert_eq(f.fresh, 0u);
	folder_done(&f);
	profile_close(&p);
}

Test(cache_folders, what_the_server_said_is_kept_beside_the_cursor)
{
	struct profile p;
	struct cache_status said = {.server_total = 9,
		.server_unseen = UINT32_MAX,
		.server_uidnext = 77,
		.server_modseq = UINT64_MAX,
		.uidvalidity = 5};
	struct cache_status back;
	struct buf facts = {0};
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	OK(&p, cache_folder_status(p.store, folder, &said, &p.err));
	said.server_modseq = 1234;
	OK(&p, cache_folder_status(p.store, folder, &said, &p.err));
	OK(&p, cache_folder_server(p.store, folder, &back, &p.err));
	cr_assert_eq(back.server_total, 9u);
	cr_assert_eq(back.server_unseen, 0u);
	cr_assert_eq(back.server_uidnext, 77u);
	cr_assert_eq(back.server_modseq, 1234u);
	cr_assert_eq(back.uidvalidity, 5u);
	/* Another UIDVALIDITY: what is here is out of date, whatever the numbers are. */
	said.uidvalidity = 6;
	OK(&p, cache_folder_status(p.store, folder, &said, &p.err));
	OK(&p, cache_folder_server(p.store, folder, &back, &p.err));
	cr_assert_eq(back.server_uidnext, UINT32_MAX);
	cr_assert_eq(back.uidvalidity, 5u);
	OK(&p, cache_server_save(p.store, 1, STR("IDLE; 'x'"), &p.err));
	OK(&p, cache_server_load(p.store, 1, &facts, &p.err));
	cr_assert_str_eq(buf_text(&facts), "IDLE; 'x'");
	buf_done(&facts);
	profile_close(&p);
}

Test(cache_folders, keywords_have_bits_until_all_are_taken)
{
	struct profile p;
	char *names[FLAG_KEYWORD_MAX];
	profile_open(&p);
	profile_folder(&p, "INBOX");
	for (int i = 0; i < FLAG_KEYWORD_MAX + 2; i++) {
		char name[20];
		flags_t bit;
		snprintf(name, sizeof(name), "Word%d", i);
		OK(&p, cache_keyword_bit(p.store, 1, str_from(name), &bit, &p.err));
		cr_assert_eq(
			bit, i < FLAG_KEYWORD_MAX ? (flags_t)1 << (FLAG_KEYWORD_FIRST + i) : 0);
	}
	OK(&p, cache_keyword_names(p.store, 1, names, &p.err));
	cr_assert_str_eq(names[3], "Word3");
	for (int i = 0; i < FLAG_KEYWORD_MAX; i++)
		mem_free(names[i]);
	profile_close(&p);
}

Test(cache_folders, text_is_found_in_slices_either_way_and_folded)
{
	struct profile p;
	struct cache_header rows[40];
	struct sample samples[40];
	int64_t found, next = 0, from = 0;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	for (uint32_t i = 0; i < 40; i++) {
		sample_header(&samples[i], i + 1, &rows[i]);
		rows[i].subject = i == 25 ? STR("Grüße aus KÖLN 50% _x") : STR("nothing");
	}
	OK(&p, cache_headers_save(p.store, folder, rows, 40, NULL, &p.err));
	struct view view = {.kind = VIEW_FOLDER, .folder_id = folder};
	int slices = 0;
	do {
		OK(&p, cache_find(p.store, &view, from, false, STR("koln 50%"), 10, &found, &next,
			       &p.err));
		from = next;
		slices++;
	} while (found == 0 && next != 0);
	cr_assert_eq(found, place_make(folder, 26));
	cr_assert_eq(slices, 3);
	OK(&p, cache_find(p.store, &view, found, false, STR("GRUSSE"), 100, &found, &next, &p.err));
	cr_assert(found == 0 && next == 0);
	OK(&p, cache_find(p.store, &view, 0, true, STR("GRUSSE"), 100, &found, &next, &p.err));
	cr_assert_eq(found, place_make(folder, 26));
	profile_close(&p);
}

Test(cache_folders, every_message_is_joined_in_slices)
{
	struct profile p;
	bool is_done = false;
	size_t sum = 0, joined;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 250);
	while (!is_done) {
		OK(&p, cache_threads_join(p.store, 1, 40, &joined, &is_done, &p.err));
		cr_assert_leq(joined, 40u);
		sum += joined;
		SOUND(&p);
	}
	cr_assert_eq(sum, 250u);
	struct cache_message m;
	bool is_found;
	OK(&p, cache_message_get(p.store, place_make(folder, 7), &m, &is_found, &p.err));
	cr_assert_neq(m.row.message_id, 0);
	cr_assert_str_eq(m.message_id, "m7@example.org");
	cache_message_done(&m);
	struct uid_range range = {1, 100};
	OK(&p, cache_expunge(p.store, folder, &range, 1, NULL, NULL, &p.err));
	SOUND(&p);
	OK(&p, cache_idle(p.store, 0, &p.err));
	profile_close(&p);
}
