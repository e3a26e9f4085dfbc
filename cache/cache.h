/*
 * The store: the only folder with SQL, and the only truth. No SQL type appears here.
 *
 * Three files. local.db is precious (journal, names of accounts and folders; synchronous FULL);
 * cache.db (folders, headers, flags, cursors) and body.db (bodies, zstd, 256 kB chunks) may be
 * deleted at any time and are fetched again. A damaged or unreadable cache file is moved aside and
 * begun anew; local.db never is.
 *
 * Shown = last known server state + journal. Sync functions write only the server's side; wishes
 * live in the journal and show through the masks add/remove/hidden of a row, which are derived:
 * they are recomputed from local.db after an unclean end.
 *
 * Every function that writes is one transaction unless it says otherwise, and false means nothing
 * was changed. Errors are ERROR_STORAGE with a sentence naming the file. One thread per struct
 * cache; several caches (threads, processes) may be open on one profile.
 *
 * Cost: everything that lists or counts is independent of the folder's size unless it says "slice".
 */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include "base/buf.h"
#include "base/error.h"
#include "model/action.h"
#include "model/book.h"
#include "model/draft.h"
#include "model/draft_row.h"
#include "model/folder.h"
#include "model/message.h"
#include "model/outgoing.h"
#include "model/part.h"
#include "model/view.h"

struct cache;

enum cache_mode {
	CACHE_OWNER,  /* reads and writes all; one at a time per profile (engine/profile.c locks) */
	CACHE_GUEST,  /* reads; writes only waiting journal rows (and names of accounts and folders)
		       */
	CACHE_READER, /* reads only: worker threads */
};

/* Reads a message's header (up to its empty line) into a row; uid, flags and modseq are not its
 * business. Strings are good until the next call. */
struct cache_header;
typedef void cache_read_header(
	void *context, int64_t account_id, struct str header, struct cache_header *row);

struct cache_options {
	const char *local_path, *cache_path, *body_path;
	enum cache_mode mode;
	cache_read_header *read_header; /* for rows of mail that is only here; may be NULL */
	void *read_context;
	const char *vfs; /* an SQLite VFS by name, for the crash tests; NULL */
};

struct cache *cache_open(const struct cache_options *options, struct error *err);
void cache_close(struct cache *cache);

/* True when the last owner did not close: the caller runs cache_journal_apply before anything. */
bool cache_was_unclean(const struct cache *cache);

/* Changes whenever another process changed a file (PRAGMA data_version); cheap. */
int64_t cache_version(struct cache *cache);

/* Rows and pages read since the last call, for tests and benches. */
struct cache_counts {
	uint64_t rows, pages, writes;
};
void cache_counts(struct cache *cache, struct cache_counts *counts);

/* ---- Names (local.db): ids that never change. ---- */

bool cache_account_register(
	struct cache *cache, const char *name, int64_t *account_id, struct error *err);
bool cache_account_forget(struct cache *cache, int64_t account_id, struct error *err);
bool cache_folder_register(struct cache *cache, int64_t account_id, const char *wire,
	int64_t *folder_id, struct error *err);

/* ---- Folders (cache.db). ---- */

/* The list as the server gave it, whole: folders not in it become FOLDER_VANISHED. Counts and
 * cursors of known folders stay. */
bool cache_folders_save(struct cache *cache, int64_t account_id, const struct folder *folders,
	size_t count, struct error *err);

/* account_id 0: of all accounts. *folders is owned by the caller (each folder_done, then mem_free).
 * Ordered by account, INBOX first, then roles, then by name. Vanished ones are left out. */
bool cache_folders_list(struct cache *cache, int64_t account_id, struct folder **folders,
	size_t *count, struct error *err);
bool cache_folder_get(
	struct cache *cache, int64_t folder_id, struct folder *folder, struct error *err);

/* What STATUS or SELECT said; fields that are UINT32_MAX are left as they are. Does not touch the
 * cursor uidnext/modseq up to which headers are here. */
struct cache_status {
	uint32_t server_total, server_unseen;
	uint32_t server_uidnext;
	uint64_t server_modseq; /* UINT64_MAX: not said */
	uint32_t uidvalidity;   /* only remembered when the folder had none */
};
bool cache_folder_status(struct cache *cache, int64_t folder_id, const struct cache_status *status,
	struct error *err);

/* What the server last said, beside what is stored: to decide whether there is anything to do. */
bool cache_folder_server(
	struct cache *cache, int64_t folder_id, struct cache_status *status, struct error *err);

/* From now on fresh mail is what comes with a UID from the present cursor on. */
bool cache_folder_shown(struct cache *cache, int64_t folder_id, struct error *err);

