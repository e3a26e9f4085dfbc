/* The accounts-and-preferences file: reading it into accounts, saving it. */
#include "settings/settings_inside.h"

#include "base/array.h"
#include "base/file.h"
#include "base/utf8.h"
#include "settings/options.h"
#include "settings/server_url.h"
#include "settings/settings_account.h"

#include <assert.h>
#include <stdlib.h>

static const char *const section_names[] = {"rowan", "account", "keys", "theme", "identity"};
enum {
	SECTION_ROWAN,
	SECTION_ACCOUNT,
	SECTION_KEYS,
	SECTION_THEME,
	SECTION_IDENTITY,
	SECTION_COUNT
};

_Static_assert(SECTION_COUNT - SECTION_KEYS == SETTINGS_PAIRS, "lists of lines");

static struct sentence *settings_warn(struct settings *s, unsigned line)
{
	if (s->warning_count >= SETTINGS_WARNINGS_MAX)
		return NULL;
	s->warnings =
		array_room(s->warnings, s->warning_count, &s->warning_cap, sizeof(*s->warnings));
	s->warnings[s->warning_count] = (struct settings_warning){.line = line};
	return &s->warnings[s->warning_count++].sentence;
}

/* ---- From lines to accounts, pairs and warnings. ---- */

bool settings_name_check(const char *name, struct sentence *why)
{
	if (name == NULL || name[0] == '\0')
		return sentence_set(
			why, N_("An account needs a name: [account \"work\"]."), NULL, NULL, NULL);
	if (strlen(name) > SETTINGS_NAME_MAX || !utf8_is_clean(str_from(name)))
		return sentence_set(why,
			N_("The name of an account has at most 100 bytes of UTF-8, and no control "
			   "characters."),
			NULL, NULL, NULL);
	return true;
}

static size_t settings_account_at(const struct settings *s, const char *name)
{
	size_t at = 0;
	while (at < s->account_count && strcmp(s->accounts[at]->name, name) != 0)
		at++;
	return at;
}

void settings_account_begin(const struct settings *s, struct account *a)
{
	int mode = SEEN_AT_ONCE;
	option_read_seen(settings_get_text(s, "seen"), &mode, &a->seen_after);
	a->seen = (enum seen_mode)mode;
}

/* The account of a section line, made when it is new; NULL with a warning when it cannot be. */
static struct account *settings_open_account(struct settings *s, const struct ini_line *line)
{
	struct sentence why = {0};
	if (!settings_name_check(line->value, &why)) {
		struct sentence *warning = settings_warn(s, line->number);
		if (warning != NULL)
			*warning = why;
		else
			sentence_done(&why);
		return NULL;
	}
	size_t at = settings_account_at(s, line->value);
	if (at < s->account_count)
		return s->accounts[at];
	if (at >= SETTINGS_ACCOUNTS_MAX) {
		sentence_set(settings_warn(s, line->number),
			N_("There are more than 100 accounts; \"%1\" is left out."), line->value,
			NULL, NULL);
		return NULL;
	}
	s->accounts = array_room(s->accounts, at, &s->account_cap, sizeof(struct account *));
	s->account_lines = array_room(s->account_lines, at, &s->line_cap, sizeof(unsigned));
	struct account *a = mem_new(sizeof(*a));
	settings_account_begin(s, a);
	a->name = mem_text(line->value);
	s->accounts[at] = a;
	s->account_lines[at] = line->number;
	s->account_count++;
	return a;
}

/* The kind of a section; SECTION_COUNT with a warning when it is none of ours. */
static int settings_section(struct settings *s, const struct ini_line *line)
{
	for (int kind = 0; kind < SECTION_COUNT; kind++)
		if (ini_name_equal(line->name, section_names[kind]) &&
			(kind != SECTION_ROWAN || line->value == NULL))
			return kind;
	const char *near = option_nearest_of(section_names, SECTION_COUNT, line->name);
	if (near != NULL)
		sentence_set(settings_warn(s, line->number),
			N_("There is no section [%1]; did you mean [%2]?"), line->name, near, NULL);
	else
		sentence_set(settings_warn(s, line->number),
			N_("There is no section [%1]; the sections are [rowan], [account "
			   "\"NAME\"], [identity \"NAME\"], [keys] and [theme]."),
			line->name, NULL, NULL);
	return SECTION_COUNT;
}

/* The value of a setting that is known and valid, or NULL with a warning. */
static const char *settings_valid(struct settings *s, int section, const struct ini_line *line)
{
	const char *name = section_names[section];
	const struct option *o = option_find(name, line->name);
	const char *value = line->value != NULL ? line->value : "yes";
	struct sentence why = {0};
	if (o == NULL) {
		const char *near = option_nearest(name, line->name);
		sentence_set(&why,
			near != NULL ? N_("There is no setting \"%1\" in [%2]; did you mean "
					  "\"%3\"?")
				     : N_("There is no setting \"%1\" in [%2]; rowan.conf(5) "
					  "lists all of them."),
			line->name, name, near);
	} else if (option_check(o, value, &why)) {
		return value;
	}
	struct sentence *warning = settings_warn(s, line->number);
	if (warning != NULL)
		*warning = why;
	else
		sentence_done(&why);
	return NULL;
}

