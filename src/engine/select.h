/*
 * Selecting messages of a list: rules are held against the whole folder, a slice a step, and what
 * fits is kept in the list (engine/selection.h). Text anywhere in a message is asked of the server,
 * or looked for in the bodies that are here.
 */
#ifndef ENGINE_SELECT_H
#define ENGINE_SELECT_H

#include "engine/session.h"

struct live_list;

void select_ask(struct engine *engine, struct request *request); /* takes REQUEST_SELECT over */
/* A slice; false when nothing is being selected. Lowers *deadline to when it waits no longer. */
bool select_step(struct engine *engine, int64_t *deadline);
void select_free(struct engine *engine);
void select_next(struct engine *engine, const struct request *request); /* REQUEST_SELECTED */
void select_zoom(struct engine *engine, const struct request *request); /* REQUEST_ZOOM */

/* The first selected place that is shown and stands behind place_id in order of arrival; 0. */
struct selection;
int64_t select_behind(struct engine *engine, const struct selection *selection, int64_t folder_id,
	int64_t place_id);

/* True when the SEARCH was asked by a rule. */
bool select_found(struct engine *engine, const struct pending *p, const struct imap_set *set);

#endif
