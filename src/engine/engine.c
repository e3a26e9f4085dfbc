/* The engine: opened, stepped, asked, ended. */
#include "engine/engine_parts.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/book.h"
#include "engine/drafts.h"
#include "engine/jobs.h"
#include "engine/slices.h"
#include "engine/files.h"
#include "engine/live.h"
#include "engine/local.h"
#include "engine/select.h"
#include "engine/profile.h"
#include "engine/reading.h"
#include "engine/submit.h"
#include "engine/sync_header.h"

#include <errno.h>
#include <stdlib.h>

enum {
	ENGINE_UPKEEP_MS = 60 * 1000,
	ENGINE_JOIN_ROWS = 100, /* about 3 ms */
	ENGINE_CALM_MS = 300,   /* without a request: nobody is about to press the next key */
	ENGINE_STEP_MS = 50,    /* a step that takes longer makes a key wait */
	ENGINE_FOLDERS_PAUSE_MS = 100,
	ENGINE_WAIT_MAX_MS = 60 * 1000,
	ENGINE_SLEPT_MS =
		ENGINE_WAIT_MAX_MS + 10 * 1000, /* nobody waits so long: the machine slept */
};

/* ---- Telling. ---- */

void engine_post(struct engine *engine, struct event *event)
{
	queue_post(engine->events, event);
}

void engine_post_latest(struct engine *engine, uint64_t key, struct event *event)
{
	queue_post_latest(engine->events, key, event);
}

struct event *engine_notice(struct engine *engine, enum notice_kind kind, int64_t account_id)
{
	struct event *event = event_new(EVENT_NOTICE);
	(void)engine;
	event->notice = kind;
	event->account_id = account_id;
	return event;
}

void engine_storage_failed(struct engine *engine, const struct error *err)
{
	log_line(engine->options.log, "storage: %s", err->detail);
	if (engine->storage_is_told)
		return;
	engine->storage_is_told = true;
	struct event *notice = engine_notice(engine, NOTICE_STORAGE, 0);
	notice->error = *err;
	engine_post(engine, notice);
}

static void engine_tell_folders(struct engine *engine, int64_t *deadline)
{
	struct error err;
	if (!engine->wants_folders || !engine->folders_dirty)
		return;
	int64_t due = engine->folders_told + ENGINE_FOLDERS_PAUSE_MS;
	if (due > engine->now) {
		if (due < *deadline)
			*deadline = due;
		return;
	}
	engine->folders_dirty = false;
	engine->folders_told = engine->now;
	struct event *event = event_new(EVENT_FOLDERS);
	if (!cache_folders_list(engine->cache, 0, &event->folders, &event->folder_count, &err)) {
		engine_storage_failed(engine, &err);
		event_free(event);
		return;
	}
	engine_post_latest(engine, (uint64_t)EVENT_FOLDERS << 32, event);
}

static void engine_tell_accounts(struct engine *engine)
{
	if (!engine->wants_accounts || !engine->accounts_dirty)
		return;
	engine->accounts_dirty = false;
	struct event *event = event_new(EVENT_ACCOUNTS);
	event->accounts = mem_new_array(engine->run_count, sizeof(*event->accounts));
	event->account_count = engine->run_count;
	for (size_t i = 0; i < engine->run_count; i++) {
		struct account_run *run = engine->runs[i];
		struct account_status *status = &event->accounts[i];
		status->account_id = run->account->account_id;
		status->name = mem_text(run->account->name);
		status->kind = run->account->kind;
		status->state = run->state;
		status->error = run->error;
		status->quota_used = run->quota_used;
		status->quota_limit = run->quota_limit;
		if (run->retry_at > engine->now && run->retry_at != INT64_MAX)
			status->retry_at =
				engine->wall + (run->retry_at - engine->now + 999) / 1000;
		cache_actions_count(
			engine->cache, status->account_id, &status->waiting, &status->failed, NULL);
		cache_actions_marks(engine->cache, status->account_id, &status->marks, NULL);
		cache_keyword_names(engine->cache, status->account_id, status->keywords, NULL);
	}
	engine_post_latest(engine, (uint64_t)EVENT_ACCOUNTS << 32, event);
}

/* ---- Accounts. ---- */

struct account_run *engine_run_of_account(struct engine *engine, int64_t account_id)
{
	for (size_t i = 0; i < engine->run_count; i++)
		if (engine->runs[i]->account->account_id == account_id)
			return engine->runs[i];
	return NULL;
}

