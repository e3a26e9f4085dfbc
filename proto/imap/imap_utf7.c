/* Modified UTF-7 (RFC 3501 5.1.3): UTF-16 in base64 with ',' for '/', between '&' and '-'. */
#include "base/utf8.h"
#include "proto/imap/imap.h"

static const char utf7_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static int utf7_value(char c)
{
	const char *at = c != '\0' ? strchr(utf7_digits, c) : NULL;
	return at != NULL ? (int)(at - utf7_digits) : -1;
}

/* One UTF-16 unit; *high keeps the first half of a pair. False for halves that do not pair and for
 * printable ASCII, which must not be encoded: it could hide a delimiter. */
static bool utf7_unit(uint32_t unit, uint32_t *high, struct buf *out)
{
	bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
	if (is_low != (*high != 0) || (unit >= 0x20 && unit <= 0x7e))
		return false;
	if (is_low) {
		utf8_add(out, 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00));
		*high = 0;
	} else if (unit >= 0xd800 && unit <= 0xdbff) {
		*high = unit;
	} else {
		utf8_add(out, unit);
	}
	return unit != 0;
}

/* What stands between '&' and '-'. */
static bool utf7_decode_run(struct str run, struct buf *out)
{
	uint32_t bits = 0, high = 0;
	int count = 0;
	for (size_t i = 0; i < run.len; i++) {
		int value = utf7_value(run.data[i]);
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count < 16)
			continue;
		count -= 16;
		if (!utf7_unit(bits >> count & 0xffff, &high, out))
			return false;
		bits &= (1u << count) - 1;
	}
	return high == 0 && count < 6 && bits == 0 && run.len > 0;
}

static bool utf7_decode_all(struct str wire, struct buf *out)
{
	while (wire.len > 0) {
		size_t plain = str_find_char(wire, '&');
		struct str text = str_first(wire, plain);
		for (size_t i = 0; i < text.len; i++)
			if ((unsigned char)text.data[i] < 0x20 ||
				(unsigned char)text.data[i] > 0x7e)
				return false;
		buf_add(out, text);
		if (plain == STR_NONE)
			return true;
		wire = str_skip(wire, plain + 1);
		size_t end = str_find_char(wire, '-');
		if (end == STR_NONE)
			return false;
		if (end == 0)
			buf_add_char(out, '&');
		else if (!utf7_decode_run(str_first(wire, end), out))
			return false;
		wire = str_skip(wire, end + 1);
	}
	return true;
}

void imap_utf7_decode(struct str wire, struct buf *out)
{
	size_t start = out->len;
	if (utf7_decode_all(wire, out))
		return;
	buf_truncate(out, start);
	while (wire.len > 0) {
		size_t len;
		uint32_t code = utf8_next(wire, &len);
		bool is_bad = code == UTF8_BAD && len == 1;
		if (is_bad)
			buf_addf(out, "%%%02X", (unsigned char)wire.data[0]);
		else
			buf_add(out, str_first(wire, len));
		wire = str_skip(wire, len);
	}
}

struct utf7_run {
	uint32_t bits;
	int count;
	bool is_open;
};

static void utf7_put_unit(struct utf7_run *run, uint32_t unit, struct buf *out)
{
	if (!run->is_open)
		buf_add_char(out, '&');
	run->is_open = true;
	run->bits = run->bits << 16 | unit;
	for (run->count += 16; run->count >= 6;) {
		run->count -= 6;
		buf_add_char(out, utf7_digits[run->bits >> run->count & 0x3f]);
	}
	run->bits &= (1u << run->count) - 1;
}

static void utf7_close(struct utf7_run *run, struct buf *out)
{
	if (run->is_open && run->count > 0)
		buf_add_char(out, utf7_digits[run->bits << (6 - run->count) & 0x3f]);
	if (run->is_open)
		buf_add_char(out, '-');
	*run = (struct utf7_run){0};
}

void imap_utf7_encode(struct str utf8, struct buf *out)
{
	struct utf7_run run = {0};
	while (utf8.len > 0) {
		size_t len;
		uint32_t code = utf8_next(utf8, &len);
		utf8 = str_skip(utf8, len);
		if (code >= 0x20 && code <= 0x7e) {
			utf7_close(&run, out);
			buf_add_text(out, code == '&' ? "&-" : (char[]){(char)code, '\0'});
		} else if (code >= 0x10000) {
			utf7_put_unit(&run, 0xd800 + ((code - 0x10000) >> 10), out);
			utf7_put_unit(&run, 0xdc00 + ((code - 0x10000) & 0x3ff), out);
		} else {
			utf7_put_unit(&run, code, out);
		}
	}
	utf7_close(&run, out);
}
