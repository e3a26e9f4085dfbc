/* The accounts-and-preferences file: changing it. */
#include "settings/settings_inside.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "settings/options.h"
#include "settings/settings_account.h"

bool settings_set(struct settings *s, const char *key, const char *value, struct sentence *why)
{
	const struct option *o = option_find("rowan", key);
	if (o == NULL) {
		const char *near = option_nearest("rowan", key);
		return sentence_set(why,
			near != NULL ? N_("There is no setting \"%1\"; did you mean \"%2\"?")
				     : N_("There is no setting \"%1\"."),
			key, near, NULL);
	}
	if (value != NULL && !utf8_is_clean(str_from(value)))
		return sentence_set(why,
			N_("The value of \"%1\" is not UTF-8, or holds a control character."), key,
			NULL, NULL);
	if (value != NULL && !option_check(o, value, why))
		return false;
	if (value != NULL)
		ini_set(&s->ini, "rowan", NULL, o->key, value);
	else
		ini_unset(&s->ini, "rowan", NULL, o->key);
	settings_build(s);
	return true;
}

static bool settings_check_value(
	const struct account *a, const struct option *o, struct sentence *why)
{
	struct buf value = {0};
	bool ok = true;
	if (settings_account_write(a, o->key, &value)) {
		ok = utf8_is_clean(buf_str(&value)) && value.len < INI_LINE_MAX / 4;
		if (!ok)
			sentence_set(why,
				N_("The value of \"%1\" is too long, is not UTF-8, or holds a "
				   "control character."),
				o->key, NULL, NULL);
		ok = ok && option_check(o, buf_text(&value), why);
	}
	buf_done(&value);
	return ok;
}

/* Whether a can stand in the file. */
static bool settings_check_given(const struct account *a, struct sentence *why)
{
	size_t count;
	const struct option *all = options_all(&count);
	if (!settings_name_check(a->name, why))
		return false;
	if (a->incoming.host == NULL && a->kind != ACCOUNT_LOCAL)
		return sentence_set(why,
			N_("The account \"%1\" needs a server: imaps://USER@HOST, or pop3s://."),
			a->name, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].section, "account") == 0 &&
			!settings_check_value(a, &all[i], why))
			return false;
	return true;
}

/* Writes the one key where `to` differs from `from`. */
static void settings_change_key(struct settings *s, const char *name, const char *key,
	const struct account *from, const struct account *to)
{
	struct buf have = {0}, want = {0};
	bool has = settings_account_write(from, key, &have);
	bool wants = settings_account_write(to, key, &want);
	if (!wants && has)
		ini_unset(&s->ini, "account", name, key);
	else if (wants && (!has || !str_equal(buf_str(&have), buf_str(&want))))
		ini_set(&s->ini, "account", name, key, buf_text(&want));
	buf_done(&have);
	buf_done(&want);
}

static void settings_change(
	struct settings *s, const struct account *from, const struct account *to)
{
	size_t count;
	const struct option *all = options_all(&count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].section, "account") == 0)
			settings_change_key(s, to->name, all[i].key, from, to);
	settings_build(s);
}

/* Whether the name may be taken by an account that is `self` now (NULL: a new one). */
static bool settings_name_is_free(
	const struct settings *s, const char *name, const char *self, struct sentence *why)
{
	if ((self != NULL && strcmp(name, self) == 0) || !ini_has_section(&s->ini, "account", name))
		return true;
	return sentence_set(why,
		N_("There is already an account \"%1\"; choose another name, or remove that one "
		   "first."),
		name, NULL, NULL);
}

static bool settings_refuse(struct sentence *why, struct error *err)
{
	sentence_error(why, ERROR_INPUT, err);
	sentence_done(why);
	return false;
}

bool settings_account_add(struct settings *s, const struct account *a, struct error *err)
{
	struct sentence why = {0};
	struct account blank = {0};
	if (!settings_check_given(a, &why) || !settings_name_is_free(s, a->name, NULL, &why))
		return settings_refuse(&why, err);
	if (s->account_count >= SETTINGS_ACCOUNTS_MAX)
		return error_set(err, ERROR_INPUT, "There are 100 accounts already.");
	settings_account_begin(s, &blank);
	settings_change(s, &blank, a);
	return true;
}

static bool settings_no_account(const char *name, struct error *err)
{
	return error_set(err, ERROR_INPUT, "There is no account \"%s\".", name);
}

bool settings_account_update(
	struct settings *s, const char *name, const struct account *a, struct error *err)
{
	struct sentence why = {0};
	const struct account *now = settings_account(s, name);
	if (now == NULL)
		return settings_no_account(name, err);
	if (!settings_check_given(a, &why) || !settings_name_is_free(s, a->name, name, &why))
		return settings_refuse(&why, err);
	struct account *before = account_copy(now);
	if (strcmp(before->name, a->name) != 0)
		ini_rename_section(&s->ini, "account", before->name, a->name);
	settings_change(s, before, a);
	account_free(before);
	return true;
}

bool settings_account_remove(struct settings *s, const char *name, struct error *err)
{
	if (!ini_has_section(&s->ini, "account", name))
		return settings_no_account(name, err);
	char *copy = mem_text(name); /* name may be the account's own */
	ini_remove_section(&s->ini, "account", copy);
	settings_build(s);
	mem_free(copy);
	return true;
}
