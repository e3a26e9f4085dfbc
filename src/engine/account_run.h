/* An account at work: log-in, secrets, questions, back-off, what the user wants of it. */
#ifndef ENGINE_ACCOUNT_RUN_H
#define ENGINE_ACCOUNT_RUN_H

#include "engine/backend.h"

/* account is copied and must be registered (account_id). */
struct account_run *account_run_new(struct engine *engine, const struct account *account);
void account_run_free(struct account_run *run);

void account_run_step(struct account_run *run, int64_t *deadline);
size_t account_run_poll(struct account_run *run, struct pollfd *fds, int64_t *deadline);

/* What the user looks at: selected, synced and watched before all else. */
void account_run_want_folder(struct account_run *run, int64_t folder_id);
/* By what the server last said of it and what is here. */
bool account_run_folder_has_news(
	struct account_run *run, const struct folder *folder, bool *tells_flags);
/* The same, or flags that no number tells of may have changed. */
bool account_run_folder_is_stale(struct account_run *run, const struct folder *folder);
void account_run_add_task(struct account_run *run, int64_t folder_id, bool bodies);

/* A folder was left: a task that was to visit it is over, or to be done again. */
void account_run_visited(struct account_run *run, int64_t folder_id, bool is_complete);
struct folder_task *account_run_task_of(struct account_run *run, int64_t folder_id); /* or NULL */
/* The folder cannot be selected: nobody waits for it any more. */
void account_run_folder_failed(struct account_run *run, int64_t folder_id);

/* Look for new mail now, where that is not known anyway. */
void account_run_check(struct account_run *run);
/* Try now: the user asked, or answered. */
void account_run_retry(struct account_run *run);
void account_run_disconnect(struct account_run *run);
void account_run_answer(struct account_run *run, const struct request *request);

bool account_run_is_connected(const struct account_run *run);
/* True while something that was asked for is still to be done and could be. */
bool account_run_is_busy(const struct account_run *run);
/* Offline by wish, waiting for the network, or held by a question. */
bool account_run_is_stuck(const struct account_run *run);

void account_run_state(struct account_run *run, enum account_state state);
/* The log-in succeeded; caps: what the server can do, to be remembered, or empty. */
void account_run_online(struct account_run *run, struct str caps);
void account_run_login_failed(struct account_run *run, const struct error *err);

void account_run_count(
	struct account_run *run, const char *protocol, const struct net_counts *counts);

/* Facts about the server: loaded at the start, saved when they changed. */
void account_run_facts_save(struct account_run *run);

/* Log-in tried without being saved (REQUEST_ACCOUNT_TEST). */
struct account_test {
	uint64_t tag;
	enum test_step step;
	bool is_over;
};
/* What is being tried: named when it fails. */
void account_run_test_at(struct account_run *run, enum test_step step);
/* That step is done. */
void account_run_test_step(struct account_run *run, enum test_step step);

#endif
