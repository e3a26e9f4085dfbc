/* Compression: alone, and over a connection. */
#include "proto/net/net_inside.h"

#include "base/clock.h"
#include "base/memory.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

/* Compressed as the other side would. */
static void squeeze(struct net_deflate *d, struct str bytes, struct buf *out)
{
	cr_assert(net_deflate_write(d, bytes));
	buf_add(out, buf_str(net_deflate_pending(d)));
	buf_clear(net_deflate_pending(d));
}

Test(net_deflate, says_the_same_wherever_the_bytes_are_cut)
{
	struct net_deflate *server = net_deflate_new(STR(""));
	struct buf wire = {0}, said = {0};
	for (int i = 0; i < 20; i++) {
		struct buf line = {0};
		buf_addf(&line, "* %d FETCH (FLAGS (\\Seen) UID %d)\r\n", i, i * 7);
		squeeze(server, buf_str(&line), &wire);
		buf_add(&said, buf_str(&line));
		buf_done(&line);
	}
	cr_assert(wire.len < said.len);
	for (size_t cut = 0; cut <= wire.len; cut++) {
		struct net_deflate *d = net_deflate_new(str_first(buf_str(&wire), cut));
		struct buf got = {0};
		cr_assert(net_deflate_read(d, 100000, &got));
		cr_assert_not(net_deflate_has_more(d), "cut at %zu", cut);
		buf_add(net_deflate_in(d), str_skip(buf_str(&wire), cut));
		while (net_deflate_has_more(d))
			cr_assert(net_deflate_read(d, 50, &got));
		cr_assert(str_equal(buf_str(&got), buf_str(&said)), "cut at %zu", cut);
		net_deflate_free(d);
		buf_done(&got);
	}
	net_deflate_free(server);
	buf_done(&wire);
	buf_done(&said);
}

Test(net_deflate, a_bomb_comes_out_no_faster_than_it_is_read)
{
	enum { BOMB = 8 << 20, PIECE = 1000 };
	struct net_deflate *server = net_deflate_new(STR(""));
	struct buf zeros = {0}, wire = {0}, got = {0};
	buf_reserve(&zeros, BOMB);
	memset(zeros.data, 0, BOMB);
	zeros.len = BOMB;
	squeeze(server, buf_str(&zeros), &wire);
	cr_assert(wire.len < BOMB / 500);
	struct net_deflate *d = net_deflate_new(buf_str(&wire));
	cr_assert(net_deflate_read(d, PIECE, &got));
	cr_assert_eq(got.len, PIECE);
	cr_assert(net_deflate_has_more(d));
	size_t total = got.len;
	while (net_deflate_has_more(d)) {
		buf_clear(&got);
		cr_assert(net_deflate_read(d, 1 << 16, &got));
		cr_assert(got.len <= 1 << 16);
		total += got.len;
	}
	cr_assert_eq(total, BOMB);
	net_deflate_free(d);
	net_deflate_free(server);
	buf_done(&zeros);
	buf_done(&wire);
	buf_done(&got);
}

Test(net_deflate, what_is_not_deflate_is_refused)
{
	struct buf got = {0};
	struct net_deflate *d = net_deflate_new(STR("* OK in clear\r\n"));
	cr_assert_not(net_deflate_read(d, 1000, &got));
	net_deflate_free(d);
	d = net_deflate_new(STR("\x03\x00")); /* an empty stream that ends */
	cr_assert(net_deflate_read(d, 1000, &got));
	cr_assert_eq(got.len, 0);
	cr_assert(net_deflate_is_over(d));
	net_deflate_free(d);
	buf_done(&got);
}

static void wait_for(struct net_conn *c)
{
	struct pollfd fds[NET_POLL_MAX];
	int64_t deadline = clock_monotonic_ms() + 5000;
	size_t count = net_poll(c, false, fds, &deadline);
	poll(fds, count, 5000);
}

/* Both ends of a connection in clear. */
static struct net_conn *connected_pair(struct net *net, int *server)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_eq(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	cr_assert_eq(listen(listener, 1), 0);
	getsockname(listener, (struct sockaddr *)&at, &size);
	struct net_target target = {
		.host = "127.0.0.1", .port = ntohs(at.sin_port), .security = NET_PLAIN};
	struct net_conn *c = net_connect(net, &target);
	struct error err = {0};
	while (net_state(c) != NET_OPEN) {
		cr_assert(net_step(c, clock_monotonic_ms(), &err), "%s", err.detail);
		if (net_state(c) != NET_OPEN)
			wait_for(c);
	}
	*server = accept(listener, NULL, NULL);
	close(listener);
	return c;
}

