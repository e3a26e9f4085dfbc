/*
 * Something to say to a person, kept until somebody shows it: the English sentence, by which words/
 * finds the translation, and what goes into its places %1, %2, %3. Whoever makes one marks the text
 * with N_("…") and needs no gettext; words_sentence (words/words.h) shows it.
 */
#ifndef MODEL_SENTENCE_H
#define MODEL_SENTENCE_H

#include "base/buf.h"
#include "base/error.h"

#ifndef N_
#define N_(text) text
#endif

enum { SENTENCE_ARGS = 3 };

struct sentence {
	const char *text;          /* a literal; NULL: nothing to say */
	char *args[SENTENCE_ARGS]; /* owned UTF-8 as it came, not yet safe for the terminal; NULL */
};

/* Fills s (which must be empty or done) and returns false, so that `return sentence_set(why, …);`
 * leaves a function. s may be NULL where nobody wants to know. Unused args are NULL. */
bool sentence_set(
	struct sentence *s, const char *text, const char *one, const char *two, const char *three);
void sentence_done(struct sentence *s);

/* Appends text with %1, %2, %3 replaced by args (NULL is empty); %% is a per cent sign. */
void sentence_fill(const char *text, char *const args[SENTENCE_ARGS], struct buf *out);

/* The detail of an error, in English; returns false. */
bool sentence_error(const struct sentence *s, enum error_kind kind, struct error *err);

#endif
