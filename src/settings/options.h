/*
 * Every setting that rowan.conf knows, in one table: it feeds the checks, what `rowan` answers
 * about its settings, and the manual page. Descriptions are English and marked for translation.
 */
#ifndef SETTINGS_OPTIONS_H
#define SETTINGS_OPTIONS_H

#include "base/str.h"
#include "model/sentence.h"

enum option_type {
	OPTION_BOOL,    /* yes no, true false, on off, 1 0 */
	OPTION_CHOICE,  /* one of `allowed`, any case */
	OPTION_TEXT,    /* not empty */
	OPTION_PATH,    /* a file; "~/" is the home folder */
	OPTION_SEEN,    /* at-once, never, "after N" seconds */
	OPTION_ADDRESS, /* settings/server_url.h */
	OPTION_PIN,     /* "sha256:…" */
	OPTION_LEAVE,   /* forever, "N days", until-deleted, never */
	OPTION_NUMBER,  /* 0 … OPTION_NUMBER_MAX */
	OPTION_OFFLINE, /* model/offline.h */
};

struct option {
	const char *section; /* "rowan", "account" or "identity" */
	const char *key;
	enum option_type type;
	const char *standard; /* what holds when it is not set; NULL: nothing */
	const char *allowed;  /* choices, joined by "|"; else how a value looks */
	const char *text;     /* one sentence */
};

enum { OPTION_SEEN_MAX = 3600, OPTION_LEAVE_MAX = 3650, OPTION_NUMBER_MAX = 100000 };

const struct option *options_all(size_t *count);
const struct option *option_find(const char *section, const char *key); /* NULL: unknown */

/* The known key most like this one, or NULL when none is near. */
const char *option_nearest(const char *section, const char *key);

/* The nearest of `count` names, with at most half of its letters wrong. */
const char *option_nearest_of(const char *const names[], size_t count, const char *name);

/* False: why is the sentence that says what to write. */
bool option_check(const struct option *o, const char *value, struct sentence *why);

bool option_read_bool(const char *value, bool *is_on);
/* *mode is an enum seen_mode, *seconds 0 unless it is "after". */
bool option_read_seen(const char *value, int *mode, int *seconds);
/* *mode is an enum leave_mode, *days 0 unless it is "N days". */
bool option_read_leave(const char *value, int *mode, int *days);

#endif
