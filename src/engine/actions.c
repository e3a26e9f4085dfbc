/* The journal at work: which wishes run next, and what an answer does to them. */
#include "engine/actions.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/live.h"
#include "engine/sync.h"

#include <stdlib.h>

enum {
	ACTIONS_RETRY_S = 30,
	ACTIONS_SOON_S = 1, /* the first refusal that has no reason a program knows */
	ACTIONS_NOW_S = 2,  /* what is due so soon is waited for */
	ACTIONS_TRIES = 2,
	ACTIONS_PATIENCE = 20, /* tries where the server says that it will pass */
	ACTIONS_MAX = 200,     /* wishes looked at together */
	ACTIONS_LINE = 900,    /* bytes of a set in one command */
};

static act_kind *const act_kinds[] = {
	[ACTION_FLAGS] = act_flags,
	[ACTION_MOVE] = act_transfer,
	[ACTION_COPY] = act_transfer,
	[ACTION_EXPUNGE] = act_expunge,
	[ACTION_APPEND] = act_transfer,
	[ACTION_REPLACE] = act_transfer,
	[ACTION_FOLDER] = act_folder,
	[ACTION_SEND] = NULL,
};

void acting_free(struct acting *acting)
{
	if (acting == NULL)
		return;
	for (size_t i = 0; i < acting->count; i++)
		action_done(&acting->actions[i]);
	mem_free(acting->actions);
	mem_free(acting->pairs);
	imap_set_done(&acting->refused);
	imap_set_done(&acting->found);
	buf_done(&acting->words);
	buf_done(&acting->upload.piece);
	mem_free(acting);
}

/* ---- Telling. ---- */

void actions_apply(struct engine *engine)
{
	struct error err;
	size_t applied = 0;
	if (!cache_journal_apply(engine->cache, &applied, &err))
		engine_storage_failed(engine, &err);
	if (applied > 0)
		live_touch_all(engine);
	for (size_t i = 0; i < engine->run_count; i++)
		engine->runs[i]->journal_is_dirty = true;
	engine->actions_dirty = engine->accounts_dirty = true;
}

/* When the next of those that are put off is due; INT64_MAX when none is. */
static int64_t actions_next_time(const struct engine *engine, int64_t account_id)
{
	int64_t next = 0;
	bool ok = cache_actions_next_time(engine->cache, account_id, engine->wall, &next, NULL);
	return ok && next != 0 ? next : INT64_MAX;
}

bool actions_are_due(const struct account_run *run)
{
	const struct engine *engine = run->engine;
	uint32_t waiting = 0, failed = 0;
	if (!cache_actions_count(
		    engine->cache, run->account->account_id, &waiting, &failed, NULL) ||
		waiting == 0)
		return false;
	bool is_out = run->session != NULL && run->session->acting != NULL;
	return is_out || run->journal_is_dirty || run->journal_next <= engine->wall + ACTIONS_NOW_S;
}

void actions_tell(struct engine *engine)
{
	struct event *event = event_new(EVENT_ACTIONS);
	struct error err;
	if (!cache_actions_list(engine->cache, &event->actions, &event->action_count, &err))
		engine_storage_failed(engine, &err);
	engine_post_latest(engine, (uint64_t)EVENT_ACTIONS << 32, event);
}

/* ---- The end of a wish, or of a try. ---- */

static void act_touch(struct session *s, const struct action *action)
{
	struct engine *engine = s->run->engine;
	live_touch(engine, action->folder_id);
	if (action->target_folder_id != 0)
		live_touch(engine, action->target_folder_id);
	engine->actions_dirty = engine->accounts_dirty = engine->folders_dirty = true;
}

void act_done(struct session *s, const struct action *action)
{
	struct error err;
	if (!cache_action_settle(s->run->engine->cache, action, &err))
		engine_storage_failed(s->run->engine, &err);
	act_touch(s, action);
}

void act_mark(struct session *s, const struct action *action, enum action_state state)
{
	struct error err;
	if (!cache_action_mark(s->run->engine->cache, action, state, NULL, &err))
		engine_storage_failed(s->run->engine, &err);
	act_touch(s, action);
}

void act_later(struct session *s, const struct action *action, int seconds, const char *words)
{
	struct engine *engine = s->run->engine;
	struct error err;
	bool ok = words == NULL ||
		  cache_action_mark(engine->cache, action, action->state, words, &err);
	if (!ok || !cache_action_delay(engine->cache, action, engine->wall + seconds, &err))
		engine_storage_failed(engine, &err);
	act_touch(s, action);
}

void act_end(
	struct session *s, const struct action *action, enum action_state state, struct str words)
{
	struct engine *engine = s->run->engine;
	struct error err;
	char *text = mem_str(words);
	if (!cache_action_fail(engine->cache, action, state, text, &err))
		engine_storage_failed(engine, &err);
	mem_free(text);
	act_touch(s, action);
}

