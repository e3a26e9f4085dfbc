/* Mail from files into a folder of any account. */
#include "engine/files.h"

#include "base/array.h"
#include "base/digest.h"
#include "base/memory.h"
#include "engine/account_run.h"
#include "engine/actions.h"
#include "engine/folder_name.h"
#include "engine/live.h"
#include "engine/local.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	IMPORT_MESSAGES = 50, /* a slice, and a wish */
	IMPORT_BYTES = 1024 * 1024,
	IMPORT_AHEAD = 6, /* wishes of an account that is on line before the next slice */
	IMPORT_PAUSE_MS = 20,
	IMPORT_MAX = 64 * 1024 * 1024, /* a message up to this is read into memory once */
	IMPORT_PIECE = 64 * 1024,
	IMPORT_TELL = 500, /* messages between two events */
};

struct import {
	struct import *next; /* owned */
	uint64_t tag;
	int64_t account_id, run_id;
	char *folder;               /* owned: "" is the account's top */
	enum mailbox_format format; /* as told */
	bool is_again;
	struct mailbox_files files;
	size_t at;         /* file */
	int fd;            /* of the present mbox; -1 */
	struct mbox *mbox; /* owned */
	enum mailbox_format dialect;
	enum mbox_reason reason;
	int64_t folder_id; /* of the present file */
	char *folder_name; /* owned: for which that is */
	uint64_t done, skipped, told;
	struct action_item *items; /* owned: of the present slice */
	size_t count, cap;
	uint64_t bytes; /* of it */
	struct error error;
	bool is_over;
};

static void import_free(struct import *im)
{
	mem_free(im->folder);
	mem_free(im->folder_name);
	mem_free(im->items);
	mailbox_files_done(&im->files);
	mbox_free(im->mbox);
	if (im->fd >= 0)
		close(im->fd);
	mem_free(im);
}

void import_free_all(struct engine *engine)
{
	while (engine->imports != NULL) {
		struct import *next = engine->imports->next;
		import_free(engine->imports);
		engine->imports = next;
	}
}

static void import_tell(struct engine *engine, struct import *im)
{
	struct event *event = event_new(EVENT_MAILBOX);
	const struct mailbox_file *f = im->at < im->files.count ? &im->files.items[im->at] : NULL;
	event->tag = im->tag;
	event->account_id = im->account_id;
	event->folder_id = im->folder_id;
	event->done = im->done;
	event->skipped = im->skipped;
	event->path = f != NULL ? mem_text(f->path) : NULL;
	event->mailbox_format = im->dialect;
	event->mbox_reason = im->reason;
	event->is_last = im->is_over;
	event->is_ok = im->error.kind == ERROR_NONE;
	event->error = im->error;
	engine_post(engine, event);
	im->told = im->done + im->skipped;
}

void import_begin(struct engine *engine, const struct request *request)
{
	struct import *im = mem_new(sizeof(*im));
	struct import **end = &engine->imports;
	im->tag = request->tag;
	im->account_id = request->account_id;
	im->folder = mem_text(request->text != NULL ? request->text : "");
	im->format = request->mailbox_format;
	im->is_again = request->is_on;
	im->fd = -1;
	im->run_id = (int64_t)(engine->world->random(engine->world->context) >> 1);
	im->is_over = !mailbox_list(request->path, im->format, &im->files, &im->error);
	while (*end != NULL)
		end = &(*end)->next;
	*end = im;
}

/* ---- The folder. ---- */

