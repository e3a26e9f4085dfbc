/* How much of a folder is kept for reading without a network. */
#include "model/offline.h"

static bool offline_days(struct str text, unsigned *days)
{
	struct str number = str_cut(&text, ' ');
	uint32_t value = 0;
	text = str_trim(text);
	if (!str_equal_nocase(text, STR("days")) && !str_equal_nocase(text, STR("day")))
		return false;
	if (!str_to_u32(number, &value) || value == 0 || value > OFFLINE_DAYS_MAX)
		return false;
	*days = value;
	return true;
}

static bool offline_rule_read(struct str text, struct offline_rule *rule)
{
	static const struct {
		const char *word;
		enum offline_kind kind;
	} words[] = {
		{"opened", OFFLINE_OPENED}, {"headers", OFFLINE_HEADERS}, {"all", OFFLINE_ALL}};
	*rule = (struct offline_rule){0};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_equal_nocase(text, str_from(words[i].word))) {
			rule->kind = words[i].kind;
			return true;
		}
	rule->kind = OFFLINE_DAYS;
	return offline_days(text, &rule->days);
}

/* The name in the setting, with %2C and %25, against the folder's own. */
static bool offline_is_name(struct str word, struct str folder)
{
	while (word.len > 0 && folder.len > 0) {
		char c = word.data[0];
		size_t taken = 1;
		if (str_starts_nocase(word, STR("%2C")) || str_starts(word, STR("%25"))) {
			c = word.data[2] == '5' ? '%' : ',';
			taken = 3;
		}
		if (c != folder.data[0])
			return false;
		word = str_skip(word, taken);
		folder = str_skip(folder, 1);
	}
	return word.len == 0 && folder.len == 0;
}

/* The last ':' parts name and rule: names may have one of their own. */
static size_t offline_colon(struct str item)
{
	for (size_t i = item.len; i > 0; i--)
		if (item.data[i - 1] == ':')
			return i - 1;
	return STR_NONE;
}

bool offline_read(struct str setting, struct str folder, struct offline_rule *rule)
{
	bool is_named = false;
	*rule = (struct offline_rule){0};
	do {
		struct offline_rule one;
		struct str item = str_trim(str_cut(&setting, ','));
		size_t colon = offline_colon(item);
		struct str name = colon != STR_NONE ? str_trim(str_first(item, colon)) : STR("");
		struct str words = colon != STR_NONE ? str_skip(item, colon + 1) : item;
		if (!offline_rule_read(str_trim(words), &one) ||
			(colon != STR_NONE && name.len == 0))
			return false;
		if (name.len == 0 && !is_named)
			*rule = one;
		if (name.len > 0 && offline_is_name(name, folder)) {
			*rule = one;
			is_named = true;
		}
	} while (setting.len > 0);
	return true;
}
