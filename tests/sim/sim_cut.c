/* Scenarios, cut at every byte and killed at every write. */
#include "tests/sim/sim_cut.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/cache/crash_vfs.h"

enum {
	CUT_MAIL = 4,
	CUT_LISTS = 2,
	CUT_LIMIT_MS = 40 * 60 * 1000,
	CUT_SYNC_MS = 4 * 60 * 1000,
	CUT_QUICK = 3,
	CUT_QUICK_WRITES = 37
};

static void cut_fill(struct sim *sim, const struct sim_scenario *s)
{
	for (unsigned n = 1; n <= CUT_MAIL; n++)
		sim_mail_deliver(sim->server, "INBOX", n);
	if (!s->has_folders)
		return;
	for (unsigned n = 1; n <= CUT_LISTS; n++)
		sim_mail_deliver(sim->server, "Lists", CUT_MAIL + n);
	sim_server_folder(sim->server, "Trash")->use = "\\Trash";
}

static struct sim *cut_new(const struct sim_scenario *s)
{
	struct sim *sim = sim_new(&sim_profiles[s->profile]);
	sim->settings = s->settings;
	cut_fill(sim, s);
	return sim;
}

/* ---- How it must end. ---- */

static bool cut_places_are(const char *there, const char *wanted)
{
	return wanted != NULL && strcmp(there, wanted) == 0;
}

static bool cut_is_done(struct sim *sim, const struct sim_scenario *s, struct buf *why)
{
	struct buf places = {0};
	buf_clear(why);
	sim_places(sim->server, &places);
	bool ok = s->places == NULL || cut_places_are(buf_text(&places), s->places) ||
		  cut_places_are(buf_text(&places), s->or_places);
	if (!ok)
		buf_addf(why, "the server has: %s; wanted: %s", buf_text(&places), s->places);
	uint32_t failed = ok ? sim_failed(sim) : 0;
	if (ok && (failed < s->failed || failed > s->failed + s->may_fail)) {
		ok = false;
		buf_addf(why, "%u wishes failed, wanted %u", (unsigned)failed, s->failed);
	}
	if (ok && s->is_done != NULL && !s->is_done(sim)) {
		ok = false;
		buf_add_text(why, "it is not done");
	}
	if (ok && !sim_is_equal(sim)) {
		ok = false;
		buf_add(why, buf_str(&sim->difference));
	}
	buf_done(&places);
	return ok;
}

/* Folders that nobody looks at are brought up to date when somebody asks. */
static void cut_ask_sync(struct sim *sim, int64_t *asked_at)
{
	if (sim->now < *asked_at + CUT_SYNC_MS)
		return;
	*asked_at = sim->now;
	sim_ask(sim, request_new(REQUEST_SYNC));
	sim_rest(sim);
}

static bool cut_until_done(struct sim *sim, const struct sim_scenario *s, struct buf *why)
{
	int64_t end = sim->now + CUT_LIMIT_MS, asked_at = sim->now;
	for (;;) {
		sim_rest(sim);
		if (cut_is_done(sim, s, why))
			return true;
		cut_ask_sync(sim, &asked_at);
		if (sim->now >= end || sim->spins)
			break;
		sim->now = sim->deadline < end ? sim->deadline : end;
	}
	sim_tell(sim, why);
	return false;
}

/* ---- One run. ---- */

static void cut_note(struct sim *sim, uint64_t at[2])
{
	for (int i = 0; i < 2; i++)
		at[i] = sim_bytes(sim, 1, (enum sim_direction)i);
}

static bool cut_begin(struct sim *sim, const struct sim_scenario *s, const char *profile)
{
	if (!s->is_first)
		sim_load_profile(sim, profile);
	if (s->away != NULL)
		s->away(sim);
	sim_start(sim);
	return s->act == NULL || sim_until(sim, sim_is_watching, CUT_LIMIT_MS);
}

static void cut_act(struct sim *sim, const struct sim_scenario *s)
{
	sim->server->hook = s->hook;
	sim->server->hook_context = sim;
	if (s->act != NULL)
		s->act(sim);
}

