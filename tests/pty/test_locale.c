/*
 * The whole program in a language no one speaks (po/pseudo.sh: accented, longer, wide): on every
 * screen and at every prompt, large and small, no word of English is left that Rowan itself says,
 * and every line keeps to the screen.
 */
#include "tests/pty/demo.h"

#include "base/memory.h"
#include "base/width.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const users[] = {"walker", "stranger", NULL};

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
	char path[1000];
	const char *folder = getenv("TEST_LOCALEDIR");
	(void)tests;
	snprintf(
		path, sizeof(path), "%s/en_XA/LC_MESSAGES/rowan.mo", folder != NULL ? folder : ".");
	if (access(path, R_OK) != 0) {
		fprintf(stderr, "skipped: no translations were built\n");
		exit(77);
	}
	demo_begin(users);
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats)
{
	(void)stats;
	demo_end();
}

/* ---- What may not be read. ---- */

/* Words that Rowan says somewhere; neither names of keys, nor of header fields, nor of the sample's
 * folders, nor the file name that is proposed for a part without one. */
static const char *const english[] = {"accept", "account", "accounts", "add", "all", "already",
	"and", "answer", "answered", "arrival", "attachments", "back", "beginning", "bytes",
	"cancel", "certificate", "change", "changed", "command", "complete", "connect",
	"connection", "done", "export", "failed", "file", "first", "flag", "folder", "folders",
	"forwarded", "found", "go", "goto", "header", "held", "help", "important", "index", "jump",
	"keep", "keys", "last", "leave", "line", "list", "mark", "menu", "message", "messages",
	"move", "name", "needs", "new", "next", "no", "none", "not", "nothing", "of", "offline",
	"online", "open", "other", "page", "part", "password", "prev", "previous", "quit", "really",
	"reverse", "save", "saved", "screen", "search", "security", "select", "server", "show",
	"shown", "size", "sort", "the", "this", "total", "trust", "unseen", "user", "view", "what",
	"which", "with", "word", "yes", "your"};

static bool is_letter(unsigned char c)
{
	return ascii_is_alpha((char)c) || c >= 0x80;
}

static bool is_english(struct str word)
{
	for (size_t i = 0; i < sizeof(english) / sizeof(english[0]); i++)
		if (str_equal_nocase(word, str_from(english[i])))
			return true;
	return false;
}

static void expect_no_english(const char *screen, const char *keys)
{
	for (const char *at = screen; *at != '\0';) {
		size_t len = 0;
		while (is_letter((unsigned char)at[len]))
			len++;
		struct str word = str_make(at, len);
		cr_expect(!is_english(word), "after \"%s\": \"%.*s\" is English\n%s", keys,
			(int)len, at, screen);
		at += len > 0 ? len : 1;
	}
}

static bool is_title_whole(struct pty *pty, int columns)
{
	return pty_is_reverse(pty, 0, 0) && pty_is_reverse(pty, 0, columns - 1);
}

static bool is_in_place(struct pty *pty, int columns, int rows)
{
	struct str rest = str_from(pty_screen(pty));
	int lines = 0;
	for (; rest.len > 0; lines++)
		if (width_cells(str_cut(&rest, '\n')) > columns)
			return false;
	return lines == rows && is_title_whole(pty, columns) &&
	       (!pty_is_reverse(pty, 1, 0) || rows < 12);
}

/* A paint may be one from before the program knew of its new size: then another comes. Looked at
 * twice, because the end of a paint may still be on its way. */
static void wait_in_place(struct pty *pty, int columns, int rows)
{
	for (int good = 0; good < 2;) {
		pty_settle(pty, DEMO_PATIENCE);
		good = is_in_place(pty, columns, rows) ? good + 1 : 0;
		if (good == 0 && !pty_wait_paint(pty, pty_generation(pty), 3000))
			return;
	}
}

static void expect_in_place(struct pty *pty, int columns, int rows, const char *keys)
{
	struct str rest = str_from(pty_screen(pty));
	int lines = 0;
	for (; rest.len > 0; lines++) {
		struct str line = str_cut(&rest, '\n');
		cr_expect_leq(width_cells(line), columns, "after \"%s\": %.*s", keys, (int)line.len,
			line.data);
	}
	cr_expect_eq(lines, rows);
	cr_expect(is_title_whole(pty, columns), "after \"%s\" the title does not fill its line\n%s",
		keys, pty_screen(pty));
	cr_expect(!pty_is_reverse(pty, 1, 0) || rows < 12, "after \"%s\":\n%s", keys,
		pty_screen(pty));
}

