/* Versions of the three files, oldest first; each step is one text of SQL. */
#include "cache/cache_schema.h"

#include <stdio.h>

/*
 * local.db: names, and the journal. An op is open while done_at is NULL; kind and state are those
 * of model/action.h. The columns and tables of the kinds that Rowan does not write yet stand here
 * so that they need no new version. An op_item's state is 0, 1 (absorbed by a later wish) or 2 (its
 * ident stands for several messages).
 */
static const char schema_local_1[] =
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;"
	"CREATE TABLE account(account_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL "
	"UNIQUE)"
	" STRICT;"
	"CREATE TABLE folder(folder_id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE, wire BLOB NOT NULL,"
	" UNIQUE(account_id, wire)) STRICT;"
	"CREATE TABLE keyword(account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,"
	" bit INTEGER NOT NULL, name TEXT NOT NULL COLLATE NOCASE, PRIMARY KEY(account_id, bit),"
	" UNIQUE(account_id, name)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE blob(blob_id INTEGER PRIMARY KEY, len INTEGER NOT NULL, sha256 BLOB NOT NULL,"
	" data BLOB NOT NULL) STRICT;"
	"CREATE TABLE op(op_id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL,"
	" folder_id INTEGER NOT NULL, grp INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" state INTEGER NOT NULL DEFAULT 0, uidvalidity INTEGER NOT NULL,"
	" target_id INTEGER NOT NULL DEFAULT 0, add_f INTEGER NOT NULL DEFAULT 0,"
	" del_f INTEGER NOT NULL DEFAULT 0, blob_id INTEGER REFERENCES blob,"
	" not_before INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, pre BLOB,"
	" words TEXT, inverse_of INTEGER, created INTEGER NOT NULL, sent_at INTEGER, done_at "
	"INTEGER,"
	" CHECK(add_f & del_f = 0)) STRICT;"
	"CREATE INDEX op_open ON op(folder_id, op_id) WHERE done_at IS NULL;"
	"CREATE INDEX op_shown ON op(account_id, op_id) WHERE state NOT IN (4, 8);"
	"CREATE INDEX op_old ON op(done_at) WHERE state IN (4, 8);"
	"CREATE TABLE op_item(op_id INTEGER NOT NULL REFERENCES op ON DELETE CASCADE,"
	" uid INTEGER NOT NULL, ident BLOB NOT NULL, new_uid INTEGER,"
	" state INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(op_id, uid)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE outbox(outbox_id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL,"
	" message_id TEXT NOT NULL UNIQUE, blob_id INTEGER NOT NULL REFERENCES blob,"
	" env_from TEXT NOT NULL, state INTEGER NOT NULL, not_before INTEGER NOT NULL,"
	" tries INTEGER NOT NULL DEFAULT 0, final_reply TEXT, sent_folder BLOB, sent_op INTEGER,"
	" updated INTEGER NOT NULL) STRICT;"
	"CREATE TABLE rcpt(outbox_id INTEGER NOT NULL REFERENCES outbox ON DELETE CASCADE,"
	" address TEXT NOT NULL, code INTEGER, enhanced TEXT, words TEXT,"
	" PRIMARY KEY(outbox_id, address)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE draft(draft_id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL,"
	" rev INTEGER NOT NULL, blob_id INTEGER NOT NULL REFERENCES blob, server_folder BLOB,"
	" server_uidvalidity INTEGER, server_uid INTEGER, server_rev INTEGER NOT NULL DEFAULT 0,"
	" updated INTEGER NOT NULL) STRICT;"
	"CREATE TABLE uidl(account_id INTEGER NOT NULL, uidl BLOB NOT NULL,"
	" first_seen INTEGER NOT NULL, ident BLOB, deleted INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY(account_id, uidl)) STRICT, WITHOUT ROWID;"
	"INSERT INTO meta VALUES('salt', random());";

