/*
 * Finds the ends of responses: lines, and the literals inside them. What is gathered stays where it
 * was fed, so that a header of some hundred bytes is copied once on its way in and never again.
 */
#include "proto/imap/imap_client.h"

enum {
	SEARCH_PIECE = 64 * 1024, /* of a line of search results that is handed on unfinished */
	SPARE_MAX = 1024 * 1024,  /* room kept for the next response */
};

void imap_frame_feed(struct imap_frame *frame, struct str bytes)
{
	if (frame->pos == frame->in.len)
		buf_clear(&frame->in);
	else if (frame->pos >= frame->in.len / 2)
		buf_consume(&frame->in, frame->pos);
	else
		goto add;
	frame->pos = 0;
	if (frame->in.len == 0 && frame->in.cap > SPARE_MAX)
		buf_done(&frame->in);
add:
	buf_add(&frame->in, bytes);
}

void imap_frame_consume(struct imap_frame *frame, size_t n)
{
	frame->pos += n;
	frame->scanned = frame->line = frame->held = 0;
}

bool imap_frame_hold(struct imap *imap, size_t end, uint64_t length)
{
	struct imap_frame *frame = &imap->frame;
	if (length > imap->limits.literal - frame->held - frame->held_bytes)
		return false;
	frame->held += (size_t)length;
	frame->line = frame->scanned = end + (size_t)length;
	return true;
}

void imap_frame_stream(struct imap_frame *frame, size_t end, uint64_t length)
{
	frame->line_bytes += end - frame->held;
	frame->held_bytes += frame->held;
	imap_frame_consume(frame, end);
	frame->is_streaming = true;
	frame->stream_left = frame->stream_total = length;
}

static struct str frame_bytes(const struct imap_frame *frame)
{
	return str_skip(buf_str(&frame->in), frame->pos);
}

/* Only untagged data has literals; the text of a status answer may well end in "{5}". */
static bool frame_has_literals(const struct imap *imap, struct str bytes)
{
	if (imap->fetching.is_active)
		return true;
	if (!str_starts(bytes, STR("* ")))
		return false;
	struct imap_scan s = {.p = bytes.data + 2, .end = bytes.data + bytes.len};
	enum imap_status status;
	return !imap_scan_is(&s, '[') && !imap_status_word(imap_scan_atom(&s), &status);
}

static bool frame_is_fetch(const struct imap *imap, struct str bytes)
{
	size_t head;
	uint32_t number;
	bool by_uid;
	return imap->fetching.is_active ||
	       (imap->is_greeted && imap_fetch_is(bytes, &head, &number, &by_uid));
}

/* Whether the literal behind `before` may be a section to stream: it follows "]", "<0>" or an
 * RFC822 item, and is no header. imap_fetch_read decides. */
static bool frame_may_stream(const struct imap *imap, struct str bytes, struct str before)
{
	if (imap->fetching.holds_all || !frame_is_fetch(imap, bytes))
		return false;
	before = str_trim(before);
	if (str_ends_nocase(before, STR(" RFC822")) || str_ends_nocase(before, STR("(RFC822")) ||
		str_ends_nocase(before, STR("RFC822.TEXT")))
		return true;
	if (before.len == 0 || strchr("]>", before.data[before.len - 1]) == NULL)
		return false;
	const char *open = memrchr(before.data, '[', before.len);
	size_t at = open != NULL ? (size_t)(open - before.data) + 1 : before.len;
	return !str_starts_nocase(str_skip(before, at), STR("HEADER"));
}

/* A literal of `length` bytes begins at `end`; `head` bytes announce it. */
static enum imap_frame_step frame_literal(
	struct imap *imap, struct str bytes, size_t end, size_t head, uint64_t length)
{
	struct imap_frame *frame = &imap->frame;
	struct str before = {bytes.data + frame->line, end - head - frame->line};
	bool is_skipped = imap->fetching.is_active && imap->fetching.has_failed;
	bool is_long = length > imap->limits.literal && frame_is_fetch(imap, bytes);
	if (is_skipped || is_long || frame_may_stream(imap, bytes, before))
		return length > imap->limits.body ? IMAP_FRAME_BAD : IMAP_FRAME_STREAM;
	return imap_frame_hold(imap, end, length) ? IMAP_FRAME_MORE : IMAP_FRAME_BAD;
}

