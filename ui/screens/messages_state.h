/* What screen_messages*.c is made of, and no one else's business. */
#ifndef UI_MESSAGES_STATE_H
#define UI_MESSAGES_STATE_H

#include "ui/kit/list.h"
#include "ui/screens/screen.h"

struct screen_messages {
	struct screen base;
	unsigned list_id;
	struct view view;
	struct list list;
	struct page *page; /* owned; NULL until the first has come */
	int64_t place_id;  /* of the selection; 0: its row is not here yet */
	int64_t wanted;    /* to be selected when its page comes; 0 */
	bool wants_open;   /* open the selection as soon as it is here */
	/* The last question for a page: what it will bring, and what it was asked for. */
	uint32_t asked_first, asked_end, asked_top, asked_total;
	bool has_asked;
	uint64_t find_tag;
	bool is_finding_new;
	bool has_wrapped; /* the search goes on from the beginning of the folder */
	char *find;       /* owned: what was looked for last */
	bool flag_not;
	bool is_examined;     /* opened to be read only */
	struct select select; /* what is being asked about a selection */
	uint64_t select_tag;  /* of the selection that is made now; 0 */
	bool wants_zoom;      /* as soon as it is made */
	enum command answer;  /* to what is selected, when all of it is gathered */
	uint64_t answer_tag;
	int64_t *answers; /* owned */
	size_t answer_count, answer_cap;
	int64_t flag_place; /* whom the flag prompt is about; 0: all that are selected */
	uint32_t jump;      /* a number typed before the list was here; 0 */
};

/* screen_messages.c */
const struct message *messages_row(
	const struct screen_messages *m, uint32_t row); /* NULL: not here */
void messages_ask(struct screen_messages *m, enum request_kind kind);
void messages_go(struct screen_messages *m, uint32_t row);
void messages_open(struct screen_messages *m);
struct screen *messages_reader(const struct screen_messages *m); /* above it; NULL */
void messages_send_find(struct screen_messages *m, enum request_kind kind, int64_t place_id);

/* screen_messages_ask.c */
void messages_find(struct screen_messages *m);
void messages_sort(struct screen_messages *m);
void messages_export(struct screen_messages *m);
/* The list is here: the number that was typed before counts now. */
void messages_jump_late(struct screen_messages *m);

/* The flag prompt, about all that are selected. */
void messages_flag_selected(struct screen_messages *m);

/* screen_messages_select.c */
void messages_select(struct screen_messages *m);
void messages_select_current(struct screen_messages *m);
void messages_apply(struct screen_messages *m);
void messages_expunge(struct screen_messages *m);
/* Writing about the selected message. */
void messages_answer(struct screen_messages *m, enum command command);
void messages_selected(struct screen_messages *m, const struct event *event);
void messages_zoom(struct screen_messages *m);
void messages_limit(struct screen_messages *m);
uint32_t messages_selected_count(const struct screen_messages *m);
void messages_answer_found(struct screen_messages *m, int64_t place_id);
/* A wish about all that are selected. */
struct request *messages_wish_selected(struct screen_messages *m, enum request_kind kind);

/* screen_messages_paint.c */
void messages_title(const struct screen *s, struct buf *about, struct buf *position);
void messages_paint(const struct screen *s, struct canvas *c, int top, int height);

#endif