/* An item's place in the target: temp is its number above PLACE_TEMPORARY, landed its UID (0: lost
 * sight of). */
static const char schema_local_2[] =
	"ALTER TABLE op_item ADD COLUMN temp INTEGER;"
	"ALTER TABLE op_item ADD COLUMN landed INTEGER;"
	"ALTER TABLE op_item ADD COLUMN before INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX op_item_temp ON op_item(temp) WHERE temp IS NOT NULL;"
	"CREATE INDEX op_item_waits ON op_item(uid) WHERE uid>=4294967296;"
	"ALTER TABLE op ADD COLUMN verb INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE op ADD COLUMN name BLOB;"
	"ALTER TABLE op ADD COLUMN new_name BLOB;"
	"CREATE INDEX op_target ON op(target_id, op_id) WHERE target_id<>0;";

/*
 * Raw mail. A blob's first 256 kB stand in its row, the others in pieces (cache_blobs.c); `made` is
 * when it was begun, until somebody is known to use it. What an item of an op brings along is in
 * op_item. local_folder and local_mail play the server of accounts that have none: mail_id is
 * folder_id and UID, modseq is of the folder's last change to it (cache_local.c).
 */
static const char schema_local_3[] =
	"ALTER TABLE blob ADD COLUMN made INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX blob_made ON blob(made) WHERE made>0;"
	"CREATE TABLE blob_piece(piece_id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;"
	"ALTER TABLE op_item ADD COLUMN blob_id INTEGER REFERENCES blob;"
	"ALTER TABLE op_item ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE op_item ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX op_blob ON op(blob_id) WHERE blob_id IS NOT NULL;"
	"CREATE INDEX op_item_blob ON op_item(blob_id) WHERE blob_id IS NOT NULL;"
	"CREATE INDEX outbox_blob ON outbox(blob_id);"
	"CREATE INDEX draft_blob ON draft(blob_id);"
	"CREATE TABLE local_folder(folder_id INTEGER PRIMARY KEY REFERENCES folder ON DELETE "
	"CASCADE, uidvalidity INTEGER NOT NULL, uidnext INTEGER NOT NULL DEFAULT 1,"
	" modseq INTEGER NOT NULL DEFAULT 1, total INTEGER NOT NULL DEFAULT 0) STRICT;"
	"CREATE TABLE local_mail(mail_id INTEGER PRIMARY KEY,"
	" blob_id INTEGER NOT NULL REFERENCES blob, flags INTEGER NOT NULL,"
	" arrived INTEGER NOT NULL, modseq INTEGER NOT NULL) STRICT;"
	"CREATE INDEX local_mail_blob ON local_mail(blob_id);";

/*
 * What is written: drafts and their files (cache_drafts.c), what the outbox must know of them, the
 * address book and who was written to before (cache_book.c). A draft's state is an enum
 * cache_draft_state; the draft table of version 1 was never filled.
 */
