/* How the model server speaks: lines and literals, log-in, folders. */
#include "tests/sim/sim_talk.h"

#include <stdio.h>

#include "base/array.h"
#include "base/base64.h"
#include "base/memory.h"

enum { SIM_COMMAND_MAX = 1 << 20 };

void sim_say(struct sim_talk *talk, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_vaddf(&talk->output, format, args);
	va_end(args);
}

struct sim_folder *sim_talk_folder(struct sim_talk *talk)
{
	return talk->folder == 0 ? NULL : &talk->server->folders[talk->folder - 1];
}

void sim_say_flags(struct sim_talk *talk, uint32_t flags)
{
	const char *blank = "";
	buf_add_char(&talk->output, '(');
	for (int i = 0; i < SIM_FLAGS_MAX; i++)
		if ((flags & (uint32_t)1 << i) != 0) {
			sim_say(talk, "%s%s", blank, talk->server->flag_names[i]);
			blank = " ";
		}
	buf_add_char(&talk->output, ')');
}

/* ---- What others changed. ---- */

void sim_talk_look(struct sim_talk *talk)
{
	struct sim_folder *folder = sim_talk_folder(talk);
	talk->view_count = 0;
	for (size_t i = 0; folder != NULL && i < folder->count; i++) {
		const struct sim_message *m = &folder->messages[i];
		talk->view = array_room(
			talk->view, talk->view_count, &talk->view_cap, sizeof(*talk->view));
		talk->view[talk->view_count++] = (struct sim_seen){m->uid, m->flags, m->modseq};
	}
}

/* Numbers shift with each EXPUNGE, so they are told one by one. */
static void sim_tell_gone(struct sim_talk *talk, struct sim_folder *folder)
{
	for (size_t i = 0; i < talk->view_count; i++) {
		if (sim_folder_message(folder, talk->view[i].uid) != NULL)
			continue;
		if (talk->has_qresync)
			sim_say(talk, "* VANISHED %u\r\n", (unsigned)talk->view[i].uid);
		else
			sim_say(talk, "* %zu EXPUNGE\r\n", i + 1);
		talk->view_count--;
		memmove(&talk->view[i], &talk->view[i + 1],
			(talk->view_count - i) * sizeof(*talk->view));
		i--;
	}
}

void sim_talk_tell(struct sim_talk *talk)
{
	struct sim_folder *folder = sim_talk_folder(talk);
	if (folder == NULL)
		return;
	sim_tell_gone(talk, folder);
	size_t known = talk->view_count;
	for (size_t i = 0; i < known; i++) {
		const struct sim_message *m = sim_folder_message(folder, talk->view[i].uid);
		if (m->flags == talk->view[i].flags)
			continue;
		sim_fetch_flags(talk, i + 1, talk->server->profile->tells_uid);
	}
	if (folder->count > known) {
		sim_talk_look(talk);
		sim_say(talk, "* %zu EXISTS\r\n* %zu RECENT\r\n", folder->count,
			folder->count - known);
	}
}

void sim_talk_push(struct sim_talk *talk)
{
	if (talk->is_idling && !talk->hangs)
		sim_talk_tell(talk);
}

/* ---- Arguments. ---- */

static bool sim_literal(struct str *rest, struct buf *out)
{
	struct str head = str_first(*rest, str_find_char(*rest, '\n') + 1);
	uint32_t size = 0;
	struct str digits = str_skip(head, 1);
	digits = str_first(digits, str_find_char(digits, '}'));
	if (digits.len > 0 && digits.data[digits.len - 1] == '+')
		digits.len--;
	if (!str_to_u32(digits, &size))
		return false;
	*rest = str_skip(*rest, head.len);
	buf_add(out, str_first(*rest, size));
	*rest = str_skip(*rest, size);
	return true;
}

