/* Text as it is compared: case folded, marks taken off. Used for sort keys and for finding. */
#ifndef CACHE_CACHE_FOLD_H
#define CACHE_CACHE_FOLD_H

#include "base/buf.h"

/* Appends the fold of s, cut to about max bytes at a character. */
void cache_fold(struct str s, size_t max, struct buf *out);

/* A subject without Re:, Fwd: and the like in front. Borrowed from s. */
struct str cache_subject_base(struct str s);

#endif
