/* A message sent on as it is, with Resent-… in front (RFC 5322 3.6.6). */
#include "base/memory.h"
#include "compose/compose_address.h"
#include "compose/compose_header.h"
#include "compose/compose_part.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_write.h"

static bool find_envelope(const struct identity *identity, const struct address_list *to,
	const struct compose_options *options, struct outgoing *out, struct error *err)
{
	struct buf id = {0}, addr = {0}, name = {0};
	mime_address_first(str_from(identity->from), &name, &addr);
	bool ok =
		compose_address_is_sane(buf_str(&addr)) ||
		error_set(err, ERROR_INPUT, "this is no address to send from: %s", identity->from);
	struct table *seen = table_new();
	for (size_t i = 0; ok && i < to->count; i++)
		if (to->items[i].addr[0] != '\0')
			ok = compose_recipient_add(out, seen, str_from(to->items[i].addr), err);
	table_free(seen);
	if (ok && out->recipient_count == 0)
		ok = error_set(err, ERROR_INPUT, "the message has no recipients");
	compose_message_id(options, buf_str(&addr), &id);
	mem_free(out->from);
	mem_free(out->message_id);
	out->from = buf_take(&addr);
	out->message_id = buf_take(&id);
	out->account_id = identity->account_id;
	buf_done(&name);
	return ok;
}

static void write_resent(const struct identity *identity, const struct address_list *to,
	const struct compose_options *options, const char *id, struct buf *out)
{
	struct address_list from = {0};
	compose_typed_parse(str_from(identity->from), &from, NULL);
	mime_write_date(out, "Resent-Date", options->now, options->hides_zone ? 0 : options->zone);
	mime_write_addresses(out, "Resent-From", &from);
	mime_write_addresses(out, "Resent-To", to);
	mime_write_ids(out, "Resent-Message-ID", str_from(id));
	address_list_done(&from);
}

/* The whole field, folded lines and all. */
static struct str field_cut(struct str *rest)
{
	size_t end = 0;
	do {
		size_t n = str_find_char(str_skip(*rest, end), '\n');
		end = n == STR_NONE ? rest->len : end + n + 1;
	} while (end < rest->len && (rest->data[end] == ' ' || rest->data[end] == '\t'));
	struct str field = str_first(*rest, end);
	*rest = str_skip(*rest, end);
	return field;
}

/* What only the first sender may know, and what the last server writes itself. */
static bool field_is_dropped(struct str field)
{
	static const char *const never[] = {"Bcc", "Resent-Bcc", "Return-Path"};
	struct str name = str_trim(str_cut(&field, ':'));
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (str_equal_nocase(name, str_from(never[i])))
			return true;
	return false;
}

static bool put_original(struct compose_output *o, struct str raw, struct error *err)
{
	/* What mbox puts in front. */
	if (str_starts(raw, STR("From ")))
		str_cut(&raw, '\n');
	struct str header = str_first(raw, mime_header_length(raw)),
		   body = str_skip(raw, header.len);
	bool last_was_cr = false, ok = true;
	while (ok && header.len > 0) {
		struct str field = field_cut(&header);
		if (!field_is_dropped(field))
			ok = compose_put_lines(o, field, &last_was_cr, err);
	}
	while (ok && body.len > 0) {
		ok = compose_put_lines(o, str_first(body, COMPOSE_PIECE), &last_was_cr, err);
		body = str_skip(body, COMPOSE_PIECE);
	}
	bool is_ended = raw.len > 0 && (raw.data[raw.len - 1] == '\n' || last_was_cr);
	return ok && (is_ended || compose_put(o, STR("\r\n"), err));
}

bool compose_redirect(struct str raw, const struct identity *identity, const char *to,
	const struct compose_options *options, compose_sink *sink, void *context,
	struct outgoing *out, struct error *err)
{
	struct compose_output o = {
		.sink = sink, .context = context, .entropy = options->entropy, .may_8bit = true};
	struct address_list list = {0};
	struct buf head = {0}, bad = {0};
	bool ok = compose_typed_parse(str_from(to), &list, &bad) ||
		  error_set(err, ERROR_INPUT, "this is no address mail can be sent to: %s",
			  buf_text(&bad));
	if (ok && str_find_char(raw, '\0') != STR_NONE)
		ok = error_set(err, ERROR_INPUT,
			"the message has a NUL in it; forward it as an attachment instead");
	ok = ok && find_envelope(identity, &list, options, out, err);
	if (ok) {
		write_resent(identity, &list, options, out->message_id, &head);
		ok = compose_put(&o, buf_str(&head), err) && put_original(&o, raw, err);
	}
	out->size = o.size;
	address_list_done(&list);
	buf_done(&head);
	buf_done(&bad);
	return ok;
}