static void settings_take_account(
	struct settings *s, struct account *a, const struct ini_line *line)
{
	const char *value = settings_valid(s, SECTION_ACCOUNT, line);
	if (value == NULL)
		return;
	bool is_other = (ini_name_equal(line->name, "pop3") && a->kind == ACCOUNT_IMAP) ||
			(ini_name_equal(line->name, "imap") && a->kind == ACCOUNT_POP3);
	if (is_other && a->incoming.host != NULL)
		sentence_set(settings_warn(s, line->number),
			N_("The account \"%1\" has both imap and pop3; the first holds. Make two "
			   "accounts of it."),
			a->name, NULL, NULL);
	settings_account_read(a, line->name, value);
}

static void settings_take_pair(
	struct settings *s, int which, const char *part, const struct ini_line *line)
{
	s->pairs[which] = array_room(s->pairs[which], s->pair_count[which], &s->pair_cap[which],
		sizeof(struct settings_pair));
	s->pairs[which][s->pair_count[which]++] = (struct settings_pair){
		.part = mem_text(part != NULL ? part : ""),
		.name = mem_text(line->name),
		.value = mem_text(line->value != NULL ? line->value : "yes"),
		.line = line->number,
	};
}

static bool settings_check_account(struct settings *s, const struct account *a, unsigned line)
{
	if (a->incoming.host == NULL && a->kind != ACCOUNT_LOCAL) {
		sentence_set(settings_warn(s, line),
			N_("The account \"%1\" has no usable imap or pop3 address and is left out; "
			   "add a line such as imap = imaps://USER@HOST."),
			a->name, NULL, NULL);
		return false;
	}
	const struct server *servers[] = {&a->incoming, &a->outgoing};
	for (int i = 0; i < 2; i++)
		if (servers[i]->host != NULL && servers[i]->transport == TRANSPORT_PLAIN &&
			!servers[i]->allow_plain && !server_is_loopback(servers[i]))
			sentence_set(settings_warn(s, line),
				N_("The account \"%1\" would talk to %2 without encryption, and so "
				   "will not connect; use an address with TLS, or say allow-plain "
				   "= yes."),
				a->name, servers[i]->host, NULL);
	return true;
}

static void settings_check_accounts(struct settings *s)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->account_count; i++) {
		struct account *a = s->accounts[i];
		if (settings_check_account(s, a, s->account_lines[i]))
			s->accounts[kept++] = a;
		else
			account_free(a);
	}
	s->account_count = kept;
}

static void settings_forget(struct settings *s)
{
	for (size_t i = 0; i < s->account_count; i++)
		account_free(s->accounts[i]);
	for (size_t i = 0; i < s->warning_count; i++)
		sentence_done(&s->warnings[i].sentence);
	for (int which = 0; which < SETTINGS_PAIRS; which++) {
		for (size_t i = 0; i < s->pair_count[which]; i++) {
			mem_free(s->pairs[which][i].part);
			mem_free(s->pairs[which][i].name);
			mem_free(s->pairs[which][i].value);
		}
		s->pair_count[which] = 0;
	}
	s->account_count = s->warning_count = 0;
}

void settings_build(struct settings *s)
{
	int section = SECTION_COUNT;
	const char *part = NULL;
	struct account *a = NULL;
	settings_forget(s);
	for (size_t i = 0; i < s->ini.count; i++) {
		const struct ini_line *line = &s->ini.lines[i];
		if (line->problem != NULL)
			sentence_set(
				settings_warn(s, line->number), line->problem, NULL, NULL, NULL);
		if (line->kind == INI_SECTION) {
			section = line->problem != NULL ? SECTION_COUNT : settings_section(s, line);
			part = line->value;
			a = section == SECTION_ACCOUNT ? settings_open_account(s, line) : NULL;
		} else if (line->kind == INI_SETTING && section == SECTION_ROWAN) {
			settings_valid(s, section, line);
		} else if (line->kind == INI_SETTING && a != NULL) {
			settings_take_account(s, a, line);
		} else if (line->kind == INI_SETTING && section >= SECTION_KEYS &&
			   section < SECTION_COUNT) {
			if (section == SECTION_IDENTITY && settings_valid(s, section, line) == NULL)
				continue;
			settings_take_pair(s, section - SECTION_KEYS, part, line);
		}
	}
	settings_check_accounts(s);
}

/* ---- Reading and saving. ---- */

