/* The address book's file formats. */
#include "model/book_file.h"

#include "base/array.h"
#include "base/utf8.h"

/* ---- What all share. ---- */

struct book_reader {
	struct book_entry *entries;
	size_t count, cap;
};

static struct book_entry *book_add(struct book_reader *r)
{
	if (r->count >= BOOK_FILE_ENTRIES_MAX)
		return NULL;
	r->entries = array_room(r->entries, r->count, &r->cap, sizeof(*r->entries));
	struct book_entry *entry = &r->entries[r->count++];
	book_entry_init(entry);
	return entry;
}

/* One line of clean UTF-8. */
static void book_set(char **field, struct str text)
{
	struct buf clean = {0};
	utf8_add_mended(&clean, str_first(str_trim(text), BOOK_FILE_TEXT_MAX));
	for (size_t i = 0; i < clean.len; i++)
		if ((unsigned char)clean.data[i] < 0x20 || clean.data[i] == 0x7f)
			clean.data[i] = ' ';
	mem_free(*field);
	*field = buf_take(&clean);
}

/* The next line, with those that go on in it joined: a line that begins with a blank (is_folded),
 * or that stands behind a backslash. False at the end. */
static bool book_line(struct str *rest, bool is_folded, bool keeps_blank, struct buf *line)
{
	buf_clear(line);
	if (rest->len == 0)
		return false;
	for (;;) {
		struct str one = str_cut(rest, '\n');
		if (str_ends_nocase(one, STR("\r")))
			one.len--;
		bool goes_on = !is_folded && str_ends_nocase(one, STR("\\"));
		if (goes_on)
			one.len--;
		if (line->len < BOOK_FILE_TEXT_MAX)
			buf_add(line, one);
		bool is_next = rest->len > 0 && (rest->data[0] == ' ' || rest->data[0] == '\t');
		if (is_folded && is_next) {
			if (!keeps_blank)
				*rest = str_skip(*rest, 1);
			continue;
		}
		if (!goes_on || rest->len == 0)
			return true;
	}
}

static bool has_comma(const char *addresses)
{
	bool is_quoted = false;
	for (const char *p = addresses; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '"')
			is_quoted = !is_quoted;
		else if (*p == ',' && !is_quoted)
			return true;
	}
	return false;
}

/* 'Name <a@b>' → name and address; all else is left as it is. */
static void split_name(struct str text, struct str *name, struct str *address)
{
	text = str_trim(text);
	size_t open = str_find_char(text, '<');
	*name = STR("");
	*address = text;
	if (open == STR_NONE || text.len == 0 || text.data[text.len - 1] != '>')
		return;
	*name = str_trim(str_first(text, open));
	*address = str_make(text.data + open + 1, text.len - open - 2);
	if (name->len >= 2 && name->data[0] == '"' && name->data[name->len - 1] == '"')
		*name = str_make(name->data + 1, name->len - 2);
}

/* ---- mutt: alias NICK Name <a@b>, c@d # notes ---- */

static void mutt_line(struct book_reader *r, struct str line)
{
	line = str_trim(line);
	if (!str_starts_nocase(line, STR("alias")) || line.len < 7 ||
		(line.data[5] != ' ' && line.data[5] != '\t'))
		return;
	line = str_trim(str_skip(line, 6));
	while (str_starts(line, STR("-group "))) {
		line = str_trim(str_skip(line, 7));
		str_cut(&line, ' ');
		line = str_trim(line);
	}
	size_t end = 0;
	while (end < line.len && line.data[end] != ' ' && line.data[end] != '\t')
		end++;
	struct str nickname = str_first(line, end), rest = str_trim(str_skip(line, end));
	struct str name, address, notes = STR("");
	size_t hash = str_find(rest, STR(" # "));
	if (hash != STR_NONE) {
		notes = str_skip(rest, hash + 3);
		rest = str_first(rest, hash);
	}
	struct book_entry *entry = rest.len > 0 ? book_add(r) : NULL;
	if (entry == NULL)
		return;
	book_set(&entry->nickname, nickname);
	book_set(&entry->notes, notes);
	book_set(&entry->addresses, rest);
	entry->is_list = has_comma(entry->addresses);
	if (entry->is_list)
		return;
	split_name(rest, &name, &address);
	book_set(&entry->name, name);
	book_set(&entry->addresses, address);
}

