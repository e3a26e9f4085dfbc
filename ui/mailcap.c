/* mailcap files (RFC 1524). */
#include "ui/mailcap.h"

#include "base/array.h"
#include "base/file.h"

#include <stdlib.h>

/* ---- Reading. ---- */

/* The next field; a backslash keeps what follows. False at the end of the line. */
static bool mailcap_field(struct str *line, struct buf *field)
{
	buf_clear(field);
	if (line->data == NULL || line->len == 0)
		return false;
	while (line->len > 0 && line->data[0] != ';') {
		if (line->data[0] == '\\' && line->len > 1) {
			/* \% is for the command line, \; and \\ are for here */
			if (line->data[1] != ';' && line->data[1] != '\\')
				buf_add_char(field, '\\');
			*line = str_skip(*line, 1);
		}
		buf_add_char(field, line->data[0]);
		*line = str_skip(*line, 1);
	}
	*line = str_skip(*line, 1);
	return true;
}

static char *mailcap_value(struct str field)
{
	return mem_str(str_trim(str_skip(field, str_find_char(field, '=') + 1)));
}

static void mailcap_take_field(struct mailcap_entry *entry, struct str field)
{
	struct str rest = str_trim(field);
	struct str name = str_trim(str_cut(&rest, '='));
	bool has_value = str_find_char(field, '=') != STR_NONE;
	if (str_equal_nocase(name, STR("needsterminal")))
		entry->needs_terminal = true;
	else if (str_equal_nocase(name, STR("copiousoutput")))
		entry->is_copious = true;
	else if (has_value && entry->test == NULL && str_equal_nocase(name, STR("test")))
		entry->test = mailcap_value(field);
	else if (has_value && entry->name == NULL && str_equal_nocase(name, STR("nametemplate")))
		entry->name = mailcap_value(field);
}

static void mailcap_read_line(struct mailcap *mailcap, struct str line)
{
	struct buf field = {0};
	struct mailcap_entry entry = {0};
	line = str_trim(line);
	if (line.len == 0 || line.data[0] == '#' || mailcap->count >= MAILCAP_ENTRIES_MAX)
		return;
	mailcap_field(&line, &field);
	entry.type = mem_str(str_trim(buf_str(&field)));
	mailcap_field(&line, &field);
	entry.view = mem_str(str_trim(buf_str(&field)));
	while (mailcap_field(&line, &field))
		mailcap_take_field(&entry, buf_str(&field));
	mailcap->entries = array_room(
		mailcap->entries, mailcap->count, &mailcap->cap, sizeof(*mailcap->entries));
	mailcap->entries[mailcap->count++] = entry;
	buf_done(&field);
}

void mailcap_read(struct mailcap *mailcap, struct str text)
{
	struct buf line = {0};
	while (text.len > 0) {
		struct str piece = str_cut(&text, '\n');
		bool goes_on = piece.len > 0 && piece.data[piece.len - 1] == '\\';
		buf_add(&line, str_first(piece, piece.len - goes_on));
		if (goes_on && text.len > 0)
			continue;
		mailcap_read_line(mailcap, buf_str(&line));
		buf_clear(&line);
	}
	buf_done(&line);
}

static void mailcap_load_file(struct mailcap *mailcap, struct str name)
{
	const char *home = getenv("HOME");
	struct buf path = {0}, text = {0};
	if (str_starts(name, STR("~/")) && home != NULL) {
		buf_add_text(&path, home);
		name = str_skip(name, 1);
	}
	buf_add(&path, name);
	if (path.len > 0 && file_read(buf_text(&path), MAILCAP_BYTES_MAX, &text, NULL))
		mailcap_read(mailcap, buf_str(&text));
	buf_done(&path);
	buf_done(&text);
}

void mailcap_load(struct mailcap *mailcap)
{
	const char *paths = getenv("MAILCAPS");
	struct str rest = str_from(paths != NULL && paths[0] != '\0'
					   ? paths
					   : "~/.mailcap:/etc/mailcap:/usr/share/etc/mailcap:"
					     "/usr/etc/mailcap:/usr/local/etc/mailcap");
	while (rest.len > 0)
		mailcap_load_file(mailcap, str_cut(&rest, ':'));
}

void mailcap_done(struct mailcap *mailcap)
{
	for (size_t i = 0; i < mailcap->count; i++) {
		mem_free(mailcap->entries[i].type);
		mem_free(mailcap->entries[i].view);
		mem_free(mailcap->entries[i].test);
		mem_free(mailcap->entries[i].name);
	}
	mem_free(mailcap->entries);
	*mailcap = (struct mailcap){0};
}

/* ---- Commands. ---- */

/* From a message: letters, digits and a few signs, and never an option. */
static void mailcap_add_clean(struct buf *out, const char *value)
{
	struct str rest = str_from(value != NULL ? value : "");
	size_t start = out->len;
	for (; rest.len > 0 && out->len - start < 200; rest = str_skip(rest, 1)) {
		char c = rest.data[0];
		bool is_good = ascii_is_alpha(c) || ascii_is_digit(c) ||
			       (strchr("/.+_:-", c) != NULL && c != '\0');
		if (is_good && (c != '-' || out->len > start))
			buf_add_char(out, c);
	}
}

enum mailcap_sign { SIGN_NONE, SIGN_FILE, SIGN_TYPE, SIGN_CHARSET, SIGN_NAME, SIGN_OTHER };

