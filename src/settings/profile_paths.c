/* Where a profile's files are. */
#include "settings/profile_paths.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/memory.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

static const char *paths_variable(const char *name)
{
	const char *value = getenv(name);
	return value != NULL && value[0] == '/' ? value : NULL;
}

static char *paths_home(struct error *err)
{
	const char *home = paths_variable("HOME");
	struct passwd entry, *found = NULL;
	char room[4096];
	if (home != NULL)
		return mem_text(home);
	if (getpwuid_r(getuid(), &entry, room, sizeof(room), &found) == 0 && found != NULL &&
		found->pw_dir[0] == '/')
		return mem_text(found->pw_dir);
	error_set(err, ERROR_INPUT, "HOME is not set, and there is no home folder for this user");
	return NULL;
}

static char *paths_xdg(const char *variable, const char *home, const char *standard)
{
	const char *base = paths_variable(variable);
	struct buf path = {0};
	if (base != NULL)
		buf_addf(&path, "%s/rowan", base);
	else
		buf_addf(&path, "%s/%s/rowan", home, standard);
	return buf_take(&path);
}

static void paths_fill(struct profile_paths *p, const char *config, const char *data,
	const char *cache, const char *state)
{
	p->config_file = file_join(config, "rowan.conf");
	p->local_db = file_join(data, "local.db");
	p->cache_db = file_join(cache, "cache.db");
	p->body_db = file_join(cache, "body.db");
	p->state_folder = mem_text(state);
}

static bool paths_in_one_folder(struct profile_paths *p, const char *folder, struct error *err)
{
	char *here = folder[0] == '/' ? NULL : getcwd(NULL, 0);
	if (folder[0] != '/' && here == NULL)
		return error_errno(err, ERROR_STORAGE, "ROWAN_HOME");
	char *path = here != NULL ? file_join(here, folder) : mem_text(folder);
	paths_fill(p, path, path, path, path);
	mem_free(path);
	free(here);
	return true;
}

bool profile_paths_find(struct profile_paths *p, struct error *err)
{
	const char *folder = getenv("ROWAN_HOME");
	*p = (struct profile_paths){0};
	if (folder != NULL && folder[0] != '\0')
		return paths_in_one_folder(p, folder, err);
	char *home = paths_home(err);
	if (home == NULL)
		return false;
	char *config = paths_xdg("XDG_CONFIG_HOME", home, ".config");
	char *data = paths_xdg("XDG_DATA_HOME", home, ".local/share");
	char *cache = paths_xdg("XDG_CACHE_HOME", home, ".cache");
	char *state = paths_xdg("XDG_STATE_HOME", home, ".local/state");
	paths_fill(p, config, data, cache, state);
	mem_free(config);
	mem_free(data);
	mem_free(cache);
	mem_free(state);
	mem_free(home);
	return true;
}

void profile_paths_done(struct profile_paths *p)
{
	mem_free(p->config_file);
	mem_free(p->local_db);
	mem_free(p->cache_db);
	mem_free(p->body_db);
	mem_free(p->state_folder);
	*p = (struct profile_paths){0};
}

static bool paths_make_for(const char *file, struct error *err)
{
	char *folder = mem_str(str_make(file, (size_t)(strrchr(file, '/') - file)));
	bool ok = file_make_folder(folder, err);
	mem_free(folder);
	return ok;
}

bool profile_paths_make(const struct profile_paths *p, struct error *err)
{
	return paths_make_for(p->config_file, err) && paths_make_for(p->local_db, err) &&
	       paths_make_for(p->cache_db, err) && file_make_folder(p->state_folder, err);
}
