/*
 * The copy of a sent message in Sent. SENTCOPY is durable before APPEND goes out, because APPEND is
 * not safe to repeat: where its answer never came, the folder is synced first and the message
 * looked for by its Message-ID.
 */
#include "engine/session.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/submit_state.h"

enum { COPY_PAUSE_S = 5 * 60 };

/* Gmail and Exchange file what is sent through them by themselves. */
static bool server_files_copies(const struct session *s)
{
	static const char *const hosts[] = {".outlook.com", ".office365.com", ".hotmail.com"};
	struct str host = str_from(s->run->account->outgoing.host);
	if (session_has(s, IMAP_CAP_GMAIL))
		return true;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
		if (str_ends_nocase(host, str_from(hosts[i])))
			return true;
	return false;
}

static bool copy_move(struct session *s, struct outgoing *item, enum outgoing_state to)
{
	struct engine *engine = s->run->engine;
	struct error err;
	bool is_moved;
	enum outgoing_state from = item->state;
	item->state = to;
	engine->outbox_dirty = engine->outbox_has_news = true;
	s->run->submit->is_dirty = true;
	if (cache_outbox_move(engine->cache, item, from, engine->wall, &is_moved, &err))
		return is_moved;
	engine_storage_failed(engine, &err);
	return false;
}

static void copy_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	struct engine *engine = s->run->engine;
	struct outgoing item;
	struct error err;
	bool is_found;
	s->run->submit->copy_out = 0;
	s->run->submit->is_dirty = true;
	if (!cache_outbox_get(engine->cache, (int64_t)p->number, &item, &is_found, &err))
		engine_storage_failed(engine, &err);
	else if (is_found && event->status == IMAP_OK) {
		copy_move(s, &item, OUTGOING_DONE);
	} else if (is_found) {
		/* Certainly not there: refused. */
		outgoing_set_words(&item, event->text);
		item.not_before = engine->wall + COPY_PAUSE_S;
		copy_move(s, &item, OUTGOING_ACCEPTED);
		s->run->folders_next = 0;
	}
	outgoing_done(&item);
}

static bool copy_append(struct session *s, struct outgoing *item, const struct folder *folder)
{
	struct buf message = {0};
	struct error err;
	if (item->state == OUTGOING_ACCEPTED && !copy_move(s, item, OUTGOING_SENTCOPY))
		return false;
	if (!cache_outbox_read(
		    s->run->engine->cache, item, 0, (size_t)item->size, &message, &err)) {
		engine_storage_failed(s->run->engine, &err);
		return false;
	}
	unsigned command =
		imap_append(s->imap, str_from(folder->wire), STR("\\Seen"), -1, buf_str(&message));
	buf_done(&message);
	session_expect(s, command, copy_answer)->number = (uint64_t)item->outgoing_id;
	s->run->submit->copy_out = item->outgoing_id;
	return true;
}

/* After an APPEND whose answer never came: is it there? */
static bool copy_look(struct session *s, struct outgoing *item, const struct folder *folder)
{
	struct submit *submit = s->run->submit;
	struct error err;
	bool is_found = false;
	if (submit->copy_looked != item->outgoing_id) {
		account_run_add_task(s->run, folder->folder_id, false);
		submit->copy_looked = item->outgoing_id;
		return false;
	}
	if (account_run_task_of(s->run, folder->folder_id) != NULL)
		return false;
	if (!cache_outbox_find_copy(
		    s->run->engine->cache, folder->folder_id, item->message_id, &is_found, &err)) {
		engine_storage_failed(s->run->engine, &err);
		return false;
	}
	if (!is_found)
		return copy_append(s, item, folder);
	copy_move(s, item, OUTGOING_DONE);
	return false;
}

/* wanted: a folder of the account by its id; 0: its Sent. */
static bool copy_folder(struct session *s, int64_t wanted, struct folder *sent)
{
	struct folder *folders = NULL;
	size_t count = 0;
	bool is_found = false;
	struct account_run *run = s->run;
	if (!cache_folders_list(
		    run->engine->cache, run->account->account_id, &folders, &count, NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_found && (wanted != 0 ? folders[i].folder_id == wanted
					      : folders[i].role == ROLE_SENT)) {
			folder_copy_to(sent, &folders[i]);
			is_found = true;
		}
		folder_done(&folders[i]);
	}
	mem_free(folders);
	return is_found;
}

