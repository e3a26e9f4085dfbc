/*
 * usage: timed COMMAND [ARGUMENTS]
 *
 * Runs the command, its output to nowhere, and prints "WALL CPU PEAK STATUS": milliseconds from
 * exec to its end, milliseconds of processor, kilobytes of peak resident memory, exit code.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double processor(const struct rusage *use)
{
	return (double)(use->ru_utime.tv_sec + use->ru_stime.tv_sec) * 1e3 +
	       (double)(use->ru_utime.tv_usec + use->ru_stime.tv_usec) / 1e3;
}

int main(int argc, char **argv)
{
	struct rusage use;
	int status = 0;
	if (argc < 2) {
		fprintf(stderr, "usage: timed COMMAND [ARGUMENTS]\n");
		return 2;
	}
	double began = now_ms();
	pid_t child = fork();
	if (child == 0) {
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &use) < 0) {
		perror("timed");
		return 1;
	}
	printf("%.3f %.3f %ld %d\n", now_ms() - began, processor(&use), use.ru_maxrss,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
