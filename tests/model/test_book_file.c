/* Address books of mutt, Alpine and vCard: read, and written so that they read back equal. */
#include "base/memory.h"
#include "model/book_file.h"

#include <criterion/criterion.h>

static const char mutt[] = "# mine\n"
			   "alias ann Ann Example <ann@example.org> # a friend\n"
			   "alias -group club bob bob@example.org\n"
			   "alias team ann@example.org, \\\n  Bob <bob@example.org>\n"
			   "set realname=x\n";
static const char alpine[] = "ann\tAnn Example\tann@example.org\twork/Friends\ta friend\n"
			     "team\tThe Team\t(ann@example.org,\n   bob@example.org)\n";
static const char vcard[] = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Example\\, Ann\r\n"
			    "NICKNAME:ann\r\nitem1.EMAIL;TYPE=work:ann@exam\r\n ple.org\r\n"
			    "EMAIL:ann@home.example\r\nNOTE:a\\nfriend\r\nEND:VCARD\r\n"
			    "BEGIN:VCARD\r\nKIND:group\r\nFN:Team\r\n"
			    "MEMBER:mailto:a@b\r\nMEMBER:mailto:c@d\r\nEND:VCARD\r\n";

static struct book_entry *entries;
static size_t count;

static void forget(void)
{
	for (size_t i = 0; i < count; i++)
		book_entry_done(&entries[i]);
	mem_free(entries);
	entries = NULL;
}

static void read_text(const char *text, enum book_format expected)
{
	enum book_format format;
	cr_assert(book_file_guess(str_from(text), &format));
	cr_assert_eq(format, expected);
	book_file_read(format, str_from(text), &entries, &count);
}

static void expect(size_t i, const char *nickname, const char *name, const char *addresses)
{
	cr_assert_lt(i, count);
	cr_expect_str_eq(entries[i].nickname, nickname);
	cr_expect_str_eq(entries[i].name, name);
	cr_expect_str_eq(entries[i].addresses, addresses);
}

Test(book_file, reads_aliases_of_mutt)
{
	read_text(mutt, BOOK_MUTT);
	cr_assert_eq(count, 3);
	expect(0, "ann", "Ann Example", "ann@example.org");
	cr_expect_str_eq(entries[0].notes, "a friend");
	expect(1, "bob", "", "bob@example.org");
	expect(2, "team", "", "ann@example.org,   Bob <bob@example.org>");
	cr_expect(entries[2].is_list);
	forget();
}

Test(book_file, reads_the_address_book_of_alpine)
{
	read_text(alpine, BOOK_ALPINE);
	cr_assert_eq(count, 2);
	expect(0, "ann", "Ann Example", "ann@example.org");
	cr_expect_str_eq(entries[0].fcc, "work/Friends");
	expect(1, "team", "The Team", "ann@example.org,   bob@example.org");
	cr_expect(entries[1].is_list);
	forget();
}

Test(book_file, reads_vcards)
{
	read_text(vcard, BOOK_VCARD);
	cr_assert_eq(count, 3);
	expect(0, "ann", "Example, Ann", "ann@example.org");
	cr_expect_str_eq(entries[0].notes, "a friend");
	expect(1, "", "Example, Ann", "ann@home.example");
	expect(2, "", "Team", "a@b, c@d");
	cr_expect(entries[2].is_list);
	forget();
}

static void make(struct book_entry *e, const char *nickname, const char *name,
	const char *addresses, bool is_list)
{
	*e = (struct book_entry){.nickname = mem_text(nickname),
		.name = mem_text(name),
		.addresses = mem_text(addresses),
		.fcc = mem_text(""),
		.notes = mem_text("met in Köln"),
		.is_list = is_list};
}

Test(book_file, what_is_written_reads_back_equal)
{
	for (enum book_format f = BOOK_VCARD; f <= BOOK_ALPINE; f++) {
		struct book_entry mine[2];
		struct buf out = {0};
		make(&mine[0], "ann",
			"Änn, Exämple of a very long name that needs more than one line in a card",
			"ann@example.org", false);
		make(&mine[1], "team", f == BOOK_MUTT ? "" : "Team", "a@b, c@d", true);
		book_file_write(f, mine, 2, &out);
		book_file_read(f, buf_str(&out), &entries, &count);
		cr_assert_eq(count, 2, "%d: %s", f, buf_text(&out));
		for (size_t i = 0; i < 2; i++) {
			expect(i, mine[i].nickname, mine[i].name, mine[i].addresses);
			cr_expect_str_eq(entries[i].notes, mine[i].notes);
			cr_expect_eq(entries[i].is_list, mine[i].is_list);
			book_entry_done(&mine[i]);
		}
		forget();
		buf_done(&out);
	}
}

Test(book_file, cut_anywhere_it_reads_what_is_there)
{
	static const char *const texts[] = {vcard, mutt, alpine};
	for (enum book_format f = BOOK_VCARD; f <= BOOK_ALPINE; f++)
		for (size_t at = 0; at <= strlen(texts[f]); at++) {
			char *copy = mem_new(at + 1);
			memcpy(copy, texts[f], at);
			copy = mem_resize(copy, at > 0 ? at : 1);
			book_file_read(f, str_make(copy, at), &entries, &count);
			cr_expect_leq(count, 4);
			forget();
			mem_free(copy);
		}
}
