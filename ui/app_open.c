/* Opening attachments and links by other programs. */
#include "ui/app_open.h"

#include "base/array.h"
#include "base/file.h"
#include "ui/app_save.h"
#include "ui/mailcap.h"
#include "ui/viewer.h"
#include "ui/screens/screen.h"
#include "words/gettext.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	OPEN_TEST_MS = 1000,      /* for a mailcap entry's test */
	OPEN_LOOK_MS = 50,        /* between looks at a program that runs */
	OPEN_LAUNCHER_MS = 10000, /* who ends sooner has only told another program */
	OPEN_OUTPUT_MAX = 1000000,
};

/* ---- The folder. ---- */

static void opened_remove_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char *path = file_join(folder, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
		mem_free(path);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(folder);
}

/* Folders are named for the process; those whose process is no more are left over. */
static void opened_sweep(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		uint32_t pid;
		if (!str_to_u32(str_from(entry->d_name), &pid) || pid == 0 || pid > INT32_MAX ||
			kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		char *path = file_join(folder, entry->d_name);
		opened_remove_folder(path);
		mem_free(path);
	}
	if (dir != NULL)
		closedir(dir);
}

static bool opened_make_folder(struct app *app)
{
	char name[32];
	if (app->opening.folder != NULL)
		return true;
	opened_sweep(app->options->open_folder);
	snprintf(name, sizeof(name), "%ld", (long)getpid());
	char *folder = file_join(app->options->open_folder, name);
	struct error err = {0};
	if (file_make_folder(folder, &err)) {
		app->opening.folder = folder;
		return true;
	}
	app_say_error(app, &err);
	mem_free(folder);
	return false;
}

const char *app_open_folder_path(struct app *app)
{
	bool has_folder = app->options->open_folder != NULL && opened_make_folder(app);
	return has_folder ? app->opening.folder : NULL;
}

/* "3-menu.png", or as the entry wants its files called. Without blanks: the user's own line for the
 * shell may forget to quote. */
static char *opened_path(struct app *app, const struct doc_part *part, const char *template)
{
	struct buf name = {0}, file = {0};
	buf_addf(&file, "%u-", ++app->opening.number);
	save_name(str_from(part->name != NULL ? part->name : ""), "attachment", &name);
	size_t at = template != NULL ? str_find(str_from(template), STR("%s")) : STR_NONE;
	if (at == STR_NONE || strchr(template, '/') != NULL ||
		str_ends_nocase(buf_str(&name), str_from(template + at + 2)))
		buf_add(&file, buf_str(&name));
	else
		buf_addf(&file, "%.*s%s%s", (int)at, template, buf_text(&name), template + at + 2);
	for (size_t i = 0; i < file.len; i++)
		if (file.data[i] == ' ')
			file.data[i] = '_';
	char *path = file_join(app->opening.folder, buf_text(&file));
	buf_done(&name);
	buf_done(&file);
	return path;
}

/* ---- Attachments. ---- */

static bool opening_test(const struct argv *argv)
{
	pid_t pid = viewer_start(argv, &(struct viewer_streams){0});
	return pid != 0 && viewer_wait(pid, OPEN_TEST_MS) == 0;
}

static void opening_forget(struct opening *o)
{
	mem_free(o->path);
	argv_done(&o->argv);
	o->path = NULL;
	o->tag = 0;
}

static void opening_ask(struct app *app, int64_t place_id, const struct doc_part *part)
{
	struct request *request = request_new(REQUEST_SAVE_PART);
	request->place_id = place_id;
	request->text = mem_text(part->path);
	request->path = mem_text(app->opening.path);
	request->tag = app->opening.tag = app_next_tag(app);
	app_say(app, _("Fetching %s …"), part->type);
	app_send(app, request);
}

void app_open_part(struct app *app, int64_t place_id, const struct doc_part *part)
{
	struct opening *o = &app->opening;
	struct mailcap mailcap = {0};
	struct mailcap_part wanted = {"", part->type, part->charset, part->name};
	if (o->tag != 0 || app->options->open_folder == NULL) {
		app_say(app, "%s",
			o->tag != 0 ? _("Another attachment is being opened")
				    : _("Other programs cannot be used here; S saves it"));
		return;
	}
	if (!opened_make_folder(app))
		return;
	mailcap_load(&mailcap);
	const struct mailcap_entry *entry = mailcap_find(&mailcap, &wanted, opening_test);
	if (entry == NULL) {
		app_say(app, _("No program for %s is named in mailcap; S saves it"), part->type);
	} else {
		o->path = opened_path(app, part, entry->name);
		wanted.path = o->path;
		o->needs_terminal = entry->needs_terminal;
		o->is_copious = entry->is_copious;
		if (mailcap_command(entry->view, &wanted, &o->argv, &o->is_input)) {
			opening_ask(app, place_id, part);
		} else {
			app_warn(app, _("The mailcap line for %s is broken"), part->type);
			opening_forget(o);
		}
	}
	mailcap_done(&mailcap);
}

