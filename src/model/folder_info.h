/* What is known of one folder, for whoever wants to look closer. Owned, UTF-8 where it is names. */
#ifndef MODEL_FOLDER_INFO_H
#define MODEL_FOLDER_INFO_H

#include "base/str.h"

struct folder_quota {
	char *root,
		*resource; /* owned; "STORAGE" counts in units of 1024 bytes, "MESSAGE" messages */
	uint64_t used, limit;
};

struct folder_right {
	char *who,
		*rights; /* owned; letters of RFC 4314; who with "-" in front: rights taken away */
};

struct folder_info {
	int64_t folder_id;
	char *name; /* owned */
	uint32_t total, unseen, server_total;
	uint64_t size; /* of all messages, in bytes, if the server tells */
	bool has_size;
	bool is_read_only;
	struct folder_quota *quotas; /* owned */
	size_t quota_count, quota_cap;
	char *my_rights;             /* owned; NULL: the server does not tell */
	struct folder_right *rights; /* owned */
	size_t right_count, right_cap;
	bool is_complete; /* the server has said what it will */
};

struct folder_info *folder_info_copy(const struct folder_info *info);
void folder_info_free(struct folder_info *info); /* takes NULL */
void folder_info_add_quota(struct folder_info *info, struct str root, struct str resource,
	uint64_t used, uint64_t limit);
void folder_info_add_right(struct folder_info *info, struct str who, struct str rights);

#endif
