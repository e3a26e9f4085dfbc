/*
 * The loop: keys, events, paint. It waits in one place, for the keyboard and the engine's queue.
 *
 * For tests, ROWAN_TEST_FD names a descriptor that gets "GENERATION KEYS\n" each time the loop has
 * nothing left to do: how often it painted, and how many keys it has taken so far.
 */
#include "ui/ui.h"

#include "base/clock.h"
#include "base/memory.h"
#include "ui/app.h"
#include "ui/app_open.h"
#include "ui/viewer.h"
#include "ui/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EVENTS_AT_ONCE = 64, KEYS_AT_ONCE = 16, FIRST_PAINT_AFTER = 100, EARLY_KEYS = 64 };

struct ui {
	const struct ui_options *options;
	struct app *app;
	struct term *term;
	struct canvas canvas;
	struct buf title;
	int test_fd;
	unsigned generation, keys;
	int64_t started;
	struct input early[EARLY_KEYS]; /* typed before the first paint */
	int early_count, early_next;
	bool is_dirty, is_told;
};

/* Milliseconds for which the first paint may still wait for the first screen. */
static int ui_hold_paint(const struct ui *ui)
{
	int64_t left = ui->started + FIRST_PAINT_AFTER - clock_monotonic_ms();
	bool is_held = ui->generation == 0 && !app_is_ready(ui->app);
	return is_held && left > 0 ? (int)left : 0;
}

/* Keys typed before the first screen is here are meant for it: they wait for it, in their order. */
static bool ui_next_key(struct ui *ui, struct input *input)
{
	if (ui_hold_paint(ui) > 0) {
		while (ui->early_count < EARLY_KEYS && term_input(ui->term, input))
			ui->early[ui->early_count++] = *input;
		return false;
	}
	if (ui->early_next == ui->early_count)
		return term_input(ui->term, input);
	*input = ui->early[ui->early_next++];
	return true;
}

static bool ui_take_keys(struct ui *ui)
{
	struct input input;
	bool has_more = false;
	for (int i = 0; i < KEYS_AT_ONCE && !ui->app->is_over; i++) {
		has_more = ui_next_key(ui, &input);
		if (!has_more)
			break;
		app_key(ui->app, &input, clock_monotonic_ms());
		ui->keys++;
		ui->is_dirty = true;
	}
	return has_more;
}

static bool ui_take_events(struct ui *ui)
{
	struct event *event = NULL;
	for (int i = 0; i < EVENTS_AT_ONCE; i++) {
		event = queue_take(ui->options->events);
		if (event == NULL)
			break;
		app_event(ui->app, event, clock_monotonic_ms());
		ui->is_dirty = true;
	}
	return event != NULL;
}

static void ui_resize(struct ui *ui)
{
	int rows, columns;
	term_size(ui->term, &rows, &columns);
	canvas_done(&ui->canvas);
	canvas_init(&ui->canvas, rows, columns);
	app_resize(ui->app, rows, columns);
	ui->is_dirty = true;
}

static void ui_show_title(struct ui *ui)
{
	struct buf title = {0};
	app_title(ui->app, &title);
	if (str_equal(buf_str(&title), buf_str(&ui->title))) {
		buf_done(&title);
		return;
	}
	buf_done(&ui->title);
	ui->title = title;
	term_title(ui->term, buf_str(&title));
}

/* A program that needs the terminal: the screen waits for it, the engine does not. */
static void ui_run_program(struct ui *ui)
{
	struct opening *o = &ui->app->opening;
	struct viewer_streams streams = {
		.input = o->is_input ? o->path : NULL, .on_terminal = true};
	ui->app->wants_program = false;
	term_leave(ui->term);
	pid_t pid = viewer_start(&o->argv, &streams);
	int status = pid != 0 ? viewer_wait(pid, -1) : 127;
	term_return(ui->term);
	app_open_ran(ui->app, status);
	ui_resize(ui);
}

