/* The editor by itself. */
#include "ui/kit/editor.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct desk {
	struct editor e;
	struct editor_cut cut;
	struct buf out;
};

static void desk_init(struct desk *d, const char *text, int width)
{
	*d = (struct desk){0};
	editor_init(&d->e, str_from(text), false);
	d->e.cut = &d->cut;
	editor_set_width(&d->e, width);
}

static void desk_done(struct desk *d)
{
	editor_done(&d->e);
	buf_done(&d->cut.text);
	buf_done(&d->out);
}

static const char *desk_text(struct desk *d)
{
	buf_clear(&d->out);
	editor_text(&d->e, &d->out);
	return buf_text(&d->out);
}

/* The rows, a line each, what is set in as dots. */
static const char *desk_rows(struct desk *d)
{
	struct editor_row row = editor_row_at(&d->e, 0);
	buf_clear(&d->out);
	do {
		for (int i = 0; i < row.indent; i++)
			buf_add_char(&d->out, '.');
		buf_add(&d->out, editor_text_str(&d->e.text, row.start, row.end));
		buf_add_char(&d->out, '|');
	} while (editor_row_after(&d->e, &row, &row));
	return buf_text(&d->out);
}

static void desk_type(struct desk *d, const char *text)
{
	struct str rest = str_from(text);
	for (size_t len; rest.len > 0; rest = str_skip(rest, len)) {
		utf8_next(rest, &len);
		editor_insert(&d->e, str_first(rest, len));
	}
}

