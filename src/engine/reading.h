/*
 * Messages somebody opened, saves or prints: their bytes are fetched as far as needed, shown as
 * they come, kept in the store.
 *
 * Small messages come whole in one flight. Of large ones the structure, the header and the first
 * part come first, then the text parts; the rest stays on the server until somebody wants it.
 */
#ifndef ENGINE_READING_H
#define ENGINE_READING_H

#include "engine/session.h"

enum { READING_WHOLE_MAX = 128 * 1024, READING_FIRST_BYTES = 65536 };

void reading_open(struct engine *engine, const struct request *request);
void reading_end(struct engine *engine, int64_t place_id);
void reading_save_part(struct engine *engine, const struct request *request);
/* A guest wants the bytes in the store. */
void reading_want_body(struct engine *engine, int64_t place_id);

/* The bytes of a message for a draft: all of it, or only its text. Then reading_have tells. */
bool reading_bring(struct engine *engine, int64_t place_id, bool whole, struct error *err);
enum reading_answer { READING_COMING, READING_HERE, READING_NEVER };
/* *message_id: where the store has it. *err is filled for NEVER. */
enum reading_answer reading_have(
	struct engine *engine, int64_t place_id, int64_t *message_id, struct error *err);

void reading_free_all(struct engine *engine);

/* Renders and posts what has news; lowers *deadline. */
void reading_flush(struct engine *engine, int64_t *deadline);

/* ---- For the connection. ---- */

/* Asks for the bytes that are wanted most; false when nobody waits for any. */
bool reading_next(struct session *s);
/* The folder of a message somebody waits for; 0: none. */
int64_t reading_wants(const struct account_run *run);
void reading_body_event(struct session *s, const struct imap_event *event);
void reading_fetch_event(struct session *s, const struct imap_event *event);
void reading_session_ended(struct engine *engine, const struct session *s);
/* No connection will come soon: what waits is told so. */
void reading_account_stuck(struct account_run *run);
bool reading_is_busy(const struct engine *engine);

/* ---- offline.c: bodies that nobody has opened yet. ---- */

/* Asks for some of the folder that are not here, the newest first; false when none are left. since:
 * seconds since 1970 below which a message is not wanted; 0: all are. */
bool offline_fetch(struct session *s, struct folder_task *task);
/* Is there a body of that folder to be fetched? Reads rows until one is found. */
bool offline_is_missing(struct engine *engine, int64_t folder_id);
/* What the setting wants of the account's folders becomes visits, a slice a step; true while there
 * is more to look through. */
bool offline_plan(struct account_run *run);
void offline_plan_again(struct account_run *run); /* the folders have news */
void offline_done(struct account_run *run);

#endif
