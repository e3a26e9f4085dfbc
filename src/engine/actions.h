/*
 * The journal at work: wishes become commands, answers settle them. A wish is durable before its
 * effect is shown, and stays until the server has confirmed it.
 *
 *	wishes.c   requests → rows of the journal; undo in undo.c
 *	actions.c  which rows run next, several of one kind on one folder as one
 *	act_*.c    how one kind runs: a row of functions
 *
 * Each answer brings a row to its next state in the journal; what follows from there is decided
 * afresh, so that a cut anywhere is no special case.
 */
#ifndef ENGINE_ACTIONS_H
#define ENGINE_ACTIONS_H

#include "engine/session.h"

/* ---- wishes.c: what is asked. ---- */

void wishes_append(struct engine *engine, const struct request *request);
struct slices;
/* REQUEST_FLAGS, MOVE, COPY, DELETE, UNDELETE, EXPUNGE; slices: what it is a slice of, or NULL. */
void wishes_serve(struct engine *engine, const struct request *request, struct slices *slices);
void wishes_folder(struct engine *engine, const struct request *request); /* FOLDER_… */
void wishes_again(struct engine *engine, const struct request *request);  /* ACTION_RETRY, _DROP */
void wishes_undo_next(
	struct engine *engine, struct slices *slices);      /* undo.c: one wish of a gesture */
void wishes_remember(struct engine *engine, int64_t group); /* can be undone from now on */

/* One wish of a gesture; how many messages it concerns is added to *count. */
bool wish_add(struct engine *engine, struct action *action, size_t *count, struct error *err);
/* Appends a blob (item: blob_id, flags, arrived) to a folder of any account. replaces: a place of
 * that folder which goes once the new one is there; 0: none. *action_id tells the wish; may be
 * NULL. */
bool wish_bring(struct engine *engine, int64_t folder_id, int64_t replaces,
	const struct action_item *item, int64_t group, int64_t *action_id, struct error *err);
/* After a gesture: the holder of the profile hears of it, screens are told. */
void wishes_made(struct engine *engine);
int64_t wishes_group(struct engine *engine); /* a number for a gesture */

/* ---- actions.c: what runs. ---- */

/* Sends the oldest wish that may go now; false when there is none. */
bool actions_next(struct session *s);
/* The selected folder must stay selected for what a wish does next. */
bool actions_hold(const struct session *s);
/* Lowers *deadline to when a wish is to be tried again. */
void actions_wake(const struct session *s, int64_t *deadline);
/* Wishes of other processes: their masks, and fresh pages. */
void actions_apply(struct engine *engine);
void actions_tell(struct engine *engine);
/* There are open wishes that may run now or in a moment: not those to be tried again later. */
bool actions_are_due(const struct account_run *run);

/* ---- For the kinds. ---- */

struct acting_pair {
	uint32_t source, copy;
};

/* The wishes whose commands are out: of one kind, on one folder, in one state. */
struct acting {
	struct action *actions; /* owned */
	size_t count;
	unsigned out;                                             /* commands not answered */
	void (*finish)(struct session *s, struct acting *acting); /* all are; may send more */
	struct imap_set refused;                                  /* UIDs */
	enum imap_status status;                                  /* of a refusal */
	enum imap_code code;
	struct buf words;
	struct acting_pair *pairs; /* owned: COPYUID */
	size_t pair_count, pair_cap;
	uint32_t copied_uidvalidity;
	bool is_copied_unclear; /* a COPYUID whose lists do not match */
	bool is_move;           /* by MOVE, not by COPY */
	bool holds_folder;     /* what follows the answer needs the folder: not to be left before */
	bool is_looking;       /* what is out only asks: code and words stay those of before */
	struct imap_set found; /* SEARCH */
	struct act_upload {    /* the message whose bytes go out */
		unsigned command;
		size_t message;
		uint64_t from; /* of the blob */
		bool is_after_cr;
		struct buf piece;
	} upload;
};
void acting_free(struct acting *acting);

enum act_start {
	ACT_WAITS, /* nothing can be sent now */
	ACT_ASKED, /* something was sent that must be answered first; or it is over already */
	ACT_OUT,   /* its commands are out */
};
typedef enum act_start act_kind(struct session *s, struct acting *acting);
act_kind act_flags, act_transfer, act_expunge, act_folder;

/* ---- carry.c: between accounts. ---- */

/* Fills what a MOVE or COPY to another account brings along: flags by their names there, bytes as
 * far as they are here, and which account goes first. Nothing for one within an account. */
bool carry_prepare(struct engine *engine, struct action *action, struct error *err);
/* Gathers the bytes of such wishes; then the other account goes on. */
bool carry_is_due(struct session *s, const struct action *action);
act_kind act_carry;
/* A message that is wanted for it cannot be had. */
void carry_failed(struct engine *engine, int64_t place_id, const struct error *why);

/* ---- act_append.c: what goes to the server from here. ---- */

/* The wish's messages have their bytes here, and are appended rather than copied by the server. */
bool act_uploads(const struct action *action);
/* Sends the APPENDs of the batch's one wish; their bytes follow as there is room. */
bool act_upload_send(struct session *s, struct acting *acting, struct str wire);
/* More bytes for the output, called before it is written. True when more are wanted. */
bool act_upload_more(struct session *s);
/* What an APPENDUID says of the command that it answers. */
void act_uploaded(struct session *s, const struct pending *p, const struct imap_event *event);

/* True when the folder of the wish is selected and it may be run there; else *start is the answer.
 */
bool act_is_ready(struct session *s, struct acting *acting, bool writes, enum act_start *start);
/* A command of the wish about UIDs from low to high (0: about all). */
void act_expect(
	struct session *s, struct acting *acting, unsigned command, uint32_t low, uint32_t high);
/* Sends something for each piece of the wish's UIDs that fits a line. */
typedef void act_piece(
	struct session *s, struct acting *acting, struct str set, uint32_t low, uint32_t high);
void act_pieces(struct session *s, struct acting *acting, act_piece *piece);

/* One wish of the batch, when all is answered: what was refused of it is ended or put off, apart
 * from the rest. False when nothing is left of it. */
bool act_take_refused(struct session *s, struct acting *acting, struct action *action);
void act_refuse(struct session *s, struct acting *acting, struct action *action);
void act_done(struct session *s, const struct action *action);
void act_later(struct session *s, const struct action *action, int seconds, const char *words);
void act_end(
	struct session *s, const struct action *action, enum action_state state, struct str words);
void act_tell_failed(struct session *s, const struct action *action, struct str words);
void act_mark(struct session *s, const struct action *action, enum action_state state);

/* act_flags.c: flags as the wire names them, joined by blanks. */
void act_flag_words(struct session *s, flags_t flags, struct buf *out);

/* ---- What the server says meanwhile. ---- */
void act_copied(struct session *s, const struct imap_event *event); /* COPYUID */
void act_status(struct session *s, const struct imap_event *event);
/* True when the SEARCH was asked by a wish. */
bool act_found(struct session *s, const struct pending *p, const struct imap_set *set);

/* act_expunge.c: expunges the wish's UIDs, which carry \Deleted, from the selected folder. */
void act_expunge_send(struct session *s, struct acting *acting);

#endif
