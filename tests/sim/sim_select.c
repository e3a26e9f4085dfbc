/* A folder is opened and left. */
#include "tests/sim/sim_talk.h"

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
	for (int i = 0; i < (profile->keeps_keywords ? SIM_FLAGS_MAX : 5); i++)
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
		sim_no_code(talk, "NONEXISTENT", "no such folder");
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

bool sim_select(struct sim_talk *talk, struct str rest)
{
	return sim_open_folder(talk, rest, false);
}

bool sim_examine(struct sim_talk *talk, struct str rest)
{
	return sim_open_folder(talk, rest, true);
}

bool sim_unselect(struct sim_talk *talk, struct str rest)
{
	(void)rest;
	talk->folder = 0;
	sim_ok(talk, "done");
	return true;
}

/* CLOSE expunges what anybody marked: Rowan leaves by UNSELECT or the next SELECT. */
bool sim_close(struct sim_talk *talk, struct str rest)
{
	struct sim_folder *folder = sim_talk_folder(talk);
	for (size_t i = 0; folder != NULL && !talk->is_examined && i < folder->count; i++)
		if ((folder->messages[i].flags & SIM_DELETED) != 0) {
			buf_add_text(&talk->server->misuse, "CLOSE with marked messages\n");
			sim_remove(talk->server, talk->number, folder, folder->messages[i--].uid);
		}
	return sim_unselect(talk, rest);
}
