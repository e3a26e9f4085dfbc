/* SHA-256 of bytes that come in pieces, as hexadecimal text. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/str.h"

enum { DIGEST_HEX_SIZE = 65 }; /* 64 lower-case digits and the NUL */

struct digest;
struct digest *digest_new(void);
void digest_add(struct digest *d, struct str bytes);
void digest_finish(struct digest *d, char hex[DIGEST_HEX_SIZE]); /* once */
void digest_free(struct digest *d);                              /* takes NULL */

#endif
