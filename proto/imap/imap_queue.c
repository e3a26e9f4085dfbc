/*
 * Commands on their way out. One queue, never reordered; a gate holds back what may not be sent
 * before an answer. Bytes move to the output in portions, so that a large message lies in memory
 * once. Secrets are marked, so that the log can mask them, and wiped when they went out.
 */
#include "base/array.h"
#include "base/base64.h"
#include "proto/imap/imap_client.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum {
	OUTPUT_MAX = 64 * 1024, /* bytes that wait unsent */
	LITERAL_MINUS_MAX = 4096,
	UPLOAD_WAITS_MIN = 256 * 1024, /* a longer upload asks first: it may be refused */
};

static void command_free(struct imap_command *c)
{
	buf_wipe(&c->bytes);
	buf_wipe(&c->initial);
	mem_free(c->marks);
	mem_free(c);
}

void imap_queue_done(struct imap_queue *queue)
{
	for (struct imap_command *c = queue->first, *next; c != NULL; c = next) {
		next = c->next;
		command_free(c);
	}
	buf_wipe(&queue->out);
	mem_free(queue->secrets);
	*queue = (struct imap_queue){0};
}

/* ---- The output. ---- */

static size_t out_waiting(const struct imap_queue *queue)
{
	return queue->out.len - queue->out_pos;
}

/* Grows without leaving secrets in freed memory. */
static void out_reserve(struct imap_queue *queue, size_t more)
{
	if (queue->out.len + more + 1 <= queue->out.cap)
		return;
	struct buf grown = {0};
	buf_reserve(&grown, out_waiting(queue) + more + OUTPUT_MAX / 16);
	buf_add(&grown, str_skip(buf_str(&queue->out), queue->out_pos));
	queue->out_base += queue->out_pos;
	queue->out_pos = 0;
	buf_wipe(&queue->out);
	queue->out = grown;
}

/* Invariant I11: nothing leaves behind COMPRESS, STARTTLS, IDLE or a synchronising literal. */
static void out_add(struct imap_queue *queue, struct str bytes)
{
	assert(queue->gate == IMAP_GATE_OPEN);
	out_reserve(queue, bytes.len);
	buf_add(&queue->out, bytes);
}

static void out_secret(struct imap_queue *queue, size_t length)
{
	queue->secrets = array_room(
		queue->secrets, queue->secret_count, &queue->secret_cap, sizeof(*queue->secrets));
	uint64_t start = queue->out_base + queue->out.len;
	queue->secrets[queue->secret_count++] = (struct imap_secret){start, start + length};
}

/* Base64 of a SASL response, straight into the output although the gate is closed. */
static void out_response(struct imap_queue *queue, struct str text)
{
	enum imap_gate gate = queue->gate;
	queue->gate = IMAP_GATE_OPEN;
	out_reserve(queue, text.len + 2);
	out_secret(queue, text.len);
	out_add(queue, text);
	out_add(queue, STR("\r\n"));
	queue->gate = gate;
	queue->is_challenged = false;
}

struct str imap_output(const struct imap *imap)
{
	return str_skip(buf_str(&imap->queue.out), imap->queue.out_pos);
}

static void secrets_forget(struct imap_queue *queue, uint64_t before)
{
	size_t gone = 0;
	while (gone < queue->secret_count && queue->secrets[gone].end <= before)
		gone++;
	queue->secret_count -= gone;
	if (gone > 0)
		memmove(queue->secrets, queue->secrets + gone,
			queue->secret_count * sizeof(*queue->secrets));
}

void imap_sent(struct imap *imap, size_t n)
{
	struct imap_queue *queue = &imap->queue;
	assert(n <= out_waiting(queue));
	if (queue->secret_count > 0 && n > 0)
		mem_wipe(queue->out.data + queue->out_pos, n);
	queue->out_pos += n;
	secrets_forget(queue, queue->out_base + queue->out_pos);
	if (queue->out_pos == queue->out.len || queue->out_pos >= OUTPUT_MAX) {
		size_t end = queue->out.len;
		queue->out_base += queue->out_pos;
		buf_consume(&queue->out, queue->out_pos);
		queue->out_pos = 0;
		/* What was moved to the front also stands behind it still. */
		if (queue->secret_count > 0)
			mem_wipe(queue->out.data + queue->out.len, end - queue->out.len);
	}
	imap_queue_fill(imap);
}

