/*
 * How a folder was last looked at: its order and the place of the selection. It stands in
 * local.db's table of names and values, so that it outlives cache.db.
 */
#include "cache/store.h"

#include "base/memory.h"

#include <stdio.h>

enum { VIEW_NAME_SIZE = 40 };

static struct str view_name(int64_t folder_id, char name[VIEW_NAME_SIZE])
{
	int len = snprintf(name, VIEW_NAME_SIZE, "view %lld", (long long)folder_id);
	return str_make(name, (size_t)len);
}

bool cache_view_save(
	struct cache *cache, const struct view *view, int64_t place_id, struct error *err)
{
	static const char sql[] = "INSERT INTO meta(name,value) VALUES(CAST(?1 AS TEXT),"
				  "CAST(?2 AS TEXT)) ON CONFLICT(name) DO UPDATE SET "
				  "value=excluded.value WHERE value<>excluded.value";
	char name[VIEW_NAME_SIZE], value[80];
	int len = snprintf(value, sizeof(value), "%d %d %lld", (int)view->sort,
		(int)view->is_reverse, (long long)place_id);
	if (cache->mode != CACHE_OWNER || view->kind != VIEW_FOLDER)
		return true;
	if (!store_begin(cache, STORE_LOCAL, err))
		return false;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, err);
	if (stmt != NULL) {
		store_bind_blob(stmt, 1, view_name(view->folder_id, name));
		store_bind_blob(stmt, 2, str_make(value, (size_t)len));
	}
	bool ok = stmt != NULL && store_finish(cache, stmt, err);
	return store_end(cache, STORE_LOCAL, ok, err);
}

/* Only what this program can have written. */
static bool view_read(const char *value, struct view *view, int64_t *place_id)
{
	int sort, is_reverse;
	long long place;
	if (sscanf(value, "%d %d %lld", &sort, &is_reverse, &place) != 3 || sort < SORT_ARRIVAL ||
		sort > SORT_SIZE || place < 0)
		return false;
	view->sort = (enum view_sort)sort;
	view->is_reverse = is_reverse != 0;
	*place_id = place_folder(place) == view->folder_id ? place : 0;
	return true;
}

bool cache_view_load(struct cache *cache, struct view *view, int64_t *place_id, bool *is_found,
	struct error *err)
{
	static const char sql[] = "SELECT value FROM meta WHERE name=CAST(?1 AS TEXT)";
	char name[VIEW_NAME_SIZE];
	*is_found = false;
	if (view->kind != VIEW_FOLDER)
		return true;
	sqlite3_stmt *stmt = store_query(cache, STORE_LOCAL, sql, STORE_NONE, err);
	if (stmt == NULL)
		return false;
	store_bind_blob(stmt, 1, view_name(view->folder_id, name));
	enum store_row row = store_next(cache, stmt, err);
	if (row == STORE_ROW) {
		char *value = store_text_copy(stmt, 0);
		*is_found = view_read(value, view, place_id);
		mem_free(value);
		sqlite3_reset(stmt);
	}
	return row != STORE_BAD;
}
