/* The plain nouns: flags, places, accounts, folders, messages, addresses, documents. */
#include "model/account.h"
#include "model/address.h"
#include "model/doc.h"
#include "model/folder.h"
#include "model/message.h"
#include "model/sentence.h"
#include "model/view.h"

#include "base/memory.h"

#include <criterion/criterion.h>

Test(flags, have_one_name_each)
{
	for (int bit = 0; bit < 64; bit++) {
		flags_t one = (flags_t)1 << bit;
		const char *wire = flag_to_wire(one);
		cr_expect_eq(wire == NULL, bit > 9, "bit %d", bit);
		cr_expect(wire == NULL || flag_from_wire(str_from(wire)) == one);
	}
	cr_expect_eq(flag_from_wire(STR("\\SEEN")), FLAG_SEEN);
	cr_expect_eq(flag_from_wire(STR("$forwarded")), FLAG_FORWARDED);
	cr_expect_eq(flag_from_wire(STR("Seen")), 0);
	cr_expect_eq(flag_from_wire(STR("")), 0);
	cr_expect_null(flag_to_wire(FLAG_SEEN | FLAG_DRAFT));
}

Test(place, is_read_as_it_was_printed)
{
	static const struct {
		int64_t folder;
		uint32_t validity, uid;
		const char *text;
	} rows[] = {
		{1, 0, 1, "1.0.1"},
		{12, 1234567890, 4294967295u, "12.1234567890.4294967295"},
		{1073741823, 4294967295u, 7, "1073741823.4294967295.7"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = {0};
		int64_t place = place_make(rows[i].folder, rows[i].uid), back = 0;
		uint32_t validity = 99;
		place_print(place, rows[i].validity, &out);
		cr_expect_str_eq(buf_text(&out), rows[i].text);
		cr_expect(place_read(buf_str(&out), &back, &validity), "%s", rows[i].text);
		cr_expect_eq(back, place);
		cr_expect_eq(validity, rows[i].validity);
		cr_expect_eq(place_folder(back), rows[i].folder);
		cr_expect_eq(place_uid(back), rows[i].uid);
		buf_done(&out);
	}
}

Test(place, may_be_temporary)
{
	struct buf out = {0};
	int64_t place = place_make(3, 5) | PLACE_TEMPORARY, back;
	uint32_t validity;
	place_print(place, 9, &out);
	cr_assert(place_read(buf_str(&out), &back, &validity));
	cr_assert_eq(back, place);
	cr_assert(place_is_temporary(back));
	cr_assert_gt(place, place_make(3, UINT32_MAX));
	cr_assert_lt(place, place_make(4, 1));
	buf_done(&out);
}

Test(place, is_nothing_else)
{
	static const char *const rows[] = {"", "1", "1.2", "1.2.", "1..3", ".2.3", "0.2.3", "1.2.0",
		"1.2.3.4", "1.2.3 ", " 1.2.3", "-1.2.3", "1.-2.3", "1.2.3x", "1073741824.2.3",
		"1.4294967296.3", "1.2.8589934592", "99999999999999999999.1.1"};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t place = 42;
		uint32_t validity = 42;
		cr_expect_not(place_read(str_from(rows[i]), &place, &validity), "%s", rows[i]);
		cr_expect(place == 42 && validity == 42, "%s", rows[i]);
	}
}

Test(account, copies_share_nothing)
{
	struct account a = {
		.account_id = 7,
		.name = mem_text("work"),
		.incoming = {.host = mem_text("imap.example"),
			.port = 993,
			.user = mem_text("ann")},
		.from = mem_text("Ann <ann@example>"),
		.seen = SEEN_AFTER,
		.seen_after = 5,
	};
	struct account *copy = account_copy(&a);
	account_done(&a);
	cr_assert_null(a.name);
	cr_assert_str_eq(copy->name, "work");
	cr_assert_str_eq(copy->incoming.user, "ann");
	cr_assert_null(copy->outgoing.host);
	cr_assert_eq(copy->seen_after, 5);
	account_free(copy);
	account_free(NULL);
	cr_assert_null(account_copy(NULL));
}

