/* Many small strings that live and die together: the decoded fields of a batch of headers. */
#ifndef ENGINE_ARENA_H
#define ENGINE_ARENA_H

#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *first; /* owned */
};

void arena_done(struct arena *a);
void arena_clear(struct arena *a); /* forgets all strings, keeps one block */

/* A copy that stays where it is until arena_clear; NUL-terminated behind its length. */
struct str arena_add(struct arena *a, struct str s);

#endif
