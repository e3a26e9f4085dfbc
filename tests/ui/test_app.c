/* What keys ask of the engine, and what its events do to the screens. */
#include "tests/ui/stage.h"
#include "ui/app_save.h"
#include "base/file.h"
#include "base/memory.h"
#include "ui/screens/screen.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A stage of 80x24 with so many messages, after a script. */
static void play(struct stage *stage, uint32_t total, const char *script)
{
	stage_init(stage, 80, 24);
	stage->fake.inbox_total = total;
	stage_open(stage);
	stage_forget(stage);
	stage_play(stage, script);
}

static bool shows(struct stage *stage, const char *words)
{
	struct buf screen = {0};
	bool found = strstr(stage_screen(stage, &screen), words) != NULL;
	buf_done(&screen);
	return found;
}

Test(app, asks_what_the_keys_mean)
{
	static const struct {
		const char *script, *asked;
	} rows[] = {
		{"@hold Return", "open place=12\n"},
		{"Return", "open place=12\n"},
		{"p p p Return", "open place=9\nflags place=9 add=1 remove=0\n"},
		{"Return <", "open place=12\nopen-end place=12\n"},
		{"@hold Return p", "open place=12\nopen-end place=12\nopen place=11\n"},
		{"* n", "flags place=12 add=0 remove=1\n"},
		{"* ! n", "flags place=12 add=1 remove=0\n"},
		{"* *", "flags place=12 add=4 remove=0\n"},
		{"* ! *", "flags place=12 add=0 remove=4\n"},
		{"* a", "flags place=12 add=2 remove=0\n"},
		{"* ^C", ""},
		{"@hold w \"figures\" Return", "find place=12 text=figures\n"},
		{"@hold Tab", "next-new place=12\n"},
		{"@hold $ z", "view-open folder=1 sort=5 reverse=0\n"},
		{"@hold $ r", "view-open folder=1 sort=0 reverse=1\n"},
		{"^L", "check\n"},
		{"l ^", "view-close\nonline on=0\n"},
		{"l ^ ^", "view-close\nonline on=0\nonline on=1\n"},
		{"@hold g \"Archive\" Return", "view-close\nview-open folder=2 sort=0 reverse=0\n"},
		{"@hold g \"home/sent\" Return",
			"view-close\nview-open folder=8 sort=0 reverse=0\n"},
		{"@hold g \"Home/I\" Tab Return",
			"view-close\nview-open folder=7 sort=0 reverse=0\n"},
		{"@hold g \"rowan\" Tab Return",
			"view-close\nview-open folder=5 sort=0 reverse=0\n"},
		{"g \"Projects\" Return", ""},
		{"E ^U \"/tmp/x.eml\" Return",
			"save-part place=12 text= path=/tmp/x.eml overwrite=0\n"},
		{"@hold Return @go v s Return",
			"open place=12\nsave-part place=12 text=2 path=menu of the place.png "
			"overwrite=0\n"},
		{"Return v Down Return", "open place=12\nopen place=12 part=3\n"},
		{"@password @wait:5000 @page \"secret\" Return y",
			"answer answer=1 keep=1 text=secret\n"},
		{"@password @wait:5000 @page \"secret\" Return Return",
			"answer answer=1 keep=0 text=secret\n"},
		{"@password @wait:5000 @page \"secret\" Return ^C",
			"answer answer=1 keep=0 text=secret\n"},
		{"@password @wait:5000 @page ^C", "answer answer=0 keep=0\n"},
		{"@certificate @wait:5000 @page o", "answer answer=1 keep=0\n"},
		{"@certificate @wait:5000 @page a", "answer answer=2 keep=0\n"},
		{"@certificate @wait:5000 @page n", "answer answer=3 keep=0\n"},
		{"m s d y", "view-close\naccount-remove\n"},
		{"m s d n", "view-close\n"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage stage;
		play(&stage, 12, rows[i].script);
		cr_expect_str_eq(stage_asked(&stage), rows[i].asked, "%s asks\n%s", rows[i].script,
			stage_asked(&stage));
		stage_done(&stage);
	}
}

Test(app, saves_an_account_as_it_was_typed)
{
	struct stage stage;
	play(&stage, 12,
		"m s a Down Return \"Jo Doe <jo@example.net>\" Return Down Return "
		"\"imap.example.net:1993\" Return s");
	cr_expect_str_eq(stage_asked(&stage),
		"view-close\naccount-save account=example.net host=imap.example.net port=1993 "
		"user=jo@example.net\n",
		"%s", stage_asked(&stage));
	stage_done(&stage);
}

Test(app, an_account_without_a_server_is_not_saved)
{
	struct stage stage;
	play(&stage, 12, "m s a s");
	cr_expect_str_eq(stage_asked(&stage), "view-close\n");
	cr_expect(shows(&stage, "[The account needs a name]"));
	stage_done(&stage);
}

Test(app, starttls_changes_the_usual_port_but_not_a_chosen_one)
{
	struct stage stage;
	play(&stage, 12, "m s c Down Down Down Return s Down Down Down Return s s");
	cr_expect_not_null(strstr(stage_asked(&stage), "host=mail.example.org port=143"), "%s",
		stage_asked(&stage));
	stage_done(&stage);
}

Test(app, reads_about_three_windows_and_moving_in_them_asks_nobody)
{
	struct stage stage;
	play(&stage, 100000, "j \"50000\" Return");
	stage_forget(&stage);
	uint64_t before = stage.fake.rows_read;
	stage_play(&stage, "Down Down Down Up Up Down Down Down Down");
	cr_expect_str_eq(stage_asked(&stage), "");
	cr_expect_eq(stage.fake.rows_read, before);
	cr_expect(before <= 200, "%u rows", (unsigned)before);
	stage_done(&stage);
}

Test(app, paging_through_a_million_rows_reads_as_much_as_through_thousand)
{
	uint64_t read[2];
	static const uint32_t totals[2] = {1000, 1000000};
	for (int i = 0; i < 2; i++) {
		struct stage stage;
		play(&stage, totals[i], "Home Spc Spc Spc Spc End - - - j \"500\" Return");
		read[i] = stage.fake.rows_read;
		stage_done(&stage);
	}
	cr_expect_eq(read[0], read[1], "%u and %u", (unsigned)read[0], (unsigned)read[1]);
}

Test(app, end_is_reached_in_one_step_while_headers_come_in, .timeout = 20)
{
	struct stage stage;
	play(&stage, 5000, "Home");
	stage.fake.grows = true;
	stage_play(&stage, "@page Spc Home");
	stage_forget(&stage);
	stage_play(&stage, "End");
	cr_expect_str_eq(stage_asked(&stage), "page\n");
	cr_expect(shows(&stage, "Message 5,768 of 5,768"));
	stage_done(&stage);
}

Test(app, rows_that_are_not_here_yet_are_blank_and_come_by_themselves)
{
	struct stage stage;
	play(&stage, 100000, "@hold Home");
	cr_expect(shows(&stage, "Message 1 of 100,000"));
	cr_expect(!shows(&stage, "Ann"));
	stage_play(&stage, "Down Down Return");
	cr_expect_eq(app_top(stage.app)->ops->context, CONTEXT_MESSAGES);
	stage_play(&stage, "@go");
	cr_expect_eq(app_top(stage.app)->ops->context, CONTEXT_MESSAGE, "it opens when it is here");
	cr_expect(shows(&stage, "Message 3 of 100,000"));
	stage_done(&stage);
}

Test(app, the_selection_stays_on_its_message)
{
	static const struct {
		const char *script, *title;
	} rows[] = {
		{"j \"50\" Return @gone:10", "Message 40 of 90"},
		{"j \"50\" Return @come:10", "Message 60 of 110"},
		{"j \"50\" Return @gone:50", "Message 1 of 50"}, /* it went itself */
		{"Home @come:7", "Message 8 of 107"},
		{"End @gone:99", "Message 1 of 1"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage stage;
		play(&stage, 100, rows[i].script);
		struct screen *messages = app_find(stage.app, CONTEXT_MESSAGES);
		cr_expect_not_null(screen_messages_selected(messages));
		if (i != 2)
			cr_expect(shows(&stage, rows[i].title), "%s", rows[i].script);
		stage_done(&stage);
	}
}

Test(app, the_window_keeps_its_rows_when_others_come_in_front)
{
	struct stage stage;
	struct buf before = {0}, after = {0};
	play(&stage, 1000, "j \"500\" Return Down Down Down");
	stage_screen(&stage, &before);
	stage_play(&stage, "@come:1");
	stage_screen(&stage, &after);
	/* The same messages on the same lines: only their numbers are other ones. */
	const char *a = strchr(strchr(buf_text(&before), '\n') + 2, '\n');
	const char *b = strchr(strchr(buf_text(&after), '\n') + 2, '\n');
	cr_expect_eq(strncmp(a + 12, b + 12, 60), 0, "%s\n%s", buf_text(&before), buf_text(&after));
	buf_done(&before);
	buf_done(&after);
	stage_done(&stage);
}

Test(app, an_older_page_that_arrives_late_is_dropped)
{
	struct stage stage;
	play(&stage, 100, "");
	stage.fake.revision = 100;
	stage_play(&stage, "@page");
	stage.fake.revision = 1;
	stage.fake.gone = 50;
	stage_play(&stage, "@page");
	cr_expect(shows(&stage, "Message 100 of 100"));
	stage_done(&stage);
}

Test(app, comes_back_to_where_one_was_in_a_folder)
{
	struct stage stage;
	play(&stage, 100, "j \"33\" Return g \"Archive\" Return g \"Work/INBOX\" Return");
	cr_expect(shows(&stage, "Message 33 of 100"));
	stage_done(&stage);
}

Test(app, the_order_of_a_folder_is_remembered)
{
	struct stage stage;
	play(&stage, 100, "$ z g \"Archive\" Return g \"Work/INBOX\" Return");
	cr_expect_not_null(
		strstr(stage_asked(&stage), "view-close\nview-open folder=1 sort=5 reverse=0\n"));
	stage_done(&stage);
}

Test(app, seen_at_once_after_seconds_or_never)
{
	static const struct {
		enum seen_mode mode;
		const char *script;
		bool is_seen;
	} rows[] = {
		{SEEN_AT_ONCE, "Return", true},
		{SEEN_AFTER, "Return", false},
		{SEEN_AFTER, "Return @wait:2900 @page", false},
		{SEEN_AFTER, "Return @wait:3100 @page", true},
		{SEEN_AFTER, "Return < @wait:3100 @page", false},
		{SEEN_NEVER, "Return @wait:9000 @page", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage stage;
		stage_init(&stage, 80, 24);
		stage.fake.inbox_total = 9; /* the last is new */
		stage.options.seen = rows[i].mode;
		stage.options.seen_after = 3;
		stage_open(&stage);
		stage_play(&stage, rows[i].script);
		bool is_seen = strstr(stage_asked(&stage), "flags place=9 add=1") != NULL;
		cr_expect_eq(is_seen, rows[i].is_seen, "%d: %s", (int)rows[i].mode, rows[i].script);
		stage_done(&stage);
	}
}

Test(app, a_folder_that_can_only_be_read_forbids_and_marks_nothing)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.inbox_total = 9;
	stage.fake.is_read_only = true;
	stage_open(&stage);
	stage_play(&stage, "* Return");
	cr_expect_null(strstr(stage_asked(&stage), "flags"));
	cr_expect(shows(&stage, "(READONLY)"));
	stage_done(&stage);
}

Test(app, a_question_waits_until_the_hands_are_still)
{
	struct stage stage;
	play(&stage, 12, "Down @certificate");
	cr_expect_eq(app_top(stage.app)->ops->context, CONTEXT_MESSAGES);
	cr_expect_eq(app_tick(stage.app, stage.now), 3000);
	stage_play(&stage, "Up @wait:2999 @page");
	cr_expect_eq(app_top(stage.app)->ops->context, CONTEXT_MESSAGES);
	stage_play(&stage, "@wait:2 @page");
	cr_expect_eq(app_top(stage.app)->ops->context, CONTEXT_TROUBLE);
	stage_done(&stage);
}

Test(app, questions_come_one_after_the_other)
{
	struct stage stage;
	play(&stage, 12,
		"@certificate @password @wait:5000 @page a @wait:5000 @page \"x\" Return n");
	cr_expect_str_eq(
		stage_asked(&stage), "answer answer=2 keep=0\nanswer answer=1 keep=0 text=x\n");
	stage_done(&stage);
}

Test(app, a_pasted_line_is_text_and_never_a_command)
{
	struct stage stage;
	play(&stage, 12, "'q\nl\n*n'");
	cr_expect_str_eq(stage_asked(&stage), "");
	cr_expect(!stage.app->is_over);
	stage_play(&stage, "g 'Archive\n' Return");
	cr_expect_not_null(strstr(stage_asked(&stage), "folder=2"));
	stage_done(&stage);
}

Test(app, never_overwrites_a_file_unasked)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.exists = true;
	stage_open(&stage);
	stage_forget(&stage);
	stage_play(&stage, "E ^U \"x\" Return Return");
	cr_expect_str_eq(stage_asked(&stage), "save-part place=12 text= path=x overwrite=0\n");
	stage_play(&stage, "E ^U \"x\" Return y");
	cr_expect_not_null(strstr(stage_asked(&stage), "path=x overwrite=1\n"));
	cr_expect(shows(&stage, "[Saved to \"x\"]"));
	stage_done(&stage);
}

Test(app, names_for_files_are_harmless)
{
	static const struct {
		const char *name, *file;
	} rows[] = {
		{"menu.png", "menu.png"},
		{"../../.bashrc", "_bashrc"},
		{"C:\\Windows\\system.ini", "system.ini"},
		{"/etc/passwd", "passwd"},
		{"-rf", "_rf"},
		{"..", "_."},
		{"", "attachment"},
		{"a/", "attachment"},
		{"$(rm -rf ~)", "__rm -rf __"},
		{"a\033]0;x\007b", "a__0_x_b"},
		{"Räksmörgås.pdf", "Räksmörgås.pdf"},
		{"x\xe2\x80\xaegnp.exe", "xgnp.exe"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = {0};
		save_name(str_from(rows[i].name), "attachment", &out);
		cr_expect_str_eq(buf_text(&out), rows[i].file, "%s", buf_text(&out));
		buf_done(&out);
	}
}

Test(app, quits_at_once_or_asks_first)
{
	struct stage stage;
	play(&stage, 12, "q");
	cr_expect(stage.app->is_over);
	stage_done(&stage);
	stage_init(&stage, 80, 24);
	stage.options.confirm_quit = true;
	stage_open(&stage);
	stage_play(&stage, "q n");
	cr_expect(!stage.app->is_over);
	stage_play(&stage, "q Return");
	cr_expect(stage.app->is_over);
	stage_done(&stage);
}

Test(app, new_mail_is_counted_in_the_title_until_the_next_key)
{
	struct stage stage;
	struct buf title = {0};
	play(&stage, 12, "@mail @mail");
	app_title(stage.app, &title);
	cr_expect_str_eq(buf_text(&title), "Rowan (2): Work/INBOX");
	stage_play(&stage, "Up");
	buf_clear(&title);
	app_title(stage.app, &title);
	cr_expect_str_eq(buf_text(&title), "Rowan: Work/INBOX");
	buf_done(&title);
	stage_done(&stage);
}

Test(app, a_click_selects_and_another_opens)
{
	struct stage stage;
	play(&stage, 12, "@click:10,4");
	cr_expect(shows(&stage, "Message 3 of 12"));
	stage_play(&stage, "@click:10,4");
	cr_expect_eq(app_top(stage.app)->ops->context, CONTEXT_MESSAGE);
	stage_play(&stage, "@click:0,0 @click:79,23 @click:500,500");
	stage_done(&stage);
}

Test(app, bears_any_size_and_keeps_the_place)
{
	struct stage stage;
	play(&stage, 100000, "j \"777\" Return");
	static const char *const sizes[] = {"@size:200x60", "@size:40x10", "@size:20x5",
		"@size:1x1", "@size:300x3", "@size:12x100", "@size:80x24"};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		stage_play(&stage, sizes[i]);
		cr_expect_null(stage_cells_fault(&stage), "%s", sizes[i]);
	}
	cr_expect(shows(&stage, "Message 777 of 100,000"));
	stage_play(&stage, "Return ? @size:40x10 @size:10x4 < v @size:1x1 @size:80x24");
	cr_expect_null(stage_cells_fault(&stage));
	stage_done(&stage);
}

Test(app, a_message_keeps_its_place_when_the_width_changes)
{
	struct stage stage;
	play(&stage, 12, "Return Spc @size:100x24 @size:40x24 @size:80x24");
	cr_expect(shows(&stage, "Line 12 of message 12."));
	cr_expect(!shows(&stage, "Line 2 of message 12."));
	stage_done(&stage);
}

/* Every screen, every text a cheat: no cell holds anything that is not a plain character. */
Test(app, a_cheating_text_stays_in_its_cells_on_every_screen)
{
	static const char *const ways[] = {"", "Return", "Return h", "Return v",
		"Return v Down Return", "Return v s", "l", "m", "m s", "m s c", "m s c t", "?", "E",
		"w \"x\" Return", "@mail", "@password @wait:5000 @page",
		"@certificate @wait:5000 @page", "g", "*", "$", "g \"\xe2\x80\xae\x1b\" Return",
		"m s d"};
	static const char *const sizes[] = {
		"@size:80x24", "@size:40x10", "@size:200x60", "@size:13x7", "@size:2x2"};
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		for (int wide = 0; wide < 2; wide++) {
			struct stage stage;
			stage_init(&stage, 80, 24);
			stage.fake.is_hostile = wide == 0;
			stage.fake.is_wide = wide == 1;
			stage_open(&stage);
			stage_play(&stage, ways[i]);
			for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
				stage_play(&stage, sizes[j]);
				cr_expect_null(
					stage_cells_fault(&stage), "%s at %s", ways[i], sizes[j]);
			}
			stage_done(&stage);
		}
}

