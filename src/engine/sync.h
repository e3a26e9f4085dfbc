/*
 * Bringing a selected folder's headers and flags up to date, and keeping them so while it is
 *watched.
 *
 *	SELECT → resync (what changed since the cursor) → what is new → the rest, newest first, in
 *	windows → watched: EXISTS, FETCH, VANISHED and EXPUNGE change the store as they come.
 *
 * Only the server's side is written (cache/cache.h); pages follow by live_touch.
 */
#ifndef ENGINE_SYNC_H
#define ENGINE_SYNC_H

#include "engine/session.h"
#include "engine/sync_header.h"
#include "engine/sync_plan.h"

struct folder_sync {
	struct folder_sync *earlier; /* owned: one whose SELECT went out before this one's */
	int64_t folder_id;
	char *wire;          /* owned */
	struct folder local; /* as the store had it at SELECT; strings not used */
	bool is_open;        /* the tagged OK came */
	bool is_examined;    /* EXAMINE was sent */
	bool is_read_only;
	bool is_aside;     /* selected for its bodies alone: the other connection keeps the store */
	bool is_resetting; /* UIDVALIDITY changed: the store is being cleared */
	bool has_permanent;
	bool may_create_keywords;
	flags_t permanent; /* flags the server keeps */
	uint32_t exists;
	uint32_t uidvalidity, uidnext;
	uint64_t modseq; /* HIGHESTMODSEQ of SELECT */
	bool no_modseq;
	/* Where the store stands. */
	uint32_t have_next;  /* headers are here below this … */
	uint32_t have_low;   /* … and from this on; 0: none */
	uint32_t fetch_low;  /* lowest UID asked for; windows go down from here; 0: nothing asked */
	unsigned windows;    /* out */
	unsigned refusals;   /* of fetches */
	bool is_refused;     /* too many: the rest of the headers comes with the next SELECT */
	uint32_t window;     /* messages in the next one */
	int64_t window_sent; /* ms */
	bool new_is_out;     /* a fetch of what is new is out */
	bool changed_is_out; /* a fetch of changed flags is out */
	bool tells_new;      /* what it brings is new to the user: not the backlog */
	uint32_t new_next;   /* highest UID it brought, plus one */
	uint32_t new_exists; /* EXISTS when it was sent */
	unsigned epoch; /* grows with a reset: answers to what was asked before count no more */
	enum sync_check check;         /* which comparison is still to be made */
	unsigned checks;               /* commands of it that are out, and results being compared */
	struct sync_compare *compares; /* owned, linked: results to compare, a slice a step */
	bool is_checked;               /* the counts agreed, or the comparison was made */
	unsigned
		rechecks; /* comparisons made in this session, so that a liar cannot keep us busy */
	uint32_t want_numbers; /* a FETCH came without UID: flags must be asked again */
	/* Gathered from the wire, not yet in the store. */
	struct sync_batch batch;
	struct imap_set gone;    /* VANISHED, or what EXPUNGE meant */
	struct imap_set missing; /* a comparison found these on the server only */
};

/* Selects a folder; asks in the same flight for all that can be asked without its answer. */
void sync_select(struct session *s, int64_t folder_id);
void folder_sync_free(struct folder_sync *sync); /* the earlier ones with it */

/* Is its SELECT out? Compares the pointer only, which may be stale. */
bool sync_is_selecting(const struct session *s, const struct folder_sync *sync);

/* Lets go of the selected folder; nothing is out. */
void sync_let_go(struct session *s);

/* All that can be asked has been asked, so that another folder's SELECT may follow before the
 * answers came; what turns out to be missing is asked at another visit. */
bool sync_may_leave(const struct folder_sync *sync);

/* Untagged data and codes about the selected folder. */
void sync_event(struct session *s, const struct imap_event *event);

/* Writes what was gathered; called when the socket has been read. */
void sync_flush(struct session *s);

/* Asks for the next thing the folder needs; false when there is nothing to ask now. */
bool sync_next(struct session *s);
/* Nothing more will be asked once what is out is answered, as far as is known. */
bool sync_may_idle(const struct folder_sync *sync);
/* Nothing is missing and nothing is out. */
bool sync_is_complete(const struct folder_sync *sync);

/* For pages: is somebody filling it, was it opened read-only. */
bool sync_is_busy(const struct engine *engine, int64_t folder_id);
bool sync_is_read_only(const struct engine *engine, int64_t folder_id);

/* ---- sync_check.c: without QRESYNC, or when the counts do not agree. ---- */
void sync_check_ask(struct session *s, struct folder_sync *sync);
void sync_check_result(
	struct folder_sync *sync, const struct pending *p, const struct imap_set *set);
/* One slice of comparing; false when there is nothing to compare. */
bool sync_check_slice(struct session *s, struct folder_sync *sync);
void sync_check_free(struct folder_sync *sync);

/* Writes what was gathered for one folder, and where the store stands then (cursor may be NULL). */
bool sync_write(struct session *s, struct folder_sync *sync, const struct cache_cursor *cursor);
/* The folder was left or another one is selected: an answer for it comes too late. */
bool sync_is_late(const struct session *s, const struct pending *p);

#endif
