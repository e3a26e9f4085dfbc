/* Lines of the settings file that do not hold, all of them with their remedy. */
#include "ui/screens/page_text.h"

#include "base/memory.h"
#include "words/gettext.h"

static void settings_close(struct screen *s)
{
	page_text_done((struct page_text *)s);
	mem_free(s);
}

static const struct screen_ops settings_ops = {
	.context = CONTEXT_TEXT,
	.name = N_("SETTINGS"),
	.close = settings_close,
	.layout = page_text_layout,
	.command = page_text_command,
	.title = page_text_title,
	.paint = page_text_paint,
};

static struct page_text *settings_new(struct app *app)
{
	struct page_text *p = mem_new(sizeof(*p));
	page_text_init(p, &settings_ops, app);
	page_text_heading(p, _("Lines of the settings file that do not hold"));
	page_text_line(p, _("Rowan goes on without them."));
	app_push(app, &p->base);
	return p;
}

void screen_settings_add(struct app *app, const char *text)
{
	struct screen *top = app_top(app);
	struct page_text *p =
		top->ops == &settings_ops ? (struct page_text *)top : settings_new(app);
	page_text_blank(p);
	page_text_line(p, text);
	app_layout_top(app);
}
