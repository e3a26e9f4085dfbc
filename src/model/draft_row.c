/* A draft as a line of a list. */
#include "model/draft_row.h"

#include "base/memory.h"

void draft_row_done(struct draft_row *row)
{
	mem_free(row->to);
	mem_free(row->subject);
	*row = (struct draft_row){0};
}