/* The sign at the beginning, and how many bytes it takes. */
static enum mailcap_sign mailcap_sign(struct str rest, size_t *len)
{
	*len = 2;
	if (rest.len < 2 || rest.data[0] != '%')
		return SIGN_NONE;
	if (rest.data[1] == 's')
		return SIGN_FILE;
	if (rest.data[1] == 't')
		return SIGN_TYPE;
	size_t end = str_find_char(rest, '}');
	if (rest.data[1] != '{' || end == STR_NONE)
		return SIGN_NONE;
	*len = end + 1;
	struct str name = str_first(str_skip(rest, 2), end - 2);
	return str_equal_nocase(name, STR("charset")) ? SIGN_CHARSET
	       : str_equal_nocase(name, STR("name"))  ? SIGN_NAME
						      : SIGN_OTHER;
}

static void mailcap_add_sign(
	struct buf *out, enum mailcap_sign sign, const struct mailcap_part *part)
{
	if (sign == SIGN_FILE)
		buf_add_text(out, part->path);
	else if (sign == SIGN_TYPE)
		mailcap_add_clean(out, part->type);
	else if (sign == SIGN_CHARSET)
		mailcap_add_clean(out, part->charset);
	else if (sign == SIGN_NAME)
		mailcap_add_clean(out, part->name);
}

static void mailcap_fill(struct buf *out, struct str word, const struct mailcap_part *part)
{
	while (word.len > 0) {
		size_t len;
		enum mailcap_sign sign = mailcap_sign(word, &len);
		if (sign == SIGN_NONE) {
			bool is_twice = str_starts(word, STR("%%"));
			buf_add_char(out, word.data[0]);
			len = is_twice ? 2 : 1;
		}
		mailcap_add_sign(out, sign, part);
		word = str_skip(word, len);
	}
}

/* For sh: each sign becomes a parameter, in quotes of its own whatever quotes it stands in. */
static void mailcap_fill_shell(struct buf *out, struct str line)
{
	char quote = 0;
	while (line.len > 0) {
		size_t len;
		char c = line.data[0];
		enum mailcap_sign sign = mailcap_sign(line, &len);
		if (sign != SIGN_NONE) {
			const char *around = quote == '"' ? "" : quote == '\'' ? "'" : "";
			const char *inner = quote == '"' ? "" : "\"";
			if (sign != SIGN_OTHER)
				buf_addf(out, "%s%s${%d}%s%s", around, inner, (int)sign, inner,
					around);
			line = str_skip(line, len);
			continue;
		}
		if (c == '\\' && quote != '\'' && line.len > 1) {
			buf_add_char(out, c);
			line = str_skip(line, 1);
		} else if (quote == 0 && (c == '\'' || c == '"')) {
			quote = c;
		} else if (c == quote) {
			quote = 0;
		}
		buf_add_char(out, line.data[0]);
		line = str_skip(line, 1);
	}
}

static void mailcap_shell_command(
	const char *line, const struct mailcap_part *part, struct argv *argv)
{
	struct buf text = {0};
	mailcap_fill_shell(&text, str_from(line));
	argv_add(argv, STR("/bin/sh"));
	argv_add(argv, STR("-c"));
	argv_add(argv, buf_str(&text));
	argv_add(argv, STR("sh"));
	for (int sign = SIGN_FILE; sign <= SIGN_NAME; sign++) {
		buf_clear(&text);
		mailcap_add_sign(&text, (enum mailcap_sign)sign, part);
		argv_add(argv, buf_str(&text));
	}
	buf_done(&text);
}

bool mailcap_command(
	const char *line, const struct mailcap_part *part, struct argv *argv, bool *is_input)
{
	struct argv words = {0};
	*is_input = strstr(line, "%s") == NULL;
	if (argv_is_for_shell(str_from(line))) {
		mailcap_shell_command(line, part, argv);
		return true;
	}
	bool is_whole = argv_split(&words, str_from(line)) && words.count > 0;
	for (size_t i = 0; i < words.count && is_whole; i++) {
		struct buf word = {0};
		mailcap_fill(&word, str_from(words.words[i]), part);
		argv_add(argv, buf_str(&word));
		buf_done(&word);
	}
	argv_done(&words);
	return is_whole;
}

/* ---- Finding. ---- */

static bool mailcap_fits(const struct mailcap_entry *entry, struct str type)
{
	struct str known = str_from(entry->type), all = known;
	if (str_ends_nocase(known, STR("/*")))
		all = str_first(known, known.len - 1);
	else if (str_find_char(known, '/') != STR_NONE)
		return str_equal_nocase(known, type);
	struct str main = str_first(type, str_find_char(type, '/'));
	return str_equal_nocase(main, str_first(all, main.len)) &&
	       (all.len == main.len || (all.len == main.len + 1 && all.data[main.len] == '/'));
}

static bool mailcap_passes(
	const struct mailcap_entry *entry, const struct mailcap_part *part, mailcap_test *test)
{
	struct argv argv = {0};
	bool is_input;
	if (entry->test == NULL || test == NULL)
		return true;
	bool passes = mailcap_command(entry->test, part, &argv, &is_input) && test(&argv);
	argv_done(&argv);
	return passes;
}

const struct mailcap_entry *mailcap_find(
	const struct mailcap *mailcap, const struct mailcap_part *part, mailcap_test *test)
{
	for (size_t i = 0; i < mailcap->count; i++) {
		const struct mailcap_entry *entry = &mailcap->entries[i];
		if (entry->view[0] != '\0' && mailcap_fits(entry, str_from(part->type)) &&
			mailcap_passes(entry, part, test))
			return entry;
	}
	return NULL;
}
