/* Documents built by hand → lines, at widths that hurt. */
#include <criterion/criterion.h>

#include "base/memory.h"
#include "render/layout.h"
#include "render/render_text.h"

static char *lay(const struct doc *doc, int cells)
{
	struct buf out = {0};
	struct layout *l = layout_make(doc, &(struct layout_options){.cells = cells});
	for (size_t i = 0; i < l->count; i++) {
		cr_assert_leq(l->lines[i].cells, cells);
		cr_assert_eq(l->lines[i].cells,
			width_cells(str_make(l->lines[i].text, l->lines[i].len)));
	}
	layout_text(l, &out);
	layout_free(l);
	return buf_take(&out);
}

static void expect(struct doc *doc, int cells, const char *want)
{
	char *have = lay(doc, cells);
	cr_expect_str_eq(have, want, "at %d cells:\n%s\nwanted:\n%s", cells, have, want);
	mem_free(have);
	doc_free(doc);
}

static struct doc *text_doc(const char *text, enum doc_wrap wrap, int quote)
{
	struct doc *doc = doc_new();
	struct doc_block *b = doc_add_block(doc, DOC_TEXT);
	b->wrap = wrap;
	b->quote = quote;
	doc_block_add(b, str_from(text), 0, -1);
	return doc;
}

Test(layout, breaks_at_blanks_and_leaves_none_at_the_ends)
{
	expect(text_doc("The quick brown fox jumps over the dog", DOC_WRAP, 0), 20,
		"The quick brown fox\njumps over the dog");
	expect(text_doc("twenty cells exactly and", DOC_WRAP, 0), 20, "twenty cells exactly\nand");
	expect(text_doc("twenty cells exactly     and", DOC_WRAP, 0), 20,
		"twenty cells exactly\nand");
}

Test(layout, does_not_hang_on_blanks_that_forbid_a_break)
{
	expect(text_doc("before one:word                    ?", DOC_WRAP, 0), 20,
		"before\none:word\n?");
	expect(text_doc("some words before one:word                    ?", DOC_WRAP, 0), 20,
		"some words before\none:word\n?");
}

/* U+FF9F joins the blank in front of it, which then is none that may hang over the end. */
Test(layout, a_mark_on_a_blank_is_not_hung_over_the_end)
{
	struct doc *doc = text_doc("ab                              \xef\xbe\x9f", DOC_WRAP, 0);
	struct layout *l = layout_make(doc, &(struct layout_options){.cells = 20});
	for (size_t i = 0; i < l->count; i++)
		cr_expect(l->lines[i].cells <= 20, "%d", l->lines[i].cells);
	layout_free(l);
	doc_free(doc);
}

Test(layout, breaks_words_and_addresses_that_are_longer_than_a_line)
{
	expect(text_doc("abcdefghijklmnopqrstuvwxyz", DOC_WRAP, 0), 20,
		"abcdefghijklmnopqrst\nuvwxyz");
	expect(text_doc("see https://a.example/one/two/three", DOC_WRAP, 0), 20,
		"see https://\na.example/one/two/\nthree");
	expect(text_doc("go to www.orchard.example now", DOC_WRAP, 0), 20,
		"go to\nwww.orchard.example\nnow");
}

Test(layout, repeats_quote_marks_on_every_line)
{
	expect(text_doc("The quick brown fox jumps\n\nover", DOC_WRAP, 2), 20,
		"> > The quick brown\n> > fox jumps\n> >\n> > over");
}

/* Own words, then quotes of two depths, and own words again. */
static struct doc *quoting_doc(void)
{
	static const struct {
		const char *text;
		int quote;
	} rows[] = {{"Ann wrote:", 0}, {"one\ntwo", 1}, {"deep", 2}, {"deeper\nstill", 3},
		{"three", 1}, {"Yes.", 0}, {"lone", 1}, {"No.", 0}};
	struct doc *doc = doc_new();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct doc_block *b = doc_add_block(doc, DOC_TEXT);
		b->quote = rows[i].quote;
		doc_block_add(b, str_from(rows[i].text), 0, -1);
	}
	return doc;
}

