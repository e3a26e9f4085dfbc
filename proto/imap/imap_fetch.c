/*
 * FETCH: the items of one message in any order. A response with a streamed literal is read in
 * pieces: what stands before the literal, then what stands behind it.
 */
#include "base/array.h"
#include "proto/imap/imap_client.h"

enum { SECTION_MAX = 4096 };

bool imap_fetch_is(struct str response, size_t *head, uint32_t *number, bool *by_uid)
{
	struct imap_scan s = {.p = response.data, .end = response.data + response.len};
	bool is_sane;
	uint64_t wide;
	if (!imap_scan_take(&s, '*'))
		return false;
	imap_scan_blanks(&s);
	if (!imap_scan_odd_number(&s, &wide, &is_sane) || wide > UINT32_MAX)
		return false;
	imap_scan_blanks(&s);
	struct str word = imap_scan_atom(&s);
	*by_uid = str_equal_nocase(word, STR("UIDFETCH"));
	*number = (uint32_t)wide;
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
	return imap_scan_odd_number(s, &fetch->size, &fetch->has_size);
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

void imap_fetch_done(struct imap *imap)
{
	for (size_t i = 0; i < imap->chunk_count; i++) {
		buf_done(&imap->chunks[i].text);
		buf_done(&imap->chunks[i].arena);
	}
	imap->chunk_count = 0;
	imap->body_count = imap->body_next = 0;
	part_free(imap->structure);
	imap->structure = NULL;
	imap->fetching = (struct imap_fetching){0};
}
