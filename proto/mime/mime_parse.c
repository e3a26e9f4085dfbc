/*
 * Message bytes → parts, without I/O. One pass by lines; what waits in `in` is at most one header
 * field or one line that may be a boundary.
 */
#include "base/memory.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_header.h"
#include "proto/mime/mime_part.h"

enum {
	BOUNDARY_MAX = 998,   /* longer is no boundary; RFC 2046 5.1.1 says 70 */
	DELIMITER_MAX = 2048, /* a longer line is none */
	STYLE_LOOK = 1000,
};

/* A part that has begun and not ended. */
struct level {
	struct part *part;
	char *boundary; /* owned; NULL: none or not yet known */
	size_t boundary_len;
	bool is_open;   /* the boundary still cuts */
	bool is_digest; /* RFC 2046 5.1.5 */
	bool sniffs;    /* no boundary was given: the first "--" line is one */
};

enum state {
	STATE_BEGIN,
	STATE_HEADER,
	STATE_BODY,
	STATE_SKIP,
	STATE_CLOSE,
	STATE_END,
	STATE_DONE
};

struct mime_parser {
	struct buf in;
	size_t pos;    /* of in: consumed before here */
	size_t scan;   /* of in: looked at before here; pos <= scan */
	uint64_t base; /* offset in the message of in.data[0] */
	bool is_finished;
	char style;                  /* '\n' or '\r'; 0: no line end seen yet */
	uint64_t style_at;           /* offset up to which it was looked for */
	uint64_t style_cr;           /* offset behind the first CR; 0: none yet */
	uint64_t find_from, find_to; /* a line that began there has no end before there */
	enum state state;
	struct part *root; /* owned until taken */
	struct level levels[PART_DEPTH_MAX + 1];
	size_t depth; /* levels in use */
	size_t part_count;
	size_t open_count;          /* levels with is_open or sniffs */
	uint64_t delimiter_lengths; /* bit (length & 63) of every delimiter, to say no fast */
	bool at_line_start;
	size_t eol_len; /* of the line end just before scan */
	/* The header that is being read. */
	struct buf field;  /* unfolded so far */
	bool field_is_out; /* it was handed out, the next call clears it */
	bool skips_line;   /* the rest of a line that was too long */
	bool is_first_line;
	uint64_t header_len;
	unsigned seen; /* enum part_field bits */
	/* What a delimiter or the end closes. */
	size_t close_depth;
	uint64_t close_offset;
	bool closes_last; /* "--boundary--" */
};

struct mime_parser *mime_parser_new(void)
{
	struct mime_parser *p = mem_new(sizeof *p);
	p->at_line_start = true;
	return p;
}

static void level_done(struct level *level)
{
	mem_free(level->boundary);
	*level = (struct level){0};
}

void mime_parser_free(struct mime_parser *p)
{
	if (p == NULL)
		return;
	while (p->depth > 0)
		level_done(&p->levels[--p->depth]);
	part_free(p->root);
	buf_done(&p->in);
	buf_done(&p->field);
	mem_free(p);
}

void mime_feed(struct mime_parser *p, struct str bytes)
{
	if (p->pos > p->in.len / 2) {
		buf_consume(&p->in, p->pos);
		p->base += p->pos;
		p->scan -= p->pos;
		p->pos = 0;
	}
	buf_add(&p->in, bytes);
}

void mime_finish(struct mime_parser *p)
{
	p->is_finished = true;
}

struct part *mime_take_root(struct mime_parser *p)
{
	struct part *root = p->root;
	p->root = NULL;
	return root;
}

/* ---- Lines. ---- */

/* Settles how this message ends its lines: LF after any number of CRs, or, where no LF comes soon
 * after the first CR, a CR alone, which then is a line end everywhere. */
static bool style_settle(struct mime_parser *p)
{
	while (p->style == 0 && p->style_at < p->base + p->in.len) {
		char c = p->in.data[p->style_at++ - p->base];
		if (p->style_cr == 0 && c == '\r')
			p->style_cr = p->style_at;
		if (c == '\n' || (p->style_cr == 0 && p->style_at > MIME_FIELD_MAX))
			p->style = '\n';
		else if (p->style_cr > 0 && p->style_at - p->style_cr >= STYLE_LOOK)
			p->style = '\r';
	}
	if (p->style == 0 && p->is_finished)
		p->style = p->style_cr > 0 ? '\r' : '\n';
	return p->style != 0;
}

struct line {
	size_t len;  /* without its end */
	size_t eol;  /* bytes of the end that belong to it; a run of CRs counts for one */
	size_t next; /* index in in of the next line */
};

