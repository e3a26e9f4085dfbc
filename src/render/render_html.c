/*
 * The walk: an element's row in the table of tags says how its children are shown.
 */
#include "render/render_html.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/width.h"
#include "render/render_words.h"

enum { BLOCKS_MAX = 200000, BUTTON_TEXT_MAX = 200 };

/* ---- Elements. ---- */

static void walk_inline(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	h->now.style |= tag->style;
	render_html_children(h, node, depth);
}

static void walk_nothing(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	(void)h, (void)node, (void)tag, (void)depth;
}

static void walk_block(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	struct html_look look;
	render_html_look(node, &look);
	bool has_margin = look.has_space || (tag->flag != 0 && !look.has_no_margin);
	render_html_edge(h, has_margin);
	if (look.is_cite)
		h->now.quote++;
	if (look.is_older || (render_html_attribute(node, "id") != NULL &&
				     str_starts(str_from(render_html_attribute(node, "id")),
					     STR("divRplyFwdMsg")))) {
		h->older++;
		h->has_margin = true;
	}
	size_t letters = h->letters;
	walk_inline(h, node, tag, depth);
	bool is_empty = h->letters == letters && (tag->flag != 0 || look.is_spacer);
	render_html_edge(h, has_margin || is_empty);
}

/* Cells side by side, one below the other here: one of several lines stands apart. */
static void walk_row(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	(void)tag;
	for (xmlNode *n = node->children; n != NULL; n = n->next) {
		size_t blocks = h->doc->block_count;
		render_html_node(h, n, depth);
		if (h->doc->block_count > blocks + 1 && !h->now.is_in_cell)
			h->has_margin = true;
	}
	render_html_edge(h, false);
}

static void walk_heading(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	render_html_edge(h, true);
	h->now.level = h->now.is_in_cell ? 0 : tag->flag;
	walk_inline(h, node, tag, depth);
	render_html_edge(h, true);
}

static void walk_pre(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	render_html_edge(h, true);
	h->now.is_pre = true;
	walk_inline(h, node, tag, depth);
	render_html_edge(h, true);
}

/* At most one empty line in a row. */
static void walk_break(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	(void)node, (void)tag, (void)depth;
	if (h->now.is_in_cell) {
		h->has_blank = true;
		return;
	}
	if (!h->is_open && render_html_last(h) == NULL)
		return;
	struct doc_block *b = render_html_open(h);
	render_html_trim(b);
	h->has_blank = false;
	bool is_third = b->text.len >= 2 && memcmp(b->text.data + b->text.len - 2, "\n\n", 2) == 0;
	if (!is_third)
		doc_block_add(b, STR("\n"), 0, -1);
}

static void walk_rule(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	(void)node, (void)tag, (void)depth;
	render_html_edge(h, false);
	if (h->now.is_in_cell || render_html_last(h) == NULL)
		return;
	if (h->has_margin)
		render_html_blank(h, render_html_depth(h));
	h->has_margin = false;
	struct doc_block *b = doc_add_block(h->doc, DOC_RULE);
	b->quote = render_html_depth(h);
	b->indent = h->now.indent;
}

static void walk_quote(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	struct html_look look;
	render_html_look(node, &look);
	bool is_cite = render_html_attribute(node, "type") != NULL ||
		       render_html_has_class(node, "quote") || look.is_cite;
	render_html_edge(h, true);
	if (look.is_plain_indent && !is_cite)
		h->now.indent += 4;
	else
		h->now.quote++;
	walk_inline(h, node, tag, depth);
	render_html_edge(h, true);
}

static void walk_indent(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	render_html_edge(h, false);
	h->now.indent += tag->flag;
	walk_inline(h, node, tag, depth);
	render_html_edge(h, false);
}

/* ---- Lists. ---- */

static void add_letters(struct buf *out, int number, char first)
{
	if (number > 26)
		add_letters(out, (number - 1) / 26, first);
	buf_add_char(out, (char)(first + (number - 1) % 26));
}

