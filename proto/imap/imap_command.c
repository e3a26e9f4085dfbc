/*
 * Commands: their words, and each command in turn. What leaves when is imap_queue.c's.
 */
#include "base/array.h"
#include "base/base64.h"
#include "proto/imap/imap_client.h"

#include <assert.h>
#include <stdio.h>

/* ---- Words. ---- */

struct imap_command *imap_command_new(struct imap *imap, enum imap_command_kind kind)
{
	struct imap_command *c = mem_new(sizeof(*c));
	c->kind = kind;
	c->number = ++imap->queue.last_number;
	buf_addf(&c->bytes, "A%u ", c->number);
	return c;
}

unsigned imap_command_end(struct imap *imap, struct imap_command *c)
{
	struct imap_queue *queue = &imap->queue;
	buf_add_text(&c->bytes, "\r\n");
	if (queue->last != NULL)
		queue->last->next = c;
	else
		queue->first = c;
	queue->last = c;
	if (queue->sending == NULL)
		queue->sending = c;
	unsigned number = c->number;
	imap_queue_fill(imap);
	return number;
}

static bool is_one_line(struct str text)
{
	return memchr(text.data, '\r', text.len) == NULL &&
	       memchr(text.data, '\n', text.len) == NULL &&
	       memchr(text.data, '\0', text.len) == NULL;
}

void imap_command_text(struct imap_command *c, struct str text)
{
	assert(is_one_line(text));
	buf_add(&c->bytes, text);
}

void imap_command_mark(struct imap_command *c, struct imap_mark mark)
{
	c->marks = array_room(c->marks, c->mark_count, &c->mark_cap, sizeof(*c->marks));
	c->marks[c->mark_count++] = mark;
}

void imap_command_literal(struct imap_command *c, struct str text)
{
	bool is_binary = memchr(text.data, '\0', text.len) != NULL;
	imap_command_mark(
		c, (struct imap_mark){.at = c->bytes.len, .len = text.len, .is_binary = is_binary});
	buf_reserve(&c->bytes, text.len + 2);
	buf_add(&c->bytes, text);
}

static bool can_be_quoted(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c < 0x20 || c > 0x7e)
			return false;
	}
	return true;
}

void imap_command_quoted(struct imap_command *c, struct str text)
{
	assert(memchr(text.data, '\0', text.len) == NULL);
	if (!can_be_quoted(text)) {
		imap_command_literal(c, text);
		return;
	}
	assert(is_one_line(text));
	buf_add_char(&c->bytes, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\')
			buf_add_char(&c->bytes, '\\');
		buf_add_char(&c->bytes, text.data[i]);
	}
	buf_add_char(&c->bytes, '"');
}

static bool can_be_atom(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) &&
			(c == '\0' || strchr("!#$&'+,-./:;<=>?@^_`|~", c) == NULL))
			return false;
	}
	return text.len > 0 && text.len <= 200 && !str_equal_nocase(text, STR("NIL"));
}

void imap_command_astring(struct imap_command *c, struct str text)
{
	if (can_be_atom(text))
		imap_command_text(c, text);
	else
		imap_command_quoted(c, text);
}

void imap_command_secret(struct imap_command *c, struct str text)
{
	/* Room first: growing later would leave a copy behind. */
	buf_reserve(&c->bytes, 2 * text.len + 4096);
	size_t at = c->bytes.len;
	imap_command_quoted(c, text);
	imap_command_mark(
		c, (struct imap_mark){.at = at, .len = c->bytes.len - at, .is_secret = true});
}

/* ---- The commands. ---- */

static unsigned command_plain(struct imap *imap, struct str words)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	imap_command_text(c, words);
	return imap_command_end(imap, c);
}

static unsigned command_kind(struct imap *imap, enum imap_command_kind kind, struct str words)
{
	struct imap_command *c = imap_command_new(imap, kind);
	imap_command_text(c, words);
	return imap_command_end(imap, c);
}

/* "VERB folder" */
static unsigned command_folder(struct imap *imap, struct str verb, struct str folder)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	imap_command_text(c, verb);
	imap_command_astring(c, folder);
	return imap_command_end(imap, c);
}

static void command_number(struct imap_command *c, const char *before, uint64_t number)
{
	char text[64];
	int length = snprintf(text, sizeof(text), "%s%llu", before, (unsigned long long)number);
	imap_command_text(c, str_make(text, (size_t)length));
}

