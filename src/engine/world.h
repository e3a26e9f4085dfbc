/*
 * What the engine stands on: connections, time, chance, threads and the disk. The program gives it
 * the real one (world_net.c); tests and the simulator give their own, where jobs run inline and the
 * same seed gives the same trace. Signatures are those of proto/net/net.h, with the connection
 * opaque.
 */
#ifndef ENGINE_WORLD_H
#define ENGINE_WORLD_H

#include "engine/engine.h"
#include "proto/net/net.h"

struct engine_world {
	void *context;
	void *(*connect)(void *context, const struct net_target *target);
	void (*goodbye)(void *conn); /* net_goodbye; NULL: nothing to say */
	void (*close)(void *conn);
	bool (*step)(void *conn, int64_t now, struct error *err);
	enum net_state (*state)(const void *conn);
	const struct net_cert *(*certificate)(const void *conn);
	size_t (*poll)(const void *conn, bool wants_write, struct pollfd *fds, int64_t *deadline);
	enum net_io (*read)(void *conn, size_t max, struct buf *out, struct error *err);
	enum net_io (*write)(void *conn, struct str bytes, size_t *written, struct error *err);
	bool (*has_buffered)(const void *conn);
	void (*start_tls)(void *conn);
	bool (*start_deflate)(void *conn, struct str first, struct error *err);
	bool (*is_tls)(const void *conn);
	bool (*is_loopback)(const void *conn);
	bool (*binding)(const void *conn, bool *is_exporter, struct buf *out);
	void (*counts)(const void *conn, struct net_counts *counts);
	int64_t (*wall)(void *context);    /* seconds since 1970 */
	uint64_t (*random)(void *context); /* for the jitter of back-off */
	bool runs_jobs_inline;
	const char *vfs; /* of the store; NULL is the system's */
};

/* The real one; NULL with *err when OpenSSL cannot start. */
struct engine_world *world_net_new(struct error *err);
void world_net_free(struct engine_world *world);

/* engine_open with a world of the caller's (borrowed). */
struct engine *engine_open_in(
	const struct engine_options *options, const struct engine_world *world, struct error *err);

/* Does all there is to do at `now` (ms, monotonic) without waiting; returns when it wants to be
 * called again at the latest. Requests are answered first and between slices of other work. */
int64_t engine_step(struct engine *engine, int64_t now);

/* What to poll for until then: the request queue, the wake FIFO, the workers, the connections.
 * Returns the number filled, at most max. */
enum { ENGINE_POLL_MAX = 256 };
size_t engine_poll(struct engine *engine, struct pollfd *fds, size_t max, int64_t *deadline);

/* Ends and frees an engine whose thread was never started. */
void engine_close(struct engine *engine);

#endif
