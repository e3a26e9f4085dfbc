/* The text, its changes and the way back. */
#include "ui/kit/editor.h"

#include "base/array.h"
#include "base/utf8.h"

/* ---- What was changed. ---- */

static void change_done(struct editor_change *change)
{
	buf_done(&change->removed);
	buf_done(&change->added);
}

static size_t change_size(const struct editor_change *change)
{
	return change->removed.len + change->added.len;
}

static void changes_cut(struct editor *e, size_t count)
{
	while (e->change_count > count) {
		e->change_bytes -= change_size(&e->changes[--e->change_count]);
		change_done(&e->changes[e->change_count]);
	}
}

/* The oldest go when it is too much; the last step always stays. */
static void changes_limit(struct editor *e)
{
	size_t drop = 0, bytes = e->change_bytes;
	while (e->change_count - drop > 1 && e->changes[drop].step != e->step &&
		(bytes > EDITOR_UNDO_BYTES || e->change_count - drop > EDITOR_UNDO_STEPS))
		bytes -= change_size(&e->changes[drop++]);
	if (drop == 0)
		return;
	for (size_t i = 0; i < drop; i++)
		change_done(&e->changes[i]);
	e->change_count -= drop;
	e->change_at -= drop;
	e->change_bytes = bytes;
	memmove(e->changes, e->changes + drop, e->change_count * sizeof(*e->changes));
}

/* A run of typing, or of deleting to one side, is one change as long as no word begins in it. */
static bool change_joins(const struct editor *e, size_t at, struct str removed, struct str added)
{
	const struct editor_change *last;
	if (!(e->is_typing || e->is_grouped) || e->change_count == 0 ||
		e->change_at != e->change_count)
		return false;
	last = &e->changes[e->change_count - 1];
	if (e->is_grouped && last->step == e->step && removed.len + last->removed.len == 0 &&
		at == last->at + last->added.len)
		return true; /* what is pasted */
	if (!e->is_typing)
		return false;
	if (added.len > 0) {
		bool begins = last->added.len > 0 && added.data[0] != ' ' &&
			      last->added.data[last->added.len - 1] == ' ';
		return removed.len == 0 && last->removed.len == 0 && !begins &&
		       at == last->at + last->added.len && added.data[0] != '\n';
	}
	return last->added.len == 0 && (at == last->at || at + removed.len == last->at);
}

static void change_join(struct editor_change *last, size_t at, struct str removed, struct str added)
{
	buf_add(&last->added, added);
	if (at == last->at || removed.len == 0) {
		buf_add(&last->removed, removed);
		return;
	}
	struct buf both = {0};
	buf_add(&both, removed);
	buf_add(&both, buf_str(&last->removed));
	buf_done(&last->removed);
	last->removed = both;
	last->at = at;
}

static void change_note(struct editor *e, size_t at, struct str removed, struct str added)
{
	changes_cut(e, e->change_at);
	if (change_joins(e, at, removed, added)) {
		change_join(&e->changes[e->change_count - 1], at, removed, added);
	} else {
		e->changes = array_room(
			e->changes, e->change_count, &e->change_cap, sizeof(*e->changes));
		e->step += e->is_grouped ? 0 : 1;
		struct editor_change *change = &e->changes[e->change_count++];
		*change = (struct editor_change){.at = at, .cursor = e->cursor, .step = e->step};
		buf_add(&change->removed, removed);
		buf_add(&change->added, added);
	}
	e->change_at = e->change_count;
	e->change_bytes += removed.len + added.len;
	changes_limit(e);
}

/* A place stays at its text. */
static size_t place_shift(size_t place, size_t at, size_t removed, size_t added)
{
	if (place <= at)
		return place;
	return place >= at + removed ? place - removed + added : at;
}

static void text_change(struct editor *e, size_t at, size_t removed, struct str added)
{
	editor_rows_changed(e, at);
	if (e->mark != STR_NONE)
		e->mark = place_shift(e->mark, at, removed, added.len);
	e->top = place_shift(e->top, at, removed, added.len);
	editor_text_splice(&e->text, at, removed, added);
	e->revision++;
	e->goal = -1;
}

void editor_change(struct editor *e, size_t at, size_t removed, struct str added)
{
	if (removed == 0 && added.len == 0)
		return;
	change_note(e, at, editor_text_str(&e->text, at, at + removed), added);
	text_change(e, at, removed, added);
	e->cursor = at + added.len;
}

void editor_begin(struct editor *e)
{
	editor_rest(e);
	e->is_grouped = true;
	e->step++;
}

void editor_end(struct editor *e)
{
	e->is_grouped = e->is_typing = false;
}

void editor_rest(struct editor *e)
{
	e->is_typing = e->is_justified = false;
	if (e->cut != NULL)
		e->cut->is_open = false;
}

static void change_undo(struct editor *e, const struct editor_change *change)
{
	text_change(e, change->at, change->added.len, buf_str(&change->removed));
	e->cursor = change->cursor;
}

static void change_redo(struct editor *e, const struct editor_change *change)
{
	text_change(e, change->at, change->removed.len, buf_str(&change->added));
	e->cursor = change->at + change->added.len;
}

