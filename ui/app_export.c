/* Messages to files and commands. */
#include "ui/app_export.h"

#include "base/file.h"
#include "base/memory.h"
#include "ui/app_open.h"
#include "ui/app_save.h"
#include "ui/screens/screen.h"
#include "ui/viewer.h"
#include "words/gettext.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { EXPORT_LOOK_MS = 50, EXPORT_OUTPUT_MAX = 1000000 };

static void export_end(struct app *app)
{
	struct exporting *e = &app->exporting;
	if (e->path != NULL)
		unlink(e->path);
	if (e->output != NULL)
		unlink(e->output);
	mem_free(e->folder);
	mem_free(e->path);
	mem_free(e->output);
	argv_done(&e->argv);
	buf_done(&e->printed);
	*e = (struct exporting){0};
}

void app_export_done(struct app *app)
{
	export_end(app);
}

static void export_finish(struct app *app)
{
	struct exporting *e = &app->exporting;
	if (e->is_pipe && e->printed.len > 0)
		app_push(app, screen_output_new(app, buf_str(&e->printed)));
	if (e->is_pipe)
		app_say(app,
			P_("%u message was given to the command",
				"%u messages were given to the command", e->done),
			e->done);
	else if (e->kept > 0)
		app_say(app, _("%u exported to \"%s\"; %u files were there already and are kept"),
			e->done, e->folder, e->kept);
	else
		app_say(app,
			P_("%u message exported to \"%s\"", "%u messages exported to \"%s\"",
				e->done),
			e->done, e->folder);
	export_end(app);
}

/* ---- One after the other. ---- */

static void export_next(struct app *app)
{
	struct exporting *e = &app->exporting;
	if (e->list_id == 0 && e->place_id != 0 && e->is_begun) {
		export_finish(app);
		return;
	}
	e->is_begun = true;
	if (e->list_id == 0) {
		e->wants_save = true;
		return;
	}
	struct request *request = request_new(REQUEST_SELECTED);
	request->list_id = e->list_id;
	request->place_id = e->place_id;
	request->tag = e->tag = app_next_tag(app);
	app_send(app, request);
}

static void export_save(struct app *app)
{
	struct exporting *e = &app->exporting;
	struct request *request = request_new(REQUEST_SAVE_PART);
	char name[32];
	e->wants_save = false;
	snprintf(name, sizeof(name), "%u.eml", (unsigned)place_uid(e->place_id));
	char *path = file_join(e->folder, name);
	request->place_id = e->place_id;
	request->text = mem_text("");
	request->path = path;
	request->may_overwrite = e->is_pipe;
	request->tag = e->tag = app_next_tag(app);
	if (e->is_pipe) {
		mem_free(e->path);
		e->path = mem_text(path);
	}
	app_send(app, request);
}

static void export_run(struct app *app)
{
	struct exporting *e = &app->exporting;
	mem_free(e->output);
	e->output = file_join(e->folder, "output");
	e->pid = viewer_start(
		&e->argv, &(struct viewer_streams){.input = e->path, .output = e->output});
	if (e->pid != 0)
		return;
	app_warn(app, _("%s cannot be started: %s"), e->argv.words[0], strerror(errno));
	export_end(app);
}

static void export_ran(struct app *app)
{
	struct exporting *e = &app->exporting;
	struct buf printed = {0};
	if (file_read(e->output, EXPORT_OUTPUT_MAX, &printed, NULL) &&
		e->printed.len < EXPORT_OUTPUT_MAX)
		buf_add(&e->printed, buf_str(&printed));
	buf_done(&printed);
	unlink(e->output);
	unlink(e->path);
	e->pid = 0;
	e->done++;
	export_next(app);
}

int64_t app_export_tick(struct app *app)
{
	struct exporting *e = &app->exporting;
	int status;
	if (e->wants_save)
		export_save(app);
	if (e->pid == 0)
		return -1;
	if (!viewer_is_over(e->pid, &status))
		return app->now + EXPORT_LOOK_MS;
	export_ran(app);
	app->wants_paint = true;
	return app->now;
}

