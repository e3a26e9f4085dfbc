/*
 * usage: bound PORT CA_FILE USER PASSWORD FOLDER [--screen ROWS]
 *
 * The bound: what a client would take that asks a server on localhost (TLS) for the headers Rowan
 * asks for and throws the answers away. With --screen only the last ROWS messages.
 *
 * Prints a line of JSON, milliseconds since it began: connected, logged_in, selected, first_row,
 * all; rows and bytes that came; cpu: its own seconds of processor.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include "engine/sync_header.h" /* which items Rowan asks for */

struct bound {
	SSL *tls;
	int64_t began;
	double first_row; /* milliseconds; 0 is never */
	uint64_t bytes, rows, exists;
	char line[4096]; /* the start of the line that is coming in */
	size_t line_len;
	uint64_t literal; /* bytes of it that are still to come */
};

static void die(const char *what)
{
	fprintf(stderr, "bound: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static double since(const struct bound *b)
{
	return (double)(now_us() - b->began) / 1000;
}

static int open_socket(unsigned port)
{
	struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int on = 1, file = socket(AF_INET, SOCK_STREAM, 0);
	where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (file < 0 || connect(file, (struct sockaddr *)&where, sizeof(where)) < 0)
		die("cannot connect");
	setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return file;
}

static void open_tls(struct bound *b, int file, const char *ca_file)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	if (context == NULL || SSL_CTX_load_verify_locations(context, ca_file, NULL) != 1)
		die("cannot read the certificate");
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	b->tls = SSL_new(context);
	SSL_CTX_free(context);
	if (b->tls == NULL || SSL_set_fd(b->tls, file) != 1 || SSL_connect(b->tls) != 1)
		die("no TLS");
}

static void take_line(struct bound *b)
{
	unsigned long long number;
	if (b->line[0] != '*')
		return;
	if (sscanf(b->line, "* %llu EXISTS", &number) == 1 && strstr(b->line, " EXISTS") != NULL)
		b->exists = number;
	else if (sscanf(b->line, "* %llu", &number) == 1 && strstr(b->line, " FETCH (") != NULL) {
		if (b->rows++ == 0)
			b->first_row = since(b);
	}
}

/* Lines and literals: true when the line that begins with `until` ended. */
static bool take(struct bound *b, const char *bytes, size_t len, const char *until)
{
	bool is_over = false;
	for (size_t i = 0; i < len;) {
		if (b->literal > 0) {
			size_t skip = b->literal < len - i ? (size_t)b->literal : len - i;
			b->literal -= skip;
			i += skip;
			continue;
		}
		const char *end = memchr(bytes + i, '\n', len - i);
		size_t piece = end != NULL ? (size_t)(end - (bytes + i)) + 1 : len - i;
		size_t room = sizeof(b->line) - 1 - b->line_len;
		size_t kept = piece < room ? piece : room;
		memcpy(b->line + b->line_len, bytes + i, kept);
		b->line_len += kept;
		i += piece;
		if (end == NULL)
			continue;
		b->line[b->line_len] = '\0';
		char *brace = strrchr(b->line, '{');
		if (b->line_len > 3 && strcmp(b->line + b->line_len - 3, "}\r\n") == 0 &&
			brace != NULL)
			b->literal = strtoull(brace + 1, NULL, 10);
		take_line(b);
		if (strncmp(b->line, until, strlen(until)) == 0)
			is_over = true;
		b->line_len = 0;
	}
	return is_over;
}

static double wait_for(struct bound *b, const char *until)
{
	static char bytes[1 << 16];
	bool is_over = false;
	while (!is_over) {
		int len = SSL_read(b->tls, bytes, sizeof(bytes));
		if (len <= 0)
			die("the server closed the connection");
		b->bytes += (uint64_t)len;
		is_over = take(b, bytes, (size_t)len, until);
	}
	return since(b);
}

static void ask(struct bound *b, const char *command)
{
	if (SSL_write(b->tls, command, (int)strlen(command)) <= 0)
		die("the server closed the connection");
}

static double processor(void)
{
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
	struct bound b = {.began = now_us()};
	char command[1024];
	bool is_screen = argc == 8 && strcmp(argv[6], "--screen") == 0;
	if (argc != 6 && !is_screen) {
		fprintf(stderr, "usage: bound PORT CA_FILE USER PASSWORD FOLDER [--screen ROWS]\n");
		return 2;
	}
	open_tls(&b, open_socket((unsigned)atoi(argv[1])), argv[2]);
	double connected = wait_for(&b, "* OK");
	snprintf(command, sizeof(command), "1 LOGIN %s %s\r\n", argv[3], argv[4]);
	ask(&b, command);
	double logged_in = wait_for(&b, "1 OK");
	snprintf(command, sizeof(command), "2 ENABLE QRESYNC\r\n3 SELECT %s\r\n", argv[5]);
	ask(&b, command);
	double selected = wait_for(&b, "3 OK");
	uint64_t rows = is_screen ? strtoull(argv[7], NULL, 10) : b.exists;
	uint64_t first = b.exists > rows ? b.exists - rows + 1 : 1;
	if (is_screen)
		snprintf(command, sizeof(command),
			"4 FETCH %llu:* " SYNC_HEADER_ITEMS_CONDSTORE "\r\n",
			(unsigned long long)first);
	else
		snprintf(command, sizeof(command),
			"4 UID FETCH 1:* " SYNC_HEADER_ITEMS_CONDSTORE "\r\n");
	ask(&b, command);
	double all = wait_for(&b, "4 OK");
	printf("{\"connected\":%.3f,\"logged_in\":%.3f,\"selected\":%.3f,\"first_row\":%.3f,"
	       "\"all\":%.3f,\"rows\":%llu,\"bytes\":%llu,\"cpu\":%.3f}\n",
		connected, logged_in, selected, b.first_row, all, (unsigned long long)b.rows,
		(unsigned long long)b.bytes, processor());
	ask(&b, "5 LOGOUT\r\n");
	SSL_free(b.tls);
	return 0;
}
