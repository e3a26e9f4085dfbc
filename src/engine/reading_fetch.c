/* Bodies from the connection to the store. */
#include "engine/reading_state.h"

#include "base/memory.h"
#include "engine/session.h"
#include "engine/sync.h"
#include "proto/mime/mime.h"

#include <stdio.h>

enum {
	IDENTITY_BYTES = 64 * 1024,
};

/* A place without a UID yet has a number of its own, which must never be taken for one. */
static bool reading_may_fetch(const struct reading *r)
{
	return !r->is_settled && !place_is_temporary(r->place_id);
}

static struct reading *reading_of_account(struct session *s)
{
	struct reading_want want;
	for (struct reading *r = s->run->engine->readings; r != NULL; r = r->next)
		if (r->account_id == s->run->account->account_id && reading_may_fetch(r) &&
			r->out == 0 && reading_want(s->run->engine, r, &want))
			return r;
	return NULL;
}

int64_t reading_wants(const struct account_run *run)
{
	struct reading_want want;
	for (struct reading *r = run->engine->readings; r != NULL; r = r->next)
		if (r->account_id == run->account->account_id && reading_may_fetch(r) &&
			reading_want(run->engine, r, &want))
			return r->folder_id;
	return 0;
}

/* The server has given us another message than the one it listed (seen at Yahoo): then none. */
static bool reading_is_same(struct engine *engine, struct reading *r)
{
	struct buf head = {0}, id = {0};
	struct str raw;
	bool is_same = true;
	if (r->header_id == NULL || r->header_id[0] == '\0' ||
		!cache_body_read(
			engine->cache, r->message_id, STR(""), 0, IDENTITY_BYTES, &head, NULL))
		goto out;
	if (mime_field_find(buf_str(&head), "Message-ID", &raw)) {
		mime_ids_parse(raw, &id);
		struct str first =
			str_trim(str_first(buf_str(&id), str_find_char(buf_str(&id), '\n')));
		is_same = str_is_empty(first) || str_equal(first, str_from(r->header_id));
	}
out:
	buf_done(&head);
	buf_done(&id);
	return is_same;
}

static void reading_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	struct reading *r = p->reading;
	struct engine *engine = s->run->engine;
	struct reading_want want;
	if (r == NULL)
		return;
	r->out--;
	if (event->status != IMAP_OK)
		error_set(&r->error, ERROR_REFUSED, "%.*s", (int)event->text.len, event->text.data);
	else if (!r->got_bytes)
		error_set(&r->error, ERROR_REFUSED,
			"the server lists the message but does not give it");
	else if (!reading_want(engine, r, &want) && !reading_is_same(engine, r)) {
		cache_body_drop(engine->cache, r->message_id, STR(""), NULL);
		error_set(&r->error, ERROR_PROTOCOL,
			"the server gave another message than the one it listed");
	}
	r->is_dirty = true;
}

static void reading_ask(struct session *s, struct reading *r, const struct reading_want *want)
{
	char set[16], items[160];
	snprintf(set, sizeof(set), "%u", (unsigned)r->uid);
	if (want->is_first)
		snprintf(items, sizeof(items),
			"(UID BODYSTRUCTURE BODY.PEEK[HEADER] BODY.PEEK[1]<0.%d>)",
			READING_FIRST_BYTES);
	else if (want->from > 0)
		snprintf(items, sizeof(items), "(UID BODY.PEEK[%s]<%llu.2147483647>)",
			want->section, (unsigned long long)want->from);
	else
		snprintf(items, sizeof(items), "(UID BODY.PEEK[%s])", want->section);
	unsigned command = imap_fetch(s->imap, true, str_from(set), str_from(items), 0, false);
	struct pending *p = session_expect(s, command, reading_answer);
	p->reading = r;
	p->number = want->is_first ? READING_FIRST_BYTES : 0;
	r->out++;
	r->session = s;
	r->got_bytes = false;
}

bool reading_next(struct session *s)
{
	struct reading_want want;
	struct reading *r = reading_of_account(s);
	struct folder_sync *sync = s->selecting != NULL ? s->selecting : s->folder;
	if (r == NULL || !reading_want(s->run->engine, r, &want))
		return false;
	if (sync == NULL || sync->folder_id != r->folder_id) {
		if (s->selecting != NULL)
			return false;
		sync_select(s, r->folder_id);
	}
	reading_ask(s, r, &want);
	return true;
}

