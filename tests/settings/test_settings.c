/* The accounts-and-preferences file. */
#include "settings/settings.h"

#include "base/file.h"
#include "base/memory.h"
#include "settings/options.h"
#include "settings/profile_paths.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[] = "/tmp/rowan-test-XXXXXX";

static void make_scratch(void)
{
	cr_assert_not_null(mkdtemp(scratch));
	cr_assert_eq(chdir(scratch), 0);
}

static void remove_scratch(void)
{
	struct buf command = {0};
	cr_assert_eq(chdir("/"), 0);
	buf_addf(&command, "rm -rf %s", scratch);
	cr_expect_eq(system(buf_text(&command)), 0);
	buf_done(&command);
}

TestSuite(settings_file, .init = make_scratch, .fini = remove_scratch);
TestSuite(profile_paths, .init = make_scratch, .fini = remove_scratch);

static const char sample[] = "# Rowan, as I like it.\n"
			     "[rowan]\n"
			     "\tkeys   = mutt   ; for now\n"
			     "\tseen = after 5\n"
			     "\tbell = off\n"
			     "\n"
			     "# At work.\n"
			     "[account \"work\"]\n"
			     "\tallow-plain\n"
			     "\timap = imap://ann@mail.example.org\n"
			     "\tsmtp = smtp+starttls://ann@mail.example.org\n"
			     "\tfrom = Ann <ann@example.org>\n"
			     "\tpassword_command = pass show \"mail/work\"\n"
			     "\tAUTH = SCRAM-SHA-256\n"
			     "\tca-file = /etc/work.pem\n"
			     "\ttrust = sha256:abc=\n"
			     "\tsubscribed-only = yes\n"
			     "\tdelete = trash\n"
			     "\n"
			     "[account \"home\"]\n"
			     "\tpop3 = pop3s://ann@pop.example.net\n"
			     "\tleave-on-server = 14 days\n"
			     "\tcheck-minutes = 0\n"
			     "\tseen = never\n"
			     "[keys]\n"
			     "\tquit = q\n"
			     "[keys \"index\"]\n"
			     "\tdelete = \"#\"\n"
			     "\tdelete = d\n"
			     "[theme]\n"
			     "\tselected = reverse\n"
			     "\n"
			     "# The end.\n";

Test(settings, reads_accounts)
{
	size_t count;
	struct settings *s = settings_parse(str_from(sample), "rowan.conf");
	const struct account *const *all = settings_accounts(s, &count);
	cr_assert_eq(count, 2);
	const struct account *work = all[0];
	cr_assert_str_eq(work->name, "work");
	cr_assert_eq(work->kind, ACCOUNT_IMAP);
	cr_assert_str_eq(work->incoming.host, "mail.example.org");
	cr_assert_str_eq(work->incoming.user, "ann");
	cr_assert_eq(work->incoming.port, 143);
	cr_assert_eq(work->incoming.transport, TRANSPORT_PLAIN);
	cr_assert(work->incoming.allow_plain && work->outgoing.allow_plain);
	cr_assert_eq(work->outgoing.port, 587);
	cr_assert_eq(work->outgoing.transport, TRANSPORT_STARTTLS);
	cr_assert_str_eq(work->from, "Ann <ann@example.org>");
	cr_assert_str_eq(work->password_command, "pass show mail/work");
	cr_assert_str_eq(work->auth, "SCRAM-SHA-256");
	cr_assert_str_eq(work->ca_file, "/etc/work.pem");
	cr_assert_str_eq(work->trust, "sha256:abc=");
	cr_assert(work->only_subscribed);
	cr_assert_eq(work->seen, SEEN_AFTER);
	cr_assert_eq(work->seen_after, 5);
	cr_assert_eq(work->delete_mode, DELETE_TRASH);
	const struct account *home = settings_account(s, "home");
	cr_assert_eq(home, all[1]);
	cr_assert_eq(home->kind, ACCOUNT_POP3);
	cr_assert_eq(home->seen, SEEN_NEVER);
	cr_assert_eq(home->leave, LEAVE_DAYS);
	cr_assert_eq(home->leave_days, 14);
	cr_assert_eq(home->check_every, -1);
	cr_assert_eq(work->leave, LEAVE_FOREVER);
	cr_assert_null(home->outgoing.host);
	cr_assert_null(settings_account(s, "Home"));
	settings_warnings(s, &count);
	cr_assert_eq(count, 0);
	settings_free(s);
	settings_free(NULL);
}

