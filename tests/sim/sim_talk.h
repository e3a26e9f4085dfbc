/* What sim_talk.c and sim_fetch.c share: one connection from the server's side. */
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

/* Commands behind "UID", or FETCH and STORE without; false: not known. */
bool sim_fetch(struct sim_talk *talk, struct str rest);
bool sim_store(struct sim_talk *talk, struct str rest);
bool sim_search(struct sim_talk *talk, struct str rest);
bool sim_uid_expunge(struct sim_talk *talk, struct str rest);
void sim_fetch_flags(struct sim_talk *talk, size_t number, bool with_uid);

#endif
