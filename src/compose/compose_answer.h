/* What reply, forward and edit-as-new share; not for others. */
#ifndef COMPOSE_COMPOSE_ANSWER_H
#define COMPOSE_COMPOSE_ANSWER_H

#include "compose/compose.h"
#include "model/address.h"

enum { COMPOSE_SUBJECT_MAX = 2000 };

/* "Re: " once, whatever stood there before: Aw:, Sv:, Re[2]:, "[list] Re:". */
void compose_subject_reply(struct str subject, const char *prefix, struct buf *out);
void compose_subject_forward(struct str subject, bool is_fwd, struct buf *out);

/* Sets who writes: the identity the message came to, else the first; with the address it came to.
 * NULL when there is no identity. */
const struct identity *compose_take_identity(
	struct str header, const struct identity *identities, size_t count, struct draft *out);
void compose_set_identity(const struct identity *identity, struct draft *out);

/* How many of the first are of one account: those of the account a message lies in stand first. */
size_t compose_nearest(const struct identity *identities, size_t count);
bool compose_is_own(struct str addr, const struct identity *identities, size_t count);

/* "\n-- \nsignature", where there is one. */
void compose_signature_add(
	const struct identity *identity, const struct compose_style *style, struct buf *body);

/* In-Reply-To and References of an answer to these. */
void compose_thread(const struct compose_original *originals, size_t count, struct draft *out);

#endif
