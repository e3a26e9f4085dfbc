/* The application on a stage. */
#include "tests/ui/stage.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

void stage_init(struct stage *stage, int columns, int rows)
{
	setenv("ROWAN_CLOCK", "1795428000", 1); /* Mon 23 Nov 2026 10:00 UTC */
	setenv("TZ", "UTC", 1);
	setenv("MAILCAPS", "/dev/null", 1);
	unsetenv("BROWSER");
	*stage = (struct stage){.now = 1000000};
	fake_init(&stage->fake);
	canvas_init(&stage->canvas, rows, columns);
	stage->options = (struct ui_options){.send = fake_send,
		.load_account = fake_load,
		.events = stage->fake.events,
		.context = &stage->fake};
}

static void stage_pump(struct stage *stage)
{
	struct event *event;
	while ((event = queue_take(stage->fake.events)) != NULL)
		app_event(stage->app, event, stage->now);
	app_tick(stage->app, stage->now);
	while ((event = queue_take(stage->fake.events)) != NULL)
		app_event(stage->app, event, stage->now);
}

void stage_open(struct stage *stage)
{
	stage->options.context = &stage->fake;
	stage->app =
		app_new(&stage->options, stage->canvas.rows, stage->canvas.columns, stage->now);
	stage_pump(stage);
}

void stage_done(struct stage *stage)
{
	app_free(stage->app);
	fake_done(&stage->fake);
	canvas_done(&stage->canvas);
}

static void stage_press(struct stage *stage, struct input input)
{
	stage->now += 100;
	app_key(stage->app, &input, stage->now);
	stage_pump(stage);
}

static void stage_type(struct stage *stage, struct str text, bool is_pasted)
{
	for (size_t len; text.len > 0; text = str_skip(text, len))
		stage_press(stage,
			(struct input){.code = utf8_next(text, &len), .is_pasted = is_pasted});
}

static void stage_resize(struct stage *stage, int columns, int rows)
{
	canvas_done(&stage->canvas);
	canvas_init(&stage->canvas, rows, columns);
	app_resize(stage->app, rows, columns);
}

static void stage_happen(struct stage *stage, const char *what)
{
	struct fake *fake = &stage->fake;
	int a = 0, b = 0;
	if (strcmp(what, "mail") == 0) {
		fake_push_new_mail(fake, "Jane Doe", "Lunch on Thursday?");
	} else if (strcmp(what, "password") == 0) {
		fake_push_question(fake, QUESTION_PASSWORD);
	} else if (strcmp(what, "certificate") == 0) {
		fake_push_question(fake, QUESTION_CERTIFICATE);
	} else if (strcmp(what, "accounts") == 0) {
		fake_push_accounts(fake);
	} else if (strcmp(what, "page") == 0) {
		fake_push_page(fake);
	} else if (sscanf(what, "gone:%d", &a) == 1) {
		fake->gone += a;
		fake_push_page(fake);
	} else if (sscanf(what, "come:%d", &a) == 1) {
		fake->gone -= a;
		fake_push_page(fake);
	} else if (strcmp(what, "hold") == 0) {
		fake->is_held = true;
	} else if (strcmp(what, "go") == 0) {
		fake_let_go(fake);
	} else if (sscanf(what, "wait:%d", &a) == 1) {
		stage->now += a;
	} else if (sscanf(what, "size:%dx%d", &a, &b) == 2) {
		stage_resize(stage, a, b);
	} else if (sscanf(what, "click:%d,%d", &a, &b) == 2) {
		stage_press(stage, (struct input){.code = INPUT_CLICK, .column = a, .row = b});
	} else {
		fprintf(stderr, "no happening @%s\n", what);
		abort();
	}
	stage_pump(stage);
}

static void stage_word(struct stage *stage, struct str word)
{
	uint32_t key = key_read(word);
	if (key == 0) {
		fprintf(stderr, "no key %.*s\n", (int)word.len, word.data);
		abort();
	}
	stage_press(stage, (struct input){.code = key});
}

void stage_play(struct stage *stage, const char *script)
{
	struct str rest = str_from(script);
	stage_pump(stage);
	while ((rest = str_trim(rest)).len > 0) {
		char first = rest.data[0];
		bool is_text = rest.len > 1 && (first == '"' || first == '\'') &&
			       str_find_char(str_skip(rest, 1), first) != STR_NONE;
		if (is_text)
			rest = str_skip(rest, 1);
		struct str word = str_cut(&rest, is_text ? first : ' ');
		char happening[64];
		if (is_text) {
			stage_type(stage, word, first == '\'');
		} else if (first == '@' && word.len > 1) {
			snprintf(happening, sizeof(happening), "%.*s", (int)word.len - 1,
				word.data + 1);
			stage_happen(stage, happening);
		} else {
			stage_word(stage, word);
		}
	}
}

const char *stage_screen(struct stage *stage, struct buf *out)
{
	app_paint(stage->app, &stage->canvas);
	buf_clear(out);
	canvas_dump(&stage->canvas, out);
	return buf_text(out);
}

const char *stage_asked(struct stage *stage)
{
	return buf_text(&stage->fake.asked);
}

void stage_forget(struct stage *stage)
{
	buf_clear(&stage->fake.asked);
}

static const char *cell_fault(const struct canvas *c, int row, int column)
{
	const struct cell *cell = canvas_cell(c, row, column);
	if (cell->width == 0 && (column == 0 || canvas_cell(c, row, column - 1)->width != 2))
		return "the right half of a wide character alone";
	if (cell->width == 2 &&
		(column + 1 == c->columns || canvas_cell(c, row, column + 1)->width != 0))
		return "the left half of a wide character alone";
	for (int i = 0; i < CELL_CODES && cell->codes[i] != 0; i++) {
		uint32_t code = cell->codes[i];
		if (code < 0x20 || (code >= 0x7f && code < 0xa0))
			return "a control character";
		if ((code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
			(code >= 0x2066 && code <= 0x2069))
			return "an invisible or direction character";
	}
	return cell->width != 0 && cell->codes[0] == 0 ? "an empty cell" : NULL;
}

const char *stage_cells_fault(struct stage *stage)
{
	const struct canvas *c = &stage->canvas;
	app_paint(stage->app, &stage->canvas);
	for (int row = 0; row < c->rows; row++)
		for (int column = 0; column < c->columns; column++) {
			const char *fault = cell_fault(c, row, column);
			if (fault != NULL)
				return fault;
		}
	return NULL;
}