Test(settings, reads_preferences_keys_and_theme)
{
	size_t count;
	struct settings *s = settings_parse(str_from(sample), "rowan.conf");
	cr_assert_str_eq(settings_get_text(s, "keys"), "mutt");
	cr_assert_not(settings_get_bool(s, "bell"));
	cr_assert(settings_get_bool(s, "confirm-quit"));
	cr_assert_str_eq(settings_get_text(s, "colour"), "auto");
	cr_assert_null(settings_get_text(s, "new-mail-command"));
	const struct settings_pair *keys = settings_pairs(s, "keys", &count);
	cr_assert_eq(count, 3);
	cr_assert_str_eq(keys[0].part, "");
	cr_assert_str_eq(keys[0].name, "quit");
	cr_assert_str_eq(keys[1].part, "index");
	cr_assert_str_eq(keys[1].value, "#");
	cr_assert_str_eq(keys[2].value, "d");
	cr_assert_eq(keys[2].line, 29);
	const struct settings_pair *theme = settings_pairs(s, "theme", &count);
	cr_assert_eq(count, 1);
	cr_assert_str_eq(theme[0].name, "selected");
	settings_free(s);
}

Test(settings, warns_with_line_and_remedy_and_goes_on)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *warning;
	} rows[] = {
		{"[rowan]\nkyes = pine\n", 2,
			"There is no setting \"kyes\" in [rowan]; did you mean \"keys\"?"},
		{"[rowan]\nconfirm_quits = no\n", 2,
			"There is no setting \"confirm_quits\" in [rowan]; did you mean "
			"\"confirm-quit\"?"},
		{"[rowan]\nfrobnicate = 1\n", 2,
			"There is no setting \"frobnicate\" in [rowan]; rowan.conf(5) lists all of "
			"them."},
		{"[rowan]\nkeys = emacs\n", 2, "\"keys\" must be one of pine|mutt, not \"emacs\"."},
		{"[rowan]\nbell = loud\n", 2, "\"bell\" must be yes or no, not \"loud\"."},
		{"[rowan]\nseen = after 0\n", 2,
			"\"seen\" must be at-once, never, or \"after N\" with N from 1 to 3600 "
			"seconds, not \"after 0\"."},
		{"[rowan]\nseen = after 3601\n", 2,
			"\"seen\" must be at-once, never, or \"after N\" with N from 1 to 3600 "
			"seconds, not \"after 3601\"."},
		{"[account \"x\"]\npop3 = pop3s://a@h\nleave-on-server = 0 days\n", 3,
			"\"leave-on-server\" must be forever, never, until-deleted, or \"N days\" "
			"with N from 1 to 3650, not \"0 days\"."},
		{"[rowan]\nnew-mail-command =\n", 2,
			"\"new-mail-command\" has no value; write new-mail-command = COMMAND, or "
			"remove the line."},
		{"[rowan\nkeys = mutt\n", 1, "A section is written [name] or [name \"part\"]."},
		{"[acount \"x\"]\n", 1, "There is no section [acount]; did you mean [account]?"},
		{"[rowan \"x\"]\n", 1, "There is no section [rowan]; did you mean [rowan]?"},
		{"\n[gardening]\n", 2,
			"There is no section [gardening]; the sections are [rowan], [account "
			"\"NAME\"], [identity \"NAME\"], [keys] and [theme]."},
		{"[account]\n", 1, "An account needs a name: [account \"work\"]."},
		{"[account \"\"]\n", 1, "An account needs a name: [account \"work\"]."},
		{"[account \"x\"]\nfrom = me\n", 1,
			"The account \"x\" has no usable imap or pop3 address and is left out; add "
			"a line such as imap = imaps://USER@HOST."},
		{"[account \"x\"]\nimap = imaps://a@h\npop3 = pop3s://a@h\n", 3,
			"The account \"x\" has both imap and pop3; the first holds. Make two "
			"accounts of it."},
		{"[account \"x\"]\nimap = imap://a@mail.example\n", 1,
			"The account \"x\" would talk to mail.example without encryption, and so "
			"will not connect; use an address with TLS, or say allow-plain = yes."},
		{"[account \"x\"]\nimap = imaps://a@h\nsmtp = https://h\n", 3,
			"The address must begin with a scheme that fits; write smtps://USER@HOST."},
		{"[account \"x\"]\nimap = imaps://a@h\ntrust = me\n", 3,
			"\"trust\" must begin with sha256:; remove the line, and Rowan asks "
			"again."},
		{"[account \"x\"]\nimap = imaps://a@h\nauth = magic\n", 3,
			"\"auth\" must be one of "
			"auto|plain|login|cram-md5|scram-sha-1|scram-sha-1-plus|scram-sha-256|"
			"scram-"
			"sha-256-plus|external|xoauth2|oauthbearer|apop, not \"magic\"."},
		{"hello there\n[rowan]\n", 1,
			"This line is neither a section like [rowan] nor a setting like name = "
			"value."},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t count;
		struct buf text = {0};
		struct settings *s = settings_parse(str_from(rows[i].text), "rowan.conf");
		const struct settings_warning *w = settings_warnings(s, &count);
		cr_assert_eq(count, 1, "%s: %zu warnings", rows[i].text, count);
		sentence_fill(w->sentence.text, w->sentence.args, &text);
		cr_expect_str_eq(buf_text(&text), rows[i].warning);
		cr_expect_eq(w->line, rows[i].line, "%s: line %u", rows[i].text, w->line);
		cr_expect_str_eq(settings_get_text(s, "keys"), "pine");
		buf_clear(&text);
		settings_write(s, &text);
		cr_expect_str_eq(buf_text(&text), rows[i].text);
		buf_done(&text);
		settings_free(s);
	}
}

