/*
 * Names of folders: as the server spells them (RFC 3501 5.1.3) and as they are shown, in UTF-8 with
 * "/" between the levels; "/" and "%" inside a level are %2F and %25.
 */
#ifndef ENGINE_FOLDER_NAME_H
#define ENGINE_FOLDER_NAME_H

#include "base/buf.h"

/* Owned by the caller. */
char *folder_name_from_wire(struct str wire, char delimiter);

/* False when no folder of such a server can be called so. */
bool folder_name_to_wire(struct str name, char delimiter, struct buf *out);

#endif