/* ---- Sync: the server's side. ---- */

/* Where the store stands after a batch, written in its transaction. 0 leaves a field as it is. */
struct cache_cursor {
	uint32_t uidvalidity;
	uint32_t uidnext; /* headers of every UID in [synced_low, uidnext) are here */
	uint64_t modseq;  /* flags are complete up to this */
	uint32_t synced_low;
	uint32_t server_total; /* UINT32_MAX: leave */
};

/* One message's header as sync read it. Strings are borrowed, decoded, UTF-8; cut by the store to
 * 1,000 bytes each (references 8,000). */
struct cache_header {
	uint32_t uid;
	flags_t flags;
	uint64_t modseq;
	uint32_t size;
	int64_t arrived;
	int64_t date;
	int date_zone;
	unsigned hints;  /* those of enum message_hint that stand in the header */
	unsigned fields; /* which set of header fields was fetched: CACHE_FIELDS_… */
	struct str from_name, from_addr, to_name, subject;
	struct str message_id; /* Message-ID without <> */
	struct str references; /* References then In-Reply-To, ids one per line */
	struct ident ident;
};
enum { CACHE_FIELDS_LIST = 1 }; /* the set of settled point 6 */

/* Rows in any order; a row whose UID is known is overwritten (masks stay). cursor may be NULL. */
bool cache_headers_save(struct cache *cache, int64_t folder_id, const struct cache_header *rows,
	size_t count, const struct cache_cursor *cursor, struct error *err);

struct cache_flags {
	uint32_t uid;
	flags_t flags;
	uint64_t modseq;
};
/* Unknown UIDs are skipped; *changed counts rows whose shown flags changed. */
bool cache_flags_save(struct cache *cache, int64_t folder_id, const struct cache_flags *rows,
	size_t count, const struct cache_cursor *cursor, size_t *changed, struct error *err);

struct uid_range {
	uint32_t first, last; /* both included */
};
/* Gone from the server. *removed counts those that were here. One transaction per call; callers
 * slice very large ranges by number (a range costs its rows). */
bool cache_expunge(struct cache *cache, int64_t folder_id, const struct uid_range *ranges,
	size_t count, const struct cache_cursor *cursor, size_t *removed, struct error *err);

/* Only the cursor. */
bool cache_cursor_save(struct cache *cache, int64_t folder_id, const struct cache_cursor *cursor,
	struct error *err);

/* UIDVALIDITY changed: removes at most max rows of the folder; *is_done when none is left, the
 * cursor is then at the new uidvalidity with nothing synced. Message bodies stay and are bound
 * again by ident. A slice. */
bool cache_folder_reset(struct cache *cache, int64_t folder_id, uint32_t uidvalidity, size_t max,
	bool *is_done, struct error *err);

/* The UIDs here in [first, last], ascending, at most max; *count told. For comparing with a SEARCH.
 */
bool cache_uids(struct cache *cache, int64_t folder_id, uint32_t first, uint32_t last,
	uint32_t *uids, size_t max, size_t *count, struct error *err);
/* The same with the server's flags. */
bool cache_uid_flags(struct cache *cache, int64_t folder_id, uint32_t first, uint32_t last,
	struct cache_flags *rows, size_t max, size_t *count, struct error *err);
/* How many rows are here with a UID in [first, last], as the server would count them: those that a
 * wish hides too, those on their way here not. By the rank table. */
bool cache_uid_count(struct cache *cache, int64_t folder_id, uint32_t first, uint32_t last,
	uint32_t *count, struct error *err);
/* The places of a folder that show as deleted, ascending; owned by the caller. Costs their number.
 */
bool cache_deleted(
	struct cache *cache, int64_t folder_id, int64_t **places, size_t *count, struct error *err);
/* Only how many. */
bool cache_deleted_count(
	struct cache *cache, int64_t folder_id, uint32_t *count, struct error *err);
/* The UID of the row-th (0-based) row as the server counts them; 0 when there is none. */
bool cache_uid_at(
	struct cache *cache, int64_t folder_id, uint32_t row, uint32_t *uid, struct error *err);

/* Keywords of an account: the bit of a name (any case), given on first sight; 0 when all are taken.
 */
bool cache_keyword_bit(
	struct cache *cache, int64_t account_id, struct str name, flags_t *bit, struct error *err);
/* Names of bits FLAG_KEYWORD_FIRST…; names[i] owned by the caller, NULL when not given. */
bool cache_keyword_names(
	struct cache *cache, int64_t account_id, char *names[FLAG_KEYWORD_MAX], struct error *err);

/* What was learned of an account's server: one blob of text, opaque to the store. */
bool cache_server_save(
	struct cache *cache, int64_t account_id, struct str facts, struct error *err);
