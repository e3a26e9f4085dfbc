#include "render/render_enriched.h"

enum { COMMAND_MAX = 60, DEPTH_MAX = 50 }; /* RFC 1896: a name has at most 60 letters */

struct enriched {
	struct buf *out;
	bool is_richtext;
	int hidden;     /* open <param> or <comment> */
	int nofill;     /* lines are kept */
	int excerpt;    /* quotes */
	size_t ends;    /* line ends since the last letter */
	bool has_break; /* what comes begins a line */
	bool at_line_start;
};

static void add_end(struct enriched *e)
{
	buf_add_char(e->out, '\n');
	e->at_line_start = true;
}

static void add_marks(struct enriched *e)
{
	for (int i = 0; i < e->excerpt; i++)
		buf_add_char(e->out, '>');
	if (e->excerpt > 0)
		buf_add_char(e->out, ' ');
	e->at_line_start = false;
}

/* The line ends that wait, as many as count. */
static void settle_ends(struct enriched *e)
{
	bool is_line = e->has_break || e->ends > 1;
	if (e->ends == 1 && !is_line && !e->at_line_start)
		buf_add_char(e->out, ' ');
	if (e->has_break && e->ends < 2 && !e->at_line_start)
		add_end(e);
	for (size_t i = 1; i < e->ends; i++)
		add_end(e);
	e->ends = 0;
	e->has_break = false;
}

static void add_letter(struct enriched *e, char c)
{
	if (e->hidden > 0)
		return;
	if (c == '\n' && e->nofill == 0) {
		e->ends += !e->is_richtext || e->ends == 0;
		return;
	}
	bool had_break = e->has_break;
	settle_ends(e);
	if (c == '\n') {
		if (!had_break)
			add_end(e);
		return;
	}
	if (e->at_line_start)
		add_marks(e);
	buf_add_char(e->out, c);
}

static void step(int *count, bool is_end)
{
	if (is_end)
		*count -= *count > 0;
	else
		*count += *count < DEPTH_MAX;
}

static void begin_line(struct enriched *e)
{
	e->has_break |= e->hidden == 0;
}

static void command(struct enriched *e, struct str name)
{
	bool is_end = str_starts(name, STR("/"));
	struct str word = is_end ? str_skip(name, 1) : name;
	if (str_equal_nocase(word, STR("param")) || str_equal_nocase(word, STR("comment"))) {
		step(&e->hidden, is_end);
	} else if (str_equal_nocase(word, STR("nofill"))) {
		begin_line(e);
		step(&e->nofill, is_end);
	} else if (str_equal_nocase(word, STR("excerpt"))) {
		settle_ends(e);
		begin_line(e);
		step(&e->excerpt, is_end);
	} else if (str_equal_nocase(word, STR("lt"))) {
		add_letter(e, '<');
	} else if (str_equal_nocase(word, STR("nl")) && e->hidden == 0) {
		e->ends = 0;
		add_end(e);
	} else if (str_equal_nocase(word, STR("paragraph")) || str_equal_nocase(word, STR("np"))) {
		begin_line(e);
	}
}

/* The length of "<name>"; 0 when it is none. */
static size_t command_length(struct str s)
{
	size_t len = 1;
	while (len < s.len && len <= COMMAND_MAX + 1 &&
		(ascii_is_alpha(s.data[len]) || ascii_is_digit(s.data[len]) || s.data[len] == '-' ||
			s.data[len] == '/'))
		len++;
	return len > 1 && len < s.len && s.data[len] == '>' ? len + 1 : 0;
}

void render_enriched(struct str text, bool is_richtext, struct buf *out)
{
	struct enriched e = {.out = out, .is_richtext = is_richtext, .at_line_start = true};
	while (text.len > 0) {
		size_t len = text.data[0] == '<' ? command_length(text) : 0;
		bool is_sign = len == 0 && str_starts(text, STR("<<"));
		if (len > 0)
			command(&e, str_make(text.data + 1, len - 2));
		else
			add_letter(&e, text.data[0]);
		text = str_skip(text, len > 0 ? len : is_sign ? 2 : 1);
	}
}
