/*
 * A message as the store has it, whole or in sections, as render/ and the savers want it. For
 * workers: everything it gives is borrowed until stored_close.
 */
#ifndef ENGINE_STORED_H
#define ENGINE_STORED_H

#include "cache/cache.h"
#include "render/render.h"

struct stored;

/* all_parts: also the bodies of attachments will be read (digests, saving). */
struct stored *stored_open(struct cache *reader, int64_t message_id, bool all_parts);
void stored_close(struct stored *stored);
struct render_source stored_source(struct stored *stored);

/* Appends a part as a message of its own, as far as its bytes are here and shown (16 MB). False
 * when there is no such part. message/rfc822 parts give the message that is embedded. */
bool stored_part_message(struct stored *stored, struct str path, struct buf *out);

/* The decoded bytes of a part ("" is the message as it came), piece by piece. */
typedef bool stored_sink(void *context, struct str bytes, struct error *err);
bool stored_copy_part(struct stored *stored, struct str path, stored_sink *sink, void *context,
	struct error *err);

/* The same into a file. */
bool stored_write_part(
	struct stored *stored, struct str path, int fd, const char *name, struct error *err);

#endif
