/* What the user asks becomes rows of the journal: one wish for each folder, together one gesture.
 */
#include "engine/actions.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/slices.h"
#include "engine/folder_name.h"
#include "engine/live.h"
#include "engine/profile.h"
#include "engine/sync.h"

#include <stdio.h>
#include <stdlib.h>

int64_t wishes_group(struct engine *engine)
{
	uint64_t chance = engine->world->random(engine->world->context) & 0xfffff;
	return (int64_t)((uint64_t)engine->wall << 20 | chance);
}

void wishes_made(struct engine *engine)
{
	engine->actions_dirty = engine->accounts_dirty = engine->folders_dirty = true;
	if (engine->is_guest)
		profile_call(engine->profile, "wake");
}

bool wish_add(struct engine *engine, struct action *action, size_t *count, struct error *err)
{
	action->created = engine->wall;
	if (!cache_action_add(engine->cache, action, err))
		return false;
	struct account_run *run = engine_run_of_account(engine, action->account_id);
	if (run != NULL)
		run->journal_is_dirty = true;
	live_touch(engine, action->folder_id);
	if (action->target_folder_id != 0)
		live_touch(engine, action->target_folder_id);
	*count += action->item_count;
	return true;
}

static int action_item_compare(const void *a, const void *b)
{
	int64_t left = ((const struct action_item *)a)->uid;
	int64_t right = ((const struct action_item *)b)->uid;
	return left < right ? -1 : left > right;
}

static void action_gather(struct engine *engine, const struct request *request, int64_t folder_id,
	struct action *action)
{
	size_t cap = 0;
	for (size_t i = 0; i < request->place_count; i++) {
		struct cache_message m = {0};
		bool is_found = false;
		int64_t place_id = request->place_ids[i];
		if (place_folder(place_id) != folder_id ||
			!cache_place_follow(engine->cache, &place_id, NULL) ||
			!cache_message_get(engine->cache, place_id, &m, &is_found, NULL) ||
			!is_found)
			continue;
		action->items =
			array_room(action->items, action->item_count, &cap, sizeof(*action->items));
		action->items[action->item_count++] =
			(struct action_item){.uid = place_number(place_id), .ident = m.ident};
		cache_message_done(&m);
	}
	if (action->item_count > 0)
		qsort(action->items, action->item_count, sizeof(*action->items),
			action_item_compare);
}

/* Keywords that have no fixed bit, named in the request: each gets the bit it has in this account.
 */
static bool action_add_keywords(struct engine *engine, const struct request *request,
	struct action *action, struct error *err)
{
	struct str words = str_from(request->text);
	while (words.len > 0) {
		struct str word = str_cut(&words, ' ');
		flags_t bit = 0;
		if (word.len < 2)
			continue;
		if (!cache_keyword_bit(
			    engine->cache, action->account_id, str_skip(word, 1), &bit, err))
			return false;
		if (bit == 0)
			return error_set(err, ERROR_REFUSED,
				"the account has too many keywords for another one");
		if (word.data[0] == '+')
			action->add |= bit;
		else
			action->remove |= bit & ~action->add;
	}
	return true;
}

static bool action_folder_was_done(const struct request *request, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (place_folder(request->place_ids[i]) == place_folder(request->place_ids[index]))
			return true;
	return false;
}

/* ---- Gestures. ---- */

/* One gesture while it is made. */
struct gesture {
	struct engine *engine;
	const struct request *request;
	struct slices *slices; /* what it is a slice of; NULL */
	struct action plan;    /* what each folder's wish is like */
	size_t count;
	bool has_failed;
	struct error err;
};

static void gesture_begin(struct gesture *g, struct engine *engine, const struct request *request,
	struct slices *slices, enum action_kind kind)
{
	*g = (struct gesture){.engine = engine, .request = request, .slices = slices};
	g->plan.kind = kind;
	g->plan.group = slices != NULL ? slices->group : wishes_group(engine);
}

static bool gesture_fail(struct gesture *g)
{
	struct event *event = event_new(EVENT_FAILED);
	event->tag = g->request->tag;
	event->error = g->err;
	g->has_failed = true;
	if (g->slices != NULL)
		g->slices->has_failed = true;
	engine_post(g->engine, event);
	return false;
}

