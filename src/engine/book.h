/* The address book, and what completes an address while it is typed. */
#ifndef ENGINE_BOOK_H
#define ENGINE_BOOK_H

#include "engine/state.h"

/* REQUEST_COMPLETE and REQUEST_BOOK…. */
void book_serve(struct engine *engine, struct request *request);

/* ---- book_complete.c ---- */
void book_complete(struct engine *engine, const struct request *request);
void book_free(struct engine *engine);

#endif
