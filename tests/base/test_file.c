/* Files, the log, base64, the clock. */
#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[] = "/tmp/rowan-test-XXXXXX";

static void make_scratch(void)
{
	cr_assert_not_null(mkdtemp(scratch));
	cr_assert_eq(chdir(scratch), 0);
}

static void remove_scratch(void)
{
	cr_assert_eq(chdir("/"), 0);
	struct buf command = {0};
	buf_addf(&command, "rm -rf %s", scratch);
	cr_expect_eq(system(buf_text(&command)), 0);
	buf_done(&command);
}

TestSuite(file, .init = make_scratch, .fini = remove_scratch);

static mode_t mode_of(const char *path)
{
	struct stat st = {0};
	stat(path, &st);
	return st.st_mode & 0777;
}

Test(file, reads_what_it_wrote)
{
	struct error err = {0};
	struct buf read = {0};
	cr_assert(file_write_atomic("f", STR("old"), 0600, &err));
	cr_assert(file_write_atomic("f", STR("new\0bytes"), 0600, &err));
	cr_assert(file_read("f", 9, &read, &err));
	cr_assert(str_equal(buf_str(&read), STR("new\0bytes")));
	cr_assert_eq(mode_of("f"), 0600);
	cr_assert_not(file_exists("f.new"));
	buf_clear(&read);
	cr_assert_not(file_read("f", 8, &read, &err));
	cr_assert_eq(err.kind, ERROR_INPUT);
	cr_assert_not(file_read("missing", 8, &read, &err));
	cr_assert_str_eq(err.detail, "missing: No such file or directory");
	buf_done(&read);
}

Test(file, maps_a_large_one)
{
	struct error err = {0};
	struct str bytes;
	cr_assert(file_write_atomic("f", STR("some bytes"), 0600, &err));
	cr_expect_eq(file_size("f"), 10);
	cr_expect_eq(file_size("missing"), 0);
	cr_assert(file_map("f", &bytes, &err));
	file_forget(bytes);
	cr_expect(str_equal(bytes, STR("some bytes")));
	file_unmap(bytes);
	cr_expect_not(file_map("missing", &bytes, &err));
	cr_expect_str_eq(err.detail, "missing: No such file or directory");
}

Test(file, keeps_the_old_content_when_writing_fails)
{
	struct error err = {0};
	cr_assert_not(file_write_atomic("no/such/folder", STR("x"), 0600, &err));
	cr_assert_eq(err.kind, ERROR_STORAGE);
	cr_assert_eq(mkdir("taken", 0700), 0);
	cr_assert_not(file_write_atomic("taken", STR("x"), 0600, &err));
	cr_assert_not(file_exists("taken.new"));
}

Test(file, makes_private_folders_and_those_above)
{
	struct error err = {0};
	cr_assert(file_make_folder("a/b/c", &err), "%s", err.detail);
	cr_assert(file_make_folder("a/b/c", &err));
	cr_assert(file_make_folder("a/b/d/", &err), "%s", err.detail);
	cr_assert_eq(mode_of("a/b"), 0700);
	cr_assert(file_write_atomic("f", STR(""), 0600, &err));
	cr_assert_not(file_make_folder("f/g", &err));
	cr_assert_not(file_make_folder("f", &err));
	cr_assert_eq(err.kind, ERROR_STORAGE);
}

Test(file, never_opens_an_existing_file_as_new)
{
	struct error err = {0};
	int fd = file_create_new("f", &err);
	cr_assert_geq(fd, 0);
	cr_assert(file_write_all(fd, STR("x"), "f", &err));
	close(fd);
	cr_assert_eq(mode_of("f"), 0600);
	cr_assert_eq(symlink("target", "link"), 0);
	cr_assert_eq(file_create_new("f", &err), -1);
	cr_assert_eq(errno, EEXIST);
	cr_assert_eq(file_create_new("link", &err), -1);
	cr_assert_not(file_exists("target"));
}

Test(file, log_lines_stay_lines)
{
	struct error err = {0};
	struct buf text = {0};
	struct log *log = log_open("log", &err);
	log_line(log, "say \"%s\"", "a\nb\033[31m");
	log_wire(log, "work", '<', STR("* OK x\r\n* BYE\r\n\xff"));
	log_line(NULL, "nobody");
	log_wire(NULL, "work", '>', STR("x"));
	log_close(log);
	log_close(NULL);
	cr_assert_eq(mode_of("log"), 0600);
	cr_assert(file_read("log", 10000, &text, &err));
	cr_assert_neq(str_find(buf_str(&text), STR("Z say \"a\\x0ab\\x1b[31m\"\n")), STR_NONE);
	cr_assert_neq(str_find(buf_str(&text), STR("Z work < * OK x\n")), STR_NONE);
	cr_assert_neq(str_find(buf_str(&text), STR("Z work < * BYE\n")), STR_NONE);
	cr_assert_neq(str_find(buf_str(&text), STR("Z work < \\xff\n")), STR_NONE);
	buf_done(&text);
}

Test(base64, is_that_of_rfc_4648)
{
	static const char *const rows[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
		{"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"}, {"\xff\xfe\xfd", "//79"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = {0};
		base64_encode(str_from(rows[i][0]), &out);
		cr_expect_str_eq(buf_text(&out), rows[i][1]);
		buf_clear(&out);
		cr_expect(base64_decode(str_from(rows[i][1]), &out));
		cr_expect_str_eq(buf_text(&out), rows[i][0]);
		buf_done(&out);
	}
}

Test(base64, takes_nothing_else_and_leaves_the_output_alone)
{
	static const char *const rows[] = {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zm9v\n",
		"Zm 9", "Zm9-", "=Zg=", "Zg==Zg==", "Zm8=Zm8="};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = {0};
		buf_add_text(&out, "kept");
		cr_expect_not(base64_decode(str_from(rows[i]), &out), "%s", rows[i]);
		cr_expect_str_eq(buf_text(&out), "kept", "%s", rows[i]);
		buf_done(&out);
	}
}

Test(clock, can_be_set_by_a_test)
{
	setenv("ROWAN_CLOCK", "1234567890", 1);
	cr_assert_eq(clock_wall_seconds(), 1234567890);
	setenv("ROWAN_CLOCK", "soon", 1);
	cr_assert_gt(clock_wall_seconds(), 1700000000);
	int64_t before = clock_monotonic_ms();
	cr_assert_geq(clock_monotonic_ms(), before);
}

Test(memory, copies_text)
{
	cr_assert_null(mem_text(NULL));
	char *copy = mem_str(STR("a\0b"));
	cr_assert_eq(memcmp(copy, "a\0b", 4), 0);
	mem_free(copy);
	mem_free_secret(mem_text("secret"));
	mem_free_secret(NULL);
}