static bool sim_quoted(struct str *rest, struct buf *out)
{
	size_t i = 1;
	for (; i < rest->len && rest->data[i] != '"'; i++) {
		if (rest->data[i] == '\\' && i + 1 < rest->len)
			i++;
		buf_add_char(out, rest->data[i]);
	}
	*rest = str_skip(*rest, i + 1);
	return true;
}

bool sim_argument(struct str *rest, struct buf *out)
{
	int depth = 0;
	buf_clear(out);
	while (rest->len > 0 && rest->data[0] == ' ')
		*rest = str_skip(*rest, 1);
	if (rest->len == 0)
		return false;
	if (rest->data[0] == '"')
		return sim_quoted(rest, out);
	if (rest->data[0] == '{')
		return sim_literal(rest, out);
	size_t i = 0;
	for (; i < rest->len && (depth > 0 || rest->data[i] != ' '); i++) {
		depth += rest->data[i] == '(' || rest->data[i] == '[';
		depth -= rest->data[i] == ')' || rest->data[i] == ']';
	}
	buf_add(out, str_first(*rest, i));
	*rest = str_skip(*rest, i);
	return true;
}

static uint32_t sim_set_number(struct str text, uint32_t last)
{
	uint32_t number = 0;
	if (str_equal(text, STR("*")))
		return last;
	str_to_u32(text, &number);
	return number;
}

bool sim_set_has(struct str set, uint32_t uid, uint32_t last)
{
	while (set.len > 0) {
		struct str high = str_cut(&set, ',');
		bool is_range = str_find_char(high, ':') != STR_NONE;
		struct str low = str_cut(&high, ':');
		uint32_t from = sim_set_number(low, last);
		uint32_t to = is_range ? sim_set_number(high, last) : from;
		if ((uid >= from && uid <= to) || (uid >= to && uid <= from))
			return true;
	}
	return false;
}

/* ---- Log-in. ---- */

static void sim_ok(struct sim_talk *talk, const char *text)
{
	sim_say(talk, "%s OK %s\r\n", talk->tag, text);
}

static void sim_no(struct sim_talk *talk, const char *text)
{
	sim_say(talk, "%s NO %s\r\n", talk->tag, text);
}

static void sim_log_in(struct sim_talk *talk, struct str user, struct str password)
{
	const struct sim_profile *profile = talk->server->profile;
	if (!str_equal(user, str_from(talk->server->user)) ||
		!str_equal(password, str_from(talk->server->password))) {
		talk->server->failed_logins++;
		sim_no(talk, "[AUTHENTICATIONFAILED] wrong name or password");
		return;
	}
	talk->server->logins++;
	talk->is_in = true;
	if (profile->login_caps)
		sim_say(talk, "%s OK [CAPABILITY %s] Logged in\r\n", talk->tag, profile->caps);
	else
		sim_ok(talk, "LOGIN done");
}

static bool sim_login(struct sim_talk *talk, struct str rest)
{
	struct buf user = {0}, password = {0};
	bool ok = sim_argument(&rest, &user) && sim_argument(&rest, &password);
	if (ok)
		sim_log_in(talk, buf_str(&user), buf_str(&password));
	buf_done(&user);
	buf_done(&password);
	return ok;
}

static void sim_plain(struct sim_talk *talk, struct str response)
{
	struct buf text = {0};
	if (!base64_decode(response, &text))
		sim_say(talk, "%s BAD not base64\r\n", talk->tag);
	struct str rest = buf_str(&text);
	str_cut(&rest, '\0');
	struct str user = str_cut(&rest, '\0');
	if (text.len > 0)
		sim_log_in(talk, user, rest);
	buf_done(&text);
}

static bool sim_authenticate(struct sim_talk *talk, struct str rest)
{
	struct buf word = {0};
	sim_argument(&rest, &word);
	if (!str_equal_nocase(buf_str(&word), STR("PLAIN"))) {
		sim_no(talk, "no such mechanism");
	} else if (sim_argument(&rest, &word)) {
		sim_plain(talk, buf_str(&word));
	} else {
		talk->waits_for_plain = true;
		sim_say(talk, "+ \r\n");
	}
	buf_done(&word);
	return true;
}

