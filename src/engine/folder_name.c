/* Names of folders, from the wire and back. */
#include "engine/folder_name.h"

#include "base/utf8.h"
#include "proto/imap/imap.h"

enum { FOLDER_NAME_MAX = 1000 };

/* "a.b/c" with delimiter '.' is "a/b%2Fc": levels are joined by '/', so one inside a name is %2F.
 */
char *folder_name_from_wire(struct str wire, char delimiter)
{
	struct buf text = {0}, name = {0};
	imap_utf7_decode(wire, &text);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == delimiter && delimiter != '\0')
			buf_add_char(&name, '/');
		else if (c == '/')
			buf_add_text(&name, "%2F");
		else if (c == '%')
			buf_add_text(&name, "%25");
		else
			buf_add_char(&name, c);
	}
	buf_done(&text);
	return buf_take(&name);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One byte of a name, %XX undone; the rest of the name is cut. */
static bool folder_name_byte(struct str *rest, char *byte)
{
	*byte = rest->data[0];
	if (*byte != '%') {
		*rest = str_skip(*rest, 1);
		return true;
	}
	if (rest->len < 3 || hex_digit(rest->data[1]) < 0 || hex_digit(rest->data[2]) < 0)
		return false;
	*byte = (char)(hex_digit(rest->data[1]) * 16 + hex_digit(rest->data[2]));
	*rest = str_skip(*rest, 3);
	return true;
}

static bool folder_level_to_wire(struct str level, char delimiter, struct buf *out)
{
	if (level.len == 0)
		return false;
	while (level.len > 0) {
		char byte;
		if (!folder_name_byte(&level, &byte) || (unsigned char)byte < ' ' || byte == 0x7f ||
			(byte == delimiter && delimiter != '\0'))
			return false;
		buf_add_char(out, byte);
	}
	return true;
}

bool folder_name_to_wire(struct str name, char delimiter, struct buf *out)
{
	struct buf text = {0};
	bool ok = name.len > 0 && name.len <= FOLDER_NAME_MAX;
	/* A "/" at the end would be an empty level. */
	bool ends_empty = ok && name.data[name.len - 1] == '/';
	for (bool is_first = true; ok && name.len > 0; is_first = false) {
		if (!is_first)
			buf_add_char(&text, delimiter);
		ok = (is_first || delimiter != '\0') &&
		     folder_level_to_wire(str_cut(&name, '/'), delimiter, &text);
	}
	ok = ok && !ends_empty && utf8_is_valid(buf_str(&text));
	if (ok)
		imap_utf7_encode(buf_str(&text), out);
	buf_done(&text);
	return ok;
}
