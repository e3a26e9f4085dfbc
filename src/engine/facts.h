/* What was learned of a server, as text in the store: "key value" lines, unknown ones are kept out.
 */
#ifndef ENGINE_FACTS_H
#define ENGINE_FACTS_H

#include "engine/state.h"

void facts_read(struct server_facts *facts, struct str text);
void facts_write(const struct server_facts *facts, struct buf *out);
void facts_done(struct server_facts *facts);

#endif
