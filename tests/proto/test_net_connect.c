/* Names, addresses and sockets without TLS: the race, failures, time-outs, plain text. */
#include "proto/net/net_inside.h"

#include "base/clock.h"
#include "base/memory.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* A listening socket on an address of this machine; *port 0 is picked. */
static int listen_on(const char *address, uint16_t *port)
{
	struct net_answer a = {0};
	net_resolve_address(address, *port, &a);
	cr_assert_eq(a.count, 1);
	struct sockaddr_storage at = a.list[0].at;
	socklen_t size = a.list[0].size;
	int on = 1;
	int fd = socket(at.ss_family, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	cr_assert_eq(bind(fd, (struct sockaddr *)&at, size), 0);
	cr_assert_eq(listen(fd, 0), 0);
	getsockname(fd, (struct sockaddr *)&at, &size);
	*port = ntohs(at.ss_family == AF_INET ? ((struct sockaddr_in *)&at)->sin_port
					      : ((struct sockaddr_in6 *)&at)->sin6_port);
	return fd;
}

/* Fills the queue of a listener that never accepts: who connects now hears nothing. */
static void make_black_hole(const char *address, uint16_t port, int fds[4])
{
	struct net_answer a = {0};
	net_resolve_address(address, port, &a);
	for (int i = 0; i < 4; i++) {
		fds[i] = socket(a.list[0].at.ss_family, SOCK_STREAM, 0);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
		(void)!connect(fds[i], (struct sockaddr *)&a.list[0].at, a.list[0].size);
	}
}

static void answer_two(uint16_t port, const char *first, const char *second, struct net_answer *a)
{
	struct net_answer b = {0};
	net_resolve_address(first, port, a);
	net_resolve_address(second, port, &b);
	a->list[a->count++] = b.list[0];
}

static void resolve_six_then_four(const char *host, uint16_t port, struct net_answer *answer)
{
	(void)host;
	answer_two(port, "::1", "127.0.0.1", answer);
}

static void resolve_four(const char *host, uint16_t port, struct net_answer *answer)
{
	(void)host;
	net_resolve_address("127.0.0.1", port, answer);
}

static void resolve_elsewhere(const char *host, uint16_t port, struct net_answer *answer)
{
	(void)host;
	answer_two(port, "192.0.2.1", "2001:db8::1", answer);
}

static void resolve_mixed(const char *host, uint16_t port, struct net_answer *answer)
{
	(void)host;
	answer_two(port, "192.0.2.1", "127.0.0.1", answer);
}

/* Says nothing for as long as the test lives. */
static void resolve_never(const char *host, uint16_t port, struct net_answer *answer)
{
	(void)host;
	(void)port;
	(void)answer;
	pause();
}

static struct net *net_with(net_resolver *resolver)
{
	struct net *net = net_new(NULL);
	net->resolver = resolver;
	return net;
}

static void wait_for(struct net_conn *c)
{
	struct pollfd fds[NET_POLL_MAX];
	int64_t now = clock_monotonic_ms();
	int64_t deadline = now + 15000;
	size_t count = net_poll(c, false, fds, &deadline);
	poll(fds, count, (int)(deadline > now ? deadline - now : 0));
}

static bool drive(struct net_conn *c, struct error *err)
{
	bool ok = net_step(c, clock_monotonic_ms(), err);
	while (ok && net_state(c) != NET_OPEN) {
		wait_for(c);
		ok = net_step(c, clock_monotonic_ms(), err);
	}
	return ok;
}

static struct net_target clear_target(const char *host, uint16_t port)
{
	return (struct net_target){.host = host, .port = port, .security = NET_PLAIN};
}

Test(net_connect, localhost_is_this_machine_whatever_the_system_thinks_of_the_name)
{
	static const char *const names[] = {"localhost", "LOCALHOST", "mail.localhost"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct net_answer *answer = mem_new(sizeof(*answer));
		net_resolve_system(names[i], 143, answer);
		cr_expect(answer->count > 0, "%s", names[i]);
		for (size_t k = 0; k < answer->count; k++)
			cr_expect(net_address_is_loopback(
					  (const struct sockaddr *)&answer->list[k].at),
				"%s", names[i]);
		net_answer_free(answer);
	}
}

Test(net_connect, a_silent_address_costs_a_quarter_of_a_second)
{
	uint16_t port = 0;
	int hole[4];
	int six = listen_on("::1", &port);
	int four = listen_on("127.0.0.1", &port);
	make_black_hole("::1", port, hole);
	struct net *net = net_with(resolve_six_then_four);
	struct net_target target = clear_target("mail.test", port);
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	int64_t began = clock_monotonic_ms();
	cr_assert(drive(c, &err), "%s", err.detail);
	int64_t took = clock_monotonic_ms() - began;
	cr_assert(took >= NET_STAGGER_MS - 5 && took < 2000, "%d ms", (int)took);
	cr_assert(net_is_loopback(c));
	net_close(c);
	net_free(net);
	close(six);
	close(four);
	for (int i = 0; i < 4; i++)
		close(hole[i]);
}

Test(net_connect, a_refusing_address_costs_nothing)
{
	uint16_t port = 0;
	int four = listen_on("127.0.0.1", &port);
	struct net *net = net_with(resolve_six_then_four);
	struct net_target target = clear_target("mail.test", port);
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	int64_t began = clock_monotonic_ms();
	cr_assert(drive(c, &err), "%s", err.detail);
	cr_assert(clock_monotonic_ms() - began < NET_STAGGER_MS);
	net_close(c);
	net_free(net);
	close(four);
}

/* What fails, its kind and a part of the sentence. */
static void check_fails(net_resolver *resolver, const struct net_target *target,
	enum error_kind kind, const char *words)
{
	struct net *net = net_with(resolver);
	struct net_conn *c = net_connect(net, target);
	struct error err = {0};
	cr_assert_not(drive(c, &err), "%s", target->host);
	cr_assert_eq(err.kind, kind, "%s", err.detail);
	cr_assert_not_null(strstr(err.detail, words), "%s", err.detail);
	cr_assert_null(net_certificate(c));
	cr_assert_eq(net_state(c), NET_FAILED);
	net_close(c);
	net_free(net);
}

static uint16_t closed_port(void)
{
	uint16_t port = 0;
	close(listen_on("127.0.0.1", &port));
	return port;
}

Test(net_connect, says_what_failed)
{
	uint16_t port = closed_port();
	char words[80];
	struct net_target target = clear_target("mail.test", port);
	snprintf(words, sizeof(words), "mail.test:%u: connection refused", port);
	check_fails(resolve_four, &target, ERROR_NETWORK, words);
	target.host = "127.0.0.1";
	snprintf(words, sizeof(words), "127.0.0.1:%u: connection refused", port);
	check_fails(resolve_four, &target, ERROR_NETWORK, words);
	target.host = "[::1]";
	snprintf(words, sizeof(words), "[::1]:%u: ", port);
	check_fails(resolve_four, &target, ERROR_NETWORK, words);
	target.host = "name.invalid";
	check_fails(net_resolve_system, &target, ERROR_NETWORK, "name.invalid");
	check_fails(net_resolve_address, &target, ERROR_NETWORK, "no such host: name.invalid");
	target.host = "no_such name";
	check_fails(resolve_four, &target, ERROR_INPUT, "“no_such name” is not a host name");
}

Test(net_connect, plain_text_stays_on_this_machine)
{
	uint16_t port = 0;
	int fd = listen_on("127.0.0.1", &port);
	struct net_target target = clear_target("mail.test", port);
	check_fails(resolve_elsewhere, &target, ERROR_TLS,
		"a connection without TLS is made only to this machine");
	target.host = "192.0.2.1";
	check_fails(resolve_elsewhere, &target, ERROR_TLS, "without TLS");

	target.host = "mail.test";
	struct net *net = net_with(resolve_mixed);
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	cr_assert(drive(c, &err), "the address of this machine is taken: %s", err.detail);
	cr_assert(net_is_loopback(c));
	net_close(c);

	target.allow_plain = true;
	c = net_connect(net, &target);
	struct net_answer *answer = mem_new(sizeof(*answer));
	resolve_elsewhere("mail.test", port, answer);
	cr_assert(net_connect_begin(c, answer, 0), "in so many words it would be tried");
	cr_assert_eq(answer->count, 2);
	net_close(c);
	net_free(net);
	close(fd);
}

Test(net_connect, knows_loopback_addresses)
{
	static const struct {
		const char *address;
		bool is_loopback;
	} cases[] = {{"127.0.0.1", true}, {"127.9.9.9", true}, {"128.0.0.1", false},
		{"10.0.0.1", false}, {"0.0.0.0", false}, {"::1", true}, {"::", false},
		{"::ffff:127.0.0.1", true}, {"::ffff:10.0.0.1", false}, {"fe80::1", false},
		{"::127.0.0.1", false}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct net_answer a = {0};
		net_resolve_address(cases[i].address, 1, &a);
		cr_assert_eq(a.count, 1, "%s", cases[i].address);
		cr_assert_eq(net_address_is_loopback((const struct sockaddr *)&a.list[0].at),
			cases[i].is_loopback, "%s", cases[i].address);
	}
}

Test(net_connect, gives_up_in_time_and_closes_at_once)
{
	struct net *net = net_with(resolve_never);
	struct net_target target = clear_target("mail.test", 1);
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	int64_t deadline = 99999;
	struct pollfd fds[NET_POLL_MAX];
	cr_assert(net_step(c, 1000, &err));
	cr_assert_eq(net_poll(c, false, fds, &deadline), 1);
	cr_assert_eq(deadline, 1000 + NET_CONNECT_MS);
	cr_assert(net_step(c, 1000 + NET_CONNECT_MS - 1, &err));
	cr_assert_not(net_step(c, 1000 + NET_CONNECT_MS, &err));
	cr_assert_eq(err.kind, ERROR_NETWORK);
	cr_assert_str_eq(err.detail, "mail.test:1: the name was not found in time");
	net_close(c);

	c = net_connect(net, &target);
	cr_assert(net_step(c, 0, &err));
	net_close(c); /* while its thread is looking */
	net_free(net);
}

Test(net_connect, a_server_that_says_no_tls_is_given_ten_seconds)
{
	uint16_t port = 0;
	int fd = listen_on("127.0.0.1", &port);
	struct net *net = net_with(resolve_four);
	struct net_target target = {.host = "127.0.0.1", .port = port};
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	while (net_state(c) != NET_HANDSHAKE)
		cr_assert(net_step(c, 5000, &err));
	struct pollfd fds[NET_POLL_MAX];
	int64_t deadline = 99999;
	cr_assert_eq(net_poll(c, false, fds, &deadline), 1);
	cr_assert_eq(fds[0].events, POLLIN, "the hello is out");
	cr_assert_eq(deadline, 5000 + NET_TLS_MS);
	cr_assert_not(net_step(c, deadline, &err));
	cr_assert_not_null(strstr(err.detail, "while TLS is starting"), "%s", err.detail);
	net_close(c);
	net_free(net);
	close(fd);
}

Test(net_connect, sockets_notice_a_dead_peer)
{
	uint16_t port = 0;
	int fd = listen_on("127.0.0.1", &port);
	struct net *net = net_with(resolve_four);
	struct net_target target = clear_target("127.0.0.1", port);
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	cr_assert(drive(c, &err), "%s", err.detail);
	int value = 0;
	socklen_t size = sizeof(value);
	getsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &value, &size);
	cr_assert_neq(value, 0);
	getsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, &size);
	cr_assert_eq(value, 20000);
	getsockopt(c->fd, SOL_SOCKET, SO_KEEPALIVE, &value, &size);
	cr_assert_neq(value, 0);
	cr_assert(fcntl(c->fd, F_GETFD) & FD_CLOEXEC);
	net_close(c);
	net_free(net);
	close(fd);
}