/* A set as sent: digits, ':', ',', '*' and nothing else; never empty. */
static void command_set(struct imap_command *c, struct str set)
{
	assert(set.len > 0);
	for (size_t i = 0; i < set.len; i++)
		assert(ascii_is_digit(set.data[i]) || strchr(":,*", set.data[i]) != NULL);
	imap_command_text(c, set);
}

unsigned imap_capability(struct imap *imap)
{
	return command_plain(imap, STR("CAPABILITY"));
}

unsigned imap_noop(struct imap *imap)
{
	return command_plain(imap, STR("NOOP"));
}

unsigned imap_id(struct imap *imap, struct str name, struct str version)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	imap_command_text(c, STR("ID "));
	if (name.len == 0) {
		imap_command_text(c, STR("NIL"));
		return imap_command_end(imap, c);
	}
	imap_command_text(c, STR("(\"name\" "));
	imap_command_quoted(c, name);
	if (version.len > 0) {
		imap_command_text(c, STR(" \"version\" "));
		imap_command_quoted(c, version);
	}
	imap_command_text(c, STR(")"));
	return imap_command_end(imap, c);
}

unsigned imap_starttls(struct imap *imap)
{
	return command_kind(imap, IMAP_COMMAND_STARTTLS, STR("STARTTLS"));
}

unsigned imap_login(struct imap *imap, struct str user, struct str password)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_LOGIN);
	imap_command_text(c, STR("LOGIN "));
	imap_command_quoted(c, user);
	imap_command_text(c, STR(" "));
	imap_command_secret(c, password);
	return imap_command_end(imap, c);
}

unsigned imap_authenticate(
	struct imap *imap, struct str mechanism, bool has_initial, struct str initial)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_AUTHENTICATE);
	imap_command_text(c, STR("AUTHENTICATE "));
	imap_command_text(c, mechanism);
	c->has_initial = has_initial;
	buf_reserve(&c->initial, initial.len * 2 + 8);
	base64_encode(initial, &c->initial);
	return imap_command_end(imap, c);
}

unsigned imap_enable(struct imap *imap, struct str words)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	imap_command_text(c, STR("ENABLE "));
	imap_command_text(c, words);
	return imap_command_end(imap, c);
}

unsigned imap_compress(struct imap *imap)
{
	return command_kind(imap, IMAP_COMMAND_COMPRESS, STR("COMPRESS DEFLATE"));
}

unsigned imap_namespace(struct imap *imap)
{
	return command_plain(imap, STR("NAMESPACE"));
}

static void list_returns(struct imap_command *c, unsigned returns, struct str status_items)
{
	static const struct {
		unsigned bit;
		const char *word;
	} rows[] = {{IMAP_LIST_SPECIAL_USE, "SPECIAL-USE"}, {IMAP_LIST_SUBSCRIBED, "SUBSCRIBED"},
		{IMAP_LIST_CHILDREN, "CHILDREN"}, {IMAP_LIST_STATUS_ITEMS, "STATUS"}};
	const char *before = " RETURN (";
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!(returns & rows[i].bit))
			continue;
		imap_command_text(c, str_from(before));
		imap_command_text(c, str_from(rows[i].word));
		before = " ";
	}
	if (returns & IMAP_LIST_STATUS_ITEMS) {
		imap_command_text(c, STR(" ("));
		imap_command_text(c, status_items);
		imap_command_text(c, STR(")"));
	}
	imap_command_text(c, STR(")"));
}

static unsigned command_list(struct imap *imap, struct str verb, struct str reference,
	struct str pattern, unsigned returns, struct str status_items)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	imap_command_text(c, verb);
	imap_command_quoted(c, reference);
	imap_command_text(c, STR(" "));
	imap_command_quoted(c, pattern);
	if (returns != 0)
		list_returns(c, returns, status_items);
	return imap_command_end(imap, c);
}

unsigned imap_list(struct imap *imap, struct str reference, struct str pattern, unsigned returns,
	struct str status_items)
{
	return command_list(imap, STR("LIST "), reference, pattern, returns, status_items);
}

unsigned imap_lsub(struct imap *imap, struct str reference, struct str pattern)
{
	return command_list(imap, STR("LSUB "), reference, pattern, 0, STR(""));
}

