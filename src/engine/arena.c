/* Many small strings that live and die together. */
#include "engine/arena.h"

#include "base/memory.h"

enum { ARENA_BLOCK = 64 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	char bytes[];
};

void arena_clear(struct arena *a)
{
	while (a->first != NULL && (a->first->next != NULL || a->first->size > ARENA_BLOCK)) {
		struct arena_block *next = a->first->next;
		mem_free(a->first);
		a->first = next;
	}
	if (a->first != NULL)
		a->first->used = 0;
}

void arena_done(struct arena *a)
{
	arena_clear(a);
	mem_free(a->first);
	a->first = NULL;
}

struct str arena_add(struct arena *a, struct str s)
{
	struct arena_block *block = a->first;
	if (block == NULL || block->size - block->used < s.len + 1) {
		size_t size = s.len + 1 > ARENA_BLOCK ? s.len + 1 : ARENA_BLOCK;
		block = mem_resize(NULL, sizeof(*block) + size);
		*block = (struct arena_block){.next = a->first, .size = size};
		a->first = block;
	}
	char *copy = block->bytes + block->used;
	memcpy(copy, s.data, s.len);
	copy[s.len] = '\0';
	block->used += s.len + 1;
	return str_make(copy, s.len);
}
