/* The accounts: what each is doing; add, change, test, remove. */
#include "ui/screens/screen.h"

#include "base/memory.h"
#include "ui/kit/list.h"
#include "ui/say.h"
#include "words/gettext.h"
#include "words/words.h"

struct screen_accounts {
	struct screen base;
	struct list list;
	int64_t removing;
	uint64_t test_tag;
};

static const struct account_status *accounts_selected(const struct screen_accounts *a)
{
	const struct app *app = a->base.app;
	return a->list.selected < app->account_count ? &app->accounts[a->list.selected] : NULL;
}

static void accounts_close(struct screen *s)
{
	mem_free(s);
}

static void accounts_layout(struct screen *s, int rows, int columns)
{
	struct screen_accounts *a = (struct screen_accounts *)s;
	(void)columns;
	list_set_height(&a->list, rows / 2 > 0 ? rows / 2 : 1);
	list_set_total(&a->list, (uint32_t)s->app->account_count);
}

static void accounts_test_step(struct screen_accounts *a, const struct event *event)
{
	struct buf why = {0};
	if (!event->is_ok)
		words_error_line(&event->error, NULL, &why);
	if (event->is_ok)
		app_say(a->base.app, "%s", say_test_step(event->step));
	else
		app_warn(a->base.app, _("%s: failed. %s"), say_test_step(event->step),
			buf_text(&why));
	buf_done(&why);
}

static void accounts_event(struct screen *s, struct event *event)
{
	struct screen_accounts *a = (struct screen_accounts *)s;
	if (event->kind == EVENT_ACCOUNTS)
		list_set_total(&a->list, (uint32_t)s->app->account_count);
	if (event->kind == EVENT_TEST && event->tag == a->test_tag && event->tag != 0)
		accounts_test_step(a, event);
}

static void accounts_edit(struct screen_accounts *a)
{
	const struct ui_options *options = a->base.app->options;
	const struct account_status *status = accounts_selected(a);
	struct account *account = NULL;
	if (status != NULL && options->load_account != NULL)
		account = options->load_account(options->context, status->name);
	if (account == NULL)
		app_say(a->base.app, "%s", _("No account to change: A adds one"));
	else
		app_push(a->base.app, screen_account_new(a->base.app, account));
}

static void accounts_test(struct screen_accounts *a)
{
	const struct ui_options *options = a->base.app->options;
	const struct account_status *status = accounts_selected(a);
	struct request *request;
	struct account *account = NULL;
	if (status != NULL && options->load_account != NULL)
		account = options->load_account(options->context, status->name);
	if (account == NULL) {
		app_say(a->base.app, "%s", _("No account to test: A adds one"));
		return;
	}
	request = request_new(REQUEST_ACCOUNT_TEST);
	request->account = account;
	request->tag = a->test_tag = app_next_tag(a->base.app);
	app_say(a->base.app, _("Testing %s …"), status->name);
	app_send(a->base.app, request);
}

static void accounts_remove_done(void *context, int value)
{
	struct screen_accounts *a = context;
	struct request *request;
	if (value != 1)
		return;
	request = request_new(REQUEST_ACCOUNT_REMOVE);
	request->account_id = a->removing;
	app_send(a->base.app, request);
}

static const struct choice remove_choices[] = {
	{'y', N_("Remove"), 1},
	{'n', N_("Keep it"), 0},
};

static void accounts_remove(struct screen_accounts *a)
{
	const struct account_status *status = accounts_selected(a);
	struct buf label = {0};
	if (status == NULL) {
		app_say(a->base.app, "%s", _("No account to remove"));
		return;
	}
	a->removing = status->account_id;
	buf_addf(&label,
		status->kind == ACCOUNT_IMAP
			? _("Remove %s and what is stored of it here? ")
			: _("Remove %s and all its mail, of which this may be the only copy? "),
		status->name);
	app_ask_choice(a->base.app, buf_str(&label), remove_choices, 2, 0, accounts_remove_done, a);
	buf_done(&label);
}

static bool accounts_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_accounts *a = (struct screen_accounts *)s;
	(void)input;
	if (app_list_command(s->app, &a->list, command))
		return true;
	switch ((int)command) {
	case COMMAND_ADD:
		app_push(s->app, screen_account_new(s->app, NULL));
		return true;
	case COMMAND_FORWARD:
	case COMMAND_EDIT:
		accounts_edit(a);
		return true;
	case COMMAND_TEST:
		accounts_test(a);
		return true;
	case COMMAND_REMOVE:
		accounts_remove(a);
		return true;
	case COMMAND_ACCOUNTS:
		return true;
	}
	return false;
}

static void accounts_title(const struct screen *s, struct buf *about, struct buf *position)
{
	size_t count = s->app->account_count;
	(void)about;
	buf_addf(position, P_("%u account", "%u accounts", count), (unsigned)count);
}

static void accounts_paint_row(
	const struct screen_accounts *a, struct canvas *c, int row, uint32_t index)
{
	const struct account_status *status = &a->base.app->accounts[index];
	unsigned style = index == a->list.selected ? STYLE_SELECTED : STYLE_NORMAL;
	struct buf detail = {0};
	canvas_fill(c, row, 0, c->columns, style);
	int used = canvas_text(c, row, 1, c->columns / 2, str_from(status->name), style);
	canvas_text(c, row, used + 3, c->columns - used - 4,
		str_from(words_state((enum words_state)status->state)), style);
	if (status->error.kind != ERROR_NONE)
		words_error_line(&status->error, NULL, &detail);
	if (status->waiting > 0)
		buf_addf(&detail, "%s%u %s", detail.len > 0 ? "; " : "", (unsigned)status->waiting,
			_("waiting"));
	if (status->failed > 0)
		buf_addf(&detail, "%s%u %s", detail.len > 0 ? "; " : "", (unsigned)status->failed,
			_("failed"));
	canvas_text(c, row + 1, 5, c->columns - 6, buf_str(&detail), STYLE_NOTE);
	buf_done(&detail);
}

static void accounts_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_accounts *a = (const struct screen_accounts *)s;
	if (a->list.total == 0)
		canvas_text(c, top + 1, 2, c->columns - 4,
			str_from(_("No account yet: A adds one.")), STYLE_NORMAL);
	for (int i = 0; 2 * i + 1 < height && a->list.top + (uint32_t)i < s->app->account_count;
		i++)
		accounts_paint_row(a, c, top + 2 * i, a->list.top + (uint32_t)i);
}

static const struct screen_ops accounts_ops = {
	.context = CONTEXT_ACCOUNTS,
	.name = N_("ACCOUNTS"),
	.close = accounts_close,
	.layout = accounts_layout,
	.command = accounts_command,
	.event = accounts_event,
	.title = accounts_title,
	.paint = accounts_paint,
};

struct screen *screen_accounts_new(struct app *app)
{
	struct screen_accounts *a = mem_new(sizeof(*a));
	a->base = (struct screen){&accounts_ops, app};
	return &a->base;
}
