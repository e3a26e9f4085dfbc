/* Bringing a selected folder up to date, and keeping it so. */
#include "engine/sync.h"

#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/live.h"
#include "engine/select.h"

#include <stdio.h>

enum {
	SYNC_BATCH_ROWS = 256,   /* rows a write: about 3 ms */
	SYNC_FIRST_WINDOW = 200, /* messages: more than three screens */
	SYNC_WINDOW_MIN = 50,
	SYNC_WINDOW_MAX = 2000,
	SYNC_WINDOW_MS = 400, /* what a window should take */
	SYNC_WINDOWS_OUT = 2, /* so that the pipe never drains */
	SYNC_RESET_ROWS = 1000,
	SYNC_REFUSALS = 4, /* of one folder in one session */
};

static struct engine *sync_engine(const struct session *s)
{
	return s->run->engine;
}

void folder_sync_free(struct folder_sync *sync)
{
	if (sync == NULL)
		return;
	folder_sync_free(sync->earlier);
	mem_free(sync->wire);
	sync_check_free(sync);
	sync_batch_done(&sync->batch);
	imap_set_done(&sync->gone);
	imap_set_done(&sync->missing);
	mem_free(sync);
}

bool sync_is_selecting(const struct session *s, const struct folder_sync *sync)
{
	const struct folder_sync *one = s->selecting;
	while (one != NULL && one != sync)
		one = one->earlier;
	return one != NULL;
}

/* Takes it out of those that are being selected. */
static void sync_unlink(struct session *s, struct folder_sync *sync)
{
	struct folder_sync **at = &s->selecting;
	while (*at != sync)
		at = &(*at)->earlier;
	*at = sync->earlier;
	sync->earlier = NULL;
}

bool sync_is_late(const struct session *s, const struct pending *p)
{
	bool is_here = p->sync == s->folder || sync_is_selecting(s, p->sync);
	return !is_here || p->epoch != p->sync->epoch;
}

/* ---- Writing what was gathered. ---- */

static void sync_touch(struct session *s, struct folder_sync *sync)
{
	live_touch(sync_engine(s), sync->folder_id);
	s->run->engine->folders_dirty = true;
}

static bool sync_write_gone(struct session *s, struct folder_sync *sync, struct error *err)
{
	size_t removed = 0;
	if (sync->gone.count == 0)
		return true;
	/* struct imap_range and struct uid_range say the same; the store knows no protocol. */
	struct uid_range *ranges = mem_new_array(sync->gone.count, sizeof(*ranges));
	for (size_t i = 0; i < sync->gone.count; i++)
		ranges[i] =
			(struct uid_range){sync->gone.ranges[i].first, sync->gone.ranges[i].last};
	bool ok = cache_expunge(sync_engine(s)->cache, sync->folder_id, ranges, sync->gone.count,
		NULL, &removed, err);
	mem_free(ranges);
	imap_set_done(&sync->gone);
	sync->gone = (struct imap_set){0};
	if (removed > 0)
		sync_touch(s, sync);
	return ok;
}

/* All that was gathered, and where the store stands then. */
bool sync_write(struct session *s, struct folder_sync *sync, const struct cache_cursor *cursor)
{
	struct error err;
	struct cache *cache = sync_engine(s)->cache;
	struct sync_batch *batch = &sync->batch;
	size_t changed = 0;
	bool has_rows = batch->row_count > 0, has_flags = batch->flag_count > 0;
	bool ok = sync_write_gone(s, sync, &err);
	if (ok && has_rows)
		ok = cache_headers_save(cache, sync->folder_id, batch->rows, batch->row_count,
			has_flags ? NULL : cursor, &err);
	if (ok && has_flags)
		ok = cache_flags_save(cache, sync->folder_id, batch->flags, batch->flag_count,
			cursor, &changed, &err);
	if (ok && !has_rows && !has_flags && cursor != NULL)
		ok = cache_cursor_save(cache, sync->folder_id, cursor, &err);
	if (has_rows)
		s->run->threads_are_joined = false;
	if (ok && (has_rows || changed > 0))
		sync_touch(s, sync);
	sync_batch_clear(batch);
	if (ok)
		return true;
	engine_storage_failed(sync_engine(s), &err);
	return session_fail(s, &err);
}

