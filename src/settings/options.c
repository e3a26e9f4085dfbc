/* Every setting that rowan.conf knows. */
#include "settings/options.h"

#include "model/account.h"
#include "model/offline.h"
#include "settings/ini.h"
#include "settings/server_url.h"

static const struct option options[] = {
	{"rowan", "keys", OPTION_CHOICE, "pine", "pine|mutt",
		N_("The set of keys: pine has those of Pine and Alpine, mutt those of mutt and "
		   "vi.")},
	{"rowan", "colour", OPTION_CHOICE, "auto", "auto|always|never",
		N_("Whether colours are used; auto follows the terminal and NO_COLOR.")},
	{"rowan", "bell", OPTION_BOOL, "yes", "yes|no",
		N_("Whether the terminal's bell tells of new mail and of keys that do nothing.")},
	{"rowan", "confirm-quit", OPTION_BOOL, "yes", "yes|no",
		N_("Whether leaving Rowan asks first.")},
	{"rowan", "seen", OPTION_SEEN, "at-once", "at-once|after N|never",
		N_("When an opened message counts as seen: at once, after N seconds, or never by "
		   "itself. An account may say otherwise.")},
	{"rowan", "title", OPTION_BOOL, "yes", "yes|no",
		N_("Whether the terminal's title shows how many messages are unseen.")},
	{"rowan", "notify", OPTION_BOOL, "yes", "yes|no",
		N_("Whether the terminal is asked to show a notification of new mail.")},
	{"rowan", "new-mail-command", OPTION_TEXT, NULL, "COMMAND",
		N_("A command that is run when new mail has come: its words, then the sender "
		   "and the subject as two more. No shell reads it.")},
	{"rowan", "mouse", OPTION_BOOL, "yes", "yes|no",
		N_("Whether clicks and the wheel are for Rowan; with no they select text.")},
	{"rowan", "full-headers", OPTION_BOOL, "no", "yes|no",
		N_("Whether messages open with all their header lines.")},
	{"rowan", "prefer-html", OPTION_BOOL, "no", "yes|no",
		N_("Whether the HTML part is shown where a message has its text both ways.")},
	{"rowan", "sort", OPTION_CHOICE, "arrival", "arrival|date|from|subject|to|size",
		N_("The order of folders that were not sorted otherwise.")},
	{"rowan", "sort-reverse", OPTION_BOOL, "no", "yes|no",
		N_("Whether that order is turned round.")},
	{"rowan", "start", OPTION_CHOICE, "index", "index|folders|menu",
		N_("What is shown first: the messages of a folder, the folders, or the main "
		   "menu.")},
	{"rowan", "start-folder", OPTION_TEXT, NULL, "ACCOUNT/FOLDER",
		N_("The folder that is open at the start; without it the first INBOX.")},
	{"rowan", "open-at", OPTION_CHOICE, "first-unseen", "first-unseen|last",
		N_("Where a folder opens that was left at its end: at the first unseen message, "
		   "or at the last one.")},
	{"rowan", "undo-send", OPTION_NUMBER, "10", "SECONDS",
		N_("How many seconds a message that was sent may still be taken back.")},
	{"rowan", "server-drafts", OPTION_BOOL, "yes", "yes|no",
		N_("Whether what is being written is also kept in the Drafts folder of the "
		   "server.")},
	{"rowan", "send-to-rest", OPTION_BOOL, "no", "yes|no",
		N_("Whether a message of which the server refuses some recipients goes to the "
		   "others; with no it goes to nobody until you have decided.")},
	{"rowan", "hide-zone", OPTION_BOOL, "no", "yes|no",
		N_("Whether the Date of what you send is in UTC, so that it does not tell where "
		   "you are.")},
	{"rowan", "quote", OPTION_BOOL, "yes", "yes|no",
		N_("Whether an answer quotes the message.")},
	{"rowan", "ask-quote", OPTION_BOOL, "yes", "yes|no",
		N_("Whether answering asks if the message is to be quoted; without quote it is not "
		   "asked.")},
	{"rowan", "reply-all", OPTION_CHOICE, "ask", "ask|yes|no",
		N_("Whether an answer goes to all who had the message; ask asks each time.")},
	{"rowan", "editor", OPTION_TEXT, NULL, "COMMAND",
		N_("A program that can be called to write the text, in place of $VISUAL and "
		   "$EDITOR; sh reads it, and the file is one more word.")},
	{"rowan", "speller", OPTION_TEXT, NULL, "COMMAND",
		N_("A program that checks the spelling of a file in the terminal; without it "
		   "$SPELLER, aspell, hunspell or ispell. sh reads it, and the file is one more "
		   "word.")},
	{"rowan", "attribution", OPTION_TEXT, NULL, "TEXT",
		N_("The line above a quote; %n is the name, %a the address, %s the subject, %d the "
		   "day, %t the time and %D the whole date.")},
	{"rowan", "signature-above", OPTION_BOOL, "no", "yes|no",
		N_("Whether the signature stands above the quote.")},
	{"rowan", "signature-dashes", OPTION_BOOL, "yes", "yes|no",
		N_("Whether a line with two dashes stands above the signature.")},
	{"rowan", "quote-signature", OPTION_BOOL, "no", "yes|no",
		N_("Whether the signature of the message is quoted too.")},
	{"rowan", "forward-as-fwd", OPTION_BOOL, "no", "yes|no",
		N_("Whether the subject of a forwarded message begins with Fwd: in place of ending "
		   "in (fwd).")},
	{"rowan", "authserv-id", OPTION_TEXT, NULL, "NAME",
		N_("The name of the server that receives the mail, as it signs its "
		   "Authentication-Results: what it found out about senders is shown in words. "
		   "Without it such lines are not believed, for anybody can write them.")},
	{"rowan", "query-command", OPTION_TEXT, NULL, "COMMAND",
		N_("A command that looks up addresses: its words, then what was typed as one more. "
		   "It prints one a line: the address, a tab, the name. No shell reads it.")},
	{"rowan", "check-subject", OPTION_BOOL, "yes", "yes|no",
		N_("Whether sending asks first when there is no subject.")},
	{"rowan", "check-attachment", OPTION_BOOL, "yes", "yes|no",
		N_("Whether sending asks first when the text speaks of an attachment and there is "
		   "none.")},
	{"rowan", "check-recipients", OPTION_NUMBER, "20", "NUMBER",
		N_("Sending asks first when an answer goes to so many people or more; 0 is "
		   "never.")},
	{"rowan", "check-blind", OPTION_BOOL, "yes", "yes|no",
		N_("Whether sending asks first when you answer all although you were in Bcc.")},
	{"rowan", "check-from", OPTION_BOOL, "yes", "yes|no",
		N_("Whether sending asks first when From is not the address that the message came "
		   "to.")},
	{"rowan", "check-first-time", OPTION_BOOL, "no", "yes|no",
		N_("Whether sending asks first when somebody was never written to before.")},
	{"rowan", "check-look-alike", OPTION_BOOL, "yes", "yes|no",
		N_("Whether sending asks first when an address looks like one you know but is "
		   "another.")},
	{"account", "imap", OPTION_ADDRESS, NULL, "imaps://USER@HOST[:PORT]",
		N_("The IMAP server that holds the mail; the schemes are imaps, imap+starttls and "
		   "imap.")},
	{"account", "pop3", OPTION_ADDRESS, NULL, "pop3s://USER@HOST[:PORT]",
		N_("The POP3 server that mail is collected from, in place of imap; the schemes are "
		   "pop3s, pop3+starttls and pop3.")},
	{"account", "local", OPTION_BOOL, "no", "yes|no",
		N_("Folders on this machine alone, without a server, in place of imap and pop3.")},
	{"account", "smtp", OPTION_ADDRESS, NULL, "smtps://[USER@]HOST[:PORT]",
		N_("The server that sends mail; the schemes are smtps, smtp+starttls and smtp. "
		   "Without USER nothing logs in.")},
	{"account", "from", OPTION_TEXT, NULL, "NAME <ADDRESS>",
		N_("The sender of what is written in this account.")},
	{"account", "password-command", OPTION_TEXT, NULL, "COMMAND",
		N_("A command whose first line of output is the password; without it Rowan asks.")},
	{"account", "ca-file", OPTION_PATH, NULL, "FILE",
		N_("A PEM file of the certificate authorities to trust in place of the system's.")},
	{"account", "auth", OPTION_CHOICE, "auto",
		"auto|plain|login|cram-md5|scram-sha-1|scram-sha-1-plus|scram-sha-256|"
		"scram-sha-256-plus|external|xoauth2|oauthbearer|apop",
		N_("How to log in; auto takes the best that both sides know.")},
	{"account", "allow-plain", OPTION_BOOL, "no", "yes|no",
		N_("Whether an address without encryption may lead to another machine; everybody "
		   "on "
		   "the way can then read the password and the mail.")},
	{"account", "trust", OPTION_PIN, NULL, "sha256:…",
		N_("The server's public key, once you have trusted it although its certificate "
		   "could not be verified.")},
	{"account", "subscribed-only", OPTION_BOOL, "no", "yes|no",
		N_("Whether only subscribed folders are shown.")},
	{"account", "offline", OPTION_OFFLINE, "opened", "opened|headers|N days|all[, FOLDER: …]",
		N_("What is kept for reading without a network: what was opened, all headers, the "
		   "messages of the last N days, or all; behind a comma the same for a folder.")},
	{"account", "seen", OPTION_SEEN, NULL, "at-once|after N|never",
		N_("As in [rowan], for this account.")},
	{"account", "delete", OPTION_CHOICE, "mark", "mark|trash",
		N_("What deleting does: mark keeps a deleted message in its folder until it is "
		   "expunged, trash moves it to the trash folder.")},
	{"account", "leave-on-server", OPTION_LEAVE, "forever",
		"forever|N days|until-deleted|never",
		N_("How long mail stays on a POP3 server once it is here.")},
	{"account", "check-minutes", OPTION_NUMBER, "10", "MINUTES",
		N_("How often a POP3 server is asked for new mail; 0: only when you say so.")},
	{"account", "sendmail", OPTION_TEXT, NULL, "COMMAND",
		N_("A program that sends mail in place of smtp: its words, then the sender after "
		   "-f and the recipients; it reads the message. No shell reads it.")},
	{"account", "copy", OPTION_CHOICE, "sent", "sent|none",
		N_("Whether a copy of what is sent is kept in the Sent folder, or wherever the "
		   "identity says.")},
	{"identity", "account", OPTION_TEXT, NULL, "ACCOUNT",
		N_("The account that sends; without it the one of the same name, else the first.")},
	{"identity", "from", OPTION_TEXT, NULL, "NAME <ADDRESS>", N_("The sender.")},
	{"identity", "addresses", OPTION_TEXT, NULL, "ADDRESS, …",
		N_("More addresses that are yours; @HOST is every one there.")},
	{"identity", "reply-to", OPTION_TEXT, NULL, "ADDRESS, …", N_("Where answers are to go.")},
	{"identity", "cc", OPTION_TEXT, NULL, "ADDRESS, …",
		N_("Who gets a copy of what you write.")},
	{"identity", "bcc", OPTION_TEXT, NULL, "ADDRESS, …",
		N_("Who gets a blind copy of what you write.")},
	{"identity", "fcc", OPTION_TEXT, NULL, "ACCOUNT/FOLDER",
		N_("The folder for your own copies; without it the Sent folder of the account.")},
	{"identity", "signature", OPTION_PATH, NULL, "FILE", N_("A file with the signature.")},
	{"identity", "header", OPTION_TEXT, NULL, "NAME: TEXT",
		N_("One more header line; may stand several times.")},
};

