/* Runs a line of the user's settings and gives what it prints. */
#include "engine/command.h"

#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* posix_spawn's arguments are not const, and it changes none of them. */
static char *command_word(const char *word)
{
	union {
		const char *given;
		char *taken;
	} text = {word};
	return text.taken;
}

static bool command_spawn(const char *const words[], int in, int out, int errors, pid_t *pid)
{
	size_t count = 0;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, defaults;
	while (words[count] != NULL)
		count++;
	char **argv = mem_new_array(count + 1, sizeof(*argv));
	for (size_t i = 0; i < count; i++)
		argv[i] = command_word(words[i]);
	sigemptyset(&none);
	sigfillset(&defaults);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_adddup2(&files, errors, 2);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes,
		POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	errno = posix_spawnp(pid, argv[0], &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	mem_free(argv);
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

static bool command_ended(pid_t pid, bool in_time, const char *line, const struct buf *errors,
	int *code, struct error *err)
{
	int status = 0;
	*code = -1;
	if (!in_time)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!in_time)
		return error_set(err, ERROR_INPUT, "the command did not end in time: %s", line);
	if (WIFEXITED(status))
		*code = WEXITSTATUS(status);
	if (*code == 0)
		return true;
	return error_set(err, ERROR_INPUT, "the command failed: %s%s%s", line,
		errors->len > 0 ? ": " : "", buf_text(errors));
}

/* Standard input with all of it: short enough for a pipe, or nothing. */
static int command_input(struct str input)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC) != 0)
		return -1;
	bool ok = write(fds[1], input.data, input.len) == (ssize_t)input.len;
	close(fds[1]);
	if (ok)
		return fds[0];
	close(fds[0]);
	return -1;
}

static void command_close(const int fds[5])
{
	for (int i = 0; i < 5; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

bool command_run_on(const char *const words[], int input, size_t max, int64_t time_ms,
	struct buf *out, int *code, struct error *err)
{
	int fds[5] = {-1, -1, -1, -1, -1}; /* out, out, errors, errors, in */
	struct buf errors = {0};
	const char *name = words[0];
	pid_t pid = 0;
	*code = -1;
	fds[4] = input;
	if (fds[4] < 0 || pipe2(fds, O_CLOEXEC) != 0 || pipe2(fds + 2, O_CLOEXEC) != 0) {
		error_errno(err, ERROR_STORAGE, "%s", name);
		command_close(fds);
		return false;
	}
	bool ok = command_spawn(words, fds[4], fds[1], fds[3], &pid);
	if (!ok) {
		error_errno(err, ERROR_INPUT, "%s", name);
		*code = 127; /* as sh says it: it never ran */
	}
	close(fds[1]);
	close(fds[3]);
	fds[1] = fds[3] = -1;
	if (ok) {
		bool in_time = command_gather(fds[0], fds[2], max, time_ms, out, &errors);
		ok = command_ended(pid, in_time, name, &errors, code, err);
	}
	command_close(fds);
	buf_done(&errors);
	return ok;
}

bool command_run(const char *const words[], struct str input, size_t max, int64_t time_ms,
	struct buf *out, struct error *err)
{
	int code;
	return command_run_on(words, command_input(input), max, time_ms, out, &code, err);
}

bool command_output(
	const char *line, size_t max, int64_t time_ms, struct buf *out, struct error *err)
{
	const char *const words[] = {"/bin/sh", "-c", line, NULL};
	struct error reason;
	if (command_run(words, STR(""), max, time_ms, out, &reason))
		return true;
	return error_set(err, ERROR_INPUT, "password-command: %s: %s", line, reason.detail);
}

bool command_exists(const char *name)
{
	struct str rest = str_from(getenv("PATH"));
	struct buf path = {0};
	bool found = false;
	while (!found && rest.len > 0) {
		struct str folder = str_cut(&rest, ':');
		buf_clear(&path);
		buf_addf(&path, "%.*s/%s", (int)folder.len, folder.data, name);
		found = access(buf_text(&path), X_OK) == 0;
	}
	buf_done(&path);
	return found;
}
