/* What stands inside a leaf: encoded messages, uuencoded files. */
#include <criterion/criterion.h>

#include "proto/mime/mime.h"
#include "proto/mime/mime_inside.h"

static void expect_bytes(const char *message, const char *path, const char *want)
{
	struct buf got = {0};
	bool is_found = mime_part_bytes(str_from(message), str_from(path), &got);
	cr_expect_eq(is_found, want != NULL, "%s", path);
	if (want != NULL)
		cr_expect_str_eq(buf_text(&got), want, "%s: %s", path, buf_text(&got));
	buf_done(&got);
}

static const char uu[] = "Subject: s\n\none\nbegin 644 a.txt\n#0V%T\n`\nend\ntwo\n"
			 "begin 644 b\n#1&]G\n`\nend\n";

Test(mime_inside, finds_files_in_a_text_by_path)
{
	expect_bytes(uu, "1.1", "Cat");
	expect_bytes(uu, "1.2", "Dog");
	expect_bytes(uu, "1.3", NULL);
	expect_bytes(uu, "2", NULL);
	expect_bytes(uu, "", NULL);
}

/* Base64 of "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n" and a
 * message "Subject: y\n\nsay=3D\n". */
static const char twice[] =
	"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
	"Q29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMgpDb250ZW50LVRyYW5zZmVyLUVuY29kaW5nOiBx\n"
	"dW90ZWQtcHJpbnRhYmxlCgpTdWJqZWN0OiB5CgpzYXk9M0QK\n";

Test(mime_inside, goes_through_one_encoding_after_another)
{
	expect_bytes(twice, "1.1.1", "say=\n");
	expect_bytes(twice, "1.1", "Subject: y\n\nsay=\n");
}

static void expect_files(const char *text, int want)
{
	struct part leaf = {.path = (char[]){"1"},
		.type = (char[]){"text"},
		.subtype = (char[]){"plain"},
		.have_bytes = true};
	struct mime_inside inside;
	int files = 0;
	if (mime_inside_open(&leaf, str_from(text), 1000000, &inside)) {
		for (const struct part *p = inside.root; p != NULL; p = part_next(p))
			files += p->transfer == TRANSFER_UUENCODE;
		mime_inside_done(&inside);
	}
	cr_expect_eq(files, want, "%s", text);
}

Test(mime_inside, leaves_ordinary_text_alone)
{
	expect_files("begin 644 a\n#0V%T\n`\nend\n", 1);
	expect_files("begin 644 a\r\n#0V%T\r\n \r\nend\r\n", 1);
	expect_files("begin 644 a\nend\n", 0);
	expect_files("begin 644 \n#0V%T\n`\nend\n", 0);
	expect_files("begin 6x4 a\n#0V%T\n`\nend\n", 0);
	expect_files("begin 644 a\nsome words\nend\n", 0);
	expect_files("begin 644 a\n#0V%T\n`\n", 0); /* cut, and too little to be sure */
	expect_files("x begin 644 a\n#0V%T\n`\nend\n", 0);
	expect_files("> begin 644 a\n> #0V%T\n> `\n> end\n", 0);
	expect_files("begin 644 a\nbegin 644 b\n#0V%T\n`\nend\n", 1);
}

Test(mime_inside, opens_nothing_beyond_its_limit)
{
	struct part leaf = {.path = (char[]){"1"},
		.type = (char[]){"text"},
		.subtype = (char[]){"plain"},
		.have_bytes = true};
	struct mime_inside inside;
	cr_expect_not(mime_inside_open(&leaf, STR("begin 644 a\n#0V%T\n`\nend\n"), 10, &inside));
}