enum { OPTION_COUNT = sizeof(options) / sizeof(options[0]) };

const struct option *options_all(size_t *count)
{
	*count = OPTION_COUNT;
	return options;
}

const struct option *option_find(const char *section, const char *key)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (ini_name_equal(options[i].section, section) &&
			ini_name_equal(options[i].key, key))
			return &options[i];
	return NULL;
}

enum { NEAR_MAX = 32 };

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance of names of at most NEAR_MAX bytes. */
static size_t option_distance(struct str a, struct str b)
{
	size_t row[NEAR_MAX + 1];
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			bool is_other = ascii_lower(a.data[i - 1]) != ascii_lower(b.data[j - 1]);
			size_t replaced = diagonal + is_other;
			diagonal = row[j];
			row[j] = smaller(replaced, smaller(row[j], row[j - 1]) + 1);
		}
	}
	return row[b.len];
}

const char *option_nearest_of(const char *const names[], size_t count, const char *name)
{
	const char *nearest = NULL;
	size_t least = NEAR_MAX;
	struct str given = str_from(name);
	if (given.len > NEAR_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t distance = option_distance(given, str_from(names[i]));
		if (distance >= least || distance * 2 > strlen(names[i]))
			continue;
		least = distance;
		nearest = names[i];
	}
	return nearest;
}

