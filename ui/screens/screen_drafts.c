/* Postponed messages, to go on with one: those here, those of the Drafts folders, and at the end
 * those that were cancelled and are kept for some days. */
#include "ui/screens/screen.h"

#include "base/clock.h"
#include "base/memory.h"
#include "ui/app_compose.h"
#include "ui/kit/list.h"
#include "ui/say.h"
#include "words/gettext.h"

struct screen_drafts {
	struct screen base;
	struct list list;
};

/* The row of the list: cancelled ones last, open ones not at all. */
static const struct draft_row *drafts_row(const struct screen_drafts *d, uint32_t wanted)
{
	const struct writing *w = &d->base.app->writing;
	uint32_t at = 0;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < w->draft_count; i++) {
			const struct draft_row *row = &w->drafts[i];
			if (row->is_open || row->is_dropped != (pass == 1))
				continue;
			if (at++ == wanted)
				return row;
		}
	return NULL;
}

static void drafts_count(struct screen_drafts *d)
{
	uint32_t count = 0;
	while (drafts_row(d, count) != NULL)
		count++;
	list_set_total(&d->list, count);
}

static void drafts_close(struct screen *s)
{
	mem_free(s);
}

static void drafts_layout(struct screen *s, int rows, int columns)
{
	struct screen_drafts *d = (struct screen_drafts *)s;
	(void)columns;
	drafts_count(d);
	list_set_height(&d->list, rows);
}

static void drafts_event(struct screen *s, struct event *event)
{
	if (event->kind == EVENT_DRAFTS)
		drafts_count((struct screen_drafts *)s);
}

static void drafts_open(struct screen_drafts *d)
{
	struct app *app = d->base.app;
	const struct draft_row *row = drafts_row(d, d->list.selected);
	if (row == NULL)
		return;
	app_compose_again(app, row);
	app_pop(app);
}

static const struct choice remove_choices[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static void drafts_remove_done(void *context, int value)
{
	struct screen_drafts *d = context;
	const struct draft_row *row = drafts_row(d, d->list.selected);
	if (value != 1 || row == NULL)
		return;
	struct request *request =
		request_new(row->draft_id != 0 ? REQUEST_DRAFT_DROP : REQUEST_DELETE);
	request->draft_id = row->draft_id;
	if (row->draft_id == 0) {
		request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
		request->place_ids[0] = row->place_id;
		request->place_count = 1;
	}
	app_send(d->base.app, request);
}

static bool drafts_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_drafts *d = (struct screen_drafts *)s;
	(void)input;
	if (app_list_command(s->app, &d->list, command))
		return true;
	switch ((int)command) {
	case COMMAND_FORWARD:
		drafts_open(d);
		return true;
	case COMMAND_REMOVE:
		app_ask_choice(s->app, str_from(_("Delete this postponed message? ")),
			remove_choices, 2, 0, drafts_remove_done, d);
		return true;
	}
	return false;
}

static void drafts_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_drafts *d = (const struct screen_drafts *)s;
	(void)about;
	buf_addf(position, P_("%u message", "%u messages", d->list.total), (unsigned)d->list.total);
}

static void drafts_paint_row(const struct screen_drafts *d, struct canvas *c, int row, uint32_t at)
{
	const struct draft_row *draft = drafts_row(d, at);
	unsigned style = at == d->list.selected ? STYLE_SELECTED : STYLE_NORMAL;
	int to = c->columns >= 60 ? 24 : 12;
	struct buf date = {0}, subject = {0};
	say_date(draft->updated, clock_wall_seconds(), &date);
	buf_addf(&subject, "%s%s", draft->is_dropped ? _("(cancelled) ") : "", draft->subject);
	canvas_fill(c, row, 0, c->columns, style);
	canvas_text(c, row, 1, 8, buf_str(&date), style);
	canvas_text(c, row, 10, to, str_from(_("To: ")), style);
	canvas_text(c, row, 14, to - 4, str_from(draft->to), style);
	canvas_text(c, row, 11 + to, c->columns - to - 12, buf_str(&subject), style);
	buf_done(&date);
	buf_done(&subject);
}

static void drafts_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_drafts *d = (const struct screen_drafts *)s;
	for (int i = 0; i < height && d->list.top + (uint32_t)i < d->list.total; i++)
		drafts_paint_row(d, c, top + i, d->list.top + (uint32_t)i);
	if (d->list.total == 0)
		canvas_wrap(c, top, 2, c->columns - 4, height,
			str_from(_("No message is postponed.")), STYLE_NORMAL);
}

static const struct screen_ops drafts_ops = {
	.context = CONTEXT_DRAFTS,
	.name = N_("POSTPONED MESSAGES"),
	.close = drafts_close,
	.layout = drafts_layout,
	.command = drafts_command,
	.event = drafts_event,
	.title = drafts_title,
	.paint = drafts_paint,
};

struct screen *screen_drafts_new(struct app *app)
{
	struct screen_drafts *d = mem_new(sizeof(*d));
	d->base = (struct screen){&drafts_ops, app};
	return &d->base;
}