/* Programs that run beside Rowan. */
static void opened_add(struct app *app, pid_t pid, char *path, char *output, bool is_copious)
{
	struct opening *o = &app->opening;
	o->running = array_room(o->running, o->running_count, &o->running_cap, sizeof(*o->running));
	o->running[o->running_count++] = (struct opened){.pid = pid,
		.path = path,
		.output = output,
		.is_copious = is_copious,
		.started = app->now};
}

static void opening_start(struct app *app)
{
	struct opening *o = &app->opening;
	struct buf output = {0};
	if (o->needs_terminal && !o->is_copious) {
		app->wants_program = true;
		return;
	}
	buf_addf(&output, "%s.out", o->path);
	struct viewer_streams streams = {.input = o->is_input ? o->path : NULL,
		.output = o->is_copious ? buf_text(&output) : NULL};
	pid_t pid = viewer_start(&o->argv, &streams);
	if (pid == 0) {
		app_warn(app, _("%s cannot be started: %s"), o->argv.words[0], strerror(errno));
		unlink(o->path);
	} else {
		app_say(app, _("Opening with %s"), o->argv.words[0]);
		opened_add(app, pid, o->path, buf_take(&output), o->is_copious);
		o->path = NULL;
	}
	buf_done(&output);
	opening_forget(o);
}

bool app_open_event(struct app *app, const struct event *event)
{
	struct opening *o = &app->opening;
	if (o->tag == 0 || event->tag != o->tag)
		return false;
	if (event->kind == EVENT_SAVED && event->is_ok) {
		opening_start(app);
		return true;
	}
	if (event->kind == EVENT_SAVED)
		app_say_error(app, &event->error);
	opening_forget(o);
	return event->kind == EVENT_SAVED;
}

char *app_open_file(struct app *app, const char *name)
{
	struct buf file = {0};
	if (app->opening.tag != 0 || app->options->open_folder == NULL) {
		app_say(app, "%s",
			app->opening.tag != 0 ? _("Another attachment is being opened")
					      : _("Other programs cannot be used here"));
		return NULL;
	}
	if (!opened_make_folder(app))
		return NULL;
	buf_addf(&file, "%u-%s", ++app->opening.number, name);
	char *path = file_join(app->opening.folder, buf_text(&file));
	buf_done(&file);
	return path;
}

void app_open_program(struct app *app, const char *line, const char *path,
	void (*done)(void *context, int status), void *context)
{
	struct opening *o = &app->opening;
	struct buf script = {0};
	buf_addf(&script, "exec %s \"$1\"", line);
	argv_add(&o->argv, STR("/bin/sh"));
	argv_add(&o->argv, STR("-c"));
	argv_add(&o->argv, buf_str(&script));
	argv_add(&o->argv, STR("sh"));
	argv_add(&o->argv, str_from(path));
	o->is_input = false;
	o->done = done;
	o->done_context = context;
	app->wants_program = true;
	buf_done(&script);
}

static void opening_end(struct app *app, int status)
{
	struct opening *o = &app->opening;
	void (*done)(void *, int) = o->done;
	o->done = NULL;
	opening_forget(o);
	done(o->done_context, status);
}

void app_open_ran(struct app *app, int status)
{
	struct opening *o = &app->opening;
	buf_clear(&app->status);
	if (o->done != NULL) {
		opening_end(app, status);
		return;
	}
	if (status == 127)
		app_warn(app, _("%s cannot be started: %s"), o->argv.words[0], strerror(ENOENT));
	if (o->path != NULL)
		unlink(o->path);
	opening_forget(o);
}

/* What a program printed becomes a screen. */
static void opened_show(struct app *app, const struct opened *opened)
{
	struct buf text = {0};
	file_read(opened->output, OPEN_OUTPUT_MAX, &text, NULL);
	if (text.len > 0)
		app_push(app, screen_output_new(app, buf_str(&text)));
	else
		app_say(app, "%s", _("The program printed nothing"));
	buf_done(&text);
}

