/* What is on its way out: held back, waiting, being sent, refused, or not known. */
#include "ui/screens/screen.h"

#include "base/clock.h"
#include "base/memory.h"
#include "ui/app_compose.h"
#include "ui/kit/list.h"
#include "ui/say.h"
#include "words/gettext.h"

struct screen_outbox {
	struct screen base;
	struct list list;
};

static const struct outgoing *outbox_row(const struct screen_outbox *o, uint32_t row)
{
	const struct writing *w = &o->base.app->writing;
	return row < w->outbox_count ? &w->outbox[row] : NULL;
}

static void outbox_close(struct screen *s)
{
	mem_free(s);
}

static void outbox_count(struct screen_outbox *o)
{
	list_set_total(&o->list, (uint32_t)o->base.app->writing.outbox_count);
}

static void outbox_layout(struct screen *s, int rows, int columns)
{
	struct screen_outbox *o = (struct screen_outbox *)s;
	(void)columns;
	outbox_count(o);
	list_set_height(&o->list, rows);
}

static void outbox_event(struct screen *s, struct event *event)
{
	if (event->kind == EVENT_OUTBOX)
		outbox_count((struct screen_outbox *)s);
}

static void outbox_order(struct screen_outbox *o, const char *what)
{
	const struct outgoing *row = outbox_row(o, o->list.selected);
	struct request *request = request_new(REQUEST_OUTGOING);
	request->outgoing_id = row->outgoing_id;
	request->text = mem_text(what);
	app_send(o->base.app, request);
}

static const struct choice sure_choices[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static void outbox_retry_done(void *context, int value)
{
	struct screen_outbox *o = context;
	if (value == 1 && outbox_row(o, o->list.selected) != NULL)
		outbox_order(o, "retry");
}

/* What may have arrived is sent again only after a clear word. */
static void outbox_retry(struct screen_outbox *o)
{
	if (outbox_row(o, o->list.selected)->state == OUTGOING_UNKNOWN)
		app_ask_choice(o->base.app,
			str_from(_("It may have arrived already. Send it once more? ")),
			sure_choices, 2, 0, outbox_retry_done, o);
	else
		outbox_order(o, "retry");
}

static const char *outbox_refusal(const struct screen *s, enum command command)
{
	const struct screen_outbox *o = (const struct screen_outbox *)s;
	const struct outgoing *row = outbox_row(o, o->list.selected);
	if (command != COMMAND_RETRY && command != COMMAND_REMOVE && command != COMMAND_SENT)
		return NULL;
	if (row == NULL)
		return _("Nothing is selected");
	if (command == COMMAND_SENT && row->state != OUTGOING_UNKNOWN)
		return _("Only of a message that is in doubt it can be said that it was sent");
	if (command == COMMAND_REMOVE &&
		(row->state == OUTGOING_COMMITTING || row->state == OUTGOING_ACCEPTED ||
			row->state == OUTGOING_SENTCOPY))
		return _("It is too late: the server has it");
	return NULL;
}

static void outbox_details(struct screen_outbox *o)
{
	const struct outgoing *row = outbox_row(o, o->list.selected);
	struct buf text = {0};
	if (row == NULL) {
		app_say(o->base.app, "%s", _("Nothing is selected"));
		return;
	}
	if (row->words != NULL)
		buf_addf(&text, "%s\n\n", row->words);
	for (size_t i = 0; i < row->recipient_count; i++) {
		const struct outgoing_recipient *to = &row->recipients[i];
		buf_addf(&text, "%s", to->address);
		if (to->code != 0)
			buf_addf(&text, ": %u %s", to->code, to->words != NULL ? to->words : "");
		buf_add_char(&text, '\n');
	}
	app_push(o->base.app, screen_output_new(o->base.app, buf_str(&text)));
	buf_done(&text);
}

static bool outbox_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_outbox *o = (struct screen_outbox *)s;
	(void)input;
	if (app_list_command(s->app, &o->list, command))
		return true;
	switch ((int)command) {
	case COMMAND_FORWARD:
		outbox_details(o);
		return true;
	case COMMAND_RETRY:
		outbox_retry(o);
		return true;
	case COMMAND_REMOVE:
		app_outbox_cancel(s->app, outbox_row(o, o->list.selected)->outgoing_id);
		return true;
	case COMMAND_SENT:
		outbox_order(o, "sent");
		return true;
	case COMMAND_OUTBOX:
		app_say(s->app, "%s", _("This is the outbox"));
		return true;
	}
	return false;
}

