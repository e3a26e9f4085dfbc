/*
 * Random lives: a user who does anything at any time, another client that changes everything at the
 * same time, connections that are cut or fall silent, clocks that jump, a process that is killed
 *and power that fails, over every kind of server. When it is quiet again both sides must be equal,
 *every message must be where the last wish put it, with the flags it was given, and none may be
 *lost or doubled that nobody expunged or copied.
 *
 *	test_soak [RUNS [SEED]]     one seed is one run; a failure tells its seed
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "tests/cache/crash_vfs.h"
#include "tests/sim/sim.h"

enum {
	SOAK_RUNS = 40,
	SOAK_ACTIONS = 40, /* a run */
	SOAK_CONTENTS = 400,
	SOAK_GESTURES = 400,
	SOAK_QUIET_MS = 3 * 60 * 60 * 1000,
	SOAK_SYNC_MS = 5 * 60 * 1000,
};

static const char *const soak_folders[] = {"INBOX", "Lists", "Trash", "Made", "Other"};
enum { FOLDER_INBOX, FOLDER_LISTS, FOLDER_TRASH, FOLDER_MADE, FOLDER_OTHER, FOLDER_NAMES };

/* What must be so of a message when all is quiet. */
struct soak_known {
	int where;    /* index of soak_folders; -1: open */
	char flag[2]; /* seen, flagged: '+', '-', or '?' for open */
};

struct soak_gesture {
	int64_t group;
	unsigned content;
	struct soak_known before, after;
	bool is_transfer;
};

struct soak {
	struct sim *sim;
	uint64_t random;
	unsigned seed;
	int viewed; /* index of soak_folders */
	bool has_trash;
	struct soak_known known[SOAK_CONTENTS];
	unsigned copies[SOAK_CONTENTS];   /* how often Rowan may make one appear … */
	unsigned expunges[SOAK_CONTENTS]; /* … and remove it beyond what appeared */
	struct soak_gesture gestures[SOAK_GESTURES];
	size_t gesture_count;
	struct buf trace;
};

static struct {
	unsigned runs, actions, cuts, stalls, kills, powers, restarts, failed, wishes, checked;
} soak_sum;

static unsigned soak_pick(struct soak *k, unsigned below)
{
	k->random ^= k->random << 13;
	k->random ^= k->random >> 7;
	k->random ^= k->random << 17;
	return (unsigned)((k->random >> 20) % below);
}

