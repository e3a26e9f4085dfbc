/*
 * Which program shows a part (RFC 1524): $MAILCAPS, else ~/.mailcap, /etc/mailcap and their like;
 * the first entry that fits and whose test succeeds. %s is the file, %t the type, %{charset} and
 * %{name} what the part says, each one argument: what a message says never becomes a command. A
 * line without anything for the shell in it is run as it stands, word by word; a line with pipes
 * and variables is the user's own and goes to sh, with the file and the rest as its arguments.
 */
#ifndef UI_MAILCAP_H
#define UI_MAILCAP_H

#include "base/argv.h"
#include "base/buf.h"

struct mailcap_entry {
	char *type; /* owned, "image/png", "image/" stands for all images */
	char *view; /* owned */
	char *test; /* owned or NULL */
	char *name; /* owned or NULL: nametemplate, "%s.html" */
	bool needs_terminal;
	bool is_copious; /* what it prints is to be shown */
};

struct mailcap {
	struct mailcap_entry *entries; /* owned */
	size_t count, cap;
};

enum { MAILCAP_BYTES_MAX = 1000000, MAILCAP_ENTRIES_MAX = 5000 };

/* What is asked for. Texts are borrowed; charset and name may be NULL. */
struct mailcap_part {
	const char *path, *type, *charset, *name;
};

void mailcap_read(struct mailcap *mailcap, struct str text); /* adds the entries of a file */
void mailcap_load(struct mailcap *mailcap);                  /* of all files there are */
void mailcap_done(struct mailcap *mailcap);

/* NULL: none. The test runs a command; NULL stands for "succeeds". */
typedef bool mailcap_test(const struct argv *argv);
const struct mailcap_entry *mailcap_find(
	const struct mailcap *mailcap, const struct mailcap_part *part, mailcap_test *test);

/* The command for the part, and whether the file is its standard input. False when the line is
 * broken. */
bool mailcap_command(
	const char *line, const struct mailcap_part *part, struct argv *argv, bool *is_input);

#endif