static void add_roman(struct buf *out, int number, bool is_lower)
{
	static const struct {
		int value;
		const char *text;
	} steps[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"},
		{50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}};
	size_t from = out->len;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		for (; number >= steps[i].value; number -= steps[i].value)
			buf_add_text(out, steps[i].text);
	}
	for (size_t i = from; is_lower && i < out->len; i++)
		out->data[i] = ascii_lower(out->data[i]);
}

static void make_number(struct buf *out, int number, char type, int cells)
{
	bool has_letters = number > 0 && number < 4000;
	if (has_letters && (type == 'a' || type == 'A'))
		add_letters(out, number, type);
	else if (has_letters && (type == 'i' || type == 'I'))
		add_roman(out, number, type == 'i');
	else
		buf_addf(out, "%*d", cells, number);
	buf_add_text(out, ". ");
}

static void list_item(struct html *h, xmlNode *item, struct str label, int depth)
{
	struct html_state before = h->now;
	struct html_look look;
	render_html_look(item, &look);
	if (look.is_hidden)
		return;
	render_html_edge(h, false);
	if (h->label != NULL) {
		render_html_open(h);
		render_html_close(h);
	}
	if (!h->now.is_in_cell) {
		h->label = mem_str(label);
		h->label_cells = width_cells(label);
		h->now.indent += h->label_cells;
	}
	render_html_children(h, item, depth);
	render_html_edge(h, false);
	mem_free(h->label);
	h->label = NULL;
	h->now = before;
}

/* Cells for the highest number of a list. */
static int number_cells(const xmlNode *list, int first)
{
	int last = first - 1, cells = 1;
	for (const xmlNode *n = list->children; n != NULL; n = n->next)
		last += render_html_is(n, "li");
	for (; last >= 10; last /= 10)
		cells++;
	return cells;
}

/* Lists inside lists stand without empty lines around them. */
static void walk_list(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	static const char *const bullets[] = {"* ", "- ", "+ "};
	const char *type = render_html_attribute(node, "type");
	int number = render_html_number(node, "start", 1);
	int cells = number_cells(node, number);
	bool is_outer = h->lists == 0;
	const char *bullet = bullets[h->lists < 3 ? h->lists : 2];
	struct buf label = {0};
	render_html_edge(h, is_outer);
	h->lists++;
	for (xmlNode *n = node->children; n != NULL; n = n->next) {
		if (!render_html_is(n, "li")) {
			render_html_node(h, n, depth);
			continue;
		}
		number = render_html_number(n, "value", number);
		buf_clear(&label);
		if (tag->flag == 0)
			buf_add_text(&label, bullet);
		else
			make_number(&label, number++, type != NULL ? type[0] : '1', cells);
		list_item(h, n, buf_str(&label), depth);
	}
	buf_done(&label);
	h->lists--;
	render_html_edge(h, is_outer);
}

static void walk_stray_item(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	(void)tag;
	list_item(h, node, STR("* "), depth);
}

/* ---- Others. ---- */

static void walk_said(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	render_html_text(h, STR("\xe2\x80\x9c"));
	walk_inline(h, node, tag, depth);
	bool has_blank = h->has_blank;
	h->has_blank = false;
	render_html_text(h, STR("\xe2\x80\x9d"));
	h->has_blank = has_blank;
}

/* Forms cannot be filled in here; what a button says still tells what the message is about. */
static void walk_input(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	(void)tag, (void)depth;
	const char *type = render_html_attribute(node, "type");
	const char *value = render_html_attribute(node, "value");
	if (type == NULL || value == NULL || !str_equal_nocase(str_from(type), STR("submit")))
		return;
	render_html_text(h, STR("["));
	render_html_text(h, str_first(str_from(value), BUTTON_TEXT_MAX));
	render_html_text(h, STR("]"));
}

static void walk_table(struct html *h, xmlNode *node, const struct html_tag *tag, int depth)
{
	(void)tag;
	render_html_edge(h, false);
	render_html_table(h, node, depth);
	render_html_edge(h, false);
}