struct account_run *engine_run_of_serial(struct engine *engine, unsigned serial)
{
	for (size_t i = 0; i < engine->run_count; i++)
		if (engine->runs[i]->serial == serial)
			return engine->runs[i];
	for (size_t i = 0; i < engine->test_count; i++)
		if (engine->tests[i]->serial == serial)
			return engine->tests[i];
	return NULL;
}

struct account_run *engine_run_of_folder(struct engine *engine, int64_t folder_id)
{
	struct folder folder = {0};
	if (!cache_folder_get(engine->cache, folder_id, &folder, NULL))
		return NULL;
	int64_t account_id = folder.account_id;
	folder_done(&folder);
	return engine_run_of_account(engine, account_id);
}

bool engine_add_run(struct engine *engine, const struct account *account, struct error *err)
{
	struct account *known = account_copy(account);
	bool ok = cache_account_register(engine->cache, known->name, &known->account_id, err);
	if (ok) {
		engine->runs = array_room(
			engine->runs, engine->run_count, &engine->run_cap, sizeof(*engine->runs));
		engine->runs[engine->run_count++] = account_run_new(engine, known);
	}
	account_free(known);
	engine->accounts_dirty = true;
	return ok;
}

void engine_drop_run(struct engine *engine, size_t index)
{
	account_run_free(engine->runs[index]);
	engine->run_count--;
	memmove(engine->runs + index, engine->runs + index + 1,
		(engine->run_count - index) * sizeof(*engine->runs));
	engine->accounts_dirty = engine->folders_dirty = true;
}

static bool engine_add_runs(struct engine *engine, struct error *err)
{
	size_t count = 0;
	const struct account *const *accounts = settings_accounts(engine->settings, &count);
	for (size_t i = 0; i < count; i++)
		if (!engine_add_run(engine, accounts[i], err))
			return false;
	return true;
}

/* ---- Stepping. ---- */

static void engine_step_tests(struct engine *engine, int64_t *deadline)
{
	for (size_t i = 0; i < engine->test_count; i++) {
		struct account_run *run = engine->tests[i];
		account_run_step(run, deadline);
		if (!run->test->is_over)
			continue;
		account_run_free(run);
		engine->test_count--;
		memmove(engine->tests + i, engine->tests + i + 1,
			(engine->test_count - i) * sizeof(*engine->tests));
		i--;
	}
}

static void engine_upkeep(struct engine *engine, int64_t *deadline)
{
	if (engine->is_guest)
		return;
	if (engine->now >= engine->next_upkeep) {
		engine->next_upkeep = engine->now + ENGINE_UPKEEP_MS;
		engine->storage_is_told = false;
		cache_idle(engine->cache, engine->wall, NULL);
	}
	if (engine->next_upkeep < *deadline)
		*deadline = engine->next_upkeep;
}

/* Threads are joined behind the list, a few messages at a time, while nothing else is to be done
 * and nothing was asked for just now. Only for a screen: a command ends before anybody could look
 * at one. */
static void engine_join_threads(struct engine *engine, int64_t *deadline)
{
	struct error err;
	if (engine->is_guest || !engine->options.may_ask || *deadline <= engine->now)
		return;
	int64_t calm = engine->last_request + ENGINE_CALM_MS;
	for (size_t i = 0; i < engine->run_count; i++) {
		struct account_run *run = engine->runs[i];
		bool is_done = true;
		size_t joined = 0;
		if (run->threads_are_joined ||
			(account_run_is_connected(run) && run->backend->is_busy(run)))
			continue;
		if (engine->now < calm) {
			*deadline = calm < *deadline ? calm : *deadline;
			return;
		}
		if (!cache_threads_join(engine->cache, run->account->account_id, ENGINE_JOIN_ROWS,
			    &joined, &is_done, &err))
			engine_storage_failed(engine, &err);
		run->threads_are_joined = is_done;
		*deadline = engine->now;
		return;
	}
}