static void mutt_read(struct book_reader *r, struct str text)
{
	struct buf line = {0};
	while (book_line(&text, false, false, &line))
		mutt_line(r, buf_str(&line));
	buf_done(&line);
}

static void add_name(struct buf *out, const char *name)
{
	bool is_plain = true;
	for (const char *p = name; *p != '\0'; p++)
		is_plain = is_plain && strchr("()<>[]:;@\\,.\"#", *p) == NULL;
	if (is_plain) {
		buf_add_text(out, name);
		return;
	}
	buf_add_char(out, '"');
	for (const char *p = name; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			continue; /* none of the formats agrees on how to say them */
		buf_add_char(out, *p);
	}
	buf_add_char(out, '"');
}

/* One word: what stands in a nickname otherwise is made a "_". */
static void add_nickname(struct buf *out, const struct book_entry *entry)
{
	const char *text = entry->nickname[0] != '\0' ? entry->nickname : entry->addresses;
	for (const char *p = text; *p != '\0'; p++)
		buf_add_char(out, strchr(" \t,<>\"", *p) != NULL ? '_' : *p);
}

static void mutt_write(const struct book_entry *entry, struct buf *out)
{
	buf_add_text(out, "alias ");
	add_nickname(out, entry);
	buf_add_char(out, ' ');
	if (!entry->is_list && entry->name[0] != '\0') {
		add_name(out, entry->name);
		buf_addf(out, " <%s>", entry->addresses);
	} else {
		buf_add_text(out, entry->addresses);
	}
	if (entry->notes[0] != '\0')
		buf_addf(out, " # %s", entry->notes);
	buf_add_char(out, '\n');
}

/* ---- Alpine: nick TAB name TAB address or (list) TAB fcc TAB notes ---- */

static void alpine_line(struct book_reader *r, struct str line)
{
	struct str fields[5];
	if (str_is_empty(str_trim(line)) || line.data[0] == '#')
		return;
	for (int i = 0; i < 5; i++)
		fields[i] = i < 4 ? str_cut(&line, '\t') : line;
	struct str address = str_trim(fields[2]);
	if (str_is_empty(address))
		return;
	struct book_entry *entry = book_add(r);
	if (entry == NULL)
		return;
	if (address.len >= 2 && address.data[0] == '(' && address.data[address.len - 1] == ')') {
		entry->is_list = true;
		address = str_make(address.data + 1, address.len - 2);
	}
	book_set(&entry->nickname, fields[0]);
	book_set(&entry->name, fields[1]);
	book_set(&entry->addresses, address);
	book_set(&entry->fcc, fields[3]);
	book_set(&entry->notes, fields[4]);
}

static void alpine_read(struct book_reader *r, struct str text)
{
	struct buf line = {0};
	while (book_line(&text, true, true, &line))
		alpine_line(r, buf_str(&line));
	buf_done(&line);
}

static void alpine_write(const struct book_entry *entry, struct buf *out)
{
	buf_addf(out, "%s\t%s\t%s%s%s", entry->nickname, entry->name, entry->is_list ? "(" : "",
		entry->addresses, entry->is_list ? ")" : "");
	if (entry->fcc[0] != '\0' || entry->notes[0] != '\0')
		buf_addf(out, "\t%s\t%s", entry->fcc, entry->notes);
	buf_add_char(out, '\n');
}

/* ---- vCard. ---- */

