/*
 * What Rowan says about errors and states, translated, for the screen and the commands alike. A
 * sentence tells what happened, to what, and what a person can do. Texts from outside (names,
 * details) are put in as they are: whoever shows the result makes it safe (base/width.h).
 *
 * words_init comes first and once, before other threads start; the rest may be called by any.
 */
#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H

#include "base/buf.h"
#include "base/error.h"
#include "model/action.h"
#include "model/sentence.h"

/* Takes the locale from the environment. folder holds the translations (LOCALEDIR). */
void words_init(const char *folder);

/* The sentence for err->kind. about is what it happened to: the account's name, or the file's for
 * ERROR_STORAGE and ERROR_INPUT; NULL when that is plain from where it is shown. err->detail, the
 * server's or the system's own words, is not part of it: show it below when it is not empty.
 * Nothing for ERROR_NONE. */
void words_error(const struct error *err, const char *about, struct buf *out);

/* One line for a status line or standard error: the sentence of words_error, and the detail. */
void words_error_line(const struct error *err, const char *about, struct buf *out);

/* A kept sentence, translated and filled in; nothing when it has no text. */
void words_sentence(const struct sentence *s, struct buf *out);

/* What an account is doing, in the order of enum account_state (engine/engine.h). */
enum words_state {
	WORDS_OFFLINE,
	WORDS_CONNECTING,
	WORDS_LOGGING_IN,
	WORDS_READY,
	WORDS_SYNCING,
	WORDS_WAITING,
	WORDS_HELD,
};

const char *words_state(enum words_state state);        /* a word or two: "logging in" */
const char *words_state_advice(enum words_state state); /* a sentence: what that means for one */

/* A wish in the outbox: waiting, running, done, failed, unsure, taken back. */
const char *words_action_state(enum action_state state);

#endif
