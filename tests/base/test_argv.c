/* Command lines as words. */
#include "base/argv.h"

#include "base/buf.h"

#include <criterion/criterion.h>

static void join(const struct argv *argv, struct buf *out)
{
	for (size_t i = 0; i < argv->count; i++)
		buf_addf(out, "%s<%s>", i > 0 ? " " : "", argv->words[i]);
}

Test(argv, words_and_quotes_are_those_of_sh)
{
	static const struct {
		const char *line, *words;
		bool is_whole, is_for_shell;
	} rows[] = {
		{"", "", true, false},
		{"  ", "", true, false},
		{"less -R file", "<less> <-R> <file>", true, false},
		{"a 'b c' \"d e\"", "<a> <b c> <d e>", true, false},
		{"a\\ b", "<a b>", true, false},
		{"'it'\\''s'", "<it's>", true, false},
		{"\"a\\\"b\\n\"", "<a\"b\\n>", true, false},
		{"x ''", "<x> <>", true, false},
		{"x 'open", "<x> <open>", false, false},
		{"cat | less", "<cat> <|> <less>", true, true},
		{"echo '$HOME|x'", "<echo> <$HOME|x>", true, false},
		{"echo \"$HOME\"", "<echo> <$HOME>", true, true},
		{"echo \\$HOME", "<echo> <$HOME>", true, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct argv argv = {0};
		struct buf out = {0};
		cr_expect_eq(argv_split(&argv, str_from(rows[i].line)), rows[i].is_whole, "%s",
			rows[i].line);
		join(&argv, &out);
		cr_expect_str_eq(buf_text(&out), rows[i].words);
		cr_expect_eq(argv_is_for_shell(str_from(rows[i].line)), rows[i].is_for_shell, "%s",
			rows[i].line);
		cr_expect(argv.count == 0 || argv.words[argv.count] == NULL);
		argv_done(&argv);
		buf_done(&out);
	}
}
