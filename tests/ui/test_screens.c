/*
 * Every file in tests/screens is a screen: a head that says how to get there, a line of dashes, and
 * what must stand on it.
 *
 *	size 80x24
 *	rows 100000                   in the INBOX
 *	with hostile mutt             see below; c: in the locale C
 *	keys l Down Return            a script, tests/ui/stage.h
 *	read 72                       rows that went into pages, at most
 *
 * ROWAN_SCREENS=write writes what is there instead of comparing: look at it before committing it.
 */
#include "tests/ui/stage.h"

#include "base/memory.h"
#include "words/gettext.h"
#include "words/words.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

struct scene {
	struct buf head;
	struct buf keys;
	struct buf wanted;
	int columns, rows;
	unsigned total, read_max;
	char with[200];
};

static bool scene_read(struct scene *scene, const char *path)
{
	char line[4096];
	bool is_head = true;
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	*scene = (struct scene){.columns = 80, .rows = 24, .total = 12};
	while (fgets(line, sizeof(line), file) != NULL) {
		if (!is_head) {
			buf_add_text(&scene->wanted, line);
			continue;
		}
		buf_add_text(&scene->head, line);
		is_head = strncmp(line, "-----", 5) != 0;
		line[strcspn(line, "\n")] = '\0';
		sscanf(line, "size %dx%d", &scene->columns, &scene->rows);
		sscanf(line, "rows %u", &scene->total);
		sscanf(line, "read %u", &scene->read_max);
		sscanf(line, "with %199[^\n]", scene->with);
		if (strncmp(line, "keys ", 5) == 0) {
			buf_add_char(&scene->keys, ' ');
			buf_add_text(&scene->keys, line + 5);
		}
	}
	fclose(file);
	return true;
}

static void scene_done(struct scene *scene)
{
	buf_done(&scene->head);
	buf_done(&scene->keys);
	buf_done(&scene->wanted);
}

static void scene_prepare(const struct scene *scene, struct stage *stage)
{
	struct fake *fake = &stage->fake;
	stage_init(stage, scene->columns, scene->rows);
	fake->inbox_total = scene->total;
	fake->is_hostile = strstr(scene->with, "hostile") != NULL;
	fake->is_wide = strstr(scene->with, "wide") != NULL;
	fake->is_read_only = strstr(scene->with, "readonly") != NULL;
	fake->is_missing = strstr(scene->with, "missing") != NULL;
	fake->has_links = strstr(scene->with, "links") != NULL;
	fake->has_quotes = strstr(scene->with, "quotes") != NULL;
	fake->waiting = strstr(scene->with, "changes") != NULL ? 2 : 0;
	fake->deleted = strstr(scene->with, "deleted") != NULL ? 3 : 0;
	fake->postponed = strstr(scene->with, "postponed") != NULL ? 1 : 0;
	fake->postponed = strstr(scene->with, "drafts") != NULL ? 2 : fake->postponed;
	fake->cancelled = strstr(scene->with, "drafts") != NULL ? 1 : 0;
	fake->sent = strstr(scene->with, "outbox") != NULL ? 2 : 0;
	fake->outgoing = strstr(scene->with, "refused") != NULL ? OUTGOING_FAILED
			 : strstr(scene->with, "doubt") != NULL ? OUTGOING_UNKNOWN
								: OUTGOING_HELD;
	fake->completions = strstr(scene->with, "several") != NULL ? 3 : 1;
	if (strstr(scene->with, "doubts") != NULL)
		fake->warns = 1u << COMPOSE_NO_SUBJECT | 1u << COMPOSE_NO_ATTACHMENT;
	if (strstr(scene->with, "nobody") != NULL)
		fake->warns = 1u << COMPOSE_NO_RECIPIENT;
	fake->exists = strstr(scene->with, "exists") != NULL;
	fake->state = strstr(scene->with, "waiting") != NULL ? ACCOUNT_WAITING : ACCOUNT_ONLINE;
	stage->options.preset = strstr(scene->with, "mutt") != NULL ? PRESET_MUTT : PRESET_PINE;
	stage->options.confirm_quit = strstr(scene->with, "confirm") != NULL;
	stage->options.start = strstr(scene->with, "menu") != NULL ? START_MENU : START_INDEX;
}