static enum net_io read_some(struct net_conn *c, size_t max, struct buf *out, struct error *err)
{
	enum net_io io;
	while ((io = net_read(c, max, out, err)) == NET_IO_WAIT)
		wait_for(c);
	return io;
}

Test(net_deflate, a_connection_changes_over_at_the_very_byte)
{
	int fd;
	struct net *net = net_new(NULL);
	struct net_conn *c = connected_pair(net, &fd);
	struct net_deflate *server = net_deflate_new(STR(""));
	struct buf wire = {0}, got = {0};
	struct error err = {0};
	buf_add(&wire, STR("a OK\r\n"));
	squeeze(server, STR("* OK small\r\n"), &wire);
	cr_assert_eq(write(fd, wire.data, wire.len), (ssize_t)wire.len);
	cr_assert_eq(read_some(c, 10, &got, &err), NET_IO_BYTES);
	cr_assert(net_start_deflate(c, str_skip(buf_str(&got), 6), &err), "%s", err.detail);
	cr_assert_not(net_start_deflate(c, STR(""), &err), "but once");
	buf_clear(&got);
	cr_assert(net_has_buffered(c));
	while (got.len < 12)
		cr_assert_eq(read_some(c, 5, &got, &err), NET_IO_BYTES);
	cr_assert_str_eq(buf_text(&got), "* OK small\r\n");
	cr_assert_not(net_has_buffered(c));

	size_t written;
	cr_assert_eq(net_write(c, STR("b NOOP\r\n"), &written, &err), NET_IO_BYTES);
	cr_assert_eq(written, 8);
	char piece[100];
	ssize_t n = read(fd, piece, sizeof(piece));
	cr_assert(n > 0);
	buf_add_bytes(net_deflate_in(server), piece, (size_t)n);
	buf_clear(&got);
	cr_assert(net_deflate_read(server, 1000, &got));
	cr_assert_str_eq(buf_text(&got), "b NOOP\r\n", "a flight is flushed");

	struct net_counts counts;
	net_counts(c, &counts);
	cr_assert_eq(counts.bytes_down, 6 + 12, "of the protocol, before compression");
	cr_assert_eq(counts.bytes_up, 8);
	cr_assert_eq(counts.socket_down, wire.len);
	cr_assert_eq(counts.socket_up, (uint64_t)n);
	close(fd);
	cr_assert_eq(read_some(c, 5, &got, &err), NET_IO_CLOSED);
	net_close(c);
	net_free(net);
	net_deflate_free(server);
	buf_done(&wire);
	buf_done(&got);
}

Test(net_deflate, what_did_not_go_out_goes_out_with_later_steps, .timeout = 30)
{
	enum { MUCH = 1 << 20 };
	int fd;
	struct net *net = net_new(NULL);
	struct net_conn *c = connected_pair(net, &fd);
	struct net_deflate *server = net_deflate_new(STR(""));
	struct buf noise = {0}, got = {0};
	struct error err = {0};
	srand(7);
	for (int i = 0; i < MUCH; i++)
		buf_add_char(&noise, (char)(rand() >> 7));
	cr_assert(net_start_deflate(c, STR(""), &err));
	int small = 8192;
	setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	size_t sent = 0;
	bool has_waited = false;
	char piece[65536];
	while (got.len < noise.len) {
		size_t written;
		enum net_io io = net_write(c, str_skip(buf_str(&noise), sent), &written, &err);
		cr_assert_neq(io, NET_IO_ERROR, "%s", err.detail);
		sent += written;
		has_waited = has_waited || io == NET_IO_WAIT;
		if (io == NET_IO_BYTES && sent < noise.len)
			continue;
		struct pollfd fds[NET_POLL_MAX + 1];
		int64_t deadline = 0;
		size_t count = net_poll(c, sent < noise.len, fds, &deadline);
		fds[count] = (struct pollfd){.fd = fd, .events = POLLIN};
		cr_assert(poll(fds, count + 1, 5000) > 0);
		cr_assert(net_step(c, 0, &err), "%s", err.detail);
		ssize_t n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);
		if (n <= 0)
			continue;
		buf_add_bytes(net_deflate_in(server), piece, (size_t)n);
		cr_assert(net_deflate_read(server, MUCH, &got));
	}
	cr_assert(has_waited, "the socket was full once");
	cr_assert(str_equal(buf_str(&got), buf_str(&noise)));
	close(fd);
	net_close(c);
	net_free(net);
	net_deflate_free(server);
	buf_done(&noise);
	buf_done(&got);
}