/* What the app wants of the terminal besides cells. */
static void ui_wishes(struct ui *ui)
{
	struct app *app = ui->app;
	if (app->wants_redraw) {
		app->wants_redraw = false;
		term_redraw(ui->term);
		ui->is_dirty = true;
	}
	if (app->wants_bell) {
		app->wants_bell = false;
		term_bell(ui->term);
	}
	if (app->notification.len > 0) {
		if (ui->options->notify)
			term_notify(ui->term, buf_str(&app->notification));
		buf_clear(&app->notification);
	}
	if (app->clipboard.len > 0) {
		term_copy(ui->term, buf_str(&app->clipboard));
		buf_clear(&app->clipboard);
	}
	if (app->wants_program)
		ui_run_program(ui);
	if (app->wants_suspend) {
		app->wants_suspend = false;
		term_suspend(ui->term);
		ui_resize(ui);
	}
}

static void ui_paint(struct ui *ui)
{
	if (!ui->is_dirty || ui_hold_paint(ui) > 0)
		return;
	app_paint(ui->app, &ui->canvas);
	term_paint(ui->term, &ui->canvas);
	ui_show_title(ui);
	ui->is_dirty = false;
	ui->is_told = false;
	ui->generation++;
}

static void ui_tell_test(struct ui *ui)
{
	char line[32];
	if (ui->test_fd < 0 || ui->is_told || ui->is_dirty)
		return;
	int len = snprintf(line, sizeof(line), "%u %u\n", ui->generation, ui->keys);
	if (write(ui->test_fd, line, (size_t)len) != len)
		ui->test_fd = -1;
	ui->is_told = true;
}

static void ui_signals(struct ui *ui, unsigned signals)
{
	if ((signals & TERM_END) != 0)
		ui->app->is_over = true;
	if ((signals & TERM_SUSPEND) != 0)
		ui->app->wants_suspend = true;
	if ((signals & TERM_CONTINUED) != 0)
		ui->app->wants_redraw = true;
	if ((signals & TERM_RESIZED) != 0)
		ui_resize(ui);
}

static void ui_loop(struct ui *ui)
{
	ui->is_dirty = true;
	ui->started = clock_monotonic_ms();
	while (!ui->app->is_over) {
		bool has_more = ui_take_keys(ui);
		has_more |= ui_take_events(ui);
		int wait = app_tick(ui->app, clock_monotonic_ms());
		ui->is_dirty |= wait == 0 || ui->app->wants_paint;
		ui->app->wants_paint = false;
		ui_wishes(ui);
		ui_paint(ui);
		if (!has_more)
			ui_tell_test(ui);
		int held = ui_hold_paint(ui);
		wait = held > 0 && (wait < 0 || wait > held) ? held : wait;
		ui_signals(ui,
			term_wait(ui->term, queue_fd(ui->options->events), has_more ? 0 : wait));
	}
}

static int ui_test_fd(void)
{
	uint32_t fd;
	return str_to_u32(str_from(getenv("ROWAN_TEST_FD")), &fd) && fd < 1024 ? (int)fd : -1;
}

void ui_hold_signals(void)
{
	term_hold_signals();
}

bool ui_run(const struct ui_options *options, struct error *err)
{
	struct ui ui = {.options = options, .test_fd = ui_test_fd()};
	struct term_options term_options = {.no_colour = options->no_colour,
		.always_colour = options->always_colour,
		.no_mouse = options->no_mouse,
		.no_title = options->no_title,
		.log_path = options->log_path};
	int rows = 24, columns = 80;
	ui.app = app_new(options, rows, columns, clock_monotonic_ms());
	ui.term = term_open(&term_options, &ui.app->theme, err);
	if (ui.term == NULL) {
		app_free(ui.app);
		return false;
	}
	ui_resize(&ui);
	ui_loop(&ui);
	term_close(ui.term);
	bool is_stopped = ui.app->stopped.kind != ERROR_NONE;
	if (is_stopped && err != NULL)
		*err = ui.app->stopped;
	app_free(ui.app);
	canvas_done(&ui.canvas);
	buf_done(&ui.title);
	return !is_stopped;
}
