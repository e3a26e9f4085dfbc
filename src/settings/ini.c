/* A settings file kept line by line: looking up, changing, writing. */
#include "settings/ini.h"

#include "base/array.h"

static void ini_line_done(struct ini_line *line)
{
	buf_done(&line->raw);
	mem_free(line->name);
	mem_free(line->value);
}

void ini_done(struct ini *ini)
{
	for (size_t i = 0; i < ini->count; i++)
		ini_line_done(&ini->lines[i]);
	mem_free(ini->lines);
	*ini = (struct ini){0};
}

void ini_write(const struct ini *ini, struct buf *out)
{
	for (size_t i = 0; i < ini->count; i++)
		buf_add(out, buf_str(&ini->lines[i].raw));
}

static char ini_fold(char c)
{
	return c == '_' ? '-' : ascii_lower(c);
}

bool ini_name_equal(const char *a, const char *b)
{
	while (*a != '\0' && ini_fold(*a) == ini_fold(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

static bool ini_line_is_section(const struct ini_line *line, const char *section, const char *sub)
{
	if (line->kind != INI_SECTION || !ini_name_equal(line->name, section))
		return false;
	if (sub == NULL || line->value == NULL)
		return sub == line->value;
	return strcmp(sub, line->value) == 0;
}

/* The next line from *at on that belongs to the section, its header included. *inside is kept
 * between calls. */
static bool ini_next(
	const struct ini *ini, const char *section, const char *sub, size_t *at, bool *inside)
{
	for (; *at < ini->count; ++*at) {
		const struct ini_line *line = &ini->lines[*at];
		if (line->kind == INI_SECTION)
			*inside = ini_line_is_section(line, section, sub);
		if (*inside)
			return true;
	}
	return false;
}

/* Index of the section's last setting of that name (name NULL: of its last line that is a setting,
 * a header or bad), or STR_NONE. */
static size_t ini_find(
	const struct ini *ini, const char *section, const char *sub, const char *name)
{
	size_t found = STR_NONE;
	bool inside = false;
	for (size_t i = 0; ini_next(ini, section, sub, &i, &inside); i++) {
		const struct ini_line *line = &ini->lines[i];
		if (name == NULL ? line->kind != INI_OTHER
				 : line->kind == INI_SETTING && ini_name_equal(line->name, name))
			found = i;
	}
	return found;
}

bool ini_has_section(const struct ini *ini, const char *section, const char *sub)
{
	return ini_find(ini, section, sub, NULL) != STR_NONE;
}

const char *ini_get(const struct ini *ini, const char *section, const char *sub, const char *name)
{
	size_t at = ini_find(ini, section, sub, name);
	if (at == STR_NONE)
		return NULL;
	return ini->lines[at].value != NULL ? ini->lines[at].value : "yes";
}

static bool ini_needs_quotes(struct str value)
{
	if (value.len == 0 || ascii_is_space(value.data[0]) ||
		ascii_is_space(value.data[value.len - 1]))
		return true;
	for (size_t i = 0; i < value.len; i++)
		if (strchr("#;\"\\", value.data[i]) != NULL || (unsigned char)value.data[i] < 0x20)
			return true;
	return false;
}

static void ini_add_escaped(struct buf *out, struct str text)
{
	static const char escapes[][2] = {
		{'\n', 'n'}, {'\t', 't'}, {'\b', 'b'}, {'"', '"'}, {'\\', '\\'}};
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		for (size_t k = 0; k < sizeof(escapes) / sizeof(escapes[0]); k++) {
			if (text.data[i] != escapes[k][0])
				continue;
			buf_add_char(out, '\\');
			c = escapes[k][1];
		}
		buf_add_char(out, c);
	}
}

static void ini_add_value(struct buf *out, struct str value)
{
	if (!ini_needs_quotes(value)) {
		buf_add(out, value);
		return;
	}
	buf_add_char(out, '"');
	ini_add_escaped(out, value);
	buf_add_char(out, '"');
}

static struct ini_line *ini_insert(struct ini *ini, size_t at)
{
	ini->lines = array_room(ini->lines, ini->count, &ini->cap, sizeof(*ini->lines));
	memmove(&ini->lines[at + 1], &ini->lines[at], (ini->count - at) * sizeof(*ini->lines));
	ini->count++;
	ini->lines[at] = (struct ini_line){0};
	return &ini->lines[at];
}

static void ini_delete(struct ini *ini, size_t at)
{
	ini_line_done(&ini->lines[at]);
	ini->count--;
	memmove(&ini->lines[at], &ini->lines[at + 1], (ini->count - at) * sizeof(*ini->lines));
}

/* The last line of a file may have no line end, or go on after a backslash; whoever writes behind
 * it ends it first. */
static void ini_end_line(struct ini *ini, size_t at)
{
	struct buf *raw = &ini->lines[at].raw;
	struct str text = buf_str(raw);
	bool has_end = text.len > 0 && text.data[text.len - 1] == '\n';
	text.len -= has_end;
	text.len -= text.len > 0 && text.data[text.len - 1] == '\r';
	bool goes_on = text.len > 0 && text.data[text.len - 1] == '\\';
	if (!has_end && raw->len > 0)
		buf_add_char(raw, '\n');
	if (goes_on)
		buf_add_char(raw, '\n');
}

static void ini_change(struct ini_line *line, const char *value)
{
	struct buf raw = {0};
	bool is_alone = line->value_start == 0;
	if (is_alone) {
		size_t end = str_find(buf_str(&line->raw), str_from(line->name));
		line->value_start = line->value_end = end + strlen(line->name);
	}
	buf_add(&raw, str_first(buf_str(&line->raw), line->value_start));
	if (is_alone)
		buf_add_text(&raw, " = ");
	line->value_start = raw.len;
	ini_add_value(&raw, str_from(value));
	size_t end = raw.len;
	struct str rest = str_skip(buf_str(&line->raw), line->value_end);
	if (rest.len > 0 && !ascii_is_space(rest.data[0]))
		buf_add_char(&raw, ' '); /* a comment that stood directly behind "=" */
	buf_add(&raw, rest);
	line->value_end = end;
	buf_done(&line->raw);
	line->raw = raw;
	mem_free(line->value);
	line->value = mem_text(value);
}

static void ini_fill_setting(struct ini_line *line, const char *name, const char *value)
{
	line->kind = INI_SETTING;
	line->name = mem_text(name);
	line->value = mem_text(value);
	buf_addf(&line->raw, "\t%s = ", name);
	line->value_start = line->raw.len;
	ini_add_value(&line->raw, str_from(value));
	line->value_end = line->raw.len;
	buf_add_char(&line->raw, '\n');
}

static void ini_add_header(struct buf *out, const char *section, const char *sub)
{
	buf_addf(out, "[%s", section);
	if (sub != NULL) {
		buf_add_text(out, " \"");
		ini_add_escaped(out, str_from(sub));
		buf_add_char(out, '"');
	}
	buf_add_char(out, ']');
}

/* Behind the last line; an empty line before it. Returns its index. */
static size_t ini_add_section(struct ini *ini, const char *section, const char *sub)
{
	if (ini->count > 0) {
		ini_end_line(ini, ini->count - 1);
		buf_add_char(&ini_insert(ini, ini->count)->raw, '\n');
	}
	struct ini_line *line = ini_insert(ini, ini->count);
	line->kind = INI_SECTION;
	line->name = mem_text(section);
	line->value = mem_text(sub);
	ini_add_header(&line->raw, section, sub);
	buf_add_char(&line->raw, '\n');
	return ini->count - 1;
}

void ini_set(
	struct ini *ini, const char *section, const char *sub, const char *name, const char *value)
{
	size_t at = ini_find(ini, section, sub, name);
	if (at != STR_NONE) {
		ini_change(&ini->lines[at], value);
		return;
	}
	at = ini_find(ini, section, sub, NULL);
	if (at == STR_NONE)
		at = ini_add_section(ini, section, sub);
	ini_end_line(ini, at);
	ini_fill_setting(ini_insert(ini, at + 1), name, value);
}

void ini_unset(struct ini *ini, const char *section, const char *sub, const char *name)
{
	bool inside = false;
	for (size_t at = 0; ini_next(ini, section, sub, &at, &inside);) {
		struct ini_line *line = &ini->lines[at];
		if (line->kind != INI_SETTING || !ini_name_equal(line->name, name)) {
			at++;
			continue;
		}
		ini_end_line(ini, at - 1); /* of a section with a setting in its line */
		ini_delete(ini, at);
	}
}

static bool ini_line_is_empty(const struct ini_line *line)
{
	return line->kind == INI_OTHER && str_is_empty(str_trim(buf_str(&line->raw)));
}

/* One section from its header at `at`: up to its last setting and the comment directly below it,
 * and the empty lines behind. A comment further down belongs to what follows. */
static void ini_remove_at(struct ini *ini, size_t at)
{
	size_t end = at + 1;
	for (size_t i = end; i < ini->count && ini->lines[i].kind != INI_SECTION; i++)
		if (ini->lines[i].kind != INI_OTHER)
			end = i + 1;
	while (end < ini->count && ini->lines[end].kind == INI_OTHER &&
		!ini_line_is_empty(&ini->lines[end]))
		end++;
	while (end < ini->count && ini_line_is_empty(&ini->lines[end]))
		end++;
	for (size_t i = at; i < end; i++)
		ini_line_done(&ini->lines[i]);
	memmove(&ini->lines[at], &ini->lines[end], (ini->count - end) * sizeof(*ini->lines));
	ini->count -= end - at;
}

void ini_remove_section(struct ini *ini, const char *section, const char *sub)
{
	size_t at = 0;
	while (at < ini->count) {
		if (ini_line_is_section(&ini->lines[at], section, sub))
			ini_remove_at(ini, at);
		else
			at++;
	}
}

void ini_rename_section(struct ini *ini, const char *section, const char *sub, const char *new_sub)
{
	for (size_t i = 0; i < ini->count; i++) {
		struct ini_line *line = &ini->lines[i];
		if (!ini_line_is_section(line, section, sub))
			continue;
		struct buf raw = {0};
		struct str rest = buf_str(&line->raw);
		ini_add_header(&raw, section, new_sub);
		buf_add(&raw, str_skip(rest, line->value_end));
		buf_done(&line->raw);
		line->raw = raw;
		mem_free(line->value);
		line->value = mem_text(new_sub);
	}
}
