/*
 * The terminal through ncursesw, plus the few sequences that terminfo does not know: bracketed
 * paste, SGR mouse, title and notification.
 *
 * There is one terminal, and signal handlers get no argument: so what they need (what restores the
 * terminal, which signals came) is static here, and only here.
 */
#include "ui/term.h"

#include "base/base64.h"
#include "base/memory.h"
#include "base/utf8.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

enum { ESCAPE_DELAY = 25, RESTORE_MAX = 512, COPY_MAX = 60000, SCREEN_MAX = 1000, PAIR_MAX = 256 };
enum { CODE_PASTE_ON = KEY_MAX + 1, CODE_PASTE_OFF, CODE_MOUSE, CODE_WORD_LEFT, CODE_WORD_RIGHT };

struct term {
	SCREEN *screen;
	FILE *out;
	struct canvas shown; /* what the terminal shows now */
	bool is_all_new;
	bool has_colour, has_mouse, has_title, is_utf8, is_pasting, is_gone;
	struct theme theme;
	short pairs[STYLE_COUNT];
};

static struct {
	struct termios before;
	char restore[RESTORE_MAX];
	size_t restore_len;
	volatile sig_atomic_t is_open;
	const char *log_path;
	volatile sig_atomic_t resized, stopped, continued, ended;
} term_state;

static const int term_crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
static const int term_notes[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT};

/* ---- Signals. ---- */

static void term_write_raw(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes, len);
		if (n <= 0 && errno != EINTR && errno != EAGAIN)
			return;
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

static void term_write_text(int fd, const char *text)
{
	ssize_t ignored = write(fd, text, strlen(text));
	(void)ignored;
}

static const char *crash_name(int number)
{
	return number == SIGSEGV   ? "SIGSEGV"
	       : number == SIGABRT ? "SIGABRT"
	       : number == SIGBUS  ? "SIGBUS"
	       : number == SIGFPE  ? "SIGFPE"
				   : "SIGILL";
}

/* Only write and tcsetattr, which may be called here; then the signal has its usual effect. */
static void term_on_crash(int number)
{
	if (term_state.is_open) {
		term_state.is_open = 0;
		term_write_raw(term_state.restore, term_state.restore_len);
		tcsetattr(STDIN_FILENO, TCSANOW, &term_state.before);
		term_write_text(STDERR_FILENO, "Rowan crashed (");
		term_write_text(STDERR_FILENO, crash_name(number));
		term_write_text(STDERR_FILENO, ")");
		if (term_state.log_path != NULL) {
			term_write_text(STDERR_FILENO, "; the log is ");
			term_write_text(STDERR_FILENO, term_state.log_path);
		}
		term_write_text(STDERR_FILENO, ". Your mail and drafts are stored.\n");
	}
	signal(number, SIG_DFL);
	raise(number);
}

static void term_on_note(int number)
{
	if (number == SIGWINCH)
		term_state.resized = 1;
	else if (number == SIGTSTP)
		term_state.stopped = 1;
	else if (number == SIGCONT)
		term_state.continued = 1;
	else
		term_state.ended = 1;
}

static void term_set_signals(void (*crash)(int), void (*note)(int))
{
	struct sigaction action = {.sa_handler = crash, .sa_flags = SA_ONSTACK | (int)SA_RESETHAND};
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(term_crashes) / sizeof(term_crashes[0]); i++)
		sigaction(term_crashes[i], &action, NULL);
	action.sa_handler = note;
	action.sa_flags = 0;
	for (size_t i = 0; i < sizeof(term_notes) / sizeof(term_notes[0]); i++)
		sigaction(term_notes[i], &action, NULL);
}

/* A crash for want of stack needs another one for its handler. */
static void term_set_stack(void)
{
	static char stack[65536];
	stack_t alternative = {.ss_sp = stack, .ss_size = sizeof(stack)};
	sigaltstack(&alternative, NULL);
}

