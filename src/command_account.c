/* rowan account add|list|test|remove. */
#include "commands.h"

#include "base/json.h"
#include "base/memory.h"
#include "settings/options.h"
#include "settings/server_url.h"
#include "settings/settings_account.h"
#include "words/gettext.h"
#include "words/words.h"

#include <stdio.h>
#include <unistd.h>

#define ACCOUNT_ADD_USAGE                                                                          \
	"account add NAME --local\n"                                                               \
	"rowan account add NAME --imap imaps://USER@HOST[:PORT] | --pop3 "                         \
	"pop3s://USER@HOST[:PORT]\n"                                                               \
	"       [--smtp URL] [--from 'NAME <ADDRESS>']\n"                                          \
	"       [--password-command COMMAND] [--ca-file FILE] [--auth MECHANISM] "                 \
	"[--allow-plain]\n"                                                                        \
	"       [--trust sha256:KEY] [--leave-on-server forever|'N days'|until-deleted|never]\n"   \
	"       [--check-minutes N]"

static int account_wrong(const struct sentence *why)
{
	struct buf text = {0};
	words_sentence(why, &text);
	int code = program_input("%s", buf_text(&text));
	buf_done(&text);
	return code;
}

static bool account_take_text(int argc, char **argv, int *at, const char *name, char **field)
{
	const char *value = NULL;
	if (!option_take(argc, argv, at, name, &value) || value == NULL)
		return false;
	mem_free(*field);
	*field = mem_text(value);
	return true;
}

/* A server's URL at argv[*at]; false: another word stands there. */
static bool account_take_server(int argc, char **argv, int *at, const char *name,
	enum service service, struct server *server, bool *is_wrong)
{
	const char *value = NULL;
	struct sentence why = {0};
	if (!option_take(argc, argv, at, name, &value))
		return false;
	server_done(server);
	if (value == NULL || !server_url_read(str_from(value), service, server, &why)) {
		*is_wrong = true;
		if (value != NULL)
			account_wrong(&why);
	}
	sentence_done(&why);
	return true;
}

/* A setting that is written as in the file. */
static bool account_take_setting(
	int argc, char **argv, int *at, const char *name, struct account *account, bool *is_wrong)
{
	const char *value = NULL, *key = name + 2;
	struct sentence why = {0};
	if (!option_take(argc, argv, at, name, &value))
		return false;
	if (value == NULL || !option_check(option_find("account", key), value, &why)) {
		*is_wrong = true;
		if (value != NULL)
			account_wrong(&why);
	} else {
		settings_account_read(account, key, value);
	}
	sentence_done(&why);
	return true;
}

/* One word of the command line; false when nothing knows it. */
static bool account_take(
	int argc, char **argv, int *at, struct account *account, bool *allow_plain, bool *is_wrong)
{
	if (account_take_server(
		    argc, argv, at, "--imap", SERVICE_IMAP, &account->incoming, is_wrong)) {
		account->kind = ACCOUNT_IMAP;
		return true;
	}
	if (account_take_server(
		    argc, argv, at, "--pop3", SERVICE_POP3, &account->incoming, is_wrong)) {
		account->kind = ACCOUNT_POP3;
		return true;
	}
	if (account_take_server(
		    argc, argv, at, "--smtp", SERVICE_SMTP, &account->outgoing, is_wrong))
		return true;
	if (strcmp(argv[*at], "--local") == 0) {
		account->kind = ACCOUNT_LOCAL;
		return true;
	}
	if (strcmp(argv[*at], "--allow-plain") == 0) {
		*allow_plain = true;
		return true;
	}
	if (account_take_setting(argc, argv, at, "--leave-on-server", account, is_wrong) ||
		account_take_setting(argc, argv, at, "--check-minutes", account, is_wrong))
		return true;
	return account_take_text(argc, argv, at, "--from", &account->from) ||
	       account_take_text(
		       argc, argv, at, "--password-command", &account->password_command) ||
	       account_take_text(argc, argv, at, "--ca-file", &account->ca_file) ||
	       account_take_text(argc, argv, at, "--trust", &account->trust) ||
	       account_take_text(argc, argv, at, "--auth", &account->auth);
}

static bool account_is_plain_abroad(const struct server *server)
{
	return server->host != NULL && server->transport == TRANSPORT_PLAIN &&
	       !server->allow_plain && !server_is_loopback(server);
}

