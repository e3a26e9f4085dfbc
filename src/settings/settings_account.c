/* One [account] section ⇄ struct account. */
#include "settings/settings_account.h"

#include "base/memory.h"
#include "settings/ini.h"
#include "settings/options.h"
#include "settings/server_url.h"

#include <stdlib.h>

/* ---- Servers. imap and pop3 both fill `incoming`; the one that came first stays. ---- */

/* allow-plain may stand before or behind the address. */
static void take_server(struct server *s, const char *value, enum service service)
{
	bool allow_plain = s->allow_plain;
	server_done(s);
	server_url_read(str_from(value), service, s, NULL);
	s->allow_plain = allow_plain;
}

static void read_incoming(
	struct account *a, const char *value, enum account_kind kind, enum service service)
{
	if (a->incoming.host != NULL && a->kind != kind)
		return;
	a->kind = kind;
	take_server(&a->incoming, value, service);
}

static void read_imap(struct account *a, const char *value)
{
	read_incoming(a, value, ACCOUNT_IMAP, SERVICE_IMAP);
}

static void read_pop3(struct account *a, const char *value)
{
	read_incoming(a, value, ACCOUNT_POP3, SERVICE_POP3);
}

/* An account without a server is what its folders hold here. */
static void read_local(struct account *a, const char *value)
{
	bool is_on = false;
	option_read_bool(value, &is_on);
	if (is_on && a->incoming.host == NULL)
		a->kind = ACCOUNT_LOCAL;
}

static bool write_local(const struct account *a, struct buf *out)
{
	if (a->kind == ACCOUNT_LOCAL)
		buf_add_text(out, "yes");
	return a->kind == ACCOUNT_LOCAL;
}

static void read_smtp(struct account *a, const char *value)
{
	take_server(&a->outgoing, value, SERVICE_SMTP);
}

static bool write_server(const struct server *s, bool is_it, enum service service, struct buf *out)
{
	if (!is_it || s->host == NULL)
		return false;
	server_url_print(s, service, out);
	return true;
}

static bool write_imap(const struct account *a, struct buf *out)
{
	return write_server(&a->incoming, a->kind == ACCOUNT_IMAP, SERVICE_IMAP, out);
}

static bool write_pop3(const struct account *a, struct buf *out)
{
	return write_server(&a->incoming, a->kind == ACCOUNT_POP3, SERVICE_POP3, out);
}

static bool write_smtp(const struct account *a, struct buf *out)
{
	return write_server(&a->outgoing, true, SERVICE_SMTP, out);
}

/* ---- Texts. ---- */

static void take_text(char **field, const char *value)
{
	mem_free(*field);
	*field = mem_text(value);
}

static bool write_text(const char *text, struct buf *out)
{
	if (text == NULL || text[0] == '\0')
		return false;
	buf_add_text(out, text);
	return true;
}

static void read_from(struct account *a, const char *value)
{
	take_text(&a->from, value);
}

static bool write_from(const struct account *a, struct buf *out)
{
	return write_text(a->from, out);
}

static void read_password_command(struct account *a, const char *value)
{
	take_text(&a->password_command, value);
}

static bool write_password_command(const struct account *a, struct buf *out)
{
	return write_text(a->password_command, out);
}

static void read_ca_file(struct account *a, const char *value)
{
	const char *home = getenv("HOME");
	struct buf path = {0};
	if (str_starts(str_from(value), STR("~/")) && home != NULL)
		buf_addf(&path, "%s%s", home, value + 1);
	else
		buf_add_text(&path, value);
	mem_free(a->ca_file);
	a->ca_file = buf_take(&path);
}

static bool write_ca_file(const struct account *a, struct buf *out)
{
	return write_text(a->ca_file, out);
}

static void read_auth(struct account *a, const char *value)
{
	take_text(&a->auth, value);
}

static bool write_auth(const struct account *a, struct buf *out)
{
	bool is_auto = a->auth == NULL || str_equal_nocase(str_from(a->auth), STR("auto"));
	return !is_auto && write_text(a->auth, out);
}

static void read_trust(struct account *a, const char *value)
{
	take_text(&a->trust, value);
}

static bool write_trust(const struct account *a, struct buf *out)
{
	return write_text(a->trust, out);
}

/* ---- Words. ---- */

static bool write_yes(bool is_on, struct buf *out)
{
	if (is_on)
		buf_add_text(out, "yes");
	return is_on;
}

static void read_allow_plain(struct account *a, const char *value)
{
	bool is_on = false;
	option_read_bool(value, &is_on);
	a->incoming.allow_plain = a->outgoing.allow_plain = is_on;
}

static bool write_allow_plain(const struct account *a, struct buf *out)
{
	return write_yes(a->incoming.allow_plain || a->outgoing.allow_plain, out);
}

