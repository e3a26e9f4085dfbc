/* Header fields: into the nouns of struct shown, and into lines to read. */
#include "base/memory.h"
#include "base/utf8.h"
#include "proto/mime/mime.h"
#include "render/render_parts.h"

enum { VALUE_SHOWN_MAX = 32 * 1024, FIELDS_SHOWN_MAX = 2000 };

static bool is_asked_for(struct str name)
{
	static const char *const names[] = {"bcc", "cc", "content-type", "date", "from",
		"in-reply-to", "list-id", "list-unsubscribe", "message-id", "references",
		"reply-to", "return-path", "sender", "subject", "to"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_equal_nocase(name, str_from(names[i])))
			return true;
	}
	return false;
}

void render_header_pick(struct str header, struct buf *out)
{
	struct str name, raw;
	while (mime_field_next(&header, &name, &raw)) {
		if (!is_asked_for(name))
			continue;
		buf_add(out, name);
		buf_add_text(out, ": ");
		buf_add(out, raw);
		buf_add_text(out, "\n");
	}
}

/* A group without members ("undisclosed-recipients:;") names nobody. */
static void drop_nobody(struct address_list *list)
{
	size_t kept = 0;
	for (size_t i = 0; i < list->count; i++) {
		struct address *a = &list->items[i];
		bool is_nobody = a->addr[0] == '\0' && (a->name[0] == '\0' || a->group != NULL);
		if (!is_nobody) {
			list->items[kept++] = *a;
			continue;
		}
		mem_free(a->name);
		mem_free(a->addr);
		mem_free(a->group);
	}
	list->count = kept;
}

static void take_addresses(struct str header, const char *name, struct address_list *list)
{
	struct str field, raw;
	while (mime_field_next(&header, &field, &raw)) {
		if (str_equal_nocase(field, str_from(name)))
			mime_address_parse(raw, list);
	}
	drop_nobody(list);
}

static void take_ids(struct str header, const char *name, struct buf *ids)
{
	struct str raw;
	if (mime_field_find(header, name, &raw))
		mime_ids_parse(raw, ids);
}

static char *take_first_id(struct str header)
{
	struct buf ids = {0};
	take_ids(header, "Message-ID", &ids);
	struct str rest = buf_str(&ids);
	struct str first = str_cut(&rest, '\n');
	char *id = first.len > 0 ? mem_str(first) : NULL;
	buf_done(&ids);
	return id;
}

static void take_date(struct shown *s, struct str header)
{
	struct str raw;
	if (!mime_field_find(header, "Date", &raw))
		return;
	struct buf text = {0};
	mime_unfold(raw, &text);
	struct str trimmed = str_trim(buf_str(&text));
	s->date_raw = mem_str(trimmed);
	s->has_date = mime_date_parse(raw, &s->date, &s->date_zone);
	buf_done(&text);
}

void render_fields(struct shown *s, struct str header)
{
	struct str raw;
	struct buf subject = {0};
	if (mime_field_find(header, "Subject", &raw))
		mime_word_decode(raw, &subject);
	s->subject = mem_str(str_trim(buf_str(&subject)));
	buf_done(&subject);
	take_addresses(header, "From", &s->from);
	take_addresses(header, "Sender", &s->sender);
	take_addresses(header, "Reply-To", &s->reply_to);
	take_addresses(header, "To", &s->to);
	take_addresses(header, "Cc", &s->cc);
	take_addresses(header, "Bcc", &s->bcc);
	take_date(s, header);
	s->message_id = take_first_id(header);
	take_ids(header, "In-Reply-To", &s->in_reply_to);
	take_ids(header, "References", &s->references);
}

/* ---- Lines to read. ---- */

/* A name that could be taken for an address, or for two, stands in quotes. */
static void add_name(struct buf *out, const char *name)
{
	bool is_quoted = strpbrk(name, "<>@,;:\"()\\") != NULL;
	if (!is_quoted) {
		buf_add_text(out, name);
		return;
	}
	buf_add_char(out, '"');
	for (const char *c = name; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *c);
	}
	buf_add_char(out, '"');
}

static void add_address(struct buf *out, const struct address *a)
{
	if (a->name[0] == '\0') {
		buf_add_text(out, a->addr);
		return;
	}
	add_name(out, a->name);
	if (a->addr[0] != '\0')
		buf_addf(out, " <%s>", a->addr);
}

