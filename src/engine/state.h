/*
 * The engine's own state, shared by the files of this folder and by nobody else. One thread.
 *
 *	engine ─┬─ account_run (one an account: log-in, back-off, what it does next)
 *	        │     └─ session (one connection: bytes ↔ IMAP client, commands ↔ their answers)
 *	        │           └─ folder_sync (the folder that is selected, or is being)
 *	        ├─ live_list (what a screen looks at)
 *	        ├─ reading (a message somebody opened, saves or prints)
 *	        └─ jobs (workers)
 */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H

#include "cache/cache.h"
#include "engine/arena.h"
#include "engine/event.h"
#include "engine/world.h"
#include "proto/imap/imap.h"
#include "settings/settings.h"

struct account_run;
struct backend;
struct book_index;
struct drafting;
struct slices;
struct selecting;
struct export;
struct folder_sync;
struct import;
struct jobs;
struct live_list;
struct pop3_session;
struct profile;
struct reading;
struct session;
struct submit;

struct engine {
	struct engine_options options; /* strings owned, see engine.c */
	const struct engine_world *world;
	struct engine_world *own_world;  /* owned, or NULL when the caller gave one */
	struct settings *settings;       /* owned */
	struct profile *profile;         /* owned */
	struct cache *cache;             /* owned */
	struct queue *requests, *events; /* owned */
	struct jobs *jobs;               /* owned */
	struct account_run **runs;       /* owned */
	size_t run_count, run_cap;
	struct live_list *lists;  /* owned, linked */
	struct reading *readings; /* owned, linked */
	struct carry_failure {    /* a message that cannot be had to be moved elsewhere */
		int64_t place_id;
		struct error error;
	} * carry_failures; /* owned */
	size_t carry_count, carry_cap;
	struct import *imports; /* owned, linked */
	struct export *exports; /* owned, linked */
	struct sync_batch *raw; /* owned: the header that the store had read to it last */
	int64_t now;            /* ms, monotonic, of this step */
	int64_t wall;           /* seconds since 1970, of this step */
	int64_t cache_version;
	int64_t next_upkeep;  /* ms */
	int64_t last_request; /* ms: when something was last asked for */
	bool is_guest;
	bool has_slept; /* this step comes late: connections may be dead without a word */
	bool is_offline;
	bool wants_folders, wants_accounts, wants_actions; /* someone asked: tell on every change */
	bool folders_dirty, accounts_dirty, actions_dirty;
	bool wants_outbox, outbox_dirty, outbox_was_busy, outbox_is_recovered;
	struct drafting *draftings; /* owned, linked: drafts that wait for messages */
	bool wants_drafts, drafts_dirty;
	bool drafts_are_due;           /* one was postponed: to the server now */
	unsigned drafts_saving;        /* workers that build one for the server */
	int64_t drafts_next;           /* ms: when they are saved there again */
	struct book_index *book_index; /* owned; NULL until it is needed */
	bool wants_book;
	unsigned complete_serial; /* of the last REQUEST_COMPLETE */
	bool book_is_stale;       /* its index is to be read again */
	bool outbox_has_news;     /* a draft's message may be out */
	int64_t folders_told;     /* ms: when EVENT_FOLDERS was last posted */
	unsigned next_question, next_serial;
	uint64_t next_revision;
	struct buf stats;  /* JSON objects of closed connections, one per line */
	uint64_t sync_tag; /* of the REQUEST_SYNC that waits for its end; 0: none */
	bool sync_is_asked;
	uint64_t idle_tag;
	bool idle_is_asked;
	struct buf sync_token; /* guest: what the holder will say; holder: what guests wait for, a
				* line each */
	bool progress_is_due;  /* something ended: what waits for an end is looked at again */
	struct account_run **tests; /* owned: log-ins that are tried, each an account of its own */
	size_t test_count, test_cap;
	struct request *search; /* owned: a REQUEST_FIND that is being looked for, a slice a step */
	struct selecting *selecting; /* owned: a REQUEST_SELECT or _ZOOM at work */
	struct slices *slices;       /* owned, linked: wishes about many, the first at work */
	int64_t *groups;             /* owned: gestures that can be undone, oldest first */
	size_t group_count, group_cap;
	void *thread; /* jobs.c */
	bool should_stop;
	bool storage_is_told; /* one notice for a full disk, not a thousand */
};

/* How much of what is to be said is said before an answer came. Learned per server: a step up after
 * clean connections (servers known to bear it begin at the top), a step down, for a month, after a
 * surprise. */
enum pipelining {
	PIPELINE_AFTER_LOGIN = 1,
	PIPELINE_WITH_LOGIN,      /* LOGIN and what follows share a flight */
	PIPELINE_BEFORE_GREETING, /* and do not wait for the greeting */
};

