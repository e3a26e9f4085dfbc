/* Folders by name, over all accounts: "Account/Folder/Sub", or the folder alone. */
#include "ui/app_parts.h"

#include "base/memory.h"
#include "words/gettext.h"

static void folder_full_name(const struct app *app, const struct folder *folder, struct buf *out)
{
	const struct account_status *account = app_account(app, folder->account_id);
	if (account != NULL)
		buf_addf(out, "%s/", account->name);
	buf_add_text(out, folder->name);
}

static bool folder_can_open(const struct folder *folder)
{
	return (folder->attributes & (FOLDER_NO_SELECT | FOLDER_VANISHED)) == 0;
}

int64_t app_current_account(const struct app *app)
{
	const struct folder *folder = app_folder(app, app->folder_id);
	if (folder != NULL)
		return folder->account_id;
	return app->account_count > 0 ? app->accounts[0].account_id : 0;
}

/* How well a name fits: 3 whole with account, 2 whole in this account, 1 whole in another. */
static int folder_fits(const struct app *app, const struct folder *folder, struct str name)
{
	struct buf full = {0};
	folder_full_name(app, folder, &full);
	bool is_full = str_equal_nocase(buf_str(&full), name);
	buf_done(&full);
	if (is_full)
		return 3;
	if (!str_equal_nocase(str_from(folder->name), name))
		return 0;
	return folder->account_id == app_current_account(app) ? 2 : 1;
}

const struct folder *app_folder_named(const struct app *app, struct str name)
{
	const struct folder *best = NULL;
	int best_fit = 0, ties = 0;
	for (size_t i = 0; i < app->folder_count; i++) {
		int fit = folder_fits(app, &app->folders[i], name);
		ties = fit > best_fit ? 0 : ties + (fit > 0 && fit == best_fit);
		if (fit > best_fit) {
			best = &app->folders[i];
			best_fit = fit;
		}
	}
	return ties == 0 ? best : NULL;
}

struct completion {
	const struct app *app;
	struct str typed;
	struct buf common; /* what all that fit begin with */
	size_t count;
	bool is_inside; /* second try: typed text anywhere in the name */
};

static void completion_add(struct completion *c, struct str name)
{
	bool fits = c->is_inside ? str_find_nocase(name, c->typed) != STR_NONE
				 : str_starts_nocase(name, c->typed);
	if (!fits)
		return;
	if (c->count++ == 0) {
		buf_add(&c->common, name);
		return;
	}
	size_t same = 0;
	while (same < c->common.len && same < name.len &&
		ascii_lower(c->common.data[same]) == ascii_lower(name.data[same]))
		same++;
	while (same > 0 && same < name.len && ((unsigned char)name.data[same] & 0xc0) == 0x80)
		same--;
	buf_truncate(&c->common, same);
}

/* Names of this account are completed without the account in front, all others with it. */
static void completion_gather(struct completion *c)
{
	int64_t current = app_current_account(c->app);
	for (size_t i = 0; i < c->app->folder_count; i++) {
		const struct folder *folder = &c->app->folders[i];
		struct buf full = {0};
		if (!folder_can_open(folder))
			continue;
		folder_full_name(c->app, folder, &full);
		if (folder->account_id == current &&
			(str_find_char(c->typed, '/') == STR_NONE ||
				!str_starts_nocase(buf_str(&full), c->typed)))
			completion_add(c, str_from(folder->name));
		else
			completion_add(c, buf_str(&full));
		buf_done(&full);
	}
}

bool app_complete_folder(void *context, struct str typed, struct buf *completed)
{
	struct app *app = context;
	struct completion c = {.app = app, .typed = typed};
	completion_gather(&c);
	if (c.count == 0) {
		c.is_inside = true;
		completion_gather(&c);
	}
	bool is_longer = c.count > 0 && c.common.len >= typed.len &&
			 (!c.is_inside || c.count == 1 || c.common.len > 0) &&
			 !str_equal(buf_str(&c.common), typed);
	if (is_longer && (!c.is_inside || c.count == 1))
		buf_add(completed, buf_str(&c.common));
	else
		is_longer = false;
	if (!is_longer)
		app->wants_bell = true;
	buf_done(&c.common);
	return is_longer;
}

/* Return alone goes to the folder before; without one to the INBOX of this account. */
static const struct folder *app_goto_default(const struct app *app)
{
	const struct folder *before = app_folder(app, app->folder_before);
	int64_t account = app_current_account(app);
	if (before != NULL && before->folder_id != app->folder_id)
		return before;
	for (size_t i = 0; i < app->folder_count; i++)
		if (app->folders[i].account_id == account && app->folders[i].role == ROLE_INBOX)
			return &app->folders[i];
	return app->folder_count > 0 ? &app->folders[0] : NULL;
}

static void app_goto_name(struct app *app, const char *text)
{
	struct str name = str_trim(str_from(text));
	const struct folder *folder =
		name.len > 0 ? app_folder_named(app, name) : app_goto_default(app);
	struct buf completed = {0};
	if (folder == NULL && app_complete_folder(app, name, &completed))
		folder = app_folder_named(app, buf_str(&completed));
	buf_done(&completed);
	app->wants_bell = false;
	if (folder == NULL)
		app_warn(app, _("There is no folder \"%s\""), text);
	else if (!folder_can_open(folder))
		app_warn(app, _("\"%s\" holds only folders"), folder->name);
	else
		app_open_folder(app, folder->folder_id);
}

static void app_goto_done(void *context, const char *text)
{
	struct app *app = context;
	if (text == NULL)
		return;
	if (app->folder_count > 0) {
		app_goto_name(app, text);
		return;
	}
	mem_free(app->goto_name);
	app->goto_name = mem_text(text);
	app_say(app, "%s", _("Opened as soon as the folders are known"));
}

void app_goto_late(struct app *app)
{
	char *name = app->goto_name;
	if (name == NULL || app->folder_count == 0)
		return;
	app->goto_name = NULL;
	buf_clear(&app->status);
	app_goto_name(app, name);
	mem_free(name);
}

void app_ask_folder(struct app *app)
{
	const struct folder *folder = app_goto_default(app);
	struct buf name = {0}, label = {0};
	if (folder != NULL) {
		app_folder_name(app, folder->folder_id, &name);
		buf_addf(&label, _("GOTO folder [%s] : "), buf_text(&name));
	} else {
		buf_add_text(&label, _("GOTO folder : "));
	}
	app_ask_line(app, buf_str(&label), STR(""), false, app_goto_done, app);
	app->prompt.complete = app_complete_folder;
	buf_done(&name);
	buf_done(&label);
}