static bool line_ends_in_cr(const struct mime_parser *p, size_t start, size_t from, struct line *l)
{
	const char *data = p->in.data;
	size_t at = from;
	while (at < p->in.len && data[at] != '\r' && data[at] != '\n')
		at++;
	bool has_more = at + 1 < p->in.len;
	if (at == p->in.len || (data[at] == '\r' && !has_more && !p->is_finished))
		return false;
	l->len = at - start;
	l->eol = data[at] == '\r' && has_more && data[at + 1] == '\n' ? 2 : 1;
	l->next = at + l->eol;
	return true;
}

static bool line_ends_in_lf(const struct mime_parser *p, size_t start, size_t from, struct line *l)
{
	const char *data = p->in.data;
	const char *lf = from < p->in.len ? memchr(data + from, '\n', p->in.len - from) : NULL;
	if (lf == NULL)
		return false;
	size_t at = (size_t)(lf - data), end = at;
	while (end > start && data[end - 1] == '\r')
		end--;
	*l = (struct line){end - start, at > p->pos && data[at - 1] == '\r' ? 2 : 1, at + 1};
	return true;
}

/* The line from start on; false while its end has not come. The message's end ends it too. */
static bool line_find(struct mime_parser *p, size_t start, struct line *l)
{
	uint64_t offset = p->base + start;
	size_t from = p->find_from == offset && p->find_to > offset ? p->find_to - p->base : start;
	bool found = p->style == '\r' ? line_ends_in_cr(p, start, from, l)
				      : line_ends_in_lf(p, start, from, l);
	if (found)
		return true;
	if (p->is_finished) {
		*l = (struct line){p->in.len - start, 0, p->in.len};
		return start < p->in.len;
	}
	p->find_from = offset;
	p->find_to = p->base + p->in.len - (p->in.len > start); /* a last CR is looked at again */
	return false;
}

static struct str in_str(const struct mime_parser *p, size_t from, size_t len)
{
	return str_make(buf_text(&p->in) + from, len);
}

/* ---- Boundaries. ---- */

static void delimiters_count(struct mime_parser *p)
{
	p->open_count = 0;
	p->delimiter_lengths = 0;
	for (size_t i = 0; i < p->depth; i++) {
		const struct level *level = &p->levels[i];
		p->open_count += level->is_open || level->sniffs;
		if (!level->is_open)
			continue;
		p->delimiter_lengths |= (uint64_t)1 << (level->boundary_len & 63);
		p->delimiter_lengths |= (uint64_t)1 << ((level->boundary_len + 2) & 63);
	}
}

struct delimiter {
	size_t level;
	bool is_last;
};

/* RFC 2046 lets a delimiter line go on after the boundary; but where one boundary begins with
 * another, mail has only whole lines. The innermost wins; an outer one ends what is inside. */
static bool delimiter_match(struct mime_parser *p, struct str line, struct delimiter *found)
{
	struct str text = str_skip(line, 2);
	while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
		text.len--;
	if ((p->delimiter_lengths >> (text.len & 63) & 1) == 0)
		return false;
	for (size_t i = p->depth; i-- > 0;) {
		const struct level *level = &p->levels[i];
		struct str boundary = str_make(level->boundary, level->boundary_len);
		if (!level->is_open || !str_starts(text, boundary))
			continue;
		struct str tail = str_skip(text, boundary.len);
		if (tail.len > 0 && !str_equal(tail, STR("--")))
			continue;
		*found = (struct delimiter){i, tail.len > 0};
		return true;
	}
	return false;
}

static void level_set_boundary(struct mime_parser *p, struct level *level, struct str boundary)
{
	level->boundary = mem_str(boundary);
	level->boundary_len = boundary.len;
	level->is_open = true;
	level->sniffs = false;
	delimiters_count(p);
}

/* A multipart without boundary: the first "--word" line in it is taken for one. */
static bool delimiter_sniff(struct mime_parser *p, struct str line, struct delimiter *found)
{
	struct level *level = &p->levels[p->depth - 1];
	struct str word = str_trim(str_skip(line, 2));
	if (p->state != STATE_SKIP || !level->sniffs || word.len < 3 || word.len > BOUNDARY_MAX)
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (ascii_is_space(word.data[i]))
			return false;
	level_set_boundary(p, level, word);
	*found = (struct delimiter){p->depth - 1, false};
	return true;
}

static bool delimiter_is(struct mime_parser *p, struct str line, struct delimiter *found)
{
	if (p->open_count == 0 || line.len > DELIMITER_MAX || !str_starts(line, STR("--")))
		return false;
	return delimiter_match(p, line, found) || delimiter_sniff(p, line, found);
}