Test(settings, prints_a_warning_as_compilers_do)
{
	struct buf out = {0};
	size_t count;
	struct settings *s = settings_parse(STR("[rowan]\nbell = x\n"), "/a/rowan.conf");
	settings_warning_print(s, settings_warnings(s, &count), &out);
	cr_assert_str_eq(buf_text(&out), "/a/rowan.conf:2: \"bell\" must be yes or no, not \"x\".");
	buf_done(&out);
	settings_free(s);
}

Test(settings, keeps_its_warnings_and_accounts_within_limits)
{
	struct buf text = {0};
	size_t count;
	for (int i = 0; i < 5000; i++)
		buf_addf(&text, "[account \"%d\"]\nimap=imaps://a@h\nwhat?\n[account]\nx = y\n", i);
	struct settings *s = settings_parse(buf_str(&text), "rowan.conf");
	settings_warnings(s, &count);
	cr_assert_eq(count, SETTINGS_WARNINGS_MAX);
	settings_accounts(s, &count);
	cr_assert_eq(count, SETTINGS_ACCOUNTS_MAX);
	settings_free(s);
	while (text.len <= 1 << 20)
		buf_add_char(&text, '#');
	cr_assert_null(settings_parse(buf_str(&text), "rowan.conf"));
	buf_done(&text);
}

