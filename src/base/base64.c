/* Base64 of whole strings. */
#include "base/base64.h"

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct str bytes, struct buf *out)
{
	const unsigned char *in = (const unsigned char *)bytes.data;
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t bits = (uint32_t)in[i] << 16;
		bits |= left > 1 ? (uint32_t)in[i + 1] << 8 : 0;
		bits |= left > 2 ? in[i + 2] : 0;
		buf_add_char(out, base64_digits[bits >> 18]);
		buf_add_char(out, base64_digits[bits >> 12 & 63]);
		buf_add_char(out, left > 1 ? base64_digits[bits >> 6 & 63] : '=');
		buf_add_char(out, left > 2 ? base64_digits[bits & 63] : '=');
	}
}

static int base64_value(char c)
{
	const char *at = c != '\0' ? strchr(base64_digits, c) : NULL;
	return at != NULL ? (int)(at - base64_digits) : -1;
}

/* Four digits, of which `pad` last ones are '='. */
static bool base64_decode_group(const char *group, size_t pad, struct buf *out)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < 4; i++) {
		int value = i < 4 - pad ? base64_value(group[i]) : 0;
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
	}
	for (size_t i = 0; i < 3 - pad; i++)
		buf_add_char(out, (char)(bits >> (16 - 8 * i) & 0xff));
	return true;
}

bool base64_decode(struct str text, struct buf *out)
{
	size_t start = out->len;
	if (text.len % 4 != 0)
		return false;
	for (size_t i = 0; i < text.len; i += 4) {
		size_t pad = 0;
		if (i + 4 == text.len && text.data[i + 3] == '=')
			pad = text.data[i + 2] == '=' ? 2 : 1;
		if (!base64_decode_group(text.data + i, pad, out)) {
			buf_truncate(out, start);
			return false;
		}
	}
	return true;
}