/* ---- Headers. ---- */

static struct level *level_top(struct mime_parser *p)
{
	return &p->levels[p->depth - 1];
}

/* Hands out the field that is complete; false when there is none, or it is beyond the limit. */
static bool field_flush(struct mime_parser *p, struct mime_event *event)
{
	struct str name, value;
	bool is_field = p->field.len > 0 && mime_field_split(buf_str(&p->field), &name, &value);
	if (!is_field || p->header_len > MIME_HEADER_MAX) {
		buf_clear(&p->field);
		return false;
	}
	mime_part_apply(level_top(p)->part, name, value, &p->seen);
	*event = (struct mime_event){
		.kind = MIME_HEADER, .part = level_top(p)->part, .name = name, .value = value};
	p->field_is_out = true;
	return true;
}

static void field_add(struct mime_parser *p, struct str line)
{
	size_t room = p->field.len < MIME_FIELD_MAX ? MIME_FIELD_MAX - p->field.len : 0;
	buf_add(&p->field, str_first(line, room));
}

static void line_consume(struct mime_parser *p, const struct line *line)
{
	p->header_len += line->next - p->pos;
	p->pos = p->scan = line->next;
	p->eol_len = line->eol;
	p->is_first_line = false;
}

static bool can_descend(const struct mime_parser *p)
{
	return p->depth <= PART_DEPTH_MAX && p->part_count < PART_COUNT_MAX;
}

/* What follows the header of the top part. */
static enum state body_state(struct mime_parser *p)
{
	struct level *level = level_top(p);
	struct part *part = level->part;
	bool is_multipart = part_is(part, "multipart", NULL);
	if (!is_multipart && !mime_part_holds_message(part))
		return STATE_BODY;
	if (!can_descend(p)) {
		part->is_truncated = true;
		return STATE_BODY;
	}
	if (!is_multipart)
		return STATE_BEGIN;
	struct str boundary = str_from(part_param(part, "boundary"));
	while (boundary.len > 0 && ascii_is_space(boundary.data[boundary.len - 1]))
		boundary.len--;
	level->is_digest = part_is(part, "multipart", "digest");
	level->sniffs = boundary.len == 0 || boundary.len > BOUNDARY_MAX;
	if (!level->sniffs)
		level_set_boundary(p, level, boundary);
	delimiters_count(p);
	return STATE_SKIP;
}

static enum codec header_end(struct mime_parser *p, struct mime_event *event)
{
	struct level *level = level_top(p);
	level->part->offset = p->base + p->pos;
	mime_part_settle(level->part);
	p->at_line_start = true;
	p->state = body_state(p);
	*event = (struct mime_event){.kind = MIME_HEADER_END, .part = level->part};
	return CODEC_EVENT;
}

static bool is_mbox_line(const struct mime_parser *p, struct str line)
{
	const struct part *part = p->levels[p->depth - 1].part;
	bool is_message = part->parent == NULL || mime_part_holds_message(part->parent);
	return is_message && p->is_first_line && mime_is_mbox_line(line);
}

/* Drops the rest of a line of which MIME_FIELD_MAX bytes were taken. */
static bool line_skip(struct mime_parser *p)
{
	struct line line;
	if (line_find(p, p->pos, &line)) {
		line_consume(p, &line);
		p->skips_line = false;
		return true;
	}
	size_t keep = p->in.len > p->pos && p->in.data[p->in.len - 1] == '\r';
	p->header_len += p->in.len - keep - p->pos;
	p->pos = p->scan = p->in.len - keep;
	return false;
}

/* The next line of the header as far as it counts; false while it has not come. */
static bool header_line(struct mime_parser *p, struct line *line)
{
	bool found = line_find(p, p->pos, line);
	if (!found && p->in.len - p->pos <= MIME_FIELD_MAX)
		return false;
	if (!found || line->len > MIME_FIELD_MAX)
		*line = (struct line){MIME_FIELD_MAX, 0, p->pos + MIME_FIELD_MAX};
	return true;
}

enum header_step { HEADER_AGAIN, HEADER_MORE, HEADER_FIELD, HEADER_OVER };

