#include "render/render_text.h"

#include "render/render_link.h"
#include "render/render_quote.h"

static bool is_blank(struct str line)
{
	return str_trim(line).len == 0;
}

/* The block that a line of this kind goes to. */
static struct doc_block *block_for(struct text_writer *w, int quote, unsigned style)
{
	if (w->is_open && w->quote == quote && w->style == style) {
		struct doc_block *b = &w->doc->blocks[w->doc->block_count - 1];
		doc_block_add(b, STR("\n"), style, -1);
		return b;
	}
	struct doc_block *b = doc_add_block(w->doc, DOC_TEXT);
	b->wrap = w->wrap;
	b->quote = quote;
	w->is_open = true;
	w->quote = quote;
	w->style = style;
	return b;
}

void text_writer_line(struct text_writer *w, struct str line, int quote)
{
	if (quote != w->signature)
		w->signature = -1;
	if (render_quote_is_signature(line))
		w->signature = quote;
	unsigned style = w->signature >= 0 ? DOC_STYLE_SIGNATURE : 0;
	struct doc_block *b = block_for(w, quote, style);
	if (!is_blank(line))
		render_link_add_text(w->doc, b, line, style);
}

static void add_fixed(struct text_writer *w, struct str text, bool is_code)
{
	while (text.len > 0) {
		struct str line = str_cut(&text, '\n');
		int quote = is_code ? 0 : render_quote_cut(&line, false);
		text_writer_line(w, line, quote);
	}
}

/* Empty lines at the end of a part say nothing. */
static struct str without_last_blanks(struct str text)
{
	while (text.len > 0 && ascii_is_space(text.data[text.len - 1]))
		text.len--;
	return text;
}

void render_text_add(struct doc *doc, struct str text, const struct render_text_format *format)
{
	struct text_writer w = {.doc = doc, .wrap = DOC_WRAP_LONG, .signature = -1};
	text = without_last_blanks(text);
	if (format->is_flowed) {
		w.wrap = DOC_WRAP;
		render_flowed_add(&w, text, format->is_delsp);
	} else {
		w.wrap = format->is_code ? DOC_KEEP : DOC_WRAP_LONG;
		add_fixed(&w, text, format->is_code);
	}
}
