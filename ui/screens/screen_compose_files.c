/* What is attached, and text read in from a file. */
#include "ui/screens/compose_state.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "ui/path.h"
#include "words/gettext.h"

#include <sys/stat.h>

enum { ATTACH_AT_ONCE = 200, READ_BYTES_MAX = 4 << 20 };

/* ---- Attaching. ---- */

static void attach_one(void *context, const char *path)
{
	struct screen_compose *w = context;
	struct stat found;
	if (stat(path, &found) == 0 && S_ISDIR(found.st_mode)) {
		app_warn(w->base.app, _("\"%s\" is a folder"), path);
		return;
	}
	struct request *request = request_new(REQUEST_DRAFT_ATTACH);
	request->draft_id = w->draft->draft_id;
	request->path = mem_text(path);
	request->tag = w->attach_last = app_next_tag(w->base.app);
	if (w->attaching++ == 0)
		w->attach_first = request->tag;
	app_send(w->base.app, request);
}

void compose_attach(struct screen_compose *w, struct str path)
{
	if (path_each(path, ATTACH_AT_ONCE, attach_one, w) == 0)
		app_warn(w->base.app, _("There is no file \"%.*s\""), (int)path.len, path.data);
}

static void attach_asked(void *context, const char *text)
{
	struct screen_compose *w = context;
	struct str path = str_trim(str_from(text != NULL ? text : ""));
	if (path.len > 0)
		compose_attach(w, path);
	compose_show(w);
}

bool compose_complete_path(void *context, struct str typed, struct buf *completed)
{
	struct screen_compose *w = context;
	if (path_complete(typed, completed))
		return true;
	w->base.app->wants_bell = true;
	return false;
}

static const struct choice browse_keys[] = {
	{INPUT_CTRL('T'), N_("To Files"), 0},
};

static void attach_key(void *context, int value, const char *text)
{
	(void)value;
	(void)text;
	compose_browse(context);
}

void compose_attach_ask(struct screen_compose *w)
{
	app_ask_line(w->base.app, str_from(_("File to attach: ")), STR(""), false, attach_asked, w);
	w->base.app->prompt.complete = compose_complete_path;
	app_ask_keys(w->base.app, browse_keys, 1, attach_key);
}

/* What was typed in the line itself. */
void compose_attach_typed(struct screen_compose *w)
{
	struct buf typed = {0};
	editor_text(&w->fields[FIELD_ATTACH], &typed);
	compose_attach(w, str_trim(buf_str(&typed)));
	editor_set(&w->fields[FIELD_ATTACH], STR(""));
	buf_done(&typed);
}

bool compose_attach_event(struct screen_compose *w, struct event *event)
{
	bool is_ours = event->tag != 0 && w->attaching > 0 && event->tag >= w->attach_first &&
		       event->tag <= w->attach_last;
	if (event->kind == EVENT_FAILED && is_ours) {
		w->attaching--;
		return true;
	}
	if (event->kind != EVENT_DRAFT_FILE || event->draft_id != w->draft->draft_id ||
		event->file == NULL)
		return false;
	bool was_last = w->file == w->draft->file_count;
	if (draft_add_file(w->draft, event->file) != NULL && was_last)
		w->file++;
	w->attaching -= is_ours ? 1 : 0;
	compose_show(w);
	return true;
}

void compose_detach(struct screen_compose *w)
{
	struct request *request = request_new(REQUEST_DRAFT_DETACH);
	request->draft_id = w->draft->draft_id;
	request->file_id = w->draft->files[w->file].file_id;
	app_send(w->base.app, request);
	draft_remove_file(w->draft, w->file);
	w->file_top = 0;
	app_say(w->base.app, "%s", _("Not attached any more"));
}

static void browse_picked(void *context, const char *path)
{
	struct screen_compose *w = context;
	attach_one(w, path);
	compose_show(w);
}

static void browse_read(void *context, const char *path);

void compose_browse(struct screen_compose *w)
{
	app_push(w->base.app, screen_files_new(w->base.app, &w->base,
				      w->field == FIELD_BODY ? browse_read : browse_picked));
}

/* ---- Reading in. ---- */

/* What is no UTF-8 is Latin 1: each of its bytes is a character. */
static void read_as_text(struct str bytes, struct buf *out)
{
	if (utf8_is_valid(bytes)) {
		buf_add(out, bytes);
		return;
	}
	for (size_t i = 0; i < bytes.len; i++)
		utf8_add(out, (unsigned char)bytes.data[i]);
}

static void read_file(struct screen_compose *w, const char *path)
{
	struct buf bytes = {0}, text = {0};
	struct error err = {0};
	if (!file_read(path, READ_BYTES_MAX, &bytes, &err)) {
		app_say_error(w->base.app, &err);
	} else {
		read_as_text(buf_str(&bytes), &text);
		editor_rest(compose_editor(w));
		editor_insert(compose_editor(w), buf_str(&text));
		app_say(w->base.app, _("Inserted \"%s\""), path);
	}
	buf_done(&bytes);
	buf_done(&text);
	compose_show(w);
}

static void browse_read(void *context, const char *path)
{
	read_file(context, path);
}

static void read_asked(void *context, const char *text)
{
	struct screen_compose *w = context;
	struct buf path = {0};
	path_expand(str_from(text != NULL ? text : ""), &path);
	if (path.len > 0)
		read_file(w, buf_text(&path));
	buf_done(&path);
}

void compose_read_ask(struct screen_compose *w)
{
	app_ask_line(w->base.app, str_from(_("File to insert: ")), STR(""), false, read_asked, w);
	w->base.app->prompt.complete = compose_complete_path;
	app_ask_keys(w->base.app, browse_keys, 1, attach_key);
}
