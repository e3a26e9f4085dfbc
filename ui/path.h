/* Names of files as a person types, pastes or drags them. */
#ifndef UI_PATH_H
#define UI_PATH_H

#include "base/buf.h"

/* "~/x" is in the home folder, "file:///a%20b" is "/a b", 'a b' and a\ b are a b: what terminals
 * write when a file is dropped on them. A name that stands in the folder as it was typed is left
 * alone. */
void path_expand(struct str typed, struct buf *out);

/* The files that a name or pattern ("*.pdf") means, sorted; none when there is none. `done` is
 * called for each. Returns how many, at most `most`. */
size_t path_each(struct str typed, size_t most, void (*done)(void *context, const char *path),
	void *context);

/* As far as all names that begin so agree; a folder gets its '/'. False: no further. */
bool path_complete(struct str typed, struct buf *completed);

#endif
