/*
 * Text that is being changed in one place: bytes with a gap where the last change was, so that
 * typing into a megabyte costs as much as typing into a line.
 */
#ifndef UI_EDITOR_TEXT_H
#define UI_EDITOR_TEXT_H

#include "base/buf.h"

struct editor_text {
	char *data; /* owned: [0, gap) and [gap + cap - len, cap) are text */
	size_t len, gap, cap;
};

void editor_text_done(struct editor_text *t);

/* Takes `removed` bytes away at `at` and puts the others there; both within the text. */
void editor_text_splice(struct editor_text *t, size_t at, size_t removed, struct str added);

/* Borrowed until the next call of any of these: the gap may have to go out of the way. */
struct str editor_text_str(struct editor_text *t, size_t from, size_t to);

char editor_text_at(const struct editor_text *t, size_t at); /* '\n' at the end */

/* Where the line begins and ends that `at` is in; its '\n' is at the end. */
size_t editor_text_line(const struct editor_text *t, size_t at);
size_t editor_text_line_end(const struct editor_text *t, size_t at);

#endif
