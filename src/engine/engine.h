/*
 * The door to everything below the screens: requests in, events out. The engine owns the sockets,
 * the store and the journal; the screen and the headless commands talk to it by these two queues
 * alone and never wait for it.
 *
 * engine_request hands a request over (owned by the engine from then on). Events come out of
 * engine_events(); whoever takes one frees it with event_free. News that only counts when fresh
 * (pages, folders, progress, accounts) is posted "latest wins".
 *
 * Threads: engine_open … engine_start by the main thread; after engine_start only engine_request,
 * engine_events and engine_stop. Tests and the simulator never start the thread and call
 * engine_step themselves (engine/world.h).
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/log.h"
#include "base/queue.h"
#include "mailbox/mailbox.h"
#include "model/account.h"
#include "model/action.h"
#include "model/book.h"
#include "model/draft.h"
#include "model/draft_row.h"
#include "model/folder.h"
#include "model/folder_info.h"
#include "model/message.h"
#include "model/outgoing.h"
#include "model/shown.h"
#include "model/view.h"
#include "model/warning.h"

struct engine;

struct engine_options {
	const char *config_path; /* rowan.conf; borrowed, as all paths */
	const char *local_path, *cache_path, *body_path;
	const char *state_path; /* folder for the lock and the wake FIFO */
	bool is_offline;        /* never open a socket */
	bool may_ask;           /* someone is there to answer questions; headless: false */
	struct log *log;        /* borrowed; NULL */
	bool wants_stats;
};

/* Opens the store. As GUEST when another process holds the profile: then it reads, journals wishes
 * and wakes the holder; engine_is_guest tells. NULL with *err. */
struct engine *engine_open(const struct engine_options *options, struct error *err);
bool engine_is_guest(const struct engine *engine);
bool engine_start(struct engine *engine, struct error *err);
/* Ends the thread and says LOGOUT without waiting for the answer. */
void engine_halt(struct engine *engine);
/* The same, then closes the store and frees; takes NULL. */
void engine_stop(struct engine *engine);

/* After engine_halt: round trips and bytes of each connection, one JSON object a line. */
void engine_stats(struct engine *engine, struct buf *out);

struct request;
struct event;
void engine_request(struct engine *engine, struct request *request);
struct queue *engine_events(struct engine *engine);

/* ---- Requests. ---- */

