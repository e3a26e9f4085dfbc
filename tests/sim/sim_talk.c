/* How the model server speaks: lines and literals, which command, what others changed. */
#include "tests/sim/sim_talk.h"

#include <stdio.h>

#include "base/array.h"
#include "base/memory.h"

enum { SIM_COMMAND_MAX = 1 << 23 };

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

void sim_ok(struct sim_talk *talk, const char *text)
{
	sim_say(talk, "%s OK %s\r\n", talk->tag, text);
}

void sim_no(struct sim_talk *talk, const char *text)
{
	sim_say(talk, "%s NO %s\r\n", talk->tag, text);
}

void sim_no_code(struct sim_talk *talk, const char *code, const char *text)
{
	if (talk->server->profile->no_codes)
		sim_no(talk, text);
	else
		sim_say(talk, "%s NO [%s] %s\r\n", talk->tag, code, text);
}

/* ---- Which command. ---- */

static bool sim_uid(struct sim_talk *talk, struct str rest)
{
	static const struct {
		const char *verb;
		sim_verb *run;
		bool answers; /* by itself */
	} rows[] = {
		{"FETCH", sim_fetch, false},
		{"STORE", sim_store, true},
		{"SEARCH", sim_search, false},
		{"EXPUNGE", sim_uid_expunge, false},
		{"COPY", sim_copy, true},
		{"MOVE", sim_move, true},
	};
	struct str verb = str_cut(&rest, ' ');
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!str_equal_nocase(verb, str_from(rows[i].verb)) || talk->folder == 0)
			continue;
		if (!rows[i].run(talk, rest))
			return false;
		if (rows[i].answers)
			return true;
		sim_talk_tell(talk);
		sim_ok(talk, "done");
		return true;
	}
	return false;
}

static const struct {
	const char *verb;
	sim_verb *run;
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
	{"CREATE", sim_create, NULL, false},
	{"DELETE", sim_delete, NULL, false},
	{"RENAME", sim_rename, NULL, false},
	{"SUBSCRIBE", sim_subscribe, NULL, false},
	{"UNSUBSCRIBE", sim_unsubscribe, NULL, false},
	{"GETQUOTAROOT", sim_getquotaroot, "QUOTA", false},
	{"MYRIGHTS", sim_myrights, "ACL", false},
	{"GETACL", sim_getacl, "ACL", false},
	{"APPEND", sim_append, NULL, false},
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
