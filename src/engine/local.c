/* Folders and rows of mail that no server keeps, as local.db has them. */
#include "engine/local.h"

#include "base/memory.h"
#include "engine/folder_name.h"
#include "engine/live.h"
#include "engine/local_state.h"
#include "engine/sync_header.h"
#include "proto/mime/mime.h"

#include <stdlib.h>

enum {
	LOCAL_SLICE = 100, /* mails a step */
};

bool local_is_kept_here(const struct account *account)
{
	return account->kind != ACCOUNT_IMAP;
}

void local_changed(struct engine *engine, int64_t folder_id)
{
	struct account_run *run = engine_run_of_folder(engine, folder_id);
	for (size_t i = 0; i < engine->run_count; i++) {
		struct account_run *one = engine->runs[i];
		if (local_is_kept_here(one->account) && (run == NULL || run == one))
			one->local_is_behind = true;
		if (local_is_kept_here(one->account) && folder_id == 0)
			one->local_is_listed = false;
	}
}

void local_failed(struct account_run *run, const struct error *err)
{
	engine_storage_failed(run->engine, err);
}

/* ---- The list of folders. ---- */

/* Those that an account of a kind begins with. */
static const struct local_first {
	enum account_kind kind;
	const char *wire;
	enum folder_role role;
} local_first[] = {
	{ACCOUNT_POP3, "INBOX", ROLE_INBOX},
	{ACCOUNT_POP3, "Drafts", ROLE_DRAFTS},
	{ACCOUNT_POP3, "Sent", ROLE_SENT},
	{ACCOUNT_POP3, "Trash", ROLE_TRASH},
	{ACCOUNT_LOCAL, "Drafts", ROLE_DRAFTS},
	{ACCOUNT_LOCAL, "Sent", ROLE_SENT},
	{ACCOUNT_LOCAL, "Trash", ROLE_TRASH},
};

static enum folder_role local_role(const struct account *account, const char *wire)
{
	for (size_t i = 0; i < sizeof(local_first) / sizeof(*local_first); i++)
		if (local_first[i].kind == account->kind && strcmp(local_first[i].wire, wire) == 0)
			return local_first[i].role;
	return ROLE_NONE;
}

static bool local_make_first(struct account_run *run, size_t count, struct error *err)
{
	const struct account *account = run->account;
	int64_t folder_id;
	bool ok = true;
	for (size_t i = 0; ok && count == 0 && i < sizeof(local_first) / sizeof(*local_first); i++)
		if (local_first[i].kind == account->kind)
			ok = cache_local_folder_create(run->engine->cache, account->account_id,
				local_first[i].wire, &folder_id, err);
	return ok;
}

static void local_free(struct cache_local_folder *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cache_local_folder_done(&list[i]);
	mem_free(list);
}

static bool local_show(
	struct account_run *run, struct cache_local_folder *list, size_t count, struct error *err)
{
	struct folder *folders = mem_new_array(count, sizeof(*folders));
	for (size_t i = 0; i < count; i++) {
		folders[i] = (struct folder){
			.folder_id = list[i].folder_id,
			.account_id = run->account->account_id,
			.wire = mem_text(list[i].wire),
			.name = folder_name_from_wire(str_from(list[i].wire), LOCAL_DELIMITER),
			.delimiter = LOCAL_DELIMITER,
			.attributes = FOLDER_SUBSCRIBED,
			.role = local_role(run->account, list[i].wire),
		};
	}
	bool ok = cache_folders_save(
		run->engine->cache, run->account->account_id, folders, count, err);
	for (size_t i = 0; i < count; i++)
		folder_done(&folders[i]);
	mem_free(folders);
	return ok;
}

static bool local_list(struct account_run *run, struct error *err)
{
	struct cache *cache = run->engine->cache;
	struct cache_local_folder *list = NULL;
	size_t count = 0;
	bool ok = cache_local_folders(cache, run->account->account_id, &list, &count, err);
	if (ok && count == 0) {
		ok = local_make_first(run, count, err) &&
		     cache_local_folders(cache, run->account->account_id, &list, &count, err);
	}
	ok = ok && local_show(run, list, count, err);
	local_free(list, count);
	run->engine->folders_dirty = true;
	run->local_is_listed = ok;
	run->local_is_behind = true;
	run->folders_are_known = ok;
	return ok;
}

