/* The address book: looked at, changed, and chosen from while a message is written. */
#include "ui/screens/screen.h"

#include "base/memory.h"
#include "ui/app_compose.h"
#include "ui/kit/list.h"
#include "ui/path.h"
#include "words/gettext.h"

struct screen_book {
	struct screen base;
	struct list list;
	struct book_entry *entries; /* owned */
	size_t count;
	bool has_come, is_picking;
	char *find; /* owned */
	uint64_t import_tag, export_tag;
};

static void book_free(struct screen_book *b)
{
	for (size_t i = 0; i < b->count; i++)
		book_entry_done(&b->entries[i]);
	mem_free(b->entries);
	b->entries = NULL;
	b->count = 0;
}

static void book_close(struct screen *s)
{
	struct screen_book *b = (struct screen_book *)s;
	book_free(b);
	mem_free(b->find);
	mem_free(b);
}

static void book_layout(struct screen *s, int rows, int columns)
{
	struct screen_book *b = (struct screen_book *)s;
	(void)columns;
	list_set_height(&b->list, rows);
}

static const struct book_entry *book_selected(const struct screen_book *b)
{
	return b->list.selected < b->count ? &b->entries[b->list.selected] : NULL;
}

static void book_event(struct screen *s, struct event *event)
{
	struct screen_book *b = (struct screen_book *)s;
	const struct book_entry *selected = book_selected(b);
	int64_t book_id = selected != NULL ? selected->book_id : 0;
	if (event->kind == EVENT_SAVED && event->tag == b->export_tag && event->tag != 0 &&
		event->exists)
		app_say(s->app, "%s", _("That file exists; nothing was written"));
	else if (event->kind == EVENT_SAVED && event->tag == b->export_tag && event->tag != 0 &&
		 event->is_ok)
		app_say(s->app, "%s", _("The address book was written"));
	if (event->kind != EVENT_BOOK)
		return;
	if (event->tag != 0 && event->tag == b->import_tag)
		app_say(s->app,
			P_("%u entry came in", "%u entries came in", (unsigned long)event->done),
			(unsigned)event->done);
	book_free(b);
	b->entries = event->book;
	b->count = event->book_count;
	b->has_come = true;
	event->book = NULL;
	event->book_count = 0;
	list_set_total(&b->list, (uint32_t)b->count);
	for (size_t i = 0; i < b->count; i++)
		if (b->entries[i].book_id == book_id)
			list_select(&b->list, (uint32_t)i);
}

/* As it is to stand in a header; a list is written by its nickname, which stays short. */
static void book_recipient(const struct book_entry *entry, struct buf *out)
{
	bool has_name = entry->name[0] != '\0' && strchr(entry->addresses, '<') == NULL &&
			strchr(entry->addresses, ',') == NULL;
	bool is_plain = strpbrk(entry->name, ",;:<>@()[]\"\\.") == NULL;
	if (!has_name || entry->is_list)
		buf_add_text(out, entry->is_list && entry->nickname[0] != '\0' ? entry->nickname
									       : entry->addresses);
	else if (is_plain)
		buf_addf(out, "%s <%s>", entry->name, entry->addresses);
	else {
		buf_add_char(out, '"');
		for (const char *at = entry->name; *at != '\0'; at++) {
			if (*at == '"' || *at == '\\')
				buf_add_char(out, '\\');
			buf_add_char(out, *at);
		}
		buf_addf(out, "\" <%s>", entry->addresses);
	}
}

static void book_pick(struct screen_book *b)
{
	struct app *app = b->base.app;
	struct buf recipient = {0};
	book_recipient(book_selected(b), &recipient);
	app_pop(app);
	screen_compose_add(app_top(app), buf_text(&recipient));
	app_layout_top(app);
	buf_done(&recipient);
}

static void book_compose(struct screen_book *b)
{
	struct buf recipient = {0};
	book_recipient(book_selected(b), &recipient);
	app_compose_to(b->base.app, buf_text(&recipient));
	buf_done(&recipient);
}

static const struct choice remove_choices[] = {
	{'y', N_("Yes"), 1},
	{'n', N_("No"), 0},
};

static void book_remove_done(void *context, int value)
{
	struct screen_book *b = context;
	const struct book_entry *entry = book_selected(b);
	if (value != 1 || entry == NULL)
		return;
	struct request *request = request_new(REQUEST_BOOK_REMOVE);
	request->book_id = entry->book_id;
	app_send(b->base.app, request);
}

static void book_remove(struct screen_book *b)
{
	const struct book_entry *entry = book_selected(b);
	struct buf label = {0};
	buf_addf(&label, _("Delete \"%s\" from the address book? "),
		entry->name[0] != '\0' ? entry->name : entry->addresses);
	app_ask_choice(b->base.app, buf_str(&label), remove_choices, 2, 0, book_remove_done, b);
	buf_done(&label);
}

/* ---- Finding. ---- */

static bool entry_has(const struct book_entry *entry, struct str words)
{
	const char *texts[] = {entry->nickname, entry->name, entry->addresses, entry->notes};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (str_find_nocase(str_from(texts[i]), words) != STR_NONE)
			return true;
	return false;
}

static void book_find_done(void *context, const char *text)
{
	struct screen_book *b = context;
	if (text == NULL || (text[0] == '\0' && b->find == NULL))
		return;
	if (text[0] != '\0') {
		mem_free(b->find);
		b->find = mem_text(text);
	}
	for (size_t i = 1; i <= b->count; i++) {
		size_t row = (b->list.selected + i) % b->count;
		if (entry_has(&b->entries[row], str_from(b->find))) {
			list_select(&b->list, (uint32_t)row);
			return;
		}
	}
	app_say(b->base.app, _("Word \"%s\" not found"), b->find);
}

