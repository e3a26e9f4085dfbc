/* Header fields written: folding, encoded words, addresses, parameters, dates. */
#include "proto/mime/mime_write.h"

#include "base/base64.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "proto/mime/mime.h"

#include <stdio.h>
#include <time.h>

enum {
	LINE_WISHED = 78,
	WORD_MAX = 75,      /* an encoded word (RFC 2047 2) */
	WORD_FRAME = 12,    /* "=?UTF-8?Q?" and "?=" */
	WORD_ROOM_MIN = 24, /* no word is begun for less */
	PLAIN_MAX = 900,    /* a word without a blank that need not be broken */
	QUOTED_MAX = 200,
	PARAM_MAX = 60, /* of a value on one line */
};

/* ---- Folding. ---- */

struct folded {
	struct buf *out;
	size_t column;
	size_t tail; /* room for what comes right behind each piece: ";" */
};

static void fold_begin(struct folded *f, struct buf *out, const char *name)
{
	*f = (struct folded){.out = out, .column = strlen(name) + 1};
	buf_addf(out, "%s:", name);
}

/* Adds a piece behind blanks, on a line of its own when it does not fit. */
static void fold_add(struct folded *f, struct str blanks, struct str piece)
{
	bool is_first = f->out->len > 0 && f->out->data[f->out->len - 1] == ':';
	if (f->column + blanks.len + piece.len + f->tail > LINE_WISHED && blanks.len > 0 &&
		!is_first) {
		buf_add_text(f->out, "\r\n");
		f->column = 0;
	}
	buf_add(f->out, blanks);
	buf_add(f->out, piece);
	f->column += blanks.len + piece.len;
}

static void fold_end(struct folded *f)
{
	buf_add_text(f->out, "\r\n");
}

/* ---- Encoded words. ---- */

static bool q_is_plain(unsigned char c)
{
	return ascii_is_alpha((char)c) || ascii_is_digit((char)c) || c == '!' || c == '*' ||
	       c == '+' || c == '-' || c == '/';
}

static size_t q_length(struct str text)
{
	size_t length = 0;
	for (size_t i = 0; i < text.len; i++)
		length += q_is_plain((unsigned char)text.data[i]) || text.data[i] == ' ' ? 1 : 3;
	return length;
}

static size_t b_length(struct str text)
{
	return (text.len + 2) / 3 * 4;
}

static void q_add(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c == ' ')
			buf_add_char(out, '_');
		else if (q_is_plain(c))
			buf_add_char(out, (char)c);
		else
			buf_addf(out, "=%02X", c);
	}
}

/* The longest run of whole characters that fits into room. */
static struct str word_fit(struct str text, size_t room, bool is_b)
{
	size_t used = 0;
	while (used < text.len) {
		size_t len;
		utf8_next(str_skip(text, used), &len);
		struct str longer = str_first(text, used + len);
		if (used > 0 && (is_b ? b_length(longer) : q_length(longer)) > room)
			break;
		used += len;
	}
	return str_first(text, used);
}

/* The first encoded word of text, which is cut off it. */
static void word_cut(struct str *text, size_t room, bool is_b, struct buf *word)
{
	if (room > WORD_MAX - WORD_FRAME)
		room = WORD_MAX - WORD_FRAME;
	struct str part = word_fit(*text, room, is_b);
	buf_addf(word, "=?UTF-8?%c?", is_b ? 'B' : 'Q');
	if (is_b)
		base64_encode(part, word);
	else
		q_add(word, part);
	buf_add_text(word, "?=");
	*text = str_skip(*text, part.len);
}

static void fold_encoded(struct folded *f, struct str blanks, struct str text)
{
	bool is_b = b_length(text) < q_length(text);
	struct buf word = {0};
	while (text.len > 0) {
		size_t column = f->column + blanks.len;
		size_t line = column + WORD_FRAME + WORD_ROOM_MIN < LINE_WISHED ? column : 1;
		buf_clear(&word);
		word_cut(&text, LINE_WISHED - line - WORD_FRAME, is_b, &word);
		fold_add(f, blanks, buf_str(&word));
		blanks = STR(" ");
	}
	buf_done(&word);
}

static bool word_needs_encoding(struct str word)
{
	if (word.len > PLAIN_MAX || str_find(word, STR("=?")) != STR_NONE)
		return true;
	for (size_t i = 0; i < word.len; i++)
		if ((unsigned char)word.data[i] >= 0x7f)
			return true;
	return false;
}