/* Outside term_wait the noted signals are held back, so that none is lost between look and wait. */
static void term_hold(bool is_held)
{
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(term_notes) / sizeof(term_notes[0]); i++)
		sigaddset(&set, term_notes[i]);
	pthread_sigmask(is_held ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

void term_hold_signals(void)
{
	term_hold(true);
}

/* ---- Opening and closing. ---- */

static void restore_add(const char *bytes)
{
	size_t len = bytes != NULL && bytes != (const char *)-1 ? strlen(bytes) : 0;
	if (term_state.restore_len + len > RESTORE_MAX)
		return;
	if (len > 0)
		memcpy(term_state.restore + term_state.restore_len, bytes, len);
	term_state.restore_len += len;
}

/* Without the padding that terminfo may hold: "$<5>" is for terminals that are museum pieces. */
static void restore_add_capability(const char *name)
{
	char *value = tigetstr(name);
	if (value == NULL || value == (char *)-1 || strstr(value, "$<") != NULL)
		return;
	restore_add(value);
}

static void term_make_restore(const struct term *term)
{
	term_state.restore_len = 0;
	restore_add(PASTE_OFF);
	if (term->has_mouse)
		restore_add(MOUSE_OFF);
	restore_add_capability("sgr0");
	restore_add_capability("op");
	restore_add_capability("rmkx");
	restore_add_capability("cnorm");
	restore_add_capability("rmcup");
	restore_add("\r\n");
}

static void term_init_colours(struct term *term)
{
	short pair = 1;
	if (!term->has_colour)
		return;
	start_color();
	use_default_colors();
	for (int i = 0; i < STYLE_COUNT; i++) {
		const struct theme_role *role = &term->theme.roles[i];
		int foreground = role->foreground, background = role->background;
		if (foreground == COLOUR_DEFAULT && background == COLOUR_DEFAULT)
			continue;
		if (foreground >= COLORS)
			foreground = foreground < 16 ? foreground % 8 : COLOUR_DEFAULT;
		if (background >= COLORS)
			background = background < 16 ? background % 8 : COLOUR_DEFAULT;
		if (pair < COLOR_PAIRS &&
			init_pair(pair, (short)foreground, (short)background) == OK)
			term->pairs[i] = pair++;
	}
}

static void term_modes_on(struct term *term)
{
	term_write_raw(PASTE_ON, sizeof(PASTE_ON) - 1);
	if (term->has_mouse)
		term_write_raw(MOUSE_ON, sizeof(MOUSE_ON) - 1);
}

static void term_modes_off(struct term *term)
{
	term_write_raw(PASTE_OFF, sizeof(PASTE_OFF) - 1);
	if (term->has_mouse)
		term_write_raw(MOUSE_OFF, sizeof(MOUSE_OFF) - 1);
}

static void term_set_up(void)
{
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_DELAY);
	leaveok(stdscr, FALSE);
	define_key("\033[200~", CODE_PASTE_ON);
	define_key("\033[201~", CODE_PASTE_OFF);
	define_key("\033[<", CODE_MOUSE);
	define_key("\033[1;5D", CODE_WORD_LEFT);
	define_key("\033[1;5C", CODE_WORD_RIGHT);
}

static bool term_knows_mouse(void)
{
	const char *kmous = tigetstr("kmous");
	return kmous != NULL && kmous != (const char *)-1;
}

/* A title only where the terminal says it has one, or is of a kind known to. */
static bool term_knows_title(void)
{
	const char *name = getenv("TERM");
	const char *tsl = tigetstr("tsl");
	return (tsl != NULL && tsl != (const char *)-1) || term_knows_mouse() ||
	       (name != NULL && strncmp(name, "xterm", 5) == 0);
}

