/* What is asked of the engine: made by the screens and the commands, freed by the engine. */
#include "engine/engine.h"

#include "base/memory.h"

struct request *request_new(enum request_kind kind)
{
	struct request *request = mem_new(sizeof(*request));
	request->kind = kind;
	return request;
}

void request_free(struct request *request)
{
	if (request == NULL)
		return;
	mem_free(request->place_ids);
	mem_free_secret(request->text);
	mem_free(request->path);
	mem_free(request->new_text);
	account_free(request->account);
	if (request->outgoing != NULL)
		outgoing_done(request->outgoing);
	mem_free(request->outgoing);
	buf_done(&request->message);
	draft_free(request->draft);
	mem_free(request->part);
	if (request->entry != NULL)
		book_entry_done(request->entry);
	mem_free(request->entry);
	mem_free(request);
}
