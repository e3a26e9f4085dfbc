/* Reading a settings file: one pass, a cursor over the text, a line at a time. */
#include "settings/ini.h"

#include "base/array.h"
#include "base/utf8.h"
#include "model/sentence.h"

struct ini_cursor {
	struct str text;
	size_t at;
	unsigned number;
	const char *problem; /* set once something is wrong with this line */
};

static bool ini_at_end(const struct ini_cursor *c)
{
	return c->at >= c->text.len;
}

/* The character here; the end of the text, and CR LF, look like a line end. */
static char ini_peek(const struct ini_cursor *c)
{
	struct str rest = str_skip(c->text, c->at);
	return rest.len == 0 || str_starts(rest, STR("\r\n")) ? '\n' : rest.data[0];
}

static bool ini_is_blank(char ch)
{
	return ch == ' ' || ch == '\t';
}

static bool ini_is_control(char ch)
{
	return ((unsigned char)ch < 0x20 && !ini_is_blank(ch)) || ch == 0x7f;
}

static void ini_skip_blanks(struct ini_cursor *c)
{
	while (!ini_at_end(c) && ini_is_blank(ini_peek(c)))
		c->at++;
}

static void ini_skip_line(struct ini_cursor *c)
{
	size_t len = str_find_char(str_skip(c->text, c->at), '\n');
	c->number += len != STR_NONE;
	c->at = len != STR_NONE ? c->at + len + 1 : c->text.len;
}

static struct str ini_read_name(struct ini_cursor *c)
{
	size_t start = c->at;
	while (!ini_at_end(c)) {
		char ch = ini_peek(c);
		if (!ascii_is_alpha(ch) && !ascii_is_digit(ch) && ch != '-' && ch != '_' &&
			ch != '.')
			break;
		c->at++;
	}
	return str_make(c->text.data + start, c->at - start);
}

/* The quoted part of [section "part"]: only \" and \\ are special. */
static char *ini_read_sub(struct ini_cursor *c)
{
	struct buf sub = {0};
	c->at++;
	while (ini_peek(c) != '"') {
		if (ini_peek(c) == '\\')
			c->at++;
		if (ini_is_control(ini_peek(c))) {
			c->problem = N_("The quote (\") in this line is not closed.");
			break;
		}
		buf_add_char(&sub, ini_peek(c));
		c->at++;
	}
	c->at += ini_peek(c) == '"';
	return buf_take(&sub);
}

static void ini_read_section(struct ini_cursor *c, size_t raw, struct ini_line *line)
{
	line->kind = INI_SECTION;
	c->at++;
	ini_skip_blanks(c);
	struct str name = ini_read_name(c);
	line->name = mem_str(name);
	ini_skip_blanks(c);
	if (ini_peek(c) == '"')
		line->value = ini_read_sub(c);
	ini_skip_blanks(c);
	if (c->problem == NULL && (ini_peek(c) != ']' || str_is_empty(name)))
		c->problem = N_("A section is written [name] or [name \"part\"].");
	if (c->problem != NULL)
		return;
	c->at++;
	size_t end = c->at;
	line->value_end = end - raw;
	ini_skip_blanks(c);
	char next = ini_peek(c);
	if (next == '\n' || next == '#' || next == ';')
		ini_skip_line(c);
	else
		c->at = end; /* a setting stands in the same line */
}

static void ini_read_escape(struct ini_cursor *c, struct buf *value)
{
	static const char escapes[][2] = {
		{'n', '\n'}, {'t', '\t'}, {'b', '\b'}, {'"', '"'}, {'\\', '\\'}};
	c->at++;
	if (ini_peek(c) == '\n') {
		ini_skip_line(c);
		return;
	}
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		if (ini_peek(c) != escapes[i][0])
			continue;
		buf_add_char(value, escapes[i][1]);
		c->at++;
		return;
	}
	c->problem = N_("After a backslash only n, t, b, \", \\ or the end of the line may stand; "
			"write \\\\ for a backslash.");
}