void imap_output_masked(const struct imap *imap, struct buf *out)
{
	const struct imap_queue *queue = &imap->queue;
	uint64_t at = queue->out_base + queue->out_pos, end = queue->out_base + queue->out.len;
	for (size_t i = 0; i < queue->secret_count; i++) {
		const struct imap_secret *secret = &queue->secrets[i];
		if (secret->start > at)
			buf_add_bytes(out, queue->out.data + (at - queue->out_base),
				(size_t)(secret->start - at));
		if (secret->end > at && secret->end > secret->start) {
			buf_add_text(out, "*****");
			at = secret->end;
		}
	}
	if (end > at)
		buf_add_bytes(out, queue->out.data + (at - queue->out_base), (size_t)(end - at));
}

/* ---- From the queue to the output. ---- */

static bool literal_waits(const struct imap *imap, const struct imap_mark *mark)
{
	uint64_t length = mark->is_upload ? mark->length : mark->len;
	if (mark->is_upload && length > UPLOAD_WAITS_MIN)
		return true;
	if (imap_has(imap, IMAP_CAP_LITERAL_PLUS))
		return false;
	return !imap_has(imap, IMAP_CAP_LITERAL_MINUS) || length > LITERAL_MINUS_MAX;
}

/* The head of the literal that begins at c->moved; closes the gate when its answer must come. */
static void announce_literal(struct imap *imap, struct imap_mark *mark)
{
	bool waits = literal_waits(imap, mark);
	uint64_t bytes = mark->is_upload ? mark->length : mark->len;
	bool is_binary = mark->is_binary && imap_has(imap, IMAP_CAP_BINARY);
	char head[64];
	int length = snprintf(head, sizeof(head), "%s{%" PRIu64 "%s}\r\n", is_binary ? "~" : "",
		bytes, waits ? "" : "+");
	out_add(&imap->queue, str_make(head, (size_t)length));
	mark->is_announced = true;
	if (waits)
		imap->queue.gate = IMAP_GATE_LITERAL;
}

/* Secrets within the next n bytes of c. They are quoted whole or the literal's bytes. */
static void move_secrets(struct imap_queue *queue, const struct imap_command *c, size_t n)
{
	for (size_t i = 0; i < c->mark_count; i++) {
		const struct imap_mark *m = &c->marks[i];
		size_t start = m->at > c->moved ? m->at : c->moved;
		size_t end = m->at + m->len < c->moved + n ? m->at + m->len : c->moved + n;
		if (!m->is_secret || start >= end)
			continue;
		uint64_t at = queue->out_base + queue->out.len + (start - c->moved);
		queue->secrets = array_room(queue->secrets, queue->secret_count, &queue->secret_cap,
			sizeof(*queue->secrets));
		queue->secrets[queue->secret_count++] =
			(struct imap_secret){at, at + (end - start)};
	}
}

static struct imap_mark *next_literal(struct imap_command *c)
{
	for (size_t i = 0; i < c->mark_count; i++)
		if (!c->marks[i].is_secret && !c->marks[i].is_announced)
			return &c->marks[i];
	return NULL;
}

/* The upload whose bytes come next; NULL. */
static struct imap_mark *upload_open(struct imap_command *c)
{
	for (size_t i = 0; c != NULL && i < c->mark_count; i++) {
		struct imap_mark *m = &c->marks[i];
		if (m->is_upload && m->is_announced && m->fed < m->length)
			return m;
	}
	return NULL;
}

/* An upload that was refused on its way must still have its length. */
static void upload_fill(struct imap_queue *queue, struct imap_mark *mark)
{
	while (mark->fed < mark->length && out_waiting(queue) < OUTPUT_MAX) {
		out_add(queue, STR(" "));
		mark->fed++;
	}
}

