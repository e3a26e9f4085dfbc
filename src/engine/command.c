/* Runs a line of the user's settings and gives what it prints. */
#include "engine/command.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool command_spawn(const char *line, int out, int errors, pid_t *pid)
{
	char *argv[] = {(char[]){"/bin/sh"}, (char[]){"-c"}, NULL, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, defaults;
	union {
		const char *given;
		char *taken; /* posix_spawn does not change it */
	} text = {line};
	argv[2] = text.taken;
	sigemptyset(&none);
	sigfillset(&defaults);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_adddup2(&files, errors, 2);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes,
		POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	errno = posix_spawn(pid, argv[0], &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return errno == 0;
}

/* Reads a little; false at its end. Secrets may pass: the local copy is wiped by buf_wipe's
 * callers, and this one is overwritten. */
static bool command_read(int fd, size_t max, struct buf *out)
{
	char bytes[512];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	if (n > 0 && out->len + (size_t)n <= max)
		buf_add_bytes(out, bytes, (size_t)n);
	explicit_bzero(bytes, sizeof(bytes));
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

static bool command_gather(
	int out_fd, int error_fd, size_t max, int64_t time_ms, struct buf *out, struct buf *errors)
{
	struct pollfd fds[2] = {{out_fd, POLLIN, 0}, {error_fd, POLLIN, 0}};
	int64_t end = clock_monotonic_ms() + time_ms;
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int64_t left = end - clock_monotonic_ms();
		if (left <= 0)
			return false;
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return false;
		if (fds[0].fd >= 0 && fds[0].revents != 0 && !command_read(out_fd, max, out))
			fds[0].fd = -1;
		if (fds[1].fd >= 0 && fds[1].revents != 0 && !command_read(error_fd, 2000, errors))
			fds[1].fd = -1;
	}
	return true;
}

static bool command_ended(
	pid_t pid, bool in_time, const char *line, const struct buf *errors, struct error *err)
{
	int status = 0;
	if (!in_time)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!in_time)
		return error_set(err, ERROR_LOGIN, "the command did not end in time: %s", line);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return error_set(err, ERROR_LOGIN, "the command failed: %s%s%s", line,
		errors->len > 0 ? ": " : "", buf_text(errors));
}

bool command_output(
	const char *line, size_t max, int64_t time_ms, struct buf *out, struct error *err)
{
	int out_pipe[2], error_pipe[2];
	struct buf errors = {0};
	pid_t pid = 0;
	if (pipe2(out_pipe, O_CLOEXEC) != 0)
		return error_errno(err, ERROR_STORAGE, "%s", line);
	if (pipe2(error_pipe, O_CLOEXEC) != 0) {
		close(out_pipe[0]);
		close(out_pipe[1]);
		return error_errno(err, ERROR_STORAGE, "%s", line);
	}
	bool is_running = command_spawn(line, out_pipe[1], error_pipe[1], &pid);
	int number = errno;
	close(out_pipe[1]);
	close(error_pipe[1]);
	bool ok = false;
	if (is_running) {
		bool in_time =
			command_gather(out_pipe[0], error_pipe[0], max, time_ms, out, &errors);
		ok = command_ended(pid, in_time, line, &errors, err);
	} else {
		errno = number;
		error_errno(err, ERROR_LOGIN, "%s", line);
	}
	close(out_pipe[0]);
	close(error_pipe[0]);
	buf_done(&errors);
	return ok;
}
