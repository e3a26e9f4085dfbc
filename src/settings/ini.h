/*
 * A settings file in the syntax of git-config(1), kept line by line: reading and writing it again
 * gives the same bytes, and a change touches only the line it is about. So comments, order,
 * spacing and lines that nobody understands survive.
 *
 *	# a comment, also after a value: it starts at a blank
 *	[account "work"]
 *		from = "Ann # one" <ann@example.org>   ; quotes keep blanks, # and ;
 *		note = goes on \
 *		       here, with \" \\ \n \t \b
 *		name-alone-means-yes
 *
 * Section names and setting names compare without ASCII case, "_" as "-"; the quoted part of a
 * section compares exactly. The last of several equal settings counts. No I/O here.
 *
 * Limits: INI_SIZE_MAX bytes in all, INI_LINE_MAX a line. What cannot be read has a `problem`, the
 * sentence that says why, and is written back as it came. A bad setting is INI_BAD; a bad section
 * is a section without a name, so that what stands below it is not taken for the section above.
 */
#ifndef SETTINGS_INI_H
#define SETTINGS_INI_H

#include "base/buf.h"

enum { INI_SIZE_MAX = 1 << 20, INI_LINE_MAX = 64 << 10 };

enum ini_kind { INI_OTHER, INI_SECTION, INI_SETTING, INI_BAD };

struct ini_line {
	enum ini_kind kind;
	unsigned number; /* of its first physical line, from 1; 0: added by us */
	struct buf raw;  /* owned; with the line end it had */
	char *name;      /* owned; of the section or the setting */
	char *value;     /* owned; the quoted part of a section; decoded value; or NULL */
	size_t value_start, value_end; /* of a setting, in raw; both 0 when the name stands alone;
					  of a section: value_end is behind its "]" */
	const char *problem;           /* an English sentence (model/sentence.h), or NULL */
};

struct ini {
	struct ini_line *lines; /* owned */
	size_t count, cap;
};

/* False when text is longer than INI_SIZE_MAX; ini is then empty. ini must be zero or done. */
bool ini_read(struct ini *ini, struct str text);
void ini_write(const struct ini *ini, struct buf *out);
void ini_done(struct ini *ini);

bool ini_name_equal(const char *a, const char *b);

/* sub NULL means a section without a quoted part. A missing value ("name alone") reads as "yes".
 * NULL when it is not there. Borrowed until the next change. */
const char *ini_get(const struct ini *ini, const char *section, const char *sub, const char *name);

bool ini_has_section(const struct ini *ini, const char *section, const char *sub);

/* Changes the last such setting in place, or adds one behind the section's last; a section that is
 * not there is added at the end. value is UTF-8 without control characters but \n \t \b. */
void ini_set(
	struct ini *ini, const char *section, const char *sub, const char *name, const char *value);

/* Removes every such setting. */
void ini_unset(struct ini *ini, const char *section, const char *sub, const char *name);

/* Removes the sections with their settings and the comments between and directly below them. */
void ini_remove_section(struct ini *ini, const char *section, const char *sub);

void ini_rename_section(struct ini *ini, const char *section, const char *sub, const char *new_sub);

#endif