static void expect_change(const char *from, const char *to, struct settings *s)
{
	struct buf expected = {0}, now = {0};
	struct str text = str_from(sample);
	size_t at = str_find(text, str_from(from));
	cr_assert_neq(at, STR_NONE);
	buf_add(&expected, str_first(text, at));
	buf_add_text(&expected, to);
	buf_add(&expected, str_skip(text, at + strlen(from)));
	settings_write(s, &now);
	cr_expect_str_eq(buf_text(&now), buf_text(&expected));
	buf_done(&expected);
	buf_done(&now);
	settings_free(s);
}

Test(settings, updates_only_the_lines_that_change)
{
	struct error err = {0};
	struct settings *s = settings_parse(str_from(sample), "rowan.conf");
	struct account *a = account_copy(settings_account(s, "work"));
	cr_assert(settings_account_update(s, "work", a, &err), "%s", err.detail);
	mem_free(a->from);
	a->from = mem_text("Ann # <ann@example.com>");
	cr_assert(settings_account_update(s, "work", a, &err), "%s", err.detail);
	cr_assert_str_eq(settings_account(s, "work")->from, "Ann # <ann@example.com>");
	expect_change("from = Ann <ann@example.org>", "from = \"Ann # <ann@example.com>\"", s);
	account_free(a);
}

Test(settings, renames_an_account)
{
	struct error err = {0};
	struct settings *s = settings_parse(str_from(sample), "rowan.conf");
	struct account *a = account_copy(settings_account(s, "home"));
	mem_free(a->name);
	a->name = mem_text("work");
	cr_assert_not(settings_account_update(s, "home", a, &err));
	cr_assert_str_eq(err.detail,
		"There is already an account \"work\"; choose another name, or "
		"remove that one first.");
	mem_free(a->name);
	a->name = mem_text("at \"home\"");
	cr_assert(settings_account_update(s, "home", a, &err), "%s", err.detail);
	cr_assert_null(settings_account(s, "home"));
	cr_assert_eq(settings_account(s, "at \"home\"")->kind, ACCOUNT_POP3);
	expect_change("[account \"home\"]", "[account \"at \\\"home\\\"\"]", s);
	account_free(a);
}

Test(settings, removes_an_account)
{
	struct error err = {0};
	struct settings *s = settings_parse(str_from(sample), "rowan.conf");
	cr_assert(settings_account_remove(s, settings_account(s, "home")->name, &err));
	cr_assert_null(settings_account(s, "home"));
	cr_assert_not(settings_account_remove(s, "home", &err));
	cr_assert_str_eq(err.detail, "There is no account \"home\".");
	cr_assert_not(settings_account_update(s, "home", settings_account(s, "work"), &err));
	expect_change("[account \"home\"]\n\tpop3 = pop3s://ann@pop.example.net\n"
		      "\tleave-on-server = 14 days\n\tcheck-minutes = 0\n\tseen = never\n",
		"", s);
}

static struct account *new_account(const char *name)
{
	struct account *a = mem_new(sizeof(*a));
	a->name = mem_text(name);
	a->incoming = (struct server){
		.host = mem_text("::1"), .port = 993, .user = mem_text("ann@example.org")};
	return a;
}

Test(settings, adds_an_account)
{
	struct error err = {0};
	struct buf text = {0};
	struct settings *s = settings_parse(STR("# Mine"), "rowan.conf");
	struct account *a = new_account("new");
	cr_assert(settings_account_add(s, a, &err), "%s", err.detail);
	cr_assert_not(settings_account_add(s, a, &err));
	cr_assert_eq(err.kind, ERROR_INPUT);
	settings_write(s, &text);
	cr_assert_str_eq(buf_text(&text),
		"# Mine\n\n[account \"new\"]\n\timap = imaps://ann%40example.org@[::1]\n");
	cr_assert_str_eq(settings_account(s, "new")->incoming.user, "ann@example.org");
	buf_done(&text);
	account_free(a);
	settings_free(s);
}

