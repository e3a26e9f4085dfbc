/* The line-keeping settings file. */
#include "settings/ini.h"

#include <criterion/criterion.h>

static void check_text(const struct ini *ini, const char *expected, const char *what)
{
	struct buf out = {0};
	ini_write(ini, &out);
	cr_expect_str_eq(buf_text(&out), expected, "%s: %s", what, buf_text(&out));
	buf_done(&out);
}

Test(ini, gives_back_the_same_bytes)
{
	static const struct str files[] = {
		STR(""),
		STR("\n"),
		STR("# only a comment"),
		STR("[a]\nb=c"),
		STR("[a]\r\n\tb = c ; why\r\n\r\n"),
		STR("\xef\xbb\xbf[a]\nb = c\n"),
		STR("[a \"x\\\"y\"] b = c\n[a] # comment\n"),
		STR("[a]\nb = one \\\n two \\\r\n three\nc\n"),
		STR("[a]\nb = \"open\n[c\nd e\n= f\n\0\n\xff = g\n\\\n"),
		STR("b = before any section\n"),
		STR("[a]\nb = \\"),
		STR("[a \""),
		STR("["),
		STR("\r"),
		STR("\r\r\n"),
	};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		for (size_t cut = 0; cut <= files[i].len; cut++) {
			struct ini ini = {0};
			struct buf out = {0};
			cr_assert(ini_read(&ini, str_first(files[i], cut)));
			ini_write(&ini, &out);
			cr_expect(str_equal(buf_str(&out), str_first(files[i], cut)), "%zu/%zu", i,
				cut);
			ini_done(&ini);
			buf_done(&out);
		}
	}
}