/* A relative path would mean another file tomorrow. */
static void account_make_absolute(char **path)
{
	char folder[4096];
	if (*path == NULL || **path == '/' || **path == '~' ||
		getcwd(folder, sizeof(folder)) == NULL)
		return;
	struct buf whole = {0};
	buf_addf(&whole, "%s/%s", folder, *path);
	mem_free(*path);
	*path = buf_take(&whole);
}

static int account_check(const struct account *account)
{
	struct sentence why = {0};
	const struct option *auth = option_find("account", "auth");
	const struct option *trust = option_find("account", "trust");
	int code = EXIT_DONE;
	if ((account->incoming.host == NULL) != (account->kind == ACCOUNT_LOCAL))
		code = program_usage(ACCOUNT_ADD_USAGE);
	else if (!settings_name_check(account->name, &why))
		code = account_wrong(&why);
	else if (account->auth != NULL && !option_check(auth, account->auth, &why))
		code = account_wrong(&why);
	else if (account->trust != NULL && !option_check(trust, account->trust, &why))
		code = account_wrong(&why);
	else if (account_is_plain_abroad(&account->incoming) ||
		 account_is_plain_abroad(&account->outgoing))
		code = program_input(
			_("%s would send the password and the mail unencrypted over the network. "
			  "Use imaps:// or imap+starttls://, or say --allow-plain."),
			account->incoming.host);
	sentence_done(&why);
	return code;
}

static int account_store(struct program *program, const struct account *account)
{
	struct error err;
	if (!profile_paths_make(&program->paths, &err) ||
		!settings_account_add(program->settings, account, &err) ||
		!settings_save(program->settings, &err))
		return program_fail(&err, account->name);
	if (account->kind == ACCOUNT_LOCAL)
		printf(_("Account \"%s\" is added: folders on this machine alone.\n"),
			account->name);
	else
		printf(_("Account \"%s\" is added. \"rowan account test %s\" tries the log-in.\n"),
			account->name, account->name);
	return EXIT_DONE;
}

static int account_add(struct program *program, int argc, char **argv)
{
	struct account account = {0};
	bool allow_plain = false, is_wrong = false;
	int code = EXIT_DONE;
	if (argc < 2 || argv[1][0] == '-')
		return program_usage(ACCOUNT_ADD_USAGE);
	account.name = mem_text(argv[1]);
	for (int at = 2; at < argc && code == EXIT_DONE; at++) {
		if (!account_take(argc, argv, &at, &account, &allow_plain, &is_wrong))
			code = program_usage(ACCOUNT_ADD_USAGE);
		if (is_wrong)
			code = EXIT_WRONG_USAGE;
	}
	account.incoming.allow_plain = account.outgoing.allow_plain = allow_plain;
	account_make_absolute(&account.ca_file);
	if (code == EXIT_DONE)
		code = account_check(&account);
	if (code == EXIT_DONE)
		code = account_store(program, &account);
	account_done(&account);
	return code;
}

static void account_print_url(const struct server *server, enum service service, struct buf *out)
{
	if (server->host != NULL)
		server_url_print(server, service, out);
}

static void account_print(const struct account *account, bool wants_json)
{
	struct buf incoming = {0}, outgoing = {0}, line = {0};
	struct json j;
	static const char *const kinds[] = {
		[ACCOUNT_IMAP] = "imap", [ACCOUNT_POP3] = "pop3", [ACCOUNT_LOCAL] = "local"};
	bool is_pop3 = account->kind == ACCOUNT_POP3;
	account_print_url(&account->incoming, is_pop3 ? SERVICE_POP3 : SERVICE_IMAP, &incoming);
	account_print_url(&account->outgoing, SERVICE_SMTP, &outgoing);
	if (wants_json) {
		json_init(&j, &line);
		json_begin_object(&j);
		json_put_text(&j, "name", account->name);
		json_put_text(&j, "kind", kinds[account->kind]);
		json_put_text(&j, "incoming", incoming.len > 0 ? buf_text(&incoming) : NULL);
		json_put_text(&j, "outgoing", outgoing.len > 0 ? buf_text(&outgoing) : NULL);
		json_put_text(&j, "from", account->from);
		json_end_object(&j);
		print_json(&line);
	} else {
		buf_addf(&line, "%-16s %s %s", account->name, buf_text(&incoming),
			buf_text(&outgoing));
		print_safe(buf_str(&line));
	}
	buf_done(&incoming);
	buf_done(&outgoing);
	buf_done(&line);
}

