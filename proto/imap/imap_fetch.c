/*
 * FETCH: the items of one message in any order. A response with a streamed literal is read in
 * pieces: what stands before the literal, then what stands behind it.
 */
#include "base/array.h"
#include "proto/imap/imap_client.h"

enum {
	SECTION_MAX = 4096,
	SECTIONS_MAX = 10000,    /* in one response */
	HEADER_CUT = 256 * 1024, /* what is kept of a header beyond limits.literal */
};

bool imap_fetch_is(struct str response, size_t *head, uint32_t *number, bool *by_uid)
{
	struct imap_scan s = {.p = response.data, .end = response.data + response.len};
	bool is_exact;
	uint64_t wide;
	if (!imap_scan_take(&s, '*'))
		return false;
	imap_scan_blanks(&s);
	if (!imap_scan_odd_number(&s, &wide, &is_exact) || wide > UINT32_MAX)
		return false;
	imap_scan_blanks(&s);
	struct str word = imap_scan_atom(&s);
	*by_uid = str_equal_nocase(word, STR("UIDFETCH"));
	*number = is_exact ? (uint32_t)wide : 0;
	*head = (size_t)(s.p - response.data);
	return *by_uid || str_equal_nocase(word, STR("FETCH"));
}

typedef bool item_read(struct imap *imap, struct imap_scan *s);

static bool item_uid(struct imap *imap, struct imap_scan *s)
{
	return imap_scan_u32(s, &imap->fetching.fetch.uid);
}

static bool item_flags(struct imap *imap, struct imap_scan *s)
{
	bool may_create;
	imap->fetching.fetch.has_flags = true;
	return imap_read_flags(imap, s, &imap->fetching.fetch.flags, &may_create);
}

static bool item_size(struct imap *imap, struct imap_scan *s)
{
	struct imap_fetch *fetch = &imap->fetching.fetch;
	bool is_exact;
	if (!imap_scan_odd_number(s, &fetch->size, &is_exact))
		return false;
	fetch->has_size = is_exact || fetch->size > 0;
	return true;
}

static bool item_modseq(struct imap *imap, struct imap_scan *s)
{
	struct imap_fetch *fetch = &imap->fetching.fetch;
	bool is_list = imap_scan_take(s, '(');
	imap_scan_blanks(s);
	if (!imap_scan_odd_number(s, &fetch->modseq, &fetch->has_modseq))
		return false;
	imap_scan_blanks(s);
	return !is_list || imap_scan_take(s, ')');
}

static bool item_date(struct imap *imap, struct imap_scan *s)
{
	struct imap_fetch *fetch = &imap->fetching.fetch;
	struct str text;
	bool is_nil;
	if (!imap_scan_string(s, &text, &is_nil))
		return false;
	fetch->has_date = imap_date_parse(text, &fetch->date);
	return true;
}

/* An identifier: (M123), NIL, or a number. */
static bool item_id(struct imap_scan *s, struct str *id)
{
	bool is_nil, is_list = imap_scan_take(s, '(');
	imap_scan_blanks(s);
	if (!imap_scan_string(s, id, &is_nil))
		return false;
	imap_scan_blanks(s);
	return !is_list || imap_scan_take(s, ')');
}

static bool item_emailid(struct imap *imap, struct imap_scan *s)
{
	return item_id(s, &imap->fetching.fetch.emailid);
}

static bool item_threadid(struct imap *imap, struct imap_scan *s)
{
	return item_id(s, &imap->fetching.fetch.threadid);
}

static bool item_preview(struct imap *imap, struct imap_scan *s)
{
	bool is_nil;
	return imap_scan_string(s, &imap->fetching.fetch.preview, &is_nil);
}

static bool item_structure(struct imap *imap, struct imap_scan *s)
{
	struct imap_scan again = *s;
	part_free(imap->structure);
	imap->structure = imap_structure_read(s);
	if (imap->structure != NULL)
		return true;
	*s = again;
	return imap_scan_skip(s);
}