/* Valid UTF-8 on one line, without blanks at its ends. */
static struct str text_mended(struct str text, struct buf *kept)
{
	utf8_add_mended(kept, text);
	for (size_t i = 0; i < kept->len; i++)
		if ((unsigned char)kept->data[i] < 0x20 || kept->data[i] == 0x7f)
			kept->data[i] = ' ';
	return str_trim(buf_str(kept));
}

static size_t blanks_length(struct str text)
{
	size_t n = 0;
	while (n < text.len && text.data[n] == ' ')
		n++;
	return n;
}

static size_t word_length(struct str text)
{
	size_t n = 0;
	while (n < text.len && text.data[n] != ' ')
		n++;
	return n;
}

/* From a word that needs encoding up to the last such one that follows it without a plain word
 * between: blanks between two encoded words would be lost. */
static size_t encoded_length(struct str text)
{
	size_t end = 0;
	while (end < text.len) {
		size_t blanks = blanks_length(str_skip(text, end));
		size_t word = word_length(str_skip(text, end + blanks));
		if (end > 0 && !word_needs_encoding(str_first(str_skip(text, end + blanks), word)))
			break;
		end += blanks + word;
	}
	return end;
}

static void fold_text(struct folded *f, struct str text)
{
	struct str blanks = STR(" ");
	while (text.len > 0) {
		size_t length = word_length(text);
		if (word_needs_encoding(str_first(text, length))) {
			length = encoded_length(text);
			fold_encoded(f, blanks, str_first(text, length));
		} else {
			fold_add(f, blanks, str_first(text, length));
		}
		text = str_skip(text, length);
		blanks = str_first(text, blanks_length(text));
		text = str_skip(text, blanks.len);
		/* A row of blanks longer than a line is no text. */
		blanks = str_first(blanks, PLAIN_MAX);
	}
}

void mime_write_text(struct buf *out, const char *name, struct str text)
{
	struct buf kept = {0};
	struct folded f;
	fold_begin(&f, out, name);
	fold_text(&f, text_mended(text, &kept));
	if (kept.len == 0)
		buf_add_char(out, ' ');
	fold_end(&f);
	buf_done(&kept);
}

/* ---- Addresses. ---- */

static bool is_atom_text(struct str text)
{
	static const char specials[] = "()<>[]:;@\\,.\"";
	for (size_t i = 0; i < text.len; i++)
		if (strchr(specials, text.data[i]) != NULL)
			return false;
	return true;
}

static void quoted_add(struct buf *out, struct str text)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, text.data[i]);
	}
	buf_add_char(out, '"');
}

/* tail: what must stand right behind the phrase on its line (":"), or nothing. */
static void fold_phrase(struct folded *f, struct str name, const char *tail)
{
	struct buf kept = {0}, piece = {0};
	struct str text = text_mended(name, &kept);
	bool has_double = str_find(text, STR("  ")) != STR_NONE;
	if (word_needs_encoding(text) || text.len > QUOTED_MAX) {
		fold_encoded(f, STR(" "), text);
	} else if (is_atom_text(text) && !has_double) {
		fold_text(f, text);
	} else {
		quoted_add(&piece, text);
		fold_add(f, STR(" "), buf_str(&piece));
	}
	buf_add_text(f->out, tail);
	f->column += strlen(tail);
	buf_done(&kept);
	buf_done(&piece);
}

/* Without what would end it or begin another. */
static void address_add(struct buf *out, const char *addr)
{
	for (; *addr != '\0'; addr++)
		if ((unsigned char)*addr >= 0x20 && *addr != 0x7f && *addr != '<' && *addr != '>')
			buf_add_char(out, *addr);
}

static void fold_mailbox(struct folded *f, const struct address *a, const char *tail)
{
	struct buf piece = {0};
	bool has_name = a->name[0] != '\0';
	if (has_name) {
		fold_phrase(f, str_from(a->name), "");
		buf_add_char(&piece, '<');
	}
	address_add(&piece, a->addr);
	if (has_name)
		buf_add_char(&piece, '>');
	buf_add_text(&piece, tail);
	fold_add(f, STR(" "), buf_str(&piece));
	buf_done(&piece);
}

static bool same_group(const struct address *a, const struct address *b)
{
	return a->group != NULL && b->group != NULL && strcmp(a->group, b->group) == 0;
}

