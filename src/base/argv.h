/*
 * A command line of the user's settings as an argument vector, so that no shell is needed: blanks
 * part words, and '…', "…" and \ quote as they do for sh. Nothing else has a meaning.
 */
#ifndef BASE_ARGV_H
#define BASE_ARGV_H

#include "base/str.h"

struct argv {
	char **words; /* owned, each of them too; NULL behind the last; NULL while empty */
	size_t count, cap;
};

void argv_done(struct argv *argv);
void argv_add(struct argv *argv, struct str word);

/* False when a quote is not closed: then what was added is of no use. */
bool argv_split(struct argv *argv, struct str line);

/* Whether sh would see more in the line than words: pipes, variables, patterns. */
bool argv_is_for_shell(struct str line);

#endif