static void body_add(struct imap *imap, struct str bytes, bool is_nil)
{
	const struct imap_section *section = &imap->fetching.section;
	imap->bodies =
		array_room(imap->bodies, imap->body_count, &imap->body_cap, sizeof(*imap->bodies));
	imap->bodies[imap->body_count++] = (struct imap_body){.section = section->name,
		.origin = section->origin,
		.total = bytes.len,
		.bytes = bytes,
		.is_last = true,
		.is_nil = is_nil};
}

/* The value of the section that was named. */
static bool section_value(struct imap *imap, struct imap_scan *s)
{
	struct imap_fetch *fetch = &imap->fetching.fetch;
	struct str bytes;
	bool is_nil;
	imap_scan_blanks(s);
	if (!imap_scan_string(s, &bytes, &is_nil))
		return false;
	if (!imap->fetching.section.is_header) {
		if (imap->body_count >= SECTIONS_MAX)
			return false;
		body_add(imap, bytes, is_nil);
		return true;
	}
	fetch->header = bytes;
	fetch->has_header = !is_nil;
	return true;
}

/* Up to the "]" that ends a section, which may also stand in quotes or in a list of fields. */
static bool section_name(struct imap_scan *s, struct str *name)
{
	const char *start = s->p;
	int depth = 0;
	bool is_quoted = false;
	for (; s->p < s->end && s->p - start <= SECTION_MAX; s->p++) {
		if (*s->p == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && *s->p == ']' && depth <= 0) {
			*name = str_make(start, (size_t)(s->p++ - start));
			return true;
		} else if (!is_quoted)
			depth += (*s->p == '(') - (*s->p == ')');
	}
	return false;
}

/* "<0>", also "<0.100>" as some servers echo it. */
static bool section_origin(struct imap_scan *s, uint64_t *origin)
{
	*origin = 0;
	if (!imap_scan_take(s, '<'))
		return true;
	if (!imap_scan_u64(s, origin))
		return false;
	uint64_t length;
	if (imap_scan_take(s, '.') && !imap_scan_u64(s, &length))
		return false;
	return imap_scan_take(s, '>');
}

static bool item_section(struct imap *imap, struct imap_scan *s)
{
	struct imap_section *section = &imap->fetching.section;
	if (!section_name(s, &section->name) || !section_origin(s, &section->origin))
		return false;
	section->is_header = str_starts_nocase(section->name, STR("HEADER"));
	imap->fetching.is_awaiting = true;
	return true;
}

/* BODY[…] and BODY, which is a BODYSTRUCTURE without extensions. */
static bool item_body(struct imap *imap, struct imap_scan *s)
{
	return imap_scan_take(s, '[') ? item_section(imap, s) : item_structure(imap, s);
}

static bool item_binary_size(struct imap *imap, struct imap_scan *s)
{
	struct str name;
	(void)imap;
	if (!imap_scan_take(s, '[') || !section_name(s, &name))
		return false;
	imap_scan_blanks(s);
	return imap_scan_skip(s);
}

static bool item_rfc822(struct imap *imap, struct str name, bool is_header)
{
	imap->fetching.section = (struct imap_section){.name = name, .is_header = is_header};
	imap->fetching.is_awaiting = true;
	return true;
}

static bool item_whole(struct imap *imap, struct imap_scan *s)
{
	(void)s;
	return item_rfc822(imap, STR(""), false);
}

static bool item_text(struct imap *imap, struct imap_scan *s)
{
	(void)s;
	return item_rfc822(imap, STR("TEXT"), false);
}

static bool item_header(struct imap *imap, struct imap_scan *s)
{
	(void)s;
	return item_rfc822(imap, STR("HEADER"), true);
}