static int account_list(struct program *program, int argc, char **argv)
{
	bool wants_json = argc == 2 && strcmp(argv[1], "--json") == 0;
	size_t count = 0;
	if (argc > 1 && !wants_json)
		return program_usage("account list [--json]");
	const struct account *const *accounts = settings_accounts(program->settings, &count);
	for (size_t i = 0; i < count; i++)
		account_print(accounts[i], wants_json);
	return EXIT_DONE;
}

static int account_remove(struct program *program, int argc, char **argv)
{
	struct error err;
	if (argc != 2)
		return program_usage("account remove NAME");
	const struct account *account = settings_account(program->settings, argv[1]);
	if (account == NULL)
		return program_input(_("there is no account \"%s\""), argv[1]), EXIT_FAILED;
	bool is_imap = account->kind == ACCOUNT_IMAP;
	if (!settings_account_remove(program->settings, argv[1], &err) ||
		!settings_save(program->settings, &err))
		return program_fail(&err, argv[1]);
	if (is_imap)
		printf(_("Account \"%s\" is removed. Its mail on the server is untouched.\n"),
			argv[1]);
	else
		printf(_("Account \"%s\" is removed. Its mail stays in the store: the account can "
			 "be "
			 "added again under this name.\n"),
			argv[1]);
	return EXIT_DONE;
}

static const char *account_step_words(enum test_step step, bool is_pop3)
{
	if (is_pop3 && step == TEST_FOLDERS)
		return _("the maildrop can be opened");
	static const char *const words[] = {
		[TEST_RESOLVE] = N_("looking up the server's name"),
		[TEST_CONNECT] = N_("connected"),
		[TEST_TLS] = N_("the connection is encrypted and the certificate is good"),
		[TEST_GREETING] = N_("the server greets"),
		[TEST_LOGIN] = N_("logged in"),
		[TEST_FOLDERS] = N_("the folders can be listed"),
		[TEST_DONE] = N_("all is well"),
	};
	return _(words[step]);
}

static void account_print_step(const struct event *event, bool is_pop3, bool wants_json)
{
	static const char *const names[] = {
		"resolve", "connect", "tls", "greeting", "login", "folders", "done"};
	struct buf line = {0};
	struct json j;
	if (!wants_json) {
		if (event->is_ok)
			printf("%s\n", account_step_words(event->step, is_pop3));
		print_safe(str_from(event->text));
		return;
	}
	json_init(&j, &line);
	json_begin_object(&j);
	json_put_text(&j, "step", names[event->step]);
	json_put_bool(&j, "ok", event->is_ok);
	if (!event->is_ok)
		json_put_text(&j, "error", event->error.detail);
	if (event->text != NULL)
		json_put_text(&j, "certificate", event->text);
	json_end_object(&j);
	print_json(&line);
	buf_done(&line);
}

static int account_test(struct program *program, int argc, char **argv)
{
	struct error err;
	bool wants_json = argc == 3 && strcmp(argv[2], "--json") == 0;
	if (argc < 2 || (argc > 2 && !wants_json))
		return program_usage("account test NAME [--json]");
	const struct account *account = settings_account(program->settings, argv[1]);
	if (account == NULL)
		return program_input(_("there is no account \"%s\""), argv[1]), EXIT_FAILED;
	if (account->kind == ACCOUNT_LOCAL)
		return program_input(_("\"%s\" has no server to log in to"), argv[1]);
	if (program->is_offline)
		return program_input(_("a log-in cannot be tried with --offline"));
	program->is_offline = true; /* the test alone connects */
	if (!program_engine(program, false, &err))
		return program_fail(&err, argv[1]);
	struct request *request = request_new(REQUEST_ACCOUNT_TEST);
	request->account = account_copy(account);
	engine_request(program->engine, request);
	int code = -1;
	while (code < 0) {
		struct event *event = program_event(program);
		if (event->kind == EVENT_TEST) {
			account_print_step(event, account->kind == ACCOUNT_POP3, wants_json);
			if (event->is_last)
				code = event->is_ok ? EXIT_DONE
						    : program_fail(&event->error, argv[1]);
		}
		event_free(event);
	}
	return code;
}

int command_account(struct program *program, int argc, char **argv)
{
	static const struct {
		const char *name;
		command_run *run;
	} verbs[] = {
		{"add", account_add},
		{"list", account_list},
		{"test", account_test},
		{"remove", account_remove},
	};
	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(program, argc - 1, argv + 1);
	return program_usage("account add|list|test|remove …");
}