void mime_write_addresses(struct buf *out, const char *name, const struct address_list *list)
{
	struct folded f;
	if (list->count == 0)
		return;
	fold_begin(&f, out, name);
	for (size_t i = 0; i < list->count; i++) {
		const struct address *a = &list->items[i];
		bool is_last = i + 1 == list->count;
		bool opens = a->group != NULL && (i == 0 || !same_group(&list->items[i - 1], a));
		bool closes = a->group != NULL && (is_last || !same_group(a, &list->items[i + 1]));
		const char *tail = closes ? (is_last ? ";" : ";,") : (is_last ? "" : ",");
		if (opens)
			fold_phrase(&f, str_from(a->group), ":");
		if (a->addr[0] != '\0')
			fold_mailbox(&f, a, tail);
		else
			fold_add(&f, STR(" "), str_from(tail));
	}
	fold_end(&f);
}

void mime_write_ids(struct buf *out, const char *name, struct str ids)
{
	struct folded f;
	struct buf piece = {0};
	bool has_any = false;
	while (ids.len > 0) {
		char *id = mem_str(str_cut(&ids, '\n'));
		buf_clear(&piece);
		address_add(&piece, id);
		mem_free(id);
		if (piece.len == 0 || piece.len > PLAIN_MAX)
			continue;
		if (!has_any)
			fold_begin(&f, out, name);
		has_any = true;
		struct buf bracketed = {0};
		buf_addf(&bracketed, "<%s>", buf_text(&piece));
		fold_add(&f, STR(" "), buf_str(&bracketed));
		buf_done(&bracketed);
	}
	if (has_any)
		fold_end(&f);
	buf_done(&piece);
}

void mime_write_date(struct buf *out, const char *name, int64_t seconds, int zone)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t local = (time_t)(seconds + (int64_t)zone * 60);
	struct tm tm = {0};
	int minutes = zone < 0 ? -zone : zone;
	if (gmtime_r(&local, &tm) == NULL)
		return;
	buf_addf(out, "%s: %s, %d %s %d %02d:%02d:%02d %c%02d%02d\r\n", name, days[tm.tm_wday],
		tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec,
		zone < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void mime_write_message_id(struct buf *out, const uint64_t entropy[2], struct str domain)
{
	buf_addf(out, "%016llx%016llx@", (unsigned long long)entropy[0],
		(unsigned long long)entropy[1]);
	for (size_t i = 0; i < domain.len; i++) {
		char c = domain.data[i];
		if (ascii_is_alpha(c) || ascii_is_digit(c) || c == '-' || c == '.')
			buf_add_char(out, c);
	}
}

/* ---- Parameters. ---- */

static bool param_is_token(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.data[i];
		if (c <= 0x20 || c >= 0x7f || strchr("()<>@,;:\\\"/[]?=*'%", c) != NULL)
			return false;
	}
	return value.len > 0;
}

static bool param_is_plain(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.data[i] >= 0x7f)
			return false;
	return value.len <= PARAM_MAX && str_find(value, STR("=?")) == STR_NONE &&
	       str_find(value, STR("  ")) == STR_NONE;
}

static void fold_param_plain(struct folded *f, const char *name, struct str value)
{
	struct buf piece = {0};
	buf_addf(&piece, "%s=", name);
	if (param_is_token(value))
		buf_add(&piece, value);
	else
		quoted_add(&piece, value);
	fold_add(f, STR(" "), buf_str(&piece));
	buf_done(&piece);
}

/* name*0*=UTF-8''…; name*1*=…: whole characters each (RFC 2231 4). */
static void fold_param_encoded(struct folded *f, const char *name, struct str value)
{
	struct buf all = {0}, piece = {0};
	size_t at = 0;
	for (unsigned n = 0; n == 0 || at < value.len; n++) {
		buf_clear(&all);
		while (at < value.len && all.len < PARAM_MAX - 12) {
			size_t len;
			utf8_next(str_skip(value, at), &len);
			struct str one = str_first(str_skip(value, at), len);
			for (size_t i = 0; i < len; i++)
				if (param_is_token(str_first(str_skip(one, i), 1)))
					buf_add_char(&all, one.data[i]);
				else
					buf_addf(&all, "%%%02X", (unsigned char)one.data[i]);
			at += len;
		}
		buf_clear(&piece);
		if (n == 0 && at == value.len)
			buf_addf(&piece, "%s*=UTF-8''%s", name, buf_text(&all));
		else
			buf_addf(&piece, "%s*%u*=%s%s%s", name, n, n == 0 ? "UTF-8''" : "",
				buf_text(&all), at < value.len ? ";" : "");
		fold_add(f, STR(" "), buf_str(&piece));
	}
	buf_done(&all);
	buf_done(&piece);
}

