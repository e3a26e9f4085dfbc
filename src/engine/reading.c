/* Messages somebody opened, saves or prints. */
#include "engine/reading_state.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/profile.h"
#include "proto/mime/mime_inside.h"

#include <stdio.h>

enum {
	READING_RENDER_MS = 150,
	READING_CALL_MS = 20000, /* how long a guest waits for the holder */
};

struct reading *reading_find(struct engine *engine, int64_t place_id)
{
	for (struct reading *r = engine->readings; r != NULL; r = r->next)
		if (r->place_id == place_id)
			return r;
	return NULL;
}

static void reading_save_free(struct reading_save *save)
{
	mem_free(save->part);
	mem_free(save->path);
	mem_free(save);
}

void reading_free(struct reading *r)
{
	while (r->saves != NULL) {
		struct reading_save *next = r->saves->next;
		reading_save_free(r->saves);
		r->saves = next;
	}
	message_done(&r->row);
	part_free(r->structure);
	mem_free(r->header_id);
	mem_free(r);
}

static bool reading_load(struct engine *engine, struct reading *r, struct error *err)
{
	struct cache_message m = {0};
	bool is_found = false;
	if (!cache_message_get(engine->cache, r->place_id, &m, &is_found, err))
		return false;
	if (!is_found)
		return error_set(err, ERROR_REFUSED,
			"the message is not here any more: it was removed or its folder was "
			"renumbered");
	message_copy_to(&r->row, &m.row);
	r->size = m.row.size;
	r->header_id = m.message_id;
	m.message_id = NULL;
	r->message_id = m.row.message_id;
	cache_message_done(&m);
	if (r->message_id == 0 && !engine->is_guest &&
		!cache_message_register(engine->cache, r->place_id, &r->message_id, err))
		return false;
	return r->message_id == 0 ||
	       cache_structure_load(engine->cache, r->message_id, &r->structure, err);
}

static void reading_tell_failed(
	struct engine *engine, uint64_t tag, int64_t place_id, const struct error *err)
{
	struct event *event = event_new(EVENT_FAILED);
	event->tag = tag;
	event->place_id = place_id;
	event->error = *err;
	engine_post(engine, event);
}

static struct reading *reading_make_new(struct engine *engine, int64_t place_id, struct error *err)
{
	struct reading *r = reading_find(engine, place_id);
	if (r != NULL)
		return r;
	r = mem_new(sizeof(*r));
	r->place_id = place_id;
	r->folder_id = place_folder(place_id);
	r->uid = place_uid(place_id);
	struct account_run *run = engine_run_of_folder(engine, r->folder_id);
	r->account_id = run != NULL ? run->account->account_id : 0;
	if (!reading_load(engine, r, err)) {
		reading_free(r);
		return NULL;
	}
	r->next = engine->readings;
	engine->readings = r;
	return r;
}

static struct reading *reading_begin(struct engine *engine, int64_t place_id, uint64_t tag)
{
	struct error err;
	struct reading *r = reading_make_new(engine, place_id, &err);
	if (r == NULL)
		reading_tell_failed(engine, tag, place_id, &err);
	return r;
}

bool reading_bring(struct engine *engine, int64_t place_id, bool whole, struct error *err)
{
	struct reading *r = reading_make_new(engine, place_id, err);
	if (r == NULL)
		return false;
	r->is_quoted |= !whole;
	r->is_background |= whole;
	r->is_asked = true;
	r->is_settled = r->is_unreachable = false;
	r->error = (struct error){0};
	return true;
}

enum reading_answer reading_have(
	struct engine *engine, int64_t place_id, int64_t *message_id, struct error *err)
{
	struct reading *r = reading_find(engine, place_id);
	if (r != NULL && !r->is_settled)
		return READING_COMING;
	if (r != NULL)
		r->is_asked = false;
	if (r != NULL && !r->is_unreachable && r->error.kind == ERROR_NONE) {
		*message_id = r->message_id;
		return READING_HERE;
	}
	if (r != NULL && r->error.kind != ERROR_NONE)
		*err = r->error;
	else
		error_set(err, ERROR_NETWORK, "the message is not here and the account is offline");
	return READING_NEVER;
}

void reading_open(struct engine *engine, const struct request *request)
{
	struct reading *r = reading_begin(engine, request->place_id, request->tag);
	if (r == NULL)
		return;
	r->is_shown = true;
	r->is_dirty = true;
	r->is_settled = r->is_unreachable = false;
	r->error = (struct error){0};
	r->show = request->show;
	r->tag = request->tag;
	r->rendered_at = 0;
}

void reading_want_body(struct engine *engine, int64_t place_id)
{
	struct reading *r = reading_begin(engine, place_id, 0);
	if (r != NULL && !r->is_shown)
		r->is_background = true;
}

