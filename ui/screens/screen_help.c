/* The help: what each key of a screen does, made from the key table itself. */
#include "ui/screens/page_text.h"

#include "base/memory.h"
#include "ui/say.h"
#include "words/gettext.h"

enum { HELP_KEYS_CELLS = 22 };

static void help_close(struct screen *s)
{
	page_text_done((struct page_text *)s);
	mem_free(s);
}

static bool help_has_key(enum context context, uint32_t key, const struct app *app)
{
	for (size_t i = 0; i < key_row_count; i++)
		if (key_rows[i].preset == app->options->preset && key_rows[i].key == key &&
			key_rows[i].context == context)
			return true;
	return false;
}

/* All keys of a command: "P  ^P  Up". The mouse wheel goes without saying. */
static void help_keys(
	const struct app *app, enum context context, enum command command, struct buf *out)
{
	static const enum context order[] = {CONTEXT_COUNT, CONTEXT_ANY};
	int digits = 0;
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < key_row_count; i++) {
			const struct key_row *row = &key_rows[i];
			enum context wanted = order[pass] == CONTEXT_COUNT ? context : order[pass];
			bool is_digit = row->key >= '1' && row->key <= '9';
			if (row->preset != app->options->preset || row->context != wanted ||
				row->command != command ||
				keys_find(&app->keys, context, row->key) != command ||
				row->key == INPUT_WHEEL_UP || row->key == INPUT_WHEEL_DOWN ||
				(is_digit && digits++ > 0))
				continue;
			if (pass > 0 && help_has_key(context, row->key, app))
				continue; /* told already */
			buf_add_text(out, out->len > 0 ? "  " : "");
			if (is_digit)
				buf_add_text(out, "1…9");
			else
				key_print(app->options->preset, row->key, out);
		}
	for (size_t i = 0; i < app->keys.added_count; i++) {
		const struct key_row *row = &app->keys.added[i];
		if (row->command != command ||
			(row->context != context && row->context != CONTEXT_ANY) ||
			keys_find(&app->keys, context, row->key) != command)
			continue;
		buf_add_text(out, out->len > 0 ? "  " : "");
		key_print(app->options->preset, row->key, out);
	}
}

/* The keys stand in front, what they do hangs beside them; many keys have a line of their own. */
static void help_command(struct page_text *p, enum context context, enum command command)
{
	struct buf keys = {0}, label = {0};
	const char *purpose = say_command(command_purpose(command));
	int cells = p->base.app->columns >= 60 ? HELP_KEYS_CELLS : HELP_KEYS_CELLS / 2;
	help_keys(p->base.app, context, command, &keys);
	buf_add_text(&label, "  ");
	width_add_fitted(&label, buf_str(&keys), cells);
	if (keys.len > 0 && width_cells(buf_str(&keys)) <= cells) {
		page_text_hang(p, buf_text(&label), purpose);
	} else if (keys.len > 0) {
		buf_clear(&label);
		buf_addf(&label, "  %s", buf_text(&keys));
		page_text_keep(p, buf_text(&label));
		buf_clear(&label);
		width_add_fitted(&label, STR(""), cells + 2);
		page_text_hang(p, buf_text(&label), purpose);
	}
	buf_done(&keys);
	buf_done(&label);
}

static bool help_has(const struct app *app, enum context context, enum command command, bool is_own)
{
	for (size_t i = 0; i < key_row_count; i++)
		if (key_rows[i].preset == app->options->preset && key_rows[i].command == command &&
			key_rows[i].context == context)
			return true;
	for (size_t i = 0; i < app->keys.added_count && is_own; i++)
		if (app->keys.added[i].command == command && app->keys.added[i].context == context)
			return true;
	return false;
}

static void help_signs(struct page_text *p)
{
	page_text_blank(p);
	page_text_heading(p, _("Signs in front of a message"));
	page_text_keep(p, _("  *   marked as important"));
	page_text_keep(p, _("  +   sent to you              -   a copy for you"));
	page_text_keep(p, _("  N   not read yet             !   behind it: new since last time"));
	page_text_keep(p, _("  A   answered                 F   forwarded"));
	page_text_keep(p, _("  X   selected"));
	page_text_keep(p, _("  D   deleted                  ~   waits for the server"));
}

static void help_write(struct page_text *p, enum context context)
{
	const struct app *app = p->base.app;
	page_text_heading(p, _("Keys of this screen"));
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		if (help_has(app, context, (enum command)i, true))
			help_command(p, context, (enum command)i);
	page_text_blank(p);
	page_text_heading(p, _("Keys of every screen"));
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		if (!help_has(app, context, (enum command)i, true) &&
			help_has(app, CONTEXT_ANY, (enum command)i, false))
			help_command(p, context, (enum command)i);
	if (context == CONTEXT_MESSAGES)
		help_signs(p);
	page_text_blank(p);
	page_text_line(p, _("At a question on the status line, ^C cancels and Return accepts. "
			    "Keys can be changed in the settings file; see rowan.conf(5)."));
}

static const struct screen_ops help_ops = {
	.context = CONTEXT_TEXT,
	.name = N_("HELP"),
	.close = help_close,
	.layout = page_text_layout,
	.command = page_text_command,
	.title = page_text_title,
	.paint = page_text_paint,
};

struct screen *screen_help_new(struct app *app, enum context context)
{
	struct page_text *p = mem_new(sizeof(*p));
	page_text_init(p, &help_ops, app);
	help_write(p, context);
	return &p->base;
}
