/* The IMAP client: takes responses from the framing, says what they mean, one event at a time. */
#include "base/memory.h"
#include "proto/imap/imap_client.h"

enum { UNREADABLE_MAX = 200 };

static const struct imap_limits default_limits = {
	.line = 4 * 1024 * 1024,
	.literal = 4 * 1024 * 1024,
	.body = (uint64_t)2 * 1024 * 1024 * 1024,
	.depth = 200,
	.in_flight = 32,
};

struct imap *imap_new(const struct imap_limits *limits)
{
	struct imap *imap = mem_new(sizeof(*imap));
	imap->limits = limits != NULL ? *limits : default_limits;
	return imap;
}

void imap_free(struct imap *imap)
{
	if (imap == NULL)
		return;
	imap_fetch_done(imap);
	imap_queue_done(&imap->queue);
	buf_done(&imap->frame.in);
	buf_done(&imap->late);
	buf_done(&imap->capability_line);
	buf_done(&imap->arena);
	buf_wipe(&imap->text);
	mem_free(imap->keywords);
	imap_set_done(&imap->set);
	imap_set_done(&imap->source_set);
	mem_free(imap->quotas);
	mem_free(imap->chunks);
	mem_free(imap->bodies);
	mem_free(imap);
}

/* ---- Untagged data. ---- */

static void event_unreadable(struct imap_event *event, struct str line)
{
	*event = (struct imap_event){
		.kind = IMAP_UNREADABLE, .text = str_first(str_trim(line), UNREADABLE_MAX)};
}

typedef bool untagged_read(struct imap *imap, struct imap_scan *s, struct imap_event *event);

static bool read_capability(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	imap_capabilities_set(imap, imap_scan_rest(s));
	imap->has_new_capabilities = false;
	event->kind = IMAP_CAPABILITIES;
	return true;
}

static bool read_enabled(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	(void)imap;
	event->kind = IMAP_ENABLED;
	event->text = imap_scan_rest(s);
	return true;
}

static bool read_folder_flags(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	event->kind = IMAP_FLAGS;
	if (!imap_read_flags(imap, s, &event->flags, &event->may_create_keywords))
		return false;
	event->keywords = imap->keywords;
	event->keyword_count = imap->keyword_count;
	return true;
}

/* Values on one line each: line ends inside become blanks. */
static void add_one_line(struct buf *out, struct str text)
{
	size_t start = out->len;
	buf_add(out, text);
	for (size_t i = start; i < out->len; i++)
		if (out->data[i] == '\n' || out->data[i] == '\r')
			out->data[i] = ' ';
}

static bool read_id(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	struct str name, value;
	bool is_nil;
	event->kind = IMAP_ID;
	buf_clear(&imap->text);
	imap_scan_blanks(s);
	if (!imap_scan_take(s, '('))
		return str_equal_nocase(imap_scan_atom(s), STR("NIL"));
	for (;;) {
		imap_scan_blanks(s);
		if (imap_scan_take(s, ')'))
			break;
		if (!imap_scan_string(s, &name, &is_nil))
			return false;
		imap_scan_blanks(s);
		if (!imap_scan_string(s, &value, &is_nil))
			return false;
		add_one_line(&imap->text, name);
		buf_add_char(&imap->text, '=');
		add_one_line(&imap->text, value);
		buf_add_char(&imap->text, '\n');
	}
	event->text = buf_str(&imap->text);
	return true;
}

static const struct untagged_row {
	const char *word;
	untagged_read *read;
} untagged_rows[] = {
	{"CAPABILITY", read_capability},
	{"ENABLED", read_enabled},
	{"ID", read_id},
	{"NAMESPACE", imap_read_namespace},
	{"LIST", imap_read_list},
	{"XLIST", imap_read_list},
	{"LSUB", imap_read_lsub},
	{"STATUS", imap_read_mailbox},
	{"FLAGS", read_folder_flags},
	{"SEARCH", imap_read_search},
	{"ESEARCH", imap_read_esearch},
	{"VANISHED", imap_read_vanished},
	{"QUOTAROOT", imap_read_quotaroot},
	{"QUOTA", imap_read_quota},
	{"MYRIGHTS", imap_read_myrights},
	{"ACL", imap_read_acl},
};

