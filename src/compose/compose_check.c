/* What a person would want to know before the message goes out. */
#include "base/array.h"
#include "compose/compose.h"
#include "compose/compose_address.h"
#include "compose/compose_text.h"
#include "compose/compose_words.h"
#include "base/table.h"
#include "proto/mime/mime.h"

enum { KIND_MAX = 50, TEXT_LOOKED_AT = 1 << 18 };

struct check {
	const struct draft *draft;
	const struct compose_context *context;
	struct compose_warnings *out;
	size_t counts[COMPOSE_WARNING_COUNT];
	struct address_list all; /* recipients, each once */
};

static void warn(struct check *c, enum compose_warning_kind kind, struct str words)
{
	struct compose_warnings *w = c->out;
	if ((c->context->silent & 1u << kind) != 0 || c->counts[kind]++ >= KIND_MAX)
		return;
	w->items = array_room(w->items, w->count, &w->cap, sizeof(*w->items));
	w->items[w->count++] = (struct compose_warning){kind, mem_str(words)};
}

static void warn_numbers(
	struct check *c, enum compose_warning_kind kind, const uint64_t *numbers, size_t count)
{
	struct buf words = {0};
	for (size_t i = 0; i < count; i++)
		buf_addf(&words, "%s%llu", i > 0 ? " " : "", (unsigned long long)numbers[i]);
	warn(c, kind, buf_str(&words));
	buf_done(&words);
}

/* ---- To whom. ---- */

static void find_recipients(struct check *c)
{
	const char *const fields[] = {c->draft->to, c->draft->cc, c->draft->bcc};
	const char *const others[] = {c->draft->from, c->draft->reply_to};
	struct table *seen = table_new();
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		struct address_list list = {0};
		struct buf bad = {0};
		if (!compose_typed_parse(str_from(fields[i]), &list, &bad))
			warn(c, COMPOSE_BAD_ADDRESS, buf_str(&bad));
		for (size_t n = 0; n < list.count; n++) {
			struct str addr = str_from(list.items[n].addr);
			if (addr.len > 0 && table_put(seen, addr, c) == NULL)
				address_list_add(
					&c->all, str_from(list.items[n].name), addr, STR(""));
		}
		address_list_done(&list);
		buf_done(&bad);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct address_list list = {0};
		struct buf bad = {0};
		if (!compose_typed_parse(str_from(others[i]), &list, &bad))
			warn(c, COMPOSE_BAD_ADDRESS, buf_str(&bad));
		address_list_done(&list);
		buf_done(&bad);
	}
	table_free(seen);
}

static void check_recipients(struct check *c)
{
	const struct compose_context *context = c->context;
	uint64_t count = c->all.count;
	if (count == 0 && c->counts[COMPOSE_BAD_ADDRESS] == 0)
		warn(c, COMPOSE_NO_RECIPIENT, STR(""));
	if (context->many > 0 && count >= context->many)
		warn_numbers(c, COMPOSE_MANY_RECIPIENTS, &count, 1);
	if (c->draft->was_blind && c->draft->verb == DRAFT_REPLY_ALL && count > 1)
		warn(c, COMPOSE_BLIND_REPLY_ALL, STR(""));
}

static struct table *known_table(struct check *c)
{
	struct table *known = table_new();
	for (size_t i = 0; i < c->context->known_count; i++) {
		char *key = mem_text(c->context->known[i]);
		for (char *p = key; *p != '\0'; p++)
			*p = ascii_lower(*p);
		table_put(known, str_from(key), c);
		mem_free(key);
	}
	return known;
}

static void check_one(struct check *c, const struct table *known, struct str addr)
{
	struct buf key = {0}, words = {0};
	for (size_t i = 0; i < addr.len; i++)
		buf_add_char(&key, ascii_lower(addr.data[i]));
	const char *alike = NULL;
	bool is_known = table_get(known, buf_str(&key)) != NULL;
	if (!is_known && c->counts[COMPOSE_LOOK_ALIKE] < KIND_MAX)
		alike = compose_look_alike(addr, c->context->known, c->context->known_count);
	if (alike != NULL) {
		buf_add(&words, addr);
		buf_addf(&words, " %s", alike);
		warn(c, COMPOSE_LOOK_ALIKE, buf_str(&words));
	} else if (!is_known && c->context->knows) {
		warn(c, COMPOSE_FIRST_TIME, addr);
	}
	buf_done(&key);
	buf_done(&words);
}

