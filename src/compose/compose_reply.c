/* Answers: to whom, under which subject, in which thread, with which words quoted. */
#include "base/memory.h"
#include "base/table.h"
#include "compose/compose_address.h"
#include "compose/compose_answer.h"
#include "compose/compose_text.h"
#include "proto/mime/mime.h"

#include <time.h>

enum {
	THREAD_IDS_MAX = 40,  /* of References: the first few and the last ones */
	THREAD_IDS_FIRST = 3, /* the root finds the thread where the middle is lost */
	THREAD_ID_MAX = 250,
	KEY_MAX = 512,
};

/* ---- To whom. ---- */

struct answer {
	const struct identity *identities;
	size_t identity_count, nearest; /* nearest: of the account the mail lies in */
	const struct compose_style *style;
	struct table *seen;
	struct address_list to, cc;
	bool has_too_many;
};

static bool is_new(struct answer *a, struct str addr)
{
	struct buf key = {0};
	for (size_t i = 0; i < addr.len && i < KEY_MAX; i++)
		buf_add_char(&key, ascii_lower(addr.data[i]));
	bool is = table_put(a->seen, buf_str(&key), a) == NULL;
	buf_done(&key);
	return is;
}

/* OWN_OF_OTHERS_TAKEN: those of other accounts are somebody else. */
enum own { OWN_LEFT_OUT, OWN_OF_OTHERS_TAKEN, OWN_TAKEN };

static void take(
	struct answer *a, const struct address_list *from, enum own own, struct address_list *into)
{
	for (size_t i = 0; i < from->count; i++) {
		struct str addr = str_from(from->items[i].addr);
		bool is_own = own != OWN_TAKEN &&
			      compose_is_own(addr, a->identities,
				      own == OWN_LEFT_OUT ? a->identity_count : a->nearest);
		if (addr.len == 0 || is_own || !is_new(a, addr))
			continue;
		a->has_too_many |= table_count(a->seen) > COMPOSE_RECIPIENTS_MAX;
		if (!a->has_too_many)
			address_list_add(into, str_from(from->items[i].name), addr, STR(""));
	}
}

static bool list_has_own(const struct answer *a, const struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (compose_is_own(str_from(list->items[i].addr), a->identities, a->nearest))
			return true;
	return false;
}

static bool has_address(const struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].addr[0] != '\0')
			return true;
	return false;
}

/* The first of these fields that names anybody. */
static bool first_of(
	struct str header, const char *const *names, size_t count, struct address_list *list)
{
	for (size_t i = 0; i < count; i++) {
		compose_addresses_of(header, names[i], list);
		if (has_address(list))
			return true;
		address_list_done(list);
	}
	return false;
}

/* Whether the answer's own writer wrote the original too. */
static bool is_from_own(const struct answer *a, struct str header)
{
	struct address_list from = {0};
	compose_addresses_of(header, "From", &from);
	bool is = list_has_own(a, &from);
	address_list_done(&from);
	return is;
}

/* Who wants the answer: of one's own mail, those it went to. */
static void find_writer(const struct answer *a, struct str header, struct address_list *list)
{
	static const char *const all[] = {
		"Mail-Reply-To", "Reply-To", "From", "Sender", "Return-Path"};
	static const char *const own[] = {"To", "Cc"};
	enum { REPLY_TOS = 2 };
	size_t skip = a->style->ignores_reply_to ? REPLY_TOS : 0;
	if (is_from_own(a, header) && first_of(header, own, 2, list))
		return;
	first_of(header, all + skip, sizeof(all) / sizeof(*all) - skip, list);
}

static void answer_writer(struct answer *a, struct str header)
{
	struct address_list list = {0};
	find_writer(a, header, &list);
	take(a, &list, OWN_TAKEN, &a->to);
	address_list_done(&list);
}

/* Mail-Followup-To says who is to have what goes to all. */
static bool answer_followup(struct answer *a, struct str header)
{
	struct address_list list = {0};
	size_t before = a->to.count;
	compose_addresses_of(header, "Mail-Followup-To", &list);
	take(a, &list, OWN_LEFT_OUT, &a->to);
	address_list_done(&list);
	return a->to.count > before;
}

static void answer_all(struct answer *a, struct str header)
{
	static const char *const fields[] = {"To", "Cc"};
	struct address_list writer = {0};
	size_t before = a->to.count;
	if (answer_followup(a, header))
		return;
	find_writer(a, header, &writer);
	take(a, &writer, OWN_OF_OTHERS_TAKEN, &a->to);
	bool has_writer = a->to.count > before;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		struct address_list list = {0};
		compose_addresses_of(header, fields[i], &list);
		take(a, &list, OWN_LEFT_OUT, has_writer ? &a->cc : &a->to);
		address_list_done(&list);
	}
	/* A message to oneself alone. */
	if (a->to.count == before)
		take(a, &writer, OWN_TAKEN, &a->to);
	address_list_done(&writer);
}