enum request_kind {
	REQUEST_FOLDERS,    /* → EVENT_FOLDERS now and whenever something in it changes */
	REQUEST_ACCOUNTS,   /* → EVENT_ACCOUNTS now and on every change */
	REQUEST_VIEW_OPEN,  /* list_id, page: → EVENT_PAGE now and on every change; the folder is
			       synced and  watched while it is open. The same list_id opens another
			       view in its place */
	REQUEST_PAGE,       /* list_id, page: another part of the same view */
	REQUEST_VIEW_CLOSE, /* list_id */
	REQUEST_OPEN, /* place_id, show: → EVENT_SHOWN, again as bytes come, until is_complete */
	REQUEST_OPEN_END,     /* place_id: nobody looks at it any more */
	REQUEST_FIND,         /* list_id, place_id, text, is_backwards → EVENT_FOUND */
	REQUEST_NEXT_NEW,     /* list_id, place_id → EVENT_FOUND */
	REQUEST_SELECT,       /* list_id, select; text, add (flags), place_id as the rule wants:
				 → EVENT_SELECTED when all rows were looked at, and pages */
	REQUEST_SELECTED,     /* list_id, place_id → EVENT_FOUND: the next selected one behind
				 it (0: the first), in order of arrival */
	REQUEST_ZOOM,         /* list_id, is_on: the list shows what is selected alone → pages */
	REQUEST_FLAGS,        /* place_ids, add, remove, text ("+Word -Word …": keywords by
				 name, or NULL): a wish → pages */
	REQUEST_SAVE_PART,    /* place_id, part ("" is the whole message), path, may_overwrite →
				 EVENT_SAVED */
	REQUEST_ANSWER,       /* to EVENT_QUESTION */
	REQUEST_CHECK,        /* look for new mail now, in every account */
	REQUEST_ONLINE,       /* account_id or 0 (all), is_on: connect or leave the wire alone */
	REQUEST_SYNC,         /* headless: account_id or 0, is_on: bodies too → EVENT_SYNCED */
	REQUEST_ACCOUNT_SAVE, /* account: add, or change the one of that name; written to the
				 settings */
	REQUEST_ACCOUNT_REMOVE, /* account_id */
	REQUEST_ACCOUNT_TEST, /* account (not saved) → EVENT_TEST steps, the last with is_last */
	REQUEST_IDLE, /* headless: → EVENT_IDLE once nothing is left to do for what was asked */
	/* Wishes. Each answers with EVENT_ACTED; each is one step of the undo. With by_selection
	 * about all that is selected in list_id, in place of place_ids: however many they are, no
	 * key waits for them. */
	REQUEST_MOVE,     /* place_ids, folder_id: the target, of any account */
	REQUEST_COPY,     /* the same */
	REQUEST_APPEND,   /* folder_id; the message's bytes in `message`, or in the file at `path`;
			     add: its flags, text ("+Word …") its keywords; arrived (wall seconds;
			     0: now): into a folder of any account */
	REQUEST_DELETE,   /* place_ids: marked, or to the trash, as the account's setting is */
	REQUEST_UNDELETE, /* place_ids */
	REQUEST_EXPUNGE,  /* folder_id: of those that show as deleted here, no others */
	REQUEST_FOLDER,   /* verb; folder_id, or account_id and text (its name, "A/B"); new_text:
			     the new name of FOLDER_RENAME */
	REQUEST_UNDO, /* → EVENT_UNDONE: the last step that can be taken back; several times */
	REQUEST_ACTION_RETRY, /* action_id: failed, is to be tried again */
	REQUEST_ACTION_DROP,  /* action_id: given up */
	REQUEST_ACTIONS,      /* → EVENT_ACTIONS now and on every change */
	REQUEST_SEND,   /* outgoing, message: durable in the outbox → EVENT_OUTBOX with the tag */
	REQUEST_OUTBOX, /* → EVENT_OUTBOX now and on every change */
	REQUEST_OUTGOING, /* outgoing_id, text "retry", "cancel", "sent" or "rest" (to those who
			     were not refused) → EVENT_OUTBOX; a "cancel" of what was written here
			     gives it back first: EVENT_DRAFT with the same tag */
	/* Writing (engine/drafts.h). */
	REQUEST_COMPOSE,    /* draft_verb; place_ids (those it is about), account_id (0: found
			       out), text (a mailto: URL, or NULL), draft_id (one of
			       EVENT_DRAFTS to go on with; or place_id in a Drafts folder),
			       omits_text (a reply without the original's) →
			       EVENT_DRAFT, already in the store, or EVENT_FAILED */
	REQUEST_DRAFT_SAVE, /* draft, whole, but for its files → EVENT_DRAFT_SAVED: durable. It is
			       open from now on; also brings back what was dropped */
	REQUEST_DRAFT_ATTACH,   /* draft_id; path, or place_ids (whole messages), or place_id and
				   part → EVENT_DRAFT_FILE for each, or EVENT_FAILED. The bytes are
				   copied: the file may go away then */
	REQUEST_DRAFT_DETACH,   /* draft_id, file_id */
	REQUEST_DRAFT_POSTPONE, /* draft_id: its composer closes; to the server's Drafts now */
	REQUEST_DRAFT_DROP,     /* draft_id: gone from the lists, kept for 7 days */
	REQUEST_DRAFTS, /* → EVENT_DRAFTS now and on every change: those here, newest first, and
			   those of the Drafts folders that are not here */
	REQUEST_DRAFT_CHECK, /* draft → EVENT_CHECKED */
	REQUEST_DRAFT_SEND,  /* draft, whole; not_before (wall seconds; 0: at once, after the time
				to take it back) → EVENT_OUTBOX once durable, or EVENT_FAILED; the
				draft is gone then */
	REQUEST_REDIRECT,    /* place_ids, account_id, text (recipients): resent as they are →
				EVENT_OUTBOX */
	/* The address book. */
	REQUEST_COMPLETE,    /* text (what is typed of one recipient), account_id →
				EVENT_COMPLETIONS, latest wins; once more when query_command has
				answered */
	REQUEST_BOOK,        /* → EVENT_BOOK now and on every change */
	REQUEST_BOOK_SAVE,   /* entry: added (book_id 0) or changed → EVENT_BOOK with the tag */
	REQUEST_BOOK_REMOVE, /* book_id → EVENT_BOOK */
	REQUEST_BOOK_IMPORT, /* path, format → EVENT_BOOK with done (how many came in) */
	REQUEST_BOOK_EXPORT, /* path, format, may_overwrite → EVENT_SAVED */
	REQUEST_FOLDER_INFO, /* folder_id → EVENT_FOLDER_INFO, and again when the server has
				answered */
	/* Mail in files (src/mailbox). Each goes on in slices behind all else. */
	REQUEST_IMPORT, /* path; account_id and text: the folder it goes into ("" is the account's
			   top), made when there is none, with those below it; mailbox_format;
			   is_on: also what an earlier run has brought → EVENT_MAILBOX as it goes,
			   the last with is_last */
	REQUEST_EXPORT, /* folder_id, or place_ids; path, mailbox_format, may_overwrite (adds to
			   what is there) → EVENT_MAILBOX as it goes, the last with is_last */
	REQUEST_QUIT,   /* engine_halt's own */
};