static const struct html_tag tags[] = {
	{"a", render_html_link, 0, DOC_STYLE_LINK},
	{"address", walk_block, 0, 0},
	{"applet", walk_nothing, 0, 0},
	{"article", walk_block, 0, 0},
	{"aside", walk_block, 0, 0},
	{"audio", walk_nothing, 0, 0},
	{"b", walk_inline, 0, DOC_STYLE_BOLD},
	{"blockquote", walk_quote, 0, 0},
	{"br", walk_break, 0, 0},
	{"canvas", walk_nothing, 0, 0},
	{"caption", walk_block, 0, 0},
	{"center", walk_block, 0, 0},
	{"cite", walk_inline, 0, DOC_STYLE_ITALIC},
	{"code", walk_inline, 0, DOC_STYLE_CODE},
	{"dd", walk_indent, 4, 0},
	{"del", walk_inline, 0, DOC_STYLE_STRIKE},
	{"details", walk_block, 0, 0},
	{"dir", walk_list, 0, 0},
	{"div", walk_block, 0, 0},
	{"dl", walk_block, 1, 0},
	{"dt", walk_block, 0, 0},
	{"em", walk_inline, 0, DOC_STYLE_ITALIC},
	{"fieldset", walk_block, 0, 0},
	{"figcaption", walk_block, 0, 0},
	{"figure", walk_block, 1, 0},
	{"footer", walk_block, 0, 0},
	{"form", walk_block, 0, 0},
	{"h1", walk_heading, 1, 0},
	{"h2", walk_heading, 2, 0},
	{"h3", walk_heading, 3, 0},
	{"h4", walk_heading, 4, 0},
	{"h5", walk_heading, 5, 0},
	{"h6", walk_heading, 6, 0},
	{"head", walk_nothing, 0, 0},
	{"header", walk_block, 0, 0},
	{"hr", walk_rule, 0, 0},
	{"i", walk_inline, 0, DOC_STYLE_ITALIC},
	{"iframe", walk_nothing, 0, 0},
	{"img", render_html_image, 0, DOC_STYLE_ITALIC},
	{"input", walk_input, 0, 0},
	{"ins", walk_inline, 0, DOC_STYLE_UNDERLINE},
	{"kbd", walk_inline, 0, DOC_STYLE_CODE},
	{"legend", walk_block, 0, 0},
	{"li", walk_stray_item, 0, 0},
	{"listing", walk_pre, 0, 0},
	{"main", walk_block, 0, 0},
	{"math", walk_nothing, 0, 0},
	{"menu", walk_list, 0, 0},
	{"nav", walk_block, 0, 0},
	{"object", walk_nothing, 0, 0},
	{"ol", walk_list, 1, 0},
	{"p", walk_block, 1, 0},
	{"pre", walk_pre, 0, 0},
	{"q", walk_said, 0, 0},
	{"s", walk_inline, 0, DOC_STYLE_STRIKE},
	{"samp", walk_inline, 0, DOC_STYLE_CODE},
	{"script", walk_nothing, 0, 0},
	{"section", walk_block, 0, 0},
	{"select", walk_nothing, 0, 0},
	{"strike", walk_inline, 0, DOC_STYLE_STRIKE},
	{"strong", walk_inline, 0, DOC_STYLE_BOLD},
	{"style", walk_nothing, 0, 0},
	{"summary", walk_block, 0, 0},
	{"svg", walk_nothing, 0, 0},
	{"table", walk_table, 0, 0},
	{"td", walk_block, 0, 0},
	{"template", walk_nothing, 0, 0},
	{"textarea", walk_nothing, 0, 0},
	{"th", walk_block, 0, DOC_STYLE_BOLD},
	{"title", walk_nothing, 0, 0},
	{"tr", walk_row, 0, 0},
	{"tt", walk_inline, 0, DOC_STYLE_CODE},
	{"u", walk_inline, 0, DOC_STYLE_UNDERLINE},
	{"ul", walk_list, 0, 0},
	{"var", walk_inline, 0, DOC_STYLE_ITALIC},
	{"video", walk_nothing, 0, 0},
	{"xmp", walk_pre, 0, 0},
};

static int tag_compare(const void *name, const void *row)
{
	return strcmp(name, ((const struct html_tag *)row)->name);
}

