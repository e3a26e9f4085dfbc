/* The list of folders and what STATUS says of each: one round trip where the server can. */
#include "engine/session.h"

#include "base/array.h"
#include "base/memory.h"
#include "base/table.h"
#include "engine/account_run.h"
#include "engine/folder_name.h"
#include "engine/reading.h"
#include "engine/sync.h"

struct listed {
	struct folder folder; /* strings owned */
	struct cache_status status;
	bool has_status;
};

struct listing {
	struct listed *items; /* owned */
	size_t count, cap;
	struct table *places; /* owned: wire name → index in items, plus one */
	bool has_inbox;
	bool is_extended;
	unsigned waits; /* commands out */
	bool failed;
};

enum { FOLDERS_EVERY_MS = 5 * 60 * 1000, FOLDERS_MAX = 100000 };

#define FOLDER_STATUS_ITEMS "MESSAGES UIDNEXT UIDVALIDITY UNSEEN"

void listing_free(struct listing *listing)
{
	if (listing == NULL)
		return;
	for (size_t i = 0; i < listing->count; i++)
		folder_done(&listing->items[i].folder);
	mem_free(listing->items);
	table_free(listing->places);
	mem_free(listing);
}

static const struct folder_role_name {
	const char *name;
	enum folder_role role;
} folder_uses[] =
	{
		{"\\Drafts", ROLE_DRAFTS},
		{"\\Sent", ROLE_SENT},
		{"\\Trash", ROLE_TRASH},
		{"\\Junk", ROLE_JUNK},
		{"\\Spam", ROLE_JUNK},
		{"\\Archive", ROLE_ARCHIVE},
		{"\\All", ROLE_ALL},
		{"\\AllMail", ROLE_ALL},
		{"\\Flagged", ROLE_FLAGGED},
		{"\\Starred", ROLE_FLAGGED},
},
  folder_names[] = {
	  {"Drafts", ROLE_DRAFTS},
	  {"Sent", ROLE_SENT},
	  {"Sent Items", ROLE_SENT},
	  {"Sent Messages", ROLE_SENT},
	  {"Trash", ROLE_TRASH},
	  {"Deleted Items", ROLE_TRASH},
	  {"Deleted Messages", ROLE_TRASH},
	  {"Junk", ROLE_JUNK},
	  {"Spam", ROLE_JUNK},
	  {"Archive", ROLE_ARCHIVE},
};

static enum folder_role folder_role_in(
	const struct folder_role_name *rows, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal_nocase(name, str_from(rows[i].name)))
			return rows[i].role;
	return ROLE_NONE;
}

static enum folder_role folder_role_of_use(struct str use)
{
	return folder_role_in(folder_uses, sizeof(folder_uses) / sizeof(*folder_uses), use);
}

/* Only where the server names no use at all: by the name, at the top or right below INBOX. */
static enum folder_role folder_role_of_name(struct str name)
{
	if (str_starts_nocase(name, STR("INBOX/")))
		name = str_skip(name, 6);
	return folder_role_in(folder_names, sizeof(folder_names) / sizeof(*folder_names), name);
}

static struct listed *listing_find(struct listing *listing, struct str wire)
{
	uintptr_t place = (uintptr_t)table_get(listing->places, wire);
	return place != 0 ? &listing->items[place - 1] : NULL;
}

static unsigned folder_attributes(const struct imap_list *list)
{
	unsigned attributes = 0;
	if (list->no_select || list->non_existent)
		attributes |= FOLDER_NO_SELECT;
	if (list->no_inferiors)
		attributes |= FOLDER_NO_INFERIORS;
	if (list->has_children)
		attributes |= FOLDER_HAS_CHILDREN;
	if (list->subscribed)
		attributes |= FOLDER_SUBSCRIBED;
	return attributes;
}

static void listing_add(struct session *s, struct listing *listing, const struct imap_list *list)
{
	if (listing->count >= FOLDERS_MAX || str_is_empty(list->name) ||
		memchr(list->name.data, '\0', list->name.len) != NULL ||
		listing_find(listing, list->name) != NULL)
		return;
	listing->items =
		array_room(listing->items, listing->count, &listing->cap, sizeof(*listing->items));
	struct listed *item = &listing->items[listing->count++];
	*item = (struct listed){0};
	table_put(listing->places, list->name, (void *)(uintptr_t)listing->count);
	item->folder.account_id = s->run->account->account_id;
	item->folder.wire = mem_str(list->name);
	item->folder.delimiter = list->delimiter;
	item->folder.name = folder_name_from_wire(list->name, list->delimiter);
	item->folder.attributes = folder_attributes(list);
	item->folder.role = list->is_inbox ? ROLE_INBOX : folder_role_of_use(list->role);
	listing->has_inbox |= list->is_inbox;
	s->run->facts.delimiter = list->delimiter;
}