const char *option_nearest(const char *section, const char *key)
{
	const char *names[OPTION_COUNT];
	size_t count = 0;
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (ini_name_equal(options[i].section, section))
			names[count++] = options[i].key;
	return option_nearest_of(names, count, key);
}

static bool option_is_choice(const char *allowed, const char *value)
{
	struct str rest = str_from(allowed);
	while (rest.len > 0)
		if (str_equal_nocase(str_cut(&rest, '|'), str_from(value)))
			return true;
	return false;
}

bool option_read_bool(const char *value, bool *is_on)
{
	bool is_yes = option_is_choice("yes|true|on|1", value);
	if (!is_yes && !option_is_choice("no|false|off|0", value))
		return false;
	*is_on = is_yes;
	return true;
}

bool option_read_seen(const char *value, int *mode, int *seconds)
{
	struct str text = str_from(value);
	uint32_t number;
	*seconds = 0;
	if (str_equal_nocase(text, STR("at-once")))
		*mode = SEEN_AT_ONCE;
	else if (str_equal_nocase(text, STR("never")))
		*mode = SEEN_NEVER;
	else if (str_starts_nocase(text, STR("after ")) &&
		 str_to_u32(str_trim(str_skip(text, 6)), &number) && number >= 1 &&
		 number <= OPTION_SEEN_MAX) {
		*mode = SEEN_AFTER;
		*seconds = (int)number;
	} else
		return false;
	return true;
}

