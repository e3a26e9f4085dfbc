/*
 * Colours and attributes by what a cell is. A cell's style is a role, plus attribute bits that a
 * run of text brings itself. Without colour (NO_COLOR, a monochrome terminal) the attributes alone
 * tell, and the status letters say it all once more: nothing is told by colour only.
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#include "base/error.h"

enum style {
	STYLE_NORMAL,
	STYLE_TITLE,
	STYLE_STATUS,
	STYLE_PROMPT,
	STYLE_KEY,
	STYLE_KEY_LABEL,
	STYLE_KEY_GREY, /* a key that does nothing here and now */
	STYLE_SELECTED,
	STYLE_UNSEEN,
	STYLE_IMPORTANT,
	STYLE_DELETED,
	STYLE_PENDING,
	STYLE_HEADING,
	STYLE_HEADER_NAME,
	STYLE_HEADER_VALUE,
	STYLE_QUOTE_1,
	STYLE_QUOTE_2,
	STYLE_QUOTE_3,
	STYLE_SIGNATURE,
	STYLE_PART,
	STYLE_NOTE,
	STYLE_LINK,
	STYLE_CODE,
	STYLE_WARNING,
	STYLE_FOUND,
	STYLE_GREY,
	STYLE_COUNT,

	STYLE_ROLE_MASK = 0xff,
	STYLE_BOLD = 0x100,
	STYLE_UNDERLINE = 0x200,
	STYLE_ITALIC = 0x400,
	STYLE_REVERSE = 0x800,
	STYLE_DIM = 0x1000,
};

enum { COLOUR_DEFAULT = -1 };

struct theme_role {
	int foreground, background; /* 0…255 of the xterm palette, or COLOUR_DEFAULT */
	unsigned attributes;        /* STYLE_BOLD … */
};

struct theme {
	struct theme_role roles[STYLE_COUNT];
};

void theme_init(struct theme *theme);

/* One line of the settings: role "quote-1", value "cyan", "white blue bold", "#ff8700 default".
 * ERROR_INPUT with what is wrong. */
bool theme_set(struct theme *theme, struct str role, struct str value, struct error *err);

const char *theme_role_name(enum style role);

#endif
