/* The race of addresses (RFC 8305): every 250 ms, or as soon as one fails, the next one starts;
 * the first that answers is the connection. Then the socket's options. */
#include "proto/net/net_inside.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

bool net_address_is_loopback(const struct sockaddr *at)
{
	if (at->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, at, sizeof(v4));
		return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
	}
	if (at->sa_family != AF_INET6)
		return false;
	struct sockaddr_in6 v6;
	memcpy(&v6, at, sizeof(v6));
	if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
		return v6.sin6_addr.s6_addr[12] == 127;
	return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

/* Plain text goes to this machine only, unless the account says otherwise: other addresses are
 * not even tried. */
static bool drop_addresses_off_host(struct net_conn *c)
{
	struct net_answer *a = c->answer;
	size_t kept = 0;
	for (size_t i = 0; i < a->count; i++) {
		if (net_address_is_loopback((const struct sockaddr *)&a->list[i].at))
			a->list[kept++] = a->list[i];
	}
	a->count = kept;
	return kept > 0;
}

bool net_connect_begin(struct net_conn *c, struct net_answer *answer, int64_t now)
{
	c->answer = answer;
	if (answer->failure != NULL || answer->count == 0)
		return net_fail_plain(c, ERROR_NETWORK,
			answer->failure != NULL ? answer->failure : "the host has no address");
	if (c->security == NET_PLAIN && !c->allow_plain && !drop_addresses_off_host(c))
		return net_fail(c, ERROR_TLS,
			"a connection without TLS is made only to this machine, and this is "
			"another one "
			"(the account may allow plain text)");
	c->next_address = 0;
	c->next_attempt = now;
	return true;
}

static void attempt_remove(struct net_conn *c, size_t i)
{
	close(c->attempts[i].fd);
	c->attempt_count--;
	for (; i < c->attempt_count; i++)
		c->attempts[i] = c->attempts[i + 1];
}

static void attempt_failed(struct net_conn *c, int code, int64_t now)
{
	if (c->connect_errno == 0)
		c->connect_errno = code;
	c->next_attempt = now;
}

static void attempt_start(struct net_conn *c, int64_t now)
{
	const struct net_address *address = &c->answer->list[c->next_address++];
	c->next_attempt = now + NET_STAGGER_MS;
	int fd = socket(address->at.ss_family, SOCK_STREAM, 0);
	if (fd < 0) {
		attempt_failed(c, errno, now);
		return;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, (const struct sockaddr *)&address->at, address->size) != 0 &&
		errno != EINPROGRESS && errno != EINTR) {
		attempt_failed(c, errno, now);
		close(fd);
		return;
	}
	c->attempts[c->attempt_count++] = (struct net_attempt){.fd = fd, .since = now};
}

/* Options that a system lacks are left out: the connection works without them. */
static void socket_set_options(int fd)
{
	static const struct {
		int level, option, value;
	} options[] = {
		{IPPROTO_TCP, TCP_NODELAY, 1},
		{SOL_SOCKET, SO_KEEPALIVE, 1},
#ifdef TCP_KEEPIDLE
		{IPPROTO_TCP, TCP_KEEPIDLE, 60},
		{IPPROTO_TCP, TCP_KEEPINTVL, 15},
		{IPPROTO_TCP, TCP_KEEPCNT, 4},
#endif
#ifdef TCP_USER_TIMEOUT
		{IPPROTO_TCP, TCP_USER_TIMEOUT, 20000},
#endif
#ifdef SO_NOSIGPIPE
		{SOL_SOCKET, SO_NOSIGPIPE, 1},
#endif
	};
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		setsockopt(fd, options[i].level, options[i].option, &options[i].value,
			sizeof(options[i].value));
}

static void attempt_won(struct net_conn *c, size_t i)
{
	c->fd = c->attempts[i].fd;
	c->attempts[i] = c->attempts[--c->attempt_count];
	net_connect_end(c);
	socket_set_options(c->fd);
	struct sockaddr_storage peer = {0};
	socklen_t size = sizeof(peer);
	c->is_loopback = getpeername(c->fd, (struct sockaddr *)&peer, &size) == 0 &&
			 net_address_is_loopback((const struct sockaddr *)&peer);
	c->counts.handshake_turns++;
}

/* Looks at what the system knows of an attempt: true when it is connected, and it is removed when
 * it failed. */
static bool attempt_look(struct net_conn *c, size_t i, bool *is_gone, int64_t now)
{
	struct pollfd pfd = {.fd = c->attempts[i].fd, .events = POLLOUT};
	*is_gone = false;
	if (poll(&pfd, 1, 0) <= 0)
		return false;
	int code = 0;
	socklen_t size = sizeof(code);
	if (getsockopt(pfd.fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0)
		code = errno;
	if (code == 0)
		return true;
	attempt_failed(c, code, now);
	attempt_remove(c, i);
	*is_gone = true;
	return false;
}

static bool next_is_due(const struct net_conn *c, int64_t now)
{
	return c->next_address < c->answer->count && now >= c->next_attempt;
}

static void start_due(struct net_conn *c, int64_t now)
{
	while (next_is_due(c, now)) {
		if (c->attempt_count == NET_POLL_MAX) {
			if (now < c->attempts[0].since + NET_ATTEMPT_MS) {
				c->next_attempt = c->attempts[0].since + NET_ATTEMPT_MS;
				return;
			}
			attempt_remove(c, 0);
		}
		attempt_start(c, now);
	}
}

bool net_connect_step(struct net_conn *c, int64_t now)
{
	start_due(c, now);
	for (size_t i = 0; i < c->attempt_count;) {
		bool is_gone;
		if (attempt_look(c, i, &is_gone, now)) {
			attempt_won(c, i);
			return true;
		}
		i += !is_gone;
	}
	start_due(c, now);
	if (c->attempt_count == 0 && c->next_address == c->answer->count)
		return net_fail_errno(c, c->connect_errno);
	return true;
}

size_t net_connect_poll(const struct net_conn *c, struct pollfd *fds, int64_t *deadline)
{
	for (size_t i = 0; i < c->attempt_count; i++)
		fds[i] = (struct pollfd){.fd = c->attempts[i].fd, .events = POLLOUT};
	if (c->next_address < c->answer->count && c->next_attempt < *deadline)
		*deadline = c->next_attempt;
	return c->attempt_count;
}

void net_connect_end(struct net_conn *c)
{
	for (size_t i = 0; i < c->attempt_count; i++)
		close(c->attempts[i].fd);
	c->attempt_count = 0;
	net_answer_free(c->answer);
	c->answer = NULL;
}
