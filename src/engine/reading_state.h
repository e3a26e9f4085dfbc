/* What reading.c, reading_fetch.c and reading_jobs.c share. */
#ifndef ENGINE_READING_STATE_H
#define ENGINE_READING_STATE_H

#include "engine/reading.h"

/* A part that is to be written to a file. */
struct reading_save {
	struct reading_save *next; /* owned */
	char *part;                /* owned; "" is the whole message */
	char *path;                /* owned */
	bool may_overwrite;
	bool is_started;
	uint64_t tag;
};

struct reading {
	struct reading *next; /* owned */
	int64_t place_id;
	int64_t account_id, folder_id;
	uint32_t uid;
	int64_t message_id;
	uint32_t size;      /* RFC822.SIZE: a hint */
	char *header_id;    /* owned: Message-ID of the header that is stored */
	struct message row; /* for EVENT_SHOWN */
	bool is_shown;      /* somebody looks at it */
	struct show_options show;
	uint64_t tag;
	struct reading_save *saves;    /* owned */
	struct part *structure;        /* owned; of a large message, once known */
	unsigned out;                  /* commands that are out */
	const struct session *session; /* not owned: where they are out */
	bool is_dirty;                 /* bytes came since the last render */
	bool render_is_out;
	bool is_settled; /* nothing more is wanted, or will come */
	bool is_unreachable;
	bool is_called;      /* guest: the holder was told */
	bool is_background;  /* for a guest, or to be forwarded: fetched, not shown */
	bool is_quoted;      /* its text is wanted for an answer */
	bool is_asked;       /* somebody will look with reading_have */
	bool got_bytes;      /* since the command that is out was sent */
	struct error error;  /* why it cannot be had; ERROR_NONE */
	int64_t rendered_at; /* ms */
};

struct reading *reading_find(struct engine *engine, int64_t place_id);
/* The place with its message registered; NULL when it is not in the store. */
struct reading *reading_make(struct engine *engine, int64_t place_id);
void reading_free(struct reading *r);

/* The next section that is wanted and not here: false when none is. */
struct reading_want {
	char section[64];
	bool is_first; /* structure, header and the beginning of part 1 */
	uint64_t from;
};
bool reading_want(struct engine *engine, struct reading *r, struct reading_want *want);

/* ---- reading_jobs.c ---- */
void reading_render(struct engine *engine, struct reading *r);
void reading_save(struct engine *engine, struct reading *r, struct reading_save *save);

#endif