Test(app, what_cannot_be_read_yet_does_not_count_as_seen)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.inbox_total = 9;
	stage.fake.is_missing = true;
	stage_open(&stage);
	stage_play(&stage, "Return");
	cr_expect_null(strstr(stage_asked(&stage), "flags"));
	stage_done(&stage);
}

Test(app, a_flag_goes_to_the_message_that_is_read)
{
	struct stage stage;
	play(&stage, 12, "Return @gone:12 * *");
	cr_expect_not_null(strstr(stage_asked(&stage), "flags place=12 add=4"));
	stage_done(&stage);
}

Test(app, a_folder_that_fills_while_it_is_open_shows_its_newest)
{
	struct stage stage;
	play(&stage, 0, "");
	stage.fake.inbox_total = 50;
	stage_play(&stage, "@page");
	cr_expect(shows(&stage, "Message 50 of 50"));
	stage_play(&stage, "@come:200");
	cr_expect(shows(&stage, "Message 250 of 250"));
	stage_done(&stage);
}

Test(app, a_search_goes_on_from_the_beginning)
{
	struct stage stage;
	play(&stage, 12, "w \"minutes\" Return");
	cr_expect(shows(&stage, "Message 3 of 12"));
	cr_expect(shows(&stage, "[Search wrapped to beginning]"));
	cr_expect_str_eq(stage_asked(&stage), "find place=12 text=minutes\nfind text=minutes\n");
	stage_play(&stage, "w Return");
	cr_expect(shows(&stage, "Message 8 of 12"), "from where it is");
	stage_play(&stage, "w \"nothing of the kind\" Return");
	cr_expect(shows(&stage, "[Word \"nothing of the kind\" not found]"));
	stage_play(&stage, "End Tab");
	cr_expect(shows(&stage, "Message 1 of 12"));
	stage_done(&stage);
}

