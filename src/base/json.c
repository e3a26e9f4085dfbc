/* Writes JSON, streaming. */
#include "base/json.h"

#include "base/utf8.h"

#include <assert.h>
#include <inttypes.h>

void json_init(struct json *j, struct buf *out)
{
	*j = (struct json){.out = out};
}

/* The comma between items, nothing behind a key. */
static void json_separate(struct json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (j->depth > 0 && j->has_item[j->depth - 1])
		buf_add_char(j->out, ',');
	if (j->depth > 0)
		j->has_item[j->depth - 1] = true;
}

static void json_open(struct json *j, char bracket)
{
	assert(j->depth < JSON_DEPTH_MAX);
	json_separate(j);
	buf_add_char(j->out, bracket);
	j->has_item[j->depth++] = false;
}

static void json_close(struct json *j, char bracket)
{
	assert(j->depth > 0 && !j->after_key);
	j->depth--;
	buf_add_char(j->out, bracket);
}

void json_begin_object(struct json *j)
{
	json_open(j, '{');
}

void json_end_object(struct json *j)
{
	json_close(j, '}');
}

void json_begin_array(struct json *j)
{
	json_open(j, '[');
}

void json_end_array(struct json *j)
{
	json_close(j, ']');
}

/* What a terminal or a reader of lines would act on; bidi controls reorder what stands around. */
static bool json_must_escape(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e ||
	       code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

static void json_add_code(struct buf *out, uint32_t code)
{
	static const char shorts[][2] = {{'"', '"'}, {'\\', '\\'}, {'\n', 'n'}, {'\r', 'r'},
		{'\t', 't'}, {'\b', 'b'}, {'\f', 'f'}};
	for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++) {
		if (code != (unsigned char)shorts[i][0])
			continue;
		buf_add_char(out, '\\');
		buf_add_char(out, shorts[i][1]);
		return;
	}
	if (!json_must_escape(code)) {
		utf8_add(out, code);
		return;
	}
	buf_add_text(out, "\\u");
	for (int shift = 12; shift >= 0; shift -= 4)
		buf_add_char(out, "0123456789abcdef"[code >> shift & 15]);
}

static bool json_is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void json_add_escaped(struct buf *out, struct str text)
{
	while (text.len > 0) {
		size_t len = 0;
		while (len < text.len && json_is_plain(text.data[len]))
			len++;
		buf_add(out, str_first(text, len));
		text = str_skip(text, len);
		if (text.len == 0)
			break;
		uint32_t code = utf8_next(text, &len);
		json_add_code(out, code);
		text = str_skip(text, len);
	}
}

static void json_add_quoted(struct buf *out, struct str text)
{
	buf_add_char(out, '"');
	json_add_escaped(out, text);
	buf_add_char(out, '"');
}

void json_key(struct json *j, const char *key)
{
	assert(!j->after_key);
	json_separate(j);
	json_add_quoted(j->out, str_from(key));
	buf_add_char(j->out, ':');
	j->after_key = true;
}

void json_put_long(struct json *j, const char *key, struct str text, void (*flush)(struct buf *out))
{
	enum { PIECE = 64 * 1024 };
	json_key(j, key);
	json_separate(j);
	buf_add_char(j->out, '"');
	while (text.len > 0) {
		struct str piece = utf8_first(text, PIECE);
		piece = piece.len > 0 ? piece : str_first(text, PIECE);
		json_add_escaped(j->out, piece);
		text = str_skip(text, piece.len);
		flush(j->out);
	}
	buf_add_char(j->out, '"');
}

void json_text(struct json *j, struct str text)
{
	json_separate(j);
	json_add_quoted(j->out, text);
}

void json_int(struct json *j, int64_t value)
{
	json_separate(j);
	buf_addf(j->out, "%" PRId64, value);
}

void json_bool(struct json *j, bool value)
{
	json_separate(j);
	buf_add_text(j->out, value ? "true" : "false");
}

void json_null(struct json *j)
{
	json_separate(j);
	buf_add_text(j->out, "null");
}

void json_put_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	if (text != NULL)
		json_text(j, str_from(text));
	else
		json_null(j);
}

void json_put_str(struct json *j, const char *key, struct str text)
{
	json_key(j, key);
	json_text(j, text);
}

void json_put_int(struct json *j, const char *key, int64_t value)
{
	json_key(j, key);
	json_int(j, value);
}

void json_put_bool(struct json *j, const char *key, bool value)
{
	json_key(j, key);
	json_bool(j, value);
}
