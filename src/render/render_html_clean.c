#include "render/render_html.h"

enum { ATTRIBUTES_MAX = 256, VALUE_MAX = 8192, CSS_MAX = 256 * 1024 };

/* Elements that mail nests beyond reason. Below NEST_MAX of one kind their tags are dropped and
 * their text is kept, where the parser would drop both. Not those that close each other, as <p> and
 * <a> do: forgotten ends do not nest them. The first ones begin a line, which stays. */
enum { NEST_MAX = 40, NESTED_BLOCKS = 4 };
static const char *const nested[] = {
	"div", "center", "blockquote", "section", "span", "font", "b", "i", "u", "em", "strong"};
enum { NESTED_COUNT = sizeof(nested) / sizeof(nested[0]) };

struct cleaner {
	struct buf *out, *css;
	int open[NESTED_COUNT];
	bool is_line;    /* the tag just counted begins or ends a line */
	bool is_endless; /* no comment ends any more */
};

static bool is_name(struct str s, const char *name)
{
	struct str n = str_from(name);
	return str_starts_nocase(s, n) &&
	       (s.len == n.len ||
		       !(ascii_is_alpha(s.data[n.len]) || ascii_is_digit(s.data[n.len])));
}

/* "<!-- … -->", also "<!-->" as HTML 5 has it. One that never ends is no comment; that is looked
 * for only once, since after it no other can end. */
static size_t comment_length(struct cleaner *c, struct str s)
{
	size_t from = str_starts(s, STR("<!-->")) || str_starts(s, STR("<!--->")) ? 2 : 4;
	size_t end = c->is_endless ? STR_NONE : str_find(str_skip(s, from), STR("-->"));
	c->is_endless = end == STR_NONE;
	return end == STR_NONE ? 4 : from + end + 3;
}

/* "<![if !mso]>", "<![endif]>", "<!DOCTYPE …>", "<?xml …>": up to the next '>', which must be near.
 */
static size_t declaration_length(struct str s)
{
	size_t end = str_find_char(str_first(s, VALUE_MAX), '>');
	return end == STR_NONE ? 1 : end + 1;
}

/* <script>…</script> and <style>…</style> with all that is in them. */
static size_t raw_length(struct str s, const char *name)
{
	for (size_t at = 1; at < s.len; at++) {
		size_t next = str_find(str_skip(s, at), STR("</"));
		if (next == STR_NONE)
			return s.len;
		at += next;
		if (is_name(str_skip(s, at + 2), name))
			return at;
	}
	return s.len;
}

/* One attribute value: huge ones are dropped. Returns where it ends. */
static size_t copy_value(struct str s, size_t at, struct buf *out)
{
	char quote = s.data[at];
	size_t end = at + 1;
	if (quote == '"' || quote == '\'') {
		size_t len = str_find_char(str_skip(s, at + 1), quote);
		if (len == STR_NONE)
			return s.len;
		end = at + 1 + len + 1;
	} else {
		end = at;
		while (end < s.len && s.data[end] != '>' && !ascii_is_space(s.data[end]))
			end++;
	}
	if (end - at <= VALUE_MAX)
		buf_add_bytes(out, s.data + at, end - at);
	else
		buf_add_text(out, "\"\"");
	return end;
}

/* A tag from its '<' to its '>'. Attributes beyond the limit are skipped. */
static size_t copy_tag(struct str s, struct buf *out)
{
	int attributes = 0;
	size_t at = 0;
	bool is_value = false;
	struct buf unused = {0};
	while (at < s.len && s.data[at] != '>') {
		struct buf *to = attributes < ATTRIBUTES_MAX ? out : &unused;
		char c = s.data[at];
		if (is_value && !ascii_is_space(c)) {
			at = copy_value(s, at, to);
			is_value = false;
			buf_clear(&unused);
			continue;
		}
		attributes += ascii_is_space(c) || c == '/' ? 1 : 0;
		is_value = c == '=' || (is_value && ascii_is_space(c));
		buf_add_char(to, c == '\0' ? ' ' : c);
		at++;
	}
	buf_done(&unused);
	buf_add_char(out, '>');
	return at < s.len ? at + 1 : s.len;
}

/* Counts the tag; true when it is one too many. */
static bool is_too_deep(struct cleaner *c, struct str name)
{
	bool is_end = name.len > 0 && name.data[0] == '/';
	for (size_t i = 0; i < NESTED_COUNT; i++) {
		if (!is_name(str_skip(name, is_end), nested[i]))
			continue;
		c->is_line = i < NESTED_BLOCKS;
		if (!is_end)
			return ++c->open[i] > NEST_MAX;
		return c->open[i] > 0 && c->open[i]-- > NEST_MAX;
	}
	return false;
}

/* <o:p>, <v:shape>, <w:wrap>: libxml2 would take the first for a paragraph. */
static bool is_foreign(struct str name)
{
	for (size_t i = 0; i < name.len && i < 16; i++) {
		if (name.data[i] == ':')
			return true;
		if (!ascii_is_alpha(name.data[i]) && name.data[i] != '/')
			return false;
	}
	return false;
}

static void take_css(struct cleaner *c, struct str element)
{
	size_t begin = str_find_char(element, '>');
	if (begin != STR_NONE && c->css->len + element.len <= CSS_MAX)
		buf_add(c->css, str_skip(element, begin + 1));
}

static size_t copy_markup(struct cleaner *cleaner, struct str s)
{
	struct buf *out = cleaner->out;
	enum { RAW_SCRIPT, RAW_STYLE };
	static const char *const raw[] = {[RAW_SCRIPT] = "script", [RAW_STYLE] = "style"};
	char c = s.len > 1 ? s.data[1] : ' ';
	if (str_starts(s, STR("<!--")))
		return comment_length(cleaner, s);
	if (c == '!' || c == '?')
		return declaration_length(s);
	for (size_t i = 0; i < 2; i++) {
		if (!is_name(str_skip(s, 1), raw[i]))
			continue;
		size_t len = raw_length(s, raw[i]);
		if (i == RAW_STYLE)
			take_css(cleaner, str_first(s, len));
		return len;
	}
	if (ascii_is_alpha(c) || c == '/') {
		size_t before = out->len;
		size_t taken = copy_tag(s, out);
		cleaner->is_line = false;
		if (is_foreign(str_skip(s, 1)) || is_too_deep(cleaner, str_skip(s, 1))) {
			buf_truncate(out, before);
			buf_add_text(out, cleaner->is_line ? "<br>" : "");
		}
		return taken;
	}
	buf_add_text(out, "&lt;");
	return 1;
}

bool render_html_clean(struct str html, size_t max, struct buf *out, struct buf *css)
{
	struct cleaner cleaner = {.out = out, .css = css};
	while (html.len > 0 && out->len < max) {
		size_t taken = 1;
		if (html.data[0] == '<') {
			taken = copy_markup(&cleaner, html);
		} else {
			while (taken < html.len && html.data[taken] != '<' &&
				html.data[taken] != '\0' && out->len + taken < max)
				taken++;
			if (html.data[0] == '\0')
				buf_add_char(out, ' ');
			else
				buf_add_bytes(out, html.data, taken);
		}
		html = str_skip(html, taken);
	}
	return html.len == 0;
}