static bool import_find_folder(
	struct engine *engine, int64_t account_id, const char *name, char *delimiter, int64_t *id)
{
	struct folder *folders = NULL;
	size_t count = 0;
	*id = 0;
	if (!cache_folders_list(engine->cache, account_id, &folders, &count, NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (folders[i].delimiter != '\0')
			*delimiter = folders[i].delimiter;
		if (strcmp(folders[i].name, name) == 0)
			*id = folders[i].folder_id;
		folder_done(&folders[i]);
	}
	mem_free(folders);
	return *id != 0;
}

static bool import_make_folder(struct engine *engine, struct import *im, const char *name)
{
	struct account_run *run = engine_run_of_account(engine, im->account_id);
	struct buf wire = {0};
	char delimiter = '/';
	if (import_find_folder(engine, im->account_id, name, &delimiter, &im->folder_id))
		return true;
	bool ok = folder_name_to_wire(str_from(name), delimiter, &wire) ||
		  error_set(&im->error, ERROR_INPUT,
			  "that cannot be the name of a folder on this server: %s", name);
	if (ok && run != NULL && local_is_kept_here(run->account) && !engine->is_guest) {
		ok = local_folder(run, buf_text(&wire), &im->folder_id, &im->error);
	} else if (ok) {
		struct request request = {.kind = REQUEST_FOLDER, .verb = FOLDER_CREATE};
		request.account_id = im->account_id;
		request.text = mem_text(name);
		wishes_folder(engine, &request);
		mem_free(request.text);
		ok = cache_folder_register(
			engine->cache, im->account_id, buf_text(&wire), &im->folder_id, &im->error);
	}
	buf_done(&wire);
	return ok;
}

/* The folder of a file, below the one that was asked for. */
static bool import_folder(struct engine *engine, struct import *im, const struct mailbox_file *f)
{
	struct buf name = {0};
	buf_add_text(&name, im->folder);
	if (f->folder[0] != '\0')
		buf_addf(&name, "%s%s", name.len > 0 ? "/" : "", f->folder);
	if (name.len == 0)
		buf_add_text(&name, "Imported");
	if (im->folder_name != NULL && strcmp(im->folder_name, buf_text(&name)) == 0) {
		buf_done(&name);
		return true;
	}
	bool ok = import_make_folder(engine, im, buf_text(&name));
	mem_free(im->folder_name);
	im->folder_name = buf_take(&name);
	return ok;
}

/* ---- Bytes. ---- */

static bool import_read(
	void *context, uint64_t offset, size_t max, struct buf *out, struct error *err)
{
	int fd = *(const int *)context;
	buf_reserve(out, max + 1);
	ssize_t n = pread(fd, out->data + out->len, max, (off_t)offset);
	if (n < 0)
		return error_errno(err, ERROR_STORAGE, "the file cannot be read");
	out->len += (size_t)n;
	out->data[out->len] = '\0';
	return true;
}

/* Where a message's bytes come from: an mbox, or all of a file. */
struct import_from {
	struct import *im;
	const struct mbox_message *message; /* NULL: the file */
	uint64_t offset, end;
};

static bool import_some(struct import_from *from, struct buf *out, struct error *err)
{
	size_t before = out->len;
	if (from->offset >= from->end)
		return true;
	if (from->message != NULL)
		return mbox_read(from->im->mbox, from->message, &from->offset, out, err);
	if (!import_read(&from->im->fd, from->offset, IMPORT_PIECE, out, err))
		return false;
	from->offset += out->len - before;
	return out->len > before ||
	       error_set(err, ERROR_STORAGE, "the file became shorter while it was read");
}

static uint64_t import_start(const struct import_from *from)
{
	return from->message != NULL ? from->message->from : 0;
}

/* Goes through all of it: into a hash, or into a blob. */
static bool import_all(
	struct import_from *from, struct digest *digest, struct cache_blob *blob, struct error *err)
{
	struct buf piece = {0};
	bool ok = true;
	from->offset = import_start(from);
	while (ok && from->offset < from->end) {
		buf_clear(&piece);
		ok = import_some(from, &piece, err);
		if (ok && digest != NULL)
			digest_add(digest, buf_str(&piece));
		if (ok && blob != NULL)
			ok = cache_blob_append(blob, buf_str(&piece), err);
	}
	buf_done(&piece);
	return ok;
}

static bool import_is_new(struct engine *engine, struct import *im, struct import_from *from,
	bool *is_new, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];
	struct digest *digest = digest_new();
	bool ok = import_all(from, digest, NULL, err);
	digest_finish(digest, hex);
	digest_free(digest);
	ok = ok && cache_import_meet(engine->cache, im->folder_id, hex, im->run_id, is_new, err);
	*is_new = *is_new || im->is_again;
	return ok;
}

