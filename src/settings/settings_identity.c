/* Who one may write as: the accounts, and the sections [identity "NAME"]. */
#include "settings/settings.h"

#include "base/array.h"
#include "base/memory.h"
#include "settings/ini.h"

#include <stddef.h>
#include <stdlib.h>

static const struct identity_row {
	const char *key;
	size_t field;
} identity_rows[] = {
	{"from", offsetof(struct identity, from)},
	{"addresses", offsetof(struct identity, addresses)},
	{"reply-to", offsetof(struct identity, reply_to)},
	{"cc", offsetof(struct identity, cc)},
	{"bcc", offsetof(struct identity, bcc)},
	{"fcc", offsetof(struct identity, fcc)},
	{"signature", offsetof(struct identity, signature)},
};

static void set(char **field, const char *value)
{
	mem_free(*field);
	*field = mem_text(value);
}

static void set_signature(struct identity *identity, const char *value)
{
	const char *home = getenv("HOME");
	struct buf path = {0};
	if (str_starts(str_from(value), STR("~/")) && home != NULL)
		buf_addf(&path, "%s%s", home, value + 1);
	else
		buf_add_text(&path, value);
	mem_free(identity->signature);
	identity->signature = buf_take(&path);
}

static void add_header(struct identity *identity, const char *value)
{
	struct buf lines = {0};
	buf_addf(&lines, "%s%s\n", identity->extra, value);
	mem_free(identity->extra);
	identity->extra = buf_take(&lines);
}

static void identity_take(struct identity *identity, const struct settings_pair *pair)
{
	if (ini_name_equal(pair->name, "header"))
		add_header(identity, pair->value);
	else if (ini_name_equal(pair->name, "signature"))
		set_signature(identity, pair->value);
	for (size_t i = 0; i < sizeof(identity_rows) / sizeof(identity_rows[0]); i++)
		if (ini_name_equal(pair->name, identity_rows[i].key) &&
			!ini_name_equal(pair->name, "signature"))
			set((char **)((char *)identity + identity_rows[i].field), pair->value);
}

/* The lines of one section, wherever they stand. */
static void identity_fill(struct identity *identity, const struct settings_pair *pairs,
	size_t count, const char *part)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(pairs[i].part, part) == 0)
			identity_take(identity, &pairs[i]);
}

/* The account of a role: the one it names, else the first. */
static const char *identity_account(
	const struct settings *s, const struct settings_pair *pairs, size_t count, const char *part)
{
	size_t account_count = 0;
	const struct account *const *accounts = settings_accounts(s, &account_count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(pairs[i].part, part) == 0 && ini_name_equal(pairs[i].name, "account") &&
			settings_account(s, pairs[i].value) != NULL)
			return settings_account(s, pairs[i].value)->name;
	return account_count > 0 ? accounts[0]->name : NULL;
}

static bool is_first_of_part(const struct settings_pair *pairs, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(pairs[i].part, pairs[index].part) == 0)
			return false;
	return true;
}

struct identities {
	struct identity *items;
	const char **accounts;
	size_t count, cap, account_cap;
};

static struct identity *identities_add(
	struct identities *list, const struct account *account, const char *name)
{
	list->items = array_room(list->items, list->count, &list->cap, sizeof(*list->items));
	list->accounts = array_room(
		list->accounts, list->count, &list->account_cap, sizeof(*list->accounts));
	struct identity *identity = &list->items[list->count];
	identity_init(identity);
	set(&identity->name, name);
	if (account->from != NULL)
		set(&identity->from, account->from);
	list->accounts[list->count++] = account->name;
	return identity;
}

static void identities_of(
	const struct settings *s, const struct account *account, struct identities *list)
{
	size_t count = 0;
	const struct settings_pair *pairs = settings_pairs(s, "identity", &count);
	identity_fill(identities_add(list, account, ""), pairs, count, account->name);
	for (size_t i = 0; i < count; i++) {
		const char *part = pairs[i].part;
		if (!is_first_of_part(pairs, i) || settings_account(s, part) != NULL)
			continue;
		const char *owner = identity_account(s, pairs, count, part);
		if (owner != NULL && strcmp(owner, account->name) == 0)
			identity_fill(identities_add(list, account, part), pairs, count, part);
	}
}

struct identity *settings_identities(
	const struct settings *s, const char *account, const char ***accounts, size_t *count)
{
	struct identities list = {0};
	size_t account_count = 0;
	const struct account *const *all = settings_accounts(s, &account_count);
	for (size_t i = 0; i < account_count; i++)
		if (account == NULL || strcmp(account, all[i]->name) == 0)
			identities_of(s, all[i], &list);
	*count = list.count;
	if (accounts != NULL)
		*accounts = list.accounts;
	else
		mem_free(list.accounts);
	return list.items;
}
