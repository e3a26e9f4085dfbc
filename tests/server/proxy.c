/*
 * usage: proxy LISTENPORT TARGETPORT [--delay MS] [--count FILE] [--cut-up N] [--cut-down N]
 *              [--stall-up N] [--stall-down N] [--conn K]
 *
 * A TCP proxy on 127.0.0.1 for tests and benches: the witness from outside of what a connection
 * costs. It prints the port it listens on (LISTENPORT 0: the system picks) and runs until SIGTERM.
 *
 *	--delay MS      every byte, and every end of file, arrives MS later, in each direction. The
 *	                handshake of TCP itself is the system's and is not delayed
 *	--count FILE    appends a line of JSON when a connection ends, for those still open at
 *	                SIGTERM or SIGINT, and, marked "open", at each SIGUSR1
 *	--cut-up N      closes both sides once exactly N bytes went to the server; --cut-down: to
 *the client. 0 closes at once
 *	--stall-up N    after N bytes nothing more goes to the server, and the connection stays
 *open;
 *	                --stall-down: to the client
 *	--conn K        cuts and stalls are for the K-th connection alone (from 1); --cut-conn is
 *the same
 *
 * JSON: conn; up, down: bytes that were passed on; turns: how often bytes reached the client after
 * it had sent some; segments_up, segments_down: pieces as they were read; start_ms, first_down_ms,
 * last_down_ms, end_ms: since the proxy began, -1 for never; end: why.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 65536, QUEUE_MAX = 64 << 20, LINKS_MAX = 500 };

struct chunk {
	struct chunk *next;
	int64_t due; /* microseconds */
	size_t len, done;
	char data[];
};

/* One direction. */
struct flow {
	int from, to;
	struct chunk *first, *last;
	size_t queued;
	int64_t passed, cut, stall; /* bytes; cut and stall -1: never */
	long segments;
	bool has_read_end, has_sent_end;
	bool is_blocked; /* `to` takes nothing at the moment */
};

struct link {
	int number;
	struct flow up, down;
	bool has_sent; /* the client, since something reached it */
	long turns;
	int64_t start, first_down, last_down;
	const char *end; /* why; NULL while open */
};

struct proxy {
	int listener;
	uint16_t target;
	int64_t delay, began;
	int64_t cut_up, cut_down, stall_up, stall_down;
	int only; /* 0: all connections */
	FILE *count;
	int accepted;
	struct link *links[LINKS_MAX]; /* owned */
	int link_count;
};

static volatile sig_atomic_t wants_end, wants_report;