static flags_t import_keywords(
	struct engine *engine, const struct import *im, struct str words, struct error *err)
{
	flags_t flags = 0;
	while (words.len > 0) {
		flags_t bit = 0;
		struct str word = str_cut(&words, ' ');
		bool is_flag = word.len > 0 && word.data[0] != '\\';
		for (size_t i = 0; i < word.len; i++)
			is_flag = is_flag && word.data[i] > ' ' && word.data[i] < 127 &&
				  strchr("(){}%*\"\\],", word.data[i]) == NULL;
		if (is_flag && cache_keyword_bit(engine->cache, im->account_id, word, &bit, err))
			flags |= bit;
	}
	return flags;
}

/* One message into the slice. In a transaction of local.db. */
static bool import_take(struct engine *engine, struct import *im, struct import_from *from,
	const struct action_item *as, struct error *err)
{
	bool is_new = false;
	struct action_item item = *as;
	if (!import_is_new(engine, im, from, &is_new, err))
		return false;
	if (!is_new) {
		im->skipped++;
		return true;
	}
	struct cache_blob *blob = cache_blob_begin(engine->cache);
	if (!import_all(from, NULL, blob, err)) {
		cache_blob_cancel(blob);
		return false;
	}
	if (!cache_blob_finish(blob, &item.blob_id, err))
		return false;
	im->items = array_room(im->items, im->count, &im->cap, sizeof(*im->items));
	item.uid = (int64_t)im->count + 1;
	im->items[im->count++] = item;
	im->bytes += from->end - import_start(from);
	return true;
}

/* ---- Files. ---- */