int64_t engine_step(struct engine *engine, int64_t now)
{
	int64_t deadline = INT64_MAX;
	engine->has_slept = engine->now != 0 && now - engine->now > ENGINE_SLEPT_MS;
	engine->now = now;
	engine->wall = engine->world->wall(engine->world->context);
	engine_serve_all(engine);
	jobs_finish(engine->jobs, engine);
	if (engine->is_guest)
		engine_look(engine, &deadline);
	else
		engine_hear_guests(engine);
	if (slices_step(engine) && engine->slices != NULL)
		deadline = now;
	/* Pages that were asked for go out before any slower work. */
	live_flush(engine, &deadline);
	for (size_t i = 0; !engine->is_guest && i < engine->run_count; i++) {
		submit_step(engine->runs[i], &deadline);
		local_step(engine->runs[i], &deadline);
		account_run_step(engine->runs[i], &deadline);
	}
	engine_step_tests(engine, &deadline);
	files_step(engine, &deadline);
	if (live_prepare(engine) || live_search(engine))
		deadline = now;
	if (select_step(engine, &deadline))
		deadline = now;
	reading_flush(engine, &deadline);
	drafts_step(engine, &deadline);
	live_flush(engine, &deadline);
	engine_tell_folders(engine, &deadline);
	engine_tell_accounts(engine);
	if (engine->wants_actions && engine->actions_dirty) {
		engine->actions_dirty = false;
		actions_tell(engine);
	}
	submit_tell(engine);
	drafts_tell(engine);
	engine_end_sync(engine);
	engine_end_idle(engine);
	engine_upkeep(engine, &deadline);
	engine_join_threads(engine, &deadline);
	if (engine->progress_is_due) {
		engine->progress_is_due = false;
		deadline = now;
	}
	return deadline;
}

size_t engine_poll(struct engine *engine, struct pollfd *fds, size_t max, int64_t *deadline)
{
	size_t count = 0;
	fds[count++] = (struct pollfd){queue_fd(engine->requests), POLLIN, 0};
	fds[count++] = (struct pollfd){jobs_fd(engine->jobs), POLLIN, 0};
	if (profile_fd(engine->profile) >= 0)
		fds[count++] = (struct pollfd){profile_fd(engine->profile), POLLIN, 0};
	for (size_t i = 0; i < engine->run_count && count + (size_t)2 * NET_POLL_MAX <= max; i++)
		count += account_run_poll(engine->runs[i], fds + count, deadline);
	for (size_t i = 0; i < engine->run_count && count + NET_POLL_MAX <= max; i++)
		count += submit_poll(engine->runs[i], fds + count, deadline);
	for (size_t i = 0; i < engine->test_count && count + (size_t)2 * NET_POLL_MAX <= max; i++)
		count += account_run_poll(engine->tests[i], fds + count, deadline);
	return count;
}

/* A debug build (-DROWAN_STRICT_STEPS) ends there; any other says so in its log. */
static void engine_watch_step(const struct engine *engine, int64_t took)
{
	if (took <= ENGINE_STEP_MS)
		return;
	log_line(engine->options.log, "a step of the engine took %lld ms", (long long)took);
#ifdef ROWAN_STRICT_STEPS
	abort();
#endif
}

static void engine_loop(void *argument)
{
	struct engine *engine = argument;
	for (;;) {
		struct pollfd fds[ENGINE_POLL_MAX];
		int64_t began = clock_monotonic_ms();
		int64_t deadline = engine_step(engine, began);
		engine_watch_step(engine, clock_monotonic_ms() - began);
		if (engine->should_stop)
			return;
		size_t count = engine_poll(engine, fds, ENGINE_POLL_MAX, &deadline);
		int64_t wait = deadline - clock_monotonic_ms();
		if (wait < 0)
			wait = 0;
		if (wait > ENGINE_WAIT_MAX_MS)
			wait = ENGINE_WAIT_MAX_MS;
		poll(fds, count, (int)wait);
	}
}

/* ---- Opening and ending. ---- */

static void request_free_item(void *item)
{
	request_free(item);
}

static void engine_copy_options(struct engine *engine, const struct engine_options *options)
{
	engine->options = *options;
	engine->options.config_path = mem_text(options->config_path);
	engine->options.local_path = mem_text(options->local_path);
	engine->options.cache_path = mem_text(options->cache_path);
	engine->options.body_path = mem_text(options->body_path);
	engine->options.state_path = mem_text(options->state_path);
}

static void engine_free_options(struct engine_options *options)
{
	union {
		const char *borrowed;
		void *owned;
	} texts[] = {{options->config_path}, {options->local_path}, {options->cache_path},
		{options->body_path}, {options->state_path}};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		mem_free(texts[i].owned);
}

