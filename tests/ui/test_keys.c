/* The key table, walked. */
#include "tests/ui/stage.h"
#include "base/memory.h"
#include "ui/screens/screen.h"

#include <criterion/criterion.h>

Test(keys, one_key_has_one_command_in_one_context)
{
	for (size_t i = 0; i < key_row_count; i++)
		for (size_t j = i + 1; j < key_row_count; j++) {
			const struct key_row *a = &key_rows[i], *b = &key_rows[j];
			bool is_same = a->preset == b->preset && a->context == b->context &&
				       a->key == b->key;
			cr_expect(!is_same, "key %u in %s is %s and %s", a->key,
				context_name(a->context), command_name(a->command),
				command_name(b->command));
		}
}

Test(keys, pine_rows_are_lower_case)
{
	for (size_t i = 0; i < key_row_count; i++)
		cr_expect(key_rows[i].preset != PRESET_PINE || key_rows[i].key < 'A' ||
				  key_rows[i].key > 'Z',
			"%c", (int)key_rows[i].key);
}

Test(keys, every_command_of_a_key_menu_has_a_key)
{
	for (int preset = 0; preset < PRESET_COUNT; preset++)
		for (int context = 0; context < CONTEXT_COUNT; context++) {
			struct keys keys;
			size_t count;
			const struct menu_slot *slots = keys_menu((enum context)context, &count);
			keys_init(&keys, (enum preset)preset);
			for (size_t i = 0; i < count; i++) {
				bool is_pine_only =
					preset == PRESET_MUTT && slots[i].command == COMMAND_INDEX;
				cr_expect(is_pine_only || keys_show(&keys, (enum context)context,
								  slots[i].command) != 0,
					"%s in %s", command_name(slots[i].command),
					context_name((enum context)context));
			}
			keys_done(&keys);
		}
}

Test(keys, every_command_has_a_name_and_a_purpose)
{
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		cr_expect_not_null(command_name((enum command)i));
		cr_expect_not_null(command_purpose((enum command)i));
	}
}

Test(keys, names_read_back)
{
	static const char *const names[] = {
		"Spc", "Ret", "Tab", "^F", "PgDn", "Home", "x", "é", "?"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf out = {0};
		key_print(PRESET_MUTT, key_read(str_from(names[i])), &out);
		cr_expect_str_eq(buf_text(&out), names[i]);
		buf_done(&out);
	}
	cr_expect_eq(key_read(STR("")), 0);
	cr_expect_eq(key_read(STR("xy")), 0);
	cr_expect_eq(key_read(STR("\xff")), 0);
}

Test(keys, the_settings_win_and_can_free_a_key)
{
	struct keys keys;
	keys_init(&keys, PRESET_PINE);
	cr_assert(keys_bind(&keys, STR("index"), STR("^F"), STR("next-new"), NULL));
	cr_assert(keys_bind(&keys, STR("index"), STR("E"), STR("none"), NULL));
	cr_assert(keys_bind(&keys, STR("any"), STR("x"), STR("quit"), NULL));
	cr_expect_eq(keys_find(&keys, CONTEXT_MESSAGES, INPUT_CTRL('F')), COMMAND_NEXT_NEW);
	cr_expect_eq(keys_find(&keys, CONTEXT_MESSAGES, 'e'), COMMAND_NONE);
	cr_expect_eq(keys_find(&keys, CONTEXT_MAIN, 'X'), COMMAND_QUIT);
	keys_done(&keys);
}

Test(keys, a_bad_line_says_what_is_wrong)
{
	static const struct {
		const char *context, *key, *command, *word;
	} rows[] = {
		{"nowhere", "x", "quit", "nowhere"},
		{"index", "Hyper-x", "quit", "Hyper-x"},
		{"index", "x", "explode", "explode"},
	};
	struct keys keys;
	keys_init(&keys, PRESET_PINE);
	for (size_t i = 0; i < 3; i++) {
		struct error err = {0};
		cr_expect(!keys_bind(&keys, str_from(rows[i].context), str_from(rows[i].key),
			str_from(rows[i].command), &err));
		cr_expect_eq(err.kind, ERROR_INPUT);
		cr_expect_not_null(strstr(err.detail, rows[i].word));
	}
	keys_done(&keys);
}