static bool sim_capability(struct sim_talk *talk, struct str rest)
{
	const struct sim_profile *profile = talk->server->profile;
	(void)rest;
	sim_say(talk, "* CAPABILITY %s\r\n", talk->is_in ? profile->caps : profile->before);
	sim_ok(talk, "done");
	return true;
}

/* ---- Commands without much to them. ---- */

static bool sim_noop(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	sim_talk_tell(talk);
	sim_ok(talk, "done");
	return true;
}

static bool sim_logout(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	sim_say(talk, "* BYE see you\r\n");
	sim_ok(talk, "done");
	talk->is_over = true;
	return true;
}

static bool sim_id(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	sim_say(talk, "* ID (\"name\" \"%s\")\r\n", talk->server->profile->name);
	sim_ok(talk, "done");
	return true;
}

static bool sim_enable(struct sim_talk *talk, struct str rest)
{
	struct buf word = {0};
	buf_add_text(&talk->output, "* ENABLED");
	while (sim_argument(&rest, &word)) {
		if (!sim_profile_has(talk->server->profile, buf_text(&word)))
			continue;
		talk->has_condstore = true;
		talk->has_qresync |= str_equal_nocase(buf_str(&word), STR("QRESYNC"));
		sim_say(talk, " %s", buf_text(&word));
	}
	sim_say(talk, "\r\n");
	sim_ok(talk, "done");
	buf_done(&word);
	return true;
}

static bool sim_namespace(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	sim_say(talk, "* NAMESPACE ((\"%s\" \"%c\")) NIL NIL\r\n", talk->server->profile->prefix,
		talk->server->profile->delimiter);
	sim_ok(talk, "done");
	return true;
}

static bool sim_idle(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	talk->is_idling = true;
	snprintf(talk->idle_tag, sizeof(talk->idle_tag), "%s", talk->tag);
	sim_say(talk, "+ idling\r\n");
	sim_talk_tell(talk);
	return true;
}

/* ---- Folders. ---- */

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
static size_t sim_find_folder(struct sim_talk *talk, struct str wire)
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

