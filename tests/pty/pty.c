/* A program in a pseudo-terminal. */
#include "tests/pty/pty.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

enum { PTY_TEST_FD = 9, ENV_MAX = 64 };

struct pty {
	pid_t pid;
	int fd, test_fd;
	int columns, rows;
	VTerm *vterm;
	VTermScreen *screen;
	struct termios before;
	struct buf output, line, dump;
	unsigned generation, taken, sent;
	bool is_alternate, shows_cursor, is_over, is_reaped;
	int status;
	char title[256];
};

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int pty_on_property(VTermProp property, VTermValue *value, void *context)
{
	struct pty *pty = context;
	if (property == VTERM_PROP_ALTSCREEN)
		pty->is_alternate = value->boolean != 0;
	if (property == VTERM_PROP_CURSORVISIBLE)
		pty->shows_cursor = value->boolean != 0;
	return 1;
}

static const VTermScreenCallbacks pty_callbacks = {.settermprop = pty_on_property};

static void pty_child(const char *const argv[], const char *const env[], int test_fd)
{
	static const char *const fixed[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", "TZ=UTC",
		"HOME=/nonexistent", "ROWAN_TEST_FD=9", "ROWAN_CLOCK=1795428000"};
	const char *path = getenv("PATH"), *asan = getenv("ASAN_OPTIONS");
	char *path_copy = mem_text(path), *asan_copy = mem_text(asan);
	clearenv();
	if (path_copy != NULL)
		setenv("PATH", path_copy, 1);
	if (asan_copy != NULL)
		setenv("ASAN_OPTIONS", asan_copy, 1);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		putenv(mem_text(fixed[i]));
	for (size_t i = 0; env != NULL && env[i] != NULL; i++)
		putenv(mem_text(env[i]));
	dup2(test_fd, PTY_TEST_FD);
	char *words[ENV_MAX + 1] = {0};
	for (size_t i = 0; i < ENV_MAX && argv[i] != NULL; i++)
		words[i] = mem_text(argv[i]);
	execv(words[0], words);
	_exit(127);
}

struct pty *pty_start(const char *const argv[], const char *const env[], int columns, int rows)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
	struct pty *pty = mem_new(sizeof(*pty));
	int told[2];
	if (pipe(told) != 0) {
		mem_free(pty);
		return NULL;
	}
	pty->pid = forkpty(&pty->fd, NULL, NULL, &size);
	if (pty->pid == 0)
		pty_child(argv, env, told[1]);
	close(told[1]);
	pty->test_fd = told[0];
	pty->columns = columns;
	pty->rows = rows;
	pty->shows_cursor = true;
	tcgetattr(pty->fd, &pty->before);
	fcntl(pty->fd, F_SETFL, O_NONBLOCK);
	fcntl(pty->test_fd, F_SETFL, O_NONBLOCK);
	fcntl(pty->fd, F_SETFD, FD_CLOEXEC);
	fcntl(pty->test_fd, F_SETFD, FD_CLOEXEC);
	pty->vterm = vterm_new(rows, columns);
	vterm_set_utf8(pty->vterm, 1);
	pty->screen = vterm_obtain_screen(pty->vterm);
	vterm_screen_set_callbacks(pty->screen, &pty_callbacks, pty);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_reset(pty->screen, 1);
	return pty;
}

void pty_free(struct pty *pty)
{
	if (pty == NULL)
		return;
	if (!pty->is_reaped) {
		kill(pty->pid, SIGKILL);
		waitpid(pty->pid, NULL, 0);
	}
	close(pty->fd);
	close(pty->test_fd);
	vterm_free(pty->vterm);
	buf_done(&pty->output);
	buf_done(&pty->line);
	buf_done(&pty->dump);
	mem_free(pty);
}

