/* What is known of one folder. */
#include "model/folder_info.h"

#include "base/array.h"
#include "base/memory.h"

void folder_info_add_quota(struct folder_info *info, struct str root, struct str resource,
	uint64_t used, uint64_t limit)
{
	info->quotas = array_room(
		info->quotas, info->quota_count, &info->quota_cap, sizeof(*info->quotas));
	info->quotas[info->quota_count++] = (struct folder_quota){
		.root = mem_str(root), .resource = mem_str(resource), .used = used, .limit = limit};
}

void folder_info_add_right(struct folder_info *info, struct str who, struct str rights)
{
	info->rights = array_room(
		info->rights, info->right_count, &info->right_cap, sizeof(*info->rights));
	info->rights[info->right_count++] =
		(struct folder_right){.who = mem_str(who), .rights = mem_str(rights)};
}

struct folder_info *folder_info_copy(const struct folder_info *info)
{
	struct folder_info *copy = mem_new(sizeof(*copy));
	*copy = *info;
	copy->name = mem_text(info->name);
	copy->my_rights = mem_text(info->my_rights);
	copy->quotas = NULL;
	copy->rights = NULL;
	copy->quota_count = copy->quota_cap = copy->right_count = copy->right_cap = 0;
	for (size_t i = 0; i < info->quota_count; i++)
		folder_info_add_quota(copy, str_from(info->quotas[i].root),
			str_from(info->quotas[i].resource), info->quotas[i].used,
			info->quotas[i].limit);
	for (size_t i = 0; i < info->right_count; i++)
		folder_info_add_right(
			copy, str_from(info->rights[i].who), str_from(info->rights[i].rights));
	return copy;
}

void folder_info_free(struct folder_info *info)
{
	if (info == NULL)
		return;
	for (size_t i = 0; i < info->quota_count; i++) {
		mem_free(info->quotas[i].root);
		mem_free(info->quotas[i].resource);
	}
	for (size_t i = 0; i < info->right_count; i++) {
		mem_free(info->rights[i].who);
		mem_free(info->rights[i].rights);
	}
	mem_free(info->quotas);
	mem_free(info->rights);
	mem_free(info->my_rights);
	mem_free(info->name);
	mem_free(info);
}