bool option_read_leave(const char *value, int *mode, int *days)
{
	struct str text = str_from(value);
	uint32_t number;
	*days = 0;
	if (str_equal_nocase(text, STR("forever")))
		*mode = LEAVE_FOREVER;
	else if (str_equal_nocase(text, STR("never")))
		*mode = LEAVE_NEVER;
	else if (str_equal_nocase(text, STR("until-deleted")))
		*mode = LEAVE_UNTIL_DELETED;
	else {
		struct str count = str_cut(&text, ' ');
		bool is_days = str_equal_nocase(str_trim(text), STR("days")) ||
			       str_equal_nocase(str_trim(text), STR("day"));
		if (!is_days || !str_to_u32(count, &number) || number < 1 ||
			number > OPTION_LEAVE_MAX)
			return false;
		*mode = LEAVE_DAYS;
		*days = (int)number;
	}
	return true;
}

static bool option_check_bool(const struct option *o, const char *value, struct sentence *why)
{
	bool is_on;
	if (option_read_bool(value, &is_on))
		return true;
	return sentence_set(why, N_("\"%1\" must be yes or no, not \"%2\"."), o->key, value, NULL);
}

static bool option_check_choice(const struct option *o, const char *value, struct sentence *why)
{
	if (option_is_choice(o->allowed, value))
		return true;
	return sentence_set(
		why, N_("\"%1\" must be one of %2, not \"%3\"."), o->key, o->allowed, value);
}