static void listing_status(struct listed *item, const struct imap_mailbox *mailbox)
{
	item->has_status = true;
	item->status = (struct cache_status){
		.server_total = mailbox->has_messages ? mailbox->messages : UINT32_MAX,
		.server_unseen = mailbox->has_unseen ? mailbox->unseen : UINT32_MAX,
		.server_uidnext = mailbox->has_uidnext ? mailbox->uidnext : UINT32_MAX,
		.server_modseq = mailbox->has_modseq ? mailbox->modseq : UINT64_MAX,
		.uidvalidity = mailbox->has_uidvalidity ? mailbox->uidvalidity : UINT32_MAX,
	};
}

/* New mail in an INBOX that nobody watches is fetched, so that it can be told. */
static void folders_news(struct session *s, int64_t folder_id)
{
	struct folder folder = {0};
	bool tells_flags = false;
	if (!s->run->engine->options.may_ask || bulk_is_taken(s->run, folder_id) ||
		session_is_refused(s, folder_id) ||
		!cache_folder_get(s->run->engine->cache, folder_id, &folder, NULL))
		return;
	if (folder.role == ROLE_INBOX && account_run_folder_has_news(s->run, &folder, &tells_flags))
		account_run_add_task(s->run, folder_id, false);
	folder_done(&folder);
}

/* What is said of one folder outside of a list. */
static void folders_one_status(struct session *s, const struct imap_mailbox *mailbox)
{
	struct engine *engine = s->run->engine;
	struct listed one = {0};
	struct error err;
	char *wire = mem_str(mailbox->name);
	int64_t folder_id = 0;
	listing_status(&one, mailbox);
	if (!cache_folder_register(
		    engine->cache, s->run->account->account_id, wire, &folder_id, &err) ||
		!cache_folder_status(engine->cache, folder_id, &one.status, &err))
		engine_storage_failed(engine, &err);
	else
		folders_news(s, folder_id);
	engine->folders_dirty = true;
	mem_free(wire);
}

void folders_event(struct session *s, const struct imap_event *event)
{
	struct listing *listing = s->listing;
	if (event->kind == IMAP_NAMESPACE) {
		mem_free(s->run->facts.prefix);
		s->run->facts.prefix = mem_str(event->name);
		return;
	}
	if (listing == NULL) {
		if (event->kind == IMAP_STATUS && s->inbox_asked != 0)
			folders_one_status(s, &event->mailbox);
		return;
	}
	if (event->kind == IMAP_STATUS) {
		struct listed *item = listing_find(listing, event->mailbox.name);
		if (item != NULL)
			listing_status(item, &event->mailbox);
		return;
	}
	if (!event->list.is_lsub) {
		listing_add(s, listing, &event->list);
		return;
	}
	struct listed *item = listing_find(listing, event->list.name);
	if (item != NULL)
		item->folder.attributes |= FOLDER_SUBSCRIBED;
}

static void listing_guess_roles(struct listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		if (listing->items[i].folder.role > ROLE_INBOX)
			return;
	for (size_t i = 0; i < listing->count; i++) {
		struct folder *folder = &listing->items[i].folder;
		if (folder->role == ROLE_NONE)
			folder->role = folder_role_of_name(str_from(folder->name));
	}
}

static bool listing_save(struct session *s, struct listing *listing, struct error *err)
{
	struct engine *engine = s->run->engine;
	int64_t account_id = s->run->account->account_id;
	struct folder *folders = mem_new_array(listing->count, sizeof(*folders));
	bool ok = true;
	listing_guess_roles(listing);
	for (size_t i = 0; ok && i < listing->count; i++) {
		struct folder *folder = &listing->items[i].folder;
		ok = cache_folder_register(
			engine->cache, account_id, folder->wire, &folder->folder_id, err);
		folders[i] = *folder; /* borrowed strings */
	}
	ok = ok && cache_folders_save(engine->cache, account_id, folders, listing->count, err);
	for (size_t i = 0; ok && i < listing->count; i++)
		if (listing->items[i].has_status)
			ok = cache_folder_status(engine->cache, folders[i].folder_id,
				&listing->items[i].status, err);
	mem_free(folders);
	return ok;
}

