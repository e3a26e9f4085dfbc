/* Base64 of whole strings (RFC 4648 section 4), for SASL and headers we write. Mail bodies are
 * decoded by proto/mime, which forgives more. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

void base64_encode(struct str bytes, struct buf *out); /* one line, padded */

/* Strict: false on any other byte, on wrong padding, on a wrong length; out is then unchanged. */
bool base64_decode(struct str text, struct buf *out);

#endif
