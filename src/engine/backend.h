/*
 * An account kind is one row of functions. account_run does what all kinds share (secrets,
 * questions, back-off, states); a row does the rest on its connection.
 */
#ifndef ENGINE_BACKEND_H
#define ENGINE_BACKEND_H

#include "engine/state.h"

/* What account_run knows of a connection. */
struct backend_link {
	const void *conn; /* of the world */
	const char *name; /* for the log */
	bool is_piped;    /* more was said than the server had asked for */
	bool is_ready;    /* the log-in is over */
};

struct backend {
	enum account_kind kind;
	/* False: there is no connection. */
	bool (*link)(const struct account_run *run, struct backend_link *link);
	/* Begins a connection. The secret is known. */
	void (*start)(struct account_run *run);
	/* Goes as far as it can; false with *err when the connection is over. */
	bool (*step)(struct account_run *run, int64_t *deadline, struct error *err);
	size_t (*poll)(struct account_run *run, struct pollfd *fds, int64_t *deadline);
	/* Ends it: politely sends what ends a session when there is one, then frees. */
	void (*stop)(struct account_run *run);
	/* Is there anything left to do that was asked for? */
	bool (*is_busy)(const struct account_run *run);
};

extern const struct backend backend_imap, backend_pop3;

#endif
