/* One [account] section ⇄ struct account, for settings.c alone: a row for each key. */
#ifndef SETTINGS_SETTINGS_ACCOUNT_H
#define SETTINGS_SETTINGS_ACCOUNT_H

#include "base/buf.h"
#include "model/account.h"

/* Takes a value that option_check allows; the last of several counts. */
void settings_account_read(struct account *a, const char *key, const char *value);

/* The value that key has in a, appended to out; false: none, the key is not written. */
bool settings_account_write(const struct account *a, const char *key, struct buf *out);

#endif
