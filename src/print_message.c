/* Messages as JSON and as lines. */
#include "print_message.h"

#include "base/memory.h"
#include "base/width.h"
#include "render/layout.h"
#include "words/gettext.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void print_flush(struct buf *out)
{
	if (out->len > 0)
		fwrite(out->data, 1, out->len, stdout);
	buf_clear(out);
}

/* ---- Dates. ---- */

bool print_date(int64_t seconds, int zone, struct buf *out)
{
	struct tm tm;
	time_t local = (time_t)(seconds + (int64_t)zone * 60);
	if (zone <= -24 * 60 || zone >= 24 * 60 || gmtime_r(&local, &tm) == NULL ||
		tm.tm_year < -1900 || tm.tm_year > 8099)
		return false;
	buf_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, zone < 0 ? '-' : '+', abs(zone) / 60,
		abs(zone) % 60);
	return true;
}

void print_put_date(struct json *j, const char *key, bool is_known, int64_t seconds, int zone)
{
	struct buf date = {0};
	is_known = is_known && print_date(seconds, zone, &date);
	json_put_text(j, key, is_known ? buf_text(&date) : NULL);
	buf_done(&date);
}

/* ---- Addresses, ids, flags. ---- */

static void print_put_address(struct json *j, const char *name, const char *addr)
{
	json_begin_object(j);
	json_put_text(j, "name", name);
	json_put_text(j, "address", addr);
	json_end_object(j);
}

void print_put_addresses(struct json *j, const char *key, const struct address_list *list)
{
	json_key(j, key);
	json_begin_array(j);
	for (size_t i = 0; i < list->count; i++)
		print_put_address(j, list->items[i].name, list->items[i].addr);
	json_end_array(j);
}

/* Ids that stand one on a line. */
static void print_put_ids(struct json *j, const char *key, const struct buf *lines)
{
	struct str rest = buf_str(lines);
	json_key(j, key);
	json_begin_array(j);
	while (rest.len > 0) {
		struct str id = str_cut(&rest, '\n');
		if (id.len > 0)
			json_text(j, id);
	}
	json_end_array(j);
}

void print_put_flags(
	struct json *j, const struct program *program, int64_t account_id, flags_t flags)
{
	json_key(j, "flags");
	json_begin_array(j);
	for (int bit = 0; bit < 64; bit++) {
		const char *name = (flags >> bit & 1) != 0
					   ? program_flag_name(program, account_id, bit)
					   : NULL;
		if (name != NULL)
			json_text(j, str_from(name));
	}
	json_end_array(j);
}

/* ---- A row of a list. ---- */

static void print_row_json(struct program *program, const struct folder *folder,
	const struct message *row, struct buf *out)
{
	struct json j;
	struct buf text = {0};
	bool has_name = strcmp(row->from_name, row->from_addr) != 0;
	json_init(&j, out);
	json_begin_object(&j);
	place_print(row->place_id, folder->uidvalidity, &text);
	json_put_str(&j, "id", buf_str(&text));
	buf_clear(&text);
	program_folder_print(program, folder, &text);
	json_put_str(&j, "folder", buf_str(&text));
	json_put_int(&j, "uid", place_is_temporary(row->place_id) ? 0 : place_uid(row->place_id));
	print_put_date(&j, "date", row->date != 0, row->date, row->date_zone);
	print_put_date(&j, "arrived", row->arrived != 0, row->arrived, 0);
	json_key(&j, "from");
	print_put_address(&j, has_name ? row->from_name : "", row->from_addr);
	json_put_text(&j, "to", row->to_name);
	json_put_text(&j, "subject", row->subject);
	json_put_int(&j, "size", row->size);
	print_put_flags(&j, program, folder->account_id, row->flags);
	json_put_bool(&j, "unseen", (row->flags & FLAG_SEEN) == 0);
	json_put_bool(&j, "pending", row->pending != 0);
	json_put_bool(&j, "attachment", (row->hints & HINT_ATTACHMENT) != 0);
	json_put_bool(&j, "body", (row->hints & HINT_BODY) != 0);
	json_end_object(&j);
	buf_add_char(out, '\n');
	buf_done(&text);
}

static void print_add_column(struct buf *out, const char *outside, int cells)
{
	struct safe_text safe = safe_text_make(str_from(outside));
	width_add_fitted(out, str_make(safe.text, safe.len), cells);
	buf_add_char(out, ' ');
	safe_text_done(&safe);
}

