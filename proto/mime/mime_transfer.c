/* Undoing base64, quoted-printable (RFC 2045 6.7, 6.8) and uuencode, piece by piece. */
#include "proto/mime/mime.h"

enum { NOT = 0x80 };

/* The six bits of a base64 digit; NOT for all else. */
/* clang-format off */
static const unsigned char base64_bits[256] = {
	NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT,
	NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT,
	NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, 62, NOT, NOT, NOT, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NOT, NOT, NOT, NOT, NOT, NOT,
	NOT, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NOT, NOT, NOT, NOT, NOT,
	NOT, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NOT, NOT, NOT, NOT, NOT,
	NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT,
	NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT,
	NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT,
	NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT,
	NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT,
	NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT,
	NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT,
	NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT,
};
/* clang-format on */

/* What stands in d->bits when an end comes inside a group of four. */
static void base64_flush(struct mime_decoder *d, struct buf *out)
{
	unsigned bits = d->bits << (24 - d->bit_count);
	char bytes[2] = {(char)(bits >> 16), (char)(bits >> 8)};
	buf_add_bytes(out, bytes, d->bit_count / 8);
	d->bits = d->bit_count = 0;
}

static void base64_digit(struct mime_decoder *d, unsigned char c, struct buf *out)
{
	if (c == '=')
		base64_flush(d, out);
	if (base64_bits[c] & NOT)
		return;
	d->bits = d->bits << 6 | base64_bits[c];
	d->bit_count += 6;
	if (d->bit_count < 24)
		return;
	char bytes[3] = {(char)(d->bits >> 16), (char)(d->bits >> 8), (char)d->bits};
	buf_add_bytes(out, bytes, sizeof bytes);
	d->bits = d->bit_count = 0;
}

/* Behind padding: list software appends its footer there as plain text, and programs that encode
 * piece by piece go on with base64. A line tells which it is: d->kept gathers it. */
enum { BASE64_PLAIN, BASE64_BEHIND };

static bool base64_line_is_more(struct str line)
{
	enum { LONG = 60 };
	for (size_t i = 0; i < line.len; i++)
		if ((base64_bits[(unsigned char)line.data[i]] & NOT) && line.data[i] != '=')
			return false;
	return line.len % 4 == 0 || line.len >= LONG;
}

static void base64_line(struct mime_decoder *d, struct buf *out)
{
	struct str line = str_trim(str_make(d->kept, d->kept_len));
	d->kept_len = 0;
	d->is_done = !base64_line_is_more(line);
	for (size_t i = 0; i < line.len && !d->is_done; i++)
		base64_digit(d, (unsigned char)line.data[i], out);
}

/* One byte behind padding. */
static void base64_behind(struct mime_decoder *d, char c, struct buf *out)
{
	bool is_end = c == '\n' || c == '\r';
	if (d->kept_len == 0 && (ascii_is_space(c) || c == '='))
		return;
	if (d->kept_len == 0)
		d->tail_at = d->taken;
	if (!is_end)
		d->kept[d->kept_len++] = c;
	if (is_end || d->kept_len == sizeof d->kept)
		base64_line(d, out);
}

static void base64_slow(struct mime_decoder *d, unsigned char c, struct buf *out)
{
	if (c == '=' && d->bit_count >= 12)
		d->pending = BASE64_BEHIND;
	base64_digit(d, c, out);
}

/* Whole groups of four without rubbish between, from `in` to before `end`; returns how far. */
static const unsigned char *base64_fast(
	const unsigned char *in, const unsigned char *end, struct buf *out)
{
	buf_reserve(out, (size_t)(end - in) / 4 * 3);
	char *to = out->data + out->len;
	for (; end - in >= 4; in += 4, to += 3) {
		unsigned a = base64_bits[in[0]], b = base64_bits[in[1]];
		unsigned c = base64_bits[in[2]], e = base64_bits[in[3]];
		if ((a | b | c | e) & NOT)
			break;
		unsigned bits = a << 18 | b << 12 | c << 6 | e;
		to[0] = (char)(bits >> 16);
		to[1] = (char)(bits >> 8);
		to[2] = (char)bits;
	}
	out->len = (size_t)(to - out->data);
	*to = '\0';
	return in;
}

