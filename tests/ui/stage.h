/*
 * The application on a stage: a fake engine behind it, keys and happenings from a script, the
 * canvas as text. A script is words: key names ("Down", "^C", "x"), "text" in quotes to type,
 * 'text' to paste, and happenings with an @:
 *
 *	@mail @password @certificate   the engine tells or asks
 *	@accounts                      what the accounts do is told again
 *	@page                          the page that was asked for last comes again
 *	@gone:N  @come:N               N rows go from (come in) front of the list, and a page comes
 *	@hold  @go                     answers wait; answers come
 *	@wait:MS                       time passes
 *	@size:COLUMNSxROWS             the terminal is resized
 *	@click:COLUMN,ROW
 */
#ifndef TESTS_UI_STAGE_H
#define TESTS_UI_STAGE_H

#include "tests/ui/fake.h"
#include "ui/app.h"

struct stage {
	struct fake fake;
	struct ui_options options;
	struct app *app;
	struct canvas canvas;
	int64_t now;
};

/* Options and fake may be changed between the two. */
void stage_init(struct stage *stage, int columns, int rows);
void stage_open(struct stage *stage);
void stage_done(struct stage *stage);

void stage_play(struct stage *stage, const char *script);
const char *stage_screen(struct stage *stage, struct buf *out); /* painted anew */
const char *stage_asked(struct stage *stage);                   /* since the last stage_forget */
void stage_forget(struct stage *stage);

/* No half of a wide character alone, no control, every cell filled: NULL, or what is wrong. */
const char *stage_cells_fault(struct stage *stage);

#endif