static enum header_step header_step(struct mime_parser *p, struct mime_event *event)
{
	struct line line;
	struct delimiter delimiter;
	if (p->skips_line && !line_skip(p)) {
		if (!p->is_finished)
			return HEADER_MORE;
		p->skips_line = false;
	}
	if (!header_line(p, &line)) {
		if (!p->is_finished)
			return HEADER_MORE;
		return field_flush(p, event) ? HEADER_FIELD : HEADER_OVER;
	}
	struct str text = in_str(p, p->pos, line.len), name, value;
	bool is_folded = text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t');
	if (is_folded && p->field.len > 0) {
		field_add(p, text);
	} else if (is_mbox_line(p, text)) {
		/* not part of the message */
	} else if (!is_folded && mime_field_split(text, &name, &value)) {
		if (field_flush(p, event))
			return HEADER_FIELD;
		field_add(p, text);
	} else if (text.len == 0 || delimiter_is(p, text, &delimiter)) {
		if (field_flush(p, event))
			return HEADER_FIELD;
		if (text.len == 0)
			line_consume(p, &line);
		return HEADER_OVER;
	} else {
		struct str behind = in_str(p, line.next, p->in.len - line.next);
		enum mime_stray stray = mime_stray_judge(text, behind, p->style, p->is_finished);
		if (stray == MIME_STRAY_WAIT)
			return HEADER_MORE;
		if (stray == MIME_STRAY_BODY)
			return field_flush(p, event) ? HEADER_FIELD : HEADER_OVER;
		if (p->field.len > 0) {
			field_add(p, STR(" "));
			field_add(p, text);
		}
	}
	p->skips_line = line.len == MIME_FIELD_MAX && line.eol == 0;
	line_consume(p, &line);
	return HEADER_AGAIN;
}

static enum codec header_next(struct mime_parser *p, struct mime_event *event)
{
	if (p->field_is_out)
		buf_clear(&p->field);
	p->field_is_out = false;
	if (!style_settle(p))
		return CODEC_MORE;
	for (;;) {
		switch (header_step(p, event)) {
		case HEADER_AGAIN:
			break;
		case HEADER_MORE:
			return CODEC_MORE;
		case HEADER_FIELD:
			return CODEC_EVENT;
		case HEADER_OVER:
			return header_end(p, event);
		}
	}
}

/* ---- Bodies. ---- */

static void close_begin(struct mime_parser *p, size_t depth, uint64_t offset, bool is_last)
{
	p->close_depth = depth;
	p->close_offset = offset;
	p->closes_last = is_last;
	p->state = STATE_CLOSE;
}

/* Whether the line at scan is a delimiter can be told. */
enum found { FOUND_NOTHING, FOUND_DELIMITER, FOUND_TOO_LITTLE };

static enum found delimiter_look(struct mime_parser *p, struct line *line, struct delimiter *found)
{
	struct str rest = in_str(p, p->scan, p->in.len - p->scan);
	if (rest.len >= 1 && rest.data[0] != '-')
		return FOUND_NOTHING;
	if (rest.len >= 2 && rest.data[1] != '-')
		return FOUND_NOTHING;
	if (rest.len < 2)
		return p->is_finished ? FOUND_NOTHING : FOUND_TOO_LITTLE;
	if (!line_find(p, p->scan, line))
		return rest.len > DELIMITER_MAX ? FOUND_NOTHING : FOUND_TOO_LITTLE;
	bool is_one = delimiter_is(p, in_str(p, p->scan, line->len), found);
	return is_one ? FOUND_DELIMITER : FOUND_NOTHING;
}

/* Goes forward by lines to a delimiter (true, it stands at scan) or as far as bytes are there. */
static bool body_scan(struct mime_parser *p, struct line *line, struct delimiter *found)
{
	if (p->open_count == 0) {
		p->scan = p->in.len;
		p->eol_len = 0;
		p->at_line_start = false;
		return false;
	}
	while (p->scan < p->in.len) {
		enum found what = p->at_line_start ? delimiter_look(p, line, found) : FOUND_NOTHING;
		if (what != FOUND_NOTHING)
			return what == FOUND_DELIMITER;
		if (!line_find(p, p->scan, line)) {
			bool is_cr = p->in.data[p->in.len - 1] == '\r';
			if (p->scan < p->in.len - is_cr) {
				p->scan = p->in.len - is_cr;
				p->eol_len = 0;
				p->at_line_start = false;
			}
			return false;
		}
		p->scan = line->next;
		p->eol_len = line->eol;
		p->at_line_start = line->eol > 0;
	}
	return false;
}

/* Where the bytes end that surely belong to the body: a line end may belong to a delimiter. */
static size_t body_sure(const struct mime_parser *p, bool at_delimiter)
{
	if (p->is_finished && !at_delimiter)
		return p->in.len;
	size_t have = p->scan - p->pos;
	return p->scan - (p->eol_len < have ? p->eol_len : have);
}

