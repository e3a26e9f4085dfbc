/*
 * A POP3 maildrop without a socket, and the world of an engine that looks into it: what servers of
 * several kinds would answer, cut after any byte. One connection at a time; time stands still but
 * for what sim_pop3_run lets pass.
 */
#ifndef TESTS_SIM_POP3_H
#define TESTS_SIM_POP3_H

#include "cache/cache.h"
#include "engine/world.h"

struct sim_pop3_profile {
	const char *name;
	bool no_capa, no_uidl, no_top; /* RFC 1725 */
	bool pipelines, same_uidl;
	unsigned in_use; /* log-ins that are refused with [IN-USE] before one is taken */
};

enum { SIM_POP3_MAX = 40, SIM_POP3_NEVER = -1 };

struct sim_pop3_mail {
	unsigned number; /* of its subject */
	char uidl[24];
	bool is_marked;
};

struct sim_pop3 {
	const struct sim_pop3_profile *profile;
	struct sim_pop3_mail mails[SIM_POP3_MAX];
	size_t count;
	unsigned uidls; /* given out */
	const char *leave;
	char folder[64];
	struct engine_world world;
	struct engine *engine;
	int64_t now;
	/* The connection. */
	bool is_open, is_cut, is_authorised, said_quit;
	unsigned refused, connections;
	struct buf in, out;
	long up, down;         /* bytes so far, in all connections */
	long cut_up, cut_down; /* after which the connection is cut; SIM_POP3_NEVER */
	unsigned retrieved;    /* RETR that were answered */
};

struct sim_pop3 *sim_pop3_new(const struct sim_pop3_profile *profile, const char *leave);
void sim_pop3_free(struct sim_pop3 *sim);
void sim_pop3_deliver(struct sim_pop3 *sim, unsigned number);
void sim_pop3_rename(struct sim_pop3 *sim); /* other UIDLs for all */

bool sim_pop3_start(struct sim_pop3 *sim, struct error *err);
void sim_pop3_stop(struct sim_pop3 *sim);
/* Steps for so long (ms of its clock). */
void sim_pop3_run(struct sim_pop3 *sim, int64_t ms);
/* Numbers of the mail here: "1 2 3", in order; through a reader of its own. */
void sim_pop3_here(struct sim_pop3 *sim, struct buf *out);
void sim_pop3_there(const struct sim_pop3 *sim, struct buf *out);

#endif