unsigned imap_status(struct imap *imap, struct str folder, struct str items)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	imap_command_text(c, STR("STATUS "));
	imap_command_astring(c, folder);
	imap_command_text(c, STR(" ("));
	imap_command_text(c, items);
	imap_command_text(c, STR(")"));
	return imap_command_end(imap, c);
}

unsigned imap_select(struct imap *imap, const struct imap_select *select)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_SELECT);
	imap_command_text(c, select->read_only ? STR("EXAMINE ") : STR("SELECT "));
	imap_command_astring(c, select->folder);
	if (select->uidvalidity != 0 && select->modseq != 0) {
		command_number(c, " (QRESYNC (", select->uidvalidity);
		command_number(c, " ", select->modseq);
		imap_command_text(c, STR("))"));
	} else if (select->condstore) {
		imap_command_text(c, STR(" (CONDSTORE)"));
	}
	return imap_command_end(imap, c);
}

unsigned imap_close(struct imap *imap)
{
	return command_plain(imap, STR("CLOSE"));
}

unsigned imap_unselect(struct imap *imap)
{
	return command_plain(imap, STR("UNSELECT"));
}

unsigned imap_fetch(struct imap *imap, bool by_uid, struct str set, struct str items,
	uint64_t changed_since, bool with_vanished)
{
	struct imap_command *c =
		imap_command_new(imap, by_uid ? IMAP_COMMAND_PLAIN : IMAP_COMMAND_FETCH_NUMBERS);
	imap_command_text(c, by_uid ? STR("UID FETCH ") : STR("FETCH "));
	command_set(c, set);
	imap_command_text(c, STR(" "));
	imap_command_text(c, items);
	if (changed_since != 0) {
		command_number(c, " (CHANGEDSINCE ", changed_since);
		imap_command_text(c, with_vanished ? STR(" VANISHED)") : STR(")"));
	}
	return imap_command_end(imap, c);
}

unsigned imap_store(struct imap *imap, struct str uid_set, char mode, struct str flags,
	uint64_t unchanged_since)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	assert(mode == '+' || mode == '-');
	imap_command_text(c, STR("UID STORE "));
	command_set(c, uid_set);
	if (unchanged_since != 0) {
		command_number(c, " (UNCHANGEDSINCE ", unchanged_since);
		imap_command_text(c, STR(")"));
	}
	imap_command_text(c, mode == '+' ? STR(" +FLAGS.SILENT (") : STR(" -FLAGS.SILENT ("));
	imap_command_text(c, flags);
	imap_command_text(c, STR(")"));
	return imap_command_end(imap, c);
}

/* One quoted string of the criteria, from its quote on; as a literal when it is not ASCII. Returns
 * what is left behind it. */
static struct str search_quoted(struct imap_command *c, struct str text)
{
	struct buf plain = {0};
	size_t i = 1;
	for (; i < text.len && text.data[i] != '"'; i++) {
		if (text.data[i] == '\\' && i + 1 < text.len)
			i++;
		buf_add_char(&plain, text.data[i]);
	}
	imap_command_quoted(c, buf_str(&plain));
	buf_done(&plain);
	return str_skip(text, i + 1);
}

unsigned imap_search(struct imap *imap, bool want_esearch, struct str criteria)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_SEARCH);
	imap_command_text(c, want_esearch ? STR("UID SEARCH RETURN (ALL) ") : STR("UID SEARCH "));
	while (criteria.len > 0) {
		size_t quote = str_find_char(criteria, '"');
		imap_command_text(c, str_first(criteria, quote));
		criteria = str_skip(criteria, quote);
		if (quote != STR_NONE)
			criteria = search_quoted(c, criteria);
	}
	return imap_command_end(imap, c);
}

/* "VERB set folder" */
static unsigned command_transfer(
	struct imap *imap, struct str verb, struct str uid_set, struct str folder)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	imap_command_text(c, verb);
	command_set(c, uid_set);
	imap_command_text(c, STR(" "));
	imap_command_astring(c, folder);
	return imap_command_end(imap, c);
}

unsigned imap_copy(struct imap *imap, struct str uid_set, struct str folder)
{
	return command_transfer(imap, STR("UID COPY "), uid_set, folder);
}