Test(folder, copies_share_nothing)
{
	struct folder a = {.folder_id = 3, .wire = mem_text("Entw&APw-rfe"), .name = mem_text("x")};
	struct folder b;
	folder_copy_to(&b, &a);
	folder_done(&a);
	cr_assert_str_eq(b.wire, "Entw&APw-rfe");
	cr_assert_eq(b.folder_id, 3);
	folder_done(&b);
	folder_done(&b);
}

Test(message, copies_share_nothing_and_have_no_null)
{
	struct message a = {.place_id = 5, .subject = mem_text("Hello")};
	struct message b;
	message_copy_to(&b, &a);
	message_done(&a);
	cr_assert_str_eq(b.subject, "Hello");
	cr_assert_str_eq(b.from_name, "");
	cr_assert_str_eq(b.to_name, "");
	message_done(&b);
	message_done(&b);
}

Test(address, list_holds_copies_up_to_its_limit)
{
	struct address_list list = {0};
	address_list_add(&list, STR("Ann"), STR("ann@example"), STR(""));
	address_list_add(&list, STR(""), STR(""), STR("friends"));
	cr_assert_str_eq(list.items[0].name, "Ann");
	cr_assert_null(list.items[0].group);
	cr_assert_str_eq(list.items[1].group, "friends");
	for (int i = 0; i < ADDRESS_COUNT_MAX; i++)
		address_list_add(&list, STR(""), STR("a@b"), STR(""));
	cr_assert_eq(list.count, ADDRESS_COUNT_MAX);
	address_list_done(&list);
	cr_assert_eq(list.count, 0);
}

Test(doc, spans_cover_only_what_has_a_style)
{
	struct doc *d = doc_new();
	struct doc_block *b = doc_add_block(d, DOC_TEXT);
	int link = doc_add_link(d, STR("https://example/"), STR("here"));
	cr_assert_eq(link, 0);
	cr_assert_eq(b->part, -1);
	doc_block_add(b, STR("see "), 0, -1);
	doc_block_add(b, STR("he"), DOC_STYLE_LINK, link);
	doc_block_add(b, STR("re"), DOC_STYLE_LINK, link);
	doc_block_add(b, STR(""), DOC_STYLE_BOLD, -1);
	doc_block_add(b, STR("!"), DOC_STYLE_BOLD, -1);
	doc_block_add(b, STR(" "), 0, -1);
	doc_block_add(b, STR("!"), DOC_STYLE_BOLD, -1);
	cr_assert_str_eq(buf_text(&b->text), "see here! !");
	cr_assert_eq(b->span_count, 3);
	cr_assert(b->spans[0].start == 4 && b->spans[0].len == 4 && b->spans[0].link == 0);
	cr_assert(b->spans[1].start == 8 && b->spans[1].len == 1 && b->spans[1].link == -1);
	cr_assert(b->spans[2].start == 10 && b->spans[2].len == 1);
	doc_add_part(d)->path = mem_text("1");
	for (int i = 0; i < 100; i++)
		doc_add_block(d, DOC_BLANK);
	doc_free(d);
	doc_free(NULL);
}

Test(view, is_the_same_only_in_all_that_it_says)
{
	struct view a = {.kind = VIEW_FOLDER, .folder_id = 3, .sort = SORT_DATE};
	struct view b = a;
	cr_assert(view_equal(&a, &b));
	b.is_reverse = true;
	cr_assert_not(view_equal(&a, &b));
}

Test(sentence, becomes_the_detail_of_an_error)
{
	struct sentence s = {0};
	struct error err = {0};
	cr_assert_not(sentence_set(&s, "%2 of %1, 100%%", "b", "a", NULL));
	cr_assert_not(sentence_set(&s, "%2 of %1, 99%%", "b", "a", NULL));
	cr_assert_not(sentence_error(&s, ERROR_INPUT, &err));
	cr_assert_eq(err.kind, ERROR_INPUT);
	cr_assert_str_eq(err.detail, "a of b, 99%");
	sentence_done(&s);
	cr_assert_null(s.text);
}
