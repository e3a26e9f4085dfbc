/*
 * What brings messages into a folder and takes them out of it: COPY, MOVE, APPEND, EXPUNGE. One
 * command is one step: all of it happens or nothing.
 */
#include "tests/sim/sim_talk.h"

#include "base/array.h"
#include "base/memory.h"

/* UIDs of one command, as the two lists of COPYUID have them. */
struct sim_pairs {
	uint32_t *from, *to; /* owned */
	size_t count, cap;
};

static void sim_pairs_done(struct sim_pairs *pairs)
{
	mem_free(pairs->from);
	mem_free(pairs->to);
}

/* The messages of the set that are there, in the order in which this server copies. */
static void sim_pairs_gather(struct sim_talk *talk, struct str set, struct sim_pairs *pairs)
{
	uint32_t last = talk->view_count > 0 ? talk->view[talk->view_count - 1].uid : 0;
	pairs->from = mem_new_array(talk->view_count + 1, sizeof(*pairs->from));
	pairs->to = mem_new_array(talk->view_count + 1, sizeof(*pairs->to));
	for (size_t i = 0; i < talk->view_count; i++)
		if (sim_set_has(set, talk->view[i].uid, last) &&
			sim_folder_message(sim_talk_folder(talk), talk->view[i].uid) != NULL)
			pairs->from[pairs->count++] = talk->view[i].uid;
}

static void sim_say_list(struct sim_talk *talk, const uint32_t *uids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sim_say(talk, "%s%u", i > 0 ? "," : "", (unsigned)uids[i]);
}

/* "[COPYUID 1005 1,2 7,8] "; a liar's lists are of different length, or name others. */
static void sim_say_copyuid(
	struct sim_talk *talk, const struct sim_folder *to, const struct sim_pairs *pairs)
{
	size_t told = pairs->count;
	uint64_t lies = talk->server->lies;
	if ((lies & SIM_LIE_COPYUID_SHORT) != 0)
		told--;
	sim_say(talk, "[COPYUID %u ", (unsigned)to->uidvalidity);
	sim_say_list(talk, pairs->from, pairs->count);
	sim_say(talk, " ");
	for (size_t i = 0; i < told; i++)
		sim_say(talk, "%s%u", i > 0 ? "," : "",
			(unsigned)pairs->to[i] + ((lies & SIM_LIE_COPYUID_OTHERS) != 0 ? 40 : 0));
	sim_say(talk, "] ");
}

static void sim_copy_all(struct sim_talk *talk, struct sim_folder *to, struct sim_pairs *pairs)
{
	bool descends = talk->server->profile->copies_backwards;
	for (size_t n = 0; n < pairs->count; n++) {
		size_t i = descends ? pairs->count - 1 - n : n;
		const struct sim_message *m =
			sim_folder_message(sim_talk_folder(talk), pairs->from[i]);
		pairs->to[i] = sim_place_copy(talk->server, talk->number, to, m);
	}
}

/* The folder in the argument; NULL after the NO that says there is none. */
static struct sim_folder *sim_target(struct sim_talk *talk, struct str *rest)
{
	struct buf name = {0};
	sim_argument(rest, &name);
	size_t found = sim_find_folder(talk, buf_str(&name));
	buf_done(&name);
	if (found == 0 || talk->server->folders[found - 1].no_select) {
		sim_no(talk, "[TRYCREATE] there is no such folder");
		return NULL;
	}
	struct sim_folder *to = &talk->server->folders[found - 1];
	if (to->is_full || to->is_read_only) {
		sim_no(talk, to->is_full ? "[OVERQUOTA] no room" : "[NOPERM] not there");
		return NULL;
	}
	return to;
}

static bool sim_transfer(struct sim_talk *talk, struct str rest, bool is_move)
{
	struct buf set = {0};
	struct sim_pairs pairs = {0};
	bool has_uidplus = sim_profile_has(talk->server->profile, "UIDPLUS") &&
			   (talk->server->lies & SIM_LIE_NO_COPYUID) == 0;
	bool ok = sim_argument(&rest, &set) && !(is_move && talk->is_examined);
	struct sim_folder *to = ok ? sim_target(talk, &rest) : NULL;
	if (to == NULL)
		goto out;
	sim_pairs_gather(talk, buf_str(&set), &pairs);
	bool is_tagged = !is_move || talk->server->profile->copyuid_tagged;
	sim_copy_all(talk, to, &pairs);
	bool tells = has_uidplus && pairs.count > 0;
	if (tells && !is_tagged) {
		sim_say(talk, "* OK ");
		sim_say_copyuid(talk, to, &pairs);
		sim_say(talk, "moved\r\n");
	}
	for (size_t i = 0; is_move && i < pairs.count; i++)
		sim_remove(talk->server, talk->number, sim_talk_folder(talk), pairs.from[i]);
	sim_talk_tell(talk);
	sim_say(talk, "%s OK ", talk->tag);
	if (tells && is_tagged)
		sim_say_copyuid(talk, to, &pairs);
	sim_say(talk, "%s\r\n", pairs.count > 0 ? "done" : "no messages found");
out:
	sim_pairs_done(&pairs);
	buf_done(&set);
	return ok;
}