/* One card while it is read. */
struct vcard {
	struct buf name, nickname, notes, fcc, emails; /* emails: with commas */
	struct buf members;
	size_t email_count;
	bool is_open;
};

static void vcard_done(struct vcard *card)
{
	buf_done(&card->name);
	buf_done(&card->nickname);
	buf_done(&card->notes);
	buf_done(&card->fcc);
	buf_done(&card->emails);
	buf_done(&card->members);
	*card = (struct vcard){0};
}

static void vcard_value(struct str value, struct buf *out)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];
		if (c == '\\' && i + 1 < value.len) {
			c = value.data[++i];
			if (c == 'n' || c == 'N')
				c = ' ';
		}
		buf_add_char(out, c);
	}
}

static void vcard_add(struct buf *list, struct str value)
{
	value = str_trim(value);
	if (str_starts_nocase(value, STR("mailto:")))
		value = str_skip(value, 7);
	if (value.len == 0 || list->len + value.len > BOOK_FILE_TEXT_MAX)
		return;
	if (list->len > 0)
		buf_add_text(list, ", ");
	vcard_value(value, list);
}

static void vcard_end(struct book_reader *r, struct vcard *card)
{
	bool is_list = card->members.len > 0;
	struct str rest = buf_str(is_list ? &card->members : &card->emails);
	bool is_first = true;
	while (rest.len > 0) {
		struct str address = is_list ? rest : str_cut(&rest, ',');
		struct book_entry *entry = book_add(r);
		if (entry == NULL)
			break;
		book_set(&entry->addresses, address);
		book_set(&entry->name, buf_str(&card->name));
		book_set(&entry->notes, buf_str(&card->notes));
		book_set(&entry->fcc, buf_str(&card->fcc));
		if (is_first)
			book_set(&entry->nickname, buf_str(&card->nickname));
		entry->is_list = is_list;
		is_first = false;
		if (is_list)
			break;
	}
	vcard_done(card);
}

static bool vcard_is(struct str name, const char *what)
{
	size_t dot = str_find_char(name, '.'); /* "item1.EMAIL" */
	struct str plain = dot != STR_NONE ? str_skip(name, dot + 1) : name;
	return str_equal_nocase(str_first(plain, str_find_char(plain, ';')), str_from(what));
}

static void vcard_line(struct book_reader *r, struct vcard *card, struct str line)
{
	size_t colon = str_find_char(line, ':');
	if (colon == STR_NONE)
		return;
	struct str name = str_first(line, colon), value = str_skip(line, colon + 1);
	if (vcard_is(name, "BEGIN")) {
		vcard_done(card);
		card->is_open = str_equal_nocase(str_trim(value), STR("VCARD"));
	} else if (!card->is_open) {
		return;
	} else if (vcard_is(name, "END")) {
		vcard_end(r, card);
	} else if (vcard_is(name, "FN")) {
		buf_clear(&card->name);
		vcard_value(value, &card->name);
	} else if (vcard_is(name, "NICKNAME")) {
		buf_clear(&card->nickname);
		vcard_value(str_first(value, str_find_char(value, ',')), &card->nickname);
	} else if (vcard_is(name, "NOTE")) {
		buf_clear(&card->notes);
		vcard_value(value, &card->notes);
	} else if (vcard_is(name, "X-ROWAN-FCC")) {
		buf_clear(&card->fcc);
		vcard_value(value, &card->fcc);
	} else if (vcard_is(name, "EMAIL")) {
		vcard_add(&card->emails, value);
	} else if (vcard_is(name, "MEMBER")) {
		vcard_add(&card->members, value);
	}
}

static void vcard_read(struct book_reader *r, struct str text)
{
	struct buf line = {0};
	struct vcard card = {0};
	while (book_line(&text, true, false, &line))
		vcard_line(r, &card, buf_str(&line));
	vcard_done(&card);
	buf_done(&line);
}