static bool is_same_group(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void add_list(struct buf *out, const struct address_list *list)
{
	const char *group = NULL;
	for (size_t i = 0; i < list->count && out->len < VALUE_SHOWN_MAX; i++) {
		const struct address *a = &list->items[i];
		bool is_new = !is_same_group(group, a->group);
		if (is_new && group != NULL)
			buf_add_char(out, ';');
		if (i > 0)
			buf_add_text(out, is_new && group != NULL ? " " : ", ");
		if (is_new && a->group != NULL) {
			add_name(out, a->group);
			buf_add_text(out, ": ");
		}
		group = a->group;
		bool is_empty_group =
			a->group != NULL && a->addr[0] == '\0' && strcmp(a->name, a->group) == 0;
		if (!is_empty_group)
			add_address(out, a);
	}
	if (group != NULL)
		buf_add_char(out, ';');
}

static void add_field(struct doc *doc, struct str name, struct str value)
{
	struct doc_block *b = doc_add_block(doc, DOC_HEADER);
	b->wrap = DOC_WRAP;
	b->label = mem_str(name);
	struct str shown = utf8_first(str_trim(value), VALUE_SHOWN_MAX);
	doc_block_add(b, shown, 0, -1);
	if (shown.len < value.len && shown.len + 4 > VALUE_SHOWN_MAX)
		doc_block_add(b, STR(" …"), 0, -1);
}

static void show_addresses(struct str raw, struct buf *out)
{
	struct address_list list = {0};
	mime_address_parse(raw, &list);
	add_list(out, &list);
	if (list.count == 0)
		mime_word_decode(raw, out);
	address_list_done(&list);
}

static void show_words(struct str raw, struct buf *out)
{
	mime_word_decode(raw, out);
}

static void show_as_written(struct str raw, struct buf *out)
{
	mime_unfold(raw, out);
}

static const struct {
	const char *name;
	void (*show)(struct str raw, struct buf *out);
	bool is_shown_if_other; /* only when it differs from From */
} short_fields[] = {
	{"Date", show_as_written, false},
	{"From", show_addresses, false},
	{"Reply-To", show_addresses, true},
	{"To", show_addresses, false},
	{"Cc", show_addresses, false},
	{"Bcc", show_addresses, false},
	{"Subject", show_words, false},
};

/* The same addresses as in From, whatever the names. */
static bool is_from(struct str header, struct str raw)
{
	struct str from_raw;
	struct address_list from = {0}, other = {0};
	if (!mime_field_find(header, "From", &from_raw))
		return false;
	mime_address_parse(from_raw, &from);
	mime_address_parse(raw, &other);
	bool is_same = from.count == other.count;
	for (size_t i = 0; is_same && i < from.count; i++)
		is_same = str_equal_nocase(
			str_from(from.items[i].addr), str_from(other.items[i].addr));
	address_list_done(&from);
	address_list_done(&other);
	return is_same;
}

/* Every field of that name: two From lines are both shown, for one of them lies. */
static void show_short(struct doc *doc, struct str header, size_t row)
{
	struct str rest = header, name, raw;
	struct buf value = {0};
	int shown = 0;
	while (shown < 20 && mime_field_next(&rest, &name, &raw)) {
		if (!str_equal_nocase(name, str_from(short_fields[row].name)))
			continue;
		if (short_fields[row].is_shown_if_other && is_from(header, raw))
			continue;
		buf_clear(&value);
		short_fields[row].show(raw, &value);
		if (str_trim(buf_str(&value)).len == 0)
			continue;
		add_field(doc, str_from(short_fields[row].name), buf_str(&value));
		shown++;
	}
	buf_done(&value);
}

static void show_full(struct doc *doc, struct str header)
{
	struct str name, raw;
	struct buf value = {0};
	int shown = 0;
	while (shown++ < FIELDS_SHOWN_MAX && mime_field_next(&header, &name, &raw)) {
		buf_clear(&value);
		struct buf mended = {0};
		mime_unfold(raw, &value);
		utf8_add_mended(&mended, buf_str(&value));
		add_field(doc, name, buf_str(&mended));
		buf_done(&mended);
	}
	buf_done(&value);
}

void render_header_blocks(struct doc *doc, struct str header, bool is_full)
{
	if (is_full) {
		show_full(doc, header);
		return;
	}
	for (size_t i = 0; i < sizeof(short_fields) / sizeof(short_fields[0]); i++)
		show_short(doc, header, i);
}
