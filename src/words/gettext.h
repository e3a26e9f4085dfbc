/*
 * Translation, for ui, words and the files right in src only. Every sentence a person reads is in
 *one of these; what they return is UTF-8 (words_init sees to that) and lives until the program
 *ends.
 *
 *	_("Quit Rowan?")                          the translation
 *	N_("Quit Rowan?")                         marks a constant; _() it where it is shown
 *	P_("%u message", "%u messages", count)    by the language's rules of number
 */
#ifndef WORDS_GETTEXT_H
#define WORDS_GETTEXT_H

#ifdef ENABLE_NLS
#include <libintl.h>
#define _(text) gettext(text)
#define P_(one, many, count) ngettext(one, many, count)
#else
#define _(text) (text)
#define P_(one, many, count) ((count) == 1 ? (one) : (many))
#endif

#ifndef N_
#define N_(text) text
#endif

#endif
