/* Who writes: the identity that a message came to. */
#include "base/memory.h"
#include "compose/compose_address.h"
#include "compose/compose_answer.h"
#include "compose/compose_text.h"
#include "proto/mime/mime.h"

bool compose_is_own(struct str addr, const struct identity *identities, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (compose_address_is_own(addr, &identities[i]))
			return true;
	return false;
}

size_t compose_nearest(const struct identity *identities, size_t count)
{
	size_t n = 0;
	while (n < count && identities[n].account_id == identities[0].account_id)
		n++;
	return n;
}

/* Which identities a field names: how many, and the first by the order in the field. */
struct match {
	const struct identity *identity; /* of the first; NULL */
	struct buf addr;
	bool is_several;
};

static void match_list(struct match *m, const struct address_list *list,
	const struct identity *identities, size_t count)
{
	for (size_t i = 0; i < list->count; i++) {
		struct str addr = str_from(list->items[i].addr);
		for (size_t n = 0; n < count; n++) {
			if (!compose_address_is_own(addr, &identities[n]))
				continue;
			m->is_several |= m->identity != NULL && m->identity != &identities[n];
			if (m->identity == NULL) {
				m->identity = &identities[n];
				buf_add(&m->addr, addr);
			}
			break;
		}
	}
}

static void match_fields(struct match *m, struct str header, const char *const *names,
	size_t name_count, const struct identity *identities, size_t count)
{
	for (size_t i = 0; i < name_count; i++) {
		struct address_list list = {0};
		compose_addresses_of(header, names[i], &list);
		match_list(m, &list, identities, count);
		address_list_done(&list);
	}
}

const struct identity *compose_identity_of(
	struct str header, const struct identity *identities, size_t count, struct buf *addr)
{
	static const char *const named[] = {"To", "Cc", "Resent-To", "Resent-Cc"};
	static const char *const delivered[] = {"X-Original-To", "Envelope-To", "Delivered-To"};
	static const char *const last[] = {"From", "Bcc"};
	struct match to = {0}, envelope = {0}, other = {0}, own = {0};
	match_fields(&own, header, last, 1, identities, compose_nearest(identities, count));
	match_fields(&to, header, named, sizeof(named) / sizeof(*named), identities, count);
	match_fields(&envelope, header, delivered, sizeof(delivered) / sizeof(*delivered),
		identities, count);
	match_fields(&other, header, last, sizeof(last) / sizeof(*last), identities, count);
	const struct match *best = &other;
	if (own.identity != NULL)
		best = &own;
	else if (to.identity != NULL && !(to.is_several && envelope.identity != NULL))
		best = &to;
	else if (envelope.identity != NULL)
		best = &envelope;
	if (addr != NULL)
		buf_add(addr, buf_str(&best->addr));
	const struct identity *found = best->identity;
	buf_done(&own.addr);
	buf_done(&to.addr);
	buf_done(&envelope.addr);
	buf_done(&other.addr);
	return found;
}

void compose_set_identity(const struct identity *identity, struct draft *out)
{
	out->account_id = identity->account_id;
	draft_set(&out->identity, str_from(identity->name));
	draft_set(&out->from, str_from(identity->from));
	draft_set(&out->reply_to, str_from(identity->reply_to));
	draft_set(&out->bcc, str_from(identity->bcc));
	draft_set(&out->fcc, str_from(identity->fcc));
	draft_set(&out->extra, str_from(identity->extra));
}

/* 'Name <the address it came to>'. */
static void set_from(const struct identity *identity, struct str addr, struct draft *out)
{
	struct buf name = {0}, own = {0}, text = {0};
	struct address_list list = {0};
	mime_address_first(str_from(identity->from), &name, &own);
	if (compose_address_is_sane(addr) && !str_equal_nocase(addr, buf_str(&own))) {
		address_list_add(&list, buf_str(&name), addr, STR(""));
		compose_addresses_print(&list, &text);
		draft_set(&out->from, buf_str(&text));
	}
	address_list_done(&list);
	buf_done(&name);
	buf_done(&own);
	buf_done(&text);
}

static bool is_named(struct str header, const struct identity *identities, size_t count)
{
	static const char *const names[] = {"To", "Cc", "From", "Resent-To", "Resent-Cc"};
	struct match m = {0};
	match_fields(&m, header, names, sizeof(names) / sizeof(*names), identities, count);
	bool is = m.identity != NULL;
	buf_done(&m.addr);
	return is;
}

const struct identity *compose_take_identity(
	struct str header, const struct identity *identities, size_t count, struct draft *out)
{
	struct buf addr = {0};
	struct str value;
	const struct identity *identity = compose_identity_of(header, identities, count, &addr);
	bool is_list = mime_field_find(header, "List-Id", &value) ||
		       mime_field_find(header, "List-Post", &value);
	out->was_blind = count > 0 && !is_list && !is_named(header, identities, count);
	if (identity != NULL) {
		compose_set_identity(identity, out);
		set_from(identity, buf_str(&addr), out);
		draft_set(&out->came_to, buf_str(&addr));
	} else if (count > 0) {
		identity = &identities[0];
		compose_set_identity(identity, out);
	}
	buf_done(&addr);
	return identity;
}

void compose_signature_add(
	const struct identity *identity, const struct compose_style *style, struct buf *body)
{
	struct str signature = identity != NULL ? str_from(identity->signature) : STR("");
	if (str_trim(signature).len == 0)
		return;
	bool has_dashes = str_starts(signature, STR("-- \n")) || style->has_no_dashes;
	buf_add_text(body, has_dashes ? "\n" : "\n-- \n");
	compose_text_mend(signature, body);
	if (body->data[body->len - 1] != '\n')
		buf_add_char(body, '\n');
}

void compose_new(
	const struct identity *identity, const struct compose_style *style, struct draft *out)
{
	struct buf body = {0};
	compose_set_identity(identity, out);
	draft_set(&out->cc, str_from(identity->cc));
	compose_signature_add(identity, style, &body);
	draft_set(&out->body, buf_str(&body));
	buf_done(&body);
}
