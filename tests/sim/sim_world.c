/* Pipes instead of sockets: struct engine_world for the simulator. */
#include "base/array.h"
#include "base/memory.h"
#include "tests/sim/sim.h"

struct sim_chunk {
	int64_t at; /* ms: when it arrives */
	struct buf bytes;
};

struct sim_pipe {
	struct sim_chunk *chunks; /* owned, in order */
	size_t count, cap;
	uint64_t delivered; /* bytes */
	bool is_stalled;
};

struct sim_conn {
	struct sim_conn *next; /* owned */
	struct sim *sim;       /* not owned */
	unsigned number;
	struct sim_talk *talk; /* owned; NULL once its end is closed */
	struct sim_pipe pipes[2];
	struct buf readable; /* arrived, not yet read by Rowan */
	struct net_counts counts;
	bool has_written; /* since it last read */
	bool is_refused, is_cut, is_closed;
};

static void sim_pipe_add(struct sim_pipe *pipe, int64_t at, struct str bytes)
{
	if (bytes.len == 0)
		return;
	pipe->chunks = array_room(pipe->chunks, pipe->count, &pipe->cap, sizeof(*pipe->chunks));
	struct sim_chunk *chunk = &pipe->chunks[pipe->count++];
	*chunk = (struct sim_chunk){.at = at};
	buf_add(&chunk->bytes, bytes);
}

static void sim_pipe_clear(struct sim_pipe *pipe)
{
	for (size_t i = 0; i < pipe->count; i++)
		buf_done(&pipe->chunks[i].bytes);
	mem_free(pipe->chunks);
	pipe->chunks = NULL;
	pipe->count = pipe->cap = 0;
}

static void sim_conn_free(struct sim_conn *conn)
{
	sim_pipe_clear(&conn->pipes[SIM_UP]);
	sim_pipe_clear(&conn->pipes[SIM_DOWN]);
	sim_talk_free(conn->talk);
	buf_done(&conn->readable);
	mem_free(conn);
}

/* Both ends learn of it at once; what was on its way is lost. */
static void sim_conn_cut(struct sim_conn *conn)
{
	conn->is_cut = true;
	sim_pipe_clear(&conn->pipes[SIM_UP]);
	sim_pipe_clear(&conn->pipes[SIM_DOWN]);
	sim_talk_free(conn->talk);
	conn->talk = NULL;
}

/* How much of the bytes comes through; *ends: this is where the fault strikes. */
static struct str sim_conn_pass(
	struct sim_conn *conn, enum sim_direction direction, struct str bytes, bool *ends)
{
	const struct sim_fault *fault = &conn->sim->fault;
	uint64_t done = conn->pipes[direction].delivered;
	*ends = fault->is_armed && fault->connection == conn->number &&
		fault->direction == direction && done + bytes.len >= fault->after;
	return *ends ? str_first(bytes, (size_t)(fault->after - done)) : bytes;
}

static void sim_conn_arrive(struct sim_conn *conn, enum sim_direction direction, struct str bytes)
{
	bool ends = false;
	struct str part = sim_conn_pass(conn, direction, bytes, &ends);
	conn->pipes[direction].delivered += part.len;
	if (direction == SIM_DOWN)
		buf_add(&conn->readable, part);
	else if (conn->talk != NULL)
		sim_talk_feed(conn->talk, part);
	if (!ends)
		return;
	if (conn->sim->fault.is_stall)
		conn->pipes[SIM_UP].is_stalled = conn->pipes[SIM_DOWN].is_stalled = true;
	else
		sim_conn_cut(conn);
}

/* What has arrived by now. */
static bool sim_conn_deliver(struct sim_conn *conn, enum sim_direction direction, int64_t *next)
{
	struct sim_pipe *pipe = &conn->pipes[direction];
	bool moved = false;
	while (pipe->count > 0 && pipe->chunks[0].at <= conn->sim->now && !pipe->is_stalled) {
		struct buf bytes = pipe->chunks[0].bytes;
		pipe->count--;
		memmove(pipe->chunks, pipe->chunks + 1, pipe->count * sizeof(*pipe->chunks));
		sim_conn_arrive(conn, direction, buf_str(&bytes));
		buf_done(&bytes);
		moved = true;
	}
	if (pipe->count > 0 && !pipe->is_stalled && pipe->chunks[0].at < *next)
		*next = pipe->chunks[0].at;
	return moved;
}

