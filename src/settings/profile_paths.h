/*
 * Where a profile's files are. With ROWAN_HOME set, everything is in that one folder; else the XDG
 * Base Directory rules hold, in which a variable that is not an absolute path counts as unset:
 *
 *	rowan.conf          $XDG_CONFIG_HOME/rowan, else ~/.config/rowan
 *	local.db            $XDG_DATA_HOME/rowan, else ~/.local/share/rowan
 *	cache.db, body.db   $XDG_CACHE_HOME/rowan, else ~/.cache/rowan
 *	state (lock, log)   $XDG_STATE_HOME/rowan, else ~/.local/state/rowan
 *
 * Files are made 0600, folders 0700.
 */
#ifndef SETTINGS_PROFILE_PATHS_H
#define SETTINGS_PROFILE_PATHS_H

#include "base/error.h"

/* All owned, absolute. */
struct profile_paths {
	char *config_file;
	char *local_db;
	char *cache_db;
	char *body_db;
	char *state_folder;
};

/* From the environment. Fails only where neither it nor the system knows a home folder. */
bool profile_paths_find(struct profile_paths *p, struct error *err);
void profile_paths_done(struct profile_paths *p);

/* Makes the folders that are not there. */
bool profile_paths_make(const struct profile_paths *p, struct error *err);

#endif
