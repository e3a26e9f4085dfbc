/* The simulator: a profile, the engine on it, time. */
#include "tests/sim/sim.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "engine/event.h"

enum { SIM_SPIN_MAX = 5000 };

static void sim_must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "sim: %s\n", what);
	abort();
}

/* ---- The profile. ---- */

static void sim_make_folder(struct sim *sim)
{
	struct stat st;
	/* Where there is a file system in memory the runs take a tenth of the time. */
	const char *base =
		stat("/dev/shm", &st) == 0 && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(sim->folder, sizeof(sim->folder), "%s/rowan-sim-XXXXXX", base);
	sim_must(mkdtemp(sim->folder) != NULL, "no scratch folder");
}

static void sim_path(char *out, size_t size, const char *folder, const char *name)
{
	int n = snprintf(out, size, "%s/%s", folder, name);
	sim_must(n > 0 && (size_t)n < size, "path too long");
}

static void sim_write_config(struct sim *sim)
{
	char path[128];
	sim_path(path, sizeof(path), sim->folder, "rowan.conf");
	FILE *file = fopen(path, "w");
	sim_must(file != NULL, "the settings cannot be written");
	fprintf(file,
		"[account \"work\"]\n\timap = imaps://ann@mail.example.org\n"
		"\tfrom = Ann <ann@example.org>\n%s",
		sim->settings != NULL ? sim->settings : "");
	fclose(file);
}

static void sim_copy_file(const char *from, const char *to)
{
	static char bytes[1 << 16];
	ssize_t n;
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	sim_must(in >= 0 && out >= 0, "a file of the profile cannot be copied");
	while ((n = read(in, bytes, sizeof(bytes))) > 0)
		sim_must(write(out, bytes, (size_t)n) == n, "no room");
	close(in);
	close(out);
}

static const char *const sim_files[] = {"local.db", "cache.db", "body.db"};

void sim_save_profile(struct sim *sim, const char *to)
{
	char source[160], target[160];
	for (size_t i = 0; i < 3; i++) {
		sim_path(source, sizeof(source), sim->folder, sim_files[i]);
		sim_path(target, sizeof(target), to, sim_files[i]);
		sim_copy_file(source, target);
	}
}

void sim_load_profile(struct sim *sim, const char *from)
{
	char source[160], target[160];
	for (size_t i = 0; i < 3; i++) {
		sim_path(source, sizeof(source), from, sim_files[i]);
		sim_path(target, sizeof(target), sim->folder, sim_files[i]);
		sim_copy_file(source, target);
	}
}