/* The value from the cursor to the end of its line; [start, end) of it go to line. */
static void ini_read_value(struct ini_cursor *c, size_t raw, struct ini_line *line)
{
	struct buf value = {0};
	size_t keep = 0;
	bool in_quotes = false;
	bool after_blank = true;
	line->value_start = line->value_end = c->at - raw;
	while (c->problem == NULL && ini_peek(c) != '\n') {
		char ch = ini_peek(c);
		if (!in_quotes && after_blank && (ch == '#' || ch == ';'))
			break;
		after_blank = ini_is_blank(ch);
		if (ch == '\\') {
			ini_read_escape(c, &value);
		} else {
			if (ini_is_control(ch))
				c->problem = N_("There is a control character in this line.");
			else if (ch == '"')
				in_quotes = !in_quotes;
			else
				buf_add_char(&value, ch);
			c->at++;
		}
		if (in_quotes || !after_blank) {
			keep = value.len;
			line->value_end = c->at - raw;
		}
	}
	if (in_quotes && c->problem == NULL)
		c->problem = N_("The quote (\") in this line is not closed.");
	buf_truncate(&value, keep);
	line->value = buf_take(&value);
}

static void ini_read_setting(struct ini_cursor *c, size_t raw, struct ini_line *line)
{
	struct str name = ini_read_name(c);
	line->kind = INI_SETTING;
	line->name = mem_str(name);
	bool is_alone = ini_peek(c) == '\n' || ini_is_blank(ini_peek(c));
	ini_skip_blanks(c);
	char next = ini_peek(c);
	is_alone = is_alone && (next == '\n' || next == '#' || next == ';');
	if (str_is_empty(name) || (next != '=' && !is_alone)) {
		c->problem = N_("This line is neither a section like [rowan] nor a setting like "
				"name = value.");
		return;
	}
	if (next == '=') {
		c->at++;
		ini_skip_blanks(c);
		ini_read_value(c, raw, line);
	}
	if (c->problem == NULL)
		ini_skip_line(c);
}

static void ini_check_line(struct ini_cursor *c, const struct ini_line *line, bool has_section)
{
	if (c->problem != NULL)
		return;
	if (line->raw.len > INI_LINE_MAX)
		c->problem = N_("This line is longer than 64 kB.");
	else if (!utf8_is_valid(buf_str(&line->raw)))
		c->problem = N_("This line is not UTF-8; save the file as UTF-8.");
	else if (line->kind == INI_SETTING && !has_section)
		c->problem = N_("This setting stands before the first section; put [rowan] above "
				"it.");
}

static void ini_read_line(struct ini_cursor *c, struct ini_line *line, bool has_section)
{
	size_t raw = c->at;
	line->number = c->number;
	c->problem = NULL;
	ini_skip_blanks(c);
	char first = ini_peek(c);
	if (first == '\n' || first == '#' || first == ';')
		ini_skip_line(c);
	else if (first == '[')
		ini_read_section(c, raw, line);
	else
		ini_read_setting(c, raw, line);
	if (c->problem != NULL)
		ini_skip_line(c);
	buf_add(&line->raw, str_make(c->text.data + raw, c->at - raw));
	if (line->kind != INI_OTHER)
		ini_check_line(c, line, has_section);
	line->problem = c->problem;
	if (c->problem != NULL && line->kind == INI_SECTION)
		line->name[0] = '\0';
	else if (c->problem != NULL)
		line->kind = INI_BAD;
}

bool ini_read(struct ini *ini, struct str text)
{
	struct ini_cursor c = {.text = text, .number = 1};
	bool has_section = false;
	*ini = (struct ini){0};
	if (text.len > INI_SIZE_MAX)
		return false;
	while (!ini_at_end(&c)) {
		ini->lines = array_room(ini->lines, ini->count, &ini->cap, sizeof(*ini->lines));
		struct ini_line *line = &ini->lines[ini->count++];
		*line = (struct ini_line){0};
		if (c.at == 0 && str_starts(text, STR("\xef\xbb\xbf"))) {
			c.at = 3; /* a byte order mark is a line of its own, without an end */
			buf_add(&line->raw, str_first(text, 3));
			continue;
		}
		ini_read_line(&c, line, has_section);
		has_section = has_section || line->kind == INI_SECTION;
	}
	return true;
}
