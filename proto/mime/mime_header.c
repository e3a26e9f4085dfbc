/* Stepping through the fields of a header that is in memory, and unfolding. */
#include "proto/mime/mime_header.h"

#include "proto/mime/mime.h"
#include "proto/mime/mime_part.h"

/* RFC 5322 2.2 allows any printable character but ':'; blanks before the ':' are obsolete syntax
 * (4.5) and still sent. */
bool mime_field_split(struct str line, struct str *name, struct str *raw_value)
{
	size_t at = 0;
	while (at < line.len && line.data[at] > ' ' && line.data[at] < 127 && line.data[at] != ':')
		at++;
	struct str head = str_first(line, at);
	while (at < line.len && (line.data[at] == ' ' || line.data[at] == '\t'))
		at++;
	if (head.len == 0 || at == line.len || line.data[at] != ':')
		return false;
	*name = head;
	*raw_value = str_trim(str_skip(line, at + 1));
	return true;
}

enum { STYLE_LOOK = 1000 };

/* CR LF, LF, or a CR alone in a message that ends its lines so. A run of CRs before LF is what
 * several conversions by careless gateways leave. */
static char line_style(struct str message)
{
	size_t at = 0;
	while (at < message.len && message.data[at] != '\n' && message.data[at] != '\r')
		at++;
	struct str rest = str_first(str_skip(message, at), STYLE_LOOK);
	return rest.len > 0 && str_find_char(rest, '\n') == STR_NONE ? '\r' : '\n';
}

/* Cuts the first line, without its end, off *rest. */
static struct str line_cut(struct str *rest, char style)
{
	size_t end = 0;
	if (style == '\n') {
		size_t found = str_find_char(*rest, '\n');
		end = found == STR_NONE ? rest->len : found;
	} else {
		while (end < rest->len && rest->data[end] != '\r' && rest->data[end] != '\n')
			end++;
	}
	struct str line = str_first(*rest, end);
	bool is_pair =
		end + 1 < rest->len && rest->data[end] == '\r' && rest->data[end + 1] == '\n';
	*rest = str_skip(*rest, end + 1 + is_pair);
	while (style == '\n' && line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

static bool line_is_folded(struct str rest)
{
	return rest.len > 0 && (rest.data[0] == ' ' || rest.data[0] == '\t');
}

enum {
	STRAY_LINE_MAX = 2000, /* longer begins the body */
	STRAY_LOOK = 4096,     /* bytes behind it that may decide */
	STRAY_NAME = 64,
};

enum mime_stray mime_stray_judge(struct str line, struct str behind, char style, bool is_all)
{
	is_all |= behind.len >= STRAY_LOOK;
	behind = str_first(behind, STRAY_LOOK);
	while (line_is_folded(behind))
		line_cut(&behind, style);
	size_t end = 0;
	while (end < behind.len && end < STRAY_NAME && strchr(":\r\n", behind.data[end]) == NULL)
		end++;
	if (line.len > STRAY_LINE_MAX)
		return MIME_STRAY_BODY;
	if (end == behind.len && !is_all)
		return MIME_STRAY_WAIT;
	return mime_part_field_is_known(str_first(behind, end + 1)) ? MIME_STRAY_FOLDED
								    : MIME_STRAY_BODY;
}

bool mime_is_mbox_line(struct str line)
{
	return str_starts(line, STR("From ")) || str_starts(line, STR(">From "));
}

/* As the parser (mime_parse.c) judges. */
static bool line_is_header(struct str line, struct str behind, char style, bool is_first)
{
	struct str name, value;
	if (is_first ? mime_is_mbox_line(line) : line_is_folded(line))
		return true;
	return mime_field_split(line, &name, &value) ||
	       mime_stray_judge(line, behind, style, true) == MIME_STRAY_FOLDED;
}

size_t mime_header_length(struct str message)
{
	struct str rest = message;
	char style = line_style(message);
	for (bool is_first = true; rest.len > 0; is_first = false) {
		struct str from = rest, line = line_cut(&rest, style);
		if (line.len == 0)
			break;
		if (!line_is_header(line, rest, style, is_first))
			return message.len - from.len;
	}
	return message.len - rest.len;
}

/* Adds what is folded onto a field, with or without its blank. */
static void field_unite(struct str start, struct str *line, struct str *rest, char style)
{
	struct str name, value;
	while (rest->len > 0) {
		struct str behind = *rest, more = line_cut(&behind, style);
		bool is_more = line_is_folded(more) && more.len > 0;
		if (!is_more)
			is_more = more.len > 0 && !mime_field_split(more, &name, &value) &&
				  mime_stray_judge(more, behind, style, true) == MIME_STRAY_FOLDED;
		if (!is_more)
			return;
		line->len = (size_t)(more.data + more.len - start.data);
		*rest = behind;
	}
}

bool mime_field_next(struct str *rest, struct str *name, struct str *raw_value)
{
	char style = line_style(*rest);
	while (rest->len > 0) {
		struct str start = *rest;
		struct str line = line_cut(rest, style);
		if (line.len == 0)
			break;
		if (mime_field_split(line, name, raw_value)) {
			field_unite(start, &line, rest, style);
			return mime_field_split(line, name, raw_value);
		}
		if (!mime_is_mbox_line(line) &&
			mime_stray_judge(line, *rest, style, true) != MIME_STRAY_FOLDED)
			break;
	}
	*rest = (struct str){"", 0};
	return false;
}

bool mime_field_find(struct str header, const char *name, struct str *raw_value)
{
	struct str wanted = str_from(name);
	struct str found;
	while (mime_field_next(&header, &found, raw_value))
		if (str_equal_nocase(found, wanted))
			return true;
	*raw_value = (struct str){"", 0};
	return false;
}

void mime_unfold(struct str raw_value, struct buf *out)
{
	size_t start = 0;
	buf_reserve(out, raw_value.len);
	for (size_t i = 0; i < raw_value.len; i++) {
		char c = raw_value.data[i];
		if (c != '\r' && c != '\n' && c != '\0')
			continue;
		buf_add_bytes(out, raw_value.data + start, i - start);
		bool is_folded = line_is_folded(str_skip(raw_value, i + 1));
		bool is_doubled =
			c == '\r' && i + 1 < raw_value.len && raw_value.data[i + 1] == '\n';
		if (!is_folded && !is_doubled)
			buf_add_char(out, ' ');
		start = i + 1;
	}
	buf_add_bytes(out, raw_value.data + start, raw_value.len - start);
}