void act_tell_failed(struct session *s, const struct action *action, struct str words)
{
	struct event *notice =
		engine_notice(s->run->engine, NOTICE_ACTION_FAILED, action->account_id);
	notice->folder_id = action->folder_id;
	notice->action_kind = action->kind;
	notice->group = action->group;
	error_set(&notice->error, ERROR_REFUSED, "%.*s", (int)words.len, words.data);
	engine_post(s->run->engine, notice);
}

/* A refusal that passes by itself, one that needs the user, and one that nobody gave a reason for.
 */
void act_refuse(struct session *s, struct acting *acting, struct action *action)
{
	struct str words = buf_str(&acting->words);
	switch (acting->code) {
	case IMAP_CODE_UNAVAILABLE:
	case IMAP_CODE_INUSE:
	case IMAP_CODE_LIMIT:
	case IMAP_CODE_SERVERBUG:
		if (action->tries < ACTIONS_PATIENCE) {
			act_later(s, action, ACTIONS_RETRY_S, buf_text(&acting->words));
			return;
		}
		break;
	case IMAP_CODE_TRYCREATE:
		act_end(s, action, ACTION_CONFLICT, words);
		act_tell_failed(s, action, words);
		return;
	case IMAP_CODE_OVERQUOTA:
	case IMAP_CODE_NOPERM:
	case IMAP_CODE_CANNOT:
	case IMAP_CODE_ALREADYEXISTS:
	case IMAP_CODE_NONEXISTENT:
		break;
	default: /* no code, or one that says nothing about this */
		if (action->tries < ACTIONS_TRIES) {
			act_later(s, action, ACTIONS_SOON_S, buf_text(&acting->words));
			return;
		}
		break;
	}
	act_end(s, action, ACTION_FAILED, words);
	act_tell_failed(s, action, words);
}

bool act_take_refused(struct session *s, struct acting *acting, struct action *action)
{
	struct action other = {0};
	struct error err;
	size_t refused = 0, kept = 0;
	bool *goes = mem_new_array(action->item_count, sizeof(*goes));
	for (size_t i = 0; i < action->item_count; i++)
		refused += goes[i] = imap_set_has(&acting->refused, (uint32_t)action->items[i].uid);
	bool is_rest = refused < action->item_count;
	if (refused > 0 && !is_rest) {
		act_refuse(s, acting, action);
	} else if (refused > 0 &&
		   cache_action_split(s->run->engine->cache, action, goes, &other, &err)) {
		act_refuse(s, acting, &other);
		for (size_t i = 0; i < action->item_count; i++)
			if (!goes[i])
				action->items[kept++] = action->items[i];
		action->item_count = kept;
	} else if (refused > 0) {
		engine_storage_failed(s->run->engine, &err);
	}
	action_done(&other);
	mem_free(goes);
	return is_rest;
}

/* ---- Commands and their answers. ---- */

static void act_note_refused(
	struct acting *acting, const struct pending *p, const struct imap_event *event)
{
	acting->status = event->status;
	if (acting->is_looking)
		return;
	acting->code = event->code;
	buf_clear(&acting->words);
	buf_add(&acting->words, event->text);
	if (p->high != 0)
		imap_set_add(&acting->refused, p->low, p->high);
	else
		imap_set_add(&acting->refused, 1, UINT32_MAX);
}

static void act_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	struct acting *acting = s->acting;
	if (event->code == IMAP_CODE_COPYUID)
		act_copied(s, event);
	if (event->code == IMAP_CODE_APPENDUID)
		act_uploaded(s, p, event);
	if (event->status != IMAP_OK)
		act_note_refused(acting, p, event);
	if (--acting->out > 0)
		return;
	sync_flush(s); /* what the server said of these messages comes first */
	acting->finish(s, acting);
	if (acting->out > 0)
		return;
	acting_free(acting);
	s->acting = NULL;
	s->run->journal_is_dirty = true;
	engine_sync_progress(s->run->engine);
}

void act_expect(
	struct session *s, struct acting *acting, unsigned command, uint32_t low, uint32_t high)
{
	struct pending *p = session_expect(s, command, act_answer);
	p->low = low;
	p->high = high;
	acting->out++;
}

void act_pieces(struct session *s, struct acting *acting, act_piece *piece)
{
	struct imap_set set = {0};
	size_t from = 0;
	for (size_t i = 0; i < acting->count; i++)
		for (size_t j = 0; j < acting->actions[i].item_count; j++) {
			uint32_t uid = (uint32_t)acting->actions[i].items[j].uid;
			imap_set_add(&set, uid, uid);
		}
	while (from < set.count) {
		struct buf text = {0};
		uint32_t low = set.ranges[from].first;
		imap_set_format(&set, &from, ACTIONS_LINE, &text);
		piece(s, acting, buf_str(&text), low, set.ranges[from - 1].last);
		buf_done(&text);
	}
	imap_set_done(&set);
}

