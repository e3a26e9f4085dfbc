/*
 * The walk: an element's row in the table of tags says how its children are shown. Inline text
 * gathers in one open block with white space folded as browsers do; block elements close it.
 */
#include "render/render_html.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "base/width.h"
#include "render/render_link.h"
#include "render/render_words.h"

enum { BLOCKS_MAX = 200000, LINK_TEXT_MAX = 400 };

/* ---- Blocks. ---- */

static struct doc_block *last_block(struct html *h)
{
	return h->doc->block_count > h->first ? &h->doc->blocks[h->doc->block_count - 1] : NULL;
}

static int depth_of(const struct html *h)
{
	return h->now.quote + h->older;
}

static void add_blank(struct html *h, int quote)
{
	struct doc_block *before = last_block(h);
	if (before == NULL || before->kind == DOC_BLANK)
		return;
	int depth = before->quote < quote ? before->quote : quote;
	doc_add_block(h->doc, DOC_BLANK)->quote = depth;
}

struct doc_block *render_html_open(struct html *h)
{
	if (h->is_open)
		return last_block(h);
	if (h->has_margin)
		add_blank(h, depth_of(h));
	h->has_margin = false;
	struct doc_block *b = doc_add_block(h->doc, h->now.level > 0 ? DOC_HEADING : DOC_TEXT);
	b->wrap = h->now.is_pre ? DOC_KEEP : DOC_WRAP;
	b->level = h->now.level;
	b->quote = depth_of(h);
	b->indent = h->now.indent;
	if (h->label != NULL) {
		b->indent -= h->label_cells;
		b->label = h->label;
		h->label = NULL;
	}
	h->is_open = true;
	return b;
}

/* Cuts the text, and the spans with it. */
static void block_truncate(struct doc_block *b, size_t len)
{
	buf_truncate(&b->text, len);
	while (b->span_count > 0 && b->spans[b->span_count - 1].start >= len)
		b->span_count--;
	if (b->span_count > 0) {
		struct doc_span *s = &b->spans[b->span_count - 1];
		s->len = s->start + s->len > len ? len - s->start : s->len;
	}
}

static void trim_blanks(struct doc_block *b)
{
	size_t len = b->text.len;
	while (len > 0 && b->text.data[len - 1] == ' ')
		len--;
	block_truncate(b, len);
}

static void drop_last_block(struct html *h)
{
	struct doc_block *b = last_block(h);
	buf_done(&b->text);
	mem_free(b->spans);
	mem_free(b->label);
	h->doc->block_count--;
}

/* A line end at the end of a block is not seen; a block of nothing else is one empty line. */
void render_html_close(struct html *h)
{
	h->has_blank = false;
	if (!h->is_open || h->now.is_in_cell)
		return;
	h->is_open = false;
	struct doc_block *b = last_block(h);
	bool had_break = false;
	if (b->wrap != DOC_KEEP)
		trim_blanks(b);
	while (b->text.len > 0 && b->text.data[b->text.len - 1] == '\n') {
		h->has_margin |= had_break;
		had_break = true;
		block_truncate(b, b->text.len - 1);
		if (b->wrap != DOC_KEEP)
			trim_blanks(b);
	}
	if (b->text.len > 0 || b->label != NULL)
		return;
	drop_last_block(h);
	h->has_margin = true;
}

static void block_edge(struct html *h, bool has_margin)
{
	if (h->now.is_in_cell) {
		h->has_blank = true;
		return;
	}
	render_html_close(h);
	h->has_margin |= has_margin;
}

/* ---- Text. ---- */

static bool is_fold_space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* Filling that senders put between the hidden first line and the rest, so that a list of messages
 * shows nothing after it. */
static bool is_padding(uint32_t c)
{
	return c == 0x200b || c == 0x200c || c == 0x034f || c == 0xfeff || c == 0x00ad ||
	       c == 0x180e || (c >= 0x2060 && c <= 0x2064) || c == 0x115f || c == 0x1160 ||
	       c == 0x3164;
}

static bool is_hard_blank(uint32_t c)
{
	return c == 0xa0 || c == 0x2007 || c == 0x202f;
}

/* &#150; and its like mean windows-1252, as in every browser. */
static uint32_t from_windows(uint32_t c)
{
	static const uint16_t map[32] = {0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020,
		0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f, 0x90, 0x2018,
		0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
		0x0153, 0x9d, 0x017e, 0x0178};
	return c >= 0x80 && c < 0xa0 ? map[c - 0x80] : c;
}

