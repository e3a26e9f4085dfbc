/*
 * What is being written. A draft lives in local.db from its first moment; what the composer saves
 * is durable when EVENT_DRAFT_SAVED tells. Attached files are copied in by a worker.
 */
#ifndef ENGINE_DRAFTS_H
#define ENGINE_DRAFTS_H

#include "engine/state.h"

/* REQUEST_COMPOSE, REQUEST_DRAFT… and REQUEST_REDIRECT. */
void drafts_serve(struct engine *engine, struct request *request);

#endif
