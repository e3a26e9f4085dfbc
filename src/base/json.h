/*
 * Writes JSON (RFC 8259) into a buf, streaming: whoever prints flushes the buf when it likes. It
 * puts the commas; the caller nests. Text is UTF-8; bad bytes are written as U+FFFD; control
 * characters, and U+2028/2029, are escaped, so that a line of output is always one line and safe on
 * a terminal (all C0, DEL and C1 are escaped).
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

enum { JSON_DEPTH_MAX = 32 };

struct json {
	struct buf *out; /* borrowed */
	int depth;
	bool has_item[JSON_DEPTH_MAX];
	bool after_key;
};

void json_init(struct json *j, struct buf *out);
void json_begin_object(struct json *j);
void json_end_object(struct json *j);
void json_begin_array(struct json *j);
void json_end_array(struct json *j);
void json_key(struct json *j, const char *key);
void json_text(struct json *j, struct str text);
void json_int(struct json *j, int64_t value);
void json_bool(struct json *j, bool value);
void json_null(struct json *j);

/* key and value in one. text NULL writes null. */
void json_put_text(struct json *j, const char *key, const char *text);
void json_put_str(struct json *j, const char *key, struct str text);
/* A long text: out is handed to flush after each piece, so that it never holds all of it. */
void json_put_long(
	struct json *j, const char *key, struct str text, void (*flush)(struct buf *out));
void json_put_int(struct json *j, const char *key, int64_t value);
void json_put_bool(struct json *j, const char *key, bool value);

#endif