Test(layout, folds_quotes_below_a_depth_into_a_line_and_counts_them)
{
	static const char *const wanted[] = {"Ann wrote:\n[6 quoted lines]\nYes.\n> lone\nNo.",
		"Ann wrote:\n> one\n> two\n> [3 quoted lines]\n> three\nYes.\n> lone\nNo.",
		("Ann wrote:\n> one\n> two\n> > deep\n> > [2 quoted lines]\n> three\nYes.\n"
		 "> lone\nNo.")};
	for (int kept = 0; kept < 3; kept++) {
		struct doc *doc = quoting_doc();
		struct layout_options options = {
			.cells = 40, .folds_quotes = true, .quotes_kept = kept};
		struct layout *l = layout_make(doc, &options);
		struct buf text = {0};
		layout_text(l, &text);
		cr_expect_str_eq(buf_text(&text), wanted[kept], "%s", buf_text(&text));
		cr_expect_eq(l->lines[kept == 0 ? 1 : kept == 1 ? 3 : 4].role, LAYOUT_FOLD);
		buf_done(&text);
		layout_free(l);
		doc_free(doc);
	}
}

Test(layout, leaves_room_for_text_below_any_number_of_quote_marks)
{
	expect(text_doc("words here", DOC_WRAP, 50), 20, "> > > > > words here");
}

Test(layout, never_parts_wide_letters_or_clusters)
{
	expect(text_doc("日本語の文章を折り返して読む", DOC_WRAP, 0), 21,
		"日本語の文章を折り返\nして読む");
	/* A full stop never begins a line. */
	expect(text_doc("日本語の文章を折り返。読む", DOC_WRAP, 0), 20,
		"日本語の文章を折り\n返。読む");
	expect(text_doc("ééééééééééééééééééééé", DOC_WRAP, 0), 20, "éééééééééééééééééééé\né");
}

Test(layout, keeps_preformatted_lines_and_expands_tabs)
{
	expect(text_doc("a\tb\n  two  blanks", DOC_KEEP, 0), 40, "a       b\n  two  blanks");
	expect(text_doc("0123456789 0123456789 x", DOC_KEEP, 0), 20, "0123456789 012345678\n9 x");
	expect(text_doc("日\tb", DOC_KEEP, 0), 40, "日      b");
}

Test(layout, makes_everything_safe)
{
	expect(text_doc("a\x1b[31mred\x07 \xe2\x80\xaegnp.exe \xff", DOC_WRAP, 0), 40,
		"a?[31mred? gnp.exe \xef\xbf\xbd");
}

Test(layout, hangs_list_items_behind_their_label)
{
	struct doc *doc = text_doc("one two three four five", DOC_WRAP, 0);
	doc->blocks[0].label = mem_text("12. ");
	doc->blocks[0].indent = 2;
	expect(doc, 20, "  12. one two three\n      four five");
}

Test(layout, shows_header_fields_with_their_names)
{
	struct doc *doc = doc_new();
	struct doc_block *b = doc_add_block(doc, DOC_HEADER);
	b->label = mem_text("Subject");
	doc_block_add(b, STR("A rather long one indeed"), 0, -1);
	struct layout *l = layout_make(doc, &(struct layout_options){.cells = 24});
	cr_assert_eq(l->count, 2);
	cr_expect_eq(l->lines[0].role, LAYOUT_HEADER_NAME);
	cr_expect_eq(l->lines[1].role, LAYOUT_HEADER_VALUE);
	cr_assert_eq(l->lines[0].run_count, 1);
	cr_expect_eq(l->lines[0].runs[0].start, 0);
	layout_free(l);
	expect(doc, 24, "Subject: A rather long\n         one indeed");
}

Test(layout, describes_parts_in_the_callers_words)
{
	struct doc *doc = doc_new();
	struct doc_part *p = doc_add_part(doc);
	p->path = mem_text("2");
	p->type = mem_text("image/png");
	p->name = mem_text("a\x1b.png");
	p->size = 12345;
	struct doc_block *b = doc_add_block(doc, DOC_PART);
	b->label = mem_text("Attachment");
	b->part = 0;
	expect(doc, 60, "[ Attachment 2: \"a?.png\" image/png 12 KB ]");
}

static const char *german(void *context, const char *id)
{
	(void)context;
	return strcmp(id, "Links:") == 0 ? "Verweise:" : NULL;
}

Test(layout, asks_the_caller_for_words)
{
	struct doc *doc = doc_new();
	doc_add_block(doc, DOC_NOTE)->label = mem_text("Links:");
	struct layout *l = layout_make(doc, &(struct layout_options){.cells = 40, .word = german});
	cr_expect_str_eq(l->lines[0].text, "Verweise:");
	layout_free(l);
	doc_free(doc);
}

static struct doc *table_doc(void)
{
	struct doc *doc = text_doc("Name\tCount\nApples\t12\nPears\t3", DOC_WRAP, 0);
	doc->blocks[0].level = 2;
	return doc;
}

