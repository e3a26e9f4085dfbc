/*
 * Style sheets, as far as they hide: "div.preheader, #pre { display: none }". Only rules outside
 * @media (those are for small screens) whose selectors are a class or an id, with or without a tag
 * before it, are read; all else in a style sheet is about looks.
 */
#include "base/memory.h"
#include "base/table.h"
#include "render/render_html.h"

enum { CSS_RULES_MAX = 500, CSS_KEY_MAX = 100 };

struct html_css {
	struct table *hidden; /* owned: "tag.class", ".class", "#id" in lower case */
};

static void key_lower(struct buf *key, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		buf_add_char(key, ascii_lower(text.data[i]));
}

/* "td.pre", ".pre", "#pre": nothing before, after or between. */
static bool is_simple(struct str selector)
{
	int marks = 0;
	for (size_t i = 0; i < selector.len; i++) {
		char c = selector.data[i];
		bool is_mark = c == '.' || c == '#';
		marks += is_mark;
		if (!is_mark && !ascii_is_alpha(c) && !ascii_is_digit(c) && c != '-' && c != '_')
			return false;
	}
	return marks == 1 && selector.len <= CSS_KEY_MAX;
}

static void add_selectors(struct html_css *css, struct str selectors)
{
	while (selectors.len > 0 && table_count(css->hidden) < CSS_RULES_MAX) {
		struct str one = str_trim(str_cut(&selectors, ','));
		struct buf key = {0};
		key_lower(&key, one);
		if (is_simple(one))
			table_put(css->hidden, buf_str(&key), css);
		buf_done(&key);
	}
}

/* Where the block that begins at '{' ends, with blocks inside it. */
static size_t block_length(struct str s)
{
	int depth = 0;
	for (size_t i = 0; i < s.len; i++) {
		depth += s.data[i] == '{' ? 1 : s.data[i] == '}' ? -1 : 0;
		if (depth == 0)
			return i + 1;
	}
	return s.len;
}

static void without_comments(struct str text, struct buf *out)
{
	while (text.len > 0) {
		size_t at = str_find(text, STR("/*"));
		buf_add(out, str_first(text, at));
		text = at == STR_NONE ? STR("") : str_skip(text, at + 2);
		size_t end = str_find(text, STR("*/"));
		text = end == STR_NONE ? STR("") : str_skip(text, end + 2);
	}
}

static struct str without_marks(struct str selectors)
{
	selectors = str_trim(selectors);
	if (str_starts(selectors, STR("<!--")))
		selectors = str_skip(selectors, 4);
	if (str_starts(selectors, STR("-->")))
		selectors = str_skip(selectors, 3);
	return str_trim(selectors);
}

struct html_css *render_html_css_new(struct str text)
{
	struct html_css *css = mem_new(sizeof(*css));
	struct buf clean = {0};
	css->hidden = table_new();
	without_comments(text, &clean);
	struct str rest = buf_str(&clean);
	while (rest.len > 0) {
		size_t open = str_find_char(rest, '{');
		if (open == STR_NONE)
			break;
		struct str selectors = without_marks(str_first(rest, open));
		rest = str_skip(rest, open);
		size_t len = block_length(rest);
		struct str block = str_first(str_skip(rest, 1), len > 2 ? len - 2 : 0);
		size_t statement = str_find_char(selectors, ';'); /* "@import …;" before it */
		if (statement != STR_NONE)
			selectors = str_trim(str_skip(selectors, statement + 1));
		if (!str_starts(selectors, STR("@")) && render_html_style_hides(block))
			add_selectors(css, selectors);
		rest = str_skip(rest, len);
	}
	buf_done(&clean);
	return css;
}

void render_html_css_free(struct html_css *css)
{
	if (css == NULL)
		return;
	table_free(css->hidden);
	mem_free(css);
}

static bool has_rule(const struct html_css *css, const xmlNode *element, char mark, struct str name)
{
	struct buf key = {0};
	buf_add_text(&key, (const char *)element->name);
	size_t tag = key.len;
	buf_add_char(&key, mark);
	key_lower(&key, name);
	bool is_found = table_get(css->hidden, buf_str(&key)) != NULL ||
			table_get(css->hidden, str_skip(buf_str(&key), tag)) != NULL;
	buf_done(&key);
	return is_found;
}

bool render_html_css_hides(const struct html_css *css, const xmlNode *element)
{
	if (css == NULL || element->properties == NULL || table_count(css->hidden) == 0)
		return false;
	struct str id = str_trim(str_from(render_html_attribute(element, "id")));
	struct str classes = str_from(render_html_attribute(element, "class"));
	bool is_hidden = id.len > 0 && has_rule(css, element, '#', id);
	while (classes.len > 0 && !is_hidden) {
		struct str one = str_trim(str_cut(&classes, ' '));
		is_hidden = one.len > 0 && has_rule(css, element, '.', one);
	}
	return is_hidden;
}
