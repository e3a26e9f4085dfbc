/* A message on its way out. */
#include "model/outgoing.h"

#include "base/array.h"

const char *outgoing_state_name(enum outgoing_state state)
{
	static const char *const names[] = {
		[OUTGOING_HELD] = "held",
		[OUTGOING_QUEUED] = "queued",
		[OUTGOING_TRYING] = "trying",
		[OUTGOING_COMMITTING] = "committing",
		[OUTGOING_ACCEPTED] = "accepted",
		[OUTGOING_SENTCOPY] = "sentcopy",
		[OUTGOING_DONE] = "done",
		[OUTGOING_UNKNOWN] = "unknown",
		[OUTGOING_FAILED] = "failed",
	};
	return names[state];
}

void outgoing_add_recipient(struct outgoing *o, struct str address)
{
	o->recipients = array_room(
		o->recipients, o->recipient_count, &o->recipient_cap, sizeof(*o->recipients));
	o->recipients[o->recipient_count++] =
		(struct outgoing_recipient){.address = mem_str(address)};
}

void outgoing_set_words(struct outgoing *o, struct str words)
{
	mem_free(o->words);
	o->words = mem_str(words);
}

void outgoing_done(struct outgoing *o)
{
	for (size_t i = 0; i < o->recipient_count; i++) {
		mem_free(o->recipients[i].address);
		mem_free(o->recipients[i].enhanced);
		mem_free(o->recipients[i].words);
	}
	mem_free(o->recipients);
	mem_free(o->message_id);
	mem_free(o->from);
	mem_free(o->words);
	*o = (struct outgoing){0};
}
