/* Addresses as the files of this folder handle them; not for others. */
#ifndef COMPOSE_COMPOSE_ADDRESS_H
#define COMPOSE_COMPOSE_ADDRESS_H

#include "base/buf.h"
#include "base/error.h"
#include "base/table.h"
#include "model/address.h"
#include "model/draft.h"
#include "model/identity.h"
#include "model/outgoing.h"

/* local@host that can stand in an envelope. */
bool compose_address_is_sane(struct str addr);

/* Appends the list as a person types it, on one line: 'Ann <a@x.org>, "B, C" <b@y.org>'. Items
 * without an address are left out, groups are dissolved. */
void compose_addresses_print(const struct address_list *list, struct buf *out);

/* Parses what a person typed. False, with the words that are wrong in bad (may be NULL), when a
 * quote or bracket is not closed or an item is no address mail can be sent to; list has the good
 * ones either way. */
bool compose_typed_parse(struct str typed, struct address_list *list, struct buf *bad);

/* The items of every field of that name. */
void compose_addresses_of(struct str header, const char *name, struct address_list *list);

bool compose_address_is_own(struct str addr, const struct identity *identity);

/* UTF-8 on one line: mended, control characters as blanks, trimmed, at most max bytes. */
void compose_line_add(struct buf *out, struct str text, size_t max);
/* The first field of that name, decoded and on one line; "" when absent. */
void compose_field_line(struct str header, const char *name, struct buf *out);

/* The ids of a field with their <>, separated by blanks, as a draft has them. */
void compose_read_ids(struct str header, const char *name, char **field);

/* Appends addr unless seen has it. False (ERROR_INPUT) beyond COMPOSE_RECIPIENTS_MAX. */
bool compose_recipient_add(
	struct outgoing *out, struct table *seen, struct str addr, struct error *err);
bool compose_too_many(struct error *err); /* the sentence; returns false */

enum { COMPOSE_LINE_MAX = 8000, COMPOSE_RECIPIENTS_MAX = 10000 };

#endif
