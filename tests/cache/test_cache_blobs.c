/* Raw bytes in local.db: what goes in comes out, and nothing is kept that nobody uses. */
#include "store_help.h"

#include "base/clock.h"

enum { PIECE = 256 * 1024 };

/* Bytes that no two places of a blob share. */
static void add_noise(struct buf *out, size_t len)
{
	uint32_t x = 1;
	for (size_t i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		buf_add_char(out, (char)(x >> 24));
	}
}

static int64_t add_streamed(struct profile *p, struct str bytes, size_t step)
{
	int64_t id = 0;
	struct cache_blob *blob = cache_blob_begin(p->store);
	while (bytes.len > 0) {
		struct str part = str_first(bytes, step);
		OK(p, cache_blob_append(blob, part, &p->err));
		bytes = str_skip(bytes, part.len);
	}
	OK(p, cache_blob_finish(blob, &id, &p->err));
	return id;
}

Test(cache_blobs, bytes_come_back_however_they_were_cut)
{
	static const size_t sizes[] = {0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 700000};
	struct profile p;
	profile_open(&p);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct buf bytes = {0}, back = {0};
		struct cache_blob_info info;
		add_noise(&bytes, sizes[i]);
		int64_t id = add_streamed(&p, buf_str(&bytes), 1000 + 77777 * i);
		profile_reopen(&p);
		OK(&p, cache_blob_get(p.store, id, &info, &p.err));
		cr_expect_eq(info.len, sizes[i]);
		for (size_t at = 0; at < sizes[i]; at += 99999)
			OK(&p, cache_blob_read(p.store, id, at, 99999, &back, &p.err));
		OK(&p, cache_blob_read(p.store, id, sizes[i], 10, &back, &p.err));
		cr_expect(str_equal(buf_str(&bytes), buf_str(&back)), "%zu bytes", sizes[i]);
		buf_clear(&back);
		OK(&p, cache_blob_read(p.store, id, 0, sizes[i] + 5, &back, &p.err));
		cr_expect(str_equal(buf_str(&bytes), buf_str(&back)));
		buf_done(&bytes);
		buf_done(&back);
	}
	profile_close(&p);
}