/* What was learned of a server, kept in the store between runs. */
struct server_facts {
	char *caps; /* owned: the words after log-in; NULL: never seen */
	enum pipelining level;
	unsigned clean;   /* connections without a surprise since the last change of level */
	int64_t barred;   /* wall seconds: no higher level before */
	bool scram_plus;  /* SCRAM-…-PLUS once succeeded: never weaker without asking */
	bool no_compress; /* COMPRESS went wrong here once */
	bool no_qresync, no_list_status, plain_list;
	bool id_is_sent;
	char delimiter;
	char *prefix; /* owned: personal namespace, wire form; NULL */
};

/* A folder the account shall bring up to date, for `rowan sync` and background work. */
struct folder_task {
	int64_t folder_id;
	bool bodies;
	bool bodies_asked; /* for all of them */
	int64_t since;     /* of the bodies: seconds since 1970; 0: all */
	int64_t below;     /* place_id: how far down bodies were asked for; 0: none yet */
	uint64_t fetched;  /* bodies */
	bool is_out;       /* its SELECT went out */
	unsigned visits;   /* that left something missing */
};

struct account_run {
	struct engine *engine;
	unsigned serial; /* names this run in answers of workers */
	const struct backend *backend;
	struct account *account; /* owned */
	enum account_state state;
	bool is_offline;         /* by the user's wish */
	struct error error;      /* why it waits or is held */
	struct session *session; /* owned; NULL while there is no connection */
	struct session *bulk;    /* owned: the second one; NULL */
	int64_t bulk_next;       /* ms: the server did not want it, not to be tried before; 0 */
	int64_t bulk_pause;      /* ms: how long it was not wanted the last time */
	bool quota_is_asked;     /* in this run */
	uint64_t quota_used, quota_limit; /* units of 1024 bytes; 0: not told */
	struct offline *offline;          /* owned: what the setting still wants; NULL */
	int64_t bulk_idle;                /* ms: since when it has nothing to do; 0 */
	struct pop3_session *pop3; /* owned; as session, of an account whose mail comes by POP3 */
	bool is_checked;           /* its last look was good, and the next is not due … */
	int64_t check_at;          /* ms: … before that */
	unsigned pause_s, pauses;  /* the server said to come later: seconds, times in a row */
	int64_t retry_at;          /* ms, monotonic; 0: at once; INT64_MAX: only when asked */
	int64_t ready_since;       /* ms: when the present log-in succeeded; 0 */
	unsigned failures;         /* in a row, for the back-off */
	bool was_online;           /* a lost connection is told once */
	bool is_removed;
	bool not_plus; /* a SCRAM-…-PLUS failed although the password may be right */
	char *secret;  /* owned, wiped; NULL: not known */
	bool keyring_is_asked;
	bool secret_is_asked;  /* a job or a question is out */
	bool secret_failed;    /* the server refused it */
	unsigned question_id;  /* the question that is out; 0 */
	bool question_is_open; /* it is about a certificate, and not answered */
	char *trust_once;      /* owned: a key taken for this run */
	struct server_facts facts;
	struct buf facts_saved; /* as the store has them */
	bool folders_are_known; /* LIST was answered in this session */
	bool folders_are_asked;
	int64_t folders_next;  /* ms: when to look at the folders again */
	int64_t wanted_folder; /* what the user looks at; 0: INBOX */
	bool wanted_is_done; /* it is up to date: other folders are visited before it is watched */
	struct folder_task *tasks; /* owned: oldest first */
	size_t task_count, task_cap;
	bool sync_is_asked;   /* its part of REQUEST_SYNC is not over */
	bool sync_is_planned; /* the folders to visit are known */
	bool sync_bodies;
	bool sync_failed;          /* cannot be had now */
	bool threads_are_joined;   /* no message without a thread */
	bool local_is_listed;      /* of an account whose mail is here: its folders are shown … */
	bool local_is_behind;      /* … and some rows are not as local.db has them */
	bool journal_is_dirty;     /* there may be wishes to carry out */
	int64_t journal_next;      /* wall seconds: when to look again anyway */
	int64_t journal_folder;    /* last visited because wishes wait for what arrived there; 0 */
	int64_t journal_visit;     /* not again before; wall */
	struct submit *submit;     /* owned; NULL until it is needed */
	struct account_test *test; /* owned: this run only tries the log-in; not in engine.runs */
};

/* ---- engine.c ---- */
void engine_post(struct engine *engine, struct event *event);
void engine_post_latest(struct engine *engine, uint64_t key, struct event *event);
/* EVENT_FAILED. */
void engine_fail(struct engine *engine, uint64_t tag, const struct error *err);
struct event *engine_notice(struct engine *engine, enum notice_kind kind, int64_t account_id);
/* The disk: tells the user once and goes on. */
void engine_storage_failed(struct engine *engine, const struct error *err);
struct account_run *engine_run_of_account(struct engine *engine, int64_t account_id);
/* Also among the tests. A run that went is never mistaken for a new one. */
struct account_run *engine_run_of_serial(struct engine *engine, unsigned serial);
struct account_run *engine_run_of_folder(struct engine *engine, int64_t folder_id);
void engine_sync_progress(struct engine *engine);

#endif
