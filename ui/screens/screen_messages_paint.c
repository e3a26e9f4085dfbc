/* The message index on the canvas. */
#include "ui/screens/messages_state.h"

#include "base/clock.h"
#include "ui/say.h"
#include "words/gettext.h"

#include <stdio.h>

enum { WORDS_FROM = 50 }; /* columns that have room for more than numbers */

void screen_messages_position(const struct screen *messages, struct buf *position)
{
	const struct screen_messages *m = (const struct screen_messages *)messages;
	const struct page *page = m->page;
	if (page == NULL)
		return;
	if (m->list.total == 0) {
		buf_add_text(position, page->is_syncing         ? _("Fetching …")
				       : page->server_total > 0 ? _("Not fetched yet")
								: _("No Messages"));
		return;
	}
	struct buf at = {0}, of = {0};
	say_count(m->list.selected + 1, &at);
	say_count(m->list.total, &of);
	buf_addf(position,
		m->base.app->columns >= WORDS_FROM ? _("Message %s of %s") : _("%s of %s"),
		buf_text(&at), buf_text(&of));
	if (page->is_syncing && page->server_total > page->total)
		buf_addf(position, " (%u%%)",
			(unsigned)((uint64_t)page->total * 100 / page->server_total));
	if (page->is_preparing)
		buf_addf(position, " (%s)", _("sorting"));
	buf_done(&at);
	buf_done(&of);
}

void screen_messages_add_state(flags_t flags, struct buf *position)
{
	const char *word = (flags & FLAG_DELETED) != 0    ? _("DEL")
			   : (flags & FLAG_ANSWERED) != 0 ? _("ANS")
			   : (flags & FLAG_SEEN) == 0     ? _("NEW")
							  : NULL;
	if (word != NULL)
		buf_addf(position, " %s", word);
}

void messages_title(const struct screen *s, struct buf *about, struct buf *position)
{
	const struct screen_messages *m = (const struct screen_messages *)s;
	buf_add_text(about, _("Folder: "));
	app_folder_name(s->app, m->view.folder_id, about);
	if (m->page != NULL && m->page->is_read_only)
		buf_addf(about, " %s", _("(READONLY)"));
	if (m->page != NULL && m->page->is_zoomed)
		buf_addf(about, " %s", _("(ZOOMED)"));
	screen_messages_position(s, position);
	const struct message *row = messages_row(m, m->list.selected);
	if (row != NULL)
		screen_messages_add_state(row->flags, position);
}

static char message_letter(const struct message *row)
{
	static const struct {
		flags_t flag;
		char letter;
	} letters[] = {
		{FLAG_DELETED, 'D'},
		{FLAG_ANSWERED, 'A'},
		{FLAG_FORWARDED, 'F'},
	};
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if ((row->flags & letters[i].flag) != 0)
			return letters[i].letter;
	return (row->flags & FLAG_SEEN) == 0 ? 'N' : ' ';
}

/* Four cells: important or to me; blank; the letter; a wish that waits, or new since last time. */
static void message_marks(const struct message *row, char marks[5])
{
	bool is_new = (row->flags & FLAG_SEEN) == 0;
	marks[0] = (row->flags & FLAG_FLAGGED) != 0 ? '*'
		   : (row->hints & HINT_TO_ME) != 0 ? '+'
		   : (row->hints & HINT_CC_ME) != 0 ? '-'
						    : ' ';
	marks[1] = ' ';
	marks[2] = message_letter(row);
	marks[3] = row->pending != 0 ? '~' : is_new && (row->hints & HINT_FRESH) != 0 ? '!' : ' ';
	marks[4] = '\0';
}

static unsigned message_style(const struct message *row)
{
	if ((row->flags & FLAG_DELETED) != 0)
		return STYLE_DELETED;
	if ((row->flags & FLAG_FLAGGED) != 0)
		return STYLE_IMPORTANT | ((row->flags & FLAG_SEEN) == 0 ? STYLE_BOLD : 0);
	return (row->flags & FLAG_SEEN) == 0 ? STYLE_UNSEEN : STYLE_NORMAL;
}