/* ---- Files. ---- */

static enum book_format format_of(struct str path)
{
	if (str_ends_nocase(path, STR(".vcf")) || str_ends_nocase(path, STR(".vcard")))
		return BOOK_VCARD;
	return str_find_nocase(path, STR("addressbook")) != STR_NONE ? BOOK_ALPINE : BOOK_MUTT;
}

static void book_file(struct screen_book *b, enum request_kind kind, const char *text)
{
	struct buf path = {0};
	path_expand(str_from(text != NULL ? text : ""), &path);
	if (path.len > 0) {
		struct request *request = request_new(kind);
		request->path = mem_text(buf_text(&path));
		request->format = format_of(buf_str(&path));
		request->tag = app_next_tag(b->base.app);
		if (kind == REQUEST_BOOK_IMPORT)
			b->import_tag = request->tag;
		else
			b->export_tag = request->tag;
		app_send(b->base.app, request);
	}
	buf_done(&path);
}

static void book_import_done(void *context, const char *text)
{
	book_file(context, REQUEST_BOOK_IMPORT, text);
}

static void book_export_done(void *context, const char *text)
{
	book_file(context, REQUEST_BOOK_EXPORT, text);
}

static bool book_complete(void *context, struct str typed, struct buf *completed)
{
	(void)context;
	return path_complete(typed, completed);
}

/* ---- Commands. ---- */

static const char *book_refusal(const struct screen *s, enum command command)
{
	const struct screen_book *b = (const struct screen_book *)s;
	bool needs_one =
		command == COMMAND_FORWARD || command == COMMAND_EDIT || command == COMMAND_REMOVE;
	if (needs_one && book_selected(b) == NULL)
		return _("The address book is empty");
	return NULL;
}

static bool book_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_book *b = (struct screen_book *)s;
	struct app *app = s->app;
	(void)input;
	if (app_list_command(app, &b->list, command))
		return true;
	switch ((int)command) {
	case COMMAND_FORWARD:
		if (b->is_picking)
			book_pick(b);
		else
			app_push(app, screen_address_new(app, book_selected(b)));
		return true;
	case COMMAND_EDIT:
		app_push(app, screen_address_new(app, book_selected(b)));
		return true;
	case COMMAND_ADD:
		app_push(app, screen_address_new(app, NULL));
		return true;
	case COMMAND_REMOVE:
		book_remove(b);
		return true;
	case COMMAND_COMPOSE:
		if (b->is_picking || book_selected(b) == NULL)
			return b->is_picking;
		book_compose(b);
		return true;
	case COMMAND_WHEREIS:
		app_ask_line(app, str_from(_("Word to search for : ")), STR(""), false,
			book_find_done, b);
		return true;
	case COMMAND_READ_FILE:
		app_ask_line(app, str_from(_("Import from file (vCard, mutt or Alpine) : ")),
			STR(""), false, book_import_done, b);
		app->prompt.complete = book_complete;
		return true;
	case COMMAND_EXPORT:
		app_ask_line(app, str_from(_("Export to file : ")), STR("addresses.vcf"), false,
			book_export_done, b);
		app->prompt.complete = book_complete;
		return true;
	case COMMAND_BOOK:
		app_say(app, "%s", _("This is the address book"));
		return true;
	}
	return false;
}

static void book_click(struct screen *s, int row)
{
	struct screen_book *b = (struct screen_book *)s;
	list_select(&b->list, b->list.top + (uint32_t)row);
}

static const char *book_forward_label(const struct screen *s)
{
	return ((const struct screen_book *)s)->is_picking ? _("Select") : _("View/Edit");
}

static void book_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_book *b = (const struct screen_book *)s;
	(void)about;
	buf_addf(position, P_("%u entry", "%u entries", b->count), (unsigned)b->count);
}

static void book_paint_row(const struct screen_book *b, struct canvas *c, int row, uint32_t at)
{
	const struct book_entry *entry = &b->entries[at];
	unsigned style = at == b->list.selected ? STYLE_SELECTED : STYLE_NORMAL;
	int nick = c->columns >= 60 ? 14 : 8, name = c->columns >= 60 ? 24 : 12;
	canvas_fill(c, row, 0, c->columns, style);
	canvas_text(c, row, 1, nick, str_from(entry->nickname), style);
	canvas_text(c, row, 2 + nick, name, str_from(entry->name), style);
	canvas_text(c, row, 3 + nick + name, c->columns - nick - name - 4,
		str_from(entry->addresses), style);
}

static void book_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_book *b = (const struct screen_book *)s;
	for (int i = 0; i < height && b->list.top + (uint32_t)i < b->count; i++)
		book_paint_row(b, c, top + i, b->list.top + (uint32_t)i);
	if (b->count == 0 && b->has_come)
		canvas_wrap(c, top, 2, c->columns - 4, height,
			str_from(_("The address book is empty.")), STYLE_NORMAL);
}

static const struct screen_ops book_ops = {
	.context = CONTEXT_BOOK,
	.name = N_("ADDRESS BOOK"),
	.close = book_close,
	.layout = book_layout,
	.command = book_command,
	.click = book_click,
	.event = book_event,
	.title = book_title,
	.refusal = book_refusal,
	.forward_label = book_forward_label,
	.paint = book_paint,
};

struct screen *screen_book_new(struct app *app)
{
	struct screen_book *b = mem_new(sizeof(*b));
	b->base = (struct screen){&book_ops, app};
	app_send(app, request_new(REQUEST_BOOK));
	return &b->base;
}

struct screen *screen_book_pick(struct app *app)
{
	struct screen *s = screen_book_new(app);
	((struct screen_book *)s)->is_picking = true;
	return s;
}
