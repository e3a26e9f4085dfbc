/* The store: what happens to damaged, foreign and full files, and who may do what. */
#include "tests/cache/store_help.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "tests/cache/crash_vfs.h"

static off_t file_size(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? st.st_size : -1;
}

static void file_flip(const char *path, off_t at, size_t len)
{
	char junk[4096];
	memset(junk, 0xa5, sizeof(junk));
	int fd = open(path, O_RDWR);
	cr_assert_geq(fd, 0);
	for (size_t i = 0; i < len; i += sizeof(junk))
		cr_assert_geq(pwrite(fd, junk, len - i < sizeof(junk) ? len - i : sizeof(junk),
				      at + (off_t)i),
			0);
	close(fd);
}

static bool was_moved_aside(const char *path)
{
	char aside[128];
	snprintf(aside, sizeof(aside), "%s.damaged-1", path);
	return access(aside, F_OK) == 0;
}

static void page_at_end(struct profile *p, int64_t folder, size_t *count, bool *ok)
{
	struct cache_page page;
	struct cache_page_query query = {.view = {.kind = VIEW_FOLDER, .folder_id = folder},
		.anchor = CACHE_AT_END,
		.before = 50};
	*ok = cache_page(p->store, &query, &page, &p->err);
	*count = page.count;
	cache_page_done(&page);
}

Test(cache, a_cache_file_with_a_broken_head_is_begun_anew)
{
	for (int which = 0; which < 2; which++) {
		struct profile p;
		bool ok;
		size_t count;
		profile_open(&p);
		int64_t folder = profile_folder(&p, "INBOX");
		profile_fill(&p, folder, 1, 200);
		cache_close(p.store);
		const char *path = which == 0 ? p.cache : p.body;
		file_flip(path, 0, 200);
		p.store = cache_open(&p.options, &p.err);
		cr_assert_not_null(p.store, "%s", p.err.detail);
		cr_assert(was_moved_aside(path));
		profile_fill(&p, folder, 1, 200);
		page_at_end(&p, folder, &count, &ok);
		cr_assert(ok);
		cr_assert_eq(count, 50u);
		SOUND(&p);
		profile_close(&p);
	}
}

Test(cache, damage_found_while_running_is_told_and_mended_at_the_next_start)
{
	struct profile p;
	bool ok = true;
	size_t count;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 3000);
	cache_close(p.store);
	/* What opening reads is whole, the rows are not. */
	off_t half = file_size(p.cache) / 8192 * 4096;
	file_flip(p.cache, half, (size_t)(file_size(p.cache) - half));
	p.store = cache_open(&p.options, &p.err);
	if (p.store != NULL) {
		page_at_end(&p, folder, &count, &ok);
		cr_assert_not(ok);
		cr_assert_eq(p.err.kind, ERROR_STORAGE);
		cr_assert_not_null(strstr(p.err.detail, "damaged"), "%s", p.err.detail);
		profile_reopen(&p);
	}
	cr_assert(was_moved_aside(p.cache));
	profile_fill(&p, folder, 1, 30);
	SOUND(&p);
	profile_close(&p);
}

Test(cache, a_cut_cache_file_never_crashes)
{
	for (off_t part = 0; part < 10; part++) {
		struct profile p;
		bool ok;
		size_t count;
		profile_open(&p);
		int64_t folder = profile_folder(&p, "INBOX");
		profile_fill(&p, folder, 1, 500);
		cache_close(p.store);
		cr_assert_eq(truncate(p.cache, file_size(p.cache) * part / 10 + part * 7), 0);
		p.store = cache_open(&p.options, &p.err);
		if (p.store != NULL) {
			page_at_end(&p, folder, &count, &ok);
			profile_reopen(&p);
		}
		page_at_end(&p, folder, &count, &ok);
		profile_close(&p);
	}
}

Test(cache, a_damaged_local_file_is_refused_with_what_to_do)
{
	struct profile p;
	profile_open(&p);
	cache_close(p.store);
	file_flip(p.local, 0, 200);
	p.store = cache_open(&p.options, &p.err);
	cr_assert_null(p.store);
	cr_assert_eq(p.err.kind, ERROR_STORAGE);
	cr_assert_not_null(strstr(p.err.detail, "copy it"), "%s", p.err.detail);
	cr_assert_not(was_moved_aside(p.local));
	profile_close(&p);
}

Test(cache, a_file_from_the_future_is_refused)
{
	for (int which = 0; which < 3; which++) {
		struct profile p;
		sqlite3 *db;
		profile_open(&p);
		cache_close(p.store);
		const char *path = which == 0 ? p.local : which == 1 ? p.cache : p.body;
		cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
		cr_assert_eq(
			sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(db);
		p.store = cache_open(&p.options, &p.err);
		cr_assert_null(p.store);
		cr_assert_not_null(strstr(p.err.detail, "newer Rowan"), "%s", p.err.detail);
		profile_close(&p);
	}
}

Test(cache, the_caches_of_another_profile_are_not_taken_for_ours)
{
	struct profile p;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 5);
	cache_close(p.store);
	unlink(p.local);
	p.store = cache_open(&p.options, &p.err);
	cr_assert_not_null(p.store, "%s", p.err.detail);
	cr_assert(was_moved_aside(p.cache));
	SOUND(&p);
	profile_close(&p);
}

