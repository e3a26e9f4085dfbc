/* What is written is read back equal, and keeps the rules of the line. */
#include "base/memory.h"
#include "base/utf8.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_write.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void expect_lines(struct str bytes, size_t wished)
{
	for (size_t i = 0; i < bytes.len; i++) {
		cr_expect(bytes.data[i] != '\n' || (i > 0 && bytes.data[i - 1] == '\r'));
		cr_expect(
			bytes.data[i] != '\r' || (i + 1 < bytes.len && bytes.data[i + 1] == '\n'));
		cr_expect_neq(bytes.data[i], '\0');
	}
	while (bytes.len > 0) {
		struct str line = str_cut(&bytes, '\n');
		cr_expect_leq(line.len, wished + 1, "%.*s", (int)line.len, line.data);
	}
}

static void expect_ascii(struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		cr_expect_lt((unsigned char)bytes.data[i], 0x80);
}

Test(mime_write, fields_look_as_people_expect)
{
	static const struct {
		const char *text, *field;
	} cases[] = {
		{"Hello world", "Subject: Hello world\r\n"},
		{"", "Subject: \r\n"},
		{"a\r\nBcc: x@y", "Subject: a  Bcc: x@y\r\n"},
		{"caf\xc3\xa9 au lait et croissant",
			"Subject: =?UTF-8?B?Y2Fmw6k=?= au lait et croissant\r\n"},
		{"Re: caf\xc3\xa9 noir at noon",
			"Subject: Re: =?UTF-8?B?Y2Fmw6k=?= noir at noon\r\n"},
		{"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "Subject: =?UTF-8?B?5pel5pys6Kqe?=\r\n"},
		{"unerh\xc3\xb6rtviel", "Subject: =?UTF-8?Q?unerh=C3=B6rtviel?=\r\n"},
		{"=?UTF-8?Q?x?=", "Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=\r\n"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out = {0};
		mime_write_text(&out, "Subject", str_from(cases[i].text));
		cr_expect_str_eq(buf_text(&out), cases[i].field, "got %s", buf_text(&out));
		buf_done(&out);
	}
}

Test(mime_write, dates_and_ids)
{
	struct buf out = {0};
	uint64_t entropy[2] = {1, 0xabcdef};
	mime_write_date(&out, "Date", 1700000000, 60);
	mime_write_date(&out, "Date", 0, -330);
	mime_write_ids(&out, "In-Reply-To", STR("a@b\nc>\r\nX: y@d\n\n"));
	mime_write_message_id(&out, entropy, STR("ex\r\nample.org"));
	cr_expect_str_eq(buf_text(&out), "Date: Tue, 14 Nov 2023 23:13:20 +0100\r\n"
					 "Date: Wed, 31 Dec 1969 18:30:00 -0530\r\n"
					 "In-Reply-To: <a@b> <c> <X: y@d>\r\n"
					 "00000000000000010000000000abcdef@example.org");
	buf_done(&out);
}

/* ---- Properties over texts made from a number. ---- */

static uint64_t chance(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void make_text(uint64_t *seed, size_t most, bool may_control, struct buf *out)
{
	static const char *const pieces[] = {"a", "word", " ", "  ", "=?", "?=", "_", "\"", "\\",
		"\xc3\xa4", "\xe6\x97\xa5", "\xf0\x9f\x98\x80", ",", ";", ":", "<", ">", "(", ")",
		"@", ".", "=", "Fwd: ", "%41", "'", "e\xcc\x81", "\xc2\xa0",
		"loooooooooooooooooooooong", "[", "]", "*", "/"};
	static const char *const controls[] = {"\r\n", "\n", "\t", "\r", "\x1b", "\x7f"};
	size_t count = chance(seed) % most;
	for (size_t i = 0; i < count; i++)
		if (may_control && chance(seed) % 20 == 0)
			buf_add_text(out, controls[chance(seed) % 6]);
		else
			buf_add_text(
				out, pieces[chance(seed) % (sizeof(pieces) / sizeof(*pieces))]);
	size_t from = 0;
	while (from < out->len && ascii_is_space(out->data[from]))
		from++;
	buf_consume(out, from);
	while (out->len > 0 && ascii_is_space(out->data[out->len - 1]))
		buf_truncate(out, out->len - 1);
}

static void blank_controls(struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if ((unsigned char)text->data[i] < 0x20 || text->data[i] == 0x7f)
			text->data[i] = ' ';
}

Test(mime_write, texts_are_read_back_equal)
{
	uint64_t seed = 1;
	for (int i = 0; i < 3000; i++) {
		struct buf text = {0}, field = {0}, got = {0};
		make_text(&seed, i % 100 + 1, true, &text);
		mime_write_text(&field, "Subject", buf_str(&text));
		expect_lines(buf_str(&field), 998);
		expect_ascii(buf_str(&field));
		struct str rest = buf_str(&field), name, value;
		cr_assert(mime_field_next(&rest, &name, &value));
		cr_expect(str_is_empty(rest));
		mime_word_decode(value, &got);
		blank_controls(&text);
		struct str want = str_trim(buf_str(&text));
		cr_expect(str_equal(want, buf_str(&got)), "wrote %s\nread [%s]\nwant [%.*s]",
			buf_text(&field), buf_text(&got), (int)want.len, want.data);
		buf_done(&text);
		buf_done(&field);
		buf_done(&got);
	}
}

static void make_addresses(uint64_t *seed, struct address_list *list)
{
	size_t count = 1 + chance(seed) % 6;
	for (size_t i = 0; i < count; i++) {
		struct buf name = {0}, addr = {0}, group = {0};
		make_text(seed, 8, false, &name);
		buf_addf(&addr, "user%u@example.org", (unsigned)(chance(seed) % 1000));
		if (chance(seed) % 8 == 0)
			buf_addf(&group, "Friends %zu", i);
		address_list_add(list, buf_str(&name), buf_str(&addr), buf_str(&group));
		buf_done(&name);
		buf_done(&addr);
		buf_done(&group);
	}
}

Test(mime_write, addresses_are_read_back_equal)
{
	uint64_t seed = 7;
	for (int i = 0; i < 2000; i++) {
		struct address_list list = {0}, got = {0};
		struct buf field = {0};
		make_addresses(&seed, &list);
		mime_write_addresses(&field, "To", &list);
		expect_lines(buf_str(&field), 998);
		expect_ascii(buf_str(&field));
		struct str rest = buf_str(&field), name, value;
		cr_assert(mime_field_next(&rest, &name, &value));
		mime_address_parse(value, &got);
		cr_assert_eq(got.count, list.count, "%s", buf_text(&field));
		for (size_t j = 0; j < got.count; j++) {
			cr_expect_str_eq(got.items[j].addr, list.items[j].addr);
			cr_expect_str_eq(got.items[j].name, list.items[j].name, "%s [%s]",
				buf_text(&field), got.items[j].name);
			cr_expect_eq(got.items[j].group == NULL, list.items[j].group == NULL);
		}
		address_list_done(&list);
		address_list_done(&got);
		buf_done(&field);
	}
}

Test(mime_write, file_names_are_read_back_equal)
{
	uint64_t seed = 3;
	for (int i = 0; i < 2000; i++) {
		struct buf text = {0}, field = {0};
		char filename[] = "filename";
		make_text(&seed, i % 40 + 2, false, &text);
		if (text.len == 0)
			buf_add_text(&text, "x");
		struct part_param param = {filename, text.data};
		mime_write_value(&field, "Content-Disposition", "attachment", &param, 1);
		expect_lines(buf_str(&field), 400);
		expect_ascii(buf_str(&field));
		struct str rest = buf_str(&field), name, value;
		struct mime_params params = {0};
		cr_assert(mime_field_next(&rest, &name, &value));
		mime_params_parse(value, &params);
		cr_expect_str_eq(params.value, "attachment");
		const char *got = NULL;
		for (size_t j = 0; j < params.count; j++)
			if (strcmp(params.items[j].name, "filename") == 0)
				got = params.items[j].value;
		cr_expect(got != NULL && strcmp(got, text.data) == 0, "%s[%s]\n[%s]",
			buf_text(&field), got, text.data);
		mime_params_done(&params);
		buf_done(&text);
		buf_done(&field);
	}
}

Test(mime_write, old_readers_find_an_ascii_file_name)
{
	struct buf field = {0};
	char filename[] = "filename", value[] = "R\xc3\xa9sum\xc3\xa9.pdf";
	struct part_param param = {filename, value};
	mime_write_value(&field, "Content-Disposition", "attachment", &param, 1);
	cr_expect_str_eq(buf_text(&field),
		"Content-Disposition: attachment; filename=R_sum_.pdf;\r\n"
		" filename*=UTF-8''R%C3%A9sum%C3%A9.pdf\r\n");
	buf_done(&field);
}

/* ---- Parts. ---- */

static void make_body(uint64_t *seed, struct buf *out)
{
	static const char *const lines[] = {"plain line\n", "From here\n", ".\n", "..\n", "",
		"caf\xc3\xa9 au lait\n", "trailing \n", "\n", "> quoted\n", "--=_0_0_x\n", "-- \n",
		"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\n", "=20=\n",
		"tab\t\n"};
	size_t count = 1 + chance(seed) % 12;
	for (size_t i = 0; i < count; i++)
		buf_add_text(out, lines[chance(seed) % (sizeof(lines) / sizeof(*lines))]);
	if (chance(seed) % 10 == 0)
		for (int i = 0; i < 1500; i++)
			buf_add_char(out, 'x');
	buf_add_char(out, '\n');
}

static void expect_tree(struct str message, struct str text, struct str data, const char *name)
{
	struct part *root = mime_parse(message);
	struct buf got = {0};
	cr_assert(part_is(root, "multipart", "mixed"), "%.*s", (int)message.len, message.data);
	cr_assert_eq(root->child_count, 2, "%.*s", (int)message.len, message.data);
	struct part *first = root->children[0], *second = root->children[1];
	struct str body =
		str_first(str_skip(message, (size_t)first->offset), (size_t)first->length);
	mime_text_decode(first, body, NULL, 1 << 20, &got);
	cr_expect(str_equal(buf_str(&got), text), "%.*s\n[%s]\n[%.*s]", (int)message.len,
		message.data, buf_text(&got), (int)text.len, text.data);
	buf_clear(&got);
	body = str_first(str_skip(message, (size_t)second->offset), (size_t)second->length);
	mime_body_decode(second->transfer, body, 0, &got);
	cr_expect(str_equal(buf_str(&got), data));
	cr_expect_str_eq(second->name, name);
	part_free(root);
	buf_done(&got);
}

Test(mime_write, messages_are_read_back_equal)
{
	uint64_t seed = 11;
	for (int i = 0; i < 500; i++) {
		struct buf text = {0}, data = {0}, message = {0}, ascii = {0};
		struct error err = {0};
		make_body(&seed, &text);
		for (size_t n = chance(&seed) % 300; n > 0; n--)
			buf_add_char(&data, (char)chance(&seed));
		struct mime_source first = {.type = "text/plain", .body = buf_str(&text)};
		struct mime_source second = {.type = "application/octet-stream",
			.disposition = "attachment",
			.name = "d\xc3\xa4t\xc3\xa4.bin",
			.body = buf_str(&data)};
		const struct mime_source *children[] = {&first, &second};
		struct mime_source root = {
			.type = "multipart/mixed", .children = children, .child_count = 2};
		mime_write_text(&message, "Subject", STR("gr\xc3\xbc\xc3\x9f"));
		buf_add_text(&message, "MIME-Version: 1.0\r\n");
		mime_write_part(&message, &root, i % 2 == 0, (uint64_t)i);
		expect_lines(buf_str(&message), 998);
		expect_tree(buf_str(&message), buf_str(&text), buf_str(&data), second.name);
		cr_expect(mime_recode(buf_str(&message), false, &ascii, &err), "%s", err.detail);
		expect_ascii(buf_str(&ascii));
		expect_tree(buf_str(&ascii), buf_str(&text), buf_str(&data), second.name);
		buf_done(&text);
		buf_done(&data);
		buf_done(&message);
		buf_done(&ascii);
	}
}

Test(mime_write, a_raw_8_bit_message_becomes_ascii_with_the_same_words)
{
	struct str message =
		STR("From: \"J\xc3\xb6rg (x)\" <j@x>\r\nSubject: gr\xc3\xbc\xc3\x9f\r\n"
		    "Content-Type: text/plain; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: 8bit\r\n\r\n\xc3\xbc\r\n");
	struct buf out = {0};
	struct error err;
	cr_assert(mime_recode(message, false, &out, &err));
	cr_expect_str_eq(buf_text(&out),
		"From: =?UTF-8?B?SsO2cmcgKHgp?= <j@x>\r\n"
		"Subject: =?UTF-8?B?Z3LDvMOf?=\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC\r\n");
	buf_done(&out);
}

Test(mime_write, signed_mail_is_not_recoded)
{
	struct str message =
		STR("Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n\xc3\xbc"
		    "\r\n--b--\r\n");
	struct buf out = {0};
	struct error err;
	cr_expect_not(mime_recode(message, false, &out, &err));
	buf_done(&out);
}

Test(mime_write, flowed_lines_break_softly_and_keep_their_quotes)
{
	static const struct {
		const char *text, *flowed;
	} cases[] = {
		{"short\n", "short\n"},
		{" indented\nFrom x\n-- \nme\n", "  indented\n From x\n-- \nme\n"},
		{"1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 "
		 "x\n",
			"1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 "
			"\n1234567890 x\n"},
		{"> > deep\n>one\n", ">> deep\n> one\n"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out = {0};
		mime_write_flowed(str_from(cases[i].text), &out);
		cr_expect_str_eq(buf_text(&out), cases[i].flowed, "got %s", buf_text(&out));
		buf_done(&out);
	}
}

Test(mime_write, only_lines_that_are_too_long_are_recoded_for_a_server_that_takes_8_bits)
{
	struct buf message = {0}, out = {0};
	struct error err;
	buf_add_text(&message, "Subject: gr\xc3\xbc\xc3\x9f\r\nContent-Type: text/plain; "
			       "charset=UTF-8\r\n\r\n\xc3\xbc\r\n");
	cr_assert(mime_recode(buf_str(&message), true, &out, &err));
	cr_expect(str_find(buf_str(&out), STR("\r\n\r\n\xc3\xbc\r\n")) != STR_NONE);
	for (int i = 0; i < 1000; i++)
		buf_add_char(&message, 'x');
	buf_add_text(&message, "\r\n");
	buf_clear(&out);
	cr_assert(mime_recode(buf_str(&message), true, &out, &err));
	expect_lines(buf_str(&out), 78);
	expect_ascii(buf_str(&out));
	buf_done(&message);
	buf_done(&out);
}
