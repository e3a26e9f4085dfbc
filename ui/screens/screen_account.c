/*
 * One account: its fields, one a line, and beneath them the steps of a test as they happen.
 * Nothing is written before S; the password is never a field, the account asks for it when it
 * needs it.
 */
#include "ui/screens/screen.h"

#include "base/memory.h"
#include "ui/kit/list.h"
#include "ui/say.h"
#include "words/gettext.h"
#include "words/words.h"

#include <stdio.h>

enum field {
	FIELD_NAME,
	FIELD_FROM,
	FIELD_HOST,
	FIELD_TRANSPORT,
	FIELD_USER,
	FIELD_OUT_HOST,
	FIELD_OUT_TRANSPORT,
	FIELD_OUT_USER,
	FIELD_COMMAND,
	FIELD_DELETE,
	FIELD_COUNT
};

enum { STEPS_MAX = TEST_DONE + 1, LABEL_CELLS = 20 };

struct step {
	bool is_known, is_ok;
	struct error error;
};

struct screen_account {
	struct screen base;
	struct list list;
	struct account *account; /* owned */
	char *old_name;          /* owned; NULL: a new account */
	bool is_changed;
	uint64_t test_tag, save_tag;
	struct step steps[STEPS_MAX];
	bool is_testing;
};

static const char *const field_labels[FIELD_COUNT] = {
	[FIELD_NAME] = N_("Name of the account"),
	[FIELD_FROM] = N_("Your name <address>"),
	[FIELD_HOST] = N_("IMAP server"),
	[FIELD_TRANSPORT] = N_("  its security"),
	[FIELD_USER] = N_("  user name there"),
	[FIELD_OUT_HOST] = N_("SMTP server"),
	[FIELD_OUT_TRANSPORT] = N_("  its security"),
	[FIELD_OUT_USER] = N_("  user name there"),
	[FIELD_COMMAND] = N_("Password command"),
	[FIELD_DELETE] = N_("Deleting a message"),
};

static const struct {
	const char *label;
	uint16_t imap_port, smtp_port, pop3_port;
} transports[] = {
	[TRANSPORT_TLS] = {N_("TLS"), 993, 465, 995},
	[TRANSPORT_STARTTLS] = {N_("STARTTLS"), 143, 587, 110},
	[TRANSPORT_PLAIN] = {N_("none (this computer only)"), 143, 25, 110},
};

static struct server *field_server(struct account *account, enum field field)
{
	return field >= FIELD_OUT_HOST ? &account->outgoing : &account->incoming;
}

static uint16_t field_port(enum account_kind kind, enum field field, enum transport transport)
{
	if (field >= FIELD_OUT_HOST)
		return transports[transport].smtp_port;
	return kind == ACCOUNT_POP3 ? transports[transport].pop3_port
				    : transports[transport].imap_port;
}

static const char *field_label(const struct account *account, enum field field)
{
	if (field == FIELD_HOST && account->kind == ACCOUNT_POP3)
		return _("POP3 server");
	return _(field_labels[field]);
}

static char **field_text(struct account *account, enum field field)
{
	switch (field) {
	case FIELD_NAME:
		return &account->name;
	case FIELD_FROM:
		return &account->from;
	case FIELD_HOST:
		return &account->incoming.host;
	case FIELD_USER:
		return &account->incoming.user;
	case FIELD_OUT_HOST:
		return &account->outgoing.host;
	case FIELD_OUT_USER:
		return &account->outgoing.user;
	case FIELD_COMMAND:
		return &account->password_command;
	case FIELD_TRANSPORT:
	case FIELD_OUT_TRANSPORT:
	case FIELD_DELETE:
	case FIELD_COUNT:
		break;
	}
	return NULL;
}

static bool field_is_host(enum field field)
{
	return field == FIELD_HOST || field == FIELD_OUT_HOST;
}

static bool field_is_transport(enum field field)
{
	return field == FIELD_TRANSPORT || field == FIELD_OUT_TRANSPORT;
}

