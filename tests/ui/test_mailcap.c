/* mailcap entries and the commands they make. */
#include "ui/mailcap.h"

#include <criterion/criterion.h>

static const char text[] =
	"# a comment\n"
	"text/html; w3m -T text/html -dump %s; copiousoutput; nametemplate=%s.html\n"
	"image/png; never %s; test=false\n"
	"image/*; feh -- %s; \\\n test=test -n \"$DISPLAY\"\n"
	"application/pdf; pdftotext %s - | less; needsterminal\n"
	"audio; play '%s' \"%{charset}\" %{name} %t %{x}\n"
	"application/odd; a\\;b 50%% %s\n"
	"application/in; cat\n"
	"application/open; echo 'x\n"
	";\n"
	"video/mpeg\n";

static bool tried;

static bool test_no(const struct argv *argv)
{
	tried = true;
	return strcmp(argv->words[0], "false") != 0;
}

static void command(const char *type, struct buf *out)
{
	struct mailcap mailcap = {0};
	struct argv argv = {0};
	struct mailcap_part part = {"/tmp/f", type, "utf-8; rm -rf /", "--x$(id) y"};
	bool is_input;
	mailcap_read(&mailcap, str_from(text));
	const struct mailcap_entry *entry = mailcap_find(&mailcap, &part, test_no);
	if (entry != NULL && !mailcap_command(entry->view, &part, &argv, &is_input))
		buf_add_text(out, "broken");
	for (size_t i = 0; i < argv.count; i++)
		buf_addf(out, "<%s>", argv.words[i]);
	if (argv.count > 0)
		buf_add_text(out, is_input ? " stdin" : "");
	argv_done(&argv);
	mailcap_done(&mailcap);
}

Test(mailcap, what_a_message_says_is_one_argument_and_never_a_command)
{
	static const struct {
		const char *type, *command;
	} rows[] = {
		{"text/html", "<w3m><-T><text/html><-dump></tmp/f>"},
		{"image/png", "<feh><--></tmp/f>"},
		{"IMAGE/gif", "<feh><--></tmp/f>"},
		{"imagery/gif", ""},
		{"application/pdf",
			"</bin/sh><-c><pdftotext \"${1}\" - | less><sh></tmp/f><application/pdf>"
			"<utf-8rm-rf/><xidy>"},
		{"audio/x", "<play></tmp/f><utf-8rm-rf/><xidy><audio/x><>"},
		{"application/odd", "</bin/sh><-c><a;b 50%% \"${1}\"><sh></tmp/f><application/odd>"
				    "<utf-8rm-rf/><xidy>"},
		{"application/in", "<cat> stdin"},
		{"application/open", "broken"},
		{"video/mpeg", ""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = {0};
		command(rows[i].type, &out);
		cr_expect_str_eq(
			buf_text(&out), rows[i].command, "%s: %s", rows[i].type, buf_text(&out));
		buf_done(&out);
	}
	cr_expect(tried);
}

Test(mailcap, fields_are_read)
{
	struct mailcap mailcap = {0};
	mailcap_read(&mailcap, str_from(text));
	cr_assert_geq(mailcap.count, 5);
	cr_expect(mailcap.entries[0].is_copious);
	cr_expect(!mailcap.entries[0].needs_terminal);
	cr_expect_str_eq(mailcap.entries[0].name, "%s.html");
	cr_expect_str_eq(mailcap.entries[2].test, "test -n \"$DISPLAY\"");
	cr_expect(mailcap.entries[3].needs_terminal);
	mailcap_done(&mailcap);
}

Test(mailcap, a_file_cut_at_any_byte_is_read)
{
	for (size_t i = 0; i < sizeof(text); i++) {
		struct mailcap mailcap = {0};
		mailcap_read(&mailcap, str_make(text, i));
		mailcap_done(&mailcap);
	}
}
