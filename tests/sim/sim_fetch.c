/* FETCH, STORE and SEARCH of the model server. */
#include "tests/sim/sim_talk.h"

#include <time.h>

void sim_fetch_flags(struct sim_talk *talk, size_t number, bool with_uid)
{
	struct sim_seen *seen = &talk->view[number - 1];
	const struct sim_message *m = sim_folder_message(sim_talk_folder(talk), seen->uid);
	seen->flags = m->flags;
	seen->modseq = m->modseq;
	sim_say(talk, "* %zu FETCH (", number);
	if (with_uid)
		sim_say(talk, "UID %u ", (unsigned)m->uid);
	sim_say(talk, "FLAGS ");
	sim_say_flags(talk, m->flags);
	if (talk->has_condstore)
		sim_say(talk, " MODSEQ (%llu)", (unsigned long long)m->modseq);
	sim_say(talk, ")\r\n");
}

static void sim_say_date(struct sim_talk *talk, int64_t when)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm;
	time_t seconds = (time_t)when;
	gmtime_r(&seconds, &tm);
	sim_say(talk, "INTERNALDATE \"%02d-%.3s-%04d %02d:%02d:%02d +0000\"", tm.tm_mday,
		months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The bytes a FETCH gives: those of the message before it where the server mixes them up. */
static struct str sim_bytes(struct sim_talk *talk, const struct sim_message *m)
{
	const struct sim_folder *folder = sim_talk_folder(talk);
	if (talk->server->wrong_uid == m->uid && m != folder->messages)
		m--;
	return str_make(m->bytes, m->len);
}

/* "BODY.PEEK[1]<0.100>" */
static void sim_say_body(struct sim_talk *talk, const struct sim_message *m, struct str item)
{
	struct buf bytes = {0};
	uint64_t from = 0, max = UINT64_MAX;
	if (!str_starts_nocase(item, STR("BODY.PEEK[")))
		buf_addf(&talk->server->misuse, "a body fetched without PEEK\n");
	struct str section = str_skip(item, str_find_char(item, '[') + 1);
	struct str tail = str_skip(section, str_find_char(section, ']') + 1);
	section = str_first(section, str_find_char(section, ']'));
	sim_say(talk, "BODY[%.*s]", (int)section.len, section.data);
	bool is_header = str_starts_nocase(section, STR("HEADER.FIELDS"));
	struct str message = is_header && talk->server->wrong_bodies_only
				     ? str_make(m->bytes, m->len)
				     : sim_bytes(talk, m);
	if (!sim_mime_section(message, section, &bytes)) {
		sim_say(talk, " NIL");
		buf_done(&bytes);
		return;
	}
	if (str_starts(tail, STR("<"))) {
		struct str numbers = str_first(str_skip(tail, 1), tail.len - 2);
		str_to_u64(str_cut(&numbers, '.'), &from);
		str_to_u64(numbers, &max);
		sim_say(talk, "<%llu>", (unsigned long long)from);
	}
	struct str part = str_skip(buf_str(&bytes), from < bytes.len ? (size_t)from : bytes.len);
	part = str_first(part, max < part.len ? (size_t)max : part.len);
	sim_say(talk, " {%zu}\r\n", part.len);
	buf_add(&talk->output, part);
	buf_done(&bytes);
}

static bool sim_say_item(
	struct sim_talk *talk, struct sim_seen *seen, const struct sim_message *m, struct str item)
{
	if (str_equal_nocase(item, STR("UID"))) {
		sim_say(talk, "UID %u", (unsigned)m->uid);
	} else if (str_equal_nocase(item, STR("FLAGS"))) {
		sim_say(talk, "FLAGS ");
		sim_say_flags(talk, m->flags);
		seen->flags = m->flags;
	} else if (str_equal_nocase(item, STR("MODSEQ"))) {
		sim_say(talk, "MODSEQ (%llu)", (unsigned long long)m->modseq);
	} else if (str_equal_nocase(item, STR("INTERNALDATE"))) {
		sim_say_date(talk, m->arrived);
	} else if (str_equal_nocase(item, STR("RFC822.SIZE"))) {
		sim_say(talk, "RFC822.SIZE %zu", m->len);
	} else if (str_equal_nocase(item, STR("BODYSTRUCTURE"))) {
		sim_say(talk, "BODYSTRUCTURE ");
		sim_mime_structure(sim_bytes(talk, m), &talk->output);
	} else if (str_starts_nocase(item, STR("BODY"))) {
		sim_say_body(talk, m, item);
	} else {
		return false;
	}
	return true;
}

static bool sim_fetch_one(struct sim_talk *talk, size_t number, struct str items)
{
	struct sim_seen *seen = &talk->view[number - 1];
	const struct sim_message *m = sim_folder_message(sim_talk_folder(talk), seen->uid);
	struct buf item = {0};
	const char *blank = "";
	bool ok = true;
	if (m == NULL)
		return true; /* another client removed it: told when this command ends */
	sim_say(talk, "* %zu FETCH (", number);
	while (ok && sim_argument(&items, &item)) {
		sim_say(talk, "%s", blank);
		ok = sim_say_item(talk, seen, m, buf_str(&item));
		blank = " ";
	}
	sim_say(talk, ")\r\n");
	buf_done(&item);
	return ok;
}

static uint32_t sim_last_uid(const struct sim_talk *talk)
{
	return talk->view_count > 0 ? talk->view[talk->view_count - 1].uid : 0;
}

bool sim_fetch(struct sim_talk *talk, struct str rest)
{
	struct buf set = {0}, items = {0}, modifiers = {0};
	uint64_t since = 0;
	bool ok = sim_argument(&rest, &set) && sim_argument(&rest, &items);
	if (sim_argument(&rest, &modifiers)) {
		struct str text = str_skip(buf_str(&modifiers), strlen("(CHANGEDSINCE "));
		talk->has_condstore = true; /* asking is enabling (RFC 7162 §3.1) */
		ok = sim_profile_has(talk->server->profile, "CONDSTORE") &&
		     str_to_u64(str_first(text, text.len - 1), &since);
	}
	struct str inner = str_skip(buf_str(&items), 1);
	inner = str_first(inner, inner.len - 1);
	for (size_t n = 0; ok && n < talk->view_count; n++) {
		size_t i = talk->server->profile->fetches_backwards ? talk->view_count - 1 - n : n;
		const struct sim_message *m =
			sim_folder_message(sim_talk_folder(talk), talk->view[i].uid);
		if (sim_set_has(buf_str(&set), talk->view[i].uid, sim_last_uid(talk)) &&
			(m == NULL || m->modseq > since))
			ok = sim_fetch_one(talk, i + 1, inner);
	}
	buf_done(&set);
	buf_done(&items);
	buf_done(&modifiers);
	return ok;
}

uint32_t sim_flags_read(struct sim_talk *talk, struct str list)
{
	uint32_t flags = 0;
	list = str_first(str_skip(list, 1), list.len - 2);
	while (list.len > 0)
		flags |= sim_server_flag(talk->server, str_cut(&list, ' '));
	return flags;
}

/* "(UNCHANGEDSINCE 12)"; UINT64_MAX: not asked for. */
static bool sim_unchanged_since(struct sim_talk *talk, struct str *rest, uint64_t *since)
{
	struct buf modifier = {0};
	bool ok = true;
	*since = UINT64_MAX;
	if (str_starts_nocase(*rest, STR(" (UNCHANGEDSINCE "))) {
		sim_argument(rest, &modifier);
		struct str number = str_skip(buf_str(&modifier), strlen("(UNCHANGEDSINCE "));
		ok = sim_profile_has(talk->server->profile, "CONDSTORE") &&
		     str_to_u64(str_first(number, number.len - 1), since);
		talk->has_condstore = true;
	}
	buf_done(&modifier);
	return ok;
}

/* What a client may not ask for is told by PERMANENTFLAGS. */
static bool sim_keeps(struct sim_talk *talk, uint32_t flags)
{
	bool ok = talk->server->profile->keeps_keywords || flags >> 5 == 0;
	if (!ok)
		buf_add_text(&talk->server->misuse, "STORE of a flag that is not kept\n");
	return ok;
}

static void sim_store_one(
	struct sim_talk *talk, size_t number, uint32_t flags, bool adds, bool is_silent)
{
	struct sim_folder *folder = sim_talk_folder(talk);
	struct sim_message *m = sim_folder_message(folder, talk->view[number - 1].uid);
	bool is_known = m->flags == talk->view[number - 1].flags;
	sim_change(talk->server, talk->number, folder, m, adds ? flags : 0, adds ? 0 : flags);
	if (!is_silent || talk->has_condstore)
		sim_fetch_flags(talk, number, true);
	else if (is_known)
		talk->view[number - 1].flags = m->flags;
}

bool sim_store(struct sim_talk *talk, struct str rest)
{
	struct buf set = {0}, item = {0}, list = {0}, modified = {0};
	uint64_t since = UINT64_MAX;
	bool ok = sim_argument(&rest, &set) && sim_unchanged_since(talk, &rest, &since) &&
		  sim_argument(&rest, &item) && sim_argument(&rest, &list) && !talk->is_examined;
	uint32_t flags = ok ? sim_flags_read(talk, buf_str(&list)) : 0;
	bool adds = str_starts_nocase(buf_str(&item), STR("+FLAGS"));
	bool is_silent = str_ends_nocase(buf_str(&item), STR(".SILENT"));
	if (!adds && !str_starts_nocase(buf_str(&item), STR("-FLAGS")))
		buf_addf(&talk->server->misuse, "STORE %s\n", buf_text(&item));
	ok = ok && sim_keeps(talk, flags);
	for (size_t i = 0; ok && i < talk->view_count; i++) {
		const struct sim_message *m =
			sim_folder_message(sim_talk_folder(talk), talk->view[i].uid);
		if (m == NULL || !sim_set_has(buf_str(&set), talk->view[i].uid, sim_last_uid(talk)))
			continue;
		if (m->modseq > since)
			buf_addf(&modified, "%s%u", modified.len > 0 ? "," : "", (unsigned)m->uid);
		else
			sim_store_one(talk, i + 1, flags, adds, is_silent);
	}
	if (ok) {
		sim_talk_tell(talk);
		if (modified.len > 0)
			sim_say(talk, "%s OK [MODIFIED %s] conditional\r\n", talk->tag,
				buf_text(&modified));
		else
			sim_ok(talk, "done");
	}
	buf_done(&set);
	buf_done(&item);
	buf_done(&list);
	buf_done(&modified);
	return ok;
}

/* ---- SEARCH. ---- */

static bool sim_matches(const struct sim_message *m, struct str key, bool *is_known)
{
	static const struct {
		const char *key;
		uint32_t flag;
		bool wanted;
	} rows[] = {
		{"ALL", 0, false},
		{"UNSEEN", SIM_SEEN, false},
		{"FLAGGED", SIM_FLAGGED, true},
		{"ANSWERED", SIM_ANSWERED, true},
		{"DELETED", SIM_DELETED, true},
		{"DRAFT", SIM_DRAFT, true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (str_equal_nocase(key, str_from(rows[i].key))) {
			*is_known = true;
			return ((m->flags & rows[i].flag) != 0) == rows[i].wanted;
		}
	return false;
}

bool sim_search(struct sim_talk *talk, struct str rest)
{
	struct buf word = {0};
	bool is_known = false, is_extended = false;
	struct buf found = {0};
	sim_argument(&rest, &word);
	if (str_equal_nocase(buf_str(&word), STR("RETURN"))) {
		is_extended = sim_profile_has(talk->server->profile, "ESEARCH");
		sim_argument(&rest, &word);
		sim_argument(&rest, &word);
		if (!is_extended)
			buf_clear(&word);
	}
	struct sim_message none = {0};
	struct buf text = {0};
	bool is_text = str_equal_nocase(buf_str(&word), STR("TEXT"));
	if (is_text)
		sim_argument(&rest, &text);
	sim_matches(&none, buf_str(&word), &is_known);
	is_known |= is_text;
	if (str_equal_nocase(buf_str(&word), STR("DELETED")))
		talk->searched_at = talk->server->effect_count;
	for (size_t i = 0; is_known && i < talk->view_count; i++) {
		const struct sim_message *m =
			sim_folder_message(sim_talk_folder(talk), talk->view[i].uid);
		bool fits = m != NULL && (is_text ? str_find_nocase(str_make(m->bytes, m->len),
							    buf_str(&text)) != STR_NONE
						  : sim_matches(m, buf_str(&word), &is_known));
		if (fits)
			buf_addf(&found, "%s%u",
				is_extended && found.len > 0 ? ","
				: is_extended                ? ""
							     : " ",
				(unsigned)m->uid);
	}
	if (is_extended)
		sim_say(talk, "* ESEARCH (TAG \"%s\") UID%s%s\r\n", talk->tag,
			found.len > 0 ? " ALL " : "", buf_text(&found));
	else if (is_known)
		sim_say(talk, "* SEARCH%s\r\n", buf_text(&found));
	buf_done(&word);
	buf_done(&text);
	buf_done(&found);
	return is_known;
}