Test(settings, refuses_what_the_file_could_not_say)
{
	static const struct {
		const char *name, *from, *auth, *trust, *error;
	} rows[] = {
		{"", NULL, NULL, NULL, "An account needs a name: [account \"work\"]."},
		{"a\nb", NULL, NULL, NULL,
			"The name of an account has at most 100 bytes of UTF-8, and no control "
			"characters."},
		{"a", "x\r\ny", NULL, NULL,
			"The value of \"from\" is too long, is not UTF-8, or holds a control "
			"character."},
		{"a", "\xff", NULL, NULL,
			"The value of \"from\" is too long, is not UTF-8, or holds a control "
			"character."},
		{"a", NULL, "no", NULL,
			"\"auth\" must be one of "
			"auto|plain|login|cram-md5|scram-sha-1|scram-sha-1-plus|scram-sha-256|"
			"scram-"
			"sha-256-plus|external|xoauth2|oauthbearer|apop, not \"no\"."},
		{"a", NULL, NULL, "md5:x",
			"\"trust\" must begin with sha256:; remove the line, and Rowan asks "
			"again."},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = {0};
		struct buf text = {0};
		struct settings *s = settings_parse(STR(""), "rowan.conf");
		struct account *a = new_account(rows[i].name);
		a->from = mem_text(rows[i].from);
		a->auth = mem_text(rows[i].auth);
		a->trust = mem_text(rows[i].trust);
		cr_expect_not(settings_account_add(s, a, &err), "row %zu", i);
		cr_expect_str_eq(err.detail, rows[i].error);
		settings_write(s, &text);
		cr_expect_eq(text.len, 0);
		buf_done(&text);
		account_free(a);
		settings_free(s);
	}
}

Test(settings, refuses_an_account_without_a_server)
{
	struct error err = {0};
	struct settings *s = settings_parse(STR(""), "rowan.conf");
	struct account *a = new_account("a");
	server_done(&a->incoming);
	cr_assert_not(settings_account_add(s, a, &err));
	cr_assert_str_eq(
		err.detail, "The account \"a\" needs a server: imaps://USER@HOST, or pop3s://.");
	account_free(a);
	settings_free(s);
}

Test(settings, sets_preferences)
{
	struct sentence why = {0};
	struct settings *s = settings_parse(str_from(sample), "rowan.conf");
	cr_assert(settings_set(s, "seen", NULL, &why));
	cr_assert_eq(settings_account(s, "work")->seen, SEEN_AT_ONCE);
	cr_assert(settings_set(s, "SEEN", "after 5", &why));
	cr_assert(settings_set(s, "keys", "pine", &why));
	cr_assert_str_eq(settings_get_text(s, "keys"), "pine");
	cr_assert_not(settings_set(s, "keys", "emacs", &why));
	cr_assert_str_eq(why.text, "\"%1\" must be one of %2, not \"%3\".");
	cr_assert_not(settings_set(s, "bel", "no", &why));
	cr_assert_str_eq(why.args[1], "bell");
	cr_assert_not(settings_set(s, "quux", "no", &why));
	cr_assert_not(settings_set(s, "new-mail-command", "a\nb", &why));
	sentence_done(&why);
	expect_change("keys   = mutt   ; for now\n\tseen = after 5\n\tbell = off\n",
		"keys   = pine   ; for now\n\tbell = off\n\tseen = after 5\n", s);
}

Test(settings, options_are_valid_and_described)
{
	size_t count;
	const struct option *all = options_all(&count);
	for (size_t i = 0; i < count; i++) {
		const struct option *o = &all[i];
		cr_expect_eq(option_find(o->section, o->key), o, "%s twice", o->key);
		cr_expect(o->standard == NULL || option_check(o, o->standard, NULL), "%s", o->key);
		cr_expect_eq(o->text[strlen(o->text) - 1], '.', "%s", o->key);
		cr_expect_not_null(o->allowed);
	}
}