static void base64_feed(struct mime_decoder *d, struct str piece, struct buf *out)
{
	const unsigned char *in = (const unsigned char *)piece.data, *end = in + piece.len;
	buf_reserve(out, piece.len / 4 * 3 + 3);
	out->data[out->len] = '\0'; /* perhaps nothing follows */
	while (in < end && !d->is_done && d->pending == BASE64_PLAIN) {
		if (d->bit_count == 0 && end - in >= 4)
			in = base64_fast(in, end, out);
		if (in < end)
			base64_slow(d, *in++, out);
	}
	uint64_t before = d->taken + piece.len;
	for (; in < end && !d->is_done; in++) {
		d->taken = before - (size_t)(end - in);
		base64_behind(d, (char)*in, out);
	}
	d->taken = before;
}

/* ---- Quoted-printable. The state between pieces is d->pending; what may yet turn out to be the
 * end of a line waits in d->kept. ---- */

enum {
	QP_TEXT,  /* kept: blanks that a line end would drop */
	QP_SIGN,  /* after '='; kept: "=" and what followed it so far */
	QP_HEX,   /* after '=' and one digit */
	QP_BREAK, /* after "=" CR: a LF belongs to it */
};

static const bool qp_stops[256] = {['='] = true, ['\r'] = true, ['\n'] = true};

enum { HEX = 16 };

/* The value of a digit + HEX; 0 for all else. */
static const unsigned char hex_digits[256] = {['0'] = 16,
	['1'] = 17,
	['2'] = 18,
	['3'] = 19,
	['4'] = 20,
	['5'] = 21,
	['6'] = 22,
	['7'] = 23,
	['8'] = 24,
	['9'] = 25,
	['A'] = 26,
	['B'] = 27,
	['C'] = 28,
	['D'] = 29,
	['E'] = 30,
	['F'] = 31,
	['a'] = 26,
	['b'] = 27,
	['c'] = 28,
	['d'] = 29,
	['e'] = 30,
	['f'] = 31};

static void qp_flush(struct mime_decoder *d, struct buf *out)
{
	buf_add_bytes(out, d->kept, d->kept_len);
	d->kept_len = 0;
	d->pending = QP_TEXT;
}

/* Byte by byte as far as the outcome goes, so that cuts change nothing: when kept is full it was
 * text after all. */
static void qp_keep(struct mime_decoder *d, struct str more, struct buf *out)
{
	while (more.len > 0) {
		if (d->kept_len == sizeof d->kept)
			qp_flush(d, out);
		size_t room = sizeof d->kept - d->kept_len;
		struct str part = str_first(more, room);
		memcpy(d->kept + d->kept_len, part.data, part.len);
		d->kept_len += part.len;
		more = str_skip(more, part.len);
	}
}

/* A run of text up to '=', a line end or the end of the piece; returns its length. */
static size_t qp_run(struct mime_decoder *d, struct str in, struct buf *out)
{
	size_t len = 0;
	while (len < in.len && !qp_stops[(unsigned char)in.data[len]])
		len++;
	size_t solid = len;
	while (solid > 0 && (in.data[solid - 1] == ' ' || in.data[solid - 1] == '\t'))
		solid--;
	if (solid > 0) {
		qp_flush(d, out);
		buf_add_bytes(out, in.data, solid);
	}
	qp_keep(d, str_make(in.data + solid, len - solid), out);
	if (len == in.len)
		return len;
	if (in.data[len] == '=') {
		qp_flush(d, out);
		d->pending = QP_SIGN;
		qp_keep(d, STR("="), out);
		return len + 1;
	}
	d->kept_len = 0; /* blanks at the end of a line were added on the way (6.7 rule 3) */
	size_t end = len;
	while (end < in.len && (in.data[end] == '\r' || in.data[end] == '\n'))
		end++;
	buf_add_bytes(out, in.data + len, end - len);
	return end;
}

