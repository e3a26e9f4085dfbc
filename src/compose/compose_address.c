/* Addresses: fit to be sent to, one's own, printed as typed. */
#include "compose/compose_address.h"

#include "base/utf8.h"
#include "proto/mime/mime.h"

enum { ADDRESS_MAX = 512, BAD_MAX = 200, IDS_MAX = 65536 }; /* bytes */

bool compose_address_is_sane(struct str addr)
{
	bool is_quoted = false, has_host = false;
	for (size_t at = 0; at < addr.len; at++) {
		unsigned char c = (unsigned char)addr.data[at];
		if (is_quoted && c == '\\' && ++at < addr.len)
			c = (unsigned char)addr.data[at] == '"' ? 'x'
								: (unsigned char)addr.data[at];
		if (c < 0x20 || c == 0x7f || at == addr.len)
			return false;
		/* Only a whole local part may be quoted. */
		if (c == '"' &&
			(is_quoted ? at + 1 == addr.len || addr.data[at + 1] != '@' : at > 0))
			return false;
		if (c == '"')
			is_quoted = !is_quoted;
		if (!is_quoted && (c == ' ' || c == '<' || c == '>' || c == '\\'))
			return false;
		if (!is_quoted && c == '@')
			has_host = at > 0 && at + 1 < addr.len;
	}
	return has_host && !is_quoted && addr.len <= ADDRESS_MAX;
}

void compose_line_add(struct buf *out, struct str text, size_t max)
{
	struct buf line = {0};
	utf8_add_mended(&line, utf8_first(text, max));
	for (size_t i = 0; i < line.len; i++)
		if ((unsigned char)line.data[i] < 0x20 || line.data[i] == 0x7f)
			line.data[i] = ' ';
	buf_add(out, str_trim(utf8_first(buf_str(&line), max)));
	buf_done(&line);
}

void compose_field_line(struct str header, const char *name, struct buf *out)
{
	struct str value;
	struct buf text = {0};
	if (mime_field_find(header, name, &value))
		mime_word_decode(value, &text);
	compose_line_add(out, buf_str(&text), COMPOSE_LINE_MAX);
	buf_done(&text);
}

void compose_read_ids(struct str header, const char *name, char **field)
{
	struct str value;
	struct buf ids = {0}, text = {0}, line = {0};
	if (mime_field_find(header, name, &value))
		mime_ids_parse(value, &ids);
	struct str rest = buf_str(&ids);
	while (rest.len > 0 && text.len < IDS_MAX) {
		struct str id = str_cut(&rest, '\n');
		buf_add_text(&text, text.len > 0 ? " <" : "<");
		buf_add(&text, id);
		buf_add_char(&text, '>');
	}
	compose_line_add(&line, buf_str(&text), IDS_MAX * 2);
	draft_set(field, buf_str(&line));
	buf_done(&ids);
	buf_done(&text);
	buf_done(&line);
}

void compose_addresses_of(struct str header, const char *name, struct address_list *list)
{
	struct str rest = header, field, value;
	while (mime_field_next(&rest, &field, &value))
		if (str_equal_nocase(field, str_from(name)))
			mime_address_parse(value, list);
}

/* Bare where that reads the same. */
static void name_print(struct str name, struct buf *out)
{
	struct buf line = {0};
	bool is_bare = true;
	compose_line_add(&line, name, COMPOSE_LINE_MAX);
	for (size_t i = 0; i < line.len; i++)
		is_bare &= strchr("()<>[]:;@\\,.\"", line.data[i]) == NULL;
	is_bare &= str_find(buf_str(&line), STR("=?")) == STR_NONE &&
		   str_find(buf_str(&line), STR("  ")) == STR_NONE;
	if (!is_bare)
		buf_add_char(out, '"');
	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] == '"' || line.data[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, line.data[i]);
	}
	buf_add_text(out, is_bare ? " " : "\" ");
	buf_done(&line);
}

