/* Addresses of a message, one of which is to go into the address book. */
#include "ui/screens/message_state.h"

#include "base/memory.h"
#include "ui/kit/list.h"
#include "words/gettext.h"

struct screen_take {
	struct screen base;
	struct list list;
	struct address_list addresses; /* owned */
};

static void take_close(struct screen *s)
{
	address_list_done(&((struct screen_take *)s)->addresses);
	mem_free(s);
}

static void take_layout(struct screen *s, int rows, int columns)
{
	struct screen_take *t = (struct screen_take *)s;
	(void)columns;
	list_set_total(&t->list, (uint32_t)t->addresses.count);
	list_set_height(&t->list, rows);
}

/* The nickname is proposed: the first word of the name. */
static void take_one(struct screen_take *t)
{
	const struct address *address = &t->addresses.items[t->list.selected];
	struct app *app = t->base.app;
	struct book_entry entry;
	struct str name = str_from(address->name), nick = str_cut(&name, ' ');
	book_entry_init(&entry);
	mem_free(entry.nickname);
	mem_free(entry.name);
	mem_free(entry.addresses);
	bool has_name = strcmp(address->name, address->addr) != 0;
	entry.nickname = has_name ? mem_str(nick) : mem_text("");
	for (char *at = entry.nickname; *at != '\0'; at++)
		*at = ascii_lower(*at);
	entry.name = mem_text(has_name ? address->name : "");
	entry.addresses = mem_text(address->addr);
	app_push(app, screen_address_new(app, &entry));
	book_entry_done(&entry);
}

static bool take_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_take *t = (struct screen_take *)s;
	(void)input;
	if (app_list_command(s->app, &t->list, command))
		return true;
	if (command != COMMAND_FORWARD)
		return false;
	if (t->addresses.count > 0)
		take_one(t);
	return true;
}

static void take_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_take *t = (const struct screen_take *)s;
	int name = c->columns >= 60 ? 30 : 16;
	for (int i = 0; i < height && t->list.top + (uint32_t)i < t->addresses.count; i++) {
		uint32_t at = t->list.top + (uint32_t)i;
		const struct address *address = &t->addresses.items[at];
		unsigned style = at == t->list.selected ? STYLE_SELECTED : STYLE_NORMAL;
		canvas_fill(c, top + i, 0, c->columns, style);
		canvas_text(c, top + i, 1, name, str_from(address->name), style);
		canvas_text(c, top + i, name + 2, c->columns - name - 3, str_from(address->addr),
			style);
	}
}

static const struct screen_ops take_ops = {
	.context = CONTEXT_TAKE,
	.name = N_("TAKE ADDRESS"),
	.close = take_close,
	.layout = take_layout,
	.command = take_command,
	.paint = take_paint,
};

struct screen *screen_take_new(struct app *app, const struct address_list *addresses)
{
	struct screen_take *t = mem_new(sizeof(*t));
	t->base = (struct screen){&take_ops, app};
	for (size_t i = 0; i < addresses->count; i++)
		address_list_add(&t->addresses, str_from(addresses->items[i].name),
			str_from(addresses->items[i].addr), STR(""));
	return &t->base;
}

/* ---- Of a message that is shown. ---- */

static bool take_has(const struct address_list *list, struct str addr)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_equal_nocase(str_from(list->items[i].addr), addr))
			return true;
	return false;
}

/* 'Name <addr>' or 'addr', as a header shows it. */
static void take_add(struct address_list *list, struct str one)
{
	size_t open = str_find_char(one, '<');
	struct str name = STR(""), addr = str_trim(one);
	if (open != STR_NONE) {
		addr = str_skip(one, open + 1);
		addr = str_trim(str_cut(&addr, '>'));
		name = str_trim(str_first(one, open));
	}
	if (name.len > 1 && name.data[0] == '"' && name.data[name.len - 1] == '"')
		name = str_first(str_skip(name, 1), name.len - 2);
	if (str_find_char(addr, '@') != STR_NONE && !take_has(list, addr))
		address_list_add(list, name.len > 0 ? name : addr, addr, STR(""));
}

static void take_add_field(struct address_list *list, struct str field)
{
	size_t start = 0;
	bool is_quoted = false;
	for (size_t i = 0; i <= field.len; i++) {
		if (i < field.len && field.data[i] == '"')
			is_quoted = !is_quoted;
		if (i < field.len && (field.data[i] != ',' || is_quoted))
			continue;
		take_add(list, str_first(str_skip(field, start), i - start));
		start = i + 1;
	}
}

void message_take_addresses(struct screen_message *m)
{
	static const char *const names[] = {"From", "Reply-To", "To", "Cc"};
	const struct doc *doc = screen_message_doc(&m->base);
	struct address_list list = {0};
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]) && doc != NULL; n++)
		for (size_t i = 0; i < doc->block_count; i++) {
			const struct doc_block *block = &doc->blocks[i];
			if (block->kind == DOC_HEADER && block->label != NULL &&
				str_equal_nocase(str_from(block->label), str_from(names[n])))
				take_add_field(&list, buf_str(&block->text));
		}
	if (list.count == 0)
		address_list_add(
			&list, str_from(m->row.from_name), str_from(m->row.from_addr), STR(""));
	app_push(m->base.app, screen_take_new(m->base.app, &list));
	address_list_done(&list);
}
