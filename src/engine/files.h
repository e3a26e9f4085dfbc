/*
 * Mail from files and into files, in slices behind all else the engine does. What an import has
 * read goes into local.db together with a mark of it, one transaction a slice, so that a run that
 * is cut and begun again brings each message once; from there the journal takes it to its server.
 */
#ifndef ENGINE_FILES_H
#define ENGINE_FILES_H

#include "engine/state.h"

void import_begin(struct engine *engine, const struct request *request);
void export_begin(struct engine *engine, const struct request *request);
void files_step(struct engine *engine, int64_t *deadline);
bool files_are_busy(const struct engine *engine);
void files_free(struct engine *engine);

/* import.c and export.c */
void import_step(struct engine *engine, int64_t *deadline);
void import_free_all(struct engine *engine);
void export_step(struct engine *engine, int64_t *deadline);
void export_free_all(struct engine *engine);

#endif