static bool option_check_text(const struct option *o, const char *value, struct sentence *why)
{
	if (value[0] != '\0')
		return true;
	return sentence_set(why, N_("\"%1\" has no value; write %1 = %2, or remove the line."),
		o->key, o->allowed, NULL);
}

static bool option_check_seen(const struct option *o, const char *value, struct sentence *why)
{
	int mode, seconds;
	if (option_read_seen(value, &mode, &seconds))
		return true;
	return sentence_set(why,
		N_("\"%1\" must be at-once, never, or \"after N\" with N from 1 to 3600 seconds, "
		   "not \"%2\"."),
		o->key, value, NULL);
}

static bool option_check_leave(const struct option *o, const char *value, struct sentence *why)
{
	int mode, days;
	if (option_read_leave(value, &mode, &days))
		return true;
	return sentence_set(why,
		N_("\"%1\" must be forever, never, until-deleted, or \"N days\" with N from 1 to "
		   "3650, not \"%2\"."),
		o->key, value, NULL);
}

static bool option_check_address(const struct option *o, const char *value, struct sentence *why)
{
	struct server server;
	enum service service = SERVICE_SMTP;
	if (strcmp(o->key, "imap") == 0)
		service = SERVICE_IMAP;
	else if (strcmp(o->key, "pop3") == 0)
		service = SERVICE_POP3;
	bool ok = server_url_read(str_from(value), service, &server, why);
	server_done(&server);
	return ok;
}

static bool option_check_pin(const struct option *o, const char *value, struct sentence *why)
{
	if (str_starts(str_from(value), STR("sha256:")) && strlen(value) > 7)
		return true;
	return sentence_set(why,
		N_("\"%1\" must begin with sha256:; remove the line, and Rowan asks again."),
		o->key, NULL, NULL);
}

static bool option_check_number(const struct option *o, const char *value, struct sentence *why)
{
	uint32_t number;
	if (str_to_u32(str_from(value), &number) && number <= OPTION_NUMBER_MAX)
		return true;
	return sentence_set(why, N_("\"%1\" must be a number, not \"%2\"."), o->key, value, NULL);
}

static bool option_check_offline(const struct option *o, const char *value, struct sentence *why)
{
	struct offline_rule rule;
	if (offline_read(str_from(value), STR(""), &rule))
		return true;
	return sentence_set(why,
		N_("\"%1\" must be opened, headers, \"N days\" or all, and further such after a "
		   "comma "
		   "as \"FOLDER: all\"; not \"%2\"."),
		o->key, value, NULL);
}

bool option_check(const struct option *o, const char *value, struct sentence *why)
{
	static bool (*const checks[])(const struct option *, const char *, struct sentence *) = {
		[OPTION_BOOL] = option_check_bool,
		[OPTION_CHOICE] = option_check_choice,
		[OPTION_TEXT] = option_check_text,
		[OPTION_PATH] = option_check_text,
		[OPTION_SEEN] = option_check_seen,
		[OPTION_LEAVE] = option_check_leave,
		[OPTION_ADDRESS] = option_check_address,
		[OPTION_PIN] = option_check_pin,
		[OPTION_NUMBER] = option_check_number,
		[OPTION_OFFLINE] = option_check_offline,
	};
	return checks[o->type](o, value, why);
}
