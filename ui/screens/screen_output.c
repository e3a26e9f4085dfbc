/* What a program printed of an attachment. */
#include "ui/screens/page_text.h"

#include "base/memory.h"
#include "words/gettext.h"

static void output_close(struct screen *s)
{
	page_text_done((struct page_text *)s);
	mem_free(s);
}

static const struct screen_ops output_ops = {
	.context = CONTEXT_TEXT,
	.name = N_("ATTACHED FILE"),
	.close = output_close,
	.layout = page_text_layout,
	.command = page_text_command,
	.title = page_text_title,
	.paint = page_text_paint,
};

struct screen *screen_output_new(struct app *app, struct str text)
{
	struct page_text *p = mem_new(sizeof(*p));
	page_text_init(p, &output_ops, app);
	while (text.len > 0) {
		struct str line = str_cut(&text, '\n');
		struct doc_block *block = doc_add_block(p->doc, DOC_TEXT);
		block->wrap = DOC_WRAP_LONG;
		doc_block_add(block, line, 0, -1);
	}
	return &p->base;
}
