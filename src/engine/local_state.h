/* What local.c and local_act.c share. */
#ifndef ENGINE_LOCAL_STATE_H
#define ENGINE_LOCAL_STATE_H

#include "engine/local.h"

enum {
	LOCAL_DELIMITER = '/',
	LOCAL_HEADER_MAX = 64 * 1024,
	LOCAL_COMPARE = 2000, /* UIDs compared at once */
};

void local_failed(struct account_run *run, const struct error *err);
/* One slice of bringing a folder's rows up to date. */
bool local_follow(struct account_run *run, int64_t folder_id, bool *is_done, struct error *err);
/* Some wishes. */
bool local_act(struct account_run *run, int64_t *deadline, struct error *err);

#endif