static void command_move(struct imap *imap, struct imap_command *c)
{
	struct imap_queue *queue = &imap->queue;
	while (c->moved < c->bytes.len && out_waiting(queue) < OUTPUT_MAX) {
		struct imap_mark *upload = upload_open(c);
		if (upload != NULL && c->is_answered)
			upload_fill(queue, upload);
		if (upload != NULL && upload->fed < upload->length)
			return;
		struct imap_mark *mark = next_literal(c);
		if (mark != NULL && mark->at == c->moved) {
			announce_literal(imap, mark);
			if (queue->gate != IMAP_GATE_OPEN)
				return;
			continue;
		}
		size_t end = mark != NULL ? mark->at : c->bytes.len;
		size_t n = end - c->moved, room = OUTPUT_MAX - out_waiting(queue);
		n = n < room ? n : room;
		out_reserve(queue, n);
		move_secrets(queue, c, n);
		out_add(queue, str_make(c->bytes.data + c->moved, n));
		c->moved += n;
	}
}

/* The initial response goes with the command if the server can (RFC 4959). */
static void authenticate_begin(struct imap *imap, struct imap_command *c)
{
	if (!c->has_initial || !imap_has(imap, IMAP_CAP_SASL_IR))
		return;
	struct str initial = c->initial.len > 0 ? buf_str(&c->initial) : STR("=");
	buf_truncate(&c->bytes, c->bytes.len - 2);
	buf_add_char(&c->bytes, ' ');
	imap_command_mark(
		c, (struct imap_mark){.at = c->bytes.len, .len = initial.len, .is_secret = true});
	buf_reserve(&c->bytes, initial.len + 2);
	buf_add(&c->bytes, initial);
	buf_add_text(&c->bytes, "\r\n");
	c->has_initial = false;
}

/* Message numbers hold only while nothing in flight can renumber: behind the SELECT that will set
 * them, or behind other FETCHes (RFC 3501 5.5). */
static bool numbers_hold(const struct imap_queue *queue)
{
	bool hold = true;
	for (const struct imap_command *c = queue->first; c != queue->sending; c = c->next) {
		if (c->is_answered)
			continue;
		if (c->kind == IMAP_COMMAND_SELECT)
			hold = true;
		else if (c->kind != IMAP_COMMAND_FETCH_NUMBERS && c->kind != IMAP_COMMAND_LOGIN)
			hold = false;
	}
	return hold;
}

static bool may_begin(const struct imap *imap, const struct imap_command *c)
{
	const struct imap_queue *queue = &imap->queue;
	if (c->is_begun)
		return true;
	if (queue->in_flight >= imap->limits.in_flight)
		return false;
	return c->kind != IMAP_COMMAND_FETCH_NUMBERS || numbers_hold(queue);
}

static enum imap_gate gate_behind(enum imap_command_kind kind)
{
	switch (kind) {
	case IMAP_COMMAND_AUTHENTICATE:
		return IMAP_GATE_AUTH;
	case IMAP_COMMAND_STARTTLS:
	case IMAP_COMMAND_COMPRESS:
		return IMAP_GATE_ANSWER;
	case IMAP_COMMAND_IDLE:
		return IMAP_GATE_IDLE;
	case IMAP_COMMAND_PLAIN:
	case IMAP_COMMAND_SEARCH:
	case IMAP_COMMAND_LOGIN:
	case IMAP_COMMAND_SELECT:
	case IMAP_COMMAND_FETCH_NUMBERS:
		break;
	}
	return IMAP_GATE_OPEN;
}

static void command_remove(struct imap_queue *queue, struct imap_command *gone)
{
	struct imap_command *before = NULL;
	for (struct imap_command *c = queue->first; c != gone; c = c->next)
		before = c;
	if (before != NULL)
		before->next = gone->next;
	else
		queue->first = gone->next;
	if (queue->last == gone)
		queue->last = before;
	if (queue->sending == gone)
		queue->sending = gone->next;
	command_free(gone);
}