static const char schema_local_4[] =
	"DROP TABLE draft;"
	"CREATE TABLE draft(draft_id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT "
	"NULL,"
	" state INTEGER NOT NULL, rev INTEGER NOT NULL, verb INTEGER NOT NULL,"
	" is_flowed INTEGER NOT NULL, was_blind INTEGER NOT NULL, send_at INTEGER NOT NULL,"
	" updated INTEGER NOT NULL, identity TEXT NOT NULL, sender TEXT NOT NULL,"
	" reply_to TEXT NOT NULL, recipients TEXT NOT NULL, cc TEXT NOT NULL, bcc TEXT NOT NULL,"
	" subject TEXT NOT NULL, fcc TEXT NOT NULL, extra TEXT NOT NULL,"
	" in_reply_to TEXT NOT NULL, refs TEXT NOT NULL, body TEXT NOT NULL,"
	" came_to TEXT NOT NULL, server_folder INTEGER NOT NULL DEFAULT 0,"
	" server_uidvalidity INTEGER NOT NULL DEFAULT 0, server_uid INTEGER NOT NULL DEFAULT 0,"
	" server_rev INTEGER NOT NULL DEFAULT 0, server_op INTEGER NOT NULL DEFAULT 0) STRICT;"
	"CREATE INDEX draft_updated ON draft(updated);"
	"CREATE TABLE draft_file(file_id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" draft_id INTEGER NOT NULL REFERENCES draft ON DELETE CASCADE,"
	" blob_id INTEGER NOT NULL REFERENCES blob, size INTEGER NOT NULL,"
	" is_message INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,"
	" description TEXT NOT NULL) STRICT;"
	"CREATE INDEX draft_file_draft ON draft_file(draft_id);"
	"CREATE INDEX draft_file_blob ON draft_file(blob_id);"
	"CREATE TABLE draft_answer(draft_id INTEGER NOT NULL REFERENCES draft ON DELETE CASCADE,"
	" place_id INTEGER NOT NULL, ident BLOB NOT NULL, PRIMARY KEY(draft_id, place_id))"
	" STRICT, WITHOUT ROWID;"
	"ALTER TABLE outbox ADD COLUMN draft_id INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE outbox ADD COLUMN options INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE outbox ADD COLUMN copy_id INTEGER NOT NULL DEFAULT 0;"
	"UPDATE outbox SET options=8;" /* OUTGOING_8BIT: it may be */
	"CREATE TABLE book(book_id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" nickname TEXT NOT NULL COLLATE NOCASE, name TEXT NOT NULL, addresses TEXT NOT NULL,"
	" fcc TEXT NOT NULL, notes TEXT NOT NULL, is_list INTEGER NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX book_nickname ON book(nickname) WHERE nickname<>'';"
	"CREATE TABLE written(address TEXT PRIMARY KEY COLLATE NOCASE, name TEXT NOT NULL,"
	" rank REAL NOT NULL, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/* What was fetched from POP3 maildrops: see cache_uidl.c. The first uidl was never written. */
static const char schema_local_5[] =
	"DROP TABLE uidl;"
	"CREATE TABLE uidl(account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,"
	" key BLOB NOT NULL, head BLOB NOT NULL, whole BLOB NOT NULL, size INTEGER NOT NULL,"
	" first_seen INTEGER NOT NULL, blob_id INTEGER NOT NULL, blob_hash BLOB,"
	" is_head INTEGER NOT NULL, PRIMARY KEY(account_id, key)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE uidl_gone(gone_id INTEGER PRIMARY KEY,"
	" account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,"
	" head BLOB NOT NULL, whole BLOB NOT NULL, size INTEGER NOT NULL,"
	" first_seen INTEGER NOT NULL, blob_id INTEGER NOT NULL, blob_hash BLOB,"
	" is_head INTEGER NOT NULL, gone INTEGER NOT NULL) STRICT;"
	"CREATE INDEX uidl_gone_head ON uidl_gone(account_id, head);";

/* How a blob goes over a wire: its length with CR LF line ends, and whether there is a NUL in it.
 */
static const char schema_local_6[] =
	"ALTER TABLE blob ADD COLUMN wire_len INTEGER NOT NULL DEFAULT -1;"
	"ALTER TABLE blob ADD COLUMN has_nul INTEGER NOT NULL DEFAULT 0;";

/* What changed in a folder of local mail since then. */
static const char schema_local_7[] =
	"CREATE INDEX local_mail_changed ON local_mail(mail_id>>32, modseq);";

/* How often a message's bytes were imported into a folder, and how often the present run saw them.
 */
static const char schema_local_8[] =
	"CREATE TABLE import_mark(folder_id INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,"
	" hash BLOB NOT NULL, count INTEGER NOT NULL, run INTEGER NOT NULL,"
	" seen INTEGER NOT NULL, PRIMARY KEY(folder_id, hash)) STRICT, WITHOUT ROWID;";

