/*
 * Messages into the local Inbox, a batch a transaction; then what the settings want off the server.
 *
 * First, as long as something may have come back under another key, headers alone: what they show
 * to be here already is not fetched. Then whole messages, as many at a time as fit a window. What
 * is answered waits for its batch; large ones go to the disk as they come.
 */
#include "engine/pop3_session.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/local.h"

enum {
	FETCH_WINDOW = 256 * 1024, /* bytes of LIST that are out */
	FETCH_COMMANDS = 50,
	FETCH_BATCH = 100, /* messages of a transaction */
	FETCH_HELD = 512 * 1024,
	FETCH_SPILL = 256 * 1024, /* one that is larger goes to the disk as it comes */
	FETCH_DELETES = 500,
};

static struct cache *fetch_cache(const struct pop3_session *s)
{
	return s->run->engine->cache;
}

static int64_t fetch_account(const struct pop3_session *s)
{
	return s->run->account->account_id;
}

static bool fetch_failed(struct pop3_session *s, const struct error *err)
{
	engine_storage_failed(s->run->engine, err);
	return pop3_fail_with(s, err);
}

/* ---- A message that is coming. ---- */

static void item_done(struct pop3_item *item)
{
	buf_done(&item->bytes);
	cache_blob_cancel(item->blob);
	digest_free(item->head);
	digest_free(item->whole);
}

void pop3_fetch_free(struct pop3_session *s)
{
	for (size_t i = 0; i < s->item_count; i++)
		item_done(&s->items[i]);
	mem_free(s->items);
	s->items = NULL;
	s->item_count = 0;
}

static void item_add(struct pop3_session *s, size_t at)
{
	s->items = array_room(s->items, s->item_count, &s->item_cap, sizeof(*s->items));
	s->items[s->item_count++] = (struct pop3_item){
		.at = at,
		.head = digest_new(),
		.whole = digest_new(),
	};
	s->listed[at].state = POP3_ASKED;
	s->bytes_out += s->listed[at].size;
}

/* The header up to and with the empty line. */
static void item_hash_head(struct pop3_item *item, struct str bytes)
{
	size_t i = 0;
	while (i < bytes.len && !item->head_ends) {
		char c = bytes.data[i++];
		item->head_ends =
			c == '\n' && (item->tail[2] == '\n' ||
					     (item->tail[2] == '\r' && item->tail[1] == '\n') ||
					     item->length + i <= 2);
		item->tail[0] = item->tail[1];
		item->tail[1] = item->tail[2];
		item->tail[2] = c;
	}
	digest_add(item->head, str_first(bytes, i));
}

static bool item_bytes(struct pop3_session *s, struct pop3_item *item, struct str bytes)
{
	struct error err;
	if (!item->head_ends)
		item_hash_head(item, bytes);
	item->length += bytes.len;
	if (s->phase == POP3_HEADING)
		return true;
	digest_add(item->whole, bytes);
	if (item->blob == NULL && item->bytes.len + bytes.len > FETCH_SPILL) {
		item->blob = cache_blob_begin(fetch_cache(s));
		if (!cache_blob_append(item->blob, buf_str(&item->bytes), &err))
			return fetch_failed(s, &err);
		s->bytes_held -= item->bytes.len;
		buf_done(&item->bytes);
	}
	if (item->blob != NULL)
		return cache_blob_append(item->blob, bytes, &err) || fetch_failed(s, &err);
	buf_add(&item->bytes, bytes);
	s->bytes_held += bytes.len;
	return true;
}

static struct pop3_item *item_current(struct pop3_session *s, uint32_t number)
{
	struct pop3_item *item = s->item_done < s->item_count ? &s->items[s->item_done] : NULL;
	return item != NULL && s->listed[item->at].number == number ? item : NULL;
}

static void item_answered(struct pop3_session *s, const struct pop3_event *event)
{
	struct pop3_item *item = item_current(s, event->number);
	if (item == NULL) {
		pop3_fail(s, ERROR_PROTOCOL, "the server answers what was not asked", STR(""));
		return;
	}
	struct pop3_listed *entry = &s->listed[item->at];
	item->is_answered = true;
	/* Something was promised and nothing came: that is no message. */
	item->is_good = event->is_ok && (item->length > 0 || entry->size == 0);
	s->bytes_out -= entry->size;
	s->item_done++;
	if (event->verb == POP3_VERB_TOP && !event->is_ok)
		s->top_is_refused = true;
}

