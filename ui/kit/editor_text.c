/* Bytes with a gap. */
#include "ui/kit/editor_text.h"

#include "base/memory.h"

enum { TEXT_ROOM = 1024 };

void editor_text_done(struct editor_text *t)
{
	mem_free(t->data);
	*t = (struct editor_text){0};
}

static void text_move_gap(struct editor_text *t, size_t at)
{
	size_t room = t->cap - t->len;
	if (at < t->gap)
		memmove(t->data + at + room, t->data + at, t->gap - at);
	else if (at > t->gap)
		memmove(t->data + t->gap, t->data + t->gap + room, at - t->gap);
	t->gap = at;
}

static void text_grow(struct editor_text *t, size_t more)
{
	size_t room = t->cap - t->len, tail = t->len - t->gap;
	if (room >= more)
		return;
	size_t cap = t->cap + t->cap / 2 + more + TEXT_ROOM;
	t->data = mem_resize(t->data, cap);
	memmove(t->data + cap - tail, t->data + t->gap + room, tail);
	t->cap = cap;
}

void editor_text_splice(struct editor_text *t, size_t at, size_t removed, struct str added)
{
	text_grow(t, added.len + 1); /* never without a buffer */
	text_move_gap(t, at);
	t->len -= removed; /* what stands behind the gap joins it */
	memcpy(t->data + t->gap, added.data, added.len);
	t->gap += added.len;
	t->len += added.len;
}

struct str editor_text_str(struct editor_text *t, size_t from, size_t to)
{
	if (from >= to)
		return STR("");
	if (from < t->gap && to > t->gap)
		text_move_gap(t, t->gap - from < to - t->gap ? from : to);
	size_t room = t->cap - t->len;
	return str_make(t->data + (from < t->gap ? from : from + room), to - from);
}

char editor_text_at(const struct editor_text *t, size_t at)
{
	if (at >= t->len)
		return '\n';
	return t->data[at < t->gap ? at : at + t->cap - t->len];
}

size_t editor_text_line(const struct editor_text *t, size_t at)
{
	size_t room = t->cap - t->len;
	while (at > t->gap && t->data[at + room - 1] != '\n')
		at--;
	if (at > t->gap)
		return at;
	while (at > 0 && t->data[at - 1] != '\n')
		at--;
	return at;
}

size_t editor_text_line_end(const struct editor_text *t, size_t at)
{
	size_t room = t->cap - t->len;
	const char *found = NULL;
	if (at < t->gap)
		found = memchr(t->data + at, '\n', t->gap - at);
	if (found != NULL)
		return (size_t)(found - t->data);
	at = at < t->gap ? t->gap : at;
	if (at < t->len)
		found = memchr(t->data + at + room, '\n', t->len - at);
	return found != NULL ? (size_t)(found - t->data) - room : t->len;
}