/* One byte after '='; false: not taken, look at it again as text. */
static bool qp_sign(struct mime_decoder *d, char c, struct buf *out)
{
	if (c == '\n' || c == '\r') {
		d->kept_len = 0;
		d->pending = c == '\r' ? QP_BREAK : QP_TEXT;
		return true;
	}
	bool is_blank = c == ' ' || c == '\t';
	if (is_blank || (d->kept_len == 1 && hex_digits[(unsigned char)c] != 0)) {
		d->pending = is_blank ? QP_SIGN : QP_HEX;
		qp_keep(d, str_make(&c, 1), out);
		return true;
	}
	qp_flush(d, out);
	return false;
}

static bool qp_hex(struct mime_decoder *d, char c, struct buf *out)
{
	unsigned low = hex_digits[(unsigned char)c];
	if (low == 0) {
		qp_flush(d, out);
		return false;
	}
	unsigned high = hex_digits[(unsigned char)d->kept[1]];
	d->kept_len = 0;
	d->pending = QP_TEXT;
	buf_add_char(out, (char)(high << 4 | (low & 15)));
	return true;
}

/* How many blanks stand in [start, at) just before at. */
static size_t blanks_before(const unsigned char *start, const unsigned char *at)
{
	const unsigned char *from = at;
	while (from > start && (from[-1] == ' ' || from[-1] == '\t'))
		from--;
	return (size_t)(at - from);
}

/* How many of so many blanks the end of a line drops; see qp_keep. */
static size_t qp_dropped(size_t blanks)
{
	return blanks > 0 ? (blanks - 1) % sizeof((struct mime_decoder *)NULL)->kept + 1 : 0;
}

/* Line by line without the states, while nothing is pending: returns how far. What may go on in the
 * next piece is left to them. */
static size_t qp_fast(struct str in, struct buf *out)
{
	const unsigned char *start = (const unsigned char *)in.data, *from = start;
	const unsigned char *end = start + in.len;
	char *to = out->data + out->len;
	while (end - from >= 3) {
		if (!qp_stops[*from]) {
			*to++ = (char)*from++;
			continue;
		}
		if (*from != '=') {
			to -= qp_dropped(blanks_before(start, from));
			*to++ = (char)*from++;
			continue;
		}
		unsigned high = hex_digits[from[1]], low = hex_digits[from[2]];
		if (high & low & HEX)
			*to++ = (char)(high << 4 | (low & 15));
		else if (from[1] != '\r' || from[2] != '\n')
			break;
		from += 3;
	}
	size_t blanks = blanks_before(start, from);
	out->len = (size_t)(to - out->data) - blanks;
	out->data[out->len] = '\0';
	return (size_t)(from - start) - blanks;
}

static void qp_feed(struct mime_decoder *d, struct str in, struct buf *out)
{
	buf_reserve(out, in.len + sizeof d->kept);
	out->data[out->len] = '\0'; /* perhaps nothing follows */
	while (in.len > 0) {
		size_t taken = 0;
		switch (d->pending) {
		case QP_TEXT:
			taken = d->kept_len == 0 ? qp_fast(in, out) : 0;
			taken += qp_run(d, str_skip(in, taken), out);
			break;
		case QP_SIGN:
			taken = qp_sign(d, in.data[0], out);
			break;
		case QP_HEX:
			taken = qp_hex(d, in.data[0], out);
			break;
		case QP_BREAK:
			d->pending = QP_TEXT;
			taken = in.data[0] == '\n';
			break;
		}
		in = str_skip(in, taken);
	}
}

static void qp_finish(struct mime_decoder *d, struct buf *out)
{
	if (d->pending == QP_HEX)
		qp_flush(d, out);
	d->kept_len = 0;
	d->pending = QP_TEXT;
}

/* ---- Uuencode: lines in d->kept; d->pending tells whether "begin" was seen. ---- */

