/*
 * Allocation that cannot fail: without memory the program aborts, which is fair because every
 * reader of outside bytes has a limit. All of it is freed with mem_free, which takes NULL.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include "base/str.h"

void *mem_new(size_t size);                     /* zeroed */
void *mem_new_array(size_t count, size_t size); /* zeroed; aborts on overflow */
void *mem_resize(void *p, size_t size);         /* new bytes are not zeroed */
char *mem_text(const char *text);               /* a copy; NULL stays NULL */
char *mem_str(struct str s);                    /* a NUL-terminated copy */
void mem_free(void *p);

/* Overwrites a secret so that the compiler cannot leave it out. */
void mem_wipe(void *p, size_t size);
/* Wipes and frees NUL-terminated text; takes NULL. */
void mem_free_secret(char *text);

#endif
