/* The journal at work. */
#include "engine/actions.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/live.h"
#include "engine/profile.h"
#include "engine/sync.h"

#include <stdlib.h>

enum { ACTIONS_RETRY_S = 30 };

/* ---- Making wishes. ---- */

static int action_item_compare(const void *a, const void *b)
{
	uint32_t left = ((const struct action_item *)a)->uid;
	uint32_t right = ((const struct action_item *)b)->uid;
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
			!cache_message_get(engine->cache, place_id, &m, &is_found, NULL) ||
			!is_found)
			continue;
		action->items =
			array_room(action->items, action->item_count, &cap, sizeof(*action->items));
		action->items[action->item_count++] =
			(struct action_item){.uid = place_uid(place_id), .ident = m.ident};
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

static bool actions_flags_in(
	struct engine *engine, const struct request *request, int64_t folder_id, struct error *err)
{
	struct folder folder = {0};
	struct action action = {
		.folder_id = folder_id,
		.kind = ACTION_FLAGS,
		.add = request->add,
		.remove = request->remove & ~request->add,
		.created = engine->wall,
	};
	bool ok = cache_folder_get(engine->cache, folder_id, &folder, err);
	if (ok) {
		action.account_id = folder.account_id;
		action.uidvalidity = folder.uidvalidity;
		action_gather(engine, request, folder_id, &action);
		ok = action_add_keywords(engine, request, &action, err) &&
		     (action.item_count == 0 || cache_action_add(engine->cache, &action, err));
	}
	struct account_run *run = engine_run_of_account(engine, action.account_id);
	if (ok)
		live_touch(engine, folder_id);
	if (run != NULL)
		run->journal_is_dirty = true;
	action_done(&action);
	folder_done(&folder);
	return ok;
}

void actions_flags(struct engine *engine, const struct request *request)
{
	struct error err;
	for (size_t i = 0; i < request->place_count; i++) {
		int64_t folder_id = place_folder(request->place_ids[i]);
		if (action_folder_was_done(request, i) || sync_is_read_only(engine, folder_id))
			continue;
		if (actions_flags_in(engine, request, folder_id, &err))
			continue;
		struct event *event = event_new(EVENT_FAILED);
		event->tag = request->tag;
		event->error = err;
		engine_post(engine, event);
	}
	engine->actions_dirty = engine->accounts_dirty = true;
	if (engine->is_guest)
		profile_call(engine->profile, "wake");
}

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
	engine->actions_dirty = true;
}

uint32_t actions_waiting(const struct engine *engine, int64_t account_id)
{
	uint32_t waiting = 0, failed = 0;
	cache_actions_count(engine->cache, account_id, &waiting, &failed, NULL);
	return waiting;
}

void actions_tell(struct engine *engine)
{
	struct event *event = event_new(EVENT_ACTIONS);
	struct error err;
	if (!cache_actions_list(engine->cache, &event->actions, &event->action_count, &err))
		engine_storage_failed(engine, &err);
	engine_post_latest(engine, (uint64_t)EVENT_ACTIONS << 32, event);
}

/* ---- Running them. ---- */

static void action_tell_failed(
	struct engine *engine, const struct action *action, enum notice_kind kind, struct str words)
{
	struct event *notice = engine_notice(engine, kind, action->account_id);
	notice->folder_id = action->folder_id;
	error_set(&notice->error, ERROR_REFUSED, "%.*s", (int)words.len, words.data);
	engine_post(engine, notice);
}

static void action_end(
	struct session *s, const struct action *action, enum action_state state, struct str words)
{
	struct engine *engine = s->run->engine;
	struct error err;
	char *text = mem_str(words);
	if (!cache_action_fail(engine->cache, action, state, text, &err))
		engine_storage_failed(engine, &err);
	mem_free(text);
	live_touch(engine, action->folder_id);
	engine->actions_dirty = engine->accounts_dirty = true;
}

static void action_later(struct session *s, const struct action *action)
{
	struct error err;
	if (!cache_action_delay(
		    s->run->engine->cache, action, s->run->engine->wall + ACTIONS_RETRY_S, &err))
		engine_storage_failed(s->run->engine, &err);
}

static void action_succeeded(struct session *s, const struct action *action)
{
	struct error err;
	if (!cache_action_settle(s->run->engine->cache, action, &err))
		engine_storage_failed(s->run->engine, &err);
	live_touch(s->run->engine, action->folder_id);
	s->run->engine->actions_dirty = s->run->engine->accounts_dirty = true;
}

static void action_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	struct action *action = p->action;
	s->action_out = 0;
	sync_flush(s); /* what the server said of these messages comes first */
	if (event->status == IMAP_OK) {
		action_succeeded(s, action);
	} else if (event->code == IMAP_CODE_UNAVAILABLE || event->code == IMAP_CODE_INUSE ||
		   event->code == IMAP_CODE_SERVERBUG || action->tries < 2) {
		action_later(s, action);
	} else {
		action_end(s, action, ACTION_FAILED, event->text);
		action_tell_failed(s->run->engine, action, NOTICE_ACTION_FAILED, event->text);
	}
}