static bool is_at_start(const struct html *h, const struct doc_block *b)
{
	if (h->piece.len > 0)
		return false;
	char c = b->text.len > 0 ? b->text.data[b->text.len - 1] : '\n';
	return c == '\n' || (b->level > 0 && c == '\t');
}

static void flush_piece(struct html *h)
{
	if (h->piece.len == 0)
		return;
	doc_block_add(render_html_open(h), buf_str(&h->piece), h->now.style, h->now.link);
	buf_clear(&h->piece);
}

/* The blank between two words stands in neither's style when the style changes there. */
static void flush_blank(struct html *h, struct doc_block *b)
{
	if (!h->has_blank)
		return;
	h->has_blank = false;
	if (h->piece.len > 0)
		buf_add_char(&h->piece, ' ');
	else if (!is_at_start(h, b))
		doc_block_add(b, STR(" "), h->now.style & ~(unsigned)DOC_STYLE_LINK, -1);
}

static void add_letter(struct html *h, uint32_t c)
{
	struct doc_block *b = render_html_open(h);
	flush_blank(h, b);
	utf8_add(&h->piece, from_windows(c));
	h->has_padding = false;
	h->letters++;
}

static void add_hard_blank(struct html *h)
{
	if (h->has_padding || h->has_blank || h->now.is_bullet || !h->is_open ||
		is_at_start(h, last_block(h))) {
		h->has_blank = true;
		return;
	}
	buf_add_char(&h->piece, ' ');
}

static void add_folded(struct html *h, struct str text)
{
	while (text.len > 0) {
		size_t len = 1;
		uint32_t c = utf8_next(text, &len);
		text = str_skip(text, len);
		if (is_fold_space(c))
			h->has_blank = true;
		else if (is_hard_blank(c))
			add_hard_blank(h);
		else if (is_padding(c))
			h->has_padding = true;
		else
			add_letter(h, c);
	}
	flush_piece(h);
}

static void add_kept(struct html *h, struct str text)
{
	h->letters += text.len;
	doc_block_add(render_html_open(h), text, h->now.style, h->now.link);
}

static void add_text(struct html *h, struct str text)
{
	if (h->now.is_tiny || h->now.is_invisible)
		return;
	if (h->now.is_pre && !h->now.is_in_cell)
		add_kept(h, text);
	else
		add_folded(h, text);
}

/* Text of our own choosing, at once. */
static void add_word(struct html *h, struct str text, unsigned style, int link)
{
	struct doc_block *b = render_html_open(h);
	flush_blank(h, b);
	doc_block_add(b, text, style, link);
	h->letters += text.len;
}

/* ---- Elements. ---- */

struct tag {
	const char *name;
	void (*walk)(struct html *, xmlNode *, const struct tag *, int depth);
	int flag; /* blank lines around it, heading level, cells of indent, numbered list */
	unsigned style;
};

static void walk_inline(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	h->now.style |= tag->style;
	render_html_children(h, node, depth);
}

static void walk_nothing(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	(void)h, (void)node, (void)tag, (void)depth;
}

static void walk_block(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	struct html_look look;
	render_html_look(node, &look);
	bool has_margin = look.has_space || (tag->flag != 0 && !look.has_no_margin);
	block_edge(h, has_margin);
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
	block_edge(h, has_margin || is_empty);
}

/* Cells side by side, one below the other here: one of several lines stands apart. */
static void walk_row(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	(void)tag;
	for (xmlNode *n = node->children; n != NULL; n = n->next) {
		size_t blocks = h->doc->block_count;
		render_html_node(h, n, depth);
		if (h->doc->block_count > blocks + 1 && !h->now.is_in_cell)
			h->has_margin = true;
	}
	block_edge(h, false);
}

static void walk_heading(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	block_edge(h, true);
	h->now.level = h->now.is_in_cell ? 0 : tag->flag;
	walk_inline(h, node, tag, depth);
	block_edge(h, true);
}

static void walk_pre(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	block_edge(h, true);
	h->now.is_pre = true;
	walk_inline(h, node, tag, depth);
	block_edge(h, true);
}

