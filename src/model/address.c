/* Addresses of a header field: an owned list. */
#include "model/address.h"

#include "base/array.h"

void address_list_add(struct address_list *list, struct str name, struct str addr, struct str group)
{
	if (list->count >= ADDRESS_COUNT_MAX)
		return;
	list->items = array_room(list->items, list->count, &list->cap, sizeof(*list->items));
	list->items[list->count++] = (struct address){
		.name = mem_str(name),
		.addr = mem_str(addr),
		.group = str_is_empty(group) ? NULL : mem_str(group),
	};
}

void address_list_done(struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		mem_free(list->items[i].name);
		mem_free(list->items[i].addr);
		mem_free(list->items[i].group);
	}
	mem_free(list->items);
	*list = (struct address_list){0};
}