/* A server shows its port only where it is not the usual one. */
static void field_value(struct account *account, enum field field, struct buf *out)
{
	struct server *server = field_server(account, field);
	if (field_is_transport(field)) {
		buf_add_text(out, _(transports[server->transport].label));
		return;
	}
	if (field == FIELD_DELETE) {
		buf_add_text(out, account->delete_mode == DELETE_TRASH
					  ? _("moves it to the trash")
					  : _("marks it, until it is expunged"));
		return;
	}
	const char *text = *field_text(account, field);
	buf_add_text(out, text != NULL ? text : "");
	if (field_is_host(field) && text != NULL &&
		server->port != field_port(account->kind, field, server->transport))
		buf_addf(out, ":%u", (unsigned)server->port);
}

/* "host", "host:port", "[::1]:port". */
static bool server_read(
	struct server *server, enum account_kind kind, enum field field, struct str text)
{
	size_t colon = text.len;
	uint32_t port = field_port(kind, field, server->transport);
	while (colon > 0 && ascii_is_digit(text.data[colon - 1]))
		colon--;
	bool has_port = colon > 0 && colon < text.len && text.data[colon - 1] == ':';
	struct str host = has_port ? str_first(text, colon - 1) : text;
	if (!has_port && str_find_char(text, ':') != STR_NONE && text.data[0] != '[')
		return false;
	if (has_port && (!str_to_u32(str_skip(text, colon), &port) || port == 0 || port > 65535))
		return false;
	if (host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']')
		host = str_first(str_skip(host, 1), host.len - 2);
	mem_free(server->host);
	server->host = host.len > 0 ? mem_str(host) : NULL;
	server->port = (uint16_t)port;
	return true;
}

static enum field account_field(const struct screen_account *a)
{
	return (enum field)a->list.selected;
}

/* Where the address is known, what most servers want is proposed. */
static void account_guess_users(struct account *account)
{
	struct str from = str_from(account->from);
	size_t start = str_find_char(from, '<'), end = str_find_char(from, '>');
	struct str addr = start != STR_NONE && end != STR_NONE && end > start
				  ? str_first(str_skip(from, start + 1), end - start - 1)
				  : from;
	if (str_find_char(addr, '@') == STR_NONE)
		return;
	if (account->incoming.user == NULL)
		account->incoming.user = mem_str(addr);
	if (account->outgoing.user == NULL)
		account->outgoing.user = mem_str(addr);
	if (account->name == NULL)
		account->name = mem_str(str_skip(addr, str_find_char(addr, '@') + 1));
}

static void account_text_done(void *context, const char *text)
{
	struct screen_account *a = context;
	enum field field = account_field(a);
	if (text == NULL)
		return;
	struct str value = str_trim(str_from(text));
	a->is_changed = true;
	if (field_is_host(field)) {
		if (!server_read(field_server(a->account, field), a->account->kind, field, value))
			app_say(a->base.app, "%s", _("A server is written host or host:port"));
		return;
	}
	char **slot = field_text(a->account, field);
	mem_free(*slot);
	*slot = value.len > 0 ? mem_str(value) : NULL;
	if (field == FIELD_FROM)
		account_guess_users(a->account);
}

static void account_transport_done(void *context, int value)
{
	struct screen_account *a = context;
	enum field field = account_field(a);
	struct server *server = field_server(a->account, field);
	if (value < 0)
		return;
	enum account_kind kind = a->account->kind;
	bool is_usual = server->port == field_port(kind, field, server->transport);
	server->transport = (enum transport)value;
	if (is_usual)
		server->port = field_port(kind, field, server->transport);
	a->is_changed = true;
}

static const struct choice transport_choices[] = {
	{'t', N_("TLS"), TRANSPORT_TLS},
	{'s', N_("STARTTLS"), TRANSPORT_STARTTLS},
	{'n', N_("None"), TRANSPORT_PLAIN},
};

static const struct choice delete_choices[] = {
	{'m', N_("Mark"), DELETE_MARK},
	{'t', N_("to Trash"), DELETE_TRASH},
};