bool cache_server_load(
	struct cache *cache, int64_t account_id, struct buf *facts, struct error *err);

/* ---- What of a POP3 maildrop is here (local.db). ----
 * A message of a maildrop is known by a key (of its UIDL, or of its content where that cannot be
 * trusted), and by its content. All hashes are the caller's. Writers may stand in a transaction of
 * cache_local_begin, with the mail itself. */
enum { CACHE_UIDL_HASH = 16 }; /* bytes */
struct cache_uidl {
	unsigned char key[CACHE_UIDL_HASH];
	unsigned char head[CACHE_UIDL_HASH], whole[CACHE_UIDL_HASH]; /* of header, and of all */
	uint32_t size;                                               /* as the server counts */
	int64_t first_seen;                                          /* wall seconds */
	int64_t blob_id;                                             /* what was fetched */
	bool is_head;                                                /* that is the header only */
	bool is_here; /* read only: a folder still has it */
};
/* By key, behind `after` (NULL: from the start), at most max. is_here costs, and is true when it is
 * not wanted. */
bool cache_uidl_list(struct cache *cache, int64_t account_id, const unsigned char *after,
	bool wants_here, struct cache_uidl *rows, size_t max, size_t *count, struct error *err);
/* One of that key is replaced. */
bool cache_uidl_save(
	struct cache *cache, int64_t account_id, const struct cache_uidl *row, struct error *err);
/* Not in the maildrop any more, or not under that key: kept, to be known again by its content. */
bool cache_uidl_gone(struct cache *cache, int64_t account_id, const unsigned char *key, int64_t now,
	struct error *err);
bool cache_uidl_gone_count(
	struct cache *cache, int64_t account_id, int64_t *count, struct error *err);
/* One of those that went, with the same head and size (by_head), or the same head and whole, gets
 * the key and the size of `like`, which is filled with the rest of it. */
bool cache_uidl_adopt(struct cache *cache, int64_t account_id, struct cache_uidl *like,
	bool by_head, bool *is_found, struct error *err);
/* Those that went before that time are forgotten. */
bool cache_uidl_sweep(struct cache *cache, int64_t account_id, int64_t before, struct error *err);

/* ---- Lists. ---- */

/* Rows of a view around a place, in the view's order. */
struct cache_page {
	uint32_t total;       /* rows of the view */
	uint32_t first;       /* 0-based position of rows[0] */
	struct message *rows; /* owned: cache_page_done */
	size_t count;
};
void cache_page_done(struct cache_page *page);

enum cache_anchor { CACHE_AT_PLACE, CACHE_AT_ROW, CACHE_AT_START, CACHE_AT_END };

struct cache_page_query {
	struct view view;
	enum cache_anchor anchor;
	int64_t place_id; /* AT_PLACE: that one, or the next one behind when it is gone */
	uint32_t row;     /* AT_ROW, 0-based */
	uint32_t before;  /* rows wanted in front of the anchor (fewer at the start: then more
			     behind) */
	uint32_t after;   /* rows wanted from the anchor on */
};
bool cache_page(struct cache *cache, const struct cache_page_query *query, struct cache_page *page,
	struct error *err);

/* Orders other than arrival are tables of their own, filled on first use: one slice of at most max
 * rows; *is_done when the view can be paged. Then every save keeps it. */
bool cache_view_prepare(
	struct cache *cache, const struct view *view, size_t max, bool *is_done, struct error *err);

/* Position (0-based) of a place in a view; false in *is_found when it is not there. */
bool cache_rank(struct cache *cache, const struct view *view, int64_t place_id, uint32_t *row,
	bool *is_found, struct error *err);

/* The next unseen (not deleted) message behind place_id (0: from the start), in the view's order.
 */
bool cache_next_unseen(struct cache *cache, const struct view *view, int64_t place_id,
	int64_t *found, struct error *err);

/* Looks for text (folded case) in from and subject, from the row behind place_id on (or before it),
 * through at most max rows: a slice. *found 0 and *next_place 0: the end was reached. */
bool cache_find(struct cache *cache, const struct view *view, int64_t place_id, bool backwards,
	struct str text, size_t max, int64_t *found, int64_t *next_place, struct error *err);

