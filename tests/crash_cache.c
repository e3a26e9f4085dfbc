/*
 * Kills the store at every write. A child makes a folder with mail, wishes some of it seen and
 * settles that, moves some to another folder, and ends at its n-th write or sync; then the store is
 * opened again, the invariants are checked, and the wish is there whole or not at all. For every n
 * until none is reached; once with what was written kept, once with all that was not synced lost.
 * Prints how many there were.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "cache/cache.h"
#include "tests/cache/crash_vfs.h"

enum { ROWS = 300, WISHED = 20, MOVED = 5, POINTS_MAX = 5000 };

/* How far the child came, told over a pipe as each step is answered. */
enum step {
	STEP_NONE,
	STEP_OPEN,
	STEP_SAVED,
	STEP_WISHED,
	STEP_SETTLED,
	STEP_MOVED,
	STEP_LANDED,
	STEP_CLOSED
};

struct run {
	char folder[64], local[96], cache[96], body[96];
	struct cache_options options;
	struct error err;
};

static void run_paths(struct run *r)
{
	snprintf(r->local, sizeof(r->local), "%s/local.db", r->folder);
	snprintf(r->cache, sizeof(r->cache), "%s/cache.db", r->folder);
	snprintf(r->body, sizeof(r->body), "%s/body.db", r->folder);
	r->options = (struct cache_options){.local_path = r->local,
		.cache_path = r->cache,
		.body_path = r->body,
		.vfs = CRASH_VFS,
		.mode = CACHE_OWNER};
}

static void run_clear(const struct run *r)
{
	static const char *const names[] = {"local.db", "cache.db", "body.db"};
	static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
	char path[128];
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 4; j++) {
			snprintf(path, sizeof(path), "%s/%s%s", r->folder, names[i], tails[j]);
			unlink(path);
		}
}

static void must(struct run *r, bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "crash_cache: %s: %s\n", what, r->err.detail);
	exit(1);
}

static void tell(int fd, enum step step)
{
	char byte = (char)step;
	if (write(fd, &byte, 1) != 1)
		exit(1);
}

static void save_rows(struct run *r, struct cache *store, int64_t folder)
{
	static struct cache_header rows[ROWS];
	for (uint32_t i = 0; i < ROWS; i++) {
		rows[i] = (struct cache_header){.uid = i + 1, .subject = STR("text"), .date = i};
		memcpy(rows[i].ident.bytes, &rows[i].uid, sizeof(rows[i].uid));
	}
	struct cache_cursor cursor = {
		.uidvalidity = 7, .uidnext = ROWS + 1, .synced_low = 1, .server_total = ROWS};
	must(r, cache_headers_save(store, folder, rows, ROWS, &cursor, &r->err), "headers");
}

static struct action wish_make(int64_t folder)
{
	struct action a = {.account_id = 1,
		.folder_id = folder,
		.kind = ACTION_FLAGS,
		.uidvalidity = 7,
		.add = FLAG_SEEN,
		.items = mem_new_array(WISHED, sizeof(struct action_item)),
		.item_count = WISHED};
	for (uint32_t i = 0; i < WISHED; i++)
		a.items[i].uid = 1 + i * 14;
	return a;
}

/* Wished and taken back: leaves nothing, also when it ends in between. */
static void toggle(struct run *r, struct cache *store, int64_t folder)
{
	for (int i = 0; i < 2; i++) {
		struct action a = wish_make(folder);
		a.item_count = 3;
		a.add = i == 0 ? FLAG_FLAGGED : 0;
		a.remove = i == 0 ? 0 : FLAG_FLAGGED;
		must(r, cache_action_add(store, &a, &r->err), "toggle");
		action_done(&a);
	}
}

