/*
 * Completion: all that is known is kept folded in memory, best first, and looked through for each
 * letter typed. A word of the nickname, the name or the address must begin with what was typed.
 */
#include "engine/book.h"

#include "base/argv.h"
#include "base/array.h"
#include "base/memory.h"
#include "compose/compose.h"
#include "engine/command.h"
#include "engine/jobs.h"
#include "proto/mime/mime.h"

enum {
	COMPLETE_MAX = 20,
	COMPLETE_KNOWN_MAX = 100000,
	COMPLETE_QUERY_MS = 10 * 1000,
	COMPLETE_QUERY_MAX = 256 * 1024,
	COMPLETE_QUERY_MIN = 3, /* letters: before, too many would match */
};

struct book_index {
	struct book_completion *items; /* owned: the book first, then by rank */
	char **folded;                 /* owned: "nick\nname\naddress" in small letters */
	size_t count;
};

static void fold(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++)
		buf_add_char(out, ascii_lower(text.data[i]));
}

static void index_free(struct book_index *index)
{
	if (index == NULL)
		return;
	for (size_t i = 0; i < index->count; i++) {
		book_completion_done(&index->items[i]);
		mem_free(index->folded[i]);
	}
	mem_free(index->items);
	mem_free(index->folded);
	mem_free(index);
}

void book_free(struct engine *engine)
{
	index_free(engine->book_index);
	engine->book_index = NULL;
}

/* 'Name <a@b>', with quotes where the name needs them. */
static char *full_address(const char *name, const char *address)
{
	struct buf text = {0};
	if (name[0] == '\0')
		return mem_text(address);
	bool is_plain = strpbrk(name, "()<>[]:;@\\,.\"") == NULL;
	if (!is_plain)
		buf_add_char(&text, '"');
	for (const char *p = name; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_add_char(&text, '\\');
		buf_add_char(&text, *p);
	}
	buf_addf(&text, "%s <%s>", is_plain ? "" : "\"", address);
	return buf_take(&text);
}

static struct book_completion complete_entry(const struct book_entry *entry)
{
	return (struct book_completion){
		.text = entry->is_list ? mem_text(entry->addresses)
				       : full_address(entry->name, entry->addresses),
		.address = mem_text(entry->is_list ? "" : entry->addresses),
		.name = mem_text(entry->name),
		.nickname = mem_text(entry->nickname),
		.fcc = mem_text(entry->fcc),
		.source = BOOK_ENTRY,
		.is_list = entry->is_list,
	};
}

static void complete_written(struct book_completion *c)
{
	c->text = full_address(c->name, c->address);
	c->nickname = mem_text("");
	c->fcc = mem_text("");
}

static void index_fold(struct book_index *index)
{
	index->folded = mem_new_array(index->count + 1, sizeof(*index->folded));
	for (size_t i = 0; i < index->count; i++) {
		const struct book_completion *c = &index->items[i];
		struct buf text = {0};
		fold(str_from(c->nickname), &text);
		buf_add_char(&text, '\n');
		fold(str_from(c->name), &text);
		buf_add_char(&text, '\n');
		fold(str_from(c->address), &text);
		index->folded[i] = buf_take(&text);
	}
}

static struct book_index *index_of(struct engine *engine)
{
	struct book_entry *entries = NULL;
	size_t entry_count = 0, count = 0;
	if (engine->book_index != NULL && !engine->book_is_stale)
		return engine->book_index;
	book_free(engine);
	engine->book_is_stale = engine->is_guest; /* others write too */
	struct book_index *index = mem_new(sizeof(*index));
	struct book_completion *written = NULL;
	cache_book_list(engine->cache, &entries, &entry_count, NULL);
	cache_written_list(engine->cache, COMPLETE_KNOWN_MAX, &written, &count, NULL);
	index->items = mem_new_array(entry_count + count + 1, sizeof(*index->items));
	for (size_t i = 0; i < entry_count; i++) {
		index->items[index->count++] = complete_entry(&entries[i]);
		book_entry_done(&entries[i]);
	}
	for (size_t i = 0; i < count; i++) {
		complete_written(&written[i]);
		index->items[index->count++] = written[i];
	}
	mem_free(entries);
	mem_free(written);
	index_fold(index);
	engine->book_index = index;
	return index;
}

/* ---- Looking. ---- */

static bool is_word_byte(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || (unsigned char)c >= 0x80;
}

/* 0: not at all; else better the higher. */
static int match(const char *folded, struct str typed)
{
	int best = 0;
	for (const char *at = strstr(folded, typed.data); at != NULL;
		at = strstr(at + 1, typed.data)) {
		if (at != folded && is_word_byte(at[-1]))
			continue;
		const char *end = strchr(folded, '\n');
		bool is_nickname = at == folded && end != NULL && end > folded;
		if (is_nickname && at + typed.len == end)
			return 3; /* all of it */
		best = is_nickname ? 2 : best > 1 ? best : 1;
		if (best == 2)
			return best;
	}
	return best;
}

static void copy_completion(struct book_completion *to, const struct book_completion *from)
{
	*to = *from;
	to->text = mem_text(from->text);
	to->address = mem_text(from->address);
	to->name = mem_text(from->name);
	to->nickname = mem_text(from->nickname);
	to->fcc = mem_text(from->fcc);
	to->looks_like = mem_text(from->looks_like);
}

static bool is_there(const struct event *event, const char *address)
{
	for (size_t i = 0; address[0] != '\0' && i < event->completion_count; i++)
		if (str_equal_nocase(str_from(event->completions[i].address), str_from(address)))
			return true;
	return false;
}

