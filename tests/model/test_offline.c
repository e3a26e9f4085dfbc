/* The setting that says how much of a folder is kept. */
#include <criterion/criterion.h>

#include "model/offline.h"

static const struct {
	const char *setting, *folder;
	bool is_ok;
	enum offline_kind kind;
	unsigned days;
} rows[] = {
	{"all", "INBOX", true, OFFLINE_ALL, 0},
	{"Headers", "INBOX", true, OFFLINE_HEADERS, 0},
	{"30 days", "INBOX", true, OFFLINE_DAYS, 30},
	{"1 day", "INBOX", true, OFFLINE_DAYS, 1},
	{"headers, INBOX: all", "INBOX", true, OFFLINE_ALL, 0},
	{"headers, INBOX: all", "Sent", true, OFFLINE_HEADERS, 0},
	{"INBOX: 7 days, all", "INBOX", true, OFFLINE_DAYS, 7},
	{"INBOX: all", "Sent", true, OFFLINE_OPENED, 0},
	{"all, Lists/a: b: opened", "Lists/a: b", true, OFFLINE_OPENED, 0},
	{"opened, Tea%2C cake: all", "Tea, cake", true, OFFLINE_ALL, 0},
	{"opened, 100%25: all", "100%", true, OFFLINE_ALL, 0},
	{"opened, INBOX: all", "INBOX/Old", true, OFFLINE_OPENED, 0},
	{"", "INBOX", false, OFFLINE_OPENED, 0},
	{"30", "INBOX", false, OFFLINE_OPENED, 0},
	{"0 days", "INBOX", false, OFFLINE_OPENED, 0},
	{"99999 days", "INBOX", false, OFFLINE_OPENED, 0},
	{"most", "INBOX", false, OFFLINE_OPENED, 0},
	{"all, ", "INBOX", false, OFFLINE_OPENED, 0},
	{"all, : all", "INBOX", false, OFFLINE_OPENED, 0},
};

Test(offline_setting, says_what_is_kept_of_a_folder)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct offline_rule rule;
		cr_assert_eq(
			offline_read(str_from(rows[i].setting), str_from(rows[i].folder), &rule),
			rows[i].is_ok, "%s", rows[i].setting);
		if (!rows[i].is_ok)
			continue;
		cr_assert_eq(rule.kind, rows[i].kind, "%s for %s", rows[i].setting, rows[i].folder);
		cr_assert_eq(rule.days, rows[i].days, "%s for %s", rows[i].setting, rows[i].folder);
	}
}
