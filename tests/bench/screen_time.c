/*
 * usage: screen_time [OPTIONS] -- COMMAND [ARGUMENTS]
 *
 * Starts a mail reader in a terminal of 80 by 24 and prints, as a line of JSON, how long it takes
 * from exec until a person sees the list, and from a key until the next list stands.
 *
 *	--until TEXT    waits, not for calm, but until the text is on the screen: until_ms
 *	--first KEY     pressed as soon as the list stands
 *	--keys LIST     keys by name, separated by commas: pgdn pgup home end down up return, or
 *	                type=TEXT; NAME*N is N times. type= is not measured. Between them steps of a
 *	                story: run=COMMAND (by the shell), key=NAME, calm=MS, until=TEXT: waits
 *	                until the text is on the screen, gone=TEXT: until it is not; "steps" tells
 *	                how long that took since the last run=, key= or type=
 *	--password TEXT typed, with Return, when the screen asks for one
 *	--wait MS       gives up after so long (default 60000)
 *	--rowan         a program that tells when it has nothing left to do (ui/ui.c)
 *	--see           writes the last screen to standard error
 *
 * The list stands when 14 of the lines 3 to 20 hold text. list_ms: from exec to then; last_ms: to
 * the last cell that changed before 0.3 s of calm. A key is answered when the list stands and is
 * another one, and, in another program than Rowan, 10 ms of calm followed. peak_kb: the most that
 * was resident.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

enum {
	ROWS = 24,
	COLUMNS = 80,
	LIST_FIRST = 2,
	LIST_LAST = 19,
	LIST_LINES = 14,
	LINE_CELLS = 15,
	CALM_MS = 300,
	KEY_CALM_MS = 10,
	KEY_WAIT_MS = 5000,
	KEYS_MAX = 5000,
	STEPS_MAX = 100,
	END_TRIES = 300,
	END_TRY_MS = 10,
	TEST_FD = 9,
};

struct show {
	pid_t pid;
	int terminal, told; /* told -1: no Rowan */
	VTerm *vterm;
	VTermScreen *screen;
	char text[ROWS][COLUMNS * 4 + 1], before[ROWS][COLUMNS * 4 + 1];
	unsigned taken, sent; /* keys */
	bool is_over;
	double began, list_ms, last_ms, until_ms; /* -1: not yet */
	double keys[KEYS_MAX];
	int key_count, key_misses;
	double steps[STEPS_MAX], step_began;
	int step_count;
	uint64_t bytes;
};

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void start(struct show *s, char **argv, bool is_rowan)
{
	struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
	int told[2] = {-1, -1};
	if (is_rowan && pipe(told) != 0)
		exit(1);
	s->began = now_ms();
	s->pid = forkpty(&s->terminal, NULL, NULL, &size);
	if (s->pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		if (is_rowan) {
			setenv("ROWAN_TEST_FD", "9", 1);
			dup2(told[1], TEST_FD);
		}
		execvp(argv[0], argv);
		_exit(127);
	}
	if (is_rowan) {
		close(told[1]);
		fcntl(told[0], F_SETFL, O_NONBLOCK);
	}
	s->told = told[0];
	fcntl(s->terminal, F_SETFL, O_NONBLOCK);
	s->vterm = vterm_new(ROWS, COLUMNS);
	vterm_set_utf8(s->vterm, 1);
	s->screen = vterm_obtain_screen(s->vterm);
	vterm_screen_enable_altscreen(s->screen, 1);
	vterm_screen_reset(s->screen, 1);
}

static void look(struct show *s)
{
	for (int row = 0; row < ROWS; row++) {
		VTermRect line = {row, row + 1, 0, COLUMNS};
		size_t len = vterm_screen_get_text(s->screen, s->text[row], COLUMNS * 4, line);
		s->text[row][len] = '\0';
	}
}

