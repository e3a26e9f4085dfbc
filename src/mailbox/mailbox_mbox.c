/* mbox: where each message stands. */
#include "mailbox/mailbox.h"

#include "base/memory.h"

enum {
	MBOX_WINDOW = 256 * 1024,
	MBOX_AHEAD = 1024,
	MBOX_LINE = 400,         /* bytes of a From_ line that are looked at */
	MBOX_HEADER = 64 * 1024, /* bytes of a header that are looked at */
	MBOX_SAMPLE = 200,       /* messages whose Content-Length is tried */
	MBOX_PIECE = 64 * 1024,
	MBOX_KEYWORDS = 1000,
};

struct mbox {
	struct mbox_source source;
	struct buf window;
	uint64_t base; /* offset of its first byte */
	enum mailbox_format format;
	uint64_t next;   /* From_ line of the next message */
	bool is_checked; /* the file begins as an mbox */
};

struct mbox *mbox_new(const struct mbox_source *source)
{
	struct mbox *mbox = mem_new(sizeof(*mbox));
	mbox->source = *source;
	mbox->format = MAILBOX_MBOXO;
	return mbox;
}

void mbox_free(struct mbox *mbox)
{
	if (mbox == NULL)
		return;
	buf_done(&mbox->window);
	mem_free(mbox);
}

void mbox_set_format(struct mbox *mbox, enum mailbox_format format)
{
	mbox->format = format;
}

void mbox_seek(struct mbox *mbox, uint64_t line)
{
	mbox->next = line;
	mbox->is_checked = false;
}

void mbox_message_done(struct mbox_message *message)
{
	buf_done(&message->keywords);
}

/* At least `want` bytes from an offset on, or all there are to the end. Good until the next. */
static bool mbox_view(
	struct mbox *mbox, uint64_t offset, size_t want, struct str *bytes, struct error *err)
{
	uint64_t end = mbox->base + mbox->window.len;
	uint64_t left = offset < mbox->source.size ? mbox->source.size - offset : 0;
	if (want > left)
		want = (size_t)left;
	if (offset < mbox->base || offset + want > end) {
		size_t max = want > MBOX_WINDOW ? want : MBOX_WINDOW;
		buf_clear(&mbox->window);
		mbox->base = offset;
		if (!mbox->source.read(mbox->source.context, offset, max, &mbox->window, err))
			return false;
	}
	*bytes = str_skip(buf_str(&mbox->window), (size_t)(offset - mbox->base));
	return bytes->len >= want ||
	       error_set(err, ERROR_STORAGE, "the file became shorter while it was read");
}

/* ---- From_ lines. ---- */

static bool two_digits(struct str s, int *value)
{
	uint32_t number;
	bool ok = s.len >= 1 && s.len <= 2 && str_to_u32(s, &number);
	*value = ok ? (int)number : 0;
	return ok;
}

static int month_of(struct str word)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (int i = 0; word.len == 3 && i < 12; i++)
		if (str_equal_nocase(word, str_make(months + i * 3, 3)))
			return i + 1;
	return 0;
}

