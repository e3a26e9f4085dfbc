/* Forwarding, inline and attached, and sending again. */
#include "base/memory.h"
#include "compose/compose_address.h"
#include "compose/compose_answer.h"
#include "compose/compose_text.h"
#include "proto/mime/mime.h"

/* Alpine's block above a forwarded message. */
static void block_add(struct str header, struct buf *body)
{
	static const char *const fields[] = {"Date", "From", "To", "Cc", "Subject"};
	buf_add_text(body, "---------- Forwarded message ----------\n");
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		struct buf line = {0};
		struct address_list list = {0};
		bool is_list = strcmp(fields[i], "Date") != 0 && strcmp(fields[i], "Subject") != 0;
		if (is_list) {
			compose_addresses_of(header, fields[i], &list);
			compose_addresses_print(&list, &line);
		} else {
			compose_field_line(header, fields[i], &line);
		}
		if (line.len > 0)
			buf_addf(body, "%s: %s\n", fields[i], buf_text(&line));
		address_list_done(&list);
		buf_done(&line);
	}
	buf_add_char(body, '\n');
}

static void files_take(const struct compose_original *original, struct draft *out)
{
	for (size_t i = 0; i < original->file_count; i++)
		draft_add_file(out, &original->files[i]);
}

/* The signature stands above: what follows is not the writer's. */
static void set_body(const struct compose_original *originals, size_t count, bool is_inline,
	const struct identity *identity, const struct compose_style *style, struct draft *out)
{
	struct buf body = {0};
	compose_signature_add(identity, style, &body);
	for (size_t i = 0; i < count && is_inline; i++) {
		buf_add_char(&body, '\n');
		block_add(originals[i].header, &body);
		compose_text_mend(originals[i].text, &body);
		if (body.data[body.len - 1] != '\n')
			buf_add_char(&body, '\n');
	}
	draft_set(&out->body, buf_str(&body));
	buf_done(&body);
}

bool compose_forward(enum draft_verb verb, const struct compose_original *originals, size_t count,
	const struct identity *identities, size_t identity_count, const struct compose_style *style,
	struct draft *out, struct error *err)
{
	struct buf line = {0}, subject = {0};
	if (count == 0)
		return error_set(err, ERROR_INPUT, "there is no message to forward");
	out->verb = verb;
	const struct identity *identity =
		compose_take_identity(originals[0].header, identities, identity_count, out);
	/* Forwarding answers nobody. */
	out->was_blind = false;
	compose_field_line(originals[0].header, "Subject", &line);
	compose_subject_forward(buf_str(&line), style->forwards_as_fwd, &subject);
	draft_set(&out->subject, buf_str(&subject));
	compose_thread(originals, count, out);
	draft_set(&out->in_reply_to, STR(""));
	for (size_t i = 0; i < count; i++) {
		if (originals[i].place_id != 0)
			draft_add_answer(out, originals[i].place_id);
		files_take(&originals[i], out);
	}
	set_body(originals, count, verb == DRAFT_FORWARD, identity, style, out);
	buf_done(&line);
	buf_done(&subject);
	return true;
}

static void field_take(struct str header, const char *name, char **field)
{
	struct address_list list = {0};
	struct buf text = {0};
	compose_addresses_of(header, name, &list);
	compose_addresses_print(&list, &text);
	draft_set(field, buf_str(&text));
	address_list_done(&list);
	buf_done(&text);
}

/* As an identity of one's own wrote it; somebody else's message goes out under the first. */
static void set_writer(
	struct str header, const struct identity *identities, size_t count, struct draft *out)
{
	struct buf name = {0}, addr = {0};
	struct str value;
	if (mime_field_find(header, "From", &value))
		mime_address_first(value, &name, &addr);
	for (size_t i = count; i-- > 0;) {
		bool is_own = compose_address_is_own(buf_str(&addr), &identities[i]);
		if (i == 0 || is_own)
			compose_set_identity(&identities[i], out);
		if (!is_own)
			continue;
		field_take(header, "From", &out->from);
		break;
	}
	buf_done(&name);
	buf_done(&addr);
}

bool compose_again(const struct compose_original *original, const struct identity *identities,
	size_t identity_count, const struct compose_style *style, struct draft *out,
	struct error *err)
{
	struct buf line = {0}, body = {0};
	(void)style;
	if (original == NULL)
		return error_set(err, ERROR_INPUT, "there is no message to send again");
	out->verb = DRAFT_AGAIN;
	set_writer(original->header, identities, identity_count, out);
	field_take(original->header, "To", &out->to);
	field_take(original->header, "Cc", &out->cc);
	field_take(original->header, "Bcc", &out->bcc);
	field_take(original->header, "Reply-To", &out->reply_to);
	compose_field_line(original->header, "Subject", &line);
	draft_set(&out->subject, buf_str(&line));
	compose_read_ids(original->header, "In-Reply-To", &out->in_reply_to);
	compose_read_ids(original->header, "References", &out->references);
	compose_text_mend(original->text, &body);
	draft_set(&out->body, buf_str(&body));
	files_take(original, out);
	buf_done(&line);
	buf_done(&body);
	return true;
}