/* What messages are selected by. Texts are folded (case, marks) and looked for anywhere. */
enum cache_rule_kind {
	CACHE_RULE_ALL,
	CACHE_RULE_FROM,
	CACHE_RULE_SUBJECT,
	CACHE_RULE_TO,
	CACHE_RULE_HEADER, /* any of these three */
	CACHE_RULE_FLAGS,  /* has one of the flags */
	CACHE_RULE_SINCE,  /* value: seconds since 1970 */
	CACHE_RULE_BEFORE,
	CACHE_RULE_LARGER, /* value: bytes */
	CACHE_RULE_SMALLER,
};
struct cache_rule {
	enum cache_rule_kind kind;
	bool is_not;     /* those it does not fit */
	struct str text; /* borrowed */
	flags_t flags;
	int64_t value;
};
/* Holds at most max rows of the view, from the one behind place_id on (0: from the start), against
 * the rule and tells each with its hints. A slice; *next 0: the end was reached. */
typedef void cache_select_take(void *context, int64_t place_id, unsigned hints, bool fits);
bool cache_select(struct cache *cache, const struct view *view, int64_t place_id, size_t max,
	const struct cache_rule *rule, cache_select_take *take, void *context, int64_t *next,
	struct error *err);
/* The same comparison for any text. */
bool cache_text_has(struct str text, struct str needle);
/* How many rows are shown with a place in [first, last] of one folder. */
bool cache_place_count(
	struct cache *cache, int64_t first, int64_t last, uint32_t *count, struct error *err);
/* The place of a row of a view (0-based); 0: there is none. */
bool cache_place_at(struct cache *cache, const struct view *view, uint32_t row, int64_t *place_id,
	struct error *err);
/* The rows of these places as a page, in their order; those that are gone are left out. */
bool cache_page_places(struct cache *cache, const int64_t *places, size_t count,
	struct cache_page *page, struct error *err);

/* All that is stored of one message. */
struct cache_message {
	struct message row;
	struct ident ident;
	char *message_id; /* owned, "" when none */
	char *references; /* owned, one per line */
	uint64_t modseq;
	flags_t server_flags;
};
void cache_message_done(struct cache_message *m);
bool cache_message_get(struct cache *cache, int64_t place_id, struct cache_message *m,
	bool *is_found, struct error *err);

/* ---- Content. ---- */

/* Gives the message of a place its message_id (by ident, so that the same content in another folder
 * or after a UIDVALIDITY change is the same message). */
bool cache_message_register(
	struct cache *cache, int64_t place_id, int64_t *message_id, struct error *err);

/* At most max places without a message_id: registers them and joins them into threads, behind the
 * list. A slice; *is_done when all are. */
bool cache_threads_join(struct cache *cache, int64_t account_id, size_t max, size_t *joined,
	bool *is_done, struct error *err);

/* Sections of a message: "" is the whole; "HEADER", "1.2", "1.MIME" parts of a large one. Bytes are
 * appended as they come (offset must be what is there already) and may be read while incomplete. */
bool cache_body_append(struct cache *cache, int64_t message_id, struct str section, uint64_t offset,
	struct str bytes, bool is_last, struct error *err);
/* Forgets a section (identity did not match, a contradiction). */
bool cache_body_drop(
	struct cache *cache, int64_t message_id, struct str section, struct error *err);
/* *have: bytes here; *is_whole: nothing is missing. Zero and false when there is none. */
bool cache_body_state(struct cache *cache, int64_t message_id, struct str section, uint64_t *have,
	bool *is_whole, struct error *err);
/* Appends bytes [offset, offset+max) of a section to out. */
bool cache_body_read(struct cache *cache, int64_t message_id, struct str section, uint64_t offset,
	size_t max, struct buf *out, struct error *err);

/* The part tree from BODYSTRUCTURE of a large message. NULL root in load: none stored. */
bool cache_structure_save(
	struct cache *cache, int64_t message_id, const struct part *root, struct error *err);
bool cache_structure_load(
	struct cache *cache, int64_t message_id, struct part **root, struct error *err);

/* ---- The journal (local.db). ---- */

/* Makes a wish: one FULL transaction in local.db, then the masks in cache.db. action_id and created
 * are filled. An item that already is as wished, with nothing pending, is left out; without any
 * item left nothing is written and action_id is 0. QUEUED flag wishes on the same message merge by
 * bit, the later wins. In guest mode only the first transaction happens; the owner applies the
 * masks. */
bool cache_action_add(struct cache *cache, struct action *action, struct error *err);

/* Masks for wishes that another process added since the last call (also all, after an unclean end).
 */
bool cache_journal_apply(struct cache *cache, size_t *applied, struct error *err);

/* Waiting wishes of an account that may run at `now`, oldest first, at most max. Owned by the
 * caller (action_done each, mem_free). */
bool cache_actions_waiting(struct cache *cache, int64_t account_id, int64_t now,
	struct action **actions, size_t max, size_t *count, struct error *err);
/* For the screen: those that are not done, newest last, at most 200; of long ones behind the first
 * item_count alone is told and items is NULL. */