static void listing_finish(struct session *s)
{
	struct error err;
	struct listing *listing = s->listing;
	s->listing = NULL;
	if (!listing->failed && !listing_save(s, listing, &err))
		engine_storage_failed(s->run->engine, &err);
	folders_news(s, tasks_inbox(s));
	offline_plan_again(s->run);
	s->run->folders_are_known = true;
	s->run->folders_are_asked = false;
	s->run->folders_next = s->run->engine->now + FOLDERS_EVERY_MS;
	s->run->engine->folders_dirty = true;
	listing_free(listing);
}

void folders_status(struct session *s, struct str wire)
{
	bool has_modseq = session_has(s, IMAP_CAP_CONDSTORE);
	session_expect(s,
		imap_status(s->imap, wire,
			has_modseq ? STR(FOLDER_STATUS_ITEMS " HIGHESTMODSEQ")
				   : STR(FOLDER_STATUS_ITEMS)),
		NULL);
}

static void folders_wait(struct session *s, unsigned command, session_answer *answer)
{
	session_expect(s, command, answer);
	s->listing->waits++;
}

static void folders_answer(struct session *s, struct pending *p, const struct imap_event *event)
{
	(void)p;
	(void)event; /* a STATUS or LSUB refused leaves that folder as it was */
	if (s->listing != NULL && --s->listing->waits == 0)
		listing_finish(s);
}

/* Servers without LIST-STATUS: a STATUS each, in flight together. Not for the selected one. */
static void folders_ask_status(struct session *s)
{
	const char *items = session_has(s, IMAP_CAP_CONDSTORE) ? FOLDER_STATUS_ITEMS
				    " HIGHESTMODSEQ"
							       : FOLDER_STATUS_ITEMS;
	for (size_t i = 0; i < s->listing->count; i++) {
		const struct folder *folder = &s->listing->items[i].folder;
		bool is_selected = s->folder != NULL &&
				   str_equal(str_from(s->folder->wire), str_from(folder->wire));
		if ((folder->attributes & FOLDER_NO_SELECT) == 0 && !is_selected)
			folders_wait(s,
				imap_status(s->imap, str_from(folder->wire), str_from(items)),
				folders_answer);
	}
}

static void folders_list_answer(
	struct session *s, struct pending *p, const struct imap_event *event)
{
	struct listing *listing = s->listing;
	(void)p;
	if (listing == NULL)
		return;
	bool is_poor = event->status != IMAP_OK || !listing->has_inbox;
	if (listing->is_extended && is_poor) {
		/* imap.strato.de, older Proton bridges: the extended form gives no INBOX or BAD. */
		s->run->facts.plain_list = true;
		listing_free(listing);
		s->listing = NULL;
		folders_ask(s);
		return;
	}
	listing->failed = event->status != IMAP_OK;
	if (!listing->is_extended && !listing->failed) {
		folders_wait(s, imap_lsub(s->imap, STR(""), STR("*")), folders_answer);
		folders_ask_status(s);
	}
	if (--listing->waits == 0)
		listing_finish(s);
}

void folders_ask(struct session *s)
{
	if (s->listing != NULL)
		return;
	s->listing = mem_new(sizeof(*s->listing));
	s->listing->places = table_new();
	s->run->folders_are_asked = true;
	unsigned returns = 0;
	const char *items = "";
	if (!s->run->facts.plain_list && session_has(s, IMAP_CAP_LIST_STATUS) &&
		session_has(s, IMAP_CAP_LIST_EXTENDED)) {
		s->listing->is_extended = true;
		returns = IMAP_LIST_SUBSCRIBED | IMAP_LIST_CHILDREN | IMAP_LIST_STATUS_ITEMS;
		if (session_has(s, IMAP_CAP_SPECIAL_USE))
			returns |= IMAP_LIST_SPECIAL_USE;
		items = s->is_enabled_condstore ? FOLDER_STATUS_ITEMS " HIGHESTMODSEQ"
						: FOLDER_STATUS_ITEMS;
	}
	folders_wait(s, imap_list(s->imap, STR(""), STR("*"), returns, str_from(items)),
		folders_list_answer);
}