/* name="=?UTF-8?…?= =?UTF-8?…?=": in no RFC, and what readers that know no RFC 2231 look for. */
static void fold_param_words(struct folded *f, const char *name, struct str value)
{
	bool is_b = b_length(value) < q_length(value);
	struct buf piece = {0};
	buf_addf(&piece, "%s=\"", name);
	size_t room = LINE_WISHED - 2 - piece.len - WORD_FRAME;
	while (value.len > 0) {
		word_cut(&value, room, is_b, &piece);
		if (value.len == 0)
			buf_add_char(&piece, '"');
		fold_add(f, STR(" "), buf_str(&piece));
		buf_clear(&piece);
	}
	buf_done(&piece);
}

/* For readers that know no RFC 2231: what is not ASCII as "_", the extension kept. */
static void param_fallback(struct str value, struct buf *out)
{
	size_t from = 0;
	struct buf all = {0};
	while (from < value.len) {
		size_t len;
		uint32_t code = utf8_next(str_skip(value, from), &len);
		bool is_kept = code >= 0x20 && code < 0x7f && code != '"' && code != '\\';
		buf_add_char(&all, is_kept ? (char)code : '_');
		from += len;
	}
	size_t dot = all.len;
	while (dot > 0 && all.len - dot < 8 && all.data[dot - 1] != '.')
		dot--;
	size_t tail = dot > 0 && all.data[dot - 1] == '.' ? all.len - dot + 1 : 0;
	size_t head =
		all.len - tail < PARAM_MAX - 10 - tail ? all.len - tail : PARAM_MAX - 10 - tail;
	buf_add(out, str_first(buf_str(&all), head));
	buf_add(out, str_skip(buf_str(&all), all.len - tail));
	buf_done(&all);
}

static void fold_param(struct folded *f, const struct part_param *param)
{
	struct buf kept = {0}, plain = {0};
	struct str value = text_mended(str_from(param->value), &kept);
	buf_add_char(f->out, ';');
	f->column++;
	if (param_is_plain(value)) {
		fold_param_plain(f, param->name, value);
	} else if (strcmp(param->name, "name") == 0) {
		fold_param_words(f, param->name, value);
	} else {
		if (strcmp(param->name, "filename") == 0) {
			param_fallback(value, &plain);
			fold_param_plain(f, param->name, buf_str(&plain));
			buf_add_char(f->out, ';');
			f->column++;
		}
		fold_param_encoded(f, param->name, value);
	}
	buf_done(&kept);
	buf_done(&plain);
}

void mime_write_value(struct buf *out, const char *name, const char *value,
	const struct part_param *params, size_t count)
{
	struct folded f;
	fold_begin(&f, out, name);
	f.tail = 1;
	fold_add(&f, STR(" "), str_from(value));
	for (size_t i = 0; i < count; i++)
		fold_param(&f, &params[i]);
	fold_end(&f);
}

/* ---- What somebody else wrote. ---- */

static bool field_is(struct str name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal_nocase(name, str_from(names[i])))
			return true;
	return false;
}

void mime_write_encoded(struct buf *out, struct str name, struct str raw_value)
{
	static const char *const addresses[] = {"From", "To", "Cc", "Bcc", "Sender", "Reply-To",
		"Resent-From", "Resent-To", "Resent-Cc", "Resent-Sender", "Mail-Followup-To",
		"Disposition-Notification-To"};
	static const char *const values[] = {"Content-Type", "Content-Disposition"};
	char *title = mem_str(name);
	if (field_is(name, addresses, sizeof(addresses) / sizeof(*addresses))) {
		struct address_list list = {0};
		mime_address_parse(raw_value, &list);
		mime_write_addresses(out, title, &list);
		address_list_done(&list);
	} else if (field_is(name, values, sizeof(values) / sizeof(*values))) {
		struct mime_params params = {0};
		mime_params_parse(raw_value, &params);
		mime_write_value(out, title, params.value, params.items, params.count);
		mime_params_done(&params);
	} else {
		struct buf text = {0};
		mime_word_decode(raw_value, &text);
		mime_write_text(out, title, buf_str(&text));
		buf_done(&text);
	}
	mem_free(title);
}
