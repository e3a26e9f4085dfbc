/* One entry of the address book, its fields one a line; nothing is written before it is saved. */
#include "ui/screens/screen.h"

#include "base/memory.h"
#include "ui/kit/list.h"
#include "words/gettext.h"

enum { ADDRESS_FIELDS = 5 };

struct screen_address {
	struct screen base;
	struct list list;
	struct book_entry *entry; /* owned */
	bool is_changed;
	uint64_t tag;
};

static const char *const labels[ADDRESS_FIELDS] = {
	N_("Nickname"), N_("Full name"), N_("Fcc"), N_("Comment"), N_("Addresses")};

static char **address_text(struct book_entry *entry, uint32_t row)
{
	char **texts[ADDRESS_FIELDS] = {
		&entry->nickname, &entry->name, &entry->fcc, &entry->notes, &entry->addresses};
	return texts[row];
}

static void address_close(struct screen *s)
{
	struct screen_address *a = (struct screen_address *)s;
	book_entry_done(a->entry);
	mem_free(a->entry);
	mem_free(a);
}

static void address_layout(struct screen *s, int rows, int columns)
{
	struct screen_address *a = (struct screen_address *)s;
	(void)columns;
	list_set_total(&a->list, ADDRESS_FIELDS);
	list_set_height(&a->list, rows);
}

static void address_changed(void *context, const char *text)
{
	struct screen_address *a = context;
	char **slot = address_text(a->entry, a->list.selected);
	if (text == NULL)
		return;
	struct str value = str_trim(str_from(text));
	a->is_changed |= !str_equal(value, str_from(*slot));
	mem_free(*slot);
	*slot = mem_str(value);
	if (a->list.selected + 1 < ADDRESS_FIELDS)
		list_move(&a->list, 1);
}

static void address_change(struct screen_address *a)
{
	struct buf label = {0};
	buf_addf(&label, "%s : ", _(labels[a->list.selected]));
	app_ask_line(a->base.app, buf_str(&label),
		str_from(*address_text(a->entry, a->list.selected)), false, address_changed, a);
	buf_done(&label);
}

/* It closes when the book has it. */
static void address_save(struct screen_address *a)
{
	if (a->entry->addresses[0] == '\0') {
		app_say(a->base.app, "%s", _("An entry needs an address"));
		list_select(&a->list, ADDRESS_FIELDS - 1);
		return;
	}
	struct request *request = request_new(REQUEST_BOOK_SAVE);
	request->entry = mem_new(sizeof(*request->entry));
	a->entry->is_list = strchr(a->entry->addresses, ',') != NULL;
	book_entry_copy(request->entry, a->entry);
	request->tag = a->tag = app_next_tag(a->base.app);
	app_send(a->base.app, request);
}

static void address_leave_done(void *context, int value)
{
	struct screen_address *a = context;
	if (value == 1)
		address_save(a);
	else if (value == 0)
		app_pop(a->base.app);
}

static const struct choice leave_choices[] = {
	{'y', N_("Save"), 1},
	{'n', N_("Throw away"), 0},
};

static bool address_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_address *a = (struct screen_address *)s;
	(void)input;
	if (app_list_command(s->app, &a->list, command))
		return true;
	switch ((int)command) {
	case COMMAND_FORWARD:
	case COMMAND_EDIT:
		address_change(a);
		return true;
	case COMMAND_SAVE:
		address_save(a);
		return true;
	case COMMAND_BACK:
	case COMMAND_MAIN:
		if (a->is_changed)
			app_ask_choice(s->app, str_from(_("Save the changes? ")), leave_choices, 2,
				1, address_leave_done, a);
		else
			app_pop(s->app);
		return true;
	}
	return false;
}

static void address_event(struct screen *s, struct event *event)
{
	struct screen_address *a = (struct screen_address *)s;
	if (event->kind != EVENT_BOOK || event->tag == 0 || event->tag != a->tag)
		return;
	struct app *app = s->app;
	app_pop_to(app, s);
	app_pop(app);
	app_say(app, "%s", _("Saved in the address book"));
}

static void address_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_address *a = (const struct screen_address *)s;
	buf_add_text(about, a->entry->book_id == 0 ? _("new") : a->entry->name);
	if (a->is_changed)
		buf_add_text(position, _("changed"));
}

static void address_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_address *a = (const struct screen_address *)s;
	int label = c->columns >= 60 ? 14 : 12;
	for (uint32_t i = 0; i < ADDRESS_FIELDS && (int)i < height; i++) {
		unsigned style = i == a->list.selected ? STYLE_SELECTED : STYLE_NORMAL;
		const char *value = *address_text(a->entry, i);
		int row = top + (int)i;
		canvas_fill(c, row, 0, c->columns, style);
		canvas_text(c, row, 1, label - 2, str_from(_(labels[i])), style);
		canvas_text(c, row, label, 1, STR(":"), style);
		canvas_text(c, row, label + 2, c->columns - label - 3,
			str_from(value[0] != '\0' ? value : _("(none)")), style);
	}
}

static const struct screen_ops address_ops = {
	.context = CONTEXT_ADDRESS,
	.name = N_("ADDRESS"),
	.close = address_close,
	.layout = address_layout,
	.command = address_command,
	.event = address_event,
	.title = address_title,
	.paint = address_paint,
};

struct screen *screen_address_new(struct app *app, const struct book_entry *entry)
{
	struct screen_address *a = mem_new(sizeof(*a));
	a->base = (struct screen){&address_ops, app};
	a->entry = mem_new(sizeof(*a->entry));
	if (entry != NULL)
		book_entry_copy(a->entry, entry);
	else
		book_entry_init(a->entry);
	a->is_changed = entry != NULL && entry->book_id == 0;
	return &a->base;
}
