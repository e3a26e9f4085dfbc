/* The life of a connection: what it waits for, its steps, and moving bytes once it is open. */
#include "proto/net/net_inside.h"

#include "base/memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* such systems have SO_NOSIGPIPE */
#endif

enum { NET_PIECE = 16384, NET_FLIGHT_MAX = 262144 };

struct net *net_new(struct error *err)
{
	(void)err; /* TLS is prepared by the first connection that wants it */
	struct net *net = mem_new(sizeof(*net));
	net->resolver = net_resolve_system;
	return net;
}

void net_free(struct net *net)
{
	if (net == NULL)
		return;
	net_tls_done(net);
	mem_free(net);
}

bool net_fail_plain(struct net_conn *c, enum error_kind kind, const char *text)
{
	c->state = NET_FAILED;
	return error_set(&c->failure, kind, "%s", text);
}

bool net_fail(struct net_conn *c, enum error_kind kind, const char *format, ...)
{
	struct buf text = {0};
	va_list args;
	va_start(args, format);
	buf_addf(&text, "%s: ", c->where);
	buf_vaddf(&text, format, args);
	va_end(args);
	net_fail_plain(c, kind, buf_text(&text));
	buf_done(&text);
	return false;
}

/* The system's words begin with a capital; here they stand in a sentence. */
bool net_fail_errno(struct net_conn *c, int code)
{
	const char *words = code == 0 ? "the connection was cut off" : strerror(code);
	return net_fail(c, ERROR_NETWORK, "%c%s", ascii_lower(words[0]), words + 1);
}

static char *where_make(const char *host, uint16_t port)
{
	struct buf out = {0};
	bool is_v6 = strchr(host, ':') != NULL;
	buf_addf(&out, is_v6 ? "[%s]:%u" : "%s:%u", host, port);
	return buf_take(&out);
}

struct net_conn *net_connect(struct net *net, const struct net_target *target)
{
	struct net_conn *c = mem_new(sizeof(*c));
	c->net = net;
	c->fd = -1;
	c->started = -1;
	c->port = target->port;
	c->security = target->security;
	c->allow_plain = target->allow_plain;
	c->ca_file = mem_text(target->ca_file);
	c->pin = mem_text(target->pin);
	c->trust_once = mem_text(target->trust_once);
	c->host = net_name_make(target->host, &c->failure);
	if (c->host == NULL)
		c->state = NET_FAILED;
	else
		c->where = where_make(c->host, c->port);
	return c;
}

void net_goodbye(struct net_conn *c)
{
	if (c->state == NET_OPEN && c->ssl != NULL && !c->said_goodbye)
		SSL_shutdown(c->ssl);
	c->said_goodbye = true;
}

void net_close(struct net_conn *c)
{
	if (c == NULL)
		return;
	net_goodbye(c);
	SSL_free(c->ssl);
	net_deflate_free(c->deflate);
	net_lookup_drop(c->lookup);
	net_connect_end(c);
	if (c->fd >= 0)
		close(c->fd);
	net_cert_done(&c->cert);
	buf_done(&c->cert_why);
	mem_free(c->host);
	mem_free(c->where);
	mem_free(c->ca_file);
	mem_free(c->pin);
	mem_free(c->trust_once);
	mem_free(c);
}