/* The messages of one folder, by whatever the plan is now. */
static bool gesture_folder(struct gesture *g, int64_t folder_id)
{
	struct folder folder = {0};
	struct action action = g->plan;
	action.folder_id = folder_id;
	bool ok = cache_folder_get(g->engine->cache, folder_id, &folder, &g->err);
	if (ok) {
		action.account_id = folder.account_id;
		action.uidvalidity = folder.uidvalidity;
		action_gather(g->engine, g->request, folder_id, &action);
		ok = action_add_keywords(g->engine, g->request, &action, &g->err) &&
		     carry_prepare(g->engine, &action, &g->err) &&
		     (action.item_count == 0 || wish_add(g->engine, &action, &g->count, &g->err));
	}
	mem_free(action.items);
	folder_done(&folder);
	return ok || gesture_fail(g);
}

void wishes_remember(struct engine *engine, int64_t group)
{
	engine->groups = array_room(
		engine->groups, engine->group_count, &engine->group_cap, sizeof(*engine->groups));
	engine->groups[engine->group_count++] = group;
}

static void gesture_tell(const struct gesture *g, int64_t folder_id, struct event *event)
{
	event->action_kind = g->plan.kind;
	event->verb = g->plan.verb;
	event->folder_id = folder_id;
	event->account_id = g->plan.account_id;
	event->group = g->plan.group;
	event->add = g->plan.add;
	event->remove = g->plan.remove;
}

static void gesture_end(struct gesture *g, int64_t folder_id)
{
	wishes_made(g->engine);
	if (g->slices != NULL) {
		g->slices->done += g->count;
		g->slices->is_known = true;
		gesture_tell(g, folder_id, g->slices->event);
		return;
	}
	if (g->count > 0)
		wishes_remember(g->engine, g->plan.group);
	if (g->has_failed && g->count == 0)
		return;
	struct event *event = event_new(EVENT_ACTED);
	event->tag = g->request->tag;
	event->done = g->count;
	gesture_tell(g, folder_id, event);
	engine_post(g->engine, event);
}

static int64_t request_first_folder(const struct request *request)
{
	return request->place_count > 0 ? place_folder(request->place_ids[0]) : 0;
}

/* Nothing can, or is to, be changed in it. */
static bool wish_is_forbidden(const struct engine *engine, int64_t folder_id)
{
	return sync_is_read_only(engine, folder_id) || live_is_examined(engine, folder_id);
}

static void wishes_flags(
	struct engine *engine, const struct request *request, struct slices *slices)
{
	struct gesture g;
	gesture_begin(&g, engine, request, slices, ACTION_FLAGS);
	g.plan.add = request->add;
	g.plan.remove = request->remove & ~request->add;
	for (size_t i = 0; i < request->place_count; i++) {
		int64_t folder_id = place_folder(request->place_ids[i]);
		if (!action_folder_was_done(request, i) && !wish_is_forbidden(engine, folder_id))
			gesture_folder(&g, folder_id);
	}
	gesture_end(&g, request_first_folder(request));
}

static bool transfer_may(struct gesture *g, const struct folder *target)
{
	return (target->attributes & FOLDER_NO_SELECT) == 0 ||
	       error_set(&g->err, ERROR_INPUT, "the folder cannot hold messages");
}

static void wishes_transfer(
	struct engine *engine, const struct request *request, struct slices *slices)
{
	struct gesture g;
	struct folder target = {0};
	gesture_begin(&g, engine, request, slices,
		request->kind == REQUEST_MOVE ? ACTION_MOVE : ACTION_COPY);
	g.plan.target_folder_id = request->folder_id;
	bool ok = cache_folder_get(engine->cache, request->folder_id, &target, &g.err);
	for (size_t i = 0; ok && i < request->place_count; i++) {
		int64_t folder_id = place_folder(request->place_ids[i]);
		if (!action_folder_was_done(request, i))
			ok = transfer_may(&g, &target) && gesture_folder(&g, folder_id);
	}
	if (!ok && !g.has_failed)
		gesture_fail(&g);
	g.plan.account_id = target.account_id;
	folder_done(&target);
	gesture_end(&g, request->folder_id);
}