bool cache_actions_list(
	struct cache *cache, struct action **actions, size_t *count, struct error *err);
bool cache_actions_count(struct cache *cache, int64_t account_id, uint32_t *waiting,
	uint32_t *failed, struct error *err);
/* When the first of those that wait for a time behind now is due; 0: there is none. */
bool cache_actions_next_time(
	struct cache *cache, int64_t account_id, int64_t now, int64_t *next, struct error *err);
/* How many of the waiting ones only set \Seen. */
bool cache_actions_marks(
	struct cache *cache, int64_t account_id, uint32_t *marks, struct error *err);

/* The server has done it: first the server's side in cache.db (flags of the items), the masks of
 * what is still pending, then the row becomes DONE in local.db. */
bool cache_action_settle(struct cache *cache, const struct action *action, struct error *err);

/* It will not happen: the row gets that state and the server's words; masks are recomputed. */
bool cache_action_fail(struct cache *cache, const struct action *action, enum action_state state,
	const char *words, struct error *err);
/* Later: counts a try. */
bool cache_action_delay(
	struct cache *cache, const struct action *action, int64_t not_before, struct error *err);

/* Before the bytes of a move or copy go out: from now on it may have happened. What the target's
 * UIDVALIDITY and UIDNEXT are now is written with it. */
bool cache_action_sent(struct cache *cache, const struct action *action, uint32_t uidvalidity,
	uint32_t uidnext, struct error *err);
/* The state of an open wish; words (the server's) may be NULL. */
bool cache_action_mark(struct cache *cache, const struct action *action, enum action_state state,
	const char *words, struct error *err);
/* Handed out by cache_actions_waiting and not run. */
void cache_action_release(struct cache *cache, const struct action *action);
/* Items whose `landed` is filled are in the target under that UID (with that UIDVALIDITY of the
 * target): their temporary places become those rows, and wishes on them wishes on the UID.
 * is_moved: they have left their folder. The wish stays open. */
bool cache_action_landed(struct cache *cache, const struct action *action, uint32_t uidvalidity,
	bool is_moved, struct error *err);
/* Looks for copies among the target's rows that came since the wish was sent; fills `landed`. */
bool cache_action_find(
	struct cache *cache, struct action *action, size_t *found, struct error *err);
/* The bytes of an item that moves between accounts are here. */
bool cache_action_bring(
	struct cache *cache, int64_t action_id, int64_t uid, int64_t blob_id, struct error *err);
/* From now on it is carried out by that account. */
bool cache_action_hand_over(struct cache *cache, const struct action *action, int64_t account_id,
	enum action_state state, struct error *err);
/* Items with goes[i] become a QUEUED wish of their own, which is given. */
bool cache_action_split(struct cache *cache, const struct action *action, const bool *goes,
	struct action *other, struct error *err);
bool cache_action_get(
	struct cache *cache, int64_t action_id, struct action *action, struct error *err);
/* All of one key press, newest first, with ended ones. */
bool cache_actions_group(
	struct cache *cache, int64_t group, int64_t **action_ids, size_t *count, struct error *err);
/* Takes a wish back of which no byte can have gone out; else *is_cancelled is false. */
bool cache_action_cancel(
	struct cache *cache, const struct action *action, bool *is_cancelled, struct error *err);
/* The user gives it up: it is not shown any more, and its effect neither. */
bool cache_action_drop(struct cache *cache, const struct action *action, struct error *err);
/* A temporary place whose message has arrived becomes the one it has now. */
bool cache_place_follow(struct cache *cache, int64_t *place_id, struct error *err);
/* A folder in which a message that was wished upon has arrived under a UID not yet known; 0. */
bool cache_action_waits_for(
	struct cache *cache, int64_t account_id, int64_t *folder_id, struct error *err);

/* A folder that is created, renamed or deleted by a wish, before the server lists it so: shown
 * under that name, or not. */
bool cache_folder_show(struct cache *cache, int64_t folder_id, const char *name, char delimiter,
	bool is_shown, struct error *err);
bool cache_folder_subscribed(struct cache *cache, int64_t folder_id, bool is_on, struct error *err);
/* The server has renamed it, and with it all below: they keep their ids and rows. */
bool cache_folder_renamed(struct cache *cache, int64_t account_id, const char *wire,
	const char *new_wire, char delimiter, struct error *err);

/* Rows DONE or CANCELLED for more than 7 days go; part of idle work. */
bool cache_journal_sweep(struct cache *cache, int64_t now, struct error *err);

/* ---- Raw mail (local.db): bytes that may exist nowhere else. ---- */