static bool sim_status(struct sim_talk *talk, struct str rest)
{
	struct buf name = {0}, items = {0};
	sim_argument(&rest, &name);
	sim_argument(&rest, &items);
	size_t folder = sim_find_folder(talk, buf_str(&name));
	if (folder == 0 || talk->server->folders[folder - 1].no_select) {
		sim_no(talk, "[NONEXISTENT] no such folder");
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

static bool sim_list(struct sim_talk *talk, struct str rest)
{
	struct buf word = {0};
	sim_argument(&rest, &word);
	sim_argument(&rest, &word);
	buf_done(&word);
	return sim_list_all(talk, "LIST", rest);
}

static bool sim_lsub(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	return sim_list_all(talk, "LSUB", STR(""));
}

/* ---- SELECT. ---- */

/* "(QRESYNC (V M))": what changed since M, when V still holds. */
static void sim_say_since(struct sim_talk *talk, struct sim_folder *folder, struct str options)
{
	uint32_t uidvalidity = 0;
	uint64_t modseq = 0;
	size_t at = str_find_nocase(options, STR("QRESYNC ("));
	if (at == STR_NONE)
		return;
	struct str numbers = str_skip(options, at + 9);
	str_to_u32(str_cut(&numbers, ' '), &uidvalidity);
	numbers = str_first(numbers, str_find_char(numbers, ')'));
	str_to_u64(str_cut(&numbers, ' '), &modseq);
	if (uidvalidity != folder->uidvalidity)
		return;
	for (size_t i = 0; i < folder->gone_count; i++)
		if (folder->gone[i].modseq > modseq)
			sim_say(talk, "* VANISHED (EARLIER) %u\r\n", (unsigned)folder->gone[i].uid);
	for (size_t i = 0; i < folder->count; i++)
		if (folder->messages[i].modseq > modseq)
			sim_fetch_flags(talk, i + 1, true);
}

static void sim_say_selected(struct sim_talk *talk, struct sim_folder *folder, struct str options)
{
	const struct sim_profile *profile = talk->server->profile;
	uint32_t known = 0;
	for (int i = 0; i < SIM_FLAGS_MAX; i++)
		if (talk->server->flag_names[i] != NULL)
			known |= (uint32_t)1 << i;
	sim_say(talk, "* FLAGS ");
	sim_say_flags(talk, known);
	sim_say(talk, "\r\n* OK [PERMANENTFLAGS ");
	sim_say_flags(talk, talk->is_examined ? 0 : known);
	if (profile->keeps_keywords && !talk->is_examined) {
		buf_truncate(&talk->output, talk->output.len - 1);
		sim_say(talk, " \\*)");
	}
	sim_say(talk, "] kept\r\n* %zu EXISTS\r\n* 0 RECENT\r\n", folder->count);
	sim_say(talk, "* OK [UIDVALIDITY %u] valid\r\n", (unsigned)folder->uidvalidity);
	sim_say(talk, "* OK [UIDNEXT %u] next\r\n", (unsigned)folder->uidnext);
	if (sim_profile_has(profile, "CONDSTORE") || profile->tells_modseq_anyway)
		sim_say(talk, "* OK [HIGHESTMODSEQ %llu] highest\r\n",
			(unsigned long long)folder->modseq);
	if (talk->has_qresync)
		sim_say_since(talk, folder, options);
}

static bool sim_open_folder(struct sim_talk *talk, struct str rest, bool is_examined)
{
	struct buf name = {0};
	sim_argument(&rest, &name);
	size_t folder = sim_find_folder(talk, buf_str(&name));
	buf_done(&name);
	if (talk->folder != 0 && talk->has_qresync)
		sim_say(talk, "* OK [CLOSED] closed\r\n");
	talk->folder = 0;
	if (folder == 0 || talk->server->folders[folder - 1].no_select) {
		sim_no(talk, "[NONEXISTENT] no such folder");
		return true;
	}
	talk->folder = folder;
	talk->is_examined = is_examined || talk->server->folders[folder - 1].is_read_only;
	if (str_find_nocase(rest, STR("CONDSTORE")) != STR_NONE)
		talk->has_condstore = true;
	sim_talk_look(talk);
	sim_say_selected(talk, sim_talk_folder(talk), rest);
	sim_ok(talk, talk->is_examined ? "[READ-ONLY] selected" : "[READ-WRITE] selected");
	return true;
}

static bool sim_select(struct sim_talk *talk, struct str rest)
{
	return sim_open_folder(talk, rest, false);
}

static bool sim_examine(struct sim_talk *talk, struct str rest)
{
	return sim_open_folder(talk, rest, true);
}

static bool sim_unselect(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	talk->folder = 0;
	sim_ok(talk, "done");
	return true;
}

/* CLOSE expunges what anybody marked: Rowan leaves by UNSELECT or the next SELECT. */
static bool sim_close(struct sim_talk *talk, struct str rest)
{
	struct sim_folder *folder = sim_talk_folder(talk);
	for (size_t i = 0; folder != NULL && !talk->is_examined && i < folder->count; i++)
		if ((folder->messages[i].flags & SIM_DELETED) != 0) {
			buf_add_text(&talk->server->misuse, "CLOSE with marked messages\n");
			sim_remove(talk->server, talk->number, folder, folder->messages[i--].uid);
		}
	return sim_unselect(talk, rest);
}

static bool sim_plain_expunge(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	buf_add_text(&talk->server->misuse, "EXPUNGE without UIDs\n");
	sim_ok(talk, "done");
	return true;
}

/* ---- Which command. ---- */

static bool sim_uid(struct sim_talk *talk, struct str rest)
{
	static const struct {
		const char *verb;
		bool (*run)(struct sim_talk *talk, struct str rest);
	} rows[] = {
		{"FETCH", sim_fetch},
		{"STORE", sim_store},
		{"SEARCH", sim_search},
		{"EXPUNGE", sim_uid_expunge},
	};
	struct str verb = str_cut(&rest, ' ');
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!str_equal_nocase(verb, str_from(rows[i].verb)) || talk->folder == 0)
			continue;
		if (!rows[i].run(talk, rest))
			return false;
		sim_talk_tell(talk);
		sim_ok(talk, "done");
		return true;
	}
	return false;
}

