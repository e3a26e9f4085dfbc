/*
 * A name from outside as the name of a file: one level, nothing that hides it, climbs out of the
 * folder or cheats the terminal.
 */
#ifndef MODEL_FILENAME_H
#define MODEL_FILENAME_H

#include "base/buf.h"

enum { FILENAME_MAX_BYTES = 200 };

/* Appends what stands behind the last slash or backslash, width-safe (base/width.h), without ".."
 * and without a dot, dash or blank in front; at most FILENAME_MAX_BYTES, the extension kept.
 * Nothing and false where that leaves nothing. */
bool filename_add(struct buf *out, struct str outside);

/* The name of a part: its own, else "part-PATH.bin". */
void attachment_name_safe(struct buf *out, struct str name, struct str path);

#endif
