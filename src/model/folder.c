/* A folder: copy and free. */
#include "model/folder.h"

#include "base/memory.h"

void folder_copy_to(struct folder *to, const struct folder *from)
{
	*to = *from;
	to->wire = mem_text(from->wire);
	to->name = mem_text(from->name);
}

void folder_done(struct folder *f)
{
	mem_free(f->wire);
	mem_free(f->name);
	*f = (struct folder){0};
}