static enum codec body_next(struct mime_parser *p, struct mime_event *event)
{
	struct line line = {0};
	struct delimiter delimiter;
	if (!style_settle(p))
		return CODEC_MORE;
	bool found = body_scan(p, &line, &delimiter);
	size_t sure = body_sure(p, found), start = p->pos;
	if (sure > start) {
		p->pos = sure;
		p->scan = p->scan > sure ? p->scan : sure;
		if (p->state == STATE_BODY) {
			*event = (struct mime_event){.kind = MIME_BODY,
				.part = level_top(p)->part,
				.bytes = in_str(p, start, sure - start)};
			return CODEC_EVENT;
		}
	}
	if (found) {
		bool is_full = p->part_count >= PART_COUNT_MAX;
		p->levels[delimiter.level].part->is_truncated |= is_full && !delimiter.is_last;
		close_begin(p, delimiter.level + 1, p->base + p->scan - p->eol_len,
			delimiter.is_last || is_full);
		p->pos = p->scan = line.next;
		p->eol_len = line.eol;
		p->at_line_start = true;
	} else if (p->is_finished && p->pos == p->in.len) {
		close_begin(p, 0, p->base + p->in.len, false);
	} else {
		return CODEC_MORE;
	}
	return mime_next(p, event);
}

/* ---- Parts. ---- */

static enum codec part_begin(struct mime_parser *p, struct mime_event *event)
{
	struct level *parent = p->depth > 0 ? level_top(p) : NULL;
	struct part *part = part_new(parent != NULL ? parent->part : NULL);
	if (parent == NULL)
		p->root = part;
	if (parent != NULL && parent->is_digest)
		mime_part_set_type(part, STR("message"), STR("rfc822"));
	part->header_offset = p->base + p->pos;
	mime_part_number(part);
	p->levels[p->depth++] = (struct level){.part = part};
	p->part_count++;
	p->state = STATE_HEADER;
	p->header_len = 0;
	p->seen = 0;
	p->is_first_line = true;
	p->skips_line = false;
	*event = (struct mime_event){.kind = MIME_PART_BEGIN, .part = part};
	return CODEC_EVENT;
}

static enum codec close_next(struct mime_parser *p, struct mime_event *event)
{
	if (p->depth > p->close_depth) {
		struct level *level = level_top(p);
		struct part *part = level->part;
		part->length = p->close_offset > part->offset ? p->close_offset - part->offset : 0;
		part->size = part->length;
		part->have_bytes = true;
		level_done(level);
		p->depth--;
		delimiters_count(p);
		*event = (struct mime_event){.kind = MIME_PART_END, .part = part};
		return CODEC_EVENT;
	}
	if (p->depth == 0) {
		p->state = STATE_END;
	} else if (p->closes_last) {
		level_top(p)->is_open = false;
		delimiters_count(p);
		p->state = STATE_SKIP;
	} else {
		p->state = STATE_BEGIN;
	}
	return mime_next(p, event);
}

enum codec mime_next(struct mime_parser *p, struct mime_event *event)
{
	switch (p->state) {
	case STATE_BEGIN:
		return part_begin(p, event);
	case STATE_HEADER:
		return header_next(p, event);
	case STATE_BODY:
	case STATE_SKIP:
		return body_next(p, event);
	case STATE_CLOSE:
		return close_next(p, event);
	case STATE_END:
		p->state = STATE_DONE;
		*event = (struct mime_event){.kind = MIME_END, .part = p->root};
		return CODEC_EVENT;
	case STATE_DONE:
		return CODEC_MORE;
	}
	return CODEC_MORE;
}

enum { PIECE = 64 * 1024, PASSED_BYTES = 4 * 1024 * 1024 };

struct part *mime_parse_passing(struct str message, mime_passed *passed, void *context)
{
	struct mime_parser *p = mime_parser_new();
	struct mime_event event;
	struct str done = str_first(message, 0);
	while (message.len > 0) {
		mime_feed(p, str_first(message, PIECE));
		done.len += str_first(message, PIECE).len;
		message = str_skip(message, PIECE);
		while (mime_next(p, &event) == CODEC_EVENT)
			continue;
		if (passed != NULL && done.len >= PASSED_BYTES) {
			passed(context, done);
			done = str_first(message, 0);
		}
	}
	mime_finish(p);
	while (mime_next(p, &event) == CODEC_EVENT)
		continue;
	struct part *root = mime_take_root(p);
	mime_parser_free(p);
	return root;
}

struct part *mime_parse(struct str message)
{
	return mime_parse_passing(message, NULL, NULL);
}
