/* A draft → the bytes that go out or into a Drafts folder, and the envelope. */
#include "base/memory.h"
#include "compose/compose_address.h"
#include "compose/compose_header.h"
#include "compose/compose_part.h"
#include "compose/compose_text.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_write.h"

/* ---- The envelope. ---- */

static bool recipients_add(struct outgoing *out, struct table *seen, const char *typed,
	bool must_be_right, struct error *err)
{
	struct address_list list = {0};
	struct buf bad = {0};
	bool ok = compose_typed_parse(str_from(typed), &list, &bad) || !must_be_right;
	if (!ok)
		error_set(err, ERROR_INPUT, "this is no address mail can be sent to: %s",
			buf_text(&bad));
	for (size_t i = 0; ok && i < list.count; i++) {
		struct str addr = str_from(list.items[i].addr);
		if (addr.len > 0)
			ok = compose_recipient_add(out, seen, addr, err);
	}
	address_list_done(&list);
	buf_done(&bad);
	return ok;
}

static bool envelope_fill(const struct draft *draft, const struct compose_options *options,
	struct outgoing *out, struct error *err)
{
	const char *const fields[] = {draft->to, draft->cc, draft->bcc};
	struct table *seen = table_new();
	struct address_list from = {0}, reply = {0};
	struct buf id = {0}, bad = {0};
	bool must = !options->is_draft, ok = true;
	for (size_t i = 0; ok && i < sizeof(fields) / sizeof(*fields); i++)
		ok = recipients_add(out, seen, fields[i], must, err);
	if (ok && must && out->recipient_count == 0)
		ok = error_set(err, ERROR_INPUT, "the message has no recipients");
	bool is_right = compose_typed_parse(str_from(draft->from), &from, &bad) && from.count > 0;
	if (ok && must && !is_right)
		ok = error_set(err, ERROR_INPUT, "this is no address to send from: %s",
			bad.len > 0 ? buf_text(&bad) : draft->from);
	if (ok && must && !compose_typed_parse(str_from(draft->reply_to), &reply, &bad))
		ok = error_set(
			err, ERROR_INPUT, "this is no address to answer to: %s", buf_text(&bad));
	mem_free(out->from);
	out->from = mem_text(from.count > 0 ? from.items[0].addr : "");
	compose_message_id(options, str_from(out->from), &id);
	mem_free(out->message_id);
	out->message_id = buf_take(&id);
	out->account_id = draft->account_id;
	table_free(seen);
	address_list_done(&from);
	address_list_done(&reply);
	buf_done(&bad);
	return ok;
}

/* ---- The body. ---- */

/* Paragraphs as the wire has them; a text ends with a line end. */
static void text_of(const struct draft *draft, struct buf *out)
{
	struct buf body = {0};
	compose_text_mend(str_from(draft->body), &body);
	if (body.len > 0 && body.data[body.len - 1] != '\n')
		buf_add_char(&body, '\n');
	if (draft->is_flowed)
		mime_write_flowed(buf_str(&body), out);
	else
		buf_add(out, buf_str(&body));
	buf_done(&body);
}

static bool body_put(struct compose_output *o, const struct draft *draft, struct error *err)
{
	char format[] = "format", flowed[] = "flowed";
	struct part_param param = {format, flowed};
	struct buf text = {0};
	text_of(draft, &text);
	struct compose_node *parts = mem_new_array(draft->file_count + 1, sizeof(*parts));
	parts[0] = (struct compose_node){.type = "text/plain",
		.params = &param,
		.param_count = draft->is_flowed,
		.text = buf_str(&text)};
	for (size_t i = 0; i < draft->file_count; i++)
		parts[i + 1] = (struct compose_node){.file = &draft->files[i]};
	struct compose_node mixed = {
		.type = "multipart/mixed", .children = parts, .child_count = draft->file_count + 1};
	bool ok = compose_put_node(o, draft->file_count > 0 ? &mixed : parts, err);
	mem_free(parts);
	buf_done(&text);
	return ok;
}

bool compose_build(const struct draft *draft, const struct compose_options *options,
	compose_file_read *read, compose_sink *sink, void *context, struct outgoing *out,
	struct error *err)
{
	struct buf header = {0};
	struct compose_output o = {.sink = sink,
		.read = read,
		.context = context,
		.entropy = options->entropy,
		.may_8bit = options->is_draft};
	bool ok = envelope_fill(draft, options, out, err);
	if (ok) {
		compose_header_write(draft, options, out->message_id, &header);
		ok = compose_put(&o, buf_str(&header), err) && body_put(&o, draft, err);
	}
	out->size = o.size;
	buf_done(&header);
	return ok;
}

/* ---- How large it will be. ---- */

static bool size_sink(void *context, struct str bytes, struct error *err)
{
	(void)err;
	*(uint64_t *)context += bytes.len;
	return true;
}

/* A file's own header, its boundary, and base64 with its line ends. */
static uint64_t file_size(const struct draft_file *file)
{
	enum { HEADER = 400, LINE = 57, ENCODED_LINE = 78, TEXT_TIMES = 8 };
	size_t texts = strlen(file->name) + strlen(file->type) + strlen(file->description);
	return HEADER + texts * TEXT_TIMES + (file->size / LINE + 1) * ENCODED_LINE;
}

uint64_t compose_size(const struct draft *draft)
{
	enum { MULTIPART = 400 };
	uint64_t size = 0, files = 0;
	struct compose_options options = {.domain = "an-address-of-middling-length.example.org"};
	struct compose_output o = {.sink = size_sink, .context = &size, .entropy = options.entropy};
	struct draft bare = *draft;
	struct buf header = {0};
	bare.file_count = 0;
	compose_header_write(&bare, &options, "00000000000000000000000000000000@x.org", &header);
	body_put(&o, &bare, NULL);
	for (size_t i = 0; i < draft->file_count; i++)
		files += file_size(&draft->files[i]);
	size += header.len + MULTIPART + files;
	buf_done(&header);
	return size;
}
