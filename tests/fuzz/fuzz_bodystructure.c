/* BODYSTRUCTURE: whatever comes, the tree is well formed. */
#include "proto/imap/imap.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tree(const struct part *root)
{
	size_t count = 0;
	for (const struct part *p = root; p != NULL; p = part_next(p)) {
		assert(p->path != NULL && p->type != NULL && p->subtype != NULL);
		for (size_t i = 0; i < p->child_count; i++)
			assert(p->children[i]->parent == p);
		for (size_t i = 0; i < p->param_count; i++)
			assert(p->params[i].name != NULL && p->params[i].value != NULL);
		assert(++count <= PART_COUNT_MAX + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imap *imap = imap_new(NULL);
	struct imap_event event;
	imap_feed(imap, STR("* OK\r\n* 1 FETCH (BODYSTRUCTURE "));
	imap_feed(imap, str_make((const char *)data, size));
	imap_feed(imap, STR(")\r\n"));
	while (imap_next(imap, &event) == CODEC_EVENT)
		check_tree(event.fetch.structure);
	part_free(imap_take_structure(imap));
	imap_free(imap);
	return 0;
}
