/*
 * What goes to a server from here: APPEND of the blobs that a wish brings along. Everything about
 * when, and about what to do after a cut, is act_transfer.c's; this is the bytes.
 *
 * They are read from the store in pieces as the connection takes them, with CR LF line ends. What
 * the server has not said to be able to is sent one message a command, all of them in one flight;
 * with MULTIAPPEND several go in one command, until one was refused.
 */
#include "engine/actions.h"

#include "base/array.h"
#include "base/memory.h"
#include "engine/account_run.h"

enum {
	UPLOAD_PIECE = 64 * 1024,
	UPLOAD_TOGETHER = 20, /* messages in one MULTIAPPEND */
	UPLOAD_TOGETHER_BYTES = 256 * 1024,
};

bool act_uploads(const struct action *action)
{
	return action->item_count > 0 && action->items[0].blob_id != 0;
}

/* Messages of one command. */
struct upload_batch {
	struct imap_upload messages[UPLOAD_TOGETHER];
	struct buf words[UPLOAD_TOGETHER];
	size_t count;
	uint64_t bytes;
	int64_t low, high; /* the items' numbers */
};

static void upload_clear(struct upload_batch *batch)
{
	batch->count = 0;
	batch->bytes = 0;
}

static void upload_done(struct upload_batch *batch)
{
	for (size_t i = 0; i < UPLOAD_TOGETHER; i++)
		buf_done(&batch->words[i]);
}

static void upload_send(
	struct session *s, struct acting *acting, struct upload_batch *batch, struct str wire)
{
	if (batch->count == 0)
		return;
	uint32_t replaces = acting->is_move ? (uint32_t)batch->low : 0;
	unsigned command = imap_upload(s->imap, wire, replaces, batch->messages, batch->count);
	act_expect(s, acting, command, (uint32_t)batch->low, (uint32_t)batch->high);
	upload_clear(batch);
}

static void upload_add(struct session *s, struct upload_batch *batch,
	const struct action_item *item, const struct cache_blob_info *info)
{
	struct buf *words = &batch->words[batch->count];
	buf_clear(words);
	act_flag_words(s, item->flags, words);
	batch->messages[batch->count++] = (struct imap_upload){
		.flags = buf_str(words),
		.date = item->arrived > 0 ? item->arrived : -1,
		.length = info->wire_len,
		.has_nul = info->has_nul,
	};
	batch->bytes += info->wire_len;
	if (batch->count == 1)
		batch->low = item->uid;
	batch->high = item->uid;
}

/* Nothing was sent yet: what cannot be sent at all ends here. */
static bool upload_check(struct session *s, const struct action_item *item,
	struct cache_blob_info *info, struct str *why)
{
	*why = STR("the message's bytes are not here any more");
	if (!cache_blob_get(s->run->engine->cache, item->blob_id, info, NULL))
		return false;
	*why = STR("the message is empty");
	if (info->len == 0)
		return false;
	*why = STR("the message has NUL bytes in it, which this server cannot keep");
	return !info->has_nul || session_has(s, IMAP_CAP_BINARY);
}

/* Several go into one command only when the one before was not refused. */
static size_t upload_together(const struct session *s, const struct action *a)
{
	bool may =
		session_has(s, IMAP_CAP_MULTIAPPEND) && a->tries == 0 && a->kind != ACTION_REPLACE;
	return may ? UPLOAD_TOGETHER : 1;
}

bool act_upload_send(struct session *s, struct acting *acting, struct str wire)
{
	struct action *a = &acting->actions[0];
	struct upload_batch batch = {0};
	struct str why;
	size_t together = upload_together(s, a);
	for (size_t i = 0; i < a->item_count; i++) {
		struct cache_blob_info info;
		if (a->items[i].landed != 0)
			continue;
		if (!upload_check(s, &a->items[i], &info, &why)) {
			buf_clear(&acting->words);
			buf_add(&acting->words, why);
			acting->code = IMAP_CODE_CANNOT;
			imap_set_add(&acting->refused, (uint32_t)a->items[i].uid,
				(uint32_t)a->items[i].uid);
			continue;
		}
		if (batch.count >= together ||
			(batch.count > 0 && batch.bytes + info.wire_len > UPLOAD_TOGETHER_BYTES))
			upload_send(s, acting, &batch, wire);
		upload_add(s, &batch, &a->items[i], &info);
	}
	upload_send(s, acting, &batch, wire);
	upload_done(&batch);
	if (acting->out == 0)
		acting->finish(s, acting);
	return acting->out > 0;
}