static void add(struct event *event, const struct book_completion *item)
{
	if (event->completion_count >= COMPLETE_MAX || is_there(event, item->address))
		return;
	copy_completion(&event->completions[event->completion_count++], item);
}

/* A whole address that is not known but looks like one that is. */
static void add_look_alike(struct event *event, const struct book_index *index, struct str typed)
{
	struct address_list list = {0};
	const char **known = mem_new_array(index->count + 1, sizeof(*known));
	for (size_t i = 0; i < index->count; i++)
		known[i] = index->items[i].address;
	mime_address_parse(typed, &list);
	const char *like = NULL;
	if (list.count == 1 && strchr(list.items[0].addr, '@') != NULL)
		like = compose_look_alike(str_from(list.items[0].addr), known, index->count);
	if (like != NULL && event->completion_count < COMPLETE_MAX) {
		char none[] = "";
		struct book_completion item = {.text = mem_str(typed),
			.address = list.items[0].addr,
			.name = none,
			.nickname = none,
			.fcc = none,
			.source = BOOK_TYPED,
			.looks_like = mem_text(like)};
		add(event, &item);
		mem_free(item.text);
		mem_free(item.looks_like);
	}
	mem_free(known);
	address_list_done(&list);
}

static struct event *complete(struct engine *engine, struct str typed, uint64_t tag)
{
	struct book_index *index = index_of(engine);
	struct event *event = event_new(EVENT_COMPLETIONS);
	struct buf folded = {0};
	event->tag = tag;
	event->text = mem_str(typed);
	event->completions = mem_new_array(COMPLETE_MAX, sizeof(*event->completions));
	fold(str_trim(typed), &folded);
	for (int score = 3; folded.len > 0 && score > 0; score--)
		for (size_t i = 0; event->completion_count < COMPLETE_MAX && i < index->count; i++)
			if (match(index->folded[i], str_from(buf_text(&folded))) == score)
				add(event, &index->items[i]);
	if (folded.len > 0 && str_find_char(typed, '@') != STR_NONE)
		add_look_alike(event, index, str_trim(typed));
	buf_done(&folded);
	return event;
}

/* ---- query_command ---- */

struct query_job {
	struct job job;
	struct argv argv;
	char *typed; /* owned */
	uint64_t tag;
	unsigned serial;
	struct buf output;
	bool is_ok;
	struct error error;
};

static void query_run(struct job *job, struct cache *reader)
{
	struct query_job *self = (struct query_job *)job;
	(void)reader;
	self->is_ok = command_run((const char *const *)self->argv.words, STR(""),
		COMPLETE_QUERY_MAX, COMPLETE_QUERY_MS, &self->output, &self->error);
}

/* "ADDRESS TAB NAME TAB …", as for mutt's query_command; a first line of other kind is passed over.
 */
static void query_add(struct event *event, struct str line)
{
	struct buf clean = {0};
	char none[] = "";
	mime_word_decode(line, &clean); /* also makes it one line of UTF-8 */
	struct str rest = line, address = str_trim(str_cut(&rest, '\t'));
	struct str name = str_trim(str_cut(&rest, '\t'));
	buf_done(&clean);
	if (str_find_char(address, '@') == STR_NONE || str_find_char(address, ' ') != STR_NONE)
		return;
	struct buf mended = {0};
	mime_word_decode(name, &mended);
	struct book_completion item = {.address = mem_str(address),
		.name = mem_text(buf_text(&mended)),
		.nickname = none,
		.fcc = none,
		.source = BOOK_QUERIED};
	item.text = full_address(item.name, item.address);
	add(event, &item);
	mem_free(item.address);
	mem_free(item.name);
	mem_free(item.text);
	buf_done(&mended);
}

static void query_done(struct engine *engine, struct job *job)
{
	struct query_job *self = (struct query_job *)job;
	if (self->serial != engine->complete_serial)
		return; /* something else is typed by now */
	if (!self->is_ok)
		log_line(engine->options.log, "query-command: %s", self->error.detail);
	struct event *event = complete(engine, str_from(self->typed), self->tag);
	struct str rest = buf_str(&self->output);
	while (self->is_ok && rest.len > 0)
		query_add(event, str_cut(&rest, '\n'));
	event->is_complete = true;
	engine_post_latest(engine, (uint64_t)EVENT_COMPLETIONS << 32, event);
}

static void query_free(struct job *job)
{
	struct query_job *self = (struct query_job *)job;
	argv_done(&self->argv);
	mem_free(self->typed);
	buf_done(&self->output);
	mem_free(self);
}

/* True when a command was asked. */
static bool query_start(struct engine *engine, const struct request *request)
{
	const char *command = settings_get_text(engine->settings, "query-command");
	struct str typed = str_trim(str_from(request->text));
	if (command == NULL || typed.len < COMPLETE_QUERY_MIN || typed.data[0] == '-')
		return false;
	struct query_job *self = mem_new(sizeof(*self));
	self->job = (struct job){query_run, query_done, query_free, true};
	self->typed = mem_text(request->text);
	self->tag = request->tag;
	self->serial = engine->complete_serial;
	bool ok = argv_split(&self->argv, str_from(command)) && self->argv.count > 0 &&
		  self->argv.count < COMMAND_WORDS_MAX;
	if (!ok) {
		query_free(&self->job);
		return false;
	}
	argv_add(&self->argv, typed);
	jobs_add(engine->jobs, &self->job);
	return true;
}

void book_complete(struct engine *engine, const struct request *request)
{
	struct str typed = str_from(request->text);
	engine->complete_serial++;
	struct event *event = complete(engine, typed, request->tag);
	event->is_complete = !query_start(engine, request);
	engine_post_latest(engine, (uint64_t)EVENT_COMPLETIONS << 32, event);
}
