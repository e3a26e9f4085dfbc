/* Work for other threads. */
#include "engine/jobs.h"

#include "base/memory.h"
#include "base/queue.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

enum { JOB_LANES = 2 }; /* quick, slow */

struct job_lane {
	struct jobs *jobs;
	struct queue *todo;
	pthread_t thread;
	bool is_running;
};

struct jobs {
	struct cache_options reader;
	bool runs_inline;
	struct cache *inline_reader;
	struct queue *done;
	size_t pending;
	struct job_lane lanes[JOB_LANES];
};

struct jobs_thread {
	pthread_t thread;
	void (*run)(void *);
	void *argument;
};

static void job_free_item(void *item)
{
	struct job *job = item;
	job->free(job);
}

/* Signals belong to the main thread. */
static void jobs_block_signals(void)
{
	sigset_t all;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
}

static void *lane_main(void *argument)
{
	struct job_lane *lane = argument;
	struct cache *reader = NULL;
	jobs_block_signals();
	for (struct job *job = queue_wait(lane->todo); job != NULL; job = queue_wait(lane->todo)) {
		if (reader == NULL)
			reader = cache_open(&lane->jobs->reader, NULL);
		job->run(job, reader);
		queue_post(lane->jobs->done, job);
	}
	cache_close(reader);
	return NULL;
}

static bool lane_start(struct job_lane *lane, struct error *err)
{
	lane->todo = queue_new(job_free_item);
	if (lane->todo == NULL)
		return error_errno(err, ERROR_STORAGE, "a worker cannot start");
	errno = pthread_create(&lane->thread, NULL, lane_main, lane);
	if (errno != 0)
		return error_errno(err, ERROR_STORAGE, "a worker cannot start");
	lane->is_running = true;
	return true;
}

struct jobs *jobs_new(const struct cache_options *reader, bool runs_inline, struct error *err)
{
	struct jobs *jobs = mem_new(sizeof(*jobs));
	jobs->reader = *reader;
	jobs->reader.mode = CACHE_READER;
	jobs->runs_inline = runs_inline;
	jobs->done = queue_new(job_free_item);
	bool ok = jobs->done != NULL || error_errno(err, ERROR_STORAGE, "a worker cannot start");
	for (int i = 0; ok && !runs_inline && i < JOB_LANES; i++) {
		jobs->lanes[i].jobs = jobs;
		ok = lane_start(&jobs->lanes[i], err);
	}
	if (ok)
		return jobs;
	jobs_free(jobs);
	return NULL;
}

void jobs_free(struct jobs *jobs)
{
	if (jobs == NULL)
		return;
	for (int i = 0; i < JOB_LANES; i++) {
		struct job_lane *lane = &jobs->lanes[i];
		if (lane->is_running) {
			queue_close(lane->todo);
			pthread_join(lane->thread, NULL);
		}
		queue_free(lane->todo);
	}
	cache_close(jobs->inline_reader);
	queue_free(jobs->done);
	mem_free(jobs);
}

void jobs_add(struct jobs *jobs, struct job *job)
{
	jobs->pending++;
	if (!jobs->runs_inline) {
		queue_post(jobs->lanes[job->is_slow].todo, job);
		return;
	}
	if (jobs->inline_reader == NULL)
		jobs->inline_reader = cache_open(&jobs->reader, NULL);
	job->run(job, jobs->inline_reader);
	queue_post(jobs->done, job);
}

int jobs_fd(const struct jobs *jobs)
{
	return queue_fd(jobs->done);
}

void jobs_finish(struct jobs *jobs, struct engine *engine)
{
	for (struct job *job = queue_take(jobs->done); job != NULL; job = queue_take(jobs->done)) {
		jobs->pending--;
		job->done(engine, job);
		job->free(job);
	}
}

size_t jobs_pending(const struct jobs *jobs)
{
	return jobs->pending;
}

static void *jobs_thread_main(void *argument)
{
	struct jobs_thread *thread = argument;
	jobs_block_signals();
	thread->run(thread->argument);
	return NULL;
}

void *jobs_thread_start(void (*run)(void *), void *argument, struct error *err)
{
	struct jobs_thread *thread = mem_new(sizeof(*thread));
	thread->run = run;
	thread->argument = argument;
	errno = pthread_create(&thread->thread, NULL, jobs_thread_main, thread);
	if (errno == 0)
		return thread;
	error_errno(err, ERROR_STORAGE, "the engine's thread cannot start");
	mem_free(thread);
	return NULL;
}

void jobs_thread_join(void *thread)
{
	struct jobs_thread *self = thread;
	if (self == NULL)
		return;
	pthread_join(self->thread, NULL);
	mem_free(self);
}
