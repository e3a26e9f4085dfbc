/*
 * What is to be said about the sender: two From lines, a name that is another address, answers that
 * go elsewhere, a host that looks like another one. And how a list is left by mail.
 */
#include <unictype.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "proto/mime/mime.h"
#include "render/render_link.h"
#include "render/render_parts.h"
#include "render/render_words.h"

enum { LABEL_MAX = 63, SHOWN_MAX = 300 };

static struct str host_of(struct str addr)
{
	size_t at = STR_NONE;
	for (size_t i = 0; i < addr.len; i++) {
		if (addr.data[i] == '@')
			at = i;
	}
	return at == STR_NONE ? STR("") : str_skip(addr, at + 1);
}

static bool header_has(struct str header, const char *name)
{
	struct str raw;
	return mime_field_find(header, name, &raw);
}

/* ---- Hosts that look like others. ---- */

/* RFC 3492, decoding: a label behind "xn--" → code points. False when it is none. */
static bool punycode_read(struct str s, uint32_t *codes, size_t *count)
{
	enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, BIAS = 72, FIRST = 0x80 };
	uint32_t n = FIRST, i = 0, bias = BIAS;
	size_t basic = 0;
	*count = 0;
	for (size_t k = 0; k < s.len; k++) {
		if (s.data[k] == '-')
			basic = k + 1;
	}
	for (size_t k = 0; k + 1 < basic; k++)
		codes[(*count)++] = (unsigned char)s.data[k];
	for (size_t at = basic; at < s.len;) {
		uint32_t before = i, weight = 1;
		for (uint32_t k = BASE;; k += BASE) {
			char c = at < s.len ? ascii_lower(s.data[at++]) : '\0';
			bool is_letter = c >= 'a' && c <= 'z';
			if (!is_letter && !ascii_is_digit(c))
				return false;
			uint32_t digit = (uint32_t)(is_letter ? c - 'a' : c - '0' + 26);
			uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
			if (digit > (UINT32_MAX - i) / weight)
				return false;
			i += digit * weight;
			if (digit < t)
				break;
			if (weight > UINT32_MAX / (BASE - t))
				return false;
			weight *= BASE - t;
		}
		uint32_t now = (uint32_t)*count + 1;
		uint32_t delta = (i - before) / (before == 0 ? DAMP : 2);
		delta += delta / now;
		uint32_t k = 0;
		for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
			delta /= BASE - T_MIN;
		bias = k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
		n += i / now;
		i %= now;
		if (n > 0x10ffff || *count >= LABEL_MAX)
			return false;
		memmove(codes + i + 1, codes + i, (*count - i) * sizeof(*codes));
		codes[i++] = n;
		(*count)++;
	}
	return true;
}

static bool label_read(struct str label, uint32_t *codes, size_t *count)
{
	*count = 0;
	if (label.len > 4 * LABEL_MAX)
		return false;
	if (str_starts_nocase(label, STR("xn--")))
		return label.len <= LABEL_MAX && punycode_read(str_skip(label, 4), codes, count);
	while (label.len > 0 && *count < LABEL_MAX) {
		size_t len;
		codes[(*count)++] = utf8_next(label, &len);
		label = str_skip(label, len);
	}
	return true;
}

/* Cyrillic, Greek and Armenian letters drawn as Latin ones. */
static bool is_lookalike(uint32_t code)
{
	static const uint16_t codes[] = {0x0430, 0x0435, 0x043e, 0x0440, 0x0441, 0x0443, 0x0445,
		0x0455, 0x0456, 0x0458, 0x04bb, 0x04cf, 0x0501, 0x051b, 0x051d, 0x03bf, 0x03b1,
		0x03bd, 0x03c1, 0x0578, 0x057d, 0x0570, 0x0581, 0x0585};
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (code == codes[i])
			return true;
	}
	return code < 0x80 && (ascii_is_digit((char)code) || code == '-');
}

/* Latin beside Cyrillic, Greek, …, or nothing but letters that could be Latin: no name of an honest
 * host. Han with kana or with Latin is ordinary in Japan. */
static bool label_cheats(const uint32_t *codes, size_t count)
{
	bool has_latin = false, has_other = false, has_lookalike = count > 0;
	for (size_t i = 0; i < count; i++) {
		const uc_script_t *script = uc_script(codes[i]);
		const char *name = script != NULL ? script->name : "";
		has_latin |= strcmp(name, "Latin") == 0;
		has_other |= strcmp(name, "Cyrillic") == 0 || strcmp(name, "Greek") == 0 ||
			     strcmp(name, "Armenian") == 0 || strcmp(name, "Cherokee") == 0;
		has_lookalike &= is_lookalike(codes[i]);
	}
	return has_other && (has_latin || has_lookalike);
}

static void add_codes(struct buf *out, const uint32_t *codes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		utf8_add(out, codes[i]);
}