bool sim_cut_run(const struct sim_scenario *s, const char *profile, const struct sim_fault *fault,
	struct sim_cut_range *range, struct buf *why)
{
	struct sim *sim = cut_new(s);
	if (fault != NULL)
		sim->fault = *fault;
	bool ok = cut_begin(sim, s, profile);
	if (!ok)
		buf_addf(why, "it never watched: %s", buf_text(&sim->difference));
	if (ok && range != NULL && s->act != NULL)
		cut_note(sim, range->from);
	if (ok) {
		cut_act(sim, s);
		ok = cut_until_done(sim, s, why);
	}
	if (ok && range != NULL) {
		sim_until(sim, sim_is_idling, 1000);
		cut_note(sim, range->to);
	}
	sim_free(sim);
	return ok;
}

/* ---- The process ends. ---- */

/* Killed while the wishes were still being made: how many of them were is open, but no message may
 * be lost or doubled. */
static bool cut_is_kept(struct sim *sim, const struct sim_scenario *s, struct buf *why)
{
	static const char *const initial = "INBOX 1 2 3 4|Lists 5 6|Trash";
	buf_clear(why);
	for (unsigned content = 1; content <= sim->server->contents; content++) {
		unsigned before = sim_places_count(initial, content);
		unsigned after = sim_places_count(s->places, content);
		unsigned now = sim_server_copies(sim->server, content);
		unsigned between =
			s->between != NULL ? sim_places_count(s->between, content) : after;
		unsigned most = before > after ? before : after;
		if (now < (before < after ? before : after) ||
			now > (most > between ? most : between)) {
			buf_addf(why, "%u copies of message %u", now, content);
			return false;
		}
	}
	if (sim_is_equal(sim))
		return true;
	buf_add(why, buf_str(&sim->difference));
	return false;
}

static bool cut_comes_right(
	struct sim *sim, const struct sim_scenario *s, bool is_made, struct buf *why)
{
	if (is_made || s->places == NULL || !s->has_folders)
		return cut_until_done(sim, s, why);
	int64_t end = sim->now + CUT_LIMIT_MS, asked_at = sim->now;
	while (sim->now < end && !sim->spins) {
		cut_ask_sync(sim, &asked_at);
		sim_rest(sim);
		if (cut_is_kept(sim, s, why))
			return true;
		sim->now = sim->deadline < end ? sim->deadline : end;
	}
	sim_tell(sim, why);
	return false;
}

/* Runs until the store is dead, or all is done. */
static void cut_live(struct sim *sim, const struct sim_scenario *s)
{
	struct buf words = {0};
	int64_t end = sim->now + CUT_LIMIT_MS;
	for (;;) {
		sim_rest(sim);
		if (sim->is_dead() || sim->spins || sim->now >= end || cut_is_done(sim, s, &words))
			break;
		sim->now = sim->deadline < end ? sim->deadline : end;
	}
	buf_done(&words);
}

bool sim_cut_kill(const struct sim_scenario *s, const char *profile, unsigned n, bool has_power,
	bool *is_reached, struct buf *why)
{
	struct sim *sim = cut_new(s);
	bool is_made = false;
	crash_vfs_register();
	crash_vfs_arm(CRASH_NEVER, 0);
	sim->world.vfs = CRASH_VFS;
	sim->is_dead = crash_vfs_is_dead;
	bool ok = cut_begin(sim, s, profile);
	if (!ok)
		buf_addf(why, "it never watched: %s", buf_text(&sim->difference));
	crash_vfs_arm(has_power ? CRASH_DIE : CRASH_DIE_LOSE, n);
	if (ok) {
		cut_act(sim, s);
		sim_rest(sim);
		is_made = !sim->is_dead();
		cut_live(sim, s);
	}
	*is_reached = sim->is_dead();
	sim_kill(sim, has_power);
	crash_vfs_arm(CRASH_NEVER, 0);
	if (ok) {
		sim_start(sim);
		ok = cut_comes_right(sim, s, is_made, why);
	}
	sim_free(sim);
	return ok;
}

/* ---- Many runs. ---- */

static const char *const cut_files[] = {"local.db", "cache.db", "body.db"};