static bool append_file(struct cache_blob *blob, const char *path, struct error *err)
{
	char bytes[16 * 1024];
	FILE *file = fopen(path, "rb");
	bool ok = file != NULL;
	size_t n;
	while (ok && (n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		ok = cache_blob_append(blob, str_make(bytes, n), err);
	if (file == NULL || ferror(file) != 0)
		ok = error_errno(err, ERROR_INPUT, "%s", path);
	if (file != NULL)
		fclose(file);
	return ok;
}

/* The message's bytes, in the store for good. */
static bool append_blob(struct gesture *g, int64_t *blob_id)
{
	const struct request *r = g->request;
	struct cache_blob *blob = cache_blob_begin(g->engine->cache);
	bool ok = r->path != NULL ? append_file(blob, r->path, &g->err)
				  : cache_blob_append(blob, buf_str(&r->message), &g->err);
	if (ok)
		return cache_blob_finish(blob, blob_id, &g->err);
	cache_blob_cancel(blob);
	return false;
}

bool wish_bring(struct engine *engine, int64_t folder_id, int64_t replaces,
	const struct action_item *item, int64_t group, int64_t *action_id, struct error *err)
{
	struct folder target = {0};
	struct action_item one = *item;
	size_t count = 0;
	struct action a = {.kind = replaces != 0 ? ACTION_REPLACE : ACTION_APPEND,
		.group = group,
		.folder_id = replaces != 0 ? folder_id : 0,
		.target_folder_id = folder_id,
		.items = &one,
		.item_count = 1};
	bool ok = cache_folder_get(engine->cache, folder_id, &target, err);
	if (ok && (target.attributes & FOLDER_NO_SELECT) != 0)
		ok = error_set(err, ERROR_INPUT, "the folder cannot hold messages");
	one.uid = replaces != 0 ? place_number(replaces) : 1;
	a.account_id = target.account_id;
	a.uidvalidity = target.uidvalidity;
	ok = ok && wish_add(engine, &a, &count, err);
	if (ok && action_id != NULL)
		*action_id = a.action_id;
	folder_done(&target);
	return ok;
}

void wishes_append(struct engine *engine, const struct request *request)
{
	struct gesture g;
	struct folder target = {0};
	struct action_item item = {
		.arrived = request->arrived != 0 ? request->arrived : engine->wall};
	struct action flags = {.add = request->add};
	gesture_begin(&g, engine, request, NULL, ACTION_APPEND);
	bool ok = cache_folder_get(engine->cache, request->folder_id, &target, &g.err);
	flags.account_id = g.plan.account_id = target.account_id;
	folder_done(&target);
	ok = ok && action_add_keywords(engine, request, &flags, &g.err) &&
	     append_blob(&g, &item.blob_id);
	item.flags = flags.add;
	ok = ok && wish_bring(engine, request->folder_id, 0, &item, g.plan.group, NULL, &g.err);
	if (!ok)
		gesture_fail(&g);
	g.count = ok;
	gesture_end(&g, request->folder_id);
}

/* The account's trash, when what is deleted goes there; 0. */
static int64_t delete_trash(struct engine *engine, int64_t folder_id)
{
	struct account_run *run = engine_run_of_folder(engine, folder_id);
	struct folder *folders = NULL;
	size_t count = 0;
	int64_t trash = 0;
	if (run == NULL || run->account->delete_mode != DELETE_TRASH ||
		!cache_folders_list(
			engine->cache, run->account->account_id, &folders, &count, NULL))
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (folders[i].role == ROLE_TRASH && trash == 0)
			trash = folders[i].folder_id;
		folder_done(&folders[i]);
	}
	mem_free(folders);
	return trash == folder_id ? 0 : trash;
}

static void wishes_delete(
	struct engine *engine, const struct request *request, struct slices *slices)
{
	struct gesture g;
	bool is_delete = request->kind == REQUEST_DELETE;
	int64_t shown_folder = request_first_folder(request);
	gesture_begin(&g, engine, request, slices, ACTION_FLAGS);
	for (size_t i = 0; i < request->place_count; i++) {
		int64_t folder_id = place_folder(request->place_ids[i]);
		if (action_folder_was_done(request, i) || wish_is_forbidden(engine, folder_id))
			continue;
		int64_t trash = is_delete ? delete_trash(engine, folder_id) : 0;
		g.plan.kind = trash != 0 ? ACTION_MOVE : ACTION_FLAGS;
		g.plan.target_folder_id = trash;
		g.plan.add = is_delete && trash == 0 ? FLAG_DELETED : 0;
		g.plan.remove = is_delete ? 0 : FLAG_DELETED;
		if (trash != 0)
			shown_folder = trash;
		gesture_folder(&g, folder_id);
	}
	gesture_end(&g, shown_folder);
}

/* Of those that show as deleted; of many the caller has them already. */
static void wishes_expunge(
	struct engine *engine, const struct request *request, struct slices *slices)
{
	struct gesture g;
	struct request deleted = {.kind = REQUEST_EXPUNGE, .tag = request->tag};
	gesture_begin(&g, engine, slices != NULL ? request : &deleted, slices, ACTION_EXPUNGE);
	bool ok = slices != NULL || cache_deleted(engine->cache, request->folder_id,
					    &deleted.place_ids, &deleted.place_count, &g.err);
	if (!ok)
		gesture_fail(&g);
	else if (g.request->place_count > 0)
		gesture_folder(&g, request->folder_id);
	gesture_end(&g, request->folder_id);
	mem_free(deleted.place_ids);
}

void wishes_serve(struct engine *engine, const struct request *request, struct slices *slices)
{
	switch ((int)request->kind) {
	case REQUEST_FLAGS:
		wishes_flags(engine, request, slices);
		break;
	case REQUEST_MOVE:
	case REQUEST_COPY:
		wishes_transfer(engine, request, slices);
		break;
	case REQUEST_DELETE:
	case REQUEST_UNDELETE:
		wishes_delete(engine, request, slices);
		break;
	case REQUEST_EXPUNGE:
		wishes_expunge(engine, request, slices);
		break;
	}
}

/* ---- Folders. ---- */

static bool folder_is_inbox(const char *name)
{
	return str_equal_nocase(str_from(name), STR("INBOX"));
}

/* The folder of an account by the name it is shown under; 0. */
static int64_t folder_by_name(
	struct engine *engine, int64_t account_id, const char *name, char *delimiter)
{
	struct folder *folders = NULL;
	size_t count = 0;
	int64_t found = 0;
	if (!cache_folders_list(engine->cache, account_id, &folders, &count, NULL))
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (folders[i].delimiter != '\0')
			*delimiter = folders[i].delimiter;
		if (name != NULL && strcmp(folders[i].name, name) == 0)
			found = folders[i].folder_id;
		folder_done(&folders[i]);
	}
	mem_free(folders);
	return found;
}

