/* What of a POP3 maildrop is here: rows by key, those that went and come back under another one. */
#include "store_help.h"

static struct cache_uidl row_of(unsigned number, int64_t blob_id)
{
	struct cache_uidl row = {.size = 100 + number, .first_seen = 1000, .blob_id = blob_id};
	snprintf((char *)row.key, CACHE_UIDL_HASH, "key %06u", number);
	snprintf((char *)row.head, CACHE_UIDL_HASH, "head %u", number);
	snprintf((char *)row.whole, CACHE_UIDL_HASH, "whole %u", number);
	return row;
}

static size_t list(struct profile *p, int64_t account, bool wants_here, struct cache_uidl *rows)
{
	size_t count = 0;
	OK(p, cache_uidl_list(p->store, account, NULL, wants_here, rows, 10, &count, &p->err));
	return count;
}

Test(cache_uidl, rows_come_by_key_in_slices)
{
	struct profile p;
	int64_t account;
	struct cache_uidl rows[10];
	size_t count;
	profile_open(&p);
	OK(&p, cache_account_register(p.store, "pop", &account, &p.err));
	for (unsigned i = 25; i-- > 0;) {
		struct cache_uidl row = row_of(i, 0);
		OK(&p, cache_uidl_save(p.store, account, &row, &p.err));
	}
	const unsigned char *after = NULL;
	unsigned char last[CACHE_UIDL_HASH];
	unsigned seen = 0;
	do {
		OK(&p, cache_uidl_list(p.store, account, after, false, rows, 10, &count, &p.err));
		for (size_t i = 0; i < count; i++) {
			struct cache_uidl expected = row_of(seen++, 0);
			cr_expect_eq(memcmp(rows[i].key, expected.key, CACHE_UIDL_HASH), 0);
			cr_expect_eq(rows[i].size, expected.size);
			memcpy(last, rows[i].key, CACHE_UIDL_HASH);
		}
		after = last;
	} while (count == 10);
	cr_expect_eq(seen, 25);
	profile_close(&p);
}

Test(cache_uidl, one_that_went_is_known_again_by_its_content)
{
	struct profile p;
	int64_t account, gone = 0;
	struct cache_uidl rows[10];
	bool is_found;
	profile_open(&p);
	OK(&p, cache_account_register(p.store, "pop", &account, &p.err));
	struct cache_uidl old = row_of(1, 0), other = row_of(2, 0), like = row_of(1, 0);
	OK(&p, cache_uidl_save(p.store, account, &old, &p.err));
	OK(&p, cache_uidl_save(p.store, account, &other, &p.err));
	OK(&p, cache_uidl_gone(p.store, account, old.key, 2000, &p.err));
	OK(&p, cache_uidl_gone_count(p.store, account, &gone, &p.err));
	cr_expect_eq(gone, 1);
	cr_expect_eq(list(&p, account, false, rows), 1);

	memcpy(like.key, "another key", 12);
	like.size = 7;
	OK(&p, cache_uidl_adopt(p.store, account, &like, true, &is_found, &p.err));
	cr_expect_not(is_found, "another size by the header alone is another message");
	like.whole[0] = '?';
	OK(&p, cache_uidl_adopt(p.store, account, &like, false, &is_found, &p.err));
	cr_expect_not(is_found);
	like.whole[0] = old.whole[0];
	OK(&p, cache_uidl_adopt(p.store, account, &like, false, &is_found, &p.err));
	cr_expect(is_found);
	cr_expect_eq(list(&p, account, false, rows), 2);
	cr_expect_eq(memcmp(rows[0].key, like.key, CACHE_UIDL_HASH), 0);
	cr_expect_eq(rows[0].size, 7);
	cr_expect_eq(rows[0].first_seen, 1000);
	OK(&p, cache_uidl_adopt(p.store, account, &like, false, &is_found, &p.err));
	cr_expect_not(is_found, "one message comes back once");

	OK(&p, cache_uidl_gone(p.store, account, other.key, 3000, &p.err));
	OK(&p, cache_uidl_sweep(p.store, account, 3000, &p.err));
	OK(&p, cache_uidl_gone_count(p.store, account, &gone, &p.err));
	cr_expect_eq(gone, 1);
	OK(&p, cache_uidl_sweep(p.store, account, 3001, &p.err));
	OK(&p, cache_uidl_gone_count(p.store, account, &gone, &p.err));
	cr_expect_eq(gone, 0);
	profile_close(&p);
}

Test(cache_uidl, tells_whether_a_folder_still_has_the_mail)
{
	struct profile p;
	int64_t account, folder;
	struct cache_uidl rows[10];
	uint32_t uid;
	profile_open(&p);
	OK(&p, cache_account_register(p.store, "pop", &account, &p.err));
	OK(&p, cache_local_folder_create(p.store, account, "INBOX", &folder, &p.err));
	struct cache_local_mail mail = {0};
	OK(&p, cache_blob_add(p.store, STR("A: b\r\n\r\n"), &mail.blob_id, &p.err));
	OK(&p, cache_local_begin(p.store, &p.err));
	OK(&p, cache_local_add(p.store, folder, &mail, &uid, &p.err));
	struct cache_uidl row = row_of(1, mail.blob_id);
	OK(&p, cache_uidl_save(p.store, account, &row, &p.err));
	OK(&p, cache_local_end(p.store, true, &p.err));
	cr_assert_eq(list(&p, account, true, rows), 1);
	cr_expect(rows[0].is_here);

	OK(&p, cache_local_remove(p.store, folder, uid, &p.err));
	cr_assert_eq(list(&p, account, true, rows), 1);
	cr_expect_not(rows[0].is_here);
	/* Other bytes under the same id are not the mail. */
	OK(&p, cache_blob_add(p.store, STR("C: d\r\n\r\n"), &mail.blob_id, &p.err));
	OK(&p, cache_local_add(p.store, folder, &mail, &uid, &p.err));
	cr_assert_eq(list(&p, account, true, rows), 1);
	cr_expect_eq(rows[0].blob_id, mail.blob_id, "the id was meant to be used again");
	cr_expect_not(rows[0].is_here);

	OK(&p, cache_account_forget(p.store, account, &p.err));
	cr_expect_eq(list(&p, account, true, rows), 0);
	profile_close(&p);
}