static bool import_open(struct import *im, const struct mailbox_file *f, uint64_t *size)
{
	struct stat st;
	im->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (im->fd < 0 || fstat(im->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return error_errno(&im->error, ERROR_INPUT, "%s", f->path);
	*size = (uint64_t)st.st_size;
	return true;
}

static void import_close(struct import *im)
{
	mbox_free(im->mbox);
	im->mbox = NULL;
	if (im->fd >= 0)
		close(im->fd);
	im->fd = -1;
	im->at++;
}

static bool import_is_mbox(enum mailbox_format format)
{
	return format >= MAILBOX_MBOXO && format <= MAILBOX_MBOXCL2;
}

static bool import_open_mbox(struct engine *engine, struct import *im, const struct mailbox_file *f)
{
	struct mbox_source source = {.context = &im->fd, .read = import_read};
	if (!import_open(im, f, &source.size))
		return false;
	im->mbox = mbox_new(&source);
	im->dialect = im->format;
	im->reason = MBOX_TOLD;
	if (!import_is_mbox(im->format) &&
		!mbox_guess(im->mbox, &im->dialect, &im->reason, &im->error))
		return false;
	mbox_set_format(im->mbox, im->dialect);
	import_tell(engine, im);
	return true;
}

/* The next message of an mbox. */
static bool import_mbox_next(struct engine *engine, struct import *im, struct error *err)
{
	struct mbox_message m = {0};
	bool is_found = false;
	bool ok = mbox_next(im->mbox, &m, &is_found, err);
	if (ok && is_found) {
		struct import_from from = {.im = im, .message = &m, .end = m.to};
		struct action_item as = {.arrived = m.arrived >= 0 ? m.arrived : engine->wall};
		as.flags = m.flags | import_keywords(engine, im, buf_str(&m.keywords), err);
		ok = m.to == m.from || import_take(engine, im, &from, &as, err);
	} else if (ok) {
		import_close(im);
	}
	mbox_message_done(&m);
	return ok;
}

static bool import_file_next(
	struct engine *engine, struct import *im, const struct mailbox_file *f, struct error *err)
{
	struct import_from from = {.im = im};
	struct action_item as = {.arrived = f->modified, .flags = f->flags};
	if (!import_open(im, f, &from.end)) {
		*err = im->error;
		return false;
	}
	if (f->keywords != NULL)
		as.flags |= import_keywords(engine, im, str_from(f->keywords), err);
	bool ok = from.end == 0 || import_take(engine, im, &from, &as, err);
	if (ok)
		import_close(im);
	return ok;
}

static bool import_next(struct engine *engine, struct import *im, struct error *err)
{
	const struct mailbox_file *f = &im->files.items[im->at];
	return import_is_mbox(f->format) ? import_mbox_next(engine, im, err)
					 : import_file_next(engine, im, f, err);
}

/* ---- Slices. ---- */

/* Mail that is kept here needs no wish to get here. */
static bool import_add_here(struct engine *engine, struct import *im, struct error *err)
{
	bool ok = true;
	for (size_t i = 0; ok && i < im->count; i++) {
		struct cache_local_mail mail = {.blob_id = im->items[i].blob_id,
			.flags = im->items[i].flags,
			.arrived = im->items[i].arrived};
		uint32_t uid;
		ok = cache_local_add(engine->cache, im->folder_id, &mail, &uid, err);
	}
	local_changed(engine, im->folder_id);
	return ok;
}

static bool import_add(struct engine *engine, struct import *im, struct error *err)
{
	struct account_run *run = engine_run_of_account(engine, im->account_id);
	struct action action = {.kind = ACTION_APPEND,
		.account_id = im->account_id,
		.group = im->run_id,
		.target_folder_id = im->folder_id,
		.items = im->items,
		.item_count = im->count};
	size_t count = 0;
	if (im->count == 0)
		return true;
	if (run != NULL && local_is_kept_here(run->account) && !engine->is_guest)
		return import_add_here(engine, im, err);
	return wish_add(engine, &action, &count, err);
}

static bool import_slice(struct engine *engine, struct import *im)
{
	size_t seen = 0, file = im->at;
	struct error err = {0};
	im->count = 0;
	im->bytes = 0;
	if (!cache_local_begin(engine->cache, &im->error))
		return false;
	bool ok = true;
	while (ok && im->at == file && im->count < IMPORT_MESSAGES && im->bytes < IMPORT_BYTES &&
		seen++ < 4 * IMPORT_MESSAGES)
		ok = import_next(engine, im, &err);
	/* Files of one message go on together while they are for one folder. */
	while (ok && im->at > file && im->at < im->files.count &&
		!import_is_mbox(im->files.items[im->at].format) &&
		strcmp(im->files.items[im->at].folder, im->files.items[file].folder) == 0 &&
		im->count < IMPORT_MESSAGES && im->bytes < IMPORT_BYTES &&
		seen++ < 4 * IMPORT_MESSAGES)
		ok = import_next(engine, im, &err);
	ok = ok && import_add(engine, im, &err);
	ok = cache_local_end(engine->cache, ok, &err);
	if (!ok)
		im->error = err;
	else
		im->done += im->count;
	return ok;
}

/* The connection is to have enough to do, and local.db not the whole import. */
static bool import_waits(struct engine *engine, const struct import *im)
{
	struct account_run *run = engine_run_of_account(engine, im->account_id);
	uint32_t waiting = 0, failed = 0;
	if (run == NULL || engine->is_guest || local_is_kept_here(run->account) ||
		account_run_is_stuck(run) ||
		!cache_actions_count(engine->cache, im->account_id, &waiting, &failed, NULL))
		return false;
	return waiting >= IMPORT_AHEAD;
}

static bool import_go(struct engine *engine, struct import *im)
{
	if (im->at >= im->files.count)
		return false;
	const struct mailbox_file *f = &im->files.items[im->at];
	if (!import_folder(engine, im, f))
		return false;
	if (im->mbox == NULL && import_is_mbox(f->format) && !import_open_mbox(engine, im, f))
		return false;
	return import_slice(engine, im);
}

void import_step(struct engine *engine, int64_t *deadline)
{
	struct import *im = engine->imports;
	if (im == NULL)
		return;
	if (!im->is_over && import_waits(engine, im)) {
		if (engine->now + IMPORT_PAUSE_MS < *deadline)
			*deadline = engine->now + IMPORT_PAUSE_MS;
		return;
	}
	*deadline = engine->now;
	im->is_over = im->is_over || !import_go(engine, im);
	if (im->is_over || im->done + im->skipped >= im->told + IMPORT_TELL)
		import_tell(engine, im);
	if (!im->is_over)
		return;
	wishes_made(engine);
	engine->imports = im->next;
	import_free(im);
}
