/* What the store holds, and whether it is what the server holds. */
#include <stdio.h>

#include "base/memory.h"
#include "tests/sim/sim.h"

struct cache *sim_reader(struct sim *sim)
{
	char local[128], cache[128], body[128];
	if (sim->reader != NULL)
		return sim->reader;
	snprintf(local, sizeof(local), "%s/local.db", sim->folder);
	snprintf(cache, sizeof(cache), "%s/cache.db", sim->folder);
	snprintf(body, sizeof(body), "%s/body.db", sim->folder);
	struct cache_options options = {
		.local_path = local,
		.cache_path = cache,
		.body_path = body,
		.mode = CACHE_READER,
	};
	sim->reader = cache_open(&options, NULL);
	return sim->reader;
}

static bool sim_differs(struct sim *sim, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool sim_differs(struct sim *sim, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_clear(&sim->difference);
	buf_vaddf(&sim->difference, format, args);
	va_end(args);
	return false;
}

/* The folder of that wire name; strings stay the caller's to free by folder_done. */
static bool sim_find(struct sim *sim, const char *wire, struct folder *found)
{
	struct folder *folders = NULL;
	size_t count = 0;
	bool is_found = false;
	if (sim_reader(sim) == NULL || !cache_folders_list(sim->reader, 0, &folders, &count, NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_found && strcmp(folders[i].wire, wire) == 0) {
			*found = folders[i];
			is_found = true;
		} else {
			folder_done(&folders[i]);
		}
	}
	mem_free(folders);
	return is_found;
}

int64_t sim_folder_id(struct sim *sim, const char *wire)
{
	struct folder folder = {0};
	int64_t folder_id = sim_find(sim, wire, &folder) ? folder.folder_id : 0;
	folder_done(&folder);
	return folder_id;
}

int64_t sim_place(struct sim *sim, const char *wire, uint32_t uid)
{
	return place_make(sim_folder_id(sim, wire), uid);
}

/* ---- Comparing. ---- */

static flags_t sim_flags_of(struct sim *sim, uint32_t flags, char *const *names)
{
	flags_t out = 0;
	for (int i = 0; i < SIM_FLAGS_MAX; i++) {
		const char *name = sim->server->flag_names[i];
		if ((flags & (uint32_t)1 << i) == 0)
			continue;
		flags_t bit = flag_from_wire(str_from(name));
		for (int k = 0; bit == 0 && k < FLAG_KEYWORD_MAX; k++)
			if (names[k] != NULL &&
				str_equal_nocase(str_from(names[k]), str_from(name)))
				bit = (flags_t)1 << (FLAG_KEYWORD_FIRST + k);
		out |= bit;
	}
	return out;
}

static bool sim_subject_is(const struct sim_message *m, const char *subject)
{
	struct buf field = {0};
	sim_mime_section(str_make(m->bytes, m->len), STR("HEADER.FIELDS (SUBJECT)"), &field);
	struct str value = str_trim(str_skip(buf_str(&field), strlen("Subject:")));
	bool is_same = str_equal(value, str_from(subject));
	buf_done(&field);
	return is_same;
}

/* Bytes of the body that are here are those of this message. */
static bool sim_body_is(struct sim *sim, const struct sim_message *m, int64_t message_id)
{
	struct buf bytes = {0};
	uint64_t have = 0;
	bool is_whole = false, is_same = true;
	if (message_id == 0 ||
		!cache_body_state(sim->reader, message_id, STR(""), &have, &is_whole, NULL))
		return true;
	if (have > 0 &&
		cache_body_read(sim->reader, message_id, STR(""), 0, m->len + 1, &bytes, NULL))
		is_same = str_equal(
			buf_str(&bytes), str_first(str_make(m->bytes, m->len), (size_t)have));
	buf_done(&bytes);
	return is_same && (!is_whole || have == m->len);
}

static bool sim_row_is(struct sim *sim, const struct folder *folder, const struct sim_message *m,
	char *const *names)
{
	struct cache_message row = {0};
	bool is_found = false;
	unsigned uid = (unsigned)m->uid;
	if (!cache_message_get(
		    sim->reader, place_make(folder->folder_id, m->uid), &row, &is_found, NULL) ||
		!is_found)
		return sim_differs(sim, "%s %u is not here", folder->wire, uid);
	bool ok = true;
	flags_t flags = sim_flags_of(sim, m->flags, names);
	if (row.server_flags != flags)
		ok = sim_differs(sim, "%s %u has flags %llx and not %llx", folder->wire, uid,
			(unsigned long long)row.server_flags, (unsigned long long)flags);
	else if (!sim_subject_is(m, row.row.subject))
		ok = sim_differs(
			sim, "%s %u has the subject %s", folder->wire, uid, row.row.subject);
	else if (!sim_body_is(sim, m, row.row.message_id))
		ok = sim_differs(sim, "%s %u has another body", folder->wire, uid);
	cache_message_done(&row);
	return ok;
}

static bool sim_folder_is(struct sim *sim, const struct sim_folder *model, char *const *names)
{
	struct folder folder = {0};
	bool is_inbox = strcmp(model->wire, "INBOX") == 0;
	bool ok = sim_find(sim, model->wire, &folder);
	if (!ok && is_inbox)
		return sim_differs(sim, "INBOX is not here");
	if (!ok || (!is_inbox && folder.synced_low == 0))
		goto out;
	ok = folder.synced_low == 1 ||
	     sim_differs(sim, "%s: not all headers are here", model->wire);
	if (ok && folder.uidvalidity != model->uidvalidity)
		ok = sim_differs(sim, "%s: another UIDVALIDITY", model->wire);
	if (ok && folder.total != model->count)
		ok = sim_differs(sim, "%s: %u messages and not %zu", model->wire,
			(unsigned)folder.total, model->count);
	for (size_t i = 0; ok && i < model->count; i++)
		ok = sim_row_is(sim, &folder, &model->messages[i], names);
	folder_done(&folder);
	return ok;
out:
	folder_done(&folder);
	return true;
}

uint32_t sim_waiting(struct sim *sim)
{
	uint32_t waiting = 0, failed = 0;
	struct folder inbox = {0};
	int64_t account_id = sim_find(sim, "INBOX", &inbox) ? inbox.account_id : 1;
	folder_done(&inbox);
	if (sim_reader(sim) == NULL ||
		!cache_actions_count(sim->reader, account_id, &waiting, &failed, NULL))
		return UINT32_MAX;
	return waiting;
}

uint32_t sim_failed(struct sim *sim)
{
	struct action *actions = NULL;
	size_t count = 0;
	uint32_t failed = 0;
	if (sim_reader(sim) == NULL || !cache_actions_list(sim->reader, &actions, &count, NULL))
		return UINT32_MAX;
	for (size_t i = 0; i < count; i++) {
		const struct action *a = &actions[i];
		bool has_failed = a->state == ACTION_FAILED || a->state == ACTION_CONFLICT;
		failed += has_failed && a->words != NULL && a->words[0] != '\0';
		action_done(&actions[i]);
	}
	mem_free(actions);
	return failed;
}

bool sim_is_equal(struct sim *sim)
{
	char *names[FLAG_KEYWORD_MAX] = {0};
	struct folder inbox = {0};
	struct error err;
	if (!sim_find(sim, "INBOX", &inbox))
		return sim_differs(sim, "INBOX is not here");
	cache_keyword_names(sim->reader, inbox.account_id, names, NULL);
	folder_done(&inbox);
	bool ok = sim->server->misuse.len == 0 ||
		  sim_differs(sim, "misuse: %s", buf_text(&sim->server->misuse));
	if (ok && sim_waiting(sim) != 0)
		ok = sim_differs(sim, "a wish waits");
	for (size_t i = 0; ok && i < sim->server->folder_count; i++)
		if (sim->server->folders[i].wire[0] != '\0' && !sim->server->folders[i].no_select)
			ok = sim_folder_is(sim, &sim->server->folders[i], names);
	for (int i = 0; i < FLAG_KEYWORD_MAX; i++)
		mem_free(names[i]);
	if (ok && !cache_check(sim->reader, &err))
		ok = sim_differs(sim, "the store: %s", err.detail);
	return ok;
}

bool sim_is_watching(struct sim *sim)
{
	return (!sim_profile_has(sim->server->profile, "IDLE") || sim_is_idling(sim)) &&
	       sim_is_equal(sim);
}

bool sim_is_shown(struct sim *sim)
{
	return sim->heard.shown != NULL && sim->heard.shown->is_complete;
}

flags_t sim_shown_flags(struct sim *sim, const char *wire, uint32_t uid)
{
	struct cache_message row = {0};
	bool is_found = false;
	int64_t place_id = sim_place(sim, wire, uid);
	if (!cache_message_get(sim_reader(sim), place_id, &row, &is_found, NULL) || !is_found)
		return ~(flags_t)0;
	flags_t flags = row.row.flags;
	cache_message_done(&row);
	return flags;
}

bool sim_has_body(struct sim *sim, const char *wire, uint32_t uid)
{
	struct cache_message row = {0};
	bool is_found = false;
	int64_t place_id = sim_place(sim, wire, uid);
	if (!cache_message_get(sim_reader(sim), place_id, &row, &is_found, NULL) || !is_found)
		return false;
	bool has = (row.row.hints & HINT_BODY) != 0;
	cache_message_done(&row);
	return has;
}

enum account_state sim_account_state(struct sim *sim)
{
	sim_ask(sim, request_new(REQUEST_ACCOUNTS));
	sim_rest(sim);
	const struct event *event = sim->heard.accounts;
	return event != NULL && event->account_count > 0 ? event->accounts[0].state
							 : ACCOUNT_OFFLINE;
}

void sim_tell(struct sim *sim, struct buf *why)
{

	struct action *actions = NULL;
	size_t count = 0, len = sim->server->spoken.len;
	if (sim->spins)
		buf_add_text(why, " (it never rests)");
	if (sim_reader(sim) != NULL)
		cache_actions_list(sim->reader, &actions, &count, NULL);
	for (size_t i = 0; i < count; i++) {
		const struct action *a = &actions[i];
		buf_addf(why, "\nwish %lld: kind %d, state %d, folder %lld, %s",
			(long long)a->action_id, (int)a->kind, (int)a->state,
			(long long)a->folder_id, a->words != NULL ? a->words : "");
		for (size_t j = 0; j < a->item_count; j++)
			buf_addf(why, " (uid %lld, temporary %u, landed %u)",
				(long long)a->items[j].uid, (unsigned)a->items[j].temporary,
				(unsigned)a->items[j].landed);
		action_done(&actions[i]);
	}
	mem_free(actions);
	buf_addf(why, "\n%s", buf_text(&sim->server->spoken) + (len > 3500 ? len - 3500 : 0));
}