static bool folder_wire(const char *name, char delimiter, char **wire, struct error *err)
{
	struct buf out = {0};
	if (name == NULL || !folder_name_to_wire(str_from(name), delimiter, &out)) {
		buf_done(&out);
		return error_set(
			err, ERROR_INPUT, "that cannot be the name of a folder on this server");
	}
	*wire = buf_take(&out);
	return true;
}

/* Fills who it is about; the request may name it or give its id. */
static bool folder_plan(struct gesture *g, struct action *a)
{
	struct engine *engine = g->engine;
	const struct request *r = g->request;
	struct folder folder = {0};
	char delimiter = '/';
	a->account_id = r->account_id;
	a->folder_id = r->folder_id;
	if (a->folder_id == 0)
		a->folder_id = folder_by_name(engine, a->account_id, r->text, &delimiter);
	if (a->verb == FOLDER_CREATE) {
		if (a->folder_id != 0)
			return error_set(&g->err, ERROR_INPUT, "there is such a folder already");
		return folder_wire(r->text, delimiter, &a->name, &g->err) &&
		       cache_folder_register(
			       engine->cache, a->account_id, a->name, &a->folder_id, &g->err);
	}
	if (a->folder_id == 0)
		return error_set(&g->err, ERROR_INPUT, "there is no such folder");
	if (!cache_folder_get(engine->cache, a->folder_id, &folder, &g->err))
		return false;
	a->account_id = folder.account_id;
	a->name = mem_text(folder.wire);
	if (folder.delimiter != '\0')
		delimiter = folder.delimiter;
	folder_done(&folder);
	bool changes = a->verb == FOLDER_DELETE || a->verb == FOLDER_RENAME;
	if (changes && folder_is_inbox(a->name))
		return error_set(&g->err, ERROR_INPUT,
			"INBOX is where mail arrives: it cannot be renamed or deleted");
	if (a->verb != FOLDER_RENAME)
		return true;
	char any = delimiter;
	if (folder_by_name(engine, a->account_id, r->new_text, &any) != 0)
		return error_set(&g->err, ERROR_INPUT, "there is such a folder already");
	return folder_wire(r->new_text, delimiter, &a->new_name, &g->err);
}