static void sync_flush_one(struct session *s, struct folder_sync *sync)
{
	if (sync == NULL || sync->is_resetting || sync->is_aside || s->state == SESSION_OVER)
		return;
	/* The first screen of a new folder comes whole: its rows are the newest, in ascending
	 * order. */
	if (sync->have_low == 0 && sync->windows > 0)
		return;
	if (sync->batch.row_count > 0 || sync->batch.flag_count > 0 || sync->gone.count > 0)
		sync_write(s, sync, NULL);
}

void sync_flush(struct session *s)
{
	sync_flush_one(s, s->folder);
	for (struct folder_sync *sync = s->selecting; sync != NULL; sync = sync->earlier)
		sync_flush_one(s, sync);
}

/* ---- Messages coming in. ---- */

static void sync_tell_new(struct session *s, struct folder_sync *sync)
{
	const struct cache_header *row = &sync->batch.rows[sync->batch.row_count - 1];
	if (row->uid < sync->have_next || (row->flags & (FLAG_SEEN | FLAG_DELETED)) != 0)
		return;
	struct event *event = event_new(EVENT_NEW_MAIL);
	event->account_id = s->run->account->account_id;
	event->folder_id = sync->folder_id;
	event->place_id = place_make(sync->folder_id, row->uid);
	event->row = mem_new(sizeof(*event->row));
	event->row->place_id = event->place_id;
	event->row->flags = row->flags;
	event->row->date = row->date;
	event->row->from_name = mem_str(row->from_name);
	event->row->from_addr = mem_str(row->from_addr);
	event->row->to_name = mem_str(row->to_name);
	event->row->subject = mem_str(row->subject);
	engine_post(sync_engine(s), event);
}

static void sync_row(
	struct session *s, struct folder_sync *sync, const struct imap_fetch *fetch, flags_t flags)
{
	sync_batch_add_header(&sync->batch, s->run->account, fetch, flags);
	if (!sync->new_is_out || fetch->uid < sync->have_next)
		return;
	if (fetch->uid >= sync->new_next && fetch->uid < UINT32_MAX)
		sync->new_next = fetch->uid + 1;
	if (sync->tells_new && sync->local.role == ROLE_INBOX)
		sync_tell_new(s, sync);
}

static flags_t sync_flags_of(struct session *s, const struct imap_fetch *fetch)
{
	flags_t flags = fetch->flags & ~FLAG_RECENT;
	for (size_t i = 0; i < fetch->keyword_count; i++) {
		flags_t bit = 0;
		if (cache_keyword_bit(sync_engine(s)->cache, s->run->account->account_id,
			    fetch->keywords[i], &bit, NULL))
			flags |= bit;
	}
	return flags;
}

/* Which UID has message number n: exact while the store holds the newest messages without a hole.
 * The numbers run to EXISTS, so they are counted from the end. */
static uint32_t sync_uid_of_number(struct session *s, struct folder_sync *sync, uint32_t number)
{
	uint32_t count = 0, uid = 0;
	if (!sync->is_checked || number == 0 || number > sync->exists ||
		!cache_uid_count(
			sync_engine(s)->cache, sync->folder_id, 1, UINT32_MAX, &count, NULL))
		return 0;
	if (sync->have_low == 1 ? count != sync->exists : number + count <= sync->exists)
		return 0;
	/* A copy that landed behind what is here already leaves a hole until that is fetched. */
	if (sync->have_low != 1 && sync->new_is_out)
		return 0;
	if (!cache_uid_at(sync_engine(s)->cache, sync->folder_id,
		    number - 1 - (sync->exists - count), &uid, NULL))
		return 0;
	return uid;
}

static void sync_fetch(struct session *s, struct folder_sync *sync, const struct imap_fetch *fetch)
{
	struct imap_fetch one = *fetch;
	if (one.uid == 0 && one.has_flags) {
		sync_flush(s);
		one.uid = sync_uid_of_number(s, sync, one.number);
	}
	if (one.uid == 0) {
		if (one.has_flags && sync->is_open)
			sync->want_numbers++;
		return;
	}
	flags_t flags = sync_flags_of(s, &one);
	if (one.has_header && one.has_flags && one.has_size)
		sync_row(s, sync, &one, flags);
	else if (one.has_flags)
		sync_batch_add_flags(&sync->batch, &one, flags);
	if (sync->batch.row_count >= SYNC_BATCH_ROWS || sync->batch.flag_count >= SYNC_BATCH_ROWS)
		sync_write(s, sync, NULL);
}