/*
 * cache.db. A place is one row: what a list shows first, what it does not last, so that a page
 * reads no more than it draws. No secondary index: coming in is one step at the end of one tree.
 *   rank      places in each block of place ids: see cache_rank.c
 *   sort_*    orders other than arrival: see cache_sort.c
 *   unjoined, message, reference, thread    what is joined behind the list: see cache_threads.c
 */
static const char schema_cache_1[] =
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;"
	"CREATE TABLE server(account_id INTEGER PRIMARY KEY, facts TEXT NOT NULL) STRICT;"
	"CREATE TABLE folder(folder_id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL,"
	" wire BLOB NOT NULL, name TEXT NOT NULL, delimiter INTEGER NOT NULL DEFAULT 0,"
	" attributes INTEGER NOT NULL DEFAULT 0, role INTEGER NOT NULL DEFAULT 0,"
	" is_read_only INTEGER NOT NULL DEFAULT 0,"
	" total INTEGER NOT NULL DEFAULT 0, unseen INTEGER NOT NULL DEFAULT 0,"
	" fresh INTEGER NOT NULL DEFAULT 0, shown INTEGER NOT NULL DEFAULT 0,"
	" uidvalidity INTEGER NOT NULL DEFAULT 0, uidnext INTEGER NOT NULL DEFAULT 0,"
	" modseq INTEGER NOT NULL DEFAULT 0, synced_low INTEGER NOT NULL DEFAULT 0,"
	" server_total INTEGER NOT NULL DEFAULT 0, server_unseen INTEGER NOT NULL DEFAULT 0,"
	" server_uidnext INTEGER NOT NULL DEFAULT 0, server_modseq INTEGER NOT NULL DEFAULT 0)"
	" STRICT;"
	"CREATE INDEX folder_account ON folder(account_id);"
	"CREATE TABLE place(place_id INTEGER PRIMARY KEY, message_id INTEGER NOT NULL,"
	" server INTEGER NOT NULL, added INTEGER NOT NULL, removed INTEGER NOT NULL,"
	" hidden INTEGER NOT NULL, modseq INTEGER NOT NULL, hints INTEGER NOT NULL,"
	" fields INTEGER NOT NULL, date INTEGER NOT NULL, zone INTEGER NOT NULL,"
	" arrived INTEGER NOT NULL, size INTEGER NOT NULL, ident BLOB NOT NULL,"
	" from_name TEXT NOT NULL, from_addr TEXT NOT NULL, to_name TEXT NOT NULL,"
	" subject TEXT NOT NULL, header_id TEXT NOT NULL, refs TEXT NOT NULL) STRICT;"
	"CREATE TABLE rank(level INTEGER NOT NULL, block INTEGER NOT NULL, total INTEGER NOT NULL,"
	" unread INTEGER NOT NULL, PRIMARY KEY(level, block)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE sort_view(sort_id INTEGER PRIMARY KEY, folder_id INTEGER NOT NULL,"
	" sort INTEGER NOT NULL, filled INTEGER NOT NULL, UNIQUE(folder_id, sort)) STRICT;"
	"CREATE TABLE sort_key(sort_id INTEGER NOT NULL, key BLOB NOT NULL,"
	" place_id INTEGER NOT NULL, PRIMARY KEY(sort_id, key, place_id)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE sort_block(sort_id INTEGER NOT NULL, key BLOB NOT NULL,"
	" place_id INTEGER NOT NULL, total INTEGER NOT NULL,"
	" PRIMARY KEY(sort_id, key, place_id)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE unjoined(unjoined_id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL,"
	" low INTEGER NOT NULL, high INTEGER NOT NULL) STRICT;"
	"CREATE TABLE message(message_id INTEGER NOT NULL, place_id INTEGER NOT NULL,"
	" thread_id INTEGER NOT NULL, PRIMARY KEY(message_id, place_id)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE reference(account_id INTEGER NOT NULL, key INTEGER NOT NULL,"
	" thread_id INTEGER NOT NULL, PRIMARY KEY(account_id, key)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE thread(thread_id INTEGER PRIMARY KEY, parent INTEGER NOT NULL DEFAULT 0,"
	" weight INTEGER NOT NULL DEFAULT 1) STRICT;";