static void uu_line(struct mime_decoder *d, struct buf *out)
{
	struct str line = str_trim(str_make(d->kept, d->kept_len));
	d->kept_len = 0;
	if (!d->pending) {
		d->pending = str_starts(line, STR("begin "));
		return;
	}
	if (str_equal(line, STR("end"))) {
		d->is_done = true;
		return;
	}
	size_t want = line.len > 0 ? ((unsigned char)line.data[0] - 32u) & 63u : 0;
	for (size_t at = 1; want > 0 && at < line.len; at += 4) {
		unsigned bits = 0;
		for (size_t i = at; i < at + 4; i++)
			bits = bits << 6 |
			       (i < line.len ? ((unsigned char)line.data[i] - 32u) & 63u : 0);
		char bytes[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
		size_t take = want < 3 ? want : 3;
		buf_add_bytes(out, bytes, take);
		want -= take;
	}
}

static void uu_feed(struct mime_decoder *d, struct str in, struct buf *out)
{
	while (in.len > 0 && !d->is_done) {
		size_t end = str_find_char(in, '\n');
		struct str line = end == STR_NONE ? in : str_first(in, end);
		size_t room = sizeof d->kept - d->kept_len;
		memcpy(d->kept + d->kept_len, line.data, line.len < room ? line.len : room);
		d->kept_len += line.len < room ? line.len : room;
		if (end == STR_NONE)
			return;
		uu_line(d, out);
		in = str_skip(in, end + 1);
	}
}

/* ---- */

void mime_decoder_init(struct mime_decoder *d, enum transfer transfer)
{
	memset(d, 0, sizeof *d);
	d->transfer = transfer;
}

void mime_decoder_feed(struct mime_decoder *d, struct str piece, struct buf *out)
{
	switch (d->transfer) {
	case TRANSFER_BASE64:
		base64_feed(d, piece, out);
		return;
	case TRANSFER_QP:
		qp_feed(d, piece, out);
		return;
	case TRANSFER_UUENCODE:
		uu_feed(d, piece, out);
		return;
	case TRANSFER_IDENTITY:
	case TRANSFER_UNKNOWN:
		buf_add(out, piece);
		return;
	}
}

void mime_decoder_finish(struct mime_decoder *d, struct buf *out)
{
	if (d->transfer == TRANSFER_BASE64) {
		if (d->kept_len > 0)
			base64_line(d, out);
		base64_flush(d, out);
	}
	if (d->transfer == TRANSFER_QP)
		qp_finish(d, out);
	if (d->transfer == TRANSFER_UUENCODE && d->kept_len > 0 && !d->is_done)
		uu_line(d, out);
	d->is_done = true;
}

enum { PIECE = 64 * 1024 };

void mime_body_decode(enum transfer transfer, struct str body, size_t limit, struct buf *out)
{
	struct mime_decoder d;
	size_t start = out->len;
	mime_decoder_init(&d, transfer);
	while (body.len > 0 && (limit == 0 || out->len - start < limit)) {
		mime_decoder_feed(&d, str_first(body, PIECE), out);
		body = str_skip(body, PIECE);
	}
	mime_decoder_finish(&d, out);
	if (limit > 0 && out->len - start > limit)
		buf_truncate(out, start + limit);
}

struct str mime_body_tail(enum transfer transfer, struct str body)
{
	size_t sign = str_find_char(body, '=');
	struct mime_decoder d;
	struct buf scratch = {0};
	if (transfer != TRANSFER_BASE64 || sign == STR_NONE)
		return STR("");
	mime_decoder_init(&d, transfer);
	for (struct str rest = body; rest.len > 0 && !d.is_done; rest = str_skip(rest, PIECE)) {
		buf_clear(&scratch);
		mime_decoder_feed(&d, str_first(rest, PIECE), &scratch);
	}
	if (d.kept_len > 0 && !d.is_done)
		base64_line(&d, &scratch);
	buf_done(&scratch);
	return d.is_done ? str_skip(body, (size_t)d.tail_at) : STR("");
}
