/*
 * What a list shows. A list never shows "a folder": it shows a view, of which a folder is one kind,
 * and everything it asks (pages, positions, finding) takes the view.
 */
#ifndef MODEL_VIEW_H
#define MODEL_VIEW_H

#include "base/str.h"

enum view_kind { VIEW_FOLDER, VIEW_UNIFIED, VIEW_SEARCH, VIEW_THREAD, VIEW_ACTIONS };

enum view_sort { SORT_ARRIVAL, SORT_DATE, SORT_FROM, SORT_SUBJECT, SORT_TO, SORT_SIZE };

struct view {
	enum view_kind kind;
	int64_t folder_id; /* VIEW_FOLDER */
	enum view_sort sort;
	bool is_reverse; /* newest, largest, Z first */
};

static inline bool view_equal(const struct view *a, const struct view *b)
{
	return a->kind == b->kind && a->folder_id == b->folder_id && a->sort == b->sort &&
	       a->is_reverse == b->is_reverse;
}

#endif