enum page_anchor { PAGE_AT_PLACE, PAGE_AT_ROW, PAGE_AT_START, PAGE_AT_END };

/* Which part of a view: `before` rows in front of the anchor and `after` from it on. Ask for about
 * three screens, so that moving within them asks nobody. */
struct page_request {
	struct view view;
	enum page_anchor anchor;
	int64_t place_id;
	uint32_t row; /* 0-based */
	uint32_t before, after;
	/* VIEW_OPEN: in the order and at the place the folder was left in, if it ever was; the
	 * page tells. VIEW_CLOSE: this order, and place_id (0: the end), are for the next time. */
	bool remembered;
	/* VIEW_OPEN: of a folder that was left at its end, or never opened, the first unseen
	 * message in its usual order. */
	bool at_unseen;
	bool read_only; /* VIEW_OPEN: EXAMINE; nothing is changed in it while it is open so */
};

struct show_options {
	bool full_headers;
	bool prefer_html;
	bool want_digests;
	bool whole;         /* all bytes, attachments too (headless show) */
	char charset[40];   /* "" : the parts' own */
	char authserv[128]; /* whose Authentication-Results are believed; "": nobody's */
	char part[64];      /* show only this part: "" is the message */
};

/* By what messages of a list are selected, and what becomes of those that were before. */
enum select_rule {
	SELECT_ALL,
	SELECT_NONE,
	SELECT_PLACE,   /* place_id: changes over */
	SELECT_NUMBERS, /* text: "3,5-9,20-" */
	SELECT_FROM,    /* text */
	SELECT_SUBJECT,
	SELECT_TO,
	SELECT_HEADER, /* any of these three */
	SELECT_BODY,   /* text, anywhere in the message: asked of the server; offline of the bodies
			  that are here */
	SELECT_FLAGS,  /* add: one of them; text: or a keyword of that name */
	SELECT_SINCE,  /* value: seconds since 1970 */
	SELECT_BEFORE,
	SELECT_LARGER, /* value: bytes */
	SELECT_SMALLER,
};
enum select_mode { SELECT_REPLACES, SELECT_BROADENS, SELECT_NARROWS };

