/* SHA-256 of bytes that come in pieces, as hexadecimal text; MD5 for the protocol that asks for it.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/str.h"

enum { DIGEST_HEX_SIZE = 65 }; /* 64 lower-case digits and the NUL */

enum { DIGEST_BYTES = 32 };

struct digest;
struct digest *digest_new(void);
void digest_add(struct digest *d, struct str bytes);
void digest_finish(struct digest *d, char hex[DIGEST_HEX_SIZE]);               /* once */
void digest_finish_bytes(struct digest *d, unsigned char bytes[DIGEST_BYTES]); /* once */
/* The whole of it at once. */
void digest_bytes(struct str bytes, unsigned char digest[DIGEST_BYTES]);
void digest_free(struct digest *d); /* takes NULL */

/* MD5 of bytes, for APOP (RFC 1939 7). False where the system's policy forbids it. */
enum { DIGEST_MD5_HEX_SIZE = 33 };
bool digest_md5(struct str bytes, char hex[DIGEST_MD5_HEX_SIZE]);

#endif
