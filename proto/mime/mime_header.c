/* Stepping through the fields of a header that is in memory, and unfolding. */
#include "proto/mime/mime_header.h"

#include "proto/mime/mime.h"

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

size_t mime_header_length(struct str message)
{
	struct str rest = message;
	char style = line_style(message);
	while (rest.len > 0)
		if (line_cut(&rest, style).len == 0)
			break;
	return message.len - rest.len;
}

bool mime_field_next(struct str *rest, struct str *name, struct str *raw_value)
{
	char style = line_style(*rest);
	while (rest->len > 0) {
		struct str start = *rest;
		struct str line = line_cut(rest, style);
		if (line.len == 0)
			break;
		while (line_is_folded(*rest)) {
			struct str more = line_cut(rest, style);
			line.len = (size_t)(more.data + more.len - start.data);
		}
		if (mime_field_split(line, name, raw_value))
			return true;
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