struct select {
	enum select_rule rule;
	enum select_mode mode;
	bool is_not; /* those that it does not fit */
	int64_t value;
};

enum answer { ANSWER_CANCEL, ANSWER_ONCE, ANSWER_ALWAYS, ANSWER_NO };

struct request {
	enum request_kind kind;
	unsigned list_id;
	struct page_request page;
	struct select select;
	bool by_selection;
	int64_t place_id;
	int64_t *place_ids; /* owned */
	size_t place_count;
	int64_t account_id;
	int64_t folder_id, action_id;
	enum folder_verb verb;
	char *new_text; /* owned */
	flags_t add, remove;
	char *text; /* owned: text to find, part, password */
	char *path; /* owned */
	bool is_on, is_backwards, may_overwrite;
	struct show_options show;
	unsigned question_id;
	enum answer answer;
	bool may_keep;           /* of a password: in the keyring */
	struct account *account; /* owned */
	int64_t arrived;
	struct outgoing *outgoing; /* owned: envelope and state */
	struct buf message;        /* CR LF line ends */
	int64_t outgoing_id;
	struct draft *draft; /* owned */
	enum draft_verb draft_verb;
	bool omits_text;
	int64_t draft_id, file_id;
	char *part;               /* owned: "1.2" */
	int64_t not_before;       /* wall seconds */
	struct book_entry *entry; /* owned */
	int64_t book_id;
	enum book_format format;
	enum mailbox_format mailbox_format;
	uint64_t tag; /* comes back in the event that answers */
};

struct request *request_new(enum request_kind kind);
void request_free(struct request *request);

/* ---- Events. ---- */

enum event_kind {
	EVENT_FOLDERS,
	EVENT_ACCOUNTS,
	EVENT_PAGE,
	EVENT_SHOWN,
	EVENT_FOUND,
	EVENT_SELECTED, /* done: how many are selected now; is_unreachable: of bodies, only those
			   that are here were looked into */
	EVENT_SAVED,
	EVENT_QUESTION,
	EVENT_NOTICE,   /* one line for the status line */
	EVENT_PROGRESS, /* a folder's headers, its bodies (is_bodies) or a body are coming in */
	EVENT_NEW_MAIL, /* once a message, never for the backlog */
	EVENT_SYNCED,   /* the answer to REQUEST_SYNC */
	EVENT_TEST,
	EVENT_IDLE,
	EVENT_ACTIONS,
	EVENT_ACTED,  /* a wish is in the journal and shows: action_kind, done (how many messages),
			 folder_id (the target, else where they are), group, add, remove, verb;
			 done 0: there was nothing to do */
	EVENT_UNDONE, /* the same of what was taken back; done 0 and action_kind 0: nothing is left
			 that could be */
	EVENT_OUTBOX, /* outbox; is_complete: nothing more will be done with it now */
	EVENT_DRAFT,  /* draft: to be written on; text: what the server said when it came back */
	EVENT_DRAFT_SAVED, /* draft_id, revision */
	EVENT_DRAFT_FILE,  /* draft_id, file: attached */
	EVENT_DRAFTS,      /* drafts */
	EVENT_CHECKED,     /* draft_id, warnings: none means that it can go */
	EVENT_COMPLETIONS, /* completions, best first; text: for what; is_complete */
	EVENT_BOOK,        /* book, by nickname and name; done */
	EVENT_FOLDER_INFO, /* info */
	EVENT_MAILBOX,     /* done and total: messages written (total 0: not known), skipped:
			      those that were there; path: what is read or written; folder_id;
			      mailbox_format and mbox_reason of an mbox; is_last, is_ok, error */
	EVENT_FAILED,      /* a request could not be done: error, tag */
	EVENT_STOPPED,     /* the engine ended by itself: error */
};