/* Anything else is shown as if its tags were not there. */
static const struct html_tag *tag_find(const xmlNode *node)
{
	static const struct html_tag unknown = {"", walk_inline, 0, 0};
	const struct html_tag *tag = bsearch(
		node->name, tags, sizeof(tags) / sizeof(tags[0]), sizeof(tags[0]), tag_compare);
	return tag != NULL ? tag : &unknown;
}

static void state_apply(struct html_state *s, const struct html_look *look)
{
	s->is_invisible = look->visibility != 0 ? look->visibility < 0 : s->is_invisible;
	s->is_tiny = look->font != 0 ? look->font < 0 : s->is_tiny;
	s->is_pre |= look->is_pre;
	s->is_bullet |= look->is_bullet;
	s->style |= look->is_bold ? DOC_STYLE_BOLD : 0;
	s->style |= look->is_italic ? DOC_STYLE_ITALIC : 0;
	s->style |= look->is_strike ? DOC_STYLE_STRIKE : 0;
}

static void walk_element(struct html *h, xmlNode *node, int depth)
{
	const struct html_tag *tag = tag_find(node);
	struct html_look look;
	if (tag->walk == walk_nothing)
		return;
	render_html_look(node, &look);
	h->doc->remote_images += look.remote_images;
	if (look.is_hidden || (!look.has_display && render_html_css_hides(h->css, node))) {
		render_html_count_images(h, node, depth);
		return;
	}
	struct html_state before = h->now;
	state_apply(&h->now, &look);
	tag->walk(h, node, tag, depth + 1);
	h->now = before;
}

void render_html_node(struct html *h, xmlNode *node, int depth)
{
	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
		render_html_text(h, str_from((const char *)node->content));
	} else if (node->type != XML_ELEMENT_NODE) {
		return;
	} else if (depth > RENDER_HTML_DEPTH || h->doc->block_count > BLOCKS_MAX) {
		h->is_cut = true;
	} else {
		walk_element(h, node, depth);
	}
}

void render_html_children(struct html *h, xmlNode *node, int depth)
{
	for (xmlNode *n = node->children; n != NULL; n = n->next)
		render_html_node(h, n, depth);
}

/* ---- The whole. ---- */

static void add_note(struct doc *doc, const char *label)
{
	doc_add_block(doc, DOC_NOTE)->label = mem_text(label);
}

static void walk_document(struct html *h, xmlDoc *tree)
{
	for (xmlNode *n = tree->children; n != NULL; n = n->next)
		render_html_node(h, n, 0);
	h->now = (struct html_state){.link = -1};
	render_html_close(h);
	struct doc_block *b = render_html_last(h);
	if (b != NULL && b->kind == DOC_BLANK)
		render_html_drop_last(h);
}

void render_html_add(struct doc *doc, struct str html)
{
	enum {
		OPTIONS = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
			  HTML_PARSE_NONET | HTML_PARSE_NODEFDTD | HTML_PARSE_COMPACT
	};
	struct buf clean = {0}, sheet = {0};
	struct html h = {.doc = doc, .first = doc->block_count, .now = {.link = -1}};
	/* Else libxml2 makes a paragraph, with empty lines around it, of text that stands alone. */
	buf_add_text(&clean, "<html><body>");
	bool is_whole = render_html_clean(html, RENDER_HTML_MAX, &clean, &sheet);
	htmlParserCtxt *parser = htmlNewParserCtxt();
	xmlDoc *tree = NULL;
	if (parser != NULL)
		tree = htmlCtxtReadMemory(
			parser, clean.data, (int)clean.len, NULL, "UTF-8", OPTIONS);
	h.is_cut = parser != NULL && parser->disableSAX != 0;
	buf_done(&clean);
	struct html_css *css = render_html_css_new(buf_str(&sheet));
	h.css = css;
	if (tree != NULL)
		walk_document(&h, tree);
	render_html_css_free(css);
	buf_done(&sheet);
	xmlFreeDoc(tree);
	htmlFreeParserCtxt(parser);
	if (h.is_cut)
		add_note(doc, WORD_DEEP);
	if (!is_whole)
		add_note(doc, WORD_CUT);
	mem_free(h.label);
	buf_done(&h.piece);
}