/* One letter for the state, as the list on the screen has it. */
static char print_row_state(const struct message *row)
{
	if ((row->flags & FLAG_DELETED) != 0)
		return 'D';
	if ((row->flags & FLAG_ANSWERED) != 0)
		return 'A';
	return (row->flags & FLAG_SEEN) == 0 ? 'N' : ' ';
}

static void print_row_text(const struct folder *folder, const struct message *row, struct buf *out)
{
	enum { ID_CELLS = 20, DATE_CELLS = 16, FROM_CELLS = 20 };
	struct buf text = {0};
	place_print(row->place_id, folder->uidvalidity, &text);
	print_add_column(out, buf_text(&text), ID_CELLS);
	buf_addf(out, "%c%c%c ", (row->flags & FLAG_FLAGGED) != 0 ? '*' : ' ', print_row_state(row),
		row->pending != 0 ? '+' : ' ');
	buf_clear(&text);
	if (row->date != 0 && print_date(row->date, row->date_zone, &text) && text.len > 10)
		text.data[10] = ' ';
	buf_truncate(&text, text.len < DATE_CELLS ? text.len : DATE_CELLS);
	print_add_column(out, buf_text(&text), DATE_CELLS);
	print_add_column(out, row->from_name, FROM_CELLS);
	safe_text_add(out, str_from(row->subject));
	buf_add_char(out, '\n');
	buf_done(&text);
}

void print_row(struct program *program, const struct folder *folder, const struct message *row,
	bool wants_json, struct buf *out)
{
	if (wants_json)
		print_row_json(program, folder, row, out);
	else
		print_row_text(folder, row, out);
}

/* ---- A message. ---- */

static const char *print_word(void *context, const char *id)
{
	(void)context;
	return _(id);
}

static bool print_is_header(const struct layout_line *line)
{
	return line->role == LAYOUT_HEADER_NAME || line->role == LAYOUT_HEADER_VALUE;
}

/* The lines behind the message's own header fields and the empty line below them. */
static struct layout print_behind_headers(const struct layout *layout)
{
	size_t at = 0;
	while (at < layout->count && print_is_header(&layout->lines[at]))
		at++;
	if (at > 0 && at < layout->count && layout->lines[at].len == 0)
		at++;
	return (struct layout){layout->lines + at, layout->count - at, 0};
}

void print_text(const struct shown *shown, int cells, bool with_headers, struct buf *out)
{
	struct layout_options options = {.cells = cells, .word = print_word};
	struct layout *layout = layout_make(shown->doc, &options);
	struct layout rest = print_behind_headers(layout);
	layout_text(with_headers ? layout : &rest, out);
	layout_free(layout);
}

static void print_put_part(struct json *j, const struct shown_part *part)
{
	json_begin_object(j);
	json_put_text(j, "path", part->path);
	json_put_text(j, "type", part->type);
	json_put_text(j, "name", part->name);
	json_put_text(j, "disposition", part->disposition);
	json_put_text(j, "content-id", part->content_id);
	json_put_text(j, "charset", part->charset);
	json_key(j, "size");
	if (part->have_bytes)
		json_int(j, (int64_t)part->size);
	else
		json_null(j);
	json_put_text(j, "sha256", part->sha256[0] != '\0' ? part->sha256 : NULL);
	json_put_bool(j, "is_attachment", part->is_attachment);
	json_end_object(j);
}

static void print_put_parts(struct json *j, const struct shown *shown)
{
	json_key(j, "parts");
	json_begin_array(j);
	for (size_t i = 0; i < shown->part_count; i++)
		print_put_part(j, &shown->parts[i]);
	json_end_array(j);
}

void print_shown(struct json *j, const struct shown *shown, int cells, bool with_headers)
{
	struct buf text = {0};
	json_put_text(j, "subject", shown->subject);
	print_put_addresses(j, "from", &shown->from);
	print_put_addresses(j, "to", &shown->to);
	print_put_addresses(j, "cc", &shown->cc);
	print_put_addresses(j, "reply-to", &shown->reply_to);
	print_put_date(j, "date", shown->has_date, shown->date, shown->date_zone);
	json_put_text(j, "message-id", shown->message_id);
	print_put_ids(j, "in-reply-to", &shown->in_reply_to);
	print_put_ids(j, "references", &shown->references);
	print_flush(j->out);
	print_text(shown, cells, with_headers, &text);
	json_put_long(j, "text", buf_str(&text), print_flush);
	buf_done(&text);
	print_flush(j->out);
	json_put_long(j, "plain", buf_str(&shown->plain), print_flush);
	print_flush(j->out);
	json_put_long(j, "html", buf_str(&shown->html), print_flush);
	print_flush(j->out);
	print_put_parts(j, shown);
}
