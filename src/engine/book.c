/* The address book: requests, and files. Completion is book_complete.c's. */
#include "engine/book.h"

#include "base/file.h"
#include "base/memory.h"
#include "engine/profile.h"
#include "model/book_file.h"
#include "proto/mime/mime.h"

enum { BOOK_IMPORT_MAX = 64 * 1024 * 1024 };

static void book_post(struct engine *engine, uint64_t tag, uint64_t done)
{
	struct error err;
	struct event *event = event_new(EVENT_BOOK);
	event->tag = tag;
	event->done = done;
	if (!cache_book_list(engine->cache, &event->book, &event->book_count, &err))
		engine_storage_failed(engine, &err);
	if (tag != 0)
		engine_post(engine, event);
	else
		engine_post_latest(engine, (uint64_t)EVENT_BOOK << 32, event);
}

static void book_changed(struct engine *engine, const struct request *request, uint64_t done)
{
	engine->book_is_stale = true;
	book_post(engine, request->tag, done);
	if (engine->wants_book && request->tag != 0)
		book_post(engine, 0, 0);
	if (engine->is_guest)
		profile_call(engine->profile, "wake");
}

static void serve_save(struct engine *engine, const struct request *request)
{
	struct error err;
	struct address_list list = {0};
	mime_address_parse(str_from(request->entry->addresses), &list);
	bool is_empty = list.count == 0;
	address_list_done(&list);
	if (is_empty)
		error_set(&err, ERROR_INPUT, "an entry of the address book needs an address");
	if (is_empty || !cache_book_save(engine->cache, request->entry, &err)) {
		engine_fail(engine, request->tag, &err);
		return;
	}
	book_changed(engine, request, 1);
}

static void serve_remove(struct engine *engine, const struct request *request)
{
	struct error err;
	if (!cache_book_remove(engine->cache, request->book_id, &err)) {
		engine_fail(engine, request->tag, &err);
		return;
	}
	book_changed(engine, request, 1);
}

/* Alpine writes names beyond ASCII as encoded words. */
static void decode(char **field)
{
	struct buf text = {0};
	if (strstr(*field, "=?") == NULL)
		return;
	mime_word_decode(str_from(*field), &text);
	mem_free(*field);
	*field = buf_take(&text);
}

static bool import_text(struct engine *engine, const struct request *request, struct str text,
	size_t *added, struct error *err)
{
	enum book_format format;
	struct book_entry *entries = NULL;
	size_t count = 0;
	if (!book_file_guess(text, &format))
		return error_set(err, ERROR_INPUT,
			"%s is neither vCard nor aliases of mutt nor an address book of Alpine",
			request->path);
	book_file_read(format, text, &entries, &count);
	for (size_t i = 0; format == BOOK_ALPINE && i < count; i++) {
		decode(&entries[i].name);
		decode(&entries[i].notes);
	}
	bool ok = cache_book_import(engine->cache, entries, count, added, err);
	for (size_t i = 0; i < count; i++)
		book_entry_done(&entries[i]);
	mem_free(entries);
	return ok;
}

static void serve_import(struct engine *engine, const struct request *request)
{
	struct buf text = {0};
	struct error err;
	size_t added = 0;
	bool ok = file_read(request->path, BOOK_IMPORT_MAX, &text, &err) &&
		  import_text(engine, request, buf_str(&text), &added, &err);
	buf_done(&text);
	if (ok)
		book_changed(engine, request, added);
	else
		engine_fail(engine, request->tag, &err);
}

static bool export_file(
	const struct request *request, struct str text, bool *exists, struct error *err)
{
	*exists = !request->may_overwrite && file_exists(request->path);
	return *exists || file_write_atomic(request->path, text, 0600, err);
}

static void serve_export(struct engine *engine, const struct request *request)
{
	struct book_entry *entries = NULL;
	size_t count = 0;
	struct buf text = {0};
	struct error err;
	struct event *event = event_new(EVENT_SAVED);
	event->tag = request->tag;
	event->path = mem_text(request->path);
	bool ok = cache_book_list(engine->cache, &entries, &count, &err);
	book_file_write(request->format, entries, count, &text);
	ok = ok && export_file(request, buf_str(&text), &event->exists, &err);
	for (size_t i = 0; i < count; i++)
		book_entry_done(&entries[i]);
	mem_free(entries);
	buf_done(&text);
	event->done = count;
	if (ok) {
		engine_post(engine, event);
		return;
	}
	event_free(event);
	engine_fail(engine, request->tag, &err);
}

void book_serve(struct engine *engine, struct request *request)
{
	switch (request->kind) {
	case REQUEST_COMPLETE:
		book_complete(engine, request);
		return;
	case REQUEST_BOOK:
		engine->wants_book = true;
		book_post(engine, request->tag, 0);
		return;
	case REQUEST_BOOK_SAVE:
		serve_save(engine, request);
		return;
	case REQUEST_BOOK_REMOVE:
		serve_remove(engine, request);
		return;
	case REQUEST_BOOK_IMPORT:
		serve_import(engine, request);
		return;
	case REQUEST_BOOK_EXPORT:
		serve_export(engine, request);
		return;
	default: /* engine.c sends no others here */
		return;
	}
}