Test(cache_blobs, the_hash_is_that_of_the_bytes)
{
	struct profile p;
	struct cache_blob_info info;
	int64_t id = 0;
	profile_open(&p);
	OK(&p, cache_blob_add(p.store, STR("abc"), &id, &p.err));
	OK(&p, cache_blob_get(p.store, id, &info, &p.err));
	cr_expect_str_eq(
		info.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	profile_close(&p);
}

Test(cache_blobs, what_was_not_finished_cannot_be_read_and_goes_after_a_day)
{
	struct profile p;
	struct buf bytes = {0}, back = {0};
	struct cache_blob_info info;
	int64_t whole = 0;
	profile_open(&p);
	add_noise(&bytes, PIECE * 2);
	struct cache_blob *blob = cache_blob_begin(p.store);
	OK(&p, cache_blob_append(blob, buf_str(&bytes), &p.err));
	OK(&p, cache_blob_add(p.store, STR("x"), &whole, &p.err));
	cr_expect_not(cache_blob_get(p.store, whole - 1, &info, &p.err));
	OK(&p, cache_blob_read(p.store, whole - 1, 0, 10, &back, &p.err));
	cr_expect_eq(back.len, 0);
	OK(&p, cache_blobs_sweep(p.store, clock_wall_seconds(), &p.err));
	cr_expect(cache_blob_get(p.store, whole, &info, &p.err), "it is young");
	OK(&p, cache_blobs_sweep(p.store, clock_wall_seconds() + 90000, &p.err));
	cr_expect_not(cache_blob_get(p.store, whole, &info, &p.err));
	cache_blob_cancel(blob);
	buf_done(&bytes);
	buf_done(&back);
	profile_close(&p);
}

Test(cache_blobs, a_guest_may_add_and_a_reader_may_not)
{
	struct profile p;
	struct error err;
	struct cache_blob_info info;
	int64_t id = 0;
	profile_open(&p);
	p.options.mode = CACHE_GUEST;
	struct cache *guest = cache_open(&p.options, &err);
	cr_expect(cache_blob_add(guest, STR("from a guest"), &id, &err), "%s", err.detail);
	p.options.mode = CACHE_READER;
	struct cache *reader = cache_open(&p.options, &err);
	cr_expect_not(cache_blob_add(reader, STR("x"), &id, &err));
	OK(&p, cache_blob_get(p.store, id, &info, &p.err));
	cr_expect_eq(info.len, 12);
	cache_close(guest);
	cache_close(reader);
	profile_close(&p);
}

/* ---- Local folders. ---- */

static int64_t local_folder(struct profile *p, const char *wire)
{
	int64_t account = 0, folder = 0;
	OK(p, cache_account_register(p->store, "local", &account, &p->err));
	OK(p, cache_local_folder_create(p->store, account, wire, &folder, &p->err));
	return folder;
}

static uint32_t local_add(struct profile *p, int64_t folder, struct str bytes, flags_t flags)
{
	struct cache_local_mail mail = {.flags = flags, .arrived = 1700000000};
	uint32_t uid = 0;
	OK(p, cache_blob_add(p->store, bytes, &mail.blob_id, &p->err));
	OK(p, cache_local_add(p->store, folder, &mail, &uid, &p->err));
	return uid;
}

Test(cache_local, mail_keeps_its_number_flags_and_bytes_over_a_restart)
{
	struct profile p;
	struct cache_local_mail mails[4];
	struct cache_local_folder folder;
	size_t count = 0;
	bool is_found;
	profile_open(&p);
	int64_t id = local_folder(&p, "Keep");
	cr_expect_eq(local_add(&p, id, STR("one"), FLAG_SEEN), 1);
	cr_expect_eq(local_add(&p, id, STR("two"), 0), 2);
	profile_reopen(&p);
	OK(&p, cache_local_list(p.store, id, 1, mails, 4, &count, &p.err));
	cr_assert_eq(count, 2);
	cr_expect_eq(mails[0].flags, FLAG_SEEN);
	cr_expect_eq(mails[1].size, 3);
	cr_expect_eq(mails[1].arrived, 1700000000);
	OK(&p, cache_local_folder_get(p.store, id, &folder, &is_found, &p.err));
	cr_expect(is_found);
	cr_expect_eq(folder.uidnext, 3);
	cr_expect_eq(folder.total, 2);
	profile_close(&p);
}

Test(cache_local, every_change_is_behind_the_one_before)
{
	struct profile p;
	struct cache_local_mail mails[4];
	struct cache_local_folder folder;
	size_t count = 0;
	bool is_found;
	profile_open(&p);
	int64_t id = local_folder(&p, "Keep");
	local_add(&p, id, STR("one"), 0);
	local_add(&p, id, STR("two"), 0);
	OK(&p, cache_local_folder_get(p.store, id, &folder, &is_found, &p.err));
	OK(&p, cache_local_flags(p.store, id, 1, FLAG_FLAGGED, FLAG_SEEN, &p.err));
	OK(&p, cache_local_changes(p.store, id, folder.modseq, mails, 4, &count, &p.err));
	cr_assert_eq(count, 1);
	cr_expect_eq(mails[0].uid, 1);
	cr_expect_eq(mails[0].flags, FLAG_FLAGGED);
	uint64_t modseq = mails[0].modseq;
	OK(&p, cache_local_flags(p.store, id, 1, FLAG_FLAGGED, FLAG_SEEN, &p.err));
	OK(&p, cache_local_folder_get(p.store, id, &folder, &is_found, &p.err));
	cr_expect_eq(folder.modseq, modseq, "nothing was changed");
	OK(&p, cache_local_remove(p.store, id, 2, &p.err));
	cr_expect_eq(local_add(&p, id, STR("three"), 0), 3, "a number is never given twice");
	profile_close(&p);
}

Test(cache_local, bytes_go_with_the_last_mail_that_has_them)
{
	struct profile p;
	struct cache_local_mail mail = {0};
	struct cache_blob_info info;
	uint32_t uid;
	profile_open(&p);
	int64_t one = local_folder(&p, "One"), two = local_folder(&p, "Two");
	OK(&p, cache_blob_add(p.store, STR("shared"), &mail.blob_id, &p.err));
	OK(&p, cache_local_add(p.store, one, &mail, &uid, &p.err));
	OK(&p, cache_local_add(p.store, two, &mail, &uid, &p.err));
	OK(&p, cache_local_remove(p.store, one, 1, &p.err));
	cr_expect(cache_blob_get(p.store, mail.blob_id, &info, &p.err));
	OK(&p, cache_local_folder_delete(p.store, two, &p.err));
	cr_expect_not(cache_blob_get(p.store, mail.blob_id, &info, &p.err));
	profile_close(&p);
}

Test(cache_local, a_folder_is_renamed_with_all_below_it)
{
	struct profile p;
	struct cache_local_folder *folders;
	size_t count;
	profile_open(&p);
	int64_t a = local_folder(&p, "A"), below = local_folder(&p, "A/B");
	local_folder(&p, "AB");
	local_add(&p, below, STR("x"), 0);
	int64_t account = 0;
	OK(&p, cache_account_register(p.store, "local", &account, &p.err));
	cr_expect_not(cache_local_folder_rename(p.store, account, "A", "AB", '/', &p.err));
	OK(&p, cache_local_folder_rename(p.store, account, "A", "Z", '/', &p.err));
	OK(&p, cache_local_folders(p.store, account, &folders, &count, &p.err));
	cr_assert_eq(count, 3);
	cr_expect_str_eq(folders[0].wire, "AB");
	cr_expect_str_eq(folders[1].wire, "Z");
	cr_expect_eq(folders[1].folder_id, a);
	cr_expect_str_eq(folders[2].wire, "Z/B");
	cr_expect_eq(folders[2].folder_id, below);
	cr_expect_eq(folders[2].total, 1);
	for (size_t i = 0; i < count; i++)
		cache_local_folder_done(&folders[i]);
	mem_free(folders);
	profile_close(&p);
}

Test(cache_local, what_was_begun_and_not_ended_did_not_happen)
{
	struct profile p;
	struct cache_local_folder folder;
	bool is_found;
	profile_open(&p);
	int64_t id = local_folder(&p, "Keep");
	OK(&p, cache_local_begin(p.store, &p.err));
	local_add(&p, id, STR("one"), 0);
	local_add(&p, id, STR("two"), 0);
	cr_expect_not(cache_local_end(p.store, false, &p.err));
	OK(&p, cache_local_folder_get(p.store, id, &folder, &is_found, &p.err));
	cr_expect_eq(folder.total, 0);
	profile_close(&p);
}