static void sim_conn_answer(struct sim_conn *conn)
{
	struct buf *output = conn->talk != NULL ? sim_talk_output(conn->talk) : NULL;
	if (output == NULL || output->len == 0)
		return;
	sim_pipe_add(&conn->pipes[SIM_DOWN], conn->sim->now + conn->sim->latency, buf_str(output));
	buf_clear(output);
}

static bool sim_conn_move(struct sim_conn *conn, int64_t *next)
{
	bool moved = sim_conn_deliver(conn, SIM_UP, next);
	sim_conn_answer(conn);
	moved |= sim_conn_deliver(conn, SIM_DOWN, next);
	return moved || (!conn->is_closed && conn->readable.len > 0);
}

static void sim_world_push(struct sim *sim)
{
	if (sim->pushed == sim->server->effect_count)
		return;
	sim->pushed = sim->server->effect_count;
	for (struct sim_conn *conn = sim->conns; conn != NULL; conn = conn->next)
		if (conn->talk != NULL)
			sim_talk_push(conn->talk);
}

bool sim_world_move(struct sim *sim, int64_t *next)
{
	bool moved = false;
	*next = INT64_MAX;
	sim_world_push(sim);
	for (struct sim_conn *conn = sim->conns; conn != NULL; conn = conn->next)
		moved |= sim_conn_move(conn, next);
	return moved;
}

/* ---- What the engine calls. ---- */

static void *sim_connect(void *context, const struct net_target *target)
{
	struct sim *sim = context;
	struct sim_conn *conn = mem_new(sizeof(*conn));
	(void)target;
	conn->sim = sim;
	conn->number = ++sim->connections;
	conn->is_refused = sim->refuses;
	conn->next = sim->conns;
	sim->conns = conn;
	if (sim->refuses)
		return conn;
	conn->talk = sim_talk_new(sim->server);
	/* The fault at byte 0. */
	sim_conn_arrive(conn, SIM_UP, STR(""));
	if (!conn->is_cut)
		sim_conn_arrive(conn, SIM_DOWN, STR(""));
	return conn;
}

/* What was written still arrives, as with TCP. */
static void sim_close(void *context)
{
	struct sim_conn *conn = context;
	conn->is_closed = true;
}

static bool sim_step(void *context, int64_t now, struct error *err)
{
	struct sim_conn *conn = context;
	(void)now;
	if (conn->is_refused)
		return error_set(err, ERROR_NETWORK, "connection refused");
	return true;
}

static enum net_state sim_state(const void *context)
{
	const struct sim_conn *conn = context;
	return conn->is_refused ? NET_FAILED : NET_OPEN;
}

static const struct net_cert *sim_certificate(const void *context)
{
	(void)context;
	return NULL;
}

static size_t sim_poll(const void *context, bool wants_write, struct pollfd *fds, int64_t *deadline)
{
	(void)context;
	(void)wants_write;
	(void)fds;
	(void)deadline;
	return 0;
}

static enum net_io sim_read(void *context, size_t max, struct buf *out, struct error *err)
{
	struct sim_conn *conn = context;
	struct str part = str_first(buf_str(&conn->readable), max);
	if (part.len == 0) {
		if (conn->is_cut) {
			error_set(err, ERROR_NETWORK, "connection reset");
			return NET_IO_ERROR;
		}
		bool is_over = conn->talk != NULL && sim_talk_is_over(conn->talk) &&
			       conn->pipes[SIM_DOWN].count == 0;
		return is_over ? NET_IO_CLOSED : NET_IO_WAIT;
	}
	conn->counts.turns += conn->has_written;
	conn->has_written = false;
	conn->counts.bytes_down += part.len;
	buf_add(out, part);
	buf_consume(&conn->readable, part.len);
	return NET_IO_BYTES;
}