/* Of a long list only the first hundred are looked at one by one. */
static void check_known(struct check *c)
{
	enum { LOOKED_AT = 100 };
	struct table *known = known_table(c);
	for (size_t i = 0; i < c->all.count && i < LOOKED_AT; i++)
		check_one(c, known, str_from(c->all.items[i].addr));
	table_free(known);
}

/* ---- Who writes. ---- */

static void check_from(struct check *c)
{
	struct buf name = {0}, addr = {0};
	const char *from = c->draft->from[0] != '\0' ? c->draft->from : c->context->from;
	struct str came_to = str_from(c->draft->came_to);
	mime_address_first(str_from(from), &name, &addr);
	if (came_to.len > 0 && !str_equal_nocase(came_to, buf_str(&addr)))
		warn(c, COMPOSE_OTHER_FROM, came_to);
	buf_done(&name);
	buf_done(&addr);
}

/* ---- What is written. ---- */

/* The writer's own words: no quote, no signature, nothing that is forwarded. */
static void own_words(struct str body, struct buf *out)
{
	struct str rest;
	while (body.len > 0 && out->len < TEXT_LOOKED_AT) {
		struct str line = str_cut(&body, '\n');
		if (str_starts(line, STR("---------- Forwarded message")))
			return;
		if (compose_is_signature_line(line)) {
			/* Up to an empty line: one that stands above the quote. */
			while (body.len > 0 && str_cut(&body, '\n').len > 0)
				continue;
			continue;
		}
		if (compose_quote_depth(line, &rest) > 0)
			continue;
		buf_add(out, line);
		buf_add_char(out, '\n');
	}
}

static void check_text(struct check *c)
{
	struct buf text = {0}, word = {0};
	if (str_trim(str_from(c->draft->subject)).len == 0)
		warn(c, COMPOSE_NO_SUBJECT, STR(""));
	/* The subject of an answer is somebody else's. */
	if (c->draft->in_reply_to[0] == '\0' && c->draft->references[0] == '\0')
		buf_addf(&text, "%s\n", c->draft->subject);
	own_words(str_from(c->draft->body), &text);
	if (c->draft->file_count == 0 && compose_words_find(buf_str(&text), &word))
		warn(c, COMPOSE_NO_ATTACHMENT, buf_str(&word));
	buf_done(&text);
	buf_done(&word);
}

static void check_size(struct check *c)
{
	uint64_t numbers[] = {0, c->context->limit};
	if (c->context->limit == 0)
		return;
	numbers[0] = compose_size(c->draft);
	if (numbers[0] > c->context->limit)
		warn_numbers(c, COMPOSE_TOO_LARGE, numbers, 2);
}

void compose_check(const struct draft *draft, const struct compose_context *context,
	struct compose_warnings *warnings)
{
	struct check c = {.draft = draft, .context = context, .out = warnings};
	find_recipients(&c);
	check_recipients(&c);
	check_size(&c);
	check_text(&c);
	check_from(&c);
	check_known(&c);
	address_list_done(&c.all);
}

void compose_warnings_done(struct compose_warnings *warnings)
{
	for (size_t i = 0; i < warnings->count; i++)
		mem_free(warnings->items[i].words);
	mem_free(warnings->items);
	*warnings = (struct compose_warnings){0};
}

bool compose_warning_stops(enum compose_warning_kind kind)
{
	return kind <= COMPOSE_TOO_LARGE;
}

const char *compose_warning_name(enum compose_warning_kind kind)
{
	static const char *const names[COMPOSE_WARNING_COUNT] = {
		[COMPOSE_NO_RECIPIENT] = "no-recipient",
		[COMPOSE_BAD_ADDRESS] = "bad-address",
		[COMPOSE_TOO_LARGE] = "too-large",
		[COMPOSE_NO_SUBJECT] = "no-subject",
		[COMPOSE_NO_ATTACHMENT] = "no-attachment",
		[COMPOSE_MANY_RECIPIENTS] = "many-recipients",
		[COMPOSE_BLIND_REPLY_ALL] = "blind-reply-all",
		[COMPOSE_OTHER_FROM] = "other-from",
		[COMPOSE_FIRST_TIME] = "first-time",
		[COMPOSE_LOOK_ALIKE] = "look-alike",
	};
	return names[kind];
}