/* Reads what there is; true when a cell changed. */
static bool drain(struct show *s)
{
	static char old[sizeof(s->text)];
	char bytes[65536], answer[256];
	ssize_t n;
	bool has_read = false;
	while ((n = read(s->terminal, bytes, sizeof(bytes))) > 0) {
		has_read = true;
		s->bytes += (uint64_t)n;
		vterm_input_write(s->vterm, bytes, (size_t)n);
		size_t len = vterm_output_read(s->vterm, answer, sizeof(answer));
		if (len > 0 && write(s->terminal, answer, len) < 0)
			s->is_over = true;
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		s->is_over = true;
	if (!has_read)
		return false;
	memcpy(old, s->text, sizeof(old));
	look(s);
	return memcmp(old, s->text, sizeof(old)) != 0;
}

/* Rowan says "GENERATION KEYS\n" after it has painted; true when it did. */
static bool hear(struct show *s)
{
	char bytes[4096];
	ssize_t n = s->told < 0 ? 0 : read(s->told, bytes, sizeof(bytes) - 1);
	if (n <= 0)
		return false;
	bytes[n - 1] = '\0'; /* whole lines are written */
	const char *line = strrchr(bytes, '\n');
	sscanf(line != NULL ? line + 1 : bytes, "%*u %u", &s->taken);
	return true;
}

static void rest(struct show *s, double milliseconds)
{
	struct pollfd fds[2] = {
		{.fd = s->terminal, .events = POLLIN}, {.fd = s->told, .events = POLLIN}};
	poll(fds, s->told < 0 ? 1 : 2, milliseconds < 1 ? 1 : (int)milliseconds);
}

static bool list_stands(const struct show *s)
{
	int lines = 0;
	for (int row = LIST_FIRST; row <= LIST_LAST; row++) {
		int cells = 0;
		for (const char *p = s->text[row]; *p != '\0'; p++)
			cells += *p != ' ';
		lines += cells >= LINE_CELLS;
	}
	return lines >= LIST_LINES;
}

static bool list_changed(const struct show *s)
{
	size_t size = sizeof(s->text[0]) * (LIST_LAST - LIST_FIRST + 1);
	return memcmp(s->text[LIST_FIRST], s->before[LIST_FIRST], size) != 0;
}

static bool has_text(const struct show *s, const char *text)
{
	for (int row = 0; row < ROWS; row++)
		if (strstr(s->text[row], text) != NULL)
			return true;
	return false;
}

static const struct {
	const char *name, *bytes;
} key_table[] = {
	{"pgdn", "\033[6~"},
	{"pgup", "\033[5~"},
	{"home", "\033OH"},
	{"end", "\033OF"},
	{"down", "\033OB"},
	{"up", "\033OA"},
	{"return", "\r"},
};

static const char *key_bytes(const char *name)
{
	for (size_t k = 0; k < sizeof(key_table) / sizeof(key_table[0]); k++)
		if (strcmp(key_table[k].name, name) == 0)
			return key_table[k].bytes;
	return NULL;
}

static void send_key(struct show *s, const char *bytes)
{
	if (write(s->terminal, bytes, strlen(bytes)) > 0)
		s->sent++;
}

static void watch_start(
	struct show *s, const char *until, const char *first, const char *password, double limit)
{
	double changed = s->began;
	s->list_ms = s->last_ms = s->until_ms = -1;
	for (;;) {
		double now = now_ms();
		if (drain(s))
			changed = now;
		hear(s);
		if (password != NULL && (has_text(s, "assword:") || has_text(s, "ASSWORD:"))) {
			dprintf(s->terminal, "%s\r", password);
			password = NULL;
		}
		if (s->list_ms < 0 && list_stands(s))
			s->list_ms = changed - s->began;
		if (s->list_ms >= 0 && first != NULL) {
			send_key(s, first);
			first = NULL;
		}
		if (s->list_ms >= 0 && s->last_ms < 0 && now - changed > CALM_MS)
			s->last_ms = changed - s->began;
		if (until != NULL && s->until_ms < 0 && has_text(s, until))
			s->until_ms = changed - s->began;
		bool is_done =
			s->list_ms >= 0 && (until != NULL ? s->until_ms >= 0 : s->last_ms >= 0);
		if (is_done || s->is_over || now - s->began > limit)
			return;
		rest(s, 20);
	}
}

/* ---- Keys. ---- */

/* Rowan has taken every key; of another program nobody knows. */
static void settle(struct show *s)
{
	double limit = now_ms() + KEY_WAIT_MS;
	while (s->told >= 0 && s->taken < s->sent && now_ms() < limit && !s->is_over) {
		rest(s, 20);
		hear(s);
		drain(s);
	}
}

static void type(struct show *s, const char *text)
{
	for (; *text != '\0'; text++) {
		char one[2] = {*text, '\0'};
		send_key(s, one);
		settle(s);
	}
	if (s->told < 0) { /* nobody tells when it has read them */
		double until = now_ms() + 50;
		while (now_ms() < until) {
			rest(s, 5);
			drain(s);
		}
	}
}

static void press(struct show *s, const char *bytes)
{
	drain(s);
	hear(s);
	memcpy(s->before, s->text, sizeof(s->before));
	double began = now_ms(), changed = -1;
	send_key(s, bytes);
	while (now_ms() - began < KEY_WAIT_MS && !s->is_over) {
		rest(s, changed < 0 ? 20 : 1);
		bool is_painted = hear(s);
		double now = now_ms();
		if (drain(s) || (is_painted && changed < 0))
			changed = now;
		bool is_ready = s->told >= 0 ? s->taken >= s->sent : now - changed > KEY_CALM_MS;
		if (changed >= 0 && is_ready && list_changed(s) && list_stands(s)) {
			if (s->key_count < KEYS_MAX)
				s->keys[s->key_count++] = changed - began;
			return;
		}
	}
	s->key_misses++;
}

/* ---- Steps of a story. ---- */

static void step_type(struct show *s, const char *text)
{
	s->step_began = now_ms();
	type(s, text);
}

static void step_key(struct show *s, const char *name)
{
	const char *bytes = key_bytes(name);
	s->step_began = now_ms();
	if (bytes != NULL)
		send_key(s, bytes);
}

static void step_run(struct show *s, const char *command)
{
	s->step_began = now_ms();
	if (system(command) != 0)
		fprintf(stderr, "screen_time: failed: %s\n", command);
	drain(s);
}

static void step_calm(struct show *s, const char *milliseconds)
{
	double until = now_ms() + atof(milliseconds);
	while (now_ms() < until && !s->is_over) {
		rest(s, 5);
		hear(s);
		drain(s);
	}
}

static void step_wait(struct show *s, const char *text, bool is_there)
{
	double limit = s->step_began + KEY_WAIT_MS, took = -1;
	while (took < 0 && now_ms() < limit && !s->is_over) {
		hear(s);
		drain(s);
		if (has_text(s, text) == is_there)
			took = now_ms() - s->step_began;
		else
			rest(s, 20);
	}
	if (s->step_count < STEPS_MAX)
		s->steps[s->step_count++] = took;
}

static void step_until(struct show *s, const char *text)
{
	step_wait(s, text, true);
}

static void step_gone(struct show *s, const char *text)
{
	step_wait(s, text, false);
}

static bool step(struct show *s, const char *word)
{
	static const struct {
		const char *name;
		void (*go)(struct show *s, const char *value);
	} rows[] = {{"type=", step_type}, {"key=", step_key}, {"run=", step_run},
		{"calm=", step_calm}, {"until=", step_until}, {"gone=", step_gone}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].name);
		if (strncmp(word, rows[i].name, len) == 0) {
			rows[i].go(s, word + len);
			return true;
		}
	}
	return false;
}

