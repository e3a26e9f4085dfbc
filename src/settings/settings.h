/*
 * The accounts-and-preferences file rowan.conf (syntax: settings/ini.h; every setting:
 * settings/options.h). Reading never fails because of what a line says: what is wrong becomes a
 * warning with the line and the remedy, and the rest holds. Saving changes only the lines that are
 * about what has changed.
 *
 *	[rowan]
 *		keys = pine
 *	[account "work"]
 *		imap = imaps://ann@imap.example.org
 *		smtp = smtp+starttls://ann@smtp.example.org
 *		from = Ann Example <ann@example.org>
 *		password-command = pass show mail/work
 *	[identity "club"]
 *		account = work
 *		from = Ann Example <chair@club.example>
 *	[keys "index"]
 *		delete = d
 *	[theme]
 *		selected = reverse
 *
 * One thread at a time. What is returned is borrowed until the next change of the settings.
 */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include "base/buf.h"
#include "base/error.h"
#include "model/account.h"
#include "model/identity.h"
#include "model/sentence.h"

enum { SETTINGS_ACCOUNTS_MAX = 100, SETTINGS_WARNINGS_MAX = 100, SETTINGS_NAME_MAX = 100 };

struct settings;

struct settings_warning {
	unsigned line;            /* in the file, from 1 */
	struct sentence sentence; /* what is wrong and what to do; owned by the settings */
};

/* A line of [keys] or [theme], as written. */
struct settings_pair {
	char *part; /* "index" of [keys "index"]; "" without one */
	char *name;
	char *value;
	unsigned line; /* 0: not read from the file */
};

/* A file that is not there is an empty one. NULL: there is one but it cannot be read (or is larger
 * than 1 MB), and err tells; it must then not be saved over. */
struct settings *settings_load(const char *path, struct error *err);

/* The same from text; path is where settings_save writes. NULL only when text is above 1 MB. */
struct settings *settings_parse(struct str text, const char *path);
void settings_free(struct settings *s);

const char *settings_path(const struct settings *s);

/* Writes the file when something has changed: atomically, mode 0600, through a symbolic link to its
 * target, making the folder. Fails without writing when the file is not the one that was read:
 * somebody has edited it meanwhile, and settings_load comes first. */
bool settings_save(struct settings *s, struct error *err);

/* The file as it would be saved. */
void settings_write(const struct settings *s, struct buf *out);

const struct settings_warning *settings_warnings(const struct settings *s, size_t *count);

/* "FILE:LINE: SENTENCE" in English, for a log and for those who cannot translate. */
void settings_warning_print(
	const struct settings *s, const struct settings_warning *w, struct buf *out);

/* Settings of [rowan], or what holds when they are not set or not valid. key must be in the table.
 */
const char *settings_get_text(const struct settings *s, const char *key); /* NULL: not set */
bool settings_get_bool(const struct settings *s, const char *key);
int settings_get_number(const struct settings *s, const char *key);

/* False: the key is unknown or the value not allowed, and why says what to write. value NULL
 * removes the setting. */
bool settings_set(struct settings *s, const char *key, const char *value, struct sentence *why);

/* section is "keys", "theme" or "identity": its lines in order, also equal ones. */
const struct settings_pair *settings_pairs(
	const struct settings *s, const char *section, size_t *count);

/* Usable accounts in the order of the file; the others have a warning. account_id is 0. */
const struct account *const *settings_accounts(const struct settings *s, size_t *count);
const struct account *settings_account(const struct settings *s, const char *name); /* NULL */

/* Who one may write as, those of an account together: its own first (with what [identity] of the
 * account's name says), then its roles, in the order of the file. account_id is 0; signature is the
 * path of the file it stands in. Each is the caller's (identity_done, then mem_free); account is
 * NULL for those of all, and accounts[i] (owned array of borrowed names) tells whose each is. */
struct identity *settings_identities(
	const struct settings *s, const char *account, const char ***accounts, size_t *count);

/*
 * Changes by a person (ERROR_INPUT says what is wrong with them): in memory, until settings_save.
 * a->name must be new for add. update changes the account called name, which a->name may rename.
 * The account needs a name and an incoming server.
 */
bool settings_account_add(struct settings *s, const struct account *a, struct error *err);
bool settings_account_update(
	struct settings *s, const char *name, const struct account *a, struct error *err);
bool settings_account_remove(struct settings *s, const char *name, struct error *err);

/* False: why says what is wrong with this name for an account (empty, too long, control
 * characters). */
bool settings_name_check(const char *name, struct sentence *why);

#endif
