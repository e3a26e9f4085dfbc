/* The settings file: the same bytes come out, also of what was changed and read again. */
#include "settings/settings.h"

#include "base/buf.h"
#include "base/memory.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

/* Every account is written anew under another name and must read back. */
static void change_accounts(struct settings *s)
{
	size_t count;
	const struct account *const *all = settings_accounts(s, &count);
	if (count == 0)
		return;
	struct account *a = account_copy(all[0]);
	char *name = a->name;
	a->name = mem_text("renamed by the fuzzer");
	if (settings_account_update(s, name, a, NULL))
		must(settings_account(s, a->name) != NULL);
	mem_free(name);
	account_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = {0}, again = {0};
	struct settings *s = settings_parse(str_make((const char *)data, size), "rowan.conf");
	if (s == NULL)
		return 0;
	settings_write(s, &out);
	must(str_equal(buf_str(&out), str_make((const char *)data, size)));
	change_accounts(s);
	must(settings_set(s, "keys", "mutt", NULL));
	buf_clear(&out);
	settings_write(s, &out);
	settings_free(s);
	s = settings_parse(buf_str(&out), "rowan.conf");
	must(s != NULL);
	must(str_equal(str_from(settings_get_text(s, "keys")), STR("mutt")));
	settings_write(s, &again);
	must(str_equal(buf_str(&out), buf_str(&again)));
	settings_free(s);
	buf_done(&out);
	buf_done(&again);
	return 0;
}