static const struct {
	const char *verb;
	bool (*run)(struct sim_talk *talk, struct str rest);
	const char *capability; /* needed; NULL */
	bool before;            /* allowed before the log-in */
} sim_verbs[] = {
	{"CAPABILITY", sim_capability, NULL, true},
	{"NOOP", sim_noop, NULL, true},
	{"LOGOUT", sim_logout, NULL, true},
	{"LOGIN", sim_login, NULL, true},
	{"AUTHENTICATE", sim_authenticate, NULL, true},
	{"ID", sim_id, "ID", true},
	{"ENABLE", sim_enable, "ENABLE", false},
	{"NAMESPACE", sim_namespace, "NAMESPACE", false},
	{"IDLE", sim_idle, "IDLE", false},
	{"LIST", sim_list, NULL, false},
	{"LSUB", sim_lsub, NULL, false},
	{"STATUS", sim_status, NULL, false},
	{"SELECT", sim_select, NULL, false},
	{"EXAMINE", sim_examine, NULL, false},
	{"UNSELECT", sim_unselect, "UNSELECT", false},
	{"CLOSE", sim_close, NULL, false},
	{"EXPUNGE", sim_plain_expunge, NULL, false},
	{"UID", sim_uid, NULL, false},
};

static bool sim_run(struct sim_talk *talk, struct str line)
{
	struct str verb = str_cut(&line, ' ');
	for (size_t i = 0; i < sizeof(sim_verbs) / sizeof(*sim_verbs); i++) {
		if (!str_equal_nocase(verb, str_from(sim_verbs[i].verb)))
			continue;
		if ((!talk->is_in && !sim_verbs[i].before) ||
			(sim_verbs[i].capability != NULL &&
				!sim_profile_has(talk->server->profile, sim_verbs[i].capability)))
			return false;
		return sim_verbs[i].run(talk, line);
	}
	return false;
}

static enum sim_reply sim_ask_hook(struct sim_talk *talk, struct str line)
{
	struct sim_server *server = talk->server;
	char *text = mem_str(str_first(line, str_find_char(line, '\r')));
	buf_addf(&server->spoken, "%s\n", text);
	enum sim_reply reply =
		server->hook == NULL ? SIM_DO : server->hook(server->hook_context, talk, text);
	mem_free(text);
	return reply;
}

static void sim_command(struct sim_talk *talk)
{
	struct str line = buf_str(&talk->command);
	struct str tag = str_cut(&line, ' ');
	snprintf(talk->tag, sizeof(talk->tag), "%.*s", (int)tag.len, tag.data);
	size_t before = talk->output.len;
	switch (sim_ask_hook(talk, line)) {
	case SIM_DO:
		if (!sim_run(talk, line))
			sim_say(talk, "%s BAD what is %.*s?\r\n", talk->tag,
				(int)str_first(line, 20).len, line.data);
		return;
	case SIM_NO:
		sim_no(talk, "[UNAVAILABLE] not now");
		return;
	case SIM_BAD:
		sim_say(talk, "%s BAD no\r\n", talk->tag);
		return;
	case SIM_BYE:
		sim_say(talk, "* BYE going down\r\n");
		talk->is_over = true;
		return;
	case SIM_HANG:
		talk->hangs = true;
		return;
	case SIM_DO_NOT_ANSWER:
		sim_run(talk, line);
		buf_truncate(&talk->output, before);
		talk->is_over = true;
		return;
	}
}

