/* JSON output. */
#include "base/json.h"

#include <criterion/criterion.h>

Test(json, puts_the_commas)
{
	struct buf out = {0};
	struct json j;
	json_init(&j, &out);
	json_begin_object(&j);
	json_put_text(&j, "a", "x");
	json_put_text(&j, "none", NULL);
	json_put_int(&j, "n", INT64_MIN);
	json_put_bool(&j, "yes", true);
	json_key(&j, "list");
	json_begin_array(&j);
	json_end_array(&j);
	json_key(&j, "more");
	json_begin_array(&j);
	json_int(&j, 1);
	json_bool(&j, false);
	json_null(&j);
	json_begin_object(&j);
	json_end_object(&j);
	json_begin_array(&j);
	json_text(&j, STR("y"));
	json_end_array(&j);
	json_end_array(&j);
	json_put_str(&j, "s", STR("z"));
	json_end_object(&j);
	cr_assert_str_eq(buf_text(&out),
		"{\"a\":\"x\",\"none\":null,\"n\":-9223372036854775808,\"yes\":true,\"list\":[],"
		"\"more\":[1,false,null,{},[\"y\"]],\"s\":\"z\"}");
	buf_done(&out);
}

static size_t flushed;

static void flush(struct buf *out)
{
	flushed += out->len;
	buf_clear(out);
}

Test(json, hands_out_a_long_text_in_pieces)
{
	struct buf out = {0}, text = {0};
	struct json j;
	for (int i = 0; i < 100000; i++)
		buf_add_text(&text, "\xe2\x82\xac");
	json_init(&j, &out);
	json_begin_object(&j);
	json_put_long(&j, "t", buf_str(&text), flush);
	json_put_bool(&j, "more", true);
	json_end_object(&j);
	cr_expect_lt(out.cap, 200000);
	flush(&out);
	cr_expect_eq(flushed, text.len + strlen("{\"t\":\"\",\"more\":true}"), "%zu", flushed);
	buf_done(&out);
	buf_done(&text);
}

Test(json, nests_as_deep_as_it_says)
{
	struct buf out = {0};
	struct json j;
	json_init(&j, &out);
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		json_begin_array(&j);
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		json_end_array(&j);
	cr_assert_eq(out.len, 2 * JSON_DEPTH_MAX);
	buf_done(&out);
}

Test(json, escapes_what_is_not_safe)
{
	static const struct {
		struct str text;
		const char *written;
	} rows[] = {
		{{"", 0}, "\"\""},
		{{"a\"b\\c/", 6}, "\"a\\\"b\\\\c/\""},
		{{"\b\f\n\r\t", 5}, "\"\\b\\f\\n\\r\\t\""},
		{{"\0\x01\x1b\x7f", 4}, "\"\\u0000\\u0001\\u001b\\u007f\""},
		{{"\xc2\x80\xc2\x9b\xc2\xa0", 6}, "\"\\u0080\\u009b\xc2\xa0\""},
		{{"\xe2\x80\xa8\xe2\x80\xa9", 6}, "\"\\u2028\\u2029\""},
		{{"\xe2\x80\xae", 3}, "\"\\u202e\""},
		{{"\xc3\xa4\xf0\x9f\x98\x80", 6}, "\"\xc3\xa4\xf0\x9f\x98\x80\""},
		{{"a\xff\xed\xa0\x80", 5}, "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = {0};
		struct json j;
		json_init(&j, &out);
		json_text(&j, rows[i].text);
		cr_expect_str_eq(buf_text(&out), rows[i].written, "row %zu: %s", i, buf_text(&out));
		buf_done(&out);
	}
}
