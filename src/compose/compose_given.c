/* A message as a program hands it to sendmail: completed, cleaned, and who is to have it. */
#include "compose/compose.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "compose/compose_address.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_write.h"

/* ---- Lines. ---- */

/* Every line end becomes CR LF, one at the end too; a bare CR or LF never stays. */
static bool lines_mend(struct str raw, struct buf *out, struct error *err)
{
	/* What mbox puts in front. */
	if (str_starts(raw, STR("From ")))
		str_cut(&raw, '\n');
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.data[i];
		if (c == '\0')
			return error_set(err, ERROR_INPUT,
				"the message has a NUL in it; attach such data instead");
		if (c == '\r' && i + 1 < raw.len && raw.data[i + 1] == '\n')
			continue;
		if (c == '\n' || c == '\r')
			buf_add_text(out, "\r\n");
		else
			buf_add_char(out, c);
	}
	if (out->len == 0 || out->data[out->len - 1] != '\n')
		buf_add_text(out, "\r\n");
	return true;
}

/* A header is there when the first line is a field. */
static size_t header_length(struct str message)
{
	struct str first = message, name, value;
	first = str_cut(&first, '\n');
	return mime_field_next(&first, &name, &value) ? mime_header_length(message) : 0;
}

/* ---- Recipients. ---- */

static bool add_recipients(
	struct outgoing *out, struct table *seen, struct str value, struct error *err)
{
	struct address_list list = {0};
	bool ok = true;
	mime_address_parse(value, &list);
	for (size_t i = 0; ok && i < list.count; i++) {
		struct str addr = str_from(list.items[i].addr);
		bool is_empty_group = addr.len == 0 && list.items[i].group != NULL;
		if (is_empty_group)
			continue;
		ok = compose_address_is_sane(addr)
			     ? compose_recipient_add(out, seen, addr, err)
			     : error_set(err, ERROR_INPUT,
				       "this is no address mail can be sent to: %s",
				       addr.len > 0 ? list.items[i].addr : list.items[i].name);
	}
	address_list_done(&list);
	return ok;
}

static bool name_is_one_of(struct str name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal_nocase(name, str_from(names[i])))
			return true;
	return false;
}

static bool add_header_recipients(
	struct outgoing *out, struct table *seen, struct str header, struct error *err)
{
	static const char *const plain[] = {"To", "Cc", "Bcc"};
	static const char *const resent[] = {"Resent-To", "Resent-Cc", "Resent-Bcc"};
	struct str rest = header, name, value;
	bool is_resent = false;
	while (mime_field_next(&rest, &name, &value))
		is_resent |= name_is_one_of(name, resent, 3);
	rest = header;
	while (mime_field_next(&rest, &name, &value))
		if (name_is_one_of(name, is_resent ? resent : plain, 3) &&
			!add_recipients(out, seen, value, err))
			return false;
	return true;
}

static bool find_recipients(struct str header, const struct compose_given *given,
	struct outgoing *out, struct error *err)
{
	struct table *seen = table_new();
	bool ok = !given->takes_recipients || add_header_recipients(out, seen, header, err);
	for (size_t i = 0; ok && i < given->recipient_count; i++)
		ok = add_recipients(out, seen, str_from(given->recipients[i]), err);
	table_free(seen);
	if (ok && out->recipient_count == 0)
		ok = error_set(err, ERROR_INPUT, "the message has no recipients");
	return ok;
}

/* ---- The sender. ---- */

void compose_address_of(const char *text, struct buf *addr)
{
	struct buf name = {0};
	mime_address_first(str_from(text), &name, addr);
	buf_done(&name);
}

void compose_from_of(struct str raw, struct buf *addr)
{
	struct str value;
	struct buf name = {0};
	if (mime_field_find(str_first(raw, mime_header_length(raw)), "From", &value))
		mime_address_first(value, &name, addr);
	buf_done(&name);
}

/* What was asked for, else the account's address: a server takes no other from its user. */
static bool find_sender(struct str header, const struct compose_given *given, struct outgoing *out,
	struct error *err)
{
	struct buf addr = {0};
	if (given->sender != NULL && given->sender[0] != '\0' && strcmp(given->sender, "<>") != 0)
		compose_address_of(given->sender, &addr);
	else if (given->sender == NULL && given->account_from != NULL)
		compose_address_of(given->account_from, &addr);
	else if (given->sender == NULL)
		compose_from_of(header, &addr);
	bool is_null = given->sender != NULL && addr.len == 0;
	bool ok = is_null || compose_address_is_sane(buf_str(&addr));
	out->from = mem_text(buf_text(&addr));
	buf_done(&addr);
	return ok ||
	       error_set(err, ERROR_INPUT,
		       "there is no address to send from: give one with -f, or set `from` for "
		       "the account");
}