/* Fewer are there, and fewer were there when was last looked for new ones: else a message that
 * comes in the same breath would only make up the number. */
static void sync_shrink(struct folder_sync *sync, uint64_t gone)
{
	sync->exists -= gone > sync->exists ? sync->exists : (uint32_t)gone;
	sync->new_exists -= gone > sync->new_exists ? sync->new_exists : (uint32_t)gone;
}

static void sync_vanished(struct folder_sync *sync, const struct imap_event *event)
{
	for (size_t i = 0; i < event->set->count; i++)
		imap_set_add(&sync->gone, event->set->ranges[i].first, event->set->ranges[i].last);
	if (!event->is_earlier)
		sync_shrink(sync, imap_set_size(event->set));
}

static void sync_expunged(struct session *s, struct folder_sync *sync, uint32_t number)
{
	sync_flush(s);
	uint32_t uid = sync_uid_of_number(s, sync, number);
	if (number >= 1 && number <= sync->exists)
		sync_shrink(sync, 1);
	if (uid == 0) {
		sync->check = CHECK_COUNT;
		sync->is_checked = false;
		return;
	}
	imap_set_add(&sync->gone, uid, uid);
	sync_flush(s);
}

static void sync_code(struct session *s, struct folder_sync *sync, const struct imap_event *event)
{
	switch (event->code) {
	case IMAP_CODE_UIDVALIDITY:
		sync->uidvalidity = (uint32_t)event->code_number;
		sync->is_resetting = sync->local.uidvalidity != 0 &&
				     sync->uidvalidity != sync->local.uidvalidity;
		return;
	case IMAP_CODE_UIDNEXT:
		sync->uidnext = (uint32_t)event->code_number;
		return;
	case IMAP_CODE_HIGHESTMODSEQ:
		/* Servers say it without CONDSTORE (Yahoo): then it is worth nothing. */
		if (session_has(s, IMAP_CAP_CONDSTORE) || session_has(s, IMAP_CAP_QRESYNC))
			sync->modseq = event->code_number;
		return;
	case IMAP_CODE_NOMODSEQ:
		sync->no_modseq = true;
		sync->modseq = 0;
		return;
	case IMAP_CODE_PERMANENTFLAGS:
		sync->has_permanent = true;
		sync->permanent = event->flags;
		sync->may_create_keywords = event->may_create_keywords;
		return;
	case IMAP_CODE_READ_ONLY:
		sync->is_read_only = true;
		return;
	case IMAP_CODE_READ_WRITE:
		sync->is_read_only = false;
		return;
	default: /* the other codes say nothing about a folder */
		return;
	}
}

void sync_event(struct session *s, const struct imap_event *event)
{
	struct folder_sync *sync = session_folder(s);
	if (sync != NULL && sync->is_aside && event->kind != IMAP_STATUS_TEXT)
		return;
	if (event->kind == IMAP_SEARCH) {
		const struct pending *p = session_of_command(s, event->search.command);
		if (act_found(s, p, event->search.set) ||
			select_found(sync_engine(s), p, event->search.set))
			return;
		if (sync != NULL && p != NULL && p->sync == sync)
			sync_check_result(sync, p, event->search.set);
		return;
	}
	if (sync == NULL)
		return;
	switch (event->kind) {
	case IMAP_STATUS_TEXT:
		sync_code(s, sync, event);
		return;
	case IMAP_EXISTS:
		sync->exists = (uint32_t)event->number;
		return;
	case IMAP_EXPUNGE:
		sync_expunged(s, sync, (uint32_t)event->number);
		return;
	case IMAP_VANISHED:
		sync_vanished(sync, event);
		return;
	case IMAP_FETCH:
		sync_fetch(s, sync, &event->fetch);
		return;
	default: /* FLAGS, RECENT: read, never relied on */
		return;
	}
}

/* ---- Windows. ---- */

static struct str sync_items(const struct session *s)
{
	return s->is_enabled_condstore ? STR(SYNC_HEADER_ITEMS_CONDSTORE) : STR(SYNC_HEADER_ITEMS);
}

