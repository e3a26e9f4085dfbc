/* mailto: URLs (RFC 6068), which anybody can put before the user: only fields that do no harm. */
#include "base/memory.h"
#include "compose/compose.h"
#include "compose/compose_address.h"
#include "compose/compose_text.h"
#include "proto/mime/mime.h"

enum { TO_MAX = 8000, SUBJECT_MAX = 2000, BODY_MAX = 60000 };

static int hex_value(char c)
{
	c = ascii_lower(c);
	if (ascii_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %XX; a "%" that is none stays as it is, NUL goes. */
static void percent_decode(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		int high = -1, low = -1;
		if (text.data[i] == '%' && i + 2 < text.len) {
			high = hex_value(text.data[i + 1]);
			low = hex_value(text.data[i + 2]);
		}
		if (high < 0 || low < 0) {
			buf_add_char(out, text.data[i]);
			continue;
		}
		i += 2;
		if (high + low > 0)
			buf_add_char(out, (char)(high * 16 + low));
	}
}

/* Addresses are parted before they are decoded: "%2C" is part of one. */
static void addresses_add(char **field, struct str value)
{
	struct buf all = {0};
	buf_add(&all, str_trim(str_from(*field)));
	while (value.len > 0 && all.len < TO_MAX) {
		struct buf one = {0};
		struct address_list list = {0};
		percent_decode(str_cut(&value, ','), &one);
		mime_address_parse(buf_str(&one), &list);
		compose_addresses_print(&list, &all);
		address_list_done(&list);
		buf_done(&one);
	}
	struct buf line = {0};
	compose_line_add(&line, buf_str(&all), TO_MAX + COMPOSE_LINE_MAX);
	draft_set(field, buf_str(&line));
	buf_done(&line);
	buf_done(&all);
}

static void take_to(struct draft *out, struct str value)
{
	addresses_add(&out->to, value);
}

static void take_cc(struct draft *out, struct str value)
{
	addresses_add(&out->cc, value);
}

static void take_subject(struct draft *out, struct str value)
{
	struct buf text = {0}, line = {0};
	percent_decode(value, &text);
	compose_line_add(&line, buf_str(&text), SUBJECT_MAX);
	draft_set(&out->subject, buf_str(&line));
	buf_done(&text);
	buf_done(&line);
}

/* Before what stands there, which is the signature. */
static void take_body(struct draft *out, struct str value)
{
	struct buf text = {0}, body = {0};
	percent_decode(str_first(value, BODY_MAX), &text);
	compose_text_mend(buf_str(&text), &body);
	if (body.len > 0 && body.data[body.len - 1] != '\n')
		buf_add_char(&body, '\n');
	buf_add_text(&body, out->body);
	draft_set(&out->body, buf_str(&body));
	buf_done(&text);
	buf_done(&body);
}

static void take_in_reply_to(struct draft *out, struct str value)
{
	struct buf text = {0}, ids = {0}, id = {0};
	percent_decode(value, &text);
	mime_ids_parse(buf_str(&text), &ids);
	struct str rest = buf_str(&ids), first = str_cut(&rest, '\n');
	if (first.len > 0)
		buf_addf(&id, "<%.*s>", (int)str_first(first, SUBJECT_MAX).len, first.data);
	struct buf line = {0};
	compose_line_add(&line, buf_str(&id), SUBJECT_MAX);
	draft_set(&out->in_reply_to, buf_str(&line));
	draft_set(&out->references, buf_str(&line));
	buf_done(&text);
	buf_done(&ids);
	buf_done(&id);
	buf_done(&line);
}

bool compose_mailto(struct str url, struct draft *out, struct error *err)
{
	static const struct {
		const char *name;
		void (*take)(struct draft *out, struct str value);
	} fields[] = {{"to", take_to}, {"cc", take_cc}, {"subject", take_subject},
		{"body", take_body}, {"in-reply-to", take_in_reply_to}};
	struct str scheme = STR("mailto:");
	if (!str_starts_nocase(url, scheme))
		return error_set(err, ERROR_INPUT, "this is no mailto: address");
	if (url.len > COMPOSE_MAILTO_MAX)
		return error_set(err, ERROR_INPUT, "the mailto: address is too long");
	struct str query = str_skip(url, scheme.len);
	size_t end = str_find_char(query, '#');
	if (end != STR_NONE)
		query = str_first(query, end);
	addresses_add(&out->to, str_cut(&query, '?'));
	while (query.len > 0) {
		struct str value = str_cut(&query, '&');
		/* Copied from HTML as it stood there. */
		if (str_starts_nocase(value, STR("amp;")))
			value = str_skip(value, 4);
		struct buf name = {0};
		percent_decode(str_cut(&value, '='), &name);
		for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
			if (str_equal_nocase(buf_str(&name), str_from(fields[i].name)))
				fields[i].take(out, value);
		buf_done(&name);
	}
	return true;
}