/* Folded at 75 bytes, between characters (RFC 6350 3.2). */
static void vcard_write_line(struct buf *out, const char *name, const char *value)
{
	struct buf line = {0};
	if (value[0] == '\0')
		return;
	buf_addf(&line, "%s:", name);
	for (const char *p = value; *p != '\0'; p++) {
		if (strchr("\\,;", *p) != NULL)
			buf_add_char(&line, '\\');
		buf_add_char(&line, *p);
	}
	struct str rest = buf_str(&line);
	for (bool is_first = true; rest.len > 0; is_first = false) {
		struct str piece = utf8_first(rest, is_first ? 75 : 74);
		if (piece.len == 0)
			piece = str_first(rest, 74);
		buf_addf(out, "%s%.*s\r\n", is_first ? "" : " ", (int)piece.len, piece.data);
		rest = str_skip(rest, piece.len);
	}
	buf_done(&line);
}

static void vcard_write_members(const char *addresses, struct buf *out)
{
	struct str rest = str_from(addresses);
	struct buf one = {0};
	while (rest.len > 0) {
		struct str address = str_trim(str_cut(&rest, ','));
		buf_clear(&one);
		buf_addf(&one, "mailto:%.*s", (int)address.len, address.data);
		if (address.len > 0)
			vcard_write_line(out, "MEMBER", buf_text(&one));
	}
	buf_done(&one);
}

static void vcard_write(const struct book_entry *entry, struct buf *out)
{
	const char *name = entry->name;
	if (name[0] == '\0')
		name = entry->nickname[0] != '\0' ? entry->nickname : entry->addresses;
	buf_add_text(out, "BEGIN:VCARD\r\nVERSION:4.0\r\n");
	if (entry->is_list)
		buf_add_text(out, "KIND:group\r\n");
	vcard_write_line(out, "FN", name);
	vcard_write_line(out, "NICKNAME", entry->nickname);
	if (entry->is_list)
		vcard_write_members(entry->addresses, out);
	else
		vcard_write_line(out, "EMAIL", entry->addresses);
	vcard_write_line(out, "NOTE", entry->notes);
	vcard_write_line(out, "X-ROWAN-FCC", entry->fcc);
	buf_add_text(out, "END:VCARD\r\n");
}

/* ---- Any of them. ---- */

bool book_file_guess(struct str text, enum book_format *format)
{
	struct str rest = str_first(text, BOOK_FILE_TEXT_MAX);
	if (str_starts(rest, STR("\xef\xbb\xbf")))
		rest = str_skip(rest, 3);
	while (rest.len > 0) {
		struct str line = str_cut(&rest, '\n'), trimmed = str_trim(line);
		if (trimmed.len == 0 || trimmed.data[0] == '#')
			continue;
		if (str_starts_nocase(trimmed, STR("BEGIN:VCARD")))
			*format = BOOK_VCARD;
		else if (str_starts_nocase(trimmed, STR("alias ")))
			*format = BOOK_MUTT;
		else if (str_find_char(line, '\t') != STR_NONE)
			*format = BOOK_ALPINE;
		else
			continue;
		return true;
	}
	return false;
}

void book_file_read(
	enum book_format format, struct str text, struct book_entry **entries, size_t *count)
{
	static void (*const readers[])(struct book_reader *, struct str) = {
		[BOOK_VCARD] = vcard_read,
		[BOOK_MUTT] = mutt_read,
		[BOOK_ALPINE] = alpine_read,
	};
	struct book_reader r = {0};
	readers[format](&r, text);
	*entries = r.entries;
	*count = r.count;
}

void book_file_write(
	enum book_format format, const struct book_entry *entries, size_t count, struct buf *out)
{
	static void (*const writers[])(const struct book_entry *, struct buf *) = {
		[BOOK_VCARD] = vcard_write,
		[BOOK_MUTT] = mutt_write,
		[BOOK_ALPINE] = alpine_write,
	};
	for (size_t i = 0; i < count; i++)
		writers[format](&entries[i], out);
}