Test(layout, aligns_a_table_that_fits_and_fills_one_that_does_not)
{
	expect(table_doc(), 40, "Name    Count\nApples     12\nPears       3");
	struct doc *doc = text_doc("A long first cell\tand a second one", DOC_WRAP, 0);
	doc->blocks[0].level = 2;
	expect(doc, 30, "A long first cell  and a\n  second one");
	doc = text_doc("When:\tMonday\nWhere:\tthe room behind the library", DOC_WRAP, 0);
	doc->blocks[0].level = 2;
	expect(doc, 30, "When:   Monday\nWhere:  the room behind the\n        library");
}

Test(layout, carries_styles_across_line_ends)
{
	struct doc *doc = doc_new();
	struct doc_block *b = doc_add_block(doc, DOC_TEXT);
	doc_block_add(b, STR("one two "), 0, -1);
	doc_block_add(b, STR("three four five six"), DOC_STYLE_BOLD, -1);
	doc_block_add(b, STR(" end"), 0, -1);
	struct layout *l = layout_make(doc, &(struct layout_options){.cells = 20});
	cr_assert_eq(l->count, 2);
	cr_expect_str_eq(l->lines[0].text, "one two three four");
	cr_assert_eq(l->lines[0].run_count, 1);
	cr_expect_eq(l->lines[0].runs[0].start, 8);
	cr_expect_eq(l->lines[0].runs[0].len, 10);
	cr_expect_str_eq(l->lines[1].text, "five six end");
	cr_assert_eq(l->lines[1].run_count, 1);
	cr_expect_eq(l->lines[1].runs[0].start, 0);
	cr_expect_eq(l->lines[1].runs[0].len, 8);
	layout_free(l);
	doc_free(doc);
}

static struct doc *plain_doc(const char *text, bool is_flowed)
{
	struct doc *doc = doc_new();
	render_text_add(doc, str_from(text),
		&(struct render_text_format){.is_flowed = is_flowed, .is_delsp = false});
	return doc;
}

Test(text, finds_quotes_however_they_are_marked)
{
	expect(plain_doc("> one\n> > two\n>>three\nmine\n>From here", false), 40,
		"> one\n> > two\n> > three\nmine\n>From here");
}

Test(text, wraps_a_quoted_line_with_its_marks)
{
	expect(plain_doc("> a quoted line that is too long", false), 20,
		"> a quoted line that\n> is too long");
}

Test(text, joins_flowed_lines_of_one_depth)
{
	expect(plain_doc("This is \nflowed.\n\n> quoted \n> text\n>> deeper\n  stuffed\n-- \nBob ",
		       true),
		40, "This is flowed.\n\n> quoted text\n> > deeper\n stuffed\n--\nBob");
}

Test(text, drops_the_soft_blank_when_delsp_says_so)
{
	struct doc *doc = doc_new();
	render_text_add(doc, STR("日本 \n語\n"),
		&(struct render_text_format){.is_flowed = true, .is_delsp = true});
	expect(doc, 40, "日本語");
}

Test(text, knows_the_signature_and_addresses)
{
	struct doc *doc =
		plain_doc("See https://a.example/x_(y), ok?\n-- \nBob\nwww.b.example.", false);
	cr_assert_eq(doc->link_count, 2);
	cr_expect_str_eq(doc->links[0].target, "https://a.example/x_(y)");
	cr_expect_str_eq(doc->links[1].target, "http://www.b.example");
	cr_assert_eq(doc->block_count, 2);
	cr_expect(doc->blocks[1].spans[0].style & DOC_STYLE_SIGNATURE);
	doc_free(doc);
}

Test(text, makes_handles_of_mail_addresses)
{
	struct doc *doc =
		plain_doc("ask bob.x+y@a.example, or @carl, a@b, mailto:d@e.example", false);
	cr_assert_eq(doc->link_count, 2);
	cr_expect_str_eq(doc->links[0].target, "mailto:bob.x+y@a.example");
	cr_expect_str_eq(doc->links[0].text, "bob.x+y@a.example");
	cr_expect_str_eq(doc->links[1].target, "mailto:d@e.example");
	expect(doc, 80, "ask bob.x+y@a.example, or @carl, a@b, mailto:d@e.example");
}

Test(layout, is_linear_and_safe_at_any_width)
{
	static const char *const texts[] = {"x", "hello wide world ", "日本語、です。", "\n",
		"> \t", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 e\xcc\x81", "a-b/c.d?e=f&",
		"a@b.cc", "@"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf big = {0};
		while (big.len < 50000)
			buf_add_text(&big, texts[i]);
		for (int cells = 20; cells < 200; cells += 37) {
			struct doc *doc = plain_doc(buf_text(&big), false);
			mem_free(lay(doc, cells));
			doc_free(doc);
		}
		buf_done(&big);
	}
}