/* <mailto:list@host?…> of List-Post (RFC 2369 3.4); "NO" is none. */
static bool answer_list(struct answer *a, struct str header)
{
	struct str value;
	struct buf text = {0};
	struct address_list list = {0};
	if (!mime_field_find(header, "List-Post", &value))
		return false;
	if (answer_followup(a, header))
		return true;
	mime_unfold(value, &text);
	struct str rest = buf_str(&text);
	size_t at = str_find_nocase(rest, STR("<mailto:"));
	if (at != STR_NONE) {
		struct draft url;
		struct str inside = str_skip(rest, at + 1);
		draft_init(&url);
		if (compose_mailto(str_trim(str_cut(&inside, '>')), &url, NULL))
			mime_address_parse(str_from(url.to), &list);
		draft_done(&url);
	}
	size_t before = a->to.count;
	take(a, &list, OWN_TAKEN, &a->to);
	address_list_done(&list);
	buf_done(&text);
	return a->to.count > before;
}

static void answer_one(struct answer *a, enum draft_verb verb, struct str header)
{
	if (verb == DRAFT_REPLY_LIST && answer_list(a, header))
		return;
	if (verb == DRAFT_REPLY)
		answer_writer(a, header);
	else
		answer_all(a, header);
}

static void set_recipients(const struct answer *a, struct draft *out)
{
	struct buf to = {0}, cc = {0};
	compose_addresses_print(&a->to, &to);
	compose_addresses_print(&a->cc, &cc);
	draft_set(&out->to, buf_str(&to));
	draft_set(&out->cc, buf_str(&cc));
	buf_done(&to);
	buf_done(&cc);
}

/* ---- The thread. ---- */

static void ids_add(struct buf *ids, struct str header, const char *name)
{
	struct str value;
	struct buf found = {0};
	if (mime_field_find(header, name, &value))
		mime_ids_parse(value, &found);
	struct str rest = buf_str(&found);
	while (rest.len > 0) {
		struct str id = str_cut(&rest, '\n');
		bool is_sane = id.len > 0 && id.len <= THREAD_ID_MAX;
		for (size_t i = 0; i < id.len; i++)
			is_sane &= (unsigned char)id.data[i] > 0x20 && id.data[i] != 0x7f &&
				   id.data[i] != '<' && id.data[i] != '>';
		if (!is_sane)
			continue;
		buf_add_char(ids, '<');
		buf_add(ids, id);
		buf_add_text(ids, "> ");
	}
	buf_done(&found);
}

/* References of the original, or where it has none its In-Reply-To if that is one id (RFC 5322
 * 3.6.4). */
static void references_add(struct buf *ids, struct str header)
{
	struct buf parent = {0};
	size_t before = ids->len;
	ids_add(ids, header, "References");
	if (ids->len > before)
		return;
	ids_add(&parent, header, "In-Reply-To");
	struct str rest = buf_str(&parent), first = str_cut(&rest, ' ');
	if (first.len > 0 && str_trim(rest).len == 0)
		buf_add(ids, buf_str(&parent));
	buf_done(&parent);
}

/* Each once, the last time it stands there; the first few and the last. */
static void ids_print(struct str ids, struct buf *out)
{
	size_t count = 0;
	struct str rest = ids;
	while (rest.len > 0)
		count += str_cut(&rest, ' ').len > 0;
	rest = ids;
	for (size_t n = 0; rest.len > 0; n++) {
		struct str id = str_cut(&rest, ' ');
		bool is_cut = count > THREAD_IDS_MAX && n >= THREAD_IDS_FIRST &&
			      n < count - (THREAD_IDS_MAX - THREAD_IDS_FIRST);
		if (is_cut || str_find(rest, id) != STR_NONE)
			continue;
		if (out->len > 0)
			buf_add_char(out, ' ');
		buf_add(out, id);
	}
}

void compose_thread(const struct compose_original *originals, size_t count, struct draft *out)
{
	struct buf references = {0}, parents = {0}, text = {0};
	references_add(&references, originals[0].header);
	for (size_t i = 0; i < count; i++) {
		ids_add(&references, originals[i].header, "Message-ID");
		ids_add(&parents, originals[i].header, "Message-ID");
	}
	ids_print(buf_str(&parents), &text);
	draft_set(&out->in_reply_to, buf_str(&text));
	buf_clear(&text);
	ids_print(buf_str(&references), &text);
	draft_set(&out->references, buf_str(&text));
	buf_done(&references);
	buf_done(&parents);
	buf_done(&text);
}

/* ---- The words. ---- */

struct facts {
	struct buf name, addr, subject, date;
	struct tm day; /* as the writer's clock had it */
	bool has_date;
};

static void facts_find(struct str header, struct facts *f)
{
	struct str value;
	int64_t seconds;
	int zone;
	*f = (struct facts){0};
	if (mime_field_find(header, "From", &value))
		mime_address_first(value, &f->name, &f->addr);
	compose_field_line(header, "Subject", &f->subject);
	compose_field_line(header, "Date", &f->date);
	if (mime_field_find(header, "Date", &value) && mime_date_parse(value, &seconds, &zone)) {
		time_t local = (time_t)(seconds + (int64_t)zone * 60);
		f->has_date = gmtime_r(&local, &f->day) != NULL;
	}
}

