/*
 * Blocks and the text in them: white space folded as browsers do, filling without width dropped,
 * empty lines never more than one.
 */
#include "base/memory.h"
#include "base/utf8.h"
#include "render/render_html.h"

/* ---- Blocks. ---- */

struct doc_block *render_html_last(struct html *h)
{
	return h->doc->block_count > h->first ? &h->doc->blocks[h->doc->block_count - 1] : NULL;
}

int render_html_depth(const struct html *h)
{
	return h->now.quote + h->older;
}

void render_html_blank(struct html *h, int quote)
{
	struct doc_block *before = render_html_last(h);
	if (before == NULL || before->kind == DOC_BLANK)
		return;
	int depth = before->quote < quote ? before->quote : quote;
	doc_add_block(h->doc, DOC_BLANK)->quote = depth;
}

struct doc_block *render_html_open(struct html *h)
{
	if (h->is_open)
		return render_html_last(h);
	if (h->has_margin)
		render_html_blank(h, render_html_depth(h));
	h->has_margin = false;
	struct doc_block *b = doc_add_block(h->doc, h->now.level > 0 ? DOC_HEADING : DOC_TEXT);
	b->wrap = h->now.is_pre ? DOC_KEEP : DOC_WRAP;
	b->level = h->now.level;
	b->quote = render_html_depth(h);
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

void render_html_trim(struct doc_block *b)
{
	size_t len = b->text.len;
	while (len > 0 && b->text.data[len - 1] == ' ')
		len--;
	block_truncate(b, len);
}

void render_html_drop_last(struct html *h)
{
	struct doc_block *b = render_html_last(h);
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
	struct doc_block *b = render_html_last(h);
	bool had_break = false;
	if (b->wrap != DOC_KEEP)
		render_html_trim(b);
	while (b->text.len > 0 && b->text.data[b->text.len - 1] == '\n') {
		h->has_margin |= had_break;
		had_break = true;
		block_truncate(b, b->text.len - 1);
		if (b->wrap != DOC_KEEP)
			render_html_trim(b);
	}
	if (b->text.len > 0 || b->label != NULL)
		return;
	render_html_drop_last(h);
	h->has_margin = true;
}

void render_html_edge(struct html *h, bool has_margin)
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
		is_at_start(h, render_html_last(h))) {
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

void render_html_text(struct html *h, struct str text)
{
	if (h->now.is_tiny || h->now.is_invisible)
		return;
	if (h->now.is_pre && !h->now.is_in_cell)
		add_kept(h, text);
	else
		add_folded(h, text);
}

/* Text of our own choosing, at once. */
void render_html_word(struct html *h, struct str text, unsigned style, int link)
{
	struct doc_block *b = render_html_open(h);
	flush_blank(h, b);
	doc_block_add(b, text, style, link);
	h->letters += text.len;
}

/* White space folded, zero-width characters dropped: what would hide a name from us. */
void render_html_fold(struct buf *text)
{
	struct buf out = {0};
	struct str rest = buf_str(text);
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
