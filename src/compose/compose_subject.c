/* The subject of an answer: one prefix, in whatever language the others were. */
#include "compose/compose_address.h"
#include "compose/compose_answer.h"

/* How mailers of other languages say Re, in lower case where there is one. */
static const char *const reply_words[] = {"re", "aw", "sv", "antw", "vs", "odp", "ref", "rif",
	"res", "r", "ynt", "bls", "ad", "v\xc3\xa1", "r\xc3\xa9", "\xd0\xbe\xd1\x82\xd0\xb2",
	"\xd0\x9e\xd1\x82\xd0\xb2", "\xce\xb1\xcf\x80", "\xce\x91\xcf\x80",
	"\xe5\x9b\x9e\xe5\xa4\x8d", "\xe5\x9b\x9e\xe8\xa6\x86", "\xe7\xad\x94\xe5\xa4\x8d",
	"\xe8\xbf\x94\xe4\xbf\xa1", "\xed\x9a\x8c\xec\x8b\xa0"};

static const char *const forward_words[] = {"fwd", "fw", "wg", "tr", "rv", "enc", "doorst", "vb",
	"vl", "i", "pd", "\xe8\xbd\xac\xe5\x8f\x91", "\xe8\xbd\x89\xe5\xaf\x84"};

/* "[2]", "(2)", "^2", "*2" behind the word. */
static size_t counter_length(struct str s)
{
	static const char opens[] = "[(^*";
	const char *open = s.len > 0 && s.data[0] != '\0' ? strchr(opens, s.data[0]) : NULL;
	size_t n = 1;
	if (open == NULL)
		return 0;
	while (n < s.len && ascii_is_digit(s.data[n]))
		n++;
	if (n == 1)
		return 0;
	if (*open == '[' || *open == '(')
		return n < s.len && s.data[n] == (*open == '[' ? ']' : ')') ? n + 1 : 0;
	return n;
}

/* ":" or its wide sister; 0 when neither. */
static size_t colon_length(struct str s)
{
	static const char wide[] = "\xef\xbc\x9a";
	if (s.len > 0 && s.data[0] == ':')
		return 1;
	return str_starts(s, str_from(wide)) ? 3 : 0;
}

static size_t prefix_length(struct str s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct str word = str_from(words[i]);
		if (!str_starts_nocase(s, word))
			continue;
		size_t n = word.len;
		n += counter_length(str_skip(s, n));
		while (n < s.len && s.data[n] == ' ')
			n++;
		size_t colon = colon_length(str_skip(s, n));
		if (colon > 0)
			return n + colon;
	}
	return 0;
}

static size_t reply_prefix(struct str s)
{
	return prefix_length(s, reply_words, sizeof(reply_words) / sizeof(*reply_words));
}

/* "[list] " before a prefix. */
static size_t tag_length(struct str s)
{
	size_t end = s.len > 0 && s.data[0] == '[' ? str_find_char(s, ']') : STR_NONE;
	if (end == STR_NONE)
		return 0;
	end++;
	while (end < s.len && s.data[end] == ' ')
		end++;
	return end;
}

static struct str without_prefixes(struct str s)
{
	for (size_t n = reply_prefix(s); n > 0; n = reply_prefix(s))
		s = str_trim(str_skip(s, n));
	return s;
}

void compose_subject_reply(struct str subject, const char *prefix, struct buf *out)
{
	struct buf line = {0}, all = {0};
	compose_line_add(&line, subject, COMPOSE_SUBJECT_MAX);
	struct str rest = without_prefixes(buf_str(&line));
	size_t tag = tag_length(rest);
	buf_add_text(&all, prefix != NULL ? prefix : "Re: ");
	if (tag > 0 && reply_prefix(str_skip(rest, tag)) > 0) {
		buf_add(&all, str_first(rest, tag));
		rest = without_prefixes(str_skip(rest, tag));
	}
	buf_add(&all, rest);
	compose_line_add(out, buf_str(&all), COMPOSE_SUBJECT_MAX);
	buf_done(&line);
	buf_done(&all);
}

void compose_subject_forward(struct str subject, bool is_fwd, struct buf *out)
{
	struct buf line = {0};
	compose_line_add(&line, subject, COMPOSE_SUBJECT_MAX);
	struct str text = buf_str(&line);
	bool is_marked = str_ends_nocase(text, STR("(fwd)")) ||
			 prefix_length(text, forward_words,
				 sizeof(forward_words) / sizeof(*forward_words)) > 0;
	if (is_fwd && !is_marked)
		buf_add_text(out, text.len > 0 ? "Fwd: " : "Fwd:");
	buf_add(out, text);
	if (!is_fwd && !is_marked)
		buf_add_text(out, text.len > 0 ? " (fwd)" : "(fwd)");
	buf_done(&line);
}