bool sim_copy(struct sim_talk *talk, struct str rest)
{
	return sim_transfer(talk, rest, false);
}

bool sim_move(struct sim_talk *talk, struct str rest)
{
	return sim_profile_has(talk->server->profile, "MOVE") && sim_transfer(talk, rest, true);
}

/* One message of an APPEND: its flags, date and literal. False when it is not one. */
static bool sim_append_next(
	struct sim_talk *talk, struct str *rest, struct buf *bytes, uint32_t *flags)
{
	bool is_literal = false, ok = true;
	*flags = 0;
	while (ok && !is_literal) {
		*rest = str_skip(*rest, str_starts(*rest, STR(" ")));
		is_literal = rest->len > 0 && (rest->data[0] == '{' || rest->data[0] == '~');
		*rest = str_skip(*rest, str_starts(*rest, STR("~")));
		buf_clear(bytes);
		ok = rest->len > 0 && sim_argument(rest, bytes);
		if (ok && bytes->len > 0 && buf_text(bytes)[0] == '(')
			*flags = sim_flags_read(talk, buf_str(bytes));
	}
	return ok;
}

/* More than one message is for MULTIAPPEND. */
bool sim_append(struct sim_talk *talk, struct str rest)
{
	struct buf bytes = {0};
	uint32_t flags = 0, first = 0, last = 0;
	bool ok = true;
	struct sim_folder *to = sim_target(talk, &rest);
	while (to != NULL && ok && rest.len > 0) {
		ok = (first == 0 || sim_profile_has(talk->server->profile, "MULTIAPPEND")) &&
		     sim_append_next(talk, &rest, &bytes, &flags);
		if (!ok)
			break;
		last = sim_place_new(talk->server, talk->number, to, buf_str(&bytes), flags);
		first = first == 0 ? last : first;
	}
	if (to != NULL && ok) {
		sim_talk_tell(talk);
		sim_say(talk, "%s OK ", talk->tag);
		if (sim_profile_has(talk->server->profile, "UIDPLUS") && first == last)
			sim_say(talk, "[APPENDUID %u %u] ", (unsigned)to->uidvalidity,
				(unsigned)first);
		else if (sim_profile_has(talk->server->profile, "UIDPLUS"))
			sim_say(talk, "[APPENDUID %u %u:%u] ", (unsigned)to->uidvalidity,
				(unsigned)first, (unsigned)last);
		sim_say(talk, "done\r\n");
	}
	buf_done(&bytes);
	return ok;
}

/* ---- EXPUNGE. ---- */

bool sim_uid_expunge(struct sim_talk *talk, struct str rest)
{
	struct buf set = {0};
	uint32_t last = talk->view_count > 0 ? talk->view[talk->view_count - 1].uid : 0;
	bool ok = sim_argument(&rest, &set) && !talk->is_examined &&
		  sim_profile_has(talk->server->profile, "UIDPLUS");
	for (size_t i = 0; ok && i < talk->view_count; i++) {
		struct sim_folder *folder = sim_talk_folder(talk);
		const struct sim_message *m = sim_folder_message(folder, talk->view[i].uid);
		if (m != NULL && (m->flags & SIM_DELETED) != 0 &&
			sim_set_has(buf_str(&set), m->uid, last))
			sim_remove(talk->server, talk->number, folder, m->uid);
	}
	buf_done(&set);
	return ok;
}

/* Takes all that anybody marked. What a stranger marked before Rowan last asked for the marks must
 * not be among it. */
bool sim_plain_expunge(struct sim_talk *talk, struct str rest)
{
	struct sim_folder *folder = sim_talk_folder(talk);
	(void)rest;
	if (folder == NULL || talk->is_examined)
		return false;
	for (size_t i = 0; i < folder->count; i++) {
		const struct sim_message *m = &folder->messages[i];
		if ((m->flags & SIM_DELETED) == 0)
			continue;
		if (!m->is_ours && m->marked_at <= talk->searched_at)
			buf_addf(&talk->server->misuse,
				"EXPUNGE over a mark of another client, UID %u\n",
				(unsigned)m->uid);
		sim_remove(talk->server, talk->number, folder, m->uid);
		i--;
	}
	sim_talk_tell(talk);
	sim_ok(talk, "done");
	return true;
}
