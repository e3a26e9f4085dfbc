/* What the model server holds, and what others do to it. */
#include "tests/sim/sim_server.h"

#include <string.h>

#include "base/array.h"
#include "base/memory.h"

#define CAPS_DOVECOT                                                                               \
	"IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT NAMESPACE UIDPLUS LIST-EXTENDED "   \
	"CONDSTORE QRESYNC ESEARCH LIST-STATUS SPECIAL-USE UNSELECT CHILDREN MOVE LITERAL+"
#define CAPS_CYRUS                                                                                 \
	"IMAP4rev1 LITERAL+ ID ENABLE IDLE NAMESPACE UIDPLUS CONDSTORE QRESYNC ESEARCH "           \
	"LIST-EXTENDED LIST-STATUS SPECIAL-USE UNSELECT CHILDREN MOVE QUOTA ACL"
#define CAPS_GMAIL                                                                                 \
	"IMAP4rev1 UNSELECT IDLE NAMESPACE ID CHILDREN UIDPLUS ENABLE MOVE CONDSTORE ESEARCH "     \
	"LIST-EXTENDED LIST-STATUS SPECIAL-USE LITERAL-"
#define CAPS_ICLOUD                                                                                \
	"IMAP4rev1 ID ENABLE IDLE NAMESPACE UIDPLUS UNSELECT LIST-STATUS CONDSTORE QRESYNC "       \
	"ESEARCH"

const struct sim_profile sim_profiles[SIM_PROFILES] = {
	[SIM_DOVECOT] =
		{
			.name = "dovecot",
			.caps = CAPS_DOVECOT,
			.before = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ "
				  "AUTH=PLAIN",
			.greets_caps = true,
			.login_caps = true,
			.delimiter = '/',
			.prefix = "",
			.tells_uid = true,
			.keeps_keywords = true,
			.modseq_in_status = true,
		},
	[SIM_CYRUS] =
		{
			.name = "cyrus",
			.caps = CAPS_CYRUS,
			.before = "IMAP4rev1 LITERAL+ ID ENABLE SASL-IR AUTH=PLAIN",
			.greets_caps = true,
			.login_caps = true,
			.delimiter = '.',
			.prefix = "INBOX.",
			.tells_uid = true,
			.keeps_keywords = true,
			.modseq_in_status = true,
		},
	[SIM_GMAIL] =
		{
			.name = "gmail",
			.caps = CAPS_GMAIL,
			.before = "IMAP4rev1 UNSELECT IDLE NAMESPACE ID CHILDREN SASL-IR "
				  "AUTH=PLAIN",
			.login_caps = true,
			.delimiter = '/',
			.prefix = "",
			.tells_uid = true,
			.keeps_keywords = true,
			.modseq_in_status = true,
			.copyuid_tagged = true,
			.copies_backwards = true,
		},
	[SIM_EXCHANGE] =
		{
			.name = "exchange",
			.caps = "IMAP4 IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE ID UNSELECT "
				"CHILDREN IDLE NAMESPACE LITERAL+",
			.before = "IMAP4 IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS ID UNSELECT "
				  "CHILDREN IDLE NAMESPACE LITERAL+",
			.delimiter = '/',
			.prefix = "",
			.no_codes = true,
		},
	[SIM_ICLOUD] =
		{
			.name = "icloud",
			.caps = CAPS_ICLOUD,
			.before = "IMAP4rev1 SASL-IR AUTH=PLAIN",
			.login_caps = true,
			.delimiter = '/',
			.prefix = "",
			.tells_uid = true,
			.keeps_keywords = true,
			.enables_silently = true,
		},
	[SIM_YAHOO] =
		{
			.name = "yahoo",
			.caps = "IMAP4rev1 ID MOVE NAMESPACE UIDPLUS LITERAL+ CHILDREN "
				"IDLE UNSELECT SPECIAL-USE",
			.before = "IMAP4rev1 ID NAMESPACE SASL-IR AUTH=PLAIN",
			.greets_caps = true,
			.delimiter = '/',
			.prefix = "",
			.tells_uid = true,
			.tells_modseq_anyway = true,
			.fetches_backwards = true,
		},
	[SIM_COURIER] =
		{
			.name = "courier",
			.caps = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE IDLE",
			.before = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE IDLE",
			.greets_caps = true,
			.delimiter = '.',
			.prefix = "INBOX.",
			.keeps_keywords = true,
			.no_codes = true,
		},
	[SIM_BARE] =
		{
			.name = "bare",
			.caps = "IMAP4rev1",
			.before = "IMAP4rev1",
			.delimiter = '/',
			.prefix = "",
			.tells_modseq_anyway = true,
			.no_codes = true,
		},
};

bool sim_profile_has(const struct sim_profile *profile, const char *word)
{
	struct str words = str_from(profile->caps);
	while (words.len > 0)
		if (str_equal_nocase(str_cut(&words, ' '), str_from(word)))
			return true;
	return false;
}