unsigned imap_move(struct imap *imap, struct str uid_set, struct str folder)
{
	return command_transfer(imap, STR("UID MOVE "), uid_set, folder);
}

unsigned imap_expunge(struct imap *imap, struct str uid_set)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	imap_command_text(c, STR("UID EXPUNGE "));
	command_set(c, uid_set);
	return imap_command_end(imap, c);
}

unsigned imap_expunge_all(struct imap *imap)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	imap_command_text(c, STR("EXPUNGE"));
	return imap_command_end(imap, c);
}

unsigned imap_create(struct imap *imap, struct str folder)
{
	return command_folder(imap, STR("CREATE "), folder);
}

unsigned imap_delete(struct imap *imap, struct str folder)
{
	return command_folder(imap, STR("DELETE "), folder);
}

unsigned imap_rename(struct imap *imap, struct str from, struct str to)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	imap_command_text(c, STR("RENAME "));
	imap_command_astring(c, from);
	imap_command_text(c, STR(" "));
	imap_command_astring(c, to);
	return imap_command_end(imap, c);
}

unsigned imap_getquotaroot(struct imap *imap, struct str folder)
{
	return command_folder(imap, STR("GETQUOTAROOT "), folder);
}

unsigned imap_myrights(struct imap *imap, struct str folder)
{
	return command_folder(imap, STR("MYRIGHTS "), folder);
}

unsigned imap_getacl(struct imap *imap, struct str folder)
{
	return command_folder(imap, STR("GETACL "), folder);
}

unsigned imap_subscribe(struct imap *imap, struct str folder, bool subscribe)
{
	return command_folder(imap, subscribe ? STR("SUBSCRIBE ") : STR("UNSUBSCRIBE "), folder);
}

/* What stands in front of a message's literal. */
static void append_head(struct imap_command *c, struct str flags, int64_t date)
{
	if (flags.len > 0) {
		imap_command_text(c, STR(" ("));
		imap_command_text(c, flags);
		imap_command_text(c, STR(")"));
	}
	if (date >= 0) {
		imap_command_text(c, STR(" \""));
		imap_date_format(date, &c->bytes);
		imap_command_text(c, STR("\""));
	}
	imap_command_text(c, STR(" "));
}

unsigned imap_append(
	struct imap *imap, struct str folder, struct str flags, int64_t date, struct str message)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	imap_command_text(c, STR("APPEND "));
	imap_command_astring(c, folder);
	append_head(c, flags, date);
	imap_command_literal(c, message);
	return imap_command_end(imap, c);
}

unsigned imap_upload(struct imap *imap, struct str folder, uint32_t replaces,
	const struct imap_upload *messages, size_t count)
{
	struct imap_command *c = imap_command_new(imap, IMAP_COMMAND_PLAIN);
	if (replaces != 0)
		buf_addf(&c->bytes, "UID REPLACE %u ", replaces);
	else
		imap_command_text(c, STR("APPEND "));
	imap_command_astring(c, folder);
	for (size_t i = 0; i < count; i++) {
		append_head(c, messages[i].flags, messages[i].date);
		imap_command_mark(c, (struct imap_mark){
					     .at = c->bytes.len,
					     .is_upload = true,
					     .is_binary = messages[i].has_nul,
					     .length = messages[i].length,
				     });
	}
	return imap_command_end(imap, c);
}

unsigned imap_idle(struct imap *imap)
{
	imap->queue.wants_idle_end = false;
	return command_kind(imap, IMAP_COMMAND_IDLE, STR("IDLE"));
}

void imap_idle_end(struct imap *imap)
{
	const struct imap_command *c = imap->queue.first;
	while (c != NULL && (c->kind != IMAP_COMMAND_IDLE || c->is_answered))
		c = c->next;
	imap->queue.wants_idle_end = c != NULL;
	imap_queue_fill(imap);
}

unsigned imap_logout(struct imap *imap)
{
	return command_plain(imap, STR("LOGOUT"));
}

bool imap_is_idling(const struct imap *imap)
{
	return imap->queue.is_idling;
}

size_t imap_waiting(const struct imap *imap)
{
	size_t count = 0;
	for (const struct imap_command *c = imap->queue.first; c != NULL; c = c->next)
		count += !c->is_answered && c->kind != IMAP_COMMAND_IDLE;
	return count;
}