static void scene_write(const struct scene *scene, const char *path, const char *screen)
{
	FILE *file = fopen(path, "w");
	if (file == NULL)
		return;
	fprintf(file, "%s%s", buf_text(&scene->head), screen);
	fclose(file);
}

/* As words: a terminal in the locale C shows no more than ASCII. */
static bool scene_has(const struct scene *scene, const char *word)
{
	struct str rest = str_from(scene->with);
	while (rest.len > 0)
		if (str_equal(str_cut(&rest, ' '), str_from(word)))
			return true;
	return false;
}

static void scene_look(const struct scene *scene, struct stage *stage, struct buf *screen)
{
	stage_screen(stage, screen);
	if (!scene_has(scene, "c"))
		return;
	char *before = mem_text(setlocale(LC_ALL, NULL));
	setlocale(LC_ALL, "C");
	buf_clear(screen);
	canvas_dump_in_locale(&stage->canvas, screen);
	setlocale(LC_ALL, before);
	mem_free(before);
}

static void scene_run(const char *path, const char *name)
{
	struct scene scene;
	struct stage stage;
	struct buf screen = {0};
	const char *write = getenv("ROWAN_SCREENS");
	cr_assert(scene_read(&scene, path), "%s cannot be read", name);
	scene_prepare(&scene, &stage);
	stage_open(&stage);
	stage_play(&stage, buf_text(&scene.keys));
	scene_look(&scene, &stage, &screen);
	if (write != NULL && strcmp(write, "write") == 0)
		scene_write(&scene, path, buf_text(&screen));
	else
		cr_expect_str_eq(buf_text(&screen), buf_text(&scene.wanted), "%s shows\n%s", name,
			buf_text(&screen));
	cr_expect_null(stage_cells_fault(&stage), "%s: %s", name, stage_cells_fault(&stage));
	if (scene.read_max > 0)
		cr_expect(stage.fake.rows_read <= scene.read_max, "%s read %u rows", name,
			(unsigned)stage.fake.rows_read);
	stage_done(&stage);
	buf_done(&screen);
	scene_done(&scene);
}

/* Calls the function for every file of tests/screens; returns how many there are. */
static int each_scene(void (*run)(const char *path, const char *name))
{
	const char *source = getenv("TEST_SRCDIR");
	char folder[1000], path[1300];
	int count = 0;
	struct dirent *entry;
	snprintf(folder, sizeof(folder), "%s/tests/screens", source != NULL ? source : ".");
	DIR *dir = opendir(folder);
	cr_assert_not_null(dir, "no folder %s", folder);
	while ((entry = readdir(dir)) != NULL) {
		if (!str_ends_nocase(str_from(entry->d_name), STR(".txt")))
			continue;
		snprintf(path, sizeof(path), "%s/%.250s", folder, entry->d_name);
		run(path, entry->d_name);
		count++;
	}
	closedir(dir);
	return count;
}

Test(screens, are_what_their_files_say)
{
	int count = each_scene(scene_run);
	cr_expect(count >= 40, "only %d screens found", count);
}

/* In the language no one speaks (longer, accented, wide): every cell stays in place, and no label
 * of the key menu is left in English. */
static void scene_bears(const char *path, const char *name)
{
	struct scene scene;
	struct stage stage;
	struct buf screen = {0};
	cr_assert(scene_read(&scene, path), "%s cannot be read", name);
	scene_prepare(&scene, &stage);
	stage_open(&stage);
	stage_play(&stage, buf_text(&scene.keys));
	stage_screen(&stage, &screen);
	cr_expect_null(stage_cells_fault(&stage), "%s: %s", name, stage_cells_fault(&stage));
	cr_expect_null(strstr(buf_text(&screen), "? Help"), "%s\n%s", name, buf_text(&screen));
	cr_expect_null(strstr(buf_text(&screen), "^C Cancel"), "%s\n%s", name, buf_text(&screen));
	stage_done(&stage);
	buf_done(&screen);
	scene_done(&scene);
}

Test(screens, bear_another_language)
{
	const char *folder = getenv("TEST_LOCALEDIR");
	setenv("LANGUAGE", "en_XA", 1);
	words_init(folder != NULL ? folder : ".");
	if (folder == NULL || strcmp(_("Help"), "Help") == 0)
		cr_skip_test("no translations were built");
	each_scene(scene_bears);
}