static const struct item_row {
	const char *name;
	item_read *read;
} item_rows[] = {
	{"UID", item_uid},
	{"FLAGS", item_flags},
	{"INTERNALDATE", item_date},
	{"RFC822.SIZE", item_size},
	{"MODSEQ", item_modseq},
	{"BODY", item_body},
	{"BINARY", item_body},
	{"BODYSTRUCTURE", item_structure},
	{"EMAILID", item_emailid},
	{"THREADID", item_threadid},
	{"X-GM-MSGID", item_emailid},
	{"X-GM-THRID", item_threadid},
	{"PREVIEW", item_preview},
	{"BINARY.SIZE", item_binary_size},
	{"RFC822", item_whole},
	{"RFC822.TEXT", item_text},
	{"RFC822.HEADER", item_header},
};

static bool item_char(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || strchr(".-_", c) != NULL;
}

/* The name, without digits that follow UID at once ("UID5", Zimbra). */
static struct str item_name(struct imap_scan *s)
{
	const char *start = s->p;
	while (s->p < s->end && *s->p != '\0' && item_char(*s->p))
		s->p++;
	struct str name = {start, (size_t)(s->p - start)};
	if (name.len > 3 && str_starts_nocase(name, STR("UID")) && ascii_is_digit(name.data[3])) {
		s->p = start + 3;
		name.len = 3;
	}
	return name;
}

static bool item_unknown(struct imap_scan *s)
{
	struct str section;
	if (imap_scan_take(s, '[') && !section_name(s, &section))
		return false;
	imap_scan_blanks(s);
	return imap_scan_skip(s);
}

static bool fetch_item(struct imap *imap, struct imap_scan *s)
{
	struct str name = item_name(s);
	if (name.len == 0)
		return false;
	for (size_t i = 0; i < sizeof(item_rows) / sizeof(*item_rows); i++) {
		if (!str_equal_nocase(name, str_from(item_rows[i].name)))
			continue;
		imap_scan_blanks(s);
		return item_rows[i].read(imap, s);
	}
	return item_unknown(s);
}

/* At the end of a piece: the value of the section named last is the literal that begins here. */
static bool fetch_is_at_literal(struct imap_scan *s)
{
	struct imap_scan ahead = *s;
	uint64_t length;
	imap_scan_blanks(&ahead);
	return imap_scan_literal_head(&ahead, &length) && imap_scan_at_end(&ahead);
}

static enum imap_fetch_step fetch_items(struct imap *imap, struct imap_scan *s, bool is_piece)
{
	struct imap_fetching *f = &imap->fetching;
	for (;;) {
		if (f->is_awaiting) {
			if (is_piece && fetch_is_at_literal(s))
				return IMAP_FETCH_READ;
			if (!section_value(imap, s))
				break;
			f->is_awaiting = false;
		}
		imap_scan_blanks(s);
		if (imap_scan_at_end(s) && imap->structure != NULL && !is_piece)
			return IMAP_FETCH_READ; /* too few ")" in it */
		if (imap_scan_take(s, ')')) {
			imap_scan_blanks(s);
			return imap_scan_at_end(s) ? IMAP_FETCH_READ : IMAP_FETCH_FAILED;
		}
		if (imap_scan_at_end(s))
			return IMAP_FETCH_SHORT;
		if (!fetch_item(imap, s))
			break;
	}
	return s->is_short ? IMAP_FETCH_SHORT : IMAP_FETCH_FAILED;
}

/* "* 5 FETCH (". */
static bool fetch_begin(struct imap *imap, struct imap_scan *s)
{
	struct imap_fetching *f = &imap->fetching;
	size_t head;
	uint32_t number;
	bool by_uid;
	if (!imap_fetch_is(str_make(s->p, (size_t)(s->end - s->p)), &head, &number, &by_uid))
		return false;
	s->p += head;
	*(by_uid ? &f->fetch.uid : &f->fetch.number) = number;
	imap_scan_blanks(s);
	f->is_open = imap_scan_take(s, '(');
	return f->is_open;
}

enum imap_fetch_step imap_fetch_read(
	struct imap *imap, struct str text, struct buf *arena, bool is_piece)
{
	struct imap_scan s = {.p = text.data,
		.end = text.data + text.len,
		.arena = arena,
		.depth = imap->limits.depth};
	if (!imap->fetching.is_open && !fetch_begin(imap, &s))
		return IMAP_FETCH_FAILED;
	return fetch_items(imap, &s, is_piece);
}

