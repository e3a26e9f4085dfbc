/* The hash table. */
#include "base/table.h"

#include "base/buf.h"

#include <criterion/criterion.h>

static struct str key_of(struct buf *room, int n)
{
	buf_clear(room);
	buf_addf(room, "key %d", n);
	return buf_str(room);
}

Test(table, holds_what_was_put_and_not_what_was_removed)
{
	enum { COUNT = 20000 };
	static int values[COUNT];
	struct buf room = {0};
	struct table *t = table_new();
	for (int i = 0; i < COUNT; i++)
		cr_assert_null(table_put(t, key_of(&room, i), &values[i]));
	cr_assert_eq(table_count(t), COUNT);
	for (int i = 0; i < COUNT; i += 3)
		cr_assert_eq(table_remove(t, key_of(&room, i)), &values[i]);
	for (int i = 0; i < COUNT; i++) {
		void *expected = i % 3 == 0 ? NULL : &values[i];
		cr_assert_eq(table_get(t, key_of(&room, i)), expected, "key %d", i);
	}
	for (int i = 0; i < COUNT; i += 3)
		cr_assert_null(table_remove(t, key_of(&room, i)));
	cr_assert_eq(table_count(t), COUNT - (COUNT + 2) / 3);
	table_free(t);
	buf_done(&room);
}

Test(table, gives_back_what_a_new_value_replaces)
{
	int one, two;
	struct table *t = table_new();
	cr_assert_null(table_put(t, STR("a"), &one));
	cr_assert_eq(table_put(t, STR("a"), &two), &one);
	cr_assert_eq(table_get(t, STR("a")), &two);
	cr_assert_eq(table_count(t), 1);
	table_free(t);
	table_free(NULL);
}

Test(table, takes_any_bytes_as_a_key)
{
	int one, two, three;
	struct table *t = table_new();
	table_put(t, STR(""), &one);
	table_put(t, STR("a\0b"), &two);
	table_put(t, STR("a\0c"), &three);
	cr_assert_eq(table_get(t, STR("")), &one);
	cr_assert_eq(table_get(t, STR("a\0b")), &two);
	cr_assert_eq(table_get(t, STR("a\0c")), &three);
	cr_assert_null(table_get(t, STR("a")));
	table_free(t);
}
