/*
 * What help and trouble share: a screen of text that Rowan itself wrote, laid out for the width,
 * with the keys of every text.
 */
#ifndef UI_PAGE_TEXT_H
#define UI_PAGE_TEXT_H

#include "ui/kit/text.h"
#include "ui/screens/screen.h"

struct page_text {
	struct screen base;
	struct doc *doc; /* owned */
	struct text text;
	char *find; /* owned */
};

void page_text_init(struct page_text *p, const struct screen_ops *ops, struct app *app);
void page_text_done(struct page_text *p);
void page_text_heading(struct page_text *p, const char *text);
void page_text_line(struct page_text *p, const char *text); /* filled to the width */
void page_text_keep(struct page_text *p, const char *text); /* as it is */
/* A label in front of text that is filled to the width beside it. */
void page_text_hang(struct page_text *p, const char *label, const char *text);
void page_text_blank(struct page_text *p);

/* Ready-made for screen_ops. */
void page_text_layout(struct screen *s, int rows, int columns);
bool page_text_command(struct screen *s, enum command command, const struct input *input);
void page_text_title(const struct screen *s, struct buf *about, struct buf *position);
void page_text_paint(const struct screen *s, struct canvas *c, int top, int height);

#endif
