/* A wish of the user: freeing one. */
#include "model/action.h"

#include "base/memory.h"

void action_done(struct action *a)
{
	mem_free(a->words);
	mem_free(a->name);
	mem_free(a->new_name);
	mem_free(a->items);
	*a = (struct action){0};
}
