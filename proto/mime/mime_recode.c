/* A message as servers take it: the same message, bodies recoded and header fields encoded where
 * they must be. */
#include "base/memory.h"
#include "proto/mime/mime.h"
#include "proto/mime/mime_write.h"
#include "proto/mime/mime_write_part.h"

static bool is_ascii(struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if ((unsigned char)bytes.data[i] >= 0x80)
			return false;
	return true;
}

enum { RECODE_LINE_MAX = 998 };

static bool has_long_line(struct str bytes)
{
	while (bytes.len > 0)
		if (str_cut(&bytes, '\n').len > RECODE_LINE_MAX + 1)
			return true;
	return false;
}

static bool body_is_fine(struct str body, bool may_8bit)
{
	return (may_8bit || is_ascii(body)) && !has_long_line(body);
}

static struct str slice(struct str message, uint64_t from, uint64_t end)
{
	if (from > message.len)
		from = message.len;
	return end > from ? str_first(str_skip(message, (size_t)from), (size_t)(end - from))
			  : STR("");
}

/* coding NULL: as it was, unless it said 8bit or binary. */
static void recode_header(struct str header, const char *coding, struct buf *out)
{
	struct str rest = header, name, value;
	while (mime_field_next(&rest, &name, &value)) {
		if (str_equal_nocase(name, STR("Content-Transfer-Encoding"))) {
			struct str was = str_trim(value);
			if (coding == NULL && !str_equal_nocase(was, STR("8bit")) &&
				!str_equal_nocase(was, STR("binary")))
				buf_addf(out, "Content-Transfer-Encoding: %.*s\r\n", (int)was.len,
					was.data);
			continue;
		}
		if (is_ascii(value) && !has_long_line(value)) {
			buf_add(out, name);
			buf_add_text(out, ": ");
			buf_add(out, value);
			if (out->len < 2 || out->data[out->len - 1] != '\n')
				buf_add_text(out, "\r\n");
		} else {
			mime_write_encoded(out, name, value);
		}
	}
	if (coding != NULL)
		buf_addf(out, "Content-Transfer-Encoding: %s\r\n", coding);
	buf_add_text(out, "\r\n");
}

/* Between the parts stand boundaries, and text that nobody is meant to read. */
static void recode_between(struct str bytes, bool may_8bit, struct buf *out)
{
	if (may_8bit) {
		buf_add(out, bytes);
		return;
	}
	for (size_t i = 0; i < bytes.len; i++)
		buf_add_char(out, (unsigned char)bytes.data[i] < 0x80 ? bytes.data[i] : '?');
}

static void recode_leaf(
	const struct part *part, struct str header, struct str body, bool may_8bit, struct buf *out)
{
	bool is_text = part_is(part, "text", NULL);
	if (body_is_fine(body, may_8bit) || part->transfer == TRANSFER_BASE64 ||
		part->transfer == TRANSFER_QP) {
		recode_header(header, is_ascii(body) ? NULL : "8bit", out);
		buf_add(out, body);
		return;
	}
	recode_header(header, is_text ? "quoted-printable" : "base64", out);
	if (is_text)
		mime_write_qp(body, out);
	else
		mime_write_base64(body, out);
}

static bool recode_part(struct str message, const struct part *part, bool may_8bit, struct buf *out,
	struct error *err)
{
	uint64_t end = part->offset + part->length;
	struct str header = slice(message, part->header_offset, part->offset);
	struct str whole = slice(message, part->header_offset, end);
	bool is_signed = part_is(part, "multipart", "signed");
	if (body_is_fine(whole, false) || (is_signed && may_8bit)) {
		buf_add(out, whole);
		return true;
	}
	if (is_signed)
		return error_set(err, ERROR_REFUSED,
			"the server takes only 7-bit mail, and recoding would break the signature");
	if (part->child_count == 0) {
		recode_leaf(part, header, slice(message, part->offset, end), may_8bit, out);
		return true;
	}
	recode_header(header, may_8bit ? "8bit" : NULL, out);
	uint64_t at = part->offset;
	for (size_t i = 0; i < part->child_count; i++) {
		const struct part *child = part->children[i];
		recode_between(slice(message, at, child->header_offset), may_8bit, out);
		if (!recode_part(message, child, may_8bit, out, err))
			return false;
		at = child->offset + child->length;
	}
	recode_between(slice(message, at, end), may_8bit, out);
	return true;
}

bool mime_recode(struct str message, bool may_8bit, struct buf *out, struct error *err)
{
	struct part *root = mime_parse(message);
	bool ok = recode_part(message, root, may_8bit, out, err);
	part_free(root);
	if (ok && !may_8bit && !is_ascii(buf_str(out)))
		ok = error_set(err, ERROR_REFUSED,
			"the server takes only 7-bit mail, and this message cannot be recoded");
	return ok;
}
