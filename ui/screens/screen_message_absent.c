/* What stands in the place of a message that is not here. */
#include "ui/screens/message_state.h"

#include "base/memory.h"

#include "ui/say.h"
#include "words/gettext.h"
#include "words/words.h"

static void absent_header(struct doc *doc, const char *name, const char *value)
{
	struct doc_block *block;
	if (value == NULL || value[0] == '\0')
		return;
	block = doc_add_block(doc, DOC_HEADER);
	block->label = mem_text(name);
	doc_block_add(block, str_from(value), 0, -1);
}

static void absent_line(struct doc *doc, const char *text)
{
	struct doc_block *block = doc_add_block(doc, DOC_TEXT);
	block->wrap = DOC_WRAP;
	doc_block_add(block, str_from(text), 0, -1);
}

/* As render/ shows the same fields of a message that is here. */
static void absent_headers(struct doc *doc, const struct message *row)
{
	struct buf date = {0}, from = {0};
	say_header_date(row->date != 0 ? row->date : row->arrived,
		row->date != 0 ? row->date_zone : 0, &date);
	buf_add_text(&from, row->from_name);
	if (row->from_addr[0] != '\0' && strcmp(row->from_name, row->from_addr) != 0)
		buf_addf(&from, from.len > 0 ? " <%s>" : "%s", row->from_addr);
	absent_header(doc, "Date", buf_text(&date));
	absent_header(doc, "From", buf_text(&from));
	absent_header(doc, "To", row->to_name);
	absent_header(doc, "Subject", row->subject);
	doc_add_block(doc, DOC_BLANK);
	buf_done(&date);
	buf_done(&from);
}

static const char *absent_account(const struct screen_message *m)
{
	const struct folder *folder = app_folder(m->base.app, place_folder(m->row.place_id));
	const struct account_status *account =
		folder != NULL ? app_account(m->base.app, folder->account_id) : NULL;
	return account != NULL ? account->name : _("its account");
}

static void absent_reason(const struct screen_message *m, struct buf *line)
{
	bool is_network = m->error.kind == ERROR_NONE || m->error.kind == ERROR_NETWORK;
	if (m->has_failed)
		buf_add_text(line, _("This message cannot be shown."));
	else if (!m->is_unreachable)
		buf_add_text(line, "…");
	else if (is_network)
		buf_addf(line,
			m->part[0] == '\0'
				? _("This message is not here yet. It will be fetched when %s is "
				    "online again.")
				: _("This part is not here yet. It will be fetched when %s is "
				    "online again."),
			absent_account(m));
	else
		buf_add_text(line, _("This message is not here, and could not be fetched."));
}

struct doc *message_absent_doc(const struct screen_message *m)
{
	struct doc *doc = doc_new();
	struct buf line = {0};
	if (m->part[0] == '\0')
		absent_headers(doc, &m->row);
	absent_reason(m, &line);
	absent_line(doc, buf_text(&line));
	buf_clear(&line);
	if (m->error.kind != ERROR_NONE) {
		words_error_line(&m->error, NULL, &line);
		doc_add_block(doc, DOC_BLANK);
		absent_line(doc, buf_text(&line));
	}
	buf_done(&line);
	return doc;
}