/* A few, none of which is wished seen: shown in the other folder at once, then there for good. */
static void move(struct run *r, struct cache *store, int64_t folder, int64_t other, int fd)
{
	struct action a = {.account_id = 1,
		.folder_id = folder,
		.kind = ACTION_MOVE,
		.uidvalidity = 7,
		.target_folder_id = other,
		.items = mem_new_array(MOVED, sizeof(struct action_item)),
		.item_count = MOVED};
	struct cache_status status = {UINT32_MAX, UINT32_MAX, 100, UINT64_MAX, 9};
	for (uint32_t i = 0; i < MOVED; i++)
		a.items[i].uid = 2 + i;
	must(r, cache_folder_status(store, other, &status, &r->err), "status");
	must(r, cache_action_add(store, &a, &r->err), "move");
	tell(fd, STEP_MOVED);
	must(r, cache_action_sent(store, &a, 9, 100, &r->err), "sent");
	for (uint32_t i = 0; i < MOVED; i++)
		a.items[i].landed = 100 + i;
	must(r, cache_action_landed(store, &a, 9, true, &r->err), "landed");
	must(r, cache_action_settle(store, &a, &r->err), "settle the move");
	tell(fd, STEP_LANDED);
	action_done(&a);
}

static void child(struct run *r, int fd)
{
	int64_t account, folder, other;
	struct cache *store = cache_open(&r->options, &r->err);
	must(r, store != NULL, "open");
	must(r, cache_account_register(store, "a", &account, &r->err), "account");
	must(r, cache_folder_register(store, account, "INBOX", &folder, &r->err), "folder");
	must(r, cache_folder_register(store, account, "Other", &other, &r->err), "other");
	tell(fd, STEP_OPEN);
	save_rows(r, store, folder);
	tell(fd, STEP_SAVED);
	struct action a = wish_make(folder);
	must(r, cache_action_add(store, &a, &r->err), "wish");
	tell(fd, STEP_WISHED);
	toggle(r, store, folder);
	must(r, cache_action_settle(store, &a, &r->err), "settle");
	tell(fd, STEP_SETTLED);
	action_done(&a);
	move(r, store, folder, other, fd);
	cache_close(store);
	tell(fd, STEP_CLOSED);
}

/* Seen rows, by what shows and by what the server said; and waiting wishes. */
struct found {
	uint32_t total, moved, shown, server, waiting;
};

static void look(struct run *r, struct cache *store, struct found *f)
{
	static struct cache_flags rows[ROWS];
	size_t count = 0;
	int64_t account = 0, folder = 0, other = 0;
	struct folder row;
	uint32_t failed;
	*f = (struct found){0};
	must(r, cache_account_register(store, "a", &account, &r->err), "account");
	must(r, cache_folder_register(store, account, "INBOX", &folder, &r->err), "folder");
	must(r, cache_folder_get(store, folder, &row, &r->err), "look");
	f->total = row.total;
	f->shown = row.total - row.unseen;
	folder_done(&row);
	must(r, cache_folder_register(store, account, "Other", &other, &r->err), "other");
	must(r, cache_folder_get(store, other, &row, &r->err), "look");
	f->moved = row.total;
	f->total += row.total;
	folder_done(&row);
	must(r, cache_uid_flags(store, folder, 1, ROWS, rows, ROWS, &count, &r->err), "flags");
	for (size_t i = 0; i < count; i++)
		f->server += (rows[i].flags & FLAG_SEEN) != 0;
	must(r, cache_actions_count(store, account, &f->waiting, &failed, &r->err), "count");
}

static void wrong(unsigned n, enum step step, const struct found *f, const char *what)
{
	fprintf(stderr,
		"crash_cache: at write %u, after step %d: %s (%u rows, %u shown, %u server, "
		"%u waiting)\n",
		n, step, what, f->total, f->shown, f->server, f->waiting);
	exit(1);
}

