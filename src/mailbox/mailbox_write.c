/* mboxrd, written as the bytes come. */
#include "mailbox/mailbox.h"

#include <time.h>

static void line_date(int64_t arrived, struct buf *out)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm;
	time_t when = (time_t)(arrived < 0 ? 0 : arrived);
	if (gmtime_r(&when, &tm) == NULL)
		return;
	buf_addf(out, "%.3s %.3s %2d %02d:%02d:%02d %d", days + tm.tm_wday * 3,
		months + tm.tm_mon * 3, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		tm.tm_year + 1900);
}

void mbox_write_begin(
	struct mbox_writer *w, struct str sender, int64_t arrived, bool drops_cr, struct buf *out)
{
	buf_clear(&w->start);
	w->is_in_line = w->is_after_cr = false;
	w->drops_cr = drops_cr;
	buf_add_text(out, "From ");
	for (size_t i = 0; i < sender.len && i < 200; i++)
		buf_add_char(
			out, sender.data[i] > ' ' && sender.data[i] < 127 ? sender.data[i] : '_');
	if (sender.len == 0)
		buf_add_text(out, "MAILER-DAEMON");
	buf_add_char(out, ' ');
	line_date(arrived, out);
	buf_add_char(out, '\n');
}

/* A line's beginning may still become ">>From ". */
static bool may_be_from(struct str start)
{
	while (start.len > 0 && start.data[0] == '>')
		start = str_skip(start, 1);
	return start.len < 5 ? str_starts(STR("From "), start) : str_starts(start, STR("From "));
}

static void line_start(struct mbox_writer *w, bool is_whole, struct buf *out)
{
	struct str start = buf_str(&w->start), rest = start;
	while (rest.len > 0 && rest.data[0] == '>')
		rest = str_skip(rest, 1);
	if (str_starts(rest, STR("From ")))
		buf_add_char(out, '>');
	else if (!is_whole && may_be_from(start))
		return;
	buf_add(out, start);
	buf_clear(&w->start);
	w->is_in_line = true;
}

static void write_byte(struct mbox_writer *w, char c, struct buf *out)
{
	if (w->is_in_line) {
		buf_add_char(out, c);
	} else {
		buf_add_char(&w->start, c);
		line_start(w, c == '\n', out);
	}
	if (c == '\n')
		w->is_in_line = false;
}

void mbox_write(struct mbox_writer *w, struct str bytes, struct buf *out)
{
	for (size_t i = 0; i < bytes.len; i++) {
		char c = bytes.data[i];
		if (w->drops_cr && w->is_after_cr && c != '\n')
			write_byte(w, '\r', out);
		w->is_after_cr = c == '\r';
		if (!w->drops_cr || c != '\r')
			write_byte(w, c, out);
	}
}

void mbox_write_end(struct mbox_writer *w, struct buf *out)
{
	if (w->drops_cr && w->is_after_cr)
		write_byte(w, '\r', out);
	if (w->start.len > 0)
		line_start(w, true, out);
	if (w->is_in_line)
		buf_add_char(out, '\n');
	buf_add_char(out, '\n');
	w->is_in_line = w->is_after_cr = false;
	buf_done(&w->start);
}
