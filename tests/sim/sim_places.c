/* What a model server holds, in one line. */
#include "tests/sim/sim_server.h"

#include "base/memory.h"

#include <stdlib.h>

struct sim_held {
	unsigned content;
	uint32_t flags;
};

static int sim_held_order(const void *a, const void *b)
{
	const struct sim_held *x = a, *y = b;
	if (x->content != y->content)
		return x->content < y->content ? -1 : 1;
	return x->flags < y->flags ? -1 : x->flags > y->flags;
}

static void sim_places_folder(const struct sim_folder *folder, struct buf *out)
{
	static const char letters[] = "safdt";
	struct sim_held *held = mem_new_array(folder->count + 1, sizeof(*held));
	for (size_t i = 0; i < folder->count; i++)
		held[i] = (struct sim_held){folder->messages[i].content, folder->messages[i].flags};
	qsort(held, folder->count, sizeof(*held), sim_held_order);
	buf_addf(out, "%s%s", out->len > 0 ? "|" : "", folder->wire);
	for (size_t i = 0; i < folder->count; i++) {
		buf_addf(out, " %u", held[i].content);
		for (int bit = 0; bit < 5; bit++)
			if ((held[i].flags & (uint32_t)1 << bit) != 0)
				buf_add_char(out, letters[bit]);
		if (held[i].flags >> 5 != 0)
			buf_add_char(out, 'k');
	}
	mem_free(held);
}

void sim_places(const struct sim_server *server, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < server->folder_count; i++)
		if (server->folders[i].wire[0] != '\0')
			sim_places_folder(&server->folders[i], out);
}

unsigned sim_places_count(const char *places, unsigned content)
{
	unsigned count = 0;
	struct str rest = str_from(places);
	while (rest.len > 0) {
		struct str folder = str_cut(&rest, '|');
		str_cut(&folder, ' ');
		while (folder.len > 0)
			count += (unsigned)strtoul(str_cut(&folder, ' ').data, NULL, 10) == content;
	}
	return count;
}
