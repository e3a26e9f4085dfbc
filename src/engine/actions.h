/*
 * The journal at work: wishes become commands, answers settle them. A wish is durable before its
 * effect is shown, and stays until the server has confirmed it.
 */
#ifndef ENGINE_ACTIONS_H
#define ENGINE_ACTIONS_H

#include "engine/session.h"

/* REQUEST_FLAGS: one wish a folder. */
void actions_flags(struct engine *engine, const struct request *request);

/* Sends the oldest wish that may go now; false when there is none. */
bool actions_next(struct session *s);

/* Wishes of other processes: their masks, and fresh pages. */
void actions_apply(struct engine *engine);

void actions_tell(struct engine *engine);
uint32_t actions_waiting(const struct engine *engine, int64_t account_id);

#endif
