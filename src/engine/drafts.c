/* What is being written. */
#include "engine/drafts.h"

void drafts_serve(struct engine *engine, struct request *request)
{
	struct error err;
	error_set(&err, ERROR_INPUT, "this cannot be done yet");
	engine_fail(engine, request->tag, &err);
}
