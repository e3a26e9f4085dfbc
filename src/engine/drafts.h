/*
 * What is being written. A draft lives in local.db from its first moment; what the composer saves
 * is durable when EVENT_DRAFT_SAVED tells. Attached files are copied in by a worker, and a message
 * is built by one, each with a connection to the store of its own, as a guest has: 200 MB keep
 * nobody waiting.
 *
 *	drafts.c        requests; what waits for messages to come
 *	drafts_job.c    the workers' part of making a draft and of attaching
 *	drafts_send.c   from the draft to the outbox, and what follows when it is out
 *	drafts_server.c the copies in the Drafts folders
 */
#ifndef ENGINE_DRAFTS_H
#define ENGINE_DRAFTS_H

#include "compose/compose.h"
#include "engine/jobs.h"
#include "engine/state.h"

/* REQUEST_COMPOSE, REQUEST_DRAFT… and REQUEST_REDIRECT. True: the request is kept. */
bool drafts_serve(struct engine *engine, struct request *request);
/* What waits for a message starts when it is here. */
void drafts_step(struct engine *engine, int64_t *deadline);
/* Once, before anything is served: what was open is closed. */
void drafts_recover(struct engine *engine);
void drafts_free(struct engine *engine);
/* EVENT_DRAFTS, when something changed and someone wants to know. */
void drafts_tell(struct engine *engine);
bool drafts_are_busy(const struct engine *engine);

/* The draft as it is in the store, open from now on: EVENT_DRAFT. */
bool drafts_give(struct engine *engine, int64_t draft_id, uint64_t tag, const char *words,
	struct error *err);

/* ---- drafts_job.c ---- */

/* Where a worker writes bytes that are kept: a blob in a store it opened itself. */
struct draft_writer {
	struct cache *cache; /* owned */
	struct cache_blob *blob;
	uint64_t size;
};
bool draft_writer_open(
	struct draft_writer *w, const struct cache_options *store, struct error *err);
bool draft_writer_add(void *writer, struct str bytes, struct error *err); /* a compose_sink */
bool draft_writer_finish(struct draft_writer *w, int64_t *blob_id, struct error *err);
void draft_writer_close(struct draft_writer *w); /* what is not finished is forgotten */

/* Starts the work of a request whose messages are here (owned: request and message_ids). */
void drafts_job_start(
	struct engine *engine, struct request *request, int64_t *message_ids, size_t count);
struct cache_options drafts_store(const struct engine *engine); /* for draft_writer_open */
/* The identities of all accounts, those of account_id first; signatures are paths still. */
struct identity *drafts_identities(struct engine *engine, int64_t account_id, size_t *count);

/* ---- drafts_server.c ---- */

/* Saves there what is newer here, every two minutes or when it is due. */
void drafts_server_step(struct engine *engine, int64_t *deadline);
/* Sent or dropped: its copy goes, by its UID. */
bool drafts_server_remove(struct engine *engine, int64_t draft_id, struct error *err);
/* A draft was read from that place: it is its copy from now on. */
bool drafts_server_taken(struct engine *engine, int64_t draft_id, uint64_t revision, int64_t place,
	struct error *err);
/* The draft whose copy stands there; 0: none. */
int64_t drafts_server_find(struct engine *engine, int64_t place);
/* Adds those of the Drafts folders that are not among the drafts of the event. */
void drafts_server_list(struct engine *engine, struct event *event);

/* ---- drafts_send.c ---- */

void drafts_send(struct engine *engine, struct request *request); /* REQUEST_DRAFT_SEND */
void drafts_check(struct engine *engine, const struct request *request);
struct compose_options drafts_options(struct engine *engine);
/* Into the outbox: account, state and copy are filled in; out->draft_id is set. EVENT_OUTBOX or
 * EVENT_FAILED. */
void drafts_post(struct engine *engine, struct outgoing *out, const struct draft *draft,
	int64_t blob_id, int64_t not_before, uint64_t tag);
/* Drafts whose message is out: what they answer is marked, and they go. */
void drafts_settle(struct engine *engine);

#endif