struct term *term_open(
	const struct term_options *options, const struct theme *theme, struct error *err)
{
	const char *no_color = getenv("NO_COLOR");
	struct term *term = mem_new(sizeof(*term));
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
		tcgetattr(STDIN_FILENO, &term_state.before) != 0) {
		mem_free(term);
		error_set(err, ERROR_INPUT, "standard input and output are no terminal");
		return NULL;
	}
	term->out = stdout;
	term_set_signals(term_on_crash, term_on_note);
	term->screen = newterm(NULL, stdout, stdin);
	if (term->screen == NULL)
		term->screen = newterm("xterm", stdout, stdin);
	if (term->screen == NULL) {
		const char *name = getenv("TERM");
		mem_free(term);
		error_set(err, ERROR_INPUT, "the terminal type \"%s\" is not known",
			name != NULL ? name : "");
		return NULL;
	}
	set_term(term->screen);
	term->theme = *theme;
	term->is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	term->has_colour = !options->no_colour && has_colors() &&
			   (options->always_colour || no_color == NULL || no_color[0] == '\0');
	term->has_mouse = !options->no_mouse && term_knows_mouse();
	term->has_title = !options->no_title && term_knows_title();
	term_state.log_path = options->log_path;
	term_set_up();
	term_init_colours(term);
	term_make_restore(term);
	term_set_stack();
	term_set_signals(term_on_crash, term_on_note); /* newterm put some of its own */
	term_hold_signals();
	term_state.is_open = 1;
	refresh();
	term_modes_on(term);
	canvas_init(&term->shown, LINES, COLS);
	term->is_all_new = true;
	return term;
}

void term_close(struct term *term)
{
	if (term == NULL)
		return;
	term_modes_off(term);
	if (term->has_title)
		term_write_raw("\033]2;\033\\", 6);
	if (!term->is_gone)
		endwin();
	term_state.is_open = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &term_state.before);
	term_set_signals(SIG_DFL, SIG_DFL);
	term_hold(false);
	delscreen(term->screen);
	canvas_done(&term->shown);
	mem_free(term);
}

void term_size(const struct term *term, int *rows, int *columns)
{
	(void)term;
	*rows = LINES;
	*columns = COLS;
}

/* ---- Painting. ---- */

static attr_t term_attributes(unsigned bits)
{
	attr_t attributes = A_NORMAL;
	attributes |= (bits & STYLE_BOLD) != 0 ? A_BOLD : 0;
	attributes |= (bits & STYLE_UNDERLINE) != 0 ? A_UNDERLINE : 0;
	attributes |= (bits & STYLE_ITALIC) != 0 ? A_ITALIC : 0;
	attributes |= (bits & STYLE_REVERSE) != 0 ? A_REVERSE : 0;
	attributes |= (bits & STYLE_DIM) != 0 ? A_DIM : 0;
	return attributes;
}

static void term_put_cell(struct term *term, int row, int column, const struct cell *cell)
{
	wchar_t text[CELL_CODES + 1] = {0};
	cchar_t wide;
	unsigned role = cell->style & STYLE_ROLE_MASK;
	attr_t attributes = term_attributes(
		(cell->style & ~(unsigned)STYLE_ROLE_MASK) | term->theme.roles[role].attributes);
	for (int i = 0; term->is_utf8 && i < CELL_CODES && cell->codes[i] != 0; i++)
		text[i] = (wchar_t)cell->codes[i];
	if (!term->is_utf8) {
		text[0] = (wchar_t)canvas_in_locale(cell->codes[0]);
		if (cell->width == 2 && text[0] != (wchar_t)cell->codes[0]) {
			setcchar(&wide, text, attributes, term->pairs[role], NULL);
			mvadd_wch(row, column + 1, &wide);
		}
	}
	if (setcchar(&wide, text, attributes, term->pairs[role], NULL) == OK)
		mvadd_wch(row, column, &wide);
}

static void term_paint_row(struct term *term, const struct canvas *c, int row)
{
	for (int column = 0; column < c->columns; column++) {
		const struct cell *cell = canvas_cell(c, row, column);
		if (cell->width != 0)
			term_put_cell(term, row, column, cell);
	}
}

void term_paint(struct term *term, const struct canvas *c)
{
	size_t row_size = (size_t)c->columns * sizeof(struct cell);
	if (term->shown.rows != c->rows || term->shown.columns != c->columns) {
		canvas_done(&term->shown);
		canvas_init(&term->shown, c->rows, c->columns);
		term->is_all_new = true;
	}
	for (int row = 0; row < c->rows; row++) {
		struct cell *old = &term->shown.cells[(size_t)row * (size_t)c->columns];
		const struct cell *now = canvas_cell(c, row, 0);
		if (!term->is_all_new && memcmp(old, now, row_size) == 0)
			continue;
		term_paint_row(term, c, row);
		memcpy(old, now, row_size);
	}
	if (c->cursor_row >= 0) {
		move(c->cursor_row, c->cursor_column);
		curs_set(1);
	} else {
		curs_set(0);
		move(c->rows - 1, 0);
	}
	if (term->is_all_new)
		redrawwin(stdscr);
	term->is_all_new = false;
	refresh();
}