static bool engine_begin(struct engine *engine, struct error *err)
{
	bool is_holder = false;
	engine->requests = queue_new(request_free_item);
	engine->events = queue_new(event_free_item);
	if (engine->requests == NULL || engine->events == NULL)
		return error_errno(err, ERROR_STORAGE, "the queues cannot be made");
	engine->settings = settings_load(engine->options.config_path, err);
	if (engine->settings == NULL)
		return false;
	engine->profile = profile_open(engine->options.state_path, &is_holder, err);
	if (engine->profile == NULL)
		return false;
	engine->is_guest = !is_holder;
	engine->raw = mem_new(sizeof(*engine->raw));
	struct cache_options cache = {
		.read_header = sync_header_read,
		.read_context = engine,
		.local_path = engine->options.local_path,
		.cache_path = engine->options.cache_path,
		.body_path = engine->options.body_path,
		.mode = is_holder ? CACHE_OWNER : CACHE_GUEST,
		.vfs = engine->world->vfs,
	};
	engine->cache = cache_open(&cache, err);
	if (engine->cache == NULL)
		return false;
	if (is_holder && !cache_journal_apply(engine->cache, &(size_t){0}, err))
		return false;
	cache.read_header = NULL; /* workers read only */
	engine->jobs = jobs_new(&cache, engine->world->runs_jobs_inline, err);
	engine->wall = engine->world->wall(engine->world->context);
	drafts_recover(engine);
	return engine->jobs != NULL && engine_add_runs(engine, err);
}

struct engine *engine_open_in(
	const struct engine_options *options, const struct engine_world *world, struct error *err)
{
	struct engine *engine = mem_new(sizeof(*engine));
	engine->world = world;
	engine->is_offline = options->is_offline;
	engine_copy_options(engine, options);
	if (engine_begin(engine, err))
		return engine;
	engine_close(engine);
	return NULL;
}

struct engine *engine_open(const struct engine_options *options, struct error *err)
{
	struct engine_world *world = world_net_new(err);
	if (world == NULL)
		return NULL;
	struct engine *engine = engine_open_in(options, world, err);
	if (engine == NULL)
		world_net_free(world);
	else
		engine->own_world = world;
	return engine;
}

bool engine_is_guest(const struct engine *engine)
{
	return engine->is_guest;
}

struct queue *engine_events(struct engine *engine)
{
	return engine->events;
}

void engine_request(struct engine *engine, struct request *request)
{
	queue_post(engine->requests, request);
}

bool engine_start(struct engine *engine, struct error *err)
{
	engine->thread = jobs_thread_start(engine_loop, engine, err);
	return engine->thread != NULL;
}

void engine_halt(struct engine *engine)
{
	if (engine->thread != NULL) {
		engine_request(engine, request_new(REQUEST_QUIT));
		jobs_thread_join(engine->thread);
		engine->thread = NULL;
	}
	while (engine->run_count > 0)
		engine_drop_run(engine, engine->run_count - 1);
}

void engine_stats(struct engine *engine, struct buf *out)
{
	buf_add(out, buf_str(&engine->stats));
}

void engine_stop(struct engine *engine)
{
	if (engine == NULL)
		return;
	engine_halt(engine);
	engine_close(engine);
}

void engine_close(struct engine *engine)
{
	for (size_t i = 0; i < engine->test_count; i++)
		account_run_free(engine->tests[i]);
	mem_free(engine->tests);
	if (engine->cache != NULL)
		live_free(engine);
	while (engine->run_count > 0)
		engine_drop_run(engine, engine->run_count - 1);
	mem_free(engine->runs);
	live_search_free(engine);
	select_free(engine);
	slices_free_all(engine);
	jobs_free(engine->jobs);
	reading_free_all(engine);
	drafts_free(engine);
	book_free(engine);
	cache_close(engine->cache);
	profile_close(engine->profile);
	settings_free(engine->settings);
	queue_free(engine->requests);
	queue_free(engine->events);
	buf_done(&engine->stats);
	buf_done(&engine->sync_token);
	mem_free(engine->groups);
	mem_free(engine->carry_failures);
	files_free(engine);
	if (engine->raw != NULL)
		sync_batch_done(engine->raw);
	mem_free(engine->raw);
	engine_free_options(&engine->options);
	world_net_free(engine->own_world);
	mem_free(engine);
}