/* An empty line behind a literal is one too many (some servers end a literal with a line end of its
 * own), unless another response follows it. */
static bool frame_is_extra(const struct imap *imap, struct str bytes, size_t end)
{
	const struct imap_frame *frame = &imap->frame;
	if (frame->line == 0 && !imap->fetching.is_active)
		return false;
	struct str line = {bytes.data + frame->line, end - frame->line};
	return str_trim(line).len == 0 && frame_is_fetch(imap, bytes) &&
	       (end == bytes.len || bytes.data[end] == ' ' || bytes.data[end] == ')');
}

/* A million numbers make a line of megabytes: it is handed on up to its last blank. */
static enum imap_frame_step frame_unfinished(struct imap *imap, struct str bytes, struct str *text)
{
	struct imap_frame *frame = &imap->frame;
	frame->scanned = bytes.len;
	if (bytes.len - frame->held + frame->line_bytes > imap->limits.line)
		return IMAP_FRAME_BAD;
	bool is_search = frame->in_search || str_starts_nocase(bytes, STR("* SEARCH "));
	if (!is_search || bytes.len < SEARCH_PIECE || str_find_char(bytes, '(') != STR_NONE)
		return IMAP_FRAME_MORE;
	const char *blank = memrchr(bytes.data, ' ', bytes.len);
	if (blank == NULL || blank <= bytes.data + strlen("* SEARCH"))
		return IMAP_FRAME_MORE;
	*text = str_first(bytes, (size_t)(blank - bytes.data));
	imap_frame_consume(frame, text->len);
	frame->in_search = true;
	return IMAP_FRAME_LINE;
}

/* One line of the response: MORE means that the response goes on behind it. */
static enum imap_frame_step frame_line(
	struct imap *imap, struct str bytes, size_t end, uint64_t *literal)
{
	struct imap_frame *frame = &imap->frame;
	if (end - frame->held + frame->line_bytes > imap->limits.line)
		return IMAP_FRAME_BAD;
	struct str line = {bytes.data + frame->line, end - frame->line};
	bool is_huge;
	size_t head = imap_literal_announced(line, literal, &is_huge);
	if (head > 0 && frame_has_literals(imap, bytes))
		return is_huge ? IMAP_FRAME_BAD : frame_literal(imap, bytes, end, head, *literal);
	if (!frame_is_extra(imap, bytes, end))
		return IMAP_FRAME_LINE;
	if (end < bytes.len)
		frame->line = frame->scanned = end;
	return IMAP_FRAME_MORE;
}

static void frame_skip_nuls(struct imap *imap)
{
	struct imap_frame *frame = &imap->frame;
	if (frame->line > 0 || imap->fetching.is_active)
		return;
	size_t start = frame->pos;
	while (frame->pos < frame->in.len && frame->in.data[frame->pos] == '\0')
		frame->pos++;
	if (frame->pos > start)
		frame->scanned = 0;
}

enum imap_frame_step imap_frame_next(struct imap *imap, struct str *text, uint64_t *literal)
{
	struct imap_frame *frame = &imap->frame;
	frame_skip_nuls(imap);
	struct str bytes = frame_bytes(frame);
	while (frame->line <= bytes.len) {
		size_t line = frame->line;
		struct str rest = str_skip(bytes, frame->scanned);
		const char *newline = rest.len > 0 ? memchr(rest.data, '\n', rest.len) : NULL;
		if (newline == NULL)
			return frame_unfinished(imap, bytes, text);
		size_t end = (size_t)(newline - bytes.data) + 1;
		enum imap_frame_step step = frame_line(imap, bytes, end, literal);
		*text = str_first(bytes, end);
		if (step == IMAP_FRAME_LINE) {
			imap_frame_consume(frame, end);
			frame->line_bytes = frame->held_bytes = 0;
			frame->in_search = false;
		}
		if (step != IMAP_FRAME_MORE || frame->line == line)
			return step;
	}
	return IMAP_FRAME_MORE;
}
