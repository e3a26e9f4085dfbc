/* Whole messages of tests/data/shown: what a reader sees at 72 cells and the list of parts, written
 * by hand beside each. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "render/layout.h"
#include "render/render.h"

enum { CELLS = 72, SAMPLE_MAX = 1 << 20 };

static void describe_part(const struct shown_part *p, struct buf *out)
{
	buf_addf(out, "part %s %s %lu", p->path[0] != '\0' ? p->path : "-", p->type,
		(unsigned long)p->size);
	if (p->name != NULL)
		buf_addf(out, " \"%s\"", p->name);
	buf_addf(out, "%s\n", p->is_attachment ? " attached" : "");
}

static void describe(struct str message, struct buf *out)
{
	static const struct render_options options = {.want_digests = true};
	struct shown *shown = render_message(message, &options);
	struct layout *lines = layout_make(shown->doc, &(struct layout_options){.cells = CELLS});
	for (size_t i = 0; i < shown->part_count; i++)
		describe_part(&shown->parts[i], out);
	for (size_t i = 0; i < lines->count; i++)
		cr_expect_leq(lines->lines[i].cells, CELLS);
	layout_text(lines, out);
	buf_add_char(out, '\n');
	layout_free(lines);
	shown_free(shown);
}

static void check_sample(const char *path)
{
	struct buf message = {0}, want = {0}, got = {0}, want_path = {0};
	struct error err;
	buf_add(&want_path, str_first(str_from(path), strlen(path) - strlen(".eml")));
	buf_add_text(&want_path, ".want");
	cr_assert(file_read(path, SAMPLE_MAX, &message, &err), "%s", err.detail);
	cr_assert(file_read(buf_text(&want_path), SAMPLE_MAX, &want, &err), "%s", err.detail);
	describe(buf_str(&message), &got);
	cr_expect_str_eq(buf_text(&got), buf_text(&want), "%s\ngot:\n%s\nwant:\n%s", path,
		buf_text(&got), buf_text(&want));
	buf_done(&message);
	buf_done(&want);
	buf_done(&got);
	buf_done(&want_path);
}

Test(shown, is_what_stands_beside_each_sample)
{
	const char *top = getenv("TEST_SRCDIR");
	struct buf pattern = {0};
	glob_t found = {0};
	buf_addf(&pattern, "%s/tests/data/shown/*.eml", top != NULL ? top : ".");
	cr_assert_eq(glob(buf_text(&pattern), 0, NULL, &found), 0, "%s", buf_text(&pattern));
	cr_expect_geq(found.gl_pathc, 6);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_sample(found.gl_pathv[i]);
	globfree(&found);
	buf_done(&pattern);
}