/* Bytes that are being written, in pieces of 256 kB, each durable when it is full: memory is one
 * piece. Guests may. */
struct cache_blob;
struct cache_blob *cache_blob_begin(struct cache *cache);
bool cache_blob_append(struct cache_blob *blob, struct str bytes, struct error *err);
/* Frees the blob, whether it went well or not. What nobody uses is forgotten after a day. */
bool cache_blob_finish(struct cache_blob *blob, int64_t *blob_id, struct error *err);
void cache_blob_cancel(struct cache_blob *blob); /* takes NULL */
/* All of a blob at once, for what is small. */
bool cache_blob_add(struct cache *cache, struct str bytes, int64_t *blob_id, struct error *err);

/* sha256 is 64 hexadecimal digits and the NUL. ERROR_STORAGE when there is no such blob. */
struct cache_blob_info {
	uint64_t len;
	uint64_t wire_len; /* when each line ends with CR LF */
	bool has_nul;
	char sha256[65];
};
bool cache_blob_get(
	struct cache *cache, int64_t blob_id, struct cache_blob_info *info, struct error *err);
/* Appends bytes [offset, offset+max) to out; fewer at the end. */
bool cache_blob_read(struct cache *cache, int64_t blob_id, uint64_t offset, size_t max,
	struct buf *out, struct error *err);
/* Forgets it, unless something still uses it. */
bool cache_blob_forget(struct cache *cache, int64_t blob_id, struct error *err);
/* Blobs that were written and used by nobody for a day go; part of idle work. */
bool cache_blobs_sweep(struct cache *cache, int64_t now, struct error *err);

/* Several calls of this section as one transaction. Owners and guests. */
bool cache_local_begin(struct cache *cache, struct error *err);
bool cache_local_end(struct cache *cache, bool ok, struct error *err);

/* An import meets these bytes (their SHA-256) on the way into a folder. *is_new: they are not there
 * by an earlier run; the mark is made, and stands or falls with the transaction. run: a number of
 * this one's own. */
bool cache_import_meet(struct cache *cache, int64_t folder_id, const char *sha256, int64_t run,
	bool *is_new, struct error *err);

/* ---- Folders and mail of accounts that have no server to keep them. ----
 * local.db plays the server: every change of a folder gives it a higher modseq, and its rows in
 * cache.db are derived (cache_headers_save and the like), as of the modseq that stands there. */
struct cache_local_folder {
	int64_t folder_id;
	char *wire; /* owned */
	uint32_t uidvalidity, uidnext, total;
	uint64_t modseq;
};
void cache_local_folder_done(struct cache_local_folder *folder);

/* One that is there already is given. */
bool cache_local_folder_create(struct cache *cache, int64_t account_id, const char *wire,
	int64_t *folder_id, struct error *err);
/* With all below it; ERROR_INPUT when the new name is taken. Ids stay. */
bool cache_local_folder_rename(struct cache *cache, int64_t account_id, const char *wire,
	const char *new_wire, char delimiter, struct error *err);
/* With its mail. */
bool cache_local_folder_delete(struct cache *cache, int64_t folder_id, struct error *err);
/* By name; owned by the caller: each cache_local_folder_done, then mem_free. */
bool cache_local_folders(struct cache *cache, int64_t account_id,
	struct cache_local_folder **folders, size_t *count, struct error *err);
/* Its wire name is NULL. *is_found false: no such folder. */
bool cache_local_folder_get(struct cache *cache, int64_t folder_id,
	struct cache_local_folder *folder, bool *is_found, struct error *err);

struct cache_local_mail {
	uint32_t uid;
	int64_t blob_id;
	flags_t flags;
	int64_t arrived; /* wall seconds */
	uint64_t modseq;
	uint64_t size; /* bytes of the blob; read only */
};
/* Gives it the next UID. */
bool cache_local_add(struct cache *cache, int64_t folder_id, const struct cache_local_mail *mail,
	uint32_t *uid, struct error *err);
/* Mail that is not there is skipped. */
bool cache_local_flags(struct cache *cache, int64_t folder_id, uint32_t uid, flags_t add,
	flags_t remove, struct error *err);
/* The mail and, with its last user, its bytes. */
bool cache_local_remove(struct cache *cache, int64_t folder_id, uint32_t uid, struct error *err);
/* Mail with a UID from `from` on, ascending, at most max. */
bool cache_local_list(struct cache *cache, int64_t folder_id, uint32_t from,
	struct cache_local_mail *mails, size_t max, size_t *count, struct error *err);
/* Mail that changed behind modseq `since`, in the order of its changes, at most max. */
bool cache_local_changes(struct cache *cache, int64_t folder_id, uint64_t since,
	struct cache_local_mail *mails, size_t max, size_t *count, struct error *err);
