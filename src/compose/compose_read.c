/* What lies in a Drafts folder → a draft and its files. */
#include "base/array.h"
#include "base/utf8.h"
#include "compose/compose.h"
#include "compose/compose_address.h"
#include "compose/compose_header.h"
#include "compose/compose_text.h"
#include "proto/mime/mime.h"

enum { BODY_MAX = 8 << 20, EXTRA_MAX = 65536, TYPE_MAX = 500, NAME_MAX_BYTES = 1000 };

/* ---- The header. ---- */

static void set_line(char **field, struct str text, size_t max)
{
	struct buf line = {0};
	compose_line_add(&line, text, max);
	draft_set(field, buf_str(&line));
	buf_done(&line);
}

/* What was typed if Rowan noted it, else what the field says. */
static void read_addresses(struct str header, size_t index, struct draft *out)
{
	struct buf noted = {0}, printed = {0};
	struct address_list list = {0};
	buf_addf(&noted, "X-Rowan-%s", compose_fields[index]);
	compose_field_line(header, buf_text(&noted), &printed);
	if (printed.len == 0) {
		compose_addresses_of(header, compose_fields[index], &list);
		compose_addresses_print(&list, &printed);
	}
	draft_set(compose_field_of(out, index), buf_str(&printed));
	address_list_done(&list);
	buf_done(&noted);
	buf_done(&printed);
}

static void extra_add(struct buf *extra, struct str name, struct str raw_value)
{
	struct buf value = {0}, line = {0};
	mime_word_decode(raw_value, &value);
	if (name.len > 0) {
		buf_add(&line, name);
		buf_add_text(&line, ": ");
	}
	compose_line_add(&line, buf_str(&value), COMPOSE_LINE_MAX);
	if (extra->len + line.len < EXTRA_MAX) {
		buf_add(extra, buf_str(&line));
		buf_add_char(extra, '\n');
	}
	buf_done(&value);
	buf_done(&line);
}

/* Of another program's fields only those that its user chose; how it keeps its drafts is not for
 * those who get them. */
static void read_extra(struct str header, bool is_ours, struct draft *out)
{
	static const char *const chosen[] = {"Organization", "Mail-Followup-To", "Mail-Reply-To",
		"Disposition-Notification-To", "Importance", "Priority", "X-Priority", "Keywords",
		"Comments"};
	struct buf extra = {0};
	struct str rest = header, name, value;
	while (mime_field_next(&rest, &name, &value)) {
		if (is_ours && str_equal_nocase(name, STR("X-Rowan-Extra")))
			extra_add(&extra, STR(""), value);
		for (size_t i = 0; !is_ours && i < sizeof(chosen) / sizeof(*chosen); i++)
			if (str_equal_nocase(name, str_from(chosen[i])))
				extra_add(&extra, name, value);
	}
	draft_set(&out->extra, buf_str(&extra));
	buf_done(&extra);
}

static void state_number(struct str text, int64_t *value)
{
	uint64_t number;
	if (str_to_u64(text, &number) && number <= INT64_MAX)
		*value = (int64_t)number;
}

static void state_item(struct str name, struct str value, struct draft *out, struct buf *account)
{
	const struct {
		const char *name;
		char **field;
	} texts[] = {{"identity", &out->identity}, {"fcc", &out->fcc}, {"came-to", &out->came_to}};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (str_equal(name, str_from(texts[i].name)))
			set_line(texts[i].field, value, COMPOSE_LINE_MAX);
	int64_t revision = (int64_t)out->revision;
	if (str_equal(name, STR("revision")))
		state_number(value, &revision);
	out->revision = (uint64_t)revision;
	if (str_equal(name, STR("send-at")))
		state_number(value, &out->send_at);
	if (str_equal(name, STR("blind")))
		out->was_blind = str_equal(value, STR("yes"));
	if (str_equal(name, STR("account")) && account != NULL)
		compose_line_add(account, value, COMPOSE_LINE_MAX);
}

/* Rowan's own note; false where another program wrote the message. */
static bool read_state(struct str header, struct draft *out, struct buf *account)
{
	struct str value;
	struct mime_params params = {0};
	if (!mime_field_find(header, "X-Rowan-Draft", &value))
		return false;
	mime_params_parse(value, &params);
	draft_verb_find(str_from(params.value), &out->verb);
	for (size_t i = 0; i < params.count; i++)
		state_item(str_from(params.items[i].name), str_from(params.items[i].value), out,
			account);
	mime_params_done(&params);
	return true;
}

static void read_header(struct str header, struct draft *out, struct buf *account)
{
	struct buf subject = {0};
	struct str value;
	int64_t seconds;
	int zone;
	bool is_ours = read_state(header, out, account);
	for (size_t i = 0; i < COMPOSE_FIELD_COUNT; i++)
		read_addresses(header, i, out);
	compose_field_line(header, "Subject", &subject);
	draft_set(&out->subject, buf_str(&subject));
	compose_read_ids(header, "In-Reply-To", &out->in_reply_to);
	compose_read_ids(header, "References", &out->references);
	read_extra(header, is_ours, out);
	if (!is_ours && out->in_reply_to[0] != '\0')
		out->verb = DRAFT_REPLY;
	if (mime_field_find(header, "Date", &value) && mime_date_parse(value, &seconds, &zone))
		out->updated = seconds;
	buf_done(&subject);
}

/* ---- The text. ---- */

static struct str part_body(struct str message, const struct part *part)
{
	if (part->offset > message.len)
		return STR("");
	return str_first(str_skip(message, (size_t)part->offset), (size_t)part->length);
}

static bool param_is(const struct part *part, const char *name, const char *value)
{
	const char *got = part_param(part, name);
	return got != NULL && str_equal_nocase(str_from(got), str_from(value));
}