static const char schema_cache_2[] =
	"CREATE INDEX place_hidden ON place(place_id) WHERE hidden<>0;"
	"CREATE INDEX place_deleted ON place(place_id) WHERE ((server|added)&~removed)&8<>0;";

/* body.db. A section's bytes lie in pieces; chunk_id is section_id and the first byte's offset. */
static const char schema_body_1[] =
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;"
	"CREATE TABLE section(section_id INTEGER PRIMARY KEY, message_id INTEGER NOT NULL,"
	" name BLOB NOT NULL, have INTEGER NOT NULL DEFAULT 0, packed INTEGER NOT NULL DEFAULT 0,"
	" is_whole INTEGER NOT NULL DEFAULT 0, UNIQUE(message_id, name)) STRICT;"
	"CREATE TABLE chunk(chunk_id INTEGER PRIMARY KEY, size INTEGER NOT NULL,"
	" coding INTEGER NOT NULL, dict INTEGER NOT NULL DEFAULT 0, data BLOB NOT NULL) STRICT;"
	"CREATE TABLE dict(dict_id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL,"
	" data BLOB NOT NULL) STRICT;"
	"CREATE TABLE structure(message_id INTEGER PRIMARY KEY, tree BLOB NOT NULL) STRICT;";

static const char *const schema_local[] = {schema_local_1, schema_local_2, schema_local_3,
	schema_local_4, schema_local_5, schema_local_6, schema_local_7, schema_local_8};
static const char *const schema_cache[] = {schema_cache_1, schema_cache_2};
static const char *const schema_body[] = {schema_body_1};

static const struct schema_steps {
	const char *const *steps;
	int64_t count;
} schema_files[STORE_FILES] = {
	[STORE_LOCAL] = {schema_local, sizeof(schema_local) / sizeof(schema_local[0])},
	[STORE_CACHE] = {schema_cache, sizeof(schema_cache) / sizeof(schema_cache[0])},
	[STORE_BODY] = {schema_body, sizeof(schema_body) / sizeof(schema_body[0])},
};

bool cache_schema_version(
	struct cache *cache, enum store_file file, int64_t *version, struct error *err)
{
	static const char sql[] = "PRAGMA user_version";
	return store_number(cache, file, sql, STORE_NONE, version, err);
}

static bool cache_schema_steps(
	struct cache *cache, enum store_file file, int64_t version, struct error *err)
{
	const struct schema_steps *known = &schema_files[file];
	for (int64_t i = version; i < known->count; i++)
		if (!store_script(cache, file, known->steps[i], err))
			return false;
	char pragma[64]; /* a PRAGMA takes no parameters; the number is our own */
	snprintf(pragma, sizeof(pragma), "PRAGMA user_version=%d", (int)known->count);
	return store_script(cache, file, pragma, err);
}

bool cache_schema_update(struct cache *cache, enum store_file file, struct error *err)
{
	int64_t version = 0;
	if (!cache_schema_version(cache, file, &version, err))
		return false;
	if (version > schema_files[file].count)
		return error_set(err, ERROR_STORAGE,
			"%s was written by a newer Rowan (version %d, this one knows %d); use that "
			"one",
			cache->files[file].path, (int)version, (int)schema_files[file].count);
	if (version == schema_files[file].count)
		return true;
	if (!store_script(cache, file, "BEGIN IMMEDIATE", err))
		return false;
	/* Another process may have been faster. */
	bool ok = cache_schema_version(cache, file, &version, err) &&
		  cache_schema_steps(cache, file, version, err);
	return store_end(cache, file, ok, err);
}