/* A wish brings its items into a local folder (its target): each gets its UID there, and with
 * is_moved those that are local mail leave their folder, all at once. Fills `landed`. The rows
 * follow by cache_action_landed. */
bool cache_local_land(struct cache *cache, struct action *action, bool is_moved, struct error *err);
/* A wish's items leave their local folder. */
bool cache_local_leave(struct cache *cache, const struct action *action, struct error *err);
/* The bytes of a place that local.db holds: local mail, or what is on its way to a server; 0. */
bool cache_place_blob(struct cache *cache, int64_t place_id, int64_t *blob_id, struct error *err);
/* The row that a blob makes in a list, without uid and flags; strings until the next such call. */
bool cache_blob_header(struct cache *cache, int64_t account_id, int64_t blob_id,
	struct cache_header *row, struct error *err);
bool cache_local_get(struct cache *cache, int64_t folder_id, uint32_t uid,
	struct cache_local_mail *mail, bool *is_found, struct error *err);

/* ---- Upkeep. ---- */

/* A little of what can wait: checkpoint, sweep. */
bool cache_idle(struct cache *cache, int64_t now, struct error *err);

/* The invariants of the store (counts equal the rows, no UID at or above uidnext, masks equal the
 * fold of the journal, …). Slow; for tests and debug builds. False with a sentence when one is
 * broken. */
bool cache_check(struct cache *cache, struct error *err);

/* ---- The outbox (local.db): each call is one durable transaction. ---- */

/* Message bytes, envelope and recipients; state QUEUED or HELD. Fills outgoing_id. False with
 * ERROR_INPUT when a message of that Message-ID is there already, unless that one has failed: then
 * the new one takes its place. Guests may. */
bool cache_outbox_add(
	struct cache *cache, struct outgoing *outgoing, struct str message, struct error *err);

/* Oldest first; with those that are DONE, until they are swept. *items is the caller's (each
 * outgoing_done, then mem_free). */
bool cache_outbox_list(
	struct cache *cache, struct outgoing **items, size_t *count, struct error *err);
/* *is_found false: there is none of that id. The item is the caller's. */
bool cache_outbox_get(struct cache *cache, int64_t outgoing_id, struct outgoing *item,
	bool *is_found, struct error *err);

/* The oldest of an account in that state that is due at `now` (wall seconds); else *next is lowered
 * to when one will be. */
bool cache_outbox_due(struct cache *cache, int64_t account_id, enum outgoing_state state,
	int64_t now, struct outgoing *item, bool *is_found, int64_t *next, struct error *err);

/* The same for a message that is a blob already. With outgoing->draft_id that draft has left, in
 * the same transaction. */
bool cache_outbox_add_blob(
	struct cache *cache, struct outgoing *outgoing, int64_t blob_id, struct error *err);

/* Appends bytes [offset, offset+max) of the message; fewer at the end. They never change between
 * attempts. */
bool cache_outbox_read(struct cache *cache, const struct outgoing *outgoing, uint64_t offset,
	size_t max, struct buf *message, struct error *err);

/* Writes state, not_before, tries, words and what was said to each recipient, but only while the
 * row is still in state `from`: *is_moved false when somebody else was faster. */
bool cache_outbox_move(struct cache *cache, const struct outgoing *item, enum outgoing_state from,
	int64_t now, bool *is_moved, struct error *err);

/* After the last owner's end, whatever it was: TRYING was certainly not sent and is QUEUED again,
 * COMMITTING may have been and is UNKNOWN. Owners only, before anything is sent. */
bool cache_outbox_recover(struct cache *cache, int64_t now, struct error *err);

/* Is a message of that Message-ID among the newest of a folder? */
bool cache_outbox_find_copy(struct cache *cache, int64_t folder_id, const char *message_id,
	bool *is_found, struct error *err);

/* Forgets a message that is neither out nor on its way (HELD, QUEUED, UNKNOWN, FAILED, DONE); a
 * draft that had become it is closed again, in the same transaction, unless it is DONE: then that
 * goes too. */
bool cache_outbox_forget(
	struct cache *cache, int64_t outgoing_id, bool *is_gone, struct error *err);

/* The message is out: its draft goes, or, with refused (an address list, else ""), is closed again
 * for those alone. Nothing when that was done before. */
bool cache_outbox_settle_draft(
	struct cache *cache, int64_t outgoing_id, const char *refused, struct error *err);

/* Rows DONE for more than 7 days go. */
bool cache_outbox_sweep(struct cache *cache, int64_t now, struct error *err);

/* ---- Drafts (local.db): each call is one durable transaction. Guests may. ---- */

