/* Drafts by chance, built and read back; the files of a draft are made from their ids. */
#ifndef TESTS_COMPOSE_MADE_H
#define TESTS_COMPOSE_MADE_H

#include "compose/compose.h"

/* A generator that gives the same drafts for the same seed everywhere. */
uint32_t made_chance(uint64_t *seed, uint32_t below);

/* A whole draft: odd names, long subjects, quotes, wide characters, files of every kind. In the
 * form that reading gives back. */
void made_draft(uint64_t *seed, struct draft *out);

/* The bytes of a file with this id and size. */
void made_bytes(const struct draft_file *file, struct buf *out);

struct made_message {
	struct buf bytes;
	size_t largest; /* piece */
};

/* For compose_build; context is a struct made_message. */
compose_file_read made_read;
compose_sink made_take;

#endif