/* Writes the host as it is seen; true when it is meant to be taken for another. */
static bool host_cheats(struct str host, struct buf *seen)
{
	bool cheats = false;
	for (int i = 0; i < 20 && host.len > 0; i++) {
		uint32_t codes[LABEL_MAX + 1];
		size_t count;
		struct str label = str_cut(&host, '.');
		if (i > 0)
			buf_add_char(seen, '.');
		if (!label_read(label, codes, &count)) {
			buf_add(seen, label);
			continue;
		}
		add_codes(seen, codes, count);
		cheats |= label_cheats(codes, count);
	}
	return cheats;
}

static void note_host(struct render *r, struct str addr)
{
	struct str host = host_of(addr);
	struct buf text = {0};
	bool cheats = host_cheats(host, &text);
	if (!str_equal(buf_str(&text), host)) {
		buf_add_text(&text, " (");
		buf_add(&text, str_first(host, SHOWN_MAX));
		buf_add_char(&text, ')');
	}
	if (cheats)
		render_note(r, WORD_LOOKALIKE, buf_str(&text));
	buf_done(&text);
}

/* ---- Names and other fields. ---- */

static bool is_word_end(char c)
{
	return ascii_is_space(c) || strchr("<>()[]\",;:'", c) != NULL;
}

/* The first thing in a name that reads as an address. */
static struct str address_in(struct str name)
{
	while (name.len > 0) {
		size_t len = 0;
		while (len < name.len && !is_word_end(name.data[len]))
			len++;
		struct str word = str_first(name, len), host = host_of(word);
		if (host.len > 3 && host.len + 1 < word.len && str_find_char(host, '.') != STR_NONE)
			return word;
		name = str_skip(name, len + 1);
	}
	return STR("");
}

static void note_name(struct render *r, const struct address *from)
{
	struct str said = address_in(str_from(from->name));
	if (said.len > 0 && from->addr[0] != '\0' &&
		!render_link_is_same_host(host_of(said), host_of(str_from(from->addr))))
		render_note(r, WORD_NAME_IS_ADDRESS, str_first(str_from(from->addr), SHOWN_MAX));
}

/* Lists set Reply-To; of others one should know where the answer goes. */
static void note_reply(struct render *r, struct str header)
{
	const struct shown *s = r->shown;
	if (header_has(header, "List-Id") || s->from.count == 0 || s->from.items[0].addr[0] == '\0')
		return;
	for (size_t i = 0; i < s->reply_to.count && i < 20; i++) {
		struct str addr = str_from(s->reply_to.items[i].addr);
		if (addr.len == 0 || render_link_is_same_host(host_of(addr),
					     host_of(str_from(s->from.items[0].addr))))
			continue;
		render_note(r, WORD_REPLY_ELSEWHERE, str_first(addr, SHOWN_MAX));
		return;
	}
}

static int count_fields(struct str header, const char *wanted)
{
	struct str name, raw;
	int count = 0;
	while (mime_field_next(&header, &name, &raw))
		count += str_equal_nocase(name, str_from(wanted));
	return count;
}

void render_sender_notes(struct render *r, struct str header)
{
	const struct shown *s = r->shown;
	size_t before = r->doc->block_count;
	if (count_fields(header, "From") > 1)
		render_note(r, WORD_TWO_SENDERS, STR(""));
	for (size_t i = 0; i < s->from.count && i < 5; i++) {
		note_name(r, &s->from.items[i]);
		note_host(r, str_from(s->from.items[i].addr));
	}
	note_reply(r, header);
	struct str addr = str_from(s->from.count > 0 ? s->from.items[0].addr : NULL);
	render_auth_note(r, r->source->header, r->options->authserv, host_of(addr));
	if (r->doc->block_count > before)
		doc_add_block(r->doc, DOC_BLANK);
}

/* ---- Leaving a list (RFC 2369 3.2). ---- */

/* The first target of that scheme. */
static bool target_find(struct str value, const char *scheme, struct str *url)
{
	enum { URL_MAX = 2000 };
	while (value.len > 0) {
		str_cut(&value, '<');
		*url = str_trim(str_cut(&value, '>'));
		if (str_starts_nocase(*url, str_from(scheme)) && url->len <= URL_MAX)
			return true;
	}
	return false;
}

static void note_target(struct render *r, const char *word, struct str url, struct str shown)
{
	doc_add_block(r->doc, DOC_BLANK);
	render_note(r, word, STR(""));
	struct doc_block *b = &r->doc->blocks[r->doc->block_count - 1];
	doc_block_add(b, shown, DOC_STYLE_LINK, doc_add_link(r->doc, url, shown));
}

/* A page is shown where there is no address: who opens it tells more than that they leave. */
void render_list_note(struct render *r, struct str header)
{
	struct str raw, url;
	struct buf value = {0};
	if (!mime_field_find(header, "List-Unsubscribe", &raw))
		return;
	mime_unfold(raw, &value);
	if (target_find(buf_str(&value), "mailto:", &url)) {
		struct str query = str_skip(url, 7), addr = str_cut(&query, '?');
		if (r->doc->leave_url == NULL)
			r->doc->leave_url = mem_str(url);
		note_target(r, WORD_LEAVE_LIST, url, addr);
	} else if (target_find(buf_str(&value), "https:", &url)) {
		note_target(r, WORD_LEAVE_PAGE, url, url);
	}
	buf_done(&value);
}
