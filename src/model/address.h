/* Addresses of a header field, decoded: an owned list. RFC 5322 3.4, with what mail really has. */
#ifndef MODEL_ADDRESS_H
#define MODEL_ADDRESS_H

#include "base/str.h"

enum { ADDRESS_COUNT_MAX = 100000 };

struct address {
	char *name;  /* decoded display name; "" when none */
	char *addr;  /* local@domain, as written; "" for a group's name or a lone phrase */
	char *group; /* the group it stands in; NULL */
};

struct address_list {
	struct address *items;
	size_t count, cap;
};

/* Copies. Beyond ADDRESS_COUNT_MAX nothing is added. An empty group is none. */
void address_list_add(
	struct address_list *list, struct str name, struct str addr, struct str group);
void address_list_done(struct address_list *list);

#endif
