/*
 * A simulated world: the engine on one side, the model server (sim_server.h) on the other, byte
 * pipes and a clock between them. Nothing waits and nothing is random: the same calls with the same
 * seed give the same trace. See README.
 *
 *	struct sim *sim = sim_new(&sim_profiles[SIM_DOVECOT]);
 *	sim_mail_deliver(sim->server, "INBOX", 1);
 *	sim_start(sim);
 *	sim_until(sim, sim_is_equal, 60000) …
 *	sim_free(sim);
 *
 * What cannot be (the scratch folder cannot be made) ends the program with a line on stderr.
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "cache/cache.h"
#include "engine/world.h"
#include "tests/sim/sim_server.h"

enum sim_direction { SIM_UP, SIM_DOWN }; /* towards the server, towards Rowan */

/* What happens to one connection behind `after` bytes of one direction. */
struct sim_fault {
	bool is_armed;
	bool is_stall;       /* nothing comes through any more, and nobody says so; else a cut */
	unsigned connection; /* from 1 */
	enum sim_direction direction;
	uint64_t after;
};

/* What the engine has said so far. */
struct sim_heard {
	struct page *page;                                                /* owned: the last */
	struct event *shown, *folders, *accounts, *synced, *saved, *test; /* owned: the last */
	struct event *failed, *notice;                                    /* owned: the last */
	struct event *acted, *undone;                                     /* owned: the last */
	struct event *info;                                               /* owned: the last */
	struct event *question;                                           /* owned: the last */
	unsigned counts[EVENT_STOPPED + 1];
	unsigned notices[NOTICE_SETTINGS + 1];
};

struct sim_conn;

struct sim {
	struct engine_world world;
	struct sim_server *server; /* owned */
	struct engine *engine;     /* owned; NULL while there is none */
	struct cache *reader;      /* owned: for the tests to look into the store */
	char folder[64];           /* of the profile; goes with sim_free */
	int64_t now;               /* ms */
	uint64_t random;
	int64_t latency;      /* ms one way */
	bool refuses;         /* connections are refused */
	bool is_plain;        /* not TLS */
	const char *password; /* the answer to the question; NULL: none is given */
	struct sim_fault fault;
	struct sim_conn *conns; /* owned, linked; the newest first */
	unsigned connections;   /* ever made */
	uint64_t steps;         /* of the engine */
	bool spins;             /* it wanted to be called again at once for ever */
	size_t pushed;          /* effects that idling connections were told */
	int64_t deadline;       /* of the last step */
	struct sim_heard heard;
	struct buf difference; /* of sim_is_equal, for the message of a failed test */
	bool is_offline, cannot_ask;
	bool (*is_dead)(void); /* the process is gone: what it writes reaches nobody; NULL */
	unsigned stage;        /* for hooks and conditions of a test */
	const char *settings;  /* more lines of the account, before sim_start; NULL */
};

struct sim *sim_new(const struct sim_profile *profile);
void sim_free(struct sim *sim);

/* Opens the engine on the profile; false with heard.failed's error when it cannot. */
bool sim_try_start(struct sim *sim, struct error *err);
void sim_start(struct sim *sim);
void sim_stop(struct sim *sim);
/* The process is gone without a word (is_dead). What it had written still reaches the server,
 * unless the power failed. */
void sim_kill(struct sim *sim, bool has_power);

/* The profile as files, for starting many runs from the same state. The engine is stopped. */
void sim_save_profile(struct sim *sim, const char *to);
void sim_load_profile(struct sim *sim, const char *from);

/* ---- Time. ---- */

typedef bool sim_condition(struct sim *sim);

/* All there is to do at this instant. */
void sim_rest(struct sim *sim);
/* Runs until the condition holds (looked at whenever all is at rest); false after `ms` without. */
bool sim_until(struct sim *sim, sim_condition *condition, int64_t ms);
void sim_run(struct sim *sim, int64_t ms);

/* ---- Conditions. ---- */

/* The store holds what the server holds, no wish waits, and no invariant is broken: for INBOX and
 * every folder that was synced. sim->difference tells what is not so. */
bool sim_is_equal(struct sim *sim);
/* Adds what is open in the journal, and the end of what was said. */
void sim_tell(struct sim *sim, struct buf *out);
bool sim_is_idling(struct sim *sim);   /* some connection is in IDLE, nothing on its way */
bool sim_is_shown(struct sim *sim);    /* the message that was opened is complete */
bool sim_is_watching(struct sim *sim); /* equal, and nothing under way */

/* ---- Wishes. ---- */

void sim_ask(struct sim *sim, struct request *request);
int64_t sim_folder_id(struct sim *sim, const char *wire); /* 0: not in the store */
int64_t sim_place(struct sim *sim, const char *wire, uint32_t uid);
void sim_view(struct sim *sim, const char *wire);
void sim_open(struct sim *sim, const char *wire, uint32_t uid);
void sim_wish(struct sim *sim, const char *wire, uint32_t uid, flags_t add, flags_t remove);

/* The row in front of the list's end: what came to a folder last, with or without a UID. */
int64_t sim_newest(struct sim *sim, const char *wire);
/* The messages of a folder from UID to UID go somewhere. */
void sim_wish_transfer(struct sim *sim, enum request_kind kind, const char *wire, uint32_t from,
	uint32_t to, const char *target);
/* DELETE, UNDELETE. */
void sim_wish_messages(
	struct sim *sim, enum request_kind kind, const char *wire, uint32_t from, uint32_t to);
void sim_wish_keyword(struct sim *sim, const char *wire, uint32_t uid, const char *words);
void sim_wish_expunge(struct sim *sim, const char *wire);
void sim_wish_folder(struct sim *sim, enum folder_verb verb, const char *name, const char *to);
void sim_wish_undo(struct sim *sim);
void sim_online(struct sim *sim, bool is_on);

/* The flags of a message as the list shows them; all bits set when it is not there. */
flags_t sim_shown_flags(struct sim *sim, const char *wire, uint32_t uid);
bool sim_has_body(struct sim *sim, const char *wire, uint32_t uid);
uint32_t sim_waiting(struct sim *sim); /* wishes */
uint32_t sim_failed(struct sim *sim);  /* ended with a reason, and shown so; 0 where one has none */
struct cache *sim_reader(struct sim *sim);
enum account_state sim_account_state(struct sim *sim); /* asks for EVENT_ACCOUNTS */

/* ---- The wire. ---- */

/* Of the newest connection, and of one by number. */
struct net_counts sim_counts(const struct sim *sim);
uint64_t sim_bytes(const struct sim *sim, unsigned connection, enum sim_direction direction);

/* ---- sim_world.c ---- */
void sim_world_init(struct sim *sim);
void sim_world_done(struct sim *sim);
void sim_world_cut(struct sim *sim); /* all connections, and what is on its way */
/* Moves what is due; *next: when the next bytes are. True when something moved or can be read. */
bool sim_world_move(struct sim *sim, int64_t *next);

#endif
