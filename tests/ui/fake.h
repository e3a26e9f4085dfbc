/*
 * An engine for screen tests: folders, accounts and lists of any length, made from tables and
 * numbers. It answers at once, or holds its answers until they are wanted; what was asked is kept
 * as text, a line a request.
 */
#ifndef TESTS_UI_FAKE_H
#define TESTS_UI_FAKE_H

#include "engine/engine.h"
#include "ui/app.h"

struct fake {
	uint32_t inbox_total;
	bool is_held;      /* answers wait in `late` */
	bool is_read_only; /* every folder */
	bool is_hostile;   /* every text tries to cheat the terminal */
	bool is_wide;      /* every text is wide, marked or right-to-left */
	bool is_missing;   /* bodies are not here, and the accounts are offline */
	bool has_links;    /* in every text, the second one deceptive */
	bool has_quotes;   /* in every text, of two depths */
	bool writes;       /* files that are to be saved */
	bool exists;       /* files that are to be saved exist */
	enum account_state state;
	struct queue *events; /* owned */
	struct queue *late;   /* owned */
	struct buf asked;     /* owned: requests as text */
	uint64_t revision;
	uint64_t rows_read; /* rows that went into pages */
	struct page_request page;
	unsigned list_id;
	flags_t added, removed; /* by REQUEST_FLAGS, for the last message named */
	int64_t flagged;
	uint32_t deleted, waiting, marks;
	bool is_examined;    /* the folder that is open */
	bool grows;          /* 256 rows come in behind with each page that is asked for */
	int64_t gone;        /* rows taken away at the front, negative: added */
	struct draft *draft; /* owned: the last that was saved or sent; NULL */
	uint64_t drafts;     /* how many were begun */
	unsigned postponed, cancelled, files;
	enum outgoing_state outgoing; /* of what is sent */
	unsigned sent;                /* in the outbox */
	unsigned warns;               /* 1 << kind: what a check finds */
	unsigned completions;         /* how many addresses fit */
	bool *selected;               /* owned: by UID */
	uint32_t selected_size, selected_count;
	bool is_zoomed;
};

void fake_init(struct fake *fake);
void fake_done(struct fake *fake);
void fake_send(void *fake, struct request *request); /* for ui_options.send */
struct account *fake_load(void *fake, const char *name);

/* Tells what changed: the page that was asked for last, again. */
void fake_push_page(struct fake *fake);
void fake_push_accounts(struct fake *fake);
void fake_push_new_mail(struct fake *fake, const char *from, const char *subject);
void fake_push_question(struct fake *fake, enum question_kind kind);
void fake_let_go(struct fake *fake); /* what was held back */

enum { FAKE_INBOX = 1, FAKE_BIG = 2, FAKE_EMPTY = 3, FAKE_ABSENT = 9 };

#endif