/* Appends a piece; pieces that overlap what is here are cut, a hole drops the piece. */
static void body_store(struct session *s, int64_t message_id, const struct imap_body *body,
	uint64_t limit, bool *is_stored)
{
	struct engine *engine = s->run->engine;
	struct error err;
	uint64_t at = body->origin + body->offset, have = 0;
	bool is_whole = false;
	bool is_last = body->is_last && (limit == 0 || body->total < limit);
	struct str bytes = body->bytes;
	if (!cache_body_state(engine->cache, message_id, body->section, &have, &is_whole, &err))
		goto failed;
	if (is_whole || at > have)
		return;
	bytes = str_skip(bytes, (size_t)(have - at));
	if (!cache_body_append(
		    engine->cache, message_id, body->section, have, bytes, is_last, &err))
		goto failed;
	*is_stored = true;
	return;
failed:
	engine_storage_failed(engine, &err);
}

/* Message ids of a bulk fetch, looked up once a message. */
static int64_t bulk_message(struct session *s, const struct pending *p, uint32_t uid)
{
	int64_t message_id = 0;
	if (uid == 0)
		return 0;
	cache_message_register(
		s->run->engine->cache, place_make(p->folder_id, uid), &message_id, NULL);
	return message_id;
}

/* Which command asked for this. Not simply the oldest: Dovecot holds the end of a FETCH back until
 * it has seen whether more commands follow, and answers those meanwhile. */
static const struct pending *reading_pending(const struct session *s, uint32_t uid)
{
	const struct folder_sync *sync = session_folder(s);
	const struct pending *bulk = NULL;
	for (size_t i = 0; i < s->pending_count && sync != NULL; i++) {
		const struct pending *p = &s->pending[i];
		if (p->reading != NULL && p->reading->uid == uid &&
			p->reading->folder_id == sync->folder_id)
			return p;
		if (bulk == NULL && p->is_bulk && p->folder_id == sync->folder_id)
			bulk = p;
	}
	return bulk != NULL && uid != 0 ? bulk : session_current(s);
}

void reading_body_event(struct session *s, const struct imap_event *event)
{
	const struct imap_body *body = &event->body;
	const struct pending *p = reading_pending(s, body->uid);
	struct folder_sync *sync = session_folder(s);
	bool is_stored = false;
	if (p == NULL || sync == NULL || sync->is_resetting || body->is_nil)
		return;
	struct reading *r = p->reading;
	if (r != NULL && sync->folder_id == r->folder_id &&
		(body->uid == 0 || body->uid == r->uid)) {
		body_store(s, r->message_id, body, p->number, &is_stored);
		r->got_bytes |= is_stored;
		r->is_dirty |= is_stored;
	} else if (r == NULL && p->is_bulk) {
		int64_t message_id = bulk_message(s, p, body->uid);
		if (message_id != 0)
			body_store(s, message_id, body, 0, &is_stored);
	}
}

void reading_fetch_event(struct session *s, const struct imap_event *event)
{
	const struct imap_fetch *fetch = &event->fetch;
	const struct pending *p = reading_pending(s, fetch->uid);
	struct engine *engine = s->run->engine;
	struct reading *r = p != NULL ? p->reading : NULL;
	if (r == NULL || (fetch->uid != 0 && fetch->uid != r->uid))
		return;
	if (fetch->structure != NULL && r->structure == NULL) {
		r->structure = imap_take_structure(s->imap);
		cache_structure_save(engine->cache, r->message_id, r->structure, NULL);
		r->got_bytes = r->is_dirty = true;
	}
	if (fetch->has_header && p->number != 0) {
		struct imap_body header = {
			.section = STR("HEADER"),
			.bytes = fetch->header,
			.is_last = true,
		};
		bool is_stored = false;
		body_store(s, r->message_id, &header, 0, &is_stored);
		r->got_bytes |= is_stored;
	}
}

void reading_session_ended(struct engine *engine, const struct session *s)
{
	for (struct reading *r = engine->readings; r != NULL; r = r->next)
		if (r->session == s) {
			r->session = NULL;
			r->out = 0;
		}
}