static enum net_io sim_write(void *context, struct str bytes, size_t *written, struct error *err)
{
	struct sim_conn *conn = context;
	if (conn->is_cut) {
		error_set(err, ERROR_NETWORK, "connection reset");
		return NET_IO_ERROR;
	}
	*written = bytes.len;
	if (conn->sim->is_dead != NULL && conn->sim->is_dead())
		return NET_IO_BYTES;
	conn->has_written = true;
	conn->counts.bytes_up += bytes.len;
	sim_pipe_add(&conn->pipes[SIM_UP], conn->sim->now + conn->sim->latency, bytes);
	return NET_IO_BYTES;
}

static bool sim_has_buffered(const void *context)
{
	(void)context;
	return false;
}

static void sim_start_tls(void *context)
{
	(void)context;
}

static bool sim_start_deflate(void *context, struct str first, struct error *err)
{
	(void)context;
	(void)first;
	return error_set(err, ERROR_NETWORK, "the simulator does not compress");
}

static bool sim_is_tls(const void *context)
{
	const struct sim_conn *conn = context;
	return !conn->sim->is_plain;
}

static bool sim_is_loopback(const void *context)
{
	(void)context;
	return true;
}

static bool sim_binding(const void *context, bool *is_exporter, struct buf *out)
{
	(void)context;
	(void)is_exporter;
	(void)out;
	return false;
}

static void sim_conn_counts(const void *context, struct net_counts *counts)
{
	const struct sim_conn *conn = context;
	*counts = conn->counts;
}

static int64_t sim_wall(void *context)
{
	const struct sim *sim = context;
	return 1750000000 + sim->now / 1000;
}

/* xorshift64: the same seed, the same trace. */
static uint64_t sim_random(void *context)
{
	struct sim *sim = context;
	sim->random ^= sim->random << 13;
	sim->random ^= sim->random >> 7;
	sim->random ^= sim->random << 17;
	return sim->random;
}

void sim_world_init(struct sim *sim)
{
	sim->random = 88172645463325252u;
	sim->world = (struct engine_world){
		.context = sim,
		.connect = sim_connect,
		.close = sim_close,
		.step = sim_step,
		.state = sim_state,
		.certificate = sim_certificate,
		.poll = sim_poll,
		.read = sim_read,
		.write = sim_write,
		.has_buffered = sim_has_buffered,
		.start_tls = sim_start_tls,
		.start_deflate = sim_start_deflate,
		.is_tls = sim_is_tls,
		.is_loopback = sim_is_loopback,
		.binding = sim_binding,
		.counts = sim_conn_counts,
		.wall = sim_wall,
		.random = sim_random,
		.runs_jobs_inline = true,
	};
}

void sim_world_cut(struct sim *sim)
{
	for (struct sim_conn *conn = sim->conns; conn != NULL; conn = conn->next)
		sim_conn_cut(conn);
}

void sim_world_done(struct sim *sim)
{
	while (sim->conns != NULL) {
		struct sim_conn *next = sim->conns->next;
		sim_conn_free(sim->conns);
		sim->conns = next;
	}
}

/* ---- What tests ask. ---- */

struct net_counts sim_counts(const struct sim *sim)
{
	return sim->conns != NULL ? sim->conns->counts : (struct net_counts){0};
}

uint64_t sim_bytes(const struct sim *sim, unsigned connection, enum sim_direction direction)
{
	for (const struct sim_conn *conn = sim->conns; conn != NULL; conn = conn->next)
		if (conn->number == connection)
			return conn->pipes[direction].delivered;
	return 0;
}

bool sim_is_idling(struct sim *sim)
{
	bool idles = false;
	for (const struct sim_conn *conn = sim->conns; conn != NULL; conn = conn->next) {
		if (conn->is_closed || conn->talk == NULL)
			continue;
		if (conn->pipes[SIM_UP].count > 0 || conn->pipes[SIM_DOWN].count > 0)
			return false;
		idles |= sim_talk_is_idling(conn->talk);
	}
	return idles;
}