/* What an account is doing, in a person's terms. */
enum account_state {
	ACCOUNT_OFFLINE, /* the user wants it so */
	ACCOUNT_CONNECTING,
	ACCOUNT_LOGGING_IN,
	ACCOUNT_ONLINE,
	ACCOUNT_SYNCING,
	ACCOUNT_WAITING, /* will be tried again at retry_at: error tells why */
	ACCOUNT_HELD,    /* waits for an answer or for the settings: error */
};

struct account_status {
	int64_t account_id;
	char *name; /* owned */
	enum account_kind kind;
	enum account_state state;
	int64_t retry_at; /* wall seconds; 0 */
	struct error error;
	uint64_t quota_used, quota_limit; /* units of 1024 bytes; 0: not told */
	uint32_t waiting, failed;         /* wishes in the journal */
	uint32_t marks;                   /* of those waiting: that say no more than "seen" */
	char *keywords[FLAG_KEYWORD_MAX]; /* owned: names of bits FLAG_KEYWORD_FIRST…, or NULL */
};

/* A part of a view as its list needs it. */
struct page {
	unsigned list_id;
	struct view view;
	uint32_t total;
	uint32_t first;       /* 0-based position of rows[0] */
	struct message *rows; /* owned */
	size_t count;
	uint32_t unseen;
	uint32_t deleted;  /* shown as deleted, in all of the folder */
	uint32_t selected; /* in all of the folder; rows have HINT_SELECTED */
	bool is_zoomed;    /* the rows are those that are selected, and total counts them */
	uint64_t revision; /* grows; an older one that arrives late is dropped */
	bool is_read_only;
	bool is_syncing;       /* headers are still coming */
	uint32_t server_total; /* what the server says there is, for progress */
	int64_t place_id;      /* the anchor, when it was asked for or remembered; else 0 */
	bool is_preparing; /* another order is being built: rows are in arrival order meanwhile */
};

enum question_kind { QUESTION_PASSWORD, QUESTION_CERTIFICATE };

struct question {
	unsigned question_id;
	enum question_kind kind;
	int64_t account_id;
	char *account; /* owned: its name */
	char *host;    /* owned */
	char *user;    /* owned */
	bool can_keep; /* QUESTION_PASSWORD: there is a keyring for it */
	/* QUESTION_CERTIFICATE */
	unsigned cert_faults; /* enum net_cert_fault bits, same values as CERT_… below */
	char *subject, *issuer, *fingerprint, *not_before, *not_after; /* owned or NULL */
};
enum {
	CERT_UNKNOWN_ISSUER = 1 << 0,
	CERT_SELF_SIGNED = 1 << 1,
	CERT_EXPIRED = 1 << 2,
	CERT_NOT_YET = 1 << 3,
	CERT_WRONG_NAME = 1 << 4,
	CERT_WRONG_PURPOSE = 1 << 5,
	CERT_REVOKED = 1 << 6,
	CERT_OTHER = 1 << 7,
	CERT_PIN_CHANGED = 1 << 8,
};

enum notice_kind {
	NOTICE_OFFLINE,       /* account, error: the connection is gone, will be tried again */
	NOTICE_ONLINE,        /* account: back again */
	NOTICE_FOLDER_GONE,   /* text: the folder's name */
	NOTICE_FOLDER_RESET,  /* text: the server renumbered it; it is fetched again */
	NOTICE_SERVER_SAYS,   /* text: an ALERT or BYE, in the server's words */
	NOTICE_STORAGE,       /* error: the disk */
	NOTICE_KEYRING,       /* error: it did not keep the password */
	NOTICE_READ_ONLY,     /* text: the folder could only be opened read-only */
	NOTICE_NOT_KEPT,      /* the server will not keep that flag */
	NOTICE_ACTION_FAILED, /* error: the server's words; action_kind, group */
	NOTICE_NOT_SENT,      /* outgoing_id, draft_id, text: what the server said, a line for each
				 recipient who was refused; REQUEST_OUTGOING decides */
	NOTICE_SETTINGS,      /* text: a bad line in rowan.conf, with file, line and remedy */
};