static void press_all(struct show *s, char *list)
{
	char *end = NULL;
	for (char *word = strtok_r(list, ",", &end); word != NULL;
		word = strtok_r(NULL, ",", &end)) {
		if (step(s, word))
			continue;
		char *star = strchr(word, '*');
		int times = star != NULL ? atoi(star + 1) : 1;
		if (star != NULL)
			*star = '\0';
		const char *bytes = key_bytes(word);
		s->step_began = now_ms();
		for (int i = 0; bytes != NULL && i < times; i++)
			press(s, bytes);
	}
}

/* ---- What it comes to. ---- */

static long peak_kb(pid_t pid)
{
	char path[64], line[200];
	long peak = 0;
	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	FILE *file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		sscanf(line, "VmHWM: %ld", &peak);
	if (file != NULL)
		fclose(file);
	return peak;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double at_share(const struct show *s, double share)
{
	if (s->key_count == 0)
		return -1;
	return s->keys[(int)(share * (s->key_count - 1) + 0.5)];
}

static void finish(struct show *s, bool wants_screen)
{
	printf("{\"list_ms\":%.2f,\"last_ms\":%.2f,\"until_ms\":%.2f,\"peak_kb\":%ld,\"bytes\":%"
	       "llu",
		s->list_ms, s->last_ms, s->until_ms, peak_kb(s->pid), (unsigned long long)s->bytes);
	if (s->key_count + s->key_misses > 0) {
		qsort(s->keys, (size_t)s->key_count, sizeof(s->keys[0]), compare);
		printf(",\"keys\":%d,\"missed\":%d,\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f",
			s->key_count, s->key_misses, at_share(s, 0.5), at_share(s, 0.99),
			at_share(s, 1));
	}
	for (int i = 0; i < s->step_count; i++)
		printf("%s%.2f", i == 0 ? ",\"steps\":[" : ",", s->steps[i]);
	printf("%s}\n", s->step_count > 0 ? "]" : "");
	for (int row = 0; wants_screen && row < ROWS; row++)
		fprintf(stderr, "%s\n", s->text[row]);
	kill(s->pid, SIGTERM);
	for (int i = 0; i < END_TRIES && waitpid(s->pid, NULL, WNOHANG) == 0; i++) {
		drain(s);
		poll(NULL, 0, END_TRY_MS); /* the terminal may have hung up already */
		if (i == END_TRIES - 10)
			kill(s->pid, SIGKILL);
	}
	vterm_free(s->vterm);
}

int main(int argc, char **argv)
{
	static struct show show;
	const char *until = NULL, *first = NULL, *password = NULL;
	char *keys = NULL;
	double limit = 60000;
	bool is_rowan = false, wants_screen = false;
	int at = 1;
	for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
		bool has_value = at + 1 < argc;
		if (strcmp(argv[at], "--rowan") == 0)
			is_rowan = true;
		else if (strcmp(argv[at], "--see") == 0)
			wants_screen = true;
		else if (strcmp(argv[at], "--until") == 0 && has_value)
			until = argv[++at];
		else if (strcmp(argv[at], "--first") == 0 && has_value)
			first = key_bytes(argv[++at]);
		else if (strcmp(argv[at], "--keys") == 0 && has_value)
			keys = argv[++at];
		else if (strcmp(argv[at], "--password") == 0 && has_value)
			password = argv[++at];
		else if (strcmp(argv[at], "--wait") == 0 && has_value)
			limit = atof(argv[++at]);
		else
			break;
	}
	if (at + 1 >= argc || strcmp(argv[at], "--") != 0) {
		fprintf(stderr, "usage: screen_time [OPTIONS] -- COMMAND [ARGUMENTS]\n");
		return 2;
	}
	start(&show, argv + at + 1, is_rowan);
	watch_start(&show, until, first, password, limit);
	if (keys != NULL)
		press_all(&show, keys);
	finish(&show, wants_screen);
	return show.list_ms < 0;
}
