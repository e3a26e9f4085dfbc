/* What a part's header fields say, written into its node. */
#include "proto/mime/mime_part.h"

#include "base/memory.h"
#include "proto/mime/mime.h"

static void set_text(char **to, char *owned)
{
	mem_free(*to);
	*to = owned;
}

static char *lower_copy(struct str s)
{
	char *copy = mem_str(s);
	for (char *c = copy; *c != '\0'; c++)
		*c = ascii_lower(*c);
	return copy;
}

void mime_part_set_type(struct part *part, struct str type, struct str subtype)
{
	set_text(&part->type, lower_copy(type));
	set_text(&part->subtype, lower_copy(subtype));
}

static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] <= ' ' || s.data[i] == 127 ||
			strchr("()<>@,;:\\\"/[]?=", s.data[i]) != NULL)
			return false;
	return s.len > 0;
}

/* RFC 2045 5.2: what cannot be read is text/plain; a type alone has one likely subtype. */
static void type_read(struct part *part, struct str value)
{
	static const struct {
		const char *type, *subtype;
	} alone[] = {{"text", "plain"}, {"multipart", "mixed"}, {"message", "rfc822"}};
	struct str subtype = value;
	struct str type = str_cut(&subtype, '/');
	if (is_token(type) && is_token(subtype)) {
		mime_part_set_type(part, type, subtype);
		return;
	}
	mime_part_set_type(part, STR("text"), STR("plain"));
	for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++)
		if (str_equal(type, str_from(alone[i].type)))
			mime_part_set_type(part, type, str_from(alone[i].subtype));
}

/* A copy, NULL when empty. */
static char *text_or_null(const char *text)
{
	return text != NULL && *text != '\0' ? mem_text(text) : NULL;
}

static void content_type_apply(struct part *part, struct str value)
{
	struct mime_params params;
	mime_params_parse(value, &params);
	type_read(part, str_from(params.value));
	part->params = params.items; /* handed over */
	part->param_count = params.count;
	params.items = NULL;
	params.count = 0;
	mime_params_done(&params);
	part->charset = text_or_null(part_param(part, "charset"));
	if (part->name == NULL)
		part->name = text_or_null(part_param(part, "name"));
}

static void disposition_apply(struct part *part, struct str value)
{
	struct mime_params params;
	mime_params_parse(value, &params);
	part->disposition = text_or_null(params.value);
	for (size_t i = 0; i < params.count; i++)
		if (strcmp(params.items[i].name, "filename") == 0 &&
			params.items[i].value[0] != '\0')
			set_text(&part->name, mem_text(params.items[i].value));
	mime_params_done(&params);
}

static void transfer_apply(struct part *part, struct str value)
{
	static const struct {
		const char *name;
		enum transfer transfer;
	} rows[] = {
		{"", TRANSFER_IDENTITY},
		{"7bit", TRANSFER_IDENTITY},
		{"8bit", TRANSFER_IDENTITY},
		{"binary", TRANSFER_IDENTITY},
		{"7-bit", TRANSFER_IDENTITY},
		{"8-bit", TRANSFER_IDENTITY},
		{"base64", TRANSFER_BASE64},
		{"base-64", TRANSFER_BASE64},
		{"quoted-printable", TRANSFER_QP},
		{"quotedprintable", TRANSFER_QP},
		{"x-uuencode", TRANSFER_UUENCODE},
		{"uuencode", TRANSFER_UUENCODE},
		{"x-uue", TRANSFER_UUENCODE},
		{"uue", TRANSFER_UUENCODE},
	};
	struct mime_params params;
	mime_params_parse(value, &params);
	part->transfer = TRANSFER_UNKNOWN;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].name, params.value) == 0)
			part->transfer = rows[i].transfer;
	mime_params_done(&params);
}

static void id_apply(struct part *part, struct str value)
{
	struct buf id = {0};
	mime_ids_parse(value, &id);
	struct str rest = str_trim(id.len > 0 ? buf_str(&id) : value);
	struct str first = str_cut(&rest, '\n');
	part->content_id = first.len > 0 ? mem_str(first) : NULL;
	buf_done(&id);
}

static void description_apply(struct part *part, struct str value)
{
	struct buf text = {0};
	mime_word_decode(value, &text);
	part->description = text.len > 0 ? buf_take(&text) : NULL;
	buf_done(&text);
}

static const struct part_field {
	const char *name;
	void (*apply)(struct part *part, struct str value);
} part_fields[] = {
	{"content-type", content_type_apply},
	{"content-transfer-encoding", transfer_apply},
	{"content-disposition", disposition_apply},
	{"content-id", id_apply},
	{"content-description", description_apply},
};

void mime_part_apply(struct part *part, struct str name, struct str value, unsigned *seen)
{
	for (unsigned i = 0; i < sizeof part_fields / sizeof part_fields[0]; i++) {
		if (!str_equal_nocase(name, str_from(part_fields[i].name)))
			continue;
		if ((*seen & 1u << i) == 0)
			part_fields[i].apply(part, value);
		*seen |= 1u << i;
	}
}

bool mime_part_holds_message(const struct part *part)
{
	bool is_message = part_is(part, "message", "rfc822") || part_is(part, "message", "global");
	return is_message &&
	       (part->transfer == TRANSFER_IDENTITY || part->transfer == TRANSFER_UNKNOWN);
}

/* ---- Paths are the section numbers of RFC 3501 6.4.5. ---- */

/* "4.TEXT", an embedded message's multipart, numbers its parts "4.1", "4.2". */
static void path_set(struct part *part, const char *tail)
{
	struct buf path = {0};
	struct str above = part->parent != NULL ? str_from(part->parent->path) : STR("");
	if (str_ends_nocase(above, STR(".TEXT")))
		above.len -= strlen(".TEXT");
	buf_add(&path, above);
	if (above.len > 0)
		buf_add_char(&path, '.');
	buf_add_text(&path, tail);
	set_text(&part->path, buf_take(&path));
}

void mime_part_number(struct part *part)
{
	char number[24];
	if (part->parent == NULL)
		return;
	char *to = number + sizeof number;
	*--to = '\0';
	for (size_t n = part->parent->child_count; n > 0; n /= 10)
		*--to = (char)('0' + n % 10);
	path_set(part, to);
}

void mime_part_settle(struct part *part)
{
	bool is_multipart = part_is(part, "multipart", NULL);
	if (part->parent == NULL && !is_multipart)
		path_set(part, "1");
	if (part->parent != NULL && is_multipart && mime_part_holds_message(part->parent))
		path_set(part, "TEXT");
}

bool mime_part_field_is_known(struct str s)
{
	static const char *const names[] = {"bcc", "cc", "comments", "date", "delivered-to",
		"errors-to", "from", "importance", "in-reply-to", "keywords", "lines",
		"mailing-list", "message-id", "mime-version", "organization", "precedence",
		"priority", "received", "references", "reply-to", "return-path",
		"return-receipt-to", "sender", "status", "subject", "thread-index", "thread-topic",
		"to", "user-agent", "authentication-results"};
	static const char *const starts[] = {"x-", "content-", "list-", "resent-", "dkim-", "arc-"};
	size_t end = str_find_char(s, ':');
	struct str name = str_trim(str_first(s, end == STR_NONE ? 0 : end));
	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (str_starts_nocase(name, str_from(starts[i])) && is_token(name))
			return true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_equal_nocase(name, str_from(names[i])))
			return true;
	return false;
}