/* Every write in turn finds the disk full: false with a sentence and nothing half done, or true. */
Test(cache, a_full_disk_leaves_nothing_half_done, .timeout = 60)
{
	struct profile p;
	struct sample s[50];
	struct cache_header rows[50];
	crash_vfs_register();
	profile_open(&p);
	cache_close(p.store);
	p.options.vfs = CRASH_VFS;
	p.store = cache_open(&p.options, &p.err);
	cr_assert_not_null(p.store, "%s", p.err.detail);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 50);
	for (uint32_t i = 0; i < 50; i++)
		sample_header(&s[i], 100 + i, &rows[i]);
	unsigned refused = 0;
	for (unsigned n = 1; n < 40; n++) {
		struct cache_cursor cursor = {.uidnext = 200, .server_total = UINT32_MAX};
		struct action a = {.account_id = 1,
			.folder_id = folder,
			.kind = ACTION_FLAGS,
			.uidvalidity = 7,
			.add = n % 2 ? FLAG_FLAGGED : 0,
			.remove = n % 2 ? 0 : FLAG_FLAGGED,
			.items = mem_new_array(1, sizeof(struct action_item)),
			.item_count = 1};
		a.items[0].uid = 5;
		crash_vfs_arm(CRASH_FULL, n);
		bool is_saved = cache_headers_save(p.store, folder, rows, 50, &cursor, &p.err);
		if (!is_saved)
			cr_assert_not_null(strstr(p.err.detail, "no space"), "%s", p.err.detail);
		crash_vfs_arm(CRASH_FULL, n);
		bool is_wished = cache_action_add(p.store, &a, &p.err);
		refused += !is_saved + !is_wished;
		crash_vfs_arm(CRASH_NEVER, 0);
		OK(&p, cache_journal_apply(p.store, NULL, &p.err));
		SOUND(&p);
		struct folder f;
		OK(&p, cache_folder_get(p.store, folder, &f, &p.err));
		cr_assert_eq(f.total, is_saved ? 100u : 50u);
		folder_done(&f);
		struct uid_range range = {100, 149};
		OK(&p, cache_expunge(p.store, folder, &range, 1, NULL, NULL, &p.err));
		action_done(&a);
	}
	cr_assert_gt(refused, 5u);
	profile_close(&p);
}

Test(cache, a_guest_leaves_wishes_and_the_owner_shows_them)
{
	struct profile p;
	struct cache_options guest_options;
	struct cache_message m;
	bool is_found;
	size_t applied;
	profile_open(&p);
	int64_t folder = profile_folder(&p, "INBOX");
	profile_fill(&p, folder, 1, 5);
	guest_options = p.options;
	guest_options.mode = CACHE_GUEST;
	struct cache *guest = cache_open(&guest_options, &p.err);
	cr_assert_not_null(guest, "%s", p.err.detail);
	int64_t version = cache_version(p.store);
	struct action a = {.account_id = 1,
		.folder_id = folder,
		.kind = ACTION_FLAGS,
		.add = FLAG_SEEN,
		.items = mem_new_array(1, sizeof(struct action_item)),
		.item_count = 1};
	a.items[0].uid = 4;
	OK(&p, cache_action_add(guest, &a, &p.err));
	cr_assert_gt(a.action_id, 0);
	cr_assert_eq(a.uidvalidity, 7u);
	cr_assert_neq(cache_version(p.store), version);
	cr_assert_not(cache_folder_shown(guest, folder, &p.err));
	OK(&p, cache_journal_apply(p.store, &applied, &p.err));
	cr_assert_eq(applied, 1u);
	SOUND(&p);
	OK(&p, cache_message_get(guest, place_make(folder, 4), &m, &is_found, &p.err));
	cr_assert_eq(m.row.flags, FLAG_SEEN);
	cache_message_done(&m);
	action_done(&a);
	cache_close(guest);
	profile_close(&p);
}

Test(cache, a_reader_of_nothing_sees_an_empty_store)
{
	struct profile p;
	struct folder *folders;
	size_t count;
	profile_open(&p);
	cache_close(p.store);
	unlink(p.cache);
	unlink(p.body);
	p.options.mode = CACHE_READER;
	p.store = cache_open(&p.options, &p.err);
	cr_assert_not_null(p.store, "%s", p.err.detail);
	OK(&p, cache_folders_list(p.store, 0, &folders, &count, &p.err));
	cr_assert_eq(count, 0u);
	mem_free(folders);
	profile_close(&p);
}
