/* One connection from the server's side: what the files that carry out its commands share. */
#ifndef TESTS_SIM_TALK_H
#define TESTS_SIM_TALK_H

#include "tests/sim/sim_server.h"

/* What the client was last told of a message; its place in the array is its number. */
struct sim_seen {
	uint32_t uid, flags;
	uint64_t modseq;
};

struct sim_talk {
	struct sim_server *server; /* not owned */
	unsigned number;
	struct buf input, output;
	struct buf command; /* the line being gathered; literals stand in it as they came */
	size_t literal;     /* bytes of a literal still to come */
	char tag[40], idle_tag[40];
	bool is_in, is_idling, is_over, hangs;
	bool waits_for_plain; /* AUTHENTICATE PLAIN without its response */
	bool has_condstore, has_qresync;
	bool is_examined;
	size_t folder;         /* index + 1; 0: none is selected */
	struct sim_seen *view; /* owned */
	size_t view_count, view_cap;
	size_t searched_at; /* effects when SEARCH DELETED was last answered */
};

struct sim_folder *sim_talk_folder(struct sim_talk *talk);
void sim_say(struct sim_talk *talk, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends "(\Seen …)". */
void sim_say_flags(struct sim_talk *talk, uint32_t flags);
/* Tells what others changed since the client was last told. */
void sim_talk_tell(struct sim_talk *talk);
/* The view is what the folder holds now. */
void sim_talk_look(struct sim_talk *talk);

/* The next argument: atom, quoted text or literal; lists as they stand, with their parentheses. */
bool sim_argument(struct str *rest, struct buf *out);
bool sim_set_has(struct str set, uint32_t uid, uint32_t last);

void sim_ok(struct sim_talk *talk, const char *text);
void sim_no(struct sim_talk *talk, const char *text);
/* NO with a code, where the server knows them (RFC 5530). */
void sim_no_code(struct sim_talk *talk, const char *code, const char *text);
/* The folder of that name: its index + 1; 0: there is none. */
size_t sim_find_folder(struct sim_talk *talk, struct str wire);
/* "(\Seen Word)" as bits. */
uint32_t sim_flags_read(struct sim_talk *talk, struct str list);

/* Commands behind "UID", or FETCH and STORE without; false: not known. */
bool sim_fetch(struct sim_talk *talk, struct str rest);
bool sim_store(struct sim_talk *talk, struct str rest);
bool sim_search(struct sim_talk *talk, struct str rest);
bool sim_uid_expunge(struct sim_talk *talk, struct str rest);
/* These answer for themselves. */
bool sim_copy(struct sim_talk *talk, struct str rest);
bool sim_move(struct sim_talk *talk, struct str rest);

/* The others; false: BAD. */
typedef bool sim_verb(struct sim_talk *talk, struct str rest);
sim_verb sim_capability, sim_noop, sim_logout, sim_login, sim_authenticate, sim_id, sim_enable;
sim_verb sim_namespace, sim_idle;
sim_verb sim_list, sim_lsub, sim_status, sim_create, sim_delete, sim_rename;
sim_verb sim_subscribe, sim_unsubscribe;
sim_verb sim_getquotaroot, sim_myrights, sim_getacl;
sim_verb sim_select, sim_examine, sim_unselect, sim_close;
sim_verb sim_append, sim_plain_expunge;
void sim_plain(struct sim_talk *talk, struct str response); /* to AUTHENTICATE */
void sim_fetch_flags(struct sim_talk *talk, size_t number, bool with_uid);

#endif