enum test_step {
	TEST_RESOLVE,
	TEST_CONNECT,
	TEST_TLS,
	TEST_GREETING,
	TEST_LOGIN,
	TEST_FOLDERS,
	TEST_DONE
};

struct event {
	enum event_kind kind;
	uint64_t tag;
	unsigned list_id;
	int64_t account_id, folder_id, place_id;
	struct folder *folders; /* owned */
	size_t folder_count;
	struct account_status *accounts; /* owned */
	size_t account_count;
	struct page *page;   /* owned */
	struct shown *shown; /* owned */
	struct message *row; /* owned: of EVENT_SHOWN and EVENT_NEW_MAIL */
	bool is_complete;    /* EVENT_SHOWN: nothing more will come */
	bool is_unreachable; /* EVENT_SHOWN: what is missing is not here and the account is offline
			      */
	struct question *question; /* owned */
	enum notice_kind notice;
	struct error error;
	char *text;           /* owned; of a failed EVENT_TEST: the certificate, in lines */
	char *path;           /* owned: EVENT_SAVED */
	bool exists;          /* EVENT_SAVED: not written because the file exists */
	uint64_t done, total; /* EVENT_PROGRESS: rows or bytes */
	bool is_bodies;       /* EVENT_PROGRESS: messages kept for reading offline */
	uint64_t skipped;
	enum mailbox_format mailbox_format;
	enum mbox_reason mbox_reason;
	enum test_step step;
	bool is_ok, is_last;
	struct action *actions; /* owned */
	size_t action_count;
	enum action_kind action_kind;
	enum folder_verb verb;
	int64_t group;
	flags_t add, remove;
	struct outgoing *outbox;  /* owned */
	struct folder_info *info; /* owned */
	size_t outbox_count;
	int64_t outgoing_id; /* EVENT_OUTBOX: which one the request was about */
	struct draft *draft; /* owned */
	int64_t draft_id;
	uint64_t revision;
	struct draft_file *file;  /* owned */
	struct draft_row *drafts; /* owned */
	size_t draft_count;
	struct compose_warnings warnings;    /* owned */
	struct book_completion *completions; /* owned */
	size_t completion_count;
	struct book_entry *book; /* owned */
	size_t book_count;
};

void event_free(struct event *event);

/* ---- What needs no profile. ---- */

/* A message from a file: decoded and rendered, nothing else touched. Owned by the caller. */
struct shown *engine_show_bytes(struct str message, const struct show_options *options);

/* What a charset is called that a person named; NULL when none of that name is known. */
const char *engine_charset_name(const char *label);

/* The same from the file itself; a large one is mapped, not read, so memory stays bounded by what
 * is shown. NULL with err filled when it cannot be read. */
struct shown *engine_show_file(
	const char *path, const struct show_options *options, struct error *err);

/* The decoded bytes of one part ("1.2"; "" is the message itself) of a message in memory. */
bool engine_part_bytes(struct str message, struct str path, struct buf *out, struct error *err);

/* A message as a program hands it to sendmail. */
struct take_options {
	const char *account;   /* its name; NULL: the one whose address the message is from */
	bool takes_recipients; /* those of To, Cc and Bcc too */
	const char *const *recipients;
	size_t recipient_count;
	const char *sender;    /* the envelope's; NULL: the account's address */
	const char *full_name; /* for a From that is missing; NULL */
	int64_t now;           /* seconds since 1970 UTC */
	int zone;              /* minutes east */
	uint64_t entropy[2];   /* for the Message-ID */
};

/* Completes the message and finds out who is to have it and which of the accounts sends it: all
 * that REQUEST_SEND needs but outgoing.account_id. *account is borrowed from accounts. */
bool engine_take_message(struct str raw, const struct take_options *take,
	const struct account *const *accounts, size_t count, const struct account **account,
	struct outgoing *outgoing, struct buf *message, struct error *err);

#endif
