/*
 * The folder list: every account is a collection, its folders stand one a line beneath it, nested
 * ones indented, with the counts of unseen and of all messages. What an account is doing is a word
 * behind its name.
 */
#include "ui/screens/screen.h"

#include "base/array.h"
#include "ui/app_wish.h"
#include "ui/kit/list.h"
#include "ui/say.h"
#include "words/gettext.h"
#include "words/words.h"

/* A line: an account, or a folder of it. Ids, so that a new folder list finds them again. */
struct folder_line {
	int64_t account_id;
	int64_t folder_id; /* 0: the account's own line */
	size_t index;      /* in app->folders */
};

struct screen_folders {
	struct screen base;
	struct list list;
	struct folder_line *lines; /* owned */
	size_t count, cap;
	int64_t wanted; /* the folder to stand on once it is known */
	void (*pick)(struct app *app, int64_t folder_id); /* NULL: they are opened */
	char *find;                                       /* owned: what was looked for last */
};

static void folders_close(struct screen *s)
{
	struct screen_folders *f = (struct screen_folders *)s;
	mem_free(f->lines);
	mem_free(f->find);
	mem_free(f);
}

static void folders_add_line(struct screen_folders *f, struct folder_line line)
{
	f->lines = array_room(f->lines, f->count, &f->cap, sizeof(*f->lines));
	f->lines[f->count++] = line;
}

static void folders_add_account(struct screen_folders *f, int64_t account_id)
{
	const struct app *app = f->base.app;
	folders_add_line(f, (struct folder_line){account_id, 0, 0});
	for (size_t i = 0; i < app->folder_count; i++)
		if (app->folders[i].account_id == account_id &&
			(app->folders[i].attributes & FOLDER_VANISHED) == 0)
			folders_add_line(
				f, (struct folder_line){account_id, app->folders[i].folder_id, i});
}

static uint32_t folders_line_of(const struct screen_folders *f, int64_t account_id, int64_t folder)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->lines[i].account_id == account_id && f->lines[i].folder_id == folder)
			return (uint32_t)i;
	return UINT32_MAX;
}

static uint32_t folders_line_of_folder(const struct screen_folders *f, int64_t folder_id)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->lines[i].folder_id == folder_id)
			return (uint32_t)i;
	return UINT32_MAX;
}

/* The lines anew; the selection stays on its folder. */
static void folders_make_lines(struct screen_folders *f)
{
	const struct app *app = f->base.app;
	struct folder_line at = {0};
	bool had_line = f->list.selected < f->count;
	if (had_line)
		at = f->lines[f->list.selected];
	f->count = 0;
	for (size_t i = 0; i < app->account_count; i++)
		folders_add_account(f, app->accounts[i].account_id);
	list_set_total(&f->list, (uint32_t)f->count);
	uint32_t line = f->wanted != 0 ? folders_line_of_folder(f, f->wanted) : UINT32_MAX;
	if (line != UINT32_MAX)
		f->wanted = 0;
	else if (had_line)
		line = folders_line_of(f, at.account_id, at.folder_id);
	if (line == UINT32_MAX && f->list.selected == 0 && f->count > 1 &&
		f->lines[1].folder_id != 0)
		line = 1;
	if (line != UINT32_MAX)
		list_select(&f->list, line);
}

static void folders_layout(struct screen *s, int rows, int columns)
{
	struct screen_folders *f = (struct screen_folders *)s;
	(void)columns;
	list_set_height(&f->list, rows);
	f->wanted = s->app->folder_id;
	folders_make_lines(f);
	f->wanted = 0;
}

static void folders_event(struct screen *s, struct event *event)
{
	if (event->kind == EVENT_FOLDERS || event->kind == EVENT_ACCOUNTS)
		folders_make_lines((struct screen_folders *)s);
}

static const struct folder *folders_selected(const struct screen_folders *f)
{
	if (f->list.selected >= f->count || f->lines[f->list.selected].folder_id == 0)
		return NULL;
	return &f->base.app->folders[f->lines[f->list.selected].index];
}

static void folders_picked(struct screen_folders *f, int64_t folder_id)
{
	struct app *app = f->base.app;
	void (*pick)(struct app *, int64_t) = f->pick;
	app_pop(app);
	pick(app, folder_id);
}

static void folders_open(struct screen_folders *f, bool is_examined)
{
	struct app *app = f->base.app;
	const struct folder *folder = folders_selected(f);
	if (folder == NULL)
		app_say(app, "%s", _("Choose a folder below"));
	else if ((folder->attributes & FOLDER_NO_SELECT) != 0)
		app_say(app, _("\"%s\" holds only folders"), folder->name);
	else if (f->pick != NULL)
		folders_picked(f, folder->folder_id);
	else if (is_examined)
		app_examine_folder(app, folder->folder_id);
	else
		app_open_folder(app, folder->folder_id);
}