static void opened_done(struct opened *opened, bool removes)
{
	if (removes && opened->path != NULL)
		unlink(opened->path);
	if (opened->output != NULL)
		unlink(opened->output);
	mem_free(opened->path);
	mem_free(opened->output);
}

int64_t app_open_tick(struct app *app)
{
	struct opening *o = &app->opening;
	bool is_any = false;
	for (size_t i = o->running_count; i-- > 0;) {
		struct opened *at = &o->running[i];
		int status = 0;
		if (at->pid == 0)
			continue; /* stays until the end */
		is_any = true;
		if (!viewer_is_over(at->pid, &status))
			continue;
		struct opened over = *at;
		app->wants_paint = true;
		at->pid = 0;
		if (over.is_copious)
			opened_show(app, &over);
		else if (status != 0 && over.path != NULL)
			app_warn(app, _("The program ended with status %d"), status);
		if (!over.is_copious && status == 0 && over.path != NULL &&
			app->now - over.started < OPEN_LAUNCHER_MS)
			continue;
		opened_done(&over, true);
		o->running[i] = o->running[--o->running_count];
	}
	return is_any ? app->now + OPEN_LOOK_MS : -1;
}

void app_open_done(struct app *app)
{
	struct opening *o = &app->opening;
	bool is_used = false;
	if (o->path != NULL)
		unlink(o->path);
	opening_forget(o);
	for (size_t i = 0; i < o->running_count; i++) {
		is_used |= o->running[i].pid != 0;
		opened_done(&o->running[i], o->running[i].pid == 0);
	}
	mem_free(o->running);
	if (o->folder != NULL && !is_used)
		opened_remove_folder(o->folder);
	mem_free(o->folder);
}

void app_run_beside(struct app *app, const char *line, const char *first, const char *second)
{
	struct argv argv = {0};
	pid_t pid = 0;
	if (argv_split(&argv, str_from(line)) && argv.count > 0) {
		argv_add(&argv, str_from(first));
		argv_add(&argv, str_from(second));
		pid = viewer_start(&argv, &(struct viewer_streams){0});
	}
	if (pid != 0)
		opened_add(app, pid, NULL, NULL, false);
	else
		app_warn(app, _("%s cannot be started: %s"), line, strerror(errno));
	argv_done(&argv);
}

/* ---- Links. ---- */

static bool link_is_web(struct str target)
{
	return str_starts_nocase(target, STR("http://")) ||
	       str_starts_nocase(target, STR("https://"));
}

static bool browser_needs_terminal(const char *program)
{
	static const char *const names[] = {"lynx", "w3m", "links", "elinks", "links2", "browsh"};
	const char *slash = strrchr(program, '/');
	const char *name = slash != NULL ? slash + 1 : program;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* One entry of $BROWSER: its words, the target in place of %s or behind them. */
static bool browser_command(struct str entry, const char *target, struct argv *argv)
{
	struct argv words = {0};
	bool is_placed = false, is_whole = argv_split(&words, entry) && words.count > 0;
	for (size_t i = 0; i < words.count && is_whole; i++) {
		bool is_target = strcmp(words.words[i], "%s") == 0;
		is_placed |= is_target;
		argv_add(argv, str_from(is_target ? target : words.words[i]));
	}
	if (is_whole && !is_placed)
		argv_add(argv, str_from(target));
	argv_done(&words);
	return is_whole;
}

static bool browser_start(struct app *app, struct str entry, const char *target)
{
	struct argv argv = {0};
	bool is_started = browser_command(entry, target, &argv);
	if (is_started && browser_needs_terminal(argv.words[0]) && app->opening.tag == 0) {
		app->opening.argv = argv;
		app->opening.is_input = false;
		app->wants_program = true;
		return true;
	}
	if (is_started) {
		pid_t pid = viewer_start(&argv, &(struct viewer_streams){0});
		is_started = pid != 0;
		if (is_started)
			opened_add(app, pid, NULL, NULL, false);
		if (is_started)
			app_say(app, _("Opening %s"), target);
	}
	argv_done(&argv);
	return is_started;
}

void app_open_link(struct app *app, const char *target)
{
	const char *browser = getenv("BROWSER");
	struct str rest = str_from(browser != NULL ? browser : "");
	while (link_is_web(str_from(target)) && rest.len > 0)
		if (browser_start(app, str_cut(&rest, ':'), target))
			return;
	buf_clear(&app->clipboard);
	buf_add_text(&app->clipboard, target);
	app_say(app, _("Copied: %s"), target);
}