static void read_subscribed_only(struct account *a, const char *value)
{
	option_read_bool(value, &a->only_subscribed);
}

static bool write_subscribed_only(const struct account *a, struct buf *out)
{
	return write_yes(a->only_subscribed, out);
}

static void read_seen(struct account *a, const char *value)
{
	int mode = a->seen;
	option_read_seen(value, &mode, &a->seen_after);
	a->seen = (enum seen_mode)mode;
}

static bool write_seen(const struct account *a, struct buf *out)
{
	if (a->seen == SEEN_AFTER)
		buf_addf(out, "after %d", a->seen_after > 0 ? a->seen_after : 1);
	else
		buf_add_text(out, a->seen == SEEN_NEVER ? "never" : "at-once");
	return true;
}

static void read_delete(struct account *a, const char *value)
{
	a->delete_mode =
		str_equal_nocase(str_from(value), STR("trash")) ? DELETE_TRASH : DELETE_MARK;
}

static bool write_delete(const struct account *a, struct buf *out)
{
	if (a->delete_mode == DELETE_TRASH)
		buf_add_text(out, "trash");
	return a->delete_mode == DELETE_TRASH;
}

static void read_offline(struct account *a, const char *value)
{
	take_text(&a->offline, value);
}

static bool write_offline(const struct account *a, struct buf *out)
{
	return write_text(a->offline, out);
}

static void read_sendmail(struct account *a, const char *value)
{
	take_text(&a->sendmail, value);
}

static bool write_sendmail(const struct account *a, struct buf *out)
{
	return write_text(a->sendmail, out);
}

static void read_copy(struct account *a, const char *value)
{
	a->no_copy = str_equal_nocase(str_from(value), STR("none"));
}

static bool write_copy(const struct account *a, struct buf *out)
{
	if (a->no_copy)
		buf_add_text(out, "none");
	return a->no_copy;
}

static void read_leave(struct account *a, const char *value)
{
	int mode = a->leave;
	option_read_leave(value, &mode, &a->leave_days);
	a->leave = (enum leave_mode)mode;
}

static bool write_leave(const struct account *a, struct buf *out)
{
	switch (a->leave) {
	case LEAVE_FOREVER:
		return false;
	case LEAVE_DAYS:
		buf_addf(out, "%d days", a->leave_days > 0 ? a->leave_days : 1);
		return true;
	case LEAVE_UNTIL_DELETED:
		buf_add_text(out, "until-deleted");
		return true;
	case LEAVE_NEVER:
		buf_add_text(out, "never");
		return true;
	}
	return false;
}

static void read_check_minutes(struct account *a, const char *value)
{
	uint32_t minutes;
	if (str_to_u32(str_from(value), &minutes) && minutes <= OPTION_NUMBER_MAX)
		a->check_every = minutes == 0 ? -1 : (int)minutes;
}

static bool write_check_minutes(const struct account *a, struct buf *out)
{
	if (a->check_every != 0)
		buf_addf(out, "%d", a->check_every < 0 ? 0 : a->check_every);
	return a->check_every != 0;
}

static const struct account_row {
	const char *key;
	void (*read)(struct account *a, const char *value);
	bool (*write)(const struct account *a, struct buf *out);
} account_rows[] = {
	{"imap", read_imap, write_imap},
	{"pop3", read_pop3, write_pop3},
	{"local", read_local, write_local},
	{"smtp", read_smtp, write_smtp},
	{"from", read_from, write_from},
	{"password-command", read_password_command, write_password_command},
	{"ca-file", read_ca_file, write_ca_file},
	{"auth", read_auth, write_auth},
	{"allow-plain", read_allow_plain, write_allow_plain},
	{"trust", read_trust, write_trust},
	{"subscribed-only", read_subscribed_only, write_subscribed_only},
	{"seen", read_seen, write_seen},
	{"delete", read_delete, write_delete},
	{"offline", read_offline, write_offline},
	{"leave-on-server", read_leave, write_leave},
	{"check-minutes", read_check_minutes, write_check_minutes},
	{"sendmail", read_sendmail, write_sendmail},
	{"copy", read_copy, write_copy},
};

static const struct account_row *account_row(const char *key)
{
	for (size_t i = 0; i < sizeof(account_rows) / sizeof(account_rows[0]); i++)
		if (ini_name_equal(account_rows[i].key, key))
			return &account_rows[i];
	return NULL;
}

void settings_account_read(struct account *a, const char *key, const char *value)
{
	const struct account_row *row = account_row(key);
	if (row != NULL)
		row->read(a, value);
}

bool settings_account_write(const struct account *a, const char *key, struct buf *out)
{
	const struct account_row *row = account_row(key);
	return row != NULL && row->write(a, out);
}