struct sim_server *sim_server_new(const struct sim_profile *profile)
{
	static const char *const names[] = {
		"\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"};
	struct sim_server *server = mem_new(sizeof(*server));
	server->profile = profile;
	server->user = "ann";
	server->password = "secret";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		server->flag_names[i] = mem_text(names[i]);
	sim_server_folder(server, "INBOX");
	return server;
}

static void sim_folder_done(struct sim_folder *folder)
{
	for (size_t i = 0; i < folder->count; i++)
		mem_free(folder->messages[i].bytes);
	mem_free(folder->messages);
	mem_free(folder->gone);
	mem_free(folder->wire);
}

void sim_server_free(struct sim_server *server)
{
	if (server == NULL)
		return;
	for (size_t i = 0; i < server->folder_count; i++)
		sim_folder_done(&server->folders[i]);
	for (int i = 0; i < SIM_FLAGS_MAX; i++)
		mem_free(server->flag_names[i]);
	mem_free(server->folders);
	mem_free(server->effects);
	buf_done(&server->spoken);
	buf_done(&server->misuse);
	mem_free(server);
}

struct sim_folder *sim_server_folder(struct sim_server *server, const char *wire)
{
	for (size_t i = 0; i < server->folder_count; i++)
		if (strcmp(server->folders[i].wire, wire) == 0)
			return &server->folders[i];
	server->folders = array_room(server->folders, server->folder_count, &server->folder_cap,
		sizeof(*server->folders));
	struct sim_folder *folder = &server->folders[server->folder_count++];
	*folder = (struct sim_folder){
		.wire = mem_text(wire),
		.is_subscribed = true,
		.uidvalidity = 1000 + (uint32_t)server->folder_count,
		.uidnext = 1,
		.modseq = 1,
	};
	return folder;
}

uint32_t sim_server_flag(struct sim_server *server, struct str name)
{
	for (int i = 0; i < SIM_FLAGS_MAX; i++) {
		if (server->flag_names[i] == NULL)
			server->flag_names[i] = mem_str(name);
		if (str_equal_nocase(str_from(server->flag_names[i]), name))
			return (uint32_t)1 << i;
	}
	return 0;
}

struct sim_message *sim_folder_message(struct sim_folder *folder, uint32_t uid)
{
	for (size_t i = 0; i < folder->count; i++)
		if (folder->messages[i].uid == uid)
			return &folder->messages[i];
	return NULL;
}

/* ---- Changes. ---- */

static struct sim_effect *sim_effect_add(
	struct sim_server *server, unsigned talk, const struct sim_folder *folder, uint32_t uid)
{
	server->effects = array_room(server->effects, server->effect_count, &server->effect_cap,
		sizeof(*server->effects));
	struct sim_effect *effect = &server->effects[server->effect_count++];
	*effect = (struct sim_effect){
		.talk = talk,
		.folder = (size_t)(folder - server->folders),
		.uid = uid,
	};
	return effect;
}

void sim_change(struct sim_server *server, unsigned talk, struct sim_folder *folder,
	struct sim_message *message, uint32_t set, uint32_t cleared)
{
	uint32_t after = (message->flags | set) & ~cleared;
	if ((after & SIM_DELETED) == 0)
		message->is_ours = false;
	else if ((set & SIM_DELETED) != 0 && talk != 0)
		message->is_ours = true; /* to repeat another client's mark changes nothing else */
	if (after == message->flags)
		return;
	struct sim_effect *effect = sim_effect_add(server, talk, folder, message->uid);
	effect->set = after & ~message->flags;
	effect->cleared = message->flags & ~after;
	message->flags = after;
	message->modseq = ++folder->modseq;
	if ((effect->set & SIM_DELETED) != 0)
		message->marked_at = server->effect_count;
}

void sim_remove(struct sim_server *server, unsigned talk, struct sim_folder *folder, uint32_t uid)
{
	struct sim_message *message = sim_folder_message(folder, uid);
	if (message == NULL)
		return;
	struct sim_effect *effect = sim_effect_add(server, talk, folder, uid);
	effect->is_expunge = true;
	effect->content = message->content;
	folder->gone = array_room(
		folder->gone, folder->gone_count, &folder->gone_cap, sizeof(*folder->gone));
	folder->gone[folder->gone_count++] = (struct sim_gone){uid, ++folder->modseq};
	mem_free(message->bytes);
	size_t at = (size_t)(message - folder->messages);
	folder->count--;
	memmove(message, message + 1, (folder->count - at) * sizeof(*message));
}

static struct sim_message *sim_place_add(struct sim_server *server, unsigned talk,
	struct sim_folder *folder, const struct sim_message *like, struct str bytes)
{
	struct sim_message made = *like;
	char *own = mem_str(bytes); /* before the room moves, where it may come from */
	folder->messages = array_room(
		folder->messages, folder->count, &folder->cap, sizeof(*folder->messages));
	struct sim_message *message = &folder->messages[folder->count++];
	*message = made;
	message->uid = folder->uidnext++;
	message->is_ours = false;
	message->modseq = ++folder->modseq;
	message->bytes = own;
	message->len = bytes.len;
	struct sim_effect *effect = sim_effect_add(server, talk, folder, message->uid);
	effect->is_delivery = talk == 0;
	effect->is_copy = talk != 0;
	effect->content = message->content;
	return message;
}