/* ---- The bytes. ---- */

static const struct pending *upload_pending(const struct session *s, unsigned command)
{
	for (size_t i = 0; i < s->pending_count; i++)
		if (s->pending[i].command == command)
			return &s->pending[i];
	return NULL;
}

/* The message-th item of a command. */
static const struct action_item *upload_item(
	const struct acting *acting, const struct pending *p, size_t message)
{
	const struct action *a = &acting->actions[0];
	for (size_t i = 0; i < a->item_count; i++) {
		const struct action_item *item = &a->items[i];
		if (item->uid < p->low || item->uid > p->high || item->landed != 0 ||
			imap_set_has(&acting->refused, (uint32_t)item->uid))
			continue;
		if (message-- == 0)
			return item;
	}
	return NULL;
}

/* The next bytes with CR LF line ends, at most room of them. */
static void upload_convert(struct act_upload *upload, struct str raw, size_t room, struct buf *out)
{
	size_t i = 0;
	for (; i < raw.len && out->len + 2 <= room; i++) {
		if (raw.data[i] == '\n' && !upload->is_after_cr)
			buf_add_char(out, '\r');
		buf_add_char(out, raw.data[i]);
		upload->is_after_cr = raw.data[i] == '\r';
	}
	upload->from += i;
}

static bool upload_piece(struct session *s, const struct action_item *item, size_t room)
{
	struct act_upload *upload = &s->acting->upload;
	struct buf raw = {0};
	struct error err;
	buf_clear(&upload->piece);
	bool ok = cache_blob_read(
		s->run->engine->cache, item->blob_id, upload->from, UPLOAD_PIECE, &raw, &err);
	if (ok && raw.len == 0)
		ok = error_set(&err, ERROR_STORAGE, "the message's bytes have gone");
	/* A last lone byte of room may be the LF of a pair: then one byte more is asked for. */
	size_t want = room < 2 ? 2 : room;
	if (ok)
		upload_convert(upload, buf_str(&raw), want, &upload->piece);
	buf_done(&raw);
	return ok || session_fail(s, &err);
}

bool act_upload_more(struct session *s)
{
	unsigned command = 0;
	size_t message = 0;
	size_t room = imap_upload_room(s->imap, &command, &message);
	if (room == 0 || s->acting == NULL)
		return false;
	struct act_upload *upload = &s->acting->upload;
	const struct pending *p = upload_pending(s, command);
	const struct action_item *item = p != NULL ? upload_item(s->acting, p, message) : NULL;
	if (item == NULL)
		return false;
	if (upload->command != command || upload->message != message) {
		upload->command = command;
		upload->message = message;
		upload->from = 0;
		upload->is_after_cr = false;
		buf_clear(&upload->piece);
	}
	if (upload->piece.len == 0 && !upload_piece(s, item, room))
		return false;
	struct str now = str_first(buf_str(&upload->piece), room);
	imap_upload_bytes(s->imap, now);
	buf_consume(&upload->piece, now.len);
	return true;
}

void act_uploaded(struct session *s, const struct pending *p, const struct imap_event *event)
{
	struct acting *acting = s->acting;
	size_t message = 0;
	if (acting == NULL || event->set == NULL)
		return;
	acting->copied_uidvalidity = (uint32_t)event->code_number;
	for (size_t i = 0; i < event->set->count; i++) {
		const struct imap_range *range = &event->set->ranges[i];
		for (uint32_t uid = range->first;; uid++) {
			const struct action_item *item = upload_item(acting, p, message++);
			if (item == NULL)
				return;
			acting->pairs = array_room(acting->pairs, acting->pair_count,
				&acting->pair_cap, sizeof(*acting->pairs));
			acting->pairs[acting->pair_count++] =
				(struct acting_pair){(uint32_t)item->uid, uid};
			if (uid == range->last)
				break;
		}
	}
}