static struct pending *sync_ask_range(struct session *s, struct folder_sync *sync, uint32_t low,
	uint32_t high, session_answer *answer)
{
	char set[32];
	snprintf(set, sizeof(set), "%u:%u", (unsigned)low, (unsigned)high);
	unsigned command = imap_fetch(s->imap, true, str_from(set), sync_items(s), 0, false);
	struct pending *p = session_expect(s, command, answer);
	p->sync = sync;
	p->epoch = sync->epoch;
	p->folder_id = sync->folder_id;
	p->low = low;
	p->high = high;
	return p;
}

static void sync_progress(struct session *s, struct folder_sync *sync)
{
	uint32_t count = 0;
	if (!live_is_watched(sync_engine(s), sync->folder_id) ||
		!cache_uid_count(
			sync_engine(s)->cache, sync->folder_id, 1, UINT32_MAX, &count, NULL))
		return;
	struct event *event = event_new(EVENT_PROGRESS);
	event->account_id = s->run->account->account_id;
	event->folder_id = sync->folder_id;
	event->done = count;
	event->total = sync->exists;
	engine_post_latest(
		sync_engine(s), (uint64_t)EVENT_PROGRESS << 32 | (uint32_t)sync->folder_id, event);
}

/* The next window grows or shrinks so that it takes about as long as a person does not notice. */
static void sync_adapt(struct session *s, struct folder_sync *sync)
{
	int64_t took = sync_engine(s)->now - sync->window_sent;
	if (took < SYNC_WINDOW_MS / 2)
		sync->window *= 2;
	else if (took > SYNC_WINDOW_MS * 2)
		sync->window /= 2;
	if (sync->window < SYNC_WINDOW_MIN)
		sync->window = SYNC_WINDOW_MIN;
	if (sync->window > SYNC_WINDOW_MAX)
		sync->window = SYNC_WINDOW_MAX;
	sync->window_sent = sync_engine(s)->now;
}

/* Asked again in smaller windows; what is out below is void, or a hole would stay unseen. In the
 * end this session does without. */
static void sync_window_refused(struct session *s, struct folder_sync *sync, struct str words)
{
	log_line(sync_engine(s)->options.log, "%s gives no headers of %s: %.*s", s->name,
		sync->wire, (int)words.len, words.data);
	sync->epoch++;
	if (sync->changed_is_out) { /* its answer is void too: compared by SEARCH instead */
		sync->changed_is_out = false;
		sync->checks = 0;
		sync->check = CHECK_FLAGS;
	}
	sync->windows = 0;
	sync->new_is_out = false;
	sync->new_exists = 0;
	sync->fetch_low = sync->have_low != 0 ? sync->have_low : sync->uidnext;
	sync->window /= 2;
	sync->is_refused = ++sync->refusals >= SYNC_REFUSALS;
}

static void sync_window_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	struct folder_sync *sync = p->sync;
	if (sync_is_late(s, p))
		return;
	sync->windows--;
	if (sync->is_resetting)
		return;
	if (event->status != IMAP_OK) {
		sync_window_refused(s, sync, event->text);
		return;
	}
	struct cache_cursor cursor = {
		.uidvalidity = sync->uidvalidity,
		.synced_low = p->low,
		.server_total = sync->exists,
	};
	if (sync->have_low == 0) {
		/* The first window reaches up to what SELECT promised. */
		cursor.uidnext = sync->uidnext;
		cursor.modseq = sync->modseq;
		sync->have_next = sync->uidnext;
	}
	sync->have_low = p->low;
	sync_write(s, sync, &cursor);
	sync_adapt(s, sync);
	sync_progress(s, sync);
	if (sync->have_low == 1)
		sync_touch(s, sync);
}

/* Asks for the window below what was asked for so far. */
static bool sync_fill(struct session *s, struct folder_sync *sync)
{
	uint32_t count = 0;
	if (sync->fetch_low <= 1 || sync->windows >= SYNC_WINDOWS_OUT || sync->is_refused)
		return false;
	if (!cache_uid_count(sync_engine(s)->cache, sync->folder_id, 1, UINT32_MAX, &count, NULL))
		return false;
	uint32_t remaining = sync->exists > count ? sync->exists - count : 0;
	uint32_t high = sync->fetch_low;
	uint32_t low = remaining == 0 ? 1 : sync_plan_window(high, remaining, sync->window);
	bool is_top = sync->have_low == 0 && sync->windows == 0;
	sync_ask_range(s, sync, low, is_top ? UINT32_MAX : high - 1, sync_window_answer);
	sync->fetch_low = low;
	sync->windows++;
	if (sync->windows == 1)
		sync->window_sent = sync_engine(s)->now;
	return true;
}

