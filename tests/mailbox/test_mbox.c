/* mbox in its dialects: where messages stand, what is quoted, and what is left alone. */
#include "mailbox/mailbox.h"

#include "base/memory.h"

#include <criterion/criterion.h>

static bool memory_read(
	void *context, uint64_t offset, size_t max, struct buf *out, struct error *err)
{
	const struct str *text = context;
	(void)err;
	if (offset < text->len)
		buf_add(out, str_first(str_skip(*text, (size_t)offset), max));
	return true;
}

/* All messages, each in [] with its flags in front. */
static void read_all(struct str text, enum mailbox_format format, struct buf *out)
{
	struct mbox_source source = {.context = &text, .size = text.len, .read = memory_read};
	struct mbox *mbox = mbox_new(&source);
	struct mbox_message m = {0};
	struct error err = {0};
	enum mbox_reason reason;
	bool is_found = true;
	if (format == MAILBOX_GUESS)
		cr_assert(mbox_guess(mbox, &format, &reason, &err), "%s", err.detail);
	mbox_set_format(mbox, format);
	while (mbox_next(mbox, &m, &is_found, &err) && is_found) {
		buf_addf(out, "%llu", (unsigned long long)m.flags);
		buf_add_text(out, "[");
		for (uint64_t at = m.from; at < m.to;)
			cr_assert(mbox_read(mbox, &m, &at, out, &err));
		buf_add_text(out, "]");
	}
	mbox_message_done(&m);
	mbox_free(mbox);
}

#define READS(text, format, expected)                                                              \
	do {                                                                                       \
		struct buf out_ = {0};                                                             \
		read_all(str_from(text), format, &out_);                                           \
		cr_expect_str_eq(buf_text(&out_), expected);                                       \
		buf_done(&out_);                                                                   \
	} while (0)

#define FROM "From joe@x.org Sat Jan  3 01:05:34 1998\n"

Test(mbox, messages_are_parted_by_a_blank_line_and_a_from_line_with_a_date)
{
	READS(FROM "A: b\n\none\n\n" FROM "C: d\n\ntwo\n\n", MAILBOX_GUESS,
		"0[A: b\n\none\n]0[C: d\n\ntwo\n]");
	READS(FROM "A: b\n\nFrom here on\n\nFrom there too\n\n" FROM "C: d\n\n", MAILBOX_GUESS,
		"0[A: b\n\nFrom here on\n\nFrom there too\n]0[C: d\n]");
	READS("From joe Sat Jan  3 01:05:34 1998\r\nA: b\r\n\r\none\r\n\r\nFrom joe Sat Jan  3 "
	      "01:05:34 1998\r\nC: d\r\n\r\n",
		MAILBOX_GUESS, "0[A: b\r\n\r\none\r\n]0[C: d\r\n]");
	READS(FROM "A: b\n\nno end", MAILBOX_GUESS, "0[A: b\n\nno end]");
	READS("", MAILBOX_GUESS, "");
	READS("\n\n" FROM "\n" FROM "A: b\n", MAILBOX_GUESS, "0[]0[A: b\n]");
}

Test(mbox, flags_and_keywords_are_what_other_programs_wrote)
{
	READS(FROM "Status: RO\nX-Status: AF\n\nx\n\n" FROM "Status: O\n\n", MAILBOX_GUESS,
		"7[Status: RO\nX-Status: AF\n\nx\n]0[Status: O\n]");
}

Test(mbox, a_doubtful_line_stays_as_it_is_and_a_certain_one_is_unquoted)
{
	READS(FROM "A: b\n\n>From here\n\n", MAILBOX_GUESS, "0[A: b\n\n>From here\n]");
	READS(FROM "A: b\n\n>From here\n\n", MAILBOX_MBOXRD, "0[A: b\n\nFrom here\n]");
	READS(FROM "A: b\n\n>From here\n>>From there\n> From\n\n", MAILBOX_GUESS,
		"0[A: b\n\nFrom here\n>From there\n> From\n]");
}

