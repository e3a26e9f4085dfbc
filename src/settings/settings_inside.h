/* What settings.c and settings_edit.c share. */
#ifndef SETTINGS_SETTINGS_INSIDE_H
#define SETTINGS_SETTINGS_INSIDE_H

#include "settings/ini.h"
#include "settings/settings.h"

enum { SETTINGS_PAIRS = 3 };

struct settings {
	char *path;          /* owned */
	struct buf original; /* the file as it was read or last saved */
	struct ini ini;
	/* Made from ini by settings_build; all owned. */
	struct account **accounts;
	unsigned *account_lines;
	size_t account_count, account_cap, line_cap;
	struct settings_pair *pairs[SETTINGS_PAIRS]; /* keys, theme, identity */
	size_t pair_count[SETTINGS_PAIRS], pair_cap[SETTINGS_PAIRS];
	struct settings_warning *warnings;
	size_t warning_count, warning_cap;
};

/* Makes accounts, pairs and warnings anew from the lines; after every change of them. */
void settings_build(struct settings *s);

/* What an account is before anything is said about it. */
void settings_account_begin(const struct settings *s, struct account *a);

#endif
