/*
 * A window on lines of text (render/layout.h): which is on top, what of it was found. The same for
 * a message, the help and everything else one only reads.
 */
#ifndef UI_TEXT_H
#define UI_TEXT_H

#include "render/layout.h"
#include "ui/keys.h"
#include "ui/kit/canvas.h"

struct text {
	struct layout *layout; /* owned; NULL: nothing to show */
	size_t top;
	int height;
	size_t found_line; /* STR_NONE */
	size_t found_start, found_len;
	int link;         /* the selected one, or -1 */
	size_t link_line; /* where it begins */
};

void text_init(struct text *t);
void text_done(struct text *t);

/* Takes the layout. The window stays at the same place of the text, also when the width changed. */
void text_set(struct text *t, struct layout *layout);
void text_set_height(struct text *t, int height);

bool text_scroll(struct text *t, int lines); /* false: at that end already */
bool text_page(struct text *t, int pages);   /* keeps two lines in view */
bool text_to_end(struct text *t, bool is_end);
/* Up, down, by pages, to the ends. False: the command is another one. */
bool text_command(struct text *t, enum command command, bool *has_moved);

/* The next line that holds the words (ASCII case does not count), from below the last one found,
 * and from the beginning again after the end. */
bool text_find(struct text *t, struct str words, bool *is_wrapped);

/* The next link, or the one before, from the selected one or else from the window's edge on; the
 * window follows. False: there is none that way. */
bool text_walk_links(struct text *t, bool is_backwards);

int text_percent(const struct text *t); /* of the text that is above the window's lower edge */
void text_paint(const struct text *t, struct canvas *c, int row);

#endif