/* Any key at any time, with happenings in between: nothing breaks and every cell stays in place. */
Test(app, a_monkey_does_no_harm)
{
	static const char *const happenings[] = {"@mail", "@password", "@certificate", "@page",
		"@gone:3", "@come:5", "@hold", "@go", "@wait:4000", "@size:40x10", "@size:80x24",
		"@size:1x1", "@size:120x40", "@click:5,5", "@click:70,9"};
	static const uint32_t specials[] = {INPUT_RETURN, INPUT_TAB, INPUT_ESCAPE, INPUT_BACKSPACE,
		INPUT_UP, INPUT_DOWN, INPUT_LEFT, INPUT_RIGHT, INPUT_HOME, INPUT_END, INPUT_PAGE_UP,
		INPUT_PAGE_DOWN, INPUT_DELETE, INPUT_WHEEL_UP, INPUT_WHEEL_DOWN, INPUT_CTRL('C'),
		INPUT_CTRL('L'), 0x301, 0x1f44d, 0x200d};
	for (uint32_t seed = 1; seed <= 6; seed++) {
		struct stage stage;
		uint32_t random = seed * 7919;
		stage_init(&stage, 80, 24);
		stage.fake.inbox_total = seed * 40;
		stage.fake.is_hostile = seed % 3 == 1;
		stage.fake.is_wide = seed % 3 == 2;
		stage.options.preset = seed % 2 == 0 ? PRESET_MUTT : PRESET_PINE;
		stage.options.confirm_quit = true;
		stage_open(&stage);
		for (int i = 0; i < 1500; i++) {
			random = random * 1103515245 + 12345;
			uint32_t dice = random >> 16;
			struct input input = {.code = dice % 3 == 0 ? specials[dice / 3 % 20]
								    : 0x20 + dice / 3 % 95};
			if (dice % 11 == 0) {
				stage_play(&stage, happenings[dice / 11 % 15]);
			} else {
				stage.now += 10;
				app_key(stage.app, &input, stage.now);
				stage_play(&stage, "");
			}
			if (i % 25 == 0)
				cr_assert_null(
					stage_cells_fault(&stage), "seed %u step %d", seed, i);
			stage.fake.gone = stage.fake.gone > 30 ? 0 : stage.fake.gone;
		}
		stage_done(&stage);
	}
}