enum cache_draft_state {
	CACHE_DRAFT_OPEN,    /* a composer has it */
	CACHE_DRAFT_CLOSED,  /* postponed, or its composer ended without a word */
	CACHE_DRAFT_DROPPED, /* kept for 7 days */
	CACHE_DRAFT_LEFT,    /* in the outbox, which may give it back */
};

/* All but its files; draft_id 0: a new one. Raises the revision; the draft is open then. False with
 * ERROR_INPUT when it has left. */
bool cache_draft_save(struct cache *cache, struct draft *draft, int64_t now, struct error *err);
/* draft was draft_init'ed. *is_found false: there is none of that id. */
bool cache_draft_load(struct cache *cache, int64_t draft_id, struct draft *draft, bool *is_found,
	struct error *err);
bool cache_draft_state(struct cache *cache, int64_t draft_id, enum cache_draft_state *state,
	bool *is_found, struct error *err);
/* Newest first, with those that were dropped. Owned by the caller: each draft_row_done, then
 * mem_free. */
bool cache_drafts_list(
	struct cache *cache, struct draft_row **rows, size_t *count, struct error *err);
bool cache_draft_mark(struct cache *cache, int64_t draft_id, enum cache_draft_state state,
	int64_t now, struct error *err);
/* With its files. */
bool cache_draft_forget(struct cache *cache, int64_t draft_id, struct error *err);
/* After the last owner's end: open ones are closed, those dropped for more than 7 days go. */
bool cache_drafts_recover(struct cache *cache, int64_t now, struct error *err);

/* Those that are open or closed and whose copy on the server is older, oldest first. */
bool cache_drafts_unsaved(
	struct cache *cache, int64_t *draft_ids, size_t max, size_t *count, struct error *err);

/* A blob becomes a file of the draft; fills file->file_id. */
bool cache_draft_add_file(struct cache *cache, int64_t draft_id, struct draft_file *file,
	int64_t blob_id, struct error *err);
bool cache_draft_remove_file(
	struct cache *cache, int64_t draft_id, int64_t file_id, struct error *err);
/* Appends bytes [offset, offset+max); fewer at the end. */
bool cache_draft_read_file(struct cache *cache, int64_t file_id, uint64_t offset, size_t max,
	struct buf *out, struct error *err);
/* What it answers: the number of the place in its folder, and what it was; by folder. Both arrays
 * are the caller's. */
bool cache_draft_answers(struct cache *cache, int64_t draft_id, struct action_item **items,
	int64_t **folders, size_t *count, struct error *err);

/* Its copy in a Drafts folder of the server. */
struct cache_draft_copy {
	int64_t folder_id; /* 0: none */
	uint32_t uidvalidity, uid;
	uint64_t revision; /* of the draft, as it is there */
	int64_t action_id; /* the wish that brings the next one; 0 */
};
bool cache_draft_server(
	struct cache *cache, int64_t draft_id, struct cache_draft_copy *copy, struct error *err);
bool cache_draft_set_server(struct cache *cache, int64_t draft_id,
	const struct cache_draft_copy *copy, struct error *err);

/* ---- The address book (local.db). Guests may. ---- */

/* By nickname, then name. Owned by the caller: each book_entry_done, then mem_free. */
bool cache_book_list(
	struct cache *cache, struct book_entry **entries, size_t *count, struct error *err);
/* Adds (book_id 0; it is filled in) or changes. ERROR_INPUT when another has that nickname. */
bool cache_book_save(struct cache *cache, struct book_entry *entry, struct error *err);
bool cache_book_remove(struct cache *cache, int64_t book_id, struct error *err);
/* All in one transaction; one whose nickname is taken changes that one. *count told: new ones. */
bool cache_book_import(struct cache *cache, struct book_entry *entries, size_t count, size_t *added,
	struct error *err);

/* Was written to at `now`. Ranks by how often and how long ago: what was done 60 days ago counts
 * half. */
bool cache_written_add(
	struct cache *cache, struct str address, struct str name, int64_t now, struct error *err);
/* Best first; at most max. Owned by the caller: each book_completion_done, then mem_free. */
bool cache_written_list(struct cache *cache, size_t max, struct book_completion **items,
	size_t *count, struct error *err);

/* ---- How a folder was last looked at (local.db). ---- */

/* place_id 0: its end. Does nothing but for an owner. */
bool cache_view_save(
	struct cache *cache, const struct view *view, int64_t place_id, struct error *err);
/* view->folder_id names it; fills the order and the place, or leaves them. */
bool cache_view_load(struct cache *cache, struct view *view, int64_t *place_id, bool *is_found,
	struct error *err);

#endif