static void look_at(struct pty *pty, const char *keys)
{
	static const int sizes[][2] = {{40, 10}, {80, 24}};
	cr_assert(pty_settle(pty, DEMO_PATIENCE));
	wait_in_place(pty, 80, 24);
	expect_no_english(pty_screen(pty), keys);
	expect_in_place(pty, 80, 24, keys);
	for (size_t i = 0; i < 2; i++) {
		unsigned before = pty_generation(pty);
		pty_resize(pty, sizes[i][0], sizes[i][1]);
		cr_assert(pty_wait_paint(pty, before, DEMO_PATIENCE));
		wait_in_place(pty, sizes[i][0], sizes[i][1]);
		expect_no_english(pty_screen(pty), keys);
		expect_in_place(pty, sizes[i][0], sizes[i][1], keys);
	}
}

/* ---- The walk. ---- */

#define CANCEL "\003"

/* Keys, and what of the mail is on the screen then; NULL where nothing has to come. The mail on the
 * way is German, so that no word of its own is taken for one of Rowan's. */
static const struct {
	const char *keys, *text;
	bool is_english_mail;
} walk[] = {
	{"", "CN = localhost", false}, /* whether to trust a certificate */
	{"?", NULL, false},
	{"<n", "Welcome", true},
	{"l", "Österreich", false},
	{"gReisen/Österreich\r", "Pension", false},
	{"o", NULL, false},
	{"z", NULL, false},      /* a key without a command */
	{"\t", NULL, false},     /* no more new messages */
	{"\033OF", NULL, false}, /* already at the end */
	{"w", NULL, false},
	{"zebra\r", NULL, false},
	{"w" CANCEL, NULL, false},
	{"j", NULL, false},
	{"77\r", NULL, false},
	{"$", NULL, false},
	{CANCEL "*", NULL, false},
	{"!", NULL, false},
	{CANCEL "g", NULL, false},
	{"zebra\r", NULL, false},
	{"e", NULL, false},
	{CANCEL "q", NULL, false},
	{CANCEL "?", NULL, false},
	{" ", NULL, false},
	{"<\r", "Ötscher", false},
	{"o", NULL, false},
	{"w", NULL, false},
	{CANCEL "?", NULL, false},
	{" ", NULL, false},
	{"<v", "text/plain", false},
	{"?", NULL, false},
	{"<s", NULL, false},
	{CANCEL "n", NULL, false},
	{"l", "INBOX", false},
	{"o", NULL, false},
	{"w", NULL, false},
	{CANCEL "?", NULL, false},
	{" ", NULL, false},
	{"<gEmpty\r", NULL, false},
	{"\r", NULL, false},
	{"*", NULL, false},
	{"m", NULL, false},
	{"o", NULL, false},
	{"?", NULL, false},
	{" ", NULL, false},
	{"<^", NULL, false},
	{"^", NULL, false},
	{"s", "walker", false},
	{"d", NULL, false},
	{CANCEL "?", NULL, false},
	{"<a", NULL, false},
	{"s", NULL, false}, /* the account needs a name */
	{"t", NULL, false},
	{"c", NULL, false},
	{CANCEL "nc", NULL, false},
	{"x\r", NULL, false},
	{"nc", NULL, false},
	{CANCEL "nc", NULL, false},
	{CANCEL "nc", NULL, false},
	{CANCEL "?", NULL, false},
	{"<<", NULL, false}, /* save the changes? */
	{"n", NULL, false},
	{"m<", NULL, false},
};

Test(locale, no_word_of_english_is_left)
{
	struct demo demo;
	demo_init(&demo, "walker", false);
	demo_add_account(&demo, "walker", demo.port);
	mem_free(demo_run(&demo,
		"$ROWAN account add stranger --imap imaps://stranger@localhost:$PORT "
		"--password-command \"cat $PWD/password\""));
	setenv("LANGUAGE", "en_XA", 1);
	struct pty *pty = demo_open(&demo, NULL, 80, 24);
	for (size_t i = 0; i < sizeof(walk) / sizeof(walk[0]); i++) {
		demo_keys(pty, walk[i].keys);
		if (walk[i].text != NULL)
			demo_expect(pty, walk[i].text);
		if (!walk[i].is_english_mail)
			look_at(pty, walk[i].keys);
	}
	pty_free(pty);
	demo_done(&demo);
}