static void on_signal(int number)
{
	if (number == SIGUSR1)
		wants_report = 1;
	else
		wants_end = 1;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static double since_ms(const struct proxy *p, int64_t when)
{
	return when < 0 ? -1 : (double)(when - p->began) / 1000;
}

static void report(struct proxy *p, const struct link *l)
{
	if (p->count == NULL)
		return;
	fprintf(p->count,
		"{\"conn\":%d,\"up\":%lld,\"down\":%lld,\"turns\":%ld,\"segments_up\":%ld,"
		"\"segments_down\":%ld,\"start_ms\":%.3f,\"first_down_ms\":%.3f,"
		"\"last_down_ms\":%.3f,\"end_ms\":%.3f,\"end\":\"%s\"}\n",
		l->number, (long long)l->up.passed, (long long)l->down.passed, l->turns,
		l->up.segments, l->down.segments, since_ms(p, l->start), since_ms(p, l->first_down),
		since_ms(p, l->last_down), since_ms(p, now_us()), l->end != NULL ? l->end : "open");
	fflush(p->count);
}

/* ---- One direction ---- */

static struct chunk *chunk_new(const char *data, size_t len, int64_t due)
{
	struct chunk *c = malloc(sizeof(*c) + len);
	if (c == NULL)
		die("proxy");
	*c = (struct chunk){.due = due, .len = len};
	memcpy(c->data, data, len);
	return c;
}

static void flow_push(struct flow *f, struct chunk *c)
{
	if (f->last != NULL)
		f->last->next = c;
	else
		f->first = c;
	f->last = c;
	f->queued += c->len;
}

static void flow_pop(struct flow *f)
{
	struct chunk *c = f->first;
	f->first = c->next;
	if (f->first == NULL)
		f->last = NULL;
	f->queued -= c->len;
	free(c);
}

/* Takes what there is; an empty chunk is the end of the file. Whether bytes came. */
static bool flow_read(struct flow *f, int64_t due)
{
	char data[PIECE];
	ssize_t n = recv(f->from, data, sizeof(data), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	f->has_read_end = n <= 0;
	f->segments += n > 0;
	flow_push(f, chunk_new(data, n > 0 ? (size_t)n : 0, due));
	return n > 0;
}

static bool flow_is_cut(const struct flow *f)
{
	return f->cut >= 0 && f->passed >= f->cut;
}

static bool flow_is_stalled(const struct flow *f)
{
	return f->stall >= 0 && f->passed >= f->stall;
}

/* How much of the first chunk may go. */
static size_t flow_room(const struct flow *f)
{
	int64_t room = (int64_t)(f->first->len - f->first->done);
	if (f->cut >= 0 && f->cut - f->passed < room)
		room = f->cut - f->passed;
	if (f->stall >= 0 && f->stall - f->passed < room)
		room = f->stall - f->passed;
	return (size_t)room;
}

static bool flow_has_due(const struct flow *f, int64_t now)
{
	return f->first != NULL && f->first->due <= now && !f->is_blocked && !flow_is_stalled(f) &&
	       !flow_is_cut(f);
}

/* Sends what is due. False: the other side is gone. */
static bool flow_send(struct flow *f, int64_t now)
{
	while (flow_has_due(f, now)) {
		struct chunk *c = f->first;
		if (c->len == 0) {
			f->has_sent_end = true;
			shutdown(f->to, SHUT_WR);
			flow_pop(f);
			continue;
		}
		ssize_t n = send(f->to, c->data + c->done, flow_room(f), MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		f->is_blocked = n < 0;
		if (n < 0)
			return true;
		c->done += (size_t)n;
		f->passed += n;
		if (c->done == c->len)
			flow_pop(f);
	}
	return true;
}

/* ---- One connection ---- */

static void set_options(int fd)
{
	int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A target that refuses is seen by the first read. */
static int connect_target(const struct proxy *p)
{
	struct sockaddr_in at = loopback(p->target);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		die("socket");
	set_options(fd);
	(void)!connect(fd, (struct sockaddr *)&at, sizeof(at));
	return fd;
}

static void link_new(struct proxy *p, int client)
{
	struct link *l = calloc(1, sizeof(*l));
	if (l == NULL)
		die("proxy");
	set_options(client);
	int server = connect_target(p);
	l->number = ++p->accepted;
	bool is_meant = p->only == 0 || p->only == l->number;
	l->up = (struct flow){.from = client,
		.to = server,
		.cut = is_meant ? p->cut_up : -1,
		.stall = is_meant ? p->stall_up : -1};
	l->down = (struct flow){.from = server,
		.to = client,
		.cut = is_meant ? p->cut_down : -1,
		.stall = is_meant ? p->stall_down : -1};
	l->start = now_us();
	l->first_down = l->last_down = -1;
	p->links[p->link_count++] = l;
}

/* Unread bytes would make the close a reset, and that could cost the peer what it was sent. */
static void close_read(int fd)
{
	char data[PIECE];
	shutdown(fd, SHUT_WR);
	while (recv(fd, data, sizeof(data), 0) > 0)
		continue;
	close(fd);
}

static void link_free(struct proxy *p, struct link *l)
{
	report(p, l);
	close_read(l->up.from);
	close_read(l->up.to);
	while (l->up.first != NULL)
		flow_pop(&l->up);
	while (l->down.first != NULL)
		flow_pop(&l->down);
	free(l);
}

static void link_send(struct link *l, int64_t now)
{
	int64_t before = l->down.passed;
	if (!flow_send(&l->up, now))
		l->end = "server gone";
	if (!flow_send(&l->down, now))
		l->end = "client gone";
	if (l->down.passed > before) {
		l->turns += l->has_sent;
		l->has_sent = false;
		l->last_down = now;
		if (l->first_down < 0)
			l->first_down = now;
	}
	if (flow_is_cut(&l->up) || flow_is_cut(&l->down))
		l->end = "cut";
	else if (l->up.has_sent_end && l->down.has_sent_end)
		l->end = "closed";
}

/* ---- All of them ---- */

static bool wants_read(const struct flow *f)
{
	return !f->has_read_end && f->queued < QUEUE_MAX;
}

/* A descriptor that waits for nothing is left out, or its hang-up would wake us for ever. */
static struct pollfd flow_fd(const struct flow *from, const struct flow *to)
{
	short events = (short)((wants_read(from) ? POLLIN : 0) | (to->is_blocked ? POLLOUT : 0));
	return (struct pollfd){.fd = events != 0 ? from->from : -1, .events = events};
}

static int64_t flow_due(const struct flow *f, int64_t due)
{
	bool waits = f->first != NULL && !f->is_blocked && !flow_is_stalled(f);
	return waits && f->first->due < due ? f->first->due : due;
}

static void wait_for(struct proxy *p, struct pollfd *fds, const sigset_t *unblocked)
{
	int64_t due = INT64_MAX;
	fds[0] = (struct pollfd){.fd = p->listener, .events = POLLIN};
	if (p->link_count == LINKS_MAX)
		fds[0].fd = -1;
	for (int i = 0; i < p->link_count; i++) {
		const struct link *l = p->links[i];
		fds[1 + 2 * i] = flow_fd(&l->up, &l->down);
		fds[2 + 2 * i] = flow_fd(&l->down, &l->up);
		due = flow_due(&l->down, flow_due(&l->up, due));
	}
	int64_t left = due - now_us();
	if (left < 0)
		left = 0;
	struct timespec t = {
		.tv_sec = (time_t)(left / 1000000), .tv_nsec = (long)(left % 1000000) * 1000};
	if (ppoll(fds, (nfds_t)(1 + 2 * p->link_count), due == INT64_MAX ? NULL : &t, unblocked) <
		0) {
		for (int i = 0; i < 1 + 2 * p->link_count; i++)
			fds[i].revents = 0;
	}
}

static void link_step(struct proxy *p, struct link *l, const struct pollfd *fds)
{
	int64_t now = now_us();
	if (fds[0].revents & POLLOUT)
		l->down.is_blocked = false;
	if (fds[1].revents & POLLOUT)
		l->up.is_blocked = false;
	if (fds[0].revents != 0 && wants_read(&l->up) && flow_read(&l->up, now + p->delay))
		l->has_sent = true;
	if (fds[1].revents != 0 && wants_read(&l->down))
		flow_read(&l->down, now + p->delay);
	link_send(l, now);
}

static void step_all(struct proxy *p, const struct pollfd *fds)
{
	int kept = 0;
	int count = p->link_count;
	for (int i = 0; i < count; i++) {
		struct link *l = p->links[i];
		link_step(p, l, &fds[1 + 2 * i]);
		if (l->end != NULL)
			link_free(p, l);
		else
			p->links[kept++] = l;
	}
	p->link_count = kept;
	if (fds[0].revents & POLLIN) {
		int client = accept(p->listener, NULL, NULL);
		if (client >= 0)
			link_new(p, client);
	}
}

static void run(struct proxy *p, const sigset_t *unblocked)
{
	static struct pollfd fds[1 + 2 * LINKS_MAX];
	while (!wants_end) {
		wait_for(p, fds, unblocked);
		step_all(p, fds);
		if (wants_report) {
			wants_report = 0;
			for (int i = 0; i < p->link_count; i++)
				report(p, p->links[i]);
		}
	}
	for (int i = 0; i < p->link_count; i++) {
		p->links[i]->end = "proxy ended";
		link_free(p, p->links[i]);
	}
}

static void listen_on(struct proxy *p, uint16_t port)
{
	struct sockaddr_in at = loopback(port);
	socklen_t size = sizeof(at);
	int on = 1;
	p->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (p->listener < 0)
		die("socket");
	setsockopt(p->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	fcntl(p->listener, F_SETFL, O_NONBLOCK);
	fcntl(p->listener, F_SETFD, FD_CLOEXEC);
	if (bind(p->listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
		listen(p->listener, 100) != 0 ||
		getsockname(p->listener, (struct sockaddr *)&at, &size) != 0)
		die("listen");
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
}

static int64_t number(const char *text, int64_t max)
{
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < 0 || value > max) {
		fprintf(stderr, "proxy: %s is not a number that fits\n", text);
		exit(2);
	}
	return value;
}

static void set_option(struct proxy *p, const char *name, const char *value)
{
	const struct {
		const char *name;
		int64_t *at;
	} numbers[] = {
		{"--cut-up", &p->cut_up},
		{"--cut-down", &p->cut_down},
		{"--stall-up", &p->stall_up},
		{"--stall-down", &p->stall_down},
		{"--delay", &p->delay},
	};
	if (strcmp(name, "--count") == 0) {
		p->count = fopen(value, "a");
		if (p->count == NULL)
			die(value);
		return;
	}
	if (strcmp(name, "--conn") == 0 || strcmp(name, "--cut-conn") == 0) {
		p->only = (int)number(value, INT32_MAX);
		return;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(name, numbers[i].name) == 0) {
			*numbers[i].at = number(value, INT64_MAX / 2000);
			return;
		}
	}
	fprintf(stderr, "proxy: no such option: %s\n", name);
	exit(2);
}

/* Signals come only while we wait, so none is missed between a look at the flags and the wait. */
static void catch_signals(sigset_t *unblocked)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t ours;
	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGUSR1);
	sigprocmask(SIG_BLOCK, &ours, unblocked);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
}

int main(int argc, char **argv)
{
	struct proxy p = {
		.cut_up = -1, .cut_down = -1, .stall_up = -1, .stall_down = -1, .began = now_us()};
	if (argc < 3 || argc % 2 == 0) {
		fprintf(stderr, "usage: proxy LISTENPORT TARGETPORT [--delay MS] [--count FILE] "
				"[--cut-up N] [--cut-down N] [--stall-up N] [--stall-down N] "
				"[--conn K]\n");
		return 2;
	}
	for (int i = 3; i + 1 < argc; i += 2)
		set_option(&p, argv[i], argv[i + 1]);
	p.delay *= 1000;
	p.target = (uint16_t)number(argv[2], UINT16_MAX);
	sigset_t unblocked;
	catch_signals(&unblocked);
	listen_on(&p, (uint16_t)number(argv[1], UINT16_MAX));
	run(&p, &unblocked);
	if (p.count != NULL)
		fclose(p.count);
	close(p.listener);
	return 0;
}
