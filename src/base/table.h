/* A hash table from byte strings to pointers. Keys are copied; values belong to the caller. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/str.h"

struct table;

struct table *table_new(void);
void table_free(struct table *t); /* takes NULL; values are the caller's */

void *table_get(const struct table *t, struct str key); /* NULL when absent */
/* Stores value (not NULL) and returns what stood there before, or NULL. */
void *table_put(struct table *t, struct str key, void *value);
void *table_remove(struct table *t, struct str key);
size_t table_count(const struct table *t);

#endif