/* Shown at once; the server's list tells later whether it is so. */
static bool folder_show(struct gesture *g, const struct action *a)
{
	struct cache *cache = g->engine->cache;
	char delimiter = '/';
	if (g->engine->is_guest)
		return true;
	folder_by_name(g->engine, a->account_id, NULL, &delimiter);
	switch (a->verb) {
	case FOLDER_CREATE:
		return cache_folder_show(
			cache, a->folder_id, g->request->text, delimiter, true, &g->err);
	case FOLDER_DELETE:
		return cache_folder_show(cache, a->folder_id, NULL, '\0', false, &g->err);
	case FOLDER_SUBSCRIBE:
	case FOLDER_UNSUBSCRIBE:
		return cache_folder_subscribed(
			cache, a->folder_id, a->verb == FOLDER_SUBSCRIBE, &g->err);
	case FOLDER_RENAME: /* when the server has done it: all below moves with it */
	case FOLDER_NOTHING:
		break;
	}
	return true;
}

void wishes_folder(struct engine *engine, const struct request *request)
{
	struct gesture g;
	gesture_begin(&g, engine, request, NULL, ACTION_FOLDER);
	g.plan.verb = request->verb;
	struct action a = g.plan;
	bool ok = folder_plan(&g, &a) && wish_add(engine, &a, &g.count, &g.err) &&
		  folder_show(&g, &a);
	if (!ok)
		gesture_fail(&g);
	g.count = ok;
	g.plan.account_id = a.account_id;
	gesture_end(&g, a.folder_id);
	action_done(&a);
}

/* ---- What failed. ---- */

void wishes_again(struct engine *engine, const struct request *request)
{
	struct gesture g = {.engine = engine, .request = request};
	struct action a = {0};
	bool ok = cache_action_get(engine->cache, request->action_id, &a, &g.err);
	bool is_drop = request->kind == REQUEST_ACTION_DROP;
	bool is_over = a.state == ACTION_DONE || a.state == ACTION_CANCELLED;
	bool has_failed = a.state == ACTION_FAILED || a.state == ACTION_CONFLICT;
	if (ok && is_over)
		ok = error_set(&g.err, ERROR_INPUT, "that is done with already");
	else if (ok && is_drop && !has_failed && a.state != ACTION_QUEUED)
		ok = error_set(
			&g.err, ERROR_INPUT, "that is being carried out and cannot be taken back");
	else if (ok)
		ok = is_drop ? cache_action_drop(engine->cache, &a, &g.err)
			     : cache_action_delay(engine->cache, &a, engine->wall, &g.err);
	if (!ok) {
		gesture_fail(&g);
		action_done(&a);
		return;
	}
	struct account_run *run = engine_run_of_account(engine, a.account_id);
	if (run != NULL)
		run->journal_is_dirty = true;
	live_touch_all(engine);
	g.count = 1;
	wishes_made(engine);
	struct event *event = event_new(EVENT_ACTED);
	event->tag = request->tag;
	event->action_kind = a.kind;
	event->done = a.item_count;
	event->group = a.group;
	event->account_id = a.account_id;
	event->folder_id = a.folder_id;
	engine_post(engine, event);
	action_done(&a);
}