/* ---- Lines and literals. ---- */

/* "{12}" or "{12+}" at the end of a line. */
static bool sim_ends_in_literal(struct str line, size_t *size, bool *waits)
{
	uint32_t number = 0;
	if (line.len < 3 || line.data[line.len - 1] != '}')
		return false;
	size_t at = line.len - 1;
	while (at > 0 && line.data[at - 1] != '{')
		at--;
	struct str digits = {line.data + at, line.len - 1 - at};
	*waits = digits.len == 0 || digits.data[digits.len - 1] != '+';
	if (!*waits)
		digits.len--;
	if (at == 0 || !str_to_u32(digits, &number) || number > SIM_COMMAND_MAX)
		return false;
	*size = number;
	return true;
}

static void sim_line(struct sim_talk *talk, struct str line)
{
	bool waits = false;
	if (talk->is_idling) {
		talk->is_idling = false;
		snprintf(talk->tag, sizeof(talk->tag), "%s", talk->idle_tag);
		sim_talk_tell(talk);
		sim_ok(talk, "idled");
		if (!str_equal_nocase(line, STR("DONE")))
			buf_add_text(&talk->server->misuse, "IDLE not ended by DONE\n");
		return;
	}
	if (talk->waits_for_plain) {
		talk->waits_for_plain = false;
		sim_plain(talk, line);
		return;
	}
	buf_add(&talk->command, line);
	if (sim_ends_in_literal(buf_str(&talk->command), &talk->literal, &waits)) {
		buf_add_text(&talk->command, "\r\n");
		if (waits)
			sim_say(talk, "+ go on\r\n");
		return;
	}
	sim_command(talk);
	buf_clear(&talk->command);
}

void sim_talk_feed(struct sim_talk *talk, struct str bytes)
{
	buf_add(&talk->input, bytes);
	while (!talk->is_over && !talk->hangs) {
		struct str input = buf_str(&talk->input);
		if (talk->literal > 0) {
			struct str part = str_first(input, talk->literal);
			buf_add(&talk->command, part);
			talk->literal -= part.len;
			buf_consume(&talk->input, part.len);
			if (talk->literal > 0)
				return;
			continue;
		}
		size_t at = str_find(input, STR("\r\n"));
		if (at == STR_NONE)
			return;
		char *line = mem_str(str_first(input, at));
		buf_consume(&talk->input, at + 2);
		sim_line(talk, str_from(line));
		mem_free(line);
	}
}

struct sim_talk *sim_talk_new(struct sim_server *server)
{
	struct sim_talk *talk = mem_new(sizeof(*talk));
	talk->server = server;
	talk->number = ++server->talks;
	if (server->profile->greets_caps)
		sim_say(talk, "* OK [CAPABILITY %s] ready\r\n", server->profile->before);
	else
		sim_say(talk, "* OK ready\r\n");
	return talk;
}

void sim_talk_free(struct sim_talk *talk)
{
	if (talk == NULL)
		return;
	buf_done(&talk->input);
	buf_done(&talk->output);
	buf_done(&talk->command);
	mem_free(talk->view);
	mem_free(talk);
}

struct buf *sim_talk_output(struct sim_talk *talk)
{
	return &talk->output;
}

bool sim_talk_is_over(const struct sim_talk *talk)
{
	return talk->is_over;
}

bool sim_talk_is_idling(const struct sim_talk *talk)
{
	return talk->is_idling;
}

unsigned sim_talk_number(const struct sim_talk *talk)
{
	return talk->number;
}

struct sim_server *sim_talk_server(struct sim_talk *talk)
{
	return talk->server;
}
