/* The header of a message from a draft, and of one that waits in a Drafts folder. */
#include "compose/compose_header.h"

#include "base/memory.h"
#include "compose/compose_address.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_write.h"

#include <stdio.h>

enum { FIELD_NAME_MAX = 70, PARAM_TEXT_MAX = 2000, NUMBER_ROOM = 24 };

const char *const compose_fields[COMPOSE_FIELD_COUNT] = {"From", "Reply-To", "To", "Cc", "Bcc"};

char **compose_field_of(struct draft *d, size_t index)
{
	char **fields[COMPOSE_FIELD_COUNT] = {&d->from, &d->reply_to, &d->to, &d->cc, &d->bcc};
	return fields[index];
}

static struct str field_text(const struct draft *d, size_t index)
{
	const char *texts[COMPOSE_FIELD_COUNT] = {d->from, d->reply_to, d->to, d->cc, d->bcc};
	return str_from(texts[index]);
}

/* ---- Further fields. ---- */

static bool name_is_ours(struct str name)
{
	static const char *const ours[] = {"From", "Sender", "Reply-To", "To", "Cc", "Bcc",
		"Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version",
		"Received", "Return-Path", "Delivered-To", "User-Agent", "DKIM-Signature"};
	static const char *const families[] = {"Content-", "Resent-", "X-Rowan-", "ARC-"};
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (str_equal_nocase(name, str_from(ours[i])))
			return true;
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (str_starts_nocase(name, str_from(families[i])))
			return true;
	return false;
}

bool compose_extra_split(struct str line, struct str *name, struct str *value)
{
	size_t colon = str_find_char(line, ':');
	if (colon == STR_NONE || colon == 0 || colon > FIELD_NAME_MAX)
		return false;
	*name = str_first(line, colon);
	*value = str_trim(str_skip(line, colon + 1));
	for (size_t i = 0; i < colon; i++)
		if (name->data[i] <= 0x20 || name->data[i] >= 0x7f)
			return false;
	return value->len > 0 && !name_is_ours(*name);
}

static void write_extra(struct str extra, struct buf *out)
{
	struct str name, value;
	while (extra.len > 0) {
		struct buf line = {0};
		if (compose_extra_split(str_cut(&extra, '\n'), &name, &value)) {
			compose_line_add(&line, value, COMPOSE_LINE_MAX);
			mime_write_encoded(out, name, buf_str(&line));
		}
		buf_done(&line);
	}
}

/* ---- Fields of every message. ---- */

static void write_addresses(const char *name, struct str typed, struct buf *out)
{
	struct address_list list = {0};
	compose_typed_parse(typed, &list, NULL);
	mime_write_addresses(out, name, &list);
	if (list.count > 1 && strcmp(name, "From") == 0) {
		struct address_list first = {.items = list.items, .count = 1};
		mime_write_addresses(out, "Sender", &first);
	}
	address_list_done(&list);
}

static void write_ids(const char *name, const char *text, struct buf *out)
{
	struct buf ids = {0};
	mime_ids_parse(str_from(text), &ids);
	mime_write_ids(out, name, buf_str(&ids));
	buf_done(&ids);
}

void compose_message_id(
	const struct compose_options *options, struct str from_addr, struct buf *out)
{
	struct str domain = str_from(options->domain);
	if (domain.len == 0) {
		domain = from_addr;
		while (str_find_char(domain, '@') != STR_NONE)
			str_cut(&domain, '@');
	}
	mime_write_message_id(out, options->entropy, domain);
	if (out->data[out->len - 1] == '@')
		buf_add_text(out, "rowan.invalid");
}

/* ---- What only a draft has. ---- */

struct state {
	struct part_param params[8];
	size_t count;
};

static void state_add(struct state *s, const char *name, struct str value)
{
	struct buf line = {0};
	compose_line_add(&line, value, PARAM_TEXT_MAX);
	if (line.len > 0)
		s->params[s->count++] = (struct part_param){mem_text(name), buf_take(&line)};
	buf_done(&line);
}

static void state_add_number(struct state *s, const char *name, int64_t value)
{
	char text[NUMBER_ROOM];
	snprintf(text, sizeof(text), "%lld", (long long)value);
	if (value > 0)
		state_add(s, name, str_from(text));
}

/* "X-Rowan-Draft: reply; revision=7; identity=work": what no other field says. */
static void write_state(
	const struct draft *draft, const struct compose_options *options, struct buf *out)
{
	struct state s = {0};
	state_add_number(&s, "revision", (int64_t)(draft->revision & INT64_MAX));
	state_add_number(&s, "send-at", draft->send_at);
	state_add(&s, "account", str_from(options->account));
	state_add(&s, "identity", str_from(draft->identity));
	state_add(&s, "fcc", str_from(draft->fcc));
	state_add(&s, "came-to", str_from(draft->came_to));
	state_add(&s, "blind", draft->was_blind ? STR("yes") : STR(""));
	mime_write_value(out, "X-Rowan-Draft", draft_verb_name(draft->verb), s.params, s.count);
	for (size_t i = 0; i < s.count; i++) {
		mem_free(s.params[i].name);
		mem_free(s.params[i].value);
	}
}

/* What was typed, where the field does not say it whole: an address half written. */
static void write_typed(const char *name, struct str typed, struct buf *out)
{
	struct address_list list = {0};
	struct buf printed = {0}, field = {0};
	bool is_right = compose_typed_parse(typed, &list, NULL);
	compose_addresses_print(&list, &printed);
	buf_addf(&field, "X-Rowan-%s", name);
	is_right = is_right && str_equal(buf_str(&printed), typed);
	if (!is_right && str_trim(typed).len > 0)
		mime_write_text(out, buf_text(&field), typed);
	buf_done(&printed);
	buf_done(&field);
	address_list_done(&list);
}

static void write_draft_fields(
	const struct draft *draft, const struct compose_options *options, struct buf *out)
{
	struct str extra = str_from(draft->extra);
	write_state(draft, options, out);
	for (size_t i = 0; i < COMPOSE_FIELD_COUNT; i++)
		write_typed(compose_fields[i], field_text(draft, i), out);
	while (extra.len > 0) {
		struct str line = str_cut(&extra, '\n');
		if (str_trim(line).len > 0)
			mime_write_text(out, "X-Rowan-Extra", line);
	}
}

void compose_header_write(const struct draft *draft, const struct compose_options *options,
	const char *message_id, struct buf *out)
{
	for (size_t i = 0; i < COMPOSE_FIELD_COUNT; i++)
		if (options->is_draft || strcmp(compose_fields[i], "Bcc") != 0)
			write_addresses(compose_fields[i], field_text(draft, i), out);
	if (options->is_draft || str_trim(str_from(draft->subject)).len > 0)
		mime_write_text(out, "Subject", str_from(draft->subject));
	mime_write_date(out, "Date", options->now, options->hides_zone ? 0 : options->zone);
	mime_write_ids(out, "Message-ID", str_from(message_id));
	write_ids("In-Reply-To", draft->in_reply_to, out);
	write_ids("References", draft->references, out);
	if (!options->is_draft)
		write_extra(str_from(draft->extra), out);
	if (options->agent != NULL)
		mime_write_text(out, "User-Agent", str_from(options->agent));
	if (options->is_draft)
		write_draft_fields(draft, options, out);
	buf_add_text(out, "MIME-Version: 1.0\r\n");
}
