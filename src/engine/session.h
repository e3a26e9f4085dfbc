/*
 * One IMAP connection's life: bytes between the wire and the client without I/O, and each command's
 * answer to whoever asked. What is wanted next is decided in tasks.c.
 *
 * An account has at most two. The first does what somebody waits for: the folder that is looked at,
 * the journal, messages that are opened. The second (bulk.c) comes when there is more to do: it
 * visits other folders, fetches bodies ahead, watches INBOX while another folder is looked at.
 */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include "engine/backend.h"
#include "proto/sasl/sasl.h"

enum session_state {
	SESSION_CONNECTING, /* name, TCP, TLS */
	SESSION_GREETING,
	SESSION_STARTTLS,
	SESSION_LOGIN,
	SESSION_READY,
	SESSION_OVER, /* error tells why */
};

struct pending;

/* The tagged answer came. p is freed afterwards. */
typedef void session_answer(struct session *s, struct pending *p, const struct imap_event *event);

/* A command that was sent. */
struct pending {
	unsigned command;
	session_answer *answer;   /* NULL: nobody cares */
	int64_t folder_id;        /* what it is about; 0 */
	uint32_t low, high;       /* UIDs of a window */
	struct folder_sync *sync; /* not owned: of SELECT and FETCH in it; NULL */
	struct reading *reading;  /* not owned; cleared when the reading goes */
	unsigned epoch;           /* of sync when it was sent */
	bool is_bulk;             /* bodies of many messages */
	uint64_t number;
};

struct session {
	struct account_run *run; /* not owned */
	bool is_bulk;            /* the second connection */
	void *conn;              /* owned, of the world */
	struct imap *imap;       /* owned */
	struct sasl *sasl;       /* owned, while logging in */
	struct buf input;        /* read and not yet fed */
	enum session_state state;
	struct error error;
	struct pending *pending; /* owned, oldest first */
	size_t pending_count, pending_cap;
	bool is_tls;
	bool is_waiting_for_open; /* STARTTLS: the handshake runs */
	bool knows_login_caps;    /* capabilities were told since the log-in */
	bool is_piped;            /* LOGIN and what follows went out in one flight */
	const char *mechanism;    /* of the log-in; NULL is LOGIN */
	int64_t began, opened;    /* ms: connecting; TCP and TLS stand */
	bool is_compressed;
	bool is_compress_sound; /* something was read through it */
	bool is_enabled_condstore, is_enabled_qresync;
	bool is_told_qresync;          /* ENABLED said so */
	struct folder_sync *selecting; /* owned; a SELECT is out */
	struct folder_sync *folder;    /* owned; selected */
	struct details *details;       /* owned: a folder is being looked at closer */
	struct listing *listing;       /* owned; a LIST is being answered */
	int64_t last_read, last_write; /* ms */
	struct acting *acting;         /* owned: the wishes that are being carried out; NULL */
	int64_t wish_folder;           /* being selected for a wish: not to be left before; 0 */
	int64_t found_folder;          /* looked into for copies of which no answer told; 0 */
	int64_t status_folder;         /* STATUS told its UIDNEXT in this session; 0 */
	int64_t inbox_asked;           /* ms: STATUS of an INBOX that is not watched; 0 */
	int64_t read_asked;            /* ms: when bytes of a message were last asked for; 0 */
	bool is_reading_on;            /* … and those of another one shortly before */
	int64_t idle_since;            /* ms; 0 */
	unsigned idle_command;         /* IDLE that was sent and not answered; 0 */
	int64_t refused_folder;        /* could not be selected … */
	int64_t refused_at;            /* ms: … then */
	bool idle_is_refused;          /* told as a capability, and still */
	bool is_notified; /* NOTIFY tells of every folder: nothing else need be watched */
	bool idle_began;  /* its "+" came */
	bool wants_compress;
	bool said_logout;
	char name[80]; /* for the log and the counts */
};

struct session *session_of(const struct account_run *run);

/* ---- For backend_imap and bulk.c. ---- */
struct session *session_connect(struct account_run *run, bool is_bulk);
bool session_run(struct session *s, int64_t *deadline); /* false: over, s->error tells */
size_t session_wait(const struct session *s, struct pollfd *fds, int64_t *deadline);
void session_end(struct session *s); /* politely; takes NULL */

/* The connection cannot go on. The first reason counts. Returns false. */
bool session_fail(struct session *s, const struct error *err);

/* Remembers who is to be told. Returned pointer is good until the next call. */
struct pending *session_expect(struct session *s, unsigned command, session_answer *answer);

/* Whether the server, as far as this session or an earlier one knows, can do this after log-in. */
bool session_has(const struct session *s, enum imap_capability capability);

/* The command whose answers are coming: the oldest one not answered; NULL. */
const struct pending *session_current(const struct session *s);

/* The command an answer names: several may be answered before the first of them is over. 0: it
 * names none, the oldest. NULL: it is not ours. */
const struct pending *session_of_command(const struct session *s, unsigned command);

/* The folder untagged data speak of: one that is being selected as soon as its SELECT is the oldest
 * command, else the selected one; NULL. */
struct folder_sync *session_folder(const struct session *s);

/* The server would not select it a moment ago: not to be asked in a loop. */
bool session_is_refused(const struct session *s, int64_t folder_id);

/* ---- login.c ---- */
void login_event(struct session *s, const struct imap_event *event);
void login_opened(struct session *s); /* the connection is open, or TLS is up */

/* ---- tasks.c ---- */
void tasks_ready(struct session *s); /* logged in (or LOGIN is on its way) */
void tasks_next(struct session *s, int64_t *deadline);
bool tasks_is_busy(const struct account_run *run);
/* What both connections do: the next folder to visit, its bodies, the end of a visit, waiting. */
bool tasks_ahead(struct session *s);
bool tasks_bodies(struct session *s);
void tasks_finish_folder(struct session *s);
void tasks_watch(struct session *s, int64_t *deadline);
/* IDLE right behind what ended it, in one flight. */
void tasks_idle_behind(struct session *s);
void tasks_compress(struct session *s); /* once, when all of the first flight was said */
int64_t tasks_inbox(struct session *s); /* 0: the store fails */

/* ---- bulk.c ---- */
void bulk_step(struct account_run *run, int64_t *deadline);
size_t bulk_poll(const struct account_run *run, struct pollfd *fds, int64_t *deadline);
void bulk_stop(struct account_run *run);
void bulk_next(struct session *s, int64_t *deadline); /* tasks_next of the second connection */
/* It is there or can be had: the first connection leaves the visits to it. */
bool bulk_takes_visits(const struct account_run *run);
/* The first connection is about to select the folder: the second one lets go of it. */
void bulk_let_go(struct account_run *run, int64_t folder_id);
/* The first connection has it, or will in a moment. */
bool bulk_is_taken(const struct account_run *run, int64_t folder_id);

/* ---- details.c ---- */
void details_serve(struct engine *engine, const struct request *request);
void details_event(struct session *s, const struct imap_event *event);
void details_ask_quota(struct session *s); /* once, for the list of folders */
void details_session_ended(struct session *s);
void details_free(struct details *details);

/* ---- sync_folders.c ---- */
void folders_ask(struct session *s);
void folders_status(struct session *s, struct str wire); /* asks about one folder */
void folders_event(struct session *s, const struct imap_event *event);
void listing_free(struct listing *listing);

#endif
