/* The parts of a message: type, name, size; viewed here when they are text, saved to a file. */
#include "ui/screens/screen.h"

#include "base/memory.h"
#include "ui/app_open.h"
#include "ui/app_save.h"
#include "ui/kit/list.h"
#include "ui/say.h"
#include "words/gettext.h"

#include <stdio.h>

struct screen_attachments {
	struct screen base;
	struct screen *message; /* beneath; lives longer */
	struct list list;
};

static const struct doc_part *attachments_part(const struct screen_attachments *a, uint32_t row)
{
	const struct doc *doc = screen_message_doc(a->message);
	return doc != NULL && row < doc->part_count ? &doc->parts[row] : NULL;
}

static void attachments_count(struct screen_attachments *a)
{
	const struct doc *doc = screen_message_doc(a->message);
	list_set_total(&a->list, doc != NULL ? (uint32_t)doc->part_count : 0);
}

static void attachments_close(struct screen *s)
{
	mem_free(s);
}

static void attachments_layout(struct screen *s, int rows, int columns)
{
	struct screen_attachments *a = (struct screen_attachments *)s;
	(void)columns;
	attachments_count(a);
	list_set_height(&a->list, rows);
}

static void attachments_event(struct screen *s, struct event *event)
{
	if (event->kind == EVENT_SHOWN)
		attachments_count((struct screen_attachments *)s);
}

static bool part_is_text(const struct doc_part *part)
{
	struct str type = str_from(part->type);
	return str_starts_nocase(type, STR("text/")) ||
	       str_equal_nocase(type, STR("message/rfc822"));
}

static void attachments_view(struct screen_attachments *a)
{
	struct app *app = a->base.app;
	const struct doc_part *part = attachments_part(a, a->list.selected);
	if (part == NULL)
		return;
	if (!part_is_text(part))
		app_open_part(app, screen_message_row(a->message)->place_id, part);
	else
		app_push(app,
			screen_message_new(app, NULL, screen_message_row(a->message), part->path));
}

static void attachments_external(struct screen_attachments *a)
{
	const struct doc_part *part = attachments_part(a, a->list.selected);
	if (part != NULL)
		app_open_part(a->base.app, screen_message_row(a->message)->place_id, part);
}

static void attachments_save(struct screen_attachments *a)
{
	const struct doc_part *part = attachments_part(a, a->list.selected);
	if (part != NULL)
		app_save_part(a->base.app, screen_message_row(a->message)->place_id, part->path,
			part->name);
}

static bool attachments_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_attachments *a = (struct screen_attachments *)s;
	(void)input;
	if (app_list_command(s->app, &a->list, command))
		return true;
	switch ((int)command) {
	case COMMAND_FORWARD:
		attachments_view(a);
		return true;
	case COMMAND_EXTERNAL:
		attachments_external(a);
		return true;
	case COMMAND_SAVE:
		attachments_save(a);
		return true;
	}
	return false;
}

static void attachments_click(struct screen *s, int row)
{
	struct screen_attachments *a = (struct screen_attachments *)s;
	list_select(&a->list, a->list.top + (uint32_t)row);
}

static void attachments_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_attachments *a = (const struct screen_attachments *)s;
	buf_add_text(about, screen_message_row(a->message)->subject);
	if (a->list.total > 0)
		buf_addf(position, _("Part %u of %u"), (unsigned)a->list.selected + 1,
			(unsigned)a->list.total);
}

static void attachments_paint_row(
	const struct screen_attachments *a, struct canvas *c, int row, uint32_t index)
{
	const struct doc_part *part = attachments_part(a, index);
	unsigned style = index == a->list.selected ? STYLE_SELECTED : STYLE_NORMAL;
	struct buf size = {0};
	if (part == NULL)
		return;
	if (part->size > 0 || part->have_bytes)
		say_size(part->size, &size);
	int kind = c->columns >= 60 ? 24 : 12, left = 8, right = c->columns - 12;
	canvas_fill(c, row, 0, c->columns, style);
	canvas_text(c, row, 1, left - 2, str_from(part->path), style);
	canvas_text(c, row, left, kind, str_from(part->type), style);
	canvas_text(c, row, left + kind + 1, right - left - kind - 2,
		part->name != NULL ? str_from(part->name)
				   : str_from(part->is_shown ? _("(shown in the message)") : ""),
		style);
	canvas_text(c, row, right, 11, buf_str(&size), style);
	buf_done(&size);
}

static void attachments_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_attachments *a = (const struct screen_attachments *)s;
	for (int i = 0; i < height && a->list.top + (uint32_t)i < a->list.total; i++)
		attachments_paint_row(a, c, top + i, a->list.top + (uint32_t)i);
}

static const struct screen_ops attachments_ops = {
	.context = CONTEXT_ATTACHMENTS,
	.name = N_("ATTACHMENT INDEX"),
	.close = attachments_close,
	.layout = attachments_layout,
	.command = attachments_command,
	.click = attachments_click,
	.event = attachments_event,
	.title = attachments_title,
	.paint = attachments_paint,
};

/* Starts on the first that is attached, not on the text that was just read. */
struct screen *screen_attachments_new(struct app *app, struct screen *message)
{
	struct screen_attachments *a = mem_new(sizeof(*a));
	a->base = (struct screen){&attachments_ops, app};
	a->message = message;
	attachments_count(a);
	uint32_t row = 0;
	while (row < a->list.total && !attachments_part(a, row)->is_attachment)
		row++;
	a->list.height = app_body_height(app);
	list_select(&a->list, row < a->list.total ? row : 0);
	return &a->base;
}