/* Power lost may take back what cache.db had; never what local.db had answered. */
static void judge(unsigned n, enum crash_mode mode, enum step step, const struct found *f)
{
	bool may_lose = mode == CRASH_LOSE;
	if (f->total != 0 && f->total != ROWS)
		wrong(n, step, f, "half of the rows are there");
	if (!may_lose && step >= STEP_SAVED && f->total != ROWS)
		wrong(n, step, f, "rows that were saved are gone");
	if (f->moved != 0 && f->moved != MOVED)
		wrong(n, step, f, "half of the move shows");
	if (step == STEP_MOVED && f->total == ROWS && f->moved != MOVED && !may_lose)
		wrong(n, step, f, "the move is lost");
	if (!may_lose && step >= STEP_LANDED && f->moved != MOVED)
		wrong(n, step, f, "a move that was done is lost");
	if (f->shown != 0 && f->shown != WISHED)
		wrong(n, step, f, "half of the wish shows");
	if (f->server != 0 && f->server != WISHED)
		wrong(n, step, f, "half of the wish is settled");
	if (step == STEP_WISHED && f->total == ROWS && f->shown != WISHED)
		wrong(n, step, f, "the wish is lost");
	if (step == STEP_WISHED && f->waiting == 0 && f->server == 0 && !may_lose)
		wrong(n, step, f, "the wish is neither waiting nor done");
	if (step < STEP_WISHED && f->waiting == 0 && f->shown != 0)
		wrong(n, step, f, "masks without a wish");
	if (step >= STEP_LANDED && f->waiting != 0)
		wrong(n, step, f, "a settled wish waits again");
	if (!may_lose && step >= STEP_SETTLED && f->server != WISHED)
		wrong(n, step, f, "a settled wish is lost");
}

static void settle_rest(struct run *r, struct cache *store)
{
	struct action *list;
	size_t count;
	must(r, cache_actions_waiting(store, 1, INT64_MAX, &list, 10, &count, &r->err), "waiting");
	for (size_t i = 0; i < count; i++) {
		must(r, cache_action_settle(store, &list[i], &r->err), "settle again");
		action_done(&list[i]);
	}
	mem_free(list);
	must(r, cache_check(store, &r->err), "check after settling");
}

static void survey(struct run *r, unsigned n, enum crash_mode mode, enum step step)
{
	struct found f;
	size_t applied;
	crash_vfs_arm(CRASH_NEVER, 0);
	struct cache *store = cache_open(&r->options, &r->err);
	must(r, store != NULL, "open again");
	must(r, cache_journal_apply(store, &applied, &r->err), "apply");
	must(r, cache_check(store, &r->err), "check");
	look(r, store, &f);
	judge(n, mode, step, &f);
	settle_rest(r, store);
	cache_close(store);
}

/* True when the child was stopped at its n-th write. */
static bool kill_at(struct run *r, enum crash_mode mode, unsigned n)
{
	int pipes[2], status;
	enum step step = STEP_NONE;
	char byte;
	run_clear(r);
	if (pipe(pipes) != 0)
		exit(1);
	pid_t pid = fork();
	if (pid == 0) {
		close(pipes[0]);
		crash_vfs_arm(mode, n);
		child(r, pipes[1]);
		_exit(0);
	}
	close(pipes[1]);
	while (read(pipes[0], &byte, 1) == 1)
		step = (enum step)byte;
	close(pipes[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
		(WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != CRASH_CODE))
		exit(1);
	survey(r, n, mode, step);
	return WEXITSTATUS(status) == CRASH_CODE;
}

int main(void)
{
	static const struct {
		enum crash_mode mode;
		const char *name;
	} modes[] = {{CRASH_EXIT, "killed"}, {CRASH_LOSE, "power lost"}};
	struct run r = {.folder = "/tmp/rowan-crash-XXXXXX"};
	if (mkdtemp(r.folder) == NULL)
		return 1;
	run_paths(&r);
	crash_vfs_register();
	for (size_t i = 0; i < 2; i++) {
		unsigned n = 1;
		while (n < POINTS_MAX && kill_at(&r, modes[i].mode, n))
			n++;
		printf("crash_cache: %s at each of %u writes: the store was right each time\n",
			modes[i].name, n - 1);
		if (n < 20 || n == POINTS_MAX)
			return 1;
	}
	run_clear(&r);
	return rmdir(r.folder) != 0;
}