/* ---- What is new. ---- */

static void sync_new_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	struct folder_sync *sync = p->sync;
	if (sync_is_late(s, p))
		return;
	sync->new_is_out = false;
	if (event->status != IMAP_OK && ++sync->refusals < SYNC_REFUSALS)
		sync->new_exists = 0; /* asked again */
	if (event->status != IMAP_OK || sync->is_resetting)
		return;
	if (sync->new_next > sync->have_next)
		sync->have_next = sync->new_next;
	if (p->number != 0 && sync->uidnext > sync->have_next)
		sync->have_next = sync->uidnext;
	struct cache_cursor cursor = {
		.uidnext = sync->have_next,
		/* Not past changes of flags that are still to come. */
		.modseq = p->number != 0 && !sync->changed_is_out ? sync->modseq : 0,
		.server_total = sync->exists,
	};
	sync_write(s, sync, &cursor);
}

/* is_first: in the flight of SELECT, so that its UIDNEXT and HIGHESTMODSEQ hold when it is
 * answered. */
static void sync_ask_new(struct session *s, struct folder_sync *sync, bool is_first)
{
	struct pending *p = sync_ask_range(s, sync, sync->have_next, UINT32_MAX, sync_new_answer);
	p->number = is_first;
	sync->new_is_out = true;
	sync->tells_new = !is_first || s->run->was_online;
	sync->new_exists = sync->exists;
}

/* Changes of flags since the cursor, where the server tells them only when asked (CONDSTORE). */
static void sync_changed_answer(
	struct session *s, struct pending *p, const struct imap_event *event)
{
	struct folder_sync *sync = p->sync;
	if (sync_is_late(s, p))
		return;
	sync->checks--;
	sync->changed_is_out = false;
	if (event->status != IMAP_OK) {
		sync->check = CHECK_FLAGS;
		return;
	}
	struct cache_cursor cursor = {.modseq = sync->modseq, .server_total = sync->exists};
	sync_write(s, sync, &cursor);
}

static void sync_ask_changed(struct session *s, struct folder_sync *sync)
{
	char set[32];
	snprintf(set, sizeof(set), "1:%u", (unsigned)(sync->have_next - 1));
	unsigned command = imap_fetch(
		s->imap, true, str_from(set), STR("(UID FLAGS MODSEQ)"), sync->local.modseq, false);
	struct pending *p = session_expect(s, command, sync_changed_answer);
	p->sync = sync;
	p->epoch = sync->epoch;
	sync->changed_is_out = true;
	sync->checks++;
}

/* ---- SELECT. ---- */

static void sync_folder_is_gone(struct session *s, struct folder_sync *sync, struct str words)
{
	struct event *notice =
		engine_notice(sync_engine(s), NOTICE_FOLDER_GONE, s->run->account->account_id);
	struct folder folder = {0};
	notice->folder_id = sync->folder_id;
	if (cache_folder_get(sync_engine(s)->cache, sync->folder_id, &folder, NULL))
		notice->text = mem_text(folder.name);
	folder_done(&folder);
	error_set(&notice->error, ERROR_REFUSED, "%.*s", (int)words.len, words.data);
	engine_post(sync_engine(s), notice);
}

static void sync_tell_reset(struct session *s, struct folder_sync *sync)
{
	struct event *notice =
		engine_notice(sync_engine(s), NOTICE_FOLDER_RESET, s->run->account->account_id);
	notice->folder_id = sync->folder_id;
	notice->text = mem_text(sync->wire);
	engine_post(sync_engine(s), notice);
}

/* There is nothing to fetch: all of it is here. */
static void sync_mark_empty(struct session *s, struct folder_sync *sync)
{
	struct cache_cursor cursor = {
		.uidvalidity = sync->uidvalidity,
		.uidnext = sync->uidnext,
		.modseq = sync->modseq,
		.synced_low = 1,
		.server_total = 0,
	};
	sync->have_low = 1;
	sync->have_next = sync->uidnext;
	sync_write(s, sync, &cursor);
}