Test(settings_file, saves_and_loads)
{
	struct error err = {0};
	struct stat st;
	struct settings *s = settings_load("a/b/rowan.conf", &err);
	struct account *a = new_account("new");
	cr_assert_str_eq(settings_path(s), "a/b/rowan.conf");
	cr_assert(settings_account_add(s, a, &err));
	cr_assert(settings_save(s, &err), "%s", err.detail);
	cr_assert(settings_save(s, &err), "%s", err.detail);
	settings_free(s);
	cr_assert_eq(stat("a/b/rowan.conf", &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0600);
	cr_assert_eq(stat("a/b", &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0700);
	s = settings_load("a/b/rowan.conf", &err);
	cr_assert_not_null(settings_account(s, "new"));
	settings_free(s);
	account_free(a);
}

Test(settings_file, never_overwrites_what_somebody_else_wrote)
{
	struct error err = {0};
	struct buf text = {0};
	cr_assert(file_write_atomic("c", STR("[rowan]\n"), 0600, &err));
	struct settings *s = settings_load("c", &err);
	cr_assert(settings_set(s, "bell", "no", NULL));
	cr_assert(file_write_atomic("c", STR("[rowan]\nkeys = mutt\n"), 0600, &err));
	cr_assert_not(settings_save(s, &err));
	cr_assert_str_eq(err.detail,
		"c was changed by another program since Rowan read it; nothing "
		"was written");
	cr_assert(file_read("c", 1000, &text, &err));
	cr_assert_str_eq(buf_text(&text), "[rowan]\nkeys = mutt\n");
	buf_done(&text);
	settings_free(s);
}

Test(settings_file, writes_through_a_link)
{
	struct error err = {0};
	struct stat st;
	cr_assert(file_write_atomic("real", STR("[rowan]\n"), 0600, &err));
	cr_assert_eq(symlink("real", "link"), 0);
	struct settings *s = settings_load("link", &err);
	cr_assert(settings_set(s, "bell", "no", NULL));
	cr_assert(settings_save(s, &err), "%s", err.detail);
	cr_assert_eq(lstat("link", &st), 0);
	cr_assert(S_ISLNK(st.st_mode));
	settings_free(s);
	s = settings_load("real", &err);
	cr_assert_not(settings_get_bool(s, "bell"));
	settings_free(s);
}

Test(settings_file, tells_of_a_file_it_cannot_read)
{
	struct error err = {0};
	cr_assert_eq(mkdir("folder", 0700), 0);
	cr_assert_null(settings_load("folder", &err));
	cr_assert_eq(err.kind, ERROR_INPUT);
	cr_assert_str_eq(err.detail, "folder: Is a directory");
}

Test(profile_paths, follow_the_environment)
{
	struct error err = {0};
	struct profile_paths p;
	struct buf path = {0};
	setenv("HOME", "/home/ann", 1);
	unsetenv("ROWAN_HOME");
	setenv("XDG_CONFIG_HOME", "relative", 1);
	setenv("XDG_DATA_HOME", "/data", 1);
	setenv("XDG_CACHE_HOME", "", 1);
	unsetenv("XDG_STATE_HOME");
	cr_assert(profile_paths_find(&p, &err));
	cr_expect_str_eq(p.config_file, "/home/ann/.config/rowan/rowan.conf");
	cr_expect_str_eq(p.local_db, "/data/rowan/local.db");
	cr_expect_str_eq(p.cache_db, "/home/ann/.cache/rowan/cache.db");
	cr_expect_str_eq(p.body_db, "/home/ann/.cache/rowan/body.db");
	cr_expect_str_eq(p.state_folder, "/home/ann/.local/state/rowan");
	profile_paths_done(&p);
	setenv("ROWAN_HOME", "/profile", 1);
	cr_assert(profile_paths_find(&p, &err));
	cr_expect_str_eq(p.config_file, "/profile/rowan.conf");
	cr_expect_str_eq(p.local_db, "/profile/local.db");
	cr_expect_str_eq(p.state_folder, "/profile");
	profile_paths_done(&p);
	setenv("ROWAN_HOME", "here", 1);
	cr_assert(profile_paths_find(&p, &err));
	buf_addf(&path, "%s/here/body.db", scratch);
	cr_expect_str_eq(p.body_db, buf_text(&path));
	buf_done(&path);
	profile_paths_done(&p);
	profile_paths_done(&p);
}

Test(profile_paths, make_private_folders)
{
	struct error err = {0};
	struct profile_paths p;
	struct stat st;
	unsetenv("ROWAN_HOME");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_CACHE_HOME");
	unsetenv("XDG_STATE_HOME");
	setenv("HOME", scratch, 1);
	cr_assert(profile_paths_find(&p, &err));
	cr_assert(profile_paths_make(&p, &err), "%s", err.detail);
	cr_assert(profile_paths_make(&p, &err));
	static const char *const folders[] = {
		".config/rowan", ".local/share/rowan", ".cache/rowan", ".local/state/rowan"};
	for (size_t i = 0; i < 4; i++) {
		cr_expect_eq(stat(folders[i], &st), 0, "%s", folders[i]);
		cr_expect_eq(st.st_mode & 0777, 0700, "%s", folders[i]);
	}
	profile_paths_done(&p);
}

Test(settings, identities_are_the_accounts_and_their_roles)
{
	struct settings *s = settings_parse(
		STR("[account \"work\"]\nimap = imaps://a@h\nfrom = Ann <ann@work.example>\n"
		    "[account \"home\"]\nimap = imaps://a@h2\nfrom = ann@home.example\n"
		    "[identity \"work\"]\nfcc = work/Archive\naddresses = \"a@b, @c.example\"\n"
		    "[identity \"club\"]\naccount = home\nfrom = Chair <chair@club.example>\n"
		    "header = X-One: 1\nheader = X-Two: 2\n"
		    "[identity \"side\"]\nsignature = /etc/motd\n"),
		"x");
	const char **accounts = NULL;
	size_t count = 0, warnings = 0;
	struct identity *all = settings_identities(s, NULL, &accounts, &count);
	settings_warnings(s, &warnings);
	cr_expect_eq(warnings, 0);
	cr_assert_eq(count, 4);
	cr_expect_str_eq(all[0].from, "Ann <ann@work.example>");
	cr_expect_str_eq(all[0].name, "");
	cr_expect_str_eq(all[0].fcc, "work/Archive");
	cr_expect_str_eq(all[0].addresses, "a@b, @c.example");
	cr_expect_str_eq(all[1].name, "side");
	cr_expect_str_eq(all[1].from, "Ann <ann@work.example>");
	cr_expect_str_eq(all[1].signature, "/etc/motd");
	cr_expect_str_eq(all[2].from, "ann@home.example");
	cr_expect_str_eq(accounts[2], "home");
	cr_expect_str_eq(all[3].from, "Chair <chair@club.example>");
	cr_expect_str_eq(all[3].extra, "X-One: 1\nX-Two: 2\n");
	cr_expect_str_eq(accounts[3], "home");
	for (size_t i = 0; i < count; i++)
		identity_done(&all[i]);
	mem_free(all);
	mem_free(accounts);
	settings_free(s);
}

Test(settings, a_number_is_one_and_a_wrong_one_is_told)
{
	struct settings *s = settings_parse(STR("[rowan]\nundo-send = ten\n"), "x");
	size_t warnings = 0;
	settings_warnings(s, &warnings);
	cr_expect_eq(warnings, 1);
	cr_expect_eq(settings_get_number(s, "undo-send"), 10);
	cr_expect(settings_set(s, "undo-send", "25", NULL));
	cr_expect_eq(settings_get_number(s, "undo-send"), 25);
	settings_free(s);
}