Test(net_connect, a_peer_that_went_away_is_an_error_and_no_signal)
{
	signal(SIGPIPE, SIG_DFL);
	uint16_t port = 0;
	int listener = listen_on("127.0.0.1", &port);
	struct net *net = net_with(resolve_four);
	struct net_target target = clear_target("127.0.0.1", port);
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	cr_assert(drive(c, &err), "%s", err.detail);
	int fd = accept(listener, NULL, NULL);
	close(fd); /* the first write is answered by a reset, the next would raise the signal */
	size_t written;
	enum net_io io = NET_IO_BYTES;
	while (io == NET_IO_BYTES) {
		io = net_write(c, STR("a NOOP\r\n"), &written, &err);
		struct pollfd reset = {.fd = c->fd};
		poll(&reset, 1, 100);
	}
	cr_assert_eq(io, NET_IO_ERROR);
	cr_assert_eq(err.kind, ERROR_NETWORK);
	cr_assert_not(net_step(c, 0, &err));
	net_close(c);
	net_free(net);
	close(listener);
}

Test(net_connect, a_full_socket_takes_what_it_can, .timeout = 30)
{
	uint16_t port = 0;
	int listener = listen_on("127.0.0.1", &port);
	struct net *net = net_with(resolve_four);
	struct net_target target = clear_target("127.0.0.1", port);
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	cr_assert(drive(c, &err), "%s", err.detail);
	int fd = accept(listener, NULL, NULL);
	struct buf much = {0};
	for (int i = 0; i < 1000000; i++)
		buf_addf(&much, "%07d\n", i);
	size_t sent = 0;
	uint64_t got = 0;
	bool was_full = false;
	while (got < much.len) {
		size_t written = 0;
		enum net_io io = NET_IO_BYTES;
		while (io == NET_IO_BYTES && sent < much.len) {
			io = net_write(c, str_skip(buf_str(&much), sent), &written, &err);
			sent += written;
		}
		was_full = was_full || io == NET_IO_WAIT;
		struct pollfd fds[NET_POLL_MAX + 1];
		int64_t deadline = 0;
		size_t count = net_poll(c, sent < much.len, fds, &deadline);
		fds[count] = (struct pollfd){.fd = fd, .events = POLLIN};
		cr_assert(poll(fds, count + 1, 5000) > 0);
		char piece[65536];
		ssize_t n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);
		if (n <= 0)
			continue;
		cr_assert_arr_eq(piece, much.data + got, (size_t)n);
		got += (uint64_t)n;
	}
	cr_assert_eq(sent, much.len);
	cr_assert(was_full);
	struct net_counts counts;
	net_counts(c, &counts);
	cr_assert_eq(counts.bytes_up, much.len);
	cr_assert_eq(counts.socket_up, much.len);
	buf_done(&much);
	net_close(c);
	net_free(net);
	close(fd);
	close(listener);
}