/* ---- Committing. ---- */

static struct cache_uidl item_row(struct pop3_session *s, struct pop3_item *item)
{
	const struct pop3_listed *entry = &s->listed[item->at];
	struct cache_uidl row = {.size = entry->size, .first_seen = s->run->engine->wall};
	unsigned char hash[DIGEST_BYTES];
	digest_finish_bytes(item->head, hash);
	memcpy(row.head, hash, sizeof(row.head));
	digest_finish_bytes(item->whole, hash);
	if (s->phase == POP3_FETCHING)
		memcpy(row.whole, hash, sizeof(row.whole));
	if (entry->has_key) {
		memcpy(row.key, entry->key, sizeof(row.key));
		return row;
	}
	/* Known by content: a key of its own, until the next look finds it without one again. */
	struct buf text = {0};
	buf_add_bytes(&text, row.head, sizeof(row.head));
	buf_addf(&text, " %lld %u", (long long)s->run->engine->wall, (unsigned)entry->number);
	digest_bytes(buf_str(&text), hash);
	memcpy(row.key, hash, sizeof(row.key));
	buf_done(&text);
	return row;
}

static bool item_store(
	struct pop3_session *s, struct pop3_item *item, struct cache_uidl *row, struct error *err)
{
	struct cache_local_mail mail = {.arrived = s->run->engine->wall};
	struct cache_blob *blob = item->blob;
	uint32_t uid;
	if (blob == NULL) {
		if (!cache_blob_add(fetch_cache(s), buf_str(&item->bytes), &mail.blob_id, err))
			return false;
	} else {
		item->blob = NULL;
		if (!cache_blob_finish(blob, &mail.blob_id, err))
			return false;
	}
	row->blob_id = mail.blob_id;
	return cache_local_add(fetch_cache(s), s->inbox, &mail, &uid, err) &&
	       cache_uidl_save(fetch_cache(s), fetch_account(s), row, err);
}

static bool item_commit(struct pop3_session *s, struct pop3_item *item, struct error *err)
{
	struct pop3_listed *entry = &s->listed[item->at];
	bool is_found = false;
	if (!item->is_good) {
		entry->state = s->phase == POP3_HEADING ? POP3_NEW : POP3_FAILED;
		return true;
	}
	struct cache_uidl row = item_row(s, item);
	if (s->gone > 0 && !cache_uidl_adopt(fetch_cache(s), fetch_account(s), &row,
				   s->phase == POP3_HEADING, &is_found, err))
		return false;
	if (is_found) {
		s->gone--;
		pop3_know(s, entry, &row);
		return true;
	}
	entry->state = s->phase == POP3_HEADING ? POP3_NEW : POP3_STORED;
	if (s->phase == POP3_HEADING)
		return true;
	entry->may_go = s->run->account->leave == LEAVE_NEVER;
	s->fetched++;
	return item_store(s, item, &row, err);
}

static void fetch_progress(struct pop3_session *s)
{
	struct event *event = event_new(EVENT_PROGRESS);
	event->account_id = fetch_account(s);
	event->folder_id = s->inbox;
	event->done = s->fetched;
	event->total = s->news;
	engine_post_latest(
		s->run->engine, (uint64_t)EVENT_PROGRESS << 32 | (uint32_t)s->inbox, event);
}

/* All that is answered becomes durable, or the connection ends. */
static bool fetch_commit(struct pop3_session *s)
{
	struct error err;
	size_t count = s->item_done;
	if (!cache_local_begin(fetch_cache(s), &err))
		return fetch_failed(s, &err);
	bool ok = true;
	for (size_t i = 0; ok && i < count; i++) {
		s->bytes_held -= s->items[i].bytes.len;
		ok = item_commit(s, &s->items[i], &err);
	}
	if (!cache_local_end(fetch_cache(s), ok, &err))
		return fetch_failed(s, &err);
	for (size_t i = 0; i < count; i++)
		item_done(&s->items[i]);
	s->item_count -= count;
	s->item_done = 0;
	memmove(s->items, s->items + count, s->item_count * sizeof(*s->items));
	if (s->phase == POP3_FETCHING) {
		local_changed(s->run->engine, s->inbox);
		fetch_progress(s);
	}
	return true;
}