Test(app, links_are_walked_shown_and_copied)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.has_links = true;
	stage_open(&stage);
	stage_play(&stage, "Return ^F");
	cr_expect(shows(&stage, "https://rowan.example.org/"));
	stage_play(&stage, "Return");
	cr_expect_str_eq(buf_text(&stage.app->clipboard), "https://rowan.example.org/");
	stage_play(&stage, "^F");
	cr_expect(shows(&stage, "NOT where it says: http://evil.example.com/x"));
	buf_clear(&stage.app->clipboard);
	stage_play(&stage, "Return");
	cr_expect(shows(&stage, "NOT where it says! Open"));
	stage_play(&stage, "Return");
	cr_expect_eq(stage.app->clipboard.len, 0);
	stage_play(&stage, "Return y");
	cr_expect_str_eq(buf_text(&stage.app->clipboard), "http://evil.example.com/x");
	stage_play(&stage, "^F");
	cr_expect(shows(&stage, "No more links"));
	stage_play(&stage, "^B");
	cr_expect(shows(&stage, "https://rowan.example.org/"));
	stage_done(&stage);
}

Test(app, a_list_is_left_by_mail_only_when_that_is_wanted)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.has_links = true;
	stage_open(&stage);
	stage_play(&stage, "Return");
	stage_forget(&stage);
	stage_play(&stage, "x");
	cr_expect(shows(&stage, "Leave the list by a mail to list-leave@example.org?"));
	stage_play(&stage, "Return");
	cr_expect(shows(&stage, "Nothing was sent"));
	cr_expect_eq(stage.fake.sent, 0);
	stage_play(&stage, "x y");
	cr_expect_eq(stage.fake.sent, 1);
	cr_expect_neq(
		strstr(stage_asked(&stage), "text=mailto:list-leave@example.org?subject=leave"),
		NULL, "%s", stage_asked(&stage));
	stage_done(&stage);
	stage_init(&stage, 80, 24);
	stage_open(&stage);
	stage_play(&stage, "Return x");
	cr_expect(shows(&stage, "does not say how to leave"));
	cr_expect_eq(stage.fake.sent, 0);
	stage_done(&stage);
}

