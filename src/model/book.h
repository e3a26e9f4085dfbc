/*
 * The address book: a person or a list under a nickname, and what completes an address while it is
 * typed. All strings are owned, UTF-8 as they were written, never NULL in a struct that was made by
 * the functions below.
 */
#ifndef MODEL_BOOK_H
#define MODEL_BOOK_H

#include "base/str.h"

/* One line of the book. A list has several addresses (or nicknames), separated by commas. */
struct book_entry {
	int64_t book_id; /* 0: not in the store yet */
	char *nickname;  /* "" : none; compared without case, unique where there is one */
	char *name;      /* the full name */
	char *addresses; /* 'a@b' or 'Name <a@b>, nick, …' */
	char *fcc;       /* "ACCOUNT/Folder" for copies of what goes there, "" : none */
	char *notes;
	bool is_list;
};

void book_entry_init(struct book_entry *e); /* all empty */
void book_entry_copy(struct book_entry *to, const struct book_entry *from);
void book_entry_done(struct book_entry *e); /* frees what it owns and leaves it zero */

/* Where a completion comes from. */
enum book_source {
	BOOK_ENTRY,   /* the address book */
	BOOK_WRITTEN, /* was written to before */
	BOOK_SEEN,    /* wrote to us */
	BOOK_QUERIED, /* query_command */
	BOOK_TYPED,   /* nowhere: it looks like another */
};

struct book_completion {
	char *text;       /* owned: what is to stand in the header, 'Name <a@b>' or the list's */
	char *address;    /* owned: the bare address; of a list "" */
	char *name;       /* owned */
	char *nickname;   /* owned, "" : none */
	char *fcc;        /* owned, "" : none */
	char *looks_like; /* owned: the known address it could be mistaken for; NULL */
	enum book_source source;
	bool is_list;
};

void book_completion_done(struct book_completion *c);

/* The file formats that the book is read from and written to. */
enum book_format { BOOK_VCARD, BOOK_MUTT, BOOK_ALPINE };

#endif
