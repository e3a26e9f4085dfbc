/*
 * A model IMAP server in plain structs: what it holds, who changes it, and how it speaks. No I/O
 * and no clock: bytes in by sim_talk_feed, bytes out of sim_talk_output. It shares no code with
 * proto/, so that both cannot be wrong in the same way.
 */
#ifndef TESTS_SIM_SERVER_H
#define TESTS_SIM_SERVER_H

#include "base/buf.h"

/* ---- What kind of server it is. ---- */

struct sim_profile {
	const char *name;
	const char *caps;   /* after log-in */
	const char *before; /* before it */
	bool greets_caps;   /* in the greeting */
	bool login_caps;    /* in the OK of the log-in */
	char delimiter;
	const char *prefix;       /* of NAMESPACE */
	bool tells_uid;           /* FETCH that nobody asked for carries the UID */
	bool keeps_keywords;      /* PERMANENTFLAGS has \* */
	bool modseq_in_status;    /* HIGHESTMODSEQ */
	bool tells_modseq_anyway; /* HIGHESTMODSEQ without CONDSTORE */
	bool no_codes;            /* NO without [ALREADYEXISTS] and the like (RFC 5530) */
	bool copyuid_tagged;      /* COPYUID of a MOVE in its tagged OK (Gmail) */
	bool copies_backwards;    /* the first of a set gets the highest UID (Gmail) */
	bool enables_silently;    /* ENABLE answered without "* ENABLED" (iCloud) */
	bool fetches_backwards;   /* FETCH answers in descending order (Yahoo) */
};

extern const struct sim_profile sim_profiles[];
enum {
	SIM_DOVECOT,
	SIM_CYRUS,
	SIM_GMAIL,
	SIM_EXCHANGE,
	SIM_ICLOUD,
	SIM_YAHOO,
	SIM_COURIER,
	SIM_BARE,
	SIM_PROFILES
};

/* What a server says that is not so (server->lies). */
enum sim_lie {
	SIM_LIE_NO_COPYUID = 1 << 0,     /* UIDPLUS told, no COPYUID */
	SIM_LIE_COPYUID_SHORT = 1 << 1,  /* its lists are of different length */
	SIM_LIE_COPYUID_OTHERS = 1 << 2, /* it names UIDs that are not there */
};

/* ---- What it holds. ---- */

enum {
	SIM_SEEN = 1 << 0,
	SIM_ANSWERED = 1 << 1,
	SIM_FLAGGED = 1 << 2,
	SIM_DELETED = 1 << 3,
	SIM_DRAFT = 1 << 4,
	SIM_FLAGS_MAX = 32, /* with keywords, from bit 5 on */
};

struct sim_message {
	uint32_t uid;
	uint32_t flags;
	uint64_t modseq;
	unsigned content; /* the same bytes have the same number, whatever their UID */
	char *bytes;      /* owned; CRLF */
	size_t len;
	int64_t arrived;  /* seconds since 1970 */
	bool is_ours;     /* Rowan marked it too, or its user wished it expunged */
	size_t marked_at; /* effects there were when \Deleted was set last */
};

struct sim_gone {
	uint32_t uid;
	uint64_t modseq;
};

struct sim_folder {
	char *wire;      /* owned; "" when it was deleted */
	const char *use; /* "\\Sent", or NULL */
	bool no_select, is_read_only, is_subscribed;
	bool is_full; /* takes no more messages */
	uint32_t uidvalidity, uidnext;
	uint64_t modseq;
	struct sim_message *messages; /* owned, ascending by UID */
	size_t count, cap;
	struct sim_gone *gone; /* owned: what was expunged */
	size_t gone_count, gone_cap;
};

/* One change that took effect, in the order in which they did. */
struct sim_effect {
	unsigned talk; /* who: number of the connection; 0: another client */
	size_t folder;
	uint32_t uid;
	uint32_t set, cleared; /* flags that changed */
	bool is_expunge, is_delivery;
	bool is_copy; /* a message appeared by COPY, MOVE or APPEND */
	unsigned content;
};

/* What the server does instead of what it was told. */
enum sim_reply {
	SIM_DO,
	SIM_NO,            /* tagged NO, nothing done */
	SIM_BAD,           /* tagged BAD */
	SIM_BYE,           /* BYE, and closes */
	SIM_HANG,          /* never answers again */
	SIM_DO_NOT_ANSWER, /* does it and closes without a word */
};

struct sim_talk;
typedef enum sim_reply sim_hook(void *context, struct sim_talk *talk, const char *line);

