/* A message being written, by keys; the engine is a fake. */
#include "tests/ui/stage.h"

#include "base/file.h"
#include "ui/app_open.h"
#include "ui/screens/screen.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void play(struct stage *stage, const char *script)
{
	stage_init(stage, 80, 24);
	stage_open(stage);
	stage_play(stage, script);
}

static bool shows(struct stage *stage, const char *text)
{
	struct buf screen = {0};
	bool is_there = strstr(stage_screen(stage, &screen), text) != NULL;
	buf_done(&screen);
	return is_there;
}

static bool asked(struct stage *stage, const char *text)
{
	return strstr(stage_asked(stage), text) != NULL;
}

static enum context context_of(const struct stage *stage)
{
	return app_top(stage->app)->ops->context;
}

#define WRITTEN                                                                                    \
	"c \"jane@example.org\" Return Return Return \"Lunch\" Return \"Dear Jane,\" Return "      \
	"\"yes.\" "

Test(compose, what_is_typed_is_in_the_store_within_five_seconds)
{
	struct stage stage;
	play(&stage, WRITTEN);
	stage_forget(&stage);
	stage_play(&stage, "\"a\" @wait:5000");
	cr_expect(asked(&stage, "draft-save draft=100 to=jane@example.org subject=Lunch body=Dear "
				"Jane,\nyes.a\n"),
		"%s", stage_asked(&stage));
	stage_forget(&stage);
	stage_play(&stage, "@wait:60000 @wait:60000");
	cr_expect_str_eq(stage_asked(&stage), "", "nothing new is nothing to save");
	stage_done(&stage);
}

Test(compose, while_one_save_runs_the_next_waits_for_its_answer)
{
	struct stage stage;
	play(&stage, WRITTEN);
	stage_play(&stage, "@wait:5000 @hold \"a\" @wait:5000");
	stage_forget(&stage);
	stage_play(&stage, "\"b\" @wait:5000");
	cr_expect_str_eq(stage_asked(&stage), "");
	stage_play(&stage, "@go @wait:5000");
	cr_expect(asked(&stage, "body=Dear Jane,\nyes.ab\n"), "%s", stage_asked(&stage));
	stage_done(&stage);
}

Test(compose, whatever_closes_it_the_message_is_kept)
{
	struct stage stage;
	play(&stage, WRITTEN);
	stage_forget(&stage);
	app_pop(stage.app);
	cr_expect(asked(&stage, "draft-save draft=100"), "%s", stage_asked(&stage));
	cr_expect(asked(&stage, "draft-postpone draft=100"));
	stage_done(&stage);
}

Test(compose, closes_when_the_message_is_in_the_outbox_and_not_before)
{
	struct stage stage;
	play(&stage, WRITTEN "@hold ^X @go @hold y");
	cr_expect_eq(context_of(&stage), CONTEXT_COMPOSE);
	stage_play(&stage, "\"typed too late\"");
	stage_play(&stage, "@go");
	cr_expect_eq(context_of(&stage), CONTEXT_MESSAGES);
	cr_expect(shows(&stage, "takes it back"));
	cr_expect_str_eq(stage.fake.draft->body, "Dear Jane,\nyes.");
	cr_expect_str_eq(stage.fake.draft->to, "jane@example.org");
	stage_done(&stage);
}

Test(compose, an_answer_typed_ahead_answers_only_the_last_question)
{
	struct stage stage;
	play(&stage, WRITTEN "@hold ^X y @go");
	cr_expect_eq(stage.fake.sent, 1, "%s", stage_asked(&stage));
	stage_done(&stage);
	stage_init(&stage, 80, 24);
	stage.fake.warns = 1u << COMPOSE_NO_ATTACHMENT;
	stage_open(&stage);
	stage_play(&stage, WRITTEN "@hold ^X y @go");
	cr_expect_eq(stage.fake.sent, 0, "a doubt is answered by whoever has seen it");
	cr_expect(shows(&stage, "nothing is attached"));
	stage_play(&stage, "y y");
	cr_expect_eq(stage.fake.sent, 1);
	stage_done(&stage);
}