static void action_set(const struct action *action, struct buf *out)
{
	struct imap_set set = {0};
	size_t from = 0;
	for (size_t i = 0; i < action->item_count; i++)
		imap_set_add(&set, action->items[i].uid, action->items[i].uid);
	imap_set_format(&set, &from, SIZE_MAX, out);
	imap_set_done(&set);
}

static void action_flag_words(struct session *s, flags_t flags, struct buf *out)
{
	char *names[FLAG_KEYWORD_MAX] = {0};
	if (flags >> FLAG_KEYWORD_FIRST != 0)
		cache_keyword_names(
			s->run->engine->cache, s->run->account->account_id, names, NULL);
	for (int bit = 0; bit < 64; bit++) {
		flags_t one = (flags_t)1 << bit;
		if ((flags & one) == 0)
			continue;
		const char *name = flag_to_wire(one);
		if (name == NULL && bit >= FLAG_KEYWORD_FIRST &&
			bit < FLAG_KEYWORD_FIRST + FLAG_KEYWORD_MAX)
			name = names[bit - FLAG_KEYWORD_FIRST];
		if (name == NULL)
			continue;
		if (out->len > 0)
			buf_add_char(out, ' ');
		buf_add_text(out, name);
	}
	for (int i = 0; i < FLAG_KEYWORD_MAX; i++)
		mem_free(names[i]);
}

static unsigned action_store(struct session *s, struct str set, char mode, flags_t flags)
{
	struct buf words = {0};
	action_flag_words(s, flags, &words);
	unsigned command = imap_store(s->imap, set, mode, buf_str(&words), 0);
	buf_done(&words);
	return command;
}

/* Flags the server does not keep would come back as they were: the wish ends here, with a word. */
static bool action_is_kept(const struct folder_sync *sync, const struct action *action)
{
	flags_t wanted = action->add | action->remove;
	if (sync->is_read_only)
		return false;
	if (!sync->has_permanent || sync->may_create_keywords)
		return true;
	return (wanted & ~sync->permanent) == 0;
}

/* Both halves of one wish; the second settles it. They are safe to repeat. */
static void action_run_flags(struct session *s, struct action *action)
{
	struct buf set = {0};
	unsigned command = 0;
	action_set(action, &set);
	if (action->add != 0)
		command = action_store(s, buf_str(&set), '+', action->add);
	if (action->add != 0 && action->remove != 0)
		session_expect(s, command, NULL);
	if (action->remove != 0)
		command = action_store(s, buf_str(&set), '-', action->remove);
	struct pending *p = session_expect(s, command, action_answer);
	p->action = mem_new(sizeof(*p->action));
	*p->action = *action;
	*action = (struct action){0};
	s->action_out = p->action->action_id;
	buf_done(&set);
}

static bool action_start(struct session *s, struct action *action)
{
	struct folder_sync *sync = s->folder;
	if (session_is_refused(s, action->folder_id)) {
		action_later(s, action);
		return true;
	}
	if (sync == NULL || sync->folder_id != action->folder_id) {
		if (s->selecting == NULL)
			sync_select(s, action->folder_id);
		return s->selecting != NULL;
	}
	if (s->selecting != NULL || sync->is_resetting)
		return false;
	if (action->uidvalidity != sync->uidvalidity) {
		action_end(s, action, ACTION_CONFLICT,
			STR("the folder was renumbered before the wish could be carried out"));
		return true;
	}
	if (!action_is_kept(sync, action)) {
		action_end(s, action, ACTION_CONFLICT, STR("the server does not keep that flag"));
		action_tell_failed(s->run->engine, action, NOTICE_NOT_KEPT, STR(""));
		return true;
	}
	action_run_flags(s, action);
	return true;
}

bool actions_next(struct session *s)
{
	struct action *actions = NULL;
	size_t count = 0;
	struct error err;
	struct engine *engine = s->run->engine;
	if (s->action_out != 0 || s->selecting != NULL)
		return false;
	if (!s->run->journal_is_dirty && engine->wall < s->run->journal_next)
		return false;
	if (!cache_actions_waiting(engine->cache, s->run->account->account_id, engine->wall,
		    &actions, 1, &count, &err)) {
		engine_storage_failed(engine, &err);
		return false;
	}
	bool started = count > 0 && actions[0].kind == ACTION_FLAGS && action_start(s, &actions[0]);
	s->run->journal_is_dirty = count > 0;
	if (count == 0)
		s->run->journal_next = engine->wall + ACTIONS_RETRY_S;
	for (size_t i = 0; i < count; i++)
		action_done(&actions[i]);
	mem_free(actions);
	return started;
}