struct sim_server {
	const struct sim_profile *profile;
	const char *user, *password;
	struct sim_folder *folders; /* owned */
	size_t folder_count, folder_cap;
	char *flag_names[SIM_FLAGS_MAX]; /* owned */
	struct sim_effect *effects;      /* owned */
	size_t effect_count, effect_cap;
	struct buf spoken; /* every command as it came, without tag and literals, one a line */
	struct buf misuse; /* commands that Rowan must never send, one a line */
	unsigned talks, logins, failed_logins;
	unsigned contents;  /* last content number given */
	uint32_t wrong_uid; /* a FETCH of this one gives the bytes of the message before it */
	bool wrong_bodies_only;
	uint64_t lies;  /* enum sim_lie */
	sim_hook *hook; /* called with each command before it is done; NULL */
	void *hook_context;
};

struct sim_server *sim_server_new(const struct sim_profile *profile);
void sim_server_free(struct sim_server *server);

/* The one of that name, made when it is not there; good until the next new one. */
struct sim_folder *sim_server_folder(struct sim_server *server, const char *wire);

/* ---- What other clients do. Bytes are copied; the UID is returned. ---- */

uint32_t sim_deliver(struct sim_server *server, const char *wire, struct str bytes);
void sim_flag(
	struct sim_server *server, const char *wire, uint32_t uid, uint32_t set, uint32_t cleared);
void sim_expunge(struct sim_server *server, const char *wire, uint32_t uid);
void sim_renumber(struct sim_server *server, const char *wire); /* UIDVALIDITY + 1, UIDs anew */
void sim_folder_delete(struct sim_server *server, const char *wire);
void sim_folder_rename(struct sim_server *server, const char *from, const char *to);

/* The bit of a flag by name, given on first sight; 0 when there are too many. */
uint32_t sim_server_flag(struct sim_server *server, struct str name);
struct sim_message *sim_folder_message(struct sim_folder *folder, uint32_t uid);

/* How many commands began with this ("UID STORE"). */
unsigned sim_server_count(const struct sim_server *server, const char *start);
/* How often Rowan set these flags where they were not set. */
unsigned sim_server_sets(const struct sim_server *server, uint32_t uid, uint32_t flags);

bool sim_profile_has(const struct sim_profile *profile, const char *word);

/* In how many places of all folders a content is. */
unsigned sim_server_copies(const struct sim_server *server, unsigned content);
/* All there is, as "INBOX 1 2s 4|Lists 5 6|Trash": folders in the order in which they were made,
 * the contents in each ascending, with a letter for each flag (seen, answered, flagged, deleted,
 * draft, keyword). */
void sim_places(const struct sim_server *server, struct buf *out);
/* How often a content stands in such a line. */
unsigned sim_places_count(const char *places, unsigned content);
/* In a folder; 0: none, or no such folder. */
unsigned sim_folder_copies(struct sim_server *server, const char *wire, unsigned content);

/* For the commands. `talk`: who does it. */
uint32_t sim_place_new(struct sim_server *server, unsigned talk, struct sim_folder *folder,
	struct str bytes, uint32_t flags);
uint32_t sim_place_copy(struct sim_server *server, unsigned talk, struct sim_folder *folder,
	const struct sim_message *m);
void sim_change(struct sim_server *server, unsigned talk, struct sim_folder *folder,
	struct sim_message *message, uint32_t set, uint32_t cleared);
void sim_remove(struct sim_server *server, unsigned talk, struct sim_folder *folder, uint32_t uid);

/* ---- One connection. ---- */

struct sim_talk *sim_talk_new(struct sim_server *server); /* the greeting waits in the output */
void sim_talk_free(struct sim_talk *talk);
void sim_talk_feed(struct sim_talk *talk, struct str bytes); /* answers into the output */
void sim_talk_push(struct sim_talk *talk);          /* while it idles: what others changed */
struct buf *sim_talk_output(struct sim_talk *talk); /* the caller takes from its front */
bool sim_talk_is_over(const struct sim_talk *talk); /* closes once the output is taken */
bool sim_talk_is_idling(const struct sim_talk *talk);
unsigned sim_talk_number(const struct sim_talk *talk); /* from 1 */
struct sim_server *sim_talk_server(struct sim_talk *talk);

/* ---- Messages. ---- */

/* A section of a message as BODY[section] gives it; false when there is none. */
bool sim_mime_section(struct str message, struct str section, struct buf *out);
void sim_mime_structure(struct str message, struct buf *out); /* BODYSTRUCTURE */

struct sim_mail {
	unsigned number;            /* makes Message-ID, Date and Subject */
	const char *subject, *from; /* NULL: made from the number */
	size_t text;                /* bytes of text/plain; 0: one line */
	size_t attachment;          /* bytes of an attachment before base64; 0: none */
};
void sim_mail_make(const struct sim_mail *mail, struct buf *out);
/* Makes one of that number and delivers it. */
uint32_t sim_mail_deliver(struct sim_server *server, const char *wire, unsigned number);

#endif