/* `text` ends where a literal begins that looks like a section. What stands before it is read now,
 * from a copy, because the rest of the response comes when these bytes are long gone. */
bool imap_fetch_stream(struct imap *imap, struct str text, uint64_t length)
{
	struct imap_fetching *f = &imap->fetching;
	if (f->has_failed) {
		imap_frame_stream(&imap->frame, text.len, length);
		return true;
	}
	if (imap->chunk_count >= SECTIONS_MAX)
		return false;
	imap->chunks = array_room(
		imap->chunks, imap->chunk_count, &imap->chunk_cap, sizeof(*imap->chunks));
	struct imap_chunk *chunk = &imap->chunks[imap->chunk_count++];
	*chunk = (struct imap_chunk){0};
	buf_add(&chunk->text, text);

	struct imap_fetching before = *f;
	size_t body_count = imap->body_count;
	const struct part *structure = imap->structure;
	enum imap_fetch_step step =
		imap_fetch_read(imap, buf_str(&chunk->text), &chunk->arena, true);
	bool is_section = step == IMAP_FETCH_READ && f->is_awaiting;
	f->is_cutting = is_section && f->section.is_header && length > imap->limits.literal;
	is_section = is_section && (f->is_cutting || !f->section.is_header);
	if (!is_section && step != IMAP_FETCH_FAILED) {
		/* No section after all, only the looks of one: held like any other literal. */
		*f = before;
		f->holds_all = true;
		imap->body_count = body_count;
		if (imap->structure != structure) {
			part_free(imap->structure);
			imap->structure = NULL;
		}
		return imap_frame_hold(imap, text.len, length);
	}
	f->is_active = true;
	f->is_awaiting = false;
	f->has_failed = !is_section;
	imap_frame_stream(&imap->frame, text.len, length);
	return true;
}

/* A header longer than can be held: its start must do. */
static void cut_header(struct imap *imap, struct str bytes)
{
	struct buf *header = &imap->chunks[imap->chunk_count - 1].header;
	struct imap_fetch *fetch = &imap->fetching.fetch;
	size_t room = HEADER_CUT - header->len;
	buf_add(header, str_first(bytes, room));
	fetch->header = buf_str(header);
	fetch->has_header = true;
}

/* The next piece of the literal; false when there is none to give. */
bool imap_fetch_stream_next(struct imap *imap, struct imap_event *event)
{
	struct imap_frame *frame = &imap->frame;
	const struct imap_fetching *f = &imap->fetching;
	struct str bytes = str_skip(buf_str(&frame->in), frame->pos);
	if (bytes.len > frame->stream_left)
		bytes.len = (size_t)frame->stream_left;
	if (bytes.len == 0 && frame->stream_left > 0)
		return false;
	uint64_t offset = frame->stream_total - frame->stream_left;
	imap_frame_consume(frame, bytes.len);
	frame->stream_left -= bytes.len;
	frame->is_streaming = frame->stream_left > 0;
	if (f->is_cutting && !f->has_failed)
		cut_header(imap, bytes);
	if (f->has_failed || f->is_cutting)
		return false;
	*event = (struct imap_event){.kind = IMAP_FETCH_BODY,
		.body = {.number = f->fetch.number,
			.uid = f->fetch.uid,
			.section = f->section.name,
			.origin = f->section.origin,
			.offset = offset,
			.total = frame->stream_total,
			.bytes = bytes,
			.is_last = !frame->is_streaming}};
	return true;
}

void imap_fetch_done(struct imap *imap)
{
	for (size_t i = 0; i < imap->chunk_count; i++) {
		buf_done(&imap->chunks[i].text);
		buf_done(&imap->chunks[i].arena);
		buf_done(&imap->chunks[i].header);
	}
	imap->chunk_count = 0;
	imap->body_count = imap->body_next = 0;
	part_free(imap->structure);
	imap->structure = NULL;
	imap->fetching = (struct imap_fetching){0};
}
