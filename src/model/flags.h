/*
 * Flags of a message, as bits of a 64-bit word: the system flags of RFC 3501 2.3.2 and the
 * keywords that mean something to Rowan have fixed bits; every other keyword of an account gets
 * one of the bits from FLAG_KEYWORD_FIRST on, kept in the account's keyword table (cache/cache.h).
 */
#ifndef MODEL_FLAGS_H
#define MODEL_FLAGS_H

#include "base/str.h"

typedef uint64_t flags_t;

#define FLAG_SEEN ((flags_t)1 << 0)
#define FLAG_ANSWERED ((flags_t)1 << 1)
#define FLAG_FLAGGED ((flags_t)1 << 2)
#define FLAG_DELETED ((flags_t)1 << 3)
#define FLAG_DRAFT ((flags_t)1 << 4)
#define FLAG_FORWARDED ((flags_t)1 << 5) /* $Forwarded, RFC 5788 registry */
#define FLAG_JUNK ((flags_t)1 << 6)      /* $Junk */
#define FLAG_NOT_JUNK ((flags_t)1 << 7)  /* $NotJunk */
#define FLAG_MDN_SENT ((flags_t)1 << 8)  /* $MDNSent, RFC 3503 */
#define FLAG_RECENT ((flags_t)1 << 9)    /* read, never relied on, never sent */

enum { FLAG_KEYWORD_FIRST = 16, FLAG_KEYWORD_MAX = 46 };

/* The bit of a flag with a fixed one, by its name on the wire ("\Seen", "$Forwarded", any case);
 * 0 for other keywords. */
flags_t flag_from_wire(struct str name);

/* The wire name of one fixed bit; NULL for keyword bits. */
const char *flag_to_wire(flags_t one);

#endif
