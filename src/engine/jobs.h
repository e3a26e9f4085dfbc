/*
 * Work for other threads: pure and short (quick: rendering) or something that waits (slow: a
 * password command, writing a file). A job is owned by the workers from jobs_add until its `done`
 * runs on the engine's thread. In a world that runs jobs inline, both happen inside jobs_add's
 * caller's next jobs_finish.
 */
#ifndef ENGINE_JOBS_H
#define ENGINE_JOBS_H

#include "cache/cache.h"

struct engine;
struct jobs;
struct job;

typedef void job_run(struct job *job, struct cache *reader);   /* on a worker */
typedef void job_done(struct engine *engine, struct job *job); /* on the engine's thread */
typedef void job_free(struct job *job);

/* The head of every job struct. */
struct job {
	job_run *run;
	job_done *done;
	job_free *free;
	bool is_slow;
};

struct jobs *jobs_new(const struct cache_options *reader, bool runs_inline, struct error *err);
void jobs_free(struct jobs *jobs); /* waits for the job a worker is at; drops the others */

void jobs_add(struct jobs *jobs, struct job *job);
int jobs_fd(const struct jobs *jobs); /* readable when jobs_finish has something to do */
void jobs_finish(struct jobs *jobs, struct engine *engine);
size_t jobs_pending(const struct jobs *jobs);

/* A thread for the engine's own loop. */
void *jobs_thread_start(void (*run)(void *), void *argument, struct error *err);
void jobs_thread_join(void *thread);

#endif