static void account_delete_done(void *context, int value)
{
	struct screen_account *a = context;
	if (value < 0)
		return;
	a->account->delete_mode = (enum delete_mode)value;
	a->is_changed = true;
}

static void account_change(struct screen_account *a)
{
	enum field field = account_field(a);
	struct buf label = {0}, value = {0};
	if (field == FIELD_NAME && a->old_name != NULL) {
		app_say(a->base.app, "%s",
			_("The name stays: messages and folders are known by it"));
		return;
	}
	buf_addf(&label, "%s : ", str_trim(str_from(field_label(a->account, field))).data);
	if (field_is_transport(field)) {
		app_ask_choice(a->base.app, buf_str(&label), transport_choices, 3,
			(int)field_server(a->account, field)->transport, account_transport_done, a);
	} else if (field == FIELD_DELETE) {
		app_ask_choice(a->base.app, buf_str(&label), delete_choices, 2,
			(int)a->account->delete_mode, account_delete_done, a);
	} else {
		field_value(a->account, field, &value);
		app_ask_line(
			a->base.app, buf_str(&label), buf_str(&value), false, account_text_done, a);
	}
	buf_done(&label);
	buf_done(&value);
}

/* Once a test has run, half of a small body is for what it says. */
static void account_layout(struct screen *s, int rows, int columns)
{
	struct screen_account *a = (struct screen_account *)s;
	bool is_small = rows < FIELD_COUNT + 4 && a->test_tag != 0;
	(void)columns;
	list_set_total(&a->list, FIELD_COUNT);
	list_set_height(&a->list, is_small ? rows / 2 - 1 : rows);
}

static const char *account_fault(const struct account *account)
{
	if (account->name == NULL)
		return _("The account needs a name");
	if (strchr(account->name, '/') != NULL)
		return _("The name of an account has no /");
	if (account->incoming.host == NULL)
		return _("The account needs an IMAP server");
	if (account->incoming.user == NULL)
		return _("The account needs a user name");
	return NULL;
}

static bool account_send(struct screen_account *a, enum request_kind kind, uint64_t *tag)
{
	const char *fault = account_fault(a->account);
	struct request *request;
	if (fault != NULL) {
		app_say(a->base.app, "%s", fault);
		return false;
	}
	request = request_new(kind);
	request->account = account_copy(a->account);
	request->tag = *tag = app_next_tag(a->base.app);
	app_send(a->base.app, request);
	return true;
}

static void account_save(struct screen_account *a)
{
	struct app *app = a->base.app;
	char *name = mem_text(a->account->name);
	if (account_send(a, REQUEST_ACCOUNT_SAVE, &a->save_tag)) {
		a->is_changed = false;
		app_pop(app);
		app_say(app, _("Account %s saved"), name);
	}
	mem_free(name);
}

static void account_test(struct screen_account *a)
{
	memset(a->steps, 0, sizeof(a->steps));
	a->is_testing = account_send(a, REQUEST_ACCOUNT_TEST, &a->test_tag);
	account_layout(&a->base, app_body_height(a->base.app), a->base.app->columns);
}

static void account_leave_done(void *context, int value)
{
	struct screen_account *a = context;
	if (value == 1)
		account_save(a);
	else if (value == 0)
		app_pop(a->base.app);
}

static const struct choice leave_choices[] = {
	{'y', N_("Save"), 1},
	{'n', N_("Throw away"), 0},
};

static void account_leave(struct screen_account *a)
{
	if (!a->is_changed)
		app_pop(a->base.app);
	else
		app_ask_choice(a->base.app, str_from(_("Save the changes? ")), leave_choices, 2, 1,
			account_leave_done, a);
}

static bool account_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_account *a = (struct screen_account *)s;
	(void)input;
	if (app_list_command(s->app, &a->list, command))
		return true;
	switch ((int)command) {
	case COMMAND_FORWARD:
	case COMMAND_EDIT:
		account_change(a);
		return true;
	case COMMAND_TEST:
		account_test(a);
		return true;
	case COMMAND_SAVE:
		account_save(a);
		return true;
	case COMMAND_BACK:
	case COMMAND_MAIN:
	case COMMAND_ACCOUNTS:
		account_leave(a);
		return true;
	}
	return false;
}