ssize_t net_socket_read(struct net_conn *c, void *data, size_t size)
{
	ssize_t n;
	do {
		n = recv(c->fd, data, size, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		if (errno == EWOULDBLOCK)
			errno = EAGAIN;
		c->socket_errno = errno;
		return -1;
	}
	c->is_socket_ended = n == 0;
	c->counts.socket_down += (uint64_t)n;
	if (n > 0 && c->state == NET_HANDSHAKE && c->has_written_socket)
		c->counts.handshake_turns++;
	c->has_written_socket = false;
	return n;
}

ssize_t net_socket_write(struct net_conn *c, const void *data, size_t size)
{
	ssize_t n;
	do {
		n = send(c->fd, data, size, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		if (errno == EWOULDBLOCK)
			errno = EAGAIN;
		c->socket_errno = errno;
		return -1;
	}
	c->counts.socket_up += (uint64_t)n;
	c->has_written_socket = true;
	return n;
}

static bool step_resolving(struct net_conn *c, int64_t now)
{
	struct net_answer *answer = NULL;
	if (net_name_is_address(c->host)) {
		answer = mem_new(sizeof(*answer));
		net_resolve_address(c->host, c->port, answer);
	} else if (c->lookup == NULL) {
		c->lookup = net_lookup_new(c->net->resolver, c->host, c->port);
		if (c->lookup == NULL)
			return net_fail(c, ERROR_NETWORK, "no thread to look the name up");
	} else {
		answer = net_lookup_take(c->lookup);
	}
	if (answer == NULL)
		return true;
	net_lookup_drop(c->lookup);
	c->lookup = NULL;
	c->state = NET_CONNECTING;
	return net_connect_begin(c, answer, now);
}

static bool step_connecting(struct net_conn *c, int64_t now)
{
	if (!net_connect_step(c, now))
		return false;
	if (c->fd < 0)
		return true;
	c->state = c->security == NET_TLS ? NET_HANDSHAKE : NET_OPEN;
	c->started = now;
	return true;
}

static bool step_handshake(struct net_conn *c)
{
	bool is_done = false;
	if (!net_tls_step(c, &is_done))
		return false;
	if (is_done)
		c->state = NET_OPEN;
	return true;
}

static bool flush_pending(struct net_conn *c);

/* One state's work; the caller goes on while the state changes. */
static bool step_state(struct net_conn *c, int64_t now)
{
	switch (c->state) {
	case NET_RESOLVING:
		return step_resolving(c, now);
	case NET_CONNECTING:
		return step_connecting(c, now);
	case NET_HANDSHAKE:
		return step_handshake(c);
	case NET_OPEN:
		return flush_pending(c);
	case NET_FAILED:
		return false;
	}
	return false;
}

static int64_t deadline_of(const struct net_conn *c)
{
	if (c->started < 0)
		return 0;
	return c->started + (c->state == NET_HANDSHAKE ? NET_TLS_MS : NET_CONNECT_MS);
}

static bool time_out(struct net_conn *c)
{
	const char *words[] = {
		[NET_RESOLVING] = "the name was not found in time",
		[NET_CONNECTING] = "the host does not answer",
		[NET_HANDSHAKE] = "the server does not answer while TLS is starting",
	};
	return net_fail(c, ERROR_NETWORK, "%s", words[c->state]);
}

bool net_step(struct net_conn *c, int64_t now, struct error *err)
{
	if (c->started < 0)
		c->started = now;
	enum net_state before;
	do {
		before = c->state;
	} while (step_state(c, now) && c->state != before);
	if (c->state < NET_OPEN && now >= deadline_of(c))
		time_out(c);
	if (c->state == NET_FAILED && err != NULL)
		*err = c->failure;
	return c->state != NET_FAILED;
}

enum net_state net_state(const struct net_conn *c)
{
	return c->state;
}

const struct net_cert *net_certificate(const struct net_conn *c)
{
	return c->has_cert ? &c->cert : NULL;
}

static short open_events(const struct net_conn *c, bool wants_write)
{
	bool has_pending = c->deflate != NULL && net_deflate_pending(c->deflate)->len > 0;
	bool out = c->read_wants_write || ((wants_write || has_pending) && !c->write_wants_read);
	return (short)(POLLIN | (out ? POLLOUT : 0));
}

size_t net_poll(const struct net_conn *c, bool wants_write, struct pollfd fds[NET_POLL_MAX],
	int64_t *deadline)
{
	if (c->state < NET_OPEN && deadline_of(c) < *deadline)
		*deadline = deadline_of(c);
	switch (c->state) {
	case NET_RESOLVING:
		if (c->lookup == NULL)
			return 0;
		fds[0] = (struct pollfd){.fd = net_lookup_fd(c->lookup), .events = POLLIN};
		return 1;
	case NET_CONNECTING:
		return net_connect_poll(c, fds, deadline);
	case NET_HANDSHAKE:
		fds[0] = (struct pollfd){.fd = c->fd, .events = c->handshake_events};
		return 1;
	case NET_OPEN:
		if (c->has_ended)
			return 0;
		fds[0] = (struct pollfd){.fd = c->fd, .events = open_events(c, wants_write)};
		return 1;
	case NET_FAILED:
		break;
	}
	return 0;
}

/* One piece from the layer below compression. */
static enum net_io read_piece(struct net_conn *c, void *data, size_t size, size_t *moved)
{
	*moved = 0;
	if (c->ssl != NULL)
		return net_tls_read(c, data, size, moved);
	ssize_t n = net_socket_read(c, data, size);
	if (n > 0) {
		*moved = (size_t)n;
		return NET_IO_BYTES;
	}
	if (n == 0)
		return NET_IO_CLOSED;
	if (c->socket_errno == EAGAIN)
		return NET_IO_WAIT;
	net_fail_errno(c, c->socket_errno);
	return NET_IO_ERROR;
}

static enum net_io write_piece(struct net_conn *c, struct str bytes, size_t *moved)
{
	*moved = 0;
	if (c->ssl != NULL)
		return net_tls_write(c, bytes.data, bytes.len, moved);
	ssize_t n = net_socket_write(c, bytes.data, bytes.len);
	if (n >= 0) {
		*moved = (size_t)n;
		return NET_IO_BYTES;
	}
	if (c->socket_errno == EAGAIN)
		return NET_IO_WAIT;
	net_fail_errno(c, c->socket_errno);
	return NET_IO_ERROR;
}

/* Appends up to size bytes from below to out. */
static enum net_io read_below(struct net_conn *c, size_t size, struct buf *out)
{
	if (c->has_ended)
		return NET_IO_CLOSED;
	size_t moved;
	size_t room = size < NET_PIECE ? size : NET_PIECE;
	buf_reserve(out, room);
	enum net_io io = read_piece(c, out->data + out->len, room, &moved);
	out->len += moved;
	out->data[out->len] = '\0';
	c->has_ended = io == NET_IO_CLOSED;
	return io;
}

static enum net_io read_inflated(struct net_conn *c, size_t max, struct buf *out)
{
	size_t before = out->len;
	if (!net_deflate_read(c->deflate, max, out)) {
		net_fail(c, ERROR_PROTOCOL, "what came is not compressed as it should be");
		return NET_IO_ERROR;
	}
	if (out->len > before)
		return NET_IO_BYTES;
	if (net_deflate_is_over(c->deflate))
		return NET_IO_CLOSED;
	return read_below(c, NET_PIECE, net_deflate_in(c->deflate));
}

enum net_io net_read(struct net_conn *c, size_t max, struct buf *out, struct error *err)
{
	size_t before = out->len;
	enum net_io io = c->state == NET_OPEN ? NET_IO_BYTES : NET_IO_ERROR;
	while (io == NET_IO_BYTES && out->len - before < max) {
		size_t room = max - (out->len - before);
		io = c->deflate != NULL ? read_inflated(c, room, out) : read_below(c, room, out);
	}
	size_t got = out->len - before;
	if (got > 0) {
		c->counts.bytes_down += got;
		c->counts.turns += c->has_written;
		c->has_written = false;
		return NET_IO_BYTES; /* what ended it is told the next time */
	}
	if (io == NET_IO_ERROR && err != NULL)
		*err = c->failure;
	return io;
}

/* As much as goes out now. */
static enum net_io write_below(struct net_conn *c, struct str bytes, size_t *written)
{
	*written = 0;
	while (*written < bytes.len) {
		size_t moved;
		enum net_io io = write_piece(c, str_skip(bytes, *written), &moved);
		if (io == NET_IO_WAIT && *written > 0)
			return NET_IO_BYTES;
		if (io != NET_IO_BYTES)
			return io;
		*written += moved;
	}
	return NET_IO_BYTES;
}

/* Compressed bytes that did not go out with their flight. False: NET_FAILED. */
static bool flush_pending(struct net_conn *c)
{
	if (c->deflate == NULL)
		return true;
	struct buf *pending = net_deflate_pending(c->deflate);
	size_t written = 0;
	enum net_io io = write_below(c, buf_str(pending), &written);
	buf_consume(pending, written);
	return io != NET_IO_ERROR;
}

static enum net_io write_deflated(struct net_conn *c, struct str bytes, size_t *written)
{
	if (!flush_pending(c))
		return NET_IO_ERROR;
	if (net_deflate_pending(c->deflate)->len > 0)
		return NET_IO_WAIT;
	if (!net_deflate_write(c->deflate, bytes)) {
		net_fail(c, ERROR_PROTOCOL, "compression failed");
		return NET_IO_ERROR;
	}
	*written = bytes.len;
	return flush_pending(c) ? NET_IO_BYTES : NET_IO_ERROR;
}

enum net_io net_write(struct net_conn *c, struct str bytes, size_t *written, struct error *err)
{
	*written = 0;
	enum net_io io = NET_IO_ERROR;
	bytes = str_first(bytes, NET_FLIGHT_MAX);
	if (c->state == NET_OPEN)
		io = c->deflate != NULL ? write_deflated(c, bytes, written)
					: write_below(c, bytes, written);
	c->counts.bytes_up += *written;
	c->has_written = c->has_written || *written > 0;
	if (io == NET_IO_ERROR && err != NULL)
		*err = c->failure;
	return io;
}

bool net_has_buffered(const struct net_conn *c)
{
	if (c->state != NET_OPEN)
		return false;
	return (c->ssl != NULL && SSL_pending(c->ssl) > 0) ||
	       (c->deflate != NULL && net_deflate_has_more(c->deflate));
}

void net_start_tls(struct net_conn *c)
{
	if (c->state != NET_OPEN || c->ssl != NULL)
		return;
	c->state = NET_HANDSHAKE;
	c->handshake_events = POLLOUT;
	c->started = -1;
	c->has_written_socket = false;
}

bool net_start_deflate(struct net_conn *c, struct str first, struct error *err)
{
	if (c->state != NET_OPEN || c->deflate != NULL)
		return error_set(err, ERROR_PROTOCOL, "compression cannot start here");
	c->deflate = net_deflate_new(first);
	if (c->deflate == NULL)
		return error_set(err, ERROR_PROTOCOL, "compression cannot be started");
	c->counts.bytes_down -= first.len < c->counts.bytes_down ? first.len : c->counts.bytes_down;
	return true;
}

bool net_is_tls(const struct net_conn *c)
{
	return c->state == NET_OPEN && c->ssl != NULL;
}

bool net_is_loopback(const struct net_conn *c)
{
	return c->is_loopback;
}

void net_counts(const struct net_conn *c, struct net_counts *counts)
{
	*counts = c->counts;
}