/* How to get to a screen of each context from the main menu, where the folder list is selected. */
static const char *const ways[CONTEXT_COUNT] = {
	[CONTEXT_MAIN] = "",
	[CONTEXT_FOLDERS] = "Return",
	[CONTEXT_MESSAGES] = "Return Return",
	[CONTEXT_MESSAGE] = "Return Return Return",
	[CONTEXT_ATTACHMENTS] = "Return Return Return v",
	[CONTEXT_ACCOUNTS] = "Down Down Down Down Return",
	[CONTEXT_ACCOUNT] = "Down Down Down Down Return Return",
	[CONTEXT_ACTIONS] = "Down Down Down Return",
	[CONTEXT_TEXT] = "?",
	[CONTEXT_TROUBLE] = "@certificate @wait:5000 @hold",
	[CONTEXT_HEADER] = "Up Up Return \"ab cd\" Left Left",
	[CONTEXT_COMPOSE] = "Up Up Return ^V \"one two\" Return \"three\" Return \"four\" "
			    "Up Left Left",
	[CONTEXT_DRAFTS] = "Up Up Return y",
	[CONTEXT_OUTBOX] = "Down Down Return",
	[CONTEXT_BOOK] = "Down Return",
	[CONTEXT_ADDRESS] = "Down Return Return",
	[CONTEXT_TAKE] = "Return Return Return",
	[CONTEXT_FILES] = "Up Up Return Down Down ^T",
};

static void go_to(struct stage *stage, enum preset preset, enum context context)
{
	stage_init(stage, 80, 24);
	stage->options.preset = preset;
	stage->options.start = START_MENU;
	stage->options.confirm_quit = true;
	stage->fake.postponed = context == CONTEXT_DRAFTS ? 2 : 0;
	stage_open(stage);
	stage_play(stage, ways[context]);
	if (context == CONTEXT_TAKE)
		stage_play(stage, preset == PRESET_PINE ? "t" : "a");
	stage_play(stage, "@wait:5000");
	cr_assert_eq(app_top(stage->app)->ops->context, context, "%s is %s", context_name(context),
		context_name(app_top(stage->app)->ops->context));
}

/* Something is asked of the engine or the terminal, or the screen is another one. */
static void press(enum preset preset, enum context context, uint32_t key)
{
	struct stage stage;
	go_to(&stage, preset, context);
	stage_forget(&stage);
	app_paint(stage.app, &stage.canvas);
	size_t size = (size_t)(stage.canvas.rows * stage.canvas.columns) * sizeof(struct cell);
	struct cell *before = mem_new(size);
	memcpy(before, stage.canvas.cells, size);
	int where = stage.app->menu_page, row = stage.canvas.cursor_row,
	    column = stage.canvas.cursor_column;
	struct input input = {.code = key};
	app_key(stage.app, &input, stage.now);
	stage_play(&stage, "@hold");
	app_paint(stage.app, &stage.canvas);
	bool acts = stage_asked(&stage)[0] != '\0' || stage.app->wants_redraw ||
		    stage.app->wants_suspend || stage.app->is_over ||
		    stage.app->menu_page != where || row != stage.canvas.cursor_row ||
		    column != stage.canvas.cursor_column ||
		    memcmp(before, stage.canvas.cells, size) != 0;
	struct buf name = {0};
	key_print(preset, key, &name);
	cr_expect(acts, "%s in %s does nothing", buf_text(&name), context_name(context));
	buf_done(&name);
	mem_free(before);
	stage_done(&stage);
}

static void walk(enum preset preset)
{
	for (int context = CONTEXT_ANY + 1; context < CONTEXT_COUNT; context++)
		for (size_t i = 0; i < key_row_count; i++)
			if (key_rows[i].preset == preset && key_rows[i].key != INPUT_WHEEL_UP &&
				key_rows[i].key != INPUT_WHEEL_DOWN &&
				(key_rows[i].context == (enum context)context ||
					key_rows[i].context == CONTEXT_ANY))
				press(preset, (enum context)context, key_rows[i].key);
}

Test(keys, every_pine_key_acts_or_says_why_not)
{
	walk(PRESET_PINE);
}

Test(keys, every_mutt_key_acts_or_says_why_not)
{
	walk(PRESET_MUTT);
}
