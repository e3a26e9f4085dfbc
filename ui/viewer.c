/* Starting programs. */
#include "ui/viewer.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { VIEWER_LOOK_MS = 5 };

static void viewer_streams(posix_spawn_file_actions_t *files, const struct viewer_streams *streams)
{
	const char *input = streams->input != NULL ? streams->input : "/dev/null";
	const char *output = streams->output != NULL ? streams->output : "/dev/null";
	int make = streams->output != NULL ? O_CREAT | O_TRUNC : 0;
	if (streams->input != NULL || !streams->on_terminal)
		posix_spawn_file_actions_addopen(files, 0, input, O_RDONLY, 0);
	if (streams->output != NULL || !streams->on_terminal) {
		posix_spawn_file_actions_addopen(files, 1, output, O_WRONLY | make, 0600);
		posix_spawn_file_actions_adddup2(files, 1, 2);
	}
}

/* On the terminal ^Z stays ignored, as it is here meanwhile: nobody would wake it. */
static void viewer_signals(posix_spawnattr_t *attributes, bool on_terminal)
{
	sigset_t none, usual;
	sigemptyset(&none);
	sigfillset(&usual);
	if (on_terminal)
		sigdelset(&usual, SIGTSTP);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &usual);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setflags(
		attributes, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
				    (on_terminal ? 0 : POSIX_SPAWN_SETPGROUP)));
}

pid_t viewer_start(const struct argv *argv, const struct viewer_streams *streams)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	pid_t pid = 0;
	if (argv->count == 0) {
		errno = EINVAL;
		return 0;
	}
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	viewer_streams(&files, streams);
	viewer_signals(&attributes, streams->on_terminal);
	errno = posix_spawnp(&pid, argv->words[0], &files, &attributes, argv->words, environ);
	int code = errno;
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	errno = code;
	return code == 0 ? pid : 0;
}

static int viewer_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool viewer_is_over(pid_t pid, int *status)
{
	int raw = 0;
	pid_t got = waitpid(pid, &raw, WNOHANG);
	if (got == 0 || (got < 0 && errno == EINTR))
		return false;
	*status = got == pid ? viewer_status(raw) : 0;
	return true;
}

int viewer_wait(pid_t pid, int milliseconds)
{
	int64_t end = clock_monotonic_ms() + milliseconds;
	const struct timespec look = {0, VIEWER_LOOK_MS * 1000000L};
	int status = 0;
	if (milliseconds < 0) {
		int raw = 0;
		while (waitpid(pid, &raw, 0) < 0 && errno == EINTR)
			;
		return viewer_status(raw);
	}
	while (!viewer_is_over(pid, &status)) {
		if (clock_monotonic_ms() >= end) {
			kill(-pid, SIGKILL);
			waitpid(pid, NULL, 0);
			return -1;
		}
		nanosleep(&look, NULL);
	}
	return status;
}
