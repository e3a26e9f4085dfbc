/*
 * The one wish, killed at every write: a child opens a message and marks it \Seen, through the
 * journal, UID STORE and back, and ends at its n-th write or sync of the store. Then the engine is
 * started again and run to rest: the message is seen on the server if the wish was shown, it was
 * set once and never twice, both sides are equal and the store is sound. For every n until none is
 * reached; with the wish made on line and off line; once with what was written kept, once with all
 * that was not synced lost. Prints how many there were.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cache/crash_vfs.h"
#include "tests/sim/sim.h"

enum { MAIL = 3, WISHED = 2, POINTS_MAX = 3000, POINTS_MIN = 20, LIMIT_MS = 30 * 60 * 1000 };

/* How far the child came; in shared memory, so that it outlives it. */
struct mark {
	bool is_shown; /* the engine has shown the wish */
	bool is_set;   /* the server has it */
	bool is_settled;
};

static struct mark *mark;

static void must(bool ok, const char *what, unsigned n, struct sim *sim)
{
	if (ok)
		return;
	fprintf(stderr, "crash_wish: at write %u: %s: %s\n%s", n, what, buf_text(&sim->difference),
		buf_text(&sim->server->spoken));
	exit(1);
}

static void fill(struct sim *sim)
{
	for (unsigned n = 1; n <= MAIL; n++)
		sim_mail_deliver(sim->server, "INBOX", n);
}

/* ---- The child. ---- */

/* Asked right before the server does it, and nothing is written to the store in between. */
static enum sim_reply note_store(void *context, struct sim_talk *talk, const char *line)
{
	(void)context;
	(void)talk;
	mark->is_set |= strncmp(line, "UID STORE", 9) == 0;
	return SIM_DO;
}

static bool is_settled(struct sim *sim)
{
	if ((sim_shown_flags(sim, "INBOX", WISHED) & FLAG_SEEN) != 0)
		mark->is_shown = true;
	return sim_server_sets(sim->server, WISHED, SIM_SEEN) > 0 && sim_waiting(sim) == 0;
}

static void wish(struct sim *sim)
{
	struct request *online = request_new(REQUEST_ONLINE);
	online->is_on = true;
	if (!sim->is_offline)
		must(sim_until(sim, sim_is_watching, LIMIT_MS), "the child never watched", 0, sim);
	sim_open(sim, "INBOX", WISHED);
	must(sim_until(sim, sim_is_shown, LIMIT_MS), "the child never read", 0, sim);
	sim_wish(sim, "INBOX", WISHED, FLAG_SEEN, 0);
	sim_rest(sim);
	is_settled(sim);
	sim_ask(sim, online);
	must(sim_until(sim, is_settled, LIMIT_MS), "the wish never settled", 0, sim);
}

static void child(struct sim *sim, enum crash_mode mode, unsigned n)
{
	sim->server->hook = note_store;
	sim->world.vfs = CRASH_VFS;
	sim->latency = 50; /* the wish is at rest here before the server hears of it */
	crash_vfs_arm(mode, n);
	sim_start(sim);
	wish(sim);
	mark->is_settled = true;
	sim_stop(sim);
	_exit(0);
}

/* ---- Afterwards. ---- */

static bool is_right(struct sim *sim)
{
	unsigned sets = sim_server_sets(sim->server, WISHED, SIM_SEEN);
	return sim_is_equal(sim) && (sets == 1 || (sets == 0 && !mark->is_shown));
}

static void survey(struct sim *sim, unsigned n)
{
	struct sim_folder *inbox = sim_server_folder(sim->server, "INBOX");
	if (mark->is_set)
		sim_change(sim->server, 1, inbox, sim_folder_message(inbox, WISHED), SIM_SEEN, 0);
	sim->is_offline = false;
	sim_start(sim);
	must(sim_until(sim, is_right, LIMIT_MS), "both sides differ", n, sim);
	must(!sim->spins, "the engine never rests", n, sim);
	must(sim_server_count(sim->server, "UID STORE") == 0 || !mark->is_settled,
		"a settled wish was sent again", n, sim);
	sim_stop(sim);
}

/* True when the child was stopped at its n-th write. */
static bool kill_at(const char *profile, enum crash_mode mode, bool is_offline, unsigned n)
{
	int status = 0;
	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
	fill(sim);
	sim_load_profile(sim, profile);
	sim->is_offline = is_offline;
	*mark = (struct mark){0};
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		child(sim, mode, n);
	must(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
			(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == CRASH_CODE),
		"the child ended by itself", n, sim);
	survey(sim, n);
	sim_free(sim);
	return WEXITSTATUS(status) == CRASH_CODE;
}

static void prepare(char *profile)
{
	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
	if (mkdtemp(profile) == NULL)
		exit(1);
	fill(sim);
	sim_start(sim);
	must(sim_until(sim, sim_is_watching, LIMIT_MS), "no first contact", 0, sim);
	sim_stop(sim);
	sim_save_profile(sim, profile);
	sim_free(sim);
}

static void forget(const char *profile)
{
	static const char *const names[] = {"local.db", "cache.db", "body.db"};
	char path[100];
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", profile, names[i]);
		unlink(path);
	}
	rmdir(profile);
}

int main(void)
{
	static const struct {
		enum crash_mode mode;
		bool is_offline;
		const char *name;
	} rows[] = {
		{CRASH_EXIT, false, "killed, on line"},
		{CRASH_LOSE, false, "power lost, on line"},
		{CRASH_EXIT, true, "killed, off line at first"},
		{CRASH_LOSE, true, "power lost, off line at first"},
	};
	char profile[] = "/tmp/rowan-crash-XXXXXX";
	unsigned points = 0;
	mark = mmap(NULL, sizeof(*mark), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mark == MAP_FAILED)
		return 1;
	crash_vfs_register();
	prepare(profile);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unsigned n = 1;
		while (n < POINTS_MAX && kill_at(profile, rows[i].mode, rows[i].is_offline, n))
			n++;
		printf("crash_wish: %s: at each of %u writes, the server was right each time\n",
			rows[i].name, n - 1);
		points += n - 1;
		if (n < POINTS_MIN || n == POINTS_MAX)
			return 1;
	}
	forget(profile);
	printf("crash_wish: %u kill points\n", points);
	return 0;
}