Test(app, a_message_is_read_in_another_charset_and_as_written_again)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage_open(&stage);
	stage_play(&stage, "Return");
	stage_forget(&stage);
	stage_play(&stage, "^E \"koi8-r\" Return");
	cr_expect_neq(
		strstr(stage_asked(&stage), "charset=KOI8-R"), NULL, "%s", stage_asked(&stage));
	stage_forget(&stage);
	stage_play(&stage, "^E");
	cr_expect(shows(&stage, "KOI8-R"));
	stage_play(&stage, "^C ^E \"klingon\" Return");
	cr_expect(shows(&stage, "No character set is known as"));
	stage_forget(&stage);
	stage_play(&stage, "^E ^U Return");
	cr_expect_neq(strstr(stage_asked(&stage), "open"), NULL);
	cr_expect_eq(strstr(stage_asked(&stage), "charset="), NULL, "%s", stage_asked(&stage));
	stage_forget(&stage);
	stage_play(&stage, "^E \"big5-\" Tab Return");
	cr_expect_neq(
		strstr(stage_asked(&stage), "charset=BIG5-HKSCS"), NULL, "%s", stage_asked(&stage));
	stage_forget(&stage);
	stage_play(&stage, "n");
	cr_expect_eq(strstr(stage_asked(&stage), "charset="), NULL, "%s", stage_asked(&stage));
	stage_done(&stage);
}