Test(compose, what_stops_a_message_leads_to_the_place)
{
	static const struct {
		enum compose_warning_kind kind;
		const char *says;
	} rows[] = {
		{COMPOSE_NO_RECIPIENT, "nobody to send it to"},
		{COMPOSE_BAD_ADDRESS, "no address: jane"},
		{COMPOSE_TOO_LARGE, "the server takes"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage stage;
		stage_init(&stage, 80, 24);
		stage.fake.warns = 1u << rows[i].kind;
		stage_open(&stage);
		stage_play(&stage, WRITTEN "^X");
		cr_expect(shows(&stage, rows[i].says), "%s", rows[i].says);
		cr_expect_eq(context_of(&stage), CONTEXT_HEADER);
		cr_expect_eq(stage.fake.sent, 0);
		stage_done(&stage);
	}
}

Test(compose, keys_pressed_while_a_reply_is_prepared_are_for_the_reply)
{
	struct stage stage;
	play(&stage, "r y");
	stage_forget(&stage);
	stage_play(&stage, "@hold n \"dear\" Return @go");
	cr_expect_eq(context_of(&stage), CONTEXT_COMPOSE);
	cr_expect(shows(&stage, "dear"));
	cr_expect_not(asked(&stage, "delete"), "%s", stage_asked(&stage));
	stage_done(&stage);
}

Test(compose, a_reply_given_up_while_it_is_prepared_does_not_come_up)
{
	struct stage stage;
	play(&stage, "r y @hold n ^C @go");
	cr_expect_eq(context_of(&stage), CONTEXT_MESSAGES);
	cr_expect(asked(&stage, "draft-drop draft=100"), "%s", stage_asked(&stage));
	stage_done(&stage);
}

Test(compose, asks_what_alpine_asks)
{
	static const struct {
		const char *keys, *asked;
	} rows[] = {
		{"r y n", "compose place=12 reply\n"},
		{"r n y", "compose place=12 reply-all bare\n"},
		{"f i", "compose place=12 forward\n"},
		{"f a", "compose place=12 forward-attached\n"},
		{"f n", "compose place=12 again\n"},
		{"b \"bo@example.org\" Return", "redirect place=12 text=bo@example.org\n"},
		{"Return r Return Return", "compose place=12 reply\n"},
		{": Up : a f a", "compose place=11 place=12 forward-attached\n"},
		{"r ^C", ""},
		{"b Return", ""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage stage;
		play(&stage, rows[i].keys);
		const char *found = strstr(stage_asked(&stage), "compose");
		found = found != NULL ? found : strstr(stage_asked(&stage), "redirect");
		cr_expect_str_eq(found != NULL ? found : "", rows[i].asked, "%s: %s", rows[i].keys,
			stage_asked(&stage));
		stage_done(&stage);
	}
}

Test(compose, the_settings_answer_for_the_user)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.options.reply_quote = ASK_NEVER;
	stage.options.reply_all = ASK_ALWAYS;
	stage_open(&stage);
	stage_play(&stage, "r");
	cr_expect(asked(&stage, "compose place=12 reply-all bare\n"), "%s", stage_asked(&stage));
	stage_done(&stage);
}

Test(compose, mutt_has_keys_of_its_own_for_it)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.options.preset = PRESET_MUTT;
	stage_open(&stage);
	stage_play(&stage, "g y");
	cr_expect(asked(&stage, "compose place=12 reply-all\n"), "%s", stage_asked(&stage));
	stage_done(&stage);
}

Test(compose, postponing_waits_until_it_is_kept)
{
	struct stage stage;
	play(&stage, WRITTEN "@hold ^O");
	cr_expect_eq(context_of(&stage), CONTEXT_COMPOSE);
	stage_play(&stage, "@go");
	cr_expect_eq(context_of(&stage), CONTEXT_MESSAGES);
	cr_expect(asked(&stage, "draft-postpone draft=100"));
	cr_expect(shows(&stage, "Composition postponed"));
	stage_done(&stage);
}