static const char *outbox_state(const struct outgoing *o)
{
	switch (o->state) {
	case OUTGOING_HELD:
		return _("held back");
	case OUTGOING_QUEUED:
		return o->tries > 0 ? _("tried again") : _("waiting");
	case OUTGOING_TRYING:
	case OUTGOING_COMMITTING:
		return _("sending");
	case OUTGOING_ACCEPTED:
	case OUTGOING_SENTCOPY:
		return _("sent, copying");
	case OUTGOING_DONE:
		return _("sent");
	case OUTGOING_UNKNOWN:
		return _("in doubt");
	case OUTGOING_FAILED:
		return _("refused");
	}
	return "";
}

static void outbox_line(const struct outgoing *o, struct buf *out)
{
	int64_t left = o->not_before - clock_wall_seconds();
	buf_add_text(out, o->recipient_count > 0 ? o->recipients[0].address : "?");
	if (o->recipient_count > 1)
		buf_addf(out, P_(" and %u more", " and %u more", o->recipient_count - 1),
			(unsigned)o->recipient_count - 1);
	buf_add_text(out, ", ");
	say_size(o->size, out);
	if (o->state == OUTGOING_HELD && left > 0 && left < 3600)
		buf_addf(out, _(", goes out in %d s"), (int)left);
	if (o->words != NULL && o->words[0] != '\0')
		buf_addf(out, ": %s", o->words);
}

static void outbox_paint_row(const struct screen_outbox *o, struct canvas *c, int row, uint32_t at)
{
	const struct outgoing *out = outbox_row(o, at);
	bool is_bad = out->state == OUTGOING_UNKNOWN || out->state == OUTGOING_FAILED;
	unsigned style = at == o->list.selected ? STYLE_SELECTED
			 : is_bad               ? STYLE_WARNING
						: STYLE_NORMAL;
	struct buf line = {0};
	outbox_line(out, &line);
	canvas_fill(c, row, 0, c->columns, style);
	canvas_text(c, row, 1, 13, str_from(outbox_state(out)), style);
	canvas_text(c, row, 15, c->columns - 16, buf_str(&line), style);
	buf_done(&line);
}

static void outbox_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_outbox *o = (const struct screen_outbox *)s;
	(void)about;
	buf_addf(position, P_("%u message", "%u messages", o->list.total), (unsigned)o->list.total);
}

static void outbox_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_outbox *o = (const struct screen_outbox *)s;
	for (int i = 0; i < height && o->list.top + (uint32_t)i < o->list.total; i++)
		if (outbox_row(o, o->list.top + (uint32_t)i) != NULL)
			outbox_paint_row(o, c, top + i, o->list.top + (uint32_t)i);
	if (o->list.total == 0)
		canvas_wrap(c, top, 2, c->columns - 4, height,
			str_from(_("Nothing is on its way out.")), STYLE_NORMAL);
}

static const struct screen_ops outbox_ops = {
	.context = CONTEXT_OUTBOX,
	.name = N_("OUTBOX"),
	.close = outbox_close,
	.layout = outbox_layout,
	.command = outbox_command,
	.event = outbox_event,
	.title = outbox_title,
	.refusal = outbox_refusal,
	.paint = outbox_paint,
};

struct screen *screen_outbox_new(struct app *app)
{
	struct screen_outbox *o = mem_new(sizeof(*o));
	o->base = (struct screen){&outbox_ops, app};
	return &o->base;
}