static void soak_note(struct soak *k, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void soak_note(struct soak *k, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_addf(&k->trace, "%lld ", (long long)k->sim->now);
	buf_vaddf(&k->trace, format, args);
	buf_add_char(&k->trace, '\n');
	va_end(args);
}

/* ---- What is known. ---- */

static void soak_forget(struct soak *k, unsigned content)
{
	if (content < SOAK_CONTENTS)
		k->known[content] = (struct soak_known){-1, {'?', '?'}};
}

/* All that is in a folder, or should be. */
static void soak_forget_folder(struct soak *k, int folder)
{
	struct sim_folder *there = sim_server_folder(k->sim->server, soak_folders[folder]);
	for (size_t i = 0; i < there->count; i++)
		soak_forget(k, there->messages[i].content);
	for (unsigned c = 1; c < SOAK_CONTENTS; c++)
		if (k->known[c].where == folder)
			soak_forget(k, c);
}

static bool soak_has_folder(struct soak *k, int folder)
{
	for (size_t i = 0; i < k->sim->server->folder_count; i++)
		if (strcmp(k->sim->server->folders[i].wire, soak_folders[folder]) == 0)
			return true;
	return false;
}

static int soak_a_folder(struct soak *k)
{
	int folder = (int)soak_pick(k, FOLDER_NAMES);
	return soak_has_folder(k, folder) ? folder : FOLDER_INBOX;
}

static void soak_deliver(struct soak *k, int folder)
{
	unsigned content = k->sim->server->contents + 1;
	if (content >= SOAK_CONTENTS)
		return;
	sim_mail_deliver(k->sim->server, soak_folders[folder], content);
	k->known[content] = (struct soak_known){folder, {'-', '-'}};
}

/* ---- The user. ---- */

/* The number of a row's message; 0: not one of ours. */
static unsigned soak_content(const struct message *row)
{
	unsigned content = 0;
	if (row->subject == NULL || sscanf(row->subject, "Talk %u", &content) != 1 ||
		content >= SOAK_CONTENTS)
		return 0;
	return content;
}

/* A row of the list the user looks at; NULL: it is empty. */
static const struct message *soak_row(struct soak *k)
{
	const struct page *page = k->sim->heard.page;
	if (page == NULL || page->count == 0 ||
		page->view.folder_id != sim_folder_id(k->sim, soak_folders[k->viewed]))
		return NULL;
	const struct message *row = &page->rows[soak_pick(k, (unsigned)page->count)];
	return soak_content(row) != 0 ? row : NULL;
}

static struct request *soak_request(enum request_kind kind, const struct message *row)
{
	struct request *request = request_new(kind);
	request->place_ids = mem_new_array(1, sizeof(*request->place_ids));
	request->place_ids[0] = row->place_id;
	request->place_count = 1;
	return request;
}

/* A gesture is a wish once it is journalled: what the dead asked for is open. */
static void soak_wish(
	struct soak *k, struct request *request, unsigned content, struct soak_known after)
{
	struct soak_known before = k->known[content];
	unsigned acted = k->sim->heard.counts[EVENT_ACTED];
	bool is_transfer = request->kind == REQUEST_MOVE || request->kind == REQUEST_COPY ||
			   (request->kind == REQUEST_DELETE && k->has_trash);
	sim_ask(k->sim, request);
	sim_rest(k->sim);
	bool is_made = k->sim->heard.counts[EVENT_ACTED] > acted && !k->sim->is_dead();
	k->copies[content] += is_transfer;
	soak_sum.wishes++;
	k->known[content] = after;
	if (!is_made)
		soak_forget(k, content);
	if (!is_made)
		return;
	const struct event *event = k->sim->heard.acted;
	if (event->done == 0)
		k->known[content] = before;
	if (k->gesture_count < SOAK_GESTURES)
		k->gestures[k->gesture_count++] = (struct soak_gesture){
			event->group, content, before, k->known[content], is_transfer};
}

static void user_flags(struct soak *k)
{
	static const flags_t bits[] = {FLAG_SEEN, FLAG_FLAGGED};
	const struct message *row = soak_row(k);
	if (row == NULL)
		return;
	unsigned content = soak_content(row);
	int bit = (int)soak_pick(k, 2);
	bool is_set = soak_pick(k, 2) != 0;
	struct soak_known after = k->known[content];
	struct request *request = soak_request(REQUEST_FLAGS, row);
	request->add = is_set ? bits[bit] : 0;
	request->remove = is_set ? 0 : bits[bit];
	if (after.where >= 0)
		after.flag[bit] = is_set ? '+' : '-';
	soak_note(k, "flag %u %c%s", content, is_set ? '+' : '-', bit ? "flagged" : "seen");
	soak_wish(k, request, content, after);
}

static void user_move(struct soak *k)
{
	const struct message *row = soak_row(k);
	int target = soak_a_folder(k);
	int64_t folder_id = sim_folder_id(k->sim, soak_folders[target]);
	if (row == NULL || folder_id == 0 || target == k->viewed)
		return;
	unsigned content = soak_content(row);
	struct soak_known after = k->known[content];
	struct request *request = soak_request(REQUEST_MOVE, row);
	request->folder_id = folder_id;
	if (after.where >= 0)
		after.where = target;
	soak_note(k, "move %u %s to %s", content, soak_folders[k->viewed], soak_folders[target]);
	soak_wish(k, request, content, after);
}

static void user_copy(struct soak *k)
{
	const struct message *row = soak_row(k);
	int target = soak_a_folder(k);
	int64_t folder_id = sim_folder_id(k->sim, soak_folders[target]);
	if (row == NULL || folder_id == 0)
		return;
	unsigned content = soak_content(row);
	struct request *request = soak_request(REQUEST_COPY, row);
	request->folder_id = folder_id;
	soak_note(k, "copy %u to %s", content, soak_folders[target]);
	soak_wish(k, request, content, (struct soak_known){-1, {'?', '?'}});
}

static void user_delete(struct soak *k)
{
	const struct message *row = soak_row(k);
	if (row == NULL)
		return;
	unsigned content = soak_content(row);
	struct soak_known after = k->known[content];
	if (k->has_trash && k->viewed != FOLDER_TRASH)
		after = (struct soak_known){-1, {'?', '?'}}; /* there may be no trash just now */
	soak_note(k, "delete %u", content);
	soak_wish(k, soak_request(soak_pick(k, 4) ? REQUEST_DELETE : REQUEST_UNDELETE, row),
		content, after);
}

static void user_expunge(struct soak *k)
{
	const char *wire = soak_folders[k->viewed];
	const struct page *page = k->sim->heard.page;
	struct sim_folder *folder = sim_server_folder(k->sim->server, wire);
	int64_t folder_id = sim_folder_id(k->sim, wire);
	if (folder_id == 0)
		return;
	for (size_t i = 0; i < folder->count; i++) {
		flags_t shown = sim_shown_flags(k->sim, wire, folder->messages[i].uid);
		if ((folder->messages[i].flags & SIM_DELETED) == 0 && (shown & FLAG_DELETED) == 0)
			continue;
		k->expunges[folder->messages[i].content]++;
		soak_forget(k, folder->messages[i].content);
	}
	for (size_t i = 0; page != NULL && i < page->count; i++) {
		unsigned content = soak_content(&page->rows[i]);
		if ((page->rows[i].flags & FLAG_DELETED) == 0)
			continue;
		k->expunges[content]++;
		soak_forget(k, content);
	}
	soak_note(k, "expunge %s", wire);
	sim_wish_expunge(k->sim, wire);
}

static void user_undo(struct soak *k)
{
	unsigned undone = k->sim->heard.counts[EVENT_UNDONE];
	sim_wish_undo(k->sim);
	sim_rest(k->sim);
	if (k->sim->heard.counts[EVENT_UNDONE] == undone)
		return;
	int64_t group = k->sim->heard.undone->group;
	soak_note(k, "undo %llx", (unsigned long long)group);
	for (size_t i = 0; i < k->gesture_count; i++) {
		const struct soak_gesture *g = &k->gestures[i];
		if (g->group != group)
			continue;
		bool is_last = g->after.where >= 0 &&
			       memcmp(&k->known[g->content], &g->after, sizeof(g->after)) == 0;
		k->copies[g->content] += g->is_transfer;
		k->expunges[g->content] += g->is_transfer; /* a copy that is taken back */
		if (is_last && !k->sim->is_dead())
			k->known[g->content] = g->before;
		else
			soak_forget(k, g->content);
	}
}

static void user_folder(struct soak *k)
{
	int folder = soak_pick(k, 2) != 0 ? FOLDER_MADE : FOLDER_OTHER;
	int to = folder == FOLDER_MADE ? FOLDER_OTHER : FOLDER_MADE;
	static const enum folder_verb verbs[] = {FOLDER_CREATE, FOLDER_CREATE, FOLDER_CREATE,
		FOLDER_RENAME, FOLDER_DELETE, FOLDER_SUBSCRIBE, FOLDER_UNSUBSCRIBE};
	enum folder_verb verb = verbs[soak_pick(k, 7)];
	if (verb == FOLDER_RENAME || verb == FOLDER_DELETE) {
		soak_forget_folder(k, folder);
		soak_forget_folder(k, to);
	}
	soak_note(k, "folder %s verb %d", soak_folders[folder], (int)verb);
	sim_wish_folder(k->sim, verb, soak_folders[folder],
		verb == FOLDER_RENAME ? soak_folders[to] : NULL);
}

static void user_looks(struct soak *k)
{
	int folder = soak_a_folder(k);
	if (sim_folder_id(k->sim, soak_folders[folder]) == 0)
		return;
	k->viewed = folder;
	soak_note(k, "look at %s", soak_folders[folder]);
	sim_view(k->sim, soak_folders[folder]);
}

static void user_opens(struct soak *k)
{
	const struct message *row = soak_row(k);
	if (row == NULL)
		return;
	struct request *request = request_new(REQUEST_OPEN);
	request->place_id = row->place_id;
	soak_note(k, "open %u", soak_content(row));
	sim_ask(k->sim, request);
}

static void user_line(struct soak *k)
{
	bool is_on = soak_pick(k, 3) != 0;
	soak_note(k, "%s line", is_on ? "on" : "off");
	sim_online(k->sim, is_on);
}

static void user_syncs(struct soak *k)
{
	soak_note(k, "sync");
	sim_ask(k->sim, request_new(REQUEST_SYNC));
}

/* ---- Somebody else. ---- */

static struct sim_message *other_message(struct soak *k, int folder)
{
	struct sim_folder *there = sim_server_folder(k->sim->server, soak_folders[folder]);
	return there->count > 0 ? &there->messages[soak_pick(k, (unsigned)there->count)] : NULL;
}

static void other_flags(struct soak *k)
{
	static const uint32_t bits[] = {SIM_SEEN, SIM_FLAGGED, SIM_DELETED};
	int folder = soak_a_folder(k);
	const struct sim_message *m = other_message(k, folder);
	unsigned bit = soak_pick(k, 3);
	bool is_set = soak_pick(k, 2) != 0;
	if (m == NULL)
		return;
	if (bit < 2)
		k->known[m->content].flag[bit] = '?';
	soak_note(k, "other flags %u", m->content);
	sim_flag(k->sim->server, soak_folders[folder], m->uid, is_set ? bits[bit] : 0,
		is_set ? 0 : bits[bit]);
}

static void other_expunges(struct soak *k)
{
	int folder = soak_a_folder(k);
	const struct sim_message *m = other_message(k, folder);
	if (m == NULL)
		return;
	soak_note(k, "other expunges %u", m->content);
	soak_forget(k, m->content);
	sim_expunge(k->sim->server, soak_folders[folder], m->uid);
}

static void other_delivers(struct soak *k)
{
	int folder = soak_a_folder(k);
	soak_note(k, "deliver %u to %s", k->sim->server->contents + 1, soak_folders[folder]);
	soak_deliver(k, folder);
}

static void other_renumbers(struct soak *k)
{
	int folder = soak_a_folder(k);
	soak_note(k, "renumber %s", soak_folders[folder]);
	/* Not while it is selected: a server ends such connections. */
	sim_world_cut(k->sim);
	sim_renumber(k->sim->server, soak_folders[folder]);
}

static void other_folder(struct soak *k)
{
	int folder = soak_pick(k, 2) != 0 ? FOLDER_MADE : FOLDER_OTHER;
	if (!soak_has_folder(k, folder)) {
		sim_server_folder(k->sim->server, soak_folders[folder]);
		soak_note(k, "other makes %s", soak_folders[folder]);
		return;
	}
	soak_note(k, "other deletes %s", soak_folders[folder]);
	soak_forget_folder(k, folder);
	sim_world_cut(k->sim);
	sim_folder_delete(k->sim->server, soak_folders[folder]);
}

/* ---- What goes wrong. ---- */

static void fault_cut(struct soak *k)
{
	struct sim *sim = k->sim;
	bool is_stall = soak_pick(k, 5) == 0;
	enum sim_direction direction = soak_pick(k, 2) != 0 ? SIM_UP : SIM_DOWN;
	sim->fault = (struct sim_fault){.is_armed = true,
		.is_stall = is_stall,
		.connection = sim->connections + soak_pick(k, 2),
		.direction = direction};
	sim->fault.after = sim_bytes(sim, sim->fault.connection, direction) + soak_pick(k, 700);
	*(is_stall ? &soak_sum.stalls : &soak_sum.cuts) += 1;
	soak_note(k, "%s %s behind %llu", is_stall ? "stall" : "cut",
		direction == SIM_UP ? "up" : "down", (unsigned long long)sim->fault.after);
}

static void fault_refuse(struct soak *k)
{
	k->sim->refuses = soak_pick(k, 3) == 0;
	soak_note(k, "%s", k->sim->refuses ? "refuses" : "accepts");
}

static void fault_clock(struct soak *k)
{
	soak_note(k, "sleep");
	k->sim->now += (int64_t)(1 + soak_pick(k, 8)) * 3600 * 1000;
}

static void soak_reopen(struct soak *k, const char *how)
{
	soak_note(k, "%s", how);
	crash_vfs_arm(CRASH_NEVER, 0);
	sim_start(k->sim);
	if (sim_folder_id(k->sim, soak_folders[k->viewed]) == 0)
		k->viewed = FOLDER_INBOX;
	sim_view(k->sim, soak_folders[k->viewed]);
}

static void fault_restart(struct soak *k)
{
	soak_sum.restarts++;
	sim_stop(k->sim);
	soak_reopen(k, "restart");
}

static void fault_kill(struct soak *k)
{
	bool has_power = soak_pick(k, 2) != 0;
	unsigned n = 1 + soak_pick(k, 150);
	soak_note(k, "%s at write %u from here", has_power ? "kill" : "power", n);
	crash_vfs_arm(has_power ? CRASH_DIE : CRASH_DIE_LOSE, n);
	k->sim->stage = has_power;
}

static void fault_latency(struct soak *k)
{
	static const int64_t values[] = {0, 0, 20, 100, 700};
	k->sim->latency = values[soak_pick(k, 5)];
}

static const struct {
	void (*act)(struct soak *k);
	unsigned weight;
} soak_acts[] = {
	{user_flags, 30},
	{user_move, 24},
	{user_copy, 5},
	{user_delete, 10},
	{user_expunge, 5},
	{user_undo, 10},
	{user_folder, 5},
	{user_looks, 14},
	{user_opens, 5},
	{user_line, 6},
	{user_syncs, 4},
	{other_flags, 10},
	{other_expunges, 5},
	{other_delivers, 10},
	{other_renumbers, 2},
	{other_folder, 3},
	{fault_cut, 14},
	{fault_refuse, 3},
	{fault_clock, 2},
	{fault_restart, 2},
	{fault_kill, 8},
	{fault_latency, 4},
};

static void soak_act(struct soak *k)
{
	unsigned total = 0, at = 0;
	for (size_t i = 0; i < sizeof(soak_acts) / sizeof(*soak_acts); i++)
		total += soak_acts[i].weight;
	unsigned chosen = soak_pick(k, total);
	while (chosen >= soak_acts[at].weight)
		chosen -= soak_acts[at++].weight;
	soak_sum.actions++;
	soak_acts[at].act(k);
	sim_run(k->sim, soak_pick(k, 4) == 0 ? soak_pick(k, 60000) : soak_pick(k, 300));
	if (!k->sim->is_dead())
		return;
	bool has_power = k->sim->stage != 0;
	*(has_power ? &soak_sum.kills : &soak_sum.powers) += 1;
	sim_kill(k->sim, has_power);
	soak_reopen(k, "begins anew");
}

/* ---- When it is quiet. ---- */

static bool soak_says(struct soak *k, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool soak_says(struct soak *k, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(stderr, "soak: seed %u, %s: ", k->seed, k->sim->server->profile->name);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return false;
}

/* Wishes may wait where others have marked messages that a plain EXPUNGE would take. */
static bool soak_is_quiet(struct sim *sim)
{
	struct action *actions = NULL;
	size_t count = 0;
	bool is_quiet = true;
	if (sim_is_equal(sim))
		return true;
	if (strcmp(buf_text(&sim->difference), "a wish waits") != 0 ||
		sim_profile_has(sim->server->profile, "UIDPLUS") ||
		!cache_actions_list(sim_reader(sim), &actions, &count, NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		bool is_open =
			actions[i].state <= ACTION_MARKED || actions[i].state == ACTION_UNKNOWN;
		bool is_behind =
			actions[i].item_count > 0 && actions[i].items[0].uid >= PLACE_TEMPORARY;
		bool is_told =
			actions[i].words != NULL && strstr(actions[i].words, "marked") != NULL;
		is_quiet = is_quiet && (!is_open || is_told || is_behind);
		action_done(&actions[i]);
	}
	mem_free(actions);
	return is_quiet;
}

static bool soak_settle(struct soak *k)
{
	struct sim *sim = k->sim;
	sim->fault.is_armed = false;
	sim->refuses = false;
	crash_vfs_arm(CRASH_NEVER, 0);
	sim_online(sim, true);
	for (int64_t end = sim->now + SOAK_QUIET_MS; sim->now < end && !sim->spins;) {
		if (sim_until(sim, soak_is_quiet, SOAK_SYNC_MS))
			return true;
		sim_ask(sim, request_new(REQUEST_SYNC));
	}
	return soak_says(k, "%s%s", buf_text(&sim->difference), sim->spins ? " (it spins)" : "");
}

static unsigned soak_removed(struct soak *k, unsigned content, bool by_rowan)
{
	unsigned count = 0;
	for (size_t i = 0; i < k->sim->server->effect_count; i++) {
		const struct sim_effect *e = &k->sim->server->effects[i];
		count += e->is_expunge && e->content == content && (e->talk != 0) == by_rowan;
	}
	return count;
}

static unsigned soak_appeared(struct soak *k, unsigned content)
{
	unsigned count = 0;
	for (size_t i = 0; i < k->sim->server->effect_count; i++)
		count += k->sim->server->effects[i].is_copy &&
			 k->sim->server->effects[i].content == content;
	return count;
}

/* Rowan makes and removes no more than was wished. */
static bool soak_kept(struct soak *k)
{
	bool ok = true;
	for (unsigned c = 1; c <= k->sim->server->contents && ok; c++) {
		unsigned appeared = soak_appeared(k, c), removed = soak_removed(k, c, true);
		if (appeared > k->copies[c])
			ok = soak_says(k, "message %u appeared %u times, wished were %u", c,
				appeared, k->copies[c]);
		else if (removed > appeared + k->expunges[c])
			ok = soak_says(k, "message %u was removed %u times, appeared %u, wished %u",
				c, removed, appeared, k->expunges[c]);
	}
	return ok;
}

static bool soak_is_as_wished(struct soak *k, unsigned c)
{
	static const uint32_t bits[] = {SIM_SEEN, SIM_FLAGGED};
	const struct soak_known *known = &k->known[c];
	const char *wire = known->where >= 0 ? soak_folders[known->where] : NULL;
	if (wire == NULL)
		return true;
	soak_sum.checked++;
	if (sim_folder_copies(k->sim->server, wire, c) != 1 ||
		sim_server_copies(k->sim->server, c) != 1)
		return soak_says(k, "message %u is %u times in %s and %u times in all", c,
			sim_folder_copies(k->sim->server, wire, c), wire,
			sim_server_copies(k->sim->server, c));
	struct sim_folder *folder = sim_server_folder(k->sim->server, wire);
	for (size_t i = 0; i < folder->count; i++)
		for (int bit = 0; bit < 2; bit++) {
			const struct sim_message *m = &folder->messages[i];
			bool is_set = (m->flags & bits[bit]) != 0;
			if (m->content == c && known->flag[bit] != '?' &&
				is_set != (known->flag[bit] == '+'))
				return soak_says(k, "message %u has%s the flag %s", c,
					is_set ? "" : " not", bit ? "flagged" : "seen");
		}
	return true;
}

static void soak_tell(struct soak *k)
{
	sim_tell(k->sim, &k->trace);
	fprintf(stderr, "%s\n", buf_text(&k->trace));
}

static bool soak_run(unsigned seed)
{
	struct soak *k = mem_new(sizeof(*k));
	struct sim *sim = k->sim = sim_new(&sim_profiles[seed % SIM_PROFILES]);
	k->seed = seed;
	k->random = 88172645463325252u ^ ((uint64_t)seed * 2654435761u);
	for (int i = 0; i < 5; i++)
		soak_pick(k, 2);
	sim->random ^= (uint64_t)seed << 20;
	sim->world.vfs = CRASH_VFS;
	sim->is_dead = crash_vfs_is_dead;
	crash_vfs_arm(CRASH_NEVER, 0);
	k->has_trash = soak_pick(k, 2) != 0;
	sim->settings = k->has_trash ? "\tdelete = trash\n" : NULL;
	for (unsigned n = 0; n < 6; n++)
		soak_deliver(k, n < 4 ? FOLDER_INBOX : FOLDER_LISTS);
	sim_server_folder(sim->server, "Trash")->use = "\\Trash";
	sim_start(sim);
	sim_until(sim, sim_is_watching, 60000);
	sim_view(sim, "INBOX");
	sim_rest(sim);
	for (int i = 0; i < SOAK_ACTIONS && !sim->spins; i++)
		soak_act(k);
	bool ok = soak_settle(k) && soak_kept(k);
	unsigned failed = sim_failed(sim);
	soak_sum.failed += failed;
	for (unsigned c = 1;
		ok && failed == 0 && sim_waiting(sim) == 0 && c <= sim->server->contents; c++)
		ok = soak_is_as_wished(k, c);
	if (!ok && getenv("SOAK_TRACE") != NULL)
		soak_tell(k);
	sim_free(sim);
	buf_done(&k->trace);
	mem_free(k);
	soak_sum.runs++;
	return ok;
}

int main(int argc, char **argv)
{
	unsigned runs = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : SOAK_RUNS;
	unsigned seed = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1, bad = 0;
	time_t began = time(NULL);
	crash_vfs_register();
	for (unsigned i = 0; i < runs; i++)
		bad += !soak_run(seed + i);
	double took = difftime(time(NULL), began);
	printf("soak: %u runs (seeds %u to %u), %u actions, %u wishes, %u cuts, %u stalls, %u "
	       "kills, "
	       "%u power losses, %u restarts; %u wishes failed with a reason, %u messages checked, "
	       "%.1f runs/s, %u runs did not come right\n",
		soak_sum.runs, seed, seed + runs - 1, soak_sum.actions, soak_sum.wishes,
		soak_sum.cuts, soak_sum.stalls, soak_sum.kills, soak_sum.powers, soak_sum.restarts,
		soak_sum.failed, soak_sum.checked, took > 0 ? soak_sum.runs / took : 0.0, bad);
	return bad != 0;
}