/* One slice of clearing a folder whose UIDs mean something else now. */
static bool sync_reset(struct session *s, struct folder_sync *sync)
{
	bool is_done = false;
	struct error err;
	sync_batch_clear(&sync->batch);
	if (!cache_folder_reset(sync_engine(s)->cache, sync->folder_id, sync->uidvalidity,
		    SYNC_RESET_ROWS, &is_done, &err)) {
		engine_storage_failed(sync_engine(s), &err);
		return session_fail(s, &err);
	}
	sync_touch(s, sync);
	if (!is_done)
		return true;
	sync->is_resetting = false;
	sync->epoch++;
	sync->windows = sync->checks = 0;
	sync->new_is_out = false;
	sync->new_exists = sync->exists;
	sync->local.uidvalidity = sync->uidvalidity;
	sync->have_low = sync->have_next = 0;
	sync->fetch_low = sync->exists > 0 ? sync->uidnext : 1;
	sync->is_checked = true;
	sync->check = CHECK_NONE;
	if (sync->exists == 0)
		sync_mark_empty(s, sync);
	return true;
}

static void sync_plan_steps(struct session *s, struct folder_sync *sync, bool changes_told)
{
	struct sync_side here = {
		.uidvalidity = sync->local.uidvalidity,
		.uidnext = sync->local.uidnext,
		.modseq = sync->local.modseq,
		.low = sync->local.synced_low,
	};
	struct sync_side server = {
		.uidvalidity = sync->uidvalidity,
		.uidnext = sync->uidnext,
		.modseq = sync->modseq,
		.total = sync->exists,
	};
	struct sync_plan plan = sync_plan_make(&here, &server, changes_told);
	if (plan.is_reset) {
		sync->is_resetting = true;
		sync_tell_reset(s, sync);
		return;
	}
	if (sync->fetch_low == 0)
		sync->fetch_low = plan.fill ? plan.fill_below : 1;
	if (plan.fetch_new && !sync->new_is_out && sync->have_next != 0)
		sync_ask_new(s, sync, true);
	sync->check = plan.check;
	sync->is_checked = plan.check == CHECK_NONE;
	if (here.low == 0 && sync->exists == 0)
		sync_mark_empty(s, sync);
}

/* Without UIDNEXT (163.com, Winmail) the highest UID here is what there is to go by. */
static void sync_mend_select(struct folder_sync *sync)
{
	if (sync->uidnext == 0)
		sync->uidnext = sync->local.uidnext != 0 ? sync->local.uidnext : UINT32_MAX;
	if (sync->uidvalidity == 0)
		sync->uidvalidity = 1;
	if (sync->is_examined)
		sync->is_read_only = true;
}

/* Nothing needs to be compared but the numbers, and they are equal. */
static bool sync_counts_agree(struct session *s, struct folder_sync *sync)
{
	uint32_t count = 0;
	return sync->check == CHECK_COUNT &&
	       cache_uid_count(
		       sync_engine(s)->cache, sync->folder_id, 1, UINT32_MAX, &count, NULL) &&
	       count == sync->exists;
}

/* Another folder takes its place: what was gathered is written, and whether it is done with is
 * told. */
static void sync_leave(struct session *s)
{
	struct folder_sync *old = s->folder;
	if (old == NULL)
		return;
	if (old->is_aside) {
		account_run_visited(s->run, old->folder_id, false);
		folder_sync_free(old);
		s->folder = NULL;
		return;
	}
	sync_flush_one(s, old);
	if (!old->is_checked && sync_counts_agree(s, old))
		old->is_checked = true;
	account_run_visited(s->run, old->folder_id, sync_is_complete(old));
	folder_sync_free(old);
	s->folder = NULL;
}

void sync_let_go(struct session *s)
{
	sync_leave(s);
}