void reading_save_part(struct engine *engine, const struct request *request)
{
	struct reading *r = reading_begin(engine, request->place_id, request->tag);
	if (r == NULL)
		return;
	struct reading_save *save = mem_new(sizeof(*save));
	save->part = mem_text(request->text != NULL ? request->text : "");
	save->path = mem_text(request->path);
	save->may_overwrite = request->may_overwrite;
	save->tag = request->tag;
	save->next = r->saves;
	r->saves = save;
	r->is_settled = r->is_unreachable = false;
	r->error = (struct error){0};
}

void reading_end(struct engine *engine, int64_t place_id)
{
	struct reading *r = reading_find(engine, place_id);
	if (r != NULL)
		r->is_shown = false;
}

/* Nobody looks, saves or waits for it any more, and nothing of it is on its way. */
static bool reading_is_over(const struct reading *r)
{
	return !r->is_shown && r->saves == NULL && !r->render_is_out && r->out == 0 &&
	       (!(r->is_background || r->is_quoted) || (r->is_settled && !r->is_asked));
}

static void reading_sweep(struct engine *engine)
{
	struct reading **at = &engine->readings;
	while (*at != NULL) {
		struct reading *r = *at;
		if (!reading_is_over(r)) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		reading_free(r);
	}
}

void reading_free_all(struct engine *engine)
{
	while (engine->readings != NULL) {
		struct reading *next = engine->readings->next;
		reading_free(engine->readings);
		engine->readings = next;
	}
}

/* ---- What is missing. ---- */

static bool want_section(
	struct engine *engine, struct reading *r, const char *section, struct reading_want *want)
{
	uint64_t have = 0;
	bool is_whole = false;
	if (!cache_body_state(
		    engine->cache, r->message_id, str_from(section), &have, &is_whole, NULL) ||
		is_whole)
		return false;
	snprintf(want->section, sizeof(want->section), "%s", section);
	want->from = have;
	return true;
}

/* What a part is fetched by: one inside a leaf comes with it. */
static const char *section_with(const struct reading *r, const char *part)
{
	bool is_known = part_find(r->structure, str_from(part)) != NULL;
	const struct part *leaf = is_known ? NULL : mime_inside_leaf(r->structure, str_from(part));
	return leaf != NULL ? leaf->path : part;
}

static bool want_lists(struct engine *engine, struct reading *r, struct part **parts, size_t count,
	struct reading_want *want)
{
	for (size_t i = 0; i < count; i++) {
		const char *path = parts[i]->path[0] != '\0' ? parts[i]->path : "1";
		if (part_is(parts[i], "text", NULL) && want_section(engine, r, path, want))
			return true;
	}
	return false;
}

/* The header of each embedded message, which is shown above its text. */
static bool want_embedded(struct engine *engine, struct reading *r, struct reading_want *want)
{
	char section[64];
	for (const struct part *p = r->structure; p != NULL; p = part_next(p)) {
		if (!part_is(p, "message", "rfc822") || p->child_count == 0)
			continue;
		snprintf(section, sizeof(section), "%s.HEADER", p->path);
		if (want_section(engine, r, section, want))
			return true;
	}
	return false;
}

static bool want_text(struct engine *engine, struct reading *r, struct reading_want *want)
{
	struct part_lists lists;
	part_lists_make(r->structure, &lists);
	bool found = want_section(engine, r, "HEADER", want) ||
		     want_lists(engine, r, lists.text, lists.text_count, want) ||
		     want_lists(engine, r, lists.html, lists.html_count, want) ||
		     want_embedded(engine, r, want);
	part_lists_done(&lists);
	return found;
}

static bool reading_wants_whole(const struct reading *r)
{
	if (r->size <= READING_WHOLE_MAX || (r->is_shown && r->show.whole))
		return true;
	for (const struct reading_save *save = r->saves; save != NULL; save = save->next)
		if (save->part[0] == '\0')
			return true;
	return r->is_background;
}

bool reading_want(struct engine *engine, struct reading *r, struct reading_want *want)
{
	uint64_t have = 0;
	bool is_whole = false;
	*want = (struct reading_want){0};
	if (r->message_id == 0)
		return engine->is_guest;
	if (!cache_body_state(engine->cache, r->message_id, STR(""), &have, &is_whole, NULL) ||
		is_whole)
		return false;
	if (reading_wants_whole(r) || have > 0)
		return want_section(engine, r, "", want);
	if (r->structure == NULL) {
		want->is_first = true;
		return true;
	}
	for (const struct reading_save *save = r->saves; save != NULL; save = save->next)
		if (want_section(engine, r, section_with(r, save->part), want))
			return true;
	if (r->is_shown && r->show.part[0] != '\0')
		return want_section(engine, r, section_with(r, r->show.part), want);
	return (r->is_shown || r->is_quoted) && want_text(engine, r, want);
}

