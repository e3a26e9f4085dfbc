/* A folder of this computer, to choose a file from. */
#include "ui/screens/screen.h"

#include "base/array.h"
#include "base/file.h"
#include "ui/kit/list.h"
#include "ui/say.h"
#include "words/gettext.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 20000 };

struct file_row {
	char *name; /* owned */
	uint64_t size;
	bool is_folder;
};

struct screen_files {
	struct screen base;
	struct screen *asker; /* beneath; lives longer */
	void (*done)(void *asker, const char *path);
	struct list list;
	char *folder;          /* owned */
	struct file_row *rows; /* owned */
	size_t count, cap;
	char *find; /* owned */
};

static void files_clear(struct screen_files *f)
{
	for (size_t i = 0; i < f->count; i++)
		mem_free(f->rows[i].name);
	f->count = 0;
}

static void files_close(struct screen *s)
{
	struct screen_files *f = (struct screen_files *)s;
	files_clear(f);
	mem_free(f->rows);
	mem_free(f->folder);
	mem_free(f->find);
	mem_free(f);
}

static int row_compare(const void *left, const void *right)
{
	const struct file_row *a = left, *b = right;
	if (a->is_folder != b->is_folder)
		return a->is_folder ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void files_add(struct screen_files *f, const char *name)
{
	char *path = file_join(f->folder, name);
	struct stat found;
	if (stat(path, &found) == 0 && (S_ISDIR(found.st_mode) || S_ISREG(found.st_mode))) {
		f->rows = array_room(f->rows, f->count, &f->cap, sizeof(*f->rows));
		f->rows[f->count++] = (struct file_row){
			mem_text(name), (uint64_t)found.st_size, S_ISDIR(found.st_mode)};
	}
	mem_free(path);
}

/* ".." first, folders before files; hidden ones are left out. */
static void files_read(struct screen_files *f)
{
	DIR *dir = opendir(f->folder);
	files_clear(f);
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
		if ((entry->d_name[0] != '.' || strcmp(entry->d_name, "..") == 0) &&
			f->count < FILES_MAX)
			files_add(f, entry->d_name);
	if (dir == NULL)
		app_warn(f->base.app, _("\"%s\" cannot be read"), f->folder);
	else
		closedir(dir);
	if (f->count > 0)
		qsort(f->rows, f->count, sizeof(*f->rows), row_compare);
	list_set_total(&f->list, (uint32_t)f->count);
	list_select(&f->list, f->count > 1 ? 1 : 0);
}

/* "/a/b" and ".." make "/a". */
static void files_enter(struct screen_files *f, const char *name)
{
	char *slash = strrchr(f->folder, '/');
	char *left = strcmp(name, "..") == 0 && slash != NULL ? mem_text(slash + 1) : mem_text("");
	if (strcmp(name, "..") != 0) {
		char *path = strcmp(f->folder, "/") == 0 ? file_join("", name)
							 : file_join(f->folder, name);
		mem_free(f->folder);
		f->folder = path;
	} else if (slash != NULL) {
		slash[slash == f->folder ? 1 : 0] = '\0';
	}
	files_read(f);
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->rows[i].name, left) == 0)
			list_select(&f->list, (uint32_t)i);
	mem_free(left);
}

static void files_choose(struct screen_files *f)
{
	const struct file_row *row =
		f->list.selected < f->count ? &f->rows[f->list.selected] : NULL;
	struct app *app = f->base.app;
	if (row == NULL)
		return;
	if (row->is_folder) {
		files_enter(f, row->name);
		return;
	}
	char *path = file_join(f->folder, row->name);
	struct screen *asker = f->asker;
	void (*done)(void *, const char *) = f->done;
	app_pop(app);
	done(asker, path);
	mem_free(path);
}

static void files_find_done(void *context, const char *text)
{
	struct screen_files *f = context;
	if (text == NULL || (text[0] == '\0' && f->find == NULL))
		return;
	if (text[0] != '\0') {
		mem_free(f->find);
		f->find = mem_text(text);
	}
	for (size_t i = 1; i <= f->count; i++) {
		size_t row = (f->list.selected + i) % f->count;
		if (str_find_nocase(str_from(f->rows[row].name), str_from(f->find)) != STR_NONE) {
			list_select(&f->list, (uint32_t)row);
			return;
		}
	}
	app_say(f->base.app, _("Word \"%s\" not found"), f->find);
}

static bool files_command(struct screen *s, enum command command, const struct input *input)
{
	struct screen_files *f = (struct screen_files *)s;
	(void)input;
	if (app_list_command(s->app, &f->list, command))
		return true;
	switch ((int)command) {
	case COMMAND_FORWARD:
		files_choose(f);
		return true;
	case COMMAND_WHEREIS:
		app_ask_line(s->app, str_from(_("Word to search for : ")), STR(""), false,
			files_find_done, f);
		return true;
	}
	return false;
}

static void files_layout(struct screen *s, int rows, int columns)
{
	(void)columns;
	list_set_height(&((struct screen_files *)s)->list, rows);
}

static void files_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_files *f = (const struct screen_files *)s;
	buf_add_text(about, f->folder);
	(void)position;
}

static void files_paint_row(const struct screen_files *f, struct canvas *c, int row, uint32_t at)
{
	const struct file_row *file = &f->rows[at];
	unsigned style = at == f->list.selected ? STYLE_SELECTED : STYLE_NORMAL;
	struct buf size = {0};
	if (file->is_folder)
		buf_add_text(&size, strcmp(file->name, "..") == 0 ? _("(parent)") : _("(folder)"));
	else
		say_size(file->size, &size);
	canvas_fill(c, row, 0, c->columns, style);
	canvas_text(c, row, 1, c->columns - 14, str_from(file->name), style);
	canvas_text(c, row, c->columns - 12, 11, buf_str(&size), style);
	buf_done(&size);
}

static void files_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_files *f = (const struct screen_files *)s;
	for (int i = 0; i < height && f->list.top + (uint32_t)i < f->count; i++)
		files_paint_row(f, c, top + i, f->list.top + (uint32_t)i);
}

static const struct screen_ops files_ops = {
	.context = CONTEXT_FILES,
	.name = N_("FILES"),
	.close = files_close,
	.layout = files_layout,
	.command = files_command,
	.title = files_title,
	.paint = files_paint,
};

struct screen *screen_files_new(
	struct app *app, struct screen *asker, void (*done)(void *asker, const char *path))
{
	enum { PATH_BYTES = 4096 };
	struct screen_files *f = mem_new(sizeof(*f));
	char here[PATH_BYTES];
	const char *home = getenv("HOME");
	f->base = (struct screen){&files_ops, app};
	f->asker = asker;
	f->done = done;
	f->folder = mem_text(getcwd(here, sizeof(here)) != NULL ? here : home != NULL ? home : "/");
	f->list.height = 1;
	files_read(f);
	return &f->base;
}