/* The next line whose folder fits, from below the selection and round again. */
static bool folders_next(struct screen_folders *f,
	bool (*fits)(const struct folder *folder, const char *words), const char *words)
{
	for (size_t i = 1; i <= f->count; i++) {
		size_t line = (f->list.selected + i) % f->count;
		if (f->lines[line].folder_id != 0 &&
			fits(&f->base.app->folders[f->lines[line].index], words)) {
			list_select(&f->list, (uint32_t)line);
			return true;
		}
	}
	return false;
}

/* Of a folder that was never fetched, what the server says. */
static uint32_t folder_unseen(const struct folder *folder)
{
	return folder->synced_low != 0 ? folder->unseen : folder->server_unseen;
}

static bool folder_has_unseen(const struct folder *folder, const char *words)
{
	(void)words;
	return folder_unseen(folder) > 0;
}

static bool folder_has_name(const struct folder *folder, const char *words)
{
	return str_find_nocase(str_from(folder->name), str_from(words)) != STR_NONE;
}

static void folders_find_done(void *context, const char *text)
{
	struct screen_folders *f = context;
	if (text == NULL)
		return;
	if (text[0] != '\0') {
		mem_free(f->find);
		f->find = mem_text(text);
	}
	if (f->find == NULL || !folders_next(f, folder_has_name, f->find))
		app_say(f->base.app, _("Word \"%s\" not found"), f->find != NULL ? f->find : "");
}

static void folders_find_end(void *context, int value, const char *text)
{
	struct screen_folders *f = context;
	(void)text;
	app_list_command(f->base.app, &f->list, (enum command)value);
}

static void folders_find(struct screen_folders *f)
{
	struct buf label = {0};
	if (f->find != NULL)
		buf_addf(&label, _("Word to search for [%s] : "), f->find);
	else
		buf_add_text(&label, _("Word to search for : "));
	app_ask_line(f->base.app, buf_str(&label), STR(""), false, folders_find_done, f);
	app_ask_ends(f->base.app, folders_find_end);
	buf_done(&label);
}

static void folders_details(struct app *app, const struct folder *folder)
{
	app_push(app, screen_folder_info_new(app, folder));
}

/* Adding, renaming and the like. */
static bool folders_change(struct screen_folders *f, enum command command)
{
	static const struct {
		enum command command;
		void (*run)(struct app *app, const struct folder *folder);
	} changes[] = {
		{COMMAND_RENAME, app_folder_rename},
		{COMMAND_REMOVE, app_folder_remove},
		{COMMAND_SUBSCRIBE, app_folder_subscribe},
		{COMMAND_DETAILS, folders_details},
	};
	struct app *app = f->base.app;
	const struct folder *folder = folders_selected(f);
	if (command == COMMAND_ADD && f->count > 0) {
		app_folder_add(app, f->lines[f->list.selected].account_id);
		return true;
	}
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		if (changes[i].command != command)
			continue;
		if (folder != NULL)
			changes[i].run(app, folder);
		else
			app_say(app, "%s", _("Choose a folder below"));
		return true;
	}
	return false;
}

static bool folders_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_folders *f = (struct screen_folders *)s;
	(void)input;
	if (app_list_command(s->app, &f->list, command))
		return true;
	if (folders_change(f, command))
		return true;
	switch ((int)command) {
	case COMMAND_FORWARD:
	case COMMAND_EXAMINE:
		folders_open(f, command == COMMAND_EXAMINE);
		return true;
	case COMMAND_WHEREIS:
		folders_find(f);
		return true;
	case COMMAND_NEXT_NEW:
		if (f->count == 0 || !folders_next(f, folder_has_unseen, NULL))
			app_say(s->app, "%s", _("No folder has unseen messages"));
		return true;
	}
	return false;
}

static void folders_click(struct screen *s, int row)
{
	struct screen_folders *f = (struct screen_folders *)s;
	uint32_t line = f->list.top + (uint32_t)row;
	if (line >= f->count)
		return;
	bool is_again = line == f->list.selected;
	list_select(&f->list, line);
	if (is_again)
		folders_open(f, false);
}

static void folders_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_folders *f = (const struct screen_folders *)s;
	const struct folder *folder = folders_selected(f);
	size_t count = s->app->folder_count;
	if (folder != NULL) {
		const struct account_status *account = app_account(s->app, folder->account_id);
		buf_addf(about, _("Account: %s"), account != NULL ? account->name : "");
		if (account != NULL && account->quota_limit > 0)
			buf_addf(about, _(" (%.0f%% full)"),
				(double)account->quota_used * 100 / (double)account->quota_limit);
	}
	buf_addf(position, P_("%u folder", "%u folders", count), (unsigned)count);
}

/* Up to nine cells that end so many cells before the edge. */
static void folders_paint_right(
	struct canvas *c, int row, int from_right, const char *text, unsigned style)
{
	struct safe_text safe = safe_text_make(str_from(text));
	int cells = safe.cells < 9 ? safe.cells : 9;
	canvas_put(c, row, c->columns - from_right - cells, cells, &safe, style);
	safe_text_done(&safe);
}

