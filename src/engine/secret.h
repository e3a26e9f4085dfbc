/*
 * Where a password or token comes from: the account's password command, else a question to the
 * user. It is kept for the process only, wiped when it goes, and never written to a file.
 */
#ifndef ENGINE_SECRET_H
#define ENGINE_SECRET_H

#include "engine/state.h"

/* True when run->secret is there; else it is being got (account_run_retry follows) or the run is
 * held. */
bool secret_ensure(struct account_run *run);
void secret_keep(struct account_run *run); /* puts it into the keyring, if there is one */
void secret_forget(struct account_run *run);
void secret_set(struct account_run *run, struct str secret);

#endif