/* ---- Rows. ---- */

/* Which mails these bytes are is told by the bytes themselves. */
static bool local_header(struct account_run *run, struct sync_batch *batch,
	const struct cache_local_mail *mail, struct buf *head, struct error *err)
{
	struct cache_blob_info info;
	buf_clear(head);
	if (!cache_blob_get(run->engine->cache, mail->blob_id, &info, err) ||
		!cache_blob_read(run->engine->cache, mail->blob_id, 0, LOCAL_HEADER_MAX, head, err))
		return false;
	struct imap_fetch fetch = {
		.uid = mail->uid,
		.header = str_first(buf_str(head), mime_header_length(buf_str(head))),
		.emailid = str_from(info.sha256),
		.size = info.len,
		.date = mail->arrived,
		.modseq = mail->modseq,
	};
	sync_batch_add_header(batch, run->account, &fetch, mail->flags);
	return true;
}

/* What stands in local.db and not, or otherwise, in the list. */
static bool local_save(struct account_run *run, const struct folder *folder,
	const struct cache_local_mail *mails, size_t count, struct error *err)
{
	struct sync_batch batch = {0};
	struct buf head = {0};
	size_t changed = 0;
	bool ok = true;
	struct cache_cursor cursor = {.server_total = UINT32_MAX};
	for (size_t i = 0; ok && i < count; i++) {
		struct imap_fetch flags = {.uid = mails[i].uid, .modseq = mails[i].modseq};
		if (mails[i].uid < folder->uidnext)
			sync_batch_add_flags(&batch, &flags, mails[i].flags);
		else
			ok = local_header(run, &batch, &mails[i], &head, err);
		cursor.modseq = mails[i].modseq;
	}
	struct cache *cache = run->engine->cache;
	if (ok && batch.flag_count > 0)
		ok = cache_flags_save(cache, folder->folder_id, batch.flags, batch.flag_count, NULL,
			&changed, err);
	if (ok && batch.row_count > 0)
		ok = cache_headers_save(
			cache, folder->folder_id, batch.rows, batch.row_count, NULL, err);
	ok = ok && cache_cursor_save(cache, folder->folder_id, &cursor, err);
	run->threads_are_joined = run->threads_are_joined && batch.row_count == 0;
	sync_batch_done(&batch);
	buf_done(&head);
	return ok;
}

static int local_uid_order(const void *key, const void *row)
{
	uint32_t uid = *(const uint32_t *)key, other = ((const struct cache_local_mail *)row)->uid;
	return uid < other ? -1 : uid > other;
}

/* Rows of which local.db knows nothing any more: after a crash between the two. */
static bool local_compare(struct account_run *run, int64_t folder_id, struct error *err)
{
	struct cache *cache = run->engine->cache;
	struct cache_local_mail *mails = mem_new_array(LOCAL_COMPARE, sizeof(*mails));
	uint32_t *uids = mem_new_array(LOCAL_COMPARE, sizeof(*uids));
	size_t count = LOCAL_COMPARE, here = 0, removed = 0;
	uint32_t from = 1;
	bool ok = true;
	while (ok && count == LOCAL_COMPARE) {
		ok = cache_uids(cache, folder_id, from, UINT32_MAX, uids, LOCAL_COMPARE, &count,
			     err) &&
		     cache_local_list(cache, folder_id, from, mails, LOCAL_COMPARE, &here, err);
		for (size_t i = 0; ok && i < count; i++) {
			struct uid_range one = {uids[i], uids[i]};
			/* Behind the last of a full list nothing is known yet. */
			if (here == LOCAL_COMPARE && uids[i] > mails[here - 1].uid) {
				count = LOCAL_COMPARE;
				break;
			}
			from = uids[i] + 1;
			if (bsearch(&uids[i], mails, here, sizeof(*mails), local_uid_order) == NULL)
				ok = cache_expunge(cache, folder_id, &one, 1, NULL, &removed, err);
		}
	}
	mem_free(mails);
	mem_free(uids);
	return ok;
}