static int digits_of(uint32_t number)
{
	int digits = 1;
	for (; number >= 10; number /= 10)
		digits++;
	return digits;
}

enum { MARKS_CELLS = 4, DATE_CELLS = 9, SIZE_CELLS = 9, SIZE_FROM = 60, NUMBER_CELLS = 3 };

static void message_paint_who(
	const struct message *row, struct canvas *c, int at, int column, int cells, unsigned style)
{
	struct buf who = {0};
	bool is_mine = (row->hints & HINT_FROM_ME) != 0 && row->to_name[0] != '\0';
	if (is_mine)
		buf_addf(&who, _("To: %s"), row->to_name);
	canvas_text(
		c, at, column, cells, is_mine ? buf_str(&who) : str_from(row->from_name), style);
	buf_done(&who);
}

static void message_paint_size(
	const struct message *row, struct canvas *c, int at, int column, unsigned style)
{
	struct buf count = {0}, size = {0};
	if (row->size < 100000)
		say_count(row->size, &count);
	else
		buf_addf(&count, "%u%s",
			(unsigned)(row->size < 10000000 ? row->size / 1000 : row->size / 1000000),
			row->size < 10000000 ? "K" : "M");
	buf_addf(&size, "(%s)", buf_text(&count));
	canvas_text(
		c, at, column + SIZE_CELLS - 1 - (int)size.len, SIZE_CELLS, buf_str(&size), style);
	buf_done(&count);
	buf_done(&size);
}

static void messages_paint_row(
	const struct screen_messages *m, struct canvas *c, int at, uint32_t index)
{
	const struct message *row = messages_row(m, index);
	bool is_selected = index == m->list.selected;
	if (is_selected)
		canvas_fill(c, at, 0, c->columns, STYLE_SELECTED);
	if (row == NULL)
		return;
	unsigned style = is_selected ? STYLE_SELECTED : message_style(row);
	int digits = digits_of(m->list.total);
	int number = digits > NUMBER_CELLS ? digits : NUMBER_CELLS;
	int column = MARKS_CELLS, who = (c->columns - MARKS_CELLS - number - DATE_CELLS) / 3;
	char marks[5], text[24];
	message_marks(row, marks);
	if ((row->hints & HINT_SELECTED) != 0)
		marks[0] = 'X';
	snprintf(text, sizeof(text), "%*u", number % 16, (unsigned)index + 1);
	canvas_text(c, at, 0, MARKS_CELLS, str_from(marks), style);
	canvas_text(c, at, column, number, str_from(text), style);
	column += number + 1;
	struct buf date = {0};
	say_date(row->date != 0 ? row->date : row->arrived, clock_wall_seconds(), &date);
	canvas_text(c, at, column, DATE_CELLS - 1, buf_str(&date), style);
	buf_done(&date);
	column += DATE_CELLS;
	message_paint_who(row, c, at, column, who, style);
	column += who + 1;
	if (c->columns >= SIZE_FROM) {
		message_paint_size(row, c, at, column, style);
		column += SIZE_CELLS;
	}
	canvas_text(c, at, column, c->columns - column, str_from(row->subject), style);
}

/* An empty list of a folder that is not empty. */
static void messages_paint_absent(
	const struct screen_messages *m, struct canvas *c, int top, int height)
{
	const struct page *page = m->page;
	struct buf line = {0}, count = {0};
	if (page == NULL || page->total > 0 || page->server_total == 0)
		return;
	say_count(page->server_total, &count);
	buf_addf(&line,
		page->is_syncing ? _("%s messages on the server; the first are on their way.")
				 : _("%s messages on the server; they are listed here when its "
				     "account has a connection."),
		buf_text(&count));
	canvas_wrap(c, top, 2, c->columns - 4, height, buf_str(&line), STYLE_NOTE);
	buf_done(&line);
	buf_done(&count);
}

void messages_paint(const struct screen *s, struct canvas *c, int top, int height)
{
	const struct screen_messages *m = (const struct screen_messages *)s;
	messages_paint_absent(m, c, top, height);
	for (int i = 0; i < height && m->list.top + (uint32_t)i < m->list.total; i++)
		messages_paint_row(m, c, top + i, m->list.top + (uint32_t)i);
}