static void sync_select_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	struct folder_sync *sync = p->sync;
	struct error err;
	if (!sync_is_selecting(s, sync))
		return;
	sync_unlink(s, sync);
	sync_code(s, sync, event);
	if (sync->is_aside && event->status == IMAP_OK &&
		sync->uidvalidity == sync->local.uidvalidity) {
		sync_leave(s);
		s->folder = sync;
		sync->is_open = true;
		sync->is_resetting = false;
		return;
	}
	if (event->status != IMAP_OK) {
		sync_folder_is_gone(s, sync, event->text);
		s->refused_folder = sync->folder_id;
		s->refused_at = sync_engine(s)->now;
		account_run_folder_failed(s->run, sync->folder_id);
		folder_sync_free(sync);
		sync_leave(s); /* a failed SELECT leaves none selected */
		return;
	}
	sync_leave(s);
	s->folder = sync;
	sync->is_open = true;
	sync->new_exists = sync->exists;
	sync_mend_select(sync);
	struct cache_status status = {
		.server_total = sync->exists,
		.server_unseen = UINT32_MAX,
		.server_uidnext = sync->uidnext,
		.server_modseq = sync->modseq,
		.uidvalidity = sync->uidvalidity,
	};
	if (!cache_folder_status(sync_engine(s)->cache, sync->folder_id, &status, &err))
		engine_storage_failed(sync_engine(s), &err);
	bool qresync = p->number != 0 && s->is_enabled_qresync;
	bool can_change = sync->local.modseq != 0 && sync->modseq != 0 && !sync->is_resetting;
	sync_plan_steps(s, sync, qresync || can_change);
	if (sync->is_resetting)
		return;
	if (can_change && !qresync && sync->modseq != sync->local.modseq)
		sync_ask_changed(s, sync);
	if (qresync && sync->local.modseq != sync->modseq && !sync->new_is_out) {
		struct cache_cursor cursor = {.modseq = sync->modseq, .server_total = sync->exists};
		sync_write(s, sync, &cursor);
	}
	live_touch(sync_engine(s), sync->folder_id);
}

static bool sync_load_local(struct session *s, struct folder_sync *sync)
{
	struct error err;
	if (!cache_folder_get(sync_engine(s)->cache, sync->folder_id, &sync->local, &err)) {
		engine_storage_failed(sync_engine(s), &err);
		return false;
	}
	sync->wire = sync->local.wire;
	sync->local.wire = NULL;
	mem_free(sync->local.name);
	sync->local.name = NULL;
	sync->have_next = sync->local.uidnext;
	sync->have_low = sync->local.synced_low;
	return true;
}

/* What can be asked in the flight of SELECT, before its answer: what is new behind the cursor, or
 * of a folder never seen the newest, by what STATUS said. */
static void sync_ask_along(struct session *s, struct folder_sync *sync)
{
	struct cache_status server;
	if (sync->local.synced_low != 0) {
		sync_ask_new(s, sync, true);
		return;
	}
	if (!cache_folder_server(sync_engine(s)->cache, sync->folder_id, &server, NULL) ||
		server.server_uidnext == UINT32_MAX || server.server_uidnext < 2 ||
		server.server_total == UINT32_MAX || server.server_total == 0)
		return;
	uint32_t low =
		sync_plan_window(server.server_uidnext, server.server_total, SYNC_FIRST_WINDOW);
	sync_ask_range(s, sync, low, UINT32_MAX, sync_window_answer);
	sync->fetch_low = low;
	sync->windows = 1;
	sync->window_sent = sync_engine(s)->now;
}

void sync_select(struct session *s, int64_t folder_id)
{
	struct folder_sync *sync = mem_new(sizeof(*sync));
	sync->folder_id = folder_id;
	sync->window = SYNC_FIRST_WINDOW;
	if (!sync_load_local(s, sync)) {
		folder_sync_free(sync);
		return;
	}
	sync_flush(s);
	if (!s->is_bulk)
		bulk_let_go(s->run, folder_id);
	sync->is_aside = s->is_bulk && bulk_is_taken(s->run, folder_id);
	struct imap_select select = {
		.folder = str_from(sync->wire),
		.condstore = session_has(s, IMAP_CAP_CONDSTORE) && !s->is_enabled_condstore,
		.read_only = sync->is_aside || (s->wish_folder != folder_id &&
						       live_is_examined(sync_engine(s), folder_id)),
	};
	sync->is_examined = select.read_only;
	if (!sync->is_aside && s->is_enabled_qresync && sync->local.uidvalidity != 0 &&
		sync->local.modseq != 0) {
		select.uidvalidity = sync->local.uidvalidity;
		select.modseq = sync->local.modseq;
	}
	struct pending *p = session_expect(s, imap_select(s->imap, &select), sync_select_answer);
	p->sync = sync;
	p->folder_id = folder_id;
	p->number = select.modseq != 0;
	if (select.condstore)
		s->is_enabled_condstore = true;
	sync->earlier = s->selecting;
	s->selecting = sync;
	if (!sync->is_aside)
		sync_ask_along(s, sync);
}