Test(ini, reads_values_as_git_does)
{
	static const struct {
		const char *line, *value;
	} rows[] = {
		{"b = c", "c"},
		{"b=c", "c"},
		{"  B  =  c  ", "c"},
		{"b", "yes"},
		{"b ; comment", "yes"},
		{"b =", ""},
		{"b = # comment", ""},
		{"b = \"\"", ""},
		{"b = c d  e", "c d  e"},
		{"b = c # d", "c"},
		{"b = c#d;e", "c#d;e"},
		{"b = \"c # d\" ; e", "c # d"},
		{"b = \" c \"", " c "},
		{"b = c\" d \"e", "c d e"},
		{"b = \\\\\\\"\\n\\t\\b", "\\\"\n\t\b"},
		{"b = c\\\nd", "cd"},
		{"b = c \\\n   d", "c    d"},
		{"b = c \\\r\nd\r", "c d"},
		{"b = one\nb = two", "two"},
		{"b-c = x\nb = c", "c"},
		{"b = käse", "käse"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ini ini = {0};
		struct buf text = {0};
		buf_addf(&text, "[A]\n%s\n[other]\nb = wrong\n", rows[i].line);
		ini_read(&ini, buf_str(&text));
		const char *value = ini_get(&ini, "a", NULL, "b");
		cr_expect(value != NULL && strcmp(value, rows[i].value) == 0, "%s: %s",
			rows[i].line, value != NULL ? value : "(none)");
		ini_done(&ini);
		buf_done(&text);
	}
}

Test(ini, tells_what_is_wrong_with_a_line)
{
	static const struct {
		struct str line;
		const char *problem;
	} rows[] = {
		{STR("what is this"), "This line is neither a section like [rowan] nor a setting "
				      "like name = value."},
		{STR("k# x"), "This line is neither a section like [rowan] nor a setting like name "
			      "= value."},
		{STR("= x"), "This line is neither a section like [rowan] nor a setting like name "
			     "= value."},
		{STR("k = \"x"), "The quote (\") in this line is not closed."},
		{STR("[x \"y"), "The quote (\") in this line is not closed."},
		{STR("[x y]"), "A section is written [name] or [name \"part\"]."},
		{STR("[]"), "A section is written [name] or [name \"part\"]."},
		{STR("k = a\\b\\c"), "After a backslash only n, t, b, \", \\ or the end of the "
				     "line may stand; write \\\\ for a backslash."},
		{STR("k = a\0b"), "There is a control character in this line."},
		{STR("k = a\rb"), "There is a control character in this line."},
		{STR("k = a\033b"), "There is a control character in this line."},
		{STR("k = a\xff"), "This line is not UTF-8; save the file as UTF-8."},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ini ini = {0};
		struct buf text = {0};
		buf_add_text(&text, "[a]\n");
		buf_add(&text, rows[i].line);
		buf_add_text(&text, "\nb = c\n");
		ini_read(&ini, buf_str(&text));
		cr_assert_eq(ini.lines[1].number, 2);
		cr_expect_str_eq(ini.lines[1].problem, rows[i].problem, "row %zu", i);
		bool is_section = rows[i].line.data[0] == '[';
		cr_expect_eq(ini_get(&ini, "a", NULL, "b") == NULL, is_section, "row %zu", i);
		ini_done(&ini);
		buf_done(&text);
	}
}

Test(ini, tells_of_a_setting_before_the_first_section)
{
	struct ini ini = {0};
	ini_read(&ini, STR("\n\nb = c\n"));
	cr_assert_eq(ini.lines[2].number, 3);
	cr_assert_str_eq(ini.lines[2].problem,
		"This setting stands before the first section; put [rowan] above it.");
	ini_done(&ini);
}

Test(ini, has_limits)
{
	struct ini ini = {0};
	struct buf text = {0};
	buf_add_text(&text, "[a]\nb = ");
	while (text.len <= INI_LINE_MAX + 8)
		buf_add_char(&text, 'x');
	buf_add_text(&text, "\nc = d\n");
	cr_assert(ini_read(&ini, buf_str(&text)));
	cr_assert_str_eq(ini.lines[1].problem, "This line is longer than 64 kB.");
	cr_assert_null(ini_get(&ini, "a", NULL, "b"));
	cr_assert_str_eq(ini_get(&ini, "a", NULL, "c"), "d");
	ini_done(&ini);
	while (text.len <= INI_SIZE_MAX)
		buf_add_char(&text, '\n');
	cr_assert_not(ini_read(&ini, buf_str(&text)));
	cr_assert_eq(ini.count, 0);
	buf_done(&text);
}

static const char file[] = "# Mine.\n"
			   "[a]\n"
			   "    one=1   # first\n"
			   "\tTWO\n"
			   "\tone = 2 ; second\n"
			   "  # below\n"
			   "\n"
			   "# About b.\n"
			   "[b \"x y\"] # here\n"
			   "three = \"3\"\\\n"
			   "  3 # three\n"
			   "what?\n"
			   "\n"
			   "# At the end.";

enum change { SET, UNSET, REMOVE, RENAME };

static const struct {
	enum change change;
	const char *section, *sub, *name, *value, *expected;
} changes[] = {
	{SET, "a", NULL, "one", "9",
		"# Mine.\n[a]\n    one=1   # first\n\tTWO\n\tone = 9 ; second\n  # below\n\n"
		"# About b.\n[b \"x y\"] # here\nthree = \"3\"\\\n  3 # three\nwhat?\n\n# At the "
		"end."},
	{SET, "a", NULL, "two", "no",
		"# Mine.\n[a]\n    one=1   # first\n\tTWO = no\n\tone = 2 ; second\n  # below\n\n"
		"# About b.\n[b \"x y\"] # here\nthree = \"3\"\\\n  3 # three\nwhat?\n\n# At the "
		"end."},
	{SET, "b", "x y", "three", "a # b",
		"# Mine.\n[a]\n    one=1   # first\n\tTWO\n\tone = 2 ; second\n  # below\n\n"
		"# About b.\n[b \"x y\"] # here\nthree = \"a # b\" # three\nwhat?\n\n# At the "
		"end."},
	{SET, "a", NULL, "four", " 4",
		"# Mine.\n[a]\n    one=1   # first\n\tTWO\n\tone = 2 ; second\n\tfour = \" 4\"\n  "
		"# below\n\n# About b.\n[b \"x y\"] # here\nthree = \"3\"\\\n  3 # three\nwhat?"
		"\n\n# At the end."},
	{SET, "c", "d\"e", "f", "g",
		"# Mine.\n[a]\n    one=1   # first\n\tTWO\n\tone = 2 ; second\n  # below\n\n"
		"# About b.\n[b \"x y\"] # here\nthree = \"3\"\\\n  3 # three\nwhat?\n\n# At the "
		"end.\n\n[c \"d\\\"e\"]\n\tf = g\n"},
	{UNSET, "a", NULL, "one", NULL,
		"# Mine.\n[a]\n\tTWO\n  # below\n\n# About b.\n[b \"x y\"] # here\nthree = "
		"\"3\"\\\n  3 # three\nwhat?\n\n# At the end."},
	{REMOVE, "a", NULL, NULL, NULL,
		"# Mine.\n# About b.\n[b \"x y\"] # here\nthree = \"3\"\\\n  3 # three\nwhat?\n\n"
		"# At the end."},
	{REMOVE, "b", "x y", NULL, NULL,
		"# Mine.\n[a]\n    one=1   # first\n\tTWO\n\tone = 2 ; second\n  # below\n\n"
		"# About b.\n# At the end."},
	{RENAME, "b", "x y", NULL, "z",
		"# Mine.\n[a]\n    one=1   # first\n\tTWO\n\tone = 2 ; second\n  # below\n\n"
		"# About b.\n[b \"z\"] # here\nthree = \"3\"\\\n  3 # three\nwhat?\n\n# At the "
		"end."},
	{REMOVE, "b", NULL, NULL, NULL, file},
	{UNSET, "a", NULL, "three", NULL, file},
};

Test(ini, changes_only_the_line_it_is_about)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *section = changes[i].section, *sub = changes[i].sub;
		struct ini ini = {0}, again = {0};
		struct buf out = {0};
		ini_read(&ini, str_from(file));
		if (changes[i].change == SET)
			ini_set(&ini, section, sub, changes[i].name, changes[i].value);
		else if (changes[i].change == UNSET)
			ini_unset(&ini, section, sub, changes[i].name);
		else if (changes[i].change == REMOVE)
			ini_remove_section(&ini, section, sub);
		else
			ini_rename_section(&ini, section, sub, changes[i].value);
		check_text(&ini, changes[i].expected, changes[i].expected);
		ini_write(&ini, &out);
		ini_read(&again, buf_str(&out));
		if (changes[i].change == SET)
			cr_expect_str_eq(
				ini_get(&again, section, sub, changes[i].name), changes[i].value);
		buf_done(&out);
		ini_done(&ini);
		ini_done(&again);
	}
}

