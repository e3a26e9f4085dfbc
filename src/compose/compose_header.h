/* The header of a message from a draft; not for others. */
#ifndef COMPOSE_COMPOSE_HEADER_H
#define COMPOSE_COMPOSE_HEADER_H

#include "compose/compose.h"

/* A draft's address field by its header name: "To" … ; what was typed is NULL for others. */
enum { COMPOSE_FIELD_COUNT = 5 };
extern const char *const compose_fields[COMPOSE_FIELD_COUNT];
char **compose_field_of(struct draft *draft, size_t index);

/* All fields but those of MIME. */
void compose_header_write(const struct draft *draft, const struct compose_options *options,
	const char *message_id, struct buf *out);

/* "id@host", without <>. */
void compose_message_id(
	const struct compose_options *options, struct str from_addr, struct buf *out);

/* "Name: value" as one line that may stand in a header beside what Rowan writes itself. */
bool compose_extra_split(struct str line, struct str *name, struct str *value);

#endif
