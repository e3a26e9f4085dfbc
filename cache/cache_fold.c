/* Text as it is compared: case folded, marks taken off. */
#include "cache/cache_fold.h"

#include <utf8proc.h>

#include "base/utf8.h"

enum { FOLD_PARTS = 32 }; /* code points that one may become; U+FDFA becomes 18 */

static void fold_wide(uint32_t code, struct buf *out)
{
	utf8proc_int32_t parts[FOLD_PARTS];
	int last_class = 0;
	utf8proc_ssize_t count = utf8proc_decompose_char((utf8proc_int32_t)code, parts, FOLD_PARTS,
		UTF8PROC_CASEFOLD | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK |
			UTF8PROC_IGNORE,
		&last_class);
	for (utf8proc_ssize_t i = 0; i < count && i < FOLD_PARTS; i++)
		utf8_add(out, (uint32_t)parts[i]);
}

void cache_fold(struct str s, size_t max, struct buf *out)
{
	size_t end = out->len + max;
	s = str_trim(s);
	while (s.len > 0 && out->len < end) {
		size_t len = 1;
		if ((unsigned char)s.data[0] < 0x80)
			buf_add_char(out, ascii_lower(s.data[0]));
		else
			fold_wide(utf8_next(s, &len), out);
		s = str_skip(s, len);
	}
}

static const struct str subject_marks[] = {
	{"re", 2}, {"fwd", 3}, {"fw", 2}, {"aw", 2}, {"wg", 2}, {"sv", 2}, {"vs", 2}, {"antw", 4}};

/* "Re", then maybe "[2]" or "(2)", then ":". */
static size_t subject_mark_len(struct str s, struct str mark)
{
	if (!str_starts_nocase(s, mark))
		return 0;
	struct str rest = str_skip(s, mark.len);
	if (rest.len > 0 && (rest.data[0] == '[' || rest.data[0] == '(')) {
		char close = rest.data[0] == '[' ? ']' : ')';
		size_t at = str_find_char(rest, close);
		if (at == STR_NONE || at > 4)
			return 0;
		rest = str_skip(rest, at + 1);
	}
	rest = str_trim(rest);
	return rest.len > 0 && rest.data[0] == ':' ? (size_t)(rest.data - s.data) + 1 : 0;
}

struct str cache_subject_base(struct str s)
{
	s = str_trim(s);
	for (size_t i = 0; i < sizeof(subject_marks) / sizeof(subject_marks[0]); i++) {
		size_t len = subject_mark_len(s, subject_marks[i]);
		if (len == 0)
			continue;
		s = str_trim(str_skip(s, len));
		i = (size_t)-1; /* again from the first */
	}
	return s;
}
