/* One row of a list: copy and free; the ids that commands print. */
#include "model/message.h"

#include "base/memory.h"

#include <inttypes.h>

static char *message_text(const char *text)
{
	return mem_text(text != NULL ? text : "");
}

void message_copy_to(struct message *to, const struct message *from)
{
	*to = *from;
	to->from_name = message_text(from->from_name);
	to->from_addr = message_text(from->from_addr);
	to->to_name = message_text(from->to_name);
	to->subject = message_text(from->subject);
}

void message_done(struct message *m)
{
	mem_free(m->from_name);
	mem_free(m->from_addr);
	mem_free(m->to_name);
	mem_free(m->subject);
	*m = (struct message){0};
}

#define PLACE_UID_MASK (((uint64_t)1 << PLACE_UID_BITS) - 1)
#define PLACE_FOLDER_MAX ((uint64_t)INT64_MAX >> PLACE_UID_BITS)

void place_print(int64_t place_id, uint32_t uidvalidity, struct buf *out)
{
	buf_addf(out, "%" PRId64 ".%" PRIu32 ".%" PRIu64, place_folder(place_id), uidvalidity,
		(uint64_t)place_id & PLACE_UID_MASK);
}

bool place_read(struct str text, int64_t *place_id, uint32_t *uidvalidity)
{
	struct str rest = text;
	uint64_t folder, uid;
	uint32_t validity;
	struct str first = str_cut(&rest, '.');
	struct str second = str_cut(&rest, '.');
	if (!str_to_u64(first, &folder) || folder == 0 || folder > PLACE_FOLDER_MAX)
		return false;
	if (!str_to_u32(second, &validity))
		return false;
	if (!str_to_u64(rest, &uid) || uid == 0 || uid > PLACE_UID_MASK)
		return false;
	*place_id = (int64_t)(folder << PLACE_UID_BITS | uid);
	*uidvalidity = validity;
	return true;
}
