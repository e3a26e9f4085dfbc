/* Folders of the model server: STATUS, LIST, and what changes them. */
#include "tests/sim/sim_talk.h"

static void sim_say_status(struct sim_talk *talk, struct sim_folder *folder, struct str items)
{
	uint32_t unseen = 0;
	const char *blank = "";
	for (size_t i = 0; i < folder->count; i++)
		unseen += (folder->messages[i].flags & SIM_SEEN) == 0;
	const struct {
		const char *name;
		uint64_t value;
	} values[] = {
		{"MESSAGES", folder->count},
		{"RECENT", 0},
		{"UIDNEXT", folder->uidnext},
		{"UIDVALIDITY", folder->uidvalidity},
		{"UNSEEN", unseen},
		{"HIGHESTMODSEQ", folder->modseq},
	};
	sim_say(talk, "* STATUS \"%s\" (", folder->wire);
	while (items.len > 0) {
		struct str item = str_cut(&items, ' ');
		for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
			if (str_equal_nocase(item, str_from(values[i].name))) {
				sim_say(talk, "%s%s %llu", blank, values[i].name,
					(unsigned long long)values[i].value);
				blank = " ";
			}
	}
	sim_say(talk, ")\r\n");
}

/* The folder of that name; 0: there is none. Else its index + 1. */
size_t sim_find_folder(struct sim_talk *talk, struct str wire)
{
	for (size_t i = 0; i < talk->server->folder_count; i++)
		if (wire.len > 0 && str_equal_nocase(str_from(talk->server->folders[i].wire), wire))
			return i + 1;
	return 0;
}

static struct str sim_in_parentheses(struct str s)
{
	s = str_skip(s, s.len > 0 && s.data[0] == '(');
	return str_first(s, s.len - (s.len > 0 && s.data[s.len - 1] == ')'));
}

bool sim_status(struct sim_talk *talk, struct str rest)
{
	struct buf name = {0}, items = {0};
	sim_argument(&rest, &name);
	sim_argument(&rest, &items);
	size_t folder = sim_find_folder(talk, buf_str(&name));
	if (folder == 0 || talk->server->folders[folder - 1].no_select) {
		sim_no_code(talk, "NONEXISTENT", "no such folder");
	} else {
		sim_say_status(talk, &talk->server->folders[folder - 1],
			sim_in_parentheses(buf_str(&items)));
		sim_ok(talk, "done");
	}
	buf_done(&name);
	buf_done(&items);
	return true;
}

/* "RETURN (… STATUS (…))": the items of STATUS; empty when there are none. */
static struct str sim_list_status(struct str options)
{
	size_t at = str_find_nocase(options, STR("STATUS ("));
	struct str items = at == STR_NONE ? STR("") : str_skip(options, at + 8);
	return str_first(items, str_find_char(items, ')'));
}

static void sim_list_one(struct sim_talk *talk, const char *verb, const struct sim_folder *folder,
	struct str options)
{
	bool is_extended = str_find_nocase(options, STR("RETURN")) != STR_NONE;
	sim_say(talk, "* %s (\\HasNoChildren", verb);
	if (folder->no_select)
		sim_say(talk, " \\Noselect");
	if (is_extended && folder->is_subscribed)
		sim_say(talk, " \\Subscribed");
	if (folder->use != NULL && sim_profile_has(talk->server->profile, "SPECIAL-USE"))
		sim_say(talk, " %s", folder->use);
	sim_say(talk, ") \"%c\" \"%s\"\r\n", talk->server->profile->delimiter, folder->wire);
}

static bool sim_list_all(struct sim_talk *talk, const char *verb, struct str options)
{
	bool is_lsub = verb[1] == 'S';
	struct str items = sim_list_status(options);
	if (str_find_nocase(options, STR("RETURN")) != STR_NONE &&
		!sim_profile_has(talk->server->profile, "LIST-EXTENDED"))
		return false;
	for (size_t i = 0; i < talk->server->folder_count; i++) {
		struct sim_folder *folder = &talk->server->folders[i];
		if (folder->wire[0] == '\0' || (is_lsub && !folder->is_subscribed))
			continue;
		sim_list_one(talk, verb, folder, options);
		if (items.len > 0 && !folder->no_select)
			sim_say_status(talk, folder, items);
	}
	sim_ok(talk, "done");
	return true;
}

bool sim_list(struct sim_talk *talk, struct str rest)
{
	struct buf word = {0};
	sim_argument(&rest, &word);
	sim_argument(&rest, &word);
	buf_done(&word);
	return sim_list_all(talk, "LIST", rest);
}

