/*
 * A submission server on loopback for the tests: takes one connection after the other until it is
 * ended, and keeps each mail as a file.
 *
 *	smtp_sink PORT FOLDER [no-ehlo] [no-pipelining] [no-chunking] [no-8bitmime]
 *		[maildirs=FOLDER] [auth=USER:PASSWORD] [refuse=ADDRESS:CODE] [end=CODE[:TIMES]]
 *[size=BYTES] [cut=BYTES]
 *
 * PORT 0: any; the port is printed as the first line. cut: the first connection is closed after so
 * many bytes came in. maildirs: it brings the mail to FOLDER/USER instead, and takes any number of
 * connections at once: the relay behind a Dovecot whose mail lies there.
 */
#include "tests/server/smtp_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static char *second(char *text)
{
	char *colon = strchr(text, ':');
	if (colon == NULL)
		return NULL;
	*colon = '\0';
	return colon + 1;
}

static bool option(struct smtp_peer_options *o, size_t *cut, char *word)
{
	char *value = strchr(word, '=');
	if (value != NULL)
		*value++ = '\0';
	if (value != NULL && strcmp(word, "maildirs") == 0)
		o->maildirs = value;
	else if (strcmp(word, "no-ehlo") == 0)
		o->no_ehlo = true;
	else if (strcmp(word, "no-pipelining") == 0)
		o->no_pipelining = true;
	else if (strcmp(word, "no-chunking") == 0)
		o->no_chunking = true;
	else if (strcmp(word, "no-8bitmime") == 0)
		o->no_8bitmime = true;
	else if (value == NULL)
		return false;
	else if (strcmp(word, "auth") == 0) {
		o->password = second(value);
		o->user = value;
	} else if (strcmp(word, "refuse") == 0) {
		char *code = second(value);
		o->refused_code = code != NULL ? (unsigned)atoi(code) : 550;
		o->refused = value;
	} else if (strcmp(word, "end") == 0) {
		char *times = second(value);
		o->end_times = times != NULL ? (unsigned)atoi(times) : 1000000;
		o->end_code = (unsigned)atoi(value);
	} else if (strcmp(word, "size") == 0)
		o->size_max = strtoull(value, NULL, 10);
	else if (strcmp(word, "cut") == 0)
		*cut = strtoull(value, NULL, 10);
	else
		return false;
	return true;
}

static bool flush(struct smtp_peer *peer, int fd)
{
	while (peer->out.len > 0) {
		ssize_t n = write(fd, peer->out.data, peer->out.len);
		if (n <= 0)
			return false;
		buf_consume(&peer->out, (size_t)n);
	}
	return !peer->is_over;
}

static void serve(struct smtp_peer *peer, int fd, size_t cut)
{
	char bytes[4096];
	size_t total = 0;
	smtp_peer_start(peer);
	while (flush(peer, fd)) {
		size_t room = cut - total < sizeof(bytes) ? cut - total : sizeof(bytes);
		ssize_t n = room > 0 ? read(fd, bytes, room) : 0;
		if (n <= 0)
			break;
		total += (size_t)n;
		smtp_peer_feed(peer, str_make(bytes, (size_t)n));
		if (total == cut)
			break;
	}
}

int main(int argc, char **argv)
{
	struct smtp_peer peer = {0};
	size_t cut = SIZE_MAX;
	if (argc < 3)
		return 2;
	peer.options.folder = argv[2];
	for (int i = 3; i < argc; i++)
		if (!option(&peer.options, &cut, argv[i])) {
			fprintf(stderr, "smtp_sink: unknown option %s\n", argv[i]);
			return 2;
		}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
	socklen_t length = sizeof(address);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	union {
		struct sockaddr_in in;
		struct sockaddr any;
	} name = {.in = address};
	if (bind(fd, &name.any, length) != 0 || listen(fd, 8) != 0 ||
		getsockname(fd, &name.any, &length) != 0) {
		perror("smtp_sink");
		return 1;
	}
	printf("%u\n", (unsigned)ntohs(name.in.sin_port));
	fflush(stdout);
	for (;;) {
		int conn = accept(fd, NULL, NULL);
		if (conn < 0)
			return 1;
		if (peer.options.maildirs == NULL) {
			serve(&peer, conn, cut);
		} else if (fork() == 0) {
			serve(&peer, conn, cut);
			smtp_peer_done(&peer);
			return 0;
		}
		close(conn);
		cut = SIZE_MAX;
	}
}