/* ---- What is next. ---- */

/* The numbers agree, or what differs is looked for. Only when the store should hold all. */
static bool sync_compare(struct session *s, struct folder_sync *sync)
{
	if (sync->is_checked || sync->checks > 0 || sync->new_is_out || sync->windows > 0 ||
		sync->have_low != 1)
		return false;
	sync->is_checked = true;
	if (sync_counts_agree(s, sync) || sync->rechecks++ > 3)
		return false;
	sync_check_ask(s, sync);
	return true;
}

static bool sync_ask_missing(struct session *s, struct folder_sync *sync)
{
	if (sync->missing.count == 0 || sync->new_is_out)
		return false;
	struct imap_range range = sync->missing.ranges[0];
	sync->tells_new = false;
	memmove(sync->missing.ranges, sync->missing.ranges + 1,
		--sync->missing.count * sizeof(range));
	sync_ask_range(s, sync, range.first, range.last, sync_new_answer);
	sync->new_is_out = true;
	return true;
}

bool sync_next(struct session *s)
{
	struct folder_sync *sync = s->folder;
	if (sync == NULL || s->selecting != NULL || sync->is_aside)
		return false;
	if (sync->is_resetting)
		return sync_reset(s, sync);
	if (!sync->new_is_out && sync->exists > sync->new_exists && sync->have_next != 0 &&
		sync->have_low != 0) {
		sync_ask_new(s, sync, false);
		return true;
	}
	if (sync->exists < sync->new_exists)
		sync->new_exists = sync->exists;
	if (sync->want_numbers > 0 && sync->checks == 0) {
		sync->want_numbers = 0;
		sync->check = CHECK_FLAGS;
		sync->is_checked = false;
	}
	return sync_fill(s, sync) || sync_check_slice(s, sync) || sync_compare(s, sync) ||
	       sync_ask_missing(s, sync);
}

bool sync_may_leave(const struct folder_sync *sync)
{
	if (sync->is_aside)
		return sync->is_open;
	if (!sync->is_open)
		return sync->new_is_out || sync->windows > 0;
	return !sync->is_resetting && sync->fetch_low <= 1 && sync->check != CHECK_FLAGS &&
	       sync->compares == NULL && sync->missing.count == 0 && sync->checks == 0;
}

bool sync_may_idle(const struct folder_sync *sync)
{
	return sync->is_open && !sync->is_resetting && sync->have_low == 1 && sync->windows == 0 &&
	       sync->checks == 0 && sync->compares == NULL && sync->missing.count == 0;
}

bool sync_is_complete(const struct folder_sync *sync)
{
	bool is_full = sync->have_low == 1 && sync->is_checked;
	if (sync->is_aside)
		return sync->is_open;
	return sync->is_open && !sync->is_resetting && (is_full || sync->is_refused) &&
	       sync->windows == 0 && !sync->new_is_out && sync->checks == 0 &&
	       sync->missing.count == 0 && sync->compares == NULL &&
	       (sync->exists <= sync->new_exists || sync->have_low == 0);
}

/* The connection that keeps the folder up to date; NULL when none has it. */
static const struct folder_sync *sync_keeper(const struct engine *engine, int64_t folder_id)
{
	for (size_t i = 0; i < engine->run_count; i++) {
		const struct session *both[] = {engine->runs[i]->session, engine->runs[i]->bulk};
		for (size_t k = 0; k < 2; k++) {
			const struct folder_sync *sync = both[k] != NULL ? both[k]->folder : NULL;
			if (sync != NULL && sync->folder_id == folder_id && !sync->is_aside)
				return sync;
		}
	}
	return NULL;
}

bool sync_is_busy(const struct engine *engine, int64_t folder_id)
{
	const struct folder_sync *sync = sync_keeper(engine, folder_id);
	return sync != NULL && !sync_is_complete(sync);
}

bool sync_is_read_only(const struct engine *engine, int64_t folder_id)
{
	const struct folder_sync *sync = sync_keeper(engine, folder_id);
	return sync != NULL && sync->is_read_only;
}