void compose_addresses_print(const struct address_list *list, struct buf *out)
{
	struct buf addr = {0};
	for (size_t i = 0; i < list->count; i++) {
		const struct address *a = &list->items[i];
		bool has_name = a->name[0] != '\0';
		buf_clear(&addr);
		compose_line_add(&addr, str_from(a->addr), COMPOSE_LINE_MAX);
		if (addr.len == 0)
			continue;
		if (out->len > 0)
			buf_add_text(out, ", ");
		if (has_name)
			name_print(str_from(a->name), out);
		buf_addf(out, has_name ? "<%s>" : "%s", buf_text(&addr));
	}
	buf_done(&addr);
}

/* Quotes, comments and angle brackets are closed. */
static bool typed_is_balanced(struct str typed)
{
	bool is_quoted = false, is_angled = false;
	for (size_t i = 0; i < typed.len; i++) {
		char c = typed.data[i];
		if (c == '\\' && is_quoted)
			i++;
		else if (c == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && (c == '<' || c == '>')) {
			if (is_angled == (c == '<'))
				return false;
			is_angled = c == '<';
		}
	}
	return !is_quoted && !is_angled;
}

static void bad_set(struct buf *bad, struct str words)
{
	if (bad == NULL || bad->len > 0)
		return;
	compose_line_add(bad, words, BAD_MAX);
}

bool compose_typed_parse(struct str typed, struct address_list *list, struct buf *bad)
{
	struct address_list all = {0};
	bool ok = typed_is_balanced(typed);
	if (!ok)
		bad_set(bad, typed);
	mime_address_parse(typed, &all);
	for (size_t i = 0; i < all.count; i++) {
		const struct address *a = &all.items[i];
		bool is_empty_group = a->addr[0] == '\0' && a->group != NULL;
		if (is_empty_group || compose_address_is_sane(str_from(a->addr))) {
			address_list_add(
				list, str_from(a->name), str_from(a->addr), str_from(a->group));
			continue;
		}
		ok = false;
		bad_set(bad, str_from(a->addr[0] != '\0' ? a->addr : a->name));
	}
	address_list_done(&all);
	return ok;
}

/* Without "+tag". */
static void untagged(struct str addr, struct str *local, struct str *host)
{
	size_t at = addr.len;
	while (at > 0 && addr.data[at - 1] != '@')
		at--;
	*local = str_first(addr, at > 0 ? at - 1 : 0);
	*host = str_skip(addr, at);
	size_t plus = str_find_char(*local, '+');
	if (plus != STR_NONE && plus > 0)
		*local = str_first(*local, plus);
}

static bool addresses_match(struct str addr, struct str own)
{
	struct str local, host, own_local, own_host;
	if (own.len == 0)
		return false;
	untagged(addr, &local, &host);
	if (own.data[0] == '@')
		return str_equal_nocase(host, str_skip(own, 1));
	untagged(own, &own_local, &own_host);
	return str_equal_nocase(local, own_local) && str_equal_nocase(host, own_host);
}

bool compose_address_is_own(struct str addr, const struct identity *identity)
{
	struct buf name = {0}, own = {0};
	struct str rest = str_from(identity->addresses);
	if (addr.len == 0)
		return false;
	mime_address_first(str_from(identity->from), &name, &own);
	bool is_own = addresses_match(addr, buf_str(&own));
	while (!is_own && rest.len > 0)
		is_own = addresses_match(addr, str_trim(str_cut(&rest, ',')));
	buf_done(&name);
	buf_done(&own);
	return is_own;
}

bool compose_too_many(struct error *err)
{
	return error_set(err, ERROR_INPUT, "the message has more than %d recipients",
		COMPOSE_RECIPIENTS_MAX);
}

bool compose_recipient_add(
	struct outgoing *out, struct table *seen, struct str addr, struct error *err)
{
	if (table_put(seen, addr, out) != NULL)
		return true;
	if (table_count(seen) > COMPOSE_RECIPIENTS_MAX)
		return compose_too_many(err);
	outgoing_add_recipient(out, addr);
	return true;
}