/* c went out whole. */
static void command_moved(struct imap_queue *queue, struct imap_command *c)
{
	queue->sending = c->next;
	if (!c->is_answered) {
		buf_wipe(&c->bytes);
		queue->gate = gate_behind(c->kind);
		return;
	}
	/* An answer before the question: never go on in clear behind such a STARTTLS. */
	if (c->kind == IMAP_COMMAND_STARTTLS)
		queue->gate = IMAP_GATE_SEALED;
	command_remove(queue, c);
}

/* DONE, as soon as the "+" came and somebody wants to go on. */
static void idle_leave(struct imap_queue *queue)
{
	if (queue->gate != IMAP_GATE_IDLE || !queue->is_idling ||
		(queue->sending == NULL && !queue->wants_idle_end))
		return;
	queue->is_idling = queue->wants_idle_end = false;
	queue->gate = IMAP_GATE_OPEN;
	out_add(queue, STR("DONE\r\n"));
}

void imap_queue_fill(struct imap *imap)
{
	struct imap_queue *queue = &imap->queue;
	idle_leave(queue);
	while (queue->gate == IMAP_GATE_OPEN && queue->sending != NULL &&
		out_waiting(queue) < OUTPUT_MAX) {
		struct imap_command *c = queue->sending;
		if (!may_begin(imap, c))
			return;
		if (!c->is_begun) {
			c->is_begun = true;
			queue->in_flight++;
			if (c->kind == IMAP_COMMAND_AUTHENTICATE)
				authenticate_begin(imap, c);
		}
		command_move(imap, c);
		if (c->moved < c->bytes.len && upload_open(c) != NULL)
			return;
		if (c->moved == c->bytes.len)
			command_moved(queue, c);
	}
}

size_t imap_upload_room(const struct imap *imap, unsigned *command, size_t *message)
{
	const struct imap_queue *queue = &imap->queue;
	struct imap_command *c = queue->sending;
	if (queue->gate != IMAP_GATE_OPEN || c == NULL || c->is_answered)
		return 0;
	const struct imap_mark *mark = upload_open(c);
	if (mark == NULL || out_waiting(queue) >= OUTPUT_MAX)
		return 0;
	*command = c->number;
	*message = 0;
	for (const struct imap_mark *m = c->marks; m != mark; m++)
		*message += m->is_upload;
	uint64_t left = mark->length - mark->fed;
	size_t room = OUTPUT_MAX - out_waiting(queue);
	return left < room ? (size_t)left : room;
}

void imap_upload_bytes(struct imap *imap, struct str bytes)
{
	struct imap_queue *queue = &imap->queue;
	struct imap_mark *mark = upload_open(queue->sending);
	assert(mark != NULL && bytes.len <= mark->length - mark->fed);
	out_add(queue, bytes);
	mark->fed += bytes.len;
	imap_queue_fill(imap);
}

/* ---- Answers. ---- */

static struct imap_command *command_in_flight(const struct imap_queue *queue, unsigned number)
{
	for (struct imap_command *c = queue->first; c != NULL && c->is_begun; c = c->next)
		if (c->number == number && !c->is_answered)
			return c;
	return NULL;
}

static const struct imap_command *command_of_gate(const struct imap_queue *queue)
{
	const struct imap_command *last = NULL;
	for (const struct imap_command *c = queue->first; c != NULL && c->is_begun; c = c->next)
		last = c;
	return last;
}