struct settings *settings_parse(struct str text, const char *path)
{
	struct ini ini;
	if (!ini_read(&ini, text))
		return NULL;
	struct settings *s = mem_new(sizeof(*s));
	s->path = mem_text(path);
	s->ini = ini;
	buf_add(&s->original, text);
	settings_build(s);
	return s;
}

struct settings *settings_load(const char *path, struct error *err)
{
	struct buf text = {0};
	struct settings *s = NULL;
	if (!file_exists(path) || file_read(path, INI_SIZE_MAX, &text, err))
		s = settings_parse(buf_str(&text), path);
	buf_done(&text);
	return s;
}

void settings_free(struct settings *s)
{
	if (s == NULL)
		return;
	settings_forget(s);
	mem_free(s->accounts);
	mem_free(s->account_lines);
	mem_free(s->warnings);
	for (int which = 0; which < SETTINGS_PAIRS; which++)
		mem_free(s->pairs[which]);
	ini_done(&s->ini);
	buf_done(&s->original);
	mem_free(s->path);
	mem_free(s);
}

const char *settings_path(const struct settings *s)
{
	return s->path;
}

void settings_write(const struct settings *s, struct buf *out)
{
	ini_write(&s->ini, out);
}

static bool settings_is_unedited(const struct settings *s, struct error *err)
{
	struct buf now = {0};
	bool is_same = true;
	if (file_exists(s->path)) {
		if (!file_read(s->path, INI_SIZE_MAX, &now, err))
			return false;
		is_same = str_equal(buf_str(&now), buf_str(&s->original));
	}
	buf_done(&now);
	if (is_same)
		return true;
	return error_set(err, ERROR_INPUT,
		"%s was changed by another program since Rowan read it; nothing was written",
		s->path);
}

static bool settings_make_folder(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL || slash == path)
		return true;
	char *folder = mem_str(str_make(path, (size_t)(slash - path)));
	bool ok = file_make_folder(folder, err);
	mem_free(folder);
	return ok;
}

/* Through a symbolic link, so that a file kept elsewhere stays there. */
static bool settings_write_file(const struct settings *s, struct str text, struct error *err)
{
	char *target = realpath(s->path, NULL);
	const char *path = target != NULL ? target : s->path;
	bool ok = settings_make_folder(path, err) && file_write_atomic(path, text, 0600, err);
	free(target);
	return ok;
}

bool settings_save(struct settings *s, struct error *err)
{
	struct buf text = {0};
	settings_write(s, &text);
	if (str_equal(buf_str(&text), buf_str(&s->original))) {
		buf_done(&text);
		return true;
	}
	bool ok = text.len <= INI_SIZE_MAX ||
		  error_set(err, ERROR_INPUT, "%s would be larger than 1 MB", s->path);
	ok = ok && settings_is_unedited(s, err) && settings_write_file(s, buf_str(&text), err);
	if (ok) {
		buf_done(&s->original);
		s->original = text;
	} else {
		buf_done(&text);
	}
	return ok;
}

/* ---- Looking. ---- */

const struct settings_warning *settings_warnings(const struct settings *s, size_t *count)
{
	*count = s->warning_count;
	return s->warnings;
}

void settings_warning_print(
	const struct settings *s, const struct settings_warning *w, struct buf *out)
{
	buf_addf(out, "%s:%u: ", s->path, w->line);
	sentence_fill(w->sentence.text, w->sentence.args, out);
}

const char *settings_get_text(const struct settings *s, const char *key)
{
	const struct option *o = option_find("rowan", key);
	assert(o != NULL);
	const char *value = ini_get(&s->ini, "rowan", NULL, key);
	return value != NULL && option_check(o, value, NULL) ? value : o->standard;
}

int settings_get_number(const struct settings *s, const char *key)
{
	const char *value = settings_get_text(s, key);
	uint32_t number = 0;
	return value != NULL && str_to_u32(str_from(value), &number) ? (int)number : 0;
}

bool settings_get_bool(const struct settings *s, const char *key)
{
	bool is_on = false;
	const char *value = settings_get_text(s, key);
	if (value != NULL)
		option_read_bool(value, &is_on);
	return is_on;
}

const struct settings_pair *settings_pairs(
	const struct settings *s, const char *section, size_t *count)
{
	int which = 0;
	for (int i = SECTION_KEYS; i < SECTION_COUNT; i++)
		if (ini_name_equal(section, section_names[i]))
			which = i - SECTION_KEYS;
	*count = s->pair_count[which];
	return s->pairs[which];
}

const struct account *const *settings_accounts(const struct settings *s, size_t *count)
{
	*count = s->account_count;
	return (const struct account *const *)s->accounts;
}

const struct account *settings_account(const struct settings *s, const char *name)
{
	size_t at = settings_account_at(s, name);
	return at < s->account_count ? s->accounts[at] : NULL;
}