Test(compose, cancelling_asks_unless_nothing_was_written)
{
	struct stage stage;
	play(&stage, "c ^C");
	cr_expect_eq(context_of(&stage), CONTEXT_MESSAGES);
	cr_expect(asked(&stage, "draft-drop draft=100"));
	stage_play(&stage, "c \"x\" ^C n");
	cr_expect_eq(context_of(&stage), CONTEXT_HEADER);
	stage_play(&stage, "^C y");
	cr_expect_eq(context_of(&stage), CONTEXT_MESSAGES);
	cr_expect(asked(&stage, "draft-drop draft=101"));
	stage_done(&stage);
}

Test(compose, tab_completes_an_address)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.completions = 1;
	stage_open(&stage);
	stage_play(&stage, "c \"bo@example.org, jan\" Tab");
	cr_expect(shows(&stage, "bo@example.org, Jane Doe <jane@example.org>"));
	stage.fake.completions = 3;
	stage_play(&stage, "\", ja\" Tab Down Return");
	cr_expect(shows(&stage, "<janet@example.com>"));
	stage.fake.completions = 0;
	stage_play(&stage, "\", zzz\" Tab");
	cr_expect(shows(&stage, "No address begins like that"));
	stage_done(&stage);
}

Test(compose, the_address_book_fills_a_field)
{
	struct stage stage;
	play(&stage, "c ^T Down Return ^T Down Down Return");
	cr_expect(shows(&stage, "\"Doe, Jane\" <jane@example.org>, team"));
	stage_done(&stage);
}

static char *scratch_file(const char *name, const char *content)
{
	static char folder[] = "/tmp/rowan-compose-XXXXXX";
	static bool is_made;
	if (!is_made)
		cr_assert_not_null(mkdtemp(folder));
	is_made = true;
	char *path = file_join(folder, name);
	cr_assert(file_write_atomic(path, str_from(content), 0600, NULL));
	return path;
}

Test(compose, files_are_attached_by_name_by_pattern_and_by_dragging)
{
	struct stage stage;
	struct buf keys = {0};
	char *first = scratch_file("a menu.txt", "soup"), *second = scratch_file("b.txt", "more");
	char *slash = strrchr(second, '/');
	play(&stage, "c Down Down");
	/* A terminal writes the name like this when the file is dropped on it. */
	buf_addf(&keys, "\"%.*s/a\\ menu.txt\" Return ^J \"%.*s/b*\" Return", (int)(slash - second),
		second, (int)(slash - second), second);
	stage_play(&stage, buf_text(&keys));
	cr_expect(shows(&stage, "1. a menu.txt"), "%s", stage_asked(&stage));
	cr_expect(shows(&stage, "2. b.txt"));
	stage_play(&stage, "Up ^K");
	cr_expect(asked(&stage, "draft-detach draft=100"));
	cr_expect_not(shows(&stage, "2. b.txt"));
	stage_play(&stage, "^J \"/nowhere/x\" Return");
	cr_expect(shows(&stage, "There is no file"));
	unlink(first);
	unlink(second);
	free(first);
	free(second);
	buf_done(&keys);
	stage_done(&stage);
}

Test(compose, reads_a_file_in)
{
	struct stage stage;
	struct buf keys = {0};
	char *path = scratch_file("read.txt", "first\nna\xefve\n");
	buf_addf(&keys, "c ^V \"<\" ^R \"%s\" Return", path);
	play(&stage, buf_text(&keys));
	cr_expect(shows(&stage, "<first"));
	cr_expect(shows(&stage, "naïve"), "what is no UTF-8 is Latin 1");
	unlink(path);
	free(path);
	buf_done(&keys);
	stage_done(&stage);
}