/* What the tagged answer to the last command that went out does to the gate behind it. */
static void gate_answered(struct imap *imap, const struct imap_command *c, bool is_ok)
{
	struct imap_queue *queue = &imap->queue;
	bool is_tls = c->kind == IMAP_COMMAND_STARTTLS;
	queue->is_challenged = false;
	switch (queue->gate) {
	case IMAP_GATE_ANSWER:
		imap->has_layer = is_ok;
		imap->layer = is_tls ? IMAP_WANT_TLS : IMAP_WANT_DEFLATE;
		queue->gate = is_ok ? IMAP_GATE_LAYER : is_tls ? IMAP_GATE_SEALED : IMAP_GATE_OPEN;
		return;
	case IMAP_GATE_IDLE:
		queue->is_idling = queue->wants_idle_end = false;
		queue->gate = IMAP_GATE_OPEN;
		return;
	case IMAP_GATE_LITERAL:
	case IMAP_GATE_AUTH:
		queue->gate = IMAP_GATE_OPEN;
		return;
	case IMAP_GATE_OPEN:
	case IMAP_GATE_LAYER:
	case IMAP_GATE_SEALED:
		return;
	}
}

unsigned imap_queue_found(struct imap *imap)
{
	unsigned last = 0;
	for (struct imap_command *c = imap->queue.first; c != NULL; c = c->next) {
		if (c->kind != IMAP_COMMAND_SEARCH || !c->is_begun || c->is_answered)
			continue;
		last = c->number;
		if (c->is_found)
			continue;
		c->is_found = true;
		return c->number;
	}
	return last; /* more lines than questions: of the last */
}

bool imap_queue_answer(struct imap *imap, unsigned number, bool is_ok)
{
	struct imap_queue *queue = &imap->queue;
	struct imap_command *c = command_in_flight(queue, number);
	if (c == NULL)
		return false;
	bool was_refused_literal = queue->gate == IMAP_GATE_LITERAL && c == queue->sending;
	if (queue->gate != IMAP_GATE_OPEN && c == command_of_gate(queue))
		gate_answered(imap, c, is_ok);
	c->is_answered = true;
	queue->in_flight--;
	/* A literal that needs no leave must still go out whole. */
	if (c != queue->sending || was_refused_literal)
		command_remove(queue, c);
	imap_queue_fill(imap);
	return true;
}

static bool continue_auth(struct imap *imap, struct str text, struct imap_event *event)
{
	struct imap_queue *queue = &imap->queue;
	struct imap_command *c = queue->first;
	while (c->kind != IMAP_COMMAND_AUTHENTICATE || c->is_answered)
		c = c->next;
	if (c->has_initial) {
		c->has_initial = false;
		out_response(queue, buf_str(&c->initial));
		return false;
	}
	buf_clear(&imap->text);
	queue->is_challenged = true;
	if (!base64_decode(str_trim(text), &imap->text)) {
		imap_respond_cancel(imap);
		event->kind = IMAP_UNREADABLE;
		event->text = str_first(text, 200);
		return true;
	}
	event->kind = IMAP_CHALLENGE;
	event->command = c->number;
	event->text = buf_str(&imap->text);
	return true;
}

bool imap_queue_continue(struct imap *imap, struct str text, struct imap_event *event)
{
	struct imap_queue *queue = &imap->queue;
	switch (queue->gate) {
	case IMAP_GATE_LITERAL:
		queue->gate = IMAP_GATE_OPEN;
		imap_queue_fill(imap);
		return false;
	case IMAP_GATE_AUTH:
		return continue_auth(imap, text, event);
	case IMAP_GATE_IDLE:
		if (queue->is_idling)
			break;
		queue->is_idling = true;
		event->kind = IMAP_IDLING;
		event->command = command_of_gate(queue)->number;
		imap_queue_fill(imap);
		return true;
	case IMAP_GATE_OPEN:
	case IMAP_GATE_ANSWER:
	case IMAP_GATE_LAYER:
	case IMAP_GATE_SEALED:
		break;
	}
	event->kind = IMAP_UNREADABLE;
	event->text = str_first(text, 200);
	return true;
}

void imap_respond(struct imap *imap, struct str response)
{
	struct buf text = {0};
	if (!imap->queue.is_challenged)
		return;
	buf_reserve(&text, response.len * 2 + 8);
	base64_encode(response, &text);
	out_response(&imap->queue, buf_str(&text));
	buf_wipe(&text);
}

void imap_respond_cancel(struct imap *imap)
{
	if (imap->queue.is_challenged)
		out_response(&imap->queue, STR("*"));
}
