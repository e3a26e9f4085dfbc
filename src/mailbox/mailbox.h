/*
 * Mail in files: mbox in its four dialects, Maildir, one message a file. Readers give where a
 * message's bytes are and what is known of it beside them; the bytes themselves are never changed,
 * but for the quoting of mboxrd where that is certain.
 */
#ifndef MAILBOX_MAILBOX_H
#define MAILBOX_MAILBOX_H

#include "base/buf.h"
#include "base/error.h"
#include "model/flags.h"

enum mailbox_format {
	MAILBOX_GUESS,
	MAILBOX_MBOXO,   /* "From " lines are ">From ": that cannot be told from one that was so */
	MAILBOX_MBOXRD,  /* and ">From " lines are ">>From ": can be undone */
	MAILBOX_MBOXCL,  /* quoted as mboxo, with Content-Length */
	MAILBOX_MBOXCL2, /* Content-Length alone tells where a message ends */
	MAILBOX_MAILDIR,
	MAILBOX_EML,
	MAILBOX_TREE, /* a folder of these */
};

/* "mboxrd"; MAILBOX_GUESS when it is none. "mbox" is mboxrd for writing and a guess for reading. */
enum mailbox_format mailbox_format_of(struct str name);
const char *mailbox_format_name(enum mailbox_format format);

/* What is at a path, by looking at it; false with ERROR_INPUT when it is nothing known. */
bool mailbox_look(const char *path, enum mailbox_format *format, struct error *err);

/* ---- mbox. ---- */

struct mbox_source {
	void *context;
	uint64_t size;
	/* Appends at most max bytes from an offset on. */
	bool (*read)(
		void *context, uint64_t offset, size_t max, struct buf *out, struct error *err);
};

/* Why a dialect was guessed. */
enum mbox_reason {
	MBOX_TOLD,        /* by the user */
	MBOX_NO_QUOTES,   /* nothing is quoted: all dialects read alike */
	MBOX_DOUBTFUL,    /* ">From " may be quoted or not: nothing is changed */
	MBOX_TWICE,       /* ">>From " is only in mboxrd */
	MBOX_LENGTHS,     /* Content-Length fits everywhere */
	MBOX_LENGTHS_RAW, /* and there are "From " lines inside of it */
};

struct mbox;
struct mbox *mbox_new(const struct mbox_source *source);
void mbox_free(struct mbox *mbox);
/* Looks through all of it. */
bool mbox_guess(struct mbox *mbox, enum mailbox_format *format, enum mbox_reason *reason,
	struct error *err);
void mbox_set_format(struct mbox *mbox, enum mailbox_format format);

struct mbox_message {
	uint64_t line;       /* where its From_ line begins */
	uint64_t from, to;   /* its bytes in the file */
	int64_t arrived;     /* by the From_ line, seconds since 1970; -1: not told */
	flags_t flags;       /* by Status and X-Status */
	struct buf keywords; /* by X-Keywords and X-Mozilla-Keys, joined by blanks */
};
void mbox_message_done(struct mbox_message *message);
/* The next one; *is_found false at the end. ERROR_INPUT when the file does not begin as one. */
bool mbox_next(struct mbox *mbox, struct mbox_message *message, bool *is_found, struct error *err);
/* The message that begins at that From_ line comes next. */
void mbox_seek(struct mbox *mbox, uint64_t line);
/* Appends some of its bytes, unquoted, from *offset (in the file; begin with message->from) on and
 * moves it; nothing is appended when it is at message->to. */
bool mbox_read(struct mbox *mbox, const struct mbox_message *message, uint64_t *offset,
	struct buf *out, struct error *err);

/* Writing mboxrd: the From_ line, then the bytes as they come, then the end. */
struct mbox_writer {
	bool is_in_line; /* what comes belongs to a line that has begun */
	bool drops_cr;   /* CR LF becomes LF */
	bool is_after_cr;
	size_t held;      /* ">" that came at the beginning of a line */
	struct buf start; /* of a line, as long as it may be a From_ line */
};
void mbox_write_begin(
	struct mbox_writer *w, struct str sender, int64_t arrived, bool drops_cr, struct buf *out);
void mbox_write(struct mbox_writer *w, struct str bytes, struct buf *out);
void mbox_write_end(struct mbox_writer *w, struct buf *out);

/* The date of a From_ line ("From joe@x Sat Jan  3 01:05:34 1996"); false: it is none. */
bool mbox_line_read(struct str line, int64_t *arrived);

/* ---- Maildir. ---- */

/* Flags in a file's name (":2,FRS"), and the keywords of Dovecot ("a" is the first). */
flags_t maildir_flags(struct str name, unsigned *keywords);
/* Appends ":2,…". */
void maildir_flags_print(flags_t flags, struct buf *out);
/* The part of a name that stays when flags change. */
struct str maildir_base(struct str name);

/* ---- A folder of files, however deep. ---- */

/* One thing to be imported: a message, or an mbox. */
struct mailbox_file {
	char *path;   /* owned */
	char *folder; /* owned: below the top, levels joined by "/"; "" is the top itself */
	enum mailbox_format format;
	bool is_new;      /* Maildir: it stands in new/ */
	flags_t flags;    /* Maildir */
	char *keywords;   /* owned: Maildir, joined by blanks; NULL */
	int64_t modified; /* seconds since 1970 */
};
struct mailbox_files {
	struct mailbox_file *items; /* owned */
	size_t count, cap;
};
void mailbox_files_done(struct mailbox_files *files);
/* All that is below a path, sorted. Links are not followed. */
bool mailbox_list(const char *path, enum mailbox_format format, struct mailbox_files *files,
	struct error *err);

#endif