void act_copied(struct session *s, const struct imap_event *event)
{
	struct acting *acting = s->acting;
	uint32_t source, copy;
	if (acting == NULL)
		return;
	struct imap_copied walk = imap_copied_begin(event->code_text);
	while (imap_copied_next(&walk, &source, &copy)) {
		acting->pairs = array_room(acting->pairs, acting->pair_count, &acting->pair_cap,
			sizeof(*acting->pairs));
		acting->pairs[acting->pair_count++] = (struct acting_pair){source, copy};
	}
	acting->copied_uidvalidity = (uint32_t)event->code_number;
	acting->is_copied_unclear |= !imap_copied_is_whole(&walk);
}

/* STATUS that a wish asked for: of the folder its messages go to. */
void act_status(struct session *s, const struct imap_event *event)
{
	struct folder target = {0};
	struct cache *cache = s->run->engine->cache;
	const struct imap_mailbox *m = &event->mailbox;
	if (s->acting == NULL || s->acting->actions[0].target_folder_id == 0 ||
		!cache_folder_get(cache, s->acting->actions[0].target_folder_id, &target, NULL))
		return;
	struct cache_status status = {
		.server_total = UINT32_MAX,
		.server_unseen = UINT32_MAX,
		.server_uidnext = m->has_uidnext ? m->uidnext : UINT32_MAX,
		.server_modseq = UINT64_MAX,
		.uidvalidity = m->has_uidvalidity ? m->uidvalidity : UINT32_MAX,
	};
	if (str_equal(m->name, str_from(target.wire)))
		cache_folder_status(cache, target.folder_id, &status, NULL);
	folder_done(&target);
}

bool act_found(struct session *s, const struct pending *p, const struct imap_set *set)
{
	if (p == NULL || p->answer != act_answer || s->acting == NULL)
		return false;
	for (size_t i = 0; i < set->count; i++)
		imap_set_add(&s->acting->found, set->ranges[i].first, set->ranges[i].last);
	return true;
}

static bool act_folder_vanished(struct session *s, int64_t folder_id)
{
	struct folder folder = {0};
	bool is_gone = cache_folder_get(s->run->engine->cache, folder_id, &folder, NULL) &&
		       (folder.attributes & FOLDER_VANISHED) != 0;
	folder_done(&folder);
	return is_gone;
}

/* Neither to be selected nor listed any more: what was copied has left with it. */
static void act_folder_refused(struct session *s, struct action *a)
{
	bool has_left = a->state == ACTION_COPIED || a->state == ACTION_MARKED;
	if (!act_folder_vanished(s, a->folder_id))
		act_later(s, a, ACTIONS_RETRY_S, NULL);
	else if (has_left)
		act_done(s, a);
	else
		act_end(s, a, ACTION_CONFLICT,
			STR("the folder was deleted before the wish could be carried out"));
}

bool act_is_ready(struct session *s, struct acting *acting, bool writes, enum act_start *start)
{
	struct folder_sync *sync = s->folder;
	struct action *a = &acting->actions[0];
	*start = ACT_ASKED;
	if (session_is_refused(s, a->folder_id)) {
		for (size_t i = 0; i < acting->count; i++)
			act_folder_refused(s, &acting->actions[i]);
		return false;
	}
	if (sync == NULL || sync->folder_id != a->folder_id || (writes && sync->is_examined)) {
		s->wish_folder = a->folder_id; /* not to be examined only */
		sync_select(s, a->folder_id);
		*start = s->selecting != NULL ? ACT_ASKED : ACT_WAITS;
		return false;
	}
	if (sync->is_resetting) {
		s->wish_folder = a->folder_id; /* until it is done: else it would begin anew */
		*start = ACT_WAITS;
		return false;
	}
	bool is_same = a->uidvalidity == sync->uidvalidity;
	if (is_same && !(writes && sync->is_read_only))
		return true;
	for (size_t i = 0; i < acting->count; i++)
		act_end(s, &acting->actions[i], ACTION_CONFLICT,
			is_same ? STR("the folder is read-only")
				: STR("the folder was renumbered before the wish could be "
				      "carried out"));
	return false;
}

/* ---- What runs next. ---- */

static bool act_share_items(const struct action *a, const struct action *b)
{
	size_t i = 0, j = 0;
	if (a->folder_id != b->folder_id)
		return false;
	while (i < a->item_count && j < b->item_count) {
		if (a->items[i].uid == b->items[j].uid)
			return true;
		if (a->items[i].uid < b->items[j].uid)
			i++;
		else
			j++;
	}
	return false;
}