static bool fetch_is_due(const struct pop3_session *s)
{
	bool is_last = s->item_done == s->item_count;
	return s->item_done >= FETCH_BATCH || s->bytes_held >= FETCH_HELD ||
	       (is_last && s->item_done > 0);
}

/* ---- Asking. ---- */

static bool fetch_wants(const struct pop3_session *s, const struct pop3_listed *entry)
{
	return entry->state == POP3_NEW && (s->phase == POP3_FETCHING || entry->size > 0);
}

static void fetch_ask(struct pop3_session *s)
{
	while (s->next < s->listed_count && s->item_count - s->item_done < FETCH_COMMANDS &&
		(s->bytes_out < FETCH_WINDOW || s->phase == POP3_HEADING)) {
		const struct pop3_listed *entry = &s->listed[s->next];
		if (fetch_wants(s, entry)) {
			item_add(s, s->next);
			if (s->phase == POP3_HEADING)
				pop3_top(s->pop3, entry->number, 0);
			else
				pop3_retr(s->pop3, entry->number);
		}
		s->next++;
		if (s->item_done >= FETCH_BATCH)
			return;
	}
}

static bool fetch_may_delete(const struct pop3_session *s, const struct pop3_listed *entry)
{
	return entry->may_go && !s->is_doubtful &&
	       (entry->state == POP3_STORED ||
		       (entry->state == POP3_KNOWN && entry->size == entry->row_size));
}

static void fetch_delete(struct pop3_session *s)
{
	while (s->next < s->listed_count && pop3_unanswered(s->pop3) < FETCH_DELETES) {
		struct pop3_listed *entry = &s->listed[s->next++];
		if (!fetch_may_delete(s, entry))
			continue;
		entry->state = POP3_DELETED;
		s->deleted++;
		pop3_dele(s->pop3, entry->number);
	}
	if (s->next < s->listed_count || pop3_unanswered(s->pop3) > 0)
		return;
	s->phase = POP3_QUITTING;
	pop3_quit(s->pop3);
}

/* ---- From one phase to the next. ---- */

static bool fetch_has_top(const struct pop3_session *s)
{
	bool is_unknown = !pop3_knows_capabilities(s->pop3);
	return !s->top_is_refused && (is_unknown || pop3_has(s->pop3, POP3_CAP_TOP));
}

static void fetch_next_phase(struct pop3_session *s)
{
	s->next = 0;
	if (s->phase == POP3_HEADING)
		s->phase = POP3_FETCHING;
	else
		s->phase = POP3_DELETING;
}

void pop3_fetch_start(struct pop3_session *s)
{
	struct error err;
	pop3_sort_by_number(s);
	if (!local_folder(s->run, "INBOX", &s->inbox, &err)) {
		fetch_failed(s, &err);
		return;
	}
	s->next = 0;
	s->phase = s->gone > 0 && s->news > 0 && fetch_has_top(s) ? POP3_HEADING : POP3_FETCHING;
}

bool pop3_fetch_step(struct pop3_session *s)
{
	for (;;) {
		if (s->phase == POP3_DELETING) {
			fetch_delete(s);
			return true;
		}
		if (s->phase == POP3_HEADING && (s->top_is_refused || s->gone == 0))
			s->next = s->listed_count;
		fetch_ask(s);
		if (s->item_done > 0 && fetch_is_due(s)) {
			if (!fetch_commit(s))
				return false;
			continue;
		}
		if (s->item_count > 0)
			return true;
		fetch_next_phase(s);
	}
}

void pop3_fetch_event(struct pop3_session *s, const struct pop3_event *event)
{
	struct pop3_item *item;
	if (event->kind == POP3_BYTES) {
		item = item_current(s, event->number);
		if (item == NULL)
			pop3_fail(s, ERROR_PROTOCOL, "the server answers what was not asked",
				STR(""));
		else
			item_bytes(s, item, event->text);
		return;
	}
	if (event->verb == POP3_VERB_RETR || event->verb == POP3_VERB_TOP)
		item_answered(s, event);
	else if (event->verb == POP3_VERB_QUIT)
		s->phase = POP3_OVER;
}