static void account_click(struct screen *s, int row)
{
	struct screen_account *a = (struct screen_account *)s;
	uint32_t line = a->list.top + (uint32_t)row;
	bool is_again = line == a->list.selected;
	if (line >= FIELD_COUNT)
		return;
	list_select(&a->list, line);
	if (is_again)
		account_change(a);
}

static void account_event(struct screen *s, struct event *event)
{
	struct screen_account *a = (struct screen_account *)s;
	if (event->kind != EVENT_TEST || event->tag != a->test_tag || event->tag == 0)
		return;
	if ((unsigned)event->step < STEPS_MAX)
		a->steps[event->step] = (struct step){true, event->is_ok, event->error};
	if (event->is_last)
		a->is_testing = false;
}

static void account_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_account *a = (const struct screen_account *)s;
	buf_addf(about, _("Account: %s"), a->old_name != NULL ? a->old_name : _("new"));
	if (a->is_changed)
		buf_add_text(position, _("changed"));
}

static void account_paint_steps(const struct screen_account *a, struct canvas *c, int row, int end)
{
	bool is_short = end - row < STEPS_MAX + 1;
	for (int i = 0; i < STEPS_MAX && row < end; i++) {
		const struct step *step = &a->steps[i];
		struct buf line = {0};
		bool is_past = i + 1 < STEPS_MAX && step[1].is_known;
		if (!step->is_known || (is_short && is_past))
			continue;
		buf_addf(&line, "%s: ", say_test_step((enum test_step)i));
		if (step->is_ok)
			buf_add_text(&line, i == TEST_DONE ? _("done") : _("ok"));
		else
			words_error_line(&step->error, NULL, &line);
		row += canvas_wrap(c, row, 3, c->columns - 4, end - row, buf_str(&line),
			step->is_ok ? STYLE_NORMAL : STYLE_WARNING);
		buf_done(&line);
	}
	if (a->is_testing && row < end)
		canvas_text(c, row, 3, c->columns - 4, str_from(_("Testing …")), STYLE_NOTE);
}

static void account_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_account *a = (const struct screen_account *)s;
	int row = top, label = c->columns >= 60 ? LABEL_CELLS + 2 : c->columns / 2;
	for (uint32_t i = a->list.top; i < FIELD_COUNT && row < top + a->list.height; i++, row++) {
		unsigned style = i == a->list.selected ? STYLE_SELECTED : STYLE_NORMAL;
		struct buf value = {0};
		field_value(a->account, (enum field)i, &value);
		canvas_fill(c, row, 0, c->columns, style);
		canvas_text(c, row, 1, label - 2, str_from(field_label(a->account, (enum field)i)),
			style);
		canvas_text(c, row, label, 1, STR(":"), style);
		canvas_text(c, row, label + 2, c->columns - label - 3,
			value.len > 0 ? buf_str(&value) : str_from(_("(none)")), style);
		buf_done(&value);
	}
	account_paint_steps(a, c, row + 1, top + height);
}

static void account_close(struct screen *s)
{
	struct screen_account *a = (struct screen_account *)s;
	account_free(a->account);
	mem_free(a->old_name);
	mem_free(a);
}

static const struct screen_ops account_ops = {
	.context = CONTEXT_ACCOUNT,
	.name = N_("ACCOUNT"),
	.close = account_close,
	.layout = account_layout,
	.command = account_command,
	.click = account_click,
	.event = account_event,
	.title = account_title,
	.paint = account_paint,
};

struct screen *screen_account_new(struct app *app, struct account *account)
{
	struct screen_account *a = mem_new(sizeof(*a));
	a->base = (struct screen){&account_ops, app};
	a->account = account;
	if (account == NULL) {
		struct account fresh = {.incoming = {.port = 993}, .outgoing = {.port = 465}};
		a->account = account_copy(&fresh);
	} else {
		a->old_name = mem_text(account->name);
	}
	return &a->base;
}
