/*
 * Folders: created, renamed, deleted, subscribed; each is done when the server says that it is so.
 * SENT is durable before the bytes go out. A row that is found SENT may have been carried out by a
 * command whose answer was lost: it is sent again, and when it is refused then, what there is on
 * the server tells.
 */
#include "engine/actions.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/sync.h"

/* What each does, and which refusal means that it is so already. */
static const struct folder_act {
	enum imap_code done_code;
	bool leaves;      /* the folder must not be selected */
	bool ends_absent; /* when it is done there is none of that name */
} folder_acts[] = {
	[FOLDER_NOTHING] = {IMAP_CODE_NONE, false, false},
	[FOLDER_CREATE] = {IMAP_CODE_ALREADYEXISTS, false, false},
	[FOLDER_RENAME] = {IMAP_CODE_NONE, true, true},
	[FOLDER_DELETE] = {IMAP_CODE_NONEXISTENT, true, true},
	[FOLDER_SUBSCRIBE] = {IMAP_CODE_NONE, false, false},
	[FOLDER_UNSUBSCRIBE] = {IMAP_CODE_NONEXISTENT, false, true},
};

static unsigned folder_command(struct session *s, const struct action *a)
{
	struct str name = str_from(a->name);
	switch (a->verb) {
	case FOLDER_CREATE:
		return imap_create(s->imap, name);
	case FOLDER_RENAME:
		return imap_rename(s->imap, name, str_from(a->new_name));
	case FOLDER_DELETE:
		return imap_delete(s->imap, name);
	case FOLDER_SUBSCRIBE:
	case FOLDER_UNSUBSCRIBE:
		return imap_subscribe(s->imap, name, a->verb == FOLDER_SUBSCRIBE);
	case FOLDER_NOTHING:
		break;
	}
	return imap_noop(s->imap);
}

static bool folder_is_as_wished(const struct acting *acting, const struct action *a)
{
	if (acting->status == IMAP_OK)
		return true;
	return acting->code != IMAP_CODE_NONE && acting->code == folder_acts[a->verb].done_code;
}

static void folder_settle(struct session *s, const struct action *a)
{
	struct cache *cache = s->run->engine->cache;
	struct error err;
	bool ok = true;
	if (a->verb == FOLDER_DELETE)
		ok = cache_folder_show(cache, a->folder_id, NULL, '\0', false, &err);
	if (a->verb == FOLDER_RENAME)
		ok = cache_folder_renamed(
			cache, a->account_id, a->name, a->new_name, s->run->facts.delimiter, &err);
	if (!ok)
		engine_storage_failed(s->run->engine, &err);
	if (a->verb == FOLDER_CREATE)
		session_expect(s, imap_subscribe(s->imap, str_from(a->name), true), NULL);
}

/* It shows again as it is. */
static void folder_unsettle(struct session *s, const struct action *a)
{
	struct error err;
	bool ok = true;
	if (a->verb == FOLDER_CREATE || a->verb == FOLDER_DELETE)
		ok = cache_folder_show(s->run->engine->cache, a->folder_id, NULL, '\0',
			a->verb == FOLDER_DELETE, &err);
	if (!ok)
		engine_storage_failed(s->run->engine, &err);
}

static void folder_end(struct session *s, struct acting *acting, bool is_done)
{
	struct action *a = &acting->actions[0];
	s->run->folders_next = 0; /* the list tells what is so now */
	s->run->engine->folders_dirty = true;
	if (is_done) {
		folder_settle(s, a);
		act_done(s, a);
		return;
	}
	act_refuse(s, acting, a);
	struct action now = {0};
	if (cache_action_get(s->run->engine->cache, a->action_id, &now, NULL) &&
		now.state == ACTION_FAILED)
		folder_unsettle(s, a);
	action_done(&now);
}

static void folder_looked(struct session *s, struct acting *acting)
{
	bool is_there = acting->status == IMAP_OK;
	folder_end(s, acting, is_there != folder_acts[acting->actions[0].verb].ends_absent);
}

static void folder_finish(struct session *s, struct acting *acting)
{
	struct action *a = &acting->actions[0];
	bool is_done = folder_is_as_wished(acting, a);
	if (is_done || a->state != ACTION_SENT) {
		folder_end(s, acting, is_done);
		return;
	}
	acting->is_looking = true;
	acting->status = IMAP_OK;
	acting->finish = folder_looked;
	act_expect(s, acting, imap_status(s->imap, str_from(a->name), STR("UIDVALIDITY")), 0, 0);
}

/* A folder that is open cannot be deleted everywhere. CLOSE would expunge. */
static void folder_leave(struct session *s, int64_t folder_id)
{
	if (s->run->wanted_folder == folder_id)
		s->run->wanted_folder = 0;
	if (s->folder == NULL || s->folder->folder_id != folder_id)
		return;
	sync_flush(s);
	if (session_has(s, IMAP_CAP_UNSELECT))
		session_expect(s, imap_unselect(s->imap), NULL);
	folder_sync_free(s->folder);
	s->folder = NULL;
}

enum act_start act_folder(struct session *s, struct acting *acting)
{
	const struct action *a = &acting->actions[0];
	if (folder_acts[a->verb].leaves) {
		if (s->pending_count > 0 || s->selecting != NULL)
			return ACT_WAITS;
		folder_leave(s, a->folder_id);
	}
	if (a->state != ACTION_SENT)
		act_mark(s, a, ACTION_SENT);
	acting->finish = folder_finish;
	act_expect(s, acting, folder_command(s, a), 0, 0);
	return ACT_OUT;
}