/* The number of these bytes: the same ones that were there before, or a new one. */
static unsigned sim_content_of(struct sim_server *server, struct str bytes)
{
	for (size_t i = 0; i < server->folder_count; i++)
		for (size_t j = 0; j < server->folders[i].count; j++) {
			const struct sim_message *m = &server->folders[i].messages[j];
			if (str_equal(str_make(m->bytes, m->len), bytes))
				return m->content;
		}
	return ++server->contents;
}

uint32_t sim_place_new(struct sim_server *server, unsigned talk, struct sim_folder *folder,
	struct str bytes, uint32_t flags)
{
	struct sim_message like = {.flags = flags, .content = sim_content_of(server, bytes)};
	like.arrived = 1700000000 + (int64_t)like.content * 60;
	return sim_place_add(server, talk, folder, &like, bytes)->uid;
}

uint32_t sim_place_copy(struct sim_server *server, unsigned talk, struct sim_folder *folder,
	const struct sim_message *m)
{
	return sim_place_add(server, talk, folder, m, str_make(m->bytes, m->len))->uid;
}

uint32_t sim_deliver(struct sim_server *server, const char *wire, struct str bytes)
{
	struct sim_message like = {.content = ++server->contents};
	like.arrived = 1700000000 + (int64_t)like.content * 60;
	return sim_place_add(server, 0, sim_server_folder(server, wire), &like, bytes)->uid;
}

void sim_flag(
	struct sim_server *server, const char *wire, uint32_t uid, uint32_t set, uint32_t cleared)
{
	struct sim_folder *folder = sim_server_folder(server, wire);
	struct sim_message *message = sim_folder_message(folder, uid);
	if (message != NULL)
		sim_change(server, 0, folder, message, set, cleared);
}

void sim_expunge(struct sim_server *server, const char *wire, uint32_t uid)
{
	sim_remove(server, 0, sim_server_folder(server, wire), uid);
}

void sim_renumber(struct sim_server *server, const char *wire)
{
	struct sim_folder *folder = sim_server_folder(server, wire);
	folder->uidvalidity += 100;
	folder->uidnext = 1;
	folder->gone_count = 0;
	folder->modseq++;
	for (size_t i = 0; i < folder->count; i++) {
		folder->messages[i].uid = folder->uidnext++;
		folder->messages[i].modseq = folder->modseq;
	}
	/* UIDs begin elsewhere, so that one taken for another shows. */
	for (size_t i = 0; i < folder->count; i++)
		folder->messages[i].uid += 3;
	folder->uidnext += 3;
}

void sim_folder_delete(struct sim_server *server, const char *wire)
{
	struct sim_folder *folder = sim_server_folder(server, wire);
	folder->wire[0] = '\0';
}

/* All below goes with it. */
void sim_folder_rename(struct sim_server *server, const char *from, const char *to)
{
	size_t len = strlen(from);
	for (size_t i = 0; i < server->folder_count; i++) {
		struct sim_folder *folder = &server->folders[i];
		char next = strncmp(folder->wire, from, len) == 0 ? folder->wire[len] : 'x';
		if (next != '\0' && next != server->profile->delimiter)
			continue;
		struct buf wire = {0};
		buf_addf(&wire, "%s%s", to, folder->wire + len);
		mem_free(folder->wire);
		folder->wire = buf_take(&wire);
	}
}

static unsigned sim_count_content(const struct sim_folder *folder, unsigned content)
{
	unsigned count = 0;
	for (size_t i = 0; i < folder->count; i++)
		count += folder->messages[i].content == content;
	return count;
}

unsigned sim_server_copies(const struct sim_server *server, unsigned content)
{
	unsigned count = 0;
	for (size_t i = 0; i < server->folder_count; i++)
		if (server->folders[i].wire[0] != '\0')
			count += sim_count_content(&server->folders[i], content);
	return count;
}

unsigned sim_folder_copies(struct sim_server *server, const char *wire, unsigned content)
{
	for (size_t i = 0; i < server->folder_count; i++)
		if (strcmp(server->folders[i].wire, wire) == 0)
			return sim_count_content(&server->folders[i], content);
	return 0;
}

unsigned sim_server_count(const struct sim_server *server, const char *start)
{
	unsigned count = 0;
	struct str rest = buf_str(&server->spoken);
	while (rest.len > 0)
		count += str_starts_nocase(str_cut(&rest, '\n'), str_from(start));
	return count;
}

unsigned sim_server_sets(const struct sim_server *server, uint32_t uid, uint32_t flags)
{
	unsigned count = 0;
	for (size_t i = 0; i < server->effect_count; i++)
		count += server->effects[i].talk != 0 && server->effects[i].uid == uid &&
			 (server->effects[i].set & flags) != 0;
	return count;
}
