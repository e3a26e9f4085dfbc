/* A screen of Rowan's own text. */
#include "ui/screens/page_text.h"

#include "base/memory.h"
#include "words/gettext.h"

void page_text_init(struct page_text *p, const struct screen_ops *ops, struct app *app)
{
	p->base = (struct screen){ops, app};
	p->doc = doc_new();
	text_init(&p->text);
}

void page_text_done(struct page_text *p)
{
	doc_free(p->doc);
	text_done(&p->text);
	mem_free(p->find);
}

static void page_text_add(
	struct page_text *p, enum doc_block_kind kind, enum doc_wrap wrap, const char *text)
{
	struct doc_block *block = doc_add_block(p->doc, kind);
	block->wrap = wrap;
	block->level = 1;
	doc_block_add(block, str_from(text), 0, -1);
}

void page_text_heading(struct page_text *p, const char *text)
{
	page_text_add(p, DOC_HEADING, DOC_WRAP, text);
}

void page_text_line(struct page_text *p, const char *text)
{
	page_text_add(p, DOC_TEXT, DOC_WRAP, text);
}

void page_text_keep(struct page_text *p, const char *text)
{
	page_text_add(p, DOC_TEXT, DOC_KEEP, text);
}

void page_text_hang(struct page_text *p, const char *label, const char *text)
{
	struct doc_block *block = doc_add_block(p->doc, DOC_TEXT);
	block->wrap = DOC_WRAP;
	block->label = mem_text(label);
	doc_block_add(block, str_from(text), 0, -1);
}

void page_text_blank(struct page_text *p)
{
	doc_add_block(p->doc, DOC_BLANK);
}

void page_text_layout(struct screen *s, int rows, int columns)
{
	struct page_text *p = (struct page_text *)s;
	struct layout_options options = {.cells = columns > 20 ? columns : 20};
	text_set_height(&p->text, rows);
	text_set(&p->text, layout_make(p->doc, &options));
}

static void page_text_find_done(void *context, const char *text)
{
	struct page_text *p = context;
	bool is_wrapped;
	if (text == NULL || (text[0] == '\0' && p->find == NULL))
		return;
	if (text[0] != '\0') {
		mem_free(p->find);
		p->find = mem_text(text);
	}
	if (!text_find(&p->text, str_from(p->find), &is_wrapped))
		app_say(p->base.app, _("Word \"%s\" not found"), p->find);
}

static void page_text_find_end(void *context, int value, const char *text)
{
	struct page_text *p = context;
	(void)text;
	app_text_command(p->base.app, &p->text, (enum command)value);
}

bool page_text_command(struct screen *s, enum command command, const struct input *input)
{
	struct page_text *p = (struct page_text *)s;
	enum command move = command == COMMAND_FORWARD    ? COMMAND_PAGE_DOWN
			    : command == COMMAND_NEXT     ? COMMAND_DOWN
			    : command == COMMAND_PREVIOUS ? COMMAND_UP
							  : command;
	(void)input;
	if (app_text_command(s->app, &p->text, move))
		return true;
	if (command != COMMAND_WHEREIS)
		return false;
	app_ask_line(s->app, str_from(_("Word to search for : ")),
		str_from(p->find != NULL ? p->find : ""), false, page_text_find_done, p);
	app_ask_ends(s->app, page_text_find_end);
	return true;
}

void page_text_title(const struct screen *s, struct buf *about, struct buf *position)
{
	(void)about;
	buf_addf(position, "%d%%", text_percent(&((const struct page_text *)s)->text));
}

void page_text_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	(void)height;
	text_paint(&((const struct page_text *)s)->text, c, top);
}