Test(mbox, lengths_hold_where_they_lead_to_the_next_message)
{
	READS(FROM "Content-Length: 10\n\na\n\nFrom \n\n\n" FROM "Content-Length: 2\n\nb\n\n",
		MAILBOX_MBOXCL2,
		"0[Content-Length: 10\n\na\n\nFrom \n\n]0[Content-Length: 2\n\nb\n]");
	READS(FROM "Content-Length: 900\n\na\n\n" FROM "B: c\n\nb\n\n", MAILBOX_MBOXCL2,
		"0[Content-Length: 900\n\na\n]0[B: c\n\nb\n]");
}

/* ---- Written and read again. ---- */

static void write_all(const char *const *messages, size_t count, size_t step, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		struct mbox_writer w = {0};
		struct str rest = str_from(messages[i]);
		mbox_write_begin(&w, STR("joe@x.org"), 883789534, false, out);
		while (rest.len > 0) {
			mbox_write(&w, str_first(rest, step), out);
			rest = str_skip(rest, step);
		}
		mbox_write_end(&w, out);
	}
}

Test(mbox, what_was_written_is_read_byte_for_byte_however_it_was_cut)
{
	static const char *const messages[] = {"A: b\n\nFrom one\n>From two\n>>From\n> From\n",
		"From: x\n\n\n\nFrom\n", "C: d\n\nlast line\n\n", ">From \n"};
	for (size_t step = 1; step < 12; step++) {
		struct buf file = {0}, back = {0}, expected = {0};
		write_all(messages, 4, step, &file);
		for (int i = 0; i < 4; i++)
			buf_addf(&expected, "0[%s]", messages[i]);
		read_all(buf_str(&file), MAILBOX_MBOXRD, &back);
		cr_expect_str_eq(buf_text(&back), buf_text(&expected));
		buf_done(&file);
		buf_done(&back);
		buf_done(&expected);
	}
}

Test(mbox, a_file_cut_anywhere_gives_the_messages_in_front_of_the_cut)
{
	static const char text[] =
		FROM "A: b\n\n>>From one\n\n" FROM "Content-Length: 4\n\ntwo\n\n";
	static const enum mailbox_format formats[] = {
		MAILBOX_GUESS, MAILBOX_MBOXO, MAILBOX_MBOXRD, MAILBOX_MBOXCL, MAILBOX_MBOXCL2};
	for (size_t len = 0; len < sizeof(text); len++)
		for (size_t f = 0; f < sizeof(formats) / sizeof(*formats); f++) {
			struct buf out = {0};
			if (len == 0 || len > 5)
				read_all(str_make(text, len), formats[f], &out);
			if (len > 100)
				cr_expect(str_starts(buf_str(&out), STR("0[A: b\n\n>")), "%zu %s",
					len, buf_text(&out));
			buf_done(&out);
		}
}

Test(mbox, the_date_of_a_from_line_is_read_as_programs_write_it)
{
	static const struct {
		const char *line;
		int64_t arrived;
	} lines[] = {
		{"joe@x.org Sat Jan  3 01:05:34 1998", 883789534},
		{"joe@x.org Sat Jan 03 01:05:34 1998 +0100", 883785934},
		{"joe@x.org Sat Jan  3 01:05:34 +0100 1998", 883785934},
		{"joe@x.org Sat Jan  3 01:05 1998", 883789500},
		{"- Thu Jan  1 00:00:00 1970", 0},
	};
	static const char *const none[] = {"", "here on", "joe Sat Jan", "a Jan 40 01:02:03 1998"};
	int64_t arrived;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		cr_assert(mbox_line_read(str_from(lines[i].line), &arrived), "%s", lines[i].line);
		cr_expect_eq(arrived, lines[i].arrived, "%s", lines[i].line);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		cr_expect_not(mbox_line_read(str_from(none[i]), &arrived), "%s", none[i]);
}

Test(mbox, the_names_of_a_maildir_tell_flags)
{
	unsigned keywords;
	struct buf out = {0};
	cr_expect_eq(maildir_flags(STR("1.a.host:2,FSab"), &keywords), FLAG_FLAGGED | FLAG_SEEN);
	cr_expect_eq(keywords, 3);
	cr_expect_eq(maildir_flags(STR("1.a.host"), &keywords), 0);
	cr_expect(str_equal(maildir_base(STR("1.a.host:2,S")), STR("1.a.host")));
	maildir_flags_print(FLAG_SEEN | FLAG_DRAFT | FLAG_ANSWERED, &out);
	cr_expect_str_eq(buf_text(&out), ":2,DRS");
	buf_done(&out);
}