/* "* 5 EXISTS" */
static bool read_numbered(struct imap_scan *s, struct imap_event *event)
{
	static const struct {
		const char *word;
		enum imap_event_kind kind;
	} rows[] = {{"EXISTS", IMAP_EXISTS}, {"RECENT", IMAP_RECENT}, {"EXPUNGE", IMAP_EXPUNGE}};
	bool is_exact;
	if (!imap_scan_odd_number(s, &event->number, &is_exact) || !is_exact ||
		event->number > UINT32_MAX)
		return false;
	imap_scan_blanks(s);
	struct str word = imap_scan_atom(s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (str_equal_nocase(word, str_from(rows[i].word))) {
			event->kind = rows[i].kind;
			return true;
		}
	return false;
}

static bool read_untagged_status(
	struct imap *imap, struct imap_scan *s, enum imap_status status, struct imap_event *event)
{
	event->kind = imap->is_greeted ? IMAP_STATUS_TEXT : IMAP_GREETING;
	imap->is_greeted = true;
	return imap_read_status(imap, s, status, event);
}

/* Behind the "*". */
static bool read_untagged(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	enum imap_status status;
	imap_scan_blanks(s);
	/* "* [COPYUID …]", without its OK (Exchange). */
	if (imap_scan_is(s, '['))
		return read_untagged_status(imap, s, IMAP_OK, event);
	if (!imap_scan_at_end(s) && (ascii_is_digit(*s->p) || *s->p == '-'))
		return imap->is_greeted && read_numbered(s, event);
	struct str word = imap_scan_atom(s);
	if (imap_status_word(word, &status)) {
		imap_scan_blanks(s);
		return read_untagged_status(imap, s, status, event);
	}
	if (!imap->is_greeted)
		return false;
	for (size_t i = 0; i < sizeof(untagged_rows) / sizeof(*untagged_rows); i++)
		if (str_equal_nocase(word, str_from(untagged_rows[i].word)))
			return untagged_rows[i].read(imap, s, event);
	return false;
}

/* "A5 OK …" */
static bool read_tagged(struct imap *imap, struct imap_scan *s, struct imap_event *event)
{
	uint32_t number;
	enum imap_status status;
	if (!imap_scan_take(s, 'A') || !imap_scan_u32(s, &number) || !imap_scan_take(s, ' '))
		return false;
	imap_scan_blanks(s);
	if (!imap_status_word(imap_scan_atom(s), &status) || status > IMAP_BAD)
		return false;
	imap_scan_blanks(s);
	if (!imap_queue_answer(imap, number, status == IMAP_OK))
		return false;
	event->kind = IMAP_DONE;
	event->command = number;
	return imap_read_status(imap, s, status, event);
}

/* ---- FETCH, whole or behind a streamed literal. ---- */

static void fetch_finish(struct imap *imap)
{
	struct imap_fetching *f = &imap->fetching;
	f->fetch.keywords = imap->keywords;
	f->fetch.keyword_count = f->fetch.has_flags ? imap->keyword_count : 0;
	f->fetch.structure = imap->structure;
	imap->event.kind = IMAP_FETCH;
	imap->event.fetch = f->fetch;
	imap->has_event = true;
}

static void read_fetch(struct imap *imap, struct str line)
{
	bool is_read = !imap->fetching.has_failed &&
		       imap_fetch_read(imap, line, &imap->arena, false) == IMAP_FETCH_READ;
	imap->fetching.is_active = false;
	if (is_read) {
		fetch_finish(imap);
		return;
	}
	struct str start = imap->chunk_count > 0 ? buf_str(&imap->chunks[0].text) : line;
	imap->body_count = 0;
	imap->has_event = true;
	event_unreadable(&imap->event, start);
}

/* ---- One response. ---- */

static void response_begin(struct imap *imap)
{
	if (!imap->fetching.is_active) {
		imap_fetch_done(imap);
		imap->event = (struct imap_event){0};
		imap->keyword_count = 0;
	}
	buf_clear(&imap->arena);
}

static bool read_continuation(struct imap *imap, struct imap_scan *s)
{
	imap->has_event = imap_queue_continue(imap, imap_scan_rest(s), &imap->event);
	return true;
}

static bool read_line(struct imap *imap, struct imap_scan *s)
{
	struct imap_event *event = &imap->event;
	if (imap_scan_take(s, '+'))
		return read_continuation(imap, s);
	bool was_search = imap->was_search;
	imap->was_search = false;
	/* Numbers alone go on with the SEARCH before them. */
	if (was_search && (imap_scan_is(s, ' ') || ascii_is_digit(*s->p))) {
		imap->was_search = imap->has_event = imap_read_search(imap, s, event);
		event->search.command = imap->search_command;
		return imap->has_event;
	}
	if (!imap_scan_take(s, '*')) {
		imap->has_event = read_tagged(imap, s, event);
		return imap->has_event;
	}
	imap->has_event = read_untagged(imap, s, event);
	imap->was_search =
		imap->has_event && event->kind == IMAP_SEARCH && event->search.command == 0;
	if (imap->was_search)
		event->search.command = imap->search_command = imap_queue_found(imap);
	return imap->has_event;
}

static void read_response(struct imap *imap, struct str text)
{
	size_t head;
	uint32_t number;
	bool by_uid;
	response_begin(imap);
	if (imap->fetching.is_active ||
		(imap->is_greeted && imap_fetch_is(text, &head, &number, &by_uid))) {
		imap->was_search = false;
		read_fetch(imap, text);
		return;
	}
	struct imap_scan s = {.p = text.data,
		.end = text.data + text.len,
		.arena = &imap->arena,
		.depth = imap->limits.depth};
	while (s.end > s.p && (s.end[-1] == '\n' || s.end[-1] == '\r'))
		s.end--;
	if (str_trim(text).len == 0)
		return;
	if (!read_line(imap, &s)) {
		imap->has_event = true;
		event_unreadable(&imap->event, text);
	}
}

/* ---- The verbs. ---- */

static bool has_pending(const struct imap *imap)
{
	return imap->has_new_capabilities || imap->body_next < imap->body_count ||
	       imap->has_event || imap->has_layer;
}

void imap_feed(struct imap *imap, struct str bytes)
{
	if (imap->is_broken)
		return;
	/* What events still to come point to must not move. */
	if (has_pending(imap))
		buf_add(&imap->late, bytes);
	else
		imap_frame_feed(&imap->frame, bytes);
}

static void give_body(struct imap *imap, struct imap_event *event)
{
	*event = (struct imap_event){.kind = IMAP_FETCH_BODY};
	event->body = imap->bodies[imap->body_next++];
	event->body.number = imap->fetching.fetch.number;
	event->body.uid = imap->fetching.fetch.uid;
}

static bool give_pending(struct imap *imap, struct imap_event *event)
{
	if (imap->has_new_capabilities) {
		imap->has_new_capabilities = false;
		*event = (struct imap_event){.kind = IMAP_CAPABILITIES};
	} else if (imap->body_next < imap->body_count) {
		give_body(imap, event);
	} else if (imap->has_event) {
		imap->has_event = false;
		*event = imap->event;
	} else if (imap->has_layer) {
		imap->has_layer = false;
		*event = (struct imap_event){.kind = imap->layer};
	} else {
		return false;
	}
	return true;
}

/* One step of reading; EVENT means that something may have become pending. */
static enum codec read_step(struct imap *imap)
{
	struct str text;
	uint64_t literal;
	switch (imap_frame_next(imap, &text, &literal)) {
	case IMAP_FRAME_MORE:
		return CODEC_MORE;
	case IMAP_FRAME_BAD:
		return CODEC_BAD;
	case IMAP_FRAME_LINE:
		read_response(imap, text);
		return CODEC_EVENT;
	case IMAP_FRAME_STREAM:
		response_begin(imap);
		return imap_fetch_stream(imap, text, literal) ? CODEC_EVENT : CODEC_BAD;
	}
	return CODEC_BAD;
}

enum codec imap_next(struct imap *imap, struct imap_event *event)
{
	while (!imap->is_broken) {
		if (give_pending(imap, event))
			return CODEC_EVENT;
		if (imap->queue.gate == IMAP_GATE_LAYER)
			return CODEC_MORE;
		if (imap->late.len > 0) {
			imap_frame_feed(&imap->frame, buf_str(&imap->late));
			buf_clear(&imap->late);
		}
		if (imap->frame.is_streaming) {
			if (imap_fetch_stream_next(imap, event))
				return CODEC_EVENT;
			if (imap->frame.is_streaming)
				return CODEC_MORE;
			continue;
		}
		enum codec step = read_step(imap);
		if (step == CODEC_MORE)
			return CODEC_MORE;
		imap->is_broken = step == CODEC_BAD;
	}
	return CODEC_BAD;
}

static void drop_unread(struct imap *imap)
{
	buf_clear(&imap->frame.in);
	buf_clear(&imap->late);
	imap->frame.pos = 0;
	imap_frame_consume(&imap->frame, 0);
}

void imap_take_unread(struct imap *imap, struct buf *out)
{
	buf_add(out, str_skip(buf_str(&imap->frame.in), imap->frame.pos));
	buf_add(out, buf_str(&imap->late));
	drop_unread(imap);
}

void imap_layer_started(struct imap *imap)
{
	if (imap->queue.gate != IMAP_GATE_LAYER)
		return;
	if (imap->layer == IMAP_WANT_TLS) {
		drop_unread(imap);
		imap_capabilities_forget(imap);
	}
	imap->queue.gate = IMAP_GATE_OPEN;
	imap_queue_fill(imap);
}

struct part *imap_take_structure(struct imap *imap)
{
	struct part *structure = imap->structure;
	imap->structure = NULL;
	return structure;
}
