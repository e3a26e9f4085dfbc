/* What screen_compose*.c is made of, and no one else's business. */
#ifndef UI_COMPOSE_STATE_H
#define UI_COMPOSE_STATE_H

#include "ui/kit/editor.h"
#include "ui/screens/screen.h"

/* In the order of the screen; the text is the last. */
enum compose_field {
	FIELD_FROM,
	FIELD_REPLY_TO,
	FIELD_TO,
	FIELD_CC,
	FIELD_BCC,
	FIELD_FCC,
	FIELD_ATTACH, /* its editor is for the name of one more file */
	FIELD_SUBJECT,
	FIELD_BODY,
	FIELD_COUNT
};

struct compose_choices {
	struct book_completion *items; /* owned */
	size_t count, selected;
	uint64_t tag; /* what was asked for */
};

struct screen_compose {
	struct screen base;
	struct draft *draft;   /* owned: what it is made of besides the fields' texts */
	struct editor *fields; /* owned: FIELD_COUNT of them */
	struct editor_cut cut;
	enum compose_field field;
	size_t file, file_top; /* the selected one; file_count: the line for one more */
	bool is_rich;
	int rows, columns;
	int header_off; /* rows of the header that are above the window */
	bool is_pasting;

	uint64_t file_changes, saved; /* what was saved last: compose_revision of then */
	int64_t dirty_since;          /* 0: all is saved */
	uint64_t save_tag;            /* 0: nothing is being saved */
	bool is_postponing;           /* closes when it is saved */
	bool is_over;                 /* sent, postponed or dropped: closing saves no more */

	uint64_t attach_first, attach_last; /* tags of files that are being copied */
	unsigned attaching;

	uint64_t check_tag, send_tag;
	struct input early[8]; /* pressed while it is looked over: the answer to what comes */
	size_t early_count;
	struct compose_warnings warnings; /* owned */
	size_t warning;                   /* the one that is asked about */

	struct compose_choices choices;
	char *find, *replacement; /* owned */
	unsigned replaced;
	char *outside; /* owned: the file another program works on */
};

/* screen_compose.c */
extern const struct screen_ops compose_header_ops, compose_text_ops;
struct editor *compose_editor(const struct screen_compose *w); /* of the field */
void compose_go(struct screen_compose *w, enum compose_field field);
void compose_show(struct screen_compose *w); /* the cursor is in the window */

/* screen_compose_fields.c: which there are, and where */
const char *compose_label(enum compose_field field);
bool compose_is_shown(const struct screen_compose *w, enum compose_field field);
bool compose_is_address(enum compose_field field);
int compose_label_cells(const struct screen_compose *w);
int compose_field_rows(const struct screen_compose *w, enum compose_field field);
int compose_header_rows(const struct screen_compose *w); /* with the line under it */
int compose_field_top(const struct screen_compose *w, enum compose_field field);
/* The next one that is shown, or the one before; the field itself at the end. */
enum compose_field compose_beside(
	const struct screen_compose *w, enum compose_field field, bool is_back);
void compose_measure(struct screen_compose *w);

/* screen_compose_paint.c */
void compose_paint(const struct screen *s, struct canvas *c, int top, int height);

/* screen_compose_save.c: to the store, and away */
uint64_t compose_revision(const struct screen_compose *w);
struct draft *compose_collect(const struct screen_compose *w);
void compose_save(struct screen_compose *w);
int64_t compose_tick(struct screen *s);
void compose_postpone(struct screen_compose *w);
void compose_cancel(struct screen_compose *w);
void compose_leave(struct screen_compose *w); /* postponed: closes it */
void compose_sent(struct screen_compose *w);  /* closes it */

/* screen_compose_send.c */
void compose_send(struct screen_compose *w);
void compose_send_early(struct screen_compose *w, const struct input *input);
void compose_warnings_free(struct screen_compose *w);
bool compose_send_event(struct screen_compose *w, struct event *event);

/* screen_compose_files.c: what is attached */
void compose_attach_ask(struct screen_compose *w);
void compose_attach(struct screen_compose *w, struct str path);
void compose_attach_typed(struct screen_compose *w);
bool compose_attach_event(struct screen_compose *w, struct event *event);
void compose_detach(struct screen_compose *w);
bool compose_complete_path(void *context, struct str typed, struct buf *completed);
void compose_browse(struct screen_compose *w);
void compose_read_ask(struct screen_compose *w);

/* screen_compose_complete.c: addresses */
void compose_complete(struct screen_compose *w);
bool compose_choices_key(struct screen_compose *w, const struct input *input);
void compose_choices_event(struct screen_compose *w, struct event *event);
void compose_choices_done(struct compose_choices *choices);
void compose_paint_choices(const struct screen_compose *w, struct canvas *c, int row, int end);
void compose_add_recipient(struct screen_compose *w, const char *text);

/* screen_compose_find.c */
void compose_find(struct screen_compose *w);
void compose_replace(struct screen_compose *w);

/* screen_compose_outside.c: other editors and spelling */
void compose_outside(struct screen_compose *w, bool is_spelling);

#endif
