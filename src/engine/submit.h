/*
 * The way out of an account: its submission connection (SMTP) and the outbox that it empties, one
 * message at a time. It stands beside the account's other connection and shares its password; the
 * copy in Sent is made by the IMAP session (sent_copy.c).
 *
 * Every step is durable before the next one is taken: TRYING before the first byte, COMMITTING
 * before the last one, and what the server said as soon as it was said.
 */
#ifndef ENGINE_SUBMIT_H
#define ENGINE_SUBMIT_H

#include "engine/state.h"

/* REQUEST_SEND, REQUEST_OUTBOX and REQUEST_OUTGOING. */
void submit_serve(struct engine *engine, struct request *request);

/* The outbox may have changed behind our back. */
void submit_wake(struct engine *engine);

void submit_step(struct account_run *run, int64_t *deadline);
size_t submit_poll(struct account_run *run, struct pollfd *fds, int64_t *deadline);
void submit_close(struct account_run *run); /* the connection; what it was at is settled */
void submit_free(struct account_run *run);

/* A message was added: told, and on its way. */
void submit_posted(struct engine *engine, int64_t outgoing_id, uint64_t tag);

/* "ADDRESS: 550 5.1.1 words" for each who was refused, a line each. */
void submit_recipient_words(const struct outgoing *item, struct buf *out);

/* What the server last said of how large a message may be; 0: not known. */
uint64_t submit_size_limit(const struct account_run *run);

/* Something is being written in this account: its connection is made ready, for some minutes. */
void submit_expect(struct account_run *run);

/* Is there something to send that could be sent now, or a copy to be made? */
bool submit_is_busy(struct account_run *run);

/* EVENT_OUTBOX, when something in it changed and someone wants to know. */
void submit_tell(struct engine *engine);

/* ---- sent_copy.c ---- */

struct session;

/* The next step towards the copy of an accepted message in Sent; true when something was asked of
 * the server. */
bool sent_copy_next(struct session *s);

#endif