bool sim_cut_prepare(const struct sim_scenario *s, char profile[64], struct buf *why)
{
	static const char *const folders[] = {"Lists", "Trash", "INBOX"};
	bool ok = true;
	snprintf(profile, 64, "/tmp/rowan-cuts-XXXXXX");
	if (mkdtemp(profile) == NULL)
		return false;
	struct sim *sim = cut_new(s);
	sim_start(sim);
	ok = sim_until(sim, sim_is_watching, CUT_LIMIT_MS);
	for (size_t i = 0; ok && s->has_folders && i < 3; i++) {
		sim_view(sim, folders[i]);
		ok = sim_until(sim, sim_is_watching, CUT_LIMIT_MS);
	}
	for (int i = 0; ok && i < 3; i++) { /* the server is known to bear what is sent ahead */
		sim_stop(sim);
		sim_start(sim);
		ok = sim_until(sim, sim_is_watching, CUT_LIMIT_MS);
	}
	if (!ok)
		buf_addf(why, "no first contact: %s\n%s", buf_text(&sim->difference),
			buf_text(&sim->server->spoken));
	sim_stop(sim);
	sim_save_profile(sim, profile);
	sim_free(sim);
	return ok;
}

void sim_cut_forget(const char *profile)
{
	char path[100];
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", profile, cut_files[i]);
		unlink(path);
	}
	rmdir(profile);
}

static bool cut_failed(const struct sim_scenario *s, const char *how, uint64_t at, struct buf *why)
{
	struct buf words = {0};
	buf_addf(&words, "%s, %s %llu: %s", s->name, how, (unsigned long long)at, buf_text(why));
	buf_clear(why);
	buf_add(why, buf_str(&words));
	buf_done(&words);
	return false;
}

static bool cut_direction(const struct sim_scenario *s, const char *profile,
	const struct sim_cut_range *range, enum sim_direction direction, unsigned stride,
	struct sim_cut_counts *counts, struct buf *why)
{
	uint64_t from = range->from[direction], to = range->to[direction];
	uint64_t step = stride != 0 ? stride : (to - from) / CUT_QUICK + 1;
	for (uint64_t at = from; at <= to; at += step, counts->cuts++) {
		struct sim_fault fault = {
			.is_armed = true, .connection = 1, .direction = direction, .after = at};
		if (!sim_cut_run(s, profile, &fault, NULL, why))
			return cut_failed(s,
				direction == SIM_UP ? "cut up behind byte" : "cut down behind byte",
				at, why);
	}
	return true;
}

static bool cut_kills(const struct sim_scenario *s, const char *profile, unsigned stride,
	struct sim_cut_counts *counts, struct buf *why)
{
	bool is_reached = true;
	unsigned step = stride != 0 ? stride : CUT_QUICK_WRITES;
	for (int power = 0; power < 2; power++) {
		is_reached = true;
		for (unsigned n = 1 + (unsigned)strlen(s->name) % step; is_reached;
			n += step, counts->kills++)
			if (!sim_cut_kill(s, profile, n, power != 0, &is_reached, why))
				return cut_failed(s,
					power != 0 ? "killed at write" : "power lost at write", n,
					why);
	}
	return true;
}

bool sim_cut_everywhere(const struct sim_scenario *s, unsigned stride, bool kills,
	struct sim_cut_counts *counts, struct buf *why)
{
	char profile[64];
	struct sim_cut_range range = {{0, 0}, {0, 0}};
	if (getenv("SIM_CUTS") != NULL)
		stride = (unsigned)atoi(getenv("SIM_CUTS"));
	bool ok = sim_cut_prepare(s, profile, why) || cut_failed(s, "before it", 0, why);
	ok = ok && (sim_cut_run(s, profile, NULL, &range, why) || cut_failed(s, "uncut", 0, why));
	for (int i = 0; ok && i < 2; i++)
		ok = cut_direction(s, profile, &range, (enum sim_direction)i, stride, counts, why);
	ok = ok && (!kills || cut_kills(s, profile, stride, counts, why));
	sim_cut_forget(profile);
	return ok;
}
