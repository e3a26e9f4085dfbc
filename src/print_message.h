/*
 * What list, show and save print of messages: as JSON (doc/json.md) and as lines of text. JSON
 * escapes every control character by itself; lines go through print_safe.
 */
#ifndef PRINT_MESSAGE_H
#define PRINT_MESSAGE_H

#include "commands.h"

#include "base/json.h"

/* RFC 3339 with that offset in minutes, as "2026-11-23T09:30:00+01:00"; nothing and false where the
 * year has no four digits. */
bool print_date(int64_t seconds, int zone, struct buf *out);

/* Keys and values into an object that is open. */
void print_put_date(struct json *j, const char *key, bool is_known, int64_t seconds, int zone);
void print_put_addresses(struct json *j, const char *key, const struct address_list *list);
void print_put_flags(
	struct json *j, const struct program *program, int64_t account_id, flags_t flags);

/* One row of a list, with its line end. */
void print_row(struct program *program, const struct folder *folder, const struct message *row,
	bool wants_json, struct buf *out);

/* What a person reads, laid out for that many cells; without the message's own header fields where
 * JSON has them already. */
void print_text(const struct shown *shown, int cells, bool with_headers, struct buf *out);

/* All keys of a message that was shown, into an object that is open. Written to standard output
 * piece by piece: j->out is emptied. */
void print_shown(struct json *j, const struct shown *shown, int cells, bool with_headers);

/* Writes what the buf holds to standard output and empties it. */
void print_flush(struct buf *out);

#endif
