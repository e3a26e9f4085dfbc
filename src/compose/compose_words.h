/* Words that speak of an attachment; not for others. */
#ifndef COMPOSE_COMPOSE_WORDS_H
#define COMPOSE_COMPOSE_WORDS_H

#include "base/buf.h"

/* The first word of text that speaks of an attachment, as it stands there; false when none does. */
bool compose_words_find(struct str text, struct buf *word);

#endif