static void facts_done(struct facts *f)
{
	buf_done(&f->name);
	buf_done(&f->addr);
	buf_done(&f->subject);
	buf_done(&f->date);
}

static void fact_add(const struct facts *f, char letter, struct buf *out)
{
	switch (letter) {
	case 'n':
		buf_add(out, buf_str(f->name.len > 0 ? &f->name : &f->addr));
		break;
	case 'a':
		buf_add(out, buf_str(&f->addr));
		break;
	case 's':
		buf_add(out, buf_str(&f->subject));
		break;
	case 'D':
		buf_add(out, buf_str(&f->date));
		break;
	case 'd':
		if (f->has_date)
			buf_addf(out, "%04d-%02d-%02d", f->day.tm_year + 1900, f->day.tm_mon + 1,
				f->day.tm_mday);
		break;
	case 't':
		if (f->has_date)
			buf_addf(out, "%02d:%02d", f->day.tm_hour, f->day.tm_min);
		break;
	case '%':
		buf_add_char(out, '%');
		break;
	default:
		buf_add_char(out, '%');
		buf_add_char(out, letter);
	}
}

static void attribution_add(struct str header, const char *given, struct buf *body)
{
	struct facts f;
	struct buf line = {0};
	facts_find(header, &f);
	struct str template = given != NULL ? str_from(given)
			      : f.has_date  ? STR("On %d at %t, %n wrote:")
					    : STR("%n wrote:");
	for (size_t i = 0; i < template.len; i++)
		if (template.data[i] == '%' && i + 1 < template.len)
			fact_add(&f, template.data[++i], &line);
		else
			buf_add_char(&line, template.data[i]);
	compose_line_add(body, buf_str(&line), COMPOSE_LINE_MAX);
	if (line.len > 0)
		buf_add_char(body, '\n');
	facts_done(&f);
	buf_done(&line);
}

static struct str lines_trim(struct str text)
{
	while (text.len > 0 && text.data[0] == '\n')
		text = str_skip(text, 1);
	while (text.len > 0 && ascii_is_space(text.data[text.len - 1]))
		text.len--;
	return text;
}

static void quote_add(const struct compose_original *original, const struct compose_style *style,
	struct buf *body)
{
	struct buf text = {0}, quote = {0};
	compose_text_mend(original->text, &text);
	compose_quote_text(lines_trim(buf_str(&text)), style->keeps_signature, &quote);
	/* What stood before a signature that is gone. */
	while (quote.len >= 3 && strcmp(quote.data + quote.len - 3, "\n>\n") == 0)
		buf_truncate(&quote, quote.len - 2);
	attribution_add(original->header, style->attribution, body);
	buf_add(body, buf_str(&quote));
	buf_done(&text);
	buf_done(&quote);
}

static void set_body(const struct compose_original *originals, size_t count,
	const struct identity *identity, const struct compose_style *style, struct draft *out)
{
	struct buf body = {0};
	if (style->signature_above)
		compose_signature_add(identity, style, &body);
	for (size_t i = 0; i < count && style->quote == COMPOSE_QUOTE_ALL; i++) {
		if (body.len > 0)
			buf_add_char(&body, '\n');
		quote_add(&originals[i], style, &body);
	}
	if (!style->signature_above) {
		if (body.len > 0)
			buf_add_char(&body, '\n');
		compose_signature_add(identity, style, &body);
	}
	draft_set(&out->body, buf_str(&body));
	buf_done(&body);
}

bool compose_reply(enum draft_verb verb, const struct compose_original *originals, size_t count,
	const struct identity *identities, size_t identity_count, const struct compose_style *style,
	struct draft *out, struct error *err)
{
	struct answer a = {.identities = identities,
		.identity_count = identity_count,
		.nearest = compose_nearest(identities, identity_count),
		.style = style};
	struct buf subject = {0}, line = {0};
	if (count == 0)
		return error_set(err, ERROR_INPUT, "there is no message to answer");
	out->verb = verb;
	const struct identity *identity =
		compose_take_identity(originals[0].header, identities, identity_count, out);
	a.seen = table_new();
	for (size_t i = 0; i < count; i++) {
		answer_one(&a, verb, originals[i].header);
		if (originals[i].place_id != 0)
			draft_add_answer(out, originals[i].place_id);
	}
	set_recipients(&a, out);
	compose_field_line(originals[0].header, "Subject", &line);
	compose_subject_reply(buf_str(&line), style->reply_prefix, &subject);
	draft_set(&out->subject, buf_str(&subject));
	compose_thread(originals, count, out);
	set_body(originals, count, identity, style, out);
	address_list_done(&a.to);
	address_list_done(&a.cc);
	table_free(a.seen);
	buf_done(&subject);
	buf_done(&line);
	return !a.has_too_many || compose_too_many(err);
}