void term_redraw(struct term *term)
{
	clearok(stdscr, TRUE);
	term->is_all_new = true;
}

/* ---- Keys. ---- */

static const struct {
	int curses;
	uint32_t code;
} term_keys[] = {
	{KEY_UP, INPUT_UP},
	{KEY_DOWN, INPUT_DOWN},
	{KEY_LEFT, INPUT_LEFT},
	{KEY_RIGHT, INPUT_RIGHT},
	{KEY_HOME, INPUT_HOME},
	{KEY_FIND, INPUT_HOME},
	{KEY_END, INPUT_END},
	{KEY_SELECT, INPUT_END},
	{KEY_PPAGE, INPUT_PAGE_UP},
	{KEY_NPAGE, INPUT_PAGE_DOWN},
	{KEY_DC, INPUT_DELETE},
	{KEY_BACKSPACE, INPUT_BACKSPACE},
	{KEY_ENTER, INPUT_RETURN},
	{CODE_WORD_LEFT, INPUT_WORD_LEFT},
	{CODE_WORD_RIGHT, INPUT_WORD_RIGHT},
};

/* The rest of "ESC [ < button ; column ; row M": false when it is no such thing. */
static bool term_read_mouse(struct input *input)
{
	int numbers[3] = {0}, at = 0;
	wint_t c;
	while (at < 3 && get_wch(&c) == OK) {
		if (c >= '0' && c <= '9' && numbers[at] < 100000) {
			numbers[at] = numbers[at] * 10 + (int)(c - '0');
			continue;
		}
		at++;
		if (c == ';')
			continue;
		if (c != 'M' || at != 3)
			return false; /* 'm': a button let go */
		input->code = numbers[0] == 0    ? INPUT_CLICK
			      : numbers[0] == 64 ? INPUT_WHEEL_UP
			      : numbers[0] == 65 ? INPUT_WHEEL_DOWN
						 : INPUT_NONE;
		input->column = numbers[1] - 1;
		input->row = numbers[2] - 1;
		return input->code != INPUT_NONE;
	}
	return false;
}

static bool term_special(struct term *term, wint_t c, struct input *input)
{
	if (c == CODE_PASTE_ON || c == CODE_PASTE_OFF) {
		term->is_pasting = c == CODE_PASTE_ON;
		return false;
	}
	if (c == CODE_MOUSE)
		return term_read_mouse(input);
	for (size_t i = 0; i < sizeof(term_keys) / sizeof(term_keys[0]); i++)
		if ((int)c == term_keys[i].curses)
			input->code = term_keys[i].code;
	return input->code != INPUT_NONE;
}

bool term_input(struct term *term, struct input *input)
{
	wint_t c;
	for (int kind; (kind = get_wch(&c)) != ERR;) {
		*input = (struct input){.is_pasted = term->is_pasting};
		if (kind == KEY_CODE_YES) {
			if (term_special(term, c, input))
				return true;
			continue;
		}
		input->code = c == 0 ? INPUT_CTRL_SPACE : (uint32_t)c;
		if (c == '\n' && term->is_pasting)
			input->code = INPUT_RETURN;
		if (c <= 0x10ffff)
			return true;
	}
	return false;
}

static void term_read_size(struct term *term)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
		return;
	int rows = size.ws_row > SCREEN_MAX ? SCREEN_MAX : size.ws_row;
	int columns = size.ws_col > SCREEN_MAX ? SCREEN_MAX : size.ws_col;
	resizeterm(rows, columns);
	term->is_all_new = true;
}