Test(app, quotes_are_folded_by_depth_and_shown_again)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.has_quotes = true;
	stage_open(&stage);
	stage_play(&stage, "Return z");
	cr_expect(shows(&stage, "[6 quoted lines]"));
	cr_expect_not(shows(&stage, "What somebody said"));
	stage_play(&stage, "z");
	cr_expect(shows(&stage, "> [2 quoted lines]"));
	cr_expect(shows(&stage, "> What somebody said"));
	stage_play(&stage, "z");
	cr_expect_not(shows(&stage, "quoted lines]"));
	stage_play(&stage, "z Return");
	cr_expect_not(shows(&stage, "quoted lines]"));
	stage_done(&stage);
}

/* An attachment's program gets a file of its own, and what it prints is shown. */
Test(app, an_attachment_is_opened_by_mailcap)
{
	char folder[] = "/tmp/rowan-open-XXXXXX", mailcap[64];
	struct stage stage;
	cr_assert_not_null(mkdtemp(folder));
	snprintf(mailcap, sizeof(mailcap), "%s/mailcap", folder);
	cr_assert(file_write_atomic(mailcap,
		STR("image/*; false; test=false\nimage/*; cat %s %s; copiousoutput; "
		    "nametemplate=%s.gif\n"),
		0600, NULL));
	stage_init(&stage, 80, 24);
	setenv("MAILCAPS", mailcap, 1);
	stage.options.open_folder = folder;
	stage.fake.writes = true;
	stage_open(&stage);
	stage_play(&stage, "Return v Return");
	for (int i = 0; i < 5000 && !shows(&stage, "ATTACHED FILE"); i++) {
		usleep(1000);
		stage_play(&stage, "@wait:50");
	}
	cr_expect(shows(&stage, "bytes\nbytes\n"));
	cr_expect(strstr(stage_asked(&stage), "-menu_of_the_place.png.gif") != NULL);
	stage_done(&stage);
	unlink(mailcap);
	cr_expect_eq(rmdir(folder), 0, "the folder is empty");
}

Test(app, what_no_program_is_named_for_is_told)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.options.open_folder = "/tmp";
	stage_open(&stage);
	stage_play(&stage, "Return v Return");
	cr_expect(shows(&stage, "No program for image/png is named in mailcap"));
	stage_done(&stage);
}