Test(editor, breaks_rows_at_blanks_and_sets_quotes_in)
{
	static const struct {
		const char *text;
		int width;
		const char *rows;
	} cases[] = {
		{"", 10, "|"},
		{"one two three", 8, "one two |three|"},
		{"one two three", 7, "one two |three|"},
		{"one two three", 6, "one |two |three|"},
		{"abcdefghij", 4, "abcd|efgh|ij|"},
		{"a\n\nb\n", 9, "a||b||"},
		{"> one two three four", 9, "> one two |..three |..four|"},
		{">> one two three", 8, ">> one |...two |...three|"},
		{"日本語日本語", 8, "日本語日|本語|"},
		{"ab 日本語", 6, "ab 日|本語|"},
		{"a      b", 4, "a      |b|"},
		{"👨‍👩‍👧👨‍👩‍👧x", 4,
			"👨‍👩‍👧👨‍👩‍👧|x|"},
		{"\tx", 12, "\tx|"},
		{"\tabcdef", 12, "\t|abcdef|"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk d;
		desk_init(&d, cases[i].text, cases[i].width);
		cr_expect_str_eq(desk_rows(&d), cases[i].rows, "%s in %d: %s", cases[i].text,
			cases[i].width, desk_rows(&d));
		desk_done(&d);
	}
}

Test(editor, what_comes_in_is_made_clean)
{
	struct desk d;
	desk_init(&d, "a\r\nb\rc\x01\x1b[2J\xff\xc2\x9bz", 20);
	cr_expect_str_eq(desk_text(&d), "a\nb\nc[2J\xef\xbf\xbdz");
	editor_done(&d.e);
	editor_init(&d.e, STR("a@x,\r\n\tb@y"), true);
	cr_expect_str_eq(desk_text(&d), "a@x,  b@y");
	desk_done(&d);
}

Test(editor, one_step_of_undo_is_a_word_or_a_command)
{
	struct desk d;
	desk_init(&d, "", 40);
	desk_type(&d, "one two");
	editor_undo(&d.e);
	cr_expect_str_eq(desk_text(&d), "one ");
	editor_undo(&d.e);
	cr_expect_str_eq(desk_text(&d), "");
	cr_expect_not(editor_undo(&d.e));
	editor_redo(&d.e);
	editor_redo(&d.e);
	cr_expect_str_eq(desk_text(&d), "one two");
	cr_expect_not(editor_redo(&d.e));
	for (int i = 0; i < 4; i++)
		editor_backspace(&d.e);
	cr_expect_str_eq(desk_text(&d), "one");
	editor_undo(&d.e);
	cr_expect_str_eq(desk_text(&d), "one two");
	cr_expect_eq(d.e.cursor, 7);
	editor_undo(&d.e);
	desk_type(&d, "x");
	cr_expect_not(editor_redo(&d.e), "what was typed since is the way on");
	desk_done(&d);
}

Test(editor, cuts_rows_one_after_the_other_and_puts_them_back)
{
	struct desk d;
	desk_init(&d, "one two three\nfour", 8);
	editor_move(&d.e, EDITOR_RIGHT, 1);
	editor_cut(&d.e);
	cr_expect_str_eq(desk_text(&d), "three\nfour");
	editor_cut(&d.e);
	cr_expect_str_eq(desk_text(&d), "four");
	editor_move(&d.e, EDITOR_END, 1);
	editor_uncut(&d.e);
	cr_expect_str_eq(desk_text(&d), "fourone two three\n");
	editor_move(&d.e, EDITOR_START, 1);
	editor_set_mark(&d.e, true);
	editor_move(&d.e, EDITOR_WORD_RIGHT, 1);
	editor_cut(&d.e);
	cr_expect_str_eq(desk_text(&d), "two three\n");
	editor_uncut(&d.e);
	editor_uncut(&d.e);
	cr_expect_str_eq(desk_text(&d), "fourone fourone two three\n");
	desk_done(&d);
}

Test(editor, fills_a_paragraph_within_its_quote_level)
{
	static const struct {
		const char *text;
		size_t cursor;
		int fill;
		const char *filled;
	} cases[] = {
		{"one\ntwo\nthree\n\nfour", 5, 0, "one two three\n\nfour"},
		{"> one\n> two\n>> deep\nown", 2, 0, "> one two\n>> deep\nown"},
		{"> one\n> two\n>> deep\n>> er\nown", 14, 0, "> one\n> two\n>> deep er\nown"},
		{"- a\n- b\n  c", 5, 0, "- a\n- b\n  c"},
		{"one two three four", 0, 10, "one two\nthree four"},
		{"> one two three four", 0, 10, "> one two\n> three\n> four"},
		{"text\n-- \nname", 0, 0, "text\n-- \nname"},
		{"日本\n語", 0, 0, "日本語"},
		{"1. one\ntwo\n2. three", 8, 0, "1. one two\n2. three"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk d;
		desk_init(&d, cases[i].text, 40);
		editor_go(&d.e, cases[i].cursor);
		bool is_other = editor_justify(&d.e, cases[i].fill);
		cr_expect_str_eq(
			desk_text(&d), cases[i].filled, "%s: %s", cases[i].text, desk_text(&d));
		cr_expect_eq(is_other, strcmp(cases[i].text, cases[i].filled) != 0);
		if (is_other)
			editor_uncut(&d.e);
		cr_expect_str_eq(desk_text(&d), cases[i].text, "^U takes it back");
		desk_done(&d);
	}
}

Test(editor, fills_all_paragraphs_of_a_region)
{
	struct desk d;
	desk_init(&d, "a\nb\n\nc\nd\n\ne\nf", 40);
	editor_set_mark(&d.e, true);
	editor_go(&d.e, 7);
	editor_justify(&d.e, 0);
	cr_expect_str_eq(desk_text(&d), "a b\n\nc d\n\ne\nf");
	editor_undo(&d.e);
	cr_expect_str_eq(desk_text(&d), "a\nb\n\nc\nd\n\ne\nf");
	desk_done(&d);
}

Test(editor, finds_and_replaces)
{
	struct desk d;
	bool is_wrapped;
	desk_init(&d, "cat dog Cat bird cat", 40);
	cr_assert(editor_find(&d.e, STR("CAT"), &is_wrapped));
	cr_expect_eq(d.e.cursor, 8);
	cr_expect(editor_replace_here(&d.e, STR("cat"), STR("cow")));
	editor_find(&d.e, STR("cat"), &is_wrapped);
	cr_expect_not(is_wrapped);
	editor_find(&d.e, STR("cat"), &is_wrapped);
	cr_expect(is_wrapped);
	cr_expect_eq(d.e.cursor, 0);
	cr_expect_eq(editor_replace_all(&d.e, STR("cat"), STR("fish")), 2);
	cr_expect_str_eq(desk_text(&d), "fish dog cow bird fish");
	editor_undo(&d.e);
	cr_expect_str_eq(desk_text(&d), "cat dog cow bird cat");
	cr_expect_not(editor_find(&d.e, STR("horse"), &is_wrapped));
	desk_done(&d);
}

Test(editor, the_cursor_keeps_its_column)
{
	struct desk d;
	desk_init(&d, "abcdef\nx\n日本語z", 40);
	editor_go(&d.e, 5);
	editor_move(&d.e, EDITOR_DOWN, 1);
	cr_expect_eq(editor_column(&d.e), 1);
	editor_move(&d.e, EDITOR_DOWN, 1);
	cr_expect_eq(editor_column(&d.e), 4, "on the character that covers column 5");
	editor_move(&d.e, EDITOR_UP, 1);
	editor_move(&d.e, EDITOR_UP, 1);
	cr_expect_eq(d.e.cursor, 5);
	cr_expect_not(editor_move(&d.e, EDITOR_UP, 1));
	desk_done(&d);
}

Test(editor, paints_the_window_and_the_cursor)
{
	static const struct editor_styles styles = {0};
	struct desk d;
	struct canvas c;
	canvas_init(&c, 3, 10);
	desk_init(&d, "one two three four\nfive\tx\nsix", 9);
	editor_go_line(&d.e, 2);
	editor_move(&d.e, EDITOR_ROW_END, 1);
	editor_show_cursor(&d.e, 3);
	editor_paint(&d.e, &c, 0, 0, 3, &styles, true);
	canvas_dump(&c, &d.out);
	cr_expect_str_eq(buf_text(&d.out), "three\nfour\nfive    x\n", "%s", buf_text(&d.out));
	cr_expect_eq(c.cursor_row, 2);
	cr_expect_eq(c.cursor_column, 9);
	canvas_done(&c);
	desk_done(&d);
}

/* ---- Against a plain model. ---- */

static unsigned chance(unsigned *state, unsigned most)
{
	*state = *state * 1103515245u + 12345u;
	return (*state >> 16) % most;
}

static const char *const pieces[] = {"a", "word ", " ", "\n", "\n\n", "> ", "日本", "e\xcc\x81",
	"👨‍👩‍👧", "\t", "long-unbroken-", "\xcc\x81", "שלום ", "- ",
	"0123456789 0123456789 "};

/* Rows follow each other without holes, and say the same whether asked one by one or anew. */
static void rows_hold(struct desk *d)
{
	struct editor_row row = editor_row_at(&d->e, 0);
	cr_assert_eq(row.start, 0);
	for (struct editor_row next; editor_row_after(&d->e, &row, &next); row = next) {
		cr_assert_eq(next.start, row.next);
		cr_assert_gt(next.start, row.start);
		cr_assert_leq(row.end, row.next);
		struct editor_row again = editor_row_at(&d->e, next.start);
		cr_assert_eq(
			again.start, next.start, "%zu is no row at %zu", again.start, next.start);
		cr_assert_eq(again.end, next.end);
	}
	cr_assert_eq(row.end, d->e.text.len);
}

static void cursor_holds(struct desk *d)
{
	size_t at = d->e.cursor;
	cr_assert_leq(at, d->e.text.len);
	cr_assert((editor_text_at(&d->e.text, at) & 0xc0) != 0x80, "inside a character");
	struct editor_row row = editor_row_at(&d->e, at);
	cr_assert(row.start <= at && at <= row.end);
}

static void model_splice(struct buf *model, size_t at, size_t removed, struct str added)
{
	struct buf out = {0};
	buf_add(&out, str_first(buf_str(model), at));
	buf_add(&out, added);
	buf_add(&out, str_skip(buf_str(model), at + removed));
	buf_done(model);
	*model = out;
}

static void model_step(struct desk *d, struct buf *model, unsigned *state)
{
	struct editor *e = &d->e;
	size_t before = e->cursor, len = e->text.len;
	struct str piece = str_from(pieces[chance(state, sizeof(pieces) / sizeof(pieces[0]))]);
	switch (chance(state, 12)) {
	case 0:
	case 1:
	case 2:
	case 3:
		editor_insert(e, piece);
		model_splice(model, before, 0, piece);
		break;
	case 4:
		editor_backspace(e);
		model_splice(model, e->cursor, before - e->cursor, STR(""));
		break;
	case 5:
		editor_delete(e);
		model_splice(model, before, len - e->text.len, STR(""));
		break;
	case 6:
		if (chance(state, 2) > 0)
			editor_set_mark(e, e->mark == STR_NONE);
		if (editor_cut(e))
			model_splice(model, e->cursor, len - e->text.len, STR(""));
		break;
	case 7:
		if (!e->is_justified && editor_uncut(e))
			model_splice(model, before, 0, buf_str(&d->cut.text));
		break;
	case 8:
		editor_set_width(e, 5 + (int)chance(state, 30));
		break;
	default:
		editor_move(e, (enum editor_motion)chance(state, EDITOR_END + 1), 4);
		break;
	}
}

Test(editor, is_a_plain_text_under_random_edits)
{
	for (unsigned seed = 1; seed <= 40; seed++) {
		struct desk d;
		struct buf model = {0};
		unsigned state = seed;
		desk_init(&d, "", 20);
		for (int i = 0; i < 300; i++) {
			model_step(&d, &model, &state);
			cr_assert_str_eq(
				desk_text(&d), buf_text(&model), "seed %u step %d", seed, i);
			cursor_holds(&d);
			if (i % 10 == 0)
				rows_hold(&d);
		}
		while (editor_undo(&d.e))
			rows_hold(&d);
		cr_assert_str_eq(desk_text(&d), "", "seed %u: all is taken back", seed);
		while (editor_redo(&d.e))
			cursor_holds(&d);
		cr_assert_str_eq(desk_text(&d), buf_text(&model), "seed %u: and done again", seed);
		buf_done(&model);
		desk_done(&d);
	}
}

/* A megabyte in one paragraph is the worst there is: a key has to stay below what a person notices,
 * also with sanitizers. */
Test(editor, a_megabyte_costs_no_more_than_a_line)
{
	static const struct editor_styles styles = {0};
	struct desk d;
	struct canvas c;
	struct buf text = {0};
	while (text.len < 1 << 20)
		buf_add_text(&text, "some words of a paragraph, 日本 too, ");
	desk_init(&d, buf_text(&text), 79);
	canvas_init(&c, 24, 80);
	editor_go(&d.e, text.len / 2);
	editor_show_cursor(&d.e, 20);
	int64_t start = clock_monotonic_ms();
	for (int i = 0; i < 200; i++) {
		editor_insert(&d.e, STR("x"));
		editor_move(&d.e, i % 2 ? EDITOR_UP : EDITOR_DOWN, 20);
		editor_show_cursor(&d.e, 20);
		editor_paint(&d.e, &c, 0, 0, 20, &styles, true);
	}
	int64_t took = clock_monotonic_ms() - start;
	cr_expect_lt(took, 200 * 40, "200 keys took %d ms", (int)took);
	fprintf(stderr, "200 keys in a megabyte: %d ms\n", (int)took);
	canvas_done(&c);
	buf_done(&text);
	desk_done(&d);
}