Test(ini, starts_a_file)
{
	struct ini ini = {0};
	ini_set(&ini, "rowan", NULL, "keys", "mutt");
	ini_set(&ini, "rowan", NULL, "bell", "no");
	ini_set(&ini, "account", "work", "from", "\"A\" <a@b>");
	ini_set(&ini, "rowan", NULL, "bell", "yes");
	check_text(&ini,
		"[rowan]\n\tkeys = mutt\n\tbell = yes\n\n[account \"work\"]\n\tfrom = \"\\\"A\\\" "
		"<a@b>\"\n",
		"new");
	ini_done(&ini);
}

Test(ini, keeps_a_comment_that_stands_where_the_value_goes)
{
	struct ini ini = {0};
	ini_read(&ini, STR("[a]\nb =# none\nc=\\"));
	ini_set(&ini, "a", NULL, "b", "d");
	check_text(&ini, "[a]\nb =d # none\nc=\\", "set");
	ini_set(&ini, "a", NULL, "e", "f");
	check_text(&ini, "[a]\nb =d # none\nc=\\\n\n\te = f\n", "behind a backslash");
	ini_done(&ini);
	ini_read(&ini, STR("[a]\nb = \\\n"));
	ini_set(&ini, "a", NULL, "c", "1");
	ini_set(&ini, "a", NULL, "d", "2");
	check_text(&ini, "[a]\nb = \\\n\n\tc = 1\n\td = 2\n", "behind a line that goes on");
	ini_done(&ini);
}

Test(ini, keeps_a_setting_in_the_line_of_its_section)
{
	struct ini ini = {0};
	ini_read(&ini, STR("[a] b = c"));
	ini_set(&ini, "a", NULL, "d", "e");
	check_text(&ini, "[a] b = c\n\td = e\n", "set");
	ini_unset(&ini, "a", NULL, "b");
	check_text(&ini, "[a]\n\td = e\n", "unset");
	ini_done(&ini);
}

Test(ini, writes_any_value_so_that_it_reads_back)
{
	static const char *const values[] = {"", " ", "a b", "a # b", "#", ";", "a;b", "\"", "\\",
		"a\nb", "\t", "\b", "ä", "a\\", "=", "[x]", "yes", "trailing ", "a\\nb"};
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct ini ini = {0}, again = {0};
		struct buf out = {0};
		ini_set(&ini, "a", values[i], "b", values[i]);
		ini_write(&ini, &out);
		ini_read(&again, buf_str(&out));
		const char *value = ini_get(&again, "a", values[i], "b");
		bool part_is_writable = strpbrk(values[i], "\n\t\b") == NULL;
		if (part_is_writable)
			cr_expect(value != NULL && strcmp(value, values[i]) == 0, "%s",
				buf_text(&out));
		ini_done(&ini);
		ini_done(&again);
		buf_done(&out);
	}
}
