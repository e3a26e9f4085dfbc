/*
 * usage: freeport COUNT
 * Prints COUNT free ports of 127.0.0.1, as the system picks them. All are held
 * until the last is known, so they differ. Somebody else may still take one
 * before the server does: whoever starts a server has to look and try again.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1;

	for (int i = 0; i < count; i++) {
		struct sockaddr_in at = {.sin_family = AF_INET};
		socklen_t size = sizeof at;
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
			getsockname(fd, (struct sockaddr *)&at, &size) != 0) {
			perror("freeport");
			return 1;
		}
		printf("%d\n", ntohs(at.sin_port));
	}
	return 0;
}
