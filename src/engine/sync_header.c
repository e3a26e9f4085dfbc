/* Header fields → rows for the store. */
#include "engine/sync_header.h"

#include "base/array.h"
#include "base/digest.h"
#include "proto/mime/mime.h"

void sync_batch_clear(struct sync_batch *batch)
{
	batch->row_count = 0;
	batch->flag_count = 0;
	arena_clear(&batch->arena);
}

void sync_batch_done(struct sync_batch *batch)
{
	mem_free(batch->rows);
	mem_free(batch->flags);
	arena_done(&batch->arena);
	for (size_t i = 0; i < sizeof(batch->scratch) / sizeof(*batch->scratch); i++)
		buf_done(&batch->scratch[i]);
}

/* The raw values of the fields that a row is made of. */
enum header_field {
	FIELD_DATE,
	FIELD_FROM,
	FIELD_TO,
	FIELD_CC,
	FIELD_SUBJECT,
	FIELD_MESSAGE_ID,
	FIELD_REFERENCES,
	FIELD_IN_REPLY_TO,
	FIELD_CONTENT_TYPE,
	FIELD_LIST_ID,
	FIELD_COUNT,
};

static enum header_field header_field_of(struct str name)
{
	static const struct {
		const char *name;
		enum header_field field;
	} names[] = {
		{"date", FIELD_DATE},
		{"from", FIELD_FROM},
		{"to", FIELD_TO},
		{"cc", FIELD_CC},
		{"subject", FIELD_SUBJECT},
		{"message-id", FIELD_MESSAGE_ID},
		{"references", FIELD_REFERENCES},
		{"in-reply-to", FIELD_IN_REPLY_TO},
		{"content-type", FIELD_CONTENT_TYPE},
		{"list-id", FIELD_LIST_ID},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_equal_nocase(name, str_from(names[i].name)))
			return names[i].field;
	return FIELD_COUNT;
}

/* The first field of a name counts, as everywhere in Rowan. */
static void header_collect(struct str header, struct str fields[FIELD_COUNT])
{
	struct str name, value;
	while (mime_field_next(&header, &name, &value)) {
		enum header_field field = header_field_of(name);
		if (field != FIELD_COUNT && str_is_empty(fields[field]))
			fields[field] = value;
	}
}

static bool header_names_me(const struct account *account, struct str field)
{
	struct str me = str_from(account->from);
	size_t at = str_find_char(me, '<');
	if (at != STR_NONE)
		me = str_first(str_skip(me, at + 1), str_find_char(str_skip(me, at + 1), '>'));
	if (str_find_char(me, '@') == STR_NONE)
		me = str_from(account->incoming.user);
	return me.len > 0 && str_find_char(me, '@') != STR_NONE &&
	       str_find_nocase(field, me) != STR_NONE;
}

static unsigned header_hints(const struct account *account, const struct str fields[FIELD_COUNT])
{
	unsigned hints = 0;
	struct str type = str_trim(fields[FIELD_CONTENT_TYPE]);
	if (str_starts_nocase(type, STR("multipart/mixed")))
		hints |= HINT_ATTACHMENT;
	if (header_names_me(account, fields[FIELD_TO]))
		hints |= HINT_TO_ME;
	if (header_names_me(account, fields[FIELD_CC]))
		hints |= HINT_CC_ME;
	if (header_names_me(account, fields[FIELD_FROM]))
		hints |= HINT_FROM_ME;
	if (!str_is_empty(fields[FIELD_LIST_ID]))
		hints |= HINT_LIST;
	return hints;
}

static struct str batch_word(struct sync_batch *batch, struct str raw)
{
	struct buf *text = &batch->scratch[0];
	buf_clear(text);
	mime_word_decode(raw, text);
	return arena_add(&batch->arena, buf_str(text));
}

static void batch_address(
	struct sync_batch *batch, struct str raw, struct str *name, struct str *addr)
{
	struct buf *name_buf = &batch->scratch[0], *addr_buf = &batch->scratch[1];
	buf_clear(name_buf);
	buf_clear(addr_buf);
	mime_address_first(raw, name_buf, addr_buf);
	*addr = arena_add(&batch->arena, buf_str(addr_buf));
	*name = name_buf->len > 0 ? arena_add(&batch->arena, buf_str(name_buf)) : *addr;
}

