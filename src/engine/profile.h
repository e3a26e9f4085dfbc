/*
 * Who holds a profile. One process at a time runs the engine: it has a lock on the profile's lock
 * file (fcntl, of the open file where the system can). Others are guests: they read the store,
 * leave wishes in the journal and wake the holder by lines in a FIFO.
 */
#ifndef ENGINE_PROFILE_H
#define ENGINE_PROFILE_H

#include "base/buf.h"
#include "base/error.h"

struct profile;

/* Creates the folder. *is_holder tells whether the lock was free. */
struct profile *profile_open(const char *state_path, bool *is_holder, struct error *err);
void profile_close(struct profile *p);

/* Holder: readable when a guest called; -1 for guests. */
int profile_fd(const struct profile *p);

/* Holder: appends what guests said since ("wake\n", "check\n", "body F.V.U\n"). */
void profile_calls(struct profile *p, struct buf *out);

/* Holder: tells the guests that called by these tokens (one a line) that it is done; guest: has the
 * holder said this token? */
bool profile_answer(struct profile *p, struct str tokens, struct error *err);
bool profile_is_answered(const struct profile *p, const char *token);

/* Guest: is there still a holder? */
bool profile_is_held(const struct profile *p);

/* Guest: one line without its end; false when nobody listens. */
bool profile_call(struct profile *p, const char *line);

#endif