static unsigned term_signals(struct term *term)
{
	unsigned bits = term->is_gone ? TERM_END : 0;
	bits |= term_state.resized ? TERM_RESIZED : 0;
	bits |= term_state.stopped ? TERM_SUSPEND : 0;
	bits |= term_state.continued ? TERM_CONTINUED : 0;
	bits |= term_state.ended ? TERM_END : 0;
	term_state.resized = term_state.stopped = term_state.continued = 0;
	if ((bits & TERM_RESIZED) != 0)
		term_read_size(term);
	return bits;
}

unsigned term_wait(struct term *term, int fd, int milliseconds)
{
	struct pollfd fds[2] = {
		{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
	struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
	sigset_t open;
	pthread_sigmask(SIG_SETMASK, NULL, &open);
	for (size_t i = 0; i < sizeof(term_notes) / sizeof(term_notes[0]); i++)
		sigdelset(&open, term_notes[i]);
	int ready = ppoll(fds, 2, milliseconds < 0 ? NULL : &limit, &open);
	/* A terminal that hung up stays readable for ever and gives nothing. */
	if (ready > 0 && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
		term->is_gone = true;
	/* ppoll lets no signal in while something is ready. */
	sigset_t held;
	pthread_sigmask(SIG_SETMASK, &open, &held);
	pthread_sigmask(SIG_SETMASK, &held, NULL);
	return term_signals(term);
}

/* The shell gets the terminal as it was; the whole job stops, as ^Z elsewhere. */
void term_suspend(struct term *term)
{
	struct sigaction usual = {.sa_handler = SIG_DFL}, ours;
	sigemptyset(&usual.sa_mask);
	term_modes_off(term);
	endwin();
	tcsetattr(STDIN_FILENO, TCSANOW, &term_state.before);
	sigaction(SIGTSTP, &usual, &ours);
	term_hold(false);
	kill(0, SIGTSTP);
	term_hold(true);
	sigaction(SIGTSTP, &ours, NULL);
	term_state.stopped = term_state.continued = 0;
	term_read_size(term);
	refresh();
	term_modes_on(term);
	term_redraw(term);
}

static const int term_others[] = {SIGINT, SIGQUIT, SIGTSTP};

/* What was pressed for the other program waits here, since it is held back; told once more that it
 * is to be ignored, the system forgets it. */
static void term_ignore_others(void)
{
	for (size_t i = 0; i < sizeof(term_others) / sizeof(term_others[0]); i++)
		signal(term_others[i], SIG_IGN);
}

void term_leave(struct term *term)
{
	term_modes_off(term);
	endwin();
	tcsetattr(STDIN_FILENO, TCSANOW, &term_state.before);
	term_ignore_others();
}

void term_return(struct term *term)
{
	term_ignore_others();
	term_set_signals(term_on_crash, term_on_note);
	signal(SIGQUIT, SIG_DFL);
	term_state.stopped = term_state.continued = 0;
	term_read_size(term);
	refresh();
	term_modes_on(term);
	term_redraw(term);
}

void term_bell(struct term *term)
{
	(void)term;
	beep();
}

static void term_osc(struct term *term, const char *start, struct str text)
{
	struct safe_text safe = safe_text_make(text);
	struct buf out = {0};
	if (term->is_utf8) {
		buf_add_text(&out, start);
		buf_add_bytes(&out, safe.text,
			safe.len < 200 ? safe.len
				       : utf8_first(str_make(safe.text, safe.len), 200).len);
		buf_add_text(&out, "\033\\");
		term_write_raw(out.data, out.len);
	}
	buf_done(&out);
	safe_text_done(&safe);
}

void term_title(struct term *term, struct str title)
{
	if (term->has_title)
		term_osc(term, "\033]2;", title);
}

void term_copy(struct term *term, struct str text)
{
	struct buf out = {0};
	if (term->has_title && text.len <= COPY_MAX) {
		buf_add_text(&out, "\033]52;c;");
		base64_encode(text, &out);
		buf_add_text(&out, "\033\\");
		term_write_raw(out.data, out.len);
	}
	buf_done(&out);
}

void term_notify(struct term *term, struct str sentence)
{
	if (term->has_title)
		term_osc(term, "\033]9;", sentence);
}
