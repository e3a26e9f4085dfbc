/* rowan sync and rowan folders. */
#include "commands.h"

#include "base/json.h"
#include "base/memory.h"
#include "words/gettext.h"
#include "words/words.h"

#include <stdio.h>

static int sync_print_event(struct program *program, const struct event *event)
{
	const char *about = program_account_name(program, event->account_id);
	switch (event->kind) {
	case EVENT_SYNCED:
		return event->is_ok ? EXIT_DONE : program_fail(&event->error, about);
	case EVENT_NOTICE:
		if (event->notice == NOTICE_STORAGE) /* nothing can be kept: no use in going on */
			return program_fail(&event->error, about);
		if (event->error.kind != ERROR_NONE)
			program_fail(&event->error, event->text != NULL ? event->text : about);
		return -1;
	case EVENT_FAILED:
	case EVENT_STOPPED:
		return program_fail(&event->error, about);
	default: /* news for screens */
		return -1;
	}
}

int command_sync(struct program *program, int argc, char **argv)
{
	struct error err;
	struct request *request = request_new(REQUEST_SYNC);
	const char *account = NULL;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--bodies") == 0)
			request->is_on = true;
		else if (strcmp(argv[i], "--json") != 0 && argv[i][0] != '-' && account == NULL)
			account = argv[i];
		else {
			request_free(request);
			return program_usage("sync [--bodies] [ACCOUNT]");
		}
	}
	if (account != NULL && settings_account(program->settings, account) == NULL) {
		request_free(request);
		program_input(_("there is no account \"%s\""), account);
		return EXIT_FAILED;
	}
	if (!program_engine(program, false, &err) || !program_learn_accounts(program, &err)) {
		request_free(request);
		return program_fail(&err, NULL);
	}
	for (size_t i = 0; account != NULL && i < program->account_count; i++)
		if (strcmp(program->accounts[i].name, account) == 0)
			request->account_id = program->accounts[i].account_id;
	engine_request(program->engine, request);
	int code = -1;
	while (code < 0) {
		struct event *event = program_event(program);
		code = sync_print_event(program, event);
		event_free(event);
	}
	return code;
}

static const char *folder_role_name(enum folder_role role)
{
	static const char *const names[] = {
		[ROLE_NONE] = NULL,
		[ROLE_INBOX] = "inbox",
		[ROLE_DRAFTS] = "drafts",
		[ROLE_SENT] = "sent",
		[ROLE_TRASH] = "trash",
		[ROLE_JUNK] = "junk",
		[ROLE_ARCHIVE] = "archive",
		[ROLE_ALL] = "all",
		[ROLE_FLAGGED] = "flagged",
	};
	return names[role];
}

static void folder_print(struct program *program, const struct folder *folder, bool wants_json)
{
	struct buf name = {0}, line = {0};
	struct json j;
	program_folder_print(program, folder, &name);
	if (wants_json) {
		json_init(&j, &line);
		json_begin_object(&j);
		json_put_str(&j, "folder", buf_str(&name));
		json_put_text(&j, "account", program_account_name(program, folder->account_id));
		json_put_text(&j, "name", folder->name);
		json_put_text(&j, "role", folder_role_name(folder->role));
		json_put_bool(&j, "selectable", (folder->attributes & FOLDER_NO_SELECT) == 0);
		json_put_bool(&j, "subscribed", (folder->attributes & FOLDER_SUBSCRIBED) != 0);
		json_put_int(&j, "total", folder->total);
		json_put_int(&j, "unseen", folder->unseen);
		json_put_int(&j, "server_total", folder->server_total);
		json_put_int(&j, "server_unseen", folder->server_unseen);
		json_put_int(&j, "uidvalidity", folder->uidvalidity);
		json_put_int(&j, "uidnext", folder->uidnext);
		json_put_bool(&j, "complete", folder->synced_low == 1);
		json_end_object(&j);
		print_json(&line);
	} else {
		buf_addf(&line, "%7u %7u  %s", (unsigned)folder->unseen, (unsigned)folder->total,
			buf_text(&name));
		print_safe(buf_str(&line));
	}
	buf_done(&name);
	buf_done(&line);
}

int command_folders(struct program *program, int argc, char **argv)
{
	struct error err;
	bool wants_json = false;
	const char *account = NULL;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			wants_json = true;
		else if (argv[i][0] != '-' && account == NULL)
			account = argv[i];
		else
			return program_usage("folders [ACCOUNT] [--json]");
	}
	program->is_offline = true; /* what is listed is the store */
	if (!program_engine(program, false, &err) || !program_learn_accounts(program, &err) ||
		!program_learn_folders(program, &err))
		return program_fail(&err, NULL);
	for (size_t i = 0; i < program->folder_count; i++) {
		const struct folder *folder = &program->folders[i];
		const char *owner = program_account_name(program, folder->account_id);
		if (account == NULL || strcmp(account, owner) == 0)
			folder_print(program, folder, wants_json);
	}
	return EXIT_DONE;
}
