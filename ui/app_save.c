/* Saving to files. */
#include "ui/app_save.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "words/gettext.h"

#include <stdlib.h>

enum { SAVE_NAME_MAX = 100 };

static bool save_allows(uint32_t code)
{
	return code >= 0x20 && code < INPUT_FIRST &&
	       (code >= 0x80 || strchr("/\\:*?\"<>|$`'&;!(){}[]~#%", (int)code) == NULL);
}

void save_name(struct str outside, const char *fallback, struct buf *out)
{
	struct safe_text safe = safe_text_make(outside);
	struct str rest = str_make(safe.text, safe.len);
	size_t start = out->len, slash, len;
	while ((slash = str_find_char(rest, '/')) != STR_NONE ||
		(slash = str_find_char(rest, '\\')) != STR_NONE)
		rest = str_skip(rest, slash + 1);
	rest = str_trim(utf8_first(str_trim(rest), SAVE_NAME_MAX));
	for (; rest.len > 0; rest = str_skip(rest, len)) {
		uint32_t code = utf8_next(rest, &len);
		bool is_lead = out->len == start && (code == '.' || code == '-');
		utf8_add(out, save_allows(code) && !is_lead ? code : '_');
	}
	if (out->len == start)
		buf_add_text(out, fallback);
	safe_text_done(&safe);
}

char *save_expand(const char *path)
{
	const char *home = getenv("HOME");
	struct buf out = {0};
	if (path[0] == '~' && path[1] == '/' && home != NULL) {
		buf_add_text(&out, home);
		path++;
	}
	buf_add_text(&out, path);
	return buf_take(&out);
}

static void save_send(struct app *app, bool may_overwrite)
{
	struct request *request = request_new(REQUEST_SAVE_PART);
	request->place_id = app->saving.place_id;
	request->text = mem_text(app->saving.part);
	request->path = mem_text(app->saving.path);
	request->may_overwrite = may_overwrite;
	request->tag = app->saving.tag = app_next_tag(app);
	app_send(app, request);
}

static void save_named(void *context, const char *text)
{
	struct app *app = context;
	struct str name = str_trim(str_from(text));
	if (name.len == 0) {
		app_say(app, "%s", _("Nothing saved"));
		return;
	}
	char *path = mem_str(name);
	mem_free(app->saving.path);
	app->saving.path = save_expand(path);
	mem_free(path);
	save_send(app, false);
}

static void save_ask(
	struct app *app, int64_t place_id, const char *part, const char *label, struct str name)
{
	app_save_done(app);
	app->saving.place_id = place_id;
	app->saving.part = mem_text(part);
	app_ask_line(app, str_from(label), name, false, save_named, app);
}

void app_save_message(struct app *app, const struct message *row)
{
	struct buf name = {0};
	save_name(str_from(row->subject), "message", &name);
	buf_add_text(&name, ".eml");
	save_ask(app, row->place_id, "", _("EXPORT message to file : "), buf_str(&name));
	buf_done(&name);
}

void app_save_part(struct app *app, int64_t place_id, const char *part, const char *name)
{
	struct buf proposal = {0};
	save_name(str_from(name), "attachment", &proposal);
	save_ask(app, place_id, part, _("Save to file : "), buf_str(&proposal));
	buf_done(&proposal);
}

static const struct choice overwrite_choices[] = {
	{'y', N_("Overwrite"), 1},
	{'n', N_("Keep it"), 0},
};

static void save_overwrite(void *context, int value)
{
	struct app *app = context;
	if (value == 1)
		save_send(app, true);
	else
		app_say(app, "%s", _("Nothing saved"));
}

void app_save_event(struct app *app, const struct event *event)
{
	if (event->tag != app->saving.tag || app->saving.tag == 0)
		return;
	if (event->exists) {
		struct buf label = {0};
		buf_addf(&label, _("\"%s\" exists. Overwrite it? "), app->saving.path);
		app_ask_choice(app, buf_str(&label), overwrite_choices, 2, 0, save_overwrite, app);
		buf_done(&label);
	} else if (!event->is_ok) {
		app_say_error(app, &event->error);
	} else {
		app_say(app, _("Saved to \"%s\""),
			event->path != NULL ? event->path : app->saving.path);
	}
}

void app_save_done(struct app *app)
{
	mem_free(app->saving.part);
	mem_free(app->saving.path);
	app->saving = (struct saving){0};
}