/* The same command would do for both. */
static bool act_is_like(const struct action *a, const struct action *b)
{
	return a->kind == b->kind && a->kind != ACTION_FOLDER && !act_uploads(a) &&
	       a->folder_id == b->folder_id && a->target_folder_id == b->target_folder_id &&
	       a->add == b->add && a->remove == b->remove && a->uidvalidity == b->uidvalidity &&
	       a->state == b->state && a->state != ACTION_SENT && a->state != ACTION_UNKNOWN;
}

/* May this one be done before those in front of it that are not in the batch? */
static bool act_may_pass(const struct action *actions, const bool *taken, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (actions[i].kind == ACTION_FOLDER ||
			(!taken[i] && act_share_items(&actions[i], &actions[at])))
			return false;
	return true;
}

/* The oldest and those that one command can do with it; the others are given back. */
static struct acting *act_batch(struct engine *engine, struct action *actions, size_t count)
{
	struct acting *acting = mem_new(sizeof(*acting));
	bool *taken = mem_new_array(count, sizeof(*taken));
	acting->actions = mem_new_array(count, sizeof(*acting->actions));
	for (size_t i = 0; i < count; i++) {
		taken[i] = i == 0 || (act_is_like(&actions[0], &actions[i]) &&
					     act_may_pass(actions, taken, i));
		if (taken[i]) {
			acting->actions[acting->count++] = actions[i];
			continue;
		}
		cache_action_release(engine->cache, &actions[i]);
		action_done(&actions[i]);
	}
	mem_free(taken);
	return acting;
}

static bool actions_start(struct session *s, struct acting *acting)
{
	enum act_start start = act_kinds[acting->actions[0].kind](s, acting);
	if (start == ACT_OUT && acting->out > 0) {
		s->acting = acting;
		return true;
	}
	for (size_t i = 0; i < acting->count; i++)
		cache_action_release(s->run->engine->cache, &acting->actions[i]);
	acting_free(acting);
	return start == ACT_ASKED;
}

/* Wishes on messages that arrived under a UID nobody told: their folder is looked into, and again
 * only after a while, for what is here already may be all that a selected folder has told. */
static void actions_visit(struct session *s)
{
	int64_t folder_id = 0;
	struct account_run *run = s->run;
	int64_t wall = run->engine->wall;
	bool waits = cache_action_waits_for(
			     run->engine->cache, run->account->account_id, &folder_id, NULL) &&
		     folder_id != 0 && !session_is_refused(s, folder_id);
	bool is_asked = waits && account_run_task_of(run, folder_id) != NULL;
	bool is_due = folder_id != run->journal_folder || wall >= run->journal_visit;
	if (waits && !is_asked && is_due) {
		account_run_add_task(run, folder_id, false);
		run->journal_folder = folder_id;
		run->journal_visit = wall + ACTIONS_RETRY_S;
	}
	/* Looked at again when the folder has been visited. */
	run->journal_is_dirty = is_asked || (waits && is_due);
}

bool actions_next(struct session *s)
{
	struct action *actions = NULL;
	size_t count = 0;
	struct error err;
	struct engine *engine = s->run->engine;
	if (s->acting != NULL || s->selecting != NULL)
		return false;
	s->wish_folder = 0;
	if (!s->run->journal_is_dirty && engine->wall < s->run->journal_next)
		return false;
	if (!cache_actions_waiting(engine->cache, s->run->account->account_id, engine->wall,
		    &actions, ACTIONS_MAX, &count, &err)) {
		engine_storage_failed(engine, &err);
		return false;
	}
	s->run->journal_is_dirty = count > 0;
	if (count == 0) {
		mem_free(actions);
		int64_t next = actions_next_time(engine, s->run->account->account_id);
		int64_t anyway = engine->wall + ACTIONS_RETRY_S;
		s->run->journal_next = next < anyway ? next : anyway;
		actions_visit(s);
		if (!s->run->journal_is_dirty) /* else it waits for the server: nothing to look at
						*/
			engine_sync_progress(engine);
		return false;
	}
	bool started = actions_start(s, act_batch(engine, actions, count));
	mem_free(actions);
	return started;
}

bool actions_hold(const struct session *s)
{
	return s->acting != NULL && s->acting->holds_folder;
}

void actions_wake(const struct session *s, int64_t *deadline)
{
	const struct engine *engine = s->run->engine;
	uint32_t waiting = 0, failed = 0;
	int64_t due = engine->now + (s->run->journal_next - engine->wall) * 1000;
	if (due < *deadline && s->acting == NULL &&
		cache_actions_count(
			engine->cache, s->run->account->account_id, &waiting, &failed, NULL) &&
		waiting > 0)
		*deadline = due > engine->now ? due : engine->now;
}
