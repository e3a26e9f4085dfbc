/* Command line → words. */
#include "base/argv.h"

#include "base/array.h"
#include "base/buf.h"

void argv_done(struct argv *argv)
{
	for (size_t i = 0; i < argv->count; i++)
		mem_free(argv->words[i]);
	mem_free(argv->words);
	*argv = (struct argv){0};
}

void argv_add(struct argv *argv, struct str word)
{
	argv->words = array_room(argv->words, argv->count + 1, &argv->cap, sizeof(*argv->words));
	argv->words[argv->count++] = mem_str(word);
	argv->words[argv->count] = NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The character a backslash stands in front of, as sh has it between these quotes. */
static bool is_escaped(struct str rest, char quote)
{
	if (rest.data[0] != '\\' || rest.len < 2 || quote == '\'')
		return false;
	return quote == 0 || rest.data[1] == '"' || rest.data[1] == '\\' || rest.data[1] == '$' ||
	       rest.data[1] == '`';
}

/* One word; false when its quote is open. */
static bool argv_word(struct str *rest, struct buf *word)
{
	char quote = 0;
	while (rest->len > 0 && (quote != 0 || !is_blank(rest->data[0]))) {
		char c = rest->data[0];
		if (is_escaped(*rest, quote)) {
			buf_add_char(word, rest->data[1]);
			*rest = str_skip(*rest, 1);
		} else if (quote == 0 && (c == '\'' || c == '"')) {
			quote = c;
		} else if (quote == c) {
			quote = 0;
		} else {
			buf_add_char(word, c);
		}
		*rest = str_skip(*rest, 1);
	}
	return quote == 0;
}

bool argv_split(struct argv *argv, struct str line)
{
	for (;;) {
		struct buf word = {0};
		while (line.len > 0 && is_blank(line.data[0]))
			line = str_skip(line, 1);
		if (line.len == 0)
			return true;
		bool is_whole = argv_word(&line, &word);
		argv_add(argv, buf_str(&word));
		buf_done(&word);
		if (!is_whole)
			return false;
	}
}

bool argv_is_for_shell(struct str line)
{
	char quote = 0;
	for (size_t i = 0; i < line.len; i++) {
		char c = line.data[i];
		if (is_escaped(str_skip(line, i), quote)) {
			i++;
		} else if (quote == 0 && (c == '\'' || c == '"')) {
			quote = c;
		} else if (quote != 0 && c == quote) {
			quote = 0;
		} else if (quote != '\'' && (c == '$' || c == '`')) {
			return true;
		} else if (quote == 0 && strchr("|&;<>()*?[#~\n", c) != NULL && c != '\0') {
			return true;
		}
	}
	return false;
}
