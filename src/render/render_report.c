#include "proto/mime/mime.h"
#include "render/render_parts.h"
#include "render/render_words.h"

enum { PEOPLE_MAX = 50 };

/* "rfc822; bob@example.com" → "bob@example.com". */
static void add_typed(struct buf *out, struct str raw)
{
	struct buf text = {0};
	mime_unfold(raw, &text);
	struct str rest = buf_str(&text);
	size_t type = str_find_char(rest, ';');
	buf_add(out, str_trim(type == STR_NONE ? rest : str_skip(rest, type + 1)));
	buf_done(&text);
}

static void add_field(struct buf *out, struct str fields, const char *name, const char *before)
{
	struct str raw;
	if (!mime_field_find(fields, name, &raw))
		return;
	buf_add_text(out, before);
	add_typed(out, raw);
}

static const struct {
	struct str action;
	const char *words;
} actions[] = {
	{{"failed", 6}, WORD_FAILED},
	{{"delayed", 7}, WORD_DELAYED},
	{{"delivered", 9}, WORD_DELIVERED},
	{{"relayed", 7}, WORD_RELAYED},
	{{"expanded", 8}, WORD_EXPANDED},
};

/* One person: who, what became of it, the server's own words. */
static bool report_person(struct render *r, struct str fields)
{
	struct str raw;
	if (!mime_field_find(fields, "Action", &raw))
		return false;
	struct str action = str_trim(raw);
	struct buf text = {0};
	add_field(&text, fields,
		mime_field_find(fields, "Original-Recipient", &raw) ? "Original-Recipient"
								    : "Final-Recipient",
		"");
	if (mime_field_find(fields, "Diagnostic-Code", &raw))
		add_field(&text, fields, "Diagnostic-Code", " – ");
	else
		add_field(&text, fields, "Status", " – ");
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (str_starts_nocase(action, actions[i].action))
			render_note(r, actions[i].words, buf_str(&text));
	}
	buf_done(&text);
	return true;
}

/* The next group of fields: up to an empty line. */
static struct str group_cut(struct str *rest)
{
	struct str all = *rest;
	size_t at = 0;
	while (at < all.len) {
		size_t end = str_find_char(str_skip(all, at), '\n');
		size_t next = end == STR_NONE ? all.len : at + end + 1;
		struct str line = str_make(all.data + at, next - at);
		if (str_trim(line).len == 0 && at > 0)
			break;
		at = next;
	}
	*rest = str_skip(all, at);
	while (rest->len > 0 && (rest->data[0] == '\n' || rest->data[0] == '\r'))
		*rest = str_skip(*rest, 1);
	return str_first(all, at);
}

static void report_receipt(struct render *r, struct str fields)
{
	static const struct {
		struct str kind;
		const char *words;
	} kinds[] = {
		{{"displayed", 9}, WORD_DISPLAYED},
		{{"deleted", 7}, WORD_DELETED},
		{{"", 0}, WORD_PROCESSED},
	};
	struct str raw;
	if (!mime_field_find(fields, "Disposition", &raw))
		return;
	size_t mode = str_find_char(raw, ';');
	struct str kind = str_trim(mode == STR_NONE ? raw : str_skip(raw, mode + 1));
	struct buf text = {0};
	add_field(&text, fields, "Final-Recipient", "");
	for (size_t i = 0; i < 3; i++) {
		if (!str_starts_nocase(kind, kinds[i].kind))
			continue;
		render_note(r, kinds[i].words, buf_str(&text));
		break;
	}
	buf_done(&text);
}

void render_report(struct render *r, struct str status, bool is_receipt)
{
	if (is_receipt) {
		report_receipt(r, status);
		return;
	}
	for (int people = 0; status.len > 0 && people < PEOPLE_MAX;)
		people += report_person(r, group_cut(&status));
}