/* NULL: refused. */
static const struct {
	const char *written, *host;
} names[] = {
	{"imap.example.org", "imap.example.org"},
	{" imap.example.org ", "imap.example.org"},
	{"IMAP.Example.ORG", "imap.example.org"},
	{"imap.example.org.", "imap.example.org."},
	{"localhost", "localhost"},
	{"faß.de", "xn--fa-hia.de"},
	{"BÜCHER.Example", "xn--bcher-kva.example"},
	{"bu\xcc\x88"
	 "cher.example",
		"xn--bcher-kva.example"},
	{"127.0.0.1", "127.0.0.1"},
	{"[::1]", "::1"},
	{"::1", "::1"},
	{"2001:db8::1", "2001:db8::1"},
	{"", NULL},
	{".", NULL},
	{"a..b", NULL},
	{".a", NULL},
	{"ex ample", NULL},
	{"a_b.example", NULL},
	{"-x.de", NULL},
	{"x-.de", NULL},
	{"a/b", NULL},
	{"a@b", NULL},
	{"a:993", NULL},
	{"[::1", NULL},
	{"[]", NULL},
	{"a\r\nb", NULL},
	{"a\xff", NULL},
	{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example", NULL},
};

Test(net_name, becomes_what_is_looked_up_or_is_refused)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct error err = {0};
		char *host = net_name_make(names[i].written, &err);
		if (names[i].host == NULL) {
			cr_assert_null(host, "“%s” gave “%s”", names[i].written, host);
			cr_assert_eq(err.kind, ERROR_INPUT);
		} else {
			cr_assert_not_null(host, "“%s”: %s", names[i].written, err.detail);
			cr_assert_str_eq(host, names[i].host);
		}
		mem_free(host);
	}
}
