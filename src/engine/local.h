/*
 * Mail that no server keeps, of accounts of the kinds local and POP3: local.db is the server
 * (cache_local_…). What is listed is derived from it, and wishes are carried out upon it at once,
 * with or without a connection.
 */
#ifndef ENGINE_LOCAL_H
#define ENGINE_LOCAL_H

#include "engine/account_run.h"

bool local_is_kept_here(const struct account *account);

/* A slice: the folders, rows that are behind, wishes. Lowers *deadline when there is more. */
void local_step(struct account_run *run, int64_t *deadline);

/* Something was put into local.db for this folder (0: folders were made). */
void local_changed(struct engine *engine, int64_t folder_id);

/* An account's folder of that wire name, made when there is none, and shown. */
bool local_folder(struct account_run *run, const char *wire, int64_t *folder_id, struct error *err);

/* Nothing of it is behind, and no wish waits to be carried out here. */
bool local_is_done(const struct account_run *run);

#endif