static void write_from(const struct compose_given *given, const char *sender, struct buf *out)
{
	struct address_list list = {0};
	struct buf name = {0}, addr = {0};
	if (given->account_from != NULL)
		mime_address_first(str_from(given->account_from), &name, &addr);
	if (given->full_name != NULL) {
		buf_clear(&name);
		buf_add_text(&name, given->full_name);
	}
	bool is_account = addr.len > 0 && (given->sender == NULL || sender[0] == '\0');
	address_list_add(
		&list, buf_str(&name), is_account ? buf_str(&addr) : str_from(sender), STR(""));
	mime_write_addresses(out, "From", &list);
	address_list_done(&list);
	buf_done(&name);
	buf_done(&addr);
}

/* ---- The message. ---- */

static bool has_field(struct str header, const char *name)
{
	struct str value;
	return mime_field_find(header, name, &value) && str_trim(value).len > 0;
}

/* Its own Message-ID if it has a good one: a message handed over twice is known by it. */
static bool take_message_id(struct str header, struct outgoing *out)
{
	struct str value;
	struct buf ids = {0};
	if (mime_field_find(header, "Message-ID", &value))
		mime_ids_parse(value, &ids);
	struct str rest = buf_str(&ids), id = str_cut(&rest, '\n');
	if (id.len > 0 && id.len < 900 && utf8_is_clean(id))
		out->message_id = mem_str(id);
	buf_done(&ids);
	return out->message_id != NULL;
}

static void make_message_id(const struct compose_given *given, struct outgoing *out)
{
	struct buf id = {0};
	struct str domain = str_from(out->from);
	while (str_find_char(domain, '@') != STR_NONE)
		str_cut(&domain, '@');
	bool is_null = out->from[0] == '\0';
	mime_write_message_id(&id, given->entropy, is_null ? STR("rowan.invalid") : domain);
	out->message_id = buf_take(&id);
}

/* Without what only the sending program may know, or what stands anew in front. */
static void copy_header(struct str header, bool drops_id, struct buf *out)
{
	static const char *const never[] = {"Bcc", "Resent-Bcc", "Return-Path"};
	struct str rest = header, name, value;
	while (mime_field_next(&rest, &name, &value)) {
		if (name_is_one_of(name, never, 3) ||
			(drops_id && str_equal_nocase(name, STR("Message-ID"))))
			continue;
		buf_add(out, name);
		buf_add_text(out, ": ");
		buf_add(out, value);
		buf_add_text(out, "\r\n");
	}
}

/* Text of a program that knows no MIME: what it is is said. */
static void add_mime(struct str header, struct str body, struct buf *out)
{
	bool has_high = false;
	for (size_t i = 0; i < body.len && !has_high; i++)
		has_high = (unsigned char)body.data[i] >= 0x80;
	bool has_type = has_field(header, "Content-Type");
	if (!has_high && !has_type)
		return;
	if (!has_field(header, "MIME-Version"))
		buf_add_text(out, "MIME-Version: 1.0\r\n");
	if (!has_type)
		buf_addf(out, "Content-Type: text/plain; charset=%s\r\n", mime_charset_guess(body));
	if (has_high && !has_field(header, "Content-Transfer-Encoding"))
		buf_add_text(out, "Content-Transfer-Encoding: 8bit\r\n");
}

static void write_message(struct str header, struct str body, const struct compose_given *given,
	bool has_id, struct outgoing *outgoing, struct buf *out)
{
	if (!has_field(header, "From"))
		write_from(given, outgoing->from, out);
	if (!has_field(header, "Date"))
		mime_write_date(out, "Date", given->now, given->zone);
	if (!has_id)
		buf_addf(out, "Message-ID: <%s>\r\n", outgoing->message_id);
	copy_header(header, !has_id, out);
	add_mime(header, body, out);
	buf_add_text(out, "\r\n");
	buf_add(out, body);
}

bool compose_given(struct str raw, const struct compose_given *given, struct outgoing *out,
	struct buf *message, struct error *err)
{
	struct buf mended = {0}, whole = {0};
	if (!lines_mend(raw, &mended, err)) {
		buf_done(&mended);
		return false;
	}
	size_t length = header_length(buf_str(&mended));
	struct str header = str_first(buf_str(&mended), length);
	struct str body = str_skip(buf_str(&mended), length);
	/* Behind a header the blank line is part of it; a message without one may begin so. */
	if (length == 0 && str_starts(body, STR("\r\n")))
		body = str_skip(body, 2);
	bool ok = find_recipients(header, given, out, err) && find_sender(header, given, out, err);
	if (ok) {
		bool has_id = take_message_id(header, out);
		if (!has_id)
			make_message_id(given, out);
		write_message(header, body, given, has_id, out, &whole);
		ok = mime_recode(buf_str(&whole), true, message, err);
	}
	buf_done(&mended);
	buf_done(&whole);
	return ok;
}
