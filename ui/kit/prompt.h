/*
 * A question on the status line: a line of text to type, or one key out of a few. While it stands
 * the key menu shows its keys. ^C cancels any prompt, as in Pine, and so does Esc.
 */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include "ui/kit/edit.h"
#include "ui/kit/menu.h"

struct choice {
	uint32_t key; /* lower case */
	const char *label;
	int value;
};

/* Fills `completed` with what the typed text can be completed to; false when there is nothing. */
typedef bool prompt_complete(void *context, struct str typed, struct buf *completed);
/* The answer; NULL when cancelled. The text is borrowed. */
typedef void prompt_line_done(void *context, const char *text);
/* The value of the choice; -1 when cancelled. */
typedef void prompt_choice_done(void *context, int value);

/* A key of the prompt's own was pressed, with what was typed so far. The prompt is over; it may be
 * asked again. */
typedef void prompt_key_done(void *context, int value, const char *text);

enum prompt_state { PROMPT_NONE, PROMPT_LINE, PROMPT_CHOICE };

struct prompt {
	enum prompt_state state;
	char *label; /* owned */
	struct edit edit;
	const struct choice *choices; /* borrowed, for as long as the prompt stands */
	size_t choice_count;
	int fallback; /* the value Return gives */
	prompt_complete *complete;
	const struct choice *keys; /* borrowed: of a line besides Return and Tab */
	size_t key_count;
	prompt_key_done *key_done;
	prompt_line_done *line_done;
	prompt_choice_done *choice_done;
	void *context;
};

void prompt_ask_line(struct prompt *p, struct str label, struct str text, bool is_hidden,
	prompt_line_done *done, void *context);
void prompt_ask_choice(struct prompt *p, struct str label, const struct choice *choices,
	size_t count, int fallback, prompt_choice_done *done, void *context);
/* Ends it without an answer and without telling anyone. */
void prompt_drop(struct prompt *p);

/* May call the done function, which may ask the next thing at once. False: the key means nothing
 * here. */
bool prompt_input(struct prompt *p, const struct input *input);

/* How many rows its label takes in so many columns; with a line to type, the last is the line's. */
enum { PROMPT_ROWS_MAX = 3 };
int prompt_rows(const struct prompt *p, int columns);
void prompt_paint(const struct prompt *p, struct canvas *c, int row); /* row: its first */
/* Its keys for the key menu; returns how many. */
size_t prompt_menu(const struct prompt *p, struct menu_item *items);

#endif
