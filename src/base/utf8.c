/* UTF-8: stepping, writing, mending. */
#include "base/utf8.h"

static const struct utf8_form {
	unsigned char mask, lead;
	size_t len;
	uint32_t least;
} utf8_forms[] = {
	{0x80, 0x00, 1, 0},
	{0xe0, 0xc0, 2, 0x80},
	{0xf0, 0xe0, 3, 0x800},
	{0xf8, 0xf0, 4, 0x10000},
};

static bool utf8_is_scalar(uint32_t code)
{
	return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

static uint32_t utf8_tail(struct str s, const struct utf8_form *form)
{
	uint32_t code = (unsigned char)s.data[0] & (unsigned char)~form->mask;
	for (size_t i = 1; i < form->len; i++) {
		unsigned char byte = (unsigned char)s.data[i];
		if ((byte & 0xc0) != 0x80)
			return UTF8_BAD;
		code = code << 6 | (byte & 0x3f);
	}
	return code >= form->least && utf8_is_scalar(code) ? code : UTF8_BAD;
}

uint32_t utf8_next(struct str s, size_t *len)
{
	*len = s.len > 0;
	if (s.len == 0)
		return UTF8_BAD;
	unsigned char lead = (unsigned char)s.data[0];
	for (size_t i = 0; i < 4; i++) {
		const struct utf8_form *form = &utf8_forms[i];
		if ((lead & form->mask) != form->lead)
			continue;
		if (form->len > s.len)
			return UTF8_BAD;
		uint32_t code = utf8_tail(s, form);
		bool is_real = code != UTF8_BAD || str_starts(s, STR("\xef\xbf\xbd"));
		*len = is_real ? form->len : 1;
		return code;
	}
	return UTF8_BAD;
}

bool utf8_is_valid(struct str s)
{
	while (s.len > 0) {
		size_t len;
		if (utf8_next(s, &len) == UTF8_BAD && len == 1)
			return false;
		s = str_skip(s, len);
	}
	return true;
}

bool utf8_is_clean(struct str s)
{
	while (s.len > 0) {
		size_t len;
		uint32_t code = utf8_next(s, &len);
		if (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code == UTF8_BAD && len == 1))
			return false;
		s = str_skip(s, len);
	}
	return true;
}

void utf8_add(struct buf *out, uint32_t code)
{
	char bytes[4];
	size_t len = 0;
	if (!utf8_is_scalar(code))
		code = UTF8_BAD;
	if (code < 0x80) {
		bytes[len++] = (char)code;
	} else if (code < 0x800) {
		bytes[len++] = (char)(0xc0 | code >> 6);
		bytes[len++] = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		bytes[len++] = (char)(0xe0 | code >> 12);
		bytes[len++] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[len++] = (char)(0x80 | (code & 0x3f));
	} else {
		bytes[len++] = (char)(0xf0 | code >> 18);
		bytes[len++] = (char)(0x80 | (code >> 12 & 0x3f));
		bytes[len++] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[len++] = (char)(0x80 | (code & 0x3f));
	}
	buf_add_bytes(out, bytes, len);
}

void utf8_add_mended(struct buf *out, struct str s)
{
	while (s.len > 0) {
		size_t len;
		uint32_t code = utf8_next(s, &len);
		if (code == UTF8_BAD)
			utf8_add(out, UTF8_BAD);
		else
			buf_add(out, str_first(s, len));
		s = str_skip(s, len);
	}
}

struct str utf8_first(struct str s, size_t max)
{
	if (s.len <= max)
		return s;
	size_t end = max;
	while (end > 0 && ((unsigned char)s.data[end] & 0xc0) == 0x80)
		end--;
	return str_first(s, end);
}
