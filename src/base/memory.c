/* Allocation that cannot fail. */
#include "base/memory.h"

#include <stdlib.h>

static void *mem_checked(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

void *mem_new(size_t size)
{
	return mem_checked(calloc(1, size > 0 ? size : 1));
}

void *mem_new_array(size_t count, size_t size)
{
	return mem_checked(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *mem_resize(void *p, size_t size)
{
	return mem_checked(realloc(p, size > 0 ? size : 1));
}

char *mem_str(struct str s)
{
	char *copy = mem_checked(malloc(s.len + 1));
	memcpy(copy, s.data, s.len);
	copy[s.len] = '\0';
	return copy;
}

char *mem_text(const char *text)
{
	return text != NULL ? mem_str(str_from(text)) : NULL;
}

void mem_free(void *p)
{
	free(p);
}

void mem_wipe(void *p, size_t size)
{
	explicit_bzero(p, size);
}

void mem_free_secret(char *text)
{
	if (text != NULL)
		mem_wipe(text, strlen(text));
	mem_free(text);
}
