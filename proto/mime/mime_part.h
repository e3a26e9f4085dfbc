/* What a part's header fields say, written into its node; not for others. */
#ifndef PROTO_MIME_MIME_PART_H
#define PROTO_MIME_MIME_PART_H

#include "model/part.h"

/* One field of a part's header, unfolded. The first of a name counts; *seen remembers which were
 * there and starts as 0. */
void mime_part_apply(struct part *part, struct str name, struct str value, unsigned *seen);

void mime_part_set_type(struct part *part, struct str type, struct str subtype);

/* Sets the path, as far as the parent tells; mime_part_settle does the rest once the type is known.
 */
void mime_part_number(struct part *part);
void mime_part_settle(struct part *part);

/* message/rfc822 (or global) whose bytes stand there as they are. */
bool mime_part_holds_message(const struct part *part);

/* Whether s begins with "Name:" of a field that headers of mail have. */
bool mime_part_field_is_known(struct str s);

#endif