Test(app, wishes_ask_what_the_keys_mean)
{
	static const struct {
		const char *script, *asked;
	} rows[] = {
		{"p p d", "delete place=10\n"},
		{"p p d u", "delete place=10\nundelete place=11\n"},
		{"^_", "undo\n"},
		{"s \"rowan\" Tab Return", "move place=12 folder=5\n"},
		{"s Return", "move place=12 folder=2\n"},
		{"s ^R Return", "copy place=12 folder=2\n"},
		{"s ^R ^R \"Drafts\" Return", "move place=12 folder=3\n"},
		{"s ^C", ""},
		{"s ^T Down Return", "move place=12 folder=2\n"},
		{"s \"Receipts\" Return y",
			"folder verb=1 account=1 new= text=Receipts\nmove place=12 "
			"folder=1\n"},
		{"s \"Receipts\" Return n", ""},
		{"x", ""},
		{"d x y", "delete place=12\nexpunge folder=1\n"},
		{"d x n", "delete place=12\n"},
		{"a", ""},
		{": p : a d", "select place=12 rule=2 mode=0\nselect place=11 rule=2 mode=0\n"
			      "delete selected\n"},
		{"; c a s Return", "select place=12 rule=2 mode=0\nmove selected folder=2\n"},
		{"; n \"2,4-5\" Return a d", "select rule=3 mode=0 text=2,4-5\ndelete selected\n"},
		{"; t s \"figures\" Return a * *",
			"select rule=5 mode=0 text=figures\nflags selected add=4 remove=0\n"},
		{"; s n ; n t f \"Jane\" Return a u",
			"select rule=9 mode=0 not\nselect rule=4 mode=2 text=Jane\n"
			"undelete selected\n"},
		{"; s ! n ; b s ! *", "select rule=9 mode=0\nselect rule=9 mode=1 not\n"},
		{"; t a \"word\" Return", "select rule=8 mode=0 text=word\n"},
		{"; t ! t \"word\" Return", "select rule=6 mode=0 not text=word\n"},
		{"; k \"$Work\" Return", "select rule=9 mode=0 text=$Work\n"},
		{"; c ; a a", "select place=12 rule=2 mode=0\nselect rule=1 mode=0\n"},
		{"z", ""},
		{"; a z z", "select rule=0 mode=0\nzoom on=1\nzoom on=0\n"},
		{"= \"Jane\" Return", "select rule=7 mode=0 text=Jane\nzoom on=1\n"},
		{"= \"all\" Return", "select rule=1 mode=0 text=all\n"},
		{"@hold Return d", "open place=12\ndelete place=12\n"},
		{"l d y", "view-close\n"},
		{"l Down Down Down Down d y",
			"view-close\nfolder folder=5 verb=3 account=1 new=\n"},
		{"l Down Down r ^U \"New\" Return",
			"view-close\nfolder folder=3 verb=2 account=1 new=New\n"},
		{"l a \"Receipts\" Return",
			"view-close\nfolder verb=1 account=1 new= text=Receipts\n"},
		{"l Down s", "view-close\nfolder folder=2 verb=4 account=1 new=\n"},
		{"m j Down Down r", "view-close\nactions\nretry action=102\n"},
		{"m j r", "view-close\nactions\n"},
		{"m j d", "view-close\nactions\ndrop action=100\n"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage stage;
		play(&stage, 12, rows[i].script);
		cr_expect_str_eq(stage_asked(&stage), rows[i].asked, "%s asks\n%s", rows[i].script,
			stage_asked(&stage));
		stage_done(&stage);
	}
}

Test(app, what_is_selected_is_exported_a_file_each)
{
	char folder[] = "/tmp/rowan-export-XXXXXX", keys[200];
	struct stage stage;
	cr_assert_not_null(mkdtemp(folder));
	stage_init(&stage, 80, 24);
	stage.fake.writes = true;
	stage_open(&stage);
	stage_forget(&stage);
	snprintf(keys, sizeof(keys), "; n \"2,4\" Return a e \"%s\" Return", folder);
	stage_play(&stage, keys);
	cr_expect(shows(&stage, "2 messages exported to"), "%s", stage_asked(&stage));
	static const char *const names[] = {"2.eml", "4.eml"};
	for (int i = 0; i < 2; i++) {
		char *path = file_join(folder, names[i]);
		cr_expect_eq(unlink(path), 0, "no %s", path);
		mem_free(path);
	}
	rmdir(folder);
	stage_done(&stage);
}

/* Until the command that was started is over and told. */
static bool comes(struct stage *stage, const char *words)
{
	for (int i = 0; i < 2000; i++) {
		if (shows(stage, words))
			return true;
		usleep(5000);
		stage_play(stage, "@wait:60");
	}
	return false;
}

Test(app, what_is_selected_is_piped_and_what_is_printed_is_shown)
{
	char folder[] = "/tmp/rowan-pipe-XXXXXX";
	struct stage stage;
	cr_assert_not_null(mkdtemp(folder));
	stage_init(&stage, 80, 24);
	stage.fake.writes = true;
	stage.options.open_folder = folder;
	stage_open(&stage);
	stage_play(&stage, "; n \"2,4\" Return a | \"cat; echo piped | tr a-z A-Z\" Return");
	cr_expect(comes(&stage, "2 messages were given to the command"));
	cr_expect(shows(&stage, "PIPED"));
	stage_done(&stage);
	rmdir(folder);
}

Test(app, an_account_is_offered_the_trash)
{
	struct stage stage;
	play(&stage, 12, "m s Return End Return");
	cr_expect(shows(&stage, "T to Trash"));
	stage_play(&stage, "t");
	cr_expect(shows(&stage, "moves it to the trash"));
	stage_done(&stage);
}

Test(app, what_was_done_is_told_with_the_key_that_takes_it_back)
{
	struct stage stage;
	play(&stage, 12, "s Return");
	cr_expect(shows(&stage, "Moved 1 to Work/Archive. ^_ takes it back"));
	stage_play(&stage, "^_");
	cr_expect(shows(&stage, "Taken back: "));
	stage_done(&stage);
}

Test(app, quitting_asks_for_the_deleted_and_for_what_waits)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.deleted = 3;
	stage.fake.waiting = 2;
	stage_open(&stage);
	stage_forget(&stage);
	stage_play(&stage, "q");
	cr_expect(shows(&stage, "Expunge the 3 deleted messages from \"Work/INBOX\"?"));
	stage_play(&stage, "y @wait:600");
	cr_expect(shows(&stage, "2 changes wait for their servers. Leave them"));
	cr_expect(strstr(stage_asked(&stage), "expunge folder=1") != NULL);
	stage_play(&stage, "s");
	cr_expect(!stage.app->is_over);
	stage_play(&stage, "q @wait:600 f");
	cr_expect(!stage.app->is_over);
	stage_play(&stage, "q @wait:600 l");
	cr_expect(stage.app->is_over);
	stage_done(&stage);
}