bool sim_lsub(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	return sim_list_all(talk, "LSUB", STR(""));
}

/* ---- Folders come and go. ---- */

static bool sim_is_inbox(struct str name)
{
	return str_equal_nocase(name, STR("INBOX"));
}

bool sim_create(struct sim_talk *talk, struct str rest)
{
	struct buf name = {0};
	bool ok = sim_argument(&rest, &name) && name.len > 0;
	if (ok && sim_find_folder(talk, buf_str(&name)) != 0) {
		sim_no_code(talk, "ALREADYEXISTS", "there is such a folder");
	} else if (ok) {
		sim_server_folder(talk->server, buf_text(&name))->is_subscribed = false;
		sim_ok(talk, "done");
	}
	buf_done(&name);
	return ok;
}

bool sim_delete(struct sim_talk *talk, struct str rest)
{
	struct buf name = {0};
	bool ok = sim_argument(&rest, &name);
	size_t folder = ok ? sim_find_folder(talk, buf_str(&name)) : 0;
	if (ok && sim_is_inbox(buf_str(&name))) {
		sim_no_code(talk, "CANNOT", "INBOX stays");
	} else if (ok && folder == 0) {
		sim_no_code(talk, "NONEXISTENT", "no such folder");
	} else if (ok) {
		if (talk->folder == folder)
			talk->folder = 0;
		sim_folder_delete(talk->server, talk->server->folders[folder - 1].wire);
		sim_ok(talk, "done");
	}
	buf_done(&name);
	return ok;
}

bool sim_rename(struct sim_talk *talk, struct str rest)
{
	struct buf from = {0}, to = {0};
	bool ok = sim_argument(&rest, &from) && sim_argument(&rest, &to) && to.len > 0;
	if (ok && (sim_find_folder(talk, buf_str(&from)) == 0 || sim_is_inbox(buf_str(&from)))) {
		sim_no_code(talk, "NONEXISTENT", "no such folder");
	} else if (ok && sim_find_folder(talk, buf_str(&to)) != 0) {
		sim_no_code(talk, "ALREADYEXISTS", "there is such a folder");
	} else if (ok) {
		sim_folder_rename(talk->server, buf_text(&from), buf_text(&to));
		sim_ok(talk, "done");
	}
	buf_done(&from);
	buf_done(&to);
	return ok;
}

static bool sim_mark_subscribed(struct sim_talk *talk, struct str rest, bool is_subscribed)
{
	struct buf name = {0};
	bool ok = sim_argument(&rest, &name);
	size_t folder = ok ? sim_find_folder(talk, buf_str(&name)) : 0;
	if (ok && folder == 0) {
		sim_no_code(talk, "NONEXISTENT", "no such folder");
	} else if (ok) {
		talk->server->folders[folder - 1].is_subscribed = is_subscribed;
		sim_ok(talk, "done");
	}
	buf_done(&name);
	return ok;
}

bool sim_subscribe(struct sim_talk *talk, struct str rest)
{
	return sim_mark_subscribed(talk, rest, true);
}

bool sim_unsubscribe(struct sim_talk *talk, struct str rest)
{
	return sim_mark_subscribed(talk, rest, false);
}

/* ---- Room and rights: the same for every folder. ---- */

static bool sim_tell_of(struct sim_talk *talk, struct str rest, const char *format)
{
	struct buf name = {0};
	bool ok = sim_argument(&rest, &name);
	if (ok && sim_find_folder(talk, buf_str(&name)) == 0) {
		sim_no(talk, "no such folder");
	} else if (ok) {
		sim_say(talk, "%s \"%s\" %s\r\n", format, buf_text(&name),
			strcmp(format, "* QUOTAROOT") == 0  ? "root"
			: strcmp(format, "* MYRIGHTS") == 0 ? "lrswipkxtea"
							    : "ann lrswipkxtea \"team one\" lrs");
		if (strcmp(format, "* QUOTAROOT") == 0)
			sim_say(talk, "* QUOTA root (STORAGE 250 1000 MESSAGE 7 50)\r\n");
		sim_ok(talk, "told");
	}
	buf_done(&name);
	return ok;
}

bool sim_getquotaroot(struct sim_talk *talk, struct str rest)
{
	return sim_tell_of(talk, rest, "* QUOTAROOT");
}

bool sim_myrights(struct sim_talk *talk, struct str rest)
{
	return sim_tell_of(talk, rest, "* MYRIGHTS");
}

bool sim_getacl(struct sim_talk *talk, struct str rest)
{
	return sim_tell_of(talk, rest, "* ACL");
}
