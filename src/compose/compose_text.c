/* Texts of messages: mended, quoted, flowed lines joined again. */
#include "compose/compose_text.h"

#include "base/utf8.h"
#include "compose/compose.h"

enum { QUOTE_DEPTH_MAX = 60, TEXT_MAX = 1 << 20 };

void compose_text_mend(struct str text, struct buf *out)
{
	size_t from = out->len, to = from;
	utf8_add_mended(out, text);
	for (size_t i = from; i < out->len; i++) {
		char c = out->data[i];
		bool is_pair = c == '\r' && i + 1 < out->len && out->data[i + 1] == '\n';
		if (is_pair)
			continue;
		if (c == '\r')
			c = '\n';
		bool is_control = (unsigned char)c < 0x20 && c != '\n' && c != '\t';
		out->data[to++] = is_control || c == 0x7f ? ' ' : c;
	}
	buf_truncate(out, to);
}

bool compose_is_signature_line(struct str line)
{
	return str_equal(line, STR("-- "));
}

size_t compose_quote_depth(struct str line, struct str *rest)
{
	size_t depth = 0;
	while (line.len > 0 && line.data[0] == '>') {
		depth++;
		line = str_skip(line, 1);
		if (line.len > 1 && line.data[0] == ' ' && line.data[1] == '>')
			line = str_skip(line, 1);
	}
	*rest = depth > 0 && line.len > 0 && line.data[0] == ' ' ? str_skip(line, 1) : line;
	return depth;
}

void compose_quoted_add(struct buf *out, size_t depth, struct str rest)
{
	for (size_t i = 0; i < depth && i < QUOTE_DEPTH_MAX; i++)
		buf_add_char(out, '>');
	if (depth > 0 && rest.len > 0)
		buf_add_char(out, ' ');
	buf_add(out, rest);
	buf_add_char(out, '\n');
}

void compose_quote_text(struct str text, bool keeps_signature, struct buf *out)
{
	bool is_signature = false;
	while (text.len > 0) {
		struct str line = str_cut(&text, '\n'), rest;
		size_t depth = compose_quote_depth(line, &rest);
		/* A signature ends where somebody else's words begin. */
		is_signature = (is_signature && depth == 0) || compose_is_signature_line(line);
		if (!is_signature || keeps_signature)
			compose_quoted_add(out, depth + 1, rest);
	}
}

/* ---- Flowed. ---- */

static struct str wire_line(struct str *rest)
{
	struct str line = str_cut(rest, '\n');
	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* Here a blank between two ">" is text: the depth of RFC 3676 4.5. */
static size_t flowed_depth(struct str line, struct str *rest)
{
	size_t depth = 0;
	while (depth < line.len && line.data[depth] == '>')
		depth++;
	*rest = str_skip(line, depth);
	if (rest->len > 0 && rest->data[0] == ' ')
		*rest = str_skip(*rest, 1);
	return depth;
}

void compose_unflow(struct str text, bool is_delsp, struct buf *out)
{
	struct buf paragraph = {0};
	size_t depth = 0;
	bool is_open = false;
	while (text.len > 0) {
		struct str rest;
		size_t now = flowed_depth(wire_line(&text), &rest);
		bool is_signature = compose_is_signature_line(rest);
		if (is_open && (now != depth || is_signature)) {
			compose_quoted_add(out, depth, buf_str(&paragraph));
			buf_clear(&paragraph);
		}
		depth = now;
		bool is_soft = rest.len > 0 && rest.data[rest.len - 1] == ' ' && !is_signature;
		if (is_soft && is_delsp)
			rest.len--;
		buf_add(&paragraph, rest);
		is_open = is_soft && text.len > 0;
		if (is_open)
			continue;
		compose_quoted_add(out, depth, buf_str(&paragraph));
		buf_clear(&paragraph);
	}
	buf_done(&paragraph);
}

/* ---- From what is shown. ---- */

static void lines_add(struct str text, size_t depth, const char *label, struct buf *out)
{
	struct buf line = {0};
	do {
		buf_clear(&line);
		buf_add_text(&line, label);
		buf_add(&line, str_cut(&text, '\n'));
		compose_quoted_add(out, depth, buf_str(&line));
		label = "";
	} while (text.len > 0);
	buf_done(&line);
}

static void block_add(const struct doc_block *block, struct buf *out)
{
	const char *label = block->label != NULL ? block->label : "";
	size_t depth = block->quote > 0 ? (size_t)block->quote : 0;
	switch (block->kind) {
	case DOC_TEXT:
	case DOC_HEADING:
		lines_add(buf_str(&block->text), depth, label, out);
		break;
	case DOC_BLANK:
		compose_quoted_add(out, depth, STR(""));
		break;
	case DOC_RULE:
		compose_quoted_add(out, depth, STR("----------"));
		break;
	case DOC_HEADER:
	case DOC_PART:
	case DOC_NOTE:
		break;
	}
}

void compose_text_of(const struct doc *doc, size_t limit, struct buf *out)
{
	struct buf text = {0};
	if (limit == 0)
		limit = TEXT_MAX;
	for (size_t i = 0; i < doc->block_count && text.len <= limit; i++)
		block_add(&doc->blocks[i], &text);
	compose_text_mend(utf8_first(buf_str(&text), limit), out);
	buf_done(&text);
}