static void read_text(struct str message, const struct part *part, struct draft *out)
{
	struct buf text = {0}, joined = {0}, mended = {0};
	mime_text_decode(part, part_body(message, part), NULL, BODY_MAX, &text);
	out->is_flowed = param_is(part, "format", "flowed");
	if (out->is_flowed)
		compose_unflow(buf_str(&text), param_is(part, "delsp", "yes"), &joined);
	compose_text_mend(buf_str(out->is_flowed ? &joined : &text), &mended);
	draft_set(&out->body, buf_str(&mended));
	buf_done(&text);
	buf_done(&joined);
	buf_done(&mended);
}

/* ---- The files. ---- */

/* "text/plain; charset=KOI8-R": what must be said again. */
static void type_print(const struct part *part, struct buf *out)
{
	struct buf type = {0};
	buf_addf(&type, "%s/%s", part->type, part->subtype);
	for (size_t i = 0; i < part->param_count && type.len < TYPE_MAX; i++) {
		const struct part_param *p = &part->params[i];
		struct str value = str_from(p->value);
		bool is_plain = value.len > 0 && value.len < 80;
		for (size_t n = 0; n < value.len; n++)
			is_plain &= ascii_is_alpha(value.data[n]) ||
				    ascii_is_digit(value.data[n]) ||
				    strchr("-._+:", value.data[n]) != NULL;
		if (is_plain && strcmp(p->name, "name") != 0 && strcmp(p->name, "boundary") != 0)
			buf_addf(&type, "; %s=%s", p->name, p->value);
	}
	compose_line_add(out, buf_str(&type), TYPE_MAX * 2);
	buf_done(&type);
}

static bool count_sink(void *context, struct str bytes, struct error *err)
{
	(void)err;
	*(uint64_t *)context += bytes.len;
	return true;
}

static void add_file(struct str message, const struct part *part, struct draft *out,
	struct compose_found **found, size_t *cap)
{
	struct buf type = {0}, name = {0}, description = {0};
	struct compose_found where = {part->offset, part->length, part->transfer};
	uint64_t size = 0;
	compose_file_copy(message, &where, count_sink, &size, NULL);
	type_print(part, &type);
	compose_line_add(&name, str_from(part->name), NAME_MAX_BYTES);
	compose_line_add(&description, str_from(part->description), NAME_MAX_BYTES);
	char *texts[] = {buf_take(&type), buf_take(&name), buf_take(&description)};
	struct draft_file file = {.name = texts[1],
		.type = texts[0],
		.description = texts[2],
		.size = size,
		.is_message = part_is(part, "message", "rfc822")};
	size_t at = out->file_count;
	if (draft_add_file(out, &file) != NULL) {
		*found = array_room(*found, at, cap, sizeof(**found));
		(*found)[at] = where;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		mem_free(texts[i]);
}

static bool list_has(struct part *const *items, size_t count, const struct part *part)
{
	for (size_t i = 0; i < count; i++)
		if (items[i] == part)
			return true;
	return false;
}

/* The first plain text is the body; all else that is shown or attached is a file, but for the HTML
 * of the same words. */
static void read_parts(struct str message, struct part *root, const struct doc *doc,
	struct draft *out, struct compose_found **found)
{
	struct part_lists lists = {0};
	const struct part *body = NULL;
	size_t cap = 0;
	part_lists_make(root, &lists);
	for (size_t i = 0; i < lists.text_count && body == NULL; i++)
		if (part_is(lists.text[i], "text", "plain"))
			body = lists.text[i];
	if (body != NULL)
		read_text(message, body, out);
	else if (doc != NULL && lists.html_count > 0) {
		struct buf text = {0};
		compose_text_of(doc, BODY_MAX, &text);
		draft_set(&out->body, buf_str(&text));
		buf_done(&text);
	}
	for (size_t i = 0; i < lists.text_count; i++)
		if (lists.text[i] != body && !part_is(lists.text[i], "text", "html") &&
			!list_has(lists.attachments, lists.attachment_count, lists.text[i]))
			add_file(message, lists.text[i], out, found, &cap);
	for (size_t i = 0; i < lists.attachment_count; i++)
		if (lists.attachments[i] != body)
			add_file(message, lists.attachments[i], out, found, &cap);
	part_lists_done(&lists);
}

bool compose_read(struct str message, const struct doc *doc, struct draft *out,
	struct compose_found **found, struct buf *account, struct error *err)
{
	*found = NULL;
	if (message.len == 0)
		return error_set(err, ERROR_INPUT, "the message is empty");
	struct part *root = mime_parse(message);
	read_header(str_first(message, mime_header_length(message)), out, account);
	read_parts(message, root, doc, out, found);
	part_free(root);
	return true;
}

bool compose_file_copy(struct str message, const struct compose_found *found, compose_sink *sink,
	void *context, struct error *err)
{
	enum { ENCODED_PIECE = COMPOSE_PIECE / 2 };
	struct mime_decoder decoder;
	struct buf out = {0};
	uint64_t from = found->offset < message.len ? found->offset : message.len;
	struct str rest = str_first(str_skip(message, (size_t)from), (size_t)found->length);
	bool ok = true;
	mime_decoder_init(&decoder, found->transfer);
	for (bool is_last = false; ok && !is_last;) {
		is_last = rest.len == 0;
		buf_clear(&out);
		if (is_last)
			mime_decoder_finish(&decoder, &out);
		else
			mime_decoder_feed(&decoder, str_first(rest, ENCODED_PIECE), &out);
		rest = str_skip(rest, ENCODED_PIECE);
		if (out.len > 0)
			ok = sink(context, buf_str(&out), err);
	}
	buf_done(&out);
	return ok;
}