/* Days since 1970-01-01 (Howard Hinnant's algorithm). */
static int64_t days_of(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* "01:05" or "01:05:34". */
static bool clock_read(struct str word, int64_t *seconds)
{
	int part[3] = {0};
	int count = 0;
	while (count < 3 && word.len > 0) {
		struct str one = str_cut(&word, ':');
		if (!two_digits(one, &part[count++]))
			return false;
	}
	*seconds = part[0] * 3600 + part[1] * 60 + part[2];
	return count >= 2 && word.len == 0 && part[0] < 24 && part[1] < 60 && part[2] < 61;
}

static bool year_read(struct str word, int64_t *year)
{
	uint32_t number;
	if (word.len != 4 || !str_to_u32(word, &number) || number < 1970)
		return false;
	*year = number;
	return true;
}

/* "+0100" or "-0730". */
static bool zone_read(struct str word, int64_t *seconds)
{
	uint32_t number;
	if (word.len != 5 || (word.data[0] != '+' && word.data[0] != '-') ||
		!str_to_u32(str_skip(word, 1), &number))
		return false;
	*seconds = (int64_t)(number / 100) * 3600 + (int64_t)(number % 100) * 60;
	if (word.data[0] == '-')
		*seconds = -*seconds;
	return true;
}

/* The words of asctime behind "From ADDRESS": "Sat Jan  3 01:05:34 1996", with a zone in front of
 * the year or behind it as some write it. */
bool mbox_line_read(struct str line, int64_t *arrived)
{
	struct str words[12];
	size_t count = 0;
	line = str_trim(str_first(line, MBOX_LINE));
	while (line.len > 0 && count < 12) {
		struct str word = str_trim(str_cut(&line, ' '));
		if (word.len > 0)
			words[count++] = word;
	}
	for (size_t i = 0; i + 3 < count; i++) {
		int day;
		int64_t time, year, zone = 0;
		int month = month_of(words[i]);
		if (month == 0 || !two_digits(words[i + 1], &day) || day < 1 || day > 31 ||
			!clock_read(words[i + 2], &time))
			continue;
		for (size_t j = i + 3; j < count; j++) {
			zone_read(words[j], &zone);
			if (j + 1 < count)
				zone_read(words[j + 1], &zone);
			if (!year_read(words[j], &year))
				continue;
			*arrived = days_of(year, month, day) * 86400 + time - zone;
			return true;
		}
	}
	return false;
}

/* Is there a From_ line at an offset? */
static bool mbox_is_line(struct mbox *mbox, uint64_t offset, uint64_t *behind, int64_t *arrived,
	bool *is_one, struct error *err)
{
	struct str bytes;
	*is_one = false;
	if (!mbox_view(mbox, offset, MBOX_LINE, &bytes, err))
		return false;
	struct str line = str_first(bytes, MBOX_LINE);
	size_t end = str_find_char(line, '\n');
	if (!str_starts(line, STR("From ")))
		return true;
	*behind = offset + (end == STR_NONE ? line.len : end + 1);
	*is_one = mbox_line_read(
		str_skip(str_first(line, end == STR_NONE ? line.len : end), 5), arrived);
	return true;
}

/* ---- Where a message ends. ---- */

static bool find(struct str text, struct str what, size_t from, size_t *at)
{
	while (from + what.len <= text.len) {
		const char *hit = memchr(text.data + from, what.data[0], text.len - from);
		if (hit == NULL)
			return false;
		from = (size_t)(hit - text.data);
		if (from + what.len > text.len)
			return false;
		if (memcmp(hit, what.data, what.len) == 0) {
			*at = from;
			return true;
		}
		from++;
	}
	return false;
}

/* The line that ends with the LF at `at` is blank; *start is where it begins. */
static bool is_blank_line(struct str text, size_t at, bool is_begin, size_t *start)
{
	size_t begin = at > 0 && text.data[at - 1] == '\r' ? at - 1 : at;
	*start = begin;
	return begin == 0 ? is_begin : text.data[begin - 1] == '\n';
}

/* The blank line in front of the next From_ line, or the end of the file without its blank line. */
static bool mbox_scan(
	struct mbox *mbox, uint64_t from, uint64_t *to, uint64_t *next, struct error *err)
{
	uint64_t at = from;
	for (;;) {
		struct str text;
		size_t hit = 0, start = 0, pos = 0;
		uint64_t behind;
		int64_t arrived;
		bool is_one = false;
		if (!mbox_view(mbox, at, MBOX_AHEAD, &text, err))
			return false;
		bool is_end = at + text.len >= mbox->source.size;
		while (find(text, STR("\nFrom "), pos, &hit)) {
			pos = hit + 1;
			if (!is_blank_line(text, hit, at == from, &start))
				continue;
			uint64_t line = at + hit + 1, blank = at + start;
			if (!mbox_is_line(mbox, line, &behind, &arrived, &is_one, err))
				return false;
			if (is_one) {
				*to = blank;
				*next = line;
				return true;
			}
			if (!mbox_view(mbox, at, MBOX_AHEAD, &text, err))
				return false;
			is_end = at + text.len >= mbox->source.size;
		}
		if (is_end) {
			size_t blank = 0;
			bool has = text.len > 0 && text.data[text.len - 1] == '\n' &&
				   is_blank_line(text, text.len - 1, at == from, &blank);
			*to = has ? at + blank : at + text.len;
			*next = mbox->source.size;
			return true;
		}
		at += text.len > 16 ? text.len - 8 : text.len; /* what may lie across the edge */
	}
}

static struct str mbox_header(struct str text)
{
	size_t at = 0;
	while (find(text, STR("\n"), at, &at)) {
		at++;
		if (str_starts(str_skip(text, at), STR("\n")) ||
			str_starts(str_skip(text, at), STR("\r\n")))
			return str_first(text, at);
	}
	return text;
}

/* The value of a field on its first line. */
static bool header_value(struct str header, struct str name, struct str *value)
{
	while (header.len > 0) {
		struct str line = str_cut(&header, '\n');
		if (line.len > name.len && line.data[name.len] == ':' &&
			str_equal_nocase(str_first(line, name.len), name)) {
			*value = str_trim(str_skip(line, name.len + 1));
			return true;
		}
	}
	return false;
}

/* By Content-Length, if it leads to the next From_ line or the end. */
static bool mbox_by_length(struct mbox *mbox, uint64_t from, uint64_t *to, uint64_t *next,
	bool *fits, struct error *err)
{
	struct str text, value;
	uint64_t length, behind;
	int64_t arrived;
	*fits = false;
	if (!mbox_view(mbox, from, MBOX_HEADER, &text, err))
		return false;
	struct str header = mbox_header(text);
	if (!header_value(header, STR("Content-Length"), &value) || !str_to_u64(value, &length) ||
		length > mbox->source.size)
		return true;
	struct str rest = str_skip(text, header.len);
	uint64_t body = from + header.len + (str_starts(rest, STR("\r")) ? 2 : 1);
	*to = body + length;
	if (*to > mbox->source.size)
		return true;
	if (!mbox_view(mbox, *to, 2, &text, err))
		return false;
	*next = *to + (str_starts(text, STR("\r\n")) ? 2 : str_starts(text, STR("\n")) ? 1 : 0);
	if (*next >= mbox->source.size) {
		*fits = true;
		return true;
	}
	return mbox_is_line(mbox, *next, &behind, &arrived, fits, err);
}

/* ---- Flags. ---- */

static void flags_read(struct str letters, const char *known, const flags_t *bits, flags_t *flags)
{
	for (size_t i = 0; i < letters.len; i++) {
		const char *at = letters.data[i] != '\0' ? strchr(known, letters.data[i]) : NULL;
		if (at != NULL)
			*flags |= bits[at - known];
	}
}

static void message_flags(struct str header, struct mbox_message *m)
{
	static const flags_t status[] = {FLAG_SEEN};
	static const flags_t more[] = {FLAG_ANSWERED, FLAG_FLAGGED, FLAG_DELETED, FLAG_DRAFT};
	struct str value;
	if (header_value(header, STR("Status"), &value))
		flags_read(value, "R", status, &m->flags);
	if (header_value(header, STR("X-Status"), &value))
		flags_read(value, "AFDT", more, &m->flags);
	if (header_value(header, STR("X-Keywords"), &value) && value.len < MBOX_KEYWORDS)
		buf_add(&m->keywords, value);
	if (header_value(header, STR("X-Mozilla-Keys"), &value) && value.len > 0 &&
		value.len < MBOX_KEYWORDS) {
		if (m->keywords.len > 0)
			buf_add_char(&m->keywords, ' ');
		buf_add(&m->keywords, value);
	}
}

/* ---- One after the other. ---- */

static bool mbox_has_lengths(const struct mbox *mbox)
{
	return mbox->format == MAILBOX_MBOXCL || mbox->format == MAILBOX_MBOXCL2;
}

/* Blank lines in front of the first are borne. */
static bool mbox_begin(struct mbox *mbox, struct error *err)
{
	struct str text;
	if (mbox->is_checked)
		return true;
	if (!mbox_view(mbox, mbox->next, MBOX_LINE, &text, err))
		return false;
	while (text.len > 0 && (text.data[0] == '\n' || text.data[0] == '\r')) {
		text = str_skip(text, 1);
		mbox->next++;
	}
	mbox->is_checked = true;
	if (text.len == 0 || str_starts(text, STR("From ")))
		return true;
	return error_set(
		err, ERROR_INPUT, "this is no mbox: it does not begin with a line \"From …\"");
}

bool mbox_next(struct mbox *mbox, struct mbox_message *m, bool *is_found, struct error *err)
{
	struct str text;
	bool is_one, fits = false;
	*is_found = false;
	m->flags = 0;
	m->arrived = -1;
	buf_clear(&m->keywords);
	if (!mbox_begin(mbox, err))
		return false;
	if (mbox->next >= mbox->source.size)
		return true;
	m->line = mbox->next;
	if (!mbox_view(mbox, m->line, MBOX_LINE, &text, err))
		return false;
	size_t end = str_find_char(str_first(text, MBOX_LINE), '\n');
	m->from = m->line + (end == STR_NONE ? str_first(text, MBOX_LINE).len : end + 1);
	if (!mbox_is_line(mbox, m->line, &m->from, &m->arrived, &is_one, err))
		return false;
	if (!is_one)
		m->arrived = -1;
	if (mbox_has_lengths(mbox) &&
		!mbox_by_length(mbox, m->from, &m->to, &mbox->next, &fits, err))
		return false;
	if (!fits && !mbox_scan(mbox, m->from, &m->to, &mbox->next, err))
		return false;
	if (!mbox_view(mbox, m->from, MBOX_HEADER, &text, err))
		return false;
	message_flags(mbox_header(str_first(text, (size_t)(m->to - m->from))), m);
	*is_found = true;
	return true;
}

/* ---- The bytes. ---- */

/* How many ">" stand in front of "From "; 0: it is another line. SIZE_MAX: too short to tell. */
static size_t quotes_of(struct str line, bool is_end)
{
	size_t n = 0;
	while (n < line.len && line.data[n] == '>')
		n++;
	struct str rest = str_skip(line, n);
	if (n == 0)
		return line.len > 0 || is_end ? 0 : SIZE_MAX;
	if (rest.len < 5 && !is_end && str_starts(STR("From "), rest))
		return SIZE_MAX;
	return str_starts(rest, STR("From ")) ? n : 0;
}

static size_t unquote(struct str text, bool is_end, bool is_line, struct buf *out)
{
	size_t at = 0;
	while (at < text.len) {
		struct str line = str_skip(text, at);
		size_t end = str_find_char(line, '\n');
		if (is_line) {
			size_t quotes = quotes_of(line, is_end);
			if (quotes == SIZE_MAX && at > 0)
				return at;
			if (quotes != 0 && quotes != SIZE_MAX) {
				line = str_skip(line, 1);
				at++;
				end = end != STR_NONE ? end - 1 : end;
			}
		}
		struct str part = end == STR_NONE ? line : str_first(line, end + 1);
		buf_add(out, part);
		at += part.len;
		is_line = true;
	}
	return at;
}

bool mbox_read(struct mbox *mbox, const struct mbox_message *m, uint64_t *offset, struct buf *out,
	struct error *err)
{
	struct str text;
	uint64_t left = m->to - *offset;
	size_t want = left < MBOX_PIECE ? (size_t)left : MBOX_PIECE;
	if (left == 0)
		return true;
	/* The byte in front tells whether a line begins here. */
	if (!mbox_view(mbox, *offset - 1, want + 1, &text, err))
		return false;
	bool is_line = *offset == m->from || text.data[0] == '\n';
	text = str_first(str_skip(text, 1), want);
	if (mbox->format != MAILBOX_MBOXRD) {
		buf_add(out, text);
		*offset += text.len;
		return true;
	}
	*offset += unquote(text, want == left, is_line, out);
	return true;
}

/* ---- Which dialect. ---- */

struct mbox_signs {
	bool has_quotes, has_twice;
};

static bool mbox_signs(struct mbox *mbox, struct mbox_signs *signs, struct error *err)
{
	uint64_t at = 0;
	while (at < mbox->source.size && !signs->has_twice) {
		struct str text;
		size_t pos = 0;
		if (!mbox_view(mbox, at, MBOX_WINDOW, &text, err))
			return false;
		while (find(text, STR("\n>"), pos, &pos)) {
			size_t quotes = quotes_of(str_skip(text, pos + 1), true);
			signs->has_quotes |= quotes == 1;
			signs->has_twice |= quotes > 1;
			pos++;
		}
		if (text.len == 0)
			break;
		at += at + text.len < mbox->source.size && text.len > 64 ? text.len - 32 : text.len;
	}
	return true;
}

/* Do the lengths of the first messages fit, and are there "From " lines within? */
static bool mbox_try_lengths(struct mbox *mbox, bool *fits, bool *has_raw, struct error *err)
{
	uint64_t line = mbox->next, from = 0, to = 0, next = 0, scanned, ignored;
	int64_t arrived;
	bool is_one;
	*fits = *has_raw = false;
	for (int i = 0; i < MBOX_SAMPLE && line < mbox->source.size; i++) {
		if (!mbox_is_line(mbox, line, &from, &arrived, &is_one, err) ||
			!mbox_by_length(mbox, from, &to, &next, fits, err))
			return false;
		if (!is_one || !*fits)
			return !(*fits = false);
		if (!mbox_scan(mbox, from, &scanned, &ignored, err))
			return false;
		*has_raw |= scanned < to;
		line = next;
	}
	return true;
}

bool mbox_guess(
	struct mbox *mbox, enum mailbox_format *format, enum mbox_reason *reason, struct error *err)
{
	struct mbox_signs signs = {0};
	bool fits, has_raw;
	if (!mbox_begin(mbox, err) || !mbox_signs(mbox, &signs, err) ||
		!mbox_try_lengths(mbox, &fits, &has_raw, err))
		return false;
	*format = MAILBOX_MBOXO;
	if (fits && (has_raw || signs.has_quotes || signs.has_twice)) {
		*format = has_raw ? MAILBOX_MBOXCL2 : MAILBOX_MBOXCL;
		*reason = has_raw ? MBOX_LENGTHS_RAW : MBOX_LENGTHS;
	} else if (signs.has_twice) {
		*format = MAILBOX_MBOXRD;
		*reason = MBOX_TWICE;
	} else {
		*reason = signs.has_quotes ? MBOX_DOUBTFUL : MBOX_NO_QUOTES;
	}
	mbox->format = *format;
	return true;
}
