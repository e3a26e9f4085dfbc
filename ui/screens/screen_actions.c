/*
 * The journal: what was asked of the servers and is not done yet, the newest last, with its state
 * and, when it failed, the server's own words.
 */
#include "ui/screens/screen.h"

#include "base/memory.h"
#include "ui/app_wish.h"
#include "ui/kit/list.h"
#include "ui/say.h"
#include "words/gettext.h"
#include "words/words.h"

struct screen_actions {
	struct screen base;
	struct list list;
	struct action *actions; /* owned */
	size_t count;
	bool has_come;
};

static void actions_free(struct screen_actions *a)
{
	for (size_t i = 0; i < a->count; i++)
		action_done(&a->actions[i]);
	mem_free(a->actions);
}

static void actions_close(struct screen *s)
{
	actions_free((struct screen_actions *)s);
	mem_free(s);
}

static void actions_layout(struct screen *s, int rows, int columns)
{
	(void)columns;
	list_set_height(&((struct screen_actions *)s)->list, rows);
}

static const struct action *actions_selected(const struct screen_actions *a)
{
	return a->list.selected < a->count ? &a->actions[a->list.selected] : NULL;
}

/* The selection stays on its row. */
static void actions_event(struct screen *s, struct event *event)
{
	struct screen_actions *a = (struct screen_actions *)s;
	const struct action *selected = actions_selected(a);
	int64_t action_id = selected != NULL ? selected->action_id : 0;
	if (event->kind != EVENT_ACTIONS)
		return;
	actions_free(a);
	a->actions = event->actions;
	a->count = event->action_count;
	a->has_come = true;
	event->actions = NULL;
	event->action_count = 0;
	list_set_total(&a->list, (uint32_t)a->count);
	for (size_t i = 0; i < a->count; i++)
		if (a->actions[i].action_id == action_id)
			list_select(&a->list, (uint32_t)i);
}

static bool action_has_failed(const struct action *action)
{
	return action->state == ACTION_FAILED || action->state == ACTION_CONFLICT ||
	       action->state == ACTION_UNKNOWN;
}

static void actions_ask(struct screen_actions *a, enum request_kind kind)
{
	struct request *request = request_new(kind);
	request->action_id = actions_selected(a)->action_id;
	app_send(a->base.app, request);
	app_say(a->base.app, "%s",
		kind == REQUEST_ACTION_RETRY ? _("It will be tried again") : _("Dropped"));
}

static const char *actions_refusal(const struct screen *s, enum command command)
{
	const struct screen_actions *a = (const struct screen_actions *)s;
	const struct action *selected = actions_selected(a);
	if (command != COMMAND_RETRY && command != COMMAND_REMOVE)
		return NULL;
	if (selected == NULL)
		return _("Nothing is selected");
	if (command == COMMAND_RETRY && !action_has_failed(selected))
		return _("It has not failed; it is tried by itself");
	return NULL;
}

static bool actions_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_actions *a = (struct screen_actions *)s;
	const struct action *selected = actions_selected(a);
	(void)input;
	if (app_list_command(s->app, &a->list, command))
		return true;
	switch ((int)command) {
	case COMMAND_RETRY:
		actions_ask(a, REQUEST_ACTION_RETRY);
		return true;
	case COMMAND_REMOVE:
		actions_ask(a, REQUEST_ACTION_DROP);
		return true;
	case COMMAND_FORWARD:
		if (selected == NULL)
			app_say(s->app, "%s", _("Nothing is selected"));
		else
			app_say(s->app, "%s",
				selected->words != NULL ? selected->words
							: _("The server has said nothing of it"));
		return true;
	case COMMAND_JOURNAL:
		app_say(s->app, "%s", _("This is the journal"));
		return true;
	}
	return false;
}

static void action_folder_name(const struct app *app, int64_t folder_id, struct buf *out)
{
	if (app_folder(app, folder_id) != NULL)
		app_folder_name(app, folder_id, out);
	else
		buf_add_text(out, "?");
}

static void action_print(const struct app *app, const struct action *action, struct buf *out)
{
	unsigned count = (unsigned)action->item_count;
	struct buf from = {0}, to = {0};
	action_folder_name(app, action->folder_id, &from);
	action_folder_name(app, action->target_folder_id, &to);
	switch (action->kind) {
	case ACTION_FLAGS:
		buf_addf(out, _("Mark %u in %s"), count, buf_text(&from));
		break;
	case ACTION_MOVE:
		buf_addf(out, _("Move %u from %s to %s"), count, buf_text(&from), buf_text(&to));
		break;
	case ACTION_COPY:
		buf_addf(out, _("Copy %u from %s to %s"), count, buf_text(&from), buf_text(&to));
		break;
	case ACTION_EXPUNGE:
		buf_addf(out, _("Expunge %u from %s"), count, buf_text(&from));
		break;
	case ACTION_APPEND:
	case ACTION_REPLACE:
		buf_addf(out, _("Store a message in %s"), buf_text(&from));
		break;
	case ACTION_FOLDER:
		buf_addf(out, _("Change the folder %s"), buf_text(&from));
		break;
	case ACTION_SEND:
		buf_add_text(out, _("Send a message"));
		break;
	}
	buf_done(&from);
	buf_done(&to);
}

static void actions_paint_row(
	const struct screen_actions *a, struct canvas *c, int row, uint32_t index)
{
	const struct action *action = &a->actions[index];
	bool is_selected = index == a->list.selected;
	unsigned style = is_selected                 ? STYLE_SELECTED
			 : action_has_failed(action) ? STYLE_WARNING
						     : STYLE_NORMAL;
	struct buf line = {0};
	action_print(a->base.app, action, &line);
	if (action->words != NULL)
		buf_addf(&line, ": %s", action->words);
	canvas_fill(c, row, 0, c->columns, is_selected ? STYLE_SELECTED : STYLE_NORMAL);
	canvas_text(c, row, 1, 11, str_from(words_action_state(action->state)), style);
	canvas_text(c, row, 13, c->columns - 14, buf_str(&line), style);
	buf_done(&line);
}

static void actions_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_actions *a = (const struct screen_actions *)s;
	(void)about;
	buf_addf(position, P_("%u change", "%u changes", a->count), (unsigned)a->count);
}

static void actions_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_actions *a = (const struct screen_actions *)s;
	for (int i = 0; i < height && a->list.top + (uint32_t)i < a->count; i++)
		actions_paint_row(a, c, top + i, a->list.top + (uint32_t)i);
	if (a->count == 0 && a->has_come)
		canvas_wrap(c, top, 2, c->columns - 4, height,
			str_from(_("Nothing waits: the servers have done all that was asked.")),
			STYLE_NORMAL);
}

static const struct screen_ops actions_ops = {
	.context = CONTEXT_ACTIONS,
	.name = N_("JOURNAL"),
	.close = actions_close,
	.layout = actions_layout,
	.command = actions_command,
	.event = actions_event,
	.title = actions_title,
	.refusal = actions_refusal,
	.paint = actions_paint,
};

struct screen *screen_actions_new(struct app *app)
{
	struct screen_actions *a = mem_new(sizeof(*a));
	a->base = (struct screen){&actions_ops, app};
	app_send(app, request_new(REQUEST_ACTIONS));
	return &a->base;
}