/* ---- Telling. ---- */

static void reading_start_saves(struct engine *engine, struct reading *r)
{
	for (struct reading_save *save = r->saves; save != NULL; save = save->next) {
		if (save->is_started)
			continue;
		save->is_started = true;
		reading_save(engine, r, save);
	}
}

static void reading_fail_saves(struct engine *engine, struct reading *r)
{
	struct error err = r->error;
	if (err.kind == ERROR_NONE)
		error_set(
			&err, ERROR_NETWORK, "the message is not here and the account is offline");
	while (r->saves != NULL && !r->saves->is_started) {
		struct reading_save *next = r->saves->next;
		reading_tell_failed(engine, r->saves->tag, r->place_id, &err);
		reading_save_free(r->saves);
		r->saves = next;
	}
}

static bool reading_is_cut_off(struct engine *engine, const struct reading *r)
{
	struct account_run *run = engine_run_of_account(engine, r->account_id);
	if (engine->is_guest)
		return engine->is_offline ||
		       (r->is_called && engine->now > r->rendered_at + READING_CALL_MS);
	return run == NULL || account_run_is_stuck(run);
}

static void reading_call_holder(struct engine *engine, struct reading *r)
{
	struct buf line = {0};
	struct folder folder = {0};
	if (cache_folder_get(engine->cache, r->folder_id, &folder, NULL)) {
		buf_add_text(&line, "body ");
		place_print(r->place_id, folder.uidvalidity, &line);
		r->is_called = profile_call(engine->profile, buf_text(&line));
	}
	if (!r->is_called)
		r->is_unreachable = r->is_settled = true;
	r->rendered_at = engine->now;
	folder_done(&folder);
	buf_done(&line);
}

/* What a guest waits for is brought by the holder: look again when the store has changed. */
static void reading_look_again(struct engine *engine, struct reading *r, bool is_missing)
{
	struct cache_message m = {0};
	bool is_found = false;
	if (!is_missing || !engine->is_guest)
		return;
	if (!r->is_called && !r->is_settled && !engine->is_offline)
		reading_call_holder(engine, r);
	if (r->message_id == 0 &&
		cache_message_get(engine->cache, r->place_id, &m, &is_found, NULL) && is_found)
		r->message_id = m.row.message_id;
	cache_message_done(&m);
	if (r->message_id != 0 && r->structure == NULL)
		cache_structure_load(engine->cache, r->message_id, &r->structure, NULL);
}

static void reading_update(struct engine *engine, struct reading *r, int64_t *deadline)
{
	struct reading_want want;
	bool is_missing = reading_want(engine, r, &want);
	if (is_missing && place_is_temporary(r->place_id) && r->error.kind == ERROR_NONE)
		error_set(&r->error, ERROR_REFUSED,
			"the message is on its way into this folder and can be read when it is "
			"there");
	reading_look_again(engine, r, is_missing);
	bool was_settled = r->is_settled;
	if (!is_missing) {
		r->is_settled = true;
		r->is_unreachable = false;
		reading_start_saves(engine, r);
	} else if (r->error.kind != ERROR_NONE || reading_is_cut_off(engine, r)) {
		r->is_settled = r->is_unreachable = true;
		reading_fail_saves(engine, r);
		if (r->is_background && r->error.kind != ERROR_NONE)
			carry_failed(engine, r->place_id, &r->error);
	}
	if (r->is_settled && !was_settled)
		r->is_dirty = true;
	if (!r->is_shown || !r->is_dirty || r->render_is_out)
		return;
	int64_t due = r->is_settled || r->rendered_at == 0 || engine->is_guest
			      ? engine->now
			      : r->rendered_at + READING_RENDER_MS;
	if (due > engine->now) {
		if (due < *deadline)
			*deadline = due;
		return;
	}
	r->is_dirty = false;
	reading_render(engine, r);
}

void reading_flush(struct engine *engine, int64_t *deadline)
{
	for (struct reading *r = engine->readings; r != NULL; r = r->next)
		reading_update(engine, r, deadline);
	reading_sweep(engine);
}

void reading_account_stuck(struct account_run *run)
{
	for (struct reading *r = run->engine->readings; r != NULL; r = r->next)
		if (r->account_id == run->account->account_id && run->error.kind != ERROR_NONE &&
			r->error.kind == ERROR_NONE && r->saves != NULL)
			r->is_dirty = true;
}

bool reading_is_busy(const struct engine *engine)
{
	for (const struct reading *r = engine->readings; r != NULL; r = r->next)
		if (!r->is_settled || r->render_is_out || r->is_dirty || r->saves != NULL)
			return true;
	return false;
}