Test(compose, another_editor_changes_the_text_as_one_step)
{
	struct stage stage;
	char folder[] = "/tmp/rowan-outside-XXXXXX";
	cr_assert_not_null(mkdtemp(folder));
	stage_init(&stage, 80, 24);
	stage.options.open_folder = folder;
	stage.options.editor = "ed 'of mine'";
	stage_open(&stage);
	stage_play(&stage, WRITTEN "^_");
	cr_assert(stage.app->wants_program);
	const struct argv *argv = &stage.app->opening.argv;
	cr_expect_str_eq(argv->words[2], "exec ed 'of mine' \"$1\"");
	cr_assert(file_write_atomic(argv->words[4], STR("Dear Jane,\nno.\n"), 0600, NULL));
	app_open_ran(stage.app, 0);
	cr_expect(shows(&stage, "no."));
	stage_play(&stage, "^Z");
	cr_expect(shows(&stage, "yes."));
	stage_play(&stage, "^_");
	app_open_ran(stage.app, 1);
	cr_expect(shows(&stage, "nothing was changed"));
	stage_done(&stage);
	rmdir(folder);
}

Test(compose, a_paste_is_one_step_and_never_a_command)
{
	struct stage stage;
	play(&stage, "c ^V 'one two three' \"!\" ^Z");
	cr_expect(shows(&stage, "one two three"));
	cr_expect_not(shows(&stage, "three!"));
	stage_play(&stage, "^Z");
	cr_expect_not(shows(&stage, "two"));
	stage_done(&stage);
}

Test(compose, quitting_with_mail_in_the_outbox_asks)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.sent = 2;
	stage.fake.outgoing = OUTGOING_QUEUED;
	stage_open(&stage);
	stage_play(&stage, "q");
	cr_expect(shows(&stage, "2 messages are in the outbox"));
	stage_play(&stage, "s");
	cr_expect_not(stage.app->is_over);
	stage_forget(&stage);
	stage_play(&stage, "q n");
	cr_expect(asked(&stage, "outgoing text=retry"), "%s", stage_asked(&stage));
	cr_expect_not(stage.app->is_over);
	stage.fake.sent = 0;
	struct request *request = request_new(REQUEST_OUTBOX);
	fake_send(&stage.fake, request);
	stage_play(&stage, "@wait:10");
	cr_expect(stage.app->is_over, "it is empty");
	stage_done(&stage);
}

Test(compose, an_address_is_taken_into_the_book)
{
	struct stage stage;
	play(&stage, "Return t Return s");
	cr_expect(asked(&stage, "book-save nick=jane name=Jane Doe addresses=jane@example.org"),
		"%s", stage_asked(&stage));
	cr_expect(shows(&stage, "Saved in the address book"));
	stage_done(&stage);
}

Test(compose, a_mailto_of_the_command_line_opens_it)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.options.compose_url = "mailto:jane@example.org";
	stage_open(&stage);
	stage_play(&stage, "@wait:10");
	cr_expect(asked(&stage, "compose text=mailto:jane@example.org new"), "%s",
		stage_asked(&stage));
	cr_expect_eq(context_of(&stage), CONTEXT_HEADER);
	stage_done(&stage);
}

/* Any key anywhere: the screen stays whole, and what was written is never lost without a word. */
Test(compose, stays_whole_under_random_keys)
{
	static const char *const keys[] = {"Up", "Down", "Left", "Right", "Tab", "Return", "BkSp",
		"Del", "^K", "^U", "^J", "^R", "^T", "^W", "^Y", "^V", "^^", "^Z", "^Q", "^A", "^E",
		"^D", "Esc", "\"text \"", "\"日本\"", "'paste'", "^Spc", "@size:40x10",
		"@size:80x24", "@size:20x5", "^G", "<", "n"};
	unsigned state = 7;
	for (int run = 0; run < 20; run++) {
		struct stage stage;
		stage_init(&stage, 80, 24);
		stage.fake.completions = 3;
		stage_open(&stage);
		stage_play(&stage, "r y n");
		for (int i = 0; i < 120; i++) {
			state = state * 1103515245u + 12345u;
			stage_play(&stage, keys[(state >> 16) % (sizeof(keys) / sizeof(keys[0]))]);
			cr_assert_null(stage_cells_fault(&stage), "run %d key %d: %s", run, i,
				stage_cells_fault(&stage));
		}
		stage_done(&stage);
	}
}
