#include <stdlib.h>

#include "render/render_html.h"

enum { CELL_TEXT_MAX = 90, ROW_TEXT_MAX = 240, CELL_NODES_MAX = 64, COLUMNS_MAX = 64 };

struct cell_facts {
	int nodes, blocks;
	size_t text;
	bool is_plain;
};

static bool is_one_of(const xmlNode *node, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (render_html_is(node, names[i]))
			return true;
	}
	return false;
}

static bool is_cell(const xmlNode *n)
{
	return render_html_is(n, "td") || render_html_is(n, "th");
}

/* Does the text hold anything but blanks, also hard ones? Returns its length if so. */
static size_t text_length(const char *text)
{
	size_t len = 0;
	for (struct str s = str_from(text); s.len > 0; s = str_skip(s, 1)) {
		bool is_hard = str_starts(s, STR("\xc2\xa0"));
		if (is_hard)
			s = str_skip(s, 1);
		else if (!ascii_is_space(s.data[0]))
			len++;
		if (len > CELL_TEXT_MAX)
			break;
	}
	return len;
}

/* A cell of data holds words; one block around them, as Word writes it, does not matter. */
static void cell_look(struct cell_facts *f, const xmlNode *node)
{
	static const char *const never[] = {"table", "ul", "ol", "pre", "blockquote", "hr", "br",
		"h1", "h2", "h3", "h4", "h5", "h6", "dl", "center"};
	static const char *const blocks[] = {"p", "div"};
	for (const xmlNode *n = node->children; n != NULL && f->is_plain; n = n->next) {
		if (n->type == XML_TEXT_NODE)
			f->text += text_length((const char *)n->content);
		if (render_html_is(n, "img"))
			f->text += text_length(render_html_attribute(n, "alt"));
		f->blocks += is_one_of(n, blocks, 2);
		f->is_plain = ++f->nodes < CELL_NODES_MAX && f->blocks < 2 &&
			      f->text <= CELL_TEXT_MAX &&
			      !is_one_of(n, never, sizeof(never) / sizeof(*never));
		if (n->type == XML_ELEMENT_NODE)
			cell_look(f, n);
	}
}

/* How many cells of the row hold words; -1 when it is no row of data. */
static int row_words(const xmlNode *row)
{
	int columns = 0, filled = 0;
	size_t text = 0;
	for (const xmlNode *n = row->children; n != NULL; n = n->next) {
		if (!is_cell(n))
			continue;
		struct cell_facts f = {.is_plain = true};
		cell_look(&f, n);
		text += f.text;
		columns++;
		filled += f.text > 0;
		if (!f.is_plain || text > ROW_TEXT_MAX || columns > COLUMNS_MAX)
			return -1;
	}
	return columns >= 2 ? filled : -1;
}

static int columns_spanned(const xmlNode *cell)
{
	const char *span = render_html_attribute(cell, "colspan");
	int count = span != NULL && ascii_is_digit(span[0]) ? atoi(span) : 1;
	return count >= 1 && count <= COLUMNS_MAX ? count : 1;
}

static void data_cell(struct html *h, xmlNode *cell, int depth)
{
	struct html_state before = h->now;
	struct html_look look;
	render_html_look(cell, &look);
	h->now.is_in_cell = true;
	h->now.is_pre = false;
	h->now.style |= render_html_is(cell, "th") ? DOC_STYLE_BOLD : 0;
	if (!look.is_hidden)
		render_html_children(h, cell, depth);
	h->has_blank = false;
	h->now = before;
}

/* By another row of data: a table of several rows stands apart from what is above it. */
static bool is_followed(const xmlNode *row)
{
	const xmlNode *n = row->next;
	while (n != NULL && !render_html_is(n, "tr"))
		n = n->next;
	return n != NULL && row_words(n) > 0;
}

static void data_row(struct html *h, xmlNode *row, int depth, bool has_rows)
{
	if (!has_rows) {
		render_html_close(h);
		h->has_margin |= is_followed(row);
		struct doc_block *b = render_html_open(h);
		b->kind = DOC_TEXT;
		b->wrap = DOC_WRAP_LONG;
		b->level = 1;
	} else {
		doc_block_add(render_html_open(h), STR("\n"), 0, -1);
	}
	int column = 0;
	for (xmlNode *n = row->children; n != NULL; n = n->next) {
		if (!is_cell(n))
			continue;
		if (column > 0)
			doc_block_add(render_html_open(h), STR("\t"), 0, -1);
		data_cell(h, n, depth);
		for (int i = columns_spanned(n); i > 1; i--) {
			doc_block_add(render_html_open(h), STR("\t"), 0, -1);
			column++;
		}
		column++;
	}
	struct doc_block *b = render_html_open(h);
	b->level = b->level < column ? column : b->level;
}

static bool is_hidden(xmlNode *element)
{
	struct html_look look;
	render_html_look(element, &look);
	return look.is_hidden;
}

/* A table of several rows stands apart from what follows. */
static void close_data(struct html *h, bool has_rows)
{
	const struct doc_block *b = has_rows ? render_html_open(h) : NULL;
	bool is_tall = b != NULL && str_find_char(buf_str(&b->text), '\n') != STR_NONE;
	render_html_close(h);
	h->has_margin |= is_tall;
}

/* Words in two cells at least make a row of data; in one when others went before. Returns whether a
 * table block is open after the row. */
static bool table_row(struct html *h, xmlNode *row, int depth, bool has_rows)
{
	if (is_hidden(row))
		return has_rows;
	int words = h->now.is_pre ? -1 : row_words(row);
	if (words >= 2 || (words == 1 && has_rows)) {
		data_row(h, row, depth, has_rows);
		return true;
	}
	if (words == 0 && has_rows)
		return true;
	close_data(h, has_rows);
	render_html_node(h, row, depth);
	return false;
}

/* A caption, a form, words between the rows: shown where they stand. */
static bool is_stray(const xmlNode *n)
{
	if (n->type == XML_TEXT_NODE)
		return text_length((const char *)n->content) > 0;
	return n->type == XML_ELEMENT_NODE && !render_html_is(n, "colgroup");
}

static bool table_rows(struct html *h, xmlNode *parent, int depth, bool has_rows)
{
	static const char *const groups[] = {"thead", "tbody", "tfoot"};
	for (xmlNode *n = parent->children; n != NULL; n = n->next) {
		if (render_html_is(n, "tr")) {
			has_rows = table_row(h, n, depth, has_rows);
		} else if (is_one_of(n, groups, 3)) {
			has_rows = is_hidden(n) ? has_rows : table_rows(h, n, depth + 1, has_rows);
		} else if (is_stray(n)) {
			close_data(h, has_rows);
			has_rows = false;
			render_html_node(h, n, depth);
		}
	}
	return has_rows;
}

void render_html_table(struct html *h, xmlNode *table, int depth)
{
	if (depth > RENDER_HTML_DEPTH) {
		h->is_cut = true;
		return;
	}
	close_data(h, table_rows(h, table, depth, false) && !h->now.is_in_cell);
}