/* At most one empty line in a row. */
static void walk_break(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	(void)node, (void)tag, (void)depth;
	if (h->now.is_in_cell) {
		h->has_blank = true;
		return;
	}
	if (!h->is_open && last_block(h) == NULL)
		return;
	struct doc_block *b = render_html_open(h);
	trim_blanks(b);
	h->has_blank = false;
	bool is_third = b->text.len >= 2 && memcmp(b->text.data + b->text.len - 2, "\n\n", 2) == 0;
	if (!is_third)
		doc_block_add(b, STR("\n"), 0, -1);
}

static void walk_rule(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	(void)node, (void)tag, (void)depth;
	block_edge(h, false);
	if (h->now.is_in_cell || last_block(h) == NULL)
		return;
	if (h->has_margin)
		add_blank(h, depth_of(h));
	h->has_margin = false;
	struct doc_block *b = doc_add_block(h->doc, DOC_RULE);
	b->quote = depth_of(h);
	b->indent = h->now.indent;
}

static void walk_quote(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	struct html_look look;
	render_html_look(node, &look);
	bool is_cite = render_html_attribute(node, "type") != NULL ||
		       render_html_has_class(node, "quote") || look.is_cite;
	block_edge(h, true);
	if (look.is_plain_indent && !is_cite)
		h->now.indent += 4;
	else
		h->now.quote++;
	walk_inline(h, node, tag, depth);
	block_edge(h, true);
}

