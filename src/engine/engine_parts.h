/*
 * What the files of the engine's own loop tell each other:
 *
 *	engine.c        opened, stepped, ended
 *	engine_serve.c  requests, each to whom it concerns
 *	engine_asked.c  what was asked and takes its time, guests, and the end of it
 */
#ifndef ENGINE_ENGINE_PARTS_H
#define ENGINE_ENGINE_PARTS_H

#include "engine/state.h"

/* ---- engine.c ---- */
bool engine_add_run(struct engine *engine, const struct account *account, struct error *err);
void engine_drop_run(struct engine *engine, size_t index);

/* ---- engine_serve.c ---- */
void engine_serve_all(struct engine *engine); /* all that wait */

/* ---- engine_asked.c ---- */
void engine_sync(struct engine *engine, const struct request *request);
void engine_hear_guests(struct engine *engine);
/* A guest sees what the holder writes by looking now and then. */
void engine_look(struct engine *engine, int64_t *deadline);
/* Tells that it is over, when it is. */
void engine_end_sync(struct engine *engine);
void engine_end_idle(struct engine *engine);

#endif