static void folders_paint_account(
	struct canvas *c, int row, const struct account_status *account, unsigned style)
{
	struct buf line = {0};
	buf_add_text(&line, account->name);
	if (account->state != ACCOUNT_ONLINE)
		buf_addf(&line, "  (%s)", words_state((enum words_state)account->state));
	if (account->waiting > 0)
		buf_add_text(&line, "  ");
	if (account->waiting > 0)
		buf_addf(&line, P_("%u change waits", "%u changes wait", account->waiting),
			(unsigned)account->waiting);
	canvas_text(c, row, 1, c->columns - 22, buf_str(&line), style);
	folders_paint_right(c, row, 12, _("unseen"), style);
	folders_paint_right(c, row, 2, _("total"), style);
	buf_done(&line);
}

static int folder_level(const struct folder *folder)
{
	int level = 0;
	for (const char *p = folder->name; *p != '\0' && level < 20; p++)
		level += *p == '/';
	return level;
}

/* The last level of the name; a "/" within it is written %2F in the name. */
static void folder_leaf(const struct folder *folder, struct buf *out)
{
	const char *slash = strrchr(folder->name, '/');
	struct str leaf = str_from(slash != NULL ? slash + 1 : folder->name);
	for (size_t at; (at = str_find(leaf, STR("%2F"))) != STR_NONE;) {
		buf_add(out, str_first(leaf, at));
		buf_add_char(out, '/');
		leaf = str_skip(leaf, at + 3);
	}
	buf_add(out, leaf);
}

static void folders_paint_counts(
	const struct folder *folder, struct canvas *c, int row, unsigned style)
{
	struct buf unseen = {0}, total = {0};
	if (folder_unseen(folder) > 0)
		say_count(folder_unseen(folder), &unseen);
	say_count(folder->total > 0 ? folder->total : folder->server_total, &total);
	folders_paint_right(c, row, 12, buf_text(&unseen), style);
	folders_paint_right(c, row, 2, buf_text(&total), style);
	buf_done(&unseen);
	buf_done(&total);
}

static void folders_paint_folder(const struct screen_folders *f, struct canvas *c, int row,
	const struct folder *folder, unsigned style)
{
	struct buf name = {0};
	int left = 4 + 2 * folder_level(folder), room = c->columns - 22 - left;
	folder_leaf(folder, &name);
	bool can_open = (folder->attributes & FOLDER_NO_SELECT) == 0;
	if (!can_open)
		buf_add_char(&name, '/');
	if (folder->folder_id == f->base.app->folder_id)
		canvas_text(c, row, 2, 1, STR("*"), style);
	canvas_text(c, row, left, room > 4 ? room : 4, buf_str(&name), style);
	if (can_open)
		folders_paint_counts(folder, c, row, style);
	buf_done(&name);
}

static void folders_paint_line(
	const struct screen_folders *f, struct canvas *c, int row, uint32_t index)
{
	const struct folder_line *line = &f->lines[index];
	const struct app *app = f->base.app;
	const struct folder *folder = line->folder_id != 0 ? &app->folders[line->index] : NULL;
	const struct account_status *account = app_account(app, line->account_id);
	bool is_selected = index == f->list.selected;
	unsigned style = is_selected                 ? STYLE_SELECTED
			 : folder == NULL            ? STYLE_HEADING
			 : folder_unseen(folder) > 0 ? STYLE_UNSEEN
						     : STYLE_NORMAL;
	canvas_fill(c, row, 0, c->columns, is_selected ? STYLE_SELECTED : STYLE_NORMAL);
	if (folder != NULL)
		folders_paint_folder(f, c, row, folder, style);
	else if (account != NULL)
		folders_paint_account(c, row, account, style);
}

static void folders_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_folders *f = (const struct screen_folders *)s;
	for (int i = 0; i < height && f->list.top + (uint32_t)i < f->count; i++)
		folders_paint_line(f, c, top + i, f->list.top + (uint32_t)i);
	if (f->count == 0)
		canvas_text(c, top + 1, 2, c->columns - 4,
			str_from(
				s->app->has_accounts
					? _("No account yet. M for the main menu, then A adds one.")
					: _("Reading the accounts …")),
			STYLE_NORMAL);
}

static const struct screen_ops folders_ops = {
	.context = CONTEXT_FOLDERS,
	.name = N_("FOLDER LIST"),
	.close = folders_close,
	.layout = folders_layout,
	.command = folders_command,
	.click = folders_click,
	.event = folders_event,
	.title = folders_title,
	.paint = folders_paint,
};

struct screen *screen_folders_new(struct app *app)
{
	struct screen_folders *f = mem_new(sizeof(*f));
	f->base = (struct screen){&folders_ops, app};
	return &f->base;
}

struct screen *screen_folders_pick(
	struct app *app, void (*done)(struct app *app, int64_t folder_id))
{
	struct screen *s = screen_folders_new(app);
	((struct screen_folders *)s)->pick = done;
	return s;
}
