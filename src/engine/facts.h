/* What was learned of a server, as text in the store: "key value" lines, unknown ones are kept out.
 */
#ifndef ENGINE_FACTS_H
#define ENGINE_FACTS_H

#include "engine/state.h"

void facts_read(struct server_facts *facts, struct str text);
void facts_write(const struct server_facts *facts, struct buf *out);
void facts_clean(struct server_facts *facts, int64_t wall); /* a connection without a surprise */
void facts_surprised(struct server_facts *facts, int64_t wall); /* a pipelined flight went wrong */
/* What the server calls itself, in its greeting or by ID: some are known to bear all. */
void facts_name(struct server_facts *facts, struct str words, int64_t wall);
void facts_done(struct server_facts *facts);

#endif