Test(app, quitting_does_not_ask_about_what_was_only_read)
{
	static const enum account_state states[] = {ACCOUNT_ONLINE, ACCOUNT_WAITING};
	for (int i = 0; i < 2; i++) {
		struct stage stage;
		stage_init(&stage, 80, 24);
		stage.fake.waiting = stage.fake.marks = 1;
		stage.fake.state = states[i];
		stage_open(&stage);
		stage_play(&stage, "q");
		bool waits = states[i] == ACCOUNT_ONLINE; /* it may still be told */
		cr_expect_eq(stage.app->is_over, !waits);
		stage_play(&stage, "@wait:600");
		cr_expect(stage.app->is_over);
		cr_expect_eq(stage.app->prompt.state, PROMPT_NONE);
		stage_done(&stage);
	}
}

Test(app, quitting_ends_as_soon_as_the_server_has_done_what_was_on_its_way)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.waiting = 1;
	stage_open(&stage);
	stage_play(&stage, "q");
	cr_expect(!stage.app->is_over);
	stage.fake.waiting = 0;
	stage_play(&stage, "@accounts");
	cr_expect(stage.app->is_over);
	stage_done(&stage);
}

Test(app, a_number_typed_before_the_list_is_here_counts_when_it_comes)
{
	struct stage stage;
	play(&stage, 100, "@hold g \"Archive\" Return j \"42\" Return");
	cr_expect(!shows(&stage, "There is no message"));
	stage_play(&stage, "@go");
	cr_expect(shows(&stage, "Message 42 of 1,000,000"));
	stage_done(&stage);
}

Test(app, a_folder_named_before_the_folders_are_here_is_opened_when_they_come)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.is_held = true;
	stage_open(&stage);
	stage_play(&stage, "g \"Drafts\" Return");
	cr_expect(shows(&stage, "Opened as soon as the folders are known"));
	stage_play(&stage, "@go");
	cr_expect(shows(&stage, "Folder: Work/Drafts"));
	stage_done(&stage);
}

Test(app, a_folder_opened_to_be_read_only_forbids_changes_and_says_why)
{
	struct stage stage;
	play(&stage, 12, "l x");
	cr_expect_not_null(
		strstr(stage_asked(&stage), "view-open folder=1 sort=0 reverse=0 examine"), "%s",
		stage_asked(&stage));
	cr_expect(shows(&stage, "Work/INBOX (READONLY)"));
	stage_forget(&stage);
	stage_play(&stage, "d");
	cr_expect(shows(&stage, "This folder was opened to be read only"));
	stage_play(&stage, "Return");
	cr_expect_null(strstr(stage_asked(&stage), "flags"), "%s", stage_asked(&stage));
	stage_done(&stage);
}

Test(app, a_folder_that_can_only_be_read_refuses_to_delete)
{
	struct stage stage;
	stage_init(&stage, 80, 24);
	stage.fake.is_read_only = true;
	stage_open(&stage);
	stage_forget(&stage);
	stage_play(&stage, "d");
	cr_expect(shows(&stage, "This folder can only be read"));
	stage_play(&stage, "s Return");
	cr_expect_str_eq(stage_asked(&stage), "copy place=12 folder=2\n");
	stage_done(&stage);
}