/* All that has been written so far. */
static void pty_drain(struct pty *pty)
{
	char bytes[65536];
	for (;;) {
		ssize_t n = read(pty->fd, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			pty->is_over = true; /* EIO: nobody has the other end open */
		if (n <= 0)
			return;
		buf_add_bytes(&pty->output, bytes, (size_t)n);
		vterm_input_write(pty->vterm, bytes, (size_t)n);
	}
}

/* What it told before, it had painted before: so the screen is read after the counter. */
static void pty_hear(struct pty *pty)
{
	char bytes[4096];
	ssize_t n;
	while ((n = read(pty->test_fd, bytes, sizeof(bytes))) > 0)
		buf_add_bytes(&pty->line, bytes, (size_t)n);
	for (size_t end; (end = str_find_char(buf_str(&pty->line), '\n')) != STR_NONE;) {
		sscanf(pty->line.data, "%u %u", &pty->generation, &pty->taken);
		buf_consume(&pty->line, end + 1);
	}
	pty_drain(pty);
}

/* False when the time is over or the program is. */
static bool pty_pump(struct pty *pty, int64_t until)
{
	struct pollfd fds[2] = {
		{.fd = pty->fd, .events = POLLIN}, {.fd = pty->test_fd, .events = POLLIN}};
	int64_t left = until - now_ms();
	if (left <= 0 || pty->is_over)
		return false;
	poll(fds, 2, (int)left);
	pty_hear(pty);
	return true;
}

void pty_raw(struct pty *pty, const char *bytes, unsigned keys)
{
	size_t len = strlen(bytes);
	pty->sent += keys;
	while (len > 0) {
		ssize_t n = write(pty->fd, bytes, len);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return;
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
		if (len > 0)
			pty_pump(pty, now_ms() + 100);
	}
}

void pty_key(struct pty *pty, const char *bytes)
{
	pty_raw(pty, bytes, 1);
}

void pty_type(struct pty *pty, const char *text)
{
	char one[8];
	for (size_t len; *text != '\0'; text += len) {
		utf8_next(str_from(text), &len);
		snprintf(one, sizeof(one), "%.*s", (int)len, text);
		pty_key(pty, one);
	}
}

static bool pty_is_settled(const struct pty *pty)
{
	return pty->generation > 0 && pty->taken >= pty->sent;
}

bool pty_settle(struct pty *pty, int milliseconds)
{
	int64_t until = now_ms() + milliseconds;
	pty_hear(pty);
	while (!pty_is_settled(pty))
		if (!pty_pump(pty, until))
			return pty_is_settled(pty);
	return true;
}

static bool pty_wait_for(struct pty *pty, const char *text, bool is_there, int milliseconds)
{
	int64_t until = now_ms() + milliseconds;
	pty_hear(pty);
	while (!pty_is_settled(pty) || (strstr(pty_screen(pty), text) != NULL) != is_there)
		if (!pty_pump(pty, until))
			return pty_is_settled(pty) &&
			       (strstr(pty_screen(pty), text) != NULL) == is_there;
	return true;
}

bool pty_wait(struct pty *pty, const char *text, int milliseconds)
{
	return pty_wait_for(pty, text, true, milliseconds);
}

bool pty_wait_gone(struct pty *pty, const char *text, int milliseconds)
{
	return pty_wait_for(pty, text, false, milliseconds);
}

bool pty_wait_paint(struct pty *pty, unsigned generation, int milliseconds)
{
	int64_t until = now_ms() + milliseconds;
	pty_hear(pty);
	while (pty->generation <= generation)
		if (!pty_pump(pty, until))
			return pty->generation > generation;
	return true;
}

static bool pty_cell(const struct pty *pty, int row, int column, VTermScreenCell *cell)
{
	return vterm_screen_get_cell(pty->screen, (VTermPos){.row = row, .col = column}, cell) != 0;
}

static void pty_dump_row(struct pty *pty, int row)
{
	size_t end = pty->dump.len;
	for (int column = 0; column < pty->columns; column++) {
		VTermScreenCell cell;
		if (!pty_cell(pty, row, column, &cell) || cell.chars[0] == (uint32_t)-1)
			continue;
		if (cell.chars[0] == 0)
			buf_add_char(&pty->dump, ' ');
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++)
			utf8_add(&pty->dump, cell.chars[i]);
		if (cell.chars[0] != 0 && cell.chars[0] != ' ')
			end = pty->dump.len;
	}
	buf_truncate(&pty->dump, end);
	buf_add_char(&pty->dump, '\n');
}

const char *pty_screen(struct pty *pty)
{
	vterm_screen_flush_damage(pty->screen);
	buf_clear(&pty->dump);
	for (int row = 0; row < pty->rows; row++)
		pty_dump_row(pty, row);
	return buf_text(&pty->dump);
}

bool pty_is_reverse(struct pty *pty, int row, int column)
{
	VTermScreenCell cell;
	return pty_cell(pty, row, column, &cell) && cell.attrs.reverse != 0;
}

bool pty_is_coloured(struct pty *pty, int row, int column)
{
	VTermScreenCell cell;
	return pty_cell(pty, row, column, &cell) && !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg);
}

bool pty_is_alternate(const struct pty *pty)
{
	return pty->is_alternate;
}

bool pty_shows_cursor(const struct pty *pty)
{
	return pty->shows_cursor;
}

/* Taken from the bytes: the callbacks of libvterm 0.1 and 0.3 differ here. */
const char *pty_title(struct pty *pty)
{
	struct str rest = buf_str(&pty->output);
	for (size_t at; (at = str_find(rest, STR("\033]2;"))) != STR_NONE;) {
		rest = str_skip(rest, at + 4);
		size_t end = str_find_char(rest, '\033');
		if (end < sizeof(pty->title)) {
			memcpy(pty->title, rest.data, end);
			pty->title[end] = '\0';
		}
	}
	return pty->title;
}

uint64_t pty_bytes(const struct pty *pty)
{
	return pty->output.len;
}

struct str pty_output(const struct pty *pty)
{
	return buf_str(&pty->output);
}

unsigned pty_generation(const struct pty *pty)
{
	return pty->generation;
}

void pty_resize(struct pty *pty, int columns, int rows)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
	pty_hear(pty);
	pty->columns = columns;
	pty->rows = rows;
	vterm_set_size(pty->vterm, rows, columns);
	ioctl(pty->fd, TIOCSWINSZ, &size);
}

pid_t pty_pid(const struct pty *pty)
{
	return pty->pid;
}

/* Looks every few milliseconds while reading what the program writes. */
static bool pty_wait_end(struct pty *pty, int milliseconds)
{
	int64_t until = now_ms() + milliseconds;
	do {
		if (waitpid(pty->pid, &pty->status, WNOHANG) == pty->pid)
			return true;
		struct pollfd fd = {.fd = pty->test_fd, .events = POLLIN};
		poll(&fd, 1, 5);
		pty_hear(pty);
	} while (now_ms() < until);
	return false;
}

int pty_end(struct pty *pty, int milliseconds)
{
	if (!pty->is_reaped && !pty_wait_end(pty, milliseconds))
		return -1;
	pty->is_reaped = true;
	pty_hear(pty);
	return pty->status;
}

bool pty_is_restored(const struct pty *pty)
{
	struct termios now;
	if (tcgetattr(pty->fd, &now) != 0)
		return false;
	return now.c_iflag == pty->before.c_iflag && now.c_oflag == pty->before.c_oflag &&
	       now.c_lflag == pty->before.c_lflag &&
	       memcmp(now.c_cc, pty->before.c_cc, sizeof(now.c_cc)) == 0;
}