/* A folder of another account: through the journal, which has its own ways against doubles. Only a
 * message whose copy was not begun, so that a wish made just before an end is not made again. */
static void copy_elsewhere(struct session *s, struct outgoing *item)
{
	struct engine *engine = s->run->engine;
	struct error err;
	struct action_item copy = {
		.blob_id = item->blob_id, .flags = FLAG_SEEN, .arrived = engine->wall};
	if (item->state != OUTGOING_ACCEPTED) {
		copy_move(s, item, OUTGOING_DONE);
		return;
	}
	if (!copy_move(s, item, OUTGOING_SENTCOPY))
		return;
	if (!wish_bring(engine, item->copy_folder_id, 0, &copy, 0, NULL, &err))
		outgoing_set_words(item, str_from(err.detail));
	copy_move(s, item, OUTGOING_DONE);
	wishes_made(engine);
}

static bool copy_find(struct session *s, struct outgoing *item)
{
	struct engine *engine = s->run->engine;
	int64_t next = INT64_MAX;
	bool is_found = false;
	for (int state = OUTGOING_SENTCOPY; !is_found && state >= OUTGOING_ACCEPTED; state--)
		if (!cache_outbox_due(engine->cache, s->run->account->account_id,
			    (enum outgoing_state)state, engine->wall, item, &is_found, &next, NULL))
			return false;
	return is_found;
}

/* True when there is one of the account in doubt. With is_synced those that are in Sent are done.
 */
static bool doubts_look(struct session *s, const struct folder *sent, bool is_synced)
{
	struct engine *engine = s->run->engine;
	struct outgoing *items = NULL;
	size_t count = 0;
	bool has_any = false, is_found;
	if (!cache_outbox_list(engine->cache, &items, &count, NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		bool is_ours = items[i].account_id == s->run->account->account_id &&
			       items[i].state == OUTGOING_UNKNOWN;
		has_any |= is_ours;
		if (is_ours && is_synced &&
			cache_outbox_find_copy(engine->cache, sent->folder_id, items[i].message_id,
				&is_found, NULL) &&
			is_found)
			copy_move(s, &items[i], OUTGOING_DONE);
		outgoing_done(&items[i]);
	}
	mem_free(items);
	return has_any;
}

/* A message that may have gone out and stands in Sent was sent: the server put it there. */
static void doubts_next(struct session *s)
{
	struct submit *submit = s->run->submit;
	struct folder sent = {0};
	if (submit->doubt == DOUBT_OVER || s->run->engine->wall < submit->doubt_from)
		return;
	if (!copy_folder(s, 0, &sent)) {
		submit->doubt = DOUBT_OVER;
	} else if (submit->doubt == DOUBT_UNSEEN) {
		submit->doubt = doubts_look(s, &sent, false) ? DOUBT_SYNCING : DOUBT_OVER;
		if (submit->doubt == DOUBT_SYNCING)
			account_run_add_task(s->run, sent.folder_id, false);
	} else if (account_run_task_of(s->run, sent.folder_id) == NULL) {
		doubts_look(s, &sent, true);
		submit->doubt = DOUBT_OVER;
		s->run->engine->outbox_dirty = true;
		engine_sync_progress(s->run->engine);
	}
	folder_done(&sent);
}

bool sent_copy_next(struct session *s)
{
	struct submit *submit = s->run->submit;
	struct outgoing item;
	struct folder sent = {0};
	bool is_asked = false;
	if (submit == NULL || !s->run->folders_are_known)
		return false;
	doubts_next(s);
	if (!submit->has_copies || submit->copy_out != 0)
		return false;
	if (!copy_find(s, &item)) {
		submit->has_copies = false;
		return false;
	}
	bool is_elsewhere = item.copy_folder_id != 0 && !copy_folder(s, item.copy_folder_id, &sent);
	if (is_elsewhere)
		copy_elsewhere(s, &item);
	else if (item.copy_folder_id == 0 && (server_files_copies(s) || !copy_folder(s, 0, &sent)))
		copy_move(s, &item, OUTGOING_DONE);
	else if (item.state == OUTGOING_SENTCOPY)
		is_asked = copy_look(s, &item, &sent);
	else
		is_asked = copy_append(s, &item, &sent);
	folder_done(&sent);
	outgoing_done(&item);
	return is_asked;
}