bool app_export_event(struct app *app, const struct event *event)
{
	struct exporting *e = &app->exporting;
	if (e->tag == 0 || event->tag != e->tag)
		return false;
	if (event->kind == EVENT_FAILED ||
		(event->kind == EVENT_SAVED && !event->is_ok && !event->exists)) {
		app_say_error(app, &event->error);
		export_end(app);
	} else if (event->kind == EVENT_FOUND && event->place_id == 0) {
		export_finish(app);
	} else if (event->kind == EVENT_FOUND) {
		e->place_id = event->place_id;
		export_save(app);
	} else if (event->kind == EVENT_SAVED && e->is_pipe) {
		export_run(app);
	} else if (event->kind == EVENT_SAVED) {
		e->done += !event->exists;
		e->kept += event->exists;
		export_next(app);
	}
	return true;
}

/* ---- What is asked. ---- */

static bool export_begin(struct app *app, unsigned list_id, int64_t place_id, bool is_pipe)
{
	if (app->exporting.tag != 0 || app->exporting.pid != 0) {
		app_say(app, "%s", _("Messages are still being exported"));
		return false;
	}
	export_end(app);
	app->exporting =
		(struct exporting){.list_id = list_id, .place_id = place_id, .is_pipe = is_pipe};
	return true;
}

static void export_named(void *context, const char *text)
{
	struct app *app = context;
	struct error err = {0};
	struct str name = str_trim(str_from(text != NULL ? text : ""));
	if (name.len == 0) {
		app_say(app, "%s", _("Nothing exported"));
		return;
	}
	char *folder = mem_str(name);
	app->exporting.folder = save_expand(folder);
	mem_free(folder);
	if (file_make_folder(app->exporting.folder, &err)) {
		export_next(app);
		return;
	}
	app_say_error(app, &err);
	export_end(app);
}

void app_export(struct app *app, unsigned list_id, unsigned count)
{
	struct buf label = {0};
	if (!export_begin(app, list_id, 0, false))
		return;
	buf_addf(&label,
		P_("EXPORT %u message to a file in folder : ",
			"EXPORT %u messages, a file each, to folder : ", count),
		count);
	app_ask_line(app, buf_str(&label), STR(""), false, export_named, app);
	buf_done(&label);
}

static void pipe_named(void *context, const char *text)
{
	struct app *app = context;
	struct exporting *e = &app->exporting;
	struct str line = str_trim(str_from(text != NULL ? text : ""));
	if (line.len > 0 && argv_is_for_shell(line)) { /* typed by the user, for the user */
		argv_add(&e->argv, STR("sh"));
		argv_add(&e->argv, STR("-c"));
		argv_add(&e->argv, line);
	} else if (line.len == 0 || !argv_split(&e->argv, line) || e->argv.count == 0) {
		app_say(app, "%s",
			line.len == 0 ? _("No command, nothing done")
				      : _("A quote in the command has no end"));
		export_end(app);
		return;
	}
	const char *folder = app_open_folder_path(app);
	if (folder == NULL) {
		export_end(app);
		return;
	}
	e->folder = mem_text(folder);
	export_next(app);
}

static void pipe_ask(struct app *app, unsigned count)
{
	struct buf label = {0};
	buf_addf(&label,
		P_("Pipe %u message to command : ", "Pipe %u messages, each to command : ", count),
		count);
	app_ask_line(app, buf_str(&label), STR(""), false, pipe_named, app);
	buf_done(&label);
}

void app_pipe(struct app *app, unsigned list_id, unsigned count)
{
	if (export_begin(app, list_id, 0, true))
		pipe_ask(app, count);
}

void app_pipe_one(struct app *app, int64_t place_id)
{
	if (place_id == 0)
		app_say(app, "%s", _("No message is selected"));
	else if (export_begin(app, 0, place_id, true))
		pipe_ask(app, 1);
}
