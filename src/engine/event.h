/* How the engine makes events; see engine.h for what they say. */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include "engine/engine.h"

struct event *event_new(enum event_kind kind);
void event_free_item(void *item); /* for the queue */

#endif