static void sim_remove_folder(const char *folder)
{
	char path[400];
	DIR *dir = opendir(folder);
	for (struct dirent *e = dir != NULL ? readdir(dir) : NULL; e != NULL; e = readdir(dir)) {
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		unlink(path);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(folder);
}

/* ---- The engine. ---- */

struct sim *sim_new(const struct sim_profile *profile)
{
	struct sim *sim = mem_new(sizeof(*sim));
	sim->server = sim_server_new(profile);
	sim->password = "secret";
	sim->now = 1000;
	sim_make_folder(sim);
	sim_world_init(sim);
	return sim;
}

static void sim_heard_done(struct sim_heard *heard)
{
	if (heard->page != NULL) {
		struct event *event = event_new(EVENT_PAGE);
		event->page = heard->page;
		event_free(event);
	}
	event_free(heard->shown);
	event_free(heard->folders);
	event_free(heard->accounts);
	event_free(heard->synced);
	event_free(heard->saved);
	event_free(heard->test);
	event_free(heard->failed);
	event_free(heard->notice);
	event_free(heard->acted);
	event_free(heard->undone);
	event_free(heard->question);
	event_free(heard->info);
	*heard = (struct sim_heard){0};
}

bool sim_try_start(struct sim *sim, struct error *err)
{
	sim_write_config(sim);
	char config[128], local[128], cache[128], body[128];
	sim_path(config, sizeof(config), sim->folder, "rowan.conf");
	sim_path(local, sizeof(local), sim->folder, "local.db");
	sim_path(cache, sizeof(cache), sim->folder, "cache.db");
	sim_path(body, sizeof(body), sim->folder, "body.db");
	struct engine_options options = {
		.config_path = config,
		.local_path = local,
		.cache_path = cache,
		.body_path = body,
		.state_path = sim->folder,
		.is_offline = sim->is_offline,
		.may_ask = !sim->cannot_ask,
	};
	sim->engine = engine_open_in(&options, &sim->world, err);
	sim->deadline = 0;
	return sim->engine != NULL;
}

void sim_start(struct sim *sim)
{
	struct error err;
	if (sim_try_start(sim, &err))
		return;
	fprintf(stderr, "sim: %s\n", err.detail);
	abort();
}

void sim_stop(struct sim *sim)
{
	int64_t next;
	cache_close(sim->reader);
	sim->reader = NULL;
	if (sim->engine != NULL)
		engine_close(sim->engine);
	sim->engine = NULL;
	while (sim_world_move(sim, &next))
		;
}

void sim_kill(struct sim *sim, bool has_power)
{
	if (!has_power)
		sim_world_cut(sim);
	sim_stop(sim);
	sim->spins = false; /* what the dead do does not count */
}

void sim_free(struct sim *sim)
{
	if (sim == NULL)
		return;
	sim_stop(sim);
	sim_world_done(sim);
	sim_heard_done(&sim->heard);
	sim_server_free(sim->server);
	sim_remove_folder(sim->folder);
	buf_done(&sim->difference);
	mem_free(sim);
}

/* ---- What it says. ---- */

static void sim_answer(struct sim *sim, const struct event *event)
{
	if (sim->password == NULL || event->question->kind != QUESTION_PASSWORD)
		return;
	struct request *answer = request_new(REQUEST_ANSWER);
	answer->question_id = event->question->question_id;
	answer->answer = ANSWER_ONCE;
	answer->text = mem_text(sim->password);
	engine_request(sim->engine, answer);
}

static void sim_keep(struct event **last, struct event *event)
{
	event_free(*last);
	*last = event;
}

static void sim_hear(struct sim *sim, struct event *event)
{
	struct sim_heard *heard = &sim->heard;
	struct event **const places[] = {
		[EVENT_FOLDERS] = &heard->folders,
		[EVENT_ACCOUNTS] = &heard->accounts,
		[EVENT_SHOWN] = &heard->shown,
		[EVENT_SAVED] = &heard->saved,
		[EVENT_SYNCED] = &heard->synced,
		[EVENT_TEST] = &heard->test,
		[EVENT_NOTICE] = &heard->notice,
		[EVENT_ACTED] = &heard->acted,
		[EVENT_UNDONE] = &heard->undone,
		[EVENT_FAILED] = &heard->failed,
		[EVENT_QUESTION] = &heard->question,
		[EVENT_FOLDER_INFO] = &heard->info,
		[EVENT_STOPPED] = NULL,
	};
	heard->counts[event->kind]++;
	if (event->kind == EVENT_NOTICE)
		heard->notices[event->notice]++;
	if (event->kind == EVENT_QUESTION)
		sim_answer(sim, event);
	if (event->kind == EVENT_PAGE) {
		struct page *page = event->page;
		event->page = heard->page;
		heard->page = page;
	}
	if (places[event->kind] != NULL)
		sim_keep(places[event->kind], event);
	else
		event_free(event);
}

/* ---- Time. ---- */

static bool sim_can_go_on(struct sim *sim)
{
	struct pollfd fds[ENGINE_POLL_MAX];
	int64_t deadline = INT64_MAX;
	size_t count = engine_poll(sim->engine, fds, ENGINE_POLL_MAX, &deadline);
	return poll(fds, count, 0) > 0;
}

/* One step; true when there is more to do at this instant. */
static bool sim_one_step(struct sim *sim)
{
	int64_t next;
	bool moved = sim_world_move(sim, &next);
	sim->deadline = engine_step(sim->engine, sim->now);
	sim->steps++;
	for (struct event *event = queue_take(engine_events(sim->engine)); event != NULL;
		event = queue_take(engine_events(sim->engine)))
		sim_hear(sim, event);
	moved |= sim_world_move(sim, &next);
	bool is_due = sim->deadline <= sim->now;
	if (next < sim->deadline)
		sim->deadline = next;
	return moved || is_due || sim_can_go_on(sim);
}

void sim_rest(struct sim *sim)
{
	for (int i = 0; i < SIM_SPIN_MAX; i++)
		if (!sim_one_step(sim))
			return;
	sim->spins = true;
}

bool sim_until(struct sim *sim, sim_condition *condition, int64_t ms)
{
	int64_t end = sim->now + ms;
	for (;;) {
		sim_rest(sim);
		if (condition != NULL && condition(sim))
			return true;
		if (sim->now >= end || sim->spins || (sim->is_dead != NULL && sim->is_dead()))
			return false;
		sim->now = sim->deadline < end ? sim->deadline : end;
	}
}

void sim_run(struct sim *sim, int64_t ms)
{
	sim_until(sim, NULL, ms);
}
