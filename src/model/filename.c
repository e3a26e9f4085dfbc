/* Names of files from names of parts. */
#include "model/filename.h"

#include "base/utf8.h"
#include "base/width.h"

enum { FILENAME_EXTENSION_MAX = 16 };

static struct str filename_last_level(struct str name)
{
	size_t start = name.len;
	while (start > 0 && name.data[start - 1] != '/' && name.data[start - 1] != '\\')
		start--;
	return str_skip(name, start);
}

static void filename_add_clean(struct buf *out, struct str name)
{
	size_t start = out->len;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool is_lead = out->len == start && (c == '.' || c == '-' || c == ' ');
		bool is_dots = c == '.' && out->len > start && out->data[out->len - 1] == '.';
		if (!is_lead && !is_dots)
			buf_add_char(out, c);
	}
	while (out->len > start &&
		(out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '.'))
		buf_truncate(out, out->len - 1);
}

/* ".pdf" with its dot, when it is short enough to be one. */
static struct str filename_extension(struct str name)
{
	size_t dot = name.len;
	while (dot > 1 && name.len - dot < FILENAME_EXTENSION_MAX && name.data[dot - 1] != '.')
		dot--;
	return dot > 1 && name.data[dot - 1] == '.' ? str_skip(name, dot - 1) : STR("");
}

bool filename_add(struct buf *out, struct str outside)
{
	struct safe_text safe = safe_text_make(filename_last_level(outside));
	struct buf clean = {0};
	filename_add_clean(&clean, filename_last_level(str_make(safe.text, safe.len)));
	struct str name = buf_str(&clean);
	bool has_name = name.len > 0;
	if (name.len > FILENAME_MAX_BYTES) {
		struct str extension = filename_extension(name);
		buf_add(out, utf8_first(name, FILENAME_MAX_BYTES - extension.len));
		buf_add(out, extension);
	} else {
		buf_add(out, name);
	}
	buf_done(&clean);
	safe_text_done(&safe);
	return has_name;
}

void attachment_name_safe(struct buf *out, struct str name, struct str path)
{
	if (filename_add(out, name))
		return;
	buf_addf(out, "part-%.*s.bin", (int)path.len, path.data);
}
