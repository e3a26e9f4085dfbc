/* What a file is, for the Content-Type it is sent with: by its first bytes, else by its name. */
#ifndef MODEL_FILE_TYPE_H
#define MODEL_FILE_TYPE_H

#include "base/str.h"

/* "image/png"; "text/plain" for what reads as UTF-8, else "application/octet-stream". A constant.
 * first: the first 512 bytes or more, or all of a shorter file. */
const char *file_type_of(struct str name, struct str first);

#endif
