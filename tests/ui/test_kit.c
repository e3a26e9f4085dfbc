/* The widgets by themselves. */
#include "ui/kit/canvas.h"
#include "ui/kit/edit.h"
#include "ui/kit/list.h"
#include "ui/kit/menu.h"
#include "ui/theme.h"

#include <criterion/criterion.h>

/* ---- The canvas. ---- */

static const char *dump(const struct canvas *c, struct buf *out)
{
	buf_clear(out);
	canvas_dump(c, out);
	return buf_text(out);
}

Test(kit, text_is_cut_with_an_ellipsis_and_never_within_a_wide_character)
{
	static const struct {
		const char *text;
		int cells;
		const char *shown;
	} rows[] = {
		{"hello", 5, "hello\n"},
		{"hello", 4, "hel…\n"},
		{"hello", 1, "…\n"},
		{"hello", 0, "\n"},
		{"日本語", 6, "日本語\n"},
		{"日本語", 5, "日本…\n"},
		{"日本語", 4, "日…\n"},
		{"e\xcc\x81\xcc\xa7x", 2, "ȩ\xcc\x81x\n"},
		{"a\tb\033c", 10, "a b?c\n"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct canvas c;
		struct buf out = {0};
		canvas_init(&c, 1, 10);
		canvas_text(&c, 0, 0, rows[i].cells, str_from(rows[i].text), 0);
		cr_expect_str_eq(
			dump(&c, &out), rows[i].shown, "%s: %s", rows[i].text, buf_text(&out));
		buf_done(&out);
		canvas_done(&c);
	}
}

Test(kit, painting_over_half_a_wide_character_blanks_the_other)
{
	struct canvas c;
	struct buf out = {0};
	canvas_init(&c, 1, 8);
	canvas_text(&c, 0, 0, 8, STR("日本語"), 0);
	canvas_text(&c, 0, 1, 1, STR("x"), 0);
	cr_expect_str_eq(dump(&c, &out), " x本語\n");
	canvas_fill(&c, 0, 2, 1, 0);
	cr_expect_str_eq(dump(&c, &out), " x  語\n");
	buf_done(&out);
	canvas_done(&c);
}

Test(kit, what_lies_outside_is_not_painted)
{
	struct canvas c;
	struct buf out = {0};
	canvas_init(&c, 2, 3);
	canvas_text(&c, -1, 0, 9, STR("x"), 0);
	canvas_text(&c, 2, 0, 9, STR("x"), 0);
	canvas_text(&c, 0, 3, 9, STR("x"), 0);
	canvas_text(&c, 0, -5, 9, STR("x"), 0);
	canvas_fill(&c, 9, 9, 9, STYLE_TITLE);
	canvas_text(&c, 1, 1, 100, STR("abcdef"), 0);
	cr_expect_str_eq(dump(&c, &out), "\n a…\n");
	buf_done(&out);
	canvas_done(&c);
}

Test(kit, wraps_at_blanks_and_cuts_what_is_too_long)
{
	struct canvas c;
	struct buf out = {0};
	canvas_init(&c, 4, 10);
	cr_expect_eq(canvas_wrap(&c, 0, 0, 10, 3, STR("one two three fourfivesixseven"), 0), 3);
	cr_expect_str_eq(dump(&c, &out), "one two\nthree\nfourfives…\n\n", "%s", buf_text(&out));
	buf_done(&out);
	canvas_done(&c);
}

/* ---- The list. ---- */

Test(kit, a_list_never_leaves_its_rows)
{
	static const uint32_t totals[] = {0, 1, 2, 9, 10, 11, 1000000, UINT32_MAX};
	static const enum command commands[] = {COMMAND_UP, COMMAND_DOWN, COMMAND_PAGE_UP,
		COMMAND_PAGE_DOWN, COMMAND_FIRST, COMMAND_LAST};
	for (size_t t = 0; t < sizeof(totals) / sizeof(totals[0]); t++) {
		struct list list = {0};
		uint32_t random = 12345;
		list_set_height(&list, 10);
		list_set_total(&list, totals[t]);
		for (int i = 0; i < 2000; i++) {
			bool has_moved;
			random = random * 1103515245 + 12345;
			cr_assert(list_command(&list, commands[random / 65536 % 6], &has_moved));
			if (random % 97 == 0)
				list_set_height(&list, (int)(random / 100 % 40));
			cr_assert(
				list.total == 0 ? list.selected == 0 : list.selected < list.total);
			cr_assert(list.selected >= list.top);
			cr_assert(list.selected - list.top < (uint32_t)list.height);
		}
	}
}

Test(kit, a_page_down_shows_the_next_rows_and_the_last_goes_to_the_end)
{
	struct list list = {0};
	list_set_height(&list, 10);
	list_set_total(&list, 25);
	cr_expect(list_page(&list, 1));
	cr_expect_eq(list.top, 10);
	cr_expect_eq(list.selected, 10);
	cr_expect(list_page(&list, 1));
	cr_expect_eq(list.top, 15);
	cr_expect_eq(list.selected, 20);
	cr_expect(list_page(&list, 1));
	cr_expect_eq(list.selected, 24);
	cr_expect(!list_page(&list, 1));
}

/* ---- The line of text. ---- */

static void type(struct edit *edit, const char *keys)
{
	for (; *keys != '\0'; keys++) {
		struct input input = {.code = (unsigned char)*keys};
		edit_input(edit, &input);
	}
}

Test(kit, edits_with_the_keys_of_pine)
{
	static const struct {
		const char *start, *keys, *text;
	} rows[] = {
		{"", "abc", "abc"},
		{"abc", "\001x", "xabc"},
		{"abc", "\002\002x", "axbc"},
		{"abc", "\001\006x", "axbc"},
		{"abc", "\010\010", "a"},
		{"abc", "\001\004", "bc"},
		{"abc", "\002\013", "ab"},
		{"abc", "\025x", "x"},
		{"one two", "\027", "one "},
		{"a/b", "\027", "a/"},
		{"", "\010\004\013\025\027\001\005\002\006", ""},
		{"日本e\xcc\x81", "\010", "日本"},
		{"日本e\xcc\x81", "\010\010", "日"},
		{"日本e\xcc\x81", "\002\010", "日e\xcc\x81"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct edit edit;
		edit_init(&edit, str_from(rows[i].start), false);
		type(&edit, rows[i].keys);
		cr_expect_str_eq(buf_text(&edit.text), rows[i].text, "%s", buf_text(&edit.text));
		edit_done(&edit);
	}
}

Test(kit, a_password_is_kept_as_typed_and_shown_as_stars)
{
	struct edit edit;
	struct canvas c;
	struct buf out = {0};
	canvas_init(&c, 1, 10);
	edit_init(&edit, STR(""), true);
	static const uint32_t typed[] = {'e', 0x301, 0x200d, 'x'};
	for (size_t i = 0; i < 4; i++)
		edit_input(&edit, &(struct input){.code = typed[i]});
	edit_paint(&edit, &c, 0, 0, 10, 0);
	cr_expect_str_eq(buf_text(&edit.text), "e\xcc\x81\xe2\x80\x8dx");
	cr_expect_str_eq(dump(&c, &out), "****\n");
	edit_done(&edit);
	canvas_done(&c);
	buf_done(&out);
}

Test(kit, a_long_line_scrolls_so_that_the_cursor_shows)
{
	struct edit edit;
	struct canvas c;
	struct buf text = {0};
	canvas_init(&c, 1, 10);
	for (int i = 0; i < EDIT_BYTES_MAX; i++)
		buf_add_char(&text, (char)('a' + i % 26));
	edit_init(&edit, buf_str(&text), false);
	type(&edit, "x"); /* there is no room for it */
	cr_expect_eq(edit.text.len, EDIT_BYTES_MAX);
	edit_paint(&edit, &c, 0, 2, 8, 0);
	cr_expect_eq(c.cursor_row, 0);
	cr_expect(c.cursor_column >= 2 && c.cursor_column < 10);
	type(&edit, "\001");
	edit_paint(&edit, &c, 0, 2, 8, 0);
	cr_expect_eq(c.cursor_column, 2);
	edit_done(&edit);
	canvas_done(&c);
	buf_done(&text);
}

/* ---- The key menu. ---- */

Test(kit, every_item_of_a_key_menu_is_on_one_of_its_pages)
{
	static const int sizes[][2] = {{80, 24}, {40, 10}, {12, 5}, {1, 1}, {200, 60}, {79, 11}};
	struct menu_item items[20] = {0};
	static const char *const labels[20] = {"Help", "OTHER", "c", "d", "e", "f", "g", "h", "i",
		"j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"};
	for (int i = 0; i < 20; i++) {
		items[i].label = labels[i];
		items[i].key[0] = (char)('A' + i);
	}
	items[1].is_other = true;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		struct canvas c;
		struct buf out = {0};
		int rows = menu_rows(sizes[s][1]);
		canvas_init(&c, rows, sizes[s][0]);
		int pages = menu_pages(&c, rows, 20);
		for (int page = 0; page < pages; page++) {
			canvas_clear(&c);
			menu_paint(&c, 0, rows, items, 20, page, true);
			canvas_dump(&c, &out);
		}
		for (int i = 2; i < 20 && sizes[s][0] >= 12; i++) {
			char wanted[8] = {items[i].key[0], ' ', labels[i][0], '\0'};
			cr_expect_not_null(strstr(buf_text(&out), wanted), "%s at %d: %s", wanted,
				sizes[s][0], buf_text(&out));
		}
		buf_done(&out);
		canvas_done(&c);
	}
}

/* ---- The theme. ---- */

Test(kit, colours_are_read_or_refused_with_a_word)
{
	static const struct {
		const char *role, *value;
		int foreground, background;
		unsigned attributes;
		bool is_ok;
	} rows[] = {
		{"quote-1", "cyan", 6, -1, 0, true},
		{"Quote-1", "white blue bold", 7, 4, STYLE_BOLD, true},
		{"title", "default 250 reverse underline", -1, 250, STYLE_REVERSE | STYLE_UNDERLINE,
			true},
		{"title", "#ff8700", 208, -1, 0, true},
		{"title", "#000000 #ffffff", 16, 231, 0, true},
		{"title", "", -1, -1, 0, true},
		{"title", "octarine", 0, 0, 0, false},
		{"title", "red green blue", 0, 0, 0, false},
		{"title", "256", 0, 0, 0, false},
		{"title", "#ff87", 0, 0, 0, false},
		{"nothing", "red", 0, 0, 0, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct theme theme;
		struct error err = {0};
		theme_init(&theme);
		bool is_ok =
			theme_set(&theme, str_from(rows[i].role), str_from(rows[i].value), &err);
		cr_expect_eq(is_ok, rows[i].is_ok, "%s", rows[i].value);
		cr_expect_eq(err.kind, is_ok ? ERROR_NONE : ERROR_INPUT);
		int role = 0;
		while (role < STYLE_COUNT &&
			!str_equal_nocase(str_from(theme_role_name((enum style)role)),
				str_from(rows[i].role)))
			role++;
		if (!is_ok)
			continue;
		cr_expect_eq(theme.roles[role].foreground, rows[i].foreground, "%s", rows[i].value);
		cr_expect_eq(theme.roles[role].background, rows[i].background, "%s", rows[i].value);
		cr_expect_eq(theme.roles[role].attributes, rows[i].attributes, "%s", rows[i].value);
	}
}