static struct str batch_ids(struct sync_batch *batch, struct str first, struct str second)
{
	struct buf *ids = &batch->scratch[0];
	buf_clear(ids);
	mime_ids_parse(first, ids);
	mime_ids_parse(second, ids);
	return arena_add(&batch->arena, str_trim(buf_str(ids)));
}

static unsigned char hex_value(char c)
{
	return (unsigned char)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
}

void sync_ident(struct str server_id, struct str message_id, struct str date, struct str from,
	struct str subject, struct ident *ident)
{
	const struct str fields[] = {message_id, date, from, subject};
	char hex[DIGEST_HEX_SIZE];
	struct digest *digest = digest_new();
	digest_add(digest, str_is_empty(server_id) ? STR("H:") : STR("E:"));
	digest_add(digest, server_id);
	for (size_t i = 0; str_is_empty(server_id) && i < sizeof(fields) / sizeof(*fields); i++) {
		digest_add(digest, str_trim(fields[i]));
		digest_add(digest, STR("\n"));
	}
	digest_finish(digest, hex);
	digest_free(digest);
	for (size_t i = 0; i < IDENT_SIZE; i++)
		ident->bytes[i] =
			(unsigned char)(hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
}

void sync_batch_add_header(struct sync_batch *batch, const struct account *account,
	const struct imap_fetch *fetch, flags_t flags)
{
	struct str fields[FIELD_COUNT] = {0};
	for (int i = 0; i < FIELD_COUNT; i++)
		fields[i] = STR("");
	header_collect(fetch->header, fields);
	batch->rows =
		array_room(batch->rows, batch->row_count, &batch->row_cap, sizeof(*batch->rows));
	struct cache_header *row = &batch->rows[batch->row_count++];
	*row = (struct cache_header){
		.uid = fetch->uid,
		.flags = flags,
		.modseq = fetch->modseq,
		.size = fetch->size > UINT32_MAX ? UINT32_MAX : (uint32_t)fetch->size,
		.arrived = fetch->date,
		.date = fetch->date,
		.hints = header_hints(account, fields),
		.fields = CACHE_FIELDS_LIST,
	};
	int64_t date;
	int zone;
	if (mime_date_parse(fields[FIELD_DATE], &date, &zone)) {
		row->date = date;
		row->date_zone = zone;
	}
	struct str to_addr;
	batch_address(batch, fields[FIELD_FROM], &row->from_name, &row->from_addr);
	batch_address(batch, fields[FIELD_TO], &row->to_name, &to_addr);
	row->subject = batch_word(batch, fields[FIELD_SUBJECT]);
	struct str id = batch_ids(batch, fields[FIELD_MESSAGE_ID], STR(""));
	row->message_id = str_first(id, str_find_char(id, '\n'));
	row->references = batch_ids(batch, fields[FIELD_REFERENCES], fields[FIELD_IN_REPLY_TO]);
	sync_ident(fetch->emailid, row->message_id, fields[FIELD_DATE], fields[FIELD_FROM],
		fields[FIELD_SUBJECT], &row->ident);
}

void sync_header_read(
	void *context, int64_t account_id, struct str header, struct cache_header *row)
{
	struct engine *engine = context;
	const struct account_run *run = engine_run_of_account(engine, account_id);
	struct account nobody = {0};
	struct imap_fetch fetch = {
		.header = str_first(header, mime_header_length(header)), .emailid = STR("")};
	sync_batch_clear(engine->raw);
	sync_batch_add_header(engine->raw, run != NULL ? run->account : &nobody, &fetch, 0);
	*row = engine->raw->rows[0];
}

void sync_batch_add_flags(struct sync_batch *batch, const struct imap_fetch *fetch, flags_t flags)
{
	batch->flags = array_room(
		batch->flags, batch->flag_count, &batch->flag_cap, sizeof(*batch->flags));
	batch->flags[batch->flag_count++] = (struct cache_flags){
		.uid = fetch->uid,
		.flags = flags,
		.modseq = fetch->modseq,
	};
}