bool editor_undo(struct editor *e)
{
	editor_rest(e);
	e->mark = STR_NONE;
	if (e->change_at == 0)
		return false;
	unsigned step = e->changes[e->change_at - 1].step;
	while (e->change_at > 0 && e->changes[e->change_at - 1].step == step)
		change_undo(e, &e->changes[--e->change_at]);
	return true;
}

bool editor_redo(struct editor *e)
{
	editor_rest(e);
	e->mark = STR_NONE;
	if (e->change_at == e->change_count)
		return false;
	unsigned step = e->changes[e->change_at].step;
	while (e->change_at < e->change_count && e->changes[e->change_at].step == step)
		change_redo(e, &e->changes[e->change_at++]);
	return true;
}

/* ---- What comes in. ---- */

static bool code_is_kept(uint32_t code)
{
	return code == '\n' || code == '\t' || (code >= 0x20 && (code < 0x7f || code > 0x9f));
}

static void text_clean(struct buf *out, struct str outside, bool is_line)
{
	while (outside.len > 0) {
		size_t len;
		uint32_t code = utf8_next(outside, &len);
		if (code == '\r')
			len += outside.len > 1 && outside.data[1] == '\n';
		code = code == '\r' || code == 0x2028 || code == 0x2029 ? '\n' : code;
		if (is_line && (code == '\n' || code == '\t'))
			code = ' ';
		if (code_is_kept(code))
			utf8_add(out, code);
		outside = str_skip(outside, len);
	}
}

void editor_insert(struct editor *e, struct str text)
{
	struct buf clean = {0};
	text_clean(&clean, text, e->is_line);
	if (clean.len > EDITOR_BYTES_MAX - e->text.len) {
		size_t room = EDITOR_BYTES_MAX - e->text.len;
		buf_truncate(&clean, utf8_first(buf_str(&clean), room).len);
	}
	bool is_typed = clean.len <= 4;
	e->is_typing = e->is_typing && is_typed;
	editor_change(e, e->cursor, 0, buf_str(&clean));
	editor_rest(e);
	e->is_typing = is_typed;
	buf_done(&clean);
}

void editor_set(struct editor *e, struct str text)
{
	struct buf clean = {0};
	text_clean(&clean, str_first(text, EDITOR_BYTES_MAX), e->is_line);
	changes_cut(e, 0);
	e->change_at = 0;
	text_change(e, 0, e->text.len, buf_str(&clean));
	editor_rest(e);
	e->cursor = e->top = 0;
	e->mark = STR_NONE;
	buf_done(&clean);
}

void editor_init(struct editor *e, struct str text, bool is_line)
{
	*e = (struct editor){.is_line = is_line, .mark = STR_NONE, .goal = -1, .width = 72};
	editor_set(e, text);
}

void editor_done(struct editor *e)
{
	changes_cut(e, 0);
	mem_free(e->changes);
	mem_free(e->rows);
	editor_text_done(&e->text);
	*e = (struct editor){0};
}

void editor_text(struct editor *e, struct buf *out)
{
	buf_add(out, editor_text_str(&e->text, 0, e->text.len));
}

void editor_replace_text(struct editor *e, struct str text)
{
	struct buf clean = {0};
	text_clean(&clean, str_first(text, EDITOR_BYTES_MAX), e->is_line);
	struct str old = editor_text_str(&e->text, 0, e->text.len), fresh = buf_str(&clean);
	size_t head = 0, tail = 0;
	while (head < old.len && head < fresh.len && old.data[head] == fresh.data[head])
		head++;
	while (head > 0 && ((unsigned char)editor_text_at(&e->text, head) & 0xc0) == 0x80)
		head--;
	while (tail < old.len - head && tail < fresh.len - head &&
		old.data[old.len - 1 - tail] == fresh.data[fresh.len - 1 - tail])
		tail++;
	while (tail > 0 && ((unsigned char)fresh.data[fresh.len - tail] & 0xc0) == 0x80)
		tail--;
	size_t cursor = e->cursor;
	editor_rest(e);
	editor_change(e, head, old.len - tail - head,
		str_first(str_skip(fresh, head), fresh.len - tail - head));
	editor_go(e, cursor);
	buf_done(&clean);
}

/* From where the cursor was to where the motion leads. */
static bool text_remove(struct editor *e, enum editor_motion motion)
{
	bool is_typing = e->is_typing;
	size_t before = e->cursor;
	editor_move(e, motion, 1);
	size_t from = e->cursor < before ? e->cursor : before;
	size_t to = e->cursor < before ? before : e->cursor;
	e->cursor = before;
	e->is_typing = is_typing;
	editor_change(e, from, to - from, STR(""));
	e->is_typing = true;
	return from < to;
}

bool editor_backspace(struct editor *e)
{
	return text_remove(e, EDITOR_LEFT);
}

bool editor_delete(struct editor *e)
{
	return text_remove(e, EDITOR_RIGHT);
}

void editor_set_mark(struct editor *e, bool is_on)
{
	e->mark = is_on ? e->cursor : STR_NONE;
}
