/* Charsets: labels, conversion, and how often the guess is right. */
#include <criterion/criterion.h>
#include <iconv.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "proto/mime/mime.h"

Test(mime_charset, knows_the_labels_of_mail)
{
	static const struct {
		const char *label, *name;
	} rows[] = {
		{"utf-8", "UTF-8"},
		{"UTF8", "UTF-8"},
		{" \"utf-8\" ", "UTF-8"},
		{"unicode-1-1-utf-8", "UTF-8"},
		{"unicode-1-1-utf-7", "UTF-7"},
		{"us-ascii", "US-ASCII"},
		{"ANSI_X3.4-1968", "US-ASCII"},
		{"iso-8859-1", "windows-1252"},
		{"ISO_8859-1:1987", "windows-1252"},
		{"latin1", "windows-1252"},
		{"iso-8859-9", "windows-1254"},
		{"iso-8859-8-i", "ISO-8859-8"},
		{"iso-8859-15", "ISO-8859-15"},
		{"cp-850", "IBM850"},
		{"ibm850", "IBM850"},
		{"x-mac-roman", "MACINTOSH"},
		{"x-gbk", "GB18030"},
		{"gb2312", "GB18030"},
		{"hz-gb-2312", "HZ"},
		{"x-sjis", "CP932"},
		{"shift_jis", "CP932"},
		{"ks_c_5601-1987", "UHC"},
		{"euc-kr", "UHC"},
		{"big5", "BIG5-HKSCS"},
		{"iso-2022-jp", "ISO-2022-JP"},
		{"koi8-ru", "KOI8-U"},
		{"tis-620", "windows-874"},
		{"win-1251", "windows-1251"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name = mime_charset_name(str_from(rows[i].label));
		cr_expect(name != NULL && strcmp(name, rows[i].name) == 0, "%s: %s", rows[i].label,
			name != NULL ? name : "unknown");
	}
}

Test(mime_charset, lets_no_other_name_reach_iconv)
{
	static const char *const rows[] = {"", "x-unknown", "ISO-2022-CN-EXT", "ISO-2022-JP-3-FOO",
		"UTF-8//TRANSLIT", "../../gconv/evil", "utf-8,utf-16", "unknown-8bit",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_null(mime_charset_name(str_from(rows[i])), "%s", rows[i]);
}

static void check_decode(const char *label, struct str in, const char *want)
{
	struct buf got = {0};
	mime_charset_decode(label, in, &got);
	cr_expect_str_eq(buf_text(&got), want, "%s: got %s, want %s", label ? label : "none",
		buf_text(&got), want);
	buf_done(&got);
}

Test(mime_charset, converts_what_mail_has)
{
	check_decode("utf-8", STR("\xef\xbb\xbfGr\xc3\xbc\xc3\x9f"), "Grüß");
	check_decode("iso-8859-1", STR("\x93Gr\xfc\xdf\x94"), "“Grüß”");
	check_decode("iso-8859-15", STR("10 \xa4"), "10 €");
	check_decode("koi8-r", STR("\xf0\xd2\xc9\xd7\xc5\xd4"), "Привет");
	check_decode("iso-8859-8-i", STR("\xf9\xec\xe5\xed"), "שלום");
	check_decode("iso-2022-jp", STR("\033$B2q5D$N7o\033(B ok"), "会議の件 ok");
	check_decode("iso-2022-jp", STR("\033$B-!\033(B"), "①");   /* NEC row 13 */
	check_decode("iso-2022-jp", STR("\033(I6E\033(B"), "ｶﾅ");  /* half-width */
	check_decode("iso-2022-jp", STR("\033$(D0!\033(B"), "丂"); /* JIS X 0212 */
	check_decode("iso-2022-kr", STR("\033$)C\x0e>H3g\x0f a"), "안녕 a");
	check_decode("hz-gb-2312", STR("a ~{;aRi~} ~~"), "a 会议 ~");
	check_decode("gb2312", STR("\xbb\xe1\xd2\xe9 \x81\x30\x84\x36"), "会议 ¥");
	check_decode("big5", STR("\xb7\x7c\xc4\xb3"), "會議");
	check_decode("big5-hkscs", STR("\x9d\xf8"), "啲");
	check_decode("shift_jis", STR("\x89\xef\x8b\x63 \x87\x40"), "会議 ①");
	check_decode("euc-kr", STR("\xbe\xc8\xb3\xe7"), "안녕");
	check_decode("utf-7", STR("Gr+APwA3w-"), "Grüß");
	check_decode("utf-16", STR("\xff\xfeH\0i\0"), "Hi");
	check_decode("utf-16", STR("\xfe\xff\0H\0i"), "Hi");
	check_decode("utf-16", STR("\0H\0i"), "Hi");
	check_decode("utf-16", STR("H\0i\0"), "Hi");
	check_decode("utf-16le", STR("H\0i\0"), "Hi");
	check_decode("x-mac-roman", STR("caf\x8e"), "café");
}

Test(mime_charset, goes_on_after_what_does_not_convert)
{
	check_decode("utf-8", STR("a\xc3\xa4 \xff b\xc3\xb6"), "aä � bö");
	check_decode("windows-1252",
		STR("a\x81"
		    "b"),
		"a�b");
	check_decode("gb2312", STR("\xbb\xe1 \xff \xd2\xe9"), "会 � 议");
	check_decode("euc-jp", STR("ab\x8e"), "ab�");
	check_decode("utf-16be", STR("\0a\xd8\0\0b\0"), "a�b�");
	check_decode("iso-2022-kr", STR("\033$)Ca\xffz"), "a�z");
}

Test(mime_charset, does_not_believe_lies)
{
	check_decode("us-ascii", STR("Gr\xc3\xbc\xc3\x9f"), "Grüß");
	check_decode("iso-8859-1", STR("Gr\xc3\xbc\xc3\x9f"), "Grüß");
	check_decode("utf-8",
		STR("Gr\xfc\xdf"
		    "e aus K\xf6ln"),
		"Grüße aus Köln");
	check_decode("x-nobody", STR("Gr\xc3\xbc\xc3\x9f"), "Grüß");
	check_decode(NULL, STR("\033$B2q5D\033(B"), "会議");
}

Test(mime_charset, agrees_with_iconv_on_every_byte_of_its_own_charts)
{
	static const char *const names[] = {"windows-1250", "windows-1251", "windows-1252",
		"windows-1253", "windows-1254", "windows-1256", "windows-1257", "KOI8-R", "KOI8-U",
		"ISO-8859-2", "ISO-8859-5", "ISO-8859-6", "ISO-8859-15", "IBM866", "IBM437",
		"IBM850", "IBM852"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		iconv_t cd = iconv_open("UTF-8", names[i]);
		for (int byte = 0x80; byte < 0x100; byte++) {
			char in = (char)byte, out[8] = "", *from = &in, *to = out;
			size_t left = 1, room = sizeof out - 1;
			bool is_known = iconv(cd, &from, &left, &to, &room) != (size_t)-1;
			iconv(cd, NULL, NULL, &to, &room);
			struct buf got = {0};
			mime_charset_decode(names[i], str_make(&in, 1), &got);
			cr_expect_str_eq(buf_text(&got), is_known ? out : "\xef\xbf\xbd", "%s %02x",
				names[i], byte);
			buf_done(&got);
		}
		iconv_close(cd);
	}
}

/* ---- The guess. ---- */

struct tally {
	int right, all;
};

static struct str encode(const char *charset, struct str text, char *room, size_t size)
{
	iconv_t cd = iconv_open(charset, "UTF-8");
	char *from = (char *)(uintptr_t)text.data, *to = room;
	size_t left = text.len, space = size;
	cr_assert_neq(
		iconv(cd, &from, &left, &to, &space), (size_t)-1, "%s in %s", text.data, charset);
	iconv(cd, NULL, NULL, &to, &space);
	iconv_close(cd);
	return str_make(room, size - space);
}

static void guess_line(struct str line, struct tally *tally)
{
	struct str rest = line, language = str_cut(&rest, ' ');
	for (struct str charsets = str_cut(&rest, ' '); charsets.len > 0;) {
		char room[1024];
		char *charset = mem_str(str_cut(&charsets, ','));
		struct buf got = {0};
		mime_charset_decode(NULL, encode(charset, rest, room, sizeof room), &got);
		bool is_right = str_equal(buf_str(&got), rest);
		tally->all++;
		tally->right += is_right;
		if (!is_right)
			cr_log_info("%.*s %s: %.*s read as %s", (int)language.len, language.data,
				charset, (int)rest.len, rest.data, buf_text(&got));
		buf_done(&got);
		mem_free(charset);
	}
}

Test(mime_charset, guesses_short_subjects_of_many_languages)
{
	const char *top = getenv("TEST_SRCDIR");
	struct buf path = {0}, lines = {0};
	struct error err;
	struct tally tally = {0, 0};
	buf_addf(&path, "%s/tests/data/mime/subjects.txt", top != NULL ? top : ".");
	cr_assert(file_read(buf_text(&path), 1 << 20, &lines, &err), "%s", err.detail);
	for (struct str rest = buf_str(&lines); rest.len > 0;) {
		struct str line = str_cut(&rest, '\n');
		if (line.len > 0 && line.data[0] != '#')
			guess_line(line, &tally);
	}
	cr_log_info("%d of %d subjects read right", tally.right, tally.all);
	cr_expect_geq(tally.all, 130);
	cr_expect_geq(tally.right * 100, tally.all * 95);
	buf_done(&path);
	buf_done(&lines);
}

Test(mime_charset, cuts_text_between_characters_at_the_limit)
{
	struct part *part = part_new(NULL);
	struct buf got = {0};
	cr_expect(mime_text_decode(part, STR("a\r\nb\rc\n"), NULL, 100, &got));
	cr_expect_str_eq(buf_text(&got), "a\nb\nc\n");
	buf_clear(&got);
	cr_expect_not(mime_text_decode(part, STR("xx\xc3\xa4\xc3\xb6"), "utf-8", 3, &got));
	cr_expect_str_eq(buf_text(&got), "xx");
	buf_done(&got);
	part_free(part);
}