/* The end: all that local.db has is in the list. */
static bool local_finish(
	struct account_run *run, const struct cache_local_folder *local, struct error *err)
{
	struct cache *cache = run->engine->cache;
	struct cache_cursor cursor = {
		.uidvalidity = local->uidvalidity,
		.uidnext = local->uidnext,
		.modseq = local->modseq,
		.synced_low = 1,
		.server_total = local->total,
	};
	uint32_t count = 0;
	if (!cache_uid_count(cache, local->folder_id, 1, UINT32_MAX, &count, err))
		return false;
	if (count != local->total && !local_compare(run, local->folder_id, err))
		return false;
	live_touch(run->engine, local->folder_id);
	run->engine->folders_dirty = true;
	return cache_cursor_save(cache, local->folder_id, &cursor, err);
}

static bool local_reset(struct account_run *run, const struct folder *folder,
	const struct cache_local_folder *local, struct error *err)
{
	bool is_done = false, ok = true;
	if (folder->uidvalidity == local->uidvalidity)
		return true;
	while (ok && !is_done)
		ok = cache_folder_reset(run->engine->cache, folder->folder_id, local->uidvalidity,
			LOCAL_COMPARE, &is_done, err);
	return ok;
}

/* One slice; *is_done when the list is what local.db has. */
bool local_follow(struct account_run *run, int64_t folder_id, bool *is_done, struct error *err)
{
	struct cache *cache = run->engine->cache;
	struct cache_local_folder local;
	struct cache_local_mail mails[LOCAL_SLICE];
	struct folder folder = {0};
	size_t count = 0;
	bool is_found = false;
	*is_done = true;
	if (!cache_local_folder_get(cache, folder_id, &local, &is_found, err))
		return false;
	if (!is_found)
		return true;
	bool ok = cache_folder_get(cache, folder_id, &folder, err) &&
		  local_reset(run, &folder, &local, err);
	if (ok && folder.uidvalidity != local.uidvalidity) {
		folder.uidnext = 0;
		folder.modseq = 0;
	}
	if (ok && folder.modseq != local.modseq) {
		ok = cache_local_changes(
			     cache, folder_id, folder.modseq, mails, LOCAL_SLICE, &count, err) &&
		     (count == 0 || local_save(run, &folder, mails, count, err));
		*is_done = count < LOCAL_SLICE;
		ok = ok && (!*is_done || local_finish(run, &local, err));
	}
	folder_done(&folder);
	return ok;
}

static bool local_follow_all(struct account_run *run, int64_t *deadline, struct error *err)
{
	struct cache_local_folder *list = NULL;
	size_t count = 0;
	bool is_done = true;
	bool ok = cache_local_folders(
		run->engine->cache, run->account->account_id, &list, &count, err);
	for (size_t i = 0; ok && is_done && i < count; i++)
		ok = local_follow(run, list[i].folder_id, &is_done, err);
	local_free(list, count);
	run->local_is_behind = !ok || !is_done;
	if (ok && !is_done)
		*deadline = run->engine->now;
	return ok;
}

bool local_folder(struct account_run *run, const char *wire, int64_t *folder_id, struct error *err)
{
	int64_t account_id = run->account->account_id;
	return cache_local_folder_create(run->engine->cache, account_id, wire, folder_id, err) &&
	       local_list(run, err);
}

/* ---- All of it. ---- */

void local_step(struct account_run *run, int64_t *deadline)
{
	struct error err;
	if (!local_is_kept_here(run->account) || run->test != NULL)
		return;
	if ((!run->local_is_listed && !local_list(run, &err)) ||
		(run->local_is_behind && !local_follow_all(run, deadline, &err)) ||
		!local_act(run, deadline, &err))
		local_failed(run, &err);
}

bool local_is_done(const struct account_run *run)
{
	return run->local_is_listed && !run->local_is_behind && !run->journal_is_dirty;
}
