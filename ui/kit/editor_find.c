/* Finding and replacing. */
#include "ui/kit/editor.h"

static size_t find_from(struct editor *e, struct str words, size_t from)
{
	struct str text = editor_text_str(&e->text, 0, e->text.len);
	size_t at = str_find_nocase(str_skip(text, from), words);
	return at != STR_NONE ? from + at : STR_NONE;
}

bool editor_find(struct editor *e, struct str words, bool *is_wrapped)
{
	size_t at = words.len > 0 ? find_from(e, words, e->cursor + 1) : STR_NONE;
	editor_rest(e);
	*is_wrapped = at == STR_NONE;
	if (at == STR_NONE && words.len > 0)
		at = find_from(e, words, 0);
	if (at == STR_NONE)
		return false;
	e->cursor = at;
	e->goal = -1;
	return true;
}

bool editor_replace_here(struct editor *e, struct str words, struct str with)
{
	size_t end = e->cursor + words.len;
	if (words.len == 0 || end > e->text.len ||
		!str_equal_nocase(editor_text_str(&e->text, e->cursor, end), words))
		return false;
	editor_rest(e);
	editor_change(e, e->cursor, words.len, with);
	return true;
}

size_t editor_replace_all(struct editor *e, struct str words, struct str with)
{
	struct buf fresh = {0};
	size_t count = 0, start = words.len > 0 ? find_from(e, words, e->cursor) : STR_NONE;
	struct str rest = editor_text_str(&e->text, start != STR_NONE ? start : 0, e->text.len);
	size_t end = start;
	for (size_t at; start != STR_NONE && (at = str_find_nocase(rest, words)) != STR_NONE;) {
		buf_add(&fresh, str_first(rest, at));
		buf_add(&fresh, with);
		rest = str_skip(rest, at + words.len);
		end = e->text.len - rest.len;
		count++;
	}
	editor_rest(e);
	if (count > 0)
		editor_change(e, start, end - start, buf_str(&fresh));
	buf_done(&fresh);
	return count;
}
