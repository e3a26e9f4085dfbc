/* The real world: sockets, the system's clock, OpenSSL's chance. */
#include "engine/world.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdlib.h>
#include <sys/random.h>

static void *real_connect(void *context, const struct net_target *target)
{
	return net_connect(context, target);
}

static void real_goodbye(void *conn)
{
	net_goodbye(conn);
}

static void real_close(void *conn)
{
	net_close(conn);
}

static bool real_step(void *conn, int64_t now, struct error *err)
{
	return net_step(conn, now, err);
}

static enum net_state real_state(const void *conn)
{
	return net_state(conn);
}

static const struct net_cert *real_certificate(const void *conn)
{
	return net_certificate(conn);
}

static size_t real_poll(const void *conn, bool wants_write, struct pollfd *fds, int64_t *deadline)
{
	return net_poll(conn, wants_write, fds, deadline);
}

static enum net_io real_read(void *conn, size_t max, struct buf *out, struct error *err)
{
	return net_read(conn, max, out, err);
}

static enum net_io real_write(void *conn, struct str bytes, size_t *written, struct error *err)
{
	return net_write(conn, bytes, written, err);
}

static bool real_has_buffered(const void *conn)
{
	return net_has_buffered(conn);
}

static void real_start_tls(void *conn)
{
	net_start_tls(conn);
}

static bool real_start_deflate(void *conn, struct str first, struct error *err)
{
	return net_start_deflate(conn, first, err);
}

static bool real_is_tls(const void *conn)
{
	return net_is_tls(conn);
}

static bool real_is_loopback(const void *conn)
{
	return net_is_loopback(conn);
}

static bool real_binding(const void *conn, bool *is_exporter, struct buf *out)
{
	return net_binding(conn, is_exporter, out);
}

static void real_counts(const void *conn, struct net_counts *counts)
{
	net_counts(conn, counts);
}

static int64_t real_wall(void *context)
{
	(void)context;
	return clock_wall_seconds();
}

static uint64_t real_random(void *context)
{
	uint64_t value = 0;
	(void)context;
	if (getrandom(&value, sizeof(value), 0) != (ssize_t)sizeof(value))
		value = (uint64_t)clock_monotonic_ms();
	return value;
}

struct engine_world *world_net_new(struct error *err)
{
	struct net *net = net_new(err);
	if (net == NULL)
		return NULL;
	struct engine_world *world = mem_new(sizeof(*world));
	*world = (struct engine_world){
		.context = net,
		.connect = real_connect,
		.goodbye = real_goodbye,
		.close = real_close,
		.step = real_step,
		.state = real_state,
		.certificate = real_certificate,
		.poll = real_poll,
		.read = real_read,
		.write = real_write,
		.has_buffered = real_has_buffered,
		.start_tls = real_start_tls,
		.start_deflate = real_start_deflate,
		.is_tls = real_is_tls,
		.is_loopback = real_is_loopback,
		.binding = real_binding,
		.counts = real_counts,
		.wall = real_wall,
		.random = real_random,
	};
	return world;
}

void world_net_free(struct engine_world *world)
{
	if (world == NULL)
		return;
	net_free(world->context);
	mem_free(world);
}