static void walk_indent(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	block_edge(h, false);
	h->now.indent += tag->flag;
	walk_inline(h, node, tag, depth);
	block_edge(h, false);
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

static int number_of(const xmlNode *node, const char *attribute, int otherwise)
{
	const char *text = render_html_attribute(node, attribute);
	if (text == NULL || (!ascii_is_digit(text[0]) && text[0] != '-'))
		return otherwise;
	long value = strtol(text, NULL, 10);
	return value > -1000000 && value < 1000000 ? (int)value : otherwise;
}

static void list_item(struct html *h, xmlNode *item, struct str label, int depth)
{
	struct html_state before = h->now;
	struct html_look look;
	render_html_look(item, &look);
	if (look.is_hidden)
		return;
	block_edge(h, false);
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
	block_edge(h, false);
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
static void walk_list(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	static const char *const bullets[] = {"* ", "- ", "+ "};
	const char *type = render_html_attribute(node, "type");
	int number = number_of(node, "start", 1);
	int cells = number_cells(node, number);
	bool is_outer = h->lists == 0;
	const char *bullet = bullets[h->lists < 3 ? h->lists : 2];
	struct buf label = {0};
	block_edge(h, is_outer);
	h->lists++;
	for (xmlNode *n = node->children; n != NULL; n = n->next) {
		if (!render_html_is(n, "li")) {
			render_html_node(h, n, depth);
			continue;
		}
		number = number_of(n, "value", number);
		buf_clear(&label);
		if (tag->flag == 0)
			buf_add_text(&label, bullet);
		else
			make_number(&label, number++, type != NULL ? type[0] : '1', cells);
		list_item(h, n, buf_str(&label), depth);
	}
	buf_done(&label);
	h->lists--;
	block_edge(h, is_outer);
}

static void walk_stray_item(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	(void)tag;
	list_item(h, node, STR("* "), depth);
}

/* ---- Images. ---- */

static bool is_remote(const char *source)
{
	struct str s = str_from(source);
	return str_starts_nocase(s, STR("http:")) || str_starts_nocase(s, STR("https:")) ||
	       str_starts(s, STR("//"));
}

/* A spacer or a counter of readers. */
static bool is_pixel(const xmlNode *image)
{
	int width = number_of(image, "width", 100), height = number_of(image, "height", 100);
	return width <= 2 || height <= 2;
}

/* The file name of the part that a cid: URL means. */
static const char *cid_name(const struct html *h, const char *source)
{
	if (source == NULL || !str_starts_nocase(str_from(source), STR("cid:")))
		return NULL;
	for (size_t i = 0; i < h->doc->part_count; i++) {
		const struct doc_part *p = &h->doc->parts[i];
		if (p->content_id != NULL && strcmp(p->content_id, source + 4) == 0)
			return p->name != NULL ? p->name : p->type;
	}
	return NULL;
}

static void walk_image(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	(void)depth;
	const char *source = render_html_attribute(node, "src");
	const char *alt = render_html_attribute(node, "alt");
	if (source != NULL && is_remote(source))
		h->doc->remote_images++;
	if (is_pixel(node))
		return;
	const char *name = cid_name(h, source);
	h->now.is_tiny = false;
	h->now.style |= tag->style;
	if (alt != NULL && str_trim(str_from(alt)).len > 0) {
		h->now.is_pre = false;
		add_text(h, utf8_first(str_from(alt), LINK_TEXT_MAX));
	} else if (name != NULL && !h->now.is_invisible) {
		struct buf text = {0};
		buf_addf(&text, "[%s]", name);
		add_word(h, buf_str(&text), h->now.style, h->now.link);
		buf_done(&text);
	}
}

/* ---- Links. ---- */

struct link_content {
	struct buf text;
	bool has_image;
	int looked;
};

/* What the link says, for judging it; bounded. */
static void link_content_take(struct link_content *c, const xmlNode *node, int depth)
{
	for (const xmlNode *n = node->children; n != NULL; n = n->next) {
		if (c->looked++ > 64 || c->text.len > LINK_TEXT_MAX || depth > 16)
			return;
		if (n->type == XML_TEXT_NODE)
			buf_add(&c->text,
				str_first(str_from((const char *)n->content), LINK_TEXT_MAX));
		if (n->type != XML_ELEMENT_NODE)
			continue;
		if (render_html_is(n, "img")) {
			const char *alt = render_html_attribute(n, "alt");
			c->has_image |= !is_pixel(n);
			buf_add(&c->text, str_first(str_from(alt), LINK_TEXT_MAX));
		}
		link_content_take(c, n, depth + 1);
	}
}

/* White space folded, zero-width characters dropped: what would hide a name from us. */
static void link_text_fold(struct buf *text)
{
	struct buf out = {0};
	struct str rest = utf8_first(buf_str(text), LINK_TEXT_MAX);
	while (rest.len > 0) {
		size_t len = 1;
		uint32_t c = utf8_next(rest, &len);
		rest = str_skip(rest, len);
		bool is_space = is_fold_space(c) || is_hard_blank(c);
		if (is_space && out.len > 0 && out.data[out.len - 1] != ' ')
			buf_add_char(&out, ' ');
		else if (!is_space && !is_padding(c))
			utf8_add(&out, c);
	}
	buf_clear(text);
	buf_add(text, str_trim(buf_str(&out)));
	buf_done(&out);
}

static bool is_target(const char *href)
{
	static const char *const none[] = {"#", "javascript:", "vbscript:", "data:", "about:"};
	if (href == NULL || str_trim(str_from(href)).len == 0)
		return false;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (str_starts_nocase(str_trim(str_from(href)), str_from(none[i])))
			return false;
	}
	return true;
}

/* A picture, a headline and a button often lead to one place: one number for them. */
static int find_link(const struct html *h, struct str target)
{
	size_t count = h->doc->link_count;
	for (size_t i = count; i > 0 && i + 8 > count; i--) {
		if (str_equal(str_from(h->doc->links[i - 1].target), target))
			return (int)(i - 1);
	}
	return -1;
}

static int make_link(struct html *h, struct str target, struct str text)
{
	bool is_deceptive = render_link_is_deceptive(target, text);
	int link = find_link(h, target);
	if (link >= 0 && h->doc->links[link].is_deceptive == is_deceptive)
		return link;
	link = doc_add_link(h->doc, target, text);
	h->doc->links[link].is_deceptive = is_deceptive;
	return link;
}

/* "[3]" right behind the text, or "[3: evil.example]" when the text says another host. */
static void add_marker(struct html *h, int link)
{
	const struct doc_link *l = &h->doc->links[link];
	struct doc_block *b = last_block(h);
	struct str target = str_from(l->target);
	if (b == NULL || (b->kind != DOC_TEXT && b->kind != DOC_HEADING))
		return;
	if (!l->is_deceptive && render_link_says_itself(target, str_from(l->text)))
		return;
	struct buf marker = {0};
	buf_addf(&marker, "[%d", link + 1);
	if (l->is_deceptive) {
		buf_add_text(&marker, ": ");
		buf_add(&marker, render_link_host(target));
	}
	buf_add_text(&marker, "]");
	doc_block_add(b, buf_str(&marker), h->now.style, link);
	buf_done(&marker);
}

static void walk_link(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	const char *href = render_html_attribute(node, "href");
	bool has_room = h->doc->link_count < RENDER_LINK_MAX;
	if (!is_target(href) || h->now.link >= 0 || !has_room || h->now.is_invisible) {
		render_html_children(h, node, depth);
		return;
	}
	struct link_content content = {0};
	link_content_take(&content, node, 0);
	link_text_fold(&content.text);
	size_t letters = h->letters;
	int link = make_link(h, str_trim(str_from(href)), buf_str(&content.text));
	h->now.link = link;
	h->now.style |= tag->style;
	h->now.style |= h->doc->links[link].is_deceptive ? DOC_STYLE_WARNING : 0;
	render_html_children(h, node, depth);
	if (h->letters == letters && content.has_image)
		add_word(h, STR("[img]"), h->now.style, link);
	if (h->letters > letters)
		add_marker(h, link);
	buf_done(&content.text);
}

/* ---- Others. ---- */

static void walk_said(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	add_text(h, STR("\xe2\x80\x9c"));
	walk_inline(h, node, tag, depth);
	bool has_blank = h->has_blank;
	h->has_blank = false;
	add_text(h, STR("\xe2\x80\x9d"));
	h->has_blank = has_blank;
}

/* Forms cannot be filled in here; what a button says still tells what the message is about. */
static void walk_input(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	(void)tag, (void)depth;
	const char *type = render_html_attribute(node, "type");
	const char *value = render_html_attribute(node, "value");
	if (type == NULL || value == NULL || !str_equal_nocase(str_from(type), STR("submit")))
		return;
	add_text(h, STR("["));
	add_text(h, str_first(str_from(value), LINK_TEXT_MAX));
	add_text(h, STR("]"));
}

static void walk_table(struct html *h, xmlNode *node, const struct tag *tag, int depth)
{
	(void)tag;
	block_edge(h, false);
	render_html_table(h, node, depth);
	block_edge(h, false);
}

static const struct tag tags[] = {
	{"a", walk_link, 0, DOC_STYLE_LINK},
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
	{"img", walk_image, 0, DOC_STYLE_ITALIC},
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
	return strcmp(name, ((const struct tag *)row)->name);
}

/* Anything else is shown as if its tags were not there. */
static const struct tag *tag_find(const xmlNode *node)
{
	static const struct tag unknown = {"", walk_inline, 0, 0};
	const struct tag *tag = bsearch(
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

/* A pixel that counts readers is as remote below an element that is not shown. */
static void count_hidden_images(struct html *h, const xmlNode *node, int depth)
{
	if (render_html_is(node, "img") && render_html_attribute(node, "src") != NULL &&
		is_remote(render_html_attribute(node, "src")))
		h->doc->remote_images++;
	if (depth > RENDER_HTML_DEPTH)
		return;
	for (const xmlNode *n = node->children; n != NULL; n = n->next)
		count_hidden_images(h, n, depth + 1);
}

static void walk_element(struct html *h, xmlNode *node, int depth)
{
	const struct tag *tag = tag_find(node);
	struct html_look look;
	if (tag->walk == walk_nothing)
		return;
	render_html_look(node, &look);
	h->doc->remote_images += look.remote_images;
	if (look.is_hidden) {
		count_hidden_images(h, node, depth);
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
		add_text(h, str_from((const char *)node->content));
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
	struct doc_block *b = last_block(h);
	if (b != NULL && b->kind == DOC_BLANK)
		drop_last_block(h);
}

void render_html_add(struct doc *doc, struct str html)
{
	enum {
		OPTIONS = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
			  HTML_PARSE_NONET | HTML_PARSE_NODEFDTD | HTML_PARSE_COMPACT
	};
	struct buf clean = {0};
	struct html h = {.doc = doc, .first = doc->block_count, .now = {.link = -1}};
	/* Else libxml2 makes a paragraph, with empty lines around it, of text that stands alone. */
	buf_add_text(&clean, "<html><body>");
	bool is_whole = render_html_clean(html, RENDER_HTML_MAX, &clean);
	htmlParserCtxt *parser = htmlNewParserCtxt();
	xmlDoc *tree = NULL;
	if (parser != NULL)
		tree = htmlCtxtReadMemory(
			parser, clean.data, (int)clean.len, NULL, "UTF-8", OPTIONS);
	h.is_cut = parser != NULL && parser->disableSAX != 0;
	buf_done(&clean);
	if (tree != NULL)
		walk_document(&h, tree);
	xmlFreeDoc(tree);
	htmlFreeParserCtxt(parser);
	if (h.is_cut)
		add_note(doc, WORD_DEEP);
	if (!is_whole)
		add_note(doc, WORD_CUT);
	mem_free(h.label);
	buf_done(&h.piece);
}
